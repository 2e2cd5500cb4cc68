// Starting another program, and waiting for it to end.
//
// It gets no signal that was blocked or ignored here, and stays out of reach of Ctrl-C at our
// terminal, and has none of our open files but its standard streams: it is the first of a process group of its own, which process_kill ends with everything
// that it started.
#ifndef PROCESS_PROCESS_H
#define PROCESS_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct process_start {
    const char *program;        // a path, or a name that is looked for in PATH's absolute folders
    const char *const *argv;    // its own name first, NULL last
    int input, output, errors;  // its standard streams; -1: /dev/null
    bool session;               // its group is a session, too, without our terminal
};

// Sets *pid. Returns 0, or the system's error number where it could not be started; *pid is then 0.
int process_start(const struct process_start *start, pid_t *pid);
// Has it ended? Then it is reaped, and *status (NULL: of no interest) is what waitpid tells, or as
// it was where somebody else reaped it.
bool process_ended(pid_t pid, int *status);
// Waits for its end, and reaps it.
void process_wait(pid_t pid, int *status);
// Ends its whole group.
void process_kill(pid_t pid);

#endif

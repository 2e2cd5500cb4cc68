// What differs between systems, all of it.
//
// Each function has a short way on Linux, and one that needs no more than POSIX and what macOS and
// the BSDs add to it. `make portable` builds the second way here, so that it can be tested where
// only Linux is at hand.
#ifndef PROCESS_SYSTEM_H
#define PROCESS_SYSTEM_H

#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#if defined __linux__ && !defined BS_PORTABLE
#define SYSTEM_LINUX 1
#else
#define SYSTEM_LINUX 0
#endif

// What poll is asked in order to hear that the other end of a connection has gone. Elsewhere that
// end becoming readable says so: nobody who waits for news sends anything more.
#if SYSTEM_LINUX
#define SYSTEM_GONE POLLRDHUP
#else
#define SYSTEM_GONE POLLIN
#endif

// A new session for a program that is started, where posix_spawn can do that.
#ifdef POSIX_SPAWN_SETSID
#define SYSTEM_NEW_SESSION POSIX_SPAWN_SETSID
#else
#define SYSTEM_NEW_SESSION POSIX_SPAWN_SETPGROUP
#endif

// What opens an address in the user's browser.
#ifdef __APPLE__
#define SYSTEM_OPENER "open"
#else
#define SYSTEM_OPENER "xdg-open"
#endif

// ---- Files and programs -------------------------------------------------------------------------

// The path of the running program. False where the system does not tell it.
bool system_own_path(char path[PATH_MAX]);
// A file without a name, for reading and writing, that is gone when it is closed. `name` appears in
// lists of open files. -1 on failure, with errno.
int system_scratch(const char *name);
// Limits the address space of a program that has just been started, where one process can limit
// another. (Elsewhere its time alone is limited.)
void system_limit_memory(pid_t pid, size_t bytes);
// A program that is started with these actions has no descriptor open but 0, 1 and 2, where the
// system can do that. (Elsewhere what we open ourselves is closed.) 0, or the system's error number.
int system_close_rest(posix_spawn_file_actions_t *actions);
// The processor's time that a child has taken so far, in milliseconds; -1 where the system does not tell.
int64_t system_worked(pid_t pid);
// From now on every block of 1 MB or more comes fresh from the machine and goes back to it when it is freed,
// where malloc can be told so: a large block of zeros then costs nothing but for what is written.
void system_fresh_blocks(void);
// Fills bytes[0..n), at most 256 of them, with what nobody can guess.
bool system_random(void *bytes, size_t n);

// ---- Pipes and connections ----------------------------------------------------------------------
// All of them are closed in programs that are started.

// ends[0] is read from, ends[1] written to. 0, or the system's error number.
int system_pipe(int ends[2]);
// Two connected ends. 0, or the system's error number.
int system_pair(int ends[2]);
// Makes a pipe hold so many bytes, where that can be chosen.
void system_pipe_size(int end, int bytes);
// A socket for TCP over IPv4 that never waits. -1 on failure, with errno.
int system_socket(void);
// The next connection to `listener`, which never waits. -1 where there is none, with errno.
int system_accept(int listener, struct sockaddr_in *from);
// Sends what the socket takes at once, as send does; raises no SIGPIPE.
ssize_t system_send(int socket, const void *bytes, size_t n);

// ---- Waiting ------------------------------------------------------------------------------------

// Waits without end, as poll does, with the signals of `mask` blocked meanwhile.
int system_wait(struct pollfd *polls, nfds_t count, const sigset_t *mask);

// Calls ring(what), in a thread of its own, when this process has used so many more seconds of
// processor time.
struct system_alarm;
// NULL where none can be had. ring does no more than set a flag.
struct system_alarm *system_alarm_new(void (*ring)(void *what), void *what);
void system_alarm_free(struct system_alarm *alarm);  // NULL is fine
// So many seconds from now on; what was set before is forgotten.
void system_alarm_set(struct system_alarm *alarm, double seconds);

#endif

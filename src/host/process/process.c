#include "process/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "process/system.h"

static int direct(posix_spawn_file_actions_t *actions, int from, int to)
{
    return from < 0 ? posix_spawn_file_actions_addopen(actions, to, "/dev/null", O_RDWR, 0)
                    : posix_spawn_file_actions_adddup2(actions, from, to);
}

// The first program of this name in the PATH. Folders that are not absolute are passed over: what lies
// where somebody happens to work is not to be run because of its name.
static bool find(char path[PATH_MAX], const char *name)
{
    const char *folder = getenv("PATH");
    if (strchr(name, '/') != NULL) {
        return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX;
    }
    folder = folder == NULL ? "/usr/local/bin:/usr/bin:/bin" : folder;
    for (size_t n; *folder != '\0'; folder += n + (folder[n] == ':')) {
        n = strcspn(folder, ":");
        if (*folder == '/' &&
            snprintf(path, PATH_MAX, "%.*s/%s", (int)n, folder, name) < PATH_MAX &&
            access(path, X_OK) == 0) {
            return true;
        }
    }
    return false;
}

int process_start(const struct process_start *start, pid_t *pid)
{
    char path[PATH_MAX];
    if (!find(path, start->program)) {
        *pid = 0;
        return ENOENT;
    }
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    int error = direct(&actions, start->input, STDIN_FILENO);
    error = error == 0 ? direct(&actions, start->output, STDOUT_FILENO) : error;
    error = error == 0 ? direct(&actions, start->errors, STDERR_FILENO) : error;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes,
                             (short)((start->session ? SYSTEM_NEW_SESSION : POSIX_SPAWN_SETPGROUP) |
                                     POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    error = error == 0 ? system_close_rest(&actions) : error;
    error = error == 0
                ? posix_spawn(pid, path, &actions, &attributes, (char *const *)start->argv, environ)
                : error;
    if (error == ENOMEM) {
        mem_refuse();
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    *pid = error == 0 ? *pid : 0;
    return error;
}

bool process_ended(pid_t pid, int *status)
{
    pid_t ended = waitpid(pid, status, WNOHANG);
    return ended == pid || (ended < 0 && errno != EINTR);
}

void process_wait(pid_t pid, int *status)
{
    while (waitpid(pid, status, 0) < 0 && errno == EINTR) {
    }
}

void process_kill(pid_t pid)
{
    kill(-pid, SIGKILL);
}

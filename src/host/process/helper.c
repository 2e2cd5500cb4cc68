#include "process/helper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "process/system.h"

// The folder of the running program, or the one `up` folders above it.
static bool own_folder(char path[PATH_MAX], int up)
{
    ssize_t n = system_own_path(path) ? (ssize_t)strlen(path) : -1;
    for (int i = 0; i <= up && n > 0; i++) {
        do {
            n--;
        } while (n > 0 && path[n] != '/');
    }
    path[n > 0 ? n : 0] = '\0';
    return n >= 0;
}

bool helper_has_room(struct diag *d)
{
    enum { MEGABYTES = 192 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= (rlim_t)MEGABYTES << 20) {
        return true;
    }
    diag_set(d, (struct span){0, 0}, "a picture in a file takes %d MB of memory, and there are %d",
             MEGABYTES, (int)(limit.rlim_cur >> 20));
    return diag_hint(d, "raise the limit (ulimit -v), or draw it in the terminal");
}

bool helper_find(char path[PATH_MAX], const char *name, const char *variable)
{
    const char *told = getenv(variable);
    char folder[PATH_MAX];
    if (told != NULL) {
        return snprintf(path, PATH_MAX, "%s", told) < PATH_MAX;
    }
    if (own_folder(folder, 0) && snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX &&
        access(path, X_OK) == 0) {
        return true;
    }
    return own_folder(folder, 1) &&
           snprintf(path, PATH_MAX, "%s/libexec/backstep/%s", folder, name) < PATH_MAX;
}

int helper_seconds(void)
{
    const char *told = getenv("BACKSTEP_RENDER_SECONDS");
    long seconds = told == NULL ? 0 : strtol(told, NULL, 10);
    return seconds >= 1 && seconds <= 600 ? (int)seconds : 4;
}

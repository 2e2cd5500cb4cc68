#include "process/helper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The folder of the running program, or the one `up` folders above it.
static bool own_folder(char path[PATH_MAX], int up)
{
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
    for (int i = 0; i <= up && n > 0; i++) {
        do {
            n--;
        } while (n > 0 && path[n] != '/');
    }
    path[n > 0 ? n : 0] = '\0';
    return n >= 0;
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

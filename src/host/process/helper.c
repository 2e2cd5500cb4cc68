#include "process/helper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool helper_find(char path[PATH_MAX], const char *name, const char *variable)
{
    const char *told = getenv(variable);
    if (told != NULL) {
        return snprintf(path, PATH_MAX, "%s", told) < PATH_MAX;
    }
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - strlen(name) - 1);
    char *slash = n > 0 ? memrchr(path, '/', (size_t)n) : NULL;
    if (slash != NULL) {
        strcpy(slash + 1, name);
        if (access(path, X_OK) == 0) {
            return true;
        }
    }
    return snprintf(path, PATH_MAX, "%s/%s", BACKSTEP_LIBEXEC, name) < PATH_MAX;
}

int helper_seconds(void)
{
    const char *told = getenv("BACKSTEP_RENDER_SECONDS");
    long seconds = told == NULL ? 0 : strtol(told, NULL, 10);
    return seconds >= 1 && seconds <= 600 ? (int)seconds : 4;
}

#include "store/folders.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "process/system.h"

static const struct {
    const char *variable, *in_home;
} bases[] = {
    [FOLDER_CONFIG] = {"XDG_CONFIG_HOME", ".config"},
    [FOLDER_DATA] = {"XDG_DATA_HOME", ".local/share"},
    [FOLDER_STATE] = {"XDG_STATE_HOME", ".local/state"},
};

// The standard says to ignore a path that is not absolute.
static const char *absolute(const char *variable)
{
    const char *path = getenv(variable);
    return path != NULL && path[0] == '/' ? path : NULL;
}

char *folder_find(enum folder folder, const char *name)
{
    const char *base = absolute(bases[folder].variable), *home = absolute("HOME");
    struct text path;
    if (base == NULL && home == NULL) {
        return NULL;
    }
    text_init(&path);
    if (base != NULL) {
        text_add(&path, base);
    } else {
        text_addf(&path, "%s/%s", home, bases[folder].in_home);
    }
    text_addf(&path, "/backstep/%s", name);
    const char *whole = text_get(&path);
    char *copy = path.bytes.failed ? NULL : mem_copy(whole, text_length(&path));
    text_release(&path);
    return copy;
}

char *folder_make(enum folder folder, const char *name)
{
    char *path = folder_find(folder, name);
    for (char *slash = path; path != NULL && (slash = strchr(slash + 1, '/')) != NULL;) {
        *slash = '\0';
        bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
        *slash = '/';
        if (!made) {
            free(path);
            path = NULL;
        }
    }
    return path;
}

// base/folder/name, if it is there; the caller frees it.
static char *look(const char *base, const char *folder, const char *name)
{
    struct text path;
    text_init(&path);
    text_addf(&path, "%s/%s/%s", base, folder, name);
    bool there = access(text_get(&path), R_OK) == 0;
    char *copy = there ? mem_copy(text_get(&path), text_length(&path)) : NULL;
    text_release(&path);
    return copy;
}

// The same in a folder of the tree that the program was built in, or installed into.
static char *look_around(const char *base, const char *folder, const char *name)
{
    char *tree = look(base, "src/core/command", "commands.def");
    char *found = tree == NULL ? NULL : look(base, folder, name);
    free(tree);
    char share[PATH_MAX];
    int n = snprintf(share, sizeof share, "%s/share/backstep", base);
    return found != NULL || n >= (int)sizeof share ? found : look(share, folder, name);
}

char *folder_shipped(const char *folder, const char *name)
{
    enum { UP = 3 };  // bin/backstep, build/backstep, build/asan/backstep
    char base[PATH_MAX], *found = NULL;
    bool known = system_own_path(base);
    for (int i = 0; known && i < UP && found == NULL; i++) {
        char *slash = strrchr(base, '/');
        if (slash == NULL || slash == base) {
            break;
        }
        *slash = '\0';
        found = look_around(base, folder, name);
    }
    return found;
}

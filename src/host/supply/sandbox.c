#include "supply/sandbox.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/files.h"
#include "store/folders.h"

enum { DATA_MOST = 64 << 20 };  // bytes of a file

static const struct span nowhere = {0, 0};

// The file itself, links followed, if it is one and lies in the folder; else NULL. The caller frees.
static char *inside(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat st;
    bool fits = snprintf(path, sizeof path, "%s%s%s", *name == '/' ? "" : folder,
                         *name == '/' ? "" : "/", name) < (int)sizeof path;
    char *root = realpath(folder, NULL), *file = fits ? realpath(path, NULL) : NULL;
    size_t n = root == NULL ? 0 : strlen(root);
    bool in = root != NULL && file != NULL && strncmp(file, root, n) == 0 && file[n] == '/' &&
              stat(file, &st) == 0 && S_ISREG(st.st_mode);
    free(root);
    if (!in) {
        free(file);
        file = NULL;
    }
    return file;
}

// Where answers and tasks are written down; nothing in there is data.
static bool is_writing(const char *path)
{
    static const char *const ends[] = {".md", ".markdown", ".bs", ".py"};
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t m = strlen(ends[i]);
        if (n >= m && strcmp(path + n - m, ends[i]) == 0) {
            return true;
        }
    }
    return false;
}

// The data of this name: beside the tasks, or what came with the program. The caller frees; NULL:
// there is none.
static char *find_data(const struct sandbox *box, const char *name)
{
    char *path = inside(box->folder, name);
    if (path == NULL && strchr(name, '/') == NULL) {
        path = folder_shipped("data", name);
    }
    if (path != NULL && is_writing(path)) {
        free(path);
        path = NULL;
    }
    return path;
}

static void give_data(const struct sandbox *box, struct tutor *tutor, const char *name)
{
    char quoted[QUOTED];
    struct diag d = {0};
    struct buf bytes;
    char *path = find_data(box, name);
    buf_init(&bytes, 1);
    if (path == NULL) {
        diag_set(&d, nowhere, "there is no data '%s' beside the tasks",
                 diag_quote(quoted, name, strlen(name)));
        diag_hint(&d, "while answers are graded, nothing else is read");
    } else if (files_read(path, DATA_MOST, &bytes, &d)) {
        tutor_supply_all(tutor, &bytes);
    }
    if (d.set) {
        tutor_refuse(tutor, &d);
    }
    free(path);
    buf_release(&bytes);
}

void sandbox_answer(const struct sandbox *box, struct tutor *tutor, const struct rec *need)
{
    static const char dropped[] = "write picture plot notes";
    const char *what = rec_get_text(need, KEY_what);
    bool reads = strcmp(what, "read") == 0;
    struct diag d = {0};
    if (text_among(dropped, what, strlen(what))) {
        tutor_supply(tutor, "", 0);
    } else if (reads && strcmp(rec_get_text(need, KEY_folder), "data") == 0) {
        give_data(box, tutor, rec_get_text(need, KEY_path));
    } else {
        diag_set(&d, nowhere,
                 reads ? "no file is read while answers are graded"
                       : "this is not done while answers are graded");
        tutor_refuse(tutor, &d);
    }
}

#include "check/walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

static void tell(const struct walk *w, const char *path, int error)
{
    if (error == ENOMEM) {
        mem_refuse();
    }
    if (w->trouble != NULL) {
        w->trouble(w->data, path, error);
    }
}

static int is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

// By the bytes of the name, whatever the locale.
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void walk_folder(struct text *path, const struct walk *w);

// What `path` leads to; its last `name` begins at a byte of it. Paths have a length at most, and so
// this comes to an end.
static void walk_one(struct text *path, size_t name, bool is_root, const struct walk *w)
{
    struct stat status;
    const char *whole = text_get(path);
    if (path->bytes.failed) {
        tell(w, "", ENOMEM);
        return;
    }
    if ((is_root ? stat(whole, &status) : lstat(whole, &status)) != 0) {
        tell(w, whole, errno);
    } else if (!S_ISDIR(status.st_mode)) {
        w->file(w->data, whole, whole + name, is_root);
    } else if (is_root || w->enter == NULL || w->enter(w->data, whole + name)) {
        walk_folder(path, w);
        w->leave(w->data, text_get(path));
    }
}

static void walk_folder(struct text *path, const struct walk *w)
{
    struct dirent **entries;
    int count = scandir(text_get(path), &entries, is_entry, by_name);
    size_t length = text_length(path);
    if (count < 0) {
        tell(w, text_get(path), errno);
        return;
    }
    bool slash = length > 0 && text_get(path)[length - 1] == '/';
    for (int i = 0; i < count; i++) {
        text_add(path, slash ? "" : "/");
        size_t name = path->bytes.count;
        text_add(path, entries[i]->d_name);
        walk_one(path, name, false, w);
        path->bytes.count = length;
        free(entries[i]);
    }
    free(entries);
}

void walk_tree(const char *root, const struct walk *w)
{
    struct text path;
    const char *slash = strrchr(root, '/');
    text_init(&path);
    text_add(&path, root);
    walk_one(&path, slash == NULL || slash[1] == '\0' ? 0 : (size_t)(slash + 1 - root), true, w);
    text_release(&path);
}

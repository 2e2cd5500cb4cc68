// A folder and all that is in it, in the order of names.
#ifndef CHECK_WALK_H
#define CHECK_WALK_H

#include <stdbool.h>

// What is called on the way. Each is given `data` first.
struct walk {
    void *data;
    // A folder inside another: go in? NULL: into every one.
    bool (*enter)(void *data, const char *name);
    // What is not a folder. A link is not followed, but where it is the root itself.
    void (*file)(void *data, const char *path, const char *name, bool is_root);
    // A folder, after what is in it.
    void (*leave)(void *data, const char *path);
    // What cannot be looked at, and why (an error number). NULL: that is passed over.
    void (*trouble)(void *data, const char *path, int error);
};

void walk_tree(const char *root, const struct walk *w);

#endif

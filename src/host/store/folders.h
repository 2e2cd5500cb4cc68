// Where backstep keeps what is its own: the learner's configuration, progress, history, journals.
//
// The XDG base directories: each is named by a variable, or lies in the home folder. Without a home
// there is no such folder, and whoever wanted one does without.
#ifndef STORE_FOLDERS_H
#define STORE_FOLDERS_H

enum folder {
    FOLDER_CONFIG,  // $XDG_CONFIG_HOME/backstep, or ~/.config/backstep: what the learner wrote
    FOLDER_DATA,    // $XDG_DATA_HOME/backstep, or ~/.local/share/backstep: what must not be lost
    FOLDER_STATE,   // $XDG_STATE_HOME/backstep, or ~/.local/state/backstep: history, journals
};

// The path of `name` in it; nothing is made. The caller frees it. NULL: there is no such folder.
char *folder_find(enum folder folder, const char *name);

// The same, and makes the folders on the way, for the learner's eyes only (0700). NULL also if one
// could not be made.
char *folder_make(enum folder folder, const char *name);

// What came with the program, such as the file `name` of its folder "data": in the source tree that
// it was built in, or where it was installed. The caller frees it. NULL if there is none.
char *folder_shipped(const char *folder, const char *name);

#endif

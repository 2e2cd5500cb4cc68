// A split screen: the picture of a watched walk above, the prompt and its answers below.
//
// The upper lines are kept out of what scrolls (the terminal's scrolling region), so the prompt
// goes on as ever under the picture, which is drawn anew in its place at each step. What was on the
// screen before scrolls up into the terminal's own history. Without room for picture and prompt
// both, pictures are among the answers, as they are where there is no terminal.
#ifndef SUPPLY_SPLIT_H
#define SUPPLY_SPLIT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/text.h"
#include "supply/theme.h"

struct split {
    FILE *out;
    enum theme theme;
    int rows, columns;  // of the terminal, when it was split
    int height;         // of the picture, the line under it counted in; 0: not split
    struct text picture;
};

// For a terminal. Nothing is split until there is a picture.
void split_init(struct split *s, FILE *out, enum theme theme);
// Shows a picture (lines that carry marks of meaning). False if there is no room: it is not shown.
bool split_show(struct split *s, const char *picture);
// One screen again; what is on it stays.
void split_end(struct split *s);
// The whole screen is free to scroll until all is drawn anew.
void split_lend(const struct split *s);
// Draws all anew with the cursor under the picture: after the screen was cleared.
void split_redraw(struct split *s);
// The same if the terminal has become another size. Returns whether it was drawn.
bool split_fit(struct split *s);

#endif

// What is typed behind `graph`.
#ifndef COMMAND_PICTURE_WORDS_H
#define COMMAND_PICTURE_WORDS_H

#include "scene/frame.h"
#include "session/call.h"

struct picture {
    uint32_t target;             // as typed, or the last output
    uint32_t root;               // what is shown as the output; set by whoever draws
    struct span path;            // empty: in the terminal
    const char *format, *theme;  // format NULL: in the terminal
    uint32_t from;               // only what leads from this to the target; NODE_NONE: all
    long radius;                 // only what is so near to the target; 0: all
    bool full, fold, ascii;
    bool outlines;           // letters of an .svg as shapes
    bool walk;               // all steps of a pass: many pages, or one that moves
    bool sheet;              // a worksheet, or its key
    enum frame_blank blank;  // what is to be filled in on it
    bool across, down;       // as wanted; neither: whichever has the larger letters
    double width, height;    // inches of a file; 0: as large as it is
    double goal, floor;      // points that letters are to have, and to have at least; 0: not said
    bool letters;            // their size was said by --letters
    int dpi;                 // 0: as usual
};

// [L] [FILE [dark]] [--from w] [--radius 2] [--full] [--fold] [--ascii]
// [--size slide|a4|column|square|6,4] [--letters 12] [--lr] [--down] [--dpi 300] [--outlines]
// [--walk] [--blank grads|locals|none]
// False: the diag says why.
bool picture_read(struct call *c, struct picture *p);
// What is left of that behind the target: a file and options. False: the diag says why.
bool picture_read_rest(struct call *c, struct picture *p);
// Is the next word the name of a picture's file, or an option?
bool picture_comes(struct call *c);
// Where in the text the first such word of this statement begins; the statement's end if there is
// none. For commands whose first argument is an expression: a path may look like a part of it.
size_t picture_begin(const struct call *c);
// What is behind --size: width, height and, of a sheet with a name, goal and floor. False: the
// diag says why.
bool picture_read_size(struct call *c, struct picture *p);
// Completes what a picture that is to fit an area was not told: as for a slide, or a page where the
// area is narrow.
void picture_assume_sheet(struct picture *p);
// Has a .png of that size too many dots? False: the diag says so.
bool picture_check_dots(struct call *c, const struct picture *p);
// Pictures of all steps of a walk? Then also: into files of their own, walk-0.png, walk-1.png …?
bool picture_is_walk(const struct call *c, const struct picture *p);
bool picture_is_numbered(const struct call *c, const struct picture *p);
// A page that plays both passes?
bool picture_is_player(const struct picture *p);

#endif

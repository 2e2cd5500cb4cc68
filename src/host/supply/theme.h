// The colours of the terminal, for a light and for a dark background.
//
// Each is one of the 256 colours from number 16 on, which terminals do not redefine, and has a
// contrast of at least 4.5:1 against the backgrounds of the palettes that people use (WCAG 2.1; a
// test computes it). No colour is that far from black and from white both, so where the background
// is not known the meanings are told apart by bold, italics and underlines alone.
#ifndef SUPPLY_THEME_H
#define SUPPLY_THEME_H

#include <stdbool.h>
#include <stddef.h>

#include "words/ink.h"

enum theme {
    THEME_PLAIN,    // no colours and no weights
    THEME_UNKNOWN,  // the background is not known: weights
    THEME_DARK,
    THEME_LIGHT,
    THEME_COUNT
};

// What turns this ink on; "" where it changes nothing. INK_END turns all off.
const char *theme_code(enum theme theme, enum ink ink);
// The number of its colour, of 256; -1: it has none.
int theme_colour(enum theme theme, enum ink ink);

// Reads the terminal's answer to the question for its background (OSC 11), in s[0..n):
// "\x1b]11;rgb:ffff/ffff/ffff" and an end of BEL or ESC \. THEME_UNKNOWN: it is no such answer.
enum theme theme_of_answer(const char *s, size_t n);
// Reads COLORFGBG, "15;0": the background is its last number. NULL or anything else: THEME_UNKNOWN.
enum theme theme_of_variable(const char *value);
// "light", "dark"; THEME_UNKNOWN for any other word.
enum theme theme_of_word(const char *word);

// What the learner chose with `theme`, which is kept in a file; THEME_UNKNOWN: nothing.
enum theme theme_load(void);
// The theme where no terminal is asked: what the learner chose, else what COLORFGBG says.
enum theme theme_known(void);
// Keeps it (THEME_UNKNOWN: forgets it). False if it could not be written.
bool theme_save(enum theme theme);

#endif

// The functions that every session begins with: prelude.def as a script, and as a table for help.
#ifndef TEXT_PRELUDE_H
#define TEXT_PRELUDE_H

#include <stddef.h>

#include "text/loss.h"

extern const char prelude[];

struct prelude_row {
    const char *name, *usage;
    bool loss;  // its two values are checked: see loss.h
    enum loss_labels labels;
    bool scores;
    const char *help;
};

const struct prelude_row *prelude_find(const char *s, size_t length);  // NULL if there is none
const struct prelude_row *prelude_at(size_t i);                        // NULL past the last

#endif

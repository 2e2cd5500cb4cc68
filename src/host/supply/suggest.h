// What may be typed at a place (command/complete.h), with what only the machine knows: the lessons
// of the course, and files.
#ifndef SUPPLY_SUGGEST_H
#define SUPPLY_SUGGEST_H

#include "command/complete.h"
#include "play/tutor.h"

// Appends the record of candidates for byte `at` of a text, which is ended by a 0.
void suggest(struct tutor *t, const char *text, size_t at, struct records *out);

#endif

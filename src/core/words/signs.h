// The words of a scene (view/scene.h) as a terminal shows them: what the two drawers share.
#ifndef WORDS_SIGNS_H
#define WORDS_SIGNS_H

#include "base/record.h"
#include "base/text.h"
#include "engine/ops.h"

// A number's text, or what stands where none is known: with the plain minus sign that the learner
// types and, if asked, no sign beyond ASCII.
void signs_figure(struct text *out, const char *figure, bool ascii);
// The operation of a box; NULL for a leaf.
const struct op_row *signs_operation(const struct rec *box);
// Its sign, and a word after a relu that is shut; of a fold the call, or how much is in it.
// Nothing for a leaf.
#define SIGNS_DEAD " dead"
void signs_title(struct text *out, const struct rec *box, bool ascii);
// The box whose step was taken last; NULL if there is none. (A seed has been put into the root.)
const struct rec *signs_current(const struct rec *scene);

bool signs_is(const struct rec *map, enum rec_key key, const char *text);
// Columns that a text takes.
size_t signs_columns(const char *s);

#endif

// What the files of condition.h share. Inside lesson/ only.
#ifndef LESSON_CONDITION_PARTS_H
#define LESSON_CONDITION_PARTS_H

#include "lesson/condition.h"
#include "lesson/judging.h"

// What a condition says of what is before its word.
enum verb { VERB_NONE, VERB_USES, VERB_DEPENDS, VERB_MOST, VERB_LEAST };

// A condition taken apart: `subject VERB object where set`.
struct parts {
    enum verb verb;
    bool negative;  // uses no
    struct span subject, object;
    struct span set;   // after `where`
    enum op compares;  // VERB_NONE: the comparison outside brackets …
    struct span left, right;
};

struct looking {
    const struct condition *c;
    const char *s;
    struct checkpoint trial;
    struct parts parts;
    struct text *why;
    bool *rounding;
    struct diag *d;
};

// Is the token this word?
bool condition_word_is(const struct lexer *l, struct token t, const char *word);
// The elements of an expression (`elements`, of struct trial_element, is initialised here). False:
// the diag says why.
bool condition_evaluate(struct looking *k, struct span at, struct buf *elements);
// "9 nodes". False: the diag says that it is not one.
bool condition_read_size(const char *s, struct span at, double *nodes, struct diag *d);
// A condition with a verb. Stale values are refreshed, leaves set.
enum condition_end condition_look_at_graph(struct looking *k);

#endif

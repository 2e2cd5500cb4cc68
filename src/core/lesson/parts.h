// What the readers of a lesson's parts share: lines, values, text. Inside lesson/ only.
#ifndef LESSON_PARTS_H
#define LESSON_PARTS_H

#include "lesson/lesson.h"

// A part being read: mistakes are placed in bytes of s.
struct lesson_part {
    const char *s;
    size_t n;
    size_t line;  // of its first line in the file
    struct arena *arena;
    struct diag *d;
    const struct lesson *lesson;  // that wants every mistake told; NULL: the first alone counts
};

// The line at *at (without its end), and *at moves past it. False if there is none.
bool part_line(const struct lesson_part *p, size_t *at, struct span *line);
// The diag is set: was that told, so that the reading goes on with the next line?
bool part_goes_on(const struct lesson_part *p);
struct span part_trim(const struct lesson_part *p, struct span at);
bool part_is(const struct lesson_part *p, struct span at, const char *word);
// A copy for the lesson; "" if out of memory (the arena has failed then).
const char *part_copy(const struct lesson_part *p, struct span at);
// Where `what` is first inside; false if it is not there.
bool part_find(const struct lesson_part *p, struct span in, const char *what, size_t *at);
// KEY: VALUE, the value trimmed. False: the line is not of this form.
bool part_key(const struct lesson_part *p, struct span line, struct span *key, struct span *value);

// Is it one expression, a formula (of single numbers or of whole arrays), a text whose {= } are
// expressions? False: the diag says why.
bool part_expression(const struct lesson_part *p, struct span at);
bool part_formula(const struct lesson_part *p, struct span at);
bool part_text(const struct lesson_part *p, struct span at);
// EXPR [NAME], as after `derive`.
bool part_derived(const struct lesson_part *p, struct span at);
// A number, perhaps with a sign, at the start: returns the bytes used, 0 if there is none.
size_t part_number(const struct lesson_part *p, struct span at, double *number);
bool part_whole(const struct lesson_part *p, struct span at, int least, int most, int *whole);
// An id: a-z, 0-9 and - only.
bool part_is_id(const char *s, size_t n);

// An ask block's content to a question, of which id and line are known.
bool question_read(const struct lesson_part *p, struct question *q);
// x in -4..4 step 1 except 0
bool variation_read(const struct lesson_part *p, struct span at, struct variation *v);

#endif

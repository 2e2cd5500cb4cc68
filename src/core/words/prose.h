// Prose: the text of a lesson (lesson/lesson.h: marks, mathematics) to lines of a terminal, with
// marks of meaning (ink.h).
#ifndef WORDS_PROSE_H
#define WORDS_PROSE_H

#include "base/record.h"
#include "base/text.h"
#include "words/ink.h"

enum { PROSE_COLUMNS = 84 };  // wider lines are hard to read

// Appends the text in lines of at most `columns` (no more than PROSE_COLUMNS), each ended by a
// newline: the first after `lead` (marks of meaning in it count for nothing), the others after
// as many blanks. Paragraphs, apart by an empty line, stay apart. ink: that of what is not marked
// otherwise (INK_END: plain). ascii: without signs beyond ASCII.
void prose_add(struct text *out, const char *text, const char *lead, size_t columns, bool ascii,
               enum ink ink);
// The whole text with marks of meaning, unbroken; paragraphs are apart by a newline. Mathematics
// stays TeX, between PROSE_MATHS and PROSE_MATHS_END. Strong text is in INK_NAME.
#define PROSE_MATHS '\x06'
#define PROSE_MATHS_END '\x07'
void prose_inked(struct text *out, const char *text, enum ink ink);
// A list of rows, which are lists of texts; the first is the head.
void prose_table(struct text *out, const struct rec *rows, size_t columns, bool ascii);

// Appends mathematics as TeX writes it, s[0..n), in Unicode: \frac{\partial L}{\partial a} is
// ∂L/∂a. What is not in its tables stays as it was typed, without the backslash.
void tex_add(struct text *out, const char *s, size_t n);

#endif

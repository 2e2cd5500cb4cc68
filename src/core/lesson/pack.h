// A lesson packed as one text, for who has no reader of Markdown (a page in a browser): its parts, as
// they are handed to lesson/lesson.h, one after another.
//
// A part is ended by U+001E, its fields are apart by U+001F; neither can be in a lesson. The first
// field says what it is:
//   lesson  NAME                                the file's; the first part, and there only
//   front   LINES                               from line 2 of the file
//   text    KIND LEVEL MARK LINE TEXT           KIND: h p b q v, in the order of the first five kinds
//                                               of text in enum lesson_item_kind
//   table   LINE ROWS COLUMNS CELL…
//   code    LINE FRESH LINES                    FRESH: 1 or 0
//   ask     LINE ID LINES
//   end
// A pack comes from a page's own files, and is checked like a file all the same: whatever it holds,
// it becomes a lesson or a diag.
#ifndef LESSON_PACK_H
#define LESSON_PACK_H

#include "lesson/lesson.h"

// Between lessons that are packed in one text.
#define PACK_LESSON_END '\x1D'
enum { PACK_MOST = 512 << 10 };  // bytes of a pack

// Writing: each appends a part; out may be NULL, and nothing is written.
void pack_begin(struct text *out, const char *name);
void pack_front(struct text *out, const char *s, size_t n);
void pack_text(struct text *out, enum lesson_item_kind kind, int level, const char *mark,
               const char *text, size_t line);
void pack_table(struct text *out, const char *const *cells, size_t rows, size_t columns,
                size_t line);
void pack_code(struct text *out, const char *lines, bool fresh, size_t line);
void pack_ask(struct text *out, const char *id, const char *lines, size_t line);
void pack_end(struct text *out);

// Makes the lesson. NULL: the diag says why not; its span is the part that is wrong, in bytes of s.
// *line, which may be NULL, is then the line of the file that is wrong, as the part says; 0: it says
// none.
struct lesson *pack_read(const char *s, size_t n, struct diag *d, size_t *line);

#endif

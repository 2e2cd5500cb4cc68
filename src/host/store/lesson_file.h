// A lesson's file to a lesson: Markdown's blocks handed to lesson/lesson.h one by one.
//
// A file may come from anywhere: at most 256 KiB of it are read, and whatever is wrong with it is
// told with its place within two seconds.
#ifndef STORE_LESSON_FILE_H
#define STORE_LESSON_FILE_H

#include "base/text.h"
#include "lesson/lesson.h"
#include "store/markdown.h"

// What is wrong with a file, and where.
struct lesson_trouble {
    struct diag diag;
    size_t line, column;  // 0: no place in the file (there is none, or it is too large)
    struct text excerpt;  // the line and a caret under the place; "" without a place
};

// NULL: *trouble says why. Release *trouble whatever came of it; free the lesson with lesson_free.
struct lesson *lesson_file_read(const char *path, struct lesson_trouble *trouble);

// The bytes of such a file. To open many before any of them is read is quicker than to read one by one.
struct lesson_file {
    struct buf bytes;
    struct markdown_text text;  // of them
    struct diag diag;           // why they could not be read
};
void lesson_file_open(struct lesson_file *files, const char *const *paths, size_t count);
void lesson_file_close(struct lesson_file *files, size_t count);
// As lesson_file_read, of an open file.
struct lesson *lesson_file_read_open(const struct lesson_file *file, const char *path,
                                     struct lesson_trouble *trouble);

// Packs the lesson under a name (lesson/pack.h): appended to `out`. False: as above.
bool lesson_file_pack(const char *path, const char *name, struct text *out,
                      struct lesson_trouble *trouble);
// The same, but every mistake of form is told, not the first alone; at most 100.
struct lesson *lesson_file_read_all(const char *path,
                                    void (*tell)(void *at, struct lesson_trouble *trouble),
                                    void *at);
void lesson_trouble_release(struct lesson_trouble *trouble);
// FILE:LINE:COLUMN: error: MESSAGE; HINT, then the line and the caret: for standard error.
void lesson_trouble_say(const char *path, struct lesson_trouble *trouble, struct text *out);
// The same in one message, "FILE:LINE:COLUMN: MESSAGE" with its hint, for a session to refuse with.
void lesson_trouble_diag(const char *path, const struct lesson_trouble *trouble, struct diag *d);

#endif

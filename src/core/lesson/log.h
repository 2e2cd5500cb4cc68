// The log of what a learner answered, and its form as text: one form for the terminal and for
// pages, so that progress can be carried from one to the other.
//
//   backstep progress 1
//   salt<TAB>7
//   place<TAB>two-paths<TAB>3
//   answer<TAB>1700000000<TAB>two-paths.sum<TAB>1<TAB>two-paths<TAB>number<TAB>3<TAB>right<TAB>77<TAB>0<TAB>6
//   end<TAB>3<TAB>ba0ab7d8c3847a25
//
// The fields of an answer are those of struct log_attempt up to `given`; a `\` in a text is
// followed by `t`, `n`, `r`, `\`, or by x and two digits for any other byte that is not text. The
// last line counts those between it and the first, and has the FNV-1a hash (64 bits) of all lines
// before it, each with a newline. So a file that was cut off or changed is known, and is not read
// at all.
//
// Two logs are merged as multisets, the salt being the reader's own: in whatever order and however
// often logs are merged, the outcome is the same.
#ifndef LESSON_LOG_H
#define LESSON_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/record.h"

// An answer, or what stands for one.
struct log_attempt {
    int64_t when;          // Unix time, seconds
    const char *question;  // its id …
    int64_t version;       // … and version
    const char *lesson;    // id
    const char *kind;      // of question, as lessons write it: "number"
    int64_t rating;        // 1 to 4, as in lesson/review.h; 0: none
    bool right;
    bool skipped;       // not answered at all
    uint64_t seed;      // of the question's numbers
    int64_t hints;      // looked at
    const char *given;  // as typed
    int64_t day;        // it was, where the learner is (base/day.h); not a part of the text
};

struct log_place {
    const char *lesson;  // id
    int64_t passed;      // of its questions
};

struct log {
    struct arena arena;   // of all texts
    struct buf attempts;  // struct log_attempt
    struct buf places;    // struct log_place, one a lesson
    uint64_t salt;        // another for each learner (lesson/lesson.h, question_seed); 0: none yet
};

void log_init(struct log *l);
void log_release(struct log *l);
bool log_failed(const struct log *l);  // for want of memory: it lacks something
// Adds a copy, its `given` cut to what is kept of one. A place counts if it is further than the one
// there is.
void log_add(struct log *l, const struct log_attempt *a);
void log_add_place(struct log *l, const char *lesson, int64_t passed);
// The attempt that a record of this kind tells of; its texts are the record's.
struct log_attempt log_attempt_of(const struct rec *record, int64_t when);
// The bytes of an answer that are kept: about 4,000 characters.
size_t log_given(const char *given);
// By time, and those of one second in an order that depends on nothing but themselves.
void log_sort(struct log *l);
// Sets `day` of each attempt by what day_of says of its time.
void log_set_days(struct log *l, int64_t (*day_of)(int64_t when));

// The hash that a text ends with: FNV-1a, 64 bits.
uint64_t log_hash(const char *s, size_t n);
// Appends the text of a whole log, which is sorted, or one line of it.
void log_write(struct text *out, const struct log *l);
void log_write_attempt(struct text *out, const struct log_attempt *a);
void log_write_place(struct text *out, const char *lesson, int64_t passed);
void log_write_salt(struct text *out, uint64_t salt);

// Reads a text that log_write wrote; lines may end in CR LF. The log is begun by this, and sorted;
// release it whatever comes of it. False: the diag says what is wrong, and the log is empty.
bool log_read(struct log *l, const char *s, size_t n, struct diag *d);
// The same of lines without the first and the last, as a page keeps them one by one. An answer may
// have a field more, its day. Lines that are none are left out: *bad counts them.
bool log_read_lines(struct log *l, const char *s, size_t n, size_t *bad);

// What `theirs` has and `mine` lacks: answers that mine has fewer times, places that are further.
// missing is begun by this. Both must be sorted. False: out of memory.
bool log_missing(struct log *missing, const struct log *mine, const struct log *theirs);
// What came of merging, as a need of kind "import" is answered: "3 1 40", answers that are new,
// places that are further, answers that were there.
void log_write_counts(struct text *out, const struct log *missing, const struct log *theirs);

#endif

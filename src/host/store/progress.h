// Progress: what must outlive a session of what a learner did in lessons. progress.c is the only
// user of SQLite.
//
// One file, progress.db among the learner's data, for their eyes only. In it stand the log of
// answers, to which lines are added and never changed; how far each lesson was played; and the
// learner's salt. What was added is on the disk before the call returns. Several programs may use
// the file at once.
//
// The file is opened when it is first needed: who plays no lesson does not pay for it. Where it
// cannot be used (no home, a full disk, a database of a newer version or one that is damaged) it is
// left as it is and lessons are played without it; progress_news says so once. What passes (a full
// disk, another program that holds the file) is tried again with the next answer, and those that
// could not be kept are kept then.
#ifndef STORE_PROGRESS_H
#define STORE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/text.h"
#include "lesson/log.h"

struct progress {
    const char *given;  // path, if it is not the learner's
    bool keep;
    // Statements that make a database of version i one of version i + 1, for each i. (A test has
    // more of them.)
    const char *const *migrations;
    size_t version;       // what they come to
    int patience;         // milliseconds that another program may hold the file
    char *path;           // of the file; NULL: not looked for yet, or there is no home
    bool shut;            // this file will never do: it is not touched again
    void *database;       // NULL: not open
    bool told;            // the trouble, and not yet that it is over
    struct text trouble;  // why nothing can be kept; empty if it can
    struct buf waiting;   // struct log_attempt that could not be kept yet
    struct arena kept;    // their texts
};

// Opens nothing. path: of the file, borrowed; NULL: that of the learner. keep: false if nothing is
// to be added (a script plays): then no file is made, and what is added is dropped.
void progress_init(struct progress *p, const char *path, bool keep);
// What still waits is tried once more; another program that holds the file is waited for, up to ten
// seconds.
void progress_release(struct progress *p);

// False where it could not be kept (an attempt then waits for the next).
bool progress_add(struct progress *p, const struct log_attempt *a);
bool progress_set_place(struct progress *p, const char *lesson, int64_t passed);
// Reads everything, sorted; release the log whatever came of it. False: it cannot be read, and the log
// is empty.
bool progress_read(struct progress *p, struct log *log);
// Adds what another log has and this one lacks, whole or not at all, in one transaction; the salt
// stays. `theirs` is sorted. `missing` is begun by this and has what was added. Works where nothing
// else is kept (keep: false) too, as it was asked for. False: the diag says why, its span is 0.
bool progress_import(struct progress *p, const struct log *theirs, struct log *missing,
                     struct diag *d);

// Why nothing can be kept: a sentence without a full stop. "" if it can, as far as is known.
const char *progress_trouble(struct progress *p);
// The same where it has not been told yet, or that the trouble is over; NULL: nothing new.
const char *progress_news(struct progress *p);

#endif

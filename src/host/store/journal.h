// The journal of an interactive session: what it takes to rebuild it, written before a statement's
// answer is shown, so that kill -9 or a lost connection costs nothing that was answered. A write
// costs what the statement changed, whatever the session's length. After a power failure up to a
// second of work may be missing: the disk is told to keep what was written (fdatasync) when the
// prompt is idle, at least once a second while entries follow each other, and at the end.
//
// What is journalled is not what was typed but the session's log (session_log): it holds just
// the statements that made the session what it is, and knows about undo, reset and load. Of a
// lesson that is played it is where that is, and what was typed there (tutor_kept). Each
// session has a file of its own, in the folder `journal` beside the history, and holds a lock on it
// for as long as it lives: a journal that nobody holds belongs to a session that died.
//
// The format, where each record is appended by one write:
//
//     backstep journal 1
//     folder 0 LENGTH SUM      where the session ran
//     PATH
//     script OFFSET LENGTH SUM      the script is cut to OFFSET bytes, then these are added
//     STATEMENTS
//     place LENGTH-OF-TYPED LENGTH SUM      the lesson is here; so much was typed there
//     PLACE
//     typed OFFSET LENGTH SUM      what was typed there is cut to OFFSET bytes, then these are added
//     STATEMENTS
//
// A reader takes the records up to the first that is not whole, counts the lines after it, and
// never removes a file in which there are any. Where no journal can be written the session goes on
// without, and the learner is told so once.
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/text.h"
#include "play/tutor.h"

// What is kept of a session, each a text that grows or is cut.
enum { JOURNAL_SCRIPT, JOURNAL_PLACE, JOURNAL_TYPED, JOURNAL_TRACKS };

struct journal {
    int fd;  // -1 until there is something to keep
    char *path;
    size_t size;                         // of the file
    struct text tracks[JOURNAL_TRACKS];  // as the file has them
    bool told;                           // that it cannot be written
    int broken;      // why what comes next needs a new file (an error number); 0: it does not
    bool unsynced;   // something was written since the disk was last told to keep it
    int64_t synced;  // when that was: CLOCK_MONOTONIC, milliseconds
    char news[200];  // a sentence, see journal_note
};

void journal_init(struct journal *j);
// What the session is by now needs no journal (its init file made it so); what follows does.
void journal_pass(struct journal *j, const struct tutor *t);
// Brings the journal up to the session and the lesson. Returns NULL, or once, where it cannot be
// written, a sentence for the learner that says so. After a file that took half a record, or that the
// disk did not keep, all of it is written to a new one.
const char *journal_note(struct journal *j, const struct tutor *t);
// Tells the disk to keep what was written: now if the prompt is idle, else if the last time is a
// second ago.
void journal_sync(struct journal *j, bool idle);
// Is all that was noted on the disk, as far as it can be told? (It is told to keep it.)
bool journal_is_kept(struct journal *j);
// The end. The learner left: the file goes too. Otherwise (hung up, terminated) it stays.
void journal_release(struct journal *j, bool left);

// A journal that was left behind, locked by us while we look at it.
struct journal_lost {
    int fd;
    char *path;
    time_t when;         // of the last record
    struct text folder;  // where the session ran; "" if that is not known
    struct text tracks[JOURNAL_TRACKS];
    size_t lines;    // of the script
    size_t typed;    // … and of what was typed into a lesson
    size_t damaged;  // lines after the first record that is not whole
};

// The newest there is; empty ones that are whole are cleared away. If true, one of these must
// follow:
bool journal_find_lost(struct journal_lost *lost);
// … it is left for the next start
void journal_leave(struct journal_lost *lost);
// … it is dealt with, and goes; a damaged one stays as PATH.damaged
void journal_drop(struct journal_lost *lost);

#endif

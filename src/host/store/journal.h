// The journal of an interactive session: what it takes to rebuild it, on the disk before the next
// prompt, so that kill -9 or a lost connection costs nothing that was answered.
//
// What is journalled is not what was typed but the session's script (session_script): it holds just
// the statements that made the session what it is, and knows about undo, reset and load. Each
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
//
// A reader takes the records up to the first that is not whole. Where no journal can be written
// there is none, and the session goes on without.
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include <time.h>

#include "base/text.h"
#include "session/session.h"

struct journal {
    int fd;  // -1 until there is something to keep
    char *path;
    size_t size;         // of the file
    struct text script;  // as the file has it
    struct text now;     // as the session has it
};

void journal_init(struct journal *j);
// What the session is by now needs no journal (its init file made it so); what follows does.
void journal_pass(struct journal *j, const struct session *s);
// Brings the journal up to the session. Costs nothing if the script is the same.
void journal_note(struct journal *j, const struct session *s);
// The end. The learner left: the file goes too. Otherwise (hung up, terminated) it stays.
void journal_release(struct journal *j, bool left);

// A journal that was left behind, locked by us while we look at it.
struct journal_lost {
    int fd;
    char *path;
    time_t when;         // of the last record
    struct text folder;  // where the session ran; "" if that is not known
    struct text script;
    size_t lines;
};

// The newest there is; empty ones are cleared away. If true, one of these must follow:
bool journal_find_lost(struct journal_lost *lost);
// … it is left for the next start
void journal_leave(struct journal_lost *lost);
// … it is dealt with, and goes
void journal_drop(struct journal_lost *lost);

#endif

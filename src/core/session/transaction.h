// A statement happens whole or not at all, and can be taken back.
//
// All that a session remembers lies in arrays. At the begin of a transaction the lengths of those
// that only grow are saved on the undo trail, and whoever changes elements saves them first; so
// rolling back, undo and redo are one thing, "take the trail back to a mark". A text that loads a
// file, a loop and a training are one transaction each.
#ifndef SESSION_TRANSACTION_H
#define SESSION_TRANSACTION_H

#include "session/call.h"

// After the arrays changed under them: what is derived from them no longer holds.
void session_forget_derived(struct session *s);

// False if out of memory.
bool transaction_begin(struct session *s);
// Within a transaction: from here on what is done can be taken back by itself. False if out of memory.
bool transaction_mark(struct session *s, size_t *mark);
void transaction_take_back(struct session *s, size_t mark);
void transaction_roll_back(struct session *s);
// Keeps what was done: as a moment that undo takes back, where it changed anything.
void transaction_end(struct session *s);
// The statement that was run last, or taken back or done again last, as messages quote it. Valid
// until the next one.
const char *transaction_statement(struct session *s);
// What there is now, to ask later whether anything changed since.
struct holdings transaction_holdings(const struct session *s);
bool transaction_changed(const struct session *s, const struct holdings *before);

#endif

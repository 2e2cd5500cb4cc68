// What a session remembers, array by array: see state.def.
#ifndef SESSION_STATE_H
#define SESSION_STATE_H

#include "session/call.h"

enum state_kind { STATE_GROWS, STATE_BESIDE, STATE_CHANGES, STATE_STAYS, STATE_OWN };

void state_init(struct session *s);
void state_release(struct session *s);
// Makes the arrays of `to` the same as those of `from`, but for its own. False if out of memory.
bool state_copy(struct session *to, struct session *from);

// The k-th array that grows; NULL: there are no more.
struct buf *state_growing(struct session *s, size_t k);
// Saves the elements of the arrays that change on the undo trail (the lengths of those that grow:
// trail_save_lengths). False if out of memory.
bool state_save_elements(struct session *s);
// What there is now is what a reset leaves; and a reset: cuts what grows to that. False if out of
// memory.
void state_keep(struct session *s);
bool state_cut(struct session *s);
// Memory may have been short for an array that grows: what it was for is gone.
void state_forgive(struct session *s);

#endif

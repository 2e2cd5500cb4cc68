// What a newcomer's first statement lacks: `L = d*f`, typed before d and f have values.
#ifndef SESSION_TEACH_H
#define SESSION_TEACH_H

#include "session/call.h"

// The statement that begins at byte `start` failed, and `error` is its record: adds to it
//   names: ["d", "f"], statement: "L = d*f"
// the names that it uses and that have no value, in the order in which they are met, and its text.
void teach_names(const struct session *s, const struct source *source, size_t start,
                 struct records *out, struct rec *error);

#endif

// What a newcomer's first statement lacks: `L = d*f`, typed before d and f have values.
#ifndef SESSION_TEACH_H
#define SESSION_TEACH_H

#include "session/call.h"

// Values with which a statement works. Its texts are owned: teach_release.
enum { TEACH_MOST = 8 };  // names; of more, nobody types a list
struct teaching {
    struct text names[TEACH_MOST], statement;
    const char *values[TEACH_MOST];
    size_t count;
};

// The statement that begins at byte `start` failed, and its transaction is still open. Finds values for
// the names that it uses and that have none, in the order in which they are met: single numbers, or
// arrays where that does not work. False: with no values that come to mind would it work.
bool teach_find(struct call *c, size_t start, struct teaching *t);
void teach_release(struct teaching *t);
// Adds what was found to the record of the error:
//   names: ["d", "f"], values: ["2", "-3"], statement: "L = d*f"
void teach_put(struct teaching *t, struct records *out, struct rec *error);

#endif

// A command's example as it runs: what `help backward` shows is not text about it but the program's
// own answers, so it cannot differ from what the learner will see.
//
// The example runs with a tutor of its own. What it asks the host for is supplied here: a file that
// it writes is the one that it reads, and there is a course of one small lesson.
#ifndef PLAY_DEMO_H
#define PLAY_DEMO_H

#include "session/call.h"

// Adds to a record
//   transcript: [{entry: "a = 2; L = a*a", replies: [records]}, {entry: "backward L", …}]
// The assignments at the example's start are typed on one line, each later statement on its own.
void demo_put(struct call *c, struct rec *to, const char *example);

#endif

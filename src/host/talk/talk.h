// `backstep --talk`: a conversation with another program in lines of JSON, described for its users
// in docs/programs.md.
//
//   → {"id": 1, "run": "a = 2; L = a*a; backward L"}
//   ← {"id":1,"kind":"bind",…}                            records (base/record.h), as they come
//   ← {"id":1,"kind":"done","end":"done","waits":""}      always the last line of an answer
//
// One request is answered after another. An error ends a request, not the conversation. Nothing of
// this is in the way of the prompt: no library, and no thread before it begins.
#ifndef TALK_TALK_H
#define TALK_TALK_H

#include "supply/host.h"

// The version of the conversation: it grows when a request or what is answered to it changes its
// meaning. New requests and options come without notice.
enum { TALK_VERSION = 1 };

// Answers the requests that come on this descriptor until it ends or one quits; the host's `see`,
// `give` and `mode` are the conversation's. Returns false if an answer could not be written.
bool talk_run(struct host *h, int fd);

#endif

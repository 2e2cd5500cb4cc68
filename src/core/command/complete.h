// What may be typed at a place of a text of several lines: for the prompt, and for front ends that draw
// their own list, such as notebooks.
#ifndef COMMAND_COMPLETE_H
#define COMMAND_COMPLETE_H

#include "command/context.h"
#include "session/session.h"

struct completion {
    size_t from, to;      // bytes: the word that a candidate stands for
    struct context kind;  // CONTEXT_FILES, CONTEXT_LESSONS: the host knows more of these
};

// Appends a record {kind: "candidates", items, from, to} with what fits at byte `at` of text, whose
// end it may be; from and to are in characters. Each item stands once, sorted. may_begin: a statement may
// begin where the text does.
struct completion complete_at(struct session *s, const char *text, size_t at, bool may_begin,
                              struct records *out);
// Adds a candidate of the host's to the record.
void complete_add(struct records *out, const char *item, size_t n);

#endif

// What the files of statements share. Private to session.
#ifndef SESSION_STATEMENT_PARTS_H
#define SESSION_STATEMENT_PARTS_H

#include "session/call.h"

// How a value came to be: by a plain or a param binding, by `data`, or by `node`.
struct statement_making {
    uint8_t marks;  // of the leaves that numbers make
    bool data, nodes;
    enum op op;  // of +=
    struct span formula;
};

bool statement_is_reserved(const struct call *c, struct token t);
bool statement_refuse_reserved(struct call *c, struct token t);
// The trap of every newcomer: a = 5 does not change what was built from the old a.
void statement_note_old_user(struct call *c, const struct token *name, struct value old,
                             struct value fresh, const struct statement_making *how);
bool statement_refuse_param(struct call *c, struct span span);
// name = expr, name += expr, and the same after param, data, node. The lexer is after these two tokens.
bool statement_run_binding(struct call *c, const struct token *name, const struct token *assign,
                           struct statement_making how);
// name.data = expr, name.grad = expr, and with += …
bool statement_run_field_assignment(struct call *c);

#endif

#include "command/look.h"

#include <string.h>

#include "session/call.h"
#include "session/transaction.h"

static bool only_looks(struct lexer *lexer, const char *statement)
{
    struct token t = lexer_peek(lexer);
    return t.kind == TOKEN_NAME && text_among("derive explain help local paths topo vars",
                                              statement + t.span.start, t.span.end - t.span.start);
}

bool look_run(struct session *s, const char *statement, struct records *out)
{
    struct source source = {
        .name = "<look>", .text = statement, .length = strlen(statement), .line = 1};
    struct frame frame = {.source = source};
    struct diag d = {0};
    lexer_init(&frame.lexer, &source);
    struct call c = {.s = s,
                     .frame = &frame,
                     .lexer = &frame.lexer,
                     .diag = &d,
                     .out = out,
                     .answered = out->list.in.count};
    if (!only_looks(&frame.lexer, statement)) {
        return false;
    }
    enum session_mode mode = s->mode;
    s->mode = SESSION_SCRIPT;
    bool ok = transaction_begin(s) && statement_run(&c) == CALL_DONE;
    call_release(&c);
    transaction_roll_back(s);
    inputs_clear(&s->inputs);
    s->mode = mode;
    if (!ok) {
        rec_cut(&out->list, c.answered);
    }
    return ok;
}

bool look_word(struct session *s, const char *word, size_t n, struct records *out)
{
    struct text statement;
    bool bound = names_get(&s->names, names_find(&s->names, word, n)).rank != VALUE_UNBOUND;
    text_init(&statement);
    text_addf(&statement, "%s %.*s", bound ? "explain" : "help", (int)n, word);
    bool ok = look_run(s, text_get(&statement), out);
    if (!ok && bound) {  // a function of one's own, an array
        text_clear(&statement);
        text_addf(&statement, "help %.*s", (int)n, word);
        ok = look_run(s, text_get(&statement), out);
    }
    text_release(&statement);
    return ok;
}

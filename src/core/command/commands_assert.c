// assert: a statement that fails where something does not hold.
#include <string.h>

#include "command/commands.h"
#include "lesson/condition.h"

// What is claimed, up to the comma before a text that says what is wrong otherwise. The lexer is
// left after that comma, or at the statement's end.
static struct span read_claim(struct call *c)
{
    size_t outside = c->lexer->open;
    struct span claim = {lexer_peek(c->lexer).at, 0};
    struct diag ignored = {0};
    for (;;) {
        struct lexer ahead = *c->lexer;
        struct token t = lexer_next(&ahead, &ignored);
        bool ends = token_ends(t.kind);
        bool comma = t.kind == TOKEN_COMMA && c->lexer->open == outside &&
                     lexer_peek(&ahead).kind == TOKEN_STRING;
        claim.end = ends || comma ? t.at : claim.end;
        if (!ends) {
            *c->lexer = ahead;
        }
        if (ends || comma) {
            return claim;
        }
    }
}

static bool fail_claim(struct call *c, struct span claim, const char *said, const char *why,
                       bool rounding)
{
    const char *s = c->lexer->source->text;
    char quoted[QUOTED];
    if (*said != '\0') {
        diag_set(c->diag, claim, *why == '\0' ? "%s%s" : "%s: %s", said, why);
    } else if (condition_is_special(s, claim)) {
        diag_set(c->diag, claim, "%s", why);
    } else {
        diag_set(c->diag, claim, *why == '\0' ? "%s does not hold%s" : "%s does not hold: %s",
                 diag_quote(quoted, s + claim.start, claim.end - claim.start), why);
    }
    if (rounding) {
        diag_hint(c->diag, "the sides differ by rounding alone; write abs(a - b) < 1e-9");
    }
    return false;
}

static bool decide(struct call *c, struct span claim, const char *said)
{
    struct scope scope = session_scope(c->s);
    const struct condition condition = {
        .scope = &scope, .output = session_settings(c->s)->output, .digits = session_digits(c->s)};
    struct text why;
    bool rounding;
    text_init(&why);
    enum condition_end end =
        condition_look(&condition, c->lexer->source->text, claim, &why, &rounding, c->diag);
    bool ok = end == CONDITION_HOLDS ||
              (end == CONDITION_FAILS && fail_claim(c, claim, said, text_get(&why), rounding));
    text_release(&why);
    return ok;
}

enum call_end command_assert(struct call *c)
{
    struct text said;
    struct span claim = read_claim(c);
    if (claim.end > claim.start) {
        const char *s = c->lexer->source->text + claim.start;
        claim.end = claim.start + text_trimmed(s, claim.end - claim.start);
    }
    if (claim.end <= claim.start) {
        diag_set(c->diag, c->command, "assert needs a claim");
        diag_hint(c->diag, "write it as assert L < 0.1");
        return CALL_FAILED;
    }
    text_init(&said);
    bool ok = command_text(c, &said) && call_finish(c) && decide(c, claim, text_get(&said));
    if (ok && call_echoes(c)) {
        struct rec *r = call_record(c, KIND_asserted);
        rec_bytes(c->out, r, KEY_text, c->lexer->source->text + claim.start,
                  claim.end - claim.start);
    }
    text_release(&said);
    return ok ? CALL_DONE : CALL_FAILED;
}

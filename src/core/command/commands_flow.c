// flow: a network layer by layer.
#include <math.h>

#include "command/commands.h"
#include "command/flow.h"

// L -0.1 is a difference; behind a blank, and with none behind it, a rate is meant.
static bool looks_like_rate(const struct call *c, struct span typed)
{
    const char *s = c->lexer->source->text;
    size_t at = typed.end;
    while (at > typed.start && ((s[at - 1] >= '0' && s[at - 1] <= '9') || s[at - 1] == '.')) {
        at--;
    }
    return at < typed.end && at > typed.start + 1 && s[at - 1] == '-' && s[at - 2] == ' ';
}

// The learning rate, if there is one. False: the diag says why.
static bool read_rate(struct call *c, struct span typed, double *rate, bool *given)
{
    struct operand x;
    *given = call_has_more(c);
    if (!*given && looks_like_rate(c, typed)) {
        diag_set(c->diag, typed, "a learning rate is a number above 0");
        return diag_hint(c->diag, "write flow L 0.1");
    }
    if (!*given) {
        return true;
    }
    if (!call_expression(c, &x)) {
        return false;
    }
    *rate = operand_is_array(&x) ? NAN : lower_number(call_lower(c), &x);
    if (!(*rate > 0) || !isfinite(*rate)) {
        diag_set(c->diag, x.span, "a learning rate is a number above 0");
        return diag_hint(c->diag, "write flow L 0.1");
    }
    return true;
}

enum call_end command_flow(struct call *c)
{
    struct flow f;
    double rate = 0;
    bool given = false;
    if (!call_has_more(c)) {
        diag_set(c->diag, c->command, "flow of which loss?");
        diag_hint(c->diag, "write flow L, or flow L 0.1 to see an update too");
        return CALL_FAILED;
    }
    bool ok = flow_read(&f, c) && read_rate(c, f.made.span, &rate, &given) && call_finish(c) &&
              (!given || flow_update(&f, rate));
    ok = ok && flow_put(&f, call_record(c, KIND_flow));
    flow_release(&f);
    return ok ? CALL_DONE : CALL_FAILED;
}

// explain: all that there is to say about one node, as facts; view/words_why.c says them.
#include <math.h>
#include <string.h>

#include "command/commands.h"
#include "command/explain_arrays.h"

enum { USES_SHOWN = 6 };

// What is special about a node, each a word that the renderer knows.
static void put_special(struct call *c, struct rec *r, uint32_t node)
{
    const struct tape *t = &c->s->tape;
    struct rec *list = rec_list(c->out, r, KEY_special);
    enum op op = tape_op(t, node);
    double v = tape_value(t, node);
    bool unary = tape_arity(t, node) == 1, binary = tape_arity(t, node) == 2;
    double slope = unary ? tape_slope(t, node, 0) : 1;
    if (op == OP_RELU && tape_flat(t, node, 0)) {
        rec_text(c->out, list, KEY_NONE, "dead");
    }
    if ((op == OP_TANH || op == OP_SIGMOID) && fabs(slope) < 0.01) {
        rec_text(c->out, list, KEY_NONE, "saturated");
    }
    if (binary && (op == OP_MAX || op == OP_MIN || op == OP_AMAX || op == OP_AMIN) &&
        tape_value(t, tape_operand(t, node, 0)) == tape_value(t, tape_operand(t, node, 1))) {
        rec_text(c->out, list, KEY_NONE, "tie");
    }
    if ((op == OP_RELU || op == OP_ABS || op == OP_LEAKY_RELU) &&
        tape_value(t, tape_operand(t, node, 0)) == 0) {
        rec_text(c->out, list, KEY_NONE, "kink");
    }
    if (tape_marked(t, node, MARK_STALE)) {
        rec_text(c->out, list, KEY_NONE, "stale");
    }
    if (!isfinite(v)) {
        rec_text(c->out, list, KEY_NONE, "strange");
    }
    rec_text(c->out, r, KEY_edge, op_get(op)->edge);
}

uint32_t explain_origin(const struct tape *t, uint32_t node)
{
    for (;;) {
        uint32_t next = NODE_NONE;
        for (int slot = 0; slot < tape_arity(t, node); slot++) {
            uint32_t operand = tape_operand(t, node, slot);
            next = isfinite(tape_value(t, operand)) ? next : operand;
        }
        if (next == NODE_NONE) {
            return node;
        }
        node = next;
    }
}

static void put_children(struct call *c, struct rec *r, uint32_t node)
{
    const struct tape *t = &c->s->tape;
    struct rec *children = rec_list(c->out, r, KEY_children);
    for (int slot = 0; slot < tape_arity(t, node); slot++) {
        struct rec *row = rec_map(c->out, children, KEY_NONE);
        struct text formula;
        text_init(&formula);
        call_slope_formula(c, &formula, node, slot);
        call_put_node(c, row, tape_operand(t, node, slot));
        rec_flag(c->out, row, KEY_constant, tape_constant(t, node, slot));
        rec_text(c->out, row, KEY_formula, text_get(&formula));
        rec_number(c->out, row, KEY_local, tape_slope(t, node, slot));
        text_release(&formula);
    }
}

static void put_use(struct call *c, struct rec *uses, uint32_t user, int slot)
{
    const struct tape *t = &c->s->tape;
    struct rec *row = rec_map(c->out, uses, KEY_NONE);
    struct text formula;
    text_init(&formula);
    call_put_node(c, row, user);
    call_formula(c, &formula, user);
    rec_text(c->out, row, KEY_is, text_get(&formula));
    text_clear(&formula);
    call_slope_formula(c, &formula, user, slot);
    rec_text(c->out, row, KEY_formula, text_get(&formula));
    rec_number(c->out, row, KEY_local, tape_slope(t, user, slot));
    rec_number(c->out, row, KEY_upstream, tape_grad(t, user));
    if (call_grad_cancels(c, user)) {
        rec_flag(c->out, row, KEY_upstream_cancels, true);
    }
    rec_number(c->out, row, KEY_share, tape_share(t, user, slot));
    text_release(&formula);
}

// Who uses the node, among what the last output depends on (`below`; NULL: everybody).
static void put_uses(struct call *c, struct rec *r, uint32_t node, const struct adjoints *below)
{
    const struct tape *t = &c->s->tape;
    struct rec *uses = rec_list(c->out, r, KEY_uses);
    int64_t count = 0;
    uint32_t end = tape_count(t);
    struct tape_used used = {0};
    tape_used_add(&used, node);
    for (uint32_t i = node; (i = tape_next_user(t, &used, i + 1, end)) < end;) {
        for (int slot = 0; slot < tape_arity(t, i); slot++) {
            bool counts = tape_operand(t, i, slot) == node && (!below || adjoints_reach(below, i));
            if (counts && count++ < USES_SHOWN) {
                put_use(c, uses, i, slot);
            }
        }
    }
    rec_whole(c->out, r, KEY_use_count, count);
}

// Facts about the node, where the last output depends on it (`below`) or not.
static void put_facts(struct call *c, struct rec *r, uint32_t node, const struct adjoints *below)
{
    const struct tape *t = &c->s->tape;
    struct text formula;
    text_init(&formula);
    call_put_node(c, r, node);
    call_formula(c, &formula, node);
    rec_text(c->out, r, KEY_formula, text_get(&formula));
    text_release(&formula);
    rec_text(c->out, r, KEY_role, call_role(t, node));
    rec_text(c->out, r, KEY_help, op_get(tape_op(t, node))->help);
    if (tape_marked(t, node, MARK_GRAD)) {
        call_put_grad(c, r, node);
    }
    if (below != NULL) {
        call_put_node(c, rec_map(c->out, r, KEY_output), below->root);
        rec_flag(c->out, r, KEY_reached, adjoints_reach(below, node));
    }
    put_special(c, r, node);
    put_children(c, r, node);
    put_uses(c, r, node, below != NULL && adjoints_reach(below, node) ? below : NULL);
}

static void put_origin(struct call *c, struct rec *r, uint32_t node)
{
    uint32_t from = explain_origin(&c->s->tape, node);
    struct rec *began = rec_map(c->out, r, KEY_origin);
    struct text formula;
    text_init(&formula);
    call_formula(c, &formula, from);
    call_put_node(c, began, from);
    rec_text(c->out, began, KEY_formula, text_get(&formula));
    text_release(&formula);
}

bool explain_put(struct call *c, struct rec *r, uint32_t node, uint32_t output)
{
    const struct tape *t = &c->s->tape;
    struct adjoints below = {0};
    bool has_output = output != NODE_NONE && node <= output;
    bool ok =
        !has_output || call_swept(c, sweep_adjoints(t, c->s->world.stop, output, node, &below));
    if (ok) {
        put_facts(c, r, node, has_output ? &below : NULL);
        if (!isfinite(tape_value(t, node))) {
            put_origin(c, r, node);
        }
    }
    if (has_output) {
        adjoints_release(&below);
    }
    return ok;
}

enum call_end command_explain(struct call *c)
{
    uint32_t node;
    if (explain_array(c)) {
        return CALL_DONE;
    }
    if (!(call_has_more(c) ? call_node(c, &node) : call_target(c, &node)) || !call_finish(c)) {
        return CALL_FAILED;
    }
    uint32_t output = session_settings(c->s)->output;
    return explain_put(c, call_record(c, KIND_explain), node, output) ? CALL_DONE : CALL_FAILED;
}

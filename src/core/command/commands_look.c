// Commands that look and change nothing.
#include <math.h>
#include <string.h>

#include "base/format.h"
#include "command/commands.h"
#include "command/commands_group.h"
#include "command/explain_arrays.h"
#include "engine/sweep.h"

// The learner's words for a node, where they say more than its name.
static void put_label(struct call *c, struct rec *row, uint32_t node)
{
    size_t n;
    const char *label = labels_get(&c->s->labels, node, &n), *name = rec_get_text(row, KEY_name);
    if (label != NULL && (strlen(name) != n || memcmp(name, label, n) != 0)) {
        rec_bytes(c->out, row, KEY_label, label, n);
    }
}

// Name, value, gradient ("grad" is absent until one was computed), kind, formula, label.
static void put_row(struct call *c, struct rec *rows, uint32_t node)
{
    const struct tape *t = &c->s->tape;
    struct rec *row = rec_map(c->out, rows, KEY_NONE);
    call_put_row(c, row, node);
    if (tape_marked(t, node, MARK_GRAD)) {
        call_put_grad(c, row, node);
    }
    rec_text(c->out, row, KEY_role, call_role(t, node));
    rec_flag(c->out, row, KEY_stale, tape_marked(t, node, MARK_STALE));
    struct text formula;
    text_init(&formula);
    call_formula(c, &formula, node);
    rec_text(c->out, row, KEY_formula, text_get(&formula));
    text_release(&formula);
    put_label(c, row, node);
}

static uint32_t first_node(const struct call *c, struct value v)
{
    return v.listed ? BUF(uint32_t, &c->s->names.lists)[v.base] : v.base;
}

// An array's row: its shape, its role, and the length of its gradient as a vector.
static void put_array(struct call *c, struct rec *rows, uint32_t name, struct value v)
{
    const struct tape *t = &c->s->tape;
    struct operand x = lower_operand(v, c->command);
    const struct lower *w = call_lower(c);
    char shape[SHAPE_TEXT];
    size_t length;
    const char *s = names_text(&c->s->names, name, &length);
    struct rec *row = rec_map(c->out, rows, KEY_NONE);
    rec_bytes(c->out, row, KEY_as, s, length);
    rec_text(c->out, row, KEY_shape, operand_shape(shape, &x));
    bool grad = false, cancels = true;
    double squares = 0;
    uint32_t count = v.rows * v.cols;
    bool block = !v.listed && v.cs == 1 && v.rs == (int32_t)v.cols;
    bool none = block && tape_next(t, MARK_GRAD, v.base, v.base + count) == v.base + count;
    for (uint32_t k = none ? count : 0; k < count; k++) {
        uint32_t node = operand_node(w, &x, k / v.cols, k % v.cols);
        grad |= tape_marked(t, node, MARK_GRAD);
        squares += tape_grad(t, node) * tape_grad(t, node);
        cancels = cancels && (tape_grad(t, node) == 0 || call_grad_cancels(c, node));
    }
    if (grad) {
        rec_number(c->out, row, KEY_grad, sqrt(squares));
    }
    if (grad && cancels && squares > 0) {
        rec_flag(c->out, row, KEY_grad_cancels, true);
    }
    rec_text(c->out, row, KEY_role, call_role(t, first_node(c, v)));
}

// `found` rows were asked for, at most CALL_ROWS_MOST of them put: a longer table is cut short.
static void cut_rows(struct call *c, struct rec *r, struct rec *rows, size_t found)
{
    bool cut = found > CALL_ROWS_MOST;
    if (cut && rows != NULL) {
        rec_cut(rows, CALL_ROWS_CUT);
    }
    rec_whole(c->out, r, KEY_more, cut ? (int64_t)(found - CALL_ROWS_CUT) : 0);
}

// A row for each bound name that `wanted` picks, in the order in which the names were first used.
static enum call_end list_names(struct call *c, enum rec_kind kind,
                                bool (*wanted)(const struct tape *, uint32_t))
{
    if (!call_finish(c)) {
        return CALL_FAILED;
    }
    struct names *names = &c->s->names;
    struct rec *r = call_record(c, kind);
    struct rec *rows = rec_list(c->out, r, KEY_rows);
    size_t found = 0;
    for (uint32_t i = 0; i < names_count(names); i++) {
        struct value value = names_get(names, i);
        if (value_is_array(value) && wanted(&c->s->tape, first_node(c, value)) &&
            found++ < CALL_ROWS_MOST) {
            put_array(c, rows, i, value);
        }
        if (value.rank == VALUE_SCALAR && wanted(&c->s->tape, value.base) &&
            found++ < CALL_ROWS_MOST) {
            put_row(c, rows, value.base);
            size_t length;
            const char *s = names_text(names, i, &length);
            rec_bytes(c->out, rows == NULL ? NULL : rows->in.last, KEY_as, s, length);
        }
    }
    cut_rows(c, r, rows, found);
    return CALL_DONE;
}

static bool any_node(const struct tape *t, uint32_t node)
{
    (void)t;
    (void)node;
    return true;
}

static bool is_param(const struct tape *t, uint32_t node)
{
    return tape_marked(t, node, MARK_PARAM);
}

enum call_end command_vars(struct call *c)
{
    return list_names(c, KIND_vars, any_node);
}

enum call_end command_params(struct call *c)
{
    return list_names(c, KIND_params, is_param);
}

enum call_end command_grads(struct call *c)
{
    return list_names(c, KIND_grads, any_node);
}

enum call_end command_topo(struct call *c)
{
    uint32_t root, from = tape_count(&c->s->tape);
    struct buf ids;
    if (!call_target(c, &root) || !call_finish(c)) {
        return CALL_FAILED;
    }
    if (!sweep_reach(&c->s->tape, root, &ids)) {
        buf_release(&ids);
        diag_out_of_memory(c->diag);
        return CALL_FAILED;
    }
    struct rec *r = call_record(c, KIND_topo);
    struct rec *rows = rec_list(c->out, r, KEY_rows);
    size_t found = 0;
    for (size_t i = 0; i < ids.count; i++) {
        uint32_t node = BUF(uint32_t, &ids)[i];
        if (!tape_marked(&c->s->tape, node, MARK_CONST) && found++ < CALL_ROWS_MOST) {
            put_row(c, rows, node);
        }
    }
    cut_rows(c, r, rows, found);
    buf_release(&ids);
    tape_cut(&c->s->tape, from);
    return CALL_DONE;
}

// `local s` of an array: its first element, and how to come to the others.
static bool local_of_array(struct call *c, uint32_t *node)
{
    struct token t = lexer_peek(c->lexer);
    struct lexer after = {.source = c->lexer->source, .at = t.span.end};
    enum token_kind next = lexer_peek(&after).kind;
    struct value v = t.kind != TOKEN_NAME || !token_ends(next)
                         ? ((struct value){0})
                         : names_lookup(&c->s->names, token_text(c->lexer, t), token_length(t));
    if (!value_is_array(v)) {
        return false;
    }
    struct operand x = lower_operand(v, t.span);
    char shape[SHAPE_TEXT], last[40];
    const char *first = v.rank == VALUE_MATRIX ? "0, 0" : "0";
    int rows = v.rank == VALUE_MATRIX ? format_write(last, sizeof last, "%u, ", v.rows - 1) : 0;
    format_write(last + rows, sizeof last - (size_t)rows, "%u", v.cols - 1);
    lexer_next(c->lexer, c->diag);
    *node = operand_node(call_lower(c), &x, 0, 0);
    call_notice(c, t.span, "%.*s is of shape %s; this is %.*s[%s], and local %.*s[%s] the last",
                (int)token_length(t), token_text(c->lexer, t), operand_shape(shape, &x),
                (int)token_length(t), token_text(c->lexer, t), first, (int)token_length(t),
                token_text(c->lexer, t), last);
    return true;
}

enum call_end command_local(struct call *c)
{
    uint32_t node, from = tape_count(&c->s->tape);
    struct token first = lexer_peek(c->lexer);
    if (group_is_named(c)) {
        return group_local(c) ? CALL_DONE : CALL_FAILED;
    }
    if (explain_local_array(c)) {
        return CALL_DONE;
    }
    if (!local_of_array(c, &node) && (!call_target(c, &node) || !call_finish(c))) {
        return CALL_FAILED;
    }
    call_note_stale(c, first.span, node);
    bool told = false;
    if (node < from && !group_local_of_node(c, node, &told)) {
        return CALL_FAILED;
    }
    if (told) {
        return CALL_DONE;
    }
    const struct tape *t = &c->s->tape;
    struct rec *r = call_record(c, KIND_local);
    call_put_node(c, r, node);
    if (node >= from) {
        const char *s = c->lexer->source->text;
        rec_bytes(c->out, r, KEY_aside, s + first.at, c->lexer->at - first.at);
    }
    struct text formula;
    text_init(&formula);
    call_formula(c, &formula, node);
    rec_text(c->out, r, KEY_formula, text_get(&formula));
    struct rec *rows = rec_list(c->out, r, KEY_rows);
    for (int slot = 0; slot < tape_arity(t, node); slot++) {
        if (tape_constant(t, node, slot)) {
            continue;
        }
        struct rec *row = rec_map(c->out, rows, KEY_NONE);
        text_clear(&formula);
        call_aside_label(c, &formula, tape_operand(t, node, slot), from);
        rec_text(c->out, row, KEY_child, text_get(&formula));
        text_clear(&formula);
        call_aside_formula(c, &formula, node, slot, from);
        rec_text(c->out, row, KEY_formula, text_get(&formula));
        rec_number(c->out, row, KEY_slope, tape_slope(t, node, slot));
    }
    rec_text(c->out, r, KEY_edge, op_get(tape_op(t, node))->edge);
    text_release(&formula);
    tape_cut(&c->s->tape, from);
    return CALL_DONE;
}

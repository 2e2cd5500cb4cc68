// What a statement answers: records, notices, and the formulas and numbers in them.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "engine/shown.h"
#include "formula/called.h"
#include "formula/derive.h"
#include "session/call.h"

enum { FORMULA_MOST = 200 };  // bytes of a formula in a table

bool call_echoes(const struct call *c)
{
    if (c->s->mode == SESSION_SCRIPT) {
        return session_preferences(c->s)->verbose;
    }
    struct token t = lexer_peek(c->method_end != NULL ? c->method_end : c->lexer);
    bool last_of_line = t.kind == TOKEN_END || (t.kind == TOKEN_BREAK && t.newline);
    return c->s->frames.count == 1 && last_of_line;
}

struct rec *call_record(struct call *c, enum rec_kind kind)
{
    return records_add(c->out, kind);
}

// The outermost loop; NULL if there is none. *late: is it, or one inside it, past its first turn?
static struct frame *outer_loop(const struct session *s, bool *late)
{
    struct frame *outer = NULL;
    *late = false;
    for (size_t i = 0; i < s->frames.count; i++) {
        struct frame *f = &BUF(struct frame, &s->frames)[i];
        if (f->kind == FRAME_LOOP) {
            outer = outer == NULL ? f : outer;
            *late |= f->turn > 1;
        }
    }
    return outer;
}

// Is this to be said? In a loop each notice is said once, when it first comes up; the loop
// remembers which, and where.
static bool is_new(struct frame *loop, const char *format, size_t at)
{
    for (size_t i = 0; loop != NULL && i < loop->noticed; i++) {
        if (loop->notices[i].format == format && loop->notices[i].at == at) {
            return false;
        }
    }
    if (loop != NULL && loop->noticed < COUNT_OF(loop->notices)) {
        loop->notices[loop->noticed].format = format;
        loop->notices[loop->noticed].at = at;
        loop->noticed++;
        return true;
    }
    return loop == NULL;
}

bool call_in_later_turn(const struct call *c)
{
    bool late;
    return outer_loop(c->s, &late) != NULL && late;
}

void call_notice(struct call *c, struct span span, const char *format, ...)
{
    char words[DIAG_WORDS];
    va_list args;
    bool late;
    struct frame *loop = outer_loop(c->s, &late);
    if (!is_new(loop, format, span.start)) {
        return;
    }
    va_start(args, format);
    int n = format_write_args(words, sizeof words, format, args);
    va_end(args);
    if (late && n > 0 && (size_t)n < sizeof words) {
        format_write(words + n, sizeof words - (size_t)n, " (in turn %lld)", (long long)loop->turn);
    }
    if (c->lexer->source == &c->frame->source) {
        source_advance(&c->frame->source, span.start);
    }
    struct place p = source_place(c->lexer->source, span.start);
    struct rec *r = call_record(c, KIND_notice);
    rec_text(c->out, r, KEY_file, c->lexer->source->name);
    rec_whole(c->out, r, KEY_line, (int64_t)p.line);
    rec_whole(c->out, r, KEY_column, (int64_t)p.column);
    rec_text(c->out, r, KEY_text, words);
}

// ---- What nodes are called ----------------------------------------------------------------------

// A field that says what a node is called.
struct call_called {
    uint32_t node;
    struct rec *field;
};

static void put_called(struct call *c, struct rec *to, uint32_t node, const char *called)
{
    rec_text(c->out, to, KEY_called, called);
    if (c->called.size == 0) {
        buf_init(&c->called, sizeof(struct call_called));
    }
    struct call_called *at = to == NULL ? NULL : buf_push(&c->called, 1);
    if (at != NULL) {
        *at = (struct call_called){node, to->in.last};
    }
}

static int compare_called(const void *a, const void *b)
{
    const struct call_called *x = a, *y = b;
    int order = strcmp(x->field->text, y->field->text);
    return order != 0 ? order : (x->node > y->node) - (x->node < y->node);
}

// Nodes with one formula would be taken for one node: in one answer they go by their numbers.
static void part_called(struct call *c)
{
    struct call_called *all = c->called.data;
    size_t count = c->called.count;
    if (count > 1) {
        qsort(all, count, sizeof *all, compare_called);
    }
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count; to++) {
            if (strcmp(all[from].field->text, all[to].field->text) != 0) {
                break;
            }
        }
        for (size_t i = from; all[from].node != all[to - 1].node && i < to; i++) {
            all[i].field->text = "";
        }
    }
    buf_release(&c->called);
}

void call_put_node(struct call *c, struct rec *to, uint32_t node)
{
    char label[LABEL_TEXT];
    rec_whole(c->out, to, KEY_node, node);
    rec_text(c->out, to, KEY_name, names_label(&c->s->names, label, node));
    if (called_by_formula(label, &c->s->tape, &c->s->names, node, session_digits(c->s))) {
        put_called(c, to, node, label);
    }
    rec_number(c->out, to, KEY_value, tape_value(&c->s->tape, node));
}

void call_put_row(struct call *c, struct rec *row, uint32_t node)
{
    call_put_node(c, row, node);
    if (shown_value_cancels(&c->s->tape, node)) {
        rec_flag(c->out, row, KEY_value_cancels, true);
    }
}

bool call_grad_cancels(struct call *c, uint32_t node)
{
    if (!c->sized) {
        shown_sizes(&c->s->tape, &c->sizes);
        c->sized = true;
    }
    return shown_grad_cancels(&c->s->tape, &c->sizes, node);
}

void call_put_grad(struct call *c, struct rec *row, uint32_t node)
{
    rec_number(c->out, row, KEY_grad, tape_grad(&c->s->tape, node));
    if (call_grad_cancels(c, node)) {
        rec_flag(c->out, row, KEY_grad_cancels, true);
    }
}

void call_release(struct call *c)
{
    part_called(c);
    call_end_lowering(c);
    if (c->sized) {
        buf_release(&c->sizes);
    }
}

void call_formula(struct call *c, struct text *out, uint32_t node)
{
    called_formula(out, &c->s->tape, &c->s->names, node, session_digits(c->s));
}

const char *call_label(struct call *c, char out[LABEL_TEXT], uint32_t node)
{
    return called_label(out, &c->s->tape, &c->s->names, node, session_digits(c->s));
}

// A number of an answer is so many units of work (base/stop.h).
enum { NUMBER_WORK = 64 };

void call_put_value(struct call *c, struct rec *to, enum rec_key key, const struct operand *x)
{
    const struct lower *w = call_lower(c);
    if (!operand_is_array(x)) {
        rec_number(c->out, to, key, lower_number(w, x));
        return;
    }
    struct rec *rows = rec_list(c->out, to, key);
    bool matrix = x->array.rank == VALUE_MATRIX;
    for (uint32_t i = 0; i < x->array.rows; i++) {
        struct rec *row = matrix ? rec_list(c->out, rows, KEY_NONE) : rows;
        for (uint32_t j = 0; j < x->array.cols; j++) {
            if (stop_asked_by(c->s->world.stop, i * x->array.cols + j, NUMBER_WORK)) {
                return;  // the answer goes
            }
            rec_number(c->out, row, KEY_NONE, operand_number(w, x, i, j));
        }
    }
}

void call_add_numbers(struct call *c, struct text *out, const struct operand *x,
                      call_number_writer *write, const void *how)
{
    bool array = operand_is_array(x), matrix = array && x->array.rank == VALUE_MATRIX;
    if (!array) {
        write(out, lower_number(c->lower, x), how);
        return;
    }
    text_add(out, matrix ? "[" : "");
    for (uint32_t i = 0; i < x->array.rows; i++) {
        text_add(out, i > 0 ? ", [" : "[");
        for (uint32_t j = 0; j < x->array.cols; j++) {
            if (stop_asked_by(c->s->world.stop, i * x->array.cols + j, NUMBER_WORK)) {
                return;  // the answer goes
            }
            text_add(out, j > 0 ? ", " : "");
            write(out, operand_number(c->lower, x, i, j), how);
        }
        text_add_char(out, ']');
    }
    text_add(out, matrix ? "]" : "");
}

static void add_plain(struct text *out, double x, const void *how)
{
    const int *digits = how;
    char number[NUMBER_TEXT];
    text_add(out, number_text(number, x, *digits));
}

void call_add_value(struct call *c, struct text *out, const struct operand *x)
{
    int digits = session_digits(c->s);
    call_add_numbers(c, out, x, add_plain, &digits);
}

const char *call_role(const struct tape *t, uint32_t node)
{
    return tape_op(t, node) != OP_LEAF        ? "interior"
           : tape_marked(t, node, MARK_PARAM) ? "parameter"
           : tape_marked(t, node, MARK_CONST) ? "constant"
                                              : "leaf";
}

void call_slope_formula(struct call *c, struct text *out, uint32_t node, int slot)
{
    call_aside_formula(c, out, node, slot, NODE_NONE);
}

void call_aside_formula(struct call *c, struct text *out, uint32_t node, int slot, uint32_t aside)
{
    const struct tape *t = &c->s->tape;
    struct exprs pool;
    exprs_init(&pool);
    uint32_t slope = derive_local(&pool, t, &c->s->names, node, slot);
    for (int i = 0; i < tape_arity(t, node); i++) {
        uint32_t operand = tape_operand(t, node, i);
        uint32_t by = operand >= aside
                          ? expr_inlined(&pool, t, &c->s->names, operand, NODE_NONE)
                          : called_expr(&pool, t, &c->s->names, operand, session_digits(c->s));
        slope = expr_substitute(&pool, slope, expr_label(&pool, t, &c->s->names, operand), by);
    }
    if (slope != EXPR_NONE) {
        expr_print(out, &pool, slope, FORMULA_MOST);
    }
    exprs_release(&pool);
}

void call_aside_label(struct call *c, struct text *out, uint32_t node, uint32_t aside)
{
    char label[LABEL_TEXT];
    if (node < aside) {
        text_add(out, call_label(c, label, node));
        return;
    }
    struct exprs pool;
    exprs_init(&pool);
    uint32_t formula = expr_inlined(&pool, &c->s->tape, &c->s->names, node, NODE_NONE);
    if (formula != EXPR_NONE) {
        expr_print(out, &pool, formula, FORMULA_MOST);
    }
    exprs_release(&pool);
}

void call_note_stale(struct call *c, struct span span, uint32_t node)
{
    char label[LABEL_TEXT];
    if (tape_marked(&c->s->tape, node, MARK_STALE)) {
        call_notice(c, span,
                    "%s is stale: a value it depends on has changed since; 'forward' "
                    "refreshes it",
                    names_label(&c->s->names, label, node));
    }
}

void call_note_stale_value(struct call *c, struct span span, const struct operand *x)
{
    uint32_t first = NODE_NONE, cols = operand_cols(x);
    size_t count = operand_count(x), stale = 0;
    char label[LABEL_TEXT];
    if (!x->is_node || !c->s->tape.any_stale) {
        return;
    }
    for (uint32_t k = 0; k < count; k++) {
        uint32_t node = operand_node(call_lower(c), x, k / cols, k % cols);
        bool marked = tape_marked(&c->s->tape, node, MARK_STALE);
        first = marked && stale == 0 ? node : first;
        stale += marked;
    }
    if (stale == 1) {
        call_note_stale(c, span, first);
    } else if (stale > 1) {
        call_notice(c, span,
                    "%zu values of this array are stale, the first is %s: what they depend on has "
                    "changed since; 'forward' refreshes them",
                    stale, names_label(&c->s->names, label, first));
    }
}

void call_note_strange(struct call *c, struct span span, uint32_t from, uint32_t named)
{
    const struct tape *t = &c->s->tape;
    for (uint32_t i = from; i < tape_count(t); i++) {
        struct node n = tape_node(t, i);
        if (isfinite(tape_value(t, i)) || n.op == OP_LEAF ||
            !isfinite(tape_value(t, (uint32_t)n.a)) || !isfinite(tape_value(t, (uint32_t)n.b))) {
            continue;
        }
        char label[QUOTED], number[NUMBER_TEXT];
        struct text formula;
        text_init(&formula);
        call_formula(c, &formula, i);
        if (i == named) {
            diag_quote(label, c->lexer->source->text + span.start, span.end - span.start);
        } else {
            names_label(&c->s->names, label, i);
        }
        call_notice(c, span, "%s appears first at %s = %s",
                    number_text(number, tape_value(t, i), 6), label, text_get(&formula));
        text_release(&formula);
        return;
    }
}

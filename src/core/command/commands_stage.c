// stage: a formula as staged assignments, with the backward line of each.
#include <string.h>

#include "base/format.h"
#include "command/commands.h"
#include "command/formula.h"
#include "command/stage_arrays.h"
#include "export/export_python.h"
#include "formula/simplify.h"

// The function in Python, unless Python has it under that name.
static bool put_python(struct call *c, struct rec *lines, enum op op)
{
    const struct op_row *row = op_get(op);
    struct text value, line;
    if (row->form != OP_CALL) {
        return true;
    }
    if (!python_writes(op)) {
        diag_set(c->diag, c->command, "Python has no function for '%s'", row->name);
        return diag_hint(c->diag, "stage it without 'python'");
    }
    text_init(&value);
    text_init(&line);
    python_value(&value, op);
    const char *values = row->arity == 1 ? "x" : "x, y";
    text_addf(&line, "%s(%s)", row->name, values);
    bool own = strcmp(text_get(&value), text_get(&line)) == 0;
    text_clear(&line);
    text_addf(&line, "math.%s(%s)", row->name, values);
    bool maths = strcmp(text_get(&value), text_get(&line)) == 0;
    text_clear(&line);
    if (maths) {
        text_addf(&line, "%s = math.%s", row->name, row->name);
    } else {
        text_addf(&line, "def %s(%s): return %s", row->name, values, text_get(&value));
    }
    if (!own) {
        rec_text(c->out, lines, KEY_NONE, text_get(&line));
    }
    text_release(&value);
    text_release(&line);
    return true;
}

// The stages of a formula: each operation gets a name of its own, s1, s2, …
struct stages {
    struct formula *formula;
    struct buf ids;    // uint32_t: what the formula is made of, lowest first
    struct buf label;  // uint32_t, by node: the name or number that stands for it
    struct buf grad;   // uint32_t, by node: the name of its gradient
    struct buf given;  // uint8_t, by node: has its gradient been given a value?
    struct buf walk;   // uint32_t: of a slope, what is still to be looked at
    struct simplifier simplifier;
    bool used[OP_COUNT];
};

// A name with this prefix that the formula does not use itself.
static uint32_t fresh_name(struct stages *s, const char *prefix, const char *rest, size_t length)
{
    struct text name;
    struct exprs *pool = &s->formula->pool;
    text_init(&name);
    text_add(&name, prefix);
    text_add_bytes(&name, rest, length);
    while (names_find(&pool->names, text_get(&name), text_length(&name)) != NAME_NONE &&
           !name.bytes.failed) {
        text_add_char(&name, '_');
    }
    uint32_t expr = expr_name(pool, text_get(&name), text_length(&name));
    text_release(&name);
    return expr;
}

static bool stages_init(struct stages *s, struct formula *f)
{
    *s = (struct stages){.formula = f};
    buf_init(&s->label, sizeof(uint32_t));
    buf_init(&s->grad, sizeof(uint32_t));
    buf_init(&s->given, 1);
    buf_init(&s->walk, sizeof(uint32_t));
    simplifier_init(&s->simplifier, &f->pool);
    size_t count = (size_t)f->root + 1;
    return expr_reach(&f->pool, f->root, &s->ids) && buf_resize(&s->label, count) &&
           buf_resize(&s->grad, count) && buf_resize(&s->given, count);
}

static void stages_release(struct stages *s)
{
    buf_release(&s->ids);
    buf_release(&s->label);
    buf_release(&s->grad);
    buf_release(&s->given);
    buf_release(&s->walk);
    simplifier_release(&s->simplifier);
}

static uint32_t *label_of(struct stages *s, uint32_t id)
{
    return &BUF(uint32_t, &s->label)[id];
}

// An operation on names: one on numbers only is a number, and has no gradient.
static bool is_stage(struct expr e)
{
    return e.kind == EXPR_OP && !e.constant;
}

// "NAME = FORMULA" or "NAME += FORMULA"
static void put_line(struct stages *s, struct rec *lines, uint32_t name, const char *sign,
                     uint32_t value)
{
    enum { LINE_MOST = 2000 };
    struct text line;
    if (name == EXPR_NONE || value == EXPR_NONE) {
        return;  // the pool failed, or is to stop: the command's end says so
    }
    text_init(&line);
    expr_print(&line, &s->formula->pool, name, LINE_MOST);
    text_add(&line, sign);
    expr_print(&line, &s->formula->pool, value, LINE_MOST);
    rec_text(s->formula->call->out, lines, KEY_NONE, text_get(&line));
    text_release(&line);
}

static void put_forward(struct stages *s, struct rec *lines)
{
    struct exprs *pool = &s->formula->pool;
    unsigned number = 0;
    for (size_t i = 0; i < s->ids.count && !exprs_failed(pool); i++) {
        uint32_t id = BUF(uint32_t, &s->ids)[i];
        struct expr e = expr_get(pool, id);
        *label_of(s, id) = id;
        if (is_stage(e)) {
            char digits[16];
            int n = format_write(digits, sizeof digits, "%u", ++number);
            uint32_t value = expr_apply(pool, (enum op)e.op, *label_of(s, e.a), *label_of(s, e.b));
            s->used[e.op] = true;
            *label_of(s, id) = fresh_name(s, "s", digits, (size_t)n);
            put_line(s, lines, *label_of(s, id), " = ", value);
        }
    }
    for (size_t i = 0; i < s->ids.count && !exprs_failed(pool); i++) {
        uint32_t id = BUF(uint32_t, &s->ids)[i];
        struct expr label = expr_get(pool, *label_of(s, id));
        if (label.kind == EXPR_NAME) {
            size_t length;
            const char *name = names_text(&pool->names, label.a, &length);
            char copy[QUOTED];
            diag_quote(copy, name, length);
            BUF(uint32_t, &s->grad)[id] = fresh_name(s, "d", copy, strlen(copy));
        }
    }
}

// The functions of a slope are wanted too. It is a formula of names, and so a small one.
static void note_used(struct stages *s, uint32_t slope)
{
    const struct exprs *pool = &s->formula->pool;
    struct buf *todo = &s->walk;
    for (uint32_t id = slope; id != EXPR_NONE;) {
        struct expr e = expr_get(pool, id);
        if (e.kind == EXPR_OP) {
            s->used[e.op] = true;
            uint32_t *later = buf_push(todo, 1);
            if (later != NULL) {
                *later = e.b;
            }
            id = e.a;
        } else {
            id = todo->count > 0 ? BUF(uint32_t, todo)[--todo->count] : EXPR_NONE;
        }
    }
}

static void put_share(struct stages *s, struct rec *lines, uint32_t id, int slot)
{
    struct exprs *pool = &s->formula->pool;
    struct expr e = expr_get(pool, id);
    uint32_t operand = slot == 0 ? e.a : e.b;
    if (expr_get(pool, operand).constant) {
        return;
    }
    uint32_t slope = simplify(&s->simplifier,
                              expr_formula(pool, op_slope_text((enum op)e.op, slot),
                                           *label_of(s, e.a), *label_of(s, e.b), *label_of(s, id)));
    if (slope == EXPR_NONE) {
        return;
    }
    uint32_t upstream = BUF(uint32_t, &s->grad)[id];
    uint8_t *given = &BUF(uint8_t, &s->given)[operand];
    uint32_t share =
        expr_is_number(pool, slope, 1) ? upstream : expr_apply(pool, OP_MUL, upstream, slope);
    note_used(s, slope);
    put_line(s, lines, BUF(uint32_t, &s->grad)[operand], *given != 0 ? " += " : " = ", share);
    *given = 1;
}

static void put_backward(struct stages *s, struct rec *lines)
{
    struct exprs *pool = &s->formula->pool;
    uint32_t root = s->formula->root;
    put_line(s, lines, BUF(uint32_t, &s->grad)[root], " = ", expr_number(pool, 1));
    for (size_t i = s->ids.count; i-- > 0 && !exprs_failed(pool);) {
        uint32_t id = BUF(uint32_t, &s->ids)[i];
        struct expr e = expr_get(pool, id);
        for (int slot = 0; is_stage(e) && slot < op_get((enum op)e.op)->arity; slot++) {
            put_share(s, lines, id, slot);
        }
    }
}

// The node that a derivative was grown as, dL/da, stands for its formula. False: it was not, and
// nothing is read.
static bool read_derivative(struct formula *f)
{
    struct call *c = f->call;
    struct lexer begin = *c->lexer;
    struct diag diag = *c->diag;
    uint32_t node;
    char name[16];
    f->span.start = lexer_peek(c->lexer).at;
    if (!call_node(c, &node)) {
        *c->lexer = begin;
        *c->diag = diag;
        return false;
    }
    f->span.end = c->lexer->at;
    format_write(name, sizeof name, "%%%u", (unsigned)node);
    f->root = f->typed = expr_name(&f->pool, name, strlen(name));
    return f->root != EXPR_NONE || expr_trouble(&f->pool, c->diag);
}

// Is all of the formula a derivative?
static bool is_derivative_alone(const struct call *c)
{
    size_t end;
    if (!call_is_derivative(c, &end)) {
        return false;
    }
    struct lexer after = {.source = c->lexer->source, .at = end};
    enum token_kind next = lexer_peek(&after).kind;
    return token_ends(next) || next == TOKEN_NAME;
}

static bool read_stage(struct formula *f, bool *python)
{
    struct call *c = f->call;
    if (!(is_derivative_alone(c) && read_derivative(f)) &&
        !(formula_read(f) && formula_put_slopes_in(f))) {
        return false;
    }
    if (value_is_array(f->lowered.shape)) {
        diag_set(c->diag, f->span, "a formula in stages is one number, and this is an array");
        return diag_hint(c->diag, "take one element of it, or its sum or mean");
    }
    struct token next = lexer_peek(c->lexer);
    if (next.kind == TOKEN_NAME && next.at == f->span.end) {
        return call_finish(c);
    }
    struct span word = call_word(c);
    *python = call_word_is(c, word, "python");
    if (word.start != word.end && !*python) {
        diag_set(c->diag, word, "only 'python' is allowed after the formula");
        return diag_hint(c->diag, "write stage x*tanh(x) python");
    }
    if (!call_finish(c) ||
        (expr_get(&f->pool, f->root).kind == EXPR_NAME && !formula_put_definitions_in(f, true))) {
        return false;
    }
    struct expr root = expr_get(&f->pool, f->root);
    if (root.kind != EXPR_OP || root.constant) {
        diag_set(c->diag, f->span, "there is no operation on a name to stage here");
        return diag_hint(c->diag, "write a formula of names, as in stage x*tanh(x)");
    }
    return true;
}

static bool uses_pi(const struct exprs *pool)
{
    for (uint32_t id = 0; id < exprs_count(pool); id++) {
        if (expr_is_number(pool, id, 3.14159265358979323846)) {
            return true;
        }
    }
    return false;
}

enum call_end command_stage(struct call *c)
{
    enum stage_arrays_end arrays = call_has_more(c) ? stage_arrays(c) : STAGE_ARRAYS_NONE;
    if (arrays != STAGE_ARRAYS_NONE) {
        return arrays == STAGE_ARRAYS_DONE ? CALL_DONE : CALL_FAILED;
    }
    struct formula f;
    struct stages s = {0};
    bool python = false;
    formula_init(&f, c);
    bool ok = read_stage(&f, &python);
    if (ok && !stages_init(&s, &f)) {
        ok = diag_out_of_memory(c->diag);
    }
    if (ok) {
        struct rec *r = call_record(c, KIND_stage);
        rec_flag(c->out, r, KEY_python, python);
        formula_put(&f, r, KEY_of, f.root);
        put_forward(&s, rec_list(c->out, r, KEY_forward));
        put_backward(&s, rec_list(c->out, r, KEY_backward));
        struct rec *lines = rec_list(c->out, r, KEY_definitions);
        if (python && uses_pi(&f.pool)) {
            rec_text(c->out, lines, KEY_NONE, "pi = math.pi");
        }
        for (enum op op = OP_LEAF + 1; python && op < OP_COUNT; op++) {
            ok = ok && (!s.used[op] || put_python(c, lines, op));
        }
        ok = ok && (!exprs_failed(&f.pool) || expr_trouble(&f.pool, c->diag));
    }
    stages_release(&s);
    formula_release(&f);
    return ok ? CALL_DONE : CALL_FAILED;
}

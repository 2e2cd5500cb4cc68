#include "formula/matrix_tex.h"

#include <string.h>

#include "formula/math.h"
#include "text/excerpt.h"
#include "text/precedence.h"

struct tex_term {
    const char *text;
    enum precedence level;
    bool array;
};

struct tex_reader {
    const char *formula;
    const struct matrix_tex_name *known;
    size_t known_count;
    struct arena arena;
    struct buf stack;  // struct tex_term
    bool failed;
};

static void push(struct tex_reader *r, const char *text, enum precedence level, bool array)
{
    struct tex_term *at = text == NULL ? NULL : buf_push(&r->stack, 1);
    r->failed |= at == NULL;
    if (at != NULL) {
        *at = (struct tex_term){text, level, array};
    }
}

// The last `count` terms, taken off the stack; they stay readable until the next push.
static const struct tex_term *pop(struct tex_reader *r, size_t count)
{
    if (r->stack.count < count) {
        r->failed = true;
        return NULL;
    }
    r->stack.count -= count;
    return BUF_FROM(struct tex_term, &r->stack, r->stack.count);
}

static const char *tight(struct tex_reader *r, const struct tex_term *t, enum precedence least)
{
    return t->level >= least ? t->text : arena_printf(&r->arena, "\\left(%s\\right)", t->text);
}

// What can have something above it: in braces where it has that already, a fraction in parentheses.
static const char *raisable(struct tex_reader *r, const struct tex_term *t)
{
    bool fraction = strncmp(t->text, "\\frac", strlen("\\frac")) == 0;
    return t->level < PRECEDENCE_ATOM || fraction
               ? arena_printf(&r->arena, "\\left(%s\\right)", t->text)
           : strchr(t->text, '^') != NULL ? arena_printf(&r->arena, "{%s}", t->text)
                                          : t->text;
}

static void put_name(struct tex_reader *r, const char *s, size_t length)
{
    for (size_t i = 0; i < r->known_count; i++) {
        const struct matrix_tex_name *n = &r->known[i];
        if (strlen(n->name) == length && memcmp(n->name, s, length) == 0) {
            push(r, n->tex, PRECEDENCE_ATOM, n->array);
            return;
        }
    }
    struct text out;
    text_init(&out);
    math_name(&out, s, length);
    push(r, arena_copy(&r->arena, text_get(&out), text_length(&out)), PRECEDENCE_ATOM, false);
    text_release(&out);
}

static void put_number(struct tex_reader *r, double v)
{
    struct text out;
    text_init(&out);
    math_number(&out, v, 0);
    push(r, arena_copy(&r->arena, text_get(&out), text_length(&out)),
         v < 0 ? PRECEDENCE_SIGN : PRECEDENCE_ATOM, false);
    text_release(&out);
}

static void put_op(struct tex_reader *r, enum op op)
{
    size_t arity = (size_t)op_get(op)->arity;
    const struct tex_term *x = pop(r, arity);
    if (x == NULL) {
        return;
    }
    struct tex_term a = x[0], b = x[arity - 1];
    bool array = a.array || b.array;
    const char *sign = op_get(op)->name;
    switch (op) {
    case OP_ADD:
    case OP_SUB:
        push(r,
             arena_printf(&r->arena, "%s %s %s", a.text, sign,
                          tight(r, &b, op == OP_ADD ? PRECEDENCE_SUM : PRECEDENCE_PRODUCT)),
             PRECEDENCE_SUM, array);
        break;
    case OP_MUL:
        push(r,
             arena_printf(&r->arena, "%s %s %s", tight(r, &a, PRECEDENCE_PRODUCT),
                          a.array && b.array ? "\\odot" : "\\cdot",
                          tight(r, &b, PRECEDENCE_PRODUCT)),
             PRECEDENCE_PRODUCT, array);
        break;
    case OP_DIV:
        push(r, arena_printf(&r->arena, "\\frac{%s}{%s}", a.text, b.text), PRECEDENCE_ATOM, array);
        break;
    case OP_POW:
        push(r, arena_printf(&r->arena, "%s^{%s}", raisable(r, &a), b.text), PRECEDENCE_POWER,
             array);
        break;
    case OP_NEG:
        push(r, arena_printf(&r->arena, "-%s", tight(r, &a, PRECEDENCE_PRODUCT)), PRECEDENCE_SIGN,
             array);
        break;
    default: {  // comparisons
        static const struct {
            enum op op;
            const char *sign;
        } signs[] = {{OP_LE, "\\le"}, {OP_GE, "\\ge"}, {OP_NE, "\\ne"}, {OP_EQ, "="}};
        for (size_t i = 0; i < COUNT_OF(signs); i++) {
            sign = signs[i].op == op ? signs[i].sign : sign;
        }
        push(r, arena_printf(&r->arena, "\\mathbf{1}[%s %s %s]", a.text, sign, b.text),
             PRECEDENCE_ATOM, array);
    }
    }
}

static void put_transpose(struct tex_reader *r)
{
    const struct tex_term *x = pop(r, 1);
    if (x != NULL) {
        struct tex_term a = *x;
        push(r, arena_printf(&r->arena, "%s^{\\top}", raisable(r, &a)), PRECEDENCE_POWER, true);
    }
}

static void put_product(struct tex_reader *r, bool outer)
{
    const struct tex_term *x = pop(r, 2);
    if (x == NULL) {
        return;
    }
    struct tex_term a = x[0], b = x[1];
    const char *right = tight(r, &b, outer ? PRECEDENCE_ATOM : PRECEDENCE_POWER);
    push(r,
         arena_printf(&r->arena, outer ? "%s\\, {%s}^{\\top}" : "%s\\, %s",
                      tight(r, &a, PRECEDENCE_POWER), right),
         PRECEDENCE_PRODUCT, true);
}

// What functions are called in mathematics.
static const char *function_sign(struct tex_reader *r, const char *s, size_t length)
{
    static const struct {
        const char *name, *sign;
    } signs[] = {{"sigmoid", "\\sigma"},
                 {"tanh", "\\tanh"},
                 {"exp", "\\exp"},
                 {"log", "\\log"},
                 {"sin", "\\sin"},
                 {"cos", "\\cos"},
                 {"relu", "\\operatorname{ReLU}"}};
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        if (strlen(signs[i].name) == length && memcmp(signs[i].name, s, length) == 0) {
            return signs[i].sign;
        }
    }
    struct text word;
    text_init(&word);
    for (size_t i = 0; i < length; i++) {
        text_add(&word, s[i] == '_' ? "\\_" : "");
        if (s[i] != '_') {
            text_add_char(&word, s[i]);
        }
    }
    const char *sign = arena_printf(&r->arena, "\\operatorname{%s}", text_get(&word));
    text_release(&word);
    return sign;
}

// A term's arguments with commas between.
static const char *listed(struct tex_reader *r, const struct tex_term *x, size_t count)
{
    struct text all;
    text_init(&all);
    for (size_t k = 0; k < count; k++) {
        text_addf(&all, k == 0 ? "%s" : ",\\, %s", x[k].text);
    }
    const char *text = arena_copy(&r->arena, text_get(&all), text_length(&all));
    text_release(&all);
    return text;
}

static void put_call(struct tex_reader *r, const char *s, size_t length, size_t count)
{
    bool outer = length == 5 && memcmp(s, "outer", 5) == 0 && count == 2;
    bool array = length == 5 && memcmp(s, "array", 5) == 0 && count == 1;
    bool over = length >= 3 && (memcmp(s, "sum", 3) == 0 || memcmp(s, "mea", 3) == 0);
    if (outer) {
        put_product(r, true);
        return;
    }
    const struct tex_term *x = array ? NULL : pop(r, count);
    if (x == NULL) {
        return;
    }
    bool any = false;
    for (size_t k = 0; k < count; k++) {
        any |= x[k].array;
    }
    const char *all = listed(r, x, count), *sign = function_sign(r, s, length);
    push(r, arena_printf(&r->arena, "%s\\left(%s\\right)", sign, all), PRECEDENCE_ATOM,
         (any && (!over || count > 1)) || count == 0);
}

static void put_list(struct tex_reader *r, size_t count)
{
    const struct tex_term *x = pop(r, count);
    if (x != NULL) {
        push(r, arena_printf(&r->arena, "\\left[%s\\right]", listed(r, x, count)), PRECEDENCE_ATOM,
             true);
    }
}

static void put_index(struct tex_reader *r, size_t count)
{
    const struct tex_term *x = pop(r, count + 1);
    if (x != NULL) {
        struct tex_term a = x[0];
        push(r, arena_printf(&r->arena, "{%s}_{%s}", a.text, listed(r, x + 1, count)),
             PRECEDENCE_ATOM, true);
    }
}

static void put_slice(struct tex_reader *r)
{
    const struct tex_term *x = pop(r, 2);
    if (x != NULL) {
        push(r, arena_printf(&r->arena, "%s{:}%s", x[0].text, x[1].text), PRECEDENCE_ATOM, false);
    }
}

// axis=0: over the rows, axis=1: over the columns.
static void put_axis(struct tex_reader *r)
{
    const struct tex_term *x = pop(r, 1);
    if (x != NULL) {
        push(r, x->text[0] == '0' ? "\\text{rows}" : "\\text{columns}", PRECEDENCE_ATOM, false);
    }
}

static bool put_item(struct tex_reader *r, const struct item *item)
{
    const char *s = r->formula + item->span.start;
    size_t length = item->span.end - item->span.start;
    switch (item->kind) {
    case ITEM_NUMBER:
        put_number(r, item->number);
        return true;
    case ITEM_NAME:
        put_name(r, s, length);
        return true;
    case ITEM_OP:
        put_op(r, item->op);
        return true;
    case ITEM_CALL:
        put_call(r, s, length, item->count);
        return true;
    case ITEM_MATMUL:
        put_product(r, false);
        return true;
    case ITEM_FIELD:
    case ITEM_TRANSPOSE:
        put_transpose(r);
        return true;
    case ITEM_ARRAY:
    case ITEM_TUPLE:
        put_list(r, item->count);
        return true;
    case ITEM_INDEX:
        put_index(r, item->count);
        return true;
    case ITEM_SLICE:
        put_slice(r);
        return true;
    case ITEM_NOTHING:
        push(r, "", PRECEDENCE_ATOM, false);
        return true;
    case ITEM_AXIS:
        put_axis(r);
        return true;
    default:
        return false;
    }
}

bool matrix_tex(struct text *out, const char *formula, const struct matrix_tex_name *names,
                size_t count)
{
    struct tex_reader r = {.formula = formula, .known = names, .known_count = count};
    struct excerpt e;
    arena_init(&r.arena);
    buf_init(&r.stack, sizeof(struct tex_term));
    excerpt_init_all(&e, NULL, formula);
    bool ok = true, done = false;
    while (ok && !done) {
        struct item item = parser_next(&e.parser);
        done = item.kind == ITEM_END;
        ok = done || (item.kind != ITEM_ERROR && put_item(&r, &item) && !r.failed);
    }
    ok = ok && r.stack.count == 1 && !r.arena.failed;
    if (ok) {
        text_add(out, BUF(struct tex_term, &r.stack)->text);
    }
    excerpt_release(&e);
    buf_release(&r.stack);
    arena_release(&r.arena);
    return ok;
}

#include "formula/simplify.h"

#include <math.h>
#include <stdlib.h>

#include "formula/simplify_parts.h"

void simplifier_init(struct simplifier *s, struct exprs *pool)
{
    *s = (struct simplifier){.pool = pool};
    buf_init(&s->notes, sizeof(struct note));
    buf_init(&s->todo, sizeof(uint32_t));
    buf_init(&s->visits, sizeof(struct visit));
    buf_init(&s->factors, sizeof(struct factor));
    buf_init(&s->terms, sizeof(struct simplify_term));
}

void simplifier_release(struct simplifier *s)
{
    buf_release(&s->notes);
    buf_release(&s->todo);
    buf_release(&s->visits);
    buf_release(&s->factors);
    buf_release(&s->terms);
}

// ---- Nodes and what is known of them ------------------------------------------------------------

struct expr simplify_look(const struct simplifier *s, uint32_t id)
{
    return id == EXPR_NONE ? (struct expr){.kind = EXPR_NUMBER, .constant = true}
                           : expr_get(s->pool, id);
}

bool simplify_is_op(const struct simplifier *s, uint32_t id, enum op op)
{
    struct expr e = simplify_look(s, id);
    return e.kind == EXPR_OP && e.op == op;
}

bool simplify_is_sum(const struct simplifier *s, uint32_t id)
{
    return simplify_is_op(s, id, OP_ADD) || simplify_is_op(s, id, OP_SUB);
}

bool simplify_is_fraction_or_product(const struct simplifier *s, uint32_t id)
{
    return simplify_is_op(s, id, OP_MUL) || simplify_is_op(s, id, OP_DIV);
}

bool simplify_is_plain(struct expr e)
{
    return e.kind == EXPR_NUMBER && isfinite(e.number) && fabs(e.number) != EXPR_PI;
}

bool simplify_is_long(const struct simplifier *s, uint32_t id)
{
    // Down the left side, with a look at what lies below each fraction line.
    size_t length = 0;
    if (simplify_is_sum(s, id)) {
        for (; length <= CHAIN_MOST && simplify_is_sum(s, id); id = simplify_look(s, id).a) {
            length++;
        }
        return length > CHAIN_MOST;
    }
    for (; length <= CHAIN_MOST && simplify_is_fraction_or_product(s, id);
         id = simplify_look(s, id).a) {
        length++;
        uint32_t below = simplify_is_op(s, id, OP_DIV) ? simplify_look(s, id).b : EXPR_NONE;
        for (; length <= CHAIN_MOST && simplify_is_op(s, below, OP_MUL);
             below = simplify_look(s, below).a) {
            length++;
        }
    }
    return length > CHAIN_MOST;
}

bool simplify_begins_negative(const struct simplifier *s, uint32_t id)
{
    // The first term's first factor; a sum in there has no sign to give.
    while (simplify_is_sum(s, id)) {
        id = simplify_look(s, id).a;
    }
    while (simplify_is_fraction_or_product(s, id)) {
        id = simplify_look(s, id).a;
    }
    struct expr e = simplify_look(s, id);
    return e.kind == EXPR_NUMBER ? e.number < 0 : simplify_is_op(s, id, OP_NEG);
}

struct note *simplify_note_of(struct simplifier *s, uint32_t id)
{
    size_t count = exprs_count(s->pool);
    if (s->notes.count < count &&
        !(buf_reserve(&s->notes, count + count / 4) && buf_resize(&s->notes, count))) {
        s->pool->nodes.failed = true;
    }
    return id < s->notes.count ? &BUF(struct note, &s->notes)[id] : NULL;
}

uint32_t simplify_known_form(struct simplifier *s, uint32_t id)
{
    if (simplify_look(s, id).kind != EXPR_OP) {
        return id;
    }
    const struct note *note = simplify_note_of(s, id);
    return note == NULL ? EXPR_NONE : note->form - 1;
}

uint32_t simplify_remember(struct simplifier *s, uint32_t id, uint32_t form)
{
    for (int i = 0; i < 2 && id != EXPR_NONE && form != EXPR_NONE; i++) {
        struct note *note = simplify_note_of(s, i == 0 ? id : form);
        if (note != NULL) {
            note->form = form + 1;
        }
    }
    return form;
}

void simplify_push_visit(struct simplifier *s, uint32_t id, struct ratio times, bool open)
{
    struct visit *at = buf_push(&s->visits, 1);
    if (at == NULL) {
        s->pool->nodes.failed = true;
    } else {
        *at = (struct visit){id, times, open};
    }
}

struct visit simplify_pop_visit(struct simplifier *s)
{
    return BUF(struct visit, &s->visits)[--s->visits.count];
}

uint32_t simplify_ratio(struct simplifier *s, struct ratio r)
{
    uint32_t over = expr_number(s->pool, r.over);
    return r.under == 1 ? over : expr_apply(s->pool, OP_DIV, over, expr_number(s->pool, r.under));
}

// ---- The walk -----------------------------------------------------------------------------------

static uint32_t *todo_at(struct simplifier *s, size_t i)
{
    return &BUF(uint32_t, &s->todo)[i];
}

static void use(struct simplifier *s, uint32_t id)
{
    bool known = simplify_known_form(s, id) != EXPR_NONE;
    struct note *note = known ? NULL : simplify_note_of(s, id);
    if (note == NULL || note->uses++ > 0) {
        return;
    }
    uint32_t *at = buf_push(&s->todo, 1);
    if (at == NULL) {
        s->pool->nodes.failed = true;
    } else {
        *at = id;
    }
}

// Puts what root is made of and has no form yet on the list, operands first.
static void list(struct simplifier *s, uint32_t root)
{
    size_t first = s->todo.count;
    use(s, root);
    for (size_t i = first; i < s->todo.count; i++) {
        struct expr e = simplify_look(s, *todo_at(s, i));
        use(s, e.a);
        if (op_get((enum op)e.op)->arity == 2) {
            use(s, e.b);
        }
    }
    if (s->todo.count - first > 1) {
        qsort(todo_at(s, first), s->todo.count - first, sizeof(uint32_t), mem_compare_numbers);
    }
}

static enum shape shape_of(struct simplifier *s, uint32_t id)
{
    uint32_t form = simplify_known_form(s, id);
    if (form != EXPR_NONE) {
        return simplify_is_sum(s, form) ? SHAPE_SUM : SHAPE_PRODUCT;
    }
    const struct note *note = simplify_note_of(s, id);
    return note == NULL ? SHAPE_CALL : (enum shape)note->shape;
}

static enum shape find_shape(struct simplifier *s, struct expr e)
{
    switch (e.op) {
    case OP_ADD:
    case OP_SUB:
        return SHAPE_SUM;
    case OP_NEG:
        return shape_of(s, e.a) == SHAPE_SUM ? SHAPE_SUM : SHAPE_PRODUCT;
    case OP_MUL:
    case OP_DIV:
        return SHAPE_PRODUCT;
    case OP_POW:
    case OP_SQRT:
    case OP_SQUARE:
        return SHAPE_POWER;
    default:
        return SHAPE_CALL;
    }
}

// An operand that nothing else uses, of the same shape, is taken apart together with its user.
static void take_in(struct simplifier *s, uint32_t id, enum shape shape)
{
    struct note *note = simplify_note_of(s, id);
    if (note != NULL && note->form == 0 && note->uses == 1 && note->shape == shape) {
        note->inner = true;
    }
}

static void find_chains(struct simplifier *s, size_t first)
{
    for (size_t i = first; i < s->todo.count; i++) {
        uint32_t id = *todo_at(s, i);
        struct expr e = simplify_look(s, id);
        enum shape shape = find_shape(s, e);
        simplify_note_of(s, id)->shape = (uint8_t)shape;
        if (shape == SHAPE_SUM || shape == SHAPE_PRODUCT) {
            take_in(s, e.a, shape);
            take_in(s, e.b, shape);
        }
    }
}

static bool is_comparison(struct expr e)
{
    return e.kind == EXPR_OP && (e.op == OP_LT || e.op == OP_LE || e.op == OP_GT || e.op == OP_GE ||
                                 e.op == OP_EQ || e.op == OP_NE);
}

// when(c, 1), when(c, c) and c != 0 are c, where that is a comparison: 0 or 1.
static bool says_condition(const struct simplifier *s, struct expr e, uint32_t a, uint32_t b)
{
    struct expr y = simplify_look(s, b);
    bool when = e.op == OP_WHEN && (a == b || (simplify_is_plain(y) && y.number == 1));
    bool apart = e.op == OP_NE && simplify_is_plain(y) && y.number == 0;
    return (when || apart) && is_comparison(simplify_look(s, a));
}

// An operation of numbers is worked out if the result is a number of a few digits: exp(0), not
// exp(1).
static uint32_t simplify_call(struct simplifier *s, struct expr e)
{
    uint32_t a = simplify_known_form(s, e.a), b = simplify_known_form(s, e.b);
    struct expr x = simplify_look(s, a), y = simplify_look(s, b);
    if (simplify_is_plain(x) && simplify_is_plain(y) &&
        op_defined((enum op)e.op, x.number, y.number)) {
        double value = op_value((enum op)e.op, x.number, y.number);
        if (isfinite(value) && ratio_number_is_short(value)) {
            return expr_number(s->pool, value);
        }
    }
    return says_condition(s, e, a, b) ? a : expr_apply(s->pool, (enum op)e.op, a, b);
}

static uint32_t simplest(struct simplifier *s, uint32_t id, enum shape shape)
{
    return shape == SHAPE_SUM    ? simplify_sum(s, id, ONE)
           : shape == SHAPE_CALL ? simplify_call(s, simplify_look(s, id))
                                 : simplify_product(s, id);
}

uint32_t simplify(struct simplifier *s, uint32_t root)
{
    size_t first = s->todo.count;
    s->depth++;
    list(s, root);
    find_chains(s, first);
    for (size_t i = first; i < s->todo.count && !exprs_failed(s->pool); i++) {
        uint32_t id = *todo_at(s, i);
        const struct note *note = simplify_note_of(s, id);
        if (!note->inner && note->form == 0) {
            simplify_remember(s, id, simplest(s, id, (enum shape)note->shape));
        }
    }
    for (size_t i = first; i < s->todo.count; i++) {
        struct note *note = simplify_note_of(s, *todo_at(s, i));
        note->uses = 0;
        note->inner = false;
    }
    s->todo.count = first;
    s->depth--;
    return simplify_known_form(s, root);
}

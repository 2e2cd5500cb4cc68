#include "export/export_terms_parts.h"

#include <string.h>

#include "text/spelling.h"

enum { LINE_MOST = 1 << 15 };  // bytes of a formula in a line

// ---- The stack ----------------------------------------------------------------------------------

struct export_terms_term *terms_top(struct terms *t, size_t count)
{
    return BUF_FROM(struct export_terms_term, &t->stack, t->stack.count - count);
}

static void replace(struct terms *t, size_t count, struct export_terms_term by)
{
    t->stack.count -= count;
    struct export_terms_term *at = buf_push(&t->stack, 1);
    t->s->failed |= at == NULL;
    if (at != NULL) {
        *at = by;
    }
}

const struct operand *terms_operands(const struct terms *t, size_t count)
{
    return BUF_FROM(struct operand, &t->w->stack, t->w->stack.count - count);
}

struct export_terms_term terms_lost(struct terms *t)
{
    t->lost = true;
    return (struct export_terms_term){"", PRECEDENCE_ATOM};
}

// Plain numbers as Python writes them: 2, or a tensor.
struct export_terms_term terms_literal(struct terms *t, const struct operand *x, bool tensor)
{
    struct text out;
    bool array = operand_is_array(x), matrix = x->array.rank == VALUE_MATRIX, minus = false;
    text_init(&out);
    statements_wrote(t->s, operand_rows(x), operand_cols(x));
    text_add(&out, array || tensor ? "torch.tensor(" : "");
    text_add(&out, array ? "[" : "");
    for (uint32_t i = 0; i < operand_rows(x); i++) {
        text_add(&out, matrix ? i == 0 ? "[" : ", [" : "");
        for (uint32_t j = 0; j < operand_cols(x); j++) {
            double v = operand_number(t->w, x, i, j);
            text_add(&out, j == 0 ? "" : ", ");
            export_number(&out, v, "float('inf')", "float('nan')");
            minus = v < 0;
        }
        text_add(&out, matrix ? "]" : "");
    }
    text_add(&out, array ? "]" : "");
    text_add(&out, array || tensor ? ")" : "");
    const char *text = text_get(&out);
    size_t length = text_length(&out);
    // 2.0 reads better as 2 where it is not a tensor.
    if (!array && !tensor && length > 2 && strcmp(text + length - 2, ".0") == 0) {
        length -= 2;
    }
    struct export_terms_term term = {arena_copy(&t->s->arena, text, length),
                                     !array && !tensor && minus ? PRECEDENCE_SIGN
                                                                : PRECEDENCE_ATOM};
    t->s->failed |= term.text == NULL;
    text_release(&out);
    return term.text == NULL ? terms_lost(t) : term;
}

// An array of plain numbers that meets a tensor becomes constants of the graph, from `*from` on:
// the text is a mark for them, and the numbers are those of the real graph.
static struct export_terms_term constants(struct terms *t, const struct operand *x, uint32_t *from)
{
    uint32_t count = (uint32_t)operand_count(x), cols = operand_cols(x);
    size_t at = t->s->numbers.count;
    double *numbers = buf_push(&t->s->numbers, count);
    struct literal *literal = buf_push(&t->s->literals, 1);
    statements_wrote(t->s, operand_rows(x), cols);
    t->s->failed |= numbers == NULL || literal == NULL;
    for (uint32_t k = 0; numbers != NULL && k < count; k++) {
        numbers[k] = operand_number(t->w, x, k / cols, k % cols);
    }
    if (literal != NULL) {
        *literal = (struct literal){*from, count, at};
    }
    *from += count;
    const char *text = arena_printf(&t->s->arena, "\1L %zu %d %u %u\2", at, (int)x->array.rank,
                                    (unsigned)x->array.rows, (unsigned)x->array.cols);
    return (struct export_terms_term){text, PRECEDENCE_ATOM};
}

// An operand beside a tensor.
static struct export_terms_term beside(struct terms *t, struct export_terms_term term,
                                       const struct operand *x, bool tensor, uint32_t *from)
{
    if (x->is_node) {
        return term.text == NULL ? terms_lost(t) : term;
    }
    if (term.text != NULL) {  // a function's value, given as a number
        *from += (uint32_t)operand_count(x);
        return tensor && !operand_is_array(x)
                   ? (struct export_terms_term){arena_printf(&t->s->arena, "torch.as_tensor(%s)",
                                                             term.text),
                                                PRECEDENCE_ATOM}
                   : term;
    }
    if (operand_is_array(x)) {
        return constants(t, x, from);
    }
    *from += 1;
    return terms_literal(t, x, tensor);
}

static struct export_terms_term write_op(struct terms *t, enum op op)
{
    size_t arity = (size_t)op_get(op)->arity;
    const struct operand *x = terms_operands(t, arity), *y = x + arity - 1;
    struct export_terms_term *terms = terms_top(t, arity);
    struct writing w = terms_writing(t->s, op);
    uint32_t from = tape_count(t->s->program->e->tape);
    if (!x->is_node && !y->is_node) {
        return (struct export_terms_term){NULL, 0};
    }
    struct export_terms_term a = beside(t, terms[0], x, w.tensors, &from);
    struct export_terms_term b = arity == 2 ? beside(t, terms[1], y, w.tensors, &from) : a;
    return terms_written(t->s, &w, a, b);
}

struct export_terms_term terms_matmul(struct terms *t)
{
    static const struct writing matmul = {OP_COUNT,           "x @ y",         PRECEDENCE_PRODUCT,
                                          PRECEDENCE_PRODUCT, PRECEDENCE_SIGN, true};
    const struct operand *x = terms_operands(t, 2);
    struct export_terms_term *terms = terms_top(t, 2);
    uint32_t from = tape_count(t->s->program->e->tape);
    if (!x[0].is_node && !x[1].is_node) {
        return (struct export_terms_term){NULL, 0};
    }
    struct export_terms_term a = beside(t, terms[0], &x[0], true, &from);
    struct export_terms_term b = beside(t, terms[1], &x[1], true, &from);
    return terms_written(t->s, &matmul, a, b);
}

// ---- Names --------------------------------------------------------------------------------------

static uint32_t name_of(const struct terms *t, const struct item *item)
{
    return names_find(t->s->program->e->names, t->w->source->text + item->span.start,
                      item->span.end - item->span.start);
}

// Copied: the table of identifiers moves.
static const char *ident_text(struct statements *s, uint32_t binding)
{
    const char *ident = BUF_FROM(char, &s->program->text, statements_binding(s, binding)->ident);
    const char *text = arena_copy(&s->arena, ident, strlen(ident));
    s->failed |= text == NULL;
    return text == NULL ? "" : text;
}

static struct export_terms_term write_name(struct terms *t, const struct item *item)
{
    uint32_t name = name_of(t, item);
    const struct calling *c =
        t->calls.count == 0 ? NULL : &BUF(struct calling, &t->calls)[t->calls.count - 1];
    for (uint32_t i = 0; c != NULL && i < c->definition->count; i++) {
        const uint32_t *params = t->s->known.params.data;
        if (params[c->definition->params + i] == name) {
            return BUF(struct export_terms_term, &t->stack)[c->base + i];
        }
    }
    if (name == NAME_NONE || names_get(t->s->program->e->names, name).rank == VALUE_UNBOUND) {
        return (struct export_terms_term){NULL, 0};  // pi
    }
    uint32_t latest = BUF(uint32_t, &t->s->latest)[name], *use = buf_push(&t->s->uses, 1);
    t->s->failed |= use == NULL;
    if (latest == 0 || use == NULL) {
        return terms_lost(t);
    }
    *use = latest - 1;
    return (struct export_terms_term){ident_text(t->s, latest - 1), PRECEDENCE_ATOM};
}

static struct export_terms_term write_field(struct terms *t, const struct item *item)
{
    const struct operand *x = terms_operands(t, 1);
    struct export_terms_term term = *terms_top(t, 1);
    bool transpose = t->w->source->text[item->span.start] == 'T';
    if (!transpose || !x->is_node || x->array.rank != VALUE_MATRIX) {
        t->s->fixed |= !transpose;  // .data and .grad are plain numbers
        return transpose ? term : (struct export_terms_term){NULL, 0};
    }
    const char *text =
        arena_printf(&t->s->arena, term.level < PRECEDENCE_ATOM ? "(%s).T" : "%s.T", term.text);
    return text == NULL ? terms_lost(t) : (struct export_terms_term){text, PRECEDENCE_ATOM};
}

// ---- Brackets -----------------------------------------------------------------------------------

static void add_bound(struct text *out, int64_t bound)
{
    if (bound != OPERAND_LEFT_OUT) {
        text_addf(out, "%lld", (long long)bound);
    }
}

// An index, or an array of them, as the numbers that they are: no gradient passes through.
static void add_place(struct terms *t, struct text *out, const struct operand *index)
{
    bool list = operand_is_array(index);
    text_add(out, list ? "[" : "");
    for (uint32_t j = 0; j < operand_cols(index); j++) {
        text_addf(out, j == 0 ? "%.0f" : ", %.0f", operand_number(t->w, index, 0, j));
    }
    text_add(out, list ? "]" : "");
    if (list) {
        statements_wrote(t->s, 1, operand_cols(index));
    }
}

static struct export_terms_term write_index(struct terms *t, uint32_t count)
{
    const struct operand *x = terms_operands(t, count + 1);
    struct export_terms_term term = *terms_top(t, count + 1);
    struct text out;
    if (!x->is_node) {
        return (struct export_terms_term){NULL, 0};
    }
    text_init(&out);
    text_addf(&out, term.level < PRECEDENCE_ATOM ? "(%s)[" : "%s[", term.text);
    for (uint32_t k = 1; k <= count; k++) {
        text_add(&out, k == 1 ? "" : ", ");
        if (x[k].kind == OPERAND_SLICE) {
            add_bound(&out, x[k].from);
            text_add(&out, ":");
            add_bound(&out, x[k].to);
        } else {
            add_place(t, &out, &x[k]);
        }
    }
    text_add(&out, "]");
    struct export_terms_term result = {arena_copy(&t->s->arena, text_get(&out), text_length(&out)),
                                       PRECEDENCE_ATOM};
    text_release(&out);
    return result.text == NULL ? terms_lost(t) : result;
}

static struct export_terms_term write_array(struct terms *t, uint32_t count)
{
    const struct operand *x = terms_operands(t, count);
    const struct export_terms_term *terms = terms_top(t, count);
    struct text out;
    bool nodes = false;
    for (uint32_t k = 0; k < count; k++) {
        nodes |= x[k].is_node;
    }
    if (!nodes) {
        return (struct export_terms_term){NULL, 0};
    }
    text_init(&out);
    text_add(&out, "torch.stack([");
    for (uint32_t k = 0; k < count; k++) {
        struct export_terms_term part = terms[k];
        if (!x[k].is_node) {
            part = terms_literal(t, &x[k], true);
        } else if (part.text == NULL) {
            part = terms_lost(t);
        }
        text_addf(&out, k == 0 ? "%s" : ", %s", part.text);
    }
    text_add(&out, "])");
    struct export_terms_term result = {arena_copy(&t->s->arena, text_get(&out), text_length(&out)),
                                       PRECEDENCE_ATOM};
    text_release(&out);
    return result.text == NULL ? terms_lost(t) : result;
}

// ---- The learner's functions --------------------------------------------------------------------

static const char *param_ident(struct statements *s, uint32_t name)
{
    struct text out;
    text_init(&out);
    program_plain_ident(s->program, &out, name);
    const char *text = arena_copy(&s->arena, text_get(&out), text_length(&out));
    text_release(&out);
    s->failed |= text == NULL;
    return text == NULL ? "" : text;
}

static void begin_call(struct terms *t, const struct definition *d)
{
    const uint32_t *params = t->s->known.params.data;
    const struct operand *x = terms_operands(t, d->count);
    struct export_terms_term *terms = terms_top(t, d->count);
    struct text values;
    text_init(&values);
    for (uint32_t i = 0; i < d->count; i++) {
        struct export_terms_term value = terms[i];
        if (value.text == NULL) {
            value = x[i].is_node ? terms_lost(t) : terms_literal(t, &x[i], false);
        }
        text_addf(&values, i == 0 ? "%s" : ", %s", value.text);
        terms[i] =
            (struct export_terms_term){param_ident(t->s, params[d->params + i]), PRECEDENCE_ATOM};
    }
    struct calling *c = buf_push(&t->calls, 1);
    t->s->failed |= c == NULL;
    if (c != NULL) {
        c->definition = d;
        c->base = t->stack.count - d->count;
        c->values = arena_copy(&t->s->arena, text_get(&values), text_length(&values));
        t->s->failed |= c->values == NULL;
    }
    text_release(&values);
}

static const char *head_of(struct terms *t, const struct definition *d)
{
    const uint32_t *params = t->s->known.params.data;
    struct text head;
    text_init(&head);
    for (uint32_t i = 0; i < d->count; i++) {
        text_addf(&head, i == 0 ? "%s" : ", %s", param_ident(t->s, params[d->params + i]));
    }
    const char *text = arena_copy(&t->s->arena, text_get(&head), text_length(&head));
    text_release(&head);
    return text;
}

static void end_call(struct terms *t)
{
    struct calling c = BUF(struct calling, &t->calls)[--t->calls.count];
    const struct operand *x = terms_operands(t, 1);
    struct export_terms_term body = *terms_top(t, 1), call = {NULL, 0};
    if (x->is_node) {
        struct function *f = buf_push(&t->s->functions, 1);
        t->s->failed |= f == NULL;
        body = body.text == NULL ? terms_lost(t) : body;
        if (f != NULL) {
            *f = (struct function){
                .name = c.definition->name, .head = head_of(t, c.definition), .body = body.text};
            call.text =
                arena_printf(&t->s->arena, "\1F %zu\2(%s)", t->s->functions.count - 1, c.values);
            call.level = PRECEDENCE_ATOM;
        }
    }
    replace(t, t->stack.count - c.base, call);
}

// ---- Items --------------------------------------------------------------------------------------

static struct export_terms_term write_call(struct terms *t, const struct item *item,
                                           const char *name)
{
    const char *meant = op_find(name, strlen(name), OP_CALL) == OP_COUNT
                            ? spelling_function(name, strlen(name))
                            : NULL;
    name = meant == NULL ? name : meant;
    enum op op = op_find(name, strlen(name), OP_CALL);
    bool axis = item->count > 1 && terms_operands(t, 1)->axis;
    if (op != OP_COUNT && !axis && (uint32_t)op_get(op)->arity == item->count) {
        return write_op(t, op);
    }
    return terms_builtin(t, name, item->count);
}

// The text of an item's result, from the stacks as they are before it is taken; *count receives
// how many operands it stands for.
static struct export_terms_term write_item(struct terms *t, const struct item *item, size_t *count)
{
    char name[QUOTED];
    size_t length = item->span.end - item->span.start;
    *count = 0;
    switch (item->kind) {
    case ITEM_NAME:
        return write_name(t, item);
    case ITEM_NODE:
        return terms_lost(t);
    case ITEM_OP:
        *count = (size_t)op_get(item->op)->arity;
        return write_op(t, item->op);
    case ITEM_MATMUL:
        *count = 2;
        return terms_matmul(t);
    case ITEM_ARRAY:
        *count = item->count;
        return write_array(t, item->count);
    case ITEM_INDEX:
        *count = item->count + 1;
        return write_index(t, item->count);
    case ITEM_FIELD:
        *count = 1;
        return write_field(t, item);
    case ITEM_TRANSPOSE:
        *count = 1;
        return terms_lost(t);
    case ITEM_AXIS:
        *count = 1;
        return *terms_top(t, 1);
    case ITEM_SLOPE:
        *count = 2;
        if (t->w->slopes_as == SLOPES_NODES) {
            return terms_gradient(t);
        }
        t->s->fixed = true;
        break;
    case ITEM_SLICE:
        *count = 2;
        break;
    case ITEM_CALL:
        *count = item->count;
        if (length < sizeof name) {
            memcpy(name, t->w->source->text + item->span.start, length);
            name[length] = '\0';
            return write_call(t, item, name);
        }
        return terms_lost(t);
    default:
        break;
    }
    return (struct export_terms_term){NULL, 0};
}

// Of plain numbers there is no text, but for a function's value that stands by itself.
static void take_item(struct terms *t, const struct item *item, struct export_terms_term term,
                      size_t count)
{
    const struct operand *x = terms_operands(t, 1);
    bool plain = x->kind == OPERAND_VALUE && !x->is_node && item->kind != ITEM_NAME &&
                 item->kind != ITEM_AXIS;
    replace(t, count, plain ? (struct export_terms_term){NULL, 0} : term);
}

static const struct definition *definition_of(const struct terms *t, const struct item *item)
{
    return item->kind == ITEM_CALL ? definitions_find(&t->s->known, name_of(t, item)) : NULL;
}

// What was lost of an expression that is only plain numbers is not a loss.
static bool read_items(struct terms *t, struct parser *p)
{
    for (;;) {
        struct item item = *lower_read(t->w, p);
        if (item.kind == ITEM_ERROR || t->s->failed) {
            return false;
        }
        if (item.kind == ITEM_END) {
            if (t->calls.count == 0) {
                return true;
            }
            end_call(t);
            if (!lower_take(t->w, &item)) {
                return false;
            }
            continue;
        }
        const struct definition *d = definition_of(t, &item);
        if (d != NULL) {
            if (d->count != item.count || t->w->stack.count < item.count) {
                return false;
            }
            begin_call(t, d);
            if (!lower_take(t->w, &item)) {
                return false;
            }
            continue;
        }
        if (item.kind == ITEM_NODES) {  // no operand
            lower_take(t->w, &item);
            continue;
        }
        size_t count;
        bool before = t->lost;
        struct export_terms_term term = write_item(t, &item, &count);
        size_t length = term.text == NULL ? 0 : strlen(term.text);
        if (stop_after(t->s->program->e->stop, length)) {
            return false;
        }
        t->too_long |= length > LINE_MOST;
        term = t->too_long ? terms_lost(t) : term;
        if (!lower_take(t->w, &item)) {
            return false;
        }
        const struct operand *x = terms_operands(t, 1);
        t->lost = t->too_long || x->is_node || x->kind != OPERAND_VALUE ? t->lost : before;
        take_item(t, &item, term, count);
    }
}

bool terms_read(struct statements *s, struct lower *w, struct parser *p, struct operand *result,
                const char **text, bool *translated)
{
    struct terms t = {.s = s, .w = w};
    buf_init(&t.stack, sizeof(struct export_terms_term));
    buf_init(&t.calls, sizeof(struct calling));
    w->stack.count = 0;
    bool ok = read_items(&t, p);
    if (ok) {
        *result = *terms_operands(&t, 1);
        *text = result->is_node ? terms_top(&t, 1)->text : NULL;
        *translated = !t.lost && (!result->is_node || *text != NULL);
    }
    buf_release(&t.stack);
    buf_release(&t.calls);
    return ok;
}

bool terms_combine(struct statements *s, struct lower *w, enum op op, uint32_t name,
                   struct operand *value, const char **text)
{
    uint32_t latest = BUF(uint32_t, &s->latest)[name], *use = buf_push(&s->uses, 1);
    struct writing writing = terms_writing(s, op);
    if (latest == 0 || use == NULL) {
        return false;
    }
    *use = latest - 1;
    struct operand old = lower_operand(names_get(s->program->e->names, name), value->span), result;
    struct terms t = {.s = s, .w = w};
    struct export_terms_term x = {ident_text(s, latest - 1), PRECEDENCE_ATOM},
                             y = {*text, PRECEDENCE_ATOM};
    y.level = y.text == NULL || export_is_tight(y.text) ? PRECEDENCE_ATOM : PRECEDENCE_ANY;
    uint32_t from = tape_count(s->program->e->tape);
    y = value->is_node ? y : beside(&t, (struct export_terms_term){NULL, 0}, value, false, &from);
    struct operand given = *value;
    bool ok = lower_apply(w, op, &old, &given, value->span, &result) && !t.lost;
    *text = terms_written(s, &writing, x, y).text;
    *value = result;
    return ok && *text != NULL;
}

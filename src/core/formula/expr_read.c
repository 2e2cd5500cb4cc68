#include "formula/expr.h"

#include <math.h>
#include <string.h>

#include "base/format.h"
#include "engine/sweep.h"
#include "text/excerpt.h"
#include "text/lower.h"
#include "text/spelling.h"

// ---- From text ----------------------------------------------------------------------------------

struct expr_reading {
    struct exprs *p;
    struct parser *parser;
    struct buf stack;  // uint32_t: the formulas read that nothing has used yet
    size_t elements;   // symbols W[0] among them: they are for derivatives alone
    struct span element;
};

static bool push(struct expr_reading *r, uint32_t id)
{
    uint32_t *at = id == EXPR_NONE ? NULL : buf_push(&r->stack, 1);
    if (at == NULL) {
        return expr_trouble(r->p, r->parser->diag);
    }
    *at = id;
    return true;
}

static uint32_t pop(struct expr_reading *r)
{
    BS_ASSERT(r->stack.count > 0);
    return BUF(uint32_t, &r->stack)[--r->stack.count];
}

static const char *source_text(const struct expr_reading *r, struct span span)
{
    return r->parser->lexer->source->text + span.start;
}

static bool contains(const char *s, size_t length, const char *part)
{
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= length; i++) {
        if (memcmp(s + i, part, n) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_text(const char *s, size_t length, const char *text)
{
    return length == strlen(text) && memcmp(s, text, length) == 0;
}

static bool read_name(struct expr_reading *r, const struct item *item)
{
    const char *s = source_text(r, item->span);
    size_t length = item->span.end - item->span.start;
    bool bound = names_lookup(r->parser->names, s, length).rank != VALUE_UNBOUND;
    double number = is_text(s, length, "pi") || is_text(s, length, "π") ? EXPR_PI
                    : is_text(s, length, "inf")                         ? (double)INFINITY
                    : is_text(s, length, "nan")                         ? (double)NAN
                                                                        : 0;
    return push(r, bound || number == 0 ? expr_name(r->p, s, length) : expr_number(r->p, number));
}

static uint32_t node_symbol(struct exprs *p, uint32_t node)
{
    char label[16];
    int length = format_write(label, sizeof label, "%%%u", (unsigned)node);
    return expr_name(p, label, (size_t)length);
}

static bool no_element(struct expr_reading *r, struct span span)
{
    diag_set(r->parser->diag, span, "a formula here is made of single numbers");
    return diag_hint(r->parser->diag, "name the element first: w = W[0, 1]");
}

// The text of a formula that is a symbol; NULL, and a diag, if it is not one.
static const char *symbol_text(struct expr_reading *r, uint32_t id, struct span span,
                               size_t *length)
{
    struct expr e = expr_get(r->p, id);
    if (e.kind != EXPR_NAME) {
        diag_set(r->parser->diag, span, "a formula cannot look inside what has no name");
        diag_hint(r->parser->diag, "give that part a name first");
        return NULL;
    }
    return names_text(&r->p->names, e.a, length);
}

static bool push_symbol(struct expr_reading *r, struct text *text)
{
    const char *s = text_get(text);
    bool ok = text->bytes.failed ? diag_out_of_memory(r->parser->diag)
                                 : push(r, expr_name(r->p, s, text_length(text)));
    text_release(text);
    return ok;
}

// dL/da is a symbol of its own: what it is worth, a formula does not know. d2L/dadb is "dL/da/db".
static bool read_slope(struct expr_reading *r, struct span span)
{
    uint32_t of[2];
    of[1] = pop(r);
    of[0] = pop(r);
    struct text text;
    text_init(&text);
    for (int i = 0; i < 2; i++) {
        size_t length;
        const char *s = symbol_text(r, of[i], span, &length);
        if (s == NULL) {
            text_release(&text);
            return false;
        }
        r->elements -= s[length - 1] == ']' && !contains(s, length, "/d");
        bool slope = i == 0 && length > 4 && s[0] == 'd' && contains(s, length, "/d");
        text_add(&text, slope ? "" : i == 0 ? "d" : "/d");
        text_add_bytes(&text, s, length);
    }
    return push_symbol(r, &text);
}

// W[0, 1], in written numbers, as names_label has it: of dL/dW[0, 1].
static bool read_element(struct expr_reading *r, const struct item *item)
{
    double at[2] = {0};
    for (uint32_t k = item->count; k-- > 0;) {
        struct expr e = expr_get(r->p, pop(r));
        if (e.kind != EXPR_NUMBER || item->count > 2 || e.number < 0) {
            return no_element(r, item->span);
        }
        at[k] = e.number;
    }
    size_t length = 0;
    const char *s = symbol_text(r, pop(r), item->span, &length);
    if (s == NULL) {
        return false;
    }
    struct text text;
    text_init(&text);
    text_add_bytes(&text, s, length);
    text_addf(&text, item->count == 2 ? "[%.0f, %.0f]" : "[%.0f]", at[0], at[1]);
    r->elements++;
    r->element = item->span;
    return push_symbol(r, &text);
}

// So is a.grad.
static bool read_field(struct expr_reading *r, struct span span)
{
    size_t length;
    const char *s = symbol_text(r, pop(r), span, &length);
    if (s == NULL) {
        return false;
    }
    struct text text;
    text_init(&text);
    text_add_bytes(&text, s, length);
    text_add_char(&text, '.');
    text_add_bytes(&text, source_text(r, span), span.end - span.start);
    return push_symbol(r, &text);
}

static bool read_op(struct expr_reading *r, enum op op)
{
    uint32_t b = pop(r);
    uint32_t a = op_get(op)->arity == 2 ? pop(r) : b;
    return push(r, expr_apply(r->p, op, a, b));
}

static bool no_such_call(struct expr_reading *r, struct span span)
{
    const char *s = source_text(r, span);
    size_t length = span.end - span.start;
    char name[QUOTED];
    struct nearest nearest;
    diag_quote(name, s, length);
    nearest_init(&nearest, s, length);
    lower_offer_functions(&nearest);
    diag_set(r->parser->diag, span, "there is no function '%s' of single numbers", name);
    if (length == 1) {
        return diag_hint(r->parser->diag, "to multiply write %s*(…)", name);
    }
    return nearest.best[0] != '\0' && !is_text(s, length, nearest.best)
               ? diag_hint(r->parser->diag, "did you mean '%s'?", nearest.best)
               : diag_hint(r->parser->diag, "a formula is made of the operations on numbers");
}

static bool read_call(struct expr_reading *r, const struct item *item)
{
    const char *s = source_text(r, item->span);
    size_t length = item->span.end - item->span.start;
    enum op op = op_find(s, length, OP_CALL);
    const char *meant = op == OP_COUNT ? spelling_function(s, length) : NULL;
    op = meant == NULL ? op : op_find(meant, strlen(meant), OP_CALL);
    if (is_text(s, length, "grad") && item->count == 2) {
        return read_slope(r, item->span);
    }
    if (op == OP_COUNT) {
        return no_such_call(r, item->span);
    }
    uint32_t wanted = (uint32_t)op_get(op)->arity;
    if (item->count != wanted) {
        diag_set(r->parser->diag, item->span, "'%.*s' takes %u value%s, here it is given %u",
                 (int)length, s, wanted, wanted == 1 ? "" : "s", item->count);
        return diag_hint(r->parser->diag, wanted == 1 ? "write %.*s(x)" : "write %.*s(x, y)",
                         (int)length, s);
    }
    return read_op(r, op);
}

static bool read_item(struct expr_reading *r, const struct item *item)
{
    switch (item->kind) {
    case ITEM_NUMBER:
        return push(r, expr_number(r->p, item->number));
    case ITEM_NAME:
        return read_name(r, item);
    case ITEM_NODE:
        return push(r, node_symbol(r->p, item->node));
    case ITEM_OP:
        return read_op(r, item->op);
    case ITEM_CALL:
        return read_call(r, item);
    case ITEM_FIELD:
        return read_field(r, item->span);
    case ITEM_NODES:  // a formula is nodes anyway
        return true;
    case ITEM_SLOPE:
        return read_slope(r, item->span);
    case ITEM_INDEX:
        return read_element(r, item);
    default:
        return no_element(r, item->span);
    }
}

bool expr_parse(struct exprs *p, struct parser *parser, uint32_t *root)
{
    struct expr_reading r = {.p = p, .parser = parser};
    buf_init(&r.stack, sizeof(uint32_t));
    struct item item = parser_next(parser);
    while (item.kind != ITEM_END && item.kind != ITEM_ERROR && read_item(&r, &item)) {
        item = parser_next(parser);
    }
    bool ok = item.kind == ITEM_END && !parser->diag->set;
    ok = ok && (r.elements == 0 || no_element(&r, r.element));
    if (ok) {
        *root = pop(&r);
    }
    buf_release(&r.stack);
    return ok;
}

bool expr_read(struct exprs *p, const char *text, uint32_t *root, struct diag *d)
{
    struct excerpt e;
    excerpt_init_all(&e, NULL, text);
    bool ok = expr_parse(p, &e.parser, root);
    struct token after = lexer_peek(&e.lexer);
    if (ok && after.kind != TOKEN_END) {
        diag_set(&e.d, after.span, "the formula should end here");
        ok = diag_hint(&e.d, "to multiply write a '*' between");
    }
    return excerpt_end(&e, ok, d);
}

uint32_t expr_formula(struct exprs *p, const char *text, uint32_t x, uint32_t y, uint32_t v)
{
    struct exprs aside;
    struct diag d = {0};
    uint32_t root = EXPR_NONE, by[3] = {x, y, v}, result = EXPR_NONE;
    struct buf instead;
    exprs_init(&aside);
    buf_init(&instead, sizeof(uint32_t));
    bool ok = expr_read(&aside, text, &root, &d);
    if (ok && buf_resize(&instead, exprs_count(&aside))) {
        memset(instead.data, 0xFF, instead.count * sizeof(uint32_t));
        for (size_t i = 0; i < COUNT_OF(by); i++) {
            uint32_t name = names_find(&aside.names, &"xyv"[i], 1);
            if (name != NAME_NONE) {
                BUF(uint32_t, &instead)[expr_name(&aside, &"xyv"[i], 1)] = by[i];
            }
        }
        result = expr_copy(p, &aside, root, instead.data);
    }
    p->nodes.failed |= result == EXPR_NONE && !p->full;
    buf_release(&instead);
    exprs_release(&aside);
    return result;
}

// ---- From a tape --------------------------------------------------------------------------------

uint32_t expr_label(struct exprs *p, const struct tape *t, struct names *names, uint32_t node)
{
    if (tape_marked(t, node, MARK_CONST)) {
        return expr_number(p, tape_value(t, node));
    }
    uint32_t name = names_of_node(names, node);
    if (name != NAME_NONE) {
        size_t length;
        const char *s = names_text(names, name, &length);
        return expr_name(p, s, length);
    }
    char label[LABEL_TEXT];
    names_label(names, label, node);
    return expr_name(p, label, strlen(label));
}

uint32_t expr_of_node(struct exprs *p, const struct tape *t, struct names *names, uint32_t node)
{
    struct node n = tape_node(t, node);
    return n.op == OP_LEAF ? expr_label(p, t, names, node)
                           : expr_apply(p, (enum op)n.op, expr_label(p, t, names, (uint32_t)n.a),
                                        expr_label(p, t, names, (uint32_t)n.b));
}

uint32_t expr_inlined(struct exprs *p, const struct tape *t, struct names *names, uint32_t node,
                      uint32_t kept)
{
    struct buf ids, formulas;
    buf_init(&formulas, sizeof(uint32_t));
    bool ok = sweep_reach(t, node, &ids) && buf_resize(&formulas, (size_t)node + 1);
    uint32_t *formula = formulas.data;
    for (size_t i = 0; ok && i < ids.count; i++) {
        uint32_t id = BUF(uint32_t, &ids)[i];
        struct node n = tape_node(t, id);
        ok = !stop_is_asked(p->stop);
        formula[id] = n.op == OP_LEAF || id == kept
                          ? expr_label(p, t, names, id)
                          : expr_apply(p, (enum op)n.op, formula[n.a], formula[n.b]);
    }
    uint32_t result = ok ? formula[node] : EXPR_NONE;
    p->nodes.failed |= !ok;
    buf_release(&ids);
    buf_release(&formulas);
    return result;
}

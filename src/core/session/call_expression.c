// The expressions of a statement, and what evaluating them found worth saying.
#include <math.h>
#include <string.h>

#include "session/call.h"

// A number that the learner read before a loop cleared up may now be another node's.
void call_note_renumbered(struct call *c, struct span span)
{
    if (!c->s->told.renumbered) {
        c->s->told.renumbered = true;
        call_notice(c, span, "a loop has removed nodes: those from %%%u on have new numbers",
                    (unsigned)session_settings(c->s)->renumbered);
    }
}

// (x + 1)(x - 1) is (x + 1)*(x - 1), sin(x)cos(x) is sin(x)*cos(x).
static void note_product_of_parentheses(struct call *c, struct span span)
{
    const struct source *source = c->lexer->source;
    const char *s = source->text + span.start;
    int length = (int)(span.end - span.start);
    bool call = span.end < source->length && source->text[span.end] == '(';
    const char *rest = s[length - 1] == '(' ? "…)" : call ? "(…)" : "";
    call_notice(c, span, "(…)%.*s%s is read as (…)*%.*s%s", length, s, rest, length, s, rest);
}

// 2x is 2*x: said once.
static void note_product(struct call *c, struct span span)
{
    const char *s = c->lexer->source->text + span.start;
    size_t length = span.end - span.start, digits = 0;
    if (strchr("0123456789.", s[0]) == NULL) {
        note_product_of_parentheses(c, span);
        return;
    }
    while (digits < length && strchr("0123456789._", s[digits]) != NULL) {
        digits++;
    }
    bool root = length - digits == strlen("√") && memcmp(s + digits, "√", length - digits) == 0;
    const char *rest = s[digits] == '(' ? "…)" : s[digits] == '|' || root ? "…" : "";
    call_notice(c, span, "%.*s%s is read as %.*s*%.*s%s", (int)length, s, rest, (int)digits, s,
                (int)(length - digits), s + digits, rest);
}

// g = dy/dx; dg/dx: g was bound to the number that the derivative was.
static void note_slope_number(struct call *c, struct span span, uint32_t node)
{
    const struct recipes *r = &c->s->recipes;
    for (size_t i = r->rows.count; i-- > 0;) {
        const struct recipe *row = &BUF(struct recipe, &r->rows)[i];
        if (row->slope && !row->array && row->of == node) {
            char name[QUOTED], formula[QUOTED];
            size_t length;
            const char *s = names_text(&c->s->names, row->name, &length);
            diag_quote(name, s, length);
            diag_quote(formula, recipes_text(r, row), row->bytes);
            call_notice(c, span, "%s is a number; node %s = %s keeps it as a graph", name, name,
                        formula);
            return;
        }
    }
}

// d2z/dx2 is 0, and x2 is a name.
static void note_other_order(struct call *c, const struct parser *p, struct span span)
{
    char over[QUOTED], other[QUOTED];
    const char *s = c->lexer->source->text;
    char order = s[p->slope_other.end - 1];
    diag_quote(over, s + p->slope_over.start, p->slope_over.end - p->slope_over.start);
    diag_quote(other, s + p->slope_other.start, p->slope_other.end - p->slope_other.start);
    call_notice(c, span, "the last digit counts; for the derivative in %s write d%c%s/d%s%c", other,
                order, over, other, order);
}

// What lowering an expression found worth saying.
static void note_expression(struct call *c, const struct parser *p, const struct lower *w,
                            struct span span)
{
    char a[LABEL_TEXT], b[LABEL_TEXT];
    if (p->slope_notice) {
        call_notice(c, span,
                    "read as a division, because both are names of yours; grad(…, …) is "
                    "the derivative");
    }
    if (p->slope_mine) {
        call_notice(c, span,
                    "read as a derivative, though one of the two is a name of yours; to divide put "
                    "parentheses around a name");
    }
    if (p->implied.end > 0 && !c->s->told.product) {
        c->s->told.product = true;
        note_product(c, p->implied);
    }
    if (w->unreached != NODE_NONE) {
        call_notice(c, span, "%s does not depend on %s, so the derivative is 0",
                    names_label(&c->s->names, a, w->unreached_by),
                    names_label(&c->s->names, b, w->unreached));
        note_slope_number(c, span, w->unreached_by);
    }
    for (size_t i = 0; i < w->remarks.count; i++) {
        call_notice(c, span, "%s", BUF(const char *, &w->remarks)[i]);
    }
    if ((w->unreached != NODE_NONE || w->told_unreached) && p->slope_other.end > 0) {
        note_other_order(c, p, span);
    }
    if (w->by_new_number) {
        call_note_renumbered(c, span);
    }
    if (w->gradless != NODE_NONE) {
        call_notice(c, span, "no backward pass has reached %s yet, so its gradient is 0",
                    names_label(&c->s->names, a, w->gradless));
    }
    if (w->strange.end > 0) {
        char quoted[QUOTED], number[NUMBER_TEXT];
        struct span strange = source_with_parentheses(c->lexer->source, w->strange);
        diag_quote(quoted, c->lexer->source->text + strange.start, strange.end - strange.start);
        number_text(number, w->strange_value, 6);
        if (w->strange_text == NULL) {
            call_notice(c, strange, "%s is %s", quoted, number);
        } else {
            char inside[QUOTED];
            diag_quote(inside, w->strange_text, strlen(w->strange_text));
            call_notice(c, strange, "in %s: %s is %s", quoted, inside, number);
        }
    }
}

struct scope session_scope(struct session *s)
{
    return (struct scope){.tape = &s->tape,
                          .names = &s->names,
                          .definitions = &s->definitions,
                          .rng = &session_settings(s)->rng,
                          .stop = s->world.stop,
                          .groups = &s->groups,
                          .renumbered = session_settings(s)->renumbered,
                          .used = session_settings(s)->used,
                          .inputs = &s->inputs,
                          .uses = &s->replay.uses};
}

void session_checkpoint(struct session *s, struct checkpoint *c)
{
    checkpoint_take(c, &s->tape, &session_settings(s)->rng);
    checkpoint_array(c, &s->names.lists);
    checkpoint_array(c, &s->groups);
}

static struct lower *begin_lowering(struct call *c)
{
    struct session *s = c->s;
    struct scope scope = session_scope(s);
    if (s->lowering) {
        lower_init(&c->own, &scope, c->lexer->source, c->diag);
        return &c->own;
    }
    s->lowering = true;
    lower_begin(&s->lower, &scope, c->lexer->source, c->diag);
    return &s->lower;
}

struct lower *call_lower(struct call *c)
{
    struct lower *w = c->lower;
    if (w == NULL) {
        return c->lower = begin_lowering(c);
    }
    // Each expression is read afresh; only the arrays of plain numbers stay.
    w->source = c->lexer->source;
    w->diag = c->diag;  // which may be one aside, for a while
    w->named = w->by_new_number = false;
    w->remarks.count = 0;
    w->unreached = w->gradless = NODE_NONE;
    w->told_unreached = false;
    w->strange = (struct span){0, 0};
    w->strange_text = NULL;
    return w;
}

void call_end_lowering(struct call *c)
{
    if (c->lower == &c->own) {
        lower_release(c->lower);
    } else if (c->lower != NULL) {
        lower_rest(c->lower);
        c->s->lowering = false;
    }
    c->lower = NULL;
}

bool call_keep_grown(struct call *c, struct span span)
{
    const struct buf *rows = &c->lower->grown;
    uint32_t sabotaged = session_settings(c->s)->sabotaged;
    for (size_t i = 0; i < rows->count && sabotaged != NODE_NONE; i++) {
        if (BUF(struct grown, rows)[i].root == sabotaged) {
            char label[LABEL_TEXT];
            names_label(&c->s->names, label, sabotaged);
            diag_set(c->diag, span, "the gradients of %s as nodes would tell where the mistake is",
                     label);
            return diag_hint(c->diag,
                             "find the node first, with check and local; then: accuse NODE");
        }
    }
    return names_keep_grown(&c->s->names, rows) || diag_out_of_memory(c->diag);
}

bool call_expression(struct call *c, struct operand *result)
{
    struct parser *p = &c->s->parser;
    struct lower *w = call_lower(c);
    parser_begin(p, c->lexer, &c->s->names, c->diag);
    p->stop = c->s->world.stop;
    w->grown.count = 0;
    c->expression = lexer_peek(c->lexer).at;
    bool ok = lower_expression(w, p, result);
    c->named = w->named;
    if (ok) {
        note_expression(c, p, w, (struct span){c->expression, c->lexer->at});
    }
    parser_rest(p);
    return ok;
}

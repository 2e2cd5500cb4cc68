#include "lesson/condition.h"

#include <math.h>
#include <string.h>

#include "engine/sweep.h"
#include "lesson/condition_parts.h"

// ---- Taking it apart ----------------------------------------------------------------------------

bool condition_word_is(const struct lexer *l, struct token t, const char *word)
{
    return t.kind == TOKEN_NAME && token_is(l, t, word);
}

static bool is_comparison(struct token t)
{
    return t.kind == TOKEN_INFIX && strchr("<>=!", *op_get(t.op)->name) != NULL;
}

// What Python would join claims with, and an assignment, are told of rather than misread.
static bool refuse_token(const struct lexer *l, struct token t, struct diag *d)
{
    if (t.kind == TOKEN_ASSIGN) {
        diag_set(d, t.span, "'=' gives a name a value; here two values are compared");
        return diag_hint(d, "to compare, write ==");
    }
    if (condition_word_is(l, t, "is") || condition_word_is(l, t, "equals")) {
        diag_set(d, t.span, "'%.*s' is written ==", (int)token_length(t), token_text(l, t));
        return diag_hint(d, "write assert L == 4");
    }
    if (t.kind == TOKEN_STRING) {
        diag_set(d, t.span, "a comma is missing before this text");
        return diag_hint(d, "write assert L < 1, \"train longer\"");
    }
    if (condition_word_is(l, t, "and")) {
        diag_set(d, t.span, "'and' cannot join two claims here");
        return diag_hint(d, "write each claim separately, or multiply them: (L < 1)*(a > 0)");
    }
    if (condition_word_is(l, t, "or")) {
        diag_set(d, t.span, "'or' cannot join two claims here");
        return diag_hint(d, "add them: (L < 1) + (a > 0) is not 0 if one of them holds");
    }
    if (condition_word_is(l, t, "not")) {
        diag_set(d, t.span, "'not' cannot be used here");
        return diag_hint(d, "reverse the comparison: >= is the opposite of <");
    }
    return true;
}

// The verb at this token, if it is one; *end is after its words.
// first: nothing is before it, so that it may be a name of the learner's.
static enum verb read_verb(const struct lexer *at, struct token t, bool first, size_t *end,
                           bool *negative)
{
    struct lexer ahead = *at;
    struct diag ignored = {0};
    struct token next = lexer_next(&ahead, &ignored);
    *negative = false;
    *end = t.span.end;
    bool named = next.kind == TOKEN_NAME || next.kind == TOKEN_NODE;
    bool ends = next.kind == TOKEN_END && !first;
    if (condition_word_is(at, t, "uses") &&
        (named || ends || (next.kind == TOKEN_INFIX && !is_comparison(next)))) {
        *negative = condition_word_is(at, next, "no");
        *end = *negative ? next.span.end : *end;
        return VERB_USES;
    }
    if (condition_word_is(at, t, "depends") && (named || ends)) {
        *end = condition_word_is(at, next, "on") ? next.span.end : *end;
        return VERB_DEPENDS;
    }
    bool most = condition_word_is(at, next, "most");
    if (condition_word_is(at, t, "at") && (most || condition_word_is(at, next, "least"))) {
        *end = next.span.end;
        return most ? VERB_MOST : VERB_LEAST;
    }
    return VERB_NONE;
}

// False: the diag says why it is not one.
static bool take_apart(const char *s, struct span at, struct parts *p, struct diag *d)
{
    struct source source = {.name = "", .text = s, .length = at.end, .line = 1};
    struct lexer l = {.source = &source, .at = at.start};
    struct diag ignored = {0};
    size_t end;
    bool negative;
    *p = (struct parts){.subject = at, .compares = OP_COUNT};
    for (struct token t = lexer_next(&l, &ignored); t.kind != TOKEN_END && t.kind != TOKEN_BAD;
         t = lexer_next(&l, &ignored)) {
        enum verb verb = l.open > 0 || p->verb != VERB_NONE
                             ? VERB_NONE
                             : read_verb(&l, t, t.at == at.start, &end, &negative);
        if ((verb == VERB_USES || verb == VERB_DEPENDS) && end >= at.end) {
            diag_set(d, t.span, "something is missing after '%.*s'", (int)token_length(t),
                     token_text(&l, t));
            return diag_hint(d, "write L uses tanh, L depends on a, or L at most 9 nodes");
        }
        if (verb != VERB_NONE) {
            p->verb = verb;
            p->negative = negative;
            p->subject.end = t.at;
            p->object = (struct span){end, at.end};
        } else if (l.open == 0 && condition_word_is(&l, t, "where") &&
                   lexer_peek(&l).kind == TOKEN_NAME) {
            *(p->verb == VERB_NONE ? &p->subject.end : &p->object.end) = t.at;
            p->set = (struct span){t.span.end, at.end};
            break;
        } else if (l.open == 0 && p->verb == VERB_NONE && is_comparison(t)) {
            p->compares = t.op;
            p->left = span_trim(s, (struct span){at.start, t.at});
            p->right = (struct span){t.span.end, at.end};
        } else if (l.open == 0 && p->verb == VERB_NONE && !refuse_token(&l, t, d)) {
            return false;
        }
    }
    p->subject = span_trim(s, p->subject);
    p->object = span_trim(s, p->object);
    p->right.end = p->compares == OP_COUNT ? p->right.end : p->subject.end;
    p->right = span_trim(s, p->right);
    return true;
}

bool condition_check(const char *s, struct span at, struct span *expression, struct diag *d)
{
    struct parts p;
    if (!take_apart(s, at, &p, d)) {
        return false;
    }
    *expression = p.verb == VERB_NONE ? p.subject : (struct span){at.start, at.start};
    bool sized = p.verb == VERB_MOST || p.verb == VERB_LEAST;
    double ignored;
    return !sized || condition_read_size(s, p.object, &ignored, d);
}

bool condition_is_special(const char *s, struct span at)
{
    struct parts p;
    struct diag ignored = {0};
    return take_apart(s, at, &p, &ignored) && (p.verb != VERB_NONE || p.set.end > p.set.start);
}

// ---- Other values -------------------------------------------------------------------------------

bool condition_evaluate(struct looking *k, struct span at, struct buf *elements)
{
    buf_init(elements, sizeof(struct trial_element));
    return trial_elements(k->c->scope, k->s, at, elements, k->d);
}

static bool set_leaf(struct looking *k, struct span name, struct span value)
{
    struct tape *tape = k->c->scope->tape;
    struct buf leaf, number;
    buf_init(&number, sizeof(struct trial_element));
    bool ok = condition_evaluate(k, name, &leaf) && condition_evaluate(k, value, &number);
    if (ok && number.count != 1 && number.count != leaf.count) {
        ok = diag_set(k->d, value, "%zu values are set here, and these are %zu", leaf.count,
                      number.count);
    }
    for (size_t i = 0; ok && i < leaf.count; i++) {
        uint32_t node = BUF(struct trial_element, &leaf)[i].node;
        size_t from = number.count == 1 ? 0 : i;
        if (node == NODE_NONE || tape_op(tape, node) != OP_LEAF) {
            ok = diag_set(k->d, name, "only a leaf can have another value");
        } else if (!tape_set_value(tape, &k->trial.trail, node,
                                   BUF(struct trial_element, &number)[from].number)) {
            ok = diag_out_of_memory(k->d);
        }
    }
    buf_release(&leaf);
    buf_release(&number);
    return ok;
}

// name = value, name = value …
static bool set_leaves(struct looking *k)
{
    struct source source = {.name = "", .text = k->s, .length = k->parts.set.end, .line = 1};
    struct lexer l = {.source = &source, .at = k->parts.set.start};
    struct span name = {k->parts.set.start, 0}, value = {0, 0};
    for (;;) {
        struct token t = lexer_next(&l, k->d);
        bool ends = t.kind == TOKEN_END || (t.kind == TOKEN_COMMA && l.open == 0);
        if (t.kind == TOKEN_BAD) {
            return false;
        }
        if (t.kind == TOKEN_ASSIGN && t.op == OP_COUNT && l.open == 0 && name.end == 0) {
            name.end = t.at;
            value.start = t.span.end;
        } else if (ends && name.end == 0) {
            diag_set(k->d, (struct span){name.start, t.at}, "a value is missing here");
            return diag_hint(k->d, "write it as L == 4 where a = 5, b = 2");
        } else if (ends) {
            value.end = t.at;
            if (!set_leaf(k, span_trim(k->s, name), span_trim(k->s, value))) {
                return false;
            }
            name = (struct span){t.span.end, 0};
        }
        if (t.kind == TOKEN_END) {
            break;
        }
    }
    enum sweep_end end = checkpoint_refresh(&k->trial, k->c->scope->stop);
    return end == SWEEP_DONE || (end == SWEEP_STOPPED ? diag_set(k->d, k->parts.set, "interrupted")
                                                      : diag_out_of_memory(k->d));
}

// ---- Expressions --------------------------------------------------------------------------------

static bool is_true(double x)
{
    return x != 0 && !isnan(x);
}

// Which element is not true; the count if all are.
static size_t find_false(const struct buf *elements)
{
    size_t i = 0;
    while (i < elements->count && is_true(BUF(struct trial_element, elements)[i].number)) {
        i++;
    }
    return i;
}

// A number as it is typed tells nothing that is not read already.
static bool is_literal(const char *s, struct span at)
{
    struct source source = {.name = "", .text = s, .length = at.end, .line = 1};
    struct lexer l = {.source = &source, .at = at.start};
    struct diag ignored = {0};
    struct token t = lexer_next(&l, &ignored);
    if (t.kind == TOKEN_INFIX && t.op == OP_SUB) {
        t = lexer_next(&l, &ignored);
    }
    return t.kind == TOKEN_NUMBER && lexer_peek(&l).kind == TOKEN_END;
}

// "L is 0.35", after what was said before.
static void say_value(struct looking *k, struct span at, double number)
{
    char text[NUMBER_TEXT];
    struct text name;
    text_init(&name);
    text_add_visible(&name, k->s + at.start, at.end - at.start);
    text_add(k->why, text_length(k->why) > 0 ? phrase(k->c->language, " and ") : "");
    text_addf(k->why, phrase(k->c->language, "%s is %s"), text_get(&name),
              number_text(text, number, k->c->digits));
    text_release(&name);
}

static double side(const struct buf *elements, size_t i)
{
    return BUF(struct trial_element, elements)[elements->count == 1 ? 0 : i].number;
}

// The two sides of the comparison: near enough, where they are to be equal?
static bool sides_agree(struct looking *k, const struct buf *left, const struct buf *right,
                        size_t *differs)
{
    size_t n = left->count > right->count ? left->count : right->count;
    const struct tolerance t = k->c->tolerance;
    bool equal = k->parts.compares == OP_EQ && (t.absolute > 0 || t.relative > 0);
    for (*differs = 0; *differs < n; ++*differs) {
        if (!equal || !judge_number_is_right(side(left, *differs), side(right, *differs), t)) {
            return false;
        }
    }
    return true;
}

static void say_sides(struct looking *k, const struct buf *left, const struct buf *right, size_t i)
{
    double a = side(left, i), b = side(right, i);
    bool several = left->count > 1 || right->count > 1;
    if (several) {
        char left_text[NUMBER_TEXT], right_text[NUMBER_TEXT];
        text_addf(
            k->why, phrase(k->c->language, "element %zu is %s on the left and %s on the right"), i,
            number_text(left_text, a, k->c->digits), number_text(right_text, b, k->c->digits));
    } else {
        if (!is_literal(k->s, k->parts.left)) {
            say_value(k, k->parts.left, a);
        }
        if (!is_literal(k->s, k->parts.right)) {
            say_value(k, k->parts.right, b);
        }
    }
    *k->rounding =
        k->parts.compares == OP_EQ && a != b && fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}

static enum condition_end compare_sides(struct looking *k, size_t failing)
{
    struct buf left, right;
    size_t differs = failing;
    buf_init(&right, sizeof(struct trial_element));
    bool ok = condition_evaluate(k, k->parts.left, &left) &&
              condition_evaluate(k, k->parts.right, &right);
    bool agree = ok && sides_agree(k, &left, &right, &differs);
    if (ok && !agree) {
        bool tolerant = k->c->tolerance.absolute > 0 || k->c->tolerance.relative > 0;
        say_sides(k, &left, &right, tolerant && k->parts.compares == OP_EQ ? differs : failing);
    }
    buf_release(&left);
    buf_release(&right);
    return !ok ? CONDITION_BAD : agree ? CONDITION_HOLDS : CONDITION_FAILS;
}

static enum condition_end look_at_expression(struct looking *k)
{
    struct buf elements;
    bool ok = condition_evaluate(k, k->parts.subject, &elements);
    size_t failing = ok ? find_false(&elements) : 0;
    enum condition_end end = !ok                            ? CONDITION_BAD
                             : failing == elements.count    ? CONDITION_HOLDS
                             : k->parts.compares < OP_COUNT ? compare_sides(k, failing)
                                                            : CONDITION_FAILS;
    if (end == CONDITION_FAILS && k->parts.compares == OP_COUNT) {
        say_value(k, k->parts.subject, BUF(struct trial_element, &elements)[failing].number);
    }
    buf_release(&elements);
    return end;
}

bool condition_asks_how(const char *s, struct span at)
{
    struct parts p;
    struct diag ignored = {0};
    return take_apart(s, at, &p, &ignored) &&
           (p.verb == VERB_USES || p.verb == VERB_DEPENDS || p.set.end > p.set.start);
}

enum condition_end condition_look(const struct condition *c, const char *s, struct span at,
                                  struct text *why, bool *rounding, struct diag *d)
{
    struct looking k = {.c = c, .s = s, .why = why, .rounding = rounding, .d = d};
    enum condition_end end = CONDITION_BAD;
    *rounding = false;
    if (!take_apart(s, at, &k.parts, d)) {
        return CONDITION_BAD;
    }
    bool elsewhere = k.parts.set.end > k.parts.set.start;
    if (trial_begin(&k.trial, c->scope, d) && (!elsewhere || set_leaves(&k))) {
        end = k.parts.verb == VERB_NONE ? look_at_expression(&k) : condition_look_at_graph(&k);
    }
    checkpoint_back(&k.trial);
    if (end == CONDITION_FAILS && elsewhere) {
        struct span set = span_trim(s, k.parts.set);
        text_add(why, phrase(c->language, " where "));
        text_add_visible(why, s + set.start, set.end - set.start);
    }
    return end;
}

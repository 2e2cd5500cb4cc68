#include "formula/called.h"

#include <stdlib.h>
#include <string.h>

// Each name, number and operation that a formula is made of takes a letter or more, so that so many
// are looked at before a formula is known to be too long.
struct called {
    struct exprs *pool;
    const struct tape *tape;
    struct names *names;
    int digits;
    int left;
};

// The formula down to names; EXPR_NONE if it is too long, or holds a node that only has a number.
static uint32_t named_formula(struct called *c, uint32_t node)
{
    char label[LABEL_TEXT];
    if (c->left-- <= 0) {
        return EXPR_NONE;
    }
    if (tape_marked(c->tape, node, MARK_CONST)) {
        return expr_number(c->pool, number_rounded(tape_value(c->tape, node), c->digits));
    }
    if (names_label(c->names, label, node)[0] != '%') {
        return expr_label(c->pool, c->tape, c->names, node);
    }
    uint32_t operand[2] = {EXPR_NONE, EXPR_NONE};
    for (int slot = 0; slot < tape_arity(c->tape, node); slot++) {
        operand[slot] = named_formula(c, tape_operand(c->tape, node, slot));
        if (operand[slot] == EXPR_NONE) {
            return EXPR_NONE;
        }
    }
    return tape_op(c->tape, node) == OP_LEAF
               ? EXPR_NONE
               : expr_apply(c->pool, tape_op(c->tape, node), operand[0], operand[1]);
}

// Comparisons are printed in parentheses, which a formula that is alone does not need.
static void add_alone(struct text *out, const char *s)
{
    size_t n = strlen(s), depth = 0, at = 0;
    do {
        depth += s[at] == '(';
        depth -= s[at] == ')' && depth > 0;
    } while (depth > 0 && ++at < n);
    bool around = n > 2 && s[0] == '(' && at + 1 == n;
    text_add_bytes(out, around ? s + 1 : s, around ? n - 2 : n);
}

static bool add_formula(struct text *out, const struct exprs *p, uint32_t formula, size_t most)
{
    struct text text;
    text_init(&text);
    bool whole = expr_print(&text, p, formula, most);
    add_alone(out, text_get(&text));
    out->bytes.failed |= text.bytes.failed;
    text_release(&text);
    return whole;
}

// The short formula of a node without a name; EXPR_NONE if it has none. `text` receives it.
static uint32_t short_formula(struct exprs *p, const struct tape *t, struct names *names,
                              uint32_t node, int digits, struct text *text)
{
    struct called c = {p, t, names, digits, CALLED_MOST};
    uint32_t formula = tape_op(t, node) == OP_LEAF ? EXPR_NONE : named_formula(&c, node);
    if (formula == EXPR_NONE || !add_formula(text, p, formula, 4 * CALLED_MOST) ||
        utf8_length(text_get(text), text_length(text)) > CALLED_MOST) {
        return EXPR_NONE;
    }
    return formula;
}

uint32_t called_expr(struct exprs *p, const struct tape *t, struct names *names, uint32_t node,
                     int digits)
{
    char label[LABEL_TEXT];
    struct text text;
    text_init(&text);
    uint32_t formula = EXPR_NONE;
    if (tape_marked(t, node, MARK_CONST)) {
        formula = expr_number(p, number_rounded(tape_value(t, node), digits));
    } else if (names_label(names, label, node)[0] == '%') {
        formula = short_formula(p, t, names, node, digits, &text);
    }
    text_release(&text);
    return formula != EXPR_NONE ? formula : expr_label(p, t, names, node);
}

// The formula of a node from those of its operands.
static void add_applied(struct text *out, struct exprs *p, const struct tape *t, uint32_t node,
                        const uint32_t operand[2])
{
    uint32_t formula = expr_apply(p, tape_op(t, node), operand[0], operand[1]);
    if (formula != EXPR_NONE) {
        add_formula(out, p, formula, CALLED_FORMULA_MOST);
    }
}

static size_t letters_of(struct text *text)
{
    return utf8_length(text_get(text), text_length(text));
}

// The operand whose formula is longest; -1: none is an operation.
static int longest_operand(const struct exprs *p, const uint32_t operand[2], int arity)
{
    int longest = -1;
    for (int slot = 0; slot < arity; slot++) {
        bool formula = operand[slot] != EXPR_NONE && expr_get(p, operand[slot]).kind == EXPR_OP;
        bool longer = longest < 0 || expr_length(p, operand[slot], CALLED_MOST) >
                                         expr_length(p, operand[longest], CALLED_MOST);
        longest = formula && longer ? slot : longest;
    }
    return longest;
}

// Operands give way to their numbers while the formula is longer than `most` letters.
static void add_called(struct text *out, const struct tape *t, struct names *names, uint32_t node,
                       int digits, size_t most)
{
    uint32_t operand[2] = {EXPR_NONE, EXPR_NONE};
    int arity = tape_arity(t, node), longest;
    struct exprs pool;
    struct text text;
    if (arity == 0) {
        return;
    }
    exprs_init(&pool);
    text_init(&text);
    for (int slot = 0; slot < arity; slot++) {
        operand[slot] = called_expr(&pool, t, names, tape_operand(t, node, slot), digits);
    }
    add_applied(&text, &pool, t, node, operand);
    while (letters_of(&text) > most && (longest = longest_operand(&pool, operand, arity)) >= 0) {
        operand[longest] = expr_label(&pool, t, names, tape_operand(t, node, longest));
        text_clear(&text);
        add_applied(&text, &pool, t, node, operand);
    }
    text_add(out, text_get(&text));
    out->bytes.failed |= text.bytes.failed;
    text_release(&text);
    exprs_release(&pool);
}

void called_formula(struct text *out, const struct tape *t, struct names *names, uint32_t node,
                    int digits)
{
    add_called(out, t, names, node, digits, SIZE_MAX);
}

void called_short_formula(struct text *out, const struct tape *t, struct names *names,
                          uint32_t node, int digits)
{
    add_called(out, t, names, node, digits, CALLED_MOST);
}

bool called_by_formula(char out[LABEL_TEXT], const struct tape *t, struct names *names,
                       uint32_t node, int digits)
{
    struct exprs pool;
    struct text text;
    out[0] = '\0';
    if (tape_op(t, node) == OP_LEAF || names_label(names, out, node)[0] != '%') {
        out[0] = '\0';
        return false;
    }
    exprs_init(&pool);
    text_init(&text);
    bool found = short_formula(&pool, t, names, node, digits, &text) != EXPR_NONE &&
                 text_length(&text) < LABEL_TEXT;
    memcpy(out, found ? text_get(&text) : "", (found ? text_length(&text) : 0) + 1);
    text_release(&text);
    exprs_release(&pool);
    return found;
}

const char *called_label(char out[LABEL_TEXT], const struct tape *t, struct names *names,
                         uint32_t node, int digits)
{
    return called_by_formula(out, t, names, node, digits) ? out : names_label(names, out, node);
}

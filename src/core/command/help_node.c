// help %7: what a value is that has no name.
#include "command/help_node.h"

#include <string.h>

#include "command/commands.h"
#include "formula/expr.h"

// Operations that its formula goes down, bytes of it, and values named that use it.
enum { DEPTH = 6, FORMULA_BYTES = 120, USERS = 4 };

// Down to what has a name.
static uint32_t formula_of(struct call *c, struct exprs *pool, uint32_t node, int depth)
{
    const struct tape *t = &c->s->tape;
    char own[LABEL_TEXT];
    bool named = depth < DEPTH && names_own_label(&c->s->names, own, node);
    if (named || depth == 0 || tape_op(t, node) == OP_LEAF || tape_marked(t, node, MARK_CONST)) {
        return expr_label(pool, t, &c->s->names, node);
    }
    uint32_t operand[2] = {EXPR_NONE, EXPR_NONE};
    for (int slot = 0; slot < tape_arity(t, node); slot++) {
        operand[slot] = formula_of(c, pool, tape_operand(t, node, slot), depth - 1);
        if (operand[slot] == EXPR_NONE) {
            return EXPR_NONE;
        }
    }
    return expr_apply(pool, tape_op(t, node), operand[0], operand[1]);
}

static void add_formula(struct call *c, struct text *lines, uint32_t node)
{
    char label[LABEL_TEXT], number[NUMBER_TEXT];
    struct exprs pool;
    exprs_init(&pool);
    uint32_t formula = formula_of(c, &pool, node, DEPTH);
    text_add(lines, names_label(&c->s->names, label, node));
    if (formula != EXPR_NONE && tape_op(&c->s->tape, node) != OP_LEAF) {
        text_add(lines, " = ");
        expr_print(lines, &pool, formula, FORMULA_BYTES);
    }
    text_addf(lines, " = %s\n",
              number_text(number, tape_value(&c->s->tape, node), session_digits(c->s)));
    exprs_release(&pool);
}

static bool uses(const struct tape *t, uint32_t user, uint32_t node)
{
    bool found = false;
    for (int slot = 0; slot < tape_arity(t, user); slot++) {
        found |= tape_operand(t, user, slot) == node;
    }
    return found;
}

static void add_users(struct call *c, struct text *lines, uint32_t node)
{
    const struct tape *t = &c->s->tape;
    size_t users = 0;
    uint32_t end = tape_count(t);
    struct tape_used used = {0};
    tape_used_add(&used, node);
    for (uint32_t i = node; (i = tape_next_user(t, &used, i + 1, end)) < end;) {
        char label[LABEL_TEXT];
        if (uses(t, i, node) && users++ < USERS) {
            text_add(lines, users == 1 ? "used by " : ", ");
            text_add(lines, names_label(&c->s->names, label, i));
        }
    }
    text_add(lines, users > USERS ? " …\n" : users > 0 ? "\n" : "");
}

bool help_node(struct call *c, struct span word, bool *found)
{
    const char *s = c->lexer->source->text + word.start;
    *found = *s == '%';
    if (!*found) {
        return true;
    }
    struct lexer after = *c->lexer;
    uint32_t node;
    c->lexer->at = word.start;
    bool ok = call_node(c, &node) && call_finish(c);
    *c->lexer = after;
    if (!ok) {
        return false;
    }
    char own[LABEL_TEXT], label[LABEL_TEXT];
    struct text lines;
    text_init(&lines);
    add_formula(c, &lines, node);
    add_users(c, &lines, node);
    names_label(&c->s->names, label, node);
    if (names_own_label(&c->s->names, own, node)) {
        text_addf(&lines, "it has a name: %s", own);
    } else {
        text_addf(&lines, "v = %s gives it a name of yours", label);
    }
    struct rec *r = call_record(c, KIND_help_topic);
    rec_text(c->out, r, KEY_title,
             tape_op(&c->s->tape, node) == OP_LEAF ? "A leaf, by its number on the tape"
                                                   : "A value, by its number on the tape");
    rec_text(c->out, r, KEY_text, text_get(&lines));
    text_release(&lines);
    return true;
}

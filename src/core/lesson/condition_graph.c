// What a condition says about a graph: what it is made of, what it is computed from, how large it is.
#include <math.h>
#include <string.h>

#include "engine/sweep.h"
#include "lesson/condition_parts.h"
#include "text/definition.h"
#include "text/group.h"

// The node that it is about.
static bool find_root(struct looking *k, uint32_t *root)
{
    static const char graph[] = "graph";
    struct span at = k->parts.subject;
    size_t n = strlen(graph);
    if (at.end - at.start >= n && memcmp(k->s + at.start, graph, n) == 0 &&
        (at.end - at.start == n || k->s[at.start + n] == ' ')) {
        at = span_trim(k->s, (struct span){at.start + n, at.end});
    }
    if (at.start == at.end) {
        *root = k->c->output;
        return *root != NODE_NONE ||
               diag_set(k->d, k->parts.subject, "nothing was computed that this could be about");
    }
    struct buf elements;
    bool ok = condition_evaluate(k, at, &elements);
    *root = ok && elements.count == 1 ? BUF(struct trial_element, &elements)[0].node : NODE_NONE;
    if (ok && (*root == NODE_NONE)) {
        ok = diag_set(k->d, at, "a node is needed here: a name, or a number such as %%3");
    }
    buf_release(&elements);
    return ok;
}

static bool holds_op(const struct tape *t, const struct buf *reach, enum op op)
{
    for (size_t i = 0; i < reach->count; i++) {
        if (tape_op(t, BUF(uint32_t, reach)[i]) == op) {
            return true;
        }
    }
    return false;
}

// Did a call of this function make any of the nodes?
static bool holds_call(const struct buf *groups, const struct buf *reach, uint32_t name)
{
    for (uint32_t g = 0; groups != NULL && g < groups->count; g++) {
        const struct group *group = group_at(groups, g);
        for (size_t i = 0; group->name == name && i < reach->count; i++) {
            uint32_t node = BUF(uint32_t, reach)[i];
            if (node >= group->first && node < group->end) {
                return true;
            }
        }
    }
    return false;
}

// One word of `uses`: an operation by its name or its sign, or a function.
static bool read_used(struct looking *k, const struct lexer *l, struct token t, enum op *op,
                      uint32_t *function)
{
    const struct scope *scope = k->c->scope;
    const char *s = token_text(l, t);
    size_t n = token_length(t);
    *function = NAME_NONE;
    *op = t.kind == TOKEN_INFIX ? t.op : op_find(s, n, OP_CALL);
    for (enum op i = OP_LEAF + 1; *op == OP_COUNT && t.kind == TOKEN_NAME && i < OP_COUNT; i++) {
        const char *name = op_get(i)->name;
        *op = strlen(name) == n && memcmp(name, s, n) == 0 ? i : OP_COUNT;
    }
    if (*op == OP_COUNT && t.kind == TOKEN_NAME) {
        *function = names_find(scope->names, s, n);
        if (*function != NAME_NONE && definitions_find(scope->definitions, *function) == NULL) {
            *function = NAME_NONE;
        }
    }
    if (*op < OP_COUNT || *function != NAME_NONE) {
        return true;
    }
    char quoted[QUOTED];
    diag_set(k->d, t.span, "'%s' is neither an operation nor a function that is defined",
             diag_quote(quoted, s, n));
    return diag_hint(k->d, "an operation is named as in 'help', tanh, or by its sign, *");
}

static enum condition_end look_at_uses(struct looking *k, uint32_t root, const struct buf *reach)
{
    struct source source = {.name = "", .text = k->s, .length = k->parts.object.end, .line = 1};
    struct lexer l = {.source = &source, .at = k->parts.object.start};
    struct token t;
    enum condition_end end = CONDITION_HOLDS;
    while ((t = lexer_next(&l, k->d)).kind != TOKEN_END) {
        enum op op;
        uint32_t function;
        if (t.kind == TOKEN_COMMA || condition_word_is(&l, t, "and")) {
            continue;
        }
        if (t.kind == TOKEN_BAD || !read_used(k, &l, t, &op, &function)) {
            return CONDITION_BAD;
        }
        bool used = function != NAME_NONE ? holds_call(k->c->scope->groups, reach, function)
                                          : holds_op(k->c->scope->tape, reach, op);
        if (used == k->parts.negative && end == CONDITION_HOLDS) {
            end = CONDITION_FAILS;
            char label[LABEL_TEXT];
            text_addf(k->why,
                      used ? phrase(k->c->language, "%s uses %.*s")
                           : phrase(k->c->language, "%s does not use %.*s"),
                      names_label(k->c->scope->names, label, root), (int)token_length(t),
                      token_text(&l, t));
        }
    }
    return end;
}

static bool reaches(const struct buf *reach, uint32_t node)
{
    for (size_t i = 0; i < reach->count; i++) {
        if (BUF(uint32_t, reach)[i] == node) {
            return true;
        }
    }
    return false;
}

// Is root computed from all elements of s[at)?
static enum condition_end look_at_operand(struct looking *k, uint32_t root, const struct buf *reach,
                                          struct span at)
{
    struct buf elements;
    enum condition_end end = CONDITION_HOLDS;
    if (!condition_evaluate(k, at, &elements)) {
        end = CONDITION_BAD;
    }
    for (size_t i = 0; end == CONDITION_HOLDS && i < elements.count; i++) {
        uint32_t node = BUF(struct trial_element, &elements)[i].node;
        char label[LABEL_TEXT];
        if (node == NODE_NONE) {
            diag_set(k->d, at, "a node is needed here: a name, or a number such as %%3");
            end = CONDITION_BAD;
        } else if (node == root || !reaches(reach, node)) {
            char of[LABEL_TEXT];
            text_addf(k->why, phrase(k->c->language, "%s does not depend on %s"),
                      names_label(k->c->scope->names, of, root),
                      names_label(k->c->scope->names, label, node));
            end = CONDITION_FAILS;
        }
    }
    buf_release(&elements);
    return end;
}

static enum condition_end look_at_depends(struct looking *k, uint32_t root, const struct buf *reach)
{
    struct source source = {.name = "", .text = k->s, .length = k->parts.object.end, .line = 1};
    struct lexer l = {.source = &source, .at = k->parts.object.start};
    size_t start = l.at;
    enum condition_end end = CONDITION_HOLDS;
    for (bool done = false; !done && end == CONDITION_HOLDS;) {
        struct token t = lexer_next(&l, k->d);
        done = t.kind == TOKEN_END;
        if (t.kind == TOKEN_BAD) {
            return CONDITION_BAD;
        }
        if (done || (l.open == 0 && (t.kind == TOKEN_COMMA || condition_word_is(&l, t, "and")))) {
            end = look_at_operand(k, root, reach, span_trim(k->s, (struct span){start, t.at}));
            start = t.span.end;
        }
    }
    return end;
}

bool condition_read_size(const char *s, struct span at, double *nodes, struct diag *d)
{
    struct source source = {.name = "", .text = s, .length = at.end, .line = 1};
    struct lexer l = {.source = &source, .at = at.start};
    struct token number = lexer_next(&l, d), word = lexer_next(&l, d);
    bool whole = number.kind == TOKEN_NUMBER && number.number == floor(number.number);
    *nodes = number.number;
    if (!whole || !(condition_word_is(&l, word, "nodes") || condition_word_is(&l, word, "node")) ||
        lexer_peek(&l).kind != TOKEN_END) {
        diag_set(d, at, "this must be a number of nodes");
        return diag_hint(d, "write L at most 9 nodes");
    }
    return true;
}

static enum condition_end look_at_size(struct looking *k, uint32_t root, const struct buf *reach)
{
    double bound;
    if (!condition_read_size(k->s, k->parts.object, &bound, k->d)) {
        return CONDITION_BAD;
    }
    bool most = k->parts.verb == VERB_MOST;
    double count = (double)reach->count;
    if (most ? count <= bound : count >= bound) {
        return CONDITION_HOLDS;
    }
    char label[LABEL_TEXT];
    text_addf(k->why,
              reach->count == 1 ? phrase(k->c->language, "%s is %zu node alone")
                                : phrase(k->c->language, "%s depends on %zu nodes"),
              names_label(k->c->scope->names, label, root), reach->count);
    return CONDITION_FAILS;
}

enum condition_end condition_look_at_graph(struct looking *k)
{
    uint32_t root;
    struct buf reach;
    if (!find_root(k, &root)) {
        return CONDITION_BAD;
    }
    enum condition_end end = CONDITION_BAD;
    if (!sweep_reach(k->c->scope->tape, root, &reach)) {
        diag_out_of_memory(k->d);
    } else if (k->parts.verb == VERB_USES) {
        end = look_at_uses(k, root, &reach);
    } else if (k->parts.verb == VERB_DEPENDS) {
        end = look_at_depends(k, root, &reach);
    } else {
        end = look_at_size(k, root, &reach);
    }
    buf_release(&reach);
    return end;
}

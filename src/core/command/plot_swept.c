// What a plot sweeps: the one name without a value, else x, else the only leaf.
#include <string.h>

#include "command/plot.h"
#include "engine/sweep.h"

static bool same_text(const struct plot *p, struct span a, struct span b)
{
    size_t n, m;
    const char *s = plot_text(p, a, &n), *t = plot_text(p, b, &m);
    return n == m && memcmp(s, t, n) == 0;
}

// A name without a value that is nothing else either.
static bool is_free(const struct plot *p, struct span name)
{
    static const char *const known[] = {"pi", "π", "inf", "nan"};
    size_t length;
    const struct session *s = p->call->s;
    const char *text = plot_text(p, name, &length);
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strlen(known[i]) == length && memcmp(known[i], text, length) == 0) {
            return false;
        }
    }
    uint32_t id = names_find(&s->names, text, length);
    return names_get(&s->names, id).rank == VALUE_UNBOUND && !lower_is_function(text, length) &&
           definitions_find(&s->definitions, id) == NULL;
}

// The free name, in *name; false, and perhaps the diag, if there is none or more than one.
static bool free_name(struct plot *p, struct span *name)
{
    bool found = false;
    char first[QUOTED], second[QUOTED];
    for (size_t i = 0; i < p->names.count; i++) {
        struct span at = BUF(struct span, &p->names)[i];
        size_t length, n;
        const char *s = plot_text(p, at, &length);
        if (!is_free(p, at) || (found && same_text(p, at, *name))) {
            continue;
        }
        if (found) {
            const char *t = plot_text(p, *name, &n);
            diag_quote(first, t, n);
            diag_quote(second, s, length);
            diag_set(p->call->diag, at, "neither '%s' nor '%s' has a value: only one can be swept",
                     first, second);
            return diag_hint(p->call->diag, "give one a value, as in %s = 1",
                             strcmp(second, "x") == 0 ? first : second);
        }
        *name = at;
        found = true;
    }
    return found;
}

static bool stands_in_formulas(const struct plot *p, const char *name, size_t n, struct span *where)
{
    for (size_t i = 0; i < p->names.count; i++) {
        size_t length;
        *where = BUF(struct span, &p->names)[i];
        const char *s = plot_text(p, *where, &length);
        if (length == n && memcmp(s, name, n) == 0) {
            return true;
        }
    }
    return false;
}

// A leaf is moved in place, so that all that depends on it follows; any other name means the swept
// number for a while.
static void sweep_name(struct plot *p, struct span name)
{
    size_t length;
    const char *s = plot_text(p, name, &length);
    struct value value = names_lookup(&p->call->s->names, s, length);
    bool leaf = value.rank == VALUE_SCALAR && tape_op(&p->call->s->tape, value.base) == OP_LEAF;
    p->swept = name;
    p->leaf = leaf ? value.base : NODE_NONE;
}

// Adds the leaves that a formula's value depends on, constants left out.
static bool collect_leaves(struct aside *a, const struct operand *x, struct buf *leaves)
{
    const struct tape *t = &a->call->s->tape;
    struct buf ids;
    if (!x->is_node || operand_is_array(x)) {
        return true;
    }
    bool ok = sweep_reach(t, x->node, &ids);
    for (size_t i = 0; ok && i < ids.count; i++) {
        uint32_t id = BUF(uint32_t, &ids)[i];
        bool known =
            tape_op(t, id) != OP_LEAF || tape_marked(t, id, MARK_CONST) || id >= a->before.nodes;
        for (size_t j = 0; !known && j < leaves->count; j++) {
            known = BUF(uint32_t, leaves)[j] == id;  // analysis: what has elements has data
        }
        uint32_t *at = known || leaves->count > 2 ? NULL : buf_push(leaves, 1);
        if (at != NULL) {
            *at = id;
        }
    }
    buf_release(&ids);
    return (ok && !leaves->failed) || diag_out_of_memory(a->call->diag);
}

// Evaluates all once where every name has a value: are all arrays, and which leaves lie below?
static bool look(struct plot *p, bool *arrays, struct buf *leaves)
{
    struct aside a;
    struct operand x;
    bool ok = aside_begin(&a, p->call);
    *arrays = true;
    for (size_t i = 0; ok && i < p->formulas.count; i++) {
        ok = aside_evaluate(&a, p->call->lexer->source, plot_formula(p, i), &x) &&
             collect_leaves(&a, &x, leaves);
        *arrays = *arrays && ok && operand_is_array(&x);
        aside_cut(&a);
    }
    aside_end(&a);
    return ok;
}

static bool refuse_leaves(struct plot *p, const uint32_t *leaves, bool more)
{
    char a[LABEL_TEXT], b[LABEL_TEXT];
    names_label(&p->call->s->names, a, leaves[0]);
    names_label(&p->call->s->names, b, leaves[1]);
    diag_set(p->call->diag, plot_formula(p, 0), "which value should the plot sweep: %s, %s%s?", a,
             b, more ? " …" : "");
    return diag_hint(p->call->diag, "say so, as in plot %.*s over %s from -2 to 2",
                     (int)(plot_formula(p, 0).end - plot_formula(p, 0).start),
                     p->call->lexer->source->text + plot_formula(p, 0).start, a);
}

// Nothing is free: arrays are shown as they are; else x is swept, or the only leaf.
static bool choose_bound(struct plot *p, bool *arrays)
{
    struct buf leaves;
    struct span name;
    buf_init(&leaves, sizeof(uint32_t));
    bool ok = look(p, arrays, &leaves);
    bool x = stands_in_formulas(p, "x", 1, &name);
    if (ok && *arrays && p->ranged && !x) {
        diag_set(p->call->diag, p->range, "an array is plotted against its index");
        diag_hint(p->call->diag, "leave the range out");
        ok = false;
    }
    *arrays = *arrays && !p->ranged;
    if (!ok || *arrays) {
        buf_release(&leaves);
        return ok;
    }
    if (x) {
        sweep_name(p, name);
    } else if (leaves.count == 1) {
        p->leaf = BUF(uint32_t, &leaves)[0];
    } else if (leaves.count > 1) {
        ok = refuse_leaves(p, leaves.data, leaves.count > 2);
    }
    buf_release(&leaves);
    return ok;
}

// Does a formula's value depend on the leaf that is to be moved? (A derivative is a number, but
// another one elsewhere.)
static bool depends(const struct plot *p, const struct aside *a, const struct operand *x,
                    bool *it_does)
{
    struct buf ids;
    *it_does = !x->is_node && a->lower.slopes.count > 0;
    if (!x->is_node) {
        return true;
    }
    bool ok = sweep_reach(&p->call->s->tape, x->node, &ids);
    for (size_t i = 0; ok && i < ids.count; i++) {
        *it_does |= BUF(uint32_t, &ids)[i] == p->leaf;
    }
    buf_release(&ids);
    return ok || diag_out_of_memory(p->call->diag);
}

// The line of what does not depend on it is level, and that may surprise: the name may have been
// bound anew since.
static bool note_level(struct plot *p)
{
    struct aside a;
    struct operand x;
    bool ok = aside_begin(&a, p->call), moves = true;
    for (size_t i = 0; ok && moves && i < p->formulas.count; i++) {
        struct span at = plot_formula(p, i);
        ok = aside_evaluate(&a, p->call->lexer->source, at, &x) &&
             (operand_is_array(&x) || depends(p, &a, &x, &moves));
        aside_cut(&a);
        if (ok && !moves) {
            struct text label, swept;
            text_init(&label);
            text_init(&swept);
            plot_label(p, at, &label);
            plot_swept_label(p, &swept);
            call_notice(p->call, at, "%s does not depend on %s, so its line is level",
                        text_get(&label), text_get(&swept));
            text_release(&label);
            text_release(&swept);
        }
    }
    aside_end(&a);
    return ok;
}

bool plot_choose(struct plot *p, bool *arrays)
{
    struct span name;
    *arrays = false;
    if (p->over) {
        size_t length;
        const char *s = plot_text(p, p->swept, &length);
        if (p->leaf != NODE_NONE && tape_op(&p->call->s->tape, p->leaf) != OP_LEAF) {
            char quoted[QUOTED];
            diag_set(p->call->diag, p->swept, "'%s' is computed from others, and cannot be moved",
                     diag_quote(quoted, s, length));
            return diag_hint(p->call->diag, "sweep a leaf that it depends on");
        }
        if (p->leaf != NODE_NONE) {
            return free_name(p, &name) || (!p->call->diag->set && note_level(p));
        }
        return stands_in_formulas(p, s, length, &name) ||
               diag_set(p->call->diag, p->swept, "no formula here mentions this name");
    }
    if (free_name(p, &name)) {
        p->swept = name;
        return true;
    }
    return !p->call->diag->set && choose_bound(p, arrays);
}

void plot_swept_label(const struct plot *p, struct text *out)
{
    char label[LABEL_TEXT];
    size_t length;
    const char *s = plot_text(p, p->swept, &length);
    if (p->leaf != NODE_NONE) {
        text_add(out, names_label(&p->call->s->names, label, p->leaf));
    } else if (length > 0) {
        text_add_bytes(out, s, length);
    } else {
        text_add(out, "x");
    }
}

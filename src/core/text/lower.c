#include "text/lower_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/stop.h"
#include "text/array.h"

// The same is said once in a statement; of very many things, those said last are remembered.
static bool is_remarked(const struct lower *w, const char *words)
{
    size_t count = w->remarks.count;
    for (size_t i = count > 16 ? count - 16 : 0; i < count; i++) {
        if (strcmp(BUF(const char *, &w->remarks)[i], words) == 0) {
            return true;
        }
    }
    return false;
}

void lower_remark(struct lower *w, const char *words)
{
    bool is_new = words != NULL && !is_remarked(w, words);
    const char **at = is_new ? buf_push(&w->remarks, 1) : NULL;
    if (at != NULL) {
        *at = words;
    }
}

bool lower_goes_on(struct lower *w, size_t i, size_t each, struct span span)
{
    return !stop_asked_by(w->stop, i, each) || diag_set(w->diag, span, "interrupted");
}

bool lower_no_room(struct lower *w, struct span span)
{
    if (stop_is_asked(w->stop)) {
        return diag_set(w->diag, span, "interrupted");
    }
    if (tape_count(w->tape) >= w->tape->most) {
        diag_set(w->diag, span, "the graph is full: it holds at most %lu nodes",
                 (unsigned long)w->tape->most);
        return diag_hint(w->diag, "'reset' starts an empty one");
    }
    return diag_out_of_memory(w->diag);
}

void scope_checkpoint(const struct scope *scope, struct checkpoint *c)
{
    checkpoint_take(c, scope->tape, scope->rng);
    checkpoint_array(c, &scope->names->lists);
    if (scope->groups != NULL) {
        checkpoint_array(c, scope->groups);
    }
}

bool lower_as_node(struct lower *w, struct operand *operand, uint8_t marks)
{
    if (!operand->is_node) {
        operand->node = tape_leaf(w->tape, operand->number, marks);
        operand->is_node = true;
    }
    return operand->node != NODE_NONE || lower_no_room(w, operand->span);
}

void lower_uses(const struct lower *w, uint32_t node)
{
    if (w->uses != NULL) {
        w->uses->others |= node >= w->uses->fixed ||
                           tape_marked(w->tape, node, MARK_PARAM | MARK_MOVES | MARK_STALE);
    }
}

double lower_number(const struct lower *w, const struct operand *operand)
{
    if (operand->is_node) {
        lower_uses(w, operand->node);
        return tape_value(w->tape, operand->node);
    }
    return operand->number;
}

// The function that the learner's own text calls, if one is being called.
const struct activation *lower_outermost(const struct lower *w)
{
    for (size_t i = 0; i < w->calls.count; i++) {
        const struct activation *a = BUF(struct activation *, &w->calls)[i];
        if (a->definition != NULL) {  // a comprehension is of the text that it is in
            return a;
        }
    }
    return NULL;
}

// Spans are of the text that is being read, which may be the body of a function. What leaves this
// file is of the learner's text: there the call stands for all that happens in it.
struct span lower_learners_span(const struct lower *w, struct span span)
{
    return lower_outermost(w) == NULL ? span : lower_outermost(w)->call;
}

static void note_strange(struct lower *w, struct span span, double number)
{
    w->strange = lower_learners_span(w, span);
    w->strange_value = number;
    w->strange_text = NULL;
    if (lower_outermost(w) != NULL) {
        span = source_with_parentheses(w->source, span);
        w->strange_text =
            arena_copy(&w->memory, w->source->text + span.start, span.end - span.start);
    }
}

static bool apply_numbers(struct lower *w, enum op op, double x, double y, struct span span,
                          struct operand *out)
{
    double number = op_value(op, x, y);
    if (!isfinite(number) && isfinite(x) && isfinite(y) && w->strange.end == 0) {
        note_strange(w, span, number);
    }
    *out = lower_number_operand(number, span);
    return true;
}

bool lower_apply(struct lower *w, enum op op, struct operand *x, struct operand *y,
                 struct span span, struct operand *out)
{
    if (operand_is_array(x) || operand_is_array(y)) {
        return array_apply(w, op, x, y, span, out);
    }
    if (!x->is_node && !y->is_node) {
        return apply_numbers(w, op, x->number, y->number, span, out);
    }
    if (!lower_as_node(w, x, MARK_CONST) || !lower_as_node(w, y, MARK_CONST)) {
        return false;
    }
    uint32_t node = tape_apply(w->tape, op, x->node, y->node);
    *out = (struct operand){.is_node = true, .node = node, .span = span};
    return node != NODE_NONE || lower_no_room(w, span);
}

struct operand lower_operand(struct value value, struct span span)
{
    struct operand x = {.is_node = true, .span = span};
    if (value_is_array(value)) {
        x.array = value;
    } else {
        x.node = value.base;
    }
    return x;
}

// The operand that a name stands for inside a function, or in a comprehension, which also sees what
// is around it; NULL if it is not a name of theirs.
struct operand *lower_argument(const struct lower *w, uint32_t name)
{
    for (size_t depth = w->calls.count; depth-- > 0;) {
        const struct activation *a = BUF(struct activation *, &w->calls)[depth];
        for (uint32_t i = a->count; i-- > 0;) {
            if (a->names[i] == name) {
                return BUF_FROM(struct operand, &w->stack, a->arguments + i);
            }
        }
        if (a->definition != NULL) {
            break;
        }
    }
    return NULL;
}

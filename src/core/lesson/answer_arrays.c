// Judging formulas of whole arrays: by what they come to when the leaves of the graph have other
// numbers, and by the shape of what they come to.
#include <math.h>
#include <string.h>

#include "base/format.h"
#include "engine/sweep.h"
#include "lesson/judging.h"

enum { SAMPLES = 6, LEAVES_MOST = 1 << 14 };

// What a formula comes to: its shape and its numbers, row by row.
struct outcome {
    struct value shape;
    struct buf numbers;  // double
};

static bool evaluate(const struct judging *j, const char *s, struct span at, struct outcome *o,
                     struct diag *d)
{
    o->numbers.count = 0;
    return trial_array(j->scope, s, at, &o->shape, &o->numbers, d);
}

static bool same_shape(struct value a, struct value b)
{
    return a.rank == b.rank && a.rows == b.rows && a.cols == b.cols;
}

static bool is_finite(const struct outcome *o)
{
    for (size_t k = 0; k < o->numbers.count; k++) {
        if (!isfinite(BUF(double, &o->numbers)[k])) {
            return false;
        }
    }
    return true;
}

static bool same_numbers(const struct outcome *a, const struct outcome *b)
{
    const double *x = a->numbers.data, *y = b->numbers.data;
    for (size_t k = 0; k < a->numbers.count; k++) {
        if (!(fabs(x[k] - y[k]) <= 1e-9 * (1 + fabs(y[k])))) {
            return false;
        }
    }
    return true;
}

bool answer_is_array(struct judging *j)
{
    const char *s = j->q->answer;
    struct outcome o;
    struct checkpoint trial;
    struct diag ignored = {0};
    buf_init(&o.numbers, sizeof(double));
    bool array = trial_begin(&trial, j->scope, &ignored) &&
                 evaluate(j, s, (struct span){0, strlen(s)}, &o, &ignored) &&
                 value_is_array(o.shape);
    checkpoint_back(&trial);
    buf_release(&o.numbers);
    return array;
}

// ---- Samples ------------------------------------------------------------------------------------

// Other numbers in all leaves, from 0.1 to 0.9, and what is computed from them.
static bool move_leaves(const struct judging *j, struct checkpoint *trial, struct rng *rng)
{
    struct tape *t = j->scope->tape;
    if (!checkpoint_save_values(trial)) {
        return false;
    }
    for (uint32_t i = 0; i < trial->nodes; i++) {
        if (tape_op(t, i) == OP_LEAF && !tape_marked(t, i, MARK_CONST)) {
            BUF(double, &t->value)[i] = 0.1 + 0.8 * rng_uniform(rng);
        }
    }
    return checkpoint_recompute(trial, j->scope->stop) == SWEEP_DONE;
}

enum sampled { SAMPLED_SAME, SAMPLED_OTHER, SAMPLED_SHAPE, SAMPLED_UNREADABLE };

// Compares two formulas at the numbers of the graph and at samples. What cannot be evaluated, or is
// not finite, says nothing; of the graph itself `d` says why. shapes: theirs.
static enum sampled compare(struct judging *j, struct span given, const char *key,
                            struct outcome shapes[2], struct diag *d)
{
    struct rng rng;
    enum sampled result = SAMPLED_SAME;
    const struct span whole = {0, strlen(key)};
    rng_seed(&rng, j->seed);
    for (int k = 0; k <= SAMPLES && result == SAMPLED_SAME; k++) {
        struct checkpoint trial;
        struct diag ignored = {0};
        bool moved = trial_begin(&trial, j->scope, &ignored) &&
                     (k == 0 || (trial.nodes <= LEAVES_MOST && move_leaves(j, &trial, &rng)));
        if (moved && evaluate(j, key, whole, &shapes[1], &ignored)) {
            bool read = evaluate(j, j->text, given, &shapes[0], k == 0 ? d : &ignored);
            result = k == 0 && !read                                 ? SAMPLED_UNREADABLE
                     : !read                                         ? SAMPLED_SAME
                     : !same_shape(shapes[0].shape, shapes[1].shape) ? SAMPLED_SHAPE
                     : is_finite(&shapes[1]) && !same_numbers(&shapes[0], &shapes[1])
                         ? SAMPLED_OTHER
                         : SAMPLED_SAME;
        }
        checkpoint_back(&trial);
    }
    return result;
}

// ---- What to say --------------------------------------------------------------------------------

static const char *shape_words(char out[SHAPE_TEXT], struct value v)
{
    struct operand x = lower_operand(v, (struct span){0});
    return operand_shape(out, &x);
}

static void say_shape(struct judging *j, const struct outcome shapes[2])
{
    char is[SHAPE_TEXT], ought[SHAPE_TEXT];
    struct value a = shapes[0].shape, b = shapes[1].shape;
    bool turned = a.rank == VALUE_MATRIX && a.rows == b.cols && a.cols == b.rows;
    bool flat = a.rank == VALUE_VECTOR && b.rank == VALUE_MATRIX;
    judge_say(j, "Yours is %s%s, and should be of shape %s.",
              value_is_array(a) ? phrase(j->q->language, "of shape ") : "", shape_words(is, a),
              shape_words(ought, b));
    if (turned) {
        judge_say(j, "It is transposed: exchange the two factors, or put .T after it.");
    } else if (flat) {
        judge_say(j, "* multiplies element by element. A matrix of two vectors is their outer "
                     "product.");
    }
}

static void say_element(struct judging *j, const struct outcome outcomes[2])
{
    char is[NUMBER_TEXT], ought[NUMBER_TEXT];
    const double *x = outcomes[0].numbers.data, *y = outcomes[1].numbers.data;
    struct value v = outcomes[1].shape;
    for (size_t k = 0; k < outcomes[1].numbers.count; k++) {
        if (!(fabs(x[k] - y[k]) <= 1e-9 * (1 + fabs(y[k])))) {
            char place[64] = "";
            if (v.rank == VALUE_MATRIX) {
                format_write(place, sizeof place, "[%zu, %zu]", k / v.cols, k % v.cols);
            } else {
                format_write(place, sizeof place, "[%zu]", k);
            }
            judge_say(j, "Its element %s is %s here, and should be %s.", place,
                      number_text(is, x[k], 6), number_text(ought, y[k], 6));
            return;
        }
    }
}

static bool say_when(struct judging *j)
{
    struct outcome outcomes[2];
    bool said = false;
    buf_init(&outcomes[0].numbers, sizeof(double));
    buf_init(&outcomes[1].numbers, sizeof(double));
    for (const struct question_line *w = j->q->whens.first; w != NULL && !said; w = w->next) {
        struct diag ignored = {0};
        said = compare(j, j->answer, w->left, outcomes, &ignored) == SAMPLED_SAME;
        if (said) {
            judge_say(j, "%s", w->right);
        }
    }
    buf_release(&outcomes[0].numbers);
    buf_release(&outcomes[1].numbers);
    return said;
}

static bool is_asked(const struct judging *j, struct span at)
{
    size_t n = strlen(j->q->asked);
    return n > 0 && at.end - at.start == n && memcmp(j->text + at.start, j->q->asked, n) == 0;
}

// dL/dW1, grad(L, W1), or the name itself: what is asked for, not how it comes about.
static bool refuse_asked(struct judging *j)
{
    struct source source = {.text = j->text, .length = j->answer.end, .line = 1};
    struct lexer lexer = {.source = &source, .at = j->answer.start};
    struct parser p;
    struct diag ignored = {0};
    bool found = false;
    parser_init(&p, &lexer, j->scope->names, &ignored);
    for (struct item i = parser_next(&p); i.kind != ITEM_END && i.kind != ITEM_ERROR && !found;
         i = parser_next(&p)) {
        const char *s = j->text + i.span.start;
        found = i.kind == ITEM_SLOPE || (i.kind == ITEM_CALL && strncmp(s, "grad(", 5) == 0) ||
                is_asked(j, i.span);
        if (found && is_asked(j, i.span)) {
            judge_refuse(j, i.span, "%s is what is asked for", j->q->asked);
            judge_hint(j, "write it in other terms");
        } else if (found) {
            judge_refuse(j, i.span, "a derivative is what is asked for here");
            judge_hint(j, "write it with the arrays of the question");
        }
    }
    parser_release(&p);
    return found;
}

void judge_arrays(struct judging *j)
{
    struct outcome outcomes[2];
    struct diag d = {0};
    buf_init(&outcomes[0].numbers, sizeof(double));
    buf_init(&outcomes[1].numbers, sizeof(double));
    if (!refuse_asked(j)) {
        switch (compare(j, j->answer, j->q->answer, outcomes, &d)) {
        case SAMPLED_UNREADABLE:
            judge_refuse(j, d.span, "%s", d.message);
            judge_hint(j, "%s",
                       d.unbound ? phrase(j->q->language, "use the names of the question")
                                 : d.hint);
            break;
        case SAMPLED_SAME:
            judge_set(j, JUDGED_RIGHT);
            break;
        case SAMPLED_SHAPE:
            if (!say_when(j)) {
                say_shape(j, outcomes);
            }
            judge_set(j, JUDGED_WRONG);
            break;
        case SAMPLED_OTHER:
            if (!say_when(j)) {
                say_element(j, outcomes);
            }
            judge_set(j, JUDGED_WRONG);
            break;
        }
    }
    buf_release(&outcomes[0].numbers);
    buf_release(&outcomes[1].numbers);
}

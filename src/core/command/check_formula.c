#include "command/check_formula.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/sweep.h"
#include "session/aside.h"
#include "text/slope.h"

enum { POINTS = 9, POINTS_LEAST = 4, SHOWN = 4 };

// What holds still while the other leaves move. Labels are whole numbers, and a formula may be
// right for them only; what a function takes as an index must be whole.
enum hold { HOLD_NONE, HOLD_LABELS, HOLD_WHOLE, HOLDS };

enum finding { AGREE, DIFFER, UNKNOWN, NO_VALUE };

struct leaf {
    uint32_t node;
    double value;
    bool held;
};

struct checking {
    struct call *call;
    struct aside aside;
    struct source source;  // the command's, to the end of the statement
    struct span left, right;
    struct value shape;  // of the left side
    struct buf leaves;   // struct leaf
    struct buf values;   // double: of the left side, then of the right one
    size_t count;        // elements of a side
    // Of the last round: points at which both sides have values, and the ratios of all elements.
    size_t usable;
    double least_ratio, most_ratio;
    // The counterexample: the values of the leaves there, and the element that differs.
    struct buf at;  // double, one for each leaf
    size_t element;
    double mine, theirs;
};

bool check_formula_is_asked(const struct call *c)
{
    struct lexer ahead = *c->lexer;
    struct diag aside = {0};
    for (;;) {
        struct token t = lexer_next(&ahead, &aside);
        if (t.kind == TOKEN_ASSIGN && t.op == OP_COUNT && ahead.open == c->lexer->open) {
            return true;
        }
        if (token_ends(t.kind) || t.kind == TOKEN_BAD) {
            return false;
        }
    }
}

// ---- The two sides ------------------------------------------------------------------------------

static bool refuse_shapes(struct call *c, const struct operand *left, const struct operand *right,
                          struct span span)
{
    char a[SHAPE_TEXT], b[SHAPE_TEXT];
    diag_set(c->diag, span, "the left side is %s%s, and this is %s%s",
             operand_is_array(left) ? "an array of " : "one number",
             operand_is_array(left) ? operand_shape(a, left) : "",
             operand_is_array(right) ? "an array of " : "one number",
             operand_is_array(right) ? operand_shape(b, right) : "");
    return diag_hint(c->diag, "the gradient of L in W has the shape of W");
}

static bool is_same_shape(const struct operand *a, const struct operand *b)
{
    return operand_is_array(a) == operand_is_array(b) &&
           (!operand_is_array(a) ||
            (a->array.rank == b->array.rank && a->array.rows == b->array.rows &&
             a->array.cols == b->array.cols));
}

// Read once as any expressions are, for their mistakes and their shapes.
static bool read_sides(struct checking *k)
{
    struct call *c = k->call;
    struct operand left, right;
    k->left.start = lexer_peek(c->lexer).at;
    if (!call_expression(c, &left)) {
        return false;
    }
    k->left.end = c->lexer->at;
    struct token equals = lexer_peek(c->lexer);
    if (equals.kind != TOKEN_ASSIGN) {
        return call_finish(c);
    }
    lexer_next(c->lexer, c->diag);
    k->right.start = lexer_peek(c->lexer).at;
    if (!call_expression(c, &right)) {
        return false;
    }
    k->right.end = c->lexer->at;
    k->shape = left.array;
    k->shape.rank = operand_is_array(&left) ? left.array.rank : VALUE_SCALAR;
    k->count = operand_count(&left);
    return call_finish(c) &&
           (is_same_shape(&left, &right) || refuse_shapes(c, &left, &right, k->right));
}

static bool add_leaf(struct checking *k, uint32_t node)
{
    const struct tape *t = &k->call->s->tape;
    if (tape_op(t, node) != OP_LEAF || tape_marked(t, node, MARK_CONST)) {
        return true;
    }
    struct leaf *at = buf_push(&k->leaves, 1);
    if (at != NULL) {
        *at = (struct leaf){.node = node, .value = tape_value(t, node)};
    }
    return at != NULL || diag_out_of_memory(k->call->diag);
}

static bool add_leaves(struct checking *k, struct value value)
{
    struct operand x = lower_operand(value, k->left);
    uint32_t cols = operand_cols(&x);
    bool ok = true;
    for (size_t i = 0; ok && i < operand_count(&x); i++) {
        struct buf ids;
        uint32_t node =
            operand_node(call_lower(k->call), &x, (uint32_t)i / cols, (uint32_t)i % cols);
        if (tape_op(&k->call->s->tape, node) == OP_LEAF) {
            ok = add_leaf(k, node);
            continue;
        }
        ok = sweep_reach(&k->call->s->tape, node, &ids) || diag_out_of_memory(k->call->diag);
        for (size_t n = 0; ok && n < ids.count; n++) {
            ok = add_leaf(k, BUF(uint32_t, &ids)[n]);
        }
        buf_release(&ids);
    }
    return ok;
}

static int compare_leaves(const void *a, const void *b)
{
    const struct leaf *x = a, *y = b;
    return (x->node > y->node) - (x->node < y->node);
}

// The leaves below everything that is named; dL/da names L and a.
static bool find_leaves(struct checking *k)
{
    const struct names *names = &k->call->s->names;
    struct lexer lexer = {.source = &k->source, .at = k->left.start};
    struct diag aside = {0};
    for (;;) {
        struct token t = lexer_next(&lexer, &aside);
        if (token_ends(t.kind) || t.kind == TOKEN_BAD) {
            break;
        }
        const char *s = token_text(&lexer, t);
        size_t n = token_length(t);
        struct value value = t.kind == TOKEN_NAME   ? names_lookup(names, s, n)
                             : t.kind == TOKEN_NODE ? value_of_node(t.node)
                                                    : (struct value){.rank = VALUE_UNBOUND};
        struct slope_notation higher;  // d2L/dadb names L
        if (slope_read(&lexer, names, t, &aside, &higher) && !aside.set) {
            struct span over = higher.over.span;
            value = names_lookup(names, lexer.source->text + over.start, over.end - over.start);
            lexer = higher.behind;
        } else if (t.kind == TOKEN_NAME && value.rank == VALUE_UNBOUND && n > 1 && *s == 'd') {
            value = names_lookup(names, s + 1, n - 1);
        }
        if (value.rank != VALUE_UNBOUND && !add_leaves(k, value)) {
            return false;
        }
    }
    struct leaf *leaf = k->leaves.data;
    size_t kept = 0;
    if (k->leaves.count > 1) {
        qsort(leaf, k->leaves.count, sizeof *leaf, compare_leaves);
    }
    for (size_t i = 0; i < k->leaves.count; i++) {
        if (kept == 0 || leaf[kept - 1].node != leaf[i].node) {
            leaf[kept++] = leaf[i];
        }
    }
    k->leaves.count = kept;
    return buf_resize(&k->at, kept) && buf_resize(&k->values, 2 * k->count);
}

// ---- Points -------------------------------------------------------------------------------------

// One side's values, here. False: it has none here (or the diag is set for good).
static bool evaluate(struct checking *k, struct span side, double *values)
{
    struct operand x;
    bool ok = aside_evaluate(&k->aside, &k->source, side, &x) && operand_count(&x) == k->count;
    for (size_t i = 0; ok && i < k->count; i++) {
        values[i] = aside_number(&k->aside, &x, i);
    }
    aside_cut(&k->aside);
    return ok;
}

// Moves what does not hold still; the first point is the present one. *moved: is there such a leaf?
static bool go_to_point(struct checking *k, int point, struct rng *rng, bool *moved)
{
    struct buf leaves, values;
    buf_init(&leaves, sizeof(uint32_t));
    buf_init(&values, sizeof(double));
    *moved = false;
    bool ok = true;
    for (size_t i = 0; ok && i < k->leaves.count; i++) {
        struct leaf *leaf = &BUF(struct leaf, &k->leaves)[i];
        double step = (2 * rng_uniform(rng) - 1) * (0.2 + 0.3 * fabs(leaf->value));
        bool moves = point > 0 && !leaf->held && isfinite(leaf->value);
        double value = moves ? leaf->value + step : leaf->value;
        *moved |= moves;
        ok = buf_add(&leaves, &leaf->node, 1) && buf_add(&values, &value, 1);
    }
    ok = ok ? aside_move(&k->aside, leaves.data, values.data, leaves.count)
            : diag_out_of_memory(k->call->diag);
    buf_release(&leaves);
    buf_release(&values);
    return ok;
}

// Does an element differ? Rounding is not a difference: 1e-7 of its size; and where both sides are
// small against 1, something that cancelled is not compared.
static bool find_difference(struct checking *k)
{
    const double *theirs = k->values.data, *mine = theirs + k->count;
    bool differs = false;
    for (size_t i = 0; i < k->count; i++) {
        double size = fmax(fabs(theirs[i]), fabs(mine[i])), ratio = mine[i] / theirs[i];
        double apart = fabs(theirs[i] - mine[i]);
        k->least_ratio = fmin(k->least_ratio, ratio);
        k->most_ratio = isnan(ratio) ? (double)INFINITY : fmax(k->most_ratio, ratio);
        if (apart > 1e-7 * size && !differs) {
            differs = true;
            k->element = i;
            k->mine = mine[i];
            k->theirs = theirs[i];
        }
    }
    return differs;
}

static void note_point(struct checking *k)
{
    for (size_t i = 0; i < k->leaves.count; i++) {
        BUF(double, &k->at)
        [i] = tape_value(&k->call->s->tape, BUF(struct leaf, &k->leaves)[i].node);
    }
}

static bool all_finite(const struct checking *k)
{
    for (size_t i = 0; i < 2 * k->count; i++) {
        if (!isfinite(BUF(double, &k->values)[i])) {
            return false;
        }
    }
    return true;
}

static bool is_held(const struct checking *k, const struct leaf *leaf, enum hold hold)
{
    bool whole = leaf->value == floor(leaf->value);
    return !tape_marked(&k->call->s->tape, leaf->node, MARK_PARAM) && whole &&
           (hold == HOLD_WHOLE || (hold == HOLD_LABELS && fabs(leaf->value) <= 1));
}

// A round over all points. NO_VALUE: somewhere a side could not be evaluated at all.
static enum finding try_points(struct checking *k, enum hold hold, struct diag *trouble)
{
    struct rng rng;
    bool differ = false, moved = false, any = false;
    rng_seed(&rng, 1);
    k->usable = 0;
    k->least_ratio = (double)INFINITY;
    k->most_ratio = -(double)INFINITY;
    for (size_t i = 0; i < k->leaves.count; i++) {
        struct leaf *leaf = &BUF(struct leaf, &k->leaves)[i];
        leaf->held = is_held(k, leaf, hold);
    }
    for (int point = 0; point < POINTS; point++) {
        double *values = k->values.data;
        if (!go_to_point(k, point, &rng, &moved) || !evaluate(k, k->left, values) ||
            !evaluate(k, k->right, values + k->count)) {
            *trouble = *k->call->diag;
            *k->call->diag = (struct diag){0};
            return NO_VALUE;
        }
        any |= moved;
        k->usable += all_finite(k);
        if (!all_finite(k)) {
            continue;
        }
        struct checking before = *k;
        bool here = find_difference(k);
        if (here && !differ) {
            note_point(k);
        } else if (differ) {  // the first counterexample is kept
            k->element = before.element;
            k->mine = before.mine;
            k->theirs = before.theirs;
        }
        differ |= here;
    }
    bool alone = k->leaves.count > 0 && !any;
    return differ ? DIFFER : k->usable < POINTS_LEAST || alone ? UNKNOWN : AGREE;
}

// First with everything moved; where that fails, with labels or whole numbers held.
static enum finding find(struct checking *k, struct diag *trouble)
{
    enum finding first = try_points(k, HOLD_NONE, trouble);
    if (first == DIFFER) {
        struct checking kept = *k;
        struct diag aside;
        struct buf at;
        buf_init(&at, sizeof(double));
        if (!buf_add(&at, k->at.data, k->at.count)) {
            diag_out_of_memory(trouble);
            return NO_VALUE;
        }
        enum finding second = try_points(k, HOLD_LABELS, &aside);
        if (second != AGREE) {
            struct buf used = k->at;
            kept.aside = k->aside;
            *k = kept;
            k->at = at;
            buf_release(&used);
            return DIFFER;
        }
        buf_release(&at);
        return AGREE;
    }
    return first == NO_VALUE ? try_points(k, HOLD_WHOLE, trouble) : first;
}

// ---- Answers ------------------------------------------------------------------------------------

static void put_leaf(struct checking *k, struct rec *list, size_t i, double value)
{
    char label[LABEL_TEXT];
    struct records *out = k->call->out;
    struct rec *row = rec_map(out, list, KEY_NONE);
    rec_text(out, row, KEY_name,
             names_label(&k->call->s->names, label, BUF(struct leaf, &k->leaves)[i].node));
    rec_number(out, row, KEY_value, value);
}

static void put_counterexample(struct checking *k, struct rec *r)
{
    struct records *out = k->call->out;
    uint32_t cols = k->shape.cols;
    struct text element;
    text_init(&element);
    if (k->shape.rank == VALUE_MATRIX) {
        text_addf(&element, "[%zu, %zu]", k->element / cols, k->element % cols);
    } else if (k->shape.rank == VALUE_VECTOR) {
        text_addf(&element, "[%zu]", k->element);
    }
    rec_text(out, r, KEY_place, text_get(&element));
    text_release(&element);
    rec_number(out, r, KEY_given, k->mine);
    rec_number(out, r, KEY_gradient, k->theirs);
    double ratio = k->least_ratio, spread = k->most_ratio - k->least_ratio;
    bool constant = isfinite(ratio) && isfinite(spread) && spread <= 1e-7 * fabs(ratio);
    rec_number(out, r, KEY_factor, constant ? ratio : 0);
}

static void put_answer(struct checking *k, enum finding found)
{
    static const char *const verdicts[] = {
        [AGREE] = "right", [DIFFER] = "wrong", [UNKNOWN] = "undecided", [NO_VALUE] = "undecided"};
    struct call *c = k->call;
    struct rec *r = call_record(c, KIND_check_formula);
    const char *s = c->lexer->source->text;
    const struct span sides[] = {k->left, k->right};
    const enum rec_key keys[] = {KEY_of, KEY_formula};
    for (size_t i = 0; i < COUNT_OF(sides); i++) {
        size_t n = sides[i].end - sides[i].start;
        while (n > 0 && s[sides[i].start + n - 1] == ' ') {
            n--;
        }
        const char *copy = arena_copy(&call_lower(c)->memory, s + sides[i].start, n);
        rec_text(c->out, r, keys[i], copy == NULL ? "" : copy);
    }
    rec_text(c->out, r, KEY_verdict, verdicts[found]);
    rec_whole(c->out, r, KEY_points, (int64_t)k->usable);
    struct rec *list = rec_list(c->out, r, KEY_leaves);
    size_t put = 0;
    for (size_t i = 0; found != UNKNOWN && i < k->leaves.count && put < SHOWN; i++) {
        const struct leaf *leaf = &BUF(struct leaf, &k->leaves)[i];
        if (found == DIFFER || (found == AGREE && leaf->held)) {
            put_leaf(k, list, i, found == DIFFER ? BUF(double, &k->at)[i] : leaf->value);
            put++;
        }
    }
    if (found == DIFFER) {
        put_counterexample(k, r);
    }
}

enum call_end check_formula_run(struct call *c)
{
    struct checking k = {.call = c, .source = *c->lexer->source};
    uint32_t from = tape_count(&c->s->tape);
    buf_init(&k.leaves, sizeof(struct leaf));
    buf_init(&k.values, sizeof(double));
    buf_init(&k.at, sizeof(double));
    bool ok = read_sides(&k);
    k.source.length = ok ? k.right.end : k.source.length;
    tape_cut(&c->s->tape, from);
    if (ok && !find_leaves(&k)) {
        ok = diag_out_of_memory(c->diag);
    }
    if (ok) {
        struct diag trouble = {0};
        enum finding found = UNKNOWN;
        ok = aside_begin(&k.aside, c);
        if (ok) {
            found = find(&k, &trouble);
        }
        aside_end(&k.aside);
        if (ok && found == NO_VALUE) {
            *c->diag = trouble;
            ok = false;
        }
        if (ok) {
            put_answer(&k, found);
        }
    }
    buf_release(&k.leaves);
    buf_release(&k.values);
    buf_release(&k.at);
    return ok ? CALL_DONE : CALL_FAILED;
}

#include "lesson/diagnose.h"

#include <math.h>
#include <string.h>

#include "engine/paths.h"
#include "text/excerpt.h"

enum { DIGITS = 6 };

// ---- Which derivative ---------------------------------------------------------------------------

// d root / d of, as an expression asks for it.
struct diagnose_slope {
    uint32_t root, of;
    bool stored;  // written a.grad: what backward passes left there
};

enum { PARTS_MOST = 4 };

// A part of the expression: a node, or a number (an index).
struct diagnose_part {
    struct value value;
    double number;
};

struct slope_reading {
    const struct scope *scope;
    const char *s;
    struct diagnose_part parts[PARTS_MOST];
    size_t count;
};

static bool push(struct slope_reading *r, struct value value, double number)
{
    bool room = r->count < PARTS_MOST;
    if (room) {
        r->parts[r->count++] = (struct diagnose_part){value, number};
    }
    return room;
}

// W[0, 1]
static bool take_index(struct slope_reading *r, uint32_t count)
{
    if (count == 0 || r->count < count + 1) {
        return false;
    }
    struct diagnose_part *index = r->parts + r->count - count;
    struct value v = index[-1].value;
    double i = count == 2 ? index[0].number : 0, k = index[count - 1].number;
    bool inside = value_is_array(v) && count == (v.rank == VALUE_MATRIX ? 2 : 1) && i >= 0 &&
                  k >= 0 && i < v.rows && k < v.cols;
    if (inside) {
        uint32_t at = (uint32_t)i * v.cols + (uint32_t)k;
        index[-1].value = value_of_node(names_element(r->scope->names, v, at));
        r->count -= count;
    }
    return inside;
}

static bool item_is(const struct slope_reading *r, const struct item *item, const char *word)
{
    size_t n = item->span.end - item->span.start;
    return n == strlen(word) && memcmp(r->s + item->span.start, word, n) == 0;
}

static bool take_item(struct slope_reading *r, const struct item *item,
                      struct diagnose_slope *slope)
{
    const struct value none = {.rank = VALUE_UNBOUND};
    switch (item->kind) {
    case ITEM_NAME:
        return push(r,
                    names_lookup(r->scope->names, r->s + item->span.start,
                                 item->span.end - item->span.start),
                    0);
    case ITEM_NODE:
        return item->node < tape_count(r->scope->tape) && push(r, value_of_node(item->node), 0);
    case ITEM_NUMBER:
        return push(r, none, item->number);
    case ITEM_INDEX:
        return take_index(r, item->count);
    case ITEM_FIELD:
        slope->stored = item_is(r, item, "grad");
        return slope->stored && r->count == 1;
    case ITEM_CALL:
        return item->count == 2 && item_is(r, item, "grad") && r->count == 2;
    case ITEM_SLOPE:
        return r->count == 2;
    default:
        return false;
    }
}

// Whose pass left a gradient: the last node that has one.
static uint32_t last_with_gradient(const struct tape *t)
{
    for (uint32_t id = tape_count(t); id-- > 0;) {
        if (tape_marked(t, id, MARK_GRAD)) {
            return id;
        }
    }
    return NODE_NONE;
}

// dL/da, grad(L, W[0, 1]), a.grad. False: the expression is something else.
static bool read_slope(const struct scope *scope, const char *expression,
                       struct diagnose_slope *slope)
{
    struct slope_reading r = {.scope = scope, .s = expression};
    struct excerpt e;
    bool slopes = false;
    *slope = (struct diagnose_slope){NODE_NONE, NODE_NONE, false};
    excerpt_init_all(&e, scope->names, expression);
    struct item item = parser_next(&e.parser);
    while (item.kind != ITEM_END && !slopes && take_item(&r, &item, slope)) {
        slopes = item.kind == ITEM_FIELD || item.kind == ITEM_CALL || item.kind == ITEM_SLOPE;
        item = parser_next(&e.parser);
    }
    bool ok = slopes && item.kind == ITEM_END && r.count > 0 &&
              r.parts[0].value.rank == VALUE_SCALAR &&
              r.parts[r.count - 1].value.rank == VALUE_SCALAR;
    if (ok) {
        slope->of = r.parts[r.count - 1].value.base;
        slope->root = slope->stored ? last_with_gradient(scope->tape) : r.parts[0].value.base;
    }
    excerpt_release(&e);
    return ok && slope->root != NODE_NONE && slope->of <= slope->root;
}

// ---- Several explanations -----------------------------------------------------------------------

enum { CANDIDATES = 12, HYPOTHESES_FEW = 200 };

// A mistake that explains the number, and what it gives for the leaves that may be asked for.
struct hypothesis {
    enum mistake_kind kind;
    double gives[CANDIDATES];
};

struct weighing {
    const struct scope *scope;
    uint32_t root, of;
    const struct given_number *given;
    const struct told_number *told;
    size_t told_count;
    uint32_t leaves[CANDIDATES];
    size_t leaf_count;
    struct buf hypotheses;  // struct hypothesis
};

static bool explains(const struct given_number *given, double number)
{
    return judge_number_is_right(given->value, number, given->written);
}

static void find_leaves(struct weighing *w, const struct buf *ids)
{
    const struct tape *t = w->scope->tape;
    for (size_t i = 0; i < ids->count && w->leaf_count < CANDIDATES; i++) {
        uint32_t id = BUF(uint32_t, ids)[i];
        if (tape_op(t, id) == OP_LEAF && !tape_marked(t, id, MARK_CONST) && id != w->of &&
            names_of_node(w->scope->names, id) != NAME_NONE) {
            w->leaves[w->leaf_count++] = id;
        }
    }
}

static bool explains_all(const struct weighing *w, const struct adjoints *a)
{
    bool all = explains(w->given, adjoints_get(a, w->of));
    for (size_t i = 0; all && i < w->told_count; i++) {
        all = explains(&w->told[i].number, adjoints_get(a, w->told[i].leaf));
    }
    return all;
}

static bool try_mistake(struct weighing *w, struct mistake m)
{
    struct adjoints a;
    bool ok = mistakes_sweep(w->scope->tape, w->scope->stop, w->root, &m, &a) == SWEEP_DONE;
    struct hypothesis *h = ok && explains_all(w, &a) ? buf_push(&w->hypotheses, 1) : NULL;
    if (h != NULL) {
        h->kind = m.kind;
        for (size_t i = 0; i < w->leaf_count; i++) {
            h->gives[i] = adjoints_get(&a, w->leaves[i]);
        }
    }
    adjoints_release(&a);
    return ok && !w->hypotheses.failed;
}

static bool is_matched(const struct mistake_match *m)
{
    return m->always || m->places > 0;
}

// Every place at which a kind that matches, or looks like one that does, could have been made.
// False: too much work, or stopped.
static bool weigh(struct weighing *w, const struct mistake_match matches[MISTAKE_COUNT])
{
    enum { WORK_MOST = 20000000 };
    struct buf ids;
    buf_init(&w->hypotheses, sizeof(struct hypothesis));
    bool ok = sweep_reach(w->scope->tape, w->root, &ids);
    ok = ok && 2 * ids.count * ((size_t)w->root + 1) * MISTAKE_COUNT <= WORK_MOST;
    if (ok) {
        find_leaves(w, &ids);
    }
    for (enum mistake_kind kind = 0; ok && kind < MISTAKE_COUNT; kind++) {
        if (!is_matched(&matches[kind]) && !is_matched(&matches[mistake_get(kind)->like])) {
            continue;
        }
        ok = try_mistake(w, (struct mistake){kind, NODE_NONE, 0});
        for (size_t i = 0; ok && i < ids.count; i++) {
            uint32_t id = BUF(uint32_t, &ids)[i];
            for (int slot = 0; ok && slot < tape_arity(w->scope->tape, id); slot++) {
                ok = try_mistake(w, (struct mistake){kind, id, slot});
            }
        }
    }
    buf_release(&ids);
    return ok;
}

static bool apart(double a, double b)
{
    return !(fabs(a - b) <= 1e-6 + 0.01 * fmax(fabs(a), fabs(b)));
}

// How many pairs of different kinds a leaf's gradient tells apart.
static size_t tells_apart(const struct weighing *w, size_t leaf)
{
    const struct hypothesis *h = w->hypotheses.data;
    size_t pairs = 0;
    for (size_t i = 0; i < w->hypotheses.count; i++) {
        for (size_t k = 0; k < i; k++) {
            pairs += h[i].kind != h[k].kind && apart(h[i].gives[leaf], h[k].gives[leaf]);
        }
    }
    return pairs;
}

static bool is_told(const struct weighing *w, uint32_t leaf)
{
    for (size_t i = 0; i < w->told_count; i++) {
        if (w->told[i].leaf == leaf) {
            return true;
        }
    }
    return false;
}

static uint32_t best_leaf(const struct weighing *w)
{
    size_t best = 0;
    uint32_t leaf = NODE_NONE;
    for (size_t i = 0; i < w->leaf_count && w->hypotheses.count <= HYPOTHESES_FEW; i++) {
        size_t pairs = is_told(w, w->leaves[i]) ? 0 : tells_apart(w, i);
        if (pairs > best) {
            best = pairs;
            leaf = w->leaves[i];
        }
    }
    return leaf;
}

// Counts the kinds; of two that look the same the one that is to be named.
static void count_kinds(struct diagnosis *out, const bool explained[MISTAKE_COUNT])
{
    out->kinds = 0;
    for (enum mistake_kind kind = 0; kind < MISTAKE_COUNT; kind++) {
        enum mistake_kind like = mistake_get(kind)->like;
        if (explained[kind] && (like == kind || !explained[like])) {
            if (out->kinds < 2) {
                out->found[out->kinds] = kind;
            }
            out->kinds++;
        }
    }
}

static void weigh_all(struct weighing *w, const struct mistake_match matches[MISTAKE_COUNT],
                      struct diagnosis *out)
{
    bool explained[MISTAKE_COUNT] = {false};
    if (weigh(w, matches)) {
        for (size_t i = 0; i < w->hypotheses.count; i++) {
            explained[BUF(struct hypothesis, &w->hypotheses)[i].kind] = true;
        }
        count_kinds(out, explained);
        out->more = out->kinds > 1 ? best_leaf(w) : NODE_NONE;
    }
    buf_release(&w->hypotheses);
}

// Nobody forgets to clear what no pass has left. (Those who did not hear of it yet would wonder.)
static void rule_out_earlier_passes(const struct tape *t,
                                    struct mistake_match matches[MISTAKE_COUNT])
{
    if (last_with_gradient(t) == NODE_NONE) {
        matches[MISTAKE_NOT_CLEARED] = (struct mistake_match){0};
        matches[MISTAKE_STALE_INSIDE] = (struct mistake_match){0};
    }
}

void diagnose(const struct scope *scope, uint32_t root, uint32_t of,
              const struct given_number *given, const struct told_number *told, size_t count,
              struct diagnosis *out)
{
    struct mistake_match matches[MISTAKE_COUNT];
    struct given_answer answer = {root, of, given->value, given->written.absolute,
                                  given->written.relative};
    *out = (struct diagnosis){.found = {MISTAKE_COUNT, MISTAKE_COUNT}, .more = NODE_NONE};
    if (mistakes_diagnose(scope->tape, scope->stop, &answer, matches, &out->kinds) != SWEEP_DONE) {
        out->kinds = 0;
        return;
    }
    rule_out_earlier_passes(scope->tape, matches);
    bool explained[MISTAKE_COUNT];
    for (enum mistake_kind kind = 0; kind < MISTAKE_COUNT; kind++) {
        explained[kind] = is_matched(&matches[kind]);
    }
    count_kinds(out, explained);
    if (out->kinds > 1 || (out->kinds > 0 && count > 0)) {
        struct weighing w = {scope, root, of, given, told, count, .leaf_count = 0};
        weigh_all(&w, matches, out);
    } else if (out->kinds == 1) {
        out->match = matches[out->found[0]];
    }
}

// ---- In words -----------------------------------------------------------------------------------

static const char *what_of(const struct judging *j, enum mistake_kind kind)
{
    return phrase(j->q->language, mistake_get(kind)->what);
}

static void say_kind(struct judging *j, enum mistake_kind kind, const struct mistake_match *m)
{
    const struct tape *t = j->scope->tape;
    char node[LABEL_TEXT], child[LABEL_TEXT];
    judge_say(j, "That is what comes out when %s.", what_of(j, kind));
    if (m == NULL || m->always || m->places != 1) {
        return;
    }
    names_label(j->scope->names, node, m->first.node);
    names_label(j->scope->names, child, tape_operand(t, m->first.node, m->first.slot));
    // A node without a name was never shown as %24.
    if (node[0] != '%' && child[0] != '%') {
        judge_say(j, "Look at the edge from %s to %s.", node, child);
    }
}

// Of a leaf that holds the sum of several passes: one pass alone.
static bool say_one_pass(struct judging *j, const struct diagnose_slope *slope,
                         const struct given_number *given)
{
    struct adjoints a;
    bool once = false;
    if (slope->stored &&
        sweep_adjoints(j->scope->tape, j->scope->stop, slope->root, slope->of, &a) == SWEEP_DONE) {
        double one = adjoints_get(&a, slope->of), held = tape_grad(j->scope->tape, slope->of);
        double passes = held / one;
        once = explains(given, one) && passes > 1.5 && fabs(passes - floor(passes + 0.5)) < 1e-9;
        adjoints_release(&a);
    }
    if (once) {
        judge_say(j,
                  "That is the gradient of one pass. Passes add up in a leaf until it is cleared.");
    }
    return once;
}

// Asks for another number, where one can tell and may be asked for.
static bool ask_more(struct judging *j, const struct diagnose_slope *slope,
                     const struct diagnosis *d)
{
    char leaf[LABEL_TEXT], root[LABEL_TEXT];
    bool asks = d->more != NODE_NONE && j->q->kind == QUESTION_NUMBER &&
                j->out->told_count < JUDGED_TOLD_MOST;
    if (asks) {
        names_label(j->scope->names, leaf, d->more);
        names_label(j->scope->names, root, slope->root);
        judge_say(j,
                  d->kinds == 2
                      ? "Two usual mistakes lead to this. One more number tells which: what do "
                        "you get for d%s/d%s?"
                      : "Several usual mistakes lead to this. One more number tells which: what "
                        "do you get for d%s/d%s?",
                  root, leaf);
        j->out->more = d->more;
    }
    return asks;
}

// Does only the output itself use the node? Then there is no upstream gradient but the seed.
static bool is_direct(const struct tape *t, const struct diagnose_slope *slope)
{
    struct buf ids;
    bool direct = sweep_reach(t, slope->root, &ids);
    for (size_t i = 0; direct && i < ids.count; i++) {
        uint32_t id = BUF(uint32_t, &ids)[i];
        for (int slot = 0; id != slope->root && slot < tape_arity(t, id); slot++) {
            direct = direct && tape_operand(t, id, slot) != slope->of;
        }
    }
    buf_release(&ids);
    return direct;
}

// Is 0 said to be what is left when a path is dropped, where there is one path only?
static bool blames_sum(const struct judging *j, const struct diagnose_slope *slope,
                       const struct given_number *given, const struct diagnosis *d)
{
    struct paths paths;
    if (given->value != 0 || d->kinds != 1 || d->found[0] != MISTAKE_DROPPED) {
        return false;
    }
    bool one =
        paths_init(&paths, j->scope->tape, j->scope->stop, slope->root, slope->of) == SWEEP_DONE &&
        paths.count.exact == 1;
    paths_release(&paths);
    return one;
}

// Is the seed said to have been added to a local gradient? Nobody who took a single edge thinks of it.
static bool blames_seed(const struct judging *j, const struct diagnose_slope *slope,
                        const struct diagnosis *d)
{
    bool added = d->kinds > 0 &&
                 (d->found[0] == MISTAKE_ADDED || (d->kinds > 1 && d->found[1] == MISTAKE_ADDED));
    return added && is_direct(j->scope->tape, slope);
}

// 0 and 1 are often mere guesses. Only what makes something vanish, or leaves something out, leads
// there by its nature; that other numbers cancel, or that all slopes are taken for 1, explains nothing.
static bool is_chance(enum mistake_kind kind)
{
    return kind != MISTAKE_DROPPED && kind != MISTAKE_OVERWRITTEN && kind != MISTAKE_GATE_OPEN &&
           kind != MISTAKE_NO_UPSTREAM;
}

// False: there is nothing to say.
static bool say_diagnosis(struct judging *j, const struct diagnose_slope *slope,
                          const struct given_number *given, const struct diagnosis *d)
{
    // Where several ways lead to a guess, none of them was taken for sure.
    bool guessed = given->value == 0 || given->value == 1;
    if (blames_seed(j, slope, d)) {
        enum mistake_kind other = d->found[d->found[0] == MISTAKE_ADDED];
        if (d->kinds == 2) {
            say_kind(j, other, NULL);
        }
        return d->kinds == 2;
    }
    if (blames_sum(j, slope, given, d) || (guessed && d->kinds == 1 && is_chance(d->found[0]))) {
        return false;
    }
    if (d->kinds == 1) {
        say_kind(j, d->found[0], &d->match);
    } else if (d->kinds > 1 && guessed) {
        return false;
    } else if (d->kinds > 1 && !ask_more(j, slope, d)) {
        if (d->kinds > 2) {
            return false;
        }
        judge_say(j, "That is what comes out when %s; or when %s.", what_of(j, d->found[0]),
                  what_of(j, d->found[1]));
    }
    return d->kinds > 0;
}

bool diagnose_number(struct judging *j, const char *expression, const struct given_number *given)
{
    struct diagnose_slope slope;
    struct diagnosis d;
    if (!read_slope(j->scope, expression, &slope)) {
        return false;
    }
    if (say_one_pass(j, &slope, given)) {
        return true;
    }
    diagnose(j->scope, slope.root, slope.of, given, NULL, 0, &d);
    return say_diagnosis(j, &slope, given, &d);
}

// ---- Another number -----------------------------------------------------------------------------

static void judge_told(struct judging *j, uint32_t leaf)
{
    struct judgement *out = j->out;
    struct given_number first = {out->number, out->written}, more;
    struct told_number told[JUDGED_TOLD_MOST];
    struct diagnose_slope slope;
    struct diagnosis d = {0};
    if (!answer_read_number(j, "", j->answer, &more)) {
        out->more = leaf;  // it is asked again
        return;
    }
    out->told[out->told_count++] = (struct judged_number){leaf, more.value, more.written};
    for (size_t i = 0; i < out->told_count; i++) {
        const struct judged_number *n = &out->told[i];
        told[i] = (struct told_number){n->leaf, {n->value, n->written}};
    }
    out->judged = JUDGED_PARTLY;
    if (read_slope(j->scope, j->q->answer, &slope)) {
        diagnose(j->scope, slope.root, slope.of, &first, told, out->told_count, &d);
    }
    // It was the answer to the question itself, after all.
    double key;
    uint32_t node;
    struct diag aside = {0};
    struct span whole = {0, strlen(j->q->answer)};
    if (d.kinds == 0 && trial_evaluate(j->scope, j->q->answer, whole, &key, &node, &aside) &&
        judge_number_is_right(more.value, key, j->q->tolerance)) {
        out->judged = JUDGED_RIGHT;
        return;
    }
    if (!say_diagnosis(j, &slope, &first, &d)) {
        judge_say(j, d.kinds == 0 ? "That fits none of them: go over the edges one by one."
                                  : "That fits several still: go over the edges one by one.");
    }
}

void judge_more(const struct question *q, const struct scope *scope, const char *text,
                struct judgement *out)
{
    struct judging j = {.q = q, .scope = scope, .text = text, .out = out};
    struct checkpoint trial;
    struct diag d = {0};
    struct judgement before = *out;
    judgement_init(out);
    out->number = before.number;
    out->written = before.written;
    out->told_count = before.told_count;
    memcpy(out->told, before.told, sizeof out->told);
    judgement_release(&before);
    const char *equals = strrchr(text, '=');
    size_t start = equals == NULL ? 0 : (size_t)(equals - text) + 1;
    j.answer = span_trim(text, (struct span){start, strlen(text)});
    if (trial_begin(&trial, scope, &d)) {
        judge_told(&j, before.more);
    } else {
        judge_open(&j, &d);
    }
    checkpoint_back(&trial);
}

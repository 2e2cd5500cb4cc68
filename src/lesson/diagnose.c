#include "lesson/diagnose.h"

#include <math.h>
#include <string.h>

enum { DIGITS = 6 };

// ---- Which derivative ---------------------------------------------------------------------------

// d root / d of, as an expression asks for it.
struct slope {
    uint32_t root, of;
    bool stored;  // written a.grad: what backward passes left there
};

enum { PARTS_MOST = 4 };

// A part of the expression: a node, or a number (an index).
struct part {
    struct value value;
    double number;
};

struct slope_reading {
    const struct scope *scope;
    const char *s;
    struct part parts[PARTS_MOST];
    size_t count;
};

static bool push(struct slope_reading *r, struct value value, double number)
{
    bool room = r->count < PARTS_MOST;
    if (room) {
        r->parts[r->count++] = (struct part){value, number};
    }
    return room;
}

// W[0, 1]
static bool take_index(struct slope_reading *r, uint32_t count)
{
    if (count == 0 || r->count < count + 1) {
        return false;
    }
    struct part *index = r->parts + r->count - count;
    struct value v = index[-1].value;
    double i = count == 2 ? index[0].number : 0, k = index[count - 1].number;
    bool inside = value_is_array(v) && count == (v.rank == VALUE_MATRIX ? 2 : 1) && i >= 0 &&
                  k >= 0 && i < v.rows && k < v.cols;
    if (inside) {
        uint32_t place = value_place(v, (uint32_t)i, (uint32_t)k);
        index[-1].value =
            value_of_node(v.listed ? BUF(uint32_t, &r->scope->names->lists)[place] : place);
        r->count -= count;
    }
    return inside;
}

static bool item_is(const struct slope_reading *r, const struct item *item, const char *word)
{
    size_t n = item->span.end - item->span.start;
    return n == strlen(word) && memcmp(r->s + item->span.start, word, n) == 0;
}

static bool take_item(struct slope_reading *r, const struct item *item, struct slope *slope)
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
static bool read_slope(const struct scope *scope, const char *expression, struct slope *slope)
{
    struct source source = {
        .name = "", .text = expression, .length = strlen(expression), .line = 1};
    struct slope_reading r = {.scope = scope, .s = expression};
    struct lexer lexer;
    struct parser parser;
    struct diag d = {0};
    bool slopes = false;
    *slope = (struct slope){NODE_NONE, NODE_NONE, false};
    lexer_init(&lexer, &source);
    parser_init(&parser, &lexer, scope->names, &d);
    struct item item = parser_next(&parser);
    while (item.kind != ITEM_END && !slopes && take_item(&r, &item, slope)) {
        slopes = item.kind == ITEM_FIELD || item.kind == ITEM_CALL || item.kind == ITEM_SLOPE;
        item = parser_next(&parser);
    }
    bool ok = slopes && item.kind == ITEM_END && r.count > 0 &&
              r.parts[0].value.rank == VALUE_SCALAR &&
              r.parts[r.count - 1].value.rank == VALUE_SCALAR;
    if (ok) {
        slope->of = r.parts[r.count - 1].value.base;
        slope->root = slope->stored ? last_with_gradient(scope->tape) : r.parts[0].value.base;
    }
    parser_release(&parser);
    return ok && slope->root != NODE_NONE && slope->of <= slope->root;
}

// ---- Several explanations -----------------------------------------------------------------------

enum { CANDIDATES = 12 };

// A mistake that explains the number, and what it gives for the leaves that may be asked for.
struct hypothesis {
    enum mistake_kind kind;
    double gives[CANDIDATES];
};

struct weighing {
    const struct scope *scope;
    uint32_t root, of;
    const struct given_number *given;
    const struct mistake_match *matches;
    uint32_t leaves[CANDIDATES];
    size_t leaf_count;
    struct buf hypotheses;  // struct hypothesis
};

static bool explains(const struct given_number *given, double number)
{
    return answer_number_is_right(given->value, number, given->written);
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

static bool try_mistake(struct weighing *w, struct mistake m)
{
    struct adjoints a;
    bool ok = mistakes_sweep(w->scope->tape, w->scope->stop, w->root, &m, &a) == SWEEP_DONE;
    struct hypothesis *h =
        ok && explains(w->given, adjoints_get(&a, w->of)) ? buf_push(&w->hypotheses, 1) : NULL;
    if (h != NULL) {
        h->kind = m.kind;
        for (size_t i = 0; i < w->leaf_count; i++) {
            h->gives[i] = adjoints_get(&a, w->leaves[i]);
        }
    }
    adjoints_release(&a);
    return ok && !w->hypotheses.failed;
}

// Every place at which a kind that matches could have been made. False: too much work, or stopped.
static bool weigh(struct weighing *w)
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
        if (!w->matches[kind].always && w->matches[kind].places == 0) {
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

static uint32_t best_leaf(const struct weighing *w)
{
    enum { FEW = 200 };
    size_t best = 0;
    uint32_t leaf = NODE_NONE;
    for (size_t i = 0; i < w->leaf_count && w->hypotheses.count <= FEW; i++) {
        size_t pairs = tells_apart(w, i);
        if (pairs > best) {
            best = pairs;
            leaf = w->leaves[i];
        }
    }
    return leaf;
}

static bool match(const struct scope *scope, uint32_t root, uint32_t of,
                  const struct given_number *given, struct mistake_match matches[MISTAKE_COUNT],
                  int *kinds)
{
    struct given_answer answer = {root, of, given->value, given->written.absolute,
                                  given->written.relative};
    return mistakes_diagnose(scope->tape, scope->stop, &answer, matches, kinds) == SWEEP_DONE;
}

void diagnose(const struct scope *scope, uint32_t root, uint32_t of,
              const struct given_number *given, struct diagnosis *out)
{
    struct mistake_match matches[MISTAKE_COUNT];
    *out = (struct diagnosis){.kind = MISTAKE_COUNT, .other = MISTAKE_COUNT, .more = NODE_NONE};
    if (!match(scope, root, of, given, matches, &out->kinds)) {
        out->kinds = 0;
    }
    for (enum mistake_kind kind = 0; out->kinds > 0 && kind < MISTAKE_COUNT; kind++) {
        if (!matches[kind].always && matches[kind].places == 0) {
            continue;
        }
        if (out->kind == MISTAKE_COUNT) {
            out->kind = kind;
            out->match = matches[kind];
        } else if (out->other == MISTAKE_COUNT) {
            out->other = kind;
        }
    }
    if (out->kinds > 1) {
        struct weighing w = {scope, root, of, given, matches, .leaf_count = 0};
        out->more = weigh(&w) ? best_leaf(&w) : NODE_NONE;
        buf_release(&w.hypotheses);
    }
}

int diagnose_more(const struct scope *scope, uint32_t root, uint32_t of,
                  const struct given_number *given, uint32_t leaf,
                  const struct given_number *second, enum mistake_kind found[2])
{
    struct mistake_match matches[MISTAKE_COUNT];
    int kinds;
    enum mistake_kind last = MISTAKE_COUNT;
    struct weighing w = {scope, root, of, given, matches, .leaf_count = 0};
    bool ok = match(scope, root, of, given, matches, &kinds) && weigh(&w);
    size_t place = 0;
    while (place < w.leaf_count && w.leaves[place] != leaf) {
        place++;
    }
    // Hypotheses of one kind lie side by side.
    kinds = 0;
    for (size_t i = 0; ok && place < w.leaf_count && i < w.hypotheses.count; i++) {
        const struct hypothesis *h = &BUF(struct hypothesis, &w.hypotheses)[i];
        if (h->kind != last && explains(second, h->gives[place])) {
            last = h->kind;
            if (kinds < 2) {
                found[kinds] = last;
            }
            kinds++;
        }
    }
    buf_release(&w.hypotheses);
    return kinds;
}

// ---- In words -----------------------------------------------------------------------------------

static void say_kind(struct judging *j, enum mistake_kind kind, const struct mistake_match *m)
{
    const struct tape *t = j->scope->tape;
    char node[LABEL_TEXT], child[LABEL_TEXT];
    judge_say(j, "That is what comes out when %s.", mistake_get(kind)->what);
    if (m == NULL || m->always || m->places != 1) {
        return;
    }
    names_label(j->scope->names, node, m->first.node);
    names_label(j->scope->names, child, tape_operand(t, m->first.node, m->first.slot));
    judge_say(j, "Look at the edge from %s to %s.", node, child);
}

// Of a leaf that holds the sum of several passes: one pass alone.
static bool say_one_pass(struct judging *j, const struct slope *slope,
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

static void say_either(struct judging *j, enum mistake_kind a, enum mistake_kind b)
{
    judge_say(j, "That is what comes out when %s; or when %s.", mistake_get(a)->what,
              mistake_get(b)->what);
}

static void say_several(struct judging *j, const struct slope *slope, const struct diagnosis *d)
{
    char leaf[LABEL_TEXT], root[LABEL_TEXT];
    bool may_ask = j->q->kind == QUESTION_NUMBER;
    if (d->more != NODE_NONE && may_ask) {
        names_label(j->scope->names, leaf, d->more);
        names_label(j->scope->names, root, slope->root);
        judge_say(
            j,
            "%s usual mistakes lead to this number. One more tells which: what do you get for "
            "d%s/d%s?",
            d->kinds == 2 ? "Two" : "Several", root, leaf);
        j->out->more = d->more;
    } else if (d->kinds == 2) {
        say_either(j, d->kind, d->other);
    }
}

bool diagnose_number(struct judging *j, const char *expression, const struct given_number *given)
{
    struct slope slope;
    struct diagnosis d;
    if (!read_slope(j->scope, expression, &slope)) {
        return false;
    }
    if (say_one_pass(j, &slope, given)) {
        return true;
    }
    diagnose(j->scope, slope.root, slope.of, given, &d);
    if (d.kinds == 1) {
        say_kind(j, d.kind, &d.match);
    } else if (d.kinds > 1) {
        say_several(j, &slope, &d);
    }
    return d.kinds == 1 || d.kinds == 2 || j->out->more != NODE_NONE;
}

static void judge_second(struct judging *j, uint32_t leaf, const struct given_number *first)
{
    struct given_number second;
    struct slope slope;
    if (!answer_read_number(j, j->answer, &second)) {
        j->out->more = leaf;  // it is asked again
        return;
    }
    enum mistake_kind kinds[2];
    int count = read_slope(j->scope, j->q->answer, &slope)
                    ? diagnose_more(j->scope, slope.root, slope.of, first, leaf, &second, kinds)
                    : 0;
    j->out->judged = JUDGED_PARTLY;
    if (count == 1) {
        say_kind(j, kinds[0], NULL);
    } else if (count == 2) {
        say_either(j, kinds[0], kinds[1]);
    } else {
        judge_say(j, count == 0 ? "That fits none of them: go over the edges one by one."
                                : "That fits several still: go over the edges one by one.");
    }
}

void judge_more(const struct question *q, const struct scope *scope, const char *text,
                struct judgement *out)
{
    struct judging j = {.q = q, .scope = scope, .text = text, .out = out};
    struct trial trial;
    struct diag d = {0};
    struct given_number first = {out->number, out->written};
    uint32_t leaf = out->more;
    judgement_release(out);
    judgement_init(out);
    out->number = first.value;
    out->written = first.written;
    const char *equals = strrchr(text, '=');
    size_t start = equals == NULL ? 0 : (size_t)(equals - text) + 1;
    j.answer = trimmed(text, (struct span){start, strlen(text)});
    if (trial_begin(&trial, scope, &d)) {
        judge_second(&j, leaf, &first);
    } else {
        judge_open(&j, &d);
    }
    trial_end(&trial);
}

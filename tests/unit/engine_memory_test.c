// Memory that is refused in the middle of the engine's work: each function says so, leaves the tape as
// it was, and done again it comes to the same. Each allocation is refused in turn, once and from then on.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base_refuse.h"
#include "engine/sweep.h"

// What is worked on, and what came of it.
struct work {
    struct tape tape;
    struct trail trail;
    struct buf filler;  // bytes that fill the trail
    struct text found;  // what was asked of the tape, in words
    uint32_t root, leaf, other;
};

// A piece of the work. False: out of memory.
typedef bool piece(struct work *w);

static void add_ids(struct work *w, const struct buf *ids)
{
    text_addf(&w->found, "%zu:", ids->count);
    for (size_t i = 0; i < ids->count; i += 97) {
        text_addf(&w->found, " %u", (unsigned)BUF(uint32_t, ids)[i]);
    }
    text_add(&w->found, "\n");
}

static void add_stretches(struct work *w, const struct buf *stretches)
{
    for (size_t i = 0; i < stretches->count; i++) {
        struct stretch in = BUF(struct stretch, stretches)[i];
        text_addf(&w->found, "%u-%u ", (unsigned)in.first, (unsigned)in.end);
    }
    text_add(&w->found, "\n");
}

// ---- The pieces ---------------------------------------------------------------------------------

enum { TERMS = 700, APART = 150, FAR = 10, FAR_APART = 300 };

static bool make_leaf(struct work *w)
{
    uint32_t id = tape_leaf(&w->tape, 0.5, MARK_PARAM);
    w->leaf = id == NODE_NONE ? w->leaf : id;
    return id != NODE_NONE;
}

// One more node, at the first of which nothing else was made since.
static bool make_node(struct work *w)
{
    uint32_t last = tape_count(&w->tape) - 1;
    enum op op = last % 3 == 0 ? OP_TANH : last % 3 == 1 ? OP_ADD : OP_MUL;
    uint32_t id = tape_apply(&w->tape, op, last, last % 5 == 0 ? w->leaf : last);
    w->root = id == NODE_NONE ? w->root : id;
    return id != NODE_NONE;
}

static bool set_value(struct work *w)
{
    return tape_set_value(&w->tape, &w->trail, w->leaf, 0.25);
}

static bool set_grad(struct work *w)
{
    return tape_set_grad(&w->tape, &w->trail, w->leaf, 2);
}

static bool set_marks(struct work *w)
{
    return tape_set_marks(&w->tape, &w->trail, w->leaf, MARK_PARAM) &&
           tape_set_marks(&w->tape, &w->trail, w->leaf, 0) &&
           tape_set_marks(&w->tape, &w->trail, w->leaf, MARK_PARAM);
}

static bool forward(struct work *w)
{
    uint32_t count = 0;
    bool ok = sweep_forward(&w->tape, &w->trail, NULL, &count) == SWEEP_DONE;
    if (ok) {
        text_addf(&w->found, "%u fresh\n", (unsigned)count);
    }
    return ok;
}

static bool backward(struct work *w)
{
    return sweep_backward(&w->tape, &w->trail, NULL, w->root, NULL) == SWEEP_DONE;
}

static bool zero(struct work *w)
{
    return sweep_zero(&w->tape, &w->trail) == SWEEP_DONE;
}

// Of a leaf that the root depends on, and of one that it does not depend on or that lies too low.
static bool adjoints_from(struct work *w, uint32_t from)
{
    struct adjoints a;
    bool ok = sweep_adjoints(&w->tape, NULL, w->root, from, &a) == SWEEP_DONE;
    if (ok) {
        text_addf(&w->found, "%.17g %.17g %.17g\n", adjoints_get(&a, w->leaf),
                  adjoints_get(&a, w->root - 1), adjoints_get(&a, w->root - 2));
    }
    adjoints_release(&a);
    return ok;
}

static bool adjoints(struct work *w)
{
    return adjoints_from(w, 0);
}

// The gradients of the upper half of the nodes alone.
static bool adjoints_above(struct work *w)
{
    return adjoints_from(w, w->root / 2);
}

static bool live_nodes(struct work *w)
{
    struct buf live_of;
    bool ok = sweep_live(&w->tape, w->root, &live_of);
    if (ok) {
        text_addf(&w->found, "%zu\n", live_of.count);
    }
    buf_release(&live_of);
    return ok;
}

// Of a node that depends on much, and of one that depends on little: the two ways to look.
static bool reach_of(struct work *w, uint32_t root)
{
    struct buf ids;
    bool ok = sweep_reach(&w->tape, root, &ids);
    if (ok) {
        add_ids(w, &ids);
    }
    buf_release(&ids);
    return ok;
}

static bool reach(struct work *w)
{
    return reach_of(w, w->root);
}

static bool reach_few(struct work *w)
{
    return reach_of(w, 8);
}

static bool stretches_of(struct work *w, uint32_t root, bool near)
{
    struct buf out;
    bool ok = near ? sweep_near(&w->tape, root, &out) : sweep_stretches(&w->tape, root, &out);
    if (ok) {
        add_stretches(w, &out);
        ok = near || sweep_forward_in(&w->tape, &w->trail, NULL, &out, NULL) == SWEEP_DONE;
    }
    buf_release(&out);
    return ok;
}

static bool stretches(struct work *w)
{
    return stretches_of(w, w->root, false);
}

static bool near_much(struct work *w)
{
    return stretches_of(w, w->root, true);
}

static bool near_few(struct work *w)
{
    return stretches_of(w, 8, true);
}

// A sum of nodes that lie apart: many stretches.
static bool make_apart(struct work *w)
{
    uint32_t count = tape_count(&w->tape), sum = w->leaf;
    for (int i = 0; i < APART && sum != NODE_NONE; i++) {
        uint32_t x = tape_leaf(&w->tape, i, 0), unused = tape_leaf(&w->tape, 0, 0);
        sum = x == NODE_NONE || unused == NODE_NONE ? NODE_NONE
                                                    : tape_apply(&w->tape, OP_ADD, sum, x);
    }
    if (sum == NODE_NONE) {
        tape_cut(&w->tape, count);
    } else {
        w->root = sum;
    }
    return sum != NODE_NONE;
}

// A sum of nodes that lie far apart, and the values that they depend on: what is stale is scattered.
static bool make_far(struct work *w)
{
    uint32_t count = tape_count(&w->tape), sum = w->leaf;
    for (int i = 0; i < FAR * FAR_APART && sum != NODE_NONE; i++) {
        uint32_t x = tape_leaf(&w->tape, i, 0);
        sum = x == NODE_NONE ? x : i % FAR_APART != 0 ? sum : tape_apply(&w->tape, OP_ADD, sum, x);
    }
    if (sum == NODE_NONE) {
        tape_cut(&w->tape, count);
    } else {
        w->root = sum;
    }
    return sum != NODE_NONE;
}

// Bytes of the trail that say what a change is of, before what was saved; those that a number takes.
enum { SUBJECT = 3 * sizeof(size_t), NUMBER = SUBJECT + sizeof(double) };

// Fills the trail's bytes but for `left` of them, so that what is saved next needs more room. (What is
// large would not go there.)
static bool fill_trail(struct work *w, size_t left)
{
    enum { SMALL = 1 << 16 };
    struct buf *bytes = &w->trail.bytes;
    bool ok = buf_resize(&w->filler, 4 * (bytes->cap + left + SUBJECT + 1));
    for (size_t at = 0, n; ok && bytes->cap - bytes->count != left; at += n) {
        size_t room = bytes->cap - bytes->count, used = left + SUBJECT;
        n = room <= used ? room + 1 : room - used < SMALL ? room - used : SMALL / 2;
        ok = trail_save(&w->trail, &w->filler, at, n);
    }
    return ok;
}

// What is saved piece by piece, in the middle.
static bool forward_far(struct work *w)
{
    return set_value(w) && fill_trail(w, NUMBER) && forward(w);
}

// Both passes over a leaf alone, where the trail has room for so many bytes more: none, or those of its
// value or gradient, but not of its mark.
static bool backward_leaf(struct work *w, size_t left)
{
    return fill_trail(w, left) &&
           sweep_backward(&w->tape, &w->trail, NULL, w->leaf, NULL) == SWEEP_DONE;
}

static bool backward_full(struct work *w)
{
    return backward_leaf(w, 0);
}

static bool backward_without_mark(struct work *w)
{
    return backward_leaf(w, NUMBER);
}

static bool forward_leaf(struct work *w, size_t left)
{
    struct stretch leaf = {w->leaf, w->leaf + 1};
    struct buf in = {.data = &leaf, .count = 1, .size = sizeof leaf};
    return fill_trail(w, left) &&
           sweep_forward_in(&w->tape, &w->trail, NULL, &in, NULL) == SWEEP_DONE;
}

static bool forward_full(struct work *w)
{
    return forward_leaf(w, 0);
}

static bool forward_without_mark(struct work *w)
{
    return forward_leaf(w, NUMBER);
}

static bool set_last_grad(struct work *w)
{
    return fill_trail(w, NUMBER) && tape_set_grad(&w->tape, &w->trail, w->root, 3);
}

static bool set_full_grad(struct work *w)
{
    return fill_trail(w, 0) && tape_set_grad(&w->tape, &w->trail, w->root, 4);
}

static bool make_other(struct work *w)
{
    uint32_t id = tape_leaf(&w->tape, 0.5, MARK_PARAM);
    w->other = id == NODE_NONE ? w->other : id;
    return id != NODE_NONE;
}

// Two leaves at once, where the trail has room for so many bytes more.
static bool set_both(struct work *w, size_t left)
{
    const uint32_t leaves[] = {w->leaf, w->other};
    const double values[] = {0.75, 0.125};
    return fill_trail(w, left) && tape_set_values(&w->tape, &w->trail, leaves, values, 2);
}

static bool set_both_full(struct work *w)
{
    return set_both(w, 0);
}

static bool set_both_without_marks(struct work *w)
{
    return set_both(w, 2 * NUMBER);
}

static bool set_marks_full(struct work *w)
{
    return fill_trail(w, 0) && tape_set_marks(&w->tape, &w->trail, w->other, 0);
}

static bool zero_last(struct work *w)
{
    return sweep_zero(&w->tape, NULL) == SWEEP_DONE && tape_set_grad(&w->tape, NULL, w->root, 3) &&
           fill_trail(w, NUMBER) && zero(w);
}

// Nodes that are appended by hand need a note.
static bool note_new(struct work *w)
{
    struct tape *t = &w->tape;
    uint32_t first = tape_count(t), count = 6000;
    struct buf *const arrays[] = {&t->node, &t->value, &t->grad, &t->mark};
    for (size_t i = 0; i < COUNT_OF(arrays); i++) {
        if (!buf_resize(arrays[i], first + count)) {
            tape_cut(t, first);
            return false;
        }
    }
    for (uint32_t i = first; i < first + count; i++) {
        BUF(struct node, &t->node)
        [i] = (struct node){.op = OP_LEAF, .a = i & TAPE_MOST, .b = i & TAPE_MOST};
    }
    bool ok = tape_note_new(t, first, MARK_PARAM);
    if (!ok) {
        tape_cut(t, first);
    }
    return ok;
}

static piece *const pieces[] = {
    set_value,
    forward,
    backward,
    set_grad,
    set_marks,
    zero,
    backward,
    adjoints,
    live_nodes,
    reach,
    reach_few,
    stretches,
    near_much,
    near_few,
    make_apart,
    set_value,
    stretches,
    backward,
    near_much,
    reach,
    zero,
    make_far,
    set_value,
    stretches,
    backward,
    set_value,
    forward,
    set_value,
    near_few,
    reach,
    adjoints,
    adjoints_above,
    backward_full,
    backward_without_mark,
    forward_full,
    forward_without_mark,
    set_last_grad,
    set_full_grad,
    zero_last,
    forward_far,
    make_other,
    set_both_full,
    set_both_without_marks,
    set_marks_full,
    forward,
    note_new,
};

// ---- All of them --------------------------------------------------------------------------------

// Does a piece; what memory was refused to is done again with memory.
static void perform(struct work *w, piece *p)
{
    trail_begin(&w->trail);
    size_t refusals = mem_refusals(), found = text_length(&w->found), mark = trail_mark(&w->trail);
    uint32_t count = tape_count(&w->tape);
    if (p(w)) {
        return;
    }
    assert_true(mem_refusals() > refusals);
    mem_forgive(refusals);
    refuse_from(0, false);
    assert_int_equal(tape_count(&w->tape), count);
    assert_true(trail_take_back(&w->trail, mark, NULL));
    w->found.bytes.count = found;
    w->tape.any_stale = true;
    assert_true(p(w));
}

// The whole work, the n-th allocation being refused; its results in *out.
static void do_all(struct text *out, size_t n, bool all)
{
    struct work w = {0};
    text_init(&w.found);
    buf_init(&w.filler, 1);
    assert_true(buf_reserve(&w.found.bytes, 1 << 20));
    refuse_from(n, all);
    tape_init(&w.tape);
    trail_init(&w.trail);

    perform(&w, make_leaf);
    for (int i = 0; i < TERMS; i++) {
        perform(&w, make_node);
    }
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        perform(&w, pieces[i]);
    }
    size_t count = made;
    refuse_from(0, false);
    assert_false(w.found.bytes.failed);
    text_add_bytes(out, text_get(&w.found), text_length(&w.found));
    for (uint32_t i = 0; i < tape_count(&w.tape); i += 131) {
        text_addf(out, "%.17g %.17g %d\n", tape_value(&w.tape, i), tape_grad(&w.tape, i),
                  BUF(uint8_t, &w.tape.mark)[i]);
    }
    made = count;
    text_release(&w.found);
    trail_release(&w.trail);
    buf_release(&w.filler);
    tape_release(&w.tape);
}

static void refused_memory_changes_nothing(void **state)
{
    (void)state;
    struct text whole, now;
    text_init(&whole);
    text_init(&now);
    do_all(&whole, 0, false);
    size_t count = made;
    assert_true(count > 60);
    // What repeats itself, a node after the other, is sampled.
    for (size_t n = 1; n <= count; n += n < 40 || n + 400 > count ? 1 : 5) {
        for (int all = 0; all < (n % 4 == 1 ? 2 : 1); all++) {
            text_clear(&now);
            long before = live;
            do_all(&now, n, all != 0);
            assert_true(live <= before + 1);  // now's own
            if (text_length(&now) != text_length(&whole) ||
                memcmp(text_get(&now), text_get(&whole), text_length(&whole)) != 0) {
                fail_msg("allocation %zu%s refused: another result", n,
                         all ? " and all after it" : "");
            }
        }
    }
    text_release(&whole);
    text_release(&now);
}

// What needs no memory at all.
static void nothing_to_do_needs_nothing(void **state)
{
    (void)state;
    struct tape t;
    struct buf none;
    tape_init(&t);
    buf_init(&none, sizeof(struct stretch));
    uint32_t a = tape_leaf(&t, 2, 0), y = tape_apply(&t, OP_MUL, a, a);
    assert_true(sweep_save_in(NULL, &t.grad, &none, NULL));
    assert_int_equal(sweep_forward_in(&t, NULL, NULL, &none, NULL), SWEEP_DONE);
    assert_true(tape_set_values(&t, NULL, NULL, NULL, 0));
    sweep_clear(&t, 1, 1);
    assert_true(tape_note_new(&t, tape_count(&t), MARK_PARAM));
    struct buf all;
    assert_true(sweep_stretches(&t, y, &all));
    assert_int_equal(sweep_backward_in(&t, NULL, y, &all, NULL), SWEEP_DONE);
    assert_true(tape_grad(&t, a) == 4);
    struct stop stop = {.asked = STOP_NOW};
    uint32_t held = 7;
    assert_int_equal(sweep_backward_in(&t, &stop, y, &all, &held), SWEEP_STOPPED);
    assert_int_equal(held, 7);
    assert_int_equal(sweep_forward_in(&t, NULL, &stop, &all, NULL), SWEEP_STOPPED);
    buf_release(&all);
    t.most = 2;
    assert_int_equal(tape_leaf(&t, 1, 0), NODE_NONE);
    tape_cut(&t, 0);
    t.stop = &stop;
    assert_int_equal(tape_leaf(&t, 1, 0), NODE_NONE);
    tape_release(&t);
}

// 0 times infinity did not arrive where the operand's gradient is a number; where it is nan, it did.
static void what_did_not_arrive_was_not_sent(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    uint32_t a = tape_leaf(&t, 0, 0), b = tape_leaf(&t, 0, 0), y = tape_apply(&t, OP_MUL, a, b);
    assert_true(tape_set_grad(&t, NULL, y, HUGE_VAL));
    assert_true(tape_share(&t, y, 0) == 0);
    assert_true(tape_set_grad(&t, NULL, a, NAN));
    assert_true(isnan(tape_share(&t, y, 0)));
    tape_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(refused_memory_changes_nothing),
                                       cmocka_unit_test(nothing_to_do_needs_nothing),
                                       cmocka_unit_test(what_did_not_arrive_was_not_sent)};
    return cmocka_run_group_tests_name("engine/memory", tests, NULL, NULL);
}

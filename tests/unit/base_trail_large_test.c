// Changes that are too large to be copied more than once.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/trail.h"
#include "base_refuse.h"

// An element is 64 KB, its number at both ends: sixteen of them are a large change.
enum { SIZE = 1 << 16, NUMBERS = SIZE / sizeof(int), MOST = 40 };

static void put(struct buf *b, size_t i, int value)
{
    int *at = BUF_FROM(int, b, 0) + i * NUMBERS;
    at[0] = at[NUMBERS - 1] = value;
}

static int get(const struct buf *b, size_t i)
{
    const int *at = BUF_FROM(int, b, 0) + i * NUMBERS;
    assert_int_equal(at[0], at[NUMBERS - 1]);
    return at[0];
}

static void numbers(struct buf *b, int n, size_t skew)
{
    buf_init_skewed(b, SIZE, skew);
    for (int i = 0; i < n; i++) {
        memset(buf_push(b, 1), 0, SIZE);
        put(b, (size_t)i, i);
    }
}

static void change(struct trail *t, struct buf *b, size_t first, size_t n, int value)
{
    assert_true(trail_save(t, b, first, n));
    for (size_t i = first; i < first + n; i++) {
        put(b, i, value);
    }
}

static void assert_all(const struct buf *b, size_t first, size_t n, int value)
{
    for (size_t i = first; i < first + n; i++) {
        assert_int_equal(get(b, i), value < 0 ? (int)i : value);
    }
}

static void a_whole_array_is_exchanged(void **state)
{
    (void)state;
    struct trail t, redo, copy;
    struct buf b;
    trail_init(&t);
    trail_init(&redo);
    trail_init(&copy);
    numbers(&b, 20, 1088);
    change(&t, &b, 0, 20, 7);
    const void *changed = b.data;
    size_t cap = b.cap;
    assert_true(trail_take_back(&t, 0, &redo));
    assert_all(&b, 0, 20, -1);
    assert_true(b.data != changed && b.cap >= cap && b.skew == 1088);
    assert_int_equal(trail_bytes(&t), 0);
    assert_true(trail_take_back(&redo, 0, &t));
    assert_all(&b, 0, 20, 7);
    assert_true(b.data == changed);
    assert_true(trail_bytes(&t) > 20 * SIZE);
    // A copy has elements of its own.
    assert_true(trail_copy(&copy, &t, &b, &b));
    assert_true(trail_take_back(&t, 0, NULL));
    change(&t, &b, 0, 20, 9);
    assert_true(trail_take_back(&copy, 0, NULL));
    assert_all(&b, 0, 20, -1);
    trail_release(&t);
    trail_release(&redo);
    trail_release(&copy);
    buf_release(&b);
    assert_int_equal(live, 0);
}

// Nor is what is cut off copied, where it is nearly all.
static void what_is_cut_off_goes_as_it_is(void **state)
{
    (void)state;
    struct trail t, redo;
    struct buf b;
    trail_init(&t);
    trail_init(&redo);
    numbers(&b, 35, 0);
    const void *before = b.data;
    size_t cap = b.cap;
    assert_true(trail_cut(&t, &b, 2));
    assert_true(b.data != before && b.cap == cap && b.count == 2);
    assert_all(&b, 0, 2, -1);
    assert_true(trail_save_length(&t, &b));
    assert_non_null(buf_push(&b, 1));
    put(&b, 2, 100);
    change(&t, &b, 1, 1, 200);
    assert_true(trail_take_back(&t, 0, &redo));
    assert_true(b.data == before && b.count == 35);
    assert_all(&b, 0, 35, -1);
    assert_true(trail_take_back(&redo, 0, &t));
    assert_int_equal(b.count, 3);
    assert_int_equal(get(&b, 1), 200);
    assert_int_equal(get(&b, 2), 100);
    // The array has more room by now than it had.
    assert_true(buf_reserve(&b, 1000));
    assert_true(trail_take_back(&t, 0, NULL));
    assert_int_equal(b.count, 35);
    assert_all(&b, 0, 35, -1);
    trail_release(&t);
    trail_release(&redo);
    buf_release(&b);
    assert_int_equal(live, 0);
}

static void zeros_stay_zeros(void **state)
{
    (void)state;
    struct trail t;
    struct buf b;
    trail_init(&t);
    buf_init(&b, sizeof(double));
    assert_true(buf_resize(&b, 1 << 18));
    BUF(double, &b)[100000] = 3;
    assert_true(trail_save(&t, &b, 0, b.count));
    for (size_t i = 0; i < b.count; i++) {
        BUF(double, &b)[i] = 1;
    }
    assert_true(trail_take_back(&t, 0, NULL));
    for (size_t i = 0; i < b.count; i++) {
        assert_true(BUF(double, &b)[i] == (i == 100000 ? 3 : 0));
    }
    trail_release(&t);
    buf_release(&b);
}

static void what_asks_to_stop_is_heeded(void **state)
{
    (void)state;
    struct trail t;
    struct buf b;
    trail_init(&t);
    numbers(&b, 20, 0);
    struct stop stop = {.asked = STOP_NOW};
    assert_false(trail_save_while(&t, &b, 0, 20, &stop));
    assert_int_equal(trail_mark(&t), 0);
    assert_int_equal(trail_bytes(&t), 0);
    stop_renew(&stop);
    assert_true(trail_save_while(&t, &b, 0, 20, &stop));
    assert_int_equal(trail_mark(&t), 1);
    assert_true(stop.done > 0);
    trail_release(&t);
    buf_release(&b);
}

static void what_is_forgotten_leaves_the_others(void **state)
{
    (void)state;
    struct trail t;
    struct buf b;
    trail_init(&t);
    numbers(&b, 20, 0);
    change(&t, &b, 0, 20, 100);
    change(&t, &b, 3, 1, 200);
    size_t mark = trail_mark(&t), all = trail_bytes(&t);
    change(&t, &b, 0, 18, 300);
    change(&t, &b, 0, 20, 400);
    assert_true(trail_bytes_after(&t, mark) > 38 * SIZE && trail_bytes_after(&t, mark) < 39 * SIZE);
    assert_int_equal(trail_bytes(&t), all + trail_bytes_after(&t, mark));
    trail_forget(&t, mark);
    assert_true(trail_take_back(&t, 1, NULL));
    assert_all(&b, 0, 18, 300);
    assert_true(trail_take_back(&t, 0, NULL));
    assert_int_equal(get(&b, 3), 200);
    assert_all(&b, 4, 16, 100);
    assert_int_equal(trail_bytes(&t), 0);
    trail_release(&t);
    buf_release(&b);
}

static void grow(struct trail *t, struct buf *b)
{
    assert_true(trail_save_length(t, b));
    for (int i = 1; i < 30; i++) {
        assert_non_null(buf_push(b, 1));
        put(b, b->count - 1, i);
    }
}

static void cut(struct trail *t, struct buf *b)
{
    assert_true(trail_cut(t, b, 1));
}

// An array of 1 element or 30, of which the first is changed before it grows or is cut.
static void assert_as(const struct buf *b, size_t count, int first)
{
    assert_int_equal(b->count, count);
    assert_int_equal(get(b, 0), first);
    assert_all(b, 1, count - 1, -1);
}

// If memory runs out halfway, what was already exchanged is put back.
static void refused(size_t before, void (*then)(struct trail *t, struct buf *b), size_t after)
{
    int refusals = 0;
    for (size_t n = 1; n < 12; n++) {
        struct trail t, redo;
        struct buf b;
        trail_init(&t);
        trail_init(&redo);
        numbers(&b, (int)before, 0);
        change(&t, &b, 0, 1, 100);
        then(&t, &b);
        refuse_from(n, false);
        bool ok = trail_take_back(&t, 0, &redo);
        refuse_from(0, false);
        if (!ok) {
            refusals++;
            assert_as(&b, after, 100);
            assert_true(trail_take_back(&t, 0, &redo));
        }
        assert_as(&b, before, 0);
        assert_true(trail_take_back(&redo, 0, NULL));
        assert_as(&b, after, 100);
        trail_release(&t);
        trail_release(&redo);
        buf_release(&b);
        assert_int_equal(live, 0);
    }
    assert_true(refusals >= 4);
}

static void without_memory_all_is_as_it_was(void **state)
{
    (void)state;
    refused(1, grow, 30);
    refused(30, cut, 1);
}

// A small generator of our own: the base knows no other room.
static uint32_t draw(uint32_t *seed, uint32_t n)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % n;
}

struct copy {
    size_t mark, count;
    int number[MOST];
};

static void copy_take(struct copy *c, const struct trail *t, const struct buf *b)
{
    c->mark = trail_mark(t);
    c->count = b->count;
    for (size_t i = 0; i < b->count; i++) {
        c->number[i] = get(b, i);
    }
}

static void assert_copy(const struct copy *c, const struct buf *b)
{
    assert_int_equal(b->count, c->count);
    for (size_t i = 0; i < b->count; i++) {
        assert_int_equal(get(b, i), c->number[i]);
    }
}

static void change_something(struct trail *t, struct buf *b, uint32_t *seed)
{
    uint32_t count = (uint32_t)b->count, kind = draw(seed, 5);
    if (kind == 0 && b->count < MOST - 4) {
        assert_true(trail_save_length(t, b));
        for (uint32_t more = 1 + draw(seed, 4); more > 0; more--) {
            assert_non_null(buf_push(b, 1));
            put(b, b->count - 1, (int)draw(seed, 1000));
        }
    } else if (kind == 1) {
        assert_true(trail_cut(t, b, draw(seed, 2) == 0 ? 1 : 1 + draw(seed, count)));
    } else {
        bool whole = kind == 2;
        size_t first = whole ? 0 : draw(seed, count);
        size_t n = whole ? count : 1 + draw(seed, count - (uint32_t)first);
        change(t, b, first, n, (int)draw(seed, 1000));
    }
}

// On the way back to a mark it is asked to stop after a random amount of work, and leaves all as it was, or is
// at the mark. Was it stopped?
static bool stopped(struct trail *t, size_t mark, struct trail *inverse, struct buf *b,
                    uint32_t *seed)
{
    static struct copy now;
    copy_take(&now, t, b);
    size_t bytes = trail_bytes(t), other = trail_bytes(inverse);
    struct stop stop = {.most = 1 + draw(seed, 16) * 10000};
    bool done = trail_take_back_while(t, mark, inverse, &stop);
    assert_true(done || stop.asked == STOP_LATE);
    if (!done) {
        assert_copy(&now, b);
        assert_int_equal(trail_bytes(t), bytes);
        assert_int_equal(trail_bytes(inverse), other);
        assert_true(trail_take_back(t, mark, inverse));
    }
    return !done;
}

// Random changes, a good part of them large, taken back to random marks and redone, against copies of the
// whole. In between the n-th allocation is refused, or a way stopped: all is as it was then.
static void random_walks(void **state)
{
    (void)state;
    uint32_t seed = 3;
    static struct copy copies[21];
    int refusals = 0, stops = 0;
    for (int round = 0; round < 120; round++) {
        struct trail t, redo;
        struct buf b;
        trail_init(&t);
        trail_init(&redo);
        numbers(&b, 16 + (int)draw(&seed, 16), round % 2 == 0 ? 0 : 2112);
        size_t n = 1 + draw(&seed, 20);
        for (size_t i = 0; i < n; i++) {
            copy_take(&copies[i], &t, &b);
            change_something(&t, &b, &seed);
        }
        copy_take(&copies[n], &t, &b);
        size_t at = draw(&seed, (uint32_t)n), bytes = trail_bytes(&t);
        refuse_from(1 + draw(&seed, 6), draw(&seed, 2) == 0);
        if (!trail_take_back(&t, copies[at].mark, &redo)) {
            refuse_from(0, false);
            refusals++;
            assert_copy(&copies[n], &b);
            assert_int_equal(trail_bytes(&redo), 0);
            assert_int_equal(trail_bytes(&t), bytes);
            assert_true(trail_take_back(&t, copies[at].mark, &redo));
        }
        refuse_from(0, false);
        assert_copy(&copies[at], &b);
        stops += stopped(&redo, 0, &t, &b, &seed);
        assert_copy(&copies[n], &b);
        stops += stopped(&t, copies[at].mark, &redo, &b, &seed);
        assert_copy(&copies[at], &b);
        assert_true(trail_take_back(&redo, 0, &t));
        assert_copy(&copies[n], &b);
        assert_true(trail_take_back(&t, copies[at / 2].mark, NULL));
        assert_copy(&copies[at / 2], &b);
        trail_release(&t);
        trail_release(&redo);
        buf_release(&b);
        assert_int_equal(live, 0);
    }
    assert_true(refusals >= 30);
    assert_true(stops >= 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_array_is_exchanged),
        cmocka_unit_test(what_is_cut_off_goes_as_it_is),
        cmocka_unit_test(zeros_stay_zeros),
        cmocka_unit_test(what_asks_to_stop_is_heeded),
        cmocka_unit_test(what_is_forgotten_leaves_the_others),
        cmocka_unit_test(without_memory_all_is_as_it_was),
        cmocka_unit_test(random_walks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

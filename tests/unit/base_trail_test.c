#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/trail.h"

static void numbers(struct buf *b, int n)
{
    buf_init(b, sizeof(int));
    for (int i = 0; i < n; i++) {
        *(int *)buf_push(b, 1) = i;
    }
}

static void set(struct trail *t, struct buf *b, size_t i, int value)
{
    assert_true(trail_save(t, b, i, 1));
    BUF(int, b)[i] = value;
}

static void add(struct trail *t, struct buf *b, int value)
{
    assert_true(trail_save_length(t, b));
    *(int *)buf_push(b, 1) = value;
}

static void assert_numbers(const struct buf *b, size_t n, const int *expected)
{
    assert_int_equal(b->count, n);
    if (n > 0) {
        assert_memory_equal(b->data, expected, n * sizeof(int));
    }
}

static void changes_are_taken_back_to_a_mark(void **state)
{
    (void)state;
    struct trail t;
    struct buf b;
    trail_init(&t);
    numbers(&b, 4);
    set(&t, &b, 1, 10);
    size_t mark = trail_mark(&t);
    set(&t, &b, 1, 20);
    set(&t, &b, 3, 30);
    trail_take_back(&t, mark, NULL);
    assert_numbers(&b, 4, (int[]){0, 10, 2, 3});
    trail_take_back(&t, 0, NULL);
    assert_numbers(&b, 4, (int[]){0, 1, 2, 3});
    assert_int_equal(trail_bytes(&t), 0);
    trail_release(&t);
    buf_release(&b);
}

static void growth_is_taken_back_and_redone(void **state)
{
    (void)state;
    struct trail t, redo, undo;
    struct buf b;
    trail_init(&t);
    trail_init(&redo);
    trail_init(&undo);
    numbers(&b, 0);
    add(&t, &b, 1);
    set(&t, &b, 0, 5);
    add(&t, &b, 2);
    set(&t, &b, 0, 6);
    trail_take_back(&t, 0, &redo);
    assert_numbers(&b, 0, NULL);
    trail_take_back(&redo, 0, &undo);
    assert_numbers(&b, 2, (int[]){6, 2});
    trail_take_back(&undo, 0, NULL);
    assert_numbers(&b, 0, NULL);
    trail_release(&t);
    trail_release(&redo);
    trail_release(&undo);
    buf_release(&b);
}

static void a_cut_is_taken_back_and_redone(void **state)
{
    (void)state;
    struct trail t, redo;
    struct buf b;
    trail_init(&t);
    trail_init(&redo);
    numbers(&b, 4);
    assert_true(trail_cut(&t, &b, 4));
    assert_true(trail_cut(&t, &b, 1));
    assert_numbers(&b, 1, (int[]){0});
    add(&t, &b, 9);
    trail_take_back(&t, 0, &redo);
    assert_numbers(&b, 4, (int[]){0, 1, 2, 3});
    trail_take_back(&redo, 0, NULL);
    assert_numbers(&b, 2, (int[]){0, 9});
    assert_true(trail_cut(NULL, &b, 0));
    assert_int_equal(b.count, 0);
    trail_release(&t);
    trail_release(&redo);
    buf_release(&b);
}

static void several_arrays_share_a_trail(void **state)
{
    (void)state;
    struct trail t;
    struct buf b, c;
    trail_init(&t);
    numbers(&b, 2);
    numbers(&c, 2);
    set(&t, &b, 0, 7);
    set(&t, &c, 0, 8);
    add(&t, &c, 9);
    trail_take_back(&t, 1, NULL);
    assert_numbers(&b, 2, (int[]){7, 1});
    assert_numbers(&c, 2, (int[]){0, 1});
    trail_release(&t);
    buf_release(&b);
    buf_release(&c);
}

static void without_a_trail_nothing_is_recorded(void **state)
{
    (void)state;
    struct buf b;
    numbers(&b, 1);
    set(NULL, &b, 0, 7);
    add(NULL, &b, 8);
    assert_numbers(&b, 2, (int[]){7, 8});
    buf_release(&b);
}

// A loop of passes over everything costs one copy, not one for each pass.
static void a_statement_saves_an_element_once(void **state)
{
    (void)state;
    struct trail t;
    struct buf b;
    trail_init(&t);
    numbers(&b, 100);
    set(&t, &b, 0, -1);
    trail_begin(&t);
    size_t begun = trail_mark(&t);
    for (int pass = 0; pass < 50; pass++) {
        assert_true(trail_save(&t, &b, 0, 100));
        set(&t, &b, (size_t)pass, pass + 1000);
    }
    assert_true(trail_bytes(&t) < 1000);
    trail_take_back(&t, begun, NULL);
    assert_int_equal(BUF(int, &b)[0], -1);
    assert_int_equal(BUF(int, &b)[49], 49);
    // The next statement saves anew.
    trail_begin(&t);
    set(&t, &b, 0, 5);
    trail_begin(&t);
    size_t second = trail_mark(&t);
    set(&t, &b, 0, 6);
    trail_take_back(&t, second, NULL);
    assert_int_equal(BUF(int, &b)[0], 5);
    trail_release(&t);
    buf_release(&b);
}

// Once is not enough where it was another array, or not all of the elements.
static void a_statement_saves_what_was_not_saved(void **state)
{
    (void)state;
    struct trail t;
    struct buf b, c;
    trail_init(&t);
    numbers(&b, 30);
    numbers(&c, 30);
    trail_begin(&t);
    static const struct {
        size_t first, count;
    } ranges[] = {{10, 10}, {5, 6}, {19, 2}, {9, 12}, {12, 3}};
    for (size_t i = 0; i < COUNT_OF(ranges); i++) {
        assert_true(trail_save(&t, &b, ranges[i].first, ranges[i].count));
        assert_true(trail_save(&t, &c, ranges[i].first + 3, ranges[i].count));
        for (size_t k = 0; k < ranges[i].count; k++) {
            BUF(int, &b)[ranges[i].first + k] = -1;
            BUF(int, &c)[ranges[i].first + k + 3] = -2;
        }
    }
    trail_take_back(&t, 0, NULL);
    for (int i = 0; i < 30; i++) {
        assert_int_equal(BUF(int, &b)[i], i);
        assert_int_equal(BUF(int, &c)[i], i);
    }
    trail_release(&t);
    buf_release(&b);
    buf_release(&c);
}

static void single_bytes_are_saved(void **state)
{
    (void)state;
    struct trail t;
    struct buf b;
    trail_init(&t);
    buf_init(&b, 1);
    memcpy(buf_push(&b, 3), "abc", 3);
    assert_true(trail_save(&t, &b, 1, 1));
    BUF(char, &b)[1] = 'x';
    assert_true(trail_save(&t, &b, 2, 1));
    BUF(char, &b)[2] = 'y';
    trail_take_back(&t, 0, NULL);
    assert_memory_equal(b.data, "abc", 3);
    trail_release(&t);
    buf_release(&b);
}

static void what_is_forgotten_stays(void **state)
{
    (void)state;
    struct trail t;
    struct buf b;
    trail_init(&t);
    numbers(&b, 3);
    set(&t, &b, 0, 10);
    set(&t, &b, 1, 11);
    size_t mark = trail_mark(&t);
    set(&t, &b, 2, 12);
    set(&t, &b, 0, 20);
    size_t bytes = trail_bytes(&t);
    trail_forget(&t, mark);
    assert_int_equal(trail_mark(&t), 2);
    assert_int_equal(trail_bytes(&t) * 2, bytes);
    trail_take_back(&t, 0, NULL);
    assert_numbers(&b, 3, (int[]){10, 11, 2});
    set(&t, &b, 2, 40);
    set(&t, &b, 2, 50);
    trail_forget(&t, 1);
    trail_take_back(&t, 0, NULL);
    assert_numbers(&b, 3, (int[]){10, 11, 40});
    set(&t, &b, 1, 11);
    trail_forget(&t, trail_mark(&t));
    trail_take_back(&t, 0, NULL);
    assert_numbers(&b, 3, (int[]){10, 11, 40});
    assert_int_equal(trail_bytes(&t), 0);
    trail_release(&t);
    buf_release(&b);
}

// A small generator of our own: the base knows no other room.
static uint32_t draw(uint32_t *seed, uint32_t n)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % n;
}

struct copy {
    size_t mark, count;
    int data[460];
};

static void copy_take(struct copy *c, const struct trail *t, const struct buf *b)
{
    c->mark = trail_mark(t);
    c->count = b->count;
    memcpy(c->data, b->data, b->count * sizeof(int));
}

static void change(struct trail *t, struct buf *b, uint32_t *seed)
{
    if (draw(seed, 3) == 0 && b->count < 390) {
        add(t, b, (int)draw(seed, 1000));
    } else if (draw(seed, 6) == 0) {
        assert_true(trail_cut(t, b, 1 + draw(seed, (uint32_t)b->count)));
    } else {
        size_t first = draw(seed, (uint32_t)b->count);
        size_t n = 1 + draw(seed, (uint32_t)(b->count - first));
        assert_true(trail_save(t, b, first, n));
        for (size_t i = 0; i < n; i++) {
            BUF(int, b)[first + i] = (int)draw(seed, 1000);
        }
    }
}

// Random changes, taken back to random marks and redone, against copies of the whole. In every other
// round the array is one of a group whose lengths are saved together, at the begin of each statement.
static void random_walks(void **state)
{
    (void)state;
    uint32_t seed = 1;
    static struct copy copies[61];
    for (int round = 0; round < 200; round++) {
        struct trail t, redo;
        struct buf b;
        trail_init(&t);
        trail_init(&redo);
        numbers(&b, 1 + (int)draw(&seed, 20));
        struct buf still = {.size = 1};
        bool grouped = round % 2 == 1;
        if (grouped) {
            trail_join(&t, &still, 1);
            trail_join(&t, &b, 1);
        }
        size_t n = 1 + draw(&seed, 60);
        for (size_t i = 0; i < n; i++) {
            copy_take(&copies[i], &t, &b);
            if (grouped) {
                trail_begin(&t);
                assert_true(trail_save_lengths(&t));
                *(int *)buf_push(&b, 1) = (int)draw(&seed, 1000);
            }
            for (size_t k = draw(&seed, 4) + 1; k > 0; k--) {
                change(&t, &b, &seed);
            }
            if (draw(&seed, 2) == 0) {
                trail_tidy(&t, copies[i].mark);
            }
        }
        copy_take(&copies[n], &t, &b);
        size_t at = draw(&seed, (uint32_t)n);
        trail_take_back(&t, copies[at].mark, &redo);
        assert_numbers(&b, copies[at].count, copies[at].data);
        trail_take_back(&redo, 0, &t);
        assert_numbers(&b, copies[n].count, copies[n].data);
        trail_take_back(&t, copies[at / 2].mark, NULL);
        assert_numbers(&b, copies[at / 2].count, copies[at / 2].data);
        trail_release(&t);
        trail_release(&redo);
        buf_release(&b);
    }
}

// ---- Growable arrays and arenas -----------------------------------------------------------------

static void arrays_grow_and_keep(void **state)
{
    (void)state;
    struct buf b;
    buf_init_skewed(&b, sizeof(int), 1088);
    for (int i = 0; i < 1000; i++) {
        *(int *)buf_push(&b, 1) = i;
    }
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(BUF(int, &b)[i], i);
    }
    assert_true(buf_resize(&b, 1002));
    assert_int_equal(BUF(int, &b)[1001], 0);
    assert_true(buf_resize(&b, 3));
    assert_int_equal(b.count, 3);
    buf_release(&b);
    assert_true(b.data == NULL && b.count == 0 && b.skew == 1088 && b.size == sizeof(int));
}

static void refused_memory_leaves_the_array_whole(void **state)
{
    (void)state;
    struct buf b;
    numbers(&b, 3);
    assert_null(buf_push(&b, SIZE_MAX));
    assert_true(b.failed);
    assert_false(buf_reserve(&b, SIZE_MAX / 2));
    assert_false(buf_resize(&b, SIZE_MAX / 3));
    assert_numbers(&b, 3, (int[]){0, 1, 2});
    buf_release(&b);
    assert_false(b.failed);
}

static void arenas_hand_out_zeroed_and_aligned_memory(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    static const char zeros[50000];
    for (size_t n = 1; n < 300; n += 7) {
        char *at = arena_alloc(&a, n);
        assert_true(at != NULL && (uintptr_t)at % _Alignof(max_align_t) == 0);
        assert_memory_equal(at, zeros, n);
        memset(at, 0xFF, n);
    }
    char *large = arena_alloc(&a, sizeof zeros);
    assert_memory_equal(large, zeros, sizeof zeros);
    assert_string_equal(arena_copy(&a, "abcdef", 3), "abc");
    assert_string_equal(arena_copy(&a, NULL, 0), "");
    assert_string_equal(arena_printf(&a, "%d %s", 7, "x"), "7 x");
    assert_true(a.total > sizeof zeros && !a.failed);
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_true(a.failed);
    arena_release(&a);
    assert_true(a.total == 0 && !a.failed);
}

// Whether a statement changed something must not depend on what was saved before it.
static void what_is_saved_twice_is_counted_twice(void **state)
{
    struct trail t;
    struct buf b;
    (void)state;
    trail_init(&t);
    numbers(&b, 3);
    trail_begin(&t);
    set(&t, &b, 1, 10);
    size_t mark = trail_mark(&t), saves = trail_saves(&t);
    set(&t, &b, 1, 11);
    assert_int_equal(trail_mark(&t), mark);
    assert_int_equal(trail_saves(&t), saves + 1);
    trail_take_back(&t, 0, NULL);
    assert_int_equal(trail_saves(&t), saves + 1);
    trail_release(&t);
    buf_release(&b);
}

// The lengths of a group are one change; of a statement that is over those of the longer ones are kept.
static void lengths_are_saved_together(void **state)
{
    struct trail t, redo;
    struct buf arrays[TRAIL_GROUP];
    (void)state;
    trail_init(&t);
    trail_init(&redo);
    for (size_t i = 0; i < TRAIL_GROUP; i++) {
        numbers(&arrays[i], (int)i);
        trail_join(&t, &arrays[i], 1);
    }
    for (int packed = 0; packed < 2; packed++) {
        assert_true(trail_save_lengths(&t));
        assert_int_equal(trail_mark(&t), 1);
        for (size_t i = 0; i < TRAIL_GROUP; i += 3) {
            *(int *)buf_push(&arrays[i], 1) = 100;
        }
        if (packed == 1) {
            trail_tidy(&t, 0);
            assert_true(trail_bytes(&t) < 60);
        }
        assert_true(trail_take_back(&t, 0, &redo));
        for (size_t i = 0; i < TRAIL_GROUP; i++) {
            assert_int_equal(arrays[i].count, i);
        }
        assert_true(trail_take_back(&redo, 0, &t));
        for (size_t i = 0; i < TRAIL_GROUP; i++) {
            assert_int_equal(arrays[i].count, i + (i % 3 == 0));
        }
        trail_take_back(&t, 0, NULL);
    }
    assert_true(trail_save_lengths(&t));
    trail_tidy(&t, 0);
    assert_int_equal(trail_mark(&t), 0);
    for (size_t i = 0; i < TRAIL_GROUP; i++) {
        buf_release(&arrays[i]);
    }
    trail_release(&t);
    trail_release(&redo);
}

// Of arrays that lie side by side and are always of the same length one length is saved, for all of them; and
// it is known of each what was there when the statement began.
static void rows_keep_their_lengths(void **state)
{
    struct trail t, redo;
    struct buf row[3], other;
    (void)state;
    for (int packed = 0; packed < 2; packed++) {
        trail_init(&t);
        trail_init(&redo);
        numbers(&other, 7);
        for (size_t k = 0; k < COUNT_OF(row); k++) {
            numbers(&row[k], 4);
        }
        trail_join(&t, &other, 1);
        trail_join(&t, row, COUNT_OF(row));
        trail_begin(&t);
        assert_true(trail_save_lengths(&t));
        for (size_t k = 0; k < COUNT_OF(row); k++) {
            *(int *)buf_push(&row[k], 1) = 100 + (int)k;
        }
        size_t mark = trail_mark(&t);
        set(&t, &row[2], 4, 55);  // made by the statement: not saved
        assert_int_equal(trail_mark(&t), mark);
        set(&t, &row[1], 3, 66);
        assert_int_equal(trail_mark(&t), mark + 1);
        if (packed == 1) {
            trail_tidy(&t, 0);
            assert_int_equal(trail_mark(&t), 1);
            assert_true(trail_bytes(&t) < 48);
        }
        assert_true(trail_take_back(&t, 0, &redo));
        for (size_t k = 0; k < COUNT_OF(row); k++) {
            assert_int_equal(row[k].count, 4);
        }
        assert_int_equal(other.count, 7);
        assert_int_equal(BUF(int, &row[1])[3], 3);
        assert_true(trail_take_back(&redo, 0, &t));
        for (size_t k = 0; k < COUNT_OF(row); k++) {
            assert_int_equal(row[k].count, 5);
            assert_int_equal(BUF(int, &row[k])[4], k == 2 ? 55 : 100 + (int)k);
        }
        assert_int_equal(BUF(int, &row[1])[3], 66);
        trail_take_back(&t, 0, NULL);
        assert_int_equal(row[2].count, 4);
        for (size_t k = 0; k < COUNT_OF(row); k++) {
            buf_release(&row[k]);
        }
        buf_release(&other);
        trail_release(&t);
        trail_release(&redo);
    }
}

// Of a statement that is over only what it changed is kept, to the byte.
static void what_is_as_it_was_is_not_kept(void **state)
{
    struct trail t;
    struct buf a, b;
    (void)state;
    trail_init(&t);
    numbers(&a, 3);
    numbers(&b, 1000);
    assert_true(trail_save_length(&t, &a) && trail_save_length(&t, &b));
    assert_true(trail_save(&t, &b, 0, 1000));
    *(int *)buf_push(&a, 1) = 7;
    BUF(int, &b)[500] = 1;
    size_t whole = trail_bytes(&t);
    trail_tidy(&t, 0);
    assert_int_equal(trail_mark(&t), 1);
    assert_true(trail_bytes(&t) < whole - 4050);
    assert_true(trail_take_back(&t, 0, NULL));
    assert_int_equal(a.count, 3);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(BUF(int, &b)[i], i);
    }
    trail_release(&t);
    buf_release(&a);
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_taken_back_to_a_mark),
        cmocka_unit_test(what_is_as_it_was_is_not_kept),
        cmocka_unit_test(growth_is_taken_back_and_redone),
        cmocka_unit_test(a_cut_is_taken_back_and_redone),
        cmocka_unit_test(several_arrays_share_a_trail),
        cmocka_unit_test(without_a_trail_nothing_is_recorded),
        cmocka_unit_test(a_statement_saves_an_element_once),
        cmocka_unit_test(a_statement_saves_what_was_not_saved),
        cmocka_unit_test(single_bytes_are_saved),
        cmocka_unit_test(what_is_forgotten_stays),
        cmocka_unit_test(random_walks),
        cmocka_unit_test(lengths_are_saved_together),
        cmocka_unit_test(rows_keep_their_lengths),
        cmocka_unit_test(arrays_grow_and_keep),
        cmocka_unit_test(refused_memory_leaves_the_array_whole),
        cmocka_unit_test(arenas_hand_out_zeroed_and_aligned_memory),
        cmocka_unit_test(what_is_saved_twice_is_counted_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

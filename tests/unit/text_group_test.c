// lang/group: the table of what calls made.
#include "text/group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

// Names of functions.
enum { F = 7, G = 9 };

// f makes nodes 2 to 9, in them g 4 and 5, and g again 7; then g alone 12 and 13.
static void fill(struct buf *groups)
{
    buf_init(groups, sizeof(struct group));
    uint32_t f = groups_begin(groups, F, GROUP_NONE, 2);
    uint32_t inner = groups_begin(groups, G, f, 4);
    groups_end(groups, inner, 6);
    uint32_t empty = groups_begin(groups, G, f, 6);
    groups_end(groups, empty, 6);
    inner = groups_begin(groups, G, f, 7);
    groups_end(groups, inner, 8);
    groups_end(groups, f, 10);
    uint32_t last = groups_begin(groups, G, GROUP_NONE, 12);
    groups_end(groups, last, 14);
    assert_int_equal(groups->count, 4);  // the empty one is forgotten
}

static void nodes_know_their_innermost_call(void **state)
{
    (void)state;
    static const uint32_t expected[] = {GROUP_NONE, GROUP_NONE, 0, 0, 1,         1, 0, 2, 0, 0,
                                        GROUP_NONE, GROUP_NONE, 3, 3, GROUP_NONE};
    struct buf groups;
    fill(&groups);
    for (uint32_t i = 0; i < COUNT_OF(expected); i++) {
        assert_int_equal(group_of_node(&groups, i), expected[i]);
    }
    assert_true(group_holds(&groups, 0, 7));
    assert_true(group_holds(&groups, 2, 7));
    assert_false(group_holds(&groups, 1, 7));
    assert_int_equal(group_with_result(&groups, 9), 0);
    assert_int_equal(group_with_result(&groups, 5), 1);
    assert_int_equal(group_with_result(&groups, 4), GROUP_NONE);
    buf_release(&groups);
}

static void a_call_that_ends_with_another_has_its_result(void **state)
{
    (void)state;
    struct buf groups;
    buf_init(&groups, sizeof(struct group));
    uint32_t outer = groups_begin(&groups, F, GROUP_NONE, 0);
    uint32_t inner = groups_begin(&groups, G, outer, 1);
    groups_end(&groups, inner, 3);
    groups_end(&groups, outer, 3);
    assert_int_equal(group_with_result(&groups, 2), outer);
    buf_release(&groups);
}

static void what_is_taken_off_the_tape_is_no_call(void **state)
{
    (void)state;
    struct buf groups;
    fill(&groups);
    groups_trim(&groups, 12);
    assert_int_equal(groups.count, 3);
    assert_int_equal(group_of_node(&groups, 12), GROUP_NONE);
    // A call that begins lower says so too.
    groups_begin(&groups, G, GROUP_NONE, 3);
    assert_int_equal(groups.count, 1);
    buf_release(&groups);
}

// The second node of the first g, and what is above it in f, made anew at 20.
static void pieces_belong_to_their_call(void **state)
{
    (void)state;
    struct buf groups;
    fill(&groups);
    assert_true(group_add_piece(&groups, 1, 20, 22));
    assert_true(group_add_piece(&groups, 0, 22, 24));
    assert_int_equal(group_of_node(&groups, 21), 1);
    assert_int_equal(group_of_node(&groups, 23), 0);
    assert_int_equal(group_of_node(&groups, 24), GROUP_NONE);
    assert_int_equal(group_of_node(&groups, 19), GROUP_NONE);
    assert_true(group_holds(&groups, 0, 20));
    assert_int_equal(group_with_result(&groups, 23), 0);
    assert_int_equal(group_with_result(&groups, 21), 1);
    assert_int_equal(group_with_result(&groups, 9), GROUP_NONE);
    buf_release(&groups);
}

static void calls_are_numbered_by_function(void **state)
{
    (void)state;
    static const uint32_t ids[] = {3, 7, 12};
    struct buf groups, numbers;
    fill(&groups);
    buf_init(&numbers, sizeof(uint32_t));
    assert_true(groups_number(&groups, ids, COUNT_OF(ids), &numbers));
    const uint32_t *number = numbers.data;
    assert_int_equal(number[0], 1);
    assert_int_equal(number[1], 0);
    assert_int_equal(number[2], 1);
    assert_int_equal(number[3], 2);
    buf_release(&numbers);
    buf_release(&groups);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_know_their_innermost_call),
        cmocka_unit_test(a_call_that_ends_with_another_has_its_result),
        cmocka_unit_test(what_is_taken_off_the_tape_is_no_call),
        cmocka_unit_test(pieces_belong_to_their_call),
        cmocka_unit_test(calls_are_numbered_by_function),
    };
    return cmocka_run_group_tests_name("text/group", tests, NULL, NULL);
}

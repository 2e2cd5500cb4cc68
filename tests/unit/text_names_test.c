// Names by what they are bound to.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "text/names.h"

enum { NAMES = 40, NODES = 60 };

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % below;
}

static struct value drawn_value(uint32_t *seed, uint32_t *last)
{
    switch (draw(seed, 6)) {
    case 0:
        return (struct value){0};
    case 1:
        return value_block(VALUE_VECTOR, draw(seed, NODES), 1, 1 + draw(seed, 3));
    case 2:
        return value_of_node(draw(seed, NODES));
    default:  // most nodes are named in their order
        *last = (*last + draw(seed, 2)) % NODES;
        return value_of_node(*last);
    }
}

// What is looked up is what looking through all names finds.
static void assert_found(struct names *n)
{
    for (uint32_t node = 0; node < NODES; node++) {
        uint32_t first = NAME_NONE;
        bool expected[NAMES] = {false}, met[NAMES] = {false};
        for (uint32_t name = 0; name < names_count(n); name++) {
            struct value v = names_get(n, name);
            bool here = v.rank == VALUE_SCALAR && v.base == node;
            first = here && first == NAME_NONE ? name : first;
            expected[name] = value_is_array(v) || (v.rank == VALUE_SCALAR && v.base >= node);
        }
        assert_int_equal(names_of_node(n, node), first);
        uint32_t name;
        for (size_t at = 0; (name = names_next_from(n, node, &at)) != NAME_NONE;) {
            met[name] = true;
        }
        assert_memory_equal(met, expected, sizeof met);
    }
}

// Bound in any order, taken back where a statement failed, and to before the tables were made.
static void names_are_found_by_node(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 60; round++) {
        struct names n;
        struct trail trail;
        uint32_t last = 0;
        names_init(&n);
        trail_init(&trail);
        for (uint32_t i = 0; i < NAMES; i++) {
            char name[16];
            int length = snprintf(name, sizeof name, "n%u", (unsigned)i);
            assert_int_equal(names_intern(&n, name, (size_t)length), i);
        }
        for (int step = 0; step < 40; step++) {
            size_t binds = n.binds, mark = trail_mark(&trail), start = trail_mark(&trail);
            trail_begin(&trail);
            for (uint32_t k = draw(&seed, 150); k > 0; k--) {
                uint32_t name = draw(&seed, NAMES);
                assert_true(names_bind(&n, &trail, name, drawn_value(&seed, &last)));
                if (draw(&seed, 40) == 0) {
                    names_of_node(&n, 0);
                }
            }
            if (draw(&seed, 3) == 0) {
                trail_take_back(&trail, start, NULL);
                names_back(&n, binds);
            } else if (draw(&seed, 6) == 0 && mark > 0) {
                trail_take_back(&trail, draw(&seed, (uint32_t)mark), NULL);
                names_changed(&n);
            }
            if (draw(&seed, 2) == 0) {
                assert_found(&n);
            }
        }
        names_release(&n);
        trail_release(&trail);
    }
}

// Once made, the table is kept up: a million lines are not each a walk over all names.
static void the_table_is_kept_up(void **state)
{
    (void)state;
    struct names n;
    names_init(&n);
    for (uint32_t i = 0; i < 5000; i++) {
        char name[16];
        int length = snprintf(name, sizeof name, "n%u", (unsigned)i);
        uint32_t id = names_intern(&n, name, (size_t)length);
        assert_true(names_bind(&n, NULL, id, value_of_node(2 * i)));
        assert_int_equal(names_of_node(&n, 2 * i), id);
        assert_int_equal(n.made_at, 1);
    }
    assert_true(names_bind(&n, NULL, 7, value_of_node(3)));
    assert_int_equal(names_of_node(&n, 3), 7);
    assert_int_equal(names_of_node(&n, 14), NAME_NONE);
    assert_int_equal(n.made_at, 1);
    names_release(&n);
}

// The nearest is the same however it is found; of very many names the last ones are looked at.
static void near_names_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *near;
    } cases[] = {
        {"weigth", "weight"}, {"wieght", "weight"},     {"weight2", "weight"},
        {"ewight", "weight"}, {"biass", "bias"},        {"Bias", "bias"},
        {"losss", "loss"},    {"momentun", "momentum"}, {"mometnun", "momentum"},
        {"xyz", ""},          {"bais", "bias"},         {"wight5", ""},
    };
    static const char *const words[] = {"weight", "bias", "loss", "momentum", "x", "y1"};
    struct names n;
    names_init(&n);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        uint32_t id = names_intern(&n, words[i], strlen(words[i]));
        assert_true(names_bind(&n, NULL, id, value_of_node((uint32_t)i)));
    }
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct nearest nearest;
        nearest_init(&nearest, cases[i].typed, strlen(cases[i].typed));
        nearest_offer_bound(&nearest, &n);
        assert_string_equal(nearest.best, cases[i].near);
    }
    names_release(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_by_node),
        cmocka_unit_test(the_table_is_kept_up),
        cmocka_unit_test(near_names_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

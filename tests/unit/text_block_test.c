// Blocks as in Python: where one ends, which lines do not fit, and when a prompt asks for another line.
#include "text/block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct source source_of(const char *text)
{
    return (struct source){.name = "", .text = text, .length = strlen(text), .line = 1};
}

static void a_prompt_asks_for_more(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        bool more;
    } cases[] = {
        {"", false},
        {"a = 2", false},
        {"a = (2", true},
        {"a = (2\n", true},
        {"a = (2\n)", false},
        {"for x in v:", true},
        {"for x in v: # each", true},
        {"for x in v: y = x", false},
        {"for x in v:\n", false},
        {"for x in v:\n    y = x", true},
        {"for x in v:\n\ty = x", true},
        {"for x in v:\n    y = x\n", false},
        {"for x in v:\ny = x", false},
        {"for x in v:\n# a remark", true},
        {"for x in v:\n    for y in v:", true},
        {"for x in v:\n    for y in v:\n    z = y", false},
        {"for x in v:\n    for y in v:\n        z = y", true},
        {"    for x in v:\n    y = x", false},
        {"a = 2\nfor x in v:", true},
        {"3:", false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct source source = source_of(cases[i].typed);
        if (block_wants_more(&source) != cases[i].more) {
            fail_msg("'%s' %s", cases[i].typed, cases[i].more ? "wants more" : "is whole");
        }
    }
}

static void a_block_ends_with_its_lines(void **state)
{
    (void)state;
    static const struct {
        const char *text, *inside;  // NULL: there is trouble
        const char *message;
    } cases[] = {
        {"for x in v:\n    y = x\nz = 1", "y = x", NULL},
        {"for x in v:\n    y = x\n\n    z = y\n", "y = x\n\n    z = y", NULL},
        {"for x in v:\n\n  # first\n    y = x  # last\n# apart\nz", "y = x", NULL},
        {"for x in v:\n    if x:\n        y = x\n    z = 1\nw", "if x:\n        y = x\n    z = 1",
         NULL},
        {"for x in v:\n\ty = x\n        z = 1", "y = x\n        z = 1", NULL},
        {"for x in v:\r\n    y = x\r\nz", "y = x", NULL},
        {"for x in v:\n    y = x\n      z = 1", NULL, "not indented like"},
        {"for x in v:\n    y = x\n  z = 1", NULL, "not indented like"},
        {"for x in v:\n    if x:\n        y = x\n      z = 1", NULL, "not indented like"},
        {"for x in v:\nz = 1", NULL, ""},
        {"for x in v:", NULL, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct source source = source_of(cases[i].text);
        struct span inside = {0};
        struct diag d = {0};
        bool ok = block_read(&source, 0, strlen("for x in v:"), &inside, &d);
        if (cases[i].inside == NULL) {
            assert_false(ok);
            assert_true(d.set);
            assert_non_null(strstr(d.message, cases[i].message));
            continue;
        }
        assert_true(ok);
        size_t n = strlen(cases[i].inside);
        if (inside.end - inside.start != n ||
            memcmp(source.text + inside.start, cases[i].inside, n) != 0) {
            fail_msg("'%s': '%.*s'", cases[i].text, (int)(inside.end - inside.start),
                     source.text + inside.start);
        }
    }
}

// What is deeper than blocks may be is no block.
static void blocks_are_so_deep(void **state)
{
    (void)state;
    struct text text;
    struct span inside;
    struct diag d = {0};
    text_init(&text);
    text_add(&text, "for x in v:\n");
    for (int depth = 1; depth < 200; depth++) {
        for (int k = 0; k < depth; k++) {
            text_add_char(&text, ' ');
        }
        text_add(&text, "if x:\n");
    }
    struct source source = source_of(text_get(&text));
    assert_false(block_read(&source, 0, strlen("for x in v:"), &inside, &d));
    assert_true(d.set);
    text_release(&text);
}

static void statements_are_taken_with_their_blocks(void **state)
{
    (void)state;
    struct source all =
        source_of("a = 2\nfor x in v:\n    y = x\n\n    z = y\nb = (1 +\n2)\nc = 3");
    static const char *const taken[] = {"a = 2", "for x in v:", "b = (1 +\n2)", "c = 3"};
    struct source lines;
    size_t at = 0;
    for (size_t i = 0; i < COUNT_OF(taken); i++) {
        assert_true(at < all.length);
        block_take_lines(&all, &at, &lines);
        const char *found = strstr(lines.text, taken[i]);
        assert_non_null(found);
        assert_true((size_t)(found - lines.text) < lines.length);
    }
    assert_true(at >= all.length);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_prompt_asks_for_more),
        cmocka_unit_test(a_block_ends_with_its_lines),
        cmocka_unit_test(blocks_are_so_deep),
        cmocka_unit_test(statements_are_taken_with_their_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

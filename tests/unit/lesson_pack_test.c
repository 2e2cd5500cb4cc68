// Packed lessons: what is packed is read again, and whatever else is given becomes no lesson.
#include "lesson/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void pack(struct text *out)
{
    static const char front[] = "id: small\ntitle: A small one\norder: 3\nrequires: slope\n";
    static const char *const cells[] = {"a", "b", "1", "`x`"};
    text_init(out);
    pack_begin(out, "03-small.md");
    pack_front(out, front, strlen(front));
    pack_text(out, LESSON_HEADING, 1, "", "A heading", 7);
    pack_text(out, LESSON_BULLET, 2, "•", "an {= a*a} item", 9);
    pack_table(out, cells, 2, 2, 11);
    pack_code(out, "a = 2\nb = 3\n", true, 15);
    pack_ask(out, "small.one", "What is `a`?\nkind: number\nanswer: a\n", 20);
    pack_text(out, LESSON_VERBATIM, 0, "", "  as it\n\tstands", 30);
    pack_end(out);
}

static void a_pack_becomes_its_lesson(void **state)
{
    (void)state;
    struct text text;
    struct diag d = {0};
    pack(&text);
    struct lesson *l = pack_read(text_get(&text), text_length(&text), &d, NULL);
    assert_non_null(l);
    assert_string_equal(l->name, "03-small.md");
    assert_string_equal(l->id, "small");
    assert_int_equal(l->order, 3);
    assert_string_equal(l->requires[0], "slope");
    assert_int_equal(l->items.count, 6);
    assert_int_equal(lesson_item(l, 0)->kind, LESSON_HEADING);
    assert_string_equal(lesson_item(l, 1)->mark, "•");
    assert_int_equal(lesson_item(l, 1)->level, 2);
    assert_string_equal(lesson_item(l, 2)->cells[3], "`x`");
    assert_true(lesson_item(l, 3)->fresh);
    assert_int_equal(lesson_item(l, 3)->line, 15);
    assert_string_equal(lesson_item(l, 4)->question->id, "small.one");
    assert_string_equal(lesson_item(l, 5)->text, "  as it\n\tstands");
    lesson_free(l);
    text_release(&text);
}

static void assert_refused(const char *s, size_t n)
{
    struct diag d = {0};
    assert_null(pack_read(s, n, &d, NULL));
    assert_true(d.set);
}

// A mistake has the line of the file that it is in.
static void a_mistake_has_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        size_t line;
    } packs[] = {
        {"lesson\x1Fx\x1E"
         "front\x1Fid: a\ntitle: A\nwhat: 1\n\x1E"
         "end\x1E",
         4},
        {"lesson\x1Fx\x1E"
         "front\x1Fid: a\ntitle: A\n\x1E"
         "text\x1Fp\x1F\x30\x1F\x1F\x37\x1F{= 2*)}\x1E"
         "end\x1E",
         7},
        {"lesson\x1Fx\x1E"
         "front\x1Fid: a\ntitle: A\n\x1E"
         "ask\x1F\x39\x1F"
         "a.b\x1FWhat?\nkind: number\nanswer: 6\nhunt: x\n\x1E"
         "end\x1E",
         12},
        {"lesson\x1Fx\x1E"
         "front\x1Fid: a\ntitle: A\n\x1E"
         "ask\x1F\x39\x1F"
         "a.b\x1FWhat?\nkind: number\n\x1E"
         "end\x1E",
         8},
    };
    for (size_t i = 0; i < COUNT_OF(packs); i++) {
        struct diag d = {0};
        size_t line;
        assert_null(pack_read(packs[i].s, strlen(packs[i].s), &d, &line));
        assert_int_equal(line, packs[i].line);
    }
}

// Cut off anywhere, with a byte of another kind anywhere: a lesson or a diag, never harm.
static void damage_is_found_or_harmless(void **state)
{
    (void)state;
    static const char others[] = {'\x1E', '\x1F', '\0', '9', '\x10', (char)0xFF};
    struct text text;
    pack(&text);
    size_t n = text_length(&text);
    for (size_t i = 0; i < n; i++) {
        assert_refused(text_get(&text), i);
    }
    char *bytes = (char *)text.bytes.data;
    for (size_t i = 0; i < n; i++) {
        char was = bytes[i];
        for (size_t k = 0; k < COUNT_OF(others); k++) {
            struct diag d = {0};
            bytes[i] = others[k];
            struct lesson *l = pack_read(bytes, n, &d, NULL);
            assert_true((l == NULL) == d.set);
            assert_true(l == NULL || (others[k] != '\0' && others[k] != '\x10'));
            lesson_free(l);
        }
        bytes[i] = was;
    }
    text_release(&text);
}

static void parts_in_no_order_are_refused(void **state)
{
    (void)state;
    static const char *const packs[] = {
        "",
        "lesson\x1Fx\x1E",
        "lesson\x1Fx\x1E"
        "end\x1E",
        "front\x1Fid: a\n\x1E",
        "lesson\x1Fx\x1Elesson\x1Fy\x1E",
        "lesson\x1Fx\x1E"
        "front\x1Fid: a\ntitle: A\n\x1E"
        "end\x1Etext\x1Fp\x1F\x30\x1F\x1F\x31\x1Fmore\x1E",
        "lesson\x1Fx\x1E"
        "front\x1Fid: a\ntitle: A\n\x1E"
        "front\x1Fid: a\ntitle: A\n\x1E"
        "end\x1E",
        "lesson\x1Fx\x1E"
        "front\x1Fid: a\ntitle: A\n\x1Etable\x1F\x31\x1F\x39\x39\x39\x39\x1F\x39\x1F\x1E"
        "end\x1E",
        "lesson\x1Fx\x1E"
        "front\x1Fid: a\ntitle: A\n\x1Ewhat\x1F\x31\x1E"
        "end\x1E",
    };
    for (size_t i = 0; i < COUNT_OF(packs); i++) {
        assert_refused(packs[i], strlen(packs[i]));
    }
    char *large = calloc(1, PACK_MOST + 1);
    assert_non_null(large);
    assert_refused(large, PACK_MOST + 1);
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pack_becomes_its_lesson),
        cmocka_unit_test(a_mistake_has_its_line),
        cmocka_unit_test(damage_is_found_or_harmless),
        cmocka_unit_test(parts_in_no_order_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

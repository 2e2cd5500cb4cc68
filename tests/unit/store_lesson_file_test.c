// Lesson files: read whole, and whatever is wrong with one told with its place.
#include "store/lesson_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

// A file of these bytes, read: NULL where it is refused, and *said is what is said then.
static struct lesson *read_bytes(const char *bytes, size_t n, struct text *said)
{
    char path[] = "/tmp/backstep-lesson-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), n);
    close(fd);
    struct lesson_trouble trouble;
    struct lesson *l = lesson_file_read(path, &trouble);
    unlink(path);
    if (l == NULL) {
        lesson_trouble_say("FILE", &trouble, said);
    }
    lesson_trouble_release(&trouble);
    return l;
}

static void assert_refused_bytes(const char *bytes, size_t n, const char *expected)
{
    struct text said;
    text_init(&said);
    assert_null(read_bytes(bytes, n, &said));
    assert_string_equal(text_get(&said), expected);
    text_release(&said);
}

#define FRONT "---\nid: a\ntitle: A\n---\n"

static void assert_refused(const char *bytes, const char *expected)
{
    assert_refused_bytes(bytes, strlen(bytes), expected);
}

static void a_lesson_is_read(void **state)
{
    (void)state;
    static const char file[] =
        "\xEF\xBB\xBF" FRONT "# Heading\n\nA value {= a*b*c}.\n\n- one\n- two\n\n"
        "```backstep new\n∇ a = 2\n∇ a\n  a = 2\n```\n\n```\nshown\n```\n\n"
        "| a | b |\n|--|--|\n| 1 | 2 |\n\n"
        "1. ```ask a.b\n   What?\n   kind: number\n   answer: 2\n   ```\n";
    struct text said;
    text_init(&said);
    struct lesson *l = read_bytes(file, strlen(file), &said);
    assert_string_equal(text_get(&said), "");
    static const enum lesson_item_kind kinds[] = {LESSON_HEADING, LESSON_PARAGRAPH, LESSON_BULLET,
                                                  LESSON_BULLET,  LESSON_CODE,      LESSON_VERBATIM,
                                                  LESSON_TABLE,   LESSON_QUESTION};
    assert_int_equal(l->items.count, COUNT_OF(kinds));
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        assert_int_equal(lesson_item(l, i)->kind, kinds[i]);
    }
    assert_string_equal(lesson_item(l, 1)->text, "A value {= a*b*c}.");
    assert_string_equal(lesson_item(l, 4)->text, "a = 2\na\n\n");
    assert_true(lesson_item(l, 4)->fresh);
    assert_string_equal(lesson_item(l, 5)->text, "shown\n");
    assert_int_equal(lesson_item(l, 6)->columns, 2);
    assert_int_equal(lesson_item(l, 7)->line, 26);
    assert_string_equal(lesson_question(l, "a.b")->text, "What?");
    lesson_free(l);
    text_release(&said);
}

static void mistakes_have_their_place(void **state)
{
    (void)state;
    assert_refused("---\nid: a\n", "FILE:1:1: error: the front matter is not closed by a line "
                                   "'---'\n---\n^\n");
    assert_refused("# A\n", "FILE:1:1: error: a lesson begins with its front matter; first '---', "
                            "then id: and title:, then '---' again\n# A\n^\n");
    assert_refused("", "FILE:1:1: error: a lesson begins with its front matter; first '---', "
                       "then id: and title:, then '---' again\n\n^\n");
    assert_refused("---\nid: a\nid: b\n---\n", "FILE:3:1: error: 'id' is here twice\nid: b\n^\n");
    assert_refused(FRONT "- ```ask a.b\n  ∂?\n  kind: number\n  answer: 2 x\n  ```\n",
                   "FILE:8:13: error: the expression should end here\n  answer: 2 x\n"
                   "            ^\n");
    assert_refused(FRONT "```ask a.b\n?\nkind: number\n```\n",
                   "FILE:5:1: error: 'answer' is missing\n```ask a.b\n^\n");
    assert_refused(FRONT "text\nthen *{= 2 +}*\n",
                   "FILE:6:13: error: a number or a name is missing "
                   "after '+'\nthen *{= 2 +}*\n            ^\n");
    assert_refused(FRONT "```backstep old\n```\n",
                   "FILE:5:1: error: a block is marked backstep, or backstep new\n"
                   "```backstep old\n^\n");
    assert_refused(FRONT "\n<b>x</b>\n\n<div>\n",
                   "FILE:8:1: error: HTML is not shown in a lesson; write Markdown; a note to "
                   "yourself is <!-- written so -->\n<div>\n^\n");
}

static void bytes_that_are_no_text_are_told(void **state)
{
    (void)state;
    assert_refused(FRONT "a\xFF", "FILE:5:2: error: this byte is not UTF-8; save the file as "
                                  "UTF-8\na\\xff\n ^\n");
    assert_refused(FRONT "ab\033[2J",
                   "FILE:5:3: error: there is a control character here\nab\\x1b[2J\n  ^\n");
    assert_refused_bytes(
        FRONT "\0", sizeof FRONT,
        "FILE:5:1: error: this file is not text: it has a byte 0 here\n\\x00\n^\n");
}

static void what_cannot_be_read_is_told(void **state)
{
    (void)state;
    struct lesson_trouble trouble;
    struct diag d = {0};
    assert_null(lesson_file_read("/no/such/file.md", &trouble));
    assert_int_equal(trouble.line, 0);
    lesson_trouble_diag("/no/such/file.md", &trouble, &d);
    assert_string_equal(d.message, "there is no file '/no/such/file.md'");
    lesson_trouble_release(&trouble);
    assert_null(lesson_file_read("/dev/zero", &trouble));
    assert_string_equal(trouble.diag.message, "'/dev/zero' is not a file");
    lesson_trouble_release(&trouble);
    char path[] = "/tmp/backstep-lesson-XXXXXX", expected[100];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (256 << 10) + 1), 0);
    close(fd);
    assert_null(lesson_file_read(path, &trouble));
    snprintf(expected, sizeof expected, "'%s' is larger than 256 KB", path);
    assert_string_equal(trouble.diag.message, expected);
    unlink(path);
    lesson_trouble_release(&trouble);
    assert_null(lesson_file_read("/tmp", &trouble));
    lesson_trouble_release(&trouble);
}

// Whatever comes of these, it comes soon: the clock allows for a busy machine.
static void assert_soon(const char *begin, const char *unit, size_t times, const char *end)
{
    struct text s, said;
    struct timespec before, after;
    text_init(&s);
    text_init(&said);
    text_add(&s, FRONT);
    text_add(&s, begin);
    for (size_t i = 0; i < times; i++) {
        text_add(&s, unit);
    }
    text_add(&s, end);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    lesson_free(read_bytes(text_get(&s), text_length(&s), &said));
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    assert_true(after.tv_sec - before.tv_sec < 2);
    text_release(&s);
    text_release(&said);
}

static void hostile_files_are_read_soon(void **state)
{
    (void)state;
    assert_soon("", "- ", 80000, "a\n");
    assert_soon("", "> ", 100000, "a\n");
    assert_soon("", "*a ", 80000, "\n");
    assert_soon("", "[", 200000, "\n");
    assert_soon("", "{= ", 80000, "\n");
    assert_soon("", "$x", 100000, "\n");
    assert_soon("", "|a", 60000, "|\n|-|-|\n");
    assert_soon("", "| a | b |\n|---|---|\n", 12000, "");
    assert_soon("", "```ask a.b\n", 20000, "");
    assert_soon("```ask a.b\n?\nkind: number\n", "hint: a\n", 30000, "answer: 1\n```\n");
    assert_soon("```ask a.b\n", "text\n", 45000, "kind: number\nanswer: 1\n```\n");
    assert_soon("", "{= (((((((((((((((((", 10000, "}\n");
    assert_soon("", "```ask a.b\n?\nkind: number\nanswer: ((((((((((((((", 1, "\n```\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lesson_is_read),
        cmocka_unit_test(mistakes_have_their_place),
        cmocka_unit_test(bytes_that_are_no_text_are_told),
        cmocka_unit_test(what_cannot_be_read_is_told),
        cmocka_unit_test(hostile_files_are_read_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

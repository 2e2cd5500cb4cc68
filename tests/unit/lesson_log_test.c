// The log of answers as text: read whole or not at all, and merged in any order.
#include "lesson/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lesson/review.h"

static struct log_attempt answer(const char *question, int64_t when, int64_t rating,
                                 const char *given)
{
    return (struct log_attempt){.when = when,
                                .question = question,
                                .version = 1,
                                .lesson = "two-paths",
                                .kind = "number",
                                .rating = rating,
                                .right = rating > 1,
                                .seed = UINT64_MAX - (uint64_t)rating,
                                .given = given};
}

static void add(struct log *l, const char *question, int64_t when, int64_t rating,
                const char *given)
{
    struct log_attempt a = answer(question, when, rating, given);
    log_add(l, &a);
}

static void sample(struct log *l)
{
    log_init(l);
    l->salt = 1234567890123456789U;
    add(l, "two-paths.sum", 1700000100, 3, "6");
    add(l, "two-paths.sum", 1700000000, 1, "a\tb\\c\nd\re\x01 \xC3\xA9\xFF \xE2\x88\x82");
    struct log_attempt skip = answer("two-paths.square", 1700000050, 0, "");
    skip.skipped = true;
    log_add(l, &skip);
    log_add_place(l, "two-paths", 3);
    log_add_place(l, "slope", 6);
    log_add_place(l, "two-paths", 2);  // less far: nothing new
    log_sort(l);
}

static void write(struct text *out, struct log *l)
{
    text_init(out);
    log_write(out, l);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct log l, again;
    struct text text, twice;
    struct diag d = {0};
    sample(&l);
    write(&text, &l);
    assert_true(log_read(&again, text_get(&text), text_length(&text), &d));
    write(&twice, &again);
    assert_string_equal(text_get(&text), text_get(&twice));
    assert_int_equal(again.attempts.count, 3);
    assert_int_equal(again.places.count, 2);
    assert_true(again.salt == l.salt);
    const struct log_attempt *first = BUF(struct log_attempt, &again.attempts);
    assert_string_equal(first->given, "a\tb\\c\nd\re\x01 \xC3\xA9\xFF \xE2\x88\x82");
    assert_true(first->seed == UINT64_MAX - 1);
    assert_false(first->right);
    assert_true(first[1].skipped);
    assert_int_equal(first[1].when, 1700000050);
    log_release(&l);
    log_release(&again);
    text_release(&text);
    text_release(&twice);
}

static void its_form_stays(void **state)
{
    (void)state;
    struct log l;
    struct text text;
    log_init(&l);
    l.salt = 7;
    struct log_attempt a = answer("two-paths.sum", 1700000000, 3, "6");
    a.seed = 77;
    log_add(&l, &a);
    log_add_place(&l, "two-paths", 3);
    write(&text, &l);
    assert_string_equal(
        text_get(&text),
        "backstep progress 1\nsalt\t7\nplace\ttwo-paths\t3\n"
        "answer\t1700000000\ttwo-paths.sum\t1\ttwo-paths\tnumber\t3\tright\t77\t0\t6\n"
        "end\t3\tba0ab7d8c3847a25\n");
    log_release(&l);
    text_release(&text);
}

static void line_ends_may_be_those_of_mail(void **state)
{
    (void)state;
    struct log l, again;
    struct text text, mailed;
    struct diag d = {0};
    sample(&l);
    write(&text, &l);
    text_init(&mailed);
    for (const char *s = text_get(&text); *s != '\0'; s++) {
        text_add(&mailed, *s == '\n' ? "\r" : "");
        text_add_char(&mailed, *s);
    }
    assert_true(log_read(&again, text_get(&mailed), text_length(&mailed), &d));
    assert_int_equal(again.attempts.count, 3);
    log_release(&l);
    log_release(&again);
    text_release(&text);
    text_release(&mailed);
}

static void assert_refused(const char *s, size_t n, const char *why)
{
    struct log l;
    struct diag d = {0};
    assert_false(log_read(&l, s, n, &d));
    assert_true(d.set);
    assert_non_null(strstr(d.message, why));
    assert_int_equal(l.attempts.count + l.places.count, 0);
    assert_true(l.salt == 0);
    log_release(&l);
}

// Whatever byte is missing at the end, or is another one anywhere.
static void half_a_file_or_a_damaged_one_is_refused(void **state)
{
    (void)state;
    struct log l;
    struct text text;
    sample(&l);
    write(&text, &l);
    size_t n = text_length(&text);
    for (size_t i = 0; i < n; i++) {
        assert_refused(text_get(&text), i, i == 0 ? "not a file of progress" : "ends too early");
    }
    char *bytes = (char *)text.bytes.data;
    for (size_t i = 0; i < n; i++) {
        char was = bytes[i];
        bytes[i] = was == '1' ? '2' : '1';
        assert_refused(bytes, n, "");
        bytes[i] = '\0';
        assert_refused(bytes, n, "");
        bytes[i] = was;
    }
    text_add(&text, "more\n");
    assert_refused(text_get(&text), text_length(&text), "follows the last line");
    log_release(&l);
    text_release(&text);
}

static void other_files_are_told_apart(void **state)
{
    (void)state;
    static const char csv[] = "when,lesson,question\r\n", newer[] = "backstep progress 2\nx\n";
    assert_refused(csv, strlen(csv), "not a file of progress");
    assert_refused("", 0, "not a file of progress");
    assert_refused(newer, strlen(newer), "newer backstep");
}

// Lines that are kept one by one: one that is damaged costs itself alone.
static void single_lines_are_read(void **state)
{
    (void)state;
    static const char lines[] =
        "answer\t1700000000\ttwo-paths.sum\t1\ttwo-paths\tnumber\t3\tright\t77\t0\t6\t19675\n"
        "answer\t1700000000\ttwo-paths.sum\t1\ttwo-paths\tnumber\t9\tright\t77\t0\t6\n"
        "answer\t1700000000\ttwo\x10paths.sum\t1\ttwo-paths\tnumber\t3\tright\t77\t0\t6\n"
        "answer\t1700000000\t\\x10\t1\ttwo-paths\tnumber\t3\tright\t77\t0\t6\n"
        "answer\t99999999999999999999\ta.b\t1\ta\tnumber\t3\tright\t77\t0\t6\n"
        "\nplace\tslope\t4\nplace\tslope\t2\nsalt\t18446744073709551615\nplace\tslope\n"
        "salt\t18446744073709551616\nnonsense\nplace\tcut\t1";
    struct log l;
    size_t bad;
    assert_true(log_read_lines(&l, lines, strlen(lines), &bad));
    assert_int_equal(bad, 7);
    assert_int_equal(l.attempts.count, 1);
    assert_int_equal(BUF(struct log_attempt, &l.attempts)->day, 19675);
    assert_int_equal(l.places.count, 1);
    assert_int_equal(BUF(struct log_place, &l.places)->passed, 4);
    assert_true(l.salt == UINT64_MAX);
    log_release(&l);
}

static void take(struct log *into, const struct log *from)
{
    struct log missing;
    assert_true(log_missing(&missing, into, from));
    for (size_t i = 0; i < missing.attempts.count; i++) {
        log_add(into, &BUF(struct log_attempt, &missing.attempts)[i]);
    }
    for (size_t i = 0; i < missing.places.count; i++) {
        const struct log_place *place = &BUF(struct log_place, &missing.places)[i];
        log_add_place(into, place->lesson, place->passed);
    }
    log_sort(into);
    log_release(&missing);
}

// Three logs with answers in common; `twice` is given twice in one second in one of them.
static void three(struct log logs[3])
{
    for (int i = 0; i < 3; i++) {
        log_init(&logs[i]);
        logs[i].salt = 9;
        add(&logs[i], "a.shared", 100, 3, "1");
        add(&logs[i], "a.own", 200 - i, 1 + i, "2");
        log_add_place(&logs[i], "a", 3 + i % 2);
        log_add_place(&logs[i], i == 0 ? "b" : "c", i);
        add(&logs[i], "a.twice", 150, 1, "3");
    }
    add(&logs[1], "a.twice", 150, 1, "3");
    struct log_attempt other = answer("a.twice", 150, 1, "3");
    other.right = true;
    log_add(&logs[2], &other);
    for (int i = 0; i < 3; i++) {
        log_sort(&logs[i]);
    }
}

static void merging_has_no_order_and_may_be_done_again(void **state)
{
    (void)state;
    static const int orders[][6] = {{0, 1, 2, 0, 1, 2}, {2, 1, 0, 0, 0, 1}, {1, 0, 2, 2, 1, 0}};
    struct text first = {0};
    for (size_t o = 0; o < COUNT_OF(orders); o++) {
        struct log logs[3], all;
        struct text text;
        three(logs);
        log_init(&all);
        all.salt = 9;
        for (int i = 0; i < 6; i++) {
            take(&all, &logs[orders[o][i]]);
        }
        assert_int_equal(all.attempts.count, 1 + 3 + 3);
        write(&text, &all);
        if (o == 0) {
            first = text;
        } else {
            assert_string_equal(text_get(&first), text_get(&text));
            text_release(&text);
        }
        log_release(&all);
        for (int i = 0; i < 3; i++) {
            log_release(&logs[i]);
        }
    }
    text_release(&first);
}

// What is too long is cut the same way wherever it passes, or it would be missing for ever.
static void a_long_answer_is_cut_once(void **state)
{
    (void)state;
    struct log l, again, missing;
    struct text text, given;
    struct diag d = {0};
    text_init(&given);
    for (int i = 0; i < 9000; i++) {
        text_add(&given, "é");
    }
    log_init(&l);
    add(&l, "a.b", 1, 3, text_get(&given));
    write(&text, &l);
    assert_true(log_read(&again, text_get(&text), text_length(&text), &d));
    assert_true(log_missing(&missing, &l, &again));
    assert_int_equal(missing.attempts.count, 0);
    assert_true(strlen(BUF(struct log_attempt, &again.attempts)->given) < 9000);
    log_release(&l);
    log_release(&again);
    log_release(&missing);
    text_release(&text);
    text_release(&given);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(its_form_stays),
        cmocka_unit_test(line_ends_may_be_those_of_mail),
        cmocka_unit_test(half_a_file_or_a_damaged_one_is_refused),
        cmocka_unit_test(other_files_are_told_apart),
        cmocka_unit_test(single_lines_are_read),
        cmocka_unit_test(merging_has_no_order_and_may_be_done_again),
        cmocka_unit_test(a_long_answer_is_cut_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Lines of a terminal: every command's example, its help and its mistakes at 40 to 200 columns.
#include "words/wrap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lesson/glossary.h"
#include "play_seat.h"
#include "session/call.h"
#include "words/table.h"
#include "words/words.h"

static const int widths[] = {40, 60, 80, 120, 200};

// ---- One line -----------------------------------------------------------------------------------

static void assert_wrapped(const char *line, size_t indent, size_t columns, const char *expected)
{
    struct text out;
    text_init(&out);
    wrap_add(&out, line, strlen(line), indent, columns, 2);
    assert_string_equal(text_get(&out), expected);
    text_release(&out);
}

static void test_breaks_at_blanks(void **state)
{
    (void)state;
    assert_wrapped("one two three", 0, 0, "one two three\n");
    assert_wrapped("one two three", 0, 13, "one two three\n");
    assert_wrapped("one two three", 0, 12, "one two\n  three\n");
    assert_wrapped("one two three", 2, 12, "  one two\n    three\n");
    assert_wrapped("one    two", 0, 9, "one\n  two\n");  // blanks between columns go with the break
    assert_wrapped("", 2, 10, "\n");
    assert_wrapped("averyverylongword and", 0, 10, "averyverylongword\n  and\n");
    assert_wrapped("∂L/∂a ∂L/∂b ∂L", 0, 12, "∂L/∂a ∂L/∂b\n  ∂L\n");  // columns, not bytes
    assert_wrapped("\x0fx*y + x*y + x*y", 2, 10, "  x*y + x*y + x*y\n");
}

static void test_marks_are_kept_on_both_sides(void **state)
{
    (void)state;
    assert_wrapped("\x10one two\x0e three", 0, 6, "\x10one\x0e\n  \x10two\x0e\n  three\n");
}

// ---- Tables -------------------------------------------------------------------------------------

static void assert_table(const char *align, size_t room, size_t count, const char *const *cells,
                         const char *expected)
{
    struct table t;
    struct text out;
    text_init(&out);
    table_init(&t, align);
    t.room = room;
    for (size_t i = 0; i < count; i++) {
        table_cell(&t, cells[i]);
    }
    table_write(&t, &out);
    assert_string_equal(text_get(&out), expected);
    table_release(&t);
    text_release(&out);
}

static void test_decimal_points_stand_in_a_column(void **state)
{
    (void)state;
    static const char *const cells[] = {"n", "value", "a",     "-1.25", "b",    "100", "c",
                                        "·", "d",     "3e-07", "e",     "-inf", "f",   "0.5"};
    assert_table("ld", 0, COUNT_OF(cells), cells,
                 "n     value\n"
                 "a    -1.25\n"
                 "b   100\n"
                 "c     ·\n"
                 "d     3e-07\n"
                 "e  -inf\n"
                 "f     0.5\n");
}

static void test_columns_give_way_before_a_row_breaks(void **state)
{
    (void)state;
    static const char *const cells[] = {"a_very_long_name", "1.5", "a + b + c + d"};
    assert_table("ldl", 0, 3, cells, "a_very_long_name  1.5  a + b + c + d\n");
    assert_table("ldl", 30, 3, cells, "a_very_lon…  1.5  a + b + c +…\n");
    assert_table("ldw", 30, 3, cells, "a_very_long_name  1.5\n    a + b + c + d\n");
    static const char *const words[] = {"name", "1.5", "one two three four five six seven"};
    assert_table("ldw", 30, 3, words,
                 "name  1.5  one two three four\n"
                 "           five six seven\n");
    static const char *const titles[] = {"a title", "a long title", "1.5", "2.5"};
    assert_table("dd", 14, 4, titles, "a tit…  a lon…\n   1.5     2.5\n");
}

// ---- Everything that is said --------------------------------------------------------------------

// A line that is wider than the terminal is one word, or says what may be wider.
static void assert_fits(const char *what, const char *words, size_t columns)
{
    for (const char *s = words; *s != '\0';) {
        size_t n = strcspn(s, "\n"), blanks = strspn(s, " ");
        bool one_word = blanks < n && memchr(s + blanks, ' ', n - blanks) == NULL;
        if (ink_columns(s, n) > columns && !one_word) {
            fail_msg("%s at %zu columns: %.*s", what, columns, (int)n, s);
        }
        s += n + (s[n] == '\n');
    }
}

// Pictures, values and formulas are as wide as they are.
static bool is_exempt(const struct rec *r)
{
    static const enum rec_kind kinds[] = {KIND_print,  KIND_scene, KIND_plot,  KIND_export,
                                          KIND_derive, KIND_stage, KIND_expand};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (rec_is(r, kinds[i])) {
            return true;
        }
    }
    return false;
}

static void try(const char *text, int columns, bool ascii)
{
    struct seat seat;
    assert_true(seat_begin(&seat));
    tutor_set_terminal(seat.tutor, columns, 0, ascii);
    eval(&seat, text, SESSION_PROMPT);
    for (const struct rec *r = seat.records.list.in.first; r != NULL; r = r->next) {
        struct text words;
        text_init(&words);
        words_add(&words, r,
                  &(struct words_form){.digits = 6, .columns = (size_t)columns, .ascii = ascii});
        if (!is_exempt(r) && strcmp(text, "help export") != 0) {  // which shows a program
            assert_fits(text, text_get(&words), (size_t)columns);
        }
        for (const char *s = text_get(&words); ascii && *s != '\0'; s++) {
            assert_true((unsigned char)*s < 0x80);
        }
        text_release(&words);
    }
    seat_end(&seat);
}

static void at_all_widths(const char *text)
{
    for (size_t i = 0; i < COUNT_OF(widths); i++) {
        try(text, widths[i], false);
    }
    try(text, 60, true);
}

static void test_every_command(void **state)
{
    struct seat seat;
    const struct command *c;
    (void)state;
    assert_true(seat_begin(&seat));
    const struct command_table *table = tutor_session(seat.tutor)->world.commands;
    for (size_t i = 0; (c = command_at(table, i)) != NULL; i++) {
        struct text text;
        text_init(&text);
        at_all_widths(c->example);
        text_addf(&text, "help %s", c->name);
        at_all_widths(text_get(&text));
        text_clear(&text);  // most of them refuse this, each in its own words
        text_addf(&text, "%s nothing_of_this_name_is_bound here", c->name);
        at_all_widths(text_get(&text));
        text_release(&text);
    }
    seat_end(&seat);
}

static void test_help(void **state)
{
    static const char *const topics[] = {
        "help",        "help all",     "help functions", "help glossary", "help language",
        "help arrays", "help lessons", "help keys",      "help data",     "help training"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        at_all_widths(topics[i]);
    }
    for (size_t i = 0; glossary_at(i) != NULL; i++) {
        struct text text;
        text_init(&text);
        text_addf(&text, "help %s", glossary_at(i)->term);
        at_all_widths(text_get(&text));
        text_release(&text);
    }
}

// What is long: names, formulas, chains, numbers of seventeen digits.
static void test_long_things(void **state)
{
    static const char *const texts[] = {
        ("the_first_input_of_the_neuron = 0.123456; the_weight_of_that_input = -0.654321; "
         "o = tanh(the_first_input_of_the_neuron*the_weight_of_that_input + 0.5); backward o; "
         "vars; "
         "topo o; grads; local o; paths o the_first_input_of_the_neuron; check o; explain "
         "the_weight_of_that_input; tangent o the_first_input_of_the_neuron"),
        ("precision 17; a = 1/3; b = pi; c = exp(a)*b; L = c*tanh(c)/b; backward L; vars; step "
         "backward L; run; nudge a 0.001 L; update 0.1"),
        "x = 1; y = x*x + 2*x + 3*x + 4*x + 5*x + 6*x + 7*x + 8*x + nothing_of_this_name + 9*x",
        "W = randn(4, 6); v = W @ ones(6); v",
        "def f(x) = x*x + 1; def g(x) = f(x)*f(x + 1); a = 2; L = g(f(a)) + g(a); groups; local L",
        "param w = 2; L = (w - 1)**2; train L 20 0.1; progress; nudge w",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        at_all_widths(texts[i]);
    }
}

static void test_the_caret_stays_under_its_place(void **state)
{
    (void)state;
    struct seat seat;
    struct text words;
    text_init(&words);
    assert_true(seat_begin(&seat));
    eval(&seat,
         "first = 1; a = 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + foo + 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8",
         SESSION_PROMPT);
    words_add(&words, seat.records.list.in.last, &(struct words_form){.digits = 6, .columns = 40});
    const char *line = strstr(text_get(&words), "…"), *name = strstr(line, "foo");
    const char *under = strchr(line, '\n') + 1, *caret = strchr(under, '^');
    while (line > text_get(&words) && line[-1] != '\n') {
        line--;
    }
    assert_int_equal(utf8_columns(line, (size_t)(name - line)), caret - under);
    text_release(&words);
    seat_end(&seat);
}

// A row of the study questions stays one line: its title gives way.
static void test_a_list_keeps_its_rows(void **state)
{
    (void)state;
    struct records records;
    records_init(&records);
    struct rec *list = records_add(&records, KIND_question_list);
    struct rec *row = rec_map(&records, rec_list(&records, list, KEY_rows), KEY_NONE);
    rec_text(&records, row, KEY_id, "I7");
    rec_text(&records, row, KEY_group, "From interviews.");
    rec_text(&records, row, KEY_title, "Forward and backward pass, and the steps of an iteration");
    rec_text(&records, row, KEY_lesson, "training-loop");
    for (size_t i = 0; i < COUNT_OF(widths); i++) {
        struct text words;
        text_init(&words);
        words_add(&words, list, &(struct words_form){.digits = 6, .columns = (size_t)widths[i]});
        const char *line = strchr(text_get(&words), '\n') + 1, *end = strchr(line, '\n');
        const char *lesson = strstr(line, "training-loop");
        assert_true(lesson != NULL && lesson < end);
        assert_fits("questions", text_get(&words), (size_t)widths[i]);
        text_release(&words);
    }
    records_release(&records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_breaks_at_blanks),
        cmocka_unit_test(test_marks_are_kept_on_both_sides),
        cmocka_unit_test(test_decimal_points_stand_in_a_column),
        cmocka_unit_test(test_columns_give_way_before_a_row_breaks),
        cmocka_unit_test(test_every_command),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_long_things),
        cmocka_unit_test(test_a_list_keeps_its_rows),
        cmocka_unit_test(test_the_caret_stays_under_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

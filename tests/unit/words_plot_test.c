// Plots drawn with characters: dots stand where the numbers say, gaps and poles are not bridged,
// curves differ without colours, and ticks are round.
#include "words/plot.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "words/ink.h"
#include "words/ticks.h"

enum { POINTS = 201 };

struct drawn {
    struct records records;
    struct rec *plot;
    struct text text;
};

static void begin(struct drawn *d, double from, double to, double low, double high, bool ascii)
{
    records_init(&d->records);
    text_init(&d->text);
    d->plot = records_add(&d->records, KIND_plot);
    rec_text(&d->records, d->plot, KEY_form, "curves");
    rec_flag(&d->records, d->plot, KEY_ascii, ascii);
    struct rec *x = rec_map(&d->records, d->plot, KEY_x), *y = rec_map(&d->records, d->plot, KEY_y);
    rec_text(&d->records, x, KEY_label, "x");
    rec_number(&d->records, x, KEY_from, from);
    rec_number(&d->records, x, KEY_to, to);
    rec_number(&d->records, y, KEY_from, low);
    rec_number(&d->records, y, KEY_to, high);
    rec_list(&d->records, d->plot, KEY_series);
}

static void add(struct drawn *d, const char *label, double (*f)(double))
{
    struct rec *list = NULL;
    for (struct rec *r = d->plot->in.first; r != NULL; r = r->next) {
        list = r->key == KEY_series ? r : list;
    }
    struct rec *one = rec_map(&d->records, list, KEY_NONE);
    rec_text(&d->records, one, KEY_label, label);
    struct rec *x = rec_list(&d->records, one, KEY_x), *y = rec_list(&d->records, one, KEY_y);
    double from = rec_get_number(rec_find(d->plot, KEY_x), KEY_from);
    double to = rec_get_number(rec_find(d->plot, KEY_x), KEY_to);
    for (int i = 0; i < POINTS; i++) {
        double at = from + (to - from) * i / (POINTS - 1);
        rec_number(&d->records, x, KEY_NONE, at);
        rec_number(&d->records, y, KEY_NONE, f(at));
    }
}

// The drawing without inks, in d->text.
static const char *draw(struct drawn *d)
{
    struct text inked;
    text_init(&inked);
    plot_draw(&inked, d->plot, 60);
    text_clear(&d->text);
    ink_plain(&d->text, text_get(&inked), text_length(&inked));
    text_release(&inked);
    return text_get(&d->text);
}

static void end(struct drawn *d)
{
    records_release(&d->records);
    text_release(&d->text);
}

static size_t count(const char *s, char c, size_t lines)
{
    size_t n = 0;
    for (; *s != '\0' && lines > 0; s++) {
        n += *s == c;
        lines -= *s == '\n';
    }
    return n;
}

// The row, of the field's 12, in which a sign is first in that column; -1 if none does.
static int row_of(const char *drawing, int column, char sign)
{
    int row = 0, at = 0;
    for (const char *s = drawing; *s != 0 && row < 12; s++) {
        if (*s == '\n') {
            row++;
            at = 0;
        } else if (at++ == column && *s == sign) {
            return row;
        }
    }
    return -1;
}

// The column of the drawing in which its field begins.
static int field_left(const char *drawing)
{
    const char *bar = strchr(drawing, '|'), *line = bar;
    while (line > drawing && line[-1] != '\n') {
        line--;
    }
    return (int)(bar - line) + 1;
}

static double identity(double x)
{
    return x;
}

static double opposite(double x)
{
    return -x;
}

static double pole(double x)
{
    return 1 / x;
}

static double half(double x)
{
    return x < 0 ? (double)NAN : x;
}

static double flat(double x)
{
    (void)x;
    return 2;
}

static void a_line_runs_from_corner_to_corner(void **state)
{
    struct drawn d;
    (void)state;
    begin(&d, 0, 1, 0, 1, true);
    add(&d, "x", identity);
    const char *s = draw(&d);
    int left = field_left(s);
    // 12 rows of a field 60 wide; one sign in each column.
    assert_int_equal(row_of(s, left, '*'), 11);
    int before = 11;
    for (int column = left; row_of(s, column, '*') >= 0; column++) {
        int row = row_of(s, column, '*');
        assert_true(row <= before && row >= before - 1);
        before = row;
    }
    assert_int_equal(before, 0);
    end(&d);
}

static void a_gap_is_not_bridged(void **state)
{
    struct drawn d;
    (void)state;
    begin(&d, -1, 1, 0, 1, true);
    add(&d, "x", half);
    const char *s = draw(&d);
    int left = field_left(s);
    assert_int_equal(row_of(s, left + 3, '*'), -1);
    assert_true(row_of(s, left + 40, '*') >= 0);
    end(&d);
}

static void a_pole_is_not_bridged(void **state)
{
    struct drawn d;
    (void)state;
    begin(&d, -1, 1, -5, 5, true);
    add(&d, "x", pole);
    const char *s = draw(&d);
    // Above and below the middle each column has signs on one side only.
    int left = field_left(s);
    for (int column = left; column < left + 50; column++) {
        int top = row_of(s, column, '*');
        assert_true(top != 0 || column > left + 20);
    }
    end(&d);
}

static void curves_differ_without_colours(void **state)
{
    struct drawn d;
    (void)state;
    begin(&d, -1, 1, -1, 1, true);
    add(&d, "up", identity);
    add(&d, "down", opposite);
    const char *s = draw(&d);
    assert_true(count(s, '*', 12) > 40);
    assert_true(count(s, 'o', 12) > 40);
    assert_non_null(strstr(s, "**** up   oooo down"));
    end(&d);
    begin(&d, -1, 1, 0, 4, false);
    add(&d, "solid", flat);
    s = draw(&d);
    size_t solid = count(s, '\xE2', 12);
    end(&d);
    begin(&d, -1, 1, 0, 4, false);
    add(&d, "", identity);
    add(&d, "dashed", flat);
    assert_non_null(strstr(draw(&d), "dashed"));
    assert_true(solid > 50);
    end(&d);
}

static void no_line_ends_in_blanks_or_is_too_wide(void **state)
{
    struct drawn d;
    (void)state;
    begin(&d, -1e-9, 1e9, -5, 1e-7, false);
    add(&d, "a", half);
    add(&d, "a label that is much longer than the legend has room for in one line of it", flat);
    for (const char *line = draw(&d), *stop; (stop = strchr(line, '\n')) != NULL; line = stop + 1) {
        assert_true(stop == line || stop[-1] != ' ');
    }
    end(&d);
}

static void ticks_are_round_and_inside(void **state)
{
    static const double ranges[][2] = {{0, 1},          {-5, 5},          {0.1, 0.3},
                                       {-1e308, 1e308}, {1e-300, 2e-300}, {1e6, 1e6 + 1},
                                       {-3, 1e9},       {0, 5e-324}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ranges); i++) {
        for (int most = 2; most < 12; most++) {
            struct ticks t = ticks_choose(ranges[i][0], ranges[i][1], most);
            assert_true(t.last - t.first < most);
            assert_true(i == COUNT_OF(ranges) - 1 || t.step > 0);
            for (double k = t.first; k <= t.last; k++) {
                char text[NUMBER_TEXT], next[NUMBER_TEXT];
                if (i == COUNT_OF(ranges) - 1) {
                    continue;  // there is no number between these two
                }
                assert_true(k * t.step >= ranges[i][0] - t.step * 1e-6);
                assert_true(k * t.step <= ranges[i][1] + t.step * 1e-6);
                assert_true(strcmp(ticks_text(text, &t, k), ticks_text(next, &t, k + 1)) != 0);
            }
        }
    }
    char text[NUMBER_TEXT];
    struct ticks t = ticks_choose(0, 1, 6);
    assert_string_equal(ticks_text(text, &t, 3), "0.6");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_runs_from_corner_to_corner),
        cmocka_unit_test(a_gap_is_not_bridged),
        cmocka_unit_test(a_pole_is_not_bridged),
        cmocka_unit_test(curves_differ_without_colours),
        cmocka_unit_test(no_line_ends_in_blanks_or_is_too_wide),
        cmocka_unit_test(ticks_are_round_and_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// shell/bar: the line that a training shows of itself.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "supply/bar.h"

static void assert_line(struct bar *bar, int64_t steps, double loss, double now, int columns,
                        const char *expected)
{
    struct records r;
    struct text line;
    records_init(&r);
    text_init(&line);
    struct rec *training = records_add(&r, KIND_training);
    rec_whole(&r, training, KEY_steps, steps);
    rec_whole(&r, training, KEY_wanted, 1200);
    rec_number(&r, training, KEY_loss, loss);
    bar_line(bar, &line, training, now, columns);
    assert_string_equal(text_get(&line), expected);
    assert_true(utf8_columns(text_get(&line), text_length(&line)) < (size_t)columns);
    text_release(&line);
    records_release(&r);
}

static void rate_and_time_left_are_measured(void **state)
{
    (void)state;
    struct bar bar = {0};
    assert_line(&bar, 100, 4, 50, 80, "  [#-----------] 100/1200  loss 4");
    assert_line(&bar, 200, 2, 52, 80,
                "  [##----------] 200/1200  50 steps/s  20 s left  loss 2  █▁");
    assert_line(&bar, 600, 3, 100, 80,
                "  [######------] 600/1200  10 steps/s  60 s left  loss 3  █▁▅");
    assert_line(&bar, 602, 1, 250, 80,
                "  [#######-----] 602/1200  2.5 steps/s  4 min left  loss 1  █▃▆▁");
    assert_line(&bar, 700, 1, 100050, 80,
                "  [#######-----] 700/1200  0.0 steps/s  23 h left  loss 1  █▃▆▁▁");
}

static void it_fits_the_terminal(void **state)
{
    (void)state;
    static const char bare[] = "  [##----------] 200/1200  50 steps/s  20 s left  loss 2";
    struct bar bar = {0};
    char with_losses[sizeof bare + 8];
    strcat(strcpy(with_losses, bare), "  █▁");
    assert_line(&bar, 100, 4, 0, 80, "  [#-----------] 100/1200  loss 4");
    assert_line(&bar, 200, 2, 2, sizeof bare + 6, with_losses);
    strcat(strcpy(with_losses, bare), "  ▁▁");
    assert_line(&bar, 200, 2, 2, sizeof bare + 6, with_losses);
    assert_line(&bar, 200, 2, 2, sizeof bare + 5, bare);
}

static void many_losses_are_thinned_out(void **state)
{
    (void)state;
    struct bar bar = {0};
    for (int i = 0; i < 1000; i++) {
        struct records r;
        struct text line;
        records_init(&r);
        text_init(&line);
        struct rec *training = records_add(&r, KIND_training);
        rec_whole(&r, training, KEY_steps, i);
        rec_whole(&r, training, KEY_wanted, 1000);
        rec_number(&r, training, KEY_loss, 1000 - i);
        bar_line(&bar, &line, training, i, 200);
        text_release(&line);
        records_release(&r);
        assert_true(bar.count <= BAR_LOSSES);
    }
    assert_true(bar.count > BAR_LOSSES / 3);
    for (size_t i = 1; i < bar.count; i++) {
        assert_true(bar.losses[i - 1] - bar.losses[i] == (double)bar.every);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rate_and_time_left_are_measured),
        cmocka_unit_test(it_fits_the_terminal),
        cmocka_unit_test(many_losses_are_thinned_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

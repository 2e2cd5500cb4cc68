// Colours that can be read on light and dark terminals; the terminal's answers; what completion
// offers where.
#include "supply/theme.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "command/context.h"

// ---- Contrast -----------------------------------------------------------------------------------

// The backgrounds of palettes as their authors publish them.
static const struct palette {
    const char *name;
    uint32_t background;
    enum theme theme;
} palettes[] = {
    {"xterm", 0x000000, THEME_DARK},
    {"Solarized dark", 0x002B36, THEME_DARK},
    {"Gruvbox dark", 0x282828, THEME_DARK},
    {"Dracula", 0x282A36, THEME_DARK},
    {"Nord", 0x2E3440, THEME_DARK},
    {"Ubuntu", 0x300A24, THEME_DARK},
    {"One Dark", 0x282C34, THEME_DARK},
    {"white", 0xFFFFFF, THEME_LIGHT},
    {"Solarized light", 0xFDF6E3, THEME_LIGHT},
    {"Gruvbox light", 0xFBF1C7, THEME_LIGHT},
    {"One Light", 0xFAFAFA, THEME_LIGHT},
    {"Catppuccin Latte", 0xEFF1F5, THEME_LIGHT},
};

// WCAG 2.1: relative luminance of an sRGB colour.
static double luminance(uint32_t rgb)
{
    static const double weights[] = {0.0722, 0.7152, 0.2126};  // blue, green, red
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double c = (double)(rgb >> (8 * i) & 0xFF) / 255;
        sum += weights[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(uint32_t a, uint32_t b)
{
    double x = luminance(a) + 0.05, y = luminance(b) + 0.05;
    return x > y ? x / y : y / x;
}

// The colour of this number, 16 to 255: a cube of 6 steps a side, then greys.
static uint32_t rgb_of(int number)
{
    static const uint32_t steps[] = {0, 95, 135, 175, 215, 255};
    if (number >= 232) {
        uint32_t grey = 8 + 10 * (uint32_t)(number - 232);
        return grey << 16 | grey << 8 | grey;
    }
    int n = number - 16;
    return steps[n / 36] << 16 | steps[n / 6 % 6] << 8 | steps[n % 6];
}

static void test_colours_can_be_read(void **state)
{
    (void)state;
    for (size_t p = 0; p < COUNT_OF(palettes); p++) {
        for (int ink = INK_NAME; ink <= INK_LAST; ink++) {
            int colour = theme_colour(palettes[p].theme, (enum ink)ink);
            assert_true(colour == -1 || colour >= 16);  // those below are the palette's to change
            if (colour >= 0 && contrast(rgb_of(colour), palettes[p].background) < 4.5) {
                fail_msg("colour %d on %s has a contrast of %.2f", colour, palettes[p].name,
                         contrast(rgb_of(colour), palettes[p].background));
            }
        }
    }
    assert_true(fabs(contrast(0x000000, 0xFFFFFF) - 21) < 1e-9);
}

static void test_no_colour_where_the_background_is_unknown(void **state)
{
    (void)state;
    for (int ink = INK_NAME; ink <= INK_LAST; ink++) {
        assert_int_equal(theme_colour(THEME_UNKNOWN, (enum ink)ink), -1);
        assert_null(strstr(theme_code(THEME_UNKNOWN, (enum ink)ink), "38;"));
        assert_string_equal(theme_code(THEME_PLAIN, (enum ink)ink), "");
    }
    assert_string_not_equal(theme_code(THEME_UNKNOWN, INK_ERROR), "");
}

// ---- What the terminal says ---------------------------------------------------------------------

static enum theme told(const char *answer)
{
    return theme_of_answer(answer, strlen(answer));
}

static void test_answers_are_read(void **state)
{
    (void)state;
    assert_int_equal(told("\x1b]11;rgb:ffff/ffff/ffff\x1b\\"), THEME_LIGHT);
    assert_int_equal(told("\x1b]11;rgb:fdfd/f6f6/e3e3\a"), THEME_LIGHT);
    assert_int_equal(told("\x1b]11;rgb:00/2b/36\a"), THEME_DARK);
    assert_int_equal(told("\x1b]11;rgb:0/0/0\a"), THEME_DARK);
    assert_int_equal(told("typed \x1b]11;rgb:0000/0000/0000\a"), THEME_DARK);
    assert_int_equal(told("\x1b]11;rgb:0000/0000\a"), THEME_UNKNOWN);
    assert_int_equal(told("\x1b]11;rgb:00000/0/0\a"), THEME_UNKNOWN);
    assert_int_equal(told("\x1b]11;"), THEME_UNKNOWN);
    assert_int_equal(told(""), THEME_UNKNOWN);
    assert_int_equal(theme_of_variable("15;0"), THEME_DARK);
    assert_int_equal(theme_of_variable("0;default;15"), THEME_LIGHT);
    assert_int_equal(theme_of_variable("0;7"), THEME_LIGHT);
    assert_int_equal(theme_of_variable("0;default"), THEME_UNKNOWN);
    assert_int_equal(theme_of_variable("0;"), THEME_UNKNOWN);
    assert_int_equal(theme_of_variable(""), THEME_UNKNOWN);
    assert_int_equal(theme_of_variable(NULL), THEME_UNKNOWN);
}

// ---- Completion ---------------------------------------------------------------------------------

static void assert_context(const char *line, enum context_kind kind, const char *word)
{
    const char *blank = strrchr(line, ' ');
    size_t at = blank == NULL ? 0 : (size_t)(blank - line) + 1;
    struct context context = context_at(line, at);
    assert_int_equal(context.kind, kind);
    assert_true(*word == '\0' || strstr(context.words, word) != NULL);
}

static void test_the_context_is_known(void **state)
{
    (void)state;
    assert_context("loc", CONTEXT_EXPRESSION, "");
    assert_context("local d", CONTEXT_NAMES, "");
    assert_context("a = 2; local d", CONTEXT_NAMES, "");
    assert_context("local a * b", CONTEXT_EXPRESSION, "");
    assert_context("y = al", CONTEXT_EXPRESSION, "");
    assert_context("graph L", CONTEXT_NAMES, "");
    assert_context("graph L ou", CONTEXT_FILES, "--fold");
    assert_context("graph L out.png dark --si", CONTEXT_FILES, "--size");
    assert_context("export to", CONTEXT_WORDS, "torch");
    assert_context("export torch net", CONTEXT_FILES, "");
    assert_context("export torch net.py L", CONTEXT_NAMES, "");
    assert_context("train L 10 0.1 ad", CONTEXT_WORDS, "adam");
    assert_context("lesson two", CONTEXT_LESSONS, "");
    assert_context("theme l", CONTEXT_WORDS, "light");
    assert_context("step to d", CONTEXT_NAMES, "");
    assert_context("repeat 3 { backward L", CONTEXT_NAMES, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_colours_can_be_read),
        cmocka_unit_test(test_no_colour_where_the_background_is_unknown),
        cmocka_unit_test(test_answers_are_read),
        cmocka_unit_test(test_the_context_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Numbers and UTF-8, and what is written with them: messages with their excerpts, and JSON.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/record.h"
#include "base/text.h"
#include "base_refuse.h"

// ---- Text ---------------------------------------------------------------------------------------

static void text_grows(void **state)
{
    (void)state;
    struct text t;
    text_init(&t);
    assert_string_equal(text_get(&t), "");
    text_add(&t, "ab");
    text_add_char(&t, 'c');
    text_add_bytes(&t, "defg", 2);
    text_addf(&t, "%d-%s", 42, "x");
    text_fill(&t, '.', 3);
    text_fill(&t, '.', 0);
    assert_string_equal(text_get(&t), "abcde42-x...");
    assert_int_equal(text_length(&t), 12);
    text_clear(&t);
    text_addf(&t, "%500s", "end");
    assert_int_equal(text_length(&t), 500);
    text_release(&t);
}

// n letters in one of four ways.
static void add_letters(struct text *t, size_t n, int way)
{
    enum { MOST = 200 };
    char letters[MOST + 1] = {0};
    memset(letters, 'a', n);
    if (way == 0) {
        text_add_bytes(t, letters, n);
    } else if (way == 1) {
        text_fill(t, 'a', n);
    } else if (way == 2) {
        text_addf(t, "%s", letters);
    } else {
        for (size_t i = 0; i < n; i++) {
            text_add_char(t, 'a');
        }
    }
}

// Who has the length of a text reads that many bytes: reading it asks for no memory, which could be refused.
static void reading_needs_no_memory(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 200; n++) {
        for (int way = 0; way < 4; way++) {
            struct text t;
            text_init(&t);
            add_letters(&t, n, way);
            refuse_from(1, true);
            assert_int_equal(strlen(text_get(&t)), n);
            assert_int_equal(text_length(&t), n);
            assert_int_equal(made, 0);
            refuse_from(0, false);
            text_release(&t);
        }
    }
}

// Bytes that were put into a text as into any array have their 0 too.
static void bytes_put_in_are_ended(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 100; n++) {
        struct text t;
        text_init(&t);
        char *at = buf_push(&t.bytes, n);
        assert_non_null(at);
        memset(at, 'a', n);
        assert_int_equal(strlen(text_get(&t)), n);
        assert_true(t.bytes.cap > n);
        text_release(&t);
    }
}

static void control_characters_are_made_visible(void **state)
{
    (void)state;
    struct text t;
    text_init(&t);
    static const char s[] = "a\x1b[1m\n\x7f|é\xC2\x85\xFF.";
    text_add_visible(&t, s, sizeof s - 1);
    assert_string_equal(text_get(&t), "a\\x1b[1m\\x0a\\x7f|é\\xc2\\x85\\xff.");
    text_release(&t);
}

// ---- Numbers ------------------------------------------------------------------------------------

static void numbers_are_written(void **state)
{
    (void)state;
    static const struct {
        double v;
        int digits;
        const char *text;
    } cases[] = {
        {-8, 6, "-8"},        {0.1, 17, "0.10000000000000001"},
        {1e21, 6, "1e+21"},   {1.0 / 3, 3, "0.333"},
        {-0.0, 6, "0"},       {NAN, 6, "nan"},
        {INFINITY, 6, "inf"}, {-INFINITY, 6, "-inf"},
        {-NAN, 6, "nan"},     {123456789, 6, "1.23457e+08"},
    };
    char out[NUMBER_TEXT];
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_string_equal(number_text(out, cases[i].v, cases[i].digits), cases[i].text);
    }
    assert_true(strlen(number_text(out, -2.2250738585072014e-308, 17)) < NUMBER_TEXT);
}

// What is written without printf is what printf writes: at the ends of the digits, next to powers of ten,
// and where digits end in zeros.
static void numbers_are_those_of_printf(void **state)
{
    (void)state;
    uint64_t bits = 1;
    int quick = 0, all = 200000;
    for (int i = 0; i < all; i++) {
        char ours[NUMBER_TEXT], printed[NUMBER_TEXT];
        double v;
        bits = bits * 6364136223846793005u + 1442695040888963407u;
        uint64_t drawn = bits >> 16;
        int power = (int)(drawn % 46) - 23, precision = 1 + (int)(bits >> 60);
        switch (i % 4) {
        case 0:
            memcpy(&v, &bits, sizeof v);
            break;
        case 1:
            v = (double)(drawn % 1000000) / (double)(1 + drawn % 997);
            break;
        case 2:
            v = nextafter(pow(10, power), i % 8 == 2 ? 0 : 1e30);
            break;
        default:
            v = -(double)(drawn % 100000) * pow(10, power / 3);
        }
        if (number_write(ours, v, precision)) {
            snprintf(printed, sizeof printed, "%.*g", precision, v);
            assert_string_equal(ours, printed);
            quick++;
        }
    }
    assert_true(quick > all / 2);
    char out[NUMBER_TEXT];
    assert_false(number_write(out, 0.5, 16));
    assert_false(number_write(out, 2.5, 1));  // a half
    assert_false(number_write(out, 0, 6));
    assert_false(number_write(out, INFINITY, 6));
    assert_false(number_write(out, NAN, 6));
}

static void the_shortest_text_reads_back(void **state)
{
    (void)state;
    char out[NUMBER_TEXT];
    assert_string_equal(number_exact(out, 0.1), "0.1");
    assert_string_equal(number_exact(out, 1e-5), "1e-05");
    assert_string_equal(number_exact(out, 100), "100");
    assert_string_equal(number_exact(out, 0.1 + 0.2), "0.30000000000000004");
    assert_string_equal(number_exact(out, 5e-324), "5e-324");
    uint64_t bits = 1;
    for (int i = 0; i < 20000; i++) {
        bits = bits * 6364136223846793005u + 1442695040888963407u;
        double v, again;
        memcpy(&v, &bits, sizeof v);
        if (isfinite(v)) {
            v = fabs(v);
            const char *text = number_exact(out, v);
            assert_int_equal(number_read(text, strlen(text), &again), strlen(text));
            assert_true(again == v);
        }
    }
    // A number that was written with up to 15 digits is written with the same digits again.
    for (int digits = 1; digits <= 15; digits++) {
        char written[NUMBER_TEXT];
        for (int i = 1; i < 200; i++) {
            number_text(written, sqrt(i) * 1e-7, digits);
            assert_string_equal(number_exact(out, strtod(written, NULL)), written);
        }
    }
}

static void numbers_are_rounded(void **state)
{
    (void)state;
    assert_true(number_rounded(0.1 + 0.2, 6) == 0.3);
    assert_true(number_rounded(-123456.5, 6) == -123456);
    assert_true(number_rounded(-1e300 / 3, 3) == -3.33e299);
    assert_true(number_rounded(5e-324, 3) == 5e-324);
    assert_true(number_rounded(0, 3) == 0 && !signbit(number_rounded(-0.0, 3)));
    assert_true(number_rounded(-INFINITY, 6) == -INFINITY);
    assert_true(isnan(number_rounded(NAN, 6)));
    for (int i = 1; i < 2000; i++) {
        double v = sqrt(i) * pow(10, i % 40 - 20) * (i % 2 == 0 ? 1 : -1);
        char written[NUMBER_TEXT];
        snprintf(written, sizeof written, "%.*g", 1 + i % 17, v);
        assert_true(number_rounded(v, 1 + i % 17) == strtod(written, NULL));
    }
}

static void words_are_found_whole(void **state)
{
    (void)state;
    static const char words[] = "np numpy nn n";
    static const char *const others[] = {"", "nump", "numpyx", "np numpy", " ", "x", "nn n"};
    assert_true(text_among(words, "np", 2) && text_among(words, "numpy", 5));
    assert_true(text_among(words, "nnx", 2) && text_among(words, "n", 1));
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        assert_false(text_among(words, others[i], strlen(others[i])));
    }
    assert_false(text_among("", "a", 1));
    assert_false(text_among("ab\0cd", "cd", 2));
    assert_false(text_among("ab", "ab\0c", 4));
}

static void numbers_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t used;
        double v;
    } cases[] = {
        {"12", 2, 12},     {".5", 2, 0.5},   {"5.", 2, 5},      {"1e-3", 4, 0.001},
        {"1E+2x", 4, 100}, {"0x1p4", 5, 16}, {"0x.8", 4, 0.5},  {"0xg", 1, 0},
        {"2e", 1, 2},      {"2e+", 1, 2},    {"1.2.3", 3, 1.2}, {"1e400", 5, INFINITY},
        {"3a", 1, 3},      {"0x1p", 3, 1},   {"007", 3, 7},     {"1e-400", 6, 0},
        {".", 0, 0},       {"-1", 0, 0},     {"inf", 0, 0},     {"nan", 0, 0},
        {"e5", 0, 0},      {"", 0, 0},       {"1_000", 1, 1},   {"0xaAfF", 6, 43775},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        double v = 0;
        size_t n = strlen(cases[i].text);
        assert_int_equal(number_read(cases[i].text, n, &v), cases[i].used);
        assert_true(v == cases[i].v);
    }
    // Only what lies before n.
    double v;
    assert_int_equal(number_read("123456", 3, &v), 3);
    assert_true(v == 123);
    // Longer than any buffer: 0.000…1 with 2000 digits.
    static char digits[2003] = "0.";
    memset(digits + 2, '0', 2000);
    digits[301] = '1';
    assert_int_equal(number_read(digits, 2002, &v), 2002);
    assert_true(v == 1e-300);
    for (size_t n = 60; n < 70; n++) {
        assert_int_equal(number_read(digits, n, &v), n);
        assert_true(v == 0);
    }
}

// ---- UTF-8 --------------------------------------------------------------------------------------

static void characters_are_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        size_t bytes;
        uint32_t c;
    } cases[] = {
        {"a", 1, 'a'},
        {"\x7f", 1, 0x7F},
        {"\xC2\x80", 2, 0x80},
        {"\xE0\xA0\x80", 3, 0x800},
        {"\xF0\x90\x80\x80", 4, 0x10000},
        {"é", 2, 0xE9},
        {"∂", 3, 0x2202},
        {"😀", 4, 0x1F600},
        {"\xF4\x8F\xBF\xBF", 4, 0x10FFFF},
        {"\xC0\x80", 0, 0},          // overlong
        {"\xE0\x80\x80", 0, 0},      // overlong
        {"\xF0\x80\x80\x80", 0, 0},  // overlong
        {"\xED\xA0\x80", 0, 0},      // a surrogate
        {"\xF4\x90\x80\x80", 0, 0},  // beyond the last
        {"\xFF", 0, 0},
        {"\x80", 0, 0},
        {"\xC3", 0, 0},      // cut off
        {"\xE2\x88", 0, 0},  // cut off
        {"\xC3(", 0, 0},
        {"\xF8\x88\x80\x80\x80", 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t c = 0;
        assert_int_equal(utf8_read(cases[i].s, strlen(cases[i].s), &c), cases[i].bytes);
        assert_true(cases[i].bytes == 0 || c == cases[i].c);
    }
    uint32_t c;
    assert_int_equal(utf8_read("\0", 1, &c), 1);
    assert_int_equal(c, 0);
}

static void columns_and_lengths(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        size_t columns, length;
    } cases[] = {
        {"", 0, 0},          {"abc", 3, 3},    {"η=0.1", 5, 5}, {"日本", 4, 2},
        {"e\xCC\x81", 1, 2}, {"a\xFFz", 3, 3}, {"😀", 2, 1},     {"dL/∂x", 5, 5},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t n = strlen(cases[i].s);
        assert_int_equal(utf8_columns(cases[i].s, n), cases[i].columns);
        assert_int_equal(utf8_length(cases[i].s, n), cases[i].length);
    }
}

static void cuts_split_no_character(void **state)
{
    (void)state;
    static const char s[] = "a日é\xCC\x81z";  // columns 1, 2, 1 (with its accent), 1
    static const size_t bytes[] = {0, 1, 1, 4, 8, 9, 9};
    for (size_t columns = 0; columns < COUNT_OF(bytes); columns++) {
        assert_int_equal(utf8_cut(s, sizeof s - 1, columns), bytes[columns]);
    }
}

static void names_of_any_script(void **state)
{
    (void)state;
    // a Z _ η δ 日 Ж é ª
    static const uint32_t letters[] = {'a', 'Z', '_', 0x3B7, 0x3B4, 0x65E5, 0x416, 0xE9, 0xAA};
    // 1 - . ∂ × …, blanks, an emoji, a combining accent, a control character
    static const uint32_t others[] = {'1', '-',  '.',     0x2202, 0xD7, 0x2026,
                                      ' ', 0xA0, 0x1F600, 0x301,  0x85};
    for (size_t i = 0; i < COUNT_OF(letters); i++) {
        assert_true(utf8_is_letter(letters[i]) && utf8_is_name(letters[i]));
    }
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        assert_false(utf8_is_letter(others[i]));
    }
    assert_true(utf8_is_name('7') && utf8_is_name(0x301));
    assert_false(utf8_is_name('-') || utf8_is_name(0x200B) || utf8_is_name(0xFEFF));
}

static void what_is_not_seen(void **state)
{
    // Zero width space, line separator, word joiner, byte order mark, annotation, tag, variation.
    static const uint32_t unseen[] = {0x200B, 0x2028, 0x2060, 0xFEFF, 0xFFF9, 0xE0041, 0xE0100};
    // Joiners, which Persian and emoji need; a variation of an emoji; a soft hyphen, which is seen.
    static const uint32_t needed[] = {0x200C, 0x200D, 0xFE0F, 0xAD, 0x301, 'a', 0x65E5};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(unseen); i++) {
        assert_true(utf8_is_control(unseen[i]) && utf8_is_blank(unseen[i]));
    }
    for (size_t i = 0; i < COUNT_OF(needed); i++) {
        assert_false(utf8_is_control(needed[i]) || utf8_is_blank(needed[i]));
    }
    assert_true(utf8_is_blank(0xA0) && utf8_is_blank(0x2009) && utf8_is_blank(0x3000));
    assert_false(utf8_is_control(0xA0) || utf8_is_blank('\n') || utf8_is_blank(0x202E));
}

// ---- Messages -----------------------------------------------------------------------------------

static void the_first_trouble_counts(void **state)
{
    (void)state;
    struct diag d = {.set = false};
    assert_false(diag_set(&d, (struct span){3, 4}, "no %s here", "name"));
    diag_hint(&d, "write x");
    diag_set(&d, (struct span){7, 8}, "second");
    assert_true(d.set && d.span.start == 3);
    assert_string_equal(d.message, "no name here");
    assert_string_equal(d.hint, "write x");
}

static void long_messages_are_cut_between_characters(void **state)
{
    (void)state;
    for (int before = 0; before < 4; before++) {
        char words[1000] = "xxx";
        size_t n = (size_t)before;
        while (n < 900) {
            memcpy(words + n, "日", 4);
            n += 3;
        }
        struct diag d = {.set = false};
        diag_set(&d, (struct span){0, 0}, "%s", words);
        n = strlen(d.message);
        assert_true(n < DIAG_WORDS && n > DIAG_WORDS - 10);
        assert_string_equal(d.message + n - 3, "…");
        uint32_t c;
        for (size_t i = 0; i < n;) {
            size_t bytes = utf8_read(d.message + i, n - i, &c);
            assert_true(bytes > 0);
            i += bytes;
        }
    }
}

static void quotes_are_short_and_visible(void **state)
{
    (void)state;
    char out[QUOTED];
    assert_string_equal(diag_quote(out, "ab\x1b", 3), "ab\\x1b");
    char many[300];
    memset(many, 'x', sizeof many);
    diag_quote(out, many, sizeof many);
    assert_int_equal(strlen(out), 40 + strlen("…"));
    memset(many, 0xFF, sizeof many);
    assert_true(strlen(diag_quote(out, many, sizeof many)) < QUOTED);
}

static struct source source_of(const char *text)
{
    return (struct source){.name = "a.bs", .text = text, .length = strlen(text), .line = 1};
}

static void places_are_counted_in_characters(void **state)
{
    (void)state;
    struct source s = source_of("a = 1\nη = ∂x\n\nlast");
    struct place p = source_place(&s, 11);  // at ∂: "a = 1\n" is 6 bytes, "η = " 5
    assert_int_equal(p.line, 2);
    assert_int_equal(p.column, 5);
    assert_int_equal(p.line_start, 6);
    assert_int_equal(p.line_end, 15);
    p = source_place(&s, s.length);
    assert_true(p.line == 4 && p.column == 5 && p.line_end == s.length);
    p = source_place(&s, 1000);
    assert_true(p.line == 4 && p.column == 5);
    p = source_place(&s, 5);
    assert_true(p.line == 1 && p.column == 6);
    s.line = 40;
    assert_int_equal(source_place(&s, 6).line, 41);
}

static void assert_excerpt(const char *text, size_t at, size_t indent, const char *expected)
{
    struct source s = source_of(text);
    struct text out;
    text_init(&out);
    diag_excerpt(&out, &s, (struct span){at, at + 1}, indent);
    assert_string_equal(text_get(&out), expected);
    text_release(&out);
}

static void carets_stand_under_their_place(void **state)
{
    (void)state;
    assert_excerpt("a = 2x", 5, 2, "  a = 2x\n       ^\n");
    assert_excerpt("x\nab +\ny", 6, 0, "ab +\n    ^\n");
    assert_excerpt("", 0, 4, "    \n    ^\n");
    // Tabs are repeated, wide characters take two columns, accents none.
    assert_excerpt("\tx = \ty", 6, 1, " \tx = \ty\n \t    \t^\n");
    assert_excerpt("日本 = z", 9, 0, "日本 = z\n       ^\n");
    assert_excerpt("e\xCC\x81 + ?", 6, 0, "e\xCC\x81 + ?\n    ^\n");
    // What could move the cursor is shown as text.
    assert_excerpt("\x1b[2Jq", 4, 0, "\\x1b[2Jq\n       ^\n");
    assert_excerpt("\xFFq\r\nz", 1, 0, "\\xffq\n    ^\n");
    // Past the end of the text.
    assert_excerpt("ab", 9, 0, "ab\n  ^\n");
}

// A second line of `count` pieces, with the caret under piece `at`.
static void excerpt_of_pieces(struct text *out, const char *piece, size_t count, size_t at)
{
    struct text source;
    text_init(&source);
    text_add(&source, "first\n");
    for (size_t i = 0; i < count; i++) {
        text_add(&source, piece);
    }
    text_add(&source, "\nthird");
    const char *s = text_get(&source);
    size_t start = 6 + at * strlen(piece);
    text_init(out);
    diag_excerpt(
        out, &(struct source){.name = "-", .text = s, .length = text_length(&source), .line = 1},
        (struct span){start, start + 1}, 2);
    text_release(&source);
}

// Longer than 200 columns: an excerpt around the caret, however the line is made.
static void long_lines_are_excerpted(void **state)
{
    (void)state;
    static const char *const pieces[] = {"x", "é", "日", "\x01", "\xFF", "\t", "😀"};
    for (size_t piece = 0; piece < COUNT_OF(pieces); piece++) {
        for (size_t at = 0; at <= 1000; at += 125) {
            struct text out;
            excerpt_of_pieces(&out, pieces[piece], 1000, at);
            const char *shown = text_get(&out);
            const char *caret = strchr(shown, '\n') + 1;
            assert_true(text_length(&out) < 2000);
            assert_true(strchr(caret, '^') != NULL && strchr(caret, '\n')[1] == '\0');
            assert_int_equal(strncmp(shown, "  …", strlen("  …")) == 0,
                             at * strlen(pieces[piece]) > 100);
            assert_int_equal(strncmp(caret - 4, "…", 3) == 0, at < 1000);
            // No character is split, which would show as \x.
            uint32_t c;
            if (utf8_read(pieces[piece], strlen(pieces[piece]), &c) > 1) {
                assert_null(strchr(shown, '\\'));
            }
            text_release(&out);
        }
    }
}

static void an_excerpt_fills_its_columns(void **state)
{
    (void)state;
    struct text out;
    excerpt_of_pieces(&out, "x", 200, 150);
    const char *shown = text_get(&out);
    assert_int_equal(strcspn(shown, "\n"), 202);
    assert_int_equal(strcspn(strchr(shown, '\n') + 1, "^"), 152);
    text_release(&out);
    excerpt_of_pieces(&out, "x", 1000, 500);
    shown = text_get(&out);
    size_t columns = utf8_columns(shown, strcspn(shown, "\n"));
    assert_in_range(columns, 190, 202);
    assert_int_equal(strcspn(strchr(shown, '\n') + 1, "^"), 2 + 1 + 100);
    text_release(&out);
}

// ---- Records and JSON ---------------------------------------------------------------------------

static void assert_json(const struct rec *rec, const char *expected)
{
    struct text t;
    text_init(&t);
    rec_json(&t, rec);
    assert_string_equal(text_get(&t), expected);
    text_release(&t);
}

static void records_become_json(void **state)
{
    (void)state;
    struct records r;
    records_init(&r);
    struct rec *step = records_add(&r, KIND_step);
    rec_whole(&r, step, KEY_node, -7);
    rec_number(&r, step, KEY_value, 0.1);
    rec_flag(&r, step, KEY_done, true);
    struct rec *shares = rec_list(&r, step, KEY_shares);
    struct rec *share = rec_map(&r, shares, KEY_NONE);
    rec_number(&r, share, KEY_now, -0.0);
    rec_list(&r, share, KEY_terms);
    rec_number(&r, shares, KEY_NONE, NAN);
    rec_number(&r, shares, KEY_NONE, -INFINITY);
    rec_map(&r, step, KEY_root);
    rec_text(&r, step, KEY_name, "a\"b\\c\n\x01");
    assert_json(step, "{\"kind\":\"step\",\"node\":-7,\"value\":0.1,\"done\":true,"
                      "\"shares\":[{\"now\":0,\"terms\":[]},\"nan\",\"-inf\"],\"root\":{},"
                      "\"name\":\"a\\\"b\\\\c\\n\\u0001\"}");
    records_add(&r, KIND_zero);
    assert_int_equal(r.list.in.count, 2);
    assert_json(&r.list, "[{\"kind\":\"step\",\"node\":-7,\"value\":0.1,\"done\":true,"
                         "\"shares\":[{\"now\":0,\"terms\":[]},\"nan\",\"-inf\"],\"root\":{},"
                         "\"name\":\"a\\\"b\\\\c\\n\\u0001\"},{\"kind\":\"zero\"}]");
    records_release(&r);
}

static void invalid_text_becomes_valid_json(void **state)
{
    (void)state;
    struct text t;
    text_init(&t);
    rec_json_text(&t, "é\xFF\xC3z\x7f\0q", 8);
    assert_string_equal(text_get(&t), "\"é\xEF\xBF\xBD\xEF\xBF\xBDz\\u007f\\u0000q\"");
    text_release(&t);
}

static void fields_are_read(void **state)
{
    (void)state;
    struct records r;
    records_init(&r);
    struct rec *rec = records_add(&r, KIND_value);
    rec_number(&r, rec, KEY_x, 2.5);
    rec_whole(&r, rec, KEY_count, 3);
    rec_flag(&r, rec, KEY_right, true);
    rec_bytes(&r, rec, KEY_text, "abcdef", 3);
    assert_int_equal(rec_kind(rec), KIND_value);
    assert_int_equal(rec_kind(NULL), KIND_NONE);
    assert_true(rec_is(rec, KIND_value) && !rec_is(rec, KIND_step) && !rec_is(NULL, KIND_value));
    assert_true(rec_get_number(rec, KEY_x) == 2.5 && rec_get_whole(rec, KEY_count) == 3);
    assert_true(rec_get_flag(rec, KEY_right));
    assert_string_equal(rec_get_text(rec, KEY_text), "abc");
    // What is not there, or is of another type.
    assert_true(rec_get_number(rec, KEY_y) == 0 && rec_get_whole(rec, KEY_x) == 0);
    assert_false(rec_get_flag(rec, KEY_x));
    assert_string_equal(rec_get_text(rec, KEY_x), "");
    assert_null(rec_find(rec, KEY_y));
    assert_null(rec_find(NULL, KEY_y));
    // Building onto nothing builds nothing.
    rec_number(&r, rec_map(&r, NULL, KEY_x), KEY_y, 1);
    records_release(&r);
    assert_int_equal(r.list.in.count, 0);
}

// Most numbers are read without strtod, and are the same to the last bit.
static void assert_as_strtod(const char *s)
{
    double mine = -1, theirs = strtod(s, NULL);
    assert_int_equal(number_read(s, strlen(s), &mine), strlen(s));
    if (memcmp(&mine, &theirs, sizeof mine) != 0) {
        fail_msg("%s is %a instead of %a", s, mine, theirs);
    }
}

static uint64_t draw(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return *seed >> 11;
}

// Whatever byte follows: eight are looked at together.
static void a_number_ends_where_its_digits_do(void **state)
{
    (void)state;
    for (size_t digits = 1; digits <= 12; digits++) {
        for (int byte = 0; byte < 256; byte++) {
            char s[40] = "0.98765432109876543210";
            double v, expected;
            memcpy(s + 2 + digits, "?1234567", 8);
            s[2 + digits] = '\0';
            expected = strtod(s, NULL);
            s[2 + digits] = (char)byte;
            if (strchr("0123456789eE", byte) == NULL || byte == 0) {
                assert_int_equal(number_read(s, 2 + digits + 8, &v), 2 + digits);
                assert_true(v == expected);
            }
        }
    }
}

// Up to 24 digits, many of them 0, with a point or without, with a power or without.
static void numbers_are_those_of_strtod(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 500000; round++) {
        char s[64];
        int at = 0, digits = 1 + (int)(draw(&seed) % 24);
        int point = (int)(draw(&seed) % (uint64_t)(digits + 2)) - 1;
        for (int i = 0; i < digits; i++) {
            if (i == point) {
                s[at++] = '.';
            }
            s[at++] = (char)('0' + (draw(&seed) % 4 == 0 ? 0 : draw(&seed) % 10));
        }
        s[at] = '\0';
        if (draw(&seed) % 2 == 0) {
            int span = draw(&seed) % 2 == 0 ? 30 : 340;
            snprintf(s + at, sizeof s - (size_t)at, "%c%s%d", draw(&seed) % 2 == 0 ? 'e' : 'E',
                     draw(&seed) % 2 == 0   ? "-"
                     : draw(&seed) % 2 == 0 ? "+"
                                            : "",
                     (int)(draw(&seed) % (uint64_t)span));
        }
        assert_as_strtod(s);
    }
}

// What programs print: any double, with 15 to 19 digits, in both forms.
static void numbers_printed_are_those_of_strtod(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (int round = 0; round < 250000; round++) {
        char s[400];
        uint64_t bits = draw(&seed) << 11 ^ draw(&seed);
        double v;
        // Exponents of all doubles, or those near 1.
        bits = round % 2 == 0 ? bits >> 1 : (bits & ~(0xFFFULL << 52)) | (960 + bits % 128) << 52;
        memcpy(&v, &bits, sizeof v);
        if (isfinite(v)) {
            snprintf(s, sizeof s, round % 3 == 0 ? "%.*e" : "%.*g", 14 + round % 6, v);
            assert_as_strtod(s);
        }
    }
}

// Exactly between two doubles, and a digit to either side; and where whole numbers end to be doubles.
static void halves_are_those_of_strtod(void **state)
{
    (void)state;
    uint64_t seed = 3;
    static const char *const hard[] = {"9007199254740991",
                                       "9007199254740992",
                                       "9007199254740993",
                                       "9007199254740992.5",
                                       "9007199254740993.0",
                                       "9007199254740993.00000000000000001",
                                       "18446744073709551615",
                                       "18446744073709551616",
                                       "9999999999999999999",
                                       "1e22",
                                       "1e23",
                                       "8.5e22",
                                       "1e-22",
                                       "1e-23",
                                       "1e-27",
                                       "1e-28",
                                       "0.000000000000000000000000001",
                                       "2.2250738585072011e-308",
                                       "4.9e-324",
                                       "2.4703282292062327208e-324",
                                       "1.7976931348623157e308",
                                       "1.7976931348623159e308",
                                       "0e999999",
                                       "0.0e-99999",
                                       "1e00000",
                                       "1e-00000005",
                                       "6929495644600919.5",
                                       "3.7455744005952583e15",
                                       "1090544144181609348671888949248",
                                       "9223372036854775807",
                                       "9223372036854775808.5"};
    for (size_t i = 0; i < COUNT_OF(hard); i++) {
        assert_as_strtod(hard[i]);
    }
    for (int round = 0; round < 100000; round++) {
        // (2^53 + odd)/2^k has few enough digits behind the point for k up to 3.
        char s[64];
        uint64_t w = (uint64_t)1 << 53 | draw(&seed) >> 1 | 1;
        unsigned k = (unsigned)round % 4;
        uint64_t thousandths = (w & ((1U << k) - 1)) * 1000 >> k;
        snprintf(s, sizeof s, "%llu.%03llu", (unsigned long long)(w >> k),
                 (unsigned long long)thousandths);
        assert_as_strtod(s);
        size_t n = strlen(s);
        s[n - 1]++;
        assert_as_strtod(s);
        s[n - 1] = s[n - 1] == '1' ? '0' : s[n - 1] - 2;
        assert_as_strtod(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_ends_where_its_digits_do),
        cmocka_unit_test(numbers_are_those_of_strtod),
        cmocka_unit_test(numbers_printed_are_those_of_strtod),
        cmocka_unit_test(halves_are_those_of_strtod),
        cmocka_unit_test(text_grows),
        cmocka_unit_test(reading_needs_no_memory),
        cmocka_unit_test(bytes_put_in_are_ended),
        cmocka_unit_test(control_characters_are_made_visible),
        cmocka_unit_test(numbers_are_written),
        cmocka_unit_test(numbers_are_those_of_printf),
        cmocka_unit_test(the_shortest_text_reads_back),
        cmocka_unit_test(numbers_are_rounded),
        cmocka_unit_test(words_are_found_whole),
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(characters_are_decoded),
        cmocka_unit_test(columns_and_lengths),
        cmocka_unit_test(cuts_split_no_character),
        cmocka_unit_test(names_of_any_script),
        cmocka_unit_test(what_is_not_seen),
        cmocka_unit_test(the_first_trouble_counts),
        cmocka_unit_test(long_messages_are_cut_between_characters),
        cmocka_unit_test(quotes_are_short_and_visible),
        cmocka_unit_test(places_are_counted_in_characters),
        cmocka_unit_test(carets_stand_under_their_place),
        cmocka_unit_test(long_lines_are_excerpted),
        cmocka_unit_test(an_excerpt_fills_its_columns),
        cmocka_unit_test(records_become_json),
        cmocka_unit_test(invalid_text_becomes_valid_json),
        cmocka_unit_test(fields_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

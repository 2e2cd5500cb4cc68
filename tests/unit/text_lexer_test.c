// The lexer byte by byte: each text ends where its memory does, so that a look past its end is seen.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/stop.h"
#include "text/lexer.h"
#include "text/parser.h"

// A text with its length, as it may hold zeros.
#define TEXT(s) s, sizeof(s) - 1

static struct source source_of(const char *text, size_t length, char **copy)
{
    *copy = malloc(length == 0 ? 1 : length);
    memcpy(*copy, text, length);
    return (struct source){.name = "", .text = *copy, .length = length, .line = 1};
}

// All tokens, each as its kind and its text: n:x for a name.
static void tokens_of(struct text *out, const char *text, size_t length)
{
    static const char letters[] = {
        [TOKEN_END] = '.',   [TOKEN_NUMBER] = '0',  [TOKEN_NAME] = 'n',   [TOKEN_NODE] = '%',
        [TOKEN_INFIX] = '+', [TOKEN_MATMUL] = '@',  [TOKEN_ASSIGN] = '=', [TOKEN_COMMA] = ',',
        [TOKEN_DOT] = 'd',   [TOKEN_COLON] = ':',   [TOKEN_BREAK] = ';',  [TOKEN_OPEN] = '(',
        [TOKEN_CLOSE] = ')', [TOKEN_STRING] = 's',  [TOKEN_RAISED] = 'r', [TOKEN_ROOT] = 'v',
        [TOKEN_BAR] = '|',   [TOKEN_PARTIAL] = 'p', [TOKEN_BAD] = '!',
    };
    char *copy;
    struct source source = source_of(text, length, &copy);
    struct lexer l;
    struct token t;
    lexer_init(&l, &source);
    text_clear(out);
    do {
        struct diag d;
        diag_clear(&d);
        t = lexer_next(&l, &d);
        assert_true(t.kind < COUNT_OF(letters) && letters[t.kind] != '\0');
        assert_true(t.span.start <= t.span.end && t.span.end <= length);
        assert_int_equal(d.set, t.kind == TOKEN_BAD);
        if (t.kind != TOKEN_END) {
            text_addf(out, "%s%c%s:", text_length(out) > 0 ? " " : "", letters[t.kind],
                      t.partial                         ? "d"
                      : t.kind == TOKEN_NAME && t.latex ? "\\"
                                                        : "");
            text_add_bytes(out, copy + t.span.start, token_length(t));
        }
    } while (t.kind != TOKEN_END);
    free(copy);
}

static void texts_become_tokens(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
        const char *tokens;
    } cases[] = {
        {TEXT(""), ""},
        {TEXT("a\fb\vc\rd\te f"), "n:a n:b n:c n:d n:e n:f"},
        {TEXT("a\xC2\xA0"
              "b\xEF\xBB\xBF"
              "c"),
         "n:a n:b n:c"},
        {TEXT("\xC2"), "!:\xC2"},
        {TEXT("\xEF\xBB"), "!:\xEF !:\xBB"},
        {TEXT("\xC2\xA1"), "!:\xC2\xA1"},
        {TEXT("\xEF\xBB\xBE"), "n:\xEF\xBB\xBE"},
        {TEXT("\xFF"), "!:\xFF"},
        {TEXT("x\xFFy"), "n:x !:\xFF n:y"},
        {TEXT("\0"), "!:"},
        // A backslash at the end of a line.
        {TEXT("a \\\nb"), "n:a n:b"},
        {TEXT("a \\ \t\r\nb"), "n:a n:b"},
        {TEXT("a \\ b"), "n:a n:b"},
        {TEXT("a \\"), "n:a !:\\"},
        {TEXT("a \\ "), "n:a"},
        {TEXT("\\alpha"), "n\\:alpha"},
        {TEXT("\\\xFF"), "!:\\ !:\xFF"},
        // Comments.
        {TEXT("a # b"), "n:a"},
        {TEXT("a # b\nc"), "n:a ;:\n n:c"},
        {TEXT("a # \xFF"), "n:a !:\xFF"},
        {TEXT("a #\0b"), "n:a !:"},
        {TEXT("(a # b\nc"), "(:( n:a n:c"},
        // Nodes and derivatives.
        {TEXT("%"), "!:%"},
        {TEXT("%x"), "!:% n:x"},
        {TEXT("%7"), "%:%7"},
        {TEXT("%99999999999"), "%:%99999999999"},
        {TEXT("d%7"), "%d:%7"},
        {TEXT("d%"), "n:d !:%"},
        {TEXT("d% "), "n:d !:%"},
        {TEXT("d%x"), "n:d !:% n:x"},
        {TEXT("∂"), "!:∂"},
        {TEXT("∂x"), "nd:x"},
        {TEXT("∂(x)"), "p:∂ (:( n:x ):)"},
        {TEXT("∂²x"), "nd:x"},
        {TEXT("∂² x"), "nd:x"},
        {TEXT("∂²"), "!:∂ r:²"},
        {TEXT("∂²(x)"), "!:∂ r:² (:( n:x ):)"},
        {TEXT("∂¹x"), "!:∂ r:¹ n:x"},
        {TEXT("∂¹⁰x"), "!:∂ r:¹⁰ n:x"},
        {TEXT("∂2x"), "nd:x"},
        {TEXT("∂2"), "!:∂ 0:2"},
        {TEXT("∂^2x"), "nd:x"},
        {TEXT("∂^1x"), "!:∂ +:^ 0:1 n:x"},
        {TEXT("∂^ax"), "!:∂ +:^ n:ax"},
        {TEXT("∂^"), "!:∂ +:^"},
        {TEXT("∂^{"), "!:∂ +:^ (:{"},
        {TEXT("∂^{2"), "!:∂ +:^ (:{ 0:2"},
        {TEXT("∂^{2x"), "!:∂ +:^ (:{ 0:2 n:x"},
        {TEXT("∂^{2}x"), "nd:x"},
        {TEXT("\\partial"), "n\\:partial"},
        {TEXT("\\partial "), "!:\\partial"},
        {TEXT("\\partial x"), "nd:x"},
        {TEXT("\\partial^{2} x"), "nd:x"},
        {TEXT("\\partial("), "p:\\partial (:("},
        // A name in a font of LaTeX.
        {TEXT("\\mathrm{ReLU} x"), "n\\:ReLU n:x"},
        {TEXT("\\mathrm{d}x"), "nd:x"},
        {TEXT("\\mathrm{d} "), "n\\:d"},
        {TEXT("\\mathrm{d} + 1"), "n\\:d +:+ 0:1"},
        {TEXT("\\text{d}^2 x"), "nd:x"},
        {TEXT("\\mathrm d%2"), "%d:%2"},
        {TEXT("\\mathbf{\\theta}"), "n\\:theta"},
        {TEXT("\\mathrm"), "n\\:mathrm"},
        {TEXT("\\mathrm x"), "n\\:mathrm n:x"},
        {TEXT("\\mathrm{"), "n\\:mathrm (:{"},
        {TEXT("\\mathrm{\\"), "n\\:mathrm (:{ !:\\"},
        {TEXT("\\mathrm{}"), "n\\:mathrm (:{ ):}"},
        {TEXT("\\mathrm{2}"), "n\\:mathrm (:{ 0:2 ):}"},
        {TEXT("\\mathrm{x"), "n\\:mathrm (:{ n:x"},
        {TEXT("\\mathrm{x y}"), "n\\:mathrm (:{ n:x n:y ):}"},
        {TEXT("\\mathrx{x}"), "n\\:mathrx (:{ n:x ):}"},
        {TEXT("\\{x}"), "!:\\ (:{ n:x ):}"},
        // A digit belongs to a name, but not to a command that takes an argument.
        {TEXT("\\alpha1"), "n\\:alpha1"},
        {TEXT("\\frac12"), "n\\:frac 0:12"},
        // Signs and bars.
        {TEXT("a **= b"), "n:a =:**= n:b"},
        {TEXT("a ** b"), "n:a +:** n:b"},
        {TEXT("a **"), "n:a +:**"},
        {TEXT("a \\cdot b"), "n:a +:\\cdot n:b"},
        {TEXT("\\lvert x \\rvert"), "|:\\lvert n:x |:\\rvert"},
        {TEXT("a; \nb"), "n:a ;:; ;:\n n:b"},
        {TEXT("a; b;"), "n:a ;:; n:b ;:;"},
        // Texts in quotation marks.
        {TEXT("'a\\'b' c"), "s:a\\'b n:c"},
        {TEXT("'a\\"), "!:' n:a !:\\"},
        {TEXT("'a\nb'"), "!:' n:a ;:\n n:b !:'"},
        {TEXT("'''a\n'b''' c"), "s:a\n'b n:c"},
        {TEXT("'''a''"), "!:' s: n:a s:"},
        {TEXT("''"), "s:"},
        {TEXT("'"), "!:'"},
        {TEXT("f'a' F\"b\" r'c' u'd'"), "s:a s:b s:c s:d"},
        {TEXT("f"), "n:f"},
        {TEXT("f'"), "n:f !:'"},
        {TEXT("\0'a'"), "!:"},
        // Numbers.
        {TEXT("1_000 2"), "0:1_000 0:2"},
        {TEXT("1_000"), "0:1_000"},
        {TEXT("4.5e−07 2"), "0:4.5e−07 0:2"},
        {TEXT("4e−07"), "0:4e−07"},
        {TEXT("4e−"), "0:4 n:e +:−"},
        {TEXT("4e−x"), "0:4 n:e +:− n:x"},
        {TEXT("4eabcde"), "0:4 n:eabcde"},
        {TEXT("4xabcde"), "0:4 n:xabcde"},
        {TEXT("$x$"), "n:x"},
        {TEXT("a$"), "n:a"},
        {TEXT("a$2"), "n:a !:$ 0:2"},
        {TEXT("$2"), "0:2"},
        {TEXT("4−2"), "0:4 +:− 0:2"},
        {TEXT("4e×2"), "0:4 n:e +:× 0:2"},
        {TEXT("1e5e−3"), "0:1e5 n:e +:− 0:3"},
        {TEXT("4e−12345"), "0:4e−1234 0:5"},
        {TEXT("1_0_"), "0:1_0 n:_"},
        {TEXT("1_0_a"), "0:1_0 n:_a"},
        {TEXT("1_0_ a"), "0:1_0 n:_ n:a"},
        {TEXT("1_0\0"), "0:1_0 !:"},
        {TEXT("1_0e"), "0:1 n:_0e"},
        {TEXT("1_0e2+"), "0:1_0e2 +:+"},
        {TEXT("1_"), "0:1 n:_"},
        {TEXT("x² ᵀ √ |"), "n:x r:² r:ᵀ v:√ |:|"},
        {TEXT("2\xE2\x88"), "0:2 !:\xE2 !:\x88"},
    };
    struct text out;
    text_init(&out);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        tokens_of(&out, cases[i].text, cases[i].length);
        assert_string_equal(text_get(&out), cases[i].tokens);
    }
    text_release(&out);
}

// 64 digits are as many as a number with _ may have; the rest is another number, and so an error.
static void long_numbers_are_cut(void **state)
{
    (void)state;
    struct text number, out;
    text_init(&number);
    text_init(&out);
    text_add(&number, "1_");
    for (int i = 0; i < 70; i++) {
        text_add(&number, "0");
    }
    tokens_of(&out, text_get(&number), text_length(&number));
    assert_non_null(strstr(text_get(&out), " 0:0000000"));
    // As many before a typeset exponent.
    text_add(&number, "e−2");
    tokens_of(&out, text_get(&number) + 2, text_length(&number) - 2);
    assert_non_null(strstr(text_get(&out), "000 n:e +:− 0:2"));
    text_release(&number);
    text_release(&out);
}

// What was looked at is read anew where the bracket around it is another.
static void a_look_ahead_is_of_its_place(void **state)
{
    (void)state;
    struct source source = {.name = "", .text = "\nx", .length = 2, .line = 1};
    struct lexer l;
    struct diag d;
    diag_clear(&d);
    lexer_init(&l, &source);
    assert_int_equal(lexer_peek(&l).kind, TOKEN_BREAK);
    assert_int_equal(lexer_peek(&l).kind, TOKEN_BREAK);
    l.open = 1;
    assert_int_equal(lexer_peek(&l).kind, TOKEN_NAME);
    source.length = 1;
    assert_int_equal(lexer_peek(&l).kind, TOKEN_END);
    struct source other = {.name = "", .text = "\ny", .length = 1, .line = 1};
    l.source = &other;
    assert_int_equal(lexer_next(&l, &d).kind, TOKEN_END);
}

static struct token first_token(const struct source *source)
{
    struct lexer l = {.source = source};
    return lexer_peek(&l);
}

// Tokens that are remembered are of one text, as far as it goes, and with the bytes that it has.
static void remembered_tokens_are_of_their_text(void **state)
{
    (void)state;
    char text[] = "abc + 1", other[] = "x = 2";
    struct lexer_memo memo = {0};
    struct source source = {.name = "", .text = text, .length = strlen(text), .line = 1};
    lexer_remember(&memo, &source);
    struct source part = source, copy = source;
    part.length = 2;
    copy.text = other;
    copy.length = strlen(other);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(first_token(&source).span.end, 3);
        assert_int_equal(first_token(&part).span.end, 2);
        assert_int_equal(first_token(&copy).span.end, 1);
    }
    text[1] = ' ';
    lexer_remember(&memo, &source);
    assert_int_equal(first_token(&source).span.end, 1);
    struct lexer inside = {.source = &source, .at = 1}, outside = inside;
    text[2] = '\n';
    lexer_remember(&memo, &source);
    inside.open = 1;
    assert_int_equal(lexer_peek(&outside).kind, TOKEN_BREAK);
    assert_int_equal(lexer_peek(&inside).kind, TOKEN_INFIX);
    lexer_forget(&memo);
}

static enum item_kind last_item(const char *text, struct diag *d)
{
    struct source source = {.name = "", .text = text, .length = strlen(text), .line = 1};
    struct lexer l;
    struct names names;
    struct parser p;
    struct item item;
    diag_clear(d);
    names_init(&names);
    lexer_init(&l, &source);
    parser_init(&p, &l, &names, d);
    do {
        item = parser_next(&p);
    } while (item.kind != ITEM_END && item.kind != ITEM_ERROR);
    parser_release(&p);
    names_release(&names);
    return item.kind;
}

// The `for` of a comprehension is looked for nearby alone: one in an inner bracket of a long array does
// not make the array one, and costs no more than a look.
static void a_for_is_looked_for_nearby(void **state)
{
    (void)state;
    struct text array;
    struct diag d;
    text_init(&array);
    text_add(&array, "[[y for y in Z]");
    for (int i = 0; i < 1000; i++) {
        text_add(&array, ", 1");
    }
    text_add(&array, "]");
    assert_int_equal(last_item(text_get(&array), &d), ITEM_END);
    text_release(&array);
}

// A formula is read in pieces, and Ctrl-C ends it.
static void reading_can_be_stopped(void **state)
{
    (void)state;
    char *copy;
    struct text sum;
    text_init(&sum);
    text_add(&sum, "x");
    for (int i = 0; i < 20000; i++) {
        text_add(&sum, " + x");
    }
    struct source source = source_of(text_get(&sum), text_length(&sum), &copy);
    struct stop stop = {.asked = STOP_NOW};
    struct lexer l;
    struct names names;
    struct parser p;
    struct diag d;
    struct item item;
    diag_clear(&d);
    names_init(&names);
    lexer_init(&l, &source);
    parser_init(&p, &l, &names, &d);
    p.stop = &stop;
    do {
        item = parser_next(&p);
    } while (item.kind != ITEM_END && item.kind != ITEM_ERROR);
    assert_int_equal(item.kind, ITEM_ERROR);
    assert_string_equal(d.message, "interrupted");
    parser_release(&p);
    names_release(&names);
    text_release(&sum);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_tokens),
        cmocka_unit_test(long_numbers_are_cut),
        cmocka_unit_test(a_look_ahead_is_of_its_place),
        cmocka_unit_test(remembered_tokens_are_of_their_text),
        cmocka_unit_test(a_for_is_looked_for_nearby),
        cmocka_unit_test(reading_can_be_stopped),
    };
    return cmocka_run_group_tests_name("text/lexer", tests, NULL, NULL);
}

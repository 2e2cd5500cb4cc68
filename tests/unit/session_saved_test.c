// Saved sessions: cut at every byte and with every bit changed, what is whole is there and the rest is
// told.
#include "session/saved.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char script[] = "a = 2\nL = a*a\nb = [1, 2,\n  3]\n";

static void write_it(struct text *file)
{
    text_init(file);
    saved_write(file, script, strlen(script));
}

static void test_whole(void **state)
{
    (void)state;
    struct text file, words;
    write_it(&file);
    text_init(&words);
    struct saved saved = saved_read(text_get(&file), text_length(&file));
    saved_say(&saved, &words);
    assert_int_equal(saved.state, SAVED_WHOLE);
    assert_int_equal(saved.lines, 4);
    assert_string_equal(text_get(&words), "");
    struct text windows;
    text_init(&windows);
    for (const char *s = text_get(&file); *s != '\0'; s++) {
        text_add(&windows, *s == '\n' ? "\r" : "");
        text_add_char(&windows, *s);
    }
    saved = saved_read(text_get(&windows), text_length(&windows));
    assert_int_equal(saved.state, SAVED_WHOLE);
    text_release(&windows);
    text_release(&words);
    text_release(&file);
}

static void test_cut_at_every_byte(void **state)
{
    (void)state;
    struct text file;
    write_it(&file);
    const char *s = text_get(&file);
    size_t first = strcspn(s, "\n") + 1;
    for (size_t n = 10; n < text_length(&file); n++) {
        struct saved saved = saved_read(s, n);
        struct text words;
        text_init(&words);
        saved_say(&saved, &words);
        assert_int_equal(saved.state, SAVED_CUT);
        assert_true(text_length(&words) > 0);
        assert_true(saved.length <= n && (saved.length == 0 || s[saved.length - 1] == '\n'));
        assert_int_equal(saved.lines + saved.missing, n < first ? 0 : 4);
        text_release(&words);
    }
    text_release(&file);
}

static void test_every_bit_changed(void **state)
{
    (void)state;
    struct text file;
    write_it(&file);
    size_t n = text_length(&file);
    char *bytes = malloc(n);
    assert_non_null(bytes);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        struct text words;
        memcpy(bytes, text_get(&file), n);
        bytes[bit / 8] ^= (char)(1 << bit % 8);
        struct saved saved = saved_read(bytes, n);
        text_init(&words);
        saved_say(&saved, &words);
        assert_true(saved.state != SAVED_WHOLE && saved.state != SAVED_NOT);
        assert_true(text_length(&words) > 0);
        text_release(&words);
    }
    free(bytes);
    text_release(&file);
}

static void test_what_is_no_session(void **state)
{
    (void)state;
    static const char *const others[] = {"", "a = 2\n", "# backwards\na = 2\n", "#",
                                         "# digest 12\n"};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        struct saved saved = saved_read(others[i], strlen(others[i]));
        assert_int_equal(saved.state, SAVED_NOT);
        assert_int_equal(saved.length, strlen(others[i]));
    }
    struct saved later = saved_read("# backstep session 2: zip\n", 26);
    assert_int_equal(later.state, SAVED_NEWER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_cut_at_every_byte),
        cmocka_unit_test(test_every_bit_changed),
        cmocka_unit_test(test_what_is_no_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// shell/page: what records say stays text, whatever it is.
#include "picture/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char drawing[] = "<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n<svg>the drawing</svg>\n";

static void page_with(struct text *out, const char *name)
{
    struct records records;
    records_init(&records);
    struct rec *scene = records_add(&records, KIND_scene),
               *trace = records_add(&records, KIND_trace);
    rec_text(&records, scene, KEY_root, name);
    rec_list(&records, trace, KEY_steps);
    text_init(out);
    page_text(out, scene, trace, "", drawing, strlen(drawing));
    records_release(&records);
}

// How often `part` is in `text`.
static int count(const char *text, const char *part)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part)) {
        n++;
    }
    return n;
}

static void the_drawing_stands_in_the_page_without_its_prolog(void **state)
{
    (void)state;
    struct text page;
    page_with(&page, "L");
    assert_int_equal(count(text_get(&page), "<figure id=\"picture\"><svg>the drawing</svg>"), 1);
    assert_int_equal(count(text_get(&page), "<?xml"), 0);
    assert_int_equal(count(text_get(&page), "<!DOCTYPE"), 1);
    text_release(&page);
}

static void records_stand_in_the_page_a_line_each(void **state)
{
    (void)state;
    struct text page;
    page_with(&page, "L");
    assert_int_equal(count(text_get(&page), "[\n{\"kind\":\"scene\",\"root\":\"L\"},\n"
                                            "{\"kind\":\"trace\",\"steps\":[]}\n]</script>"),
                     1);
    text_release(&page);
}

static void no_name_ends_the_element_it_stands_in(void **state)
{
    (void)state;
    struct text plain, page;
    page_with(&plain, "L");
    page_with(&page, "</script><script>alert(1)</script><!--");
    static const char *const tags[] = {"<script", "</script", "<!--"};
    for (size_t i = 0; i < COUNT_OF(tags); i++) {
        assert_int_equal(count(text_get(&page), tags[i]), count(text_get(&plain), tags[i]));
    }
    assert_int_equal(count(text_get(&page), "\"root\":\"\\u003c/script>\\u003cscript>alert(1)"), 1);
    text_release(&plain);
    text_release(&page);
}

// They are shown by their numbers, as all that is not seen.
static void line_separators_are_escaped(void **state)
{
    (void)state;
    struct text page;
    page_with(&page, "a\xE2\x80\xA8"
                     "b\xE2\x80\xA9"
                     "c\xE2\x80\xA6");
    assert_int_equal(count(text_get(&page), "\"root\":\"a\\\\u2028b\\\\u2029c\xE2\x80\xA6\""), 1);
    text_release(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_drawing_stands_in_the_page_without_its_prolog),
        cmocka_unit_test(records_stand_in_the_page_a_line_each),
        cmocka_unit_test(no_name_ends_the_element_it_stands_in),
        cmocka_unit_test(line_separators_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

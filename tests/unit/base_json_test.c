// JSON that comes in: what is taken, what is refused and where, and what is found in it.
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct json read_bytes(const char *text, size_t n)
{
    struct json value;
    const char *why;
    size_t at;
    if (!json_check(text, n, &value, &why, &at)) {
        fail_msg("%s: %s at byte %zu", text, why, at);
    }
    return value;
}

static struct json read(const char *text)
{
    return read_bytes(text, strlen(text));
}

static void refused(const char *text, size_t n, size_t place, const char *expected)
{
    struct json value;
    const char *why;
    size_t at;
    if (json_check(text, n, &value, &why, &at)) {
        fail_msg("%s was taken", text);
    }
    assert_null(value.s);
    assert_string_equal(why, expected);
    assert_int_equal(at, place);
}

static void assert_text(struct json value, const char *expected, size_t n)
{
    struct text text;
    text_init(&text);
    assert_true(json_add_text(&text, value));
    assert_int_equal(text_length(&text), n);
    assert_memory_equal(text_get(&text), expected, n);
    text_release(&text);
}

static void kinds_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum json_kind kind;
    } values[] = {{"null", JSON_NULL},   {" true ", JSON_FLAG},
                  {"false", JSON_FLAG},  {"-0.5e+7", JSON_NUMBER},
                  {"0", JSON_NUMBER},    {"\"\"", JSON_TEXT},
                  {"[]", JSON_LIST},     {"\t{ }\r\n", JSON_MAP},
                  {"[[[]]]", JSON_LIST}, {"[1, [2, {}], {\"a\": []}]", JSON_LIST}};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        assert_int_equal(json_kind(read(values[i].text)), values[i].kind);
    }
    assert_int_equal(json_kind((struct json){0}), JSON_NONE);
}

static void what_is_no_json_is_refused_at_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t at;
        const char *why;
    } bad[] = {
        {"", 0, "a value is missing here"},
        {"nul", 0, "a value is missing here"},
        {"[1,]", 3, "a value is missing here"},
        {"{\"a\":1,}", 7, "a name in quotation marks is missing here"},
        {"{a:1}", 1, "a name in quotation marks is missing here"},
        {"{\"a\" 1}", 5, "a colon is missing here"},
        {"[1 2]", 3, "a comma or a closing bracket is missing here"},
        {"[1}", 2, "a comma or a closing bracket is missing here"},
        {"[1", 2, "a bracket is not closed"},
        {"01", 1, "something follows the end of the value"},
        {"1.", 2, "a digit is missing"},
        {"-", 1, "a digit is missing"},
        {"1e+", 3, "a digit is missing"},
        {"+1", 0, "a value is missing here"},
        {"NaN", 0, "a value is missing here"},
        {"'a'", 0, "a value is missing here"},
        {"1 2", 2, "something follows the end of the value"},
        {"\"a", 2, "a string does not end"},
        {"\"a\nb\"", 2, "this is not allowed in a string"},
        {"\"\\x\"", 1, "this is not allowed in a string"},
        {"\"\\u12g4\"", 1, "this is not allowed in a string"},
        {"\"\\ud800\"", 1, "this is not allowed in a string"},
        {"\"\\ud800\\u0041\"", 1, "this is not allowed in a string"},
        {"\"\\udc00\"", 1, "this is not allowed in a string"},
        {"\"\xff\"", 1, "this is not allowed in a string"},
        {"\"\xed\xa0\x80\"", 1, "this is not allowed in a string"},
        {"\"\xc0\xaf\"", 1, "this is not allowed in a string"},
        {"\"\xe2\x88", 1, "this is not allowed in a string"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        refused(bad[i].text, strlen(bad[i].text), bad[i].at, bad[i].why);
    }
    refused("1\0", 2, 1, "something follows the end of the value");
    refused("\"\0\"", 3, 1, "this is not allowed in a string");
}

static void brackets_are_bounded(void **state)
{
    (void)state;
    char text[2 * JSON_DEPTH_MOST + 2];
    memset(text, '[', JSON_DEPTH_MOST);
    memset(text + JSON_DEPTH_MOST, ']', JSON_DEPTH_MOST);
    read_bytes(text, 2 * JSON_DEPTH_MOST);
    memset(text, '[', JSON_DEPTH_MOST + 1);
    memset(text + JSON_DEPTH_MOST + 1, ']', JSON_DEPTH_MOST + 1);
    refused(text, sizeof text, JSON_DEPTH_MOST + 1, "too many brackets are open");
}

static void texts_are_read(void **state)
{
    (void)state;
    assert_text(read("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "a\"\\/\b\f\n\r\t", 9);
    assert_text(read("\"\\u0041\\u00e9\\u2207\""), "A\xc3\xa9\xe2\x88\x87", 6);
    assert_text(read("\"\\ud835\\udcb3\""), "\xf0\x9d\x92\xb3", 4);
    assert_text(read("\"1+1\\u0000x\""), "1+1\0x", 5);
    assert_text(read("\"\xf0\x9d\x92\xb3\""), "\xf0\x9d\x92\xb3", 4);
    struct text text;
    text_init(&text);
    assert_false(json_add_text(&text, read("1")));
    assert_int_equal(text_length(&text), 0);
}

static void members_are_found(void **state)
{
    (void)state;
    struct json map =
        read("{\"x\": {\"code\": 0, \"s\": \"}\\\"{\"}, \"c\\u006fde\" :[1, {\"a\":2}],"
             "\"n\": -12 , \"t\":true}");
    assert_int_equal(json_kind(json_member(map, "code")), JSON_LIST);
    assert_int_equal(json_member(map, "code").n, 12);
    assert_true(json_is(json_member(json_member(map, "x"), "s"), "}\"{"));
    assert_true(json_is_true(json_member(map, "t")));
    assert_false(json_is_true(json_member(map, "n")));
    assert_null(json_member(map, "cod").s);
    assert_null(json_member(json_member(map, "nothing"), "n").s);
    assert_true(json_is(json_member(read("{\"a\":\"1\",\"a\":\"2\"}"), "a"), "2"));
    assert_false(json_is(read("\"a\""), "ab"));
    assert_false(json_is(read("\"ab\""), "a"));
}

static void items_are_walked(void **state)
{
    (void)state;
    static const char *const items[] = {"1", "\"a,]\"", "[2,3]", "{\"b\":[]}", "null", "-1.5e3"};
    struct json_walk w = json_walk(read(" [1 , \"a,]\",[2,3],{\"b\":[]}\n,null,-1.5e3 ] "));
    size_t i = 0;
    for (; json_next(&w); i++) {
        assert_in_range(i, 0, COUNT_OF(items) - 1);
        assert_int_equal(w.value.n, strlen(items[i]));
        assert_memory_equal(w.value.s, items[i], w.value.n);
        assert_null(w.name.s);
    }
    assert_int_equal(i, COUNT_OF(items));
    w = json_walk(read("{}"));
    assert_false(json_next(&w));
    w = json_walk(read("\"[1]\""));
    assert_false(json_next(&w));
}

static void whole_numbers_are_read(void **state)
{
    (void)state;
    int64_t v = 0;
    assert_true(json_read_whole(read("-7"), &v));
    assert_int_equal(v, -7);
    assert_true(json_read_whole(read("2e1"), &v));
    assert_int_equal(v, 20);
    static const char *const none[] = {"1.5", "1e300", "-1e16", "\"1\"", "true", "[1]"};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        assert_false(json_read_whole(read(none[i]), &v));
    }
    assert_int_equal(v, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_are_told),
        cmocka_unit_test(what_is_no_json_is_refused_at_its_place),
        cmocka_unit_test(brackets_are_bounded),
        cmocka_unit_test(texts_are_read),
        cmocka_unit_test(members_are_found),
        cmocka_unit_test(items_are_walked),
        cmocka_unit_test(whole_numbers_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

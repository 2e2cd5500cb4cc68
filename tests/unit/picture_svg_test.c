// shell/dot and shell/image together: whatever a value is called, its picture is well-formed XML
// that says so. (https://www.w3.org/TR/xml, as far as Graphviz writes it.)
#include "picture/image.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dot/dot.h"

// ---- A reader of XML ----------------------------------------------------------------------------

enum { DEPTH = 32, NAME = 32 };

// What is read, from `at` on; `wrong` is what is the matter with it, or NULL.
struct xml {
    const char *at, *end;
    char open[DEPTH][NAME];
    int depth;
    const char *wrong;
};

static bool wrong(struct xml *x, const char *why)
{
    x->wrong = x->wrong == NULL ? why : x->wrong;
    return false;
}

static bool is_allowed(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xD7FF) ||
           (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

// &amp; and its like, &#160;.
static bool read_entity(struct xml *x)
{
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strncmp(x->at, known[i], strlen(known[i])) == 0) {
            x->at += strlen(known[i]);
            return true;
        }
    }
    char *end;
    bool hex = strncmp(x->at, "&#x", 3) == 0;
    unsigned long c = strtoul(x->at + (hex ? 3 : 2), &end, hex ? 16 : 10);
    if (x->at[1] != '#' || *end != ';' || !is_allowed((uint32_t)c)) {
        return wrong(x, "an entity that is none");
    }
    x->at = end + 1;
    return true;
}

// One character of text or of an attribute.
static bool read_character(struct xml *x)
{
    uint32_t c;
    if (*x->at == '&') {
        return read_entity(x);
    }
    size_t n = utf8_read(x->at, (size_t)(x->end - x->at), &c);
    if (n == 0 || !is_allowed(c) || c == '<') {
        return wrong(x, n == 0 ? "no UTF-8" : "a character that may not stand here");
    }
    x->at += n;
    return true;
}

static bool skip_past(struct xml *x, const char *past)
{
    const char *found = strstr(x->at, past);
    x->at = found == NULL ? x->end : found + strlen(past);
    return found != NULL || wrong(x, "something that does not end");
}

static bool read_name(struct xml *x, char name[NAME])
{
    size_t n = strspn(x->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:-0123456789");
    if (n == 0 || n >= NAME) {
        return wrong(x, "no name of an element or attribute");
    }
    memcpy(name, x->at, n);
    name[n] = '\0';
    x->at += n;
    return true;
}

static bool read_attributes(struct xml *x)
{
    char name[NAME];
    while (*(x->at += strspn(x->at, " \n")) != '>' && *x->at != '/') {
        if (!read_name(x, name) || strncmp(x->at, "=\"", 2) != 0) {
            return wrong(x, "an attribute without a value");
        }
        x->at += 2;
        while (x->at < x->end && *x->at != '"') {
            if (!read_character(x)) {
                return false;
            }
        }
        x->at++;
    }
    return true;
}

static bool read_tag(struct xml *x)
{
    char name[NAME];
    if (strncmp(x->at, "<?", 2) == 0 || strncmp(x->at, "<!D", 3) == 0) {
        return skip_past(x, ">");
    }
    if (strncmp(x->at, "<!--", 4) == 0) {
        x->at += 4;
        const char *start = x->at;
        return skip_past(x, "-->") &&
               (memmem(start, (size_t)(x->at - 3 - start), "--", 2) == NULL ||
                wrong(x, "a comment with -- in it"));
    }
    bool closes = x->at[1] == '/';
    x->at += closes ? 2 : 1;
    if (!read_name(x, name) || !read_attributes(x)) {
        return false;
    }
    if (closes) {
        x->at++;
        return (x->depth > 0 && strcmp(x->open[--x->depth], name) == 0) ||
               wrong(x, "an end without a start");
    }
    if (*x->at == '/') {
        x->at += 2;
        return true;
    }
    x->at++;
    if (x->depth == DEPTH) {
        return wrong(x, "too deep");
    }
    strcpy(x->open[x->depth++], name);
    return true;
}

// s[n] must be 0. NULL if it is well-formed.
static const char *trouble_of(const char *s, size_t n)
{
    struct xml x = {.at = s, .end = s + n};
    while (x.at < x.end && x.wrong == NULL) {
        *x.at == '<' ? read_tag(&x) : read_character(&x);
    }
    return x.wrong != NULL ? x.wrong : x.depth > 0 ? "a start without an end" : NULL;
}

// ---- Scenes -------------------------------------------------------------------------------------

// A leaf of this name, and what is made of it.
static struct rec *build_scene(struct records *r, const char *name, bool compact)
{
    struct rec *scene = records_add(r, KIND_scene);
    rec_text(r, scene, KEY_root, "n2");
    rec_text(r, scene, KEY_direction, compact ? "TB" : "LR");
    rec_flag(r, scene, KEY_compact, compact);
    rec_text(r, scene, KEY_theme, "light");
    struct rec *boxes = rec_list(r, scene, KEY_boxes);
    for (int i = 0; i < 2; i++) {
        struct rec *box = rec_map(r, boxes, KEY_NONE);
        rec_text(r, box, KEY_id, i == 0 ? "n1" : "n2");
        rec_text(r, box, KEY_name, name);
        rec_text(r, box, KEY_op, i == 0 ? "input" : "-");
        rec_text(r, box, KEY_kind, i == 0 ? "input" : "output");
        rec_text(r, box, KEY_value_text, name);
        rec_text(r, box, KEY_grad_text, "1");
        rec_text(r, box, KEY_sum_text, name);
        struct rec *cells = rec_list(r, box, KEY_cells);
        if (i == 1) {
            struct rec *cell = rec_map(r, cells, KEY_NONE);
            rec_text(r, cell, KEY_from, "n1");
            rec_whole(r, cell, KEY_slot, 0);
            rec_text(r, cell, KEY_symbol, name);
            rec_text(r, cell, KEY_local_text, name);
        }
    }
    return scene;
}

static void assert_drawn(const char *name)
{
    for (int compact = 0; compact < 2; compact++) {
        struct records records;
        struct text dot, svg;
        struct diag d = {0};
        records_init(&records);
        text_init(&dot);
        text_init(&svg);
        const struct rec *scene = build_scene(&records, name, compact);
        if (!dot_text(scene, NULL, DOT_LAYOUT, &dot, &d) ||
            !image_render(text_get(&dot), text_length(&dot), "svg", NULL, &svg.bytes, &d)) {
            fail_msg("'%s' is not drawn: %s", name, d.message);
        }
        const char *trouble = trouble_of(text_get(&svg), text_length(&svg));
        if (trouble != NULL) {
            fail_msg("the picture of '%s' is no XML: %s", name, trouble);
        }
        assert_non_null(strstr(text_get(&svg), "</svg>"));
        records_release(&records);
        text_release(&dot);
        text_release(&svg);
    }
}

// ---- The tests ----------------------------------------------------------------------------------

static void the_reader_knows_xml(void **state)
{
    (void)state;
    static const char *const good[] = {"<a/>", "<a b=\"&lt;&#160;\">&amp;<!-- x --></a>",
                                       "<?xml?><!DOCTYPE a><a>\xC3\xA9</a>"};
    static const char *const bad[] = {"<a>",
                                      "</a>",
                                      "<a>&nbsp;</a>",
                                      "<a>&</a>",
                                      "<a b=\"<\"/>",
                                      "<a>\x01</a>",
                                      "<a>\xFF</a>",
                                      "<a>&#0;</a>",
                                      "<a><!-- -- --></a>",
                                      "<a><b></a></b>",
                                      "<a b=c/>",
                                      "<a>\xEF\xBF\xBF</a>"};
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        assert_null(trouble_of(good[i], strlen(good[i])));
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_non_null(trouble_of(bad[i], strlen(bad[i])));
    }
}

static void awkward_names_are_drawn_as_xml(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        " ",
        "L",
        "<b>bold</b>",
        "</svg>",
        "]]>",
        "<!-- -- -->",
        "&amp; &nbsp; &#0; &#x1b; &",
        "\"quoted\" 'too'",
        "{a|b}\\N\\G\\l\\",
        "%s%n",
        "a\tb\nc\rd",
        "\x01\x02\x1b[31m\x7f",
        "\xFF\xFE\xC0\x80\xED\xA0\x80\xF4\x90\x80\x80",
        "\xC2\x80\xC2\x85\xC2\x9F",
        "\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAE",
        "\xEF\xBF\xBE\xEF\xBF\xBF",
        "\xEF\xB7\x90\xF0\x9F\xBF\xBE",
        "e\xCC\x81\xCC\x82\xCC\x83",
        "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D",
        "\xE5\xA4\x89\xE6\x95\xB0",
        "\xF0\x9F\x98\x80",
        "<script>alert(1)</script>",
        "javascript:alert(1)",
    };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_drawn(names[i]);
    }
}

// All characters of one byte and of two, and a share of the others, a few dozen to a name.
static void any_character_is_drawn_as_xml(void **state)
{
    (void)state;
    struct text name;
    text_init(&name);
    for (int c = 1; c < 256; c++) {
        text_add_char(&name, (char)c);
    }
    assert_drawn(text_get(&name));
    text_clear(&name);
    uint32_t c = 0x80;
    while (c < 0x110000) {
        for (int n = 0; n < 400 && c < 0x110000; n++, c += c < 0x800 ? 1 : 997) {
            if (c >= 0x10000) {
                text_add_char(&name, (char)(0xF0 | c >> 18));
                text_add_char(&name, (char)(0x80 | (c >> 12 & 0x3F)));
            } else if (c >= 0x800) {
                text_add_char(&name, (char)(0xE0 | c >> 12));
            } else {
                text_add_char(&name, (char)(0xC0 | c >> 6));
            }
            if (c >= 0x800) {
                text_add_char(&name, (char)(0x80 | (c >> 6 & 0x3F)));
            }
            text_add_char(&name, (char)(0x80 | (c & 0x3F)));
        }
        assert_drawn(text_get(&name));
        text_clear(&name);
    }
    text_release(&name);
}

// The program that draws lies two folders above this one.
static int find_render(void **state)
{
    (void)state;
    char path[PATH_MAX + 32];
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);
    for (int i = 0; i < 3 && n > 0; i++) {
        char *slash = memrchr(path, '/', (size_t)n);
        n = slash == NULL ? 0 : slash - path;
    }
    strcpy(path + (n < 0 ? 0 : n), "/backstep-render");
    return setenv("BACKSTEP_RENDER", path, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reader_knows_xml),
        cmocka_unit_test(awkward_names_are_drawn_as_xml),
        cmocka_unit_test(any_character_is_drawn_as_xml),
    };
    return cmocka_run_group_tests(tests, find_render, NULL);
}

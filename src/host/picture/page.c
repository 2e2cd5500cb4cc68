#include "picture/page.h"

#include <string.h>

#include "dot/dot.h"
#include "picture/image.h"
#include "store/files.h"

// src/web/page/ joined, ended by a 0.
static const unsigned char page[] = {
#include "page.html.inc"
    0};

// The page up to this place in it; *page_left becomes what follows the place.
static void add_until(struct text *out, const char **page_left, const char *place)
{
    const char *at = strstr(*page_left, place);
    BS_ASSERT(at != NULL);
    text_add_bytes(out, *page_left, (size_t)(at - *page_left));
    *page_left = at + strlen(place);
}

// JSON inside a script element: HTML looks for < there, JavaScript once took U+2028 and U+2029 for
// ends of lines. All three stand in strings only, where an escape says the same.
static void add_json(struct text *out, const char *json)
{
    for (const char *s = json; *s != '\0'; s++) {
        if (*s == '<') {
            text_add(out, "\\u003c");
        } else if (strncmp(s, "\xE2\x80\xA8", 3) == 0 || strncmp(s, "\xE2\x80\xA9", 3) == 0) {
            text_add(out, s[2] == '\xA8' ? "\\u2028" : "\\u2029");
            s += 2;
        } else {
            text_add_char(out, *s);
        }
    }
}

// A list of records, a line each.
static void add_records(struct text *out, const struct rec *scene, const struct rec *trace)
{
    struct text json;
    struct records safe;  // JSON escapes what a page would obey again
    text_init(&json);
    records_init(&safe);
    text_add(&json, "[\n");
    if (scene != NULL) {
        rec_json(&json, rec_safe(&safe, scene));
        text_add(&json, ",\n");
    }
    rec_json(&json, rec_safe(&safe, trace));
    text_add(&json, "\n]");
    records_release(&safe);
    add_json(out, text_get(&json));
    out->bytes.failed |= json.bytes.failed;
    text_release(&json);
}

void page_text(struct text *out, const struct rec *scene, const struct rec *trace, const char *svg,
               size_t n)
{
    const char *left = (const char *)page;
    // What stands before the element (<?xml … ?>, a document type) has no place in HTML.
    const char *element = n == 0 ? NULL : memmem(svg, n, "<svg", 4);
    add_until(out, &left, "<!-- picture -->");
    text_add_bytes(out, element, element == NULL ? 0 : n - (size_t)(element - svg));
    add_until(out, &left, "/* records */");
    add_records(out, scene, trace);
    text_add(out, left);
}

bool page_write(const struct rec *scene, const struct rec *trace, const char *path,
                struct stop *stop, struct diag *d)
{
    struct text dot, html;
    struct buf svg;
    text_init(&dot);
    text_init(&html);
    buf_init(&svg, 1);
    bool ok =
        scene == NULL || (dot_text(scene, NULL, DOT_LAYOUT, &dot, d) &&
                          image_render(text_get(&dot), text_length(&dot), "svg", stop, &svg, d));
    if (ok) {
        page_text(&html, scene, trace, svg.data, svg.count);
        ok = html.bytes.failed ? diag_out_of_memory(d)
                               : files_write(path, text_get(&html), text_length(&html), d);
    }
    text_release(&dot);
    text_release(&html);
    buf_release(&svg);
    return ok;
}

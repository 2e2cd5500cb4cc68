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
// ends of lines. All three are in strings only, where an escape says the same.
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

static void add_safe(struct text *json, const struct rec *record)
{
    struct records safe;  // JSON escapes what a page would obey again
    records_init(&safe);
    rec_json(json, rec_safe(&safe, record));
    records_release(&safe);
}

// A scene as it is laid out.
static bool draw(const struct rec *scene, struct stop *stop, struct buf *svg, struct diag *d)
{
    struct text dot;
    text_init(&dot);
    bool ok = dot_text(scene, NULL, DOT_LAYOUT, &dot, d) &&
              image_render(text_get(&dot), text_length(&dot), "svg", stop, svg, d);
    text_release(&dot);
    return ok;
}

// What is before the element (<?xml … ?>, a document type) has no place in HTML.
static const char *element_of(const char *svg, size_t *n)
{
    const char *element = *n == 0 ? NULL : memmem(svg, *n, "<svg", 4);
    *n = element == NULL ? 0 : *n - (size_t)(element - svg);
    return element;
}

// The drawing without Graphviz's comments, each a line, which only repeat the ids. (Words have no <.)
static void add_drawing(struct text *out, const char *svg, size_t n)
{
    static const char comment[] = "<!--", end[] = "-->\n";
    const char *from;
    while (n > 0 && (from = memmem(svg, n, comment, strlen(comment))) != NULL) {
        const char *to = memmem(from, n - (size_t)(from - svg), end, strlen(end));
        if (to == NULL) {
            break;
        }
        text_add_bytes(out, svg, (size_t)(from - svg));
        to += strlen(end);
        n -= (size_t)(to - svg);
        svg = to;
    }
    text_add_bytes(out, svg, n);
}

// {"kind": "opening", "of": "n9", "picture": {…}, "svg": "<svg …"}
static bool add_opening(struct text *json, const struct rec *opening, struct stop *stop,
                        struct diag *d)
{
    struct buf svg;
    struct text drawing;
    buf_init(&svg, 1);
    text_init(&drawing);
    bool ok = draw(rec_find(opening, KEY_picture), stop, &svg, d);
    if (ok) {
        size_t n = svg.count;
        const char *element = element_of(svg.data, &n);
        add_drawing(&drawing, element, n);
        add_safe(json, opening);
        json->bytes.count--;  // the closing bracket
        text_add(json, ",\"svg\":");
        rec_json_text(json, text_get(&drawing), text_length(&drawing));
        text_add_char(json, '}');
        json->bytes.failed |= drawing.bytes.failed;
    }
    text_release(&drawing);
    buf_release(&svg);
    return ok;
}

void page_text(struct text *out, const struct rec *scene, const struct rec *trace, const char *more,
               const char *svg, size_t n)
{
    struct text json;
    const char *left = (const char *)page;
    text_init(&json);
    text_add(&json, "[\n");
    if (scene != NULL) {
        add_safe(&json, scene);
        text_add(&json, ",\n");
    }
    add_safe(&json, trace);
    text_addf(&json, "%s\n]", more);
    const char *element = element_of(svg, &n);
    add_until(out, &left, "<!-- picture -->");
    add_drawing(out, element, n);
    add_until(out, &left, "/* records */");
    add_json(out, text_get(&json));
    text_add(out, left);
    out->bytes.failed |= json.bytes.failed;
    text_release(&json);
}

static const struct rec *first(const struct records *records, enum rec_kind kind)
{
    const struct rec *r = records->list.in.first;
    while (r != NULL && !rec_is(r, kind)) {
        r = r->next;
    }
    return r;
}

static bool add_openings(struct text *json, const struct records *records, struct stop *stop,
                         struct diag *d)
{
    bool ok = true;
    for (const struct rec *r = records->list.in.first; ok && r != NULL; r = r->next) {
        if (rec_is(r, KIND_opening)) {
            text_add(json, ",\n");
            ok = add_opening(json, r, stop, d);
        }
    }
    return ok;
}

bool page_write(const struct records *records, const char *path, struct stop *stop, struct diag *d)
{
    struct text html, openings;
    struct buf svg;
    const struct rec *scene = first(records, KIND_scene);
    text_init(&html);
    text_init(&openings);
    buf_init(&svg, 1);
    bool ok =
        (scene == NULL || draw(scene, stop, &svg, d)) && add_openings(&openings, records, stop, d);
    if (ok) {
        page_text(&html, scene, first(records, KIND_trace), text_get(&openings), svg.data,
                  svg.count);
        ok = html.bytes.failed || openings.bytes.failed
                 ? diag_out_of_memory(d)
                 : files_write(path, text_get(&html), text_length(&html), d);
    }
    text_release(&html);
    text_release(&openings);
    buf_release(&svg);
    return ok;
}

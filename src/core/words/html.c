#include "words/html.h"

#include <string.h>

#include "words/prose.h"
#include "words/rich.h"

static void add_escaped(struct text *out, char c)
{
    switch (c) {
    case '<':
        text_add(out, "&lt;");
        break;
    case '>':
        text_add(out, "&gt;");
        break;
    case '&':
        text_add(out, "&amp;");
        break;
    case '"':
        text_add(out, "&quot;");
        break;
    case '\'':
        text_add(out, "&#39;");
        break;
    default:
        text_add_char(out, c);
    }
}

// The text made visible, line by line where it has lines.
static void add_visible(struct text *out, const char *s, size_t n, bool blanks)
{
    struct text shown;
    text_init(&shown);
    for (size_t i = 0; i < n;) {
        const char *newline = memchr(s + i, '\n', n - i);
        size_t length = newline == NULL ? n - i : (size_t)(newline - s) - i;
        text_add_visible(&shown, s + i, length);
        i += length + 1;
        text_add(&shown, newline == NULL ? "" : "\n");
    }
    for (const char *at = text_get(&shown); *at != '\0'; at++) {
        // Of several blanks in a row one would be left.
        bool follows = at > text_get(&shown) && at[-1] == ' ';
        if (blanks && *at == ' ' && (follows || at[1] == ' ')) {
            text_add(out, "&nbsp;");
        } else {
            add_escaped(out, *at);
        }
    }
    text_release(&shown);
}

void html_text(struct text *out, const char *s, size_t n)
{
    add_visible(out, s, n, false);
}

static const char *class_of(enum ink ink)
{
    static const char *const names[] = {
        [INK_NAME] = "name",   [INK_VALUE] = "value",     [INK_GRAD] = "grad",
        [INK_LOCAL] = "local", [INK_MUTED] = "muted",     [INK_ERROR] = "error",
        [INK_TITLE] = "title", [INK_CURRENT] = "current", [INK_RIGHT] = "right"};
    return (size_t)ink < COUNT_OF(names) && names[ink] != NULL ? names[ink] : "";
}

static void put_text(void *at, enum ink ink, const char *s, size_t n)
{
    struct text *out = at;
    if (ink == INK_END) {
        add_visible(out, s, n, true);
        return;
    }
    const char *tag = ink == INK_CODE ? "code" : ink == INK_EMPHASIS ? "em" : "span";
    text_addf(out, *class_of(ink) == '\0' ? "<%s>" : "<%s class=\"bs-%s\">", tag, class_of(ink));
    add_visible(out, s, n, true);
    text_addf(out, "</%s>", tag);
}

static void put_maths(void *at, const char *s, size_t n)
{
    struct text shown;
    text_init(&shown);
    tex_add(&shown, s, n);
    text_add(at, "<span class=\"bs-maths\">");
    html_text(at, text_get(&shown), text_length(&shown));
    text_add(at, "</span>");
    text_release(&shown);
}

static const char *tag_of(bool prose, enum ink ink)
{
    return ink == INK_TITLE ? "h3" : ink == INK_EMPHASIS ? "blockquote" : prose ? "p" : "div";
}

static void begin_line(void *at, bool prose, enum ink ink)
{
    text_addf(at, "<%s>", tag_of(prose, ink));
}

static void end_line(void *at, bool prose, enum ink ink)
{
    text_addf(at, "</%s>\n", tag_of(prose, ink));
}

static void put_fixed(void *at, const char *s, size_t n)
{
    text_add(at, "<pre>");
    html_text(at, s, n > 0 && s[n - 1] == '\n' ? n - 1 : n);
    text_add(at, "</pre>\n");
}

static void begin_table(void *at, const char *align, size_t columns, bool has_head)
{
    (void)align;
    (void)columns;
    (void)has_head;
    text_add(at, "<table>\n");
}

static void begin_row(void *at, bool head)
{
    text_add(at, head ? "<thead><tr>" : "<tr>");
}

static void begin_cell(void *at, char align, bool head, size_t column)
{
    (void)column;
    text_addf(at, "<%s style=\"text-align:%s\">", head ? "th" : "td",
              align == 'r' ? "right" : "left");
}

static void end_cell(void *at, bool head)
{
    text_add(at, head ? "</th>" : "</td>");
}

static void end_row(void *at, bool head)
{
    text_add(at, head ? "</tr></thead>\n" : "</tr>\n");
}

static void end_table(void *at)
{
    text_add(at, "</table>\n");
}

void html_add(struct text *out, const struct rec *record, const struct words_form *form)
{
    static const struct rich_writer writer = {put_text,  put_maths,   begin_line, end_line,
                                              put_fixed, begin_table, begin_row,  begin_cell,
                                              end_cell,  end_row,     end_table};
    struct text body;
    text_init(&body);
    rich_write(record, form, &writer, &body);
    if (text_length(&body) > 0) {
        text_addf(out, "<div class=\"backstep bs-%s\">\n%s</div>\n",
                  rec_kind_name(rec_kind(record)), text_get(&body));
    }
    text_release(&body);
}

const char *html_style(void)
{
    return ".backstep { margin: 0.4em 0; }\n"
           ".backstep table { border-collapse: collapse; }\n"
           ".backstep th, .backstep td { padding: 0.15em 0.7em; border: none; }\n"
           ".backstep th { border-bottom: 1px solid currentColor; font-weight: normal; }\n"
           ".backstep td, .backstep pre, .backstep code { font-family: monospace; }\n"
           ".backstep pre { overflow-x: auto; }\n"
           ".bs-value, .bs-grad, .bs-local { white-space: nowrap; }\n"
           ".bs-name, .bs-title { font-weight: bold; }\n"
           ".bs-muted { opacity: 0.75; }\n"
           ".bs-value { color: #0b5394; }\n"
           ".bs-grad { color: #a61c00; }\n"
           ".bs-local { color: #38761d; }\n"
           ".bs-error { color: #b00020; }\n"
           ".bs-right { color: #38761d; font-weight: bold; }\n"
           ".bs-maths { font-style: italic; }\n"
           "@media (prefers-color-scheme: dark) {\n"
           "  .bs-value { color: #8ab4f8; }\n"
           "  .bs-grad { color: #ff9a85; }\n"
           "  .bs-local, .bs-right { color: #8fd18a; }\n"
           "  .bs-error { color: #ff8a95; }\n"
           "}\n";
}

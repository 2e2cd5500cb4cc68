// A handout as a page: for a browser, and for paper.
#include <stdio.h>
#include <string.h>

#include "check/handout.h"
#include "words/html.h"

static const char style[] =
    "body { max-width: 44em; margin: 2em auto; padding: 0 1em; font: 11pt/1.45 sans-serif; }\n"
    "h1 { font-size: 1.5em; }\n"
    ".name { display: flex; gap: 2em; }\n"
    ".name span { flex: 1; border-bottom: 1px solid; }\n"
    ".task { break-inside: avoid; margin: 1.5em 0; padding: 0.3em 1em; border: 1px solid #888; }\n"
    ".task > .head { display: flex; justify-content: space-between; font-weight: bold; }\n"
    ".task td:last-child { min-width: 8em; border-bottom: 1px solid #888; }\n"
    ".line { height: 2.2em; border-bottom: 1px solid #888; }\n"
    "svg { max-width: 100%; height: auto; }\n"
    ".keys { break-before: page; }\n"
    ".key { break-inside: avoid; margin: 1em 0; }\n"
    "footer { margin-top: 2em; font-size: 0.85em; }\n"
    "@page { size: A4; margin: 18mm; }\n"
    "@media print { body { margin: 0; max-width: none; padding: 0; font-size: 10pt; } }\n";

static const struct words_form form = {.style = WORDS_PROMPT, .digits = 6};

static void add_text(struct text *out, const char *s)
{
    html_text(out, s, strlen(s));
}

// The part of an SVG file that a page can hold.
static bool add_svg(struct text *out, struct handout *h, const struct rec *record)
{
    struct buf svg;
    buf_init(&svg, 1);
    bool drawn = handout_draw(h, record, "svg", &svg);
    const char *start = drawn ? memmem(svg.data, svg.count, "<svg", 4) : NULL;
    if (start != NULL) {
        text_add_bytes(out, start, svg.count - (size_t)(start - BUF(char, &svg)));
        text_add_char(out, '\n');
    }
    buf_release(&svg);
    return start != NULL;
}

static void add_task(struct text *out, const struct handout *h, const struct handout_item *item)
{
    text_addf(out, "<section class=\"task\" id=\"%s\">\n<div class=\"head\"><span>%s</span><span>",
              item->id, item->id);
    handout_points(h, item, out);
    text_add(out, "</span></div>\n");
    html_add(out, item->record, &form);
    for (size_t i = 0; i < handout_lines(item->kind); i++) {
        text_add(out, "<div class=\"line\"></div>\n");
    }
    text_add(out, "</section>\n");
}

static void add_key(struct text *out, const struct handout_item *item)
{
    text_addf(out, "<section class=\"key\"><b>%zu. %s</b>\n", item->number, item->id);
    html_add(out, item->key, &form);
    if (*item->solve != '\0') {
        text_add(out, "<pre>");
        html_text(out, item->solve, strlen(item->solve) - 1);
        text_add(out, "</pre>\n");
    }
    text_add(out, "</section>\n");
}

static void add_head(struct text *out, const struct handout *h)
{
    text_addf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n<title>",
              language_code(h->language));
    add_text(out, h->title);
    text_addf(out, "</title>\n<style>\n%s%s</style>\n</head>\n<body>\n<h1>", style, html_style());
    add_text(out, h->title);
    text_addf(out, "</h1>\n<p class=\"name\">%s <span></span> %s <span></span></p>\n",
              phrase(h->language, "Name"), phrase(h->language, "Date"));
}

static void add_foot(struct text *out, const struct handout *h)
{
    struct text foot;
    text_init(&foot);
    handout_foot(h, &foot);
    text_add(out, "<footer>");
    add_text(out, text_get(&foot));
    text_add(out, "</footer>\n");
    text_release(&foot);
}

void handout_html(struct handout *h, bool keys, struct text *out)
{
    const struct handout_item *items = h->items.data;
    add_head(out, h);
    for (size_t i = 0; i < h->items.count; i++) {
        if (items[i].id != NULL) {
            add_task(out, h, &items[i]);
        } else if (!add_svg(out, h, items[i].record)) {
            html_add(out, items[i].record, &form);
        }
    }
    add_foot(out, h);
    if (keys) {
        text_addf(out, "<section class=\"keys\">\n<h2>%s</h2>\n", handout_answers(h));
        for (size_t i = 0; i < h->items.count; i++) {
            if (items[i].id != NULL) {
                add_key(out, &items[i]);
            }
        }
        text_add(out, "</section>\n");
    }
    text_add(out, "</body>\n</html>\n");
}

#include "words/bundle.h"

#include "words/html.h"
#include "words/latex.h"
#include "words/markdown.h"
#include "words/rich.h"

bool bundle_is_picture(const struct rec *r)
{
    return rich_best(r) == RICH_PICTURE && rec_find(r, KEY_width) != NULL;
}

void bundle_plain(struct text *out, const struct rec *r, const struct words_form *form)
{
    struct text words;
    if (rich_best(r) == RICH_PICTURE && !bundle_is_picture(r)) {
        return;
    }
    text_init(&words);
    words_add(&words, r, form);
    ink_plain(out, text_get(&words), text_length(&words));
    text_release(&words);
}

void bundle_add_base64(struct text *out, const char *s, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *b = (const unsigned char *)s;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t three = (uint32_t)b[i] << 16 | (i + 1 < n ? (uint32_t)b[i + 1] << 8 : 0) |
                         (i + 2 < n ? b[i + 2] : 0);
        text_add_char(out, digits[three >> 18]);
        text_add_char(out, digits[three >> 12 & 63]);
        text_add_char(out, i + 1 < n ? digits[three >> 6 & 63] : '=');
        text_add_char(out, i + 2 < n ? digits[three & 63] : '=');
    }
}

static void add_form(struct text *out, const char *type, struct text *s)
{
    if (text_length(s) > 0) {
        text_addf(out, ",\"%s\":", type);
        rec_json_text(out, text_get(s), text_length(s));
    }
    text_clear(s);
}

static void add_picture(struct text *out, const struct rec *r, struct text *svg)
{
    struct text html;
    text_init(&html);
    if (text_length(svg) <= BUNDLE_IMAGE_MOST) {
        text_addf(&html, "<img alt=\"%s\" src=\"data:image/svg+xml;base64,",
                  rec_is(r, KIND_plot) ? "The plot" : "The graph");
        bundle_add_base64(&html, text_get(svg), text_length(svg));
        text_add(&html, "\">");
    }
    add_form(out, "image/svg+xml", svg);
    add_form(out, "text/html", &html);
    text_release(&html);
}

void bundle_add(struct text *out, const struct rec *r, const struct words_form *form,
                const struct bundle_drawer *drawer)
{
    struct text s;
    text_init(&s);
    text_add(out, "{\"text/plain\":");
    bundle_plain(&s, r, form);
    rec_json_text(out, text_get(&s), text_length(&s));
    text_clear(&s);
    enum rich_form best = rich_best(r);
    if (bundle_is_picture(r) && drawer != NULL && drawer->draw(drawer->at, r, &s)) {
        add_picture(out, r, &s);
    } else if (best == RICH_LATEX) {
        latex_add(&s, r, form);
        add_form(out, "text/latex", &s);
    } else if (best == RICH_MARKDOWN) {
        markdown_add(&s, r, form);
        add_form(out, "text/markdown", &s);
    } else {
        text_add(&s, drawer != NULL && drawer->style != NULL ? drawer->style : "");
        html_add(&s, r, form);
        add_form(out, "text/html", &s);
    }
    text_add_char(out, '}');
    text_release(&s);
}

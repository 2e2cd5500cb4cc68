#include "command/plot.h"

enum { LABEL_COLUMNS = 60 };

const char *plot_text(const struct plot *p, struct span span, size_t *length)
{
    *length = span.end - span.start;
    return p->call->lexer->source->text + span.start;
}

void plot_label(const struct plot *p, struct span span, struct text *out)
{
    size_t n;
    const char *s = plot_text(p, span, &n);
    struct text line;
    text_init(&line);
    n = text_trimmed(s, n);
    for (size_t k = 0; k < n; k++) {
        if (!text_is_blank(s[k]) || (k > 0 && !text_is_blank(s[k - 1]))) {
            text_add_char(&line, text_is_blank(s[k]) ? ' ' : s[k]);
        }
    }
    size_t length = text_length(&line), cut = utf8_cut(text_get(&line), length, LABEL_COLUMNS);
    text_add_visible(out, text_get(&line), cut);
    text_add(out, cut < length ? "…" : "");
    text_release(&line);
}

struct rec *plot_record(struct plot *p, const char *form)
{
    struct call *c = p->call;
    struct rec *r = call_record(c, KIND_plot);
    rec_text(c->out, r, KEY_form, form);
    if (p->format == NULL) {
        rec_whole(c->out, r, KEY_width, c->s->terminal.columns);
        rec_flag(c->out, r, KEY_ascii, c->s->terminal.ascii);
    } else {
        plot_put_file(p, r);
    }
    return r;
}

struct rec *plot_axis(struct plot *p, struct rec *plot, enum rec_key key, const char *label,
                      double from, double to)
{
    struct records *out = p->call->out;
    struct rec *axis = rec_map(out, plot, key);
    if (label != NULL) {
        rec_text(out, axis, KEY_label, label);
    }
    rec_number(out, axis, KEY_from, from);
    rec_number(out, axis, KEY_to, to);
    return axis;
}

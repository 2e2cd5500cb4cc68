#include "words/marks.h"

#include <string.h>

#include "words/prose.h"

static void add_cell(struct text *out, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        text_add_char(out, s[i] == '\n' ? ' ' : s[i]);
    }
    text_add_char(out, MARK_CELL);
}

void marks_put_table(struct text *out, const struct table *t)
{
    size_t columns = strlen(t->align);
    const char *const *cells = t->cells.data;
    text_add_char(out, MARK_TABLE);
    for (size_t i = 0; i < columns; i++) {
        text_add_char(out, strchr("rd", t->align[i]) != NULL ? 'r' : 'l');
    }
    text_add_char(out, '\n');
    for (size_t i = 0; i + columns <= t->cells.count; i += columns) {
        text_add_char(out, MARK_ROW);
        for (size_t j = 0; j < columns; j++) {
            add_cell(out, cells[i + j], strlen(cells[i + j]));
        }
        text_add_char(out, '\n');
    }
}

void marks_put_prose(struct text *out, const char *text, const char *lead, enum ink ink)
{
    struct text inked;
    text_init(&inked);
    prose_inked(&inked, text, ink);
    text_addf(out, "%c%c%s", MARK_PROSE, (char)ink, lead);
    for (const char *s = text_get(&inked); *s != '\0'; s++) {
        text_add_char(out, *s == '\n' ? MARK_BREAK : *s);
    }
    text_add_char(out, '\n');
    text_release(&inked);
}

void marks_put_prose_table(struct text *out, const struct rec *rows)
{
    size_t columns = 0;
    for (const struct rec *row = rows->in.first; row != NULL; row = row->next) {
        columns = row->in.count > columns ? row->in.count : columns;
    }
    text_add_char(out, MARK_TABLE);
    text_fill(out, 'l', columns);
    text_add_char(out, '\n');
    for (const struct rec *row = rows->in.first; row != NULL; row = row->next) {
        text_add_char(out, MARK_ROW);
        for (const struct rec *c = row->in.first; c != NULL; c = c->next) {
            struct text inked;
            text_init(&inked);
            // Titles are muted in every table; see is_head.
            enum ink ink = row == rows->in.first ? INK_MUTED : INK_END;
            text_add(&inked, ink == INK_MUTED ? (char[]){INK_MUTED, '\0'} : "");
            prose_inked(&inked, c->text, ink);
            text_add(&inked, ink == INK_MUTED ? (char[]){INK_END, '\0'} : "");
            add_cell(out, text_get(&inked), text_length(&inked));
            text_release(&inked);
        }
        text_add_char(out, '\n');
    }
}

#include "words/rich.h"

#include <string.h>

#include "words/marks.h"
#include "words/prose.h"
#include "words/wrap.h"

enum rich_form rich_best(const struct rec *record)
{
    switch (rec_kind(record)) {
    case KIND_prose:
    case KIND_question:
    case KIND_judged:
    case KIND_hint:
    case KIND_solution:
    case KIND_model:
    case KIND_rated:
    case KIND_help_term:
    case KIND_lesson_begin:
        return RICH_MARKDOWN;
    case KIND_derive:
        return RICH_LATEX;
    case KIND_scene:
    case KIND_plot:
        return RICH_PICTURE;
    default:
        return RICH_HTML;
    }
}

// ---- Reading them -------------------------------------------------------------------------------

struct rich_reader {
    const struct rich_writer *writer;
    void *at;
    const char *align;  // of the table that is open
    size_t columns;     // 0: none is
};

// Pieces of text, each in its ink. base: the ink of what is in no other.
static void write_pieces(const struct rich_reader *r, const char *s, size_t n, enum ink base)
{
    enum ink ink = base;
    for (size_t i = 0; i < n;) {
        size_t end = i;
        if (s[i] == PROSE_MATHS) {
            for (end = i + 1; end < n && s[end] != PROSE_MATHS_END; end++) {
            }
            r->writer->maths(r->at, s + i + 1, end - i - 1);
            i = end + (end < n);
            continue;
        }
        while (end < n && !ink_is_mark(s[end]) && s[end] != PROSE_MATHS) {
            end++;
        }
        if (end > i) {
            r->writer->text(r->at, ink, s + i, end - i);
        }
        if (end < n && ink_is_mark(s[end])) {
            ink = s[end] == INK_END ? base : (enum ink)s[end];
            end++;
        }
        i = end;
    }
}

static void write_prose(const struct rich_reader *r, const char *s, size_t n)
{
    enum ink ink = n > 0 ? (enum ink)s[0] : INK_END;
    for (size_t i = n > 0; i < n || i == 1;) {
        const char *end = memchr(s + i, MARK_BREAK, n - i);
        size_t length = end == NULL ? n - i : (size_t)(end - s) - i;
        r->writer->begin_line(r->at, true, ink);
        write_pieces(r, s + i, length, ink == INK_TITLE ? INK_END : ink);
        r->writer->end_line(r->at, true, ink);
        i += length + 1;
    }
}

// A row of titles: at least one cell has a text, and all texts are muted.
static bool is_head(const char *row, size_t n)
{
    bool any = false;
    for (size_t i = 0; i < n;) {
        const char *end = memchr(row + i, MARK_CELL, n - i);
        size_t length = end == NULL ? n - i : (size_t)(end - row) - i;
        bool shown = ink_columns(row + i, length) > 0;
        if (shown && row[i] != INK_MUTED) {
            return false;
        }
        any = any || shown;
        i += length + 1;
    }
    return any;
}

static void write_row(const struct rich_reader *r, const char *s, size_t n, bool head)
{
    r->writer->begin_row(r->at, head);
    for (size_t column = 0, i = 0; column < r->columns; column++) {
        const char *end = i < n ? memchr(s + i, MARK_CELL, n - i) : NULL;
        size_t length = end == NULL ? 0 : (size_t)(end - s) - i;
        size_t blanks = strspn(s + i, " ");
        blanks = blanks < length ? blanks : length;
        r->writer->begin_cell(r->at, r->align[column], head, column);
        write_pieces(r, s + i + blanks, length - blanks, INK_END);
        r->writer->end_cell(r->at, head);
        i += end == NULL ? 0 : length + 1;
    }
    r->writer->end_row(r->at, head);
}

static size_t line_length(const char *s)
{
    return strcspn(s, "\n");
}

// The lines from s on that begin with the mark of fixed ones, without it. Returns what follows.
static const char *write_fixed(const struct rich_reader *r, const char *s)
{
    struct text lines;
    text_init(&lines);
    while (*s == WRAP_FIXED) {
        size_t n = line_length(s);
        ink_plain(&lines, s + 1, n - 1);
        text_add_char(&lines, '\n');
        s += n + (s[n] == '\n');
    }
    r->writer->fixed(r->at, text_get(&lines), text_length(&lines));
    text_release(&lines);
    return s;
}

// A table from its first line on. Returns what follows.
static const char *write_table(struct rich_reader *r, const char *s)
{
    size_t n = line_length(s);
    const char *row = s + n + (s[n] == '\n');
    r->align = s + 1;
    r->columns = n - 1;
    if (*row != MARK_ROW || r->columns == 0) {
        return row;
    }
    bool head = is_head(row + 1, line_length(row) - 1);
    r->writer->begin_table(r->at, r->align, r->columns, head);
    for (; *row == MARK_ROW; head = false) {
        n = line_length(row);
        write_row(r, row + 1, n - 1, head);
        row += n + (row[n] == '\n');
    }
    r->writer->end_table(r->at);
    return row;
}

static void write_line(const struct rich_reader *r, const char *s, size_t n)
{
    r->writer->begin_line(r->at, false, INK_END);
    write_pieces(r, s, n, INK_END);
    r->writer->end_line(r->at, false, INK_END);
}

void rich_write(const struct rec *record, const struct words_form *form,
                const struct rich_writer *writer, void *at)
{
    struct rich_reader r = {.writer = writer, .at = at};
    struct text said, plain;
    text_init(&said);
    text_init(&plain);
    words_structured(&said, record, form);
    const char *s = text_get(&said);
    if (words_is_fixed(record)) {
        ink_plain(&plain, s, text_length(&said));
        if (text_length(&plain) > 0) {
            writer->fixed(at, text_get(&plain), text_length(&plain));
        }
        s = "";
    }
    while (*s != '\0') {
        size_t n = line_length(s);
        if (*s == WRAP_FIXED) {
            s = write_fixed(&r, s);
            continue;
        }
        if (*s == MARK_TABLE) {
            s = write_table(&r, s);
            continue;
        }
        if (*s == MARK_PROSE) {
            write_prose(&r, s + 1, n - 1);
        } else if (n > 0) {
            write_line(&r, s, n);
        }
        s += n + (s[n] == '\n');
    }
    text_release(&said);
    text_release(&plain);
}

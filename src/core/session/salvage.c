#include "session/salvage.h"

#include <string.h>

#include "base/json.h"
#include "session/transaction.h"
#include "text/block.h"

enum { LISTED = 40 };  // statements that were left out

// Where a cell of a notebook begins in the text that was made of it.
struct salvage_cell {
    size_t line, number;
};

struct salvage {
    size_t mark, start;       // of the running statement: in the trail, in the text
    size_t statements, left;  // that began; that were left out
    struct records rows;      // one for each that was left out
    struct buf cells;         // struct salvage_cell; empty: it is not a notebook
};

static void release(void *work)
{
    struct salvage *v = work;
    records_release(&v->rows);
    buf_release(&v->cells);
}

static struct salvage *salvage_of(const struct frame *f)
{
    return f->kind == FRAME_TEXT && f->release == release ? f->work.data : NULL;
}

static bool ends_in(const char *s, size_t n, const char *ending)
{
    size_t length = strlen(ending);
    return n > length && memcmp(s + n - length, ending, length) == 0;
}

bool salvage_wants(const char *name, size_t n)
{
    return ends_in(name, n, ".py") || ends_in(name, n, ".ipynb");
}

// ---- Notebooks ----------------------------------------------------------------------------------

// A cell's text is one text, or a list of lines with their ends.
static void add_source(struct text *out, struct json source)
{
    if (json_kind(source) == JSON_TEXT) {
        json_add_text(out, source);
    }
    for (struct json_walk w = json_walk(source); json_next(&w);) {
        json_add_text(out, w.value);
    }
}

// %%time and the like say something about a cell; %%backstep, that it is ours. Any other, %%bash,
// that it is in another language.
static bool is_python(const char *s, size_t n)
{
    size_t line = 0, word;
    while (line < n && s[line] != '\n') {
        line++;
    }
    for (word = 2; word < line && s[word] != ' '; word++) {
    }
    return n < 2 || s[0] != '%' || s[1] != '%' ||
           text_among("backstep capture prun python python3 time timeit", s + 2, word - 2);
}

// *line: the one at which it begins, and then the one after it.
static void add_cell(struct salvage *v, struct text *out, struct json cell, size_t number,
                     size_t *line)
{
    struct text source;
    struct json given = json_member(cell, "source");
    text_init(&source);
    add_source(&source, given.s != NULL ? given : json_member(cell, "input"));
    const char *s = text_get(&source);
    size_t n = text_length(&source), before = text_length(out);
    struct salvage_cell *begun = buf_push(&v->cells, 1);
    if (begun != NULL) {
        *begun = (struct salvage_cell){.line = *line, .number = number};
    }
    if (is_python(s, n)) {
        size_t skipped = n >= 2 && s[0] == '%' && s[1] == '%' ? strcspn(s, "\n") : 0;
        text_add_bytes(out, s + skipped, n - skipped);
        text_add_char(out, '\n');
    }
    for (s = text_get(out); before < text_length(out); before++) {
        *line += s[before] == '\n';
    }
    text_release(&source);
}

// The code of all cells, one after the other. Notebooks of before 2015 have sheets of cells.
static bool read_notebook(struct salvage *v, const char *bytes, size_t n, struct text *out,
                          struct diag *d, struct span load)
{
    struct json file, cells;
    const char *why;
    size_t number = 0, line = 1;
    if (!json_check(bytes, n, &file, &why, NULL)) {
        return diag_set(d, load, "this is not a notebook: %s", why);
    }
    cells = json_member(file, "cells");
    if (cells.s == NULL) {
        struct json_walk sheets = json_walk(json_member(file, "worksheets"));
        cells = json_next(&sheets) ? json_member(sheets.value, "cells") : cells;
    }
    if (json_kind(cells) != JSON_LIST) {
        return diag_set(d, load, "this is not a notebook: it has no cells");
    }
    for (struct json_walk w = json_walk(cells); json_next(&w);) {
        number++;
        if (json_is(json_member(w.value, "cell_type"), "code")) {
            add_cell(v, out, w.value, number, &line);
        }
    }
    return !out->bytes.failed || diag_out_of_memory(d);
}

// ---- The frame ----------------------------------------------------------------------------------

bool salvage_push(struct session *s, const char *name, struct span load, const char *bytes,
                  size_t n, struct diag *d)
{
    struct salvage fresh = {.mark = 0};
    struct text text;
    bool notebook = ends_in(name, strlen(name), ".ipynb");
    records_init(&fresh.rows);
    buf_init(&fresh.cells, sizeof(struct salvage_cell));
    text_init(&text);
    bool ok = !notebook || read_notebook(&fresh, bytes, n, &text, d, load);
    ok = ok && (session_push_frame(s, name, load, notebook ? text_get(&text) : bytes,
                                   notebook ? text_length(&text) : n) ||
                diag_set(d, load,
                         "this file cannot be loaded: files load each other too deeply, or "
                         "memory is short"));
    text_release(&text);
    struct frame *f = ok ? &BUF(struct frame, &s->frames)[s->frames.count - 1] : NULL;
    if (f != NULL) {
        buf_release(&f->work);
        buf_init(&f->work, sizeof fresh);
    }
    struct salvage *v = f == NULL ? NULL : buf_push(&f->work, 1);
    if (v == NULL) {
        release(&fresh);
        return ok && diag_out_of_memory(d);
    }
    *v = fresh;
    f->release = release;
    return true;
}

size_t salvage_depth(const struct session *s)
{
    size_t depth = s->frames.count;
    while (depth > 0 && salvage_of(&BUF(struct frame, &s->frames)[depth - 1]) == NULL) {
        depth--;
    }
    return depth;
}

bool salvage_begin(struct session *s, struct frame *f, size_t start)
{
    struct salvage *v = salvage_of(f);
    if (v == NULL) {
        return true;
    }
    v->start = start;
    v->statements += !s->asked;  // one that has waited for a file was counted
    return transaction_mark(s, &v->mark);
}

// ---- What is left out ---------------------------------------------------------------------------

static size_t line_end(const struct source *source, size_t at)
{
    const char *newline = memchr(source->text + at, '\n', source->length - at);
    return newline == NULL ? source->length : (size_t)(newline - source->text);
}

// The first byte of a line that is neither a blank nor a tab; of an empty one or a comment its end.
static size_t first_of_line(const struct source *source, size_t at)
{
    size_t end = line_end(source, at);
    while (at < end && strchr(" \t\r", source->text[at]) != NULL) {
        at++;
    }
    return at < end && source->text[at] == '#' ? end : at;
}

static bool goes_on(const struct source *source, size_t at)
{
    size_t n = 0;
    while (at + n < source->length && source->text[at + n] >= 'a' && source->text[at + n] <= 'z') {
        n++;
    }
    return text_among("elif else except finally", source->text + at, n);
}

// After the statement at `start`: its brackets closed, and all lines that are further in than its
// own, or that begin with else and the like.
static size_t statement_end(const struct source *source, size_t start)
{
    struct lexer l = {.source = source, .at = start};
    size_t end = lexer_statement_end(&l), column = block_column(source, start);
    if (end < source->length && source->text[end] == ';') {
        return end + 1;
    }
    for (size_t at = line_end(source, end); at < source->length;) {
        size_t first = first_of_line(source, at + 1), stop = line_end(source, at + 1);
        size_t in = first < stop ? block_column(source, first) : column + 1;
        if (in < column || (in == column && !goes_on(source, first))) {
            break;
        }
        end = first < stop ? stop : end;
        at = stop;
    }
    return end > start ? end : start + 1;
}

static void list(struct salvage *v, const struct source *source, const struct diag *d)
{
    const struct lexer at = {.source = source, .at = v->start};
    size_t line = source_place(source, v->start).line, end = line_end(source, v->start);
    size_t stop = lexer_statement_end(&at);
    end = stop < end ? stop : end;
    end = v->start + text_trimmed(source->text + v->start, end - v->start);
    const struct salvage_cell *cell = NULL;
    char text[QUOTED];
    v->left++;
    if (v->left > LISTED) {
        return;
    }
    for (size_t i = 0; i < v->cells.count; i++) {
        const struct salvage_cell *c = &BUF(struct salvage_cell, &v->cells)[i];
        cell = c->line <= line ? c : cell;
    }
    struct rec *r = rec_map(&v->rows, &v->rows.list, KEY_NONE);
    if (cell != NULL) {
        rec_whole(&v->rows, r, KEY_cell, (int64_t)cell->number);
    }
    rec_whole(&v->rows, r, KEY_line, (int64_t)(cell == NULL ? line : line - cell->line + 1));
    rec_text(&v->rows, r, KEY_text, diag_quote(text, source->text + v->start, end - v->start));
    rec_text(&v->rows, r, KEY_message, d->message);
}

void salvage_skip(struct session *s, struct frame *f, const struct diag *d)
{
    struct salvage *v = salvage_of(f);
    BS_ASSERT(v != NULL);
    transaction_take_back(s, v->mark);
    source_advance(&f->source, v->start);
    list(v, &f->source, d);
    f->lexer.at = statement_end(&f->source, v->start);
    f->lexer.open = 0;
}

void salvage_tell(struct session *s, struct frame *f, struct records *out)
{
    struct salvage *v = salvage_of(f);
    if (v == NULL || (v->left == 0 && s->mode == SESSION_SCRIPT)) {
        return;
    }
    struct rec *r = records_add(out, KIND_loaded);
    rec_text(out, r, KEY_path, f->source.name);
    rec_whole(out, r, KEY_done, (int64_t)(v->statements - v->left));
    struct rec *rows = rec_list(out, r, KEY_rows);
    for (const struct rec *i = v->rows.list.in.first; i != NULL; i = i->next) {
        rec_copy(out, rows, i);
    }
    rec_whole(out, r, KEY_more, (int64_t)(v->left - v->rows.list.in.count));
}

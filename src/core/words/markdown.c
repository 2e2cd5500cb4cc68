#include "words/markdown.h"

#include <string.h>

#include "words/latex.h"
#include "words/rich.h"

// Where text is put, and what must be known of it.
struct markdown_page {
    struct text *out;
    bool line_begins, in_table;
    const char *align;  // of the table
    size_t columns;
};

static void add_escaped(struct text *out, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '<' || s[i] == '>' || s[i] == '&') {
            text_add(out, s[i] == '<' ? "&lt;" : s[i] == '>' ? "&gt;" : "&amp;");
        } else {
            text_add(out, strchr("\\`*_[]#|~$!", s[i]) != NULL && s[i] != '\0' ? "\\" : "");
            text_add_char(out, s[i] == '\n' ? ' ' : s[i]);
        }
    }
}

void markdown_text(struct text *out, const char *s, size_t n)
{
    struct text shown;
    text_init(&shown);
    text_add_visible(&shown, s, n);
    add_escaped(out, text_get(&shown), text_length(&shown));
    text_release(&shown);
}

// The longest row of backticks.
static size_t backticks(const char *s, size_t n)
{
    size_t most = 0, now = 0;
    for (size_t i = 0; i < n; i++) {
        now = s[i] == '`' ? now + 1 : 0;
        most = now > most ? now : most;
    }
    return most;
}

static void put_code(struct markdown_page *p, const char *code, size_t length)
{
    struct text shown;
    text_init(&shown);
    text_add_visible(&shown, code, length);
    const char *s = text_get(&shown);
    size_t n = text_length(&shown);
    size_t fence = backticks(s, n) + 1;
    bool edge = n > 0 && (s[0] == '`' || s[n - 1] == '`');
    text_fill(p->out, '`', fence);
    text_add(p->out, edge ? " " : "");
    for (size_t i = 0; i < n; i++) {
        // Within a table even code ends its cell at a bar.
        text_add(p->out, p->in_table && s[i] == '|' ? "\\" : "");
        text_add_char(p->out, s[i]);
    }
    text_add(p->out, edge ? " " : "");
    text_fill(p->out, '`', fence);
    text_release(&shown);
}

// What would begin a list, a quotation, a rule or a heading at the beginning of a line: - + = 1.
static size_t line_begin(struct markdown_page *p, const char *s, size_t n)
{
    size_t digits = 0;
    while (digits < n && text_is_digit(s[digits])) {
        digits++;
    }
    if (digits == 0 && n > 0 && strchr("-+=", s[0]) != NULL) {
        text_addf(p->out, "\\%c", s[0]);
        return 1;
    }
    if (digits > 0 && digits < n && strchr(".)", s[digits]) != NULL) {
        text_add_bytes(p->out, s, digits);
        text_addf(p->out, "\\%c", s[digits]);
        return digits + 1;
    }
    return 0;
}

static void put_text(void *at, enum ink ink, const char *s, size_t n)
{
    struct markdown_page *p = at;
    size_t blanks = 0;
    if (p->line_begins) {  // four blanks would begin a block of code
        while (blanks < n && s[blanks] == ' ') {
            blanks++;
        }
        blanks += line_begin(p, s + blanks, n - blanks);
    }
    if (blanks < n || !p->line_begins) {
        p->line_begins = false;
    }
    if (ink == INK_CODE) {
        put_code(p, s + blanks, n - blanks);
    } else if (ink == INK_EMPHASIS && n > blanks) {
        text_add(p->out, "*");
        markdown_text(p->out, s + blanks, n - blanks);
        text_add(p->out, "*");
    } else {
        markdown_text(p->out, s + blanks, n - blanks);
    }
}

static void put_maths(void *at, const char *s, size_t n)
{
    struct markdown_page *p = at;
    text_add_char(p->out, '$');
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '<' || s[i] == '>' || (s[i] == '|' && p->in_table)) {
            text_add(p->out, s[i] == '<' ? "\\lt " : s[i] == '>' ? "\\gt " : "\\vert ");
        } else {
            text_add_char(p->out, s[i] == '\n' ? ' ' : s[i]);
        }
    }
    text_add_char(p->out, '$');
    p->line_begins = false;
}

static void begin_line(void *at, bool prose, enum ink ink)
{
    struct markdown_page *p = at;
    (void)prose;
    text_add(p->out, ink == INK_TITLE ? "\n### " : ink == INK_EMPHASIS ? "\n> " : "\n");
    p->line_begins = ink == INK_END;
}

static void end_line(void *at, bool prose, enum ink ink)
{
    struct markdown_page *p = at;
    (void)prose;
    (void)ink;
    text_add_char(p->out, '\n');
    p->line_begins = false;
}

void markdown_fence(struct text *out, const char *info, const char *s, size_t n)
{
    size_t fence = backticks(s, n) + 1 < 3 ? 3 : backticks(s, n) + 1;
    text_fill(out, '`', fence);
    text_addf(out, "%s\n", info);
    text_add_bytes(out, s, n);
    text_add(out, n > 0 && s[n - 1] == '\n' ? "" : "\n");
    text_fill(out, '`', fence);
    text_add_char(out, '\n');
}

static void put_fixed(void *at, const char *s, size_t n)
{
    struct markdown_page *p = at;
    struct text shown;
    text_init(&shown);
    for (size_t i = 0; i < n;) {
        const char *end = memchr(s + i, '\n', n - i);
        size_t length = end == NULL ? n - i : (size_t)(end - s) - i;
        text_add_visible(&shown, s + i, length);
        text_add_char(&shown, '\n');
        i += length + 1;
    }
    text_add_char(p->out, '\n');
    markdown_fence(p->out, "text", text_get(&shown), text_length(&shown));
    text_release(&shown);
}

static void add_rule(struct markdown_page *p)
{
    for (size_t i = 0; i < p->columns; i++) {
        text_add(p->out, p->align[i] == 'r' ? "|---:" : "|---");
    }
    text_add(p->out, "|\n");
}

// Every table of Markdown has a row of titles: an empty one where there is none.
static void begin_table(void *at, const char *align, size_t columns, bool has_head)
{
    struct markdown_page *p = at;
    p->in_table = true;
    p->align = align;
    p->columns = columns;
    text_add_char(p->out, '\n');
    for (size_t i = 0; i < columns && !has_head; i++) {
        text_add(p->out, i + 1 < columns ? "| " : "| |\n");
    }
    if (!has_head) {
        add_rule(p);
    }
}

static void begin_row(void *at, bool head)
{
    (void)at;
    (void)head;
}

static void begin_cell(void *at, char align, bool head, size_t column)
{
    struct markdown_page *p = at;
    (void)align;
    (void)head;
    (void)column;
    text_add(p->out, "| ");
}

static void end_cell(void *at, bool head)
{
    struct markdown_page *p = at;
    (void)head;
    text_add_char(p->out, ' ');
}

static void end_row(void *at, bool head)
{
    struct markdown_page *p = at;
    text_add(p->out, "|\n");
    if (head) {
        add_rule(p);
    }
}

static void end_table(void *at)
{
    struct markdown_page *p = at;
    p->in_table = false;
}

void markdown_add(struct text *out, const struct rec *record, const struct words_form *form)
{
    static const struct rich_writer writer = {put_text,  put_maths,   begin_line, end_line,
                                              put_fixed, begin_table, begin_row,  begin_cell,
                                              end_cell,  end_row,     end_table};
    struct markdown_page page = {.out = out};
    struct text rows;
    text_init(&rows);
    if (rec_is(record, KIND_derive) && latex_rows(&rows, record, form)) {
        text_addf(out, "\n$$\n\\begin{aligned}\n%s\\end{aligned}\n$$\n", text_get(&rows));
    } else {
        rich_write(record, form, &writer, &page);
    }
    text_release(&rows);
}

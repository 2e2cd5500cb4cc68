#include "base/diag.h"

#include <string.h>

#include "base/format.h"

struct span span_trim(const char *s, struct span at)
{
    while (at.start < at.end && text_is_blank(s[at.start])) {
        at.start++;
    }
    at.end = at.start + text_trimmed(s + at.start, at.end - at.start);
    return at;
}

// Formats into out; a message too long is cut between characters and ended with "…".
static void format_words(char out[DIAG_WORDS], const char *format, va_list args)
{
    char words[2 * DIAG_WORDS];
    int n = format_write_args(words, sizeof words, format, args);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof words ? (size_t)n : sizeof words - 1;
    bool cut = length >= DIAG_WORDS;
    if (cut) {
        length = DIAG_WORDS - 4;
        while (length > 0 && ((unsigned char)words[length] & 0xC0) == 0x80) {
            length--;
        }
    }
    memcpy(out, words, length);
    strcpy(out + length, cut ? "…" : "");
}

bool diag_set(struct diag *d, struct span span, const char *format, ...)
{
    if (!d->set) {
        va_list args;
        va_start(args, format);
        format_words(d->message, format, args);
        va_end(args);
        d->hint[0] = '\0';
        d->span = span;
        d->set = true;
    }
    return false;
}

bool diag_hint(struct diag *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    format_words(d->hint, format, args);
    va_end(args);
    return false;
}

bool diag_out_of_memory(struct diag *d)
{
    diag_set(d, (struct span){0, 0}, "this needs more memory than the machine gives");
    return diag_hint(d, "nothing was changed; 'reset' frees the graph");
}

const char *diag_quote(char out[QUOTED], const char *s, size_t n)
{
    struct text t;
    text_init(&t);
    size_t few = n < 160 ? n : 160;
    text_add_visible(&t, s, few);
    const char *visible = text_get(&t);
    size_t length = text_length(&t);
    size_t cut = utf8_cut(visible, length, 40);
    bool whole = cut == length && few == n;
    format_write(out, QUOTED, "%.*s%s", (int)cut, visible, whole ? "" : "…");
    text_release(&t);
    return out;
}

struct place source_place(const struct source *source, size_t at)
{
    if (at > source->length) {
        at = source->length;
    }
    struct place p = {.line = source->line};
    if (source->known <= at) {
        p.line_start = source->known;
        p.line += source->known_lines;
    }
    for (const char *newline;
         (newline = memchr(source->text + p.line_start, '\n', at - p.line_start)) != NULL;) {
        p.line_start = (size_t)(newline - source->text) + 1;
        p.line++;
    }
    const char *end = memchr(source->text + at, '\n', source->length - at);
    p.line_end = end == NULL ? source->length : (size_t)(end - source->text);
    p.column = utf8_length(source->text + p.line_start, at - p.line_start) + 1;
    return p;
}

void source_advance(struct source *source, size_t at)
{
    struct place p = source_place(source, at);
    source->known = p.line_start;
    source->known_lines = p.line - source->line;
}

bool source_is_blank(const struct source *source)
{
    for (size_t i = 0; i < source->length; i++) {
        if (strchr(" \t\r", source->text[i]) == NULL) {
            return false;
        }
    }
    return true;
}

struct span source_with_parentheses(const struct source *source, struct span span)
{
    const char *s = source->text;
    size_t open = 0;
    for (size_t i = span.start; i < span.end; i++) {
        if (s[i] == ')' && open == 0) {
            while (span.start > 0 && s[--span.start] != '(') {
            }
        } else {
            open += s[i] == '(';
            open -= s[i] == ')';
        }
    }
    for (; open > 0 && span.end < source->length; span.end++) {
        open += s[span.end] == '(';
        open -= s[span.end] == ')';
    }
    return span;
}

enum { EXCERPT_COLUMNS = 200, EXCERPT_BEFORE = 100 };

// The start of a character at or before byte i. A character has at most 4 bytes; where more go on
// with it they are none.
static size_t character_start(const char *s, size_t i, size_t least)
{
    for (int bytes = 1; bytes < 4 && i > least && ((unsigned char)s[i] & 0xC0) == 0x80; bytes++) {
        i--;
    }
    return i;
}

// Tabs stay tabs, so that the caret's line can repeat them; a carriage return is dropped.
static void add_source(struct text *out, const char *s, size_t n)
{
    for (size_t i = 0, start = 0; i <= n; i++) {
        if (i == n || s[i] == '\t' || s[i] == '\r') {
            text_add_visible(out, s + start, i - start);
            if (i < n && s[i] == '\t') {
                text_add_char(out, '\t');
            }
            start = i + 1;
        }
    }
}

void diag_excerpt(struct text *out, const struct source *source, struct span span, size_t indent)
{
    struct place p = source_place(source, span.start);
    const char *s = source->text;
    size_t at = span.start < p.line_end ? span.start : p.line_end;
    size_t from = p.line_start, to = p.line_end;
    // An invalid byte shows as 4 columns, a character of 4 bytes as at least 1: bytes bound both.
    bool cut = to - from > EXCERPT_COLUMNS;
    if (cut) {
        size_t before = at - from > EXCERPT_BEFORE ? EXCERPT_BEFORE : at - from;
        from = character_start(s, at - before, from);
        to = to - from > EXCERPT_COLUMNS - 10 ? from + EXCERPT_COLUMNS - 10 : to;
        to = to == p.line_end ? to : character_start(s, to, at);
    }
    struct text shown;
    text_init(&shown);
    text_fill(&shown, ' ', indent);
    text_add(&shown, from > p.line_start ? "…" : "");
    add_source(&shown, s + from, at - from);
    size_t caret = text_length(&shown);
    add_source(&shown, s + at, to - at);
    text_add(&shown, to < p.line_end ? "…" : "");
    const char *line = text_get(&shown);
    text_add(out, line);
    text_add_char(out, '\n');
    for (size_t i = 0, start = 0; i <= caret; i++) {
        if (i == caret || line[i] == '\t') {
            text_fill(out, ' ', utf8_columns(line + start, i - start));
            text_add(out, i < caret ? "\t" : "");
            start = i + 1;
        }
    }
    text_add(out, "^\n");
    text_release(&shown);
}

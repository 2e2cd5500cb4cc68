#include "words/prose.h"

#include <string.h>

#include "words/ascii.h"

// A blank at which no line is broken; it stands only between the two halves of this file.
#define FIXED_BLANK '\x1f'

// ---- Marks to ink -------------------------------------------------------------------------------

// The character at *s, made fit to be shown; *s moves past it.
static void add_character(struct text *out, const char **s, bool ascii)
{
    uint32_t c;
    size_t n = utf8_read(*s, strlen(*s), &c);
    bool strange = n == 0 || c < 0x20 || c == 0x7F;
    if (strange) {
        text_add_visible(out, *s, 1);
    } else if (ascii && c >= 0x80) {
        const char *shown = ascii_of(*s, n);
        text_add(out, shown);
        // A sign that became a word is apart from what follows it: eta x.
        if (strlen(shown) > 2 && text_in_word(shown[0]) && text_in_word((*s)[n]) &&
            (unsigned char)(*s)[n] < 0x80) {
            text_add_char(out, FIXED_BLANK);
        }
    } else {
        text_add_bytes(out, *s, n);
    }
    *s += strange ? 1 : n;
}

// What a text becomes: for a terminal, maybe one of ASCII only, or for rich.h, with mathematics as
// it is.
enum aim { AIM_TERMINAL, AIM_ASCII, AIM_RICH };

static void add_mathematics(struct text *out, const char *s, size_t n, enum aim aim)
{
    if (aim == AIM_RICH) {
        text_add_char(out, PROSE_MATHS);
        text_add_visible(out, s, n);
        text_add_char(out, PROSE_MATHS_END);
        return;
    }
    struct text shown;
    text_init(&shown);
    tex_add(&shown, s, n);
    for (const char *at = text_get(&shown); *at != '\0';) {
        if (*at == ' ') {
            text_add_char(out, FIXED_BLANK);
            at++;
        } else {
            add_character(out, &at, aim == AIM_ASCII);
        }
    }
    text_release(&shown);
}

// `code` from after its first mark; returns after its last.
static const char *add_code(struct text *out, const char *s, enum aim aim)
{
    text_add_char(out, INK_CODE);
    while (*s != '\0' && *s != '`') {
        s += *s == '\\' && s[1] != '\0';
        if (*s == ' ' && aim != AIM_RICH) {
            text_add_char(out, FIXED_BLANK);
            s++;
        } else {
            add_character(out, &s, aim == AIM_ASCII);
        }
    }
    text_add_char(out, INK_END);
    return *s == '`' ? s + 1 : s;
}

static bool is_gap(char c)
{
    return c == ' ' || c == '\n' || c == '\0';
}

// Does emphasis begin at s (with so many stars), and end somewhere? 2*x*y is a product.
static bool opens(const char *text, const char *s, size_t stars)
{
    if ((s > text && text_in_word(s[-1])) || is_gap(s[stars])) {
        return false;
    }
    for (const char *at = s + stars; *at != '\0'; at++) {
        at += *at == '\\' && at[1] != '\0';
        if (*at == '*' && !is_gap(at[-1]) && strncmp(at, "**", stars) == 0 &&
            !text_in_word(at[stars])) {
            return true;
        }
    }
    return false;
}

// $…$ as TeX: no blank inside its signs, and an end in this paragraph.
static const char *mathematics_end(const char *text, const char *s)
{
    const char *end = strchr(s + 1, '$');
    bool begins = (s == text || is_gap(s[-1]) || strchr("(\"“", s[-1]) != NULL) && !is_gap(s[1]);
    return begins && end != NULL && !is_gap(end[-1]) ? end : NULL;
}

// The whole text with ink for its marks; blanks and line ends are one blank each, except between
// paragraphs.
static void add_inked(struct text *out, const char *text, enum aim aim, enum ink ink)
{
    size_t open = 0;  // stars of the emphasis that is open
    const char *end;
    for (const char *s = text; *s != '\0';) {
        size_t stars = strncmp(s, "**", 2) == 0 ? 2 : 1;
        if (*s == '\\' && s[1] != '\0') {
            s++;
            add_character(out, &s, aim == AIM_ASCII);
        } else if (*s == '`' && strchr(s + 1, '`') != NULL) {
            s = add_code(out, s + 1, aim);
            if (open > 0 || ink != INK_END) {
                text_add_char(out, (char)(open == 2 ? INK_NAME : open == 1 ? INK_EMPHASIS : ink));
            }
        } else if (*s == '$' && (end = mathematics_end(text, s)) != NULL) {
            add_mathematics(out, s + 1, (size_t)(end - s - 1), aim);
            s = end + 1;
        } else if (*s == '*' && open > 0 && stars >= open && s > text && !is_gap(s[-1])) {
            s += open;
            open = 0;
            text_add_char(out, ink == INK_END ? INK_END : (char)ink);
        } else if (*s == '*' && open == 0 && opens(text, s, stars)) {
            open = stars;
            s += stars;
            text_add_char(out, (char)(open == 2 ? INK_NAME : INK_EMPHASIS));
        } else if (*s == ' ' || *s == '\n') {
            size_t newlines = 0;
            for (; *s == ' ' || *s == '\n'; s++) {
                newlines += *s == '\n';
            }
            text_add_char(out, newlines > 1 ? '\n' : ' ');
        } else {
            add_character(out, &s, aim == AIM_ASCII);
        }
    }
}

void prose_inked(struct text *out, const char *text, enum ink ink)
{
    add_inked(out, text, AIM_RICH, ink);
}

// ---- Ink to lines -------------------------------------------------------------------------------

struct prose_line {
    struct text *out;
    const char *lead;
    size_t indent, columns;
    size_t used;
    bool first, empty;
    char ink;  // what is open
    enum ink base;
};

static void begin_line(struct prose_line *l)
{
    if (l->first) {
        text_add(l->out, l->lead);
    } else {
        text_fill(l->out, ' ', l->indent);
    }
    l->first = false;
    l->empty = true;
    l->used = l->indent;
    if (l->ink != INK_END) {
        text_add_char(l->out, l->ink);
    }
}

static void end_line(struct prose_line *l)
{
    if (l->ink != INK_END) {
        text_add_char(l->out, INK_END);
    }
    text_add_char(l->out, '\n');
}

// A word with the marks in it, which say what is open after it.
static void add_word(struct prose_line *l, const char *s, size_t n)
{
    size_t width = ink_columns(s, n);
    if (!l->empty && l->used + 1 + width > l->columns) {
        end_line(l);
        begin_line(l);
    }
    if (!l->empty) {
        text_add_char(l->out, ' ');
        l->used++;
    }
    for (size_t i = 0; i < n; i++) {
        char c = s[i] == FIXED_BLANK ? ' ' : s[i];
        if (ink_is_mark(c)) {
            // One ink at a time: another, or its end, first ends what is open.
            if (l->ink != INK_END && c != INK_END) {
                text_add_char(l->out, INK_END);
            }
            l->ink = c == INK_END && l->base != INK_END ? (char)l->base : c;
            text_add_char(l->out, c);
            if (c == INK_END && l->ink != INK_END) {
                text_add_char(l->out, l->ink);
            }
        } else {
            text_add_char(l->out, c);
        }
    }
    l->used += width;
    l->empty = false;
}

void prose_add(struct text *out, const char *text, const char *lead, size_t columns, bool ascii,
               enum ink ink)
{
    struct text inked;
    size_t indent = ink_columns(lead, strlen(lead));
    columns = columns > PROSE_COLUMNS ? PROSE_COLUMNS : columns;
    struct prose_line l = {.out = out,
                           .lead = lead,
                           .indent = indent,
                           .columns = columns > indent + 10 ? columns : indent + 10,
                           .first = true,
                           .ink = (char)ink,
                           .base = ink};
    text_init(&inked);
    add_inked(&inked, text, ascii ? AIM_ASCII : AIM_TERMINAL, ink);
    begin_line(&l);
    for (const char *s = text_get(&inked); *s != '\0';) {
        size_t n = strcspn(s, " \n");
        if (n > 0) {
            add_word(&l, s, n);
        }
        s += n;
        if (*s == '\n') {
            end_line(&l);
            text_add_char(out, '\n');
            begin_line(&l);
        }
        s += *s != '\0';
    }
    end_line(&l);
    text_release(&inked);
}

// ---- Tables -------------------------------------------------------------------------------------

enum { TABLE_COLUMNS = 32, GAP = 3 };

static size_t natural_width(const char *cell, bool ascii)
{
    struct text inked;
    text_init(&inked);
    add_inked(&inked, cell, ascii ? AIM_ASCII : AIM_TERMINAL, INK_END);
    size_t width = ink_columns(text_get(&inked), text_length(&inked));
    text_release(&inked);
    return width;
}

// Wide columns give way, the widest first, until the table fits.
static void fit(size_t *width, size_t count, size_t columns)
{
    enum { LEAST = 8 };
    for (;;) {
        size_t sum = (count - 1) * GAP, widest = 0;
        for (size_t j = 0; j < count; j++) {
            sum += width[j];
            widest = width[j] > width[widest] ? j : widest;
        }
        if (sum <= columns || width[widest] <= LEAST) {
            return;
        }
        width[widest]--;
    }
}

static size_t widths(const struct rec *rows, size_t *width, bool ascii)
{
    size_t count = 0;
    for (const struct rec *row = rows->in.first; row != NULL; row = row->next) {
        size_t j = 0;
        for (const struct rec *c = row->in.first; c != NULL && j < TABLE_COLUMNS;
             c = c->next, j++) {
            size_t w = natural_width(c->text, ascii);
            width[j] = w > width[j] ? w : width[j];
        }
        count = j > count ? j : count;
    }
    return count;
}

// One row: its cells side by side, each in lines of its own.
static void add_row(struct text *out, const struct rec *row, const size_t *width, bool head,
                    bool ascii)
{
    struct text cells[TABLE_COLUMNS];
    const char *at[TABLE_COLUMNS];
    size_t count = 0;
    for (const struct rec *c = row->in.first; c != NULL && count < TABLE_COLUMNS; c = c->next) {
        text_init(&cells[count]);
        prose_add(&cells[count], c->text, "", width[count], ascii, head ? INK_NAME : INK_END);
        at[count] = text_get(&cells[count]);
        count++;
    }
    for (bool more = count > 0; more;) {
        size_t owed = 0;
        more = false;
        for (size_t j = 0; j < count; j++) {
            size_t n = strcspn(at[j], "\n"), used = ink_columns(at[j], n);
            if (used > 0) {
                text_fill(out, ' ', owed);
                text_add_bytes(out, at[j], n);
                owed = 0;
            }
            owed += (width[j] > used ? width[j] - used : 0) + GAP;
            at[j] += n + (at[j][n] == '\n');
            more |= *at[j] != '\0';
        }
        text_add_char(out, '\n');
    }
    for (size_t j = 0; j < count; j++) {
        text_release(&cells[j]);
    }
}

void prose_table(struct text *out, const struct rec *rows, size_t columns, bool ascii)
{
    size_t width[TABLE_COLUMNS] = {0}, count = widths(rows, width, ascii), sum = 0;
    if (count == 0) {
        return;
    }
    columns = columns > PROSE_COLUMNS ? PROSE_COLUMNS : columns;
    fit(width, count, columns);
    for (size_t j = 0; j < count; j++) {
        sum += width[j] + (j > 0 ? GAP : 0);
    }
    bool head = true;
    for (const struct rec *row = rows->in.first; row != NULL; row = row->next) {
        add_row(out, row, width, head, ascii);
        if (head) {
            text_add_char(out, INK_MUTED);
            for (size_t i = 0; i < sum; i++) {
                text_add(out, ascii ? "-" : "─");
            }
            text_add_char(out, INK_END);
            text_add_char(out, '\n');
        }
        head = false;
    }
}

#include "words/table.h"

#include <string.h>

#include "words/ascii.h"
#include "words/wrap.h"

enum {
    COLUMNS_MOST = 16,
    GAP = 2,
    CUT_LEAST = 6,     // columns that a cut column keeps
    WORDS_LEAST = 16,  // columns that words need to go on within their column
    BELOW = 4,         // where they have fewer, they are below their row, so far in
};

// What a column takes: of numbers, what is before the decimal point and from it on.
struct width {
    size_t all, whole, part;
    size_t word;  // words: the longest, which is not to be broken
    bool below;  // words: each below its row
};

void table_init(struct table *t, const char *align)
{
    *t = (struct table){.align = align};
    arena_init(&t->arena);
    buf_init(&t->cells, sizeof(const char *));
}

void table_release(struct table *t)
{
    arena_release(&t->arena);
    buf_release(&t->cells);
}

void table_cell(struct table *t, const char *s)
{
    const char *copy = arena_copy(&t->arena, s, strlen(s));
    const char **cell = buf_push(&t->cells, 1);
    if (cell != NULL) {
        *cell = copy == NULL ? "" : copy;
    }
}

void table_ink(struct table *t, enum ink ink, const char *s)
{
    struct text cell;
    text_init(&cell);
    ink_add(&cell, ink, s);
    table_cell(t, text_get(&cell));
    text_release(&cell);
}

void table_number(struct table *t, enum ink ink, double v, int digits)
{
    char number[NUMBER_TEXT];
    table_ink(t, ink, number_text(number, v, digits));
}

static size_t columns_of(const char *cell)
{
    return ink_columns(cell, strlen(cell));
}

// ---- The decimal point --------------------------------------------------------------------------

// Columns before the decimal point, or before the exponent or the end where there is none; all of
// them for what is not a number: nan, and the point of a gradient that is not known.
static size_t whole_columns(const char *cell)
{
    const char *s = cell + (ink_is_mark(*cell) ? 1 : 0);
    size_t sign = *s == '-', digits = strspn(s + sign, "0123456789");
    return digits > 0 ? sign + digits : columns_of(cell);
}

// A title, or a shape such as 2x3: words that are over or among numbers.
static bool is_words(const char *cell)
{
    const char *s = cell + (ink_is_mark(*cell) ? 1 : 0);
    size_t n = strcspn(s, "\x0e"), number = strspn(s, "+-.0123456789e");
    static const char *const others[] = {"nan", "inf", "-inf", "·", "."};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        if (n == strlen(others[i]) && memcmp(s, others[i], n) == 0) {
            return false;
        }
    }
    return number < n || strspn(s, "+-.e") == n;
}

static size_t longest_word(const char *cell)
{
    size_t most = 0;
    for (const char *s = cell; *s != '\0'; s += strspn(s, " ")) {
        size_t n = strcspn(s, " "), columns = ink_columns(s, n);
        most = columns > most ? columns : most;
        s += n;
    }
    return most;
}

static void widen(struct width *w, char align, const char *cell)
{
    size_t all = columns_of(cell), word = align == 'w' ? longest_word(cell) : 0;
    w->word = word > w->word ? word : w->word;
    if (align == 'd' && all > 0 && !is_words(cell)) {
        size_t whole = whole_columns(cell);
        w->whole = whole > w->whole ? whole : w->whole;
        w->part = all - whole > w->part ? all - whole : w->part;
        all = w->whole + w->part;
    }
    w->all = all > w->all ? all : w->all;
}

// Blanks before a cell in its column.
static size_t pad_before(const struct width *w, char align, const char *cell)
{
    size_t used = columns_of(cell), most = w->all > used ? w->all - used : 0;
    if (align != 'd' || is_words(cell)) {
        return align == 'd' || align == 'r' ? most : 0;
    }
    size_t pad = w->all - w->part - whole_columns(cell);
    return pad < most ? pad : most;
}

// ---- Fitting ------------------------------------------------------------------------------------

static size_t sum_of(const struct width *w, size_t columns)
{
    size_t sum = 0;
    for (size_t i = 0; i < columns; i++) {
        sum += w[i].all > 0 ? w[i].all + GAP : 0;
    }
    return sum > 0 ? sum - GAP : 0;
}

// How far a column may give way: texts keep a few letters, numbers all, their titles a few.
static size_t least_of(char align, const struct width *w)
{
    size_t least = align == 'l' ? CUT_LEAST : w->whole + w->part;
    bool gives = align == 'l' || (align == 'd' && w->whole > 0);
    return gives && least < w->all ? least : w->all;
}

// Words give way first, as nothing of them is lost; then texts and titles, the widest first.
static void fit(const struct table *t, struct width *w, size_t columns)
{
    size_t sum = sum_of(w, columns), last = columns - 1;
    if (t->room == 0 || sum <= t->room) {
        return;
    }
    if (t->align[last] == 'w') {
        size_t others = sum - w[last].all;
        size_t least = w[last].word > WORDS_LEAST ? w[last].word : WORDS_LEAST;
        bool below = others + least > t->room && w[last].all > CUT_LEAST;
        bool within = !below && w[last].all > WORDS_LEAST;
        w[last].all = below ? 0 : within ? t->room - others : w[last].all;
        w[last].below = below;
    }
    while (sum_of(w, columns) > t->room) {
        size_t widest = columns;
        for (size_t i = 0; i < columns; i++) {
            bool gives = w[i].all > least_of(t->align[i], &w[i]);
            widest = gives && (widest == columns || w[i].all > w[widest].all) ? i : widest;
        }
        if (widest == columns) {
            return;
        }
        w[widest].all--;
    }
}

// A cell cut to so many columns, … at its end.
static void add_cut(struct text *out, const char *cell, size_t columns, bool ascii)
{
    size_t sign = ascii ? 3 : 1, used = 0;
    bool open = false;
    for (const char *s = cell; *s != '\0';) {
        if (ink_is_mark(*s)) {
            open = *s != INK_END;
            text_add_char(out, *s++);
            continue;
        }
        uint32_t c;
        size_t n = utf8_read(s, strlen(s), &c);
        n = n == 0 ? 1 : n;
        size_t wide = utf8_columns(s, n);
        if (used + wide > columns - sign) {
            break;
        }
        text_add_bytes(out, s, n);
        used += wide;
        s += n;
    }
    text_add(out, ascii ? "..." : "…");
    if (open) {
        text_add_char(out, INK_END);
    }
}

// ---- Rows ---------------------------------------------------------------------------------------

// Words from column `at` on, the lines after the first below them.
static void add_words(struct text *out, const char *cell, size_t at, size_t width)
{
    struct text lines;
    text_init(&lines);
    wrap_add(&lines, cell, strlen(cell), 0, width, 0);
    for (const char *s = text_get(&lines); *s != '\0';) {
        size_t n = strcspn(s, "\n");
        text_add_bytes(out, s, n);
        s += n + (s[n] == '\n');
        if (*s != '\0') {
            text_add_char(out, '\n');
            text_fill(out, ' ', at);
        }
    }
    text_release(&lines);
}

static void add_below(const struct table *t, const char *cell, struct text *out)
{
    size_t blanks = strspn(cell, " ");
    text_add_char(out, '\n');
    text_fill(out, ' ', BELOW);
    add_words(out, cell + blanks, BELOW, t->room - BELOW);
}

static void add_cell(const struct table *t, const struct width *w, char align, const char *cell,
                     size_t at, struct text *out)
{
    if (columns_of(cell) <= w->all) {
        text_add(out, cell);
    } else if (align == 'w') {
        add_words(out, cell, at, w->all);
    } else {
        add_cut(out, cell, w->all, t->ascii);
    }
}

static void add_row(const struct table *t, const struct width *w, const char *const *cells,
                    struct text *out)
{
    size_t columns = strlen(t->align), owed = 0, at = 0;  // blanks until something follows them
    for (size_t i = 0; i < columns; i++) {
        size_t used = columns_of(cells[i]), before = pad_before(&w[i], t->align[i], cells[i]);
        if (used > 0 && w[i].below) {
            add_below(t, cells[i], out);
        } else if (used > 0) {
            text_fill(out, ' ', owed + before);
            add_cell(t, &w[i], t->align[i], cells[i], at + before, out);
            used = used > w[i].all ? w[i].all : used;
            owed = w[i].all - before - used + GAP;
        } else {
            owed += w[i].all + GAP;
        }
        at += w[i].all + GAP;
    }
    text_add_char(out, '\n');
}

static void to_ascii(struct table *t)
{
    const char **cells = t->cells.data;
    for (size_t i = 0; i < t->cells.count; i++) {
        struct text plain;
        text_init(&plain);
        ascii_add(&plain, cells[i], strlen(cells[i]));
        const char *copy = arena_copy(&t->arena, text_get(&plain), text_length(&plain));
        cells[i] = copy == NULL ? "" : copy;
        text_release(&plain);
    }
}

void table_write(struct table *t, struct text *out)
{
    size_t columns = strlen(t->align);
    struct width width[COLUMNS_MOST] = {0};
    BS_ASSERT(columns <= COLUMNS_MOST);
    if (t->ascii) {
        to_ascii(t);
    }
    const char *const *cells = t->cells.data;
    for (size_t i = 0; i < t->cells.count; i++) {
        widen(&width[i % columns], t->align[i % columns], cells[i]);
    }
    fit(t, width, columns);
    for (size_t i = 0; i + columns <= t->cells.count; i += columns) {
        add_row(t, width, cells + i, out);
    }
}

#include "lesson/pack.h"

#include <stdlib.h>
#include <string.h>

#define PART_END '\x1E'
#define FIELD_END '\x1F'

static const char kinds[] = {
    [LESSON_HEADING] = 'h', [LESSON_PARAGRAPH] = 'p', [LESSON_BULLET] = 'b',  [LESSON_QUOTE] = 'q',
    [LESSON_TABLE] = '-',   [LESSON_CODE] = '-',      [LESSON_VERBATIM] = 'v'};

// ---- Writing ------------------------------------------------------------------------------------

static void add_field(struct text *out, const char *s)
{
    text_add_char(out, FIELD_END);
    text_add(out, s);
}

static void add_whole(struct text *out, size_t whole)
{
    text_addf(out, "%c%zu", FIELD_END, whole);
}

void pack_begin(struct text *out, const char *name)
{
    text_add(out, "lesson");
    add_field(out, name);
    text_add_char(out, PART_END);
}

void pack_front(struct text *out, const char *s, size_t n)
{
    if (out != NULL) {
        text_add(out, "front");
        text_add_char(out, FIELD_END);
        text_add_bytes(out, s, n);
        text_add_char(out, PART_END);
    }
}

void pack_text(struct text *out, enum lesson_item_kind kind, int level, const char *mark,
               const char *text, size_t line)
{
    if (out != NULL) {
        text_addf(out, "text%c%c%c%d", FIELD_END, kinds[kind], FIELD_END, level);
        add_field(out, mark == NULL ? "" : mark);
        add_whole(out, line);
        add_field(out, text);
        text_add_char(out, PART_END);
    }
}

void pack_table(struct text *out, const char *const *cells, size_t rows, size_t columns,
                size_t line)
{
    if (out != NULL) {
        text_add(out, "table");
        add_whole(out, line);
        add_whole(out, rows);
        add_whole(out, columns);
        for (size_t i = 0; i < rows * columns; i++) {
            add_field(out, cells[i]);
        }
        text_add_char(out, PART_END);
    }
}

void pack_code(struct text *out, const char *lines, bool fresh, size_t line)
{
    if (out != NULL) {
        text_add(out, "code");
        add_whole(out, line);
        add_whole(out, fresh);
        add_field(out, lines);
        text_add_char(out, PART_END);
    }
}

void pack_ask(struct text *out, const char *id, const char *lines, size_t line)
{
    if (out != NULL) {
        text_add(out, "ask");
        add_whole(out, line);
        add_field(out, id);
        add_field(out, lines);
        text_add_char(out, PART_END);
    }
}

void pack_end(struct text *out)
{
    text_add(out, "end");
    text_add_char(out, PART_END);
}

// ---- Reading ------------------------------------------------------------------------------------

enum { FIELDS_MOST = LESSON_CELLS_MOST + 4 };

struct pack {
    struct lesson *lesson;
    struct diag *d;
    struct text part;   // the one at hand, its fields ended by 0
    struct buf starts;  // size_t: where each field begins in it
    struct buf cells;   // const char *: of a table
    size_t line;        // of the file, where something is wrong
    bool fronted, ended;
};

static const char *field(struct pack *p, size_t i)
{
    return text_get(&p->part) + BUF(size_t, &p->starts)[i];
}

static bool wrong(struct pack *p)
{
    return diag_set(p->d, (struct span){0, 0}, "this is not a packed lesson");
}

// Field i as a whole number of at most 7 digits.
static bool whole(struct pack *p, size_t i, size_t *value)
{
    enum { DIGITS_MOST = 7 };
    const char *s = field(p, i);
    size_t digits = strspn(s, "0123456789");
    *value = digits > 0 ? strtoul(s, NULL, 10) : 0;
    return (digits > 0 && digits <= DIGITS_MOST && s[digits] == '\0') || wrong(p);
}

// The diag is about these lines, the first of which is `line`: about the byte where its span begins,
// or, if it has none, about the fence above them. Returns false.
static bool wrong_in_lines(struct pack *p, const char *lines, size_t line)
{
    p->line = p->d->span.end == 0 ? line - 1 : line;
    for (size_t i = 0; i < p->d->span.start && lines[i] != '\0'; i++) {
        p->line += lines[i] == '\n';
    }
    return false;
}

static bool read_front(struct pack *p)
{
    enum { LINE = 2 };
    const char *lines = field(p, 1);
    bool first = !p->fronted;
    p->fronted = true;
    return first ? lesson_front(p->lesson, lines, strlen(lines), LINE, p->d) ||
                       wrong_in_lines(p, lines, LINE)
                 : wrong(p);
}

static bool read_text(struct pack *p)
{
    size_t level;
    const char *kind = field(p, 1);
    const char *known = *kind != '\0' && *kind != '-' && kind[1] == '\0'
                            ? memchr(kinds, *kind, sizeof kinds)
                            : NULL;
    return known == NULL || !whole(p, 2, &level) || !whole(p, 4, &p->line) ||
                   level > LESSON_DEPTH_MOST
               ? wrong(p)
               : lesson_text(p->lesson, (enum lesson_item_kind)(known - kinds), (int)level,
                             field(p, 3), field(p, 5), p->line, p->d);
}

static bool read_table(struct pack *p)
{
    size_t rows, columns, bad;
    enum { HEAD = 4 };
    if (!whole(p, 1, &p->line) || !whole(p, 2, &rows) || !whole(p, 3, &columns) ||
        rows > LESSON_CELLS_MOST || columns > LESSON_CELLS_MOST ||
        rows * columns != p->starts.count - HEAD) {
        return wrong(p);
    }
    p->cells.count = 0;
    const char **cells = buf_push(&p->cells, rows * columns);
    for (size_t i = 0; cells != NULL && i < rows * columns; i++) {
        cells[i] = field(p, HEAD + i);
    }
    return cells == NULL ? diag_out_of_memory(p->d)
                         : lesson_table(p->lesson, cells, rows, columns, p->line, p->d, &bad);
}

static bool read_code(struct pack *p)
{
    size_t line, fresh;
    const char *lines = field(p, 3);
    return whole(p, 1, &line) && whole(p, 2, &fresh) &&
           (lesson_code(p->lesson, lines, strlen(lines), fresh != 0, line, p->d) ||
            wrong_in_lines(p, lines, line));
}

static bool read_ask(struct pack *p)
{
    size_t line;
    const char *lines = field(p, 3);
    return whole(p, 1, &line) &&
           (lesson_ask(p->lesson, field(p, 2), lines, strlen(lines), line, p->d) ||
            wrong_in_lines(p, lines, line));
}

static bool read_end(struct pack *p)
{
    p->ended = true;
    p->line = 0;
    return lesson_end(p->lesson, p->d);
}

static const struct part_kind {
    const char *name;
    size_t least, most;  // fields, the name among them
    bool (*read)(struct pack *p);
} part_kinds[] = {
    {"front", 2, 2, read_front}, {"text", 6, 6, read_text}, {"table", 4, FIELDS_MOST, read_table},
    {"code", 4, 4, read_code},   {"ask", 4, 4, read_ask},   {"end", 1, 1, read_end},
};

// Cuts s[0..n) into fields, each of them text. False: the diag says why.
static bool cut(struct pack *p, const char *s, size_t n)
{
    text_clear(&p->part);
    p->starts.count = 0;
    for (size_t at = 0, length; at <= n; at += length + 1) {
        const char *end = memchr(s + at, FIELD_END, n - at);
        length = end == NULL ? n - at : (size_t)(end - s) - at;
        size_t *start = p->starts.count < FIELDS_MOST ? buf_push(&p->starts, 1) : NULL;
        if (start == NULL) {
            return wrong(p);
        }
        *start = text_length(&p->part);
        if (!lesson_bytes(s + at, length, p->d)) {
            return false;
        }
        text_add_bytes(&p->part, s + at, length);
        text_add_char(&p->part, '\0');
    }
    return !p->part.bytes.failed || diag_out_of_memory(p->d);
}

static bool read_part(struct pack *p)
{
    const char *name = field(p, 0);
    if (p->lesson == NULL) {
        bool first = strcmp(name, "lesson") == 0 && p->starts.count == 2;
        p->lesson = first ? lesson_new(field(p, 1)) : NULL;
        return p->lesson != NULL || (first ? diag_out_of_memory(p->d) : wrong(p));
    }
    for (size_t i = 0; i < COUNT_OF(part_kinds) && !p->ended; i++) {
        const struct part_kind *kind = &part_kinds[i];
        if (strcmp(kind->name, name) == 0) {
            bool fits = p->starts.count >= kind->least && p->starts.count <= kind->most;
            return fits ? kind->read(p) : wrong(p);
        }
    }
    return wrong(p);
}

static bool read_all(struct pack *p, const char *s, size_t n)
{
    for (size_t at = 0, length; at < n; at += length + 1) {
        const char *end = memchr(s + at, PART_END, n - at);
        length = end == NULL ? n - at : (size_t)(end - s) - at;
        if ((end == NULL && !wrong(p)) || !cut(p, s + at, length) || !read_part(p)) {
            p->d->span = (struct span){at, at + length};
            return false;
        }
    }
    return p->ended || wrong(p);
}

struct lesson *pack_read(const char *s, size_t n, struct diag *d, size_t *line)
{
    struct pack p = {.d = d};
    text_init(&p.part);
    buf_init(&p.starts, sizeof(size_t));
    buf_init(&p.cells, sizeof(const char *));
    bool ok = n <= PACK_MOST ? read_all(&p, s, n)
                             : diag_set(d, (struct span){0, 0}, "this packed lesson is too large");
    text_release(&p.part);
    buf_release(&p.starts);
    buf_release(&p.cells);
    if (line != NULL) {
        *line = p.line;
    }
    if (!ok) {
        lesson_free(p.lesson);
        p.lesson = NULL;
    }
    if (!ok && !d->set) {
        diag_out_of_memory(d);
    }
    return p.lesson;
}

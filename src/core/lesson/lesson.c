#include "lesson/lesson.h"

#include <string.h>

#include "base/text.h"
#include "lesson/parts.h"

static const struct span nothing = {0, 0};

// ---- Begin and end ------------------------------------------------------------------------------

struct lesson *lesson_new(const char *name)
{
    struct buf whole;
    buf_init(&whole, sizeof(struct lesson));
    struct lesson *l = buf_resize(&whole, 1) ? whole.data : NULL;
    if (l != NULL) {
        arena_init(&l->arena);
        buf_init(&l->items, sizeof(struct lesson_item));
        l->id = l->title = l->deck = "";
        l->order = LESSON_ORDER_LAST;
        l->name = arena_copy(&l->arena, name, strlen(name));
        l->name = l->name == NULL ? "" : l->name;
    }
    return l;
}

void lesson_free(struct lesson *l)
{
    if (l != NULL) {
        struct buf whole = {.data = l, .count = 1, .cap = 1, .size = sizeof *l};
        buf_release(&l->items);
        arena_release(&l->arena);
        buf_release(&whole);
    }
}

static bool whole(const struct lesson *l, struct diag *d)
{
    return (!l->arena.failed && !l->items.failed) || diag_out_of_memory(d);
}

bool lesson_end(struct lesson *l, struct diag *d)
{
    if (*l->id == '\0') {
        diag_set(d, nothing, "a lesson begins with its front matter");
        return diag_hint(d, "first '---', then id: and title:, then '---' again");
    }
    return whole(l, d);
}

// ---- Bytes --------------------------------------------------------------------------------------

bool lesson_bytes(const char *s, size_t n, struct diag *d)
{
    uint32_t c;
    for (size_t i = 0, used; i < n; i += used) {
        struct span at = {i, i + 1};
        used = utf8_read(s + i, n - i, &c);
        if (used == 0) {
            diag_set(d, at, "this byte is not UTF-8");
            return diag_hint(d, "save the file as UTF-8");
        }
        bool line_end = c == '\n' || (c == '\r' && i + 1 < n && s[i + 1] == '\n');
        if (c == 0) {
            return diag_set(d, at, "this file is not text: it has a byte 0 here");
        }
        if ((c < ' ' && c != '\t' && !line_end) || c == 0x7F || (c >= 0x80 && c < 0xA0)) {
            return diag_set(d, at, "there is a control character here");
        }
    }
    return true;
}

// ---- Front matter -------------------------------------------------------------------------------

struct front {
    struct lesson_part part;
    struct lesson *lesson;
    struct span key;
};

static bool front_id(struct front *f, struct span value)
{
    const char *s = f->part.s + value.start;
    f->lesson->id = part_copy(&f->part, value);
    return part_is_id(s, value.end - value.start) ||
           diag_set(f->part.d, value, "an id is made of a-z, 0-9 and -, at most %d of them",
                    LESSON_ID_MOST);
}

static bool front_title(struct front *f, struct span value)
{
    f->lesson->title = part_copy(&f->part, value);
    return value.start < value.end || diag_set(f->part.d, f->key, "the title is empty");
}

static bool front_deck(struct front *f, struct span value)
{
    const char *s = f->part.s + value.start;
    f->lesson->deck = part_copy(&f->part, value);
    return part_is_id(s, value.end - value.start) ||
           diag_set(f->part.d, value, "a deck's name is made of a-z, 0-9 and -");
}

static bool front_order(struct front *f, struct span value)
{
    return part_whole(&f->part, value, 0, LESSON_ORDER_LAST, &f->lesson->order);
}

static bool front_requires(struct front *f, struct span value)
{
    enum { MOST = 50 };
    const char **ids = arena_alloc(f->part.arena, MOST * sizeof *ids);
    size_t count = 0;
    while (ids != NULL && value.start < value.end) {
        size_t comma = value.end;
        part_find(&f->part, value, ",", &comma);
        struct span id = part_trim(&f->part, (struct span){value.start, comma});
        if (!part_is_id(f->part.s + id.start, id.end - id.start) || count == MOST) {
            return diag_set(f->part.d, id,
                            "ids of other lessons are needed here, with commas "
                            "between, at most %d",
                            MOST);
        }
        ids[count++] = part_copy(&f->part, id);
        value.start = comma < value.end ? comma + 1 : value.end;
    }
    f->lesson->requires = ids;
    f->lesson->requires_count = count;
    return ids != NULL || diag_out_of_memory(f->part.d);
}

static bool front_language(struct front *f, struct span value)
{
    const char *s = f->part.s + value.start;
    if (language_find(s, value.end - value.start, &f->lesson->language)) {
        return true;
    }
    char quoted[QUOTED];
    diag_set(f->part.d, value, "the program does not speak '%s'",
             diag_quote(quoted, s, value.end - value.start));
    return diag_hint(f->part.d, "it speaks en and de");
}

static const struct front_key {
    const char *name;
    bool needed;
    bool (*read)(struct front *f, struct span value);
} front_keys[] = {
    {"id", true, front_id},      {"title", true, front_title},  {"language", false, front_language},
    {"deck", false, front_deck}, {"order", false, front_order}, {"requires", false, front_requires},
};

static bool front_line(struct front *f, struct span line, bool seen[COUNT_OF(front_keys)])
{
    struct span value;
    if (!part_key(&f->part, line, &f->key, &value)) {
        return diag_set(f->part.d, line, "every line of the front matter is written KEY: VALUE");
    }
    for (size_t i = 0; i < COUNT_OF(front_keys); i++) {
        if (part_is(&f->part, f->key, front_keys[i].name)) {
            bool again = seen[i];
            seen[i] = true;
            return again ? diag_set(f->part.d, f->key, "'%s' is here twice", front_keys[i].name)
                         : front_keys[i].read(f, value);
        }
    }
    diag_set(f->part.d, f->key, "the front matter of a lesson has no such key");
    return diag_hint(f->part.d, "it has id, title, order, requires, language and, for cards, deck");
}

bool lesson_front(struct lesson *l, const char *s, size_t n, size_t line, struct diag *d)
{
    struct front f = {.part = {s, n, line, &l->arena, d, l}, .lesson = l};
    bool faulty = false;
    bool seen[COUNT_OF(front_keys)] = {false};
    struct span at_line;
    for (size_t at = 0; part_line(&f.part, &at, &at_line);) {
        at_line = part_trim(&f.part, at_line);
        if (at_line.start < at_line.end && !front_line(&f, at_line, seen)) {
            faulty = true;
            if (!part_goes_on(&f.part)) {
                return false;
            }
        }
    }
    for (size_t i = 0; !faulty && i < COUNT_OF(front_keys); i++) {
        if (front_keys[i].needed && !seen[i]) {
            return diag_set(d, nothing, "the front matter does not say the lesson's %s",
                            front_keys[i].name);
        }
    }
    return whole(l, d);
}

// ---- Prose and code -----------------------------------------------------------------------------

static struct lesson_item *add_item(struct lesson *l, enum lesson_item_kind kind, size_t line,
                                    struct diag *d)
{
    if (l->items.count == LESSON_ITEMS_MOST) {
        diag_set(d, nothing, "this lesson has more than %d parts", LESSON_ITEMS_MOST);
        diag_hint(d, "make two lessons of it");
        return NULL;
    }
    struct lesson_item *item = buf_push(&l->items, 1);
    if (item == NULL) {
        diag_out_of_memory(d);
        return NULL;
    }
    *item = (struct lesson_item){.kind = kind, .line = line, .text = "", .mark = ""};
    return item;
}

static const char *copy(struct lesson *l, const char *s, size_t n)
{
    const char *text = arena_copy(&l->arena, s, n);
    return text == NULL ? "" : text;
}

bool lesson_text(struct lesson *l, enum lesson_item_kind kind, int level, const char *mark,
                 const char *text, size_t line, struct diag *d)
{
    size_t n = strlen(text);
    struct lesson_part part = {text, n, line, &l->arena, d, NULL};
    if (kind == LESSON_BULLET && level > LESSON_DEPTH_MOST) {
        return diag_set(d, nothing, "lists are nested more than %d deep", LESSON_DEPTH_MOST);
    }
    if (kind != LESSON_VERBATIM && !part_text(&part, (struct span){0, n})) {
        return false;
    }
    struct lesson_item *item = add_item(l, kind, line, d);
    if (item == NULL) {
        return false;
    }
    item->level = level;
    item->mark = copy(l, mark, strlen(mark));
    item->text = copy(l, text, n);
    return whole(l, d);
}

bool lesson_table(struct lesson *l, const char *const *cells, size_t rows, size_t columns,
                  size_t line, struct diag *d, size_t *bad_cell)
{
    *bad_cell = 0;
    if (columns > LESSON_COLUMNS_MOST || rows > LESSON_CELLS_MOST / (columns + !columns)) {
        return diag_set(d, nothing, "this table has more than %d columns or %d cells",
                        LESSON_COLUMNS_MOST, LESSON_CELLS_MOST);
    }
    const char **copies = arena_alloc(&l->arena, (rows * columns + 1) * sizeof *copies);
    for (size_t i = 0; copies != NULL && i < rows * columns; i++) {
        struct lesson_part part = {cells[i], strlen(cells[i]), line, &l->arena, d, NULL};
        *bad_cell = i;
        if (!part_text(&part, (struct span){0, part.n})) {
            return false;
        }
        copies[i] = copy(l, cells[i], part.n);
    }
    struct lesson_item *item = add_item(l, LESSON_TABLE, line, d);
    if (item == NULL) {
        return false;
    }
    item->cells = copies;
    item->rows = rows;
    item->columns = columns;
    return whole(l, d);
}

// Bytes of a mark and the blank after it; 0 if the line has none.
static size_t mark_length(const struct lesson_part *p, struct span line, const char *mark)
{
    size_t n = strlen(mark), length = line.end - line.start;
    if (length < n || memcmp(p->s + line.start, mark, n) != 0 ||
        (length > n && p->s[line.start + n] != ' ')) {
        return 0;
    }
    return length > n ? n + 1 : n;
}

static size_t prompt_length(const struct lesson_part *p, struct span line)
{
    size_t n = mark_length(p, line, "∇");
    return n > 0 ? n : mark_length(p, line, ">");
}

static size_t continuation_length(const struct lesson_part *p, struct span line)
{
    size_t n = mark_length(p, line, "…");
    return n > 0 ? n : mark_length(p, line, ".");
}

static bool has_prompt(const struct lesson_part *p)
{
    struct span line;
    for (size_t at = 0; part_line(p, &at, &line);) {
        if (prompt_length(p, line) > 0) {
            return true;
        }
    }
    return false;
}

// The statements of a block that shows a session: without the prompts, and with empty lines for the
// answers, so that a statement is in its line.
static void add_statements(const struct lesson_part *p, struct text *code)
{
    struct span line;
    bool statement = false;
    for (size_t at = 0; part_line(p, &at, &line);) {
        size_t mark = prompt_length(p, line);
        mark = mark == 0 && statement ? continuation_length(p, line) : mark;
        statement = mark > 0;
        if (statement) {
            text_add_bytes(code, p->s + line.start + mark, line.end - line.start - mark);
        }
        text_add_char(code, '\n');
    }
}

static void add_lines(const struct lesson_part *p, struct text *code)
{
    struct span line;
    for (size_t at = 0; part_line(p, &at, &line);) {
        text_add_bytes(code, p->s + line.start, line.end - line.start);
        text_add_char(code, '\n');
    }
}

bool lesson_code(struct lesson *l, const char *s, size_t n, bool fresh, size_t line, struct diag *d)
{
    struct lesson_part part = {s, n, line, &l->arena, d, NULL};
    struct lesson_item *item = add_item(l, LESSON_CODE, line, d);
    if (item == NULL) {
        return false;
    }
    struct text code;
    text_init(&code);
    (has_prompt(&part) ? add_statements : add_lines)(&part, &code);
    item->text = copy(l, text_get(&code), text_length(&code));
    item->fresh = fresh;
    l->arena.failed |= code.bytes.failed;
    text_release(&code);
    return whole(l, d);
}

// ---- Questions ----------------------------------------------------------------------------------

static bool check_id(const struct lesson *l, const char *id, struct diag *d)
{
    size_t n = strlen(l->id);
    bool ours = strncmp(id, l->id, n) == 0 && id[n] == '.';
    char quoted[QUOTED];
    if (*id == '\0') {
        diag_set(d, nothing, "a question needs an id");
        return diag_hint(d, "```ask %s.NAME", l->id);
    }
    diag_quote(quoted, id, strlen(id));
    if (!ours || !part_is_id(id + n + 1, strlen(id + n + 1)) || strlen(id) > LESSON_ID_MOST) {
        diag_set(d, nothing, "'%s' is not an id of a question of this lesson", quoted);
        return diag_hint(d, "it is '%s.' and a-z, 0-9 or -, at most %d characters", l->id,
                         LESSON_ID_MOST);
    }
    const struct question *other = lesson_question(l, id);
    return other == NULL ||
           diag_set(d, nothing, "the id '%s' is used twice, in line %zu too", quoted, other->line);
}

bool lesson_ask(struct lesson *l, const char *id, const char *s, size_t n, size_t line,
                struct diag *d)
{
    if (!check_id(l, id, d)) {
        return false;
    }
    if (l->questions == LESSON_QUESTIONS_MOST) {
        return diag_set(d, nothing, "this lesson has more than %d questions",
                        LESSON_QUESTIONS_MOST);
    }
    struct lesson_part part = {s, n, line, &l->arena, d, l};
    struct question *q = arena_alloc(&l->arena, sizeof *q);
    if (q == NULL) {
        return diag_out_of_memory(d);
    }
    q->id = copy(l, id, strlen(id));
    q->line = line - 1;
    q->language = l->language;
    struct lesson_item *item =
        question_read(&part, q) ? add_item(l, LESSON_QUESTION, q->line, d) : NULL;
    if (item == NULL) {
        return false;
    }
    item->question = q;
    l->questions++;
    return whole(l, d);
}

// ---- Looked up ----------------------------------------------------------------------------------

const struct lesson_item *lesson_item(const struct lesson *l, size_t i)
{
    return i < l->items.count ? &BUF(struct lesson_item, &l->items)[i] : NULL;
}

// A number as text, 1 or more; 0 if it is not one.
static size_t place_of(const char *id)
{
    size_t place = 0;
    for (const char *c = id; text_is_digit(*c) && place <= LESSON_QUESTIONS_MOST; c++) {
        place = 10 * place + (size_t)(*c - '0');
    }
    return id[strspn(id, "0123456789")] == '\0' ? place : 0;
}

const struct question *lesson_question(const struct lesson *l, const char *id)
{
    size_t place = place_of(id);
    for (size_t i = 0; i < l->items.count; i++) {
        const struct question *q = lesson_item(l, i)->question;
        if (q != NULL && (strcmp(q->id, id) == 0 || --place == 0)) {
            return q;
        }
    }
    return NULL;
}

#include "text/recipe.h"

#include <string.h>

#include "text/slope.h"

void recipes_init(struct recipes *r)
{
    buf_init(&r->rows, sizeof(struct recipe));
    buf_init(&r->arrays, sizeof(struct value));
    buf_init(&r->text, 1);
}

bool recipes_add(struct recipes *r, const struct definitions *definitions, struct recipe row,
                 struct value value, const char *formula, size_t length)
{
    enum { KEPT = 1 << 16 };  // bytes of a formula
    row.lost = length > KEPT || r->text.count > UINT32_MAX / 2;
    row.bytes = row.lost ? 0 : (uint32_t)length & (2 * KEPT - 1);
    row.array = value_is_array(value);
    row.of = row.array ? (uint32_t)r->arrays.count : value.base;
    row.text = (uint32_t)r->text.count;
    row.definitions = (uint32_t)definitions->rows.count;
    struct recipe *at = buf_push(&r->rows, 1);
    char *copy = row.bytes == 0 ? NULL : buf_push(&r->text, row.bytes);
    if (at == NULL || (row.bytes > 0 && copy == NULL) ||
        (row.array && !buf_add(&r->arrays, &value, 1))) {
        return false;
    }
    *at = row;
    if (row.bytes > 0) {
        memcpy(copy, formula, row.bytes);
    }
    return true;
}

bool recipe_is_computed(const struct recipes *r, const struct recipe *row, const struct tape *t,
                        const struct names *names)
{
    struct value value = recipes_value(r, row);
    for (uint32_t k = 0; k < value_count(value); k++) {
        if (tape_op(t, names_element(names, value, k)) != OP_LEAF) {
            return true;
        }
    }
    return false;
}

// ---- Which recipes a formula needs --------------------------------------------------------------

// The names that a formula mentions, through the functions that it calls too.
struct mentions {
    const struct recipes *recipes;
    const struct names *names;
    uint32_t recipe;
    struct buf *links;
    const uint32_t *bound_by;  // of each name the recipe that bound it last, plus 1; 0: none
    struct definitions known;  // the functions there were
    struct buf bodies;         // uint32_t: definitions met, those already read included
    struct buf said;           // uint32_t: the names that formulas mentioned, one after the other
    struct buf scanned;        // struct scanned, by name
    uint32_t kept;             // so many of `said` stay
    bool failed;
};

// The last recipe of a name whose formula was read, and what it mentioned: places in `said`. Loops
// bind a name by the same formula again and again.
struct scanned {
    uint32_t recipe;  // plus 1; 0: none
    uint32_t first, end;
};

static void add_link(struct mentions *m, uint32_t name)
{
    uint32_t *said = buf_push(&m->said, 1);
    if (said == NULL) {
        m->failed = true;
        return;
    }
    *said = name;
    uint32_t of = m->bound_by[name];
    const struct link *links = m->links->data;
    for (size_t i = m->links->count; i-- > 0 && links[i].recipe == m->recipe;) {
        if (links[i].name == name) {
            return;
        }
    }
    struct link *at = of == 0 ? NULL : buf_push(m->links, 1);
    if (at != NULL) {
        *at = (struct link){m->recipe, name, of - 1};
    }
    m->failed |= of != 0 && at == NULL;
}

static void add_body(struct mentions *m, const struct definition *d)
{
    uint32_t row = (uint32_t)(d - BUF(struct definition, &m->known.rows));
    for (size_t i = 0; i < m->bodies.count; i++) {
        if (BUF(uint32_t, &m->bodies)[i] == row) {
            return;
        }
    }
    uint32_t *at = buf_push(&m->bodies, 1);
    if (at != NULL) {
        *at = row;
    }
    m->failed |= at == NULL;
}

static bool is_param(const struct mentions *m, const struct definition *d, uint32_t name)
{
    for (uint32_t i = 0; d != NULL && i < d->count + d->locals; i++) {
        if (BUF(uint32_t, &m->known.params)[d->params + i] == name) {
            return true;
        }
    }
    return false;
}

static void add_name(struct mentions *m, const struct definition *in, const char *s, size_t n)
{
    uint32_t name = names_find(m->names, s, n);
    if (name == NAME_NONE) {
        return;
    }
    const struct definition *d = definitions_find(&m->known, name);
    if (d != NULL) {
        add_body(m, d);
    }
    if (!is_param(m, in, name)) {
        add_link(m, name);
    }
}

// The names of d2L/dadb.
static void add_slope(struct mentions *m, const struct definition *in, const struct lexer *l,
                      struct token t)
{
    struct slope_notation n;
    struct diag ignored = {0};
    if (!slope_may_begin(l, t) || !slope_read(l, m->names, t, &ignored, &n) || ignored.set) {
        return;
    }
    const char *s = l->source->text;
    add_name(m, in, s + n.over.span.start, n.over.span.end - n.over.span.start);
    for (int i = 0; i < n.order; i++) {
        add_name(m, in, s + n.below[i].span.start, n.below[i].span.end - n.below[i].span.start);
    }
}

static void scan(struct mentions *m, const struct definition *in, const char *text, size_t length)
{
    struct source source = {.text = text, .length = length, .line = 1};
    struct lexer lexer;
    struct diag ignored = {0};
    lexer_init(&lexer, &source);
    for (;;) {
        struct token t = lexer_next(&lexer, &ignored);
        if (t.kind == TOKEN_END || t.kind == TOKEN_BAD) {
            return;
        }
        add_slope(m, in, &lexer, t);
        if (t.kind == TOKEN_NAME) {
            const char *s = token_text(&lexer, t);
            add_name(m, in, s, token_length(t));
            if (s[0] == 'd' && token_length(t) > 1) {  // of dL/da
                add_name(m, in, s + 1, token_length(t) - 1);
            }
        }
    }
}

// Is it the same formula as the last of that name, at a time when functions meant the same?
static bool is_known(const struct mentions *m, const struct recipe *r, struct scanned last)
{
    const struct recipe *old = last.recipe == 0 ? NULL : recipes_at(m->recipes, last.recipe - 1);
    uint32_t length = recipe_length(r);
    return old != NULL && old->definitions == r->definitions && recipe_length(old) == length &&
           memcmp(recipes_text(m->recipes, old), recipes_text(m->recipes, r), length) == 0;
}

static void scan_recipe(struct mentions *m, const struct recipe *r)
{
    const struct definitions *d = &m->known;
    struct scanned *last = &BUF(struct scanned, &m->scanned)[r->name];
    if (r->op != OP_COUNT) {
        add_link(m, r->name);
    }
    if (is_known(m, r, *last)) {
        for (uint32_t i = last->first; i < last->end; i++) {
            add_link(m, BUF(uint32_t, &m->said)[i]);
        }
        m->said.count = m->kept;
        return;
    }
    m->bodies.count = 0;
    m->known.rows.count = r->definitions;
    last->recipe = m->recipe + 1;
    last->first = (uint32_t)m->said.count;
    scan(m, NULL, recipes_text(m->recipes, r), recipe_length(r));
    for (size_t i = 0; i < m->bodies.count; i++) {
        const struct definition *body =
            &BUF(struct definition, &d->rows)[BUF(uint32_t, &m->bodies)[i]];
        scan(m, body, BUF_FROM(char, &d->text, body->text), body->length);
    }
    last->end = m->kept = (uint32_t)m->said.count;
}

bool recipes_links(const struct recipes *r, const struct definitions *definitions,
                   const struct names *names, uint32_t first, struct buf *links)
{
    struct mentions m = {.recipes = r, .names = names, .links = links, .known = *definitions};
    struct buf bound_by;
    buf_init(links, sizeof(struct link));
    buf_init(&m.bodies, sizeof(uint32_t));
    buf_init(&bound_by, sizeof(uint32_t));
    buf_init(&m.said, sizeof(uint32_t));
    buf_init(&m.scanned, sizeof(struct scanned));
    m.failed = !buf_resize(&bound_by, names_count(names) + 1) ||
               !buf_resize(&m.scanned, names_count(names) + 1);
    m.bound_by = bound_by.data;
    for (uint32_t i = first; !m.failed && i < r->rows.count; i++) {
        const struct recipe *row = recipes_at(r, i);
        m.recipe = i;
        if (recipe_length(row) > 0) {
            scan_recipe(&m, row);
        }
        BUF(uint32_t, &bound_by)[row->name] = i + 1;
    }
    buf_release(&bound_by);
    buf_release(&m.bodies);
    buf_release(&m.said);
    buf_release(&m.scanned);
    return !m.failed;
}

// ---- Reading one again --------------------------------------------------------------------------

void recipe_begin(struct recipe_reading *g, const struct recipes *r, const struct recipe *row,
                  const struct scope *scope, struct diag *d)
{
    struct scope then = *scope;
    g->known = *scope->definitions;
    g->known.rows.count = row->definitions;
    g->source = (struct source){
        .name = "", .text = recipes_text(r, row), .length = recipe_length(row), .line = 1};
    then.definitions = &g->known;
    then.inputs = NULL;
    lexer_init(&g->lexer, &g->source);
    lower_init(&g->lower, &then, &g->source, d);
    g->lower.slopes_as = row->nodes ? SLOPES_NODES : SLOPES_NUMBERS;
    parser_init(&g->parser, &g->lexer, scope->names, d);
}

void recipe_release(struct recipe_reading *g)
{
    parser_release(&g->parser);
    lower_release(&g->lower);
}

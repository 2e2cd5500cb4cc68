#include "words/latex.h"

#include <string.h>

#include "formula/math.h"
#include "words/rich.h"

// ---- Texts and formulas -------------------------------------------------------------------------

// In \text a command is one thing to LaTeX and another to MathJax; outside of it both agree.
static const char *sign_of(char c)
{
    static const struct {
        char c;
        const char *tex;
    } signs[] = {{'\\', "\\backslash "}, {'{', "\\{"},    {'}', "\\}"},   {'$', "\\$"},
                 {'&', "\\&"},           {'#', "\\#"},    {'_', "\\_"},   {'%', "\\%"},
                 {'^', "\\wedge "},      {'~', "\\sim "}, {'<', "\\lt "}, {'>', "\\gt "}};
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        if (signs[i].c == c) {
            return signs[i].tex;
        }
    }
    return NULL;
}

void latex_text(struct text *out, const char *s, size_t n)
{
    struct text shown;
    bool open = false;
    text_init(&shown);
    text_add_visible(&shown, s, n);
    for (const char *at = text_get(&shown); *at != '\0'; at++) {
        const char *sign = sign_of(*at);
        bool blank = *at == ' ' && (at[1] == ' ' || at == text_get(&shown));
        if ((sign != NULL || blank) == open) {
            text_add(out, open ? "}" : "\\text{");
            open = !open;
        }
        if (sign != NULL || blank) {
            text_add(out, blank ? "\\ " : sign);
        } else {
            text_add_char(out, *at);
        }
    }
    text_add(out, open ? "}" : "");
    text_release(&shown);
}

// As a factor or an operand it must hold together so tightly.
static void add_formula(struct text *out, const char *formula, enum precedence least)
{
    struct exprs pool;
    struct diag ignored = {0};
    uint32_t root;
    exprs_init(&pool);
    if (expr_read(&pool, formula, &root, &ignored)) {
        math_formula(out, &pool, root, least);
    } else {
        latex_text(out, formula, strlen(formula));
    }
    exprs_release(&pool);
}

void latex_formula(struct text *out, const char *formula)
{
    add_formula(out, formula, PRECEDENCE_ANY);
}

static bool is_name(const char *s)
{
    return strpbrk(s, "+-*/ ()<>=^") == NULL;
}

// "d of / d in"
static void add_slope(struct text *out, const char *of, const char *in)
{
    text_add(out, "\\frac{d");
    if (is_name(of)) {
        text_add_char(out, ' ');
        add_formula(out, of, PRECEDENCE_ANY);
    }
    text_add(out, "}{d ");
    add_formula(out, in, PRECEDENCE_ATOM);
    text_add(out, "}");
    if (!is_name(of)) {
        text_add(out, "\\left(");
        add_formula(out, of, PRECEDENCE_ANY);
        text_add(out, "\\right)");
    }
}

// ---- Derivatives --------------------------------------------------------------------------------

static void add_definition(struct text *out, const struct rec *d)
{
    latex_formula(out, rec_get_text(d, KEY_name));
    text_add(out, " &= ");
    latex_formula(out, rec_get_text(d, KEY_formula));
    text_add(out, " \\\\\n");
}

static void add_step(struct text *out, const struct rec *step, const char *in)
{
    const char *slope = rec_get_text(step, KEY_slope), *rule = rec_get_text(step, KEY_rule);
    add_slope(out, rec_get_text(step, KEY_of), in);
    text_add(out, " &= ");
    if (*slope != '\0') {
        add_formula(out, slope, PRECEDENCE_PRODUCT);
        text_add(out, " \\cdot ");
        add_formula(out, rec_get_text(step, KEY_inner_slope), PRECEDENCE_ATOM);
        text_add(out, " = ");
    }
    latex_formula(out, rec_get_text(step, KEY_result));
    text_add(out, " && ");
    latex_text(out, rule, strlen(rule));
    text_add(out, " \\\\\n");
}

static void add_edge(struct text *out, const struct rec *e)
{
    text_add(out, "& && ");
    latex_text(out, rec_get_text(e, KEY_name), strlen(rec_get_text(e, KEY_name)));
    latex_text(out, ": ", 2);
    latex_text(out, rec_get_text(e, KEY_text), strlen(rec_get_text(e, KEY_text)));
    text_add(out, " \\\\\n");
}

static void add_derive(struct text *out, const struct rec *r)
{
    const char *in = rec_get_text(r, KEY_in);
    for (const struct rec *d = rec_first(r, KEY_definitions); d != NULL; d = d->next) {
        add_definition(out, d);
    }
    for (const struct rec *d = rec_first(r, KEY_parts); d != NULL; d = d->next) {
        add_definition(out, d);
    }
    for (const struct rec *s = rec_first(r, KEY_steps); s != NULL; s = s->next) {
        add_step(out, s, in);
    }
    for (const struct rec *e = rec_first(r, KEY_edges); e != NULL; e = e->next) {
        add_edge(out, e);
    }
    add_slope(out, rec_get_text(r, KEY_of), in);
    text_add(out, " &= ");
    latex_formula(out, rec_get_text(r, KEY_result));
    text_add(out, "\n");
}

// ---- Values and local gradients -----------------------------------------------------------------

static void add_row(struct text *out, const struct rec *row, int digits)
{
    for (const struct rec *v = row->in.first; v != NULL; v = v->next) {
        if (v->type == REC_NUMBER) {
            math_number(out, v->number, digits);
        }
        text_add(out, v->next == NULL ? "" : " & ");
    }
}

// A number, or an array as a matrix: a vector is one row.
static void add_value(struct text *out, const struct rec *value, int digits)
{
    if (value->type == REC_NUMBER) {
        math_number(out, value->number, digits);
        return;
    }
    text_add(out, "\\begin{bmatrix} ");
    if (value->in.first != NULL && value->in.first->type == REC_NUMBER) {
        add_row(out, value, digits);
    }
    for (const struct rec *row = value->in.first; row != NULL && row->type == REC_LIST;
         row = row->next) {
        add_row(out, row, digits);
        text_add(out, row->next == NULL ? "" : " \\\\ ");
    }
    text_add(out, " \\end{bmatrix}");
}

static void add_equation(struct text *out, const struct rec *r, int digits)
{
    text_add(out, "\\begin{equation*}\n");
    latex_formula(out, rec_get_text(r, KEY_text));
    text_add(out, " = ");
    add_value(out, rec_find(r, KEY_value), digits);
    text_add(out, "\n\\end{equation*}\n");
}

static void add_local(struct text *out, const struct rec *r, int digits)
{
    const char *aside = rec_get_text(r, KEY_aside), *formula = rec_get_text(r, KEY_formula);
    const char *name = *aside != '\0' ? aside : rec_get_text(r, KEY_name),
               *called = rec_get_text(r, KEY_called);
    latex_formula(out, name);
    text_add(out, " &= ");
    if (*aside == '\0' && *formula != '\0') {
        latex_formula(out, formula);
        text_add(out, " = ");
    }
    math_number(out, rec_get_number(r, KEY_value), digits);
    for (const struct rec *row = rec_first(r, KEY_rows); row != NULL; row = row->next) {
        text_add(out, " \\\\\n");
        add_slope(out, *called != '\0' && *aside == '\0' ? called : name,
                  rec_get_text(row, KEY_child));
        text_add(out, " &= ");
        latex_formula(out, rec_get_text(row, KEY_formula));
        text_add(out, " = ");
        math_number(out, rec_get_number(row, KEY_slope), digits);
    }
    text_add(out, "\n");
}

// ---- All others ---------------------------------------------------------------------------------

struct display {
    struct text *out;
    bool begun, row_begun;
};

static void put_text(void *at, enum ink ink, const char *s, size_t n)
{
    struct display *d = at;
    (void)ink;
    latex_text(d->out, s, n);
}

static void put_maths(void *at, const char *s, size_t n)
{
    struct display *d = at;
    text_add_char(d->out, '{');
    text_add_bytes(d->out, s, n);
    text_add_char(d->out, '}');
}

static void begin_line(void *at, bool prose, enum ink ink)
{
    struct display *d = at;
    (void)prose;
    (void)ink;
    text_add(d->out, d->begun ? " \\\\\n" : "");
    d->begun = true;
}

static void end_line(void *at, bool prose, enum ink ink)
{
    (void)at;
    (void)prose;
    (void)ink;
}

static void put_fixed(void *at, const char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        const char *end = memchr(s + i, '\n', n - i);
        size_t length = end == NULL ? n - i : (size_t)(end - s) - i;
        begin_line(at, false, INK_END);
        put_text(at, INK_END, s + i, length);
        i += length + 1;
    }
}

static void begin_table(void *at, const char *align, size_t columns, bool has_head)
{
    struct display *d = at;
    (void)has_head;
    begin_line(at, false, INK_END);
    text_addf(d->out, "\\begin{array}{%.*s}\n", (int)columns, align);
    d->row_begun = false;
}

static void begin_row(void *at, bool head)
{
    struct display *d = at;
    (void)head;
    text_add(d->out, d->row_begun ? " \\\\\n" : "");
    d->row_begun = true;
}

static void begin_cell(void *at, char align, bool head, size_t column)
{
    struct display *d = at;
    (void)align;
    (void)head;
    text_add(d->out, column > 0 ? " & " : "");
}

static void end_part(void *at, bool head)
{
    (void)at;
    (void)head;
}

static void end_table(void *at)
{
    struct display *d = at;
    text_add(d->out, "\n\\end{array}");
}

static void add_display(struct text *out, const struct rec *record, const struct words_form *form)
{
    static const struct rich_writer writer = {.text = put_text,
                                              .maths = put_maths,
                                              .begin_line = begin_line,
                                              .end_line = end_line,
                                              .fixed = put_fixed,
                                              .begin_table = begin_table,
                                              .begin_row = begin_row,
                                              .begin_cell = begin_cell,
                                              .end_cell = end_part,
                                              .end_row = end_part,
                                              .end_table = end_table};
    struct text lines;
    text_init(&lines);
    struct display display = {.out = &lines};
    rich_write(record, form, &writer, &display);
    if (display.begun) {
        text_addf(out,
                  "\\begin{equation*}\n\\begin{array}{l}\n%s\n\\end{array}\n\\end{equation*}\n",
                  text_get(&lines));
    }
    text_release(&lines);
}

bool latex_rows(struct text *out, const struct rec *record, const struct words_form *form)
{
    if (rec_is(record, KIND_derive)) {
        add_derive(out, record);
        return true;
    }
    if (rec_is(record, KIND_local) && rec_find(record, KEY_call) == NULL) {
        add_local(out, record, form->digits);
        return true;
    }
    return false;
}

void latex_add(struct text *out, const struct rec *record, const struct words_form *form)
{
    struct text rows;
    text_init(&rows);
    bool equation = rec_is(record, KIND_value) || rec_is(record, KIND_bind);
    if (latex_rows(&rows, record, form)) {
        text_addf(out, "\\begin{align*}\n%s\\end{align*}\n", text_get(&rows));
    } else if (equation && rec_find(record, KEY_value) != NULL) {
        add_equation(out, record, form->digits);
    } else {
        add_display(out, record, form);
    }
    text_release(&rows);
}

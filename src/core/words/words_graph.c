// The words for what statements, passes and tables answer.
#include <string.h>

#include "words/draw.h"
#include "words/plot.h"
#include "words/say.h"
#include "words/spark.h"

void say_value(struct words *w)
{
    text_add(w->out, rec_get_text(w->record, KEY_text));
    text_add(w->out, " = ");
    say_field(w, rec_find(w->record, KEY_value));
    text_add_char(w->out, '\n');
}

void say_bind(struct words *w)
{
    if (rec_find(w->record, KEY_value) == NULL) {
        ink_add(w->out, INK_NAME, rec_get_text(w->record, KEY_text));
        const char *shape = rec_get_text(w->record, KEY_shape);  // "60" alone would read as a value
        text_addf(w->out, strchr(shape, 'x') != NULL ? " is a %s matrix" : " is a vector of %s",
                  shape);
    } else {
        say_equation(w, KEY_text);
    }
    text_add_char(w->out, '\n');
}

void say_print(struct words *w)
{
    if (rec_find(w->record, KEY_text) != NULL) {
        for (const char *s = rec_get_text(w->record, KEY_text); *s != '\0';) {
            size_t n = strcspn(s, "\n");
            text_addf(w->out, "%c%.*s\n", WRAP_FIXED, (int)n, s);
            s += n + (s[n] == '\n');
        }
        return;
    }
    for (const struct rec *v = rec_first(w->record, KEY_values); v != NULL; v = v->next) {
        say_field(w, v);
        text_add_char(w->out, v->next == NULL ? '\n' : ' ');
    }
}

void say_forward(struct words *w)
{
    int64_t fresh = rec_get_whole(w->record, KEY_fresh);
    struct text note;
    text_init(&note);
    text_addf(&note, fresh == 1 ? "%lld value recomputed" : "%lld values recomputed",
              (long long)fresh);
    if (rec_find(w->record, KEY_name) != NULL) {
        say_equation(w, KEY_name);
        text_add(w->out, "   ");
    }
    ink_add(w->out, INK_MUTED, fresh == 0 ? "nothing was stale" : text_get(&note));
    text_add_char(w->out, '\n');
    text_release(&note);
}

// The chain rule in names: "dL/dd * 1".
static void add_symbols(struct words *w, struct text *cell, const struct rec *term)
{
    const char *formula = rec_get_text(term, KEY_formula);
    text_addf(cell, "d%s/d%s * ", say_part(say_called(w, rec_find(w->record, KEY_root))).text,
              say_part(say_called(w, rec_find(term, KEY_user))).text);
    text_addf(cell, say_is_loose(formula) ? "(%s)" : "%s", formula);
}

// The same in numbers: "-2 * 1".
static void add_factors(struct words *w, struct text *cell, const struct rec *term)
{
    char number[NUMBER_TEXT];
    ink_add(cell, INK_GRAD, number_text(number, say_shown(term, KEY_upstream), w->digits));
    text_add(cell, " * ");
    ink_add(cell, INK_LOCAL, number_text(number, rec_get_number(term, KEY_local), w->digits));
}

// "dL/dd * 1  = -2 * 1": upstream times local, summed over the uses, onto what the leaf held.
static void add_chain_rule(struct words *w, struct text *cell, const struct rec *row)
{
    const struct rec *terms = rec_first(row, KEY_terms);
    double held = rec_get_number(row, KEY_held);
    char held_text[NUMBER_TEXT + 3] = "";
    int64_t shown = 0;
    if (held != 0) {
        number_text(held_text, held, w->digits);
        strcat(held_text, " + ");
    }
    text_add(cell, held_text);
    if (rec_get_flag(row, KEY_seed)) {
        text_add(cell, held != 0 ? "1, the seed" : "seed");
        return;
    }
    for (const struct rec *t = terms; t != NULL; t = t->next, shown++) {
        add_symbols(w, cell, t);
        text_add(cell, t->next != NULL ? " + " : "");
    }
    if (rec_get_whole(row, KEY_uses) > shown) {
        text_addf(cell, " + … (%lld uses)", (long long)rec_get_whole(row, KEY_uses));
        return;
    }
    text_add(cell, "  = ");
    text_add(cell, held_text);
    for (const struct rec *t = terms; t != NULL; t = t->next) {
        add_factors(w, cell, t);
        text_add(cell, t->next != NULL ? " + " : "");
    }
}

// What a row's node is called, and then, if any row has a formula for it, the number to type for it.
static void node_cells(struct table *t, const struct rec *row, bool numbers)
{
    enum { FORMULA_MOST = 24 };  // names may be long
    const char *formula = rec_get_text(row, KEY_formula), *name = rec_get_text(row, KEY_name);
    struct text cell;
    text_init(&cell);
    text_add_char(&cell, INK_NAME);
    if (*formula == '\0' || !numbers) {
        text_add(&cell, name);
    } else {
        size_t cut = utf8_cut(formula, strlen(formula), FORMULA_MOST);
        text_add_bytes(&cell, formula, cut);
        text_add(&cell, formula[cut] != '\0' ? "…" : "");
    }
    text_add_char(&cell, INK_END);
    table_cell(t, text_get(&cell));
    if (numbers) {
        table_ink(t, INK_MUTED, *formula == '\0' ? "" : name);
    }
    text_release(&cell);
}

static bool any_has(const struct rec *rows, enum rec_key key)
{
    while (rows != NULL && rec_find(rows, key) == NULL) {
        rows = rows->next;
    }
    return rows != NULL;
}

static void say_rows(struct words *w)
{
    static const char *const titles[] = {"node",          "",           "value", "grad",
                                         "grad as nodes", " chain rule"};
    const struct rec *rows = rec_first(w->record, KEY_rows);
    bool graph = any_has(rows, KEY_grown),
         numbers = w->called != CALLED_NUMBERS && any_has(rows, KEY_formula);
    struct table t;
    struct text cell;
    text_init(&cell);
    table_init(&t, numbers ? (graph ? "lnddlw" : "lnddw") : graph ? "lddlw" : "lddw");
    for (size_t i = 0; i < COUNT_OF(titles); i++) {
        if ((i != 1 || numbers) && (i != 4 || graph)) {
            table_ink(&t, INK_MUTED, titles[i]);
        }
    }
    for (const struct rec *row = rows; row != NULL; row = row->next) {
        node_cells(&t, row, numbers);
        table_number(&t, INK_VALUE, say_shown(row, KEY_value), w->digits);
        say_grad_cell(w, &t, row);
        if (graph) {
            table_ink(&t, INK_GRAD, rec_get_text(row, KEY_grown));
        }
        text_clear(&cell);
        text_add_char(&cell, ' ');
        add_chain_rule(w, &cell, row);
        table_cell(&t, text_get(&cell));
    }
    say_table(w, &t);
    text_release(&cell);
}

void say_backward(struct words *w)
{
    say_shortest(w, say_rows);
    say_more_in(w, "; 'grads' has a line for each name");
}

void say_update(struct words *w)
{
    struct table t;
    table_init(&t, "ldldw");
    for (const struct rec *row = rec_first(w->record, KEY_rows); row != NULL; row = row->next) {
        table_ink(&t, INK_NAME, rec_get_text(row, KEY_name));
        table_number(&t, INK_VALUE, rec_get_number(row, KEY_before), w->digits);
        table_cell(&t, "->");
        table_number(&t, INK_VALUE, rec_get_number(row, KEY_value), w->digits);
        struct text grad;
        char number[NUMBER_TEXT];
        text_init(&grad);
        text_add(&grad, "grad ");
        ink_add(&grad, INK_GRAD, number_text(number, say_shown(row, KEY_grad), w->digits));
        table_cell(&t, text_get(&grad));
        text_release(&grad);
    }
    say_table(w, &t);
    say_more(w);
}

static void add_sparkline(struct words *w, const struct rec *points)
{
    enum { MOST = 120 };
    double numbers[MOST];
    size_t count = 0;
    for (; points != NULL && count < MOST; points = points->next) {
        numbers[count++] = points->number;
    }
    spark_add(w->out, numbers, count);
}

void say_trained(struct words *w)
{
    long long steps = (long long)rec_get_whole(w->record, KEY_steps);
    bool whole = strcmp(rec_get_text(w->record, KEY_end), "done") == 0;
    ink_add(w->out, INK_NAME, say_called(w, rec_find(w->record, KEY_root)));
    text_add_char(w->out, ' ');
    add_sparkline(w, rec_first(w->record, KEY_history));
    text_add(w->out, "\n");
    text_addf(w->out, "%s%lld step%s", whole ? "" : "stopped after ", steps, steps == 1 ? "" : "s");
    long long batch = (long long)rec_get_whole(w->record, KEY_batch);
    if (batch > 0) {
        text_addf(w->out, " of %lld row%s", batch, batch == 1 ? "" : "s");
    }
    text_add(w->out, ": ");
    say_number(w, INK_VALUE, rec_get_number(w->record, KEY_first));
    text_add(w->out, " -> ");
    say_number(w, INK_VALUE, rec_get_number(w->record, KEY_loss));
    if (batch > 0) {
        text_addf(w->out, " over all %lld", (long long)rec_get_whole(w->record, KEY_rows));
    }
    text_add(w->out, rec_get_flag(w->record, KEY_stale) ? " before the last of them\n" : "\n");
}

void say_zero(struct words *w)
{
    text_add(w->out, "every gradient is 0\n");
}

// "dd/de", or "d(a*b + c)/d(a*b)" of an expression.
static void slope_cell(struct table *t, const char *name, const char *child)
{
    struct text cell;
    text_init(&cell);
    text_addf(&cell, "d%s", say_part(name).text);
    text_addf(&cell, "/d%s", say_part(child).text);
    table_cell(t, text_get(&cell));
    text_release(&cell);
}

// "= f", or nothing.
static void equals_cell(struct table *t, const char *slope)
{
    struct text cell;
    text_init(&cell);
    if (*slope != '\0') {
        text_add(&cell, "= ");
        ink_add(&cell, INK_LOCAL, slope);
    }
    table_cell(t, text_get(&cell));
    text_release(&cell);
}

void say_local(struct words *w)
{
    if (rec_find(w->record, KEY_call) != NULL) {
        say_composite(w);
        return;
    }
    const char *aside = rec_get_text(w->record, KEY_aside),
               *formula = rec_get_text(w->record, KEY_formula);
    const char *name = *aside != '\0' ? aside : say_called(w, w->record);
    ink_add(w->out, INK_NAME, *aside != '\0' ? aside : rec_get_text(w->record, KEY_name));
    text_addf(w->out, *aside == '\0' && *formula != '\0' ? " = %s = " : " = ", formula);
    say_number(w, INK_VALUE, rec_get_number(w->record, KEY_value));
    text_add(w->out, *formula == '\0' ? "   a leaf: no edge leads into it\n" : "\n");
    struct table t;
    table_init(&t, "lll");
    for (const struct rec *row = rec_first(w->record, KEY_rows); row != NULL; row = row->next) {
        char number[NUMBER_TEXT];
        const char *slope = rec_get_text(row, KEY_formula);
        number_text(number, rec_get_number(row, KEY_slope), w->digits);
        slope_cell(&t, name, rec_get_text(row, KEY_child));
        equals_cell(&t, slope);
        equals_cell(&t, strcmp(number, slope) == 0 ? "" : number);
    }
    say_table(w, &t);
}

// Of an array one number stands for the whole gradient.
static const char *length_word(const struct rec *row)
{
    bool length = rec_find(row, KEY_shape) != NULL && rec_find(row, KEY_grad) != NULL;
    return length ? "the length of its gradient" : "";
}

// vars, params, topo: a row for each name or node.
// What is said beside a row: that its value is old, what the gradient shown is, and the learner's own
// words for the node.
static void say_aside(struct table *t, const struct rec *row)
{
    const char *label = rec_get_text(row, KEY_label), *length = length_word(row);
    struct text aside;
    text_init(&aside);
    text_add(&aside, rec_get_flag(row, KEY_stale) ? "stale" : "");
    if (*length != '\0') {
        text_addf(&aside, "%sgrad is %s", text_length(&aside) > 0 ? "  " : "", length);
    }
    if (*label != '\0') {
        text_addf(&aside, "%s“%s”", text_length(&aside) > 0 ? "  " : "", label);
    }
    table_ink(t, INK_MUTED, text_get(&aside));
    text_release(&aside);
}

// "2x3"; a vector's alone, "5", would read as its value.
static void shape_cell(struct table *t, const char *shape)
{
    struct text cell;
    text_init(&cell);
    text_addf(&cell,
              strchr(shape, 'x') != NULL ? "%s"
              : strcmp(shape, "1") == 0  ? "%s value"
                                         : "%s values",
              shape);
    table_ink(t, INK_MUTED, text_get(&cell));
    text_release(&cell);
}

void say_nodes(struct words *w)
{
    static const char *const titles[] = {"name", "value", "grad", "", ""};
    const struct rec *row = rec_first(w->record, KEY_rows);
    if (row == NULL) {
        text_add(w->out, rec_is(w->record, KIND_params) ? "no parameters yet; try param w = 0.5\n"
                                                        : "no names yet; try a = 2\n");
        return;
    }
    struct table t;
    table_init(&t, "lddll");
    for (size_t i = 0; i < COUNT_OF(titles); i++) {
        table_ink(&t, INK_MUTED, titles[i]);
    }
    for (; row != NULL; row = row->next) {
        const char *as = rec_get_text(row, KEY_as), *formula = rec_get_text(row, KEY_formula);
        table_ink(&t, INK_NAME, *as != '\0' ? as : rec_get_text(row, KEY_name));
        if (rec_find(row, KEY_shape) != NULL) {
            shape_cell(&t, rec_get_text(row, KEY_shape));
        } else {
            table_number(&t, INK_VALUE, say_shown(row, KEY_value), w->digits);
        }
        say_grad_cell(w, &t, row);
        table_cell(&t, *formula != '\0' ? formula : rec_get_text(row, KEY_role));
        say_aside(&t, row);
    }
    say_table(w, &t);
    say_more(w);
}

void say_grads(struct words *w)
{
    struct table t;
    table_init(&t, "ldw");
    for (const struct rec *row = rec_first(w->record, KEY_rows); row != NULL; row = row->next) {
        table_ink(&t, INK_NAME, rec_get_text(row, KEY_as));
        say_grad_cell(w, &t, row);
        table_ink(&t, INK_MUTED, length_word(row));
    }
    say_table(w, &t);
    say_more(w);
}

void say_asserted(struct words *w)
{
    text_addf(w->out, "%s holds\n", rec_get_text(w->record, KEY_text));
}

void say_reset(struct words *w)
{
    text_add(w->out, "the graph is empty\n");
}

void say_rewound(struct words *w)
{
    bool undo = strcmp(rec_get_text(w->record, KEY_word), "undo") == 0;
    text_add(w->out, undo ? "taken back: " : "done again: ");
    text_addf(w->out, "%s\n", rec_get_text(w->record, KEY_statement));
}

// Only what is drawn in the terminal has a width.
void say_scene(struct words *w)
{
    int64_t width = rec_get_whole(w->record, KEY_width) - (w->style == WORDS_PROMPT ? 2 : 0);
    if (rec_find(w->record, KEY_width) != NULL) {
        draw_scene(w->out, w->record, width < 0 ? 0 : (size_t)width);
    }
}

// The same of plots.
void say_plot(struct words *w)
{
    int64_t width = rec_get_whole(w->record, KEY_width) - (w->style == WORDS_PROMPT ? 2 : 0);
    if (rec_find(w->record, KEY_width) != NULL) {
        plot_draw(w->out, w->record, width < 0 ? 0 : (size_t)width);
    }
}

void say_written(struct words *w)
{
    int64_t pictures = rec_get_whole(w->record, KEY_pictures);
    text_addf(w->out, "wrote %s", rec_get_text(w->record, KEY_path));
    if (pictures > 1) {
        text_addf(w->out, ", %lld pictures", (long long)pictures);
    }
    text_add_char(w->out, '\n');
}

void say_theme(struct words *w)
{
    const char *name = rec_get_text(w->record, KEY_name);
    if (strcmp(name, "auto") == 0) {
        text_add(w->out, "the next start will ask the terminal for its background\n");
    } else {
        text_addf(w->out, "colours for a %s background, from now on\n", name);
    }
}

void say_share(struct words *w)
{
    const char *address = rec_get_text(w->record, KEY_address);
    text_addf(w->out, "%s%s\n", address, rec_get_text(w->record, KEY_fragment));
    if (*address == '\0') {
        ink_add(w->out, INK_MUTED, "add this to the address of a playground, or type share URL");
        text_add_char(w->out, '\n');
    }
}

void say_view(struct words *w)
{
    const char *address = rec_get_text(w->record, KEY_address);
    if (*address == '\0') {
        text_add(w->out, "the page has stopped following\n");
    } else {
        text_addf(w->out, "%s\n", address);
        ink_add(w->out, INK_MUTED, "follows what you type, on this machine only");
        text_add_char(w->out, '\n');
    }
}

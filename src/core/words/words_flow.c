// The words of a network layer by layer: flow.
#include <string.h>

#include "words/say.h"
#include "words/signs.h"

enum { COLUMNS = 78, NUMBERS_LEAST = 20 };

static size_t room(const struct words *w)
{
    return w->columns > 0 ? w->columns : COLUMNS;
}

static void cell_array(struct words *w, struct table *t, enum ink ink, const struct rec *array,
                       enum rec_key key, size_t columns)
{
    struct text cell;
    text_init(&cell);
    say_array(&cell, w, array, key, columns);
    table_ink(t, ink, text_get(&cell));
    text_release(&cell);
}

// ---- The diagram --------------------------------------------------------------------------------

// Two lines that grow side by side: the forward pass above, the backward pass below.
struct diagram {
    struct words *w;
    struct text above, below;
};

static size_t columns_of(struct text *t)
{
    return ink_columns(text_get(t), text_length(t));
}

// Adds columns to a line that has fewer. They are counted before: a line that is refused memory has none,
// however many are added.
static void lengthen(struct text *line, const char *column, size_t columns)
{
    for (size_t n = columns_of(line); n < columns; n++) {
        text_add(line, column);
    }
}

// Makes both lines equally long.
static void level(struct diagram *d, const char *above, const char *below)
{
    lengthen(&d->above, above, columns_of(&d->below));
    lengthen(&d->below, below, columns_of(&d->above));
}

static void put_line(struct words *w, struct text *line)
{
    size_t n = text_trimmed(text_get(line), text_length(line));
    text_add_char(w->out, WRAP_FIXED);
    text_add_bytes(w->out, text_get(line), n);
    text_add_char(w->out, '\n');
}

static void flush(struct diagram *d)
{
    put_line(d->w, &d->above);
    put_line(d->w, &d->below);
    text_clear(&d->above);
    text_clear(&d->below);
}

static void add_names(struct text *out, const struct rec *list)
{
    for (const struct rec *v = list == NULL ? NULL : list->in.first; v != NULL; v = v->next) {
        text_addf(out, v == list->in.first ? "%s" : " %s", rec_get_text(v, KEY_name));
    }
}

// "─[W1 b1]─► z1 ─sigmoid─► a1 ", and below z1 the length of its δ.
static void add_layer(struct diagram *d, const struct rec *layer)
{
    const struct rec *z = rec_find(layer, KEY_z), *a = rec_find(layer, KEY_a);
    const struct rec *weights = rec_find(layer, KEY_weights);
    struct text part;
    text_init(&part);
    text_add(&part, "─");
    if (weights->in.count > 0) {
        text_add_char(&part, '[');
        add_names(&part, weights);
        text_add(&part, "]─");
    }
    text_add(&part, "► ");
    size_t before = columns_of(&part), names = strlen(rec_get_text(z, KEY_name)) + 16;
    names += a == NULL ? 0 : strlen(rec_get_text(a, KEY_name));
    if (columns_of(&d->above) > 0 && columns_of(&d->above) + before + names > room(d->w)) {
        flush(d);
        text_add(&d->above, "  ");
        text_add(&d->below, "  ◄");
    }
    text_add(&d->above, text_get(&part));
    bool first = columns_of(&d->below) == 0;
    size_t above = columns_of(&d->above);
    lengthen(&d->below, first ? " " : "─", above - (above > 0 && !first));
    text_add(&d->below, first ? "" : " ");
    ink_add(&d->above, INK_NAME, rec_get_text(z, KEY_name));
    text_clear(&part);
    int64_t number = rec_get_whole(layer, KEY_number);
    number > 0 ? text_addf(&part, "‖δ%lld‖ ", (long long)number) : text_add(&part, "‖d‖ ");
    say_figure(&part, rec_get_number(z, KEY_grad_norm), 3);
    ink_add(&d->below, INK_GRAD, text_get(&part));
    text_add(&d->below, " ◄");
    text_add_char(&d->above, ' ');
    if (a != NULL) {
        text_addf(&d->above, "─%s─► ", rec_get_text(layer, KEY_activation));
        ink_add(&d->above, INK_NAME, rec_get_text(a, KEY_name));
        text_add_char(&d->above, ' ');
    }
    text_release(&part);
}

static void put_diagram(struct words *w)
{
    struct diagram d = {.w = w};
    text_init(&d.above);
    text_init(&d.below);
    add_names(&d.above, rec_find(w->record, KEY_inputs));
    text_add(&d.above, text_length(&d.above) == 0 ? "input" : "");
    text_add_char(&d.above, ' ');
    for (const struct rec *l = rec_first(w->record, KEY_layers); l != NULL; l = l->next) {
        add_layer(&d, l);
        level(&d, "─", "─");
    }
    text_add(&d.above, "─► ");
    level(&d, "─", "─");
    ink_add(&d.above, INK_NAME, rec_get_text(rec_find(w->record, KEY_output), KEY_name));
    text_add(&d.below, " 1");
    flush(&d);
    text_release(&d.above);
    text_release(&d.below);
}

// ---- The passes ---------------------------------------------------------------------------------

// What the columns of a table can have: the names, and what is left for the numbers.
struct flow_measure {
    size_t left, shape, numbers;
    bool after;
};

static size_t longer(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void widen(struct flow_measure *m, const struct rec *array)
{
    size_t name = signs_columns(rec_get_text(array, KEY_name));
    size_t formula = signs_columns(rec_get_text(array, KEY_formula));
    m->left = longer(m->left, name + (formula > 0 ? formula + 3 : 0));
    m->shape = longer(m->shape, strlen(rec_get_text(array, KEY_shape)));
}

static struct flow_measure measure(struct words *w)
{
    enum { LEFT_MOST = 34, LEFT_MOST_AFTER = 20, GAP = 2 };
    struct flow_measure m = {.after = rec_find(w->record, KEY_rate) != NULL};
    for (const struct rec *v = rec_first(w->record, KEY_inputs); v != NULL; v = v->next) {
        widen(&m, v);
    }
    for (const struct rec *l = rec_first(w->record, KEY_layers); l != NULL; l = l->next) {
        widen(&m, rec_find(l, KEY_z));
        if (rec_find(l, KEY_a) != NULL) {
            widen(&m, rec_find(l, KEY_a));
        }
    }
    widen(&m, rec_find(w->record, KEY_output));
    size_t most = m.after ? LEFT_MOST_AFTER : LEFT_MOST;
    m.left = m.left < most ? m.left : most;
    size_t used = m.left + GAP + m.shape + GAP;
    m.numbers = room(w) > used ? room(w) - used : 0;
    m.numbers = m.after ? (m.numbers - GAP) / 2 : m.numbers;
    m.numbers = longer(m.numbers, NUMBERS_LEAST);
    return m;
}

static void put_title(struct words *w, const char *title)
{
    ink_add(w->out, INK_MUTED, title);
    text_add_char(w->out, '\n');
}

static void forward_row(struct words *w, struct table *t, const struct rec *array,
                        const struct flow_measure *m)
{
    const char *formula = rec_get_text(array, KEY_formula);
    const char *name = rec_get_text(array, KEY_name);
    struct text cell;
    text_init(&cell);
    ink_add(&cell, INK_NAME, name);
    size_t left = signs_columns(name) + 3, all = left + signs_columns(formula);
    if (*formula != '\0' && (all <= m->left || w->rich)) {
        text_addf(&cell, " = %s", formula);
    } else if (*formula != '\0' && left + 6 < m->left) {
        text_add(&cell, " = ");
        text_add_bytes(&cell, formula, utf8_cut(formula, strlen(formula), m->left - left - 1));
        text_add(&cell, "…");
    }
    table_cell(t, text_get(&cell));
    table_cell(t, rec_get_text(array, KEY_shape));
    cell_array(w, t, INK_VALUE, array, KEY_value, m->numbers);
    if (m->after) {
        cell_array(w, t, INK_VALUE, array, KEY_after, m->numbers);
    }
    text_release(&cell);
}

static void put_forward(struct words *w)
{
    struct flow_measure m = measure(w);
    struct table t;
    table_init(&t, m.after ? "lnnn" : "lnn");
    put_title(w, m.after ? "forward, before and after the update" : "forward");
    for (const struct rec *v = rec_first(w->record, KEY_inputs); v != NULL; v = v->next) {
        forward_row(w, &t, v, &m);
    }
    for (const struct rec *l = rec_first(w->record, KEY_layers); l != NULL; l = l->next) {
        forward_row(w, &t, rec_find(l, KEY_z), &m);
        if (rec_find(l, KEY_a) != NULL) {
            forward_row(w, &t, rec_find(l, KEY_a), &m);
        }
    }
    for (const struct rec *v = rec_first(w->record, KEY_targets); v != NULL; v = v->next) {
        forward_row(w, &t, v, &m);
    }
    forward_row(w, &t, rec_find(w->record, KEY_output), &m);
    say_table(w, &t);
}

static void backward_row(struct words *w, struct table *t, const char *name,
                         const struct rec *array, size_t columns)
{
    table_ink(t, INK_NAME, name);
    table_cell(t, rec_get_text(array, KEY_shape));
    cell_array(w, t, INK_GRAD, array, KEY_grad, columns);
}

// Was the parameter shown with this layer, or with one below it? Its gradient is the sum over all
// of its uses, so it is shown once: with the lowest.
static bool has_lower(const struct words *w, const struct rec *layer, const char *name)
{
    for (const struct rec *l = rec_first(w->record, KEY_layers); l != layer; l = l->next) {
        for (const struct rec *v = rec_first(l, KEY_weights); v != NULL; v = v->next) {
            if (strcmp(rec_get_text(v, KEY_name), name) == 0) {
                return true;
            }
        }
    }
    return false;
}

// "δ2 = dL/dz2", "dL/dh"
static void add_delta(struct words *w, struct text *out, const struct rec *layer)
{
    const char *output = rec_get_text(rec_find(w->record, KEY_output), KEY_name);
    const char *z = rec_get_text(rec_find(layer, KEY_z), KEY_name);
    int64_t number = rec_get_whole(layer, KEY_number);
    if (number > 0) {
        text_addf(out, "δ%lld = ", (long long)number);
    }
    text_addf(out, say_is_loose(output) || strchr(output, '(') != NULL ? "d(%s)/" : "d%s/", output);
    text_addf(out, strchr(z, ',') != NULL ? "d(%s)" : "d%s", z);
}

static void backward_layer(struct words *w, struct table *t, const struct rec *layer,
                           size_t columns)
{
    struct text name;
    text_init(&name);
    add_delta(w, &name, layer);
    backward_row(w, t, text_get(&name), rec_find(layer, KEY_z), columns);
    for (const struct rec *v = rec_first(layer, KEY_weights); v != NULL; v = v->next) {
        if (!has_lower(w, layer, rec_get_text(v, KEY_name))) {
            text_clear(&name);
            text_addf(&name, "d%s", rec_get_text(v, KEY_name));
            backward_row(w, t, text_get(&name), v, columns);
        }
    }
    text_release(&name);
}

static void put_backward(struct words *w)
{
    enum { LEFT = 24 };
    struct table t;
    const struct rec *layers = rec_find(w->record, KEY_layers);
    size_t columns = room(w) > LEFT + NUMBERS_LEAST ? room(w) - LEFT : NUMBERS_LEAST;
    table_init(&t, "lnn");
    put_title(w, "backward, the last layer first");
    for (int64_t i = (int64_t)layers->in.count; i-- > 0;) {
        const struct rec *l = layers->in.first;
        for (int64_t k = 0; k < i; k++) {
            l = l->next;
        }
        backward_layer(w, &t, l, columns);
    }
    say_table(w, &t);
}

// ---- The update ---------------------------------------------------------------------------------

static void update_row(struct words *w, struct table *t, const struct rec *v, size_t columns)
{
    struct text before, after;
    text_init(&before);
    text_init(&after);
    say_array(&before, w, v, KEY_value, columns);
    say_array(&after, w, v, KEY_after, columns);
    bool both = columns_of(&before) + columns_of(&after) + 4 <= columns;
    table_ink(t, INK_NAME, rec_get_text(v, KEY_name));
    table_cell(t, rec_get_text(v, KEY_shape));
    if (!both) {
        table_ink(t, INK_VALUE, text_get(&before));
        table_cell(t, "");
        table_cell(t, "");
        text_clear(&before);
    }
    text_addf(&before, both ? " -> %s" : "-> %s", text_get(&after));
    table_ink(t, INK_VALUE, text_get(&before));
    text_release(&before);
    text_release(&after);
}

static void put_update(struct words *w)
{
    struct table t;
    struct text title;
    size_t columns = room(w) > 2 * NUMBERS_LEAST ? room(w) - NUMBERS_LEAST : NUMBERS_LEAST;
    text_init(&title);
    text_add(&title, "update, learning rate ");
    say_figure(&title, rec_get_number(w->record, KEY_rate), w->digits);
    table_init(&t, "lnn");
    put_title(w, text_get(&title));
    for (const struct rec *l = rec_first(w->record, KEY_layers); l != NULL; l = l->next) {
        for (const struct rec *v = rec_first(l, KEY_weights); v != NULL; v = v->next) {
            if (!has_lower(w, l, rec_get_text(v, KEY_name))) {
                update_row(w, &t, v, columns);
            }
        }
    }
    say_table(w, &t);
    text_release(&title);
}

// ---- What is worth knowing ----------------------------------------------------------------------

static void add_share(struct text *out, double share)
{
    say_figure(out, 100 * share, 3);
    text_add_char(out, '%');
}

static void put_special(struct words *w, const struct rec *layer, const char *special)
{
    int64_t units = rec_get_whole(layer, KEY_units), samples = rec_get_whole(layer, KEY_samples);
    ink_add(w->out, INK_NAME, "layer ");
    text_addf(w->out, "%lld ", (long long)rec_get_whole(layer, KEY_number));
    if (strcmp(special, "saturated") == 0) {
        text_add(w->out, "is saturated: ");
        add_share(w->out, rec_get_number(layer, KEY_saturated));
        text_add(w->out, " of its slopes are under 0.01\n");
    } else if (strcmp(special, "dead") == 0) {
        double dead = rec_get_number(layer, KEY_dead) * (double)units;
        text_addf(w->out, "has dead units: %.0f of %lld let no gradient pass", dead,
                  (long long)units);
        samples > 1 ? text_addf(w->out, " for any of %lld samples\n", (long long)samples)
                    : text_add(w->out, " at this input\n");
    } else {
        bool vanishes = strcmp(special, "vanishes") == 0;
        text_addf(w->out, vanishes ? "vanishes: the length of its δ is "
                                   : "explodes: the length of its δ is ");
        say_figure(w->out, rec_get_number(rec_find(layer, KEY_z), KEY_grad_norm), 3);
        if (rec_get_number(layer, KEY_ratio) > 0) {
            text_add(w->out, ", ");
            say_figure(w->out, rec_get_number(layer, KEY_ratio), 3);
            text_add(w->out, " times that of the layer above");
        }
        text_add_char(w->out, '\n');
    }
}

static void put_specials(struct words *w)
{
    int64_t more = rec_get_whole(w->record, KEY_more);
    if (more > 0) {
        text_addf(w->out, "… %lld more layers between the first ten and the last ten\n",
                  (long long)more);
    }
    for (const struct rec *l = rec_first(w->record, KEY_layers); l != NULL; l = l->next) {
        for (const struct rec *s = rec_first(l, KEY_special); s != NULL; s = s->next) {
            put_special(w, l, s->text);
        }
    }
}

void say_flow(struct words *w)
{
    put_diagram(w);
    put_forward(w);
    put_backward(w);
    if (rec_find(w->record, KEY_rate) != NULL) {
        put_update(w);
    }
    put_specials(w);
}

// The gradients that a backward pass leaves, and what is worth knowing about the layers.
void say_backward_layers(struct words *w)
{
    put_diagram(w);
    put_backward(w);
    put_specials(w);
}

static void put_equation(struct words *w, const struct rec *array)
{
    ink_add(w->out, INK_NAME, rec_get_text(array, KEY_name));
    text_addf(w->out, " = %s", rec_get_text(array, KEY_formula));
}

// "layer 1, where z1 = W1 @ x + b1 and a1 = sigmoid(z1)"
static void put_layer_of(struct words *w, const struct rec *layer)
{
    const struct rec *a = rec_find(layer, KEY_a);
    int64_t number = rec_get_whole(layer, KEY_number);
    number > 0 ? text_addf(w->out, "layer %lld, where ", (long long)number)
               : text_add(w->out, "computed as ");
    put_equation(w, rec_find(layer, KEY_z));
    if (a != NULL) {
        text_add(w->out, " and ");
        put_equation(w, a);
    }
    text_add_char(w->out, '\n');
}

static const char *role_words(const char *role)
{
    static const char *const words[][2] = {{"weights", "parameters of "},
                                           {"sums", "the weighted sums of "},
                                           {"activation", "the activation of "},
                                           {"array", ""},
                                           {"input", "an input"}};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strcmp(words[i][0], role) == 0) {
            return words[i][1];
        }
    }
    return "";
}

// What it is, its gradient as a line, and the lines before that; then the layer's marks.
void say_explain_array(struct words *w)
{
    const struct rec *layer = rec_find(w->record, KEY_layer), *line = NULL;
    const struct rec *gradient = rec_find(w->record, KEY_gradient);
    const char *name = rec_get_text(w->record, KEY_name);
    struct text numbers;
    text_init(&numbers);
    ink_add(w->out, INK_NAME, name);
    text_addf(w->out, " (%s): %s", rec_get_text(gradient, KEY_shape),
              role_words(rec_get_text(w->record, KEY_role)));
    if (layer != NULL) {
        put_layer_of(w, layer);
    } else if (*rec_get_text(w->record, KEY_formula) != '\0') {
        text_addf(w->out, "computed as %s = %s\n", name, rec_get_text(w->record, KEY_formula));
    } else {
        text_add_char(w->out, '\n');
    }
    for (const struct rec *v = rec_first(w->record, KEY_backward); v != NULL; v = v->next) {
        line = v;
    }
    text_addf(w->out, "d%s/d%s ", rec_get_text(w->record, KEY_of), name);
    if (line != NULL) {
        text_add(w->out, "= ");
        ink_add(w->out, INK_LOCAL, rec_get_text(line, KEY_formula));
        text_add_char(w->out, ' ');
    }
    say_array(&numbers, w, gradient, KEY_value, room(w) - NUMBERS_LEAST);
    text_add(w->out, "= ");
    ink_add(w->out, INK_GRAD, text_get(&numbers));
    text_add_char(w->out, '\n');
    for (const struct rec *v = rec_first(w->record, KEY_backward); v != NULL && v != line;
         v = v->next) {
        text_addf(w->out, v == rec_first(w->record, KEY_backward) ? "where %s = %s" : ", %s = %s",
                  rec_get_text(v, KEY_name), rec_get_text(v, KEY_formula));
        text_add(w->out, v->next == line ? "\n" : "");
    }
    for (const struct rec *s = layer == NULL ? NULL : rec_first(layer, KEY_special); s != NULL;
         s = s->next) {
        put_special(w, layer, s->text);
    }
    text_release(&numbers);
}

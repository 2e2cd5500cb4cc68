// The words of passes over whole arrays: stage, derive, local, and the numbers of arrays in a line.
#include <string.h>

#include "words/say.h"
#include "words/signs.h"

void say_figure(struct text *out, double v, int digits)
{
    char number[NUMBER_TEXT];
    text_add(out, number_text(number, v, digits));
}

static void add_list(struct text *out, const struct rec *list, int digits)
{
    text_add_char(out, '[');
    for (const struct rec *v = list->in.first; v != NULL; v = v->next) {
        v->type == REC_LIST ? add_list(out, v, digits) : say_figure(out, v->number, digits);
        text_add(out, v->next != NULL ? ", " : "");
    }
    text_add_char(out, ']');
}

// As many of the first numbers as fit, and the length of all of them: "[0.1, 0.2, …] ‖1.8‖".
static void add_first(struct text *out, const struct rec *list, double norm, int digits,
                      size_t columns)
{
    struct text first, next;
    text_init(&first);
    text_init(&next);
    bool matrix = list->in.first != NULL && list->in.first->type == REC_LIST;
    const struct rec *v = matrix ? list->in.first->in.first : list->in.first;
    size_t used = strlen("[[.]] || 0.0123");
    for (; v != NULL; v = v->next) {
        text_clear(&next);
        say_figure(&next, v->number, digits);
        used += text_length(&next) + 2;
        if (used > columns) {
            break;
        }
        text_addf(&first, "%s, ", text_get(&next));
    }
    if (text_length(&first) > 0) {
        text_addf(out, matrix ? "[[%s…]] " : "[%s…] ", text_get(&first));
    }
    text_add(out, "‖");
    say_figure(out, norm, 3);
    text_add(out, "‖");
    text_release(&first);
    text_release(&next);
}

// An array in at most so many columns.
void say_array(struct text *out, const struct words *w, const struct rec *array, enum rec_key key,
               size_t columns)
{
    const struct rec *value = rec_find(array, key);
    enum rec_key norm = key == KEY_grad    ? KEY_grad_norm
                        : key == KEY_after ? KEY_after_norm
                                           : KEY_norm;
    struct text whole;
    if (value == NULL || value->type != REC_LIST) {
        say_figure(out, value == NULL ? 0 : value->number, w->digits);
        return;
    }
    text_init(&whole);
    int64_t shown = 0;
    for (const struct rec *v = value->in.first; v != NULL; v = v->next) {
        shown += v->type == REC_LIST ? (int64_t)v->in.count : 1;
    }
    add_list(&whole, value, w->digits);
    if (shown == rec_get_whole(array, KEY_count) && text_length(&whole) <= columns) {
        text_add(out, text_get(&whole));
    } else {
        add_first(out, value, rec_get_number(array, norm), w->digits, columns);
    }
    text_release(&whole);
}

// ---- Lines of code ------------------------------------------------------------------------------

enum { CODE_COLUMNS = 78, NUMBERS_LEAST = 20, CODE_MOST = 44 };

static size_t columns_of(const struct rec *line)
{
    return signs_columns(rec_get_text(line, KEY_name)) + 3 +
           signs_columns(rec_get_text(line, KEY_formula));
}

// Where the comments begin: after the longest line that is not too long.
static size_t code_columns(const struct rec *lines)
{
    size_t most = 0;
    for (const struct rec *v = lines->in.first; v != NULL; v = v->next) {
        size_t n = columns_of(v);
        most = n > most && n <= CODE_MOST ? n : most;
    }
    return most;
}

// "dW2 = outer(dz2, a1)   # 1x2 [[-0.19, -0.23]]"
static void put_code(struct words *w, const struct rec *line, size_t column)
{
    const char *shape = rec_get_text(line, KEY_shape);
    size_t room = w->columns > 0 ? w->columns : CODE_COLUMNS, used = columns_of(line);
    text_add_char(w->out, WRAP_FIXED);
    ink_add(w->out, INK_NAME, rec_get_text(line, KEY_name));
    text_addf(w->out, " = %s", rec_get_text(line, KEY_formula));
    text_fill(w->out, ' ', used < column ? column - used : 0);
    used = (used < column ? column : used) + strlen("  #  ") + strlen(shape);
    struct text note;
    text_init(&note);
    text_addf(&note, *shape == '\0' ? "  # " : "  # %s ", shape);
    say_array(&note, w, line, KEY_value, room > used + NUMBERS_LEAST ? room - used : NUMBERS_LEAST);
    ink_add(w->out, INK_MUTED, text_get(&note));
    text_add_char(w->out, '\n');
    text_release(&note);
}

static void put_lines(struct words *w, const char *title, const struct rec *lines)
{
    size_t column = code_columns(lines);
    if (lines->in.count > 0 && *title != '\0') {
        ink_add(w->out, INK_MUTED, title);
        text_add_char(w->out, '\n');
    }
    for (const struct rec *v = lines->in.first; v != NULL; v = v->next) {
        put_code(w, v, column);
    }
}

static void add_exact(struct text *out, const struct rec *v)
{
    char number[NUMBER_TEXT];
    if (v->type != REC_LIST) {
        text_add(out, number_exact(number, v->number));
        return;
    }
    text_add_char(out, '[');
    for (const struct rec *part = v->in.first; part != NULL; part = part->next) {
        add_exact(out, part);
        text_add(out, part->next != NULL ? ", " : "");
    }
    text_add_char(out, ']');
}

// The leaves as NumPy's arrays; of one too long to be written, its shape.
static void put_inputs(struct words *w)
{
    for (const struct rec *v = rec_first(w->record, KEY_inputs); v != NULL; v = v->next) {
        const struct rec *value = rec_find(v, KEY_value);
        int64_t shown = 0;
        text_addf(w->out, "%c%s = ", WRAP_FIXED, rec_get_text(v, KEY_name));
        for (const struct rec *e = value->type == REC_LIST ? value->in.first : NULL; e != NULL;
             e = e->next) {
            shown += e->type == REC_LIST ? (int64_t)e->in.count : 1;
        }
        if (value->type == REC_LIST && shown < rec_get_whole(v, KEY_count)) {
            text_addf(w->out, "...  # an array of shape %s: put its numbers here\n",
                      rec_get_text(v, KEY_shape));
            continue;
        }
        text_add(w->out, value->type == REC_LIST ? "array(" : "");
        add_exact(w->out, value);
        text_add(w->out, value->type == REC_LIST ? ")\n" : "\n");
    }
}

void say_stage_arrays(struct words *w)
{
    if (rec_get_flag(w->record, KEY_python)) {
        text_add(w->out, "from numpy import *\n");
        for (const struct rec *d = rec_first(w->record, KEY_definitions); d != NULL; d = d->next) {
            text_addf(w->out, "%c%s\n", WRAP_FIXED, d->text);
        }
        put_inputs(w);
    }
    put_lines(w, "# forward", rec_find(w->record, KEY_forward));
    put_lines(w, "# backward, the last layer first", rec_find(w->record, KEY_backward));
}

// The lines that the derivative needs; the last one is the derivative.
void say_derive_arrays(struct words *w)
{
    const struct rec *result = rec_find(w->record, KEY_result);
    struct text name;
    text_init(&name);
    put_lines(w, "", rec_find(w->record, KEY_forward));
    put_lines(w, "", rec_find(w->record, KEY_backward));
    text_addf(&name, "%cd%s/d%s = ", WRAP_FIXED, rec_get_text(w->record, KEY_of),
              rec_get_text(w->record, KEY_in));
    text_add(w->out, text_get(&name));
    ink_add(w->out, INK_LOCAL, rec_get_text(result, KEY_formula));
    text_add_char(w->out, '\n');
    text_release(&name);
}

// "z1 = W1 @ x + b1" and, given dz1, what each of its operands gets.
void say_local_array(struct words *w)
{
    const char *name = rec_get_text(w->record, KEY_name);
    const struct rec *slopes = rec_find(w->record, KEY_slopes);
    struct table t;
    ink_add(w->out, INK_NAME, name);
    text_addf(w->out, " = %s (%s)\n", rec_get_text(w->record, KEY_formula),
              rec_get_text(rec_find(w->record, KEY_value), KEY_shape));
    text_addf(w->out, "what arrives at %s, d%s, is handed on as\n", name, name);
    table_init(&t, "lll");
    for (const struct rec *v = rec_first(w->record, KEY_rows); v != NULL; v = v->next) {
        struct text cell;
        text_init(&cell);
        table_ink(&t, INK_NAME, rec_get_text(v, KEY_name));
        text_add(&cell, "= ");
        ink_add(&cell, INK_LOCAL, rec_get_text(v, KEY_formula));
        table_cell(&t, text_get(&cell));
        table_ink(&t, INK_MUTED, rec_get_text(v, KEY_shape));
        text_release(&cell);
    }
    say_table(w, &t);
    if (slopes != NULL) {
        text_add(w->out, "the slopes are ");
        struct text numbers;
        text_init(&numbers);
        for (const struct rec *v = slopes->in.first; v != NULL; v = v->next) {
            say_figure(&numbers, v->number, w->digits);
            text_add(&numbers, v->next != NULL ? ", " : "");
        }
        ink_add(w->out, INK_LOCAL, text_get(&numbers));
        text_add_char(w->out, '\n');
        text_release(&numbers);
    }
}

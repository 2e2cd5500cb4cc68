// Labels of pictures that fit an area: letters of one size, and no more words than it takes.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dot/dot_label.h"

// Digits of numbers where room is short; of others the scene's own texts are shown.
enum { FEW = 3 };
// Operands of many values that have a cell each, and names in the one cell where there are more.
enum { WIDE_MOST = 3, NAMES_MOST = 6 };
// Bytes of a text that may be hidden.
enum { HIDDEN_MOST = 256 };
// Points of an empty box for a number.
enum { BLANK_WIDTH = 58, BLANK_HEIGHT = 20 };

static bool is_kind(const struct rec *box, const char *kind)
{
    return strcmp(rec_get_text(box, KEY_kind), kind) == 0;
}

static bool is_array(const struct rec *box)
{
    return rec_find(box, KEY_rows) != NULL;
}

// The number under `key` with few digits, or its text where it is not known.
static const char *few_digits(char out[FIGURE_TEXT], const struct rec *of, enum rec_key key,
                              enum rec_key text)
{
    const struct rec *number = rec_find(of, key);
    return number != NULL ? number_figure(out, number->number, FEW) : rec_get_text(of, text);
}

static void add_number(const struct label_painter *p, const char *colour, bool bold, const char *s)
{
    bool known = strcmp(s, "·") != 0;
    dot_add_run(p, known ? colour : p->ink->muted, bold && known, s);
}

// What is hidden takes the room that it will take: every digit is a 0, all being equally wide, in
// the colour of its ground. (Transparent letters would not do: Graphviz writes them white.)
static void add_hidden(const struct label_painter *p, bool bold, const char *s)
{
    char zeros[HIDDEN_MOST];
    snprintf(zeros, sizeof zeros, "%s", s);
    for (char *at = zeros; *at != '\0'; at++) {
        *at = *at >= '1' && *at <= '9' ? '0' : *at;
    }
    dot_add_run(p, p->ground, bold, zeros);
}

static void add_number_if(const struct label_painter *p, bool hidden, const char *colour, bool bold,
                          const char *s)
{
    if (hidden) {
        add_hidden(p, bold && strcmp(s, "·") != 0, s);
    } else {
        add_number(p, colour, bold, s);
    }
}

// "3×2", or "4" of a vector.
static void add_shape(const struct label_painter *p, const struct rec *box, const char *colour)
{
    char shape[48];
    int rows = (int)rec_get_whole(box, KEY_rows), cols = (int)rec_get_whole(box, KEY_cols);
    if (rec_get_flag(box, KEY_vector)) {
        snprintf(shape, sizeof shape, "%d", cols);
    } else {
        snprintf(shape, sizeof shape, "%d×%d", rows, cols);
    }
    dot_add_run(p, colour == NULL ? p->ink->muted : colour, false, shape);
}

// ---- Fills --------------------------------------------------------------------------------------

static struct look look_of(const struct label_painter *p, const struct rec *box)
{
    struct look look = dot_look_of(box, p->ink);
    bool statement = strcmp(rec_get_text(box, KEY_folds), "statement") == 0;
    bool leaves = rec_find(box, KEY_operations) != NULL && rec_get_whole(box, KEY_operations) == 0;
    look.doubled = false;
    look.padding = p->blank ? 5 : 2;
    if (is_kind(box, "group") && leaves) {
        bool parameters = strstr(rec_get_text(box, KEY_op), "param") != NULL;
        look.fill = parameters ? p->ink->parameter : p->ink->input;
        look.border = parameters ? 2 : 1;
        look.style = parameters ? "" : " STYLE=\"ROUNDED\"";
    } else if (is_kind(box, "group") && rec_get_flag(box, KEY_output)) {
        look.fill = p->ink->output;
        look.twice = true;
    } else if (is_kind(box, "group") && statement) {
        look.fill = p->ink->interior;
    }
    look.fill = rec_get_flag(box, KEY_derivative) ? p->ink->derivative : look.fill;
    if (rec_get_flag(box, KEY_dead) && rec_get_flag(box, KEY_hide_value)) {
        look.fill = p->ink->interior;
    }
    look.fill = rec_get_flag(box, KEY_current) ? p->ink->current : look.fill;
    return look;
}

static const char *fill_of_chip(const struct label_painter *p, const struct rec *chip)
{
    return is_kind(chip, "parameter")  ? p->ink->parameter
           : is_kind(chip, "constant") ? p->ink->constant
                                       : p->ink->input;
}

static unsigned channel(const char *colour, int i)
{
    char digits[3] = {colour[1 + 2 * i], colour[2 + 2 * i], '\0'};
    return (unsigned)strtoul(digits, NULL, 16);
}

// From `fill` towards `ink`, by so much of the way.
static void mix(char out[8], const char *fill, const char *ink, double much)
{
    unsigned mixed[3];
    for (int i = 0; i < 3; i++) {
        double from = channel(fill, i), to = channel(ink, i);
        mixed[i] = (unsigned)(from + (to - from) * much + 0.5) & 0xFF;
    }
    snprintf(out, 8, "#%02X%02X%02X", mixed[0], mixed[1], mixed[2]);
}

// ---- Elements -----------------------------------------------------------------------------------

static double largest(const struct rec *numbers)
{
    double most = 0;
    for (const struct rec *n = numbers->in.first; n != NULL; n = n->next) {
        most = isfinite(n->number) ? fmax(most, fabs(n->number)) : most;
    }
    return most;
}

// The elements of a small array, each on a tint of its sign that is the stronger the larger it is.
static void add_elements(const struct label_painter *p, const struct rec *box)
{
    const struct rec *numbers = rec_find(box, KEY_numbers), *number, *text;
    int64_t cols = rec_get_whole(box, KEY_cols), i = 0;
    if (numbers == NULL || numbers->in.count == 0 || p->style > STYLE_TERSE) {
        return;
    }
    const char *ground =
        strcmp(p->ink->background, "#FFFFFF") == 0 ? p->ink->background : p->ink->interior;
    double most = largest(numbers);
    bool hidden = rec_get_flag(box, KEY_hide_value);
    text_add(p->html, "\n<TR><TD ALIGN=\"LEFT\"><TABLE BORDER=\"0\" CELLBORDER=\"0\""
                      " CELLSPACING=\"1\" CELLPADDING=\"1\"><TR>");
    number = numbers->in.first;
    text = rec_first(box, KEY_number_texts);
    for (; number != NULL; number = number->next, text = text->next, i++) {
        char fill[8];
        double size = isfinite(number->number) && most > 0 ? fabs(number->number) / most : 0;
        size = hidden ? 0 : size;
        mix(fill, ground, number->number > 0 ? p->ink->value : p->ink->grad, 0.35 * size);
        text_addf(p->html, "%s<TD ALIGN=\"RIGHT\" BGCOLOR=\"%s\">",
                  i > 0 && i % cols == 0 ? "</TR>\n<TR>" : "", fill);
        struct label_painter inner = *p;
        inner.ground = fill;
        add_number_if(&inner, hidden, p->ink->text, false, text->text);
        text_add(p->html, "</TD>");
    }
    text_add(p->html, "</TR></TABLE></TD></TR>");
}

// ---- Cells --------------------------------------------------------------------------------------

static void add_product(const struct label_painter *p, const struct rec *cell)
{
    bool hidden = rec_get_flag(cell, KEY_hide_share);
    text_add(p->html, "<BR/>");
    add_number_if(p, hidden, p->ink->local, false, rec_get_text(cell, KEY_local_text));
    add_number_if(p, hidden, p->ink->muted, false, " × ");
    add_number_if(p, hidden, p->ink->grad, false, rec_get_text(cell, KEY_upstream_text));
    add_number_if(p, hidden, p->ink->muted, false, " = ");
    add_number_if(p, hidden, p->ink->grad, true, rec_get_text(cell, KEY_share_text));
}

static void begin_cell(const struct label_painter *p, const struct rec *cell, const char *fill)
{
    text_addf(p->html, "<TD PORT=\"i%d\" ALIGN=\"LEFT\" BALIGN=\"LEFT\"%s%s%s>",
              (int)rec_get_whole(cell, KEY_slot), fill == NULL ? "" : " BGCOLOR=\"",
              fill == NULL ? "" : fill, fill == NULL ? "" : "\"");
}

// The operand itself: name, value and gradient.
static void add_chip(const struct label_painter *p, const struct rec *chip)
{
    char value[FIGURE_TEXT], grad[FIGURE_TEXT];
    bool constant = is_kind(chip, "constant"), array = is_array(chip);
    dot_add_run(p, p->ink->text, true, rec_get_text(chip, KEY_name));
    dot_add_run(p, p->ink->muted, false, constant ? "" : " ");
    if (array) {
        add_shape(p, chip, NULL);
    } else {
        add_number_if(p, rec_get_flag(chip, KEY_hide_value),
                      constant ? p->ink->muted : p->ink->value, false,
                      few_digits(value, chip, KEY_value, KEY_value_text));
    }
    if (!constant && p->style != STYLE_LINE) {
        text_add(p->html, p->top_down ? "<BR/>" : "");
        dot_add_run(p, p->ink->muted, false, p->top_down ? "" : "  ");
        dot_add_run(p, p->ink->muted, false, array ? "‖∂‖ " : "∂ ");
        add_number_if(p, rec_get_flag(chip, KEY_hide_grad), p->ink->grad, true,
                      few_digits(grad, chip, KEY_grad, KEY_grad_text));
    }
}

static void add_local(const struct label_painter *p, const struct rec *box, const struct rec *cell)
{
    char local[FIGURE_TEXT];
    bool hidden = rec_get_flag(cell, KEY_hide_local);
    if (p->style == STYLE_FIT) {
        dot_add_run(p, p->ink->muted, false, rec_get_text(cell, KEY_symbol));
        dot_add_run(p, p->ink->muted, false, "  ");
        add_number_if(p, hidden, p->ink->local, false, rec_get_text(cell, KEY_local_text));
        if (rec_find(cell, KEY_share) != NULL) {
            add_product(p, cell);
        }
        return;
    }
    bool named = p->style == STYLE_TERSE && is_kind(box, "group");
    dot_add_run(p, p->ink->muted, false, named ? rec_get_text(cell, KEY_name) : "");
    dot_add_run(p, p->ink->muted, false, named ? " " : "");
    add_number_if(p, hidden, p->ink->local, false,
                  few_digits(local, cell, KEY_local, KEY_local_text));
}

static void add_operand(const struct label_painter *p, const struct rec *box,
                        const struct rec *cell)
{
    struct label_painter inner = *p;
    const struct rec *chip = rec_find(cell, KEY_chip);
    const char *fill = chip == NULL ? NULL : fill_of_chip(p, chip);
    inner.ground = fill == NULL ? p->ink->cell : fill;
    begin_cell(p, cell, fill);
    if (chip != NULL) {
        add_chip(&inner, chip);
    } else {
        add_local(&inner, box, cell);
    }
    text_add(p->html, "</TD>");
}

static bool is_wide_chip(const struct rec *cell)
{
    const struct rec *chip = rec_find(cell, KEY_chip);
    return chip != NULL && is_array(chip);
}

static size_t count_wide_chips(const struct rec *cells)
{
    size_t count = 0;
    for (const struct rec *c = cells->in.first; c != NULL; c = c->next) {
        count += is_wide_chip(c);
    }
    return count;
}

// Many arrays in one cell: their names, or how many there are.
static void add_wide_chips(const struct label_painter *p, const struct rec *cells, size_t count)
{
    const struct rec *c = cells->in.first;
    struct text names;
    text_init(&names);
    while (c != NULL && !is_wide_chip(c)) {
        c = c->next;
    }
    begin_cell(p, c, fill_of_chip(p, rec_find(c, KEY_chip)));
    for (size_t i = 0; c != NULL && count <= NAMES_MOST; c = c->next) {
        if (is_wide_chip(c)) {
            text_addf(&names, i++ == 0 ? "%s" : ", %s",
                      rec_get_text(rec_find(c, KEY_chip), KEY_name));
        }
    }
    if (count > NAMES_MOST) {
        text_addf(&names, "%zu inputs", count);
    }
    dot_add_run(p, p->ink->text, true, text_get(&names));
    text_add(p->html, "</TD>");
    p->html->bytes.failed |= names.bytes.failed;
    text_release(&names);
}

// In a column beside the body, or in a row above it.
static void add_operands(const struct label_painter *p, const struct rec *box)
{
    const struct rec *cells = rec_find(box, KEY_cells);
    size_t wide = count_wide_chips(cells);
    const char *between = "";
    text_addf(p->html,
              "<TABLE BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" CELLPADDING=\"2\""
              " COLOR=\"%s\" BGCOLOR=\"%s\">\n<TR>",
              p->ink->edge, p->ink->cell);
    bool joined = wide > WIDE_MOST;
    if (joined) {
        add_wide_chips(p, cells, wide);
        between = p->top_down ? "" : "</TR>\n<TR>";
    }
    for (const struct rec *cell = cells->in.first; cell != NULL; cell = cell->next) {
        if (dot_is_drawn(p, cell) && !(joined && is_wide_chip(cell))) {
            text_add(p->html, between);
            add_operand(p, box, cell);
            between = p->top_down ? "" : "</TR>\n<TR>";
        }
    }
    text_add(p->html, "</TR></TABLE>");
}

// ---- Bodies -------------------------------------------------------------------------------------

// Its number, its shape, or how many numbers it is, in this colour (NULL: the usual one).
static void add_value(const struct label_painter *p, const struct rec *box, const char *colour)
{
    bool several = rec_get_whole(box, KEY_results) > 1;
    if (is_array(box)) {
        dot_add_run(p, p->ink->text, false, "  ");
        add_shape(p, box, colour);
    } else {
        const char *usual = several ? p->ink->muted : p->ink->value;
        dot_add_run(p, colour == NULL ? p->ink->muted : colour, false, several ? "  " : " = ");
        add_number_if(p, rec_get_flag(box, KEY_hide_value), colour == NULL ? usual : colour, false,
                      rec_get_text(box, KEY_value_text));
    }
}

static const char *grad_sign(const struct rec *box)
{
    return is_array(box) || rec_get_whole(box, KEY_results) > 1 ? "‖∂‖ " : "∂ ";
}

static void add_grad(const struct label_painter *p, const struct rec *box, const char *colour,
                     bool few)
{
    char grad[FIGURE_TEXT];
    dot_add_run(p, colour == NULL ? p->ink->muted : colour, false, grad_sign(box));
    add_number_if(p, rec_get_flag(box, KEY_hide_grad), colour == NULL ? p->ink->grad : colour, true,
                  few ? few_digits(grad, box, KEY_grad, KEY_grad_text)
                      : rec_get_text(box, KEY_grad_text));
}

// An empty box for the gradient; in the key the gradient is in it.
static void add_blank(const struct label_painter *p, const struct rec *box)
{
    text_add(p->html, "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\""
                      " CELLPADDING=\"1\"><TR><TD ALIGN=\"RIGHT\">");
    dot_add_run(p, p->ink->muted, false, grad_sign(box));
    text_addf(p->html,
              "</TD><TD BORDER=\"1\" COLOR=\"%s\" BGCOLOR=\"%s\" WIDTH=\"%d\" HEIGHT=\"%d\">",
              p->ink->edge, p->ink->background, BLANK_WIDTH, BLANK_HEIGHT);
    if (!rec_get_flag(box, KEY_hide_grad)) {
        add_number(p, p->ink->grad, true, rec_get_text(box, KEY_grad_text));
    }
    text_add(p->html, "</TD></TR></TABLE>");
}

static bool is_leaf(const struct rec *box)
{
    const struct rec *operations = rec_find(box, KEY_operations);
    return is_kind(box, "parameter") || is_kind(box, "input") ||
           (operations != NULL && operations->whole == 0);
}

// Name and value; of the current step on a ground of its own. Where there are several frames, every
// box that is ever current has room for the mark.
static void add_header(const struct label_painter *p, const struct rec *box)
{
    struct label_painter inner = *p;
    bool current = rec_get_flag(box, KEY_current), leaf = is_leaf(box);
    bool told = leaf || *rec_get_text(box, KEY_formula) != '\0' || is_array(box);
    const char *colour = current ? p->ink->header_text : NULL;
    const char *name = current ? colour : p->ink->text, *muted = current ? colour : p->ink->muted;
    inner.ground = current ? p->ink->header : p->ground;
    text_addf(p->html, "\n<TR><TD ALIGN=\"LEFT\"%s%s%s>", current ? " BGCOLOR=\"" : "",
              current ? p->ink->header : "", current ? "\"" : "");
    if (current || (p->frame && !leaf)) {
        dot_add_run(p, current ? name : p->ground, false, "▶ ");
    }
    dot_add_run(p, name, true, *rec_get_text(box, KEY_call) != '\0' ? "⊞ " : "");
    dot_add_run(p, name, true, rec_get_text(box, KEY_name));
    add_value(&inner, box, colour);
    dot_add_run(p, muted, false, told ? "" : "  ");
    dot_add_run(p, muted, false, told ? "" : rec_get_text(box, KEY_op));
    if (p->style >= STYLE_LINE) {
        dot_add_run(p, muted, false, "  ");
        add_grad(&inner, box, colour, true);
    }
    add_number_if(&inner, rec_get_flag(box, KEY_hide_value), muted, false,
                  rec_get_flag(box, KEY_dead) ? " · dead" : "");
    text_add(p->html, "</TD></TR>");
}

static void add_rows(const struct label_painter *p, const struct rec *box)
{
    const char *formula = rec_get_text(box, KEY_formula), *sum = rec_get_text(box, KEY_sum_text);
    bool hidden = rec_get_flag(box, KEY_hide_grad);
    add_header(p, box);
    if (p->style >= STYLE_LINE) {
        return;
    }
    if (*formula != '\0') {
        text_add(p->html, "\n<TR><TD ALIGN=\"LEFT\">");
        dot_add_run(p, p->ink->muted, false, "= ");
        dot_add_run(p, p->ink->muted, false, formula);
        text_add(p->html, "</TD></TR>");
    }
    add_elements(p, box);
    text_add(p->html, "\n<TR><TD ALIGN=\"LEFT\">");
    if (p->blank) {
        add_blank(p, box);
    } else {
        add_grad(p, box, NULL, false);
    }
    if (*sum != '\0' && p->style == STYLE_FIT && !p->blank) {
        add_number_if(p, hidden, p->ink->grad, false, " ");
        add_number_if(p, hidden, p->ink->grad, false, sum);
    }
    text_add(p->html, "</TD></TR>");
}

// Between round corners there is less room for words than the frame has.
static void begin_round(const struct label_painter *p, int padding)
{
    text_addf(p->html,
              "\n<TR><TD WIDTH=\"3\" CELLPADDING=\"0\"></TD><TD CELLPADDING=\"0\">"
              "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"%d\">",
              padding);
}

static void end_round(const struct label_painter *p)
{
    text_add(p->html, "</TABLE></TD><TD WIDTH=\"3\" CELLPADDING=\"0\"></TD></TR>");
}

static void add_body(const struct label_painter *p, const struct rec *box, const struct look *look)
{
    text_addf(p->html,
              "<TABLE BORDER=\"%d\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"%d\""
              " COLOR=\"%s\" BGCOLOR=\"%s\"%s>",
              look->border, look->padding, look->border > 1 ? p->ink->text : p->ink->edge,
              look->fill, look->style);
    if (is_kind(box, "constant")) {
        text_add(p->html, "<TR><TD>");
        dot_add_run(p, p->ink->value, false, rec_get_text(box, KEY_value_text));
        text_add(p->html, "</TD></TR>");
    } else {
        bool round = look->style[0] != '\0';
        struct label_painter inner = *p;
        inner.ground = look->fill;
        if (round) {
            begin_round(p, look->padding);
        }
        add_rows(&inner, box);
        if (round) {
            end_round(p);
        }
    }
    text_add(p->html, "</TABLE>");
}

void dot_add_fit_box(const struct label_painter *p, const struct rec *box)
{
    struct look look = look_of(p, box);
    if (look.twice) {
        text_addf(p->html,
                  "<TABLE BORDER=\"1\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"3\""
                  " COLOR=\"%s\"><TR><TD>",
                  p->ink->edge);
    }
    text_add(p->html,
             "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"0\"><TR>");
    if (dot_has_cells(p, box)) {
        text_add(p->html, "<TD PORT=\"c\">");
        add_operands(p, box);
        text_add(p->html, p->top_down ? "</TD></TR>\n<TR>" : "</TD>\n");
    }
    text_add(p->html, "<TD PORT=\"o\">");
    add_body(p, box, &look);
    text_add(p->html, look.twice ? "</TD></TR></TABLE></TD></TR></TABLE>" : "</TD></TR></TABLE>");
}

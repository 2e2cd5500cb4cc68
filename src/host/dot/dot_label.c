#include "dot/dot_label.h"

#include <string.h>

// ---- Colours and frames -------------------------------------------------------------------------

const struct palette palette_light = {
    .background = "#FFFFFF",
    .text = "#1A1A1A",
    .muted = "#595959",
    .value = "#00548A",
    .local = "#6A2C70",
    .grad = "#A63C00",
    .edge = "#404040",
    .grad_edge = "#C04A00",
    .pending = "#8A8A8A",
    .cell = "#F3F3F3",
    .parameter = "#FFF1CC",
    .input = "#DDEEFA",
    .constant = "#FFFFFF",
    .interior = "#FFFFFF",
    .output = "#DDF2E8",
    .group = "#ECE7F5",
    .dead = "#E4E4E4",
    .derivative = "#FDE9DC",
    .current = "#FFF3B8",
    .header = "#1A1A1A",
    .header_text = "#FFFFFF",
};

const struct palette palette_dark = {
    .background = "#16181D",
    .text = "#ECECEC",
    .muted = "#ACACAC",
    .value = "#7CC4F4",
    .local = "#E3A6E0",
    .grad = "#FFA366",
    .edge = "#B8B8B8",
    .grad_edge = "#FF9450",
    .pending = "#8C8C8C",
    .cell = "#2B3038",
    .parameter = "#4A3B10",
    .input = "#16344A",
    .constant = "#16181D",
    .interior = "#20242B",
    .output = "#123D2E",
    .group = "#2E2840",
    .dead = "#3A3A3A",
    .derivative = "#4A2A17",
    .current = "#3D3300",
    .header = "#FFD84D",
    .header_text = "#16181D",
};

static bool is_kind(const struct rec *box, const char *kind)
{
    return strcmp(rec_get_text(box, KEY_kind), kind) == 0;
}

struct look dot_look_of(const struct rec *box, const struct palette *ink)
{
    struct look look = {.fill = ink->interior, .style = "", .border = 1, .padding = 2};
    if (is_kind(box, "parameter")) {
        look.fill = ink->parameter;
        look.border = 2;
    } else if (is_kind(box, "input")) {
        look.fill = ink->input;
        look.style = " STYLE=\"ROUNDED\"";
        look.padding = 3;
    } else if (is_kind(box, "constant")) {
        look.fill = ink->constant;
        look.style = " STYLE=\"DASHED\"";
        look.padding = 4;
    } else if (is_kind(box, "output")) {
        look.fill = ink->output;
        look.twice = true;
    } else if (is_kind(box, "group")) {
        look.fill = ink->group;
        look.doubled = true;
    }
    if (rec_get_flag(box, KEY_derivative)) {
        look.fill = ink->derivative;
    }
    if (rec_get_flag(box, KEY_dead)) {
        look.fill = ink->dead;
        look.style = " STYLE=\"DOTTED\"";
    }
    if (rec_get_flag(box, KEY_current)) {
        look.fill = ink->current;
    }
    return look;
}

// ---- Words --------------------------------------------------------------------------------------

// Appends s so that an HTML label shows just it. Blanks must not collapse; Graphviz looks for \N
// and the like, so a backslash is doubled; one control character or a byte that is not a character
// would make the whole label unreadable, so the first is left out and the second shown as U+FFFD.
static void add_words(struct text *html, const char *s)
{
    size_t n = strlen(s);
    for (size_t i = 0; i < n;) {
        uint32_t c;
        size_t bytes = utf8_read(s + i, n - i, &c);
        if (bytes == 0 || c == 0xFFFE || c == 0xFFFF) {
            text_add(html, "\xEF\xBF\xBD");
        } else if (c == '&') {
            text_add(html, "&amp;");
        } else if (c == '<') {
            text_add(html, "&lt;");
        } else if (c == '>') {
            text_add(html, "&gt;");
        } else if (c == '"') {
            text_add(html, "&quot;");
        } else if (c == '\\') {
            text_add(html, "\\\\");
        } else if (c == ' ') {
            text_add(html, "&#160;");
        } else if (!utf8_is_control(c)) {
            text_add_bytes(html, s + i, bytes);
        }
        i += bytes == 0 ? 1 : bytes;
    }
}

enum { SMALL = 9, NORMAL = 11, LARGE = 12 };

// Nothing for "": an empty <B> is an error. NORMAL is the size that every node is declared with.
static void add_run(struct text *html, const char *colour, int size, bool bold, const char *s)
{
    if (s[0] == '\0') {
        return;
    }
    text_addf(html, "<FONT COLOR=\"%s\"", colour);
    if (size != NORMAL) {
        text_addf(html, " POINT-SIZE=\"%d\"", size);
    }
    text_add(html, bold ? "><B>" : ">");
    add_words(html, s);
    text_add(html, bold ? "</B></FONT>" : "</FONT>");
}

void dot_add_run(const struct label_painter *p, const char *colour, bool bold, const char *s)
{
    add_run(p->html, colour, NORMAL, bold, s);
}

// ---- Labels -------------------------------------------------------------------------------------

// "local × upstream = share", each in the colour of its meaning.
static void add_product(const struct label_painter *p, const struct rec *cell)
{
    const struct palette *ink = p->ink;
    add_run(p->html, ink->local, SMALL, false, rec_get_text(cell, KEY_local_text));
    add_run(p->html, ink->muted, SMALL, false, " × ");
    add_run(p->html, ink->grad, SMALL, false, rec_get_text(cell, KEY_upstream_text));
    add_run(p->html, ink->muted, SMALL, false, " = ");
    add_run(p->html, ink->grad, SMALL, true, rec_get_text(cell, KEY_share_text));
}

bool dot_is_wide(const struct rec *cell)
{
    return rec_find(cell, KEY_values) != NULL;
}

bool dot_is_drawn(const struct label_painter *p, const struct rec *cell)
{
    bool fit = p->style >= STYLE_FIT && p->style < STYLE_BARE;
    return fit ? rec_find(cell, KEY_chip) != NULL || !dot_is_wide(cell)
               : p->style == STYLE_CELLS && !dot_is_wide(cell);
}

bool dot_has_cells(const struct label_painter *p, const struct rec *box)
{
    const struct rec *cell = rec_first(box, KEY_cells);
    while (cell != NULL && !dot_is_drawn(p, cell)) {
        cell = cell->next;
    }
    return cell != NULL;
}

static void add_operand(const struct label_painter *p, const struct rec *cell)
{
    const char *local = rec_get_text(cell, KEY_local_text);
    text_addf(p->html, "<TD PORT=\"i%d\" ALIGN=\"LEFT\" BALIGN=\"LEFT\">",
              (int)rec_get_whole(cell, KEY_slot));
    if (local[0] == '\0') {
        add_run(p->html, p->ink->muted, SMALL, false, p->compact ? "·" : "constant");
    } else if (p->compact) {
        add_run(p->html, p->ink->local, SMALL, false, local);
    } else {
        add_run(p->html, p->ink->muted, SMALL, false, rec_get_text(cell, KEY_symbol));
        add_run(p->html, p->ink->muted, SMALL, false, "  ");
        add_run(p->html, p->ink->local, SMALL, false, local);
    }
    if (!p->compact && rec_find(cell, KEY_share) != NULL) {
        text_add(p->html, "<BR/>");
        add_product(p, cell);
    }
    text_add(p->html, "</TD>");
}

// "∂e/∂a  −3" over the product, or the number alone.
void dot_add_edge_label(const struct label_painter *p, const struct rec *cell)
{
    const char *local = rec_get_text(cell, KEY_local_text);
    if (local[0] == '\0') {
        return;
    }
    text_add(p->html, "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\""
                      " CELLPADDING=\"1\"><TR><TD>");
    if (p->style == STYLE_EDGES) {
        add_run(p->html, p->ink->muted, SMALL, false, rec_get_text(cell, KEY_symbol));
        add_run(p->html, p->ink->muted, SMALL, false, "  ");
    }
    add_run(p->html, p->ink->local, SMALL, false, local);
    if (p->style == STYLE_EDGES && rec_find(cell, KEY_share) != NULL) {
        text_add(p->html, "<BR/>");
        add_product(p, cell);
    }
    text_add(p->html, "</TD></TR></TABLE>");
}

// One cell for each operand: in a column left of the body, or in a row above it.
static void add_operands(const struct label_painter *p, const struct rec *cells)
{
    text_addf(p->html,
              "<TABLE BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" CELLPADDING=\"2\""
              " COLOR=\"%s\" BGCOLOR=\"%s\">\n<TR>",
              p->ink->edge, p->ink->cell);
    for (const struct rec *cell = cells->in.first; cell != NULL; cell = cell->next) {
        add_operand(p, cell);
        text_add(p->html, p->top_down || cell->next == NULL ? "" : "</TR>\n<TR>");
    }
    text_add(p->html, "</TR></TABLE>");
}

static bool is_output(const struct rec *box)
{
    return is_kind(box, "output") || (is_kind(box, "group") && rec_get_flag(box, KEY_output));
}

const char *dot_called(const struct rec *box)
{
    const char *called = rec_get_text(box, KEY_called);
    return *called != '\0' ? called : rec_get_text(box, KEY_name);
}

// Name and operation; of the current step in a table of their own, so that one fill covers both.
static void add_header(const struct label_painter *p, const struct rec *box)
{
    bool current = rec_get_flag(box, KEY_current);
    const char *name = current ? p->ink->header_text : p->ink->text;
    const char *tag = current ? p->ink->header_text : p->ink->muted;
    text_add(p->html, "\n<TR>");
    if (current) {
        text_addf(p->html,
                  "<TD COLSPAN=\"2\" CELLPADDING=\"0\"><TABLE BORDER=\"0\" CELLBORDER=\"0\""
                  " CELLSPACING=\"0\" CELLPADDING=\"2\" BGCOLOR=\"%s\"><TR>",
                  p->ink->header);
    }
    text_add(p->html, "<TD ALIGN=\"LEFT\">");
    add_run(p->html, name, SMALL, false, current ? "▶ " : "");
    const char *call = rec_get_text(box, KEY_call);
    add_run(p->html, name, LARGE, true, is_kind(box, "group") ? "⊞ " : "");
    add_run(p->html, name, LARGE, true, *call != '\0' ? call : dot_called(box));
    text_add(p->html, "</TD><TD ALIGN=\"RIGHT\">");
    add_run(p->html, tag, SMALL, false, " ");
    add_run(p->html, tag, SMALL, false, rec_get_text(box, KEY_op));
    add_run(p->html, tag, SMALL, false, rec_get_flag(box, KEY_dead) ? " · dead" : "");
    add_run(p->html, tag, SMALL, false, is_output(box) ? " · output" : "");
    text_add(p->html, current ? "</TD></TR></TABLE></TD></TR>" : "</TD></TR>");
}

static void add_row(const struct label_painter *p, const char *what, const char *colour, bool bold,
                    const char *number)
{
    bool known = strcmp(number, "·") != 0;
    text_add(p->html, "\n<TR><TD ALIGN=\"LEFT\">");
    add_run(p->html, p->ink->muted, SMALL, false, what);
    text_add(p->html, "</TD><TD ALIGN=\"RIGHT\">");
    add_run(p->html, known ? colour : p->ink->muted, NORMAL, bold && known, number);
    text_add(p->html, "</TD></TR>");
}

// A line over the whole width.
static void add_line(const struct label_painter *p, const char *colour, const char *words)
{
    text_add(p->html, "\n<TR><TD COLSPAN=\"2\" ALIGN=\"RIGHT\">");
    add_run(p->html, colour, SMALL, false, words);
    text_add(p->html, "</TD></TR>");
}

static void add_parameters(const struct label_painter *p, const struct rec *box)
{
    const char *grad = rec_get_text(box, KEY_parameters_grad_text);
    text_add(p->html, "\n<TR><TD ALIGN=\"LEFT\">");
    add_run(p->html, p->ink->muted, SMALL, false, rec_get_text(box, KEY_parameters_text));
    text_add(p->html, "</TD><TD ALIGN=\"RIGHT\">");
    add_run(p->html, p->ink->muted, SMALL, false, "‖∂‖ ");
    bool known = strcmp(grad, "·") != 0;
    add_run(p->html, known ? p->ink->grad : p->ink->muted, SMALL, false, grad);
    text_add(p->html, "</TD></TR>");
}

static void add_rows(const struct label_painter *p, const struct rec *box)
{
    const char *sum = rec_get_text(box, KEY_sum_text);
    bool group = is_kind(box, "group"), several = rec_get_whole(box, KEY_results) > 1;
    bool call = group && *rec_get_text(box, KEY_call) != '\0' &&
                strcmp(rec_get_text(box, KEY_call), rec_get_text(box, KEY_name)) != 0;
    add_header(p, box);
    add_row(p, call ? dot_called(box) : "value", p->ink->value, false,
            rec_get_text(box, KEY_value_text));
    add_row(p, several ? "‖grad‖" : "grad", p->ink->grad, true, rec_get_text(box, KEY_grad_text));
    if (rec_find(box, KEY_parameters) != NULL) {
        add_parameters(p, box);
    }
    if (sum[0] != '\0') {
        add_line(p, p->ink->grad, sum);
    }
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
        add_run(p->html, p->ink->value, NORMAL, false, rec_get_text(box, KEY_value_text));
        text_add(p->html, "</TD></TR>");
    } else {
        add_rows(p, box);
    }
    text_add(p->html, "</TABLE>");
}

// name | data | grad, side by side.
static void add_strip(const struct label_painter *p, const struct rec *box, const struct look *look)
{
    const struct {
        const char *what, *colour, *number;
    } parts[] = {{"data", p->ink->value, rec_get_text(box, KEY_value_text)},
                 {"grad", p->ink->grad, rec_get_text(box, KEY_grad_text)}};
    text_addf(p->html,
              "<TABLE BORDER=\"%d\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"4\""
              " COLOR=\"%s\" BGCOLOR=\"%s\"%s><TR><TD>",
              look->border, look->border > 1 ? p->ink->text : p->ink->edge, look->fill,
              look->style);
    // A constant is its value, as in the other styles: nobody asks for it by its number.
    bool constant = is_kind(box, "constant");
    add_run(p->html, constant ? p->ink->value : p->ink->text, NORMAL, !constant,
            constant ? rec_get_text(box, KEY_value_text) : dot_called(box));
    for (size_t i = 0; i < COUNT_OF(parts) && !constant; i++) {
        text_add(p->html, "</TD>\n<TD BORDER=\"1\" SIDES=\"L\">");
        add_run(p->html, p->ink->muted, SMALL, false, parts[i].what);
        add_run(p->html, p->ink->muted, SMALL, false, " ");
        add_run(p->html, parts[i].colour, NORMAL, false, parts[i].number);
    }
    text_add(p->html, "</TD></TR></TABLE>");
}

void dot_add_operation(const struct label_painter *p, const struct rec *box)
{
    const char *call = rec_get_text(box, KEY_call);
    add_run(p->html, p->ink->text, LARGE, false, is_kind(box, "group") ? "⊞ " : "");
    add_run(p->html, p->ink->text, LARGE, false, *call != '\0' ? call : rec_get_text(box, KEY_op));
    add_run(p->html, p->ink->muted, SMALL, false, rec_get_flag(box, KEY_dead) ? " · dead" : "");
}

// A frame around what follows, with so much between the two.
static void begin_frame(const struct label_painter *p, int between)
{
    text_addf(p->html,
              "<TABLE BORDER=\"1\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"%d\""
              " COLOR=\"%s\"><TR><TD>",
              between, p->ink->edge);
}

static void add_whole_body(const struct label_painter *p, const struct rec *box,
                           const struct look *look)
{
    if (look->doubled) {
        begin_frame(p, 2);
    }
    if (p->style == STYLE_MICROGRAD) {
        add_strip(p, box, look);
    } else {
        add_body(p, box, look);
    }
    text_add(p->html, look->doubled ? "</TD></TR></TABLE>" : "");
}

void dot_add_box(const struct label_painter *p, const struct rec *box)
{
    const struct rec *cells = rec_find(box, KEY_cells);
    struct look look = dot_look_of(box, p->ink);
    if (look.twice) {
        begin_frame(p, 3);
    }
    text_add(p->html,
             "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"0\"><TR>");
    if (dot_has_cells(p, box)) {
        text_add(p->html, "<TD PORT=\"c\">");
        add_operands(p, cells);
        text_add(p->html, p->top_down ? "</TD></TR>\n<TR>" : "</TD>\n");
    }
    text_add(p->html, "<TD PORT=\"o\">");
    add_whole_body(p, box, &look);
    text_add(p->html, look.twice ? "</TD></TR></TABLE></TD></TR></TABLE>" : "</TD></TR></TABLE>");
}

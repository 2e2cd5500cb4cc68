// The words of `bars`: a bar for each element of a vector, a heat map of a matrix.
#include <math.h>

#include "base/format.h"
#include "words/say.h"

enum {
    BAR_MOST = 40,  // signs of the longest bar, on either side of 0
    BAR_LEAST = 5,
    ROOM = 80,      // where no width is known
    NUMBERS = 24,   // columns that places and numbers take
    LABEL = 6,      // … and the place of a row of cells
    CELL_MOST = 3,  // columns of a cell: a sign, and two of its shade
    SHADES = 4,
};

static double size_of(const struct rec *x)
{
    return isfinite(x->number) ? fabs(x->number) : 0;
}

static bool is_matrix(const struct rec *first)
{
    return first != NULL && first->type == REC_LIST;
}

// The largest finite element in size, and its place; 0 if there is none but 0.
struct peak {
    double size, number;
    size_t row, column;
    bool negative;  // is anything?
};

static void meet(struct peak *p, const struct rec *x, size_t row, size_t column)
{
    p->negative |= x->number < 0;
    if (size_of(x) > p->size) {
        *p = (struct peak){size_of(x), x->number, row, column, p->negative};
    }
}

static struct peak find_peak(const struct rec *list)
{
    struct peak p = {0};
    size_t i = 0;
    for (const struct rec *row = list->in.first; row != NULL; row = row->next, i++) {
        size_t j = 0;
        if (!is_matrix(row)) {
            meet(&p, row, i, 0);
            continue;
        }
        for (const struct rec *x = row->in.first; x != NULL; x = x->next) {
            meet(&p, x, i, j++);
        }
    }
    return p;
}

// ---- A vector -----------------------------------------------------------------------------------

static size_t length_of(const struct rec *x, double most, size_t longest)
{
    size_t length = most > 0 ? (size_t)(size_of(x) / most * (double)longest + 0.5) : 0;
    return length == 0 && size_of(x) > 0 ? 1 : length;  // what is not 0 can be seen
}

static void add_signs(struct text *out, size_t count, const char *sign)
{
    for (size_t i = 0; i < count; i++) {
        text_add(out, sign);
    }
}

// Negative ones to the left of the line, positive ones to the right.
static void say_vector(struct words *w, const struct rec *list, const struct peak *peak)
{
    bool negative = peak->negative;
    size_t room = w->columns > 0 ? w->columns : ROOM;
    size_t side = (room - NUMBERS) / (negative ? 2 : 1);
    size_t longest = room < NUMBERS + 2 * BAR_LEAST ? BAR_LEAST : side > BAR_MOST ? BAR_MOST : side;
    struct table t;
    size_t i = 0;
    table_init(&t, "ldl");
    for (const struct rec *x = list->in.first; x != NULL; x = x->next, i++) {
        char place[NUMBER_TEXT];
        struct text bar;
        text_init(&bar);
        format_write(place, sizeof place, "[%zu]", i);
        size_t length = length_of(x, peak->size, longest), left = x->number < 0 ? length : 0;
        text_fill(&bar, ' ', negative ? longest - left : 0);
        add_signs(&bar, left, "█");
        text_add(&bar, "│");
        add_signs(&bar, length - left, "█");
        table_ink(&t, INK_MUTED, place);
        table_number(&t, INK_VALUE, x->number, w->digits);
        table_cell(&t, text_get(&bar));
        text_release(&bar);
    }
    say_table(w, &t);
}

// ---- A matrix -----------------------------------------------------------------------------------

static const char *shade_of(const struct rec *x, double most)
{
    static const char *const shades[SHADES] = {"░", "▒", "▓", "█"};
    double share = most > 0 ? size_of(x) / most : 0;
    int level = (int)(share * SHADES);
    return !isfinite(x->number) ? "?"
           : x->number == 0     ? "·"
                                : shades[level < SHADES ? level : SHADES - 1];
}

static void add_row(struct text *out, const struct rec *row, double most, size_t cell)
{
    for (const struct rec *x = row->in.first; x != NULL; x = x->next) {
        if (cell > 1) {
            text_add(out, x->number < 0 ? "-" : " ");
        }
        add_signs(out, cell > 2 ? 2 : 1, shade_of(x, most));
    }
}

static void say_heat(struct words *w, const struct rec *list, const struct peak *peak)
{
    size_t columns = list->in.first->in.count, room = w->columns > 0 ? w->columns : ROOM;
    size_t cell = CELL_MOST, i = 0;
    char number[NUMBER_TEXT];
    while (cell > 1 && cell * columns + LABEL > room) {
        cell--;
    }
    for (const struct rec *row = list->in.first; row != NULL; row = row->next, i++) {
        format_write(number, sizeof number, "[%zu]", i);
        text_addf(w->out, "%c%-*s", WRAP_FIXED, (int)LABEL, number);
        add_row(w->out, row, peak->size, cell);
        text_add(w->out, "\n");
    }
    if (peak->size == 0) {
        text_add(w->out, "none is larger than 0 in size\n");
        return;
    }
    text_addf(w->out, "the largest in size is [%zu, %zu], %s; a shade is a quarter of it%s\n",
              peak->row, peak->column, number_text(number, peak->number, w->digits),
              cell > 1 && peak->negative ? ", and - marks what is negative" : "");
}

void say_bars(struct words *w)
{
    const struct rec *list = rec_find(w->record, KEY_values);
    if (list == NULL || list->in.first == NULL) {
        return;
    }
    struct peak peak = find_peak(list);
    if (is_matrix(list->in.first)) {
        say_heat(w, list, &peak);
    } else {
        say_vector(w, list, &peak);
    }
}

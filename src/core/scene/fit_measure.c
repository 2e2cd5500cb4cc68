#include "scene/fit_measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Points of a letter, of a line of them, and what a cell or a frame takes beside; the room between
// ranks and between boxes of a rank. (DejaVu Sans at 10 points.)
#define LETTER 6.2
#define LINE 14.0
#define CELL 6.0
#define RANKS 26.0
#define BOXES 9.0

struct size {
    double width, height;
};

struct fit_spot {
    uint32_t node, rank;
    bool leaf;
    struct size size;
    double path;  // the length of the longest path that ends here
};

// ---- Labels -------------------------------------------------------------------------------------

static double letters(const char *s)
{
    return (double)utf8_length(s, strlen(s));
}

static double number_letters(const struct rec *of, enum rec_key key, enum rec_key text, int digits)
{
    char figure[FIGURE_TEXT];
    const struct rec *number = rec_find(of, key);
    return letters(number != NULL && digits > 0 ? number_figure(figure, number->number, digits)
                                                : rec_get_text(of, text));
}

static struct size of_lines(double most, double lines)
{
    return (struct size){LETTER * most + CELL, LINE * lines + CELL / 2};
}

static struct size of_chip(const struct rec *chip, enum fit_style style, bool down)
{
    double name = letters(rec_get_text(chip, KEY_name)) + 1;
    double value =
        rec_find(chip, KEY_rows) != NULL ? 4 : number_letters(chip, KEY_value, KEY_value_text, 3);
    double grad = 2 + number_letters(chip, KEY_grad, KEY_grad_text, 3);
    if (strcmp(rec_get_text(chip, KEY_kind), "constant") == 0) {
        return of_lines(value, 1);
    }
    return style == FIT_LINE ? of_lines(name + value, 1)
           : down            ? of_lines(fmax(name + value, grad), 2)
                             : of_lines(name + value + 2 + grad, 1);
}

static struct size of_cell(const struct rec *cell, const struct rec *box, enum fit_style style,
                           bool down)
{
    const struct rec *chip = rec_find(cell, KEY_chip);
    if (chip != NULL) {
        return of_chip(chip, style, down);
    }
    if (style == FIT_CELLS) {
        double product = rec_find(cell, KEY_share) == NULL
                             ? 0
                             : 6 + letters(rec_get_text(cell, KEY_local_text)) +
                                   letters(rec_get_text(cell, KEY_upstream_text)) +
                                   letters(rec_get_text(cell, KEY_share_text));
        double symbol = letters(rec_get_text(cell, KEY_symbol)) + 2 +
                        letters(rec_get_text(cell, KEY_local_text));
        return of_lines(fmax(symbol, product), product > 0 ? 2 : 1);
    }
    bool named = style == FIT_TERSE && rec_find(box, KEY_folds) != NULL;
    return of_lines(number_letters(cell, KEY_local, KEY_local_text, 3) +
                        (named ? 1 + letters(rec_get_text(cell, KEY_name)) : 0),
                    1);
}

static struct size of_elements(const struct rec *box)
{
    const struct rec *texts = rec_find(box, KEY_number_texts);
    int64_t cols = rec_get_whole(box, KEY_cols), i = 0;
    double most = 0;
    if (texts == NULL || cols == 0) {
        return (struct size){0, 0};
    }
    for (const struct rec *t = texts->in.first; t != NULL; t = t->next, i++) {
        most = fmax(most, letters(t->text));
    }
    return (struct size){(double)cols * (LETTER * most + 3), 15.0 * (double)(i / cols)};
}

static struct size of_body(const struct rec *box, enum fit_style style)
{
    double name = letters(rec_get_text(box, KEY_name));
    double grad = 2 + number_letters(box, KEY_grad, KEY_grad_text, style < FIT_LINE ? 0 : 3);
    bool array = rec_find(box, KEY_rows) != NULL;
    double value = array ? 4 : 3 + letters(rec_get_text(box, KEY_value_text));
    double formula = letters(rec_get_text(box, KEY_formula));
    if (style >= FIT_LINE) {
        return of_lines(name + value + 2 + grad, 1);
    }
    double head = name + value + 1 + (formula > 0 ? 0 : letters(rec_get_text(box, KEY_op)));
    struct size elements = of_elements(box);
    struct size size = of_lines(fmax(fmax(head, formula + (formula > 0 ? 2 : 0)), grad),
                                (style == FIT_CELLS && !array ? 3 : 2) + (formula > 0));
    return (struct size){fmax(size.width, elements.width), size.height + elements.height};
}

// A column of cells beside the body, or a row of them above it.
static struct size of_box(const struct rec *box, enum fit_style style, bool down)
{
    struct size size = of_body(box, style), cells = {0, 0};
    for (const struct rec *c = rec_first(box, KEY_cells); c != NULL; c = c->next) {
        bool drawn =
            style != FIT_BARE && (rec_find(c, KEY_chip) != NULL || rec_find(c, KEY_values) == NULL);
        struct size cell = drawn ? of_cell(c, box, style, down) : (struct size){0, 0};
        cells.width = down ? cells.width + cell.width : fmax(cells.width, cell.width);
        cells.height = down ? fmax(cells.height, cell.height) : cells.height + cell.height;
    }
    return down ? (struct size){fmax(size.width, cells.width), size.height + cells.height}
                : (struct size){size.width + cells.width, fmax(size.height, cells.height)};
}

// ---- Ranks --------------------------------------------------------------------------------------

static int compare_spots(const void *a, const void *b)
{
    const struct fit_spot *x = a, *y = b;
    return x->node < y->node ? -1 : x->node > y->node;
}

// The box that an edge comes from; NULL if it is not one.
static struct fit_spot *spot_of(const struct buf *spots, const struct rec *cell)
{
    struct fit_spot wanted = {
        .node = (uint32_t)strtoul(rec_get_text(cell, KEY_from) + 1, NULL, 10) - 1};
    bool edge = spots->count > 0 && rec_find(cell, KEY_chip) == NULL;
    return edge ? bsearch(&wanted, spots->data, spots->count, sizeof wanted, compare_spots) : NULL;
}

// Behind its operands; a leaf is right before its first user.
static void set_rank(struct buf *spots, struct fit_spot *spot, const struct rec *cells)
{
    for (const struct rec *c = cells->in.first; c != NULL; c = c->next) {
        const struct fit_spot *from = spot_of(spots, c);
        spot->rank = from == NULL || from->leaf    ? spot->rank
                     : from->rank + 1 > spot->rank ? from->rank + 1
                                                   : spot->rank;
        spot->leaf &= from == NULL;
    }
    spot->rank = !spot->leaf && spot->rank == 0 ? 1 : spot->rank;
    for (const struct rec *c = cells->in.first; c != NULL; c = c->next) {
        struct fit_spot *from = spot_of(spots, c);
        if (from != NULL && from->leaf && (from->rank == 0 || from->rank > spot->rank)) {
            from->rank = spot->rank;  // one more than its rank, until all are known
        }
    }
}

// The boxes with their sizes and ranks, from 0 on.
static bool find_spots(struct buf *spots, const struct rec *scene, enum fit_style style, bool down)
{
    buf_init(spots, sizeof(struct fit_spot));
    for (const struct rec *b = rec_first(scene, KEY_boxes); b != NULL; b = b->next) {
        struct fit_spot *spot = buf_push(spots, 1);
        if (spot == NULL) {
            return false;
        }
        *spot = (struct fit_spot){.node = (uint32_t)rec_get_whole(b, KEY_node),
                                  .leaf = true,
                                  .size = of_box(b, style, down)};
    }
    struct fit_spot *spot = spots->data;
    for (const struct rec *b = rec_first(scene, KEY_boxes); b != NULL; b = b->next) {
        set_rank(spots, spot++, rec_find(b, KEY_cells));
    }
    for (size_t i = 0; i < spots->count; i++) {
        spot = &BUF(struct fit_spot, spots)[i];
        spot->rank -= spot->leaf && spot->rank > 0;
    }
    return true;
}

// ---- The picture --------------------------------------------------------------------------------

// Along the ranks, and across them.
static double length_of(const struct fit_spot *spot, bool down)
{
    return down ? spot->size.height : spot->size.width;
}

static double breadth_of(const struct fit_spot *spot, bool down)
{
    return down ? spot->size.width : spot->size.height;
}

// Nothing is shorter than its longest path.
static double longest_path(struct buf *spots, const struct rec *scene, bool down)
{
    struct fit_spot *spot = spots->data;
    double longest = 0;
    for (const struct rec *b = rec_first(scene, KEY_boxes); b != NULL; b = b->next, spot++) {
        for (const struct rec *c = rec_first(b, KEY_cells); c != NULL; c = c->next) {
            const struct fit_spot *from = spot_of(spots, c);
            spot->path = from == NULL ? spot->path : fmax(spot->path, from->path + RANKS);
        }
        spot->path += length_of(spot, down);
        longest = fmax(longest, spot->path);
    }
    return longest;
}

struct rank {
    double length, breadth;
};

static bool find_ranks(const struct buf *spots, bool down, struct buf *ranks)
{
    for (size_t i = 0; i < spots->count; i++) {
        const struct fit_spot *spot = &BUF(struct fit_spot, spots)[i];
        if (spot->rank >= ranks->count && !buf_resize(ranks, (size_t)spot->rank + 1)) {
            return false;
        }
        struct rank *rank = &BUF(struct rank, ranks)[spot->rank];
        rank->length = fmax(rank->length, length_of(spot, down));
        rank->breadth += breadth_of(spot, down) + BOXES;
    }
    return true;
}

static double bound(double width, double height, double area_of_boxes, const struct fit_area *area)
{
    double dense = sqrt(0.8 * area->width * area->height / fmax(area_of_boxes, 1));
    return 10 * fmin(fmin(area->width / width, area->height / height), fmin(dense, 2));
}

bool fit_measure(const struct rec *scene, enum fit_style style, bool down,
                 const struct fit_area *area, struct measure *m)
{
    struct buf spots, ranks;
    buf_init(&ranks, sizeof(struct rank));
    bool ok = find_spots(&spots, scene, style, down) && find_ranks(&spots, down, &ranks);
    double path = ok ? longest_path(&spots, scene, down) : 0, sum = 0, length = 0, breadth = 1;
    double widest = 1, highest = 1;
    for (size_t i = 0; ok && i < spots.count; i++) {
        const struct size size = BUF(struct fit_spot, &spots)[i].size;
        sum += size.width * size.height;
        widest = fmax(widest, size.width);
        highest = fmax(highest, size.height);
    }
    for (size_t i = 0; ok && i < ranks.count; i++) {
        length += BUF(struct rank, &ranks)[i].length + (i > 0 ? RANKS : 0);
        breadth = fmax(breadth, BUF(struct rank, &ranks)[i].breadth);
    }
    m->width = fmax(down ? breadth : length, 1);
    m->height = fmax(down ? length : breadth, 1);
    m->letters = bound(down ? widest : path, down ? path : highest, sum, area);
    m->letters_in_lines = bound(widest, highest, sum, area);
    buf_release(&spots);
    buf_release(&ranks);
    return ok;
}

// ---- Lines --------------------------------------------------------------------------------------

bool fit_lines(const struct rec *scene, enum fit_style style, int lines, struct buf *line)
{
    struct buf spots, ranks;
    buf_init(line, sizeof(uint32_t));
    buf_init(&ranks, sizeof(struct rank));
    bool ok = find_spots(&spots, scene, style, false) && find_ranks(&spots, false, &ranks) &&
              buf_resize(line, spots.count);
    double whole = 0, before = 0;
    for (size_t i = 0; ok && i < ranks.count; i++) {
        whole += BUF(struct rank, &ranks)[i].length + RANKS;
    }
    for (size_t i = 0; ok && i < ranks.count; i++) {
        double length = BUF(struct rank, &ranks)[i].length + RANKS;
        double share = (before + length / 2) / whole * lines;
        BUF(struct rank, &ranks)[i].breadth = fmin(floor(share), lines - 1);
        before += length;
    }
    for (size_t i = 0; ok && i < spots.count; i++) {
        const struct fit_spot *spot = &BUF(struct fit_spot, &spots)[i];
        // A leaf goes with its first user, which is one rank further.
        uint32_t rank = spot->leaf && spot->rank + 1 < ranks.count ? spot->rank + 1 : spot->rank;
        BUF(uint32_t, line)[i] = (uint32_t)BUF(struct rank, &ranks)[rank].breadth;
    }
    buf_release(&spots);
    buf_release(&ranks);
    return ok;
}

bool fit_is_chain(const struct rec *scene, enum fit_style style, int lines)
{
    struct buf line, spots;
    bool ok = fit_lines(scene, style, lines, &line);
    ok = find_spots(&spots, scene, style, false) && ok;
    size_t i = 0, cut = 0;
    const struct rec *b = rec_first(scene, KEY_boxes);
    for (; ok && b != NULL; b = b->next, i++) {
        for (const struct rec *c = rec_first(b, KEY_cells); c != NULL; c = c->next) {
            const struct fit_spot *from = spot_of(&spots, c);
            size_t k = from == NULL ? i : (size_t)(from - BUF(struct fit_spot, &spots));
            cut += BUF(uint32_t, &line)[k] != BUF(uint32_t, &line)[i];
        }
    }
    buf_release(&line);
    buf_release(&spots);
    return ok && cut <= (size_t)lines + 1;
}

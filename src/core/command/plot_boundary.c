// plot boundary model X y: the classes into which a model divides the plane, and the data.
//
// `model` is a function of the learner's: of an array whose rows are points, of a single point, or
// of two numbers. Which it is, trying tells. It gives one score for a point, or one for each class.
#include <math.h>
#include <string.h>

#include "base/format.h"
#include "command/plot.h"

enum {
    POINTS_MOST = 2000,  // of the data that are kept
    GRID_FILE = 240,     // cells of the grid along each side, in a file
    GRID_LEAST = 24,     // and where the model is very large
    TERM_LEAST = 16,     // in the terminal
    ROWS_LEAST = 8,      // … and of its lines
    ROWS_MOST = 28,
    ROWS_AROUND = 10,  // of the screen: the command, the axes and what is said below, the prompt
    POINTS_LEAST = 20,
    WORK = 200000000,  // values computed for one plot, more or less
    BATCH_VALUES = 200000,
    BATCH_MOST = 256,
};

// How the model is called.
enum style { STYLE_ROWS, STYLE_ROW, STYLE_PAIR, STYLE_COUNT };

struct map {
    struct plot *plot;
    struct aside aside;
    struct span model, data, labels;
    uint32_t params;
    char call[LABEL_TEXT + 32];  // the text that calls it
    struct source source;
    enum style style;
    size_t columns;     // scores that it gives for a point
    size_t work;        // values that it computes for one
    struct buf points;  // double: x, y and class, of each point that is kept
    size_t given;       // points
    double classes[PLOT_CLASSES_MOST];
    size_t class_count;
    double threshold;
    struct buf scores;  // double: those asked for last
    double x[2], y[2];  // the part of the plane
};

// ---- Arguments ----------------------------------------------------------------------------------

static bool read_model(struct map *m)
{
    struct call *c = m->plot->call;
    struct token t = lexer_next(c->lexer, c->diag);
    const char *s = token_text(c->lexer, t);
    char quoted[QUOTED];
    const struct definition *d =
        definitions_find(&c->s->definitions, names_find(&c->s->names, s, token_length(t)));
    m->model = t.span;
    if (t.kind != TOKEN_NAME) {
        diag_set(c->diag, t.span, "whose boundary? A function of the points is missing");
        return diag_hint(c->diag, "write plot boundary model X y");
    }
    diag_quote(quoted, s, token_length(t));
    if (d == NULL) {
        diag_set(c->diag, t.span, "there is no function '%s' of yours", quoted);
        return diag_hint(c->diag, "define one first: def model(X) = tanh(X @ w + b)");
    }
    m->params = d->count;
    if (d->count != 1 && d->count != 2) {
        diag_set(c->diag, t.span, "'%s' takes %u values, and a point of the plane is one or two",
                 quoted, (unsigned)d->count);
        return diag_hint(c->diag, "define one of the points alone: def model(X) = %s(X, …)",
                         quoted);
    }
    if (token_length(t) >= LABEL_TEXT) {
        return diag_set(c->diag, t.span, "this name is too long");
    }
    format_write(m->call, sizeof m->call, d->count == 1 ? "%.*s(__at)" : "%.*s(__at, __at2)",
                 (int)token_length(t), s);
    m->source = (struct source){
        .name = c->lexer->source->name, .text = m->call, .length = strlen(m->call), .line = 1};
    return true;
}

// An expression; its operand holds until the statement ends.
static bool read_array(struct call *c, const char *what, struct operand *x, struct span *span)
{
    if (lexer_peek(c->lexer).kind == TOKEN_COMMA) {
        lexer_next(c->lexer, c->diag);
    }
    span->start = lexer_peek(c->lexer).at;
    if (!call_has_more(c)) {
        diag_set(c->diag, lexer_peek(c->lexer).span, "%s missing", what);
        return diag_hint(c->diag, "write plot boundary model X y, or model X, [0, 1, 1]");
    }
    bool ok = call_expression(c, x);
    span->end = c->lexer->at;
    return ok;
}

// The class of a label: its number in order of size.
static size_t class_of(const struct map *m, double label)
{
    size_t k = 0;
    while (k < m->class_count && m->classes[k] != label) {
        k++;
    }
    return k;
}

static bool refuse_labels(struct map *m, double label)
{
    char number[NUMBER_TEXT];
    struct call *c = m->plot->call;
    diag_set(c->diag, m->labels, "labels are 0 and 1, -1 and 1, or class numbers from 0 to %d",
             PLOT_CLASSES_MOST - 1);
    return diag_hint(c->diag, "here one is %s", number_text(number, label, 6));
}

// -1 and 1: the sign of a score decides. 0, 1, …: with one score ½ does, else the largest.
static bool find_classes(struct map *m, const struct operand *labels)
{
    const struct lower *w = call_lower(m->plot->call);
    uint32_t cols = operand_cols(labels);
    bool negative = false;
    double most = 1;
    for (size_t i = 0; i < m->given; i++) {
        double v = operand_number(w, labels, (uint32_t)i / cols, (uint32_t)i % cols);
        negative |= v == -1;
        most = v > most ? v : most;
    }
    m->class_count = negative ? 2 : (size_t)(most < PLOT_CLASSES_MOST ? most : 0) + 1;
    for (size_t k = 0; k < m->class_count; k++) {
        m->classes[k] = negative ? 2 * (double)k - 1 : (double)k;
    }
    m->threshold = negative ? 0 : 0.5;
    for (size_t i = 0; i < m->given; i++) {
        double v = operand_number(w, labels, (uint32_t)i / cols, (uint32_t)i % cols);
        if (class_of(m, v) == m->class_count) {
            return refuse_labels(m, v);
        }
    }
    return true;
}

static bool refuse_shapes(struct map *m, const struct operand *x, const struct operand *labels)
{
    char data[SHAPE_TEXT], classes[SHAPE_TEXT];
    struct call *c = m->plot->call;
    if (x->array.rank != VALUE_MATRIX || x->array.cols != 2) {
        diag_set(c->diag, m->data, "the points are rows of two numbers, and this is of shape %s",
                 operand_shape(data, x));
        return diag_hint(c->diag, "take two columns, as in X[:, 0:2]");
    }
    diag_set(c->diag, m->labels, "there are %zu points, and labels of shape %s", m->given,
             operand_shape(classes, labels));
    return diag_hint(c->diag, "give one label for each point");
}

// Every so many-th point, and its class.
static bool take_points(struct map *m, const struct operand *x, const struct operand *labels)
{
    struct call *c = m->plot->call;
    const struct lower *w = call_lower(c);
    size_t kept = m->given < POINTS_MOST ? m->given : POINTS_MOST;
    uint32_t cols = operand_cols(labels);
    double *at = buf_push(&m->points, 3 * kept);
    for (size_t k = 0; at != NULL && k < kept; k++, at += 3) {
        uint32_t i = (uint32_t)(k * m->given / kept);
        at[0] = operand_number(w, x, i, 0);
        at[1] = operand_number(w, x, i, 1);
        at[2] = (double)class_of(m, operand_number(w, labels, i / cols, i % cols));
        if (!isfinite(at[0]) || !isfinite(at[1])) {
            diag_set(c->diag, m->data, "point %u is not a point: it holds inf or nan", (unsigned)i);
            return diag_hint(c->diag, "leave that row out");
        }
    }
    return !m->points.failed || diag_out_of_memory(c->diag);
}

// X [0, 1, 1] is read as an element of X. Where nothing follows, labels were meant.
static bool lacks_comma(struct map *m)
{
    struct call *c = m->plot->call;
    struct lexer ahead = *c->lexer;
    struct diag ignored = {0};
    struct token name = lexer_next(&ahead, &ignored), open = lexer_next(&ahead, &ignored), t = open;
    size_t outside = ahead.open - 1;
    bool apart = open.at > name.span.end;
    if (name.kind != TOKEN_NAME || !token_opens(open, '[') || !apart) {
        return false;
    }
    while (ahead.open > outside && t.kind != TOKEN_END && t.kind != TOKEN_BAD) {
        t = lexer_next(&ahead, &ignored);
    }
    struct token next = lexer_peek(&ahead);
    if (!token_ends(next.kind) && !token_is(&ahead, next, "from")) {
        return false;
    }
    int n = (int)token_length(name);
    const char *s = token_text(c->lexer, name);
    diag_set(c->diag, (struct span){open.span.start, t.span.end},
             "this is read as a part of %.*s, and then the labels of the points are missing", n, s);
    diag_hint(c->diag, "a comma keeps them apart: plot boundary model %.*s, [0, 1, …]", n, s);
    return true;
}

static bool read_data(struct map *m)
{
    struct call *c = m->plot->call;
    struct operand x, labels;
    if (lacks_comma(m)) {
        return false;
    }
    uint32_t nodes = tape_count(&c->s->tape);
    if (!read_array(c, "the points are", &x, &m->data) ||
        !read_array(c, "the labels of the points are", &labels, &m->labels)) {
        return false;
    }
    m->given = operand_rows(&x);
    bool line = operand_rows(&labels) == 1 || operand_cols(&labels) == 1;
    bool ok = x.array.rank != VALUE_MATRIX || x.array.cols != 2 || !line ||
                      operand_count(&labels) != m->given
                  ? refuse_shapes(m, &x, &labels)
                  : find_classes(m, &labels) && take_points(m, &x, &labels);
    tape_cut(&c->s->tape, nodes);
    return ok;
}

// The data's own part of the plane, and a tenth around it.
static void find_range(const struct map *m, int axis, double range[2])
{
    const double *at = m->points.data;
    double least = at[axis], most = at[axis];
    for (size_t i = 0; i < m->points.count; i += 3) {
        least = at[i + (size_t)axis] < least ? at[i + (size_t)axis] : least;
        most = at[i + (size_t)axis] > most ? at[i + (size_t)axis] : most;
    }
    double room = (most / 2 - least / 2) / 5;
    room = room > 0 ? room : 1;
    range[0] = least - room;
    range[1] = most + room;
}

// [from a to b [from c to d]]
static bool read_ranges(struct map *m)
{
    struct call *c = m->plot->call;
    double *ranges[2] = {m->x, m->y};
    for (int axis = 0; axis < 2; axis++) {
        struct span range;
        find_range(m, axis, ranges[axis]);
        if (token_is(c->lexer, lexer_peek(c->lexer), "from") &&
            !plot_range(c, &ranges[axis][0], &ranges[axis][1], &range)) {
            return false;
        }
    }
    return plot_ends(c);
}

// ---- The model ----------------------------------------------------------------------------------

// Binds what the model is given; its leaves follow the tape's last node.
static bool bind_style(struct map *m, uint32_t points)
{
    struct aside *a = &m->aside;
    struct value at = m->style == STYLE_ROWS ? value_block(VALUE_MATRIX, a->before.nodes, points, 2)
                      : m->style == STYLE_ROW ? value_block(VALUE_VECTOR, a->before.nodes, 1, 2)
                                              : value_of_node(a->before.nodes);
    return aside_bind(a, "__at", 4, at) &&
           (m->style != STYLE_PAIR ||
            aside_bind(a, "__at2", 5, value_of_node(a->before.nodes + 1)));
}

// One call of the model on `count` points (x, y).
static bool call_model(struct map *m, const double *points, size_t count, struct operand *result)
{
    if (!bind_style(m, (uint32_t)count)) {
        return false;
    }
    for (size_t i = 0; i < 2 * count; i++) {
        if (!aside_leaf(&m->aside, points[i])) {
            return false;
        }
    }
    return aside_evaluate(&m->aside, &m->source, (struct span){0, m->source.length}, result);
}

// Scores of each point that a result holds for `count` points; 0 if its shape does not fit.
static size_t scores_of(const struct operand *result, size_t count)
{
    size_t all = operand_count(result);
    if (count == 1) {
        return operand_rows(result) == 1 || operand_cols(result) == 1 ? all : 0;
    }
    bool by_point = operand_rows(result) == count || all == count;
    return by_point ? all / count : 0;
}

// Tries to call it in this way.
static bool try_style(struct map *m, enum style style)
{
    static const double points[] = {0.25, 0.5, -0.5, 0.75, 1, -0.25};
    struct operand result;
    size_t count = style == STYLE_ROWS ? 3 : 1;
    m->style = style;
    bool ok = call_model(m, points, count, &result);
    m->columns = ok ? scores_of(&result, count) : 0;
    m->work = (tape_count(&m->plot->call->s->tape) - m->aside.before.nodes) / count + 1;
    aside_cut(&m->aside);
    return m->columns > 0;
}

static bool refuse_model(struct map *m, const struct diag *first)
{
    struct call *c = m->plot->call;
    char quoted[QUOTED];
    size_t n;
    const char *s = plot_text(m->plot, m->model, &n);
    diag_quote(quoted, s, n);
    *c->diag = (struct diag){0};
    if (first->set) {
        diag_set(c->diag, m->model, "%s", first->message);
        return diag_hint(c->diag, "%s", first->hint);
    }
    diag_set(c->diag, m->model, "'%s' does not give one number, or one for each class, for a point",
             quoted);
    return diag_hint(c->diag, "its values for n points are n numbers, or n rows");
}

// A large model is asked about fewer points of the data, and a too large one about none.
static bool bound_work(struct map *m)
{
    struct call *c = m->plot->call;
    size_t most = WORK / m->work, n = m->points.count / 3;
    size_t least = m->plot->format != NULL ? GRID_LEAST * GRID_LEAST : TERM_LEAST * TERM_LEAST / 2;
    if (least + POINTS_LEAST > most) {
        diag_set(c->diag, m->model,
                 "this model computes %zu values for a single point, and the plane has many",
                 m->work);
        return diag_hint(c->diag, "a plot of it is for models of at most %zu",
                         WORK / (least + POINTS_LEAST));
    }
    size_t kept = most / 4 < POINTS_LEAST ? POINTS_LEAST : most / 4;
    double *at = m->points.data;
    for (size_t k = 0; kept < n && k < kept; k++) {
        memmove(at + 3 * k, at + 3 * (k * n / kept), 3 * sizeof *at);
    }
    m->points.count = kept < n ? 3 * kept : m->points.count;
    return true;
}

// Finds out how the model is to be called, and how many scores it gives.
static bool find_style(struct map *m)
{
    struct call *c = m->plot->call;
    struct diag first = {0};
    enum style from = m->params == 2 ? STYLE_PAIR : STYLE_ROWS;
    enum style to = m->params == 2 ? STYLE_COUNT : STYLE_PAIR;
    bool found = false;
    for (enum style style = from; style < to && !found; style++) {
        *c->diag = (struct diag){0};
        found = try_style(m, style);
        first = style == from ? *c->diag : first;
    }
    if (!found) {
        return refuse_model(m, &first);
    }
    if (m->columns == 1 ? m->class_count > 2 : m->columns < m->class_count) {
        diag_set(c->diag, m->model, "the labels are of %zu classes, and a point gets %zu score%s",
                 m->class_count, m->columns, m->columns == 1 ? "" : "s");
        return diag_hint(c->diag, "more than two classes need a column of scores each");
    }
    if (m->columns > PLOT_CLASSES_MOST) {
        return diag_set(c->diag, m->model,
                        "a plot shows at most %d classes, and this gives %zu scores",
                        PLOT_CLASSES_MOST, m->columns);
    }
    for (size_t k = m->class_count; k < m->columns; k++) {
        m->classes[k] = (double)k;
    }
    m->class_count = m->columns > 1 ? m->columns : 2;
    return bound_work(m);
}

// The scores of `count` points, one call after another; into m->scores.
static bool score(struct map *m, const double *points, size_t count)
{
    struct call *c = m->plot->call;
    struct stop *stop = c->s->world.stop;
    size_t batch = BATCH_VALUES / m->work;
    batch = m->style != STYLE_ROWS || batch < 1 ? 1 : batch < BATCH_MOST ? batch : BATCH_MOST;
    m->scores.count = 0;
    for (size_t i = 0; i < count; i += batch) {
        size_t n = count - i < batch ? count - i : batch;
        struct operand result;
        if (stop_is_asked(stop)) {
            return diag_set(c->diag, c->command, "interrupted");
        }
        if (!call_model(m, points + 2 * i, n, &result)) {
            struct diag why = *c->diag;
            return refuse_model(m, &why);
        }
        if (operand_count(&result) != n * m->columns) {  // it does not depend on how many points
            return refuse_model(m, &(struct diag){0});
        }
        double *at = buf_push(&m->scores, n * m->columns);
        for (size_t k = 0; at != NULL && k < n * m->columns; k++) {
            at[k] = aside_number(&m->aside, &result, k);
        }
        aside_cut(&m->aside);
        if (at == NULL) {
            return diag_out_of_memory(c->diag);
        }
    }
    return true;
}

// The class that the scores speak for, and by how much; -1 where there is no number.
static int judge(const struct map *m, const double *scores, double *margin)
{
    *margin = 0;
    if (m->columns == 1) {
        *margin = fabs(scores[0] - m->threshold);
        return isnan(scores[0]) ? -1 : scores[0] > m->threshold;
    }
    size_t best = 0;
    double second = -INFINITY;
    for (size_t k = 0; k < m->columns; k++) {
        if (isnan(scores[k])) {
            return -1;
        }
        best = scores[k] > scores[best] ? k : best;
    }
    for (size_t k = 0; k < m->columns; k++) {
        second = k != best && scores[k] > second ? scores[k] : second;
    }
    *margin = scores[best] - second;
    return (int)best;
}

// ---- The record ---------------------------------------------------------------------------------

// Cells of the grid: as the terminal has room, or fine.
static void find_grid(const struct map *m, size_t *columns, size_t *rows)
{
    if (m->plot->columns > 0) {
        *columns = m->plot->columns;
        *rows = m->plot->rows;
        return;
    }
    if (m->plot->format == NULL) {
        int width = m->plot->call->s->terminal.columns, height = m->plot->call->s->terminal.rows;
        size_t most = height == 0 || height > ROWS_MOST + ROWS_AROUND ? ROWS_MOST
                      : height < ROWS_LEAST + ROWS_AROUND             ? ROWS_LEAST
                                                          : (size_t)height - ROWS_AROUND;
        *columns = width < 30 ? 16 : width > 140 ? 120 : (size_t)width - 20;
        do {
            size_t wanted = *columns * 2 / 5;
            *rows = wanted < ROWS_LEAST ? ROWS_LEAST : wanted > most ? most : wanted;
        } while (*columns > TERM_LEAST && *columns * *rows > WORK / m->work && (*columns)-- > 0);
        return;
    }
    *columns = GRID_FILE;
    while (*columns > GRID_LEAST && *columns * *columns > WORK / m->work) {
        *columns -= 8;
    }
    *rows = *columns;
}

static double middle(const double range[2], size_t i, size_t n)
{
    double t = ((double)i + 0.5) / (double)n;
    return range[0] * (1 - t) + range[1] * t;
}

static bool put_grid(struct map *m, struct rec *r)
{
    struct records *out = m->plot->call->out;
    struct buf points;
    size_t columns, rows;
    find_grid(m, &columns, &rows);
    buf_init(&points, sizeof(double));
    double *at = buf_push(&points, 2 * columns * rows);
    for (size_t i = 0; at != NULL && i < columns * rows; i++) {
        at[2 * i] = middle(m->x, i % columns, columns);
        at[2 * i + 1] = middle(m->y, i / columns, rows);
    }
    bool ok = at != NULL ? score(m, at, columns * rows) : diag_out_of_memory(m->plot->call->diag);
    rec_whole(out, r, KEY_columns, (int64_t)columns);
    rec_whole(out, r, KEY_rows, (int64_t)rows);
    struct rec *classes = rec_list(out, r, KEY_class), *margins = rec_list(out, r, KEY_margin);
    for (size_t i = 0; ok && i < columns * rows; i++) {
        double margin;
        int class = judge(m, BUF_FROM(double, &m->scores, i * m->columns), &margin);
        rec_whole(out, classes, KEY_NONE, class);
        rec_number(out, margins, KEY_NONE, margin);
    }
    buf_release(&points);
    return ok;
}

static bool put_points(struct map *m, struct rec *r)
{
    struct records *out = m->plot->call->out;
    const double *data = m->points.data;
    struct buf points;
    size_t n = m->points.count / 3, right = 0;
    buf_init(&points, sizeof(double));
    double *at = buf_push(&points, 2 * n);
    for (size_t i = 0; at != NULL && i < n; i++) {
        at[2 * i] = data[3 * i];
        at[2 * i + 1] = data[3 * i + 1];
    }
    bool ok = at != NULL ? score(m, at, n) : diag_out_of_memory(m->plot->call->diag);
    struct rec *list = rec_list(out, r, KEY_points);
    for (size_t i = 0; ok && i < n; i++) {
        double margin;
        int class = judge(m, BUF_FROM(double, &m->scores, i * m->columns), &margin);
        bool is_right = class == (int)data[3 * i + 2];
        struct rec *point = rec_map(out, list, KEY_NONE);
        rec_number(out, point, KEY_x, data[3 * i]);
        rec_number(out, point, KEY_y, data[3 * i + 1]);
        rec_whole(out, point, KEY_class, (int64_t)data[3 * i + 2]);
        rec_flag(out, point, KEY_right, is_right);
        right += is_right;
    }
    rec_whole(out, r, KEY_right, (int64_t)right);
    rec_whole(out, r, KEY_shown, (int64_t)n);
    rec_whole(out, r, KEY_of, (int64_t)m->given);
    buf_release(&points);
    return ok;
}

// "X[:, 0]" where X is a name.
static void put_axis(struct map *m, struct rec *r, enum rec_key key, int column,
                     const double range[2])
{
    struct text label;
    size_t n;
    const char *s = plot_text(m->plot, m->data, &n);
    struct lexer l = {.source = m->plot->call->lexer->source, .at = m->data.start};
    struct token t = lexer_peek(&l);
    text_init(&label);
    if (t.kind == TOKEN_NAME && token_length(t) == n) {
        text_add_bytes(&label, s, n);
        text_addf(&label, "[:, %d]", column);
    } else {
        text_addf(&label, "x%d", column + 1);
    }
    plot_axis(m->plot, r, key, text_get(&label), range[0], range[1]);
    text_release(&label);
}

static bool put_map(struct map *m)
{
    struct records *out = m->plot->call->out;
    struct rec *r = plot_record(m->plot, "boundary");
    struct text model;
    text_init(&model);
    plot_label(m->plot, m->model, &model);
    rec_text(out, r, KEY_model, text_get(&model));
    text_release(&model);
    put_axis(m, r, KEY_x, 0, m->x);
    put_axis(m, r, KEY_y, 1, m->y);
    struct rec *classes = rec_list(out, r, KEY_classes);
    for (size_t k = 0; k < m->class_count; k++) {
        rec_number(out, classes, KEY_NONE, m->classes[k]);
    }
    if (m->columns == 1) {
        rec_number(out, r, KEY_threshold, m->threshold);
    }
    return put_grid(m, r) && put_points(m, r);
}

// For pages, which show it again while a training goes on.
static void keep(struct plot *p, struct span given)
{
    size_t n;
    const char *s = plot_text(p, given, &n);
    struct buf *kept = &p->call->s->boundary;
    kept->count = 0;
    buf_add(kept, s, n);
}

bool plot_boundary(struct plot *p)
{
    struct map m = {.plot = p};
    buf_init(&m.points, sizeof(double));
    buf_init(&m.scores, sizeof(double));
    bool ok = read_model(&m) && read_data(&m) && read_ranges(&m);
    if (ok) {
        const struct span given = {m.model.start, p->call->lexer->at};
        ok = aside_begin(&m.aside, p->call) && (p->columns == 0 || aside_recompute(&m.aside)) &&
             find_style(&m) && put_map(&m);
        aside_end(&m.aside);
        if (ok && p->columns == 0) {
            keep(p, given);
        }
    }
    buf_release(&m.points);
    buf_release(&m.scores);
    return ok;
}

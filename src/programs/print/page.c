#include "print/page.h"

#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <string.h>

#define WIDTH 595.276
#define HEIGHT 841.89
#define MARGIN 51.0  // 18 mm
#define PAD 8.0      // inside a frame
#define LINE 24.0    // between two lines to write on
#define PICTURE_MOST 330.0
#define DENSITY 300.0  // pixels of a picture to an inch

// What a kind of block looks like: its font, the room before it, how far in it stands.
static const struct page_look {
    const char *font;
    double before, indent;
} looks[] = {
    [BLOCK_TITLE] = {"DejaVu Sans Bold 16", 0, 0},
    [BLOCK_HEADING] = {"DejaVu Sans Bold 12", 14, 0},
    [BLOCK_TEXT] = {"DejaVu Sans 10", 7, 0},
    [BLOCK_BULLET] = {"DejaVu Sans 10", 3, 14},
    [BLOCK_QUOTE] = {"DejaVu Sans Oblique 10", 7, 16},
    [BLOCK_CODE] = {"DejaVu Sans Mono 9", 1, 0},
    [BLOCK_TABLE] = {"DejaVu Sans Mono 9", 5, 6},
    [BLOCK_FIELDS] = {"DejaVu Sans 10", 12, 0},
    [BLOCK_LINES] = {"DejaVu Sans 10", 2, 0},
    [BLOCK_PICTURE] = {"DejaVu Sans 10", 8, 0},
    [BLOCK_BOX] = {"DejaVu Sans 10", 12, 0},
    [BLOCK_END] = {"DejaVu Sans 10", 4, 0},
    [BLOCK_PAGE] = {"DejaVu Sans 10", 0, 0},
};

// The document as it is being set.
struct paper {
    cairo_t *cairo;
    double y;      // where the next block begins
    int page;      // from 1
    bool framed;   // inside a frame,
    double frame;  // … which begins here on this page
    const char *why;
};

static double left_of(const struct paper *p, const struct block *b)
{
    double level = b->kind == BLOCK_BULLET ? b->level : 1;
    return MARGIN + (p->framed ? PAD : 0) + level * looks[b->kind].indent;
}

static double width_of(const struct paper *p, const struct block *b)
{
    return WIDTH - MARGIN - (p->framed ? PAD : 0) - left_of(p, b);
}

// ---- Pages --------------------------------------------------------------------------------------

static void rule(struct paper *p, double x, double y, double width)
{
    cairo_save(p->cairo);
    cairo_set_source_rgb(p->cairo, 0.5, 0.5, 0.5);
    cairo_set_line_width(p->cairo, 0.6);
    cairo_move_to(p->cairo, x, y);
    cairo_line_to(p->cairo, x + width, y);
    cairo_stroke(p->cairo);
    cairo_restore(p->cairo);
}

static void draw_frame(struct paper *p, double end)
{
    cairo_save(p->cairo);
    cairo_set_source_rgb(p->cairo, 0.5, 0.5, 0.5);
    cairo_set_line_width(p->cairo, 0.6);
    cairo_rectangle(p->cairo, MARGIN, p->frame, WIDTH - 2 * MARGIN, end - p->frame);
    cairo_stroke(p->cairo);
    cairo_restore(p->cairo);
}

static PangoLayout *set(struct paper *p, const char *font, const char *markup, double width)
{
    PangoLayout *layout = pango_cairo_create_layout(p->cairo);
    PangoFontDescription *description = pango_font_description_from_string(font);
    char *text = NULL;
    PangoAttrList *inks = NULL;
    pango_layout_set_font_description(layout, description);
    pango_font_description_free(description);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_width(layout, width > 0 ? (int)(width * PANGO_SCALE) : -1);
    if (pango_parse_markup(markup, -1, 0, &inks, &text, NULL, NULL)) {
        pango_layout_set_text(layout, text, -1);
        pango_layout_set_attributes(layout, inks);
        pango_attr_list_unref(inks);
        g_free(text);
    } else {
        p->why = "a text has bad markup";
    }
    return layout;
}

static void draw_number(struct paper *p)
{
    char number[20];
    int width;
    snprintf(number, sizeof number, "%d", p->page);
    PangoLayout *layout = set(p, "DejaVu Sans 8", number, 0);
    pango_layout_get_size(layout, &width, NULL);
    cairo_move_to(p->cairo, (WIDTH - (double)width / PANGO_SCALE) / 2, HEIGHT - MARGIN + 16);
    pango_cairo_show_layout(p->cairo, layout);
    g_object_unref(layout);
}

static void turn_page(struct paper *p)
{
    if (p->framed) {
        draw_frame(p, HEIGHT - MARGIN);
    }
    draw_number(p);
    cairo_show_page(p->cairo);
    p->page++;
    p->y = p->frame = MARGIN;
}

// A piece this high is to be drawn next: on this page, or the next one.
static void need(struct paper *p, double height)
{
    double room = HEIGHT - MARGIN - (p->framed ? PAD : 0) - p->y;
    if (height > room && p->y > MARGIN + PAD) {
        turn_page(p);
        p->y += p->framed ? PAD : 0;
    }
}

// ---- Texts --------------------------------------------------------------------------------------

static double height_of(PangoLayout *layout)
{
    int height;
    pango_layout_get_size(layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

static double natural_width(PangoLayout *layout)
{
    int width;
    pango_layout_get_size(layout, &width, NULL);
    return (double)width / PANGO_SCALE;
}

// Line by line, so that a paragraph may go on on the next page.
static void draw_lines(struct paper *p, PangoLayout *layout, double x)
{
    PangoLayoutIter *at = pango_layout_get_iter(layout);
    do {
        PangoRectangle box;
        PangoLayoutLine *line = pango_layout_iter_get_line_readonly(at);
        pango_layout_iter_get_line_extents(at, NULL, &box);
        double height = (double)box.height / PANGO_SCALE;
        double base = (double)(pango_layout_iter_get_baseline(at) - box.y) / PANGO_SCALE;
        need(p, height);
        cairo_move_to(p->cairo, x, p->y + base);
        pango_cairo_show_layout_line(p->cairo, line);
        p->y += height;
    } while (pango_layout_iter_next_line(at));
    pango_layout_iter_free(at);
}

static void draw_text(struct paper *p, const struct block *b)
{
    PangoLayout *layout = set(p, looks[b->kind].font, b->text, width_of(p, b));
    if (b->kind == BLOCK_BULLET) {
        PangoLayout *mark = set(p, looks[b->kind].font, b->mark, 0);
        need(p, height_of(mark));
        cairo_move_to(p->cairo, left_of(p, b) - looks[b->kind].indent + 2, p->y);
        pango_cairo_show_layout(p->cairo, mark);
        g_object_unref(mark);
    }
    draw_lines(p, layout, left_of(p, b));
    g_object_unref(layout);
}

static double text_height(struct paper *p, const struct block *b)
{
    PangoLayout *layout = set(p, looks[b->kind].font, b->text, width_of(p, b));
    double height = height_of(layout);
    g_object_unref(layout);
    return height;
}

// ---- Tables -------------------------------------------------------------------------------------

enum { COLUMNS_MOST = 40 };

// The next cell of a row, or NULL at its end. *at is after it. The caller frees.
static char *next_cell(const char **at)
{
    if (*at == NULL || **at == '\0' || **at == '\n') {
        return NULL;
    }
    size_t n = strcspn(*at, "\t\n");
    char *cell = g_strndup(*at, n);
    *at += n + ((*at)[n] == '\t');
    return cell;
}

static const char *next_row(const char *row)
{
    const char *end = strchr(row, '\n');
    return end == NULL || end[1] == '\0' ? NULL : end + 1;
}

// What each column takes; the last gives way where all of them do not fit.
static size_t measure_columns(struct paper *p, const struct block *b, double *widths)
{
    size_t count = 0, columns = strlen(b->mark) < COLUMNS_MOST ? strlen(b->mark) : COLUMNS_MOST;
    memset(widths, 0, COLUMNS_MOST * sizeof *widths);
    for (const char *row = b->text; row != NULL; row = next_row(row)) {
        const char *at = row;
        char *cell;
        for (size_t i = 0; i < columns && (cell = next_cell(&at)) != NULL; i++) {
            PangoLayout *layout = set(p, looks[b->kind].font, cell, 0);
            widths[i] = fmax(widths[i], natural_width(layout) + 12);
            count = i + 1 > count ? i + 1 : count;
            g_object_unref(layout);
            g_free(cell);
        }
    }
    double sum = 0;
    for (size_t i = 0; i + 1 < count; i++) {
        sum += widths[i];
    }
    if (count > 0 && sum + widths[count - 1] > width_of(p, b)) {
        widths[count - 1] = fmax(width_of(p, b) - sum, 60);
    }
    return count;
}

static double row_height(struct paper *p, const struct block *b, const char *row,
                         const double *widths, size_t columns, bool draw)
{
    double height = 0, x = left_of(p, b);
    const char *at = row;
    char *cell;
    for (size_t i = 0; i < columns && (cell = next_cell(&at)) != NULL; i++) {
        PangoLayout *layout = set(p, looks[b->kind].font, cell, widths[i] - 10);
        pango_layout_set_alignment(layout,
                                   b->mark[i] == 'r' ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
        height = fmax(height, height_of(layout) + 3);
        if (draw) {
            cairo_move_to(p->cairo, x, p->y);
            pango_cairo_show_layout(p->cairo, layout);
        }
        x += widths[i];
        g_object_unref(layout);
        g_free(cell);
    }
    return height;
}

static void draw_table(struct paper *p, const struct block *b)
{
    double widths[COLUMNS_MOST];
    size_t columns = measure_columns(p, b, widths);
    for (const char *row = b->text; row != NULL; row = next_row(row)) {
        double height = row_height(p, b, row, widths, columns, false);
        need(p, height);
        row_height(p, b, row, widths, columns, true);
        p->y += height;
    }
}

static double table_height(struct paper *p, const struct block *b)
{
    double widths[COLUMNS_MOST], height = 0;
    size_t columns = measure_columns(p, b, widths);
    for (const char *row = b->text; row != NULL; row = next_row(row)) {
        height += row_height(p, b, row, widths, columns, false);
    }
    return height;
}

// ---- Room to write, pictures
// ----------------------------------------------------------------------

static void draw_fields(struct paper *p, const struct block *b)
{
    size_t count = 1;
    for (const char *s = b->text; *s != '\0'; s++) {
        count += *s == '\t';
    }
    double each = width_of(p, b) / (double)count, x = left_of(p, b);
    const char *at = b->text;
    char *name;
    need(p, LINE);
    while ((name = next_cell(&at)) != NULL) {
        PangoLayout *layout = set(p, looks[b->kind].font, name, 0);
        double width = natural_width(layout) + 6;
        cairo_move_to(p->cairo, x, p->y);
        pango_cairo_show_layout(p->cairo, layout);
        rule(p, x + width, p->y + height_of(layout), each - width - 12);
        x += each;
        g_object_unref(layout);
        g_free(name);
    }
    p->y += LINE;
}

static void draw_ruled(struct paper *p, const struct block *b)
{
    for (int i = 0; i < b->level; i++) {
        need(p, LINE);
        p->y += LINE;
        rule(p, left_of(p, b), p->y, width_of(p, b));
    }
}

struct bytes {
    const unsigned char *s;
    size_t left;
};

static cairo_status_t read_bytes(void *from, unsigned char *to, unsigned n)
{
    struct bytes *b = from;
    if (n > b->left) {
        return CAIRO_STATUS_READ_ERROR;
    }
    memcpy(to, b->s, n);
    b->s += n;
    b->left -= n;
    return CAIRO_STATUS_SUCCESS;
}

// The picture and how much smaller than its pixels it is drawn; NULL if it is not one.
static cairo_surface_t *read_picture(struct paper *p, const struct block *b, double *scale)
{
    struct bytes from = {(const unsigned char *)b->text, b->length};
    cairo_surface_t *picture = cairo_image_surface_create_from_png_stream(read_bytes, &from);
    if (cairo_surface_status(picture) != CAIRO_STATUS_SUCCESS) {
        cairo_surface_destroy(picture);
        p->why = "a picture is not a PNG";
        return NULL;
    }
    double width = cairo_image_surface_get_width(picture);
    double height = cairo_image_surface_get_height(picture);
    *scale = fmin(72 / DENSITY, fmin(width_of(p, b) / width, PICTURE_MOST / height));
    return picture;
}

static double picture_height(struct paper *p, const struct block *b, bool draw)
{
    double scale;
    cairo_surface_t *picture = read_picture(p, b, &scale);
    if (picture == NULL) {
        return 0;
    }
    double height = scale * cairo_image_surface_get_height(picture);
    if (draw) {
        need(p, height);
        cairo_save(p->cairo);
        cairo_translate(p->cairo, left_of(p, b), p->y);
        cairo_scale(p->cairo, scale, scale);
        cairo_set_source_surface(p->cairo, picture, 0, 0);
        cairo_paint(p->cairo);
        cairo_restore(p->cairo);
        p->y += height;
    }
    cairo_surface_destroy(picture);
    return height;
}

// ---- Blocks -------------------------------------------------------------------------------------

static double block_height(struct paper *p, const struct block *b)
{
    switch (b->kind) {
    case BLOCK_TABLE:
        return table_height(p, b);
    case BLOCK_FIELDS:
        return LINE;
    case BLOCK_LINES:
        return b->level * LINE;
    case BLOCK_PICTURE:
        return picture_height(p, b, false);
    case BLOCK_BOX:
    case BLOCK_END:
    case BLOCK_PAGE:
        return PAD;
    default:
        return text_height(p, b);
    }
}

// From a frame's begin to its end.
static double frame_height(struct paper *p, const struct block *b, const struct block *end)
{
    double height = 0;
    bool framed = p->framed;
    p->framed = true;
    for (; b < end && b->kind != BLOCK_END; b++) {
        height += looks[b->kind].before + block_height(p, b);
    }
    p->framed = framed;
    return height + 2 * PAD;
}

static void begin_frame(struct paper *p, const struct block *b, const struct block *end)
{
    double height = frame_height(p, b, end);
    if (height < HEIGHT - 2 * MARGIN) {
        need(p, height);
    }
    p->framed = true;
    p->frame = p->y;
    p->y += PAD;
}

static void end_frame(struct paper *p)
{
    if (p->framed) {
        p->y += PAD;
        draw_frame(p, p->y);
    }
    p->framed = false;
}

// What is close to the block before it: lines of one listing, items of one list.
static double room_before(const struct block *b, const struct block *first)
{
    bool follows = b > first && b[-1].kind == b->kind;
    if (b > first && b[-1].kind == BLOCK_BOX) {
        return 0;
    }
    bool loose = b->kind == BLOCK_CODE || b->kind == BLOCK_BULLET;
    return loose && !follows ? looks[BLOCK_TEXT].before : looks[b->kind].before;
}

static void draw_block(struct paper *p, const struct block *b, const struct block *end)
{
    switch (b->kind) {
    case BLOCK_TABLE:
        draw_table(p, b);
        break;
    case BLOCK_FIELDS:
        draw_fields(p, b);
        break;
    case BLOCK_LINES:
        draw_ruled(p, b);
        break;
    case BLOCK_PICTURE:
        picture_height(p, b, true);
        break;
    case BLOCK_BOX:
        begin_frame(p, b, end);
        break;
    case BLOCK_END:
        end_frame(p);
        break;
    case BLOCK_PAGE:
        turn_page(p);
        break;
    case BLOCK_HEADING:
        need(p, 60);  // not alone at the foot of a page
        draw_text(p, b);
        break;
    default:
        draw_text(p, b);
        break;
    }
}

static cairo_status_t write_bytes(void *to, const unsigned char *s, unsigned n)
{
    return fwrite(s, 1, n, to) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

bool page_write(const struct block *blocks, size_t count, const char **why)
{
    cairo_surface_t *pdf = cairo_pdf_surface_create_for_stream(write_bytes, stdout, WIDTH, HEIGHT);
    struct paper p = {.cairo = cairo_create(pdf), .y = MARGIN, .page = 1};
    for (const struct block *b = blocks; b < blocks + count && p.why == NULL; b++) {
        p.y += p.y > MARGIN + PAD ? room_before(b, blocks) : 0;
        draw_block(&p, b, blocks + count);
    }
    end_frame(&p);
    draw_number(&p);
    cairo_show_page(p.cairo);
    bool ok = cairo_status(p.cairo) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(p.cairo);
    cairo_surface_finish(pdf);
    ok = ok && cairo_surface_status(pdf) == CAIRO_STATUS_SUCCESS && fflush(stdout) == 0;
    cairo_surface_destroy(pdf);
    *why = p.why != NULL ? p.why : ok ? NULL : "the pages cannot be written";
    return *why == NULL;
}

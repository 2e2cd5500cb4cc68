#include "picture/frames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dot/dot.h"
#include "picture/image.h"
#include "store/files.h"

// How long a frame of an .svg that moves is shown, and its last.
#define FRAME_SECONDS 1.5
#define LAST_SECONDS 3.0

static const struct span nowhere = {0, 0};

// ---- Drawing ------------------------------------------------------------------------------------

// The width and height that were chosen: the last two numbers of the answer.
static void read_size(const char *answer, struct dot_form *form)
{
    double letters;
    int number, layouts;
    if (sscanf(answer, "%d %lf %d %lf %lf", &number, &letters, &layouts, &form->width,
               &form->height) != 5) {
        form->width = form->height = 0;
    }
}

static bool frame_text(const struct rec *need, const struct rec *frame, struct text *dot,
                       struct diag *d)
{
    struct dot_form form = {.style = rec_get_text(frame, KEY_style),
                            .down = strcmp(rec_get_text(frame, KEY_direction), "TB") == 0,
                            .lines = (int)rec_get_whole(frame, KEY_lines),
                            .dpi = (int)rec_get_whole(need, KEY_dpi)};
    read_size(rec_get_text(need, KEY_text), &form);
    return dot_text(frame, &form, DOT_LAYOUT, dot, d);
}

// Draws each frame. `pictures` has a buf for each.
static bool draw_each(const struct rec *need, struct stop *stop, struct buf *pictures,
                      struct diag *d)
{
    const struct rec *frame = rec_first(need, KEY_frames);
    struct text dot;
    text_init(&dot);
    bool ok = true;
    for (size_t i = 0; ok && frame != NULL; i++, frame = frame->next) {
        text_clear(&dot);
        ok = frame_text(need, frame, &dot, d) &&
             image_render(text_get(&dot), text_length(&dot), picture_format(need), stop,
                          &pictures[i], d);
    }
    text_release(&dot);
    return ok;
}

// ---- Files --------------------------------------------------------------------------------------

static bool write_numbered(const char *path, const struct buf *pictures, size_t count,
                           struct diag *d)
{
    const char *number = strstr(path, "%d");
    struct text name;
    text_init(&name);
    bool ok = number != NULL || diag_set(d, nowhere, "the path has no %%d");
    for (size_t i = 0; ok && i < count; i++) {
        text_clear(&name);
        text_addf(&name, "%.*s%zu%s", (int)(number - path), path, i, number + 2);
        ok = files_write(text_get(&name), pictures[i].data, pictures[i].count, d);
    }
    text_release(&name);
    return ok;
}

// Many pages: all frames are drawn at once.
static bool write_pages(const struct rec *need, const char *path, struct stop *stop, struct diag *d)
{
    struct text dot;
    struct buf bytes;
    text_init(&dot);
    buf_init(&bytes, 1);
    bool ok = true;
    for (const struct rec *f = rec_first(need, KEY_frames); ok && f != NULL; f = f->next) {
        ok = frame_text(need, f, &dot, d);
    }
    ok = ok && image_render(text_get(&dot), text_length(&dot), "pages", stop, &bytes, d) &&
         files_write(path, bytes.data, bytes.count, d);
    text_release(&dot);
    buf_release(&bytes);
    return ok;
}

// ---- An .svg that moves -------------------------------------------------------------------------

static const char *find(const struct buf *svg, const char *word)
{
    return svg->count == 0 ? NULL : memmem(svg->data, svg->count, word, strlen(word));
}

// The names in a frame are its own: n4 is f3-n4.
static void add_frame(struct text *out, const char *s, const char *end, size_t number)
{
    static const char id[] = "id=\"", use[] = "href=\"#";
    while (s < end) {
        const char *a = memmem(s, (size_t)(end - s), id, strlen(id));
        const char *b = memmem(s, (size_t)(end - s), use, strlen(use));
        const char *next = a == NULL || (b != NULL && b < a) ? b : a;
        if (next == NULL) {
            break;
        }
        next += next == a ? strlen(id) : strlen(use);
        text_add_bytes(out, s, (size_t)(next - s));
        text_addf(out, "f%zu-", number);
        s = next;
    }
    text_add_bytes(out, s, (size_t)(end - s));
}

// When a frame is seen, as parts of the whole time.
static void add_visibility(struct text *out, size_t number, size_t count)
{
    double whole = FRAME_SECONDS * (double)(count - 1) + LAST_SECONDS;
    double from = FRAME_SECONDS * (double)number / whole;
    double to = number + 1 == count ? 1 : FRAME_SECONDS * (double)(number + 1) / whole;
    text_addf(out,
              "<animate attributeName=\"visibility\" calcMode=\"discrete\" dur=\"%gs\""
              " repeatCount=\"indefinite\" ",
              whole);
    if (number == 0) {
        text_addf(out, "values=\"visible;hidden\" keyTimes=\"0;%.6f\"/>\n", to);
    } else if (number + 1 == count) {
        text_addf(out, "values=\"hidden;visible\" keyTimes=\"0;%.6f\"/>\n", from);
    } else {
        text_addf(out, "values=\"hidden;visible;hidden\" keyTimes=\"0;%.6f;%.6f\"/>\n", from, to);
    }
}

bool frames_join(struct text *out, const struct buf *svgs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *open = find(&svgs[i], "<svg"), *end = find(&svgs[i], "</svg>");
        const char *start =
            open == NULL || end == NULL ? NULL : memchr(open, '>', (size_t)(end - open));
        if (start == NULL) {
            return false;
        }
        if (i == 0) {
            text_add_bytes(out, svgs[0].data, (size_t)(start + 1 - (const char *)svgs[0].data));
        }
        // What cannot play it shows the last frame, where all is known.
        text_addf(out, "\n<g visibility=\"%s\">\n", i + 1 == count ? "visible" : "hidden");
        if (count > 1) {
            add_visibility(out, i, count);
        }
        add_frame(out, start + 1, end, i);
        text_add(out, "</g>");
    }
    text_add(out, "\n</svg>\n");
    return count > 0 && !out->bytes.failed;
}

static bool write_moving(const char *path, const struct buf *svgs, size_t count, struct diag *d)
{
    struct text whole;
    text_init(&whole);
    bool ok = frames_join(&whole, svgs, count)
                  ? files_write(path, text_get(&whole), text_length(&whole), d)
              : whole.bytes.failed ? diag_out_of_memory(d)
                                   : diag_set(d, nowhere, "Graphviz wrote no SVG");
    text_release(&whole);
    return ok;
}

// ---- The whole ----------------------------------------------------------------------------------

bool frames_write(const struct rec *need, const char *path, struct stop *stop, struct buf *told,
                  struct diag *d)
{
    size_t count = rec_count(need, KEY_frames);
    bool numbered = rec_get_flag(need, KEY_numbered);
    bool pages = !numbered && count > 1 && strcmp(rec_get_text(need, KEY_format), "pdf") == 0;
    bool moving = !numbered && count > 1 && strcmp(rec_get_text(need, KEY_format), "svg") == 0;
    struct buf *pictures = pages ? NULL : calloc(count + 1, sizeof *pictures);
    bool ok = pages || pictures != NULL || diag_out_of_memory(d);
    for (size_t i = 0; pictures != NULL && i < count; i++) {
        buf_init(&pictures[i], 1);
    }
    if (ok && pages) {
        ok = write_pages(need, path, stop, d);
    } else if (pictures != NULL) {
        ok = draw_each(need, stop, pictures, d) &&
             (numbered ? write_numbered(path, pictures, count, d)
              : moving ? write_moving(path, pictures, count, d)
                       : files_write(path, pictures[0].data, pictures[0].count, d));
    }
    for (size_t i = 0; pictures != NULL && i < count; i++) {
        buf_release(&pictures[i]);
    }
    free(pictures);
    char words[160];
    int n = snprintf(words, sizeof words, "%.120s %zu", rec_get_text(need, KEY_text), count);
    return ok && (buf_add(told, words, (size_t)n) || diag_out_of_memory(d));
}

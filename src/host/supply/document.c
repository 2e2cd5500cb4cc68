#include "supply/document.h"

#include <string.h>

#include "picture/image.h"
#include "picture/plot.h"
#include "store/files.h"

struct drawer {
    const char *path;
    enum notes_format format;
    struct stop *stop;
    const char *name;
};

// The path without its ending: NOTES.md is NOTES.
static int stem(const char *path)
{
    const char *dot = strrchr(path, '.');
    return (int)(dot == NULL ? strlen(path) : (size_t)(dot - path));
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static bool draw_svg(const struct drawer *w, const struct rec *record, struct buf *svg)
{
    struct diag ignored = {0};
    return rec_is(record, KIND_plot) ? plot_draw_file(record, "svg", w->stop, svg, &ignored)
                                     : image_draw(record, "svg", w->stop, svg, &ignored);
}

static bool write_beside(const struct drawer *w, size_t number, const struct buf *svg)
{
    struct text path;
    struct diag ignored = {0};
    text_init(&path);
    text_addf(&path, "%.*s-%zu.svg", stem(w->path), w->path, number);
    bool ok = files_write(text_get(&path), svg->data, svg->count, &ignored);
    text_release(&path);
    return ok;
}

static bool draw(void *at, const struct rec *record, size_t number, struct text *out)
{
    const struct drawer *w = at;
    const char *name = last_part(w->name);
    struct buf svg;
    buf_init(&svg, 1);
    bool drawn = draw_svg(w, record, &svg);
    if (drawn && w->format == NOTES_MARKDOWN) {
        drawn = write_beside(w, number, &svg);
        text_addf(out, "%.*s-%zu.svg", stem(name), name, number);
    } else if (drawn) {
        text_add_bytes(out, svg.data, svg.count);
    }
    buf_release(&svg);
    return drawn;
}

bool document_write(struct notes *notes, const char *format, const char *path, const char *name,
                    struct stop *stop, struct diag *d)
{
    if (notes == NULL) {
        diag_set(d, (struct span){0, 0}, "notes are kept only of what is typed at the prompt");
        return diag_hint(d, "start backstep without a script, load the file and type notes");
    }
    struct drawer drawer = {.path = path,
                            .format = strcmp(format, "md") == 0     ? NOTES_MARKDOWN
                                      : strcmp(format, "html") == 0 ? NOTES_HTML
                                                                    : NOTES_NOTEBOOK,
                            .stop = stop,
                            .name = name};
    struct text title, out;
    text_init(&title);
    text_init(&out);
    text_add_bytes(&title, last_part(name), (size_t)stem(last_part(name)));
    struct notes_page page = {
        .format = drawer.format, .title = text_get(&title), .draw = draw, .at = &drawer};
    notes_write(notes, &page, &out);
    bool ok = out.bytes.failed ? diag_out_of_memory(d)
                               : files_write(path, text_get(&out), text_length(&out), d);
    text_release(&title);
    text_release(&out);
    return ok;
}

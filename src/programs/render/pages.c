#include "render/pages.h"

#include <cairo-pdf.h>
#include <cairo.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct pages {
    cairo_surface_t *surface;
    cairo_t *cairo;
    FILE *out;
};

static cairo_status_t write_on(void *out, const unsigned char *bytes, unsigned n)
{
    return fwrite(bytes, 1, n, out) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

struct pages *pages_begin(FILE *out)
{
    struct pages *p = malloc(sizeof *p);
    if (p != NULL) {
        p->out = out;
        p->surface = cairo_pdf_surface_create_for_stream(write_on, out, 1, 1);
        p->cairo = cairo_create(p->surface);
    }
    return p;
}

// The device writes a PNG to standard output besides, which goes nowhere.
static int silence(void)
{
    int saved = dup(STDOUT_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    fflush(stdout);
    if (saved >= 0 && nowhere >= 0) {
        dup2(nowhere, STDOUT_FILENO);
    }
    if (nowhere >= 0) {
        close(nowhere);
    }
    return saved;
}

static void speak(int saved)
{
    fflush(stdout);
    if (saved >= 0) {
        dup2(saved, STDOUT_FILENO);
        close(saved);
    }
}

bool pages_add(struct pages *p, GVC_t *gvc, Agraph_t *g, double width, double height)
{
    cairo_pdf_surface_set_size(p->surface, width, height);
    int saved = silence();
    cairo_save(p->cairo);
    bool ok = gvRenderContext(gvc, g, "png:cairo", p->cairo) == 0;
    cairo_restore(p->cairo);
    speak(saved);
    cairo_show_page(p->cairo);
    return ok && saved >= 0 && cairo_status(p->cairo) == CAIRO_STATUS_SUCCESS;
}

bool pages_end(struct pages *p)
{
    cairo_destroy(p->cairo);
    cairo_surface_finish(p->surface);
    bool ok = cairo_surface_status(p->surface) == CAIRO_STATUS_SUCCESS && fflush(p->out) == 0;
    cairo_surface_destroy(p->surface);
    free(p);
    return ok;
}

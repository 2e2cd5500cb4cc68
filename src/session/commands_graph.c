// The picture.
#include <string.h>

#include "engine/sweep.h"
#include "session/commands.h"
#include "view/scene.h"

static const char *const formats[] = {"png", "svg", "pdf", "dot", "json"};

// The format that a path's ending names; NULL if none of ours.
static const char *format_of(const char *path, size_t length)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        size_t n = strlen(formats[i]);
        if (length > n + 1 && path[length - n - 1] == '.' &&
            memcmp(path + length - n, formats[i], n) == 0) {
            return formats[i];
        }
    }
    return NULL;
}

struct picture {
    uint32_t root;
    struct span path;
    const char *format, *theme;
};

static bool read_arguments(struct call *c, struct picture *p)
{
    char quoted[QUOTED];
    const char *s = c->lexer->source->text;
    p->theme = "light";
    if (!call_node(c, &p->root)) {
        return false;
    }
    p->path = call_word(c);
    if (p->path.start == p->path.end) {
        diag_set(c->diag, c->command, "a file for the picture is missing");
        return diag_hint(c->diag, "write graph L picture.png");
    }
    p->format = format_of(s + p->path.start, p->path.end - p->path.start);
    if (p->format == NULL) {
        diag_set(c->diag, p->path, "'%s' does not end in a picture's format",
                 diag_quote(quoted, s + p->path.start, p->path.end - p->path.start));
        return diag_hint(c->diag, "write a name that ends in .png, .svg, .pdf, .dot or .json");
    }
    struct span theme = call_word(c);
    if (theme.end > theme.start) {
        p->theme = call_word_is(c, theme, "dark") ? "dark" : "light";
        if (!call_word_is(c, theme, "dark") && !call_word_is(c, theme, "light")) {
            diag_set(c->diag, theme, "a picture is light or dark");
            return diag_hint(c->diag, "write graph L picture.png dark");
        }
    }
    return call_finish(c);
}

static enum call_end ask_for_picture(struct call *c, const struct picture *p)
{
    struct session *s = c->s;
    struct scene_options options = {.theme = p->theme, .digits = 4};
    struct rec *scene = scene_build(c->out, &s->tape, &s->names, p->root, &options);
    if (scene == NULL) {
        diag_out_of_memory(c->diag);
        return CALL_FAILED;
    }
    if (strcmp(p->format, "json") != 0) {
        rec_text(c->out, call_need(c, "picture", p->path), "format", p->format);
        return CALL_NEED;
    }
    struct text json;
    text_init(&json);
    rec_json(&json, scene);
    text_add_char(&json, '\n');
    rec_text(c->out, call_need(c, "write", p->path), "text", text_get(&json));
    text_release(&json);
    return CALL_NEED;
}

enum call_end command_graph(struct call *c)
{
    struct picture p;
    if (!read_arguments(c, &p)) {
        return CALL_FAILED;
    }
    if (!call_supplied(c)) {
        return ask_for_picture(c, &p);
    }
    if (c->diag->set) {
        c->diag->span = p.path;
        return CALL_FAILED;
    }
    call_note_stale(c, p.path, p.root);
    if (call_echoes(c)) {
        struct rec *r = call_record(c, "written");
        rec_bytes(c->out, r, "path", c->lexer->source->text + p.path.start,
                  p.path.end - p.path.start);
    }
    return CALL_DONE;
}

// The picture.
#include <string.h>

#include "session/commands.h"
#include "session/picture.h"
#include "session/trace.h"

static const char *const formats[] = {"png", "svg", "pdf", "dot", "json", "html"};

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

// Pictures of more values than this may well take a layout too long, and nobody reads them.
enum { VALUES_MOST = 300 };
// Beyond this a part is offered.
enum { VALUES_MANY = 60 };

struct picture {
    uint32_t target;   // as typed, or the last output
    uint32_t root;     // what is shown as the output
    struct span path;  // empty: in the terminal
    const char *format, *theme;
    uint32_t from;  // only what leads from this to the target; NODE_NONE: all
    long radius;    // only what is so near to the target; 0: all
    bool full, ascii;
};

static bool is_empty(struct span s)
{
    return s.start == s.end;
}

// ---- Arguments ----------------------------------------------------------------------------------

// A page that plays both passes?
static bool is_player(const struct picture *p)
{
    return p->format != NULL && strcmp(p->format, "html") == 0;
}

// The word that follows, without taking it.
static struct span peek_word(struct call *c)
{
    struct lexer before = *c->lexer;
    struct span word = call_word(c);
    *c->lexer = before;
    return word;
}

static bool is_flag(const struct call *c, struct span word)
{
    return word.end - word.start >= 2 && memcmp(c->lexer->source->text + word.start, "--", 2) == 0;
}

static const char *format_of_word(const struct call *c, struct span word)
{
    return format_of(c->lexer->source->text + word.start, word.end - word.start);
}

static bool read_radius(struct call *c, long *radius)
{
    struct span word = call_word(c);
    const char *s = c->lexer->source->text;
    *radius = 0;
    for (size_t i = word.start; i < word.end && *radius < 1000; i++) {
        *radius = s[i] >= '0' && s[i] <= '9' ? 10 * *radius + (s[i] - '0') : 1000;
    }
    if (*radius >= 1 && *radius < 1000) {
        return true;
    }
    diag_set(c->diag, is_empty(word) ? c->command : word, "--radius wants a number of edges");
    return diag_hint(c->diag, "graph w --radius 2 shows what is at most 2 edges from w");
}

static bool read_flag(struct call *c, struct span word, struct picture *p)
{
    if (call_word_is(c, word, "--from")) {
        return call_node(c, &p->from);
    }
    if (call_word_is(c, word, "--radius")) {
        return read_radius(c, &p->radius);
    }
    p->full |= call_word_is(c, word, "--full");
    p->ascii |= call_word_is(c, word, "--ascii");
    if (call_word_is(c, word, "--full") || call_word_is(c, word, "--ascii")) {
        return true;
    }
    char quoted[QUOTED];
    diag_set(c->diag, word, "a picture has no option '%s'",
             diag_quote(quoted, c->lexer->source->text + word.start, word.end - word.start));
    return diag_hint(c->diag, "there are --from w, --radius 2, --full and --ascii");
}

static bool read_path(struct call *c, struct span word, struct picture *p)
{
    char quoted[QUOTED];
    p->path = word;
    p->format = format_of_word(c, word);
    if (p->format != NULL) {
        return true;
    }
    diag_set(c->diag, word, "'%s' does not end in a picture's format",
             diag_quote(quoted, c->lexer->source->text + word.start, word.end - word.start));
    return diag_hint(c->diag, "write a name that ends in .png, .svg, .pdf, .dot, .json or .html");
}

static bool read_theme(struct call *c, struct span word, struct picture *p)
{
    if (is_player(p)) {
        diag_set(c->diag, word, "a page is light or dark as its reader's screen is");
        return diag_hint(c->diag, "leave the last word out");
    }
    p->theme = call_word_is(c, word, "dark") ? "dark" : "light";
    if (call_word_is(c, word, "dark") || call_word_is(c, word, "light")) {
        return true;
    }
    diag_set(c->diag, word, "a picture is light or dark");
    return diag_hint(c->diag, "write graph L picture.png dark");
}

// [L] [FILE [dark]] [--from w] [--radius 2] [--full] [--ascii]
static bool read_arguments(struct call *c, struct picture *p)
{
    *p = (struct picture){.theme = "light", .from = NODE_NONE};
    struct span word = peek_word(c);
    bool named = !is_empty(word) && !is_flag(c, word) && format_of_word(c, word) == NULL;
    bool ok = named ? call_node(c, &p->target) : call_last_output(c, &p->target);
    while (ok && call_has_more(c)) {
        word = call_word(c);
        ok = is_flag(c, word)    ? read_flag(c, word, p)
             : is_empty(p->path) ? read_path(c, word, p)
                                 : read_theme(c, word, p);
    }
    if (ok && p->radius > 0 && p->from != NODE_NONE) {
        diag_set(c->diag, c->command, "--from and --radius choose different parts");
        return diag_hint(c->diag, "write one of them");
    }
    if (ok && is_player(p) && (p->radius > 0 || p->from != NODE_NONE)) {
        diag_set(c->diag, p->path, "a page plays both passes, and so needs the whole graph");
        return diag_hint(c->diag, "leave the option out, or draw the part as .svg");
    }
    return ok && call_finish(c);
}

// ---- The part that is shown ---------------------------------------------------------------------

static bool find_part(struct call *c, const struct picture *p, struct part *part)
{
    const struct tape *t = &c->s->tape;
    char target[LABEL_TEXT], from[LABEL_TEXT];
    bool ok = p->radius > 0          ? part_near(part, t, p->target, p->radius)
              : p->from != NODE_NONE ? part_from(part, t, p->target, p->from)
                                     : part_all(part, t, p->target);
    if (!ok) {
        return diag_out_of_memory(c->diag);
    }
    if (part->ids.count == 0) {
        return diag_set(c->diag, c->command, "%s does not depend on %s",
                        names_label(&c->s->names, target, p->target),
                        names_label(&c->s->names, from, p->from));
    }
    return true;
}

// A leaf to take as an example: a parameter, if there is one.
static uint32_t example_leaf(const struct call *c, const struct part *part)
{
    const struct tape *t = &c->s->tape;
    uint32_t leaf = NODE_NONE;
    for (size_t i = 0; i < part->ids.count; i++) {
        uint32_t id = BUF(uint32_t, &part->ids)[i];
        bool better = leaf == NODE_NONE ||
                      (tape_marked(t, id, MARK_PARAM) && !tape_marked(t, leaf, MARK_PARAM));
        leaf = tape_op(t, id) == OP_LEAF && !tape_marked(t, id, MARK_CONST) && better ? id : leaf;
    }
    return leaf == NODE_NONE ? BUF(uint32_t, &part->ids)[0] : leaf;
}

// How to draw less.
static void offer_part(struct call *c, const struct picture *p, const struct part *part,
                       struct text *offer)
{
    char target[LABEL_TEXT], leaf[LABEL_TEXT];
    if (p->radius == 0 && p->from == NODE_NONE) {
        names_label(&c->s->names, target, p->target);
        names_label(&c->s->names, leaf, example_leaf(c, part));
        text_addf(offer, "a part: graph %s --from %s, or graph %s --radius 2", target, leaf, leaf);
    }
}

// Says so where there are many values, and refuses where there are too many. Data for other
// programs may be of any size.
static bool check_size(struct call *c, const struct picture *p, const struct part *part)
{
    size_t values = part_values(part, &c->s->tape);
    bool data =
        !is_empty(p->path) && (strcmp(p->format, "dot") == 0 || strcmp(p->format, "json") == 0);
    if (data || p->full || values <= VALUES_MANY) {
        return true;
    }
    struct text offer;
    text_init(&offer);
    offer_part(c, p, part, &offer);
    bool some = text_length(&offer) > 0;
    if (values > VALUES_MOST) {
        diag_set(c->diag, c->command, "%zu values are too many for one picture", values);
        some ? diag_hint(c->diag, "draw %s; or all: --full", text_get(&offer))
             : diag_hint(c->diag, "add --full to draw them all");
    } else if (some) {
        call_notice(c, c->command, "these are %zu values; %s", values, text_get(&offer));
    }
    text_release(&offer);
    return values <= VALUES_MOST;
}

// What the picture shows as its output: for what is near a value the last output, if it is there,
// else a number that no node has.
static uint32_t output_of(const struct call *c, const struct picture *p, const struct part *part)
{
    uint32_t last = session_settings(c->s)->output, output = NODE_NONE;
    for (size_t i = 0; i < part->ids.count; i++) {
        output = BUF(uint32_t, &part->ids)[i] == last ? last : output;
    }
    return p->radius > 0 ? output : p->target;
}

// ---- Files --------------------------------------------------------------------------------------

static enum call_end ask_for_picture(struct call *c, const struct picture *p,
                                     const struct part *part)
{
    struct session *s = c->s;
    struct scene_options options = picture_options(s, p->root);
    options.theme = p->theme;
    options.digits = 4;
    options.part = part;
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

static enum call_end ask_for_player(struct call *c, const struct picture *p)
{
    if (!trace_put(c, p->target)) {
        return CALL_FAILED;
    }
    rec_text(c->out, call_need(c, "picture", p->path), "format", p->format);
    return CALL_NEED;
}

static enum call_end end_of_file(struct call *c, const struct picture *p)
{
    if (c->diag->set) {
        c->diag->span = p->path;
        return CALL_FAILED;
    }
    if (!is_player(p)) {
        call_note_stale(c, p->path, p->target);
    }
    if (call_echoes(c)) {
        struct rec *r = call_record(c, "written");
        rec_bytes(c->out, r, "path", c->lexer->source->text + p->path.start,
                  p->path.end - p->path.start);
    }
    return CALL_DONE;
}

// ---- The command --------------------------------------------------------------------------------

static enum call_end draw(struct call *c, const struct picture *p, const struct part *part)
{
    if (!picture_draw(c, p->root, part, p->ascii)) {
        return c->waits ? CALL_NEED : CALL_FAILED;
    }
    call_note_stale(c, c->command, p->target);
    return CALL_DONE;
}

enum call_end command_graph(struct call *c)
{
    struct picture p;
    if (!read_arguments(c, &p)) {
        return CALL_FAILED;
    }
    if (!is_empty(p.path) && call_supplied(c)) {
        return end_of_file(c, &p);
    }
    if (is_player(&p)) {
        return ask_for_player(c, &p);
    }
    struct part part;
    part_init(&part);
    enum call_end end = CALL_FAILED;
    if (find_part(c, &p, &part) && check_size(c, &p, &part)) {
        p.root = output_of(c, &p, &part);
        end = is_empty(p.path) ? draw(c, &p, &part) : ask_for_picture(c, &p, &part);
    }
    part_release(&part);
    return end;
}

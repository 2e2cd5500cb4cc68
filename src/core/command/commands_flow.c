// flow: a network layer by layer.
#include <math.h>

#include "command/commands.h"
#include "command/flow.h"
#include "command/picture.h"
#include "command/picture_words.h"
#include "command/trace.h"
#include "scene/scene_layers.h"

// L -0.1 is a difference; after a blank, and with none after it, a rate is meant.
static bool looks_like_rate(const struct call *c, struct span typed)
{
    const char *s = c->lexer->source->text;
    size_t at = typed.end;
    while (at > typed.start && (text_is_digit(s[at - 1]) || s[at - 1] == '.')) {
        at--;
    }
    return at < typed.end && at > typed.start + 1 && s[at - 1] == '-' && s[at - 2] == ' ';
}

static bool refuse_rate(struct call *c, struct span span)
{
    diag_set(c->diag, span, "a learning rate is a number above 0");
    return diag_hint(c->diag, "write flow L 0.1");
}

// The learning rate, if there is one. False: the diag says why.
static bool read_rate(struct call *c, struct span typed, double *rate, bool *given)
{
    struct operand x;
    *given = call_has_more(c);
    if (!*given) {
        return !looks_like_rate(c, typed) || refuse_rate(c, typed);
    }
    struct lexer before = *c->lexer;
    struct span word = call_word(c);
    const char *s = c->lexer->source->text + word.start;
    if (number_read(s, word.end - word.start, rate) == word.end - word.start) {
        return (*rate > 0 && isfinite(*rate)) || refuse_rate(c, word);
    }
    *c->lexer = before;
    if (!call_expression(c, &x)) {
        return false;
    }
    *rate = operand_is_array(&x) ? NAN : lower_number(call_lower(c), &x);
    return (*rate > 0 && isfinite(*rate)) || refuse_rate(c, x.span);
}

// A file and its options: of a picture of layers there are fewer than of one of nodes.
static bool read_file(struct call *c, struct picture *p)
{
    *p = (struct picture){.theme = "light", .from = NODE_NONE};
    if (!picture_read_rest(c, p)) {
        return false;
    }
    bool fitted = p->letters || p->across || p->down || p->walk || p->sheet ||
                  (p->format != NULL && picture_is_numbered(c, p));
    if (p->from != NODE_NONE || p->radius > 0 || p->full || p->fold || p->ascii || fitted) {
        diag_set(c->diag, c->command, "flow always draws all layers, each as one box");
        return diag_hint(c->diag, "--size 6,4 and --dpi 300 are its options; graph has the others");
    }
    return true;
}

// The node that the page's other view shows: of the expression that is at the lexer's place.
static bool find_target(struct call *c, struct lexer at, uint32_t *root)
{
    struct lexer *lexer = c->lexer;
    c->lexer = &at;
    bool ok = call_target(c, root);
    c->lexer = lexer;
    return ok;
}

static bool put_picture(struct call *c, const struct rec *flow, const struct picture *p,
                        enum call_end *end)
{
    struct rec *scene = scene_layers(c->out, flow, p->theme);
    if (scene == NULL) {
        return diag_out_of_memory(c->diag);
    }
    picture_put_size(c, scene, p);
    *end = picture_ask_for_file(c, scene, p);
    return true;
}

static bool put_page(struct call *c, const struct rec *flow, const struct picture *p,
                     struct lexer at, enum call_end *end)
{
    uint32_t root;
    if (!find_target(c, at, &root) || !trace_put_layers(c, root, flow)) {
        return false;
    }
    rec_text(c->out, call_need(c, "picture", p->path), KEY_format, p->format);
    *end = CALL_NEED;
    return true;
}

// Asks for the picture of the record that was just made, which itself is not shown. `at` is where
// the expression begins.
static enum call_end ask_for_file(struct call *c, const struct picture *p, struct lexer at)
{
    struct records aside;
    enum call_end end = CALL_FAILED;
    records_init(&aside);
    rec_copy(&aside, &aside.list, c->out->list.in.last);
    rec_cut(&c->out->list, c->answered);
    const struct rec *flow = aside.list.in.first;
    bool ok = !aside.arena.failed || diag_out_of_memory(c->diag);
    ok = ok &&
         (picture_is_player(p) ? put_page(c, flow, p, at, &end) : put_picture(c, flow, p, &end));
    records_release(&aside);
    return ok ? end : CALL_FAILED;
}

enum call_end command_flow(struct call *c)
{
    struct flow f;
    struct picture p;
    double rate = 0;
    bool given = false;
    if (!call_has_more(c) || picture_comes(c)) {
        diag_set(c->diag, c->command, "flow of which loss?");
        diag_hint(c->diag, "write flow L, or flow L 0.1 to see an update too");
        return CALL_FAILED;
    }
    struct lexer at = *c->lexer;
    struct source before_file = *c->lexer->source;
    const struct source *whole = c->lexer->source;
    before_file.length = picture_begin(c);
    at.source = &before_file;
    c->lexer->source = &before_file;
    bool ok = flow_read(&f, c) && read_rate(c, f.made.span, &rate, &given);
    c->lexer->source = whole;
    ok = ok && read_file(c, &p);
    if (ok && p.format != NULL && call_supplied(c)) {
        flow_release(&f);
        return call_file_end(c, p.path);
    }
    ok = ok && (!given || flow_update(&f, rate)) && flow_put(&f, call_record(c, KIND_flow));
    flow_release(&f);
    return !ok ? CALL_FAILED : p.format == NULL ? CALL_DONE : ask_for_file(c, &p, at);
}

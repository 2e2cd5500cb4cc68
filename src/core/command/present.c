#include "command/present.h"

#include <string.h>

#include "command/commands.h"
#include "command/flow.h"
#include "command/picture.h"
#include "command/plot.h"
#include "command/screen.h"
#include "command/trace.h"

// Where there are more values, there is nothing to say about each: it is made anew after every
// statement, and most of it would never be read. Layers are few, but to find them takes its time.
enum { ABOUT_MOST = 100, FLOW_MOST = 20000 };

// ---- The command --------------------------------------------------------------------------------

enum { PORT_LEAST = 1024, PORT_MOST = 65535 };

// [stop | PORT]
static bool read_arguments(struct call *c, bool *stop, int64_t *port)
{
    struct lexer before = *c->lexer;
    struct span word = call_word(c);
    *stop = call_word_is(c, word, "stop");
    *port = 0;
    if (!*stop && word.start < word.end) {
        *c->lexer = before;
        if (!call_whole(c, "the page's port", PORT_LEAST, PORT_MOST, port)) {
            return diag_hint(c->diag, "write view, view stop, or view 8080");
        }
    }
    return call_finish(c);
}

enum call_end command_view(struct call *c)
{
    bool stop;
    int64_t port;
    if (!read_arguments(c, &stop, &port)) {
        return CALL_FAILED;
    }
    if (!call_supplied(c)) {
        struct rec *need = call_need(c, "view", c->command);
        rec_flag(c->out, need, KEY_stop, stop);
        rec_whole(c->out, need, KEY_port, port);
        return CALL_NEED;
    }
    if (c->diag->set) {
        c->diag->span = c->command;
        return CALL_FAILED;
    }
    struct rec *r = call_record(c, KIND_view);
    rec_bytes(c->out, r, KEY_address, c->s->supply.data, c->s->supply.count);
    return CALL_DONE;
}

// ---- The record ---------------------------------------------------------------------------------

static void put_root(struct call *c, struct rec *present, uint32_t root)
{
    struct text formula;
    text_init(&formula);
    call_formula(c, &formula, root);
    call_put_node(c, rec_map(c->out, present, KEY_root), root);
    rec_text(c->out, present, KEY_formula, text_get(&formula));
    rec_flag(c->out, present, KEY_stale, tape_marked(&c->s->tape, root, MARK_STALE));
    c->out->arena.failed |= formula.bytes.failed;
    text_release(&formula);
}

// Where the walk is, and its last step: found by taking that back and taking it again, which
// leaves all as it is.
static bool put_walk(struct call *c, struct rec *present)
{
    struct stepper *walk = &c->s->stepper;
    struct rec *where = rec_map(c->out, present, KEY_walk);
    rec_whole(c->out, where, KEY_at, (int64_t)walk->at);
    rec_whole(c->out, where, KEY_steps, (int64_t)stepper_steps(walk));
    rec_text(c->out, where, KEY_pass, stepper_where(walk).backward ? "backward" : "forward");
    if (walk->at == 0) {
        return true;
    }
    struct step_fact fact;
    if (!stepper_back(walk, NULL) || !stepper_step(walk, NULL, &fact)) {
        return diag_out_of_memory(c->diag);
    }
    struct rec *step = rec_record(c->out, present, KEY_step, KIND_step);
    step_put(c, step, walk, &fact);
    return true;
}

static bool put_about(struct call *c, struct rec *list, const struct rec *scene, uint32_t root)
{
    const struct rec *boxes = rec_find(scene, KEY_boxes);
    bool ok = true;
    for (const struct rec *box = boxes->in.first; ok && box != NULL; box = box->next) {
        ok = trace_put_about(c, list, box, root);
    }
    return ok;
}

// The paths to the values that something is said about.
static bool put_paths(struct call *c, struct rec *list, const struct rec *scene, uint32_t root)
{
    const struct rec *box = rec_first(scene, KEY_boxes);
    bool ok = true;
    for (struct rec *about = list->in.first; ok && about != NULL; about = about->next) {
        ok = trace_put_paths(c, about, (uint32_t)rec_get_whole(box, KEY_node), root);
        box = box->next;
    }
    return ok;
}

// Both passes, from fresh gradients, and what they leave; taken aside.
static bool put_both_passes(struct call *c, struct screen *screen, struct rec *about, uint32_t root,
                            struct trail *aside)
{
    struct session *s = c->s;
    const struct scene_options options = {.theme = "light", .groups = &s->groups};
    screen->chosen = false;
    if (!call_swept(c, sweep_forward(&s->tape, aside, s->world.stop, NULL)) ||
        !call_swept(c, sweep_zero(&s->tape, aside)) ||
        !call_swept(c, sweep_backward(&s->tape, aside, s->world.stop, root, NULL))) {
        return false;
    }
    struct rec *scene = screen_scene(screen, c, root, &options, true);
    return scene != NULL && put_paths(c, about, scene, root);
}

// What is folded has no explanations of single values.
static bool put_scenes(struct call *c, struct rec *present, struct screen *screen, uint32_t root)
{
    struct session *s = c->s;
    const struct scene_options options = picture_options(s, root);
    struct rec *about = rec_list(c->out, present, KEY_about);
    struct rec *scene = screen_scene(screen, c, root, &options, false);
    bool tells = !screen->folded && screen->part.ids.count <= ABOUT_MOST;
    if (scene == NULL || (tells && !put_about(c, about, scene, root))) {
        return false;
    }
    struct checkpoint before;
    checkpoint_take(&before, &s->tape, NULL);
    bool ok = put_both_passes(c, screen, about, root, &before.trail);
    checkpoint_back(&before);
    return ok;
}

static bool put_all(struct call *c, uint32_t root)
{
    struct session *s = c->s;
    struct rec *present = call_record(c, KIND_present);
    rec_whole(c->out, present, KEY_digits, session_digits(s));
    if (root == NODE_NONE) {
        return true;
    }
    struct screen screen;
    bool ok = screen_find(&screen, c, root, NULL, &s->groups, &s->looks);
    rec_whole(c->out, present, KEY_values, (int64_t)screen.part.ids.count);
    put_root(c, present, root);
    ok = ok && (s->stepper.tape == NULL || put_walk(c, present));
    ok = ok && (screen.part.ids.count > FLOW_MOST || flow_put_node(c, present, root));
    ok = ok && (screen.folds.boxes > SCREEN_MOST || put_scenes(c, present, &screen, root));
    screen_release(&screen);
    return ok;
}

// The walk's output, else the last one; before there is any, the leaf that was made last.
static uint32_t root_of(const struct session *s)
{
    uint32_t output = session_settings(s)->output, nodes = tape_count(&s->tape);
    return s->stepper.tape != NULL ? s->stepper.root
           : output != NODE_NONE   ? output
           : nodes > 0             ? nodes - 1
                                   : NODE_NONE;
}

bool present_put(struct session *s, struct records *out)
{
    struct diag diag = {0};
    struct call c = {.s = s, .diag = &diag, .out = out};
    bool ok = put_all(&c, root_of(s)) && !out->arena.failed;
    call_release(&c);
    return ok;
}

bool present_put_trace(struct session *s, struct records *out)
{
    struct diag diag = {0};
    struct call c = {.s = s, .diag = &diag, .out = out};
    uint32_t root = root_of(s);
    bool ok = root != NODE_NONE && trace_put(&c, root, false) && !out->arena.failed;
    call_release(&c);
    return ok;
}

// ---- While a training goes on -------------------------------------------------------------------

bool present_put_losses(const struct session *s, struct records *out)
{
    enum { POINTS = 400 };
    const double *history = s->history.data;
    size_t n = s->history.count, shown = n < POINTS ? n : POINTS;
    if (n == 0) {
        return true;
    }
    struct rec *r = records_add(out, KIND_losses);
    rec_whole(out, r, KEY_steps, (int64_t)n);
    rec_whole(out, r, KEY_wanted, session_settings(s)->steps);
    struct rec *x = rec_list(out, r, KEY_x), *y = rec_list(out, r, KEY_y);
    for (size_t i = 0; i < shown; i++) {
        size_t at = shown == 1 ? 0 : i * (n - 1) / (shown - 1);
        rec_whole(out, x, KEY_NONE, (int64_t)at);
        rec_number(out, y, KEY_NONE, history[at]);
    }
    return !out->arena.failed;
}

// The plot alone, without what may have been said about expressions.
static void take_plot(struct records *out, const struct records *said)
{
    for (const struct rec *r = said->list.in.first; r != NULL; r = r->next) {
        if (rec_is(r, KIND_plot)) {
            rec_copy(out, &out->list, r);
        }
    }
}

bool present_put_boundary(struct session *s, struct records *out)
{
    enum { COLUMNS = 48, ROWS = 32 };
    if (s->boundary.count == 0) {
        return true;
    }
    const struct source source = {.text = s->boundary.data, .length = s->boundary.count, .line = 1};
    struct lexer lexer = {.source = &source};
    struct diag diag = {0};
    struct records said;
    records_init(&said);
    struct call c = {.s = s, .diag = &diag, .out = &said, .lexer = &lexer};
    struct plot p = {.call = &c, .leaf = NODE_NONE, .columns = COLUMNS, .rows = ROWS};
    size_t nodes = tape_count(&s->tape), lists = s->names.lists.count, groups = s->groups.count;
    if (plot_boundary(&p)) {
        take_plot(out, &said);
    }
    call_release(&c);
    tape_cut(&s->tape, (uint32_t)nodes);
    s->names.lists.count = lists;
    s->groups.count = groups;
    records_release(&said);
    return !out->arena.failed;
}

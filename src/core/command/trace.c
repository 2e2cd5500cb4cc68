#include "command/trace.h"

#include "command/commands.h"
#include "command/flow.h"
#include "command/openings.h"
#include "command/screen.h"
#include "scene/scene.h"
#include "words/words.h"

bool trace_put_about(struct call *c, struct rec *list, const struct rec *box, uint32_t root)
{
    uint32_t node = (uint32_t)rec_get_whole(box, KEY_node);
    struct rec *about = rec_map(c->out, list, KEY_NONE);
    rec_text(c->out, about, KEY_id, rec_get_text(box, KEY_id));
    struct rec *explain = rec_record(c->out, about, KEY_explain, KIND_explain);
    if (!explain_put(c, explain, node, root)) {
        return false;
    }
    struct text words;
    text_init(&words);
    words_add(&words, explain,
              &(struct words_form){.style = WORDS_SCRIPT, .digits = session_digits(c->s)});
    rec_text(c->out, about, KEY_words, text_get(&words));
    text_release(&words);
    return true;
}

bool trace_put_paths(struct call *c, struct rec *about, uint32_t node, uint32_t root)
{
    // No path leads to a constant, as no gradient is asked for.
    return tape_marked(&c->s->tape, node, MARK_CONST) ||
           paths_put(c, rec_record(c->out, about, KEY_paths, KIND_paths), root, node);
}

// The scene and what there is to say, once the walk is at its end.
static bool put_end(struct call *c, struct rec *trace, const struct rec *scene, uint32_t root)
{
    struct rec *list = rec_list(c->out, trace, KEY_about);
    const struct rec *boxes = rec_find(scene, KEY_boxes);
    for (const struct rec *box = boxes->in.first; box != NULL; box = box->next) {
        uint32_t node = (uint32_t)rec_get_whole(box, KEY_node);
        if (!trace_put_about(c, list, box, root) ||
            !trace_put_paths(c, list->in.last, node, root)) {
            return false;
        }
    }
    return true;
}

static bool put_walk(struct call *c, struct rec *steps, struct stepper *walk, struct trail *aside)
{
    while (walk->at < stepper_steps(walk)) {
        struct step_fact fact;
        if (!stepper_step(walk, aside, &fact)) {
            return diag_out_of_memory(c->diag);
        }
        step_put(c, rec_record(c->out, steps, KEY_NONE, KIND_step), walk, &fact);
    }
    return true;
}

// ---- Too many values ----------------------------------------------------------------------------

// The named operation nearest to root that a player can show; NODE_NONE where none was found in the
// time that a refusal may take.
static uint32_t find_playable(struct call *c, const struct buf *ids)
{
    enum { TRIES_MOST = 64, VALUES_MOST = 10000000 };
    const struct tape *tape = &c->s->tape;
    size_t left = VALUES_MOST / ids->count < TRIES_MOST ? VALUES_MOST / ids->count : TRIES_MOST;
    for (size_t i = ids->count; left > 0 && i-- > 0;) {
        uint32_t node = BUF(uint32_t, ids)[i];
        char label[LABEL_TEXT];
        if (tape_op(tape, node) == OP_LEAF || names_label(&c->s->names, label, node)[0] == '%') {
            continue;
        }
        struct buf below;
        bool ok = sweep_reach(tape, node, &below) && below.count <= TRACE_BOXES_MOST;
        buf_release(&below);
        if (ok) {
            return node;
        }
        left--;
    }
    return NODE_NONE;
}

// Folded, such a graph makes a picture; a step through it would pass over hundreds of values that
// no box shows. So the refusal says what can be drawn, and which part can be played.
static bool refuse(struct call *c, uint32_t root, const struct buf *ids)
{
    char label[LABEL_TEXT], other[LABEL_TEXT];
    uint32_t node = find_playable(c, ids);
    names_label(&c->s->names, label, root);
    diag_set(c->diag, c->command, "%s depends on %zu values, and a player shows %d at most", label,
             ids->count, TRACE_BOXES_MOST);
    if (node == NODE_NONE) {
        return diag_hint(c->diag, "graph %s picture.svg draws it folded", label);
    }
    return diag_hint(c->diag,
                     "graph %s picture.svg draws it folded, and graph %s page.html plays the part "
                     "that %s depends on",
                     label, names_label(&c->s->names, other, node), other);
}

// Few enough values? False, with the diag set, where memory was short, too.
static bool fits(struct call *c, uint32_t root, bool refused)
{
    struct buf ids;
    bool ok = sweep_reach(&c->s->tape, root, &ids) || diag_out_of_memory(c->diag);
    if (ok && ids.count > TRACE_BOXES_MOST) {
        ok = refused && refuse(c, root, &ids);
    }
    buf_release(&ids);
    return ok;
}

// ---- Folded -------------------------------------------------------------------------------------

static bool sweep_both(struct call *c, uint32_t root, struct trail *aside)
{
    struct session *s = c->s;
    return call_swept(c, sweep_forward(&s->tape, aside, s->world.stop, NULL)) &&
           call_swept(c, sweep_zero(&s->tape, aside)) &&
           call_swept(c, sweep_backward(&s->tape, aside, s->world.stop, root, NULL));
}

// A box is one step, which the page makes of the scene.
static bool put_folded(struct call *c, struct screen *screen, uint32_t root, struct trail *aside,
                       struct rec **made)
{
    const struct scene_options options = {.theme = "light", .groups = &c->s->groups};
    if (!sweep_both(c, root, aside)) {
        return false;
    }
    struct rec *trace = *made = call_record(c, KIND_trace);
    rec_whole(c->out, trace, KEY_digits, session_digits(c->s));
    rec_list(c->out, trace, KEY_steps);
    rec_list(c->out, trace, KEY_about);
    return screen_scene(screen, c, root, &options, true) != NULL &&
           openings_put(c, screen, root, &options);
}

// ---- The whole ----------------------------------------------------------------------------------

static bool put_all(struct call *c, uint32_t root, struct stepper *walk, struct trail *aside,
                    struct rec **made)
{
    struct session *s = c->s;
    const struct scene_options options = {.theme = "light", .groups = &s->groups};
    if (!call_swept(c, sweep_zero(&s->tape, aside))) {
        return false;
    }
    if (!stepper_start(walk, &s->tape, root, false)) {
        return diag_out_of_memory(c->diag);
    }
    struct rec *trace = *made = call_record(c, KIND_trace);
    rec_whole(c->out, trace, KEY_digits, session_digits(s));
    if (!put_walk(c, rec_list(c->out, trace, KEY_steps), walk, aside)) {
        return false;
    }
    struct rec *scene = scene_build(c->out, &s->tape, &s->names, root, &options);
    return scene == NULL ? diag_out_of_memory(c->diag) : put_end(c, trace, scene, root);
}

// Both passes and their scene; the record of the walk. shown: how it is folded; NULL: it is not.
static bool put_played(struct call *c, struct screen *shown, uint32_t root, struct rec **trace)
{
    struct stepper walk;
    struct checkpoint before;
    stepper_init(&walk);
    checkpoint_take(&before, &c->s->tape, NULL);
    bool ok = shown != NULL ? put_folded(c, shown, root, &before.trail, trace)
                            : put_all(c, root, &walk, &before.trail, trace);
    stepper_release(&walk);
    checkpoint_back(&before);
    return ok;
}

static bool ends_well(struct call *c, bool ok)
{
    return ok && c->out->arena.failed ? diag_out_of_memory(c->diag) : ok;
}

// All that can be played: folded, or else, if it is not too much, each value. trace stays NULL where it
// is too much; refused: then the diag is set. False: the diag is set.
static bool play(struct call *c, uint32_t root, bool full, bool refused, struct rec **trace)
{
    struct session *s = c->s;
    struct screen screen;
    *trace = NULL;
    bool ok = screen_find(&screen, c, root, NULL, &s->groups, &s->looks);
    bool folded = screen.folded && screen.folds.boxes <= SCREEN_MOST && !full;
    if (ok && (folded || fits(c, root, refused))) {
        ok = put_played(c, folded ? &screen : NULL, root, trace);
    }
    screen_release(&screen);
    return ok && !c->diag->set;
}

bool trace_put(struct call *c, uint32_t root, bool full)
{
    struct rec *trace;
    return ends_well(c, play(c, root, full, true, &trace) && flow_put_node(c, trace, root));
}

bool trace_put_layers(struct call *c, uint32_t root, const struct rec *flow)
{
    struct rec *trace;
    if (!play(c, root, false, false, &trace)) {
        return false;
    }
    if (trace == NULL) {
        trace = call_record(c, KIND_trace);
        rec_whole(c->out, trace, KEY_digits, session_digits(c->s));
        rec_list(c->out, trace, KEY_steps);
    }
    struct rec *to = rec_record(c->out, trace, KEY_flow, KIND_flow);
    for (const struct rec *r = flow->in.first; r != NULL; r = r->next) {
        rec_copy(c->out, to, r);
    }
    rec_text(c->out, trace, KEY_view, "layers");
    return ends_well(c, true);
}

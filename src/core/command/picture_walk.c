#include "command/picture_walk.h"

#include <string.h>

#include "command/commands.h"
#include "command/picture.h"
#include "command/picture_fit.h"
#include "engine/stepper.h"
#include "scene/frame.h"

// Pictures of a walk, each of which is laid out and drawn; and boxes of all of them.
enum { FRAMES_MOST = 100, BOXES_MOST = 4000 };

struct walker {
    struct call *call;
    struct picture picture;
    const struct part *part;
    struct stepper walk;
    struct checkpoint before;
    size_t first, last;  // steps done in the first frame, and in the last
    struct fit_wish wish;
    struct buf typed;
    struct fit fit;
};

// ---- The walk -----------------------------------------------------------------------------------

static bool go(struct walker *w, size_t to)
{
    struct call *c = w->call;
    return call_swept(c, stepper_go(&w->walk, &w->before.trail, c->s->world.stop, to));
}

// Both passes, from fresh gradients, up to the end. The frames are those of the pass that is on,
// else of the backward pass.
static bool take(struct walker *w)
{
    struct session *s = w->call->s;
    const struct stepper *on = &s->stepper;
    bool forward = on->tape != NULL && on->root == w->picture.root && !stepper_where(on).backward;
    if (!call_swept(w->call, sweep_zero(&s->tape, &w->before.trail))) {
        return false;
    }
    if (!stepper_start(&w->walk, &s->tape, w->picture.root, false)) {
        return diag_out_of_memory(w->call->diag);
    }
    w->first = forward ? 0 : stepper_forward_steps(&w->walk);
    w->last = forward ? stepper_forward_steps(&w->walk) : stepper_steps(&w->walk);
    return go(w, stepper_steps(&w->walk));
}

static struct scene_options options_of(const struct walker *w, bool whole)
{
    struct scene_options options =
        whole ? ((struct scene_options){0}) : picture_options_of(&w->walk, w->picture.root);
    options.groups = &w->call->s->groups;
    options.theme = w->picture.theme;
    options.digits = 4;
    options.part = w->part;
    return options;
}

static struct rec *scene_of(struct walker *w, struct records *out, const struct fit_trial *t,
                            bool whole)
{
    struct session *s = w->call->s;
    const struct scene_options options = options_of(w, whole);
    return fit_make(&w->fit, t, out, &s->tape, &s->names, w->picture.root, &options, &w->wish);
}

// ---- Frames -------------------------------------------------------------------------------------

// Where a box holds several values, a step may change nothing that is seen.
static void drop_repeated(struct rec *frames, struct text *before)
{
    struct text now;
    text_init(&now);
    rec_json(&now, frames->in.last);
    bool same = strcmp(text_get(&now), text_get(before)) == 0;
    if (same) {
        rec_cut(frames, frames->in.count - 1);
        text_release(&now);
    } else {
        text_release(before);
        *before = now;
    }
}

static bool refuse_many(struct walker *w, size_t most)
{
    struct call *c = w->call;
    diag_set(c->diag, c->command, "this walk has more than %zu pictures", most);
    return diag_hint(c->diag,
                     "fold more, draw a part with --from, or write a page: graph L page.html");
}

static bool add_frames(struct walker *w, struct rec *frames, const struct fit_trial *t,
                       const struct rec *last)
{
    struct records *out = w->call->out;
    size_t boxes = fit_boxes(last) + 1;
    size_t most = boxes * FRAMES_MOST > BOXES_MOST ? BOXES_MOST / boxes : FRAMES_MOST;
    struct text before;
    text_init(&before);
    bool ok = true;
    for (size_t to = w->first; ok && to <= w->last; to++) {
        const struct frame_place place = {w->first == 0 ? "forward" : "backward", to == w->first};
        struct records aside;
        records_init(&aside);
        ok = go(w, to);
        const struct rec *now = ok ? scene_of(w, &aside, t, false) : NULL;
        ok = ok && now != NULL && frame_add(out, frames, last, now, place);
        records_release(&aside);
        if (ok) {
            drop_repeated(frames, &before);
        }
        if (ok && frames->in.count > most) {
            ok = refuse_many(w, most);
        }
    }
    out->arena.failed |= before.bytes.failed;
    text_release(&before);
    return ok || (!w->call->diag->set && diag_out_of_memory(w->call->diag));
}

// The scene at the walk's end, in the style and direction that were chosen.
static const struct rec *last_scene(struct walker *w, struct records *out,
                                    const struct fit_trial *t)
{
    struct records plain;
    struct rec *to = rec_record(out, &out->list, KEY_NONE, KIND_scene);
    records_init(&plain);
    const struct rec *scene = scene_of(w, &plain, t, true);
    for (const struct rec *r = scene == NULL ? NULL : scene->in.first; r != NULL; r = r->next) {
        if (r->key != KEY_direction && r->key != KEY_style) {
            rec_copy(out, to, r);
        }
    }
    picture_put_form(out, to, t);
    records_release(&plain);
    return scene == NULL || out->arena.failed ? NULL : to;
}

// The host is given its own answer again, which it gives back.
static enum call_end ask_for_frames(struct walker *w)
{
    struct call *c = w->call;
    double letters;
    const struct fit_trial *t = picture_best(c, &w->fit, &letters);
    if (t == NULL) {
        diag_set(c->diag, c->command, "no layout was chosen");
        return CALL_FAILED;
    }
    struct records aside;
    records_init(&aside);
    const struct rec *last = last_scene(w, &aside, t);
    struct rec *need = call_need(c, "frames", w->picture.path);
    rec_text(c->out, need, KEY_format, w->picture.format);
    rec_flag(c->out, need, KEY_outlines, w->picture.outlines);
    rec_flag(c->out, need, KEY_numbered, picture_is_numbered(c, &w->picture));
    rec_bytes(c->out, need, KEY_text, c->s->supply.data, c->s->supply.count);
    if (w->picture.dpi > 0) {
        rec_whole(c->out, need, KEY_dpi, w->picture.dpi);
    }
    struct rec *frames = rec_list(c->out, need, KEY_frames);
    bool ok = last != NULL || diag_out_of_memory(c->diag);
    ok = ok && (w->picture.sheet ? frame_add_sheet(c->out, frames, last, w->picture.blank)
                                 : add_frames(w, frames, t, last));
    records_release(&aside);
    return ok ? CALL_NEED : CALL_FAILED;
}

// ---- The command --------------------------------------------------------------------------------

// How many pictures the host says it has written, the last of its numbers.
static size_t count_written(const struct call *c)
{
    const char *s = c->s->supply.data;
    size_t n = c->s->supply.count, start = n;
    double count = 0;
    while (start > 0 && s[start - 1] != ' ') {
        start--;
    }
    number_read(s + start, n - start, &count);
    return count >= 1 && count <= FRAMES_MOST ? (size_t)count : 1;
}

static enum call_end run(struct walker *w)
{
    struct call *c = w->call;
    struct session *s = c->s;
    const struct scene_options options = options_of(w, true);
    if (!fit_find(&w->fit, &s->tape, &s->names, w->picture.root, &options, &w->wish)) {
        diag_out_of_memory(c->diag);
        return CALL_FAILED;
    }
    if (w->fit.trials.count == 0) {
        picture_refuse_large(c, w->part);
        return CALL_FAILED;
    }
    bool supplied = call_supplied(c);
    if (supplied && c->diag->set) {
        return call_file_end(c, w->picture.path);
    }
    return !supplied        ? picture_ask_for_best(c, &w->picture, &w->fit, "choice")
           : s->rounds == 1 ? ask_for_frames(w)
                            : picture_tell(c, &w->picture, w->part, &w->fit, count_written(c));
}

enum call_end picture_walk(struct call *c, const struct picture *p, const struct part *part)
{
    struct walker w = {.call = c, .picture = *p, .part = part};
    picture_assume_sheet(&w.picture);
    records_init(&w.fit.scenes);
    buf_init(&w.fit.makings, sizeof(struct making));
    buf_init(&w.fit.trials, sizeof(struct fit_trial));
    stepper_init(&w.walk);
    checkpoint_take(&w.before, &c->s->tape, NULL);
    enum call_end end = CALL_FAILED;
    if (picture_wish(c, &w.picture, &w.wish, &w.typed) && picture_check_dots(c, &w.picture) &&
        take(&w)) {
        end = run(&w);
    }
    stepper_release(&w.walk);
    checkpoint_back(&w.before);
    fit_release(&w.fit);
    buf_release(&w.typed);
    return end;
}

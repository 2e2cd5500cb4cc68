#include "command/picture.h"

#include <string.h>

#include "engine/stepper.h"
#include "scene/fit.h"
#include "words/draw.h"

// Boxes that a watched walk draws, and values in them: each step looks at the whole walk.
enum { WATCH_MOST = 60, WATCH_VALUES = 300 };

struct scene_options picture_options(const struct session *s, uint32_t root)
{
    struct scene_options options = picture_options_of(&s->stepper, root);
    options.groups = &s->groups;
    return options;
}

struct scene_options picture_options_of(const struct stepper *walk, uint32_t root)
{
    struct scene_options options = {.theme = "light"};
    if (walk->tape == NULL || walk->root != root) {
        return options;
    }
    if (walk->at == 0) {
        options.walk = walk->from_backward ? SCENE_WHOLE : SCENE_FORWARD;
        return options;
    }
    struct step last = stepper_get(walk, walk->at - 1);
    options.walk = last.kind == STEP_FORWARD ? SCENE_FORWARD : SCENE_BACKWARD;
    options.current = last.kind == STEP_SEED ? NODE_NONE : last.node;
    return options;
}

static const struct {
    const char *name;
    int fit;
} styles[] = {
    {"cells", FIT_STYLES}, {"edges", -1},      {"micrograd", -1},
    {"terse", FIT_TERSE},  {"line", FIT_LINE}, {"bare", FIT_BARE},
};

const char *picture_style(unsigned style)
{
    return style < COUNT_OF(styles) ? styles[style].name : NULL;
}

int picture_fit_style(unsigned style)
{
    return styles[style].fit;
}

bool picture_folds(struct call *c, struct folds *f, const struct part *part, uint32_t root,
                   enum fold_mode mode)
{
    struct session *s = c->s;
    const struct fold_wish wish = {.mode = mode, .groups = &s->groups, .looks = &s->looks};
    return folds_find(f, &s->tape, &s->names, &wish, part, root) || diag_out_of_memory(c->diag);
}

// ---- Drawings -----------------------------------------------------------------------------------

// What is drawn, and with what.
struct drawing {
    uint32_t root;
    const struct part *part;
    const struct folds *folds;
    bool ascii, watched;
    bool prepares;     // where a layout is asked for, the rest is kept until it comes
    struct buf rooms;  // what view/draw.c keeps free; nothing where nothing will move
};

// The scene as view/draw.h wants it, all but the layout.
static struct rec *build(struct call *c, struct records *out, const struct drawing *d)
{
    struct scene_options options = picture_options(c->s, d->root);
    options.part = d->part;
    options.folds = d->folds;
    struct rec *scene = scene_build(out, &c->s->tape, &c->s->names, d->root, &options);
    rec_whole(out, scene, KEY_width, c->s->terminal.columns);
    rec_flag(out, scene, KEY_ascii, d->ascii);
    rec_flag(out, scene, KEY_watched, d->watched);
    return scene;
}

static bool ask_for_layout(struct call *c, const struct rec *scene)
{
    struct text question;
    text_init(&question);
    rec_cut(&c->out->list, c->answered);  // all this will be answered again
    struct rec *need = call_record(c, KIND_need);
    rec_text(c->out, need, KEY_what, "layout");
    struct rec *questions = rec_list(c->out, need, KEY_questions);
    bool ok = true;
    for (enum draw_way way = DRAW_ACROSS; way < DRAW_WAYS; way++) {
        text_clear(&question);
        ok = ok && draw_question(&question, scene, way);
        rec_text(c->out, questions, KEY_NONE, text_get(&question));
    }
    text_release(&question);
    c->waits = ok;
    return ok;
}

// Is an answer there? Whoever has no layout refuses, and an empty one is an answer too.
static bool has_layout(struct call *c)
{
    bool supplied = call_supplied(c);
    *c->diag = supplied ? ((struct diag){0}) : *c->diag;
    return supplied;
}

static void put_layout(struct call *c, struct rec *scene)
{
    rec_bytes(c->out, scene, KEY_layout, c->s->supply.data,
              c->s->supplied ? c->s->supply.count : 0);
}

// Keeps the scene, and what was said before it.
static bool prepare(struct call *c, const struct rec *scene)
{
    struct records *prepared = &c->s->prepared;
    size_t i = 0;
    records_release(prepared);
    for (const struct rec *r = c->out->list.in.first; r != NULL; r = r->next) {
        if (i++ >= c->answered) {
            rec_copy(prepared, &prepared->list, r);
        }
    }
    rec_copy(prepared, &prepared->list, scene);
    return !prepared->arena.failed;
}

bool picture_is_prepared(const struct call *c)
{
    return c->s->prepared.list.in.count > 0;
}

bool picture_draw_prepared(struct call *c, size_t *boxes)
{
    const struct rec *scene = c->s->prepared.list.in.last;
    has_layout(c);
    for (const struct rec *r = c->s->prepared.list.in.first; r != NULL; r = r->next) {
        rec_copy(c->out, &c->out->list, r);
    }
    put_layout(c, c->out->list.in.last);
    *boxes = 0;
    for (const struct rec *box = rec_first(scene, KEY_boxes); box != NULL; box = box->next) {
        *boxes += strcmp(rec_get_text(box, KEY_kind), "constant") != 0;
    }
    return !c->out->arena.failed || diag_out_of_memory(c->diag);
}

// Asks for the layout if boxes are to be drawn and it is not there; otherwise answers with the
// scene.
static bool draw(struct call *c, const struct drawing *d)
{
    bool asks = d->folds->boxes <= DRAW_MOST && !has_layout(c);
    struct records aside;
    records_init(&aside);
    struct records *out = asks ? &aside : c->out;
    struct rec *scene = build(c, out, d);
    if (scene != NULL) {
        draw_reserve(out, scene, &d->rooms);
    }
    bool ok = scene != NULL && !out->arena.failed;
    if (ok && asks) {
        ok = (!d->prepares || prepare(c, scene)) && ask_for_layout(c, scene);
    } else if (ok) {
        put_layout(c, scene);
        ok = !out->arena.failed;
    }
    records_release(&aside);
    return ok ? !asks : diag_out_of_memory(c->diag);
}

bool picture_draw(struct call *c, uint32_t root, const struct part *part, const struct folds *folds,
                  bool ascii)
{
    struct drawing d = {.root = root,
                        .part = part,
                        .folds = folds,
                        .ascii = ascii || c->s->terminal.ascii,
                        .prepares = true};
    return draw(c, &d);
}

// ---- Files --------------------------------------------------------------------------------------

void picture_put_size(struct call *c, struct rec *scene, const struct picture *p)
{
    if (p->width > 0) {
        rec_number(c->out, scene, KEY_size_width, p->width);
        rec_number(c->out, scene, KEY_size_height, p->height);
    }
    if (p->dpi > 0) {
        rec_whole(c->out, scene, KEY_dpi, p->dpi);
    }
}

enum call_end picture_ask_for_file(struct call *c, const struct rec *scene, const struct picture *p)
{
    if (strcmp(p->format, "json") != 0) {
        struct rec *need = call_need(c, "picture", p->path);
        rec_text(c->out, need, KEY_format, p->format);
        rec_flag(c->out, need, KEY_outlines, p->outlines);
        return CALL_NEED;
    }
    struct text json;
    text_init(&json);
    rec_json(&json, scene);
    text_add_char(&json, '\n');
    rec_text(c->out, call_need(c, "write", p->path), KEY_text, text_get(&json));
    text_release(&json);
    return CALL_NEED;
}

// ---- A watched walk -----------------------------------------------------------------------------

static bool go(struct call *c, size_t to)
{
    return stepper_go(&c->s->stepper, &c->s->undo, NULL, to) == SWEEP_DONE;
}

// Looks at the whole walk, from its first scene to its last, so that every one can be drawn with
// room for all.
static bool measure_walk(struct call *c, struct drawing *d)
{
    bool ok = true;
    for (size_t to = 0; ok && to <= stepper_steps(&c->s->stepper); to++) {
        struct records aside;
        records_init(&aside);
        ok = go(c, to);
        const struct rec *scene = ok ? build(c, &aside, d) : NULL;
        ok = scene != NULL && draw_measure(&d->rooms, scene);
        records_release(&aside);
    }
    return ok;
}

static bool draw_step(struct call *c, const struct part *part, const struct folds *folds, size_t to)
{
    size_t at = c->s->stepper.at;
    struct drawing d = {
        .root = c->s->stepper.root, .part = part, .folds = folds, .ascii = c->s->terminal.ascii};
    d.watched = true;
    buf_init(&d.rooms, sizeof(uint32_t));
    bool ok = (measure_walk(c, &d) && go(c, to)) || diag_out_of_memory(c->diag);
    ok = ok && draw(c, &d);
    if (!go(c, at)) {
        c->s->stepped = true;  // the walk is not where it was: it ends
        ok = diag_out_of_memory(c->diag);
    }
    buf_release(&d.rooms);
    return ok;
}

bool picture_of_step(struct call *c, size_t to)
{
    const struct stepper *walk = &c->s->stepper;
    if (!session_preferences(c->s)->watch || c->s->frames.count > 1) {
        return true;
    }
    struct part part;
    struct folds folds = {0};
    part_init(&part);
    bool ok = part_all(&part, &c->s->tape, walk->root) || diag_out_of_memory(c->diag);
    ok = ok && picture_folds(c, &folds, &part, walk->root, FOLD_AS_IT_FITS);
    size_t values = part_values(&part, &c->s->tape);
    bool many = folds.boxes > WATCH_MOST || values > WATCH_VALUES;
    if (ok && many && walk->at == 0) {
        call_notice(c, c->command, "%zu values are too many to watch", values);
    }
    ok = ok && (many || draw_step(c, &part, &folds, to));
    folds_release(&folds);
    part_release(&part);
    return ok;
}

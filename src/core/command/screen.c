#include "command/screen.h"

#include <string.h>

#include "command/picture_fit.h"
#include "scene/fit_measure.h"

// Points of the place for a picture beside the log, at 96 dots an inch, and of its letters.
static const struct fit_area place = {.width = 435, .height = 270, .goal = 9, .floor = 7};

// Nodes beyond which a page could not compute both passes while a leaf is dragged.
enum { INNER_MOST = 20000 };

// ---- How far it is folded -----------------------------------------------------------------------

static bool fold(struct screen *s, struct call *c, uint32_t root, const struct fold_wish *wish)
{
    folds_release(&s->folds);
    return folds_find(&s->folds, &c->s->tape, &c->s->names, wish, &s->part, root) ||
           diag_out_of_memory(c->diag);
}

static bool fold_to(struct screen *s, struct call *c, uint32_t root, struct fold_wish *wish,
                    struct fold_stage stage)
{
    wish->mode = FOLD_STAGE;
    wish->stage = s->stage = stage;
    return fold(s, c, root, wish);
}

// Stage after stage until there are few boxes.
static bool fold_until_few(struct screen *s, struct call *c, uint32_t root, struct fold_wish *wish)
{
    enum { SHORT = 40 };  // letters of a statement
    static const struct fold_stage stages[] = {
        {.statements = true, .letters = SHORT},
        {.statements = true},
        {.arrays = true, .statements = true, .siblings = true},
    };
    bool ok = true;
    for (size_t i = 0; ok && i < COUNT_OF(stages) && (i == 0 || s->folds.boxes > SCREEN_TO); i++) {
        ok = fold_to(s, c, root, wish, stages[i]);
    }
    for (uint32_t level = 1; ok && level <= s->folds.levels && s->folds.boxes > SCREEN_TO;
         level++) {
        ok = fold_to(s, c, root, wish,
                     (struct fold_stage){
                         .level = level, .arrays = true, .statements = true, .siblings = true});
    }
    return ok;
}

bool screen_find(struct screen *s, struct call *c, uint32_t root, const struct fold_stage *stage,
                 const struct buf *groups, const struct buf *looks)
{
    struct fold_wish wish = {.mode = FOLD_AS_IT_FITS, .groups = groups, .looks = looks};
    *s = (struct screen){.folded = false};
    part_init(&s->part);
    buf_init(&s->typed, sizeof(struct scene_typed));
    if (!part_all(&s->part, &c->s->tape, root)) {
        return diag_out_of_memory(c->diag);
    }
    bool ok = stage != NULL ? fold_to(s, c, root, &wish, *stage)
              : part_values(&s->part, &c->s->tape) <= FOLD_BEYOND
                  ? fold(s, c, root, &wish)
                  : fold_until_few(s, c, root, &wish);
    s->folded = s->folds.list.count > 0;
    if (ok && s->folded) {
        ok = (titles_find(&s->titles, &c->s->tape, &c->s->names, &s->part, &s->folds) &&
              picture_list_typed(c->s, &s->typed)) ||
             diag_out_of_memory(c->diag);
    }
    return ok;
}

void screen_release(struct screen *s)
{
    if (s->folded) {
        titles_release(&s->titles);
    }
    folds_release(&s->folds);
    part_release(&s->part);
    buf_release(&s->typed);
}

// ---- The scene ----------------------------------------------------------------------------------

// The fullest labels whose letters are large enough, in the direction that suits them better.
static bool choose(struct screen *s, const struct rec *scene)
{
    for (enum fit_style style = FIT_CELLS; style <= FIT_TERSE; style++) {
        struct measure down, across;
        if (!fit_measure(scene, style, true, &place, &down) ||
            !fit_measure(scene, style, false, &place, &across)) {
            return false;
        }
        s->style = style;
        s->down = down.letters > across.letters;
        if ((s->down ? down.letters : across.letters) >= place.goal) {
            break;
        }
    }
    return s->chosen = true;
}

// text: one that lasts.
static void set_text(struct rec *map, enum rec_key key, const char *text)
{
    for (struct rec *r = map->in.first; r != NULL; r = r->next) {
        r->text = r->key == key ? text : r->text;
    }
}

struct rec *screen_scene(struct screen *s, struct call *c, uint32_t root,
                         const struct scene_options *options, bool inner)
{
    struct scene_options all = *options;
    const struct scene_fit fit = {
        .titles = &s->titles, .typed = s->typed.data, .names = s->typed.count};
    all.part = &s->part;
    all.folds = s->folded ? &s->folds : NULL;
    all.fit = s->folded ? &fit : NULL;
    all.inner = s->folded && inner && s->part.ids.count <= INNER_MOST;
    struct rec *scene = scene_build(c->out, &c->s->tape, &c->s->names, root, &all);
    if (scene == NULL || (s->folded && !s->chosen && !choose(s, scene))) {
        diag_out_of_memory(c->diag);
        return NULL;
    }
    if (s->folded) {
        rec_flag(c->out, scene, KEY_fit, true);
        rec_whole(c->out, scene, KEY_lines, 1);
        set_text(scene, KEY_direction, s->down ? "TB" : "LR");
        set_text(scene, KEY_style, fit_style_names[s->style]);
    }
    return scene;
}

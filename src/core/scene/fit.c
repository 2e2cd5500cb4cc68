#include "scene/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scene/fit_measure.h"
#include "scene/worth.h"

const char *const fit_style_names[FIT_STYLES] = {"cells", "terse", "line", "bare"};

static const double style_costs[FIT_STYLES] = {0, 0.5, 2.5, 4.5};

// How many users a leaf in cells may have, and what it costs that it is not a box.
static const struct {
    size_t users;
    double cost;
} chip_levels[] = {{0, 0}, {1, 0.3}, {3, 1}};

// A picture wider than this many times its area may be broken into lines.
#define WIDE 1.5
enum { LINES_MOST = 4 };
#define LINES_COST 0.3
// Letters of a formula in a statement's box, where statements are to be short.
enum { SHORT_MOST = 40 };

struct fitter {
    struct fit *out;
    const struct tape *tape;
    struct names *names;
    uint32_t root;
    const struct scene_options *options;
    const struct fit_wish *wish;
    struct buf homes;  // uint32_t: what is folded at each stage that was looked at
    size_t stages;
};

// ---- Scenes -------------------------------------------------------------------------------------

size_t fit_boxes(const struct rec *scene)
{
    return rec_count(scene, KEY_boxes);
}

static bool is_leaf_chip(const struct rec *cell)
{
    const struct rec *chip = rec_find(cell, KEY_chip);
    return chip != NULL && strcmp(rec_get_text(chip, KEY_kind), "constant") != 0;
}

// Was the same leaf met in an earlier cell?
static bool was_met(const struct rec *scene, const struct rec *cell)
{
    for (const struct rec *b = rec_first(scene, KEY_boxes); b != NULL; b = b->next) {
        for (const struct rec *c = rec_first(b, KEY_cells); c != NULL; c = c->next) {
            if (c == cell) {
                return false;
            }
            if (strcmp(rec_get_text(c, KEY_from), rec_get_text(cell, KEY_from)) == 0) {
                return true;
            }
        }
    }
    return false;
}

size_t fit_chips(const struct rec *scene)
{
    size_t chips = 0;
    for (const struct rec *b = rec_first(scene, KEY_boxes); b != NULL; b = b->next) {
        for (const struct rec *c = rec_first(b, KEY_cells); c != NULL; c = c->next) {
            chips += is_leaf_chip(c) && !was_met(scene, c);
        }
    }
    return chips;
}

const struct rec *fit_scene(const struct fit *f, const struct fit_trial *trial)
{
    const struct rec *scene = f->scenes.list.in.first;
    for (size_t i = 0; i < trial->scene; i++) {
        scene = scene->next;
    }
    return scene;
}

static struct rec *make(const struct fitter *f, struct records *out, const struct folds *folds,
                        struct titles *titles, size_t chips)
{
    const struct scene_fit fit = {
        .titles = titles, .chips = chips, .typed = f->wish->typed, .names = f->wish->names};
    struct scene_options options = *f->options;
    options.folds = folds;
    options.fit = &fit;
    return scene_build(out, f->tape, f->names, f->root, &options);
}

static bool add_scenes(struct fitter *f, const struct fold_stage *stage, const struct folds *folds,
                       struct titles *titles)
{
    struct rec *list = &f->out->scenes.list;
    size_t chips_before = SIZE_MAX;
    size_t levels = f->wish->all_boxes ? 1 : COUNT_OF(chip_levels);
    for (size_t i = 0; i < levels; i++) {
        size_t before = list->in.count;
        struct rec *scene = make(f, &f->out->scenes, folds, titles, chip_levels[i].users);
        struct making *making = scene == NULL ? NULL : buf_push(&f->out->makings, 1);
        if (making == NULL) {
            return false;
        }
        size_t chips = fit_chips(scene);
        *making = (struct making){*stage, chip_levels[i].users, chip_levels[i].cost};
        if (chips == chips_before) {
            rec_cut(list, before);
            f->out->makings.count--;
        }
        chips_before = chips;
    }
    return true;
}

// Is the same folded as at an earlier stage?
static bool is_known(struct fitter *f, const struct folds *folds)
{
    size_t count = folds->home.count;
    for (size_t i = 0; i < f->stages; i++) {
        const uint32_t *known = BUF_FROM(uint32_t, &f->homes, i * count);
        if (count == 0 || memcmp(known, folds->home.data, count * sizeof *known) == 0) {
            return true;
        }
    }
    uint32_t *copy = buf_push(&f->homes, count);
    if (copy != NULL && count > 0) {
        memcpy(copy, folds->home.data, count * sizeof *copy);
        f->stages++;
    }
    return false;
}

static bool find_folds(const struct fitter *f, struct fold_stage stage, struct folds *folds)
{
    const struct fold_wish wish = {
        .mode = FOLD_STAGE, .groups = f->wish->groups, .looks = f->wish->looks, .stage = stage};
    return folds_find(folds, f->tape, f->names, &wish, f->options->part, f->root);
}

// One stage of folding; *levels receives the levels of calls. One with more boxes than `most` is
// passed over.
static bool add_stage(struct fitter *f, struct fold_stage stage, size_t most, uint32_t *levels)
{
    const struct fold_wish wish = {
        .mode = FOLD_STAGE, .groups = f->wish->groups, .looks = f->wish->looks, .stage = stage};
    struct folds folds;
    struct titles titles;
    bool ok = folds_find(&folds, f->tape, f->names, &wish, f->options->part, f->root);
    *levels = folds.levels;
    if (ok && folds.boxes <= most && !is_known(f, &folds)) {
        ok = titles_find(&titles, f->tape, f->names, f->options->part, &folds) &&
             add_scenes(f, &stage, &folds, &titles);
        titles_release(&titles);
    }
    folds_release(&folds);
    return ok && !f->homes.failed;
}

// All stages, from nothing folded to all that can be.
static bool add_stages(struct fitter *f, size_t most)
{
    static const struct fold_stage stages[] = {
        {0},
        {.statements = true, .letters = SHORT_MOST},
        {.statements = true},
        {.arrays = true, .statements = true, .siblings = true},
    };
    enum fold_mode mode = f->wish->mode;
    uint32_t levels = 0;
    bool ok = true;
    size_t count = mode == FOLD_NOTHING ? 1 : COUNT_OF(stages);
    for (size_t i = mode == FOLD_ALL ? COUNT_OF(stages) - 1 : 0; ok && i < count; i++) {
        ok = add_stage(f, stages[i], most, &levels);
    }
    for (uint32_t level = 1; ok && mode != FOLD_NOTHING && level <= levels; level++) {
        struct fold_stage stage = {
            .level = level, .arrays = true, .statements = true, .siblings = true};
        ok = add_stage(f, stage, most, &levels);
    }
    return ok;
}

// ---- Trials -------------------------------------------------------------------------------------

static bool add_trial(struct fitter *f, const struct fit_trial *trial, double letters)
{
    const struct fit_area *area = &f->wish->area;
    struct fit_trial *to = buf_push(&f->out->trials, 1);
    if (to != NULL) {
        *to = *trial;
        to->bound = to->worth + worth_of_letters(letters, area->goal, area->floor);
    }
    return to != NULL;
}

// One style of a scene: down, across, and across in lines where it would be far too wide.
static bool add_ways(struct fitter *f, const struct rec *scene, struct fit_trial trial)
{
    const struct fit_area *area = &f->wish->area;
    struct measure down, across;
    bool ok = fit_measure(scene, trial.style, true, area, &down) &&
              fit_measure(scene, trial.style, false, area, &across);
    trial.lines = 1;
    trial.down = true;
    if (ok && f->wish->way != FIT_ACROSS) {
        ok = add_trial(f, &trial, down.letters);
    }
    trial.down = false;
    if (ok && f->wish->way != FIT_DOWN) {
        ok = add_trial(f, &trial, across.letters);
        double wide = across.width / across.height * area->height / area->width;
        int lines = wide > WIDE ? (int)fmin(round(sqrt(wide)), LINES_MOST) : 1;
        for (trial.lines = 2; ok && trial.lines <= lines; trial.lines++) {
            trial.worth -= LINES_COST;
            if (lines - trial.lines < 2 && fit_is_chain(scene, trial.style, trial.lines)) {
                ok = add_trial(f, &trial, across.letters_in_lines);
            }
        }
    }
    return ok;
}

static int compare_trials(const void *a, const void *b)
{
    const struct fit_trial *x = a, *y = b;
    if (x->bound != y->bound) {
        return x->bound > y->bound ? -1 : 1;
    }
    if (x->scene != y->scene) {
        return x->scene < y->scene ? -1 : 1;
    }
    return x->style != y->style ? (int)x->style - (int)y->style
           : x->down != y->down ? x->down - y->down
                                : x->lines - y->lines;
}

static bool add_trials(struct fitter *f)
{
    const struct rec *scene = f->out->scenes.list.in.first;
    bool ok = true;
    for (size_t i = 0; ok && scene != NULL; i++, scene = scene->next) {
        double shown = (double)(fit_boxes(scene) + fit_chips(scene));
        for (enum fit_style style = 0; ok && style < FIT_STYLES; style++) {
            double worth = worth_of_boxes(shown) - style_costs[style] -
                           BUF(struct making, &f->out->makings)[i].cost;
            // Without cells a leaf in a cell would be nowhere.
            bool shown_all = style != FIT_BARE || fit_chips(scene) == 0;
            shown_all = shown_all && (style <= FIT_TERSE || !f->wish->sheet);
            if (shown_all && (f->wish->style == FIT_STYLES || f->wish->style == (int)style)) {
                ok = add_ways(f, scene,
                              (struct fit_trial){.scene = i, .style = style, .worth = worth});
            }
        }
    }
    struct buf *trials = &f->out->trials;
    if (ok && trials->count > 0) {
        qsort(trials->data, trials->count, sizeof(struct fit_trial), compare_trials);
        trials->count = trials->count < FIT_LAYOUTS ? trials->count : FIT_LAYOUTS;
    }
    return ok;
}

bool fit_find(struct fit *out, const struct tape *tape, struct names *names, uint32_t root,
              const struct scene_options *options, const struct fit_wish *wish)
{
    struct fitter f = {
        .out = out, .tape = tape, .names = names, .root = root, .options = options, .wish = wish};
    records_init(&out->scenes);
    buf_init(&out->makings, sizeof(struct making));
    buf_init(&out->trials, sizeof(struct fit_trial));
    buf_init(&f.homes, sizeof(uint32_t));
    bool ok = add_stages(&f, FIT_BOXES);
    if (ok && out->scenes.list.in.count == 0) {
        f.stages = f.homes.count = 0;
        ok = add_stages(&f, FIT_BOXES_MOST);
    }
    ok = ok && add_trials(&f) && !out->scenes.arena.failed;
    buf_release(&f.homes);
    return ok;
}

struct rec *fit_make(const struct fit *f, const struct fit_trial *trial, struct records *out,
                     const struct tape *tape, struct names *names, uint32_t root,
                     const struct scene_options *options, const struct fit_wish *wish)
{
    const struct making *making = &BUF(struct making, &f->makings)[trial->scene];
    const struct fitter fitter = {
        .tape = tape, .names = names, .root = root, .options = options, .wish = wish};
    struct folds folds;
    struct titles titles;
    struct rec *scene = NULL;
    if (find_folds(&fitter, making->stage, &folds)) {
        if (titles_find(&titles, tape, names, options->part, &folds)) {
            scene = make(&fitter, out, &folds, &titles, making->chips);
        }
        titles_release(&titles);
    }
    folds_release(&folds);
    return scene;
}

void fit_release(struct fit *f)
{
    records_release(&f->scenes);
    buf_release(&f->makings);
    buf_release(&f->trials);
}

#include "command/picture_fit.h"

#include <math.h>
#include <string.h>

#include "command/picture.h"
#include "scene/fit.h"

// More operations than this are not drawn in full unless the area allows.
enum { FULL_MOST = 10 };

static bool has_many_operations(const struct tape *t, const struct part *part)
{
    size_t count = 0;
    for (size_t i = 0; i < part->ids.count && count <= FULL_MOST; i++) {
        count +=
            BUF(uint8_t, &part->whole)[i] && tape_op(t, BUF(uint32_t, &part->ids)[i]) != OP_LEAF;
    }
    return count > FULL_MOST;
}

bool picture_fits(const struct call *c, const struct picture *p, const struct part *part)
{
    bool drawn = p->format != NULL && strcmp(p->format, "json") != 0 && !picture_is_player(p);
    int style = picture_fit_style(session_preferences(c->s)->style);
    bool cells = style >= 0;
    bool told =
        p->width > 0 || p->goal > 0 || p->across || p->down || (cells && style != FIT_STYLES);
    bool many = !p->full && strcmp(p->format == NULL ? "" : p->format, "dot") != 0 &&
                has_many_operations(&c->s->tape, part);
    return drawn && cells && (told || many);
}

// ---- Formulas as typed --------------------------------------------------------------------------

bool picture_list_typed(const struct session *s, struct buf *typed)
{
    buf_init(typed, sizeof(struct scene_typed));
    if (!buf_resize(typed, names_count(&s->names))) {
        return false;
    }
    for (size_t i = 0; i < s->recipes.rows.count; i++) {
        const struct recipe *r = &BUF(struct recipe, &s->recipes.rows)[i];
        if (r->name >= typed->count ||
            !value_same(recipes_value(&s->recipes, r), names_get(&s->names, r->name))) {
            continue;
        }
        BUF(struct scene_typed, typed)
        [r->name] = (struct scene_typed){
            .text = recipes_text(&s->recipes, r),
            .length = r->op == OP_COUNT ? recipe_length(r) : 0,
        };
    }
    return true;
}

// ---- Candidates ---------------------------------------------------------------------------------

bool picture_wish(struct call *c, const struct picture *p, struct fit_wish *wish, struct buf *typed)
{
    struct session *s = c->s;
    int style = picture_fit_style(session_preferences(s)->style);
    bool ok = picture_list_typed(s, typed) || diag_out_of_memory(c->diag);
    *wish = (struct fit_wish){
        .area = {.width = 72 * p->width,
                 .height = 72 * p->height,
                 .goal = p->goal,
                 .floor = p->floor},
        .way = p->across ? FIT_ACROSS
               : p->down ? FIT_DOWN
                         : FIT_ANY_WAY,
        .style = style < 0 ? FIT_STYLES : style,
        // Other programs look for every leaf, and gradients are filled in beside it.
        .all_boxes = p->sheet || strcmp(p->format, "dot") == 0,
        .sheet = p->sheet,
        .mode = p->fold                    ? FOLD_ALL
                : p->full || p->radius > 0 ? FOLD_NOTHING
                                           : FOLD_AS_IT_FITS,
        .groups = &s->groups,
        .looks = &s->looks,
        .typed = typed->data,
        .names = typed->count};
    return ok;
}

static bool find(struct call *c, const struct picture *p, const struct part *part, struct fit *fit)
{
    struct session *s = c->s;
    struct buf typed;
    struct fit_wish wish;
    struct scene_options options = picture_options(s, p->root);
    bool ok = picture_wish(c, p, &wish, &typed);
    options.theme = p->theme;
    options.digits = 4;
    options.part = part;
    ok = fit_find(fit, &s->tape, &s->names, p->root, &options, &wish) && ok;
    buf_release(&typed);
    return ok || diag_out_of_memory(c->diag);
}

static void put_trials(struct call *c, struct rec *need, const struct fit *fit)
{
    struct rec *scenes = rec_list(c->out, need, KEY_scenes);
    for (const struct rec *r = fit->scenes.list.in.first; r != NULL; r = r->next) {
        rec_copy(c->out, scenes, r);
    }
    struct rec *trials = rec_list(c->out, need, KEY_trials);
    for (size_t i = 0; i < fit->trials.count; i++) {
        const struct fit_trial *t = &BUF(struct fit_trial, &fit->trials)[i];
        struct rec *trial = rec_map(c->out, trials, KEY_NONE);
        rec_whole(c->out, trial, KEY_at, (int64_t)t->scene);
        rec_text(c->out, trial, KEY_style, fit_style_names[t->style]);
        rec_text(c->out, trial, KEY_direction, t->down ? "TB" : "LR");
        rec_whole(c->out, trial, KEY_lines, t->lines);
        rec_number(c->out, trial, KEY_worth, t->worth);
        rec_number(c->out, trial, KEY_bound, t->bound);
    }
}

enum call_end picture_ask_for_best(struct call *c, const struct picture *p, const struct fit *fit,
                                   const char *what)
{
    struct rec *need = call_need(c, what, p->path);
    rec_text(c->out, need, KEY_format, p->format);
    rec_flag(c->out, need, KEY_outlines, p->outlines);
    struct rec *area = rec_map(c->out, need, KEY_area);
    rec_number(c->out, area, KEY_width, 72 * p->width);
    rec_number(c->out, area, KEY_height, 72 * p->height);
    rec_number(c->out, area, KEY_goal, p->goal);
    rec_number(c->out, area, KEY_floor, p->floor);
    if (p->dpi > 0) {
        rec_whole(c->out, need, KEY_dpi, p->dpi);
    }
    put_trials(c, need, fit);
    return CALL_NEED;
}

// ---- What came of it ----------------------------------------------------------------------------

const struct fit_trial *picture_best(const struct call *c, const struct fit *fit, double *letters)
{
    const char *s = c->s->supply.data;
    size_t n = c->s->supply.count;
    double number = 0;
    size_t used = number_read(s, n, &number);
    *letters = 0;
    if (used > 0 && used < n) {
        number_read(s + used + 1, n - used - 1, letters);
    }
    bool known = used > 0 && *letters > 0 && number < (double)fit->trials.count;
    return known ? &BUF(struct fit_trial, &fit->trials)[(size_t)number] : NULL;
}

// The scene as it was drawn.
static void put_scene(struct call *c, const struct rec *scene, const struct fit_trial *t,
                      double letters)
{
    struct rec *to = call_record(c, KIND_scene);
    for (const struct rec *r = scene->in.first; r != NULL; r = r->next) {
        if (r->key != KEY_direction && r->key != KEY_style) {
            rec_copy(c->out, to, r);
        }
    }
    picture_put_form(c->out, to, t);
    rec_number(c->out, to, KEY_letters, letters);
}

void picture_put_form(struct records *out, struct rec *scene, const struct fit_trial *t)
{
    rec_text(out, scene, KEY_direction, t->down ? "TB" : "LR");
    rec_text(out, scene, KEY_style, fit_style_names[t->style]);
    rec_whole(out, scene, KEY_lines, t->lines);
}

// "16 boxes", "8 boxes and 13 cells": leaves may be no more than a cell.
static void add_shown(struct text *out, size_t boxes, size_t chips)
{
    text_addf(out, boxes == 1 ? "%zu box" : "%zu boxes", boxes);
    if (chips > 0) {
        text_addf(out, chips == 1 ? " and %zu cell" : " and %zu cells", chips);
    }
}

static double tenths(double inches)
{
    return round(10 * inches) / 10;
}

static void note(struct call *c, const struct picture *p, size_t values, const struct rec *scene,
                 double letters)
{
    struct text shown;
    char target[LABEL_TEXT];
    size_t boxes = fit_boxes(scene), chips = fit_chips(scene);
    text_init(&shown);
    add_shown(&shown, boxes, chips);
    names_label(&c->s->names, target, p->target);
    if (letters < p->floor) {
        call_notice(c, c->command,
                    "%zu values in %s, and the smallest letters are %.1f pt on %g x %g in: "
                    "--from w or --radius 2 draws a part, fold NAME joins more, "
                    "--size takes a larger sheet",
                    values, text_get(&shown), letters, tenths(p->width), tenths(p->height));
    } else if (boxes + chips < values) {
        call_notice(c, c->command,
                    "%zu values in %s; the smallest letters are %.1f pt on %g x %g in", values,
                    text_get(&shown), letters, tenths(p->width), tenths(p->height));
    }
    text_release(&shown);
}

static void put_written(struct call *c, const struct picture *p, size_t values,
                        const struct rec *scene, const struct fit_trial *t, double letters,
                        size_t pictures)
{
    if (!call_echoes(c)) {
        return;
    }
    call_written(c, p->path);
    struct rec *r = c->out->list.in.last;
    if (pictures > 0) {
        rec_whole(c->out, r, KEY_pictures, (int64_t)pictures);
    }
    size_t boxes = fit_boxes(scene);
    rec_number(c->out, r, KEY_letters, letters);
    rec_whole(c->out, r, KEY_values, (int64_t)values);
    rec_whole(c->out, r, KEY_boxes, (int64_t)boxes);
    rec_flag(c->out, r, KEY_folded, boxes + fit_chips(scene) < values);
    rec_text(c->out, r, KEY_direction, t->down ? "TB" : "LR");
    rec_text(c->out, r, KEY_style, fit_style_names[t->style]);
}

enum call_end picture_tell(struct call *c, const struct picture *p, const struct part *part,
                           const struct fit *fit, size_t pictures)
{
    double letters;
    const struct fit_trial *t = picture_best(c, fit, &letters);
    if (t == NULL) {
        diag_set(c->diag, p->path,
                 "the picture was written, but its letters could not be measured");
        return CALL_FAILED;
    }
    const struct rec *scene = fit_scene(fit, t);
    size_t values = part_values(part, &c->s->tape);
    if (pictures == 0) {
        put_scene(c, scene, t, letters);
        call_note_stale(c, p->path, p->target);
    }
    note(c, p, values, scene, letters);
    put_written(c, p, values, scene, t, letters, pictures);
    return CALL_DONE;
}

bool picture_refuse_large(struct call *c, const struct part *part)
{
    diag_set(c->diag, c->command, "%zu values are too many for one picture",
             part_values(part, &c->s->tape));
    return diag_hint(c->diag, "draw a part: graph w --radius 2");
}

enum call_end picture_fit(struct call *c, const struct picture *picture, const struct part *part)
{
    struct picture p = *picture;
    struct fit fit;
    picture_assume_sheet(&p);
    if (!picture_check_dots(c, &p)) {
        return CALL_FAILED;
    }
    enum call_end end = CALL_FAILED;
    bool ok = find(c, &p, part, &fit);
    if (ok && fit.trials.count == 0) {
        picture_refuse_large(c, part);
    } else if (ok) {
        end = call_supplied(c) ? picture_tell(c, &p, part, &fit, 0)
                               : picture_ask_for_best(c, &p, &fit, "picture");
    }
    fit_release(&fit);
    return end;
}

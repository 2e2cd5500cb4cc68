#include "scene/frame.h"

#include <math.h>
#include <string.h>

// What is compared of two scenes, or of two parts of them: all where `now` is NULL.
struct frame_pair {
    const struct rec *last, *now;
};

// Is the number of the last scene the same already?
static bool is_known(struct frame_pair p, enum rec_key key)
{
    const struct rec *last = rec_find(p.last, key), *now = rec_find(p.now, key);
    bool same = last != NULL && now != NULL &&
                (last->number == now->number || (isnan(last->number) && isnan(now->number)));
    return last == NULL || same;
}

static void hide(struct records *out, struct rec *to, enum rec_key key, bool hidden)
{
    if (hidden) {
        rec_flag(out, to, key, true);
    }
}

// All fields but these.
static void copy_but(struct records *out, struct rec *to, const struct rec *from,
                     const enum rec_key *keys, size_t count)
{
    for (const struct rec *field = from->in.first; field != NULL; field = field->next) {
        size_t i = 0;
        while (i < count && keys[i] != field->key) {
            i++;
        }
        if (i == count) {
            rec_copy(out, to, field);
        }
    }
}

// ---- Parts --------------------------------------------------------------------------------------

// Are all elements of an array known?
static bool knows_elements(struct frame_pair p)
{
    for (const struct rec *text = rec_first(p.now, KEY_number_texts); text != NULL;
         text = text->next) {
        if (strcmp(text->text, "·") == 0) {
            return false;
        }
    }
    return true;
}

static void hide_numbers(struct records *out, struct rec *to, struct frame_pair p)
{
    hide(out, to, KEY_hide_value, !is_known(p, KEY_value) || !knows_elements(p));
    hide(out, to, KEY_hide_grad, !is_known(p, KEY_grad));
}

static void add_cell(struct records *out, struct rec *cells, struct frame_pair p)
{
    static const enum rec_key own[] = {KEY_chip};
    struct rec *cell = rec_map(out, cells, KEY_NONE);
    struct frame_pair chips = {rec_find(p.last, KEY_chip), rec_find(p.now, KEY_chip)};
    copy_but(out, cell, p.last, own, COUNT_OF(own));
    hide(out, cell, KEY_hide_local, !is_known(p, KEY_local));
    hide(out, cell, KEY_hide_share, !is_known(p, KEY_share));
    if (chips.last != NULL) {
        struct rec *chip = rec_map(out, cell, KEY_chip);
        copy_but(out, chip, chips.last, NULL, 0);
        hide_numbers(out, chip, chips);
    }
}

static const struct rec *next_of(const struct rec *rec)
{
    return rec == NULL ? NULL : rec->next;
}

static void add_box(struct records *out, struct rec *boxes, struct frame_pair p, bool current)
{
    static const enum rec_key own[] = {KEY_current, KEY_cells};
    struct rec *box = rec_map(out, boxes, KEY_NONE);
    copy_but(out, box, p.last, own, COUNT_OF(own));
    rec_flag(out, box, KEY_current, current);
    hide_numbers(out, box, p);
    struct rec *cells = rec_list(out, box, KEY_cells);
    struct frame_pair cell = {rec_first(p.last, KEY_cells), rec_first(p.now, KEY_cells)};
    for (; cell.last != NULL; cell.last = cell.last->next, cell.now = next_of(cell.now)) {
        add_cell(out, cells, cell);
    }
}

// ---- The whole ----------------------------------------------------------------------------------

bool frame_add(struct records *out, struct rec *list, const struct rec *last, const struct rec *now,
               struct frame_place place)
{
    static const enum rec_key own[] = {KEY_walk, KEY_boxes};
    struct rec *scene = rec_record(out, list, KEY_NONE, KIND_scene);
    copy_but(out, scene, last, own, COUNT_OF(own));
    rec_text(out, scene, KEY_walk, place.pass);
    rec_flag(out, scene, KEY_frame, true);
    struct rec *boxes = rec_list(out, scene, KEY_boxes);
    struct frame_pair box = {rec_first(last, KEY_boxes), rec_first(now, KEY_boxes)};
    for (; box.last != NULL; box.last = box.last->next, box.now = next_of(box.now)) {
        add_box(out, boxes, box, !place.first && rec_get_flag(box.now, KEY_current));
    }
    return !out->arena.failed;
}

static void add_sheet_box(struct records *out, struct rec *boxes, const struct rec *last,
                          enum frame_blank blank)
{
    static const enum rec_key own[] = {KEY_cells};
    struct rec *box = rec_map(out, boxes, KEY_NONE);
    copy_but(out, box, last, own, COUNT_OF(own));
    hide(out, box, KEY_hide_grad, blank != FRAME_KEY);
    struct rec *cells = rec_list(out, box, KEY_cells);
    for (const struct rec *c = rec_first(last, KEY_cells); c != NULL; c = c->next) {
        struct rec *cell = rec_map(out, cells, KEY_NONE);
        copy_but(out, cell, c, NULL, 0);
        hide(out, cell, KEY_hide_share, blank != FRAME_KEY);
        hide(out, cell, KEY_hide_local, blank == FRAME_LOCALS);
    }
}

bool frame_add_sheet(struct records *out, struct rec *list, const struct rec *last,
                     enum frame_blank blank)
{
    static const enum rec_key own[] = {KEY_boxes};
    struct rec *scene = rec_record(out, list, KEY_NONE, KIND_scene);
    copy_but(out, scene, last, own, COUNT_OF(own));
    rec_flag(out, scene, KEY_blank, true);
    struct rec *boxes = rec_list(out, scene, KEY_boxes);
    for (const struct rec *b = rec_first(last, KEY_boxes); b != NULL; b = b->next) {
        add_sheet_box(out, boxes, b, blank);
    }
    return !out->arena.failed;
}

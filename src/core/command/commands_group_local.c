// local, of a group: what a call does to its result.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command/commands.h"
#include "command/commands_group.h"
#include "scene/fold.h"
#include "scene/scene.h"

enum { COMPOSITES_MOST = 60 };

// The nodes of a group, and of the calls inside it, that `root` depends on.
static bool find_members(struct call *c, uint32_t group, uint32_t root, struct buf *members)
{
    struct buf reach;
    bool ok = sweep_reach(&c->s->tape, root, &reach);
    for (size_t i = 0; ok && i < reach.count; i++) {
        uint32_t id = BUF(uint32_t, &reach)[i];
        if (group_holds(&c->s->groups, group, id)) {
            uint32_t *at = buf_push(members, 1);
            ok = at != NULL;
            if (ok) {
                *at = id;
            }
        }
    }
    buf_release(&reach);
    return ok;
}

// What is below the line in ∂h/∂x.
static void add_operand_name(struct text *out, const struct rec *cell)
{
    static const char below[] = "/∂";
    const char *symbol = rec_get_text(cell, KEY_symbol), *at = strstr(symbol, below);
    at = at == NULL ? rec_get_text(cell, KEY_from) : at + strlen(below);
    bool apart = *at == '(';
    text_add_bytes(out, at + apart, strlen(at) - 2 * apart);
}

static const char *box_name(const struct rec *scene, const char *id)
{
    const struct rec *box = rec_first(scene, KEY_boxes);
    while (box != NULL && strcmp(rec_get_text(box, KEY_id), id) != 0) {
        box = box->next;
    }
    return box == NULL ? id : rec_get_text(box, KEY_name);
}

static void put_derivative(struct call *c, struct rec *rows, const struct rec *cell)
{
    char number[NUMBER_TEXT];
    struct rec *row = rec_map(c->out, rows, KEY_NONE);
    double slope = rec_get_number(cell, KEY_local);
    struct text child;
    text_init(&child);
    add_operand_name(&child, cell);
    rec_text(c->out, row, KEY_child, text_get(&child));
    text_release(&child);
    rec_text(c->out, row, KEY_formula, number_text(number, slope, session_digits(c->s)));
    rec_number(c->out, row, KEY_slope, slope);
    if (rec_find(cell, KEY_share) != NULL) {
        rec_number(c->out, row, KEY_share, rec_get_number(cell, KEY_share));
    }
}

// The name of an array without the element's place.
static size_t array_length(const char *name)
{
    return strcspn(name, "[");
}

// What a value outside a call is called as a source: without a name of its own it is one of a
// call's. Such a call does not hold `member`, a node of the call that is looked at.
static void source_label(struct call *c, const struct rec *scene, const char *id, uint32_t member,
                         struct text *out)
{
    const struct buf *groups = &c->s->groups;
    const char *name = box_name(scene, id);
    uint32_t group =
        *name == '%' ? group_of_node(groups, (uint32_t)strtoul(id + 1, NULL, 10) - 1) : GROUP_NONE;
    while (group != GROUP_NONE && group_at(groups, group)->within != GROUP_NONE &&
           !group_holds(groups, group_at(groups, group)->within, member)) {
        group = group_at(groups, group)->within;
    }
    text_clear(out);
    if (group != GROUP_NONE && !group_holds(groups, group, member)) {
        size_t length;
        const char *s = names_text(&c->s->names, group_at(groups, group)->name, &length);
        text_addf(out, "%.*s(…)", (int)length, s);
    } else {
        text_add_bytes(out, name, array_length(name));
    }
}

// One row for all that comes from one array or call, as far as the values follow each other.
// Returns the cell after.
static const struct rec *put_sources(struct call *c, struct rec *rows, const struct rec *scene,
                                     const struct rec *cell, uint32_t member)
{
    const struct rec *first = cell;
    struct text label, other;
    int64_t values = 0;
    double squares = 0;
    bool known = true, same = true;
    text_init(&label);
    text_init(&other);
    source_label(c, scene, rec_get_text(cell, KEY_from), member, &label);
    while (cell != NULL && same) {
        values += rec_get_whole(cell, KEY_values);
        squares += rec_get_number(cell, KEY_share) * rec_get_number(cell, KEY_share);
        known &= rec_find(cell, KEY_share) != NULL;
        cell = cell->next;
        if (cell != NULL) {
            source_label(c, scene, rec_get_text(cell, KEY_from), member, &other);
            same = strcmp(text_get(&label), text_get(&other)) == 0;
        }
    }
    struct rec *row = rec_map(c->out, rows, KEY_NONE);
    rec_text(c->out, row, KEY_child,
             values > 1 ? text_get(&label) : box_name(scene, rec_get_text(first, KEY_from)));
    rec_whole(c->out, row, KEY_values, values);
    if (known) {
        rec_number(c->out, row, KEY_share, sqrt(squares));
    }
    text_release(&label);
    text_release(&other);
    return cell;
}

static void put_composite(struct call *c, const struct rec *scene, const struct rec *box)
{
    char label[LABEL_TEXT];
    uint32_t node = (uint32_t)rec_get_whole(box, KEY_node);
    call_note_stale(c, c->command, node);
    struct rec *r = call_record(c, KIND_local);
    rec_whole(c->out, r, KEY_node, node);
    rec_text(c->out, r, KEY_last, names_label(&c->s->names, label, node));
    rec_text(c->out, r, KEY_name, rec_get_text(box, KEY_name));
    rec_text(c->out, r, KEY_call, rec_get_text(box, KEY_call));
    rec_whole(c->out, r, KEY_operations, rec_get_whole(box, KEY_operations));
    rec_whole(c->out, r, KEY_results, rec_get_whole(box, KEY_results));
    if (rec_find(box, KEY_value) != NULL) {
        rec_number(c->out, r, KEY_value, rec_get_number(box, KEY_value));
    }
    if (rec_find(box, KEY_grad) != NULL) {
        rec_number(c->out, r, KEY_grad, rec_get_number(box, KEY_grad));
    }
    struct rec *rows = rec_list(c->out, r, KEY_rows);
    for (const struct rec *cell = rec_first(box, KEY_cells); cell != NULL;) {
        if (rec_find(cell, KEY_values) != NULL) {
            cell = put_sources(c, rows, scene, cell, node);
        } else {
            put_derivative(c, rows, cell);
            cell = cell->next;
        }
    }
    bool cut = rows != NULL && rows->in.count > CALL_ROWS_MOST;
    rec_whole(c->out, r, KEY_more, cut ? (int64_t)rows->in.count - CALL_ROWS_CUT : 0);
    if (cut) {
        rec_cut(rows, CALL_ROWS_CUT);
    }
}

static bool describe(struct call *c, uint32_t group, uint32_t root)
{
    struct session *s = c->s;
    struct buf members;
    struct part part;
    struct folds folds = {0};
    struct records aside;
    const struct fold_wish wish = {.mode = FOLD_ONE, .one = group, .groups = &s->groups};
    buf_init(&members, sizeof(uint32_t));
    part_init(&part);
    records_init(&aside);
    struct scene_options options = {
        .theme = "light", .part = &part, .folds = &folds, .composites = COMPOSITES_MOST};
    bool ok = find_members(c, group, root, &members) &&
              part_around(&part, &s->tape, root, members.data, members.count) &&
              folds_find(&folds, &s->tape, &s->names, &wish, &part, root);
    const struct rec *scene = ok ? scene_build(&aside, &s->tape, &s->names, root, &options) : NULL;
    const struct rec *box = scene == NULL ? NULL : rec_first(scene, KEY_boxes);
    while (box != NULL && rec_find(box, KEY_folds) == NULL) {
        box = box->next;
    }
    if (box != NULL) {
        put_composite(c, scene, box);
    }
    records_release(&aside);
    folds_release(&folds);
    part_release(&part);
    buf_release(&members);
    return box != NULL || diag_out_of_memory(c->diag);
}

bool group_local(struct call *c)
{
    struct buf groups;
    uint32_t name;
    int64_t number;
    buf_init(&groups, sizeof(uint32_t));
    bool ok = group_read_calls(c, &groups, &name, &number);
    for (size_t i = 0; ok && i < groups.count && i < CALL_ROWS_CUT; i++) {
        ok = describe(c, BUF(uint32_t, &groups)[i], session_settings(c->s)->output);
    }
    buf_release(&groups);
    return ok;
}

bool group_local_of_node(struct call *c, uint32_t node, bool *told)
{
    const struct buf *groups = &c->s->groups;
    uint32_t group = group_with_result(groups, node), output = session_settings(c->s)->output;
    bool folded = group != GROUP_NONE && group_at(groups, group)->look == LOOK_FOLDED;
    *told = folded;
    // Where the last output does not depend on it, it is an output itself.
    struct buf ids;
    bool below = false;
    if (folded && output != NODE_NONE && sweep_reach(&c->s->tape, output, &ids)) {
        for (size_t i = 0; i < ids.count; i++) {
            below |= BUF(uint32_t, &ids)[i] == node;
        }
        buf_release(&ids);
    }
    return !folded || describe(c, group, below ? output : node);
}

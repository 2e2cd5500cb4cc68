// What a page needs to compute a folded scene anew: the graph below it, value by value.
#include "scene/scene_parts.h"

// Which box of the scene shows each value of the part; -1: none.
static bool number_boxes(const struct painter *p, struct buf *number)
{
    buf_init(number, sizeof(int32_t));
    bool ok = buf_resize(number, p->part.ids.count);
    int32_t count = 0;
    for (size_t i = 0; ok && i < p->part.ids.count; i++) {
        bool shown = scene_box(p, i) == i && !scene_is_chip(p, i);
        BUF(int32_t, number)[i] = shown ? count++ : -1;
    }
    return ok;
}

void scene_add_inner(const struct painter *p, struct rec *scene)
{
    struct rec *inner = rec_map(p->out, scene, KEY_below);
    struct rec *ops = rec_list(p->out, inner, KEY_ops), *a = rec_list(p->out, inner, KEY_operand);
    struct rec *b = rec_list(p->out, inner, KEY_second_operand),
               *values = rec_list(p->out, inner, KEY_values);
    struct rec *boxes = rec_list(p->out, inner, KEY_homes);
    struct buf number;
    bool ok = number_boxes(p, &number);
    for (size_t i = 0; ok && i < p->part.ids.count; i++) {
        uint32_t node = scene_id_at(p, i), operand[2] = {NODE_NONE, NODE_NONE};
        bool constant = tape_marked(p->tape, node, MARK_CONST);
        int arity = constant ? 0 : scene_arity(p, i);
        for (int slot = 0; slot < arity; slot++) {
            operand[slot] = scene_place(p, tape_operand(p->tape, node, slot));
        }
        rec_whole(p->out, ops, KEY_NONE,
                  constant     ? -1
                  : arity == 0 ? 0
                               : (int64_t)tape_op(p->tape, node));
        rec_whole(p->out, a, KEY_NONE, arity > 0 ? (int64_t)operand[0] : -1);
        rec_whole(p->out, b, KEY_NONE, arity > 1 ? (int64_t)operand[1] : -1);
        rec_number(p->out, values, KEY_NONE, tape_value(p->tape, node));
        rec_whole(p->out, boxes, KEY_NONE, BUF(int32_t, &number)[scene_box(p, i)]);
    }
    p->out->arena.failed |= !ok;
    buf_release(&number);
}

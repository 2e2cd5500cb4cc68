// What is kept free in a drawing for what will be known later.
#include "words/draw.h"
#include "words/signs.h"

// The texts of a scene that change in a walk, one after the other: of each box the value and the
// gradient, then of each of its cells the local gradient.
struct cursor {
    struct rec *box, *cell;  // cell NULL: a text of the box itself
    bool grad;               // the second of these
};

static struct cursor first_text(const struct rec *scene)
{
    return (struct cursor){.box = rec_first(scene, KEY_boxes)};
}

static struct cursor next_text(struct cursor c)
{
    if (c.cell == NULL && !c.grad) {
        c.grad = true;
        return c;
    }
    c.cell = c.cell != NULL ? c.cell->next : rec_first(c.box, KEY_cells);
    return c.cell != NULL ? c : (struct cursor){.box = c.box->next};
}

static enum rec_key key_at(struct cursor c)
{
    return c.cell != NULL ? KEY_local_text : c.grad ? KEY_grad_text : KEY_value_text;
}

static enum rec_key room_key_at(struct cursor c)
{
    return c.cell != NULL ? KEY_local_room : c.grad ? KEY_grad_room : KEY_value_room;
}

bool draw_measure(struct buf *rooms, const struct rec *scene)
{
    size_t i = 0;
    bool ascii = rec_get_flag(scene, KEY_ascii), first = rooms->count == 0, ok = true;
    struct text figure;
    text_init(&figure);
    for (struct cursor c = first_text(scene); ok && c.box != NULL; c = next_text(c), i++) {
        text_clear(&figure);
        signs_figure(&figure, rec_get_text(c.cell != NULL ? c.cell : c.box, key_at(c)), ascii);
        uint32_t columns = (uint32_t)signs_columns(text_get(&figure));
        ok = !first || buf_resize(rooms, i + 1);
        if (ok && columns > BUF(uint32_t, rooms)[i]) {
            BUF(uint32_t, rooms)[i] = columns;
        }
    }
    text_release(&figure);
    return ok;
}

void draw_reserve(struct records *out, struct rec *scene, const struct buf *rooms)
{
    size_t i = 0;
    for (struct cursor c = first_text(scene); i < rooms->count && c.box != NULL;
         c = next_text(c), i++) {
        rec_whole(out, c.cell != NULL ? c.cell : c.box, room_key_at(c), BUF(uint32_t, rooms)[i]);
    }
}

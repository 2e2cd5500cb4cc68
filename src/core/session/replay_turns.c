// Turns that only bind names, and make the same nodes again after those of the turn before: further
// ones are appended to the tape and to the recipes without a look at the text.
//
// What lies between the begins of two turns is a slice. Of three slices in a row, each is the one
// before it moved on: every operand, and every value that a name is bound to, either stays or moves
// by the length of a slice, the same twice. By induction so do all that follow.
#include <string.h>

#include "engine/ops_inline.h"
#include "session/call.h"
#include "session/state.h"

static struct replay_slice slice_now(struct session *s, const struct frame *f)
{
    struct replay_slice now = {.nodes = tape_count(&s->tape),
                               .recipes = (uint32_t)s->recipes.rows.count,
                               .text = (uint32_t)s->recipes.text.count,
                               .output = session_settings(s)->output,
                               .others = trail_mark(&s->undo) + f->noticed + s->told.product};
    const struct buf *array;
    for (size_t i = 0; (array = state_growing(s, i)) != NULL; i++) {
        bool known = array == &s->tape.node || array == &s->tape.value || array == &s->tape.grad ||
                     array == &s->tape.mark || array == &s->recipes.rows ||
                     array == &s->recipes.arrays || array == &s->recipes.text;
        now.others = now.others * 31 + (known ? 0 : array->count);
    }
    return now;
}

// By how much a number moves from slice to slice: *by. False: it does neither stay nor move along,
// or not the same twice.
static bool moves(uint64_t before, uint64_t last, uint64_t now, uint32_t nodes, uint32_t *by)
{
    *by = (uint32_t)(now - last);
    return last - before == now - last && (*by == 0 || *by == nodes);
}

static bool node_follows(struct session *s, uint32_t i, uint32_t nodes, uint64_t *step)
{
    const struct tape *t = &s->tape;
    struct node x = tape_node(t, i - 2 * nodes), y = tape_node(t, i - nodes), z = tape_node(t, i);
    uint32_t a, b;
    *step = 0;
    if (x.op != y.op || y.op != z.op || !moves(x.a, y.a, z.a, nodes, &a) ||
        !moves(x.b, y.b, z.b, nodes, &b)) {
        return false;
    }
    *step = (uint64_t)a << 8 | (uint64_t)b << 36;
    return BUF(uint8_t, &t->mark)[i] == BUF(uint8_t, &t->mark)[i - nodes] && tape_grad(t, i) == 0;
}

static bool same_value(const struct tape *t, uint32_t i, uint32_t j)
{
    double x = tape_value(t, i), y = tape_value(t, j);
    return memcmp(&x, &y, sizeof x) == 0;
}

// *step: what is added to a node's record for that of the next slice.
static bool nodes_follow(struct session *s, const struct frame *f, uint32_t nodes)
{
    const struct tape *t = &s->tape;
    uint32_t end = tape_count(t);
    bool counts = f->each.names > 0;
    uint64_t *step = buf_push(&s->replay.steps, nodes);
    for (uint32_t i = end - nodes; step != NULL && i < end; i++) {
        bool counter = counts && i == end - 1;
        if (!node_follows(s, i, nodes, step++) ||
            (tape_op(t, i) == OP_LEAF && !counter && !same_value(t, i, i - nodes))) {
            return false;
        }
    }
    return step != NULL;
}

static bool recipe_follows(const struct session *s, uint32_t i, uint32_t rows, uint32_t nodes,
                           uint32_t *step)
{
    const struct recipe *at = s->recipes.rows.data;
    const struct recipe *x = &at[i - 2 * rows], *y = &at[i - rows], *z = &at[i];
    const char *text = s->recipes.text.data;
    struct value u = recipes_value(&s->recipes, x), v = recipes_value(&s->recipes, y),
                 w = recipes_value(&s->recipes, z);
    bool alike = x->name == y->name && y->name == z->name && y->op == z->op && !z->data &&
                 !z->nodes && !y->slope && !z->slope && !z->lost && y->bytes == z->bytes &&
                 y->definitions == z->definitions && !w.listed &&
                 moves(u.base, v.base, w.base, nodes, step);
    v.base = w.base;
    return alike && value_same(v, w) &&
           (z->bytes == 0 || memcmp(text + y->text, text + z->text, z->bytes) == 0);
}

static bool recipes_follow(struct session *s, uint32_t rows, uint32_t nodes)
{
    uint32_t end = (uint32_t)s->recipes.rows.count;
    uint32_t *step = buf_push(&s->replay.binds, rows);
    for (uint32_t i = end - rows; step != NULL && i < end; i++) {
        if (!recipe_follows(s, i, rows, nodes, step++)) {
            return false;
        }
    }
    return step != NULL;
}

// Are the last three slices alike?
static bool slices_follow(struct session *s, const struct frame *f)
{
    struct replay *r = &s->replay;
    const struct replay_slice *x = r->slices;
    uint32_t nodes = x[3].nodes - x[2].nodes, rows = x[3].recipes - x[2].recipes, by = 0;
    for (int i = 0; i < 3; i++) {
        if (x[i + 1].nodes - x[i].nodes != nodes || x[i + 1].recipes - x[i].recipes != rows ||
            x[i + 1].text - x[i].text != x[3].text - x[2].text || x[i].others != x[3].others) {
            return false;
        }
    }
    r->steps.count = r->binds.count = 0;
    r->output_step = 0;
    return nodes > 0 && rows > 0 && moves(x[1].output, x[2].output, x[3].output, nodes, &by) &&
           (r->output_step = by, true) && nodes_follow(s, f, nodes) &&
           recipes_follow(s, rows, nodes);
}

// ---- Appending ----------------------------------------------------------------------------------

// The nodes of one more slice. False: one is not finite, and none was appended.
static bool append_nodes(struct session *s, const struct frame *f)
{
    struct tape *t = &s->tape;
    uint32_t nodes = (uint32_t)s->replay.steps.count, end = tape_count(t);
    const uint64_t *step = s->replay.steps.data;
    struct node *node = t->node.data;
    double *value = t->value.data, sum = 0;  // 0, or nan
    for (uint32_t i = end; i < end + nodes; i++) {
        uint64_t record;
        memcpy(&record, &node[i - nodes], sizeof record);
        record += step[i - end];
        memcpy(&node[i], &record, sizeof record);
        if (node[i].op == OP_LEAF) {
            value[i] = value[i - nodes];
        } else {
            value[i] = op_value_inline((enum op)node[i].op, value[node[i].a], value[node[i].b]);
            sum += 0 * value[i];
        }
    }
    if (sum != 0 || sum != sum) {
        return false;
    }
    if (f->each.names > 0) {
        value[end + nodes - 1] = f->each.from + (double)f->turn;
    }
    memcpy(BUF_FROM(uint8_t, &t->mark, end), BUF_FROM(uint8_t, &t->mark, end - nodes), nodes);
    tape_clear_grads(t, end, end + nodes);
    tape_hold(t, end + nodes);
    return true;
}

static void append_recipes(struct session *s)
{
    struct recipes *all = &s->recipes;
    size_t rows = s->replay.binds.count;
    const uint32_t *step = s->replay.binds.data;
    for (size_t k = 0; k < rows; k++) {
        struct recipe *at = buf_push(&all->rows, 1);
        *at = at[-(ptrdiff_t)rows];
        struct value value = recipes_value(all, at);
        value.base += step[k];
        buf_add(&all->arrays, &value, at->array);
        at->of = at->array ? (uint32_t)all->arrays.count - 1 : value.base;
        char *text = buf_push(&all->text, at->bytes);
        if (at->bytes > 0) {
            memcpy(text, recipes_text(all, at), at->bytes);
        }
        at->text = (uint32_t)(all->text.count - at->bytes);
    }
}

// How many arrays the last slice bound.
static size_t arrays_bound(const struct session *s)
{
    size_t count = s->recipes.rows.count, some = 0;
    for (size_t i = count - s->replay.binds.count; i < count; i++) {
        some += recipes_at(&s->recipes, i)->array;
    }
    return some;
}

// Room for so many slices. False if there is none.
static bool reserve(struct session *s, size_t slices)
{
    const struct replay_slice *x = s->replay.slices;
    struct tape *t = &s->tape;
    size_t nodes = tape_count(t) + slices * s->replay.steps.count;
    size_t binds = slices * s->replay.binds.count, bound = slices * arrays_bound(s);
    bool ok =
        nodes < t->most && buf_reserve(&s->recipes.rows, s->recipes.rows.count + binds) &&
        buf_reserve(&s->recipes.arrays, s->recipes.arrays.count + bound) &&
        buf_reserve(&s->recipes.text, s->recipes.text.count + slices * (x[3].text - x[2].text)) &&
        s->recipes.text.count + slices * (x[3].text - x[2].text) < UINT32_MAX / 2;
    return ok && tape_reserve(t, nodes);
}

// What the last slice bound, the names are bound to. (All of it was saved on the trail before.)
static void bind_last(struct session *s, uint32_t slices)
{
    size_t count = s->recipes.rows.count, rows = s->replay.binds.count;
    for (size_t i = count - rows; i < count; i++) {
        const struct recipe *at = &BUF(struct recipe, &s->recipes.rows)[i];
        names_bind(&s->names, NULL, at->name, recipes_value(&s->recipes, at));
    }
    session_settings(s)->output += slices * s->replay.output_step;
}

// Marks of the new nodes are as those of the slice before.
static bool note_marks(struct tape *t, uint32_t from, uint32_t nodes)
{
    uint8_t marks = 0;
    for (uint32_t i = from - nodes; i < from; i++) {
        marks |= BUF(uint8_t, &t->mark)[i];
    }
    return tape_note_new(t, from, marks);
}

void replay_turns(struct session *s, struct frame *f)
{
    enum { WORK = 4000000 };
    struct replay *r = &s->replay;
    struct replay_slice *x = r->slices;
    memmove(x, x + 1, 3 * sizeof *x);
    x[3] = slice_now(s, f);
    r->sliced = r->sliced < 4 ? r->sliced + 1 : 4;
    if (r->sliced < 4 || !slices_follow(s, f)) {
        return;
    }
    uint32_t nodes = (uint32_t)r->steps.count, from = tape_count(&s->tape), done = 0;
    size_t each = nodes + r->binds.count, held = from + s->recipes.rows.count;
    size_t most = held >= s->compact_at ? 0 : (s->compact_at - held + each - 1) / each;
    most = most < WORK / each + 1 ? most : WORK / each + 1;
    most = most < (size_t)(f->turns - f->turn) ? most : (size_t)(f->turns - f->turn);
    bool ok = reserve(s, most);
    for (; ok && done < most && !stop_after(s->world.stop, nodes); done++) {
        ok = append_nodes(s, f);
        if (!ok) {
            break;
        }
        append_recipes(s);
        f->turn++;
    }
    r->work += done * each;
    if (done > 0) {
        ok = note_marks(&s->tape, from, nodes) && ok;
        bind_last(s, done);
    }
    r->sliced = 0;
    if (!ok) {
        replay_spoil(s);
        return;
    }
    replay_note_binding(s, from);
    session_compact(s);
}

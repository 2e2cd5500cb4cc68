#include "engine/tape.h"

#include <string.h>

#include "engine/ops_inline.h"

// Any four different multiples of 64 bytes that are not a power of two apart will do.
enum { SKEW = 64 * 17 };

void tape_init(struct tape *t)
{
    buf_init_skewed(&t->node, sizeof(struct node), 0);
    buf_init_skewed(&t->value, sizeof(double), SKEW);
    buf_init_skewed(&t->grad, sizeof(double), 2 * SKEW);
    buf_init_skewed(&t->mark, sizeof(uint8_t), 3 * SKEW);
    buf_init(&t->blocks, sizeof(uint8_t));
    buf_init(&t->used, sizeof(uint8_t));
    buf_init(&t->users, sizeof(struct tape_users));
    t->stop = NULL;
    t->any_stale = false;
    t->settled = t->room = 0;
    t->zeros = t->most = TAPE_MOST;
}

void tape_release(struct tape *t)
{
    buf_release(&t->node);
    buf_release(&t->value);
    buf_release(&t->grad);
    buf_release(&t->mark);
    buf_release(&t->blocks);
    buf_release(&t->used);
    buf_release(&t->users);
    t->room = 0;
    t->zeros = TAPE_MOST;
}

// Room for a node in `blocks`, `used` and `users`.
static bool has_block(struct tape *t, uint32_t id)
{
    size_t blocks = id / TAPE_BLOCK + 1, all = blocks + blocks / 2;
    return blocks <= t->blocks.count || (buf_resize(&t->used, all * (TAPE_BLOCK / 8)) &&
                                         buf_resize(&t->users, all) && buf_resize(&t->blocks, all));
}

// New gradients are zeros straight from the machine, which cost nothing until a backward pass writes them. When
// the array grows, only blocks that such a pass may have reached are copied.
static bool reserve_grads(struct tape *t, size_t count)
{
    size_t more = t->grad.cap + t->grad.cap / 2, held = tape_count(t);
    struct buf fresh;
    buf_init_skewed(&fresh, sizeof(double), t->grad.skew);
    if (count <= t->grad.cap) {
        return true;
    }
    if (!buf_take_zeros(&fresh, count > more ? count : more)) {
        return false;
    }
    const uint8_t *blocks = t->blocks.data;
    for (size_t first = 0, end; first < held; first = end) {
        end = first + TAPE_BLOCK < held ? first + TAPE_BLOCK : held;
        if ((blocks[first / TAPE_BLOCK] & MARK_GRAD) != 0) {
            memcpy(BUF_FROM(double, &fresh, first), BUF_FROM(double, &t->grad, first),
                   (end - first) * sizeof(double));
        }
    }
    fresh.count = held;
    buf_release(&t->grad);
    t->grad = fresh;
    t->zeros = (uint32_t)held;
    return true;
}

bool tape_reserve(struct tape *t, size_t count)
{
    return buf_reserve(&t->node, count) && buf_reserve(&t->value, count) &&
           reserve_grads(t, count) && buf_reserve(&t->mark, count);
}

// All arrays have the same length, whatever is refused. False if out of memory.
static bool has_room(struct tape *t, uint32_t id)
{
    const struct buf *const arrays[] = {&t->node, &t->value, &t->grad, &t->mark};
    uint32_t room = t->most;
    if (!tape_reserve(t, (size_t)id + 1) || !has_block(t, id)) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(arrays); i++) {
        room = arrays[i]->cap < room ? (uint32_t)arrays[i]->cap : room;
    }
    uint32_t marked = (uint32_t)t->blocks.count * TAPE_BLOCK;
    t->room = marked < room ? marked : room;
    return true;
}

// Room for one more node. A small tape doubles: four arrays that grow in turn leave one another no place,
// and are copied each time.
static bool has_room_for_next(struct tape *t, uint32_t id)
{
    enum { SMALL = 1 << 19 };
    return id < t->room || has_room(t, id < SMALL ? 2 * id : id);
}

static inline uint32_t push(struct tape *t, struct node node, double value, uint8_t marks)
{
    uint32_t id = tape_count(t);
    if (id >= t->most || stop_asked(t->stop, id) || !has_room_for_next(t, id)) {
        return NODE_NONE;
    }
    BUF(struct node, &t->node)[id] = node;
    BUF(double, &t->value)[id] = value;
    BUF(uint8_t, &t->mark)[id] = marks;
    if (id < t->zeros) {
        BUF(double, &t->grad)[id] = 0;
    }
    tape_hold(t, id + 1);
    if (marks != 0) {
        tape_note(t, id, marks);
    }
    return id;
}

uint32_t tape_leaf(struct tape *t, double value, uint8_t marks)
{
    uint32_t self = tape_count(t);
    struct node node = {.op = OP_LEAF, .a = self & TAPE_MOST, .b = self & TAPE_MOST};
    return push(t, node, value, marks);
}

// What a node has of its operands' marks.
static inline uint8_t marks_above(uint8_t both)
{
    uint8_t marks = both & (MARK_STALE | MARK_MOVES);
    return marks | ((both & MARK_PARAM) != 0 ? MARK_MOVES : 0);
}

uint32_t tape_apply(struct tape *t, enum op op, uint32_t a, uint32_t b)
{
    BS_ASSERT(a < tape_count(t) && b < tape_count(t));
    const uint8_t *mark = t->mark.data;
    const double *value = t->value.data;
    struct node node = {.op = op, .a = a & TAPE_MOST, .b = b & TAPE_MOST};
    uint32_t id =
        push(t, node, op_value_inline(op, value[a], value[b]), marks_above(mark[a] | mark[b]));
    if (id != NODE_NONE) {
        tape_note_use(t, id, a, b);
    }
    return id;
}

// ---- Blocks -------------------------------------------------------------------------------------

void tape_clear_grads(struct tape *t, uint32_t first, uint32_t end)
{
    end = end < t->zeros ? end : t->zeros;
    if (first < end) {
        memset(BUF_FROM(double, &t->grad, first), 0, (end - first) * sizeof(double));
    }
}

// Where so many more nodes end, or as many as the tape may still hold.
static uint32_t end_after(const struct tape *t, uint32_t count)
{
    uint32_t self = tape_count(t), most = t->most - self;
    return self + (count < most ? count : most);
}

bool tape_make_room(struct tape *t, uint32_t count)
{
    // A little more than that, so that the next few nodes do not make all of these move.
    return end_after(t, count) <= t->room || has_room(t, end_after(t, count + count / 8) - 1);
}

// Room for so many more nodes, with gradients of 0. False if out of memory.
static bool has_room_for(struct tape *t, uint32_t count)
{
    if (!tape_make_room(t, count)) {
        return false;
    }
    tape_clear_grads(t, tape_count(t), end_after(t, count));
    return true;
}

// How many of so many more nodes can be appended before the next look at t->stop, which comes at the
// same nodes as for single ones; 0: the tape is full, or asked to stop.
static uint32_t next_run(const struct tape *t, uint32_t count)
{
    uint32_t self = tape_count(t), most = t->most - self, look = STOP_STRIDE - self % STOP_STRIDE;
    count = count < most ? count : most;
    return stop_asked(t->stop, self) ? 0 : count < look ? count : look;
}

uint32_t tape_leaves(struct tape *t, uint32_t count, uint8_t marks)
{
    uint32_t first = tape_count(t), run;
    if (!has_room_for(t, count)) {
        return NODE_NONE;
    }
    for (uint32_t left = count; left > 0; left -= run) {
        uint32_t self = tape_count(t);
        run = next_run(t, left);
        if (run == 0) {
            return NODE_NONE;
        }
        for (uint32_t i = self; i < self + run; i++) {
            BUF(struct node, &t->node)
            [i] = (struct node){.op = OP_LEAF, .a = i & TAPE_MOST, .b = i & TAPE_MOST};
        }
        memset(BUF_FROM(uint8_t, &t->mark, self), marks, run);
        tape_note_range(t, self, self + run, marks);
        tape_hold(t, self + run);
    }
    return first;
}

static inline uint32_t view_node(const struct tape_view *v, uint32_t i, uint32_t j)
{
    uint32_t place = (uint32_t)(v->base + (int64_t)i * v->rs + (int64_t)j * v->cs);
    return v->list == NULL ? place : v->list[place];
}

// Columns first … end - 1 of row i, for which there is room.
static void apply_run(struct tape *t, enum op op, const struct tape_view *a,
                      const struct tape_view *b, uint32_t i, struct stretch columns)
{
    uint32_t self = tape_count(t);
    double *value = t->value.data;
    uint8_t *mark = t->mark.data;
    uint32_t near_x = NODE_NONE, near_y = NODE_NONE;  // the blocks of the operands before
    for (uint32_t j = columns.first; j < columns.end; j++, self++) {
        uint32_t x = view_node(a, i, j), y = view_node(b, i, j);
        BS_ASSERT(x < self && y < self);
        BUF(struct node, &t->node)
        [self] = (struct node){.op = op, .a = x & TAPE_MOST, .b = y & TAPE_MOST};
        value[self] = op_value_inline(op, value[x], value[y]);
        mark[self] = marks_above(mark[x] | mark[y]);
        tape_note(t, self, mark[self]);
        tape_note_operands(t, x, y);
        if (self % TAPE_BLOCK == 0 || x / TAPE_BLOCK != near_x || y / TAPE_BLOCK != near_y) {
            tape_note_use(t, self, x, y);
            near_x = x / TAPE_BLOCK;
            near_y = y / TAPE_BLOCK;
        }
    }
    tape_hold(t, self);
}

uint32_t tape_apply_block(struct tape *t, enum op op, struct tape_view a, struct tape_view b,
                          uint32_t rows, uint32_t cols)
{
    uint32_t first = tape_count(t);
    if (!has_room_for(t, rows * cols)) {
        return NODE_NONE;
    }
    for (uint32_t i = 0; i < rows; i++) {
        for (uint32_t j = 0, run; j < cols; j += run) {
            run = next_run(t, cols - j);
            if (run == 0) {
                return NODE_NONE;
            }
            apply_run(t, op, &a, &b, i, (struct stretch){j, j + run});
        }
    }
    return first;
}

void tape_cut(struct tape *t, uint32_t count)
{
    BS_ASSERT(count <= tape_count(t));
    t->settled = t->settled < count ? t->settled : count;
    tape_hold(t, count);
}

// Nine times in ten eight nodes are looked at together.
static uint64_t eight(const uint8_t *mark)
{
    uint64_t word;
    memcpy(&word, mark, sizeof word);
    return word;
}

uint32_t tape_next(const struct tape *t, uint8_t marks, uint32_t from, uint32_t end)
{
    const uint8_t *mark = t->mark.data, *block = t->blocks.data;
    const uint64_t mask = 0x0101010101010101u * marks;
    uint32_t i = from;
    while (i < end) {
        uint32_t b = i / TAPE_BLOCK;
        if ((block[b] & marks) == 0) {
            bool far = t->blocks.count - b > 8 && (eight(block + b + 1) & mask) == 0;
            i = (b + (far ? 9 : 1)) * TAPE_BLOCK;
        } else if (i % 8 == 0 && end - i >= 8 && (eight(mark + i) & mask) == 0) {
            i += 8;
        } else if ((mark[i] & marks) != 0) {
            return i;
        } else {
            i++;
        }
    }
    return end;
}

bool tape_next_stretch(const struct tape *t, uint8_t marks, uint32_t end, struct stretch *in)
{
    const uint8_t *mark = t->mark.data;
    in->first = tape_next(t, marks, in->end, end);
    in->end = in->first;
    while (in->end < end && (mark[in->end] & marks) != 0) {
        in->end++;
    }
    return in->first < end;
}

void tape_note_range(struct tape *t, uint32_t first, uint32_t end, uint8_t marks)
{
    for (uint32_t i = first; i < end; i = (i / TAPE_BLOCK + 1) * TAPE_BLOCK) {
        tape_note(t, i, marks);
    }
}

bool tape_note_new(struct tape *t, uint32_t first, uint8_t marks)
{
    uint32_t count = tape_count(t);
    bool ok = first == count || has_block(t, count - 1);
    if (ok) {
        tape_note_range(t, first, count, marks);
        for (uint32_t i = first; i < count; i++) {
            if (tape_op(t, i) == OP_LEAF) {
                continue;
            }
            tape_note_use(t, i, (uint32_t)tape_node(t, i).a, (uint32_t)tape_node(t, i).b);
        }
    }
    return ok;
}

int tape_arity(const struct tape *t, uint32_t id)
{
    return op_arity_inline(tape_op(t, id));
}

uint32_t tape_operand(const struct tape *t, uint32_t id, int slot)
{
    BS_ASSERT(slot >= 0 && slot < tape_arity(t, id));
    struct node n = tape_node(t, id);
    return slot == 0 ? (uint32_t)n.a : (uint32_t)n.b;
}

double tape_slope(const struct tape *t, uint32_t id, int slot)
{
    struct node n = tape_node(t, id);
    return op_slope((enum op)n.op, slot, tape_value(t, (uint32_t)n.a), tape_value(t, (uint32_t)n.b),
                    tape_value(t, id));
}

bool tape_flat(const struct tape *t, uint32_t id, int slot)
{
    struct node n = tape_node(t, id);
    return op_flat((enum op)n.op, slot, tape_value(t, (uint32_t)n.a), tape_value(t, (uint32_t)n.b));
}

double tape_share(const struct tape *t, uint32_t id, int slot)
{
    double share = tape_grad(t, id) * tape_slope(t, id, slot);
    // A nan that did not arrive was not sent: no gradient came here.
    bool shut = share != share && !(tape_grad(t, tape_operand(t, id, slot)) !=
                                    tape_grad(t, tape_operand(t, id, slot)));
    return shut || tape_flat(t, id, slot) ? 0 : share;
}

bool tape_constant(const struct tape *t, uint32_t id, int slot)
{
    return tape_marked(t, tape_operand(t, id, slot), MARK_CONST);
}

// Saves marks that are about to change, lowest first: the rest of a block at once, and after a few
// blocks all the rest.
struct mark_savings {
    struct trail *trail;
    uint32_t end;  // they are saved up to here
    int runs;
};

static bool save_mark(struct tape *t, struct mark_savings *s, uint32_t id)
{
    enum { FEW = 8 };
    if (id < s->end) {
        return true;
    }
    uint32_t count = tape_count(t), block_end = (id / TAPE_BLOCK + 1) * TAPE_BLOCK;
    s->end = s->runs++ < FEW && block_end < count ? block_end : count;
    return trail_save(s->trail, &t->mark, id, s->end - id);
}

// What uses a stale node, or one that was reached, becomes stale, among the nodes of a block from `from`
// on. *some: did any? False if out of memory.
static bool spread_in_block(struct tape *t, struct mark_savings *s, struct stretch in, bool *some)
{
    const struct node *node = t->node.data;
    uint8_t *mark = t->mark.data;
    for (uint32_t i = in.first; i < in.end; i++) {
        bool stale = node[i].op != OP_LEAF && (mark[i] & MARK_STALE) == 0 &&
                     ((mark[node[i].a] | mark[node[i].b]) & (MARK_STALE | MARK_REACHED)) != 0;
        if (stale && !save_mark(t, s, i)) {
            return false;
        }
        if (stale) {
            mark[i] |= MARK_STALE;
            *some = true;
        }
    }
    return true;
}

// All that depends on these nodes, which are marked as reached and lie from `first` on, becomes stale. False
// if out of memory or stopped.
static bool spread_staleness(struct tape *t, struct trail *trail, uint32_t first,
                             struct tape_used used)
{
    struct mark_savings savings = {.trail = trail};
    uint32_t count = tape_count(t);
    bool ok = true;
    struct stretch in = {.end = first + 1};
    while (ok && (in.first = tape_next_user(t, &used, in.end, count)) < count) {
        bool some = false;
        uint32_t block = in.first / TAPE_BLOCK, end = (block + 1) * TAPE_BLOCK;
        in.end = end < count ? end : count;
        ok = spread_in_block(t, &savings, in, &some) && !stop_after(t->stop, TAPE_BLOCK);
        if (some) {
            tape_used_add(&used, in.first);
            tape_note(t, in.first, MARK_STALE);
            t->any_stale = true;
        }
    }
    return ok;
}

// Neighbours are saved together.
static bool save_leaves(struct trail *trail, struct buf *owner, const uint32_t *leaves, size_t n)
{
    bool ok = true;
    for (size_t k = 0, run; ok && k < n; k += run) {
        run = 1;
        while (k + run < n && leaves[k + run] == leaves[k] + run) {
            run++;
        }
        ok = trail_save(trail, owner, leaves[k], run);
    }
    return ok;
}

bool tape_set_values(struct tape *t, struct trail *trail, const uint32_t *leaves,
                     const double *values, size_t n)
{
    uint8_t *mark = t->mark.data;
    uint32_t first = NODE_NONE;
    struct tape_used used = {0};
    // Marks that are saved from now on may be those of other leaves, with the scratch mark.
    if (!save_leaves(trail, &t->value, leaves, n) ||
        (n > 1 && !save_leaves(trail, &t->mark, leaves, n))) {
        return false;
    }
    for (size_t k = 0; k < n; k++) {
        BS_ASSERT(tape_op(t, leaves[k]) == OP_LEAF);
        BUF(double, &t->value)[leaves[k]] = values[k];
        mark[leaves[k]] |= MARK_REACHED;
        tape_used_add(&used, leaves[k]);
        first = leaves[k] < first ? leaves[k] : first;
    }
    bool ok = n == 0 || spread_staleness(t, trail, first, used);
    for (size_t k = 0; k < n; k++) {
        mark[leaves[k]] &= (uint8_t)~MARK_REACHED;
    }
    return ok;
}

bool tape_set_value(struct tape *t, struct trail *trail, uint32_t leaf, double value)
{
    return tape_set_values(t, trail, &leaf, &value, 1);
}

bool tape_set_grad(struct tape *t, struct trail *trail, uint32_t id, double grad)
{
    if (!trail_save(trail, &t->grad, id, 1) || !trail_save(trail, &t->mark, id, 1)) {
        return false;
    }
    BUF(double, &t->grad)[id] = grad;
    BUF(uint8_t, &t->mark)[id] |= MARK_GRAD;
    tape_note(t, id, MARK_GRAD);
    return true;
}

// All that depends on `leaf` depends on a parameter now.
static void spread_moves(struct tape *t, uint32_t leaf)
{
    const struct node *node = t->node.data;
    uint8_t *mark = t->mark.data;
    for (uint32_t i = leaf + 1; i < tape_count(t); i++) {
        bool moves = node[i].op != OP_LEAF &&
                     ((mark[node[i].a] | mark[node[i].b]) & (MARK_PARAM | MARK_MOVES)) != 0;
        mark[i] |= moves ? MARK_MOVES : 0;
        tape_note(t, i, moves ? MARK_MOVES : 0);
    }
}

bool tape_set_marks(struct tape *t, struct trail *trail, uint32_t id, uint8_t marks)
{
    if (!trail_save(trail, &t->mark, id, 1)) {
        return false;
    }
    BUF(uint8_t, &t->mark)[id] = marks;
    tape_note(t, id, marks);
    if ((marks & MARK_PARAM) != 0) {
        spread_moves(t, id);
    }
    return true;
}

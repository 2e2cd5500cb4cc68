// Which sum below the root has terms that are alike: nothing was recorded when the graph was built,
// it is read off the nodes.
#include <string.h>

#include "engine/lanes_parts.h"

enum {
    TRIES = 8,   // sums that are looked at
    TERMS = 16,  // of a lane, at most
    SHARE = 2    // at least one of so many computed nodes must lie in lanes
};

static struct node node_of(const struct finding *f, uint32_t id)
{
    return tape_node(f->tape, id);
}

static bool is_binary(const struct finding *f, uint32_t id)
{
    return tape_arity(f->tape, id) == 2;
}

// ---- What depends on a parameter, and who uses it -----------------------------------------------

static bool survey(struct finding *f)
{
    size_t span = (size_t)f->root - f->low + 1;
    if (!buf_resize(&f->depends, span) || !buf_resize(&f->uses, span) ||
        !buf_resize(&f->owner, span)) {
        return false;
    }
    uint8_t *depends = BUF(uint8_t, &f->depends);
    uint32_t *uses = BUF(uint32_t, &f->uses);
    for (size_t k = 0; k < f->stretches->count; k++) {
        struct stretch in = BUF(struct stretch, f->stretches)[k];
        for (uint32_t i = in.first; i < in.end; i++) {
            struct node n = node_of(f, i);
            if (stop_asked(f->tape->stop, i)) {
                return false;
            }
            if (n.op == OP_LEAF) {
                depends[i - f->low] = tape_marked(f->tape, i, MARK_PARAM);
                continue;
            }
            bool a = depends[n.a - f->low], b = is_binary(f, i) && depends[n.b - f->low];
            depends[i - f->low] = a || b;
            uses[n.a - f->low] += a;
            uses[n.b - f->low] += b;
        }
    }
    return depends[span - 1] != 0;
}

// ---- Sums ---------------------------------------------------------------------------------------

static bool continues(const struct finding *f, uint32_t id)
{
    return tape_op(f->tape, id) == OP_ADD && finding_depends(f, id) &&
           BUF(uint32_t, &f->uses)[id - f->low] == 1;
}

// How many ADD nodes lie on the left edge from `id` down; `most` if there are more.
static uint32_t left_edge(const struct finding *f, uint32_t id, size_t most)
{
    uint32_t count = 0;
    for (; count < most && continues(f, id); id = (uint32_t)node_of(f, id).a) {
        count++;
    }
    return count;
}

// The sum whose last addition is `top`: its terms from the last to the first, then turned round.
// The first term's own additions, as many as the last one has, are not the sum's.
static bool read_sum(struct finding *f, uint32_t top)
{
    f->top = top;
    f->foot = NODE_NONE;
    f->adders.count = f->ends.count = 0;
    uint32_t at = top, foot;
    do {
        uint32_t *adder = buf_push(&f->adders, 1), *end = buf_push(&f->ends, 1);
        if (adder == NULL || end == NULL || stop_asked(f->tape->stop, f->ends.count)) {
            return false;
        }
        *adder = at;
        *end = (uint32_t)node_of(f, at).b;
        foot = (uint32_t)node_of(f, at).a;
        at = foot;
    } while (continues(f, at));
    size_t n = f->ends.count;
    if (finding_depends(f, foot)) {
        uint32_t own = left_edge(f, BUF(uint32_t, &f->ends)[0], n);
        n -= own < n ? own : 0;
        uint32_t adder = BUF(uint32_t, &f->adders)[n - 1];
        f->ends.count = f->adders.count = n;
        uint32_t *first = buf_push(&f->adders, 1), *end = buf_push(&f->ends, 1);
        if (first == NULL || end == NULL) {
            return false;
        }
        *first = adder;
        *end = (uint32_t)node_of(f, adder).a;
        n++;
    } else {
        f->foot = foot;
    }
    uint32_t *ends, *adders;
    ends = f->ends.data;
    adders = f->adders.data;
    for (size_t i = 0; i < n / 2; i++) {
        uint32_t end = ends[i], adder = adders[i];
        ends[i] = ends[n - 1 - i];
        adders[i] = adders[n - 1 - i];
        ends[n - 1 - i] = end;
        adders[n - 1 - i] = adder;
    }
    return n >= LANES_LEAST;
}

// ---- Likes --------------------------------------------------------------------------------------

// The nodes of one vector, and what there is to say of them at once.
struct sight {
    bool same, all, none, stepped, free, alike;
};

static struct sight look_at(const struct finding *f, const uint32_t *ids)
{
    const struct node *node = f->tape->node.data;
    const uint8_t *depends = BUF(uint8_t, &f->depends);
    const uint32_t *owner = BUF(uint32_t, &f->owner);
    uint32_t step = ids[1] - ids[0], some = 0, differ = 0, stray = 0, taken = 0, apart = 0;
    for (uint32_t l = 0; l < f->lanes; l++) {
        uint32_t at = ids[l] - f->low;
        some += depends[at] != 0;
        differ |= ids[l] ^ ids[0];
        stray |= ids[l] - ids[0] - l * step;
        taken |= ~owner[at];
        apart |= (uint32_t)(node[ids[l]].op ^ node[ids[0]].op);
    }
    return (struct sight){.same = differ == 0,
                          .all = some == f->lanes,
                          .none = some == 0,
                          .stepped = stray == 0,
                          .free = taken == 0,
                          .alike = apart == 0};
}

static bool keep_ids(struct finding *f, const uint32_t *ids, uint32_t *at)
{
    size_t begin = f->ids.count;
    uint32_t *kept = begin > UINT32_MAX - f->lanes ? NULL : buf_push(&f->ids, f->lanes);
    if (kept == NULL) {
        return false;
    }
    memcpy(kept, ids, f->lanes * sizeof *ids);
    *at = (uint32_t)begin;
    return true;
}

static bool are(const struct finding *f, uint32_t at, const uint32_t *ids)
{
    return memcmp(finding_ids(f, at), ids, f->lanes * sizeof *ids) == 0;
}

// An owner of a node that depends on nothing is the input that it is the first lane of.
static bool take_input(struct finding *f, const uint32_t *ids, struct ref *out)
{
    uint32_t *known = finding_owner(f, ids[0]);
    if (*known >= f->inputs.count || !are(f, BUF(uint32_t, &f->inputs)[*known], ids)) {
        uint32_t at, *input = buf_push(&f->inputs, 1);
        if (input == NULL || !keep_ids(f, ids, &at)) {
            return false;
        }
        BUF(uint32_t, &f->inputs)[f->inputs.count - 1] = at;
        *known = (uint32_t)f->inputs.count - 1;
    }
    *out = (struct ref){REF_INPUT, *known};
    return true;
}

// ids must not lie in f->ids.
static bool add_like(struct finding *f, const uint32_t *ids, struct ref *out)
{
    uint32_t at, self = (uint32_t)f->likes.count;
    struct like *like = buf_push(&f->likes, 1);
    if (like == NULL || !keep_ids(f, ids, &at)) {
        return false;
    }
    *like = (struct like){.op = tape_op(f->tape, ids[0]), .ids = at, .slot = NODE_NONE};
    for (uint32_t l = 0; l < f->lanes; l++) {
        uint32_t *owner = finding_owner(f, ids[l]);
        if (*owner != OWNER_NONE) {
            return false;  // the same node in two lanes
        }
        *owner = self;
    }
    *out = (struct ref){REF_SLOT, self};
    return like->op != OP_LEAF;
}

static bool add_pick(struct finding *f, const uint32_t *ids, struct ref *out)
{
    uint32_t at, *pick = buf_push(&f->picks, 1);
    if (pick == NULL || !keep_ids(f, ids, &at)) {
        return false;
    }
    *pick = at;
    *out = (struct ref){REF_PICK, (uint32_t)f->picks.count - 1};
    return true;
}

// What the vector is. What looks irregular is put off, as a pick, until the rest is known.
static bool take(struct finding *f, const uint32_t *ids, struct ref *out)
{
    if (stop_after(f->tape->stop, f->lanes)) {
        return false;
    }
    struct sight s = look_at(f, ids);
    if (s.none) {
        return take_input(f, ids, out);
    }
    if (!s.all) {
        return false;
    }
    if (s.same) {
        *out = (struct ref){REF_UNIFORM, ids[0]};
        return true;
    }
    uint32_t owner = *finding_owner(f, ids[0]);
    if (owner < f->likes.count && are(f, finding_like(f, owner)->ids, ids)) {
        *out = (struct ref){REF_SLOT, owner};
        return true;
    }
    return s.stepped && s.alike && s.free ? add_like(f, ids, out) : add_pick(f, ids, out);
}

// The operands of likes from `from` on, and of those that are met on the way.
static bool take_operands(struct finding *f, uint32_t *scratch, size_t from)
{
    for (size_t i = from; i < f->likes.count; i++) {
        int arity = op_get(finding_like(f, (uint32_t)i)->op)->arity;
        for (int slot = 0; slot < arity; slot++) {
            struct ref ref;
            const uint32_t *ids = finding_ids(f, finding_like(f, (uint32_t)i)->ids);
            for (uint32_t l = 0; l < f->lanes; l++) {
                struct node n = node_of(f, ids[l]);
                scratch[l] = (uint32_t)(slot == 0 ? n.a : n.b);
            }
            if (!take(f, scratch, &ref)) {
                return false;
            }
            finding_like(f, (uint32_t)i)->operand[slot] = ref;
        }
    }
    return true;
}

// Is a pick one slot's node or another's in every lane, or was it a like after all?
static bool settle_picks(struct finding *f, uint32_t *scratch)
{
    for (size_t i = 0; i < f->picks.count; i++) {
        if (stop_after(f->tape->stop, f->lanes)) {
            return false;
        }
        const uint32_t *ids = finding_ids(f, BUF(uint32_t, &f->picks)[i]);
        memcpy(scratch, ids, f->lanes * sizeof *ids);
        struct sight s = look_at(f, scratch);
        struct ref ref;
        if (s.free && s.alike) {
            size_t from = f->likes.count;
            if (!add_like(f, scratch, &ref) || !take_operands(f, scratch, from)) {
                return false;
            }
            ids = finding_ids(f, BUF(uint32_t, &f->picks)[i]);
        }
        for (uint32_t l = 0; l < f->lanes; l++) {
            uint32_t owner = *finding_owner(f, ids[l]);
            if (owner >= f->likes.count ||
                finding_ids(f, finding_like(f, owner)->ids)[l] != ids[l]) {
                return false;
            }
        }
    }
    return true;
}

// A pick that turned out to be one like.
static void settle(const struct finding *f, struct ref *ref)
{
    if (ref->kind == REF_PICK) {
        const uint32_t *ids = finding_ids(f, BUF(uint32_t, &f->picks)[ref->index]);
        uint32_t owner = *finding_owner(f, ids[0]);
        if (are(f, finding_like(f, owner)->ids, ids)) {
            *ref = (struct ref){REF_SLOT, owner};
        }
    }
    if (ref->kind == REF_SLOT) {
        finding_like(f, ref->index)->uses++;
    }
}

static bool unify(struct finding *f, uint32_t *scratch)
{
    const uint32_t *ends = f->ends.data;
    for (uint32_t i = 0; i < f->terms; i++) {
        struct ref *ref = buf_push(&f->term, 1), made;
        for (uint32_t l = 0; l < f->lanes; l++) {
            scratch[l] = ends[l * f->terms + i];
        }
        if (ref == NULL || !take(f, scratch, &made) || made.kind == REF_INPUT ||
            made.kind == REF_UNIFORM) {
            return false;
        }
        BUF(struct ref, &f->term)[i] = made;
    }
    if (!take_operands(f, scratch, 0) || !settle_picks(f, scratch)) {
        return false;
    }
    for (uint32_t i = 0; i < f->terms; i++) {
        settle(f, &BUF(struct ref, &f->term)[i]);
        if (BUF(struct ref, &f->term)[i].kind != REF_SLOT) {
            return false;
        }
    }
    for (size_t i = 0; i < f->likes.count; i++) {
        if (stop_asked_by(f->tape->stop, i, f->lanes)) {
            return false;
        }
        for (int slot = 0; slot < 2; slot++) {
            settle(f, &finding_like(f, (uint32_t)i)->operand[slot]);
        }
    }
    for (size_t i = 0; i < f->picks.count; i++) {
        const uint32_t *ids = finding_ids(f, BUF(uint32_t, &f->picks)[i]);
        for (uint32_t l = 0; l < f->lanes; l++) {
            finding_like(f, *finding_owner(f, ids[l]))->uses += 2;  // never to be fused
        }
    }
    return true;
}

// ---- The rest -----------------------------------------------------------------------------------

// May the gradient that the node hands on to what depends on the sum be known before the sum is?
static bool is_straight(const struct finding *f, uint32_t id)
{
    struct node n = node_of(f, id);
    bool b_too = is_binary(f, id) && finding_depends(f, (uint32_t)n.b);
    switch ((enum op)n.op) {
    case OP_ADD:
    case OP_SUB:
    case OP_NEG:
        return true;
    case OP_MUL:
        return !(b_too && finding_depends(f, (uint32_t)n.a));
    case OP_DIV:
        return !b_too;
    default:
        return false;
    }
}

static bool is_inner(const struct finding *f, uint32_t id)
{
    uint32_t owner = *finding_owner(f, id);
    return finding_depends(f, id) && id != f->top && (owner < f->likes.count || owner == OWNER_SUM);
}

// Sorts the other nodes, and sees that they read nothing out of the lanes but the sum.
static bool sort_rest(struct finding *f)
{
    size_t in_lanes = 0, others = 0;
    f->straight = true;
    for (size_t i = 0; i < f->adders.count; i++) {
        *finding_owner(f, BUF(uint32_t, &f->adders)[i]) = OWNER_SUM;
    }
    for (size_t k = 0; k < f->stretches->count; k++) {
        struct stretch in = BUF(struct stretch, f->stretches)[k];
        for (uint32_t i = in.first; i < in.end; i++) {
            struct node n = node_of(f, i);
            if (stop_asked(f->tape->stop, i)) {
                return false;
            }
            if (n.op == OP_LEAF || !finding_depends(f, i)) {
                continue;
            }
            uint32_t *owner = finding_owner(f, i);
            if (*owner != OWNER_NONE) {
                in_lanes++;
                continue;
            }
            others++;
            if (is_inner(f, (uint32_t)n.a) || is_inner(f, (uint32_t)n.b)) {
                return false;
            }
            bool after = false;
            for (int slot = 0; slot < tape_arity(f->tape, i); slot++) {
                uint32_t id = tape_operand(f->tape, i, slot);
                after |= finding_depends(f, id) &&
                         (id == f->top || *finding_owner(f, id) == OWNER_AFTER);
            }
            uint32_t *at = buf_push(after ? &f->after : &f->before, 1);
            if (at == NULL) {
                return false;
            }
            *at = i;
            if (after) {
                *owner = OWNER_AFTER;
                f->straight = f->straight && is_straight(f, i);
            }
        }
    }
    return in_lanes * SHARE >= in_lanes + others;
}

// What is the same in all lanes must be known before they run.
static bool uniforms_are_before(const struct finding *f)
{
    for (size_t i = 0; i < f->likes.count; i++) {
        for (int slot = 0; slot < 2; slot++) {
            struct ref ref = finding_like(f, (uint32_t)i)->operand[slot];
            if (ref.kind == REF_UNIFORM && *finding_owner(f, ref.index) != OWNER_NONE) {
                return false;
            }
        }
    }
    return true;
}

// ---- All of it ----------------------------------------------------------------------------------

static bool forget(struct finding *f)
{
    f->ids.count = f->likes.count = f->inputs.count = f->picks.count = f->term.count = 0;
    f->before.count = f->after.count = 0;
    return mem_fill_while(f->owner.data, 0xff, f->owner.count * sizeof(uint32_t), f->tape->stop);
}

// Each lane has one term of the sum, or some.
static bool try_sum(struct finding *f)
{
    bool found = false;
    size_t n = f->ends.count;
    struct buf scratch;
    buf_init(&scratch, sizeof(uint32_t));
    for (f->terms = 1; f->terms <= TERMS && !found && n / f->terms >= LANES_LEAST; f->terms++) {
        if (n % f->terms != 0) {
            continue;
        }
        f->lanes = (uint32_t)(n / f->terms);
        if (forget(f) && buf_resize(&scratch, f->lanes) && unify(f, scratch.data)) {
            found = sort_rest(f) && uniforms_are_before(f);
            break;  // what reads the other lanes does so in any grouping
        }
    }
    buf_release(&scratch);
    return found;
}

bool lanes_find(struct finding *f, const struct tape *t, uint32_t root, const struct buf *stretches)
{
    *f = (struct finding){.tape = t,
                          .stretches = stretches,
                          .root = root,
                          .low = BUF(struct stretch, stretches)[0].first};
    buf_init(&f->depends, sizeof(uint8_t));
    struct buf *const all[] = {&f->uses,   &f->owner, &f->ids,    &f->inputs, &f->picks,
                               &f->adders, &f->ends,  &f->before, &f->after};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        buf_init(all[i], sizeof(uint32_t));
    }
    buf_init(&f->likes, sizeof(struct like));
    buf_init(&f->term, sizeof(struct ref));
    if (!survey(f)) {
        return false;
    }
    int tries = 0;
    for (size_t k = stretches->count; k-- > 0;) {
        struct stretch in = BUF(struct stretch, stretches)[k];
        for (uint32_t i = in.end; i-- > in.first && tries < TRIES;) {
            if (stop_asked(t->stop, i)) {
                return false;
            }
            bool top = tape_op(t, i) == OP_ADD && finding_depends(f, i) &&
                       left_edge(f, (uint32_t)node_of(f, i).a, LANES_LEAST) + 2 >= LANES_LEAST;
            if (top) {
                tries++;
                if (read_sum(f, i) && try_sum(f)) {
                    return true;
                }
                if (f->adders.failed || f->adders.count == 0) {
                    return false;
                }
                i = BUF(uint32_t, &f->adders)[0] < i ? BUF(uint32_t, &f->adders)[0] : i;
            }
        }
    }
    return false;
}

void lanes_find_release(struct finding *f)
{
    struct buf *const all[] = {&f->depends, &f->uses, &f->owner,  &f->ids,   &f->inputs, &f->picks,
                               &f->adders,  &f->ends, &f->before, &f->after, &f->likes,  &f->term};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        buf_release(all[i]);
    }
}

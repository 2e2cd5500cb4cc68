// What a name that is bound anew leaves behind: others that go on using the old value.
#include <string.h>

#include "session/statement_parts.h"

// What a rebinding leaves behind, by node: does it depend on what the name was bound to, is it a
// part of what the name is bound to now?
enum { USES_OLD = 1, IN_FRESH = 2 };

struct left {
    uint32_t low;       // the first node of the old value: nothing before it can depend on it
    struct buf mark;    // by node, from there on
    struct buf blocks;  // uint8_t: the marks among TAPE_BLOCK nodes, so that others are passed over
    bool any;           // something depends on the old value alone
};

static void left_release(struct left *l)
{
    buf_release(&l->mark);
    buf_release(&l->blocks);
}

static uint8_t mark_of(const struct left *l, uint32_t node)
{
    return node < l->low ? 0 : BUF(uint8_t, &l->mark)[node - l->low];
}

static uint8_t marks_near(const struct left *l, uint32_t node)
{
    return BUF(uint8_t, &l->blocks)[node / TAPE_BLOCK];
}

static void add_mark(struct left *l, uint32_t node, uint8_t mark)
{
    if (node >= l->low) {
        BUF(uint8_t, &l->mark)[node - l->low] |= mark;
        BUF(uint8_t, &l->blocks)[node / TAPE_BLOCK] |= mark;
    }
}

// Does a node use this one?
static bool is_used(const struct tape *t, uint32_t node)
{
    const struct node *n = t->node.data;
    uint32_t count = tape_count(t), i = tape_is_used(t, node) ? node : count;
    struct tape_used used = {0};
    tape_used_add(&used, node);
    do {
        i = tape_next_user(t, &used, i + 1, count);
    } while (i < count && n[i].a != node && n[i].b != node);
    return i < count;
}

// Marks what depends on the old value. False: nothing does.
static bool mark_users(const struct tape *t, struct left *l, struct tape_used old)
{
    uint32_t count = tape_count(t);
    bool used = false;
    for (uint32_t i = l->low; (i = tape_next_user(t, &old, i + 1, count)) < count;) {
        struct node n = tape_node(t, i);
        bool reaches = n.op != OP_LEAF && (n.a >= l->low || n.b >= l->low);
        if (reaches && ((mark_of(l, (uint32_t)n.a) | mark_of(l, (uint32_t)n.b)) & USES_OLD) != 0) {
            add_mark(l, i, USES_OLD);
            tape_used_add(&old, i);
            used = true;
        }
    }
    return used;
}

// Marks all of what the name is bound to now, and notes whether anything else uses the old value.
static void mark_parts(const struct tape *t, struct left *l)
{
    for (uint32_t i = tape_count(t); i-- > l->low;) {
        if (marks_near(l, i) == 0) {
            i = i / TAPE_BLOCK * TAPE_BLOCK;
            continue;
        }
        struct node n = tape_node(t, i);
        if (n.op != OP_LEAF && (mark_of(l, i) & IN_FRESH) != 0) {
            add_mark(l, (uint32_t)n.a, IN_FRESH);
            add_mark(l, (uint32_t)n.b, IN_FRESH);
        }
        l->any |= n.op != OP_LEAF && mark_of(l, i) == USES_OLD;
    }
}

// False: out of memory. The caller releases it.
static bool find_left(const struct session *s, struct value old, struct value fresh, struct left *l)
{
    const struct tape *t = &s->tape;
    uint32_t count = tape_count(t);
    struct tape_used used = {0};
    *l = (struct left){.low = count};
    buf_init(&l->mark, 1);
    buf_init(&l->blocks, 1);
    for (uint32_t k = 0; k < value_count(old); k++) {
        uint32_t node = names_element(&s->names, old, k);
        l->low = node < l->low ? node : l->low;
        tape_used_add(&used, node);
    }
    if (!buf_resize(&l->mark, count - l->low) || !buf_resize(&l->blocks, count / TAPE_BLOCK + 1)) {
        return false;
    }
    for (uint32_t k = 0; k < value_count(old); k++) {
        add_mark(l, names_element(&s->names, old, k), USES_OLD);
    }
    for (uint32_t k = 0; k < value_count(fresh); k++) {
        add_mark(l, names_element(&s->names, fresh, k), IN_FRESH);
    }
    if (mark_users(t, l, used)) {
        mark_parts(t, l);
    }
    return true;
}

static bool is_left(const struct session *s, const struct left *l, uint32_t node)
{
    return mark_of(l, node) == USES_OLD && tape_op(&s->tape, node) != OP_LEAF;
}

// The last node of a value that depends on what `old` was, and is not a part of what is bound to the name
// now. NODE_NONE if there is none.
static uint32_t last_left(const struct session *s, const struct left *l, struct value v)
{
    uint32_t last = NODE_NONE, count = value_count(v);
    bool row = v.rank == VALUE_SCALAR ||
               (!v.listed && v.cs == 1 && (v.rows == 1 || v.rs == (int32_t)v.cols));
    for (uint32_t i = v.base + count; row && i-- > v.base;) {
        if (marks_near(l, i) == 0) {
            i = i / TAPE_BLOCK * TAPE_BLOCK;
        } else if (is_left(s, l, i)) {
            return i;
        }
    }
    for (uint32_t k = 0; !row && k < count; k++) {
        uint32_t node = names_element(&s->names, v, k);
        last = is_left(s, l, node) && (last == NODE_NONE || node > last) ? node : last;
    }
    return last;
}

// The name that is bound to the last such node. NAME_NONE if there is none.
static uint32_t left_behind(struct session *s, const struct left *l)
{
    uint32_t user = NAME_NONE, last = 0, name;
    for (size_t at = 0; (name = names_next_from(&s->names, l->low, &at)) != NAME_NONE;) {
        uint32_t node = last_left(s, l, names_get(&s->names, name));
        bool later = node > last || (node == last && (user == NAME_NONE || name > user));
        if (node != NODE_NONE && later) {
            user = name;
            last = node;
        }
    }
    return user;
}

static bool same_shape(struct value x, struct value y)
{
    return x.rank == y.rank && value_count(x) == value_count(y) && x.rows == y.rows;
}

// "w.data = w - 0.1*w.grad", for what was typed as w = w - 0.1*w.grad; "w.data = …" if it is long.
static void put_change_in_place(struct call *c, struct text *out, const struct token *name,
                                const struct statement_making *how)
{
    enum { MOST = 48 };
    const char *s = c->lexer->source->text + how->formula.start;
    size_t n = text_trimmed(s, how->formula.end - how->formula.start);
    text_add_bytes(out, token_text(c->lexer, *name), token_length(*name));
    text_addf(out, ".data %s= ", how->op == OP_COUNT ? "" : op_get(how->op)->name);
    if (n > MOST || memchr(s, '\n', n) != NULL) {
        text_add(out, "…");
    } else {
        text_add_bytes(out, s, n);
    }
}

// The trap of every newcomer: a = 5 does not change what was built from the old a.
void statement_note_old_user(struct call *c, const struct token *name, struct value old,
                             struct value fresh, const struct statement_making *how)
{
    const struct tape *t = &c->s->tape;
    if (old.rank == VALUE_SCALAR && !is_used(t, old.base)) {
        return;
    }
    struct left left;
    bool looks = find_left(c->s, old, fresh, &left) && left.any;
    bool leaf = tape_op(t, names_element(&c->s->names, old, 0)) == OP_LEAF;
    // What is computed from the old value goes on from it: h = tanh(w*h), c += 1.
    looks =
        looks && (leaf || (mark_of(&left, names_element(&c->s->names, old, 0)) & IN_FRESH) == 0);
    // It may have been another name for what is still bound.
    looks =
        looks && (old.rank != VALUE_SCALAR || names_of_node(&c->s->names, old.base) == NAME_NONE);
    uint32_t user = looks ? left_behind(c->s, &left) : NAME_NONE;
    left_release(&left);
    if (user == NAME_NONE) {
        return;
    }
    char label[QUOTED], mine[QUOTED], number[NUMBER_TEXT];
    struct text was, change;
    text_init(&was);
    text_init(&change);
    size_t length;
    const char *s = names_text(&c->s->names, user, &length);
    diag_quote(label, s, length);
    diag_quote(mine, token_text(c->lexer, *name), token_length(*name));
    if (old.rank == VALUE_SCALAR) {
        text_addf(&was, " (%s)",
                  number_text(number, tape_value(t, old.base), session_digits(c->s)));
    }
    if (leaf && same_shape(old, fresh)) {
        put_change_in_place(c, &change, name, how);
        call_notice(c, name->span, "%s still uses the old %s%s; to change that one: undo, then %s",
                    label, mine, text_get(&was), text_get(&change));
    } else {
        call_notice(c, name->span, "%s still uses the old %s%s; build it again to use the new one",
                    label, mine, text_get(&was));
    }
    text_release(&was);
    text_release(&change);
}

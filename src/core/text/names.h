// Names and what they are bound to.
//
// A name, once seen, keeps its number for the session's life; only its binding changes, and that
// is recorded on the trail. So undo never has to take a name out again.
#ifndef TEXT_NAMES_H
#define TEXT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/trail.h"
#include "text/value.h"

#define NAME_NONE UINT32_MAX

struct grown;  // engine/grow.h

struct symbol {
    uint32_t text, length;  // into names.text
    uint32_t next;          // in its hash chain
    struct value value;
};

struct names {
    struct buf symbols;  // struct symbol
    struct buf text;     // char
    struct buf heads;    // uint32_t: first symbol of each hash chain
    struct buf lists;    // uint32_t: nodes of listed arrays (see value.h)
    struct buf grown;    // struct grown: derivatives that are nodes (grow.h)
    // Names by what they are bound to: made when asked for, and kept up while names are bound, so that this
    // costs a line nothing beside a million names. What is in them may be true no more.
    struct buf
        by_node;  // struct label: names bound to scalars, the first `sorted` of them sorted by node
    struct buf arrays;  // uint32_t: names bound to arrays, sorted
    size_t sorted;
    bool by_node_made;
    size_t binds, made_at;  // how often a name was bound: by now, and when these were made
    struct buf by_grown;  // rows of `grown`, sorted by node; made when asked for
    struct buf by_slope;  // the same, by root and `of`; made with by_grown
    bool by_grown_made;
};

void names_init(struct names *n);
void names_release(struct names *n);

size_t names_count(const struct names *n);
// The number of a name; NAME_NONE if it was never seen.
uint32_t names_find(const struct names *n, const char *s, size_t length);
// The same, making it known. NAME_NONE if out of memory.
uint32_t names_intern(struct names *n, const char *s, size_t length);
// The name's text, not ended by a 0, valid until the next names_intern; *length receives its bytes.
const char *names_text(const struct names *n, uint32_t name, size_t *length);
// The binding; .rank is VALUE_UNBOUND if there is none. `name` may be NAME_NONE.
static inline struct value names_get(const struct names *n, uint32_t name)
{
    struct value none = {0};
    return name == NAME_NONE ? none : BUF(struct symbol, &n->symbols)[name].value;
}
struct value names_lookup(const struct names *n, const char *s, size_t length);
// The node that element k of a value is, counted row by row.
static inline uint32_t names_element(const struct names *n, struct value v, uint32_t k)
{
    uint32_t place = v.rank == VALUE_SCALAR ? v.base : value_place(v, k / v.cols, k % v.cols);
    return v.listed ? BUF(uint32_t, &n->lists)[place] : place;
}
// Binds; recorded on `trail`. False if out of memory.
bool names_bind(struct names *n, struct trail *trail, uint32_t name, struct value value);
// Call after the trail was taken back: to where n->binds was this, or anywhere.
void names_back(struct names *n, size_t binds);
void names_changed(struct names *n);

// A name for this node: the earliest name bound to it; NAME_NONE if there is none.
uint32_t names_of_node(struct names *n, uint32_t node);
// The next name that is bound to a scalar from `node` on, or to an array; NAME_NONE: there are no more. *at is
// 0 at first. Each comes at least once, in no order.
uint32_t names_next_from(struct names *n, uint32_t node, size_t *at);
// A node as the learner reads it: its name, its place in an array that has one (W[0, 1]), what it
// was grown as (dL/da), or %7. Written into out, which is returned.
enum { LABEL_TEXT = 96 };
const char *names_label(struct names *n, char out[LABEL_TEXT], uint32_t node);

// The first two of these alone. False: the node has neither.
bool names_own_label(struct names *n, char out[LABEL_TEXT], uint32_t node);

// names_grown.c: nodes that are derivatives (engine/grow.h).
// Keeps these rows (struct grown). False if out of memory.
bool names_keep_grown(struct names *n, const struct buf *rows);
// The node that was made for d root / d of last; NODE_NONE if none was. The name is this one's alone.
uint32_t names_grown(struct names *n, uint32_t root, uint32_t of);
// Is any derivative of this root a node?
bool names_any_grown(const struct names *n, uint32_t root);
// The first derivative that the node was made for; NULL: for none. Valid until the next growth.
const struct grown *names_grown_as(struct names *n, uint32_t node);
// Is this label a derivative's, so that it needs parentheses after a d or ∂?
bool names_is_derivative(const char *label);
// What the node was grown as: "dL/da", "d2L/dadb". False: it was not, or there is no room for it.
bool names_grown_label(struct names *n, char out[LABEL_TEXT], uint32_t node);
// The derivative of root in the nodes of[0 … order - 1], as it is written: "d3y/dx2dz".
void names_derivative(struct names *n, struct text *out, uint32_t root, const uint32_t *of,
                      int order);

// The candidate closest to s by typing slips (one or two: a letter more, less, other, swapped),
// offered one at a time; for "did you mean".
struct nearest {
    const char *s;
    size_t length;
    char best[LABEL_TEXT];  // "" if nothing is close enough
    size_t distance;
};
void nearest_init(struct nearest *n, const char *s, size_t length);
void nearest_offer(struct nearest *n, const char *candidate, size_t length);
void nearest_offer_bound(struct nearest *n, const struct names *names);

#endif

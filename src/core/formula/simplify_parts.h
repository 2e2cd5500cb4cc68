// The parts of the simplifier, private to it: simplify.c walks the formula, simplify_product.c and
// simplify_sum.c find the simplest form of one product or sum.
//
// The simplifier's arrays are stacks: whoever puts something on one takes it off again, so that a
// product can be simplified in the middle of another. Nobody keeps a pointer into one meanwhile.
#ifndef FORMULA_SIMPLIFY_PARTS_H
#define FORMULA_SIMPLIFY_PARTS_H

#include "formula/ratio.h"
#include "formula/simplify.h"

// What is known of a node of the pool. Ids are kept as id + 1, so that 0 means none.
struct note {
    uint32_t form;  // its simplest form
    uint32_t twin;  // of a sum or product in the order of its nodes: the same as it is written
    uint32_t uses;  // in the formula that is being simplified
    uint8_t shape;
    bool inner;  // part of a chain that is taken apart as a whole
};

enum shape { SHAPE_CALL, SHAPE_SUM, SHAPE_PRODUCT, SHAPE_POWER };

// A node to be looked at: in a product, to this power; in a sum, that many times.
struct visit {
    uint32_t id;
    struct ratio times;
    bool open;  // it belongs to a chain that is being taken apart, however long
};

// Of a product: base to a power, which is a number unless `symbol` is a formula.
struct factor {
    uint32_t base, symbol;
    struct ratio power;
    int rank;  // its group in the product, and its place there
    size_t place;
    size_t order;  // in which it was met
    bool merged;
};

// Of a sum: a number times the rest.
struct simplify_term {
    uint32_t rest;
    uint32_t formula;  // of the whole term without its sign
    struct ratio number;
    size_t order;
    bool merged;
};

// A simplified chain longer than this is taken for one term or factor of what is made of it: else
// chains made of chains would cost the square of their length.
enum { CHAIN_MOST = 64 };
// Exponents of exponents are merged this deep.
enum { DEPTH_MOST = 8 };

static const struct ratio ONE = {1, 1};

static inline struct ratio negative(struct ratio r)
{
    return (struct ratio){-r.over, r.under};
}

// A node of the pool. Once the pool has failed EXPR_NONE turns up everywhere: it reads as 0.
struct expr simplify_look(const struct simplifier *s, uint32_t id);
bool simplify_is_op(const struct simplifier *s, uint32_t id, enum op op);
bool simplify_is_sum(const struct simplifier *s, uint32_t id);
bool simplify_is_fraction_or_product(const struct simplifier *s, uint32_t id);
// Is it a number that can be worked with? pi, inf and nan stay as they are.
bool simplify_is_plain(struct expr e);
// Is it a chain of more than CHAIN_MOST?
bool simplify_is_long(const struct simplifier *s, uint32_t id);
// Does it begin with a minus? (A simplified sum does only if all its terms do.)
bool simplify_begins_negative(const struct simplifier *s, uint32_t id);

// Valid until the pool grows; NULL if out of memory.
struct note *simplify_note_of(struct simplifier *s, uint32_t id);
// The simplest form if it was found already, else EXPR_NONE.
uint32_t simplify_known_form(struct simplifier *s, uint32_t id);
// `form` is the simplest form of id, and of itself. Returns form.
uint32_t simplify_remember(struct simplifier *s, uint32_t id, uint32_t form);
void simplify_push_visit(struct simplifier *s, uint32_t id, struct ratio times, bool open);
struct visit simplify_pop_visit(struct simplifier *s);
uint32_t simplify_ratio(struct simplifier *s, struct ratio r);

// The simplest form of the product, quotient, power or root `id`, whose parts are simplified.
uint32_t simplify_product(struct simplifier *s, uint32_t id);
// A simplified formula that is not a sum as *number times the rest, which is returned.
uint32_t simplify_split_number(struct simplifier *s, uint32_t id, struct ratio *number);
// number times `rest`, which split_number made.
uint32_t simplify_multiple(struct simplifier *s, struct ratio number, uint32_t rest);

// The simplest form of `times` times the sum `id`, whose parts are simplified.
uint32_t simplify_sum(struct simplifier *s, uint32_t id, struct ratio times);

#endif

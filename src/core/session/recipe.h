// How each value that has a name was made: the formula it was bound by, and what the names in it
// meant then. From these a batch of rows builds a loss anew (batch.h).
//
// Every binding appends a row; rows are never changed, and go only with what is taken back, or
// where a loop clears up. A name in a formula means what the last row before it bound the name to.
#ifndef SESSION_RECIPE_H
#define SESSION_RECIPE_H

#include "engine/ops.h"
#include "text/value.h"

struct session;

struct recipe {
    uint32_t name;
    enum op op;  // of `name += formula` and its like; OP_COUNT: `name = formula`
    bool data;   // bound by `data`: its rows may be drawn
    bool nodes;  // bound by `node`: derivatives in the formula are nodes
    bool slope;  // a number that the formula, a derivative, gave: a leaf
    bool lost;   // there was a formula, but too long a one to be kept
    struct value value;
    uint32_t text, length;  // the formula, in recipes.text; no length: a leaf, or lost
    uint32_t slope_length;  // of the text of a `slope`, whose length is 0
    uint32_t definitions;   // functions that were defined then
};

struct recipes {
    struct buf rows;  // struct recipe
    struct buf text;  // char
};

// The formula of `recipe` mentions `name`, as it was bound by recipe `of`.
struct link {
    uint32_t recipe, name, of;
};

// A formula may lie in the text that the session reads now. False if out of memory.
bool recipes_add(struct session *s, struct recipe row, const char *formula, size_t length);
// All links of the recipes from `first` on, in their order, each once; targets below `first` are
// left out. `links` (of struct link) is initialised here. False if out of memory.
bool recipes_links(struct session *s, uint32_t first, struct buf *links);

#endif

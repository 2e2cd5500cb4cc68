// How each value that has a name was made: the formula it was bound by, and what the names in it
// meant then. From these a batch of rows builds a loss anew (session/batch.h), and a program for
// PyTorch is written (export/export_statements.h).
//
// Every binding appends a row; rows are never changed, and go only with what is taken back, or
// where a loop clears up. A name in a formula means what the last row before it bound the name to.
#ifndef TEXT_RECIPE_H
#define TEXT_RECIPE_H

#include "engine/ops.h"
#include "text/lower.h"

// A million bindings are a million of these: 20 bytes.
struct recipe {
    uint32_t name;
    uint32_t bytes : 17;  // of the formula, in recipes.text
    enum op op : 8;       // of `name += formula` and its like; OP_COUNT: `name = formula`
    bool data : 1;        // bound by `data`: its rows may be drawn
    bool nodes : 1;       // bound by `node`: derivatives in the formula are nodes
    bool slope : 1;       // a number that the formula, a derivative, gave: a leaf
    bool lost : 1;        // there was a formula, but too long a one to be kept
    bool array : 1;
    uint32_t of;  // what the name was bound to: the node; of an array, its place in recipes.arrays
    uint32_t text;
    uint32_t definitions;  // functions that were defined then
};

struct recipes {
    struct buf rows;    // struct recipe
    struct buf arrays;  // struct value: of the rows that are of arrays, in their order
    struct buf text;    // char
};

// The formula of `recipe` mentions `name`, as it was bound by recipe `of`.
struct link {
    uint32_t recipe, name, of;
};

void recipes_init(struct recipes *r);
// Appends a row, of a name that is bound to this value now, while there are so many definitions. False if
// out of memory.
bool recipes_add(struct recipes *r, const struct definitions *definitions, struct recipe row,
                 struct value value, const char *formula, size_t length);
// All links of the recipes from `first` on, in their order, each once; targets below `first` are
// left out. `links` (of struct link) is initialised here. False if out of memory.
bool recipes_links(const struct recipes *r, const struct definitions *definitions,
                   const struct names *names, uint32_t first, struct buf *links);

static inline struct recipe *recipes_at(const struct recipes *r, size_t i)
{
    return &BUF(struct recipe, &r->rows)[i];
}
static inline struct value recipes_value(const struct recipes *r, const struct recipe *row)
{
    return row->array ? BUF(struct value, &r->arrays)[row->of] : value_of_node(row->of);
}
// The length of its formula. 0: a leaf, or lost.
static inline uint32_t recipe_length(const struct recipe *row)
{
    return row->slope ? 0 : (uint32_t)row->bytes;
}
// Its bytes.
static inline const char *recipes_text(const struct recipes *r, const struct recipe *row)
{
    return BUF_FROM(char, &r->text, row->text);
}
// Is any element of its value computed?
bool recipe_is_computed(const struct recipes *r, const struct recipe *row, const struct tape *t,
                        const struct names *names);

// Reading a formula again, in a scope where its names are bound to what they meant then. Functions
// mean what they meant then; files are not read.
struct recipe_reading {
    struct definitions known;
    struct source source;
    struct lexer lexer;
    struct lower lower;
    struct parser parser;
};

// Then read it with g->lower and g->parser, and release it. What the reading makes, the caller takes
// back.
void recipe_begin(struct recipe_reading *g, const struct recipes *r, const struct recipe *row,
                  const struct scope *scope, struct diag *d);
void recipe_release(struct recipe_reading *g);

#endif

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

struct recipe {
    uint32_t name;
    enum op op : 8;  // of `name += formula` and its like; OP_COUNT: `name = formula`
    bool data;       // bound by `data`: its rows may be drawn
    bool nodes;      // bound by `node`: derivatives in the formula are nodes
    bool slope : 1;  // a number that the formula, a derivative, gave: a leaf
    bool lost : 1;   // there was a formula, but too long a one to be kept
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

void recipes_init(struct recipes *r);
// Appends a row, of a name that is bound now, while there are so many definitions. False if out of
// memory.
bool recipes_add(struct recipes *r, const struct definitions *definitions, struct recipe row,
                 const char *formula, size_t length);
// All links of the recipes from `first` on, in their order, each once; targets below `first` are
// left out. `links` (of struct link) is initialised here. False if out of memory.
bool recipes_links(const struct recipes *r, const struct definitions *definitions,
                   const struct names *names, uint32_t first, struct buf *links);

static inline struct recipe *recipes_at(const struct recipes *r, size_t i)
{
    return &BUF(struct recipe, &r->rows)[i];
}
// Its bytes.
static inline const char *recipes_text(const struct recipes *r, const struct recipe *row)
{
    return BUF_FROM(char, &r->text, row->text);
}
// Is any element of its value computed?
bool recipe_is_computed(const struct recipe *row, const struct tape *t, const struct names *names);

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

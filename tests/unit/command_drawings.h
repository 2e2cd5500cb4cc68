// Random graphs, and drawings of them as sheets to read: for the tests of what is drawn with
// characters.
#ifndef TESTS_UNIT_VIEW_DRAWINGS_H
#define TESTS_UNIT_VIEW_DRAWINGS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/rng.h"
#include "engine/sweep.h"
#include "scene/fold.h"
#include "scene/scene.h"
#include "words/ink.h"

// ---- Graphs -------------------------------------------------------------------------------------

struct graph {
    struct tape tape;
    struct names names;
    struct records records;
    struct text drawing;
    // What is folded, where fold_some folded anything.
    struct part part;
    struct buf groups;
    struct folds folds;
    bool folded;
};

static inline void graph_init(struct graph *g)
{
    tape_init(&g->tape);
    names_init(&g->names);
    records_init(&g->records);
    text_init(&g->drawing);
    part_init(&g->part);
    buf_init(&g->groups, sizeof(struct group));
    g->folded = false;
}

static inline void graph_release(struct graph *g)
{
    tape_release(&g->tape);
    names_release(&g->names);
    records_release(&g->records);
    text_release(&g->drawing);
    part_release(&g->part);
    buf_release(&g->groups);
    if (g->folded) {
        folds_release(&g->folds);
    }
}

static inline void name_node(struct graph *g, uint32_t node)
{
    char name[16];
    int n = snprintf(name, sizeof name, "v%u", (unsigned)node);
    uint32_t known = names_intern(&g->names, name, (size_t)n);
    assert_true(names_bind(&g->names, NULL, known, value_of_node(node)));
}

// Operations whose signs take as many columns in ASCII.
static const enum op OPS[] = {OP_ADD, OP_MUL, OP_ADD, OP_MUL,  OP_SUB, OP_SUB,
                              OP_DIV, OP_NEG, OP_SIN, OP_TANH, OP_RELU};

// Of at most `most` values, all of them named; the last node is the root. Now and then an operand
// is a constant. Operands are mostly the last value and the first that was not used yet, so that
// the root depends on most of them.
static inline uint32_t random_graph(struct graph *g, struct rng *rng, uint32_t most)
{
    struct tape *t = &g->tape;
    uint32_t values[64], leaves = 1 + (uint32_t)rng_below(rng, most / 2), used = 0, count = 0;
    uint32_t nodes = leaves + (uint32_t)rng_below(rng, most - 2 * leaves + 1);
    for (; count < leaves; count++) {
        uint8_t marks = rng_below(rng, 2) == 0 ? MARK_PARAM : 0;
        values[count] = tape_leaf(t, floor(40 * rng_uniform(rng) - 20) / 4, marks);
    }
    for (; count < leaves + nodes; count++) {
        enum op op = OPS[rng_below(rng, COUNT_OF(OPS))];
        uint32_t a = values[rng_below(rng, 3) > 0 ? count - 1 : rng_below(rng, count)];
        uint32_t b = values[used < count && rng_below(rng, 4) > 0 ? used++ : rng_below(rng, count)];
        if (rng_below(rng, 8) == 0) {
            b = tape_leaf(t, (double)rng_below(rng, 9) - 4, MARK_CONST);
        }
        bool turned = rng_below(rng, 2) == 0;
        values[count] = op_get(op)->arity == 1 ? tape_apply(t, op, a, a)
                        : turned               ? tape_apply(t, op, b, a)
                                               : tape_apply(t, op, a, b);
    }
    for (uint32_t i = 0; i < count; i++) {
        name_node(g, values[i]);
    }
    return values[count - 1];
}

// Some nodes that follow each other are a call of f, which is folded.
static inline void fold_some(struct graph *g, struct rng *rng, uint32_t root)
{
    uint32_t f = names_intern(&g->names, "f", 1), count = tape_count(&g->tape);
    uint32_t first = (uint32_t)rng_below(rng, count), end = first + 1;
    end += (uint32_t)rng_below(rng, count - first);
    uint32_t group = groups_begin(&g->groups, f, GROUP_NONE, first);
    groups_end(&g->groups, group, end);
    group_at(&g->groups, group)->look = LOOK_FOLDED;
    const struct fold_wish wish = {.groups = &g->groups};
    assert_true(part_all(&g->part, &g->tape, root));
    assert_true(folds_find(&g->folds, &g->tape, &g->names, &wish, &g->part, root));
    g->folded = true;
}

static inline struct rec *build(struct graph *g, uint32_t root, bool ascii, const char *layout)
{
    const struct scene_options options = {.theme = "light",
                                          .part = g->folded ? &g->part : NULL,
                                          .folds = g->folded ? &g->folds : NULL};
    struct rec *scene = scene_build(&g->records, &g->tape, &g->names, root, &options);
    assert_non_null(scene);
    rec_flag(&g->records, scene, KEY_ascii, ascii);
    rec_text(&g->records, scene, KEY_layout, layout);
    return scene;
}

// ---- A sheet to read ----------------------------------------------------------------------------

struct sheet {
    uint32_t *cells;
    size_t rows, columns;
};

static inline void sheet_init(struct sheet *s, struct text *drawing)
{
    struct text plain;
    text_init(&plain);
    ink_plain(&plain, text_get(drawing), text_length(drawing));
    *s = (struct sheet){0};
    size_t column = 0;
    for (const char *c = text_get(&plain); *c != '\0'; c++) {
        column = *c == '\n' ? 0 : column + ((*c & 0xC0) != 0x80);
        s->rows += *c == '\n';
        s->columns = column > s->columns ? column : s->columns;
    }
    s->cells = malloc((s->rows + 1) * (s->columns + 1) * sizeof *s->cells);
    for (size_t i = 0; i < s->rows * s->columns; i++) {
        s->cells[i] = ' ';
    }
    size_t row = 0;
    column = 0;
    const char *text = text_get(&plain), *end = text + strlen(text);
    while (text < end) {
        uint32_t character;
        text += utf8_read(text, (size_t)(end - text), &character);
        if (character == '\n') {
            row++;
            column = 0;
        } else {
            s->cells[row * s->columns + column++] = character;
        }
    }
    text_release(&plain);
}

static inline uint32_t at(const struct sheet *s, size_t row, size_t column)
{
    return row < s->rows && column < s->columns ? s->cells[row * s->columns + column] : ' ';
}

static inline bool is_one_of(uint32_t character, const char *signs)
{
    while (*signs != '\0') {
        uint32_t sign;
        signs += utf8_read(signs, strlen(signs), &sign);
        if (sign == character) {
            return true;
        }
    }
    return false;
}

#endif

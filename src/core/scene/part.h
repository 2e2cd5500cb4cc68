// Which part of a graph a picture shows: all that an output depends on, what leads to it from one
// value, or what lies near one value.
#ifndef SCENE_PART_H
#define SCENE_PART_H

#include "engine/tape.h"

// Nodes, lowest first. What is shown with its operands is whole; its operands are then in the part
// too. Others are cut off: they are there because one that is whole uses them.
struct part {
    struct buf ids;    // uint32_t
    struct buf whole;  // uint8_t, one for each
    // Where there are gaps, but not many: uint32_t for each node from the first on, what part_place says.
    struct buf place;
};

void part_init(struct part *p);
void part_release(struct part *p);

// All that `root` depends on. (Each of these: false if out of memory.)
bool part_all(struct part *p, const struct tape *t, uint32_t root);
// What leads from `from` to `root`. Empty if root does not depend on it.
bool part_from(struct part *p, const struct tape *t, uint32_t root, uint32_t from);
// What lies at most so many edges, either way, from `centre`.
bool part_near(struct part *p, const struct tape *t, uint32_t centre, long radius);

// These nodes (lowest first) and what uses them below `root`, each with its operands.
bool part_around(struct part *p, const struct tape *t, uint32_t root, const uint32_t *ids,
                 size_t count);

// part_place where neither the distance from the first node nor the table tells it.
uint32_t part_search(const struct part *p, uint32_t node);
// Where in the part the node is, or the first one behind it would be.
static inline uint32_t part_place(const struct part *p, uint32_t node)
{
    const uint32_t *ids = p->ids.data;
    uint32_t near = p->ids.count == 0 ? 0 : node - ids[0];
    if (near < p->ids.count && ids[near] == node) {
        return near;  // there are no gaps before it
    }
    return near < p->place.count ? BUF(uint32_t, &p->place)[near] : part_search(p, node);
}

// How many are values: constants in an expression are not counted.
size_t part_values(const struct part *p, const struct tape *t);

#endif

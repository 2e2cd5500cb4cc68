#include "text/group.h"

uint32_t groups_begin(struct buf *groups, uint32_t name, uint32_t within, uint32_t nodes)
{
    groups_trim(groups, nodes);
    uint32_t at = (uint32_t)groups->count;
    struct group *group = buf_push(groups, 1);
    if (group == NULL) {
        return GROUP_NONE;
    }
    *group =
        (struct group){.name = name, .within = within, .whole = at, .first = nodes, .end = nodes};
    return at;
}

void groups_end(struct buf *groups, uint32_t group, uint32_t nodes)
{
    struct group *g = group_at(groups, group);
    g->end = nodes;
    if (g->first == g->end) {
        groups->count = group;  // the calls inside it made nothing either
    }
}

void groups_trim(struct buf *groups, uint32_t nodes)
{
    while (groups->count > 0 && group_at(groups, (uint32_t)groups->count - 1)->end > nodes) {
        groups->count--;
    }
}

bool group_add_piece(struct buf *groups, uint32_t whole, uint32_t first, uint32_t end)
{
    struct group *piece = buf_push(groups, 1);
    if (piece != NULL) {
        *piece = *group_at(groups, whole);
        piece->first = first;
        piece->end = end;
    }
    return piece != NULL;
}

// The last group that begins at the node or before it holds the node, or one that it is in
// does: calls lie within each other or apart.
uint32_t group_of_node(const struct buf *groups, uint32_t node)
{
    uint32_t low = 0, high = (uint32_t)groups->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (group_at(groups, middle)->first <= node) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    uint32_t at = low == 0 ? GROUP_NONE : low - 1;
    while (at != GROUP_NONE && group_at(groups, at)->end <= node) {
        at = group_at(groups, at)->within;
    }
    return at == GROUP_NONE ? GROUP_NONE : group_at(groups, at)->whole;
}

uint32_t group_turn_of(const struct buf *groups, uint32_t node)
{
    uint32_t g = group_of_node(groups, node);
    while (g != GROUP_NONE && group_at(groups, g)->within != GROUP_NONE) {
        g = group_at(groups, g)->within;
    }
    bool turn = g != GROUP_NONE && group_at(groups, g)->turn != 0;
    return turn ? group_at(groups, g)->whole : GROUP_NONE;
}

bool group_holds(const struct buf *groups, uint32_t group, uint32_t node)
{
    uint32_t g = group_of_node(groups, node);
    while (g != GROUP_NONE && g != group) {
        g = group_at(groups, g)->within;
    }
    return g == group;
}

// Is nothing above the node in the group? The rows that begin above it tell, and the one before
// them.
static bool is_last(const struct buf *groups, uint32_t group, uint32_t node)
{
    uint32_t i = (uint32_t)groups->count;
    while (i-- > 0 && group_at(groups, i)->first > node) {
        if (group_holds(groups, group, group_at(groups, i)->first)) {
            return false;
        }
    }
    return !group_holds(groups, group, node + 1);
}

uint32_t group_with_result(const struct buf *groups, uint32_t node)
{
    uint32_t found = GROUP_NONE;
    for (uint32_t g = group_of_node(groups, node); g != GROUP_NONE;
         g = group_at(groups, g)->within) {
        found = is_last(groups, g, node) ? g : found;
    }
    return found;
}

bool groups_number(const struct buf *groups, const uint32_t *ids, size_t count, struct buf *numbers)
{
    struct buf calls;  // uint32_t for each name: how many were found
    buf_init(&calls, sizeof(uint32_t));
    bool ok = buf_resize(numbers, groups->count);
    uint32_t *number = numbers->data;
    for (size_t i = 0; ok && i < count; i++) {
        uint32_t g = group_of_node(groups, ids[i]);
        for (; g != GROUP_NONE && number[g] == 0; g = group_at(groups, g)->within) {
            number[g] = 1;
        }
    }
    for (uint32_t g = 0; ok && g < groups->count; g++) {
        uint32_t name = group_at(groups, g)->name;
        if (number[g] != 0) {
            ok = name < calls.count || buf_resize(&calls, (size_t)name + 1);
            number[g] = ok ? ++BUF(uint32_t, &calls)[name] : 0;
        }
    }
    buf_release(&calls);
    return ok;
}

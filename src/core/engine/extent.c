#include "engine/extent.h"

#include "base/stop.h"

static void count_node(const struct tape *t, uint32_t id, struct extent *out)
{
    int arity = tape_arity(t, id);
    if (arity == 0) {
        out->leaves += tape_marked(t, id, MARK_CONST) ? 0 : 1;
        return;
    }
    out->nodes++;
    for (int slot = 0; slot < arity; slot++) {
        out->edges += tape_constant(t, id, slot) ? 0 : 1;
    }
}

enum sweep_end extent_count(const struct tape *t, struct stop *stop, uint32_t root,
                            struct extent *out)
{
    *out = (struct extent){0};
    struct buf ids;
    enum sweep_end end = sweep_reach(t, root, &ids) ? SWEEP_DONE : SWEEP_NO_MEMORY;
    for (size_t i = 0; end == SWEEP_DONE && i < ids.count; i++) {
        count_node(t, BUF(uint32_t, &ids)[i], out);
        end = stop_asked(stop, i) ? SWEEP_STOPPED : SWEEP_DONE;
    }
    buf_release(&ids);
    return end;
}

#include "scene/fold_short.h"

#include <string.h>

#include "base/text.h"

// A value that stands for itself in a formula: t12.
enum { TITLE = 3 };

struct fold_short_measure {
    const struct tape *tape;
    struct names *names;
    const struct part *part;
    const uint32_t *name, *array;
    uint8_t *apart;
    struct buf uses, letters;  // uint32_t for each value
    size_t most;
};

static int arity_of(const struct fold_short_measure *m, size_t i)
{
    bool whole = BUF(uint8_t, &m->part->whole)[i];
    return whole ? tape_arity(m->tape, BUF(uint32_t, &m->part->ids)[i]) : 0;
}

static uint32_t operand_of(const struct fold_short_measure *m, size_t i, int slot)
{
    return part_place(m->part, tape_operand(m->tape, BUF(uint32_t, &m->part->ids)[i], slot));
}

// What stands for value i in the formula of a user.
static uint32_t shown(const struct fold_short_measure *m, uint32_t i)
{
    uint32_t node = BUF(uint32_t, &m->part->ids)[i];
    char text[LABEL_TEXT];
    if (tape_marked(m->tape, node, MARK_CONST)) {
        return (uint32_t)strlen(number_text(text, tape_value(m->tape, node), 4));
    }
    if (m->name[i] != NAME_NONE || m->array[i] != NAME_NONE) {
        const char *label = names_label(m->names, text, node);
        return (uint32_t)utf8_length(label, strlen(label));
    }
    return m->apart[i] ? TITLE : BUF(uint32_t, &m->letters)[i];
}

// The letters of its own formula, the longest operand being set apart as often as that is needed.
static void measure(struct fold_short_measure *m, size_t i)
{
    uint32_t *letters = &BUF(uint32_t, &m->letters)[i];
    const struct op_row *op = op_get(tape_op(m->tape, BUF(uint32_t, &m->part->ids)[i]));
    for (;;) {
        uint32_t longest = UINT32_MAX, most = TITLE;
        *letters = op->form == OP_CALL ? (uint32_t)strlen(op->name) + 2 : 3;
        for (int slot = 0; slot < arity_of(m, i); slot++) {
            uint32_t operand = operand_of(m, i, slot), size = shown(m, operand);
            *letters += size;
            bool inside = arity_of(m, operand) > 0 && m->name[operand] == NAME_NONE &&
                          m->array[operand] == NAME_NONE && !m->apart[operand];
            longest = inside && size > most ? operand : longest;
            most = inside && size > most ? size : most;
        }
        if (*letters <= m->most || longest == UINT32_MAX) {
            return;
        }
        m->apart[longest] = 1;
    }
}

bool fold_short(struct buf *apart, const struct tape *t, struct names *names,
                const struct part *part, const uint32_t *name, const uint32_t *array, size_t most)
{
    struct fold_short_measure m = {
        .tape = t, .names = names, .part = part, .name = name, .array = array, .most = most};
    size_t count = part->ids.count;
    buf_init(&m.uses, sizeof(uint32_t));
    buf_init(&m.letters, sizeof(uint32_t));
    bool ok =
        buf_resize(apart, count) && buf_resize(&m.uses, count) && buf_resize(&m.letters, count);
    m.apart = apart->data;
    for (size_t i = 0; ok && i < count; i++) {
        for (int slot = 0; slot < arity_of(&m, i); slot++) {
            uint32_t operand = operand_of(&m, i, slot);
            m.apart[operand] = ++BUF(uint32_t, &m.uses)[operand] > 1;
        }
    }
    for (size_t i = 0; ok && i < count; i++) {
        if (arity_of(&m, i) > 0) {
            measure(&m, i);
        }
    }
    buf_release(&m.uses);
    buf_release(&m.letters);
    return ok;
}

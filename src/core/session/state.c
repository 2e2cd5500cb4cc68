#include "session/state.h"

#include <stddef.h>
#include <string.h>

#include "scene/fold.h"

static const struct state_row {
    size_t offset;   // in struct session
    size_t element;  // bytes; 0: another member begins and ends it
    enum state_kind kind;
} rows[STATE_ROWS] = {
#define PART(path, kind) {offsetof(struct session, path), 0, STATE_##kind},
#define ARRAY(name, element, kind) {offsetof(struct session, name), sizeof(element), STATE_##kind},
#include "session/state.def"
#undef PART
#undef ARRAY
};

static struct buf *array_of(struct session *s, size_t row)
{
    return (struct buf *)(void *)((char *)s + rows[row].offset);
}

static bool grows(size_t row)
{
    return rows[row].kind == STATE_GROWS || rows[row].kind == STATE_BESIDE;
}

// The lengths of the arrays that grow are saved together.
static void join_growing(struct session *s)
{
    for (size_t i = 0, next; i < STATE_ROWS; i = next) {
        for (next = i + 1; next < STATE_ROWS && rows[next].kind == STATE_BESIDE; next++) {
            BS_ASSERT(array_of(s, next) == array_of(s, i) + (next - i));
        }
        if (rows[i].kind == STATE_GROWS) {
            trail_join(&s->undo, array_of(s, i), next - i);
        }
    }
}

void state_init(struct session *s)
{
    tape_init(&s->tape);
    replay_init(&s->replay);
    names_init(&s->names);
    definitions_init(&s->definitions);
    labels_init(&s->labels);
    recipes_init(&s->recipes);
    trainings_init(&s->trainings);
    for (size_t i = 0; i < STATE_ROWS; i++) {
        if (rows[i].element > 0) {
            buf_init(array_of(s, i), rows[i].element);
        }
    }
    trail_init(&s->undo);
    trail_init(&s->redo);
    join_growing(s);
    stepper_init(&s->stepper);
    inputs_init(&s->inputs);
    records_init(&s->prepared);
}

void state_release(struct session *s)
{
    tape_release(&s->tape);
    replay_release(&s->replay);
    names_release(&s->names);
    for (size_t i = 0; i < STATE_ROWS; i++) {
        buf_release(array_of(s, i));
    }
    trail_release(&s->undo);
    trail_release(&s->redo);
    stepper_release(&s->stepper);
    inputs_release(&s->inputs);
    records_release(&s->prepared);
    parser_release(&s->parser);
    lower_release(&s->lower);
}

static bool copy_array(struct buf *to, const struct buf *from)
{
    to->count = 0;
    return buf_add(to, from->data, from->count);
}

// A walk goes on in the copy where it was.
static bool copy_walk(struct session *copy, const struct session *s)
{
    const struct stepper *from = &s->stepper;
    struct stepper *to = &copy->stepper;
    if (from->tape == NULL) {
        return true;
    }
    bool ok = copy_array(&to->order, &from->order) && copy_array(&to->marks, &from->marks) &&
              trail_copy(&to->trail, &from->trail, s, copy);
    to->tape = ok ? &copy->tape : NULL;
    to->root = from->root;
    to->from_backward = from->from_backward;
    to->at = from->at;
    copy->again = s->again;
    copy->guess = s->guess;
    return ok;
}

bool state_copy(struct session *to, struct session *from)
{
    bool ok = true;
    for (size_t i = 0; i < STATE_ROWS; i++) {
        ok = ok && (rows[i].kind == STATE_OWN || copy_array(array_of(to, i), array_of(from, i)));
    }
    memcpy(to->kept, from->kept, sizeof to->kept);
    to->terminal = from->terminal;
    return ok && copy_walk(to, from);
}

struct buf *state_growing(struct session *s, size_t k)
{
    for (size_t i = 0; i < STATE_ROWS; i++) {
        if (grows(i) && k-- == 0) {
            return array_of(s, i);
        }
    }
    return NULL;
}

bool state_save_elements(struct session *s)
{
    bool ok = true;
    for (size_t i = 0; i < STATE_ROWS; i++) {
        struct buf *array = array_of(s, i);
        ok = ok && (rows[i].kind != STATE_CHANGES || trail_save(&s->undo, array, 0, array->count));
    }
    return ok;
}

void state_keep(struct session *s)
{
    for (size_t i = 0; i < STATE_ROWS; i++) {
        s->kept[i] = array_of(s, i)->count;
    }
}

bool state_cut(struct session *s)
{
    bool ok = true;
    for (size_t i = 0; i < STATE_ROWS; i++) {
        ok = ok && (!grows(i) || trail_cut(&s->undo, array_of(s, i), s->kept[i]));
    }
    return ok;
}

void state_forgive(struct session *s)
{
    for (size_t i = 0; i < STATE_ROWS; i++) {
        if (grows(i)) {
            array_of(s, i)->failed = false;
        }
    }
}

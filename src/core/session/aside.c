#include "session/aside.h"

bool aside_begin(struct aside *a, struct call *c)
{
    struct session *s = c->s;
    *a = (struct aside){.call = c,
                        .nodes = tape_count(&s->tape),
                        .lists = s->names.lists.count,
                        .stale = s->tape.any_stale,
                        .rng = session_settings(s)->rng};
    trail_init(&a->trail);
    trail_begin(&a->trail);
    return call_swept(c, sweep_forward(&s->tape, &a->trail, s->world.stop, NULL));
}

void aside_end(struct aside *a)
{
    struct session *s = a->call->s;
    aside_cut(a);
    trail_take_back(&a->trail, 0, NULL);
    trail_release(&a->trail);
    s->tape.any_stale = a->stale;
    names_changed(&s->names);
}

bool aside_bind(struct aside *a, const char *name, size_t length, struct value value)
{
    struct names *names = &a->call->s->names;
    uint32_t id = names_intern(names, name, length);
    return (id != NAME_NONE && names_bind(names, &a->trail, id, value)) ||
           diag_out_of_memory(a->call->diag);
}

// All at once: the trail then has nothing to add when other leaves are changed.
static bool save(struct aside *a)
{
    struct tape *t = &a->call->s->tape;
    return (trail_save(&a->trail, &t->value, 0, a->nodes) &&
            trail_save(&a->trail, &t->mark, 0, a->nodes)) ||
           diag_out_of_memory(a->call->diag);
}

bool aside_set(struct aside *a, uint32_t leaf, double value)
{
    return save(a) && (tape_set_value(&a->call->s->tape, &a->trail, leaf, value) ||
                       diag_out_of_memory(a->call->diag));
}

bool aside_move_all(struct aside *a, const uint32_t *leaves, const double *values, size_t count)
{
    struct tape *t = &a->call->s->tape;
    if (!save(a)) {
        return false;
    }
    for (size_t k = 0; k < count; k++) {
        BUF(double, &t->value)[leaves[k]] = values[k];
    }
    for (uint32_t i = 0; i < tape_count(t); i++) {
        if (tape_op(t, i) != OP_LEAF) {
            BUF(uint8_t, &t->mark)[i] |= MARK_STALE;
        }
    }
    t->any_stale = true;
    return aside_refresh(a);
}

bool aside_refresh(struct aside *a)
{
    struct session *s = a->call->s;
    return call_swept(a->call, sweep_forward(&s->tape, &a->trail, s->world.stop, NULL));
}

bool aside_move(struct aside *a, uint32_t leaf, double value)
{
    return aside_set(a, leaf, value) && aside_refresh(a);
}

bool aside_leaf(struct aside *a, double value)
{
    return tape_leaf(&a->call->s->tape, value, 0) != NODE_NONE ||
           lower_no_room(call_lower(a->call), a->call->command);
}

bool aside_evaluate(struct aside *a, const struct source *text, struct span span,
                    struct operand *result)
{
    struct call *c = a->call;
    struct scope scope = session_scope(c->s);
    struct parser p;
    scope.rng = &a->rng;
    scope.groups = NULL;
    if (a->lowering) {
        lower_release(&a->lower);
    }
    a->source = *text;
    a->source.length = span.end;
    struct lexer lexer = {.source = &a->source, .at = span.start};
    lower_init(&a->lower, &scope, &a->source, c->diag);
    a->lowering = true;
    parser_init(&p, &lexer, &c->s->names, c->diag);
    p.stop = c->s->world.stop;
    bool ok = lower_expression(&a->lower, &p, result);
    parser_release(&p);
    return ok;
}

double aside_number(const struct aside *a, const struct operand *result, size_t k)
{
    uint32_t cols = operand_cols(result);
    return operand_is_array(result)
               ? operand_number(&a->lower, result, (uint32_t)(k / cols), (uint32_t)(k % cols))
               : lower_number(&a->lower, result);
}

void aside_cut(struct aside *a)
{
    struct session *s = a->call->s;
    if (a->lowering) {
        lower_release(&a->lower);
        a->lowering = false;
    }
    tape_cut(&s->tape, a->nodes);
    s->names.lists.count = a->lists;
}

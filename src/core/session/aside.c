#include "session/aside.h"

bool aside_begin(struct aside *a, struct call *c)
{
    *a = (struct aside){.call = c, .binds = c->s->names.binds};
    session_checkpoint(c->s, &a->before);
    return call_swept(c, checkpoint_refresh(&a->before, c->s->world.stop));
}

static void forget_evaluation(struct aside *a)
{
    if (a->lowering) {
        lower_release(&a->lower);
        a->lowering = false;
    }
}

void aside_end(struct aside *a)
{
    forget_evaluation(a);
    checkpoint_back(&a->before);
    names_back(&a->call->s->names, a->binds);
}

bool aside_bind(struct aside *a, const char *name, size_t length, struct value value)
{
    struct names *names = &a->call->s->names;
    uint32_t id = names_intern(names, name, length);
    return (id != NAME_NONE && names_bind(names, &a->before.trail, id, value)) ||
           diag_out_of_memory(a->call->diag);
}

bool aside_move(struct aside *a, const uint32_t *leaves, const double *values, size_t count)
{
    return (checkpoint_move(&a->before, leaves, values, count) ||
            diag_out_of_memory(a->call->diag)) &&
           call_swept(a->call, checkpoint_refresh(&a->before, a->call->s->world.stop));
}

bool aside_recompute(struct aside *a)
{
    return (checkpoint_save_values(&a->before) || diag_out_of_memory(a->call->diag)) &&
           call_swept(a->call, checkpoint_recompute(&a->before, a->call->s->world.stop));
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
    scope.groups = NULL;
    forget_evaluation(a);
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
    forget_evaluation(a);
    checkpoint_cut(&a->before);
}

// bars: the size and the sign of an array's elements, to be seen at a glance.
#include "command/commands.h"

enum { ELEMENTS_MOST = 100 };  // along each side

static bool refuse(struct call *c, const struct operand *x)
{
    char shape[SHAPE_TEXT];
    if (!operand_is_array(x)) {
        diag_set(c->diag, x->span, "this is a single number, and bars compare several");
        return diag_hint(c->diag, "give an array, as in bars dL/dW");
    }
    diag_set(c->diag, x->span, "%s elements are too many for bars", operand_shape(shape, x));
    return diag_hint(c->diag, "take a part of at most %d by %d, as in W[0:%d, 0:%d]", ELEMENTS_MOST,
                     ELEMENTS_MOST, ELEMENTS_MOST, ELEMENTS_MOST);
}

enum call_end command_bars(struct call *c)
{
    struct operand x;
    if (!call_has_more(c)) {
        diag_set(c->diag, c->command, "an array is missing");
        diag_hint(c->diag, "bars W, or bars dL/dx");
        return CALL_FAILED;
    }
    if (!call_expression(c, &x) || !call_finish(c)) {
        return CALL_FAILED;
    }
    if (!operand_is_array(&x) || operand_rows(&x) > ELEMENTS_MOST ||
        operand_cols(&x) > ELEMENTS_MOST) {
        refuse(c, &x);
        return CALL_FAILED;
    }
    call_note_stale_value(c, x.span, &x);
    struct rec *r = call_record(c, KIND_bars);
    rec_bytes(c->out, r, KEY_text, c->lexer->source->text + x.span.start,
              x.span.end - x.span.start);
    call_put_value(c, r, KEY_values, &x);
    return CALL_DONE;
}

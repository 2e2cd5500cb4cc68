// Things done on the graph aside: expressions evaluated and formulas read, for answers and keys.
#include <string.h>

#include "engine/sweep.h"
#include "formula/expr_lower.h"
#include "lesson/judging.h"
#include "text/array.h"
#include "text/excerpt.h"

bool trial_begin(struct checkpoint *c, const struct scope *scope, struct diag *d)
{
    scope_checkpoint(scope, c);
    enum sweep_end end = checkpoint_refresh(c, scope->stop);
    return end == SWEEP_DONE ||
           (end == SWEEP_STOPPED ? diag_set(d, (struct span){0, 0}, "interrupted")
                                 : diag_out_of_memory(d));
}

// 2x: something follows a whole answer.
static bool refuse_more(struct excerpt *piece, struct token after)
{
    const struct source *s = &piece->source;
    size_t at = after.at, before = at;
    while (before > 0 && s->text[before - 1] == ' ') {
        before--;
    }
    if (after.kind == TOKEN_COMMA) {
        bool decimal = before > 0 && text_is_digit(s->text[before - 1]) &&
                       text_is_digit(s->text[after.span.end]);
        diag_set(&piece->d, after.span, "one answer is asked for, and a comma begins another");
        return decimal && diag_hint(&piece->d, "write a decimal point as '.'");
    }
    if (after.kind == TOKEN_ASSIGN) {
        return diag_set(&piece->d, after.span, "the answer alone is asked for, without '='");
    }
    if (token_is(&piece->lexer, after, "or") || token_is(&piece->lexer, after, "and")) {
        return diag_set(&piece->d, after.span, "one answer is asked for");
    }
    // 2x4, which is no 2 times x4.
    if (after.kind == TOKEN_NAME && before == at && at > 0 && text_is_digit(s->text[at - 1]) &&
        s->text[at] == 'x' && token_length(after) > 1 && text_is_digit(s->text[at + 1]) &&
        names_lookup(piece->parser.names, s->text + at, token_length(after)).rank ==
            VALUE_UNBOUND) {
        diag_set(&piece->d, (struct span){at, at + 1}, "'x' is no sign here");
        return diag_hint(&piece->d, "to multiply write %.*s*%.*s", (int)at, s->text,
                         (int)(s->length - at - 1), s->text + at + 1);
    }
    // Words: I don't know, 6 apples. (2 x is a product; a formula's names may have no value.)
    if (after.kind == TOKEN_NAME && before < at && token_length(after) > 1 &&
        names_lookup(piece->parser.names, s->text + at, token_length(after)).rank ==
            VALUE_UNBOUND &&
        !lower_is_function(s->text + at, token_length(after))) {
        char word[QUOTED];
        diag_set(&piece->d, after.span, "'%s' does not belong to a formula here",
                 diag_quote(word, s->text + at, token_length(after)));
        return diag_hint(&piece->d, "write one number or one formula, and no other words");
    }
    bool room = memchr(s->text, '\\', s->length) != NULL;  // signs that are passed over
    bool value = after.kind == TOKEN_NAME || after.kind == TOKEN_NUMBER ||
                 after.kind == TOKEN_ROOT || after.kind == TOKEN_NODE || token_opens(after, '(');
    if (!value || room) {
        char sign[QUOTED];
        return diag_set(&piece->d, after.span, "'%s' is not allowed here",
                        diag_quote(sign, s->text + after.at, after.span.end - after.at));
    }
    diag_set(&piece->d, after.span, "a '*' is missing here");
    return diag_hint(&piece->d, "write %.*s*%.*s", (int)before, s->text, (int)(s->length - at),
                     s->text + at);
}

static bool piece_end(struct excerpt *piece, bool ok, struct diag *d)
{
    struct token after = lexer_peek(&piece->lexer);
    if (ok && after.kind == TOKEN_BAD) {
        lexer_next(&piece->lexer, &piece->d);
        ok = false;
    } else if (ok && after.kind != TOKEN_END) {
        ok = refuse_more(piece, after);
    }
    return excerpt_end(piece, ok, d);
}

static bool evaluate_piece(struct excerpt *piece, const struct scope *scope, double *number,
                           uint32_t *node)
{
    struct lower lower;
    struct operand result;
    uint32_t before = tape_count(scope->tape);
    lower_init(&lower, scope, &piece->source, &piece->d);
    bool ok = lower_expression(&lower, &piece->parser, &result);
    *node = NODE_NONE;
    if (ok && operand_is_array(&result)) {
        char shape[SHAPE_TEXT];
        ok = diag_set(&piece->d, (struct span){0, piece->source.length},
                      "a single number is asked for, and this is an array of %s",
                      operand_shape(shape, &result));
    }
    if (ok) {
        *number = lower_number(&lower, &result);
        *node = result.is_node && result.node < before ? result.node : NODE_NONE;
    }
    lower_release(&lower);
    return ok;
}

bool trial_evaluate(const struct scope *scope, const char *s, struct span at, double *number,
                    uint32_t *node, struct diag *d)
{
    struct excerpt piece;
    struct scope quiet = *scope;
    quiet.groups = NULL;
    excerpt_init(&piece, scope->names, s, at);
    return piece_end(&piece, evaluate_piece(&piece, &quiet, number, node), d);
}

// The elements of the piece's expression, appended.
static bool read_elements(struct excerpt *piece, const struct scope *scope, struct buf *elements)
{
    struct lower lower;
    struct operand x;
    uint32_t before = tape_count(scope->tape);
    lower_init(&lower, scope, &piece->source, &piece->d);
    bool ok = lower_expression(&lower, &piece->parser, &x);
    uint32_t cols = ok ? operand_cols(&x) : 0;
    for (size_t k = 0; ok && k < operand_count(&x); k++) {
        uint32_t i = (uint32_t)(k / cols), j = (uint32_t)(k % cols);
        uint32_t node = x.is_node ? operand_node(&lower, &x, i, j) : NODE_NONE;
        struct trial_element *at = buf_push(elements, 1);
        if (at == NULL || stop_asked(scope->stop, k)) {
            ok = at == NULL ? diag_out_of_memory(&piece->d)
                            : diag_set(&piece->d, x.span, "interrupted");
        } else {
            *at = (struct trial_element){.number = operand_number(&lower, &x, i, j),
                                         .node = node < before ? node : NODE_NONE};
        }
    }
    lower_release(&lower);
    return ok;
}

bool trial_elements(const struct scope *scope, const char *s, struct span at, struct buf *elements,
                    struct diag *d)
{
    struct excerpt piece;
    struct scope quiet = *scope;
    struct checkpoint before;
    quiet.groups = NULL;
    scope_checkpoint(&quiet, &before);
    excerpt_init(&piece, scope->names, s, at);
    bool ok = piece_end(&piece, read_elements(&piece, &quiet, elements), d);
    checkpoint_cut(&before);
    return ok;
}

static bool read_array(struct excerpt *piece, const struct scope *scope, struct value *shape,
                       struct buf *numbers)
{
    struct lower lower;
    struct operand x;
    lower_init(&lower, scope, &piece->source, &piece->d);
    bool ok = lower_expression(&lower, &piece->parser, &x);
    uint32_t cols = ok ? operand_cols(&x) : 0;
    if (ok) {
        *shape = operand_is_array(&x) ? x.array : value_of_node(NODE_NONE);
    }
    for (size_t k = 0; ok && k < operand_count(&x); k++) {
        double *at = buf_push(numbers, 1);
        ok = at != NULL || diag_out_of_memory(&piece->d);
        if (ok) {
            *at = operand_number(&lower, &x, (uint32_t)(k / cols), (uint32_t)(k % cols));
        }
    }
    lower_release(&lower);
    return ok;
}

bool trial_array(const struct scope *scope, const char *s, struct span at, struct value *shape,
                 struct buf *numbers, struct diag *d)
{
    struct excerpt piece;
    struct scope quiet = *scope;
    struct checkpoint before;
    quiet.groups = NULL;
    scope_checkpoint(&quiet, &before);
    excerpt_init(&piece, scope->names, s, at);
    bool ok = piece_end(&piece, read_array(&piece, &quiet, shape, numbers), d);
    checkpoint_cut(&before);
    return ok;
}

bool question_number(const struct scope *scope, const char *expression, double *number,
                     struct diag *d)
{
    struct checkpoint trial;
    uint32_t node;
    bool ok =
        trial_begin(&trial, scope, d) &&
        trial_evaluate(scope, expression, (struct span){0, strlen(expression)}, number, &node, d);
    checkpoint_back(&trial);
    return ok;
}

// Is it the name of a function, and of nothing else?
static bool is_function(const struct exprs *p, const struct scope *scope, uint32_t id)
{
    struct expr e = expr_get(p, id);
    size_t n;
    const char *s = e.kind == EXPR_NAME ? names_text(&p->names, e.a, &n) : NULL;
    return s != NULL && names_lookup(scope->names, s, n).rank == VALUE_UNBOUND &&
           (lower_is_function(s, n) ||
            definitions_find(scope->definitions, names_find(scope->names, s, n)) != NULL);
}

static bool mentions_function(const struct exprs *p, const struct scope *scope, uint32_t root)
{
    struct buf names;
    bool found = false;
    bool ok = expr_free_names(p, root, &names);
    for (size_t i = 0; ok && i < names.count; i++) {
        found |= is_function(p, scope, BUF(uint32_t, &names)[i]);
    }
    buf_release(&names);
    return found;
}

// As the prompt reads it: with functions of one's own, and elements of arrays.
static bool lower_formula(struct exprs *p, const struct scope *scope, const char *s, struct span at,
                          uint32_t *root, bool *array, struct diag *d)
{
    struct excerpt piece;
    struct expr_lowered lowered;
    excerpt_init(&piece, scope->names, s, at);
    bool ok = expr_lower(p, scope, &piece.lexer, &lowered, &piece.d);
    *array = ok && value_is_array(lowered.shape);
    if (*array) {
        ok = diag_set(&piece.d, (struct span){0, piece.source.length},
                      "a single number is asked for, and this is an array");
    }
    if (ok) {
        *root = BUF(uint32_t, &lowered.roots)[0];
    }
    ok = piece_end(&piece, ok, d);
    expr_lowered_release(&lowered);
    return ok;
}

bool trial_read_formula(struct exprs *p, const struct scope *scope, const char *s, struct span at,
                        uint32_t *root, struct diag *d)
{
    struct excerpt piece;
    struct names none;
    struct diag why = {0};
    *root = EXPR_NONE;
    names_init(&none);
    excerpt_init(&piece, &none, s, at);
    bool ok = expr_parse(p, &piece.parser, root);
    if (!ok && !piece.d.set) {
        expr_trouble(p, &piece.d);
    }
    ok = piece_end(&piece, ok, &why);
    names_release(&none);
    // sin x is not a product of sin and x: the prompt says what is wrong with it.
    bool function = *root != EXPR_NONE && mentions_function(p, scope, *root);
    if (ok && !function) {
        return true;
    }
    struct diag prompt = {0};
    bool array;
    if (lower_formula(p, scope, s, at, root, &array, &prompt)) {
        return true;
    }
    *d = function || array ? prompt : why;
    return false;
}

uint32_t trial_inline_names(struct exprs *p, const struct scope *scope, uint32_t root,
                            uint32_t but_for)
{
    struct buf names;
    bool ok = expr_free_names(p, root, &names);
    size_t length;
    const char *s =
        but_for == EXPR_NONE ? "" : names_text(&p->names, expr_get(p, but_for).a, &length);
    struct value kept = but_for == EXPR_NONE ? ((struct value){.rank = VALUE_UNBOUND})
                                             : names_lookup(scope->names, s, length);
    for (size_t i = 0; ok && i < names.count; i++) {
        uint32_t name = BUF(uint32_t, &names)[i];
        s = names_text(&p->names, expr_get(p, name).a, &length);
        struct value value = names_lookup(scope->names, s, length);
        if (name != but_for && value.rank == VALUE_SCALAR &&
            tape_op(scope->tape, value.base) != OP_LEAF) {
            uint32_t by = expr_inlined(p, scope->tape, scope->names, value.base,
                                       kept.rank == VALUE_SCALAR ? kept.base : NODE_NONE);
            root = by == EXPR_NONE ? by : expr_substitute(p, root, name, by);
        }
    }
    buf_release(&names);
    return ok ? root : EXPR_NONE;
}

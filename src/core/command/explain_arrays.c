#include "command/explain_arrays.h"

#include <string.h>

#include "command/arrays.h"
#include "formula/matrix_print.h"

// The array that is the only argument; a copy of its name. False if it is not one.
static bool read_name(struct call *c, char name[QUOTED], struct lexer *after)
{
    struct token t = lexer_peek(c->lexer);
    *after = *c->lexer;
    if (t.kind != TOKEN_NAME || t.partial || token_length(t) >= QUOTED) {
        return false;
    }
    lexer_next(after, c->diag);
    enum token_kind next = lexer_peek(after).kind;
    memcpy(name, token_text(c->lexer, t), token_length(t));
    name[token_length(t)] = '\0';
    return token_ends(next) && value_is_array(names_lookup(&c->s->names, name, token_length(t)));
}

// ---- explain ------------------------------------------------------------------------------------

// What a row is to its layer: "weights", "sums", "activation"; of the others "input" or "array".
static const char *part_of(const struct arrays *a, const struct layer *l, uint32_t row)
{
    bool given = matrices_at(&a->flow.made.matrices, row)->kind == MAT_GIVEN;
    for (uint32_t k = 0; l != NULL && !given && k < l->count; k++) {
        const struct layer_unit *unit = layers_unit(&a->flow.layers, l, k);
        if (unit->z == row || unit->a == row) {
            return l->plain ? "array" : unit->z == row ? "sums" : "activation";
        }
    }
    return l != NULL && given ? "weights" : given ? "input" : "array";
}

static void put_formula(struct arrays *a, struct rec *r, uint32_t row)
{
    struct text formula;
    text_init(&formula);
    if (matrices_at(&a->flow.made.matrices, row)->kind != MAT_GIVEN) {
        matrix_print(&formula, &a->flow.made.matrices, a->flow.labels.data, row, false);
    }
    rec_text(a->flow.made.call->out, r, KEY_formula, text_get(&formula));
    text_release(&formula);
}

static bool put_explanation(struct arrays *a, struct call *c, uint32_t row, const char *name)
{
    const struct layer *l = layers_of(&a->flow.layers, row);
    struct diag aside = {0}, *diag = c->diag;
    c->diag = &aside;
    bool derived = arrays_derive(a, row);
    c->diag = diag;
    struct rec *r = call_record(c, KIND_explain_array);
    rec_text(c->out, r, KEY_name, name);
    rec_text(c->out, r, KEY_role, part_of(a, l, row));
    rec_text(c->out, r, KEY_of, *flow_label(&a->flow, a->flow.made.row));
    put_formula(a, r, row);
    arrays_put_line(a, rec_map(c->out, r, KEY_value), name, "", row, false);
    struct rec *backward = rec_list(c->out, r, KEY_backward);
    if (derived) {
        arrays_put_backward(a, backward, row);
    }
    arrays_put_line(a, rec_map(c->out, r, KEY_gradient), "", "", row, true);
    bool ok = true;
    if (l != NULL) {
        size_t i = (size_t)(l - layers_at(&a->flow.layers, 0));
        ok = flow_put_layer(&a->flow, rec_map(c->out, r, KEY_layer), i);
    }
    return ok;
}

bool explain_array(struct call *c)
{
    struct arrays a;
    struct lexer after;
    char name[QUOTED], output[LABEL_TEXT];
    uint32_t root = session_settings(c->s)->output;
    struct diag aside = {0}, *diag = c->diag;
    if (root == NODE_NONE || !read_name(c, name, &after)) {
        return false;
    }
    names_label(&c->s->names, output, root);
    output[strcspn(output, "[")] = '\0';  // of an array of one element, the array
    c->diag = &aside;
    bool ok = arrays_read_text(&a, c, output, false);
    c->diag = diag;
    uint32_t row = ok ? arrays_find(&a, name, strlen(name)) : MAT_NONE;
    ok = row != MAT_NONE && put_explanation(&a, c, row, name);
    arrays_release(&a);
    *c->lexer = ok ? after : *c->lexer;
    return ok;
}

// ---- local --------------------------------------------------------------------------------------

// The slopes of an activation, or of another function of one array, element by element.
static void put_slopes(struct arrays *a, struct rec *to, uint32_t row)
{
    enum { ELEMENTS_MOST = 64 };
    struct records *out = a->flow.made.call->out;
    const struct mat *m = matrices_at(&a->flow.made.matrices, row);
    if (m->kind != MAT_OP || m->used != 1) {
        return;
    }
    struct rec *list = rec_list(out, to, KEY_slopes);
    for (size_t k = 0; k < rebuilt_count(&a->flow.made, row) && k < ELEMENTS_MOST; k++) {
        rec_number(out, list, KEY_NONE,
                   tape_slope(&a->flow.made.call->s->tape, rebuilt_node(&a->flow.made, row, k), 0));
    }
}

bool explain_local_array(struct call *c)
{
    struct arrays a;
    struct lexer after;
    char name[QUOTED];
    struct diag aside = {0}, *diag = c->diag;
    if (!read_name(c, name, &after)) {
        return false;
    }
    c->diag = &aside;
    bool ok = arrays_read_text(&a, c, name, true) && arrays_has_any(&a) &&
              *flow_label(&a.flow, a.flow.made.row) != NULL;
    if (ok) {
        ok = matrix_derive_local(&a.pass, &a.flow.made.matrices, &a.flow.made.lower,
                                 a.flow.labels.data, a.flow.made.row) &&
             a.pass.lines.count > 0;
        a.derived = true;
    }
    c->diag = diag;
    if (ok) {
        const struct matrix_line *lines = a.pass.lines.data;
        struct rec *r = call_record(c, KIND_local_array);
        rec_text(c->out, r, KEY_name, name);
        put_formula(&a, r, a.flow.made.row);
        arrays_put_line(&a, rec_map(c->out, r, KEY_value), name, "", a.flow.made.row, false);
        struct rec *rows = rec_list(c->out, r, KEY_rows);
        for (size_t i = a.pass.lines.count; i-- > 0;) {
            arrays_put_line(&a, rec_map(c->out, rows, KEY_NONE), lines[i].name, lines[i].formula,
                            lines[i].row, false);
        }
        put_slopes(&a, r, a.flow.made.row);
        *c->lexer = after;
    }
    arrays_release(&a);
    return ok;
}

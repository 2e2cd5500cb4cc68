// Second derivatives: hessian, curvature; and jacobian, the first derivatives of several outputs.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command/commands.h"
#include "engine/hessian.h"

// Variables that --json gives, so many squared numbers; words/ shows fewer.
enum { VARIABLES_MOST = 64 };

// ---- What is typed ------------------------------------------------------------------------------

// A name, an array, W[0], [a, b], %7 or dL/da.
static bool read_part(struct call *c, struct operand *x)
{
    struct token t = lexer_peek(c->lexer);
    struct lexer after = {.source = c->lexer->source, .at = t.span.end};
    struct token next = lexer_peek(&after);
    bool bracket = token_opens(next, '[') && next.at == t.span.end;
    if (token_opens(t, '[')) {
        return call_expression(c, x);
    }
    struct value v = t.kind != TOKEN_NAME
                         ? ((struct value){0})
                         : names_lookup(&c->s->names, token_text(c->lexer, t), token_length(t));
    if (value_is_array(v) && !bracket) {
        lexer_next(c->lexer, c->diag);
        *x = lower_operand(v, t.span);
        return true;
    }
    if (t.kind == TOKEN_NAME && bracket) {
        return call_part(c, x);
    }
    *x = (struct operand){.is_node = true, .span = t.span};
    return call_node(c, &x->node);
}

static bool refuse_many(struct call *c, struct span span, size_t count)
{
    const char *word = c->lexer->source->text + c->command.start;
    diag_set(c->diag, span, "%zu are too many for a table: it has at most %d", count,
             VARIABLES_MOST);
    return diag_hint(c->diag, *word == 'h' ? "for the Hessian times a vector V, write "
                                             "node s = sum(dL/dW*V); ds/dW"
                                           : "name a part, as in jacobian z[0] x");
}

static bool add_nodes(struct call *c, const struct operand *x, size_t most, struct buf *ids)
{
    uint32_t cols = operand_cols(x);
    if (!x->is_node) {
        diag_set(c->diag, x->span, "these are plain numbers, not nodes of the graph");
        return diag_hint(c->diag, "name variables, as in hessian L a b");
    }
    if (ids->count + operand_count(x) > most) {
        return refuse_many(c, x->span, ids->count + operand_count(x));
    }
    for (uint32_t k = 0; k < operand_count(x); k++) {
        uint32_t *at = buf_push(ids, 1);
        if (at == NULL) {
            return diag_out_of_memory(c->diag);
        }
        *at = operand_node(call_lower(c), x, k / cols, k % cols);
    }
    return true;
}

// What root depends on and can be changed: the parameters, or all leaves where there are none.
static bool add_leaves(struct call *c, uint32_t root, size_t most, struct buf *ids)
{
    const struct tape *t = &c->s->tape;
    struct buf reach;
    bool ok = sweep_reach(t, root, &reach) || diag_out_of_memory(c->diag);
    const uint32_t *id = reach.data;
    bool params = false;
    for (size_t i = 0; ok && i < reach.count; i++) {
        params |= tape_marked(t, id[i], MARK_PARAM);
    }
    size_t found = 0;
    for (size_t i = 0; ok && i < reach.count; i++) {
        bool leaf = tape_op(t, id[i]) == OP_LEAF && !tape_marked(t, id[i], MARK_CONST);
        if (leaf && (!params || tape_marked(t, id[i], MARK_PARAM)) && found++ < most) {
            uint32_t *at = buf_push(ids, 1);
            ok = at != NULL || diag_out_of_memory(c->diag);
            if (at != NULL) {
                *at = id[i];
            }
        }
    }
    buf_release(&reach);
    if (ok && found == 0) {
        diag_set(c->diag, c->command, "this output depends on no leaf that could be changed");
        return diag_hint(c->diag, "name what to differentiate in, as in hessian L a b");
    }
    return ok && (found <= most || refuse_many(c, c->command, found));
}

// Up to the end: at most so many variables, blanks or commas between them; none: the leaves of root.
static bool read_variables(struct call *c, uint32_t root, size_t most, struct buf *ids)
{
    bool any = false;
    while (call_has_more(c)) {
        struct operand x;
        if (any && lexer_peek(c->lexer).kind == TOKEN_COMMA) {
            lexer_next(c->lexer, c->diag);
        }
        if (!read_part(c, &x) || !add_nodes(c, &x, most, ids)) {
            return false;
        }
        any = true;
    }
    return any || add_leaves(c, root, most, ids);
}

// L, and the variables. Values are refreshed.
static bool read_output(struct call *c, size_t most, uint32_t *root, struct buf *ids)
{
    uint32_t fresh;
    bool ok = call_has_more(c) ? call_node(c, root) : call_last_output(c, root);
    ok = ok && read_variables(c, *root, most, ids) && call_refresh(c, &fresh);
    if (ok && fresh > 0 && !call_in_later_turn(c)) {
        call_notice(c, c->command, "%u stale value%s recomputed first", (unsigned)fresh,
                    fresh == 1 ? " was" : "s were");
    }
    return ok;
}

static void put_names(struct call *c, struct rec *r, enum rec_key key, const uint32_t *ids,
                      size_t count)
{
    char label[LABEL_TEXT];
    struct rec *names = rec_list(c->out, r, key);
    for (size_t i = 0; i < count; i++) {
        rec_text(c->out, names, KEY_NONE, names_label(&c->s->names, label, ids[i]));
    }
}

static void put_matrix(struct call *c, struct rec *r, const double *numbers, size_t rows,
                       size_t cols)
{
    struct rec *list = rec_list(c->out, r, KEY_values);
    for (size_t i = 0; i < rows; i++) {
        struct rec *row = rec_list(c->out, list, KEY_NONE);
        for (size_t j = 0; j < cols; j++) {
            rec_number(c->out, row, KEY_NONE, numbers[i * cols + j]);
        }
    }
}

// ---- hessian ------------------------------------------------------------------------------------

static double asymmetry(const double *H, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            double apart = fabs(H[i * n + j] - H[j * n + i]);
            most = apart > most ? apart : most;
        }
    }
    return most;
}

static bool put_hessian(struct call *c, uint32_t root, const uint32_t *ids, size_t n, double *H)
{
    struct session *s = c->s;
    double difference;
    size_t i, j;
    char label[LABEL_TEXT];
    if (!call_swept(c, hessian(&s->tape, s->world.stop, root, ids, n, H)) ||
        !call_swept(
            c, hessian_measure(&s->tape, s->world.stop, root, ids, n, H, &difference, &i, &j))) {
        return false;
    }
    struct rec *r = call_record(c, KIND_hessian);
    call_put_node(c, rec_map(c->out, r, KEY_root), root);
    put_names(c, r, KEY_names, ids, n);
    put_matrix(c, r, H, n, n);
    rec_number(c->out, r, KEY_asymmetry, asymmetry(H, n));
    if (difference >= 0 || isnan(difference)) {
        rec_number(c->out, r, KEY_difference, difference);
        struct rec *worst = rec_list(c->out, r, KEY_worst);
        rec_text(c->out, worst, KEY_NONE, names_label(&s->names, label, ids[i]));
        rec_text(c->out, worst, KEY_NONE, names_label(&s->names, label, ids[j]));
    }
    return true;
}

enum call_end command_hessian(struct call *c)
{
    uint32_t root;
    struct buf ids, H;
    buf_init(&ids, sizeof(uint32_t));
    buf_init(&H, sizeof(double));
    bool ok = read_output(c, VARIABLES_MOST, &root, &ids) &&
              (buf_resize(&H, ids.count * ids.count) || diag_out_of_memory(c->diag)) &&
              put_hessian(c, root, ids.data, ids.count, H.data);
    buf_release(&ids);
    buf_release(&H);
    return ok ? CALL_DONE : CALL_FAILED;
}

// ---- curvature ----------------------------------------------------------------------------------

// Along one variable: d²L/dw². Along the gradient: gᵀHg / gᵀg, the second derivative of L on the
// line that a step of gradient descent takes.
static bool put_curvature(struct call *c, uint32_t root, const uint32_t *ids, size_t n,
                          double *numbers)
{
    struct session *s = c->s;
    double *g = numbers, *Hg = numbers + n, *v = numbers + 2 * n, gg = 0, gHg = 0;
    struct adjoints a = {0};
    bool ok = call_swept(c, sweep_adjoints(&s->tape, s->world.stop, root, SWEEP_NEEDED, &a));
    for (size_t i = 0; ok && i < n; i++) {
        v[i] = n == 1 ? 1 : adjoints_get(&a, ids[i]);
    }
    adjoints_release(&a);
    if (!ok || !call_swept(c, hessian_times(&s->tape, s->world.stop, root, ids, n, v, g, Hg))) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        gg += v[i] * v[i];
        gHg += v[i] * Hg[i];
    }
    if (gg == 0) {
        diag_set(c->diag, c->command, "the gradient is 0, so it has no direction");
        return diag_hint(c->diag, "name a variable: curvature L w");
    }
    double curvature = gHg / gg;
    struct rec *r = call_record(c, KIND_curvature);
    call_put_node(c, rec_map(c->out, r, KEY_root), root);
    put_names(c, r, KEY_names, ids, n);
    rec_number(c->out, r, KEY_gradient, n == 1 ? g[0] : sqrt(gg));
    rec_number(c->out, r, KEY_curvature, curvature);
    if (curvature > 0) {
        rec_number(c->out, r, KEY_step, 1 / curvature);
    }
    if (n == 1) {
        rec_number(c->out, r, KEY_value, tape_value(&s->tape, ids[0]));
    }
    return true;
}

enum call_end command_curvature(struct call *c)
{
    uint32_t root;
    struct buf ids, numbers;
    buf_init(&ids, sizeof(uint32_t));
    buf_init(&numbers, sizeof(double));
    bool ok = read_output(c, SIZE_MAX, &root, &ids) &&
              (buf_resize(&numbers, 3 * ids.count) || diag_out_of_memory(c->diag)) &&
              put_curvature(c, root, ids.data, ids.count, numbers.data);
    buf_release(&ids);
    buf_release(&numbers);
    return ok ? CALL_DONE : CALL_FAILED;
}

// ---- jacobian -----------------------------------------------------------------------------------

static bool put_jacobian(struct call *c, const struct buf *outputs, const struct buf *inputs,
                         double *J)
{
    struct session *s = c->s;
    const uint32_t *z = outputs->data, *x = inputs->data;
    for (size_t i = 0; i < outputs->count; i++) {
        struct adjoints a = {0};
        bool ok = call_swept(c, sweep_adjoints(&s->tape, s->world.stop, z[i], SWEEP_NEEDED, &a));
        for (size_t j = 0; ok && j < inputs->count; j++) {
            J[i * inputs->count + j] = adjoints_get(&a, x[j]);
        }
        adjoints_release(&a);
        if (!ok) {
            return false;
        }
    }
    struct rec *r = call_record(c, KIND_jacobian);
    put_names(c, r, KEY_of, z, outputs->count);
    put_names(c, r, KEY_names, x, inputs->count);
    put_matrix(c, r, J, outputs->count, inputs->count);
    return true;
}

static bool read_jacobian(struct call *c, struct buf *outputs, struct buf *inputs)
{
    struct operand z;
    uint32_t fresh;
    if (!call_has_more(c)) {
        diag_set(c->diag, c->command, "the derivatives of which outputs, in which variables?");
        return diag_hint(c->diag, "write jacobian z x");
    }
    if (!read_part(c, &z) || !add_nodes(c, &z, VARIABLES_MOST, outputs)) {
        return false;
    }
    uint32_t last = 0;  // the leaves of the one that depends on most are all that can matter
    for (size_t i = 0; i < outputs->count; i++) {
        uint32_t id = BUF(uint32_t, outputs)[i];
        last = id > last ? id : last;
    }
    if (!call_has_more(c)) {
        diag_set(c->diag, c->command, "the derivatives in which variables?");
        return diag_hint(c->diag, "write jacobian z x");
    }
    return read_variables(c, last, VARIABLES_MOST, inputs) && call_refresh(c, &fresh);
}

enum call_end command_jacobian(struct call *c)
{
    struct buf outputs, inputs, J;
    buf_init(&outputs, sizeof(uint32_t));
    buf_init(&inputs, sizeof(uint32_t));
    buf_init(&J, sizeof(double));
    bool ok = read_jacobian(c, &outputs, &inputs) &&
              (buf_resize(&J, outputs.count * inputs.count) || diag_out_of_memory(c->diag)) &&
              put_jacobian(c, &outputs, &inputs, J.data);
    buf_release(&outputs);
    buf_release(&inputs);
    buf_release(&J);
    return ok ? CALL_DONE : CALL_FAILED;
}

// Statements that give values: name = …, param, data, node, name.data = …
#include "session/statement_parts.h"

bool statement_is_reserved(const struct call *c, struct token t)
{
    const struct lexer *l = c->lexer;
    return token_is(l, t, "def") || token_is(l, t, "param") || token_is(l, t, "repeat") ||
           token_is(l, t, "for") || token_is(l, t, "print") || token_is(l, t, "in");
}

bool statement_refuse_reserved(struct call *c, struct token t)
{
    char name[QUOTED];
    diag_quote(name, token_text(c->lexer, t), token_length(t));
    diag_set(c->diag, t.span, "'%s' is a word of the language, not a name", name);
    return diag_hint(c->diag, "choose another name, such as %s_1", name);
}

// A command's name stays a command as the first word of a line.
static void note_command(struct call *c, struct token name)
{
    // Said where the next line may be typed.
    if (c->s->mode == SESSION_PROMPT &&
        command_find(c->s->world.commands, token_text(c->lexer, name), token_length(name)) !=
            NULL) {
        int n = (int)token_length(name);
        const char *s = token_text(c->lexer, name);
        call_notice(c, name.span, "'%.*s' alone is still the command; 'print %.*s' shows the value",
                    n, s, n, s);
    }
}

static void echo_binding(struct call *c, struct token name, const struct operand *x)
{
    struct rec *r = call_record(c, KIND_bind);
    rec_bytes(c->out, r, KEY_text, token_text(c->lexer, name), token_length(name));
    if (operand_is_array(x)) {
        enum { ECHO_MOST = 24 };  // elements; of a larger array the shape is enough
        char shape[SHAPE_TEXT];
        rec_text(c->out, r, KEY_shape, operand_shape(shape, x));
        if (operand_count(x) <= ECHO_MOST) {
            call_put_value(c, r, KEY_value, x);
        }
        call_note_stale_value(c, name.span, x);
        return;
    }
    call_put_node(c, r, x->node);
    call_note_stale(c, name.span, x->node);
}

// What a name is bound to by an operand whose nodes are made.
static struct value value_of(const struct operand *x)
{
    return operand_is_array(x) ? x->array : value_of_node(x->node);
}

// Of an array, its first element tells.
static bool is_leaf(const struct call *c, const struct operand *x)
{
    uint32_t node = operand_is_array(x) ? names_element(&c->s->names, x->array, 0) : x->node;
    return tape_op(&c->s->tape, node) == OP_LEAF;
}

static bool note_recipe(struct call *c, uint32_t name, const struct statement_making *how,
                        bool formula, const struct operand *value)
{
    struct recipe row = {.name = name,
                         .op = how->op,
                         .data = how->data,
                         .nodes = how->nodes,
                         .slope = !formula && value->slope != 0};
    const char *text = c->lexer->source->text + how->formula.start;
    size_t length = formula || row.slope ? how->formula.end - how->formula.start : 0;
    return recipes_add(&c->s->recipes, &c->s->definitions, row, value_of(value), text, length) ||
           diag_out_of_memory(c->diag);
}

// Value(2, label='x')
static bool keep_label(struct call *c, const struct operand *value)
{
    struct span label = c->lower->label;
    const char *text = c->lexer->source->text + label.start;
    return label.end == 0 || operand_is_array(value) || !is_leaf(c, value) ||
           labels_set(&c->s->labels, value->node, text, label.end - label.start);
}

// Not in a later turn of a loop, which binds the same names again and again, nor in a loaded file.
static bool in_first_turn(const struct session *s)
{
    for (size_t i = 1; i < s->frames.count; i++) {
        const struct frame *f = &BUF(struct frame, &s->frames)[i];
        if (f->kind != FRAME_LOOP || f->turn > 1) {
            return false;
        }
    }
    return true;
}

static bool bind(struct call *c, const struct token *name, struct operand *value,
                 const struct statement_making *how)
{
    struct session *s = c->s;
    uint32_t id = names_intern(&s->names, token_text(c->lexer, *name), token_length(*name));
    struct value old = names_get(&s->names, id);
    bool number = !value->is_node;
    if (!array_as_nodes(c->lower, value, how->marks) || !note_recipe(c, id, how, !number, value)) {
        return false;
    }
    if (!call_keep_grown(c, name->span)) {
        return false;
    }
    if (!names_bind(&s->names, &s->undo, id, value_of(value))) {
        return diag_out_of_memory(c->diag);
    }
    bool single = !operand_is_array(value);
    if (!keep_label(c, value)) {
        return diag_out_of_memory(c->diag);
    }
    if (old.rank == VALUE_UNBOUND) {
        note_command(c, *name);
    } else if (names_element(&s->names, old, 0) != names_element(&s->names, value_of(value), 0) &&
               in_first_turn(s)) {
        statement_note_old_user(c, name, old, value_of(value), how);
    }
    if (single && !is_leaf(c, value) && value->slope == 0) {
        session_settings(s)->output = value->node;
    }
    if (call_echoes(c) && !number && !is_leaf(c, value)) {
        echo_binding(c, *name, value);
    }
    return true;
}

// The value that an assignment gives: `= expr` itself, `+= expr` the old operand and it.
static bool assigned(struct call *c, enum op op, struct operand *old, struct operand *result)
{
    struct operand value;
    if (!call_expression(c, result) || !call_finish(c)) {
        return false;
    }
    if (op == OP_COUNT) {
        return true;
    }
    value = *result;
    return lower_apply(c->lower, op, old, &value, value.span, result);
}

bool statement_refuse_param(struct call *c, struct span span)
{
    diag_set(c->diag, span, "a parameter needs a name and a value to begin with");
    return diag_hint(c->diag, "write param w = 0.5");
}

static bool refuse_node(struct call *c, struct span span)
{
    diag_set(c->diag, span, "node needs a name and a formula with a derivative in it");
    return diag_hint(c->diag, "write node g = dL/da");
}

static bool refuse_data(struct call *c, struct span span)
{
    diag_set(c->diag, span, "data needs a name and the array that holds its rows");
    return diag_hint(c->diag, "write data X = load_csv(\"iris.csv\")[:, 0:4]");
}

// Data are facts: leaves of their own that hold the numbers, however these were come by.
static bool as_data(struct call *c, struct token assign, struct operand *value)
{
    if (!operand_is_array(value) || assign.op != OP_COUNT) {
        diag_set(c->diag, value->span, "data has rows: it is an array, a row for each example");
        return diag_hint(c->diag, "write data X = load_csv(\"iris.csv\")[:, 0:4]");
    }
    struct operand numbers;
    bool ok = array_numbers_of(call_lower(c), value, &numbers);
    *value = numbers;
    return ok;
}

static bool refuse_interior(struct call *c, struct span span, uint32_t node)
{
    char label[LABEL_TEXT];
    struct text formula;
    text_init(&formula);
    call_formula(c, &formula, node);
    names_label(&c->s->names, label, node);
    diag_set(c->diag, span, "%s is computed (%s), so its value is not set", label,
             text_get(&formula));
    diag_hint(c->diag, "change a leaf it depends on");
    text_release(&formula);
    return false;
}

// The numbers that a field holds: an array's in an array of plain numbers.
static bool field_numbers(struct call *c, const struct operand *x, bool data, struct operand *out)
{
    const struct tape *t = &c->s->tape;
    uint32_t cols = operand_cols(x);
    *out = (struct operand){.span = x->span};
    double *numbers = operand_is_array(x) ? array_numbers(c->lower, x->array.rank, x->array.rows,
                                                          x->array.cols, x->span, out)
                                          : &out->number;
    for (uint32_t k = 0; numbers != NULL && k < operand_count(x); k++) {
        uint32_t node = operand_node(c->lower, x, k / cols, k % cols);
        if (data && tape_op(t, node) != OP_LEAF) {
            return refuse_interior(c, x->span, node);
        }
        numbers[k] = data ? tape_value(t, node) : tape_grad(t, node);
    }
    return numbers != NULL;
}

static bool set_grads(struct tape *t, struct trail *trail, const uint32_t *nodes,
                      const double *numbers, size_t n)
{
    bool ok = true;
    for (size_t k = 0; ok && k < n; k++) {
        ok = tape_set_grad(t, trail, nodes[k], numbers[k]);
    }
    return ok;
}

static bool set_field(struct call *c, const struct operand *x, bool data,
                      const struct operand *value)
{
    struct tape *t = &c->s->tape;
    uint32_t cols = operand_cols(x);
    char a[SHAPE_TEXT], b[SHAPE_TEXT];
    bool one = !operand_is_array(value);
    if (!one && (operand_rows(value) != operand_rows(x) || operand_cols(value) != cols)) {
        diag_set(c->diag, value->span, "the shapes %s and %s differ", operand_shape(a, x),
                 operand_shape(b, value));
        return diag_hint(c->diag, "an array's values are set by as many, or all to one number");
    }
    size_t count = operand_count(x);
    struct buf nodes, numbers;
    buf_init(&nodes, sizeof(uint32_t));
    buf_init(&numbers, sizeof(double));
    bool ok = buf_push(&nodes, count) != NULL && buf_push(&numbers, count) != NULL;
    for (uint32_t k = 0; ok && k < count; k++) {
        uint32_t i = k / cols, j = k % cols;
        BUF(uint32_t, &nodes)[k] = operand_node(c->lower, x, i, j);
        BUF(double, &numbers)[k] = operand_number(c->lower, value, one ? 0 : i, one ? 0 : j);
    }
    ok = ok && (data ? tape_set_values(t, &c->s->undo, nodes.data, numbers.data, count)
                     : set_grads(t, &c->s->undo, nodes.data, numbers.data, count));
    buf_release(&nodes);
    buf_release(&numbers);
    return ok || diag_out_of_memory(c->diag);
}

// Inside with torch.no_grad(): a leaf that += changes stays the leaf that it is, as in PyTorch.
static bool changes_in_place(struct call *c, const struct operand *x)
{
    bool asked = false;
    for (size_t i = 0; i < c->s->frames.count; i++) {
        asked |= BUF(struct frame, &c->s->frames)[i].each.in_place;
    }
    return asked && is_leaf(c, x);
}

// A derivative that is wanted as a node, and depends on nothing.
static void note_plain_number(struct call *c, struct token name, const struct operand *value)
{
    char number[NUMBER_TEXT];
    if (!value->is_node && value->slope != 0 && !operand_is_array(value)) {
        call_notice(c, name.span, "this derivative is %s whatever else changes: a plain number",
                    number_text(number, value->number, session_digits(c->s)));
    } else if (c->lower->slopes.count == 0 && c->s->names.grown.count == 0) {
        call_notice(c, name.span, "no derivative is in this formula, so 'node' changes nothing");
    }
}

// name = expr, name += expr, and the same after param, data, node
bool statement_run_binding(struct call *c, const struct token *name, const struct token *assign,
                           struct statement_making how)
{
    if (statement_is_reserved(c, *name)) {
        return statement_refuse_reserved(c, *name);
    }
    if (assign->kind != TOKEN_ASSIGN) {
        return how.nodes  ? refuse_node(c, name->span)
               : how.data ? refuse_data(c, name->span)
                          : statement_refuse_param(c, name->span);
    }
    struct operand old, value;
    how.op = assign->op;
    uint32_t from = tape_count(&c->s->tape);
    if (how.op != OP_COUNT) {
        struct value bound =
            names_lookup(&c->s->names, token_text(c->lexer, *name), token_length(*name));
        if (bound.rank == VALUE_UNBOUND) {
            char quoted[QUOTED];
            diag_quote(quoted, token_text(c->lexer, *name), token_length(*name));
            diag_set(c->diag, name->span, "there is no '%s' yet to change", quoted);
            return diag_hint(c->diag, "give it a value first: %s = 0", quoted);
        }
        old = lower_operand(bound, name->span);
    }
    if (how.nodes) {
        call_lower(c)->slopes_as = SLOPES_NODES;
    }
    if ((how.nodes && !call_refresh(c, NULL)) || !assigned(c, how.op, &old, &value)) {
        return false;
    }
    how.formula = (struct span){c->expression, c->lexer->at};
    if (how.op != OP_COUNT && changes_in_place(c, &old)) {
        struct operand numbers;
        bool ok = array_numbers_of(c->lower, &value, &numbers);
        tape_cut(&c->s->tape, from);
        return ok && set_field(c, &old, true, &numbers);
    }
    if (how.nodes) {
        note_plain_number(c, *name, &value);
    }
    if (how.data) {
        bool ok = as_data(c, *assign, &value);
        tape_cut(&c->s->tape, from);
        return ok && bind(c, name, &value, &how);
    }
    if (how.marks != 0 && value.is_node) {
        diag_set(c->diag, value.span, "a parameter begins as a number, not as a formula of names");
        return diag_hint(c->diag, "write param w = 0.5, or param W = randn(2, 3)");
    }
    bool single = value.is_node && !operand_is_array(&value);
    call_note_strange(c, name->span, from, single ? value.node : NODE_NONE);
    bool ok = bind(c, name, &value, &how);
    if (ok && how.marks == 0) {
        replay_note_binding(c->s, from);
    }
    return ok;
}

// What is before .data: a name, an element or a part of an array, or %7.
static bool read_target(struct call *c, struct operand *x)
{
    struct token target = lexer_peek(c->lexer);
    struct lexer after = {.source = c->lexer->source, .at = target.span.end};
    if (target.kind == TOKEN_NAME && lexer_peek(&after).kind == TOKEN_DOT) {
        struct value bound =
            names_lookup(&c->s->names, token_text(c->lexer, target), token_length(target));
        if (value_is_array(bound)) {
            lexer_next(c->lexer, c->diag);
            *x = lower_operand(bound, target.span);
            return true;
        }
    }
    if (target.kind == TOKEN_NAME && lexer_peek(&after).kind == TOKEN_OPEN) {
        return call_part(c, x);
    }
    *x = (struct operand){.is_node = true, .span = target.span};
    return call_node(c, &x->node);
}

// name.data = expr, name.grad = expr, and with += …
bool statement_run_field_assignment(struct call *c)
{
    struct tape *t = &c->s->tape;
    uint32_t from = tape_count(t);
    struct operand x, old, value;
    call_lower(c);
    if (!read_target(c, &x)) {
        return false;
    }
    lexer_next(c->lexer, c->diag);
    struct token field = lexer_next(c->lexer, c->diag);
    struct token assign = lexer_next(c->lexer, c->diag);
    bool data = token_is(c->lexer, field, "data");
    if (!field_numbers(c, &x, data, &old) || !assigned(c, assign.op, &old, &value)) {
        return false;
    }
    // Nodes made for the new value do not stay; their numbers do.
    struct operand numbers;
    bool ok = array_numbers_of(c->lower, &value, &numbers);
    tape_cut(t, from);
    return ok && set_field(c, &x, data, &numbers);
}

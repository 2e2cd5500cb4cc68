// Statements: which kind a line is, and the kinds that are no commands: bindings, assignments to
// .data and .grad, expressions.
#include <math.h>
#include <string.h>

#include "engine/sweep.h"
#include "session/call.h"
#include "session/python.h"
#include "text/foreign.h"

static const char *const reserved[] = {"def", "param", "repeat", "for", "print", "in"};

static bool is_reserved(const struct call *c, struct token t)
{
    for (size_t i = 0; i < COUNT_OF(reserved); i++) {
        if (token_is(c->lexer, t, reserved[i])) {
            return true;
        }
    }
    return false;
}

static bool refuse_reserved(struct call *c, struct token t)
{
    char name[QUOTED];
    diag_quote(name, token_text(c->lexer, t), token_length(t));
    diag_set(c->diag, t.span, "'%s' is a word of the language, not a name", name);
    return diag_hint(c->diag, "choose another name, such as %s_1", name);
}

// How a value came to be: by a plain or a param binding, by `data`, or by `node`.
struct statement_making {
    uint8_t marks;  // of the leaves that numbers make
    bool data, nodes;
    enum op op;  // of +=
    struct span formula;
};

// What a rebinding leaves behind, by node: does it depend on what the name was bound to, is it a
// part of what the name is bound to now?
enum { USES_OLD = 1, IN_FRESH = 2 };

struct left {
    uint32_t low;     // the first node of the old value: nothing before it can depend on it
    struct buf mark;  // by node, from there on
    bool any;         // something depends on the old value alone
};

static uint8_t mark_of(const struct left *l, uint32_t node)
{
    return node < l->low ? 0 : BUF(uint8_t, &l->mark)[node - l->low];
}

static void add_mark(struct left *l, uint32_t node, uint8_t mark)
{
    if (node >= l->low) {
        BUF(uint8_t, &l->mark)[node - l->low] |= mark;
    }
}

// Does a node use this one?
static bool is_used(const struct tape *t, uint32_t node)
{
    const struct node *n = t->node.data;
    uint32_t count = tape_count(t), i = node + 1;
    while (i < count && n[i].a != node && n[i].b != node) {
        i++;
    }
    return i < count;
}

// False: out of memory. The caller releases left->mark.
static bool find_left(const struct session *s, struct value old, struct value fresh, struct left *l)
{
    const struct tape *t = &s->tape;
    uint32_t count = tape_count(t);
    *l = (struct left){.low = count};
    buf_init(&l->mark, 1);
    for (uint32_t k = 0; k < value_count(old); k++) {
        uint32_t node = names_element(&s->names, old, k);
        l->low = node < l->low ? node : l->low;
    }
    if (old.rank == VALUE_SCALAR && !is_used(t, old.base)) {
        return true;
    }
    if (!buf_resize(&l->mark, count - l->low)) {
        return false;
    }
    for (uint32_t k = 0; k < value_count(old); k++) {
        add_mark(l, names_element(&s->names, old, k), USES_OLD);
    }
    for (uint32_t k = 0; k < value_count(fresh); k++) {
        add_mark(l, names_element(&s->names, fresh, k), IN_FRESH);
    }
    bool used = false;
    for (uint32_t i = l->low + 1; i < count; i++) {
        struct node n = tape_node(t, i);
        bool reaches = n.op != OP_LEAF && (n.a >= l->low || n.b >= l->low);
        if (reaches && ((mark_of(l, n.a) | mark_of(l, n.b)) & USES_OLD) != 0) {
            add_mark(l, i, USES_OLD);
            used = true;
        }
    }
    for (uint32_t i = count; used && i-- > l->low;) {
        struct node n = tape_node(t, i);
        if (n.op != OP_LEAF && (mark_of(l, i) & IN_FRESH) != 0) {
            add_mark(l, n.a, IN_FRESH);
            add_mark(l, n.b, IN_FRESH);
        }
        l->any |= n.op != OP_LEAF && mark_of(l, i) == USES_OLD;
    }
    return true;
}

// Is another name bound to this node?
static bool has_name(const struct names *names, uint32_t node)
{
    for (uint32_t name = 0; name < names_count(names); name++) {
        struct value v = names_get(names, name);
        if (v.rank == VALUE_SCALAR && v.base == node) {
            return true;
        }
    }
    return false;
}

// A name whose value depends on what `old` was, and is no part of what is bound to it now: the one
// whose node is the last. NAME_NONE: there is none.
static uint32_t left_behind(const struct session *s, const struct left *l)
{
    uint32_t user = NAME_NONE, last = 0;
    for (uint32_t name = 0; name < names_count(&s->names); name++) {
        struct value v = names_get(&s->names, name);
        for (uint32_t k = 0; v.rank != VALUE_UNBOUND && k < value_count(v); k++) {
            uint32_t node = names_element(&s->names, v, k);
            if (mark_of(l, node) == USES_OLD && tape_op(&s->tape, node) != OP_LEAF &&
                node >= last) {
                user = name;
                last = node;
            }
        }
    }
    return user;
}

static bool same_shape(struct value x, struct value y)
{
    return x.rank == y.rank && value_count(x) == value_count(y) && x.rows == y.rows;
}

// "w.data = w - 0.1*w.grad", for what was typed as w = w - 0.1*w.grad; "w.data = …" if it is long.
static void put_change_in_place(struct call *c, struct text *out, struct token name,
                                const struct statement_making *how)
{
    enum { MOST = 48 };
    const char *s = c->lexer->source->text + how->formula.start;
    size_t n = text_trimmed(s, how->formula.end - how->formula.start);
    text_add_bytes(out, token_text(c->lexer, name), token_length(name));
    text_addf(out, ".data %s= ", how->op == OP_COUNT ? "" : op_get(how->op)->name);
    if (n > MOST || memchr(s, '\n', n) != NULL) {
        text_add(out, "…");
    } else {
        text_add_bytes(out, s, n);
    }
}

// The trap of every newcomer: a = 5 does not change what was built from the old a.
static void note_old_user(struct call *c, struct token name, struct value old, struct value fresh,
                          const struct statement_making *how)
{
    const struct tape *t = &c->s->tape;
    struct left left;
    bool looks = find_left(c->s, old, fresh, &left) && left.any;
    bool leaf = tape_op(t, names_element(&c->s->names, old, 0)) == OP_LEAF;
    // What is computed from the old value goes on from it: h = tanh(w*h), c += 1.
    looks =
        looks && (leaf || (mark_of(&left, names_element(&c->s->names, old, 0)) & IN_FRESH) == 0);
    // It may have been another name for what is still bound.
    looks = looks && (old.rank != VALUE_SCALAR || !has_name(&c->s->names, old.base));
    uint32_t user = looks ? left_behind(c->s, &left) : NAME_NONE;
    buf_release(&left.mark);
    if (user == NAME_NONE) {
        return;
    }
    char label[QUOTED], mine[QUOTED], number[NUMBER_TEXT];
    struct text was, change;
    text_init(&was);
    text_init(&change);
    size_t length;
    const char *s = names_text(&c->s->names, user, &length);
    diag_quote(label, s, length);
    diag_quote(mine, token_text(c->lexer, name), token_length(name));
    if (old.rank == VALUE_SCALAR) {
        text_addf(&was, " (%s)",
                  number_text(number, tape_value(t, old.base), session_digits(c->s)));
    }
    if (leaf && same_shape(old, fresh)) {
        put_change_in_place(c, &change, name, how);
        call_notice(c, name.span, "%s still uses the old %s%s; to change that one: undo, then %s",
                    label, mine, text_get(&was), text_get(&change));
    } else {
        call_notice(c, name.span, "%s still uses the old %s%s; build it again to use the new one",
                    label, mine, text_get(&was));
    }
    text_release(&was);
    text_release(&change);
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
static bool is_leaf(struct call *c, const struct operand *x)
{
    return tape_op(&c->s->tape, operand_node(call_lower(c), x, 0, 0)) == OP_LEAF;
}

static bool note_recipe(struct call *c, uint32_t name, const struct statement_making *how,
                        bool formula, const struct operand *value)
{
    struct recipe row = {.name = name,
                         .op = how->op,
                         .data = how->data,
                         .nodes = how->nodes,
                         .slope = !formula && value->slope != 0,
                         .value = value_of(value)};
    const char *text = c->lexer->source->text + how->formula.start;
    size_t length = formula || row.slope ? how->formula.end - how->formula.start : 0;
    return recipes_add(&c->s->recipes, &c->s->definitions, row, text, length) ||
           diag_out_of_memory(c->diag);
}

// Value(2, label='x')
static bool keep_label(struct call *c, const struct operand *value)
{
    struct span label = c->lower.label;
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

static bool bind(struct call *c, struct token name, struct operand *value,
                 const struct statement_making *how)
{
    struct session *s = c->s;
    uint32_t id = names_intern(&s->names, token_text(c->lexer, name), token_length(name));
    struct value old = names_get(&s->names, id);
    bool number = !value->is_node;
    if (!array_as_nodes(call_lower(c), value, how->marks) ||
        !note_recipe(c, id, how, !number, value)) {
        return false;
    }
    if (!call_keep_grown(c, name.span)) {
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
        note_command(c, name);
    } else if (names_element(&s->names, old, 0) != names_element(&s->names, value_of(value), 0) &&
               in_first_turn(s)) {
        note_old_user(c, name, old, value_of(value), how);
    }
    if (single && !is_leaf(c, value) && value->slope == 0) {
        if (!call_change_settings(c)) {
            return false;
        }
        session_settings(s)->output = value->node;
    }
    if (call_echoes(c) && !number && !is_leaf(c, value)) {
        echo_binding(c, name, value);
    }
    return true;
}

// The value that an assignment gives: `= expr` itself, `+= expr` the old operand and it.
static bool assigned(struct call *c, struct token assign, struct operand old,
                     struct operand *result)
{
    struct operand value;
    if (!call_expression(c, result) || !call_finish(c)) {
        return false;
    }
    if (assign.op == OP_COUNT) {
        return true;
    }
    value = *result;
    return lower_apply(&c->lower, assign.op, &old, &value, value.span, result);
}

static bool refuse_param(struct call *c, struct span span)
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
    double *numbers = operand_is_array(x) ? array_numbers(&c->lower, x->array.rank, x->array.rows,
                                                          x->array.cols, x->span, out)
                                          : &out->number;
    for (uint32_t k = 0; numbers != NULL && k < operand_count(x); k++) {
        uint32_t node = operand_node(&c->lower, x, k / cols, k % cols);
        if (data && tape_op(t, node) != OP_LEAF) {
            return refuse_interior(c, x->span, node);
        }
        numbers[k] = data ? tape_value(t, node) : tape_grad(t, node);
    }
    return numbers != NULL;
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
    for (uint32_t k = 0; k < operand_count(x); k++) {
        uint32_t node = operand_node(&c->lower, x, k / cols, k % cols);
        double number = operand_number(&c->lower, value, one ? 0 : k / cols, one ? 0 : k % cols);
        bool ok = data ? tape_set_value(t, &c->s->undo, node, number)
                       : tape_set_grad(t, &c->s->undo, node, number);
        if (!ok) {
            return diag_out_of_memory(c->diag);
        }
    }
    return true;
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
    } else if (c->lower.slopes.count == 0 && c->s->names.grown.count == 0) {
        call_notice(c, name.span, "no derivative is in this formula, so 'node' changes nothing");
    }
}

// name = expr, name += expr, and the same after param, data, node
static bool run_binding(struct call *c, struct statement_making how)
{
    struct token name = lexer_next(c->lexer, c->diag);
    struct token assign = lexer_next(c->lexer, c->diag);
    if (is_reserved(c, name)) {
        return refuse_reserved(c, name);
    }
    if (assign.kind != TOKEN_ASSIGN) {
        return how.nodes  ? refuse_node(c, name.span)
               : how.data ? refuse_data(c, name.span)
                          : refuse_param(c, name.span);
    }
    struct operand old = {.span = name.span}, value;
    how.op = assign.op;
    uint32_t from = tape_count(&c->s->tape);
    if (assign.op != OP_COUNT) {
        struct value bound =
            names_lookup(&c->s->names, token_text(c->lexer, name), token_length(name));
        if (bound.rank == VALUE_UNBOUND) {
            char quoted[QUOTED];
            diag_quote(quoted, token_text(c->lexer, name), token_length(name));
            diag_set(c->diag, name.span, "there is no '%s' yet to change", quoted);
            return diag_hint(c->diag, "give it a value first: %s = 0", quoted);
        }
        old = lower_operand(bound, name.span);
    }
    how.formula.start = lexer_peek(c->lexer).at;
    call_lower(c)->slopes_as = how.nodes ? SLOPES_NODES : SLOPES_NUMBERS;
    if ((how.nodes && !call_refresh(c, NULL)) || !assigned(c, assign, old, &value)) {
        return false;
    }
    how.formula.end = c->lexer->at;
    if (assign.op != OP_COUNT && changes_in_place(c, &old)) {
        struct operand numbers;
        bool ok = array_numbers_of(&c->lower, &value, &numbers);
        tape_cut(&c->s->tape, from);
        return ok && set_field(c, &old, true, &numbers);
    }
    if (how.nodes) {
        note_plain_number(c, name, &value);
    }
    if (how.data) {
        bool ok = as_data(c, assign, &value);
        tape_cut(&c->s->tape, from);
        return ok && bind(c, name, &value, &how);
    }
    if (how.marks != 0 && value.is_node) {
        diag_set(c->diag, value.span, "a parameter begins as a number, not as a formula of names");
        return diag_hint(c->diag, "write param w = 0.5, or param W = randn(2, 3)");
    }
    call_note_strange(c, name.span, from);
    bool ok = bind(c, name, &value, &how);
    if (ok && how.marks == 0) {
        replay_note_binding(c->s, from);
    }
    return ok;
}

// What stands before .data: a name, an element or a part of an array, or %7.
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
static bool run_field_assignment(struct call *c)
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
    if (!field_numbers(c, &x, data, &old) || !assigned(c, assign, old, &value)) {
        return false;
    }
    // Nodes made for the new value do not stay; their numbers do.
    struct operand numbers;
    bool ok = array_numbers_of(&c->lower, &value, &numbers);
    tape_cut(t, from);
    return ok && set_field(c, &x, data, &numbers);
}

// Shows an expression's value; the nodes made for it do not stay.
static bool is_differential(const struct call *c, struct token t)
{
    return t.kind == TOKEN_NAME &&
           (t.partial || (token_length(t) > 1 && *token_text(c->lexer, t) == 'd'));
}

// dL/dd = f, as notes write it: true: the diag says what to write.
static bool refuse_equation(struct call *c)
{
    struct lexer ahead = *c->lexer;
    struct diag ignored = {0};
    struct token of = lexer_next(&ahead, &ignored), over = lexer_next(&ahead, &ignored);
    struct token by = lexer_next(&ahead, &ignored), equals = lexer_next(&ahead, &ignored);
    if (!is_differential(c, of) || over.kind != TOKEN_INFIX || over.op != OP_DIV ||
        !is_differential(c, by) || equals.kind != TOKEN_ASSIGN || equals.op != OP_COUNT) {
        return false;
    }
    diag_set(c->diag, equals.span,
             "a derivative follows from the formulas, so it is not given a value");
    diag_hint(c->diag, "check dL/dd = f says whether an equation holds");
    return true;
}

static bool run_expression(struct call *c)
{
    struct operand value;
    uint32_t from = tape_count(&c->s->tape);
    size_t start = lexer_peek(c->lexer).at;
    if (refuse_equation(c) || !call_expression(c, &value) || !call_finish(c)) {
        return false;
    }
    size_t end = start + text_trimmed(c->lexer->source->text + start, c->lexer->at - start);
    struct span span = {start, end};
    call_note_strange(c, span, from);
    if (c->s->guess != NULL && !c->named && !operand_is_array(&value)) {
        return c->s->guess(c, value.number);
    }
    struct rec *r = call_record(c, KIND_value);
    rec_bytes(c->out, r, KEY_text, c->lexer->source->text + start, end - start);
    call_put_value(c, r, KEY_value, &value);
    call_note_stale_value(c, span, &value);
    tape_cut(&c->s->tape, from);
    return true;
}

enum statement_kind {
    STATEMENT_EXPRESSION,
    STATEMENT_COMMAND,
    STATEMENT_BINDING,
    STATEMENT_PARAM,
    STATEMENT_DATA,    // data X = …
    STATEMENT_NODE,    // node g = dL/da
    STATEMENT_FIELD,   // a.data = …
    STATEMENT_METHOD,  // L.backward()
    STATEMENT_DEF,
    STATEMENT_REPEAT,
    STATEMENT_FOR,
    STATEMENT_RESERVED,
};

// L.backward(): a command that is written as a method.
static bool is_method(struct lexer ahead)
{
    struct diag ignored;
    diag_clear(&ignored);
    struct token name = lexer_next(&ahead, &ignored);
    struct token open = lexer_next(&ahead, &ignored);
    struct token close = lexer_next(&ahead, &ignored);
    return (token_is(&ahead, name, "backward") || token_is(&ahead, name, "forward")) &&
           open.kind == TOKEN_OPEN && close.kind == TOKEN_CLOSE;
}

static bool is_field_assignment(struct lexer ahead)
{
    struct diag ignored;
    diag_clear(&ignored);
    struct token field = lexer_next(&ahead, &ignored);
    struct token assign = lexer_next(&ahead, &ignored);
    return assign.kind == TOKEN_ASSIGN &&
           (token_is(&ahead, field, "data") || token_is(&ahead, field, "grad"));
}

// W[0, 1].data = …
static bool is_element_assignment(const struct call *c)
{
    struct lexer ahead = *c->lexer;
    struct diag ignored;
    diag_clear(&ignored);
    lexer_next(&ahead, &ignored);
    size_t outside = ahead.open;
    struct token t = lexer_next(&ahead, &ignored);
    if (t.kind != TOKEN_OPEN || t.mark != '[') {
        return false;
    }
    while (ahead.open > outside && t.kind != TOKEN_END) {
        t = lexer_next(&ahead, &ignored);
    }
    return lexer_next(&ahead, &ignored).kind == TOKEN_DOT && is_field_assignment(ahead);
}

static enum statement_kind kind_of_statement(const struct call *c, const struct command **command)
{
    struct lexer ahead = *c->lexer;
    struct diag ignored;
    diag_clear(&ignored);
    struct token first = lexer_next(&ahead, &ignored);
    struct token second = lexer_next(&ahead, &ignored);
    if (first.kind == TOKEN_BAD && *token_text(c->lexer, first) == '?') {
        *command = command_find(c->s->world.commands, "help", 4);
        return *command != NULL ? STATEMENT_COMMAND : STATEMENT_EXPRESSION;
    }
    if (first.partial || (first.kind != TOKEN_NAME && first.kind != TOKEN_NODE)) {
        return STATEMENT_EXPRESSION;
    }
    if (second.kind == TOKEN_DOT) {
        return is_method(ahead)             ? STATEMENT_METHOD
               : is_field_assignment(ahead) ? STATEMENT_FIELD
                                            : STATEMENT_EXPRESSION;
    }
    if (first.kind == TOKEN_NODE) {
        return STATEMENT_EXPRESSION;
    }
    if (token_is(c->lexer, first, "param") && second.kind == TOKEN_NAME) {
        return STATEMENT_PARAM;
    }
    if (token_is(c->lexer, first, "data") && second.kind == TOKEN_NAME) {
        return STATEMENT_DATA;
    }
    if (token_is(c->lexer, first, "node") && second.kind == TOKEN_NAME && !second.partial) {
        return STATEMENT_NODE;
    }
    if (second.kind == TOKEN_ASSIGN) {
        return STATEMENT_BINDING;
    }
    if (!is_reserved(c, first) && is_element_assignment(c)) {
        return STATEMENT_FIELD;
    }
    static const struct {
        const char *word;
        enum statement_kind kind;
    } words[] = {{"def", STATEMENT_DEF}, {"repeat", STATEMENT_REPEAT}, {"for", STATEMENT_FOR}};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (token_is(c->lexer, first, words[i].word)) {
            return words[i].kind;
        }
    }
    // jacobian [a, b] x is the command; after jacobian = [1, 2] jacobian[0] is an element.
    bool element = second.kind == TOKEN_OPEN && second.mark == '[' && !is_reserved(c, first) &&
                   names_lookup(&c->s->names, token_text(c->lexer, first), token_length(first))
                           .rank != VALUE_UNBOUND;
    *command = element ? NULL
                       : command_find(c->s->world.commands, token_text(c->lexer, first),
                                      token_length(first));
    return *command != NULL        ? STATEMENT_COMMAND
           : is_reserved(c, first) ? STATEMENT_RESERVED
                                   : STATEMENT_EXPRESSION;
}

enum statement_form statement_form(struct session *s, const struct source *source)
{
    struct lexer lexer = {.source = source};
    const struct command *command = NULL;
    struct call c = {.s = s, .lexer = &lexer};
    switch (kind_of_statement(&c, &command)) {
    case STATEMENT_EXPRESSION:
    case STATEMENT_RESERVED:
        return FORM_EXPRESSION;
    case STATEMENT_COMMAND:
        return FORM_COMMAND;
    default:
        return FORM_OTHER;
    }
}

// c := 2, c == 2 and c, d = 1, 2 of names that are new.
static bool guess_binding(struct call *c, struct token second)
{
    if (second.kind == TOKEN_COMMA) {
        return !diag_hint(c->diag, "names are given values one at a time: c = 1; d = 2");
    }
    bool meant = second.kind == TOKEN_COLON || (second.kind == TOKEN_INFIX && second.op == OP_EQ);
    return meant && !diag_hint(c->diag, "to give it a value write c = 2");
}

// The words of the statement, without what ends a sentence.
static size_t sentence_length(const struct call *c, struct token first)
{
    const struct source *source = c->lexer->source;
    const char *s = source->text + first.span.start;
    size_t n = 0, most = source->length - first.span.start;
    while (n < most && strchr(";\n#", s[n]) == NULL) {
        n++;
    }
    while (n > 0 && strchr(" \t\r?.!", s[n - 1]) != NULL) {
        n--;
    }
    return n;
}

// A word by itself, or a term of the glossary, as somebody types who has a wish or a question.
static bool guess_wish(struct call *c, struct token first, struct token second)
{
    const char *s = token_text(c->lexer, first);
    size_t n = sentence_length(c, first);
    bool alone = second.kind == TOKEN_END || second.kind == TOKEN_BREAK;
    const char *wish = alone ? foreign_wish(s, token_length(first)) : NULL;
    bool page = wish == NULL && c->s->world.has_page != NULL && c->s->world.has_page(s, n);
    char quoted[QUOTED];
    if (wish != NULL) {
        diag_hint(c->diag, "%s", wish);
    } else if (page) {
        diag_hint(c->diag, "'help %s' says what that is", diag_quote(quoted, s, n));
    }
    return wish != NULL || page;
}

// d/dx x^2
static bool guess_derivative(struct call *c, struct token first, struct token second)
{
    struct lexer after = {.source = c->lexer->source, .at = second.span.end};
    struct token third = lexer_peek(&after);
    bool meant = token_length(first) == 1 && *token_text(c->lexer, first) == 'd' &&
                 second.kind == TOKEN_INFIX && second.op == OP_DIV && third.kind == TOKEN_NAME &&
                 *token_text(c->lexer, third) == 'd';
    return meant && c->diag->unbound &&
           !diag_hint(c->diag, "'derive x**2 x' gives a formula, rule by rule; dL/da is a number");
}

// A word that is no name, followed by another word, was probably meant as a command.
static void guess_command(struct call *c, struct token first)
{
    struct token second = lexer_peek(c->lexer);
    bool bound =
        names_lookup(&c->s->names, token_text(c->lexer, first), token_length(first)).rank !=
        VALUE_UNBOUND;
    if (first.kind != TOKEN_NAME || (bound && second.kind != TOKEN_COLON) ||
        guess_binding(c, second) || bound || (c->diag->unbound && guess_wish(c, first, second)) ||
        guess_derivative(c, first, second) || second.kind == TOKEN_OPEN ||
        second.kind == TOKEN_INFIX || second.kind == TOKEN_DOT ||
        foreign_hint(token_text(c->lexer, first), token_length(first), false) != NULL) {
        return;
    }
    struct nearest nearest;
    nearest_init(&nearest, token_text(c->lexer, first), token_length(first));
    const struct command *command;
    for (size_t i = 0; (command = command_at(c->s->world.commands, i)) != NULL; i++) {
        nearest_offer(&nearest, command->name, strlen(command->name));
    }
    size_t distance = nearest.distance;
    nearest_offer_bound(&nearest, &c->s->names);
    lower_offer_functions(&nearest);
    // Words of a sentence are not taken for slips, unless a letter is all that they are off by.
    bool sentence =
        second.kind == TOKEN_NAME &&
        names_lookup(&c->s->names, token_text(c->lexer, second), token_length(second)).rank ==
            VALUE_UNBOUND;
    bool likely = nearest.distance == distance && (!sentence || distance <= 1);
    if (nearest.best[0] != '\0' && likely && c->diag->set) {
        diag_hint(c->diag, "did you mean '%s'?", nearest.best);
    } else if (second.kind == TOKEN_NAME && c->diag->set && c->diag->unbound) {
        char quoted[QUOTED];
        diag_hint(c->diag, "'help' lists the commands; 'ask %s' searches the course",
                  diag_quote(quoted, token_text(c->lexer, first), sentence_length(c, first)));
    }
}

// L.backward() is `backward L`: the command reads its target from a text of its own.
static bool run_method(struct call *c)
{
    struct token target = lexer_next(c->lexer, c->diag);
    lexer_next(c->lexer, c->diag);
    struct token name = lexer_next(c->lexer, c->diag);
    lexer_next(c->lexer, c->diag);
    lexer_next(c->lexer, c->diag);
    if (!call_finish(c)) {
        return false;
    }
    struct source source = *c->lexer->source;
    source.length = target.span.end;
    struct lexer only = {.source = &source, .at = target.span.start};
    struct lexer *outer = c->lexer;
    c->method_end = outer;
    c->lexer = &only;
    c->command = name.span;
    const struct command *command =
        command_find(c->s->world.commands, token_text(outer, name), token_length(name));
    bool ok = command != NULL ? command->run(c) == CALL_DONE
                              : diag_set(c->diag, name.span, "there is no such method");
    c->lexer = outer;
    return ok;
}

// ---- Arguments as in a call: train(L, 100, lr=0.1)
// -------------------------------------------------

// The parentheses that hold all of a command's arguments; false: there are none.
static bool in_parentheses(const struct call *c, struct span *inside)
{
    struct lexer l = *c->lexer;
    struct diag ignored;
    diag_clear(&ignored);
    struct token t = lexer_next(&l, &ignored);
    if (t.kind != TOKEN_OPEN || t.mark != '(') {
        return false;
    }
    size_t outside = l.open - 1;
    inside->start = t.span.end;
    while (l.open > outside && t.kind != TOKEN_END) {
        t = lexer_next(&l, &ignored);
        ignored.set = false;
    }
    enum token_kind after = lexer_peek(&l).kind;
    inside->end = t.span.start;
    return t.kind == TOKEN_CLOSE && (after == TOKEN_END || after == TOKEN_BREAK);
}

// Blanks out the commas between arguments, and what names one: `lr =`, or the sign alone where the
// word says what follows, as in momentum=0.9. False if there is nothing of that kind.
static bool plain_arguments(struct call *c, struct span part, bool commas, char *copy)
{
    struct source only = *c->lexer->source;
    only.length = part.end;
    struct lexer l = {.source = &only, .at = part.start};
    struct diag ignored;
    diag_clear(&ignored);
    struct token before = {.kind = TOKEN_END};
    bool some = false;
    for (struct token t = lexer_next(&l, &ignored); t.kind != TOKEN_END && t.kind != TOKEN_BAD;
         before = t, t = lexer_next(&l, &ignored)) {
        bool named = t.kind == TOKEN_ASSIGN && t.op == OP_COUNT && before.kind == TOKEN_NAME;
        bool comma = commas && t.kind == TOKEN_COMMA;
        if (l.open > 0 || (!named && !comma)) {
            continue;
        }
        some = true;
        size_t from = named && text_among("lr learning_rate rate eta steps epochs n",
                                          token_text(&l, before), token_length(before))
                          ? before.at
                          : t.at;
        if (copy != NULL) {
            memset(copy + from, ' ', t.span.end - from);
        }
    }
    return some;
}

// Arguments that are written as those of a call are read as the command's own.
static enum call_end run_command(struct call *c, const struct command *command)
{
    struct span part = {lexer_peek(c->lexer).at, 0};
    bool print = strcmp(command->name, "print") == 0, called = in_parentheses(c, &part);
    bool plot = strcmp(command->name, "plot") == 0;
    bool trains = strcmp(command->name, "train") == 0 || strcmp(command->name, "update") == 0;
    part.end = called ? part.end : lexer_statement_end(c->lexer);
    if (print || (!called && !(trains && plain_arguments(c, part, false, NULL)))) {
        return command->run(c);
    }
    struct source source = *c->lexer->source;
    struct lexer only = {.source = &source, .at = part.start}, *outer = c->lexer;
    source.length = part.end;
    if (plain_arguments(c, part, called && !plot, NULL)) {
        char *copy = arena_copy(&c->out->arena, source.text, part.end);
        if (copy == NULL) {
            return diag_out_of_memory(c->diag) ? CALL_DONE : CALL_FAILED;
        }
        plain_arguments(c, part, called && !plot, copy);
        source.text = copy;
    }
    outer->at = part.end + called;
    outer->open = 0;
    c->method_end = outer;
    c->lexer = &only;
    enum call_end end = command->run(c);
    c->lexer = outer;
    return end;
}

enum call_end statement_run(struct call *c)
{
    const struct command *command = NULL;
    struct token first = lexer_peek(c->lexer);
    struct diag ignored;
    diag_clear(&ignored);
    bool ok = false;
    enum call_end end;
    c->command = first.span;
    if (python_statement(c, &end)) {
        return end;
    }
    switch (kind_of_statement(c, &command)) {
    case STATEMENT_COMMAND:
        lexer_next(c->lexer, &ignored);
        return run_command(c, command);
    case STATEMENT_PARAM:
        lexer_next(c->lexer, &ignored);
        ok = run_binding(c, (struct statement_making){.marks = MARK_PARAM});
        break;
    case STATEMENT_DATA:
        lexer_next(c->lexer, &ignored);
        ok = run_binding(c, (struct statement_making){.data = true});
        break;
    case STATEMENT_NODE:
        lexer_next(c->lexer, &ignored);
        ok = run_binding(c, (struct statement_making){.nodes = true});
        break;
    case STATEMENT_BINDING:
        ok = run_binding(c, (struct statement_making){0});
        break;
    case STATEMENT_FIELD:
        ok = run_field_assignment(c);
        break;
    case STATEMENT_METHOD:
        ok = run_method(c);
        break;
    case STATEMENT_DEF:
        ok = define_function(c);
        break;
    case STATEMENT_REPEAT:
        ok = loop_repeat(c);
        break;
    case STATEMENT_FOR:
        ok = loop_for(c);
        break;
    case STATEMENT_RESERVED:
        ok = token_is(c->lexer, first, "param") ? refuse_param(c, first.span)
                                                : refuse_reserved(c, first);
        break;
    case STATEMENT_EXPRESSION:
        ok = run_expression(c);
        if (!ok) {
            struct lexer *l = c->lexer;
            l->at = first.span.end;
            guess_command(c, first);
        }
        break;
    }
    return ok ? CALL_DONE : c->waits ? CALL_NEED : CALL_FAILED;
}

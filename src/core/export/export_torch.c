// A program for PyTorch: arrays are tensors, parameters are nn.Parameters of a module whose
// forward() has the learner's own statements, and a training is an optimiser's loop. What the
// statements do not tell is written node by node.
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "export/export_torch_parts.h"

enum { LINES_MOST = 100000 };  // nodes that are written one by one

// Where a real node is in the program: element k of a binding, or (binding 0) in a line of its
// own.
struct export_torch_seat {
    uint32_t binding;  // from 1
    uint32_t element;
};

void export_torch_number(struct text *out, double v)
{
    export_number(out, v, "float('inf')", "float('nan')");
}

static const char *ident(const struct torch *t, uint32_t at)
{
    return BUF_FROM(char, &t->p->text, at);
}

static struct export_torch_seat *seat_of(struct torch *t, uint32_t node)
{
    return &BUF(struct export_torch_seat, &t->seats)[node];
}

// The real node that an element is, if root depends on it.
static uint32_t node_of(const struct torch *t, const struct binding *b, uint32_t k)
{
    uint32_t node = statements_node(&t->s, b, k);
    return node > t->p->e->root ? NODE_NONE : node;
}

// ---- What is needed -----------------------------------------------------------------------------

static void take_seats(struct torch *t)
{
    for (uint32_t i = 0; i < t->s.bindings.count; i++) {
        const struct binding *b = statements_binding(&t->s, i);
        for (uint32_t k = 0; k < value_count(b->value) && !program_stopped(t->p, k); k++) {
            uint32_t node = node_of(t, b, k);
            if (node != NODE_NONE && seat_of(t, node)->binding == 0) {
                *seat_of(t, node) = (struct export_torch_seat){i + 1, k};
            }
        }
    }
}

// What a walk has found out about a node.
enum { NOT_MET, WANTED, HELD };

static void want(struct torch *t, uint32_t node)
{
    uint8_t *met = &BUF(uint8_t, &t->met)[node];
    if (*met == NOT_MET) {
        *met = WANTED;
        t->p->failed |= !buf_add(&t->walk, &node, 1);
    }
}

static void want_nothing(struct torch *t)
{
    for (size_t k = 0; k < t->walk.count; k++) {
        BUF(uint8_t, &t->met)[BUF(uint32_t, &t->walk)[k]] = NOT_MET;
    }
    t->walk.count = 0;
}

// Wants, too, the nodes that must have lines of their own, so that those which are wanted can be computed
// before binding `before` (counted from 0): down to what earlier bindings hold, which are then needed.
static void spread(struct torch *t, uint32_t before)
{
    const struct tape *tape = t->p->e->tape;
    for (size_t k = 0; k < t->walk.count && !program_stopped(t->p, k); k++) {
        uint32_t i = BUF(uint32_t, &t->walk)[k];
        struct export_torch_seat seat = *seat_of(t, i);
        if (seat.binding != 0 && seat.binding - 1 < before) {
            statements_binding(&t->s, seat.binding - 1)->needed = true;
            BUF(uint8_t, &t->met)[i] = HELD;
        } else if (tape_op(tape, i) != OP_LEAF) {
            want(t, (uint32_t)tape_node(tape, i).a);
            want(t, (uint32_t)tape_node(tape, i).b);
        }
    }
}

// The elements of a binding, and what they need.
static void spread_from(struct torch *t, uint32_t i)
{
    const struct binding *b = statements_binding(&t->s, i);
    want_nothing(t);
    for (uint32_t k = 0; k < value_count(b->value); k++) {
        uint32_t node = node_of(t, b, k);
        if (node != NODE_NONE) {
            want(t, node);
        }
    }
    spread(t, i);
}

static void spread_from_root(struct torch *t)
{
    want_nothing(t);
    want(t, t->p->e->root);
    spread(t, (uint32_t)t->s.bindings.count);
}

static void find_needed(struct torch *t)
{
    spread_from_root(t);
    for (uint32_t i = (uint32_t)t->s.bindings.count; i-- > 0 && !t->p->stopped;) {
        const struct binding *b = statements_binding(&t->s, i);
        if (!b->needed || b->leaf) {
            continue;
        }
        if (b->opaque) {
            spread_from(t, i);
        }
        for (uint32_t k = 0; !b->opaque && k < b->used; k++) {
            statements_binding(&t->s, BUF(uint32_t, &t->s.uses)[b->uses + k])->needed = true;
        }
    }
}

// ---- Texts with marks ---------------------------------------------------------------------------

static void put_numbers(struct text *out, const double *numbers, uint32_t rank, uint32_t rows,
                        uint32_t cols)
{
    bool matrix = rank == VALUE_MATRIX;
    text_add(out, "torch.tensor([");
    for (uint32_t k = 0; k < rows * cols; k++) {
        text_add(out, k == 0 ? "" : ", ");
        text_add(out, matrix && k % cols == 0 ? "[" : "");
        export_torch_number(out, numbers[k]);
        text_add(out, matrix && k % cols == cols - 1 ? "]" : "");
    }
    text_add(out, "])");
}

static void put_marked(struct torch *t, struct text *out, const char *s)
{
    for (; *s != '\0'; s++) {
        if (*s != '\1') {
            text_add_char(out, *s);
            continue;
        }
        char *at;
        char kind = s[1];
        unsigned long part[4] = {0};
        part[0] = strtoul(s + 2, &at, 10);
        for (int i = 1; kind == 'L' && i < 4; i++) {
            part[i] = strtoul(at, &at, 10);
        }
        if (kind == 'L') {
            put_numbers(out, BUF_FROM(double, &t->s.numbers, part[0]), (uint32_t)part[1],
                        (uint32_t)part[2], (uint32_t)part[3]);
        } else {
            text_add(out, ident(t, BUF(struct function, &t->s.functions)[part[0]].ident));
        }
        s = at;
    }
}

static char *marked_copy(struct torch *t, const char *s)
{
    struct text out;
    text_init(&out);
    put_marked(t, &out, s);
    char *copy = arena_copy(&t->s.arena, text_get(&out), text_length(&out));
    t->p->failed |= copy == NULL;
    text_release(&out);
    return copy;
}

// Is the name also that of a value of some function, which would hide it?
static bool is_param(const struct torch *t, uint32_t name)
{
    const struct buf *params = &t->p->e->definitions->params;
    for (size_t i = 0; i < params->count; i++) {
        if (BUF(uint32_t, params)[i] == name) {
            return true;
        }
    }
    return false;
}

static void put_blank_line(struct text *out)
{
    size_t n = text_length(out);
    const char *s = text_get(out);
    text_add(out, n < 2 || (s[n - 1] == '\n' && s[n - 2] == '\n') ? "" : "\n");
}

// The functions that a statement calls, those that are not written yet. A call that was translated
// otherwise than the one before is another function.
static void put_functions(struct torch *t, const struct binding *b)
{
    struct function *all = t->s.functions.data;
    for (uint32_t i = b->first_function; i < b->first_function + b->functions; i++) {
        struct function *f = &all[i];
        f->body = marked_copy(t, f->body);
        for (uint32_t k = 0; k < i && f->body != NULL && !f->written; k++) {
            if (all[k].written && all[k].name == f->name && strcmp(all[k].body, f->body) == 0) {
                f->ident = all[k].ident;
                f->written = true;
            }
        }
        if (!f->written && f->body != NULL) {
            f->ident = program_new_ident(t->p, f->name, is_param(t, f->name) ? "_f" : "");
            f->written = true;
            put_blank_line(&t->forward);
            text_addf(&t->forward, "        def %s(%s):\n            return %s\n\n",
                      ident(t, f->ident), f->head, f->body);
        }
    }
}

// ---- Leaves -------------------------------------------------------------------------------------

static double element_value(const struct torch *t, const struct binding *b, uint32_t k)
{
    return tape_value(t->p->e->tape, statements_node(&t->s, b, k));
}

static void put_elements(struct torch *t, struct text *out, const struct binding *b,
                         double (*get)(const struct torch *t, const struct binding *b, uint32_t k))
{
    uint32_t cols = b->value.cols, count = value_count(b->value);
    bool matrix = b->value.rank == VALUE_MATRIX, vector = b->value.rank == VALUE_VECTOR;
    text_add(out, matrix || vector ? "[" : "");
    for (uint32_t k = 0; k < count && !program_stopped(t->p, k); k++) {
        text_add(out, k == 0 ? "" : (matrix ? k % cols == 0 : k % 8 == 0) ? ",\n    " : ", ");
        text_add(out, matrix && k % cols == 0 ? "[" : "");
        export_torch_number(out, get(t, b, k));
        text_add(out, matrix && k % cols == cols - 1 ? "]" : "");
    }
    text_add(out, matrix || vector ? "]" : "");
}

// How a leaf is shown: by its name, or if another has taken that, each element by itself.
static void show_leaf(struct torch *t, const struct binding *b, const char *where)
{
    struct text *out = &t->show;
    size_t length;
    const char *name = names_text(t->p->e->names, b->name, &length);
    if (b->last) {
        text_add(out, "    show(\"d");
        program_label(t->p, out, t->p->e->root);
        text_addf(out, "/d%.*s\", %s)\n", (int)length, name, where);
        return;
    }
    for (uint32_t k = 0; k < value_count(b->value); k++) {
        uint32_t node = node_of(t, b, k);
        if (node != NODE_NONE && program_has(t->p, node)) {
            text_add(out, "    show(\"");
            program_slope_label(t->p, out, node);
            text_addf(out, "\", %s", where);
            text_addf(out,
                      b->value.rank == VALUE_SCALAR   ? ")\n"
                      : b->value.rank == VALUE_VECTOR ? ", %u)\n"
                                                      : ", %u, %u)\n",
                      (unsigned)(b->value.rank == VALUE_VECTOR ? k : k / b->value.cols),
                      (unsigned)(k % b->value.cols));
        }
    }
}

static double state_m(const struct torch *t, const struct binding *b, uint32_t k)
{
    uint32_t node = node_of(t, b, k);
    return node == NODE_NONE ? 0 : program_state(t->p, node).m;
}

static double state_v(const struct torch *t, const struct binding *b, uint32_t k)
{
    uint32_t node = node_of(t, b, k);
    return node == NODE_NONE ? 0 : program_state(t->p, node).v;
}

// What the optimiser remembers of a parameter, under PyTorch's names.
static void remember(struct torch *t, const char *name, double steps, const char *m, const char *v)
{
    enum optim_kind kind = t->p->e->optim.kind;
    bool adam = kind == OPTIM_ADAM || kind == OPTIM_ADAMW;
    text_addf(&t->memory, "    optimizer.state[module.%s] = {", name);
    if (adam || kind == OPTIM_RMSPROP) {
        text_addf(&t->memory, "\"step\": torch.tensor(%.1f), ", steps);
        text_addf(&t->memory, "\"%s\": torch.tensor(%s)", adam ? "exp_avg_sq" : "square_avg", v);
    }
    if (kind != OPTIM_RMSPROP || t->p->e->optim.momentum != 0) {
        text_addf(&t->memory, "%s\"%s\": torch.tensor(%s)",
                  adam || kind == OPTIM_RMSPROP ? ", " : "", adam ? "exp_avg" : "momentum_buffer",
                  m);
    }
    text_add(&t->memory, "}\n");
}

static void remember_leaf(struct torch *t, const struct binding *b)
{
    struct text m, v;
    double steps = 0;
    for (uint32_t k = 0; k < value_count(b->value) && steps == 0; k++) {
        uint32_t node = node_of(t, b, k);
        steps = node == NODE_NONE ? 0 : program_state(t->p, node).t;
    }
    text_init(&m);
    text_init(&v);
    put_elements(t, &m, b, state_m);
    put_elements(t, &v, b, state_v);
    remember(t, ident(t, b->ident), steps, text_get(&m), text_get(&v));
    text_release(&m);
    text_release(&v);
}

static void put_leaf(struct torch *t, const struct binding *b)
{
    struct text name;
    text_init(&name);
    text_addf(&name, b->param ? "module.%s" : "%s", ident(t, b->ident));
    if (b->param) {
        text_addf(&t->init, "        self.%s = nn.Parameter(torch.tensor(", ident(t, b->ident));
        put_elements(t, &t->init, b, element_value);
        text_add(&t->init, "))\n");
        text_addf(&t->forward, "        %s = self.%s\n", ident(t, b->ident), ident(t, b->ident));
        if (t->p->has_states) {
            remember_leaf(t, b);
        }
    } else {
        text_addf(&t->data, "%s = torch.tensor(", ident(t, b->ident));
        put_elements(t, &t->data, b, element_value);
        text_add(&t->data, ", requires_grad=True)\n");
        text_addf(&t->names, "%s, ", ident(t, b->ident));
    }
    show_leaf(t, b, text_get(&name));
    text_release(&name);
}

// ---- Nodes by themselves ------------------------------------------------------------------------

// A leaf that no statement holds, under its number.
static void put_lone_leaf(struct torch *t, uint32_t node)
{
    bool param = tape_marked(t->p->e->tape, node, MARK_PARAM);
    struct text *out = param ? &t->init : &t->data;
    text_addf(out, param ? "        self.n%u = nn.Parameter(torch.tensor(" : "n%u = torch.tensor(",
              (unsigned)node);
    export_torch_number(out, tape_value(t->p->e->tape, node));
    text_add(out, param ? "))\n" : ", requires_grad=True)\n");
    if (param) {
        text_addf(&t->forward, "        n%u = self.n%u\n", (unsigned)node, (unsigned)node);
    }
    text_add(&t->show, "    show(\"");
    program_slope_label(t->p, &t->show, node);
    text_addf(&t->show, param ? "\", module.n%u)\n" : "\", n%u)\n", (unsigned)node);
    if (!param) {
        text_addf(&t->names, "n%u, ", (unsigned)node);
    } else if (t->p->has_states) {
        struct optim_state state = program_state(t->p, node);
        char name[16], m[NUMBER_TEXT], v[NUMBER_TEXT];
        format_write(name, sizeof name, "n%u", (unsigned)node);
        remember(t, name, state.t, number_exact(m, state.m), number_exact(v, state.v));
    }
}

// A real node where it is.
static void put_node(struct torch *t, struct text *out, uint32_t node)
{
    struct export_torch_seat seat = *seat_of(t, node);
    if (program_inline(t->p, node)) {
        export_torch_number(out, tape_value(t->p->e->tape, node));
    } else if (BUF(uint8_t, &t->written)[node] != 0 || seat.binding == 0) {
        text_addf(out, "n%u", (unsigned)node);
    } else {
        const struct binding *b = statements_binding(&t->s, seat.binding - 1);
        uint32_t k = seat.element;
        text_add(out, ident(t, b->ident));
        if (b->value.rank == VALUE_MATRIX) {
            text_addf(out, "[%u, %u]", (unsigned)(k / b->value.cols),
                      (unsigned)(k % b->value.cols));
        } else if (b->value.rank == VALUE_VECTOR) {
            text_addf(out, "[%u]", (unsigned)k);
        }
    }
}

static void put_line(struct torch *t, uint32_t node)
{
    struct node n = tape_node(t->p->e->tape, node);
    struct text x, y;
    text_init(&x);
    text_init(&y);
    put_node(t, &x, (uint32_t)n.a);
    put_node(t, &y, (uint32_t)n.b);
    text_addf(&t->forward, "        n%u = %s\n", (unsigned)node,
              terms_op(&t->s, (enum op)n.op, text_get(&x), text_get(&y)));
    text_release(&x);
    text_release(&y);
}

// The nodes that are wanted, lowest first, those that are not there yet.
static void put_lines(struct torch *t)
{
    qsort(t->walk.data, t->walk.count, sizeof(uint32_t), mem_compare_numbers);
    for (size_t k = 0; k < t->walk.count && !program_stopped(t->p, k); k++) {
        uint32_t i = BUF(uint32_t, &t->walk)[k];
        uint8_t *written = &BUF(uint8_t, &t->written)[i];
        if (BUF(uint8_t, &t->met)[i] != WANTED || *written != 0 || program_inline(t->p, i)) {
            continue;
        }
        *written = 1;
        if (++t->lines > LINES_MOST) {
            program_refuse(t->p, "too much of this graph has to be written node by node for torch",
                           "'export c' takes larger ones");
            return;
        }
        if (tape_op(t->p->e->tape, i) == OP_LEAF) {
            put_lone_leaf(t, i);
        } else {
            put_line(t, i);
        }
    }
}

// A name that was read off the tape: its elements, put together.
static void put_opaque(struct torch *t, uint32_t i)
{
    const struct binding *b = statements_binding(&t->s, i);
    uint32_t cols = b->value.cols;
    spread_from(t, i);
    put_lines(t);
    text_addf(&t->forward, "        %s = ", ident(t, b->ident));
    bool array = b->value.rank != VALUE_SCALAR;
    text_add(&t->forward, array ? "torch.stack([" : "");
    for (uint32_t k = 0; k < value_count(b->value); k++) {
        uint32_t node = node_of(t, b, k);
        text_add(&t->forward, k == 0 ? "" : ", ");
        if (node == NODE_NONE || program_inline(t->p, node)) {
            text_add(&t->forward, "torch.tensor(");
            export_torch_number(&t->forward, element_value(t, b, k));
            text_add(&t->forward, ")");
        } else {
            put_node(t, &t->forward, node);
        }
    }
    text_add(&t->forward, array ? "])" : "");
    if (b->value.rank == VALUE_MATRIX) {
        text_addf(&t->forward, ".reshape(%u, %u)", (unsigned)b->value.rows, (unsigned)cols);
    }
    text_add(&t->forward, "\n");
}

static void put_bindings(struct torch *t)
{
    for (uint32_t i = 0; i < t->s.bindings.count && t->p->refusal == NULL; i++) {
        const struct binding *b = statements_binding(&t->s, i);
        if (!b->needed) {
            continue;
        }
        if (b->leaf) {
            put_leaf(t, b);
        } else if (b->opaque) {
            put_opaque(t, i);
        } else {
            put_functions(t, b);
            text_addf(&t->forward, "        %s = ", ident(t, b->ident));
            put_marked(t, &t->forward, b->text);
            text_add(&t->forward, "\n");
        }
    }
    spread_from_root(t);
    put_lines(t);
    text_add(&t->forward, "        return ");
    put_node(t, &t->forward, t->p->e->root);
    text_add(&t->forward, "\n");
}

// ---- Can arrays of parameters be trained as arrays? ---------------------------------------------

// PyTorch moves an array whole. That is the same unless some elements are left alone, or have seen
// fewer steps.
static bool trains_whole(struct torch *t, const struct binding *b)
{
    double steps = -1;
    for (uint32_t k = 0; k < value_count(b->value); k++) {
        uint32_t node = node_of(t, b, k);
        if (node == NODE_NONE || seat_of(t, node)->binding == 0) {
            if (t->p->e->optim.decay != 0) {
                return false;
            }
            continue;
        }
        double its = t->p->has_states ? program_state(t->p, node).t : 0;
        if (steps >= 0 && its != steps) {
            return false;
        }
        steps = its;
    }
    return true;
}

static bool all_train_whole(struct torch *t)
{
    for (uint32_t i = 0; i < t->s.bindings.count && t->p->e->steps > 0; i++) {
        const struct binding *b = statements_binding(&t->s, i);
        if (b->needed && b->leaf && b->param && !trains_whole(t, b)) {
            return false;
        }
    }
    return true;
}

// ---- Can it be trained in batches? --------------------------------------------------------------

// The rows to draw from, if the statements hold for any of them: none is read off the tape, and
// none has numbers in it that were made from all rows.
static void find_rows(struct torch *t)
{
    for (uint32_t i = 0; i < t->s.bindings.count; i++) {
        const struct binding *b = statements_binding(&t->s, i);
        if (!b->needed) {
            continue;
        }
        if (b->data && b->leaf && !b->param) {
            text_addf(&t->rows, text_length(&t->rows) == 0 ? "%s" : ", %s", ident(t, b->ident));
        } else if (b->fixed || (b->opaque && !b->leaf)) {
            text_clear(&t->rows);
            return;
        }
    }
}

// ---- All together -------------------------------------------------------------------------------

static bool torch_init(struct torch *t, struct program *p)
{
    *t = (struct torch){.p = p};
    struct text *texts[] = {&t->data, &t->names,  &t->init, &t->forward,
                            &t->show, &t->memory, &t->rows};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        text_init(texts[i]);
    }
    buf_init(&t->seats, sizeof(struct export_torch_seat));
    buf_init(&t->written, 1);
    buf_init(&t->met, 1);
    buf_init(&t->walk, sizeof(uint32_t));
    size_t count = (size_t)p->e->root + 1;
    return statements_read(&t->s, p) && buf_resize(&t->seats, count) &&
           buf_resize(&t->written, count) && buf_resize(&t->met, count);
}

static void torch_release(struct torch *t)
{
    struct text *texts[] = {&t->data, &t->names,  &t->init, &t->forward,
                            &t->show, &t->memory, &t->rows};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        t->p->failed |= texts[i]->bytes.failed;
        text_release(texts[i]);
    }
    statements_release(&t->s);
    buf_release(&t->seats);
    buf_release(&t->written);
    buf_release(&t->met);
    buf_release(&t->walk);
}

void export_torch(struct program *p)
{
    struct torch t;
    program_forget_idents(p);
    bool ok = torch_init(&t, p);
    if (ok) {
        take_seats(&t);
        find_needed(&t);
        if (!all_train_whole(&t)) {  // each node by itself, then
            t.s.bindings.count = 0;
            memset(t.seats.data, 0, t.seats.count * sizeof(struct export_torch_seat));
        }
        size_t lines = t.lines;
        put_bindings(&t);
        if (p->e->batch > 0 && t.lines == lines) {
            find_rows(&t);
        }
        export_torch_program(&t);
    }
    p->failed |= !ok || t.s.failed;
    torch_release(&t);
}

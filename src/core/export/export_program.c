#include "export/export_program.h"

#include <math.h>
#include <string.h>

#include "base/stop.h"
#include "engine/sweep.h"
#include "export/export_python.h"
#include "formula/letters.h"

// n7 is what the node %7 is called that has no name.
static bool is_node_number(const char *s)
{
    return s[0] == 'n' && s[1] != '\0' && strspn(s + 1, "0123456789") == strlen(s + 1);
}

// _Bool, __FILE__, __debug__: C and Python keep such names for themselves, and Python changes them
// inside a class.
static bool is_private(const char *s)
{
    return s[0] == '_' && (s[1] == '_' || (s[1] >= 'A' && s[1] <= 'Z'));
}

// dL/dW[0, 1] as dL_dW_0_1, and dL/d%7 as dL_dn7.
static void slope_ident(struct text *out, const char *s, size_t length)
{
    struct text label;
    text_init(&label);
    for (size_t i = 0; i < length; i++) {
        bool apart = s[i] == '/' || s[i] == '[' || s[i] == ',';
        bool left_out = s[i] == ' ' || s[i] == ']';
        if (!left_out) {
            text_add_char(&label, apart ? '_' : s[i] == '%' ? 'n' : s[i]);
        }
    }
    letters_ascii(out, text_get(&label), text_length(&label));
    text_release(&label);
}

void program_plain_ident(const struct program *p, struct text *out, uint32_t name)
{
    size_t length;
    const char *s = names_text(p->e->names, name, &length);
    struct text label, ident;
    text_init(&label);
    text_init(&ident);
    text_add_bytes(&label, s, length);  // names lie one after the other
    if (names_is_derivative(text_get(&label))) {
        slope_ident(&ident, s, length);
    } else {
        letters_ascii(&ident, s, length);
    }
    const char *t = text_get(&ident);
    text_add(out, is_private(t) ? "x" : "");
    text_add(out, t);
    text_add(out, text_among(p->reserved, t, strlen(t)) || python_is_name(t) || is_node_number(t)
                      ? "_"
                      : "");
    text_release(&label);
    text_release(&ident);
}

uint32_t program_new_ident(struct program *p, uint32_t name, const char *suffix)
{
    struct text ident;
    text_init(&ident);
    program_plain_ident(p, &ident, name);
    text_add(&ident, suffix);
    const char *t = text_get(&ident);
    while (names_find(&p->taken, t, strlen(t)) != NAME_NONE && !ident.bytes.failed) {
        text_add_char(&ident, '_');
        t = text_get(&ident);
    }
    uint32_t at = (uint32_t)p->text.count;
    char *copy = buf_push(&p->text, strlen(t) + 1);
    p->failed |= copy == NULL || names_intern(&p->taken, t, strlen(t)) == NAME_NONE;
    if (copy != NULL) {
        memcpy(copy, t, strlen(t) + 1);
    }
    text_release(&ident);
    return at;
}

void program_forget_idents(struct program *p)
{
    names_release(&p->taken);
    names_init(&p->taken);
}

// ---- Places -------------------------------------------------------------------------------------

bool program_stopped(struct program *p, size_t i)
{
    p->stopped = p->stopped || stop_asked(p->e->stop, i);
    return p->stopped;
}

bool program_shut_infinity(struct program *p)
{
    const struct tape *t = p->e->tape;
    struct buf live;
    bool found = false;
    if (!sweep_live(t, p->e->root, &live)) {
        p->failed = true;
    }
    for (size_t i = 0; !p->failed && i < p->ids.count; i++) {
        uint32_t node = program_node(p, i);
        for (int slot = 0; slot < tape_arity(t, node); slot++) {
            found =
                found || (BUF(uint8_t, &live)[node] == 0 && !tape_flat(t, node, slot) &&
                          !tape_constant(t, node, slot) && !isfinite(tape_slope(t, node, slot)));
        }
    }
    buf_release(&live);
    return found;
}

bool program_refuse(struct program *p, const char *refusal, const char *hint)
{
    p->refusal = refusal;
    p->hint = hint;
    return false;
}

uint32_t program_place(const struct program *p, uint32_t node)
{
    return node > p->e->root ? SPOT_NONE : BUF(uint32_t, &p->index)[node] - 1;
}

bool program_has(const struct program *p, uint32_t node)
{
    return program_place(p, node) != SPOT_NONE;
}

bool program_has_some(const struct program *p, struct value v)
{
    uint32_t count = v.rank == VALUE_UNBOUND ? 0 : value_count(v), k = 0;
    if (v.rank != VALUE_SCALAR && count > 0 && !v.listed) {  // all of it lies between these
        int64_t down = (int64_t)(v.rows - 1) * v.rs, along = (int64_t)(v.cols - 1) * v.cs;
        int64_t low = v.base + (down < 0 ? down : 0) + (along < 0 ? along : 0);
        int64_t high = v.base + (down > 0 ? down : 0) + (along > 0 ? along : 0);
        const uint32_t *ids = p->ids.data;
        size_t at = mem_search(ids, p->ids.count, sizeof *ids, (uint32_t)low);
        count = at < p->ids.count && ids[at] <= high ? count : 0;
    }
    while (k < count && !program_has(p, names_element(p->e->names, v, k)) &&
           !stop_asked(p->e->stop, k)) {
        k++;
    }
    return k < count;
}

// May this element be under a name that nothing else is under yet?
static struct spot *free_spot(const struct program *p, uint32_t node)
{
    uint32_t at = program_place(p, node);
    struct spot *spot = at == SPOT_NONE ? NULL : &BUF(struct spot, &p->spots)[at];
    return spot == NULL || spot->variable != SPOT_NONE || program_inline(p, node) ? NULL : spot;
}

// How many of an array's elements would be under its name.
static size_t count_free(struct program *p, struct value v)
{
    size_t count = 0;
    for (uint32_t k = 0; k < v.rows * v.cols && !program_stopped(p, k); k++) {
        count += free_spot(p, names_element(p->e->names, v, k)) != NULL;
    }
    return count;
}

static void take_name(struct program *p, uint32_t name)
{
    struct value v = names_get(p->e->names, name);
    size_t free = count_free(p, v);
    // A few elements of a large array are values by themselves.
    if (free == 0 || free * 4 < (size_t)v.rows * v.cols) {
        return;
    }
    uint32_t at = (uint32_t)p->variables.count;
    struct variable *variable = buf_push(&p->variables, 1);
    if (variable == NULL) {
        p->failed = true;
        return;
    }
    *variable = (struct variable){name, v, program_new_ident(p, name, "")};
    for (uint32_t k = 0; k < v.rows * v.cols && !program_stopped(p, k); k++) {
        struct spot *spot = free_spot(p, names_element(p->e->names, v, k));
        if (spot != NULL) {
            *spot = (struct spot){at, k / v.cols, k % v.cols};
        }
    }
}

// Whole arrays first, then single values, then arrays that were put together of what has names.
static void take_names(struct program *p)
{
    for (int round = 0; round < 3; round++) {
        for (uint32_t name = 0; name < names_count(p->e->names) && !p->failed; name++) {
            struct value v = names_get(p->e->names, name);
            int its = v.rank == VALUE_SCALAR ? 1 : v.listed ? 2 : 0;
            if (its == round && program_has_some(p, v)) {
                take_name(p, name);
            }
        }
    }
}

// Nodes that are derivatives and have no name of the learner's: dL/da.
static void take_derivatives(struct program *p)
{
    for (size_t i = 0; i < p->ids.count && !p->failed && !program_stopped(p, i); i++) {
        char label[LABEL_TEXT];
        struct spot *spot = free_spot(p, program_node(p, i));
        if (spot == NULL || !names_grown_label(p->e->names, label, program_node(p, i))) {
            continue;
        }
        uint32_t name = names_intern(p->e->names, label, strlen(label));
        struct variable *variable = name == NAME_NONE ? NULL : buf_push(&p->variables, 1);
        if (variable == NULL) {
            p->failed = true;
            return;
        }
        *variable = (struct variable){name, value_of_node(program_node(p, i)),
                                      program_new_ident(p, name, "")};
        *spot = (struct spot){.variable = (uint32_t)p->variables.count - 1};
    }
}

// How many parameters the tape has before each: the optimiser's memory is in their order.
static void count_parameters(struct program *p)
{
    const struct tape *t = p->e->tape;
    uint32_t count = 0, end = p->e->root + 1, param = tape_next(t, MARK_PARAM, 0, end);
    for (size_t i = 0; i < p->ids.count && !program_stopped(p, i); i++) {
        for (; param < program_node(p, i); count++) {
            param = tape_next(t, MARK_PARAM, param + 1, end);
        }
        BUF(uint32_t, &p->ordinal)[i] = count;
        p->params += tape_marked(t, program_node(p, i), MARK_PARAM);
    }
}

// Does the optimiser remember anything that it goes on with?
static void find_states(struct program *p)
{
    bool remembers = p->e->optim.kind != OPTIM_PLAIN;
    for (size_t i = 0; remembers && i < p->ids.count && !program_stopped(p, i); i++) {
        if (tape_marked(p->e->tape, program_node(p, i), MARK_PARAM)) {
            struct optim_state s = program_state(p, program_node(p, i));
            p->has_states |= s.m != 0 || s.v != 0 || s.t != 0;
        }
    }
}

bool program_init(struct program *p, struct text *out, const struct export *e, const char *reserved)
{
    *p = (struct program){.e = e, .out = out, .reserved = reserved};
    buf_init(&p->index, sizeof(uint32_t));
    buf_init(&p->spots, sizeof(struct spot));
    buf_init(&p->ordinal, sizeof(uint32_t));
    buf_init(&p->variables, sizeof(struct variable));
    buf_init(&p->text, 1);
    names_init(&p->taken);
    if (!sweep_reach(e->tape, e->root, &p->ids) || !buf_resize(&p->index, (size_t)e->root + 1) ||
        !buf_resize(&p->spots, p->ids.count) || !buf_resize(&p->ordinal, p->ids.count)) {
        return false;
    }
    for (size_t i = 0; i < p->ids.count && !program_stopped(p, i); i++) {
        BUF(uint32_t, &p->index)[program_node(p, i)] = (uint32_t)i + 1;
        BUF(struct spot, &p->spots)[i] = (struct spot){.variable = SPOT_NONE};
    }
    count_parameters(p);
    find_states(p);
    take_names(p);
    take_derivatives(p);
    return !p->failed;
}

void program_release(struct program *p)
{
    buf_release(&p->ids);
    buf_release(&p->index);
    buf_release(&p->spots);
    buf_release(&p->ordinal);
    buf_release(&p->variables);
    buf_release(&p->text);
    names_release(&p->taken);
}

struct spot program_spot(const struct program *p, uint32_t node)
{
    uint32_t at = program_place(p, node);
    return at == SPOT_NONE ? ((struct spot){.variable = SPOT_NONE})
                           : BUF(struct spot, &p->spots)[at];
}

bool program_inline(const struct program *p, uint32_t node)
{
    return tape_marked(p->e->tape, node, MARK_CONST) && node != p->e->root;
}

uint32_t program_element(const struct program *p, uint32_t variable, uint32_t i, uint32_t j)
{
    struct value v = program_variable(p, variable)->value;
    uint32_t node = names_element(p->e->names, v, i * v.cols + j);
    struct spot spot = program_spot(p, node);
    bool here = spot.variable == variable && spot.row == i && spot.col == j;
    return here ? node : NODE_NONE;
}

bool program_has_leaf(const struct program *p, uint32_t variable)
{
    struct value v = program_variable(p, variable)->value;
    for (uint32_t k = 0; k < v.rows * v.cols; k++) {
        uint32_t node = program_element(p, variable, k / v.cols, k % v.cols);
        if (node != NODE_NONE && tape_op(p->e->tape, node) == OP_LEAF) {
            return true;
        }
    }
    return false;
}

// ---- Words --------------------------------------------------------------------------------------

static void put_indices(struct text *out, enum value_rank rank, struct spot spot,
                        const char *between)
{
    if (rank == VALUE_MATRIX) {
        text_addf(out, "[%u%s%u]", (unsigned)spot.row, between, (unsigned)spot.col);
    } else if (rank == VALUE_VECTOR) {
        text_addf(out, "[%u]", (unsigned)spot.col);
    }
}

void program_label(const struct program *p, struct text *out, uint32_t node)
{
    struct spot spot = program_spot(p, node);
    if (spot.variable == SPOT_NONE) {
        text_addf(out, "%%%u", (unsigned)node);
        return;
    }
    const struct variable *v = program_variable(p, spot.variable);
    size_t length;
    const char *s = names_text(p->e->names, v->name, &length);
    text_add_bytes(out, s, length);
    put_indices(out, v->value.rank, spot, ", ");
}

// dL, and d(dL/da) of a derivative.
static void put_differential(const struct program *p, struct text *out, const char *sign,
                             uint32_t node)
{
    struct text label;
    text_init(&label);
    program_label(p, &label, node);
    text_addf(out, names_is_derivative(text_get(&label)) ? "%s(%s)" : "%s%s", sign,
              text_get(&label));
    text_release(&label);
}

void program_slope_label(const struct program *p, struct text *out, uint32_t node)
{
    put_differential(p, out, "d", p->e->root);
    put_differential(p, out, "/d", node);
}

void program_put(const struct program *p, struct text *out, const char *prefix, uint32_t node)
{
    struct spot spot = program_spot(p, node);
    if (spot.variable == SPOT_NONE) {
        text_addf(out, "%sn%u", prefix, (unsigned)node);
        return;
    }
    const struct variable *v = program_variable(p, spot.variable);
    text_addf(out, "%s%s", prefix, program_ident(p, v));
    put_indices(out, v->value.rank, spot, "][");
}

void export_number(struct text *out, double v, const char *inf, const char *nan)
{
    char number[NUMBER_TEXT];
    if (isnan(v)) {
        text_add(out, nan);
        return;
    }
    text_add(out, signbit(v) ? "-" : "");
    if (isinf(v)) {
        text_add(out, inf);
        return;
    }
    number_exact(number, fabs(v));
    text_add(out, number);
    text_add(out, strpbrk(number, ".e") == NULL ? ".0" : "");
}

// ---- Training -----------------------------------------------------------------------------------

struct optim_state program_state(const struct program *p, uint32_t node)
{
    uint32_t k = BUF(uint32_t, &p->ordinal)[program_place(p, node)];
    return k < p->e->states->count ? BUF(struct optim_state, p->e->states)[k]
                                   : (struct optim_state){0};
}

void program_training_text(const struct program *p, struct text *out)
{
    const struct optim *o = &p->e->optim;
    char number[NUMBER_TEXT];
    bool runs = o->kind == OPTIM_MOMENTUM || o->kind == OPTIM_NESTEROV;
    text_addf(out, "%s, learning rate %s",
              o->kind == OPTIM_PLAIN ? "plain gradient descent" : optim_name(o->kind),
              number_exact(number, o->rate));
    if (runs || o->momentum != 0) {
        text_addf(out, ", momentum %s", number_exact(number, o->momentum));
    }
    if (o->decay != 0) {
        text_addf(out, ", weight decay %s", number_exact(number, o->decay));
    }
    if (o->clip != 0) {
        text_addf(out, ", gradients clipped to norm %s", number_exact(number, o->clip));
    }
    if (o->schedule == OPTIM_COSINE) {
        text_add(out, ", falling along a cosine");
    } else if (o->schedule == OPTIM_STEPS) {
        text_addf(out, ", times %s after every %lld steps", number_exact(number, o->factor),
                  (long long)o->every);
    }
    if (o->warmup > 0) {
        text_addf(out, ", after a warmup of %lld steps", (long long)o->warmup);
    }
}

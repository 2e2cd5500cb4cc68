// Boxes of several values: what a fold has of operations, parameters and results, and what it makes
// of what it is given.
//
// With one result and few operands a fold is like an operation: a cell for each operand, with the
// composite derivative ∂result/∂operand, which is a backward pass over the fold alone, begun
// with 1. Else a cell is all that comes from one box: how many values, and the length of the
// gradient that flows back there.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "scene/scene_parts.h"

// Composite derivatives that are shown in one box.
enum { CELLS_MOST = 6 };

struct scene_fold_tally {
    size_t values, operations, parameters, results;
    uint32_t result;               // the last one, as a place in the part
    bool root, current;            // is one of the values?
    bool known, reached;           // are all results known? Has each a gradient?
    double grad, parameters_grad;  // sums of squares
};

bool scene_list_members(struct painter *p)
{
    size_t folds = p->folds == NULL ? 0 : p->folds->list.count, count = p->part.ids.count;
    if (folds == 0) {
        return true;
    }
    if (!buf_resize(&p->members, count) || !buf_resize(&p->first, folds + 1) ||
        !buf_resize(&p->adjoint, count)) {
        return false;
    }
    uint32_t *first = p->first.data, *members = p->members.data;
    for (size_t i = 0; i < count; i++) {
        uint32_t home = scene_home(p, i);
        if (home != FOLD_NONE) {
            first[home + 1]++;
        }
    }
    for (size_t f = 1; f <= folds; f++) {
        first[f] += first[f - 1];
    }
    // Filled from behind, each fold's end moves to its begin.
    for (size_t i = count; i-- > 0;) {
        uint32_t home = scene_home(p, i);
        if (home != FOLD_NONE) {
            members[--first[home + 1]] = (uint32_t)i;
        }
    }
    for (size_t f = 0; f < folds; f++) {
        first[f] = first[f + 1];
    }
    first[folds] = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        first[folds] -= scene_home(p, i) == FOLD_NONE;
    }
    return true;
}

const uint32_t *scene_members(const struct painter *p, uint32_t fold, size_t *count)
{
    const uint32_t *first = p->first.data;
    *count = first[fold + 1] - first[fold];
    return BUF_FROM(uint32_t, &p->members, first[fold]);
}

// ---- What is in it ------------------------------------------------------------------------------

static void count_result(const struct painter *p, struct scene_fold_tally *t, uint32_t place)
{
    uint32_t node = scene_id_at(p, place);
    t->results++;
    t->result = place;
    t->known &= scene_value_known(p, node);
    t->reached &= tape_marked(p->tape, node, MARK_GRAD);
    t->grad += tape_grad(p->tape, node) * tape_grad(p->tape, node);
}

// Is the value used outside its box?
static bool is_used(const struct painter *p, uint32_t place)
{
    const uint32_t *of = BUF_FROM(uint32_t, &p->uses_of, place);
    return of[1] > of[0];
}

static struct scene_fold_tally tally(const struct painter *p, uint32_t fold)
{
    struct scene_fold_tally t = {.known = true, .reached = true};
    size_t count;
    const uint32_t *members = scene_members(p, fold, &count);
    for (size_t i = 0; i < count; i++) {
        uint32_t node = scene_id_at(p, members[i]);
        bool parameter = tape_marked(p->tape, node, MARK_PARAM);
        t.values += !tape_marked(p->tape, node, MARK_CONST);
        t.operations += tape_op(p->tape, node) != OP_LEAF;
        t.parameters += parameter;
        t.parameters_grad += parameter ? tape_grad(p->tape, node) * tape_grad(p->tape, node) : 0;
        t.root |= node == p->root;
        t.current |= p->options->walk != SCENE_WHOLE && node == p->options->current;
        if (node == p->root || is_used(p, members[i])) {
            count_result(p, &t, members[i]);
        }
    }
    if (t.results == 0) {  // nothing in the picture uses it
        count_result(p, &t, scene_fold(p, fold)->box);
    }
    return t;
}

// ---- What comes in ------------------------------------------------------------------------------

static int compare_inlets(const void *a, const void *b)
{
    const struct inlet *x = a, *y = b;
    return x->box != y->box       ? (x->box < y->box ? -1 : 1)
           : x->place != y->place ? (x->place < y->place ? -1 : 1)
                                  : 0;
}

// The fold that this use is an inlet of; FOLD_NONE: it is a constant, which says nothing, or none's.
static uint32_t inlet_of(const struct painter *p, const struct use *use)
{
    bool counts = use->folded && !tape_marked(p->tape, use->node, MARK_CONST);
    return counts ? scene_home(p, scene_place(p, use->consumer)) : FOLD_NONE;
}

static struct inlet *inlets_of(const struct painter *p, uint32_t fold, size_t *count)
{
    const uint32_t *end = p->inlets_of.data;
    uint32_t begin = fold == 0 ? 0 : end[fold - 1];
    *count = end[fold] - begin;
    return BUF_FROM(struct inlet, &p->inlets, begin);
}

bool scene_list_inlets(struct painter *p)
{
    size_t folds = p->folds == NULL ? 0 : p->folds->list.count, count;
    if (folds == 0) {
        return true;
    }
    if (!buf_resize(&p->inlets_of, folds + 1) || !buf_resize(&p->inlets, p->uses.count)) {
        return false;
    }
    const struct use *uses = p->uses.data;
    uint32_t *at = p->inlets_of.data;
    for (size_t i = 0; i < p->uses.count; i++) {
        uint32_t fold = inlet_of(p, &uses[i]);
        if (fold != FOLD_NONE) {
            at[fold + 1]++;
        }
    }
    for (size_t f = 1; f <= folds; f++) {
        at[f] += at[f - 1];
    }
    // Each fold's begin moves to its end.
    for (size_t i = 0; i < p->uses.count; i++) {
        uint32_t fold = inlet_of(p, &uses[i]);
        if (fold != FOLD_NONE) {
            uint32_t place = scene_place(p, uses[i].node);
            BUF(struct inlet, &p->inlets)
            [at[fold]++] = (struct inlet){scene_box(p, place), place, (uint32_t)i};
        }
    }
    for (uint32_t f = 0; f < folds && !stop_is_asked(p->tape->stop); f++) {
        struct inlet *inlets = inlets_of(p, f, &count);
        mem_sort(inlets, count, sizeof(struct inlet), compare_inlets);
    }
    return true;
}

// A backward pass over the fold alone: leaves in `adjoint` what each of its operands does to the
// result.
static void pass_back(const struct painter *p, uint32_t fold, uint32_t result)
{
    double *adjoint = p->adjoint.data;
    size_t count;
    const uint32_t *members = scene_members(p, fold, &count);
    adjoint[result] = 1;
    for (size_t i = count; i-- > 0 && !stop_asked(p->tape->stop, i);) {
        uint32_t node = scene_id_at(p, members[i]), below[2];
        double passed = adjoint[members[i]];
        for (int slot = 0, arity = scene_operands(p, members[i], below); slot < arity; slot++) {
            if (!scene_is_constant(p, below[slot]) && !tape_flat(p->tape, node, slot)) {
                adjoint[below[slot]] += passed * tape_slope(p->tape, node, slot);
            }
        }
    }
}

static void clear_adjoints(const struct painter *p, uint32_t fold, const struct inlet *inlets,
                           size_t inlet_count)
{
    double *adjoint = p->adjoint.data;
    size_t count;
    const uint32_t *members = scene_members(p, fold, &count);
    for (size_t i = 0; i < count; i++) {
        adjoint[members[i]] = 0;
    }
    for (size_t i = 0; i < inlet_count; i++) {
        adjoint[inlets[i].place] = 0;
    }
}

// ---- Cells --------------------------------------------------------------------------------------

static struct rec *add_cell(const struct painter *p, struct rec *cells, uint32_t box, size_t slot)
{
    char id[SCENE_ID_TEXT];
    struct rec *cell = rec_map(p->out, cells, KEY_NONE);
    rec_text(p->out, cell, KEY_from, scene_box_id(id, scene_id_at(p, box)));
    rec_whole(p->out, cell, KEY_slot, (int64_t)slot);
    return cell;
}

static void add_composite(const struct painter *p, struct rec *cells,
                          const struct scene_fold_tally *t, struct inlet inlet)
{
    struct rec *cell = add_cell(p, cells, inlet.box, cells == NULL ? 0 : cells->in.count);
    scene_add_symbol(p, cell, t->result, inlet.place);
    scene_add_chip(p, cell, inlet.box);
    if (t->known) {
        scene_add_number(p, cell, KEY_local, KEY_local_text, BUF(double, &p->adjoint)[inlet.place]);
    } else {
        rec_text(p->out, cell, KEY_local_text, "·");
    }
    const struct use *use = BUF_FROM(struct use, &p->uses, inlet.use);
    if (use->known) {
        scene_add_share(p, cell, scene_id_at(p, t->result), use->share);
    }
}

// All that comes from one box.
static void add_wide(const struct painter *p, struct rec *cells, const struct inlet *inlets,
                     size_t count)
{
    double squares = 0;
    bool known = true;
    for (size_t i = 0; i < count; i++) {
        const struct use *use = BUF_FROM(struct use, &p->uses, inlets[i].use);
        squares += use->share * use->share;
        known &= use->known;
    }
    struct rec *cell = add_cell(p, cells, inlets->box, cells == NULL ? 0 : cells->in.count);
    rec_whole(p->out, cell, KEY_values, (int64_t)count);
    scene_add_chip(p, cell, inlets->box);
    if (known) {
        scene_add_number(p, cell, KEY_share, KEY_share_text, sqrt(squares));
        rec_number(p->out, cell, KEY_weight, scene_weight(p, sqrt(squares)));
    }
}

// The inlets from the same box as the first of them.
static size_t count_same(const struct inlet *inlets, size_t count)
{
    size_t n = 0;
    while (n < count && inlets[n].box == inlets[0].box) {
        n++;
    }
    return n;
}

// With one result and few operands a cell for each, else one for each box that values come from. A
// picture that fits an area has one edge between two boxes, and so no cell for each element.
static void add_cells(const struct painter *p, struct rec *cells, uint32_t fold,
                      const struct scene_fold_tally *t)
{
    size_t count, operands = 0;
    const struct inlet *all = inlets_of(p, fold, &count);
    size_t most = p->options->composites > 0 ? p->options->composites : CELLS_MOST;
    bool fit = p->options->fit != NULL;
    for (size_t i = 0; i < count; i += fit ? count_same(all + i, count - i) : 1) {
        operands++;
    }
    bool few = t->results == 1 && operands <= most;
    if (few) {
        pass_back(p, fold, t->result);
    }
    for (size_t i = 0, n; i < count; i += n) {
        n = few && !fit ? 1 : count_same(all + i, count - i);
        if (few && n == 1) {
            add_composite(p, cells, t, all[i]);
        } else {
            add_wide(p, cells, all + i, n);
        }
    }
    if (few) {
        clear_adjoints(p, fold, all, count);
    }
}

// ---- The box ------------------------------------------------------------------------------------

// Of a name, as much as a box can bear.
static void add_cut(char *out, size_t size, const struct painter *p, uint32_t name)
{
    size_t length;
    const char *s = names_text(p->names, name, &length);
    format_write(out, size, "%.*s", (int)utf8_cut(s, length < 80 ? length : 80, 30), s);
}

// The array that all results are elements of, "h" of h[0] to h[15]; else false.
static bool name_results(const struct painter *p, uint32_t fold, const struct scene_fold_tally *t,
                         char out[LABEL_TEXT])
{
    char first[LABEL_TEXT];
    size_t count, uses, i = 0;
    const uint32_t *members = scene_members(p, fold, &count);
    while (i < count && (scene_uses(p, scene_id_at(p, members[i]), &uses), uses == 0)) {
        i++;
    }
    names_label(p->names, out, scene_id_at(p, t->result));
    names_label(p->names, first, scene_id_at(p, members[i < count ? i : 0]));
    size_t length = strcspn(out, "[");
    bool same =
        out[length] == '[' && length == strcspn(first, "[") && strncmp(out, first, length) == 0;
    out[length] = same ? '\0' : out[length];
    return same;
}

// Is the node called after the array, as its element?
static bool is_called_after(const struct painter *p, uint32_t node, const char *array)
{
    char label[LABEL_TEXT];
    size_t length = strlen(array);
    names_label(p->names, label, node);
    return strncmp(label, array, length) == 0 && label[length] == '[';
}

// Is one element of an array all that the fold has of it?
static bool is_element(const struct painter *p, uint32_t fold, uint32_t name)
{
    struct value v = names_get(p->names, name);
    size_t elements = 0;
    uint32_t last = NODE_NONE;
    char array[LABEL_TEXT];
    add_cut(array, sizeof array, p, name);
    for (uint32_t k = 0; value_is_array(v) && k < v.rows * v.cols && elements < 2; k++) {
        uint32_t node = names_element(p->names, v, k), place = scene_place(p, node);
        bool inside = place < p->part.ids.count && scene_id_at(p, place) == node &&
                      scene_home(p, place) == fold;
        if (inside && node != last && is_called_after(p, node, array)) {
            last = node;
            elements++;
        }
    }
    return elements == 1;
}

// The name that a fold stands for: of its array, or of its result or the array of its results.
static uint32_t name_of(const struct painter *p, uint32_t fold, const struct scene_fold_tally *t)
{
    const struct fold *f = scene_fold(p, fold);
    char array[LABEL_TEXT];
    if (f->kind == FOLD_ARRAY) {
        return f->name;
    }
    bool element = name_results(p, fold, t, array);
    return element ? names_find(p->names, array, strlen(array))
                   : names_of_node(p->names, scene_id_at(p, t->result));
}

// Appends what the box of a value is called: of an element, its array.
static void add_box_name(const struct painter *p, struct text *out, uint32_t box)
{
    char label[LABEL_TEXT];
    scene_label(p, box, label);
    label[strcspn(label, "[")] =
        scene_home(p, box) == FOLD_NONE ? label[strcspn(label, "[")] : '\0';
    text_add(out, label);
}

// Siblings are called after what they are made of: X·W of sums and products, else relu(h).
static void name_siblings(const struct painter *p, uint32_t fold, const struct scene_fold_tally *t,
                          char out[LABEL_TEXT])
{
    enum { NAMES_MOST = 3 };
    struct text name;
    size_t count, names = 0;
    const struct inlet *all = inlets_of(p, fold, &count);
    text_init(&name);
    enum op op = tape_op(p->tape, scene_id_at(p, t->result));
    bool product = op == OP_MUL || op == OP_ADD;
    if (!product) {
        text_addf(&name, "%s(", op_get(op)->name);
    }
    for (size_t i = 0; i < count; i++) {
        if ((i == 0 || all[i].box != all[i - 1].box) && names++ < NAMES_MOST) {
            text_add(&name, names == 1 ? "" : product ? "·" : ", ");
            add_box_name(p, &name, all[i].box);
        }
    }
    text_add(&name, names > NAMES_MOST ? "…" : "");
    text_add(&name, product ? "" : ")");
    size_t most = utf8_cut(text_get(&name), text_length(&name), 40);
    most = most < LABEL_TEXT ? most : LABEL_TEXT - 1;
    format_write(out, LABEL_TEXT, "%.*s", (int)most, text_get(&name));
    text_release(&name);
}

static void add_names(const struct painter *p, struct rec *box, uint32_t fold,
                      const struct scene_fold_tally *t)
{
    const struct fold *f = scene_fold(p, fold);
    char call[LABEL_TEXT + 16] = "", name[LABEL_TEXT];
    if (f->kind == FOLD_CALL) {
        add_cut(call, LABEL_TEXT, p, group_at(p->folds->groups, f->group)->name);
        size_t length = strlen(call);
        if (f->number > 1 || group_at(p->folds->groups, f->group)->turn != 0) {
            format_write(call + length, sizeof call - length, " %u", (unsigned)f->number);
        }
    }
    if (f->kind == FOLD_SIBLINGS) {
        name_siblings(p, fold, t, name);
    } else if (f->kind == FOLD_ARRAY && !is_element(p, fold, f->name)) {
        add_cut(name, sizeof name, p, f->name);
    } else if (t->results == 1) {
        scene_label(p, t->result, name);
    } else if (!name_results(p, fold, t, name)) {
        format_write(name, sizeof name, "%.80s", call);
    }
    rec_text(p->out, box, KEY_call, call);
    if (scene_is_derivative(p, scene_id_at(p, scene_fold(p, fold)->box))) {
        rec_flag(p->out, box, KEY_derivative, true);
    }
    rec_text(p->out, box, KEY_name, name);
    if (t->results == 1 && name[0] == '%') {
        scene_add_called(p, box, t->result);
    }
}

// Of a picture that fits an area: an array's elements, and the formula of what is folded.
static void add_contents(const struct painter *p, struct rec *box, uint32_t fold,
                         const struct scene_fold_tally *t)
{
    if (p->options->fit == NULL) {
        return;
    }
    uint32_t name = name_of(p, fold, t);
    if (name != NAME_NONE && value_is_array(names_get(p->names, name)) &&
        !is_element(p, fold, name)) {
        scene_add_elements(p, box, name);
    }
    if (t->operations > 0 && (t->results == 1 || name != NAME_NONE)) {
        scene_add_formula(p, box, t->result, name);
    }
}

// "5 ops", "256 params": of what there is most.
static void add_op(const struct painter *p, struct rec *box, const struct scene_fold_tally *t)
{
    char text[48];
    size_t count = t->operations == 0 ? t->values : t->operations;
    const char *what = t->operations > 0 ? "op" : t->parameters == t->values ? "param" : "input";
    format_write(text, sizeof text, count == 1 ? "%zu %s" : "%zu %ss", count, what);
    rec_text(p->out, box, KEY_op, text);
}

static void add_results(const struct painter *p, struct rec *box, const struct scene_fold_tally *t)
{
    char text[48];
    if (t->results == 1) {
        scene_add_facts(p, box, scene_id_at(p, t->result));
        return;
    }
    format_write(text, sizeof text, "%zu values", t->results);
    rec_text(p->out, box, KEY_value_text, text);
    rec_text(p->out, box, KEY_sum_text, "");
    if (t->reached) {
        scene_add_number(p, box, KEY_grad, KEY_grad_text, sqrt(t->grad));
    } else {
        rec_text(p->out, box, KEY_grad_text, "·");
    }
}

static void add_parameters(const struct painter *p, struct rec *box,
                           const struct scene_fold_tally *t)
{
    char text[48];
    if (t->parameters == 0 || t->operations == 0) {
        return;
    }
    rec_whole(p->out, box, KEY_parameters, (int64_t)t->parameters);
    format_write(text, sizeof text, t->parameters == 1 ? "%zu param" : "%zu params", t->parameters);
    rec_text(p->out, box, KEY_parameters_text, text);
    if (t->reached) {
        scene_add_number(p, box, KEY_parameters_grad, KEY_parameters_grad_text,
                         sqrt(t->parameters_grad));
    } else {
        rec_text(p->out, box, KEY_parameters_grad_text, "·");
    }
}

void scene_add_fold(const struct painter *p, struct rec *boxes, uint32_t fold)
{
    static const char *const kinds[] = {"call", "array", "statement", "siblings"};
    const struct fold *f = scene_fold(p, fold);
    struct scene_fold_tally t = tally(p, fold);
    struct rec *box = rec_map(p->out, boxes, KEY_NONE);
    char id[SCENE_ID_TEXT];
    uint32_t node = scene_id_at(p, f->box);
    rec_text(p->out, box, KEY_id, scene_box_id(id, node));
    rec_whole(p->out, box, KEY_node, node);
    add_names(p, box, fold, &t);
    add_op(p, box, &t);
    rec_whole(p->out, box, KEY_operations, (int64_t)t.operations);
    rec_text(p->out, box, KEY_kind, "group");
    rec_text(p->out, box, KEY_folds, kinds[f->kind]);
    rec_whole(p->out, box, KEY_results, (int64_t)t.results);
    rec_flag(p->out, box, KEY_output, t.root);
    rec_flag(p->out, box, KEY_current, t.current);
    add_results(p, box, &t);
    add_parameters(p, box, &t);
    add_contents(p, box, fold, &t);
    add_cells(p, rec_list(p->out, box, KEY_cells), fold, &t);
}

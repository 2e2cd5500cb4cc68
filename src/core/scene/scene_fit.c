// What a scene that fits an area has beside the rest: operands shown in their users' cells, the
// elements of small arrays, formulas.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/shown.h"
#include "scene/scene_parts.h"

// Elements of an array that are shown, those of them in a row or a column, and their digits.
enum { ELEMENTS_MOST = 24, SIDE_MOST = 8, ELEMENT_DIGITS = 2 };
// Boxes that a chip is looked for in.
enum { CHIPS_MOST = 3 };

// ---- Chips --------------------------------------------------------------------------------------

// The boxes that use a value, each once, as far as there is room.
static size_t add_users(const struct painter *p, uint32_t node, uint32_t users[CHIPS_MOST + 1],
                        size_t count)
{
    size_t uses;
    const struct use *use = scene_uses(p, node, &uses);
    for (size_t i = 0; i < uses && count <= CHIPS_MOST; i++) {
        size_t k = 0;
        while (k < count && users[k] != use[i].consumer) {
            k++;
        }
        users[k] = use[i].consumer;
        count += k == count;
    }
    return count;
}

// Leaves only? Then how many boxes use them, counted as far as CHIPS_MOST + 1.
static bool count_users(const struct painter *p, size_t box, size_t *users)
{
    uint32_t seen[CHIPS_MOST + 1], home = scene_home(p, box), own = (uint32_t)box;
    size_t count = 1;
    const uint32_t *members = home == FOLD_NONE ? &own : scene_members(p, home, &count);
    *users = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t node = scene_id_at(p, members[i]);
        if (tape_op(p->tape, node) != OP_LEAF || node == p->root) {
            return false;
        }
        *users = add_users(p, node, seen, *users);
    }
    return true;
}

bool scene_is_chip(const struct painter *p, size_t box)
{
    const struct scene_fit *fit = p->options->fit;
    size_t users;
    if (fit == NULL || !count_users(p, box, &users) || users == 0) {
        return false;
    }
    return scene_is_constant(p, box) || users <= fit->chips;
}

// The number of values of a box of leaves, and the length of their gradients.
static void add_wide_chip(const struct painter *p, struct rec *chip, uint32_t fold)
{
    size_t count;
    const uint32_t *members = scene_members(p, fold, &count);
    char text[FIGURE_TEXT], name[LABEL_TEXT];
    double squares = 0;
    bool reached = true;
    for (size_t i = 0; i < count; i++) {
        uint32_t node = scene_id_at(p, members[i]);
        squares += tape_grad(p->tape, node) * tape_grad(p->tape, node);
        reached &= tape_marked(p->tape, node, MARK_GRAD);
    }
    names_label(p->names, name, scene_id_at(p, members[0]));
    name[strcspn(name, "[")] = '\0';
    rec_text(p->out, chip, KEY_name, name);
    scene_add_elements(p, chip, names_find(p->names, name, strlen(name)));
    rec_text(p->out, chip, KEY_value_text, "");
    rec_text(p->out, chip, KEY_grad_text, reached ? number_figure(text, sqrt(squares), 3) : "·");
}

void scene_add_chip(const struct painter *p, struct rec *cell, size_t box)
{
    uint32_t node = scene_id_at(p, box), home = scene_home(p, box);
    char name[LABEL_TEXT];
    if (!scene_is_chip(p, box)) {
        return;
    }
    struct rec *chip = rec_map(p->out, cell, KEY_chip);
    rec_text(p->out, chip, KEY_kind, scene_box_kind(p, node));
    if (home != FOLD_NONE) {
        add_wide_chip(p, chip, home);
    } else {
        rec_text(p->out, chip, KEY_name,
                 scene_is_constant(p, box) ? "" : scene_label(p, box, name));
        scene_add_facts(p, chip, node);
    }
}

// ---- Arrays -------------------------------------------------------------------------------------

void scene_add_elements(const struct painter *p, struct rec *box, uint32_t name)
{
    struct value v = names_get(p->names, name);
    if (!value_is_array(v)) {
        return;
    }
    rec_whole(p->out, box, KEY_rows, v.rows);
    rec_whole(p->out, box, KEY_cols, v.cols);
    rec_flag(p->out, box, KEY_vector, v.rank == VALUE_VECTOR);
    if (v.cols > SIDE_MOST || v.rows > SIDE_MOST || (uint64_t)v.rows * v.cols > ELEMENTS_MOST) {
        return;
    }
    struct rec *numbers = rec_list(p->out, box, KEY_numbers);
    struct rec *texts = rec_list(p->out, box, KEY_number_texts);
    struct rec *places = p->options->inner ? rec_list(p->out, box, KEY_elements) : NULL;
    for (uint32_t k = 0; k < v.rows * v.cols; k++) {
        uint32_t node = names_element(p->names, v, k);
        if (places != NULL) {
            rec_whole(p->out, places, KEY_NONE, scene_place(p, node));
        }
        bool known = scene_value_known(p, node);
        double value = shown_value(p->tape, node);
        char text[FIGURE_TEXT];
        rec_number(p->out, numbers, KEY_NONE, known ? value : 0);
        rec_text(p->out, texts, KEY_NONE, known ? number_figure(text, value, ELEMENT_DIGITS) : "·");
    }
}

// ---- Formulas -----------------------------------------------------------------------------------

// Is what was typed all that is in the box, and no more? Not if a part of it is a box of its own.
static bool is_all_inside(const struct painter *p, size_t i)
{
    uint32_t home = scene_home(p, i);
    size_t count;
    const uint32_t *members = scene_members(p, home, &count);
    for (size_t k = 0; k < count; k++) {
        uint32_t node = scene_id_at(p, members[k]);
        for (int slot = 0; slot < scene_arity(p, members[k]); slot++) {
            uint32_t operand = tape_operand(p->tape, node, slot);
            char label[LABEL_TEXT];
            if (scene_home(p, scene_place(p, operand)) != home &&
                tape_op(p->tape, operand) != OP_LEAF &&
                names_label(p->names, label, operand)[0] == '%') {
                return false;
            }
        }
    }
    return true;
}

void scene_add_formula(const struct painter *p, struct rec *box, size_t i, uint32_t name)
{
    const struct scene_fit *fit = p->options->fit;
    struct text formula;
    char title[LABEL_TEXT], label[LABEL_TEXT];
    text_init(&formula);
    const struct scene_typed *typed =
        name < fit->names && fit->typed[name].length > 0 ? &fit->typed[name] : NULL;
    bool several = rec_get_whole(box, KEY_results) > 1 || rec_find(box, KEY_rows) != NULL;
    if (typed != NULL && (several || is_all_inside(p, i))) {
        names_label(p->names, label, scene_id_at(p, i));
        const char *index = several ? "" : label + strcspn(label, "[");
        text_add(&formula, *index == '\0' ? "" : "(");
        title_cut(&formula, typed->text, typed->length, FORMULA_MOST);
        text_add(&formula, *index == '\0' ? "" : ")");
        text_add(&formula, index);
    } else if (!several) {
        title_formula(fit->titles, i, &formula);
    }
    // A value may be called by its formula already.
    bool news = strcmp(text_get(&formula), title_of(fit->titles, i, title)) != 0;
    rec_text(p->out, box, KEY_formula, news ? text_get(&formula) : "");
    p->out->arena.failed |= formula.bytes.failed;
    text_release(&formula);
}

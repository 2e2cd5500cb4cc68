// One file of C: forward and backward as straight code that reads like the chain rule, or, where
// that would be too long for a compiler, a table of the graph and two loops over it.
#include <string.h>

#include "export/export_c_parts.h"

enum { STRAIGHT_MOST = 3000 };  // nodes that are written out one by one

const char *const export_c_renames[] = {"abs", "fabs", "pi", "3.14159265358979323846", NULL};

void export_c_number(struct program *p, double v)
{
    export_number(p->out, v, "INFINITY", "NAN");
}

// ---- Functions ----------------------------------------------------------------------------------

// Ours that C's library lacks, where they are used: by this name in a formula of ops.def.
static const struct export_c_function {
    const char *name, *text;
} functions[] = {
    {"sigmoid", "static double sigmoid(double x)\n{\n"
                "    double e = exp(-fabs(x));\n    return (x < 0 ? e : 1) / (1 + e);\n}\n"},
    {"softplus", "static double softplus(double x)\n{\n"
                 "    return (x < 0 ? 0 : x) + log1p(exp(-fabs(x)));\n}\n"},
    {"bounded", "static double bounded(double x)\n{\n    return x < -100 ? -100 : x;\n}\n"},
    {"sign", "static double sign(double x)\n{\n"
             "    return x != x ? x : (x > 0) - (x < 0);\n}\n"},
};

// Which operations root is made of.
static void find_used(struct program *p, bool used[OP_COUNT])
{
    memset(used, 0, OP_COUNT);
    for (size_t i = 0; i < p->ids.count; i++) {
        used[tape_op(p->e->tape, program_node(p, i))] = true;
    }
}

static bool calls(const struct op_row *row, const char *name)
{
    const char *formulas[] = {row->value, row->slope[0], row->slope[1]};
    size_t n = strlen(name);
    for (size_t i = 0; i < COUNT_OF(formulas); i++) {
        for (const char *at = formulas[i]; (at = strstr(at, name)) != NULL; at += n) {
            if (at[n] == '(') {
                return true;
            }
        }
    }
    return false;
}

// Is the value of a call a function of its own in the program, because its formula is not a call?
static bool has_function(const struct op_row *row)
{
    return row->form == OP_CALL && !export_is_tight(row->value);
}

static void put_functions(struct program *p, const bool used[OP_COUNT], bool straight)
{
    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        bool wanted = false;
        for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
            wanted = wanted || (used[op] && calls(op_get(op), functions[i].name));
        }
        if (wanted) {
            text_addf(p->out, "%s\n", functions[i].text);
        }
    }
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        const struct op_row *row = op_get(op);
        if (straight && used[op] && has_function(row)) {
            text_addf(p->out, "static double %s(double x%s)\n{\n    return ", row->name,
                      row->arity == 2 ? ", double y" : "");
            export_formula(p->out, row->value, "x", "y", "v", export_c_renames);
            text_add(p->out, ";\n}\n\n");
        }
    }
}

// ---- Straight code ------------------------------------------------------------------------------

// A node as an operand of a formula: its number, if it is a constant.
static void put_operand(struct program *p, struct text *out, uint32_t node)
{
    if (!program_inline(p, node)) {
        program_put(p, out, "v.", node);
        return;
    }
    double v = tape_value(p->e->tape, node);
    text_add(out, v < 0 ? "(" : "");
    export_number(out, v, "INFINITY", "NAN");
    text_add(out, v < 0 ? ")" : "");
}

struct operands {
    struct text x, y, v;
};

static void operands_init(struct program *p, struct operands *o, uint32_t node)
{
    struct node n = tape_node(p->e->tape, node);
    text_init(&o->x);
    text_init(&o->y);
    text_init(&o->v);
    put_operand(p, &o->x, (uint32_t)n.a);
    put_operand(p, &o->y, (uint32_t)n.b);
    put_operand(p, &o->v, node);
}

static void operands_release(struct operands *o)
{
    text_release(&o->x);
    text_release(&o->y);
    text_release(&o->v);
}

static void put_value(struct program *p, uint32_t node)
{
    const struct op_row *row = op_get(tape_op(p->e->tape, node));
    struct operands o;
    operands_init(p, &o, node);
    text_addf(p->out, "    %s = ", text_get(&o.v));
    if (has_function(row)) {
        text_addf(p->out, "%s(%s", row->name, text_get(&o.x));
        text_addf(p->out, row->arity == 2 ? ", %s)" : ")", text_get(&o.y));
    } else {
        export_formula(p->out, row->value, text_get(&o.x), text_get(&o.y), text_get(&o.v),
                       export_c_renames);
    }
    text_add(p->out, ";\n");
    operands_release(&o);
}

// The slope of x**n for a constant n, without the guards that it needs for any n.
static void constant_power(struct text *slope, double n)
{
    char number[NUMBER_TEXT];
    if (n == 2) {
        text_add(slope, "2*x");
    } else if (n != 0 && n != 1) {
        text_addf(slope, "y*pow(x, %s)", number_exact(number, n - 1));
    } else {
        text_add(slope, n == 0 ? "0" : "1");
    }
}

// "if (…) ", where the share is not given always: not where the operation is flat, nor, if `live`
// says which nodes a gradient has reached, from a node that none has. True: there is one.
static bool put_condition(struct program *p, uint32_t node, int slot, bool live, struct operands *o)
{
    const char *flat = op_flat_text(tape_op(p->e->tape, node), slot);
    bool never = strcmp(flat, "0") == 0;
    if (never && !live) {
        return false;
    }
    text_add(p->out, "if (");
    if (live) {
        program_put(p, p->out, "live.", node);
        text_add(p->out, never ? "" : " && ");
    }
    if (!never) {
        text_add(p->out, "!(");
        export_formula(p->out, flat, text_get(&o->x), text_get(&o->y), text_get(&o->v),
                       export_c_renames);
        text_add(p->out, ")");
    }
    text_add(p->out, ") ");
    return true;
}

static void put_share(struct program *p, uint32_t node, int slot, bool live, struct operands *o)
{
    const struct tape *t = p->e->tape;
    const struct op_row *row = op_get(tape_op(t, node));
    uint32_t operand = tape_operand(t, node, slot),
             exponent = tape_operand(t, node, 1 % row->arity);
    struct text slope;
    bool whole = tape_op(t, node) == OP_POW && program_inline(p, exponent);
    if (program_inline(p, operand) || strcmp(op_flat_text(tape_op(t, node), slot), "1") == 0) {
        return;
    }
    text_init(&slope);
    if (whole) {
        constant_power(&slope, tape_value(t, exponent));
    } else {
        text_add(&slope, row->slope[slot]);
    }
    const char *s = text_get(&slope);
    if (strcmp(s, "0") != 0) {
        bool plain = strcmp(s, "1") == 0 || strcmp(s, "-1") == 0, tight = export_is_tight(s);
        text_add(p->out, "    ");
        bool braces = (!whole || live) && put_condition(p, node, slot, live, o);
        text_add(p->out, braces ? "{\n        " : "");
        program_put(p, p->out, "d.", operand);
        text_add(p->out, *s == '-' && plain ? " -= " : " += ");
        program_put(p, p->out, "d.", node);
        if (!plain) {
            text_add(p->out, tight ? " * " : " * (");
            export_formula(p->out, s, text_get(&o->x), text_get(&o->y), text_get(&o->v),
                           export_c_renames);
            text_add(p->out, tight ? "" : ")");
        }
        text_add(p->out, ";\n");
        if (live) {
            text_add(p->out, "        ");
            program_put(p, p->out, "live.", operand);
            text_add(p->out, " = 1;\n");
        }
        text_add(p->out, braces ? "    }\n" : "");
    }
    text_release(&slope);
}

static void put_straight_passes(struct program *p)
{
    const struct tape *t = p->e->tape;
    bool live = program_shut_infinity(p);
    text_add(p->out, live ? "// 1 where a gradient arrives. Below what is flat none does, and what "
                            "none arrives at\n// hands on nothing: not 0 times an infinite "
                            "derivative.\nstatic struct graph live;\n\n"
                          : "");
    text_add(p->out, "// Operands first.\nstatic void forward(void)\n{\n");
    for (size_t i = 0; i < p->ids.count; i++) {
        if (tape_op(t, program_node(p, i)) != OP_LEAF) {
            put_value(p, program_node(p, i));
        }
    }
    text_add(p->out,
             "}\n\n// The other way: each node gives every operand its own derivative times "
             "the local one.\nstatic void backward(void)\n{\n"
             "    d = (struct graph){0};\n    ");
    program_put(p, p->out, "d.", p->e->root);
    text_add(p->out, " = 1;\n");
    if (live) {
        text_add(p->out, "    live = (struct graph){0};\n    ");
        program_put(p, p->out, "live.", p->e->root);
        text_add(p->out, " = 1;\n");
    }
    for (size_t i = p->ids.count; i-- > 0;) {
        uint32_t node = program_node(p, i);
        struct operands o;
        operands_init(p, &o, node);
        for (int slot = 0; slot < tape_arity(t, node); slot++) {
            put_share(p, node, slot, live, &o);
        }
        operands_release(&o);
    }
    text_add(p->out, "}\n\n");
}

// ---- The values ---------------------------------------------------------------------------------

static void put_shape(struct program *p, struct value v)
{
    if (v.rank == VALUE_MATRIX) {
        text_addf(p->out, "[%u]", (unsigned)v.rows);
    }
    if (v.rank != VALUE_SCALAR) {
        text_addf(p->out, "[%u]", (unsigned)v.cols);
    }
}

static bool is_param(const struct program *p, uint32_t node)
{
    return node != NODE_NONE && tape_marked(p->e->tape, node, MARK_PARAM);
}

static void put_members(struct program *p)
{
    for (uint32_t i = 0; i < p->variables.count; i++) {
        const struct variable *v = program_variable(p, i);
        bool param = is_param(p, program_element(p, i, 0, 0));
        text_addf(p->out, "    double %s", program_ident(p, v));
        put_shape(p, v->value);
        text_addf(p->out, ";%s\n", param ? "  // a parameter" : "");
    }
    size_t on_line = 0;
    for (size_t i = 0; i < p->ids.count; i++) {
        uint32_t node = program_node(p, i);
        if (program_spot(p, node).variable == SPOT_NONE && !program_inline(p, node)) {
            text_addf(p->out, "%sn%u", on_line == 0 ? "    double " : ", ", (unsigned)node);
            on_line = (on_line + 1) % 10;
            text_add(p->out, on_line == 0 ? ";\n" : "");
        }
    }
    text_add(p->out, on_line == 0 ? "" : ";\n");
}

static void put_element(struct program *p, uint32_t variable, uint32_t i, uint32_t j)
{
    uint32_t node = program_element(p, variable, i, j);
    export_c_number(p, node == NODE_NONE ? 0 : tape_value(p->e->tape, node));
}

static void put_row(struct program *p, uint32_t variable, uint32_t i, uint32_t cols)
{
    text_add(p->out, "{");
    for (uint32_t j = 0; j < cols; j++) {
        text_add(p->out, j == 0 ? "" : j % 8 == 0 ? ",\n         " : ", ");
        put_element(p, variable, i, j);
    }
    text_add(p->out, "}");
}

static void put_initial(struct program *p, uint32_t variable)
{
    const struct variable *v = program_variable(p, variable);
    text_addf(p->out, "    .%s = ", program_ident(p, v));
    if (v->value.rank == VALUE_SCALAR) {
        put_element(p, variable, 0, 0);
    } else if (v->value.rank == VALUE_VECTOR) {
        put_row(p, variable, 0, v->value.cols);
    } else {
        text_add(p->out, "{");
        for (uint32_t i = 0; i < v->value.rows; i++) {
            text_add(p->out, i == 0 ? "" : ",\n        ");
            put_row(p, variable, i, v->value.cols);
        }
        text_add(p->out, "}");
    }
    text_add(p->out, ",\n");
}

static void put_values(struct program *p)
{
    const struct tape *t = p->e->tape;
    text_add(p->out, "// What the graph computes with: v holds the values, d the derivatives of ");
    program_label(p, p->out, p->e->root);
    text_add(p->out, ".\nstruct graph {\n");
    put_members(p);
    text_add(p->out, "};\n\nstatic struct graph v = {\n");
    for (uint32_t i = 0; i < p->variables.count; i++) {
        if (program_has_leaf(p, i)) {
            put_initial(p, i);
        }
    }
    for (size_t i = 0; i < p->ids.count; i++) {
        uint32_t node = program_node(p, i);
        if (tape_op(t, node) == OP_LEAF && program_spot(p, node).variable == SPOT_NONE &&
            !program_inline(p, node)) {
            text_addf(p->out, "    .n%u = ", (unsigned)node);
            export_c_number(p, tape_value(t, node));
            text_add(p->out, ",\n");
        }
    }
    text_add(p->out, "};\nstatic struct graph d;\n\n");
}

// ---- What is shown ------------------------------------------------------------------------------

// Of a large graph only what has a name or is a leaf.
static bool is_shown(const struct program *p, uint32_t node, bool straight)
{
    bool named = program_spot(p, node).variable != SPOT_NONE;
    return !program_inline(p, node) &&
           (straight || named || tape_op(p->e->tape, node) == OP_LEAF || node == p->e->root);
}

static void put_shown(struct program *p, bool straight, bool trains)
{
    text_add(p->out, "// What is printed: the output's derivatives, by name.\nstatic const struct "
                     "{\n    const char *name;\n    const double *slope;\n} shown[] = {\n");
    size_t count = 0;
    for (size_t i = 0; i < p->ids.count && !program_stopped(p, i); i++) {
        uint32_t node = program_node(p, i);
        if (!is_shown(p, node, straight)) {
            continue;
        }
        text_add(p->out, "    {\"");
        program_slope_label(p, p->out, node);
        text_add(p->out, "\", &d");
        if (straight) {
            program_put(p, p->out, ".", node);
        } else {
            text_addf(p->out, "[%zu]", i);
        }
        text_add(p->out, "},\n");
        count++;
    }
    text_addf(p->out,
              "};\n\nint main(%s)\n{\n%s    forward();\n%s    backward();\n"
              "    printf(\"%%s = %%.17g\\n\", \"",
              trains ? "int argc, char **argv" : "void",
              straight ? ""
                       : "    for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++) {\n"
                         "        v[leaves[i].node] = leaves[i].value;\n    }\n",
              trains ? "    if (argc > 1) {\n        train(strtol(argv[1], NULL, 10));\n    }\n"
                     : "");
    program_label(p, p->out, p->e->root);
    text_addf(p->out,
              "\", LOSS);\n    for (int i = 0; i < %zu; i++) {\n"
              "        printf(\"%%s = %%.17g\\n\", shown[i].name, *shown[i].slope);\n"
              "    }\n    return 0;\n}\n",
              count);
}

static void put_head(struct program *p, bool straight, bool trains)
{
    text_add(p->out, "// ");
    program_label(p, p->out, p->e->root);
    text_add(p->out, " and its derivatives, as backstep computes them.\n//\n"
                     "//   cc -std=c17 -O2 -o program program.c -lm && ./program\n");
    if (trains) {
        text_addf(p->out, "//   ./program %lld  trains first, so many steps\n",
                  (long long)p->e->steps);
    }
    text_add(p->out, "#include <math.h>\n#include <stdio.h>\n#include <stdlib.h>\n\n");
    if (straight) {
        put_values(p);
        text_add(p->out, "#define LOSS ");
        program_put(p, p->out, "v.", p->e->root);
        text_add(p->out, "\n\n");
    } else {
        export_c_table(p);
        text_add(p->out, "#define LOSS v[NODES - 1]\n\n");
    }
}

void export_c(struct program *p)
{
    bool used[OP_COUNT], straight = p->ids.count <= STRAIGHT_MOST;
    bool trains = p->e->steps > 0 && p->params > 0;
    find_used(p, used);
    put_head(p, straight, trains);
    put_functions(p, used, straight);
    if (straight) {
        put_straight_passes(p);
    } else {
        export_c_loops(p, used);
    }
    if (trains) {
        export_c_training(p, straight);
    }
    put_shown(p, straight, trains);
}

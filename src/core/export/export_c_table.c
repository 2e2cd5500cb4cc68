// The graph as a table, and two loops over it.
#include <string.h>

#include "export/export_c_parts.h"

static void put_integers(struct program *p, const char *declaration,
                         uint32_t (*get)(const struct program *p, size_t i))
{
    text_addf(p->out, "static const %s = {", declaration);
    for (size_t i = 0; i < p->ids.count && !program_stopped(p, i); i++) {
        text_addf(p->out, "%s%u", i == 0 ? "\n" : i % 24 == 0 ? ",\n" : ",", (unsigned)get(p, i));
    }
    text_add(p->out, "};\n");
}

static uint32_t get_op(const struct program *p, size_t i)
{
    return tape_op(p->e->tape, program_node(p, i));
}

static uint32_t get_x(const struct program *p, size_t i)
{
    return program_place(p, (uint32_t)tape_node(p->e->tape, program_node(p, i)).a);
}

static uint32_t get_y(const struct program *p, size_t i)
{
    return program_place(p, (uint32_t)tape_node(p->e->tape, program_node(p, i)).b);
}

void export_c_table(struct program *p)
{
    const struct tape *t = p->e->tape;
    text_addf(p->out,
              "// Node i of the graph is operation op[i] on the nodes x[i] and y[i], which come "
              "before it.\nenum { NODES = %zu };\n",
              p->ids.count);
    put_integers(p, "unsigned char op[NODES]", get_op);
    put_integers(p, "int x[NODES]", get_x);
    put_integers(p, "int y[NODES]", get_y);
    text_add(p->out, "\n// Their values, and the derivatives of ");
    program_label(p, p->out, p->e->root);
    text_add(p->out,
             ".\nstatic double v[NODES], d[NODES];\n\n"
             "// Leaves: no operation computes them.\nstatic const struct {\n    int node;\n"
             "    double value;\n} leaves[] = {\n");
    for (size_t i = 0, k = 0; i < p->ids.count && !program_stopped(p, i); i++) {
        if (tape_op(t, program_node(p, i)) == OP_LEAF) {
            text_addf(p->out, "%s{%zu, ", k++ % 4 == 0 ? "\n    " : " ", i);
            export_c_number(p, tape_value(t, program_node(p, i)));
            text_add(p->out, "},");
        }
    }
    text_add(p->out, "\n};\n\n");
}

static void put_cases(struct program *p, const bool used[OP_COUNT], int slot)
{
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        const struct op_row *row = op_get(op);
        if (used[op] && (slot < 0 || slot < row->arity)) {
            text_addf(p->out, "    case %d:  // %s\n        return ", (int)op, row->name);
            export_formula(p->out, slot < 0 ? row->value : row->slope[slot], "x", "y", "v",
                           export_c_renames);
            text_add(p->out, ";\n");
        }
    }
}

// Where operations are flat: bit 1 for x, bit 2 for y.
static void put_flat(struct program *p, const bool used[OP_COUNT])
{
    text_add(p->out, "// Where the operation is flat, so that no derivative passes: 1 for x, 2 for "
                     "y.\nstatic int flat(int op, double x, double y)\n{\n    (void)x, (void)y;\n"
                     "    switch (op) {\n");
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        const char *in_x = op_flat_text(op, 0), *in_y = op_flat_text(op, 1);
        if (used[op] && (strcmp(in_x, "0") != 0 || strcmp(in_y, "0") != 0)) {
            text_addf(p->out,
                      "    case %d:  // %s\n        return ((%s) ? 1 : 0) + ((%s) ? 2 : 0);\n",
                      (int)op, op_get(op)->name, in_x, in_y);
        }
    }
    text_add(p->out, "    default:\n        return 0;\n    }\n}\n\n");
}

static void put_binary(struct program *p, const bool used[OP_COUNT])
{
    bool any = false;
    text_add(p->out, "// Has the operation two operands?\n"
                     "static int binary(int op)\n{\n    switch (op) {\n");
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        if (used[op] && op_get(op)->arity == 2) {
            text_addf(p->out, "    case %d:\n", (int)op);
            any = true;
        }
    }
    text_add(p->out, any ? "        return 1;\n" : "");
    text_add(p->out, "    default:\n        return 0;\n    }\n}\n\n");
}

void export_c_loops(struct program *p, const bool used[OP_COUNT])
{
    put_binary(p, used);
    put_flat(p, used);
    static const struct {
        const char *head;
        int slot;
    } switches[] = {
        {"static double apply(int op, double x, double y)\n{\n    (void)y;\n", -1},
        {"// Local derivatives of v, the value, in x and in y.\n"
         "static double slope_x(int op, double x, double y, double v)\n{\n"
         "    (void)x, (void)y, (void)v;\n",
         0},
        {"static double slope_y(int op, double x, double y, double v)\n{\n"
         "    (void)x, (void)y, (void)v;\n",
         1},
    };
    for (size_t i = 0; i < COUNT_OF(switches); i++) {
        text_addf(p->out, "%s    switch (op) {\n", switches[i].head);
        put_cases(p, used, switches[i].slot);
        text_addf(p->out, "    default:\n        return %s;\n    }\n}\n\n",
                  switches[i].slot == 1 ? "0" : "x");
    }
    text_add(
        p->out,
        "static void forward(void)\n{\n"
        "    for (int i = 0; i < NODES; i++) {\n"
        "        v[i] = op[i] == 0 ? v[i] : apply(op[i], v[x[i]], v[y[i]]);\n    }\n}\n\n"
        "// Each node gives every operand its own derivative times the local one; nothing where\n"
        "// it is flat, or where nothing arrived: not 0 times what is infinite.\n"
        "static char live[NODES];\n\n"
        "static void backward(void)\n{\n"
        "    for (int i = 0; i < NODES; i++) {\n        d[i] = live[i] = 0;\n    }\n"
        "    d[NODES - 1] = live[NODES - 1] = 1;\n"
        "    for (int i = NODES; i-- > 0;) {\n"
        "        int shut = flat(op[i], v[x[i]], v[y[i]]);\n"
        "        if (op[i] != 0 && live[i] && !(shut & 1)) {\n"
        "            d[x[i]] += d[i] * slope_x(op[i], v[x[i]], v[y[i]], v[i]);\n"
        "            live[x[i]] = 1;\n        }\n"
        "        if (op[i] != 0 && live[i] && !(shut & 2) && binary(op[i])) {\n"
        "            d[y[i]] += d[i] * slope_y(op[i], v[x[i]], v[y[i]], v[i]);\n"
        "            live[y[i]] = 1;\n        }\n    }\n}\n\n");
}

// A program for micrograd: one Value a node. Operations that its Value lacks are functions that
// make a Value whose local gradients they state.
#include <math.h>
#include <string.h>

#include "export/export_program.h"
#include "export/export_python.h"

// ---- What micrograd lacks -----------------------------------------------------------------------

// Does a Value itself raise to this power? With any written exponent from 1 on its ** is right
// everywhere.
static bool is_own_power(const struct program *p, uint32_t node)
{
    uint32_t exponent = (uint32_t)tape_node(p->e->tape, node).b;
    return tape_op(p->e->tape, node) == OP_POW && program_inline(p, exponent) &&
           tape_value(p->e->tape, exponent) >= 1;
}

// Is the operation one that a Value lacks, so that a function makes it?
static bool by_function(const struct program *p, uint32_t node)
{
    enum op op = tape_op(p->e->tape, node);
    return op != OP_LEAF && op != OP_RELU && !python_has_sign(op) && !is_own_power(p, node);
}

static void put_function(struct program *p, enum op op)
{
    bool two = op_get(op)->arity == 2;
    text_addf(p->out, "def %s(a%s):\n    x%s = a.data%s\n    v = ", python_name(op),
              two ? ", b" : "", two ? ", y" : "", two ? ", b.data" : "");
    python_value(p->out, op);
    text_add(p->out, "\n    return node(v");
    for (int slot = 0; slot < 2; slot++) {
        struct text slope;
        text_init(&slope);
        if (python_slope(&slope, op, slot)) {
            text_addf(p->out, ", (%s, %s)", slot == 0 ? "a" : "b", text_get(&slope));
        }
        text_release(&slope);
    }
    text_add(p->out, ")\n\n\n");
}

static const char head[] =
    "import math\nimport sys\nimport threading\n\n"
    "try:\n    from micrograd.engine import Value\n"
    "except ImportError:\n"
    "    class Value:\n"
    "        \"\"\"As much of micrograd's Value as is needed here.\"\"\"\n\n"
    "        def __init__(self, data, _children=(), _op=''):\n"
    "            self.data, self.grad = data, 0.0\n"
    "            self._prev, self._backward = set(_children), lambda: None\n\n"
    "        def __add__(self, other):\n"
    "            other = other if isinstance(other, Value) else Value(other)\n"
    "            return node(self.data + other.data, (self, 1.0), (other, 1.0))\n\n"
    "        def __mul__(self, other):\n"
    "            other = other if isinstance(other, Value) else Value(other)\n"
    "            return node(self.data*other.data, (self, other.data), (other, self.data))\n\n"
    "        def __pow__(self, n):\n"
    "            return node(self.data**n, (self, n*self.data**(n - 1)))\n\n"
    "        def relu(self):\n"
    "            return node(max(self.data, 0.0), (self, float(self.data > 0)))\n\n"
    "        def __neg__(self):\n            return self*-1\n\n"
    "        def __sub__(self, other):\n            return self + -other\n\n"
    "        def __rsub__(self, other):\n            return other + -self\n\n"
    "        def __truediv__(self, other):\n            return self*other**-1\n\n"
    "        def __rtruediv__(self, other):\n            return other*self**-1\n\n"
    "        __radd__, __rmul__ = __add__, __mul__\n\n"
    "        def backward(self):\n"
    "            order, seen = [], set()\n\n"
    "            def visit(v):\n"
    "                if v not in seen:\n"
    "                    seen.add(v)\n"
    "                    for child in v._prev:\n"
    "                        visit(child)\n"
    "                    order.append(v)\n\n"
    "            visit(self)\n"
    "            self.grad = 1.0\n"
    "            for v in reversed(order):\n"
    "                v._backward()\n\n\n"
    "def node(data, *edges):\n"
    "    \"\"\"A Value computed from others, given the local gradient in each.\"\"\"\n"
    "    out = Value(data, tuple(child for child, slope in edges))\n\n"
    "    def _backward():\n"
    "        for child, slope in edges:\n"
    "            child.grad += slope*out.grad\n\n"
    "    out._backward = _backward\n"
    "    return out\n\n\n";

// ---- The graph ----------------------------------------------------------------------------------

// An operand of an operator is a number where it is a constant; a function wants a Value.
static void put_operand(struct program *p, uint32_t node, bool as_value)
{
    if (!program_inline(p, node)) {
        program_put(p, p->out, "", node);
        return;
    }
    double v = tape_value(p->e->tape, node);
    text_add(p->out, as_value ? "Value(" : v < 0 ? "(" : "");
    export_number(p->out, v, "math.inf", "math.nan");
    text_add(p->out, as_value || v < 0 ? ")" : "");
}

static void put_computed(struct program *p, uint32_t node)
{
    const struct tape *t = p->e->tape;
    const struct op_row *row = op_get(tape_op(t, node));
    bool function = by_function(p, node);
    struct node n = tape_node(t, node);
    text_add(p->out, "    ");
    program_put(p, p->out, "", node);
    text_add(p->out, " = ");
    if (function || n.op == OP_RELU) {
        if (function) {
            text_addf(p->out, "%s(", python_name(tape_op(t, node)));
        }
        put_operand(p, (uint32_t)n.a, true);
        if (row->arity == 2) {
            text_add(p->out, ", ");
            put_operand(p, (uint32_t)n.b, true);
        }
        text_add(p->out, function ? ")" : ".relu()");
    } else if (row->arity == 1) {
        text_add(p->out, row->name);
        put_operand(p, (uint32_t)n.a, false);
    } else {
        put_operand(p, (uint32_t)n.a, false);
        text_addf(p->out, n.op == OP_POW ? "%s" : " %s ", row->name);
        put_operand(p, (uint32_t)n.b, false);
    }
    text_add(p->out, "\n");
}

static void put_element(struct program *p, uint32_t variable, uint32_t i, uint32_t j)
{
    uint32_t node = program_element(p, variable, i, j);
    if (node == NODE_NONE || tape_op(p->e->tape, node) != OP_LEAF) {
        text_add(p->out, "None");
        return;
    }
    text_add(p->out, "Value(");
    export_number(p->out, tape_value(p->e->tape, node), "math.inf", "math.nan");
    text_add(p->out, ")");
}

static void put_row(struct program *p, uint32_t variable, uint32_t i, uint32_t cols)
{
    text_add(p->out, "[");
    for (uint32_t j = 0; j < cols; j++) {
        text_add(p->out, j == 0 ? "" : ", ");
        put_element(p, variable, i, j);
    }
    text_add(p->out, "]");
}

// A variable's leaves; what is computed comes later.
static void put_variable(struct program *p, uint32_t variable)
{
    const struct variable *v = program_variable(p, variable);
    text_addf(p->out, "    %s = ", program_ident(p, v));
    if (v->value.rank == VALUE_SCALAR) {
        put_element(p, variable, 0, 0);
    } else if (v->value.rank == VALUE_VECTOR) {
        put_row(p, variable, 0, v->value.cols);
    } else {
        text_add(p->out, "[");
        for (uint32_t i = 0; i < v->value.rows; i++) {
            text_add(p->out, i == 0 ? "" : ",\n        ");
            put_row(p, variable, i, v->value.cols);
        }
        text_add(p->out, "]");
    }
    text_add(p->out, "\n");
}

static void put_graph(struct program *p)
{
    const struct tape *t = p->e->tape;
    for (uint32_t i = 0; i < p->variables.count; i++) {
        if (program_variable(p, i)->value.rank != VALUE_SCALAR || program_has_leaf(p, i)) {
            put_variable(p, i);
        }
    }
    for (size_t i = 0; i < p->ids.count && !program_stopped(p, i); i++) {
        uint32_t node = program_node(p, i);
        if (tape_op(t, node) != OP_LEAF) {
            put_computed(p, node);
        } else if (program_spot(p, node).variable == SPOT_NONE && !program_inline(p, node)) {
            text_addf(p->out, "    n%u = Value(", (unsigned)node);
            export_number(p->out, tape_value(t, node), "math.inf", "math.nan");
            text_add(p->out, ")\n");
        }
    }
}

static void put_shown(struct program *p)
{
    text_add(p->out, "\n    ");
    program_put(p, p->out, "", p->e->root);
    text_add(p->out, ".backward()\n    print('");
    program_label(p, p->out, p->e->root);
    text_add(p->out, " =', ");
    program_put(p, p->out, "", p->e->root);
    text_add(p->out, ".data)\n    for name, value in (\n");
    for (size_t i = 0; i < p->ids.count && !program_stopped(p, i); i++) {
        uint32_t node = program_node(p, i);
        if (!program_inline(p, node)) {
            text_add(p->out, "        ('");
            program_slope_label(p, p->out, node);
            text_add(p->out, "', ");
            program_put(p, p->out, "", node);
            text_add(p->out, "),\n");
        }
    }
    text_add(p->out, "    ):\n        print(name, '=', float(value.grad))\n\n\n"
                     "# micrograd visits the graph by recursion: as deep as the longest path.\n");
    text_addf(p->out,
              "sys.setrecursionlimit(%zu)\nthreading.stack_size(%zu << 20)\n"
              "thread = threading.Thread(target=main)\nthread.start()\nthread.join()\n",
              1000 + 2 * p->ids.count, 16 + p->ids.count / 512);
}

// Python stops where C goes on with inf or nan.
static bool all_finite(struct program *p)
{
    if (program_shut_infinity(p)) {
        return program_refuse(
            p,
            "no gradient passes here to a place whose local gradient is infinite, "
            "and micrograd's 0 times inf is nan",
            "'export c' has 0 there, as the graph");
    }
    for (size_t i = 0; i < p->ids.count; i++) {
        if (!isfinite(tape_value(p->e->tape, program_node(p, i)))) {
            return program_refuse(p, "this graph holds inf or nan, where Python stops",
                                  "'export c' and 'export torch' go on with them");
        }
    }
    return true;
}

void export_micrograd(struct program *p)
{
    bool used[OP_COUNT] = {false};
    if (!all_finite(p)) {
        return;
    }
    for (size_t i = 0; i < p->ids.count; i++) {
        uint32_t node = program_node(p, i);
        used[tape_op(p->e->tape, node)] |= by_function(p, node);
    }
    text_add(p->out, "# ");
    program_label(p, p->out, p->e->root);
    text_add(p->out, " and its derivatives, as backstep computes them: with micrograd where it is "
                     "installed.\n");
    text_add(p->out, head);
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        if (used[op]) {
            put_function(p, op);
        }
    }
    text_add(p->out, "def main():\n");
    put_graph(p);
    put_shown(p);
}

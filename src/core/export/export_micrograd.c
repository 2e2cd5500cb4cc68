// A program for micrograd: one Value a node. Operations that its Value lacks are functions that
// make a Value whose local gradients they state.
#include <math.h>
#include <string.h>

#include "export/export_program.h"

// ---- What micrograd lacks -----------------------------------------------------------------------

// By operation: what the function is called, and its formulas in Python; x, y and v are floats.
// Operations that are not here are those that a Value has, and are written as such.
static const struct function {
    enum op op;
    const char *name, *value, *slope[2];
} functions[] = {
    {OP_POW,
     "power",
     "x**y",
     {"0.0 if y == 0 else math.inf if x == 0 and y < 1 else y*x**(y - 1)",
      "v*math.log(x) if x > 0 else 0.0 if x == 0 else math.nan"}},
    {OP_EXP, "exp", "math.exp(x)", {"v"}},
    {OP_LOG, "log", "math.log(x)", {"1/x"}},
    {OP_LOG1P, "log1p", "math.log1p(x)", {"1/(1 + x)"}},
    {OP_EXPM1, "expm1", "math.expm1(x)", {"math.exp(x)"}},
    {OP_SQRT, "sqrt", "math.sqrt(x)", {"0.5/v if v else math.inf"}},
    {OP_SIN, "sin", "math.sin(x)", {"math.cos(x)"}},
    {OP_COS, "cos", "math.cos(x)", {"-math.sin(x)"}},
    {OP_TAN, "tan", "math.tan(x)", {"1 + v*v"}},
    {OP_TANH,
     "tanh",
     "math.tanh(x)",
     {"1 - v*v if abs(x) < 3 else 4/(math.exp(min(abs(x), 350)) + math.exp(-min(abs(x), "
      "350)))**2"}},
    {OP_SINH, "sinh", "math.sinh(x)", {"math.cosh(x)"}},
    {OP_COSH, "cosh", "math.cosh(x)", {"math.sinh(x)"}},
    {OP_ATAN, "atan", "math.atan(x)", {"1/(1 + x*x)"}},
    {OP_ASIN, "asin", "math.asin(x)", {"1/math.sqrt((1 - x)*(1 + x)) if abs(x) < 1 else math.inf"}},
    {OP_ACOS,
     "acos",
     "math.acos(x)",
     {"-1/math.sqrt((1 - x)*(1 + x)) if abs(x) < 1 else -math.inf"}},
    {OP_SIGMOID,
     "sigmoid",
     "1/(1 + math.exp(-x)) if x > 0 else math.exp(x)/(1 + math.exp(x))",
     {"v/(1 + math.exp(x)) if x < 700 else 0.0"}},
    {OP_ELU, "elu", "x if x > 0 else math.expm1(x)", {"1.0 if x > 0 else math.exp(x)"}},
    {OP_SILU,
     "silu",
     "x/(1 + math.exp(-x)) if x > 0 else x*math.exp(x)/(1 + math.exp(x))",
     {"(1 + x/(1 + math.exp(min(x, 700))))/(1 + math.exp(-x)) if x > -700 else 0.0"}},
    {OP_SOFTSIGN, "softsign", "x/(1 + abs(x))", {"1/(1 + abs(x))**2"}},
    {OP_LOG_LOSS,
     "log_loss",
     "-(y*(max(math.log(x), -100) if x > 0 else -100) + "
     "(1 - y)*(max(math.log1p(-x), -100) if x < 1 else -100))",
     {"(x - y)/max((1 - x)*x, 1e-12)", "(max(math.log1p(-x), -100) if x < 1 else -100) - "
                                       "(max(math.log(x), -100) if x > 0 else -100)"}},
    {OP_DETACH, "detach", "x", {NULL}},
    {OP_AMAX, "amax", "max(x, y)", {"float(x >= y)", "float(y >= x)"}},
    {OP_AMIN, "amin", "min(x, y)", {"float(x <= y)", "float(y <= x)"}},
    {OP_SPLIT, "split", "x", {"1/max(y, 1)"}},
    {OP_CLAMP_MIN, "clamp_min", "max(x, y)", {"float(x >= y)", "float(x < y)"}},
    {OP_CLAMP_MAX, "clamp_max", "min(x, y)", {"float(x <= y)", "float(x > y)"}},
    {OP_WHEN, "when", "y if x != 0 else 0.0", {"0.0", "float(x != 0)"}},
    {OP_LEAKY_RELU, "leaky_relu", "x if x > 0 else 0.01*x", {"1.0 if x > 0 else 0.01"}},
    {OP_SOFTPLUS,
     "softplus",
     "max(x, 0.0) + math.log1p(math.exp(-abs(x)))",
     {"1/(1 + math.exp(-x)) if x > 0 else math.exp(x)/(1 + math.exp(x))"}},
    {OP_GELU,
     "gelu",
     "0.5*x*math.erfc(-x/math.sqrt(2))",
     {"0.5*math.erfc(-x/math.sqrt(2)) + x*math.exp(-0.5*x*x)/math.sqrt(2*math.pi)"}},
    {OP_ABS, "absolute", "abs(x)", {"(x > 0) - (x < 0)"}},
    {OP_SIGN, "sign", "float((x > 0) - (x < 0))", {NULL}},
    {OP_SQUARE, "square", "x*x", {"2*x"}},
    {OP_ERF, "erf", "math.erf(x)", {"2*math.exp(-x*x)/math.sqrt(math.pi)"}},
    {OP_MAX, "maximum", "max(x, y)", {"(x > y) + 0.5*(x == y)", "(y > x) + 0.5*(x == y)"}},
    {OP_MIN, "minimum", "min(x, y)", {"(x < y) + 0.5*(x == y)", "(y < x) + 0.5*(x == y)"}},
    {OP_ATAN2,
     "atan2",
     "math.atan2(x, y)",
     {"y/(x*x + y*y) if x or y else math.nan", "-x/(x*x + y*y) if x or y else math.nan"}},
    {OP_LT, "less", "float(x < y)", {NULL}},
    {OP_LE, "at_most", "float(x <= y)", {NULL}},
    {OP_GT, "greater", "float(x > y)", {NULL}},
    {OP_GE, "at_least", "float(x >= y)", {NULL}},
    {OP_EQ, "equal", "float(x == y)", {NULL}},
    {OP_NE, "unequal", "float(x != y)", {NULL}},
};

// Does a Value itself raise to this power? With any written exponent from 1 on its ** is right
// everywhere.
static bool is_own_power(const struct program *p, uint32_t node)
{
    uint32_t exponent = (uint32_t)tape_node(p->e->tape, node).b;
    return tape_op(p->e->tape, node) == OP_POW && program_inline(p, exponent) &&
           tape_value(p->e->tape, exponent) >= 1;
}

static const struct function *function_of(const struct program *p, uint32_t node)
{
    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        if (functions[i].op == tape_op(p->e->tape, node) && !is_own_power(p, node)) {
            return &functions[i];
        }
    }
    return NULL;
}

static void put_function(struct program *p, const struct function *f)
{
    bool two = op_get(f->op)->arity == 2;
    text_addf(p->out, "def %s(a%s):\n    x%s = a.data%s\n    v = %s\n    return node(v", f->name,
              two ? ", b" : "", two ? ", y" : "", two ? ", b.data" : "", f->value);
    for (int slot = 0; slot < 2 && f->slope[slot] != NULL; slot++) {
        text_addf(p->out, ", (%s, %s)", slot == 0 ? "a" : "b", f->slope[slot]);
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
    const struct function *f = function_of(p, node);
    struct node n = tape_node(t, node);
    text_add(p->out, "    ");
    program_put(p, p->out, "", node);
    text_add(p->out, " = ");
    if (f != NULL || n.op == OP_RELU) {
        if (f != NULL) {
            text_addf(p->out, "%s(", f->name);
        }
        put_operand(p, (uint32_t)n.a, true);
        if (row->arity == 2) {
            text_add(p->out, ", ");
            put_operand(p, (uint32_t)n.b, true);
        }
        text_add(p->out, f == NULL ? ".relu()" : ")");
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
    bool used[COUNT_OF(functions)] = {false};
    if (!all_finite(p)) {
        return;
    }
    for (size_t i = 0; i < p->ids.count; i++) {
        const struct function *f = function_of(p, program_node(p, i));
        if (f != NULL) {
            used[f - functions] = true;
        }
    }
    text_add(p->out, "# ");
    program_label(p, p->out, p->e->root);
    text_add(p->out, " and its derivatives, as backstep computes them: with micrograd where it is "
                     "installed.\n");
    text_add(p->out, head);
    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        if (used[i]) {
            put_function(p, &functions[i]);
        }
    }
    text_add(p->out, "def main():\n");
    put_graph(p);
    put_shown(p);
}

#include "text/foreign.h"

#include "base/mem.h"
#include "base/text.h"

struct foreign {
    const char *words;  // apart by single blanks
    const char *hint;
};

// Only before a parenthesis: elsewhere these are likely names.
static const struct foreign functions[] = {
    {"d", "a derivative is written dL/da, or grad(L, a)"},
    {"data", "a value's number is a.data, without parentheses"},
    {"array", "an array is written by itself: [1, 2], or [[1, 2], [3, 4]]"},
    {"arange", "range(n) is 0 … n - 1; range(1, 2, 0.1) goes in steps"},
    {"linspace", "range(0, 1, 0.1) goes in steps of 0.1"},
    {"full", "write 3*ones(n), or 3*ones(n, m)"},
    {"zeros_like ones_like", "write 0*x, or 0*x + 1"},
    {"uniform randint", "rand(n) is uniform between 0 and 1: 2*rand(n) - 1"},
    {"normal", "randn(n) is normal, of variance 1"},
    {"reshape view unsqueeze expand_dims flatten ravel squeeze",
     "[x] is a vector as one row, [x].T as one column; X[0] and X[:, 0] are vectors"},
    {"transpose t", "the transpose is W.T"},
    {"matmul mm bmm mv", "the product of matrices is W @ x"},
    {"clip", "it is called clamp: clamp(x, 0, 1)"},
    {"maximum", "it is called max: max(x, 0)"},
    {"minimum", "it is called min: min(x, 0)"},
    {"hessian jacobian", "a statement of its own: hessian L a b, or jacobian z x"},
    {"argmin", "write argmax(-x)"},
    {"one_hot", "it is called onehot: onehot(k, 3)"},
    {"concatenate cat stack hstack vstack", "rows are put together by [x, y]"},
    {"swish", "it is called silu"},
    {"dropout", "write x*(rand(n) < 0.8)/0.8, with n as many as x has"},
    {"mse_loss MSELoss", "it is called mse: mse(p, y)"},
    {"l1_loss L1Loss", "it is called mae: mae(p, y)"},
    {"binary_cross_entropy BCELoss", "it is called bce: bce(p, y)"},
    {"binary_cross_entropy_with_logits BCEWithLogitsLoss",
     "it is called bce_logits: bce_logits(z, y)"},
    {"CrossEntropyLoss nll_loss NLLLoss", "write cross_entropy(z, k), z before any softmax"},
    {"accuracy", "write mean(argmax(z) == k)"},
    {"Linear", "write W @ x + b, with param W = randn(3, 2) and param b = zeros(3)"},
    {"Sequential", "write one layer after the other, or n = MLP(2, [4, 1])"},
    {"allclose isclose", "write assert abs(a - b) < 1e-9"},
    {"build_topo", "'topo L' lists the nodes, operands first"},
    {"round floor ceil", "no function here has steps: their gradient is 0 everywhere"},
};

static const struct foreign anywhere[] = {
    {"read_csv loadtxt genfromtxt open", "a file of numbers is load_csv(\"iris.csv\")"},
    {"DataLoader dataloader batch",
     "bind the rows with data X = …, then train L 200 0.05 batch 16"},
    {"keepdims keepdim", "[sum(X, axis=1)].T is the sums as a column"},
    {"permutation shuffle", "randperm(n) is 0 … n - 1 in a random order; X[randperm(n)]"},
    {"shape size", "len(X) is how many rows there are; 'vars' shows shapes"},
    {"Value Tensor tensor torch np numpy math Math nn pd pandas",
     "write numbers and functions by themselves, as in a = 2 or exp(a)"},
    {"import from using include", "nothing needs importing; 'help functions' lists what there is"},
    {"let var const", "a name needs no declaration: write c = 2"},
    {"data", "rows to train on are bound by data X = …; a value's number is a.data"},
    {"if else while", "a choice is made by a formula: where(a > 0, b, c)"},
    {"and", "write a product: (a > 0)*(b > 0)"},
    {"or", "write max(a > 0, b > 0)"},
    {"not", "1 - x negates a comparison"},
    {"True False true false", "use 1 for true and 0 for false"},
    {"None null", "there is no empty value"},
    {"lambda", "a function is written def f(x) = x**2"},
    {"e", "write exp(1) for the number e, exp(x) for e**x"},
    {"log10 log_10", "write log(x)/log(10)"},
    {"log2 log_2", "write log(x)/log(2)"},
    {"logistic sigm", "it is called sigmoid"},
    {"arctan", "it is called atan"},
    {"arcsin", "it is called asin"},
    {"arccos", "it is called acos"},
    {"fabs", "it is called abs"},
    {"power", "write x**y"},
    {"gradient", "a derivative is written dL/da, or grad(L, a)"},
    {"derivative diff differentiate derivate ableiten ableitung",
     "'derive x**2 x' gives the formula, rule by rule; dL/da is a number"},
    {"backprop backpropagate", "the backward pass is begun by 'backward L'"},
    {"optimizer zero_grad zero_", "the command zero sets every gradient to 0"},
    {"optim SGD Adam AdamW RMSprop",
     "there are no optimiser objects here; train L 100 0.1 adam takes steps"},
    {"float float32 float64 int astype dtype", "all numbers are of one kind, with 53 bits"},
    {"hilfe aide ayuda aiuto", "'help' shows what one can do"},
    {"beenden ende quitter sortir salir", "'quit' leaves"},
    {"lektion lektionen leçon leçons", "'lesson' begins the course, 'lessons' lists it"},
    {"item", "a value's number is a.data, its gradient a.grad"},
    {"retain_grad", "every node keeps its gradient"},
    {"requires_grad", "every node has a gradient; training updates those made by param"},
    {"param", "a parameter is made by a statement of its own: param w = 0.5"},
    {"ls dir who", "'vars' lists the names"},
    {"clear", "'reset' starts with an empty graph"},
    {"man", "write help, or help tanh"},
    {"show display draw", "'graph L' draws the graph, 'vars' lists every value"},
    {"why", "'explain a' says why the gradient of a is what it is"},
};

// Only by themselves.
static const struct foreign wishes[] = {
    {"start begin tutorial course next continue go menu learn practice exercise exercises",
     "'lesson' begins the course, or goes on with it"},
    {"restart new", "'reset' starts again with an empty graph"},
    {"commands options", "'help all' lists every command"},
    {"status score stats results", "'progress' shows what you have learned, 'vars' every value"},
    {"gradients derivatives", "'grads' lists every gradient; 'backward L' computes them"},
    {"nodes values variables names", "'vars' lists every name, 'topo L' the nodes below L"},
    {"picture image diagram", "'graph L' draws the graph; graph L out.png in a file"},
    {"example examples demo",
     "'help backward' shows a command at work; 'lesson' begins the course"},
    {"version about", "'backstep --version' in a shell says it"},
    {"train_loop optimise optimize", "'train L 100 0.1' takes 100 steps"},
    {"close bye goodbye leave end stop_it", "'quit' leaves"},
    {"what how where who when",
     "'ask' and a few words searches the course; 'help' lists what there is"},
};

static const char *find(const struct foreign *table, size_t count, const char *s, size_t length)
{
    for (size_t i = 0; i < count; i++) {
        if (text_among(table[i].words, s, length)) {
            return table[i].hint;
        }
    }
    return NULL;
}

const char *foreign_hint(const char *s, size_t length, bool called)
{
    const char *hint = called ? find(functions, COUNT_OF(functions), s, length) : NULL;
    return hint != NULL ? hint : find(anywhere, COUNT_OF(anywhere), s, length);
}

const char *foreign_wish(const char *s, size_t length)
{
    return find(wishes, COUNT_OF(wishes), s, length);
}

bool foreign_is_meant(const char *s, size_t length)
{
    return text_among(
        "product sort round rank trace trapz coth cost path top roots store stack start stage "
        "make nano leave hello learn teach quiz chain image which median solve loader "
        "target parent slope super float device ravel next show exam print_function "
        "exec eval what when whose more less case char long short step_size mode plan "
        "save_as exp2 edit list find hist note done over under text test",
        s, length);
}

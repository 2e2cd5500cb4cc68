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
    {"type vars", "'vars' lists every name with its value"},
    {"sorted sort reversed", "arrays are not sorted here; argmax(x) is the place of the largest"},
    {"atanh arctanh artanh", "write 0.5*log((1 + x)/(1 - x))"},
    {"asinh arcsinh arsinh", "write log(x + sqrt(x**2 + 1))"},
    {"acosh arccosh arcosh", "write log(x + sqrt(x**2 - 1))"},
    {"heaviside", "write x > 0"},
    {"log_e", "it is called log"},
    {"hessian jacobian", "a statement of its own: hessian L a b, or jacobian z x"},
    {"argmin", "write argmax(-x)"},
    {"one_hot", "it is called onehot: onehot(k, 3)"},
    {"concatenate cat stack hstack vstack", "rows are put together by [x, y]"},
    {"swish", "it is called silu"},
    {"accuracy", "write mean(argmax(z) == k)"},
    {"dropout", "write x*(rand(n) < 0.8)/0.8, with n as many as x has"},
    {"open", "a file of numbers is load_csv(\"iris.csv\")"},
    {"mse_loss MSELoss l2_loss", "it is called mse: mse(p, y)"},
    {"l1_loss L1Loss", "it is called mae: mae(p, y)"},
    {"binary_cross_entropy BCELoss", "it is called bce: bce(p, y)"},
    {"binary_cross_entropy_with_logits BCEWithLogitsLoss",
     "it is called bce_logits: bce_logits(z, y)"},
    {"CrossEntropyLoss nll_loss NLLLoss ce CE xent nll NLL categorical_crossentropy "
     "softmax_cross_entropy",
     "write cross_entropy(z, k), z before any softmax"},
    {"rmse RMSE", "write sqrt(mse(p, y))"},
    {"kl_div KLDivLoss kl KL", "write sum(p*log(p/q))"},
    {"huber huber_loss HuberLoss smooth_l1_loss SmoothL1Loss",
     "write mean(where(abs(p - y) < 1, (p - y)**2/2, abs(p - y) - 0.5))"},
    {"__add__ __radd__ __sub__ __rsub__ __mul__ __rmul__ __truediv__ __rtruediv__ __neg__ __pow__",
     "operations are written by their signs: a + b, a*b, -a, a**2"},
    {"str repr __repr__ __str__ format", "a value is shown by its name alone: a"},
    {"no_grad", "nothing needs it: with torch.no_grad(): before a block is understood, too"},
    {"MLP Neuron Layer", "a network is given a name: n = MLP(3, [4, 4, 1])"},
    {"build_topo", "'topo L' lists the nodes, operands first"},
};

// Behind a dot.
static const struct foreign fields[] = {
    {"_prev _children children parents", "'local a' lists the operands of a, 'graph a' draws them"},
    {"_op grad_fn op", "'explain a' says by which operation a came to be"},
    {"_backward", "'local a' shows the slopes that a hands down, 'step' does it"},
    {"label", "a label is set by a.label = 'a', and shown in pictures"},
    {"name __dict__ __class__ id", "'vars' lists every name with its value"},
    {"value val v", "a value's number is a.data"},
    {"derivative deriv slope d g", "a derivative is a.grad, or dL/da"},
    {"is_leaf requires_grad", "'vars' and 'params' show which values are leaves and parameters"},
};

static const struct foreign anywhere[] = {
    {"read_csv loadtxt genfromtxt", "a file of numbers is load_csv(\"iris.csv\")"},
    {"DataLoader dataloader batch",
     "bind the rows with data X = …, then train L 200 0.05 batch 16"},
    {"keepdims keepdim", "[sum(X, axis=1)].T is the sums as a column"},
    {"permutation shuffle", "randperm(n) is 0 … n - 1 in a random order; X[randperm(n)]"},
    {"shape size", "len(X) is how many rows there are; 'vars' shows shapes"},
    {"Value Tensor tensor Variable torch np numpy math Math nn pd pandas scipy sympy jax tf",
     "write numbers and functions by themselves, as in a = 2 or exp(a)"},
    {"self Module object", "there are no objects; a value stands by itself: a, a.data, a.grad"},
    {"Linear", "write W @ x + b, with param W = randn(3, 2) and param b = zeros(3)"},
    {"Sequential", "write one layer after the other, or n = MLP(2, [4, 1])"},
    {"Conv1d Conv2d BatchNorm BatchNorm1d LayerNorm Embedding LSTM GRU RNN Transformer",
     "a layer is a formula here, as in tanh(W @ x + b)"},
    {"criterion", "a loss is a formula: L = mse(p, y)"},
    {"scheduler lr_scheduler", "train L 200 0.1 schedule cosine lets the rate fall"},
    {"allclose isclose", "write assert abs(a - b) < 1e-9"},
    {"round floor ceil divmod", "no function here has steps: their gradient is 0 everywhere"},
    {"list tuple set", "an array is written [1, 2, 3]"},
    {"zip enumerate", "these go into a loop: [a*b for a, b in zip(x, y)]"},
    {"map filter", "write [f(v) for v in x]"},
    {"any", "max(x > 0) is 1 if one of them is"},
    {"all", "min(x > 0) is 1 if all of them are"},
    {"integrate integral int_ antiderivative quad Integrate",
     "there are no integrals here; 'derive x**2 x' gives a derivative"},
    {"lim limit lim_ Limit",
     "there are no limits here; take a number close by, as in h = 1e-6; sin(h)/h"},
    {"solve roots fsolve nsolve linsolve root_scalar Solve",
     "no equations are solved here; a training goes down to 0: param x = 1; L = (x**2 - 4)**2; "
     "train L 100 0.01"},
    {"factorial", "there are no factorials here; 4! is written 4*3*2"},
    {"nabla", "'grads' lists every gradient; one is a.grad, or dL/da"},
    {"approx", "write abs(a - b) < 1e-9"},
    {"lVert Vert rVert", "write norm(w)"},
    {"sum_", "write sum(x)"},
    {"prod_", "write prod(x)"},
    {"infty infinity Infinity Inf", "it is called inf"},
    {"NaN NAN", "it is called nan"},
    {"sec", "write 1/cos(x)"},
    {"csc cosec", "write 1/sin(x)"},
    {"cot", "write 1/tan(x)"},
    {"sech", "write 1/cosh(x)"},
    {"csch", "write 1/sinh(x)"},
    {"coth", "write 1/tanh(x)"},
    {"hypot", "write sqrt(x**2 + y**2)"},
    {"cbrt", "write x**(1/3)"},
    {"exp2", "write 2**x"},
    {"mod fmod remainder", "there is no remainder operation"},
    {"deg degrees rad radians deg2rad rad2deg", "angles are in radians: pi/2 is 90 degrees"},
    {"ans", "a result that is needed again gets a name: y = x**2"},
    {"import from using include", "nothing needs importing; 'help functions' lists what there is"},
    {"data", "rows to train on are bound by data X = …; a value's number is a.data"},
    {"if else while", "a choice is made by a formula: where(a > 0, b, c)"},
    {"and", "a product says that both hold: (a > 0)*(b > 0)"},
    {"or", "write max(a > 0, b > 0)"},
    {"at", "what is asked at another place is moved there: w.data = 2; forward"},
    {"simplify factor factorise factorize", "a formula is simplified where derive shows it"},
    {"not", "1 - x negates a comparison"},
    {"is", "to compare write =="},
    {"xor", "write (a > 0) != (b > 0)"},
    {"True False true false", "use 1 for true and 0 for false"},
    {"None null", "there is no empty value"},
    {"lambda", "a function is written def f(x) = x**2"},
    {"e", "the number e is exp(1), e**x is exp(x)"},
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
    {"zero_grad zero_", "the command zero sets every gradient to 0"},
    {"optimizer optimiser optim SGD Adam AdamW RMSprop",
     "there are no optimiser objects here; train L 100 0.1 adam takes steps"},
    {"float float32 float64 int astype dtype", "all numbers are of one kind, with 53 bits"},
    {"hilfe aide ayuda aiuto", "'help' shows what one can do"},
    {"beenden ende quitter sortir salir", "'quit' leaves"},
    {"lektion lektionen leçon leçons", "'lesson' begins the course, 'lessons' lists it"},
    {"item", "a value's number is a.data, its gradient a.grad"},
    {"retain_grad", "every node keeps its gradient"},
    {"requires_grad", "every node has a gradient; training updates those made by param"},
    {"param", "a parameter is made by a statement of its own: param w = 0.5"},
    {"ls dir", "'vars' lists the names"},
    {"clear cls clc", "'reset' starts with an empty graph"},
    {"man", "write help, or help tanh"},
    {"show display draw", "'graph L' draws the graph, 'vars' lists every value"},
    {"draw_dot drawdot make_dot", "'graph L' draws the graph; graph L out.png in a file"},
};

// Only by themselves.
static const struct foreign wishes[] = {
    {"start begin tutorial course next continue go resume menu learn practice exercise exercises "
     "teach",
     "'lesson' begins the course, or goes on with it"},
    {"hello hi hey", "'lesson' begins the course; 'help' lists what one can do"},
    {"restart new", "'reset' starts again with an empty graph"},
    {"commands options", "'help all' lists every command"},
    {"status score stats results level",
     "'progress' shows what you have learned, 'vars' every value"},
    {"gradients derivatives", "'grads' lists every gradient; 'backward L' computes them"},
    {"nodes values variables names everything who whos",
     "'vars' lists every name, 'topo L' the nodes below L"},
    {"picture image diagram chart figure", "'graph L' draws the graph; graph L out.png in a file"},
    {"example examples demo",
     "'help backward' shows a command at work; 'lesson' begins the course"},
    {"interview interviews",
     "'quiz interview' asks what interviews ask; 'questions interview' lists it"},
    {"glossary terms vocabulary", "'help glossary' lists the terms"},
    {"topics syllabus contents toc index",
     "'lessons' lists the course, 'questions' the study questions"},
    {"summary overview cheatsheet", "'help' has one screen of what one can do"},
    {"version about", "'backstep --version' in a shell says it"},
    {"train_loop optimise optimize fit", "'train L 100 0.1' takes 100 steps"},
    {"close bye goodbye leave end stop_it quitting q", "'quit' leaves"},
    {"history", "a training leaves its losses in 'history'; the key ↑ brings back what was typed"},
    {"quizzes", "'quiz' asks ten questions"},
    {"recompute recalculate refresh", "'forward' computes every value anew"},
    {"model net network perceptron", "n = MLP(3, [4, 4, 1]) makes a network, n(x) is its output"},
    {"dataset loader dataloader", "rows to train on are bound by data X = …"},
    {"matrix", "a matrix is written [[1, 2], [3, 4]]"},
    {"vector", "a vector is written [1, 2, 3]"},
    {"what how where when which",
     "'ask' and a few words searches the course; 'help' lists what there is"},
    {"why", "'explain a' says why the gradient of a is what it is"},
    {"cd pwd mkdir rm cp whoami sudo apt pip pip3 conda git vim vi emacs nano grep ssh bash npm "
     "python python3",
     "this is backstep's prompt; 'quit' goes back to the shell"},
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

const char *foreign_field(const char *s, size_t length)
{
    const char *hint = find(fields, COUNT_OF(fields), s, length);
    return hint != NULL ? hint : find(anywhere, COUNT_OF(anywhere), s, length);
}

const char *foreign_wish(const char *s, size_t length)
{
    return find(wishes, COUNT_OF(wishes), s, length);
}

const char *foreign_bare(const char *s, size_t length)
{
    bool name = length <= 3 || text_among("data full view normal", s, length);
    return name ? NULL : find(functions, COUNT_OF(functions), s, length);
}

const char *foreign_topic(const char *s, size_t length)
{
    static const struct foreign topics[] = {
        {"graphs picture diagram tree drawing", "graph L"},
        {"gradients derivatives gradient", "backward L; grads"},
        {"variables values names nodes", "vars"},
        {"hints clue", "hint"},
        {"answer", "solution"},
        {"course tutorial start begin learn", "lesson"},
        {"score", "progress"},
        {"interview interviews", "quiz interview"},
        {"question test quizzes", "quiz"},
        {"backprop backpropagation", "backward L"},
        {"leave close", "quit"},
    };
    return find(topics, COUNT_OF(topics), s, length);
}

bool foreign_wants(const char *s, size_t length)
{
    return text_among(
        "show me draw display see list give get compute calculate calc find evaluate "
        "do perform execute start begin open go next first last i let lets please can "
        "could would take want need use call tell my the a an to test quiz",
        s, length);
}

bool foreign_is_filler(const char *s, size_t length)
{
    return text_among(
        "me the a an my to of i you please can could us and all for do is it this that "
        "what its want need see let give show tell at value result",
        s, length);
}

bool foreign_asks(const char *s, size_t length)
{
    return text_among(
        "what who why how which when where what is are this that it there here he she we "
        "you they i the if for with in and or not",
        s, length);
}

bool foreign_is_shell(const char *s, size_t length)
{
    return text_among("cd pwd mkdir rm cp whoami sudo apt pip pip3 conda git vim vi emacs nano "
                      "grep ssh bash npm python python3 cat echo head tail less more touch which "
                      "kill ls ps wc man make jupyter source chmod",
                      s, length);
}

bool foreign_is_no_name(const char *s, size_t length)
{
    return text_among(
        "with as is in the of it me my i you what we please thanks thank yes no ok okay nope yeah "
        "sure "
        "idk because dict str bool bytes type sorted sort reversed eval exec iter slice format hex "
        "oct bin chr ord repr isinstance issubclass hasattr getattr setattr property static super "
        "device cuda cpu det inv eig svd qr pinv kron einsum trapz histogram percentile median "
        "lgamma "
        "comb perm gcd lcm taylor simplify ac ce cat echo find touch vim less more head tail wc "
        "ps kill mv hey can could do does did are was how why who when which argsort unique cumsum "
        "cumprod meshgrid debug",
        s, length);
}

bool foreign_is_meant(const char *s, size_t length)
{
    return text_among(
        "product sort round rank trace trapz coth cost path top roots store stack start stage "
        "make nano leave hello learn teach quiz chain image which median solve loader "
        "target parent slope super float device ravel next show exam print_function "
        "exec eval what when whose more less case char long short step_size mode plan "
        "save_as edit list find hist note done over under text test",
        s, length);
}

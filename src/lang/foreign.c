#include "lang/foreign.h"

#include <string.h>

#include "base/mem.h"

static const char bare[] = "numbers and functions stand by themselves, as in a = 2 or exp(a)";
static const char here[] = "nothing needs importing; 'help functions' lists what there is";
static const char zeroed[] = "the command zero sets every gradient to 0";
static const char declared[] = "a name needs no declaration: write c = 2";
static const char condition[] = "there are no conditions; multiply by a comparison: (a > 0)*b";
static const char truth[] = "1 stands for true, 0 for false";
static const char empty[] = "there is no empty value";
static const char slope[] = "a derivative is written dL/da, or grad(L, a)";
static const char pass[] = "the backward pass is begun by 'backward L'";
static const char listed[] = "'vars' lists the names";
static const char helped[] = "write help, or help tanh";

struct foreign {
    const char *word, *hint;
};

// Only before a parenthesis: elsewhere these are likely names.
static const struct foreign functions[] = {
    {"d", slope},
    {"data", "a value's number is a.data, without parentheses"},
};

static const struct foreign words[] = {
    {"Value", bare}, {"Tensor", bare}, {"tensor", bare}, {"torch", bare}, {"np", bare},
    {"numpy", bare}, {"math", bare}, {"nn", bare}, {"Math", bare}, {"import", here},
    {"from", here}, {"using", here}, {"include", here}, {"optimizer", zeroed},
    {"zero_grad", zeroed}, {"zero_", zeroed}, {"let", declared}, {"var", declared},
    {"const", declared}, {"if", condition}, {"while", condition}, {"else", condition},
    {"where", condition}, {"True", truth}, {"False", truth}, {"true", truth}, {"false", truth},
    {"None", empty}, {"null", empty}, {"gradient", slope}, {"derivative", slope}, {"diff", slope},
    {"backprop", pass}, {"backpropagate", pass}, {"ls", listed}, {"dir", listed},
    {"who", listed}, {"man", helped},
    {"and", "write a product: (a > 0)*(b > 0)"},
    {"or", "write max(a > 0, b > 0)"},
    {"not", "1 - x turns a comparison round"},
    {"lambda", "a function is written def f(x) = x**2"},
    {"param", "a parameter is made by a statement of its own: param w = 0.5"},
    {"ln", "log is the natural logarithm"},
    {"log10", "write log(x)/log(10)"},
    {"log2", "write log(x)/log(2)"},
    {"logistic", "it is called sigmoid"},
    {"sigm", "it is called sigmoid"},
    {"asin", "there are sin, cos, tan, atan and atan2"},
    {"acos", "there are sin, cos, tan, atan and atan2"},
    {"arctan", "it is called atan"},
    {"fabs", "it is called abs"},
    {"power", "write x**y"},
    {"item", "a value's number is a.data, its gradient a.grad"},
    {"detach", "a.data is the number alone, which no gradient passes"},
    {"e", "write exp(1) for the number e, exp(x) for e**x"},
    {"clear", "'reset' starts with an empty graph"},
    {"retain_grad", "every node keeps its gradient"},
    {"requires_grad", "every node has a gradient; training updates those made by param"},
};

static const char *find(const struct foreign *table, size_t count, const char *s, size_t length)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(table[i].word) == length && memcmp(table[i].word, s, length) == 0) {
            return table[i].hint;
        }
    }
    return NULL;
}

const char *foreign_hint(const char *s, size_t length, bool called)
{
    const char *hint = called ? find(functions, COUNT_OF(functions), s, length) : NULL;
    return hint != NULL ? hint : find(words, COUNT_OF(words), s, length);
}

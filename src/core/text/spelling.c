#include "text/spelling.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

struct spelling_row {
    const char *written, *meant;
};

static bool begins_with(const char *s, size_t n, const char *with)
{
    size_t length = strlen(with);
    return length <= n && memcmp(s, with, length) == 0;
}

static const struct spelling_row signs[] = {
    {"−", "-"}, {"–", "-"}, {"—", "-"}, {"×", "*"},  {"·", "*"},  {"⋅", "*"},  {"∗", "*"},
    {"⊙", "*"}, {"∘", "*"}, {"⨯", "*"}, {"÷", "/"},  {"∕", "/"},  {"‑", "-"},  {"‐", "-"},
    {"•", "*"}, {"∙", "*"}, {"⁄", "/"}, {"≤", "<="}, {"≥", ">="}, {"≠", "!="}, {"←", "="},
};

static const struct spelling_row commands[] = {
    {"cdot", "*"}, {"times", "*"},       {"odot", "*"},  {"ast", "*"},   {"div", "/"},
    {"le", "<="},  {"leq", "<="},        {"ge", ">="},   {"geq", ">="},  {"ne", "!="},
    {"neq", "!="}, {"left", ""},         {"right", ""},  {"quad", ""},   {"qquad", ""},
    {"big", ""},   {"Big", ""},          {"bigl", ""},   {"bigr", ""},   {"biggl", ""},
    {"biggr", ""}, {"displaystyle", ""}, {"lvert", "|"}, {"rvert", "|"}, {"vert", "|"},
    {"mid", "|"},
};

static size_t letters(const char *s, size_t n)
{
    size_t i = 0;
    while (i < n && text_is_letter(s[i])) {
        i++;
    }
    return i;
}

// \cdot, the small spaces \, \; \! \: and what begins and ends a formula: \( \[
static size_t latex_sign(const char *s, size_t n, const char **sign)
{
    size_t length = letters(s + 1, n - 1);
    if (length == 0 && n > 1 && strchr(",;!: ()[]", s[1]) != NULL) {
        *sign = "";
        return 2;
    }
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (strlen(commands[i].written) == length &&
            memcmp(commands[i].written, s + 1, length) == 0) {
            *sign = commands[i].meant;
            return 1 + length;
        }
    }
    return 0;
}

size_t spelling_sign(const char *s, size_t n, const char **sign)
{
    if (s[0] == '\\') {
        return latex_sign(s, n, sign);
    }
    for (size_t i = 0; (unsigned char)s[0] >= 0x80 && i < COUNT_OF(signs); i++) {
        if (begins_with(s, n, signs[i].written)) {
            *sign = signs[i].meant;
            return strlen(signs[i].written);
        }
    }
    return 0;
}

size_t spelling_raised(const char *s, size_t n, double *number)
{
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    *number = 0;
    if (n == 0 || (unsigned char)s[0] < 0x80) {
        return 0;  // every token comes here, and hardly one is raised
    }
    bool negative = begins_with(s, n, "⁻");
    size_t sign = negative ? strlen("⁻") : 0, at = sign;
    double value = 0;
    for (size_t i = 0; i < COUNT_OF(digits); i++) {
        if (begins_with(s + at, n - at, digits[i])) {
            value = 10 * value + (double)i;
            at += strlen(digits[i]);
            i = (size_t)-1;
        }
    }
    *number = negative ? -value : value;
    return at == sign ? 0 : at;
}

static const struct spelling_row functions[] = {
    {"σ sigma logistic sigm expit Sigmoid", "sigmoid"},
    {"ln", "log"},
    {"arctan", "atan"},
    {"arcsin", "asin"},
    {"arccos", "acos"},
    {"arctan2", "atan2"},
    {"fabs absolute", "abs"},
    {"power", "pow"},
    {"maximum fmax amax", "max"},
    {"minimum fmin amin", "min"},
    {"matmul mm mv", "dot"},
    {"ReLU", "relu"},
    {"LeakyReLU", "leaky_relu"},
    {"sgn", "sign"},
    {"sqr", "square"},
    {"arange", "range"},
    {"random", "rand"},
    {"average avg", "mean"},
    {"mse_loss", "mse"},
    {"l1_loss", "mae"},
    {"binary_cross_entropy", "bce"},
    {"binary_cross_entropy_with_logits", "bce_logits"},
};

const char *spelling_function(const char *s, size_t n)
{
    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        if (text_among(functions[i].written, s, n)) {
            return functions[i].meant;
        }
    }
    return NULL;
}

bool spelling_font(const char *s, size_t n)
{
    return text_among("mathrm mathbf mathit mathcal mathbb mathsf mathtt text textbf textit "
                      "operatorname boldsymbol bm vec",
                      s, n);
}

bool spelling_module(const char *s, size_t n)
{
    return text_among("np numpy torch math cmath random F nn functional plt jnp jax tf autograd "
                      "linalg special scipy func",
                      s, n);
}

bool spelling_value(const char *s, size_t n)
{
    return text_among("Value Tensor tensor array asarray as_tensor Variable FloatTensor "
                      "DoubleTensor float double requires_grad_ clone cpu contiguous",
                      s, n) ||
           spelling_number(s, n);
}

bool spelling_number(const char *s, size_t n)
{
    return text_among("item numpy tolist", s, n);
}

bool spelling_idle_argument(const char *s, size_t n)
{
    return text_among("requires_grad dtype device retain_graph create_graph out copy label _op "
                      "inplace reduction",
                      s, n);
}

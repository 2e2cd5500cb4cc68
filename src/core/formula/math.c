#include "formula/math.h"

#include <math.h>
#include <string.h>

#include "formula/letters.h"
#include "formula/printer.h"

// ---- Names and numbers --------------------------------------------------------------------------

static size_t digits_at_end(const char *s, size_t length)
{
    size_t n = 0;
    while (n < length && text_is_digit(s[length - n - 1])) {
        n++;
    }
    return n;
}

// A character that is not a command, nor begins or ends anything.
static void put_sign(struct text *out, char c)
{
    if (strchr("\\^~", c) == NULL) {
        text_add(out, strchr("_%$#&{}", c) != NULL ? "\\" : "");
        text_add_char(out, c);
    }
}

// A word: one letter as it is, more of them in a row set as a word.
static void put_word(struct text *out, const char *s, size_t length)
{
    uint32_t c;
    size_t n = utf8_read(s, length, &c);
    struct text ascii;
    text_init(&ascii);
    letters_ascii(&ascii, s, length);
    const char *word = text_get(&ascii);
    bool greek = n == length && ((c >= 0x3b1 && c <= 0x3c9) || (c >= 0x391 && c <= 0x3a9));
    if (greek && letters_is_greek_command(c)) {
        text_addf(out, "\\%s", word);
    } else if (greek || strlen(word) == 1) {
        text_add_char(out, word[0]);
    } else {
        text_add(out, "\\mathit{");
        for (; *word != '\0'; word++) {
            put_sign(out, *word);
        }
        text_add_char(out, '}');
    }
    text_release(&ascii);
}

// Below the line of a derivative of higher order: adb of d2L/dadb. A piece for each name.
struct math_below {
    const char *s;
    size_t length;
    struct {
        size_t from, length;
        int times;
    } piece[9];
    int pieces;
};

// Splits the rest, from byte `at` on, into names for `order` derivatives, a d between two of them.
// A digit after a name says how often: x2, but not W[0]2.
static bool split_below(struct math_below *b, size_t at, int order)
{
    if (at >= b->length || order <= 0 || b->pieces == 9) {
        return false;
    }
    int k = b->pieces++;
    for (size_t end = at + 1, depth = 0; end <= b->length; end++) {
        char last = b->s[end - 1];
        depth += (last == '[') - (size_t)(last == ']');
        bool whole = end == b->length;
        if (depth > 0 || (!whole && b->s[end] != 'd')) {
            continue;
        }
        bool digit = last >= '2' && last <= '9' && end > at + 1;
        for (int counted = digit; counted >= 0; counted--) {
            int times = counted ? last - '0' : 1;
            b->piece[k].from = at;
            b->piece[k].length = end - at - (size_t)counted;
            b->piece[k].times = times;
            if (whole ? times == order : split_below(b, end + 1, order - times)) {
                return true;
            }
        }
    }
    b->pieces = k;
    return false;
}

// d2L/dadb, its line at byte `line`.
static bool put_higher(struct text *out, const char *s, size_t length, size_t line)
{
    struct math_below b = {.s = s + line + 2, .length = length - line - 2};
    if (line < 3 || !split_below(&b, 0, s[1] - '0')) {
        return false;
    }
    text_addf(out, "\\frac{\\partial^{%c} ", s[1]);
    math_name(out, s + 2, line - 2);
    text_add(out, "}{");
    for (int i = 0, next; i < b.pieces; i = next) {
        const char *name = b.s + b.piece[i].from;
        size_t n = b.piece[i].length;
        int times = b.piece[i].times;
        for (next = i + 1; next < b.pieces && b.piece[next].length == n &&
                           memcmp(b.s + b.piece[next].from, name, n) == 0;
             next++) {
            times += b.piece[next].times;
        }
        text_add(out, i > 0 ? " \\, \\partial " : "\\partial ");
        math_name(out, name, n);
        if (times > 1) {
            text_addf(out, "^{%d}", times);
        }
    }
    text_add(out, "}");
    return true;
}

// dL/da, the label of a node that is a derivative. False if it is not one.
static bool put_derivative(struct text *out, const char *s, size_t length)
{
    size_t line = 1;
    while (line + 1 < length && (s[line] != '/' || s[line + 1] != 'd')) {
        line++;
    }
    if (length < 5 || s[0] != 'd' || line + 2 >= length) {
        return false;
    }
    if (text_is_digit(s[1])) {
        return put_higher(out, s, length, line);
    }
    text_add(out, "\\frac{\\partial ");
    math_name(out, s + 1, line - 1);
    text_add(out, "}{\\partial ");
    math_name(out, s + line + 2, length - line - 2);
    text_add(out, "}");
    return true;
}

// A label: W1[0, 1] is W^{(1)}_{0,1}, w12 is w_{12}, %7 is \%_{7}.
void math_name(struct text *out, const char *s, size_t length)
{
    if (put_derivative(out, s, length)) {
        return;
    }
    const char *bracket = memchr(s, '[', length);
    size_t base = bracket == NULL ? length : (size_t)(bracket - s);
    size_t digits = digits_at_end(s, base);
    bool node = s[0] == '%';
    uint32_t c;
    // Only a single letter takes its number below: x12, but relu6 and W_1 stay words.
    bool split = node || (base > digits && utf8_read(s, base - digits, &c) == base - digits);
    digits = split ? digits : 0;
    if (node) {
        text_add(out, "\\%");
    } else {
        put_word(out, s, base - digits);
    }
    if (digits > 0) {
        text_addf(out, bracket == NULL ? "_{%.*s}" : "^{(%.*s)}", (int)digits, s + base - digits);
    }
    if (bracket != NULL) {
        text_add(out, "_{");
        for (size_t i = base + 1; i + 1 < length; i++) {
            if (s[i] != ' ' && (unsigned char)s[i] < 0x80) {
                put_sign(out, s[i]);
            }
        }
        text_add(out, "}");
    }
}

// digits 0: exactly.
void math_number(struct text *out, double v, int digits)
{
    char number[NUMBER_TEXT];
    if (!isfinite(v)) {
        text_add(out, isnan(v) ? "\\text{nan}" : v > 0 ? "\\infty" : "-\\infty");
        return;
    }
    digits == 0 ? number_exact(number, v) : number_text(number, v, digits);
    const char *e = strchr(number, 'e');
    if (e == NULL) {
        text_add(out, number);
        return;
    }
    const char *power = e + 1 + (e[1] == '+');
    bool minus = *power == '-';
    power += minus;
    power += strspn(power, "0");
    text_addf(out, "%.*s \\times 10^{%s%s}", (int)(e - number), number, minus ? "-" : "", power);
}

// ---- Formulas -----------------------------------------------------------------------------------

// How an operation is set: x and y are its operands, which bind at least so tightly. A minus binds
// like a sum, so that none follows another sign.
static const struct math_setting {
    enum op op;
    const char *pattern;
    enum precedence level, left, right;
} settings[] = {
    {OP_ADD, "x + y", PRECEDENCE_SUM, PRECEDENCE_SUM, PRECEDENCE_PRODUCT},
    {OP_SUB, "x - y", PRECEDENCE_SUM, PRECEDENCE_SUM, PRECEDENCE_PRODUCT},
    {OP_MUL, "x \\cdot y", PRECEDENCE_PRODUCT, PRECEDENCE_PRODUCT, PRECEDENCE_PRODUCT},
    {OP_DIV, "\\frac{x}{y}", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_POW, "{x}^{y}", PRECEDENCE_ATOM, PRECEDENCE_ATOM, PRECEDENCE_ANY},
    {OP_NEG, "-x", PRECEDENCE_SUM, PRECEDENCE_PRODUCT, PRECEDENCE_ANY},
    {OP_EXP, "e^{x}", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_SQRT, "\\sqrt{x}", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_ABS, "\\left|x\\right|", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_SQUARE, "{x}^{2}", PRECEDENCE_ATOM, PRECEDENCE_ATOM, PRECEDENCE_ANY},
    {OP_ASIN, "\\arcsin\\left(x\\right)", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_ACOS, "\\arccos\\left(x\\right)", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_ATAN, "\\arctan\\left(x\\right)", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_AMAX, "\\max\\left(x, y\\right)", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_AMIN, "\\min\\left(x, y\\right)", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_CLAMP_MIN, "\\max\\left(x, y\\right)", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_CLAMP_MAX, "\\min\\left(x, y\\right)", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_WHEN, "\\mathbf{1}\\left[x \\ne 0\\right] \\cdot y", PRECEDENCE_PRODUCT, PRECEDENCE_ANY,
     PRECEDENCE_PRODUCT},
    {OP_SIGMOID, "\\sigma\\left(x\\right)", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_LT, "\\mathbf{1}\\left[x < y\\right]", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_LE, "\\mathbf{1}\\left[x \\le y\\right]", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_GT, "\\mathbf{1}\\left[x > y\\right]", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_GE, "\\mathbf{1}\\left[x \\ge y\\right]", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_EQ, "\\mathbf{1}\\left[x = y\\right]", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
    {OP_NE, "\\mathbf{1}\\left[x \\ne y\\right]", PRECEDENCE_ATOM, PRECEDENCE_ANY, PRECEDENCE_ANY},
};

// Functions that LaTeX sets upright by itself; the others need \operatorname.
static const enum op known[] = {OP_LOG,  OP_SIN,  OP_COS, OP_TAN, OP_TANH,
                                OP_SINH, OP_COSH, OP_MAX, OP_MIN};

// clamp_min is clamp\_min.
static void give_function_name(struct printer *p, const char *s)
{
    for (size_t n; *s != '\0'; s += n) {
        n = strcspn(s, "_");
        if (n == 0) {
            printer_text(p, "\\");
            n = 1;
        }
        printer_bytes(p, s, n);
    }
}

static const struct math_setting *setting_of(enum op op)
{
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        if (settings[i].op == op) {
            return &settings[i];
        }
    }
    return NULL;
}

// Is the letter at `at` an operand? An operand has no letter next to it: not in \max, \exp.
static bool is_operand(const char *pattern, const char *at)
{
    return (*at == 'x' || *at == 'y') && (at == pattern || strchr(" {(|[-", at[-1]) != NULL) &&
           (at[1] == '\0' || strchr(" },\\", at[1]) != NULL);
}

static void give_setting(struct printer *p, const struct math_setting *s, struct expr e)
{
    const char *from = s->pattern;
    for (const char *at = from; *at != '\0'; at++) {
        if (is_operand(s->pattern, at)) {
            printer_bytes(p, from, (size_t)(at - from));
            printer_formula(p, *at == 'x' ? e.a : e.b, *at == 'x' ? s->left : s->right);
            from = at + 1;
        }
    }
    printer_text(p, from);
}

static void give_call(struct printer *p, struct expr e)
{
    const struct op_row *row = op_get((enum op)e.op);
    bool is_known = false;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        is_known |= known[i] == (enum op)e.op;
    }
    printer_text(p, is_known ? "\\" : "\\operatorname{");
    give_function_name(p, row->name);
    printer_text(p, is_known ? "\\left(" : "}\\left(");
    printer_argument(p, e.a);
    if (row->arity == 2) {
        printer_text(p, ", ");
        printer_argument(p, e.b);
    }
    printer_text(p, "\\right)");
}

static void add_leaf(struct text *out, const struct exprs *pool, struct expr e)
{
    if (e.kind == EXPR_NAME) {
        size_t length;
        const char *s = names_text(&pool->names, e.a, &length);
        math_name(out, s, length);
    } else if (fabs(e.number) == EXPR_PI) {
        text_add(out, e.number < 0 ? "-\\pi" : "\\pi");
    } else {
        math_number(out, e.number, 0);
    }
}

static struct printer_node look(const struct printer *p, uint32_t id)
{
    struct expr e = expr_get(p->formulas, id);
    const struct math_setting *s = e.kind == EXPR_OP ? setting_of((enum op)e.op) : NULL;
    bool negative = e.kind == EXPR_NUMBER && e.number < 0;
    return (struct printer_node){negative    ? PRECEDENCE_SUM
                                 : s != NULL ? s->level
                                             : PRECEDENCE_ATOM,
                                 PRINTER_NONE};
}

static void give_parts(struct printer *p, uint32_t id)
{
    struct expr e = expr_get(p->formulas, id);
    const struct math_setting *s = e.kind == EXPR_OP ? setting_of((enum op)e.op) : NULL;
    if (e.kind != EXPR_OP) {
        add_leaf(p->out, p->formulas, e);
    } else if (s != NULL) {
        give_setting(p, s, e);
    } else {
        give_call(p, e);
    }
}

void math_formula(struct text *out, const struct exprs *pool, uint32_t root, enum precedence least)
{
    struct printer p = {.formulas = pool,
                        .look = look,
                        .parts = give_parts,
                        .open = "\\left(",
                        .close = "\\right)",
                        .least = PRECEDENCE_ANY};
    printer_write(&p, out, root, least, SIZE_MAX, NULL);
}

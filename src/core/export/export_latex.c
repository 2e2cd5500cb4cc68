// The equations of both passes as a LaTeX document that needs no package but amsmath: what each
// value is, and each derivative by the chain rule.
#include <math.h>
#include <string.h>

#include "engine/sweep.h"
#include "export/export_program.h"
#include "formula/derive.h"

// ---- Names and numbers --------------------------------------------------------------------------

static size_t digits_at_end(const char *s, size_t length)
{
    size_t n = 0;
    while (n < length && s[length - n - 1] >= '0' && s[length - n - 1] <= '9') {
        n++;
    }
    return n;
}

// A word: one letter as it is, more of them in a row set as a word.
static void put_word(struct text *out, const char *s, size_t length)
{
    uint32_t c;
    size_t n = utf8_read(s, length, &c);
    struct text ascii;
    text_init(&ascii);
    export_ascii(&ascii, s, length);
    const char *word = text_get(&ascii);
    bool greek = n == length && ((c >= 0x3b1 && c <= 0x3c9) || (c >= 0x391 && c <= 0x3a9));
    if (greek && export_is_greek_command(c)) {
        text_addf(out, "\\%s", word);
    } else if (greek || strlen(word) == 1) {
        text_add_char(out, word[0]);
    } else {
        text_add(out, "\\mathit{");
        for (; *word != '\0'; word++) {
            text_add(out, *word == '_' ? "\\" : "");
            text_add_char(out, *word);
        }
        text_add_char(out, '}');
    }
    text_release(&ascii);
}

// A label: W1[0, 1] is W^{(1)}_{0,1}, w12 is w_{12}, %7 is \%_{7}.
static void put_name(struct text *out, const char *s, size_t length)
{
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
            text_add_bytes(out, s + i, s[i] == ' ' ? 0 : 1);
        }
        text_add(out, "}");
    }
}

// digits 0: exactly.
static void put_number(struct text *out, double v, int digits)
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

// A number as a factor: in parentheses if it is negative.
static void put_factor(struct text *out, double v, int digits)
{
    text_add(out, v < 0 ? "(" : "");
    put_number(out, v, digits);
    text_add(out, v < 0 ? ")" : "");
}

// ---- Formulas -----------------------------------------------------------------------------------

enum { LEVEL_SUM = 1, LEVEL_PRODUCT, LEVEL_ATOM };

// How an operation is set: its operands stand where x and y are, at least so tightly bound.
static const struct setting {
    enum op op;
    const char *pattern;
    int level, left, right;
} settings[] = {
    {OP_ADD, "x + y", LEVEL_SUM, LEVEL_SUM, LEVEL_PRODUCT},
    {OP_SUB, "x - y", LEVEL_SUM, LEVEL_SUM, LEVEL_PRODUCT},
    {OP_MUL, "x \\cdot y", LEVEL_PRODUCT, LEVEL_PRODUCT, LEVEL_PRODUCT},
    {OP_DIV, "\\frac{x}{y}", LEVEL_ATOM, 0, 0},
    {OP_POW, "{x}^{y}", LEVEL_ATOM, LEVEL_ATOM, 0},
    {OP_NEG, "-x", LEVEL_SUM, LEVEL_PRODUCT, 0},
    {OP_EXP, "e^{x}", LEVEL_ATOM, 0, 0},
    {OP_SQRT, "\\sqrt{x}", LEVEL_ATOM, 0, 0},
    {OP_ABS, "\\left|x\\right|", LEVEL_ATOM, 0, 0},
    {OP_SQUARE, "{x}^{2}", LEVEL_ATOM, LEVEL_ATOM, 0},
    {OP_ASIN, "\\arcsin\\left(x\\right)", LEVEL_ATOM, 0, 0},
    {OP_ACOS, "\\arccos\\left(x\\right)", LEVEL_ATOM, 0, 0},
    {OP_ATAN, "\\arctan\\left(x\\right)", LEVEL_ATOM, 0, 0},
    {OP_AMAX, "\\max\\left(x, y\\right)", LEVEL_ATOM, 0, 0},
    {OP_AMIN, "\\min\\left(x, y\\right)", LEVEL_ATOM, 0, 0},
    {OP_CLAMP_MIN, "\\max\\left(x, y\\right)", LEVEL_ATOM, 0, 0},
    {OP_CLAMP_MAX, "\\min\\left(x, y\\right)", LEVEL_ATOM, 0, 0},
    {OP_WHEN, "\\mathbf{1}\\left[x \\ne 0\\right] \\cdot y", LEVEL_PRODUCT, 0, LEVEL_PRODUCT},
    {OP_SIGMOID, "\\sigma\\left(x\\right)", LEVEL_ATOM, 0, 0},
    {OP_LT, "\\mathbf{1}\\left[x < y\\right]", LEVEL_ATOM, 0, 0},
    {OP_LE, "\\mathbf{1}\\left[x \\le y\\right]", LEVEL_ATOM, 0, 0},
    {OP_GT, "\\mathbf{1}\\left[x > y\\right]", LEVEL_ATOM, 0, 0},
    {OP_GE, "\\mathbf{1}\\left[x \\ge y\\right]", LEVEL_ATOM, 0, 0},
    {OP_EQ, "\\mathbf{1}\\left[x = y\\right]", LEVEL_ATOM, 0, 0},
    {OP_NE, "\\mathbf{1}\\left[x \\ne y\\right]", LEVEL_ATOM, 0, 0},
};

// Functions that LaTeX sets upright by itself; the others need \operatorname.
static const enum op known[] = {OP_LOG,  OP_SIN,  OP_COS, OP_TAN, OP_TANH,
                                OP_SINH, OP_COSH, OP_MAX, OP_MIN};

static struct setting setting_of(enum op op, char pattern[64])
{
    for (size_t i = 0; i < COUNT_OF(settings); i++) {
        if (settings[i].op == op) {
            return settings[i];
        }
    }
    struct text name;
    bool is_known = false;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        is_known |= known[i] == op;
    }
    text_init(&name);
    text_add(&name, is_known ? "\\" : "\\operatorname{");
    for (const char *s = op_get(op)->name; *s != '\0'; s++) {
        text_add(&name, *s == '_' ? "\\" : "");
        text_add_char(&name, *s);
    }
    text_addf(&name, "%s\\left(x%s\\right)", is_known ? "" : "}",
              op_get(op)->arity == 2 ? ", y" : "");
    strncpy(pattern, text_get(&name), 63);
    pattern[63] = '\0';
    text_release(&name);
    return (struct setting){op, pattern, LEVEL_ATOM, 0, 0};
}

// A formula, in parentheses if it is bound more loosely than `least`. Formulas here are the slopes
// of single operations: a few levels deep.
static void put_formula(struct text *out, const struct exprs *pool, uint32_t id, int least)
{
    struct expr e = expr_get(pool, id);
    if (e.kind == EXPR_NAME) {
        size_t length;
        const char *s = names_text(&pool->names, e.a, &length);
        put_name(out, s, length);
        return;
    }
    if (e.kind == EXPR_NUMBER) {
        bool loose = e.number < 0 && least > LEVEL_SUM;
        text_add(out, loose ? "\\left(" : "");
        if (e.number == EXPR_PI) {
            text_add(out, "\\pi");
        } else {
            put_number(out, e.number, 0);
        }
        text_add(out, loose ? "\\right)" : "");
        return;
    }
    char pattern[64];
    struct setting s = setting_of((enum op)e.op, pattern);
    text_add(out, s.level < least ? "\\left(" : "");
    for (const char *at = s.pattern; *at != '\0'; at++) {
        // x and y are operands where no letter stands next to them: not in \max, \exp.
        bool alone = (at == s.pattern || strchr(" {(|[-", at[-1]) != NULL) &&
                     (at[1] == '\0' || strchr(" },\\", at[1]) != NULL);
        if (*at == 'x' && alone) {
            put_formula(out, pool, e.a, s.left);
        } else if (*at == 'y' && alone) {
            put_formula(out, pool, e.b, s.right);
        } else {
            text_add_char(out, *at);
        }
    }
    text_add(out, s.level < least ? "\\right)" : "");
}

// ---- The passes ---------------------------------------------------------------------------------

static void put_label(struct program *p, uint32_t node)
{
    struct text label;
    text_init(&label);
    program_label(p, &label, node);
    put_name(p->out, text_get(&label), text_length(&label));
    text_release(&label);
}

static void put_partial(struct program *p, uint32_t node)
{
    text_add(p->out, "\\frac{\\partial ");
    put_label(p, p->e->root);
    text_add(p->out, "}{\\partial ");
    put_label(p, node);
    text_add(p->out, "}");
}

static void put_value(struct program *p, uint32_t node)
{
    const struct tape *t = p->e->tape;
    text_add(p->out, "  ");
    put_label(p, node);
    text_add(p->out, " &= ");
    if (tape_op(t, node) != OP_LEAF) {
        struct exprs pool;
        exprs_init(&pool);
        uint32_t formula = expr_of_node(&pool, t, p->e->names, node);
        if (formula != EXPR_NONE) {
            put_formula(p->out, &pool, formula, 0);
        }
        p->failed |= formula == EXPR_NONE;
        exprs_release(&pool);
        text_add(p->out, " = ");
    }
    put_number(p->out, tape_value(t, node), p->e->digits);
}

// The node's share of an upstream derivative, in symbols and in numbers.
struct share {
    uint32_t user;
    int slot;
};

static void find_shares(struct program *p, size_t i, struct buf *shares)
{
    const struct tape *t = p->e->tape;
    shares->count = 0;
    for (size_t k = i + 1; k < p->ids.count; k++) {
        uint32_t user = program_node(p, k);
        for (int slot = 0; slot < tape_arity(t, user); slot++) {
            if (tape_operand(t, user, slot) == program_node(p, i)) {
                struct share *at = buf_push(shares, 1);
                if (at != NULL) {
                    *at = (struct share){user, slot};
                }
            }
        }
    }
    p->failed |= shares->failed;
}

static void put_slope(struct program *p, struct share s)
{
    struct exprs pool;
    exprs_init(&pool);
    uint32_t slope = expr_local(&pool, p->e->tape, p->e->names, s.user, s.slot);
    put_partial(p, s.user);
    text_add(p->out, " \\cdot ");
    if (slope != EXPR_NONE) {
        put_formula(p->out, &pool, slope, LEVEL_PRODUCT);
    }
    p->failed |= slope == EXPR_NONE;
    exprs_release(&pool);
}

static const char *between(size_t k)
{
    return k == 0 ? "" : k % 4 == 0 ? " \\\\\n    &\\quad + " : " + ";
}

static void put_gradient(struct program *p, size_t i, const struct adjoints *slopes,
                         struct buf *shares)
{
    const struct tape *t = p->e->tape;
    uint32_t node = program_node(p, i);
    find_shares(p, i, shares);
    const struct share *s = shares->data;
    text_add(p->out, "  ");
    put_partial(p, node);
    text_add(p->out, " &= ");
    for (size_t k = 0; k < shares->count; k++) {
        text_add(p->out, between(k));
        put_slope(p, s[k]);
    }
    text_add(p->out, shares->count > 2 ? " \\\\\n    &= " : shares->count > 0 ? " = " : "");
    for (size_t k = 0; k < shares->count; k++) {
        text_add(p->out, between(k));
        put_factor(p->out, adjoints_get(slopes, s[k].user), p->e->digits);
        text_add(p->out, " \\cdot ");
        put_factor(p->out, tape_slope(t, s[k].user, s[k].slot), p->e->digits);
    }
    text_add(p->out, shares->count > 0 ? " = " : "");
    put_number(p->out, adjoints_get(slopes, node), p->e->digits);
}

static void put_forward(struct program *p, bool leaves)
{
    bool first = true;
    for (size_t i = 0; i < p->ids.count && !program_stopped(p, i); i++) {
        uint32_t node = program_node(p, i);
        if (!program_inline(p, node) && (tape_op(p->e->tape, node) == OP_LEAF) == leaves) {
            text_add(p->out, first ? "\\begin{align*}\n" : " \\\\\n");
            put_value(p, node);
            first = false;
        }
    }
    text_add(p->out, first ? "" : "\n\\end{align*}\n");
}

static void put_backward(struct program *p, const struct adjoints *slopes)
{
    struct buf shares;
    bool first = true;
    buf_init(&shares, sizeof(struct share));
    for (size_t i = p->ids.count; i-- > 0 && !program_stopped(p, 0);) {
        if (!program_inline(p, program_node(p, i))) {
            text_add(p->out, first ? "\\begin{align*}\n" : " \\\\\n");
            put_gradient(p, i, slopes, &shares);
            first = false;
        }
    }
    text_add(p->out, "\n\\end{align*}\n");
    buf_release(&shares);
}

void export_latex(struct program *p)
{
    struct adjoints slopes = {0};
    enum sweep_end end =
        sweep_adjoints(p->e->tape, p->e->stop, p->e->root, program_node(p, 0), &slopes);
    p->stopped |= end == SWEEP_STOPPED;
    p->failed |= end == SWEEP_NO_MEMORY;
    if (end == SWEEP_DONE) {
        text_add(p->out, "\\documentclass{article}\n\\usepackage{amsmath}\n\\allowdisplaybreaks\n"
                         "\\begin{document}\n\n\\section*{Given}\n");
        put_forward(p, true);
        text_add(p->out, "\n\\section*{Forward}\n");
        put_forward(p, false);
        text_add(p->out, "\n\\section*{Backward}\n");
        put_backward(p, &slopes);
        text_add(p->out, "\n\\end{document}\n");
    }
    adjoints_release(&slopes);
}

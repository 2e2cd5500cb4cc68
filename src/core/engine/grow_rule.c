#include "engine/grow_rule.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

struct grow_rule_reader {
    struct grow_rule *rule;
    const char *at;
};

static uint8_t add(struct grow_rule_reader *r, struct grow_step step)
{
    BS_ASSERT(r->rule->count < GROW_STEPS);
    r->rule->step[r->rule->count] = step;
    return r->rule->count++;
}

static uint8_t add_number(struct grow_rule_reader *r, double number)
{
    return add(r, (struct grow_step){.kind = GROW_NUMBER, .number = number});
}

static uint8_t add_op(struct grow_rule_reader *r, enum op op, uint8_t a, uint8_t b)
{
    return add(r, (struct grow_step){.kind = GROW_APPLY, .op = (uint8_t)op, .a = a, .b = b});
}

static uint8_t add_logic(struct grow_rule_reader *r, enum grow_kind kind, uint8_t a, uint8_t b)
{
    return add(r, (struct grow_step){.kind = (uint8_t)kind, .a = a, .b = b});
}

static void skip_blanks(struct grow_rule_reader *r)
{
    while (*r->at == ' ' || *r->at == '\n') {
        r->at++;
    }
}

// Takes this sign, if it comes next.
static bool take(struct grow_rule_reader *r, const char *sign)
{
    size_t n = strlen(sign);
    skip_blanks(r);
    if (strncmp(r->at, sign, n) != 0) {
        return false;
    }
    r->at += n;
    return true;
}

static uint8_t read_condition(struct grow_rule_reader *r);

// primary = number | "x" | "y" | "v" | "pi" | name "(" args ")" | "(" condition ")"
static uint8_t read_primary(struct grow_rule_reader *r)
{
    double number;
    size_t digits = number_read(r->at, strlen(r->at), &number), n = 0;
    if (digits > 0) {
        r->at += digits;
        return add_number(r, number);
    }
    const char *s = r->at;
    while ((s[n] >= 'a' && s[n] <= 'z') || s[n] == '_' || (n > 0 && text_is_digit(s[n]))) {
        n++;
    }
    r->at += n;
    if (n == 1) {
        BS_ASSERT(s[0] == 'x' || s[0] == 'y' || s[0] == 'v');
        return add(r, (struct grow_step){.kind = s[0] == 'x'   ? GROW_X
                                                 : s[0] == 'y' ? GROW_Y
                                                               : GROW_V});
    }
    if (n == 2 && memcmp(s, "pi", 2) == 0) {
        return add_number(r, 3.14159265358979323846);
    }
    bool open = take(r, "(");
    BS_ASSERT(open);
    uint8_t a = read_condition(r), b = a;
    if (take(r, ",")) {
        b = read_condition(r);
    }
    bool closed = take(r, ")");
    BS_ASSERT(closed);
    if (n == 0) {
        return a;
    }
    if (n == 7 && memcmp(s, "bounded", n) == 0) {  // maths_bounded: at least -100
        return add_op(r, OP_CLAMP_MIN, a, add_number(r, -100));
    }
    enum op op = op_find(s, n, OP_CALL);
    BS_ASSERT(op != OP_COUNT);
    return add_op(r, op, a, b);
}

// signed = ("-" | "!") signed | primary
static uint8_t read_signed(struct grow_rule_reader *r)
{
    skip_blanks(r);
    if (take(r, "-")) {
        uint8_t a = read_signed(r);
        return add_op(r, OP_NEG, a, a);
    }
    if (r->at[0] == '!' && r->at[1] != '=') {
        r->at++;
        uint8_t a = read_signed(r);
        return add_logic(r, GROW_NOT, a, a);
    }
    return read_primary(r);
}

// C's operations, tightest first; those of a row group from the left.
static const struct infix {
    const char *sign;
    int level;
    enum grow_kind kind;
    enum op op;
} infixes[] = {
    {"*", 0, GROW_APPLY, OP_MUL}, {"/", 0, GROW_APPLY, OP_DIV},  {"+", 1, GROW_APPLY, OP_ADD},
    {"-", 1, GROW_APPLY, OP_SUB}, {"<=", 2, GROW_APPLY, OP_LE},  {">=", 2, GROW_APPLY, OP_GE},
    {"<", 2, GROW_APPLY, OP_LT},  {">", 2, GROW_APPLY, OP_GT},   {"==", 3, GROW_APPLY, OP_EQ},
    {"!=", 3, GROW_APPLY, OP_NE}, {"&&", 4, GROW_AND, OP_COUNT}, {"||", 5, GROW_OR, OP_COUNT},
};

static const struct infix *take_infix(struct grow_rule_reader *r, int level)
{
    for (size_t i = 0; i < COUNT_OF(infixes); i++) {
        if (infixes[i].level == level && take(r, infixes[i].sign)) {
            return &infixes[i];
        }
    }
    return NULL;
}

// level n = level n-1 (sign level n-1)*
static uint8_t read_level(struct grow_rule_reader *r, int level)
{
    uint8_t a = level == 0 ? read_signed(r) : read_level(r, level - 1);
    const struct infix *sign;
    while ((sign = take_infix(r, level)) != NULL) {
        uint8_t b = level == 0 ? read_signed(r) : read_level(r, level - 1);
        a = sign->kind == GROW_APPLY ? add_op(r, sign->op, a, b) : add_logic(r, sign->kind, a, b);
    }
    return a;
}

// condition = level 5 ["?" condition ":" condition]
static uint8_t read_condition(struct grow_rule_reader *r)
{
    uint8_t a = read_level(r, 5);
    if (!take(r, "?")) {
        return a;
    }
    uint8_t b = read_condition(r);
    bool colon = take(r, ":");
    BS_ASSERT(colon);
    uint8_t c = read_condition(r);
    return add(r, (struct grow_step){.kind = GROW_IF, .a = a, .b = b, .c = c});
}

void grow_rule_read(struct grow_rule *rule, const char *text)
{
    struct grow_rule_reader r = {.rule = rule, .at = text};
    rule->count = 0;
    read_condition(&r);
    skip_blanks(&r);
    BS_ASSERT(*r.at == '\0');
}

double grow_rule_value(const struct grow_rule *rule, uint8_t step, double x, double y, double v)
{
    double value[GROW_STEPS];
    for (uint8_t i = 0; i <= step; i++) {
        const struct grow_step *s = &rule->step[i];
        switch ((enum grow_kind)s->kind) {
        case GROW_NUMBER:
            value[i] = s->number;
            break;
        case GROW_X:
            value[i] = x;
            break;
        case GROW_Y:
            value[i] = y;
            break;
        case GROW_V:
            value[i] = v;
            break;
        case GROW_APPLY:
            value[i] = op_value((enum op)s->op, value[s->a], value[s->b]);
            break;
        case GROW_NOT:
            value[i] = value[s->a] == 0;
            break;
        case GROW_AND:
            value[i] = value[s->a] != 0 && value[s->b] != 0;
            break;
        case GROW_OR:
            value[i] = value[s->a] != 0 || value[s->b] != 0;
            break;
        case GROW_IF:
            value[i] = value[s->a] != 0 ? value[s->b] : value[s->c];
            break;
        }
    }
    return value[step];
}

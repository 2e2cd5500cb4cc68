#include <math.h>
#include <stdlib.h>

#include "formula/simplify_parts.h"

// A product that is being put together: a number, and the factors from `first` on.
struct product {
    size_t first;
    struct ratio number;
};

static struct factor *factor_at(struct simplifier *s, size_t i)
{
    return &BUF(struct factor, &s->factors)[i];
}

// ---- Taking apart -------------------------------------------------------------------------------

static void add_factor(struct simplifier *s, struct product *product, struct factor f)
{
    if (f.symbol == EXPR_NONE && ratio_is_whole(f.power) && simplify_is_sum(s, f.base) &&
        simplify_begins_negative(s, f.base)) {
        f.base = simplify_sum(s, f.base, negative(ONE));
        product->number = ratio_is_odd(f.power) ? negative(product->number) : product->number;
    }
    struct factor *at = buf_push(&s->factors, 1);
    if (at == NULL) {
        s->pool->nodes.failed = true;
    } else {
        f.order = s->order++;
        *at = f;
    }
}

static void add_power(struct simplifier *s, struct product *product, uint32_t base,
                      struct ratio power)
{
    add_factor(s, product, (struct factor){.base = base, .symbol = EXPR_NONE, .power = power});
}

// Is a simplified formula a number or a fraction of two?
static bool read_ratio(const struct simplifier *s, uint32_t id, struct ratio *number)
{
    struct expr e = simplify_look(s, id), under = {.kind = EXPR_NUMBER, .number = 1};
    if (simplify_is_op(s, id, OP_DIV)) {
        under = simplify_look(s, e.b);
        e = simplify_look(s, e.a);
    }
    *number = (struct ratio){e.number, under.number};
    return simplify_is_plain(e) && simplify_is_plain(under) && under.number == floor(under.number);
}

// The simplest form of a part, which is known unless it was made just now.
static uint32_t part(struct simplifier *s, uint32_t id)
{
    uint32_t form = simplify_known_form(s, id);
    return form == EXPR_NONE ? id : form;
}

// base**exponent to the whole power `times`.
static void take_power(struct simplifier *s, struct product *product, uint32_t base,
                       uint32_t exponent, struct ratio times)
{
    struct ratio power;
    if (read_ratio(s, exponent, &power) && ratio_times(power, times, &power)) {
        simplify_push_visit(s, base, power, false);
        return;
    }
    if (!ratio_is(times, 1, 1)) {
        exponent = expr_apply(s->pool, OP_MUL, simplify_ratio(s, times), exponent);
        exponent = s->depth < DEPTH_MOST ? simplify(s, exponent) : exponent;
    }
    if (simplify_look(s, base).kind != EXPR_NUMBER || simplify_look(s, base).number != 1) {
        add_factor(s, product, (struct factor){.base = base, .symbol = exponent});
    }
}

static void take_number(struct simplifier *s, struct product *product, struct visit v)
{
    double value = simplify_look(s, v.id).number;
    struct ratio power, number;
    if (value == 0 && v.times.over > 0) {
        product->number = ratio_of(0);
    } else if (value != 0 && ratio_power(value, v.times, &power) &&
               ratio_times(product->number, power, &number)) {
        product->number = number;
    } else {
        add_power(s, product, v.id, v.times);
    }
}

// An operation to a whole power: its operands are visited in its place, or it is a factor itself.
static void take_operation(struct simplifier *s, struct product *product, struct visit v,
                           bool simplified)
{
    struct expr e = simplify_look(s, v.id);
    struct ratio power;
    if (e.op == OP_NEG) {
        product->number = ratio_is_odd(v.times) ? negative(product->number) : product->number;
        simplify_push_visit(s, e.a, v.times, false);
    } else if (simplify_is_fraction_or_product(s, v.id) &&
               (v.open || !simplified || !simplify_is_long(s, v.id))) {
        bool below = e.op == OP_DIV;
        simplify_push_visit(s, e.b, below ? negative(v.times) : v.times, simplified && below);
        simplify_push_visit(s, e.a, v.times, simplified);
    } else if (e.op == OP_POW) {
        take_power(s, product, part(s, e.a), part(s, e.b), v.times);
    } else if (e.op == OP_SQRT && ratio_times(v.times, (struct ratio){1, 2}, &power)) {
        simplify_push_visit(s, part(s, e.a), power, false);
    } else if (e.op == OP_SQUARE && ratio_times(v.times, ratio_of(2), &power)) {
        simplify_push_visit(s, part(s, e.a), power, false);
    } else {
        add_power(s, product, v.id, v.times);
    }
}

static void take_apart(struct simplifier *s, struct product *product, size_t visits)
{
    while (s->visits.count > visits) {
        struct visit v = simplify_pop_visit(s);
        uint32_t form = simplify_known_form(s, v.id);
        v.id = form == EXPR_NONE ? v.id : form;
        struct expr e = simplify_look(s, v.id);
        if (simplify_is_plain(e)) {
            take_number(s, product, v);
        } else if (e.kind == EXPR_NUMBER && e.number < 0 && ratio_is_whole(v.times)) {
            // -pi, -inf
            bool odd = ratio_is_odd(v.times);
            product->number = odd ? negative(product->number) : product->number;
            add_power(s, product, expr_number(s->pool, -e.number), v.times);
        } else if (e.kind == EXPR_OP && ratio_is_whole(v.times)) {
            take_operation(s, product, v, form != EXPR_NONE);
        } else {
            add_power(s, product, v.id, v.times);
        }
    }
}

// ---- Collecting like factors --------------------------------------------------------------------

static int compare_factors(const void *a, const void *b)
{
    const struct factor *x = a, *y = b;
    return x->rank != y->rank     ? (x->rank < y->rank ? -1 : 1)
           : x->place != y->place ? (x->place < y->place ? -1 : 1)
                                  : (x->symbol > y->symbol) - (x->symbol < y->symbol);
}

static void sort_factors(struct simplifier *s, size_t first)
{
    size_t count = s->factors.count - first;
    if (count > 1) {
        qsort(factor_at(s, first), count, sizeof(struct factor), compare_factors);
    }
}

static uint32_t exponent_formula(struct simplifier *s, struct factor f)
{
    return f.symbol == EXPR_NONE ? simplify_ratio(s, f.power) : f.symbol;
}

// x**m * x**n. False if the two stay apart.
static bool merge(struct simplifier *s, struct factor *into, struct factor f)
{
    if (into->base != f.base) {
        return false;
    }
    into->merged = true;
    into->order = f.order < into->order ? f.order : into->order;
    if (into->symbol == EXPR_NONE && f.symbol == EXPR_NONE) {
        return ratio_plus(into->power, f.power, &into->power);
    }
    if (s->depth == DEPTH_MOST) {
        return false;
    }
    uint32_t m = exponent_formula(s, *into), n = exponent_formula(s, f);
    into->symbol = simplify(s, expr_apply(s->pool, OP_ADD, m, n));
    into->symbol = read_ratio(s, into->symbol, &into->power) ? EXPR_NONE : into->symbol;
    return true;
}

// Merging can make a factor one to be taken apart: sqrt(x*y) times itself, 2**x * 2**-x.
static bool opens(const struct simplifier *s, struct factor f)
{
    struct expr e = simplify_look(s, f.base);
    return f.merged && f.symbol == EXPR_NONE &&
           (simplify_is_plain(e) ||
            (ratio_is_whole(f.power) && e.kind == EXPR_OP && !simplify_is_long(s, f.base) &&
             (simplify_is_fraction_or_product(s, f.base) || e.op == OP_NEG || e.op == OP_POW ||
              e.op == OP_SQRT)));
}

static void merge_like_factors(struct simplifier *s, size_t first)
{
    size_t kept = first;
    for (size_t i = first; i < s->factors.count; i++) {
        factor_at(s, i)->rank = 0;
        factor_at(s, i)->place = factor_at(s, i)->base;
    }
    sort_factors(s, first);
    for (size_t i = first; i < s->factors.count; i++) {
        struct factor f = *factor_at(s, i);
        struct factor merged = kept > first ? *factor_at(s, kept - 1) : f;
        if (kept > first && merge(s, &merged, f)) {
            *factor_at(s, kept - 1) = merged;
        } else {
            *factor_at(s, kept++) = f;
        }
    }
    s->factors.count = kept;
}

// ---- Fractions in sums --------------------------------------------------------------------------

// What is below the line in a term of the sum; EXPR_NONE if no term has a line.
static uint32_t denominator(const struct simplifier *s, uint32_t sum)
{
    for (int i = 0; i < CHAIN_MOST; i++) {
        uint32_t term = simplify_is_sum(s, sum) ? simplify_look(s, sum).b : sum;
        term = simplify_is_op(s, term, OP_NEG) ? simplify_look(s, term).a : term;
        if (simplify_is_op(s, term, OP_DIV) &&
            !simplify_look(s, simplify_look(s, term).b).constant) {
            return simplify_look(s, term).b;
        }
        if (!simplify_is_sum(s, sum)) {
            break;
        }
        sum = simplify_look(s, sum).a;
    }
    return EXPR_NONE;
}

// Each term of a sum times `by`; EXPR_NONE if it is long.
static uint32_t multiply_terms(struct simplifier *s, uint32_t sum, uint32_t by)
{
    uint32_t spine[CHAIN_MOST];
    size_t count = 0;
    for (; simplify_is_sum(s, sum); sum = simplify_look(s, sum).a) {
        if (count == CHAIN_MOST) {
            return EXPR_NONE;
        }
        spine[count++] = sum;
    }
    uint32_t result = expr_apply(s->pool, OP_MUL, sum, by);
    while (count-- > 0) {
        struct expr e = simplify_look(s, spine[count]);
        result = expr_apply(s->pool, (enum op)e.op, result, expr_apply(s->pool, OP_MUL, e.b, by));
    }
    return simplify(s, result);
}

// (1 + x/r)/(x + r) is 1/r: a sum with a fraction in it, over its own numerator.
static bool cancel_fraction(struct simplifier *s, size_t first, size_t i)
{
    struct factor f = *factor_at(s, i);
    bool whole = f.symbol == EXPR_NONE && ratio_is_whole(f.power) && simplify_is_sum(s, f.base);
    uint32_t below = whole ? denominator(s, f.base) : EXPR_NONE;
    uint32_t above = below == EXPR_NONE ? EXPR_NONE : multiply_terms(s, f.base, below);
    if (above == EXPR_NONE) {
        return false;
    }
    // 1 - x/r is -(x - r)/r.
    uint32_t turned = simplify(s, expr_apply(s->pool, OP_NEG, above, above));
    for (size_t k = first; k < s->factors.count; k++) {
        uint32_t base = factor_at(s, k)->base;
        if (k != i && (base == above || base == turned)) {
            *factor_at(s, i) = *factor_at(s, s->factors.count - 1);
            s->factors.count--;
            simplify_push_visit(s, base == above ? above : expr_apply(s->pool, OP_NEG, base, base),
                                f.power, false);
            simplify_push_visit(s, below, negative(f.power), false);
            return true;
        }
    }
    return false;
}

static void cancel_fractions(struct simplifier *s, size_t first)
{
    size_t sums = 0;
    for (size_t i = first; i < s->factors.count; i++) {
        sums += simplify_is_sum(s, factor_at(s, i)->base);
    }
    if (sums < 2 || s->depth >= DEPTH_MOST || s->factors.count - first > CHAIN_MOST) {
        return;
    }
    for (size_t i = first; i < s->factors.count; i++) {
        if (cancel_fraction(s, first, i)) {
            return;
        }
    }
}

// Takes apart what the visits after the first `visits` stand for. The factors come in no order.
static struct product collect(struct simplifier *s, size_t visits)
{
    struct product product = {.first = s->factors.count, .number = ONE};
    while (s->visits.count > visits) {
        take_apart(s, &product, visits);
        merge_like_factors(s, product.first);
        size_t kept = product.first;
        for (size_t i = product.first; i < s->factors.count; i++) {
            struct factor f = *factor_at(s, i);
            bool gone = f.symbol == EXPR_NONE && f.power.over == 0;
            if (!gone && opens(s, f)) {
                simplify_push_visit(s, f.base, f.power, false);
            } else if (!gone) {
                f.merged = false;
                *factor_at(s, kept++) = f;
            }
        }
        s->factors.count = kept;
        if (s->visits.count == visits) {
            cancel_fractions(s, product.first);
        }
    }
    return product;
}

static struct product collect_one(struct simplifier *s, uint32_t id)
{
    size_t visits = s->visits.count;
    simplify_push_visit(s, id, ONE, false);
    return collect(s, visits);
}

// ---- Writing ------------------------------------------------------------------------------------

// See simplify.h. A name to a power that is not a number is one of the
// rest, for n*x**(n - 1), and so is a function of numbers, for 2**x*log(2).
enum rank { RANK_CONSTANT, RANK_NAME, RANK_REST };

static enum rank rank(const struct simplifier *s, struct factor f)
{
    struct expr base = simplify_look(s, f.base);
    bool call = base.kind == EXPR_OP && op_get((enum op)base.op)->form == OP_CALL;
    bool constant = base.constant && (f.symbol == EXPR_NONE || simplify_look(s, f.symbol).constant);
    return constant && !call                                 ? RANK_CONSTANT
           : base.kind == EXPR_NAME && f.symbol == EXPR_NONE ? RANK_NAME
                                                             : RANK_REST;
}

// Turns the sign of a negative power. False if it is not one, and stays above the fraction line.
static bool turn_below(struct simplifier *s, struct factor *f)
{
    if (f->symbol == EXPR_NONE) {
        bool below = f->power.over < 0;
        f->power.over = fabs(f->power.over);
        return below;
    }
    if (s->depth == DEPTH_MOST || !simplify_begins_negative(s, f->symbol)) {
        return false;
    }
    f->symbol = simplify(s, expr_apply(s->pool, OP_NEG, f->symbol, f->symbol));
    return true;
}

static uint32_t factor_formula(struct simplifier *s, struct factor f)
{
    if (f.symbol == EXPR_NONE && ratio_is(f.power, 1, 1)) {
        return f.base;
    }
    bool root = f.symbol == EXPR_NONE && ratio_value(f.power) == 0.5;
    return root ? expr_apply(s->pool, OP_SQRT, f.base, f.base)
                : expr_apply(s->pool, OP_POW, f.base, exponent_formula(s, f));
}

static uint32_t times(struct simplifier *s, uint32_t product, uint32_t factor)
{
    return product == EXPR_NONE ? factor : expr_apply(s->pool, OP_MUL, product, factor);
}

// The factors in the order in which they lie, with the number before them.
static uint32_t write_in_order(struct simplifier *s, struct product product)
{
    double over = product.number.over;
    uint32_t above = fabs(over) == 1 ? EXPR_NONE : expr_number(s->pool, over);
    uint32_t below =
        product.number.under == 1 ? EXPR_NONE : expr_number(s->pool, product.number.under);
    for (size_t i = product.first; i < s->factors.count; i++) {
        struct factor f = *factor_at(s, i);
        bool is_below = turn_below(s, &f);
        uint32_t formula = factor_formula(s, f);
        if (is_below) {
            below = times(s, below, formula);
        } else if (above == EXPR_NONE && over < 0) {
            above = expr_apply(s->pool, OP_NEG, formula, formula);
        } else {
            above = times(s, above, formula);
        }
    }
    above = above == EXPR_NONE ? expr_number(s->pool, over) : above;
    return below == EXPR_NONE ? above : expr_apply(s->pool, OP_DIV, above, below);
}

// Equal products must become one formula, however they were written: in the order of their nodes
// they are, and that node's note says which was seen first.
static uint32_t write_fraction(struct simplifier *s, struct product product)
{
    for (size_t i = product.first; i < s->factors.count; i++) {
        factor_at(s, i)->rank = (int)rank(s, *factor_at(s, i));
        factor_at(s, i)->place = factor_at(s, i)->base;
    }
    sort_factors(s, product.first);
    uint32_t sorted = write_in_order(s, product);
    if (sorted == EXPR_NONE || simplify_note_of(s, sorted) == NULL) {
        return EXPR_NONE;
    }
    if (simplify_note_of(s, sorted)->twin == 0) {
        for (size_t i = product.first; i < s->factors.count; i++) {
            struct factor *f = factor_at(s, i);
            f->place = f->rank == RANK_NAME ? f->order : f->base;
        }
        sort_factors(s, product.first);
        uint32_t written = write_in_order(s, product);
        simplify_note_of(s, sorted)->twin = written + 1;
    }
    return simplify_note_of(s, sorted)->twin - 1;
}

// The product as a formula; its factors are taken off the stack.
static uint32_t write_product(struct simplifier *s, struct product product)
{
    uint32_t formula;
    const struct factor *only =
        s->factors.count - product.first == 1 ? factor_at(s, product.first) : NULL;
    if (product.number.over == 0) {
        formula = expr_number(s->pool, 0);
    } else if (only != NULL && ratio_is(product.number, -1, 1) && simplify_is_sum(s, only->base) &&
               only->symbol == EXPR_NONE && ratio_is(only->power, 1, 1)) {
        formula = simplify_sum(s, only->base, product.number);
    } else {
        formula = write_fraction(s, product);
    }
    s->factors.count = product.first;
    return simplify_remember(s, formula, formula);
}

uint32_t simplify_product(struct simplifier *s, uint32_t id)
{
    return write_product(s, collect_one(s, id));
}

uint32_t simplify_split_number(struct simplifier *s, uint32_t id, struct ratio *number)
{
    *number = ONE;
    if (simplify_look(s, id).kind != EXPR_NUMBER && !simplify_is_fraction_or_product(s, id) &&
        !simplify_is_op(s, id, OP_NEG)) {
        return id;
    }
    struct product product = collect_one(s, id);
    *number = product.number;
    product.number = ONE;
    return write_product(s, product);
}

uint32_t simplify_multiple(struct simplifier *s, struct ratio number, uint32_t rest)
{
    if (ratio_is(number, 1, 1)) {
        return rest;
    }
    struct product product = collect_one(s, rest);
    if (ratio_times(product.number, number, &number)) {
        product.number = number;
        return write_product(s, product);
    }
    s->factors.count = product.first;
    return expr_apply(s->pool, OP_MUL, simplify_ratio(s, number), rest);
}

// ---- What two products have in common -----------------------------------------------------------

// The common part of two powers of the same base, if there is one.
static bool common_power(struct factor *into, struct factor f)
{
    if (into->base != f.base || into->symbol != f.symbol) {
        return false;
    }
    if (ratio_value(f.power) < ratio_value(into->power)) {
        into->power = f.power;
    }
    return into->symbol != EXPR_NONE || into->power.over > 0;
}

uint32_t simplify_common_factor(struct simplifier *s, uint32_t a, uint32_t b)
{
    struct product p = collect_one(s, a), q = collect_one(s, b), common = p;
    double x = fabs(p.number.over), y = fabs(q.number.over);
    bool whole = ratio_is_whole(p.number) && ratio_is_whole(q.number);
    common.number = ratio_of(whole && x != 0 && y != 0 ? ratio_common(x, y) : 1);
    size_t kept = p.first;
    // Both lie sorted by base.
    for (size_t i = p.first, j = q.first, end = s->factors.count; i < q.first && j < end;) {
        struct factor f = *factor_at(s, i), g = *factor_at(s, j);
        if (common_power(&f, g)) {
            *factor_at(s, kept++) = f;
        }
        int order = compare_factors(&f, &g);
        i += order <= 0;
        j += order >= 0;
    }
    s->factors.count = kept;
    return write_product(s, common);
}

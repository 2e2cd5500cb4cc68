#include <math.h>
#include <stdlib.h>

#include "formula/simplify_parts.h"

static struct simplify_term *term_at(struct simplifier *s, size_t i)
{
    return &BUF(struct simplify_term, &s->terms)[i];
}

// ---- Taking apart -------------------------------------------------------------------------------

static void add_term(struct simplifier *s, struct visit v, bool expand)
{
    struct simplify_term term = {.order = s->order++};
    term.rest = simplify_split_number(s, v.id, &term.number);
    if (!ratio_times(term.number, v.times, &term.number)) {
        term.rest = v.id;
        term.number = v.times;
    }
    if (expand && simplify_is_sum(s, term.rest) && !simplify_is_long(s, term.rest)) {
        simplify_push_visit(s, term.rest, term.number, false);
        return;
    }
    struct simplify_term *at = buf_push(&s->terms, 1);
    if (at == NULL) {
        s->pool->nodes.failed = true;
    } else {
        *at = term;
    }
}

static void take_apart(struct simplifier *s, size_t visits, bool expand)
{
    while (s->visits.count > visits) {
        struct visit v = simplify_pop_visit(s);
        uint32_t form = simplify_known_form(s, v.id);
        bool simplified = form != EXPR_NONE;
        v.id = simplified ? form : v.id;
        struct expr e = simplify_look(s, v.id);
        if (simplify_is_sum(s, v.id) && (v.open || !simplified || !simplify_is_long(s, v.id))) {
            simplify_push_visit(s, e.b, e.op == OP_ADD ? v.times : negative(v.times), false);
            simplify_push_visit(s, e.a, v.times, simplified);
        } else if (!simplified && simplify_is_op(s, v.id, OP_NEG)) {
            simplify_push_visit(s, e.a, negative(v.times), false);
        } else {
            add_term(s, v, expand);
        }
    }
}

// ---- Collecting like terms ----------------------------------------------------------------------

static int compare_rests(const void *a, const void *b)
{
    const struct simplify_term *x = a, *y = b;
    return x->rest != y->rest ? (x->rest < y->rest ? -1 : 1)
                              : (x->order > y->order) - (x->order < y->order);
}

static int compare_orders(const void *a, const void *b)
{
    const struct simplify_term *x = a, *y = b;
    return (x->order > y->order) - (x->order < y->order);
}

static void sort_terms(struct simplifier *s, size_t first,
                       int (*compare)(const void *, const void *))
{
    size_t count = s->terms.count - first;
    if (count > 1) {
        qsort(term_at(s, first), count, sizeof(struct simplify_term), compare);
    }
}

static void merge_like_terms(struct simplifier *s, size_t first)
{
    size_t kept = first;
    sort_terms(s, first, compare_rests);
    for (size_t i = first; i < s->terms.count; i++) {
        struct simplify_term term = *term_at(s, i);
        struct simplify_term *last = kept > first ? term_at(s, kept - 1) : NULL;
        if (last != NULL && last->rest == term.rest &&
            ratio_plus(last->number, term.number, &last->number)) {
            last->merged = true;
        } else {
            *term_at(s, kept++) = term;
        }
    }
    s->terms.count = kept;
}

// The u of a factor cos(u)**2 in a product; EXPR_NONE if there is none.
static uint32_t cosine_squared(const struct simplifier *s, uint32_t product)
{
    for (int i = 0; i < CHAIN_MOST; i++) {
        struct expr e = simplify_look(s, product);
        uint32_t factor = simplify_is_op(s, product, OP_MUL) ? e.b : product;
        struct expr f = simplify_look(s, factor);
        if (simplify_is_op(s, factor, OP_POW) && simplify_is_op(s, f.a, OP_COS) &&
            expr_is_number(s->pool, f.b, 2)) {
            return simplify_look(s, f.a).a;
        }
        if (!simplify_is_fraction_or_product(s, product)) {
            break;
        }
        product = e.a;
    }
    return EXPR_NONE;
}

static bool is_same_ratio(struct ratio a, struct ratio b)
{
    return a.over == b.over && a.under == b.under;
}

// a*cos(u)**2 + a*sin(u)**2 is a.
static bool join_squares(struct simplifier *s, size_t first, size_t i)
{
    struct exprs *pool = s->pool;
    struct simplify_term term = *term_at(s, i);
    uint32_t u = cosine_squared(s, term.rest), two = expr_number(pool, 2);
    if (u == EXPR_NONE) {
        return false;
    }
    uint32_t a =
        simplify(s, expr_apply(pool, OP_DIV, term.rest,
                               expr_apply(pool, OP_POW, expr_apply(pool, OP_COS, u, u), two)));
    uint32_t other =
        simplify(s, expr_apply(pool, OP_MUL, a,
                               expr_apply(pool, OP_POW, expr_apply(pool, OP_SIN, u, u), two)));
    for (size_t k = first; k < s->terms.count && other != EXPR_NONE; k++) {
        if (term_at(s, k)->rest == other && is_same_ratio(term_at(s, k)->number, term.number)) {
            size_t late = i > k ? i : k, early = i > k ? k : i;
            for (size_t m = early, skip = 1; m + skip < s->terms.count; m++) {
                skip += m + skip == late;
                if (m + skip < s->terms.count) {
                    *term_at(s, m) = *term_at(s, m + skip);
                }
            }
            s->terms.count -= 2;
            simplify_push_visit(s, a, term.number, true);
            return true;
        }
    }
    return false;
}

static void join_all_squares(struct simplifier *s, size_t first)
{
    if (s->depth >= DEPTH_MOST || s->terms.count - first > CHAIN_MOST) {
        return;
    }
    for (size_t i = first; i < s->terms.count; i++) {
        if (join_squares(s, first, i)) {
            return;
        }
    }
}

// Takes apart what the visits after the first `visits` stand for into the terms from `first` on.
static void collect(struct simplifier *s, size_t first, size_t visits, bool expand)
{
    while (s->visits.count > visits) {
        take_apart(s, visits, expand);
        merge_like_terms(s, first);
        size_t kept = first;
        for (size_t i = first; i < s->terms.count; i++) {
            struct simplify_term term = *term_at(s, i);
            bool gone = term.number.over == 0;
            // 3*(x + y) - 2*(x + y) came to be a sum itself.
            if (!gone && term.merged && simplify_is_sum(s, term.rest) &&
                fabs(ratio_value(term.number)) == 1) {
                simplify_push_visit(s, term.rest, term.number, true);
            } else if (!gone) {
                term.merged = false;
                *term_at(s, kept++) = term;
            }
        }
        s->terms.count = kept;
        if (s->visits.count == visits) {
            join_all_squares(s, first);
        }
    }
    sort_terms(s, first, compare_orders);
}

// 2*(x + 1) + 3 is 2*x + 5, but 2*(x + 1) + y stays: multiplied out if that makes no more terms.
static void expand_if_shorter(struct simplifier *s, size_t first, uint32_t id, struct ratio times)
{
    size_t count = s->terms.count - first, visits = s->visits.count, expandable = 0;
    for (size_t i = first; i < s->terms.count; i++) {
        expandable += simplify_is_sum(s, term_at(s, i)->rest);
    }
    if (count < 2 || expandable == 0) {
        return;
    }
    simplify_push_visit(s, id, times, true);
    collect(s, first + count, visits, true);
    if (s->terms.count - first - count <= count) {
        size_t expanded = s->terms.count - first - count;
        for (size_t i = 0; i < expanded; i++) {
            *term_at(s, first + i) = *term_at(s, first + count + i);
        }
        count = expanded;
    }
    s->terms.count = first + count;
}

// ---- Writing ------------------------------------------------------------------------------------

// A positive term goes first, if there is one.
static void lead_with_positive(struct simplifier *s, size_t first)
{
    size_t i = first;
    while (i < s->terms.count && term_at(s, i)->number.over < 0) {
        i++;
    }
    if (i < s->terms.count) {
        struct simplify_term positive = *term_at(s, i);
        for (; i > first; i--) {
            *term_at(s, i) = *term_at(s, i - 1);
        }
        *term_at(s, first) = positive;
    }
}

// The terms from `first` on, added up in the order in which they lie.
static uint32_t add_up(struct simplifier *s, size_t first)
{
    struct simplify_term head = *term_at(s, first);
    uint32_t sum =
        head.number.over < 0 ? simplify_multiple(s, head.number, head.rest) : head.formula;
    for (size_t i = first + 1; i < s->terms.count; i++) {
        struct simplify_term term = *term_at(s, i);
        sum = expr_apply(s->pool, term.number.over < 0 ? OP_SUB : OP_ADD, sum, term.formula);
    }
    return sum;
}

// Equal sums must become one formula, however they were written: added up in the order of their
// nodes they are, and that node's note says which was seen first.
static uint32_t add_up_as_first_seen(struct simplifier *s, size_t first)
{
    sort_terms(s, first, compare_rests);
    uint32_t sorted = add_up(s, first);
    if (sorted == EXPR_NONE || simplify_note_of(s, sorted) == NULL) {
        return EXPR_NONE;
    }
    if (simplify_note_of(s, sorted)->twin == 0) {
        sort_terms(s, first, compare_orders);
        uint32_t sum = add_up(s, first);
        simplify_note_of(s, sorted)->twin = sum + 1;
    }
    return simplify_note_of(s, sorted)->twin - 1;
}

static uint32_t write_sum(struct simplifier *s, size_t first)
{
    lead_with_positive(s, first);
    for (size_t i = first; i < s->terms.count; i++) {
        struct ratio size = term_at(s, i)->number;
        size.over = fabs(size.over);
        uint32_t formula = simplify_multiple(s, size, term_at(s, i)->rest);
        term_at(s, i)->formula = formula;
        term_at(s, i)->order = i;
    }
    size_t count = s->terms.count - first;
    uint32_t sum = count == 0   ? expr_number(s->pool, 0)
                   : count == 1 ? add_up(s, first)
                                : add_up_as_first_seen(s, first);
    s->terms.count = first;
    return simplify_remember(s, sum, sum);
}

uint32_t simplify_sum(struct simplifier *s, uint32_t id, struct ratio times)
{
    size_t first = s->terms.count, visits = s->visits.count;
    simplify_push_visit(s, id, times, true);
    collect(s, first, visits, false);
    expand_if_shorter(s, first, id, times);
    return write_sum(s, first);
}

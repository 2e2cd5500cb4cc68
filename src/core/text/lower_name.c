#include "text/lower_parts.h"

#include <string.h>

#include "text/builtin.h"
#include "text/foreign.h"
#include "text/prelude.h"
#include "text/spelling.h"

// The numbers that have names until the learner takes the names for something else.
static const struct known {
    const char *name;
    double number;
} known[] = {
    {"pi", 3.14159265358979323846},
    {"π", 3.14159265358979323846},
    {"inf", __builtin_inf()},
    {"nan", __builtin_nan("")},
};

bool lower_is_known(const char *s, size_t length)
{
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strlen(known[i].name) == length && memcmp(known[i].name, s, length) == 0) {
            return true;
        }
    }
    return false;
}

// sin 2x, where nothing follows: the call that is meant. 0: it could be another.
static size_t bare_argument(const struct lower *w, size_t at, size_t *start)
{
    const struct source *source = w->source;
    const char *s = source->text;
    size_t end;
    while (at < source->length && s[at] == ' ') {
        at++;
    }
    for (end = at;
         end < source->length && ((unsigned char)s[end] >= 0x80 || s[end] == '_' || s[end] == '.' ||
                                  text_is_letter(s[end]) || text_is_digit(s[end]));
         end++) {
    }
    bool whole = end == source->length || s[end] == '\n' || s[end] == ';' || s[end] == ')';
    *start = at;
    bool value = end - at <= 2 || text_is_digit(s[at]) ||
                 names_lookup(w->names, s + at, end - at).rank != VALUE_UNBOUND;
    return whole && value ? end - at : 0;
}

// How the function at `span`, called s here, is called with what follows it: sin 2x.
static bool hint_bare_call(struct lower *w, const char *s, size_t length, struct span span)
{
    enum op op = op_find(s, length, OP_CALL);
    const struct builtin *builtin = builtin_find(s, length);
    bool one = op != OP_COUNT ? op_get(op)->arity == 1 : builtin != NULL && builtin->least <= 1;
    bool blank = w->source->length > span.end && w->source->text[span.end] == ' ';
    size_t start, given = one && blank ? bare_argument(w, span.end, &start) : 0;
    char argument[QUOTED];
    if (given == 0) {
        return lower_hint_call(w, s, length);
    }
    diag_quote(argument, w->source->text + start, given);
    return diag_hint(w->diag, "write %.*s(%s)", (int)length, s, argument);
}

// How a function is called.
bool lower_hint_call(struct lower *w, const char *s, size_t length)
{
    enum op op = op_find(s, length, OP_CALL);
    const struct builtin *builtin = builtin_find(s, length);
    if (op == OP_COUNT) {
        return diag_hint(w->diag, "write %s", builtin->usage);
    }
    return diag_hint(w->diag, op_get(op)->arity == 1 ? "write %.*s(x)" : "write %.*s(x, y)",
                     (int)length, s);
}

static bool is_known(const struct lower *w, const char *s, size_t length)
{
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strlen(known[i].name) == length && memcmp(known[i].name, s, length) == 0) {
            return true;
        }
    }
    return names_lookup(w->names, s, length).rank != VALUE_UNBOUND;
}

static bool is_array(const struct lower *w, const char *s, size_t length)
{
    return value_is_array(names_lookup(w->names, s, length));
}

// πr where π and r are known: two names that were written as one product.
static bool hint_product(struct lower *w, const char *s, size_t length)
{
    for (size_t i = 1; i < length && length <= 8; i++) {
        bool whole = ((unsigned char)s[i] & 0xC0) != 0x80;
        bool both = is_known(w, s, i) && is_known(w, s + i, length - i);
        bool line = length == 2 && strchr("xyzth", s[1]) != NULL && is_known(w, s + 1, 1);  // mx
        if (whole && (both || (line && text_is_letter(s[0]) && s[0] != 'e'))) {
            diag_hint(w->diag, "to multiply write %.*s%s%.*s", (int)i, s,
                      is_array(w, s, i) && is_array(w, s + i, length - i) ? " @ " : "*",
                      (int)(length - i), s + i);
            return true;
        }
    }
    return false;
}

bool lower_is_function(const char *name, size_t length)
{
    return op_find(name, length, OP_CALL) != OP_COUNT || builtin_find(name, length) != NULL;
}

// sinx, ln2: a function of one number, and what it is to be of, without parentheses between.
static bool hint_glued_call(struct lower *w, const char *s, size_t length)
{
    enum { LONGEST = 32 };  // bytes of a function's name
    for (size_t n = length <= LONGEST ? length - 1 : LONGEST; n >= 2 && n < length; n--) {
        const char *meant = spelling_function(s, n), *name = meant != NULL ? meant : s;
        size_t whole = meant != NULL ? strlen(meant) : n, digits = n;
        enum op op = op_find(name, whole, OP_CALL);
        while (digits < length && text_is_digit(s[digits])) {
            digits++;
        }
        bool number = digits == length && text_among("ln sqrt", s, n);  // relu6, exp2 are others
        bool of = number || is_known(w, s + n, length - n) ||
                  (length - n == 1 && strchr("xyz", s[n]) != NULL);
        if (of && op != OP_COUNT && op_get(op)->arity == 1) {
            diag_hint(w->diag, "write %.*s(%.*s)", (int)whole, name, (int)(length - n), s + n);
            return true;
        }
    }
    return false;
}

void lower_offer_functions(struct nearest *n)
{
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        if (op_get(op)->form == OP_CALL) {
            nearest_offer(n, op_get(op)->name, strlen(op_get(op)->name));
        }
    }
    for (size_t i = 0; builtin_at(i) != NULL; i++) {
        nearest_offer(n, builtin_at(i)->name, strlen(builtin_at(i)->name));
    }
    for (size_t i = 0; prelude_at(i) != NULL; i++) {
        nearest_offer(n, prelude_at(i)->name, strlen(prelude_at(i)->name));
    }
}

// L.backward(): a statement, which is read before expressions are.
bool lower_is_pass(const char *s, size_t length)
{
    return (length == 8 && memcmp(s, "backward", 8) == 0) ||
           (length == 7 && memcmp(s, "forward", 7) == 0);
}

// What a function is called here that others call s: NULL if s is no such name, or has a meaning of
// its own.
const char *lower_spelled(const struct lower *w, const char *s, size_t length)
{
    bool own = op_find(s, length, OP_CALL) != OP_COUNT || builtin_find(s, length) != NULL ||
               names_lookup(w->names, s, length).rank != VALUE_UNBOUND;
    return own ? NULL : spelling_function(s, length);
}

// Is the name after a d or ∂, as f does in ∂f/∂x?
static bool of_slope(const struct lower *w, struct span span)
{
    const char *s = w->source->text;
    size_t n = strlen("∂");
    return (span.start > 0 && s[span.start - 1] == 'd') ||
           (span.start >= n && memcmp(s + span.start - n, "∂", n) == 0);
}

// \hat{y}, \mathbf{w}, x_{1}: what stands in the braces belongs to the name.
static bool hint_latex(struct lower *w, const char *s, struct span span)
{
    const char *text = w->source->text;
    size_t length = span.end - span.start, end = span.end;
    bool below = s[length - 1] == '_', latex = span.start > 0 && text[span.start - 1] == '\\';
    if (w->source->length <= end || text[end] != '{' || (!below && !latex) ||
        foreign_hint(s, length, false) != NULL) {
        return false;
    }
    while (end < w->source->length && text[end] != '}' && text[end] != '\n') {
        end++;
    }
    if (end == w->source->length || text[end] == '\n') {
        diag_set(w->diag, (struct span){span.end, span.end + 1},
                 "this brace is never closed; a '}' is missing");
        return true;
    }
    if (end == span.end + 1) {
        diag_set(w->diag, (struct span){span.end, span.end + 1}, "a name is missing in the braces");
        return true;
    }
    char inner[QUOTED], name[QUOTED];
    diag_quote(name, s, length);
    diag_quote(inner, text + span.end + 1, end - span.end - 1);
    bool font = spelling_font(s, length);
    bool mark = text_among("hat bar tilde dot ddot widehat overline", s, length);
    diag_set(w->diag, span, "%s%s{…} is not read here", latex ? "\\" : "", name);
    for (char *c = inner; *c != '\0'; c++) {  // x_{i, j}
        *c = *c == ',' || *c == ' ' || *c == '\\' ? '_' : *c;
    }
    if (below || font) {
        diag_hint(w->diag, "the name is written %s%s", below ? name : "", inner);
    } else if (mark) {
        diag_hint(w->diag, "the name is written %s_%s", inner, name);
    }
    return true;
}

// Is the definition one that every session begins with, and not the learner's of the same name?
static bool is_of_prelude(const struct lower *w, const struct definition *d)
{
    size_t rows = 0;
    while (prelude_at(rows) != NULL) {
        rows++;
    }
    return (size_t)(d - BUF(struct definition, &w->definitions->rows)) < rows;
}

// Is the name used as an array is: X[0], X.T, X @ W, for x in X?
static bool is_used_as_array(const struct lower *w, struct span span)
{
    const char *s = w->source->text;
    size_t after = span.end, n = w->source->length, before = span.start;
    while (after < n && s[after] == ' ') {
        after++;
    }
    while (before > 0 && s[before - 1] == ' ') {
        before--;
    }
    bool field = n - span.end >= 2 && s[span.end] == '.' &&
                 (s[span.end + 1] == 'T' || s[span.end + 1] == 's');
    bool walked = before > 3 && memcmp(s + before - 3, " in", 3) == 0 && before < span.start;
    return field || walked || (after < n && (s[after] == '[' || s[after] == '@')) ||
           (before > 0 && s[before - 1] == '@');
}

static bool unknown_name(struct lower *w, const char *s, struct span span)
{
    char name[QUOTED];
    size_t length = span.end - span.start;
    const char *foreign = foreign_hint(s, length, false);
    struct nearest nearest;
    diag_quote(name, s, length);
    if (hint_latex(w, s, span)) {
        return false;
    }
    const struct definition *d = definitions_find(w->definitions, names_find(w->names, s, length));
    const struct prelude_row *row = prelude_find(s, length);
    if (d != NULL && row != NULL && is_of_prelude(w, d)) {
        diag_set(w->diag, span, "'%s' is a function: it needs its values in parentheses", name);
        return diag_hint(w->diag, "write %s", row->usage);
    }
    if (d != NULL) {
        diag_set(w->diag, span, "'%s' is a function of yours: it needs its values in parentheses",
                 name);
        char after = w->source->length > span.end ? w->source->text[span.end] : ' ';
        bool primed = after == '\'';
        if (after == '.') {
            return diag_hint(w->diag,
                             "'params' lists the parameters, which have names of their own");
        }
        return of_slope(w, span) || primed
                   ? diag_hint(w->diag, "its derivative is derive %s(x, …) x", name)
                   : diag_hint(w->diag, "write %s(…)", name);
    }
    const char *meant = spelling_function(s, length);
    if (lower_is_function(s, length) ||
        (meant != NULL && s[0] != 's' && lower_is_function(meant, strlen(meant)))) {
        diag_set(w->diag, span, "'%s' is a function: it needs its value in parentheses", name);
        if (w->source->length > span.end && w->source->text[span.end] == '\'') {
            return diag_hint(w->diag, "its derivative is derive %s(x)",
                             meant == NULL ? name : meant);
        }
        return meant == NULL ? hint_bare_call(w, s, length, span)
                             : hint_bare_call(w, meant, strlen(meant), span);
    }
    diag_set(w->diag, span, "there is no '%s' yet", name);
    if (foreign != NULL) {
        return diag_hint(w->diag, "%s", foreign);
    }
    if (s[0] == 'd' && names_lookup(w->names, s + 1, length - 1).rank != VALUE_UNBOUND) {
        return diag_hint(w->diag, "a derivative is written dL/da, or grad(L, a)");
    }
    size_t digits = 1;  // d10L
    while (s[0] == 'd' && digits < length && text_is_digit(s[digits])) {
        digits++;
    }
    if (digits > 2 && names_lookup(w->names, s + digits, length - digits).rank != VALUE_UNBOUND) {
        return diag_hint(w->diag, "derivatives are written up to the ninth: d9%.*s",
                         (int)(length - digits), s + digits);
    }
    if (hint_product(w, s, length) || hint_glued_call(w, s, length)) {
        return false;
    }
    nearest_init(&nearest, s, length);
    nearest_offer_bound(&nearest, w->names);
    lower_offer_functions(&nearest);
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        nearest_offer(&nearest, known[i].name, strlen(known[i].name));
    }
    if (nearest.best[0] != '\0') {
        return diag_hint(w->diag, "did you mean '%s'?", nearest.best);
    }
    w->diag->unbound = true;
    return !foreign_is_no_name(s, length) &&
           diag_hint(w->diag, "give it a value first: %s = %s", name,
                     is_used_as_array(w, span) ? "[1, 2]" : "1");
}

bool lower_unknown_function(struct lower *w, const char *s, struct span span)
{
    char name[QUOTED];
    size_t length = span.end - span.start;
    const char *foreign = foreign_hint(s, length, true);
    struct nearest nearest;
    diag_quote(name, s, length);
    if (names_lookup(w->names, s, length).rank != VALUE_UNBOUND) {
        diag_set(w->diag, span, "'%s' is a value, not a function", name);
        return diag_hint(w->diag, "to multiply write %s*(…)", name);
    }
    if (lower_is_pass(s, length)) {
        diag_set(w->diag, span, "'%s' is a statement of its own, not a value", name);
        return diag_hint(w->diag, "write %s L", name);
    }
    diag_set(w->diag, span, "there is no function '%s'", name);
    if (foreign != NULL) {
        return diag_hint(w->diag, "%s", foreign);
    }
    nearest_init(&nearest, s, length);
    lower_offer_functions(&nearest);
    nearest_offer(&nearest, "backward", 8);
    nearest_offer(&nearest, "forward", 7);
    if (nearest.best[0] == '\0' && length <= 2) {
        return diag_hint(
            w->diag, "def %s(x) = x**2 makes one; 'help functions' lists those there are", name);
    }
    return nearest.best[0] != '\0' ? diag_hint(w->diag, "did you mean '%s'?", nearest.best)
                                   : diag_hint(w->diag, "'help functions' lists them");
}

bool lower_name(struct lower *w, struct span span)
{
    const char *s = w->source->text + span.start;
    size_t length = span.end - span.start;
    uint32_t name = names_find(w->names, s, length);
    const struct operand *argument = lower_argument(w, name);
    if (argument != NULL) {
        struct operand copy = *argument;
        copy.span = span;
        return lower_push(w, copy);
    }
    struct value value = names_get(w->names, name);
    if (value.rank == VALUE_SCALAR) {
        struct operand *x = lower_add(w, span);
        w->named = x->is_node = true;
        x->node = value.base;
        return x != &w->lost;
    }
    if (value.rank != VALUE_UNBOUND) {
        w->named = true;
        return lower_push(w, lower_operand(value, span));
    }
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strlen(known[i].name) == length && memcmp(known[i].name, s, length) == 0) {
            return lower_push(w, lower_number_operand(known[i].number, span));
        }
    }
    return unknown_name(w, s, span);
}

bool lower_no_node(struct lower *w, uint32_t node, struct span span)
{
    if (node >= w->renumbered && node < w->used) {
        diag_set(w->diag, span, "node %%%u was removed by a loop", (unsigned)node);
        return diag_hint(w->diag, "loops keep what a name leads to, and number it again");
    }
    diag_set(w->diag, span, "there is no node %%%u", (unsigned)node);
    return tape_count(w->tape) == 0
               ? diag_hint(w->diag, "the graph is empty; try a = 2")
               : diag_hint(w->diag, "the last one is %%%u", (unsigned)(tape_count(w->tape) - 1));
}

bool lower_node(struct lower *w, const struct item *item)
{
    if (item->node >= tape_count(w->tape)) {
        return lower_no_node(w, item->node, item->span);
    }
    w->named = true;
    w->by_new_number |= item->node >= w->renumbered && item->node < w->used;
    return lower_push(w, (struct operand){.is_node = true, .node = item->node, .span = item->span});
}

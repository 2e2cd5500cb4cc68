// Judging formulas: by what they come to, never by how they are written.
#include <math.h>
#include <string.h>

#include "formula/derive.h"
#include "formula/same.h"
#include "lesson/judging.h"
#include "lesson/respell.h"

enum { SHOWN_MOST = 300, DIGITS = 6 };

// ---- The key ------------------------------------------------------------------------------------

// A key: a formula as it stands, or the derivative of `base` in the name `in`.
struct formula_key {
    uint32_t root;
    uint32_t base, in;  // EXPR_NONE unless it is a derivative
};

static const char derive_word[] = "derive ";

static bool is_derived(const char *answer)
{
    return strncmp(answer, derive_word, strlen(derive_word)) == 0;
}

static bool is_free(const struct exprs *p, uint32_t root, uint32_t name)
{
    struct buf names;
    bool found = false;
    if (expr_free_names(p, root, &names)) {
        for (size_t i = 0; i < names.count; i++) {
            found |= BUF(uint32_t, &names)[i] == name;
        }
    }
    buf_release(&names);
    return found;
}

static uint32_t only_name(const struct exprs *p, uint32_t root)
{
    struct buf names;
    bool one = expr_free_names(p, root, &names) && names.count == 1;
    uint32_t name = one ? BUF(uint32_t, &names)[0] : EXPR_NONE;
    buf_release(&names);
    return name;
}

// Where the last word of `derive EXPR [NAME]` begins, if it is a name beside a whole expression.
static size_t last_word(struct judging *j, struct exprs *p, const char *s, struct span at)
{
    struct diag aside = {0};
    uint32_t root;
    size_t i = at.end;
    while (i > at.start && s[i - 1] != ' ') {
        i--;
    }
    struct span before = span_trim(s, (struct span){at.start, i});
    return i > at.start && before.end > before.start &&
                   trial_read_formula(p, j->scope, s, before, &root, &aside)
               ? i
               : at.end;
}

static bool derived_key(struct judging *j, struct exprs *p, struct formula_key *key, struct diag *d)
{
    const char *s = j->q->answer;
    struct span at = span_trim(s, (struct span){strlen(derive_word), strlen(s)});
    size_t word = last_word(j, p, s, at);
    bool named = word < at.end;
    if (!trial_read_formula(p, j->scope, s, span_trim(s, (struct span){at.start, word}), &key->base,
                            d)) {
        return false;
    }
    key->in = named ? expr_name(p, s + word, at.end - word) : EXPR_NONE;
    // As `derive` does it: names of computed nodes stand for what they are made of, unless the name
    // asked for is in plain sight.
    bool plain = named ? is_free(p, key->base, key->in) : expr_get(p, key->base).kind != EXPR_NAME;
    if (!plain) {
        key->base = trial_inline_names(p, j->scope, key->base, key->in);
    }
    if (!named && key->base != EXPR_NONE) {
        key->in = only_name(p, key->base);
    }
    if (key->base == EXPR_NONE || key->in == EXPR_NONE) {
        return diag_set(d, (struct span){0, 0}, "the key does not say what to derive in");
    }
    struct derivation derivation;
    bool ok = derive(p, key->base, key->in, j->scope->stop, &derivation, d);
    key->root = derivation.result;
    derivation_release(&derivation);
    return ok;
}

static bool read_key(struct judging *j, struct exprs *p, struct formula_key *key, struct diag *d)
{
    const char *s = j->q->answer;
    *key = (struct formula_key){EXPR_NONE, EXPR_NONE, EXPR_NONE};
    return is_derived(s)
               ? derived_key(j, p, key, d)
               : trial_read_formula(p, j->scope, s, (struct span){0, strlen(s)}, &key->root, d);
}

// ---- The answer ---------------------------------------------------------------------------------

// A learner may write dz/dy of the key's and of any other letters, but not the one that is asked.
static bool refuse_asked(struct judging *j, struct exprs *p, uint32_t given)
{
    struct diag aside = {0};
    uint32_t asked;
    const char *s = j->q->asked;
    if (*s == '\0' ||
        !trial_read_formula(p, j->scope, s, (struct span){0, strlen(s)}, &asked, &aside) ||
        !is_free(p, given, asked)) {
        return false;
    }
    judge_refuse(j, j->answer, "%s is what is asked for", s);
    judge_hint(j, "write it in other terms");
    return true;
}

// Is this in s[at): a sign anywhere, a name only as a whole?
static bool stands_in(const char *s, struct span at, const char *word, size_t n)
{
    bool whole = n > 0 && text_in_name(word[0]);
    for (size_t i = at.start; n > 0 && i + n <= at.end; i++) {
        bool apart = !whole || ((i == at.start || !text_in_name(s[i - 1])) &&
                                (i + n == at.end || !text_in_name(s[i + n])));
        if (apart && memcmp(s + i, word, n) == 0) {
            return true;
        }
    }
    return false;
}

// `without: tanh, /`: what a formula is to be written without.
static bool refuse_banned(struct judging *j)
{
    const char *s = j->q->without;
    while (*s != '\0') {
        size_t n = strcspn(s, ", ");
        if (stands_in(j->text, j->answer, s, n)) {
            judge_refuse(j, j->answer, "this should be written without %.*s", (int)n, s);
            judge_hint(j, "write it in other terms");
            return true;
        }
        s += n + strspn(s + n, ", ");
    }
    return false;
}

static bool is_known(struct judging *j, const struct exprs *p, const struct formula_key *key,
                     const char *s, size_t n)
{
    struct buf names;
    bool known = memchr(s, '/', n) != NULL || memchr(s, '.', n) != NULL || *s == '%' ||
                 names_lookup(j->scope->names, s, n).rank != VALUE_UNBOUND ||
                 stands_in(j->q->text, (struct span){0, strlen(j->q->text)}, s, n);
    for (const struct question_line *w = j->q->whens.first; w != NULL && !known; w = w->next) {
        known = stands_in(w->left, (struct span){0, strlen(w->left)}, s, n);
    }
    const uint32_t roots[] = {key->root, key->base};
    for (size_t k = 0; k < COUNT_OF(roots) && !known && roots[k] != EXPR_NONE; k++) {
        if (expr_free_names(p, roots[k], &names)) {
            for (size_t i = 0; i < names.count; i++) {
                size_t length;
                const char *name =
                    names_text(&p->names, expr_get(p, BUF(uint32_t, &names)[i]).a, &length);
                known |= length == n && memcmp(name, s, n) == 0;
            }
        }
        buf_release(&names);
    }
    return known;
}

// gv where g and v are known was meant as a product, e as the number.
static void hint_unknown(struct judging *j, const struct exprs *p, const struct formula_key *key,
                         const char *s, size_t n)
{
    struct text product;
    bool letters = n > 1;
    text_init(&product);
    for (size_t i = 0, bytes; i < n; i += bytes) {
        uint32_t c;
        bytes = utf8_read(s + i, n - i, &c);
        bytes = bytes == 0 ? 1 : bytes;
        text_add(&product, i > 0 ? "*" : "");
        if (!respell_name(j, s + i, bytes, &product)) {
            letters = letters && is_known(j, p, key, s + i, bytes);
            text_add_bytes(&product, s + i, bytes);
        }
    }
    letters = letters && strchr(text_get(&product), '*') != NULL;
    if (n == 1 && *s == 'e') {
        judge_hint(j, "e to the power of x is written exp(x)");
    } else if (letters) {
        judge_hint(j, "a product is written %s", text_get(&product));
    } else {
        judge_hint(j, "use the names of the question");
    }
    text_release(&product);
}

// A name that stands for nothing: not in the key, the graph or the question.
static bool refuse_unknown(struct judging *j, const struct exprs *p, const struct formula_key *key,
                           uint32_t given)
{
    enum { NAME_MOST = 40 };
    struct buf names;
    bool refused = false;
    bool ok = expr_free_names(p, given, &names);
    for (size_t i = 0; ok && !refused && i < names.count; i++) {
        size_t n;
        const char *s = names_text(&p->names, expr_get(p, BUF(uint32_t, &names)[i]).a, &n);
        refused = n <= NAME_MOST && !is_known(j, p, key, s, n);
        if (refused) {
            judge_refuse(j, j->answer, "'%.*s' has no meaning here", (int)n, s);
            hint_unknown(j, p, key, s, n);
        }
    }
    buf_release(&names);
    return refused;
}

static void echo(struct judging *j, const struct exprs *p, uint32_t given)
{
    struct text text;
    text_init(&text);
    expr_print(&text, p, given, SHOWN_MOST);
    size_t n = text_length(&text);
    bool as_typed = n == j->answer.end - j->answer.start &&
                    memcmp(text_get(&text), j->text + j->answer.start, n) == 0;
    const char *s = as_typed ? NULL : arena_copy(&j->out->arena, text_get(&text), n);
    j->out->understood = s == NULL ? "" : s;
    text_release(&text);
}

// ---- Compared -----------------------------------------------------------------------------------

static bool compare(struct exprs *p, uint32_t a, uint32_t b, enum verdict *verdict)
{
    struct comparison c;
    bool ok = a != EXPR_NONE && b != EXPR_NONE && compare_formulas(p, a, b, &c);
    if (ok) {
        *verdict = c.verdict;
        comparison_release(&c);
    }
    return ok;
}

// Equal as they stand, or with what the graph says of names that they use.
static bool is_same(struct judging *j, struct exprs *p, uint32_t given, uint32_t key,
                    enum verdict *verdict)
{
    if (!compare(p, given, key, verdict)) {
        return false;
    }
    enum verdict inside = *verdict;
    if (*verdict != VERDICT_SAME && j->q->graph) {
        uint32_t a = trial_inline_names(p, j->scope, given, EXPR_NONE);
        uint32_t b = trial_inline_names(p, j->scope, key, EXPR_NONE);
        if ((a != given || b != key) && compare(p, a, b, &inside) && inside == VERDICT_SAME) {
            *verdict = VERDICT_SAME;
        }
    }
    return true;
}

// ---- What to say --------------------------------------------------------------------------------

static bool say_when(struct judging *j, struct exprs *p, uint32_t given)
{
    for (const struct question_line *w = j->q->whens.first; w != NULL; w = w->next) {
        struct diag aside = {0};
        uint32_t other;
        enum verdict verdict;
        if (trial_read_formula(p, j->scope, w->left, (struct span){0, strlen(w->left)}, &other,
                               &aside) &&
            compare(p, given, other, &verdict) && verdict == VERDICT_SAME) {
            judge_say(j, "%s", w->right);
            return true;
        }
    }
    return false;
}

enum { NAMES_MOST = 4 };

// The values of both formulas where each name is a small whole number of its own.
static bool try_point(const struct exprs *p, const struct buf *names, int first, uint32_t given,
                      uint32_t key, struct buf *values, double *left, double *right)
{
    static const double small[] = {2, 3, 5, 0.5, -1, 4, -2, 7};
    for (size_t i = 0; i < names->count; i++) {
        BUF(double, values)
        [expr_get(p, BUF(uint32_t, names)[i]).a] = small[(i + (size_t)first) % COUNT_OF(small)];
    }
    return expr_value(p, given, values->data, left) && expr_value(p, key, values->data, right) &&
           isfinite(*left) && isfinite(*right) &&
           fabs(*left - *right) > 1e-4 * fmax(fabs(*left), fabs(*right));
}

// "At x = 2 yours is 4, and it should be 12."
static void say_point(struct judging *j, struct exprs *p, uint32_t given, uint32_t key)
{
    enum { POINTS = 6 };
    struct buf names, others, values;
    double left, right;
    buf_init(&values, sizeof(double));
    bool ok = expr_free_names(p, key, &names);
    ok = expr_free_names(p, given, &others) && ok && buf_resize(&values, names_count(&p->names));
    // Only names of the key: of others the learner would not know what they are to be.
    for (size_t i = 0; ok && i < others.count; i++) {
        ok = is_free(p, key, BUF(uint32_t, &others)[i]);
    }
    for (int first = 0; ok && names.count > 0 && names.count <= NAMES_MOST && first < POINTS;
         first++) {
        if (try_point(p, &names, first, given, key, &values, &left, &right)) {
            struct text at;
            char a[NUMBER_TEXT], b[NUMBER_TEXT];
            text_init(&at);
            for (size_t i = 0; i < names.count; i++) {
                size_t length;
                uint32_t name = expr_get(p, BUF(uint32_t, &names)[i]).a;
                const char *s = names_text(&p->names, name, &length);
                text_addf(&at, "%s%.*s = %s", i > 0 ? ", " : "", (int)length, s,
                          number_text(a, BUF(double, &values)[name], DIGITS));
            }
            judge_say(j, "Try it at %s: yours gives %s, and it should be %s.", text_get(&at),
                      number_text(a, left, DIGITS), number_text(b, right, DIGITS));
            text_release(&at);
            break;
        }
    }
    buf_release(&names);
    buf_release(&others);
    buf_release(&values);
}

// A number where a formula is asked, that is the formula's value on this graph.
static bool refuse_value(struct judging *j, struct exprs *p, uint32_t given, uint32_t key)
{
    struct diag aside = {0};
    double value, right;
    uint32_t node;
    struct text text;
    if (!expr_get(p, given).constant || expr_get(p, key).constant ||
        !expr_value(p, given, NULL, &value)) {
        return false;
    }
    text_init(&text);
    bool here = expr_print(&text, p, key, EXPR_TEXT_MOST) &&
                trial_evaluate(j->scope, text_get(&text), (struct span){0, text_length(&text)},
                               &right, &node, &aside) &&
                judge_number_is_right(value, right, j->q->tolerance);
    text_release(&text);
    judge_refuse(j, j->answer,
                 here ? "this is what it comes to here; a formula is asked for"
                      : "a formula is asked for, and this is a number");
    judge_hint(j, "write it with names");
    return true;
}

// 1/0 is not an answer, whatever is asked.
static bool refuse_no_number(struct judging *j, struct exprs *p, uint32_t given)
{
    double value;
    if (!expr_get(p, given).constant || !expr_value(p, given, NULL, &value) || isfinite(value)) {
        return false;
    }
    char number[NUMBER_TEXT];
    judge_refuse(j, j->answer, "this is %s, whatever the names are",
                 number_text(number, value, DIGITS));
    return judge_hint(j, "write a formula that has a value") || true;
}

static void say_why(struct judging *j, struct exprs *p, uint32_t given,
                    const struct formula_key *key)
{
    if (key->base == EXPR_NONE || !diagnose_formula(j, p, key->base, key->in, key->root, given)) {
        say_point(j, p, given, key->root);
    }
}

static void judge_against(struct judging *j, struct exprs *p, uint32_t given,
                          const struct formula_key *key)
{
    enum verdict verdict;
    if (!is_same(j, p, given, key->root, &verdict)) {
        struct diag d = {0};
        diag_out_of_memory(&d);
        judge_open(j, &d);
    } else if (verdict == VERDICT_SAME) {
        judge_set(j, JUDGED_RIGHT);
    } else if (verdict == VERDICT_OPEN && refuse_no_number(j, p, given)) {
        return;
    } else if (verdict == VERDICT_OPEN) {
        struct diag d = {0};
        diag_set(&d, (struct span){0, 0}, "whether that is right can't be decided");
        diag_hint(&d, "write it in a simpler way");
        judge_open(j, &d);
    } else if (say_when(j, p, given)) {
        judge_set(j, JUDGED_WRONG);
    } else if (!refuse_value(j, p, given, key->root)) {
        judge_set(j, JUDGED_WRONG);
        say_why(j, p, given, key);
    }
}

void judge_formula(struct judging *j)
{
    struct exprs p;
    struct diag d = {0};
    struct formula_key key;
    uint32_t given;
    if (answer_is_array(j)) {
        if (!refuse_banned(j)) {
            judge_arrays(j);
        }
        return;
    }
    exprs_init(&p);
    if (!trial_read_formula(&p, j->scope, j->text, j->answer, &given, &d)) {
        judge_refuse(j, d.span, "%s", d.message);
        judge_hint(j, "%s", d.hint);
    } else if (!refuse_asked(j, &p, given) && !refuse_banned(j)) {
        if (!read_key(j, &p, &key, &d)) {
            judge_open(j, &d);
        } else if (!refuse_unknown(j, &p, &key, given)) {
            echo(j, &p, given);
            judge_against(j, &p, given, &key);
        }
    }
    exprs_release(&p);
}

bool answer_formula_key(struct judging *j, struct text *out, struct diag *d)
{
    struct exprs p;
    struct formula_key key;
    if (answer_is_array(j)) {
        text_add(out, j->q->answer);
        return true;
    }
    exprs_init(&p);
    bool ok = read_key(j, &p, &key, d);
    if (ok) {
        expr_print(out, &p, key.root, EXPR_TEXT_MOST);
    }
    exprs_release(&p);
    return ok;
}

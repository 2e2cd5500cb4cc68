#include "session/guess_words.h"

#include <string.h>

#include "text/definition.h"
#include "text/foreign.h"
#include "text/spelling.h"

// ---- Words --------------------------------------------------------------------------------------

static bool continues(struct piece text, size_t at, size_t *bytes)
{
    uint32_t c = 0;
    *bytes = at < text.n ? utf8_read(text.s + at, text.n - at, &c) : 0;
    return *bytes > 0 && (utf8_is_name(c) || utf8_is_letter(c));
}

static bool is_digit_at(struct piece text, size_t at)
{
    return at < text.n && text_is_digit(text.s[at]);
}

// The bytes of the word that begins at byte `at`; 0: it is not valid text.
static size_t word_length(struct piece text, size_t at)
{
    size_t bytes = 0, end = at;
    bool number = is_digit_at(text, at) || (text.s[at] == '.' && is_digit_at(text, at + 1));
    if (number && text.s[at] == '.') {
        end++;
    }
    size_t sign = strlen("∂");
    if (text.n - at > sign && memcmp(text.s + at, "∂", sign) == 0 &&
        continues(text, at + sign, &bytes)) {
        end += sign;
    }
    while (continues(text, end, &bytes) ||
           (number && end < text.n && text.s[end] == '.' && is_digit_at(text, end + 1))) {
        end += bytes > 0 ? bytes : 1;
    }
    // don't; but what's is two words
    bool apostrophe = end > at && !number && end + 2 < text.n && text.s[end] == '\'' &&
                      text_is_letter(text.s[end + 1]) && text.s[end + 1] != 's';
    if (apostrophe) {
        size_t after = end + 1;
        while (continues(text, after, &bytes)) {
            after += bytes;
        }
        return after - at;
    }
    return end > at ? end - at : bytes;
}

// 's, also with a curled sign, after a word and before a blank.
static size_t genitive_length(struct piece text, size_t at)
{
    static const char *const signs[] = {"'s", "’s"};
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        size_t n = strlen(signs[i]);
        if (at > 0 && text.n - at >= n && memcmp(text.s + at, signs[i], n) == 0 &&
            (at + n == text.n || text.s[at + n] == ' ')) {
            return n;
        }
    }
    return 0;
}

bool guess_words_read(struct guess_words *w, struct piece text)
{
    w->count = 0;
    for (size_t at = 0; at < text.n;) {
        if (strchr(" \t\r\f\v", text.s[at]) != NULL) {
            at++;
            continue;
        }
        size_t genitive = genitive_length(text, at);
        size_t n = genitive > 0 ? genitive : word_length(text, at);
        if (n == 0 || w->count == WORDS_MOST) {
            return false;
        }
        w->words[w->count++] = (struct piece){text.s + at, n};
        at += n;
    }
    return w->count > 0;
}

// ---- What is taken ------------------------------------------------------------------------------

static struct piece taken_text(const struct guess_words *w, struct guess_taken t)
{
    const struct piece *last = &w->words[t.to - 1];
    const char *start = w->words[t.from].s;
    return (struct piece){start, (size_t)(last->s + last->n - start)};
}

static bool is_name(struct piece p)
{
    uint32_t c = 0;
    return p.n > 0 && utf8_read(p.s, p.n, &c) > 0 && utf8_is_letter(c) &&
           memchr(p.s, '\'', p.n) == NULL;
}

static bool is_number(struct piece p)
{
    double number;
    return number_read(p.s, p.n, &number) == p.n;
}

// "a gradient": an article, though it may be a name as well.
static bool is_article(const struct call *c, const struct guess_words *w, size_t at)
{
    if (!guess_is_among(w->words[at], "a A i I an") || at + 1 == w->count) {
        return false;
    }
    struct piece next = w->words[at + 1];
    return is_name(next) && next.n > 3 && !guess_is_bound(c, next) &&
           !guess_is_among(next, "equals equal becomes were changes goes gets gradient grad what "
                                 "have does with affect influence change plus minus times divided "
                                 "over squared cubed");
}

static bool is_leaf(const struct call *c, struct piece p)
{
    struct value v = names_lookup(&c->s->names, p.s, p.n);
    return v.rank == VALUE_SCALAR && tape_op(&c->s->tape, v.base) == OP_LEAF;
}

// What else functions are called in words.
static const struct {
    const char *said, *function;
} said[] = {
    {"average", "mean"},
    {"avg", "mean"},
    {"square root", "sqrt"},
    {"root", "sqrt"},
    {"absolute value", "abs"},
    {"natural log", "log"},
    {"logarithm", "log"},
    {"maximum", "max"},
    {"minimum", "min"},
    {"sine", "sin"},
    {"cosine", "cos"},
    {"tangent", "tan"},
    {"magnitude", "norm"},
    {"l2 norm", "norm"},
    {"L2 norm", "norm"},
    {"euclidean norm", "norm"},
    {"mean squared error", "mse"},
    {"squared error", "mse"},
    {"mean absolute error", "mae"},
    {"binary cross entropy", "bce"},
    {"binary crossentropy", "bce"},
    {"crossentropy", "cross_entropy"},
    {"cross entropy loss", "cross_entropy"},
    {"hinge loss", "hinge"},
    {"log sum exp", "logsumexp"},
    {"logistic", "sigmoid"},
    {"logistic function", "sigmoid"},
    {"sigmoid function", "sigmoid"},
    {"softmax function", "softmax"},
    {"dot product", "dot"},
    {"inner product", "dot"},
    {"outer product", "outer"},
};

static bool is_function(const struct call *c, const char *s, size_t n)
{
    return lower_is_function(s, n) || spelling_function(s, n) != NULL ||
           definitions_find(&c->s->definitions, names_find(&c->s->names, s, n)) != NULL;
}

// The function that these words name: cross entropy, square root, tanh. Its name is written into
// `name`; false: it is none.
static bool function_name(const struct call *c, const struct guess_words *w, struct guess_taken t,
                          char name[QUOTED])
{
    size_t n = 0;
    struct piece spoken = taken_text(w, t);
    for (size_t i = 0; i < COUNT_OF(said); i++) {
        if (strlen(said[i].said) == spoken.n && memcmp(said[i].said, spoken.s, spoken.n) == 0) {
            strcpy(name, said[i].function);
            return true;
        }
    }
    for (size_t i = t.from; i < t.to; i++) {
        struct piece word = w->words[i];
        if (!is_name(word) || n + word.n + 2 > QUOTED) {
            return false;
        }
        if (i > t.from) {
            name[n++] = '_';
        }
        memcpy(name + n, word.s, word.n);
        n += word.n;
    }
    name[n] = '\0';
    bool own = (lower_is_function(name, n) && strcmp(name, "ln") != 0) || t.to - t.from > 1;
    if (!is_function(c, name, n) && name[0] >= 'A' && name[0] <= 'Z') {  // Sin[x]
        name[0] = (char)(name[0] - 'A' + 'a');
    }
    const char *meant = own ? NULL : spelling_function(name, n);
    if (meant != NULL && guess_is_bound(c, spoken)) {
        return false;
    }
    if (meant != NULL) {
        strcpy(name, meant);
        return true;
    }
    return is_function(c, name, n) && (t.to - t.from > 1 || !guess_is_bound(c, spoken));
}

// A function over the elements of an array, which no formula of single numbers has.
static bool is_of_arrays(const char *name)
{
    return text_among("sum mean max min prod var std norm logsumexp softmax log_softmax dot outer "
                      "cross_entropy mse mae bce bce_logits hinge",
                      name, strlen(name));
}

// The bytes before the name in dx, d2x, ∂x; 0: it is no differential.
static size_t differential_length(struct piece p, bool second)
{
    size_t sign = strlen("∂");
    size_t d = p.n > sign && memcmp(p.s, "∂", sign) == 0 ? sign : p.n > 1 && p.s[0] == 'd' ? 1 : 0;
    if (second) {
        return d > 0 && p.n > d + 1 && p.s[p.n - 1] == '2' ? d : 0;
    }
    return d;
}

// The bytes before the name in _x and nabla_x; 0: it has none.
static size_t subscript_length(struct piece p)
{
    static const char *const before[] = {"_", "nabla_", "partial_", "∂_", "∇_"};
    for (size_t i = 0; i < COUNT_OF(before); i++) {
        size_t n = strlen(before[i]);
        if (p.n > n && memcmp(p.s, before[i], n) == 0) {
            return n;
        }
    }
    return 0;
}

static bool is_balanced(const struct guess_words *w, struct guess_taken t)
{
    int depth = 0;
    for (size_t i = t.from; i < t.to && depth >= 0; i++) {
        char c = w->words[i].s[0];
        depth += c == '(' || c == '[' || c == '{';
        depth -= c == ')' || c == ']' || c == '}';
    }
    return depth == 0;
}

// Gives it something a value? Then it is no formula.
static bool is_assigning(const struct guess_words *w, struct guess_taken t)
{
    for (size_t i = t.from; i < t.to; i++) {
        struct piece p = w->words[i];
        bool before = i > 0 && memchr("=<>!", p.s[-1], 4) != NULL;
        bool after = i + 1 < w->count && p.s[1] == '=';
        if (p.n == 1 && p.s[0] == '=' && !before && !after) {
            return true;
        }
    }
    return false;
}

static bool has_operation(const struct guess_words *w, struct guess_taken t)
{
    for (size_t i = t.from; i < t.to; i++) {
        struct piece p = w->words[i];
        bool sign = p.n == 1 && strchr("+-*/^(", p.s[0]) != NULL;
        bool factor = p.n > 1 && text_is_digit(p.s[0]) && text_is_letter(p.s[p.n - 1]);  // 2x
        if (sign || factor || guess_is_among(p, "² ³")) {
            return true;
        }
    }
    return false;
}

// Has `help` a page on it, as a term or a function?
static bool is_term(const struct call *c, struct piece p)
{
    bool page = c->s->world.has_page != NULL && c->s->world.has_page(p.s, p.n);
    return (page || lower_is_function(p.s, p.n)) && !guess_is_bound(c, p);
}

static const char *const digits[] = {"zero", "one",   "two",   "three", "four", "five",
                                     "six",  "seven", "eight", "nine",  "ten"};

static size_t number_word(struct piece p)
{
    size_t i = 0;
    while (i < COUNT_OF(digits) && (strlen(digits[i]) != p.n || memcmp(digits[i], p.s, p.n) != 0)) {
        i++;
    }
    return i;
}

static bool are_values(const struct call *c, const struct guess_words *w, struct guess_taken t)
{
    for (size_t i = t.from; i < t.to; i++) {
        bool minus = w->words[i].n == 1 && w->words[i].s[0] == '-' && i + 1 < t.to;
        if (!minus && !is_number(w->words[i]) && !guess_is_bound(c, w->words[i])) {
            return false;
        }
    }
    return t.to - t.from > 1;
}

bool guess_words_fit(const struct call *c, const struct guess_words *w, struct guess_taken t)
{
    struct piece all = taken_text(w, t), word = w->words[t.from];
    size_t count = t.to - t.from;
    char name[QUOTED];
    switch (t.as) {
    case 'N':
        return count == 1 && guess_is_bound(c, word) && !is_article(c, w, t.from);
    case 'L':
        return count == 1 && is_leaf(c, word) && !is_article(c, w, t.from);
    case 'W':
        return count == 1 && is_name(word) && !foreign_asks(word.s, word.n);
    case 'B':
        return count == 1 && is_name(word) && !guess_is_bound(c, word);
    case 'C':
        return count == 1 && command_find(c->s->world.commands, word.s, word.n) != NULL;
    case '#':
        return count == 1 && is_number(word);
    case 'Z':
        return count == 1 && number_word(word) < COUNT_OF(digits);
    case 'D':
        return count == 1 && differential_length(word, false) > 0;
    case 'Q':
        return count == 1 && differential_length(word, true) > 0;
    case 'P':
        return count == 1 && is_name(word);
    case 'U':
        return count == 1 && subscript_length(word) > 0;
    case 'K':
        return count <= 4 && function_name(c, w, t, name);
    case 'R':
        return count <= 4 && function_name(c, w, t, name) && is_of_arrays(name);
    case 'T':
        return count <= 4 && is_term(c, all);
    case 'H':
        return count <= 4 && (is_term(c, all) || (all.n > 3 && command_find(c->s->world.commands,
                                                                            all.s, all.n) != NULL));
    case 'V':
        return are_values(c, w, t);
    case 'O':
        return is_balanced(w, t) && has_operation(w, t) && !is_assigning(w, t);
    case 'S':
        return true;
    default:  // F
        return is_balanced(w, t) && !is_assigning(w, t);
    }
}

void guess_words_add(const struct call *c, const struct guess_words *w, struct guess_taken t,
                     struct text *out)
{
    char name[QUOTED];
    struct piece all = taken_text(w, t);
    size_t skip;
    switch (t.as) {
    case 'K':
    case 'R':
        if (function_name(c, w, t, name)) {
            text_add(out, name);
        }
        return;
    case 'Z':
        text_addf(out, "%zu", number_word(all));
        return;
    case 'D':
        skip = differential_length(all, false);
        text_add_bytes(out, all.s + skip, all.n - skip);
        return;
    case 'Q':
        skip = differential_length(all, true);
        text_add_bytes(out, all.s + skip, all.n - skip - 1);
        return;
    case 'P':
        text_add_bytes(out, all.s, all.n - (all.n > 1 && all.s[all.n - 1] == '_'));
        return;
    case 'U':
        skip = subscript_length(all);
        text_add_bytes(out, all.s + skip, all.n - skip);
        return;
    case 'V':
        for (size_t i = t.from; i < t.to; i++) {
            bool minus = i > t.from && w->words[i - 1].s[0] == '-';
            text_add(out, i == t.from || minus ? "" : ", ");
            text_add_bytes(out, w->words[i].s, w->words[i].n);
        }
        return;
    default:
        text_add_bytes(out, all.s, all.n);
    }
}

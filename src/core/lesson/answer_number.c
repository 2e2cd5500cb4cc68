// Judging a number (number, guess).
#include <math.h>
#include <string.h>

#include "engine/maths.h"
#include "lesson/judging.h"
#include "text/lower.h"

enum { DIGITS = 6 };  // of numbers that are shown

// ---- Read ---------------------------------------------------------------------------------------

// The exponent of a number as written, e-3, at s[at): false if this is none.
static bool read_exponent(const char *s, struct span at, int *exponent)
{
    double power;
    bool minus = at.end - at.start > 2 && s[at.start + 1] == '-';
    size_t start = at.start + 1 + (minus || (at.end - at.start > 2 && s[at.start + 1] == '+'));
    bool ok = (s[at.start] | 0x20) == 'e' && start < at.end &&
              number_read(s + start, at.end - start, &power) == at.end - start && power < 400;
    *exponent = ok ? (int)(minus ? -power : power) : 0;
    return ok;
}

// How exactly a number was written: 0.33 may be anything that is rounded to it, and so may a whole
// number of three digits or more. An expression is meant as it stands.
static struct tolerance written_tolerance(const char *s, struct span at, double value)
{
    enum { FEW = 3 };
    struct tolerance exact = {TOLERANCE_ROUNDING, 1e-9};
    size_t i = at.start + (at.start < at.end && s[at.start] == '-'), begin = i;
    int places = 0, exponent = 0;
    bool point = false;
    for (; i < at.end && (text_is_digit(s[i]) || (s[i] == '.' && !point)); i++) {
        places += point;
        point |= s[i] == '.';
    }
    bool written = i == at.end || read_exponent(s, (struct span){i, at.end}, &exponent);
    if (!written || i == begin || (!point && i == at.end && i - begin < FEW)) {
        return exact;
    }
    double half = 0.5000001 * maths_pow(10, exponent - places);
    return (struct tolerance){fmin(half, TOLERANCE_RELATIVE * fabs(value)), 1e-9};
}

// Numbers that people write as words. "zero" has its place here, although it is a command at the prompt.
static const struct {
    const char *word;
    double number;
} worded[] = {
    {"zero", 0},
    {"none", 0},
    {"one", 1},
    {"two", 2},
    {"three", 3},
    {"four", 4},
    {"five", 5},
    {"six", 6},
    {"seven", 7},
    {"eight", 8},
    {"nine", 9},
    {"ten", 10},
    {"eleven", 11},
    {"twelve", 12},
    {"half", 0.5},
    {"a half", 0.5},
    {"one half", 0.5},
    {"a third", 1. / 3},
    {"once", 1},
    {"twice", 2},
    {"one third", 1. / 3},
    {"a quarter", 0.25},
    {"one quarter", 0.25},
};

static bool read_worded(const struct judging *j, struct span at, double *number)
{
    static const char *const signs[] = {"minus ", "negative "};
    double sign = 1;
    char small[24];
    size_t n = at.end - at.start;
    for (size_t i = 0; n < sizeof small && i < n; i++) {
        small[i] = text_small(j->text[at.start + i]);
    }
    small[n < sizeof small ? n : 0] = '\0';
    const char *s = small;
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        if (strncmp(s, signs[i], strlen(signs[i])) == 0) {
            s += strlen(signs[i]);
            sign = -1;
        }
    }
    for (size_t i = 0; i < COUNT_OF(worded); i++) {
        if (strcmp(s, worded[i].word) == 0 &&
            names_lookup(j->scope->names, s, strlen(s)).rank == VALUE_UNBOUND) {
            *number = sign * worded[i].number;
            return true;
        }
    }
    return false;
}

// Is this word, or the same with or without its last s, one of the text's?
static bool has_word(const char *text, const char *s, size_t n)
{
    n -= n > 1 && s[n - 1] == 's';
    for (const char *at = text; strlen(at) >= n; at++) {
        size_t after = n + (at[n] == 's');
        if (strncmp(at, s, n) == 0 && (at == text || !text_is_letter(at[-1])) &&
            !text_is_letter(at[after])) {
            return true;
        }
    }
    return false;
}

// 6 edges: without the word that says of what, if it is one of the question's.
static struct span without_unit(const struct judging *j, struct span at)
{
    size_t start = at.end;
    while (start > at.start && text_is_letter(j->text[start - 1])) {
        start--;
    }
    const char *word = j->text + start;
    size_t n = at.end - start;
    struct span number = span_trim(j->text, (struct span){at.start, start});
    bool times = n == 1 && (*word | 0x20) == 'x' && has_word(j->q->text, "times", 5) &&
                 number.start < number.end && text_is_digit(j->text[number.end - 1]) &&
                 names_lookup(j->scope->names, word, n).rank == VALUE_UNBOUND;
    if (times) {
        return number;  // 9x
    }
    bool apart = n > 1 && start > at.start && j->text[start - 1] == ' ' &&
                 (has_word(j->q->text, word, n) || text_among("times units", word, n)) &&
                 !lower_is_function(word, n) &&
                 names_lookup(j->scope->names, word, n).rank == VALUE_UNBOUND;
    return apart && number.start < number.end ? number : at;
}

// 25% is 0.25; unless percent are asked for, where it is 25. *at is left without the sign.
static double percent(const struct judging *j, struct span *at)
{
    struct span left = *at;
    if (left.end <= left.start + 1 || j->text[left.end - 1] != '%') {
        return 1;
    }
    left = span_trim(j->text, (struct span){left.start, left.end - 1});
    if (!text_is_digit(j->text[left.end - 1]) && j->text[left.end - 1] != ')') {
        return 1;
    }
    *at = left;
    return strchr(j->q->text, '%') != NULL || has_word(j->q->text, "percent", 7) ||
                   has_word(j->q->text, "percentage", 10)
               ? 1
               : 0.01;
}

static bool refuse_none(struct judging *j, struct span place, const char *s, size_t length)
{
    char quoted[QUOTED];
    judge_refuse(j, place, "a number is needed here, and '%s' is not a number",
                 diag_quote(quoted, s, length));
    // A word that the prompt does not know, such as idk: no advice to print it there.
    size_t letters = 0;
    while (letters < length && text_is_letter(s[letters])) {
        letters++;
    }
    if (letters == length && !lower_is_function(s, length) &&
        names_lookup(j->scope->names, s, length).rank == VALUE_UNBOUND) {
        return judge_hint(j, "hint helps; solution shows how it is done");
    }
    return judge_hint(j, "work it out, then check with the prompt: print %s", quoted);
}

// What cannot be part of a number is a name, or dL/da, a.grad, %7.
static bool refuse_name(struct judging *j, struct span at, const struct exprs *p, uint32_t name)
{
    size_t length;
    const char *s = names_text(&p->names, expr_get(p, name).a, &length);
    for (size_t i = at.start; i + length <= at.end; i++) {
        if (memcmp(j->text + i, s, length) == 0) {
            return refuse_none(j, (struct span){i, i + length}, s, length);
        }
    }
    // It was typed in another way: d2L/dw2.
    return refuse_none(j, at, j->text + at.start, at.end - at.start);
}

// The author's own word on this wrong number; NULL if there is none.
static const struct question_line *find_when(const struct judging *j, double value,
                                             struct tolerance tolerance)
{
    for (const struct question_line *w = j->q->whens.first; w != NULL; w = w->next) {
        struct diag d = {0};
        double number;
        uint32_t node;
        if (trial_evaluate(j->scope, w->left, (struct span){0, strlen(w->left)}, &number, &node,
                           &d) &&
            judge_number_is_right(value, number, tolerance)) {
            return w;
        }
    }
    return NULL;
}

// A name that stands for a number which the learner may work with: f, w[0]. Derivatives, gradients and
// numbered nodes are what the prompt is to be asked for.
static bool is_for_work(const struct judging *j, const char *s, size_t length)
{
    size_t base = 0;
    while (base < length && s[base] != '[') {
        base++;
    }
    struct value v = names_lookup(j->scope->names, s, base);
    return memchr(s, '/', length) == NULL && memchr(s, '.', length) == NULL && s[0] != '%' &&
           v.rank != VALUE_UNBOUND && (v.rank == VALUE_SCALAR) == (base == length);
}

// Is it the very value that is asked for? A leaf's may be part of the way to something else.
static bool is_asked(const struct judging *j, const char *key, const char *s, size_t length)
{
    struct value v = names_lookup(j->scope->names, s, length);
    return answer_is_name(s, length, key) && v.rank == VALUE_SCALAR &&
           tape_op(j->scope->tape, v.base) != OP_LEAF;
}

// A formula of names, such as 0.01*f, is worth what it comes to on the question's graph. A name by
// itself that is not right was looked up rather than answered: that costs nothing.
static bool read_formula(struct judging *j, const char *key, struct span at, const struct exprs *p,
                         const struct buf *names, struct given_number *given)
{
    struct diag d = {0};
    uint32_t node;
    double right;
    size_t length = 0;
    for (size_t i = 0; i < names->count; i++) {
        uint32_t name = BUF(uint32_t, names)[i];
        const char *s = names_text(&p->names, expr_get(p, name).a, &length);
        if (!is_for_work(j, s, length) || is_asked(j, key, s, length)) {
            return refuse_name(j, at, p, name);
        }
    }
    if (!trial_evaluate(j->scope, j->text, at, &given->value, &node, &d)) {
        judge_refuse(j, d.span, "%s", d.message);
        return judge_hint(j, "%s", d.hint);
    }
    if (names->count == 1 && length == at.end - at.start &&
        trial_evaluate(j->scope, key, (struct span){0, strlen(key)}, &right, &node, &d) &&
        !judge_number_is_right(given->value, right, j->q->tolerance) &&
        find_when(j, given->value, j->q->tolerance) == NULL) {
        char number[NUMBER_TEXT];
        judge_refuse(j, at, "%.*s is %s, which is not the answer", (int)length, j->text + at.start,
                     number_text(number, given->value, DIGITS));
        return judge_hint(j, "print %.*s shows a value without answering", (int)length,
                          j->text + at.start);
    }
    given->written = (struct tolerance){TOLERANCE_ROUNDING, 1e-9};
    return true;
}

bool answer_read_number(struct judging *j, const char *key, struct span at,
                        struct given_number *given)
{
    struct exprs p;
    struct buf names;
    struct diag d = {0};
    uint32_t root;
    given->written = (struct tolerance){TOLERANCE_ROUNDING, 1e-9};
    if (read_worded(j, at, &given->value)) {
        return true;
    }
    exprs_init(&p);
    buf_init(&names, sizeof(uint32_t));
    bool ok = trial_read_formula(&p, j->scope, j->text, at, &root, &d);
    if (!ok && memchr(j->text + at.start, '[', at.end - at.start) != NULL) {
        refuse_none(j, at, j->text + at.start, at.end - at.start);
    } else if (!ok) {
        judge_refuse(j, d.span, "%s", d.message);
        judge_hint(j, "%s", d.hint);
    }
    ok = ok && (expr_free_names(&p, root, &names) || diag_out_of_memory(&j->out->diag));
    if (ok && names.count > 0) {
        ok = read_formula(j, key, at, &p, &names, given);
    } else if (ok) {
        ok = expr_value(&p, root, NULL, &given->value) || diag_out_of_memory(&j->out->diag);
        given->written = written_tolerance(j->text, at, given->value);
    }
    buf_release(&names);
    exprs_release(&p);
    return ok;
}

// An expression is echoed with what it comes to.
static void echo(struct judging *j, struct span at, double value)
{
    double plain;
    static const char minus[] = "−";
    size_t length = at.end - at.start;
    size_t sign = length > 0 && j->text[at.start] == '-' ? 1
                  : length > strlen(minus) && memcmp(j->text + at.start, minus, strlen(minus)) == 0
                      ? strlen(minus)
                      : 0;
    size_t used = number_read(j->text + at.start + sign, at.end - at.start - sign, &plain);
    char number[NUMBER_TEXT];
    if (used + sign != at.end - at.start) {
        const char *s = arena_printf(&j->out->arena, "%.*s = %s", (int)(at.end - at.start),
                                     j->text + at.start, number_text(number, value, DIGITS));
        j->out->understood = s == NULL ? "" : s;
    }
}

// ---- Judged -------------------------------------------------------------------------------------

// How many digits of a number are right when it is off by so much, relatively.
static int digits_right(double off)
{
    return off > 0 ? (int)floor(-maths_log(2 * off) / maths_log(10)) + 1 : 17;
}

int question_digits(const struct question *q)
{
    int digits = q->tolerance.relative > 0 ? digits_right(q->tolerance.relative) : 0;
    return digits > 1 ? digits : 0;
}

static const double near_enough = 0.05;

// Wrong, but by less than a twentieth: too few digits, or a slip in the last.
static bool say_near(struct judging *j, double value, double key)
{
    double off = fabs(value - key) / fmax(fabs(value), fabs(key));
    if (!isfinite(key) || key == 0 || !(off < near_enough)) {
        return false;
    }
    int asked = question_digits(j->q), right = digits_right(off);
    if (asked > 0) {
        right = right < asked ? right : asked - 1;
        judge_say(j,
                  right == 1 ? "It is right to %d digit, and %d are needed."
                             : "It is right to %d digits, and %d are needed.",
                  right, asked);
    } else {
        judge_say(j, "It has to be closer than that.");
    }
    j->out->near = true;
    return true;
}

static bool say_when_within(struct judging *j, double value, struct tolerance tolerance)
{
    const struct question_line *when = find_when(j, value, tolerance);
    if (when != NULL) {
        judge_say(j, "%s", when->right);
    }
    return when != NULL;
}

// As it stands, or rounded to the digits that were written, if it is not the key that was rounded.
static bool say_when(struct judging *j, const struct given_number *given, double key)
{
    return say_when_within(j, given->value, j->q->tolerance) ||
           (!judge_number_is_right(given->value, key, given->written) &&
            say_when_within(j, given->value, given->written));
}

// Right for the numbers of the picture above the question, which has others.
static bool say_earlier(struct judging *j, const char *expression, const struct given_number *given)
{
    struct diag d = {0};
    double earlier;
    bool fits = j->out->earlier != NULL &&
                question_number(j->out->earlier, expression, &earlier, &d) &&
                judge_number_is_right(given->value, earlier, j->q->tolerance);
    if (fits) {
        judge_say(j, "That is right for the numbers shown earlier. The question has others.");
    }
    return fits;
}

static bool say_sign(struct judging *j, double value, double key)
{
    bool turned = key != 0 && judge_number_is_right(-value, key, j->q->tolerance);
    if (turned) {
        judge_say(j, "The size is right, the sign is not.");
    }
    return turned;
}

bool judge_value(struct judging *j, const char *expression, struct given_number *given)
{
    struct diag d = {0};
    double key = 0;
    uint32_t node;
    struct span whole = {0, strlen(expression)};
    if (!trial_evaluate(j->scope, expression, whole, &key, &node, &d)) {
        return judge_open(j, &d);
    }
    if (judge_number_is_right(given->value, key, j->q->tolerance)) {
        return true;
    }
    judge_set(j, JUDGED_WRONG);
    // A known mistake is more to know than that the number is nearly right.
    if (!say_when(j, given, key) && !say_earlier(j, expression, given) &&
        !say_sign(j, given->value, key) && !diagnose_number(j, expression, given)) {
        say_near(j, given->value, key);
    }
    return false;
}

void judge_number(struct judging *j)
{
    struct given_number given = {0};
    j->answer = without_unit(j, j->answer);
    struct span all = j->answer;
    double part = percent(j, &j->answer);
    if (answer_read_number(j, j->q->answer, j->answer, &given)) {
        given.value *= part;
        given.written.absolute *= part;
        j->answer = part == 1 ? j->answer : all;
        echo(j, j->answer, given.value);
        j->out->number = given.value;
        j->out->written = given.written;
        if (judge_value(j, j->q->answer, &given)) {
            judge_set(j, JUDGED_RIGHT);
        }
    }
}

#include "lesson/answer.h"

#include <string.h>

#include "lesson/judging.h"
#include "lesson/respell.h"

bool answer_is_name(const char *a, size_t n, const char *b)
{
    static const char partial[] = "∂";
    size_t i = 0, length = strlen(partial);
    for (;;) {
        while (i < n && a[i] == ' ') {
            i++;
        }
        b += strspn(b, " ");
        if (i == n || *b == '\0') {
            return i == n && *b == '\0';
        }
        bool d = n - i >= length && memcmp(a + i, partial, length) == 0;
        bool e = strncmp(b, partial, length) == 0;
        if ((d ? 'd' : a[i]) != (e ? 'd' : *b)) {
            return false;
        }
        i += d ? length : 1;
        b += e ? length : 1;
    }
}

// A single `=` in the text, that is not a part of ==, <=, >=, != or +=; SIZE_MAX if there is none.
static size_t find_equals(const char *text)
{
    const char *at = strchr(text, '=');
    bool single = at != NULL && at > text && at[1] != '=' && strchr("<>!+-*/=", at[-1]) == NULL;
    return single ? (size_t)(at - text) : SIZE_MAX;
}

// The cell that the text before `=` names; NULL if it is not one.
static const struct question_line *named_cell(const struct question *q, const char *text, size_t n)
{
    for (const struct question_line *cell = q->cells.first; cell != NULL; cell = cell->next) {
        if (answer_is_name(text, n, cell->left)) {
            return cell;
        }
    }
    return NULL;
}

static bool names_it(const struct question *q, const char *text, size_t n)
{
    const char *names[] = {q->answer, q->asked};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (*names[i] != '\0' && answer_is_name(text, n, names[i])) {
            return true;
        }
    }
    return false;
}

// Is it a derivative that the question's text has, as one word? "What is dL/df?"
static bool is_derivative_asked(const struct question *q, const char *text, size_t n)
{
    while (n > 0 && text[n - 1] == ' ') {
        n--;
    }
    if (n < 5 || memchr(text, '/', n) == NULL || q->cells.count > 0) {
        return false;
    }
    for (const char *at = q->text; strlen(at) >= n; at++) {
        if (memcmp(at, text, n) == 0 && (at == q->text || !text_is_letter(at[-1])) &&
            !text_is_letter(at[n]) && !text_is_digit(at[n])) {
            return true;
        }
    }
    return false;
}

bool answer_is_named(const struct question *q, const char *text)
{
    size_t n = find_equals(text);
    return n != SIZE_MAX && (names_it(q, text, n) || named_cell(q, text, n) != NULL ||
                             is_derivative_asked(q, text, n));
}

// Words and signs before an answer that say nothing: I think 6, it's 6, = 6, ≈ 6.
static const char *const before_answers[] = {
    "i think",
    "i guess",
    "i believe",
    "i say",
    "i'd say",
    "i would say",
    "i get",
    "i got",
    "is it",
    "it is",
    "it's",
    "its",
    "that is",
    "that's",
    "it should be",
    "should be",
    "must be",
    "the answer is",
    "my answer is",
    "answer is",
    "answer:",
    "answer",
    "maybe",
    "perhaps",
    "probably",
    "about",
    "around",
    "roughly",
    "approximately",
    "approx.",
    "approx",
    "option",
    "letter",
    "so",
    "well",
    "hmm",
    "$",
    "ok",
    "=",
    "≈",
    "~",
    "->",
    "→",
    ":",
};

// … and behind it.
static const char *const behind_answers[] = {"?",        "!",          ".",      "$",
                                             " i think", " i guess",   " maybe", " probably",
                                             " or so",   " i believe", " please"};

static bool is_same(const char *s, const char *small, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = text_small(s[i]);
        if (c != small[i]) {
            return false;
        }
    }
    return true;
}

// The bytes of what says nothing at the beginning, or the end, of s[0..n).
static size_t idle_before(const char *s, size_t n)
{
    for (size_t i = 0; i < COUNT_OF(before_answers); i++) {
        const char *word = before_answers[i];
        size_t length = strlen(word);
        bool letters = text_is_letter(word[length - 1]);
        if (length < n && is_same(s, word, length) &&
            (!letters || s[length] == ' ' || s[length] == ':') &&
            !(word[0] == '=' && s[1] == '=')) {
            return length;
        }
    }
    return 0;
}

static size_t idle_behind(const char *s, size_t n)
{
    for (size_t i = 0; i < COUNT_OF(behind_answers); i++) {
        size_t length = strlen(behind_answers[i]);
        if (length < n && is_same(s + n - length, behind_answers[i], length)) {
            return length;
        }
    }
    return 0;
}

// Where options are picked, whatever is in quotes or in backticks is the text of an option.
static bool quotes_texts(const struct question *q)
{
    return q->kind == QUESTION_CHOICE || q->kind == QUESTION_MULTI || q->kind == QUESTION_ORDER;
}

// Without marks around it, of code, speech or emphasis: `6`, "6", **6**.
static struct span without_marks(const struct judging *j, struct span at)
{
    static const struct marks {
        const char *before, *behind;
        bool quotes;
    } marks[] = {
        {"`", "`", true},      {"\"", "\"", true}, {"'", "'", true},  {"**", "**", false},
        {"\\(", "\\)", false}, {"“", "”", false},  {"”", "”", false},
    };
    for (const struct marks *m = marks; m < marks + COUNT_OF(marks); m++) {
        size_t n = strlen(m->before), around = n + strlen(m->behind);
        const char *s = j->text + at.start;
        if (at.end - at.start > around && memcmp(s, m->before, n) == 0 &&
            memcmp(j->text + at.end - (around - n), m->behind, around - n) == 0 &&
            memchr(s + n, *m->before, at.end - at.start - around) == NULL &&
            !(m->quotes && quotes_texts(j->q))) {
            return span_trim(j->text, (struct span){at.start + n, at.end - (around - n)});
        }
    }
    return at;
}

struct span judge_bare(const struct judging *j, struct span answer)
{
    struct span left = answer;
    size_t n;
    while (left.end > left.start &&
           (n = idle_behind(j->text + left.start, left.end - left.start)) > 0) {
        left = span_trim(j->text, (struct span){left.start, left.end - n});
    }
    while (left.end > left.start &&
           (n = idle_before(j->text + left.start, left.end - left.start)) > 0 &&
           names_lookup(j->scope->names, j->text + left.start, n).rank == VALUE_UNBOUND) {
        left = span_trim(j->text, (struct span){left.start + n, left.end});
    }
    return left.start == left.end ? answer : without_marks(j, left);
}

// The kinds whose answers such words are left out of at once. Texts of options are words, too.
static bool is_bared(const struct question *q)
{
    return q->kind != QUESTION_RECALL && q->kind != QUESTION_DO && q->kind != QUESTION_FILL &&
           q->options.count == 0;
}

static void (*const judges[QUESTION_KINDS])(struct judging *j) = {
#define KIND(ID, NAME, HOW, JUDGE) [QUESTION_##ID] = judge_##JUDGE,
#include "lesson/kinds.def"
};

// w ← w - eta*g, also written w := … and w <- …: what is to the right of the arrow.
static void drop_arrow(struct judging *j)
{
    static const char *const arrows[] = {"←", "<-", ":="};
    size_t at = j->answer.start;
    while (at < j->answer.end && text_in_name(j->text[at])) {
        at++;
    }
    size_t name = at - j->answer.start;
    while (at < j->answer.end && j->text[at] == ' ') {
        at++;
    }
    for (size_t i = 0; i < COUNT_OF(arrows) && name > 0; i++) {
        size_t n = strlen(arrows[i]);
        bool apart = at + n < j->answer.end &&
                     (*arrows[i] != '<' || j->text[at + n] == ' ');  // x<-1 compares
        if (apart && memcmp(j->text + at, arrows[i], n) == 0) {
            j->answer = span_trim(j->text, (struct span){at + n, j->answer.end});
        }
    }
}

static void begin(struct judging *j)
{
    uint32_t filled = j->out->filled;
    const struct scope *earlier = j->out->earlier;
    judgement_release(j->out);
    judgement_init(j->out);
    j->out->filled = filled;
    j->out->earlier = earlier;
    size_t equals = find_equals(j->text);
    j->answer = span_trim(j->text, (struct span){0, strlen(j->text)});
    // dL/da = 6: what is named is what is asked, so the number is what counts.
    if (equals != SIZE_MAX &&
        (names_it(j->q, j->text, equals) || is_derivative_asked(j->q, j->text, equals))) {
        j->answer = span_trim(j->text, (struct span){equals + 1, j->answer.end});
    }
    if (j->q->kind == QUESTION_FORMULA || j->q->kind == QUESTION_NUMBER) {
        drop_arrow(j);
    }
    j->answer = is_bared(j->q) ? judge_bare(j, j->answer) : j->answer;
}

// With the question's own spelling of its names. False: nothing is spelled differently, or it cannot be
// read that way either.
static bool judge_respelled(struct judging *j)
{
    struct text other;
    bool judged = false;
    text_init(&other);
    if ((j->q->kind == QUESTION_FORMULA || j->q->kind == QUESTION_NUMBER) &&
        respell_answer(j, &other)) {
        struct judging so = *j;
        so.text = text_get(&other);
        so.answer = (struct span){0, text_length(&other)};
        judges[j->q->kind](&so);
        judged = j->out->judged != JUDGED_MALFORMED;
    }
    text_release(&other);
    if (!judged && j->out->judged == JUDGED_MALFORMED) {
        begin(j);
    }
    return judged;
}

void judge(const struct question *q, const struct scope *scope, uint64_t seed, const char *text,
           struct judgement *out)
{
    struct judging j = {.q = q, .scope = scope, .seed = seed, .text = text, .out = out};
    struct checkpoint trial;
    struct diag d = {0};
    begin(&j);
    if (j.answer.start == j.answer.end) {
        judge_refuse(&j, j.answer, "an answer is missing here");
        return;
    }
    if (trial_begin(&trial, scope, &d)) {
        if (!judge_respelled(&j)) {
            judges[q->kind](&j);
        }
    } else {
        judge_open(&j, &d);
    }
    checkpoint_back(&trial);
    if (out->arena.failed) {
        diag_out_of_memory(&d);
        judge_open(&j, &d);
    }
}

// ---- The right answer ---------------------------------------------------------------------------

static bool number_key(const struct scope *scope, const char *expression, struct text *out,
                       struct diag *d)
{
    double number;
    char text[NUMBER_TEXT];
    bool ok = question_number(scope, expression, &number, d);
    if (ok) {
        text_add(out, number_text(text, number, 6));
    }
    return ok;
}

static bool cells_key(const struct question *q, const struct scope *scope, struct text *out,
                      struct diag *d)
{
    for (const struct question_line *cell = q->cells.first; cell != NULL; cell = cell->next) {
        text_add(out, cell == q->cells.first ? "" : ", ");
        if (!number_key(scope, cell->right, out, d)) {
            return false;
        }
    }
    return true;
}

// The letters of the right options; of all, in the right order, for order.
static void letters_key(const struct question *q, uint64_t seed, struct text *out)
{
    const struct question_line *shown[OPTIONS_MOST];
    size_t count = question_options(q, seed, shown);
    bool order = q->kind == QUESTION_ORDER;
    const char *between = "";
    const struct question_line *item = q->options.first;
    for (size_t i = 0; i < count; i++, item = item->next) {
        for (size_t k = 0; k < count; k++) {
            if (order ? shown[k] == item : k == i && shown[k]->good) {
                text_addf(out, "%s%c", between, (char)('a' + k));
                between = " ";
            }
        }
    }
}

bool question_key(const struct question *q, const struct scope *scope, uint64_t seed,
                  struct text *out, struct diag *d)
{
    struct judging j = {.q = q, .scope = scope, .seed = seed};
    switch (q->kind) {
    case QUESTION_NUMBER:
    case QUESTION_GUESS:
        return number_key(scope, q->answer, out, d);
    case QUESTION_FORMULA:
        return answer_formula_key(&j, out, d);
    case QUESTION_CHOICE:
    case QUESTION_MULTI:
    case QUESTION_ORDER:
        letters_key(q, seed, out);
        return true;
    case QUESTION_FILL:
        return cells_key(q, scope, out, d);
    case QUESTION_RECALL:
        text_add(out, q->model);
        return true;
    case QUESTION_DO:
        question_conditions(q, out);
        return true;
    default:
        text_add(out, q->answer);
        return true;
    }
}

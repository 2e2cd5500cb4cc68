// One question, played as learners will, and a few ways they will not.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check/check_player.h"
#include "lesson/answer.h"
#include "process/tell.h"
#include "text/names.h"

static bool number_here(struct player *p, const char *expression, size_t line, double *number)
{
    struct diag d = {0};
    return tutor_question_number(p->host.tutor, expression, number, &d) ||
           check_fail(p, check_at(p, line), "'%s' has no value: %s", expression, d.message);
}

// The answer is a derivative dA/dB: is it what nudging B does to A?
static bool check_slope(struct player *p, const struct question *q, double key)
{
    char of[LABEL_TEXT], by[LABEL_TEXT], line[2 * LABEL_TEXT + NUMBER_TEXT];
    int used = 0;
    double moved[2];
    if (sscanf(q->answer, "d%90[A-Za-z0-9_]/d%90[A-Za-z0-9_]%n", of, by, &used) != 2 ||
        q->answer[used] != '\0') {
        return true;
    }
    for (int i = 0; i < 2; i++) {
        snprintf(line, sizeof line, "nudge %s %s %s", by, i == 0 ? "0.00001" : "-0.00001", of);
        check_type(p, line);
        const struct rec *nudge = check_came(p, KIND_nudge);
        if (nudge == NULL) {
            return true;  // not a leaf
        }
        moved[i] = rec_get_number(nudge, KEY_actual);
    }
    double slope = (moved[0] - moved[1]) / 2e-5;
    bool kink = fabs(moved[0] + moved[1]) > 1e-3 * fabs(moved[0]);
    return kink || fabs(slope - key) <= 1e-4 * fmax(1, fabs(key)) ||
           check_fail(p, check_at_key(p, q, "answer"),
                      "the key %s is %g, but nudging %s both ways gives %g", q->answer, key, by,
                      slope);
}

static double off(const struct question *q, double key)
{
    struct tolerance t = q->tolerance;
    return key + 4 * (t.absolute + t.relative * fabs(key)) + 1e-3 * fmax(1, fabs(key));
}

static bool check_number(struct player *p, const struct question *q)
{
    double key;
    char text[NUMBER_TEXT];
    if (!number_here(p, q->answer, q->line, &key)) {
        return false;
    }
    if (!isfinite(key)) {
        return check_fail(p, check_at_key(p, q, "answer"),
                          "the key, %s, is %s; 'except' keeps numbers out", q->answer,
                          number_text(text, key, 6));
    }
    return check_slope(p, q, key) &&
           (q->kind == QUESTION_GUESS ||
            check_expect(p, q->line, number_exact(text, off(q, key)), "wrong", "a wrong number"));
}

// Letters that are not the key: another one, and of several too few.
static bool check_letters(struct player *p, const struct question *q, const char *key)
{
    char typed[2] = {0};
    for (size_t i = 0; i < q->options.count && q->kind == QUESTION_CHOICE; i++) {
        typed[0] = (char)('a' + i);
        if (strchr(key, typed[0]) == NULL &&
            !check_expect(p, q->line, typed, "wrong", "a wrong option")) {
            return false;
        }
    }
    if (q->kind == QUESTION_MULTI && strlen(key) > 1) {
        typed[0] = key[0];
        return check_expect(p, q->line, typed, "wrong", "one right option of several");
    }
    return true;
}

static bool check_formula(struct player *p, const struct question *q, const char *key)
{
    struct text wrong;
    double is, should;
    struct diag ignored = {0};
    text_init(&wrong);
    text_addf(&wrong, "%s %c 1", key, strchr(q->without, '+') == NULL ? '+' : '-');
    bool ok = check_expect(p, q->line, text_get(&wrong), "wrong", "the key, off by 1");
    text_release(&wrong);
    if (!ok || *q->equals == '\0') {
        return ok;
    }
    if (!number_here(p, q->equals, q->line, &should)) {
        return false;
    }
    return !tutor_question_number(p->host.tutor, key, &is, &ignored) ||
           judge_number_is_right(is, should, (struct tolerance){1e-9, 1e-6}) ||
           check_fail(p, check_at_key(p, q, "equals"),
                      "the key, %s, comes to %g, and 'equals' says %g", key, is, should);
}

// A `when` is typed as the number that it stands for, if it is an expression.
static bool check_when(struct player *p, const struct question *q, const struct question_line *w)
{
    double number;
    struct diag d = {0};
    char text[NUMBER_TEXT];
    const char *typed = w->left;
    bool numbers = q->kind == QUESTION_NUMBER || q->kind == QUESTION_GUESS;
    if (numbers) {
        if (!tutor_question_number(p->host.tutor, w->left, &number, &d)) {
            return check_fail(p, check_at(p, w->line), "'%s' has no value: %s", w->left, d.message);
        }
        if (!isfinite(number)) {
            return true;  // nobody answers this
        }
        typed = number_exact(text, number);
    }
    const char *verdict = check_verdict(p, typed);
    if (check_fault(p)) {
        return false;
    }
    if (strcmp(verdict, "right") == 0) {
        return check_fail(p, check_at(p, w->line),
                          "this 'when' is the right answer, %s, here; keep that out with 'except'",
                          typed);
    }
    return strcmp(verdict, "misread") != 0 ||
           check_fail(p, check_at(p, w->line), "this 'when' cannot be typed: %s",
                      check_why_misread(p));
}

// Of several cells it is wrong in one at least.
static bool check_when_of_cells(struct player *p, const struct question *q,
                                const struct question_line *w)
{
    double number;
    struct diag d = {0};
    bool wrong = false;
    if (!tutor_question_number(p->host.tutor, w->left, &number, &d)) {
        return check_fail(p, check_at(p, w->line), "'%s' has no value: %s", w->left, d.message);
    }
    for (const struct question_line *c = q->cells.first; c != NULL && !wrong; c = c->next) {
        char text[NUMBER_TEXT];
        struct text typed;
        text_init(&typed);
        text_addf(&typed, "%s = %s", c->left, number_exact(text, number));
        wrong = strcmp(check_verdict(p, text_get(&typed)), "wrong") == 0;
        text_release(&typed);
        if (check_fault(p) || !check_ask(p, p->seed)) {
            return false;
        }
    }
    return wrong || !isfinite(number) ||
           check_fail(p, check_at(p, w->line), "this 'when' is right in every cell, %g", number);
}

// Is it an answer that goes round the task, and refused for what it is written with?
static bool is_refused(struct player *p, const struct question *q, const char *answer)
{
    return *q->without != '\0' && strcmp(check_verdict(p, answer), "misread") == 0 &&
           strstr(check_why_misread(p), "without") != NULL;
}

static bool check_lists(struct player *p, const struct question *q)
{
    for (const struct question_line *l = q->rejects.first; l != NULL; l = l->next) {
        if (!is_refused(p, q, l->left) &&
            !check_expect(p, l->line, l->left, "wrong", "an answer to reject")) {
            return false;
        }
    }
    for (const struct question_line *l = q->whens.first; l != NULL; l = l->next) {
        if (q->kind == QUESTION_FILL ? !check_when_of_cells(p, q, l) : !check_when(p, q, l)) {
            return false;
        }
    }
    for (const struct question_line *l = q->accepts.first; l != NULL; l = l->next) {
        if (!check_expect(p, l->line, l->left, "right", "an answer to accept") ||
            !tutor_ask(p->host.tutor, p->seed)) {
            return false;
        }
        check_type(p, "");
    }
    return true;
}

static bool check_key(struct player *p, const struct question *q)
{
    struct text key;
    struct diag d = {0};
    text_init(&key);
    bool ok = tutor_question_key(p->host.tutor, &key, &d) ||
              check_fail(p, check_at_key(p, q, "answer"), "the right answer cannot be told: %s",
                         d.message);
    if (ok) {
        switch (q->kind) {
        case QUESTION_NUMBER:
        case QUESTION_GUESS:
            ok = check_number(p, q);
            break;
        case QUESTION_FORMULA:
            ok = check_formula(p, q, text_get(&key));
            break;
        case QUESTION_CHOICE:
        case QUESTION_MULTI:
            ok = check_letters(p, q, text_get(&key));
            break;
        default:
            break;
        }
    }
    ok = ok && check_lists(p, q);
    if (ok && q->kind == QUESTION_GUESS) {
        check_type(p, text_get(&key));
        ok = !check_fault(p);
    } else if (ok) {
        ok = check_expect(p, q->line, text_get(&key), "right", "the right answer");
    }
    text_release(&key);
    return ok;
}

static bool check_recall(struct player *p, const struct question *q)
{
    return check_expect(p, q->line, "what I think it is, in my own words", "model",
                        "an answer in words");
}

static bool fail_unmet(struct player *p, const struct question *q)
{
    struct text conditions;
    text_init(&conditions);
    question_conditions(q, &conditions);
    check_fail(p, check_at_key(p, q, "until"), "after its 'solve' lines '%s' does not hold",
               text_get(&conditions));
    text_release(&conditions);
    return false;
}

static bool check_do(struct player *p, const struct question *q)
{
    if (p->seed == 0) {
        check_type(p, "print 1");
        if (check_came(p, KIND_judged) != NULL) {
            return check_fail(p, check_at_key(p, q, "until"),
                              "'until' holds already when the question is asked");
        }
    }
    if (q->solve.first == NULL) {
        return check_fail(p, check_at(p, q->line),
                          "without 'solve' lines nobody knows whether it can be done");
    }
    for (const struct question_line *l = q->solve.first; l != NULL; l = l->next) {
        check_type(p, l->left);
        const struct rec *error = check_came(p, KIND_error);
        if (error != NULL) {
            return check_fail(p, check_at(p, l->line), "this line of the solution fails: %s",
                              rec_get_text(error, KEY_message));
        }
        if (check_came(p, KIND_judged) != NULL) {
            return !check_fault(p);
        }
    }
    return fail_unmet(p, q);
}

static bool check_hints(struct player *p, const struct question *q)
{
    for (size_t i = 0; i < q->hints.count; i++) {
        check_type(p, "hint");
        if (check_fault(p)) {
            return false;
        }
        if (check_came(p, KIND_hint) == NULL) {
            return check_fail(p, check_at_key(p, q, "hint"), "hint %zu is not shown", i + 1);
        }
    }
    return true;
}

// What cannot be read costs nothing.
static bool check_malformed(struct player *p, const struct question *q)
{
    if (q->kind == QUESTION_DO || q->kind == QUESTION_RECALL) {
        return true;
    }
    check_type(p, "2x(");
    return check_came(p, KIND_attempt) == NULL ||
           check_fail(p, check_at(p, q->line), "'2x(' cannot be read, but is judged");
}

static bool check_context(struct player *p)
{
    check_type(p, "context");
    return !check_fault(p);
}

static bool check_solution(struct player *p, const struct question *q)
{
    check_type(p, "solution");
    return !check_fault(p) && (check_came(p, KIND_solution) != NULL ||
                               check_fail(p, check_at(p, q->line), "the solution is not shown"));
}

bool check_ask(struct player *p, uint64_t seed)
{
    p->seed = seed;
    if (!tutor_ask(p->host.tutor, seed)) {
        return false;
    }
    check_type(p, "");
    return !check_fault(p);
}

static bool check_seed(struct player *p, const struct question *q, uint64_t seed)
{
    if (!check_ask(p, seed)) {
        return false;
    }
    const struct question_line *when = tutor_question_ambiguous(p->host.tutor);
    if (when != NULL) {
        return check_fail(p, check_at(p, when->line),
                          "this 'when' has the same value as one above it, which says something "
                          "else; join them, or keep such numbers out with 'except'");
    }
    if (!check_malformed(p, q) ||
        (seed < SEEDS_HELPED && (!check_hints(p, q) || !check_context(p) || !check_solution(p, q) ||
                                 !check_ask(p, seed))) ||
        (seed < SEEDS_TYPED && (!check_typed_hints(p, q) || !check_ask(p, seed)))) {
        return false;
    }
    return q->kind == QUESTION_DO       ? check_do(p, q)
           : q->kind == QUESTION_RECALL ? check_recall(p, q)
                                        : check_key(p, q);
}

// ---- Seeds --------------------------------------------------------------------------------------

static bool has_word(const struct question_list *list, const char *word)
{
    for (const struct question_line *l = list->first; l != NULL; l = l->next) {
        if (strncmp(l->left, word, strlen(word)) == 0) {
            return true;
        }
    }
    return false;
}

bool check_trains(const struct question *q)
{
    static const char *const words[] = {"train", "repeat", "for ", "graph", "plot"};
    bool slow = q->kind == QUESTION_DO;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        slow |= has_word(&q->setup, words[i]) || has_word(&q->why, words[i]) ||
                has_word(&q->solve, words[i]);
    }
    return slow;
}

// Are numbers drawn that the answer depends on, while the text tells none of them?
static bool hides_numbers(struct player *p, const struct question *q, struct text *before)
{
    struct text key;
    struct diag ignored = {0};
    bool hides = false;
    if (strstr(q->text, "{=") != NULL || (q->kind != QUESTION_NUMBER && q->kind != QUESTION_FILL)) {
        return false;
    }
    text_init(&key);
    if (tutor_question_key(p->host.tutor, &key, &ignored)) {
        hides = text_length(before) > 0 && strcmp(text_get(before), text_get(&key)) != 0;
        text_clear(before);
        text_add(before, text_get(&key));
    }
    text_release(&key);
    return hides;
}

// In a course a question for numbers comes again and again: it has others each time, or says why not.
static bool check_varies(struct player *p, const struct question *q)
{
    bool numbers = q->kind == QUESTION_NUMBER || q->kind == QUESTION_FILL;
    if (numbers && q->variations != NULL && *q->fixed != '\0') {
        return check_fail(p, check_at_key(p, q, "fixed"), "it has a 'vary', so it is not fixed");
    }
    return !numbers || q->variations != NULL || *q->fixed != '\0' ||
           p->lesson->order == LESSON_ORDER_LAST ||
           check_fail(p, check_at(p, q->line),
                      "it has the same numbers each time; 'vary' draws others, or 'fixed: REASON' "
                      "says why it must have these");
}

void check_question(struct player *p)
{
    const struct question *q = tutor_question(p->host.tutor);
    bool differs = q->variations != NULL || q->options.count > 0;
    uint64_t seeds = !differs ? 1 : check_trains(q) ? SEEDS_SLOW : SEEDS;
    size_t told = 0;
    struct text key;
    text_init(&key);
    p->counted_failure = false;
    bool ok = true;
    for (uint64_t seed = 0; ok && seed < seeds; seed++) {
        ok = check_seed(p, q, seed);
        told += ok && check_is_told(p, q);
        if (ok && q->variations != NULL && hides_numbers(p, q, &key)) {
            ok = check_fail(p, check_at(p, q->line),
                            "the answer depends on what 'vary' draws, and the text does not say "
                            "it; write {= %s}",
                            q->variations->name);
        }
    }
    text_release(&key);
    if (ok && told == seeds) {
        ok = check_fail(
            p, check_at(p, q->line),
            "the text above already gives the answer; 'vary' would make it a different one");
    }
    ok = ok && check_varies(p, q);
    if (ok && !check_is_short(p)) {
        check_warn(p, q);
    }
    p->check->passed += ok && !check_is_short(p);
    p->counted_failure = false;
}

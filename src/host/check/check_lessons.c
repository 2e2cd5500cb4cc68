#include "base/stop.h"
#include "check/check_player.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "check/check_figures.h"
#include "lesson/answer.h"
#include "lesson/lesson.h"
#include "process/tell.h"
#include "store/files.h"
#include "store/lesson_file.h"
#include "store/lesson_place.h"
#include "store/markdown.h"
#include "supply/host.h"
#include "text/names.h"
#include "words/words.h"

// Was memory refused? Then what does not hold came of that, and nothing more is typed.
static bool is_short(struct player *p)
{
    p->check->fell_short |= p->host.fell_short || mem_refusals() > 0;
    return p->check->fell_short;
}

// ---- Telling ------------------------------------------------------------------------------------

struct lesson_place check_at(const struct player *p, size_t line)
{
    return lesson_place_of_text(p->lesson->name, line, "", 0);
}

struct lesson_place check_at_key(const struct player *p, const struct question *q, const char *key)
{
    return lesson_place_of_key(p->lesson->name, q->line, key);
}

void check_say_place(const struct player *p, struct lesson_place place)
{
    tell(stdout, "%s:%zu:%zu: ", p->lesson->name, place.line, place.column);
}

__attribute__((format(printf, 3, 4))) static void fail(struct player *p, struct lesson_place place,
                                                       const char *format, ...)
{
    va_list args;
    if (is_short(p)) {
        return;
    }
    va_start(args, format);
    check_say_place(p, place);
    tell_args(stdout, format, args);
    putchar('\n');
    va_end(args);
    p->check->failed += !p->counted_failure;
    p->counted_failure = true;
}

// The same of the question at hand; the numbers it came with can be had again by the seed.
bool check_fail(struct player *p, struct lesson_place place, const char *format, ...)
{
    const struct question *q = tutor_question(p->host.tutor);
    va_list args;
    if (p->counted_failure || is_short(p)) {
        return false;
    }
    va_start(args, format);
    check_say_place(p, place);
    tell(stdout, "%s%s", q == NULL ? "" : q->id, q == NULL ? "" : ": ");
    tell_args(stdout, format, args);
    if (q != NULL && q->variations != NULL) {
        tell(stdout, " (where");
        for (const struct variation *v = q->variations; v != NULL; v = v->next) {
            double value = NAN;
            struct diag ignored = {0};
            char number[NUMBER_TEXT];
            tutor_question_number(p->host.tutor, v->name, &value, &ignored);
            tell(stdout, "%s %s = %s", v == q->variations ? "" : ",", v->name,
                 number_text(number, value, 6));
        }
        putchar(')');
    }
    putchar('\n');
    va_end(args);
    p->check->failed++;
    p->counted_failure = true;
    return false;
}

// ---- Typing -------------------------------------------------------------------------------------

static void see(void *seer, const struct rec *record)
{
    struct player *p = seer;
    struct text why;
    text_init(&why);
    if (!schema_fits(record, &why)) {
        check_fail(p, check_at(p, 1), "records.def: %s", text_get(&why));
    }
    text_release(&why);
    rec_copy(&p->came, &p->came.list, record);
}

static void forget(struct player *p)
{
    records_release(&p->came);
    records_init(&p->came);
}

void check_type(struct player *p, const char *text)
{
    struct source source = {.name = "<answer>", .text = text, .length = strlen(text), .line = 1};
    forget(p);
    if (!is_short(p)) {
        host_run(&p->host, &source);
    }
}

const struct rec *check_came(const struct player *p, enum rec_kind kind)
{
    for (const struct rec *r = p->came.list.in.first; r != NULL; r = r->next) {
        if (rec_is(r, kind)) {
            return r;
        }
    }
    return NULL;
}

// Where the text of an error stands in the file: its column counts from there.
static struct lesson_place place_of(const struct player *p, const struct rec *error)
{
    const char *text = rec_get_text(error, KEY_excerpt);
    struct lesson_place place = lesson_place_of_text(
        p->lesson->name, (size_t)rec_get_whole(error, KEY_line), text, strcspn(text, "\n"));
    place.column += (size_t)rec_get_whole(error, KEY_column) - 1;
    return place;
}

// A mistake of the lesson's own among what came.
bool check_fault(struct player *p)
{
    for (const struct rec *r = p->came.list.in.first; r != NULL; r = r->next) {
        if (rec_get_flag(r, KEY_fault) && !is_short(p)) {
            const char *hint = rec_get_text(r, KEY_hint);
            check_fail(p, place_of(p, r), "%s%s%s", rec_get_text(r, KEY_message),
                       *hint == '\0' ? "" : "; ", hint);
            tell(stdout, "%s", rec_get_text(r, KEY_excerpt));
            return true;
        }
    }
    return false;
}

// What an answer was found to be: "right", "wrong", "misread" …
const char *check_verdict(struct player *p, const char *answer)
{
    check_type(p, answer);
    const struct rec *judged = check_came(p, KIND_judged);
    return judged != NULL                        ? rec_get_text(judged, KEY_verdict)
           : check_came(p, KIND_misread) != NULL ? "misread"
           : check_came(p, KIND_model) != NULL   ? "model"
                                                 : "taken as a statement";
}

static const char *why_misread(const struct player *p)
{
    const struct rec *misread = check_came(p, KIND_misread);
    return misread == NULL ? "" : rec_get_text(misread, KEY_message);
}

static bool expect(struct player *p, size_t line, const char *answer, const char *verdict,
                   const char *what)
{
    const char *came_back = check_verdict(p, answer);
    if (check_fault(p)) {
        return false;
    }
    if (strcmp(came_back, verdict) != 0) {
        const char *why = why_misread(p);
        return check_fail(p, check_at(p, line), "%s, '%s', is %s%s%s%s; it should be %s", what,
                          answer, came_back, *why == '\0' ? "" : " (", why, *why == '\0' ? "" : ")",
                          verdict);
    }
    return true;
}

// ---- One question -------------------------------------------------------------------------------

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
            expect(p, q->line, number_exact(text, off(q, key)), "wrong", "a wrong number"));
}

// Letters that are not the key: another one, and of several too few.
static bool check_letters(struct player *p, const struct question *q, const char *key)
{
    char typed[2] = {0};
    for (size_t i = 0; i < q->options.count && q->kind == QUESTION_CHOICE; i++) {
        typed[0] = (char)('a' + i);
        if (strchr(key, typed[0]) == NULL &&
            !expect(p, q->line, typed, "wrong", "a wrong option")) {
            return false;
        }
    }
    if (q->kind == QUESTION_MULTI && strlen(key) > 1) {
        typed[0] = key[0];
        return expect(p, q->line, typed, "wrong", "one right option of several");
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
    bool ok = expect(p, q->line, text_get(&wrong), "wrong", "the key, off by 1");
    text_release(&wrong);
    if (!ok || *q->equals == '\0') {
        return ok;
    }
    if (!number_here(p, q->equals, q->line, &should)) {
        return false;
    }
    return !tutor_question_number(p->host.tutor, key, &is, &ignored) ||
           answer_number_is_right(is, should, (struct tolerance){1e-9, 1e-6}) ||
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
           check_fail(p, check_at(p, w->line), "this 'when' cannot be typed: %s", why_misread(p));
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
           strstr(why_misread(p), "without") != NULL;
}

static bool check_lists(struct player *p, const struct question *q)
{
    for (const struct question_line *l = q->rejects.first; l != NULL; l = l->next) {
        if (!is_refused(p, q, l->left) &&
            !expect(p, l->line, l->left, "wrong", "an answer to reject")) {
            return false;
        }
    }
    for (const struct question_line *l = q->whens.first; l != NULL; l = l->next) {
        if (q->kind == QUESTION_FILL ? !check_when_of_cells(p, q, l) : !check_when(p, q, l)) {
            return false;
        }
    }
    for (const struct question_line *l = q->accepts.first; l != NULL; l = l->next) {
        if (!expect(p, l->line, l->left, "right", "an answer to accept") ||
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
        ok = expect(p, q->line, text_get(&key), "right", "the right answer");
    }
    text_release(&key);
    return ok;
}

static bool check_recall(struct player *p, const struct question *q)
{
    return expect(p, q->line, "what I think it is, in my own words", "model", "an answer in words");
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
                          "without 'solve' lines nobody knows that it can be done");
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
           check_fail(p, check_at(p, q->line), "'2x(' cannot be read, and is judged all the same");
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
                          "this 'when' comes to the number of one above it, which says something "
                          "else; say both in one, or keep such numbers out with 'except'");
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

// ---- Is it answered already? --------------------------------------------------------------------

static bool is_part(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '.';
}

// Does `what` stand in the text, not as a part of a longer name or number?
bool check_stands_in(const char *text, const char *what)
{
    size_t n = strlen(what);
    for (const char *at = text; n > 0 && (at = strstr(at, what)) != NULL; at++) {
        char after = at[n];
        bool point = after == '.' && !(at[n + 1] >= '0' && at[n + 1] <= '9');
        bool minus = at > text && at[-1] == '-' && what[0] != '-';
        if ((at == text || !is_part(at[-1])) && (point || !is_part(after)) && !minus) {
            return true;
        }
    }
    return false;
}

// A number of one digit stands everywhere; one of two or more is told, if it stands above. Of a
// small one it counts only if it stands behind the name of what is asked: dL/da = 6.
bool check_number_is_in(struct player *p, const struct question *q, const char *above)
{
    double key;
    char number[NUMBER_TEXT];
    struct diag ignored = {0};
    struct text equation;
    if (!tutor_question_number(p->host.tutor, q->answer, &key, &ignored)) {
        return false;
    }
    number_text(number, key, 6);
    bool small = fabs(key) < 13 && key == floor(key);
    if (small && strcmp(q->answer, number) == 0) {
        return false;  // what is asked has no name
    }
    text_init(&equation);
    text_addf(&equation, "%s = %s", q->answer, number);
    bool told = check_stands_in(above, small ? text_get(&equation) : number);
    text_release(&equation);
    return told;
}

static bool number_is_told(struct player *p, const struct question *q)
{
    return check_number_is_in(p, q, text_get(&p->above));
}

static bool formula_is_told(struct player *p, const struct question *q)
{
    struct text key;
    struct diag ignored = {0};
    text_init(&key);
    bool told = tutor_question_key(p->host.tutor, &key, &ignored) && text_length(&key) >= 3 &&
                check_stands_in(text_get(&p->above), text_get(&key));
    text_release(&key);
    (void)q;
    return told;
}

static bool is_told(struct player *p, const struct question *q)
{
    return q->kind == QUESTION_NUMBER    ? number_is_told(p, q)
           : q->kind == QUESTION_FORMULA ? formula_is_told(p, q)
                                         : false;
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

static void check_question(struct player *p)
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
        told += ok && is_told(p, q);
        if (ok && q->variations != NULL && hides_numbers(p, q, &key)) {
            ok = check_fail(p, check_at(p, q->line),
                            "the answer depends on what 'vary' draws, and the text does not tell "
                            "it; say {= %s}",
                            q->variations->name);
        }
    }
    text_release(&key);
    if (ok && told == seeds) {
        ok = check_fail(p, check_at(p, q->line),
                        "the text above tells the answer already; 'vary' makes it another one");
    }
    ok = ok && check_varies(p, q);
    if (ok && !is_short(p)) {
        check_warn(p, q);
    }
    p->check->passed += ok && !is_short(p);
    p->counted_failure = false;
}

// ---- A lesson -----------------------------------------------------------------------------------

static void check_width(struct player *p, const struct rec *r, const char *words)
{
    for (const char *s = words; *s != '\0';) {
        size_t n = strcspn(s, "\n");
        if (ink_columns(s, n) > COLUMNS && !rec_is(r, KIND_lesson_code)) {
            struct text plain;
            text_init(&plain);
            ink_plain(&plain, s, n);
            fail(p, check_at(p, (size_t)rec_get_whole(r, KEY_line)),
                 "a line is %zu columns wide when it is shown: %s", ink_columns(s, n),
                 text_get(&plain));
            text_release(&plain);
        }
        s += n + (s[n] == '\n');
    }
}

// What came, as a learner reads it.
static void read_what_came(struct player *p)
{
    for (const struct rec *r = p->came.list.in.first; r != NULL; r = r->next) {
        struct text words;
        text_init(&words);
        words_add(&words, r,
                  &(struct words_form){.digits = session_digits(tutor_graph(p->host.tutor))});
        if (rec_is(r, KIND_prose) || rec_is(r, KIND_question)) {
            check_width(p, r, text_get(&words));
        }
        if (!rec_is(r, KIND_question) && !rec_is(r, KIND_lesson_code)) {
            ink_plain(&p->above, text_get(&words), text_length(&words));
        }
        text_release(&words);
    }
}

static void check_skips(struct player *p, const char *statement, uint64_t seed)
{
    const struct question *q;
    check_type(p, statement);
    for (size_t i = 0; (q = tutor_question(p->host.tutor)) != NULL; i++) {
        size_t line = q->line;
        p->counted_failure = false;
        check_ask(p, seed);
        check_type(p, "skip");
        if (check_came(p, KIND_skipped) == NULL || check_came(p, KIND_judged) != NULL ||
            i > LESSON_QUESTIONS_MOST) {
            fail(p, check_at(p, line), "this question is not skipped");
            break;
        }
    }
    check_type(p, "quit");
}

// Every question in its turn, and between them what a learner would read.
static void check_course(struct player *p, const char *statement)
{
    check_type(p, statement);
    for (size_t i = 0; i <= LESSON_QUESTIONS_MOST; i++) {
        p->counted_failure = false;
        check_fault(p);
        read_what_came(p);
        if (tutor_question(p->host.tutor) == NULL) {
            break;
        }
        check_question(p);
        text_clear(&p->above);
        tutor_ask(p->host.tutor, 0);
        check_type(p, "");
        check_type(p, "skip");
    }
}

static void check_figures(struct player *p)
{
    const char *name = p->lesson->name;
    struct diag ignored = {0};
    struct buf file;
    struct figure f = {0, 0};
    buf_init(&file, 1);
    if (files_read(name, MARKDOWN_LESSON_MOST, &file, &ignored) && file.count > 0) {
        struct source source = {.name = name, .text = file.data, .length = file.count, .line = 1};
        while ((f = check_figures_next(source.text, source.length, f.at + f.n)).n > 0) {
            struct place place = source_place(&source, f.at);
            p->counted_failure = false;
            fail(p, (struct lesson_place){place.line, place.column},
                 "%.*s is written out, and is not in code; say {= EXPR}, or `%.*s` if it is "
                 "meant as it is",
                 (int)f.n, source.text + f.at, (int)f.n, source.text + f.at);
        }
    }
    buf_release(&file);
}

static void play_lesson(struct player *p)
{
    char *statement = NULL;
    char *path = realpath(p->lesson->name, NULL);
    p->check->fell_short |= path == NULL && errno == ENOMEM;
    if (path != NULL && asprintf(&statement, "lesson \"%s\"", path) > 0) {
        check_course(p, statement);
        check_figures(p);
        for (uint64_t seed = 0; seed < SEEDS_SKIPPED && p->check->failed == 0; seed++) {
            check_skips(p, statement, seed);
        }
    }
    free(statement);
    free(path);
}

static void play(struct lessons_check *c, const struct lesson *lesson, const char *folder)
{
    struct player p = {.check = c, .lesson = lesson};
    FILE *nowhere = fopen("/dev/null", "w");
    struct stop stop = {0};
    struct patience patience;
    struct tutor *tutor = tutor_new(&(struct session_world){.stop = &stop, .seed = 1});
    patience_init(&patience, &stop);
    records_init(&p.came);
    text_init(&p.above);
    if (nowhere != NULL && tutor != NULL) {
        p.host = (struct host){.tutor = tutor,
                               .mode = SESSION_PROMPT,
                               .out = nowhere,
                               .trouble = nowhere,
                               .folder = folder,
                               .patience = &patience,
                               .see = see,
                               .unseen = true,
                               .seer = &p};
        play_lesson(&p);
    } else {
        c->fell_short = true;
    }
    is_short(&p);
    if (nowhere != NULL) {
        fclose(nowhere);
    }
    patience_release(&patience);
    tutor_free(tutor);
    records_release(&p.came);
    text_release(&p.above);
}

// ---- Files --------------------------------------------------------------------------------------

void lessons_check_init(struct lessons_check *c)
{
    *c = (struct lessons_check){0};
    buf_init(&c->lessons, sizeof(struct lesson *));
}

void lessons_check_forget(struct lessons_check *c)
{
    for (size_t i = 0; i < c->lessons.count; i++) {
        lesson_free(BUF(struct lesson *, &c->lessons)[i]);
    }
    c->lessons.count = 0;
}

void lessons_check_release(struct lessons_check *c)
{
    lessons_check_forget(c);
    buf_release(&c->lessons);
}

bool lessons_check_is_one(const char *s, size_t n)
{
    return n >= 4 && memcmp(s, "---", 3) == 0 && (s[3] == '\n' || s[3] == '\r');
}

// A mistake of form.
struct mistaken {
    struct lessons_check *check;
    const char *path;
};

static void say_mistake(void *at, struct lesson_trouble *trouble)
{
    const struct mistaken *m = at;
    struct text words;
    text_init(&words);
    lesson_trouble_say(m->path, trouble, &words);
    tell(stdout, "%s", text_get(&words));
    text_release(&words);
    m->check->failed++;
}

void lessons_check_file(struct lessons_check *c, const char *path, const char *folder)
{
    struct mistaken mistaken = {c, path};
    struct lesson *lesson = lesson_file_read_all(path, say_mistake, &mistaken);
    c->fell_short |= mem_refusals() > 0;
    if (c->fell_short) {
        lesson_free(lesson);
    } else if (lesson != NULL) {
        struct lesson **slot = buf_push(&c->lessons, 1);
        play(c, lesson, folder);
        if (slot == NULL) {
            lesson_free(lesson);
        } else {
            *slot = lesson;
        }
    }
}

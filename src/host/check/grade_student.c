#include "check/grade_student.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check/proctor.h"
#include "lesson/condition.h"
#include "text/block.h"
#include "text/prompts.h"

enum { SAID_MOST = 1000, GIVEN_MOST = 400 };  // columns kept of what is said, and of an answer

// A student's answers being judged.
struct student {
    struct proctor proctor;
    const struct answers *answers;
    const struct grade_rules *rules;
    size_t doing;       // tasks at which something is done, that are still to come
    struct text error;  // the first error of what is being run; "" if none
    struct text said;   // of the present task
    struct grade_result result;
    void (*tell)(void *to, const struct grade_result *result);
    void *to;
};

static const char *const verdicts[GRADE_VERDICTS] = {
    [GRADE_RIGHT] = "right",     [GRADE_PARTLY] = "partly",   [GRADE_WRONG] = "wrong",
    [GRADE_MISREAD] = "misread", [GRADE_MISSING] = "missing", [GRADE_UNREAD] = "unread",
    [GRADE_LATE] = "late",       [GRADE_FAULT] = "fault"};

const char *grade_verdict_name(enum grade_verdict v)
{
    return verdicts[v];
}

bool grade_counts(const struct question *q)
{
    return q->kind != QUESTION_GUESS;
}

// ---- Running ------------------------------------------------------------------------------------

// Of all that is answered only the first error is of interest.
static void see(void *seer, const struct rec *record)
{
    struct student *s = seer;
    if (rec_is(record, KIND_error) && text_length(&s->error) == 0) {
        text_addf(&s->error, "line %lld: %s", (long long)rec_get_whole(record, KEY_line),
                  rec_get_text(record, KEY_message));
    }
}

static double left(const struct student *s)
{
    return s->rules->seconds - (double)clock() / CLOCKS_PER_SEC;
}

// What runs now may take its share of the time that is left: whatever is done at a task takes none
// of the others' away.
static void begin_share(struct student *s, bool doing)
{
    proctor_give(&s->proctor, doing ? left(s) / (double)s->doing : fmin(left(s), 1));
}

// ---- One answer ---------------------------------------------------------------------------------

static void set(struct student *s, enum grade_verdict verdict, double points)
{
    s->result.verdict = verdict;
    s->result.points = points;
}

// Sentences that are said one after another.
static void say(struct student *s, const char *words)
{
    if (*words != '\0') {
        text_add(&s->said, text_length(&s->said) > 0 ? "; " : "");
        text_add(&s->said, words);
    }
}

// The next line of the text that is not empty, trimmed and without the quotes around code; a
// transcript's prompts were taken off before. False if there is none.
static bool next_line(const char **at, struct text *line)
{
    text_clear(line);
    while (text_length(line) == 0 && **at != '\0') {
        size_t n = strcspn(*at, "\n"), start = strspn(*at, " \t\r"), end = text_trimmed(*at, n);
        bool quoted = end > start + 1 && (*at)[start] == '`' && (*at)[end - 1] == '`';
        if (end > start) {
            text_add_bytes(line, *at + start + quoted, end - start - 2 * (size_t)quoted);
        }
        *at += n + ((*at)[n] == '\n');
    }
    return text_length(line) > 0;
}

static enum grade_verdict verdict_of(const struct judgement *j)
{
    switch (j->judged) {
    case JUDGED_RIGHT:
        return GRADE_RIGHT;
    case JUDGED_WRONG:
        return GRADE_WRONG;
    case JUDGED_PARTLY:
        return GRADE_PARTLY;
    case JUDGED_MALFORMED:
    case JUDGED_OPEN:
        return GRADE_MISREAD;
    case JUDGED_BY_LEARNER:
        break;
    }
    return GRADE_UNREAD;
}

// The first line alone is the answer: nobody is to try several.
static void judge_line(struct student *s, const struct question *q, const char *text)
{
    struct judgement j;
    struct text line, more;
    judgement_init(&j);
    text_init(&line);
    text_init(&more);
    next_line(&text, &line);
    grading_judge(s->proctor.host.tutor, text_get(&line), &j, &s->said);
    enum grade_verdict verdict = verdict_of(&j);
    set(s, verdict, verdict == GRADE_RIGHT ? q->worth : 0);
    if (verdict == GRADE_MISREAD) {
        say(s, j.diag.message);
    }
    if (next_line(&text, &more)) {
        say(s, "there is more than one line, and the first is the answer");
    }
    text_release(&line);
    text_release(&more);
    judgement_release(&j);
}

static size_t bits(uint32_t of)
{
    size_t n = 0;
    for (; of != 0; of >>= 1) {
        n += of & 1;
    }
    return n;
}

// Before the = of `dL/da = 6`; all of the line where there is none.
static size_t name_length(const char *line)
{
    size_t n = strcspn(line, "=:");
    return line[n] == '\0' ? 0 : text_trimmed(line, n);
}

// Was this cell, or (no name) a line of them, given before? Then it is remembered.
static bool is_repeated(struct text *names, const char *line)
{
    size_t n = name_length(line);
    struct text name;
    text_init(&name);
    text_addf(&name, "\n%.*s\n", (int)n, line);
    bool repeated = strstr(text_get(names), text_get(&name)) != NULL;
    text_add(names, text_get(&name));
    text_release(&name);
    return repeated;
}

// A table, its cells in one line or a line each; of a cell the first number counts.
static void judge_cells(struct student *s, const struct question *q, const char *text)
{
    struct judgement j;
    struct text line, names;
    judgement_init(&j);
    text_init(&line);
    text_init(&names);
    bool misread = false;
    while (next_line(&text, &line)) {
        if (is_repeated(&names, text_get(&line))) {
            say(s, "a cell is there twice; the first number counts");
            continue;
        }
        struct text said;
        text_init(&said);
        grading_judge(s->proctor.host.tutor, text_get(&line), &j, &said);
        misread |= j.judged == JUDGED_MALFORMED || j.judged == JUDGED_OPEN;
        say(s, j.judged == JUDGED_MALFORMED || j.judged == JUDGED_OPEN ? j.diag.message
               : j.judged == JUDGED_WRONG                              ? text_get(&said)
                                                                       : "");
        text_release(&said);
    }
    size_t right = bits(j.filled), of = q->cells.count;
    set(s,
        right == of ? GRADE_RIGHT
        : right > 0 ? GRADE_PARTLY
        : misread   ? GRADE_MISREAD
                    : GRADE_WRONG,
        (double)q->worth * (double)right / (double)of);
    if (right < of) {
        char count[64];
        snprintf(count, sizeof count, "%zu of %zu cells are right", right, of);
        say(s, count);
    }
    text_release(&names);
    text_release(&line);
    judgement_release(&j);
}

// ---- Something to do ----------------------------------------------------------------------------

// Statement after statement, until one fails.
static void run_script(struct student *s, const char *text, size_t line)
{
    struct buf bare;
    struct source all = {.name = "", .text = text, .length = strlen(text), .line = line};
    struct source entry;
    enum session_state state = SESSION_DONE;
    buf_init(&bare, 1);
    if (prompts_strip(&all, true, &bare)) {
        all.text = bare.data;
        all.length = bare.count;
    }
    text_clear(&s->error);
    for (size_t at = 0; at < all.length && state != SESSION_QUIT && text_length(&s->error) == 0 &&
                        !proctor_is_late(&s->proctor);) {
        block_take_lines(&all, &at, &entry);
        if (!source_is_blank(&entry)) {
            state = proctor_run(&s->proctor, &entry);
        }
    }
    buf_release(&bare);
}

// What it came to: the conditions that do not hold are said, after what went wrong on the way.
// Where a value did not come about as it was to, none of the others counts: it may have been typed.
static void judge_state(struct student *s, const struct question *q)
{
    size_t held = 0;
    bool typed = false;
    struct text conditions;
    text_init(&conditions);
    for (const struct question_line *l = q->until.first; l != NULL; l = l->next) {
        struct text why;
        text_init(&why);
        bool holds = grading_condition(s->proctor.host.tutor, l, &why);
        held += holds;
        typed |= !holds && condition_asks_how(l->left, (struct span){0, strlen(l->left)});
        if (!holds && strstr(text_get(&conditions), text_get(&why)) == NULL) {
            text_addf(&conditions, "%s%s", text_length(&conditions) == 0 ? "" : "; ",
                      text_get(&why));
        }
        text_release(&why);
    }
    held = typed ? 0 : held;
    set(s,
        held == q->until.count ? GRADE_RIGHT
        : held > 0             ? GRADE_PARTLY
                               : GRADE_WRONG,
        (double)q->worth * (double)held / (double)q->until.count);
    say(s, text_get(&s->error));
    say(s, text_get(&conditions));
    text_release(&conditions);
}

static void judge_script(struct student *s, const struct question *q, const char *text, size_t line)
{
    begin_share(s, true);
    run_script(s, text, line);
    if (proctor_is_late(&s->proctor)) {
        text_clear(&s->error);
        text_addf(&s->error, "it was stopped: all tasks together have %d seconds",
                  s->rules->seconds);
    }
    begin_share(s, false);
    judge_state(s, q);
    s->doing--;
}

// ---- All tasks ----------------------------------------------------------------------------------

static void judge_answer(struct student *s, const struct question *q, const char *text, size_t line)
{
    if (q->kind == QUESTION_DO) {
        judge_script(s, q, text, line);
    } else if (q->kind == QUESTION_FILL) {
        judge_cells(s, q, text);
    } else if (q->kind == QUESTION_RECALL) {
        set(s, GRADE_UNREAD, 0);
    } else {
        judge_line(s, q, text);
    }
    if (proctor_is_late(&s->proctor)) {
        set(s, GRADE_LATE, 0);
    }
}

// On one line, and not too long.
static void flatten(const char *text, size_t most, struct text *line)
{
    size_t n = strlen(text), cut = utf8_cut(text, n, most);
    char before = ' ';
    text_clear(line);
    for (size_t i = 0; i < cut; i++) {
        char c = strchr("\n\r\t", text[i]) != NULL ? ' ' : text[i];
        if (c != ' ' || before != ' ') {
            text_add_char(line, c);
        }
        before = c;
    }
    while (text_length(line) > 0 && text_get(line)[text_length(line) - 1] == ' ') {
        line->bytes.count--;
    }
    text_add(line, cut < n ? "…" : "");
}

static void judge_task(struct student *s, const struct question *q)
{
    const struct answer *answer = answers_find(s->answers, q->id);
    bool script = s->answers->script != NULL && q->kind == QUESTION_DO;
    const char *text = script ? s->answers->script : answer == NULL ? "" : answer->text;
    struct text given, said;
    text_init(&given);
    text_init(&said);
    text_clear(&s->said);
    s->result = (struct grade_result){.verdict = GRADE_MISSING};
    if (text_length(&s->error) > 0) {
        set(s, GRADE_FAULT, 0);
        say(s, text_get(&s->error));
    } else if (text_trimmed(text, strlen(text)) > 0) {
        judge_answer(s, q, text, script || answer == NULL ? 1 : answer->line);
    }
    flatten(text, GIVEN_MOST, &given);
    flatten(text_get(&s->said), SAID_MOST, &said);
    s->result.given = text_get(&given);
    s->result.said = text_get(&said);
    s->tell(s->to, &s->result);
    text_release(&given);
    text_release(&said);
}

// With the numbers that a handout of this seed has.
static bool ask(struct student *s, const struct question *q)
{
    begin_share(s, false);
    return proctor_ask(&s->proctor, question_seed(q->id, s->rules->seed, 0));
}

static void judge_tasks(struct student *s)
{
    const struct question *q;
    begin_share(s, false);
    proctor_next(&s->proctor);
    while ((q = proctor_question(&s->proctor)) != NULL && ask(s, q)) {
        if (grade_counts(q)) {
            judge_task(s, q);
        }
        text_clear(&s->error);
        begin_share(s, false);
        proctor_leave(&s->proctor);
    }
}

static size_t count_doing(const struct lesson *lesson)
{
    size_t doing = 0;
    const struct lesson_item *item;
    for (size_t i = 0; (item = lesson_item(lesson, i)) != NULL; i++) {
        doing += item->kind == LESSON_QUESTION && item->question->kind == QUESTION_DO;
    }
    return doing;
}

bool grade_student(struct lesson *lesson, const struct answers *answers,
                   const struct grade_rules *rules,
                   void (*tell)(void *to, const struct grade_result *result), void *to)
{
    struct student s = {
        .tell = tell, .to = to, .answers = answers, .rules = rules, .doing = count_doing(lesson)};
    const struct proctor_rules bounds = {
        .folder = rules->folder, .trusted = rules->trusted, .nodes = rules->nodes};
    text_init(&s.error);
    text_init(&s.said);
    bool ok = proctor_begin(&s.proctor, lesson, &bounds, see, &s);
    if (ok) {
        judge_tasks(&s);
    }
    proctor_end(&s.proctor);
    text_release(&s.error);
    text_release(&s.said);
    return ok;
}

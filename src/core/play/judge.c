// An answer is judged (lesson/answer.h), and answered to.
#include <string.h>

#include "lesson/evasion.h"
#include "play/play.h"
#include "session/transaction.h"

// ---- What is right ------------------------------------------------------------------------------

void judge_begin(struct play *p)
{
    judgement_release(&p->judgement);
    judgement_init(&p->judgement);
    p->more = false;
}

static void put_option(struct play *p, struct records *out, struct rec *to, size_t k,
                       const struct question_line *line)
{
    char letter[2] = {(char)('a' + k), '\0'};
    struct rec *option = rec_map(out, to, KEY_NONE);
    rec_text(out, option, KEY_letter, letter);
    play_text(p, out, option, KEY_text, line->left, line->line);
}

void judge_put_options(struct play *p, struct records *out, struct rec *to, const char *key)
{
    const struct question_line *shown[OPTIONS_MOST];
    size_t count = question_options(p->question, p->seed, shown);
    if (count == 0) {
        return;
    }
    struct rec *options = rec_list(out, to, KEY_options);
    for (size_t k = 0; key == NULL && k < count; k++) {
        put_option(p, out, options, k, shown[k]);
    }
    for (; key != NULL && *key != '\0'; key++) {  // only these, in this order
        if (*key >= 'a' && (size_t)(*key - 'a') < count) {
            put_option(p, out, options, (size_t)(*key - 'a'), shown[*key - 'a']);
        }
    }
}

void judge_put_cells(struct play *p, struct records *out, struct rec *to)
{
    const struct scope scope = session_scope(p->asked);
    uint32_t bit = 1;
    if (p->question->cells.count == 0) {
        return;
    }
    struct rec *cells = rec_list(out, to, KEY_cells);
    for (const struct question_line *l = p->question->cells.first; l != NULL; l = l->next) {
        double number;
        struct diag ignored = {0};
        bool known = (p->judgement.filled & bit) != 0 || p->solved;
        struct rec *cell = rec_map(out, cells, KEY_NONE);
        rec_text(out, cell, KEY_name, l->left);
        if (known && question_number(&scope, l->right, &number, &ignored)) {
            rec_number(out, cell, KEY_value, number);
        }
        bit <<= 1;
    }
}

void judge_put_key(struct play *p, struct records *out, struct rec *to)
{
    const struct question *q = p->question;
    const struct scope scope = session_scope(p->asked);
    struct diag d = {0};
    struct text key;
    text_init(&key);
    if (q->kind == QUESTION_RECALL) {
        play_text(p, out, to, KEY_model, q->model, q->line);
    } else if (q->cells.count > 0) {
        judge_put_cells(p, out, to);
    } else if (q->kind != QUESTION_DO && question_key(q, &scope, p->seed, &key, &d)) {
        if (q->options.count > 0) {
            judge_put_options(p, out, to, text_get(&key));
        } else {
            rec_text(out, to, KEY_answer, text_get(&key));
        }
    }
    text_release(&key);
}

// ---- Judging ------------------------------------------------------------------------------------

static void misread(const struct play *p, const struct source *line, const struct diag *d,
                    bool open, struct records *out)
{
    struct text excerpt;
    text_init(&excerpt);
    if (!open) {
        diag_excerpt(&excerpt, line, d->span, 0);
    }
    struct rec *r = play_record(p, out, KIND_misread);
    rec_flag(out, r, KEY_open, open);
    rec_text(out, r, KEY_message, d->message);
    // An exam has no hints to name.
    bool helps = review_is_exam(p->review) && strncmp(d->hint, "hint", 4) == 0;
    rec_text(out, r, KEY_hint,
             helps ? phrase(p->question->language, "skip leaves it out") : d->hint);
    rec_text(out, r, KEY_excerpt, text_get(&excerpt));
    text_release(&excerpt);
}

static enum rating rating_of(const struct play *p, bool right)
{
    bool helped = p->wrong > 0 || p->hints > 0 || p->solved;
    return !right ? RATING_AGAIN : helped ? RATING_HARD : RATING_GOOD;
}

// Was a letter typed that is an option's, and a name with a value, too?
static bool is_letter_and_name(struct play *p)
{
    const char *s = text_get(&p->given);
    return p->question->options.count > 0 && text_length(&p->given) == 1 &&
           names_lookup(&p->aside->names, s, 1).rank != VALUE_UNBOUND;
}

static struct rec *put_judged(struct play *p, const char *verdict, struct records *out)
{
    const struct judgement *j = &p->judgement;
    const struct question *q = p->question;
    struct rec *r = play_record(p, out, KIND_judged);
    rec_text(out, r, KEY_verdict, verdict);
    rec_flag(out, r, KEY_right, strcmp(verdict, "right") == 0);
    rec_flag(out, r, KEY_near, j->near);
    rec_flag(out, r, KEY_guess, q->kind == QUESTION_GUESS);
    rec_text(out, r, KEY_understood, j->understood == NULL ? "" : j->understood);
    rec_flag(out, r, KEY_typed, q->options.count == 0);  // else it is prose, of the options
    struct rec *said = rec_list(out, r, KEY_said);
    for (size_t i = 0; i < j->said_count; i++) {
        struct text filled;
        text_init(&filled);
        play_fill(p, out, &filled, j->said[i], q->line);
        rec_text(out, said, KEY_NONE, text_get(&filled));
        text_release(&filled);
    }
    if (strcmp(verdict, "wrong") == 0 && p->wrong == 1 && is_letter_and_name(p)) {
        struct text told;
        text_init(&told);
        text_addf(&told,
                  phrase(q->language, "`%s` was read as the option. `print %s` shows its value."),
                  text_get(&p->given), text_get(&p->given));
        rec_text(out, said, KEY_NONE, text_get(&told));
        text_release(&told);
    }
    // Who was told nothing, or did not get on by it, is told where help is.
    if (strcmp(verdict, "wrong") == 0 && q->kind != QUESTION_GUESS &&
        (p->wrong >= 2 || j->said_count == 0)) {
        rec_flag(out, r, KEY_stuck, true);
        rec_flag(out, r, KEY_hints, p->hints < q->hints.count);
    }
    return r;
}

static void note_outcome(struct play *p, bool right)
{
    struct play_question *asked = &BUF(struct play_question, &p->questions)[p->number];
    asked->right |= right;
}

void judge_right(struct play *p, struct records *out)
{
    p->passed = true;
    question_attempt(p, out, rating_of(p, true), true, false);
    note_outcome(p, true);
    struct rec *r = put_judged(p, "right", out);
    play_text(p, out, r, KEY_then, p->question->then, p->question->line);
    question_pass(p, out);
}

static void judge_wrong(struct play *p, struct records *out)
{
    question_attempt(p, out, RATING_AGAIN, false, false);
    p->wrong++;
    struct rec *r = put_judged(p, "wrong", out);
    if (p->judgement.filled != 0) {
        judge_put_cells(p, out, r);
    }
    p->more = p->judgement.more != NODE_NONE && !p->checked;
}

// ---- In an exam ---------------------------------------------------------------------------------

// What is right, in one line: the key, or the options that it stands for.
static void add_key(struct play *p, struct text *out)
{
    const struct question_line *shown[OPTIONS_MOST];
    const struct question *q = p->question;
    const struct scope scope = session_scope(p->asked);
    struct diag ignored = {0};
    struct text key;
    text_init(&key);
    size_t count = question_options(q, p->seed, shown);
    if (question_key(q, &scope, p->seed, &key, &ignored)) {
        text_add(out, text_get(&key));
        for (const char *s = text_get(&key); count > 0 && *s != '\0'; s++) {
            if (*s >= 'a' && (size_t)(*s - 'a') < count) {
                text_add(out, s == text_get(&key) ? ": " : "; ");
                text_add(out, shown[*s - 'a']->left);
            }
        }
    }
    text_release(&key);
}

void judge_note(struct play *p, struct records *out)
{
    struct text text, key, filled;
    text_init(&text);
    text_init(&key);
    text_init(&filled);
    play_fill(p, out, &text, p->question->text, p->question->line);
    add_key(p, &key);
    play_fill(p, out, &filled, text_get(&key), p->question->line);
    review_note_answer(p, text_get(&text), text_get(&p->given), text_get(&filled));
    text_release(&text);
    text_release(&key);
    text_release(&filled);
}

// The answer is taken, and nothing is said of it until the end.
static void judge_in_exam(struct play *p, bool right, struct records *out)
{
    judge_note(p, out);
    p->passed = true;
    question_attempt(p, out, right ? RATING_GOOD : RATING_AGAIN, right, false);
    note_outcome(p, right);
    question_leave(p);
}

// A guess is right or not, and either way what was guessed is shown now.
static void judge_guess(struct play *p, bool right, struct records *out)
{
    p->passed = true;
    question_attempt(p, out, RATING_GOOD, right, false);
    note_outcome(p, true);
    struct rec *r = put_judged(p, right ? "right" : "wrong", out);
    judge_put_key(p, out, r);
    play_set_graph(p, &p->aside, session_copy(p->asked));
    play_do(p, DOING_WHY, (struct entries){.list = p->question->why.first});
}

// The points of a good answer, each with the letter that ticks it.
static void put_points(struct play *p, struct records *out, struct rec *to)
{
    size_t k = 0;
    struct rec *points = p->question->points.count == 0 ? NULL : rec_list(out, to, KEY_options);
    for (const struct question_line *l = p->question->points.first; l != NULL; l = l->next) {
        put_option(p, out, points, k++, l);
    }
}

static void show_model(struct play *p, struct records *out)
{
    struct rec *r = play_record(p, out, KIND_model);
    play_text(p, out, r, KEY_text, p->question->model, p->question->line);
    put_points(p, out, r);
    play_set_state(p, PLAY_RATE);
    question_foot(p, out);
}

static void decide(struct play *p, const struct source *line, struct records *out)
{
    const struct judgement *j = &p->judgement;
    bool guess = p->question->kind == QUESTION_GUESS;
    switch (j->judged) {
    case JUDGED_MALFORMED:
    case JUDGED_OPEN:
        misread(p, line, &j->diag, j->judged == JUDGED_OPEN, out);
        return;
    case JUDGED_PARTLY:
        judge_put_cells(p, out, put_judged(p, "partly", out));
        return;
    case JUDGED_BY_LEARNER:
        show_model(p, out);
        return;
    case JUDGED_RIGHT:
    case JUDGED_WRONG:
        break;
    }
    if (review_is_exam(p->review)) {
        judge_in_exam(p, j->judged == JUDGED_RIGHT, out);
    } else if (guess) {
        judge_guess(p, j->judged == JUDGED_RIGHT, out);
    } else if (j->judged == JUDGED_RIGHT) {
        judge_right(p, out);
    } else {
        judge_wrong(p, out);
    }
}

// A number that the learner worked out at the question and gave a name of their own: its digits.
static bool own_number(struct play *p, const char *s, size_t n, struct text *out)
{
    enum { ALL_DIGITS = 17 };
    struct value v = names_lookup(&p->aside->names, s, n);
    bool number = p->question->kind == QUESTION_NUMBER || p->question->kind == QUESTION_GUESS;
    if (!number || v.rank != VALUE_SCALAR ||
        names_lookup(&p->asked->names, s, n).rank != VALUE_UNBOUND) {
        return false;
    }
    char digits[NUMBER_TEXT];
    uint32_t node = names_element(&p->aside->names, v, 0);
    text_add(out, number_text(digits, tape_value(&p->aside->tape, node), ALL_DIGITS));
    return true;
}

void question_answer(struct play *p, const struct source *line, struct records *out)
{
    const struct scope scope = session_scope(p->asked);
    const char *s;
    size_t n = question_typed(line, &s);
    text_clear(&p->given);
    text_add_bytes(&p->given, s, n);
    struct source answer = {.name = "<answer>", .text = s, .length = n, .line = 1};
    bool more = p->more;
    p->more = false;
    if (more) {
        judge_more(p->question, &scope, text_get(&p->given), &p->judgement);
    } else {
        const struct scope earlier = session_scope(p->graph);
        p->judgement.earlier = p->question->variations != NULL ? &earlier : NULL;
        struct text own;
        text_init(&own);
        bool named = own_number(p, s, n, &own);
        judge(p->question, &scope, p->seed, text_get(named ? &own : &p->given), &p->judgement);
        text_release(&own);
        p->judgement.earlier = NULL;
    }
    decide(p, &answer, out);
    p->more |= more && p->judgement.more != NODE_NONE;
}

// ---- Rating oneself -----------------------------------------------------------------------------

// Letters of points, "a c" or "ac", each counted once; "none" and "all" too. False: it is neither.
static bool read_ticks(const struct play *p, const struct source *line, size_t *ticked)
{
    const char *s;
    size_t n = question_typed(line, &s), count = p->question->points.count;
    uint32_t seen = 0;
    if (count == 0) {
        return false;
    }
    if ((n == 4 && memcmp(s, "none", n) == 0) || (n == 3 && memcmp(s, "all", n) == 0)) {
        *ticked = n == 4 ? 0 : count;
        return true;
    }
    *ticked = 0;
    for (size_t i = 0; i < n; i++) {
        size_t letter = (size_t)(s[i] - 'a');
        if (s[i] == ' ' || s[i] == ',') {
            continue;
        }
        if (s[i] < 'a' || letter >= count) {
            return false;
        }
        *ticked += (seen >> letter & 1) == 0;
        seen |= UINT32_C(1) << letter;
    }
    return n > 0;
}

// What the ticked points are worth: all of them good, half of them hard.
static enum rating rating_of_ticks(size_t ticked, size_t of)
{
    return ticked == of ? RATING_GOOD : 2 * ticked >= of ? RATING_HARD : RATING_AGAIN;
}

void question_rate(struct play *p, const struct source *line, struct records *out)
{
    enum rating rating;
    size_t ticked = 0, points = p->question->points.count;
    bool ticks = read_ticks(p, line, &ticked);
    if (ticks) {
        rating = rating_of_ticks(ticked, points);
    } else if (!rating_read(line->text, line->length, &rating)) {
        struct diag d = {0};
        diag_set(&d, (struct span){0, line->length}, "%s",
                 phrase(p->question->language,
                        points > 0 ? "which points did you make?" : "how well did you know it?"));
        diag_hint(&d, "%s",
                  phrase(p->question->language,
                         points > 0 ? "type their letters, 'all' or 'none'; or 1 again, 2 hard, "
                                      "3 good, 4 easy"
                                    : "1 again, 2 hard, 3 good, 4 easy"));
        misread(p, line, &d, false, out);
        return;
    }
    bool right = ticks ? ticked == points : rating != RATING_AGAIN;
    p->passed = true;
    question_attempt(p, out, rating, right, false);
    note_outcome(p, right);
    struct rec *r = play_record(p, out, KIND_rated);
    rec_text(out, r, KEY_rating, rating_name(rating));
    if (ticks) {
        rec_whole(out, r, KEY_ticked, (int64_t)ticked);
        rec_whole(out, r, KEY_of, (int64_t)points);
    }
    play_text(p, out, r, KEY_then, p->question->then, p->question->line);
    question_leave(p);
}

// Asking a question of a lesson: its own graph, its numbers, its texts; hints, the solution, and
// the way on and back. What an answer is worth is judge.c's; see play.h.
#include <math.h>
#include <string.h>

#include "base/format.h"
#include "play/kept.h"

enum { DRAWS_MOST = 50 };  // of a question's numbers, until no wrong way leads to the answer

static const struct kind {
    const char *name, *how;
} kinds[QUESTION_KINDS] = {
#define KIND(ID, NAME, HOW, JUDGE) [QUESTION_##ID] = {NAME, HOW},
#include "lesson/kinds.def"
};

// ---- Its graph and its numbers ------------------------------------------------------------------

void question_mark(struct play *p, size_t item)
{
    if (p->marks.count == p->number) {
        struct play_mark *mark = buf_push(&p->marks, 1);
        if (mark != NULL) {
            *mark = (struct play_mark){
                .item = item, .graph = session_copy(p->graph), .context = p->context};
            records_init(&p->context);
        }
    }
    records_release(&p->context);
    records_init(&p->context);
}

// `setup: reset` as its first line: the question begins with an empty graph.
static const struct question_line *first_setup(const struct question *q, bool *reset)
{
    const struct question_line *first = q->setup.first;
    *reset = first != NULL && strcmp(first->left, "reset") == 0;
    return *reset ? first->next : first;
}

// Gives a varied name, or an element as in W[0, 1], its number: an existing one as .data.
static void give(struct play *p, const struct variation *v, double value, bool exists)
{
    char number[NUMBER_TEXT];
    text_addf(&p->script, exists ? "%s.data = %s\n" : "%s = %s\n", v->name,
              number_exact(number, value));
}

static bool exists(const struct session *s, const char *name)
{
    struct value v = names_lookup(&s->names, name, strlen(name));
    return strchr(name, '[') != NULL ||
           (v.rank == VALUE_SCALAR && tape_op(&s->tape, v.base) == OP_LEAF);
}

static bool array_is_bound(const struct session *s, const char *element)
{
    return value_is_array(names_lookup(&s->names, element, strcspn(element, "[")));
}

static void draw(struct play *p)
{
    text_clear(&p->script);
    p->values.count = 0;
    p->rebound = NULL;
    p->draws++;
    for (const struct variation *v = p->question->variations; v != NULL; v = v->next) {
        double value = variation_draw(v, &p->rng), *kept = buf_push(&p->values, 1);
        if (kept != NULL) {
            *kept = value;
        }
        // An element waits until the setup has made its array.
        if (strchr(v->name, '[') == NULL || array_is_bound(p->aside, v->name)) {
            give(p, v, value, exists(p->aside, v->name));
        }
    }
}

void question_note_binding(struct play *p, const char *line)
{
    p->rebound = NULL;
    if (p->doing != DOING_SETUP) {
        return;
    }
    line += strncmp(line, "param ", 6) == 0 ? 6 : 0;
    for (const struct variation *v = p->question->variations; v != NULL; v = v->next) {
        size_t n = strcspn(v->name, "[");
        if (strncmp(line, v->name, n) == 0 &&
            strncmp(line + n + strspn(line + n, " "), "=", 1) == 0) {
            p->rebound = v;
        }
    }
}

bool question_gives_again(struct play *p)
{
    size_t i = 0;
    if (p->doing != DOING_SETUP || p->rebound == NULL) {
        return false;
    }
    for (const struct variation *v = p->question->variations; v != p->rebound; v = v->next) {
        i++;
    }
    text_clear(&p->script);
    give(p, p->rebound, BUF(double, &p->values)[i], true);
    p->rebound = NULL;
    return true;
}

static uint64_t next_seed(struct play *p)
{
    struct play_question *asked = &BUF(struct play_question, &p->questions)[p->number];
    return question_seed(p->question->id, p->salt, asked->seen++);
}

static void begin(struct play *p);

void question_begin(struct play *p, const uint64_t *seed)
{
    question_mark(p, p->item);
    p->question = lesson_item(p->lesson, p->item)->question;
    p->hints = p->wrong = p->draws = 0;
    p->solved = p->passed = p->held = false;
    p->done = 0;
    p->tried = 0;
    p->seed = seed != NULL ? *seed : next_seed(p);
    rng_seed(&p->rng, p->seed);
    begin(p);
}

// Its copy of the graph, and its numbers in it.
static void begin(struct play *p)
{
    const struct question *q = p->question;
    bool reset;
    first_setup(q, &reset);
    play_set_graph(p, &p->asked, NULL);
    play_set_graph(p, &p->aside, session_copy(q->graph && !reset ? p->graph : p->blank));
    if (p->aside == NULL) {
        p->question = NULL;  // the lesson is left: see tutor_run
        play_set_state(p, PLAY_ITEMS);
        return;
    }
    draw(p);
    play_do(p, DOING_VARY,
            (struct entries){.text = text_get(&p->script), .line = q->line, .same_line = true});
}

const struct question_line *question_ambiguous(const struct question *q, const struct scope *scope)
{
    double one, other;
    for (const struct question_line *a = q->whens.first; a != NULL; a = a->next) {
        struct diag ignored = {0};
        if (!question_number(scope, a->left, &one, &ignored) || !isfinite(one)) {
            continue;
        }
        for (const struct question_line *b = a->next; b != NULL; b = b->next) {
            ignored = (struct diag){0};
            if (strcmp(a->right, b->right) != 0 &&
                question_number(scope, b->left, &other, &ignored) &&
                judge_number_is_right(other, one, q->tolerance)) {
                return b;
            }
        }
    }
    return NULL;
}

// Would, with these numbers, a wrong way lead to the right answer, or is there none?
static bool is_misleading(struct play *p)
{
    const struct question *q = p->question;
    const struct scope scope = session_scope(p->aside);
    double key, wrong;
    struct diag ignored = {0};
    bool number = q->kind == QUESTION_NUMBER && q->variations != NULL;
    if (!number || !question_number(&scope, q->answer, &key, &ignored)) {
        return false;
    }
    for (const struct question_line *w = q->whens.first; w != NULL; w = w->next) {
        ignored = (struct diag){0};
        if (question_number(&scope, w->left, &wrong, &ignored) &&
            judge_number_is_right(wrong, key, q->tolerance)) {
            return true;
        }
    }
    return !isfinite(key) || question_ambiguous(q, &scope) != NULL;
}

static void show(struct play *p, struct records *out);
static void end_solution(struct play *p, struct records *out);

void question_go_on(struct play *p, struct records *out)
{
    const struct question *q = p->question;
    bool reset;
    switch (p->doing) {
    case DOING_VARY:
        play_do(p, DOING_SETUP, (struct entries){.list = first_setup(q, &reset)});
        return;
    case DOING_SETUP:
        play_do(p, DOING_FORWARD,
                (struct entries){.text = "forward", .line = q->line, .same_line = true});
        return;
    case DOING_FORWARD:
        if (p->draws < DRAWS_MOST && is_misleading(p)) {
            begin(p);
        } else {
            show(p, out);
        }
        return;
    case DOING_SOLVE:
        play_do(p, DOING_WHY, (struct entries){.list = q->why.first});
        return;
    case DOING_WHY:
        end_solution(p, out);
        return;
    case DOING_CODE:
    case DOING_CATCH_UP:
    case DOING_TYPED:
    case DOING_KEPT:
        return;
    }
}

// ---- Its words ----------------------------------------------------------------------------------

void question_place(const struct play *p, size_t *number, size_t *of)
{
    *number = p->review != NULL ? review_number(p->review) : p->number + 1;
    *of = p->review != NULL ? review_count(p->review) : p->lesson->questions;
}

static void put_number(const struct play *p, struct records *out, struct rec *to)
{
    size_t number, of;
    question_place(p, &number, &of);
    rec_whole(out, to, KEY_number, (int64_t)number);
    rec_whole(out, to, KEY_of, (int64_t)of);
}

// How the question is to be answered; of a number, to how many digits.
static void put_how(struct records *out, struct rec *to, const struct question *q)
{
    int digits = question_digits(q);
    struct text how;
    text_init(&how);
    if (digits > 0 && (q->kind == QUESTION_NUMBER || q->kind == QUESTION_FILL)) {
        text_addf(&how,
                  phrase(q->language,
                         q->kind == QUESTION_NUMBER
                             ? "a number to %d digits, or an expression of numbers such as 1/3"
                             : "a number to %d digits for each cell; name = number fills one"),
                  digits);
    } else {
        text_add(&how, phrase(q->language, kinds[q->kind].how));
    }
    rec_text(out, to, KEY_how, text_get(&how));
    text_release(&how);
}

static void show(struct play *p, struct records *out)
{
    const struct question *q = p->question;
    play_set_graph(p, &p->asked, session_copy(p->aside));
    if (p->asked == NULL) {
        return;  // the lesson is left: see tutor_run
    }
    if (p->review != NULL) {
        review_put_graph(p, out);
    }
    struct rec *r = play_record(p, out, KIND_question);
    rec_text(out, r, KEY_lesson, p->lesson->id);
    rec_text(out, r, KEY_question, q->id);
    rec_text(out, r, KEY_type, kinds[q->kind].name);
    rec_whole(out, r, KEY_line, (int64_t)q->line);
    put_number(p, out, r);
    play_text(p, out, r, KEY_text, q->text, q->line);
    put_how(out, r, q);
    judge_begin(p);
    judge_put_options(p, out, r, NULL);
    judge_put_cells(p, out, r);
    play_set_state(p, PLAY_QUESTION);
    if (p->aside != NULL) {
        p->aside->again = "";  // Enter repeats the learner's own steps, none of the setup
    }
    question_foot(p, out);
    kept_ground(p);
    kept_at_question(p);
}

void question_foot(struct play *p, struct records *out)
{
    if (p->tutor->session->terminal.rows == 0) {
        return;  // nobody needs to be told
    }
    struct rec *r = play_record(p, out, KIND_lesson_foot);
    rec_text(out, r, KEY_waits,
             p->state == PLAY_RATE       ? "rating"
             : p->state == PLAY_QUESTION ? "answer"
                                         : "enter");
    put_number(p, out, r);
    rec_whole(out, r, KEY_hints,
              p->question == NULL ? 0 : (int64_t)(p->question->hints.count - p->hints));
    rec_flag(out, r, KEY_tried, p->wrong > 0);
    rec_flag(out, r, KEY_review, p->review != NULL);
    rec_flag(out, r, KEY_exam, review_is_exam(p->review));
}

// ---- On, back, and away -------------------------------------------------------------------------

// Where the lesson goes on another day. Whoever went back to a question does not lose their place.
static void put_place(struct play *p, struct records *out)
{
    if (p->number >= p->reached) {
        struct rec *r = records_add(out, KIND_place);
        p->reached = p->number + 1;
        rec_text(out, r, KEY_lesson, p->lesson->id);
        rec_whole(out, r, KEY_passed, (int64_t)p->reached);
    }
}

// A wrong answer, a skip, a look at the solution: the end of the lesson tells of the question.
static void note_missed(struct play *p, struct records *out)
{
    struct play_question *asked = &BUF(struct play_question, &p->questions)[p->number];
    if (!asked->missed) {
        struct rec *r = rec_map(&p->missed, &p->missed.list, KEY_NONE);
        struct text filled;
        text_init(&filled);
        play_fill(p, out, &filled, p->question->text, p->question->line);
        rec_whole(&p->missed, r, KEY_number, (int64_t)p->number + 1);
        rec_text(&p->missed, r, KEY_text, text_get(&filled));
        text_release(&filled);
    }
    asked->missed = true;
}

void question_attempt(struct play *p, struct records *out, enum rating rating, bool right,
                      bool skipped)
{
    if (!right && (skipped || p->question->kind != QUESTION_GUESS)) {
        note_missed(p, out);
        BUF(struct play_question, &p->questions)[p->number].wrong |= !skipped;
    }
    if (p->pinned) {
        return;
    }
    const struct question *q = p->question;
    struct rec *r = records_add(out, KIND_attempt);
    char seed[24];
    rec_text(out, r, KEY_lesson, p->lesson->id);
    rec_text(out, r, KEY_question, q->id);
    rec_whole(out, r, KEY_version, q->version);
    rec_text(out, r, KEY_type, kinds[q->kind].name);
    rec_whole(out, r, KEY_rating, (int64_t)rating);
    rec_flag(out, r, KEY_right, right);
    rec_flag(out, r, KEY_skipped, skipped);
    rec_text(out, r, KEY_given, text_get(&p->given));
    format_write(seed, sizeof seed, "%llu", (unsigned long long)p->seed);
    rec_text(out, r, KEY_seed, seed);
    rec_whole(out, r, KEY_hints, p->hints);
    if (p->review != NULL) {
        review_note(p, right, skipped);
    } else if (right || skipped || p->solved) {
        put_place(p, out);
    }
}

// Shown; Enter goes on, or, where nobody reads along, the lesson does by itself.
void question_pass(struct play *p, struct records *out)
{
    p->passed = true;
    play_set_state(p, PLAY_ANSWERED);
    if (p->tutor->session->terminal.rows > 0) {
        question_foot(p, out);
    } else if (!p->checked) {
        question_leave(p);
    }
}

void question_leave(struct play *p)
{
    play_set_graph(p, &p->aside, NULL);
    play_set_graph(p, &p->asked, NULL);
    p->question = NULL;
    p->checked = false;
    p->number++;
    p->item++;
    play_set_state(p, PLAY_ITEMS);
}

static void skip(struct play *p, struct records *out)
{
    text_clear(&p->given);
    if (!p->passed) {
        if (review_is_exam(p->review)) {
            judge_note(p, out);
        }
        question_attempt(p, out, RATING_AGAIN, false, true);
        BUF(struct play_question, &p->questions)[p->number].skipped = true;
        struct rec *r = play_record(p, out, KIND_skipped);
        rec_text(out, r, KEY_question, p->question->id);
        if (p->wished && p->review == NULL) {
            rec_text(out, r, KEY_hint, "previous");
        }
    }
    question_leave(p);
}

// To the question before; its graph is what it was.
static void go_back(struct play *p)
{
    size_t to = p->question == NULL || p->number > 0 ? p->number - (p->number > 0) : 0;
    const struct play_mark *mark = &BUF(struct play_mark, &p->marks)[to];
    struct session *graph = session_copy(mark->graph);
    if (graph == NULL) {
        return;  // the lesson is left: see tutor_run
    }
    play_set_graph(p, &p->aside, NULL);
    play_set_graph(p, &p->asked, NULL);
    play_set_graph(p, &p->graph, graph);
    p->number = to;
    p->item = mark->item;
    question_begin(p, NULL);
}

static void solve(struct play *p, struct records *out)
{
    text_clear(&p->given);
    if (!p->passed && !p->solved) {
        p->solved = true;
        question_attempt(p, out, RATING_AGAIN, false, false);
    }
    p->solved = true;
    play_set_graph(p, &p->aside, session_copy(p->asked));
    kept_ground(p);
    play_do(p, DOING_SOLVE, (struct entries){.list = p->question->solve.first});
}

static void end_solution(struct play *p, struct records *out)
{
    p->passed = true;
    struct rec *r = play_record(p, out, KIND_solution);
    if (p->question->kind != QUESTION_GUESS || p->solved) {
        judge_put_key(p, out, r);
    }
    play_text(p, out, r, KEY_then, p->question->then, p->question->line);
    question_pass(p, out);
}

void question_wish(struct play *p, enum play_wish wish, struct records *out)
{
    switch (wish) {
    case WISH_NONE:
        break;
    case WISH_SOLUTION:
        solve(p, out);
        break;
    case WISH_SKIP:
        skip(p, out);
        break;
    case WISH_PREVIOUS:
        go_back(p);
        break;
    case WISH_RETRY:
        play_set_graph(p, &p->aside, NULL);
        question_begin(p, NULL);
        break;
    case WISH_LESSON:
        p->state = PLAY_OVER;
        break;
    }
}

// ---- Hints --------------------------------------------------------------------------------------

bool question_hint(struct call *c, size_t n)
{
    struct play *p = tutor_of(c)->play;
    const struct question *q = p->question;
    const struct question_line *hint = q->hints.first;
    size_t number = n > 0 ? n : p->hints + 1;
    if (q->hints.count == 0) {
        diag_set(c->diag, c->command, "this question has no hints");
        return diag_hint(c->diag, "'solution' shows how it is done");
    }
    if (number > q->hints.count) {
        diag_set(c->diag, c->command,
                 q->hints.count == 1 ? "there is only one hint"
                 : n > 0             ? "there are %zu hints"
                                     : "that was the last of %zu hints",
                 q->hints.count);
        return diag_hint(c->diag, "'hint 1' reads %s again; 'solution' shows how it is done",
                         q->hints.count == 1 ? "it" : "the first");
    }
    for (size_t i = 1; i < number; i++) {
        hint = hint->next;
    }
    size_t refused = mem_refusals();
    struct rec *r = play_record(p, c->out, KIND_hint);
    rec_whole(c->out, r, KEY_number, (int64_t)number);
    rec_whole(c->out, r, KEY_of, (int64_t)q->hints.count);
    play_text(p, c->out, r, KEY_text, hint->left, hint->line);
    if (number > p->hints &&
        mem_refusals() == refused) {  // else it is not shown, and was not given
        p->hints = (uint32_t)number;
    }
    return true;
}

// What was before the question in the lesson. Of one that follows another at once, what stood
// before that: both are about it.
bool question_context(struct call *c)
{
    const struct play *p = tutor_of(c)->play;
    const struct play_mark *marks = p->marks.data;
    size_t i = p->number;
    while (i > 0 && marks[i].context.list.in.count == 0) {
        i--;
    }
    if (marks[i].context.list.in.count == 0) {
        diag_set(c->diag, c->command, "nothing comes before this question in its lesson");
        return false;
    }
    for (const struct rec *r = marks[i].context.list.in.first; r != NULL; r = r->next) {
        rec_copy(c->out, &c->out->list, r);
    }
    return true;
}

void question_info(struct call *c)
{
    struct play *p = tutor_of(c)->play;
    struct rec *r = play_record(p, c->out, KIND_question_info);
    char seed[24];
    rec_text(c->out, r, KEY_lesson, p->lesson->id);
    rec_text(c->out, r, KEY_title, p->lesson->title);
    rec_text(c->out, r, KEY_file, p->lesson->name);
    rec_whole(c->out, r, KEY_number, (int64_t)p->number + (p->question != NULL));
    rec_whole(c->out, r, KEY_of, (int64_t)p->lesson->questions);
    if (p->question != NULL) {
        rec_text(c->out, r, KEY_question, p->question->id);
        rec_text(c->out, r, KEY_type, kinds[p->question->kind].name);
        rec_text(c->out, r, KEY_covers, p->question->covers);
        format_write(seed, sizeof seed, "%llu", (unsigned long long)p->seed);
        rec_text(c->out, r, KEY_seed, seed);
        rec_whole(c->out, r, KEY_hints, (int64_t)p->question->hints.count);
    }
}

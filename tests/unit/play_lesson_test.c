// Lessons played through the one door: what stays the learner's, what is an answer, what is written
// down, and what cannot go wrong.
#include "play/tutor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lesson/course.h"
#include "lesson/lesson.h"
#include "words/words.h"

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

// ---- A learner at a session ---------------------------------------------------------------------

struct seat {
    struct tutor *tutor;
    struct records records;
    struct text said;  // all words since the last thing typed
    struct stop stop;
    int turns;              // of tutor_run until somebody presses Ctrl-C; 0: nobody does
    const char *code;       // of the lesson
    const char *questions;  // blocks "ID\nLINES\n", apart by a line "-"
    struct course course;
    struct course_lesson lesson;
    struct course_question question;
};

static int setup(void **state)
{
    static struct seat seat;
    seat = (struct seat){.code = "x = 3\ny = x*x\n"};
    seat.tutor = tutor_new(&(struct session_world){.stop = &seat.stop, .seed = 1});
    records_init(&seat.records);
    text_init(&seat.said);
    course_init(&seat.course);
    seat.course.saved = true;
    *state = &seat;
    return seat.tutor == NULL;
}

static int teardown(void **state)
{
    struct seat *seat = *state;
    tutor_free(seat->tutor);
    records_release(&seat->records);
    text_release(&seat->said);
    course_release(&seat->course);
    return 0;
}

static void add_questions(struct lesson *l, const char *s)
{
    size_t line = 20;
    while (s != NULL && *s != '\0') {
        char id[64];
        const char *content = strchr(s, '\n') + 1, *end = strstr(content, "-\n");
        size_t n = end == NULL ? strlen(content) : (size_t)(end - content);
        struct diag d = {0};
        snprintf(id, sizeof id, "%.*s", (int)(content - s - 1), s);
        if (!lesson_ask(l, id, content, n, line, &d)) {
            fail_msg("%s: %s", id, d.message);
        }
        line += 20;
        s = end == NULL ? NULL : end + 2;
    }
}

static struct lesson *make_lesson(const struct seat *seat)
{
    static const char front[] = "id: small\ntitle: A small one\n";
    struct diag d = {0};
    struct lesson *l = lesson_new("small.md");
    assert_non_null(l);
    assert_true(lesson_front(l, front, strlen(front), 2, &d));
    assert_true(lesson_text(l, LESSON_PARAGRAPH, 0, "", "It is about `y`.", 6, &d));
    assert_true(lesson_code(l, seat->code, strlen(seat->code), false, 8, &d));
    assert_true(lesson_text(l, LESSON_PARAGRAPH, 0, "", "Now y is {= y}.", 15, &d));
    add_questions(l, seat->questions);
    assert_true(lesson_end(l, &d));
    return l;
}

static void answer(struct seat *seat)
{
    const char *what = rec_get_text(seat->records.list.in.last, KEY_what);
    struct diag none = {.message = "there is no such file"};
    if (strcmp(what, "lesson") == 0 &&
        strcmp(rec_get_text(seat->records.list.in.last, KEY_path), "small.md") == 0) {
        tutor_supply_lesson(seat->tutor, make_lesson(seat));
    } else if (strcmp(what, "course") == 0 && seat->course.lessons.count > 0) {
        tutor_supply_course(seat->tutor, &seat->course);
    } else {
        tutor_refuse(seat->tutor, &none);
    }
}

static enum session_state type(struct seat *seat, const char *text)
{
    struct source source = {.name = "<prompt>", .text = text, .length = strlen(text), .line = 1};
    enum session_state state;
    records_release(&seat->records);
    records_init(&seat->records);
    text_clear(&seat->said);
    tutor_begin(seat->tutor, &source, SESSION_PROMPT);
    while ((state = tutor_run(seat->tutor, &seat->records)) == SESSION_MORE ||
           state == SESSION_NEED) {
        if (state == SESSION_NEED) {
            answer(seat);
        }
        if (seat->turns > 0 && --seat->turns == 0) {
            seat->stop.asked = STOP_NOW;
        }
    }
    for (const struct rec *r = seat->records.list.in.first; r != NULL; r = r->next) {
        struct text marked;
        text_init(&marked);
        words_add(&marked, r, &(struct words_form){.digits = 6});
        ink_plain(&seat->said, text_get(&marked), text_length(&marked));
        text_release(&marked);
    }
    return state;
}

static const struct rec *find(const struct seat *seat, enum rec_kind kind)
{
    for (const struct rec *r = seat->records.list.in.first; r != NULL; r = r->next) {
        if (rec_is(r, kind)) {
            return r;
        }
    }
    return NULL;
}

static const struct rec *get(const struct seat *seat, enum rec_kind kind)
{
    const struct rec *r = find(seat, kind);
    if (r == NULL) {
        fail_msg("there is no record of kind %s", rec_kind_name(kind));
    }
    return r;
}

static void assert_said(struct seat *seat, const char *words)
{
    if (strstr(text_get(&seat->said), words) == NULL) {
        fail_msg("'%s' is not said in:\n%s", words, text_get(&seat->said));
    }
}

static void assert_verdict(struct seat *seat, const char *typed, const char *verdict)
{
    type(seat, typed);
    assert_string_equal(rec_get_text(get(seat, KIND_judged), KEY_verdict), verdict);
}

static const char slope[] = "small.slope\n"
                            "`x` is {= x}. What is dy/dx?\n"
                            "kind: number\n"
                            "vary: x in 4..9\n"
                            "answer: dy/dx\n"
                            "hint: The first.\n"
                            "hint: The second: {= x} counts twice.\n"
                            "when: x => Only one of the two.\n"
                            "why: nudge x 0.001 y\n"
                            "then: Twice {= x}.\n"
                            "-\n"
                            "small.value\n"
                            "What is `y`?\n"
                            "kind: number\n"
                            "answer: y\n";

static void begin(struct seat *seat, const char *questions)
{
    seat->questions = questions;
    assert_int_equal(type(seat, "lesson small.md"), SESSION_DONE);
    assert_non_null(find(seat, KIND_lesson_begin));
}

// ---- What stays the learner's -------------------------------------------------------------------

static void the_learners_session_is_set_aside(void **state)
{
    struct seat *seat = *state;
    struct text before, after;
    text_init(&before);
    text_init(&after);
    type(seat, "mine = 7; x = mine*2");
    session_script(tutor_session(seat->tutor), &before);
    begin(seat, slope);
    assert_said(seat, "Now y is 9.");
    type(seat, "print mine");
    assert_non_null(find(seat, KIND_error));
    type(seat, "x = 1; reset");
    session_script(tutor_session(seat->tutor), &after);  // what the journal keeps
    assert_string_equal(text_get(&after), text_get(&before));
    assert_int_equal(type(seat, "quit"), SESSION_DONE);
    assert_non_null(find(seat, KIND_lesson_left));
    type(seat, "print mine, x");
    assert_said(seat, "7 14");
    type(seat, "undo");
    assert_string_equal(rec_get_text(get(seat, KIND_rewound), KEY_statement), "x = mine*2");
    assert_int_equal(type(seat, "quit"), SESSION_QUIT);
    text_release(&before);
    text_release(&after);
}

static void a_question_has_a_graph_of_its_own(void **state)
{
    struct seat *seat = *state;
    begin(seat, slope);
    type(seat, "y = 100; x.data = 5; z = 1");
    type(seat, "skip");  // the next question sees none of it
    type(seat, "print y, x");
    assert_said(seat, "9 3");
    type(seat, "z");
    assert_non_null(find(seat, KIND_misread));
    assert_verdict(seat, "9", "right");
    assert_non_null(find(seat, KIND_lesson_end));
}

// ---- Answers ------------------------------------------------------------------------------------

static double drawn(struct seat *seat)
{
    const char *text = rec_get_text(get(seat, KIND_question), KEY_text);
    double x = 0;
    assert_int_equal(sscanf(text, "`x` is %lf", &x), 1);
    return x;
}

static void statements_run_and_answers_are_judged(void **state)
{
    struct seat *seat = *state;
    char line[64];
    begin(seat, slope);
    double x = drawn(seat);
    static const char *const statements[] = {"print dy/dx", "w = 2", "nudge x 0.1 y", "x.data = 50",
                                             "repeat 2 { w = 3 }"};
    for (size_t i = 0; i < COUNT_OF(statements); i++) {
        type(seat, statements[i]);
        assert_null(find(seat, KIND_attempt));
        assert_null(find(seat, KIND_judged));
        assert_null(find(seat, KIND_error));
    }
    static const char *const malformed[] = {"y", "dy/dx", "y.grad", "1 +", "(", "2 3"};
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        type(seat, malformed[i]);
        assert_null(find(seat, KIND_attempt));
        assert_non_null(find(seat, KIND_misread));
    }
    snprintf(line, sizeof line, "%g", x);
    assert_verdict(seat, line, "wrong");
    assert_said(seat, "Only one of the two.");
    // The key is that of the graph as it was asked, not of what was made of it since.
    snprintf(line, sizeof line, "2*%g", x);
    assert_verdict(seat, line, "right");
    snprintf(line, sizeof line, "Twice %g.", x);
    assert_said(seat, line);
}

static void what_is_written_down_comes_before_what_is_shown(void **state)
{
    struct seat *seat = *state;
    begin(seat, slope);
    double x = drawn(seat);
    char line[64];
    type(seat, "hint");
    assert_verdict(seat, "1", "wrong");
    const struct rec *attempt = get(seat, KIND_attempt);
    assert_string_equal(rec_get_text(attempt, KEY_question), "small.slope");
    assert_string_equal(rec_get_text(attempt, KEY_lesson), "small");
    assert_string_equal(rec_get_text(attempt, KEY_given), "1");
    assert_int_equal(rec_get_whole(attempt, KEY_rating), 1);
    assert_int_equal(rec_get_whole(attempt, KEY_hints), 1);
    assert_null(find(seat, KIND_place));
    snprintf(line, sizeof line, "%g", 2 * x);
    type(seat, line);
    const struct rec *first = seat->records.list.in.first;
    assert_true(rec_is(first, KIND_attempt));
    assert_int_equal(rec_get_whole(first, KEY_rating), 2);  // right, after a wrong one and a hint
    assert_true(rec_get_flag(first, KEY_right));
    assert_true(rec_is(first->next, KIND_place));
    assert_int_equal(rec_get_whole(first->next, KEY_passed), 1);
    assert_true(rec_is(first->next->next, KIND_judged));
    assert_verdict(seat, "9", "right");
    assert_int_equal(rec_get_whole(get(seat, KIND_attempt), KEY_rating), 3);
}

// ---- Hints, solution, ways ----------------------------------------------------------------------

static void hints_are_a_ladder(void **state)
{
    struct seat *seat = *state;
    begin(seat, slope);
    type(seat, "hint 2");
    assert_said(seat, "The second: ");
    type(seat, "hint 1");
    assert_said(seat, "The first.");
    type(seat, "hint");
    assert_non_null(find(seat, KIND_error));
    type(seat, "skip");
    type(seat, "hint");
    assert_string_equal(rec_get_text(get(seat, KIND_error), KEY_message),
                        "this question has no hints");
}

static void the_solution_shows_how_and_counts_as_not_known(void **state)
{
    struct seat *seat = *state;
    begin(seat, slope);
    type(seat, "x.data = 1");
    type(seat, "solution");
    assert_int_equal(rec_get_whole(get(seat, KIND_attempt), KEY_rating), 1);
    assert_false(rec_get_flag(get(seat, KIND_attempt), KEY_right));
    assert_non_null(find(seat, KIND_nudge));
    assert_non_null(find(seat, KIND_solution));
    assert_non_null(find(seat, KIND_question));  // the next, as nobody reads along
}

static void ways_lead_on_back_and_again(void **state)
{
    struct seat *seat = *state;
    begin(seat, slope);
    type(seat, "previous");
    assert_non_null(find(seat, KIND_error));
    type(seat, "skip");
    assert_true(rec_get_flag(get(seat, KIND_attempt), KEY_skipped));
    assert_int_equal(rec_get_whole(get(seat, KIND_question), KEY_number), 2);
    type(seat, "previous");
    assert_int_equal(rec_get_whole(get(seat, KIND_question), KEY_number), 1);
    double first = drawn(seat);
    bool other = false;
    for (int i = 0; i < 20 && !other; i++) {
        type(seat, "retry");
        other = drawn(seat) != first;
    }
    assert_true(other);
}

// Whoever goes back to a question and answers it anew goes on later from where they had been.
static void going_back_keeps_the_place(void **state)
{
    struct seat *seat = *state;
    begin(seat, slope);
    type(seat, "skip");
    assert_int_equal(rec_get_whole(get(seat, KIND_place), KEY_passed), 1);
    type(seat, "previous");
    type(seat, "skip");
    assert_non_null(find(seat, KIND_attempt));
    assert_null(find(seat, KIND_place));
    type(seat, "skip");
    assert_int_equal(rec_get_whole(get(seat, KIND_place), KEY_passed), 2);
}

static void what_stood_before_is_shown_again(void **state)
{
    struct seat *seat = *state;
    begin(seat, slope);
    type(seat, "context");
    assert_said(seat, "It is about y.");
    assert_said(seat, "∇ y = x*x\n");
    assert_said(seat, "Now y is 9.");
    type(seat, "skip");  // the next question follows at once
    type(seat, "context");
    assert_said(seat, "Now y is 9.");
    type(seat, "previous");
    type(seat, "context");
    assert_said(seat, "Now y is 9.");
}

static void what_would_be_lost_is_refused(void **state)
{
    struct seat *seat = *state;
    begin(seat, slope);
    static const char *const lines[] = {"skip; 9", "solution; print 1", "retry ; 3",
                                        "lesson small.md; 9"};
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        type(seat, lines[i]);
        assert_non_null(strstr(rec_get_text(get(seat, KIND_error), KEY_message), "would be lost"));
        assert_null(find(seat, KIND_attempt));
        assert_null(find(seat, KIND_question));
    }
    type(seat, "x.data = 5; skip  # on it goes");
    assert_true(rec_get_flag(get(seat, KIND_attempt), KEY_skipped));
}

static void numbers_follow_from_salt_and_times(void **state)
{
    struct seat *seat = *state;
    seat->lesson = (struct course_lesson){.id = "small",
                                          .deck = "",
                                          .title = "A small one",
                                          .path = "small.md",
                                          .requires = "",
                                          .trouble = "",
                                          .questions = 2};
    seat->question = (struct course_question){
        .id = "small.slope", .covers = "", .text = "", .model = "", .seen = 3};
    *(struct course_lesson *)buf_push(&seat->course.lessons, 1) = seat->lesson;
    *(struct course_question *)buf_push(&seat->course.questions, 1) = seat->question;
    seat->course.salt = 99;
    seat->questions = slope;
    type(seat, "lesson small");
    type(seat, "info");
    char seed[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)question_seed("small.slope", 99, 3));
    assert_string_equal(rec_get_text(get(seat, KIND_question_info), KEY_seed), seed);
    type(seat, "retry");
    type(seat, "info");
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)question_seed("small.slope", 99, 4));
    assert_string_equal(rec_get_text(get(seat, KIND_question_info), KEY_seed), seed);
}

static void a_lesson_goes_on_where_it_was_left(void **state)
{
    struct seat *seat = *state;
    seat->lesson = (struct course_lesson){.id = "small",
                                          .deck = "",
                                          .title = "A small one",
                                          .path = "small.md",
                                          .requires = "",
                                          .trouble = "",
                                          .questions = 2,
                                          .place = 1};
    *(struct course_lesson *)buf_push(&seat->course.lessons, 1) = seat->lesson;
    seat->questions = slope;
    type(seat, "lesson 1");
    assert_non_null(find(seat, KIND_lesson_resumed));
    assert_int_equal(rec_get_whole(get(seat, KIND_question), KEY_number), 2);
    assert_null(find(seat, KIND_lesson_code));
    assert_verdict(seat, "9", "right");  // its code has run all the same
    type(seat, "lesson smsll");
    assert_string_equal(rec_get_text(get(seat, KIND_error), KEY_hint), "did you mean 'small'?");
}

// ---- Kinds --------------------------------------------------------------------------------------

static void a_do_is_done_when_it_holds(void **state)
{
    struct seat *seat = *state;
    begin(seat, "small.low\nBring y below 1.\nkind: do\nuntil: y < 1\nsolve: x.data = 0; forward\n"
                "then: `y` is {= y}.\n-\n"
                "small.look\nLook.\nkind: do\nuntil: did topo\nsolve: topo y\n");
    type(seat, "5");
    assert_null(find(seat, KIND_judged));  // an expression is only shown
    type(seat, "x.data = 2; forward");
    assert_null(find(seat, KIND_judged));
    assert_verdict(seat, "x.data = 0.5; forward", "right");
    assert_said(seat, "y is 0.25.");
    type(seat, "vars");
    assert_null(find(seat, KIND_judged));
    assert_verdict(seat, "topo y", "right");
}

// The same command with other words is told what is missing; what is done another way is done.
static void what_was_nearly_done_is_told(void **state)
{
    struct seat *seat = *state;
    begin(seat, "small.look\nRun the pass.\nkind: do\nuntil: did nudge x 0.001 => Nudge `x`.\n"
                "solve: nudge x 0.001\n-\n"
                "small.pass\nRun the pass.\nkind: do\nuntil: did backward y\nsolve: backward y\n");
    type(seat, "nudge x 0.01");
    assert_string_equal(rec_get_text(get(seat, KIND_unmet), KEY_text), "Nudge `x`.");
    type(seat, "vars");
    assert_null(find(seat, KIND_unmet));
    assert_verdict(seat, "nudge x 1e-3 y", "right");
    type(seat, "backward x");
    assert_string_equal(rec_get_text(get(seat, KIND_unmet), KEY_text), "'backward y' was not done");
    assert_verdict(seat, "y.backward()", "right");
}

// A command's word that is an option is an answer, also beside others.
static void options_are_named_at_the_prompt(void **state)
{
    struct seat *seat = *state;
    begin(seat, "small.order\nIn which order?\nkind: order\nitem: forward\nitem: backward pass\n"
                "item: update\n");
    assert_verdict(seat, "forward, backward pass, update", "right");
    begin(seat, "small.short\nIn which order?\nkind: order\nitem: forward pass\nitem: loss\n"
                "item: update it\n");
    assert_verdict(seat, "forward, loss, update", "right");
}

static void words_below_a_question_may_be_mistyped(void **state)
{
    struct seat *seat = *state;
    begin(seat, "small.one\nHow many?\nkind: number\nanswer: 0\n-\n"
                "small.two\nWhich?\nkind: choice\nright: it is\nwrong: it is not\n");
    type(seat, "hitn");
    assert_string_equal(rec_get_text(get(seat, KIND_error), KEY_hint), "did you mean 'hint'?");
    type(seat, "zero");
    assert_string_equal(rec_get_text(get(seat, KIND_notice), KEY_text),
                        "'zero' cleared the gradients; to answer with 0, type 0");
    assert_verdict(seat, "0", "right");
    assert_null(find(seat, KIND_error));
    type(seat, "slip");
    assert_string_equal(rec_get_text(get(seat, KIND_error), KEY_hint), "did you mean 'skip'?");
    type(seat, "six");
    assert_string_equal(rec_get_text(get(seat, KIND_misread), KEY_message),
                        "'six' is none of the options");
}

static void a_name_of_ones_own_answers(void **state)
{
    struct seat *seat = *state;
    begin(seat, "small.one\nWhat is dy/dx?\nkind: number\nanswer: dy/dx\n");
    type(seat, "mine = 2*x + 1");
    assert_verdict(seat, "mine", "wrong");
    type(seat, "slope = 2*x");
    assert_verdict(seat, "slope", "right");
}

// The stars of a condition are no emphasis.
static void what_is_unmet_is_told_with_its_stars(void **state)
{
    struct seat *seat = *state;
    begin(seat,
          "small.low\nBring y down.\nkind: do\nuntil: 2*x*y < 1\nsolve: x.data = 0; forward\n");
    type(seat, "x.data = 2; forward");
    assert_string_equal(rec_get_text(get(seat, KIND_unmet), KEY_text), "`2*x*y is 16`");
}

static void a_recall_is_answered_in_words_and_rated(void **state)
{
    struct seat *seat = *state;
    static const char *const words[] = {"it multiplies", "zero the gradients first of all",
                                        "step by step, backwards", "check against differences"};
    begin(seat, "small.say\nWhat does it do?\nkind: recall\nmodel: It `multiplies`.\n");
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        type(seat, "retry");
        type(seat, words[i]);
        assert_non_null(find(seat, KIND_model));
        assert_null(find(seat, KIND_attempt));
    }
    type(seat, "7");
    assert_null(find(seat, KIND_attempt));
    type(seat, "hard");
    assert_int_equal(rec_get_whole(get(seat, KIND_attempt), KEY_rating), 2);
    assert_string_equal(rec_get_text(get(seat, KIND_attempt), KEY_given), words[3]);
    assert_non_null(find(seat, KIND_lesson_end));
}

// "idk" costs no more than what it asks for.
static void who_does_not_know_is_helped(void **state)
{
    struct seat *seat = *state;
    begin(seat, "small.idk\nWhat is y?\nkind: number\nanswer: y\nhint: Look at it.\n");
    type(seat, "I don't know");
    assert_string_equal(rec_get_text(get(seat, KIND_hint), KEY_text), "Look at it.");
    assert_null(find(seat, KIND_attempt));
    type(seat, "idk");
    assert_non_null(find(seat, KIND_solution));
    begin(seat, slope);
    type(seat, "next");
    assert_non_null(find(seat, KIND_skipped));
    type(seat, "tell me");
    assert_non_null(find(seat, KIND_solution));
}

// Where Enter goes on, so do "next" and "ok"; there they skip no question.
static void next_goes_on(void **state)
{
    struct seat *seat = *state;
    begin(seat, slope);
    tutor_set_terminal(seat->tutor, 80, 24, false);
    type(seat, "solution");
    type(seat, "next");
    assert_string_equal(rec_get_text(get(seat, KIND_question), KEY_question), "small.value");
    type(seat, "solution");
    type(seat, "ok");
    assert_non_null(find(seat, KIND_lesson_end));
}

// An option's letter that is a name, too: what was typed may have been meant as the name.
static void a_letter_may_be_a_name(void **state)
{
    struct seat *seat = *state;
    begin(seat, "small.letter\nWhich?\nkind: choice\nsetup: a = 1; b = 2\nright: r\n"
                "wrong: w => It is not w.\n");
    const struct rec *options = rec_find(get(seat, KIND_question), KEY_options);
    const char *w = strcmp(rec_get_text(options->in.first, KEY_text), "w") == 0 ? "a" : "b";
    char told[80];
    snprintf(told, sizeof told, "%s was read as the option. print %s shows its value.", w, w);
    assert_verdict(seat, w, "wrong");
    assert_said(seat, told);
    assert_verdict(seat, w, "wrong");
    assert_null(strstr(text_get(&seat->said), told));  // said once
}

// The picture above had x = 3, where dy/dx is 6.
static void an_answer_to_the_numbers_above_is_known(void **state)
{
    struct seat *seat = *state;
    begin(seat, slope);
    assert_true(drawn(seat) != 6 && drawn(seat) != 3);
    assert_verdict(seat, "6", "wrong");
    assert_said(seat, "That is right for the numbers shown earlier.");
}

// The walk stands where the setup left it: Enter does not tell what is to be guessed. Who steps may
// go on by Enter, as everywhere.
static void enter_does_not_answer_a_guess(void **state)
{
    struct seat *seat = *state;
    begin(seat, "small.guess\nWhat will x.grad be?\nkind: guess\nsetup: step backward y\n"
                "answer: dy/dx\n");
    type(seat, "");
    assert_null(find(seat, KIND_step));
    type(seat, "step");
    assert_non_null(find(seat, KIND_step));
    type(seat, "retry");
    type(seat, "");
    assert_null(find(seat, KIND_step));
    assert_verdict(seat, "5", "wrong");
}

static void a_table_is_filled_cell_by_cell(void **state)
{
    struct seat *seat = *state;
    begin(seat, "small.fill\nFill.\nkind: fill\ncell: dy/dx => dy/dx\ncell: y => y\n");
    assert_verdict(seat, "y = 9", "partly");
    assert_null(find(seat, KIND_attempt));
    assert_verdict(seat, "dy/dx = 6", "right");
    assert_non_null(find(seat, KIND_lesson_end));
}

// ---- What cannot go wrong -----------------------------------------------------------------------

static void code_that_fails_is_an_error_with_its_place(void **state)
{
    struct seat *seat = *state;
    seat->code = "x = 3\ny = x*nosuch\n\ny = x*x\n";
    begin(seat, slope);
    const struct rec *error = get(seat, KIND_error);
    assert_true(rec_get_flag(error, KEY_fault));
    assert_string_equal(rec_get_text(error, KEY_file), "small.md");
    assert_int_equal(rec_get_whole(error, KEY_line), 9);
    assert_non_null(find(seat, KIND_question));  // the lesson goes on
    assert_int_equal(type(seat, "quit"), SESSION_DONE);
}

static void a_loop_without_end_is_bounded(void **state)
{
    struct seat *seat = *state;
    seat->code = "repeat 1e12 { x = 3 }\n";
    begin(seat, slope);
    assert_said(seat, "this takes longer");
    assert_non_null(find(seat, KIND_question));
}

static void a_training_without_end_is_bounded(void **state)
{
    struct seat *seat = *state;
    seat->code = "param x = 3\nL = x*x\ntrain L 1000000000 1e-9\n";
    begin(seat, slope);
    assert_said(seat, "this takes longer");
    assert_non_null(find(seat, KIND_question));
}

static void ctrl_c_stops_a_lesson_where_it_is(void **state)
{
    struct seat *seat = *state;
    tutor_set_terminal(seat->tutor, 80, 24, false);
    seat->code = "repeat 1e12 { x = 3 }\n";
    seat->questions = slope;
    seat->turns = 10;
    type(seat, "lesson small.md");
    seat->stop.asked = 0;
    assert_null(find(seat, KIND_question));
    assert_non_null(find(seat, KIND_lesson_pause));
    assert_int_equal(type(seat, "print 1"), SESSION_DONE);
    assert_said(seat, "1");
    assert_int_equal(type(seat, "quit"), SESSION_DONE);
}

static void prose_waits_for_whoever_reads_along(void **state)
{
    struct seat *seat = *state;
    tutor_set_terminal(seat->tutor, 80, 10, false);
    begin(seat, slope);
    assert_null(find(seat, KIND_question));
    assert_non_null(find(seat, KIND_lesson_pause));
    for (int i = 0; i < 5 && find(seat, KIND_question) == NULL; i++) {
        type(seat, "");
    }
    double x = drawn(seat);
    assert_non_null(find(seat, KIND_lesson_foot));
    char line[32];
    snprintf(line, sizeof line, "%g", 2 * x);
    type(seat, line);
    assert_null(find(seat, KIND_question));  // success is shown, then Enter
    type(seat, "");
    assert_int_equal(rec_get_whole(get(seat, KIND_question), KEY_number), 2);
    struct text place;
    text_init(&place);
    tutor_place(seat->tutor, &place);
    assert_string_equal(text_get(&place), "2/2");
    text_release(&place);
}

// A block that is longer than the screen waits between two statements: the lines of an answer,
// which are empty in the text, say how long it is. What is typed meanwhile does not lose the rest.
static void code_waits_for_whoever_reads_along(void **state)
{
    struct seat *seat = *state;
    seat->code = "x = 3\ny = x*x\n\n\n\n\n\n\n\n\n";
    tutor_set_terminal(seat->tutor, 80, 12, false);
    begin(seat, slope);
    for (int i = 0; i < 3 && find(seat, KIND_lesson_code) == NULL; i++) {
        type(seat, "");
    }
    assert_said(seat, "x = 3");
    assert_null(strstr(text_get(&seat->said), "y = x*x"));
    assert_non_null(find(seat, KIND_lesson_pause));
    type(seat, "print x + 40");
    assert_said(seat, "43");
    type(seat, "");
    assert_said(seat, "y = x*x");
}

static void an_empty_line_repeats_a_step(void **state)
{
    struct seat *seat = *state;
    begin(seat, slope);
    type(seat, "step y");
    type(seat, "");
    assert_non_null(find(seat, KIND_step));
}

static void a_lesson_may_begin_another(void **state)
{
    struct seat *seat = *state;
    type(seat, "mine = 7");
    begin(seat, slope);
    type(seat, "lesson small.md");
    assert_non_null(find(seat, KIND_lesson_begin));
    type(seat, "lesson nosuch.md");
    assert_non_null(find(seat, KIND_error));
    assert_verdict(seat, "1", "wrong");  // … and the first goes on
    type(seat, "quit");
    type(seat, "print mine");
    assert_said(seat, "7");
    type(seat, "lesson small.md; skip\n9");  // all at once
    assert_non_null(find(seat, KIND_lesson_end));
}

static void commands_of_lessons_want_one(void **state)
{
    struct seat *seat = *state;
    static const char *const commands[] = {"hint", "solution", "skip", "previous", "retry", "info"};
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        assert_int_equal(type(seat, commands[i]), SESSION_FAILED);
        assert_string_equal(rec_get_text(get(seat, KIND_error), KEY_message),
                            "no lesson is being played");
    }
    assert_int_equal(type(seat, "repeat 2 { lesson small.md }"), SESSION_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_learners_session_is_set_aside),
        TEST(a_question_has_a_graph_of_its_own),
        TEST(statements_run_and_answers_are_judged),
        TEST(what_is_written_down_comes_before_what_is_shown),
        TEST(hints_are_a_ladder),
        TEST(the_solution_shows_how_and_counts_as_not_known),
        TEST(ways_lead_on_back_and_again),
        TEST(going_back_keeps_the_place),
        TEST(what_stood_before_is_shown_again),
        TEST(what_would_be_lost_is_refused),
        TEST(numbers_follow_from_salt_and_times),
        TEST(a_lesson_goes_on_where_it_was_left),
        TEST(a_do_is_done_when_it_holds),
        TEST(what_is_unmet_is_told_with_its_stars),
        TEST(what_was_nearly_done_is_told),
        TEST(options_are_named_at_the_prompt),
        TEST(words_below_a_question_may_be_mistyped),
        TEST(a_name_of_ones_own_answers),
        TEST(a_recall_is_answered_in_words_and_rated),
        TEST(who_does_not_know_is_helped),
        TEST(next_goes_on),
        TEST(a_letter_may_be_a_name),
        TEST(an_answer_to_the_numbers_above_is_known),
        TEST(enter_does_not_answer_a_guess),
        TEST(a_table_is_filled_cell_by_cell),
        TEST(code_that_fails_is_an_error_with_its_place),
        TEST(a_loop_without_end_is_bounded),
        TEST(a_training_without_end_is_bounded),
        TEST(ctrl_c_stops_a_lesson_where_it_is),
        TEST(prose_waits_for_whoever_reads_along),
        TEST(code_waits_for_whoever_reads_along),
        TEST(an_empty_line_repeats_a_step),
        TEST(a_lesson_may_begin_another),
        TEST(commands_of_lessons_want_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// progress and review through the door: a course made by hand, on a day that is always the same.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/day.h"
#include "base_refuse.h"
#include "lesson/course.h"
#include "play/tutor.h"
#include "words/words.h"

#define NOON INT64_C(1709208000)  // 2024-02-29T12:00:00Z, a Thursday

struct seat {
    struct tutor *tutor;
    struct course course;
    struct records records;
    struct text words;  // of all records of the last line
    enum session_mode mode;
    struct text written;  // what was to be written to a file
};

static int sit_down(void **state)
{
    static struct seat seat;
    struct session_world world = {.seed = 1};
    seat = (struct seat){.tutor = tutor_new(&world), .mode = SESSION_SCRIPT};
    course_init(&seat.course);
    seat.course.now = NOON;
    seat.course.today = day_of_date((struct date){2024, 2, 29});
    seat.course.saved = true;
    records_init(&seat.records);
    text_init(&seat.words);
    text_init(&seat.written);
    *state = &seat;
    return seat.tutor == NULL;
}

static int stand_up(void **state)
{
    struct seat *seat = *state;
    tutor_free(seat->tutor);
    course_release(&seat->course);
    records_release(&seat->records);
    text_release(&seat->words);
    text_release(&seat->written);
    return 0;
}

// ---- The course ---------------------------------------------------------------------------------

static void add_lesson(struct seat *seat, const char *id, const char *title, uint32_t questions,
                       uint32_t done)
{
    struct course_lesson *l = buf_push(&seat->course.lessons, 1);
    assert_non_null(l);
    *l = (struct course_lesson){.id = id,
                                .title = title,
                                .path = id,
                                .requires = "",
                                .trouble = "",
                                .deck = "",
                                .questions = questions,
                                .done = done};
}

static void add_question(struct seat *seat, const char *id, const char *covers, uint32_t lesson,
                         int64_t due)
{
    struct course_question *q = buf_push(&seat->course.questions, 1);
    assert_non_null(q);
    *q = (struct course_question){.id = id,
                                  .covers = covers,
                                  .text = "",
                                  .model = "",
                                  .lesson = lesson,
                                  .version = 1,
                                  .done = due != 0};
    if (due != 0) {
        q->card = (struct card){.stability = 10,
                                .difficulty = 5,
                                .last = NOON - 10 * DAY_SECONDS,
                                .due = due,
                                .reviews = 1};
    }
    if (due != 0 && due <= NOON) {
        struct course_due *d = buf_push(&seat->course.due, 1);
        *d = (struct course_due){.lesson = "one", .question = id};
    }
}

static void add_day(struct seat *seat, int64_t ago, uint32_t answers, uint32_t right)
{
    struct course_day *d = buf_push(&seat->course.days, 1);
    assert_non_null(d);
    *d = (struct course_day){.day = seat->course.today - ago, .answers = answers, .right = right};
}

static void add_attempt(struct seat *seat, const char *given)
{
    struct log_attempt *a = buf_push(&seat->course.log.attempts, 1);
    assert_non_null(a);
    *a = (struct log_attempt){.question = "one.first",
                              .lesson = "one",
                              .kind = "number",
                              .given = given,
                              .version = 1,
                              .when = NOON,
                              .rating = 3,
                              .seed = UINT64_MAX,
                              .right = true};
}

// ---- The host -----------------------------------------------------------------------------------

static struct lesson *lesson_one(void)
{
    static const char front[] = "id: one\ntitle: One\n";
    static const char first[] = "What is b?\nkind: number\nvary: a in 4..9\nanswer: b\n";
    static const char second[] = "`b` and again `b`?\nkind: number\nanswer: 2*b\n";
    struct diag d = {0};
    struct lesson *l = lesson_new("one.md");
    bool ok = lesson_front(l, front, strlen(front), 2, &d) &&
              lesson_code(l, "a = 3\nb = a + a\n", 16, false, 6, &d) &&
              lesson_text(l, LESSON_PARAGRAPH, 0, "", "Here b is {= b}.", 9, &d) &&
              lesson_ask(l, "one.first", first, strlen(first), 10, &d) &&
              lesson_ask(l, "one.second", second, strlen(second), 20, &d) && lesson_end(l, &d);
    assert_true(ok);
    return l;
}

// (Memory is not refused to the host.)
static void supply(struct seat *seat, const struct rec *need)
{
    const char *what = rec_get_text(need, KEY_what);
    size_t refused = refused_at;
    refused_at = 0;
    if (strcmp(what, "course") == 0) {
        tutor_supply_course(seat->tutor, &seat->course);
    } else if (strcmp(what, "lesson") == 0) {
        tutor_supply_lesson(seat->tutor, lesson_one());
    } else {
        assert_string_equal(what, "write");
        text_clear(&seat->written);
        text_add(&seat->written, rec_get_text(need, KEY_text));
        tutor_supply(seat->tutor, "", 0);
    }
    refused_at = refused;
}

// Types a line; its words without marks are in seat->words.
static const char *type(struct seat *seat, const char *line)
{
    struct source source = {.name = "test", .text = line, .length = strlen(line), .line = 1};
    struct text marked;
    enum session_state state;
    text_init(&marked);
    records_release(&seat->records);
    records_init(&seat->records);
    tutor_begin(seat->tutor, &source, seat->mode);
    while ((state = tutor_run(seat->tutor, &seat->records)) == SESSION_MORE ||
           state == SESSION_NEED) {
        if (state == SESSION_NEED) {
            supply(seat, seat->records.list.in.last);
        }
    }
    refused_at = 0;
    for (const struct rec *r = seat->records.list.in.first; r != NULL; r = r->next) {
        words_add(&marked, r, &(struct words_form){.style = WORDS_SCRIPT, .digits = 6});
    }
    text_clear(&seat->words);
    ink_plain(&seat->words, text_get(&marked), text_length(&marked));
    text_release(&marked);
    return text_get(&seat->words);
}

static const struct rec *record(const struct seat *seat, enum rec_kind kind)
{
    for (const struct rec *r = seat->records.list.in.first; r != NULL; r = r->next) {
        if (rec_is(r, kind)) {
            return r;
        }
    }
    return NULL;
}

// ---- progress -----------------------------------------------------------------------------------

static void progress_is_drawn(void **state)
{
    struct seat *seat = *state;
    add_lesson(seat, "one", "What a slope says", 2, 1);
    add_lesson(seat, "two", "Not begun", 1, 0);
    add_question(seat, "one.first", "N1, G2, N3", 0, NOON - 1);
    add_question(seat, "one.second", "N2", 0, 0);
    add_question(seat, "two.first", "T1", 1, NOON + 3 * DAY_SECONDS);
    add_day(seat, 400, 7, 7);  // longer ago than is drawn
    add_day(seat, 30, 30, 20);
    add_day(seat, 29, 15, 10);
    add_day(seat, 2, 14, 10);
    add_day(seat, 1, 5, 5);
    add_day(seat, 0, 1, 0);
    tutor_set_terminal(seat->tutor, 40, 0, false);
    assert_string_equal(type(seat, "progress"),
                        "         Dec       Jan     Feb\n"
                        "Mon  · · · · · · · · · · · · · · · ·\n"
                        "     · · · · · · · · · · · ██· · · ▒▒\n"
                        "Wed  · · · · · · · · · · · ▓▓· · · ▒▒\n"
                        "     · · · · · · · · · · · · · · · ░░\n"
                        "Fri  · · · · · · · · · · · · · · ·\n"
                        "     · · · · · · · · · · · · · · ·\n"
                        "Sun  · · · · · · · · · · · · · · ·\n"
                        "     ░░ 1   ▒▒ 5   ▓▓ 15   ██ 30   answers a day, or more\n"
                        "\n"
                        "72 answers, 52 right; 3 days in a row\n"
                        "1 question is due: review\n"
                        "Next: lesson one   What a slope says\n"
                        "\n"
                        "topic                                          done  known  due\n"
                        "N      slopes and local gradients  █████░░░░░   1/2    90%    1\n"
                        "G      the engine                  ██████████   1/1    90%    1\n"
                        "T      terms                       ██████████   1/1    90%\n"
                        "\n"
                        "lesson                                 done  known  due\n"
                        "one     What a slope says  █████░░░░░   1/2    90%    1\n");
}

static void progress_is_drawn_in_ascii(void **state)
{
    struct seat *seat = *state;
    add_day(seat, 1, 5, 5);
    tutor_set_terminal(seat->tutor, 80, 0, true);
    for (const char *s = type(seat, "progress"); *s != '\0'; s++) {
        assert_true((unsigned char)*s < 0x80);
    }
    assert_non_null(strstr(text_get(&seat->words), "++"));
}

static void progress_of_nobody(void **state)
{
    struct seat *seat = *state;
    assert_string_equal(type(seat, "progress"), "Nothing has been answered yet.\n");
    assert_int_equal(rec_get_whole(record(seat, KIND_progress), KEY_streak), 0);
    assert_null(rec_find(record(seat, KIND_progress), KEY_next));
}

static void when_the_next_comes_back(void **state)
{
    static const struct {
        int64_t seconds;
        const char *words;
    } times[] = {{1, "1 minute"},
                 {3600, "60 minutes"},
                 {3601, "2 hours"},
                 {86400, "24 hours"},
                 {3 * 86400, "3 days"},
                 {3 * 86400 + 1000, "3 days"},
                 {100 * 86400 - 1, "100 days"}};
    struct seat *seat = *state;
    add_lesson(seat, "one", "One", 1, 1);
    add_question(seat, "one.first", "N1", 0, NOON + 1);
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        char expected[100];
        BUF(struct course_question, &seat->course.questions)->card.due = NOON + times[i].seconds;
        snprintf(expected, sizeof expected, "Nothing is due; the next question comes back in %s\n",
                 times[i].words);
        assert_string_equal(type(seat, "review"), expected);
    }
}

// ---- progress export ----------------------------------------------------------------------------

#define HEAD "when,lesson,question,version,type,rating,right,skipped,hints,seed,given\r\n"
#define ROW "2024-02-29T12:00:00Z,one,one.first,1,number,3,true,false,0,18446744073709551615,"

static void answers_are_exported(void **state)
{
    struct seat *seat = *state;
    add_attempt(seat, "1/3");
    add_attempt(seat, "a, \"b\"\nand c");
    add_attempt(seat, "");
    assert_string_equal(type(seat, "progress export csv log.csv"), "wrote log.csv\n");
    assert_string_equal(text_get(&seat->written),
                        HEAD ROW "1/3\r\n" ROW "\"a, \"\"b\"\"\nand c\"\r\n" ROW "\r\n");
    add_attempt(seat, "\x1b[31m");  // nothing typed may speak to the terminal
    type(seat, "progress export csv");
    assert_null(strchr(text_get(&seat->words), '\x1b'));
    assert_non_null(strstr(text_get(&seat->words), ROW "\\x1b[31m\r\n"));
}

static void what_cannot_be_exported_is_told(void **state)
{
    struct seat *seat = *state;
    assert_non_null(strstr(type(seat, "progress export"),
                           "a file is missing here; write progress export answers.txt"));
    assert_non_null(strstr(type(seat, "progress today"),
                           "write progress, progress export FILE, progress import FILE"));
    assert_non_null(strstr(type(seat, "progress export csv a b"), "error:"));
}

// ---- review -------------------------------------------------------------------------------------

static void review_asks_what_is_due(void **state)
{
    struct seat *seat = *state;
    add_lesson(seat, "one", "One", 2, 2);
    add_question(seat, "one.second", "N2", 0, NOON - 9);
    add_question(seat, "one.first", "N1", 0, NOON - 1);
    type(seat, "x = 7");
    type(seat, "review");
    assert_string_equal(rec_get_text(record(seat, KIND_review_item), KEY_title), "One");
    assert_string_equal(rec_get_text(record(seat, KIND_question), KEY_question), "one.second");
    assert_int_equal(rec_get_whole(record(seat, KIND_question), KEY_number), 1);
    assert_int_equal(rec_get_whole(record(seat, KIND_question), KEY_of), 2);
    assert_null(record(seat, KIND_lesson_code));  // the lesson itself stays unseen
    assert_non_null(strstr(text_get(&seat->words), "b = a + a"));
    assert_non_null(strstr(type(seat, "previous"), "a review only goes on"));
    type(seat, "12");
    assert_true(rec_get_flag(record(seat, KIND_judged), KEY_right));
    assert_string_equal(rec_get_text(record(seat, KIND_attempt), KEY_question), "one.second");
    assert_null(record(seat, KIND_place));  // where the lesson goes on stays
    assert_string_equal(rec_get_text(record(seat, KIND_question), KEY_question), "one.first");
    assert_int_equal(rec_get_whole(record(seat, KIND_question), KEY_number), 2);
    type(seat, "0");
    assert_false(rec_get_flag(record(seat, KIND_judged), KEY_right));
    type(seat, "skip");
    assert_int_equal(rec_get_whole(record(seat, KIND_review_end), KEY_right), 1);
    assert_int_equal(rec_get_whole(record(seat, KIND_review_end), KEY_skipped), 1);
    assert_string_equal(type(seat, "print x"), "7\n");
}

static void review_is_left(void **state)
{
    struct seat *seat = *state;
    add_lesson(seat, "one", "One", 2, 2);
    add_question(seat, "one.first", "N1", 0, NOON - 1);
    type(seat, "review");
    assert_string_equal(type(seat, "quit"), "You have left the review; your own graph is back.\n");
    assert_non_null(strstr(type(seat, "skip"), "no lesson is being played"));
}

// What was before the question in its lesson is there for the asking, with the numbers that it
// had.
static void review_shows_the_context(void **state)
{
    struct seat *seat = *state;
    add_lesson(seat, "one", "One", 2, 2);
    add_question(seat, "one.second", "N2", 0, NOON - 9);
    type(seat, "review");
    type(seat, "a.data = 100; forward");
    assert_non_null(strstr(type(seat, "context"), "b = a + a\n\nHere b is 6."));
    assert_null(record(seat, KIND_attempt));
    type(seat, "12");
    assert_true(rec_get_flag(record(seat, KIND_judged), KEY_right));
}

// A question that has gone from its lesson since the course was read.
static void what_is_gone_is_passed_over(void **state)
{
    struct seat *seat = *state;
    add_lesson(seat, "one", "One", 2, 2);
    add_question(seat, "one.gone", "N2", 0, NOON - 9);
    add_question(seat, "one.first", "N1", 0, NOON - 1);
    type(seat, "review");
    assert_string_equal(rec_get_text(record(seat, KIND_question), KEY_question), "one.first");
    type(seat, "skip");
    assert_non_null(record(seat, KIND_review_end));
}

// ---- quiz and exam ------------------------------------------------------------------------------

static struct seat *with_two(void **state)
{
    struct seat *seat = *state;
    add_lesson(seat, "one", "One", 2, 0);
    add_question(seat, "one.first", "N1", 0, 0);
    add_question(seat, "one.second", "N2", 0, 0);
    return seat;
}

static const char *asked(const struct seat *seat)
{
    const struct rec *question = record(seat, KIND_question);
    return question == NULL ? "" : rec_get_text(question, KEY_question);
}

static const char *right_answer(const struct seat *seat)
{
    return strcmp(asked(seat), "one.first") == 0 ? "b" : "12";
}

// What is not due and was never met is asked all the same; help costs the point.
static void a_quiz_asks_now_and_keeps_score(void **state)
{
    struct seat *seat = with_two(state);
    type(seat, "quiz one");
    assert_int_equal(rec_get_whole(record(seat, KIND_question), KEY_of), 2);
    while (strcmp(asked(seat), "one.first") == 0) {
        type(seat, "skip");
    }
    type(seat, right_answer(seat));
    assert_true(rec_get_flag(record(seat, KIND_judged), KEY_right));
    if (record(seat, KIND_review_end) == NULL) {
        type(seat, "skip");
    }
    const struct rec *end = record(seat, KIND_review_end);
    assert_string_equal(rec_get_text(end, KEY_type), "quiz");
    assert_int_equal(rec_get_whole(end, KEY_right), 1);
    assert_int_equal(rec_get_whole(end, KEY_skipped), 1);
    const struct rec *missed = rec_find(end, KEY_missed)->in.first;
    assert_string_equal(rec_get_text(missed, KEY_question), "one.first");
    assert_string_equal(rec_get_text(missed, KEY_lesson), "one");
    assert_null(missed->next);
}

static void what_a_quiz_is_about(void **state)
{
    struct seat *seat = with_two(state);
    static const char rows[] = "# Notes.\nN1  A slope\nN2  The gradient of a product\n";
    assert_true(course_read_rows(&seat->course, rows, strlen(rows)));
    type(seat, "quiz n2");
    assert_string_equal(asked(seat), "one.second");
    assert_string_equal(type(seat, "quit"), "You have left the quiz; your own graph is back.\n");
    type(seat, "quiz products");
    assert_string_equal(asked(seat), "one.second");
    type(seat, "quit");
    type(seat, "quiz 2");  // left in its midst: what was answered counts
    type(seat, "skip");
    type(seat, "quit");
    assert_int_equal(rec_get_whole(record(seat, KIND_review_end), KEY_questions), 1);
    assert_int_equal(rec_get_whole(record(seat, KIND_review_end), KEY_skipped), 1);
    assert_non_null(strstr(type(seat, "skip"), "no lesson is being played"));
    assert_non_null(strstr(type(seat, "quiz onee"), "did you mean 'one'?"));
    assert_non_null(strstr(type(seat, "quiz 0"), "1 to 200"));
    assert_non_null(strstr(type(seat, "quiz 5 min"), "a quiz takes no time limit"));
}

// Whichever allocation of its beginning is refused: a quiz has begun, or nothing is left of it, and the
// next one asks each question once.
static void a_quiz_begins_or_does_not(void **state)
{
    struct seat *seat = with_two(state);
    size_t begun = 0, taken_back = 0;
    bool more = true;
    seat->mode = SESSION_PROMPT;
    for (size_t n = 2; more; n++) {  // each twice: alone, and with all that follow
        size_t refusals = mem_refusals();
        refuse_from(n / 2, n % 2 == 1);
        type(seat, "quiz one");
        more = made >= n / 2;
        mem_forgive(refusals);
        bool plays = tutor_graph(seat->tutor) != tutor_session(seat->tutor);
        begun += plays;
        taken_back += !plays;
        if (!plays) {
            type(seat, "quiz one");
        }
        for (int i = 0; i < 2; i++) {
            assert_null(record(seat, KIND_review_end));
            type(seat, "skip");
        }
        const struct rec *end = record(seat, KIND_review_end);
        assert_non_null(end);
        assert_int_equal(rec_get_whole(end, KEY_questions), 2);
        assert_int_equal(rec_get_whole(end, KEY_skipped), 2);
        assert_ptr_equal(tutor_graph(seat->tutor), tutor_session(seat->tutor));
    }
    assert_true(begun > 0 && taken_back > 20);
}

// Nothing is said before the end, and nothing helps.
static void an_exam_tells_at_its_end(void **state)
{
    struct seat *seat = with_two(state);
    type(seat, "exam");
    assert_non_null(strstr(type(seat, "hint"), "an exam gives no help"));
    assert_non_null(strstr(type(seat, "idk"), "an exam gives no help"));
    assert_non_null(strstr(type(seat, "blah"), "skip leaves it out"));
    assert_non_null(strstr(type(seat, "solution"), "an exam gives no help"));
    assert_non_null(strstr(type(seat, "retry"), "an exam gives no help"));
    type(seat, "1000");
    assert_null(record(seat, KIND_judged));
    assert_non_null(record(seat, KIND_attempt));
    type(seat, "1000");
    const struct rec *end = record(seat, KIND_review_end);
    assert_int_equal(rec_get_whole(end, KEY_right), 0);
    const struct rec *missed = rec_find(end, KEY_missed)->in.first;
    assert_string_equal(rec_get_text(missed, KEY_given), "1000");
    assert_true(*rec_get_text(missed, KEY_answer) != '\0');
    assert_non_null(missed->next);
}

static void an_exam_ends_when_its_time_is_up(void **state)
{
    struct seat *seat = with_two(state);
    tutor_set_clock(seat->tutor, NOON);
    type(seat, "exam 2 30min");
    assert_int_equal(rec_get_whole(record(seat, KIND_review_item), KEY_seconds_left), 1800);
    tutor_set_clock(seat->tutor, NOON + 1800);
    type(seat, "1000");
    assert_true(rec_get_flag(record(seat, KIND_review_end), KEY_late));
    assert_non_null(strstr(text_get(&seat->words), "Time is up."));
}

// ---- Found by question --------------------------------------------------------------------------

static void study_questions_are_listed_and_searched(void **state)
{
    struct seat *seat = with_two(state);
    static const char rows[] = "# From notes.\nN1  A slope\n\n# Gates.\nC2  The max gate\n";
    assert_true(course_read_rows(&seat->course, rows, strlen(rows)));
    const char *list = type(seat, "questions");
    assert_non_null(strstr(list, "From notes.\nN1  A slope  new  one\n"));
    assert_non_null(strstr(list, "C2  The max gate"));
    assert_null(strstr(type(seat, "questions gates"), "A slope"));
    assert_non_null(strstr(type(seat, "questions physics"), "no study questions"));
    assert_non_null(strstr(type(seat, "ask what does a max gate do?"), "lesson C2"));
    assert_non_null(strstr(type(seat, "ask maxx gates"), "lesson C2"));
    assert_non_null(strstr(type(seat, "ask leaf"), "help leaf"));
    assert_non_null(strstr(type(seat, "ask zzz"), "Nothing matches these words."));
    assert_non_null(strstr(type(seat, "ask"), "ask what?"));
}

// At the prompt a line of words that ends in ? is searched for; a statement is not.
static void a_question_in_words_is_searched(void **state)
{
    struct seat *seat = with_two(state);
    static const char rows[] = "C2  The max gate\n";
    assert_true(course_read_rows(&seat->course, rows, strlen(rows)));
    seat->mode = SESSION_PROMPT;
    assert_non_null(strstr(type(seat, "what does a max gate do?"), "lesson C2"));
    assert_non_null(strstr(type(seat, "x = 3?"), "error:"));
}

// What there is no help on is searched for in the course; a word with a slip of the fingers is not.
static void help_searches_the_course(void **state)
{
    struct seat *seat = with_two(state);
    static const char rows[] = "C2  The max gate\nN20  A network whose weights are all 0\n";
    assert_true(course_read_rows(&seat->course, rows, strlen(rows)));
    assert_non_null(strstr(type(seat, "help gate"), "lesson C2  The max gate"));
    assert_non_null(strstr(type(seat, "ask n20"), "lesson N20  A network"));
    assert_non_null(strstr(type(seat, "help gradiant"), "did you mean 'gradient'?"));
    assert_non_null(strstr(type(seat, "help frobnicate"), "there is no help on 'frobnicate'"));
    assert_non_null(strstr(type(seat, "lesson network"), "lesson N20 is about that"));
}

static void a_lesson_begins_at_a_study_question(void **state)
{
    struct seat *seat = with_two(state);
    static const char rows[] = "N1  A slope\nN2  A product\n";
    assert_true(course_read_rows(&seat->course, rows, strlen(rows)));
    const char *said = type(seat, "lesson n2");
    assert_non_null(strstr(said, "N2, “A product”, is asked here"));
    assert_null(strstr(said, "You go on where you left it"));
    assert_string_equal(asked(seat), "one.second");
    type(seat, "quit");
    seat->mode = SESSION_PROMPT;
    assert_non_null(strstr(type(seat, "help N2"), "N2, “A product”, is asked here"));
    assert_string_equal(asked(seat), "one.second");
}

// Whichever allocation is refused while its end is put into words.
static void an_end_is_worded_without_memory(void **state)
{
    struct seat *seat = with_two(state);
    seat->mode = SESSION_PROMPT;
    type(seat, "lesson one");
    type(seat, "skip");
    type(seat, "skip");
    const struct rec *end = record(seat, KIND_lesson_end);
    assert_non_null(end);
    size_t tried = 0;
    for (bool more = true; more; tried++) {
        struct text marked;
        size_t refusals = mem_refusals();
        text_init(&marked);
        refuse_from(tried + 1, false);
        words_add(&marked, end, &(struct words_form){.style = WORDS_SCRIPT, .digits = 6});
        more = made > tried;
        refuse_from(0, false);
        mem_forgive(refusals);
        text_release(&marked);
    }
    assert_true(tried > 10);
}

// After its end: the questions that were only skipped are told apart, and the last can be asked
// again.
static void a_lesson_that_has_ended_gives_its_last_question_again(void **state)
{
    struct seat *seat = with_two(state);
    seat->mode = SESSION_PROMPT;
    type(seat, "lesson one");
    type(seat, "solution");
    assert_string_equal(asked(seat), "one.second");
    const char *said = type(seat, "skip");
    assert_non_null(strstr(said, "Not right at once, and coming back in review:\n  1"));
    assert_non_null(strstr(said, "Skipped:\n  2"));
    type(seat, "retry");
    assert_string_equal(asked(seat), "one.second");
    type(seat, "quit");
}

int main(void)
{
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, sit_down, stand_up)
    const struct CMUnitTest tests[] = {
        TEST(help_searches_the_course),
        TEST(a_lesson_that_has_ended_gives_its_last_question_again),
        TEST(an_end_is_worded_without_memory),
        TEST(progress_is_drawn),
        TEST(progress_is_drawn_in_ascii),
        TEST(progress_of_nobody),
        TEST(when_the_next_comes_back),
        TEST(answers_are_exported),
        TEST(what_cannot_be_exported_is_told),
        TEST(review_asks_what_is_due),
        TEST(review_is_left),
        TEST(review_shows_the_context),
        TEST(what_is_gone_is_passed_over),
        TEST(a_quiz_asks_now_and_keeps_score),
        TEST(what_a_quiz_is_about),
        TEST(a_quiz_begins_or_does_not),
        TEST(an_exam_tells_at_its_end),
        TEST(an_exam_ends_when_its_time_is_up),
        TEST(study_questions_are_listed_and_searched),
        TEST(a_question_in_words_is_searched),
        TEST(a_lesson_begins_at_a_study_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

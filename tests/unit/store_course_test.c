// The lessons' folder joined with a log of answers: what is done, what is due, which days.
#include "store/course.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/day.h"

#define DAY INT64_C(86400)
#define NOON INT64_C(1704110400)  // 2024-01-01T12:00:00Z, a Monday

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static int in_a_folder(void **state)
{
    static char folder[] = "/tmp/backstep-course-XXXXXX";
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    *state = folder;
    setenv("TZ", "UTC", 1);
    tzset();
    if (mkdtemp(folder) == NULL || chdir(folder) != 0 || mkdir("lessons", 0755) != 0) {
        return -1;
    }
    write_file("lessons/02-chain.md", "---\nid: chain\ntitle: The chain rule\norder: 20\n"
                                      "requires: slope\n---\n\n"
                                      "```ask chain.one\nWhat is 1?\nkind: number\ncovers: N5, G2\n"
                                      "answer: 1\n```\n\n"
                                      "```ask chain.guess\nGuess.\nkind: guess\ncovers: I6\n"
                                      "answer: 1\n```\n");
    write_file("lessons/01-slope.md", "---\nid: slope\ntitle: Slopes\norder: 10\n---\n\n"
                                      "```ask slope.one\nWhat is 1?\nkind: number\ncovers: N2\n"
                                      "version: 2\nanswer: 1\n```\n\n"
                                      "```ask slope.two\nWhat is 2?\nkind: number\ncovers: N3\n"
                                      "answer: 2\n```\n");
    return 0;
}

static int without_it(void **state)
{
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", (const char *)*state);
    return chdir("/") != 0 || system(command) != 0;
}

static const struct course_lesson *lesson(const struct course *c, size_t i)
{
    assert_true(i < c->lessons.count);
    return &BUF(struct course_lesson, &c->lessons)[i];
}

// One answer to one of the lessons' questions; the seed tells one meeting from another.
static void answer(struct progress *p, const char *question, int64_t when, int64_t rating,
                   uint64_t seed)
{
    const struct log_attempt a = {.question = question,
                                  .version = strcmp(question, "slope.one") == 0 ? 2 : 1,
                                  .lesson = "slope",
                                  .kind = "number",
                                  .when = when,
                                  .rating = rating,
                                  .right = rating > 1,
                                  .given = "1",
                                  .seed = seed};
    assert_true(progress_add(p, &a));
}

// ---- The folder ---------------------------------------------------------------------------------

static void lessons_stand_in_their_order(void **state)
{
    (void)state;
    struct course c;
    course_load(&c, "lessons", NULL, NOON, false);
    assert_int_equal(c.lessons.count, 2);
    assert_string_equal(lesson(&c, 0)->id, "slope");
    assert_string_equal(lesson(&c, 0)->title, "Slopes");
    assert_string_equal(lesson(&c, 0)->path, "lessons/01-slope.md");
    assert_string_equal(lesson(&c, 1)->id, "chain");
    assert_string_equal(lesson(&c, 1)->requires, "slope");
    assert_int_equal(lesson(&c, 1)->questions, 2);
    assert_int_equal(c.questions.count, 4);
    assert_string_equal(course_question(&c, "chain.one")->covers, "N5, G2");
    assert_int_equal(course_question(&c, "chain.one")->lesson, 1);
    assert_int_equal(course_question(&c, "slope.one")->version, 2);
    assert_string_equal(course_next(&c)->id, "slope");
    assert_false(c.saved);
    course_release(&c);
}

static void order_is_not_that_of_names(void **state)
{
    (void)state;
    struct course c;
    write_file("lessons/99-first.md", "---\nid: first\ntitle: First\norder: 5\n---\n\nProse.\n\n"
                                      "```ask first.x\nWhat?\nkind: number\nanswer: 1\n```\n");
    course_load(&c, "lessons", NULL, NOON, false);
    assert_string_equal(lesson(&c, 0)->id, "first");
    assert_string_equal(BUF(struct course_question, &c.questions)->id, "first.x");
    assert_int_equal(course_question(&c, "slope.one")->lesson, 1);
    course_release(&c);
}

static void what_is_no_lesson_is_listed_with_the_reason(void **state)
{
    (void)state;
    struct course c;
    write_file("lessons/03-broken.md", "---\nid: broken\ntitle: Broken\norder: 30\nwhat: x\n---\n");
    write_file("lessons/04-twice.md", "---\nid: slope\ntitle: Again\norder: 40\n---\n\nProse.\n");
    write_file("lessons/README.md", "# Not a lesson\n");
    write_file("lessons/.hidden.md", "no\n");
    write_file("lessons/notes.txt", "no\n");
    course_load(&c, "lessons", NULL, NOON, false);
    assert_int_equal(c.lessons.count, 4);
    assert_string_equal(lesson(&c, 2)->id, "slope");
    assert_non_null(strstr(lesson(&c, 2)->trouble, "01-slope.md, has this id"));
    assert_string_equal(lesson(&c, 3)->id, "broken");
    assert_string_equal(lesson(&c, 3)->title, "03-broken.md");
    assert_non_null(strstr(lesson(&c, 3)->trouble, "03-broken.md:5:"));
    assert_string_equal(lesson(&c, 0)->trouble, "");
    course_release(&c);
    course_load(&c, "nowhere", NULL, NOON, false);
    assert_int_equal(c.lessons.count, 0);
    course_release(&c);
}

static void the_folder_can_be_named(void **state)
{
    (void)state;
    setenv("BACKSTEP_LESSONS", "lessons", 1);
    char *folder = course_folder();
    assert_string_equal(folder, "lessons");
    free(folder);
    unsetenv("BACKSTEP_LESSONS");
}

// ---- The log ------------------------------------------------------------------------------------

static void what_is_done_is_counted(void **state)
{
    (void)state;
    struct progress p;
    struct course c;
    progress_init(&p, "p.db", true);
    answer(&p, "slope.one", NOON, 1, 1);  // wrong, then right
    answer(&p, "slope.one", NOON, 2, 1);
    answer(&p, "slope.one", NOON + DAY, 3, 2);  // met again
    answer(&p, "slope.gone", NOON, 3, 3);       // no lesson has it
    struct log_attempt skip = {.question = "slope.two",
                               .version = 1,
                               .lesson = "slope",
                               .kind = "number",
                               .when = NOON,
                               .skipped = true,
                               .given = ""};
    assert_true(progress_add(&p, &skip));
    assert_true(progress_set_place(&p, "slope", 7));
    assert_true(progress_set_place(&p, "chain", 1));
    course_load(&c, "lessons", &p, NOON + DAY, true);
    assert_true(c.saved);
    assert_true(c.salt != 0);
    assert_int_equal(lesson(&c, 0)->done, 1);
    assert_int_equal(lesson(&c, 0)->skipped, 1);
    assert_int_equal(lesson(&c, 0)->place, 2);  // no further than it is long
    assert_int_equal(lesson(&c, 1)->place, 1);
    assert_string_equal(course_next(&c)->id, "chain");
    assert_int_equal(course_question(&c, "slope.one")->seen, 2);
    assert_int_equal(course_question(&c, "slope.two")->seen, 1);
    assert_int_equal(course_question(&c, "chain.one")->seen, 0);
    assert_int_equal(course_question(&c, "slope.two")->card.due, 0);
    assert_int_equal(c.log.attempts.count, 5);
    assert_string_equal(BUF(struct log_attempt, &c.log.attempts)[3].question, "slope.two");
    course_release(&c);
    answer(&p, "slope.two", NOON + DAY, 3, 4);
    course_load(&c, "lessons", &p, NOON + DAY, false);
    assert_int_equal(lesson(&c, 0)->done, 2);
    assert_int_equal(lesson(&c, 0)->skipped, 0);
    assert_int_equal(c.log.attempts.count, 0);  // not asked for
    course_release(&c);
    progress_release(&p);
}

static void another_version_begins_anew(void **state)
{
    (void)state;
    struct progress p;
    struct course c;
    struct log_attempt old = {.question = "slope.one",
                              .version = 1,
                              .lesson = "slope",
                              .kind = "number",
                              .when = NOON,
                              .rating = 3,
                              .right = true,
                              .given = "1",
                              .seed = 9};
    progress_init(&p, "p.db", true);
    assert_true(progress_add(&p, &old));
    course_load(&c, "lessons", &p, NOON + 100 * DAY, false);
    assert_int_equal(lesson(&c, 0)->done, 0);
    assert_int_equal(c.due.count, 0);
    assert_int_equal(course_question(&c, "slope.one")->seen, 1);  // its numbers were used
    course_release(&c);
    progress_release(&p);
}

static void days_are_those_where_the_learner_is(void **state)
{
    (void)state;
    struct progress p;
    struct course c;
    progress_init(&p, "p.db", true);
    answer(&p, "slope.one", NOON + DAY, 3, 1);  // the log need not be in order
    answer(&p, "slope.one", NOON, 1, 2);
    answer(&p, "slope.one", NOON + 11 * 3600, 3, 3);
    const int64_t monday = day_of_date((struct date){2024, 1, 1});
    course_load(&c, "lessons", &p, NOON + DAY, false);
    const struct course_day *days = c.days.data;
    assert_int_equal(c.days.count, 2);
    assert_true(days[0].day == monday && days[1].day == monday + 1);
    assert_int_equal(days[0].answers, 2);
    assert_int_equal(days[0].right, 1);
    assert_true(c.today == monday + 1);
    assert_int_equal(course_streak(&c), 2);
    course_release(&c);

    setenv("TZ", "XXX-13", 1);
    tzset();  // 13 hours ahead: noon is the next day's first hour
    course_load(&c, "lessons", &p, NOON, false);
    assert_true(c.today == monday + 1);
    assert_true(BUF(struct course_day, &c.days)->day == monday + 1);
    course_release(&c);
    progress_release(&p);
}

static void progress_that_cannot_be_kept_is_told(void **state)
{
    (void)state;
    struct progress p;
    struct course c;
    write_file("p.db", "this is no database, and it is quite long; it is some letter to somebody");
    progress_init(&p, "p.db", true);
    course_load(&c, "lessons", &p, NOON, false);
    assert_int_equal(c.lessons.count, 2);
    assert_false(c.saved);
    assert_non_null(strstr(c.trouble, "is damaged"));
    course_release(&c);
    progress_release(&p);
}

// ---- What is due --------------------------------------------------------------------------------

// Days after `when` at which a question answered so comes back.
static double days_until_due(const int64_t *when, const int64_t *ratings, size_t count)
{
    struct progress p;
    struct course c;
    unlink("p.db");
    progress_init(&p, "p.db", true);
    for (size_t i = 0; i < count; i++) {
        answer(&p, "slope.one", when[i], ratings[i], i);
    }
    course_load(&c, "lessons", &p, when[count - 1], false);
    double days = (double)(course_question(&c, "slope.one")->card.due - when[count - 1]) / DAY;
    course_release(&c);
    progress_release(&p);
    return days;
}

static double after_one(int64_t rating)
{
    const int64_t when = NOON;
    return days_until_due(&when, &rating, 1);
}

static void the_better_known_comes_back_later(void **state)
{
    (void)state;
    assert_true(after_one(1) <= after_one(2));
    assert_true(after_one(2) < after_one(3));
    assert_true(after_one(3) < after_one(4));
    assert_true(after_one(1) <= 1);
    assert_true(after_one(3) > 2 && after_one(3) < 5);
    assert_true(after_one(4) > 10);
}

static void intervals_grow_and_a_lapse_cuts_them(void **state)
{
    (void)state;
    const int64_t when[] = {NOON, NOON + 3 * DAY, NOON + 14 * DAY, NOON + 60 * DAY};
    const int64_t good[] = {3, 3, 3, 3}, lapse[] = {3, 3, 3, 1};
    assert_true(days_until_due(when, good, 2) > 2 * after_one(3));
    assert_true(days_until_due(when, good, 3) > 2 * days_until_due(when, good, 2));
    assert_true(days_until_due(when, lapse, 4) < days_until_due(when, good, 3) / 3);
}

static void the_weakest_comes_first(void **state)
{
    (void)state;
    struct progress p;
    struct course c;
    progress_init(&p, "p.db", true);
    answer(&p, "slope.two", NOON + DAY, 3, 1);
    answer(&p, "chain.one", NOON + 2 * DAY, 4, 1);
    answer(&p, "chain.guess", NOON, 3, 1);  // a guess never comes back
    answer(&p, "slope.one", NOON, 3, 1);
    course_load(&c, "lessons", &p, NOON + 9 * DAY, false);
    const struct course_due *due = c.due.data;
    assert_int_equal(c.due.count, 2);
    assert_string_equal(due[0].question, "slope.one");
    assert_string_equal(due[0].lesson, "lessons/01-slope.md");
    assert_string_equal(due[1].question, "slope.two");
    assert_int_equal(lesson(&c, 0)->due, 2);
    assert_int_equal(lesson(&c, 1)->due, 0);
    course_release(&c);
    course_load(&c, "lessons", &p, NOON + 2 * DAY, false);
    assert_int_equal(c.due.count, 0);
    course_release(&c);
    progress_release(&p);
}

// Wrong, or right only after a hint: it can be asked again at once, and no more when it is right.
static void what_was_missed_today_is_due(void **state)
{
    (void)state;
    struct progress p;
    struct course c;
    progress_init(&p, "p.db", true);
    answer(&p, "slope.two", NOON, 3, 1);
    answer(&p, "chain.one", NOON + 60, 2, 1);
    answer(&p, "slope.one", NOON + 120, 1, 0);
    course_load(&c, "lessons", &p, NOON + 180, false);
    const struct course_due *due = c.due.data;
    assert_int_equal(c.due.count, 2);
    assert_string_equal(due[0].question, "slope.one");
    assert_string_equal(due[1].question, "chain.one");
    course_release(&c);
    answer(&p, "slope.one", NOON + 240, 3, 1);
    course_load(&c, "lessons", &p, NOON + 300, false);
    assert_int_equal(c.due.count, 1);
    course_release(&c);
    progress_release(&p);
}

#define IN_A_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, in_a_folder, without_it)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(lessons_stand_in_their_order),
        IN_A_FOLDER(order_is_not_that_of_names),
        IN_A_FOLDER(what_is_no_lesson_is_listed_with_the_reason),
        IN_A_FOLDER(the_folder_can_be_named),
        IN_A_FOLDER(what_is_done_is_counted),
        IN_A_FOLDER(another_version_begins_anew),
        IN_A_FOLDER(days_are_those_where_the_learner_is),
        IN_A_FOLDER(progress_that_cannot_be_kept_is_told),
        IN_A_FOLDER(the_better_known_comes_back_later),
        IN_A_FOLDER(intervals_grow_and_a_lapse_cuts_them),
        IN_A_FOLDER(the_weakest_comes_first),
        IN_A_FOLDER(what_was_missed_today_is_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

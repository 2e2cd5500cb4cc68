// What is kept where several sessions share a home, and where the disk takes no more.
#include "person.h"

#include <sys/resource.h>

#define STATE ".local/state/backstep/"
#define OFFER "Resume it? (y/n) "

// Somebody at another terminal, with the same home.
static struct person beside(const struct person *p)
{
    struct person other = {.terminal = -1};
    other.screen = malloc(SCREEN);
    assert_non_null(other.screen);
    memcpy(other.home, p->home, sizeof other.home);
    memcpy(other.home_variable, p->home_variable, sizeof other.home_variable);
    return other;
}

static void begin_with(struct person *p, const char *line)
{
    start(p);
    enter(p, line);
    see(p, " = ");
    see(p, PROMPT);
}

// At a prompt that was seen already.
static void type_line(struct person *p, const char *line, const char *answer)
{
    type(p, line);
    type(p, "\r");
    see(p, answer);
    see(p, PROMPT);
}

static void go(struct person *p)
{
    leave(p);
    free(p->screen);
}

static void nothing_is_offered(struct person *p)
{
    start(p);
    see(p, PROMPT);
    assert_false(was_shown(p, "Resume"));
    leave(p);
}

// Two sessions died. Two that begin together are asked about one each, and decline both: each is
// kept in a file of its own, whoever answers first.
static void test_two_decline_at_once(void **state)
{
    struct person *p = *state, q = beside(p);
    begin_with(p, "a = 11");
    begin_with(&q, "b = 22");
    kill_outright(p);
    kill_outright(&q);
    start(p);
    see(p, OFFER);
    start(&q);
    see(&q, OFFER);
    type(&q, "n\n");
    see(&q, "It is kept for later");
    type(p, "n\n");
    see(p, "It is kept for later");
    see(&q, PROMPT);
    see(p, PROMPT);
    bool a_first = strcmp(read_file(p, STATE "interrupted.bs"), "a = 11\n") == 0;
    assert_string_equal(read_file(p, STATE "interrupted.bs"), a_first ? "a = 11\n" : "b = 22\n");
    assert_string_equal(read_file(p, STATE "interrupted-2.bs"), a_first ? "b = 22\n" : "a = 11\n");
    go(&q);
    leave(p);
    nothing_is_offered(p);
}

// One is killed while the other goes on writing: only the dead one is offered, with all of its lines,
// and the living one's are there when it dies in its turn.
static void test_one_dies_while_the_other_writes(void **state)
{
    struct person *p = *state, q = beside(p), third = beside(p);
    char line[32], answer[32];
    begin_with(p, "a = 1");
    begin_with(&q, "b = 2");
    for (int i = 0; i < 20; i++) {
        snprintf(line, sizeof line, "a%d = a + %d", i, 100 + i);
        snprintf(answer, sizeof answer, " = %d", 101 + i);
        type_line(p, line, answer);
        line[0] = 'b';
        line[strcspn(line, "=") + 2] = 'b';
        snprintf(answer, sizeof answer, " = %d", 102 + i);
        type_line(&q, line, answer);
    }
    kill_outright(p);
    type_line(&q, "last = b + 200", " = 202");
    start(&third);
    see(&third, "21 lines");
    see(&third, OFFER);
    type(&third, "y\n");
    see(&third, "21 lines are back");
    see(&third, PROMPT);
    type_line(&third, "print a19 + 1000", "  1120");
    go(&third);
    kill_outright(&q);
    free(q.screen);
    start(p);
    see(p, "22 lines");
    see(p, OFFER);
    type(p, "y\n");
    see(p, "22 lines are back");
    see(p, PROMPT);
    type_line(p, "print last + b19", "  323");
    leave(p);
}

// What either answers in a lesson is in the progress of both.
static void test_both_answer_questions(void **state)
{
    enum { ANSWERS = 8 };
    struct person *p = *state, q = beside(p);
    make_folder(p, "lessons");
    write_file(p, "lessons/01-one.md",
               "---\nid: one\ntitle: One\norder: 10\n---\n\n```backstep\na = 3\n```\n\n"
               "```ask one.first\nWhat is it?\nkind: number\ncovers: N1\nvary: z in 10..90\n"
               "answer: z\n```\n");
    struct person *both[] = {p, &q};
    for (int i = 0; i < 2; i++) {
        start_with(both[i], (char *[]){p->home_variable, "TERM=xterm-256color", UTF8, "NO_COLOR=1",
                                       "BACKSTEP_LESSONS=lessons", NULL});
        enter(both[i], "lesson one");
        see(both[i], "What is it?");
        see(both[i], PROMPT);
    }
    for (int i = 0; i < ANSWERS; i++) {
        for (int k = 0; k < 2; k++) {
            type(both[k], "5\r");
        }
        for (int k = 0; k < 2; k++) {
            see(both[k], "\r\n");
            see(both[k], PROMPT);
        }
    }
    for (int k = 0; k < 2; k++) {
        assert_false(was_shown(both[k], "not being kept"));
        type(both[k], "quit\r");
        see(both[k], PROMPT);
    }
    type(p, "progress export all.txt\r");
    see(p, PROMPT);
    size_t answers = 0;
    for (const char *at = read_file(p, "all.txt"); (at = strstr(at, "one.first")) != NULL; at++) {
        answers++;
    }
    assert_int_equal(answers, 2 * ANSWERS);
    go(&q);
    leave(p);
}

// ---- A full disk --------------------------------------------------------------------------------

static struct rlimit bounded_before;

// From here on a program that is started can write no more than so many bytes into a file.
static void fill_disk(rlim_t bytes)
{
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &bounded_before), 0);
    const struct rlimit little = {bytes, bounded_before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
}

static void empty_disk(void)
{
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &bounded_before), 0);
}

// A session is taken up, and cannot be kept: the journal that it comes from stays until it can.
static void test_taken_up_on_a_full_disk(void **state)
{
    struct person *p = *state;
    begin_with(p, "a = 11");
    kill_outright(p);
    for (int i = 0; i < 2; i++) {
        fill_disk(10);
        start(p);
        empty_disk();
        see(p, OFFER);
        type(p, "y\n");
        see(p, "1 line is back");
        see(p, "stay in their journal");
        see(p, PROMPT);
        type_line(p, "print a + 1000", "  1011");
        kill_outright(p);
    }
    start(p);
    see(p, OFFER);
    type(p, "y\n");
    see(p, "1 line is back");
    see(p, PROMPT);
    assert_false(was_shown(p, "stay in their journal"));
    leave(p);
    nothing_is_offered(p);
}

// One that is declined, and for whose file there is no room, stays as well.
static void test_declined_on_a_full_disk(void **state)
{
    struct person *p = *state;
    begin_with(p, "a = 11");
    kill_outright(p);
    fill_disk(0);
    start(p);
    empty_disk();
    see(p, OFFER);
    type(p, "n\n");
    see(p, "It stays in its journal");
    see(p, PROMPT);
    leave(p);
    assert_false(is_there(p, STATE "interrupted.bs"));
    start(p);
    see(p, OFFER);
    type(p, "n\n");
    see(p, "It is kept for later");
    see(p, PROMPT);
    leave(p);
    assert_string_equal(read_file(p, STATE "interrupted.bs"), "a = 11\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_two_decline_at_once),     TEST(test_one_dies_while_the_other_writes),
        TEST(test_both_answer_questions),   TEST(test_taken_up_on_a_full_disk),
        TEST(test_declined_on_a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Lessons as a person plays them: what was answered is there the next time, whatever happens.
#include "person.h"

#define FILE_NAME "lessons/01-one.md"
#define RIGHT "Right."

static void write_lesson(const struct person *p)
{
    make_folder(p, "lessons");
    write_file(
        p, FILE_NAME,
        "---\nid: one\ntitle: One\norder: 10\n---\n\n"
        "Two names.\n\n```backstep\na = 3\nb = 2*a\n```\n\n"
        "```ask one.first\nWhat is the first?\nkind: number\ncovers: N1\nanswer: b\n```\n\n"
        "```ask one.second\nWhat is the second?\nkind: number\ncovers: N2\nanswer: 8\n```\n");
}

static void start_lessons(struct person *p)
{
    start_with(p, (char *[]){p->home_variable, "TERM=xterm-256color", UTF8, "NO_COLOR=1",
                             "BACKSTEP_LESSONS=lessons", "TZ=UTC", NULL});
}

// What the log holds: the columns of each answer that do not depend on the time.
static const char *logged(const struct person *p)
{
    static char all[4096];
    char command[1024];
    snprintf(command, sizeof command,
             "cd '%s' && HOME='%s' BACKSTEP_LESSONS=lessons '%s' -e 'progress export csv' | "
             "tr -d '\\r' | cut -d, -f3-9,11",
             p->home, p->home, getenv("BACKSTEP"));
    FILE *f = popen(command, "r");
    assert_non_null(f);
    all[fread(all, 1, sizeof all - 1, f)] = '\0';
    assert_int_equal(pclose(f), 0);
    return all;
}

#define HEAD "question,version,type,rating,right,skipped,hints,given\n"

static void test_options_are_completed(void **state)
{
    struct person *p = *state;
    make_folder(p, "lessons");
    write_file(p, FILE_NAME,
               "---\nid: one\ntitle: One\norder: 10\n---\n\n"
               "```ask one.first\nWhich?\nkind: choice\ncovers: N1\nright: it goes up\n"
               "wrong: it goes down => No.\nwrong: `f` stays => No.\n```\n");
    start_lessons(p);
    enter(p, "lesson one");
    see(p, "Which?");
    see(p, PROMPT);
    type(p, "it goes u\t\r");
    see(p, "it goes up\r\n  Right.");
    leave(p);
}

// Killed as soon as the answer is acknowledged.
static void test_an_answer_outlives_kill_9(void **state)
{
    struct person *p = *state;
    write_lesson(p);
    start_lessons(p);
    enter(p, "lesson one");
    see(p, "What is the first?");
    enter(p, "6");
    see(p, RIGHT);
    kill_outright(p);
    assert_string_equal(logged(p), HEAD "one.first,1,number,3,true,false,0,6\n");
    // … and the lesson goes on after it.
    start_lessons(p);
    enter(p, "lesson one");
    see(p, "What is the second?");
    enter(p, "7");
    see(p, "Not yet.");
    kill_outright(p);
    assert_string_equal(logged(p), HEAD "one.first,1,number,3,true,false,0,6\n"
                                        "one.second,1,number,1,false,false,0,7\n");
}

static void test_what_cannot_be_kept_is_said_once(void **state)
{
    struct person *p = *state;
    write_lesson(p);
    make_folder(p, ".local");
    make_folder(p, ".local/share");
    make_folder(p, ".local/share/backstep");
    write_file(p, ".local/share/backstep/progress.db", "this was a database once, and is none now");
    start_lessons(p);
    enter(p, "lesson one");
    see(p, "your progress is not being kept");
    see(p, "damaged");
    see(p, "What is the first?");
    enter(p, "6");
    see(p, RIGHT);
    see(p, PROMPT);
    type(p, "\r");
    see(p, "What is the second?");
    enter(p, "quit");
    see(p, "your own graph is back");
    see(p, PROMPT);
    leave(p);
    assert_null(memmem(p->screen + p->seen, p->shown - p->seen, "not being kept", 14));
    assert_string_equal(read_file(p, ".local/share/backstep/progress.db"),
                        "this was a database once, and is none now");
}

static void test_nothing_is_made_without_a_lesson(void **state)
{
    struct person *p = *state;
    start_lessons(p);
    enter(p, "a = 2");
    enter(p, "quit");
    assert_int_equal(ending(p), 0);
    assert_false(is_there(p, ".local/share/backstep/progress.db"));
}

static void test_what_is_due_is_asked_again(void **state)
{
    struct person *p = *state;
    write_lesson(p);
    start_lessons(p);
    enter(p, "review");
    see(p, "Nothing is due: what you answer in lessons comes back here.");
    enter(p, "lesson one");
    see(p, "What is the first?");
    enter(p, "solution");
    see(p, "answer");
    enter(p, "quit");
    enter(p, "review");  // what was missed today is asked again today
    see(p, "What is the first?");
    enter(p, "6");
    see(p, RIGHT);
    enter(p, "review");
    see(p, "Nothing is due; the next question comes back in ");
    see(p, PROMPT);
    leave(p);
}

// Lines pasted while a question waits: each is a statement, an answer or a mistake, and nothing of
// them is swallowed in silence.
static void test_a_paste_at_a_question(void **state)
{
    struct person *p = *state;
    write_lesson(p);
    start_lessons(p);
    enter(p, "lesson one");
    see(p, "1/2 ");
    type(p, PASTE("u = 20\n5\nv = u + nowhere\nprint u + 1\n6\nprint u + 2\n"));
    see(p, "Not yet.");
    see(p, "there is no 'nowhere' yet");
    see(p, "  21\r\n");
    see(p, RIGHT);
    see(p, "  22\r\n");
    enter(p, "quit");
    see(p, "our own graph is back.");
    leave(p);
}

// Wrong, a hint, right, Enter; left, and taken up again; the learner's own graph is there
// throughout.
static void test_a_lesson_is_played(void **state)
{
    struct person *p = *state;
    write_lesson(p);
    start_lessons(p);
    enter(p, "mine = 7");
    see(p, PROMPT);
    type(p, "lesson o\t\r");  // completed
    see(p, "What is the first?");
    see(p, "hint   solution   skip");
    see(p, "1/2 ");
    enter(p, "5");
    see(p, "Not yet.");
    enter(p, "hint");
    see(p, "this question has no hints");
    enter(p, "print mine");
    see(p, "there is no 'mine' yet");
    enter(p, "6");
    see(p, RIGHT);
    see(p, "Enter goes on");
    enter(p, "");
    see(p, "What is the second?");
    see(p, "2/2 ");
    enter(p, "quit");
    see(p, "your own graph is back");
    enter(p, "print mine + 1");
    see(p, "8");
    enter(p, "lesson one");
    see(p, "after question 1 of 2");
    see(p, "What is the second?");
    // Killed in the lesson: neither the session nor the place is lost.
    kill_outright(p);
    start_lessons(p);
    see(p, "Resume it?");
    type(p, "y\r");
    see(p, "is back");
    enter(p, "print mine + 2");
    see(p, "9");
    enter(p, "lesson one");
    see(p, "What is the second?");
    enter(p, "quit");
    see(p, PROMPT);
    leave(p);
}

// From Enter to Enter: one lesson after the other, with the score and what was missed in between.
static void test_enter_leads_through_the_course(void **state)
{
    struct person *p = *state;
    write_lesson(p);
    write_file(p, "lessons/02-two.md",
               "---\nid: two\ntitle: The other\norder: 20\n---\n\nMore.\n\n"
               "```ask two.first\nWhat is 2 + 2?\nkind: number\nanswer: 4\n```\n");
    start_lessons(p);
    enter(p, "");
    see(p, "What is the first?");
    enter(p, "5");
    enter(p, "6");
    see(p, "Enter goes on");
    enter(p, "i think six");  // no advice to make a statement of it
    see(p, "; Enter goes on");
    enter(p, "");
    see(p, "What is the second?");
    enter(p, "8");
    enter(p, "");
    see(p, "1 of 2 questions right at once, 1 later");
    see(p, "1  What is the first?");
    see(p, "Next: ");
    see(p, "Enter begins it");
    enter(p, "help backward");  // looks at something else: now Enter does nothing of the kind
    enter(p, "");
    see(p, "The other");  // … but at a fresh prompt it goes on with the course
    enter(p, "4");
    enter(p, "");
    see(p, "1 of 1 question right at once");
    see(p, PROMPT);
    leave(p);
    // Here or there, `lesson` goes on where the course is: all is done, so it lists.
    start_lessons(p);
    enter(p, "lesson");
    see(p, "done");
    see(p, PROMPT);
    leave(p);
}

static void test_a_lesson_that_loops_is_interrupted(void **state)
{
    struct person *p = *state;
    make_folder(p, "lessons");
    write_file(p, FILE_NAME,
               "---\nid: one\ntitle: One\n---\n\nIt loops.\n\n"
               "```backstep\nrepeat 1e12 { a = 1 }\n```\n\nAfter it.\n\n"
               "```ask one.first\nWhat?\nkind: number\nanswer: 6\n```\n");
    start_lessons(p);
    enter(p, "lesson one");
    see(p, "repeat 1e12");
    type(p, CTRL_C);
    see(p, "interrupted");
    see(p, "Enter goes on");
    see(p, PROMPT);
    type(p, "\r");
    see(p, "After it.");
    see(p, "What?");
    enter(p, "quit");
    see(p, "your own graph is back");
    see(p, PROMPT);
    leave(p);
}

// What is typed into a lesson comes back after a crash, at its question and with its numbers.
static void test_what_is_typed_outlives_kill_9(void **state)
{
    struct person *p = *state;
    make_folder(p, "lessons");
    write_file(p, FILE_NAME,
               "---\nid: one\ntitle: One\norder: 10\n---\n\n"
               "```backstep\na = 3\nb = 2*a\n```\n\n"
               "```ask one.first\nWhat is `z`?\nkind: number\ncovers: N1\n"
               "vary: z in 1000..9000\nanswer: z\n```\n\n"
               "```ask one.second\nBring `c` to 8.\nkind: do\ncovers: N2\nuntil: c == 8\n"
               "solve: c = 8\n```\n");
    start_lessons(p);
    enter(p, "own = 77");
    enter(p, "lesson one");
    see(p, "What is");
    enter(p, "print z");
    see(p, "print z");
    size_t from = p->seen;
    see(p, PROMPT);
    char number[8] = "";
    for (size_t i = from; i < p->seen && strlen(number) < 4; i++) {
        bool digit = p->screen[i] >= '0' && p->screen[i] <= '9' && p->screen[i - 1] != '[';
        bool more = *number != '\0' || p->screen[i - 1] == ' ';
        if (digit && more) {
            number[strlen(number)] = p->screen[i];
        }
    }
    p->seen = from;
    assert_true(atoi(number) >= 100);
    enter(p, "mine = 41");
    enter(p, "mine = mine + 1");
    see(p, "mine");
    enter(p, "undo");
    enter(p, "def twice(x) = 2*x");
    enter(p, "print mine");
    see(p, "  41");
    see(p, PROMPT);
    kill_outright(p);

    start_lessons(p);
    see(p, "1 line, and 2 lines in the lesson");
    see(p, "Resume it? (y/n) ");
    type(p, "y\n");
    see(p, "1 line is back");
    see(p, "What is");
    see(p, "2 lines are back in the lesson");
    enter(p, "print twice(mine)");
    see(p, "  82");
    enter(p, number);
    see(p, RIGHT);
    enter(p, "after = 5");
    see(p, "after = 5");
    see(p, PROMPT);
    kill_outright(p);

    start_lessons(p);  // answered, and something typed after it
    see(p, "and 3 lines in the lesson");
    type(p, "y\n");
    see(p, "3 lines are back in the lesson");
    enter(p, "print after + mine");
    see(p, "  46");
    enter(p, "");
    see(p, "Bring");
    enter(p, "c = 7");
    enter(p, "reset");
    enter(p, "e = 3");
    see(p, "e = 3");
    see(p, PROMPT);
    kill_outright(p);

    start_lessons(p);  // nothing of it is left after the reset but what followed
    see(p, "and 2 lines in the lesson");
    type(p, "y\n");
    see(p, "Bring");
    see(p, "2 lines are back in the lesson");
    enter(p, "c");
    see(p, "there is no 'c'");
    enter(p, "quit");
    enter(p, "own");
    see(p, "own = 77");
    see(p, PROMPT);
    kill_outright(p);
    start_lessons(p);  // the lesson was left: nothing of it is kept
    see(p, "cut short: 1 line.");
    type(p, "n\n");
    see(p, PROMPT);
    leave(p);
}

// So does what is typed where the lesson waits for Enter, and in a quiz.
static void test_what_is_typed_between_questions_outlives_kill_9(void **state)
{
    struct person *p = *state;
    char lesson[8192] = "---\nid: one\ntitle: One\norder: 10\n---\n\n"
                        "```backstep\na = 3\nb = 2*a\n```\n\n";
    for (int i = 0; i < 40; i++) {
        strcat(lesson, "A paragraph.\n\n");
    }
    strcat(lesson, "```ask one.first\nWhat is `b + m`?\nkind: number\ncovers: N1\n"
                   "answer: b + m\n```\n\n"
                   "```ask one.second\nWhat is `b`?\nkind: number\ncovers: N1\nanswer: b\n```\n");
    make_folder(p, "lessons");
    write_file(p, FILE_NAME, lesson);
    start_lessons(p);
    enter(p, "lesson one");
    enter(p, "m = 5");
    enter(p, "a = 4");
    enter(p, "print a");
    see(p, "  4");
    kill_outright(p);

    start_lessons(p);
    see(p, "2 lines in the lesson one.");
    type(p, "y\n");
    see(p, "2 lines are back in the lesson");
    enter(p, "print a + m");
    see(p, "  9");
    for (int i = 0; i < 8 && !was_shown(p, "What is"); i++) {
        type(p, "\r");
        rest(p, 300);
    }
    see(p, "What is");
    enter(p, "n = 1");
    enter(p, "print n");
    see(p, "  1");
    kill_outright(p);

    start_lessons(p);  // what was typed before the question is in the graph that it is about
    see(p, "1 line in the lesson one.");
    type(p, "y\n");
    see(p, "What is");
    see(p, "1 line is back in the lesson");
    enter(p, "print n + m");
    see(p, "  6");
    enter(p, "11");
    see(p, RIGHT);
    enter(p, "");
    see(p, "What is");
    enter(p, "quit");
    enter(p, "quiz 1");
    see(p, "What is");
    enter(p, "inside = 12");
    enter(p, "print inside");
    see(p, "  12");
    kill_outright(p);

    start_lessons(p);
    see(p, "1 line in the lesson one.");
    type(p, "y\n");
    see(p, "1 of 1");
    see(p, "1 line is back in the lesson");
    enter(p, "print inside");
    see(p, "  12");
    enter(p, "skip");
    see(p, PROMPT);
    leave(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_answer_outlives_kill_9),
        TEST(test_what_cannot_be_kept_is_said_once),
        TEST(test_nothing_is_made_without_a_lesson),
        TEST(test_what_is_due_is_asked_again),
        TEST(test_options_are_completed),
        TEST(test_a_paste_at_a_question),
        TEST(test_a_lesson_is_played),
        TEST(test_enter_leads_through_the_course),
        TEST(test_a_lesson_that_loops_is_interrupted),
        TEST(test_what_is_typed_outlives_kill_9),
        TEST(test_what_is_typed_between_questions_outlives_kill_9),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

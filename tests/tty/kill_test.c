// Killed the moment an answer is seen: nothing that was answered is lost. Each time a session of 10
// to 100,000 statements, every other one in a lesson; 6 times, or $BACKSTEP_KILLS.
#include "person.h"

enum { KILLS = 6, LARGEST = 100000 };

static uint64_t seed = 1;

static unsigned draw(unsigned most)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % most;
}

static void write_session(const struct person *p, int statements)
{
    FILE *f = fopen(in_home(p, "long.bs"), "w");
    assert_non_null(f);
    for (int i = 0; i < statements; i++) {
        fprintf(f, "x%d = %d\n", i, i);
    }
    assert_int_equal(fclose(f), 0);
}

static void write_lesson(const struct person *p)
{
    make_folder(p, "lessons");
    write_file(p, "lessons/01-one.md",
               "---\nid: one\ntitle: One\norder: 10\n---\n\n"
               "```backstep\na = 3\nb = 2*a\n```\n\n"
               "```ask one.first\nWhat is it?\nkind: number\ncovers: N1\nvary: z in 10..90\n"
               "answer: z\n```\n");
}

static void begin(struct person *p)
{
    start_with(p, (char *[]){p->home_variable, "TERM=xterm-256color", UTF8, "NO_COLOR=1",
                             "BACKSTEP_LESSONS=lessons", NULL});
}

// Types so many statements, and kills when the last is answered. The answer is not what was typed.
static void die_at_the_echo(struct person *p, int typed, bool lesson)
{
    char line[64], answer[64];
    begin(p);
    enter(p, "load long.bs");
    if (lesson) {
        enter(p, "lesson one");
        see(p, "What is it?");
    }
    enter(p, "q = 1000");
    for (int i = 1; i <= typed; i++) {
        snprintf(line, sizeof line, "k%d = q + %d", i, i);
        snprintf(answer, sizeof answer, "k%d = %d", i, 1000 + i);
        enter(p, line);
        see(p, answer);
    }
    kill_outright(p);
}

static bool is_back(struct person *p, int typed, bool lesson)
{
    char line[64], answer[64];
    begin(p);
    see(p, "Resume it? (y/n) ");
    type(p, "y\n");
    see(p, lesson ? "back in the lesson" : " back");
    snprintf(line, sizeof line, "print k%d + 1000", typed);
    snprintf(answer, sizeof answer, "  %d", 2000 + typed);
    enter(p, line);
    see(p, "\n");
    see(p, PROMPT);
    bool back = was_shown(p, answer);
    leave(p);
    return back;
}

static void test_killed_at_the_echo(void **state)
{
    struct person *p = *state;
    const char *asked = getenv("BACKSTEP_KILLS");
    int kills = asked == NULL ? KILLS : atoi(asked), lost = 0, size = 10;
    write_lesson(p);
    for (int i = 0; i < kills; i++) {
        bool lesson = i % 2 == 1;
        int typed = 1 + (int)draw(8);
        write_session(p, size);
        die_at_the_echo(p, typed, lesson);
        lost += !is_back(p, typed, lesson);
        size = size >= LARGEST ? 10 : lesson ? 10 * size : size;
        if (asked != NULL && i % 50 == 49) {
            printf("%d kills, %d lost\n", i + 1, lost);
            fflush(stdout);
        }
    }
    assert_int_equal(lost, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_killed_at_the_echo)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

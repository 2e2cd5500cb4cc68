// A watched walk on a terminal: the picture above, the prompt below.
#include "person.h"

#define REGION(top, foot) "\x1b[" top ";" foot "r"
#define WHOLE_SCREEN "\x1b[r"

static void resize(struct person *p, unsigned short rows, unsigned short columns)
{
    const struct winsize size = {.ws_row = rows, .ws_col = columns};
    assert_int_equal(ioctl(p->terminal, TIOCSWINSZ, &size), 0);
}

// The picture has 7 lines and a rule under it: what scrolls begins in line 9.
static void watch_a_walk(struct person *p)
{
    start(p);
    enter(p, "watch on");
    enter(p, "x = 3; q = x*x; y = q + x");
    enter(p, "step y");
    see(p, REGION("9", "24"));
}

static void test_a_watched_walk_is_drawn_in_place(void **state)
{
    struct person *p = *state;
    watch_a_walk(p);
    see(p, "\x1b[2;1H\x1b[2K");
    see(p, "▶q = 9");
    see(p, "forward 1/2");
    enter(p, "step");
    see(p, "\x1b[1;1H\x1b[2K");
    see(p, "▶y = 12");
    see(p, "forward 2/2");
    enter(p, "watch off");
    see(p, WHOLE_SCREEN);
    size_t before = p->seen;
    enter(p, "step");
    see(p, "backward 1/3");
    assert_null(memmem(p->screen + before, p->seen - before, "\x1b[1;1H", 6));
    leave(p);
}

static void test_a_split_screen_follows_its_size(void **state)
{
    struct person *p = *state;
    watch_a_walk(p);
    see(p, PROMPT);
    resize(p, 40, 100);
    see(p, REGION("9", "40"));
    see(p, "▶q = 9");
    type(p, "\x0c");  // Ctrl-L
    see(p, REGION("9", "40"));
    see(p, "▶q = 9");
    // Too low for both: pictures are among the answers again, until there is room.
    resize(p, 12, 80);
    see(p, WHOLE_SCREEN);
    type(p, "step\r");
    see(p, "▶y = 12");
    see(p, "\r\n  forward 2/2");
    enter(p, "2 + 2");
    see(p, "2 + 2 = 4");
    see(p, PROMPT);
    resize(p, 30, 80);
    type(p, "step\r");
    see(p, REGION("9", "30"));
    see(p, "backward 1/3");
    leave(p);
}

static void test_leaving_makes_one_screen_again(void **state)
{
    struct person *p = *state;
    watch_a_walk(p);
    see(p, PROMPT);
    type(p, "quit\r");
    see(p, WHOLE_SCREEN);
    assert_int_equal(ending(p), 0);
}

static void test_no_screen_is_split_where_it_cannot(void **state)
{
    struct person *p = *state;
    start_with(p, (char *[]){p->home_variable, "TERM=dumb", UTF8, NULL});
    enter(p, "watch on");
    enter(p, "x = 3; q = x*x; y = q + x");
    enter(p, "step y");
    see(p, "▶q = 9");
    see(p, "forward 1/2");
    assert_false(was_shown(p, "\x1b[9;24r"));
    leave(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_watched_walk_is_drawn_in_place),
        TEST(test_a_split_screen_follows_its_size),
        TEST(test_leaving_makes_one_screen_again),
        TEST(test_no_screen_is_split_where_it_cannot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

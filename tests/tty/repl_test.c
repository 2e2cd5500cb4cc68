// The prompt as a person meets it.
#include "person.h"

// ---- Typing -------------------------------------------------------------------------------------

static void test_greets_and_echoes(void **state)
{
    struct person *p = *state;
    start(p);
    see(p, "backstep");
    see(p, "help");
    enter(p, "a = 2");
    enter(p, "b = -4");
    enter(p, "L = a*b");
    see(p, "\r  L = -8\r\n");
    see(p, PROMPT);
    leave(p);
    assert_false(was_shown(p, "a = 2\r\n  a"));  // a leaf is not echoed
}

static void test_continues_over_open_brackets(void **state)
{
    struct person *p = *state;
    start(p);
    enter(p, "x = max(2,");
    see(p, MORE);
    type(p, "3)\r");
    enter(p, "x*2");
    see(p, "x*2 = 6");
    enter(p, "y = (1 +");
    see(p, MORE);
    type(p, CTRL_C);
    enter(p, "x*3");
    see(p, "x*3 = 9");
    see(p, PROMPT);
    leave(p);
}

static void test_leaves(void **state)
{
    struct person *p = *state;
    start(p);
    enter(p, "a = 2");
    enter(p, "quit");
    assert_int_equal(ending(p), 0);
    start(p);
    see(p, PROMPT);
    leave(p);
    assert_false(was_shown(p, "Resume"));
}

static void test_runs_pasted_lines(void **state)
{
    struct person *p = *state;
    start(p);
    see(p, "\x1b[?2004h");  // asked the terminal to mark what is pasted
    see(p, PROMPT);
    type(p, PASTE("u = 2\nv\t=\t5\r\nz = u*v\n"));
    see(p, "\r  z = 10\r\n");
    see(p, PROMPT);
    type(p, PASTE("u + v") " + z\r");
    see(p, "u + v + z = 17");
    see(p, PROMPT);
    leave(p);
}

static void test_a_paste_is_one_entry(void **state)
{
    struct person *p = *state;
    start(p);
    see(p, PROMPT);
    type(p, PASTE("u = 2\nv = u*nowhere\nu = 3\n\n# said\nv = 4\n"));
    see(p, "there is no 'nowhere' yet");
    see(p, "the 2 lines after it were not run");
    enter(p, "print u");
    see(p, "\r  2\r\n");
    see(p, PROMPT);
    // Without an end of line it waits for Enter; up, and all of it is there again.
    type(p, PASTE("u = 5\nw = u*u"));
    type(p, "*2\r");
    see(p, "\r  w = 50\r\n");
    see(p, PROMPT);
    type(p, UP "\r");
    see(p, "  w = 50\r\n");
    see(p, PROMPT);
    // What was copied with its prompts.
    type(p, PASTE("\xE2\x88\x87 u = 7\n\xE2\x88\x87 q = u*u\n  q = 99\n"));
    see(p, "  q = 49\r\n");
    see(p, PROMPT);
    leave(p);
}

static void test_refuses_too_long_a_line(void **state)
{
    enum { LENGTH = 3 << 20 };
    struct person *p = *state;
    char *line = malloc(LENGTH + 32);
    assert_non_null(line);
    strcpy(line, "\x1b[200~");
    memset(line + 6, '1', LENGTH);
    strcpy(line + 6 + LENGTH, "\x1b[201~");
    start(p);
    see(p, PROMPT);
    type(p, line);
    see(p, "too long");
    memmove(line, line + 6, LENGTH);
    strcpy(line + LENGTH, "\r");
    see(p, PROMPT);
    type(p, line);
    see(p, "too long");
    free(line);
    enter(p, "1 + 1");
    see(p, "1 + 1 = 2");
    see(p, PROMPT);
    leave(p);
}

// ---- Interrupting -------------------------------------------------------------------------------

static void test_ctrl_c_discards_the_line(void **state)
{
    struct person *p = *state;
    start(p);
    see(p, PROMPT);
    type(p, CTRL_C);
    see(p, PROMPT);
    type(p, "half = 12345");
    see(p, "12345");
    type(p, CTRL_C);
    enter(p, "half");
    see(p, "there is no 'half'");
    see(p, PROMPT);
    leave(p);
}

// A sum of ten million terms: seconds of work.
static void write_long_sum(const struct person *p)
{
    FILE *f = fopen(in_home(p, "long.bs"), "w");
    assert_non_null(f);
    fputs("t = 1\nlong = t", f);
    for (int i = 1; i < 10000000; i++) {
        fputs("+t", f);
    }
    fputs("\n", f);
    assert_int_equal(fclose(f), 0);
}

static void test_ctrl_c_takes_a_statement_back(void **state)
{
    enum { WITHIN = 1000 };  // milliseconds of its own work: it takes 50
    struct person *p = *state;
    write_long_sum(p);
    start(p);
    enter(p, "a = 2");
    enter(p, "load long.bs");
    see(p, "\r\n");
    see_at_work(p, 200);
    int64_t begun = worked(p);
    type(p, CTRL_C);
    see(p, "interrupted");
    see(p, PROMPT);
    assert_true(worked(p) - begun < WITHIN);
    type(p, "a + 1\r");
    see(p, "a + 1 = 3");
    enter(p, "long");
    see(p, "there is no 'long'");
    see(p, PROMPT);
    leave(p);
}

static void test_ctrl_c_ends_waiting_for_a_file(void **state)
{
    struct person *p = *state;
    assert_int_equal(mkfifo(in_home(p, "nobody.bs"), 0600), 0);
    start(p);
    enter(p, "load nobody.bs");
    see(p, "\r\n");
    see_held_up(p);
    type(p, CTRL_C);
    see(p, "interrupted");
    see(p, PROMPT);
    leave(p);
}

static void test_terminated(void **state)
{
    struct person *p = *state;
    static const int numbers[] = {SIGTERM, SIGHUP};
    for (size_t i = 0; i < 2; i++) {
        start(p);
        if (i > 0) {
            see(p, "Resume it? (y/n) ");
            type(p, "n\n");
        }
        enter(p, i == 0 ? "kept = 1" : "kept = 2");
        see(p, PROMPT);
        type(p, "half a li");
        see(p, "half a li");
        kill_it(p, numbers[i]);
        int status = ending(p);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), numbers[i]);
    }
    assert_non_null(strstr(read_file(p, ".local/state/backstep/history"), "kept = 2\n"));
    start(p);
    see(p, "1 line");
    see(p, "Resume it? (y/n) ");
    type(p, "y\n");
    enter(p, "kept + 0");
    see(p, "kept + 0 = 2");
    see(p, PROMPT);
    leave(p);
}

static void test_survives_a_resize(void **state)
{
    struct person *p = *state;
    static const unsigned short columns[] = {20, 1, 200, 20};
    start(p);
    see(p, PROMPT);
    type(p, "wide = 1 + 2 + 3 + 4 + 5");
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        struct winsize size = {.ws_row = 10, .ws_col = columns[i]};
        assert_int_equal(ioctl(p->terminal, TIOCSWINSZ, &size), 0);
        rest(p, 50);
    }
    type(p, " + 6\r");
    enter(p, "wide");
    see(p, "wide = 21");
    see(p, PROMPT);
    leave(p);
}

// Only once the prompt is there: as readline makes it, it reads the window's size and sets it
// again.
static void resize(struct person *p, unsigned short columns)
{
    size_t seen = p->seen;
    see(p, PROMPT);
    p->seen = seen;
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    assert_int_equal(ioctl(p->terminal, TIOCSWINSZ, &size), 0);
    rest(p, 50);
}

static void test_draws_for_the_window_as_it_is(void **state)
{
    struct person *p = *state;
    start(p);
    enter(p, "a = 2; L = a*a");
    enter(p, "graph");
    see(p, "►║2│ L = 4 ║");
    resize(p, 24);
    enter(p, "graph");
    see(p, "╔═▼═╤═▼═╗");
    resize(p, 10);
    enter(p, "graph");
    see(p, "name");
    resize(p, 80);
    enter(p, "graph");
    see(p, "►║2│ L = 4 ║");
    leave(p);
}

// ---- Completing ---------------------------------------------------------------------------------

static void test_completes(void **state)
{
    struct person *p = *state;
    write_file(p, "example.bs", "inside = 7\n");
    write_file(p, "two words.bs", "inside = 8\n");
    start(p);
    enter(p, "loss_of_all = 2");
    enter(p, "loss_\t*2");
    see(p, "loss_of_all*2 = 4");
    enter(p, "cosh\t0)");
    see(p, "cosh(0) = 1");
    enter(p, "prec\t3");  // a command, with its blank
    enter(p, "pi");
    see(p, "pi = 3.14\r\n");
    enter(p, "load exa\t");
    enter(p, "inside");
    see(p, "inside = 7");
    enter(p, "load \"two\t");
    enter(p, "inside + 0");
    see(p, "inside + 0 = 8");
    see(p, PROMPT);
    write_file(p, ".hidden", "");
    type(p, "load .hid\t");
    see(p, ".hidden");
    type(p, CTRL_C);
    enter(p, "dinside/dins\t");
    see(p, "dinside/dinside = 1");
    see(p, PROMPT);
    type(p, "2*tan\t");  // no command there: tangent is not offered
    see(p, "tan   tanh");
    type(p, CTRL_C);
    see(p, PROMPT);
    leave(p);
}

// ---- Remembering --------------------------------------------------------------------------------

// What xterm, rxvt, screen and tmux send for the keys that move, and what nothing is bound to. The
// complaint about the name shows where the letters went.
static void test_keys_that_move(void **state)
{
    static const struct {
        const char *keys, *name;
    } rows[] = {
        {"bc\x1b[Hx", "xbc"},
        {"bc\x1b[1~x", "xbc"},
        {"bc\x1bOHx", "xbc"},
        {"bc\x1b[H\x1b[Fx", "bcx"},
        {"bc\x1b[1~\x1b[4~x", "bcx"},
        {"bc\x1b[1;2Dx", "bxc"},
        {"1*bc\x1b[1;5Dx", "xbc"},
        {"1*bc\x1b[1;3Dx", "xbc"},
        {"1*bc\x1b\x1b[Dx", "xbc"},
        {"bc\x1b[1;6H\x1b[1;2Cx", "bxc"},
        {"bc\x1b[15~\x1b[99;5ux", "bcx"},
        {"bcd\x1b[H\x1b[3~x", "xcd"},
        {"bc\x1b]11;rgb:ffff/ffff/ffff\ax", "bcx"},
        {"bc\x1bP>|XTerm(390)\x1b\\x", "bcx"},
        // Older terminals: an application's arrows with modifiers.
        {"1*bc\x1bO5Dx", "xbc"},
        {"1*bc\x1b[5Dx", "xbc"},
        {"bc\x1bO2Dx", "bxc"},
        {"bc\x1bO11Px\x1bO2Q", "bcx"},
        // rxvt, with Shift and Ctrl.
        {"bc\x1b[7~x", "xbc"},
        {"bc\x1b[7$x\x1b[8$", "xbc"},
        {"bc\x1b[7^x\x1b[8^y", "xbcy"},
        {"bcd\x1b[H\x1b[3$x", "xcd"},
        {"bc\x1b[2$\x1b[23$x", "bcx"},
        // Alt, as an escape before the key.
        {"1*bc\x1b\x1bODx", "xbc"},
        {"bc\x1b\x1b[Hx", "xbc"},
        {"bc\x1b\x1bOHx\x1b\x1b[4~y", "xbcy"},
        {"bc\x1b\x1b[15~\x1b\x1bOP\x1b\x1b[2~x", "bcx"},
        // The Linux console's F1 to F5.
        {"bc\x1b[[A\x1b[[Ex", "bcx"},
        // The keypad in its application mode.
        {"bc\x1bOq\x1bOyx", "bc19x"},
    };
    struct person *p = *state;
    start(p);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char shown[64];
        enter(p, rows[i].keys);
        snprintf(shown, sizeof shown, "'%s'", rows[i].name);
        see(p, shown);
    }
    see(p, PROMPT);
    leave(p);
}

// Up looks for entries that begin as what was typed does; Down comes back to it.
static void test_up_searches_by_prefix(void **state)
{
    struct person *p = *state;
    start(p);
    enter(p, "print 11");
    enter(p, "beta = 2");
    enter(p, "print 22");
    enter(p, "gamma = 3");
    see(p, PROMPT);
    type(p, "print\x1b[A\r");
    see(p, "\r  22\r\n");
    see(p, PROMPT);
    type(p, "print\x1b[A\x1b[A\r");
    see(p, "\r  11\r\n");
    see(p, PROMPT);
    type(p, "print\x1b[A\x1b[B 33\r");
    see(p, "\r  33\r\n");
    see(p, PROMPT);
    type(p, "\x1b[A\r");  // nothing typed: the last one
    see(p, "\r  33\r\n");
    see(p, PROMPT);
    leave(p);
}

static void test_keeps_history(void **state)
{
    struct person *p = *state;
    struct stat st;
    start(p);
    enter(p, "h = (40 +");
    see(p, MORE);
    type(p, "1)\r");
    enter(p, "h*1");
    see(p, "h*1 = 41");
    see(p, PROMPT);
    leave(p);
    assert_int_equal(stat(in_home(p, ".local/state/backstep/history"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(in_home(p, ".local/state/backstep"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    start(p);
    see(p, PROMPT);
    type(p, UP UP "\r");  // an entry of two lines is one
    see(p, PROMPT);
    type(p, UP UP "\r");
    see(p, "h*1 = 41");
    see(p, PROMPT);
    leave(p);
}

static void test_bounds_history(void **state)
{
    struct person *p = *state;
    make_folder(p, ".local");
    make_folder(p, ".local/state");
    make_folder(p, ".local/state/backstep");
    FILE *f = fopen(in_home(p, ".local/state/backstep/history"), "w");
    assert_non_null(f);
    for (int i = 0; i < 20000; i++) {
        fprintf(f, "!1700000000\nold = %d\n", i);
    }
    assert_int_equal(fclose(f), 0);
    start(p);
    enter(p, "young = 1");
    see(p, PROMPT);
    leave(p);
    f = fopen(in_home(p, ".local/state/backstep/history"), "r");
    assert_non_null(f);
    char line[100] = "";
    int lines = 0;
    while (fgets(line, sizeof line, f) != NULL) {
        lines++;
    }
    fclose(f);
    assert_in_range(lines, 9000, 10000);
    assert_string_equal(line, "young = 1\n");
}

static void die_with_two_lines(struct person *p)
{
    start(p);
    enter(p, "a = 2");
    enter(p, "b = a*21");
    see(p, "b = 42");
    enter(p, "c = 5");
    enter(p, "undo");
    see(p, "taken back");
    see(p, PROMPT);
    kill_outright(p);
}

static void test_resumes_after_kill_9(void **state)
{
    struct person *p = *state;
    die_with_two_lines(p);
    start(p);
    see(p, "2 lines");
    see(p, "Resume it? (y/n) ");
    type(p, "y\n");
    see(p, "2 lines are back");
    enter(p, "b + a");
    see(p, "b + a = 44");
    enter(p, "c");
    see(p, "there is no 'c'");
    see(p, PROMPT);
    leave(p);
    start(p);
    see(p, PROMPT);
    assert_false(was_shown(p, "Resume"));
    leave(p);
}

// Gradients as nodes come back with their names: grown, taken back, saved and loaded before.
static void test_resumes_gradients_that_are_nodes(void **state)
{
    struct person *p = *state;
    start(p);
    enter(p, "x = 2; y = x**3*x");
    see(p, "y = 16");
    enter(p, "node g = dy/dx");
    see(p, "g = 32");
    enter(p, "backward y graph");
    see(p, "grad as nodes");
    enter(p, "node h = dg/dx; undo");
    see(p, "taken back");
    enter(p, "save mine.bs");
    see(p, "mine.bs");
    enter(p, "reset; load mine.bs");
    enter(p, "node P = y + 0.1*(dy/dx)**2");
    see(p, "P = 118.4");
    enter(p, "x.data = 3");
    see(p, PROMPT);
    kill_outright(p);
    start(p);
    see(p, "Resume it? (y/n) ");
    type(p, "y\n");
    see(p, "are back");
    enter(p, "forward; print g, dg/dx, dP/dx, d2y/dx2 - dg/dx");
    see(p, "108 108 2440.8 0");
    enter(p, "local dy/d%2");
    see(p, "a leaf: no edge");
    enter(p, "h");
    see(p, "there is no 'h'");
    enter(p, "undo; undo; print P");
    see(p, "118.4");
    leave(p);
}

static void test_keeps_what_is_refused_as_a_script(void **state)
{
    struct person *p = *state;
    die_with_two_lines(p);
    start(p);
    see(p, "Resume it? (y/n) ");
    type(p, CTRL_C);  // no answer: it stays
    see(p, PROMPT);
    leave(p);
    start(p);
    see(p, "Resume it? (y/n) ");
    type(p, "n\n");
    see(p, "interrupted.bs");
    enter(p, "a");
    see(p, "there is no 'a'");
    enter(p, "load ~/.local/state/backstep/interrupted.bs");
    enter(p, "b");
    see(p, "b = 42");
    see(p, PROMPT);
    leave(p);
    start(p);
    see(p, PROMPT);
    assert_false(was_shown(p, "Resume"));
    leave(p);
}

#define KEPT ".local/state/backstep/interrupted"

static void test_a_second_refused_session_has_a_file_of_its_own(void **state)
{
    struct person *p = *state;
    die_with_two_lines(p);
    start(p);
    see(p, "Resume it? (y/n) ");
    type(p, "n\n");
    enter(p, "e = 5");
    enter(p, "print e");
    see(p, "  5");
    kill_outright(p);
    start(p);
    see(p, "Resume it? (y/n) ");
    type(p, "n\n");
    see(p, "interrupted-2.bs");
    see(p, PROMPT);
    leave(p);
    assert_string_equal(read_file(p, KEPT ".bs"), "a = 2\nb = a*21\n");
    assert_string_equal(read_file(p, KEPT "-2.bs"), "e = 5\n");
}

// What is neither yes nor no was typed ahead: it settles the question, and runs.
static void test_an_answer_that_is_a_statement_runs(void **state)
{
    struct person *p = *state;
    die_with_two_lines(p);
    start(p);
    see(p, "Resume it? (y/n) ");
    type(p, "d = (3 +\n");
    see(p, "kept for later");
    see(p, MORE);  // its bracket is open
    type(p, "4)\r");
    enter(p, "d*d");
    see(p, "d*d = 49");
    enter(p, "load ~/.local/state/backstep/interrupted.bs");
    enter(p, "b");
    see(p, "b = 42");
    see(p, PROMPT);
    leave(p);
}

// Yes and no in other words; an arrow, which the terminal shows as it is, is no part of a statement.
static void test_resume_is_answered_as_people_do(void **state)
{
    struct person *p = *state;
    die_with_two_lines(p);
    start(p);
    see(p, "Resume it? (y/n) ");
    type(p, "Yes, please!\n");
    see(p, "2 lines are back");
    kill_outright(p);
    start(p);
    see(p, "Resume it? (y/n) ");
    type(p, "Nope.\n");
    see(p, "kept for later");
    enter(p, "e = 5");
    enter(p, "e*e");
    see(p, "e*e = 25");
    kill_outright(p);
    start(p);
    see(p, "Resume it? (y/n) ");
    type(p, "\x1b[Dprint 6*7\x1bOC\n");
    see(p, "  42");
    see(p, PROMPT);
    leave(p);
}

// Enter after the answer was meant for the question; at a fresh prompt it begins the course.
static void test_enter_at_a_fresh_prompt(void **state)
{
    struct person *p = *state;
    die_with_two_lines(p);
    write_file(p, "1-only.md",
               "---\nid: only\ntitle: The only one\norder: 1\n---\n\nText.\n\n"
               "```ask only.one\nWhat is 1 + 1?\nkind: number\nanswer: 2\nhint: Add.\n```\n");
    start_with(p, (char *[]){p->home_variable, "TERM=xterm-256color", UTF8, "NO_COLOR=1",
                             "BACKSTEP_LESSONS=.", NULL});
    see(p, "Press Enter to begin the course");
    see(p, "Resume it? (y/n) ");
    type(p, "n\n");
    enter(p, "");
    see(p, PROMPT);
    assert_false(was_shown(p, "The only one"));
    type(p, "\r");
    see(p, "The only one");
    see(p, "Question 1 of 1");
    enter(p, "quit");
    see(p, "your own graph is back");
    enter(p, "x = 1");  // from here on an empty line does nothing
    enter(p, "");
    enter(p, "x");
    see(p, "x = 1");
    see(p, PROMPT);
    leave(p);
}

// The path of the one journal there is.
static const char *find_journal(const struct person *p)
{
    static char path[600];
    snprintf(path, sizeof path, "ls %s/.local/state/backstep/journal/*.journal", p->home);
    FILE *list = popen(path, "r");
    assert_non_null(list);
    assert_non_null(fgets(path, sizeof path, list));
    assert_int_equal(pclose(list), 0);
    path[strcspn(path, "\n")] = '\0';
    return path;
}

static void test_reads_a_damaged_journal_up_to_the_damage(void **state)
{
    static const char *const damages[] = {
        "script 0 900000 0123456789abcdef\nz = 1\n",  // torn
        "script 0 6 0123456789abcdef\nz = 1\n\n",     // changed
        "script 13 18446744073709551615 0\n",
        "\n",
    };
    struct person *p = *state;
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        die_with_two_lines(p);
        FILE *f = fopen(find_journal(p), "a");
        assert_non_null(f);
        fputs(damages[i], f);
        fclose(f);
        start(p);
        see(p, "2 lines");
        see(p, "Resume it? (y/n) ");
        type(p, "y\n");
        enter(p, "b");
        see(p, "b = 42");
        see(p, PROMPT);
        leave(p);
    }
}

static void test_leaves_foreign_journals_alone(void **state)
{
    struct person *p = *state;
    die_with_two_lines(p);
    char path[600];
    strcpy(path, find_journal(p));
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("print 1\n", f);
    fclose(f);
    start(p);
    see(p, PROMPT);
    assert_false(was_shown(p, "Resume"));
    leave(p);
    assert_int_equal(access(path, F_OK), 0);
}

static void test_a_living_session_is_not_offered(void **state)
{
    struct person *first = *state;
    struct person second = *first;
    start(first);
    enter(first, "a = 2");
    see(first, PROMPT);
    second.screen = malloc(SCREEN);
    assert_non_null(second.screen);
    start(&second);
    enter(&second, "b = 3");
    see(&second, PROMPT);
    assert_false(was_shown(&second, "Resume"));
    leave(&second);
    free(second.screen);
    leave(first);
    const char *history = read_file(first, ".local/state/backstep/history");
    assert_non_null(strstr(history, "a = 2\n"));
    assert_non_null(strstr(history, "b = 3\n"));
}

static void test_runs_the_init_file(void **state)
{
    struct person *p = *state;
    make_folder(p, ".config");
    make_folder(p, ".config/backstep");
    write_file(p, ".config/backstep/init.bs", "mine = 6\nprint mine*7\noops\n");
    start(p);
    see(p, "42");
    see(p, "init.bs:3:");
    see(p, "error:");
    enter(p, "mine");
    see(p, "mine = 6");
    see(p, PROMPT);
    leave(p);
}

// Nobody writes into these pipes: who read them would wait for ever.
static void test_pipes_where_its_own_files_are(void **state)
{
    struct person *p = *state;
    static const char *const folders[] = {".config",
                                          ".config/backstep",
                                          ".local",
                                          ".local/share",
                                          ".local/share/backstep",
                                          ".local/state",
                                          ".local/state/backstep",
                                          ".local/state/backstep/journal"};
    static const char *const pipes[] = {".config/backstep/init.bs",
                                        ".local/share/backstep/progress.db",
                                        ".local/state/backstep/history",
                                        ".local/state/backstep/theme",
                                        ".local/state/backstep/journal/1.journal",
                                        ".inputrc"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        make_folder(p, folders[i]);
    }
    for (size_t i = 0; i < sizeof pipes / sizeof pipes[0]; i++) {
        assert_int_equal(mkfifo(in_home(p, pipes[i]), 0600), 0);
    }
    start_with(p, (char *[]){p->home_variable, "TERM=xterm-256color", UTF8, NULL});
    see(p, "init.bs'");  // "… is not a file", which is broken wherever the line is full
    see(p, "a file");
    enter(p, "print 6*7");
    see(p, "42");
    enter(p, "progress");
    see(p, "progress.db'");
    see(p, "a file");
    leave(p);
}

// ---- Terminals ----------------------------------------------------------------------------------

// Scripts first, whatever becomes of them; then their graph is there to be asked, and is journalled.
static void test_stays_after_scripts(void **state)
{
    struct person *p = *state;
    char *environment[] = {p->home_variable, "TERM=xterm-256color", UTF8, "NO_COLOR=1", NULL};
    make_folder(p, ".config");
    make_folder(p, ".config/backstep");
    write_file(p, ".config/backstep/init.bs", "precision 3\n");
    write_file(p, "mine.bs", "a = 2\nL = a/3\nprint L\nz + 1\n");
    start_as(p, (char *[]){"backstep", "-i", "-e", "b = 7", "mine.bs", "-e", "b = 8", NULL},
             environment);
    see(p, "0.667");
    see(p, "mine.bs:4:");
    assert_false(was_shown(p, "Press Enter"));
    enter(p, "backward L; print a.grad, b");
    see(p, "0.333 7");
    kill_outright(p);
    start(p);
    see(p, "Resume it?");
    type(p, "y\n");
    enter(p, "print L, b");
    see(p, "0.667 7");
    leave(p);
}

static void test_colours(void **state)
{
    struct person *p = *state;
    start_with(p, (char *[]){p->home_variable, "TERM=xterm-256color", UTF8, NULL});
    see(p, "\x1b]11;?");  // a light terminal answers, while somebody types ahead
    type(p, "1 +\x1b]11;rgb:fafa/fafa/fafa\x1b\\\x1b[?62;22c 1\r");
    see(p, "\x1b[38;5;24m2\x1b[0m");
    enter(p, "theme dark");
    enter(p, "1 + 2");
    see(p, "\x1b[38;5;80m3\x1b[0m");
    see(p, PROMPT);
    leave(p);
    start_with(p, (char *[]){p->home_variable, "TERM=xterm-256color", UTF8, NULL});
    enter(p, "1 + 3");  // what was chosen is kept, and no question is asked
    see(p, "\x1b[38;5;80m4\x1b[0m");
    enter(p, "theme auto");
    see(p, PROMPT);
    leave(p);
    assert_false(was_shown(p, "\x1b]11;?"));
    start_with(p, (char *[]){p->home_variable, "TERM=xterm-256color", UTF8, NULL});
    see(p, "\x1b]11;?");  // one that is silent: no colours, but weights
    enter(p, "oops");
    see(p, "\x1b[1merror:");
    see(p, PROMPT);
    leave(p);
    assert_false(was_shown(p, "38;5;"));
    start(p);  // with NO_COLOR
    enter(p, "1 + 1");
    see(p, "1 + 1 = 2");
    enter(p, "oops");
    see(p, "error:");
    see(p, PROMPT);
    leave(p);
    assert_false(was_shown(p, "\x1b[3"));
    assert_false(was_shown(p, "\x1b[1m"));
}

static void test_speaks_ascii_where_nothing_else_is_shown(void **state)
{
    struct person *p = *state;
    start_with(p, (char *[]){p->home_variable, "TERM=dumb", "LC_ALL=C", NULL});
    see(p, "\n> ");
    type(p, "q = (2 +\r");
    see(p, "\n. ");
    type(p, "3)\r");
    see(p, "> ");
    type(p, "q\r");
    see(p, "\n  q = 5\r\n> ");
    type(p, "backward 3\r");
    see(p, "error:");
    see(p, "\n> ");
    type(p, "L = q*q; graph\r");
    see(p, "+=+ * =====+");
    see(p, "\n> ");
    type(p, "param w = 1; M = (w - 3)**2; train M 30000 0.0001\r");
    see(p, "30000 steps");
    see(p, "\n> ");
    type(p, "help arrays\r");
    see(p, "\n> ");
    leave(p);
    assert_null(memchr(p->screen, '?', p->shown));
    for (size_t i = 0; i < p->shown; i++) {
        assert_in_range((unsigned char)p->screen[i], 1, 0x7E);
        assert_int_not_equal(p->screen[i], '\x1b');
    }
}

// … but reads it: letters beyond ASCII are not lost on the way.
static void test_reads_more_than_ascii(void **state)
{
    struct person *p = *state;
    start_with(p, (char *[]){p->home_variable, "TERM=xterm", "LC_ALL=C", "NO_COLOR=1", NULL});
    see(p, "> ");
    type(p, "σ(0)\r");
    see(p, "sigma(0) = 0.5\r\n");
    type(p, "2·3\r");
    see(p, "2*3 = 6\r\n");
    see(p, "> ");
    leave(p);
}

static void test_needs_no_home(void **state)
{
    struct person *p = *state;
    static char *const homes[] = {"HOME=/dev/null/none", "HOME=relative", "HOME=/dev/null",
                                  "NOTHING=1"};
    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
        start_with(p, (char *[]){homes[i], "TERM=xterm", UTF8, NULL});
        enter(p, "a = 2");
        enter(p, "a*2");
        see(p, "a*2 = ");
        see(p, PROMPT);
        leave(p);
        assert_false(was_shown(p, "error"));
    }
    assert_false(is_there(p, "relative"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_greets_and_echoes),
        TEST(test_continues_over_open_brackets),
        TEST(test_leaves),
        TEST(test_runs_pasted_lines),
        TEST(test_a_paste_is_one_entry),
        TEST(test_refuses_too_long_a_line),
        TEST(test_ctrl_c_discards_the_line),
        TEST(test_ctrl_c_takes_a_statement_back),
        TEST(test_ctrl_c_ends_waiting_for_a_file),
        TEST(test_terminated),
        TEST(test_survives_a_resize),
        TEST(test_draws_for_the_window_as_it_is),
        TEST(test_completes),
        TEST(test_keys_that_move),
        TEST(test_up_searches_by_prefix),
        TEST(test_keeps_history),
        TEST(test_bounds_history),
        TEST(test_resumes_after_kill_9),
        TEST(test_resumes_gradients_that_are_nodes),
        TEST(test_an_answer_that_is_a_statement_runs),
        TEST(test_resume_is_answered_as_people_do),
        TEST(test_enter_at_a_fresh_prompt),
        TEST(test_keeps_what_is_refused_as_a_script),
        TEST(test_a_second_refused_session_has_a_file_of_its_own),
        TEST(test_reads_a_damaged_journal_up_to_the_damage),
        TEST(test_leaves_foreign_journals_alone),
        TEST(test_a_living_session_is_not_offered),
        TEST(test_runs_the_init_file),
        TEST(test_pipes_where_its_own_files_are),
        TEST(test_stays_after_scripts),
        TEST(test_colours),
        TEST(test_speaks_ascii_where_nothing_else_is_shown),
        TEST(test_reads_more_than_ascii),
        TEST(test_needs_no_home),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

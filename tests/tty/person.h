// A person at a terminal: the real program under a pseudo-terminal, typed at and looked at.
// $BACKSTEP names the program.
#ifndef TESTS_TTY_PERSON_H
#define TESTS_TTY_PERSON_H

#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    PATIENCE = 20000,  // milliseconds that a slow machine is given
    SCREEN = 4 << 20,  // bytes of output that a test looks at
};

#define UTF8 "LC_ALL=C.UTF-8"
#define PROMPT "\xe2\x88\x87 "  // ∇
#define MORE "\xe2\x80\xa6 "    // …
#define CTRL_C "\x03"
#define CTRL_D "\x04"
#define UP "\x1b[A"
#define PASTE(text) "\x1b[200~" text "\x1b[201~"

// A person at a terminal, with a home of their own in which backstep is started.
struct person {
    char home[256], home_variable[300];
    pid_t pid;
    int terminal;
    char *screen;  // all that was shown by the program that runs now
    size_t shown, seen;
};

static inline int64_t read_clock(clockid_t clock)
{
    struct timespec t;
    assert_int_equal(clock_gettime(clock, &t), 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static inline int64_t now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

// Milliseconds that the program has worked itself: on a busy machine too a measure of what it does.
static inline int64_t worked(const struct person *p)
{
    clockid_t clock;
    assert_int_equal(clock_getcpuclockid(p->pid, &clock), 0);
    return read_clock(clock);
}

// How many times slower this build is, or the machine: SLOWER in the environment, 1 where it is not set.
static inline int slower(void)
{
    const char *times = getenv("SLOWER");
    return times == NULL || atoi(times) < 1 ? 1 : atoi(times);
}

// ---- The home -----------------------------------------------------------------------------------

static inline const char *in_home(const struct person *p, const char *name)
{
    static char path[2][512];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", p->home, name);
    return path[turn];
}

static inline void write_file(const struct person *p, const char *name, const char *text)
{
    FILE *f = fopen(in_home(p, name), "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static inline void make_folder(const struct person *p, const char *name)
{
    assert_int_equal(mkdir(in_home(p, name), 0755), 0);
}

static inline char *read_file(const struct person *p, const char *name)
{
    static char text[65536];
    FILE *f = fopen(in_home(p, name), "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

static inline bool is_there(const struct person *p, const char *name)
{
    return access(in_home(p, name), F_OK) == 0;
}

static inline int set_up(void **state)
{
    static struct person p;
    char here[200];
    p = (struct person){.terminal = -1};
    p.screen = malloc(SCREEN);
    if (p.screen == NULL || getcwd(here, sizeof here) == NULL) {
        return -1;
    }
    snprintf(p.home, sizeof p.home, "%s/home-XXXXXX", here);
    *state = &p;
    if (mkdtemp(p.home) == NULL) {
        return -1;
    }
    snprintf(p.home_variable, sizeof p.home_variable, "HOME=%s", p.home);
    return 0;
}

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

// Closes the terminal, as somebody closes the window: what runs in it ends by itself, or else is ended.
static inline void close_terminal(struct person *p)
{
    enum { TRIES = 400, MICROSECONDS = 5000 };
    if (p->terminal >= 0) {
        close(p->terminal);
    }
    for (int i = 0; i < TRIES && p->pid > 0; i++) {
        if (waitpid(p->pid, NULL, WNOHANG) != 0) {
            return;
        }
        usleep(MICROSECONDS);
    }
    if (p->pid > 0) {
        kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
    }
}

static inline int tear_down(void **state)
{
    struct person *p = *state;
    close_terminal(p);
    free(p->screen);
    return nftw(p->home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

// ---- The terminal -------------------------------------------------------------------------------

// Starts backstep with these arguments (its name first, NULL last) and this environment (up to a
// NULL) beside the PATH.
static inline void start_as(struct person *p, char *const argv[], char *const environment[])
{
    char *program = getenv("BACKSTEP");
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    assert_non_null(program);
    p->shown = p->seen = 0;
    p->pid = forkpty(&p->terminal, NULL, NULL, &size);
    assert_true(p->pid >= 0);
    if (p->pid == 0) {
        // Under a sanitizer its settings go along: they name the leaks that are Graphviz's own.
        enum { VARIABLES_MOST = 32 };
        char *all[VARIABLES_MOST + 2] = {NULL}, settings[1024];
        const char *sanitizer = getenv("LSAN_OPTIONS");
        size_t n = 0;
        for (; environment[n] != NULL && n < VARIABLES_MOST; n++) {
            all[n] = environment[n];
        }
        if (sanitizer != NULL) {
            snprintf(settings, sizeof settings, "LSAN_OPTIONS=%s", sanitizer);
            all[n] = settings;
        }
        if (chdir(p->home) == 0) {
            execve(program, argv, all);
        }
        _exit(127);
    }
}

static inline void start_with(struct person *p, char *const environment[])
{
    start_as(p, (char *[]){"backstep", NULL}, environment);
}

static inline void start(struct person *p)
{
    start_with(p, (char *[]){p->home_variable, "TERM=xterm-256color", UTF8, "NO_COLOR=1", NULL});
}

// Reads what is shown within some milliseconds. False when nobody is there to show anything.
static inline bool look(struct person *p, int milliseconds)
{
    struct pollfd terminal = {.fd = p->terminal, .events = POLLIN};
    if (poll(&terminal, 1, milliseconds) <= 0) {
        return true;
    }
    assert_true(p->shown < SCREEN - 1);
    ssize_t n = read(p->terminal, p->screen + p->shown, SCREEN - 1 - p->shown);
    p->shown += n > 0 ? (size_t)n : 0;
    return n > 0;
}

// Lets time pass where there is nothing to wait for.
static inline void rest(struct person *p, int milliseconds)
{
    for (int64_t end = now() + milliseconds; now() < end;) {
        look(p, 10);
    }
}

// Waits until the program has worked so long from here on: it is well into what it was told to do.
static inline void see_at_work(struct person *p, int milliseconds)
{
    int64_t begun = worked(p), deadline = now() + PATIENCE;
    while (worked(p) - begun < milliseconds) {
        assert_true(now() < deadline);
        look(p, 10);
    }
}

// Does the program sleep? (Linux tells; the state is after the name, in parentheses.)
static inline bool sleeps(const struct person *p)
{
    char path[40], line[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)p->pid);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    line[fread(line, 1, sizeof line - 1, f)] = '\0';
    fclose(f);
    const char *name_end = strrchr(line, ')');
    return name_end != NULL && name_end[1] == ' ' && name_end[2] == 'S';
}

// Waits until the program has taken a line (it reads keys with ICANON off) and is held up by what
// is in it.
static inline void see_held_up(struct person *p)
{
    struct termios t = {0};
    for (int64_t deadline = now() + PATIENCE; (t.c_lflag & ICANON) == 0 || !sleeps(p);) {
        assert_true(now() < deadline);
        look(p, 10);
        assert_int_equal(tcgetattr(p->terminal, &t), 0);
    }
}

// Reads while it writes: who is typed at talks back.
static inline void type(struct person *p, const char *keys)
{
    enum { CHUNK = 512 };
    for (size_t done = 0, n = strlen(keys); done < n;) {
        struct pollfd terminal = {.fd = p->terminal, .events = POLLIN | POLLOUT};
        assert_true(poll(&terminal, 1, PATIENCE) > 0);
        if ((terminal.revents & POLLIN) != 0) {
            look(p, 0);
        } else {
            ssize_t took = write(p->terminal, keys + done, n - done < CHUNK ? n - done : CHUNK);
            assert_true(took > 0);
            done += (size_t)took;
        }
    }
}

// Waits until this is shown, after what was seen already.
static inline void see(struct person *p, const char *text)
{
    int64_t deadline = now() + PATIENCE;
    const char *found = NULL;
    bool there = true;
    while (found == NULL) {
        found = memmem(p->screen + p->seen, p->shown - p->seen, text, strlen(text));
        if (found == NULL && (!there || now() > deadline)) {
            fail_msg("waited for \"%s\"; what was shown: \"%.*s\"", text, (int)(p->shown - p->seen),
                     p->screen + p->seen);
        }
        there = found != NULL || look(p, 50);
    }
    p->seen = (size_t)(found - p->screen) + strlen(text);
}

// Was this shown since the program started?
static inline bool was_shown(const struct person *p, const char *text)
{
    return memmem(p->screen, p->shown, text, strlen(text)) != NULL;
}

// Types a line when the prompt is there.
static inline void enter(struct person *p, const char *line)
{
    see(p, PROMPT);
    type(p, line);
    type(p, "\r");
}

static inline void assert_terminal_is_sane(const struct person *p)
{
    struct termios t;
    assert_int_equal(tcgetattr(p->terminal, &t), 0);
    assert_int_equal(t.c_lflag & (ICANON | ECHO | ISIG), ICANON | ECHO | ISIG);
    assert_true(t.c_iflag & ICRNL);
}

// Waits for the program's end; returns what waitpid tells.
static inline int ending(struct person *p)
{
    int64_t deadline = now() + PATIENCE;
    int status;
    while (waitpid(p->pid, &status, WNOHANG) == 0) {
        look(p, 20);
        assert_true(now() < deadline);
    }
    assert_terminal_is_sane(p);
    close(p->terminal);
    p->terminal = -1;
    p->pid = 0;
    return status;
}

// Ctrl-D counts at the prompt; typed while an answer is still being written it is lost, as in any
// program that reads lines. So it is typed again until the program hears it. (One that has heard it
// already may have closed its end while it is still on its way out: then nobody takes the key.)
static inline void leave(struct person *p)
{
    siginfo_t gone = {.si_pid = 0};
    for (int64_t deadline = now() + PATIENCE; gone.si_pid == 0 && now() < deadline;) {
        ssize_t took = write(p->terminal, CTRL_D, 1);
        assert_true(took == 1 || errno == EIO);
        look(p, 200);
        assert_int_equal(waitid(P_PID, (id_t)p->pid, &gone, WEXITED | WNOHANG | WNOWAIT), 0);
    }
    assert_int_equal(ending(p), 0);
}

static inline void kill_it(struct person *p, int number)
{
    assert_int_equal(kill(p->pid, number), 0);
}

// Without warning, and without a chance to do anything.
static inline void kill_outright(struct person *p)
{
    kill_it(p, SIGKILL);
    assert_int_equal(waitpid(p->pid, NULL, 0), p->pid);
    close(p->terminal);
    p->pid = 0;
    p->terminal = -1;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif

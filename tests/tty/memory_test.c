// Allocations refused while somebody types: at the prompt, in a lesson, a quiz and an exam. What is
// answered is what is answered with all memory, or says that there was none. Where an allocation is
// refused once, the session goes on: the same line typed again is answered as ever, or, where it was
// carried out and could not be shown, the next one. In a lesson what could not be shown may be a question;
// and it may be left, which is said: then any statement is answered as ever. Where the terminal's own library is refused memory before the first prompt, it may crash:
// that is left out.
//
// A sample of places, or $BACKSTEP_FAULTS of them in each scenario. (tests/memory has what is run from
// files; inject.c there refuses.)
#include <libgen.h>
#include <sys/resource.h>

#include "person.h"

enum { FAULTS = 8, LINES = 32, AGAIN = 3 };

#define NOT_SHOWN "not enough memory to show this answer"
#define LEFT "begin it again"

static const struct scenario {
    const char *name;
    bool lesson;
    const char *lines[LINES];  // NULL after the last
} scenarios[] = {
    {"prompt",
     false,
     {"a = 2", "b = -3", "L = (a*b + 10)*a", "zero; backward L", "local L", "dL/da", "paths L a",
      "derive L a", "for i in range(3): print i*a", "param w = 0.5", "M = (w*a - 3)**2",
      "w.data = 0.5; train M 50 0.01", "X = [[1, 2], [3, 4]]", "print X @ X", "where(a > 1, 3, 4)",
      "x = ", "help train", "save s.bs"}},
    {"lesson",
     true,
     {"lesson one", "5", "hint", "6", "", "2*a", "b = 12", "8", "", "4", "5", "", "print 3*4"}},
    {"quiz", true, {"quiz 1 two", "hint", "8", "2*a", "6", "print a"}},
    {"exam", true, {"exam 1 two", "print 4*4", "8", "print 5*5"}},
};

// What was shown after a line, up to the next prompt.
struct answer {
    char *text;
    bool prompt;  // one followed
};

static void write_lessons(const struct person *p)
{
    make_folder(p, "lessons");
    write_file(p, "lessons/02-two.md",
               "---\nid: two\ntitle: Two\norder: 20\n---\n\n"
               "```backstep\na = 3\nb = 2*a\n```\n\n"
               "```ask two.only\nWhat is `b`?\nkind: number\ncovers: N4\nanswer: b\nhint: Twice "
               "a.\n```\n");
    write_file(
        p, "lessons/01-one.md",
        "---\nid: one\ntitle: One\norder: 10\n---\n\n"
        "Two names.\n\n```backstep\na = 3\nb = 2*a\n```\n\n"
        "```ask one.first\nWhat is `b`?\nkind: number\ncovers: N1\nanswer: b\n"
        "hint: Twice a.\nwhen: 5 => That is a + 2.\n```\n\n"
        "```ask one.second\nWhat is `b + 2`?\nkind: number\ncovers: N2\nanswer: b + 2\n```\n\n"
        "```ask one.third\nWhat is `b - 1`?\nkind: number\ncovers: N3\nanswer: b - 1\n```\n");
}

// variable: a line of the environment that says what is refused, or counted.
static void start_refused(struct person *p, const char *variable)
{
    static char preload[4200];
    char program[4096];
    snprintf(program, sizeof program, "%s", getenv("BACKSTEP"));
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s/tests/memory/inject.so", dirname(program));
    start_with(p, (char *[]){p->home_variable, "TERM=xterm-256color", UTF8, "NO_COLOR=1", "TZ=UTC",
                             "BACKSTEP_LESSONS=lessons", preload, (char *)variable, NULL});
}

static void forget_session(const struct person *p)
{
    static const char *const kept[] = {".local", ".config", ".cache", ".backstep_history", "s.bs"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        nftw(in_home(p, kept[i]), remove_one, 8, FTW_DEPTH | FTW_PHYS);
    }
}

// Where readline begins to read a line, and where it has done so: it tells the terminal how to paste.
#define BEGINS "\x1b[?2004h"
#define DONE "\x1b[?2004l\r"

static const char *shown_since(const struct person *p, const char *text)
{
    return memmem(p->screen + p->seen, p->shown - p->seen, text, strlen(text));
}

// Takes what is shown up to a prompt that nothing follows. A notice that may come with any answer is left
// out.
static struct answer take(struct person *p)
{
    static const char prompt[] = PROMPT,
                      notice[] = "  notice: your progress is being kept again\r\n";
    const char *begins = NULL;
    int64_t deadline = now() + PATIENCE;
    bool there = true, prompted = false;
    while (there && !prompted && now() < deadline) {
        there = look(p, 20);
        begins = shown_since(p, BEGINS);
        prompted = begins != NULL && memmem(begins, (size_t)(p->screen + p->shown - begins), prompt,
                                            sizeof prompt - 1) != NULL;
    }
    const char *end = begins == NULL ? p->screen + p->shown : begins;
    struct answer a = {strndup(p->screen + p->seen, (size_t)(end - p->screen) - p->seen), prompted};
    assert_non_null(a.text);
    p->seen = p->shown;
    char *at = strstr(a.text, notice);
    if (at != NULL) {
        memmove(at, at + sizeof notice - 1, strlen(at + sizeof notice - 1) + 1);
    }
    return a;
}

static struct answer answer_to(struct person *p, const char *line)
{
    int64_t deadline = now() + PATIENCE;
    const char *done = NULL;
    type(p, line);
    type(p, "\r");
    while ((done = shown_since(p, DONE)) == NULL && now() < deadline && look(p, 20)) {
    }
    p->seen = done == NULL ? p->seen : (size_t)(done + sizeof DONE - 1 - p->screen);
    return take(p);
}

static bool mentions_memory(const struct answer *a)
{
    return strcasestr(a->text, "memory") != NULL;
}

// What a run came to.
struct outcome {
    const char *wrong;  // NULL: nothing
    bool ended;         // the program is not there any more
    bool behind;        // an answer broke off: what it had still to say comes before the next one
    char line[80];
    char *last;  // answer
};

static void go_wrong(struct outcome *o, const char *wrong, const char *line)
{
    if (o->wrong == NULL) {
        o->wrong = wrong;
        snprintf(o->line, sizeof o->line, "%s", line);
    }
}

// Ends what is left of the program. A signal that is not ours is a crash.
static void end(struct person *p, struct outcome *o)
{
    int status = 0;
    for (int64_t deadline = now() + PATIENCE; waitpid(p->pid, &status, WNOHANG) == 0;) {
        if (now() > deadline) {
            go_wrong(o, "did not end", "Ctrl-D");
            kill_it(p, SIGKILL);
        }
        ssize_t took = write(p->terminal, CTRL_D, 1);
        (void)took;
        look(p, 50);
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL) {
        go_wrong(o, "crashed", "at the end");
    }
    close(p->terminal);
    p->terminal = -1;
    p->pid = 0;
}

// Through: carried out, with a word on memory (not shown, or the progress not kept). Out: of the lesson.
enum went { WENT_AS_EVER, WENT_THROUGH, WENT_BACK, WENT_OUT, WENT_WRONG };

// The same, or the end of it is.
static bool is_answer(const struct answer *a, const struct answer *expected,
                      const struct outcome *o)
{
    size_t n = strlen(a->text), most = strlen(expected->text);
    return n >= most && (o->behind || n == most) && strcmp(a->text + n - most, expected->text) == 0;
}

static enum went type_line(struct person *p, const char *line, const struct answer *expected,
                           struct outcome *o)
{
    struct answer a = answer_to(p, line);
    bool through = strstr(a.text, NOT_SHOWN) != NULL || strstr(a.text, "error:") == NULL;
    enum went went = a.prompt && is_answer(&a, expected, o) ? WENT_AS_EVER
                     : !mentions_memory(&a)                 ? WENT_WRONG
                     : strstr(a.text, LEFT) != NULL         ? WENT_OUT
                     : through                              ? WENT_THROUGH
                                                            : WENT_BACK;
    if (went == WENT_WRONG) {
        go_wrong(o, a.prompt ? "another answer" : "ended, or hangs", line);
    }
    o->ended = !a.prompt;
    o->behind = went == WENT_THROUGH || went == WENT_OUT;
    free(o->last);
    o->last = a.text;
    return went;
}

// Types the scenario with a refusal, held against the answers of the whole run.
static struct outcome try(struct person *p, const struct scenario *s, const struct answer *whole,
                          const char *refuse, bool once)
{
    struct outcome o = {0};
    start_refused(p, refuse);
    struct answer a = take(p);
    bool on = a.prompt;
    if (!on && !mentions_memory(&a)) {
        go_wrong(&o, "did not begin", "");
    }
    o.last = a.text;
    for (size_t i = 0; on && s->lines[i] != NULL; i++) {
        enum went went = type_line(p, s->lines[i], &whole[i], &o);
        for (int again = 0; again < AGAIN && once && went == WENT_BACK && !o.ended; again++) {
            went = type_line(p, s->lines[i], &whole[i], &o);
        }
        bool left = went == WENT_OUT || (went == WENT_THROUGH && s->lesson);
        if (once && (went == WENT_BACK || o.ended)) {
            go_wrong(&o, "does not go on", s->lines[i]);
        }
        on = o.wrong == NULL && !o.ended && !left;
        if (left && once && o.wrong == NULL) {
            type_line(p, "print 3*4", &(struct answer){(char *)"  12\r\n", true}, &o);
        }
    }
    end(p, &o);
    forget_session(p);
    return o;
}

// Types the first lines; how many allocations there were.
static unsigned long run_whole(struct person *p, const struct scenario *s, size_t lines,
                               struct answer *whole)
{
    struct outcome o = {0};
    char count[600];
    snprintf(count, sizeof count, "BACKSTEP_COUNT=%s/count", p->home);
    start_refused(p, count);
    struct answer a = take(p);
    assert_true(a.prompt);
    free(a.text);
    for (size_t i = 0; i < lines; i++) {
        whole[i] = answer_to(p, s->lines[i]);
        if (getenv("BACKSTEP_TOLD") != NULL) {
            printf("%s\n", whole[i].text);
        }
        assert_true(whole[i].prompt);
    }
    end(p, &o);
    assert_null(o.wrong);
    forget_session(p);
    return strtoul(read_file(p, "count"), NULL, 10);
}

static int count_wrong(struct person *p, const struct scenario *s, unsigned long places)
{
    struct answer whole[LINES];
    size_t lines = 0;
    while (s->lines[lines] != NULL) {
        lines++;
    }
    unsigned long begun = run_whole(p, s, 0, whole), count = run_whole(p, s, lines, whole);
    unsigned long step = (count - begun) / places + 1;
    int wrong = 0;
    for (unsigned long n = begun + 1 + step / 2; n <= count; n += step) {
        for (int from_then_on = 0; from_then_on < 2; from_then_on++) {
            char refuse[64];
            snprintf(refuse, sizeof refuse, "BACKSTEP_REFUSE=%lu%s", n, from_then_on ? "+" : "");
            struct outcome o = try(p, s, whole, refuse, !from_then_on);
            if (o.wrong != NULL) {
                printf("%s, %s, at \"%s\": %s\n%s\n", s->name, refuse, o.line, o.wrong, o.last);
                fflush(stdout);
                wrong++;
            }
            free(o.last);
        }
    }
    for (size_t i = 0; i < lines; i++) {
        free(whole[i].text);
    }
    printf("%s: %lu allocations, one in %lu refused: %d wrong\n", s->name, count - begun, step,
           wrong);
    fflush(stdout);
    return wrong;
}

static void test_refused_at_a_terminal(void **state)
{
    struct person *p = *state;
    const char *asked = getenv("BACKSTEP_FAULTS"), *only = getenv("BACKSTEP_ONLY");
    unsigned long places = asked == NULL ? FAULTS : strtoul(asked, NULL, 10);
    int wrong = 0;
    write_lessons(p);
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        if (only == NULL || strcmp(only, scenarios[i].name) == 0) {
            wrong += count_wrong(p, &scenarios[i], places == 0 ? 1 : places);
        }
    }
    assert_int_equal(wrong, 0);
}

// Starts the program with an address space of so many kilobytes; true if a prompt came, and a line typed
// there was answered. *crashed: it was ended by a signal.
static bool starts_within(struct person *p, rlim_t kilobytes, bool *crashed)
{
    struct outcome o = {0};
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    const struct rlimit little = {kilobytes << 10, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_AS, &little), 0);
    start(p);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    struct answer a = take(p), first = {0};
    if (a.prompt) {
        first = answer_to(p, "print 6*7");
    }
    bool well = first.prompt && strstr(first.text, "  42\r\n") != NULL;
    end(p, &o);
    *crashed = o.wrong != NULL;
    free(a.text);
    free(first.text);
    forget_session(p);
    return well;
}

// In an address space that grows, step by step: there is a sentence about memory, until there is a prompt.
// (Before the first the system cannot even load the program, which ends as the system has it.)
static void test_starts_with_little_memory(void **state)
{
    enum { LEAST = 4 << 10, MOST = 256 << 10, STEP = 48 };  // kilobytes
    struct person *p = *state;
    bool told = false, well = false;
    for (rlim_t n = LEAST; !well && n <= MOST; n += STEP) {
        bool crashed;
        well = starts_within(p, n, &crashed);
        told = told || memmem(p->screen, p->shown, "memory", 6) != NULL;
#ifndef BS_COVERAGE  // the code that counts lines crashes at exit if it gets no memory
        assert_false(told && crashed);
#endif
    }
    assert_true(told && well);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_refused_at_a_terminal),
        TEST(test_starts_with_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

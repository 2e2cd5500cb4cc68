// What an error bids to write can be written. Lines are damaged in every way that fingers damage them, and
// each "write …" that comes of it is written.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/rng.h"
#include "play_seat.h"

// Names that the lines below use, and those that hints use in their examples.
static const char names[] =
    "a = 2; b = -3; c = 10; x = 3; y = x**2; L = a*b + y; h = 0.1; k = 1; m = 2; p = 0.5; r = 4\n"
    "v = [1, 2]; z = [1, 2, 3]; X = [[1, 2], [3, 4]]; W = [[1, 0], [0, 1]]; u = 3; lo = 0; hi = 1\n"
    "param w = 0.5; def f(x) = x**2; s = 1; i = 0; d = a*b\n";

static const char *const lines[] = {
    "L = a*b + c",
    "y = (x + 1)*(x - 1)",
    "d = a*b; e = d + c",
    "tanh(a*x + b)",
    "print a, b, L",
    "print (a + b)*c",
    "x += 1",
    "a.data = 3",
    "a.data += 0.1 * a.grad",
    "v = [1, 2, 3]",
    "M = [[1, 2], [3, 4]]",
    "sum(z)/len(z)",
    "softmax(z)",
    "z[0] + z[-1]",
    "X[0, 1] * W[1, 0]",
    "X @ W + 1",
    "W.T @ v",
    "dL/da",
    "d2L/dadb",
    "grad(L, a)",
    "check dL/da = b",
    "derive x**2 x",
    "derive sin(x)*x",
    "derive L a",
    "backward L",
    "L.backward()",
    "nudge a 0.01",
    "paths L a",
    "explain L",
    "local L",
    "graph L",
    "plot tanh(x) from -3 to 3",
    "train L 100 0.1",
    "def g(x, q) = x*q + 1",
    "g = lambda x: x**2",
    "f(a) + f(3)",
    "where(a > 0, b, c)",
    "max(a, 0) - min(b, 0)",
    "a > 0",
    "a == b",
    "x**2 + 2*x + 1",
    "x^2 -> 2*x",
    "2x + 3",
    "e^x",
    "|x|",
    "||v||",
    "\\frac{a}{b} + \\sqrt{x}",
    "\\frac{dL}{da}",
    "for i in range(3) { a.data += 1 }",
    "repeat 3 { x += 1 }",
    "[q**2 for q in z]",
    "mse(z, v)",
    "exp(x)/(1 + exp(x))",
    "log(x) + ln(x)",
    "assert L < 0.1",
    "seed 1",
    "param q = 0.5",
    "what is the derivative of x^2",
    "derivative of x^3 at 2",
    "show me the graph of L",
    "what if a = 3",
    "a plus b times c",
    "hessian L",
    "jacobian z z",
    "step L",
    "update 0.1 adam",
};

// ---- Damage -------------------------------------------------------------------------------------

enum { LINE_MOST = 160, PARTS_MOST = 64 };

struct parts {
    char s[PARTS_MOST][24];
    size_t count;
};

static bool is_word(char c)
{
    return text_is_letter(c) || text_is_digit(c) || c == '_' || (c & 0x80) != 0;
}

// Words, signs and blanks.
static struct parts take_apart(const char *line)
{
    struct parts p = {.count = 0};
    while (*line != '\0') {
        size_t n = 1;
        while (is_word(line[0]) && is_word(line[n]) && n < sizeof p.s[0] - 1) {
            n++;
        }
        memcpy(p.s[p.count], line, n);
        p.s[p.count++][n] = '\0';
        line += n;
    }
    return p;
}

static size_t pick(struct rng *r, size_t n)
{
    return (size_t)rng_below(r, n);
}

static void damage(struct rng *r, const char *line, char out[LINE_MOST])
{
    static const char *const strays[] = {"=", "(", ")", "[",  "]",   ",",  "+",   "*",    "-",
                                         ":", ";", "'", ".",  "?",   "2",  "a",   "of",   "the",
                                         "/", ">", "|", "\\", "and", "to", "not", "3 b ", "{"};
    struct parts p = take_apart(line);
    size_t at = pick(r, p.count), other = pick(r, p.count), n = 0;
    enum { DROPPED, TWICE, SWAPPED, INSERTED, REPLACED, KINDS };
    size_t kind = pick(r, KINDS);
    const char *stray = strays[pick(r, COUNT_OF(strays))];
    out[0] = '\0';
    for (size_t i = 0; i < p.count; i++) {
        const char *part = kind == SWAPPED && i == at      ? p.s[other]
                           : kind == SWAPPED && i == other ? p.s[at]
                           : kind == REPLACED && i == at   ? stray
                           : kind == DROPPED && i == at    ? ""
                                                           : p.s[i];
        const char *more = kind == TWICE && i == at      ? p.s[i]
                           : kind == INSERTED && i == at ? stray
                                                         : "";
        n += (size_t)snprintf(out + n, LINE_MOST - n, "%s%s", part, more);
    }
}

// ---- Bids ---------------------------------------------------------------------------------------

static bool begins_with(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

// What the error bids to write, without what follows it in the sentence; false: nothing that is meant as it
// stands.
static bool bid_of(const struct seat *seat, char bid[LINE_MOST])
{
    static const char *const free[] = {"a ",   "an ",   "the ",  "its ", "numbers ", "text ",
                                       "help", "name ", "them ", "one ", "rows "};
    static const char *const ends[] = {", or ", "; '",   ", for ",   ", to ",
                                       " | ",   "; to ", ", as in ", " or "};
    const struct rec *r = seat->records.list.in.last;
    const char *hint = r != NULL && rec_is(r, KIND_error) ? rec_get_text(r, KEY_hint) : "";
    if (!begins_with(hint, "write ")) {
        return false;
    }
    snprintf(bid, LINE_MOST, "%s", hint + strlen("write "));
    for (size_t i = 0; i < COUNT_OF(free); i++) {
        if (begins_with(bid, free[i])) {
            return false;
        }
    }
    char *next = strstr(bid, "), ");  // sum(X), sum(X, axis=0)
    if (next != NULL && strncmp(next + 3, bid, strcspn(bid, "(")) == 0) {
        next[1] = '\0';
    }
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        char *end = strstr(bid, ends[i]);
        if (end != NULL) {
            *end = '\0';
        }
    }
    return strstr(bid, "…") == NULL;
}

// Is this about what the session holds, and not about how the bid is written?
static bool is_of_the_session(const char *message)
{
    static const char *const parts[] = {"there is no ",        "no walk", "does not hold",
                                        "nothing was trained", "wrong: ", "cannot be read here"};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (strstr(message, parts[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static void every_bid_can_be_written(void **state)
{
    (void)state;
    enum { ROUNDS = 400 };
    struct rng rng;
    size_t bids = 0, bad = 0;
    rng_seed(&rng, 12);
    for (size_t i = 0; i < COUNT_OF(lines) * ROUNDS; i++) {
        char typed[LINE_MOST], bid[LINE_MOST];
        struct seat seat;
        damage(&rng, lines[i % COUNT_OF(lines)], typed);
        assert_true(seat_begin(&seat));
        assert_int_equal(eval(&seat, names, SESSION_SCRIPT), SESSION_DONE);
        eval(&seat, typed, SESSION_SCRIPT);
        if (bid_of(&seat, bid)) {
            bids++;
            enum session_state end = eval(&seat, bid, SESSION_SCRIPT);
            const struct rec *r = seat.records.list.in.last;
            if (end == SESSION_FAILED && rec_is(r, KIND_error) &&
                !is_of_the_session(rec_get_text(r, KEY_message))) {
                bad++;
                print_error("%s\n  bids %s\n  which says %s\n", typed, bid,
                            rec_get_text(r, KEY_message));
            }
        }
        seat_end(&seat);
    }
    print_message("%zu bids\n", bids);
    assert_int_equal(bad, 0);
    assert_true(bids > 300);
}

// ---- The table of phrases -----------------------------------------------------------------------

static const struct {
    const char *pattern, *text;
} phrases[] = {
#define BID(PATTERN, TEXT) {PATTERN, TEXT},
#define VALUE BID
#define SAY BID
#define KEEP(PATTERN) {PATTERN, ""},
#include "session/phrases.def"
};

static void texts_use_what_their_patterns_take(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(phrases); i++) {
        int taken = 0;
        const char *p = phrases[i].pattern;
        assert_true(*p != ' ' && *p != '\0');
        for (; *p != '\0'; p++) {
            taken += p[0] == '<' && p[1] != '\0' && p[2] == '>';
        }
        for (const char *t = phrases[i].text; *t != '\0'; t++) {
            bool sign = *t == '$' || *t == '&';
            const char *digit = t + 1 + (sign && (t[1] == 'v' || t[1] == 'b'));
            if (sign && text_is_digit(*digit) && (*digit < '1' || *digit - '0' > taken)) {
                fail_msg("%s: %s", phrases[i].pattern, phrases[i].text);
            }
        }
        assert_in_range(taken, 0, 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bid_can_be_written),
        cmocka_unit_test(texts_use_what_their_patterns_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

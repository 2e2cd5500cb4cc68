#include "prompt/background.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

// For the background (OSC 11), then what kind of terminal it is (DA1), which all of them answer.
#define QUESTION "\x1b]11;?\x1b\\\x1b[c"

enum { MILLISECONDS = 100, ANSWER_MOST = 4096 };

static int64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// The bytes of the control sequence at s[0..n), n > 1: an answer to one of the questions. 0: it is
// none, or not whole yet.
static size_t answer_length(const char *s, size_t n)
{
    if (s[1] == ']') {
        for (size_t i = 2; i < n; i++) {
            if (s[i] == '\a') {
                return i + 1;
            }
            if (s[i] == '\\' && s[i - 1] == '\x1b') {
                return i + 1;
            }
        }
        return 0;
    }
    size_t digits = n > 2 && s[1] == '[' && s[2] == '?' ? 3 + strspn(s + 3, "0123456789;") : n;
    return digits < n && s[digits] == 'c' ? digits + 1 : 0;
}

// Takes the answers out of what came, the rest was typed. True once the last has come.
static bool take_answers(struct text *came, struct text *typed, enum theme *theme)
{
    const char *s = text_get(came);
    size_t n = text_length(came), i = 0;
    bool last = false;
    while (i < n) {
        size_t answer = s[i] == '\x1b' && i + 1 < n ? answer_length(s + i, n - i) : 0;
        if (answer == 0) {
            text_add_char(typed, s[i++]);
            continue;
        }
        last = s[i + 1] == '[';
        *theme = s[i + 1] == ']' ? theme_of_answer(s + i, answer) : *theme;
        i += answer;
    }
    return last;
}

// Does what came hold the answer to the last question?
static bool is_whole(struct text *came)
{
    struct text ignored;
    enum theme theme = 0;
    text_init(&ignored);
    bool whole = take_answers(came, &ignored, &theme);
    text_release(&ignored);
    return whole;
}

static void wait_for_answers(struct text *came)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    int64_t end = milliseconds() + MILLISECONDS;
    for (int64_t left; !is_whole(came) && (left = end - milliseconds()) > 0;) {
        char bytes[256];
        if (poll(&input, 1, (int)left) <= 0) {
            return;
        }
        ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
        if (n <= 0 || text_length(came) > ANSWER_MOST) {
            return;
        }
        text_add_bytes(came, bytes, (size_t)n);
    }
}

enum theme background_ask(struct text *typed)
{
    struct termios before, raw;
    struct text came;
    enum theme theme = THEME_UNKNOWN;
    if (tcgetattr(STDIN_FILENO, &before) != 0) {
        return THEME_UNKNOWN;
    }
    raw = before;
    raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    text_init(&came);
    if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0) {
        if (write(STDOUT_FILENO, QUESTION, strlen(QUESTION)) == (ssize_t)strlen(QUESTION)) {
            wait_for_answers(&came);
        }
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
        take_answers(&came, typed, &theme);
    }
    text_release(&came);
    return theme;
}

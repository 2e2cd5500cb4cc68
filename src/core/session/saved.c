#include "session/saved.h"

#include <string.h>

#define FIRST "# backstep session "
#define LAST "# digest "

enum { VERSION = 1, DIGITS = 16, KNOWN = 10 };  // "# backstep": what a first line is known by

static uint64_t digest(const char *s, size_t n)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++) {
        bool half = s[i] == '\r' && i + 1 < n && s[i + 1] == '\n';
        sum = half ? sum : (sum ^ (unsigned char)s[i]) * UINT64_C(0x100000001b3);
    }
    return sum;
}

static size_t count_lines(const char *s, size_t n)
{
    size_t lines = 0;
    for (size_t i = 0; i < n; i++) {
        lines += s[i] == '\n';
    }
    return lines;
}

void saved_write(struct text *out, const char *script, size_t n)
{
    size_t start = text_length(out), lines = count_lines(script, n);
    text_addf(out, FIRST "%d, %zu line%s: load it, or run it as a script\n", VERSION, lines,
              lines == 1 ? "" : "s");
    text_add_bytes(out, script, n);
    const char *s = text_get(out) + start;
    uint64_t sum = digest(s, text_length(out) - start);
    text_addf(out, LAST "%016llx\n", (unsigned long long)sum);
}

static size_t read_whole(const char *s, size_t n, size_t *at)
{
    size_t number = 0, first = *at;
    while (*at < n && *at - first < 9 && text_is_digit(s[*at])) {
        number = 10 * number + (size_t)(s[(*at)++] - '0');
    }
    return number;
}

// The first line: the version, and how many lines follow; 0 of each where it is cut itself.
static bool read_first(const char *s, size_t n, size_t *version, size_t *lines)
{
    size_t at = strlen(FIRST);
    if (n < KNOWN || memcmp(s, FIRST, n < at ? n : at) != 0) {
        return false;
    }
    if (memchr(s, '\n', n) == NULL) {
        return true;
    }
    *version = read_whole(s, n, &at);
    if (n - at < 2 || s[at] != ',') {
        return *version > VERSION;
    }
    at += 2;
    *lines = read_whole(s, n, &at);
    return true;
}

// The last whole line, where it is a digest: *at is its first byte.
static bool read_last(const char *s, size_t n, uint64_t *sum, size_t *at)
{
    size_t end = n;
    while (end > 0 && (s[end - 1] == '\n' || s[end - 1] == '\r')) {
        end--;
    }
    if (end == n || end < strlen(LAST) + DIGITS) {
        return false;
    }
    size_t begin = end - strlen(LAST) - DIGITS;
    if (memcmp(s + begin, LAST, strlen(LAST)) != 0 || (begin > 0 && s[begin - 1] != '\n')) {
        return false;
    }
    *sum = 0;
    for (size_t i = end - DIGITS; i < end; i++) {
        bool digit = text_is_digit(s[i]), letter = s[i] >= 'a' && s[i] <= 'f';
        if (!digit && !letter) {
            return false;
        }
        *sum = 16 * *sum + (uint64_t)(digit ? s[i] - '0' : s[i] - 'a' + 10);
    }
    *at = begin;
    return true;
}

struct saved saved_read(const char *s, size_t n)
{
    struct saved saved = {.state = SAVED_NOT, .length = n};
    size_t version = 0, lines = 0, end = n;
    uint64_t sum = 0;
    bool first = read_first(s, n, &version, &lines), last = read_last(s, n, &sum, &end);
    if (!first && !last) {
        return saved;
    }
    if (first && version > VERSION) {
        saved.state = SAVED_NEWER;
        return saved;
    }
    while (!last && end > 0 && s[end - 1] != '\n') {
        end--;  // a line that was cut is not a statement
    }
    size_t found = count_lines(s, end);
    saved.lines = found - (found > 0);
    saved.length = end;
    saved.missing = first && lines > saved.lines ? lines - saved.lines : 0;
    saved.state = !last ? SAVED_CUT : first && digest(s, end) == sum ? SAVED_WHOLE : SAVED_CHANGED;
    return saved;
}

void saved_say(const struct saved *saved, struct text *out)
{
    size_t lines = saved->lines + saved->missing;
    switch (saved->state) {
    case SAVED_NOT:
    case SAVED_WHOLE:
        return;
    case SAVED_NEWER:
        text_add(out, "a later version of backstep has saved this session; not all of it may run");
        return;
    case SAVED_CUT:
        text_addf(out,
                  saved->missing > 0
                      ? "this saved session was cut: %zu of its %zu lines are missing"
                  : saved->length > 0 ? "this saved session was cut after its last line"
                                      : "this saved session was cut: nothing of it is left",
                  saved->missing, lines);
        return;
    case SAVED_CHANGED:
        text_addf(
            out,
            saved->missing > 0
                ? "this session was changed after it was saved: %zu of its %zu lines are missing"
                : "this session was changed after it was saved",
            saved->missing, lines);
        return;
    }
}

#include "check/check_figures.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

enum { DIGITS = 3 };

// Where a line is.
enum where { FRONT, PROSE, CODE, ASK };

struct check_figures_reader {
    const char *s;
    size_t size;
    size_t at, end;  // the line
    enum where where;
    size_t fence;  // the ticks that opened it; 0: none is open
    bool edge;     // the line opens or closes something
    bool ticked;   // a `code` of prose goes on from the line above
};

static bool begins(const struct check_figures_reader *r, size_t at, const char *with)
{
    size_t n = strlen(with);
    return at + n <= r->end && memcmp(r->s + at, with, n) == 0;
}

static size_t first_of_line(const struct check_figures_reader *r)
{
    size_t at = r->at;
    while (at < r->end && (r->s[at] == ' ' || r->s[at] == '>')) {
        at++;
    }
    return at;
}

static void place_line(struct check_figures_reader *r)
{
    size_t first = first_of_line(r), ticks = 0;
    while (begins(r, first + ticks, "`")) {
        ticks++;
    }
    r->edge = ticks >= 3 && (r->fence == 0 || ticks >= r->fence);
    if (r->edge) {
        bool opens = r->fence == 0;
        r->fence = opens ? ticks : 0;
        r->where = !opens ? PROSE : begins(r, first + ticks, "ask ") ? ASK : CODE;
    } else if (r->where == FRONT && r->at > 0 && begins(r, r->at, "---")) {
        r->edge = true;
        r->where = PROSE;
    }
    r->ticked = r->ticked && !r->edge && r->where == PROSE && first < r->end;
}

static bool next_line(struct check_figures_reader *r)
{
    if (r->end >= r->size && r->end > 0) {
        return false;
    }
    r->at = r->end > 0 ? r->end + 1 : 0;
    const char *newline = memchr(r->s + r->at, '\n', r->size - r->at);
    r->end = newline == NULL ? r->size : (size_t)(newline - r->s);
    place_line(r);
    return r->at < r->size;
}

static struct check_figures_reader open_lesson(const char *s, size_t size)
{
    return (struct check_figures_reader){.s = s, .size = size, .where = FRONT};
}

// A line of a question that is for the program, up to where prose begins in it.
static size_t end_of_key(const struct check_figures_reader *r)
{
    static const char *const keys[] = {
        "answer:", "vary:",   "setup:", "until:",  "cell:", "solve:",   "why:",  "accept:", "tol:",
        "reject:", "equals:", "graph:", "covers:", "kind:", "without:", "asks:", "version:"};
    size_t first = first_of_line(r);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (begins(r, first, keys[i])) {
            return r->end;
        }
    }
    const char *arrow =
        begins(r, first, "when:") ? memmem(r->s + first, r->end - first, "=>", 2) : NULL;
    return arrow == NULL ? r->at : (size_t)(arrow - r->s);
}

// Up to here the line is the program's.
static size_t end_of_code(const struct check_figures_reader *r)
{
    return r->edge || r->where == CODE || r->where == FRONT ? r->end
           : r->where == ASK                                ? end_of_key(r)
                                                            : r->at;
}

// ---- Numbers ------------------------------------------------------------------------------------

static bool in_ascii_word(char c)
{
    return text_is_digit(c) || text_is_letter(c) || c == '_';
}

// The bytes of the word or number at `at`.
static size_t word_length(const char *s, size_t at, size_t end)
{
    size_t n = 0;
    while (at + n < end &&
           (in_ascii_word(s[at + n]) ||
            (n > 0 && s[at + n] == '.' && at + n + 1 < end && text_is_digit(s[at + n + 1])))) {
        n++;
    }
    return n;
}

static bool is_figure(const char *word, size_t n)
{
    size_t digits = 0, points = 0;
    for (size_t i = 0; i < n; i++) {
        if (word[i] != '.' && !text_is_digit(word[i])) {
            return false;
        }
        points += word[i] == '.';
        digits += text_is_digit(word[i]) && (digits > 0 || word[i] != '0');
    }
    return points == 1 && digits >= DIGITS;
}

static bool stands_in(const struct check_figures_reader *r, size_t from, size_t to,
                      const char *what, size_t n)
{
    for (const char *at = r->s + from, *end = r->s + to;; at++) {
        at = at < end ? memmem(at, (size_t)(end - at), what, n) : NULL;
        if (at == NULL) {
            return false;
        }
        bool apart = at == r->s || (!in_ascii_word(at[-1]) && at[-1] != '.');
        if (apart && (at + n == end || !in_ascii_word(at[n]))) {
            return true;
        }
    }
}

static bool stands_in_code(const char *s, size_t size, struct figure f)
{
    struct check_figures_reader r = open_lesson(s, size);
    while (next_line(&r)) {
        if (r.where != FRONT && stands_in(&r, r.at, end_of_code(&r), s + f.at, f.n)) {
            return true;
        }
    }
    return false;
}

// The first figure of the line from `from` on that is neither computed nor `code`.
static struct figure find_in_line(struct check_figures_reader *r, size_t from)
{
    struct figure found = {0, 0};
    for (size_t at = end_of_code(r), n; at < r->end; at += n) {
        const char *close = begins(r, at, "{=") ? memchr(r->s + at, '}', r->end - at) : NULL;
        n = close != NULL ? (size_t)(close - r->s) - at + 1 : word_length(r->s, at, r->end);
        if (close == NULL && found.n == 0 && at >= from && !r->ticked && is_figure(r->s + at, n)) {
            found = (struct figure){at, n};
        }
        r->ticked ^= r->s[at] == '`';
        n += n == 0;
    }
    r->ticked &= r->where == PROSE;
    return found;
}

struct figure check_figures_next(const char *s, size_t size, size_t from)
{
    struct check_figures_reader r = open_lesson(s, size);
    while (next_line(&r)) {
        for (;;) {
            struct check_figures_reader line = r;
            struct figure f = find_in_line(&line, from);
            if (f.n == 0) {
                r.ticked = line.ticked;
                break;
            }
            if (!stands_in_code(s, size, f)) {
                return f;
            }
            from = f.at + f.n;
        }
    }
    return (struct figure){size, 0};
}

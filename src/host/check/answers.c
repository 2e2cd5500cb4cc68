#include "check/answers.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

// A file being taken apart.
struct answers_reading {
    struct answers *out;
    struct text text;  // of the present answer
    struct answer *present;
    size_t line;
};

static bool is_id_sign(char c)
{
    return text_is_letter(c) || text_is_digit(c) || c == '-';
}

// LESSON.QUESTION, at s[0..n) and no more, in small letters or not.
static bool is_id(const char *s, size_t n)
{
    size_t dots = 0;
    for (size_t i = 0; i < n; i++) {
        bool inside = i > 0 && i + 1 < n;
        if (!is_id_sign(s[i]) && !(s[i] == '.' && inside)) {
            return false;
        }
        dots += s[i] == '.';
    }
    return n >= 3 && dots == 1;
}

static size_t skip(const char *s, size_t n, size_t at, const char *signs)
{
    while (at < n && strchr(signs, s[at]) != NULL && s[at] != '\0') {
        at++;
    }
    return at;
}

// A word without what may be around an id.
static bool read_id(const char *s, size_t from, size_t to, const char **id, size_t *length)
{
    while (from < to && strchr("`*:#([", s[from]) != NULL) {
        from++;
    }
    while (to > from && strchr("\r`*:#)],.", s[to - 1]) != NULL) {
        to--;
    }
    *id = s + from;
    *length = to - from;
    return is_id(*id, *length);
}

// May the word be before an id, as in "## Task quiz.sum"?
static bool is_before_id(const char *s, size_t n)
{
    static const char *const words[] = {"task", "question", "exercise", "answer"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strlen(words[i]) == n && strncasecmp(words[i], s, n) == 0) {
            return true;
        }
    }
    return false;
}

static size_t word_end(const char *s, size_t n, size_t at)
{
    while (at < n && strchr(" \t\r", s[at]) == NULL) {
        at++;
    }
    return at;
}

// The id that the line s[0..n) is a heading of: after # it and no more, after ## also as in
// "## Task quiz.sum (2 points)". False if it is not one.
static bool read_heading(const char *s, size_t n, const char **id, size_t *length)
{
    size_t start = skip(s, n, 0, " "), hashes = skip(s, n, start, "#");
    size_t at = skip(s, n, hashes, " \t"), end = word_end(s, n, at);
    bool section = hashes > start + 1;
    if (section && is_before_id(s + at, end - at)) {
        at = skip(s, n, end, " \t");
        end = word_end(s, n, at);
    }
    size_t rest = skip(s, n, end, " \t\r*`:#");
    bool whole = rest == n || (section && s[rest] == '(');
    return hashes > start && at > hashes && whole && read_id(s, at, end, id, length);
}

// ``` or ~~~, perhaps with a word after it. Open or not, it never hides the next question.
static bool is_fence(const char *s, size_t n)
{
    size_t at = skip(s, n, 0, " "), end = at;
    while (end < n && (s[end] == '`' || s[end] == '~') && s[end] == s[at]) {
        end++;
    }
    return end - at >= 3 && memchr(s + end, '`', n - end) == NULL;
}

static bool end_answer(struct answers_reading *r)
{
    if (r->present != NULL) {
        r->present->text = arena_copy(&r->out->arena, text_get(&r->text), text_length(&r->text));
    }
    text_clear(&r->text);
    return !r->text.bytes.failed && (r->present == NULL || r->present->text != NULL);
}

static bool begin_answer(struct answers_reading *r, const char *id, size_t n)
{
    if (!end_answer(r)) {
        return false;
    }
    char *copy = arena_copy(&r->out->arena, id, n);
    for (size_t i = 0; copy != NULL && i < n; i++) {
        copy[i] = copy[i] >= 'A' && copy[i] <= 'Z' ? (char)(copy[i] - 'A' + 'a') : copy[i];
    }
    struct answer *a = copy == NULL ? NULL : buf_push(&r->out->list, 1);
    if (a != NULL) {
        *a = (struct answer){.id = copy, .text = "", .line = r->line + 1};
    }
    r->present = a;
    return a != NULL;
}

static bool take_line(struct answers_reading *r, const char *s, size_t n)
{
    const char *id;
    size_t length;
    if (read_heading(s, n, &id, &length)) {
        return begin_answer(r, id, length);
    }
    if (r->present != NULL) {
        text_add_bytes(&r->text, s, is_fence(s, n) ? 0 : n);  // an empty line keeps the count
        text_add_char(&r->text, '\n');
    }
    return true;
}

static void mark_repeated(struct answers *a)
{
    struct answer *list = a->list.data;
    for (size_t i = 0; i < a->list.count; i++) {
        for (size_t k = i + 1; k < a->list.count; k++) {
            list[i].again |= strcmp(list[i].id, list[k].id) == 0;
        }
    }
}

bool answers_read(struct answers *a, const char *s, size_t n)
{
    struct answers_reading r = {.out = a, .line = 1};
    *a = (struct answers){.script = NULL};
    arena_init(&a->arena);
    buf_init(&a->list, sizeof(struct answer));
    text_init(&r.text);
    bool ok = true;
    for (size_t at = 0; ok && at < n; r.line++) {
        const char *newline = memchr(s + at, '\n', n - at);
        size_t end = newline == NULL ? n : (size_t)(newline - s);
        size_t shown = end > at && s[end - 1] == '\r' ? end - 1 : end;
        ok = take_line(&r, s + at, shown - at);
        at = end + 1;
    }
    ok = ok && end_answer(&r);
    if (ok && a->list.count == 0) {
        a->script = arena_copy(&a->arena, s, n);
        ok = a->script != NULL;
    }
    mark_repeated(a);
    text_release(&r.text);
    return ok;
}

void answers_release(struct answers *a)
{
    arena_release(&a->arena);
    buf_release(&a->list);
}

const struct answer *answers_find(const struct answers *a, const char *id)
{
    const struct answer *list = a->list.data;
    for (size_t i = 0; i < a->list.count; i++) {
        if (!list[i].again && strcmp(list[i].id, id) == 0) {
            return &list[i];
        }
    }
    return NULL;
}

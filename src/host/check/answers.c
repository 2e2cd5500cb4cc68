#include "check/answers.h"

#include <string.h>

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
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

// LESSON.QUESTION, at s[0..n) and no more.
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

// The id that the line s[0..n) is a heading of. False: it is none.
static bool read_heading(const char *s, size_t n, const char **id, size_t *length)
{
    size_t start = skip(s, n, 0, " "), hashes = skip(s, n, start, "#");
    size_t at = skip(s, n, hashes, " \t`*");
    while (n > at && strchr(" \t\r`*:#", s[n - 1]) != NULL) {
        n--;
    }
    *id = s + at;
    *length = n - at;
    return hashes > start && at > hashes && is_id(*id, *length);
}

// ``` or ~~~, perhaps with a word behind it. Open or not, it never hides the next question.
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

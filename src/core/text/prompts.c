#include "text/prompts.h"

#include <string.h>

// The last, which is this program's where only ASCII is shown, is one only where the text begins
// with it: elsewhere it may go on with a formula.
static const char *const signs[] = {"∇", ">>>", ">"};
static const char *const goes_on[] = {"…", "...", "."};

// The bytes of the one of `table` that begins s and is followed by a blank or the line's end; 0:
// none. (∇L is a gradient.)
static size_t one_of(const char *const *table, size_t count, const char *s, size_t n)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(table[i]);
        if (length <= n && memcmp(s, table[i], length) == 0 &&
            (length == n || s[length] == ' ' || strcmp(table[i], "…") == 0)) {
            return length;
        }
    }
    return 0;
}

static size_t digits(const char *s, size_t n)
{
    size_t i = 0;
    while (i < n && text_is_digit(s[i])) {
        i++;
    }
    return i;
}

// "In [12]:" of a notebook.
static size_t notebook_sign(const char *s, size_t n)
{
    size_t number = n > 4 && memcmp(s, "In [", 4) == 0 ? digits(s + 4, n - 4) : 0;
    size_t end = 4 + number;
    return number > 0 && end + 2 <= n && memcmp(s + end, "]:", 2) == 0 ? end + 2 : 0;
}

// "3/9 " before the sign, in a lesson.
static size_t lesson_place(const char *s, size_t n)
{
    size_t at = digits(s, n);
    if (at == 0 || at == n || s[at] != '/') {
        return 0;
    }
    size_t of = digits(s + at + 1, n - at - 1), end = at + 1 + of;
    return of > 0 && end < n && s[end] == ' ' ? end + 1 : 0;
}

// The bytes of the prompt that this line begins with; 0: of none.
static size_t prompt_length(const char *s, size_t n, bool ascii)
{
    size_t place = lesson_place(s, n), count = COUNT_OF(signs) - (ascii ? 0 : 1);
    size_t sign = one_of(signs, count, s + place, n - place);
    return sign > 0 ? place + sign : notebook_sign(s, n);
}

static size_t line_length(const struct source *source, size_t at)
{
    const char *end = memchr(source->text + at, '\n', source->length - at);
    return end == NULL ? source->length - at : (size_t)(end - (source->text + at));
}

// What no line with a prompt begins with is passed over fast.
static bool has_prompts(const struct source *source, bool ascii)
{
    const char *s = source->text;
    for (size_t at = 0; at < source->length; at++) {
        char c = s[at];
        bool may = (unsigned char)c >= 0x80 || c == '>' || c == 'I' || text_is_digit(c);
        size_t n = c == '\n' ? 0 : line_length(source, at);
        if (may && prompt_length(s + at, n, ascii) > 0) {
            return true;
        }
        at += n;
    }
    return false;
}

bool prompts_strip(const struct source *source, bool places, struct buf *bare)
{
    bool ascii =
        source->length > 0 && prompt_length(source->text, line_length(source, 0), true) > 0;
    char *text = has_prompts(source, ascii) ? buf_push(bare, source->length) : NULL;
    if (text == NULL) {
        return false;
    }
    size_t out = 0;
    // A selection often begins after the first sign.
    bool runs = source->text[0] != ' ';
    for (size_t at = 0, n; at < source->length; at += n + 1) {
        const char *line = source->text + at;
        n = line_length(source, at);
        size_t sign = prompt_length(line, n, ascii);
        size_t more = sign > 0 || !runs ? 0 : one_of(goes_on, COUNT_OF(goes_on), line, n);
        runs = sign > 0 || more > 0 || (at == 0 && runs);
        size_t dropped = runs ? sign + more : n, whole = n + (at + n < source->length);
        if (!places && !runs) {
            continue;
        }
        memset(text + out, ' ', dropped);
        memcpy(text + out + dropped, line + dropped, whole - dropped);
        out += whole;
    }
    bare->count = out;
    return true;
}

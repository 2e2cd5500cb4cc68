#include "store/mask.h"

#include <string.h>

// What has a meaning to Markdown, where it is in {= } or $ $ of a lesson, is a control
// character while Markdown is read: MASK_FIRST + i for masks[i]. (A lesson has none otherwise.)
static const char masks[] = "*_<[]&\\`$";
enum { MASK_FIRST = 0x0E };

static size_t mask(char *s, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const char *found = strchr(masks, s[i]);
        s[i] = found != NULL && *found != '\0' ? (char)(MASK_FIRST + (found - masks)) : s[i];
    }
    return to;
}

void mask_undo(char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool masked = s[i] >= MASK_FIRST && s[i] < MASK_FIRST + (int)sizeof masks - 1;
        s[i] = masked ? masks[s[i] - MASK_FIRST] : s[i];
    }
}

// Where s[i], which opens {= or $, is closed on its line: past the closing byte; 0 if it is not.
static size_t closes(const char *s, size_t n, size_t i)
{
    enum { MOST = 1000 };
    bool value = s[i] == '{';
    n = n - i > MOST ? i + MOST : n;
    for (size_t k = i + 1; k < n && s[k] != '\n' && s[k] != '\r'; k++) {
        if (value ? s[k] == '}' : s[k] == '$' && k > i + 1 && !text_is_blank(s[k - 1])) {
            return k + 1;
        }
    }
    return 0;
}

static bool opens(const char *s, size_t n, size_t i)
{
    bool after = i > 0 && !text_is_blank(s[i - 1]) && strchr("(*_-", s[i - 1]) == NULL;
    return i + 1 < n && ((s[i] == '{' && s[i + 1] == '=') ||
                         (s[i] == '$' && !after && !text_is_blank(s[i + 1])));
}

static void mask_all(char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\\') {
            i++;
        } else if (opens(s, n, i)) {
            size_t end = closes(s, n, i);
            i = end == 0 ? i : mask(s, i, end) - 1;
        }
    }
}

// Past the line that begins at i.
static size_t line_after(const char *s, size_t n, size_t i)
{
    const char *end = memchr(s + i, '\n', n - i);
    return end == NULL ? n : (size_t)(end - s) + 1;
}

static bool is_rule(const char *s, size_t from, size_t to)
{
    return text_trimmed(s + from, to - from) == 3 && memcmp(s + from, "---", 3) == 0;
}

// The front matter's bytes. False if there is none that is closed.
static bool find_front(const char *s, size_t n, struct span *front)
{
    size_t first = line_after(s, n, 0);
    bool found = false;
    for (size_t i = first; i < n && !found; i = line_after(s, n, i)) {
        found = is_rule(s, i, line_after(s, n, i));
        *front = (struct span){first, i};
    }
    return found;
}

bool mask_lesson(char *s, size_t n, struct span *front)
{
    bool found = find_front(s, n, front);
    size_t end = found ? line_after(s, n, front->end) : 0;
    for (size_t i = 0; i < end; i++) {
        s[i] = text_is_blank(s[i]) ? s[i] : ' ';
    }
    mask_all(s + end, n - end);
    return found;
}

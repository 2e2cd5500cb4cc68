#include "store/lesson_place.h"

#include <string.h>

#include "base/diag.h"
#include "store/files.h"
#include "store/markdown.h"

static size_t line_end(const struct buf *file, size_t at)
{
    const char *s = file->data, *end = memchr(s + at, '\n', file->count - at);
    return end == NULL ? file->count : (size_t)(end - s);
}

// False: the file has no such line.
static bool find_line(const struct buf *file, size_t line, size_t *at)
{
    *at = 0;
    for (size_t i = 1; i < line && *at < file->count; i++) {
        *at = line_end(file, *at) + 1;
    }
    return *at < file->count;
}

static bool begins(const struct buf *file, size_t at, const char *with)
{
    size_t n = strlen(with);
    return at + n <= file->count && memcmp((const char *)file->data + at, with, n) == 0;
}

static size_t skip_blanks(const struct buf *file, size_t at)
{
    const char *s = file->data;
    while (at < file->count && (s[at] == ' ' || s[at] == '>')) {
        at++;
    }
    return at;
}

// Past `key:` at the beginning of a line, if it has one.
static size_t skip_key(const struct buf *file, size_t at)
{
    const char *s = file->data;
    size_t end = at;
    while (end < file->count && s[end] >= 'a' && s[end] <= 'z') {
        end++;
    }
    return end > at && end < file->count && s[end] == ':' ? skip_blanks(file, end + 1) : at;
}

static size_t find_key(const struct buf *file, size_t start, const char *key)
{
    size_t n = strlen(key);
    for (size_t at = line_end(file, start) + 1; at < file->count; at = line_end(file, at) + 1) {
        size_t word = skip_blanks(file, at);
        if (begins(file, word, "```") || begins(file, word, "---")) {
            break;
        }
        if (begins(file, word, key) && begins(file, word + n, ":")) {
            return skip_blanks(file, word + n + 1);
        }
    }
    return skip_blanks(file, start);
}

static size_t find_text(const struct buf *file, size_t start, const char *text, size_t n)
{
    const char *s = file->data;
    size_t end = line_end(file, start), first = skip_blanks(file, start);
    while (end + 1 < file->count && line_end(file, end + 1) > end + 1) {
        end = line_end(file, end + 1);
    }
    const char *found = n == 0 ? NULL : memmem(s + start, end - start, text, n);
    return found != NULL ? (size_t)(found - s) : skip_key(file, first);
}

static struct lesson_place find(const char *path, size_t line, const char *key, const char *text,
                                size_t n)
{
    struct lesson_place found = {line, 1};
    struct diag ignored = {0};
    struct buf file;
    size_t start;
    buf_init(&file, 1);
    if (files_read(path, MARKDOWN_LESSON_MOST, &file, &ignored) && find_line(&file, line, &start)) {
        size_t at = key != NULL ? find_key(&file, start, key) : find_text(&file, start, text, n);
        struct source source = {.name = path, .text = file.data, .length = file.count, .line = 1};
        struct place place = source_place(&source, at);
        found = (struct lesson_place){place.line, place.column};
    }
    buf_release(&file);
    return found;
}

struct lesson_place lesson_place_of_key(const char *path, size_t line, const char *key)
{
    return find(path, line, key, NULL, 0);
}

struct lesson_place lesson_place_of_text(const char *path, size_t line, const char *text, size_t n)
{
    return find(path, line, NULL, text, n);
}

#include "lesson/handin.h"

#include <string.h>

#define FIRST_LINE "backstep handin 1\n"
#define NAME "name\t"
#define LAST "handin\t"

static const struct span nowhere = {0, 0};

void handin_write(struct text *out, const char *name, const struct log *log)
{
    size_t start = text_length(out);
    text_add(out, FIRST_LINE NAME);
    text_add_visible(out, name, utf8_cut(name, strlen(name), HANDIN_NAME_MOST));
    text_add_char(out, '\n');
    log_write(out, log);
    uint64_t sum = log_hash(text_get(out) + start, text_length(out) - start);
    text_addf(out, LAST "%016llx\n", (unsigned long long)sum);
}

static bool begins(const char *s, size_t n, const char *with)
{
    size_t m = strlen(with);
    return n >= m && memcmp(s, with, m) == 0;
}

bool handin_is_one(const char *s, size_t n)
{
    return begins(s, n, "backstep handin ");
}

// The text with its lines ended by newlines alone.
static void take_lines(struct text *to, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!(s[i] == '\r' && i + 1 < n && s[i + 1] == '\n')) {
            text_add_char(to, s[i]);
        }
    }
}

// Is the last line the sum of those before it? *end: where it begins.
static bool is_whole(const char *s, size_t n, size_t *end)
{
    struct text last;
    if (n == 0 || s[n - 1] != '\n') {
        return false;
    }
    *end = n - 1;
    while (*end > 0 && s[*end - 1] != '\n') {
        --*end;
    }
    text_init(&last);
    text_addf(&last, LAST "%016llx\n", (unsigned long long)log_hash(s, *end));
    bool whole = text_length(&last) == n - *end &&
                 memcmp(text_get(&last), s + *end, text_length(&last)) == 0;
    text_release(&last);
    return whole;
}

static bool read_parts(struct handin *h, const char *s, size_t n, struct diag *d)
{
    size_t end;
    if (!handin_is_one(s, n)) {
        return diag_set(d, nowhere, "it is no hand-in");
    }
    if (!begins(s, n, FIRST_LINE)) {
        diag_set(d, nowhere, "it is of another version");
        return diag_hint(d, "write it with the backstep that reads it");
    }
    if (!is_whole(s, n, &end)) {
        diag_set(d, nowhere, "it was cut off or changed");
        return diag_hint(d, "ask for the file once more");
    }
    size_t at = strlen(FIRST_LINE);
    const char *newline = memchr(s + at, '\n', end - at);
    if (newline == NULL || !begins(s + at, end - at, NAME)) {
        return diag_set(d, nowhere, "it has no name");
    }
    at += strlen(NAME);
    text_add_visible(&h->name, s + at,
                     utf8_cut(s + at, (size_t)(newline - s) - at, HANDIN_NAME_MOST));
    at = (size_t)(newline - s) + 1;
    struct log read;
    bool ok = log_read(&read, s + at, end - at, d);
    log_release(&h->log);
    h->log = read;
    return ok;
}

bool handin_read(struct handin *h, const char *s, size_t n, struct diag *d)
{
    struct text lines;
    text_init(&lines);
    text_init(&h->name);
    log_init(&h->log);
    take_lines(&lines, s, n);
    bool ok = lines.bytes.failed ? diag_out_of_memory(d)
                                 : read_parts(h, text_get(&lines), text_length(&lines), d);
    text_release(&lines);
    return ok;
}

void handin_release(struct handin *h)
{
    text_release(&h->name);
    log_release(&h->log);
}

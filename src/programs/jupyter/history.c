#include "jupyter/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/record.h"

struct history_entry {
    char *code;  // NULL: it is no longer kept
    size_t n;
};

void history_init(struct history *h)
{
    *h = (struct history){0};
    buf_init(&h->entries, sizeof(struct history_entry));
}

static struct history_entry *entry(const struct history *h, size_t i)
{
    return &BUF(struct history_entry, &h->entries)[i];
}

void history_release(struct history *h)
{
    for (size_t i = 0; i < h->entries.count; i++) {
        free(entry(h, i)->code);
    }
    buf_release(&h->entries);
}

void history_add(struct history *h, const char *code, size_t n)
{
    struct history_entry *e = buf_push(&h->entries, 1);
    if (e == NULL) {
        return;
    }
    *e = (struct history_entry){.code = strndup(code, n), .n = strnlen(code, n)};
    h->bytes += e->n;
    for (; h->bytes > HISTORY_BYTES && h->gone + 1 < h->entries.count; h->gone++) {
        struct history_entry *oldest = entry(h, h->gone);
        h->bytes -= oldest->n;
        free(oldest->code);
        oldest->code = NULL;
    }
}

// Does the pattern, in which * stands for anything and ? for one byte, fit the whole text? In time
// that grows with the product of their lengths at most: only the last * is tried again.
static bool fits(const char *pattern, const char *s)
{
    const char *star = NULL, *from = s;
    while (*s != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            from = s;
        } else if (*pattern == '?' || *pattern == *s) {
            pattern++;
            s++;
        } else if (star != NULL) {
            pattern = star + 1;
            s = ++from;
        } else {
            return false;
        }
    }
    return pattern[strspn(pattern, "*")] == '\0';
}

struct history_wanted {
    bool output, unique;
    struct text pattern;  // empty: all
};

static bool is_wanted(const struct history *h, struct history_wanted *w, size_t i)
{
    const struct history_entry *e = entry(h, i);
    if (e->code == NULL ||
        (text_length(&w->pattern) > 0 && !fits(text_get(&w->pattern), e->code))) {
        return false;
    }
    for (size_t later = i + 1; w->unique && later < h->entries.count; later++) {
        const struct history_entry *l = entry(h, later);
        if (l->code != NULL && strcmp(l->code, e->code) == 0) {
            return false;
        }
    }
    return true;
}

static int64_t whole(struct json request, const char *name, int64_t otherwise)
{
    int64_t v;
    return json_read_whole(json_member(request, name), &v) ? v : otherwise;
}

// From the newest back, as many as are wanted: the first entry of those.
static size_t first_of_last(const struct history *h, struct history_wanted *w, int64_t count)
{
    size_t first = h->entries.count;
    for (size_t i = first; i > 0 && count > 0; i--) {
        if (is_wanted(h, w, i - 1)) {
            first = i - 1;
            count--;
        }
    }
    return first;
}

static void add_entry(const struct history *h, const struct history_wanted *w, size_t i,
                      struct text *out)
{
    const struct history_entry *e = entry(h, i);
    text_addf(out, "[0,%zu,%s", i + 1, w->output ? "[" : "");
    rec_json_text(out, e->code, e->n);
    text_add(out, w->output ? ",null]]" : "]");
}

void history_answer(const struct history *h, struct json request, struct text *out)
{
    struct json type = json_member(request, "hist_access_type");
    struct history_wanted w = {.output = json_is_true(json_member(request, "output")),
                               .unique = json_is_true(json_member(request, "unique"))};
    int64_t count = (int64_t)h->entries.count, from = 0, to = count;
    const char *between = "";
    text_init(&w.pattern);
    if (json_is(type, "range")) {
        // Of this session, which is number 0; cells count from 1.
        int64_t start = whole(request, "start", 1), stop = whole(request, "stop", count + 1);
        bool ours = whole(request, "session", 0) == 0;
        from = start < 1 ? 0 : start - 1;
        to = !ours ? 0 : stop > count + 1 ? count : stop - 1;
    } else {
        if (json_is(type, "search")) {
            json_add_text(&w.pattern, json_member(request, "pattern"));
        }
        from = (int64_t)first_of_last(h, &w, whole(request, "n", count));
    }
    text_add(out, "{\"status\":\"ok\",\"history\":[");
    for (int64_t i = from; i < to; i++) {
        if (is_wanted(h, &w, (size_t)i)) {
            text_add(out, between);
            add_entry(h, &w, (size_t)i, out);
            between = ",";
        }
    }
    text_add(out, "]}");
    text_release(&w.pattern);
}

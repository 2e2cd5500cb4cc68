#include "command/complete.h"

#include <stdlib.h>
#include <string.h>

#include "session/candidates.h"

// The words of the context, apart by blanks, that begin with this one.
static void add_words(const char *words, const char *prefix, size_t length, struct records *out)
{
    for (words += strspn(words, " "); *words != '\0'; words += strspn(words, " ")) {
        size_t n = strcspn(words, " ");
        if (n >= length && memcmp(words, prefix, length) == 0) {
            complete_add(out, words, n);
        }
        words += n;
    }
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// A name may be a function's as well, and a context's word a name's.
static void add_sorted(const struct records *found, struct records *out)
{
    struct buf items;
    buf_init(&items, sizeof(const char *));
    for (const struct rec *r = found->list.in.first; r != NULL; r = r->next) {
        const struct rec *list = rec_find(r, KEY_items);
        for (const struct rec *i = list == NULL ? NULL : list->in.first; i != NULL; i = i->next) {
            const char **at = buf_push(&items, 1);
            if (at != NULL) {
                *at = i->text;
            }
        }
    }
    const char **all = items.data;
    if (items.count > 1) {
        qsort(all, items.count, sizeof *all, compare);
    }
    for (size_t i = 0; i < items.count; i++) {
        if (i == 0 || strcmp(all[i], all[i - 1]) != 0) {
            complete_add(out, all[i], strlen(all[i]));
        }
    }
    buf_release(&items);
}

void complete_add(struct records *out, const char *item, size_t n)
{
    const struct rec *list = rec_find(out->list.in.last, KEY_items);
    rec_bytes(out, (struct rec *)list, KEY_NONE, item, n);
}

struct completion complete_at(struct session *s, const char *text, size_t at, struct records *out)
{
    size_t from = at;
    const char *breaks = context_breaks(text, at);
    while (from > 0 && strchr(breaks, text[from - 1]) == NULL) {
        from--;
    }
    struct completion done = {from, at, context_at(text, from)};
    struct records found;
    struct rec *r = records_add(out, KIND_candidates);
    rec_list(out, r, KEY_items);
    rec_whole(out, r, KEY_from, (int64_t)utf8_length(text, from));
    rec_whole(out, r, KEY_to, (int64_t)utf8_length(text, at));
    records_init(&found);
    const char *word = arena_copy(&found.arena, text + from, at - from);
    if (word == NULL) {
        return done;
    }
    size_t start = context_start(text, from);
    bool begins = start >= from || strncmp(text + start, "help ", 5) == 0;
    rec_list(&found, records_add(&found, KIND_candidates), KEY_items);
    add_words(done.kind.words, word, at - from, &found);
    if (done.kind.kind == CONTEXT_NAMES) {
        candidates_add_names(s, word, &found);
    } else if (done.kind.kind == CONTEXT_EXPRESSION) {
        candidates_add(s, word, begins, &found);
    }
    add_sorted(&found, out);
    records_release(&found);
    return done;
}

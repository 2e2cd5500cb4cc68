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
        for (const struct rec *i = rec_first(r, KEY_items); i != NULL; i = i->next) {
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

static void add_of_kind(struct session *s, struct context context, const char *word, bool begins,
                        struct records *found)
{
    switch (context.kind) {
    case CONTEXT_NAMES:
        candidates_add_names(s, word, found);
        break;
    case CONTEXT_FIELDS:
        if (*word != '\0') {  // else the fields would be lost among them
            candidates_add_functions(s, word, found);
        }
        break;
    case CONTEXT_SLOPES:
        candidates_add_slopes(s, word, found);
        candidates_add(s, word, false, found);
        break;
    case CONTEXT_EXPRESSION:
        candidates_add(s, word, begins, found);
        break;
    case CONTEXT_WORDS:
    case CONTEXT_FILES:
    case CONTEXT_LESSONS:
        break;
    }
}

static size_t count_found(const struct records *found)
{
    size_t count = 0;
    for (const struct rec *r = found->list.in.first; r != NULL; r = r->next) {
        const struct rec *list = rec_find(r, KEY_items);
        count += list == NULL ? 0 : list->in.count;
    }
    return count;
}

struct completion complete_at(struct session *s, const char *text, size_t at, bool may_begin,
                              struct records *out)
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
    bool begins = (start >= from && may_begin) || strncmp(text + start, "help ", 5) == 0;
    rec_list(&found, records_add(&found, KIND_candidates), KEY_items);
    add_words(done.kind.words, word, at - from, &found);
    add_of_kind(s, done.kind, word, begins, &found);
    if (done.kind.kind == CONTEXT_NAMES && count_found(&found) == 0) {
        candidates_add(s, word, false, &found);  // as in local tanh(x)
    }
    add_sorted(&found, out);
    records_release(&found);
    return done;
}

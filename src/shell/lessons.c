#include "shell/lessons.h"

#include <stdlib.h>
#include <string.h>

#include "lang/lexer.h"
#include "shell/files.h"
#include "shell/ink.h"
#include "view/ink.h"

enum { ANSWERS_MOST = 1 << 20 };  // bytes

char *lessons_statement(const char *lesson)
{
    struct text words;
    text_init(&words);
    text_addf(&words, lesson == NULL ? "lesson" : "lesson \"%s\"", lesson);
    char *copy = strdup(text_get(&words));
    text_release(&words);
    return copy;
}

static void show_typed(struct host *h, const struct source *entry)
{
    struct text words;
    if (h->form == HOST_JSON) {
        return;
    }
    text_init(&words);
    text_add(&words, "∇ ");
    text_add_visible(&words, entry->text, entry->length);
    text_add_char(&words, '\n');
    ink_write(h->out, text_get(&words), false);
    text_release(&words);
}

// The next line, and those after it as long as a bracket is open.
static bool next_entry(const struct source *all, size_t *at, struct source *entry)
{
    if (*at >= all->length) {
        return false;
    }
    *entry = *all;
    entry->text = all->text + *at;
    entry->line = source_place(all, *at).line;
    size_t end = *at;
    do {
        const char *newline = memchr(all->text + end, '\n', all->length - end);
        end = newline == NULL ? all->length : (size_t)(newline - all->text);
        entry->length = end - *at;
        end += end < all->length;
    } while (end < all->length && lexer_wants_more(entry));
    *at = end;
    return true;
}

static bool is_blank(const struct source *entry)
{
    for (size_t i = 0; i < entry->length; i++) {
        if (strchr(" \t\r", entry->text[i]) == NULL) {
            return false;
        }
    }
    return true;
}

static void type_answers(struct host *h, const struct source *answers)
{
    struct source entry;
    enum session_state state = SESSION_DONE;
    for (size_t at = 0; state != SESSION_QUIT && !h->out_failed && *h->stop == 0 &&
                        next_entry(answers, &at, &entry);) {
        if (!is_blank(&entry)) {
            show_typed(h, &entry);
            state = host_run(h, &entry);
        }
    }
}

int lessons_play(struct host *h, const char *lesson, const char *answers)
{
    struct buf bytes;
    struct diag d = {0};
    buf_init(&bytes, 1);
    char *statement = lessons_statement(lesson);
    bool ok =
        statement != NULL && (answers == NULL || files_read(answers, ANSWERS_MOST, &bytes, &d));
    if (!ok) {
        fprintf(stderr, "backstep: %s\n", d.set ? d.message : "there is no memory");
    } else {
        struct source begin = {
            .name = "<command line>", .text = statement, .length = strlen(statement), .line = 1};
        struct source source = {
            .name = answers, .text = bytes.data, .length = bytes.count, .line = 1};
        ok = host_run(h, &begin) == SESSION_DONE;
        if (ok && answers != NULL) {
            type_answers(h, &source);
        }
    }
    free(statement);
    buf_release(&bytes);
    return ok && !h->out_failed && h->lesson_failures == 0 ? 0 : 1;
}

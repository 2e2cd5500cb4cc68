// Where a lesson waits for Enter: where the screen of whoever reads along is full.
#include <string.h>

#include "play/kept.h"
#include "words/words.h"

enum {
    PAUSE_ROWS_LEAST = 8,  // of prose that a heading's pause may follow
    ROWS_OF_PAUSE = 3,     // "Enter goes on", the prompt, and an empty line
};

size_t pause_rows(const struct play *p, const struct records *out, size_t from)
{
    struct text words;
    const struct words_form form = {.digits = session_digits(p->tutor->session),
                                    .columns = p->tutor->session->terminal.rows > 0
                                                   ? (size_t)p->tutor->session->terminal.columns
                                                   : 0,
                                    .ascii = p->tutor->session->terminal.ascii};
    size_t rows = 0, i = 0;
    text_init(&words);
    for (const struct rec *r = out->list.in.first; r != NULL; r = r->next, i++) {
        if (i >= from) {
            words_add(&words, r, &form);
        }
    }
    for (const char *s = text_get(&words); *s != '\0'; s++) {
        rows += *s == '\n';
    }
    text_release(&words);
    return rows;
}

void pause_begin(struct play *p, struct records *out)
{
    play_pause(p, out);
    kept_ground(p);
}

static size_t lines_until(const char *s, const char *end)
{
    size_t lines = 0;
    for (; s < end; s++) {
        lines += *s == '\n';
    }
    return lines;
}

// Lines that the first statement of a text and its answer have in the lesson's file: where an
// answer is written, the text has empty lines.
static size_t rows_of_statement(const char *text)
{
    const char *s = text + strspn(text, "\n"), *next = s + strcspn(s, "\n");
    return lines_until(s, next + strspn(next, "\n"));
}

size_t pause_rows_to_come(const struct play *p, const struct lesson_item *item)
{
    size_t screen = (size_t)p->tutor->session->terminal.rows;
    if (item->kind == LESSON_QUESTION) {
        const char *s = item->question->text;
        return 8 + item->question->options.count + 2 * lines_until(s, s + strlen(s));
    }
    size_t rows = 1 + lines_until(item->text, item->text + strlen(item->text));
    return rows + ROWS_OF_PAUSE <= screen ? rows : 1 + rows_of_statement(item->text);
}

bool pause_is_due(const struct play *p, const struct lesson_item *item, size_t rows)
{
    size_t screen = (size_t)p->tutor->session->terminal.rows;
    bool part = item->kind == LESSON_HEADING && p->rows >= PAUSE_ROWS_LEAST;
    return screen > 0 && p->rows > 0 && (part || p->rows + rows + ROWS_OF_PAUSE > screen);
}

bool pause_is_due_in_code(const struct play *p)
{
    size_t screen = (size_t)p->tutor->session->terminal.rows;
    const char *text = p->entries.text;
    return p->doing == DOING_CODE && text != NULL && text[strspn(text, "\n")] != '\0' &&
           screen > 0 && p->rows > 0 && !p->first_entry &&
           p->rows + rows_of_statement(text) + ROWS_OF_PAUSE > screen;
}

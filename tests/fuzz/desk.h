// A session that loads a file of any bytes: what several fuzz targets do.
//
// The work is bounded by the stop flag, which is set after STATEMENTS statements.
#ifndef FUZZ_DESK_H
#define FUZZ_DESK_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "play/tutor.h"
#include "words/words.h"

enum { BYTES_MOST = 4096, STATEMENTS = 200 };

struct desk {
    struct tutor *tutor;
    struct session *session;
    struct stop stop;
    char *file;  // what `load file.…` reads
    size_t n;
};

static inline void desk_look_at(const struct records *records)
{
    const struct words_form form = {.digits = 6, .columns = 60};
    struct text words;
    text_init(&words);
    for (const struct rec *r = records->list.in.first; r != NULL; r = r->next) {
        words_add(&words, r, &form);
        text_clear(&words);
        BS_ASSERT(schema_fits(r, &words));
    }
    text_release(&words);
}

static inline enum session_state desk_run(struct desk *d, const char *text)
{
    static const struct diag refusal = {.message = "no files here"};
    struct source source = {.name = "fuzz", .text = text, .length = strlen(text), .line = 1};
    enum session_state state = SESSION_MORE;
    session_begin(d->session, &source, SESSION_PROMPT);
    d->stop.asked = 0;
    for (int i = 0; state == SESSION_MORE || state == SESSION_NEED; i++) {
        struct records records;
        records_init(&records);
        d->stop.asked = i > STATEMENTS;
        state = session_run(d->session, &records);
        const struct rec *need = records.list.in.last;
        if (state == SESSION_NEED && strncmp(rec_get_text(need, KEY_path), "file.", 5) == 0) {
            session_supply(d->session, d->file, d->n);
        } else if (state == SESSION_NEED) {
            session_refuse(d->session, &refusal);
        }
        desk_look_at(&records);
        records_release(&records);
    }
    return state;
}

static int desk_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// What `save` would write, and each name with what it holds, in the order of the alphabet.
static inline void desk_photograph(struct desk *d, struct text *out)
{
    enum { ROWS = 1000 };
    char *rows[ROWS];
    size_t count = 0;
    struct records records;
    records_init(&records);
    session_script(d->session, out);
    d->stop.asked = 0;
    session_eval(d->session, "vars", SESSION_SCRIPT, &records);
    const struct rec *list = rec_find(records.list.in.first, KEY_rows);
    for (const struct rec *i = list == NULL ? NULL : list->in.first; i != NULL && count < ROWS;
         i = i->next) {
        struct text row;
        text_init(&row);
        rec_json(&row, i);
        rows[count++] = strdup(text_get(&row));
        text_release(&row);
    }
    qsort(rows, count, sizeof *rows, desk_compare);
    for (size_t i = 0; i < count; i++) {
        text_add(out, rows[i]);
        text_add_char(out, '\n');
        free(rows[i]);
    }
    records_release(&records);
}

// world: its stop is the desk's.
static inline void desk_open_in(struct desk *d, struct session_world world)
{
    world.stop = &d->stop;
    world.seed = 1;
    d->tutor = tutor_new(&world);
    BS_ASSERT(d->tutor != NULL);
    d->session = tutor_session(d->tutor);
}

static inline void desk_open(struct desk *d)
{
    desk_open_in(d, (struct session_world){0});
}

// The lines of a script, each a text of its own. False: one of them was stopped, or quit.
static inline bool desk_run_lines(struct desk *d, const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *rest = text;
    bool whole = true, quit = false;
    memcpy(text, data, size);
    text[size] = '\0';
    for (int i = 0; !quit && i < STATEMENTS && rest != NULL; i++) {
        char *end = strchr(rest, '\n');
        if (end != NULL) {
            *end = '\0';
        }
        quit = desk_run(d, rest) == SESSION_QUIT;
        whole = whole && d->stop.asked == 0;
        rest = end == NULL ? NULL : end + 1;
    }
    free(text);
    return whole && !quit;
}

// The file is copied, to just its bytes, so that a step beyond them is seen.
static inline void desk_put_file(struct desk *d, const void *bytes, size_t n)
{
    free(d->file);
    d->file = malloc(n == 0 ? 1 : n);
    d->n = n;
    if (n > 0) {
        memcpy(d->file, bytes, n);
    }
}

static inline void desk_close(struct desk *d)
{
    tutor_free(d->tutor);
    free(d->file);
}

// Loads the file over a small session: all of it that is done, one `undo` takes back, and what is
// not done has left no trace.
static inline void desk_try_load(const void *bytes, size_t n, const char *load)
{
    struct desk d = {0};
    struct text before, after;
    desk_open(&d);
    desk_put_file(&d, bytes, n);
    text_init(&before);
    text_init(&after);
    desk_run(&d, "kept = 7; L = kept*kept");
    desk_photograph(&d, &before);
    enum session_state end = desk_run(&d, load);
    desk_photograph(&d, &after);
    if (end == SESSION_DONE && strcmp(text_get(&before), text_get(&after)) != 0) {
        desk_run(&d, "undo");
        text_clear(&after);
        desk_photograph(&d, &after);
    }
    // A text that quits ends the session as it is.
    BS_ASSERT(end == SESSION_QUIT || strcmp(text_get(&before), text_get(&after)) == 0);
    desk_close(&d);
    text_release(&before);
    text_release(&after);
}

#endif

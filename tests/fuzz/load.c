// Any bytes are a program of Python, or a notebook where they begin with {: it is loaded as far as it
// goes, and one `undo` takes all of it back.
//
// The work is bounded by the stop flag, which is set after STATEMENTS statements.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "play/tutor.h"
#include "words/words.h"

enum { BYTES_MOST = 4096, STATEMENTS = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
    struct session *session;
    struct stop stop;
    const char *file;
    size_t n;
};

static void look_at(const struct records *records)
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

static enum session_state run(struct run *r, const char *text)
{
    static const struct diag refusal = {.message = "no files here"};
    struct source source = {.name = "fuzz", .text = text, .length = strlen(text), .line = 1};
    enum session_state state = SESSION_MORE;
    session_begin(r->session, &source, SESSION_PROMPT);
    r->stop.asked = 0;
    for (int i = 0; state == SESSION_MORE || state == SESSION_NEED; i++) {
        struct records records;
        records_init(&records);
        r->stop.asked = i > STATEMENTS;
        state = session_run(r->session, &records);
        const struct rec *need = records.list.in.last;
        if (state == SESSION_NEED && strncmp(rec_get_text(need, KEY_path), "file.", 5) == 0) {
            session_supply(r->session, r->file, r->n);
        } else if (state == SESSION_NEED) {
            session_refuse(r->session, &refusal);
        }
        look_at(&records);
        records_release(&records);
    }
    return state;
}

// What `save` would write, and how large the graph is.
static void photograph(struct run *r, struct text *out)
{
    struct records records;
    records_init(&records);
    session_script(r->session, out);
    r->stop.asked = 0;
    session_eval(r->session, "vars", SESSION_SCRIPT, &records);
    for (const struct rec *i = records.list.in.first; i != NULL; i = i->next) {
        rec_json(out, i);
    }
    records_release(&records);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > BYTES_MOST || memmem(data, size, "00", 2) != NULL) {
        return 0;
    }
    struct run r = {.n = size};
    char *file = malloc(size + 1);  // just these bytes, so that a step beyond them is seen
    struct text before, after;
    memcpy(file, data, size);
    r.file = file;
    struct tutor *tutor = tutor_new(&(struct session_world){.stop = &r.stop, .seed = 1});
    r.session = tutor_session(tutor);
    text_init(&before);
    text_init(&after);
    run(&r, "kept = 7; L = kept*kept");
    photograph(&r, &before);
    enum session_state end =
        run(&r, size > 0 && data[0] == '{' ? "load file.ipynb" : "load file.py");
    photograph(&r, &after);
    if (end == SESSION_DONE && strcmp(text_get(&before), text_get(&after)) != 0) {
        run(&r, "undo");
        text_clear(&after);
        photograph(&r, &after);
    }
    // A text that quits ends the session as it is.
    BS_ASSERT(end == SESSION_QUIT || strcmp(text_get(&before), text_get(&after)) == 0);
    tutor_free(tutor);
    text_release(&before);
    text_release(&after);
    free(file);
    return 0;
}

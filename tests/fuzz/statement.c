// Any bytes are a text that may be typed: the session must answer, and every answer must have
// words and JSON.
//
// The first byte chooses: p a prompt, where every line is a text of its own and the session goes on
// after an error; s a script. Work is bounded by the stop flag, which also tries what Ctrl-C does:
// it is set after STATEMENTS statements, and the texts are short.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "session/session.h"
#include "view/words.h"

enum { BYTES_MOST = 4096, STATEMENTS = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
    struct session *session;
    enum session_mode mode;
    int stop;
    int statements;
};

static void render(const struct run *r, const struct records *records)
{
    enum words_style style = r->mode == SESSION_PROMPT ? WORDS_PROMPT : WORDS_SCRIPT;
    struct text words;
    text_init(&words);
    for (const struct rec *rec = records->list.in.first; rec != NULL; rec = rec->next) {
        words_add(&words, rec, style, session_digits(r->session));
        rec_json(&words, rec);
    }
    text_release(&words);
}

static enum session_state run_statement(struct run *r)
{
    static const struct diag refusal = {.message = "no files here"};
    static const char table[] = "w,h,kind\n1,2,red\n3,,\"a, b\"\n5,6,red\n";
    struct records records;
    records_init(&records);
    r->stop = r->statements++ > STATEMENTS;
    enum session_state state = session_run(r->session, &records);
    const struct rec *need = records.list.in.last;
    if (state == SESSION_NEED && strcmp(rec_get_text(need, "folder"), "data") == 0) {
        session_supply(r->session, table, sizeof table - 1);
    } else if (state == SESSION_NEED) {
        session_refuse(r->session, &refusal);
    }
    render(r, &records);
    records_release(&records);
    return state;
}

static void run_text(struct run *r, const char *text, size_t n)
{
    struct source source = {.name = "fuzz", .text = text, .length = n, .line = 1};
    enum session_state state = SESSION_MORE;
    session_begin(r->session, &source, r->mode);
    while ((state == SESSION_MORE || state == SESSION_NEED) && r->statements <= STATEMENTS + 1) {
        state = run_statement(r);
    }
}

static void run_lines(struct run *r, const char *text, size_t n)
{
    for (size_t i = 0; i < n && r->statements <= STATEMENTS + 1;) {
        const char *end = memchr(text + i, '\n', n - i);
        size_t length = end == NULL ? n - i : (size_t)(end - text) - i;
        run_text(r, text + i, length);
        i += length + 1;
    }
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

// Is there a number of three digits or more, 1e9 and 0xF among them?
static bool has_long_number(const char *text, size_t n)
{
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        length = length > 0 && is_word(text[i]) ? length + 1 : digit;
        if (length >= 3) {
            return true;
        }
    }
    return false;
}

static bool has_work(const char *text, size_t n)
{
    static const char *const words[] = {"zeros", "ones",   "eye",   "rand",  "range", "xavier",
                                        "he",    "repeat", "train", "moons", "batch"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (memmem(text, n, words[i], strlen(words[i])) != NULL) {
            return true;
        }
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    if (size == 0 || size > BYTES_MOST || (has_work(bytes, size) && has_long_number(bytes, size))) {
        return 0;
    }
    // A copy of just these bytes, so that a step beyond them is seen.
    size_t n = size - 1;
    char *text = malloc(n);
    if (n > 0) {
        memcpy(text, data + 1, n);
    }
    struct run r = {.mode = data[0] % 2 == 0 ? SESSION_PROMPT : SESSION_SCRIPT};
    r.session = session_new(&(struct session_world){.stop = &r.stop, .seed = 1});
    if (r.mode == SESSION_PROMPT) {
        run_lines(&r, text, n);
    } else {
        run_text(&r, text, n);
    }
    session_free(r.session);
    free(text);
    return 0;
}

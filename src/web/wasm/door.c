// The door for JavaScript: the core as a WebAssembly module that imports nothing. The same code is
// the program; tests/wasm/ holds both to the same answers, byte for byte.
//
//   const door = e.door_new(seed);              // a session; 0: no memory
//   const at = e.door_area(door, n);            // n bytes for a name and then a text; 0: no memory
//   e.door_begin(door, nameLength, textLength, prompt);
//   do { state = e.door_run(door, json); take(); } while (state === 0);
//
// door_hello puts the first line of a stream of JSON where answers lie (see records_hello).
// door_run executes one statement. Its answers lie, as UTF-8, at door_words(door, channel),
// door_words_length(door, channel) bytes of them, until the next call of it: channel 0 holds what
// a program writes to its standard output, channel 1 a script's errors and notices (at the prompt
// they stand among the answers). With `json` all records go to channel 0, one JSON object a line.
// The area is read while its text runs: ask for another only then. Memory may move: JavaScript
// looks at memory.buffer afresh after each call.
//
// There are no files here: a statement that wants one is refused. What a page can give instead
// (a picture, a download) it finds in the records.
#include <stdlib.h>
#include <string.h>

#include "play/tutor.h"
#include "words/words.h"

#define EXPORT(NAME) __attribute__((export_name(#NAME))) NAME

enum { CHANNEL_ANSWERS, CHANNEL_TROUBLE, CHANNEL_COUNT };

struct door {
    struct tutor *tutor;
    struct buf area;  // char: the name, ended by a 0, and the text
    enum session_mode mode;
    struct text words[CHANNEL_COUNT];
};

struct door *door_new(uint32_t seed);
void door_free(struct door *d);
char *door_area(struct door *d, size_t n);
void door_begin(struct door *d, size_t name_length, size_t text_length, int prompt);
void door_hello(struct door *d);
enum session_state door_run(struct door *d, int json);
const char *door_words(struct door *d, int channel);
size_t door_words_length(const struct door *d, int channel);

struct door *EXPORT(door_new)(uint32_t seed)
{
    struct door *d = calloc(1, sizeof *d);
    if (d == NULL) {
        return NULL;
    }
    buf_init(&d->area, 1);
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        text_init(&d->words[i]);
    }
    d->tutor = tutor_new(&(struct session_world){.seed = seed});
    if (d->tutor == NULL) {
        door_free(d);
        return NULL;
    }
    return d;
}

void EXPORT(door_free)(struct door *d)
{
    tutor_free(d->tutor);
    buf_release(&d->area);
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        text_release(&d->words[i]);
    }
    free(d);
}

// One byte more than asked for, so that the name can be ended.
char *EXPORT(door_area)(struct door *d, size_t n)
{
    return buf_resize(&d->area, n + 1) ? d->area.data : NULL;
}

void EXPORT(door_begin)(struct door *d, size_t name_length, size_t text_length, int prompt)
{
    char *name = d->area.data, *text = name + name_length + 1;
    BS_ASSERT(name_length + text_length < d->area.count);
    memmove(text, text - 1, text_length);
    name[name_length] = '\0';
    struct source source = {.name = name, .text = text, .length = text_length, .line = 1};
    d->mode = prompt ? SESSION_PROMPT : SESSION_SCRIPT;
    tutor_begin(d->tutor, &source, d->mode);
}

static void say(struct door *d, const struct rec *record, int json)
{
    struct text marked, *to = &d->words[CHANNEL_ANSWERS];
    if (json) {
        rec_json(to, record);
        text_add_char(to, '\n');
        return;
    }
    if (words_is_trouble(record) && d->mode == SESSION_SCRIPT) {
        to = &d->words[CHANNEL_TROUBLE];
    }
    text_init(&marked);
    words_add(&marked, record,
              &(struct words_form){.style = d->mode == SESSION_PROMPT ? WORDS_PROMPT : WORDS_SCRIPT,
                                   .digits = session_digits(tutor_graph(d->tutor))});
    ink_plain(to, text_get(&marked), text_length(&marked));
    text_release(&marked);
}

static void begin_answer(struct door *d, struct records *records)
{
    records_init(records);
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        text_clear(&d->words[i]);
    }
}

void EXPORT(door_hello)(struct door *d)
{
    struct records records;
    begin_answer(d, &records);
    records_hello(&records);
    say(d, records.list.in.first, true);
    records_release(&records);
}

enum session_state EXPORT(door_run)(struct door *d, int json)
{
    struct records records;
    begin_answer(d, &records);
    enum session_state state = tutor_run(d->tutor, &records);
    for (const struct rec *r = records.list.in.first; r != NULL; r = r->next) {
        say(d, r, json);
    }
    if (state == SESSION_NEED) {
        struct diag no_files = {.message = "there are no files here, nor pictures",
                                .hint = "install backstep on a computer for these"};
        tutor_refuse(d->tutor, &no_files);
        state = SESSION_MORE;
    }
    records_release(&records);
    return state;
}

const char *EXPORT(door_words)(struct door *d, int channel)
{
    return text_get(&d->words[channel]);
}

size_t EXPORT(door_words_length)(const struct door *d, int channel)
{
    return text_length(&d->words[channel]);
}

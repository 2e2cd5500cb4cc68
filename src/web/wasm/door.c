// A session behind the door: see door.h.
#include "wasm/door.h"

#include <string.h>

#include "command/complete.h"
#include "command/look.h"
#include "command/present.h"
#include "session/candidates.h"
#include "words/html.h"
#include "words/words.h"

// ---- Beginning and end --------------------------------------------------------------------------

struct door *EXPORT(door_new)(uint32_t seed)
{
    struct buf one;  // an array of one, as only mem.c allocates
    buf_init(&one, sizeof(struct door));
    struct door *d = buf_push(&one, 1);
    if (d == NULL) {
        return NULL;
    }
    *d = (struct door){.self = one};
    buf_init(&d->area, 1);
    buf_init(&d->running, 1);
    records_init(&d->last);
    course_init(&d->course);
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        text_init(&d->words[i]);
    }
    d->tutor = tutor_new(&(struct session_world){.seed = seed, .stop = &d->stop});
    if (d->tutor == NULL) {
        door_free(d);
        return NULL;
    }
    return d;
}

void EXPORT(door_free)(struct door *d)
{
    if (d == NULL) {
        return;
    }
    tutor_free(d->tutor);
    records_release(&d->last);
    course_release(&d->course);
    buf_release(&d->area);
    buf_release(&d->running);
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        text_release(&d->words[i]);
    }
    struct buf self = d->self;
    buf_release(&self);
}

// ---- Texts --------------------------------------------------------------------------------------

char *EXPORT(door_area)(struct door *d, size_t n)
{
    // One byte more, so that an empty text has a place too.
    d->area.count = 0;
    return n < SIZE_MAX ? buf_push(&d->area, n + 1) : NULL;
}

const char *EXPORT(door_words)(struct door *d, int channel)
{
    return channel >= 0 && channel < CHANNEL_COUNT ? text_get(&d->words[channel]) : "";
}

size_t EXPORT(door_words_length)(const struct door *d, int channel)
{
    return channel >= 0 && channel < CHANNEL_COUNT ? text_length(&d->words[channel]) : 0;
}

const char *door_text(const struct door *d, size_t *n)
{
    *n = *n > d->area.count ? d->area.count : *n;
    return d->area.count == 0 ? "" : d->area.data;
}

void door_clear_words(struct door *d)
{
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        text_clear(&d->words[i]);
    }
}

void door_clear(struct door *d)
{
    records_release(&d->last);
    records_init(&d->last);
    door_clear_words(d);
}

void door_say_trouble(struct door *d, const struct diag *why)
{
    text_addf(&d->words[CHANNEL_ANSWERS], "%s\n%s", why->message, why->hint);
}

// ---- The world ----------------------------------------------------------------------------------

void EXPORT(door_terminal)(struct door *d, int columns, int rows)
{
    enum { COLUMNS_LEAST = 20, COLUMNS_MOST = 500 };
    d->columns = columns < COLUMNS_LEAST  ? COLUMNS_LEAST
                 : columns > COLUMNS_MOST ? COLUMNS_MOST
                                          : columns;
    tutor_set_terminal(d->tutor, d->columns, rows < 0 ? 0 : rows, false);
}

void EXPORT(door_clock)(struct door *d, double now, double day)
{
    d->now = (int64_t)now;
    d->today = (int64_t)day;
    tutor_set_clock(d->tutor, d->now);
}

void EXPORT(door_stop)(struct door *d, int how)
{
    d->stop.asked = how == STOP_LATE ? STOP_LATE : STOP_NOW;
}

void EXPORT(door_limit)(struct door *d, double units)
{
    d->stop.most = units > 0 ? (uint64_t)units : 0;
}

// ---- Running ------------------------------------------------------------------------------------

// The text is taken out of the area, which needs may be supplied through while it runs.
void EXPORT(door_begin)(struct door *d, size_t name, size_t n, int prompt)
{
    size_t length = name < SIZE_MAX - n ? name + n : SIZE_MAX;
    const char *text = door_text(d, &length);
    name = name > length ? length : name;
    stop_renew(&d->stop);
    d->asks = false;
    d->mode = prompt ? SESSION_PROMPT : SESSION_SCRIPT;
    struct source source = {.name = "", .text = "", .line = 1};
    d->running.count = 0;
    char *own = buf_push(&d->running, length + 2);
    if (own != NULL) {
        memcpy(own, text, name);
        own[name] = '\0';
        memcpy(own + name + 1, text + name, length - name);
        own[length + 1] = '\0';
        source.name = own;
        source.text = own + name + 1;
        source.length = length - name;
    }
    tutor_begin(d->tutor, &source, d->mode);
}

static struct words_form form_of(const struct door *d)
{
    return (struct words_form){.style = d->mode == SESSION_PROMPT ? WORDS_PROMPT : WORDS_SCRIPT,
                               .digits = session_digits(tutor_graph(d->tutor)),
                               .columns = (size_t)d->columns};
}

static void say_json(struct door *d, const struct rec *record)
{
    rec_json(&d->words[CHANNEL_ANSWERS], record);
    text_add_char(&d->words[CHANNEL_ANSWERS], '\n');
}

static void say_plain(struct door *d, const struct rec *record)
{
    const struct words_form form = form_of(d);
    bool trouble = d->mode == SESSION_SCRIPT && words_is_trouble(record);
    struct text marked, *to = &d->words[trouble ? CHANNEL_TROUBLE : CHANNEL_ANSWERS];
    text_init(&marked);
    words_add(&marked, record, &form);
    ink_plain(to, text_get(&marked), text_length(&marked));
    text_release(&marked);
}

static void say_rendered(struct door *d, const struct rec *record, bool html)
{
    const struct words_form form = form_of(d);
    struct text rendered, *out = &d->words[CHANNEL_ANSWERS];
    text_init(&rendered);
    words_add(&rendered, record, &form);
    text_add(out, "{\"record\":");
    rec_json(out, record);
    text_add(out, ",\"words\":");
    rec_json_text(out, text_get(&rendered), text_length(&rendered));
    if (html) {
        text_clear(&rendered);
        html_add(&rendered, record, &form);
        text_add(out, ",\"html\":");
        rec_json_text(out, text_get(&rendered), text_length(&rendered));
    }
    text_clear(&rendered);
    if (door_keep(d, record, &rendered)) {
        text_add(out, ",\"keep\":");
        rec_json_text(out, text_get(&rendered), text_length(&rendered));
    }
    text_add(out, "}\n");
    text_release(&rendered);
}

void door_say(struct door *d, enum door_form form)
{
    for (const struct rec *r = d->last.list.in.first; r != NULL; r = r->next) {
        if (form == DOOR_WORDS) {
            say_plain(d, r);
        } else if (form == DOOR_JSON) {
            say_json(d, r);
        } else {
            say_rendered(d, r, form == DOOR_HTML);
        }
    }
}

enum session_state EXPORT(door_run)(struct door *d, enum door_form form)
{
    if (d->asks) {
        const struct diag no_files = {.message = "there are no files here, nor pictures",
                                      .hint = "install backstep on a computer for these"};
        tutor_refuse(d->tutor, &no_files);
    }
    door_clear(d);
    enum session_state state = tutor_run(d->tutor, &d->last);
    d->asks = state == SESSION_NEED;
    door_say(d, form);
    return state;
}

// ---- Looking ------------------------------------------------------------------------------------

void EXPORT(door_hello)(struct door *d)
{
    door_clear(d);
    records_hello(&d->last);
    door_say(d, DOOR_JSON);
}

void EXPORT(door_script)(struct door *d)
{
    door_clear(d);
    session_script(tutor_session(d->tutor), &d->words[CHANNEL_ANSWERS]);
}

void EXPORT(door_place)(struct door *d)
{
    door_clear(d);
    tutor_place(d->tutor, &d->words[CHANNEL_ANSWERS]);
}

int EXPORT(door_waits)(const struct door *d)
{
    return (int)tutor_waits(d->tutor);
}

// The lessons whose ids begin like the word of n bytes.
static void add_lessons(struct door *d, const char *word, size_t n)
{
    for (size_t i = 0; i < d->course.lessons.count; i++) {
        const char *id = BUF(struct course_lesson, &d->course.lessons)[i].id;
        if (strncmp(id, word, n) == 0) {
            complete_add(&d->last, id, strlen(id));
        }
    }
}

void EXPORT(door_complete)(struct door *d, size_t n, size_t at)
{
    struct text typed;
    const char *text = door_text(d, &n);
    text_init(&typed);
    text_add_bytes(&typed, text, n);
    door_clear(d);
    at = at > text_length(&typed) ? text_length(&typed) : at;
    struct completion c = complete_at(tutor_graph(d->tutor), text_get(&typed), at, true, &d->last);
    if (c.kind.kind == CONTEXT_LESSONS) {
        add_lessons(d, text_get(&typed) + c.from, c.to - c.from);
    }
    door_say(d, DOOR_JSON);
    text_release(&typed);
}

void EXPORT(door_candidates)(struct door *d, size_t n, int start)
{
    struct text word;
    const char *typed = door_text(d, &n);
    text_init(&word);
    text_add_bytes(&word, typed, n);
    door_clear(d);
    candidates_add(tutor_graph(d->tutor), text_get(&word), start != 0, &d->last);
    door_say(d, DOOR_JSON);
    text_release(&word);
}

int EXPORT(door_look)(struct door *d, size_t n, enum door_form form)
{
    struct text typed;
    const char *statement = door_text(d, &n);
    text_init(&typed);
    text_add_bytes(&typed, statement, n);
    door_clear(d);
    bool ok = look_run(tutor_graph(d->tutor), text_get(&typed), &d->last);
    door_say(d, form);
    text_release(&typed);
    return ok;
}

// What was stopped is over: the page is to show what is left.
int EXPORT(door_present)(struct door *d)
{
    door_clear(d);
    stop_renew(&d->stop);
    bool ok = present_put(tutor_graph(d->tutor), &d->last);
    if (ok) {
        door_say(d, DOOR_JSON);
    }
    return ok;
}

int EXPORT(door_trace)(struct door *d)
{
    door_clear(d);
    stop_renew(&d->stop);
    bool ok = present_put_trace(tutor_graph(d->tutor), &d->last);
    if (ok) {
        door_say(d, DOOR_JSON);
    }
    return ok;
}

int EXPORT(door_key)(struct door *d)
{
    struct diag why = {0};
    door_clear(d);
    bool ok = tutor_question(d->tutor) == NULL
                  ? diag_set(&why, (struct span){0, 0}, "no question is being asked")
                  : tutor_question_key(d->tutor, &d->words[CHANNEL_ANSWERS], &why);
    if (!ok) {
        text_clear(&d->words[CHANNEL_ANSWERS]);
        door_say_trouble(d, &why);
    }
    return ok;
}

#include "talk/talk.h"

#include <string.h>
#include <time.h>

#include "base/json.h"
#include "command/look.h"
#include "picture/image.h"
#include "picture/plot.h"
#include "supply/suggest.h"
#include "talk/requests.h"
#include "text/lexer.h"
#include "words/bundle.h"

struct talk {
    struct host *host;
    struct requests *requests;
    struct text id;       // of the request, as it was written; empty: it has none
    bool plain, forms;    // what each record comes with
    struct text theirs;   // the needs that the client answers, apart by blanks
    struct text code;     // of the request
    int64_t told;         // when a training was last told of, in milliseconds
    const char *end;      // how the request ended
    bool more;            // … for want of a closing bracket
    struct diag trouble;  // what was wrong with it
    bool quit;
};

// ---- Writing ------------------------------------------------------------------------------------

static struct words_form form_of(const struct talk *t)
{
    return (struct words_form){.style =
                                   t->host->mode == SESSION_PROMPT ? WORDS_PROMPT : WORDS_SCRIPT,
                               .digits = session_digits(tutor_graph(t->host->tutor))};
}

static bool draw(void *at, const struct rec *record, struct text *svg)
{
    struct talk *t = at;
    struct diag ignored = {0};
    return rec_is(record, KIND_plot)
               ? plot_draw_file(record, "svg", t->host->stop, &svg->bytes, &ignored)
               : image_draw(record, "svg", t->host->stop, &svg->bytes, &ignored);
}

// {"id":1,"plain":"…","forms":{…},"kind":…
static void write_record(struct talk *t, const struct rec *record)
{
    struct text line, json;
    const struct words_form form = form_of(t);
    text_init(&line);
    text_init(&json);
    rec_json(&json, record);
    text_add_char(&line, '{');
    if (text_length(&t->id) > 0) {
        text_addf(&line, "\"id\":%s,", text_get(&t->id));
    }
    if (t->plain) {
        struct text words;
        text_init(&words);
        bundle_plain(&words, record, &form);
        text_add(&line, "\"plain\":");
        rec_json_text(&line, text_get(&words), text_length(&words));
        text_add_char(&line, ',');
        text_release(&words);
    }
    if (t->forms) {
        const struct bundle_drawer drawer = {.draw = draw, .at = t};
        text_add(&line, "\"forms\":");
        bundle_add(&line, record, &form, &drawer);
        text_add_char(&line, ',');
    }
    text_addf(&line, "%s\n", text_get(&json) + 1);
    fwrite(text_get(&line), 1, text_length(&line), t->host->out);
    t->host->out_failed |= line.bytes.failed || fflush(t->host->out) != 0;
    text_release(&line);
    text_release(&json);
}

static int64_t now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

// Trainings tell how far they are ten times a second. What is needed is told by `give`.
static void see(void *seer, const struct rec *record)
{
    enum { PAUSE = 100 };
    struct talk *t = seer;
    if (rec_is(record, KIND_need)) {
        return;
    }
    if (rec_is(record, KIND_training)) {
        if (now() - t->told < PAUSE) {
            return;
        }
        t->told = now();
    }
    write_record(t, record);
}

static void write_hello(struct talk *t)
{
    struct records hello;
    records_init(&hello);
    records_hello(&hello);
    rec_whole(&hello, hello.list.in.first, KEY_talk, TALK_VERSION);
    write_record(t, hello.list.in.first);
    records_release(&hello);
}

static const char *waits_of(const struct talk *t)
{
    enum tutor_waits waits = tutor_waits(t->host->tutor);
    return t->more                       ? "more"
           : waits == TUTOR_WAITS_ANSWER ? "answer"
           : waits == TUTOR_WAITS_GUESS  ? "guess"
                                         : "";
}

static void write_done(struct talk *t)
{
    struct records records;
    records_init(&records);
    struct rec *r = records_add(&records, KIND_done);
    rec_text(&records, r, KEY_end, t->end);
    rec_text(&records, r, KEY_waits, waits_of(t));
    if (t->trouble.set) {
        rec_text(&records, r, KEY_message, t->trouble.message);
        rec_text(&records, r, KEY_hint, t->trouble.hint);
    }
    t->plain = t->forms = false;
    write_record(t, r);
    records_release(&records);
}

static void refuse(struct talk *t, const char *message, const char *hint)
{
    t->end = "refused";
    diag_set(&t->trouble, (struct span){0, 0}, "%s", message);
    diag_hint(&t->trouble, "%s", hint);
}

static void take_id(struct talk *t, struct json request)
{
    struct json id = json_member(request, "id");
    enum json_kind kind = json_kind(id);
    text_clear(&t->id);
    if (kind == JSON_NUMBER || kind == JSON_TEXT) {
        text_add_bytes(&t->id, id.s, id.n);
    } else if (kind != JSON_NONE) {
        refuse(t, "an id is a number or a text", "");
    }
}

// ---- Needs that the client answers --------------------------------------------------------------

// One line that came while a need is out. False: it answers something else.
static bool take_supply(struct talk *t, struct text *line)
{
    struct json request, bytes, why;
    const char *trouble;
    struct text given;
    bool ok = json_check(text_get(line), text_length(line), &request, &trouble, NULL);
    bytes = json_member(request, "supply");
    why = json_member(request, "refuse");
    if (!ok || (json_kind(bytes) != JSON_TEXT && json_kind(why) != JSON_TEXT)) {
        return false;
    }
    text_init(&given);
    if (json_add_text(&given, bytes)) {
        tutor_supply(t->host->tutor, text_get(&given), text_length(&given));
    } else {
        struct diag d = {0};
        json_add_text(&given, why);
        diag_set(&d, (struct span){0, 0}, "%s", text_get(&given));
        tutor_refuse(t->host->tutor, &d);
    }
    text_release(&given);
    return true;
}

// Another request, while a need of the present one is out.
static void refuse_meanwhile(struct talk *t, struct text *line)
{
    struct text present = t->id;
    struct json request;
    const char *why;
    bool plain = t->plain, forms = t->forms;
    text_init(&t->id);
    if (json_check(text_get(line), text_length(line), &request, &why, NULL)) {
        take_id(t, request);
    }
    refuse(t, "what is needed has not been supplied yet",
           "answer with {\"supply\": TEXT} or {\"refuse\": WHY}");
    write_done(t);
    text_release(&t->id);
    t->id = present;
    t->plain = plain;
    t->forms = forms;
    t->trouble = (struct diag){0};
}

static bool give(void *seer, const struct rec *need)
{
    struct talk *t = seer;
    const char *what = rec_get_text(need, KEY_what);
    struct text line;
    if (!text_among(text_get(&t->theirs), what, strlen(what))) {
        return false;
    }
    write_record(t, need);
    text_init(&line);
    enum request_end end;
    while ((end = requests_next_of_same(t->requests, &line)) == REQUEST_LINE &&
           !take_supply(t, &line)) {
        refuse_meanwhile(t, &line);
    }
    if (end != REQUEST_LINE) {
        struct diag d = {0};
        diag_set(&d, (struct span){0, 0},
                 end == REQUEST_STOPPED    ? "interrupted"
                 : end == REQUEST_TOO_LONG ? "this is too long"
                                           : "it can no longer be supplied");
        tutor_refuse(t->host->tutor, &d);
    }
    text_release(&line);
    return true;
}

// ---- Requests -----------------------------------------------------------------------------------

static bool take_code(struct talk *t, struct json value)
{
    text_clear(&t->code);
    if (!json_add_text(&t->code, value)) {
        refuse(t, "this should be a text", "write {\"id\": 1, \"run\": \"a = 2\"}");
        return false;
    }
    if (t->code.bytes.failed) {
        t->code.bytes.failed = false;
        t->end = "refused";
        return diag_out_of_memory(&t->trouble);
    }
    return true;
}

static void run(struct talk *t, struct json request, struct json value)
{
    struct json mode = json_member(request, "mode");
    if (!take_code(t, value)) {
        return;
    }
    if (mode.s != NULL && !json_is(mode, "prompt") && !json_is(mode, "script")) {
        refuse(t, "a mode is \"prompt\" or \"script\"", "without one it is \"prompt\"");
        return;
    }
    t->plain = json_is_true(json_member(request, "plain"));
    t->forms = json_is_true(json_member(request, "forms"));
    t->host->mode = json_is(mode, "script") ? SESSION_SCRIPT : SESSION_PROMPT;
    struct source source = {
        .name = "<talk>", .text = text_get(&t->code), .length = text_length(&t->code), .line = 1};
    enum session_state state = host_run(t->host, &source);
    t->quit = state == SESSION_QUIT;
    t->end = t->quit ? "quit" : state == SESSION_FAILED ? "failed" : "done";
    t->more = state == SESSION_FAILED && lexer_wants_more(&source);
}

static void complete(struct talk *t, struct json request, struct json value)
{
    int64_t characters = 0;
    struct json place = json_member(request, "at");
    if (!take_code(t, value)) {
        return;
    }
    size_t at = text_length(&t->code);
    if (place.s != NULL && (!json_read_whole(place, &characters) || characters < 0)) {
        refuse(t, "\"at\" is a number of characters before the cursor", "without it, all of them");
        return;
    }
    at = place.s == NULL ? at : utf8_bytes(text_get(&t->code), at, (size_t)characters);
    struct records records;
    records_init(&records);
    suggest(t->host->tutor, text_get(&t->code), at, &records);
    write_record(t, records.list.in.first);
    records_release(&records);
}

static void look(struct talk *t, struct json request, struct json value)
{
    struct records records;
    if (!take_code(t, value)) {
        return;
    }
    t->plain = json_is_true(json_member(request, "plain"));
    t->forms = json_is_true(json_member(request, "forms"));
    records_init(&records);
    bool ok = look_run(tutor_graph(t->host->tutor), text_get(&t->code), &records);
    for (const struct rec *r = records.list.in.first; r != NULL; r = r->next) {
        write_record(t, r);
    }
    t->end = ok ? "done" : "failed";
    records_release(&records);
}

// ["read", "write"]: needs that come as records, and are answered by the client from now on.
static void needs(struct talk *t, struct json request, struct json value)
{
    static const char known[] = "read write picture plot layout view";
    struct text theirs, word;
    (void)request;
    text_init(&theirs);
    text_init(&word);
    bool ok = json_kind(value) == JSON_LIST;
    for (struct json_walk w = json_walk(value); ok && json_next(&w);) {
        text_clear(&word);
        ok =
            json_add_text(&word, w.value) && text_among(known, text_get(&word), text_length(&word));
        text_addf(&theirs, "%s ", text_get(&word));
    }
    if (ok) {
        text_clear(&t->theirs);
        text_add(&t->theirs, text_get(&theirs));
    } else {
        refuse(
            t,
            "the needs that a program can answer are read, write, picture, plot, layout and view",
            "write {\"id\": 1, \"needs\": [\"read\", \"write\"]}");
    }
    text_release(&theirs);
    text_release(&word);
}

static const struct talk_verb {
    const char *name;
    void (*answer)(struct talk *t, struct json request, struct json value);
} verbs[] = {{"run", run}, {"complete", complete}, {"look", look}, {"needs", needs}};

static void answer(struct talk *t, struct text *line)
{
    struct json request;
    const char *why;
    size_t at;
    if (!json_check(text_get(line), text_length(line), &request, &why, &at)) {
        t->end = "refused";
        diag_set(&t->trouble, (struct span){0, 0}, "this line is not JSON, at byte %zu: %s", at + 1,
                 why);
        return;
    }
    take_id(t, request);
    for (size_t i = 0; i < COUNT_OF(verbs) && !t->trouble.set; i++) {
        struct json value = json_member(request, verbs[i].name);
        if (value.s != NULL) {
            verbs[i].answer(t, request, value);
            return;
        }
    }
    if (t->trouble.set) {
        return;
    }
    refuse(t, "this line asks for nothing",
           "write {\"id\": 1, \"run\": \"a = 2\"}; there are run, complete, look, needs and "
           "interrupt");
}

// Answers one line.
static void take(struct talk *t, struct text *line, bool too_long)
{
    text_clear(&t->id);
    t->trouble = (struct diag){0};
    t->end = "done";
    t->plain = t->forms = t->more = false;
    t->told = 0;
    if (too_long) {
        refuse(t, "this line is longer than 64 MB", "put the text into a file and load that");
    } else {
        answer(t, line);
    }
    write_done(t);
}

bool talk_run(struct host *h, int fd)
{
    struct talk t = {.host = h, .requests = requests_start(fd, h->stop)};
    struct text line;
    enum request_end end;
    if (t.requests == NULL) {
        return false;
    }
    text_init(&line);
    text_init(&t.id);
    text_init(&t.theirs);
    text_init(&t.code);
    tutor_set_stoppable(h->tutor);
    h->see = see;
    h->give = give;
    h->seer = &t;
    write_hello(&t);
    while (!t.quit && !h->out_failed && (end = requests_next(t.requests, &line)) != REQUEST_NONE) {
        if (end == REQUEST_TOO_LONG || text_trimmed(text_get(&line), text_length(&line)) > 0) {
            take(&t, &line, end == REQUEST_TOO_LONG);
        }
    }
    requests_end(t.requests);
    h->see = NULL;
    h->give = NULL;
    h->seer = NULL;
    text_release(&line);
    text_release(&t.id);
    text_release(&t.theirs);
    text_release(&t.code);
    return !h->out_failed;
}

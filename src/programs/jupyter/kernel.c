#include "jupyter/kernel.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "command/look.h"
#include "supply/suggest.h"
#include "text/block.h"
#include "text/lexer.h"
#include "words/bundle.h"

// ---- Saying -------------------------------------------------------------------------------------

void kernel_publish(struct kernel_state *k, const struct wire_message *about, const char *type,
                    const char *content)
{
    struct parcel out;
    struct text topic;
    parcel_init(&out);
    text_init(&topic);
    text_addf(&topic, "kernel.%s.%s", k->wire.session, type);
    wire_seal(&k->wire, &out, about, text_get(&topic), type, content);
    network_send(k->network, SOCKET_IOPUB, &out);
    text_release(&topic);
}

void kernel_reply(struct kernel_state *k, const struct wire_message *to, enum socket_name socket,
                  const char *type, const char *content)
{
    struct parcel out;
    parcel_init(&out);
    wire_seal(&k->wire, &out, to, NULL, type, content);
    network_send(k->network, socket, &out);
}

static void publish_state(struct kernel_state *k, const struct wire_message *about,
                          const char *state)
{
    struct text content;
    text_init(&content);
    text_addf(&content, "{\"execution_state\":\"%s\"}", state);
    kernel_publish(k, about, "status", text_get(&content));
    text_release(&content);
}

// ---- Small requests -----------------------------------------------------------------------------

struct kernel_request {
    const struct wire_message *message;
    enum socket_name socket;
    int64_t came;
};

static void reply(struct kernel_state *k, const struct kernel_request *r, const char *type,
                  const char *content)
{
    kernel_reply(k, r->message, r->socket, type, content);
}

// Jupyter colours code as CodeMirror's and Pygments' Python, which knows the comments, numbers and
// brackets of this language.
static void answer_info(struct kernel_state *k, const struct kernel_request *r)
{
    reply(k, r, "kernel_info_reply",
          "{\"status\":\"ok\",\"protocol_version\":\"5.3\",\"implementation\":\"backstep\","
          "\"implementation_version\":\"" BACKSTEP_VERSION "\","
          "\"banner\":\"backstep " BACKSTEP_VERSION
          ": backpropagation, one expression at a time. help shows what there is.\","
          "\"language_info\":{\"name\":\"backstep\",\"version\":\"" BACKSTEP_VERSION "\","
          "\"mimetype\":\"text/x-backstep\",\"file_extension\":\".bs\","
          "\"pygments_lexer\":\"python\",\"codemirror_mode\":\"python\"},"
          "\"help_links\":[],\"debugger\":false}");
}

// The code of a request and a place in it, as a byte.
static bool read_code(const struct wire_message *m, struct text *code, size_t *at)
{
    int64_t characters;
    if (!json_add_text(code, json_member(m->content, "code"))) {
        return false;
    }
    *at = text_length(code);
    if (json_read_whole(json_member(m->content, "cursor_pos"), &characters)) {
        *at = characters < 0 ? 0 : utf8_bytes(text_get(code), *at, (size_t)characters);
    }
    return true;
}

static void answer_complete(struct kernel_state *k, const struct kernel_request *r)
{
    struct text code, out;
    struct records records;
    size_t at = 0;
    text_init(&code);
    text_init(&out);
    records_init(&records);
    read_code(r->message, &code, &at);
    suggest(k->host.tutor, text_get(&code), at, &records);
    text_add(&out, "{\"status\":\"ok\",\"matches\":[");
    const struct rec *found = records.list.in.first;
    for (const struct rec *i = rec_first(found, KEY_items); i != NULL; i = i->next) {
        rec_json_text(&out, i->text, strlen(i->text));
        text_add(&out, i->next == NULL ? "" : ",");
    }
    text_addf(&out, "],\"cursor_start\":%lld,\"cursor_end\":%lld,\"metadata\":{}}",
              (long long)rec_get_whole(found, KEY_from), (long long)rec_get_whole(found, KEY_to));
    reply(k, r, "complete_reply", text_get(&out));
    records_release(&records);
    text_release(&code);
    text_release(&out);
}

static bool is_name(const char *s, size_t n, size_t at, size_t *bytes)
{
    uint32_t c;
    *bytes = at < n ? utf8_read(s + at, n - at, &c) : 0;
    return *bytes > 0 && utf8_is_name(c);
}

// The name that the cursor is in or behind; after f( it is still f's.
static struct span word_at(const char *s, size_t n, size_t at)
{
    size_t from = 0, to = 0, bytes;
    for (size_t i = 0; i < n && i <= at;) {
        if (!is_name(s, n, i, &bytes)) {
            i += bytes == 0 ? 1 : bytes;
            continue;
        }
        from = i;
        while (is_name(s, n, i, &bytes)) {
            i += bytes;
        }
        to = i;
    }
    return (struct span){from, to};
}

static void answer_inspect(struct kernel_state *k, const struct kernel_request *r)
{
    const struct words_form form = {.style = WORDS_SCRIPT,
                                    .digits = session_digits(tutor_graph(k->host.tutor))};
    struct text code, plain, html, out;
    struct records records;
    size_t at = 0;
    text_init(&code);
    text_init(&plain);
    text_init(&html);
    text_init(&out);
    records_init(&records);
    read_code(r->message, &code, &at);
    struct span word = word_at(text_get(&code), text_length(&code), at);
    bool found =
        word.end > word.start && look_word(tutor_graph(k->host.tutor), text_get(&code) + word.start,
                                           word.end - word.start, &records);
    for (const struct rec *i = records.list.in.first; i != NULL; i = i->next) {
        bundle_plain(&plain, i, &form);
    }
    text_addf(&out, "{\"status\":\"ok\",\"found\":%s,\"data\":{", found ? "true" : "false");
    if (found) {
        text_add(&out, "\"text/plain\":");
        rec_json_text(&out, text_get(&plain), text_length(&plain));
    }
    text_add(&out, "},\"metadata\":{}}");
    reply(k, r, "inspect_reply", text_get(&out));
    records_release(&records);
    struct text *texts[] = {&code, &plain, &html, &out};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        text_release(texts[i]);
    }
}

// The blanks before the next line: those of the last one, and four more after a ":".
static size_t next_indent(const char *s, size_t n)
{
    enum { INDENT = 4 };
    n = text_trimmed(s, n);
    size_t start = n;
    while (start > 0 && s[start - 1] != '\n') {
        start--;
    }
    return strspn(s + start, " ") + (n > start && s[n - 1] == ':' ? INDENT : 0);
}

// Is there something that no statement may have?
static bool is_invalid(const struct source *source)
{
    struct lexer l;
    struct token t;
    lexer_init(&l, source);
    do {
        struct diag d = {0};
        t = lexer_next(&l, &d);
    } while (t.kind != TOKEN_END && t.kind != TOKEN_BAD);
    return t.kind == TOKEN_BAD;
}

static void answer_is_complete(struct kernel_state *k, const struct kernel_request *r)
{
    struct text code, out;
    size_t at;
    text_init(&code);
    text_init(&out);
    read_code(r->message, &code, &at);
    struct source source = {
        .name = "", .text = text_get(&code), .length = text_length(&code), .line = 1};
    if (block_wants_more(&source)) {
        text_addf(&out, "{\"status\":\"incomplete\",\"indent\":\"%*s\"}",
                  (int)(next_indent(source.text, source.length) % 80), "");
    } else {
        text_addf(&out, "{\"status\":\"%s\"}", is_invalid(&source) ? "invalid" : "complete");
    }
    reply(k, r, "is_complete_reply", text_get(&out));
    text_release(&code);
    text_release(&out);
}

static void answer_history(struct kernel_state *k, const struct kernel_request *r)
{
    struct text out;
    text_init(&out);
    history_answer(&k->history, r->message->content, &out);
    reply(k, r, "history_reply", text_get(&out));
    text_release(&out);
}

static void answer_comm_info(struct kernel_state *k, const struct kernel_request *r)
{
    reply(k, r, "comm_info_reply", "{\"status\":\"ok\",\"comms\":{}}");
}

// There is nothing here that a front end could have a conversation with: it is told so.
static void answer_comm_open(struct kernel_state *k, const struct kernel_request *r)
{
    struct text id, out;
    text_init(&id);
    text_init(&out);
    json_add_text(&id, json_member(r->message->content, "comm_id"));
    text_add(&out, "{\"data\":{},\"comm_id\":");
    rec_json_text(&out, text_get(&id), text_length(&id));
    text_add_char(&out, '}');
    kernel_publish(k, r->message, "comm_close", text_get(&out));
    text_release(&id);
    text_release(&out);
}

static void answer_execute(struct kernel_state *k, const struct kernel_request *r)
{
    execute_answer(k, r->message, r->came);
}

static void answer_interrupt(struct kernel_state *k, const struct kernel_request *r)
{
    pthread_kill(k->session, SIGINT);  // as Ctrl-C: what waits stops waiting
    reply(k, r, "interrupt_reply", "{\"status\":\"ok\"}");
}

static void answer_shutdown(struct kernel_state *k, const struct kernel_request *r)
{
    bool restart = json_is_true(json_member(r->message->content, "restart"));
    const char *content =
        restart ? "{\"status\":\"ok\",\"restart\":true}" : "{\"status\":\"ok\",\"restart\":false}";
    reply(k, r, "shutdown_reply", content);
    kernel_publish(k, r->message, "shutdown_reply", content);
    atomic_store(&k->ending, network_now());
    k->stop.asked = STOP_NOW;
}

// ---- Requests -----------------------------------------------------------------------------------

// Which requests a socket takes. Those of both are answered without the session.
static const struct kernel_verb {
    const char *type;
    bool shell, control;
    void (*answer)(struct kernel_state *k, const struct kernel_request *r);
} verbs[] = {
    {"kernel_info_request", true, true, answer_info},
    {"shutdown_request", true, true, answer_shutdown},
    {"interrupt_request", false, true, answer_interrupt},
    {"execute_request", true, false, answer_execute},
    {"complete_request", true, false, answer_complete},
    {"inspect_request", true, false, answer_inspect},
    {"is_complete_request", true, false, answer_is_complete},
    {"history_request", true, false, answer_history},
    {"comm_info_request", true, false, answer_comm_info},
    {"comm_open", true, false, answer_comm_open},
};

// Busy, the answer, idle. What is not a request of ours is between these, too, and not answered.
static void answer(struct kernel_state *k, struct parcel *parcel, enum socket_name socket,
                   int64_t came)
{
    struct wire_message m;
    if (wire_open(&k->wire, parcel, &m)) {
        const struct kernel_request r = {.message = &m, .socket = socket, .came = came};
        publish_state(k, &m, "busy");
        for (size_t i = 0; i < COUNT_OF(verbs); i++) {
            bool takes = socket == SOCKET_SHELL ? verbs[i].shell : verbs[i].control;
            if (takes && strcmp(text_get(&m.type), verbs[i].type) == 0) {
                verbs[i].answer(k, &r);
            }
        }
        publish_state(k, &m, "idle");
    }
    message_release(&m);
    if (atomic_load(&k->ending) != 0) {
        network_close(k->network);  // after idle is on its way
    }
}

void kernel_control(void *kernel, struct parcel *parcel)
{
    answer(kernel, parcel, SOCKET_CONTROL, 0);
}

// Tells a listener that it is heard from now on (JEP 65): what it asks for is not lost.
void kernel_joined(void *kernel)
{
    kernel_publish(kernel, NULL, "iopub_welcome", "{\"subscription\":\"\"}");
}

void kernel_tick(void *kernel)
{
    struct kernel_state *k = kernel;
    long long ending = atomic_load(&k->ending);
    bool orphan = k->parent != 0 && getppid() != k->parent;
    if (orphan || (ending != 0 && network_now() - ending > KERNEL_ENDS)) {
        _exit(0);
    }
}

void kernel_serve(struct kernel_state *k)
{
    struct parcel parcel;
    int64_t came;
    publish_state(k, NULL, "starting");
    parcel_init(&parcel);
    while (network_take(k->network, SOCKET_SHELL, -1, &parcel, &came) == NETWORK_TAKEN) {
        answer(k, &parcel, SOCKET_SHELL, came);
    }
    parcel_release(&parcel);
}

bool kernel_init(struct kernel_state *k, struct text *key)
{
    *k = (struct kernel_state){.stop = {0}};
    const struct session_world world = {.stop = &k->stop, .seed = 1};
    k->host = (struct host){.tutor = tutor_new(&world),
                            .mode = SESSION_PROMPT,
                            .out = stdout,
                            .trouble = stderr,
                            .stop = &k->stop,
                            .progress = &k->progress};
    progress_init(&k->progress, NULL, true);
    history_init(&k->history);
    if (!wire_init(&k->wire, text_get(key), text_length(key)) || k->host.tutor == NULL) {
        return false;
    }
    k->session = pthread_self();
    tutor_set_stoppable(k->host.tutor);
    return true;
}

void kernel_release(struct kernel_state *k)
{
    tutor_free(k->host.tutor);
    progress_release(&k->progress);
    history_release(&k->history);
    wire_release(&k->wire);
}

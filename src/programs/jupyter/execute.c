// Running a cell: records become outputs as they come.
//
//   value           the cell's result, if it is the last; otherwise a line like others
//   lines           a stream of text, without colours: programs that read notebooks show the marks
//   table, prose, formula, picture
//                   display data, in the form that shows it best
//   training        one display that is drawn over, ten times a second at most
//   a player        its page in a frame that can run scripts and nothing else
//   notice, error   the stream of errors; an error with its place
#include "jupyter/kernel.h"

#include <stdlib.h>
#include <string.h>

#include "picture/image.h"
#include "picture/plot.h"
#include "store/files.h"
#include "words/bundle.h"
#include "words/html.h"
#include "words/rich.h"

struct executed_cell {
    struct kernel_state *k;
    const struct wire_message *request;
    bool silent;
    struct records held;  // the value that may be the result
    bool styled;          // a table has brought the colours
    int64_t told;         // when a training was last told of
    bool trains;          // its display is there
    struct text player;   // the path of a page that is being written
    struct text error;    // ename, evalue and traceback of the error, as members of JSON
};

// Colours for light and dark pages: what Lab, VS Code and the classic notebook say of themselves.
static const char style[] =
    "<style>.backstep td,.backstep pre{font-family:monospace}.backstep th{font-weight:normal}"
    ".bs-name,.bs-title,.bs-right{font-weight:bold}.bs-muted{opacity:.75}"
    ".bs-value{color:#0b5394}.bs-grad{color:#a61c00}.bs-local,.bs-right{color:#38761d}"
    ".bs-maths{font-style:italic}"
    "[data-jp-theme-light=\"false\"] .bs-value,.vscode-dark .bs-value{color:#8ab4f8}"
    "[data-jp-theme-light=\"false\"] .bs-grad,.vscode-dark .bs-grad{color:#ff9a85}"
    "[data-jp-theme-light=\"false\"] .bs-local,.vscode-dark .bs-local,"
    "[data-jp-theme-light=\"false\"] .bs-right,.vscode-dark .bs-right{color:#8fd18a}</style>";

static struct words_form form_of(const struct executed_cell *c)
{
    return (struct words_form){.style = WORDS_PROMPT,
                               .digits = session_digits(tutor_graph(c->k->host.tutor))};
}

static void publish(const struct executed_cell *c, const char *type, struct text *content)
{
    if (!c->silent) {
        kernel_publish(c->k, c->request, type, text_get(content));
    }
}

// Lines of the prompt, which begin with two blanks, without these.
static void add_words(const struct executed_cell *c, struct text *out, const struct rec *r)
{
    const struct words_form form = form_of(c);
    struct text words;
    text_init(&words);
    bundle_plain(&words, r, &form);
    for (const char *s = text_get(&words); *s != '\0';) {
        s += strncmp(s, "  ", 2) == 0 ? 2 : 0;
        size_t n = strcspn(s, "\n");
        n += s[n] == '\n';
        text_add_bytes(out, s, n);
        s += n;
    }
    text_release(&words);
}

static void publish_stream(const struct executed_cell *c, const char *name, struct text *words)
{
    struct text content;
    if (text_length(words) == 0) {
        return;
    }
    text_init(&content);
    text_addf(&content, "{\"name\":\"%s\",\"text\":", name);
    rec_json_text(&content, text_get(words), text_length(words));
    text_add_char(&content, '}');
    publish(c, "stream", &content);
    text_release(&content);
}

static void show_lines(const struct executed_cell *c, const char *name, const struct rec *r)
{
    struct text words;
    text_init(&words);
    add_words(c, &words, r);
    publish_stream(c, name, &words);
    text_release(&words);
}

// ---- Values -------------------------------------------------------------------------------------

static void hold(struct executed_cell *c, const struct rec *value)
{
    rec_copy(&c->held, &c->held.list, value);
}

// What was held is a line among others.
static void let_go(struct executed_cell *c)
{
    if (c->held.list.in.first != NULL) {
        show_lines(c, "stdout", c->held.list.in.first);
        records_release(&c->held);
    }
}

static void publish_result(struct executed_cell *c)
{
    struct text words, content;
    if (c->held.list.in.first == NULL) {
        return;
    }
    text_init(&words);
    text_init(&content);
    add_words(c, &words, c->held.list.in.first);
    size_t n = text_length(&words);
    text_addf(&content, "{\"execution_count\":%lld,\"metadata\":{},\"data\":{\"text/plain\":",
              (long long)c->k->count);
    rec_json_text(&content, text_get(&words), n > 0 ? n - 1 : 0);
    text_add(&content, "}}");
    publish(c, "execute_result", &content);
    text_release(&words);
    text_release(&content);
    records_release(&c->held);
}

// ---- Displays -----------------------------------------------------------------------------------

static bool draw(void *at, const struct rec *record, struct text *svg)
{
    struct executed_cell *c = at;
    struct diag ignored = {0};
    return !c->silent && (rec_is(record, KIND_plot)
                              ? plot_draw_file(record, "svg", &c->k->stop, &svg->bytes, &ignored)
                              : image_draw(record, "svg", &c->k->stop, &svg->bytes, &ignored));
}

static bool has_table(const struct executed_cell *c, const struct rec *r)
{
    const struct words_form form = form_of(c);
    struct text html;
    text_init(&html);
    html_add(&html, r, &form);
    bool found =
        strstr(text_get(&html), "<table") != NULL || strstr(text_get(&html), "bs-maths") != NULL;
    text_release(&html);
    return found;
}

static void show_display(struct executed_cell *c, const struct rec *r)
{
    const struct words_form form = form_of(c);
    bool html = !bundle_is_picture(r) && rich_best(r) == RICH_HTML;
    const struct bundle_drawer drawer = {draw, c, html && !c->styled ? style : NULL};
    struct text content;
    text_init(&content);
    text_add(&content, "{\"metadata\":{},\"data\":");
    bundle_add(&content, r, &form, &drawer);
    text_add_char(&content, '}');
    c->styled = c->styled || html;
    publish(c, "display_data", &content);
    text_release(&content);
}

// Draws over the display of a training, or begins one.
static void publish_bar(struct executed_cell *c, bool first, const char *plain, const char *html)
{
    struct text content;
    text_init(&content);
    text_addf(
        &content,
        "{\"metadata\":{},\"transient\":{\"display_id\":\"%s-%lld\"},\"data\":{\"text/plain\":",
        c->k->wire.session, (long long)c->k->displays);
    rec_json_text(&content, plain, strlen(plain));
    text_add(&content, ",\"text/html\":");
    rec_json_text(&content, html, strlen(html));
    text_add(&content, "}}");
    publish(c, first ? "display_data" : "update_display_data", &content);
    text_release(&content);
}

// What follows a training tells what came of it.
static void end_training(struct executed_cell *c)
{
    if (c->trains) {
        publish_bar(c, false, "", "");
        c->trains = false;
    }
}

static void show_training(struct executed_cell *c, const struct rec *r)
{
    enum { PAUSE = 100 };
    long long steps = rec_get_whole(r, KEY_steps), wanted = rec_get_whole(r, KEY_wanted);
    char loss[NUMBER_TEXT];
    struct text plain, html;
    if (c->trains && network_now() - c->told < PAUSE) {
        return;
    }
    c->told = network_now();
    c->k->displays += !c->trains;
    number_text(loss, rec_get_number(r, KEY_loss), session_digits(tutor_graph(c->k->host.tutor)));
    text_init(&plain);
    text_init(&html);
    text_addf(&plain, "%lld of %lld steps, loss %s", steps, wanted, loss);
    text_addf(&html, "<progress max=\"%lld\" value=\"%lld\"></progress> %s", wanted, steps,
              text_get(&plain));
    publish_bar(c, !c->trains, text_get(&plain), text_get(&html));
    c->trains = true;
    text_release(&plain);
    text_release(&html);
}

// The page of a player that was just written, in a frame of its own.
static void show_player(struct executed_cell *c)
{
    enum { PAGE_MOST = 4 << 20, HEIGHT = 620 };
    struct buf page;
    struct diag d = {0};
    struct text html, content;
    buf_init(&page, 1);
    text_init(&html);
    text_init(&content);
    if (files_read(text_get(&c->player), PAGE_MOST, &page, &d)) {
        text_addf(&html,
                  "<iframe sandbox=\"allow-scripts\" width=\"100%%\" height=\"%d\" "
                  "style=\"border:0\" srcdoc=\"",
                  HEIGHT);
        html_text(&html, page.data, page.count);
        text_add(&html, "\"></iframe>");
        text_add(&content, "{\"metadata\":{},\"data\":{\"text/plain\":\"a player\",\"text/html\":");
        rec_json_text(&content, text_get(&html), text_length(&html));
        text_add(&content, "}}");
        publish(c, "display_data", &content);
    }
    buf_release(&page);
    text_release(&html);
    text_release(&content);
    text_clear(&c->player);
}

// ---- Errors -------------------------------------------------------------------------------------

static void add_line(struct text *out, const char *s, size_t n)
{
    text_add(out, text_length(out) > 0 ? "," : "");
    rec_json_text(out, s, n);
}

static void show_error(struct executed_cell *c, const struct rec *r)
{
    struct text words, lines, place;
    long long line = (long long)rec_get_whole(r, KEY_line);
    text_init(&words);
    text_init(&lines);
    text_init(&place);
    add_words(c, &words, r);
    if (line > 1) {
        text_addf(&place, "line %lld", line);
        add_line(&lines, text_get(&place), text_length(&place));
    }
    for (const char *s = text_get(&words); *s != '\0';) {
        size_t n = strcspn(s, "\n");
        add_line(&lines, s, n);
        s += n + (s[n] == '\n');
    }
    text_clear(&c->error);
    text_add(&c->error, "\"ename\":\"error\",\"evalue\":");
    const char *message = rec_get_text(r, KEY_message);
    rec_json_text(&c->error, message, strlen(message));
    text_addf(&c->error, ",\"traceback\":[%s]", text_get(&lines));
    text_clear(&words);
    text_addf(&words, "{%s}", text_get(&c->error));
    publish(c, "error", &words);
    text_release(&words);
    text_release(&lines);
    text_release(&place);
}

// ---- Records ------------------------------------------------------------------------------------

// A player is about to be written.
static void note_need(struct executed_cell *c, const struct rec *need)
{
    bool player = strcmp(rec_get_text(need, KEY_what), "picture") == 0 &&
                  strcmp(rec_get_text(need, KEY_format), "html") == 0;
    char *path = player ? host_path(&c->k->host, rec_get_text(need, KEY_path)) : NULL;
    text_clear(&c->player);
    text_add(&c->player, path == NULL ? "" : path);
    free(path);
}

static void see(void *seer, const struct rec *r)
{
    struct executed_cell *c = seer;
    if (rec_is(r, KIND_need)) {
        note_need(c, r);
        return;
    }
    if (rec_is(r, KIND_training)) {
        let_go(c);
        show_training(c, r);
        return;
    }
    let_go(c);
    end_training(c);
    if (rec_is(r, KIND_error)) {
        show_error(c, r);
    } else if (rec_is(r, KIND_notice)) {
        show_lines(c, "stderr", r);
    } else if (rec_is(r, KIND_value)) {
        hold(c, r);
    } else if (bundle_is_picture(r) || rich_best(r) == RICH_MARKDOWN ||
               rich_best(r) == RICH_LATEX || has_table(c, r)) {
        show_display(c, r);
    } else {
        show_lines(c, "stdout", r);
        if (rec_is(r, KIND_written) && text_length(&c->player) > 0) {
            show_player(c);
        }
    }
}

// ---- Guesses ------------------------------------------------------------------------------------

// Waits for what a front end sends as input. False: interrupted, or told to end.
static bool await_input(struct executed_cell *c, struct text *given)
{
    enum { LOOK = 20 };  // milliseconds, after which a signal is looked for
    struct kernel_state *k = c->k;
    enum network_end end = NETWORK_NOTHING;
    while (end == NETWORK_NOTHING && !stop_is_asked(&k->stop)) {
        struct parcel parcel;
        struct wire_message m;
        int64_t came;
        parcel_init(&parcel);
        end = network_take(k->network, SOCKET_STDIN, LOOK, &parcel, &came);
        if (end == NETWORK_TAKEN) {
            bool ours = wire_open(&k->wire, &parcel, &m) &&
                        strcmp(text_get(&m.type), "input_reply") == 0 &&
                        json_add_text(given, json_member(m.content, "value"));
            end = ours ? NETWORK_TAKEN : NETWORK_NOTHING;
            message_release(&m);
        }
    }
    return end == NETWORK_TAKEN;
}

// What came on stdin before something was asked for answers nothing.
static void drop_input(struct kernel_state *k)
{
    struct parcel parcel;
    int64_t came;
    parcel_init(&parcel);
    while (network_take(k->network, SOCKET_STDIN, 0, &parcel, &came) == NETWORK_TAKEN) {
        parcel_release(&parcel);
        parcel_init(&parcel);
    }
}

static enum session_state run(struct executed_cell *c, const char *text, size_t n)
{
    struct source source = {.name = "<cell>", .text = text, .length = n, .line = 1};
    return host_run(&c->k->host, &source);
}

// Steps that wait for a guess have it typed into a field, where the front end has one.
static enum session_state ask_guesses(struct executed_cell *c, enum session_state state)
{
    struct kernel_state *k = c->k;
    while (state == SESSION_DONE && tutor_waits(k->host.tutor) == TUTOR_WAITS_GUESS) {
        struct text given;
        text_init(&given);
        drop_input(k);
        kernel_reply(k, c->request, SOCKET_STDIN, "input_request",
                     "{\"prompt\":\"your guess: \",\"password\":false}");
        bool answered = await_input(c, &given);
        if (answered) {
            state = run(c, text_get(&given), text_length(&given));
        } else {
            text_clear(&c->error);
            text_add(&c->error,
                     "\"ename\":\"error\",\"evalue\":\"interrupted\","
                     "\"traceback\":[\"interrupted: the step still waits for a guess\"]");
            struct text content;
            text_init(&content);
            text_addf(&content, "{%s}", text_get(&c->error));
            publish(c, "error", &content);
            text_release(&content);
            state = SESSION_FAILED;
        }
        text_release(&given);
    }
    return state;
}

// ---- The request --------------------------------------------------------------------------------

static void reply_aborted(struct kernel_state *k, const struct wire_message *request)
{
    kernel_reply(k, request, SOCKET_SHELL, "execute_reply",
                 "{\"status\":\"aborted\",\"ename\":\"error\",\"evalue\":\"an error before it\","
                 "\"traceback\":[]}");
}

// A cell failed that had no memory to say why.
static const char unknown[] =
    "\"ename\":\"error\",\"evalue\":\"out of memory\",\"traceback\":[\"out of memory\"]";

static void reply_executed(struct executed_cell *c, enum session_state state)
{
    struct text content;
    text_init(&content);
    text_addf(&content, "{\"execution_count\":%lld,", (long long)c->k->count);
    if (state == SESSION_FAILED) {
        const char *known = text_get(&c->error);
        text_addf(&content, "\"status\":\"error\",%s}", *known != '\0' ? known : unknown);
    } else {
        text_addf(&content, "\"status\":\"ok\",\"user_expressions\":{},\"payload\":[%s]}",
                  state == SESSION_QUIT ? "{\"source\":\"ask_exit\",\"keepkernel\":false}" : "");
    }
    kernel_reply(c->k, c->request, SOCKET_SHELL, "execute_reply", text_get(&content));
    text_release(&content);
}

static void publish_input(struct executed_cell *c, struct text *code)
{
    struct text content;
    text_init(&content);
    text_add(&content, "{\"code\":");
    rec_json_text(&content, text_get(code), text_length(code));
    text_addf(&content, ",\"execution_count\":%lld}", (long long)c->k->count);
    publish(c, "execute_input", &content);
    text_release(&content);
}

static enum session_state run_cell(struct executed_cell *c, struct text *code)
{
    struct kernel_state *k = c->k;
    bool asks = json_is_true(json_member(c->request->content, "allow_stdin"));
    k->host.see = see;
    k->host.seer = c;
    enum session_state state = run(c, text_get(code), text_length(code));
    if (asks) {
        state = ask_guesses(c, state);
    }
    publish_result(c);
    return state;
}

static bool is_false(struct json value)
{
    return json_kind(value) == JSON_FLAG && !json_is_true(value);
}

void execute_answer(struct kernel_state *k, const struct wire_message *request, int64_t came)
{
    struct executed_cell c = {.k = k,
                              .request = request,
                              .silent = json_is_true(json_member(request->content, "silent"))};
    struct text code;
    if (came <= k->abort_until) {
        reply_aborted(k, request);
        return;
    }
    text_init(&code);
    text_init(&c.player);
    text_init(&c.error);
    records_init(&c.held);
    json_add_text(&code, json_member(request->content, "code"));
    if (!c.silent && !is_false(json_member(request->content, "store_history"))) {
        k->count++;
        history_add(&k->history, text_get(&code), text_length(&code));
    }
    publish_input(&c, &code);
    if (atomic_load(&k->ending) == 0) {
        stop_renew(&k->stop);
    }
    enum session_state state = code.bytes.failed ? SESSION_FAILED : run_cell(&c, &code);
    reply_executed(&c, state);
    if (state == SESSION_FAILED && !is_false(json_member(request->content, "stop_on_error"))) {
        k->abort_until = network_now() + KERNEL_ABORTS;
    }
    records_release(&c.held);
    text_release(&code);
    text_release(&c.player);
    text_release(&c.error);
}

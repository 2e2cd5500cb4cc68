#include "picture/live.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command/present.h"
#include "dot/dot.h"
#include "process/helper.h"
#include "process/process.h"
#include "process/system.h"
#include "store/files.h"
#include "store/folders.h"
#include "words/words.h"

#define LIVE "backstep-live"

enum {
    MESSAGE_MOST = 4 << 20,  // bytes of a scene or a state; larger ones are not sent
    LOG_MOST = 256 << 10,    // bytes of the log that wait
    TYPED_MOST = 2000,       // bytes of an entry that the log shows
    WORDS_MOST = 16000,      // bytes of its answer
    START = 5000,            // milliseconds that the program is given to say its address
    PAUSE = 50,              // milliseconds between two looks at `stop`
    LOSSES_EACH = 100,       // milliseconds from one look at a training's losses to the next
    PLANE_EACH = 500,        // and from one at what the model makes of the plane
    FAREWELL = 500,          // milliseconds that it is given to end
    PIPE_SIZE = 1 << 20,     // bytes that a pipe holds, where the machine allows it
    MEMORY = 1 << 30,        // bytes of address space that the program may take
};

static const struct span nowhere = {0, 0};

void live_init(struct live *l)
{
    *l = (struct live){.pipe = -1};
    struct text *texts[] = {&l->address, &l->going, &l->log, &l->drawing, &l->state,
                            &l->losses,  &l->plane, &l->key, &l->typed,   &l->words};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        text_init(texts[i]);
    }
}

// ---- Starting and ending ------------------------------------------------------------------------

static void remove_door(struct live *l)
{
    if (l->door != NULL) {
        unlink(l->door);
        free(l->door);
        l->door = NULL;
    }
}

// The program ends when its pipe is closed. It is not waited for longer than a moment.
static void end_program(struct live *l)
{
    if (l->pid == 0) {
        return;
    }
    close(l->pipe);
    l->pipe = -1;
    remove_door(l);
    for (int waited = 0; !process_ended(l->pid, NULL); waited++) {
        if (waited == FAREWELL) {
            process_kill(l->pid);
        }
        poll(NULL, 0, 1);
    }
    l->pid = 0;
    l->sent = 0;
    struct text *texts[] = {&l->address, &l->going,  &l->log,   &l->drawing,
                            &l->state,   &l->losses, &l->plane, &l->key};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        text_clear(texts[i]);
    }
}

void live_release(struct live *l)
{
    end_program(l);
    struct text *texts[] = {&l->address, &l->going, &l->log, &l->drawing, &l->state,
                            &l->losses,  &l->plane, &l->key, &l->typed,   &l->words};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        text_release(texts[i]);
    }
}

// Our ends become l->pipe and *answer.
static int connect_and_spawn(struct live *l, int port, int *answer)
{
    char path[PATH_MAX], render[PATH_MAX], seconds[16], number[16];
    if (!helper_find(path, LIVE, "BACKSTEP_LIVE") ||
        !helper_find(render, "backstep-render", "BACKSTEP_RENDER")) {
        return ENAMETOOLONG;
    }
    snprintf(number, sizeof number, "%d", port);
    snprintf(seconds, sizeof seconds, "%d", helper_seconds());
    const char *argv[] = {LIVE, number, render, seconds, NULL};
    int feed[2], said[2];
    int error = system_pipe(feed);
    if (error != 0) {
        return error;
    }
    error = system_pipe(said);
    if (error == 0) {
        const struct process_start start = {.program = path,
                                            .argv = argv,
                                            .input = feed[0],
                                            .output = said[1],
                                            .errors = -1,
                                            .session = true};
        error = process_start(&start, &l->pid);
        if (error == 0) {
            system_limit_memory(l->pid, MEMORY);
        }
        close(said[1]);
        *answer = said[0];
    }
    close(feed[0]);
    l->pipe = feed[1];
    fcntl(l->pipe, F_SETFL, O_NONBLOCK);
    system_pipe_size(l->pipe, PIPE_SIZE);
    return error;
}

static long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000L + t.tv_nsec / 1000000;
}

// What the program says at its start: one line, its address or what is the matter.
static void read_line(int from, struct stop *stop, struct text *line)
{
    enum { LINE_MOST = 400 };
    struct pollfd end = {.fd = from, .events = POLLIN};
    long last = now() + START;
    char c = 0;
    while (c != '\n' && text_length(line) < LINE_MOST && now() < last && !stop_is_asked(stop)) {
        if (poll(&end, 1, PAUSE) <= 0) {
            continue;
        }
        ssize_t n = read(from, &c, 1);
        if (n == 0 || (n < 0 && errno != EINTR)) {
            return;
        }
        if (n == 1 && c != '\n') {
            text_add_char(line, c);
        }
    }
}

static bool start(struct live *l, int port, struct stop *stop, struct diag *d)
{
    int answer = -1, error = connect_and_spawn(l, port, &answer);
    if (error != 0) {
        l->pid = 0;
        close(l->pipe);
        l->pipe = -1;
        close(answer);
        diag_set(d, nowhere, "the program that shows pages, " LIVE ", cannot be started: %s",
                 files_trouble(error));
        return diag_hint(d, "install backstep anew");
    }
    read_line(answer, stop, &l->address);
    close(answer);
    if (strncmp(text_get(&l->address), "http://", 7) == 0) {
        return true;
    }
    bool said = text_length(&l->address) > 0;
    diag_set(d, nowhere, "%s", said ? text_get(&l->address) : "the page could not be set up");
    diag_hint(d, "%s", port != 0 ? "write view alone to take any that is free" : "");
    end_program(l);
    return false;
}

// ---- The browser --------------------------------------------------------------------------------

// What is given to a program can be read by everybody on the machine (ps), and who has the address can
// read the session. So the browser is given a page of the learner's own, which nobody else can read and
// which leads to the address. False: it could not be written.
static bool write_door(struct live *l)
{
    char *path = folder_make(FOLDER_STATE, "view-XXXXXX.html");
    int fd = path == NULL ? -1 : mkstemps(path, 5);  // 0600
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (file == NULL) {
        free(path);
        return false;
    }
    fprintf(file,
            "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"referrer\" content=\"no-referrer\">\n"
            "<meta http-equiv=\"refresh\" content=\"0; url=%s\">\n"
            "<title>backstep</title>\n<p><a href=\"%s\">The session</a></p>\n",
            text_get(&l->address), text_get(&l->address));
    l->door = path;
    return fclose(file) == 0;
}

// The first of the browsers that $BROWSER names, if that is a program and no more, or what opens
// addresses on this desktop (and knows what else $BROWSER may say); none where there is no screen.
// It is left to itself.
static void open_browser(struct live *l)
{
    const char *told = getenv("BROWSER");
    bool screen = getenv("DISPLAY") != NULL || getenv("WAYLAND_DISPLAY") != NULL;
    size_t n = told == NULL ? 0 : strcspn(told, ": ");
    bool plain = n > 0 && told[n] != ' ';
    char *first = plain ? strndup(told, n) : NULL;
    if ((n == 0 && !screen) || !write_door(l)) {
        free(first);
        return;
    }
    const char *program = first != NULL ? first : SYSTEM_OPENER;
    const char *argv[] = {program, l->door, NULL};
    const struct process_start start = {
        .program = program, .argv = argv, .input = -1, .output = -1, .errors = -1, .session = true};
    process_start(&start, &l->browser);
    free(first);
}

// Is this the port, or any (0)?
static bool serves_at(struct live *l, int port)
{
    int serves = 0;
    sscanf(text_get(&l->address), "http://127.0.0.1:%d/", &serves);
    return port == 0 || port == serves;
}

bool live_open(struct live *l, int port, struct stop *stop, struct buf *address, struct diag *d)
{
    if (l->pid != 0 && (process_ended(l->pid, NULL) || !serves_at(l, port))) {
        end_program(l);
    }
    if (l->pid == 0) {
        if (!start(l, port, stop, d)) {
            return false;
        }
        open_browser(l);
    }
    size_t n = text_length(&l->address);
    if (!buf_add(address, text_get(&l->address), n)) {
        return diag_out_of_memory(d);
    }
    return true;
}

bool live_stop(struct live *l, struct diag *d)
{
    if (l->pid == 0) {
        diag_set(d, nowhere, "no page follows this session");
        return diag_hint(d, "view opens one");
    }
    end_program(l);
    return true;
}

// ---- What is sent -------------------------------------------------------------------------------

int live_fd(const struct live *l)
{
    bool waits = l->sent < text_length(&l->going) || text_length(&l->log) > 0 ||
                 text_length(&l->drawing) > 0 || text_length(&l->state) > 0 ||
                 text_length(&l->losses) > 0 || text_length(&l->plane) > 0;
    return l->pid != 0 && waits ? l->pipe : -1;
}

// The next message to go, once the last one has gone whole.
static bool take_next(struct live *l)
{
    struct text *waiting[] = {&l->drawing, &l->state, &l->losses, &l->plane, &l->log};
    if (l->sent < text_length(&l->going)) {
        return true;
    }
    text_clear(&l->going);
    l->sent = 0;
    for (size_t i = 0; i < COUNT_OF(waiting); i++) {
        if (text_length(waiting[i]) > 0) {
            struct text empty = l->going;
            l->going = *waiting[i];
            *waiting[i] = empty;
            return true;
        }
    }
    return false;
}

void live_push(struct live *l)
{
    while (l->pid != 0 && take_next(l)) {
        size_t left = text_length(&l->going) - l->sent;
        ssize_t n = write(l->pipe, text_get(&l->going) + l->sent, left);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno != EAGAIN) {
            end_program(l);  // it is gone; `view` starts another
        }
        if (n <= 0) {
            return;
        }
        l->sent += (size_t)n;
    }
}

static void add_message(struct text *out, const char *kind, unsigned long graph, struct text *body)
{
    size_t n = text_length(body);
    if (n <= MESSAGE_MOST && !body->bytes.failed) {
        text_addf(out, "%s %lu %zu\n", kind, graph, n);
        text_add_bytes(out, text_get(body), n);
    }
    if (out->bytes.failed) {  // half a message would garble all that follow
        text_release(out);
        text_init(out);
    }
}

// ---- The log ------------------------------------------------------------------------------------

// No more of s than `most` bytes, cut between two characters.
static size_t at_most(const char *s, size_t n, size_t most)
{
    if (n <= most) {
        return n;
    }
    for (n = most; n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80;) {
        n--;
    }
    return n;
}

void live_begin(struct live *l, const struct source *source)
{
    text_clear(&l->typed);
    text_clear(&l->words);
    l->trained = false;
    size_t n = at_most(source->text, source->length, TYPED_MOST);
    text_add_safe(&l->typed, source->text, n);
    text_add(&l->typed, n < source->length ? " …" : "");
}

// Do parameters, or what is to be seen of the plane, change by it?
static bool moves(const struct rec *record)
{
    return rec_is(record, KIND_trained) || rec_is(record, KIND_update) ||
           (rec_is(record, KIND_plot) && strcmp(rec_get_text(record, KEY_form), "boundary") == 0);
}

void live_hear(struct live *l, const struct rec *record, int digits)
{
    l->trained |= moves(record);
    if (text_length(&l->words) < WORDS_MOST && !rec_is(record, KIND_view)) {
        words_add(&l->words, record, &(struct words_form){.digits = digits});
    }
}

static void send_log(struct live *l)
{
    struct text body;
    text_init(&body);
    size_t n = at_most(text_get(&l->words), text_length(&l->words), WORDS_MOST);
    text_addf(&body, "{\"number\":%lu,\"typed\":", ++l->number);
    rec_json_text(&body, text_get(&l->typed), text_length(&l->typed));
    text_add(&body, ",\"words\":");
    rec_json_text(&body, text_get(&l->words), n);
    text_add_char(&body, '}');
    if (text_length(&l->log) > LOG_MOST) {
        text_clear(&l->log);
    }
    add_message(&l->log, "log", l->graph, &body);
    text_release(&body);
}

// ---- The scene and the state --------------------------------------------------------------------

static void add_width(struct text *key, const struct rec *map, enum rec_key field)
{
    const char *s = rec_get_text(map, field);
    text_addf(key, ",%zu", utf8_columns(s, strlen(s)));
}

// What a folded box has beside that.
static void add_folded_key(struct text *key, const struct rec *box)
{
    text_addf(key, " %s %s %d %d", rec_get_text(box, KEY_call), rec_get_text(box, KEY_formula),
              (int)rec_get_whole(box, KEY_rows), (int)rec_get_whole(box, KEY_cols));
    for (const struct rec *t = rec_first(box, KEY_number_texts); t != NULL; t = t->next) {
        text_addf(key, ",%zu", utf8_columns(t->text, strlen(t->text)));
    }
}

// All that a layout depends on: what is joined to what, the names, and how long the numbers are.
// Where only numbers of the same lengths change, nothing moves.
static void add_key(struct text *key, const struct rec *scene)
{
    static const enum rec_key widths[] = {KEY_value_text, KEY_grad_text, KEY_sum_text};
    static const enum rec_key cell_widths[] = {KEY_symbol, KEY_local_text, KEY_upstream_text,
                                               KEY_share_text};
    text_addf(key, "%s %s %s", rec_get_text(scene, KEY_root), rec_get_text(scene, KEY_direction),
              rec_get_text(scene, KEY_style));
    for (const struct rec *b = rec_first(scene, KEY_boxes); b != NULL; b = b->next) {
        text_addf(key, "\n%s %s %s %s %d", rec_get_text(b, KEY_id), rec_get_text(b, KEY_name),
                  rec_get_text(b, KEY_op), rec_get_text(b, KEY_kind), rec_get_flag(b, KEY_dead));
        for (size_t i = 0; i < COUNT_OF(widths); i++) {
            add_width(key, b, widths[i]);
        }
        add_folded_key(key, b);
        for (const struct rec *c = rec_first(b, KEY_cells); c != NULL; c = c->next) {
            const struct rec *chip = rec_find(c, KEY_chip);
            text_addf(key, ";%s %s", rec_get_text(c, KEY_from),
                      chip == NULL ? "" : rec_get_text(chip, KEY_value_text));
            for (size_t i = 0; i < COUNT_OF(cell_widths); i++) {
                add_width(key, c, cell_widths[i]);
            }
        }
    }
}

// Sends the scene to be laid out, unless the last one serves.
// A record as a page shows it: JSON escapes what a page would obey again.
static void add_shown(struct text *body, const struct rec *record)
{
    struct records safe;
    records_init(&safe);
    rec_json(body, rec_safe(&safe, record));
    records_release(&safe);
}

static void send_drawing(struct live *l, const struct rec *scene)
{
    struct text key, body;
    struct diag ignored = {0};
    text_init(&key);
    text_init(&body);
    add_key(&key, scene);
    if (text_length(&key) != text_length(&l->key) ||
        memcmp(text_get(&key), text_get(&l->key), text_length(&key)) != 0) {
        struct text before = l->key;
        l->key = key;
        key = before;
        l->graph++;
        text_clear(&l->drawing);
        add_shown(&body, scene);
        add_message(&l->drawing, "scene", l->graph, &body);
        text_clear(&body);
        if (dot_text(scene, NULL, DOT_LAYOUT, &body, &ignored)) {
            add_message(&l->drawing, "dot", l->graph, &body);
        }
    }
    text_release(&key);
    text_release(&body);
}

static void send_state(struct live *l, struct records *records)
{
    struct rec *present = records->list.in.first;
    const struct rec *scene = present->next;
    struct text body;
    text_init(&body);
    if (scene != NULL) {
        send_drawing(l, scene->next);
    }
    rec_whole(records, present, KEY_graph, scene == NULL ? 0 : (int64_t)l->graph);
    add_shown(&body, present);
    if (scene != NULL && text_length(&body) > 0) {
        body.bytes.count--;  // the closing bracket
        text_add(&body, ",\"scene\":");
        add_shown(&body, scene);
        text_add_char(&body, '}');
    }
    text_clear(&l->state);
    add_message(&l->state, "state", l->graph, &body);
    text_release(&body);
}

// ---- A training ---------------------------------------------------------------------------------

// The record that `put` makes, as the only message of its kind that waits.
static void send_record(struct live *l, struct text *waiting, const char *kind,
                        const struct records *records)
{
    struct text body;
    if (records->list.in.first != NULL) {
        text_init(&body);
        add_shown(&body, records->list.in.first);
        text_clear(waiting);
        add_message(waiting, kind, l->graph, &body);
        text_release(&body);
    }
}

static void send_losses(struct live *l, struct session *session)
{
    struct records records;
    records_init(&records);
    if (present_put_losses(session, &records)) {
        send_record(l, &l->losses, "losses", &records);
    }
    records_release(&records);
    l->told = now();
}

// A model that takes long is looked at the less often.
static void send_plane(struct live *l, struct session *session)
{
    struct records records;
    long began = now();
    records_init(&records);
    if (present_put_boundary(session, &records)) {
        send_record(l, &l->plane, "plane", &records);
    }
    records_release(&records);
    l->drawn = now() + 9 * (now() - began);
}

void live_follow(struct live *l, struct session *session)
{
    if (l->pid != 0 && now() - l->told >= LOSSES_EACH) {
        send_losses(l, session);
    }
    if (l->pid != 0 && now() - l->drawn >= PLANE_EACH) {
        send_plane(l, session);
    }
    live_push(l);
}

void live_end(struct live *l, struct session *session)
{
    if (l->browser != 0 && process_ended(l->browser, NULL)) {
        l->browser = 0;
    }
    if (l->pid == 0) {
        return;
    }
    struct records records;
    records_init(&records);
    // An empty line is told where it took a step.
    if (text_length(&l->typed) > 0 || text_length(&l->words) > 0) {
        send_log(l);
    }
    if (present_put(session, &records)) {
        send_state(l, &records);
    }
    records_release(&records);
    if (l->trained || l->told == 0) {
        send_losses(l, session);
        send_plane(l, session);
    }
    live_push(l);
}

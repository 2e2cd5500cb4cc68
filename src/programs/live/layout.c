#include "live/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/record.h"
#include "process/process.h"
#include "process/system.h"

enum { WORDS_MOST = 4096 };

static long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000L + t.tv_nsec / 1000000;
}

void layout_init(struct layout *l, const char *program, int seconds)
{
    *l = (struct layout){.program = program, .seconds = seconds, .words = -1, .picture = -1};
    text_init(&l->said);
    text_init(&l->scene);
    text_init(&l->running_scene);
    text_init(&l->dot);
}

static void end_program(struct layout *l, int *status)
{
    process_wait(l->pid, status);
    close(l->words);
    l->words = -1;
    l->pid = 0;
}

void layout_release(struct layout *l)
{
    if (l->pid != 0) {
        int status;
        process_kill(l->pid);
        end_program(l, &status);
        close(l->picture);
    }
    text_release(&l->said);
    text_release(&l->scene);
    text_release(&l->running_scene);
    text_release(&l->dot);
}

void layout_take_scene(struct layout *l, unsigned long graph, const char *json, size_t n)
{
    l->graph = graph;
    text_clear(&l->scene);
    text_add_bytes(&l->scene, json, n);
}

void layout_want(struct layout *l, unsigned long graph, const char *dot, size_t n)
{
    text_clear(&l->dot);
    if (graph == l->graph) {
        text_add_bytes(&l->dot, dot, n);
    }
}

// ---- The program --------------------------------------------------------------------------------

// The text as a file in memory, to be read from its start. -1 if there is none to be had.
static int file_of(struct text *text)
{
    int fd = system_scratch("graph");
    size_t n = text_length(text);
    if (fd >= 0 && (write(fd, text_get(text), n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool spawn(struct layout *l, int dot, int words)
{
    const char *argv[] = {"backstep-render", "svg", NULL};
    const struct process_start start = {
        .program = l->program, .argv = argv, .input = dot, .output = l->picture, .errors = words};
    return process_start(&start, &l->pid) == 0;
}

static bool start(struct layout *l)
{
    int ends[2] = {-1, -1}, dot = file_of(&l->dot);
    l->picture = system_scratch("picture");
    bool ok = dot >= 0 && l->picture >= 0 && system_pipe(ends) == 0 && spawn(l, dot, ends[1]);
    close(dot);
    close(ends[1]);
    l->words = ends[0];
    if (ok) {
        fcntl(l->words, F_SETFL, O_NONBLOCK);
    } else {
        close(l->words);
        close(l->picture);
        l->words = -1;
    }
    return ok;
}

static void begin(struct layout *l)
{
    struct text before = l->running_scene;
    l->running_scene = l->scene;
    l->scene = before;
    text_clear(&l->scene);
    text_clear(&l->said);
    l->running_graph = l->graph;
    l->late = false;
    l->begun = now();
    l->deadline = l->begun + 1000L * l->seconds;
    if (!start(l)) {
        l->pid = -1;  // told by layout_advance
    }
    text_clear(&l->dot);
}

int layout_fd(const struct layout *l)
{
    return l->words;
}

int layout_patience(const struct layout *l)
{
    long left = l->deadline - now();
    return l->pid <= 0 || l->late ? -1 : left < 0 ? 0 : (int)left;
}

// Has it worked for as long as it may? A machine that is busy with other work takes longer for that: it
// is asked again when the rest of the time could have passed, up to SLOW times as long.
static bool is_late(struct layout *l)
{
    enum { SLOW = 6 };
    long most = 1000L * l->seconds, waited = now() - l->begun;
    if (now() < l->deadline) {
        return false;
    }
    int64_t worked = system_worked(l->pid);
    if (worked < 0 || worked >= most || waited >= SLOW * most) {
        return true;
    }
    long left = most - (long)worked;
    l->deadline = now() + (left < 50 ? 50 : left);
    return false;
}

// ---- What came of it ----------------------------------------------------------------------------

// Takes what the program says. True when it has ended.
static bool hear(struct layout *l)
{
    char chunk[WORDS_MOST];
    ssize_t n = read(l->words, chunk, sizeof chunk);
    if (n > 0 && text_length(&l->said) < WORDS_MOST) {
        text_add_bytes(&l->said, chunk, (size_t)n);
    }
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static void add_picture(struct layout *l, struct text *json)
{
    struct stat st;
    size_t n = fstat(l->picture, &st) == 0 ? (size_t)st.st_size : 0;
    const char *svg = n == 0 ? MAP_FAILED : mmap(NULL, n, PROT_READ, MAP_PRIVATE, l->picture, 0);
    const char *element = svg == MAP_FAILED ? NULL : memmem(svg, n, "<svg", 4);
    if (element != NULL) {
        text_add(json, "\"svg\":");
        rec_json_text(json, element, n - (size_t)(element - svg));
    } else {
        text_add(json, "\"trouble\":\"the layout drew nothing\"");
    }
    if (svg != MAP_FAILED) {
        munmap((void *)svg, n);
    }
}

static void add_trouble(struct layout *l, int status, struct text *json)
{
    struct text words;
    text_init(&words);
    if (l->late) {
        text_addf(&words, "the layout took more than %d s", l->seconds);
    } else if (l->pid < 0) {
        text_add(&words, "the program that draws pictures cannot be started");
    } else if (!WIFEXITED(status)) {
        text_add(&words,
                 "the layout gave up: this graph is too large, or there is not enough memory");
    } else {
        text_add(&words, "the layout failed");
    }
    text_add(json, "\"trouble\":");
    rec_json_text(json, text_get(&words), text_length(&words));
    text_release(&words);
}

static void tell(struct layout *l, int status, struct text *json)
{
    text_addf(json, "{\"graph\":%lu,\"scene\":", l->running_graph);
    text_add_bytes(json, text_get(&l->running_scene), text_length(&l->running_scene));
    text_add_char(json, ',');
    if (l->pid == 0 && !l->late && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        add_picture(l, json);
    } else {
        add_trouble(l, status, json);
    }
    text_add_char(json, '}');
}

bool layout_advance(struct layout *l, struct text *json)
{
    if (l->pid == 0 && text_length(&l->dot) > 0) {
        begin(l);
    }
    if (l->pid == -1) {
        tell(l, 0, json);
        l->pid = 0;
        return true;
    }
    if (l->pid > 0 && !l->late && is_late(l)) {
        l->late = true;
        process_kill(l->pid);
    }
    if (l->pid == 0 || !hear(l)) {
        return false;
    }
    int status = 0;
    end_program(l, &status);
    tell(l, status, json);
    close(l->picture);
    return true;
}

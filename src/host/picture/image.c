#include "picture/image.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "dot/dot.h"
#include "dot/dot_effort.h"
#include "process/child.h"
#include "process/helper.h"
#include "store/files.h"

// Of PNG: sharp on a slide, and never so large that drawing it takes more than a second or two.
#define DPI "144"
#define PIXELS "6000"

static const struct span nowhere = {0, 0};

// ---- The program --------------------------------------------------------------------------------

#define RENDER "backstep-render"

// ---- What came of it ----------------------------------------------------------------------------

// Exit statuses of ours (src/programs/render/main.c), with which comes a sentence for the learner.
enum { SPOKEN_FIRST = 2, SPOKEN_LAST = 6 };

static bool explain(struct child_result *r, int seconds, struct diag *d)
{
    const char *hint = "draw a part of the graph, or write a .dot file and lay it out yourself";
    int code = WIFEXITED(r->status) ? WEXITSTATUS(r->status) : -1;
    const char *last = child_last_words(r);
    char words[QUOTED];
    if (r->end == CHILD_NO_MEMORY) {
        return diag_out_of_memory(d);
    }
    if (r->end == CHILD_MISSING) {
        diag_set(d, nowhere, "the program that draws pictures, " RENDER ", cannot be started: %s",
                 files_trouble(r->error));
        hint = "install backstep again, or write a .dot file";
    } else if (r->end == CHILD_STOPPED) {
        diag_set(d, nowhere, "drawing was stopped");
        hint = "nothing was written";
    } else if (r->end == CHILD_TOO_LATE) {
        diag_set(d, nowhere, "the layout took more than %d s", seconds);
    } else if (r->end == CHILD_TOO_MUCH) {
        diag_set(d, nowhere, "the picture would be larger than %d MB", CHILD_BYTES_MOST >> 20);
    } else if (code >= SPOKEN_FIRST && code <= SPOKEN_LAST) {
        diag_set(d, nowhere, "%s", last);
        hint = "install all of Graphviz, or write a .dot file";
    } else if (code < 0) {
        diag_set(d, nowhere,
                 "the layout gave up: this graph is too large, or there is not enough memory");
    } else {
        diag_set(d, nowhere, "the layout failed%s%s", last[0] == '\0' ? "" : ": ",
                 diag_quote(words, last, strlen(last)));
    }
    return diag_hint(d, "%s", hint);
}

bool image_render(const char *dot, size_t n, const char *format, struct stop *stop,
                  struct buf *bytes, struct diag *d)
{
    char path[PATH_MAX];
    if (strcmp(format, "plain") != 0 && !helper_has_room(d)) {
        return false;
    }
    bool bitmap = strcmp(format, "png") == 0;
    const char *argv[] = {RENDER, format, bitmap ? DPI : NULL, PIXELS, NULL};
    const struct child child = {.program = path,
                                .argv = argv,
                                .bytes = dot,
                                .n = n,
                                .seconds = helper_seconds(),
                                .stop = stop};
    struct child_result result = {.end = CHILD_MISSING, .error = ENAMETOOLONG};
    size_t before = bytes->count;
    if (helper_find(path, RENDER, "BACKSTEP_RENDER")) {
        child_run(&child, bytes, &result);
    }
    bool ok = child_did_well(&result, bytes, before);
    if (!ok) {
        bytes->count = before;
        explain(&result, child.seconds, d);
    }
    text_release(&result.said);
    return ok;
}

bool image_draw(const struct rec *scene, const char *format, struct stop *stop, struct buf *bytes,
                struct diag *d)
{
    struct text dot;
    text_init(&dot);
    struct effort effort = dot_effort(scene);
    bool ok = effort_is_bearable(&effort, d) && dot_text(scene, NULL, DOT_LAYOUT, &dot, d) &&
              image_render(text_get(&dot), text_length(&dot), format, stop, bytes, d);
    text_release(&dot);
    return ok;
}

const char *picture_format(const struct rec *need)
{
    return rec_get_flag(need, KEY_outlines) ? "svg:cairo" : rec_get_text(need, KEY_format);
}

bool picture_write(const struct rec *scene, const char *path, const char *format, struct stop *stop,
                   struct diag *d)
{
    struct text dot;
    struct buf bytes;
    text_init(&dot);
    buf_init(&bytes, 1);
    bool as_text = strcmp(format, "dot") == 0;
    bool ok = as_text ? dot_text(scene, NULL, DOT_FILE, &dot, d)
                      : image_draw(scene, format, stop, &bytes, d);
    const char *what = as_text ? text_get(&dot) : bytes.data;
    ok = ok && files_write(path, what, as_text ? text_length(&dot) : bytes.count, d);
    text_release(&dot);
    buf_release(&bytes);
    return ok;
}

// ---- The best of several ------------------------------------------------------------------------

static const struct rec *nth(const struct rec *list, int64_t n)
{
    const struct rec *item = list->in.first;
    while (item != NULL && n-- > 0) {
        item = item->next;
    }
    return item;
}

// A trial as DOT for backstep-render, with its number, or (-1) for a file.
static bool trial_text(const struct rec *need, const struct rec *trial, int64_t number,
                       struct text *out, struct diag *d)
{
    const struct rec *area = rec_find(need, KEY_area);
    const struct rec *scene = nth(rec_find(need, KEY_scenes), rec_get_whole(trial, KEY_at));
    char words[160];
    snprintf(words, sizeof words, "%d %.9g %.9g %.9g %.9g %.9g %.9g", (int)number,
             rec_get_number(trial, KEY_worth), rec_get_number(trial, KEY_bound),
             rec_get_number(area, KEY_width), rec_get_number(area, KEY_height),
             rec_get_number(area, KEY_goal), rec_get_number(area, KEY_floor));
    const struct dot_form form = {.style = rec_get_text(trial, KEY_style),
                                  .down = strcmp(rec_get_text(trial, KEY_direction), "TB") == 0,
                                  .lines = (int)rec_get_whole(trial, KEY_lines),
                                  .trial = number < 0 ? NULL : words,
                                  .dpi = (int)rec_get_whole(need, KEY_dpi)};
    return dot_text(scene, &form, number < 0 ? DOT_FILE : DOT_LAYOUT, out, d);
}

// The first line, which says what was chosen, goes from the picture's bytes to `chosen`.
static bool take_choice(struct buf *bytes, struct buf *chosen, struct diag *d)
{
    char *start = bytes->data, *end = bytes->count == 0 ? NULL : memchr(start, '\n', bytes->count);
    size_t n = end == NULL ? 0 : (size_t)(end - start);
    if (n == 0 || !buf_add(chosen, start, n)) {
        return n == 0 ? diag_set(d, nowhere, "the layout failed") : diag_out_of_memory(d);
    }
    memmove(start, end + 1, bytes->count - n - 1);
    bytes->count -= n + 1;
    return true;
}

// All trials as DOT. Scenes that ask much of the layout are passed over, unless all do.
static bool trials_text(const struct rec *need, struct text *out, struct diag *d)
{
    const struct rec *trials = rec_find(need, KEY_trials), *scenes = rec_find(need, KEY_scenes);
    struct diag hard = {0};
    bool ok = true;
    for (int large = 0; ok && large < 2 && text_length(out) == 0; large++) {
        int64_t number = 0;
        for (const struct rec *t = trials->in.first; ok && t != NULL; t = t->next, number++) {
            struct effort effort = dot_effort(nth(scenes, rec_get_whole(t, KEY_at)));
            if (effort_is_large(&effort) == (large == 1) && effort_is_bearable(&effort, &hard)) {
                ok = trial_text(need, t, number, out, d);
            }
        }
    }
    if (ok && text_length(out) == 0) {
        *d = hard;
    }
    return ok && text_length(out) > 0;
}

bool picture_choose(const struct rec *need, struct stop *stop, struct buf *chosen, struct diag *d)
{
    struct text dot;
    struct buf bytes;
    text_init(&dot);
    buf_init(&bytes, 1);
    bool ok = trials_text(need, &dot, d) &&
              image_render(text_get(&dot), text_length(&dot), "none", stop, &bytes, d) &&
              take_choice(&bytes, chosen, d);
    text_release(&dot);
    buf_release(&bytes);
    return ok;
}

bool picture_write_best(const struct rec *need, const char *path, struct stop *stop,
                        struct buf *chosen, struct diag *d)
{
    const char *format = picture_format(need);
    bool as_text = strcmp(format, "dot") == 0;
    struct text dot;
    struct buf bytes;
    text_init(&dot);
    buf_init(&bytes, 1);
    bool ok = trials_text(need, &dot, d) &&
              image_render(text_get(&dot), text_length(&dot), as_text ? "none" : format, stop,
                           &bytes, d) &&
              take_choice(&bytes, chosen, d);
    if (ok && as_text) {
        double number = 0;
        number_read(chosen->data, chosen->count, &number);
        const struct rec *trial = nth(rec_find(need, KEY_trials), (int64_t)number);
        text_clear(&dot);
        ok = trial == NULL ? diag_set(d, nowhere, "the layout failed")
                           : trial_text(need, trial, -1, &dot, d);
    }
    const char *what = as_text ? text_get(&dot) : bytes.data;
    ok = ok && files_write(path, what, as_text ? text_length(&dot) : bytes.count, d);
    text_release(&dot);
    buf_release(&bytes);
    return ok;
}

bool picture_layout(const struct rec *questions, struct stop *stop, struct buf *bytes,
                    struct diag *d)
{
    struct text all;
    text_init(&all);
    for (const struct rec *q = questions->in.first; q != NULL; q = q->next) {
        text_add(&all, q->text);
    }
    bool ok = image_render(text_get(&all), text_length(&all), "plain", stop, bytes, d);
    text_release(&all);
    return ok;
}

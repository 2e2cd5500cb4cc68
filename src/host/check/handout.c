#include "check/handout.h"

#include <stdio.h>
#include <string.h>

#include "picture/image.h"
#include "picture/plot.h"
#include "play/grading.h"
#include "supply/host.h"
#include "supply/sandbox.h"

enum { SECONDS = 60, PAPER_DPI = 300 };

// The lesson being played.
struct maker {
    struct handout *out;
    struct host host;
    struct stop stop;
    struct sandbox box;
    size_t number;  // of the question that comes next
    bool asking;    // what comes is the question again, with its own numbers
};

static bool is_shown(const struct rec *r)
{
    static const enum rec_kind hidden[] = {KIND_attempt,     KIND_place,        KIND_lesson_begin,
                                           KIND_lesson_foot, KIND_lesson_pause, KIND_lesson_end,
                                           KIND_need,        KIND_training,     KIND_lesson_left};
    for (size_t i = 0; i < COUNT_OF(hidden); i++) {
        if (rec_is(r, hidden[i])) {
            return false;
        }
    }
    return true;
}

static struct handout_item *add(struct maker *m, const struct rec *record)
{
    struct handout *h = m->out;
    rec_copy(&h->records, &h->records.list, record);
    struct handout_item *item = buf_push(&h->items, 1);
    if (item != NULL) {
        *item = (struct handout_item){.record = h->records.list.in.last, .solve = ""};
    }
    return item;
}

static void note_trouble(struct maker *m, const struct rec *record)
{
    struct text *trouble = &m->out->trouble;
    if (rec_get_flag(record, KEY_fault) && text_length(trouble) == 0) {
        text_addf(trouble, "line %lld: %s", (long long)rec_get_whole(record, KEY_line),
                  rec_get_text(record, KEY_message));
    }
}

// A question comes twice: with numbers of its turn, and with those that are asked for. Only the
// second counts.
static void see(void *seer, const struct rec *record)
{
    struct maker *m = seer;
    note_trouble(m, record);
    if (is_shown(record) && (!rec_is(record, KIND_question) || m->asking)) {
        add(m, record);
    }
}

static bool give(void *seer, const struct rec *need)
{
    struct maker *m = seer;
    sandbox_answer(&m->box, m->host.tutor, need);
    return true;
}

static void go_on(struct maker *m)
{
    const struct source nothing = {.name = "", .text = "", .line = 1};
    host_run(&m->host, &nothing);
}

static const char *join(struct arena *arena, const struct question_list *lines)
{
    struct text all;
    text_init(&all);
    for (const struct question_line *l = lines->first; l != NULL; l = l->next) {
        text_addf(&all, "%s\n", l->left);
    }
    const char *copy = arena_copy(arena, text_get(&all), text_length(&all));
    text_release(&all);
    return copy == NULL ? "" : copy;
}

// On paper nobody is told that it is done, or compares.
static void put_how(struct maker *m, struct rec *question)
{
    static const struct {
        const char *type, *how;
    } hows[] = {{"do", "a script"}, {"recall", "in your own words"}};
    for (struct rec *f = question->in.first; f != NULL; f = f->next) {
        for (size_t i = 0; f->key == KEY_how && i < COUNT_OF(hows); i++) {
            if (strcmp(rec_get_text(question, KEY_type), hows[i].type) == 0) {
                f->text = arena_copy(&m->out->arena, hows[i].how, strlen(hows[i].how));
            }
        }
    }
}

// Asks the question with the seed's numbers, and takes its answer down.
static void take_question(struct maker *m, const struct question *q)
{
    struct handout *h = m->out;
    m->asking = true;
    tutor_ask(m->host.tutor, question_seed(q->id, h->seed, 0));
    go_on(m);
    m->asking = false;
    struct handout_item *item =
        h->items.count == 0 ? NULL : &BUF(struct handout_item, &h->items)[h->items.count - 1];
    if (item == NULL || !rec_is(item->record, KIND_question)) {
        return;
    }
    put_how(m, h->records.list.in.last);
    grading_key(m->host.tutor, &h->records);
    item->id = arena_copy(&h->arena, q->id, strlen(q->id));
    item->number = ++m->number;
    item->kind = q->kind;
    item->worth = q->worth;
    item->key = h->records.list.in.last;
    item->solve = join(&h->arena, &q->solve);
}

static void play(struct maker *m)
{
    const struct question *q;
    go_on(m);
    while ((q = tutor_question(m->host.tutor)) != NULL) {
        take_question(m, q);
        grading_leave(m->host.tutor);
        go_on(m);
    }
}

bool handout_make(struct handout *h, struct lesson *lesson, const char *folder, uint64_t seed)
{
    struct maker m = {.out = h, .box = {.folder = folder}};
    const struct session_world world = {.stop = &m.stop, .seed = 1};
    struct patience patience;
    *h = (struct handout){.seed = seed};
    records_init(&h->records);
    arena_init(&h->arena);
    buf_init(&h->items, sizeof(struct handout_item));
    text_init(&h->trouble);
    h->id = arena_copy(&h->arena, lesson->id, strlen(lesson->id));
    h->title = arena_copy(&h->arena, lesson->title, strlen(lesson->title));
    struct tutor *tutor = tutor_new(&world);
    FILE *nowhere = fopen("/dev/null", "w");
    patience_init(&patience, &m.stop);
    patience_give(&patience, SECONDS);
    if (tutor == NULL) {
        lesson_free(lesson);
    } else if (nowhere != NULL && grading_begin(tutor, lesson)) {
        m.host = (struct host){.tutor = tutor,
                               .mode = SESSION_PROMPT,
                               .out = nowhere,
                               .trouble = nowhere,
                               .folder = folder,
                               .stop = &m.stop,
                               .see = see,
                               .give = give,
                               .seer = &m,
                               .unseen = true};
        play(&m);
    }
    if (nowhere != NULL) {
        fclose(nowhere);
    }
    patience_release(&patience);
    tutor_free(tutor);
    return h->title != NULL && h->id != NULL && !h->items.failed && !h->arena.failed &&
           !h->records.arena.failed;
}

void handout_release(struct handout *h)
{
    records_release(&h->records);
    arena_release(&h->arena);
    buf_release(&h->items);
    text_release(&h->trouble);
}

size_t handout_lines(enum question_kind kind)
{
    switch (kind) {
    case QUESTION_DO:
        return 8;
    case QUESTION_RECALL:
        return 5;
    case QUESTION_FILL:
        return 0;
    default:
        return 1;
    }
}

bool handout_draw(const struct rec *record, const char *format, struct buf *bytes)
{
    struct diag ignored = {0};
    struct records copy;
    records_init(&copy);
    rec_copy(&copy, &copy.list, record);
    struct rec *scene = copy.list.in.last;
    bool drawn = false;
    if (scene != NULL && rec_is(scene, KIND_plot)) {
        drawn = plot_draw_file(scene, format, NULL, bytes, &ignored);
    } else if (scene != NULL && rec_is(scene, KIND_scene)) {
        if (strcmp(format, "png") == 0) {
            rec_whole(&copy, scene, KEY_dpi, PAPER_DPI);
        }
        drawn = image_draw(scene, format, NULL, bytes, &ignored);
    }
    records_release(&copy);
    return drawn;
}

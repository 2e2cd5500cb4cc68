#include "check/handout.h"

#include <stdio.h>
#include <string.h>

#include "check/proctor.h"
#include "picture/image.h"
#include "picture/plot.h"

enum { SECONDS = 60, PAPER_DPI = 300 };

// The lesson being played.
struct maker {
    struct handout *out;
    struct proctor proctor;
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
                const char *how = phrase(m->out->language, hows[i].how);
                f->text = arena_copy(&m->out->arena, how, strlen(how));
            }
        }
    }
}

// Asks the question with the seed's numbers, and takes its answer down.
static void take_question(struct maker *m, const struct question *q)
{
    struct handout *h = m->out;
    m->asking = true;
    proctor_ask(&m->proctor, question_seed(q->id, h->seed, 0));
    m->asking = false;
    struct handout_item *item =
        h->items.count == 0 ? NULL : &BUF(struct handout_item, &h->items)[h->items.count - 1];
    if (item == NULL || !rec_is(item->record, KIND_question)) {
        return;
    }
    put_how(m, h->records.list.in.last);
    grading_key(m->proctor.host.tutor, &h->records);
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
    proctor_next(&m->proctor);
    while ((q = proctor_question(&m->proctor)) != NULL) {
        take_question(m, q);
        proctor_leave(&m->proctor);
    }
}

bool handout_make(struct handout *h, struct lesson *lesson, const char *folder, uint64_t seed)
{
    struct maker m = {.out = h};
    const struct proctor_rules rules = {.folder = folder};
    *h = (struct handout){.seed = seed};
    records_init(&h->records);
    arena_init(&h->arena);
    buf_init(&h->items, sizeof(struct handout_item));
    text_init(&h->trouble);
    diag_clear(&h->undrawn);
    h->language = lesson->language;
    h->id = arena_copy(&h->arena, lesson->id, strlen(lesson->id));
    h->title = arena_copy(&h->arena, lesson->title, strlen(lesson->title));
    bool ok = proctor_begin(&m.proctor, lesson, &rules, see, &m);
    if (ok) {
        proctor_give(&m.proctor, SECONDS);
        play(&m);
    }
    proctor_end(&m.proctor);
    return ok && h->title != NULL && h->id != NULL && !h->items.failed && !h->arena.failed &&
           !h->records.arena.failed;
}

void handout_release(struct handout *h)
{
    records_release(&h->records);
    arena_release(&h->arena);
    buf_release(&h->items);
    text_release(&h->trouble);
}

const char *handout_answers(const struct handout *h)
{
    return phrase(h->language, "Answers");
}

void handout_foot(const struct handout *h, struct text *out)
{
    text_addf(out,
              phrase(h->language,
                     "In a file write each answer below a heading with the id of its task, such as "
                     "## %s.id. (Numbers of seed %llu.)"),
              h->id, (unsigned long long)h->seed);
}

void handout_points(const struct handout *h, const struct handout_item *item, struct text *out)
{
    if (item->kind != QUESTION_GUESS) {
        text_addf(out,
                  item->worth == 1 ? phrase(h->language, "%d point")
                                   : phrase(h->language, "%d points"),
                  item->worth);
    }
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

bool handout_draw(struct handout *h, const struct rec *record, const char *format,
                  struct buf *bytes)
{
    struct diag d = {0};
    struct records copy;
    records_init(&copy);
    rec_copy(&copy, &copy.list, record);
    struct rec *scene = copy.list.in.last;
    bool drawn = false;
    if (scene != NULL && rec_is(scene, KIND_plot)) {
        drawn = plot_draw_file(scene, format, NULL, bytes, &d);
    } else if (scene != NULL && rec_is(scene, KIND_scene)) {
        if (strcmp(format, "png") == 0) {
            rec_whole(&copy, scene, KEY_dpi, PAPER_DPI);
        }
        drawn = image_draw(scene, format, NULL, bytes, &d);
    }
    records_release(&copy);
    if (d.set && !h->undrawn.set) {
        h->undrawn = d;
    }
    return drawn;
}

// A review: the questions that are due, one after another, each in its lesson's graph as it was
// there. The lesson is played up to the question unseen; see play.h. Each question has a play of
// its own, and the review goes from one to the next.
#include <string.h>

#include "play/play.h"

struct due {
    const char *path, *question;
    uint32_t seen;
};

struct review {
    struct buf self;  // the memory this lies in
    struct arena arena;
    struct buf due;  // struct due
    size_t at;       // the one that is asked
    uint64_t salt;
    int64_t right, skipped;
};

static const struct due *present(const struct review *r)
{
    return r->at < r->due.count ? &BUF(struct due, &r->due)[r->at] : NULL;
}

struct review *review_new(const struct course *course)
{
    struct buf one;  // an array of one, as only mem.c allocates
    buf_init(&one, sizeof(struct review));
    struct review *r = buf_push(&one, 1);
    if (r == NULL) {
        return NULL;
    }
    *r = (struct review){.self = one, .salt = course->salt};
    arena_init(&r->arena);
    buf_init(&r->due, sizeof(struct due));
    for (size_t i = 0; i < course->due.count; i++) {
        const struct course_due *from = &BUF(struct course_due, &course->due)[i];
        const struct course_question *known = course_question(course, from->question);
        struct due *to = buf_push(&r->due, 1);
        if (to != NULL) {
            to->path = arena_copy(&r->arena, from->lesson, strlen(from->lesson));
            to->question = arena_copy(&r->arena, from->question, strlen(from->question));
            to->seen = known == NULL ? 0 : known->seen;
        }
    }
    if (r->due.failed || r->arena.failed) {
        review_free(r);
        return NULL;
    }
    return r;
}

void review_free(struct review *r)
{
    if (r != NULL) {
        arena_release(&r->arena);
        buf_release(&r->due);
        struct buf self = r->self;
        buf_release(&self);
    }
}

const char *review_path(const struct review *r)
{
    const struct due *due = present(r);
    return due == NULL ? NULL : due->path;
}

// Where the question stands in the lesson; past the last item if it is gone from there.
static size_t find_item(const struct lesson *l, const char *id, size_t *number)
{
    const struct lesson_item *item;
    size_t i = 0;
    for (*number = 0; (item = lesson_item(l, i)) != NULL; i++) {
        if (item->kind == LESSON_QUESTION && strcmp(item->question->id, id) == 0) {
            break;
        }
        *number += item->kind == LESSON_QUESTION;
    }
    return i;
}

struct play *review_play(struct tutor *tutor, struct lesson *lesson, struct review *r)
{
    struct play *p = play_new(tutor, lesson, NULL, 0);
    size_t number;
    if (p == NULL) {
        return NULL;
    }
    const struct due *due = present(r);
    p->review = r;
    p->salt = r->salt;
    p->review_item = find_item(lesson, due->question, &number);
    if (lesson_item(lesson, p->review_item) == NULL) {
        p->item = p->review_item + 1;
    } else {
        p->catch_up_to = p->review_item;
        BUF(struct play_question, &p->questions)[number].seen = due->seen;
    }
    return p;
}

size_t review_number(const struct review *r)
{
    return r->at + 1;
}

size_t review_count(const struct review *r)
{
    return r->due.count;
}

void review_head(struct play *p, struct records *out)
{
    struct rec *r = play_record(p, out, KIND_review_item);
    rec_text(out, r, KEY_lesson, p->lesson->id);
    rec_text(out, r, KEY_title, p->lesson->title);
    rec_whole(out, r, KEY_number, (int64_t)review_number(p->review));
    rec_whole(out, r, KEY_of, (int64_t)review_count(p->review));
}

#define FORWARD "forward\n"

static bool ends_with(struct text *s, const char *end)
{
    size_t n = strlen(end), length = text_length(s);
    return length >= n && memcmp(text_get(s) + length - n, end, n) == 0;
}

// Steps of a walk that something came after: where they led does not show any more.
static bool is_past_step(const char *line)
{
    static const char *const words[] = {"step", "run", "back", "stop", "forward"};
    size_t n = strcspn(line, " \n");
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (n == strlen(words[i]) && strncmp(line, words[i], n) == 0) {
            return true;
        }
    }
    return false;
}

static void drop_past_steps(struct text *script)
{
    struct text kept;
    text_init(&kept);
    const char *s = text_get(script), *last = s + text_length(script);
    while (last > s) {  // the walk that the question is asked in stays
        const char *line = last - 1;
        while (line > s && line[-1] != '\n') {
            line--;
        }
        if (!is_past_step(line)) {
            break;
        }
        last = line;
    }
    for (size_t n; *s != '\0'; s += n) {
        n = strcspn(s, "\n") + (s[strcspn(s, "\n")] == '\n');
        if (s >= last || !is_past_step(s)) {
            text_add_bytes(&kept, s, n);
        }
    }
    text_clear(script);
    text_add_bytes(script, text_get(&kept), text_length(&kept));
    text_release(&kept);
}

// The statements that made the graph which the question is about: the lesson is not there to look
// at. The last ones, if they are many.
void review_put_graph(struct play *p, struct records *out)
{
    enum { LINES_MOST = 12 };
    struct text script;
    size_t lines = 0;
    text_init(&script);
    session_script(p->aside, &script);
    drop_past_steps(&script);
    const char *s = text_get(&script), *start = s + text_length(&script);
    start -= ends_with(&script, FORWARD) ? strlen(FORWARD) : 0;  // which followed its numbers
    const char *end = start;
    while (start > s && lines <= LINES_MOST) {
        lines += *--start == '\n';
    }
    start += lines > LINES_MOST;
    if (start < end) {
        struct rec *r = play_record(p, out, KIND_prose);
        rec_text(out, r, KEY_block, "code");
        rec_bytes(out, r, KEY_text, start, (size_t)(end - start));
    }
    text_release(&script);
}

static void put_sums(struct play *p)
{
    for (size_t i = 0; i < p->questions.count; i++) {
        const struct play_question *q = &BUF(struct play_question, &p->questions)[i];
        p->review->right += q->right;
        p->review->skipped += q->skipped && !q->right;
    }
    p->questions.count = 0;  // they are counted
}

enum session_state review_next(struct play *p, struct records *out)
{
    struct review *r = p->review;
    put_sums(p);
    r->at++;
    if (present(r) == NULL) {
        struct rec *end = play_record(p, out, KIND_review_end);
        rec_whole(out, end, KEY_questions, (int64_t)r->due.count);
        rec_whole(out, end, KEY_right, r->right);
        rec_whole(out, end, KEY_skipped, r->skipped);
        p->state = PLAY_OVER;
        return SESSION_MORE;
    }
    tutor_need(p->tutor, "lesson", present(r)->path, out);
        play_set_state(p, PLAY_DUE);
    return SESSION_NEED;
}

enum session_state review_go_on(struct play *p, struct records *out)
{
    struct tutor *tutor = p->tutor;
    struct lesson *lesson = tutor->lesson;
    tutor->lesson = NULL;
    struct play *next = lesson == NULL ? NULL : review_play(tutor, lesson, p->review);
    if (next == NULL) {
        struct rec *notice = records_add(out, KIND_notice);
        rec_text(out, notice, KEY_text,
                 lesson == NULL ? tutor->refusal.message : "there is no memory to go on");
        p->state = PLAY_OVER;
        return lesson == NULL ? review_next(p, out) : SESSION_MORE;
    }
    p->review = NULL;
    p->next = next;
    p->state = PLAY_OVER;
    return SESSION_MORE;
}

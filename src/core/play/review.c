// A review: questions of several lessons, one after another, each in its lesson's graph as it was
// there: what is due, or what a quiz or an exam picked. The lesson is played up to the question
// unseen; see play.h. Each question has a play of its own, and the review goes from one to the
// next.
#include <string.h>

#include "base/format.h"
#include "play/kept.h"

enum { SET = 10 };  // questions of a review; the next ones come with the next

enum outcome { OUTCOME_NONE, OUTCOME_RIGHT, OUTCOME_MISSED, OUTCOME_SKIPPED };

struct due {
    const char *path, *question;
    uint32_t seen;
    enum outcome outcome;  // of the first answer, without help
    // Of an exam, to be told at its end; NULL before.
    const char *text, *given, *key;
};

struct review {
    struct buf self;  // the memory this lies in
    struct arena arena;
    enum review_kind kind;
    int64_t until;   // an exam's end, Unix time in seconds; 0: it has none
    struct buf due;  // struct due
    size_t at;       // the one that is asked
    uint64_t salt;
    size_t more;  // that are due, besides
};

static const struct due *present(const struct review *r)
{
    return r->at < r->due.count ? &BUF(struct due, &r->due)[r->at] : NULL;
}

struct review *review_new(const struct course *course, enum review_kind kind,
                          const struct buf *questions, int64_t until)
{
    struct buf one;  // an array of one, as only mem.c allocates
    buf_init(&one, sizeof(struct review));
    struct review *r = buf_push(&one, 1);
    if (r == NULL) {
        return NULL;
    }
    size_t count = kind == REVIEW_DUE && questions->count > SET ? SET : questions->count;
    *r = (struct review){.self = one,
                         .kind = kind,
                         .until = until,
                         .salt = course->salt,
                         .more = questions->count - count};
    arena_init(&r->arena);
    buf_init(&r->due, sizeof(struct due));
    for (size_t i = 0; i < count; i++) {
        const struct course_due *from = &BUF(struct course_due, questions)[i];
        const struct course_question *known = course_question(course, from->question);
        struct due *to = buf_push(&r->due, 1);
        if (to != NULL) {
            *to = (struct due){0};
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

static void keep_text(struct text *out, const char *s)
{
    kept_put(out, s == NULL ? "" : s, s == NULL ? 0 : strlen(s));
}

void review_keep(const struct review *r, struct text *out)
{
    kept_put_number(out, r->kind);
    kept_put_number(out, (uint64_t)r->until);
    kept_put_number(out, r->salt);
    kept_put_number(out, r->at);
    kept_put_number(out, r->more);
    for (size_t i = 0; i < r->due.count; i++) {
        const struct due *due = &BUF(struct due, &r->due)[i];
        keep_text(out, due->path);
        keep_text(out, due->question);
        kept_put_number(out, due->seen);
        kept_put_number(out, due->outcome);
        keep_text(out, due->text);
        keep_text(out, due->given);
        keep_text(out, due->key);
    }
}

static const char *take_text(struct review *r, struct kept_reader *from)
{
    size_t n;
    const char *s = kept_take(from, &n);
    return arena_copy(&r->arena, s, n);
}

struct review *review_take(struct kept_reader *from)
{
    struct buf one;  // an array of one, as only mem.c allocates
    buf_init(&one, sizeof(struct review));
    struct review *r = buf_push(&one, 1);
    if (r == NULL) {
        return NULL;
    }
    uint64_t kind = kept_take_number(from);
    *r = (struct review){.self = one, .kind = REVIEW_DUE};
    r->kind = kind <= REVIEW_EXAM ? (enum review_kind)kind : REVIEW_DUE;
    arena_init(&r->arena);
    buf_init(&r->due, sizeof(struct due));
    r->until = (int64_t)kept_take_number(from);
    r->salt = kept_take_number(from);
    r->at = (size_t)kept_take_number(from);
    r->more = (size_t)kept_take_number(from);
    while (!from->bad && from->s < from->end && !r->due.failed) {
        struct due due = {.path = take_text(r, from)};
        due.question = take_text(r, from);
        due.seen = (uint32_t)kept_take_number(from);
        uint64_t outcome = kept_take_number(from);
        due.outcome = outcome <= OUTCOME_SKIPPED ? (enum outcome)outcome : OUTCOME_NONE;
        due.text = take_text(r, from);
        due.given = take_text(r, from);
        due.key = take_text(r, from);
        struct due *to = buf_push(&r->due, 1);
        if (to != NULL) {
            *to = due;
        }
    }
    if (from->bad || r->due.failed || r->arena.failed || present(r) == NULL) {
        review_free(r);
        from->bad = true;
        return NULL;
    }
    return r;
}

const char *review_path(const struct review *r)
{
    const struct due *due = present(r);
    return due == NULL ? NULL : due->path;
}

// Where the question is in the lesson; past the last item if it is gone from there.
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
    BS_ASSERT(due != NULL);  // its lesson was asked for
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
    rec_flag(out, r, KEY_deck, *p->lesson->deck != '\0');
    if (review_seconds_left(p) > 0) {
        rec_whole(out, r, KEY_seconds_left, review_seconds_left(p));
    }
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

// ---- What came of it ----------------------------------------------------------------------------

const char *review_type(const struct review *r)
{
    static const char *const types[] = {
        [REVIEW_DUE] = "review", [REVIEW_QUIZ] = "quiz", [REVIEW_EXAM] = "exam"};
    return types[r->kind];
}

bool review_is_exam(const struct review *r)
{
    return r != NULL && r->kind == REVIEW_EXAM;
}

// The first answer counts, and no help: what is right after a hint was not known.
static void note(struct play *p, enum outcome outcome)
{
    struct due *due = &BUF(struct due, &p->review->due)[p->review->at];
    if (due->outcome == OUTCOME_NONE || outcome == OUTCOME_SKIPPED) {
        due->outcome = outcome;
    }
}

void review_note(struct play *p, bool right, bool skipped)
{
    bool helped = p->hints > 0 || p->solved;
    note(p, skipped ? OUTCOME_SKIPPED : right && !helped ? OUTCOME_RIGHT : OUTCOME_MISSED);
}

void review_note_answer(struct play *p, const char *text, const char *given, const char *key)
{
    struct review *r = p->review;
    struct due *due = &BUF(struct due, &r->due)[r->at];
    due->text = arena_copy(&r->arena, text, strlen(text));
    due->given = arena_copy(&r->arena, given, strlen(given));
    due->key = arena_copy(&r->arena, key, strlen(key));
}

static int64_t count(const struct review *r, enum outcome outcome)
{
    int64_t n = 0;
    for (size_t i = 0; i < r->due.count; i++) {
        // analysis: an array that has elements has data
        n += BUF(struct due, &r->due)[i].outcome == outcome;
    }
    return n;
}

// "two-paths" of "two-paths.sum".
static void put_missed(struct records *out, struct rec *list, const struct due *due)
{
    struct rec *row = rec_map(out, list, KEY_NONE);
    rec_text(out, row, KEY_question, due->question);
    rec_bytes(out, row, KEY_lesson, due->question, strcspn(due->question, "."));
    rec_flag(out, row, KEY_right, due->outcome == OUTCOME_RIGHT);
    rec_text(out, row, KEY_text, due->text == NULL ? "" : due->text);
    rec_text(out, row, KEY_given, due->given == NULL ? "" : due->given);
    rec_text(out, row, KEY_answer, due->key == NULL ? "" : due->key);
}

// What was not answered before it was left counts for nothing.
static void put_end(struct play *p, bool late, bool left, struct records *out)
{
    const struct review *r = p->review;
    struct rec *end = play_record(p, out, KIND_review_end);
    rec_text(out, end, KEY_type, review_type(r));
    int64_t open = left ? count(r, OUTCOME_NONE) : 0;
    rec_whole(out, end, KEY_questions, (int64_t)r->due.count - open);
    rec_whole(out, end, KEY_right, count(r, OUTCOME_RIGHT));
    rec_whole(out, end, KEY_skipped, count(r, OUTCOME_SKIPPED));
    rec_flag(out, end, KEY_late, late);
    rec_whole(out, end, KEY_more, (int64_t)r->more);
    rec_flag(out, end, KEY_reads_along, p->tutor->session->terminal.rows > 0);
    format_write(p->tutor->enter, sizeof p->tutor->enter, "%s", r->more > 0 ? "review" : "");
    struct rec *missed = rec_list(out, end, KEY_missed);
    for (size_t i = 0; i < r->due.count; i++) {
        const struct due *due = &BUF(struct due, &r->due)[i];
        if (due->outcome != OUTCOME_RIGHT && !(left && due->outcome == OUTCOME_NONE)) {
            put_missed(out, missed, due);
        }
    }
    p->state = PLAY_OVER;
}

bool review_leave(struct play *p, struct records *out)
{
    const struct review *r = p->review;
    bool some = r != NULL && count(r, OUTCOME_NONE) < (int64_t)r->due.count;
    if (some) {
        put_end(p, false, true, out);
    }
    return some;
}

static bool is_late(const struct play *p)
{
    return p->review->until != 0 && p->tutor->now != 0 && p->tutor->now >= p->review->until;
}

int64_t review_seconds_left(const struct play *p)
{
    int64_t until = p->review->until, now = p->tutor->now;
    return until == 0 || now == 0 ? 0 : until > now ? until - now : 1;
}

enum session_state review_next(struct play *p, struct records *out)
{
    struct review *r = p->review;
    bool late = is_late(p);
    r->at++;
    if (late || present(r) == NULL) {
        put_end(p, late && present(r) != NULL, false, out);
        return SESSION_MORE;
    }
    play_need(p->tutor, "lesson", present(r)->path, out);
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
                 lesson == NULL ? tutor->refusal.message : "there is not enough memory to go on");
        p->state = PLAY_OVER;
        return lesson == NULL ? review_next(p, out) : SESSION_MORE;
    }
    p->review = NULL;
    p->next = next;
    p->state = PLAY_OVER;
    return SESSION_MORE;
}

#include "play/kept.h"

#include <string.h>

// ---- Texts of texts -----------------------------------------------------------------------------

void kept_put(struct text *out, const char *bytes, size_t n)
{
    text_addf(out, "%zu:", n);
    text_add_bytes(out, bytes, n);
    text_add_char(out, ' ');
}

void kept_put_number(struct text *out, uint64_t number)
{
    text_addf(out, "%llu ", (unsigned long long)number);
}

// Digits, and the sign after them.
static uint64_t take_digits(struct kept_reader *r, char after)
{
    uint64_t number = 0;
    const char *first = r->s;
    while (r->s < r->end && text_is_digit(*r->s) && r->s - first < 20) {
        number = 10 * number + (uint64_t)(*r->s++ - '0');
    }
    r->bad |= r->s == first || r->s == r->end || *r->s != after;
    r->s += !r->bad;
    return r->bad ? 0 : number;
}

uint64_t kept_take_number(struct kept_reader *r)
{
    return take_digits(r, ' ');
}

const char *kept_take(struct kept_reader *r, size_t *n)
{
    uint64_t length = take_digits(r, ':');
    r->bad |= length >= (uint64_t)(r->end - r->s) || r->s[length] != ' ';
    const char *bytes = r->bad ? "" : r->s;
    *n = r->bad ? 0 : (size_t)length;
    r->s += r->bad ? 0 : *n + 1;
    return bytes;
}

// ---- Keeping ------------------------------------------------------------------------------------

void kept_ground(struct play *p)
{
    size_t n;
    const char *log = session_log(play_graph(p), &n);
    text_clear(&p->ground);
    text_add_bytes(&p->ground, log, n);
    p->touched_before = p->touched;
}

// Did the statements that the graph had go, as after `reset`?
static bool is_gone(const struct play *p)
{
    size_t n, ground = text_length(&p->ground);
    const char *log = session_log(play_graph(p), &n);
    return n < ground || (ground > 0 && memcmp(log, p->ground.bytes.data, ground) != 0);
}

void kept_note(struct play *p)
{
    size_t n;
    session_log(play_graph(p), &n);
    p->touched |= p->aside == NULL && (n != text_length(&p->ground) || is_gone(p));
}

// Statements that the lesson's graph had before the learner typed at this pause may have been the
// learner's too; or they are gone. Then all of them are kept.
static bool is_anew(const struct play *p)
{
    return is_gone(p) || (p->aside == NULL && p->touched_before);
}

static void put_place(const struct play *p, struct text *out)
{
    const struct question *q = p->question;
    size_t n = 0;
    const char *graph = q != NULL && p->touched ? session_log(p->graph, &n) : "";
    kept_put(out, p->lesson->name, strlen(p->lesson->name));
    kept_put(out, p->lesson->id, strlen(p->lesson->id));
    kept_put(out, q == NULL ? "" : q->id, q == NULL ? 0 : strlen(q->id));
    kept_put_number(out, p->item);
    kept_put_number(out, p->reached);
    kept_put_number(out, p->seed);
    kept_put_number(out, p->pinned);
    kept_put_number(out, is_anew(p));
    kept_put_number(out, p->passed);
    kept_put_number(out, p->solved);
    kept_put_number(out, p->hints);
    kept_put_number(out, p->wrong);
    kept_put_number(out, q != NULL && p->touched);
    kept_put(out, graph, n);
    if (p->review != NULL) {
        review_keep(p->review, out);
    }
}

bool tutor_kept(const struct tutor *t, struct text *place, const char **typed, size_t *n)
{
    const struct play *p = t->play;
    *typed = "";
    *n = 0;
    if (p == NULL) {
        return true;
    }
    bool waits = p->question == NULL ? p->state == PLAY_PAUSE
                                     : p->state == PLAY_QUESTION || p->state == PLAY_RATE ||
                                           p->state == PLAY_ANSWERED;
    if (!waits || t->kept != NULL) {
        return false;
    }
    const char *log = session_log(play_graph(p), n);
    size_t from = is_anew(p) ? 0 : text_length(&p->ground);
    *typed = log + from;
    *n -= from;
    if (*n > 0 || is_anew(p) || p->touched) {
        put_place(p, place);
    }
    return true;
}

// ---- Taking up ----------------------------------------------------------------------------------

static bool read_place(struct kept *k, const char **path, size_t *n)
{
    struct kept_reader r = {.s = text_get(&k->place)};
    size_t ignored;
    r.end = r.s + text_length(&k->place);
    *path = kept_take(&r, n);
    kept_take(&r, &ignored);
    k->question = kept_take(&r, &k->question_length);
    k->item = (size_t)kept_take_number(&r);
    k->reached = (size_t)kept_take_number(&r);
    k->seed = kept_take_number(&r);
    k->pinned = kept_take_number(&r) != 0;
    k->anew = kept_take_number(&r) != 0;
    k->passed = kept_take_number(&r) != 0;
    k->solved = kept_take_number(&r) != 0;
    k->hints = (uint32_t)kept_take_number(&r);
    k->wrong = (uint32_t)kept_take_number(&r);
    k->graph_made = kept_take_number(&r) == 0;
    k->graph = kept_take(&r, &k->graph_length);
    k->review = r;
    return !r.bad;
}

static void drop(struct tutor *t)
{
    if (t->kept != NULL) {
        text_release(&t->kept->place);
        text_release(&t->kept->typed);
        struct buf self = t->kept_memory;
        buf_release(&self);
        t->kept = NULL;
    }
}

void tutor_leave_kept(struct tutor *t)
{
    drop(t);
}

bool tutor_took_up(const struct tutor *t)
{
    return t->took_up;
}

bool tutor_kept_lesson(const char *place, size_t n, struct text *id)
{
    struct kept_reader r = {.s = place, .end = place + n};
    size_t length;
    kept_take(&r, &length);
    const char *s = kept_take(&r, &length);
    text_add_bytes(id, s, length);
    return !r.bad;
}

bool tutor_take_up(struct tutor *t, const char *place, size_t n, const char *typed, size_t m,
                   struct text *begin)
{
    const char *path;
    size_t length;
    drop(t);
    buf_init(&t->kept_memory, sizeof(struct kept));
    t->kept = buf_push(&t->kept_memory, 1);
    if (t->kept == NULL) {
        return false;
    }
    *t->kept = (struct kept){.waits = true};
    t->took_up = false;
    text_init(&t->kept->place);
    text_init(&t->kept->typed);
    text_add_bytes(&t->kept->place, place, n);
    text_add_bytes(&t->kept->typed, typed, m);
    bool ok = !t->kept->place.bytes.failed && !t->kept->typed.bytes.failed &&
              read_place(t->kept, &path, &length) && memchr(path, '"', length) == NULL;
    if (ok) {
        text_addf(begin, "lesson \"%.*s\"", (int)length, path);
    } else {
        drop(t);
    }
    return ok;
}

static bool is_review(const struct kept *k)
{
    return k->review.s < k->review.end;
}

// Is the item still the question that it was?
static bool is_there(const struct lesson *l, const struct kept *k)
{
    const struct lesson_item *item = NULL;
    for (size_t i = 0; i <= k->item; i++) {
        item = lesson_item(l, i);
        if (item == NULL) {
            return k->question_length == 0 && i == k->item;
        }
    }
    return k->question_length == 0 ||
           (item != NULL && item->kind == LESSON_QUESTION &&
            strlen(item->question->id) == k->question_length &&
            memcmp(item->question->id, k->question, k->question_length) == 0);
}

static size_t number_of(const struct lesson *l, size_t item)
{
    size_t number = 1;
    for (size_t i = 0; i < item; i++) {
        number += lesson_item(l, i)->kind == LESSON_QUESTION;
    }
    return number;
}

struct play *kept_begin(struct tutor *t, struct lesson *lesson, const struct course *course)
{
    struct kept *k = t->kept;
    k->waits = false;
    struct review *review = is_review(k) ? review_take(&k->review) : NULL;
    bool there = is_there(lesson, k) && !k->review.bad;
    const struct lesson_item *item = there ? lesson_item(lesson, k->item) : NULL;
    bool asks = item != NULL && item->kind == LESSON_QUESTION;
    size_t number = k->pinned && asks ? number_of(lesson, k->item) : 0;
    struct play *p = review != NULL ? review_play(t, lesson, review)
                                    : play_new(t, lesson, course, there ? 0 : k->reached);
    if (p == NULL) {
        review_free(review);
        return NULL;
    }
    if (number > 0) {
        play_pin(p, number, k->seed);
    } else if (there && review == NULL) {
        p->catch_up_to = k->item;
    }
    p->lost = !there;
    return p;
}

// All of a text at once, unseen.
static void run_kept(struct play *p, const char *text, size_t n)
{
    struct kept *k = p->tutor->kept;
    text_clear(&p->script);
    bool begins = k->anew && text == text_get(&k->typed) && strncmp(text, "reset\n", 6) != 0;
    text_add(&p->script, begins ? "reset\n" : "");
    text_add_bytes(&p->script, text, n);
    play_do(p, DOING_KEPT, (struct entries){.text = text_get(&p->script), .line = 1});
}

// The lesson's file has become another: what was typed belongs nowhere in it.
static void tell_lost(struct play *p, struct records *out)
{
    rec_text(out, records_add(out, KIND_notice), KEY_text,
             "the lesson has changed since, so what was typed into it cannot be carried out again");
    drop(p->tutor);
}

bool kept_at_item(struct play *p, struct records *out)
{
    struct kept *k = p->tutor->kept;
    if (k == NULL) {
        return false;
    }
    p->reached = p->reached > k->reached ? p->reached : k->reached;
    if (p->lost) {
        tell_lost(p, out);
        return false;
    }
    if (!k->graph_made) {
        struct session *fresh = session_copy(p->blank);
        k->graph_made = true;
        p->touched = p->touched_before = true;
        if (fresh != NULL) {
            play_set_graph(p, &p->graph, fresh);
        }
        run_kept(p, k->graph, k->graph_length);
        return true;
    }
    if (k->question_length == 0) {
        kept_ground(p);
        p->touched = true;
        run_kept(p, text_get(&k->typed), text_length(&k->typed));
        return true;
    }
    question_begin(p, &k->seed);
    return true;
}

void kept_at_question(struct play *p)
{
    struct kept *k = p->tutor->kept;
    if (k != NULL) {
        run_kept(p, text_get(&k->typed), text_length(&k->typed));
    }
}

// It is done, if it did not fail.
static void finish(struct play *p)
{
    p->tutor->took_up = !p->lost;
    drop(p->tutor);
}

void kept_end(struct play *p, struct records *out)
{
    struct kept *k = p->tutor->kept;
    p->state = PLAY_ITEMS;
    if (p->question == NULL && k->question_length == 0) {
        finish(p);
        play_pause(p, out);
    }
    if (p->question == NULL) {
        return;
    }
    p->hints = k->hints;
    p->wrong = k->wrong;
    p->solved = k->solved;
    bool passed = k->passed;
    finish(p);
    if (passed) {
        question_pass(p, out);
    } else {
        play_set_state(p, PLAY_QUESTION);
    }
}

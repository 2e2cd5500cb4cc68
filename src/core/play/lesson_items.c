// What a lesson holds, item by item: prose, code, pauses.
#include <string.h>

#include "play/kept.h"
#include "words/words.h"

static bool follows_bullet(const struct play *p)
{
    const struct lesson_item *before = p->item == 0 ? NULL : lesson_item(p->lesson, p->item - 1);
    return before != NULL && before->kind == LESSON_BULLET;
}

static void put_prose(struct play *p, const struct lesson_item *item, struct records *out)
{
    static const char *const blocks[] = {
        [LESSON_HEADING] = "heading", [LESSON_PARAGRAPH] = "paragraph", [LESSON_BULLET] = "bullet",
        [LESSON_QUOTE] = "quote",     [LESSON_TABLE] = "table",         [LESSON_VERBATIM] = "code"};
    struct text filled;
    text_init(&filled);
    play_fill(p, out, &filled, item->kind == LESSON_TABLE ? "" : item->text, item->line);
    struct rec *r = play_record(p, out, KIND_prose);
    rec_text(out, r, KEY_block, blocks[item->kind]);
    rec_whole(out, r, KEY_line, (int64_t)item->line);
    rec_whole(out, r, KEY_level, item->level);
    rec_text(out, r, KEY_mark, item->mark == NULL ? "" : item->mark);
    rec_flag(out, r, KEY_apart, item->kind != LESSON_BULLET || !follows_bullet(p));
    rec_text(out, r, KEY_text, text_get(&filled));
    if (item->kind == LESSON_TABLE) {
        struct rec *rows = rec_list(out, r, KEY_rows);
        for (size_t i = 0; i < item->rows; i++) {
            struct rec *row = rec_list(out, rows, KEY_NONE);
            for (size_t j = 0; j < item->columns; j++) {
                text_clear(&filled);
                play_fill(p, out, &filled, item->cells[i * item->columns + j], item->line);
                rec_text(out, row, KEY_NONE, text_get(&filled));
            }
        }
    }
    text_release(&filled);
}

static void begin_code(struct play *p, const struct lesson_item *item, enum play_doing doing)
{
    struct session *fresh = item->fresh ? session_copy(p->blank) : NULL;
    if (fresh != NULL) {
        play_set_graph(p, &p->graph, fresh);
    }
    play_do(p, doing, (struct entries){.text = item->text, .line = item->line});
}

static void end_lesson(struct play *p, struct records *out)
{
    struct rec *r = records_add(out, KIND_place);
    rec_text(out, r, KEY_lesson, p->lesson->id);
    rec_whole(out, r, KEY_passed, (int64_t)p->lesson->questions);
    play_need(p->tutor, "course", "", out);
    play_set_state(p, PLAY_COURSE);
}

// Unseen: what changes the graph, and what `context` will show.
static void catch_up(struct play *p, struct records *out)
{
    const struct lesson_item *item;
    while (p->item < p->catch_up_to) {
        item = lesson_item(p->lesson, p->item++);
        if (item->kind == LESSON_CODE) {
            begin_code(p, item, DOING_CATCH_UP);
            return;
        }
        if (item->kind == LESSON_QUESTION) {
            question_mark(p, p->item - 1);
            p->number++;
        } else {
            put_prose(p, item, &p->context);
        }
    }
    p->catch_up_to = 0;
    p->reached = p->number;
    if (p->review != NULL || p->pinned || p->sent) {
        return;
    }
    struct rec *r = play_record(p, out, KIND_lesson_resumed);
    rec_text(out, r, KEY_lesson, p->lesson->id);
    rec_whole(out, r, KEY_passed, (int64_t)p->number);
    rec_whole(out, r, KEY_of, (int64_t)p->lesson->questions);
}

static void begin_lesson(struct play *p, struct records *out)
{
    p->begun = true;
    p->tutor->entered = false;  // what began it is not a line for it
    p->rows += 2;
    if (p->review != NULL) {
        review_head(p, out);
        return;
    }
    if (p->pinned) {
        return;
    }
    struct rec *r = play_record(p, out, KIND_lesson_begin);
    rec_text(out, r, KEY_lesson, p->lesson->id);
    rec_text(out, r, KEY_title, p->lesson->title);
    rec_whole(out, r, KEY_of, (int64_t)p->lesson->questions);
}

enum session_state play_next_item(struct play *p, struct records *out)
{
    if (!p->begun) {
        begin_lesson(p, out);
    }
    if (p->review != NULL && p->item > p->review_item) {
        return review_next(p, out);
    }
    if (p->pinned && p->item > p->pinned_item) {
        p->state = PLAY_OVER;
        return SESSION_MORE;
    }
    if (p->catch_up_to > 0) {
        catch_up(p, out);
        return SESSION_MORE;
    }
    if (kept_at_item(p, out)) {
        return SESSION_MORE;
    }
    const struct lesson_item *item = lesson_item(p->lesson, p->item);
    size_t before = out->list.in.count;
    if (item == NULL) {
        end_lesson(p, out);
        return SESSION_NEED;
    }
    bool prose = item->kind != LESSON_QUESTION && item->kind != LESSON_CODE;
    if (!prose && pause_is_due(p, item, pause_rows_to_come(p, item))) {
        pause_begin(p, out);
        return SESSION_MORE;
    }
    if (item->kind == LESSON_QUESTION) {
        question_begin(p, p->pinned && p->item == p->pinned_item ? &p->pinned_seed : NULL);
        return SESSION_MORE;
    }
    if (item->kind == LESSON_CODE) {
        p->item++;
        begin_code(p, item, DOING_CODE);
        return SESSION_MORE;
    }
    put_prose(p, item, out);
    size_t rows = pause_rows(p, out, before);
    if (pause_is_due(p, item, rows)) {
        rec_cut(&out->list, before);
        pause_begin(p, out);
        return SESSION_MORE;
    }
    rec_copy(&p->context, &p->context.list, out->list.in.last);
    p->rows += rows;
    p->item++;
    return SESSION_MORE;
}

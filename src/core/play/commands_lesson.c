// Commands of lessons. Those that change where a lesson is only say so: they run inside the
// lesson's graph, and what they wish is done after them; see play.h.
#include <string.h>

#include "lesson/find.h"
#include "lesson/glossary.h"
#include "play/commands.h"
#include "play/kept.h"

// ---- lesson -------------------------------------------------------------------------------------

static void put_lesson(struct call *c, struct rec *to, const struct course_lesson *l)
{
    rec_text(c->out, to, KEY_id, l->id);
    rec_text(c->out, to, KEY_title, l->title);
    rec_whole(c->out, to, KEY_questions, l->questions);
    rec_whole(c->out, to, KEY_done, l->done);
    rec_whole(c->out, to, KEY_skipped, l->skipped);
    rec_whole(c->out, to, KEY_place, l->place);
    rec_whole(c->out, to, KEY_due, l->due);
    rec_text(c->out, to, KEY_trouble, l->trouble);
}

static void list_lessons(struct call *c)
{
    const struct course *course = tutor_of(c)->course;
    const struct course_lesson *next = course_resume(course);
    struct rec *r = call_record(c, KIND_lesson_list);
    struct rec *rows = rec_list(c->out, r, KEY_lessons);
    for (size_t i = 0; i < course->lessons.count; i++) {
        put_lesson(c, rec_map(c->out, rows, KEY_NONE),
                   &BUF(struct course_lesson, &course->lessons)[i]);
    }
    rec_text(c->out, r, KEY_next, next == NULL ? "" : next->id);
    rec_whole(c->out, r, KEY_due, (int64_t)course->due.count);
    rec_flag(c->out, r, KEY_saved, course->saved);
    rec_text(c->out, r, KEY_trouble, course->trouble == NULL ? "" : course->trouble);
}

// What follows may be a file: it has a dot or a slash in it.
static bool is_path(const char *s, size_t n)
{
    return memchr(s, '/', n) != NULL || memchr(s, '.', n) != NULL;
}

// A lesson's name as it is typed: one word, or the words of its title. A question's number may
// follow.
static struct span lesson_words(struct call *c)
{
    struct span words = call_word(c);
    while (words.start < words.end && lexer_peek(c->lexer).kind == TOKEN_NAME) {
        words.end = call_word(c).end;
    }
    return words;
}

static bool refuse_lesson(struct call *c, struct span word, const char *id)
{
    struct nearest nearest;
    const struct course_lesson *rival = NULL;
    if (tutor_of(c)->course != NULL && course_look_up(tutor_of(c)->course, id, &rival) == NULL &&
        rival != NULL) {
        diag_set(c->diag, word, "several lessons begin with this");
        return diag_hint(c->diag, "'lessons' lists them; a number will do: lesson 7");
    }
    nearest_init(&nearest, id, strlen(id));
    for (size_t i = 0; tutor_of(c)->course != NULL && i < tutor_of(c)->course->lessons.count; i++) {
        const struct course_lesson *l =
            &BUF(struct course_lesson, &tutor_of(c)->course->lessons)[i];
        nearest_offer(&nearest, l->id, strlen(l->id));
    }
    char quoted[QUOTED];
    diag_set(c->diag, word, "there is no lesson '%s'", diag_quote(quoted, id, strlen(id)));
    const struct term *term = glossary_find(id, strlen(id));
    if (nearest.best[0] == '\0' && term != NULL && *term->lesson != '\0') {
        return diag_hint(c->diag, "lesson %s is about that; 'help %s' says what it is",
                         term->lesson, term->term);
    }
    if (nearest.best[0] != '\0') {
        return diag_hint(c->diag, "did you mean '%s'?", nearest.best);
    }
    struct find_result found[FIND_MOST];
    size_t count = find_words(tutor_of(c)->course, id, strlen(id), found);
    for (size_t i = 0; i < count; i++) {
        if (found[i].kind != FIND_TERM) {
            return diag_hint(c->diag, "lesson %s is about that: %s", found[i].id, found[i].title);
        }
    }
    return diag_hint(c->diag, "'lessons' lists them");
}

// The question that `lesson N11` goes to: the first that covers this study question.
static const struct course_question *row_question(const struct course *course, const char *id)
{
    const struct course_row *row = course == NULL ? NULL : course_row(course, id);
    return row == NULL ? NULL : course_row_question(course, row->id);
}

// The path of the lesson that was asked for; NULL, with the diag set, if there is none.
static const char *path_of(struct call *c, struct span word)
{
    const char *s = c->lexer->source->text + word.start;
    const char *id = arena_copy(&c->out->arena, s, word.end - word.start);
    const struct course *course = tutor_of(c)->course;
    const struct course_question *row = id == NULL ? NULL : row_question(course, id);
    const struct course_lesson *rival,
        *found = id == NULL || course == NULL ? NULL
                 : row != NULL ? &BUF(struct course_lesson, &course->lessons)[row->lesson]
                               : course_look_up(course, id, &rival);
    if (found != NULL) {
        return found->path;
    }
    if (id != NULL && !is_path(id, strlen(id))) {
        refuse_lesson(c, word, id);
        return NULL;
    }
    return id;
}

// It begins when this statement is done. NULL: there was no memory for it.
static enum call_end begin(struct call *c, struct play *play)
{
    struct tutor *t = tutor_of(c);
    if (play == NULL) {
        diag_out_of_memory(c->diag);
        return CALL_FAILED;
    }
    if (t->play != NULL) {
        t->play->next = play;
        t->play->wish = WISH_LESSON;
    } else {
        t->play = play;
    }
    return CALL_DONE;
}

static enum call_end ask(struct call *c, const char *what, const char *path)
{
    call_ask(c, what, path, strlen(path));
    return CALL_NEED;
}

enum call_end lesson_refused(struct call *c, struct span word)
{
    call_supplied(c);
    c->diag->span = word.start == word.end ? c->command : word;
    return CALL_FAILED;
}

// A course without lessons is a folder that was not found.
bool lesson_has_course(struct call *c)
{
    const struct course *course = tutor_of(c)->course;
    if (course == NULL || course->lessons.count > 0) {
        return true;
    }
    diag_set(c->diag, c->command, "no lessons were found");
    return diag_hint(c->diag, "set BACKSTEP_LESSONS to the folder that has them");
}

static enum call_end list_or_refuse(struct call *c, struct span word)
{
    if (!lesson_has_course(c)) {
        return CALL_FAILED;
    }
    if (tutor_of(c)->course != NULL) {
        list_lessons(c);
        return CALL_DONE;
    }
    return lesson_refused(c, word);
}

bool lesson_may_begin(struct call *c)
{
    if (session_in_loop(c->s) || c->s->frames.count > 1) {
        diag_set(c->diag, c->command,
                 "a lesson does not begin inside a loop or a file that is being loaded");
        return diag_hint(c->diag, "type it by itself");
    }
    return true;
}

// What follows on the line would be read in another place than it was typed for.
static bool ends_line(struct call *c)
{
    struct lexer ahead = *c->lexer;
    struct diag ignored = {0};
    struct token t = {.kind = TOKEN_BREAK};
    while (t.kind == TOKEN_BREAK) {
        t = lexer_next(&ahead, &ignored);
    }
    if (t.kind != TOKEN_END) {
        diag_set(c->diag, t.span, "this would be lost: the lesson moves on before it");
        return diag_hint(c->diag, "type it on a line of its own");
    }
    return true;
}

// Questions of its lesson before this one.
static size_t place_of(const struct lesson *l, const char *question)
{
    const struct lesson_item *item;
    size_t place = 0;
    for (size_t i = 0; (item = lesson_item(l, i)) != NULL; i++) {
        if (item->kind == LESSON_QUESTION && strcmp(item->question->id, question) == 0) {
            return place;
        }
        place += item->kind == LESSON_QUESTION;
    }
    return 0;
}

// Where else a study question is asked.
static void say_others(struct call *c, const struct course_row *row,
                       const struct course_question *first)
{
    const struct course *course = tutor_of(c)->course;
    const struct course_lesson *lessons = course->lessons.data;
    struct text others;
    uint32_t last = first->lesson;
    text_init(&others);
    for (size_t i = 0; i < course->questions.count; i++) {
        const struct course_question *q = &BUF(struct course_question, &course->questions)[i];
        if (q->lesson != last && course_covers(q->covers, row->id) &&
            *lessons[q->lesson].deck == '\0') {
            text_addf(&others, "%s%s", text_length(&others) == 0 ? "" : ", ",
                      lessons[q->lesson].id);
            last = q->lesson;
        }
    }
    call_notice(c, c->command, "%s, “%s”, is asked here%s%s", row->id, row->title,
                text_length(&others) == 0 ? "" : "; also in ", text_get(&others));
    text_release(&others);
}

// The study question that the word names begins in its lesson where it is asked.
static enum call_end begin_at_row(struct call *c, const char *id)
{
    const struct course *course = tutor_of(c)->course;
    const struct course_question *q = row_question(course, id);
    struct lesson *lesson = tutor_of(c)->lesson;
    tutor_of(c)->lesson = NULL;
    BS_ASSERT(q != NULL);  // the lesson was found by it
    say_others(c, course_row(course, id), q);
    struct play *play =
        play_new(tutor_of(c), lesson, course->saved ? course : NULL, place_of(lesson, q->id));
    if (play != NULL) {
        play->sent = true;
    }
    return begin(c, play);
}

// ---- One question with given numbers ------------------------------------------------------------

// After a lesson's name: `3`, where it begins, or `3 seed 7`, all that is asked. number 0: nothing is
// there.
struct pin {
    struct span place;
    int64_t number;
    bool seeded;
    uint64_t seed;
};

// The seeds that `info` shows have 64 bits.
static bool read_seed(struct call *c, uint64_t *seed)
{
    struct span word = call_word(c);
    const char *s = c->lexer->source->text;
    *seed = 0;
    for (size_t i = word.start; i < word.end; i++) {
        uint64_t digit = (uint64_t)(s[i] - '0');
        if (s[i] < '0' || s[i] > '9' || *seed > (UINT64_MAX - digit) / 10) {
            word.end = word.start;
        } else {
            *seed = 10 * *seed + digit;
        }
    }
    if (word.start < word.end) {
        return true;
    }
    diag_set(c->diag, word, "a seed is a whole number from 0 to %llu",
             (unsigned long long)UINT64_MAX);
    return diag_hint(c->diag, "'info' shows that of the question which is asked");
}

static bool read_pin(struct call *c, struct pin *pin)
{
    *pin = (struct pin){.number = 0};
    if (!call_has_more(c)) {
        return true;
    }
    pin->place.start = lexer_peek(c->lexer).at;
    if (!call_whole(c, "the number of a question", 1, 9999, &pin->number)) {
        return false;
    }
    pin->place.end = c->lexer->at;
    if (!call_has_more(c)) {
        return true;
    }
    pin->seeded = true;
    struct span word = call_word(c);
    if (!call_word_is(c, word, "seed")) {
        diag_set(c->diag, word.start < word.end ? word : pin->place,
                 "a question by its number may have the numbers of a seed");
        return diag_hint(c->diag, "write %lld, or %lld seed 7", (long long)pin->number,
                         (long long)pin->number);
    }
    return read_seed(c, &pin->seed);
}

static bool is_in_lesson(struct call *c, const struct pin *pin)
{
    size_t questions = tutor_of(c)->lesson->questions;
    return (uint64_t)pin->number <= questions ||
           diag_set(c->diag, pin->place, "this lesson has %zu questions", questions);
}

static enum call_end begin_pinned(struct call *c, const struct pin *pin)
{
    struct tutor *t = tutor_of(c);
    struct lesson *lesson = t->lesson;
    t->lesson = NULL;
    struct play *play = play_new(t, lesson, NULL, 0);
    if (play != NULL) {
        play_pin(play, (size_t)pin->number, pin->seed);
    }
    return begin(c, play);
}

// number 0: from where it was left; else from this question.
static enum call_end begin_lesson(struct call *c, int64_t number)
{
    struct lesson *lesson = tutor_of(c)->lesson;
    // Where nothing is kept it is nobody's play: from its beginning, with the same numbers for all.
    const struct course *course =
        tutor_of(c)->course != NULL && tutor_of(c)->course->saved ? tutor_of(c)->course : NULL;
    const struct course_lesson *known = course == NULL ? NULL : course_find(course, lesson->id);
    tutor_of(c)->lesson = NULL;
    if (tutor_of(c)->kept != NULL && tutor_of(c)->kept->waits) {
        return begin(c, kept_begin(tutor_of(c), lesson, course));
    }
    bool again = tutor_of(c)->again && lesson->questions > 0;
    size_t place = number > 0      ? (size_t)number - 1
                   : again         ? lesson->questions - 1
                   : known == NULL ? 0
                                   : known->place;
    struct play *play = play_new(tutor_of(c), lesson, course, place);
    if (play != NULL) {
        play->sent = again || number > 0;
    }
    return begin(c, play);
}

// `lesson` alone: the lesson that the learner goes on with; all lessons where there is none left.
static enum call_end resume_course(struct call *c)
{
    const struct course *course = tutor_of(c)->course;
    const struct course_lesson *next = course == NULL ? NULL : course_resume(course);
    if (next == NULL) {
        return list_or_refuse(c, c->command);
    }
    return ask(c, "lesson", next->path);
}

static bool refuse_second_begin(struct call *c)
{
    diag_set(c->diag, c->command, "a lesson is being played already");
    return diag_hint(c->diag, "'quit' leaves it; 'lessons' lists them all");
}

// First the course is asked for, then, by what it says, the lesson.
enum call_end command_lesson(struct call *c)
{
    struct tutor *t = tutor_of(c);
    struct span word = lesson_words(c);
    struct pin pin = {.number = 0};
    bool named = word.start < word.end, inside = t->play != NULL;
    if ((named && !read_pin(c, &pin)) || !call_finish(c) || !lesson_may_begin(c) ||
        (named && inside && !ends_line(c)) || (!named && inside && !refuse_second_begin(c))) {
        return CALL_FAILED;
    }
    if (t->lesson != NULL && !is_in_lesson(c, &pin)) {
        return CALL_FAILED;
    }
    if (t->lesson != NULL && pin.seeded) {
        return begin_pinned(c, &pin);
    }
    if (t->lesson != NULL) {
        const char *id =
            arena_copy(&c->out->arena, c->lexer->source->text + word.start, word.end - word.start);
        return id != NULL && row_question(t->course, id) != NULL ? begin_at_row(c, id)
                                                                 : begin_lesson(c, pin.number);
    }
    if (c->s->rounds == 2) {
        return lesson_refused(c, word);
    }
    if (c->s->rounds == 0) {
        return ask(c, "course", "");
    }
    if (!named) {
        return resume_course(c);
    }
    // Without a course a lesson's file can be played all the same.
    const char *path = path_of(c, word);
    if (path == NULL) {
        return CALL_FAILED;
    }
    return ask(c, "lesson", path);
}

// ---- lessons ------------------------------------------------------------------------------------

enum call_end command_lessons(struct call *c)
{
    if (!call_finish(c)) {
        return CALL_FAILED;
    }
    if (c->s->rounds == 0) {
        return ask(c, "course", "");
    }
    return list_or_refuse(c, c->command);
}

// ---- review -------------------------------------------------------------------------------------

static void say_nothing_is_due(struct call *c)
{
    const struct course *course = tutor_of(c)->course;
    int64_t next = course_next_due(course);
    struct rec *r = call_record(c, KIND_nothing_due);
    if (next != 0) {
        rec_whole(c->out, r, KEY_next_due_in, next - course->now);
    }
}

static enum call_end begin_review(struct call *c, struct review *review)
{
    struct lesson *lesson = tutor_of(c)->lesson;
    tutor_of(c)->lesson = NULL;
    struct play *play = review_play(tutor_of(c), lesson, review);
    if (play == NULL) {
        review_free(review);
    }
    return begin(c, play);
}

enum call_end lesson_begin_review(struct call *c, struct review *review)
{
    if (review == NULL) {
        diag_out_of_memory(c->diag);
        return CALL_FAILED;
    }
    if (tutor_of(c)->lesson != NULL) {
        return begin_review(c, review);
    }
    enum call_end asked = ask(c, "lesson", review_path(review));
    review_free(review);
    return asked;
}

// As a lesson: first the course, then the lesson of what is due first.
enum call_end command_review(struct call *c)
{
    struct tutor *t = tutor_of(c);
    if (!call_finish(c) || !lesson_may_begin(c)) {
        return CALL_FAILED;
    }
    if (c->s->rounds == 0) {
        return ask(c, "course", "");
    }
    if (t->course == NULL || (c->s->rounds == 2 && t->lesson == NULL)) {
        return lesson_refused(c, c->command);
    }
    if (t->course->due.count == 0) {
        say_nothing_is_due(c);
        return CALL_DONE;
    }
    return lesson_begin_review(c, review_new(t->course, REVIEW_DUE, &t->course->due, 0));
}

// ---- In a lesson --------------------------------------------------------------------------------

static bool in_lesson(struct call *c)
{
    if (tutor_of(c)->play == NULL) {
        diag_set(c->diag, c->command, "no lesson is being played");
        return diag_hint(c->diag, "'lesson' begins one, 'lessons' lists them");
    }
    return true;
}

static bool at_question(struct call *c)
{
    if (in_lesson(c) && tutor_of(c)->play->question == NULL) {
        diag_set(c->diag, c->command, "no question is being asked");
        diag_hint(c->diag, "Enter goes on");
    }
    return !c->diag->set;
}

// A question that help may be had for.
static bool with_help(struct call *c)
{
    if (at_question(c) && review_is_exam(tutor_of(c)->play->review)) {
        diag_set(c->diag, c->command, "an exam gives no help");
        diag_hint(c->diag, "answer, or 'skip'; the answers are shown at its end");
    }
    return !c->diag->set;
}

static enum call_end wish(struct call *c, bool ready, enum play_wish what)
{
    if (!ready || !call_finish(c) || !ends_line(c)) {
        return CALL_FAILED;
    }
    tutor_of(c)->play->wish = what;
    return CALL_DONE;
}

enum call_end command_hint(struct call *c)
{
    int64_t n = 0;
    bool ok = with_help(c) &&
              (!call_has_more(c) || call_whole(c, "the hint's number", 1, 100, &n)) &&
              call_finish(c) && question_hint(c, (size_t)n);
    return ok ? CALL_DONE : CALL_FAILED;
}

enum call_end command_solution(struct call *c)
{
    return wish(c, with_help(c), WISH_SOLUTION);
}

enum call_end command_skip(struct call *c)
{
    return wish(c, at_question(c), WISH_SKIP);
}

enum call_end command_retry(struct call *c)
{
    return wish(c, with_help(c), WISH_RETRY);
}

enum call_end command_previous(struct call *c)
{
    if (!in_lesson(c)) {
        return CALL_FAILED;
    }
    if (tutor_of(c)->play->review != NULL) {
        diag_set(c->diag, c->command, "a review only goes on");
        return diag_hint(c->diag, "'skip' leaves this question") ? CALL_DONE : CALL_FAILED;
    }
    if (tutor_of(c)->play->number == 0) {
        diag_set(c->diag, c->command, "there is no question before this");
        return CALL_FAILED;
    }
    return wish(c, true, WISH_PREVIOUS);
}

enum call_end command_context(struct call *c)
{
    return with_help(c) && call_finish(c) && question_context(c) ? CALL_DONE : CALL_FAILED;
}

enum call_end command_info(struct call *c)
{
    if (!in_lesson(c) || !call_finish(c)) {
        return CALL_FAILED;
    }
    question_info(c);
    return CALL_DONE;
}

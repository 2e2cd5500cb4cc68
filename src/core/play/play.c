// A lesson being played: beginning and ending it, and what the files that play it share. The turns of
// the play are lesson.c's.
#include <string.h>

#include "play/play.h"

struct session *play_graph(const struct play *p)
{
    return p->aside != NULL ? p->aside : p->graph;
}

static bool take_course(struct play *p, const struct course *course)
{
    p->salt = course == NULL ? 0 : course->salt;
    for (size_t i = 0; lesson_item(p->lesson, i) != NULL; i++) {
        const struct lesson_item *item = lesson_item(p->lesson, i);
        if (item->kind == LESSON_QUESTION) {
            struct play_question *asked = buf_push(&p->questions, 1);
            const struct course_question *known =
                course == NULL ? NULL : course_question(course, item->question->id);
            if (asked == NULL) {
                return false;
            }
            *asked = (struct play_question){.seen = known == NULL ? 0 : known->seen};
        }
    }
    return true;
}

// The item after so many questions; 0 after all of them: the lesson begins anew.
static size_t item_after(const struct lesson *l, size_t questions)
{
    size_t i = 0;
    for (size_t passed = 0; passed < questions && questions < l->questions; i++) {
        passed += lesson_item(l, i)->kind == LESSON_QUESTION;
    }
    return i;
}

static void adopt(struct play *p, struct session *graph)
{
    if (graph != NULL) {
        graph->terminal = p->tutor->session->terminal;
        graph->told.cells = true;  // the course says it in its own words
    }
}

static struct play *allocate(struct tutor *tutor, struct lesson *lesson)
{
    struct buf one;  // an array of one, as only mem.c allocates
    buf_init(&one, sizeof(struct play));
    struct play *p = buf_push(&one, 1);
    if (p != NULL) {
        *p = (struct play){.self = one, .tutor = tutor, .lesson = lesson};
        buf_init(&p->questions, sizeof(struct play_question));
        judgement_init(&p->judgement);
        buf_init(&p->marks, sizeof(struct play_mark));
        records_init(&p->missed);
        records_init(&p->context);
        buf_init(&p->values, sizeof(double));
        text_init(&p->script);
        text_init(&p->typed);
        text_init(&p->given);
        text_init(&p->ground);
    }
    return p;
}

struct play *play_new(struct tutor *tutor, struct lesson *lesson, const struct course *course,
                      size_t place)
{
    struct play *p = allocate(tutor, lesson);
    if (p == NULL) {
        lesson_free(lesson);
        return NULL;
    }
    p->blank = session_new(&tutor->session->world);
    p->graph = p->blank == NULL ? NULL : session_copy(p->blank);
    if (p->graph == NULL || !take_course(p, course)) {
        play_free(p);
        return NULL;
    }
    adopt(p, p->graph);
    p->catch_up_to = item_after(lesson, place);
    return p;
}

void play_pin(struct play *p, size_t number, uint64_t seed)
{
    size_t i = item_after(p->lesson, number - 1);
    while (lesson_item(p->lesson, i)->kind != LESSON_QUESTION) {
        i++;
    }
    p->pinned = true;
    p->pinned_item = p->catch_up_to = i;
    p->pinned_seed = seed;
}

void play_free(struct play *p)
{
    if (p->tutor->play == p) {
        p->tutor->play = NULL;
    }
    for (size_t i = 0; i < p->marks.count; i++) {
        session_free(BUF(struct play_mark, &p->marks)[i].graph);
        records_release(&BUF(struct play_mark, &p->marks)[i].context);
    }
    struct session *graphs[] = {p->aside, p->asked, p->graph, p->blank};
    for (size_t i = 0; i < COUNT_OF(graphs); i++) {
        session_free(graphs[i]);
    }
    lesson_free(p->lesson);
    review_free(p->review);
    if (p->next != NULL) {
        play_free(p->next);
    }
    buf_release(&p->questions);
    judgement_release(&p->judgement);
    buf_release(&p->marks);
    records_release(&p->missed);
    records_release(&p->context);
    buf_release(&p->values);
    text_release(&p->script);
    text_release(&p->typed);
    text_release(&p->given);
    text_release(&p->ground);
    struct buf self = p->self;
    buf_release(&self);
}

void play_set_graph(struct play *p, struct session **slot, struct session *graph)
{
    session_free(*slot);
    *slot = graph;
    adopt(p, graph);
}

void play_set_state(struct play *p, enum play_state state)
{
    p->state = state;
    p->rows = 0;
    p->within_code = false;
}

void play_pause(struct play *p, struct records *out)
{
    struct rec *r = play_record(p, out, KIND_lesson_pause);
    rec_text(out, r, KEY_lesson, p->lesson->id);
    play_set_state(p, PLAY_PAUSE);
}

struct source play_source(const struct play *p, const char *text, size_t n, size_t line)
{
    return (struct source){.name = p->lesson->name, .text = text, .length = n, .line = line};
}

// The record just added tells of a mistake of the lesson's, not of the learner's.
void play_fault(struct play *p, struct records *out)
{
    p->failures++;
    rec_flag(out, out->list.in.last, KEY_fault, true);
}

void play_error(struct play *p, size_t line, const char *message, struct records *out)
{
    struct source source = play_source(p, "", 0, line);
    struct diag d = {0};
    diag_set(&d, (struct span){0, 0}, "%s", message);
    session_report(&source, &d, out);
    play_fault(p, out);
}

// Numbers in a question's texts are those that it was asked with; after what a `do` made the
// learner do, those that came of it.
static struct session *text_graph(const struct play *p)
{
    bool done = p->question != NULL && p->question->kind == QUESTION_DO && p->passed;
    return p->asked != NULL && !done ? p->asked : play_graph(p);
}

static bool show_value(struct play *p, struct records *out, const char *s, size_t n, size_t line,
                       struct text *to)
{
    while (n > 0 && *s == ' ') {
        s++;
        n--;
    }
    struct source source = play_source(p, s, n, line);
    struct diag d = {0};
    if (session_value(text_graph(p), &source, to, &d)) {
        return true;
    }
    session_report(&source, &d, out);
    play_fault(p, out);
    return false;
}

void play_fill(struct play *p, struct records *out, struct text *to, const char *text, size_t line)
{
    for (const char *s = text; *s != '\0';) {
        const char *close = strncmp(s, "{=", 2) == 0 ? strchr(s, '}') : NULL;
        if (close == NULL) {
            text_add_bytes(to, s, *s == '\\' && s[1] != '\0' ? 2 : 1);
            s += *s == '\\' && s[1] != '\0' ? 2 : 1;
            continue;
        }
        bool ok = show_value(p, out, s + 2, (size_t)(close - s - 2), line, to);
        text_add(to, ok ? "" : "?");
        s = close + 1;
    }
}

void play_text(struct play *p, struct records *out, struct rec *to, enum rec_key key,
               const char *text, size_t line)
{
    struct text filled;
    text_init(&filled);
    play_fill(p, out, &filled, text, line);
    rec_text(out, to, key, text_get(&filled));
    text_release(&filled);
}

void play_do(struct play *p, enum play_doing doing, struct entries entries)
{
    p->doing = doing;
    p->entries = entries;
    p->first_entry = true;
    p->state = PLAY_ENTRIES;
}

struct rec *play_record(const struct play *p, struct records *out, enum rec_kind kind)
{
    struct rec *r = records_add(out, kind);
    rec_whole(out, r, KEY_columns, p->tutor->session->terminal.columns);
    rec_flag(out, r, KEY_ascii, p->tutor->session->terminal.ascii);
    if (p->lesson->language != LANGUAGE_ENGLISH) {
        rec_text(out, r, KEY_language, language_code(p->lesson->language));
    }
    return r;
}

bool play_next_line(struct tutor *t, struct source *line)
{
    bool first = t->entered;
    t->entered = false;
    return session_next_line(t->session, first, line);
}

void play_need(struct tutor *t, const char *what, const char *path, struct records *out)
{
    struct rec *need = records_add(out, KIND_need);
    rec_text(out, need, KEY_what, what);
    rec_text(out, need, KEY_path, path);
    t->asks = true;
}

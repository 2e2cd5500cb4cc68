// The study questions: listed, and found by the words of a question.
#include <string.h>

#include "lesson/find.h"
#include "lesson/review.h"
#include "play/commands.h"
#include "play/play.h"

// The course is asked for first. True: it is here; else *end is what the command comes to.
static bool has_course(struct call *c, enum call_end *end)
{
    if (c->s->rounds == 0) {
        call_ask(c, "course", "", 0);
        *end = CALL_NEED;
        return false;
    }
    *end = tutor_of(c)->course == NULL ? lesson_refused(c, c->command) : CALL_DONE;
    return tutor_of(c)->course != NULL;
}

// ---- questions ----------------------------------------------------------------------------------

// How well a row is known: of its questions, how many were met, and the mean chance that those are
// known now.
static void put_known(struct call *c, struct rec *to, const char *row)
{
    const struct course *course = tutor_of(c)->course;
    int64_t of = 0, met = 0;
    double known = 0;
    for (size_t i = 0; i < course->questions.count; i++) {
        const struct course_question *q = &BUF(struct course_question, &course->questions)[i];
        double chance = course_known(course, q);
        if (course_covers(q->covers, row)) {
            of++;
            met += chance >= 0;
            known += chance >= 0 ? chance : 0;
        }
    }
    rec_whole(c->out, to, KEY_questions, of);
    rec_whole(c->out, to, KEY_met, met);
    if (met > 0) {
        rec_number(c->out, to, KEY_recall, known / (double)met);
    }
}

static void put_row(struct call *c, struct rec *list, const struct course_row *row)
{
    const struct course *course = tutor_of(c)->course;
    const struct course_question *q = course_row_question(course, row->id);
    struct rec *to = rec_map(c->out, list, KEY_NONE);
    rec_text(c->out, to, KEY_id, row->id);
    rec_text(c->out, to, KEY_title, row->title);
    rec_text(c->out, to, KEY_group, row->group);
    rec_text(c->out, to, KEY_lesson,
             q == NULL ? "" : BUF(struct course_lesson, &course->lessons)[q->lesson].id);
    put_known(c, to, row->id);
}

// Has the heading of its part, or its id's letter, this word in it?
static bool in_group(const struct course_row *row, const char *word, size_t n)
{
    char lower[40];
    size_t length = strlen(row->group);
    if (n == 0 || (n == 1 && (row->id[0] | 0x20) == (word[0] | 0x20))) {
        return true;
    }
    if (length >= sizeof lower) {
        length = sizeof lower - 1;
    }
    for (size_t i = 0; i < length; i++) {
        char g = row->group[i];
        lower[i] = text_small(g);
    }
    for (size_t i = 0; n > 2 && i + n <= length; i++) {
        if (memcmp(lower + i, word, n) == 0) {
            return true;
        }
    }
    return false;
}

enum call_end command_questions(struct call *c)
{
    enum call_end end;
    struct span word = call_rest(c);
    const char *s = c->lexer->source->text + word.start;
    if (!call_finish(c)) {
        return CALL_FAILED;
    }
    if (!has_course(c, &end)) {
        return end;
    }
    struct rec *r = call_record(c, KIND_question_list);
    struct rec *rows = rec_list(c->out, r, KEY_rows);
    for (size_t i = 0; i < tutor_of(c)->course->rows.count; i++) {
        const struct course_row *row = &BUF(struct course_row, &tutor_of(c)->course->rows)[i];
        if (in_group(row, s, word.end - word.start)) {
            put_row(c, rows, row);
        }
    }
    if (rows != NULL && rows->in.count == 0) {
        diag_set(c->diag, word.start == word.end ? c->command : word,
                 word.start == word.end ? "there is no list of study questions here"
                                        : "no study questions are grouped under this");
        diag_hint(c->diag, "'questions' lists all, 'questions interview' those of one group; 'ask' "
                           "searches them");
        return CALL_FAILED;
    }
    return CALL_DONE;
}

// ---- ask ----------------------------------------------------------------------------------------

static void put_results(struct call *c, const char *s, size_t n,
                        const struct find_result results[FIND_MOST], size_t count)
{
    static const char *const kinds[] = {
        [FIND_ROW] = "question", [FIND_TERM] = "term", [FIND_LESSON] = "lesson"};
    struct rec *r = call_record(c, KIND_found);
    rec_bytes(c->out, r, KEY_words, s, n);
    rec_whole(c->out, r, KEY_columns, c->s->terminal.columns);
    rec_flag(c->out, r, KEY_ascii, c->s->terminal.ascii);
    struct rec *rows = rec_list(c->out, r, KEY_results);
    for (size_t i = 0; i < count; i++) {
        struct rec *to = rec_map(c->out, rows, KEY_NONE);
        rec_text(c->out, to, KEY_type, kinds[results[i].kind]);
        rec_text(c->out, to, KEY_id, results[i].id);
        rec_text(c->out, to, KEY_title, results[i].title);
    }
}

// The rest of the line, whatever it is made of: a question is not an expression.
static struct span rest_of_line(struct call *c)
{
    const struct source *source = c->lexer->source;
    struct span rest = {c->command.end, c->command.end};
    struct diag ignored = {0};
    while (rest.start < source->length && source->text[rest.start] == ' ') {
        rest.start++;
    }
    for (rest.end = rest.start; rest.end < source->length && source->text[rest.end] != '\n';) {
        rest.end++;
    }
    while (lexer_peek(c->lexer).kind != TOKEN_END && lexer_peek(c->lexer).span.start < rest.end) {
        lexer_next(c->lexer, &ignored);
    }
    return rest;
}

enum call_end command_ask(struct call *c)
{
    enum call_end end;
    struct span words = rest_of_line(c);
    if (words.start == words.end) {
        diag_set(c->diag, c->command, "ask what?");
        diag_hint(c->diag, "a few words, as in: ask leaf backward");
        return CALL_FAILED;
    }
    if (!has_course(c, &end)) {
        return end;
    }
    struct find_result results[FIND_MOST];
    const char *s = c->lexer->source->text + words.start;
    size_t n = words.end - words.start;
    if (!find_has_words(s, n)) {
        diag_set(c->diag, words, "there is no word here that could be searched for");
        diag_hint(c->diag,
                  "'ask dead relu' searches the course, 'quiz' asks you something, 'lesson 3' "
                  "plays the third lesson");
        return CALL_FAILED;
    }
    put_results(c, s, n, results, find_words(tutor_of(c)->course, s, n, results));
    return CALL_DONE;
}

// Without a course the terms can still be searched.
bool questions_search(struct call *c, struct span words, enum call_end *end)
{
    struct find_result results[FIND_MOST];
    const char *s = c->lexer->source->text + words.start;
    size_t n = words.end - words.start;
    if (!has_course(c, end)) {
        if (*end == CALL_NEED) {
            return true;
        }
        *c->diag = (struct diag){0};
    }
    size_t count = find_words(tutor_of(c)->course, s, n, results);
    if (count > 0) {
        put_results(c, s, n, results, count);
    }
    *end = CALL_DONE;
    return count > 0;
}

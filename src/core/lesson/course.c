#include "lesson/course.h"

#include <string.h>

void course_init(struct course *c)
{
    *c = (struct course){.trouble = ""};
    arena_init(&c->arena);
    buf_init(&c->rows, sizeof(struct course_row));
    buf_init(&c->lessons, sizeof(struct course_lesson));
    buf_init(&c->questions, sizeof(struct course_question));
    buf_init(&c->due, sizeof(struct course_due));
    buf_init(&c->days, sizeof(struct course_day));
    log_init(&c->log);
}

void course_release(struct course *c)
{
    arena_release(&c->arena);
    log_release(&c->log);
    struct buf *tables[] = {&c->rows, &c->lessons, &c->questions, &c->due, &c->days};
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        buf_release(tables[i]);
    }
}

// The number that s is, from 1; 0 if it is not one.
static size_t number_of(const char *s)
{
    enum { MOST = 100000 };
    size_t n = 0;
    for (; text_is_digit(*s) && n < MOST; s++) {
        n = 10 * n + (size_t)(*s - '0');
    }
    return *s == '\0' ? n : 0;
}

const struct course_lesson *course_find(const struct course *c, const char *id)
{
    const struct course_lesson *lessons = c->lessons.data;
    size_t number = number_of(id);
    for (size_t i = 0; i < c->lessons.count; i++) {
        if (strcmp(lessons[i].id, id) == 0 || i + 1 == number) {
            return &lessons[i];
        }
    }
    return NULL;
}

// The next letter or digit of a name, in small letters; a word's end is a blank. '\0' at the end.
static char next_letter(const char **s)
{
    size_t blanks = strspn(*s, " \t-_");
    if (blanks > 0) {
        *s += blanks;
        return **s == '\0' ? '\0' : ' ';
    }
    char c = **s;
    *s += c != '\0';
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

enum likeness { UNLIKE, BEGINS, ALIKE };

// Does a name begin with these words, or is it they? "when two" is not a beginning of "when" alone.
static enum likeness compare_names(const char *words, const char *name)
{
    for (;;) {
        char a = next_letter(&words), b = next_letter(&name);
        if (a == '\0' || a != b) {
            return a != '\0' ? UNLIKE : b == '\0' ? ALIKE : BEGINS;
        }
    }
}

const struct course_lesson *course_look_up(const struct course *c, const char *words,
                                           const struct course_lesson **rival)
{
    const struct course_lesson *found = course_find(c, words), *lessons = c->lessons.data;
    enum likeness best = UNLIKE;
    bool exact = found != NULL;
    words += strncmp(words, "the ", 4) == 0 || strncmp(words, "The ", 4) == 0 ? 4 : 0;
    *rival = NULL;
    for (size_t i = 0; !exact && *words != '\0' && i < c->lessons.count; i++) {
        enum likeness id = compare_names(words, lessons[i].id);
        const char *name = lessons[i].title;
        name += strncmp(name, "The ", 4) == 0 ? 4 : 0;
        enum likeness title = compare_names(words, name);
        enum likeness like = id > title ? id : title;
        if (like > best) {
            found = &lessons[i];
            *rival = NULL;
            best = like;
        } else if (like == best && like != UNLIKE && *rival == NULL) {
            *rival = &lessons[i];
        }
    }
    return *rival == NULL ? found : NULL;
}

const struct course_question *course_question(const struct course *c, const char *id)
{
    const struct course_question *questions = c->questions.data;
    for (size_t i = 0; i < c->questions.count; i++) {
        if (strcmp(questions[i].id, id) == 0) {
            return &questions[i];
        }
    }
    return NULL;
}

// ---- The study questions ------------------------------------------------------------------------

bool course_covers(const char *covers, const char *row)
{
    size_t n = strlen(row);
    for (const char *s = covers; *(s += strspn(s, ", ")) != '\0'; s += strcspn(s, ", ")) {
        if (strcspn(s, ", ") == n && memcmp(s, row, n) == 0) {
            return true;
        }
    }
    return false;
}

// A line of the list, without its end.
static bool read_row(struct course *c, const char *s, size_t n, const char **group)
{
    size_t id = 0, title;
    if (n > 0 && *s == '#') {
        size_t mark = n > 1 && s[1] == ' ' ? 2 : 1;
        *group = arena_copy(&c->arena, s + mark, n - mark);
        return *group != NULL;
    }
    while (id < n && s[id] != ' ') {
        id++;
    }
    for (title = id; title < n && s[title] == ' ';) {
        title++;
    }
    if (id == 0 || title == n) {
        return true;
    }
    struct course_row *row = buf_push(&c->rows, 1);
    if (row == NULL) {
        return false;
    }
    *row = (struct course_row){.id = arena_copy(&c->arena, s, id),
                               .title = arena_copy(&c->arena, s + title, n - title),
                               .group = *group};
    return row->id != NULL && row->title != NULL;
}

bool course_read_rows(struct course *c, const char *s, size_t n)
{
    const char *group = "";
    bool ok = true;
    for (size_t at = 0, end; at < n && ok; at = end + 1) {
        for (end = at; end < n && s[end] != '\n';) {
            end++;
        }
        ok = read_row(c, s + at, end - at, &group);
    }
    return ok;
}

const struct course_row *course_row(const struct course *c, const char *id)
{
    const struct course_row *rows = c->rows.data;
    for (size_t i = 0; i < c->rows.count; i++) {
        char letter = id[0] >= 'a' && id[0] <= 'z' ? (char)(id[0] - 'a' + 'A') : id[0];
        if (rows[i].id[0] == letter && strcmp(rows[i].id + 1, id + (id[0] != '\0')) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

const struct course_question *course_row_question(const struct course *c, const char *row)
{
    const struct course_question *questions = c->questions.data;
    const struct course_lesson *lessons = c->lessons.data;
    for (size_t i = 0; i < c->questions.count; i++) {
        if (*lessons[questions[i].lesson].deck == '\0' && course_covers(questions[i].covers, row)) {
            return &questions[i];
        }
    }
    return NULL;
}

// ---- What is done, and what comes next ----------------------------------------------------------

bool course_is_finished(const struct course_lesson *l)
{
    return *l->trouble == '\0' && (l->done >= l->questions || l->place >= l->questions);
}

// Is this id (n bytes) that of a lesson that the learner has not been through?
static bool is_open(const struct course *c, const char *id, size_t n)
{
    const struct course_lesson *lessons = c->lessons.data;
    for (size_t i = 0; i < c->lessons.count; i++) {
        if (strncmp(lessons[i].id, id, n) == 0 && lessons[i].id[n] == '\0') {
            return *lessons[i].trouble == '\0' && !course_is_finished(&lessons[i]);
        }
    }
    return false;
}

static bool is_ready(const struct course *c, const struct course_lesson *l)
{
    for (const char *id = l->requires + strspn(l->requires, " "); *id != '\0';) {
        size_t n = strcspn(id, " ");
        if (is_open(c, id, n)) {
            return false;
        }
        id += n + strspn(id + n, " ");
    }
    return true;
}

const struct course_lesson *course_next(const struct course *c)
{
    const struct course_lesson *lessons = c->lessons.data, *open = NULL;
    for (size_t i = 0; i < c->lessons.count; i++) {
        if (*lessons[i].trouble != '\0' || *lessons[i].deck != '\0' ||
            course_is_finished(&lessons[i])) {
            continue;
        }
        if (is_ready(c, &lessons[i])) {
            return &lessons[i];
        }
        open = open == NULL ? &lessons[i] : open;
    }
    return open;  // lessons that wait for each other
}

static bool is_unfinished(const struct course_lesson *l)
{
    return *l->trouble == '\0' && *l->deck == '\0' && !course_is_finished(l);
}

const struct course_lesson *course_after(const struct course *c, const char *id)
{
    const struct course_lesson *lessons = c->lessons.data, *next = NULL;
    bool behind = false;
    for (size_t i = 0; i < c->lessons.count; i++) {
        if (strcmp(lessons[i].id, id) == 0) {
            behind = true;
        } else if (behind && next == NULL && is_unfinished(&lessons[i])) {
            next = &lessons[i];
        }
    }
    if (next == NULL) {
        next = course_next(c);
    }
    return next != NULL && strcmp(next->id, id) == 0 ? NULL : next;
}

const struct course_lesson *course_resume(const struct course *c)
{
    const struct course_lesson *lessons = c->lessons.data, *begun = NULL, *last = NULL;
    for (size_t i = 0; i < c->lessons.count; i++) {
        const struct course_lesson *l = &lessons[i];
        bool is_begun = is_unfinished(l) && (l->done > 0 || l->place > 0);
        begun = is_begun && (begun == NULL || l->when > begun->when) ? l : begun;
        last = l->when > 0 && *l->deck == '\0' && (last == NULL || l->when > last->when) ? l : last;
    }
    return begun != NULL ? begun : last != NULL ? course_after(c, last->id) : course_next(c);
}

double course_known(const struct course *c, const struct course_question *q)
{
    return q->missed ? 0 : q->card.reviews > 0 ? review_recall(&q->card, c->now) : -1;
}

int64_t course_next_due(const struct course *c)
{
    int64_t next = 0;
    for (size_t i = 0; i < c->questions.count; i++) {
        int64_t due = BUF(struct course_question, &c->questions)[i].card.due;
        next = due > c->now && (next == 0 || due < next) ? due : next;
    }
    return next;
}

uint32_t course_streak(const struct course *c)
{
    const struct course_day *days = c->days.data;
    size_t i = c->days.count;
    uint32_t streak = 0;
    while (i > 0 && days[i - 1].day > c->today) {
        i--;  // a clock that was wrong
    }
    int64_t expected = i > 0 && days[i - 1].day == c->today ? c->today : c->today - 1;
    for (; i > 0 && days[i - 1].day == expected; i--, expected--) {
        streak++;
    }
    return streak;
}

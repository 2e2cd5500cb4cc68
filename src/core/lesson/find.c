#include "lesson/find.h"

#include <string.h>

#include "base/text.h"
#include "engine/maths.h"
#include "lesson/glossary.h"

enum {
    WORDS_MOST = 12,   // of a query; the rest is ignored
    LETTERS_MOST = 24  // bytes of a word that are compared
};

struct find_word {
    char s[LETTERS_MOST];
    size_t n;
    size_t texts;  // that it occurs in
};

struct query {
    struct find_word words[WORDS_MOST];
    size_t count, texts;
};

// How well the words of a query fit one entry: for each word the weight of the best field it is in.
struct find_fit {
    double weight[WORDS_MOST];
};

// ---- Words --------------------------------------------------------------------------------------

// The next word of s from *at on, in lower case; a plural's s is dropped. False if there is none.
static bool next_word(const char *s, size_t n, size_t *at, struct find_word *w)
{
    *w = (struct find_word){.n = 0};
    while (*at < n && !text_in_word(s[*at])) {
        ++*at;
    }
    for (; *at < n && text_in_word(s[*at]); ++*at) {
        char c = s[*at];
        if (w->n < LETTERS_MOST) {
            w->s[w->n++] = text_small(c);
        }
    }
    if (w->n > 3 && w->s[w->n - 1] == 's' && w->s[w->n - 2] != 's') {
        w->n--;
    }
    return w->n > 0;
}

// Words that say nothing about what is asked.
static bool is_filler(const struct find_word *w)
{
    static const char fillers[] =
        "a an the of in on at to for and or is are was be it its this that these there with by as "
        "i you we my me your do doe did can could should would will what why how when where which "
        "who if so not no from into one get need mean explain about tell between nothing anything "
        "something question";
    size_t digits = 0;
    while (digits < w->n && text_is_digit(w->s[digits])) {
        digits++;
    }
    return digits == w->n || text_among(fillers, w->s, w->n);
}

// At most one letter more, less, other, or two neighbours swapped.
static bool is_slip(const struct find_word *a, const struct find_word *b)
{
    const struct find_word *longer = a->n >= b->n ? a : b, *other = a->n >= b->n ? b : a;
    size_t i = 0;
    if (longer->n - other->n > 1 || other->n < 5) {
        return false;
    }
    while (i < other->n && longer->s[i] == other->s[i]) {
        i++;
    }
    if (longer->n > other->n) {
        return memcmp(longer->s + i + 1, other->s + i, other->n - i) == 0;
    }
    bool one =
        i + 1 >= other->n || memcmp(longer->s + i + 1, other->s + i + 1, other->n - i - 1) == 0;
    bool swap = i + 2 <= other->n && longer->s[i] == other->s[i + 1] &&
                longer->s[i + 1] == other->s[i] &&
                memcmp(longer->s + i + 2, other->s + i + 2, other->n - i - 2) == 0;
    return one || swap;
}

// 1: the same word; less for a word of the same stem (clear, clearing), or a slip of the fingers.
static double likeness(const struct find_word *a, const struct find_word *b)
{
    enum { STEM_LEAST = 4, ENDING_MOST = 4 };
    const struct find_word *longer = a->n >= b->n ? a : b, *other = a->n >= b->n ? b : a;
    if (a->n == b->n && memcmp(a->s, b->s, a->n) == 0) {
        return 1;
    }
    if (other->n >= STEM_LEAST && longer->n - other->n <= ENDING_MOST &&
        memcmp(a->s, b->s, other->n) == 0) {
        return 0.8;
    }
    return is_slip(a, b) ? 0.5 : 0;
}

static void read_query(struct query *q, const char *s, size_t n)
{
    struct find_word w;
    *q = (struct query){0};
    for (size_t at = 0; q->count < WORDS_MOST && next_word(s, n, &at, &w);) {
        if (!is_filler(&w)) {
            q->words[q->count++] = w;
        }
    }
}

bool find_has_words(const char *s, size_t n)
{
    struct query q;
    read_query(&q, s, n);
    return q.count > 0;
}

// ---- Entries ------------------------------------------------------------------------------------

static void look(const struct query *q, const char *text, double weight, struct find_fit *fit)
{
    struct find_word w;
    for (size_t at = 0, n = strlen(text); next_word(text, n, &at, &w);) {
        for (size_t i = 0; i < q->count; i++) {
            double here = weight * likeness(&q->words[i], &w);
            fit->weight[i] = here > fit->weight[i] ? here : fit->weight[i];
        }
    }
}

// The entries of a course and of the glossary, one after another.
struct find_entries {
    const struct course *course;
    size_t at;
};

// A row's id and its own words count most, then its card's, then those of the questions that cover
// it.
static void look_row(const struct query *q, const struct course *c, const struct course_row *row,
                     struct find_fit *fit)
{
    look(q, row->id, 8, fit);
    look(q, row->title, 3, fit);
    for (size_t i = 0; i < c->questions.count; i++) {
        const struct course_question *asked = &BUF(struct course_question, &c->questions)[i];
        if (course_covers(asked->covers, row->id)) {
            look(q, asked->text, asked->kind == QUESTION_RECALL ? 2 : 1, fit);
            look(q, asked->model, 0.5, fit);
        }
    }
}

static size_t rows_of(const struct course *c)
{
    return c == NULL ? 0 : c->rows.count;
}

// False: there are no more.
static bool next_entry(struct find_entries *e, const struct query *q, struct find_result *result,
                       struct find_fit *fit)
{
    const struct course *c = e->course;
    size_t rows = rows_of(c), lessons = c == NULL ? 0 : c->lessons.count, i = e->at++;
    *fit = (struct find_fit){{0}};
    if (i < rows) {
        const struct course_row *row = &BUF(struct course_row, &c->rows)[i];
        *result = (struct find_result){.kind = FIND_ROW, .id = row->id, .title = row->title};
        look_row(q, c, row, fit);
        return true;
    }
    i -= rows;
    if (i < lessons) {
        const struct course_lesson *l = &BUF(struct course_lesson, &c->lessons)[i];
        *result = (struct find_result){.kind = FIND_LESSON, .id = l->id, .title = l->title};
        if (*l->deck == '\0') {
            look(q, l->title, 3, fit);
        }
        return true;
    }
    const struct term *term = glossary_at(i - lessons);
    if (term == NULL) {
        return false;
    }
    *result = (struct find_result){.kind = FIND_TERM, .id = term->term, .title = term->text};
    look(q, term->term, 4, fit);
    look(q, term->others, 4, fit);
    look(q, term->text, 1, fit);
    return true;
}

// ---- Searching ----------------------------------------------------------------------------------

// How many entries each word is in: a rare word tells more.
static void count_texts(struct query *q, const struct course *course)
{
    struct find_entries e = {.course = course};
    struct find_result result;
    struct find_fit fit;
    while (next_entry(&e, q, &result, &fit)) {
        q->texts++;
        for (size_t i = 0; i < q->count; i++) {
            q->words[i].texts += fit.weight[i] > 0;
        }
    }
}

static double score(const struct query *q, const struct find_fit *fit)
{
    double sum = 0;
    size_t found = 0;
    for (size_t i = 0; i < q->count; i++) {
        sum += fit->weight[i] * maths_log((double)(q->texts + 1) / (double)(q->words[i].texts + 1));
        found += fit->weight[i] > 0;
    }
    // An entry with most of the words is rather meant than one with the rarest alone.
    return q->count == 0 ? 0 : sum * (double)found / (double)q->count;
}

// Keeps the best, best first; of equals the one that came first.
static size_t insert(struct find_result results[FIND_MOST], size_t count,
                     const struct find_result *r)
{
    size_t i = count < FIND_MOST ? count : FIND_MOST - 1;
    if (count == FIND_MOST && results[i].score >= r->score) {
        return count;
    }
    for (; i > 0 && results[i - 1].score < r->score; i--) {
        results[i] = results[i - 1];
    }
    results[i] = *r;
    return count < FIND_MOST ? count + 1 : count;
}

size_t find_words(const struct course *course, const char *s, size_t n,
                  struct find_result results[FIND_MOST])
{
    struct query q;
    struct find_entries e = {.course = course};
    struct find_result r;
    struct find_fit fit;
    size_t count = 0, kept = 0;
    read_query(&q, s, n);
    count_texts(&q, course);
    while (next_entry(&e, &q, &r, &fit)) {
        r.score = score(&q, &fit);
        if (r.score > 0) {
            count = insert(results, count, &r);
        }
    }
    while (kept < count && results[kept].score >= results[0].score / 2) {
        kept++;
    }
    return kept;
}

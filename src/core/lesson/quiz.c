#include "lesson/quiz.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "engine/rng.h"
#include "lesson/find.h"
#include "lesson/glossary.h"
#include "text/names.h"

struct quiz_candidate {
    const struct course_question *question;
    double key;  // smaller comes first
};

// ---- Topics -------------------------------------------------------------------------------------

enum topic_kind { TOPIC_ALL, TOPIC_LESSON, TOPIC_DECK, TOPIC_ROWS };

struct quiz_topic {
    enum topic_kind kind;
    const char *id;  // of the lesson, the deck
    struct find_result rows[FIND_MOST];
    size_t count;  // of them
};

static struct span word_at(const struct quiz_wish *wish)
{
    return (struct span){0, wish->length};
}

// "chain rule" names the lesson chain-rule.
static bool is_id(const char *id, const struct quiz_wish *wish)
{
    size_t n = strlen(id);
    for (size_t i = 0; i < n && n == wish->length; i++) {
        char c = wish->topic[i] == ' ' ? '-' : wish->topic[i];
        if (c != id[i]) {
            return false;
        }
    }
    return n == wish->length;
}

static bool find_lesson(const struct course *c, const struct quiz_wish *wish, struct quiz_topic *t)
{
    for (size_t i = 0; i < c->lessons.count; i++) {
        const struct course_lesson *l = &BUF(struct course_lesson, &c->lessons)[i];
        bool deck = *l->deck != '\0' && is_id(l->deck, wish);
        if (deck || is_id(l->id, wish)) {
            *t = (struct quiz_topic){.kind = deck ? TOPIC_DECK : TOPIC_LESSON,
                                     .id = deck ? l->deck : l->id};
            return true;
        }
    }
    return false;
}

static bool find_row(const struct course *c, const struct quiz_wish *wish, struct quiz_topic *t)
{
    char id[8] = "";
    if (wish->length < sizeof id) {
        memcpy(id, wish->topic, wish->length);
    }
    const struct course_row *row = *id == '\0' ? NULL : course_row(c, id);
    if (row != NULL) {
        *t = (struct quiz_topic){.kind = TOPIC_ROWS, .count = 1};
        t->rows[0] = (struct find_result){.kind = FIND_ROW, .id = row->id};
    }
    return row != NULL;
}

static bool search_rows(const struct course *c, const struct quiz_wish *wish, struct quiz_topic *t)
{
    struct find_result found[FIND_MOST];
    // By the word that the course has for it: backprop is backpropagation.
    const struct term *term = glossary_find(wish->topic, wish->length);
    size_t count = find_words(c, wish->topic, wish->length, found);
    if (count == 0 && term != NULL) {
        count = find_words(c, term->term, strlen(term->term), found);
    }
    *t = (struct quiz_topic){.kind = TOPIC_ROWS};
    for (size_t i = 0; i < count; i++) {
        if (found[i].kind == FIND_ROW) {
            t->rows[t->count++] = found[i];
        }
    }
    return t->count > 0;
}

static bool refuse_topic(const struct course *c, const struct quiz_wish *wish, struct diag *d)
{
    struct nearest nearest;
    char quoted[QUOTED];
    nearest_init(&nearest, wish->topic, wish->length);
    for (size_t i = 0; i < c->lessons.count; i++) {
        const struct course_lesson *l = &BUF(struct course_lesson, &c->lessons)[i];
        const char *name = *l->deck != '\0' ? l->deck : l->id;
        nearest_offer(&nearest, name, strlen(name));
    }
    diag_set(d, word_at(wish), "no questions are about '%s'",
             diag_quote(quoted, wish->topic, wish->length));
    return nearest.best[0] != '\0'
               ? diag_hint(d, "did you mean '%s'?", nearest.best)
               : diag_hint(d, "a topic is a lesson's name (quiz chain-rule), a deck of cards (quiz "
                              "interview) or a few words (quiz dead relu)");
}

static bool find_topic(const struct course *c, const struct quiz_wish *wish, struct quiz_topic *t,
                       struct diag *d)
{
    *t = (struct quiz_topic){.kind = TOPIC_ALL};
    return wish->length == 0 || find_lesson(c, wish, t) || find_row(c, wish, t) ||
           search_rows(c, wish, t) || refuse_topic(c, wish, d);
}

// ---- Picking ------------------------------------------------------------------------------------

static bool is_asked_in_exam(enum question_kind kind)
{
    return kind == QUESTION_NUMBER || kind == QUESTION_FORMULA || kind == QUESTION_CHOICE ||
           kind == QUESTION_MULTI || kind == QUESTION_ORDER || kind == QUESTION_NODE ||
           kind == QUESTION_EDGE;
}

static bool covers_any(const struct quiz_topic *t, const char *covers)
{
    for (size_t i = 0; i < t->count; i++) {
        if (course_covers(covers, t->rows[i].id)) {
            return true;
        }
    }
    return false;
}

static bool fits(const struct course *c, const struct quiz_topic *t, const struct quiz_wish *wish,
                 const struct course_question *q)
{
    const struct course_lesson *l = &BUF(struct course_lesson, &c->lessons)[q->lesson];
    bool card = *l->deck != '\0';
    if (*l->trouble != '\0' || q->kind == QUESTION_GUESS ||
        (wish->exam && !is_asked_in_exam(q->kind))) {
        return false;
    }
    switch (t->kind) {
    case TOPIC_LESSON:
        return strcmp(l->id, t->id) == 0;
    case TOPIC_DECK:
        return card && strcmp(l->deck, t->id) == 0;
    case TOPIC_ROWS:
        return covers_any(t, q->covers);
    case TOPIC_ALL:
        break;
    }
    // Of everything: what is judged. Whoever wants to answer aloud names a deck.
    return !card && q->kind != QUESTION_RECALL;
}

// Chance decides, in favour of what is least likely to be known; of everything, what was never met
// comes after what was.
static double key_of(const struct course *c, const struct quiz_topic *t,
                     const struct course_question *q, struct rng *rng)
{
    double chance = rng_uniform(rng), known = fmax(course_known(c, q), 0);
    bool unmet = t->kind == TOPIC_ALL && q->seen == 0;
    return chance + known + (unmet ? 10 : 0);
}

static void sort(struct quiz_candidate *all, size_t count)
{
    for (size_t i = 1; i < count; i++) {  // a few hundred
        struct quiz_candidate one = all[i];
        size_t k = i;
        for (; k > 0 && all[k - 1].key > one.key; k--) {
            all[k] = all[k - 1];
        }
        all[k] = one;
    }
}

static bool pick(const struct course *c, const struct quiz_topic *t, const struct quiz_wish *wish,
                 struct buf *all, struct buf *picks)
{
    struct rng rng;
    rng_seed(&rng, wish->seed);
    for (size_t i = 0; i < c->questions.count; i++) {
        const struct course_question *q = &BUF(struct course_question, &c->questions)[i];
        struct quiz_candidate *at = fits(c, t, wish, q) ? buf_push(all, 1) : NULL;
        if (at != NULL) {
            *at = (struct quiz_candidate){.question = q, .key = key_of(c, t, q, &rng)};
        }
    }
    sort(all->data, all->count);
    for (size_t i = 0; i < all->count && i < wish->count; i++) {
        const struct course_question *q = BUF(struct quiz_candidate, all)[i].question;
        struct course_due *due = buf_push(picks, 1);
        if (due != NULL) {
            *due = (struct course_due){.lesson =
                                           BUF(struct course_lesson, &c->lessons)[q->lesson].path,
                                       .question = q->id};
        }
    }
    return !all->failed && !picks->failed;
}

bool quiz_pick(const struct course *course, const struct quiz_wish *wish, struct buf *picks,
               struct diag *d)
{
    struct quiz_topic topic;
    struct buf all;
    if (!find_topic(course, wish, &topic, d)) {
        return false;
    }
    buf_init(&all, sizeof(struct quiz_candidate));
    bool ok = pick(course, &topic, wish, &all, picks) || diag_out_of_memory(d);
    buf_release(&all);
    if (ok && picks->count == 0) {
        diag_set(d, word_at(wish),
                 wish->exam ? "no exam question is about this" : "there are no questions to ask");
        return false;
    }
    return ok;
}

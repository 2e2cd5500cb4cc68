// `check` on lessons: what may be meant, but hardly is. Nothing has failed.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check/check_player.h"
#include "play/tutor.h"
#include "process/tell.h"

__attribute__((format(printf, 3, 4))) static void warn(struct player *p, struct lesson_place place,
                                                       const char *format, ...)
{
    const struct question *q = tutor_question(p->host.tutor);
    va_list args;
    va_start(args, format);
    check_say_place(p, place);
    tell(stdout, "warning: %s%s", q == NULL ? "" : q->id, q == NULL ? "" : ": ");
    tell_args(stdout, format, args);
    putchar('\n');
    va_end(args);
    p->check->warned++;
}

// An option that is called like the letter of one: whoever types a means which?
static void warn_of_letters(struct player *p, const struct question *q)
{
    for (const struct question_line *o = q->options.first; o != NULL; o = o->next) {
        const char *s = o->left + (o->left[0] == '`');
        char small = text_small(*s);
        bool letter = small >= 'a' && (size_t)(small - 'a') < q->options.count &&
                      (s[1] == '\0' || (s > o->left && s[1] == '`' && s[2] == '\0'));
        if (letter) {
            warn(p, check_at(p, o->line),
                 "this option is itself a letter, so it has to be typed in quotes, \"%c\"", *s);
        }
    }
}

// Has the question's text to say what the answer is called? A number that is drawn and is itself
// the answer, or a function that is its own derivative.
static bool must_tell(const struct question *q, const char *key)
{
    for (const struct variation *v = q->variations; v != NULL; v = v->next) {
        if (strcmp(v->name, q->answer) == 0) {
            return true;
        }
    }
    return strncmp(q->answer, "derive ", strlen("derive ")) == 0 && check_stands_in(q->answer, key);
}

// What the answer is called in a text: a number of one digit is everywhere, so of those the name
// of what is asked goes with it.
static bool tells_key(struct player *p, const struct question *q, const char *text)
{
    struct text key;
    struct diag ignored = {0};
    bool told = false;
    text_init(&key);
    if (q->kind == QUESTION_NUMBER) {
        told = check_number_is_in(p, q, text);
    } else if (q->kind == QUESTION_FORMULA) {
        told = tutor_question_key(p->host.tutor, &key, &ignored) && text_length(&key) >= 3 &&
               check_stands_in(text, text_get(&key));
    } else if (q->kind == QUESTION_NODE || q->kind == QUESTION_EDGE) {
        told = false;  // names are in every text
    }
    text_release(&key);
    return told;
}

// Does a text of the question's tell its answer, whatever numbers are drawn?
static bool gives_away(struct player *p, const struct question *q, const char *text, uint64_t seeds)
{
    for (uint64_t seed = 0; seed < seeds; seed++) {
        struct text filled;
        if (!check_ask(p, seed)) {
            return false;
        }
        text_init(&filled);
        tutor_question_fill(p->host.tutor, text, &filled);
        bool told = tells_key(p, q, text_get(&filled));
        text_release(&filled);
        if (!told) {
            return false;
        }
    }
    return true;
}

static void warn_of_telling(struct player *p, const struct question *q)
{
    uint64_t seeds = q->variations == NULL ? 1 : check_trains(q) ? SEEDS_SLOW : SEEDS_HELPED;
    struct text key;
    struct diag ignored = {0};
    text_init(&key);
    tutor_question_key(p->host.tutor, &key, &ignored);
    if (!must_tell(q, text_get(&key)) && gives_away(p, q, q->text, seeds)) {
        warn(p, check_at(p, q->line + 1), "the question's own text gives the answer away");
    }
    text_release(&key);
    for (const struct question_line *h = q->hints.first; h != NULL; h = h->next) {
        if (gives_away(p, q, h->left, seeds)) {
            warn(p, check_at(p, h->line), "this hint gives the answer away");
        }
    }
}

// ---- Numbers that never come up -----------------------------------------------------------------

enum { VALUES_COUNTED = 20 };  // SEEDS draws meet each value of so few: one is missed in e^10 times

// A variation of few values, and which of them a draw was left with. One of more has count 0.
struct drawn {
    size_t count;
    double values[VALUES_COUNTED];
    bool used[VALUES_COUNTED];
};

static struct drawn none_drawn(const struct variation *v)
{
    struct drawn d = {.count = variation_count(v)};
    d.count = d.count > VALUES_COUNTED ? 0 : d.count;
    for (size_t i = 0; i < d.count; i++) {
        d.values[i] = variation_value(v, i);
    }
    return d;
}

static void mark_used(struct drawn *d, double value)
{
    for (size_t i = 0; i < d->count; i++) {
        d->used[i] |= d->values[i] == value;
    }
}

static size_t list_unused(const struct drawn *d, struct text *list)
{
    size_t unused = 0;
    for (size_t i = 0; i < d->count; i++) {
        char number[NUMBER_TEXT];
        if (!d->used[i]) {
            text_addf(list, "%s%s", unused++ > 0 ? ", " : "",
                      number_text(number, d->values[i], 12));
        }
    }
    return unused;
}

static void warn_of_unused(struct player *p, const struct question *q, const struct variation *v,
                           const struct drawn *d)
{
    struct text list;
    text_init(&list);
    size_t unused = list_unused(d, &list);
    if (unused > 0) {
        warn(p, check_at_key(p, q, "vary"),
             "%s is never %s: with %s a 'when' is the right answer, two of them say different "
             "things to one number, or there is no answer; 'except %s' says so",
             v->name, text_get(&list), unused > 1 ? "them" : "it", text_get(&list));
    }
    text_release(&list);
}

// Asks with every seed. False: it could not be asked.
static bool note_draws(struct player *p, struct drawn *all, size_t n)
{
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        if (!check_ask(p, seed)) {
            return false;
        }
        for (size_t i = 0; i < n; i++) {
            mark_used(&all[i], tutor_question_drawn(p->host.tutor, i));
        }
    }
    return true;
}

// Numbers with which a `when` is the right answer are drawn again when the question is asked. Some
// are so only together with others; one that is so with all is not a choice at all.
static void warn_of_draws(struct player *p, const struct question *q)
{
    struct buf all;
    bool some = false;
    buf_init(&all, sizeof(struct drawn));
    for (const struct variation *v = q->variations; v != NULL; v = v->next) {
        struct drawn *d = buf_push(&all, 1);
        if (d != NULL) {
            *d = none_drawn(v);
            some |= d->count > 0;
        }
    }
    if (some && !all.failed && !check_trains(q) &&
        note_draws(p, BUF(struct drawn, &all), all.count)) {
        size_t place = 0;
        for (const struct variation *v = q->variations; v != NULL; v = v->next) {
            warn_of_unused(p, q, v, &BUF(struct drawn, &all)[place++]);
        }
    }
    buf_release(&all);
}

void check_warn(struct player *p, const struct question *q)
{
    warn_of_letters(p, q);
    warn_of_telling(p, q);
    warn_of_draws(p, q);
}

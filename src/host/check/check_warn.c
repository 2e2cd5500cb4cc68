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
        char small = *s >= 'A' && *s <= 'Z' ? (char)(*s + ('a' - 'A')) : *s;
        bool letter = small >= 'a' && (size_t)(small - 'a') < q->options.count &&
                      (s[1] == '\0' || (s > o->left && s[1] == '`' && s[2] == '\0'));
        if (letter) {
            warn(p, check_at(p, o->line),
                 "this option is itself the letter of one; who means it has to type it in quotes, "
                 "\"%c\"",
                 *s);
        }
    }
}

// What the answer is called in a text: a number of one digit stands everywhere, so of those the name
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
        told = false;  // names stand in every text
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
    if (gives_away(p, q, q->text, seeds)) {
        warn(p, check_at(p, q->line + 1), "the question's own text tells the answer");
    }
    for (const struct question_line *h = q->hints.first; h != NULL; h = h->next) {
        if (gives_away(p, q, h->left, seeds)) {
            warn(p, check_at(p, h->line), "this hint tells the answer");
        }
    }
}

// Numbers with which a `when` is the right answer are drawn again when the question is asked.
static void warn_of_draws(struct player *p, const struct question *q)
{
    size_t again = 0;
    uint64_t seeds = check_trains(q) ? SEEDS_SLOW : SEEDS;
    for (uint64_t seed = 0; q->variations != NULL && seed < seeds; seed++) {
        again += check_ask(p, seed) && tutor_question_draws(p->host.tutor) > 1;
    }
    if (again > 0) {
        warn(p, check_at_key(p, q, "vary"),
             "%zu of %d draws were made again: with them a 'when' is the right answer, two of them "
             "say different things to one number, or there is no answer; 'except' keeps such "
             "numbers out",
             again, (int)seeds);
    }
}

void check_warn(struct player *p, const struct question *q)
{
    warn_of_letters(p, q);
    warn_of_telling(p, q);
    warn_of_draws(p, q);
}

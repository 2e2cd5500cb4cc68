// When a question should come back: FSRS, the free spaced repetition scheduler, version 5 (the
// formulas and default weights of open-spaced-repetition's fsrs, `w` of 19 numbers). Pure: the log
// of attempts and the time come in, a card's state comes out; nothing is remembered between calls,
// so the schedule can always be derived again from the log alone.
#ifndef LESSON_REVIEW_H
#define LESSON_REVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rating { RATING_AGAIN = 1, RATING_HARD, RATING_GOOD, RATING_EASY };

// How an answer counts. From a judged question: wrong at first, or solution asked for: again;
// right after a hint or a wrong answer: hard; right at once: good. A recall rates itself.
struct attempt {
    int64_t when;  // Unix time, seconds
    enum rating rating;
};

struct card {
    double stability;   // days until the chance to recall falls to 0.9
    double difficulty;  // 1 to 10
    int64_t last, due;  // Unix time, seconds
    uint32_t lapses, reviews;
};

// again hard good easy, or their numbers 1 to 4, blanks around them. False if it is none of them.
bool rating_read(const char *s, size_t n, enum rating *rating);
const char *rating_name(enum rating rating);

// The card after these attempts, oldest first; one less than a day after the one before it counts
// as FSRS-5's same-day review. It is due when the chance to recall it falls to 0.9, rounded to
// whole days and at least one. count 0: a new card, due 0.
struct card review_replay(const struct attempt *attempts, size_t count);
// The chance that it is recalled now, 0 to 1.
double review_recall(const struct card *card, int64_t now);

#endif

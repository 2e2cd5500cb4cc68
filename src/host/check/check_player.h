// What the files that check lessons share: a lesson being played.
#ifndef CHECK_CHECK_PLAYER_H
#define CHECK_CHECK_PLAYER_H

#include "check/check_lessons.h"
#include "lesson/lesson.h"
#include "store/lesson_place.h"
#include "supply/host.h"

enum {
    SEEDS = 200,        // that a question with numbers of its own is played with
    SEEDS_SLOW = 3,     // … if it trains
    SEEDS_HELPED = 20,  // of these: hints, solution and what was before it are looked at, too
    SEEDS_TYPED = 3,    // … their code is typed
    SEEDS_SKIPPED = 3,  // with which the whole lesson is skipped
    COLUMNS = 80,       // that a line may have as it is shown
};

// A lesson being played.
struct player {
    struct lessons_check *check;
    const struct lesson *lesson;
    struct host host;
    struct records came;   // what the last thing typed brought
    struct text above;     // what was shown since the last question
    bool counted_failure;  // the question at hand has failed
    uint64_t seed;
};

// Where a line of the file is, or the value of a key of the question.
struct lesson_place check_at(const struct player *p, size_t line);
struct lesson_place check_at_key(const struct player *p, const struct question *q, const char *key);
void check_say_place(const struct player *p, struct lesson_place place);
// Says what fails of the lesson.
__attribute__((format(printf, 3, 4))) void check_report(struct player *p, struct lesson_place place,
                                                        const char *format, ...);
// Says what fails of the question at hand, once; the numbers it came with are named. False.
__attribute__((format(printf, 3, 4))) bool check_fail(struct player *p, struct lesson_place place,
                                                      const char *format, ...);
// Types a text; what came of it is p->came until the next.
void check_type(struct player *p, const char *text);
// The first record of a kind that came; NULL if there is none.
const struct rec *check_came(const struct player *p, enum rec_kind kind);
// A mistake of the lesson's own among what came: it is told.
bool check_fault(struct player *p);
// Types an answer: "right", "wrong", "misread", "model" or "taken as a statement".
const char *check_verdict(struct player *p, const char *answer);
// Asks the question again with the numbers of this seed. False: it cannot be asked.
bool check_ask(struct player *p, uint64_t seed);
// Does it train, so that it is played with few seeds?
bool check_trains(const struct question *q);
// Is `what` in the text, not as a part of a longer name or number?
bool check_stands_in(const char *text, const char *what);
// Does the text tell the number that is asked for?
bool check_number_is_in(struct player *p, const struct question *q, const char *text);

// Was memory refused? Then what does not hold came of that, and nothing more is typed.
bool check_is_short(struct player *p);
// The host's ear: keeps what came.
void check_see(void *seer, const struct rec *record);
// What was said to an answer that could not be read.
const char *check_why_misread(const struct player *p);
// Types an answer; fails where the verdict is another.
bool check_expect(struct player *p, size_t line, const char *answer, const char *verdict,
                  const char *what);
// check_told.c: does what was shown before the question tell its answer?
bool check_is_told(struct player *p, const struct question *q);
// check_question.c: plays the question at hand with many seeds.
void check_question(struct player *p);

// check_hints.c: types the code of every hint as it is printed.
bool check_typed_hints(struct player *p, const struct question *q);

// check_warn.c: warns of what may be meant, and hardly is: a hint or a text that tells the answer,
// an option that is called like the letter of one, numbers of `vary` that never come up.
void check_warn(struct player *p, const struct question *q);

#endif

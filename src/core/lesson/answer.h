// Judging a learner's answer, by the question's kind: kinds.def names the function of each.
//
// Pure: no session, no files, no clock. What an answer is held against is computed from the graph
// of `scope` as it stands, so that nobody can mistype a key; the graph is the same afterwards, to
// the last node. Looks at scope->stop.
#ifndef LESSON_ANSWER_H
#define LESSON_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/text.h"

struct question;
struct question_line;
struct scope;

// How far off an answer may be: |answer - key| <= absolute + relative × the larger of the two.
struct tolerance {
    double absolute, relative;
};

// Unless a question says otherwise: half a percent, and what rounding may leave where 0 is asked.
#define TOLERANCE_RELATIVE 5e-3
#define TOLERANCE_ROUNDING 1e-12
// What is to be equal in a condition, may differ by rounding.
#define TOLERANCE_EQUAL 1e-9

// Is the number the learner gave the one that is asked for? inf and nan are right only as such.
// The digits that a question for a number wants, as far as its tolerance comes to some; else 0.
int question_digits(const struct question *q);
bool judge_number_is_right(double answer, double key, struct tolerance tolerance);

enum judged {
    JUDGED_RIGHT,
    JUDGED_WRONG,
    JUDGED_PARTLY,     // fill: right as far as it goes, other cells are still empty
    JUDGED_MALFORMED,  // not understood, or no answer to this question: the diag says why, and no
                       // attempt is lost
    JUDGED_OPEN,       // it cannot be decided: the diag says why, and no attempt is lost
    JUDGED_BY_LEARNER  // recall: now the model answer is shown, and they rate themselves
};

enum { JUDGED_SAID_MOST = 8, JUDGED_TOLD_MOST = 3 };

// A number that was asked for to tell mistakes apart.
struct judged_number {
    uint32_t leaf;
    double value;
    struct tolerance written;  // how exactly it was written
};

struct judgement {
    enum judged judged;
    bool near;               // wrong, but not by much: too few digits, an option missing
    struct diag diag;        // JUDGED_MALFORMED, JUDGED_OPEN; the span is in bytes of the answer
    const char *understood;  // the answer as it was read, to be shown before it is judged: "2*x",
                             // "1/3 = 0.333333"; "" where the answer says it as well
    const char *said[JUDGED_SAID_MOST];  // what to say to it, sentence by sentence; {= } stands as
                                         // the author wrote it
    size_t said_count;
    uint32_t filled;  // fill: a bit for each cell that is right. Zero it before a question's first
                      // answer, and hand it back with each that follows
    // The graph that the lesson showed before the question drew numbers of its own; NULL if it drew
    // none. Set it before each answer.
    const struct scope *earlier;
    // A wrong number that several mistakes explain: the leaf whose gradient tells them apart, to be
    // asked for and handed to judge_more; NODE_NONE if there is none. Its name is in what is said.
    uint32_t more;
    double number;                                // what was given (number, guess) …
    struct tolerance written;                     // … and how exactly
    struct judged_number told[JUDGED_TOLD_MOST];  // judge_more's own
    size_t told_count;
    struct arena arena;
};

void judgement_init(struct judgement *j);
void judgement_release(struct judgement *j);
// Judges the answer `text` (one line). `seed` is the question's, of which its options' order is
// made. j was initialised; of an earlier answer to the same question only `filled` counts.
void judge(const struct question *q, const struct scope *scope, uint64_t seed, const char *text,
           struct judgement *j);
// Takes the number that was asked for because of j->more, and says what it shows; j->more may then
// ask for one more. It is not an attempt: JUDGED_PARTLY, or JUDGED_MALFORMED; unless it explains
// nothing and is what the question asks for: JUDGED_RIGHT.
void judge_more(const struct question *q, const struct scope *scope, const char *text,
                struct judgement *j);

// Does the line name what it answers, `dL/da = 6` or a cell's name, so that it is an answer
// although it looks like an assignment?
bool answer_is_named(const struct question *q, const char *text);

// Is the line the text of an option, or are several named with commas between, so that it is an answer although
// it may begin with a command's word?
bool answer_names_options(const struct question *q, const char *text);

// do: what is looked at after each statement.
struct question_sight {
    const struct scope *scope;
    uint32_t output;    // the node of the last output; NODE_NONE if there is none
    int digits;         // of the numbers in what is said
    const char *did;    // the statement that was just carried out …
    const char *wrote;  // … and the file that it wrote; "" if none
    // A bit for each `until` that asks what was done, and once was. Zero it when the question is
    // asked, and hand it back.
    uint64_t done;
    // The same for those whose command was carried out with other words. Zero it before each line.
    uint64_t tried;
};

// What came of a condition.
enum condition_end {
    CONDITION_HOLDS,
    CONDITION_FAILS,  // `why` says what is the case instead: "L is 0.35"
    CONDITION_BAD,    // it cannot be decided: the diag says why, its span being in the text
};

// Does one of its conditions hold (lesson/condition.h)? Where it does not, what is the case instead
// is appended to `why`, unless the question itself says it. What was not tried yet, and what cannot be
// evaluated yet, is CONDITION_BAD.
enum condition_end question_condition(const struct question *q, const struct question_line *until,
                                      struct question_sight *sight, struct text *why);
// Do all of them?
bool question_holds(const struct question *q, struct question_sight *sight);
// All of them, joined by "and".
void question_conditions(const struct question *q, struct text *out);

// The options of choice, multi and order as they are shown: a. is shown[0]. Returns how many.
enum { OPTIONS_MOST = 26 };
size_t question_options(const struct question *q, uint64_t seed,
                        const struct question_line *shown[OPTIONS_MOST]);

// The right answer, as it may be typed: what `solution` shows, and what the checks type. False: it
// cannot be said, and the diag says why.
bool question_key(const struct question *q, const struct scope *scope, uint64_t seed,
                  struct text *out, struct diag *d);
// The number that an expression of the question's (its answer, a cell's, a `when`) has on the
// graph, computed aside.
bool question_number(const struct scope *scope, const char *expression, double *number,
                     struct diag *d);

#endif

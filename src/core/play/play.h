// A lesson being played. Private to the room.
//
// The learner's own session is not touched by a lesson: the lesson has a session of its own, its
// graph, and each question a copy of that. What is typed while a lesson is played goes to it
// (tutor_run hands over to play_run), is told apart there (a statement, or an answer), and
// statements are run in the graph that is being looked at. So undo, the journal and a crash all see
// the learner's session as it was when the lesson began.
//
// Like everything behind the door this is resumable state: play_run does one thing and returns.
#ifndef PLAY_PLAY_H
#define PLAY_PLAY_H

#include "lesson/answer.h"
#include "lesson/course.h"
#include "lesson/lesson.h"
#include "lesson/review.h"
#include "play/tutor.h"
#include "session/call.h"

enum play_state {
    PLAY_ITEMS,     // the next item of the lesson comes
    PLAY_PAUSE,     // more prose waits for Enter
    PLAY_ENTRIES,   // statements of the lesson are run
    PLAY_QUESTION,  // an answer is awaited
    PLAY_RATE,      // of a recall, how well it was known
    PLAY_ANSWERED,  // Enter goes on
    PLAY_DUE,       // a review has asked for the lesson of its next question
    PLAY_COURSE,    // the course is asked for what comes next
    PLAY_OVER,      // the learner's own session comes back
};

// What the statements are that are run: what follows them depends on it.
enum play_doing {
    DOING_CODE,      // a block of the lesson
    DOING_CATCH_UP,  // blocks before the place where the lesson goes on, unseen
    DOING_VARY,      // a question's numbers,
    DOING_SETUP,     // its setup,
    DOING_FORWARD,   // what is stale after these
    DOING_SOLVE,     // the worked solution
    DOING_WHY,
    DOING_TYPED,  // a statement of the learner's
    DOING_KEPT,   // what was typed before the program ended, unseen: see kept.h
};

// What a command of the learner's asks of the play once its statement is done.
enum play_wish {
    WISH_NONE,
    WISH_SOLUTION,
    WISH_SKIP,
    WISH_PREVIOUS,
    WISH_RETRY,
    WISH_LESSON,
};

// Statements to be run one after the other: the lines of a text, or of a question's list.
struct entries {
    const char *text;  // what is left of it
    const struct question_line *list;
    size_t line;     // of `text` in the lesson's file
    bool same_line;  // all of it stands for this line
};

// Where a question was met: the lesson's graph as it was then, so that `previous` can go back, and
// what was before it.
struct play_mark {
    size_t item;
    struct session *graph;
    struct records context;
};

// What is known of each question of the lesson.
struct play_question {
    uint32_t seen;        // times that the learner met it
    bool right, skipped;  // since the lesson began here
    bool missed;          // answered wrongly, skipped, or its solution was looked at;
    bool wrong;           // not only skipped
};

// What is between the host and the learner's session.
struct tutor {
    struct buf self;          // the memory this lies in
    struct session *session;  // the learner's own
    struct play *play;        // NULL: no lesson is played
    struct play *fallen;      // one that was left because memory was refused, until the next text
    size_t refusals;          // of memory, when it was begun: see base/mem.h
    bool fell_short;          // memory was refused since
    int64_t now;              // Unix time in seconds when it was begun; 0: no clock is known
    bool stoppable;           // somebody can stop what runs
    bool entered;             // the text that was begun has not been looked at
    char enter[80];           // what an empty line is: after a lesson the next; or ""
    char ended[80];           // the lesson that was ended last; or ""
    bool again;               // its last question is to be asked again
    struct text question;     // a line that ends in ?, as `ask` takes it
    struct source instead;    // … as a text
    bool asks;                // a need of the play's own is out, not one of a statement
    bool graded;              // answers are graded: see grading.h
    struct diag refusal;      // of the last need, where that was refused
    struct lesson *lesson;    // supplied, and not yet taken
    const struct course *course;  // supplied, while the same statement runs
    struct kept *kept;            // a lesson that is being taken up; NULL: none is
    struct buf kept_memory;       // which that lies in
    bool took_up;                 // it was
};

// The tutor on whose behalf a command of lessons runs.
static inline struct tutor *tutor_of(const struct call *c)
{
    return c->s->world.owner;
}

struct review;
// commands_lesson.c: may a lesson begin in this statement? False: the diag says why not.
bool lesson_may_begin(struct call *c);
// Asks for the lesson of the review's first question, and begins once that is there. The review is
// this function's from now on; NULL: there was no memory for it.
enum call_end lesson_begin_review(struct call *c, struct review *review);
// What was asked for was refused: the diag says why, at `word`, or at the command if that is empty.
enum call_end lesson_refused(struct call *c, struct span word);
// Are there lessons, or is there no course yet? False: the diag says that none were found.
bool lesson_has_course(struct call *c);

struct play {
    struct buf self;  // the memory this lies in
    struct tutor *tutor;
    struct lesson *lesson;
    struct session *blank;  // an empty graph, to be copied
    struct session *graph;  // the lesson's
    struct session *aside;  // the question's copy of it, in which the learner works; or NULL
    struct session *asked;  // as that was when it was asked: what keys and solutions come from
    bool begun;
    enum play_state state;
    size_t item;         // the next one
    size_t catch_up_to;  // DOING_CATCH_UP: the item to stop at
    size_t rows;         // on the screen since Enter was last pressed
    bool within_code;    // PLAY_PAUSE: the rest of a block's statements waits
    // Statements being run.
    enum play_doing doing;
    struct entries entries;
    bool first_entry;      // none of them was shown yet
    bool running;          // one of them is
    bool short_of_memory;  // the last one failed for that
    int64_t budget;        // turns left to it, where nobody could press Ctrl-C
    struct text script;    // DOING_VARY, DOING_FORWARD: the text of `entries`
    struct text typed;     // the line of the learner's that is being run
    enum play_wish wish;
    struct play *next;  // WISH_LESSON
    size_t failures;    // of the lesson's own statements and texts
    // The course, as far as it was told when the lesson began.
    uint64_t salt;
    struct buf questions;   // struct play_question
    struct buf marks;       // struct play_mark, of questions from the first on
    struct records missed;  // {number, text}: the questions that were missed, as they were asked
    // What was in the lesson since the question before: prose and code, seen or not.
    struct records context;
    // The question being asked.
    const struct question *question;
    size_t number;   // of the next question, or the one being asked: from 0
    size_t reached;  // the most questions that were passed: where the lesson goes on
    uint64_t seed;
    struct rng rng;                   // from which its numbers are drawn
    uint32_t draws;                   // how often they were
    struct buf values;                // double: what was drawn, by variation
    const struct variation *rebound;  // DOING_SETUP: a line of it bound this name anew
    uint32_t hints, wrong;
    bool solved;  // its solution was shown
    bool passed;
    bool checked;         // tutor_ask asked it
    bool held;            // do: what is asked for holds
    size_t logged;        // do: bytes of the graph's log when a line was begun
    struct text ground;   // the log of the graph when the learner began to type into it: see kept.h
    bool touched;         // the lesson's own graph has statements of the learner's
    bool touched_before;  // … and had them when that began
    bool lost;            // what was to be taken up has no place in the lesson any more
    uint64_t done;        // do: what was asked to be done, and was (question_sight)
    uint64_t tried;       // … and what was done nearly, by the line that was typed last
    struct judgement judgement;  // of the last answer
    bool more;                   // a number that tells two mistakes apart is asked for
    struct text given;           // the last answer
    bool wished;                 // what is run now is what was meant: skip, for `next`
    bool sent;                   // begun where a study question is asked, not where it was left
    // One question with given numbers is all that is asked; nothing of it is kept.
    bool pinned;
    size_t pinned_item;
    uint64_t pinned_seed;
    struct review *review;  // NULL: a lesson is played …
    size_t review_item;     // … else this item of it is all that is asked
};

// A lesson, which is the play's from now on, to be played from after so many of its questions. The
// course may be NULL. It begins when tutor->play points to it. NULL if out of memory (the lesson is
// freed).
struct play *play_new(struct tutor *tutor, struct lesson *lesson, const struct course *course,
                      size_t place);
// Of a lesson that has not begun: asks nothing but its question `number` (from 1), with the numbers
// of this seed. Nothing is kept of it.
void play_pin(struct play *p, size_t number, uint64_t seed);
// Ends it, and the session is the learner's again.
void play_free(struct play *p);
// The graph that is being looked at.
struct session *play_graph(const struct play *p);
enum session_state play_run(struct play *p, struct records *out);
// lesson_items.c: what is next in the lesson: shown, begun, or paused at.
enum session_state play_next_item(struct play *p, struct records *out);

// ---- What the files of the play share -----------------------------------------------------------

// The next line of what the learner typed; a need that is not one of a statement.
bool play_next_line(struct tutor *t, struct source *line);
void play_need(struct tutor *t, const char *what, const char *path, struct records *out);
// A text of the lesson as a source, for messages that name its line.
struct source play_source(const struct play *p, const char *text, size_t n, size_t line);
// The record just added tells of a mistake of the lesson's, not of the learner's.
void play_fault(struct play *p, struct records *out);
// Puts a graph, which is the play's from now on, in place of another.
void play_set_graph(struct play *p, struct session **slot, struct session *graph);
void play_set_state(struct play *p, enum play_state state);
// Waits for Enter before what comes next of the lesson.
void play_pause(struct play *p, struct records *out);
// Runs statements of the lesson next.
void play_do(struct play *p, enum play_doing doing, struct entries entries);
// A text of the lesson with its {= } replaced, appended; or as field `key` of a record.
void play_fill(struct play *p, struct records *out, struct text *to, const char *text, size_t line);
void play_text(struct play *p, struct records *out, struct rec *to, enum rec_key key,
               const char *text, size_t line);
// Appends a record that is shown as text: with the columns there are, and whether in ASCII.
struct rec *play_record(const struct play *p, struct records *out, enum rec_kind kind);
// A mistake of the lesson's, reported.
void play_error(struct play *p, size_t line, const char *message, struct records *out);

// question.c: asking.
// Writes down what an answer came to; what is passed with it is told in a `place` as well.
void question_attempt(struct play *p, struct records *out, enum rating rating, bool right,
                      bool skipped);
// Remembers where the question p->number was met, so that `previous` finds it.
void question_mark(struct play *p, size_t item);
// A `when` that comes to the number of one above it which says something else; NULL: none does.
const struct question_line *question_ambiguous(const struct question *q, const struct scope *scope);
// The item p->item is a question: begins to ask it, with this seed or (NULL) that of its turn.
void question_begin(struct play *p, const uint64_t *seed);
// DOING_SETUP: a line of it is run next; where it binds a varied name anew (param w = 1), that is
// given its number once more, by the statement now in p->script.
void question_note_binding(struct play *p, const char *line);
bool question_gives_again(struct play *p);
// Its statements are done: what comes next of it.
void question_go_on(struct play *p, struct records *out);
void question_foot(struct play *p, struct records *out);
// Which question of how many this is: of the lesson, or of the review.
void question_place(const struct play *p, size_t *number, size_t *of);

// pause.c: where a lesson waits for Enter, for whoever reads along: where the screen is full.
// Lines that the records from the `from`-th on take.
size_t pause_rows(const struct play *p, const struct records *out, size_t from);
// About how many lines a question is going to take, or as much of a block of code as one screen holds.
size_t pause_rows_to_come(const struct play *p, const struct lesson_item *item);
// A screenful, or a new part after a good deal of another: whoever reads along presses Enter first.
bool pause_is_due(const struct play *p, const struct lesson_item *item, size_t rows);
// Has the screen no room for the next statement of a block?
bool pause_is_due_in_code(const struct play *p);
// Waits for Enter, from here on.
void pause_begin(struct play *p, struct records *out);

// question_typed.c: what a line is.
// Its text without blanks, and without the ';' or ',' that ends it: *s, as many bytes as are returned.
size_t question_typed(const struct source *line, const char **s);
// Is the line no answer but a wish: "idk", "tell me", "next"? The command that grants it; NULL: it is
// none, or what is graded grants none.
const char *question_wish_in(struct play *p, const struct source *line);
// Is it "next" or "ok", typed where Enter goes on?
bool question_goes_on(struct play *p, const struct source *line);
// Is this line an answer, not a statement?
bool question_takes(struct play *p, const struct source *line);
// A statement failed: was it an answer in words that began with a command's word?
bool question_takes_failed(const struct play *p);
// judge.c: what answers are worth.
// Another question is asked from now on.
void judge_begin(struct play *p);
// Adds the right answer to a record: "answer", "model", "options" or "cells".
void judge_put_key(struct play *p, struct records *out, struct rec *to);
// Adds the options as they are shown, or those alone whose letters are in `key`, in that order.
void judge_put_options(struct play *p, struct records *out, struct rec *to, const char *key);
// Adds the cells to be filled, with the values of those that are.
void judge_put_cells(struct play *p, struct records *out, struct rec *to);
void judge_right(struct play *p, struct records *out);
// In an exam: keeps what was asked, given and right until its end.
void judge_note(struct play *p, struct records *out);
// Is it one line of words that ends in a question mark? No statement does.
bool tutor_is_question(const struct session *session, const struct source *source);
void question_answer(struct play *p, const struct source *line, struct records *out);
void question_rate(struct play *p, const struct source *line, struct records *out);
// question_do.c: questions that are answered at the prompt.
// What a `do` looks at, for question_condition; the statement was just carried out with these
// records, or (NULL) none was. Its scope must stay while the sight is used.
struct question_sight question_sight_of(struct play *p, const struct scope *scope,
                                        const struct records *out, size_t from);
// What came of a condition of the question; where it does not hold, what the author has to say to
// that, and what is the case instead, are appended to `why`.
enum condition_end question_until(struct play *p, const struct question_line *until,
                                   struct text *why);
// A statement of the learner's is done, with records from the `from`-th on: does what a `do` asks
// for hold?
void question_look(struct play *p, const struct records *out, size_t from);
// All statements of a line are done.
void question_looked(struct play *p, struct records *out);

// review.c: asking what is due, question after question. A review belongs to the play of its
// present question.
enum review_kind { REVIEW_DUE, REVIEW_QUIZ, REVIEW_EXAM };
// Of these questions (struct course_due), in this order. An exam ends at `until` (Unix time,
// seconds; 0: not before its last question). NULL if out of memory.
struct review *review_new(const struct course *course, enum review_kind kind,
                          const struct buf *questions, int64_t until);
void review_free(struct review *r);
// The lesson of the question that comes first.
const char *review_path(const struct review *r);
// That question in its lesson (which is the play's from now on), to be begun like play_new's. NULL
// if out of memory.
struct play *review_play(struct tutor *tutor, struct lesson *lesson, struct review *r);
// What it is called: review, quiz or exam.
const char *review_type(const struct review *r);
// In an exam there is no help, and what an answer was worth is told at its end.
bool review_is_exam(const struct review *r);
// What came of the present question: its first answer, or that it was skipped.
void review_note(struct play *p, bool right, bool skipped);
// Of an exam: what was asked, what was answered, what is right.
void review_note_answer(struct play *p, const char *text, const char *given, const char *key);
// Until an exam ends, at least 1; 0 if it does not, or no clock is known.
int64_t review_seconds_left(const struct play *p);
// The review as a text (see kept.h), and from it. NULL: it is not whole, or there was no memory.
struct kept_reader;
void review_keep(const struct review *r, struct text *out);
struct review *review_take(struct kept_reader *from);
// Where the review is, from 1, and how many questions it has.
size_t review_number(const struct review *r);
size_t review_count(const struct review *r);
void review_head(struct play *p, struct records *out);
void review_put_graph(struct play *p, struct records *out);
// The question is dealt with: asks for the lesson of the next, or ends.
enum session_state review_next(struct play *p, struct records *out);
// It is left: says what came of the questions that were answered. False: it is no review, or none was.
bool review_leave(struct play *p, struct records *out);
// That lesson is there.
enum session_state review_go_on(struct play *p, struct records *out);

// question.c again: the way on.
void question_pass(struct play *p, struct records *out);
void question_leave(struct play *p);
void question_wish(struct play *p, enum play_wish wish, struct records *out);
// The commands hint and hint n, context, info.
bool question_hint(struct call *c, size_t n);
bool question_context(struct call *c);
void question_info(struct call *c);

#endif

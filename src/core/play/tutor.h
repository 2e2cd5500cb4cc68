// The door where lessons are possible: a learner's session, and the lesson that is played over it.
//
// It is used as a session is (session/session.h), and answers like one; what is typed goes to the
// learner's session, or, while a lesson is played, to the lesson. That has a session of its own, in
// which statements are then run; anything else is an answer.
//
//   tutor_begin(t, &source, SESSION_PROMPT);
//   while ((state = tutor_run(t, &out)) == SESSION_MORE) { show(out); }
//
// Some needs come in addition to those of a session:
//   {kind: "need", what: "lesson",  path}            read this lesson; tutor_supply_lesson
//   {kind: "need", what: "course",  log}             tutor_supply_course; refused, there is none.
//                                                    log: its attempts are wanted too
//
//   {kind: "need", what: "import",  path, text}      merge this text of a log (lesson/log.h) into the
//                                                    learner's; supply log_write_counts of it
//   {kind: "need", what: "share",   text}            supply the text packed: raw DEFLATE (RFC 1951)
//
// Prose, questions and judgements come as records; two of them are for the host, which writes them
// into the learner's log before it shows those that follow:
//   {kind: "attempt", lesson, question, version, type, rating, right, skipped, given, seed, hints}
//   {kind: "place",   lesson, passed}                questions passed: where the lesson goes on
// There is an `attempt` for each answer that was judged, a skip, a solution looked at, and a recall
// that was rated; rating as in lesson/review.h.
#ifndef PLAY_TUTOR_H
#define PLAY_TUTOR_H

#include "session/session.h"

struct tutor;
struct lesson;
struct course;
struct question;

// The world's commands and owner are the tutor's to set. NULL if out of memory.
struct tutor *tutor_new(const struct session_world *world);
void tutor_free(struct tutor *t);

// The learner's own session: what is journalled, and saved.
struct session *tutor_session(const struct tutor *t);
// The session that statements are run in now: the lesson's graph, or the learner's own.
struct session *tutor_graph(const struct tutor *t);

// As the functions of session/session.h; of statements that answer nothing tutor_run executes several.
void tutor_begin(struct tutor *t, const struct source *source, enum session_mode mode);
enum session_state tutor_run(struct tutor *t, struct records *out);
// Has something of the text that was begun last failed because memory was refused? It said so.
bool tutor_fell_short(const struct tutor *t);
void tutor_supply(struct tutor *t, const char *bytes, size_t n);
void tutor_supply_all(struct tutor *t, struct buf *bytes);
void tutor_refuse(struct tutor *t, const struct diag *why);
void tutor_set_terminal(struct tutor *t, int columns, int rows, bool ascii);
// Somebody can stop what runs, also where nobody reads along at a terminal: what is typed into a
// lesson may then take any time.
void tutor_set_stoppable(struct tutor *t);
// What time it is (Unix time, seconds): for exams that end at a time. 0, as at first: unknown.
void tutor_set_clock(struct tutor *t, int64_t now);
// The lesson is the tutor's from now on. The course stays its owner's, who keeps it until
// tutor_run next says anything but SESSION_NEED.
void tutor_supply_lesson(struct tutor *t, struct lesson *lesson);
void tutor_supply_course(struct tutor *t, const struct course *course);

// ---- What is typed into a lesson outlives the program -------------------------------------------

// What was typed into the lesson that is played: appended to `place`, where it was typed, as a text
// for the functions below (nothing if nothing was typed, or no lesson is played); and the
// statements, *n bytes until the tutor next runs. False: the lesson is on its way from one place to
// the next, and what was kept last still holds.
bool tutor_kept(const struct tutor *t, struct text *place, const char **typed, size_t *n);
// The id of the lesson of a place. False: it is not a place.
bool tutor_kept_lesson(const char *place, size_t n, struct text *id);
// The statement appended to `begin`, run next, begins that lesson where it was left, asks the
// question with the same numbers, and carries out, unseen, what was typed. False: it is not a
// place, or there is no memory.
bool tutor_take_up(struct tutor *t, const char *place, size_t n, const char *typed, size_t m,
                   struct text *begin);
// Was all of it carried out?
bool tutor_took_up(const struct tutor *t);
// It is not to be, any more.
void tutor_leave_kept(struct tutor *t);

// What the next text is expected to be, besides statements.
enum tutor_waits { TUTOR_WAITS_NOTHING, TUTOR_WAITS_GUESS, TUTOR_WAITS_ANSWER };
enum tutor_waits tutor_waits(const struct tutor *t);

// How far a lesson is: "3/9", at its third question of nine. "" if nothing is being asked.
void tutor_place(const struct tutor *t, struct text *out);

// The k-th option of the question that is asked, as it may be typed, appended. False: it has none, or no
// question is asked.
bool tutor_option(const struct tutor *t, size_t k, struct text *out);

// ---- For the checks of lessons ------------------------------------------------------------------

// The question of a lesson that is being asked; NULL if none is.
const struct question *tutor_question(const struct tutor *t);
// Asks it again, as tutor_run goes on, with the numbers of this seed. From then on it stays when
// it is answered rightly (tutor_ask once more, or `skip` goes on), and nothing but what is typed
// is ever asked for. False: none is being asked.
bool tutor_ask(struct tutor *t, uint64_t seed);
// The right answer, as it may be typed; the number of an expression on the question's graph. False:
// d says why there is none.
bool tutor_question_key(struct tutor *t, struct text *out, struct diag *d);
// The number drawn for its i-th `vary` (from 0); NaN if there is none.
double tutor_question_drawn(const struct tutor *t, size_t i);
// Of a question for a number: a `when` that comes, with the numbers drawn, to that of one above it
// which says something else. NULL if there is none.
const struct question_line *tutor_question_ambiguous(const struct tutor *t);
// A text of it with its {= } filled in, appended.
void tutor_question_fill(struct tutor *t, const char *text, struct text *out);
bool tutor_question_number(struct tutor *t, const char *expression, double *number, struct diag *d);

#endif

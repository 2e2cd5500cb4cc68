// The one door. Text goes in, records come out: for the prompt, scripts, lessons, tests, the live
// page and the browser alike.
//
// A session owns a graph, the names bound into it, and the way back (undo). It opens no file,
// prints nothing, asks no clock: what it needs from outside it asks for in a record of kind "need",
// and waits. A statement happens whole or not at all.
//
//   session_begin(s, &source, SESSION_SCRIPT);
//   while ((state = session_run(s, &out)) == SESSION_MORE) { show(out); }
//
// Each call of session_run executes one statement, or some steps of a training (a record of kind
// "training" then tells how far it is). SESSION_NEED: the last record says what is
// wanted; answer with session_supply or session_refuse, then call session_run again.
//   {kind: "need", what: "read",    path, folder}    supply the file's bytes; where `folder` is
//                                                    "data" and there is none, those of the file
//                                                    of that name that came with the program
//   {kind: "need", what: "write",   path, text}      write them, then supply nothing
//   {kind: "need", what: "picture", path, format}    draw the record of kind "scene" before it;
//                                                    "html": a page that plays the "trace" too
//   {kind: "need", what: "plot",    path, format}    draw the record of kind "plot" before it
//   {kind: "need", what: "layout",  questions}       have Graphviz's dot lay out each of these
//                                                    (DOT), supply the answers ("plain"), one
//                                                    after another; refused, the graph is drawn
//                                                    without
//   {kind: "need", what: "view",    stop, port}      show the session on a page that follows it
//                                                    (port 0: any) and supply its address; stop:
//                                                    no more, and supply nothing
//   {kind: "need", what: "lesson",  path}            read this lesson; session_supply_lesson
//   {kind: "need", what: "course",  log}             session_supply_course; refused, there is none.
//                                                    log: its attempts are wanted too
//
// Lessons (src/core/lesson/) are played through the same door. While one is played, what was typed goes
// to it: a statement runs in the lesson's graph, anything else is an answer. Prose, questions and
// judgements come as records; two of them are for the host, which writes them into the learner's
// log before it shows those that follow:
//   {kind: "attempt", lesson, question, version, type, rating, right, skipped, given, seed, hints}
//   {kind: "place",   lesson, passed}                questions passed: where the lesson goes on
// An `attempt` stands for each answer that was judged, a skip, a solution looked at, and a recall
// that was rated; rating as in lesson/review.h.
//
// Ctrl-C: set the integer that world.stop points to, to SESSION_STOP_NOW; the running statement is
// taken back and reports "interrupted". A host whose patience is at an end sets it to
// SESSION_STOP_LATE: then the statement takes too long, and it is a lesson's fault.
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "base/diag.h"
#include "base/record.h"

struct session;
struct lesson;
struct course;
struct question;

enum { SESSION_STOP_NOW = 1, SESSION_STOP_LATE };

struct session_world {
    const volatile int *stop;  // NULL: never stops
    uint64_t seed;             // of the random numbers
};

// How the text came in. At the prompt statements also echo what they did; in a script only what
// was asked for answers, unless `verbose on`.
enum session_mode { SESSION_PROMPT, SESSION_SCRIPT };

enum session_state {
    SESSION_MORE,    // a statement is done, others follow
    SESSION_DONE,    // the text is done
    SESSION_NEED,    // waits for what the last record asks for
    SESSION_FAILED,  // the last record is the error; the rest of the text is dropped
    SESSION_QUIT,    // the learner asked to leave
};

// NULL if out of memory.
struct session *session_new(const struct session_world *world);
void session_free(struct session *s);

// Starts a text. The source's bytes must stay until it is done.
void session_begin(struct session *s, const struct source *source, enum session_mode mode);
enum session_state session_run(struct session *s, struct records *out);
void session_supply(struct session *s, const char *bytes, size_t n);
void session_refuse(struct session *s, const struct diag *why);
// The lesson is the session's from now on. The course stays its owner's, who keeps it until the
// session next says SESSION_MORE, SESSION_DONE or SESSION_FAILED.
void session_supply_lesson(struct session *s, struct lesson *lesson);
void session_supply_course(struct session *s, const struct course *course);

// The whole text at once; needs are refused. For tests and for hosts without files.
enum session_state session_eval(struct session *s, const char *text, enum session_mode mode,
                                struct records *out);

// The terminal that pictures and prose are for: its columns (80 at first), its rows (0, as at
// first: nobody reads along, so a lesson never waits for Enter), and whether it shows no more than
// ASCII.
void session_set_terminal(struct session *s, int columns, int rows, bool ascii);
// Where a lesson stands: "3/9", at its third question of nine. "" if none is being played or asked.
void session_place(const struct session *s, struct text *out);
// The significant digits that numbers are shown with (`precision`).
int session_digits(const struct session *s);
// Appends a record {kind: "candidates", items: […]}: what a word beginning with `prefix` may
// become: at a statement's start commands too.
void session_candidates(struct session *s, const char *prefix, bool statement_start,
                        struct records *out);
// What a page shows of the session as it stands between two statements, in a lesson of the graph
// that is worked on; changes nothing. Appends
//   {kind: "present", digits: 6,
//    root: {node, name, value}, formula,   the walk's output, else the last one; none: no values
//    yet values: 7, stale: flag,               what it depends on; is its value stale? walk: {at,
//    steps, pass},              only during a walk: steps done, and of how many step: {kind:
//    "step", …},              the last one about: […]}                           as in
//    session/trace.h; only where there are not too many
// and two records of kind "scene", unless there are too many values for a picture: the graph as it
// is, and as both passes will leave it, which is how it is to be laid out. False: it was stopped,
// or there is no memory.
bool session_present(struct session *s, struct records *out);
// The statements that made the session what it is, as a script (what `save` writes).
void session_script(const struct session *s, struct text *out);

// ---- For the checks of lessons ------------------------------------------------------------------

// The question of a lesson that is being asked; NULL if none is.
const struct question *session_question(const struct session *s);
// Asks it again, as session_run goes on, with the numbers of this seed. From then on it stays when
// it is answered rightly (session_ask once more, or `skip` goes on), and nothing but what is typed
// is ever asked for. False: none is being asked.
bool session_ask(struct session *s, uint64_t seed);
// The right answer, as it may be typed; the number of an expression on the question's graph. False:
// d says why there is none.
bool session_question_key(struct session *s, struct text *out, struct diag *d);
bool session_question_number(struct session *s, const char *expression, double *number,
                             struct diag *d);

#endif

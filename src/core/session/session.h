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
//   {kind: "need", what: "notes",   path, format}    write the document of the log (words/notes.h)
//   {kind: "need", what: "layout",  questions}       have Graphviz's dot lay out each of these
//                                                    (DOT), supply the answers ("plain"), one
//                                                    after another; refused, the graph is drawn
//                                                    without
//   {kind: "need", what: "view",    stop, port}      show the session on a page that follows it
//                                                    (port 0: any) and supply its address; stop:
//                                                    no more, and supply nothing
//
// What else there may be, and the lessons that are played over a session, is told in play/tutor.h.
//
// Ctrl-C: set world.stop->asked to STOP_NOW; the running statement is taken back and reports
// "interrupted". A host whose patience is at an end sets it to STOP_LATE, as world.stop->most does by
// itself: then the statement takes too long, and it is a lesson's fault.
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "base/diag.h"
#include "base/record.h"
#include "base/stop.h"
#include "engine/lanes.h"
#include "session/command.h"

struct session;
struct command_table;
struct call;

struct session_world {
    struct stop *stop;       // NULL: never stops
    uint64_t seed;           // of the random numbers
    uint32_t nodes;          // that a graph may hold; 0: as many as a tape can
    enum lanes_width lanes;  // vectors that trainings may use; no answer depends on it
    bool plain_loops;        // no turn of a loop is replayed; no answer depends on it
    // The commands there are besides the language's own statements; NULL: none.
    const struct command_table *commands;
    // How `help` shows an example at work (play/demo.h); NULL: it does not.
    void (*demo)(struct call *c, struct rec *to, const char *example);
    // Has the glossary a page on these words, "chain rule"? NULL: there is no glossary.
    bool (*has_page)(const char *s, size_t n);
    // Where `help` searches for words that it knows nothing of; NULL: nowhere. False: nothing was found.
    // Else *end is what the command comes to, which may be a need.
    bool (*search)(struct call *c, struct span words, enum call_end *end);
    void *owner;  // whoever drives the session: nothing to it, but its commands may ask
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
// The same of bytes that the session takes over, which may be many; the array is empty then.
void session_supply_all(struct session *s, struct buf *bytes);
void session_refuse(struct session *s, const struct diag *why);
// The whole text at once; needs are refused. For tests and for hosts without files.
enum session_state session_eval(struct session *s, const char *text, enum session_mode mode,
                                struct records *out);

// Does a step of a walk wait for a guess: a number, as the next text?
bool session_wants_guess(const struct session *s);

// The terminal that pictures and prose are for: its columns (80 at first), its rows (0, as at
// first: nobody reads along, so a lesson never waits for Enter), and whether it shows no more than
// ASCII.
void session_set_terminal(struct session *s, int columns, int rows, bool ascii);
// Has nothing been done yet that could be taken back?
bool session_is_fresh(const struct session *s);
// The significant digits that numbers are shown with (`precision`).
int session_digits(const struct session *s);
// The statements that made the session what it is, as a script (what `save` writes). The log is the
// same without a copy: *n bytes, until the session next runs.
const char *session_log(const struct session *s, size_t *n);
void session_script(const struct session *s, struct text *out);

#endif

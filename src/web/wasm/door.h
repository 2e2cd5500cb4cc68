// The door for JavaScript: the core as a WebAssembly module that imports nothing. The same code is
// the program; tests/wasm/ holds both to the same answers, byte for byte. (The playground has it in two
// modules, the first of which imports what it calls of the second: src/web/playground/halves.js.)
//
// ---- Texts --------------------------------------------------------------------------------------
// Texts go in through an area and come out as words; both are UTF-8.
//
//   const at = e.door_area(door, n);         // n bytes to be written to; 0: no memory
//   new Uint8Array(e.memory.buffer, at, n).set(bytes);
//
//   const at = e.door_words(door, channel), n = e.door_words_length(door, channel);
//   new TextDecoder().decode(new Uint8Array(e.memory.buffer, at, n));
//
// Every call may let the memory grow, and then `memory.buffer` is another: look at it after the
// last call, never before. A function that takes a text copies it out of the area, which is free
// again when it returns. Words stay until the next call that says "words". Numbers beyond 2^53
// (seeds, a salt) only ever travel as text.
//
// ---- A session ----------------------------------------------------------------------------------
//   door_new(seed)                  a session; 0: no memory. seed: 0 to 2^32 - 1
//   door_free(door)
//   door_terminal(door, columns, rows)
//                                   columns: of drawings, tables and prose (at first 80, and a line
//                                   of words is as long as it is). rows: 0, as at first, and a
//                                   lesson never waits for Enter
//   door_clock(door, now, day)      now: Unix time in seconds. day: the day it is where the learner
//                                   is, in days since 1970-01-01. Before every door_begin
//   door_begin(door, name, n, prompt)
//                                   area: a name of `name` bytes and a text of n bytes right behind
//                                   it. The name is what errors of a script are found by; the page
//                                   gives none. prompt: 1 as typed by a person, 0 as a script
//   door_run(door, form)            the next statement, or a piece of one. Returns a state:
//                                     0 more: call again   1 done: the text is at its end
//                                     2 need: answer it (below), and call again
//                                     3 failed: the last answer is the error, the rest is dropped
//                                     4 quit: the learner asked to leave
//                                   words: what it answered, by `form`:
//                                     0 words as a terminal shows them, without colours; channel 1
//                                       has a script's errors and notices
//                                     1 a line of JSON for each record (docs/records.md)
//                                     2 {"record":{…},"words":"…"} a line; the words have marks of
//                                       meaning, one byte before and one after a piece
//                                       (src/core/words/ink.h)
//                                     3 as 2, and "html":"<div class=\"backstep bs-KIND\">…</div>":
//                                       tables as tables, prose as prose; every text is escaped
//                                       (src/core/words/html.h). "" where nothing is for reading
//   door_hello(door)                words: the first line of a stream of JSON
//   door_stop(door, how)            ends what is running, at the next call of door_run: 1 as Ctrl-C
//                                   does, 2 because it takes too long. Only door_begin takes it back
//   door_limit(door, units)         how much work a text may cost before it is stopped with 2, in
//                                   units of about ten nanoseconds; 0, as at first: any
//   door_script(door)               words: the session as a script, as `save` writes it
//   door_place(door)                words: "3/9" at the third of nine questions; "" outside a lesson
//   door_waits(door)                what the next text is expected to be: 0 statements, 1 a guess, 2 an
//                                   answer
//   door_complete(door, n, at)      area: n bytes, what is in the input; at: the byte that the
//                                   cursor is before. words: a "candidates" record as JSON, what may be
//                                   typed there; its `from` and `to` are in characters (code points)
//   door_candidates(door, n, start) area: n bytes, the beginning of a word; start: 1 where a statement
//                                   begins. words: a "candidates" record, whatever is around
//   door_look(door, n, form)        area: n bytes, a statement that only looks (derive, explain, help,
//                                   local, paths, topo, vars). words: its answer in this form; a lesson
//                                   or a step that waits for an answer waits on. Returns 1; 0: it is
//                                   none, or failed. Not while a text runs
//   door_present(door)              words: what a page shows of the session, JSON lines: "present"
//                                   and two "scene"s (src/core/command/present.h), as `view` sends
//                                   them. Returns 1; 0: there is not enough memory for it. Not while a text
//                                   runs
//   door_trace(door)                words: the walk over both passes of what is shown, JSON lines: a
//                                   "trace" and a "scene" (src/core/command/trace.h), and "opening"s
//                                   where it is folded. Returns 1; 0: there is nothing to walk over, or
//                                   too much. Not while a text runs
//   door_key(door)                  words: the right answer to the question that is asked, as it may
//                                   be typed. Returns 1; 0 if there is none, and words say why. For
//                                   tests
//
// ---- Needs --------------------------------------------------------------------------------------
// After state 2 the last record is {"kind":"need","what":…}; session/session.h and play/tutor.h
// list them. One of these answers it, then comes door_run. A need that is not answered is refused.
//   door_supply(door, n)            area: n bytes, what was asked for: a file's, layouts one after
//                                   another; 0 bytes where something is to be done, and was
//   door_refuse(door, message, hint)
//                                   area: a message and a hint right behind it, each of so many
//                                   bytes: "this page has no printer", "save the picture instead"
//   door_dot(door, scene)           words: a scene of the last door_run or door_present as DOT, the
//                                   same as `graph L x.dot` writes. scene: 0 the first, 1 the second,
//                                   and so on, the picture of an "opening" counts too; -1 the last that is
//                                   none, which is the one a need of kind "picture" means; of one with
//                                   trials the first of these.
//                                   Returns 1; 0: there is no such scene; 2: no layout could bear it,
//                                   words say why: the message, a line end, the hint
//
// ---- Lessons and progress -----------------------------------------------------------------------
// Lessons come packed (src/core/lesson/pack.h; `make play-wasm` packs lessons/ as
// build/play/lessons.txt, one behind the other, each ended by U+001D). What is learned is kept by
// the page as lines, in any order, each with its newline: those that come as "keep", and one of its
// own, "salt<TAB>NUMBER", a random number below 2^64 that is made once. (src/core/lesson/log.h has
// them.) An "answer" is kept for ever; a "place<TAB>LESSON<TAB>…" takes the place of the earlier
// one of the same lesson, but one of an import does only where it is not less far.
//   door_course_begin(door)         forgets all lessons
//   door_course_lesson(door, n)     area: a packed lesson of n bytes. Returns 1; 0 if it is not one, and is
//                                   listed as damaged
//   door_course_rows(door, n)       area: lessons/questions.txt
//   door_course_supply(door, n, kept)
//                                   answers a need of kind "course". area: n bytes, all lines; to an
//                                   "answer" a field may be added, <TAB> and the day it was where the
//                                   learner is, in days since 1970-01-01. kept: 1; 0 if the page
//                                   can store nothing; 2 if it is not meant to. Returns the lines that are none, and were left
//                                   out; -1: no such need waits, or there are no lessons
//   door_lesson(door, n)            answers a need of kind "lesson", whose path is the NAME of a
//                                   packed lesson, or what was typed. area: that lesson. Returns 1;
//                                   0: no such need waits, or it is not a lesson, and the need is refused
//   door_import(door, n)            answers a need of kind "import". area: n bytes, all lines. words:
//                                   the lines that are new, to be kept. Returns 1; 0: no such need
//                                   waits, or no memory
#ifndef WASM_DOOR_H
#define WASM_DOOR_H

#include "base/record.h"
#include "base/stop.h"
#include "lesson/course.h"
#include "play/tutor.h"

#define EXPORT(NAME) __attribute__((export_name(#NAME))) NAME

enum { CHANNEL_ANSWERS, CHANNEL_TROUBLE, CHANNEL_COUNT };

enum door_form { DOOR_WORDS, DOOR_JSON, DOOR_BOTH, DOOR_HTML };

struct door {
    struct buf self;  // the memory this lies in
    struct tutor *tutor;
    struct stop stop;
    struct buf area;     // char: what JavaScript writes to
    struct buf running;  // char: the text that runs; its name, ended by a 0, is before it
    enum session_mode mode;
    int columns;  // of words; 0: a line is as long as it is
    bool asks;    // a need waits for its answer
    int64_t now, today;
    struct course course;
    bool listed;  // all its lessons are there, and in order
    struct text words[CHANNEL_COUNT];
    struct records last;  // of the last door_run, door_present or door_candidates
};

struct door *door_new(uint32_t seed);
void door_free(struct door *d);
char *door_area(struct door *d, size_t n);
const char *door_words(struct door *d, int channel);
size_t door_words_length(const struct door *d, int channel);
void door_terminal(struct door *d, int columns, int rows);
void door_clock(struct door *d, double now, double day);
void door_begin(struct door *d, size_t name, size_t n, int prompt);
enum session_state door_run(struct door *d, enum door_form form);
void door_hello(struct door *d);
void door_stop(struct door *d, int how);
void door_limit(struct door *d, double units);
void door_script(struct door *d);
void door_place(struct door *d);
int door_waits(const struct door *d);
void door_complete(struct door *d, size_t n, size_t at);
void door_candidates(struct door *d, size_t n, int start);
int door_look(struct door *d, size_t n, enum door_form form);
int door_present(struct door *d);
int door_trace(struct door *d);
int door_key(struct door *d);
void door_supply(struct door *d, size_t n);
void door_refuse(struct door *d, size_t message, size_t hint);
int door_dot(struct door *d, int scene);
void door_course_begin(struct door *d);
int door_course_lesson(struct door *d, size_t n);
void door_course_rows(struct door *d, size_t n);
int door_course_supply(struct door *d, size_t n, int kept);
int door_lesson(struct door *d, size_t n);
int door_import(struct door *d, size_t n);

// ---- Between the files of the room --------------------------------------------------------------

// What is answered now is all that is answered.
void door_clear(struct door *d);
// … but the records stay: the need among them waits.
void door_clear_words(struct door *d);
// The text of n bytes in the area, n cut to what there is.
const char *door_text(const struct door *d, size_t *n);
// door_needs.c: the need that waits, if it is of this kind; NULL if none does. what NULL: any.
const struct rec *door_need(const struct door *d, const char *what);
// Says the records of the last call in a form.
void door_say(struct door *d, enum door_form form);
// Says a diag: the message, and its hint on a line of its own.
void door_say_trouble(struct door *d, const struct diag *why);
// door_course.c: appends the line that is to be kept of this record. False: of this one none is.
bool door_keep(const struct door *d, const struct rec *record, struct text *line);

#endif

// A lesson as data: front matter, then prose, code and questions in the order in which they are
// met.
//
// Whoever reads a lesson's file (the shell from Markdown, a page from something else) begins one,
// hands over its parts in order, and ends it; every mistake is a diag with its place. The lesson
// copies what it is given into an arena of its own, so the file need not stay. What a question's
// lines may be is the table lesson/keys.def, what kinds there are the table lesson/kinds.def.
//
// Prose is *text*: one paragraph of UTF-8 without line ends (a question's text: paragraphs, apart
// by an empty line), and in it
//   `code`      as it stands
//   *emphasis*  and **strong**: they begin where a word begins and end where one ends, so that
//               2*x*y is a product
//   {= EXPR}    in its place the player puts the value that the expression has in the learner's
//               graph; in code too
//   $TEX$       mathematics as TeX writes it; $ follows a blank, or begins, and no blank follows
// A backslash makes the character after it a plain one, in code too; neither {= } nor $ $ knows it.
#ifndef LESSON_LESSON_H
#define LESSON_LESSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/phrase.h"
#include "engine/rng.h"
#include "lesson/answer.h"

enum {
    LESSON_ITEMS_MOST = 1000,     // blocks of a lesson
    LESSON_QUESTIONS_MOST = 100,  // of them questions
    LESSON_OPTIONS_MOST = 26,     // of a question: each has a letter
    LESSON_CELLS_MOST = 2000,     // of a table
    LESSON_COLUMNS_MOST = 20,
    LESSON_DEPTH_MOST = 6,        // of lists in lists
    LESSON_VALUES_MOST = 10000,   // that a variation can draw
    LESSON_ORDER_LAST = 1000000,  // the place of a lesson that names none
    LESSON_ID_MOST = 60,          // bytes of an id: a-z, 0-9, -; a question's has one dot inside
};

enum question_kind {
#define KIND(ID, ...) QUESTION_##ID,
#include "lesson/kinds.def"
    QUESTION_KINDS
};

// One line of a list that a question is given: an option, an item, a cell, a `when`.
struct question_line {
    const char *left;   // an option's text, a cell's name, the answer that a `when` recognises
    const char *right;  // a cell's expression, what a `when` says; "" where there is none
    bool good;    // of an option: it is right; of an item to be ordered: it may as well be before
                  // the one above it
    size_t line;  // in the file
    struct question_line *next;
};

// x in -4..4 step 1 except 0
struct variation {
    const char *name;  // of a leaf, or an element: "W[1, 1]"
    double from, to, step;
    const double *except;
    size_t excepted;
    struct variation *next;
};

// A list of lines, in the order of the file; first is NULL if it is empty.
struct question_list {
    struct question_line *first, *last;
    size_t count;
};

struct question {
    const char *id;          // "two-paths.sum"
    enum language language;  // of its lesson
    int version;             // 1 unless told: a new one forgets what was learned about the old
    enum question_kind kind;
    size_t line;          // in the file, of ```ask
    const char *text;     // what is asked: paragraphs, apart by an empty line
    const char *covers;   // "N12, G2", as written
    const char *answer;   // the key, as an expression, a formula, a node's name; "" if the kind has
                          // none
    const char *model;    // recall: the model answer
    const char *then;     // said after a right answer, and with the solution
    const char *asked;    // formula: the symbol asked for, which is no answer, "dz/dx"; "" if none
    const char *without;  // formula: signs and functions it may not use, "tanh, /"; "" if none
    const char *equals;   // formula: what it comes to on the graph; "" if it is not said
    const char *fixed;    // number, fill: why its numbers are the same each time; "" if not told
    struct tolerance tolerance;
    int worth;   // points that it is graded with
    bool graph;  // false: `graph: none`, the question does not look at the lesson's graph
    struct question_list options;  // choice, multi; order: in the right order
    struct question_list points;   // recall: what a good answer says; the learner ticks them
    struct question_list cells;    // fill
    struct question_list until;    // do: the conditions that must hold => what to say where not
    struct question_list hints, whens;
    struct question_list accepts, rejects;   // answers that the checks must find right, wrong
    struct question_list setup, why, solve;  // statements: before it is asked; as its solution
    struct variation *variations;
};

enum lesson_item_kind {
    LESSON_HEADING,    // text; level 1 to 6
    LESSON_PARAGRAPH,  // text
    LESSON_BULLET,     // text: an item of a list; level: how deep, from 1; mark: "•" or "2."
    LESSON_QUOTE,      // text
    LESSON_TABLE,      // rows of cells
    LESSON_CODE,       // statements to be run and shown
    LESSON_VERBATIM,   // text: lines shown as they are
    LESSON_QUESTION,
};

struct lesson_item {
    enum lesson_item_kind kind;
    size_t line;  // in the file, from 1; of code its first statement's
    int level;
    const char *text;  // text, or code: the statements alone, without prompts and answers
    const char *mark;
    bool fresh;                // code: begins with an empty graph
    const char *const *cells;  // table: row by row, the first being its head
    size_t rows, columns;
    struct question *question;
};

struct lesson {
    struct arena arena;
    const char *name;  // of the file, as given
    const char *id, *title;
    enum language language;       // in which the program speaks
    const char *deck;             // of cards: the topic that `quiz` knows it by; "" of a lesson
    int order;                    // its place in the course
    const char *const *requires;  // ids
    size_t requires_count;
    struct buf items;  // struct lesson_item
    size_t questions;
    // Where every mistake of a question or the front matter is wanted: is given all but the last,
    // and the reading goes on with the next line. NULL: it ends with the first.
    void (*tell)(void *at, const struct diag *d);
    void *tell_at;
};

// Begins an empty lesson of this file name. NULL if out of memory.
struct lesson *lesson_new(const char *name);
void lesson_free(struct lesson *l);

// Is s[0..n) text as files of lessons hold it: UTF-8, no control characters but tabs and line ends?
// False: the diag says where not.
bool lesson_bytes(const char *s, size_t n, struct diag *d);

// The parts. `line` is that of the part's first line in the file. False: the diag says why, and its
// span is in bytes of what was handed over (of a table: of the cell *bad_cell).
bool lesson_front(struct lesson *l, const char *s, size_t n, size_t line, struct diag *d);
// text is text as above. (Of a table lesson_table, of code lesson_code.)
bool lesson_text(struct lesson *l, enum lesson_item_kind kind, int level, const char *mark,
                 const char *text, size_t line, struct diag *d);
bool lesson_table(struct lesson *l, const char *const *cells, size_t rows, size_t columns,
                  size_t line, struct diag *d, size_t *bad_cell);
// A block's content: where a line begins with a prompt (∇ or >) only what follows prompts counts.
bool lesson_code(struct lesson *l, const char *s, size_t n, bool fresh, size_t line,
                 struct diag *d);
// An ask block: `id` is what follows the word ask; a mistake in it is at span 0. `line` is that of
// the content's first line.
bool lesson_ask(struct lesson *l, const char *id, const char *s, size_t n, size_t line,
                struct diag *d);
// Nothing more comes: is the lesson whole? A mistake is at span 0.
bool lesson_end(struct lesson *l, struct diag *d);

const struct lesson_item *lesson_item(const struct lesson *l, size_t i);  // NULL past the last
// The question of this id, or (a number as text, "3") the third one; NULL if there is none.
const struct question *lesson_question(const struct lesson *l, const char *id);

// The seed of a question when it is met for the `seen`-th time (from 0) by a learner with this
// salt. The same for ever: it is printed by `info`, and numbers can be asked for again.
uint64_t question_seed(const char *id, uint64_t salt, uint64_t seen);
// The values of a variation are from, from + step … to, without those that are excepted: how many,
// the i-th of them (from 0), and one drawn at random.
size_t variation_count(const struct variation *v);
double variation_value(const struct variation *v, size_t i);
double variation_draw(const struct variation *v, struct rng *rng);

#endif

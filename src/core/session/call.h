// A statement being executed: what the session shows to the functions that carry out commands.
#ifndef SESSION_CALL_H
#define SESSION_CALL_H

#include <stddef.h>
#include <string.h>

#include "base/diag.h"
#include "base/record.h"
#include "base/trail.h"
#include "engine/descent.h"
#include "engine/mistakes.h"
#include "engine/stepper.h"
#include "engine/sweep.h"
#include "engine/tape.h"
#include "session/command.h"
#include "session/label.h"
#include "session/replay.h"
#include "session/session.h"
#include "session/trainings.h"
#include "text/lexer.h"
#include "text/lower.h"
#include "text/names.h"
#include "text/recipe.h"

// What the learner chose; the rest of the settings comes of what was run.
struct preferences {
    int digits;
    bool verbose;
    bool predict;   // steps ask before they show
    bool watch;     // steps show the picture
    uint8_t style;  // of pictures in files: see picture_style
};

// What of a session is neither graph nor names; kept in a growable array of words, for the trail.
// A loop is replayed only while all of this stays the same, byte for byte (replay.c), so neither it
// nor its members have gaps between their fields.
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
struct settings {
    // What any statement may change, or a loop that clears up, so that it is saved before each: see
    // SETTINGS_MOVING.
    struct rng rng;
    uint32_t output;  // the last output: run backward, or else bound; NODE_NONE
    uint32_t trained;
    // Loops that cleared up gave nodes from `renumbered` on new numbers; those below `used` had
    // been in use.
    uint32_t renumbered, used;
    // sabotage: the hidden mistake (kind MISTAKE_COUNT: none) and the output it was made under
    struct mistake mistake;
    uint32_t sabotaged;
    struct preferences preferences;
    // How parameters were moved last, in how many steps (0: never); `trained` is the name of the output
    // whose gradients did it (NAME_NONE: it had none).
    struct optim optim;
    int64_t steps;
    int64_t accused;       // wrong accusations so far
    uint32_t batch, rows;  // in batches of so many rows (0: of none), of so many
};
#pragma GCC diagnostic pop
enum {
    SETTINGS_WORDS = sizeof(struct settings) / sizeof(uint64_t),
    SETTINGS_MOVING = offsetof(struct settings, preferences) / sizeof(uint64_t)
};

// A composite operation that was replaced by its atoms: what `fold` needs to put it back.
struct expansion {
    uint32_t root;  // of the atoms
    enum op op;     // of the composite, on a and b
    uint32_t a, b;
};

// What a loop does at each of its turns.
enum { TURN_NAMES = 4 };
struct turns {
    double count;
    uint32_t name[TURN_NAMES], names;  // what it binds: a number from `from` on, or the elements of
    struct value each[TURN_NAMES];     // these arrays
    uint32_t arrays;
    bool counts;    // the first name counts, also where there are arrays
    bool in_place;  // with torch.no_grad(): a leaf is changed in place by += and the like
    double from;
};

// What is being executed: the text that was begun, a file being loaded into it, the block of a
// loop; or work that a command does a piece at a time, such as a training.
enum frame_kind { FRAME_TEXT, FRAME_LOOP, FRAME_WORK };

struct frame {
    enum frame_kind kind;
    struct source source;
    struct lexer lexer;
    struct buf text;        // the source's bytes, where the frame owns them
    struct span statement;  // the statement that began it, in the frame below
    bool told_passed;       // what was passed over in it
    // A loop's next turn, or some more of the work. False: it is over, or (diag set) it failed.
    bool (*more)(struct call *c, struct frame *f);
    // A loop.
    struct turns each;
    size_t start;   // of the block
    size_t beyond;  // bytes of the text after its end: a line is shown whole
    int64_t turn, turns;
    // The outermost loop: what was noticed in it, and where; each is said once.
    struct {
        const char *format;
        size_t at;
    } notices[8];
    size_t noticed;
    // Work: an array of one, what the command keeps; and what lets go of that. Then the statement
    // that the log remembers when it is over: what was done may be less than what was asked for.
    struct buf work;
    void (*release)(void *work);
    struct text log_as;
};

// A statement that changed something: the mark in its trail where it began. Its first line lies in the log
// as it was typed, where the log ended before it; or it is the last one of `lines`, or `redone_lines`,
// where a 0 ends each.
struct moment {
    uint64_t mark : 63;
    uint64_t logged : 1;
};
enum { NOT_LOGGED = -1 };

// What changes make more of: the same before and after a statement, and it changed nothing.
struct holdings {
    size_t changes, nodes, definitions, labels;
    size_t lists, groups;  // of arrays, and of nodes
    size_t log;            // its bytes
    size_t binds;          // see names_back
    struct rng rng;
};

// What the running statement did besides.
enum rewound { REWOUND_NOT, REWOUND_UNDO, REWOUND_REDO };

// The arrays of a session: state.def.
enum {
    STATE_ROWS = 0
#define PART(path, kind) +1
#define ARRAY(name, element, kind) +1
#include "session/state.def"
#undef PART
#undef ARRAY
};

struct terminal {
    int columns;
    int rows;    // 0: nobody reads along, and prose never waits
    bool ascii;  // it shows no other characters
};

// What is said once only, and was.
struct said_once {
    bool renumbered;  // nodes have new numbers, since a loop last cleared up
    bool product;     // 2x is 2*x
    bool cells;       // what the small cells of a picture hold
};

struct session {
    struct buf self;         // the memory this lies in
    struct lexer_memo memo;  // the tokens of the text that is being executed
    struct parser parser;    // that reads expressions, one after the other
    struct lower lower;      // of the running statement's
    bool lowering;           // it is in use
    struct session_world world;
    struct terminal terminal;
    struct tape tape;
    struct names names;
    struct definitions definitions;
    struct labels labels;
    struct recipes recipes;
    struct trainings trainings;
#define PART(path, kind)
#define ARRAY(name, element, kind) struct buf name;
#include "session/state.def"
#undef PART
#undef ARRAY
    struct trail undo, redo;
    // The running statement's first line, or that which was rewound; where it lies in the log, if it
    // does (else NOT_LOGGED): then the line is not copied until somebody asks.
    char statement[QUOTED];
    int64_t logged;
    size_t kept[STATE_ROWS];  // what a reset leaves of the growing arrays: the prelude
    // The running transaction: the undo trail's mark at its begin and after the lengths were
    // saved, and the nodes there were.
    size_t begun;
    struct holdings held;
    struct said_once told, told_before;  // now, and when the transaction began
    // What there was when the outermost loop began: it clears up what came after.
    uint32_t begun_nodes;
    size_t begun_lists, begun_groups, begun_recipes, begun_arrays;
    size_t compact_at;     // nodes and bindings at which the next turn of a loop clears up
    struct replay replay;  // of the outermost loop
    enum rewound rewound;  // it was an undo or a redo: leaves no moment of its own
    struct source unread;  // a text that there was no memory to begin; or its name is NULL
    // A walk; not on the trail: whatever else changes the graph ends it.
    struct stepper stepper;
    bool stepped;       // the running statement moved the walk
    const char *again;  // what an empty line repeats: "step" or "back"; "": nothing
    // A step waits for a guess, and is given the number that is typed next; NULL: none waits.
    bool (*guess)(struct call *c, double guess);
    enum session_mode mode;
    struct inputs inputs;  // read by the running statement's expressions
    bool asked;            // a need is out
    bool supplied;
    struct diag refusal;
    // What a command that asks has worked out so far, records of its own choice: it need not do it again when
    // it is run from its start. Gone with the needs.
    struct records prepared;
    int rounds;  // how often the running statement's command has asked for something
};

struct call {
    struct session *s;
    struct frame *frame;
    struct lexer *lexer;
    struct lexer *method_end;  // in L.backward(): where the statement ends; else NULL
    struct diag *diag;
    struct records *out;
    struct lower *
        lower;  // of the statement's expressions; arrays of plain numbers live in it. NULL at first
    struct buf sizes;     // of what was added into each gradient, for tables: see engine/shown.h
    bool sized;           // it has been filled
    struct buf called;    // where its answer says what nodes are called
    struct span command;  // the command's word
    size_t expression;    // where the last expression begins
    bool named;           // the last expression mentioned a name
    bool create_graph;    // L.backward(create_graph=True)
    bool relogged;        // log_as is what the log remembers instead of the statement's text
    bool quit;
    // What carries out a statement, for guesses to try some (guess_try); NULL: none is tried.
    enum call_end (*run)(struct call *c);
    size_t answered;  // records that were there before this statement
    bool waits;       // a function that returned false asks for something: this is not a failure
    // What follows is large, and filled in where it is needed.
    struct lower own;  // where another statement is running: this one is tried meanwhile
    char log_as[LABEL_TEXT + 16];
};

// A call of a statement in which nothing was done yet.
static inline void call_init(struct call *c, struct session *s, struct frame *f, struct diag *d,
                             struct records *out)
{
    memset(c, 0, offsetof(struct call, own));
    c->log_as[0] = '\0';
    c->s = s;
    c->frame = f;
    c->lexer = &f->lexer;
    c->diag = d;
    c->out = out;
}

// Tables with more rows than CALL_ROWS_MOST show CALL_ROWS_CUT and say how many more there are.
enum { CALL_ROWS_MOST = 60, CALL_ROWS_CUT = 20 };

static inline struct settings *session_settings(const struct session *s)
{
    return BUF(struct settings, &s->settings);
}

static inline struct preferences *session_preferences(const struct session *s)
{
    return &session_settings(s)->preferences;
}

// The lowering of the statement's expressions.
struct lower *call_lower(struct call *c);
// Lets go of it; call_release does.
void call_end_lowering(struct call *c);
// What expressions are evaluated in.
struct scope session_scope(struct session *s);

// A checkpoint of all that expressions leave behind in the session.
void session_checkpoint(struct session *s, struct checkpoint *c);

struct settings settings_defaults(void);
// To be called before the settings are changed, but for those that are saved before each statement.
bool call_change_settings(struct call *c);

// Arguments. All return false with the diag set.
// One expression, evaluated; nodes that it makes stay until call_forget_aside.
bool call_expression(struct call *c, struct operand *result);
// The same, which must be a node; if nothing is typed, the last output.
bool call_target(struct call *c, uint32_t *node);
// The last output; false, with the diag set, where there is none yet.
bool call_last_output(struct call *c, uint32_t *node);
// A name and the brackets after it, as W[0] or X[:, 1]: an element, or an array of some.
bool call_part(struct call *c, struct operand *part);
// A name, %7, or dL/da where that was grown, nothing longer: for arguments that are followed by
// others.
bool call_node(struct call *c, uint32_t *node);
// Is a derivative, dL/da, written here? *end receives the place after it.
bool call_is_derivative(const struct call *c, size_t *end);
// A whole number from least to most.
bool call_whole(struct call *c, const char *what, int64_t least, int64_t most, int64_t *value);
// A bare word up to the next blank, or a text in quotation marks; empty if there is none.
struct span call_word(struct call *c);
// All words that are left, from the first one's start to the last one's end; empty if none are.
struct span call_rest(struct call *c);
bool call_word_is(const struct call *c, struct span word, const char *text);
// Is this where(c, a, b), a function of the name that a command has?
bool call_is_function(const struct call *c, struct token first, struct token second);
// Is there another argument?
bool call_has_more(const struct call *c);
// Nothing more may follow.
bool call_finish(struct call *c);

// Is this statement to say what it did (not only what was asked)?
bool call_echoes(const struct call *c);
struct rec *call_record(struct call *c, enum rec_kind kind);
// Says something worth knowing, at a place of the source. In a loop each notice, by its words and
// its place, is said once, when it first comes up, with the turn.
__attribute__((cold, format(printf, 3, 4))) void call_notice(struct call *c, struct span span,
                                                             const char *format, ...);
// Is this a later turn of a loop? For what is news in the first turn only: there a loop begins with
// what was before it, and later with what it leaves itself.
bool call_in_later_turn(const struct call *c);
// Adds node number, name or %7, what it is called if that is its formula, and value of a node to a
// record of this statement's answer.
void call_put_node(struct call *c, struct rec *to, uint32_t node);
// The same for a row of a table, which shows 0 where a sum cancelled: "value_cancels".
void call_put_row(struct call *c, struct rec *row, uint32_t node);
// A gradient for a row of a table: "grad", and "grad_cancels".
void call_put_grad(struct call *c, struct rec *row, uint32_t node);
// Did what was added into this gradient cancel, but for rounding? Looked up in the gradients as
// they were when the statement first asked.
bool call_grad_cancels(struct call *c, uint32_t node);
// Lets go of what the statement's functions kept in the call.
void call_release(struct call *c);
// "interior", "parameter", "constant" or "leaf".
const char *call_role(const struct tape *t, uint32_t node);
// Adds the value of an operand: a number, or a list of them, or a list of rows.
void call_put_value(struct call *c, struct rec *to, enum rec_key key, const struct operand *x);
// Appends the value of an operand as print shows it: 0.5, [1, 2].
void call_add_value(struct call *c, struct text *out, const struct operand *x);
// The same where `write` appends each number, the way that `how` says.
typedef void call_number_writer(struct text *out, double number, const void *how);
void call_add_numbers(struct call *c, struct text *out, const struct operand *x,
                      call_number_writer *write, const void *how);
// The expression at a node, its operands as they are called: "a*b + c", "tanh(n)"; "" for a leaf.
void call_formula(struct call *c, struct text *out, uint32_t node);
// What a node is called in a sentence: its name, short formula, or number. Returns `out`.
const char *call_label(struct call *c, char out[LABEL_TEXT], uint32_t node);
// The local gradient of `node` in operand `slot` as a formula in these: "b", "1 - d**2".
void call_slope_formula(struct call *c, struct text *out, uint32_t node, int slot);
// The same of a node made aside, whose operands from `aside` on have no labels that last: their
// formulas stand for them.
void call_aside_formula(struct call *c, struct text *out, uint32_t node, int slot, uint32_t aside);
// The formula of such an operand itself, or its label.
void call_aside_label(struct call *c, struct text *out, uint32_t node, uint32_t aside);
// Notices, once, that nodes have new numbers since a loop cleared up.
void call_note_renumbered(struct call *c, struct span span);
// Notices that `node` is stale, if it is.
void call_note_stale(struct call *c, struct span span, uint32_t node);
// The same of a value, which may be an array.
void call_note_stale_value(struct call *c, struct span span, const struct operand *x);
// Notices where inf or nan first appears among the nodes from `from` on. `named` is about to get the name
// at the span; NODE_NONE: none is.
void call_note_strange(struct call *c, struct span span, uint32_t from, uint32_t named);

// Asks the host for something: fills a need record. The command is run again from its start once
// it is supplied; call_supplied then tells (and the refusal, if any, is in the diag). One that asks
// for one thing after another finds in s->rounds how often it did.
bool call_supplied(struct call *c);
struct rec *call_need(struct call *c, const char *what, struct span path);
// The same for a path that was not typed.
struct rec *call_ask(struct call *c, const char *what, const char *path, size_t length);
// Says that the file at `path` was written.
void call_written(struct call *c, struct span path);
// The end of a command whose file was asked for: written, which is said where statements say what
// they did, or refused, and then the diag is at `path`.
enum call_end call_file_end(struct call *c, struct span path);
// The one of `count` formats ("png") that a path of this length ends in, after a point; NULL if
// none.
const char *call_format(const char *const *formats, size_t count, const char *path, size_t length);

// Values are refreshed if they are stale. False: interrupted, or no memory; the diag says so.
bool call_refresh(struct call *c, uint32_t *count);
// Keeps what the lowering grew (c->lower->grown) under its names. An error, under sabotage, if that
// tells where the mistake is.
bool call_keep_grown(struct call *c, struct span span);
// The same for what root depends on.
bool call_refresh_to(struct call *c, uint32_t root, uint32_t *count);
// What a sweep came to: false, with the diag set, unless it is done.
bool call_swept(struct call *c, enum sweep_end end);

// session.c, for the commands that take the whole session back or anew
bool session_undo(struct session *s);
bool session_redo(struct session *s);
bool session_reset(struct session *s);
// A session without the prelude, to be filled. NULL if out of memory.
struct session *session_bare(const struct session_world *world);
// Another session with the same graph, names, settings and walk, and no way back (undo) yet.
struct session *session_copy(struct session *s);
// Appends the value of an expression as things stand, as print shows it; nothing of it stays.
// False: d says why there is none, its span in the source. Not while a statement is running.
bool session_value(struct session *s, const struct source *source, struct text *out,
                   struct diag *d);
// Appends the record of an error in a text.
void session_report(const struct source *source, const struct diag *d, struct records *out);
// Takes back the statement that is running, which fails with this message.
enum session_state session_give_up(struct session *s, const char *message, const char *hint,
                                   struct records *out);
// As session_begin, but an empty line repeats nothing: for texts whose lines are taken one by one.
void session_open(struct session *s, const struct source *source, enum session_mode mode);
// Takes the next line (lines, where a bracket is open) of the text that was begun, for somebody who
// reads them in the session's place. False when there is none; if `first`, an empty text is a line.
bool session_next_line(struct session *s, bool first, struct source *line);
// Is the block of a loop being executed?
bool session_in_loop(const struct session *s);
// compact.c: the outermost loop begins here.
void session_compact_from_here(struct session *s);
// compact.c: between two turns of a loop, takes out what nothing leads to any more. False if out of
// memory.
bool session_compact(struct session *s);

// frames.c: what is being executed. There is a frame but for session_drop_frames.
struct frame *session_top_frame(const struct session *s);
void session_pop_frame(struct session *s);
void session_drop_frames(struct session *s);
// Ends the text that is being executed; what is half done is taken back.
void session_abandon(struct session *s);
// The statement asks for nothing any more, and what it was given is gone.
void session_forget_needs(struct session *s);
// Goes past empty lines. False at the text's end.
bool session_skip_breaks(struct frame *f);
// Starts a frame above the present one, to be filled by the caller. NULL: too deep, or no memory.
struct frame *session_new_frame(struct session *s, enum frame_kind kind, struct span statement);
// Starts executing `bytes` before what follows in the present text.
bool session_push_frame(struct session *s, const char *name, struct span load, const char *bytes,
                        size_t n);

// statement.c
enum call_end statement_run(struct call *c);
// What the first statement of a text is: one that does something (a command, an assignment, def,
// repeat, for, print), or an expression.
enum statement_form { FORM_EXPRESSION, FORM_COMMAND, FORM_OTHER };
enum statement_form statement_form(struct session *s, const struct source *source);
// define.c and loop.c: def, repeat, for
bool define_function(struct call *c);
bool loop_repeat(struct call *c);
bool loop_for(struct call *c);
// with torch.no_grad(): a block whose += changes leaves in place
bool loop_with(struct call *c);
// f(x, y) = …: a definition without the word
bool define_bare(struct call *c);
#endif

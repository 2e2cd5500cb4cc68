// Turns of a loop that do the same to other numbers are replayed: nothing is read or built anew.
//
// What a turn leaves (nodes, bindings, recipes) gathers until the loop clears up (compact.c). From one
// clearing up to the next is a cycle (of turns that only append, see replay_turns.c). One cycle is recorded while it runs: the nodes that it made, and
// the passes and updates in between. If the session is then what it was at the cycle's begin, but for
// values and gradients, the next cycle would do the same again. So only values and gradients are
// computed, at the same places of the tape and in the same order: whatever can be looked at afterwards
// is equal to the last bit, the numbers of nodes included.
//
// A statement says that it can be replayed, and how; where one does not, or reads a value as a number
// that a turn may change, the loop runs turn by turn. So it does from the cycle on in which something
// would be said: a value or gradient that is inf or nan, a gradient that was held before.
#ifndef SESSION_REPLAY_H
#define SESSION_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/trail.h"
#include "engine/lanes.h"
#include "engine/optim.h"
#include "engine/runs.h"
#include "engine/sweep.h"
#include "text/lower.h"

struct session;
struct frame;

enum replay_kind {
    REPLAY_MAKE,      // the nodes first … end - 1 are made
    REPLAY_COUNT,     // so is the leaf `first`, whose value is the number of the turn
    REPLAY_REFRESH,   // the nodes in the stretches are computed
    REPLAY_ZERO,      // their gradients are cleared
    REPLAY_BACKWARD,  // a pass goes down from `root` over them
    REPLAY_UPDATE     // parameters are moved
};

struct replay_event {
    enum replay_kind kind;
    uint32_t first, end;  // nodes, or stretches
    uint32_t root;        // of a pass; of an update its place in `optims`
    int64_t turn;         // of REPLAY_COUNT, in the cycle
};

enum replay_phase { REPLAY_OFF, REPLAY_WAITING, REPLAY_RECORDING, REPLAY_READY };

// Where a turn begins: how much there was.
struct replay_slice {
    uint32_t nodes, recipes, text, output;
    size_t others;  // of all else
};

struct replay {
    enum replay_phase phase;
    int tries;                      // cycles that were recorded
    bool told;                      // the running statement said how it is replayed
    bool pending;                   // more cycles follow at once
    bool passes;                    // turns do more than bind names
    size_t work;                    // nodes that the last call of session_run replayed
    struct replay_slice slices[4];  // of the last turns; so many of them are known:
    int sliced;
    // What is added for the next turn: to a node's record (uint64_t), to the node that a recipe binds
    // (uint32_t), to the output.
    struct buf steps, binds;
    uint32_t output_step;
    struct value_use uses;
    int64_t turn;          // the loop's, where the cycle began; of one that is ready, turns in it
    uint32_t first, end;   // the nodes that a cycle makes
    struct buf events;     // struct replay_event
    struct buf stretches;  // struct stretch: of events
    struct buf optims;     // struct optim: of events
    struct buf node, value, mark;  // of the nodes that a cycle makes, as they were made
    struct buf moves;              // uint32_t, two each: what clearing up moves, from and to
    struct buf touched;  // struct stretch: older nodes whose value or gradient a cycle may change
    struct buf before, after;  // char: the session at the cycle's begin, and at its end
    // A program for what a turn computes (replay_program.c).
    bool looked;         // for one
    bool owed;           // the last cycle was run by it
    bool tame;           // so far all numbers in it are
    int64_t by_program;  // turns, of all loops: for tests
    struct lanes *lanes;
    struct runs *runs;
    struct buf weights;  // uint32_t: the parameters below the loss
    struct buf held;     // double: those of all parameters that change, before the last cycle
};

void replay_init(struct replay *r);
void replay_release(struct replay *r);
// An outermost loop begins.
void replay_begin(struct session *s, bool possible);
// The loop does what cannot be replayed.
void replay_spoil(struct session *s);

// What the running statement does, told before it happens (a binding, afterwards: it made the nodes
// from `from` on).
void replay_note_binding(struct session *s, uint32_t from);
void replay_note_count(struct session *s, uint32_t leaf);
void replay_note_zero(struct session *s);
// A refresh comes of itself, before another; the statement `forward` says that it is no more.
void replay_note_forward(struct session *s);
void replay_note_refresh(struct session *s, const struct buf *stretches);
void replay_note_backward(struct session *s, uint32_t root);
void replay_note_update(struct session *s, const struct optim *o);
// A statement begins, and is over.
void replay_statement(struct session *s);
void replay_stated(struct session *s);

// The loop is about to clear up; it did, and node i, of those from `first` to `end`, is number
// to[i - first] now.
void replay_clearing(struct session *s);
void replay_cleared(struct session *s, uint32_t first, uint32_t end, const uint32_t *to);

// Before a turn of f, in a loop of which no cycle is known yet: appends what further turns would make, if
// those before were alike (replay_turns.c).
void replay_turns(struct session *s, struct frame *f);
// A cycle whose turns are steps of one training, all alike, is run by a program of the engine, but for the
// last before anyone looks. Is there one? Looks for it once, after a cycle was replayed, if enough are
// to come.
bool replay_program_find(struct session *s, const struct frame *f);
// Runs some cycles by it. If there were any (`owed`), the session is now where the last of them
// begins, but for what only a cycle without a program leaves. Returns the work that it took.
size_t replay_program_run(struct session *s, struct frame *f, struct buf *params, size_t budget);
void replay_program_release(struct replay *r);

// Before the top frame, a loop, runs its turn: replays some cycles, if there is one to replay.
void replay_run(struct session *s);

#endif

// Groups in commands that are about nodes too: expand, fold and local.
#ifndef COMMAND_COMMANDS_GROUP_H
#define COMMAND_COMMANDS_GROUP_H

#include "session/call.h"

// Is what follows a function's name, with or without a number: neuron 2? Or else an array's?
bool group_is_named(const struct call *c);
bool group_is_looked_at(const struct call *c);
// Reads it, and has pictures draw it as one box (`fold`), or open. False: the diag says why.
bool group_look(struct call *c, bool fold);

// The same of the call whose result the node is, or of the statement that made it: folds it, opens
// what the learner folded, or opens whatever a picture may fold by itself.
enum group_ask { GROUP_FOLD, GROUP_OPEN_FOLDED, GROUP_OPEN };
enum group_found { GROUP_NOTHING, GROUP_DONE, GROUP_FAILED };
enum group_found group_look_at_node(struct call *c, uint32_t node, enum group_ask ask);

// Reads "neuron" or "neuron 2". *number: 0 where none is typed. `groups` (uint32_t) receives what is
// meant.
bool group_read_calls(struct call *c, struct buf *groups, uint32_t *name, int64_t *number);

// commands_group_local.c
// local neuron 2: what the call does to its result. False: the diag says why.
bool group_local(struct call *c);
// The same where the node is the result of a call that is folded; *told: it was.
bool group_local_of_node(struct call *c, uint32_t node, bool *told);

#endif

// One function a command, as commands.def lists them. Each reads its arguments, acts, and answers
// in records.
#ifndef COMMAND_COMMANDS_H
#define COMMAND_COMMANDS_H

#include "session/batch.h"
#include "session/call.h"

// These commands, for struct session_world.
extern const struct command_table commands_table;

#define COMMAND(NAME, ...) enum call_end command_##NAME(struct call *c);
#include "command/commands.def"

// What a command answers with, put into a record that is there already.
// commands_print.c: a text, or several after one another, with the values of an f'…' in place.
bool command_text(struct call *c, struct text *out);
// commands_step.c: a step that this walk just took.
void step_put(struct call *c, struct rec *r, const struct stepper *walk,
              const struct step_fact *fact);
// commands_explain.c: why the node's gradient of `output` (NODE_NONE: of none) is what it is.
bool explain_put(struct call *c, struct rec *r, uint32_t node, uint32_t output);
// Where inf or nan began: down from the node along operands that are not finite themselves.
uint32_t explain_origin(const struct tape *t, uint32_t node);
// commands_why.c: the paths from root to a node; values must not be stale.
bool paths_put(struct call *c, struct rec *r, uint32_t root, uint32_t of);
// commands_train.c: remembers how parameters are moved, and by the gradients of which node.
bool train_note(struct call *c, const struct optim *o, int64_t steps, uint32_t root,
                const struct batch *batch);

#endif

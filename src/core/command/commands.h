// One function a command, as commands.def lists them. Each reads its arguments, acts, and answers
// in records.
#ifndef COMMAND_COMMANDS_H
#define COMMAND_COMMANDS_H

#include "session/call.h"

#define COMMAND(NAME, ...) enum call_end command_##NAME(struct call *c);
#include "command/commands.def"

#endif

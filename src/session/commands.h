// One function a command, as commands.def lists them. Each reads its arguments, acts, and answers
// in records.
#ifndef SESSION_COMMANDS_H
#define SESSION_COMMANDS_H

#include "session/call.h"

#define COMMAND(NAME, ...) enum call_end command_##NAME(struct call *c);
#include "session/commands.def"

#endif

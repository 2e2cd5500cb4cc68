// One function a command of lessons, as play/commands.def lists them. Each reads its arguments,
// acts, and answers in records.
#ifndef PLAY_COMMANDS_H
#define PLAY_COMMANDS_H

#include "session/call.h"

// session_world.search: looks where `ask` looks. False, without a word, where nothing fits.
bool questions_search(struct call *c, struct span words, enum call_end *end);

#define COMMAND(NAME, ...) enum call_end command_##NAME(struct call *c);
#include "play/commands.def"

#endif

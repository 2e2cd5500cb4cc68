// Keys that move, on every terminal.
#ifndef PROMPT_REPL_KEYS_H
#define PROMPT_REPL_KEYS_H

#include <stdio.h>

#include <readline/readline.h>

// What these bytes do, in both of readline's ways of editing.
void repl_keys_bind(const char *keys, rl_command_func_t *does);
// Arrows, Home, End, Delete and Page, with their modifiers.
void repl_keys_bind_motions(void);
// Before readline begins: where the learner's .inputrc is a pipe, which it would wait for, none is read.
void repl_keys_spare_inputrc(void);

#endif

// What was entered before: a file that outlives the session, and the keys that look through it.
#ifndef PROMPT_REPL_HISTORY_H
#define PROMPT_REPL_HISTORY_H

// Reads the file, and makes it first if need be. Without one, entries are kept until the end.
void repl_history_begin(void);
void repl_history_add(const char *entry);
// Shortens the file, and releases what is kept.
void repl_history_end(void);

// For keys: shows the entry before or after the one shown, of those that begin as the line does up
// to the cursor.
int repl_history_up(int count, int key);
int repl_history_down(int count, int key);

#endif

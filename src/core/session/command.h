// Commands, as a session sees them: rows of a table that is handed to it (session_world). A session
// finds, runs and suggests them, and knows none by name.
//
// Tables are chained, so that a room can add commands to those of the rooms below it.
#ifndef SESSION_COMMAND_H
#define SESSION_COMMAND_H

#include <stddef.h>

struct call;

enum call_end {
    CALL_FAILED,  // the diag says why
    CALL_DONE,
    CALL_NEED,  // waits for the record just added
};

// The part of `help` that lists it.
enum command_group {
    GROUP_LOOK,
    GROUP_PASSES,
    GROUP_STEPS,
    GROUP_WHY,
    GROUP_FORMULAS,
    GROUP_LESSONS,
    GROUP_SESSION,
    GROUP_COUNT
};

struct command {
    const char *name;
    enum call_end (*run)(struct call *c);
    enum command_group group;
    const char *usage, *help, *example;  // usage: forms apart by " | "
};

struct command_table {
    const struct command *rows;
    size_t count;
    const struct command_table *more;  // NULL: there are no others
};

// NULL if no row has this name. The table may be NULL: there are no commands.
const struct command *command_find(const struct command_table *table, const char *name,
                                   size_t length);
// Row i, counted through the whole chain; NULL past the last.
const struct command *command_at(const struct command_table *table, size_t i);

#endif

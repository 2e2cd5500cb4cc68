// What may be typed at a place of the line: which words, names, files or lessons. The commands that
// take something of their own are rows of context.def.
#ifndef COMMAND_CONTEXT_H
#define COMMAND_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

enum context_kind {
    CONTEXT_EXPRESSION,  // names and functions; at a statement's start commands too
    CONTEXT_WORDS,       // the words alone
    CONTEXT_NAMES,       // the names that have values, and the words
    CONTEXT_FIELDS,      // after a point: the words, and functions
    CONTEXT_SLOPES,      // after dL/: as an expression, and the names with a d before them
    CONTEXT_FILES,
    CONTEXT_LESSONS,  // ids of lessons, or files
};

struct context {
    enum context_kind kind;
    const char *words;  // apart by blanks
};

// Of the word that begins at byte `at` of a line; an option, which begins with -, is asked for
// where the word does.
struct context context_at(const char *line, size_t at);
// Is this one of the words, or options without their dashes, that rows of a command name?
bool context_takes(const char *command, const char *s, size_t n);
// Where the statement begins that byte `at` is in.
size_t context_start(const char *line, size_t at);
// What ends a word where the cursor is at byte `at`: names are between operators, files have dots
// and slashes in them.
const char *context_breaks(const char *line, size_t at);

#endif

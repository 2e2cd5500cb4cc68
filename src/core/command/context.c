#include "command/context.h"

#include <string.h>

#include "base/mem.h"

static const struct context_row {
    const char *command;
    size_t word;
    struct context context;
} rows[] = {
#define CONTEXT(COMMAND, WORD, KIND, WORDS) {COMMAND, WORD, {CONTEXT_##KIND, WORDS}},
#include "command/context.def"
};

size_t context_start(const char *line, size_t at)
{
    while (at > 0 && strchr(";{}\n", line[at - 1]) == NULL) {
        at--;
    }
    return at + strspn(line + at, " ");
}

// Is an operator, a bracket or a comma before the place? Then a name follows.
static bool follows_operator(const char *line, size_t from, size_t at)
{
    while (at > from && line[at - 1] == ' ') {
        at--;
    }
    return at > from && strchr("+-*/^@=<>(,[:", line[at - 1]) != NULL;
}

struct context context_at(const char *line, size_t at)
{
    struct context none = {CONTEXT_EXPRESSION, ""};
    size_t start = context_start(line, at), length = strcspn(line + start, " "), words = 0;
    bool option = line[at] == '-' || (at > start && line[at - 1] == '-');
    if (start >= at || (follows_operator(line, start, at) && !option)) {
        return none;
    }
    for (size_t i = start; i < at; words++) {
        i += strcspn(line + i, " ");
        i += strspn(line + i, " ");
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool named =
            strlen(rows[i].command) == length && memcmp(line + start, rows[i].command, length) == 0;
        if (named && (rows[i].word == words || rows[i].word == 0)) {
            return rows[i].context;
        }
    }
    return none;
}

bool context_takes(const char *command, const char *s, size_t n)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *word = strcmp(rows[i].command, command) == 0 ? rows[i].context.words : "";
        while (*word != '\0') {
            word += strspn(word, " -");
            size_t length = strcspn(word, " ");
            if (length == n && memcmp(word, s, n) == 0) {
                return true;
            }
            word += length;
        }
    }
    return false;
}

const char *context_breaks(const char *line, size_t at)
{
    while (at > 0 && strchr(" \n", line[at - 1]) == NULL) {
        at--;
    }
    struct context context = context_at(line, at);
    bool option = line[at] == '-' && *context.words != '\0';
    bool files = context.kind == CONTEXT_FILES || context.kind == CONTEXT_LESSONS;
    return files || option ? " \t\n\"'" : " \t\n\"'()[]{}+-*/^@=<>!,;:.%";
}

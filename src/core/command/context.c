#include "command/context.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

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

static bool is_name_byte(char c)
{
    return text_is_letter(c) || text_is_digit(c) || c == '_' || (c & 0x80) != 0;
}

// Where the name begins that ends at byte `at`; `at` if none does.
static size_t name_start(const char *line, size_t from, size_t at)
{
    size_t i = at;
    while (i > from && is_name_byte(line[i - 1])) {
        i--;
    }
    return i < at && !text_is_digit(line[i]) ? i : at;
}

// What the bytes directly before a word say of it: x. and dL/. False: nothing.
static bool context_joined(const char *line, size_t from, size_t at, struct context *c)
{
    if (at <= from + 1) {
        return false;
    }
    size_t name = name_start(line, from, at - 1);
    bool closed = line[at - 2] == ']' || line[at - 2] == ')';
    if (line[at - 1] == '.' && (name < at - 1 || closed)) {
        *c = (struct context){CONTEXT_FIELDS, "data grad backward forward T"};
        return true;
    }
    if (line[at - 1] == '/' && at - 1 - name > 1 && line[name] == 'd') {
        *c = (struct context){CONTEXT_SLOPES, ""};
        return true;
    }
    return false;
}

// By the rows: of the word at byte `at` of a statement whose first word is line[start .. start + length).
static struct context context_of_word(const char *line, size_t start, size_t length, size_t at)
{
    struct context none = {CONTEXT_EXPRESSION, ""};
    size_t words = 0;
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

struct context context_at(const char *line, size_t at)
{
    struct context none = {CONTEXT_EXPRESSION, ""}, joined;
    size_t start = context_start(line, at), length = strcspn(line + start, " ");
    struct context of_word = context_of_word(line, start, length, at);
    bool files = of_word.kind == CONTEXT_FILES || of_word.kind == CONTEXT_LESSONS;
    if (!files && context_joined(line, start, at, &joined)) {
        return joined;
    }
    bool option = line[at] == '-' || (at > start && line[at - 1] == '-');
    if (start >= at || (follows_operator(line, start, at) && !option)) {
        return none;
    }
    return of_word;
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

#include "prompt/repl_complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "command/context.h"
#include "session/candidates.h"
#include "store/course.h"
#include "text/lower.h"

// readline's hooks take no argument: what they need is here.
static struct {
    struct tutor *tutor;
    bool begins;             // a statement may begin where the line does
    bool at_start;           // the word to complete begins one
    struct context context;  // of the word to complete
} complete;

static char *word_breaks(void)
{
    static char breaks[64];
    snprintf(breaks, sizeof breaks, "%s", context_breaks(rl_line_buffer, (size_t)rl_point));
    return breaks;
}

// The next of the words apart by blanks, from *words on, that begins with this one; NULL: no more.
static char *next_word(const char *word, const char **words)
{
    size_t length = strlen(word);
    for (*words += strspn(*words, " "); **words != '\0'; *words += strspn(*words, " ")) {
        const char *s = *words;
        size_t n = strcspn(s, " ");
        *words += n;
        if (n >= length && memcmp(s, word, length) == 0) {
            return strndup(s, n);
        }
    }
    return NULL;
}

// The words of the context, then names, and where an expression may be, functions and commands.
static char *next_candidate(const char *word, int state)
{
    static struct records records;
    static const struct rec *item;
    static const char *words = "";
    if (state == 0) {
        words = complete.context.words;
        records_init(&records);
        if (complete.context.kind == CONTEXT_NAMES) {
            candidates_add_names(tutor_graph(complete.tutor), word, &records);
        } else if (complete.context.kind == CONTEXT_EXPRESSION) {
            candidates_add(tutor_graph(complete.tutor), word, complete.at_start, &records);
        }
        const struct rec *items = rec_find(records.list.in.first, KEY_items);
        item = items == NULL ? NULL : items->in.first;
    }
    char *fixed = next_word(word, &words);
    if (fixed != NULL) {
        return fixed;
    }
    if (item == NULL) {
        records_release(&records);
        return NULL;
    }
    char *copy = strdup(item->text);
    item = item->next;
    return copy;
}

static char *next_lesson(const char *word, int state)
{
    static struct course course;
    static size_t next;
    if (state == 0) {
        char *folder = course_folder();
        course_load(&course, folder, NULL, 1, false);
        next = 0;
        free(folder);
    }
    while (next < course.lessons.count) {
        const char *id = BUF(struct course_lesson, &course.lessons)[next++].id;
        if (strncmp(id, word, strlen(word)) == 0) {
            return strdup(id);
        }
    }
    course_release(&course);
    return NULL;
}

// How often is this whole word offered where no command may be? Once as a function, once as a
// name that is bound.
static int meanings(const char *word)
{
    int count = 0;
    struct records records;
    records_init(&records);
    candidates_add(tutor_graph(complete.tutor), word, false, &records);
    const struct rec *items = rec_find(records.list.in.first, KEY_items);
    for (const struct rec *i = items == NULL ? NULL : items->in.first; i != NULL; i = i->next) {
        count += strcmp(i->text, word) == 0;
    }
    records_release(&records);
    return count;
}

// What follows a word that was completed: a blank after a command, ( after a function, nothing
// after a name.
static int suffix(const char *word)
{
    bool function = lower_is_function(word, strlen(word));
    bool bound = meanings(word) > function;
    return bound ? '\0' : function ? '(' : complete.at_start ? ' ' : '\0';
}

static char **complete_word(const char *word, int start, int end)
{
    size_t at = (size_t)start;
    struct context context = context_at(rl_line_buffer, at);
    rl_attempted_completion_over = 1;
    rl_completion_append_character = '\0';
    complete.context = context;
    if (context.kind == CONTEXT_LESSONS && strpbrk(word, "/.") == NULL) {
        char **lessons = rl_completion_matches(word, next_lesson);
        if (lessons != NULL) {
            return lessons;
        }
    }
    bool files = context.kind == CONTEXT_FILES || context.kind == CONTEXT_LESSONS;
    if ((files && *word != '-') || rl_completion_quote_character != '\0') {
        rl_filename_completion_desired = 1;
        return rl_completion_matches(word, rl_filename_completion_function);
    }
    size_t begin = context_start(rl_line_buffer, at);
    bool help = strncmp(rl_line_buffer + begin, "help ", 5) == 0;
    complete.at_start = help || (begin >= at && complete.begins);
    char **matches = rl_completion_matches(word, next_candidate);
    if (matches == NULL && context.kind == CONTEXT_NAMES) {
        complete.context.kind = CONTEXT_EXPRESSION;  // as in local tanh(x)
        matches = rl_completion_matches(word, next_candidate);
    }
    if (matches != NULL && rl_line_buffer[end] != '(' && !help) {
        rl_completion_append_character = suffix(matches[0]);
    }
    return matches;
}

void repl_complete_init(struct tutor *tutor)
{
    complete.tutor = tutor;
    rl_attempted_completion_function = complete_word;
    rl_completion_word_break_hook = word_breaks;
    rl_completer_quote_characters = "\"'";
    rl_filename_quote_characters = " \t;#";
}

void repl_complete_line(bool begins)
{
    complete.begins = begins;
}

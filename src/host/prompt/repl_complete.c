#include "prompt/repl_complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "command/complete.h"
#include "session/candidates.h"
#include "store/course.h"
#include "text/lower.h"

// readline's hooks take no argument: what they need is here.
static struct {
    struct tutor *tutor;
    bool begins;             // a statement may begin where the line does
    bool at_start;           // the word to complete begins one
} complete;

// The next option of the question being asked that begins with the line; NULL: no more.
static char *next_option(const char *line, int state)
{
    static size_t k;
    char *option = NULL;
    struct text text;
    text_init(&text);
    for (k = state == 0 ? 0 : k; option == NULL && tutor_option(complete.tutor, k, &text); k++) {
        option = strncmp(text_get(&text), line, strlen(line)) == 0 ? strdup(text_get(&text)) : NULL;
        text_clear(&text);
    }
    text_release(&text);
    return option;
}

static bool begins_option(const char *line)
{
    char *option = next_option(line, 0);
    free(option);
    return option != NULL;
}

static char *word_breaks(void)
{
    static char breaks[64];
    if (begins_option(rl_line_buffer)) {
        return strcpy(breaks, "\n");  // its blanks are no ends of words
    }
    snprintf(breaks, sizeof breaks, "%s", context_breaks(rl_line_buffer, (size_t)rl_point));
    return breaks;
}

static char *next_candidate(const char *word, int state)
{
    static struct records records;
    static const struct rec *item;
    (void)word;
    if (state == 0) {
        records_init(&records);
        complete_at(tutor_graph(complete.tutor), rl_line_buffer, (size_t)rl_point, complete.begins,
                    &records);
        item = rec_first(records.list.in.first, KEY_items);
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
    for (const struct rec *i = rec_first(records.list.in.first, KEY_items); i != NULL;
         i = i->next) {
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
    if (start == 0 && begins_option(word)) {
        return rl_completion_matches(word, next_option);
    }
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

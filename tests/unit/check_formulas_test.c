// The formulas in what lessons say come out as they were written: every word with a star, an
// underscore or a caret in it, with or without backquotes, on a terminal and as HTML (which is what
// a page shows).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "play/tutor.h"
#include "supply/host.h"
#include "words/html.h"
#include "words/words.h"

#include "base_near.h"

static const char *program;  // build/backstep, near which the lessons are

struct reader {
    struct host host;
    struct text shown, page;  // all that was said: on a terminal, and as HTML without its tags
    size_t formulas;          // that were looked for
};

// ---- What is shown ------------------------------------------------------------------------------

// HTML without tags, its five entities resolved.
static void add_without_tags(struct text *out, const char *s)
{
    static const struct {
        const char *entity;
        char is;
    } rows[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&#39;", '\''}};
    for (; *s != '\0'; s++) {
        char c = *s;
        if (c == '<') {
            s += strcspn(s, ">");
            continue;
        }
        for (size_t i = 0; c == '&' && i < COUNT_OF(rows); i++) {
            if (strncmp(s, rows[i].entity, strlen(rows[i].entity)) == 0) {
                s += strlen(rows[i].entity) - 1;
                c = rows[i].is;
                break;
            }
        }
        text_add_char(out, c);
    }
}

static void see(void *seer, const struct rec *r)
{
    struct reader *l = seer;
    struct text words;
    struct words_form form = {.style = WORDS_PROMPT, .digits = 6};
    text_init(&words);
    words_add(&words, r, &form);
    ink_plain(&l->shown, text_get(&words), text_length(&words));
    text_clear(&words);
    html_add(&words, r, &form);
    add_without_tags(&l->page, text_get(&words));
    text_add_char(&l->page, '\n');
    text_release(&words);
}

static void type(struct reader *l, const char *line)
{
    struct source source = {.name = "", .text = line, .length = strlen(line), .line = 1};
    host_run(&l->host, &source);
}

// Prose, questions, hints, and what is said when a question is done.
static void play(struct reader *l, const char *path)
{
    char line[PATH_MAX + 20];
    l->host.tutor = tutor_new(&(struct session_world){.seed = 1});
    assert_non_null(l->host.tutor);
    text_clear(&l->shown);
    text_clear(&l->page);
    snprintf(line, sizeof line, "lesson \"%s\"", path);
    type(l, line);
    const struct question *q;
    while ((q = tutor_question(l->host.tutor)) != NULL) {
        for (int i = 0; i < 9; i++) {
            type(l, "hint");
        }
        type(l, "solution");
        for (int i = 0; i < 5 && tutor_question(l->host.tutor) == q; i++) {
            type(l, i < 3 ? "good" : "skip");
        }
    }
    tutor_free(l->host.tutor);
}

// ---- What is written ----------------------------------------------------------------------------

// A word of a line of text: what is between blanks, without backquotes and without the stars or
// underscores of emphasis at its ends.
static size_t next_word(const char **s, char *word, size_t most)
{
    size_t n = 0;
    bool inside = false;  // {= a value}, which belongs to its word
    *s += strspn(*s, " \t|");
    for (; **s != '\0' && (inside || strchr(" \t|", **s) == NULL); (*s)++) {
        inside = **s == '{' || (inside && **s != '}');
        if (**s != '`' && n + 1 < most) {
            word[n++] = **s;
        }
    }
    while (n > 0 && strchr("*_.,;:?!", word[n - 1]) != NULL) {
        n--;
    }
    word[n] = '\0';
    size_t marks = strspn(word, "*_");
    memmove(word, word + marks, n + 1 - marks);
    return n - marks;
}

static void look_for(struct reader *l, const char *path, size_t number, const char *line)
{
    char word[400];
    if (strchr(line, '$') != NULL) {
        return;  // TeX is set, not shown
    }
    while (*line != '\0') {
        size_t n = next_word(&line, word, sizeof word);
        bool formula = n > 0 && strpbrk(word, "*_^") != NULL && strpbrk(word, "{}\\") == NULL &&
                       strstr(word, "](") == NULL;
        if (formula) {
            l->formulas++;
            if (strstr(text_get(&l->shown), word) == NULL) {
                fail_msg("%s:%zu: '%s' is not on the terminal", path, number, word);
            }
            if (strstr(text_get(&l->page), word) == NULL) {
                fail_msg("%s:%zu: '%s' is not on the page", path, number, word);
            }
        }
    }
}

// Of a question's block what a learner reads without answering: its text, its options, its hints,
// its end. `line` is cut where the reason of an option begins.
static const char *said_by(char *line, bool *in_text)
{
    static const char *const keys[] = {"hint: ", "then: ", "right: ", "wrong: "};
    size_t key = strspn(line, "abcdefghijklmnopqrstuvwxyz");
    *in_text = *in_text && !(key > 0 && strncmp(line + key, ": ", 2) == 0);
    if (*in_text) {
        return line;
    }
    char *reason = strstr(line, " => ");
    if (reason != NULL) {
        *reason = '\0';
    }
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if (strncmp(line, keys[i], strlen(keys[i])) == 0) {
            return line + strlen(keys[i]);
        }
    }
    return "";
}

static void compare(struct reader *l, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[4000];
    bool fenced = false, asks = false, in_text = false, front = false;
    assert_non_null(file);
    for (size_t number = 1; fgets(line, sizeof line, file) != NULL; number++) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, "---") == 0 && (number == 1 || front)) {
            front = !front;
        } else if (strncmp(line, "```", 3) == 0) {
            fenced = !fenced;
            asks = in_text = fenced && strncmp(line + 3, "ask", 3) == 0;
        } else if (!front) {
            look_for(l, path, number, !fenced ? line : asks ? said_by(line, &in_text) : "");
        }
    }
    fclose(file);
}

static void test_formulas_survive(void **state)
{
    (void)state;
    FILE *nowhere = fopen("/dev/null", "w");
    struct reader l = {
        .host = {.mode = SESSION_PROMPT, .out = nowhere, .trouble = nowhere, .see = see}};
    glob_t found;
    l.host.seer = &l;
    text_init(&l.shown);
    text_init(&l.page);
    find_near(program, "lessons/*-*.md", &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        play(&l, found.gl_pathv[i]);
        compare(&l, found.gl_pathv[i]);
    }
    print_message("%zu formulas in %zu files\n", l.formulas, found.gl_pathc);
    assert_true(l.formulas > 150);
    globfree(&found);
    text_release(&l.shown);
    text_release(&l.page);
    fclose(nowhere);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_formulas_survive)};
    program = argc > 1 ? argv[1] : "build/backstep";
    return cmocka_run_group_tests(tests, NULL, NULL);
}

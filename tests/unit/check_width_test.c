// Lessons as they are played, at 40, 60, 80 and 120 columns: prose, questions, hints, verdicts,
// solutions and scores. The whole course, and its cards.
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
#include "words/words.h"

#include "base_near.h"

static const int widths[] = {40, 60, 80, 120};
static const char *program;  // build/backstep, near which the lessons are

struct reader {
    struct host host;
    size_t columns;
    const char *path;
    size_t lines;  // looked at
};

// Values, formulas, code and pictures are as wide as they are.
static bool is_exempt(const struct rec *r)
{
    bool as_it_stands = rec_is(r, KIND_prose) && strcmp(rec_get_text(r, KEY_block), "code") == 0;
    return as_it_stands || words_is_fixed(r) || rec_is(r, KIND_lesson_code) ||
           rec_is(r, KIND_scene) || rec_is(r, KIND_plot) || rec_is(r, KIND_derive) ||
           rec_is(r, KIND_stage);
}

// One word may be too wide, as may a line of a formula or of code in the midst of prose.
static void look_at(struct reader *l, const char *line, size_t n)
{
    size_t blanks = strspn(line, " ");
    bool one_word = blanks < n && memchr(line + blanks, ' ', n - blanks) == NULL;
    l->lines++;
    if (ink_columns(line, n) > l->columns && !one_word) {
        struct text plain;
        text_init(&plain);
        ink_plain(&plain, line, n);
        fail_msg("%s at %zu columns, %zu wide: %s", l->path, l->columns, ink_columns(line, n),
                 text_get(&plain));
    }
}

static void see(void *seer, const struct rec *r)
{
    struct reader *l = seer;
    struct text words;
    text_init(&words);
    words_add(&words, r,
              &(struct words_form){.style = WORDS_PROMPT, .digits = 6, .columns = l->columns});
    for (const char *s = text_get(&words); *s != '\0' && !is_exempt(r);) {
        size_t n = strcspn(s, "\n");
        look_at(l, s, n);
        s += n + (s[n] == '\n');
    }
    text_release(&words);
}

static void type(struct reader *l, const char *line)
{
    struct source source = {.name = "", .text = line, .length = strlen(line), .line = 1};
    host_run(&l->host, &source);
}

// Answers of all kinds, few of them right; whatever is said to them has to fit.
static void play(struct reader *l)
{
    static const char *const typed[] = {"",     "12345.678", "x",    "a",        "L",     "b, c",
                                        "hint", "hint",      "info", "solution", "retry", "skip"};
    char line[600];
    l->host.tutor = tutor_new(&(struct session_world){.seed = 1});
    assert_non_null(l->host.tutor);
    tutor_set_terminal(l->host.tutor, (int)l->columns, 0, false);
    snprintf(line, sizeof line, "lesson \"%s\"", l->path);
    type(l, line);
    assert_non_null(tutor_question(l->host.tutor));
    while (tutor_question(l->host.tutor) != NULL) {
        for (size_t i = 0; i < COUNT_OF(typed); i++) {
            type(l, typed[i]);
        }
    }
    tutor_free(l->host.tutor);
}

static void test_lessons_fit(void **state)
{
    (void)state;
    FILE *nowhere = fopen("/dev/null", "w");
    struct reader l = {
        .host = {.mode = SESSION_PROMPT, .out = nowhere, .trouble = nowhere, .see = see}};
    glob_t found;
    l.host.seer = &l;
    find_near(program, "lessons/*-*.md", &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        for (size_t w = 0; w < COUNT_OF(widths); w++) {
            l.path = found.gl_pathv[i];
            l.columns = (size_t)widths[w];
            play(&l);
        }
    }
    print_message("%zu lessons, %zu lines\n", found.gl_pathc, l.lines);
    assert_true(l.lines > 40000);
    globfree(&found);
    fclose(nowhere);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lessons_fit)};
    program = argc > 1 ? argv[1] : "build/backstep";
    return cmocka_run_group_tests(tests, NULL, NULL);
}

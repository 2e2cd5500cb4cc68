// `notes`: what was typed, the answers and the pictures as a document, which `check` runs again.
#include "supply/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "check/check.h"
#include "play/tutor.h"
#include "store/files.h"
#include "supply/host.h"

struct writer {
    char folder[40];
    struct host host;
    struct notes notes;
    FILE *out;
};

static struct writer writer;

static int begin(void **state)
{
    struct writer *w = &writer;
    *w = (struct writer){.folder = "/tmp/backstep-notes-XXXXXX"};
    w->out = fopen("/dev/null", "w");
    notes_init(&w->notes);
    w->host = (struct host){.tutor = tutor_new(&(struct session_world){.seed = 1}),
                            .mode = SESSION_PROMPT,
                            .out = w->out,
                            .trouble = w->out,
                            .notes = &w->notes,
                            .strict = true};
    *state = w;
    bool ok = w->out != NULL && w->host.tutor != NULL && mkdtemp(w->folder) != NULL;
    w->host.folder = w->folder;
    return !ok;
}

static int end(void **state)
{
    struct writer *w = *state;
    char command[80];
    fclose(w->out);
    tutor_free(w->host.tutor);
    notes_release(&w->notes);
    snprintf(command, sizeof command, "rm -r %s", w->folder);
    return system(command);
}

static enum session_state type(struct writer *w, const char *text)
{
    struct source source = {.name = "<prompt>", .text = text, .length = strlen(text), .line = 1};
    return host_run(&w->host, &source);
}

// The file as a text, which the caller frees.
static char *read_file(const struct writer *w, const char *name)
{
    char path[80];
    struct buf bytes;
    struct diag d = {0};
    snprintf(path, sizeof path, "%s/%s", w->folder, name);
    buf_init(&bytes, 1);
    if (!files_read(path, 1 << 24, &bytes, &d)) {
        return NULL;
    }
    char *text = buf_push(&bytes, 1);
    *text = '\0';
    return bytes.data;
}

static void assert_holds(const struct writer *w, const char *name)
{
    char path[80];
    snprintf(path, sizeof path, "%s/%s", w->folder, name);
    char *const paths[] = {path, NULL};
    assert_int_equal(check_run(paths, 1, false), 0);
}

static void a_document_is_checked(void **state)
{
    struct writer *w = *state;
    type(w, "a_1 = 2; b = -3");
    type(w, "L = a_1*b + b**2\n");
    type(w, "L == ");                  // a mistake is left out
    type(w, "c = 5; undefined_name");  // … but not what came before one
    type(w, "for i in 1..2:\n  a_1.data -= 0.1");
    type(w, "backward L");
    type(w, "precision 3");
    type(w, "vars");
    type(w, "derive L b");
    type(w, "undo");
    type(w, "help gradient");
    assert_int_equal(type(w, "notes my notes.md"), SESSION_FAILED);
    assert_int_equal(type(w, "notes mine.md"), SESSION_DONE);
    char *text = read_file(w, "mine.md");
    assert_non_null(text);
    assert_ptr_equal(strstr(text, "# mine\n\n```backstep new\n∇ a_1 = 2; b = -3\n"), text);
    assert_non_null(strstr(text, "\n∇ for i in 1..2:\n…   a_1.data -= 0.1\n"));
    assert_non_null(strstr(text, "\n\\frac{d}{d b}\\left(\\mathit{a\\_1} \\cdot b"));
    assert_null(strstr(text, "L =="));
    assert_non_null(strstr(text, "undefined_name"));
    assert_null(strstr(text, "notes"));
    free(text);
    assert_holds(w, "mine.md");
    // Later a document says more.
    type(w, "a_1");
    type(w, "notes mine.md");
    text = read_file(w, "mine.md");
    assert_non_null(strstr(text, "∇ a_1\n  a_1 = "));
    free(text);
    assert_holds(w, "mine.md");
}

static void what_was_there_before_is_set_up(void **state)
{
    struct writer *w = *state;
    text_add(&w->notes.setup, "w = 7\n");
    session_eval(tutor_session(w->host.tutor), "w = 7", SESSION_SCRIPT, &(struct records){0});
    type(w, "w*w");
    type(w, "notes mine.md");
    char *text = read_file(w, "mine.md");
    assert_string_equal(text, "# mine\n\n```backstep new\nw = 7\n```\n\n```backstep\n∇ w*w\n"
                              "  w*w = 49\n```\n");
    free(text);
    assert_holds(w, "mine.md");
}

static void nothing_typed_becomes_markup(void **state)
{
    struct writer *w = *state;
    type(w, "# <script>alert(1)</script> & \"x\"");
    type(w, "a = 2; a*a  # </pre><img src=x onerror=alert(1)>");
    type(w, "<b>");
    type(w, "a; <i>");
    type(w, "notes mine.html");
    type(w, "notes mine.ipynb");
    char *text = read_file(w, "mine.html");
    assert_non_null(text);
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "<img"));
    assert_null(strstr(text, "<i>"));
    assert_non_null(strstr(text, "&lt;/pre&gt;&lt;img src=x"));
    free(text);
    text = read_file(w, "mine.ipynb");
    assert_non_null(
        strstr(text, "\"source\":\"a = 2; a*a  # </pre><img src=x onerror=alert(1)>\""));
    assert_non_null(strstr(text, "\"text/html\":\"<div class=\\\"backstep bs-value\\\">"));
    free(text);
}

// What happens in a lesson is text: it is not run again.
static void lessons_are_text(void **state)
{
    struct writer *w = *state;
    struct rec *r;
    struct records records;
    records_init(&records);
    r = records_add(&records, KIND_lesson_begin);
    rec_text(&records, r, KEY_title, "Two *paths*");
    notes_begin(&w->notes, "lesson two-paths", 16);
    notes_hear(&w->notes, r, 6);
    notes_begin(&w->notes, "3", 1);
    r = records_add(&records, KIND_hint);
    rec_text(&records, r, KEY_text, "Both $a_1$ and `b`.");
    rec_whole(&records, r, KEY_number, 1);
    rec_whole(&records, r, KEY_of, 2);
    notes_hear(&w->notes, r, 6);
    notes_begin(&w->notes, "quit", 4);
    notes_hear(&w->notes, records_add(&records, KIND_lesson_left), 6);
    records_release(&records);
    type(w, "2*3");
    type(w, "notes mine.md");
    char *text = read_file(w, "mine.md");
    assert_non_null(strstr(text, "\n```text\n∇ lesson two-paths\n```\n\n### Two *paths*\n"));
    assert_non_null(strstr(text, "\nHint 1 of 2: Both $a_1$ and `b`.\n"));
    assert_non_null(strstr(text, "\n```backstep new\n∇ 2*3\n  2*3 = 6\n```\n"));
    free(text);
    assert_holds(w, "mine.md");
}

static void a_script_has_no_notes(void **state)
{
    struct writer *w = *state;
    w->host.notes = NULL;
    w->host.mode = SESSION_SCRIPT;
    assert_int_equal(type(w, "a = 2; notes mine.md"), SESSION_FAILED);
    assert_null(read_file(w, "mine.md"));
    w->host.notes = &w->notes;
    w->host.mode = SESSION_PROMPT;
    assert_int_equal(type(w, "notes mine.pdf"), SESSION_FAILED);
    assert_int_equal(type(w, "notes"), SESSION_FAILED);
    assert_int_equal(type(w, "notes no/mine.md"), SESSION_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_document_is_checked, begin, end),
        cmocka_unit_test_setup_teardown(what_was_there_before_is_set_up, begin, end),
        cmocka_unit_test_setup_teardown(nothing_typed_becomes_markup, begin, end),
        cmocka_unit_test_setup_teardown(lessons_are_text, begin, end),
        cmocka_unit_test_setup_teardown(a_script_has_no_notes, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "prompt/notebook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process/tell.h"
#include "prompt/lessons.h"
#include "store/files.h"
#include "supply/host.h"
#include "words/markdown.h"
#include "words/notebook.h"

// What is being written: the lesson is played, and its records become cells.
struct notebook_writer {
    struct host host;
    struct notebook notebook;
    struct text out;
    struct text prose, code;  // of the cell that is being gathered; one of them is empty
    bool coded;               // there was a statement
    struct text id;           // of the lesson
    const char *name;         // as it was given
    struct text trouble;      // the first error
};

static void end_cell(struct notebook_writer *w)
{
    if (text_length(&w->prose) > 0) {
        const char *s = text_get(&w->prose);
        s += strspn(s, "\n");
        size_t n = strlen(s);
        notebook_markdown(&w->notebook, s, n > 0 && s[n - 1] == '\n' ? n - 1 : n);
    }
    if (text_length(&w->code) > 0) {
        notebook_code(&w->notebook, text_get(&w->code), text_length(&w->code));
        notebook_code_end(&w->notebook);
    }
    text_clear(&w->prose);
    text_clear(&w->code);
}

static void add_code(struct notebook_writer *w, const char *statement)
{
    if (text_length(&w->prose) > 0) {
        end_cell(w);
    }
    text_addf(&w->code, "%s%s", text_length(&w->code) > 0 ? "\n" : "", statement);
}

static void add_question(struct notebook_writer *w, long long number)
{
    struct text pin;
    bool plain = w->name[strcspn(w->name, " ;\t#")] == '\0';
    text_init(&pin);
    text_addf(&pin, plain ? "lesson %s %lld seed 1" : "lesson \"%s\" %lld seed 1", w->name, number);
    end_cell(w);
    add_code(w, text_get(&pin));
    end_cell(w);
    notebook_code(&w->notebook, "", 0);
    notebook_code_end(&w->notebook);
    text_release(&pin);
}

static void see(void *seer, const struct rec *r)
{
    struct notebook_writer *w = seer;
    const struct words_form form = {.style = WORDS_SCRIPT, .digits = 6};
    switch (rec_kind(r)) {
    case KIND_lesson_begin:
        text_add(&w->id, rec_get_text(r, KEY_lesson));
        text_add(&w->prose, "# ");
        markdown_text(&w->prose, rec_get_text(r, KEY_title), strlen(rec_get_text(r, KEY_title)));
        text_add_char(&w->prose, '\n');
        break;
    case KIND_prose:
        if (text_length(&w->code) > 0) {
            end_cell(w);
        }
        markdown_add(&w->prose, r, &form);
        break;
    case KIND_lesson_code:
        if (rec_get_flag(r, KEY_anew) && w->coded) {
            add_code(w, "reset");
        }
        add_code(w, rec_get_text(r, KEY_text));
        w->coded = true;
        break;
    case KIND_question:
        add_question(w, (long long)rec_get_whole(r, KEY_number));
        break;
    case KIND_error:
        if (text_length(&w->trouble) == 0) {
            text_addf(&w->trouble, "%s%s%s", rec_get_text(r, KEY_message),
                      *rec_get_text(r, KEY_hint) == '\0' ? "" : "; ", rec_get_text(r, KEY_hint));
        }
        break;
    default:
        break;
    }
}

static bool type(struct notebook_writer *w, const char *statement)
{
    struct source source = {
        .name = "<command line>", .text = statement, .length = strlen(statement), .line = 1};
    return host_run(&w->host, &source) == SESSION_DONE && text_length(&w->trouble) == 0;
}

static bool play(struct notebook_writer *w)
{
    char *begin = lessons_statement(w->name, (char *const[]){NULL});
    bool ok = begin != NULL && type(w, begin);
    while (ok && tutor_question(w->host.tutor) != NULL) {
        ok = type(w, "skip");
    }
    end_cell(w);
    free(begin);
    return ok;
}

static bool write_file(struct notebook_writer *w, const char *path)
{
    struct text named;
    struct diag d = {0};
    text_init(&named);
    text_addf(&named, "%s.ipynb", text_get(&w->id));
    path = path == NULL ? text_get(&named) : path;
    bool there = access(path, F_OK) == 0;
    bool ok = !there && (!w->out.bytes.failed || diag_out_of_memory(&d)) &&
              files_write(path, text_get(&w->out), text_length(&w->out), &d);
    if (ok) {
        tell(stdout, "wrote %s\n", path);
    } else {
        tell(stderr, "backstep: %s%s\n", there ? path : d.message,
             there ? " is there already" : "");
    }
    text_release(&named);
    return ok;
}

int notebook_write(const char *lesson, const char *path)
{
    struct session_world world = {.seed = 1};
    struct notebook_writer w = {.name = lesson};
    struct text *texts[] = {&w.out, &w.prose, &w.code, &w.id, &w.trouble};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        text_init(texts[i]);
    }
    w.host = (struct host){.tutor = tutor_new(&world),
                           .mode = SESSION_PROMPT,
                           .out = stdout,
                           .trouble = stderr,
                           .see = see,
                           .seer = &w};
    notebook_begin(&w.notebook, &w.out);
    bool played = w.host.tutor != NULL && play(&w);
    notebook_end(&w.notebook);
    if (!played) {
        tell(stderr, "backstep: %s\n",
             text_length(&w.trouble) > 0 ? text_get(&w.trouble) : "there is no memory");
    }
    bool ok = played && write_file(&w, path);
    tutor_free(w.host.tutor);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        text_release(texts[i]);
    }
    return ok ? 0 : 1;
}

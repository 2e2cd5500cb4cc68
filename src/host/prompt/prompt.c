#include "prompt/prompt.h"

#include <signal.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prompt/repl.h"
#include "prompt/resume.h"
#include "store/files.h"
#include "store/folders.h"
#include "store/journal.h"
#include "supply/ink.h"
#include "words/ink.h"

enum { INIT_MOST = 1 << 20 };  // bytes of the init file

static void say(struct host *h, const char *words)
{
    ink_say(h->out, words, host_theme(h));
}

static void complain(struct host *h, const char *message)
{
    struct text words;
    text_init(&words);
    text_add(&words, "  ");
    ink_add(&words, INK_ERROR, "error:");
    text_addf(&words, " %s\n", message);
    say(h, text_get(&words));
    text_release(&words);
}

static void greet(struct host *h)
{
    struct text words;
    text_init(&words);
    ink_add(&words, INK_NAME, "backstep");
    text_add(&words, ": backpropagation, one expression at a time\n");
    text_add(&words, "Press Enter to begin the course, or to go on with it where you left off.\n"
                     "Or type an expression: a = 2; L = a*a. ");
    ink_add(&words, INK_NAME, "help");
    text_add(&words, " shows what there is, ");
    ink_add(&words, INK_NAME, "quit");
    text_add(&words, " leaves.\n");
    say(h, text_get(&words));
    text_release(&words);
}

static void run_init_file(struct host *h)
{
    struct host script = *h;
    struct diag d = {0};
    struct buf bytes;
    buf_init(&bytes, 1);
    script.mode = SESSION_SCRIPT;
    char *path = folder_find(FOLDER_CONFIG, "init.bs");
    if (path != NULL && access(path, F_OK) == 0) {
        if (files_read_found(path, INIT_MOST, &bytes, &d)) {
            struct source source = {
                .name = path, .text = bytes.data, .length = bytes.count, .line = 1};
            host_run(&script, &source);
        } else {
            complain(h, d.message);
        }
    }
    free(path);
    buf_release(&bytes);
}

// Each answers where a script's answers go; then what the session has become is the learner's.
static void run_scripts(struct host *h, const struct prompt_begin *begin)
{
    struct host script = *h;
    script.mode = SESSION_SCRIPT;
    script.read_along = false;
    script.split = NULL;
    scripts_run(&script, begin->scripts, begin->count);
    h->theme = script.theme;
    h->out_failed = script.out_failed;
    stop_renew(h->stop);
}

// False when the learner leaves.
static bool run_entry(struct host *h, const char *entry, size_t length)
{
    struct source source = {.name = "<prompt>", .text = entry, .length = length, .line = 1};
    enum session_state state = host_run(h, &source);
    if (h->out_failed && stop_is_asked(h->stop) && repl_hung_up() == 0) {
        // Ctrl-C ended not the statement but its answer: what was not shown yet is dropped.
        __fpurge(h->out);
        clearerr(h->out);
        h->out_failed = false;
    }
    return state != SESSION_QUIT && !h->out_failed;
}

static bool is_blank(const struct text *entry)
{
    struct source source = {.text = entry->bytes.data, .length = text_length(entry)};
    return source_is_blank(&source);
}

// asked: a question was answered just before; an Enter that follows was meant for it.
static void run_entries(struct host *h, const char *first, bool asked, struct journal *journal)
{
    struct text entry;
    bool stay = first == NULL || run_entry(h, first, strlen(first));
    text_init(&entry);
    while (stay && repl_hung_up() == 0) {
        switch (repl_read(&entry)) {
        case REPL_ENTERED:
            if (!asked || !is_blank(&entry)) {
                stay = run_entry(h, text_get(&entry), text_length(&entry));
                journal_sync(journal, !repl_has_keys());
            }
            asked = false;
            break;
        case REPL_TOO_LONG:
            complain(h, "this is too long to be typed; put it into a file and load that");
            break;
        case REPL_SHORT:
            fputs("  error: out of memory: this was not read to its end; type it again\n", h->out);
            fflush(h->out);
            break;
        case REPL_DROPPED:
            break;
        case REPL_LEFT:
            stay = false;
            break;
        }
    }
    text_release(&entry);
}

int prompt_run(struct host *h, const struct prompt_begin *begin, struct stop *stop)
{
    struct journal journal;
    struct live live;
    live_init(&live);
    h->live = &live;
    struct split split;
    split_init(&split, h->out, host_theme(h));
    h->split = h->form != HOST_JSON && ink_moves(h->out) ? &split : NULL;
    repl_init(h, stop);
    h->read_along = true;
    if (begin->count == 0) {
        greet(h);
    }
    journal_init(&journal);
    bool asked = false;
    if (begin->count > 0 || !resume_offer(h, &journal, &asked)) {
        stop_renew(stop);  // Ctrl-C was an answer
        run_init_file(h);
        journal_pass(&journal, h->tutor);
        run_scripts(h, begin);
    }
    struct notes notes;
    notes_init(&notes);
    session_script(tutor_session(h->tutor), &notes.setup);
    h->notes = &notes;
    h->journal = &journal;
    run_entries(h, begin->typed, asked, &journal);
    h->journal = NULL;
    h->notes = NULL;
    notes_release(&notes);
    split_end(&split);
    repl_release();
    live_release(&live);
    text_release(&split.picture);
    h->split = NULL;
    h->live = NULL;
    int fatal = repl_hung_up();
    journal_release(&journal, fatal == 0 && !h->out_failed);
    if (fatal != 0) {
        signal(fatal, SIG_DFL);
        raise(fatal);
    }
    return 0;
}

#include "prompt/resume.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "process/system.h"
#include "prompt/repl.h"
#include "store/files.h"
#include "store/folders.h"
#include "supply/ink.h"

enum { ANSWER_MOST = 4096 };  // bytes that a terminal hands over as a line

enum answer { ANSWER_NONE, ANSWER_YES, ANSWER_NO, ANSWER_STATEMENT };

static void say(struct host *h, struct text *words)
{
    ink_say(h->out, text_get(words), host_theme(h));
    text_clear(words);
}

static void add_lines(struct text *words, size_t lines)
{
    text_addf(words, lines == 1 ? "%zu line" : "%zu lines", lines);
}

// A whole line, as the terminal gives it. False at the end of input, or if a signal came: also if
// it came just before.
static bool read_answer(struct stop *stop, char *line, size_t size)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    bool ready = !stop_is_asked(stop) && system_wait(&input, 1, &before) > 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
    ssize_t n = ready ? read(STDIN_FILENO, line, size - 1) : 0;
    line[n > 0 ? n : 0] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    return n > 0;
}

// What is neither yes nor no is a statement that was typed ahead; an empty line is no.
static enum answer ask(struct host *h, struct text *question)
{
    char line[ANSWER_MOST];
    say(h, question);
    if (!read_answer(h->stop, line, sizeof line)) {
        text_add_char(question, '\n');
        say(h, question);
        return ANSWER_NONE;
    }
    const char *word = line + strspn(line, " \t");
    if (strcasecmp(word, "y") == 0 || strcasecmp(word, "yes") == 0) {
        return ANSWER_YES;
    }
    if (*word == '\0' || strcasecmp(word, "n") == 0 || strcasecmp(word, "no") == 0) {
        return ANSWER_NO;
    }
    repl_push(line);
    return ANSWER_STATEMENT;
}

// "A session of Sat 22 Nov 16:33 was cut short: 12 lines, in /home/ada."
static void add_question(struct text *words, const struct journal_lost *lost, const char *folder)
{
    char when[64];
    struct tm parts;
    strftime(when, sizeof when, "%a %e %b %H:%M", localtime_r(&lost->when, &parts));
    text_addf(words, "A session of %s was cut short: ", when);
    add_lines(words, lost->lines);
    if (*folder != '\0') {
        text_add(words, ", in ");
        text_add_visible(words, folder, strlen(folder));
    }
    text_add(words, ".\n");
    if (lost->damaged > 0) {
        text_add(words, "Its journal is damaged: ");
        add_lines(words, lost->damaged);
        text_addf(words, " after these cannot be brought back. It is kept as\n%s.damaged\n",
                  lost->path);
    }
    text_add(words, "Resume it? (y/n) ");
}

// The script in a file of its own, which the learner may load, instead of the journal.
static bool keep(struct journal_lost *lost, const char *path, struct text *words)
{
    struct diag d = {0};
    bool ok = files_write(path, text_get(&lost->script), text_length(&lost->script), &d);
    if (ok) {
        text_addf(words, "It is kept for later: load %s\n", path);
        journal_drop(lost);
    } else {
        text_addf(words, "It stays in its journal: %s\n", d.message);
        journal_leave(lost);
    }
    return ok;
}

// Silent as long as it goes well: what was answered once need not be again.
static bool replay(struct host *h, struct journal_lost *lost, const char *name)
{
    struct host quiet = *h;
    struct source source = {.name = name,
                            .text = text_get(&lost->script),
                            .length = text_length(&lost->script),
                            .line = 1};
    char *words = NULL;
    size_t length;
    quiet.mode = SESSION_SCRIPT;
    quiet.journal = NULL;
    quiet.out = fopen("/dev/null", "w");
    quiet.trouble = open_memstream(&words, &length);
    bool ready = quiet.out != NULL && quiet.trouble != NULL;
    bool ok = ready && host_run(&quiet, &source) != SESSION_FAILED;
    if (quiet.out != NULL) {
        fclose(quiet.out);
    }
    if (quiet.trouble != NULL) {
        fclose(quiet.trouble);
        ink_write(h->out, ok ? "" : words, THEME_PLAIN);
        free(words);
    }
    return ok;
}

// Replays where the session ran, so that it finds the files it read.
static void resume(struct host *h, struct journal_lost *lost, const char *folder, const char *path,
                   struct journal *journal)
{
    struct text words;
    text_init(&words);
    if (*folder != '\0' && chdir(folder) != 0) {
        text_addf(&words, "Its folder cannot be entered: %s\n", files_trouble(errno));
    }
    bool ok = replay(h, lost, path);
    journal_note(journal, tutor_session(h->tutor));
    if (ok) {
        add_lines(&words, lost->lines);
        text_add(&words, lost->lines == 1 ? " is back\n" : " are back\n");
        journal_drop(lost);
    } else {
        text_add(&words, "Only what comes before that is back. ");
        keep(lost, path, &words);
    }
    say(h, &words);
    text_release(&words);
}

// Where the session ran, if that is not where we are; else "".
static const char *elsewhere(struct journal_lost *lost)
{
    char *here = getcwd(NULL, 0);
    const char *folder = text_get(&lost->folder);
    bool same = here != NULL && strcmp(here, folder) == 0;
    free(here);
    return same ? "" : folder;
}

// Where what is not resumed is kept: interrupted.bs, interrupted-2.bs, …, the first that is free. The
// caller frees; NULL: none is.
static char *free_name(void)
{
    enum { MOST = 1000 };
    for (int i = 1; i < MOST; i++) {
        char name[40] = "interrupted.bs";
        if (i > 1) {
            snprintf(name, sizeof name, "interrupted-%d.bs", i);
        }
        char *path = folder_find(FOLDER_STATE, name);
        if (path == NULL || access(path, F_OK) != 0) {
            return path;
        }
        free(path);
    }
    return NULL;
}

// Deals with one journal.
static enum answer offer(struct host *h, struct journal_lost *lost, struct journal *journal)
{
    struct text words;
    const char *folder = elsewhere(lost);
    char *path = free_name();
    text_init(&words);
    add_question(&words, lost, folder);
    enum answer answer = path == NULL ? ANSWER_NONE : ask(h, &words);
    if (answer == ANSWER_YES) {
        resume(h, lost, folder, path, journal);
    } else if (answer == ANSWER_NONE) {
        journal_leave(lost);
    } else {
        answer = keep(lost, path, &words) ? answer : ANSWER_NONE;
        say(h, &words);
    }
    text_release(&words);
    free(path);
    return answer;
}

bool resume_offer(struct host *h, struct journal *journal, bool *asked)
{
    struct journal_lost lost;
    enum answer answer = ANSWER_NO;
    bool can_ask = isatty(STDIN_FILENO) && isatty(fileno(h->out));
    while (can_ask && answer == ANSWER_NO && journal_find_lost(&lost)) {
        answer = offer(h, &lost, journal);
        *asked = true;
    }
    return answer == ANSWER_YES;
}

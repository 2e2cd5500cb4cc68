#include "prompt/resume.h"

#include <errno.h>
#include <fcntl.h>
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

// What is typed here comes from the terminal, not from readline: without what keys such as arrows sent.
static void drop_keys(char *line)
{
    char *to = line;
    for (const char *s = line; *s != '\0'; s++) {
        if (*s == '\x1b' && (s[1] == '[' || s[1] == 'O')) {
            s += 2;
            while (*s != '\0' && !(*s >= 0x40 && *s < 0x7f)) {
                s++;
            }
        } else if ((unsigned char)*s >= ' ' || *s == '\t') {
            *to++ = *s;
        }
        if (*s == '\0') {
            break;
        }
    }
    *to = '\0';
}

// "Yes!", "nope": are the words among those?
static bool is_word(const char *words, const char *s)
{
    char small[16];
    size_t n = 0;
    for (; *s != '\0' && n < sizeof small; s++) {
        if (strchr(" \t.,!", *s) == NULL) {
            small[n++] = text_small(*s);
        }
    }
    return n > 0 && n < sizeof small && text_among(words, small, n);
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
    drop_keys(line);
    const char *word = line + strspn(line, " \t");
    if (is_word("y yes yesplease yeah yep yup sure ok okay j ja resume resumeit", word)) {
        return ANSWER_YES;
    }
    if (*word == '\0' || is_word("n no nope nah nothanks nein", word)) {
        return ANSWER_NO;
    }
    repl_push(line);
    return ANSWER_STATEMENT;
}

static void add_lesson(struct text *words, struct journal_lost *lost)
{
    struct text id, *place = &lost->tracks[JOURNAL_PLACE];
    text_init(&id);
    tutor_kept_lesson(text_get(place), text_length(place), &id);
    text_add_visible(words, text_get(&id), text_length(&id));
    text_release(&id);
}

// "A session of Sat 22 Nov 16:33 was cut short: 12 lines, in /home/ada."
static void add_question(struct text *words, struct journal_lost *lost, const char *folder)
{
    char when[64];
    struct tm parts;
    strftime(when, sizeof when, "%a %e %b %H:%M", localtime_r(&lost->when, &parts));
    text_addf(words, "A session of %s was cut short: ", when);
    if (lost->lines > 0 || lost->typed == 0) {
        add_lines(words, lost->lines);
    }
    if (lost->typed > 0) {
        text_add(words, lost->lines > 0 ? ", and " : "");
        add_lines(words, lost->typed);
        text_add(words, " in the lesson ");
        add_lesson(words, lost);
    }
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
    if (lost->lines > 0 || lost->typed > 0) {
        text_add(words, "Resume it? (y/n) ");
    }
}

// What was typed into a lesson has its place there alone: in a script it is a comment.
static void add_typed(struct text *script, struct journal_lost *lost)
{
    const char *typed = text_get(&lost->tracks[JOURNAL_TYPED]);
    if (*typed == '\0') {
        return;
    }
    text_add(script, "# In the lesson ");
    add_lesson(script, lost);
    text_add(script, ":\n");
    for (const char *line = typed; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        text_add(script, "# ");
        text_add_bytes(script, line, n);
        text_add_char(script, '\n');
        line += n + (line[n] == '\n');
    }
}

// The script in a file of its own, which the learner may load, instead of the journal.
static bool keep(struct journal_lost *lost, const char *path, struct text *words)
{
    struct text *script = &lost->tracks[JOURNAL_SCRIPT];
    struct diag d = {0};
    add_typed(script, lost);
    bool ok = !script->bytes.failed && files_write(path, text_get(script), text_length(script), &d);
    if (ok) {
        text_addf(words, "It is kept for later: load %s\n", path);
        journal_drop(lost);
    } else {
        unlink(path);
        text_addf(words, "It stays in its journal: %s\n", d.message);
        journal_leave(lost);
    }
    return ok;
}

// Silent as long as it goes well: what was answered once need not be again.
static bool replay(struct host *h, struct journal_lost *lost, const char *name)
{
    struct host quiet = *h;
    struct text *script = &lost->tracks[JOURNAL_SCRIPT];
    struct source source = {
        .name = name, .text = text_get(script), .length = text_length(script), .line = 1};
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

// The lesson goes on where it was, with what was typed into it. True if nothing was, too.
static bool take_up(struct host *h, struct journal_lost *lost)
{
    struct text *place = &lost->tracks[JOURNAL_PLACE], *typed = &lost->tracks[JOURNAL_TYPED], begin;
    if (text_length(place) == 0) {
        return true;
    }
    text_init(&begin);
    if (tutor_take_up(h->tutor, text_get(place), text_length(place), text_get(typed),
                      text_length(typed), &begin)) {
        struct source source = {
            .name = "<prompt>", .text = text_get(&begin), .length = text_length(&begin), .line = 1};
        host_run(h, &source);
        tutor_leave_kept(h->tutor);
    }
    text_release(&begin);
    return tutor_took_up(h->tutor);
}

// "3 lines are back", of the session and of the lesson.
static void say_back(struct host *h, size_t lines, const char *where)
{
    struct text words;
    text_init(&words);
    add_lines(&words, lines);
    text_addf(&words, lines == 1 ? " is back%s\n" : " are back%s\n", where);
    say(h, &words);
    text_release(&words);
}

// Replays where the session ran, so that it finds the files it read.
static void resume(struct host *h, struct journal_lost *lost, const char *folder, const char *path,
                   struct journal *journal)
{
    struct text words;
    text_init(&words);
    if (*folder != '\0' && chdir(folder) != 0) {
        text_addf(&words, "Its folder cannot be entered: %s\n", files_trouble(errno));
        say(h, &words);
    }
    bool back = replay(h, lost, path),
         lesson = back && text_length(&lost->tracks[JOURNAL_TYPED]) > 0;
    if (back && (lost->lines > 0 || !lesson)) {
        say_back(h, lost->lines, "");
    }
    bool ok = back && take_up(h, lost);
    journal_note(journal, h->tutor);
    if (ok && lesson) {
        say_back(h, lost->typed, " in the lesson");
    }
    bool kept = ok && journal_is_kept(journal);
    if (ok) {
        unlink(path);
    }
    if (kept) {
        journal_drop(lost);
    } else if (ok) {
        text_add(&words, "They stay in their journal too, as no new one can be written.\n");
        journal_leave(lost);
    } else {
        text_add(&words, back ? "What was typed in the lesson could not be restored. "
                              : "Only what came before that was restored. ");
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

// Where what is not resumed is kept: interrupted.bs, interrupted-2.bs, …, the first that is free,
// made at once, so that no other program takes it. The caller frees; NULL if there is none.
static char *take_name(void)
{
    enum { MOST = 1000 };
    for (int i = 1; i < MOST; i++) {
        char name[40] = "interrupted.bs";
        if (i > 1) {
            snprintf(name, sizeof name, "interrupted-%d.bs", i);
        }
        char *path = folder_find(FOLDER_STATE, name);
        int fd = path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0) {
            close(fd);
            return path;
        }
        int why = errno;
        free(path);
        if (why != EEXIST) {
            break;
        }
    }
    return NULL;
}

// Deals with one journal.
static enum answer offer(struct host *h, struct journal_lost *lost, struct journal *journal)
{
    struct text words;
    const char *folder = elsewhere(lost);
    text_init(&words);
    add_question(&words, lost, folder);
    if (lost->lines == 0 && lost->typed == 0) {  // there is nothing to choose
        say(h, &words);
        journal_drop(lost);
        text_release(&words);
        return ANSWER_NO;
    }
    enum answer answer = ask(h, &words);
    char *path = answer == ANSWER_NONE ? NULL : take_name();
    if (path == NULL && answer != ANSWER_NONE) {
        text_addf(&words, "It stays in its journal: %s\n", files_trouble(errno));
        say(h, &words);
        answer = ANSWER_NONE;
    }
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

// Arguments to a session, and the session to a prompt, a script, or `check`.
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backstep/usage.h"
#include "base/stop.h"
#include "check/check.h"
#include "check/class.h"
#include "check/grade.h"
#include "check/print.h"
#include "process/system.h"
#include "process/tell.h"
#include "prompt/lessons.h"
#include "prompt/notebook.h"
#include "prompt/prompt.h"
#include "prompt/scripts.h"
#include "supply/host.h"
#include "supply/ink.h"
#include "talk/talk.h"

enum { STATUS_OK = 0, STATUS_ERROR = 1, STATUS_USAGE = 2 };

struct options {
    struct script *scripts;  // to be run, in the order given
    int count;
    bool code;  // one of them is code: then no file's name is a command
    bool stay;  // at the prompt, once they have run
    const char *colour;
    const char *answers;
    const char *seed;  // of a task's numbers
    bool json, bless, talk, csv, trust, no_keys;
};

static struct stop stop;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    stop.asked = STOP_NOW;
}

// What goes wrong with a file or a pipe is told by the call that meets it, not by a signal that
// ends us; and what waits for one (no SA_RESTART) is interrupted by Ctrl-C.
static void set_signals(void)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
}

// A standard stream that we were not given must not become the next file that is opened. Reading
// such a one finds nothing, writing fails.
static void fill_standard_streams(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_RDONLY);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0) {
        close(fd);
    }
}

static int refuse_output(void)
{
    fputs("backstep: error: the answers could not be written\n", stderr);
    return STATUS_ERROR;
}

// After all that there is to say: the status, if it was written.
static int end_output(int status)
{
    return fflush(stdout) == 0 && !ferror(stdout) ? status : refuse_output();
}

static int refuse_usage(const char *what, const char *word)
{
    tell(stderr, "backstep: %s%s\ntry 'backstep --help'\n", what, word);
    return STATUS_USAGE;
}

static void add_script(struct options *o, bool code, char *text)
{
    o->scripts[o->count++] = (struct script){text, code};
    o->code |= code;
}

// Notes an option that only says how the rest is done. False: there is no such option.
static bool note_option(struct options *o, int letter, char *value)
{
    const struct {
        int letter;
        bool *given;
        const char **value;
    } members[] = {
        {'A', NULL, &o->answers}, {'B', &o->bless, NULL},   {'C', NULL, &o->colour},
        {'J', &o->json, NULL},    {'K', &o->no_keys, NULL}, {'N', NULL, &o->seed},
        {'S', &o->csv, NULL},     {'T', &o->talk, NULL},    {'U', &o->trust, NULL},
        {'i', &o->stay, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (members[i].letter == letter && members[i].given != NULL) {
            *members[i].given = true;
            return true;
        }
        if (members[i].letter == letter) {
            *members[i].value = value;
            return true;
        }
    }
    return false;
}

// As read_options, of one option.
static int read_option(struct options *o, int letter, char *value, const char *typed)
{
    switch (letter) {
    case 'e':
    case 1:  // no option: a file, or a command's word
        add_script(o, letter == 'e', value);
        return 0;
    case 'h':
        usage_write(stdout);
        return 1 + end_output(STATUS_OK);
    case 'V':
        puts("backstep " BACKSTEP_VERSION BACKSTEP_COMMIT);
        return 1 + end_output(STATUS_OK);
    case ':':
        return 1 + refuse_usage("something is missing after ", typed);
    default:
        if (!note_option(o, letter, value)) {
            return 1 + refuse_usage("there is no option ", typed);
        }
        return letter == 'C' && !text_among("always never auto", value, strlen(value))
                   ? 1 + refuse_usage("--color is always, never or auto, not ", value)
                   : 0;
    }
}

// 0 to go on, or what main returns after --help or a mistake, plus one. o->scripts has room for all
// arguments.
static int read_options(int argc, char **argv, struct options *o)
{
    static const struct option longs[] = {
#define OPTION(letter, long, value, help)                                                          \
    {long, sizeof(value) == 1 ? no_argument : required_argument, NULL, letter},
#define DETAIL(letter, long, value, help, form) OPTION(letter, long, value, help)
#include "base/options.def"
        {NULL, 0, NULL, 0},
    };
    int c, end = 0;
    opterr = 0;
    while (end == 0 && (c = getopt_long(argc, argv, "-:e:ih", longs, NULL)) != -1) {
        end = read_option(o, c, optarg, argv[optind - 1]);
    }
    while (end == 0 && optind < argc) {  // after --
        add_script(o, false, argv[optind++]);
    }
    return end;
}

static enum host_form form_of(const struct options *o, FILE *stream)
{
    bool always = o->colour != NULL && strcmp(o->colour, "always") == 0;
    bool never = o->colour != NULL && strcmp(o->colour, "never") == 0;
    return o->json                                    ? HOST_JSON
           : always || (!never && ink_wanted(stream)) ? HOST_COLOUR
                                                      : HOST_WORDS;
}

// Standard input is the last script of all where nobody types there.
static int run_scripts(struct host *h, const struct options *o)
{
    static const struct script typed = {.text = "-"};
    bool ok = scripts_run(h, o->scripts, o->count) &&
              ((o->count > 0 && !o->stay) || scripts_run(h, &typed, 1));
    return ok ? STATUS_OK : STATUS_ERROR;
}

// Statements at the prompt's manners, with nobody at a prompt.
static int play_lesson(struct host *h, const char *statement, const char *answers)
{
    struct patience patience;
    patience_init(&patience, &stop);
    h->patience = &patience;
    int end = lessons_play(h, statement, answers);
    h->patience = NULL;
    patience_release(&patience);
    return end;
}

// The arguments from the n-th on, with NULL at their end. The caller frees; NULL: out of memory.
static char **words_from(const struct options *o, int n)
{
    char **words = calloc((size_t)o->count + 1, sizeof *words);
    for (int i = n; words != NULL && i < o->count; i++) {
        words[i - n] = o->scripts[i].text;
    }
    return words;
}

// A lesson at the prompt, unless its answers come from elsewhere; or the list.
static int run_lesson(struct host *h, const struct options *o, bool list)
{
    char **rest = words_from(o, 2);
    const char *answers = o->answers != NULL || list ? o->answers
                          : !isatty(STDIN_FILENO)    ? "-"
                                                     : NULL;
    char *first = list           ? mem_copy("lessons", strlen("lessons"))
                  : rest == NULL ? NULL
                                 : lessons_statement(o->scripts[1].text, rest);
    free(rest);
    h->mode = SESSION_PROMPT;
    h->trouble = h->out;
    h->trouble_form = h->form;
    if (first == NULL || list || answers != NULL) {
        int end = play_lesson(h, first, answers);
        free(first);
        return end;
    }
    int status = prompt_run(h, &(struct prompt_begin){.typed = first}, &stop);
    free(first);
    return status;
}

// Is the n-th argument this word of a command?
static bool is_word(const struct options *o, int n, const char *word)
{
    return !o->code && o->count > n && strcmp(o->scripts[n].text, word) == 0;
}

// A slow reader must not make Ctrl-C end an answer half-way: what was being written goes on.
static int run_talk(struct host *h)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    return talk_run(h, STDIN_FILENO) ? STATUS_OK : STATUS_ERROR;
}

static int run(const struct options *o)
{
    bool list = is_word(o, 0, "lessons"), lesson = list || is_word(o, 0, "lesson");
    bool typed = isatty(STDIN_FILENO) && !o->json && !o->talk;
    bool stays = o->count == 0 || (o->stay && !lesson);
    bool prompt = typed && (stays || (lesson && !list && o->answers == NULL));
    const struct prompt_begin begin = {.scripts = o->scripts, .count = o->count};
    struct session_world world = {.stop = &stop, .seed = 1};
    struct progress progress;
    struct host h = {
        .tutor = tutor_new(&world),
        .mode = prompt ? SESSION_PROMPT : SESSION_SCRIPT,
        .out = stdout,
        .trouble = prompt ? stdout : stderr,
        .form = form_of(o, stdout),
        .trouble_form = form_of(o, prompt ? stdout : stderr),
        .stop = &stop,
        .progress = &progress,
    };
    if (h.form == HOST_COLOUR || h.trouble_form == HOST_COLOUR) {
        h.theme = theme_known();
    }
    progress_init(&progress, NULL, prompt);
    if (h.tutor == NULL) {
        return refuse_usage("there is not enough memory to start", "");
    }
    set_signals();
    bool lost = o->json && !o->talk && !host_hello(&h);
    int status = lost      ? STATUS_ERROR
                 : o->talk ? run_talk(&h)
                 : lesson  ? run_lesson(&h, o, list)
                 : prompt  ? prompt_run(&h, &begin, &stop)
                           : run_scripts(&h, o);
    if (!prompt) {
        status = h.out_failed ? refuse_output() : end_output(status);
    }
    tutor_free(h.tutor);
    progress_release(&progress);
    return status;
}

static int check(const struct options *o)
{
    char **paths = words_from(o, 1);
    int status = o->count < 2    ? refuse_usage("check needs a file or a folder", "")
                 : paths == NULL ? refuse_usage("there is not enough memory to start", "")
                                 : check_run(paths, o->count - 1, o->bless);
    free(paths);
    return status;
}

// A whole number; 1 where none was told. False if it is not one.
static bool read_seed(const struct options *o, uint64_t *seed)
{
    char *end;
    *seed = 1;
    if (o->seed == NULL) {
        return true;
    }
    errno = 0;
    *seed = strtoull(o->seed, &end, 10);
    return text_is_digit(o->seed[0]) && *end == '\0' && errno == 0;
}

static int refuse_seed(const struct options *o)
{
    return refuse_usage("--seed is a whole number, not ", o->seed);
}

static int print(const struct options *o)
{
    uint64_t seed;
    return o->count != 3 ? refuse_usage("print needs a lesson and a file: print LESSON "
                                        "out.html",
                                        "")
           : !read_seed(o, &seed)
               ? refuse_seed(o)
               : print_run(o->scripts[1].text, o->scripts[2].text, seed, !o->no_keys);
}

static int grade(const struct options *o)
{
    struct grade_options options = {.form = o->json  ? GRADE_JSON
                                            : o->csv ? GRADE_CSV
                                                     : GRADE_WORDS,
                                    .trusted = o->trust};
    char **words = words_from(o, 1);
    if (o->count < 3 || words == NULL || !read_seed(o, &options.seed)) {
        free(words);
        return o->count < 3 ? refuse_usage("grade needs tasks and answers: grade TASKS.md FILE", "")
                            : refuse_seed(o);
    }
    options.theme = form_of(o, stdout) == HOST_COLOUR ? theme_known() : THEME_PLAIN;
    int status = grade_run(&options, words[0], words + 1, o->count - 2);
    free(words);
    return status;
}

static int show_class(const struct options *o)
{
    enum grade_form form = o->json ? GRADE_JSON : o->csv ? GRADE_CSV : GRADE_WORDS;
    enum theme theme = form_of(o, stdout) == HOST_COLOUR ? theme_known() : THEME_PLAIN;
    return o->count == 2 ? class_run(o->scripts[1].text, form, theme)
                         : refuse_usage("class needs a folder", "");
}

static int lay_lesson(const struct options *o)
{
    return o->count == 3 ? lessons_lay(o->scripts[2].text)
                         : refuse_usage("lesson new needs one id, as in two-paths", "");
}

static int write_notebook(const struct options *o)
{
    return o->count == 2 || o->count == 3
               ? notebook_write(o->scripts[1].text, o->count == 3 ? o->scripts[2].text : NULL)
               : refuse_usage("notebook needs a lesson, as in two-paths", "");
}

static int refuse_talk(const struct options *o)
{
    return refuse_usage("--talk takes what is to be run from its input, not from ",
                        o->scripts[0].text);
}

static int run_command(const struct options *o)
{
    static const struct {
        const char *word, *next;  // next: NULL where any word may follow
        int (*run)(const struct options *o);
    } commands[] = {
        {"check", NULL, check}, {"grade", NULL, grade},      {"notebook", NULL, write_notebook},
        {"print", NULL, print}, {"class", NULL, show_class}, {"lesson", "new", lay_lesson},
    };
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (is_word(o, 0, commands[i].word) &&
            (commands[i].next == NULL || is_word(o, 1, commands[i].next))) {
            return end_output(commands[i].run(o));
        }
    }
    return run(o);
}

int main(int argc, char **argv)
{
    system_fresh_blocks();
    struct options o = {.scripts = calloc((size_t)argc + 1, sizeof *o.scripts)};
    fill_standard_streams();
    // Without it a terminal would be taken for one that shows ASCII only.
    bool lost = setlocale(LC_CTYPE, "") == NULL && errno == ENOMEM;
    int end = o.scripts == NULL || lost
                  ? 1 + refuse_usage("there is not enough memory to start", "")
                  : read_options(argc, argv, &o);
    int status = end != 0 ? end - 1 : o.talk && o.count > 0 ? refuse_talk(&o) : run_command(&o);
    free(o.scripts);
    if (mem_refusals() > 0) {  // and nobody has said so
        fputs("backstep: there is not enough memory\n", stderr);
        status = STATUS_ERROR;
    }
    return status;
}

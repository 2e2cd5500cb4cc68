// Writes the pages of the manual and the completions of shells, from the tables of the sources.
//
//   manual backstep.1 | backstep-lesson.5
//   manual bash | zsh | fish [LESSON…]     with the ids of the lessons that are completed
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

static const struct form_row {
    const char *word, *arguments, *help;
} forms[] = {
#define FORM(word, arguments, help) {word, arguments, help},
#include "base/options.def"
};

static const struct option_row {
    char letter;
    const char *name, *value, *help;
    const char *of;  // the form that it belongs to, as "lesson ID|FILE.md"; "" for every form
} options[] = {
#define OPTION(letter, long, value, help) {letter, long, value, help, ""},
#include "base/options.def"
#define DETAIL(letter, long, value, help, form) {letter, long, value, help, form},
#include "base/options.def"
};

static const struct {
    const char *usage, *help;
} commands[] = {
#define COMMAND(name, GROUP, usage, help, example) {usage, help},
#include "command/commands.def"
#define COMMAND(name, GROUP, usage, help, example) {usage, help},
#include "play/commands.def"
};

static const struct {
    const char *name, *answer;
} kinds[] = {
#define KIND(ID, name, answer, JUDGE) {name, answer},
#include "lesson/kinds.def"
};

static const struct {
    const char *name, *help;
} keys[] = {
#define KEY(name, KINDS, REPEATS, READ, FIELD, help) {name, help},
#include "lesson/keys.def"
};

// ---- The manual ---------------------------------------------------------------------------------

// Text for troff: - is a minus sign, \ a backslash, and no line begins with a request.
static void put(const char *s)
{
    if (*s == '.' || *s == '\'') {
        fputs("\\&", stdout);
    }
    for (; *s != '\0'; s++) {
        if (*s == '-' || *s == '\\') {
            fputs(*s == '-' ? "\\-" : "\\e", stdout);
        } else {
            putchar(*s);
        }
    }
}

static void put_item(const char *head, const char *more, const char *text)
{
    fputs(".TP\n.B ", stdout);
    put(head);
    if (*more != '\0') {
        putchar(' ');
        put(more);
    }
    putchar('\n');
    put(text);
    putchar('\n');
}

static void put_option(const struct option_row *o)
{
    char head[80], help[200], letter[] = {'-', o->letter, ',', ' ', '\0'};
    bool small = o->letter >= 'a' && o->letter <= 'z';
    snprintf(head, sizeof head, "%s--%s", small ? letter : "", o->name);
    snprintf(help, sizeof help, *o->of == '\0' ? "%s" : "%s (with backstep %s)", o->help, o->of);
    put_item(head, o->value, help);
}

static void put_paragraphs(const char *const *s)
{
    for (; *s != NULL; s++) {
        fputs(s[0][0] == '.' ? *s : "", stdout);
        if (s[0][0] != '.') {
            put(*s);
        }
        putchar('\n');
    }
}

static const char *const program_head[] = {
    ".TH BACKSTEP 1 \"\" \"backstep\" \"User Commands\"",
    ".SH NAME",
    "backstep - learn backpropagation, one expression at a time",
    ".SH SYNOPSIS",
    NULL,
};

static const char *const program_description[] = {
    ".SH DESCRIPTION",
    "Each expression that is typed, such as L = d*f, grows a graph of scalar values. backstep "
    "walks "
    "forward and backward through it, shows the local gradient on every edge, draws the graph, "
    "trains small networks, and teaches with lessons whose answers are judged.",
    ".SH OPTIONS",
    NULL,
};

static const char *const program_tail[] = {
    ".SH FILES",
    ".TP",
    ".I ~/.local/state/backstep/",
    "the journal of the session that is kept until you resume it, and the lines typed",
    ".TP",
    ".I ~/.local/share/backstep/progress.db",
    "what you have learned",
    ".TP",
    ".I ~/.config/backstep/init.bs",
    "statements that are run when the prompt starts",
    ".SH ENVIRONMENT",
    ".TP",
    ".B NO_COLOR",
    "no colours, unless --color always is given",
    ".TP",
    ".B BROWSER",
    "the program that view opens a page with",
    ".TP",
    ".B XDG_STATE_HOME, XDG_DATA_HOME, XDG_CONFIG_HOME",
    "other folders for the files above",
    ".SH EXIT STATUS",
    "0 if all went well, 1 after an error in a script or a failed check, 2 for a wrong command "
    "line.",
    ".SH SEE ALSO",
    ".BR backstep\\-lesson (5)",
    NULL,
};

static void put_program(void)
{
    put_paragraphs(program_head);
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        fputs(i == 0 ? ".B backstep\n" : ".br\n.B backstep\n", stdout);
        put(forms[i].word);
        fputs(*forms[i].word == '\0' || *forms[i].arguments == '\0' ? "" : " ", stdout);
        put(forms[i].arguments);
        fputs(*forms[i].word == '\0' && *forms[i].arguments == '\0' ? "" : "\n", stdout);
    }
    put_paragraphs(program_description);
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        put_option(&options[i]);
    }
    fputs(".SH FORMS\n", stdout);
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        char head_text[40];
        snprintf(head_text, sizeof head_text, "backstep %s", forms[i].word);
        put_item(head_text, forms[i].arguments, forms[i].help);
    }
    fputs(".SH COMMANDS AT THE PROMPT\n", stdout);
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        put_item(commands[i].usage, "", commands[i].help);
    }
    put_paragraphs(program_tail);
}

static void put_lesson(void)
{
    static const char *const head[] = {
        ".TH BACKSTEP\\-LESSON 5 \"\" \"backstep\" \"File Formats\"",
        ".SH NAME",
        "backstep-lesson - the format of a lesson",
        ".SH DESCRIPTION",
        "A lesson is a Markdown file. It begins with front matter (id, title, order, requires); "
        "prose "
        "follows, fenced blocks marked backstep that hold statements with their answers, and "
        "blocks "
        "marked ask, each a question. Play one with",
        ".B backstep lesson FILE.md",
        "and check it with",
        ".B backstep check FILE.md.",
        ".SH KINDS OF QUESTION",
        "Each is followed by what the learner answers with.",
        NULL,
    };
    static const char *const tail[] = {".SH SEE ALSO", ".BR backstep (1)", NULL};
    put_paragraphs(head);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        put_item(kinds[i].name, "", kinds[i].answer);
    }
    fputs(".SH LINES OF A QUESTION\n", stdout);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        char key[40];
        snprintf(key, sizeof key, "%s:", keys[i].name);
        put_item(key, "", keys[i].help);
    }
    put_paragraphs(tail);
}

// ---- Completions --------------------------------------------------------------------------------

// The words that may come first, each once, apart by blanks.
static void put_words(void)
{
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        bool again =
            *forms[i].word == '\0' || (i > 0 && strcmp(forms[i - 1].word, forms[i].word) == 0);
        if (!again) {
            printf(" %s", forms[i].word);
        }
    }
}

static void put_options(void)
{
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        printf(" --%s", options[i].name);
    }
}

static void put_list(char **words)
{
    for (; *words != NULL; words++) {
        printf(" %s", *words);
    }
}

// The words of "always|never|auto", apart by blanks.
static void put_values(const char *value)
{
    for (; *value != '\0'; value++) {
        putchar(*value == '|' ? ' ' : *value);
    }
}

// The words behind which a lesson stands, and what else may be there.
static const struct {
    const char *word, *other;
} takes_lesson[] = {{"lesson", "new"}, {"notebook", ""}};

static void put_bash(char **lessons)
{
    fputs("# Completion of backstep for bash\n_backstep()\n{\n"
          "    local now=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
          "    COMPREPLY=()\n    case $before in\n",
          stdout);
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        if (strchr(options[i].value, '|') != NULL) {
            printf("    --%s) COMPREPLY=($(compgen -W '", options[i].name);
            put_values(options[i].value);
            fputs("' -- \"$now\")); return ;;\n", stdout);
        }
    }
    for (size_t i = 0; i < COUNT_OF(takes_lesson); i++) {
        printf("    %s) COMPREPLY=($(compgen -W '%s", takes_lesson[i].word, takes_lesson[i].other);
        put_list(lessons);
        fputs("' -- \"$now\") $(compgen -f -X '!*.md' -- \"$now\")); return ;;\n", stdout);
    }
    fputs("    esac\n    if [[ $now == -* ]]; then\n        COMPREPLY=($(compgen -W '-e", stdout);
    put_options();
    fputs("' -- \"$now\"))\n    elif ((COMP_CWORD == 1)); then\n"
          "        COMPREPLY=($(compgen -W '",
          stdout);
    put_words();
    fputs("' -- \"$now\") $(compgen -f -- \"$now\"))\n    else\n"
          "        COMPREPLY=($(compgen -f -- \"$now\"))\n    fi\n}\n"
          "complete -o filenames -F _backstep backstep\n",
          stdout);
}

// A text between the quotes of a shell.
static void put_quoted(const char *s)
{
    for (; *s != '\0'; s++) {
        if (*s == '\'') {
            fputs("'\\''", stdout);
        } else {
            putchar(*s);
        }
    }
}

static void put_zsh(char **lessons)
{
    fputs("#compdef backstep\n# Completion of backstep for zsh\n\n_arguments \\\n", stdout);
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        printf("    '--%s[", options[i].name);
        put_quoted(options[i].help);
        putchar(']');
        if (strchr(options[i].value, '|') != NULL) {
            fputs(":when:(", stdout);
            put_values(options[i].value);
            putchar(')');
        } else if (*options[i].value != '\0') {
            fputs(":file:_files", stdout);
        }
        fputs("' \\\n", stdout);
    }
    fputs("    '*-e[runs code]:code:' \\\n"
          "    '1: :{_alternative \"words:word:(",
          stdout);
    put_words();
    fputs(" )\" \"files:file:_files\"}' \\\n    '*: :{", stdout);
    for (size_t i = 0; i < COUNT_OF(takes_lesson); i++) {
        printf("%s [[ $words[2] == %s ]]; then _alternative \"lessons:lesson:(%s",
               i == 0 ? "if" : "; elif", takes_lesson[i].word, takes_lesson[i].other);
        put_list(lessons);
        fputs(")\" \"files:file:_files\"", stdout);
    }
    fputs("; else _files; fi}'\n", stdout);
}

static void put_fish(char **lessons)
{
    fputs("# Completion of backstep for fish\n", stdout);
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        printf("complete -c backstep -l %s -d '", options[i].name);
        put_quoted(options[i].help);
        fputs(strchr(options[i].value, '|') != NULL ? "' -x -a '" : "'", stdout);
        put_values(strchr(options[i].value, '|') != NULL ? options[i].value : "");
        fputs(strchr(options[i].value, '|') != NULL ? "'\n"
              : *options[i].value != '\0'           ? " -r\n"
                                                    : "\n",
              stdout);
    }
    fputs("complete -c backstep -s e -d 'runs code' -x\n"
          "complete -c backstep -n __fish_use_subcommand -a '",
          stdout);
    put_words();
    fputs("'\n", stdout);
    for (size_t i = 0; i < COUNT_OF(takes_lesson); i++) {
        printf("complete -c backstep -n '__fish_seen_subcommand_from %s' -a '%s",
               takes_lesson[i].word, takes_lesson[i].other);
        put_list(lessons);
        fputs("'\n", stdout);
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    char **lessons = argc > 2 ? argv + 2 : argv + argc;
    if (strcmp(what, "backstep.1") == 0) {
        put_program();
    } else if (strcmp(what, "backstep-lesson.5") == 0) {
        put_lesson();
    } else if (strcmp(what, "bash") == 0) {
        put_bash(lessons);
    } else if (strcmp(what, "zsh") == 0) {
        put_zsh(lessons);
    } else if (strcmp(what, "fish") == 0) {
        put_fish(lessons);
    } else {
        fputs("manual: backstep.1, backstep-lesson.5, bash, zsh or fish\n", stderr);
        return 2;
    }
    return ferror(stdout) || fflush(stdout) != 0;
}

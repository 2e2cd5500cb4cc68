// What was typed at a question: an answer, a wish in other words, or a statement?
#include <string.h>

#include "lesson/evasion.h"
#include "play/play.h"

size_t question_typed(const struct source *line, const char **s)
{
    size_t n = line->length;
    *s = line->text;
    while (n > 0 && text_is_blank((*s)[0])) {
        ++*s;
        n--;
    }
    while (n > 1 && strchr(" \t\r\n;,", (*s)[n - 1]) != NULL) {
        n--;
    }
    return n;
}

// Letters of options, each once: "def" may be one of the language's words, too.
static bool is_letters(const struct question *q, const char *s, size_t n)
{
    uint32_t seen = 0;
    for (size_t i = 0; i < n; i++) {
        size_t letter = (size_t)(s[i] - 'a');
        if (s[i] < 'a' || letter >= q->options.count || (seen >> letter & 1) != 0) {
            return false;
        }
        seen |= UINT32_C(1) << letter;
    }
    return n > 0;
}

static bool asks_line(const struct question *q, const char *s, size_t n,
                      bool (*asked)(const struct question *q, const char *text))
{
    struct text line;
    text_init(&line);
    text_add_bytes(&line, s, n);
    bool yes = asked(q, text_get(&line));
    text_release(&line);
    return yes;
}

const char *question_wish_in(struct play *p, const struct source *line)
{
    const struct question *q = p->question;
    const char *s;
    size_t n = question_typed(line, &s);
    if (p->tutor->graded || asks_line(q, s, n, answer_names_options) ||
        names_lookup(&p->aside->names, s, n).rank != VALUE_UNBOUND) {
        return NULL;
    }
    switch (evasion_of(s, n)) {
    case EVADES_FOR_HELP:
        return p->hints < q->hints.count ? "hint" : "solution";
    case EVADES_FOR_SOLUTION:
        return "solution";
    case EVADES_ONWARDS:
        return "skip";
    case EVADES_AGREEING:
    case EVADES_NOT:
        break;
    }
    return NULL;
}

bool question_goes_on(struct play *p, const struct source *line)
{
    const char *s;
    size_t n = question_typed(line, &s);
    enum evasion evasion = evasion_of(s, n);
    return (p->state == PLAY_PAUSE || p->state == PLAY_ANSWERED) &&
           (evasion == EVADES_ONWARDS || evasion == EVADES_AGREEING) &&
           names_lookup(&play_graph(p)->names, s, n).rank == VALUE_UNBOUND;
}

// One of the words below a question, mistyped: "hnt".
static bool is_slip(const struct question *q, const char *s, size_t n)
{
    static const char *const words[] = {"hint",  "solution", "skip", "previous",
                                        "retry", "info",     "quit"};
    enum { LEAST = 3 };
    struct nearest nearest;
    size_t letters = 0;
    while (letters < n && text_is_letter(s[letters])) {
        letters++;
    }
    if (letters < n || n < LEAST || q->kind == QUESTION_RECALL || q->kind == QUESTION_FORMULA ||
        is_letters(q, s, n)) {
        return false;
    }
    nearest_init(&nearest, s, n);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        nearest_offer(&nearest, words[i], strlen(words[i]));
    }
    return nearest.best[0] != '\0';
}

bool question_takes(struct play *p, const struct source *line)
{
    const struct question *q = p->question;
    const char *s;
    size_t n = question_typed(line, &s);
    if (q->kind == QUESTION_DO) {
        return false;
    }
    // A command's word may be an option, and the name of a node.
    bool bound = names_lookup(&p->aside->names, s, n).rank != VALUE_UNBOUND;
    return asks_line(q, s, n, answer_names_options) || is_letters(q, s, n) ||
           (q->kind == QUESTION_NODE && bound) || asks_line(q, s, n, answer_is_named) ||
           (statement_form(play_graph(p), line) == FORM_EXPRESSION && (bound || !is_slip(q, s, n)));
}

bool question_takes_failed(const struct play *p)
{
    enum { WORDS_LEAST = 3 };
    size_t words = 1;
    const char *s = p->typed.bytes.count == 0 ? "" : p->typed.bytes.data;
    for (size_t i = 1; i < p->typed.bytes.count; i++) {
        words += s[i - 1] == ' ' && s[i] != ' ';
    }
    return p->state == PLAY_QUESTION && p->question->kind == QUESTION_RECALL &&
           words >= WORDS_LEAST;
}

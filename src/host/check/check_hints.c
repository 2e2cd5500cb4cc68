// `check` on lessons: does what a hint says work when it is typed as it is printed?
//
// The `code` of a hint that is a statement must run, and never be judged wrong. A hint that begins
// with nothing but code ("`train L 40 0.2`, then `print x`.") is a recipe: of a number question it
// must print the right answer or be it; of a `do` question the last hint, typed alone or after
// those before it, must do what is asked.
#include <ctype.h>
#include <string.h>

#include "check/check_player.h"
#include "command/commands.h"
#include "play/tutor.h"
#include "session/command.h"
#include "words/words.h"

// The next `code` at *at or later: it is copied to `code`, *at is set after it, and *between to
// what is before it. False if there is none.
static bool next_code(const char **at, struct text *between, struct text *code)
{
    const char *open = strchr(*at, '`');
    const char *close = open == NULL ? NULL : strchr(open + 1, '`');
    if (close == NULL) {
        return false;
    }
    text_clear(between);
    text_add_bytes(between, *at, (size_t)(open - *at));
    text_clear(code);
    text_add_bytes(code, open + 1, (size_t)(close - open - 1));
    *at = close + 1;
    return true;
}

static bool is_assignment(const char *s)
{
    for (const char *equals = s; (equals = strchr(equals, '=')) != NULL; equals++) {
        bool compares = equals[1] == '=' || (equals > s && strchr("=<>!", equals[-1]) != NULL);
        if (!compares && (isalpha((unsigned char)*s) || (unsigned char)*s >= 0x80)) {
            return true;
        }
    }
    return false;
}

// Is it whole, and an assignment or a command with what it needs?
static bool is_statement(const char *code)
{
    size_t word = strcspn(code, " ;");
    return strstr(code, "…") == NULL &&
           ((code[word] != '\0' && (command_find(&commands_table, code, word) != NULL ||
                                    text_among("repeat for", code, word))) ||
            is_assignment(code));
}

// Is the first sentence of a hint nothing but code? Then *end is where its code ends.
static bool is_recipe(const char *hint, const char **end)
{
    static const char *const joints[] = {"", ", ", ", then ", " then ", " and ", ", and "};
    struct text between, code;
    const char *at = hint;
    bool ok = *hint == '`';
    text_init(&between);
    text_init(&code);
    while (ok && *at != '\0' && *at != '.' && next_code(&at, &between, &code)) {
        bool joined = false;
        for (size_t i = 0; i < COUNT_OF(joints); i++) {
            joined |= strcmp(text_get(&between), joints[i]) == 0;
        }
        ok = joined && strstr(text_get(&code), "…") == NULL;
    }
    *end = at;
    text_release(&between);
    text_release(&code);
    return ok && at > hint && (*at == '\0' || (*at == '.' && (at[1] == '\0' || at[1] == ' ')));
}

static bool fail_at_hint(struct player *p, const struct question_line *hint, const char *code,
                         const char *verdict)
{
    const struct rec *error = check_came(p, KIND_error);
    if (error != NULL) {
        return check_fail(p, check_at(p, hint->line), "this hint's '%s', typed, fails: %s", code,
                          rec_get_text(error, KEY_message));
    }
    return check_fail(p, check_at(p, hint->line), "this hint's '%s', typed, is %s", code, verdict);
}

static bool is_right(const char *verdict)
{
    return strcmp(verdict, "right") == 0;
}

// What `print` has just shown, typed as the answer.
static bool check_printed(struct player *p, const struct question_line *hint)
{
    struct text shown, number;
    bool ok = true;
    const struct rec *print = check_came(p, KIND_print);
    if (print == NULL) {
        return true;
    }
    text_init(&shown);
    text_init(&number);
    words_add(&shown, print,
              &(struct words_form){.digits = session_digits(tutor_graph(p->host.tutor))});
    const char *line = text_get(&shown);
    line += strspn(line, " ");
    size_t length = strcspn(line, "\n");
    if (line[length + strspn(line + length, "\n")] == '\0') {
        ink_plain(&number, line, length);
        const char *verdict = check_verdict(p, text_get(&number));
        ok = is_right(verdict) ||
             check_fail(p, check_at(p, hint->line), "this hint prints %s, which, typed, is %s",
                        text_get(&number), verdict);
    }
    text_release(&number);
    text_release(&shown);
    return ok;
}

// Types the code of one hint. *done: it was judged right.
static bool type_hint(struct player *p, const struct question *q, const struct question_line *hint,
                      bool *done)
{
    const char *end, *at;
    struct text filled, between, code;
    text_init(&filled);
    text_init(&between);
    text_init(&code);
    tutor_question_fill(p->host.tutor, hint->left, &filled);
    at = text_get(&filled);
    bool recipe = is_recipe(at, &end), ok = true, any = false;
    while (ok && !*done && next_code(&at, &between, &code)) {
        const char *typed = text_get(&code);
        bool statement = is_statement(typed);
        bool last = recipe && at == end;
        if (!statement && !(last && q->kind == QUESTION_NUMBER && !any)) {
            continue;
        }
        any = true;
        const char *verdict = check_verdict(p, typed);
        *done = is_right(verdict);
        ok = !statement ? *done
                        : check_came(p, KIND_error) == NULL &&
                              (q->kind == QUESTION_DO || strcmp(verdict, "wrong") != 0);
        if (!ok) {
            fail_at_hint(p, hint, typed, verdict);
        } else if (last && statement && q->kind == QUESTION_NUMBER) {
            ok = check_printed(p, hint);
        }
    }
    text_release(&filled);
    text_release(&between);
    text_release(&code);
    return ok;
}

// Does the last hint of a `do` question do it, from the start where it did not after the others?
static bool check_last_hint(struct player *p, const struct question *q, bool done)
{
    const char *end;
    const struct question_line *last = q->hints.last;
    if (q->kind != QUESTION_DO || done || last == NULL || !is_recipe(last->left, &end)) {
        return true;
    }
    return check_ask(p, p->seed) && type_hint(p, q, last, &done) &&
           (done ||
            check_fail(p, check_at(p, last->line),
                       "what this last hint says was typed, and the task is still not done"));
}

bool check_typed_hints(struct player *p, const struct question *q)
{
    bool done = false;
    for (const struct question_line *h = q->hints.first; h != NULL; h = h->next) {
        bool again = q->kind != QUESTION_DO || done;
        done = false;
        if ((again && !check_ask(p, p->seed)) || !type_hint(p, q, h, &done)) {
            return false;
        }
    }
    return check_last_hint(p, q, done);
}

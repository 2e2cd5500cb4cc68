// Is a question's answer told before it is asked?
#include <math.h>
#include <string.h>

#include "check/check_player.h"
#include "lesson/answer.h"

static bool in_word_or_number(char c)
{
    return text_is_letter(c) || text_is_digit(c) || c == '_' || c == '.';
}

// Is `what` in the text, not as a part of a longer name or number?
bool check_stands_in(const char *text, const char *what)
{
    size_t n = strlen(what);
    for (const char *at = text; n > 0 && (at = strstr(at, what)) != NULL; at++) {
        char after = at[n];
        bool point = after == '.' && !text_is_digit(at[n + 1]);
        bool minus = at > text && at[-1] == '-' && what[0] != '-';
        if ((at == text || !in_word_or_number(at[-1])) && (point || !in_word_or_number(after)) &&
            !minus) {
            return true;
        }
    }
    return false;
}

// A number of one digit is everywhere; one of two or more is told, if it is above. Of a
// small one it counts only if it is after the name of what is asked: dL/da = 6.
bool check_number_is_in(struct player *p, const struct question *q, const char *above)
{
    double key;
    char number[NUMBER_TEXT];
    struct diag ignored = {0};
    struct text equation;
    if (!tutor_question_number(p->host.tutor, q->answer, &key, &ignored)) {
        return false;
    }
    number_text(number, key, 6);
    bool small = fabs(key) < 13 && key == floor(key);
    if (small && strcmp(q->answer, number) == 0) {
        return false;  // what is asked has no name
    }
    text_init(&equation);
    text_addf(&equation, "%s = %s", q->answer, number);
    bool told = check_stands_in(above, small ? text_get(&equation) : number);
    text_release(&equation);
    return told;
}

static bool number_is_told(struct player *p, const struct question *q)
{
    return check_number_is_in(p, q, text_get(&p->above));
}

static bool formula_is_told(struct player *p, const struct question *q)
{
    struct text key;
    struct diag ignored = {0};
    text_init(&key);
    bool told = tutor_question_key(p->host.tutor, &key, &ignored) && text_length(&key) >= 3 &&
                check_stands_in(text_get(&p->above), text_get(&key));
    text_release(&key);
    (void)q;
    return told;
}

bool check_is_told(struct player *p, const struct question *q)
{
    return q->kind == QUESTION_NUMBER    ? number_is_told(p, q)
           : q->kind == QUESTION_FORMULA ? formula_is_told(p, q)
                                         : false;
}

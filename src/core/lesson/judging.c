#include "lesson/judging.h"
#include "base/format.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>

bool judge_number_is_right(double answer, double key, struct tolerance tolerance)
{
    if (isnan(key) || isinf(key) || !isfinite(answer)) {
        return answer == key || (isnan(answer) && isnan(key));
    }
    // 2.1 is within 0.1 of 2, but not in doubles.
    double size = fmax(fabs(answer), fabs(key));
    return fabs(answer - key) <=
           tolerance.absolute + tolerance.relative * size + 4 * DBL_EPSILON * size;
}

void judgement_init(struct judgement *j)
{
    *j = (struct judgement){.understood = "", .more = NODE_NONE};
    arena_init(&j->arena);
}

void judgement_release(struct judgement *j)
{
    arena_release(&j->arena);
}

void judge_set(struct judging *j, enum judged verdict)
{
    if (!j->out->diag.set) {
        j->out->judged = verdict;
    }
}

bool judge_refuse(struct judging *j, struct span at, const char *format, ...)
{
    char message[DIAG_WORDS];
    va_list args;
    va_start(args, format);
    format_write_args(message, sizeof message, phrase(j->q->language, format), args);
    va_end(args);
    j->out->judged = JUDGED_MALFORMED;
    return diag_set(&j->out->diag, at, "%s", message);
}

bool judge_hint(struct judging *j, const char *format, ...)
{
    char words[DIAG_WORDS];
    va_list args;
    va_start(args, format);
    format_write_args(words, sizeof words, phrase(j->q->language, format), args);
    va_end(args);
    return diag_hint(&j->out->diag, "%s", words);
}

bool judge_open(struct judging *j, const struct diag *why)
{
    j->out->judged = JUDGED_OPEN;
    j->out->diag = *why;
    j->out->diag.set = true;
    j->out->diag.span = (struct span){0, 0};
    return false;
}

void judge_say(struct judging *j, const char *format, ...)
{
    char sentence[2 * DIAG_WORDS];
    va_list args;
    va_start(args, format);
    int n = format_write_args(sentence, sizeof sentence, phrase(j->q->language, format), args);
    va_end(args);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof sentence ? (size_t)n : sizeof sentence - 1;
    const char *copy = arena_copy(&j->out->arena, sentence, length);
    if (copy != NULL && j->out->said_count < JUDGED_SAID_MOST) {
        j->out->said[j->out->said_count++] = copy;
    }
}

// A lesson being played: what is typed into it, what comes of that, and what is told of it.
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/schema.h"
#include "check/check_player.h"
#include "lesson/answer.h"
#include "process/tell.h"

// Was memory refused? Then what does not hold came of that, and nothing more is typed.
bool check_is_short(struct player *p)
{
    p->check->fell_short |= p->host.fell_short || mem_refusals() > 0;
    return p->check->fell_short;
}

// ---- Telling ------------------------------------------------------------------------------------

struct lesson_place check_at(const struct player *p, size_t line)
{
    return lesson_place_of_text(p->lesson->name, line, "", 0);
}

struct lesson_place check_at_key(const struct player *p, const struct question *q, const char *key)
{
    return lesson_place_of_key(p->lesson->name, q->line, key);
}

void check_say_place(const struct player *p, struct lesson_place place)
{
    tell(stdout, "%s:%zu:%zu: ", p->lesson->name, place.line, place.column);
}

__attribute__((format(printf, 3, 4))) void check_report(struct player *p, struct lesson_place place,
                                                        const char *format, ...)
{
    va_list args;
    if (check_is_short(p)) {
        return;
    }
    va_start(args, format);
    check_say_place(p, place);
    tell_args(stdout, format, args);
    putchar('\n');
    va_end(args);
    p->check->failed += !p->counted_failure;
    p->counted_failure = true;
}

// The same of the question at hand; the numbers it came with can be had again by the seed.
bool check_fail(struct player *p, struct lesson_place place, const char *format, ...)
{
    const struct question *q = tutor_question(p->host.tutor);
    va_list args;
    if (p->counted_failure || check_is_short(p)) {
        return false;
    }
    va_start(args, format);
    check_say_place(p, place);
    tell(stdout, "%s%s", q == NULL ? "" : q->id, q == NULL ? "" : ": ");
    tell_args(stdout, format, args);
    if (q != NULL && q->variations != NULL) {
        tell(stdout, " (where");
        size_t i = 0;
        for (const struct variation *v = q->variations; v != NULL; v = v->next, i++) {
            char number[NUMBER_TEXT];
            tell(stdout, "%s %s = %s", i == 0 ? "" : ",", v->name,
                 number_text(number, tutor_question_drawn(p->host.tutor, i), 6));
        }
        putchar(')');
    }
    putchar('\n');
    va_end(args);
    p->check->failed++;
    p->counted_failure = true;
    return false;
}

// ---- Typing -------------------------------------------------------------------------------------

void check_see(void *seer, const struct rec *record)
{
    struct player *p = seer;
    struct text why;
    text_init(&why);
    if (!schema_fits(record, &why)) {
        check_fail(p, check_at(p, 1), "records.def: %s", text_get(&why));
    }
    text_release(&why);
    rec_copy(&p->came, &p->came.list, record);
}

static void forget(struct player *p)
{
    records_release(&p->came);
    records_init(&p->came);
}

void check_type(struct player *p, const char *text)
{
    struct source source = {.name = "<answer>", .text = text, .length = strlen(text), .line = 1};
    forget(p);
    if (!check_is_short(p)) {
        host_run(&p->host, &source);
    }
}

const struct rec *check_came(const struct player *p, enum rec_kind kind)
{
    for (const struct rec *r = p->came.list.in.first; r != NULL; r = r->next) {
        if (rec_is(r, kind)) {
            return r;
        }
    }
    return NULL;
}

// Where the text of an error is in the file: its column counts from there.
static struct lesson_place place_of(const struct player *p, const struct rec *error)
{
    const char *text = rec_get_text(error, KEY_excerpt);
    struct lesson_place place = lesson_place_of_text(
        p->lesson->name, (size_t)rec_get_whole(error, KEY_line), text, strcspn(text, "\n"));
    place.column += (size_t)rec_get_whole(error, KEY_column) - 1;
    return place;
}

// A mistake of the lesson's own among what came.
bool check_fault(struct player *p)
{
    for (const struct rec *r = p->came.list.in.first; r != NULL; r = r->next) {
        if (rec_get_flag(r, KEY_fault) && !check_is_short(p)) {
            const char *hint = rec_get_text(r, KEY_hint);
            check_fail(p, place_of(p, r), "%s%s%s", rec_get_text(r, KEY_message),
                       *hint == '\0' ? "" : "; ", hint);
            tell(stdout, "%s", rec_get_text(r, KEY_excerpt));
            return true;
        }
    }
    return false;
}

// What an answer was found to be: "right", "wrong", "misread" …
const char *check_verdict(struct player *p, const char *answer)
{
    check_type(p, answer);
    const struct rec *judged = check_came(p, KIND_judged);
    return judged != NULL                        ? rec_get_text(judged, KEY_verdict)
           : check_came(p, KIND_misread) != NULL ? "misread"
           : check_came(p, KIND_model) != NULL   ? "model"
                                                 : "taken as a statement";
}

const char *check_why_misread(const struct player *p)
{
    const struct rec *misread = check_came(p, KIND_misread);
    return misread == NULL ? "" : rec_get_text(misread, KEY_message);
}

bool check_expect(struct player *p, size_t line, const char *answer, const char *verdict,
                  const char *what)
{
    const char *came_back = check_verdict(p, answer);
    if (check_fault(p)) {
        return false;
    }
    if (strcmp(came_back, verdict) != 0) {
        const char *why = check_why_misread(p);
        return check_fail(p, check_at(p, line), "%s, '%s', is %s%s%s%s; it should be %s", what,
                          answer, came_back, *why == '\0' ? "" : " (", why, *why == '\0' ? "" : ")",
                          verdict);
    }
    return true;
}

// Memory refused while the lessons are played: whatever is typed, one of the allocations that come of it
// fails, once or with all that follow. It is told, no answer that is wrong is judged right, and the
// lesson goes on, or is begun again. BACKSTEP_EVERY=1 plays them many times, with other allocations.
#include "store/lesson_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base_near.h"
#include "base_places.h"
#include "engine/rng.h"
#include "play/tutor.h"

struct seat {
    struct tutor *tutor;
    const char *path;  // of the lesson
    struct rng rng;
    size_t typed, refused;
};

static void supply(struct seat *seat, const struct rec *need)
{
    struct lesson_trouble trouble = {0};
    struct diag none = {0};
    size_t at = refused_at;
    bool (*chosen)(void) = is_chosen;
    refuse_from(0, all_after);
    if (strcmp(rec_get_text(need, KEY_what), "lesson") == 0) {
        tutor_supply_lesson(seat->tutor, lesson_file_read(seat->path, &trouble));
    } else {
        diag_set(&none, (struct span){0, 0}, "there is none");
        tutor_refuse(seat->tutor, &none);
    }
    lesson_trouble_release(&trouble);
    refused_at = at;
    is_chosen = chosen;
}

// Types a line, of whose allocations the n-th is refused (0: the first at a new place). False: nothing is wrong
// with what came of it, and it was judged right.
static bool is_judged_right(struct seat *seat, const char *line, size_t n, bool all)
{
    const struct source source = {
        .name = "<test>", .text = line, .length = strlen(line), .line = 1};
    enum session_state state = SESSION_MORE;
    size_t refusals = mem_refusals();
    bool right = false, told = false;
    if (n == 0) {
        refuse_next_place(all);
    } else {
        refuse_from(n, all);
    }
    tutor_begin(seat->tutor, &source, SESSION_PROMPT);
    while (state == SESSION_MORE || state == SESSION_NEED) {
        struct records out;
        records_init(&out);
        state = tutor_run(seat->tutor, &out);
        told |= out.arena.failed || tutor_fell_short(seat->tutor);
        for (const struct rec *r = out.list.in.first; r != NULL; r = r->next) {
            right |= rec_is(r, KIND_judged) && strcmp(rec_get_text(r, KEY_verdict), "right") == 0;
        }
        if (state == SESSION_NEED) {
            supply(seat, out.list.in.last);
        }
        records_release(&out);
    }
    bool refused = refused_at > 0 && made >= refused_at;
    n = refused_at;
    refuse_from(0, false);
    if (mem_refusals() > refusals && !told) {
        fail_msg("%s: '%s', allocation %zu refused: nothing is said", seat->path, line, n);
    }
    mem_forgive(refusals);
    seat->typed++;
    seat->refused += refused;
    return right;
}

// by_place: of each line the first allocation is refused at a place where none was before; else any.
static void play(struct seat *seat, bool by_place)
{
    static const char *const lines[] = {
        "hint", "0.123456", "context", "d = 0.123456", "info", "hint", "nonsense", "solution",
        "",     "skip",     "",        "skip",         ""};
    enum { LINES = 52, ALLOCATIONS = 500 };
    char begin[PATH_MAX + 16];
    snprintf(begin, sizeof begin, "lesson \"%s\"", seat->path);
    seat->tutor = tutor_new(&(struct session_world){.seed = 1});
    assert_non_null(seat->tutor);
    for (size_t i = 0; i < LINES; i++) {
        bool plays = tutor_graph(seat->tutor) != tutor_session(seat->tutor);
        const char *line = plays ? lines[i % COUNT_OF(lines)] : begin;
        size_t n = 1 + (size_t)rng_below(&seat->rng, ALLOCATIONS);
        if (is_judged_right(seat, line, by_place ? 0 : n, n % 3 == 0) &&
            strstr(line, "0.123456") != NULL) {
            fail_msg("%s: '%s', allocation %zu refused: judged right", seat->path, line, n);
        }
    }
    tutor_free(seat->tutor);
}

static void lessons_are_played(void **state)
{
    (void)state;
    const char *program = getenv("BACKSTEP"), *every = getenv("BACKSTEP_EVERY");
    size_t passes = every == NULL ? 2 : 2 + 300 / (size_t)strtoul(every, NULL, 10);
    struct seat seat = {0};
    glob_t pages;
    assert_non_null(program);
    find_near(program, "lessons/[0-9]*.md", &pages);
    rng_seed(&seat.rng, 1);
    for (size_t pass = 0; pass < passes; pass++) {
        for (size_t i = 0; i < pages.gl_pathc; i++) {
            seat.path = pages.gl_pathv[i];
            play(&seat, pass % 2 == 0);
        }
    }
    printf("%zu of %zu lines had an allocation refused\n", seat.refused, seat.typed);
    assert_true(seat.refused > seat.typed / 4);
    globfree(&pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lessons_are_played)};
    return cmocka_run_group_tests_name("store/memory", tests, NULL, NULL);
}

// Ctrl-C in the middle of a statement: the statement is taken back, says so, and the session goes on as if it
// had not been typed. Each statement is stopped at each of its looks in turn: those of every command's
// example, and a sample of those of the transcripts; BACKSTEP_EVERY=1 tries more of them.
#include "session/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "command_outcome.h"

static struct stop stop;

// Runs a text that may do so many units of work; 0: any number. *last: the message of its last record.
static void run(struct session *s, const char *text, uint64_t most, struct outcome *o,
                char last[DIAG_WORDS])
{
    struct records records;
    records_init(&records);
    stop_renew(&stop);
    stop.most = most;
    enum session_state state = session_eval(s, text, SESSION_PROMPT, &records);
    stop.most = 0;
    snprintf(last, DIAG_WORDS, "%s", rec_get_text(records.list.in.last, KEY_message));
    outcome_take(o, s, state, &records);
    records_release(&records);
}

static void complain(const struct case_of *c, uint64_t most, const char *what, struct outcome *o)
{
    fail_msg("'%s' in '%s', stopped after %ju units of work: %s\n%s", c->statement, c->where,
             (uintmax_t)most, what, text_get(&o->answers));
}

// What was stopped is as if it had not been typed. A training says how far it came, and keeps that.
static void expect_nothing(const struct case_of *c, uint64_t most, const struct text *before,
                           struct outcome *now, const char *last)
{
    bool training = strstr(text_get(&now->answers), "\"end\":\"interrupted\"") != NULL;
    bool walked = walks(before) && !walks(&now->session);
    if (now->state != SESSION_FAILED && !training) {
        complain(c, most, "nothing is said", now);
    }
    if (now->state == SESSION_FAILED && strstr(last, "takes longer than") == NULL) {
        complain(c, most, "it says another thing", now);
    }
    if (!training && !walked && !same(&now->session, before)) {
        complain(c, most, "the session is not what it was", now);
    }
}

// Stops it after so many units of work, and types it again. Returns how many were done when it left, 0 where nobody looked any more.
static uint64_t stop_once(const struct case_of *c, uint64_t most, const struct text *before,
                          const struct outcome *whole)
{
    char last[DIAG_WORDS];
    struct outcome now;
    struct session *s = begin(c);
    outcome_init(&now);
    run(s, c->statement, most, &now, last);
    uint64_t done = stop.asked != 0 ? stop.done : 0;
    if (done > 0) {
        expect_nothing(c, most, before, &now, last);
    }
    bool untouched = done == 0 || same(&now.session, before);
    if (untouched && done > 0) {
        run(s, c->statement, 0, &now, last);
    }
    if (untouched && !same(&now.answers, &whole->answers)) {
        complain(c, most, "then it answers another thing", &now);
    }
    if (untouched && !same(&now.session, &whole->session)) {
        complain(c, most, "then it leaves another session", &now);
    }
    session_free(s);
    outcome_release(&now);
    stop_renew(&stop);
    return done;
}

// After `first` units of work and after each `every` from there on, but at a few places where it does much, and
// nowhere where it does very much. Returns at how many it was stopped.
static size_t stop_some(const struct case_of *c, size_t first, size_t every)
{
    enum { FEW = 30, VERY_MUCH = 1000000 };
    char last[DIAG_WORDS];
    struct outcome whole;
    struct text before;
    size_t stops = 0;
    outcome_init(&whole);
    text_init(&before);
    struct session *s = begin(c);
    snapshot(&before, s);
    run(s, c->statement, 0, &whole, last);
    uint64_t all = stop.done, apart = all / FEW > every ? all / FEW : every;
    session_free(s);
    for (uint64_t most = first; most < all && all < VERY_MUCH; stops++) {
        uint64_t done = stop_once(c, most, &before, &whole);
        most = (done > most ? done - 1 : most) + apart;
    }
    text_release(&before);
    outcome_release(&whole);
    return stops;
}

static void every_command(void **state)
{
    (void)state;
    assert_true(hinder_commands(stop_some, &stop) > 400);
}

static void every_statement_of_the_transcripts(void **state)
{
    (void)state;
    const char *every = getenv("BACKSTEP_EVERY");
    size_t step = every == NULL ? 499 : strtoul(every, NULL, 10);
    assert_true(hinder_transcripts(step, stop_some, &stop) > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command),
        cmocka_unit_test(every_statement_of_the_transcripts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

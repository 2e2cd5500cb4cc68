// Memory that is refused in the middle of a statement: the statement is taken back, says so, and the
// session goes on as if it had not been typed. Each allocation of each statement is refused in turn,
// once and from then on. When the session is freed no memory is left, whatever was refused. The statements
// of the transcripts are tried the same way, a sample of their allocations; BACKSTEP_EVERY=1 tries all.
#include "session/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base_places.h"
#include "command_outcome.h"

// ---- One statement ------------------------------------------------------------------------------

static long held(const struct outcome *o)
{
    return (o->answers.bytes.data != NULL) + (o->session.bytes.data != NULL);
}

// Runs a text, refusing allocations as was said; *memory: its last record is an error that says so. Returns
// which allocation was refused first, 0: none.
static size_t run(struct session *s, const char *text, struct outcome *o, bool *memory)
{
    struct records records;
    records_init(&records);
    enum session_state state = session_eval(s, text, SESSION_PROMPT, &records);
    size_t refused = refused_at, count = made;
    refuse_from(0, false);
    made = count;
    const struct rec *last = records.list.in.last;
    *memory = records.arena.failed || strstr(rec_get_text(last, KEY_message), "memory") != NULL;
    outcome_take(o, s, state, &records);
    records_release(&records);
    return refused;
}

static void complain(const struct case_of *c, size_t n, const char *what, struct outcome *o)
{
    fail_msg("'%s' in '%s', allocation %zu refused: %s\n%s", c->statement, c->where, n, what,
             text_get(&o->answers));
}

// With the n-th allocation refused (0: the first at a new place), and all that follow it or not, it is as if it
// had not been typed, or all is as it should be. Returns which was refused, 0: none.
static size_t refuse_one(const struct case_of *c, size_t n, bool all, struct text *before,
                         const struct outcome *whole)
{
    struct outcome now;
    bool memory;
    long live_before = live;
    struct session *s = begin(c);
    outcome_init(&now);
    size_t refusals = mem_refusals();
    if (n == 0) {
        refuse_next_place(all);
    } else {
        refuse_from(n, all);
    }
    n = run(s, c->statement, &now, &memory);
    if (mem_refusals() == refusals) {
        if (!same(&now.answers, &whole->answers) || !same(&now.session, &whole->session)) {
            complain(c, n, "it was done without, and differs", &now);
        }
    } else {
        if (now.state != SESSION_FAILED || !memory) {
            complain(c, n, "nothing is said", &now);
        }
        // A walk that was on ends, which the error says.
        bool walked = s->stepper.tape == NULL && walks(before);
        if (!walked && !same(&now.session, before)) {
            complain(c, n, "the session is not what it was", &now);
        }
        mem_forgive(refusals);
        if (walked) {
            session_free(s);
            s = begin(c);
        }
        run(s, c->statement, &now, &memory);
        if (!same(&now.answers, &whole->answers)) {
            complain(c, n, "typed again, it answers another thing", &now);
        }
        if (!same(&now.session, &whole->session)) {
            complain(c, n, "typed again, it leaves another session", &now);
        }
    }
    session_free(s);
    if (live - live_before != held(&now)) {
        complain(c, n, "memory is not freed", &now);
    }
    outcome_release(&now);
    return n;
}

// What the statement does with all its memory. Returns how many allocations that takes.
static size_t do_whole(const struct case_of *c, struct text *before, struct outcome *whole)
{
    bool memory;
    outcome_init(whole);
    text_init(before);
    struct session *s = begin(c);
    snapshot(before, s);
    notice_places();
    run(s, c->statement, whole, &memory);
    size_t count = made;
    session_free(s);
    return count;
}

// From the `first` allocation on each `every`-th. Returns how many there are.
static size_t refuse_some(const struct case_of *c, size_t first, size_t every)
{
    struct outcome whole;
    struct text before;
    size_t count = do_whole(c, &before, &whole);
    for (size_t n = first; n <= count; n += every) {
        refuse_one(c, n, false, &before, &whole);
        if (n % 3 == 1) {
            refuse_one(c, n, true, &before, &whole);
        }
    }
    text_release(&before);
    outcome_release(&whole);
    return count;
}

// At each place that no statement before came to.
static size_t refuse_at_places(const struct case_of *c, size_t first, size_t every)
{
    (void)first;
    (void)every;
    struct outcome whole;
    struct text before;
    size_t count = 0;
    do_whole(c, &before, &whole);
    while (places_new && refuse_one(c, 0, count % 3 == 1, &before, &whole) != 0) {
        count++;
    }
    text_release(&before);
    outcome_release(&whole);
    return count;
}

// ---- All of them --------------------------------------------------------------------------------

static void every_command(void **state)
{
    (void)state;
    assert_true(hinder_commands(refuse_some, NULL) > 1000);
}

static void every_kind_of_statement(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a = 2; b = a*3 + 1; a = b; b.label = \"two\"; b; dy = 4",
        "a = [1, 2, 3]; b = a**2; L = sum(b*a); backward L; a[1].data = 5; forward; b[0:2]",
        "X = [[1, 2], [3, 4]]; w = [0.5, 1]; y = X @ w; s = softmax(y); max(s); X.T; mean(y)",
        "def f(x) = x*x + 1; def g(x, y) = f(x)*y; a = 2; L = g(a, 3) + f(a); backward L",
        "param w = 2; for i in range(3): w = w*2; for x in [1, 2]: print x",
        "seed 3; W = randn(3, 2); b = zeros(2); print rand(4)",
        ("data X = [[1, 2], [3, 4], [5, 6], [7, 8]]; param w = [0, 0]; L = mse(X @ w, [1, 2, 3, "
         "4]);"
         " train L 4 0.01 batch 2; train L 3 0.01 adam"),
        "a = zz + 1; a = 2; a = ; a b; print 1/0; 3 = 4; f(1)",
        "a = 2; a = 3; a = 4; undo; undo; redo; b = 1; undo; reset; undo",
        "a = 2; L = a*a + a; step L; step; back; step 3; run; b = 1",
        "x = 2; y = relu(x)**3; d2y/dx2; node g = dy/dx; dg/dx; x.data = 3; "
        "y.backward(create_graph=True)",
        ("X = [[1, 2], [3, 4]]; param w = [0.5, 1]; h = tanh(X @ w); L = sum(h**2);"
         " graph L x.svg --size slide; graph L walk-%d.png; graph L sheet.pdf --blank grads"),
        "v = [1, 2]; L = sum(v**3); d2L/dv2; d3L/dv2dv[0]; node G = dL/dv; local dL/dv[0]; d2L/dq2",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        hinder_text(texts[i], refuse_some, NULL);
    }
}

static void every_statement_of_the_transcripts(void **state)
{
    (void)state;
    const char *every = getenv("BACKSTEP_EVERY");
    assert_true(hinder_transcripts(1, refuse_at_places, NULL) > 1000);
    if (every != NULL) {
        hinder_transcripts(strtoul(every, NULL, 10), refuse_some, NULL);
    }
    printf("%zu places\n", places_chosen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command),
        cmocka_unit_test(every_kind_of_statement),
        cmocka_unit_test(every_statement_of_the_transcripts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

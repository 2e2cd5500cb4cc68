// Random sessions: whatever statements are typed, in whatever order, one that fails leaves nothing
// behind, undo and redo restore every table, and the script that `save` writes makes the same
// session again, to the last bit.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "command/commands.h"
#include "engine/rng.h"
#include "scene/fold.h"
#include "session/call.h"

enum { SESSIONS = 60, STATEMENTS = 40 };

// ---- Statements ---------------------------------------------------------------------------------

// $s a scalar's name, $a an array's, $p a parameter's, $f a function's, $n a small number, $e a
// scalar formula; a word in braces is as it stands.
static const char *const forms[] = {
    "$s = $n",
    "$s = $e",
    "$s = $e",
    "$s += $e",
    "$s *= $s",
    "$s = $s",
    "$a = [$n, $s, $e]",
    "$a = randn(3, 2)",
    "$a = $a @ $a",
    "$a = $a.T",
    "$a = $a[0:2]",
    "$a = $a*$s + $a",
    "$s = sum($a)",
    "$s = $a[1]",
    "$s = mse($a, $a)",
    "$a = softmax($a)",
    "param $p = $n",
    "param $p = randn(3)",
    "param $p = randn(2, 3)",
    "data $a = [[1, 2, 3], [3, 4, 0], [5, 6, 1], [7, 8, 9]]",
    "data $a = [5, 11, 17, 23]",
    "data $a = load_csv(\"table.csv\")",
    "$a = load_csv(\"table.csv\")[:, 0]",
    "def f(x) = x*x + $s",
    "def g(x, y) = f(x)*y - $s",
    "def $f(x) = tanh(x)/2",
    "$s = f($s)",
    "$s = g($s, $e)",
    "$a = f($a)",
    "$s = sum(($a @ $p - $a)**2)",
    "$s = mean(sigmoid($a @ $p))",
    "$s.data = $n",
    "$s.data += 0.5",
    "$p.data -= 0.1*$p.grad",
    "$a.data *= 2",
    "$s.grad = $n",
    "forward",
    "backward $s",
    "backward $s",
    "backward $s --layers",
    "zero",
    "update 0.1",
    "update 0.01 adam",
    "update 0.1 momentum 0.5 decay 0.01",
    "train $s 3 0.01",
    "train $s 5 0.01 adam",
    "train $s 4 0.01 batch 2",
    "train $s 7 0.1 rmsprop decay 0.1 batch 3",
    "repeat 3 { backward $s; update 0.1; zero }",
    "repeat 3 { $s = $e }",
    "for i in range(3) { $s += i; $a = $a*2 }",
    "repeat 1300 { $s = $s*$n + f($n) }",
    "repeat 900 { param $p = 1; $s = $p*$p; backward $s; update 0.01 momentum }",
    "for i in range(2) { for j in range(2) { $s = g(i, j) } }",
    "for i in range(2) { train $s 2 0.01 }",
    "expand $s",
    "fold $s",
    "expand f",
    "fold f",
    "fold $a",
    "fold g 1",
    "step $s",
    "step",
    "step 3",
    "back",
    "back 2",
    "run",
    "stop",
    "step backward $s",
    "seed $n",
    "precision 7",
    "style edges",
    "style cells",
    "watch on",
    "watch off",
    "verbose on",
    "predict off",
    "sabotage $s",
    "accuse $s",
    "reset",
    // What changes nothing.
    "vars",
    "groups",
    "grads",
    "params",
    "$e",
    "print $a, $s, $p",
    "graph $s",
    "graph $s x.json",
    "graph $s x.html",
    "topo $s",
    "local $s",
    "explain $s",
    "paths $s $s",
    "nudge $s 0.1 $s",
    "check $s",
    "tangent $s $s",
    "d$s/d$s",
    "derive $s $s",
    "derive $s $a",
    "stage $s",
    "stage $s python",
    "stage sum($a*$a)",
    "flow $s",
    "flow $s 0.1",
    "flow $s x.json",
    "flow sum(tanh($a)**2)",
    "local $a",
    "explain $a",
    "export torch x.py $s",
    "export c $s",
    "export micrograd x.py $s",
    "export latex $s",
    "plot history",
    "plot $a",
    "plot $s over $s from 0 to 1",
    "plot boundary f $a $a",
    "print randn(2)",
    "help $s",
    // What fails half-way.
    "$s = $e + nowhere",
    "$a = [$s, $e, nowhere]",
    "flow $s nowhere",
    "stage $s nowhere",
    "backward $s 3",
    "for i in range(3) { $s += 1; nowhere }",
    "repeat 2 { backward $s; update 0.1; train nowhere 2 0.1 }",
    "param $p = randn(2) + nowhere",
    "data $a = randn(2, 2) nowhere",
    "def f(x) = x*",
    "$a = $a[17]",
    "repeat 2 { train $s 2 0.1; $a = $a[9] }",
    "update 0.1 nowhere",
};

static const char *pick(struct rng *rng, const char *const *from, size_t n)
{
    return from[rng_below(rng, n)];
}

static void add_formula(struct text *out, struct rng *rng);

static void add_word(struct text *out, struct rng *rng, char what)
{
    static const char *const scalars[] = {"a", "b", "c", "L", "M", "w"};
    static const char *const arrays[] = {"X", "Y", "Z", "V", "W"};
    static const char *const parameters[] = {"w", "W", "V", "a"};
    static const char *const functions[] = {"f", "g", "h"};
    static const char *const numbers[] = {"0", "1", "-2", "0.5", "3", "1e-3"};
    switch (what) {
    case 's':
        text_add(out, pick(rng, scalars, COUNT_OF(scalars)));
        break;
    case 'a':
        text_add(out, pick(rng, arrays, COUNT_OF(arrays)));
        break;
    case 'p':
        text_add(out, pick(rng, parameters, COUNT_OF(parameters)));
        break;
    case 'f':
        text_add(out, pick(rng, functions, COUNT_OF(functions)));
        break;
    case 'n':
        text_add(out, pick(rng, numbers, COUNT_OF(numbers)));
        break;
    default:
        add_formula(out, rng);
    }
}

static void add_form(struct text *out, struct rng *rng, const char *form)
{
    for (; *form != '\0'; form++) {
        if (*form == '$') {
            add_word(out, rng, *++form);
        } else {
            text_add_char(out, *form);
        }
    }
}

static void add_formula(struct text *out, struct rng *rng)
{
    static const char *const formulas[] = {
        "$s*$s", "tanh($s) + $n", "f($s)",      "$s/$s",      "W[0]*$s",  "exp(-$s)",
        "$s**2", "relu($s - $n)", "sum($a**2)", "$s - dL/da", "g($s, $n)"};
    add_form(out, rng, pick(rng, formulas, COUNT_OF(formulas)));
}

// ---- A session ----------------------------------------------------------------------------------

struct seat {
    struct session *session;
    struct stop stop;
    struct text script;     // that a `save` wrote, and a `load` reads
    struct text told;       // what was typed so far, for a failure
    struct rng *interrupt;  // now and then a statement is interrupted
};

static void answer_need(struct seat *seat, const struct rec *need)
{
    static const char table[] = "w,h\n1,2\n3,4\n5,6\n1.5,0.1\n";
    static const struct diag refusal = {.message = "no files here"};
    const char *what = rec_get_text(need, KEY_what);
    if (strcmp(what, "read") == 0 && strcmp(rec_get_text(need, KEY_folder), "data") == 0) {
        session_supply(seat->session, table, sizeof table - 1);
    } else if (strcmp(what, "read") == 0) {
        session_supply(seat->session, text_get(&seat->script), text_length(&seat->script));
    } else if (strcmp(what, "write") == 0) {
        text_clear(&seat->script);
        text_add(&seat->script, rec_get_text(need, KEY_text));
        session_supply(seat->session, NULL, 0);
    } else {
        session_refuse(seat->session, &refusal);
    }
}

static enum session_state type(struct seat *seat, const char *text)
{
    struct source source = {.name = "test", .text = text, .length = strlen(text), .line = 1};
    struct records records;
    enum session_state state;
    records_init(&records);
    session_begin(seat->session, &source, SESSION_PROMPT);
    do {
        state = session_run(seat->session, &records);
        if (state == SESSION_NEED) {
            answer_need(seat, records.list.in.last);
        }
        seat->stop.asked = seat->interrupt != NULL && rng_below(seat->interrupt, 20) == 0;
    } while (state == SESSION_MORE || state == SESSION_NEED);
    seat->stop.asked = 0;
    records_release(&records);
    return state;
}

static void setup(struct seat *seat)
{
    *seat = (struct seat){0};
    seat->session = session_new(
        &(struct session_world){.commands = &commands_table, .stop = &seat->stop, .seed = 1});
    text_init(&seat->script);
    text_init(&seat->told);
}

static void teardown(struct seat *seat)
{
    session_free(seat->session);
    text_release(&seat->script);
    text_release(&seat->told);
}

// ---- All that a session remembers, as text ------------------------------------------------------

static void add_buf(struct text *out, const char *title, const struct buf *b)
{
    text_addf(out, "%s %zu:", title, b->count);
    for (size_t i = 0; i < b->count * b->size; i++) {
        text_addf(out, "%02x", BUF(uint8_t, b)[i]);
    }
    text_add(out, "\n");
}

// Numbers of names depend on what was mentioned, also in vain: the texts count.
static void add_name(struct text *out, const struct session *s, uint32_t name)
{
    size_t length;
    const char *text = name == NAME_NONE ? "-" : names_text(&s->names, name, &length);
    text_addf(out, " %.*s", name == NAME_NONE ? 1 : (int)length, text);
}

static void add_value(struct text *out, struct value v)
{
    text_addf(out, " %d %d %u %u×%u %d,%d", (int)v.rank, v.listed, v.base, v.rows, v.cols, v.rs,
              v.cs);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_bindings(struct text *out, const struct session *s)
{
    size_t n = names_count(&s->names), count = 0;
    char **lines = calloc(n + 1, sizeof *lines);
    for (uint32_t i = 0; i < n; i++) {
        if (names_get(&s->names, i).rank != VALUE_UNBOUND) {
            struct text line;
            text_init(&line);
            add_name(&line, s, i);
            add_value(&line, names_get(&s->names, i));
            lines[count++] = strdup(text_get(&line));
            text_release(&line);
        }
    }
    qsort(lines, count, sizeof *lines, by_text);
    for (size_t i = 0; i < count; i++) {
        text_addf(out, "name %s\n", lines[i]);
        free(lines[i]);
    }
    free(lines);
}

static void add_tables(struct text *out, const struct session *s)
{
    for (size_t i = 0; i < s->definitions.rows.count; i++) {
        const struct definition *d = &BUF(struct definition, &s->definitions.rows)[i];
        text_add(out, "def");
        add_name(out, s, d->name);
        for (uint32_t k = 0; k < d->count; k++) {
            add_name(out, s, BUF(uint32_t, &s->definitions.params)[d->params + k]);
        }
        text_addf(out, " %.*s\n", (int)d->length, BUF(char, &s->definitions.text) + d->text);
    }
    for (uint32_t i = 0; i < s->groups.count; i++) {
        const struct group *g = group_at(&s->groups, i);
        text_add(out, "group");
        add_name(out, s, g->name);
        text_addf(out, " %u %u %u %u %d\n", g->within, g->whole, g->first, g->end, (int)g->look);
    }
    for (size_t i = 0; i < s->looks.count; i++) {
        text_add(out, "look");
        add_name(out, s, BUF(struct name_look, &s->looks)[i].name);
        text_addf(out, " %d\n", (int)BUF(struct name_look, &s->looks)[i].look);
    }
    for (size_t i = 0; i < s->recipes.rows.count; i++) {
        const struct recipe *r = &BUF(struct recipe, &s->recipes.rows)[i];
        text_add(out, "recipe");
        add_name(out, s, r->name);
        add_value(out, recipes_value(&s->recipes, r));
        text_addf(out, " %d %d %d %u %.*s\n", (int)r->op, r->data, r->lost, r->definitions,
                  (int)recipe_length(r), BUF(char, &s->recipes.text) + r->text);
    }
    for (size_t i = 0; i < s->expansions.count; i++) {
        const struct expansion *e = &BUF(struct expansion, &s->expansions)[i];
        text_addf(out, "expansion %u %d %u %u\n", e->root, (int)e->op, e->a, e->b);
    }
}

static void add_settings(struct text *out, const struct session *s)
{
    const struct settings *t = session_settings(s);
    text_addf(out, "settings %d %d %d %d %d output %u ", t->preferences.digits,
              t->preferences.verbose, t->preferences.predict, t->preferences.watch,
              t->preferences.style, t->output);
    text_addf(out, "optim %d %a %a %a %lld", (int)t->optim.kind, t->optim.rate, t->optim.momentum,
              t->optim.decay, (long long)t->steps);
    add_name(out, s, t->trained);
    text_addf(out, " sabotage %d %u %lld rng %llx %d", (int)t->mistake.kind, t->sabotaged,
              (long long)t->accused, (unsigned long long)t->rng.state[0], (int)t->rng.has_spare);
    text_addf(out, " renumbered %u %u\n", t->renumbered, t->used);
}

static void snapshot(struct text *out, const struct session *s)
{
    text_init(out);
    add_buf(out, "node", &s->tape.node);
    add_buf(out, "value", &s->tape.value);
    add_buf(out, "grad", &s->tape.grad);
    add_buf(out, "mark", &s->tape.mark);
    add_buf(out, "optimiser", &s->optimiser);
    add_buf(out, "history", &s->history);
    add_buf(out, "lists", &s->names.lists);
    add_bindings(out, s);
    add_tables(out, s);
    add_settings(out, s);
    text_addf(out, "log %.*s", (int)s->log.count, BUF(char, &s->log));
}

// Where two differ: the line of the one and of the other.
static void assert_same(struct seat *seat, struct text *expected, const char *after)
{
    struct text now;
    snapshot(&now, seat->session);
    const char *a = text_get(expected), *b = text_get(&now);
    if (strcmp(a, b) != 0) {
        while (*a != '\0' && strcspn(a, "\n") == strcspn(b, "\n") &&
               memcmp(a, b, strcspn(a, "\n")) == 0) {
            a += strcspn(a, "\n") + (a[strcspn(a, "\n")] == '\n');
            b += strcspn(b, "\n") + (b[strcspn(b, "\n")] == '\n');
        }
        fprintf(stderr, "%s\n", text_get(&seat->told));
        fail_msg("after %s the session is not what it was\nbefore: %.*s\nnow:    %.*s", after,
                 (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"), b);
    }
    text_release(&now);
}

// ---- The tests ----------------------------------------------------------------------------------

static void seed_session(struct seat *seat, struct rng *rng, uint64_t seed)
{
    static const char *const first[] = {
        "a = 2; b = -3; c = a*b; L = tanh(c + a); M = L*L",
        "param w = 0.5; param W = [0.1, -0.2, 0.3]; param V = [[1, 2, 3], [4, 5, 6]]",
        "data X = [[1, 2, 3], [3, 4, 1], [5, 6, 0], [7, 8, 2]]; data Y = [1, 2, 3, 4]",
        "def f(x) = x*x + 1; def g(x, y) = f(x)*y; Z = randn(3)", "L = mse(X @ W, Y)*w"};
    setup(seat);
    rng_seed(rng, seed);
    for (size_t i = 0; i < COUNT_OF(first); i++) {
        text_addf(&seat->told, "%s\n", first[i]);
        assert_int_equal(type(seat, first[i]), SESSION_DONE);
    }
}

static void statement(struct seat *seat, struct rng *rng, struct text *out)
{
    text_init(out);
    add_form(out, rng, pick(rng, forms, COUNT_OF(forms)));
    text_addf(&seat->told, "%s\n", text_get(out));
}

// Undo and redo, by turns, back to the beginning and there again.
static void rewind_all(struct seat *seat, struct text *stages, size_t count)
{
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = count; i-- > 0;) {
            type(seat, "undo");
            assert_same(seat, &stages[i], "undo");
        }
        for (size_t i = 0; i < count; i++) {
            type(seat, "redo");
            assert_same(seat, &stages[i + 1], "redo");
        }
    }
}

static void what_is_done_is_undone(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SESSIONS; seed++) {
        struct seat seat;
        struct rng rng, interrupt;
        struct text stages[STATEMENTS + 1];
        size_t count = 0;
        seed_session(&seat, &rng, seed);
        rng_seed(&interrupt, seed);
        seat.interrupt = seed % 3 == 0 ? &interrupt : NULL;
        snapshot(&stages[0], seat.session);
        for (int i = 0; i < STATEMENTS; i++) {
            struct text text;
            size_t moments = seat.session->moments.count;
            statement(&seat, &rng, &text);
            enum session_state end = type(&seat, text_get(&text));
            if (end == SESSION_FAILED || seat.session->moments.count == moments) {
                assert_same(&seat, &stages[count], text_get(&text));
            } else {
                snapshot(&stages[++count], seat.session);
            }
            text_release(&text);
        }
        seat.interrupt = NULL;
        type(&seat, "stop");
        rewind_all(&seat, stages, count);
        for (size_t i = 0; i <= count; i++) {
            text_release(&stages[i]);
        }
        teardown(&seat);
    }
}

// How a walk is shown is not saved. (And a watched one may remember a step that changed nothing.)
static bool shows_walks(const char *statement)
{
    return strncmp(statement, "watch", 5) == 0 || strncmp(statement, "predict", 7) == 0;
}

static void what_is_saved_is_loaded(void **state)
{
    (void)state;
    for (uint64_t seed = 100; seed < 100 + SESSIONS; seed++) {
        struct seat seat;
        struct rng rng, interrupt;
        struct text saved;
        seed_session(&seat, &rng, seed);
        rng_seed(&interrupt, seed);
        seat.interrupt = seed % 3 == 0 ? &interrupt : NULL;
        for (int i = 0; i < STATEMENTS; i++) {
            struct text text;
            statement(&seat, &rng, &text);
            if (!shows_walks(text_get(&text))) {
                type(&seat, text_get(&text));
            }
            if (rng_below(&rng, 8) == 0) {
                text_add(&seat.told, "undo\n");
                type(&seat, "undo");
            }
            text_release(&text);
        }
        seat.interrupt = NULL;
        type(&seat, "stop");
        snapshot(&saved, seat.session);
        assert_int_equal(type(&seat, "save it"), SESSION_DONE);
        assert_same(&seat, &saved, "save");
        // In its own place, and in a session that never heard of its names.
        assert_int_equal(type(&seat, "load it"), SESSION_DONE);
        assert_same(&seat, &saved, "load");
        type(&seat, "undo");
        assert_same(&seat, &saved, "undoing a load");
        struct seat other;
        setup(&other);
        text_add(&other.script, text_get(&seat.script));
        text_add(&other.told, text_get(&seat.told));
        assert_int_equal(type(&other, "load it"), SESSION_DONE);
        assert_same(&other, &saved, "load elsewhere");
        teardown(&other);
        setup(&other);
        text_add(&other.told, text_get(&seat.told));
        type(&other, text_get(&seat.script));
        assert_same(&other, &saved, "running the script");
        teardown(&other);
        text_release(&saved);
        teardown(&seat);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_done_is_undone),
        cmocka_unit_test(what_is_saved_is_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

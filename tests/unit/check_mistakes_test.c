// What the course says to usual mistakes in its own questions: each is made on the graph of every
// question whose key is a derivative, with many numbers, and typed. Whatever is said, no other
// mistake may be named.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/mistakes.h"
#include "play/play.h"
#include "supply/host.h"

#include "base_near.h"

enum { SEEDS = 20 };

static const char *program;  // build/backstep, near which the lessons are

// ---- Typing -------------------------------------------------------------------------------------

struct learner {
    struct host host;
    char verdict[20];
    struct text said;
    size_t made, named, several, other, nothing;  // mistakes, and what was said to them
};

static void see(void *seer, const struct rec *r)
{
    struct learner *l = seer;
    if (rec_is(r, KIND_judged)) {
        snprintf(l->verdict, sizeof l->verdict, "%s", rec_get_text(r, KEY_verdict));
        const struct rec *said = rec_find(r, KEY_said);
        for (const struct rec *s = said->in.first; s != NULL; s = s->next) {
            text_addf(&l->said, "%s\n", s->text);
        }
    }
}

static void type(struct learner *l, const char *line)
{
    struct source source = {.name = "", .text = line, .length = strlen(line), .line = 1};
    l->verdict[0] = '\0';
    text_clear(&l->said);
    host_run(&l->host, &source);
}

// ---- Mistakes -----------------------------------------------------------------------------------

struct slope {
    struct scope scope;
    uint32_t root, of;
    const char *cell;  // NULL: the question's own number
};

static uint32_t node_of(const struct scope *scope, const char *name)
{
    struct value v = names_lookup(scope->names, name, strlen(name));
    return v.rank == VALUE_SCALAR ? v.base : NODE_NONE;
}

static bool read_slope(const char *expression, struct slope *s)
{
    char root[40], of[40];
    int used = 0;
    if (sscanf(expression, "d%30[A-Za-z0-9_]/d%30[A-Za-z0-9_]%n", root, of, &used) != 2 ||
        expression[used] != '\0') {
        return false;
    }
    s->root = node_of(&s->scope, root);
    s->of = node_of(&s->scope, of);
    return s->root != NODE_NONE && s->of != NODE_NONE && s->of <= s->root;
}

// What the mistake makes of the gradient. False: nothing that shows.
static bool make(const struct slope *s, struct mistake m, double *wrong)
{
    struct adjoints right, mistaken;
    bool ok = sweep_adjoints(s->scope.tape, NULL, s->root, 0, &right) == SWEEP_DONE &&
              mistakes_sweep(s->scope.tape, NULL, s->root, &m, &mistaken) == SWEEP_DONE;
    assert_true(ok);
    double key = adjoints_get(&right, s->of);
    *wrong = adjoints_get(&mistaken, s->of);
    adjoints_release(&right);
    adjoints_release(&mistaken);
    return isfinite(*wrong) && fabs(*wrong) < 1e6 &&
           fabs(*wrong - key) > 0.05 * fmax(fabs(*wrong), fabs(key)) + 1e-9;
}

// Is a mistake named that looks like this one, or (kind: MISTAKE_COUNT) any?
static bool names(struct learner *l, enum mistake_kind like)
{
    for (enum mistake_kind kind = 0; kind < MISTAKE_COUNT; kind++) {
        if ((like == MISTAKE_COUNT || mistake_get(kind)->like == mistake_get(like)->like) &&
            strstr(text_get(&l->said), mistake_get(kind)->what) != NULL) {
            return true;
        }
    }
    return false;
}

static void try_mistake(struct learner *l, const struct question *q, const struct slope *s,
                        struct mistake m)
{
    double wrong;
    char number[NUMBER_TEXT], line[100];
    if (!make(s, m, &wrong)) {
        return;
    }
    number_text(number, wrong, 4);
    snprintf(line, sizeof line, "%s%s%s", s->cell == NULL ? "" : s->cell,
             s->cell == NULL ? "" : " = ", number);
    type(l, line);
    if (strcmp(l->verdict, "wrong") != 0) {
        fail_msg("%s: %s is '%s'", q->id, line, l->verdict);
    }
    l->made++;
    l->several += strstr(text_get(&l->said), "usual mistakes lead to this") != NULL;
    l->nothing +=
        text_length(&l->said) == 0 || (s->cell != NULL && strchr(text_get(&l->said), ' ') == NULL);
    if (names(l, m.kind)) {
        l->named++;
    } else if (names(l, MISTAKE_COUNT)) {
        l->other++;
        print_message("%s: %s, a %s: %s", q->id, line, mistake_get(m.kind)->name,
                      text_get(&l->said));
    }
}

static bool was_run_backward(const struct tape *t)
{
    for (uint32_t id = 0; id < tape_count(t); id++) {
        if (tape_marked(t, id, MARK_GRAD)) {
            return true;
        }
    }
    return false;
}

// Where only the output uses the node nobody adds the seed to a local gradient.
static bool is_direct(const struct slope *s)
{
    for (uint32_t id = 0; id < s->root; id++) {
        for (int slot = 0; slot < tape_arity(s->scope.tape, id); slot++) {
            if (tape_operand(s->scope.tape, id, slot) == s->of) {
                return false;
            }
        }
    }
    return true;
}

static void try_slope(struct learner *l, const struct question *q, const char *key,
                      const char *cell)
{
    struct slope s = {.scope = session_scope(l->host.tutor->play->asked), .cell = cell};
    if (!read_slope(key, &s)) {
        return;
    }
    bool earlier = was_run_backward(s.scope.tape);
    for (enum mistake_kind kind = 0; kind < MISTAKE_COUNT; kind++) {
        if (!earlier && (kind == MISTAKE_NOT_CLEARED || kind == MISTAKE_STALE_INSIDE)) {
            continue;  // there is nothing that could be left over
        }
        if (kind == MISTAKE_ADDED && is_direct(&s)) {
            continue;
        }
        try_mistake(l, q, &s, (struct mistake){kind, NODE_NONE, 0});
        for (uint32_t id = 0; id <= s.root; id++) {
            for (int slot = 0; slot < tape_arity(s.scope.tape, id); slot++) {
                try_mistake(l, q, &s, (struct mistake){kind, id, slot});
            }
        }
    }
}

static void try_question(struct learner *l)
{
    const struct question *q = tutor_question(l->host.tutor);
    for (uint64_t seed = 0; seed < (q->variations == NULL ? 1 : SEEDS); seed++) {
        tutor_ask(l->host.tutor, seed);
        type(l, "");
        if (q->kind == QUESTION_NUMBER) {
            try_slope(l, q, q->answer, NULL);
        }
        for (const struct question_line *c = q->cells.first; c != NULL; c = c->next) {
            try_slope(l, q, c->right, c->left);
        }
    }
}

static void play(struct learner *l, const char *path)
{
    char line[600];
    l->host.tutor = tutor_new(&(struct session_world){.seed = 1});
    assert_non_null(l->host.tutor);
    snprintf(line, sizeof line, "lesson \"%s\"", path);
    type(l, line);
    while (tutor_question(l->host.tutor) != NULL) {
        try_question(l);
        type(l, "skip");
    }
    tutor_free(l->host.tutor);
}

// ---- The course ---------------------------------------------------------------------------------

static void no_mistake_is_taken_for_another(void **state)
{
    (void)state;
    FILE *nowhere = fopen("/dev/null", "w");
    struct learner l = {
        .host = {.mode = SESSION_PROMPT, .out = nowhere, .trouble = nowhere, .see = see}};
    glob_t found;
    l.host.seer = &l;
    text_init(&l.said);
    find_near(program, "lessons/[0-9]*.md", &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        play(&l, found.gl_pathv[i]);
    }
    print_message("%zu mistakes: %zu named, %zu asked further about, %zu met with silence\n",
                  l.made, l.named, l.several, l.nothing);
    assert_true(l.made > 10000);
    assert_int_equal(l.other, 0);
    assert_true(2 * l.named > l.made);
    assert_true(10 * l.nothing < l.made);
    globfree(&found);
    text_release(&l.said);
    fclose(nowhere);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_mistake_is_taken_for_another)};
    program = argc > 1 ? argv[1] : "build/backstep";
    return cmocka_run_group_tests(tests, NULL, NULL);
}

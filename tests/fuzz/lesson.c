// Any bytes are a lesson's front matter and ask blocks, and any line is an answer: all is read or
// refused with a diag inside what was handed over, and every question that was read can be drawn,
// shown and judged.
//
// Parts are apart by lines of ``` alone: the front matter, then ask blocks, prose or code by turns,
// the last an answer. A part that is refused is left out. (Markdown is cmark's business, in a child
// process, and is not fuzzed here.)
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/lesson.h"
#include "text/lower.h"

enum { BYTES_MOST = 4096, ANSWER_MOST = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// A graph to ask about: a = 2; b = -3; L = a*b.
struct graph {
    struct tape tape;
    struct names names;
    struct definitions definitions;
    struct rng rng;
    struct stop stop;
};

static void graph_init(struct graph *g)
{
    tape_init(&g->tape);
    names_init(&g->names);
    definitions_init(&g->definitions);
    rng_seed(&g->rng, 1);
    g->stop = (struct stop){.most = 0};
    uint32_t a = tape_leaf(&g->tape, 2, 0), b = tape_leaf(&g->tape, -3, 0);
    uint32_t nodes[] = {a, b, tape_apply(&g->tape, OP_MUL, a, b)};
    for (size_t i = 0; i < COUNT_OF(nodes); i++) {
        names_bind(&g->names, NULL, names_intern(&g->names, &"abL"[i], 1), value_of_node(nodes[i]));
    }
}

static void graph_release(struct graph *g)
{
    tape_release(&g->tape);
    names_release(&g->names);
    definitions_release(&g->definitions);
}

static void check(bool ok, const struct diag *d, size_t n)
{
    // A refusal says something, and of a place inside.
    BS_ASSERT(ok || (d->set && d->message[0] != '\0' && d->span.start <= n));
}

static void take_part(struct lesson *l, size_t i, const char *s, size_t n)
{
    struct diag d = {0};
    char id[LESSON_ID_MOST + 30];
    bool ok;
    snprintf(id, sizeof id, "%s.q%zu", l->id, i);
    if (i == 0) {
        ok = lesson_front(l, s, n, 2, &d);
    } else if (n > 0 && s[0] == '#') {
        ok = lesson_text(l, LESSON_PARAGRAPH, 0, "", s, i, &d);
    } else if (n > 0 && s[0] == '>') {
        ok = lesson_code(l, s, n, false, i, &d);
    } else {
        ok = lesson_ask(l, id, s, n, i, &d);
    }
    check(ok, &d, n);
}

// Has it work to do that takes long: large arrays, and the like?
static bool is_heavy(const char *s)
{
    static const char *const words[] = {"zeros", "ones", "eye", "rand", "range", "xavier", "he("};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strstr(s, words[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static void answer(const struct question *q, const struct scope *scope, const char *text)
{
    struct judgement j;
    struct text key;
    struct diag d = {0};
    struct rng rng;
    rng_seed(&rng, question_seed(q->id, 1, 2));
    for (const struct variation *v = q->variations; v != NULL; v = v->next) {
        double value = variation_draw(v, &rng);
        BS_ASSERT(value >= v->from - 1e-9 - v->step && value <= v->to + v->step);
    }
    text_init(&key);
    judgement_init(&j);
    uint32_t nodes = tape_count(scope->tape);
    judge(q, scope, 3, text, &j);
    if (j.more != NODE_NONE) {
        judge_more(q, scope, text, &j);
    }
    answer_is_named(q, text);
    struct question_sight sight = {
        .scope = scope, .output = NODE_NONE, .digits = 6, .did = text, .wrote = text};
    question_holds(q, &sight);
    // The key is a right answer, unless it cannot be told or is nothing that can be typed.
    if (question_key(q, scope, 3, &key, &d) && q->kind != QUESTION_RECALL &&
        q->kind != QUESTION_DO) {
        j.filled = 0;
        judge(q, scope, 3, text_get(&key), &j);
    }
    BS_ASSERT(tape_count(scope->tape) == nodes);
    judgement_release(&j);
    text_release(&key);
}

static void answer_all(const struct lesson *l, const char *text)
{
    struct graph g;
    graph_init(&g);
    struct scope scope = {.tape = &g.tape,
                          .names = &g.names,
                          .definitions = &g.definitions,
                          .rng = &g.rng,
                          .stop = &g.stop};
    for (size_t i = 0; lesson_item(l, i) != NULL; i++) {
        if (lesson_item(l, i)->question != NULL) {
            answer(lesson_item(l, i)->question, &scope, text);
        }
    }
    graph_release(&g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > BYTES_MOST) {
        return 0;
    }
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    struct lesson *l = lesson_new("fuzz");
    char *part = text, last[ANSWER_MOST] = "";
    for (size_t i = 0; part != NULL; i++) {
        char *end = strstr(part, "\n```\n");
        size_t n = end == NULL ? strlen(part) : (size_t)(end - part) + 1;
        // A copy of just these bytes, so that a step beyond them is seen.
        char *copy = malloc(n + 1);
        memcpy(copy, part, n);
        copy[n] = '\0';
        take_part(l, i, copy, n);
        snprintf(last, sizeof last, "%.*s", (int)strcspn(copy, "\n"), copy);
        free(copy);
        part = end == NULL ? NULL : end + 5;
    }
    struct diag d = {0};
    check(lesson_end(l, &d), &d, 0);
    if (!is_heavy(text)) {
        answer_all(l, last);
    }
    lesson_free(l);
    free(text);
    return 0;
}

// Graphs with names for the tests of lesson/, and questions about them.
#ifndef LESSON_GRAPHS_H
#define LESSON_GRAPHS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/sweep.h"
#include "lesson/lesson.h"
#include "text/lower.h"

// All that a scope refers to.
struct graph {
    struct tape tape;
    struct names names;
    struct definitions definitions;
    struct rng rng;
    struct scope scope;
};

static inline void graph_init(struct graph *g)
{
    tape_init(&g->tape);
    names_init(&g->names);
    definitions_init(&g->definitions);
    rng_seed(&g->rng, 1);
    g->scope = (struct scope){
        .tape = &g->tape, .names = &g->names, .definitions = &g->definitions, .rng = &g->rng};
}

static inline void graph_release(struct graph *g)
{
    tape_release(&g->tape);
    names_release(&g->names);
    definitions_release(&g->definitions);
}

static inline void graph_name(struct graph *g, const char *name, uint32_t node)
{
    uint32_t number = names_intern(&g->names, name, strlen(name));
    assert_true(names_bind(&g->names, NULL, number, value_of_node(node)));
}

// name = expression
static inline uint32_t graph_bind(struct graph *g, const char *name, const char *expression)
{
    struct source source = {
        .name = "", .text = expression, .length = strlen(expression), .line = 1};
    struct diag d = {0};
    struct lexer lexer;
    struct parser parser;
    struct lower lower;
    struct operand result;
    lexer_init(&lexer, &source);
    parser_init(&parser, &lexer, &g->names, &d);
    lower_init(&lower, &g->scope, &source, &d);
    if (!lower_expression(&lower, &parser, &result) || !lower_as_node(&lower, &result, 0)) {
        fail_msg("%s: %s", expression, d.message);
    }
    uint32_t node = result.node;
    lower_release(&lower);
    parser_release(&parser);
    graph_name(g, name, node);
    return node;
}

// The canonical graph: L = d*f, d = e + c, e = a*b.
static inline void graph_canonical(struct graph *g)
{
    graph_init(g);
    graph_bind(g, "a", "2");
    graph_bind(g, "b", "-3");
    graph_bind(g, "c", "10");
    graph_bind(g, "e", "a*b");
    graph_bind(g, "d", "e + c");
    graph_bind(g, "f", "-2");
    graph_bind(g, "L", "d*f");
}

// A question from the lines of its block; *lesson is to be freed.
static inline const struct question *ask_question(const char *block, struct lesson **lesson)
{
    static const char front[] = "id: t\ntitle: T\n";
    struct diag d = {0};
    *lesson = lesson_new("test.md");
    assert_true(lesson_front(*lesson, front, strlen(front), 2, &d));
    if (!lesson_ask(*lesson, "t.q", block, strlen(block), 2, &d)) {
        fail_msg("%s: %s", block, d.message);
    }
    return lesson_question(*lesson, "t.q");
}

#endif

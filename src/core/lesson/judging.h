// What the judges of the kinds share. Inside lesson/ only.
#ifndef LESSON_JUDGING_H
#define LESSON_JUDGING_H

#include "base/phrase.h"
#include "formula/expr.h"
#include "lesson/lesson.h"
#include "text/lower.h"

// An answer being judged.
struct judging {
    const struct question *q;
    const struct scope *scope;
    uint64_t seed;
    const char *text;
    struct span answer;  // in the text, blanks at its ends left out
    struct judgement *out;
};

// The judges, one for each kind's row.
void judge_number(struct judging *j);
void judge_formula(struct judging *j);
void judge_pick(struct judging *j);
void judge_order(struct judging *j);
void judge_fill(struct judging *j);
void judge_node(struct judging *j);
void judge_edge(struct judging *j);
void judge_do(struct judging *j);
void judge_recall(struct judging *j);

// The answer without words that say nothing: "I think it is 6". What has no word before it, or one that
// is a name of the graph's, stays.
struct span judge_bare(const struct judging *j, struct span answer);
// Sets the judgement, unless the learner's answer was refused before.
void judge_set(struct judging *j, enum judged verdict);
// The answer, or this part of it, is not an answer: the message is set, a hint may follow.
__attribute__((format(printf, 3, 4))) bool judge_refuse(struct judging *j, struct span at,
                                                        const char *format, ...);
// The likely fix. Always false.
__attribute__((format(printf, 2, 3))) bool judge_hint(struct judging *j, const char *format, ...);

// As in base/diag.h: static analysers are told that both return false.
#ifdef BS_ANALYSIS
#define judge_refuse(...) (judge_refuse(__VA_ARGS__), false)
#define judge_hint(...) (judge_hint(__VA_ARGS__), false)
#endif
// It cannot be judged.
bool judge_open(struct judging *j, const struct diag *why);
__attribute__((format(printf, 2, 3))) void judge_say(struct judging *j, const char *format, ...);

// ---- The graph ----------------------------------------------------------------------------------

// For what is computed aside: takes a checkpoint and refreshes the values. False: the diag says
// why. Call checkpoint_back whatever came of it.
bool trial_begin(struct checkpoint *c, const struct scope *scope, struct diag *d);

// s[at) evaluated in the scope; inside trial_begin and checkpoint_back. Spans of the diag are in
// bytes of s. A node that was there before and that the text names: *node; else NODE_NONE.
bool trial_evaluate(const struct scope *scope, const char *s, struct span at, double *number,
                    uint32_t *node, struct diag *d);

// The same for an array or a single number, appended to `elements` (struct trial_element), row by
// row.
struct trial_element {
    double number;
    uint32_t node;  // that was there before; else NODE_NONE
};
bool trial_elements(const struct scope *scope, const char *s, struct span at, struct buf *elements,
                    struct diag *d);

// The same as plain numbers (double, appended to `numbers`), with the shape; a single number is a
// VALUE_SCALAR.
bool trial_array(const struct scope *scope, const char *s, struct span at, struct value *shape,
                 struct buf *numbers, struct diag *d);

// A formula of symbols that need no value: of single numbers, or whatever else the prompt reads in
// the scope and is a single number. Spans as above.
bool trial_read_formula(struct exprs *p, const struct scope *scope, const char *s, struct span at,
                        uint32_t *root, struct diag *d);
// The names in a formula that are bound to interior nodes replaced by what those are made of.
uint32_t trial_inline_names(struct exprs *p, const struct scope *scope, uint32_t root,
                            uint32_t but_for);

// ---- Numbers ------------------------------------------------------------------------------------

// A number as a learner gave it: how exactly it was written is how far a mistake's result may be
// from it.
struct given_number {
    double value;
    struct tolerance written;
};

// An expression of numbers, or of names that have values, to be held against the key ("": against
// nothing). False: it was refused.
bool answer_read_number(struct judging *j, const char *key, struct span at,
                        struct given_number *given);
// Holds a number against an expression. False: it cannot be judged, or it is wrong, and why is said.
bool judge_value(struct judging *j, const char *expression, struct given_number *given);
// Which mistake leads to this wrong number, if `expression` is a derivative: says so. False: there
// is nothing to say.
bool diagnose_number(struct judging *j, const char *expression, const struct given_number *given);
// Which slip leads to this wrong formula for the derivative of `base` in the name `in`.
bool diagnose_formula(struct judging *j, struct exprs *p, uint32_t base, uint32_t in,
                      uint32_t right, uint32_t given);

// Is s[0..n) the name `b`, but for blanks, and for ∂ written for d?
bool answer_is_name(const char *s, size_t n, const char *b);

// answer_arrays.c: is the key of this formula question an array on the graph? Then it is judged in
// whole arrays.
bool answer_is_array(struct judging *j);
void judge_arrays(struct judging *j);

// The key of a formula question, as text.
bool answer_formula_key(struct judging *j, struct text *out, struct diag *d);

#endif

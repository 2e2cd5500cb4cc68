// Conditions on a graph: what `assert` claims, what a `do` question waits for, and what a script
// that is graded must come to.
//
//   L < 0.1                  an expression that is not 0; of an array, no element may be
//   a.grad == 6              two sides that are equal, as exactly as the tolerance asks
//   L uses tanh, exp         these operations or functions are in what L depends on; each of them
//   L uses no tanh           … and none of these
//   L depends on a, W        L is computed from these; of an array, from every element
//   L at most 9 nodes        how many L depends on, itself among them, as `topo L` lists them
//   L at least 9 nodes
//   L == 4 where a = 5       any of these, with leaves that have other values
//
// `graph L at most 9 nodes` and `L depends a` are the same. Without a name before uses, depends or
// at it is about the last output. What is asked about a graph cannot be met by numbers that were
// typed: L = -8 uses nothing, and with another a it does not move.
//
// Pure, as answer.h: all is as it was afterwards.
#ifndef LESSON_CONDITION_H
#define LESSON_CONDITION_H

#include "base/diag.h"
#include "base/mem.h"
#include "base/phrase.h"
#include "lesson/answer.h"

struct scope;

// Looks whether s[at) holds. output: the node of the last output; NODE_NONE if there is none. `why`
// is appended to, and stays empty where it holds; where it fails with a value that is off by
// rounding alone, *rounding is set.
struct condition {
    const struct scope *scope;
    uint32_t output;
    struct tolerance tolerance;  // of ==; {0, 0}: equal to the last bit
    int digits;                  // of the numbers in `why`
    enum language language;      // of its words
};

enum condition_end condition_look(const struct condition *c, const char *s, struct span at,
                                  struct text *why, bool *rounding, struct diag *d);

// Is it of a form that can be read? *expression: the part of it that must be an expression of the
// language; empty if none. False: the diag says why not.
bool condition_check(const char *s, struct span at, struct span *expression, struct diag *d);

// Is it about a graph's structure, or about other values of leaves, so that it is not an expression
// of the language?
bool condition_is_special(const char *s, struct span at);
// Does it ask how a value came about (uses, depends, where), so that no typed number meets it?
bool condition_asks_how(const char *s, struct span at);

#endif

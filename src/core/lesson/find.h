// Finding a study question, a term or a lesson by the words of a question.
//
// No index: a course is a few hundred short texts, which are looked through in under a millisecond.
#ifndef LESSON_FIND_H
#define LESSON_FIND_H

#include "lesson/course.h"

enum find_kind { FIND_ROW, FIND_TERM, FIND_LESSON };

struct find_result {
    enum find_kind kind;
    const char *id;     // "N11", the term, the lesson's id
    const char *title;  // what it is about
    double score;       // larger is better; comparable within one search only
};

enum { FIND_MOST = 5 };

// Is there a word in s[0..n) that says what is asked: no number alone, and none as `me` and `something`?
bool find_has_words(const char *s, size_t n);

// The best results for the words of s[0..n), best first; returns how many (0: nothing fits). What
// fits less than half as well as the best is left out. The texts are the course's and the
// glossary's; the course may be NULL.
size_t find_words(const struct course *course, const char *s, size_t n,
                  struct find_result results[FIND_MOST]);

#endif

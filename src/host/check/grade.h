// `backstep grade`: students' answers to the tasks of a lesson.
//
// A task is a question of the lesson. Where something is to be done, a student's script is run on the
// question's graph, and its `until` lines are looked at when it is done, each worth the same share
// of the points. Nobody is trusted unless told: a script reads the data beside the tasks and nothing
// else, writes nothing, and has 10 seconds of processor time, a million nodes and 256 MB, in a
// process of its own.
#ifndef CHECK_GRADE_H
#define CHECK_GRADE_H

#include <stdbool.h>
#include <stdint.h>

#include "supply/host.h"

enum grade_form { GRADE_WORDS, GRADE_JSON, GRADE_CSV };

struct grade_options {
    enum grade_form form;
    enum theme theme;  // GRADE_WORDS: how they are coloured
    bool trusted;
    uint64_t seed;  // of the tasks' numbers
};

// Grades the files, and the folders' files that can be answers (.md, .txt, .bs, .py), by name,
// folders within too. Points and reasons go to standard output, what could not be read to standard
// error. Returns the exit status: 0 where all points were earned, 1 where not, or a file could not
// be read, 2 where nothing could be graded.
int grade_run(const struct grade_options *options, const char *tasks, char *const *students,
              int count);

#endif

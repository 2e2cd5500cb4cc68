// The lessons that belong to the program under test. Needs cmocka.h.
#ifndef TESTS_CHECK_LESSONS_NEAR_H
#define TESTS_CHECK_LESSONS_NEAR_H

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Their paths, to be given to globfree; `names` is a pattern. They lie beside the folder of the
// program, or beside the one that that is in.
static inline void find_lessons(const char *program, const char *names, glob_t *found)
{
    char folder[PATH_MAX], pattern[PATH_MAX + 40];
    assert_non_null(realpath(program, folder));
    for (int up = 0; up < 3; up++) {
        char *slash = strrchr(folder, '/');
        assert_non_null(slash);
        *slash = '\0';
        snprintf(pattern, sizeof pattern, "%s/lessons/%s", folder, names);
        if (glob(pattern, 0, NULL, found) == 0) {
            return;
        }
    }
    fail_msg("there are no lessons near %s", program);
}

#endif

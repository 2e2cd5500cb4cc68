// Files of the source that the program under test was built from. Needs cmocka.h.
#ifndef TESTS_UNIT_BASE_NEAR_H
#define TESTS_UNIT_BASE_NEAR_H

#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Those that match a pattern, "lessons/0*.md"; to be given to globfree. Its folder lies beside the one of
// the program, or beside the one that that is in.
static inline void find_near(const char *program, const char *wanted, glob_t *found)
{
    char folder[PATH_MAX], pattern[PATH_MAX + 80];
    assert_non_null(realpath(program, folder));
    for (int up = 0; up < 3; up++) {
        char *slash = strrchr(folder, '/');
        assert_non_null(slash);
        *slash = '\0';
        snprintf(pattern, sizeof pattern, "%s/%s", folder, wanted);
        if (glob(pattern, 0, NULL, found) == 0) {
            return;
        }
    }
    fail_msg("there is no %s near %s", wanted, program);
}

#endif

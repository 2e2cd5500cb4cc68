// One Markdown file that is checked: its transcripts, and if it is a lesson, its questions.
#ifndef CHECK_CHECK_PAGE_H
#define CHECK_CHECK_PAGE_H

#include "check/check_lessons.h"

struct check {
    struct lessons_check lessons;
    bool bless;
    bool differed;    // something was shown with - and +
    bool fell_short;  // memory was refused: nothing more is run, blessed or found to fail
    size_t files, passed, failed;
};

// Counts what passed and failed in `c`, and says the latter. named: by who checks it; else it was found in a
// folder.
void check_page_file(struct check *c, const char *path, bool named);
// Was memory refused?
bool check_page_is_short(struct check *c);

#endif

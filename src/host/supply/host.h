// What a session is run in: gives it texts, answers its needs with files and pictures, and writes
// its answers out. The prompt, scripts, -e and `check` all run their statements through here.
#ifndef SUPPLY_HOST_H
#define SUPPLY_HOST_H

#include <stdio.h>

#include "base/diag.h"
#include "base/stop.h"
#include "picture/live.h"
#include "play/tutor.h"
#include "store/course.h"
#include "store/progress.h"
#include "supply/bar.h"
#include "supply/patience.h"
#include "supply/split.h"
#include "words/notes.h"

enum host_form { HOST_WORDS, HOST_COLOUR, HOST_JSON };

struct host {
    struct tutor *tutor;
    enum session_mode mode;
    enum host_form form;          // of what goes to `out`
    enum host_form trouble_form;  // of what goes to `trouble`
    enum theme theme;             // where these are HOST_COLOUR
    FILE *out, *trouble;          // answers; errors and notices
    const char *folder;           // relative paths start here; NULL: the working directory
    struct stop *stop;
    struct patience *patience;  // NULL: it waits for whatever runs
    // Where the records are wanted, not their words: is given each, and nothing is written. The
    // terminal is then one of 80 columns that shows every sign.
    void (*see)(void *seer, const struct rec *record);
    // Is given each need first. True: it has supplied or refused it; NULL: it answers none.
    bool (*give)(void *seer, const struct rec *need);
    void *seer;
    // Nobody looks at what is seen: pictures are drawn without Graphviz, and there is no course.
    bool unseen;
    // Says so among the answers if a record is not as records.def has it: for tests.
    bool strict;
    bool read_along;    // a person is there, for whom a lesson waits
    int columns;        // of a terminal that `out` is
    const char *entry;  // what was typed, and is being answered
    size_t entry_length;
    size_t lines;      // of its answers that were shown
    size_t held_back;  // … and that were not: see write_shown
    size_t wrap;       // columns at which a person's lines break; 0: they never do
    struct bar bar;
    struct progress *progress;  // NULL: none is read or kept
    struct journal *journal;    // of the learner's session; NULL: none is kept
    int64_t now;                // Unix time, seconds; 0: what the clock says
    struct live *live;          // the page that follows; NULL: none can
    struct notes *notes;      // what is typed at the prompt, and the answers; NULL: nothing is kept
    struct split *split;      // where the picture of a watched walk stands; NULL: among answers
    bool has_course;          // the course below is read
    struct course course;     // … while a statement asks for it
    int64_t lesson_failures;  // statements and texts of lessons' own that failed
    bool out_failed;          // an answer could not be written (a full disk, a closed pipe)
    bool fell_short;          // memory was refused at some time, and that was told
};

// Writes the first line of a stream of JSON. False: there was no memory for it, which was said.
bool host_hello(struct host *h);
// How `out` is coloured.
enum theme host_theme(const struct host *h);

// The path of a file as a statement names it: ~ is the home folder, and what is relative starts in the
// host's. The caller frees it; NULL: out of memory.
char *host_path(const struct host *h, const char *path);

// Says that there was no memory to show an answer, without needing any.
void host_fall_short(struct host *h);

// Runs one text to its end. SESSION_DONE, SESSION_FAILED (the error is written out) or
// SESSION_QUIT; SESSION_FAILED too if the answers could not be written.
enum session_state host_run(struct host *h, const struct source *source);

#endif

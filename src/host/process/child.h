// A program that draws for us: started for one task, fed, heard out, and always ended.
//
// What draws well (Graphviz, gnuplot) may take for ever, take all memory or crash, so none of it
// runs in the session. A child is started with posix_spawn in a process group of its own, so that
// Ctrl-C reaches us alone and whatever it starts ends with it. Bytes go in through its standard
// input and come back through its standard output, at most CHILD_BYTES_MOST of them. At its
// deadline, or when the learner gives up, it is killed. It is reaped whatever came of it. The deadline is
// one of the processor's time, where the system tells it, so that a busy machine draws what an idle one
// does: a child that works has six times as long, one that has not worked at all for two seconds has not.
#ifndef PROCESS_CHILD_H
#define PROCESS_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "base/stop.h"
#include "base/text.h"

enum { CHILD_BYTES_MOST = 64 << 20 };

struct child {
    const char *program;      // a path, or a name that is looked for in PATH
    const char *const *argv;  // its own name first, NULL last
    const char *bytes;        // what it reads: bytes[0..n)
    size_t n;
    int seconds;        // of the processor's time that it may take
    size_t memory;      // bytes of address space it may take; 0: as much as it likes
    struct stop *stop;  // becoming not 0 ends it; NULL: nothing does
};

enum child_end {
    CHILD_ENDED,    // by itself: `status` is what waitpid tells, 0 where somebody else was told
    CHILD_MISSING,  // it could not be started: `error` is the system's error number
    CHILD_STOPPED,
    CHILD_TOO_LATE,
    CHILD_TOO_MUCH,  // it wrote more than there is room for
    CHILD_NO_MEMORY
};

struct child_result {
    enum child_end end;
    int error, status;
    struct text said;  // to standard error; the caller releases it
};

// Runs it to its end; what it writes is appended to `out` (bytes).
void child_run(const struct child *child, struct buf *out, struct child_result *result);
// Did it end well, having written something after the first `before` bytes?
bool child_did_well(const struct child_result *result, const struct buf *out, size_t before);
// The last line of what it said; "" if nothing.
const char *child_last_words(struct child_result *result);

#endif

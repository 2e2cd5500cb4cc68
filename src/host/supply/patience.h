// How long a host waits where nobody could press Ctrl-C: so many seconds of processor time without
// an answer, then what runs in the session is stopped as late (session.h).
#ifndef SUPPLY_PATIENCE_H
#define SUPPLY_PATIENCE_H

#include <stdbool.h>
#include <time.h>

#include "base/stop.h"

enum { PATIENCE_SECONDS = 1 };

struct patience {
    bool set;            // the timer is there
    timer_t timer;       // …
    struct stop *stop;  // what it sets; NULL: waits for ever
};

// stop: what session_world.stop points to; the patience itself must stay where it is.
void patience_init(struct patience *p, struct stop *stop);
void patience_release(struct patience *p);
// Waits so many seconds from now on, instead of PATIENCE_SECONDS.
void patience_give(struct patience *p, double seconds);
// Something happened: waits anew.
void patience_renew(struct patience *p);

#endif

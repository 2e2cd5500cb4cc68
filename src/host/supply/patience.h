// How long a host waits where nobody could press Ctrl-C: so many seconds of processor time without
// an answer, then what runs in the session is stopped as late (session.h).
#ifndef SUPPLY_PATIENCE_H
#define SUPPLY_PATIENCE_H

#include "base/stop.h"
#include "process/system.h"

enum { PATIENCE_SECONDS = 1 };

struct patience {
    struct system_alarm *alarm;  // NULL: none could be had, and it waits for ever
    struct stop *stop;           // what it sets
};

// stop: what session_world.stop points to; the patience itself must stay where it is.
void patience_init(struct patience *p, struct stop *stop);
void patience_release(struct patience *p);
// Waits so many seconds from now on, instead of PATIENCE_SECONDS.
void patience_give(struct patience *p, double seconds);
// Something happened: waits anew.
void patience_renew(struct patience *p);

#endif

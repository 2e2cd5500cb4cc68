#include "supply/patience.h"

#include "session/session.h"

static void run_out(void *what)
{
    struct stop *stop = what;
    stop->asked = STOP_LATE;
}

void patience_init(struct patience *p, struct stop *stop)
{
    *p = (struct patience){.alarm = system_alarm_new(run_out, stop), .stop = stop};
}

void patience_release(struct patience *p)
{
    system_alarm_free(p->alarm);
    *p = (struct patience){.alarm = NULL};
}

void patience_give(struct patience *p, double seconds)
{
    if (p->alarm != NULL) {
        system_alarm_set(p->alarm, seconds);
        if (p->stop->asked == STOP_LATE) {
            stop_renew(p->stop);
        }
    }
}

void patience_renew(struct patience *p)
{
    patience_give(p, PATIENCE_SECONDS);
}

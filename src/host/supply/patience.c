#include "supply/patience.h"

#include <signal.h>
#include <stdint.h>

#include "session/session.h"

// Runs in a thread of its own, and does nothing but this.
static void run_out(union sigval value)
{
    struct stop *stop = value.sival_ptr;
    stop->asked = STOP_LATE;
}

void patience_init(struct patience *p, struct stop *stop)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD,
                             .sigev_value.sival_ptr = stop,
                             .sigev_notify_function = run_out};
    *p = (struct patience){.stop = stop};
    p->set = timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &p->timer) == 0;
}

void patience_release(struct patience *p)
{
    if (p->set) {
        timer_delete(p->timer);
    }
    *p = (struct patience){.set = false};
}

void patience_give(struct patience *p, double seconds)
{
    enum { NANO = 1000000000 };
    int64_t nanoseconds = (int64_t)(seconds * NANO);
    struct itimerspec once = {
        .it_value = {.tv_sec = nanoseconds / NANO, .tv_nsec = nanoseconds % NANO}};
    if (p->set) {
        timer_settime(p->timer, 0, &once, NULL);
        if (p->stop->asked == STOP_LATE) {
            stop_renew(p->stop);
        }
    }
}

void patience_renew(struct patience *p)
{
    patience_give(p, PATIENCE_SECONDS);
}

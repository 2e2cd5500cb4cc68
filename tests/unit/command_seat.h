// A session with what it answered last, for the tests of its door.
#ifndef TESTS_SESSION_SEAT_H
#define TESTS_SESSION_SEAT_H

#include "base_fits.h"
#include "command/commands.h"
#include "session/session.h"

struct seat {
    struct session *session;
    struct records records;
    struct stop stop;
};

static inline int setup(void **state)
{
    static struct seat seat;
    seat = (struct seat){0};
    seat.session = session_new(
        &(struct session_world){.commands = &commands_table, .stop = &seat.stop, .seed = 1});
    records_init(&seat.records);
    *state = &seat;
    return seat.session == NULL;
}

static inline int teardown(void **state)
{
    struct seat *seat = *state;
    session_free(seat->session);
    records_release(&seat->records);
    return 0;
}

static inline enum session_state eval(struct seat *seat, const char *text, enum session_mode mode)
{
    records_release(&seat->records);
    records_init(&seat->records);
    enum session_state state = session_eval(seat->session, text, mode, &seat->records);
    assert_records_fit(&seat->records, text);
    return state;
}

#endif

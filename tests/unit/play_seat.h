// A tutor with what it answered last, for the tests of all commands.
#ifndef TESTS_PLAY_SEAT_H
#define TESTS_PLAY_SEAT_H

#include "base_fits.h"
#include "play/tutor.h"

struct seat {
    struct tutor *tutor;
    struct records records;
    struct stop stop;
};

static inline bool seat_begin(struct seat *seat)
{
    *seat = (struct seat){0};
    seat->tutor = tutor_new(&(struct session_world){.stop = &seat->stop, .seed = 1});
    records_init(&seat->records);
    return seat->tutor != NULL;
}

static inline void seat_end(struct seat *seat)
{
    tutor_free(seat->tutor);
    records_release(&seat->records);
}

// A text in the learner's session, with all needs refused.
static inline enum session_state eval(struct seat *seat, const char *text, enum session_mode mode)
{
    records_release(&seat->records);
    records_init(&seat->records);
    enum session_state state = session_eval(tutor_session(seat->tutor), text, mode, &seat->records);
    assert_records_fit(&seat->records, text);
    return state;
}

#endif

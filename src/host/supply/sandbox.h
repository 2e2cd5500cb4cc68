// What a script that nobody trusts may ask of the host: to read data beside the tasks that it answers,
// and nothing else. What it writes and draws is dropped, and it is told that all went well, so that a
// script for an open session runs here too.
#ifndef SUPPLY_SANDBOX_H
#define SUPPLY_SANDBOX_H

#include "base/record.h"
#include "play/tutor.h"

struct sandbox {
    const char *folder;  // its data, and that of the folders in it, may be read
};

// Answers a need of the tutor's, for the `give` of struct host: supplies it or refuses it.
void sandbox_answer(const struct sandbox *box, struct tutor *tutor, const struct rec *need);

#endif

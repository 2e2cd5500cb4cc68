// Answers that are none: "idk", "I don't know", "tell me", "next". Whoever types one asks for help, and
// is not told that it is no number.
#ifndef LESSON_EVASION_H
#define LESSON_EVASION_H

#include <stddef.h>

enum evasion {
    EVADES_NOT,
    EVADES_FOR_HELP,      // idk, not sure, a hint please
    EVADES_FOR_SOLUTION,  // tell me, I give up, the answer please
    EVADES_ONWARDS,       // next, pass
    EVADES_AGREEING,      // ok, yes, go on: what is typed where Enter goes on
};

// What s[0..n) asks for. Capital letters, apostrophes and the marks that end a sentence mean nothing.
enum evasion evasion_of(const char *s, size_t n);

#endif

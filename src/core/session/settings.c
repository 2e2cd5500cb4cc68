#include "session/call.h"

// Settings are compared byte by byte, so their members have no gaps between fields.
_Static_assert(sizeof(struct settings) == SETTINGS_WORDS * sizeof(uint64_t),
               "settings are not a whole number of words");
_Static_assert(sizeof(struct preferences) == sizeof(int) + 4, "preferences have a gap");
_Static_assert(sizeof(struct rng) == 6 * sizeof(uint64_t), "rng has a gap");
_Static_assert(sizeof(struct optim) == 11 * sizeof(double), "optim has a gap");
_Static_assert(sizeof(struct mistake) == 3 * sizeof(uint32_t), "mistake has a gap");

struct settings settings_defaults(void)
{
    return (struct settings){.preferences.digits = 6,
                             .output = NODE_NONE,
                             .trained = NAME_NONE,
                             .mistake.kind = MISTAKE_COUNT,
                             .sabotaged = NODE_NONE};
}

int session_digits(const struct session *s)
{
    return session_preferences(s)->digits;
}

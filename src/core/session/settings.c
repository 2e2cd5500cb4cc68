#include "session/call.h"

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

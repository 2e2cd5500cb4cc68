// Asking the terminal for its background.
#ifndef PROMPT_BACKGROUND_H
#define PROMPT_BACKGROUND_H

#include "base/text.h"
#include "supply/theme.h"

// The theme for what the terminal on standard input says its background is; THEME_UNKNOWN where it
// does not tell. A terminal answers within a millisecond or two, and one that cannot tell says at
// least what it is, so the wait for a silent one, a tenth of a second, is rare. What was typed
// meanwhile is appended to `typed`.
enum theme background_ask(struct text *typed);

#endif

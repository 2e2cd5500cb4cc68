// The functions that every session begins with, as a script.
#ifndef LANG_PRELUDE_H
#define LANG_PRELUDE_H

extern const char prelude[];

#endif

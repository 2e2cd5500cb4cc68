// The programs of ours that run beside this one.
#ifndef PROCESS_HELPER_H
#define PROCESS_HELPER_H

#include <limits.h>
#include <stdbool.h>

#include "base/diag.h"

// The path of one: what the variable of the environment says, else beside the running program, else in
// ../libexec/backstep from there, so that an installed tree can be moved. Whether something is there is
// seen when it is started. False if the path would be too long.
bool helper_find(char path[PATH_MAX], const char *name, const char *variable);

// Is there room for a program that draws a picture? With less address space (ulimit -v) Graphviz and
// gnuplot fail in ways of their own, and the fonts that they do not find are left out of a picture
// without a word. False: d says so.
bool helper_has_room(struct diag *d);

// Seconds that a layout may take: BACKSTEP_RENDER_SECONDS, 1 to 600, or 4 (all of it is to take
// less than 5).
int helper_seconds(void);

#endif

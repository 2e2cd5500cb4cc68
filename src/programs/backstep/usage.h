// What --help says: the rows of options.def.
#ifndef BACKSTEP_USAGE_H
#define BACKSTEP_USAGE_H

#include <stdio.h>

void usage_write(FILE *to);

#endif

// What Jupyter finds a kernel by: a folder with kernel.json, which says how it is started, and logos.
#ifndef JUPYTER_INSTALL_H
#define JUPYTER_INSTALL_H

#include <stdbool.h>

#include "base/diag.h"

// Writes FOLDER/kernels/backstep. folder NULL: where Jupyter looks for the user's own kernels
// ($JUPYTER_DATA_DIR, else ~/.local/share/jupyter). program: what is started; NULL: $BACKSTEP_JUPYTER,
// or this program where it lies now. Says on standard output where it is. False: d says why not.
bool install_kernel(const char *folder, const char *program, struct diag *d);

#endif

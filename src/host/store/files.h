// Files: read whole, written whole. Others that open any: image.c, progress.c, journal.c, repl.c.
#ifndef STORE_FILES_H
#define STORE_FILES_H

#include "base/diag.h"
#include "base/mem.h"

// Reads a file (or standard input for "-") into `bytes` (bytes of it, initialised by the caller).
// More than `most` bytes is refused. False: the diag's message says why, its span is 0.
bool files_read(const char *path, size_t most, struct buf *bytes, struct diag *d);

// The same for a file that nobody named: one of our own in the home folder, or what lies in a folder that is
// gone through. Only a file on a disk is read (links are followed), as a pipe could keep us waiting for ever.
bool files_read_found(const char *path, size_t most, struct buf *bytes, struct diag *d);

// Writes a file so that whoever looks sees the old one or the complete new one, whatever happens:
// written beside it, synced, renamed. Keeps the permissions of an existing file.
bool files_write(const char *path, const char *bytes, size_t n, struct diag *d);

// What the operating system's error number means, in the learner's words ("the disk is full").
const char *files_trouble(int error);

#endif

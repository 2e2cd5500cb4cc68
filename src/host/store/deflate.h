// Texts packed for links: raw DEFLATE (RFC 1951), as a browser's DecompressionStream("deflate-raw")
// reads it. deflate.c is the only user of zlib.
#ifndef STORE_DEFLATE_H
#define STORE_DEFLATE_H

#include "base/diag.h"
#include "base/mem.h"

// Appends s[0..n), packed as small as it gets. n is below 1 GB. False: out of memory, d says so.
bool deflate_pack(const char *s, size_t n, struct buf *bytes, struct diag *d);

#endif

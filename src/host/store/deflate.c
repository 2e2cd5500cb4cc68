#include "store/deflate.h"

#include <zlib.h>

bool deflate_pack(const char *s, size_t n, struct buf *bytes, struct diag *d)
{
    enum { RAW = -15, MEMORY = 9 };  // no header, the largest window; zlib's most memory
    z_stream z = {.next_in = (Bytef *)s, .avail_in = (uInt)n};
    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, RAW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
        return diag_out_of_memory(d);
    }
    size_t before = bytes->count, most = deflateBound(&z, (uLong)n);
    z.next_out = buf_push(bytes, most);
    z.avail_out = (uInt)most;
    bool ok = z.next_out != NULL && deflate(&z, Z_FINISH) == Z_STREAM_END;
    bytes->count = before + (ok ? z.total_out : 0);
    deflateEnd(&z);
    return ok || diag_out_of_memory(d);
}

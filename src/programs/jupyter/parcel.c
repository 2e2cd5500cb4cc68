#include "jupyter/parcel.h"

#include <string.h>

void parcel_init(struct parcel *p)
{
    buf_init(&p->bytes, 1);
    buf_init(&p->ends, sizeof(size_t));
}

void parcel_release(struct parcel *p)
{
    buf_release(&p->bytes);
    buf_release(&p->ends);
}

void parcel_add(struct parcel *p, const char *s, size_t n)
{
    char *at = buf_push(&p->bytes, n + 1);
    size_t *end = at == NULL ? NULL : buf_push(&p->ends, 1);
    if (end != NULL) {
        memcpy(at, s, n);
        at[n] = '\0';
        *end = p->bytes.count - 1;
    }
}

size_t parcel_count(const struct parcel *p)
{
    return p->ends.count;
}

struct frame_bytes parcel_get(const struct parcel *p, size_t i)
{
    const size_t *ends = p->ends.data;
    BS_ASSERT(i < p->ends.count);
    size_t start = i == 0 ? 0 : ends[i - 1] + 1;
    return (struct frame_bytes){BUF_FROM(const char, &p->bytes, start), ends[i] - start};
}

bool parcel_failed(const struct parcel *p)
{
    return p->bytes.failed || p->ends.failed;
}

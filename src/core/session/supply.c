// What a statement asked for, from whoever runs the session.
#include <string.h>

#include "session/call.h"

void session_supply(struct session *s, const char *bytes, size_t n)
{
    s->supply.count = 0;
    s->refusal = (struct diag){0};
    s->supplied = true;
    if (!buf_add(&s->supply, bytes, n)) {
        diag_out_of_memory(&s->refusal);
    }
}

void session_supply_all(struct session *s, struct buf *bytes)
{
    buf_release(&s->supply);
    s->supply = *bytes;
    s->refusal = (struct diag){0};
    s->supplied = true;
    buf_init(bytes, 1);
}

void session_refuse(struct session *s, const struct diag *why)
{
    s->supply.count = 0;
    s->supplied = true;
    s->refusal = *why;
    s->refusal.set = true;
}

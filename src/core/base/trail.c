#include "base/trail.h"

#include <stdint.h>
#include <string.h>

enum change_kind {
    CHANGE_ELEMENTS,  // bytes: the old elements [first, first + count)
    CHANGE_LONGER,    // the array was `first` long: cut it there
    CHANGE_SHORTER,   // bytes: the `count` elements to put back at the end, from `first`
    CHANGE_BYTES,     // as CHANGE_ELEMENTS, but `first` and `count` are bytes
};

struct change {
    struct buf *owner;
    size_t first, count;
    size_t bytes;  // where the change's bytes start
    enum change_kind kind;
};

void trail_init(struct trail *t)
{
    buf_init(&t->changes, sizeof(struct change));
    buf_init(&t->bytes, 1);
    buf_init(&t->seen, sizeof(size_t));
    t->begun = SIZE_MAX;
    t->saves = 0;
}

void trail_release(struct trail *t)
{
    buf_release(&t->changes);
    buf_release(&t->bytes);
    buf_release(&t->seen);
    t->begun = SIZE_MAX;
}

void trail_clear(struct trail *t)
{
    trail_release(t);
}

bool trail_copy(struct trail *to, const struct trail *from, const void *old_base, void *new_base)
{
    struct change *changes = buf_push(&to->changes, from->changes.count);
    char *bytes = buf_push(&to->bytes, from->bytes.count);
    if ((changes == NULL && from->changes.count > 0) || (bytes == NULL && from->bytes.count > 0)) {
        return false;
    }
    for (size_t i = 0; i < from->changes.count; i++) {
        changes[i] = BUF(struct change, &from->changes)[i];
        ptrdiff_t offset = (const char *)changes[i].owner - (const char *)old_base;
        changes[i].owner = (struct buf *)(void *)((char *)new_base + offset);
    }
    if (from->bytes.count > 0) {
        memcpy(bytes, from->bytes.data, from->bytes.count);
    }
    return true;
}

void trail_begin(struct trail *t)
{
    t->begun = t->changes.count;
}

size_t trail_mark(const struct trail *t)
{
    return t->changes.count;
}

size_t trail_saves(const struct trail *t)
{
    return t->saves;
}

size_t trail_bytes(const struct trail *t)
{
    return t->bytes.count + t->changes.count * sizeof(struct change);
}

size_t trail_bytes_after(const struct trail *t, size_t mark)
{
    size_t from =
        mark < t->changes.count ? BUF(struct change, &t->changes)[mark].bytes : t->bytes.count;
    return t->bytes.count - from + (t->changes.count - mark) * sizeof(struct change);
}

static bool push(struct trail *t, enum change_kind kind, struct buf *owner, size_t first,
                 size_t count)
{
    size_t size = kind == CHANGE_BYTES ? 1 : owner->size;
    size_t n = kind == CHANGE_LONGER ? 0 : count * size;
    size_t at = t->bytes.count;
    char *bytes = n == 0 ? NULL : buf_push(&t->bytes, n);
    struct change *change = n > 0 && bytes == NULL ? NULL : buf_push(&t->changes, 1);
    if (change == NULL) {
        t->bytes.count = at;
        t->bytes.failed = t->changes.failed = false;
        return false;
    }
    if (n > 0) {
        memcpy(bytes, (char *)owner->data + first * size, n);
    }
    *change = (struct change){owner, first, count, at, kind};
    return true;
}

enum { SEEN = 1024 };  // places; a power of two

// Where a change of these elements leaves its number. NULL: no memory for it.
static size_t *seen_at(struct trail *t, const struct buf *owner, size_t first, size_t count)
{
    if (t->seen.count == 0 && !buf_resize(&t->seen, SEEN)) {
        t->seen.failed = false;
        return NULL;
    }
    size_t h = ((size_t)owner / sizeof *owner * 31 + first) * 31 + count;
    return &BUF(size_t, &t->seen)[(h ^ h >> 10 ^ h >> 20) % SEEN];
}

static bool covers(const struct change *c, const struct buf *owner, size_t first, size_t count)
{
    return c->owner == owner && c->kind == CHANGE_ELEMENTS && c->first <= first &&
           first + count <= c->first + c->count;
}

// A loop saves the same elements each time: the first of the statement is enough; and what the
// statement itself appended need not be saved at all. The first few changes are looked at: there a
// statement leaves the lengths, and a pass over everything its own. Others are found again by what
// they are about, if they were not driven from their place meanwhile.
static size_t still_to_save(struct trail *t, const struct buf *owner, size_t first, size_t count)
{
    enum { LOOK = 48 };
    const struct change *changes = t->changes.data;
    for (size_t i = t->begun; i < t->changes.count && i - t->begun < LOOK; i++) {
        const struct change *c = &changes[i];
        if (c->owner == owner && c->kind == CHANGE_LONGER && first + count > c->first) {
            count = c->first > first ? c->first - first : 0;
        }
        if (covers(c, owner, first, count)) {
            return 0;
        }
    }
    size_t *seen = t->changes.count > t->begun ? seen_at(t, owner, first, count) : NULL;
    bool known = seen != NULL && *seen >= t->begun && *seen < t->changes.count &&
                 covers(&changes[*seen], owner, first, count);
    if (seen != NULL && !known) {
        *seen = t->changes.count;
    }
    return known ? 0 : count;
}

bool trail_save(struct trail *t, struct buf *owner, size_t first, size_t count)
{
    if (t == NULL || count == 0) {
        return true;
    }
    t->saves++;
    count = still_to_save(t, owner, first, count);
    return count == 0 || push(t, CHANGE_ELEMENTS, owner, first, count);
}

bool trail_save_length(struct trail *t, struct buf *owner)
{
    return t == NULL || push(t, CHANGE_LONGER, owner, owner->count, 0);
}

bool trail_cut(struct trail *t, struct buf *owner, size_t count)
{
    BS_ASSERT(count <= owner->count);
    if (t != NULL) {
        t->saves++;
    }
    if (t != NULL && !push(t, CHANGE_SHORTER, owner, count, owner->count - count)) {
        return false;
    }
    owner->count = count;
    return true;
}

static bool invert(const struct change *c, struct trail *inverse)
{
    switch (c->kind) {
    case CHANGE_ELEMENTS:
    case CHANGE_BYTES:
        return push(inverse, c->kind, c->owner, c->first, c->count);
    case CHANGE_LONGER:
        BS_ASSERT(c->owner->count >= c->first);
        return push(inverse, CHANGE_SHORTER, c->owner, c->first, c->owner->count - c->first);
    case CHANGE_SHORTER:
        return push(inverse, CHANGE_LONGER, c->owner, c->first, 0);
    }
    return false;
}

static void restore(const struct change *c, const struct buf *bytes)
{
    if (c->kind == CHANGE_LONGER) {
        c->owner->count = c->first;
        return;
    }
    if (c->kind == CHANGE_SHORTER) {
        // The array only ever grew past this length and was cut: its room is still there.
        BS_ASSERT(c->first + c->count <= c->owner->cap);
        c->owner->count = c->first + c->count;
    }
    if (c->count > 0) {
        size_t size = c->kind == CHANGE_BYTES ? 1 : c->owner->size;
        memcpy((char *)c->owner->data + c->first * size, BUF(char, bytes) + c->bytes,
               c->count * size);
    }
}

bool trail_take_back(struct trail *t, size_t mark, struct trail *inverse)
{
    size_t start = inverse == NULL ? 0 : inverse->changes.count;
    while (t->changes.count > mark) {
        const struct change *c = &BUF(struct change, &t->changes)[t->changes.count - 1];
        if (inverse != NULL && !invert(c, inverse)) {
            // Forward again: what was popped off `t` has its room there still.
            trail_take_back(inverse, start, t);
            return false;
        }
        restore(c, &t->bytes);
        t->bytes.count = c->bytes;
        t->changes.count--;
    }
    return true;
}

// Narrows the change to the bytes that are other ones now; false: there are none.
static bool narrow(struct trail *t, struct change *c)
{
    if (c->kind == CHANGE_LONGER) {
        return c->owner->count != c->first;
    }
    if (c->kind != CHANGE_ELEMENTS) {
        return true;
    }
    size_t size = c->owner->size, n = c->count * size, skip = 0;
    const char *now = (const char *)c->owner->data + c->first * size;
    char *then = BUF(char, &t->bytes) + c->bytes;
    while (skip + 16 <= n && memcmp(now + skip, then + skip, 16) == 0) {
        skip += 16;
    }
    while (skip < n && now[skip] == then[skip]) {
        skip++;
    }
    while (n >= skip + 16 && memcmp(now + n - 16, then + n - 16, 16) == 0) {
        n -= 16;
    }
    while (n > skip && now[n - 1] == then[n - 1]) {
        n--;
    }
    *c = (struct change){c->owner, c->first * size + skip, n - skip, c->bytes + skip, CHANGE_BYTES};
    return n > skip;
}

// Was no element saved twice? (Then the later change would hold what the earlier one led to.)
static bool all_apart(const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct change *c = &changes[i];
        for (size_t j = c->kind == CHANGE_ELEMENTS ? 0 : i; j < i; j++) {
            const struct change *d = &changes[j];
            if (d->kind == CHANGE_ELEMENTS && d->owner == c->owner &&
                d->first < c->first + c->count && c->first < d->first + d->count) {
                return false;
            }
        }
    }
    return true;
}

void trail_tidy(struct trail *t, size_t mark)
{
    enum { FEW = 64, SHORT = 4096 };
    struct change *changes = t->changes.data;
    size_t end = t->changes.count, from = mark < end ? changes[mark].bytes : t->bytes.count;
    bool plain = end - mark <= FEW && t->bytes.count - from <= SHORT;
    for (size_t i = mark; i < end && plain; i++) {
        // What was cut off, or saved of an array that is shorter now, is put back step by step.
        const struct change *c = &changes[i];
        plain = c->kind == CHANGE_LONGER ||
                (c->kind == CHANGE_ELEMENTS && c->first + c->count <= c->owner->count);
    }
    plain = plain && all_apart(changes + mark, end - mark);
    size_t kept = mark, bytes = from;
    for (size_t i = mark; i < end && plain; i++) {
        struct change c = changes[i];
        size_t n = 0;
        if (!narrow(t, &c)) {
            continue;
        }
        if (c.kind == CHANGE_BYTES) {
            n = c.count;
            memmove(BUF(char, &t->bytes) + bytes, BUF(char, &t->bytes) + c.bytes, n);
        }
        c.bytes = bytes;
        bytes += n;
        changes[kept++] = c;
    }
    if (plain) {
        t->changes.count = kept;
        t->bytes.count = bytes;
    }
}

void trail_forget(struct trail *t, size_t mark)
{
    BS_ASSERT(mark <= t->changes.count);
    struct change *changes = t->changes.data;
    size_t kept = t->changes.count - mark;
    size_t gone = kept == 0 ? t->bytes.count : changes[mark].bytes;
    if (t->bytes.count > gone) {
        memmove(t->bytes.data, BUF(char, &t->bytes) + gone, t->bytes.count - gone);
    }
    t->bytes.count -= gone;
    for (size_t i = 0; i < kept; i++) {
        changes[i] = changes[mark + i];
        changes[i].bytes -= gone;
    }
    t->changes.count = kept;
}

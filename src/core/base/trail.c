#include "base/trail.h"

#include <stdint.h>
#include <string.h>

enum change_kind {
    CHANGE_ELEMENTS,  // bytes: the old elements [first, first + count)
    CHANGE_LONGER,    // the array was `first` long: cut it there
    CHANGE_SHORTER,   // bytes: the `count` elements to put back at the end, from `first`
    CHANGE_BYTES,     // as CHANGE_ELEMENTS, but `first` and `count` are bytes
    CHANGE_LENGTHS,  // bytes: the lengths (size_t) of the arrays of the trail's group, `count` of them
    CHANGE_PACKED,  // bytes: `count` of them, which are changes of the kinds LONGER and BYTES
};

// What a change is of. Those of several arrays at once, LENGTHS and PACKED, have none.
struct subject {
    struct buf *owner;
    size_t first, count;
};

// Where a change lies in trail.bytes, up to where the next one does: its subject, then its bytes.
struct change_place {
    uint64_t at : 60;
    uint64_t large : 1;  // its bytes are a block's
    uint64_t kind : 3;   // enum change_kind
};
#define AT_MOST (UINT64_MAX >> 4)

// A change as it is read from there.
struct change {
    enum change_kind kind;
    bool large;
    struct buf *owner;  // NULL: the change is of several
    size_t first, count;
    size_t bytes;  // where its bytes start
};

// The elements of a large change. To forget it moves no others; and where they are a whole array, or nearly
// all of one, they are that array itself, and to take the change back is an exchange.
struct trail_block {
    struct buf elements;
    size_t change;  // whose they are
    size_t from;    // on an inverse: the block that these elements were exchanged for, or NO_BLOCK
};

#define NO_BLOCK SIZE_MAX

enum { LARGE = 1 << 20 };  // bytes

static inline bool is_of_several(enum change_kind kind)
{
    return kind == CHANGE_LENGTHS || kind == CHANGE_PACKED;
}

static inline struct change_place place_at(const struct trail *t, size_t i)
{
    return BUF(struct change_place, &t->changes)[i];
}

// Where change i begins; of the one behind the last, where that ends.
static inline size_t begin_of(const struct trail *t, size_t i)
{
    return i < t->changes.count ? (size_t)place_at(t, i).at : t->bytes.count;
}

static inline struct change change_at(const struct trail *t, size_t i)
{
    struct change_place place = place_at(t, i);
    struct change c = {
        .kind = (enum change_kind)place.kind, .large = place.large, .bytes = (size_t)place.at};
    if (is_of_several(c.kind)) {
        BS_ASSERT(!c.large);
        size_t bytes = begin_of(t, i + 1) - c.bytes;
        c.count = c.kind == CHANGE_LENGTHS ? bytes / sizeof(size_t) : bytes;
    } else {
        struct subject of;
        memcpy(&of, BUF_FROM(char, &t->bytes, c.bytes), sizeof of);
        c.owner = of.owner;
        c.first = of.first;
        c.count = of.count;
        c.bytes += sizeof of;
    }
    return c;
}

void trail_init(struct trail *t)
{
    buf_init(&t->changes, sizeof(struct change_place));
    buf_init(&t->bytes, 1);
    buf_init(&t->blocks, sizeof(struct trail_block));
    buf_init(&t->seen, sizeof(size_t));
    t->begun = SIZE_MAX;
    t->saves = t->grouped = 0;
}

static struct trail_block *block_at(const struct trail *t, size_t i)
{
    return &BUF(struct trail_block, &t->blocks)[i];
}

static void release_blocks(struct trail *t, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        buf_release(&block_at(t, i)->elements);
    }
}

void trail_release(struct trail *t)
{
    release_blocks(t, 0, t->blocks.count);
    buf_release(&t->changes);
    buf_release(&t->bytes);
    buf_release(&t->blocks);
    buf_release(&t->seen);
    t->begun = SIZE_MAX;
}

void trail_clear(struct trail *t)
{
    trail_release(t);
}

static bool copy_blocks(struct trail *to, const struct trail *from)
{
    bool ok = true;
    for (size_t i = 0; i < from->blocks.count && ok; i++) {
        const struct trail_block *b = block_at(from, i);
        struct trail_block *copy = buf_push(&to->blocks, 1);
        if (copy == NULL) {
            return false;
        }
        *copy = *b;
        buf_init_skewed(&copy->elements, b->elements.size, b->elements.skew);
        ok = buf_reserve(&copy->elements, b->elements.cap) &&
             buf_add(&copy->elements, b->elements.data, b->elements.count);
    }
    return ok;
}

bool trail_copy(struct trail *to, const struct trail *from, const void *old_base, void *new_base)
{
    if (!buf_add(&to->changes, from->changes.data, from->changes.count) ||
        !buf_add(&to->bytes, from->bytes.data, from->bytes.count)) {
        return false;
    }
    for (size_t i = 0; i < from->changes.count; i++) {
        struct change_place place = place_at(from, i);
        if (!is_of_several((enum change_kind)place.kind)) {
            char *owner = BUF_FROM(char, &to->bytes, place.at + offsetof(struct subject, owner));
            uintptr_t at;
            memcpy(&at, owner, sizeof at);
            at += (uintptr_t)new_base - (uintptr_t)old_base;
            memcpy(owner, &at, sizeof at);
        }
    }
    return copy_blocks(to, from);
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
    return trail_bytes_after(t, 0);
}

size_t trail_bytes_after(const struct trail *t, size_t mark)
{
    size_t n = t->bytes.count - begin_of(t, mark) +
               (t->changes.count - mark) * sizeof(struct change_place);
    for (size_t i = t->blocks.count; i > 0 && block_at(t, i - 1)->change >= mark; i--) {
        n += block_at(t, i - 1)->elements.count * block_at(t, i - 1)->elements.size;
    }
    return n;
}

// Another change with n bytes, for the caller to fill in. NULL: no memory.
static inline char *add(struct trail *t, enum change_kind kind, size_t n)
{
    size_t at = t->bytes.count;
    char *bytes = buf_push(&t->bytes, n);
    struct change_place *place = bytes == NULL ? NULL : buf_push(&t->changes, 1);
    if (place == NULL) {
        t->bytes.count = at;
        t->bytes.failed = t->changes.failed = false;
        return NULL;
    }
    *place = (struct change_place){.at = at & AT_MOST, .kind = kind};
    return bytes;
}

// Are these nearly all elements of an array that is cut, or all of one that is changed?
static bool is_whole(enum change_kind kind, const struct buf *owner, size_t first, size_t count)
{
    return kind == CHANGE_SHORTER ? first <= count / 16 : first == 0 && count == owner->count;
}

// The owner gets the block's elements, and the block those of the owner. What an array that is cut keeps is
// in both.
static void exchange(const struct change *c, struct trail_block *block)
{
    struct buf *owner = c->owner, *other = &block->elements, was = *owner;
    size_t kept = c->kind == CHANGE_ELEMENTS ? 0 : c->first;
    if (kept > 0) {
        memcpy(other->data, owner->data, kept * owner->size);
    }
    owner->data = other->data;
    owner->cap = other->cap;
    owner->count = c->kind == CHANGE_LONGER ? kept : kept + c->count;
    other->data = was.data;
    other->cap = was.cap;
}

// A large change, without its elements. NULL: no memory.
static struct trail_block *add_block(struct trail *t, enum change_kind kind, struct buf *owner,
                                     size_t first, size_t count)
{
    struct subject of = {owner, first, count};
    struct trail_block *block = buf_push(&t->blocks, 1);
    char *to = block == NULL ? NULL : add(t, kind, sizeof of);
    if (to == NULL) {
        t->blocks.count -= block != NULL;
        t->blocks.failed = false;
        return NULL;
    }
    memcpy(to, &of, sizeof of);
    block->change = t->changes.count - 1;
    BUF(struct change_place, &t->changes)[block->change].large = true;
    block->from = NO_BLOCK;
    buf_init_skewed(&block->elements, owner->size, owner->skew);
    return block;
}

// Copies the elements; but those that are cut off may go as they are, and the owner gets as much room.
static bool fill_block(struct trail_block *block, const struct change *c, struct stop *stop)
{
    struct buf *owner = c->owner, *elements = &block->elements;
    bool whole = is_whole(c->kind, owner, c->first, c->count);
    if (!buf_take_zeros(elements, whole ? owner->cap : c->count)) {
        return false;
    }
    elements->count = c->count;
    if (whole && c->kind == CHANGE_SHORTER) {
        elements->count = owner->count;
        exchange(c, block);
        return true;
    }
    return mem_copy_while(elements->data, buf_from(owner->data, c->first * owner->size),
                          c->count * owner->size, stop);
}

static bool push_large(struct trail *t, enum change_kind kind, struct buf *owner, size_t first,
                       size_t count, struct stop *stop)
{
    struct trail_block *block = add_block(t, kind, owner, first, count);
    if (block == NULL) {
        return false;
    }
    struct change c = {.kind = kind, .large = true, .owner = owner, .first = first, .count = count};
    bool ok = fill_block(block, &c, stop);
    if (!ok) {
        buf_release(&block->elements);
        t->blocks.count--;
        t->changes.count--;
        t->bytes.count -= sizeof(struct subject);
    }
    return ok;
}

static bool push(struct trail *t, enum change_kind kind, struct buf *owner, size_t first,
                 size_t count, struct stop *stop)
{
    size_t size = kind == CHANGE_BYTES ? 1 : owner->size;
    size_t n = kind == CHANGE_LONGER ? 0 : count * size;
    if (n >= LARGE) {
        return push_large(t, kind, owner, first, count, stop);
    }
    struct subject of = {owner, first, count};
    char *to = add(t, kind, sizeof of + n);
    if (to == NULL) {
        return false;
    }
    memcpy(to, &of, sizeof of);
    if (n > 0) {
        memcpy(to + sizeof of, buf_from(owner->data, first * size), n);
    }
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

// The length that array i of the group had at this change.
static size_t length_then(const struct trail *t, const struct change *c, size_t i)
{
    size_t length;
    memcpy(&length, BUF_FROM(char, &t->bytes, c->bytes + i * sizeof length), sizeof length);
    return length;
}

// Which row of the group the array is in; `grouped`: none.
static size_t place_in_group(const struct trail *t, const struct buf *owner)
{
    size_t i = 0;
    while (i < t->grouped &&
           (uintptr_t)(t->group[i].first + t->group[i].count) <= (uintptr_t)owner) {
        i++;
    }
    return i < t->grouped && (uintptr_t)t->group[i].first <= (uintptr_t)owner ? i : t->grouped;
}

// How many of these elements there were at this change, if it says so; else all of them.
static size_t there_then(const struct trail *t, const struct change *c, const struct buf *owner,
                         size_t first, size_t count)
{
    size_t i = c->kind == CHANGE_LENGTHS ? place_in_group(t, owner) : 0;
    bool tells =
        c->kind == CHANGE_LENGTHS ? i < c->count : c->owner == owner && c->kind == CHANGE_LONGER;
    size_t length = !tells ? first + count : c->owner == NULL ? length_then(t, c, i) : c->first;
    return first + count <= length ? count : length > first ? length - first : 0;
}

static bool covers(struct change c, const struct buf *owner, size_t first, size_t count)
{
    return c.owner == owner && c.kind == CHANGE_ELEMENTS && c.first <= first &&
           first + count <= c.first + c.count;
}

// The first few changes of a statement are looked at: there it leaves the lengths, and a pass over
// everything its own.
enum { LOOK = 48 };

static size_t looked_at(const struct trail *t)
{
    size_t count = t->changes.count;
    return t->begun >= count || count - t->begun < LOOK ? count : t->begun + LOOK;
}

static bool is_covered(const struct trail *t, const struct buf *owner, size_t first, size_t count)
{
    size_t i = t->begun, end = looked_at(t);
    while (i < end && !covers(change_at(t, i), owner, first, count)) {
        i++;
    }
    return i < end;
}

// A loop saves the same elements each time: the first of the statement is enough; and what the
// statement itself appended need not be saved at all. Others than those changes are found again by
// what they are about, if they were not driven from their place meanwhile.
static size_t still_to_save(struct trail *t, const struct buf *owner, size_t first, size_t count)
{
    size_t given = count;
    for (size_t i = t->begun, end = looked_at(t); i < end && count > 0; i++) {
        struct change c = change_at(t, i);
        count = covers(c, owner, first, count) ? 0 : there_then(t, &c, owner, first, count);
    }
    if (count == 0 || (count < given && is_covered(t, owner, first, count))) {
        return 0;
    }
    bool looked = t->begun >= t->changes.count || t->changes.count - t->begun < LOOK;
    size_t *seen = looked ? NULL : seen_at(t, owner, first, count);
    bool known = seen != NULL && *seen >= t->begun && *seen < t->changes.count &&
                 covers(change_at(t, *seen), owner, first, count);
    if (seen != NULL && !known) {
        *seen = t->changes.count;
    }
    return known ? 0 : count;
}

bool trail_save_while(struct trail *t, struct buf *owner, size_t first, size_t count,
                      struct stop *stop)
{
    if (t == NULL || count == 0) {
        return true;
    }
    t->saves++;
    count = still_to_save(t, owner, first, count);
    return count == 0 || push(t, CHANGE_ELEMENTS, owner, first, count, stop);
}

bool trail_save(struct trail *t, struct buf *owner, size_t first, size_t count)
{
    return trail_save_while(t, owner, first, count, NULL);
}

bool trail_save_length(struct trail *t, struct buf *owner)
{
    return t == NULL || push(t, CHANGE_LONGER, owner, owner->count, 0, NULL);
}

void trail_join(struct trail *t, struct buf *first, size_t count)
{
    BS_ASSERT(t->grouped < TRAIL_GROUP);
    size_t i = t->grouped++;
    for (; i > 0 && (uintptr_t)t->group[i - 1].first > (uintptr_t)first; i--) {
        t->group[i] = t->group[i - 1];
    }
    t->group[i] = (struct trail_row){first, count};
}

bool trail_save_lengths(struct trail *t)
{
    size_t n = t->grouped, length = sizeof(size_t);
    char *bytes = add(t, CHANGE_LENGTHS, n * length);
    if (bytes == NULL) {
        return false;
    }
    for (const struct trail_row *row = t->group; row < t->group + n; row++) {
        memcpy(bytes, &row->first->count, length);
        bytes += length;
    }
    return true;
}

bool trail_cut(struct trail *t, struct buf *owner, size_t count)
{
    BS_ASSERT(count <= owner->count);
    if (t != NULL) {
        t->saves++;
    }
    if (t != NULL && !push(t, CHANGE_SHORTER, owner, count, owner->count - count, NULL)) {
        return false;
    }
    owner->count = count;
    return true;
}

// Puts what the arrays of a row have beyond this length onto the inverse.
static bool invert_row(const struct trail_row *row, size_t length, struct trail *inverse,
                       struct stop *stop)
{
    BS_ASSERT(row->first->count >= length);
    size_t more = row->first->count - length;
    for (size_t k = 0; more > 0 && k < row->count; k++) {
        if (!push(inverse, CHANGE_SHORTER, row->first + k, length, more, stop)) {
            return false;
        }
    }
    return true;
}

static void cut_row(const struct trail_row *row, size_t length)
{
    for (size_t k = 0; k < row->count; k++) {
        row->first[k].count = length;
    }
}

static bool invert(const struct trail *t, const struct change *c, struct trail *inverse,
                   struct stop *stop)
{
    switch (c->kind) {
    case CHANGE_ELEMENTS:
    case CHANGE_BYTES:
        return push(inverse, c->kind, c->owner, c->first, c->count, stop);
    case CHANGE_LONGER:
        BS_ASSERT(c->owner->count >= c->first);
        return push(inverse, CHANGE_SHORTER, c->owner, c->first, c->owner->count - c->first, stop);
    case CHANGE_SHORTER:
        return push(inverse, CHANGE_LONGER, c->owner, c->first, 0, stop);
    case CHANGE_LENGTHS:
        for (size_t i = 0; i < c->count; i++) {
            if (!invert_row(&t->group[i], length_then(t, c, i), inverse, stop)) {
                return false;
            }
        }
        return true;
    case CHANGE_PACKED:
        break;
    }
    return false;
}

// The bytes that were saved. Of a large change: one whose block is the last.
static const char *saved_bytes(const struct trail *t, const struct change *c)
{
    if (!c->large) {
        return BUF_FROM(char, &t->bytes, c->bytes);
    }
    const struct buf *elements = &block_at(t, t->blocks.count - 1)->elements;
    return buf_from(elements->data, (elements->count - c->count) * elements->size);
}

// False: it was stopped, and the array is as it was up to its length.
static bool restore(const struct trail *t, const struct change *c, struct stop *stop)
{
    BS_ASSERT(c->kind != CHANGE_PACKED);
    for (size_t i = 0; c->kind == CHANGE_LENGTHS && i < c->count; i++) {
        cut_row(&t->group[i], length_then(t, c, i));
    }
    if (c->kind == CHANGE_LENGTHS) {
        return true;
    }
    if (c->kind == CHANGE_LONGER) {
        c->owner->count = c->first;
        return true;
    }
    size_t size = c->kind == CHANGE_BYTES ? 1 : c->owner->size;
    char *to = c->count == 0 ? NULL : buf_from(c->owner->data, c->first * size);
    if (c->kind != CHANGE_SHORTER) {
        stop = NULL;  // half of these elements would be the old ones
    }
    if (c->count > 0 && !mem_put_while(to, saved_bytes(t, c), c->count * size, stop)) {
        return false;
    }
    if (c->kind == CHANGE_SHORTER) {
        // The array only ever grew past this length and was cut: its room is still there.
        BS_ASSERT(c->first + c->count <= c->owner->cap);
        c->owner->count = c->first + c->count;
    }
    return true;
}

// Is the change taken back by an exchange? What gets the elements must have as much room as before.
static bool is_exchange(const struct trail *t, const struct change *c)
{
    return c->large && c->kind != CHANGE_LONGER &&
           is_whole(c->kind, c->owner, c->first, c->count) &&
           block_at(t, t->blocks.count - 1)->elements.cap >= c->owner->cap;
}

// The owner gets the last block's elements; those that it had move to the inverse. False if there is no
// memory for that.
static bool take_in_exchange(struct trail *t, const struct change *c, struct trail *inverse)
{
    struct trail_block *block = block_at(t, t->blocks.count - 1), *back = NULL;
    if (inverse != NULL) {
        back = c->kind == CHANGE_ELEMENTS
                   ? add_block(inverse, CHANGE_ELEMENTS, c->owner, 0, c->count)
                   : add_block(inverse, CHANGE_LONGER, c->owner, c->first, 0);
        if (back == NULL) {
            return false;
        }
    }
    exchange(c, block);
    if (back != NULL) {
        back->elements = block->elements;
        back->elements.count = c->kind == CHANGE_ELEMENTS ? c->count : 0;
        back->from = t->blocks.count - 1;
        buf_init_skewed(&block->elements, c->owner->size, c->owner->skew);
    }
    return true;
}

// ---- Packed changes -----------------------------------------------------------------------------
//
// A number whose bits are the arrays of the group that were shorter, and by how much each is longer now:
// between statements they keep their lengths. Then one after the other: where the owner lies, as its
// distance from the one before (the first: from the trail), doubled, and 1 more for a length; then the
// length, or first byte, number of bytes, and bytes. All numbers seven bits a byte, the lowest first.

enum { FEW = 64, SHORT = 4096, NUMBER = 10 };  // changes, their bytes; bytes of a number
enum { PACKED = SHORT + (FEW * 3 + TRAIL_GROUP + 1) * NUMBER };

static inline size_t put_number(unsigned char *to, uint64_t number)
{
    size_t n = 0;
    for (; number >= 0x80; number >>= 7) {
        to[n++] = (unsigned char)(number | 0x80);
    }
    to[n++] = (unsigned char)number;
    return n;
}

static uint64_t take_number(const unsigned char **from)
{
    uint64_t number = 0;
    int shift = 0;
    unsigned char byte;
    do {
        byte = *(*from)++;
        number |= (uint64_t)(byte & 0x7F) << shift;
        shift += 7;
    } while ((byte & 0x80) != 0);
    return number;
}

// Owners lie at multiples of this.
enum { APART = _Alignof(struct buf) };

static size_t put_owner(unsigned char *to, uintptr_t before, const struct buf *owner, bool length)
{
    int64_t apart = ((int64_t)(uintptr_t)owner - (int64_t)before) / APART;
    uint64_t folded = apart < 0 ? 2 * (uint64_t)-apart - 1 : 2 * (uint64_t)apart;
    return put_number(to, 2 * folded + length);
}

static struct change take_change(const struct trail *t, const unsigned char **from,
                                 uintptr_t *before)
{
    uint64_t owner = take_number(from), folded = owner / 2;
    int64_t apart = (folded & 1) != 0 ? -(int64_t)(folded / 2) - 1 : (int64_t)(folded / 2);
    *before = (uintptr_t)((int64_t)*before + apart * APART);
    struct change c = {.owner = (struct buf *)*before, .first = (size_t)take_number(from)};
    c.kind = (owner & 1) != 0 ? CHANGE_LONGER : CHANGE_BYTES;
    if (c.kind == CHANGE_BYTES) {
        c.count = (size_t)take_number(from);
        c.bytes = (size_t)(*from - BUF(unsigned char, &t->bytes));
        *from += c.count;
    }
    return c;
}

static bool take_back_one(struct trail *t, const struct change *c, struct trail *inverse,
                          struct stop *stop)
{
    if (is_exchange(t, c)) {
        return take_in_exchange(t, c, inverse);
    }
    return (inverse == NULL || invert(t, c, inverse, stop)) && restore(t, c, stop);
}

// Changes of several arrays are on their own on the inverse, and come back so when that is taken back: there
// must be room for them here, as the way forward again takes no memory.
static bool has_room_for_several(struct trail *t)
{
    enum { MOST = FEW + TRAIL_GROUPED };
    bool ok = buf_reserve(&t->changes, t->changes.count + MOST) &&
              buf_reserve(&t->bytes, t->bytes.count + MOST * sizeof(struct subject));
    if (!ok) {
        t->changes.failed = t->bytes.failed = false;
    }
    return ok;
}

static bool take_back_packed(struct trail *t, struct change packed, struct trail *inverse,
                             struct stop *stop)
{
    const unsigned char *at = BUF_FROM(unsigned char, &t->bytes, packed.bytes);
    const unsigned char *end = at + packed.count;
    uintptr_t before = (uintptr_t)t;
    for (uint64_t left = take_number(&at); left != 0; left &= left - 1) {
        const struct trail_row *row = &t->group[__builtin_ctzll(left)];
        size_t more = (size_t)take_number(&at);
        BS_ASSERT(row->first->count >= more);
        size_t length = row->first->count - more;
        if (inverse != NULL && !invert_row(row, length, inverse, stop)) {
            return false;
        }
        cut_row(row, length);
    }
    while (at < end) {
        struct change c = take_change(t, &at, &before);
        if (!take_back_one(t, &c, inverse, stop)) {
            return false;
        }
    }
    return true;
}

// Of a trail that stays, after its last change was taken back. What was popped still lies behind its end.
static void pop(struct trail *t)
{
    struct change_place last = place_at(t, t->changes.count - 1);
    t->bytes.count = (size_t)last.at;
    t->changes.count--;
    t->blocks.count -= last.large;
}

// The way forward again, where there was no memory for the inverse, or the way back was stopped; it takes
// no memory. What was exchanged goes back to where it came from.
static void take_forward(struct trail *t, struct trail *inverse, size_t start)
{
    while (inverse->changes.count > start) {
        struct change c = change_at(inverse, inverse->changes.count - 1);
        struct trail_block *block = c.large ? block_at(inverse, inverse->blocks.count - 1) : NULL;
        if (block != NULL && block->from != NO_BLOCK) {
            block->elements.count = c.owner->count;
            exchange(&c, block);
            block_at(t, block->from)->elements = block->elements;
            buf_init_skewed(&block->elements, c.owner->size, c.owner->skew);
        } else if (is_exchange(inverse, &c)) {
            exchange(&c, block);
        } else {
            restore(inverse, &c, NULL);
        }
        if (block != NULL) {
            buf_release(&block->elements);
        }
        pop(inverse);
    }
}

bool trail_take_back_while(struct trail *t, size_t mark, struct trail *inverse, struct stop *stop)
{
    BS_ASSERT(stop == NULL || inverse != NULL);
    size_t start = inverse == NULL ? 0 : inverse->changes.count;
    // analysis: who takes back has a trail
    size_t changes = t->changes.count, bytes = t->bytes.count, blocks = t->blocks.count;
    while (t->changes.count > mark) {
        struct change c = change_at(t, t->changes.count - 1);
        if ((inverse != NULL && is_of_several(c.kind) && !has_room_for_several(t)) ||
            !(c.kind == CHANGE_PACKED ? take_back_packed(t, c, inverse, stop)
                                      : take_back_one(t, &c, inverse, stop))) {
            take_forward(t, inverse, start);
            t->changes.count = changes;
            t->bytes.count = bytes;
            t->blocks.count = blocks;
            return false;
        }
        pop(t);
    }
    release_blocks(t, t->blocks.count, blocks);
    return true;
}

bool trail_take_back(struct trail *t, size_t mark, struct trail *inverse)
{
    return trail_take_back_while(t, mark, inverse, NULL);
}

static inline uint64_t difference(const char *a, const char *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x ^ y;
}

// How many bytes are the same before the first, and after the last, in which a difference is.
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define SAME_BEFORE(difference) ((size_t)__builtin_ctzll(difference) / 8)
#define SAME_AFTER(difference) ((size_t)__builtin_clzll(difference) / 8)
#else
#define SAME_BEFORE(difference) ((size_t)__builtin_clzll(difference) / 8)
#define SAME_AFTER(difference) ((size_t)__builtin_ctzll(difference) / 8)
#endif

// How many of n bytes are the same from the begin on; and from the end on.
static size_t same_at_begin(const char *a, const char *b, size_t n)
{
    size_t i = 0;
    for (uint64_t d; i + 8 <= n; i += 8) {
        if ((d = difference(a + i, b + i)) != 0) {
            return i + SAME_BEFORE(d);
        }
    }
    while (i < n && a[i] == b[i]) {
        i++;
    }
    return i;
}

static size_t same_at_end(const char *a, const char *b, size_t n)
{
    size_t i = 0;
    for (uint64_t d; i + 8 <= n; i += 8) {
        if ((d = difference(a + n - i - 8, b + n - i - 8)) != 0) {
            return i + SAME_AFTER(d);
        }
    }
    while (i < n && a[n - i - 1] == b[n - i - 1]) {
        i++;
    }
    return i;
}

// Narrows saved elements to the bytes that are other ones now; false: there are none.
static bool narrow(const struct trail *t, struct change *c)
{
    size_t size = c->owner->size, n = c->count * size;
    const char *now = buf_from(c->owner->data, c->first * size);
    const char *then = BUF_FROM(char, &t->bytes, c->bytes);
    size_t skip = same_at_begin(now, then, n);
    n -= same_at_end(now + skip, then + skip, n - skip);
    *c = (struct change){.owner = c->owner,
                         .first = c->first * size + skip,
                         .count = n - skip,
                         .bytes = c->bytes + skip,
                         .kind = CHANGE_BYTES};
    return n > skip;
}

static bool overlap(const struct change *c, const struct change *d)
{
    return d->owner == c->owner && d->first < c->first + c->count && c->first < d->first + d->count;
}

// The changes of a statement that are packed.
struct packing {
    struct change elements[FEW], lengths[FEW];
    size_t count, grown;          // of either
    size_t shorter[TRAIL_GROUP];  // what arrays of the group were long
    uint64_t group;               // a bit for each of those
};

// Of each array that is longer now, the first length, which is the shortest.
static void gather_grouped(struct packing *p, size_t i, size_t length)
{
    if ((p->group >> i & 1) == 0) {
        p->group |= (uint64_t)1 << i;
        p->shorter[i] = length;
    }
}

static void gather_lengths(struct packing *p, const struct trail *t, const struct change *c)
{
    const char *then = BUF_FROM(char, &t->bytes, c->bytes);
    for (size_t i = 0, length; i < c->count; i++, then += sizeof length) {
        memcpy(&length, then, sizeof length);
        if (t->group[i].first->count != length) {
            gather_grouped(p, i, length);
        }
    }
}

static void gather_length(struct packing *p, const struct trail *t, const struct change *c)
{
    size_t place = place_in_group(t, c->owner);
    if (c->owner->count == c->first) {  // analysis: what is longer is one array
        return;
    }
    if (place < t->grouped) {
        gather_grouped(p, place, c->first);
        return;
    }
    for (size_t k = 0; k < p->grown; k++) {
        if (p->lengths[k].owner == c->owner) {
            return;
        }
    }
    p->lengths[p->grown++] = *c;
}

// False: they cannot be packed. What was cut off, or saved of an array that is shorter now, is put back
// step by step; so are elements that were saved twice, as the later change holds what the earlier one
// led to.
static bool gather(struct packing *p, const struct trail *t, size_t mark)
{
    for (size_t i = mark; i < t->changes.count; i++) {
        struct change c = change_at(t, i);
        if (c.large) {
            return false;
        }
        if (c.kind == CHANGE_LENGTHS) {
            gather_lengths(p, t, &c);
            continue;
        }
        if (c.kind == CHANGE_LONGER) {
            gather_length(p, t, &c);
            continue;
        }
        // analysis: elements are those of one array
        if (c.kind != CHANGE_ELEMENTS || c.first + c.count > c.owner->count) {
            return false;
        }
        for (size_t k = 0; k < p->count; k++) {
            if (overlap(&c, &p->elements[k])) {
                return false;
            }
        }
        p->elements[p->count++] = c;
    }
    return true;
}

static size_t pack(const struct trail *t, const struct packing *p, unsigned char *to)
{
    uintptr_t before = (uintptr_t)t;
    size_t n = put_number(to, p->group);
    for (uint64_t left = p->group; left != 0; left &= left - 1) {
        int i = __builtin_ctzll(left);
        n += put_number(to + n, t->group[i].first->count - p->shorter[i]);
    }
    for (size_t i = 0; i < p->count; i++) {
        struct change c = p->elements[i];
        if (narrow(t, &c)) {
            n += put_owner(to + n, before, c.owner, false);
            n += put_number(to + n, c.first);
            n += put_number(to + n, c.count);
            memcpy(to + n, BUF_FROM(char, &t->bytes, c.bytes), c.count);
            n += c.count;
            before = (uintptr_t)c.owner;
        }
    }
    for (size_t i = 0; i < p->grown; i++) {
        n += put_owner(to + n, before, p->lengths[i].owner, true);
        n += put_number(to + n, p->lengths[i].first);
        before = (uintptr_t)p->lengths[i].owner;
    }
    return p->group == 0 && n == 1 ? 0 : n;  // a change of nothing is none
}

void trail_tidy(struct trail *t, size_t mark)
{
    unsigned char packed[PACKED];
    struct packing p;
    size_t count = t->changes.count - mark, begin = begin_of(t, mark);
    p.count = p.grown = 0;
    p.group = 0;
    if (count == 0 || count > FEW || t->bytes.count - begin > SHORT || !gather(&p, t, mark)) {
        return;
    }
    size_t n = pack(t, &p, packed);
    if (!buf_reserve(&t->bytes, begin + n)) {
        t->bytes.failed = false;
        return;
    }
    t->bytes.count = begin;
    t->changes.count = mark;
    if (n > 0) {
        memcpy(add(t, CHANGE_PACKED, n), packed, n);  // there is room
    }
}

static void forget_blocks(struct trail *t, size_t mark)
{
    size_t gone = 0;
    while (gone < t->blocks.count && block_at(t, gone)->change < mark) {
        gone++;
    }
    release_blocks(t, 0, gone);
    t->blocks.count -= gone;
    for (size_t i = 0; i < t->blocks.count; i++) {
        *block_at(t, i) = *block_at(t, gone + i);
        block_at(t, i)->change -= mark;
    }
}

void trail_forget(struct trail *t, size_t mark)
{
    BS_ASSERT(mark <= t->changes.count);
    struct change_place *places = t->changes.data;
    size_t kept = t->changes.count - mark, gone = begin_of(t, mark);
    if (t->bytes.count > gone) {
        memmove(t->bytes.data, BUF_FROM(char, &t->bytes, gone), t->bytes.count - gone);
    }
    t->bytes.count -= gone;
    for (size_t i = 0; i < kept; i++) {
        places[i] = places[mark + i];
        places[i].at = (places[i].at - gone) & AT_MOST;
    }
    t->changes.count = kept;
    forget_blocks(t, mark);
}

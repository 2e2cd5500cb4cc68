#include "text/names.h"

#include "base/format.h"
#include "engine/grow.h"
#include "text/foreign.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct label {
    uint32_t node, name;
};

void names_init(struct names *n)
{
    buf_init(&n->symbols, sizeof(struct symbol));
    buf_init(&n->text, 1);
    buf_init(&n->heads, sizeof(uint32_t));
    buf_init(&n->lists, sizeof(uint32_t));
    buf_init(&n->grown, sizeof(struct grown));
    buf_init(&n->by_grown, 2 * sizeof(uint32_t));
    buf_init(&n->by_slope, 2 * sizeof(uint64_t));
    buf_init(&n->arrays, sizeof(uint32_t));
    buf_init(&n->by_node, sizeof(struct label));
    n->by_node_made = n->by_grown_made = false;
    n->sorted = n->binds = n->made_at = 0;
}

void names_release(struct names *n)
{
    buf_release(&n->symbols);
    buf_release(&n->text);
    buf_release(&n->heads);
    buf_release(&n->lists);
    buf_release(&n->grown);
    buf_release(&n->by_grown);
    buf_release(&n->by_slope);
    buf_release(&n->arrays);
    buf_release(&n->by_node);
}

size_t names_count(const struct names *n)
{
    return n->symbols.count;
}

// FNV-1a.
static uint32_t hash(const char *s, size_t length)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < length; i++) {
        h = (h ^ (unsigned char)s[i]) * 16777619u;
    }
    return h;
}

// Names are short: a call of memcmp would take longer.
static inline bool is_spelled(const char *a, const char *b, size_t length)
{
    size_t i = 0;
    while (i < length && a[i] == b[i]) {
        i++;
    }
    return i == length;
}

uint32_t names_find(const struct names *n, const char *s, size_t length)
{
    if (n->heads.count == 0) {
        return NAME_NONE;
    }
    const struct symbol *symbols = n->symbols.data;
    uint32_t at = BUF(uint32_t, &n->heads)[hash(s, length) & (n->heads.count - 1)];
    while (at != NAME_NONE &&
           (symbols[at].length != length ||
            !is_spelled(BUF_FROM(char, &n->text, symbols[at].text), s, length))) {
        at = symbols[at].next;
    }
    return at;
}

static void chain(struct names *n, uint32_t name)
{
    struct symbol *symbol = &BUF(struct symbol, &n->symbols)[name];
    uint32_t h = hash(BUF_FROM(char, &n->text, symbol->text), symbol->length);
    uint32_t *head = &BUF(uint32_t, &n->heads)[h & (n->heads.count - 1)];
    symbol->next = *head;
    *head = name;
}

// Twice as many chains, a power of two. The old ones serve on if there is no memory.
static bool grow_heads(struct names *n)
{
    size_t count = n->heads.count == 0 ? 64 : 2 * n->heads.count;
    if (!buf_resize(&n->heads, count)) {
        return n->heads.count > 0;
    }
    memset(n->heads.data, 0xFF, count * sizeof(uint32_t));
    for (uint32_t i = 0; i < n->symbols.count; i++) {
        chain(n, i);
    }
    return true;
}

uint32_t names_intern(struct names *n, const char *s, size_t length)
{
    uint32_t name = names_find(n, s, length);
    if (name != NAME_NONE) {
        return name;
    }
    if ((n->symbols.count >= n->heads.count && !grow_heads(n)) ||
        n->text.count + length >= UINT32_MAX || !buf_reserve(&n->symbols, n->symbols.count + 1)) {
        return NAME_NONE;
    }
    uint32_t text = (uint32_t)n->text.count;
    char *copy = buf_push(&n->text, length);
    if (copy == NULL) {
        return NAME_NONE;
    }
    memcpy(copy, s, length);
    name = (uint32_t)n->symbols.count;
    *(struct symbol *)buf_push(&n->symbols, 1) =
        (struct symbol){.text = text, .length = (uint32_t)length};
    chain(n, name);
    return name;
}

const char *names_text(const struct names *n, uint32_t name, size_t *length)
{
    const struct symbol *symbol = &BUF(struct symbol, &n->symbols)[name];
    *length = symbol->length;
    return BUF_FROM(char, &n->text, symbol->text);
}

struct value names_lookup(const struct names *n, const char *s, size_t length)
{
    return names_get(n, names_find(n, s, length));
}

static bool is_bound_to(const struct names *n, struct label label)
{
    struct value value = names_get(n, label.name);
    return value.rank == VALUE_SCALAR && value.base == label.node;
}

// One more name that is bound to an array. False: no memory.
static bool add_array(struct names *n, uint32_t name)
{
    size_t at = mem_search(n->arrays.data, n->arrays.count, sizeof name, name);
    if (at < n->arrays.count && BUF(uint32_t, &n->arrays)[at] == name) {
        return true;
    }
    if (buf_push(&n->arrays, 1) == NULL) {
        return false;
    }
    uint32_t *place = BUF_FROM(uint32_t, &n->arrays, at);
    memmove(place + 1, place, (n->arrays.count - 1 - at) * sizeof name);
    *place = name;
    return true;
}

// Nodes are nearly always named in their order. Others wait at the end, and are few; and what is true no more
// takes no more room than the names do.
static bool add_label(struct names *n, struct label label)
{
    enum { WAIT_MOST = 64, ROOM = 256 };
    size_t count = n->by_node.count;
    const struct label *labels = n->by_node.data;
    bool follows = count == n->sorted && (count == 0 || labels[count - 1].node <= label.node);
    if (count - n->sorted >= WAIT_MOST || count > 2 * n->symbols.count + ROOM) {
        return false;
    }
    struct label *at = buf_push(&n->by_node, 1);
    if (at != NULL) {
        *at = label;
        n->sorted += follows;
    }
    return at != NULL;
}

static void keep_up(struct names *n, uint32_t name, struct value value)
{
    n->by_node_made = value.rank == VALUE_SCALAR ? add_label(n, (struct label){value.base, name})
                      : value_is_array(value)    ? add_array(n, name)
                                                 : true;
}

bool names_bind(struct names *n, struct trail *trail, uint32_t name, struct value value)
{
    if (name == NAME_NONE || !trail_save(trail, &n->symbols, name, 1)) {
        return false;
    }
    BUF(struct symbol, &n->symbols)[name].value = value;
    n->by_grown_made = false;
    n->binds++;
    if (n->by_node_made) {
        keep_up(n, name, value);
    }
    return true;
}

// What was bound before the tables were made is not in them, but what was bound then, and since.
void names_back(struct names *n, size_t binds)
{
    n->by_node_made = n->by_node_made && n->made_at <= binds;
    n->by_grown_made = false;
}

void names_changed(struct names *n)
{
    n->by_node_made = n->by_grown_made = false;
}

static int compare_labels(const void *a, const void *b)
{
    const struct label *x = a, *y = b;
    if (x->node != y->node) {
        return x->node < y->node ? -1 : 1;
    }
    return x->name < y->name ? -1 : x->name > y->name;
}

// Where there is no memory for all of it, it is made again when it is next asked for.
static void make_by_node(struct names *n)
{
    bool whole = true;
    n->by_node.count = n->arrays.count = 0;
    for (uint32_t name = 0; name < n->symbols.count; name++) {
        struct value value = names_get(n, name);
        uint32_t *array = value_is_array(value) ? buf_push(&n->arrays, 1) : NULL;
        struct label *label = value.rank == VALUE_SCALAR ? buf_push(&n->by_node, 1) : NULL;
        if (array != NULL) {
            *array = name;
        }
        if (label != NULL) {
            *label = (struct label){value.base, name};
        }
        whole &= value.rank == VALUE_UNBOUND || array != NULL || label != NULL;
    }
    if (n->by_node.count > 0) {
        // analysis: what has elements has data
        qsort(n->by_node.data, n->by_node.count, sizeof(struct label), compare_labels);
    }
    n->sorted = n->by_node.count;
    n->made_at = n->binds;
    n->by_node_made = whole;
}

uint32_t names_of_node(struct names *n, uint32_t node)
{
    if (!n->by_node_made) {
        make_by_node(n);
    }
    const struct label *labels = n->by_node.data;
    uint32_t name = NAME_NONE;
    size_t at = mem_search(labels, n->sorted, sizeof *labels, node);
    for (; at < n->by_node.count; at++) {
        if (at < n->sorted && labels[at].node != node) {
            at = n->sorted - 1;  // those that wait are left
        } else if (labels[at].node == node && labels[at].name < name &&
                   is_bound_to(n, labels[at])) {
            name = labels[at].name;
        }
    }
    return name;
}

uint32_t names_next_from(struct names *n, uint32_t node, size_t *at)
{
    if (!n->by_node_made) {
        make_by_node(n);
    }
    const struct label *labels = n->by_node.data;
    size_t arrays = n->arrays.count;
    while (*at < arrays) {
        uint32_t name = BUF(uint32_t, &n->arrays)[(*at)++];
        if (value_is_array(names_get(n, name))) {
            return name;
        }
    }
    if (*at == arrays) {  // the first label that counts
        *at += mem_search(labels, n->sorted, sizeof *labels, node);
    }
    while (*at - arrays < n->by_node.count) {
        struct label label = labels[(*at)++ - arrays];
        if (label.node >= node && is_bound_to(n, label)) {
            return label.name;
        }
    }
    return NAME_NONE;
}

// Which element of the array the node is. False if it is not one, or the array is too large to
// look.
static bool find_element(const struct names *n, struct value v, uint32_t node, uint32_t *row,
                         uint32_t *column)
{
    enum { LOOK_MOST = 1 << 16 };  // elements that are looked through
    bool block = !v.listed && v.cs == 1 && v.rs == (int32_t)v.cols;
    uint32_t count = v.rows * v.cols;
    if (block) {
        uint32_t k = node - v.base;
        *row = k / v.cols;
        *column = k % v.cols;
        return node >= v.base && k < count;
    }
    for (uint32_t k = 0; k < count && k < LOOK_MOST; k++) {
        if (names_element(n, v, k) == node) {
            *row = k / v.cols;
            *column = k % v.cols;
            return true;
        }
    }
    return false;
}

// "W[0, 1]" into out. False if no array of a name holds the node.
static bool label_element(struct names *n, char out[LABEL_TEXT], uint32_t node)
{
    for (size_t i = 0; i < n->arrays.count; i++) {
        uint32_t name = BUF(uint32_t, &n->arrays)[i], row, column;
        struct value v = names_get(n, name);
        if (value_is_array(v) && find_element(n, v, node, &row, &column)) {
            size_t length;
            const char *s = names_text(n, name, &length);
            size_t cut = utf8_cut(s, length < 60 ? length : 60, 24);
            if (v.rank == VALUE_MATRIX) {
                format_write(out, LABEL_TEXT, "%.*s[%u, %u]", (int)cut, s, (unsigned)row,
                             (unsigned)column);
            } else {
                format_write(out, LABEL_TEXT, "%.*s[%u]", (int)cut, s, (unsigned)column);
            }
            return true;
        }
    }
    return false;
}

bool names_own_label(struct names *n, char out[LABEL_TEXT], uint32_t node)
{
    uint32_t name = names_of_node(n, node);
    if (name == NAME_NONE) {
        return label_element(n, out, node);
    }
    size_t length;
    const char *s = names_text(n, name, &length);
    size_t cut = utf8_cut(s, length < 80 ? length : 80, 30);
    format_write(out, LABEL_TEXT, "%.*s%s", (int)cut, s, cut < length ? "…" : "");
    return true;
}

const char *names_label(struct names *n, char out[LABEL_TEXT], uint32_t node)
{
    if (!names_own_label(n, out, node) && !names_grown_label(n, out, node)) {
        format_write(out, LABEL_TEXT, "%%%u", (unsigned)node);
    }
    return out;
}

enum { NEAR_LENGTH = 32 };

static bool differ(char a, char b)
{
    bool letter = text_is_letter(a);
    return a != b && !(letter && (a ^ b) == 0x20);
}

// Damerau's distance (optimal string alignment): insertions, deletions, changes, swaps. Capital or
// small makes no difference. Beyond `most` any number beyond it.
static size_t distance(const char *a, size_t m, const char *b, size_t n, size_t most)
{
    size_t rows[3][NEAR_LENGTH + 1], least = 0;
    for (size_t j = 0; j <= n; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= m; i++) {
        size_t *row = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
        size_t before = least;  // of the row above; a swap goes two rows back
        least = row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = up[j - 1] + differ(a[i - 1], b[j - 1]);
            best = up[j] + 1 < best ? up[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                up2[j - 2] + 1 < best) {
                best = up2[j - 2] + 1;
            }
            row[j] = best;
            least = best < least ? best : least;
        }
        if (least > most && before > most) {
            return least;
        }
    }
    return rows[m % 3][n];
}

// The same letters in another order: tahn, epx.
static bool swapped(const char *a, const char *b, size_t n)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (a[i] | 0x20) - (b[i] | 0x20);
    }
    return sum == 0;
}

void nearest_init(struct nearest *n, const char *s, size_t length)
{
    // One slip, two in a long word. A short word is near to too many, and what is a word itself was
    // hardly mistyped: silence is better than a silly guess.
    bool word = length < 3 || foreign_is_meant(s, length) || foreign_is_no_name(s, length);
    size_t slips = word ? 0 : length < 7 ? 1 : 2;
    *n = (struct nearest){.s = s, .length = length, .distance = slips + 1};
}

void nearest_offer(struct nearest *n, const char *candidate, size_t length)
{
    if (n->length == 0 || n->length > NEAR_LENGTH || length > NEAR_LENGTH || length < 2) {
        return;
    }
    bool begins =
        !differ(n->s[0], candidate[0]) ||
        (n->length > 1 && !differ(n->s[0], candidate[1]) && !differ(n->s[1], candidate[0]));
    size_t apart = length > n->length ? length - n->length : n->length - length;
    bool equals = n->distance == 0 || (n->best[0] != '\0' && length == n->length);
    size_t most = equals ? n->distance : n->distance - 1;  // what is farther is not nearer
    if (!begins || apart > most) {
        return;
    }
    size_t d = distance(n->s, n->length, candidate, length, most);
    if ((n->length < 4 && length != n->length) ||
        (n->length < 4 && d > 0 && !swapped(n->s, candidate, length))) {
        return;
    }
    // Of two equally close the one as long as what was typed: tahn is tanh, not tan.
    bool better = n->best[0] != '\0' && length == n->length && strlen(n->best) != n->length;
    if (d < n->distance || (d == n->distance && better)) {
        n->distance = d;
        memcpy(n->best, candidate, length);
        n->best[length] = '\0';
    }
}

void nearest_offer_bound(struct nearest *n, const struct names *names)
{
    enum { LOOK_MOST = 2048 };  // names, the last that came up: of a million all are a long look
    size_t count = names_count(names);
    for (size_t name = count > LOOK_MOST ? count - LOOK_MOST : 0; name < count; name++) {
        if (names_get(names, (uint32_t)name).rank != VALUE_UNBOUND) {
            size_t length;
            const char *s = names_text(names, (uint32_t)name, &length);
            nearest_offer(n, s, length);
        }
    }
}

#include "lesson/log.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_LINE "backstep progress 1"

enum {
    ID_MOST = 200,         // bytes of an id, of a lesson or a question
    COUNT_MOST = 1000000,  // of a version, hints, questions passed
    FIELDS_MOST = 12,      // of a line
};

#define WHEN_MOST INT64_C(253402300799)  // the last second of the year 9999

// ---- A log --------------------------------------------------------------------------------------

void log_init(struct log *l)
{
    *l = (struct log){0};
    arena_init(&l->arena);
    buf_init(&l->attempts, sizeof(struct log_attempt));
    buf_init(&l->places, sizeof(struct log_place));
}

void log_release(struct log *l)
{
    arena_release(&l->arena);
    buf_release(&l->attempts);
    buf_release(&l->places);
}

bool log_failed(const struct log *l)
{
    return l->arena.failed || l->attempts.failed || l->places.failed;
}

static const char *copy_bytes(struct log *l, const char *s, size_t n)
{
    const char *own = arena_copy(&l->arena, s, n);
    return own == NULL ? "" : own;
}

static const char *copy(struct log *l, const char *s)
{
    return copy_bytes(l, s, strlen(s));
}

size_t log_given(const char *s)
{
    enum { COLUMNS_MOST = 4096 };
    return utf8_cut(s, strlen(s), COLUMNS_MOST);
}

void log_add(struct log *l, const struct log_attempt *a)
{
    struct log_attempt *at = buf_push(&l->attempts, 1);
    if (at != NULL) {
        *at = *a;
        at->question = copy(l, a->question);
        at->lesson = copy(l, a->lesson);
        at->kind = copy(l, a->kind);
        at->given = copy_bytes(l, a->given, log_given(a->given));
    }
}

static struct log_place *find_place(const struct log *l, const char *lesson)
{
    struct log_place *places = l->places.data;
    for (size_t i = 0; i < l->places.count; i++) {
        if (strcmp(places[i].lesson, lesson) == 0) {
            return &places[i];
        }
    }
    return NULL;
}

void log_add_place(struct log *l, const char *lesson, int64_t passed)
{
    struct log_place *at = find_place(l, lesson);
    if (at != NULL) {
        at->passed = passed > at->passed ? passed : at->passed;
    } else if ((at = buf_push(&l->places, 1)) != NULL) {
        *at = (struct log_place){copy(l, lesson), passed};
    }
}

// 64 bits without a sign, as a text.
static uint64_t seed_of(const struct rec *record)
{
    return strtoull(rec_get_text(record, KEY_seed), NULL, 10);
}

struct log_attempt log_attempt_of(const struct rec *record, int64_t when)
{
    return (struct log_attempt){
        .when = when,
        .question = rec_get_text(record, KEY_question),
        .version = rec_get_whole(record, KEY_version),
        .lesson = rec_get_text(record, KEY_lesson),
        .kind = rec_get_text(record, KEY_type),
        .rating = rec_get_whole(record, KEY_rating),
        .right = rec_get_flag(record, KEY_right),
        .skipped = rec_get_flag(record, KEY_skipped),
        .seed = seed_of(record),
        .hints = rec_get_whole(record, KEY_hints),
        .given = rec_get_text(record, KEY_given),
    };
}

static int compare(int64_t x, int64_t y)
{
    return (x > y) - (x < y);
}

// A wrong answer comes before the right one to the same question.
static int compare_attempts(const void *a, const void *b)
{
    const struct log_attempt *x = a, *y = b;
    int by[] = {
        compare(x->when, y->when),       strcmp(x->question, y->question),
        compare(x->version, y->version), (x->seed > y->seed) - (x->seed < y->seed),
        compare(x->hints, y->hints),     compare(x->rating, y->rating),
        compare(x->right, y->right),     compare(x->skipped, y->skipped),
        strcmp(x->given, y->given),      strcmp(x->lesson, y->lesson),
        strcmp(x->kind, y->kind),
    };
    for (size_t i = 0; i < COUNT_OF(by); i++) {
        if (by[i] != 0) {
            return by[i];
        }
    }
    return 0;
}

static int compare_places(const void *a, const void *b)
{
    return strcmp(((const struct log_place *)a)->lesson, ((const struct log_place *)b)->lesson);
}

void log_sort(struct log *l)
{
    if (l->attempts.count > 1) {
        qsort(l->attempts.data, l->attempts.count, l->attempts.size, compare_attempts);
    }
    if (l->places.count > 1) {
        qsort(l->places.data, l->places.count, l->places.size, compare_places);
    }
}

void log_set_days(struct log *l, int64_t (*day_of)(int64_t when))
{
    for (size_t i = 0; i < l->attempts.count; i++) {
        struct log_attempt *a = &BUF(struct log_attempt, &l->attempts)[i];
        a->day = day_of(a->when);
    }
}

// ---- Writing ------------------------------------------------------------------------------------

static void write_bytes(struct text *out, const char *s, size_t left)
{
    uint32_t c;
    for (size_t n; left > 0; s += n, left -= n) {
        static const char plain[] = "\t\n\r\\", letters[] = "tnr\\";
        const char *named = strchr(plain, *s);
        n = utf8_read(s, left, &c);
        bool text = n > 0 && c >= ' ' && c != 0x7F && (c < 0x80 || c >= 0xA0);
        n = n == 0 ? 1 : n;
        if (named != NULL) {
            text_add_char(out, '\\');
            text_add_char(out, letters[named - plain]);
        } else if (text) {
            text_add_bytes(out, s, n);
        } else {
            for (size_t i = 0; i < n; i++) {
                text_addf(out, "\\x%02x", (unsigned)(unsigned char)s[i]);
            }
        }
    }
}

static void write_text(struct text *out, const char *s)
{
    write_bytes(out, s, strlen(s));
}

void log_write_attempt(struct text *out, const struct log_attempt *a)
{
    const char *verdict = a->skipped ? "skipped" : a->right ? "right" : "wrong";
    text_addf(out, "answer\t%lld\t", (long long)a->when);
    write_text(out, a->question);
    text_addf(out, "\t%lld\t", (long long)a->version);
    write_text(out, a->lesson);
    text_add_char(out, '\t');
    write_text(out, a->kind);
    text_addf(out, "\t%lld\t%s\t%llu\t%lld\t", (long long)a->rating, verdict,
              (unsigned long long)a->seed, (long long)a->hints);
    write_bytes(out, a->given, log_given(a->given));
    text_add_char(out, '\n');
}

void log_write_place(struct text *out, const char *lesson, int64_t passed)
{
    text_add(out, "place\t");
    write_text(out, lesson);
    text_addf(out, "\t%lld\n", (long long)passed);
}

void log_write_salt(struct text *out, uint64_t salt)
{
    text_addf(out, "salt\t%llu\n", (unsigned long long)salt);
}

#define HASH_START UINT64_C(14695981039346656037)

static uint64_t hash(uint64_t h, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        h = (h ^ (unsigned char)s[i]) * UINT64_C(1099511628211);
    }
    return h;
}

uint64_t log_hash(const char *s, size_t n)
{
    return hash(HASH_START, s, n);
}

static void write_end(struct text *out, size_t start, size_t lines)
{
    uint64_t sum = log_hash(text_get(out) + start, text_length(out) - start);
    text_addf(out, "end\t%zu\t%016llx\n", lines, (unsigned long long)sum);
}

void log_write(struct text *out, const struct log *l)
{
    size_t start = text_length(out);
    text_add(out, FIRST_LINE "\n");
    log_write_salt(out, l->salt);
    for (size_t i = 0; i < l->places.count; i++) {
        const struct log_place *place = &BUF(struct log_place, &l->places)[i];
        log_write_place(out, place->lesson, place->passed);
    }
    for (size_t i = 0; i < l->attempts.count; i++) {
        log_write_attempt(out, &BUF(struct log_attempt, &l->attempts)[i]);
    }
    write_end(out, start, 1 + l->places.count + l->attempts.count);
}

// ---- Reading ------------------------------------------------------------------------------------

// A line cut into its fields, which are ended by a 0 and have their bytes back.
struct log_line {
    struct text own;
    const char *fields[FIELDS_MOST];
    size_t count;
};

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

// What follows a backslash at s[0..n). Returns the bytes used, 0 if it is nothing known.
static size_t read_escape(const char *s, size_t n, char *c)
{
    static const char plain[] = "\t\n\r\\", letters[] = "tnr\\";
    const char *named = n == 0 || *s == '\0' ? NULL : strchr(letters, *s);
    if (named != NULL) {
        *c = plain[named - letters];
        return 1;
    }
    if (n < 3 || *s != 'x' || hex_digit(s[1]) < 0 || hex_digit(s[2]) < 0) {
        return 0;
    }
    *c = (char)(hex_digit(s[1]) * 16 + hex_digit(s[2]));
    return *c == '\0' ? 0 : 3;
}

// False: too many fields, or bytes that log_write does not write.
static bool cut(struct log_line *line, const char *s, size_t n)
{
    size_t starts[FIELDS_MOST] = {0}, used;
    uint32_t c;
    text_clear(&line->own);
    line->count = 1;
    for (size_t i = 0; i < n; i += used) {
        char escaped;
        used = utf8_read(s + i, n - i, &c);
        if (used == 0 || (c < ' ' && c != '\t') || c == 0x7F || (c >= 0x80 && c < 0xA0)) {
            return false;
        }
        if (c == '\t') {
            if (line->count == FIELDS_MOST) {
                return false;
            }
            text_add_char(&line->own, '\0');
            starts[line->count++] = text_length(&line->own);
        } else if (c == '\\') {
            size_t more = read_escape(s + i + 1, n - i - 1, &escaped);
            if (more == 0) {
                return false;
            }
            text_add_char(&line->own, escaped);
            used += more;
        } else {
            text_add_bytes(&line->own, s + i, used);
        }
    }
    const char *own = text_get(&line->own);
    for (size_t i = 0; i < line->count; i++) {
        line->fields[i] = own + starts[i];
    }
    return !line->own.bytes.failed;
}

// A whole number as it is written: digits alone, no zeros before them.
static bool read_whole(const char *s, uint64_t most, uint64_t *value)
{
    *value = 0;
    if (*s == '\0' || (*s == '0' && s[1] != '\0')) {
        return false;
    }
    for (; text_is_digit(*s); s++) {
        uint64_t digit = (uint64_t)(*s - '0');
        if (digit > most || *value > (most - digit) / 10) {
            return false;
        }
        *value = *value * 10 + digit;
    }
    return *s == '\0';
}

static bool read_number(const char *s, int64_t most, int64_t *value)
{
    uint64_t whole;
    bool negative = *s == '-';
    bool ok = read_whole(s + negative, (uint64_t)most, &whole);
    *value = negative ? -(int64_t)whole : (int64_t)whole;
    return ok && !(negative && whole == 0);
}

// The names of lessons, questions and kinds: no blanks, nothing that is not for reading.
static bool is_id(const char *s)
{
    size_t n = strlen(s);
    for (size_t i = 0; i < n; i++) {
        if (s[i] <= ' ' || s[i] > '~') {
            return false;
        }
    }
    return n > 0 && n <= ID_MOST;
}

static bool read_attempt(struct log *l, const struct log_line *line)
{
    enum { FIELDS = 11, WITH_DAY };
    const char *const *f = line->fields;
    struct log_attempt a = {.question = f[2], .lesson = f[4], .kind = f[5], .given = f[10]};
    if (line->count != FIELDS && line->count != WITH_DAY) {
        return false;
    }
    a.right = strcmp(f[7], "right") == 0;
    a.skipped = strcmp(f[7], "skipped") == 0;
    bool ok = read_number(f[1], WHEN_MOST, &a.when) && is_id(a.question) && is_id(a.lesson) &&
              read_number(f[3], COUNT_MOST, &a.version) && is_id(a.kind) &&
              read_number(f[6], 4, &a.rating) && a.rating >= 0 &&
              (a.right || a.skipped || strcmp(f[7], "wrong") == 0) &&
              read_whole(f[8], UINT64_MAX, &a.seed) && read_number(f[9], COUNT_MOST, &a.hints) &&
              a.hints >= 0 && (line->count == FIELDS || read_number(f[11], WHEN_MOST, &a.day));
    if (ok) {
        log_add(l, &a);
    }
    return ok;
}

static bool read_line(struct log *l, struct log_line *line, const char *s, size_t n)
{
    int64_t passed;
    if (!cut(line, s, n)) {
        return false;
    }
    const char *const *f = line->fields;
    if (strcmp(f[0], "answer") == 0) {
        return read_attempt(l, line);
    }
    if (strcmp(f[0], "salt") == 0) {
        uint64_t salt;
        bool ok = line->count == 2 && read_whole(f[1], UINT64_MAX, &salt);
        l->salt = ok ? salt : l->salt;
        return ok;
    }
    bool ok = strcmp(f[0], "place") == 0 && line->count == 3 && is_id(f[1]) &&
              read_number(f[2], COUNT_MOST, &passed) && passed >= 0;
    if (ok) {
        log_add_place(l, f[1], passed);
    }
    return ok;
}

// The line of s[0..n) that begins at `at`, without its end; *next: where the next one begins.
// False if there is none, or it has no end.
static bool next_line(const char *s, size_t n, size_t at, size_t *length, size_t *next)
{
    const char *end = at < n ? memchr(s + at, '\n', n - at) : NULL;
    if (end == NULL) {
        return false;
    }
    *next = (size_t)(end - s) + 1;
    *length = *next - 1 - at;
    *length -= *length > 0 && s[at + *length - 1] == '\r';
    return true;
}

// A text being read from its first line to its last.
struct log_reading {
    struct log *log;
    const char *s;
    size_t n;
    struct log_line line;
    struct diag *d;
};

static bool wrong(struct log_reading *r, size_t at, size_t length, const char *what,
                  const char *hint)
{
    diag_set(r->d, (struct span){at, at + length}, "%s", what);
    return diag_hint(r->d, "%s", hint);
}

static bool read_first(struct log_reading *r, size_t length)
{
    static const char kin[] = "backstep progress ";
    if (length == strlen(FIRST_LINE) && memcmp(r->s, FIRST_LINE, length) == 0) {
        return true;
    }
    if (length > strlen(kin) && memcmp(r->s, kin, strlen(kin)) == 0) {
        return wrong(r, 0, length, "this progress was written by a newer backstep",
                     "update this one to read it");
    }
    return wrong(r, 0, length, "this is not a file of progress",
                 "one is written by progress export FILE");
}

// Does the last line say what was read?
static bool read_end(struct log_reading *r, size_t at, size_t length, size_t lines, uint64_t sum)
{
    struct text expected;
    text_init(&expected);
    text_addf(&expected, "end\t%zu\t%016llx", lines, (unsigned long long)sum);
    bool same =
        text_length(&expected) == length && memcmp(text_get(&expected), r->s + at, length) == 0;
    text_release(&expected);
    return same || wrong(r, at, length, "this file of progress was changed since it was written",
                         "export it again, and copy it as a file");
}

static bool cut_off(struct log_reading *r)
{
    return wrong(r, r->n, 0, "this file of progress ends too early",
                 "export it again, and copy all of it");
}

static bool read_all(struct log_reading *r)
{
    static const char end[] = "end\t";
    size_t length = 0, next = 0;
    uint64_t sum = HASH_START;
    if (!next_line(r->s, r->n, 0, &length, &next)) {
        bool ours = r->n <= strlen(FIRST_LINE) && r->n > 0 && memcmp(r->s, FIRST_LINE, r->n) == 0;
        return ours ? cut_off(r) : read_first(r, 0);
    }
    if (!read_first(r, length)) {
        return false;
    }
    sum = hash(hash(sum, r->s, length), "\n", 1);
    for (size_t at = next, lines = 0; next_line(r->s, r->n, at, &length, &next); at = next) {
        if (length > strlen(end) && memcmp(r->s + at, end, strlen(end)) == 0) {
            return read_end(r, at, length, lines, sum) &&
                   (next == r->n || wrong(r, next, r->n - next, "something follows the last line",
                                          "export it again, and copy it as a file"));
        }
        if (!read_line(r->log, &r->line, r->s + at, length)) {
            return wrong(r, at, length, "this file of progress was changed since it was written",
                         "export it again, and copy it as a file");
        }
        sum = hash(hash(sum, r->s + at, length), "\n", 1);
        lines++;
    }
    return cut_off(r);
}

bool log_read(struct log *l, const char *s, size_t n, struct diag *d)
{
    struct log_reading r = {.log = l, .s = s, .n = n, .d = d};
    log_init(l);
    text_init(&r.line.own);
    bool ok = read_all(&r);
    if (log_failed(l) || r.line.own.bytes.failed) {
        d->set = false;
        ok = diag_out_of_memory(d);
    }
    text_release(&r.line.own);
    if (!ok) {
        log_release(l);
        log_init(l);
    }
    log_sort(l);
    return ok;
}

bool log_read_lines(struct log *l, const char *s, size_t n, size_t *bad)
{
    struct log_line line = {.count = 0};
    size_t length, next;
    log_init(l);
    text_init(&line.own);
    *bad = 0;
    for (size_t at = 0; next_line(s, n, at, &length, &next); at = next) {
        *bad += length > 0 && !read_line(l, &line, s + at, length);
    }
    bool ok = !log_failed(l) && !line.own.bytes.failed;
    text_release(&line.own);
    log_sort(l);
    return ok;
}

// ---- Merging ------------------------------------------------------------------------------------

bool log_missing(struct log *missing, const struct log *mine, const struct log *theirs)
{
    const struct log_attempt *own = mine->attempts.data, *other = theirs->attempts.data;
    size_t i = 0, k = 0;
    log_init(missing);
    while (k < theirs->attempts.count) {
        int order = i < mine->attempts.count ? compare_attempts(&own[i], &other[k]) : 1;
        if (order > 0) {
            log_add(missing, &other[k]);
        }
        i += order <= 0;
        k += order >= 0;
    }
    for (size_t p = 0; p < theirs->places.count; p++) {
        const struct log_place *place = &BUF(struct log_place, &theirs->places)[p];
        const struct log_place *at = find_place(mine, place->lesson);
        if (place->passed > (at == NULL ? 0 : at->passed)) {
            log_add_place(missing, place->lesson, place->passed);
        }
    }
    return !log_failed(missing);
}

void log_write_counts(struct text *out, const struct log *missing, const struct log *theirs)
{
    text_addf(out, "%zu %zu %zu", missing->attempts.count, missing->places.count,
              theirs->attempts.count - missing->attempts.count);
}

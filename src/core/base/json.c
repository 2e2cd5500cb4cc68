#include "base/json.h"

#include <math.h>
#include <string.h>

// ---- Texts --------------------------------------------------------------------------------------

// Four hexadecimal digits at s[0..n). False if there are none.
static bool read_hex(const char *s, size_t n, uint32_t *unit)
{
    *unit = 0;
    for (size_t i = 0; i < 4; i++) {
        char c = i < n ? s[i] : '\0';
        uint32_t digit = text_is_digit(c)       ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 16;
        if (digit == 16) {
            return false;
        }
        *unit = *unit << 4 | digit;
    }
    return true;
}

// \u and what follows, at s[0..n): a character, or the two halves of one. Returns the bytes used, 0
// if it is not one.
static size_t read_unicode(const char *s, size_t n, uint32_t *c)
{
    enum { ONE = 6, PAIR = 12 };
    uint32_t low;
    if (!read_hex(s + 2, n - 2, c)) {
        return 0;
    }
    if (*c < 0xD800 || *c > 0xDFFF) {
        return ONE;
    }
    if (*c > 0xDBFF || n < PAIR || s[ONE] != '\\' || s[ONE + 1] != 'u' ||
        !read_hex(s + ONE + 2, n - ONE - 2, &low) || low < 0xDC00 || low > 0xDFFF) {
        return 0;
    }
    *c = 0x10000 + ((*c - 0xD800) << 10) + (low - 0xDC00);
    return PAIR;
}

// The character of a text at s[0..n), n > 0. Returns the bytes used, 0 if it is not one.
static size_t read_character(const char *s, size_t n, uint32_t *c)
{
    static const char signs[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    if ((unsigned char)s[0] < 0x20) {
        return 0;
    }
    if (s[0] != '\\') {
        return utf8_read(s, n, c);
    }
    if (n > 1 && s[1] == 'u') {
        return read_unicode(s, n, c);
    }
    const char *sign = n > 1 ? memchr(signs, s[1], sizeof signs - 1) : NULL;
    *c = sign == NULL ? 0 : (unsigned char)meant[sign - signs];
    return sign == NULL ? 0 : 2;
}

static size_t write_utf8(char out[4], uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6) {
        out[i] = (char)(0x80 | (c & 0x3F));
    }
    out[0] = (char)((n == 2 ? 0xC0 : n == 3 ? 0xE0 : 0xF0) | c);
    return n;
}

bool json_add_text(struct text *out, struct json value)
{
    if (json_kind(value) != JSON_TEXT) {
        return false;
    }
    for (size_t i = 1, used; i + 1 < value.n; i += used) {
        uint32_t c;
        char bytes[4];
        used = read_character(value.s + i, value.n - 1 - i, &c);
        BS_ASSERT(used > 0);  // it was checked
        text_add_bytes(out, bytes, write_utf8(bytes, c));
    }
    return true;
}

bool json_is(struct json value, const char *text)
{
    size_t n = strlen(text), done = 0;
    if (json_kind(value) != JSON_TEXT) {
        return false;
    }
    for (size_t i = 1, used; i + 1 < value.n; i += used) {
        uint32_t c;
        char bytes[4];
        used = read_character(value.s + i, value.n - 1 - i, &c);
        BS_ASSERT(used > 0);  // it was checked
        size_t more = write_utf8(bytes, c);
        if (done + more > n || memcmp(text + done, bytes, more) != 0) {
            return false;
        }
        done += more;
    }
    return done == n;
}

// ---- Checking -----------------------------------------------------------------------------------

struct json_checking {
    const char *s;
    size_t n, at;
    const char *why;
    uint64_t maps;  // which of the open brackets are maps, the innermost in the lowest bit
    size_t depth;
};

static bool refuse(struct json_checking *c, const char *why)
{
    c->why = why;
    return false;
}

static bool have(const struct json_checking *c, char sign)
{
    return c->at < c->n && c->s[c->at] == sign;
}

static void skip_blanks(struct json_checking *c)
{
    while (c->at < c->n && text_is_blank(c->s[c->at])) {
        c->at++;
    }
}

static bool check_text(struct json_checking *c)
{
    for (c->at++; !have(c, '"');) {
        uint32_t character;
        size_t used = c->at == c->n ? 0 : read_character(c->s + c->at, c->n - c->at, &character);
        if (used == 0) {
            return refuse(c, c->at == c->n ? "a string does not end"
                                           : "this is not allowed in a string");
        }
        c->at += used;
    }
    c->at++;
    return true;
}

static bool check_digits(struct json_checking *c)
{
    size_t from = c->at;
    while (c->at < c->n && text_is_digit(c->s[c->at])) {
        c->at++;
    }
    return c->at > from || refuse(c, "a digit is missing");
}

// -0.5e+7
static bool check_number(struct json_checking *c)
{
    c->at += have(c, '-');
    bool zero = have(c, '0');
    c->at += zero;
    if (!zero && !check_digits(c)) {
        return false;
    }
    if (have(c, '.')) {
        c->at++;
        if (!check_digits(c)) {
            return false;
        }
    }
    if (have(c, 'e') || have(c, 'E')) {
        c->at++;
        c->at += have(c, '-') || have(c, '+');
        return check_digits(c);
    }
    return true;
}

static bool check_word(struct json_checking *c)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t n = strlen(words[i]);
        if (c->n - c->at >= n && memcmp(c->s + c->at, words[i], n) == 0) {
            c->at += n;
            return true;
        }
    }
    return refuse(c, "a value is missing here");
}

// "name": before a member's value.
static bool check_name(struct json_checking *c)
{
    skip_blanks(c);
    if (!have(c, '"')) {
        return refuse(c, "a name in quotation marks is missing here");
    }
    if (!check_text(c)) {
        return false;
    }
    skip_blanks(c);
    if (!have(c, ':')) {
        return refuse(c, "a colon is missing here");
    }
    c->at++;
    return true;
}

// Opens brackets up to a value that is not one, or an empty one. *closed: the latter.
static bool check_opening(struct json_checking *c, bool *closed)
{
    *closed = false;
    skip_blanks(c);
    while (have(c, '{') || have(c, '[')) {
        bool map = c->s[c->at++] == '{';
        if (c->depth == JSON_DEPTH_MOST) {
            return refuse(c, "too many brackets are open");
        }
        c->maps = c->maps << 1 | map;
        c->depth++;
        skip_blanks(c);
        *closed = have(c, map ? '}' : ']');
        if (*closed) {
            return true;
        }
        if (map && !check_name(c)) {
            return false;
        }
        skip_blanks(c);
    }
    return true;
}

// After a value: closes brackets, and goes on after a comma. *done: none is open.
static bool check_closing(struct json_checking *c, bool *done)
{
    skip_blanks(c);
    while (c->depth > 0) {
        bool map = (c->maps & 1) != 0;
        if (have(c, ',')) {
            c->at++;
            *done = false;
            return !map || check_name(c);
        }
        if (!have(c, map ? '}' : ']')) {
            return refuse(c, c->at == c->n ? "a bracket is not closed"
                                           : "a comma or a closing bracket is missing here");
        }
        c->at++;
        c->maps >>= 1;
        c->depth--;
        skip_blanks(c);
    }
    *done = true;
    return true;
}

static bool check_value(struct json_checking *c)
{
    for (bool done = false, empty; !done;) {
        if (!check_opening(c, &empty)) {
            return false;
        }
        bool number = c->at < c->n && (c->s[c->at] == '-' || text_is_digit(c->s[c->at]));
        bool ok = empty          ? true
                  : have(c, '"') ? check_text(c)
                  : number       ? check_number(c)
                                 : check_word(c);
        if (!ok || !check_closing(c, &done)) {
            return false;
        }
    }
    return true;
}

bool json_check(const char *text, size_t n, struct json *value, const char **why, size_t *at)
{
    struct json_checking c = {.s = text, .n = n};
    skip_blanks(&c);
    size_t from = c.at;
    bool ok =
        check_value(&c) && (c.at == c.n || refuse(&c, "something follows the end of the value"));
    *value =
        ok ? (struct json){text + from, text_trimmed(text + from, n - from)} : (struct json){0};
    *why = ok ? "" : c.why;
    if (at != NULL) {
        *at = c.at;
    }
    return ok;
}

// ---- Looking up: the text was checked -----------------------------------------------------------

enum json_kind json_kind(struct json value)
{
    switch (value.s == NULL ? '\0' : value.s[0]) {
    case '\0':
        return JSON_NONE;
    case '{':
        return JSON_MAP;
    case '[':
        return JSON_LIST;
    case '"':
        return JSON_TEXT;
    case 't':
    case 'f':
        return JSON_FLAG;
    case 'n':
        return JSON_NULL;
    default:
        return JSON_NUMBER;
    }
}

static size_t text_end(const char *s, size_t at)
{
    for (at++; s[at] != '"'; at++) {
        at += s[at] == '\\';
    }
    return at + 1;
}

// After the value that begins at byte `at` of a list or a map.
static size_t value_end(const char *s, size_t at)
{
    size_t depth = 0;
    do {
        char c = s[at];
        if (c == '"') {
            at = text_end(s, at);
            continue;
        }
        depth += (c == '{' || c == '[');
        depth -= (c == '}' || c == ']');
        at++;
    } while (depth > 0 || strchr(",]} \t\n\r\"[{:", s[at]) == NULL);
    return at;
}

struct json_walk json_walk(struct json value)
{
    bool open = json_kind(value) == JSON_LIST || json_kind(value) == JSON_MAP;
    return (struct json_walk){.in = open ? value : (struct json){0}, .at = 1};
}

// After blanks and these signs.
static void skip(struct json_walk *w, const char *signs)
{
    while (w->at < w->in.n &&
           (text_is_blank(w->in.s[w->at]) || strchr(signs, w->in.s[w->at]) != NULL)) {
        w->at++;
    }
}

bool json_next(struct json_walk *w)
{
    const char *s = w->in.s;
    if (s == NULL) {
        return false;
    }
    skip(w, ",");
    if (w->at + 1 >= w->in.n) {
        return false;
    }
    w->name = (struct json){0};
    if (s[0] == '{') {
        size_t end = text_end(s, w->at);
        w->name = (struct json){s + w->at, end - w->at};
        w->at = end;
        skip(w, ":");
    }
    size_t end = s[w->at] == '"' ? text_end(s, w->at) : value_end(s, w->at);
    w->value = (struct json){s + w->at, end - w->at};
    w->at = end;
    return true;
}

struct json json_member(struct json map, const char *name)
{
    struct json found = {0};
    if (json_kind(map) != JSON_MAP) {
        return found;
    }
    for (struct json_walk w = json_walk(map); json_next(&w);) {
        found = json_is(w.name, name) ? w.value : found;
    }
    return found;
}

bool json_is_true(struct json value)
{
    return value.s != NULL && value.s[0] == 't';
}

bool json_read_whole(struct json value, int64_t *whole)
{
    double v;
    size_t sign = json_kind(value) == JSON_NUMBER && value.s[0] == '-';
    if (json_kind(value) != JSON_NUMBER || number_read(value.s + sign, value.n - sign, &v) == 0 ||
        v > 9007199254740992.0 || v != floor(v)) {
        return false;
    }
    *whole = sign ? -(int64_t)v : (int64_t)v;
    return true;
}

#include "base/text.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"

void text_init(struct text *t)
{
    buf_init(&t->bytes, 1);
}

void text_release(struct text *t)
{
    buf_release(&t->bytes);
}

void text_clear(struct text *t)
{
    t->bytes.count = 0;
    t->bytes.failed = false;
}

// Room for n bytes at the end, n > 0, and for the 0 behind them: text_get must not ask for memory, as
// whoever asked for the length just before would read that many bytes of nothing. NULL: no memory.
static char *room(struct text *t, size_t n)
{
    char *at = buf_push(&t->bytes, n + 1);
    t->bytes.count -= at != NULL;
    return at;
}

void text_add_bytes(struct text *t, const char *bytes, size_t n)
{
    char *at = n == 0 ? NULL : room(t, n);
    if (at != NULL) {
        memcpy(at, bytes, n);
    }
}

void text_add(struct text *t, const char *s)
{
    text_add_bytes(t, s, strlen(s));
}

void text_add_char(struct text *t, char c)
{
    text_add_bytes(t, &c, 1);
}

void text_fill(struct text *t, char c, size_t n)
{
    char *at = n == 0 ? NULL : room(t, n);
    if (at != NULL) {
        memset(at, c, n);
    }
}

void text_addf(struct text *t, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    char few[128];
    int n = format_write_args(few, sizeof few, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < sizeof few) {
        text_add_bytes(t, few, (size_t)n);
    } else if (n > 0) {
        char *at = room(t, (size_t)n);
        if (at != NULL) {
            format_write_args(at, (size_t)n + 1, format, again);
        }
    }
    va_end(again);
}

const char *text_get(struct text *t)
{
    // There is room for the 0, but where another than the functions above put bytes in.
    if (t->bytes.failed || t->bytes.data == NULL || !buf_reserve(&t->bytes, t->bytes.count + 1)) {
        return "";
    }
    BUF(char, &t->bytes)[t->bytes.count] = '\0';
    return t->bytes.data;
}

size_t text_length(const struct text *t)
{
    return t->bytes.failed ? 0 : t->bytes.count;
}

size_t text_trimmed(const char *s, size_t n)
{
    while (n > 0 && text_is_blank(s[n - 1])) {
        n--;
    }
    return n;
}

bool text_among(const char *words, const char *s, size_t length)
{
    for (const char *word = words; *word != '\0'; word += *word == ' ') {
        size_t n = 0;
        while (n < length && word[n] == s[n] && word[n] != ' ' && word[n] != '\0') {
            n++;
        }
        bool ends = word[n] == ' ' || word[n] == '\0';
        if (ends && n == length) {
            return true;
        }
        word += n;
        while (*word != ' ' && *word != '\0') {
            word++;
        }
    }
    return false;
}

const char *number_text(char out[NUMBER_TEXT], double v, int digits)
{
    if (isnan(v)) {
        return memcpy(out, "nan", 4);
    }
    if (isinf(v)) {
        return memcpy(out, v > 0 ? "inf" : "-inf", v > 0 ? 4 : 5);
    }
    if (!number_write(out, v, digits)) {
        snprintf(out, NUMBER_TEXT, "%.*g", digits, v == 0 ? 0.0 : v);
    }
    return out;
}

const char *number_figure(char out[FIGURE_TEXT], double v, int digits)
{
    static const char minus[] = "−";
    char number[NUMBER_TEXT], *end = out;
    number_text(number, v, digits);
    for (const char *s = number; *s != '\0'; s++) {
        size_t n = *s == '-' ? sizeof minus - 1 : 1;
        memcpy(end, *s == '-' ? minus : s, n);
        end += n;
    }
    *end = '\0';
    return out;
}

// What number_text wrote of v, as a number.
static double read_back(const char *number, double v)
{
    bool minus = number[0] == '-';
    double again;
    if (number_read(number + minus, strlen(number + minus), &again) == 0) {
        return v;  // inf, nan
    }
    return minus ? -again : again;
}

double number_rounded(double v, int digits)
{
    char number[NUMBER_TEXT];
    return read_back(number_text(number, v, digits), v);
}

const char *number_exact(char out[NUMBER_TEXT], double v)
{
    // 15 digits come back from every double of full precision, so fewer need not be tried: %g leaves
    // out the zeros. (And 100 stays 100, not 1e+02.)
    for (int digits = fabs(v) < DBL_MIN && v != 0 ? 1 : DBL_DIG; digits < 17; digits++) {
        if (read_back(number_text(out, v, digits), v) == v) {
            return out;
        }
    }
    return number_text(out, v, 17);
}

size_t utf8_read(const char *s, size_t n, uint32_t *character)
{
    const unsigned char *u = (const unsigned char *)s;
    if (u[0] < 0x80) {
        *character = u[0];
        return 1;
    }
    size_t bytes = u[0] >= 0xC2 && u[0] < 0xE0 ? 2 : (u[0] & 0xF0) == 0xE0 ? 3 : 4;
    if (u[0] < 0xC2 || u[0] > 0xF4 || bytes > n) {
        return 0;
    }
    uint32_t c = u[0] & (0xFFu >> (bytes + 1));
    for (size_t i = 1; i < bytes; i++) {
        if ((u[i] & 0xC0) != 0x80) {
            return 0;
        }
        c = c << 6 | (u[i] & 0x3Fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (c < least[bytes] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
        return 0;
    }
    *character = c;
    return bytes;
}

struct text_range {
    uint32_t first, last;
};

static bool in_ranges(uint32_t c, const struct text_range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (c >= ranges[i].first && c <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

// Combining marks and format characters: no width of their own.
static const struct text_range zero_width[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0900, 0x0902}, {0x093C, 0x093C}, {0x0941, 0x0948}, {0x094D, 0x094D}, {0x0E31, 0x0E31},
    {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},
    {0x202A, 0x202E}, {0x2060, 0x2064}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
    {0xFEFF, 0xFEFF},
};

// Two columns: the W and F classes of Unicode's East Asian width, in broad strokes, and emoji.
static const struct text_range wide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},
    {0xA000, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD},
};

// Beyond ASCII everything counts as a letter but these: punctuation, symbols, spaces, controls,
// private use, emoji.
static const struct text_range not_letters[] = {
    {0x0080, 0x00A9}, {0x00AB, 0x00B4},   {0x00B6, 0x00B9},    {0x00BB, 0x00BF}, {0x00D7, 0x00D7},
    {0x00F7, 0x00F7}, {0x02C2, 0x02C5},   {0x02D2, 0x02DF},    {0x0300, 0x036F}, {0x037E, 0x037E},
    {0x0387, 0x0387}, {0x0589, 0x058A},   {0x060C, 0x060C},    {0x061B, 0x061F}, {0x066A, 0x066D},
    {0x06D4, 0x06D4}, {0x0964, 0x0965},   {0x0E3F, 0x0E3F},    {0x1680, 0x1680}, {0x1AB0, 0x1AFF},
    {0x2000, 0x206F}, {0x20A0, 0x20FF},   {0x2190, 0x2BFF},    {0x2E00, 0x2E7F}, {0x3000, 0x3004},
    {0x3008, 0x3020}, {0x3030, 0x3030},   {0xD800, 0xF8FF},    {0xFD3E, 0xFD3F}, {0xFDD0, 0xFDEF},
    {0xFE00, 0xFE6F}, {0xFEFF, 0xFF0F},   {0xFF1A, 0xFF20},    {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65},
    {0xFFE0, 0xFFFF}, {0x1F000, 0x1FBFF}, {0xE0000, 0x10FFFF},
};

int utf8_width(uint32_t c)
{
    if (c < 0x300) {
        return 1;
    }
    if (in_ranges(c, zero_width, COUNT_OF(zero_width))) {
        return 0;
    }
    return in_ranges(c, wide, COUNT_OF(wide)) ? 2 : 1;
}

size_t utf8_columns(const char *s, size_t n)
{
    size_t columns = 0;
    for (size_t i = 0; i < n;) {
        uint32_t c;
        size_t bytes = utf8_read(s + i, n - i, &c);
        columns += bytes == 0 ? 1 : (size_t)utf8_width(c);
        i += bytes == 0 ? 1 : bytes;
    }
    return columns;
}

size_t utf8_length(const char *s, size_t n)
{
    size_t characters = 0;
    for (size_t i = 0; i < n; characters++) {
        uint32_t c;
        size_t bytes = utf8_read(s + i, n - i, &c);
        i += bytes == 0 ? 1 : bytes;
    }
    return characters;
}

size_t utf8_bytes(const char *s, size_t n, size_t characters)
{
    size_t at = 0;
    for (; at < n && characters > 0; characters--) {
        uint32_t c;
        size_t bytes = utf8_read(s + at, n - at, &c);
        at += bytes == 0 ? 1 : bytes;
    }
    return at;
}

bool utf8_is_letter(uint32_t c)
{
    if (c < 0x80) {
        return c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    }
    return !in_ranges(c, not_letters, COUNT_OF(not_letters));
}

bool utf8_is_name(uint32_t c)
{
    return (c >= '0' && c <= '9') || utf8_is_letter(c) ||
           (c >= 0x300 && utf8_width(c) == 0 && (c < 0x2000 || c >= 0x20D0) && c != 0xFEFF);
}

size_t utf8_cut(const char *s, size_t n, size_t columns)
{
    size_t i = 0, used = 0;
    while (i < n) {
        uint32_t c;
        size_t bytes = utf8_read(s + i, n - i, &c);
        used += bytes == 0 ? 1 : (size_t)utf8_width(c);
        if (used > columns) {
            break;
        }
        i += bytes == 0 ? 1 : bytes;
    }
    return i;
}

// It cannot be seen, and no language needs it in its words (some need the joiners U+200C and U+200D).
static bool is_unseen(uint32_t c)
{
    static const struct text_range unseen[] = {
        {0x180E, 0x180E}, {0x200B, 0x200B}, {0x2028, 0x2029},  {0x2060, 0x2064},
        {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF}};
    return in_ranges(c, unseen, COUNT_OF(unseen));
}

bool utf8_is_control(uint32_t c)
{
    static const struct text_range turning[] = {
        {0x061C, 0x061C}, {0x200E, 0x200F}, {0x202A, 0x202E}, {0x2066, 0x206F}};
    return c < 0x20 || (c >= 0x7F && c < 0xA0) ||
           (c >= 0x600 && (in_ranges(c, turning, COUNT_OF(turning)) || is_unseen(c)));
}

bool utf8_is_blank(uint32_t c)
{
    static const struct text_range spaces[] = {{0x00A0, 0x00A0}, {0x1680, 0x1680},
                                               {0x2000, 0x200A}, {0x202F, 0x202F},
                                               {0x205F, 0x205F}, {0x3000, 0x3000}};
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v' ||
           (c >= 0xA0 && (in_ranges(c, spaces, COUNT_OF(spaces)) || is_unseen(c)));
}

// A newline, also as \r\n, or a tab.
static bool is_line(const char *s, size_t n)
{
    return s[0] == '\n' || s[0] == '\t' || (s[0] == '\r' && n > 1 && s[1] == '\n');
}

// How many bytes from s[0] on need no change.
static size_t safe_bytes(const char *s, size_t n, bool lines)
{
    size_t i = 0;
    while (i < n) {
        if (utf8_is_plain(s[i])) {
            i++;
            continue;
        }
        uint32_t c;
        size_t bytes = utf8_read(s + i, n - i, &c);
        if (bytes == 0 || (utf8_is_control(c) && !(lines && is_line(s + i, n - i)))) {
            break;
        }
        i += bytes;
    }
    return i;
}

size_t text_safe_bytes(const char *s, size_t n)
{
    return safe_bytes(s, n, true);
}

size_t text_escape(char out[ESCAPE_TEXT], const char *s, size_t n)
{
    uint32_t c;
    size_t bytes = utf8_read(s, n, &c);
    if (bytes > 0 && c >= 0xA0) {
        format_write(out, ESCAPE_TEXT, "\\u%04x", (unsigned)c);
        return bytes;
    }
    bytes = bytes == 0 ? 1 : bytes;
    for (size_t i = 0; i < bytes; i++) {
        snprintf(out + 4 * i, ESCAPE_TEXT - 4 * i, "\\x%02x", (unsigned char)s[i]);
    }
    return bytes;
}

static void add_seen(struct text *t, const char *s, size_t n, bool lines)
{
    for (size_t i = 0; i < n;) {
        size_t safe = safe_bytes(s + i, n - i, lines);
        text_add_bytes(t, s + i, safe);
        i += safe;
        if (i < n) {
            char seen[ESCAPE_TEXT];
            i += text_escape(seen, s + i, n - i);
            text_add(t, seen);
        }
    }
}

void text_add_visible(struct text *t, const char *s, size_t n)
{
    add_seen(t, s, n, false);
}

void text_add_safe(struct text *t, const char *s, size_t n)
{
    add_seen(t, s, n, true);
}

bool text_is_safe(const char *s, size_t n)
{
    return safe_bytes(s, n, true) == n;
}

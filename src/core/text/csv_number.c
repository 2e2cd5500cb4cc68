#include "text/csv_number.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

// More digits than a double can tell apart (see number_read).
enum { PLAIN_MOST = 1200 };

// A cell taken apart: sign, currency and percent are read off its ends.
struct amount {
    const char *s;
    size_t n;
    bool minus, percent, signless;
};

static bool is_word(const char *s, size_t n, const char *word)
{
    size_t i = 0;
    while (i < n && word[i] != '\0' && (s[i] | 0x20) == (word[i] | 0x20)) {
        i++;
    }
    return i == n && word[i] == '\0';
}

bool csv_number_is_missing(const char *s, size_t n)
{
    static const char *const missing[] = {"nan", "na", "n/a", "null", "none", "#n/a"};
    bool may = n > 0 && ((*s | 0x20) == 'n' || *s == '#');
    for (size_t i = 0; i < COUNT_OF(missing) && may; i++) {
        if (is_word(s, n, missing[i])) {
            return true;
        }
    }
    return n == 0 || (n == 1 && *s == '?');
}

// The bytes of the first of these that s begins (or ends) with; 0 if it is not one.
static size_t begins(const char *s, size_t n, const char *const *marks)
{
    for (; n > 0 && *marks != NULL; marks++) {
        if (**marks != *s) {
            continue;
        }
        size_t length = strlen(*marks);
        if (length <= n && memcmp(s, *marks, length) == 0) {
            return length;
        }
    }
    return 0;
}

static size_t ends(const char *s, size_t n, const char *const *marks)
{
    bool digit = n > 0 && text_is_digit(s[n - 1]);  // none ends with one
    for (; !digit && *marks != NULL; marks++) {
        size_t length = strlen(*marks);
        if (length <= n && memcmp(s + n - length, *marks, length) == 0) {
            return length;
        }
    }
    return 0;
}

static const char *const blanks[] = {" ", "\t", "\u00A0", "\u202F", NULL};
static const char *const currencies[] = {"$", "€", "£", "¥", "₹", NULL};
static const char *const minuses[] = {"-", "−", NULL};

static void drop_front(struct amount *a, size_t bytes)
{
    a->s += bytes;
    a->n -= bytes;
}

static void trim_front(struct amount *a)
{
    for (size_t m; (m = begins(a->s, a->n, blanks)) > 0;) {
        drop_front(a, m);
    }
}

static bool read_sign(struct amount *a)
{
    size_t minus = begins(a->s, a->n, minuses);
    a->minus = minus > 0;
    bool any = minus > 0 || (a->n > 0 && *a->s == '+');
    drop_front(a, minus > 0 ? minus : any);
    return any;
}

// -$5, $-5, 5 €, 50 %, '5': each at most once.
static struct amount take_apart(const char *s, size_t n)
{
    struct amount a = {.s = s, .n = n};
    if (n > 2 && s[0] == '\'' && s[n - 1] == '\'') {
        a.s++;
        a.n -= 2;
    }
    bool sign = read_sign(&a);
    trim_front(&a);
    size_t money = begins(a.s, a.n, currencies);
    drop_front(&a, money);
    if (money > 0) {
        trim_front(&a);
        sign = sign || read_sign(&a);
    }
    a.signless = !sign;
    size_t tail = money > 0 ? 0 : ends(a.s, a.n, currencies);
    a.percent = money == 0 && tail == 0 && a.n > 0 && a.s[a.n - 1] == '%';
    tail += a.percent;
    a.n -= tail;
    for (size_t m; tail > 0 && (m = ends(a.s, a.n, blanks)) > 0;) {
        a.n -= m;
    }
    return a;
}

static size_t digits(const char *s, size_t n)
{
    size_t i = 0;
    while (i < n && text_is_digit(s[i])) {
        i++;
    }
    return i;
}

// The bytes of the mark between thousands at s, where `three` digits and no fourth follow.
static size_t thousands_mark(const char *s, size_t n, char decimal)
{
    static const char *const apart[] = {"'", "’", " ", "_", "\u00A0", "\u202F", NULL};
    size_t m = n > 0 && (*s == '.' || *s == ',') && *s != decimal ? 1 : begins(s, n, apart);
    return m > 0 && digits(s + m, n - m) == 3 ? m : 0;
}

// The digits as number_read takes them, in out if that is not NULL; their bytes, 0 if s is no
// number. What is between thousands is the same mark throughout.
static size_t plain(const char *s, size_t n, char decimal, char *out)
{
    size_t whole = digits(s, n), i = whole, o = 0, mark = 0;
    if (n >= PLAIN_MOST) {
        return 0;
    }
    if (out != NULL) {
        memcpy(out, s, whole);
    }
    o = whole;
    if (whole >= 1 && whole <= 3 && s[0] != '0' &&
        (mark = thousands_mark(s + i, n - i, decimal)) > 0) {
        const char *first = s + i;
        while (thousands_mark(s + i, n - i, decimal) == mark && memcmp(s + i, first, mark) == 0) {
            if (out != NULL) {
                memcpy(out + o, s + i + mark, 3);
            }
            o += 3;
            i += mark + 3;
        }
    }
    size_t rest = i, fraction = 0;
    if (i < n && s[i] == decimal) {
        fraction = digits(s + i + 1, n - i - 1);
        i += 1 + fraction;
    }
    if (whole + fraction > 0 && i < n && (s[i] | 0x20) == 'e') {
        size_t sign = i + 1 < n && (s[i + 1] == '+' || s[i + 1] == '-');
        size_t power = digits(s + i + 1 + sign, n - i - 1 - sign);
        i += power > 0 ? 1 + sign + power : 0;
    }
    if (out != NULL && i == n) {
        memcpy(out + o, s + rest, n - rest);
        if (rest < n && s[rest] == decimal) {
            out[o] = '.';
        }
    }
    return whole + fraction > 0 && i == n ? o + n - rest : 0;
}

// True and false have no sign, infinity may.
static bool read_word(const struct amount *a, double *number)
{
    if (a->signless && (is_word(a->s, a->n, "true") || is_word(a->s, a->n, "false"))) {
        *number = a->n == 4;
        return true;
    }
    *number = (double)INFINITY;
    return is_word(a->s, a->n, "inf") || is_word(a->s, a->n, "infinity");
}

bool csv_number_fits(const char *s, size_t n, char decimal)
{
    double number;
    struct amount a = take_apart(s, n);
    return plain(a.s, a.n, decimal, NULL) > 0 || read_word(&a, &number);
}

bool csv_number_is_percent(const char *s, size_t n)
{
    return n > 0 && s[n - 1] == '%';
}

bool csv_number_read(const char *s, size_t n, char decimal, double *number)
{
    char digits_only[PLAIN_MOST];
    *number = (double)NAN;
    if (csv_number_is_missing(s, n)) {
        return true;
    }
    struct amount a = take_apart(s, n);
    size_t length = plain(a.s, a.n, decimal, digits_only);
    bool ok =
        length > 0 ? number_read(digits_only, length, number) == length : read_word(&a, number);
    *number = !ok ? (double)NAN : a.percent ? *number / 100 : *number;
    *number = a.minus ? -*number : *number;
    return ok;
}

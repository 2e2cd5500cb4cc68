// Text: a growable string, numbers to text and back, UTF-8.
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/number.h"

// A growable string. `bytes.data` may be NULL while it is empty: read it through text_get.
struct text {
    struct buf bytes;
};

void text_init(struct text *t);
void text_release(struct text *t);
// Empty, and whole again: a text that lives long is not lost for good where memory was refused once.
void text_clear(struct text *t);
void text_add(struct text *t, const char *s);
void text_add_bytes(struct text *t, const char *bytes, size_t n);
void text_add_char(struct text *t, char c);
void text_fill(struct text *t, char c, size_t n);
__attribute__((format(printf, 2, 3))) void text_addf(struct text *t, const char *format, ...);
// The string, with a 0 after it; "" if a byte of it could not be had (t->bytes.failed).
const char *text_get(struct text *t);
size_t text_length(const struct text *t);

// Is s[0..length) one of these words, separated by blanks?
bool text_among(const char *words, const char *s, size_t length);

// The bytes of s[0..n) without the blanks (spaces, tabs, ends of lines) at its end.
size_t text_trimmed(const char *s, size_t n);

// Numbers. Digits are significant digits, 1 to 17, as in C's %.*g.
enum { NUMBER_TEXT = 40 };

// Writes v as the learner reads numbers: nan without a sign, inf, -inf, 0 for -0. Returns `out`.
const char *number_text(char out[NUMBER_TEXT], double v, int digits);
// The same with a real minus sign, as pictures show numbers. Returns `out`.
enum {
    FIGURE_TEXT = NUMBER_TEXT + 4
};  // two minus signs of three bytes: the number's, and
    // its exponent's
const char *number_figure(char out[FIGURE_TEXT], double v, int digits);
// v to so many significant digits.
double number_rounded(double v, int digits);
// The shortest text that reads back as exactly v.
const char *number_exact(char out[NUMBER_TEXT], double v);

// UTF-8. Decodes the character at s[0..n), n > 0; returns its bytes (1 to 4), 0 if it is invalid
// (also overlong forms, surrogates, beyond U+10FFFF).
size_t utf8_read(const char *s, size_t n, uint32_t *character);
// Columns that a character takes in a terminal: 0 (combining), 1 or 2 (wide).
int utf8_width(uint32_t character);
// Columns and characters of s[0..n); an invalid byte counts as one of each.
size_t utf8_columns(const char *s, size_t n);
size_t utf8_length(const char *s, size_t n);
// The bytes that so many characters take; all n if there are not so many.
size_t utf8_bytes(const char *s, size_t n, size_t characters);
// May this character begin a name? Any script's letters and _.
bool utf8_is_letter(uint32_t character);
// May it stand later in a name? Digits and combining marks too.
bool utf8_is_name(uint32_t character);
// The largest cut of s[0..n) that has at most `columns` columns and splits no character.
size_t utf8_cut(const char *s, size_t n, size_t columns);

// Would this character do something to a terminal or a page, rather than be seen? Control
// characters of ASCII (a newline and a tab too) and of Latin-1, those that turn the direction of writing,
// and those of which nothing is seen, in which text could be hidden.
bool utf8_is_control(uint32_t character);
// Is it a character by itself, and none of those? A quick answer for nearly all that is met: printable ASCII.
static inline bool utf8_is_plain(char c)
{
    return c >= ' ' && c < 0x7F;
}
// Is it room between words: a space of any width (no newline), or nothing that is seen? Browsers and chats
// put such into what is copied.
bool utf8_is_blank(uint32_t character);

// Bytes. Digits are 0 to 9, letters a to z and A to Z, whatever the language; blanks are spaces,
// tabs and ends of lines.
static inline bool text_is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static inline bool text_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
// A capital letter of ASCII as a small one; anything else as it is.
static inline char text_small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}
static inline bool text_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
// May it be part of a word, or of a name, in any script?
static inline bool text_in_word(char c)
{
    return text_is_letter(c) || text_is_digit(c) || (unsigned char)c >= 0x80;
}
static inline bool text_in_name(char c)
{
    return text_in_word(c) || c == '_';
}
// Appends s[0..n) with such characters and invalid bytes made visible: \x1b, \u202e.
void text_add_visible(struct text *t, const char *s, size_t n);
// The same, but newlines (also \r\n) and tabs stay: for texts of many lines. What leaves for a
// terminal, a picture or a page goes through here or through text_add_visible.
void text_add_safe(struct text *t, const char *s, size_t n);
// How many bytes from s[0] on text_add_safe leaves as they are, and what it writes for the one
// character that comes after them; returns that one's bytes. For whoever has no memory to spare.
enum { ESCAPE_TEXT = 24 };
size_t text_safe_bytes(const char *s, size_t n);
size_t text_escape(char out[ESCAPE_TEXT], const char *s, size_t n);
// Is there nothing in it that text_add_safe would change?
bool text_is_safe(const char *s, size_t n);

#endif

// JSON (RFC 8259) that comes in: requests of other programs, notebooks.
//
// A text is checked whole, once; after that its values are looked up where they lie, so that
// nothing is allocated and no tree is built. What is not JSON to the letter is refused: bytes that
// are not UTF-8, halves of surrogate pairs, numbers such as 01, a comma too many, more than
// JSON_DEPTH_MOST brackets one in another.
//
//   struct json message, code;
//   if (json_check(s, n, &message, &why)) {
//       code = json_member(message, "code");
//       json_add_text(&text, code);
//   }
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum { JSON_DEPTH_MOST = 64 };

enum json_kind { JSON_NONE, JSON_NULL, JSON_FLAG, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_MAP };

// One value of a text that was checked, without the blanks around it. s NULL if there is none,
// which every function below takes as well.
struct json {
    const char *s;
    size_t n;
};

// Is text[0..n) one value, with nothing but blanks around it? False: *why says in some words what
// is wrong, and *at (NULL: of no interest) is the byte.
bool json_check(const char *text, size_t n, struct json *value, const char **why, size_t *at);

enum json_kind json_kind(struct json value);
// The value of a map's member; of several with this name the last one's.
struct json json_member(struct json map, const char *name);
// Visits the items of a list, or the members of a map, in their order:
//   for (struct json_walk w = json_walk(list); json_next(&w);) { … w.value … }
struct json_walk {
    struct json in;
    size_t at;
    struct json name, value;  // the name is a text; none in a list
};
struct json_walk json_walk(struct json value);
bool json_next(struct json_walk *w);

// Appends a text as UTF-8; it may hold any character, 0 too. False if the value is none.
bool json_add_text(struct text *out, struct json value);
// Is it this text?
bool json_is(struct json value, const char *text);
// Is it `true`?
bool json_is_true(struct json value);
// Reads a number that is whole, written in any way (2e1). False if it is not one, or beyond 2**53.
bool json_read_whole(struct json value, int64_t *whole);

#endif

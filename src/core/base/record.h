// Records: what a statement answers. A record is a map with a "kind" and fields; every text a
// learner reads, every page and every line of JSON is a rendering of records.
//
// A record is a tree in an arena. Building is sticky as in mem.h: adding to NULL adds nothing and
// returns NULL, so that a builder need not look; the arena's `failed` flag tells in the end.
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/text.h"

enum rec_type { REC_FLAG, REC_WHOLE, REC_NUMBER, REC_TEXT, REC_LIST, REC_MAP };

struct rec {
    const char *key;  // NULL for a list's items
    enum rec_type type;
    union {
        bool flag;
        int64_t whole;
        double number;
        const char *text;
        struct {
            struct rec *first, *last;
            size_t count;
        } in;
    };
    struct rec *next;
};

// What a statement, or a run of several, answered: a list of records and the arena they live in.
struct records {
    struct arena arena;
    struct rec list;
};

void records_init(struct records *r);
void records_release(struct records *r);
// A new record of this kind at the end. `kind` must outlive it (a literal).
struct rec *records_add(struct records *r, const char *kind);

// Adders: `to` is a map (with a key, a literal) or a list (key NULL). Text is copied.
struct rec *rec_map(struct records *r, struct rec *to, const char *key);
struct rec *rec_list(struct records *r, struct rec *to, const char *key);
void rec_flag(struct records *r, struct rec *to, const char *key, bool flag);
void rec_whole(struct records *r, struct rec *to, const char *key, int64_t whole);
void rec_number(struct records *r, struct rec *to, const char *key, double number);
void rec_text(struct records *r, struct rec *to, const char *key, const char *text);
void rec_bytes(struct records *r, struct rec *to, const char *key, const char *s, size_t n);

// A copy of a record, or of a part of one, at the end of `to`.
void rec_copy(struct records *r, struct rec *to, const struct rec *from);
// Keeps the first `count` items of a list.
void rec_cut(struct rec *list, size_t count);

// Readers. A field that is not there reads as NULL, "", 0 or false.
const struct rec *rec_find(const struct rec *map, const char *key);
const char *rec_get_text(const struct rec *map, const char *key);
int64_t rec_get_whole(const struct rec *map, const char *key);
double rec_get_number(const struct rec *map, const char *key);
bool rec_get_flag(const struct rec *map, const char *key);
const char *rec_kind(const struct rec *record);
bool rec_is(const struct rec *record, const char *kind);

// JSON on one line. Numbers that are not finite become the strings "nan", "inf", "-inf"; all
// others are written so that they read back exactly. Invalid UTF-8 becomes U+FFFD.
void rec_json(struct text *out, const struct rec *rec);
// s[0..n) as a JSON string, quotes included.
void json_string(struct text *out, const char *s, size_t n);

#endif

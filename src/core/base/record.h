// Records: what a statement answers. A record is a map of a kind, with fields; every text a learner
// reads, every page and every line of JSON is a rendering of records. records.def lists the kinds
// and their fields, fields.def the keys; schema.h compares records with these tables.
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

// The version of the records. It grows when a field changes its meaning, its type or its name, or
// goes away; a new kind or a new field does not change it.
enum { REC_VERSION = 1 };

enum rec_key {
    KEY_NONE,  // of a list's items
#define KEY(name, meaning) KEY_##name,
#include "base/fields.def"
    KEY_COUNT,
};

enum rec_kind {
    KIND_NONE,  // of a map that is part of a record
#define KIND(name, says, meaning) KIND_##name,
#include "base/records.def"
    KIND_COUNT,
};

enum rec_type { REC_FLAG, REC_WHOLE, REC_NUMBER, REC_TEXT, REC_LIST, REC_MAP };

struct rec {
    enum rec_key key;
    enum rec_kind kind;
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
// The record that begins a stream of JSON, and states the version of those that follow.
void records_hello(struct records *r);
// A new record of this kind at the end.
struct rec *records_add(struct records *r, enum rec_kind kind);

// Adders: `to` is a map, or a list (then the key is KEY_NONE). Text is copied.
struct rec *rec_map(struct records *r, struct rec *to, enum rec_key key);
// A record inside a record.
struct rec *rec_record(struct records *r, struct rec *to, enum rec_key key, enum rec_kind kind);
struct rec *rec_list(struct records *r, struct rec *to, enum rec_key key);
void rec_flag(struct records *r, struct rec *to, enum rec_key key, bool flag);
void rec_whole(struct records *r, struct rec *to, enum rec_key key, int64_t whole);
void rec_number(struct records *r, struct rec *to, enum rec_key key, double number);
void rec_text(struct records *r, struct rec *to, enum rec_key key, const char *text);
void rec_bytes(struct records *r, struct rec *to, enum rec_key key, const char *s, size_t n);

// A copy of a record, or of a part of one, at the end of `to`; of NULL, which there was no memory
// for, none.
void rec_copy(struct records *r, struct rec *to, const struct rec *from);
// The record as it may be shown: where a text of it has control characters, a copy in `r`, in which
// they are visible (text_add_safe). NULL if there is no memory for that.
const struct rec *rec_safe(struct records *r, const struct rec *record);
// Keeps the first `count` items of a list.
void rec_cut(struct rec *list, size_t count);

// Readers. A field that is not there reads as NULL, "", 0 or false.
const struct rec *rec_find(const struct rec *map, enum rec_key key);
// Of a list or a map in it: the first item (NULL: there is none), and how many there are.
struct rec *rec_first(const struct rec *map, enum rec_key key);
size_t rec_count(const struct rec *map, enum rec_key key);
const char *rec_get_text(const struct rec *map, enum rec_key key);
int64_t rec_get_whole(const struct rec *map, enum rec_key key);
double rec_get_number(const struct rec *map, enum rec_key key);
bool rec_get_flag(const struct rec *map, enum rec_key key);
enum rec_kind rec_kind(const struct rec *record);
bool rec_is(const struct rec *record, enum rec_kind kind);

// As they are written in JSON; "" of KEY_NONE and KIND_NONE.
const char *rec_key_name(enum rec_key key);
const char *rec_kind_name(enum rec_kind kind);

// JSON on one line; a record begins with its "kind". Numbers that are not finite become the strings "nan", "inf", "-inf"; all
// others are written so that they read back exactly. Invalid UTF-8 becomes U+FFFD;
// control characters, and those that turn the direction of writing, are written as \u202e.
void rec_json(struct text *out, const struct rec *rec);
// s[0..n) as a JSON string, quotes included.
void rec_json_text(struct text *out, const char *s, size_t n);

#endif

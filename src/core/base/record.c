#include "base/record.h"

#include <math.h>
#include <string.h>

void records_init(struct records *r)
{
    arena_init(&r->arena);
    r->list = (struct rec){.type = REC_LIST};
}

void records_release(struct records *r)
{
    arena_release(&r->arena);
    records_init(r);
}

static struct rec *add(struct records *r, struct rec *to, enum rec_key key, enum rec_type type)
{
    struct rec *rec = to == NULL ? NULL : arena_alloc(&r->arena, sizeof *rec);
    if (rec == NULL) {
        return NULL;
    }
    BS_ASSERT(to->type == (key == KEY_NONE ? REC_LIST : REC_MAP));
    rec->key = key;
    rec->type = type;
    if (to->in.last == NULL) {
        to->in.first = rec;
    } else {
        to->in.last->next = rec;
    }
    to->in.last = rec;
    to->in.count++;
    return rec;
}

struct rec *records_add(struct records *r, enum rec_kind kind)
{
    return rec_record(r, &r->list, KEY_NONE, kind);
}

void records_hello(struct records *r)
{
    rec_whole(r, records_add(r, KIND_hello), KEY_version, REC_VERSION);
}

struct rec *rec_map(struct records *r, struct rec *to, enum rec_key key)
{
    return add(r, to, key, REC_MAP);
}

struct rec *rec_record(struct records *r, struct rec *to, enum rec_key key, enum rec_kind kind)
{
    struct rec *record = rec_map(r, to, key);
    if (record != NULL) {
        record->kind = kind;
    }
    return record;
}

struct rec *rec_list(struct records *r, struct rec *to, enum rec_key key)
{
    return add(r, to, key, REC_LIST);
}

void rec_flag(struct records *r, struct rec *to, enum rec_key key, bool flag)
{
    struct rec *rec = add(r, to, key, REC_FLAG);
    if (rec != NULL) {
        rec->flag = flag;
    }
}

void rec_whole(struct records *r, struct rec *to, enum rec_key key, int64_t whole)
{
    struct rec *rec = add(r, to, key, REC_WHOLE);
    if (rec != NULL) {
        rec->whole = whole;
    }
}

void rec_number(struct records *r, struct rec *to, enum rec_key key, double number)
{
    struct rec *rec = add(r, to, key, REC_NUMBER);
    if (rec != NULL) {
        rec->number = number;
    }
}

void rec_bytes(struct records *r, struct rec *to, enum rec_key key, const char *s, size_t n)
{
    struct rec *rec = add(r, to, key, REC_TEXT);
    if (rec != NULL) {
        const char *copy = arena_copy(&r->arena, s, n);
        rec->text = copy == NULL ? "" : copy;
    }
}

void rec_text(struct records *r, struct rec *to, enum rec_key key, const char *text)
{
    rec_bytes(r, to, key, text, strlen(text));
}

// Words that were made of a record beside them are safe already, and their marks of meaning stay.
static bool is_said(const struct rec *map, const struct rec *item)
{
    return item->key == KEY_words && rec_find(map, KEY_explain) != NULL;
}

static bool is_safe(const struct rec *rec)
{
    if (rec->type == REC_TEXT) {
        return text_is_safe(rec->text, strlen(rec->text));
    }
    if (rec->type == REC_LIST || rec->type == REC_MAP) {
        for (const struct rec *item = rec->in.first; item != NULL; item = item->next) {
            if (!is_said(rec, item) && !is_safe(item)) {
                return false;
            }
        }
    }
    return true;
}

static void make_safe(struct records *r, struct rec *rec)
{
    if (rec->type == REC_TEXT && !text_is_safe(rec->text, strlen(rec->text))) {
        struct text safe;
        text_init(&safe);
        text_add_safe(&safe, rec->text, strlen(rec->text));
        const char *copy = arena_copy(&r->arena, text_get(&safe), text_length(&safe));
        rec->text = copy == NULL ? "" : copy;
        text_release(&safe);
    } else if (rec->type == REC_LIST || rec->type == REC_MAP) {
        for (struct rec *item = rec->in.first; item != NULL; item = item->next) {
            if (!is_said(rec, item)) {
                make_safe(r, item);
            }
        }
    }
}

const struct rec *rec_safe(struct records *r, const struct rec *record)
{
    if (record == NULL || is_safe(record)) {
        return record;
    }
    rec_copy(r, &r->list, record);
    if (r->list.in.last != NULL) {
        make_safe(r, r->list.in.last);
    }
    return r->list.in.last;
}

static void copy_items(struct records *r, struct rec *to, const struct rec *from)
{
    for (const struct rec *item = from->in.first; item != NULL; item = item->next) {
        rec_copy(r, to, item);
    }
}

void rec_copy(struct records *r, struct rec *to, const struct rec *from)
{
    if (from == NULL) {
        return;
    }
    switch (from->type) {
    case REC_FLAG:
        rec_flag(r, to, from->key, from->flag);
        break;
    case REC_WHOLE:
        rec_whole(r, to, from->key, from->whole);
        break;
    case REC_NUMBER:
        rec_number(r, to, from->key, from->number);
        break;
    case REC_TEXT:
        rec_text(r, to, from->key, from->text);
        break;
    case REC_LIST:
        copy_items(r, rec_list(r, to, from->key), from);
        break;
    case REC_MAP:
        copy_items(r, rec_record(r, to, from->key, from->kind), from);
        break;
    }
}

void rec_cut(struct rec *list, size_t count)
{
    struct rec **at = &list->in.first;
    list->in.last = NULL;
    list->in.count = list->in.count < count ? list->in.count : count;
    for (size_t i = 0; i < list->in.count; i++) {
        list->in.last = *at;
        at = &(*at)->next;
    }
    *at = NULL;
}

const struct rec *rec_find(const struct rec *map, enum rec_key key)
{
    if (map == NULL || map->type != REC_MAP) {
        return NULL;
    }
    for (const struct rec *rec = map->in.first; rec != NULL; rec = rec->next) {
        if (rec->key == key) {
            return rec;
        }
    }
    return NULL;
}

static bool has_items(const struct rec *rec)
{
    return rec != NULL && (rec->type == REC_LIST || rec->type == REC_MAP);
}

struct rec *rec_first(const struct rec *map, enum rec_key key)
{
    const struct rec *rec = rec_find(map, key);
    return has_items(rec) ? rec->in.first : NULL;
}

size_t rec_count(const struct rec *map, enum rec_key key)
{
    const struct rec *rec = rec_find(map, key);
    return has_items(rec) ? rec->in.count : 0;
}

const char *rec_get_text(const struct rec *map, enum rec_key key)
{
    const struct rec *rec = rec_find(map, key);
    return rec != NULL && rec->type == REC_TEXT ? rec->text : "";
}

int64_t rec_get_whole(const struct rec *map, enum rec_key key)
{
    const struct rec *rec = rec_find(map, key);
    return rec != NULL && rec->type == REC_WHOLE ? rec->whole : 0;
}

double rec_get_number(const struct rec *map, enum rec_key key)
{
    const struct rec *rec = rec_find(map, key);
    return rec != NULL && rec->type == REC_NUMBER ? rec->number : 0;
}

bool rec_get_flag(const struct rec *map, enum rec_key key)
{
    const struct rec *rec = rec_find(map, key);
    return rec != NULL && rec->type == REC_FLAG && rec->flag;
}

enum rec_kind rec_kind(const struct rec *record)
{
    return record == NULL ? KIND_NONE : record->kind;
}

bool rec_is(const struct rec *record, enum rec_kind kind)
{
    return rec_kind(record) == kind;
}

const char *rec_key_name(enum rec_key key)
{
    static const char *const names[] = {
        "",
#define KEY(name, meaning) #name,
#include "base/fields.def"
    };
    return names[key];
}

const char *rec_kind_name(enum rec_kind kind)
{
    static const char *const names[] = {
        "",
#define KIND(name, says, meaning) #name,
#include "base/records.def"
    };
    return names[kind];
}

// A character that a JSON string may not hold as it is; 0 bytes are none in UTF-8.
static void json_escape(struct text *out, uint32_t c, size_t bytes)
{
    if (bytes == 0) {
        text_add(out, "\xEF\xBF\xBD");
    } else if (c == '"' || c == '\\') {
        text_addf(out, "\\%c", (char)c);
    } else if (c == '\n') {
        text_add(out, "\\n");
    } else if (c > 0xFFFF) {  // as two
        text_addf(out, "\\u%04x\\u%04x", (unsigned)(0xD7C0 + (c >> 10)),
                  (unsigned)(0xDC00 + (c & 0x3FF)));
    } else {
        text_addf(out, "\\u%04x", (unsigned)c);
    }
}

void rec_json_text(struct text *out, const char *s, size_t n)
{
    text_add_char(out, '"');
    size_t from = 0, i = 0;  // written up to `from`, read up to i
    while (i < n) {
        if (utf8_is_plain(s[i]) && s[i] != '"' && s[i] != '\\') {
            i++;
            continue;
        }
        uint32_t c = 0;
        size_t bytes = utf8_read(s + i, n - i, &c);
        if (bytes == 0 || c < 0x80 || utf8_is_control(c)) {
            text_add_bytes(out, s + from, i - from);
            json_escape(out, c, bytes);
            from = i + (bytes == 0 ? 1 : bytes);
        }
        i += bytes == 0 ? 1 : bytes;
    }
    text_add_bytes(out, s + from, n - from);
    text_add_char(out, '"');
}

static void json_scalar(struct text *out, const struct rec *rec)
{
    char number[NUMBER_TEXT];
    switch (rec->type) {
    case REC_FLAG:
        text_add(out, rec->flag ? "true" : "false");
        break;
    case REC_WHOLE:
        text_addf(out, "%lld", (long long)rec->whole);
        break;
    case REC_NUMBER:
        number_exact(number, rec->number);
        if (isfinite(rec->number)) {
            text_add(out, number);
        } else {
            rec_json_text(out, number, strlen(number));
        }
        break;
    case REC_TEXT:
        rec_json_text(out, rec->text, strlen(rec->text));
        break;
    case REC_LIST:
    case REC_MAP:
        BS_ASSERT(false);
    }
}

static void add_kind(struct text *out, const struct rec *rec)
{
    if (rec->kind != KIND_NONE) {
        text_add(out, "\"kind\":\"");
        text_add(out, rec_kind_name(rec->kind));
        text_add(out, rec->in.first == NULL ? "\"" : "\",");
    }
}

// Records are built by our own code, a few levels deep; this bounds the walk's stack.
enum { JSON_DEPTH = 16 };

void rec_json(struct text *out, const struct rec *rec)
{
    const struct rec *open[JSON_DEPTH];
    size_t depth = 0;
    for (const struct rec *at = rec; at != NULL;) {
        if (at->key != KEY_NONE && at != rec) {
            text_add_char(out, '"');
            text_add(out, rec_key_name(at->key));
            text_add(out, "\":");
        }
        bool nested = at->type == REC_LIST || at->type == REC_MAP;
        if (nested) {
            text_add_char(out, at->type == REC_MAP ? '{' : '[');
            add_kind(out, at);
            BS_ASSERT(depth < JSON_DEPTH);
            open[depth++] = at;
            if (at->in.first != NULL) {
                at = at->in.first;
                continue;
            }
        } else {
            json_scalar(out, at);
        }
        // Close what ends here, then go on to the next item.
        const struct rec *done = nested ? NULL : at;
        while (depth > 0 && (done == NULL || done->next == NULL)) {
            done = open[--depth];  // analysis: it was put there, and is not NULL
            text_add_char(out, done->type == REC_MAP ? '}' : ']');
        }
        if (depth == 0) {
            return;
        }
        text_add_char(out, ',');
        at = done->next;
    }
}

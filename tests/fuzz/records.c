// Any bytes build a record: its JSON is JSON, holds what the record holds, number for number and
// letter for letter, and no control character.
//
// A byte chooses what comes next; texts and numbers are the bytes that follow.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/record.h"

enum { DEPTH = 12 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
    const uint8_t *at, *end;
};

static uint8_t take(struct bytes *b)
{
    return b->at < b->end ? *b->at++ : 0;
}

static uint64_t take_word(struct bytes *b)
{
    uint64_t word = 0;
    for (int i = 0; i < 8; i++) {
        word = word << 8 | take(b);
    }
    return word;
}

static void build(struct bytes *b, struct records *r, struct rec *to, int depth)
{
    while (b->at < b->end) {
        uint8_t what = take(b);
        enum rec_key key =
            to->type == REC_LIST ? KEY_NONE : (enum rec_key)(1 + take(b) % (KEY_COUNT - 1));
        uint64_t word;
        double number;
        switch (what % 8) {
        case 0:
            rec_flag(r, to, key, what >= 128);
            break;
        case 1:
            rec_whole(r, to, key, (int64_t)take_word(b));
            break;
        case 2:
            word = take_word(b);
            memcpy(&number, &word, sizeof number);
            rec_number(r, to, key, number);
            break;
        case 3:
        case 4: {
            size_t n = take(b);
            n = n > (size_t)(b->end - b->at) ? (size_t)(b->end - b->at) : n;
            rec_bytes(r, to, key, (const char *)b->at, n);
            b->at += n;
            break;
        }
        case 5:
        case 6:
            if (depth < DEPTH) {
                build(b, r, what % 8 == 5 ? rec_map(r, to, key) : rec_list(r, to, key), depth + 1);
            }
            break;
        default:
            return;
        }
    }
}

static void compare_number(double number, struct json value)
{
    double read;
    if (isfinite(number)) {
        BS_ASSERT(json_kind(value) == JSON_NUMBER);
        char copy[64] = "";
        BS_ASSERT(value.n < sizeof copy);
        memcpy(copy, value.s, value.n);
        read = strtod(copy, NULL);
        BS_ASSERT(memcmp(&read, &number, sizeof read) == 0 || (read == 0 && number == 0));
    } else {
        BS_ASSERT(json_is(value, isnan(number) ? "nan" : number > 0 ? "inf" : "-inf"));
    }
}

// A text that is UTF-8 comes back as it was.
static void compare_text(const char *text, struct json value)
{
    struct text read;
    text_init(&read);
    BS_ASSERT(json_add_text(&read, value));
    bool utf8 = true;
    uint32_t c;
    for (size_t i = 0, n = strlen(text), used; utf8 && i < n; i += used) {
        used = utf8_read(text + i, n - i, &c);
        utf8 = used > 0;
    }
    BS_ASSERT(!utf8 || strcmp(text_get(&read), text) == 0);
    text_release(&read);
}

static void compare(const struct rec *r, struct json value)
{
    char whole[32];
    switch (r->type) {
    case REC_FLAG:
        BS_ASSERT(value.n == (r->flag ? 4 : 5));
        break;
    case REC_WHOLE:
        snprintf(whole, sizeof whole, "%lld", (long long)r->whole);
        BS_ASSERT(value.n == strlen(whole) && memcmp(value.s, whole, value.n) == 0);
        break;
    case REC_NUMBER:
        compare_number(r->number, value);
        break;
    case REC_TEXT:
        compare_text(r->text, value);
        break;
    case REC_LIST:
    case REC_MAP: {
        struct json_walk w = json_walk(value);
        size_t count = 0;
        BS_ASSERT(json_kind(value) == (r->type == REC_MAP ? JSON_MAP : JSON_LIST));
        // A record begins with its kind.
        if (r->kind != 0 && r->type == REC_MAP) {
            BS_ASSERT(json_next(&w) && json_is(w.name, "kind") &&
                      json_is(w.value, rec_kind_name(r->kind)));
        }
        for (const struct rec *in = r->in.first; in != NULL; in = in->next, count++) {
            BS_ASSERT(json_next(&w));
            BS_ASSERT(r->type == REC_LIST || json_is(w.name, rec_key_name(in->key)));
            compare(in, w.value);
        }
        BS_ASSERT(!json_next(&w) && count == r->in.count);
        break;
    }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct records r;
    struct text json;
    struct json value;
    const char *why;
    struct bytes b = {data, data + size};
    records_init(&r);
    text_init(&json);
    struct rec *record = records_add(&r, (enum rec_kind)(1 + take(&b) % (KIND_COUNT - 1)));
    build(&b, &r, record, 0);
    rec_json(&json, record);
    for (size_t i = 0; i < text_length(&json); i++) {
        BS_ASSERT((unsigned char)text_get(&json)[i] >= 0x20 && text_get(&json)[i] != 0x7f);
    }
    BS_ASSERT(json_check(text_get(&json), text_length(&json), &value, &why, NULL));
    compare(record, value);
    records_release(&r);
    text_release(&json);
    return 0;
}

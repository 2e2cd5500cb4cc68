#include "jupyter/wire.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DELIMITER "<IDS|MSG>"

enum {
    FRAME_SIGNATURE,  // after the delimiter
    FRAME_HEADER,
    FRAME_PARENT,
    FRAME_METADATA,
    FRAME_CONTENT,
    FRAME_COUNT
};
enum { IDENTITIES_MOST = 16, TYPE_MOST = 64 };
enum { SIGNATURE = 2 * crypto_auth_hmacsha256_BYTES };

bool wire_init(struct wire_session *w, const char *key, size_t n)
{
    unsigned char id[(WIRE_ID - 1) / 2];
    *w = (struct wire_session){0};
    text_init(&w->key);
    text_add_bytes(&w->key, key, n);
    if (sodium_init() < 0 || w->key.bytes.failed) {
        return false;
    }
    randombytes_buf(id, sizeof id);
    sodium_bin2hex(w->session, sizeof w->session, id, sizeof id);
    return true;
}

void wire_release(struct wire_session *w)
{
    text_release(&w->key);
}

// Of frames 1 to 4 after the delimiter, in hexadecimal.
static void sign(const struct wire_session *w, const struct frame_bytes frames[FRAME_COUNT],
                 char out[SIGNATURE + 1])
{
    crypto_auth_hmacsha256_state state;
    unsigned char hash[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_init(&state, w->key.bytes.data, text_length(&w->key));
    for (size_t i = FRAME_HEADER; i < FRAME_COUNT; i++) {
        crypto_auth_hmacsha256_update(&state, (const unsigned char *)frames[i].s, frames[i].n);
    }
    crypto_auth_hmacsha256_final(&state, hash);
    sodium_bin2hex(out, SIGNATURE + 1, hash, sizeof hash);
}

static bool is_signed(const struct wire_session *w, const struct frame_bytes frames[FRAME_COUNT])
{
    char expected[SIGNATURE + 1];
    if (text_length(&w->key) == 0) {
        return true;
    }
    sign(w, frames, expected);
    return frames[FRAME_SIGNATURE].n == SIGNATURE &&
           sodium_memcmp(frames[FRAME_SIGNATURE].s, expected, SIGNATURE) == 0;
}

// The frames after the delimiter. False if there is none, or there are too few.
static bool find_frames(struct wire_message *m, struct frame_bytes frames[FRAME_COUNT])
{
    size_t count = parcel_count(&m->parcel);
    for (size_t i = 0; i < count && i <= IDENTITIES_MOST; i++) {
        struct frame_bytes f = parcel_get(&m->parcel, i);
        if (f.n == strlen(DELIMITER) && memcmp(f.s, DELIMITER, f.n) == 0) {
            m->identities = i;
            for (size_t j = 0; j < FRAME_COUNT && i + 1 + j < count; j++) {
                frames[j] = parcel_get(&m->parcel, i + 1 + j);
            }
            return count >= i + 1 + FRAME_COUNT;
        }
    }
    return false;
}

static bool read_map(struct frame_bytes frame, struct json *map)
{
    const char *why;
    return json_check(frame.s, frame.n, map, &why, NULL) && json_kind(*map) == JSON_MAP;
}

bool wire_open(const struct wire_session *w, struct parcel *parcel, struct wire_message *m)
{
    struct frame_bytes frames[FRAME_COUNT];
    struct json header, other;
    *m = (struct wire_message){.parcel = *parcel};
    parcel_init(parcel);
    text_init(&m->type);
    if (parcel_failed(&m->parcel) || !find_frames(m, frames) || !is_signed(w, frames) ||
        !read_map(frames[FRAME_HEADER], &header) || !read_map(frames[FRAME_PARENT], &other) ||
        !read_map(frames[FRAME_METADATA], &other) ||
        !read_map(frames[FRAME_CONTENT], &m->content)) {
        return false;
    }
    m->header = frames[FRAME_HEADER];
    return json_add_text(&m->type, json_member(header, "msg_type")) &&
           text_length(&m->type) <= TYPE_MOST && !m->type.bytes.failed;
}

void message_release(struct wire_message *m)
{
    parcel_release(&m->parcel);
    text_release(&m->type);
}

static void add_header(struct wire_session *w, struct text *out, const char *type)
{
    struct timespec now;
    struct tm utc;
    char date[32];
    unsigned long number = atomic_fetch_add(&w->sent, 1) + 1;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc);
    text_addf(out,
              "{\"msg_id\":\"%s_%lu\",\"session\":\"%s\",\"username\":\"backstep\","
              "\"date\":\"%s.%06ldZ\",\"msg_type\":\"%s\",\"version\":\"5.3\"}",
              w->session, number, w->session, date, now.tv_nsec / 1000, type);
}

// In place of a content that there was no memory for.
static const char no_memory[] = "{\"status\":\"error\",\"ename\":\"error\",\"evalue\":\"out of "
                                "memory\",\"traceback\":[]}";

void wire_seal(struct wire_session *w, struct parcel *out, const struct wire_message *parent,
               const char *topic, const char *type, const char *content)
{
    struct text header;
    char signature[SIGNATURE + 1] = "";
    content = *content == '\0' ? no_memory : content;
    text_init(&header);
    add_header(w, &header, type);
    const struct frame_bytes nothing = {"{}", 2};
    struct frame_bytes frames[FRAME_COUNT] = {
        [FRAME_HEADER] = {text_get(&header), text_length(&header)},
        [FRAME_PARENT] = parent == NULL ? nothing : parent->header,
        [FRAME_METADATA] = nothing,
        [FRAME_CONTENT] = {content, strlen(content)}};
    if (text_length(&w->key) > 0) {
        sign(w, frames, signature);
    }
    frames[FRAME_SIGNATURE] = (struct frame_bytes){signature, strlen(signature)};
    for (size_t i = 0; topic == NULL && parent != NULL && i < parent->identities; i++) {
        struct frame_bytes identity = parcel_get(&parent->parcel, i);
        parcel_add(out, identity.s, identity.n);
    }
    if (topic != NULL) {
        parcel_add(out, topic, strlen(topic));
    }
    parcel_add(out, DELIMITER, strlen(DELIMITER));
    for (size_t i = 0; i < FRAME_COUNT; i++) {
        parcel_add(out, frames[i].s, frames[i].n);
    }
    text_release(&header);
}

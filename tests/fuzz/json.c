// Any bytes are JSON that comes in: refused, or read to the end, every text of it. What is taken and
// written again (base/record.h) is taken as well, and is the same.
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t visit(struct json value, size_t depth)
{
    size_t visited = 1;
    BS_ASSERT(depth <= JSON_DEPTH_MOST && value.n > 0 && json_kind(value) != JSON_NONE);
    for (struct json_walk w = json_walk(value); json_next(&w);) {
        BS_ASSERT((w.name.s != NULL) == (json_kind(value) == JSON_MAP));
        BS_ASSERT(w.value.s >= value.s && w.value.s + w.value.n < value.s + value.n);
        visited += visit(w.value, depth + 1);
    }
    return visited;
}

static void write_again(struct json value)
{
    struct text text, json, again;
    struct json same;
    const char *why;
    text_init(&text);
    text_init(&json);
    text_init(&again);
    if (json_add_text(&text, value)) {
        rec_json_text(&json, text_get(&text), text_length(&text));
        BS_ASSERT(json_check(text_get(&json), text_length(&json), &same, &why, NULL));
        BS_ASSERT(json_add_text(&again, same) && text_length(&again) == text_length(&text));
        BS_ASSERT(memcmp(text_get(&again), text_get(&text), text_length(&text)) == 0);
    }
    text_release(&text);
    text_release(&json);
    text_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json value;
    const char *why;
    size_t at;
    int64_t whole;
    if (!json_check((const char *)data, size, &value, &why, &at)) {
        BS_ASSERT(at <= size && *why != '\0' && value.s == NULL);
        return 0;
    }
    visit(value, 0);
    write_again(value);
    write_again(json_member(value, "run"));
    json_read_whole(value, &whole);
    return 0;
}

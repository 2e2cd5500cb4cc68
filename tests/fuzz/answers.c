// Any bytes are a file of answers that a student handed in: each answer's lines are lines of the file,
// where it says that they are, and the last of several to one question counts.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check/answers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count_lines(const char *s, size_t n)
{
    size_t lines = 1;
    for (size_t i = 0; i < n; i++) {
        lines += s[i] == '\n';
    }
    return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct answers a;
    // Just these bytes, so that a step beyond them is seen.
    char *copy = malloc(size == 0 ? 1 : size);
    if (size > 0) {
        memcpy(copy, data, size);
    }
    BS_ASSERT(answers_read(&a, copy, size));
    BS_ASSERT(a.script == NULL || a.list.count == 0);
    size_t lines = count_lines(copy, size), before = 0;
    for (size_t i = 0; i < a.list.count; i++) {
        const struct answer *one = &BUF(struct answer, &a.list)[i];
        const struct answer *found = answers_find(&a, one->id);
        BS_ASSERT(one->line > before && one->line <= lines + 1);
        BS_ASSERT(strlen(one->text) <= size + 1 && found != NULL &&
                  strcmp(found->id, one->id) == 0);
        BS_ASSERT(one->again ? found > one : found == one);
        before = one->line;
    }
    answers_release(&a);
    free(copy);
    return 0;
}

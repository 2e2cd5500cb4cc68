// Any bytes are the journal of a session that died: what is whole comes back, the rest is counted,
// and a file in which there are lines that do not come back is not removed unread.
//
// Bytes that begin with = describe a file instead, whose sums are right, so that what lies after
// them is reached: records apart by \xff, each a letter for its kind, its offset as one byte, and
// its bytes.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/journal.h"

enum { PATH = 160 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[PATH / 2];

// Nobody's own journals are met: those here lie in a folder that goes at the end.
static void remove_folder(void)
{
    static const char *const below[] = {"/backstep/journal", "/backstep", ""};
    char path[PATH];
    for (size_t i = 0; i < COUNT_OF(below); i++) {
        snprintf(path, sizeof path, "%s%s", folder, below[i]);
        rmdir(path);
    }
}

static void make_folder(void)
{
    static const char *const below[] = {"/backstep", "/backstep/journal"};
    char path[PATH];
    snprintf(folder, sizeof folder, "/tmp/journals-XXXXXX");
    BS_ASSERT(mkdtemp(folder) != NULL && setenv("XDG_STATE_HOME", folder, 1) == 0);
    atexit(remove_folder);
    for (size_t i = 0; i < COUNT_OF(below); i++) {
        snprintf(path, sizeof path, "%s%s", folder, below[i]);
        BS_ASSERT(mkdir(path, 0700) == 0);
    }
}

static void leave_behind(const char *path, struct text *file)
{
    FILE *f = fopen(path, "wb");
    BS_ASSERT(f != NULL && fwrite(text_get(file), 1, text_length(file), f) == text_length(file));
    BS_ASSERT(fclose(f) == 0);
}

static uint64_t sum_of(const char *s, size_t n, uint64_t sum)
{
    for (size_t i = 0; i < n; i++) {
        sum = (sum ^ (unsigned char)s[i]) * UINT64_C(0x100000001b3);
    }
    return sum;
}

static void add_record(struct text *out, const char *s, size_t n)
{
    const char *kind = s[0] == 'f'   ? "folder"
                       : s[0] == 'p' ? "place"
                       : s[0] == 't' ? "typed"
                                     : "script";
    char fields[64];
    int length = snprintf(fields, sizeof fields, "%s %u %zu ", kind, (unsigned char)s[1], n - 2);
    uint64_t sum = sum_of(fields, (size_t)length, UINT64_C(0xcbf29ce484222325));
    text_addf(out, "%s%016llx\n", fields, (unsigned long long)sum_of(s + 2, n - 2, sum));
    text_add_bytes(out, s + 2, n - 2);
    text_add_char(out, '\n');
}

static void add_file(struct text *out, const char *s, size_t n)
{
    if (n == 0 || *s != '=') {
        text_add_bytes(out, s, n);
        return;
    }
    text_add(out, "backstep journal 1\n");
    for (size_t i = 1; i < n;) {
        const char *end = memchr(s + i, '\xff', n - i);
        size_t length = end == NULL ? n - i : (size_t)(end - s) - i;
        if (length >= 2) {
            add_record(out, s + i, length);
        }
        i += length + 1;
    }
}

static size_t count_lines(struct text *t)
{
    size_t lines = 0;
    for (size_t i = 0; i < text_length(t); i++) {
        lines += text_get(t)[i] == '\n';
    }
    return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[PATH], damaged[PATH + 16];
    struct journal_lost lost;
    if (*folder == '\0') {
        make_folder();
    }
    snprintf(path, sizeof path, "%s/backstep/journal/died.journal", folder);
    snprintf(damaged, sizeof damaged, "%s.damaged", path);
    struct text file;
    text_init(&file);
    add_file(&file, (const char *)data, size);
    leave_behind(path, &file);
    if (journal_find_lost(&lost)) {
        BS_ASSERT(count_lines(&lost.tracks[JOURNAL_SCRIPT]) <= lost.lines + 1);
        BS_ASSERT(text_length(&lost.tracks[JOURNAL_SCRIPT]) <= text_length(&file));
        bool whole = lost.damaged == 0;
        journal_drop(&lost);
        // What did not come back stays.
        BS_ASSERT(whole || access(damaged, R_OK) == 0);
    }
    unlink(path);
    unlink(damaged);
    text_release(&file);
    return 0;
}

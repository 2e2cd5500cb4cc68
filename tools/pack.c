// Packs lessons for the playground, one behind the other: build/tools/pack lessons/*.md
//
// What is not a lesson is told, and nothing but that: then the exit status is 1.
#include <stdio.h>
#include <string.h>

#include "lesson/pack.h"
#include "store/lesson_file.h"

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static bool pack(const char *path, struct text *out)
{
    struct lesson_trouble trouble;
    struct text said;
    bool ok = lesson_file_pack(path, name_of(path), out, &trouble);
    if (!ok) {
        text_init(&said);
        lesson_trouble_say(path, &trouble, &said);
        fputs(text_get(&said), stderr);
        text_release(&said);
    }
    text_add_char(out, PACK_LESSON_END);
    lesson_trouble_release(&trouble);
    return ok;
}

int main(int argc, char **argv)
{
    struct text all;
    bool ok = true;
    text_init(&all);
    for (int i = 1; i < argc; i++) {
        ok = (strcmp(name_of(argv[i]), "README.md") == 0 || pack(argv[i], &all)) && ok;
    }
    ok = ok && !all.bytes.failed;
    if (ok) {
        fwrite(text_get(&all), 1, text_length(&all), stdout);
    }
    text_release(&all);
    return ok && fflush(stdout) == 0 ? 0 : 1;
}

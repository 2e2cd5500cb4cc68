#include "base/phrase.h"

#include <string.h>

#include "base/mem.h"

struct phrase_row {
    const char *english, *translation;
};

#define PHRASE(english, translation) {english, translation},
static const struct phrase_row german[] = {
#include "base/phrases_de.def"
};

static const struct {
    const char *code;
    const struct phrase_row *rows;
    size_t count;
} languages[LANGUAGES] = {
    [LANGUAGE_ENGLISH] = {"en", NULL, 0},
    [LANGUAGE_GERMAN] = {"de", german, COUNT_OF(german)},
};

bool language_find(const char *s, size_t n, enum language *language)
{
    for (enum language i = 0; i < LANGUAGES; i++) {
        if (strlen(languages[i].code) == n && memcmp(languages[i].code, s, n) == 0) {
            *language = i;
            return true;
        }
    }
    return false;
}

const char *language_code(enum language language)
{
    return languages[language].code;
}

const char *phrase(enum language language, const char *english)
{
    for (size_t i = 0; i < languages[language].count; i++) {
        if (strcmp(languages[language].rows[i].english, english) == 0) {
            return languages[language].rows[i].translation;
        }
    }
    return english;
}

#include "lesson/glossary.h"

#include <string.h>

#include "base/mem.h"

static const struct term terms[] = {
#define TERM(WORD, OTHERS, TEXT, EXAMPLE, LESSON) {WORD, OTHERS, TEXT, EXAMPLE, LESSON},
#include "lesson/glossary.def"
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

// The same words, however many blanks are between them?
static bool same(const char *word, size_t length, const char *s, size_t n)
{
    size_t i = 0, k = 0;
    while (i < length && k < n && lower(word[i]) == lower(s[k])) {
        bool blank = s[k] == ' ';
        i++;
        k++;
        while (blank && k < n && s[k] == ' ') {
            k++;
        }
    }
    return i == length && k == n;
}

bool glossary_lists(const char *words, const char *s, size_t n)
{
    while (*words != '\0') {
        size_t length = strcspn(words, ",");
        if (same(words, length, s, n)) {
            return true;
        }
        words += length;
        words += strspn(words, ", ");
    }
    return false;
}

static bool is_called(const struct term *t, const char *s, size_t n)
{
    if (same(t->term, strlen(t->term), s, n)) {
        return true;
    }
    return glossary_lists(t->others, s, n);
}

const struct term *glossary_find(const char *s, size_t n)
{
    for (size_t i = 0; i < COUNT_OF(terms); i++) {
        if (is_called(&terms[i], s, n)) {
            return &terms[i];
        }
    }
    return NULL;
}

const struct term *glossary_at(size_t i)
{
    return i < COUNT_OF(terms) ? &terms[i] : NULL;
}

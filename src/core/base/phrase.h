// What the program says in lessons, in the language of the lesson.
//
// The code says it in English; phrases_LANGUAGE.def has each phrase beside its translation, one row
// each. A phrase that has none stays English. A translation has the same %s, %zu … in the same order:
// tests/phrases.py holds every table to the code, and each translation to its phrase.
//
// To add a language: a file phrases_xx.def, and a row in phrase.c.
#ifndef BASE_PHRASE_H
#define BASE_PHRASE_H

#include <stdbool.h>
#include <stddef.h>

enum language { LANGUAGE_ENGLISH, LANGUAGE_GERMAN, LANGUAGES };

// "de" as lessons write it (`language: de`). False: there is no such language here.
bool language_find(const char *s, size_t n, enum language *language);
const char *language_code(enum language language);

// The phrase in this language. Formats are checked as the English ones.
__attribute__((format_arg(2))) const char *phrase(enum language language, const char *english);

#endif

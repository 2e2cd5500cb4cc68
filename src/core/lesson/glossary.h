// The glossary: what `help TERM` says. The table is glossary.def.
#ifndef LESSON_GLOSSARY_H
#define LESSON_GLOSSARY_H

#include <stdbool.h>
#include <stddef.h>

struct term {
    const char *term;
    const char *others;   // other words for it, apart by commas
    const char *text;     // what it is: text as in lesson.h
    const char *example;  // to be typed in an empty session
    const char *lesson;   // id of the one that teaches it
};

// By any of its words, whatever the case of its letters. NULL if there is none.
const struct term *glossary_find(const char *s, size_t n);
// Is s among these words, which are apart by commas, whatever the case and the blanks?
bool glossary_lists(const char *words, const char *s, size_t n);
const struct term *glossary_at(size_t i);  // NULL past the last

#endif

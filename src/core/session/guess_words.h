// A statement as words, and what patterns may take of it. Private to session.
#ifndef SESSION_GUESS_WORDS_H
#define SESSION_GUESS_WORDS_H

#include "session/guess_parts.h"

// Names, numbers, signs of one character; 's is a word of its own.
enum { WORDS_MOST = 48 };
struct guess_words {
    struct piece words[WORDS_MOST];
    size_t count;
};

// The words of s[0..n). False: there are too many to be a sentence.
bool guess_words_read(struct guess_words *w, struct piece text);

// What one place of a pattern has taken: words from..to, as what the letter says (phrases.def).
struct guess_taken {
    char as;
    size_t from, to;
};

// May this be what the letter asks for?
bool guess_words_fit(const struct call *c, const struct guess_words *w, struct guess_taken taken);
// Appends it as it is to be written.
void guess_words_add(const struct call *c, const struct guess_words *w, struct guess_taken taken,
                     struct text *out);

#endif

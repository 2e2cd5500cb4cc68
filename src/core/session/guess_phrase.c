// What is said in other words than ours: phrases.def has the patterns, and what to write for them.
#include <string.h>

#include "session/guess_words.h"
#include "text/foreign.h"

// What is done where a pattern fits.
enum phrase_kind {
    PHRASE_BID,  // the hint is "write …", of statements that work
    PHRASE_VALUE,  // the same of an expression, which may be the value of a name or the argument of print
    PHRASE_SAY,   // the hint is this sentence
    PHRASE_KEEP,  // what is said already is better
};

static const struct phrase {
    enum phrase_kind kind;
    const char *pattern, *text;
} phrases[] = {
#define BID(PATTERN, TEXT) {PHRASE_BID, PATTERN, TEXT},
#define VALUE(PATTERN, TEXT) {PHRASE_VALUE, PATTERN, TEXT},
#define SAY(PATTERN, TEXT) {PHRASE_SAY, PATTERN, TEXT},
#define KEEP(PATTERN) {PHRASE_KEEP, PATTERN, ""},
#include "session/phrases.def"
};

enum { TAKEN_MOST = 8, TRIES_MOST = 24 };

struct matching {
    struct call *c;
    const struct guess_words *words;
    const struct phrase *phrase;
    struct piece before;  // what precedes a value: "y = "
    struct guess_taken taken[TAKEN_MOST];
    size_t count;
    size_t *tries;
    struct text *bid;
};

// ---- What to write ------------------------------------------------------------------------------

// The name to differentiate with respect to in a formula: x, or the first letter that is no function.
static struct piece variable_of(const struct matching *m, struct guess_taken t)
{
    static const char x[] = "x";
    struct piece found = {x, 1};
    if (t.as == 'D') {
        size_t skip = m->words->words[t.from].s[0] == 'd' ? 1 : strlen("∂");
        struct piece p = m->words->words[t.from];
        return (struct piece){p.s + skip, p.n - skip};
    }
    for (size_t i = t.to; i-- > t.from;) {
        struct piece p = m->words->words[i];
        uint32_t c = 0;
        size_t at = 0;
        while (at < p.n && text_is_digit(p.s[at])) {  // 2x
            at++;
        }
        p = (struct piece){p.s + at, p.n - at};
        bool letter = p.n > 0 && utf8_read(p.s, p.n, &c) == p.n && utf8_is_letter(c);
        if (letter && p.s[0] == 'x') {
            return p;
        }
        found = letter && p.s[0] != 'e' ? p : found;
    }
    return found;
}

static void add_piece(struct text *out, struct piece p)
{
    text_add_bytes(out, p.s, p.n);
}

// The last output's name; false: there is none, or it has no name.
static bool add_output(struct matching *m)
{
    struct session *s = m->c->s;
    uint32_t node = session_settings(s)->output, name = NAME_NONE;
    size_t length = 0;
    if (node != NODE_NONE) {
        name = names_of_node(&s->names, node);
    }
    const char *text = name == NAME_NONE ? NULL : names_text(&s->names, name, &length);
    text_add_bytes(m->bid, text == NULL ? "" : text, length);
    return text != NULL;
}

// The first leaf's name; false: there is none.
static bool add_leaf(struct matching *m)
{
    struct piece leaf = guess_leaf(m->c, (struct piece){"", 0});
    add_piece(m->bid, leaf);
    return leaf.n > 0;
}

// A name that nothing is called yet.
static void add_new_name(struct matching *m)
{
    static const char *const names[] = {"z", "v", "u", "xs", "zs"};
    size_t i = 0;
    while (i + 1 < COUNT_OF(names) &&
           guess_is_bound(m->c, (struct piece){names[i], strlen(names[i])})) {
        i++;
    }
    text_add(m->bid, names[i]);
}

// Without the statements that give values to names which have one: x = 3; F = x**2.
static void add_place(struct matching *m, struct guess_taken t)
{
    struct piece v = variable_of(m, t);
    if (!guess_is_bound(m->c, v)) {
        add_piece(m->bid, v);
        text_add(m->bid, " = 3; ");
    }
}

// One sign of a text: $1 what was taken first, &1 the same in parentheses, $v1 its variable, …
static bool add_sign(struct matching *m, const char **at)
{
    char sign = *(*at)++;
    if (sign == 'o') {
        return add_output(m);
    }
    if (sign == 'z') {
        add_new_name(m);
        return true;
    }
    if (sign == 'l') {
        return add_leaf(m);
    }
    char digit = text_is_digit(sign) ? sign : *(*at)++;
    BS_ASSERT(digit >= '1' && (size_t)(digit - '1') < m->count);
    struct guess_taken t = m->taken[digit - '1'];
    bool wrapped = sign == '&' && t.to - t.from > 1;
    switch (sign) {
    case 'v':
        add_piece(m->bid, variable_of(m, t));
        return true;
    case 'b':
        add_place(m, t);
        return true;
    default:
        text_add(m->bid, wrapped ? "(" : "");
        guess_words_add(m->c, m->words, t, m->bid);
        text_add(m->bid, wrapped ? ")" : "");
        return true;
    }
}

// One of several texts, from `at` up to its end or " || "; false: something in it does not exist.
static bool write_bid(struct matching *m, const char **at)
{
    bool ok = true;
    text_clear(m->bid);
    text_add_bytes(m->bid, m->before.s, m->before.n);
    while (**at != '\0' && strncmp(*at, " || ", 4) != 0) {
        if (**at == '$' || **at == '&') {
            *at += **at == '$';
            ok = add_sign(m, at) && ok;
        } else {
            text_add_char(m->bid, *(*at)++);
        }
    }
    *at += **at == '\0' ? 0 : 4;
    return ok && !m->bid->bytes.failed && text_length(m->bid) < DIAG_WORDS / 2;
}

// Is that what was typed?
static bool says_the_same(struct matching *m)
{
    struct piece last = m->words->words[m->words->count - 1];
    const char *typed = m->words->words[0].s - m->before.n;
    size_t n = (size_t)(last.s + last.n - typed);
    bool more = typed + n < m->c->lexer->source->text + m->c->lexer->source->length &&
                strchr("?!. ", typed[n]) != NULL;
    return n == text_length(m->bid) && memcmp(text_get(m->bid), typed, n) == 0 && !more;
}

// Is a command's word, with what follows it, taken for a formula? What works of that is no sign that it is
// meant: many commands are not tried.
static bool keeps_command(const struct matching *m)
{
    struct piece first = m->words->words[0];
    return m->count > 0 && m->taken[0].from == 0 && m->taken[0].as != 'C' && m->before.n == 0 &&
           command_find(m->c->s->world.commands, first.s, first.n) != NULL &&
           !guess_is_bound(m->c, first);
}

// The pattern fits: is there something to say?
static bool accept(struct matching *m)
{
    const char *at = m->phrase->text;
    do {
        bool written = write_bid(m, &at) && !says_the_same(m);
        if (written && m->phrase->kind >= PHRASE_SAY) {
            return true;
        }
        if (written && *m->tries < TRIES_MOST && !keeps_command(m)) {
            ++*m->tries;
            if (guess_try(m->c, text_get(m->bid))) {
                return true;
            }
        }
    } while (*at != '\0');
    return false;
}

// ---- Patterns -----------------------------------------------------------------------------------

// Is the word one of these, which are apart by bars? Longer words may have capitals.
static bool is_one_of(struct piece word, const char *words, size_t n)
{
    if (n == 1) {
        return word.n == 1 && word.s[0] == words[0];
    }
    for (size_t at = 0; at < n;) {
        size_t length = 0, same = 0;
        while (at + length < n && words[at + length] != '|') {
            length++;
        }
        while (
            same < length && same < word.n &&
            (word.s[same] == words[at + same] ||
             ((length > 1 || words[at] == 'i') && text_small(word.s[same]) == words[at + same]))) {
            same++;
        }
        if (same == length && length == word.n) {
            return true;
        }
        at += length + 1;
    }
    return false;
}

static bool fits(struct matching *m, const char *pattern, size_t at);

// <F>: takes one word or more, as few as it can.
static bool take(struct matching *m, char as, const char *rest, size_t at)
{
    BS_ASSERT(m->count < TAKEN_MOST);
    size_t mine = m->count++;
    for (size_t to = at + 1; to <= m->words->count; to++) {
        m->taken[mine] = (struct guess_taken){.as = as, .from = at, .to = to};
        if (guess_words_fit(m->c, m->words, m->taken[mine]) && fits(m, rest, to)) {
            return true;
        }
    }
    m->count = mine;
    return false;
}

// Do the words from `at` on fit the pattern, and is there something to say then?
static bool fits(struct matching *m, const char *pattern, size_t at)
{
    while (*pattern == ' ') {
        pattern++;
    }
    size_t n = strcspn(pattern, " ");
    if (n == 0) {
        return at == m->words->count && accept(m);
    }
    const char *rest = pattern + n;
    if (n == 3 && memcmp(pattern, "...", 3) == 0) {
        for (size_t to = at; to <= m->words->count; to++) {
            if (fits(m, rest, to)) {
                return true;
            }
        }
        return false;
    }
    if (n == 3 && pattern[0] == '<') {
        return take(m, pattern[1], rest, at);
    }
    bool optional = n > 1 && pattern[n - 1] == '?';
    bool word = at < m->words->count && is_one_of(m->words->words[at], pattern, n - optional);
    return (word && fits(m, rest, at + 1)) || (optional && fits(m, rest, at));
}

static void say(struct call *c, const struct guess_words *w, const struct matching *m)
{
    const char *text = text_get(m->bid);
    bool bid = m->phrase->kind <= PHRASE_VALUE;
    if (m->phrase->kind == PHRASE_KEEP) {
        return;
    }
    bool command = command_find(c->s->world.commands, w->words[0].s, w->words[0].n) != NULL;
    if (!c->diag->set || (c->diag->unbound && !command)) {
        char quoted[QUOTED];
        struct span span = c->diag->span;
        diag_clear(c->diag);
        diag_set(c->diag, span, "no statement begins with '%s'",
                 diag_quote(quoted, w->words[0].s, w->words[0].n));
    }
    diag_hint(c->diag, bid ? "write %s" : "%s", text);
}

// ---- Sentences ----------------------------------------------------------------------------------

enum found { FOUND_NOTHING, FOUND_SAID, FOUND_BETTER };  // better: what is said already

// Tries all phrases on these words; values alone where something precedes them.
static enum found try_words(struct call *c, const struct guess_words *all,
                            const struct guess_words *w, struct piece before, size_t *tries)
{
    struct text bid;
    enum found found = FOUND_NOTHING;
    text_init(&bid);
    for (size_t i = 0; i < COUNT_OF(phrases) && found == FOUND_NOTHING; i++) {
        struct matching m = {.c = c,
                             .words = w,
                             .phrase = &phrases[i],
                             .before = before,
                             .tries = tries,
                             .bid = &bid};
        if (before.n > 0 && phrases[i].kind != PHRASE_VALUE) {
            continue;
        }
        if (fits(&m, phrases[i].pattern, 0)) {
            found = phrases[i].kind == PHRASE_KEEP ? FOUND_BETTER : FOUND_SAID;
            say(c, all, &m);
        }
    }
    text_release(&bid);
    return found;
}

static struct guess_words without(const struct guess_words *w, size_t first)
{
    struct guess_words rest = {.count = w->count - first};
    memcpy(rest.words, w->words + first, rest.count * sizeof *rest.words);
    return rest;
}

// The words before the value of a name, of a field, or of print: y =.
static size_t value_start(const struct guess_words *w)
{
    if (w->count > 2 && guess_is_among(w->words[0], "print")) {
        return 1;
    }
    for (size_t i = 0; i + 1 < w->count && guess_is_among(w->words[0], "def return"); i++) {
        if (guess_is_among(w->words[i], "return")) {
            return i + 1;
        }
    }
    bool assigned = w->count > 3 && guess_is_among(w->words[1], "=") &&
                    !guess_is_among(w->words[2], "= >") && text_is_letter(w->words[0].s[0]);
    return assigned ? 2 : 0;
}

// The words that only ask: can you please show me the …
static size_t polite_words(const struct call *c, const struct guess_words *w)
{
    size_t at = 0;
    while (at + 1 < w->count) {
        struct piece p = w->words[at];
        bool bound = guess_is_bound(c, p) && !guess_is_among(w->words[at + 1], "'s ’s");
        bool asks = foreign_wants(p.s, p.n) || foreign_is_filler(p.s, p.n) ||
                    guess_is_among(p, "what whats What how How Show Can Please 's ’s");
        bool article = guess_is_among(p, "a i I") && text_is_letter(w->words[at + 1].s[0]) &&
                       w->words[at + 1].n > 1;
        if (!asks || (bound && !article)) {
            break;
        }
        at++;
    }
    return at;
}

bool guess_phrase(struct call *c, struct token first, size_t end)
{
    struct guess_words all, part;
    struct piece nothing = {"", 0};
    size_t tries = 0;
    if (c->run == NULL || first.at >= end ||
        !guess_words_read(&all, guess_piece(c, first.at, end))) {
        return false;
    }
    enum found found = try_words(c, &all, &all, nothing, &tries);
    if (found != FOUND_NOTHING) {
        return found == FOUND_SAID;
    }
    size_t value = value_start(&all), polite = polite_words(c, &all);
    if (value > 0) {
        part = without(&all, value);
        struct piece before = {all.words[0].s, (size_t)(part.words[0].s - all.words[0].s)};
        return try_words(c, &all, &part, before, &tries) == FOUND_SAID;
    }
    if (polite > 0) {
        part = without(&all, polite);
        return try_words(c, &all, &part, nothing, &tries) == FOUND_SAID;
    }
    return false;
}

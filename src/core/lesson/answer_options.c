// Reading which options a line names: by their letters, their texts, or some of their words.
#include "lesson/answer_options.h"

#include <string.h>

static bool starts(const char *s, size_t n, const char *with)
{
    size_t length = strlen(with);
    return length <= n && memcmp(s, with, length) == 0;
}

// The length in bytes of what separates two picks, at the beginning of s[0..n): a mark, or a word such as
// "and". 0: something is picked here.
static size_t between(const char *s, size_t n)
{
    static const char *const words[] = {"and", "und", "then", "dann"};
    static const char *const arrows[] = {"->", "=>", "→", "⇒", ">", "&", "+"};
    if (n > 0 && strchr(" \t,.)(;", *s) != NULL) {
        return 1;
    }
    for (size_t i = 0; i < COUNT_OF(arrows); i++) {
        if (starts(s, n, arrows[i])) {
            return strlen(arrows[i]);
        }
    }
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t length = strlen(words[i]);
        if (starts(s, n, words[i]) && (length == n || !text_is_letter(s[length]))) {
            return length;
        }
    }
    return 0;
}

static bool is_letter(const struct picks *p, char c)
{
    c = text_small(c);
    return c >= 'a' && (size_t)(c - 'a') < p->options;
}

static bool refuse_letter(struct judging *j, const struct picks *p, size_t at)
{
    char quoted[QUOTED];
    uint32_t c;
    size_t n = utf8_read(j->text + at, j->answer.end - at, &c);
    diag_quote(quoted, j->text + at, n == 0 ? 1 : n);
    judge_refuse(j, (struct span){at, at + 1}, "'%s' is not the letter of an option", quoted);
    return judge_hint(j, "the options are a to %c", (char)('a' + (p->options - 1)));
}

// How many bytes of s[0..n) are the option's text, but for the marks of code and the case of letters if
// `fold`; 0: they begin in another way.
static size_t text_at(const char *text, const char *s, size_t n, bool fold)
{
    size_t i = 0;
    for (; *text != '\0'; text++) {
        while (i < n && s[i] == '`') {
            i++;
        }
        if (*text == '`') {
            continue;
        }
        if (i == n || (fold ? text_small(*text) != text_small(s[i]) : *text != s[i])) {
            return 0;
        }
        i++;
    }
    return i + (i < n && s[i] == '`');
}

// The option whose text s[0..n) begins with, the longest; *length receives its bytes. Capitals tell two
// apart, if need be.
static const struct question_line *find_at(const struct picks *p, const char *s, size_t n,
                                           size_t *length)
{
    const struct question_line *found = NULL;
    bool exact = false;
    *length = 0;
    for (size_t i = 0; i < 2 * p->options; i++) {
        bool fold = i >= p->options;
        const struct question_line *option = p->shown[fold ? i - p->options : i];
        size_t here = text_at(option->left, s, n, fold);
        if (here > *length) {
            found = option;
            *length = here;
            exact = !fold;
        } else if (here > 0 && here == *length && fold && !exact && option != found) {
            return NULL;
        }
    }
    return found;
}

// The option whose text this is, with or without a full stop.
static const struct question_line *find_text(const struct picks *p, const char *s, size_t n)
{
    size_t length;
    const struct question_line *found = find_at(p, s, n, &length);
    while (length < n && s[length] == '.') {
        length++;
    }
    return length == n ? found : NULL;
}

// Are the words s[0..n) in the text? The last may go on there, if `stem`: "double" in "it doubles".
static bool is_in(const char *text, const char *s, size_t n, bool stem)
{
    for (const char *at = text; strlen(at) >= n; at++) {
        size_t i = 0;
        while (i < n && text_small(at[i]) == text_small(s[i])) {
            i++;
        }
        if (i == n && (at == text || !text_is_letter(at[-1])) && (stem || !text_is_letter(at[n]))) {
            return true;
        }
    }
    return false;
}

static const struct question_line *find_the_one(const struct picks *p, const char *s, size_t n,
                                                bool stem)
{
    const struct question_line *found = NULL;
    for (size_t i = 0; i < p->options; i++) {
        if (is_in(p->shown[i]->left, s, n, stem)) {
            if (found != NULL) {
                return NULL;
            }
            found = p->shown[i];
        }
    }
    return found;
}

// The one option in whose text this is found: "doubles" for "it doubles". NULL: there is none, or more
// than one, or the answer may be letters.
static const struct question_line *find_within(const struct picks *p, const char *s, size_t n)
{
    enum { LEAST = 4, STEM_LEAST = 5 };  // letters
    bool words = false;
    while (n > 0 && strchr(".!", s[n - 1]) != NULL) {
        n--;
    }
    for (size_t i = 0; i < n; i++) {
        if (!text_is_letter(s[i]) && strchr(" -'", s[i]) == NULL) {
            return NULL;
        }
        words |= text_is_letter(s[i]) && !is_letter(p, s[i]);
    }
    if (!words || n < LEAST) {
        return NULL;
    }
    const struct question_line *found = find_the_one(p, s, n, false);
    return found != NULL || n < STEM_LEAST ? found : find_the_one(p, s, n, true);
}

// The option that a text names. The letter of an option is always that: a text which is one is typed
// in quotes.
static const struct question_line *find_named(const struct judging *j, const struct picks *p,
                                              struct span at)
{
    const char *s = j->text + at.start;
    size_t n = at.end - at.start;
    if (n == 1 && is_letter(p, *s)) {
        return NULL;
    }
    const struct question_line *found = find_text(p, s, n);
    return found != NULL ? found : find_within(p, s, n);
}

// The one option whose whole text is in the answer, unless that says no: "it does nothing" for "nothing".
static const struct question_line *find_around(const struct judging *j, const struct picks *p,
                                               struct span at)
{
    enum { LEAST = 4, LONGEST = 200 };  // letters, bytes
    static const char *const no[] = {"not", "no", "never", "isn't", "doesn't"};
    const struct question_line *found = NULL;
    char answer[LONGEST + 1] = "";
    size_t n = at.end - at.start;
    if (n > LONGEST || j->q->kind != QUESTION_CHOICE) {
        return NULL;
    }
    memcpy(answer, j->text + at.start, n);
    answer[n] = '\0';
    for (size_t i = 0; i < COUNT_OF(no); i++) {
        if (is_in(answer, no[i], strlen(no[i]), false)) {
            return NULL;
        }
    }
    for (size_t i = 0; i < p->options; i++) {
        const char *text = p->shown[i]->left;
        if (strlen(text) >= LEAST && is_in(answer, text, strlen(text), false)) {
            if (found != NULL) {
                return NULL;
            }
            found = p->shown[i];
        }
    }
    return found;
}

static bool pick_option(struct judging *j, struct picks *p, const struct question_line *option,
                        struct span at)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->picked[i] == option) {
            return judge_refuse(j, at, "'%.*s' is here twice", (int)(at.end - at.start),
                                j->text + at.start);
        }
    }
    p->picked[p->count++] = option;
    return true;
}

static bool pick(struct judging *j, struct picks *p, size_t at)
{
    return is_letter(p, j->text[at]) ? pick_option(j, p, p->shown[text_small(j->text[at]) - 'a'],
                                                   (struct span){at, at + 1})
                                     : refuse_letter(j, p, at);
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

// A text in quotes at *at, which is left at the last of them.
static bool pick_quoted(struct judging *j, struct picks *p, size_t *at)
{
    size_t start = *at + 1;
    const char *s = j->text, *end = memchr(s + start, s[*at], j->answer.end - start);
    if (end == NULL) {
        return judge_refuse(j, (struct span){*at, *at + 1}, "this quotation mark is never closed");
    }
    size_t n = (size_t)(end - (s + start));
    const struct question_line *option = find_text(p, s + start, n);
    *at = start + n;
    char quoted[QUOTED];
    return option != NULL
               ? pick_option(j, p, option, (struct span){start, start + n})
               : judge_refuse(j, (struct span){start, start + n}, "no option is called '%s'",
                              diag_quote(quoted, s + start, n));
}

// Whole texts of options, one after the other; commas may be in them, too. False: something else is
// there, and nothing is picked.
static bool pick_texts(struct judging *j, struct picks *p, struct span in)
{
    for (size_t at = in.start, n; at < in.end; at += n) {
        n = between(j->text + at, in.end - at);
        if (n > 0) {
            continue;
        }
        const struct question_line *option = find_at(p, j->text + at, in.end - at, &n);
        bool letter = n == 1 && is_letter(p, j->text[at]);
        bool ends = at + n == in.end || between(j->text + at + n, in.end - at - n) > 0;
        if (option == NULL || letter || !ends) {
            p->count = 0;
            return false;
        }
        if (!pick_option(j, p, option, (struct span){at, at + n})) {
            return true;  // it is refused
        }
    }
    return p->count > 0;
}

// The next text up to a comma, a semicolon or an arrow, or, if `words`, up to whatever is between two
// picks; false at the end.
static bool next_text(const struct judging *j, struct span in, bool words, size_t *from,
                      struct span *at)
{
    size_t n = 0, end;
    while (*from < in.end && (n = between(j->text + *from, in.end - *from)) > 0) {
        *from += n;
    }
    for (end = *from; end < in.end; end++) {
        bool begins = end == *from || !text_is_letter(j->text[end - 1]);
        n = begins || !text_is_letter(j->text[end]) ? between(j->text + end, in.end - end) : 0;
        if (n > 1 || (n == 1 && (words || strchr(",;>&", j->text[end]) != NULL))) {
            break;
        }
    }
    *at = span_trim(j->text, (struct span){*from, end});
    *from = end;
    return at->start < at->end;
}

// The same with parts of their texts, "price and fee". *at is the first that names no option.
static bool pick_parts(struct judging *j, struct picks *p, struct span in, bool words,
                       struct span *at)
{
    for (size_t from = in.start; next_text(j, in, words, &from, at);) {
        const struct question_line *option = find_named(j, p, *at);
        if (option == NULL) {
            p->count = 0;
            return false;
        }
        if (!pick_option(j, p, option, *at)) {
            return true;
        }
    }
    return p->count > 0;
}

// "b: it doubles": an option's letter and its text.
static const struct question_line *find_lettered(const struct judging *j, const struct picks *p,
                                                 struct span in)
{
    const char *s = j->text + in.start;
    if (in.end - in.start < 3 || !is_letter(p, s[0]) || strchr(":).-", s[1]) == NULL) {
        return NULL;
    }
    struct span rest = span_trim(j->text, (struct span){in.start + 2, in.end});
    const struct question_line *option = p->shown[text_small(s[0]) - 'a'];
    return find_text(p, j->text + rest.start, rest.end - rest.start) == option ? option : NULL;
}

// Is s[0..n) made of letters of options, each once?
static bool is_letters(const struct picks *p, const char *s, size_t n)
{
    uint32_t seen = 0;
    for (size_t i = 0; i < n; i++) {
        char c = text_small(s[i]);
        if (!is_letter(p, c) || (seen >> (c - 'a') & 1) != 0) {
            return false;
        }
        seen |= UINT32_C(1) << (c - 'a');
    }
    return true;
}

// Is each word a letter, or made of letters of options? What is in quotes, or is not a word, counts as one.
static bool is_in_letters(const struct judging *j, const struct picks *p, struct span in)
{
    for (size_t from = in.start, n; from < in.end; from += n) {
        n = between(j->text + from, in.end - from);
        if (is_quote(j->text[from])) {
            return true;
        }
        size_t length = 0;
        while (n == 0 && from + length < in.end && text_is_letter(j->text[from + length])) {
            length++;
        }
        if (length > 1 && !is_letters(p, j->text + from, length)) {
            return false;
        }
        n = n > 0 ? n : length > 0 ? length : 1;
    }
    return true;
}

static bool pick_letters(struct judging *j, struct picks *p, struct span in)
{
    for (size_t at = in.start, n; at < in.end; at++) {
        if (is_quote(j->text[at])) {
            if (!pick_quoted(j, p, &at)) {
                return false;
            }
        } else if ((n = between(j->text + at, in.end - at)) > 0) {
            at += n - 1;
        } else if (!pick(j, p, at)) {
            return false;
        }
    }
    return p->count > 0 || judge_refuse(j, j->answer, "a letter is missing here");
}

static bool refuse_text(struct judging *j, const struct picks *p, struct span at)
{
    char quoted[QUOTED];
    if (at.end <= at.start + 1) {
        return refuse_letter(j, p, at.start);
    }
    judge_refuse(j, at, "'%s' is none of the options",
                 diag_quote(quoted, j->text + at.start, at.end - at.start));
    return judge_hint(j, "the options are a to %c", (char)('a' + (p->options - 1)));
}

// "all of them": every option, where several are asked for.
static bool picks_all(struct judging *j, struct picks *p, struct span at)
{
    static const char *const all[] = {"all",      "all of them", "all of these", "all of the above",
                                      "all four", "all three",   "every one",    "everything",
                                      "both"};
    char small[24];
    size_t n = at.end - at.start;
    for (size_t i = 0; n < sizeof small && i < n; i++) {
        small[i] = text_small(j->text[at.start + i]);
    }
    small[n < sizeof small ? n : 0] = '\0';
    for (size_t i = 0; j->q->kind == QUESTION_MULTI && i < COUNT_OF(all); i++) {
        bool both = strcmp(small, "both") == 0 && p->options != 2;
        if (strcmp(small, all[i]) == 0 && !both) {
            p->count = p->options;
            memcpy(p->picked, p->shown, p->options * sizeof *p->shown);
            return true;
        }
    }
    return false;
}

bool answer_options_read(struct judging *j, struct picks *p)
{
    struct span bare = judge_bare(j, j->answer), at, apart;
    *p = (struct picks){.count = 0};
    p->options = question_options(j->q, j->seed, p->shown);
    const struct question_line *full = find_named(j, p, j->answer);
    full = full != NULL ? full : find_named(j, p, bare);
    full = full != NULL ? full : find_lettered(j, p, bare);
    full = full != NULL ? full : find_around(j, p, bare);
    if (full != NULL) {
        p->picked[p->count++] = full;
        return true;
    }
    if (picks_all(j, p, bare)) {
        return true;
    }
    if (pick_texts(j, p, j->answer) || pick_texts(j, p, bare)) {
        return !j->out->diag.set;
    }
    if (is_in_letters(j, p, bare)) {
        return pick_letters(j, p, bare);
    }
    if (pick_parts(j, p, bare, false, &at) || pick_parts(j, p, bare, true, &apart)) {
        return !j->out->diag.set;
    }
    return refuse_text(j, p, at);
}

bool answer_names_options(const struct question *q, const char *text)
{
    struct judgement ignored;
    struct judging j = {.q = q, .text = text, .out = &ignored};
    struct picks p = {.count = 0};
    if (q->options.count == 0) {
        return false;
    }
    judgement_init(&ignored);
    p.options = question_options(q, 0, p.shown);
    struct span all = span_trim(text, (struct span){0, strlen(text)}), at;
    bool several = false;
    for (size_t i = all.start; i < all.end; i++) {
        several |= strchr(",;>", text[i]) != NULL;
    }
    bool named = pick_texts(&j, &p, all) || (several && pick_parts(&j, &p, all, false, &at));
    judgement_release(&ignored);
    return named;
}

void answer_options_echo(struct judging *j, const struct picks *p)
{
    struct text text;
    text_init(&text);
    for (size_t i = 0; i < p->count; i++) {
        text_add(&text, i > 0 ? "; " : "");
        text_add(&text, p->picked[i]->left);
    }
    const char *s = arena_copy(&j->out->arena, text_get(&text), text_length(&text));
    j->out->understood = s == NULL ? "" : s;
    text_release(&text);
}

// Judging what is picked: one option (choice), several (multi), or all of them in order.
#include <string.h>

#include "lesson/judging.h"

// ---- Shown --------------------------------------------------------------------------------------

static bool in_order(const struct question_line *const *picked, size_t count,
                     const struct question *q, size_t *wrong);

static void shuffle(const struct question_line **shown, size_t count, struct rng *rng)
{
    for (size_t i = count; i > 1; i--) {
        size_t k = (size_t)rng_below(rng, i);
        const struct question_line *other = shown[k];
        shown[k] = shown[i - 1];
        shown[i - 1] = other;
    }
}

size_t question_options(const struct question *q, uint64_t seed,
                        const struct question_line *shown[OPTIONS_MOST])
{
    enum { TRIES = 20 };
    size_t count = 0, wrong;
    struct rng rng;
    for (const struct question_line *o = q->options.first; o != NULL && count < OPTIONS_MOST;
         o = o->next) {
        shown[count++] = o;
    }
    // Not the numbers that vary: those are drawn from the seed itself.
    rng_seed(&rng, seed ^ 0x6f7074696f6e73);
    shuffle(shown, count, &rng);
    // What is to be put in order is not shown in order, where that can be helped.
    for (int i = 0; i < TRIES && q->kind == QUESTION_ORDER && in_order(shown, count, q, &wrong);
         i++) {
        shuffle(shown, count, &rng);
    }
    return count;
}

// ---- Read ---------------------------------------------------------------------------------------

// What a line picks, in the order in which it does.
struct picks {
    const struct question_line *shown[OPTIONS_MOST], *picked[OPTIONS_MOST];
    size_t options, count;
};

static bool is_between(char c)
{
    return c == ' ' || c == '\t' || c == ',' || c == '.' || c == ')' || c == '(' || c == ';';
}

static char lower_case(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
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

// The option whose text this is, as the author wrote it, or without the marks of code around it.
static const struct question_line *find_text(const struct picks *p, const char *s, size_t n)
{
    for (size_t i = 0; i < p->options; i++) {
        const char *text = p->shown[i]->left;
        size_t length = strlen(text);
        bool code = length > 2 && text[0] == '`' && text[length - 1] == '`';
        if ((length == n && memcmp(text, s, n) == 0) ||
            (code && length - 2 == n && memcmp(text + 1, s, n) == 0)) {
            return p->shown[i];
        }
    }
    return NULL;
}

// Are the words s[0..n) in the text?
static bool is_in(const char *text, const char *s, size_t n)
{
    for (const char *at = text; strlen(at) >= n; at++) {
        size_t i = 0;
        while (i < n && lower_case(at[i]) == lower_case(s[i])) {
            i++;
        }
        if (i == n && (at == text || !text_is_letter(at[-1])) && !text_is_letter(at[n])) {
            return true;
        }
    }
    return false;
}

// The one option in whose text this is found: "doubles" for "it doubles". NULL: there is none, or more
// than one, or the answer may be letters.
static const struct question_line *find_within(const struct picks *p, const char *s, size_t n)
{
    enum { LEAST = 4 };  // letters
    const struct question_line *found = NULL;
    bool words = false;
    for (size_t i = 0; i < n; i++) {
        if (!text_is_letter(s[i]) && strchr(" -'", s[i]) == NULL) {
            return NULL;
        }
        words |= text_is_letter(s[i]) && (size_t)(lower_case(s[i]) - 'a') >= p->options;
    }
    for (size_t i = 0; words && n >= LEAST && i < p->options; i++) {
        if (is_in(p->shown[i]->left, s, n)) {
            if (found != NULL) {
                return NULL;
            }
            found = p->shown[i];
        }
    }
    return found;
}

// The option whose whole text the answer is. The letter of an option is always that: a text which is
// one is typed in quotes.
static const struct question_line *told_in_full(const struct judging *j, const struct picks *p)
{
    const char *s = j->text + j->answer.start;
    size_t n = j->answer.end - j->answer.start;
    char letter = lower_case(*s);
    bool is_letter = n == 1 && letter >= 'a' && (size_t)(letter - 'a') < p->options;
    return is_letter ? NULL : find_text(p, s, n);
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
    char letter = lower_case(j->text[at]);
    if (letter < 'a' || (size_t)(letter - 'a') >= p->options) {
        return refuse_letter(j, p, at);
    }
    return pick_option(j, p, p->shown[letter - 'a'], (struct span){at, at + 1});
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

static bool read_picks(struct judging *j, struct picks *p)
{
    *p = (struct picks){.count = 0};
    p->options = question_options(j->q, j->seed, p->shown);
    const struct question_line *full = told_in_full(j, p);
    full = full != NULL
               ? full
               : find_within(p, j->text + j->answer.start, j->answer.end - j->answer.start);
    if (full != NULL) {
        p->picked[p->count++] = full;
        return true;
    }
    for (size_t at = j->answer.start; at < j->answer.end; at++) {
        bool quoted = is_quote(j->text[at]);
        if (!is_between(j->text[at]) && !(quoted ? pick_quoted(j, p, &at) : pick(j, p, at))) {
            return false;
        }
    }
    return p->count > 0 || judge_refuse(j, j->answer, "a letter is missing here");
}

static void echo(struct judging *j, const struct picks *p)
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

// ---- Choice and multi ---------------------------------------------------------------------------

static bool is_picked(const struct picks *p, const struct question_line *option)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->picked[i] == option) {
            return true;
        }
    }
    return false;
}

// Why what was picked wrongly is wrong.
static size_t say_wrong(struct judging *j, const struct picks *p)
{
    size_t wrong = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (!p->picked[i]->good) {
            wrong++;
            if (*p->picked[i]->right != '\0') {
                judge_say(j, "%s", p->picked[i]->right);
            }
        }
    }
    return wrong;
}

static void say_right(struct judging *j, const struct picks *p)
{
    for (size_t i = 0; i < p->count; i++) {
        if (*p->picked[i]->right != '\0') {
            judge_say(j, "%s", p->picked[i]->right);
        }
    }
}

void judge_pick(struct judging *j)
{
    struct picks p;
    if (!read_picks(j, &p)) {
        return;
    }
    if (j->q->kind == QUESTION_CHOICE && p.count > 1) {
        judge_refuse(j, j->answer, "one letter is asked for");
        return;
    }
    echo(j, &p);
    size_t missing = 0, wrong = say_wrong(j, &p);
    for (size_t i = 0; i < p.options; i++) {
        missing += p.shown[i]->good && !is_picked(&p, p.shown[i]);
    }
    if (wrong == 0 && missing == 0) {
        say_right(j, &p);
        judge_set(j, JUDGED_RIGHT);
        return;
    }
    judge_set(j, JUDGED_WRONG);
    if (wrong == 0) {
        j->out->near = true;
        judge_say(j, p.count == 1 ? "That one is right, but not the only one."
                                  : "Those are right, but not all.");
    } else if (j->q->kind == QUESTION_MULTI && j->out->said_count == 0) {
        judge_say(j, wrong == 1 ? "%zu of these is wrong." : "%zu of these are wrong.", wrong);
    }
}

// ---- Order --------------------------------------------------------------------------------------

// The items from `first` on up to the next that must be after them: all may be as they like.
static const struct question_line *group_end(const struct question_line *first)
{
    BS_ASSERT(first != NULL);
    const struct question_line *item = first->next;
    while (item != NULL && item->good) {
        item = item->next;
    }
    return item;
}

static size_t group_size(const struct question_line *first, const struct question_line *end)
{
    size_t size = 0;
    for (; first != NULL && first != end; first = first->next) {
        size++;
    }
    return size;
}

static bool in_group(const struct question_line *first, const struct question_line *end,
                     const struct question_line *item)
{
    while (first != NULL && first != end && first != item) {
        first = first->next;
    }
    return first != NULL && first != end;
}

// Group by group; *wrong receives the place of the first that is out of order.
static bool in_order(const struct question_line *const *picked, size_t count,
                     const struct question *q, size_t *wrong)
{
    const struct question_line *first = q->options.first, *end = group_end(first);
    size_t left = group_size(first, end);
    for (size_t i = 0; i < count; i++) {
        if (left == 0) {
            first = end;
            end = group_end(first);
            left = group_size(first, end);
        }
        if (!in_group(first, end, picked[i])) {
            *wrong = i;
            return false;
        }
        left--;
    }
    return true;
}

void judge_order(struct judging *j)
{
    struct picks p;
    size_t wrong = 0;
    if (!read_picks(j, &p)) {
        return;
    }
    if (p.count < p.options) {
        judge_refuse(j, j->answer,
                     p.count == 1 ? "all letters from a to %c are asked for, here is %zu"
                                  : "all letters from a to %c are asked for, here are %zu",
                     (char)('a' + (p.options - 1)), p.count);
        return;
    }
    echo(j, &p);
    if (in_order(p.picked, p.count, j->q, &wrong)) {
        judge_set(j, JUDGED_RIGHT);
        return;
    }
    judge_set(j, JUDGED_WRONG);
    if (*p.picked[wrong]->right != '\0') {
        judge_say(j, "%s", p.picked[wrong]->right);
    } else if (wrong == 0) {
        judge_say(j, "Something else comes first.");
    } else {
        judge_say(j,
                  wrong == 1 ? "The first is right; what follows is not."
                             : "The first %zu are right; what follows is not.",
                  wrong);
    }
}

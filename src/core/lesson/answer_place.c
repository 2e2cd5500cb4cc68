// Judging places in the graph: a node, an edge; and whether what is to be done holds.
#include <string.h>

#include "lesson/condition.h"
#include "lesson/did.h"
#include "lesson/judging.h"

// ---- Nodes --------------------------------------------------------------------------------------

// A node by any of its names, or as %7. False: it was refused.
static bool read_node(struct judging *j, struct span at, uint32_t *node)
{
    struct diag d = {0};
    double number;
    if (!trial_evaluate(j->scope, j->text, at, &number, node, &d)) {
        judge_refuse(j, d.span, "%s", d.message);
        return judge_hint(j, "%s", d.hint);
    }
    if (*node == NODE_NONE) {
        judge_refuse(j, at, "a node is asked for: its name, or its number such as %%3");
        return judge_hint(j, "'vars' shows the names, 'graph' draws all nodes");
    }
    return true;
}

static bool key_node(struct judging *j, const char *s, struct span at, uint32_t *node,
                     struct diag *d)
{
    double number;
    char quoted[QUOTED];
    return trial_evaluate(j->scope, s, at, &number, node, d) &&
           (*node != NODE_NONE || diag_set(d, at, "'%s' is no node",
                                           diag_quote(quoted, s + at.start, at.end - at.start)));
}

static void echo(struct judging *j, const char *between, uint32_t node, uint32_t child)
{
    char a[LABEL_TEXT], b[LABEL_TEXT];
    names_label(j->scope->names, a, node);
    bool edge = child != NODE_NONE;
    const char *s = arena_printf(&j->out->arena, "%s%s%s", a, edge ? between : "",
                                 edge ? names_label(j->scope->names, b, child) : "");
    bool as_typed = s != NULL && strlen(s) == j->answer.end - j->answer.start &&
                    memcmp(s, j->text + j->answer.start, strlen(s)) == 0;
    j->out->understood = s == NULL || as_typed ? "" : s;
}

// Several names, with blanks or commas between?
static bool names_several(const char *s, struct span at)
{
    for (size_t i = at.start; i < at.end; i++) {
        if (s[i] == ',' || s[i] == ' ') {
            size_t next = i + strspn(s + i, " ,");
            return i > at.start && text_is_letter(s[next]) && strchr("+-*/^([", s[i - 1]) == NULL;
        }
    }
    return false;
}

void judge_node(struct judging *j)
{
    struct diag d = {0};
    uint32_t given, key, other;
    struct span whole = {0, strlen(j->q->answer)};
    if (names_several(j->text, j->answer)) {
        judge_refuse(j, j->answer, "one node is asked for");
        return;
    }
    if (!read_node(j, j->answer, &given)) {
        return;
    }
    if (!key_node(j, j->q->answer, whole, &key, &d)) {
        judge_open(j, &d);
        return;
    }
    echo(j, "", given, NODE_NONE);
    judge_set(j, given == key ? JUDGED_RIGHT : JUDGED_WRONG);
    for (const struct question_line *w = given == key ? NULL : j->q->whens.first; w != NULL;
         w = w->next) {
        struct diag aside = {0};
        if (key_node(j, w->left, (struct span){0, strlen(w->left)}, &other, &aside) &&
            other == given) {
            judge_say(j, "%s", w->right);
            break;
        }
    }
}

// ---- Edges --------------------------------------------------------------------------------------

// Where two names part: at an arrow, a comma, the word to, or else a blank outside brackets.
static bool split_edge(const char *s, struct span at, struct span *node, struct span *child)
{
    static const char *const signs[] = {"->", "→", " to ", NULL, " "};
    for (size_t k = 0; k < COUNT_OF(signs); k++) {
        const char *sign = signs[k] == NULL ? "," : signs[k];
        size_t n = strlen(sign);
        int open = 0;
        for (size_t i = at.start; i + n <= at.end; i++) {
            open += (s[i] == '[') - (s[i] == ']');
            if (open == 0 && memcmp(s + i, sign, n) == 0) {
                *node = span_trim(s, (struct span){at.start, i});
                *child = span_trim(s, (struct span){i + n, at.end});
                return node->end > node->start && child->end > child->start;
            }
        }
    }
    return false;
}

static bool is_edge(const struct tape *t, uint32_t node, uint32_t child)
{
    bool found = false;
    for (int slot = 0; slot < tape_arity(t, node); slot++) {
        found |= tape_operand(t, node, slot) == child;
    }
    return found;
}

struct answer_place_edge {
    uint32_t node, child;
};

static bool read_edge(struct judging *j, struct answer_place_edge *e)
{
    struct span node, child;
    if (!split_edge(j->text, j->answer, &node, &child)) {
        judge_refuse(j, j->answer, "an edge is asked for: the node, then its child");
        return judge_hint(j, "write it as L d");
    }
    if (!read_node(j, node, &e->node) || !read_node(j, child, &e->child)) {
        return false;
    }
    if (!is_edge(j->scope->tape, e->node, e->child)) {
        char a[LABEL_TEXT], b[LABEL_TEXT];
        names_label(j->scope->names, a, e->node);
        names_label(j->scope->names, b, e->child);
        judge_refuse(j, j->answer, "there is no edge from %s to %s", a, b);
        return is_edge(j->scope->tape, e->child, e->node)
                   ? judge_hint(j, "an edge goes from the node to its child: %s %s", b, a)
                   : judge_hint(j, "'local %s' lists the edges of a node", a);
    }
    return true;
}

static bool key_edge(struct judging *j, const char *s, struct answer_place_edge *e, struct diag *d)
{
    struct span node, child;
    if (!split_edge(s, (struct span){0, strlen(s)}, &node, &child)) {
        return diag_set(d, (struct span){0, 0}, "'%s' is no edge", s);
    }
    return key_node(j, s, node, &e->node, d) && key_node(j, s, child, &e->child, d);
}

void judge_edge(struct judging *j)
{
    struct diag d = {0};
    struct answer_place_edge given, key, other;
    if (!read_edge(j, &given)) {
        return;
    }
    if (!key_edge(j, j->q->answer, &key, &d)) {
        judge_open(j, &d);
        return;
    }
    bool right = given.node == key.node && given.child == key.child;
    echo(j, " -> ", given.node, given.child);
    judge_set(j, right ? JUDGED_RIGHT : JUDGED_WRONG);
    for (const struct question_line *w = right ? NULL : j->q->whens.first; w != NULL; w = w->next) {
        struct diag aside = {0};
        if (key_edge(j, w->left, &other, &aside) && other.node == given.node &&
            other.child == given.child) {
            judge_say(j, "%s", w->right);
            break;
        }
    }
}

// ---- What is to be done -------------------------------------------------------------------------

void judge_do(struct judging *j)
{
    judge_refuse(j, j->answer, "this has to be done at the prompt");
    struct text conditions;
    text_init(&conditions);
    question_conditions(j->q, &conditions);
    judge_hint(j, "it is done when this holds: %s", text_get(&conditions));
    text_release(&conditions);
}

static size_t word_length(const char *s)
{
    return strcspn(s, " \t.,;:!?()`*\"'");
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool has_word(const char *text, const char *word, size_t n)
{
    while (*text != '\0') {
        size_t m = word_length(text), i = 0;
        while (m == n && i < n && small(text[i]) == small(word[i])) {
            i++;
        }
        if (m == n && i == n) {
            return true;
        }
        text += m + (text[m] != '\0');
    }
    return false;
}

// An answer as somebody gives who has tried, not x, "no idea", a dot or two words of nonsense: some
// words, or one of those in the model.
static bool is_written_out(const char *s, const char *model)
{
    enum { WORDS_LEAST = 3, BYTES_LEAST = 7, WORD_LEAST = 3 };
    size_t words = 0, bytes = 0;
    while (*s != '\0') {
        size_t n = word_length(s);
        if (n >= WORD_LEAST && has_word(model, s, n) &&
            !text_among("the and its that this for with not you from are was has", s, n)) {
            return true;
        }
        words += n > 0;
        bytes += n + (s[n] != '\0' && s[n] != ' ' && s[n] != '\t');
        s += n + (s[n] != '\0');
    }
    return words >= WORDS_LEAST && bytes >= BYTES_LEAST;
}

void judge_recall(struct judging *j)
{
    if (is_written_out(j->text + j->answer.start, j->q->model)) {
        judge_set(j, JUDGED_BY_LEARNER);
        return;
    }
    judge_refuse(j, j->answer, "write a sentence first, in your own words");
    judge_hint(j, "then a good answer is shown, and you compare; 'solution' shows it at once");
}

static bool ends_with(const char *path, const char *suffix)
{
    size_t n = strlen(path), m = strlen(suffix);
    return n >= m && strcmp(path + n - m, suffix) == 0;
}

static uint64_t bit_of(const struct question *q, const struct question_line *until)
{
    uint64_t bit = 1;
    for (const struct question_line *l = q->until.first; l != until; l = l->next) {
        bit <<= 1;
    }
    return bit;
}

// `did topo`, `wrote .png`: was it done, now or before?
static enum condition_end was_done(const struct question *q, const struct question_line *until,
                                   struct question_sight *sight, enum did now)
{
    uint64_t bit = bit_of(q, until);
    sight->done |= now == DID_THAT ? bit : 0;
    sight->tried |= now == DID_OTHERWISE ? bit : 0;
    return (sight->done & bit) != 0    ? CONDITION_HOLDS
           : (sight->tried & bit) != 0 ? CONDITION_FAILS
                                       : CONDITION_BAD;
}

// `not typed`: was no value typed in since one was computed?
static enum condition_end was_not_typed(const struct question *q, const struct question_line *until,
                                        struct question_sight *sight, struct text *why)
{
    uint64_t bit = bit_of(q, until);
    enum did_value value = did_value(sight->did, sight->scope);
    sight->done |= value == DID_TYPE_VALUE ? bit : 0;
    sight->done &= value == DID_COMPUTE_VALUE ? ~bit : ~UINT64_C(0);
    if ((sight->done & bit) == 0) {
        return CONDITION_HOLDS;
    }
    if (*until->right == '\0') {
        text_add(why, phrase(q->language, "a value was typed in; let the gradients find it"));
    }
    return CONDITION_FAILS;
}

enum condition_end question_condition(const struct question *q, const struct question_line *until,
                                      struct question_sight *sight, struct text *why)
{
    static const char did[] = "did ", wrote[] = "wrote ";
    const char *s = until->left;
    if (strcmp(s, DID_NOT_TYPED) == 0) {
        return was_not_typed(q, until, sight, why);
    }
    if (strncmp(s, did, strlen(did)) == 0) {
        const char *words = s + strlen(did);
        enum condition_end end =
            was_done(q, until, sight, did_what(sight->did, words, sight->scope, sight->output));
        if (end != CONDITION_HOLDS && *until->right == '\0') {
            text_addf(why, phrase(q->language, "'%s' was not done"), words);
        }
        return end;
    }
    if (strncmp(s, wrote, strlen(wrote)) == 0) {
        const char *ending = s + strlen(wrote);
        bool wrote_it = *sight->wrote != '\0' && ends_with(sight->wrote, ending);
        bool tried = *sight->wrote != '\0' && !wrote_it;
        enum condition_end end = was_done(q, until, sight,
                                          wrote_it ? DID_THAT
                                          : tried  ? DID_OTHERWISE
                                                   : DID_NOT);
        if (end != CONDITION_HOLDS && *until->right == '\0') {
            text_addf(why, phrase(q->language, "no file '*%s' was written"), ending);
        }
        return end;
    }
    const struct condition condition = {.scope = sight->scope,
                                        .output = sight->output,
                                        .tolerance = q->tolerance,
                                        .digits = sight->digits,
                                        .language = q->language};
    struct diag d = {0};
    bool rounding;
    enum condition_end end =
        condition_look(&condition, s, (struct span){0, strlen(s)}, why, &rounding, &d);
    if (end == CONDITION_BAD) {
        text_add(why, d.message);
    }
    return end;
}

bool question_holds(const struct question *q, struct question_sight *sight)
{
    bool holds = true;
    for (const struct question_line *l = q->until.first; l != NULL; l = l->next) {
        struct text why;
        text_init(&why);
        holds = question_condition(q, l, sight, &why) == CONDITION_HOLDS && holds;
        text_release(&why);
    }
    return holds;
}

void question_conditions(const struct question *q, struct text *out)
{
    for (const struct question_line *l = q->until.first; l != NULL; l = l->next) {
        text_add(out, l == q->until.first ? "" : " and ");
        text_add(out, l->left);
    }
}

// An ask block to a question: first what is asked, then `key: value` lines as keys.def says.
#include <string.h>

#include "base/text.h"
#include "lesson/condition.h"
#include "lesson/did.h"
#include "lesson/parts.h"
#include "text/names.h"

struct ask {
    struct lesson_part part;
    struct question *q;
    struct span key;   // of the line being read
    size_t line;       // its number in the file
    struct text text;  // the question's, as far as it was read
    bool keyed;        // a key was met: no text may follow
    bool faulty;       // a line has a mistake, which was told
    bool cut;          // an empty line was met: what follows is another paragraph
    uint64_t seen;     // a bit for each key that was met
    struct variation **next_variation;
};

static bool refuse(struct ask *a, struct span at, const char *message)
{
    return diag_set(a->part.d, at, "%s", message);
}

// ---- How values are read ------------------------------------------------------------------------
// Each reads the value at `at` into a field of the question.

static bool add_line(struct ask *a, struct question_list *list, struct span left, struct span right,
                     bool good)
{
    struct question_line *line = arena_alloc(a->part.arena, sizeof *line);
    if (line == NULL) {
        return diag_out_of_memory(a->part.d);
    }
    *line = (struct question_line){.left = part_copy(&a->part, left),
                                   .right = part_copy(&a->part, right),
                                   .good = good,
                                   .line = a->line};
    *(list->first == NULL ? &list->first : &list->last->next) = line;
    list->last = line;
    list->count++;
    return true;
}

static const struct span nothing = {0, 0};

static bool read_plain(struct ask *a, struct span at, void *field)
{
    *(const char **)field = part_copy(&a->part, at);
    return true;
}

static bool read_prose(struct ask *a, struct span at, void *field)
{
    return part_text(&a->part, at) && read_plain(a, at, field);
}

static bool read_expression(struct ask *a, struct span at, void *field)
{
    return part_expression(&a->part, at) && read_plain(a, at, field);
}

static bool read_statement(struct ask *a, struct span at, void *list)
{
    return add_line(a, list, at, nothing, false);
}

static bool read_plain_line(struct ask *a, struct span at, void *list)
{
    return add_line(a, list, at, nothing, false);
}

static bool read_hint(struct ask *a, struct span at, void *list)
{
    return part_text(&a->part, at) && add_line(a, list, at, nothing, false);
}

static bool read_kind(struct ask *a, struct span at, void *kind)
{
    (void)a, (void)at, (void)kind;
    return true;  // it was looked for first: see find_kind
}

static bool read_version(struct ask *a, struct span at, void *version)
{
    return part_whole(&a->part, at, 1, 1000000, version);
}

static bool read_worth(struct ask *a, struct span at, void *worth)
{
    return part_whole(&a->part, at, 0, 1000, worth);
}

static bool read_graph(struct ask *a, struct span at, void *graph)
{
    *(bool *)graph = false;
    return part_is(&a->part, at, "none") ||
           refuse(a, at, "this can only be 'none'; without the line the lesson's graph is there");
}

static bool read_covers(struct ask *a, struct span at, void *field)
{
    const char *s = a->part.s;
    for (size_t i = at.start; i < at.end;) {
        size_t start = i;
        i += s[i] >= 'A' && s[i] <= 'Z';
        while (i > start && i < at.end && text_is_digit(s[i])) {
            i++;
        }
        if (i < start + 2 || (i < at.end && s[i] != ',')) {
            return refuse(a, (struct span){start, at.end},
                          "rows of the question list are needed here, such as N12, G2");
        }
        i++;
        while (i < at.end && s[i] == ' ') {
            i++;
        }
    }
    return read_plain(a, at, field);
}

static bool read_variation(struct ask *a, struct span at, void *field)
{
    (void)field;  // the first: a->next_variation began there
    struct variation *v = arena_alloc(a->part.arena, sizeof *v);
    if (v == NULL) {
        return diag_out_of_memory(a->part.d);
    }
    if (!variation_read(&a->part, at, v)) {
        return false;
    }
    *a->next_variation = v;
    a->next_variation = &v->next;
    return true;
}

// number ["%"] [number ["%"]]: with a % relative, without absolute.
static bool read_tolerance(struct ask *a, struct span at, void *field)
{
    struct tolerance *tolerance = field;
    struct lesson_part *p = &a->part;
    struct span rest = at;
    *tolerance = (struct tolerance){TOLERANCE_ROUNDING, 0};
    for (int i = 0; i == 0 || (i == 1 && rest.start < rest.end); i++) {
        double number = 0;
        size_t used = part_number(p, rest, &number);
        bool relative = used > 0 && rest.start + used < rest.end && p->s[rest.start + used] == '%';
        if (used == 0 || number < 0) {
            return refuse(a, rest, "a tolerance is needed here: 0.01, 1% or both");
        }
        *(relative ? &tolerance->relative : &tolerance->absolute) =
            relative ? number / 100 : number;
        rest.start += used + relative;
        rest = part_trim(p, rest);
    }
    return rest.start == rest.end || refuse(a, rest, "the line should end here");
}

// "derive" EXPR [NAME], or EXPR
static bool check_formula(struct ask *a, struct span at)
{
    static const char derive[] = "derive ";
    size_t n = strlen(derive);
    if (at.end - at.start <= n || memcmp(a->part.s + at.start, derive, n) != 0) {
        return part_formula(&a->part, at);
    }
    return part_derived(&a->part, part_trim(&a->part, (struct span){at.start + n, at.end}));
}

static bool check_answer(struct ask *a, struct span at)
{
    switch (a->q->kind) {
    case QUESTION_FORMULA:
        return check_formula(a, at);
    case QUESTION_NODE:
    case QUESTION_EDGE:
        return at.end > at.start || refuse(a, at, "a node's name is missing here");
    default:
        return part_expression(&a->part, at);
    }
}

static bool read_answer(struct ask *a, struct span at, void *field)
{
    return check_answer(a, at) && read_plain(a, at, field);
}

static bool begins(const struct ask *a, struct span at, const char *word)
{
    size_t n = strlen(word);
    return at.end - at.start > n && memcmp(a->part.s + at.start, word, n) == 0;
}

// LEFT => RIGHT. False: there is no =>, and nothing is said.
static bool split(const struct ask *a, struct span at, struct span *left, struct span *right)
{
    size_t arrow;
    bool found = part_find(&a->part, at, "=>", &arrow);
    *left = part_trim(&a->part, (struct span){at.start, found ? arrow : at.end});
    *right = found ? part_trim(&a->part, (struct span){arrow + 2, at.end}) : nothing;
    return found;
}

static bool check_condition(struct ask *a, struct span at)
{
    struct span expression;
    bool not_typed = at.end - at.start == strlen(DID_NOT_TYPED) &&
                     memcmp(a->part.s + at.start, DID_NOT_TYPED, at.end - at.start) == 0;
    return not_typed || begins(a, at, "did ") || begins(a, at, "wrote ") ||
           (condition_check(a->part.s, at, &expression, a->part.d) &&
            (expression.start == expression.end || part_expression(&a->part, expression)));
}

static bool read_until(struct ask *a, struct span at, void *field)
{
    struct question_list *list = field;
    struct span left, right;
    split(a, at, &left, &right);
    return (list->count < LESSON_OPTIONS_MOST || refuse(a, at, "there are more than 26")) &&
           check_condition(a, left) && part_text(&a->part, right) &&
           add_line(a, list, left, right, false);
}

static bool add_option(struct ask *a, struct span at, struct question_list *list, bool good)
{
    struct span left, right;
    split(a, at, &left, &right);
    if (list->count == LESSON_OPTIONS_MOST) {
        return refuse(a, at, "there are more than 26, and no letters left");
    }
    return (left.end > left.start || refuse(a, at, "its text is missing here")) &&
           part_text(&a->part, left) && part_text(&a->part, right) &&
           add_line(a, list, left, right, good);
}

static bool read_right(struct ask *a, struct span at, void *list)
{
    return add_option(a, at, list, true);
}

static bool read_wrong(struct ask *a, struct span at, void *list)
{
    return add_option(a, at, list, false);
}

static bool read_item(struct ask *a, struct span at, void *list)
{
    return add_option(a, at, list, false);
}

static bool read_with(struct ask *a, struct span at, void *field)
{
    struct question_list *list = field;
    return (list->count > 0 || refuse(a, a->key, "there is no item above it")) &&
           add_option(a, at, list, true);
}

static bool read_point(struct ask *a, struct span at, void *list)
{
    return add_option(a, at, list, true);
}

static bool read_cell(struct ask *a, struct span at, void *field)
{
    struct question_list *list = field;
    struct span left, right;
    if (!split(a, at, &left, &right) || left.end == left.start) {
        return refuse(a, at, "a cell is written NAME => EXPRESSION");
    }
    return (list->count < LESSON_OPTIONS_MOST || refuse(a, at, "there are more than 26 cells")) &&
           part_expression(&a->part, right) && add_line(a, list, left, right, false);
}

static bool read_when(struct ask *a, struct span at, void *list)
{
    struct span left, right;
    if (!split(a, at, &left, &right) || right.end == right.start) {
        diag_set(a->part.d, at, "the text to say for this answer is missing");
        return diag_hint(a->part.d, "when: ANSWER => what to say");
    }
    return check_answer(a, left) && part_text(&a->part, right) &&
           add_line(a, list, left, right, false);
}

// ---- The table ----------------------------------------------------------------------------------

#define K(KIND) (1u << QUESTION_##KIND)
#define ANY (~0u)
#define NUMBERS (K(NUMBER) | K(GUESS))
#define KEYED (NUMBERS | K(FORMULA) | K(NODE) | K(EDGE))
#define CHOICES (K(CHOICE) | K(MULTI))

enum repeats { ONCE, MANY };

static const struct key {
    const char *name;
    unsigned kinds;
    enum repeats repeats;
    bool (*read)(struct ask *a, struct span at, void *field);
    size_t field;  // in struct question
} keys[] = {
#define KEY(NAME, KINDS, REPEATS, READ, FIELD, HELP)                                               \
    {NAME, KINDS, REPEATS, read_##READ, offsetof(struct question, FIELD)},
#include "lesson/keys.def"
};

_Static_assert(COUNT_OF(keys) <= 64, "a bit for each key");

static const char *const kinds[] = {
#define KIND(ID, NAME, ...) NAME,
#include "lesson/kinds.def"
};

static const struct key *find_key(const struct lesson_part *p, struct span name)
{
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if (part_is(p, name, keys[i].name)) {
            return &keys[i];
        }
    }
    return NULL;
}

static bool unknown_key(struct ask *a, struct span key)
{
    char quoted[QUOTED];
    struct nearest nearest;
    const char *s = a->part.s + key.start;
    nearest_init(&nearest, s, key.end - key.start);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        nearest_offer(&nearest, keys[i].name, strlen(keys[i].name));
    }
    diag_set(a->part.d, key, "'%s' is not a key of a question",
             diag_quote(quoted, s, key.end - key.start));
    return nearest.best[0] != '\0'
               ? diag_hint(a->part.d, "did you mean '%s'?", nearest.best)
               : diag_hint(a->part.d, "a line of text that begins so needs another first word");
}

// ---- Lines --------------------------------------------------------------------------------------

// A line that is no `key: value`: a part of what is asked.
static bool take_text(struct ask *a, struct span line)
{
    if (a->keyed) {
        diag_set(a->part.d, line, "after the first key every line is written KEY: VALUE");
        return diag_hint(a->part.d, "what is asked comes first, and a value stays on its line");
    }
    size_t before = text_length(&a->text);
    text_add(&a->text, before == 0 ? "" : a->cut ? "\n\n" : " ");
    text_add_bytes(&a->text, a->part.s + line.start, line.end - line.start);
    a->cut = false;
    return part_text(&a->part, line);
}

static bool take_key(struct ask *a, struct span name, struct span value)
{
    const struct key *key = find_key(&a->part, name);
    if (key == NULL) {
        return unknown_key(a, name);
    }
    uint64_t bit = (uint64_t)1 << (key - keys);
    if (!(key->kinds & 1u << a->q->kind)) {
        return diag_set(a->part.d, name, "a question of kind '%s' has no '%s'", kinds[a->q->kind],
                        key->name);
    }
    if (key->repeats == ONCE && (a->seen & bit)) {
        return diag_set(a->part.d, name, "'%s' is here twice", key->name);
    }
    if (value.start == value.end) {
        return diag_set(a->part.d, name, "'%s' says nothing", key->name);
    }
    a->seen |= bit;
    a->keyed = true;
    a->key = name;
    return key->read(a, value, (char *)a->q + key->field);
}

static bool take_lines(struct ask *a)
{
    struct span line, key, value;
    a->line = a->part.line;
    for (size_t at = 0; part_line(&a->part, &at, &line); a->line++) {
        line = part_trim(&a->part, line);
        bool ok = true;
        if (line.start == line.end) {
            a->cut = true;
        } else if (part_key(&a->part, line, &key, &value)) {
            ok = take_key(a, key, value);
        } else {
            ok = take_text(a, line);
        }
        a->faulty |= !ok;
        if (!ok && !part_goes_on(&a->part)) {
            return false;
        }
    }
    return !a->text.bytes.failed || diag_out_of_memory(a->part.d);
}

// The kind decides what the other keys mean, so it is looked for before they are read.
static bool find_kind(struct ask *a)
{
    struct span line, key, value;
    for (size_t at = 0; part_line(&a->part, &at, &line);) {
        if (part_key(&a->part, part_trim(&a->part, line), &key, &value) &&
            part_is(&a->part, key, "kind")) {
            for (size_t i = 0; i < COUNT_OF(kinds); i++) {
                if (part_is(&a->part, value, kinds[i])) {
                    a->q->kind = (enum question_kind)i;
                    return true;
                }
            }
            refuse(a, value.start < value.end ? value : key, "there is no such kind of question");
            return diag_hint(a->part.d, "number formula choice multi order fill node edge do guess "
                                        "recall");
        }
    }
    return refuse(a, nothing, "'kind' is missing");
}

// ---- The whole ----------------------------------------------------------------------------------

// What a kind cannot do without.
static const char *missing(const struct question *q)
{
    size_t right = 0, count = q->options.count;
    for (const struct question_line *o = q->options.first; o != NULL; o = o->next) {
        right += o->good;
    }
    if (*q->text == '\0') {
        return "it does not say what is asked";
    }
    switch (q->kind) {
    case QUESTION_NUMBER:
    case QUESTION_FORMULA:
    case QUESTION_NODE:
    case QUESTION_EDGE:
    case QUESTION_GUESS:
        return *q->answer == '\0' ? "'answer' is missing" : NULL;
    case QUESTION_CHOICE:
        return right != 1  ? "one option must be 'right', and only one"
               : count < 2 ? "a 'wrong' option is missing"
                           : NULL;
    case QUESTION_MULTI:
        return right == 0 ? "no option is 'right'" : count < 2 ? "it has one option only" : NULL;
    case QUESTION_ORDER:
        return count < 2 ? "there must be two items or more" : NULL;
    case QUESTION_FILL:
        return q->cells.count == 0 ? "'cell' is missing" : NULL;
    case QUESTION_DO:
        return q->until.count == 0 ? "'until' is missing" : NULL;
    case QUESTION_RECALL:
        return *q->model == '\0' ? "'model' is missing" : NULL;
    case QUESTION_KINDS:
        break;
    }
    return NULL;
}

static bool same_line(const struct question_line *a, const struct question_line *b)
{
    return strcmp(a->left, b->left) == 0;
}

static bool finish(struct ask *a)
{
    a->q->text = part_copy(&(struct lesson_part){.s = text_get(&a->text), .arena = a->part.arena},
                           (struct span){0, text_length(&a->text)});
    const char *lacks = missing(a->q);
    if (lacks != NULL) {
        return refuse(a, nothing, lacks);
    }
    const struct question_list *lists[] = {&a->q->options, &a->q->cells};
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        for (const struct question_line *l = lists[i]->first; l != NULL; l = l->next) {
            for (const struct question_line *other = lists[i]->first; other != l;
                 other = other->next) {
                if (same_line(other, l)) {
                    char quoted[QUOTED];
                    return diag_set(a->part.d, nothing, "'%s' is here twice",
                                    diag_quote(quoted, l->left, strlen(l->left)));
                }
            }
        }
    }
    return true;
}

bool question_read(const struct lesson_part *p, struct question *q)
{
    struct ask a = {.part = *p, .q = q, .next_variation = &q->variations};
    q->covers = q->answer = q->model = q->then = q->asked = q->equals = q->without = q->fixed =
        q->text = "";
    q->version = q->worth = 1;
    q->graph = true;
    q->tolerance = (struct tolerance){TOLERANCE_ROUNDING, TOLERANCE_RELATIVE};
    text_init(&a.text);
    bool ok = find_kind(&a);
    if (ok && q->kind == QUESTION_DO) {
        q->tolerance.relative = TOLERANCE_EQUAL;
    }
    ok = ok && take_lines(&a) && (a.faulty || finish(&a));
    text_release(&a.text);
    return ok;
}

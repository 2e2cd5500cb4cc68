// Numbers that differ each time a question is met.
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "lesson/parts.h"

// ---- Read ---------------------------------------------------------------------------------------
//   variation = name ["[" … "]"] "in" number ".." number ["step" number] ["except" numbers]
//   numbers   = number ("," number)*

struct vary_reading {
    const struct lesson_part *p;
    struct span rest;
};

static void skip(struct vary_reading *r, size_t n)
{
    r->rest.start += n;
    r->rest = part_trim(r->p, r->rest);
}

static bool take_word(struct vary_reading *r, const char *word)
{
    size_t n = strlen(word);
    bool is = r->rest.end - r->rest.start >= n && memcmp(r->p->s + r->rest.start, word, n) == 0;
    if (is) {
        skip(r, n);
    }
    return is;
}

static bool refuse(struct vary_reading *r, const char *what)
{
    diag_set(r->p->d, r->rest, "%s is needed here", what);
    return diag_hint(r->p->d, "vary: x in -4..4 step 1 except 0");
}

static bool take_number(struct vary_reading *r, double *number)
{
    // "1..4": the first point after a digit would be read as the number's own.
    struct span at = r->rest;
    size_t dots;
    if (part_find(r->p, at, "..", &dots)) {
        at.end = dots;
    }
    size_t used = part_number(r->p, at, number);
    if (used == 0) {
        return refuse(r, "a number");
    }
    skip(r, used);
    return true;
}

static bool take_name(struct vary_reading *r, struct variation *v)
{
    struct span name = {r->rest.start, r->rest.start};
    while (name.end < r->rest.end) {
        uint32_t c;
        size_t n = utf8_read(r->p->s + name.end, r->rest.end - name.end, &c);
        if (n == 0 || !(name.end == name.start ? utf8_is_letter(c) : utf8_is_name(c))) {
            break;
        }
        name.end += n;
    }
    if (name.end == name.start) {
        return refuse(r, "a name");
    }
    size_t bracket;
    if (name.end < r->rest.end && r->p->s[name.end] == '[' &&
        part_find(r->p, (struct span){name.end, r->rest.end}, "]", &bracket)) {
        name.end = bracket + 1;  // an element: W[1, 1]
    }
    v->name = part_copy(r->p, name);
    skip(r, name.end - name.start);
    return true;
}

enum { EXCEPTED_MOST = 100 };

static bool take_excepted(struct vary_reading *r, struct variation *v)
{
    double *except = arena_alloc(r->p->arena, EXCEPTED_MOST * sizeof(double));
    bool ok = except != NULL;
    do {
        ok = ok && (v->excepted < EXCEPTED_MOST || refuse(r, "no more than 100 numbers")) &&
             take_number(r, &except[v->excepted]);
        v->excepted += ok;
    } while (ok && take_word(r, ","));
    v->except = except;
    return ok;
}

static bool is_excepted(const struct variation *v, double value)
{
    for (size_t i = 0; i < v->excepted; i++) {
        if (fabs(v->except[i] - value) <= 1e-9 * v->step) {
            return true;
        }
    }
    return false;
}

static double value_at(const struct variation *v, size_t i)
{
    // 0.3, not 0.30000000000000004.
    char text[NUMBER_TEXT];
    double value = v->from + (double)i * v->step, nice = value;
    number_text(text, fabs(value), 12);
    number_read(text, strlen(text), &nice);
    return value < 0 ? -nice : nice;
}

static size_t values(const struct variation *v)
{
    return (size_t)floor((v->to - v->from) / v->step + 1e-9) + 1;
}

size_t variation_count(const struct variation *v)
{
    size_t all = values(v), count = v->excepted == 0 ? all : 0;
    for (size_t i = 0; v->excepted > 0 && i < all; i++) {
        count += !is_excepted(v, value_at(v, i));
    }
    return count;
}

static bool has_values(struct vary_reading *r, const struct variation *v, struct span at)
{
    if (!(v->step > 0) || !(v->to >= v->from)) {
        return diag_set(r->p->d, at,
                        "the first number must not be above the last, and the step "
                        "above 0");
    }
    if ((v->to - v->from) / v->step >= LESSON_VALUES_MOST) {
        return diag_set(r->p->d, at, "there are more than %d numbers", LESSON_VALUES_MOST);
    }
    return variation_count(v) > 0 || diag_set(r->p->d, at, "all numbers are excepted");
}

bool variation_read(const struct lesson_part *p, struct span at, struct variation *v)
{
    struct vary_reading r = {p, at};
    *v = (struct variation){.step = 1};
    bool ok = take_name(&r, v) && (take_word(&r, "in ") || refuse(&r, "'in'")) &&
              take_number(&r, &v->from) && (take_word(&r, "..") || refuse(&r, "'..'")) &&
              take_number(&r, &v->to) && (!take_word(&r, "step ") || take_number(&r, &v->step)) &&
              (!take_word(&r, "except ") || take_excepted(&r, v));
    return ok && (r.rest.start == r.rest.end || refuse(&r, "the end of the line")) &&
           has_values(&r, v, at);
}

// ---- Drawn --------------------------------------------------------------------------------------

double variation_value(const struct variation *v, size_t i)
{
    for (size_t at = v->excepted == 0 ? i : 0;; at++) {
        double value = value_at(v, at);
        if (v->excepted == 0 || (!is_excepted(v, value) && i-- == 0)) {
            return value;
        }
    }
}

double variation_draw(const struct variation *v, struct rng *rng)
{
    return variation_value(v, (size_t)rng_below(rng, variation_count(v)));
}

// FNV-1a over the id, then the salt and the count stirred in: both are frozen, as a seed that was
// shown must give the same numbers for ever.
static uint64_t stir(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

uint64_t question_seed(const char *id, uint64_t salt, uint64_t seen)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (; *id != '\0'; id++) {
        hash = (hash ^ (unsigned char)*id) * 0x100000001b3;
    }
    return stir(stir(hash ^ stir(salt + 0x9e3779b97f4a7c15)) + seen * 0x9e3779b97f4a7c15);
}

// FSRS-5. The formulas are those of the algorithm's description in the wiki of open-spaced-
// repetition, in the notation used there: w the weights, G the rating, S stability, D difficulty,
// R the chance to recall.
#include "lesson/review.h"

#include <math.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "engine/maths.h"

enum { DAY = 86400, DAYS_MOST = 36500 };

static const double w[19] = {0.40255, 1.18385, 3.173,  15.69105, 7.1949, 0.5345, 1.4604,
                             0.0046,  1.54575, 0.1192, 1.01925,  1.9395, 0.11,   0.29605,
                             2.2698,  0.2315,  2.9898, 0.51655,  0.6621};

static const double stability_least = 0.01;

// ---- Ratings ------------------------------------------------------------------------------------

static const char *const names[] = {
    [RATING_AGAIN] = "again",
    [RATING_HARD] = "hard",
    [RATING_GOOD] = "good",
    [RATING_EASY] = "easy",
};

const char *rating_name(enum rating rating)
{
    return names[rating];
}

bool rating_read(const char *s, size_t n, enum rating *rating)
{
    struct span at = span_trim(s, (struct span){0, n});
    s += at.start;
    n = at.end - at.start;
    for (enum rating r = RATING_AGAIN; r <= RATING_EASY; r++) {
        bool number = n == 1 && *s == (char)('0' + (int)r);
        if (number || (n == strlen(names[r]) && memcmp(s, names[r], n) == 0)) {
            *rating = r;
            return true;
        }
    }
    return false;
}

// ---- The memory model ---------------------------------------------------------------------------

// R(t, S) = (1 + 19/81 · t/S)^-0.5
static double recall(double days, double stability)
{
    return 1 / maths_sqrt(1 + 19.0 / 81 * days / stability);
}

static double clamp(double x, double least, double most)
{
    return x < least ? least : x > most ? most : x;
}

// D0(G) = w4 - exp(w5·(G - 1)) + 1
static double first_difficulty(enum rating g)
{
    return clamp(w[4] - maths_exp(w[5] * ((double)g - 1)) + 1, 1, 10);
}

// Damped the more, the nearer D is to 10, then drawn a little towards D0(easy).
static double next_difficulty(double d, enum rating g)
{
    double moved = d - w[6] * ((double)g - 3) * (10 - d) / 9;
    return clamp(w[7] * first_difficulty(RATING_EASY) + (1 - w[7]) * moved, 1, 10);
}

static double stability_when_recalled(double d, double s, double r, enum rating g)
{
    double hard = g == RATING_HARD ? w[15] : 1, easy = g == RATING_EASY ? w[16] : 1;
    return s * (1 + maths_exp(w[8]) * (11 - d) * maths_pow(s, -w[9]) *
                        (maths_exp(w[10] * (1 - r)) - 1) * hard * easy);
}

static double stability_when_forgotten(double d, double s, double r)
{
    double after =
        w[11] * maths_pow(d, -w[12]) * (maths_pow(s + 1, w[13]) - 1) * maths_exp(w[14] * (1 - r));
    return fmin(after, s / maths_exp(w[17] * w[18]));
}

static double stability_on_the_same_day(double s, enum rating g)
{
    return s * maths_exp(w[17] * ((double)g - 3 + w[18]));
}

// ---- Replayed -----------------------------------------------------------------------------------

static double days_between(int64_t from, int64_t to)
{
    return to > from ? floor((double)(to - from) / DAY) : 0;
}

static void review(struct card *c, const struct attempt *a)
{
    if (c->reviews == 0) {
        c->stability = w[a->rating - 1];
        c->difficulty = first_difficulty(a->rating);
    } else {
        double d = c->difficulty, s = c->stability, days = days_between(c->last, a->when);
        double r = recall(days, s);
        c->stability = days < 1                    ? stability_on_the_same_day(s, a->rating)
                       : a->rating == RATING_AGAIN ? stability_when_forgotten(d, s, r)
                                                   : stability_when_recalled(d, s, r, a->rating);
        c->difficulty = next_difficulty(d, a->rating);
    }
    c->stability = clamp(c->stability, stability_least, DAYS_MOST);
    c->lapses += c->reviews > 0 && a->rating == RATING_AGAIN;
    c->reviews++;
    c->last = a->when;
    // At a recall of 0.9 the interval is the stability itself.
    c->due = c->last + DAY * (int64_t)clamp(floor(c->stability + 0.5), 1, DAYS_MOST);
}

struct card review_replay(const struct attempt *attempts, size_t count)
{
    struct card card = {.reviews = 0};
    for (size_t i = 0; i < count; i++) {
        BS_ASSERT(attempts[i].rating >= RATING_AGAIN && attempts[i].rating <= RATING_EASY);
        review(&card, &attempts[i]);
    }
    return card;
}

double review_recall(const struct card *card, int64_t now)
{
    double days = now > card->last ? (double)(now - card->last) / DAY : 0;
    return card->reviews == 0 ? 0 : recall(days, card->stability);
}

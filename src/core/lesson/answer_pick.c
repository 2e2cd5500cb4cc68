// Judging what is picked: one option (choice), several (multi), or all of them in order.
#include <string.h>

#include "lesson/answer_options.h"

// ---- In order ---------------------------------------------------------------------------------

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

// ---- Shown --------------------------------------------------------------------------------------

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
    struct picks p = {.count = 0};
    if (!answer_options_read(j, &p)) {
        return;
    }
    if (j->q->kind == QUESTION_CHOICE && p.count > 1) {
        judge_refuse(j, j->answer, "one letter is asked for");
        return;
    }
    answer_options_echo(j, &p);
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

void judge_order(struct judging *j)
{
    struct picks p = {.count = 0};
    size_t wrong = 0;
    if (!answer_options_read(j, &p)) {
        return;
    }
    if (p.count < p.options) {
        judge_refuse(j, j->answer,
                     p.count == 1 ? "all letters from a to %c are asked for, here is %zu"
                                  : "all letters from a to %c are asked for, here are %zu",
                     (char)('a' + (p.options - 1)), p.count);
        return;
    }
    answer_options_echo(j, &p);
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

#include "check/class_again.h"

#include <string.h>

#include "check/class_judge.h"
#include "process/tell.h"

static struct class_student *student(const struct buf *students, size_t i)
{
    return &BUF(struct class_student, students)[i];
}

static bool have_answers_in_common(const struct log *a, const struct log *b)
{
    struct log missing;
    bool known = log_missing(&missing, a, b);
    size_t lacking = missing.attempts.count;
    log_release(&missing);
    return known && lacking < b->attempts.count;
}

static bool is_one_student(struct class_student *a, struct class_student *b)
{
    const struct log *x = &a->handin.log, *y = &b->handin.log;
    return strcmp(text_get(&a->handin.name), text_get(&b->handin.name)) == 0 &&
           ((x->salt != 0 && x->salt == y->salt) || have_answers_in_common(x, y));
}

// The time of the last answer; a log is sorted.
static int64_t last_answer(const struct class_student *s)
{
    const struct buf *all = &s->handin.log.attempts;
    return all->count == 0 ? INT64_MIN : BUF(struct log_attempt, all)[all->count - 1].when;
}

static bool is_later(const struct class_student *a, const struct class_student *b)
{
    int64_t x = last_answer(a), y = last_answer(b);
    return x != y ? x > y : a->handin.log.attempts.count > b->handin.log.attempts.count;
}

static void leave_out(struct buf *students, size_t i, struct class_student *kept)
{
    struct class_student *out = student(students, i);
    struct text file, other, name;
    text_init(&file);
    text_init(&other);
    text_init(&name);
    text_add_visible(&file, out->file, strlen(out->file));
    text_add_visible(&other, kept->file, strlen(kept->file));
    text_add_visible(&name, text_get(&kept->handin.name), text_length(&kept->handin.name));
    tell(stderr, "backstep: %s does not count: %s handed in again, in %s\n", text_get(&file),
         text_get(&name), text_get(&other));
    text_release(&file);
    text_release(&other);
    text_release(&name);
    handin_release(&out->handin);
    buf_release(&out->judged);
    memmove(out, out + 1, (students->count - i - 1) * sizeof *out);
    students->count--;
}

void class_again(struct buf *students)
{
    for (size_t i = 0; i < students->count; i++) {
        for (size_t k = i + 1; k < students->count;) {
            struct class_student *a = student(students, i), *b = student(students, k);
            if (!is_one_student(a, b)) {
                k++;
            } else if (is_later(a, b)) {
                leave_out(students, k, a);
            } else {
                leave_out(students, i, b);
                k = i + 1;  // another student is in this place now
            }
        }
    }
}

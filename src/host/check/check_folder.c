// What the lessons of a folder are together: their ids, what they require, what they cover.
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "check/check_lessons.h"
#include "lesson/course.h"
#include "lesson/lesson.h"
#include "process/tell.h"
#include "store/files.h"
#include "store/lesson_place.h"

enum { COVERS_MOST = 40 };  // bytes of a row's id

static const struct lesson *lesson_at(const struct lessons_check *c, size_t i)
{
    return BUF(struct lesson *, &c->lessons)[i];
}

static const struct lesson *lesson_of(const struct lessons_check *c, const char *id)
{
    for (size_t i = 0; i < c->lessons.count; i++) {
        if (strcmp(lesson_at(c, i)->id, id) == 0) {
            return lesson_at(c, i);
        }
    }
    return NULL;
}

// The front matter's line of that key is wrong.
__attribute__((format(printf, 4, 5))) static void fail_lesson(struct lessons_check *c,
                                                              const struct lesson *l,
                                                              const char *key, const char *format,
                                                              ...)
{
    struct lesson_place place = lesson_place_of_key(l->name, 1, key);
    va_list args;
    va_start(args, format);
    tell(stdout, "%s:%zu:%zu: ", l->name, place.line, place.column);
    tell_args(stdout, format, args);
    putchar('\n');
    va_end(args);
    c->failed++;
}

// An id outlives its lesson's title, so it is in the file's name too, where nobody changes it
// in passing: 07-two-paths.md.
static void check_id(struct lessons_check *c, const struct lesson *l)
{
    const char *slash = strrchr(l->name, '/'), *file = slash == NULL ? l->name : slash + 1;
    size_t digits = strspn(file, "0123456789");
    const char *rest = file + digits + (digits > 0 && file[digits] == '-');
    size_t n = strlen(l->id);
    if (strncmp(rest, l->id, n) != 0 || strcmp(rest + n, ".md") != 0) {
        fail_lesson(c, l, "id", "the file of lesson '%s' is named NN-%s.md", l->id, l->id);
    }
    const struct lesson *first = lesson_of(c, l->id);
    if (first != NULL && first != l) {
        fail_lesson(c, l, "id", "the id '%s' is that of %s too", l->id, first->name);
    }
}

// What a lesson requires comes before it, so that there is no way around in a circle.
static void check_requires(struct lessons_check *c, const struct lesson *l)
{
    for (size_t i = 0; i < l->requires_count; i++) {
        const struct lesson *other = lesson_of(c, l->requires[i]);
        if (other == NULL) {
            fail_lesson(c, l, "requires", "it requires '%s', and there is no such lesson",
                        l->requires[i]);
        } else if (other->order >= l->order) {
            fail_lesson(c, l, "requires",
                        "it requires '%s', which comes after it: its order is %d, and %d here",
                        l->requires[i], other -> order, l -> order);
        }
    }
}

// Where a row of the question list is asked: on a card, and by a question that is worked out or
// done at the prompt.
struct covered {
    bool anywhere, card, worked;
};

static bool is_worked(enum question_kind kind)
{
    return kind != QUESTION_CHOICE && kind != QUESTION_MULTI && kind != QUESTION_RECALL &&
           kind != QUESTION_GUESS;
}

static struct covered cover(const struct lessons_check *c, const char *row)
{
    struct covered covered = {0};
    for (size_t i = 0; i < c->lessons.count; i++) {
        const struct lesson_item *item;
        for (size_t k = 0; (item = lesson_item(lesson_at(c, i), k)) != NULL; k++) {
            if (item->kind == LESSON_QUESTION && course_covers(item->question->covers, row)) {
                covered.anywhere = true;
                covered.card |= *lesson_at(c, i)->deck != '\0';
                covered.worked |= is_worked(item->question->kind);
            }
        }
    }
    return covered;
}

// A folder that has decks of cards has a card for every row.
static bool has_decks(const struct lessons_check *c)
{
    for (size_t i = 0; i < c->lessons.count; i++) {
        if (*lesson_at(c, i)->deck != '\0') {
            return true;
        }
    }
    return false;
}

static bool check_row(const struct lessons_check *c, const char *path, const char *row)
{
    struct covered covered = cover(c, row);
    if (!covered.anywhere) {
        tell(stdout, "%s: no question covers %s\n", path, row);
    } else if (!covered.worked) {
        tell(stdout, "%s: %s is only chosen or recalled: no question has it worked out or done\n",
             path, row);
    } else if (has_decks(c) && !covered.card) {
        tell(stdout, "%s: %s has no card\n", path, row);
    }
    return covered.anywhere && covered.worked && (covered.card || !has_decks(c));
}

// Rows that a question says it covers, and that are none.
static void check_covers(struct lessons_check *c, const struct lesson *l, const struct course *list)
{
    const struct lesson_item *item;
    for (size_t k = 0; (item = lesson_item(l, k)) != NULL; k++) {
        const char *s = item->kind == LESSON_QUESTION ? item->question->covers : "";
        while (*(s += strspn(s, ", ")) != '\0') {
            char id[COVERS_MOST] = {0};
            size_t n = strcspn(s, ", ");
            memcpy(id, s, n < sizeof id ? n : sizeof id - 1);
            if (course_row(list, id) == NULL) {
                struct lesson_place place = lesson_place_of_key(l->name, item->line, "covers");
                tell(stdout, "%s:%zu:%zu: %s covers '%s', which is not a row of questions.txt\n",
                     l->name, place.line, place.column, item->question->id, id);
                c->failed++;
            }
            s += n;
        }
    }
}

static void check_rows(struct lessons_check *c, const char *path, const struct course *list)
{
    for (size_t i = 0; i < list->rows.count; i++) {
        bool ok = check_row(c, path, BUF(struct course_row, &list->rows)[i].id);
        c->passed += ok;
        c->failed += !ok;
    }
    for (size_t i = 0; i < c->lessons.count; i++) {
        check_covers(c, lesson_at(c, i), list);
    }
}

static void check_list(struct lessons_check *c, const char *path)
{
    struct buf bytes;
    struct course list;  // of which only the rows are read
    struct diag d = {0};
    buf_init(&bytes, 1);
    course_init(&list);
    if (files_read_found(path, 1 << 20, &bytes, &d) &&
        (course_read_rows(&list, bytes.data, bytes.count) || diag_out_of_memory(&d))) {
        check_rows(c, path, &list);
    } else {
        tell(stdout, "%s: %s\n", path, d.message);
        c->failed++;
    }
    course_release(&list);
    buf_release(&bytes);
}

// ---- Options ------------------------------------------------------------------------------------

// How long an option is as it is read: without the marks of code.
static size_t option_length(const char *option)
{
    size_t length = utf8_length(option, strlen(option));
    for (; *option != '\0'; option++) {
        length -= *option == '`';
    }
    return length;
}

// The share of the right option in being the longest: 1, 0, or 1/k where it is one of k.
static double longest_share(const struct question *q)
{
    size_t longest = 0, alike = 0;
    bool right = false;
    for (const struct question_line *o = q->options.first; o != NULL; o = o->next) {
        size_t n = option_length(o->left);
        alike = n > longest ? 1 : alike + (n == longest);
        right = n > longest ? o->good : right || (n == longest && o->good);
        longest = n > longest ? n : longest;
    }
    return right ? 1 / (double)alike : 0;
}

// Who always takes the longest option must not fare better than by chance: two standard deviations
// above what is to be expected are too many.
static void check_options(struct lessons_check *c, const char *folder)
{
    double longest = 0, expected = 0, variance = 0;
    size_t questions = 0;
    struct text names;
    text_init(&names);
    for (size_t i = 0; i < c->lessons.count; i++) {
        const struct lesson_item *item;
        for (size_t k = 0; (item = lesson_item(lesson_at(c, i), k)) != NULL; k++) {
            const struct question *q = item->question;
            if (item->kind == LESSON_QUESTION && q->kind == QUESTION_CHOICE) {
                double chance = 1 / (double)q->options.count, share = longest_share(q);
                questions++;
                longest += share;
                expected += chance;
                variance += chance * (1 - chance);
                if (share == 1) {
                    text_addf(&names, "%s%s", text_length(&names) > 0 ? ", " : "", q->id);
                }
            }
        }
    }
    if (longest > expected + 2 * sqrt(variance)) {
        tell(stdout,
             "%s: the right option is the longest in %.0f of %zu choices, where chance makes it "
             "%.0f: %s; put what explains it after '=>', or let a wrong one say as much\n",
             folder, longest, questions, expected, text_get(&names));
        c->failed++;
    }
    text_release(&names);
}

void lessons_check_folder(struct lessons_check *c, const char *folder)
{
    char *list = NULL;
    for (size_t i = 0; i < c->lessons.count; i++) {
        check_id(c, lesson_at(c, i));
        check_requires(c, lesson_at(c, i));
    }
    if (asprintf(&list, "%s/questions.txt", folder) > 0 && access(list, F_OK) == 0) {
        check_list(c, list);
    }
    check_options(c, folder);
    free(list);
    lessons_check_forget(c);
}

// The lessons of a course, listed one by one.
#include <stdlib.h>
#include <string.h>

#include "lesson/course.h"

// Text that is the course's own.
static const char *copy(struct course *c, const char *s)
{
    const char *own = arena_copy(&c->arena, s, strlen(s));
    return own == NULL ? "" : own;
}

// "07-two-paths.md" is two-paths, until it says otherwise.
static const char *id_of_name(struct course *c, const char *name)
{
    const char *id = name + strspn(name, "0123456789"), *end = strrchr(name, '.');
    id += id > name && *id == '-';
    const char *own =
        arena_copy(&c->arena, id, end == NULL || end < id ? strlen(id) : (size_t)(end - id));
    return own == NULL ? "" : own;
}

static const char *ids(struct course *c, const struct lesson *l)
{
    struct text all;
    text_init(&all);
    for (size_t i = 0; i < l->requires_count; i++) {
        text_addf(&all, "%s%s", i == 0 ? "" : " ", l->requires[i]);
    }
    const char *own = copy(c, text_get(&all));
    text_release(&all);
    return own;
}

static void add_questions(struct course *c, const struct lesson *l)
{
    const struct lesson_item *item;
    for (size_t i = 0; (item = lesson_item(l, i)) != NULL; i++) {
        const struct question *q = item->kind == LESSON_QUESTION ? item->question : NULL;
        struct course_question *at = q == NULL ? NULL : buf_push(&c->questions, 1);
        if (at != NULL) {
            *at = (struct course_question){.id = copy(c, q->id),
                                           .covers = copy(c, q->covers),
                                           .text = copy(c, q->text),
                                           .model = copy(c, q->model),
                                           .lesson = (uint32_t)c->lessons.count - 1,
                                           .kind = q->kind,
                                           .version = q->version};
        }
    }
}

void course_add_lesson(struct course *c, const struct lesson *l, const char *path)
{
    struct course_lesson *at = buf_push(&c->lessons, 1);
    if (at == NULL) {
        return;
    }
    *at = (struct course_lesson){.id = copy(c, l->id),
                                 .title = copy(c, l->title),
                                 .deck = copy(c, l->deck),
                                 .path = copy(c, path),
                                 .requires = ids(c, l),
                                 .trouble = "",
                                 .order = l->order,
                                 .questions = (uint32_t)l->questions};
    add_questions(c, l);
}

void course_add_trouble(struct course *c, const char *name, const char *path, const char *why)
{
    struct course_lesson *at = buf_push(&c->lessons, 1);
    if (at != NULL) {
        *at = (struct course_lesson){.id = id_of_name(c, name),
                                     .title = copy(c, name),
                                     .deck = "",
                                     .path = copy(c, path),
                                     .requires = "",
                                     .trouble = copy(c, why),
                                     .order = INT32_MAX};
    }
}

// Two lessons of one id: the second cannot be told from the first.
static void refuse_doubles(struct course *c)
{
    struct course_lesson *lessons = c->lessons.data;
    for (size_t i = 1; i < c->lessons.count; i++) {
        for (size_t k = 0; k < i && *lessons[i].trouble == '\0'; k++) {
            if (strcmp(lessons[i].id, lessons[k].id) == 0) {
                const char *words =
                    arena_printf(&c->arena, "another lesson, %s, has this id", lessons[k].path);
                lessons[i].trouble = words == NULL ? "" : words;
            }
        }
    }
}

static int by_order(const void *a, const void *b)
{
    const struct course_lesson *x = a, *y = b;
    return x->order != y->order ? (x->order > y->order) - (x->order < y->order)
                                : strcmp(x->path, y->path);
}

// Questions name their lesson by its place, which sorting changes; they follow their lessons.
static void sort_lessons(struct course *c)
{
    struct course_lesson *lessons = c->lessons.data;
    struct buf sorted;
    buf_init(&sorted, sizeof(struct course_question));
    for (size_t i = 0; i < c->lessons.count; i++) {
        lessons[i].place = (uint32_t)i;  // where it was
    }
    if (c->lessons.count > 1) {
        qsort(c->lessons.data, c->lessons.count, c->lessons.size, by_order);
    }
    for (size_t i = 0; i < c->lessons.count; i++) {
        for (size_t k = 0; k < c->questions.count; k++) {
            struct course_question q = BUF(struct course_question, &c->questions)[k];
            struct course_question *at = q.lesson == lessons[i].place ? buf_push(&sorted, 1) : NULL;
            if (at != NULL) {
                q.lesson = (uint32_t)i;
                *at = q;
            }
        }
        lessons[i].place = 0;
    }
    buf_release(&c->questions);
    c->questions = sorted;
}

void course_end_lessons(struct course *c)
{
    refuse_doubles(c);
    sort_lessons(c);
}

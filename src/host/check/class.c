#include "check/class.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/check_lessons.h"
#include "check/class_again.h"
#include "check/class_judge.h"
#include "check/class_report.h"
#include "process/tell.h"
#include "store/course.h"
#include "store/files.h"
#include "store/lesson_file.h"
#include "supply/ink.h"
#include "words/words.h"

enum { HANDIN_MOST = 16 << 20 };  // bytes

struct class
{
    struct buf students;  // struct class_student
    struct buf lessons;   // struct class_lesson
    struct buf paths;     // const char *: of their files
    struct arena arena;
    bool unread;
};

static void refuse(struct class *c, const char *path, const char *why, const char *hint)
{
    struct text shown;
    text_init(&shown);
    text_add_visible(&shown, path, strlen(path));
    tell(stderr, "backstep: %s is left out: %s%s%s\n", text_get(&shown), why,
         *hint == '\0' ? "" : "; ", hint);
    text_release(&shown);
    c->unread = true;
}

// ---- Lessons ------------------------------------------------------------------------------------

static const char *keep(struct class *c, const char *text)
{
    const char *copy = arena_copy(&c->arena, text, strlen(text));
    return copy == NULL ? "" : copy;
}

static void add_lesson(struct class *c, const char *id, size_t questions, const char *path)
{
    struct class_lesson *l = buf_push(&c->lessons, 1);
    const char **at = buf_push(&c->paths, 1);
    if (l != NULL && at != NULL) {
        *l = (struct class_lesson){keep(c, id), questions};
        *at = keep(c, path);
    }
}

static void add_course(struct class *c)
{
    char *folder = course_folder();
    struct course course;
    if (folder == NULL) {
        return;
    }
    course_load(&course, folder, NULL, 1, false);
    for (size_t i = 0; i < course.lessons.count; i++) {
        const struct course_lesson *l = &BUF(struct course_lesson, &course.lessons)[i];
        if (*l->trouble == '\0') {
            add_lesson(c, l->id, l->questions, l->path);
        }
    }
    course_release(&course);
    free(folder);
}

static void add_lesson_file(struct class *c, const char *path)
{
    struct lesson_trouble trouble = {0};
    struct lesson *lesson = lesson_file_read(path, &trouble);
    if (lesson != NULL) {
        add_lesson(c, lesson->id, lesson->questions, path);
        lesson_free(lesson);
    } else {
        refuse(c, path, trouble.diag.message, "'backstep check' says more");
    }
    lesson_trouble_release(&trouble);
}

// ---- Hand-ins -----------------------------------------------------------------------------------

static void add_student(struct class *c, const char *path, const struct buf *bytes)
{
    struct class_student s = {.file = keep(c, path)};
    struct diag d = {0};
    buf_init(&s.judged, sizeof(uint8_t));
    bool ok = handin_read(&s.handin, bytes->data, bytes->count, &d) &&
              buf_resize(&s.judged, s.handin.log.attempts.count);
    struct class_student *slot = ok ? buf_push(&c->students, 1) : NULL;
    if (slot != NULL) {
        *slot = s;
        return;
    }
    refuse(c, path, d.set ? d.message : "there is not enough memory for it", d.hint);
    handin_release(&s.handin);
    buf_release(&s.judged);
}

static void add_file(struct class *c, const char *path)
{
    struct buf bytes;
    struct diag d = {0};
    buf_init(&bytes, 1);
    if (!files_read(path, HANDIN_MOST, &bytes, &d)) {
        refuse(c, path, d.message, "");
    } else if (bytes.count > 0 && handin_is_one(bytes.data, bytes.count)) {
        add_student(c, path, &bytes);
    } else if (bytes.count > 0 && lessons_check_is_one(bytes.data, bytes.count)) {
        add_lesson_file(c, path);
    } else {
        refuse(c, path, "it is not a hand-in", "");
    }
    buf_release(&bytes);
}

static void visit(struct class *c, FTS *walk, FTSENT *e)
{
    bool hidden = e->fts_level > FTS_ROOTLEVEL && e->fts_name[0] == '.';
    switch (e->fts_info) {
    case FTS_D:
        if (hidden) {
            fts_set(walk, e, FTS_SKIP);
        }
        break;
    case FTS_F:
        if (!hidden) {
            add_file(c, e->fts_path);
        }
        break;
    case FTS_SL:
    case FTS_SLNONE:
        refuse(c, e->fts_path, "it is a link", "");
        break;
    case FTS_DEFAULT:
        refuse(c, e->fts_path, "it is not a file", "");
        break;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        refuse(c, e->fts_path, files_trouble(e->fts_errno), "");
        break;
    default:
        break;
    }
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void read_folder(struct class *c, const char *folder)
{
    char *roots[] = {(char *)folder, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    for (FTSENT *e; walk != NULL && (e = fts_read(walk)) != NULL;) {
        visit(c, walk, e);
    }
    if (walk != NULL) {
        fts_close(walk);
    }
}

// ---- Judging ------------------------------------------------------------------------------------

static bool is_answered(const struct class *c, const char *lesson)
{
    for (size_t i = 0; i < c->students.count; i++) {
        const struct log *log = &BUF(struct class_student, &c->students)[i].handin.log;
        for (size_t k = 0; k < log->attempts.count; k++) {
            if (strcmp(BUF(struct log_attempt, &log->attempts)[k].lesson, lesson) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void judge_all(struct class *c)
{
    for (size_t i = 0; i < c->lessons.count; i++) {
        const char *path = BUF(const char *, &c->paths)[i], *slash = strrchr(path, '/');
        struct lesson_trouble trouble = {0};
        struct lesson *lesson = is_answered(c, BUF(struct class_lesson, &c->lessons)[i].id)
                                    ? lesson_file_read(path, &trouble)
                                    : NULL;
        char *folder = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
        if (lesson != NULL && folder != NULL) {
            class_judge(lesson, folder, &c->students);
        }
        free(folder);
        lesson_trouble_release(&trouble);
    }
}

static bool is_disputed(const struct class *c)
{
    for (size_t i = 0; i < c->students.count; i++) {
        const struct class_student *s = &BUF(struct class_student, &c->students)[i];
        for (size_t k = 0; k < s->judged.count; k++) {
            if (BUF(struct log_attempt, &s->handin.log.attempts)[k].right &&
                !class_is_right(s, k)) {
                return true;
            }
        }
    }
    return false;
}

static void write_report(const struct records *out, enum grade_form form, enum theme theme)
{
    const struct rec *report = out->list.in.last;
    const struct words_form how = {.style = WORDS_SCRIPT,
                                   .digits = 6,
                                   .columns = ink_room(stdout),
                                   .ascii = ink_is_ascii(stdout)};
    struct text words;
    text_init(&words);
    if (form == GRADE_CSV) {
        class_csv(report, stdout);
    } else if (form == GRADE_JSON) {
        for (const struct rec *r = out->list.in.first; r != NULL; r = r->next) {
            rec_json(&words, r);
            text_add_char(&words, '\n');
        }
        tell(stdout, "%s", text_get(&words));
    } else {
        words_add(&words, report, &how);
        ink_write(stdout, text_get(&words), theme);
    }
    text_release(&words);
}

static void release(struct class *c)
{
    for (size_t i = 0; i < c->students.count; i++) {
        handin_release(&BUF(struct class_student, &c->students)[i].handin);
        buf_release(&BUF(struct class_student, &c->students)[i].judged);
    }
    buf_release(&c->students);
    buf_release(&c->lessons);
    buf_release(&c->paths);
    arena_release(&c->arena);
}

int class_run(const char *folder, enum grade_form form, enum theme theme)
{
    struct class c = {.unread = false};
    struct records out;
    buf_init(&c.students, sizeof(struct class_student));
    buf_init(&c.lessons, sizeof(struct class_lesson));
    buf_init(&c.paths, sizeof(const char *));
    arena_init(&c.arena);
    records_init(&out);
    add_course(&c);
    read_folder(&c, folder);
    class_again(&c.students);
    int status = 2;
    if (c.students.count == 0) {
        tell(stderr,
             "backstep: there are no hand-ins; learners write one with progress handin FILE\n");
    } else {
        judge_all(&c);
        records_hello(&out);
        class_report(&c.students, &c.lessons, &out);
        write_report(&out, form, theme);
        status = fflush(stdout) != 0 || c.unread || is_disputed(&c);
    }
    records_release(&out);
    release(&c);
    return status;
}

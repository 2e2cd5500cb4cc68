#include "store/course.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/day.h"
#include "store/files.h"
#include "store/folders.h"
#include "store/lesson_file.h"

enum { LESSONS_MOST = 500 };

// ---- The lessons' folder ------------------------------------------------------------------------

char *course_folder(void)
{
    const char *named = getenv("BACKSTEP_LESSONS");
    if (named != NULL && *named != '\0') {
        return mem_copy(named, strlen(named));
    }
    char *shipped = folder_shipped("lessons", ".");
    if (shipped != NULL) {
        shipped[strlen(shipped) - strlen("/.")] = '\0';
    }
    return shipped;
}

static int is_lesson(const struct dirent *entry)
{
    const char *name = entry->d_name, *end = strrchr(name, '.');
    return name[0] != '.' && end != NULL && strcmp(end, ".md") == 0 &&
           strcmp(name, "README.md") != 0;
}

static void add_lesson(struct course *c, const struct lesson_file *file, const char *path)
{
    struct lesson_trouble trouble;
    struct lesson *l = lesson_file_read_open(file, path, &trouble);
    if (l == NULL) {
        struct diag d = {0};
        const char *name = strrchr(path, '/') + 1;
        lesson_trouble_diag(name, &trouble, &d);
        course_add_trouble(c, name, path, d.message);
    } else {
        course_add_lesson(c, l, path);
    }
    lesson_trouble_release(&trouble);
    lesson_free(l);
}

// The lessons at these paths (const char *). Out of memory, there are none.
static void add_lessons(struct course *c, const struct buf *paths)
{
    struct buf files;
    buf_init(&files, sizeof(struct lesson_file));
    if (buf_resize(&files, paths->count)) {
        lesson_file_open(files.data, paths->data, paths->count);
    }
    for (size_t i = 0; i < files.count; i++) {
        add_lesson(c, &BUF(struct lesson_file, &files)[i], BUF(const char *, paths)[i]);
    }
    lesson_file_close(files.data, files.count);
    buf_release(&files);
}

// The list of study questions, where the folder has one.
static void list_rows(struct course *c, const char *folder)
{
    enum { LIST_MOST = 1 << 20 };
    struct buf bytes;
    struct diag ignored = {0};
    const char *path = arena_printf(&c->arena, "%s/questions.txt", folder);
    buf_init(&bytes, 1);
    if (path != NULL && files_read_found(path, LIST_MOST, &bytes, &ignored)) {
        course_read_rows(c, bytes.data, bytes.count);
    }
    buf_release(&bytes);
}

static void list_lessons(struct course *c, const char *folder)
{
    list_rows(c, folder);
    struct dirent **entries;
    struct buf paths;
    buf_init(&paths, sizeof(const char *));
    int count = scandir(folder, &entries, is_lesson, alphasort);
    if (count < 0 && errno == ENOMEM) {
        mem_refuse();
    }
    for (int i = 0; i < count; i++) {
        const char *path =
            i < LESSONS_MOST ? arena_printf(&c->arena, "%s/%s", folder, entries[i]->d_name) : NULL;
        if (path != NULL) {
            buf_add(&paths, &path, 1);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
    add_lessons(c, &paths);
    buf_release(&paths);
    course_end_lessons(c);
}

// ---- The log ------------------------------------------------------------------------------------

// The day it is then, where the learner is.
static int64_t day_of(int64_t when)
{
    time_t seconds = (time_t)when;
    struct tm local;
    if (localtime_r(&seconds, &local) == NULL) {
        return 0;
    }
    return day_of_date(
        (struct date){local.tm_year + (int64_t)1900, local.tm_mon + 1, local.tm_mday});
}

void course_load(struct course *c, const char *folder, struct progress *progress, int64_t now,
                 bool with_log)
{
    struct log log;
    course_init(c);
    if (folder != NULL) {
        list_lessons(c, folder);
    }
    log_init(&log);
    if (progress != NULL) {
        progress_read(progress, &log);
        const char *trouble = progress_trouble(progress);
        c->trouble = arena_copy(&c->arena, trouble, strlen(trouble));
        c->trouble = c->trouble == NULL ? "" : c->trouble;
        c->saved = progress->keep && *c->trouble == '\0';
    }
    now = now != 0 ? now : (int64_t)time(NULL);
    log_set_days(&log, day_of);
    course_join(c, &log, now, day_of(now), with_log);
}

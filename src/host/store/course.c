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

static void add_lesson(struct course *c, const char *folder, const char *name)
{
    struct lesson_trouble trouble;
    struct text path;
    text_init(&path);
    text_addf(&path, "%s/%s", folder, name);
    struct lesson *l = lesson_file_read(text_get(&path), &trouble);
    if (l == NULL) {
        struct diag d = {0};
        lesson_trouble_diag(name, &trouble, &d);
        course_add_trouble(c, name, text_get(&path), d.message);
    } else {
        course_add_lesson(c, l, text_get(&path));
    }
    lesson_trouble_release(&trouble);
    lesson_free(l);
    text_release(&path);
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
    int count = scandir(folder, &entries, is_lesson, alphasort);
    if (count < 0 && errno == ENOMEM) {
        mem_refuse();
    }
    for (int i = 0; i < count; i++) {
        if (i < LESSONS_MOST) {
            add_lesson(c, folder, entries[i]->d_name);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
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

#include "check/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/handout.h"
#include "process/tell.h"
#include "store/course.h"
#include "store/files.h"
#include "store/lesson_file.h"

static bool ends_in(const char *path, const char *end)
{
    size_t n = strlen(path), m = strlen(end);
    return n > m && strcmp(path + n - m, end) == 0;
}

// The file of a lesson that is named by its id; what is not an id is a file's name. The caller
// frees.
static char *path_of(const char *lesson)
{
    struct course course;
    char *folder =
        strchr(lesson, '/') != NULL || strchr(lesson, '.') != NULL ? NULL : course_folder();
    if (folder == NULL) {
        return strdup(lesson);
    }
    course_load(&course, folder, NULL, 1, false);
    const struct course_lesson *found = course_find(&course, lesson);
    char *path = strdup(found == NULL ? lesson : found->path);
    course_release(&course);
    free(folder);
    return path;
}

static struct lesson *read_lesson(const char *path)
{
    struct lesson_trouble trouble = {0};
    struct lesson *lesson = lesson_file_read(path, &trouble);
    if (lesson == NULL) {
        struct text words;
        text_init(&words);
        lesson_trouble_say(path, &trouble, &words);
        tell(stderr, "%s", text_get(&words));
        text_release(&words);
    }
    lesson_trouble_release(&trouble);
    return lesson;
}

static bool write_handout(struct handout *h, const char *path, bool keys, struct diag *d)
{
    if (ends_in(path, ".pdf")) {
        struct buf pdf;
        buf_init(&pdf, 1);
        bool ok = handout_pdf(h, keys, &pdf, d) && files_write(path, pdf.data, pdf.count, d);
        buf_release(&pdf);
        return ok;
    }
    struct text page;
    text_init(&page);
    handout_html(h, keys, &page);
    bool ok = page.bytes.failed ? diag_out_of_memory(d)
                                : files_write(path, text_get(&page), text_length(&page), d);
    text_release(&page);
    return ok;
}

// The folder that a file lies in. The caller frees.
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL   ? strdup(".")
           : slash == path ? strdup("/")
                           : strndup(path, (size_t)(slash - path));
}

static int print_lesson(struct lesson *lesson, const char *from, const char *path, uint64_t seed,
                        bool keys)
{
    struct handout handout;
    struct diag d = {0};
    char *folder = folder_of(from);
    bool ok = handout_make(&handout, lesson, folder == NULL ? "." : folder, seed);
    if (!ok) {
        diag_out_of_memory(&d);
    } else if (text_length(&handout.trouble) > 0) {
        diag_set(&d, (struct span){0, 0}, "%s: %s", from, text_get(&handout.trouble));
        diag_hint(&d, "backstep check %s says more", from);
    } else {
        ok = write_handout(&handout, path, keys, &d);
        if (ok && handout.undrawn.set) {
            diag_set(&d, (struct span){0, 0}, "%s was written without a picture: %s", path,
                     handout.undrawn.message);
        }
    }
    if (d.set) {
        tell(stderr, "backstep: %s%s%s\n", d.message, *d.hint == '\0' ? "" : "; ", d.hint);
    }
    handout_release(&handout);
    free(folder);
    return d.set || !ok;
}

int print_run(const char *lesson, const char *path, uint64_t seed, bool keys)
{
    if (!ends_in(path, ".html") && !ends_in(path, ".pdf")) {
        fputs("backstep: a handout is written to a .html or .pdf file\n", stderr);
        return 2;
    }
    char *from = path_of(lesson);
    struct lesson *read = from == NULL ? NULL : read_lesson(from);
    int status = read == NULL ? 2 : print_lesson(read, from, path, seed, keys);
    free(from);
    return status;
}

#include "supply/suggest.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/course.h"

static bool begins_with(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

static void add_lessons(const char *word, struct records *out)
{
    struct course course;
    char *folder = course_folder();
    course_load(&course, folder, NULL, 1, false);
    for (size_t i = 0; i < course.lessons.count; i++) {
        const char *id = BUF(struct course_lesson, &course.lessons)[i].id;
        if (begins_with(id, word)) {
            complete_add(out, id, strlen(id));
        }
    }
    course_release(&course);
    free(folder);
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

// Files whose path begins with this word; hidden ones only where their point was typed.
static void add_files(const char *word, struct records *out)
{
    enum { MOST = 1000 };
    struct text folder, path;
    struct dirent **found = NULL;
    const char *slash = strrchr(word, '/'), *name = slash == NULL ? word : slash + 1;
    text_init(&folder);
    text_add(&folder, slash == NULL ? "./" : "");
    text_add_bytes(&folder, word, (size_t)(name - word));
    int count = scandir(text_get(&folder), &found, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *entry = found[i]->d_name;
        if (i < MOST && begins_with(entry, name) && (*entry != '.' || *name == '.')) {
            text_init(&path);
            text_add_bytes(&path, word, (size_t)(name - word));
            text_add(&path, entry);
            text_add(&path, is_folder(text_get(&path)) ? "/" : "");
            complete_add(out, text_get(&path), text_length(&path));
            text_release(&path);
        }
        free(found[i]);
    }
    free(found);
    text_release(&folder);
}

void suggest(struct tutor *t, const char *text, size_t at, struct records *out)
{
    struct completion c = complete_at(tutor_graph(t), text, at, true, out);
    char *word = strndup(text + c.from, c.to - c.from);
    bool files = c.kind.kind == CONTEXT_FILES || c.kind.kind == CONTEXT_LESSONS;
    if (word != NULL && c.kind.kind == CONTEXT_LESSONS && strpbrk(word, "/.") == NULL) {
        add_lessons(word, out);
    }
    if (word != NULL && files && *word != '-') {
        add_files(word, out);
    }
    free(word);
}

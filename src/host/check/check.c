#include "check/check.h"

#include <stdio.h>
#include <string.h>

#include "check/check_page.h"
#include "check/walk.h"
#include "process/tell.h"
#include "store/files.h"

static bool is_markdown(const char *name)
{
    size_t n = strlen(name);
    return name[0] != '.' && n > 3 && strcmp(name + n - 3, ".md") == 0;
}

static bool enter(void *check, const char *name)
{
    return name[0] != '.' && !check_page_is_short(check);
}

static void visit_file(void *check, const char *path, const char *name, bool is_root)
{
    if ((is_root || is_markdown(name)) && !check_page_is_short(check)) {
        check_page_file(check, path, is_root);
    }
}

static void visit_folder(void *check, const char *path)
{
    struct check *c = check;
    if (!check_page_is_short(c)) {
        lessons_check_folder(&c->lessons, path);
    }
}

static void visit_trouble(void *check, const char *path, int error)
{
    struct check *c = check;
    tell(stderr, "backstep: %s: %s\n", path, files_trouble(error));
    c->failed++;
}

int check_run(char *const *paths, int count_of_paths, bool bless_them)
{
    struct check c = {.bless = bless_them};
    lessons_check_init(&c.lessons);
    const struct walk walk = {.data = &c,
                              .enter = enter,
                              .file = visit_file,
                              .leave = visit_folder,
                              .trouble = visit_trouble};
    for (int i = 0; i < count_of_paths; i++) {
        walk_tree(paths[i], &walk);
    }
    c.passed += c.lessons.passed;
    c.failed += c.lessons.failed;
    lessons_check_release(&c.lessons);
    if (check_page_is_short(&c)) {
        fputs("backstep: there is not enough memory to check this\n", stderr);
        return 1;
    }
    if (c.files == 0) {
        fputs("backstep: there is no Markdown file to check\n", stderr);
        return 2;
    }
    if (c.lessons.warned > 0) {
        tell(stdout, c.lessons.warned == 1 ? "%zu warning\n" : "%zu warnings\n", c.lessons.warned);
    }
    if (c.differed) {
        puts(bless_them ? "(- was there, + is there now)" : "(- was expected, + came)");
    }
    tell(stdout, "%zu passed, %zu failed\n", c.passed, c.failed);
    return fflush(stdout) != 0 || c.failed > 0;
}

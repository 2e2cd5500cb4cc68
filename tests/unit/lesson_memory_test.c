// Memory refused while lessons and logs of answers are read and written, once at every place in the code that
// asks for it: what was refused is said or comes to nothing, no memory is left, and done again it is whole.
#include "lesson/lesson.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base_near.h"
#include "base_places.h"
#include "lesson/log.h"
#include "lesson/pack.h"

// What a piece of work is done on, and what came of it: a text.
typedef bool work_fn(const struct text *given, struct text *out, struct diag *d);

// Does the work with memory, and then refuses the first allocation at a new place until there is none. Returns
// how many were refused.
static size_t refuse_at_places(const struct text *given, work_fn *work)
{
    struct text whole, now;
    struct diag d = {0};
    size_t count = 0, refused;
    text_init(&whole);
    assert_true(work(given, &whole, &d));
    do {
        size_t refusals = mem_refusals();
        long before = live;
        struct diag why = {0};
        text_init(&now);
        refuse_next_place(count % 3 == 1);
        bool done = work(given, &now, &why);
        refused = refused_at;
        refuse_from(0, false);
        count += refused > 0;
        // Where none was refused it is whole; where one was, whoever called looks at the count.
        if (mem_refusals() == refusals) {
            assert_true(done);
            assert_string_equal(text_get(&now), text_get(&whole));
        } else if (!done) {
            assert_true(why.set);
        }
        mem_forgive(refusals);
        text_release(&now);
        assert_int_equal(live, before);
    } while (refused > 0);
    text_release(&whole);
    return count;
}

// ---- Lessons ------------------------------------------------------------------------------------

static bool read_pack(const struct text *given, struct text *out, struct diag *d)
{
    struct lesson *l = pack_read(given->bytes.data, given->bytes.count, d, NULL);
    const struct lesson_item *item;
    for (size_t i = 0; l != NULL && (item = lesson_item(l, i)) != NULL; i++) {
        text_addf(out, "%d %s\n", (int)item->kind,
                  item->kind == LESSON_QUESTION ? item->question->id : "");
    }
    bool ok = l != NULL;
    if (ok) {
        lesson_free(l);
    }
    return ok;
}

// The front matter, the code and the questions of a lesson's file.
static void pack_file(struct text *pack, const char *path)
{
    char line[4096], head[4096] = "";
    struct text block;
    FILE *file = fopen(path, "r");
    size_t number = 0, start = 0;
    bool front = false;
    assert_non_null(file);
    text_init(&block);
    pack_begin(pack, "packed.md");
    while (fgets(line, sizeof line, file) != NULL) {
        number++;
        if (strcmp(line, "---\n") == 0) {
            if (front) {
                pack_front(pack, text_get(&block), text_length(&block));
            }
            front = !front;
            text_clear(&block);
        } else if (strncmp(line, "```", 3) == 0) {
            line[strcspn(line, "\n")] = '\0';
            if (strncmp(head, "```ask ", 7) == 0) {
                pack_ask(pack, head + 7, text_get(&block), start);
            }
            snprintf(head, sizeof head, "%s", head[0] == '\0' ? line : "");
            start = number;
            text_clear(&block);
        } else {
            text_add(&block, line);
        }
    }
    pack_end(pack);
    text_release(&block);
    fclose(file);
}

static void lessons_are_read(void **state)
{
    (void)state;
    const char *program = getenv("BACKSTEP");
    glob_t found;
    size_t count = 0;
    assert_non_null(program);
    find_near(program, "lessons/[0-9]*.md", &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct text pack;
        text_init(&pack);
        pack_file(&pack, found.gl_pathv[i]);
        count += refuse_at_places(&pack, read_pack);
        text_release(&pack);
    }
    globfree(&found);
    assert_true(count > 40);
}

// ---- Logs ---------------------------------------------------------------------------------------

// The log in one's own text, and what another's lacks of it.
static bool read_log(const struct text *given, struct text *out, struct diag *d)
{
    struct log l, none, missing;
    const char *s = given->bytes.data;
    size_t n = given->bytes.count, bad = 0;
    log_init(&none);
    bool ok = log_read(&l, s, n, d);
    if (ok) {
        log_sort(&l);
        ok = log_missing(&missing, &none, &l);
        log_write(out, &missing);
        log_write_counts(out, &missing, &l);
        log_release(&missing);
        ok = ok || diag_out_of_memory(d);
    }
    log_release(&l);
    log_release(&none);
    struct log lines;
    if (ok && log_read_lines(&lines, s, n, &bad)) {
        text_addf(out, "%zu %zu\n", lines.attempts.count, bad);
    }
    if (ok) {
        log_release(&lines);
    }
    return ok;
}

static void logs_are_read(void **state)
{
    (void)state;
    struct text written;
    struct log l;
    text_init(&written);
    log_init(&l);
    l.salt = 123;
    for (int64_t i = 0; i < 50; i++) {
        char question[32];
        snprintf(question, sizeof question, "two-paths.q%d", (int)i % 7);
        log_add(&l, &(struct log_attempt){.when = 1700000000 + i,
                                          .question = question,
                                          .version = 1,
                                          .lesson = "two-paths",
                                          .kind = "number",
                                          .rating = i % 4,
                                          .given = "a\tb\\c\nd \xC3\xA9"});
    }
    log_add_place(&l, "two-paths", 3);
    log_write(&written, &l);
    assert_true(refuse_at_places(&written, read_log) > 5);
    log_release(&l);
    text_release(&written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lessons_are_read),
        cmocka_unit_test(logs_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

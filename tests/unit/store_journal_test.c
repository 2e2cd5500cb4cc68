// The journal: what was noted comes back, wherever the file is cut and whichever of its bits is
// changed; what does not come back is counted, and the file is never removed unread.
#include "store/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/lesson_file.h"

enum { FILE_SIZE = 4096 };

struct desk {
    char folder[64];
    struct tutor *tutor;
    struct journal journal;
    char bytes[FILE_SIZE];  // of the journal's file, as it was written
    size_t n;
};

static struct session *session(struct desk *d)
{
    return tutor_session(d->tutor);
}

static void run(struct desk *d, const char *text)
{
    struct records out;
    records_init(&out);
    assert_int_not_equal(session_eval(session(d), text, SESSION_SCRIPT, &out), SESSION_FAILED);
    records_release(&out);
    assert_null(journal_note(&d->journal, d->tutor));
}

static int set_up(void **state)
{
    static struct desk d;
    d = (struct desk){.folder = "/tmp/journal-XXXXXX"};
    d.tutor = tutor_new(&(struct session_world){.seed = 1});
    *state = &d;
    if (d.tutor == NULL || mkdtemp(d.folder) == NULL || setenv("XDG_STATE_HOME", d.folder, 1) != 0) {
        return -1;
    }
    journal_init(&d.journal);
    return 0;
}

static int tear_down(void **state)
{
    struct desk *d = *state;
    char command[128];
    journal_release(&d->journal, true);
    tutor_free(d->tutor);
    snprintf(command, sizeof command, "rm -rf '%s'", d->folder);
    return system(command);
}

static void read_bytes(struct desk *d)
{
    FILE *f = fopen(d->journal.path, "rb");
    assert_non_null(f);
    d->n = fread(d->bytes, 1, sizeof d->bytes, f);
    fclose(f);
    assert_in_range(d->n, 1, FILE_SIZE - 1);
}

// Another session died and left these bytes.
static void leave_behind(struct desk *d, const char *bytes, size_t n, char path[128])
{
    snprintf(path, 128, "%s/backstep/journal/died.journal", d->folder);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static bool begins_with(struct text *whole, struct text *part)
{
    return text_length(part) <= text_length(whole) &&
           memcmp(text_get(whole), text_get(part), text_length(part)) == 0;
}

// A journal of three statements; its bytes are in d->bytes, its script in `script`.
static void write_three(struct desk *d, struct text *script)
{
    run(d, "a = 2");
    run(d, "b = a*a");
    run(d, "c = b + 1");
    read_bytes(d);
    text_init(script);
    session_script(session(d), script);
}

static void test_cut_at_every_byte(void **state)
{
    struct desk *d = *state;
    struct text script;
    char path[128];
    size_t whole = 0, damaged = 0;
    write_three(d, &script);
    for (size_t n = 0; n <= d->n; n++) {
        struct journal_lost lost;
        leave_behind(d, d->bytes, n, path);
        if (!journal_find_lost(&lost)) {
            assert_in_range(n, strlen("backstep journal 1\n"),
                            strlen("backstep journal 1\n") + 200);
            continue;  // nothing was kept yet
        }
        assert_true(begins_with(&script, &lost.tracks[JOURNAL_SCRIPT]));
        whole += lost.damaged == 0;
        damaged += lost.damaged > 0;
        assert_true(lost.damaged == 0 || n < d->n);
        assert_true(n < d->n || lost.lines == 3);
        journal_leave(&lost);
        assert_int_equal(access(path, F_OK), 0);
    }
    assert_int_equal(whole, 3);  // after each record with a statement
    assert_true(damaged > 100);
    text_release(&script);
}

static void test_every_bit_changed(void **state)
{
    struct desk *d = *state;
    struct text script;
    char path[128], bytes[FILE_SIZE];
    write_three(d, &script);
    for (size_t bit = 0; bit < 8 * d->n; bit++) {
        struct journal_lost lost;
        memcpy(bytes, d->bytes, d->n);
        bytes[bit / 8] ^= (char)(1 << bit % 8);
        leave_behind(d, bytes, d->n, path);
        assert_true(journal_find_lost(&lost));
        assert_true(begins_with(&script, &lost.tracks[JOURNAL_SCRIPT]));
        if (lost.damaged == 0) {  // a digit of a sum, a to f, became a capital: nothing is lost
            assert_int_equal(lost.lines, 3);
            journal_drop(&lost);
            continue;
        }
        journal_drop(&lost);
        assert_int_not_equal(access(path, F_OK), 0);
        strcat(path, ".damaged");
        assert_int_equal(access(path, F_OK), 0);  // kept, and not offered again
        assert_false(journal_find_lost(&lost));
    }
    text_release(&script);
}

// ---- In a lesson --------------------------------------------------------------------------------

enum { NOTES = 64 };

// What a whole journal may hold: what was kept after each statement.
struct kept_so {
    size_t count;
    char *place[NOTES], *typed[NOTES];
};

static void type_in(struct desk *d, const char *line, struct kept_so *so)
{
    const struct source source = {
        .name = "<test>", .text = line, .length = strlen(line), .line = 1};
    enum session_state state = SESSION_MORE;
    struct lesson_trouble trouble = {0};
    struct diag none = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/one.md", d->folder);
    diag_set(&none, (struct span){0, 0}, "there is none");
    tutor_begin(d->tutor, &source, SESSION_PROMPT);
    while (state == SESSION_MORE || state == SESSION_NEED) {
        struct records out;
        records_init(&out);
        state = tutor_run(d->tutor, &out);
        assert_null(journal_note(&d->journal, d->tutor));
        assert_in_range(so->count, 1, NOTES - 1);
        so->place[so->count] = strdup(text_get(&d->journal.tracks[JOURNAL_PLACE]));
        so->typed[so->count++] = strdup(text_get(&d->journal.tracks[JOURNAL_TYPED]));
        if (state == SESSION_NEED &&
            strcmp(rec_get_text(out.list.in.last, KEY_what), "lesson") == 0) {
            tutor_supply_lesson(d->tutor, lesson_file_read(path, &trouble));
        } else if (state == SESSION_NEED) {
            tutor_refuse(d->tutor, &none);
        }
        records_release(&out);
    }
    assert_int_equal(state, SESSION_DONE);
    lesson_trouble_release(&trouble);
}

static bool was_so(const struct kept_so *so, struct journal_lost *lost)
{
    bool found = false;
    for (size_t i = 0; i < so->count; i++) {
        found |= strcmp(so->place[i], text_get(&lost->tracks[JOURNAL_PLACE])) == 0 &&
                 strcmp(so->typed[i], text_get(&lost->tracks[JOURNAL_TYPED])) == 0;
    }
    return found;
}

static void write_lesson(struct desk *d)
{
    char path[128];
    snprintf(path, sizeof path, "%s/one.md", d->folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("---\nid: one\ntitle: One\n---\n\n```backstep\na = 3\n```\n\n"
          "```ask one.first\nWhat is `a`?\nkind: number\nanswer: a\n```\n",
          f);
    assert_int_equal(fclose(f), 0);
}

// A journal that is cut anywhere, or has any byte changed, holds a place and what was typed there
// as they were together once, or it says that lines are missing.
static void test_lesson_cut_and_changed(void **state)
{
    struct desk *d = *state;
    struct kept_so so = {.count = 1, .place = {strdup("")}, .typed = {strdup("")}};
    char path[128], bytes[FILE_SIZE];
    write_lesson(d);
    char begin[128];
    snprintf(begin, sizeof begin, "lesson \"%s/one.md\"", d->folder);
    type_in(d, "own = 1", &so);
    type_in(d, begin, &so);
    type_in(d, "b = 5", &so);
    type_in(d, "c = 6; d = 7", &so);
    type_in(d, "8", &so);  // not yet: the place has changed
    type_in(d, "reset", &so);
    type_in(d, "e = 1", &so);
    assert_string_equal(so.typed[so.count - 1], "reset\ne = 1\n");
    read_bytes(d);
    size_t whole = 0;
    for (size_t n = strlen("backstep journal 1\n"); n <= 2 * d->n; n++) {
        struct journal_lost lost;
        size_t length = n <= d->n ? n : d->n;
        memcpy(bytes, d->bytes, length);
        bytes[n - d->n < length ? n - d->n : 0] ^= n > d->n && n - d->n > 19 ? 4 : 0;
        leave_behind(d, bytes, length, path);
        if (journal_find_lost(&lost)) {
            whole += lost.damaged == 0;
            assert_true(lost.damaged > 0 || was_so(&so, &lost));
            journal_drop(&lost);
        }
    }
    assert_in_range(whole, 4, 40);
    for (size_t i = 0; i < so.count; i++) {
        free(so.place[i]);
        free(so.typed[i]);
    }
}

// Undo and reset are entries too, and a note costs what changed: the file grows by as much.
static void test_grows_by_what_changed(void **state)
{
    struct desk *d = *state;
    char line[32];
    for (int i = 0; i < 2000; i++) {
        snprintf(line, sizeof line, "x%d = %d", i, i);
        run(d, line);
    }
    size_t before = d->journal.size;
    run(d, "y = 1");
    assert_true(d->journal.size - before < 64);
    run(d, "undo");
    assert_true(d->journal.size - before < 128);
    run(d, "reset\nz = 3");
    assert_true(d->journal.size - before < 256);
}

// A disk that takes no more is told about once, and what was written before stays whole.
static void test_full_disk(void **state)
{
    struct desk *d = *state;
    struct records out;
    struct rlimit before, little;
    run(d, "a = 2");
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    little = (struct rlimit){d->journal.size + 10, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    records_init(&out);
    session_eval(session(d), "b = 3", SESSION_SCRIPT, &out);
    const char *news = journal_note(&d->journal, d->tutor);
    session_eval(session(d), "c = 3", SESSION_SCRIPT, &out);
    const char *again = journal_note(&d->journal, d->tutor);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_non_null(news);
    assert_non_null(strstr(news, "a crash would lose it"));
    assert_null(again);
    assert_null(journal_note(&d->journal, d->tutor));  // there is room again: all of it is kept
    records_release(&out);
    char path[128];
    struct journal_lost lost;
    read_bytes(d);
    leave_behind(d, d->bytes, d->n, path);
    assert_true(journal_find_lost(&lost));
    assert_int_equal(lost.lines, 3);
    assert_int_equal(lost.damaged, 0);
    journal_drop(&lost);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cut_at_every_byte, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_every_bit_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lesson_cut_and_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_grows_by_what_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full_disk, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// The journal: what was noted comes back, wherever the file is cut and whichever of its bits is
// changed; what does not come back is counted, and the file is never removed unread.
#include "store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base_refuse.h"
#include "store/lesson_file.h"

enum { FILE_SIZE = 16384 };

// ---- A disk that fails --------------------------------------------------------------------------

ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);
int __real_ftruncate(int fd, off_t length);
int __wrap_ftruncate(int fd, off_t length);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

// An error number each; 0: it works.
static struct {
    int write, ftruncate, fdatasync;
    size_t takes;  // bytes of a write that fails are taken before it does
} disk;

ssize_t __wrap_write(int fd, const void *bytes, size_t n)
{
    if (disk.write != 0 && disk.takes == 0) {
        errno = disk.write;
        return -1;
    }
    size_t most = disk.write != 0 && n > disk.takes ? disk.takes : n;
    disk.takes -= disk.write != 0 ? most : 0;
    return __real_write(fd, bytes, most);
}

int __wrap_ftruncate(int fd, off_t length)
{
    errno = disk.ftruncate;
    return disk.ftruncate != 0 ? -1 : __real_ftruncate(fd, length);
}

int __wrap_fdatasync(int fd)
{
    errno = disk.fdatasync;
    return disk.fdatasync != 0 ? -1 : __real_fdatasync(fd);
}

// ---- A session whose journal is kept ------------------------------------------------------------

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
    disk.write = disk.ftruncate = disk.fdatasync = 0;
    if (d.tutor == NULL || mkdtemp(d.folder) == NULL ||
        setenv("XDG_STATE_HOME", d.folder, 1) != 0) {
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

// A longer session, with all that a log may hold. Cut anywhere, or with a bit of any byte changed, it is as
// it was after one of its statements.
static void test_a_long_session_cut_and_changed(void **state)
{
    static const char *const lines[] = {
        "precision 4",
        "style edges",
        "verbose on",
        "a = 2; b = [1, 2,\n  3]",
        "def f(x, y):\n    t = x*y\n    return tanh(t) + 1",
        "L = sum(b)*f(a, 0.5)  # größe: \xe2\x88\x82",
        "L.label = \"the loss\"",
        "undo",
        "redo",
        "backward L; undo; undo",
        "seed 4\nparam w = randn(3)\nM = mse(w, b)",
        "train M 20 0.1 adam",
        "precision 6; undo",
        "for i in range(300):\n    a = a + i",
        "node g = dM/dw[0]",
        "expand L",
        "undo",
        "verbose off",
        "reset",
        "undo",
        "c = a*2",
        "reset",
        "d = 1",
        "undo",
        "redo",
    };
    struct desk *d = *state;
    char *scripts[COUNT_OF(lines) + 1] = {strdup("")}, path[128], bytes[FILE_SIZE];
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        run(d, lines[i]);
        scripts[i + 1] = strdup(text_get(&d->journal.tracks[JOURNAL_SCRIPT]));
    }
    read_bytes(d);
    size_t whole = 0, header = strlen("backstep journal 1\n");
    for (size_t n = header; n < 2 * d->n; n++) {
        struct journal_lost lost;
        bool cut = n < d->n, found = false;
        memcpy(bytes, d->bytes, d->n);
        if (!cut) {
            bytes[n - d->n] ^= (char)(1 << n % 8);
        }
        leave_behind(d, bytes, cut ? n : d->n, path);
        if (!journal_find_lost(&lost)) {
            assert_true(cut && n < header + 200);  // nothing was kept yet
            continue;
        }
        for (size_t i = 0; i <= COUNT_OF(lines); i++) {
            found |= strcmp(scripts[i], text_get(&lost.tracks[JOURNAL_SCRIPT])) == 0;
        }
        assert_true(found);
        whole += lost.damaged == 0;
        assert_true(cut || lost.damaged > 0 ||
                    strcmp(scripts[COUNT_OF(lines)], text_get(&lost.tracks[JOURNAL_SCRIPT])) == 0);
        lost.damaged = 0;
        journal_drop(&lost);
    }
    assert_in_range(whole, COUNT_OF(lines) / 2, 4 * COUNT_OF(lines));
    for (size_t i = 0; i <= COUNT_OF(lines); i++) {
        free(scripts[i]);
    }
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

static void forget(struct kept_so *so)
{
    for (size_t i = 0; i < so->count; i++) {
        free(so->place[i]);
        free(so->typed[i]);
    }
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
    forget(&so);
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

// Begins the lesson by the line that it leaves in `begin`, and types one statement into it.
static void begin_lesson(struct desk *d, char begin[128], struct kept_so *so)
{
    *so = (struct kept_so){.count = 1, .place = {strdup("")}, .typed = {strdup("")}};
    write_lesson(d);
    snprintf(begin, 128, "lesson \"%s/one.md\"", d->folder);
    type_in(d, begin, so);
    type_in(d, "b = 5", so);
}

// While another lesson is on its way, what is kept of this one stays as it was.
static void test_a_lesson_after_another(void **state)
{
    struct desk *d = *state;
    struct kept_so so;
    char begin[128];
    begin_lesson(d, begin, &so);
    type_in(d, begin, &so);
    type_in(d, "c = 6", &so);
    assert_string_equal(so.typed[so.count - 1], "c = 6\n");
    forget(&so);
}

// While a lesson is being taken up again, the session's own lines are kept beside what was kept of it.
static void test_lines_before_a_lesson_is_taken_up(void **state)
{
    struct desk *d = *state;
    struct kept_so so;
    char begin[128];
    begin_lesson(d, begin, &so);
    const char *place = so.place[so.count - 1], *typed = so.typed[so.count - 1];
    assert_string_equal(typed, "b = 5\n");
    struct text again;
    text_init(&again);
    assert_true(tutor_take_up(d->tutor, place, strlen(place), typed, strlen(typed), &again));
    run(d, "q = 1");
    assert_string_equal(text_get(&d->journal.tracks[JOURNAL_PLACE]), place);
    assert_string_equal(text_get(&d->journal.tracks[JOURNAL_TYPED]), typed);
    assert_non_null(strstr(text_get(&d->journal.tracks[JOURNAL_SCRIPT]), "q = 1\n"));
    tutor_leave_kept(d->tutor);
    text_release(&again);
    forget(&so);
}

// ---- What the reader may meet -------------------------------------------------------------------

static void add_record_to(struct text *out, const char *kind, size_t offset, const char *bytes)
{
    char fields[64];
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    snprintf(fields, sizeof fields, "%s %zu %zu ", kind, offset, strlen(bytes));
    for (const char *parts[] = {fields, bytes}, **p = parts; p < parts + 2; p++) {
        for (const char *s = *p; *s != '\0'; s++) {
            sum = (sum ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
        }
    }
    text_addf(out, "%s%016llx\n%s\n", fields, (unsigned long long)sum, bytes);
}

// Records by hand: one that does not follow from those before it is damage, as is a place without all
// that was typed there; a kind of a later version is read over.
static void test_records_that_do_not_follow(void **state)
{
    struct desk *d = *state;
    static const struct {
        const char *kind;
        size_t offset;
        const char *bytes;
        size_t lines, typed, damaged;  // afterwards
    } cases[] = {
        {"script", 0, "a = 1\nb = 2\n", 2, 0, 0},
        {"later", 7, "x\n", 2, 0, 0},
        {"script", 6, "c = 3", 2, 0, 0},
        {"place", 4, "lesson one", 2, 0, 1},
        {"typed", 0, "e = 5", 2, 1, 0},
        {"typed", 5, "\n", 2, 1, 0},
        {"script", 11, "\n", 2, 1, 0},
        {"script", 100, "f = 6\n", 2, 1, 1},
    };
    char path[128];
    struct text file;
    text_init(&file);
    text_add(&file, "backstep journal 1\n");
    run(d, "a = 1");  // so that there is a folder
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct journal_lost lost;
        add_record_to(&file, cases[i].kind, cases[i].offset, cases[i].bytes);
        leave_behind(d, text_get(&file), text_length(&file), path);
        assert_true(journal_find_lost(&lost));
        assert_int_equal(lost.lines, cases[i].lines);
        assert_int_equal(lost.typed, cases[i].typed);
        assert_int_equal(lost.damaged, cases[i].damaged);
        journal_leave(&lost);
    }
    text_clear(&file);
    text_add(&file, "backstep journal 1\n");  // nothing but what was typed into a lesson
    add_record_to(&file, "place", 6, "lesson one");
    add_record_to(&file, "typed", 0, "a = 1\n");
    struct journal_lost lost;
    leave_behind(d, text_get(&file), text_length(&file), path);
    assert_true(journal_find_lost(&lost));
    assert_int_equal(lost.lines, 0);
    assert_int_equal(lost.typed, 1);
    assert_int_equal(lost.damaged, 0);
    journal_drop(&lost);
    text_release(&file);
}

static void leave_as(struct desk *d, const char *name, const char *bytes)
{
    char path[512];
    snprintf(path, sizeof path, "%s/backstep/journal/%s", d->folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_true(fputs(bytes, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void path_of(struct desk *d, const char *name, char path[512])
{
    snprintf(path, 512, "%s/backstep/journal/%s", d->folder, name);
}

// Files that are none of ours are not looked at, and stay.
static void test_files_of_others(void **state)
{
    struct desk *d = *state;
    static const char *const left[] = {
        ".hidden.journal", ".journal",      "notes",        "other.journal",
        "shared.journal",  "link.journal",  "pipe.journal", "folder.journal",
        "held.journal",    "short.journal", "huge.journal",
    };
    char path[512], other[512];
    struct journal_lost lost;
    struct text file;
    text_init(&file);
    text_add(&file, "backstep journal 1\n");
    add_record_to(&file, "script", 0, "a = 1\n");
    assert_false(journal_find_lost(&lost));  // no folder yet
    run(d, "a = 1");
    for (size_t i = 0; i < 3; i++) {
        leave_as(d, left[i], text_get(&file));
    }
    leave_as(d, "other.journal",
             "a file of somebody else's, of many letters, with no record in it\n");
    leave_as(d, "short.journal", "backward");
    leave_as(d, "shared.journal", text_get(&file));
    path_of(d, "shared.journal", path);
    assert_int_equal(chmod(path, 0662), 0);
    path_of(d, "link.journal", other);
    assert_int_equal(symlink(path, other), 0);
    path_of(d, "pipe.journal", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    path_of(d, "folder.journal", path);
    assert_int_equal(mkdir(path, 0700), 0);
    leave_as(d, "held.journal", text_get(&file));
    path_of(d, "held.journal", path);
    int held = open(path, O_RDONLY);
    assert_int_equal(flock(held, LOCK_EX), 0);
    leave_as(d, "huge.journal", text_get(&file));
    path_of(d, "huge.journal", path);
    assert_int_equal(truncate(path, (64 << 20) + 2), 0);
    if (geteuid() == 0) {  // as others we can only leave files if we may do anything
        leave_as(d, "foreign.journal", text_get(&file));
        path_of(d, "foreign.journal", path);
        assert_int_equal(chown(path, 1, 1), 0);
    } else {
        print_message("skipped: a journal of somebody else, as only root can make one\n");
    }
    assert_false(journal_find_lost(&lost));
    for (size_t i = 0; i < COUNT_OF(left); i++) {
        path_of(d, left[i], path);
        assert_int_equal(access(path, F_OK), 0);
    }
    close(held);
    text_release(&file);
}

// The newest of several comes first; one in which there is nothing goes.
static void test_the_newest_comes_first(void **state)
{
    struct desk *d = *state;
    struct journal_lost lost;
    struct text file;
    char path[512];
    run(d, "a = 1");
    leave_as(d, "empty.journal", "backstep journal 1\n");
    for (int i = 0; i < 9; i++) {
        char name[32], line[32];
        text_init(&file);
        text_add(&file, "backstep journal 1\n");
        snprintf(line, sizeof line, "a = %d\n", i);
        add_record_to(&file, "script", 0, line);
        snprintf(name, sizeof name, "%d.journal", i);
        leave_as(d, name, text_get(&file));
        path_of(d, name, path);
        struct timespec when[2] = {{.tv_sec = 1000 + (i * 4) % 9}, {.tv_sec = 1000 + (i * 4) % 9}};
        assert_int_equal(utimensat(AT_FDCWD, path, when, 0), 0);
        text_release(&file);
    }
    for (int i = 8; i >= 0; i--) {
        char line[32];
        assert_true(journal_find_lost(&lost));
        snprintf(line, sizeof line, "a = %d\n", (i * 7) % 9);  // 4·7 is 1 in rounds of 9
        assert_string_equal(text_get(&lost.tracks[JOURNAL_SCRIPT]), line);
        journal_drop(&lost);
    }
    assert_false(journal_find_lost(&lost));
    path_of(d, "empty.journal", path);
    assert_int_not_equal(access(path, F_OK), 0);
}

// A folder whose name leaves no room for a file's is passed over.
static void test_a_path_that_is_too_long(void **state)
{
    struct desk *d = *state;
    struct journal_lost lost;
    struct text folder;
    char path[128];
    text_init(&folder);
    run(d, "a = 1");
    read_bytes(d);
    leave_behind(d, d->bytes, d->n, path);
    text_add(&folder, d->folder);
    while (text_length(&folder) < 4070) {
        text_add(&folder, "/.");
    }
    setenv("XDG_STATE_HOME", text_get(&folder), 1);
    assert_false(journal_find_lost(&lost));
    setenv("XDG_STATE_HOME", d->folder, 1);
    assert_true(journal_find_lost(&lost));
    journal_leave(&lost);
    text_release(&folder);
}

// ---- What may go wrong with writing -------------------------------------------------------------

static const char *note_after(struct desk *d, const char *text)
{
    struct records out;
    records_init(&out);
    assert_int_not_equal(session_eval(session(d), text, SESSION_SCRIPT, &out), SESSION_FAILED);
    records_release(&out);
    return journal_note(&d->journal, d->tutor);
}

// The script that comes back of what is written now.
static void comes_back(struct desk *d, const char *script)
{
    struct journal_lost lost;
    char path[128];
    read_bytes(d);
    leave_behind(d, d->bytes, d->n, path);
    assert_true(journal_find_lost(&lost));
    assert_string_equal(text_get(&lost.tracks[JOURNAL_SCRIPT]), script);
    assert_int_equal(lost.damaged, 0);
    journal_drop(&lost);
}

// Changes between two notes that leave the beginning as it was, or nothing.
static void test_changes_at_the_end_and_in_the_middle(void **state)
{
    struct desk *d = *state;
    run(d, "a = 1\nb = 2\nc = 3");
    run(d, "undo\nc = 4\nd = 5");
    comes_back(d, "a = 1\nb = 2\nc = 4\nd = 5\n");
    run(d, "reset\ne = 1");
    comes_back(d, "reset\ne = 1\n");
    run(d, "print e");  // nothing to keep
    comes_back(d, "reset\ne = 1\n");
    run(d, "reset");
    assert_null(journal_note(&d->journal, d->tutor));
}

// No folder to write to, no room for the first record: said once, and made good when there is.
static void test_no_journal_can_be_begun(void **state)
{
    struct desk *d = *state;
    struct rlimit before, none;
    setenv("XDG_STATE_HOME", "/dev/null", 1);
    const char *news = note_after(d, "a = 1");
    assert_non_null(news);
    assert_non_null(strstr(news, "a crash would lose it"));
    assert_null(note_after(d, "b = 2"));
    setenv("XDG_STATE_HOME", d->folder, 1);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = (struct rlimit){0, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    assert_null(note_after(d, "c = 3"));  // told already
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_null(note_after(d, "d = 4"));
    comes_back(d, "a = 1\nb = 2\nc = 3\nd = 4\n");
}

// A device that takes nothing, and of which nothing can be cut off.
static void test_what_was_half_written_cannot_be_cut_off(void **state)
{
    struct desk *d = *state;
    run(d, "a = 1");
    int file = dup(d->journal.fd), full = open("/dev/full", O_WRONLY);
    assert_true(file >= 0 && full >= 0);
    dup2(full, d->journal.fd);
    assert_non_null(note_after(d, "b = 2"));
    journal_sync(&d->journal, true);
    dup2(file, d->journal.fd);
    close(file);
    close(full);
    assert_null(note_after(d, "c = 3"));
    journal_sync(&d->journal, false);
    d->journal.synced = 0;  // long ago
    journal_sync(&d->journal, false);
    journal_sync(&d->journal, true);
    assert_false(d->journal.unsynced);
    comes_back(d, "a = 1\nb = 2\nc = 3\n");
}

// Half a record that cannot be cut off again: what is noted later would lie behind it, where no reader
// comes to, so it goes to a new file with all the rest.
static void test_nothing_is_added_behind_half_a_record(void **state)
{
    struct desk *d = *state;
    run(d, "a = 1");
    char *first = strdup(d->journal.path);
    disk.write = ENOSPC;
    disk.takes = 7;
    disk.ftruncate = EIO;
    const char *news = note_after(d, "b = 2");
    assert_non_null(news);
    assert_non_null(strstr(news, "the disk is full"));
    assert_false(journal_is_kept(&d->journal));
    disk.write = 0;
    assert_null(note_after(d, "c = 3"));
    assert_string_not_equal(d->journal.path, first);
    assert_int_not_equal(access(first, F_OK), 0);
    assert_true(journal_is_kept(&d->journal));
    comes_back(d, "a = 1\nb = 2\nc = 3\n");
    free(first);
}

// What the disk did not keep once is written anew; if that is not kept either, it is said, once.
static void test_a_disk_that_does_not_keep(void **state)
{
    struct desk *d = *state;
    run(d, "a = 1");
    disk.fdatasync = EINTR;  // not the disk's fault
    journal_sync(&d->journal, true);
    disk.fdatasync = EINVAL;  // a disk without
    char *first = strdup(d->journal.path);
    assert_true(journal_is_kept(&d->journal));
    assert_null(note_after(d, "b = 2"));
    assert_string_equal(d->journal.path, first);
    disk.fdatasync = EIO;
    assert_false(journal_is_kept(&d->journal));
    disk.fdatasync = 0;
    assert_null(note_after(d, "print b"));  // nothing that is new
    assert_string_not_equal(d->journal.path, first);
    assert_true(journal_is_kept(&d->journal));
    comes_back(d, "a = 1\nb = 2\n");
    disk.fdatasync = EIO;
    assert_null(note_after(d, "c = 3"));
    journal_sync(&d->journal, true);
    const char *news = note_after(d, "d = 4");
    assert_non_null(news);
    assert_non_null(strstr(news, "the disk reports damage"));
    assert_null(note_after(d, "e = 5"));  // told already
    disk.fdatasync = 0;
    assert_null(note_after(d, "f = 6"));
    assert_true(journal_is_kept(&d->journal));
    comes_back(d, "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6\n");
    free(first);
}

// A file that has grown large is written anew, and one that would be too large is told of.
static void test_large_journals(void **state)
{
    struct desk *d = *state;
    run(d, "a = 1");
    char *first = strdup(d->journal.path);
    d->journal.size = 64 << 20;
    run(d, "b = 2");
    assert_string_not_equal(d->journal.path, first);
    assert_int_not_equal(access(first, F_OK), 0);
    assert_true(d->journal.size < 1000);
    comes_back(d, "a = 1\nb = 2\n");
    free(first);
    size_t n = 33 << 20;
    char *text = malloc(n + 1);
    memset(text, ' ', n);
    memcpy(text, "c = (1", 6);
    memcpy(text + n - 4, "+ 2)", 5);
    const char *news = note_after(d, text);
    assert_non_null(news);
    assert_non_null(strstr(news, "the session is too long"));
    free(text);
}

// The folder in which the session runs is gone: what is typed is kept without it.
static void test_the_folder_is_gone(void **state)
{
    struct desk *d = *state;
    char folder[128], *back = getcwd(NULL, 0);
    struct journal_lost lost;
    snprintf(folder, sizeof folder, "%s/gone", d->folder);
    assert_int_equal(mkdir(folder, 0700) | chdir(folder) | rmdir(folder), 0);
    run(d, "a = 1");
    read_bytes(d);
    leave_behind(d, d->bytes, d->n, folder);
    assert_true(journal_find_lost(&lost));
    assert_string_equal(text_get(&lost.folder), "");
    assert_int_equal(lost.lines, 1);
    journal_drop(&lost);
    assert_int_equal(chdir(back), 0);
    free(back);
}

// ---- Memory that is refused ---------------------------------------------------------------------

// Whatever is refused while a journal is written: it is said, and with the next note all is kept.
static void test_memory_refused_while_writing(void **state)
{
    struct desk *d = *state;
    size_t told = 0;
    for (size_t n = 0, count = 1; n <= count; n++) {  // 0: none is refused
        for (int begun = 0; begun < 2; begun++) {
            char line[32];
            journal_release(&d->journal, true);
            journal_init(&d->journal);
            run(d, "reset\na = 1");
            if (!begun) {
                journal_release(&d->journal, true);
                journal_init(&d->journal);
            }
            snprintf(line, sizeof line, "a = %zu", n);
            struct records out;
            records_init(&out);
            session_eval(session(d), line, SESSION_SCRIPT, &out);
            records_release(&out);
            size_t refusals = mem_refusals();
            refuse_from(n, false);
            told += journal_note(&d->journal, d->tutor) != NULL;
            count = made > count ? made : count;
            refuse_from(0, false);
            mem_forgive(refusals);
            run(d, "b = 7");
            snprintf(line, sizeof line, "a = %zu\nb = 7\n", n);
            struct journal_lost lost;
            char path[128];
            read_bytes(d);
            leave_behind(d, d->bytes, d->n, path);
            assert_true(journal_find_lost(&lost));
            assert_non_null(strstr(text_get(&lost.tracks[JOURNAL_SCRIPT]), line));
            journal_drop(&lost);
        }
    }
    assert_true(told > 3);
}

// Whatever is refused while journals are looked for: what is whole is found then, or the next time.
static void test_memory_refused_while_reading(void **state)
{
    struct desk *d = *state;
    char path[128];
    struct journal_lost lost;
    run(d, "a = 1\nb = 2");
    read_bytes(d);
    for (size_t n = 0, count = 1; n <= count; n++) {  // 0: none is refused
        leave_behind(d, d->bytes, d->n, path);
        size_t refusals = mem_refusals();
        refuse_from(n, false);
        bool found = journal_find_lost(&lost);
        count = made > count ? made : count;
        refuse_from(0, false);
        mem_forgive(refusals);
        if (found) {
            assert_int_equal(lost.lines, 2);
            journal_leave(&lost);
        }
        assert_true(journal_find_lost(&lost));
        assert_int_equal(lost.lines, 2);
        journal_leave(&lost);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cut_at_every_byte, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_every_bit_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_long_session_cut_and_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lesson_cut_and_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_grows_by_what_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_full_disk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_lesson_after_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lines_before_a_lesson_is_taken_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_records_that_do_not_follow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_files_of_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_newest_comes_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_path_that_is_too_long, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_changes_at_the_end_and_in_the_middle, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_no_journal_can_be_begun, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_was_half_written_cannot_be_cut_off, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_is_added_behind_half_a_record, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_disk_that_does_not_keep, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_large_journals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_folder_is_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_memory_refused_while_writing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_memory_refused_while_reading, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

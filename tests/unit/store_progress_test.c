// The learner's progress on the disk: what is kept, what every bad file comes to, and that no file
// of the learner's is ever spoiled.
#include "store/progress.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "store/files.h"

#define FILE_NAME "p.db"

static struct log_attempt attempt(const char *question, int64_t when, int64_t rating)
{
    return (struct log_attempt){.question = question,
                                .version = 1,
                                .lesson = "chain-rule",
                                .kind = "number",
                                .when = when,
                                .rating = rating,
                                .right = rating > 1,
                                .given = "1/3",
                                .seed = UINT64_MAX - 1,
                                .hints = 2};
}

static bool add(struct progress *p, const char *question)
{
    struct log_attempt a = attempt(question, 1700000000, 3);
    return progress_add(p, &a);
}

// "question question" of the file, oldest first; or its trouble. Valid until the next call.
static const char *kept_in(const char *path)
{
    static struct text all;
    struct progress p;
    struct log log;
    text_release(&all);
    text_init(&all);
    progress_init(&p, path, true);
    if (progress_read(&p, &log)) {
        for (size_t i = 0; i < log.attempts.count; i++) {
            const char *id = BUF(struct log_attempt, &log.attempts)[i].question;
            text_addf(&all, "%s%s", i == 0 ? "" : " ", id);
        }
    } else {
        text_add(&all, progress_trouble(&p));
    }
    log_release(&log);
    progress_release(&p);
    return text_get(&all);
}

static void sql(const char *path, const char *statements)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, statements, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void read_bytes(const char *path, struct buf *bytes)
{
    struct diag d = {0};
    buf_init(bytes, 1);
    assert_true(files_read(path, 1 << 24, bytes, &d));
}

static void write_bytes(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static int in_a_folder(void **state)
{
    static char folder[] = "/tmp/backstep-progress-XXXXXX";
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    *state = folder;
    return mkdtemp(folder) == NULL || chdir(folder) != 0 || chmod(folder, 0777) != 0;
}

static int without_it(void **state)
{
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", (const char *)*state);
    return chdir("/") != 0 || system(command) != 0;
}

// ---- What is kept -------------------------------------------------------------------------------

static void everything_comes_back(void **state)
{
    (void)state;
    struct progress p;
    struct log log;
    struct log_attempt a = attempt("chain-rule.x", 1700000000, 2);
    a.version = 3;
    a.skipped = true;
    progress_init(&p, FILE_NAME, true);
    assert_int_equal(access(FILE_NAME, F_OK), -1);  // not before it is needed
    assert_true(progress_add(&p, &a));
    a.question = "chain-rule.y";
    assert_true(progress_add(&p, &a));
    assert_true(progress_set_place(&p, "chain-rule", 2));
    assert_true(progress_set_place(&p, "chain-rule", 5));
    assert_true(progress_read(&p, &log));
    uint64_t salt = log.salt;
    assert_true(salt != 0);
    log_release(&log);
    progress_release(&p);

    progress_init(&p, FILE_NAME, true);
    assert_true(progress_read(&p, &log));
    assert_int_equal(log.attempts.count, 2);
    const struct log_attempt *b = BUF(struct log_attempt, &log.attempts);
    assert_string_equal(b[0].question, "chain-rule.x");
    assert_string_equal(b[1].question, "chain-rule.y");
    assert_string_equal(b->lesson, "chain-rule");
    assert_string_equal(b->kind, "number");
    assert_string_equal(b->given, "1/3");
    assert_int_equal(b->version, 3);
    assert_int_equal(b->when, 1700000000);
    assert_int_equal(b->rating, 2);
    assert_true(b->right && b->skipped);
    assert_true(b->seed == UINT64_MAX - 1);
    assert_int_equal(b->hints, 2);
    assert_int_equal(log.places.count, 1);
    assert_string_equal(BUF(struct log_place, &log.places)->lesson, "chain-rule");
    assert_int_equal(BUF(struct log_place, &log.places)->passed, 5);
    assert_true(log.salt == salt);
    assert_null(progress_news(&p));
    log_release(&log);
    progress_release(&p);

    struct stat st;
    assert_int_equal(stat(FILE_NAME, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void the_journal_is_for_the_owner_too(void **state)
{
    (void)state;
    struct progress p;
    struct stat st;
    progress_init(&p, FILE_NAME, true);
    assert_true(add(&p, "q"));
    assert_int_equal(stat(FILE_NAME "-wal", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    progress_release(&p);
}

static void a_script_adds_nothing(void **state)
{
    (void)state;
    struct progress p;
    struct log log;
    progress_init(&p, FILE_NAME, false);
    assert_true(add(&p, "q"));
    assert_true(progress_set_place(&p, "lesson", 1));
    assert_true(progress_read(&p, &log));
    assert_int_equal(log.attempts.count, 0);
    log_release(&log);
    progress_release(&p);
    assert_int_equal(access(FILE_NAME, F_OK), -1);

    progress_init(&p, FILE_NAME, true);
    assert_true(add(&p, "mine"));
    progress_release(&p);
    progress_init(&p, FILE_NAME, false);
    assert_true(add(&p, "q"));
    progress_release(&p);
    assert_string_equal(kept_in(FILE_NAME), "mine");
}

// Killed right after the call came back.
static void what_was_added_outlives_a_kill(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct progress p;
        progress_init(&p, FILE_NAME, true);
        for (int i = 0; i < 20; i++) {
            add(&p, "q");
        }
        kill(getpid(), SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_string_equal(kept_in(FILE_NAME), "q q q q q q q q q q q q q q q q q q q q");
}

static void several_programs_add_at_once(void **state)
{
    (void)state;
    enum { PROGRAMS = 4, EACH = 25 };
    pid_t children[PROGRAMS];
    for (int k = 0; k < PROGRAMS; k++) {
        children[k] = fork();
        if (children[k] == 0) {
            struct progress p;
            progress_init(&p, FILE_NAME, true);
            for (int i = 0; i < EACH; i++) {
                add(&p, "q");  // one that finds the file held too long is kept with the next
            }
            progress_release(&p);
            _exit(0);
        }
    }
    for (int k = 0; k < PROGRAMS; k++) {
        int status;
        waitpid(children[k], &status, 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(strlen(kept_in(FILE_NAME)), 2 * PROGRAMS * EACH - 1);
}

// ---- Files that will not do ---------------------------------------------------------------------

static void assert_refused(const char *path, const char *why)
{
    struct progress p;
    struct log log;
    struct buf before, after;
    read_bytes(path, &before);
    progress_init(&p, path, true);
    assert_false(progress_read(&p, &log));
    assert_int_equal(log.attempts.count, 0);
    assert_false(add(&p, "q"));
    assert_false(progress_set_place(&p, "lesson", 1));
    assert_non_null(strstr(progress_trouble(&p), why));
    assert_non_null(progress_news(&p));
    assert_null(progress_news(&p));  // once
    assert_false(add(&p, "q"));
    assert_null(progress_news(&p));
    log_release(&log);
    progress_release(&p);
    read_bytes(path, &after);
    assert_int_equal(before.count, after.count);
    assert_memory_equal(before.data, after.data, before.count);
    buf_release(&before);
    buf_release(&after);
}

// One with a few hundred answers, all of it in the one file.
static void make_database(const char *path)
{
    struct progress p;
    progress_init(&p, path, true);
    for (int i = 0; i < 200; i++) {
        assert_true(add(&p, "question.with-a-long-name-so-that-pages-fill"));
    }
    progress_release(&p);
    assert_int_equal(access(FILE_NAME "-wal", F_OK), -1);
}

static void garbage_is_left_as_it_is(void **state)
{
    (void)state;
    char noise[5000];
    for (size_t i = 0; i < sizeof noise; i++) {
        noise[i] = (char)(i * 7919 >> 3);
    }
    write_bytes(FILE_NAME, noise, sizeof noise);
    assert_refused(FILE_NAME, "is damaged; it is left as it is");
    write_bytes(FILE_NAME, "short", 5);
    assert_refused(FILE_NAME, "is damaged");
}

static void a_truncated_database_is_left_as_it_is(void **state)
{
    (void)state;
    struct buf whole;
    make_database(FILE_NAME);
    read_bytes(FILE_NAME, &whole);
    assert_true(whole.count > 16384);
    const size_t lengths[] = {
        1, 50, 100, 511, 4096, 5000, whole.count / 2, whole.count - 4096, whole.count - 1};
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        write_bytes(FILE_NAME, whole.data, lengths[i]);
        assert_refused(FILE_NAME, "is damaged");
    }
    buf_release(&whole);
}

static void a_damaged_page_is_noticed(void **state)
{
    (void)state;
    struct buf whole;
    make_database(FILE_NAME);
    read_bytes(FILE_NAME, &whole);
    memset(BUF(char, &whole) + whole.count - 4096, 'x', 4096);
    write_bytes(FILE_NAME, whole.data, whole.count);
    assert_refused(FILE_NAME, "is damaged");
    buf_release(&whole);
}

static void other_databases_are_left_as_they_are(void **state)
{
    (void)state;
    make_database(FILE_NAME);
    sql(FILE_NAME, "PRAGMA user_version = 99");
    assert_refused(FILE_NAME, "was written by a newer backstep");
    unlink(FILE_NAME);
    sql(FILE_NAME, "CREATE TABLE addresses (name TEXT)");
    assert_refused(FILE_NAME, "is a database of another program");
    unlink(FILE_NAME);
    make_database(FILE_NAME);
    sql(FILE_NAME, "DROP TABLE attempts");
    assert_refused(FILE_NAME, "is damaged");
    sql(FILE_NAME, "CREATE VIEW attempts AS WITH RECURSIVE without_end(n) AS"
                   " (SELECT 1 UNION ALL SELECT n + 1 FROM without_end) SELECT n FROM without_end");
    assert_refused(FILE_NAME, "is damaged");
    unlink(FILE_NAME);
    make_database(FILE_NAME);
    sql(FILE_NAME,
        "CREATE TRIGGER forget AFTER INSERT ON attempts BEGIN DELETE FROM attempts; END");
    assert_refused(FILE_NAME, "is damaged");
}

static void no_file_can_be_there(void **state)
{
    (void)state;
    struct progress p;
    mkdir(FILE_NAME, 0700);
    assert_string_equal(kept_in(FILE_NAME),
                        "your progress is not being kept: 'p.db' is not a file");
    rmdir(FILE_NAME);
    mkfifo(FILE_NAME, 0600);
    assert_string_equal(kept_in(FILE_NAME),
                        "your progress is not being kept: 'p.db' is not a file");
    unlink(FILE_NAME);
    assert_string_equal(kept_in("nowhere/p.db"), "your progress is not being kept: 'nowhere/p.db' "
                                                 "could not be written: there is no such file");
    setenv("XDG_DATA_HOME", "relative", 1);
    unsetenv("HOME");
    progress_init(&p, NULL, true);
    assert_false(add(&p, "q"));
    assert_string_equal(progress_trouble(&p),
                        "your progress is not being kept: there is no home folder to keep it in");
    progress_release(&p);
}

static void the_learners_own_file_is_found(void **state)
{
    struct progress p;
    setenv("XDG_DATA_HOME", *state, 1);
    progress_init(&p, NULL, true);
    assert_true(add(&p, "q"));
    progress_release(&p);
    assert_string_equal(kept_in("backstep/progress.db"), "q");
    rename("backstep", "other");
    write_bytes("backstep", "", 0);
    progress_init(&p, NULL, true);
    assert_false(add(&p, "q"));
    assert_non_null(strstr(progress_trouble(&p), "/backstep/progress.db' cannot be reached: a part "
                                                 "of its path is a file, not a folder"));
    progress_release(&p);
}

// Runs it as somebody who is not allowed everything.
static void as_nobody(void (*check)(void))
{
    pid_t child = fork();
    if (child == 0) {
        if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) {
            _exit(2);
        }
        check();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void expect(bool holds)
{
    if (!holds) {
        _exit(1);
    }
}

static void add_in_a_closed_folder(void)
{
    struct progress p;
    progress_init(&p, "closed/p.db", true);
    expect(!add(&p, "q"));
    expect(strstr(progress_trouble(&p), "could not be written: you are not allowed to") != NULL);
    progress_release(&p);
}

static void add_to_a_closed_file(void)
{
    struct progress p;
    progress_init(&p, FILE_NAME, true);
    expect(!add(&p, "q"));
    expect(strstr(progress_trouble(&p), "can only be read") != NULL ||
           strstr(progress_trouble(&p), "you are not allowed to") != NULL);
    progress_release(&p);
}

static void what_may_not_be_written_is_told(void **state)
{
    (void)state;
    mkdir("closed", 0555);
    as_nobody(add_in_a_closed_folder);
    make_database(FILE_NAME);
    chmod(FILE_NAME, 0444);
    as_nobody(add_to_a_closed_file);
    assert_int_equal(strncmp(kept_in(FILE_NAME), "question", 8), 0);
}

// ---- Versions -----------------------------------------------------------------------------------

// As if the program had gone on: one version more than there is.
static void init_later(struct progress *p, const char *step)
{
    static const char *steps[10];
    progress_init(p, FILE_NAME, true);
    assert_true(p->version + 1 < COUNT_OF(steps));
    for (size_t i = 0; i < p->version; i++) {
        steps[i] = p->migrations[i];
    }
    steps[p->version++] = step;
    p->migrations = steps;
}

static int64_t number_in(const char *query)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open(FILE_NAME, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, query, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return number;
}

#define NEW_COLUMN "ALTER TABLE attempts ADD COLUMN seconds INTEGER NOT NULL DEFAULT 7;"

static void an_older_database_is_brought_up(void **state)
{
    (void)state;
    struct progress p;
    make_database(FILE_NAME);
    int64_t version = number_in("PRAGMA user_version");
    init_later(&p, NEW_COLUMN);
    assert_true(add(&p, "q"));
    progress_release(&p);
    assert_int_equal(number_in("PRAGMA user_version"), version + 1);
    assert_int_equal(number_in("SELECT sum(seconds) FROM attempts"), 7 * 201);
    // … and the program that made it leaves it alone.
    assert_refused(FILE_NAME, "was written by a newer backstep");
}

static void one_from_nothing_goes_all_the_way(void **state)
{
    (void)state;
    struct progress p;
    init_later(&p, NEW_COLUMN);
    assert_true(add(&p, "q"));
    progress_release(&p);
    assert_int_equal(number_in("SELECT sum(seconds) FROM attempts"), 7);
}

static void a_step_that_fails_changes_nothing(void **state)
{
    (void)state;
    struct progress p;
    make_database(FILE_NAME);
    init_later(&p, NEW_COLUMN "CREATE TABLE places (x);");
    assert_false(add(&p, "q"));
    assert_non_null(strstr(progress_trouble(&p), "is damaged"));
    progress_release(&p);
    assert_int_equal(number_in("PRAGMA user_version"), 1);
    assert_int_equal(number_in("SELECT count(*) FROM pragma_table_info('attempts')"
                               " WHERE name = 'seconds'"),
                     0);
    assert_int_equal(strncmp(kept_in(FILE_NAME), "question", 8), 0);
}

// Several programs begin with the same old database: one brings it up, the others see that it did.
static void several_bring_it_up_at_once(void **state)
{
    (void)state;
    enum { PROGRAMS = 6 };
    make_database(FILE_NAME);
    for (int k = 0; k < PROGRAMS; k++) {
        if (fork() == 0) {
            struct progress p;
            init_later(&p, NEW_COLUMN);
            add(&p, "q");
            progress_release(&p);
            _exit(0);
        }
    }
    for (int k = 0, status; k < PROGRAMS; k++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(number_in("SELECT sum(seconds) FROM attempts"), 7 * (200 + PROGRAMS));
}

// ---- Trouble that passes ------------------------------------------------------------------------

static void one_that_is_locked_is_tried_again(void **state)
{
    (void)state;
    struct progress p;
    sqlite3 *other;
    progress_init(&p, FILE_NAME, true);
    assert_true(add(&p, "a"));
    assert_int_equal(sqlite3_open(FILE_NAME, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_false(add(&p, "b"));
    assert_string_equal(progress_news(&p),
                        "your progress is not being kept: 'p.db' is in use by another program");
    assert_false(add(&p, "c"));
    assert_null(progress_news(&p));
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_true(add(&p, "d"));
    assert_string_equal(progress_news(&p), "your progress is being kept again");
    assert_null(progress_news(&p));
    assert_string_equal(progress_trouble(&p), "");
    sqlite3_close(other);
    progress_release(&p);
    assert_string_equal(kept_in(FILE_NAME), "a b c d");
}

// What waits at the end has no other chance: a program that holds the file is waited for.
static void at_the_end_a_lock_is_waited_for(void **state)
{
    (void)state;
    struct progress p;
    int held[2], status;
    char byte;
    make_database(FILE_NAME);
    assert_int_equal(pipe(held), 0);
    pid_t other = fork();
    if (other == 0) {
        sqlite3 *db;
        bool ok = sqlite3_open(FILE_NAME, &db) == SQLITE_OK &&
                  sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
                  write(held[1], "!", 1) == 1;
        usleep(2500000);
        _exit(!ok || sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK);
    }
    assert_int_equal(read(held[0], &byte, 1), 1);
    progress_init(&p, FILE_NAME, true);
    assert_false(add(&p, "late"));
    progress_release(&p);
    assert_int_equal(waitpid(other, &status, 0), other);
    assert_int_equal(status, 0);
    close(held[0]);
    close(held[1]);
    assert_non_null(strstr(kept_in(FILE_NAME), "late"));
}

// Not even to be read.
static void one_that_is_held_alone(void **state)
{
    (void)state;
    sqlite3 *other;
    make_database(FILE_NAME);
    assert_int_equal(sqlite3_open(FILE_NAME, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other,
                                  "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;"
                                  "INSERT INTO places VALUES ('x', 1); COMMIT",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_string_equal(kept_in(FILE_NAME),
                        "your progress is not being kept: 'p.db' is in use by another program");
    sqlite3_close(other);
    assert_int_equal(strncmp(kept_in(FILE_NAME), "question", 8), 0);
}

// A limit on the size of files stands for a full disk.
static void a_full_disk_is_tried_again(void **state)
{
    (void)state;
    struct progress p;
    struct rlimit limit, none;
    signal(SIGXFSZ, SIG_IGN);
    progress_init(&p, FILE_NAME, true);
    assert_true(add(&p, "a"));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &none), 0);
    limit = none;
    limit.rlim_cur = 1;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    bool added = add(&p, "b");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    assert_false(added);
    assert_non_null(strstr(progress_news(&p), "could not be written: "));
    assert_true(add(&p, "c"));
    assert_non_null(strstr(progress_news(&p), "again"));
    progress_release(&p);
    assert_string_equal(kept_in(FILE_NAME), "a b c");
}

static void one_that_is_taken_away_is_made_anew(void **state)
{
    (void)state;
    struct progress p;
    progress_init(&p, FILE_NAME, true);
    assert_true(add(&p, "a"));
    rename(FILE_NAME, "away");
    rename(FILE_NAME "-wal", "away-wal");
    rename(FILE_NAME "-shm", "away-shm");
    assert_true(add(&p, "b"));
    progress_release(&p);
    assert_string_equal(kept_in(FILE_NAME), "b");
    assert_string_equal(kept_in("away"), "a");
}

#define IN_A_FOLDER(TEST) cmocka_unit_test_setup_teardown(TEST, in_a_folder, without_it)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(everything_comes_back),
        IN_A_FOLDER(the_journal_is_for_the_owner_too),
        IN_A_FOLDER(a_script_adds_nothing),
        IN_A_FOLDER(what_was_added_outlives_a_kill),
        IN_A_FOLDER(several_programs_add_at_once),
        IN_A_FOLDER(garbage_is_left_as_it_is),
        IN_A_FOLDER(a_truncated_database_is_left_as_it_is),
        IN_A_FOLDER(a_damaged_page_is_noticed),
        IN_A_FOLDER(other_databases_are_left_as_they_are),
        IN_A_FOLDER(no_file_can_be_there),
        IN_A_FOLDER(the_learners_own_file_is_found),
        IN_A_FOLDER(what_may_not_be_written_is_told),
        IN_A_FOLDER(an_older_database_is_brought_up),
        IN_A_FOLDER(one_from_nothing_goes_all_the_way),
        IN_A_FOLDER(a_step_that_fails_changes_nothing),
        IN_A_FOLDER(several_bring_it_up_at_once),
        IN_A_FOLDER(one_that_is_locked_is_tried_again),
        IN_A_FOLDER(at_the_end_a_lock_is_waited_for),
        IN_A_FOLDER(one_that_is_held_alone),
        IN_A_FOLDER(a_full_disk_is_tried_again),
        IN_A_FOLDER(one_that_is_taken_away_is_made_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

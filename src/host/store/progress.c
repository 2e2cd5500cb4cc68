#include "store/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/files.h"
#include "store/folders.h"

#define NAME "progress.db"

enum {
    APPLICATION = 0x62737470,  // "bstp": tells our database from another program's
    PATIENCE = 1000,           // milliseconds that another program may hold the file
    LAST_PATIENCE = 10000,     // and at the end, when what still waits would be lost
    WAITING_MOST = 1000,       // attempts that wait to be kept
};

// What makes a database of version i one of version i + 1. Rows are added at the end and never
// changed: there are databases that went through them.
static const char *const migrations[] = {
    "CREATE TABLE attempts ("
    "  id INTEGER PRIMARY KEY,"
    "  question TEXT NOT NULL, version INTEGER NOT NULL, lesson TEXT NOT NULL, kind TEXT NOT NULL,"
    "  at INTEGER NOT NULL,"  // Unix time, seconds
    "  rating INTEGER NOT NULL, correct INTEGER NOT NULL, skipped INTEGER NOT NULL,"
    "  given TEXT NOT NULL, seed INTEGER NOT NULL, hints INTEGER NOT NULL);"
    "CREATE TABLE places (lesson TEXT PRIMARY KEY, passed INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE learner (salt INTEGER NOT NULL);"
    "INSERT INTO learner VALUES (random());",
};

// ---- Trouble ------------------------------------------------------------------------------------

static void close_database(struct progress *p)
{
    sqlite3_close_v2(p->database);
    p->database = NULL;
}

// What is wrong with the file, which is let go of. Always returns false.
__attribute__((format(printf, 2, 3))) static bool trouble(struct progress *p, const char *format,
                                                          ...)
{
    va_list arguments;
    char words[DIAG_WORDS];
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    text_clear(&p->trouble);
    text_add(&p->trouble, "your progress is not being kept: ");
    if (p->path != NULL) {
        text_add_char(&p->trouble, '\'');
        text_add_visible(&p->trouble, p->path, strlen(p->path));
        text_add(&p->trouble, "' ");
    }
    text_add(&p->trouble, words);
    close_database(p);
    return false;
}

// The same where nothing but the learner can mend it.
static bool damaged(struct progress *p)
{
    p->shut = true;
    return trouble(p, "is damaged; it is left as it is: move it away to start afresh");
}

// After a call of SQLite's that failed.
static bool fail(struct progress *p)
{
    int code = p->database == NULL ? SQLITE_NOMEM : sqlite3_errcode(p->database) & 0xff;
    int error = p->database == NULL ? 0 : sqlite3_system_errno(p->database);
    switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:  // it gave up waiting for a lock of the -wal's
    case SQLITE_SCHEMA:    // another program made the tables just now
        return trouble(p, "is in use by another program");
    case SQLITE_READONLY:
        return trouble(p, "can only be read");
    case SQLITE_FULL:
        return trouble(p, "could not be written: the disk is full");
    case SQLITE_NOMEM:
        return trouble(p, "could not be used: there is not enough memory");
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
        return trouble(p, "could not be written: %s", files_trouble(error == 0 ? EIO : error));
    default:
        return damaged(p);
    }
}

const char *progress_trouble(struct progress *p)
{
    return text_get(&p->trouble);
}

const char *progress_news(struct progress *p)
{
    bool bad = text_length(&p->trouble) > 0;
    if (bad == p->told) {
        return NULL;
    }
    p->told = bad;
    return bad ? text_get(&p->trouble) : "your progress is being kept again";
}

// ---- Statements ---------------------------------------------------------------------------------

static bool run(struct progress *p, const char *sql)
{
    return sqlite3_exec(p->database, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static sqlite3_stmt *prepare(struct progress *p, const char *sql)
{
    sqlite3_stmt *s = NULL;
    sqlite3_prepare_v2(p->database, sql, -1, &s, NULL);
    return s;
}

// Runs one that answers nothing, to its end.
static bool finish(sqlite3_stmt *s)
{
    bool ok = s != NULL && sqlite3_step(s) == SQLITE_DONE;
    return sqlite3_finalize(s) == SQLITE_OK && ok;
}

// The one whole number that a query answers with.
static bool ask(struct progress *p, const char *sql, int64_t *answer)
{
    sqlite3_stmt *s = prepare(p, sql);
    bool ok = s != NULL && sqlite3_step(s) == SQLITE_ROW;
    *answer = ok ? sqlite3_column_int64(s, 0) : 0;
    return sqlite3_finalize(s) == SQLITE_OK && ok;
}

// ---- Opening ------------------------------------------------------------------------------------

static bool migrate(struct progress *p, int64_t version)
{
    bool ok = true;
    for (size_t i = (size_t)version; ok && i < p->version; i++) {
        char stamp[100];
        snprintf(stamp, sizeof stamp, "PRAGMA application_id = %d; PRAGMA user_version = %zu",
                 APPLICATION, i + 1);
        ok = run(p, p->migrations[i]) && run(p, stamp);
    }
    return ok;
}

// Is it ours, and no newer than we are? It has tables only: a view or a trigger by the name of one of
// them would be a program, and need not end.
static bool is_ours(struct progress *p, int64_t *version)
{
    int64_t application, tables, programs;
    if (!ask(p, "PRAGMA application_id", &application) || !ask(p, "PRAGMA user_version", version) ||
        !ask(p, "SELECT count(*) FROM sqlite_schema", &tables) ||
        !ask(p, "SELECT count(*) FROM sqlite_schema WHERE type <> 'table'", &programs)) {
        return fail(p);
    }
    bool fresh = application == 0 && *version == 0 && tables == 0;
    if (application != APPLICATION && !fresh) {
        p->shut = true;
        return trouble(p, "is a database of another program; it is left as it is");
    }
    if (*version < 0 || (*version == 0) != fresh || programs > 0) {
        return damaged(p);
    }
    if (*version > (int64_t)p->version) {
        p->shut = true;
        return trouble(p, "was written by a newer backstep; it is left as it is");
    }
    return true;
}

// A page of the file may be damaged while others can be read: all are looked at before any is
// changed.
static bool is_whole(struct progress *p)
{
    sqlite3_stmt *s = prepare(p, "PRAGMA quick_check(1)");
    bool told = s != NULL && sqlite3_step(s) == SQLITE_ROW;
    const char *answer = told ? (const char *)sqlite3_column_text(s, 0) : NULL;
    bool whole = answer != NULL && strcmp(answer, "ok") == 0;
    sqlite3_finalize(s);
    return whole || (told ? damaged(p) : fail(p));
}

// Makes it one of the present version. Looks again once the file is ours alone: another program
// may have done it meanwhile.
static bool bring_up(struct progress *p, int64_t version)
{
    if (version == (int64_t)p->version) {
        return true;
    }
    if (!run(p, "BEGIN IMMEDIATE")) {
        return fail(p);
    }
    return is_ours(p, &version) && ((migrate(p, version) && run(p, "COMMIT")) || fail(p));
}

// SQLite reads what is missing of its last page as zeros. (Where there is a -wal beside it, that
// page may be in there.)
static bool is_cut_off(struct progress *p, const struct stat *st)
{
    enum { SECTOR = 512 };  // pages are a multiple of it
    struct stat beside;
    struct text wal;
    text_init(&wal);
    text_addf(&wal, "%s-wal", p->path);
    bool alone = stat(text_get(&wal), &beside) != 0 || beside.st_size == 0;
    text_release(&wal);
    return alone && st->st_size % SECTOR != 0;
}

// SQLite would let others read what it creates.
static bool create(struct progress *p)
{
    char *made = p->given == NULL ? folder_make(FOLDER_DATA, NAME) : NULL;
    free(made);
    if (p->given == NULL && made == NULL) {
        return trouble(p, "could not be written: its folder cannot be made");
    }
    int fd = open(p->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno != EEXIST) {
        return trouble(p, "could not be written: %s", files_trouble(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
    return true;
}

static bool connect(struct progress *p)
{
    sqlite3 *db = NULL;
    int64_t version;
    int code = sqlite3_open_v2(p->path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    p->database = db;
    if (code != SQLITE_OK) {
        return fail(p);
    }
    sqlite3_busy_timeout(db, p->patience);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    // In one transaction: another program may be making it what it is.
    if (!run(p, "BEGIN")) {
        return fail(p);
    }
    if (!is_ours(p, &version) || !is_whole(p)) {
        return false;
    }
    if (!run(p, "COMMIT")) {
        return fail(p);
    }
    if (sqlite3_db_readonly(db, "main") == 1) {
        return trouble(p, "can only be read");
    }
    // Not on every disk, nor while another program begins too; the older way is as safe.
    run(p, "PRAGMA journal_mode = WAL");
    return (run(p, "PRAGMA synchronous = FULL") || fail(p)) && bring_up(p, version);
}

static bool find_and_connect(struct progress *p, bool *there)
{
    struct stat st;
    if (p->path == NULL) {
        p->path = p->given != NULL ? mem_copy(p->given, strlen(p->given))
                                   : folder_find(FOLDER_DATA, NAME);
    }
    if (p->path == NULL) {
        return !p->keep || trouble(p, "there is no home folder to keep it in");
    }
    *there = stat(p->path, &st) == 0;
    if (!*there && errno != ENOENT) {
        return trouble(p, "cannot be reached: %s", files_trouble(errno));
    }
    if (*there && !S_ISREG(st.st_mode)) {
        return trouble(p, "is not a file");
    }
    if (*there && is_cut_off(p, &st)) {
        return damaged(p);
    }
    if (!*there && !p->keep) {
        return true;
    }
    if (!*there && !create(p)) {
        return false;
    }
    *there = true;
    return connect(p);
}

// The file was removed or replaced under us: what is written to it would be lost.
static bool has_moved(struct progress *p)
{
    int moved = 0;
    return sqlite3_file_control(p->database, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
           moved != 0;
}

// *there: false where there is no file, and none is to be made.
static bool ensure_open(struct progress *p, bool *there)
{
    *there = p->database != NULL;
    if (*there && has_moved(p)) {
        close_database(p);
    }
    return !p->shut && (p->database != NULL || find_and_connect(p, there));
}

// ---- Adding -------------------------------------------------------------------------------------

static void bind_text(sqlite3_stmt *s, int at, const char *text)
{
    sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
}

static bool insert(struct progress *p, const struct log_attempt *a)
{
    sqlite3_stmt *s =
        prepare(p, "INSERT INTO attempts (question, version, lesson, kind, at, rating,"
                   " correct, skipped, given, seed, hints)"
                   " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bind_text(s, 1, a->question);
    sqlite3_bind_int64(s, 2, a->version);
    bind_text(s, 3, a->lesson);
    bind_text(s, 4, a->kind);
    sqlite3_bind_int64(s, 5, a->when);
    sqlite3_bind_int64(s, 6, a->rating);
    sqlite3_bind_int(s, 7, a->right);
    sqlite3_bind_int(s, 8, a->skipped);
    sqlite3_bind_text(s, 9, a->given, (int)log_given(a->given), SQLITE_STATIC);
    sqlite3_bind_int64(s, 10, (int64_t)a->seed);
    sqlite3_bind_int64(s, 11, a->hints);
    return finish(s);
}

static bool wait(struct progress *p, const struct log_attempt *a)
{
    struct log_attempt copy = *a;
    const char **texts[] = {&copy.question, &copy.lesson, &copy.kind, &copy.given};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        *texts[i] = arena_copy(&p->kept, *texts[i], strlen(*texts[i]));
    }
    struct log_attempt *at =
        p->kept.failed || p->waiting.count == WAITING_MOST ? NULL : buf_push(&p->waiting, 1);
    if (at == NULL) {
        return text_length(&p->trouble) > 0 || trouble(p, "grows too fast for the memory there is");
    }
    *at = copy;
    return true;
}

// Those that wait, in one transaction.
static bool flush(struct progress *p)
{
    bool there, ok = ensure_open(p, &there) && (run(p, "BEGIN IMMEDIATE") || fail(p));
    for (size_t i = 0; ok && i < p->waiting.count; i++) {
        ok = insert(p, &BUF(struct log_attempt, &p->waiting)[i]) || fail(p);
    }
    if (ok && (run(p, "COMMIT") || fail(p))) {
        p->waiting.count = 0;
        arena_release(&p->kept);
        text_clear(&p->trouble);
        return true;
    }
    return false;
}

bool progress_add(struct progress *p, const struct log_attempt *a)
{
    if (!p->keep) {
        return true;
    }
    return wait(p, a) && flush(p);
}

static bool put_place(struct progress *p, const char *lesson, int64_t passed)
{
    sqlite3_stmt *s = prepare(p, "INSERT INTO places (lesson, passed) VALUES (?, ?)"
                                 " ON CONFLICT (lesson) DO UPDATE SET passed = excluded.passed");
    bind_text(s, 1, lesson);
    sqlite3_bind_int64(s, 2, passed);
    return finish(s);
}

bool progress_set_place(struct progress *p, const char *lesson, int64_t passed)
{
    bool there;
    return !p->keep || (ensure_open(p, &there) && (put_place(p, lesson, passed) || fail(p)));
}

// ---- Reading ------------------------------------------------------------------------------------

static const char *column_text(struct arena *arena, sqlite3_stmt *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s, column);
    const char *copy = arena_copy(arena, text == NULL ? "" : text, text == NULL ? 0 : strlen(text));
    return copy == NULL ? "" : copy;
}

static void read_attempt(struct log *log, sqlite3_stmt *s)
{
    struct log_attempt *a = buf_push(&log->attempts, 1);
    if (a != NULL) {
        *a = (struct log_attempt){
            .question = column_text(&log->arena, s, 0),
            .version = sqlite3_column_int64(s, 1),
            .lesson = column_text(&log->arena, s, 2),
            .kind = column_text(&log->arena, s, 3),
            .when = sqlite3_column_int64(s, 4),
            .rating = sqlite3_column_int64(s, 5),
            .right = sqlite3_column_int(s, 6) != 0,
            .skipped = sqlite3_column_int(s, 7) != 0,
            .given = column_text(&log->arena, s, 8),
            .seed = (uint64_t)sqlite3_column_int64(s, 9),
            .hints = sqlite3_column_int64(s, 10),
        };
    }
}

static void read_place(struct log *log, sqlite3_stmt *s)
{
    struct log_place *place = buf_push(&log->places, 1);
    if (place != NULL) {
        place->lesson = column_text(&log->arena, s, 0);
        place->passed = sqlite3_column_int64(s, 1);
    }
}

static void read_salt(struct log *log, sqlite3_stmt *s)
{
    log->salt = (uint64_t)sqlite3_column_int64(s, 0);
}

static bool each(struct progress *p, struct log *log, const char *sql,
                 void (*take)(struct log *, sqlite3_stmt *))
{
    sqlite3_stmt *s = prepare(p, sql);
    int code = s == NULL ? SQLITE_ERROR : sqlite3_step(s);
    for (; code == SQLITE_ROW; code = sqlite3_step(s)) {
        take(log, s);
    }
    return sqlite3_finalize(s) == SQLITE_OK && code == SQLITE_DONE;
}

static bool read_tables(struct progress *p, struct log *log)
{
    bool ok = each(p, log,
                   "SELECT question, version, lesson, kind, at, rating, correct, skipped, given,"
                   " seed, hints FROM attempts ORDER BY id",
                   read_attempt) &&
              each(p, log, "SELECT lesson, passed FROM places", read_place) &&
              each(p, log, "SELECT salt FROM learner", read_salt);
    log_sort(log);
    return ok;
}

// In one transaction, so that it is the state of one moment.
static bool read_all(struct progress *p, struct log *log)
{
    return (run(p, "BEGIN") && read_tables(p, log) && run(p, "COMMIT")) || fail(p);
}

bool progress_read(struct progress *p, struct log *log)
{
    bool there;
    log_init(log);
    if (!ensure_open(p, &there)) {
        return false;
    }
    bool ok = !there || read_all(p, log);
    if (ok && p->waiting.count == 0) {
        text_clear(&p->trouble);
    }
    if (!ok || log_failed(log)) {
        log_release(log);
        log_init(log);
        return false;
    }
    return true;
}

// ---- Importing ----------------------------------------------------------------------------------

static bool insert_all(struct progress *p, const struct log *log)
{
    bool ok = true;
    for (size_t i = 0; ok && i < log->attempts.count; i++) {
        ok = insert(p, &BUF(struct log_attempt, &log->attempts)[i]);
    }
    for (size_t i = 0; ok && i < log->places.count; i++) {
        const struct log_place *place = &BUF(struct log_place, &log->places)[i];
        ok = put_place(p, place->lesson, place->passed);
    }
    return ok;
}

// The file is held from the first look to the last row, so that of two programs which import the
// same nothing comes twice.
static bool merge(struct progress *p, const struct log *theirs, struct log *missing)
{
    struct log mine;
    log_init(&mine);
    if (!run(p, "BEGIN IMMEDIATE") || !read_tables(p, &mine)) {
        log_release(&mine);
        return fail(p);
    }
    log_release(missing);
    bool enough = !log_failed(&mine) && log_missing(missing, &mine, theirs);
    log_release(&mine);
    if (!enough) {
        return trouble(p, "could not be used: there is not enough memory");
    }
    return (insert_all(p, missing) && run(p, "COMMIT")) || fail(p);
}

bool progress_import(struct progress *p, const struct log *theirs, struct log *missing,
                     struct diag *d)
{
    bool there, keep = p->keep;
    log_init(missing);
    p->keep = true;
    bool ok = ensure_open(p, &there) && merge(p, theirs, missing);
    p->keep = keep;
    if (!ok) {
        log_release(missing);
        log_init(missing);
        diag_set(d, (struct span){0, 0}, "nothing was imported: %s",
                 *text_get(&p->trouble) == '\0' ? "your progress cannot be kept"
                                                : text_get(&p->trouble));
    }
    return ok;
}

// ---- Beginning and end --------------------------------------------------------------------------

void progress_init(struct progress *p, const char *path, bool keep)
{
    *p = (struct progress){.given = path,
                           .keep = keep,
                           .migrations = migrations,
                           .version = COUNT_OF(migrations),
                           .patience = PATIENCE};
    text_init(&p->trouble);
    buf_init(&p->waiting, sizeof(struct log_attempt));
    arena_init(&p->kept);
}

void progress_release(struct progress *p)
{
    if (p->waiting.count > 0) {
        p->patience = LAST_PATIENCE;
        if (p->database != NULL) {
            sqlite3_busy_timeout(p->database, p->patience);
        }
        flush(p);
    }
    close_database(p);
    free(p->path);
    text_release(&p->trouble);
    buf_release(&p->waiting);
    arena_release(&p->kept);
}

#include "store/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/files.h"
#include "store/folders.h"

#define HEADER "backstep journal 1\n"
#define SUFFIX ".journal"

enum { JOURNAL_MOST = 64 << 20 };  // bytes of a file, written or read

// ---- Records ------------------------------------------------------------------------------------

// FNV-1a, 64 bits: against torn and damaged records, not against malice.
static uint64_t add_to_sum(uint64_t sum, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sum = (sum ^ (unsigned char)s[i]) * UINT64_C(0x100000001b3);
    }
    return sum;
}

// Of a record: the fields before the sum, and the bytes.
static uint64_t sum_of(const char *fields, size_t fields_length, const char *bytes, size_t n)
{
    return add_to_sum(add_to_sum(UINT64_C(0xcbf29ce484222325), fields, fields_length), bytes, n);
}

static void add_record(struct text *out, const char *kind, size_t offset, const char *bytes,
                       size_t n)
{
    char fields[64];
    int length = snprintf(fields, sizeof fields, "%s %zu %zu ", kind, offset, n);
    text_addf(out, "%s%016" PRIx64 "\n", fields, sum_of(fields, (size_t)length, bytes, n));
    text_add_bytes(out, bytes, n);
    text_add_char(out, '\n');
}

struct record {
    const char *kind;  // not ended by a 0
    size_t kind_length;
    size_t offset, length;
    const char *bytes;
};

// A number and the one sign after it. strtoull alone would also take blanks and a minus.
static bool read_number(const char **s, int base, char after, uint64_t *number)
{
    char *end;
    if (!(text_is_digit(**s) || (base == 16 && **s >= 'a' && **s <= 'f'))) {
        return false;
    }
    *number = strtoull(*s, &end, base);
    *s = end + 1;
    return *end == after;
}

// The record at *s, which a 0 ends at `end`. False if it is not whole; else *s is past it.
static bool read_record(const char **s, const char *end, struct record *r)
{
    uint64_t offset, length, sum;
    const char *at = *s + strcspn(*s, " \n");
    *r = (struct record){.kind = *s, .kind_length = (size_t)(at - *s)};
    if (*at++ != ' ' || !read_number(&at, 10, ' ', &offset) ||
        !read_number(&at, 10, ' ', &length)) {
        return false;
    }
    size_t fields = (size_t)(at - *s);
    if (!read_number(&at, 16, '\n', &sum) || length >= (uint64_t)(end - at) || at[length] != '\n' ||
        sum != sum_of(*s, fields, at, length)) {
        return false;
    }
    r->offset = offset;
    r->length = length;
    r->bytes = at;
    *s = at + length + 1;
    return true;
}

static bool is_kind(const struct record *r, const char *kind)
{
    return r->kind_length == strlen(kind) && memcmp(r->kind, kind, r->kind_length) == 0;
}

static const char *const kinds[JOURNAL_TRACKS] = {"script", "place", "typed"};

// ---- Writing ------------------------------------------------------------------------------------

void journal_init(struct journal *j)
{
    *j = (struct journal){.fd = -1};
    for (size_t i = 0; i < JOURNAL_TRACKS; i++) {
        text_init(&j->tracks[i]);
    }
}

// What there is to keep now, track by track.
struct now {
    const char *bytes;
    size_t n;
    size_t from;  // the file has the same up to here
};

// A lesson that is on its way stays as it was.
static void look(struct journal *j, const struct tutor *t, struct text *place,
                 struct now tracks[JOURNAL_TRACKS])
{
    for (size_t i = 0; i < JOURNAL_TRACKS; i++) {
        tracks[i] = (struct now){.bytes = text_get(&j->tracks[i]), .n = text_length(&j->tracks[i])};
    }
    tracks[JOURNAL_SCRIPT].bytes = session_log(tutor_session(t), &tracks[JOURNAL_SCRIPT].n);
    const char *typed;
    size_t n;
    if (tutor_kept(t, place, &typed, &n)) {
        tracks[JOURNAL_PLACE] = (struct now){.bytes = text_get(place), .n = text_length(place)};
        tracks[JOURNAL_TYPED] = (struct now){.bytes = typed, .n = n};
    }
}

// The file has now what there is.
static void take_over(struct journal *j, const struct now tracks[JOURNAL_TRACKS])
{
    for (size_t i = 0; i < JOURNAL_TRACKS; i++) {
        if (tracks[i].bytes != j->tracks[i].bytes.data) {
            j->tracks[i].bytes.count = tracks[i].from;
            text_add_bytes(&j->tracks[i], tracks[i].bytes + tracks[i].from,
                           tracks[i].n - tracks[i].from);
        }
    }
}

void journal_pass(struct journal *j, const struct tutor *t)
{
    struct text place;
    struct now tracks[JOURNAL_TRACKS];
    text_init(&place);
    look(j, t, &place, tracks);
    take_over(j, tracks);
    text_release(&place);
}

// All of it, however often a signal comes in between. False: errno says why.
static bool write_all(int fd, const char *bytes, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t took = write(fd, bytes + done, n - done);
        if (took < 0 && errno != EINTR) {
            return false;
        }
        done += took > 0 ? (size_t)took : 0;
    }
    return true;
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void journal_sync(struct journal *j, bool idle)
{
    enum { OFTEN = 1000 };  // milliseconds
    if (j->fd >= 0 && j->unsynced && (idle || now() - j->synced >= OFTEN)) {
        // What cannot be synchronised (EINVAL) is kept as well as it can be. Elsewhere a second try
        // would succeed without what was lost.
        bool ok = fdatasync(j->fd) == 0 || errno == EINVAL;
        j->broken = ok || errno == EINTR ? j->broken : errno;
        j->unsynced = !ok;
        j->synced = now();
    }
}

bool journal_is_kept(struct journal *j)
{
    journal_sync(j, true);
    return !j->told && !j->unsynced;
}

// A record that could not be written whole is taken out again.
static bool append(struct journal *j, struct text *record)
{
    size_t n = text_length(record);
    bool ok = n > 0 && write_all(j->fd, text_get(record), n);
    int why = record->bytes.failed ? ENOMEM : errno;
    if (!ok && ftruncate(j->fd, (off_t)j->size) != 0) {
        j->broken = errno;  // the reader stops at it
    }
    errno = why;
    j->size += ok ? n : 0;
    j->unsynced |= ok;
    return ok;
}

static void close_file(struct journal *j, bool remove_it)
{
    if (remove_it && j->path != NULL) {
        unlink(j->path);
    }
    if (j->fd >= 0) {
        close(j->fd);
    }
    free(j->path);
    j->path = NULL;
    j->fd = -1;
    j->size = 0;
}

// What has changed. A new place says how much was typed there, and all of that follows.
static void add_changes(struct text *out, const struct journal *j,
                        const struct now tracks[JOURNAL_TRACKS])
{
    const struct now *place = &tracks[JOURNAL_PLACE];
    for (size_t i = 0; i < JOURNAL_TRACKS; i++) {
        const struct now *t = &tracks[i];
        if (t->from < t->n || t->n < text_length(&j->tracks[i])) {
            bool is_place = t == place;
            size_t from = is_place ? 0 : t->from;
            add_record(out, kinds[i], is_place ? tracks[JOURNAL_TYPED].n : from, t->bytes + from,
                       t->n - from);
        }
    }
}

static bool write_whole(struct journal *j, const struct now tracks[JOURNAL_TRACKS])
{
    struct text record;
    char *folder = getcwd(NULL, 0);
    text_init(&record);
    text_add(&record, HEADER);
    if (folder != NULL) {
        add_record(&record, "folder", 0, folder, strlen(folder));
    }
    add_changes(&record, j, tracks);
    bool ok = append(j, &record);
    text_release(&record);
    free(folder);
    return ok;
}

// From the name that a file is begun under, DIR/.XXXXXX, the one by which others find it.
static char *final_name(const char *hidden)
{
    const char *dot = strrchr(hidden, '.');
    struct text name;
    text_init(&name);
    text_add_bytes(&name, hidden, (size_t)(dot - hidden));
    text_addf(&name, "%s" SUFFIX, dot + 1);
    const char *whole = text_get(&name);
    char *copy = name.bytes.failed ? NULL : mem_copy(whole, text_length(&name));
    text_release(&name);
    return copy;
}

// A new file, in place of the present one if there is any. It is whole and locked before others can
// find it.
static bool start_file(struct journal *j, struct now tracks[JOURNAL_TRACKS])
{
    struct journal fresh;
    journal_init(&fresh);
    for (size_t i = 0; i < JOURNAL_TRACKS; i++) {
        tracks[i].from = 0;
    }
    char *hidden = folder_make(FOLDER_STATE, "journal/.XXXXXX");
    fresh.fd = hidden == NULL ? -1 : mkostemp(hidden, O_APPEND | O_CLOEXEC);
    fresh.path = fresh.fd < 0 ? NULL : final_name(hidden);
    // not reached: no lock on a file that nobody else knows
    bool locked = fresh.path != NULL && flock(fresh.fd, LOCK_EX | LOCK_NB) == 0;
    bool whole = locked && write_whole(&fresh, tracks);
    // not reached: the folder goes while the file is written
    bool ok = whole && rename(hidden, fresh.path) == 0;
    if (ok) {
        close_file(j, true);
        j->fd = fresh.fd;
        j->path = fresh.path;
        j->size = fresh.size;
        j->broken = 0;
        j->unsynced = true;
    } else if (fresh.fd >= 0) {
        int why = errno;
        unlink(hidden);
        close_file(&fresh, false);
        errno = why;
    }
    free(hidden);
    return ok;
}

// Where the track and what the file has part, at the start of a line. Between two looks a log grows
// or is cut: then the bytes before the shorter one's end are the same, and looking at a few is enough.
static size_t common_lines(struct journal *j, const struct now *track, size_t i)
{
    enum { LOOK = 256 };
    const char *had = text_get(&j->tracks[i]), *log = track->bytes;
    size_t n = track->n;
    size_t shorter = text_length(&j->tracks[i]) < n ? text_length(&j->tracks[i]) : n;
    size_t from = shorter > LOOK ? shorter - LOOK : 0;
    if (memcmp(had + from, log + from, shorter - from) == 0) {
        return shorter;
    }
    for (from = 0; had[from] == log[from];) {
        from++;
    }
    while (from > 0 && log[from - 1] != '\n') {
        from--;
    }
    return from;
}

static bool is_same(struct journal *j, const struct now *track, size_t i)
{
    return track->n == text_length(&j->tracks[i]) &&
           memcmp(track->bytes, text_get(&j->tracks[i]), track->n) == 0;
}

// Sets `from` of each track. False: the file has all of it.
static bool find_changes(struct journal *j, struct now tracks[JOURNAL_TRACKS])
{
    bool moved = !is_same(j, &tracks[JOURNAL_PLACE], JOURNAL_PLACE), changed = moved;
    for (size_t i = 0; i < JOURNAL_TRACKS; i++) {
        struct now *t = &tracks[i];
        bool anew = moved && i != JOURNAL_SCRIPT;
        t->from = anew ? 0 : common_lines(j, t, i);
        changed |= t->from < t->n || t->n < text_length(&j->tracks[i]);
    }
    return changed;
}

static bool append_change(struct journal *j, struct now tracks[JOURNAL_TRACKS])
{
    struct text record;
    text_init(&record);
    add_changes(&record, j, tracks);
    bool fits = j->broken == 0 && j->size + text_length(&record) <= JOURNAL_MOST;
    bool ok = fits ? append(j, &record) : start_file(j, tracks);
    text_release(&record);
    return ok;
}

static const char *tell(struct journal *j, const char *why)
{
    if (j->told) {
        return NULL;
    }
    j->told = true;
    snprintf(
        j->news, sizeof j->news,
        "what you type is no longer kept on the disk, so a crash would lose it: %s; 'save FILE' "
        "keeps it",
        why);
    return j->news;
}

// After a note that was written; anew: because the file before was broken. Whether this one is better
// is not left to the next time that the disk is told to keep it.
static const char *tell_if_broken(struct journal *j, bool anew)
{
    if (anew) {
        journal_sync(j, true);
    }
    if (j->broken != 0) {
        return tell(j, files_trouble(j->broken));
    }
    j->told = false;
    return NULL;
}

const char *journal_note(struct journal *j, const struct tutor *t)
{
    struct text place;
    struct now tracks[JOURNAL_TRACKS];
    const char *news = NULL;
    text_init(&place);
    look(j, t, &place, tracks);
    int broken = j->broken;
    if (find_changes(j, tracks) || broken != 0) {
        errno = 0;
        if (tracks[JOURNAL_SCRIPT].n + tracks[JOURNAL_PLACE].n + tracks[JOURNAL_TYPED].n >
            JOURNAL_MOST / 2) {
            news = tell(j, "the session is too long");
        } else if (!(j->fd < 0 ? start_file(j, tracks) : append_change(j, tracks))) {
            news = tell(j, files_trouble(errno));
        } else {
            take_over(j, tracks);
            news = tell_if_broken(j, broken != 0);
        }
    }
    text_release(&place);
    return news;
}

void journal_release(struct journal *j, bool left)
{
    journal_sync(j, !left);
    close_file(j, left);
    for (size_t i = 0; i < JOURNAL_TRACKS; i++) {
        text_release(&j->tracks[i]);
    }
}

// ---- Reading ------------------------------------------------------------------------------------

static void init_lost(struct journal_lost *lost)
{
    *lost = (struct journal_lost){.fd = -1};
    text_init(&lost->folder);
    for (size_t i = 0; i < JOURNAL_TRACKS; i++) {
        text_init(&lost->tracks[i]);
    }
}

void journal_leave(struct journal_lost *lost)
{
    if (lost->fd >= 0) {
        close(lost->fd);
    }
    free(lost->path);
    text_release(&lost->folder);
    for (size_t i = 0; i < JOURNAL_TRACKS; i++) {
        text_release(&lost->tracks[i]);
    }
    init_lost(lost);
}

void journal_drop(struct journal_lost *lost)
{
    if (lost->damaged > 0) {
        struct text kept;
        text_init(&kept);
        text_addf(&kept, "%s.damaged", lost->path);
        rename(lost->path, text_get(&kept));
        text_release(&kept);
    } else {
        unlink(lost->path);
    }
    journal_leave(lost);
}

// Opens a journal that no living session holds. Ours are plain files that only we can write: what
// is anything else is not looked at.
static bool open_lost(const char *path, struct journal_lost *lost)
{
    struct stat st;
    init_lost(lost);
    lost->fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool locked = lost->fd >= 0 && flock(lost->fd, LOCK_EX | LOCK_NB) == 0;
    // not reached: an open file of which nothing is known
    bool known = locked && fstat(lost->fd, &st) == 0;
    bool ours = known && S_ISREG(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 022) == 0;
    // not reached: somebody else dealt with it before we had the lock
    bool there = ours && st.st_nlink > 0;
    lost->path = there ? mem_copy(path, strlen(path)) : NULL;
    if (lost->path == NULL) {
        journal_leave(lost);
        return false;
    }
    lost->when = st.st_mtime;
    return true;
}

static bool read_file(int fd, struct text *bytes)
{
    enum { CHUNK = 1 << 16 };
    char chunk[CHUNK];
    ssize_t n = 1;
    while (n != 0 && !bytes->bytes.failed && bytes->bytes.count <= JOURNAL_MOST) {
        n = read(fd, chunk, sizeof chunk);
        // not reached: a disk that cannot be read
        if (n < 0 && errno != EINTR) {
            return false;  // not reached: as above
        }
        text_add_bytes(bytes, chunk, n > 0 ? (size_t)n : 0);
    }
    return !bytes->bytes.failed && bytes->bytes.count <= JOURNAL_MOST;
}

// False: it does not follow from what came before. *promised: what was typed at the last place.
static bool take_record(struct journal_lost *lost, const struct record *r, size_t *promised)
{
    if (is_kind(r, "folder")) {
        text_clear(&lost->folder);
        text_add_bytes(&lost->folder, r->bytes, r->length);
        return true;
    }
    for (size_t i = 0; i < JOURNAL_TRACKS; i++) {
        struct text *track = &lost->tracks[i];
        bool place = i == JOURNAL_PLACE;
        if (is_kind(r, kinds[i])) {
            if (!place && r->offset > text_length(track)) {
                return false;
            }
            track->bytes.count = place ? 0 : r->offset;
            text_add_bytes(track, r->bytes, r->length);
            if (place) {
                text_clear(&lost->tracks[JOURNAL_TYPED]);
                *promised = r->offset;
            } else if (i == JOURNAL_TYPED) {
                *promised = 0;
            }
        }
    }
    return true;
}

// Lines of statements behind a record that is not whole; at least one.
static size_t count_damaged(const char *s, const char *end)
{
    size_t lines = 0;
    while (s < end) {
        const char *newline = memchr(s, '\n', (size_t)(end - s));
        const char *next = newline == NULL ? end : newline + 1;
        bool blank = next - s <= 1, head = false;
        for (size_t i = 0; i < JOURNAL_TRACKS; i++) {
            size_t n = strlen(kinds[i]);
            head |= strncmp(s, kinds[i], n) == 0 && s[n] == ' ';
        }
        lines += !blank && !head;
        s = next;
    }
    return lines == 0 ? 1 : lines;
}

static size_t count_lines(struct text *t)
{
    size_t lines = 0, n = text_length(t);
    const char *s = text_get(t);
    for (size_t i = 0; i < n; i++) {
        lines += s[i] == '\n' || i + 1 == n;
    }
    return lines;
}

// Where the records begin. A first line that is damaged is known by the record behind it, or it is
// all that is left. NULL: the file is none of ours.
static const char *records_of(const char *s, const char *end, bool *damaged)
{
    size_t n = (size_t)(end - s), header = strlen(HEADER);
    *damaged = strncmp(s, HEADER, header) != 0;
    if (!*damaged) {
        return s + header;
    }
    for (size_t i = 1; i < n && i <= header + 1; i++) {
        struct record r;
        const char *next = s + i;
        if (read_record(&next, end, &r)) {
            return s + i;
        }
    }
    return n < header && memcmp(s, HEADER, n) == 0 ? end : NULL;
}

// False if the file is none of ours.
static bool read_lost(struct journal_lost *lost)
{
    struct text bytes;
    text_init(&bytes);
    bool ours = read_file(lost->fd, &bytes), damaged = false;
    const char *s = text_get(&bytes), *end = s + text_length(&bytes);
    s = ours ? records_of(s, end, &damaged) : NULL;
    ours = s != NULL;
    struct record r;
    size_t promised = 0;
    for (const char *next = s; ours && read_record(&next, end, &r); s = next) {
        if (!take_record(lost, &r, &promised)) {
            break;
        }
    }
    lost->damaged = ours && (damaged || s < end || promised > 0) ? count_damaged(s, end) : 0;
    text_release(&bytes);
    lost->lines = count_lines(&lost->tracks[JOURNAL_SCRIPT]);
    lost->typed = count_lines(&lost->tracks[JOURNAL_TYPED]);
    bool failed = false;
    for (size_t i = 0; i < JOURNAL_TRACKS; i++) {
        failed |= lost->tracks[i].bytes.failed;
    }
    return ours && !failed;
}

// Looks at one file of the folder; keeps it in *newest if it is newer.
static void consider(const char *path, struct journal_lost *newest)
{
    struct journal_lost lost;
    if (!open_lost(path, &lost)) {
        return;
    }
    if (!read_lost(&lost)) {
        journal_leave(&lost);
    } else if (lost.lines == 0 && lost.typed == 0 && lost.damaged == 0) {
        journal_drop(&lost);
    } else if (newest->fd >= 0 && newest->when >= lost.when) {
        journal_leave(&lost);
    } else {
        journal_leave(newest);
        *newest = lost;
    }
}

static bool is_journal(const char *name)
{
    size_t n = strlen(name);
    return name[0] != '.' && n > strlen(SUFFIX) && strcmp(name + n - strlen(SUFFIX), SUFFIX) == 0;
}

bool journal_find_lost(struct journal_lost *lost)
{
    char *folder = folder_find(FOLDER_STATE, "journal");
    DIR *files = folder == NULL ? NULL : opendir(folder);
    init_lost(lost);
    for (struct dirent *e; files != NULL && (e = readdir(files)) != NULL;) {
        char path[4096];
        if (is_journal(e->d_name) &&
            snprintf(path, sizeof path, "%s/%s", folder, e->d_name) < (int)sizeof path) {
            consider(path, lost);
        }
    }
    if (files != NULL) {
        closedir(files);
    }
    free(folder);
    return lost->fd >= 0;
}

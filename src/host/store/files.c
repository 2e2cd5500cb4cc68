#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct span nowhere = {0, 0};

const char *files_trouble(int error)
{
    static const struct {
        int error;
        const char *words;
    } troubles[] = {
        {ENOENT, "there is no such file"},
        {EACCES, "you are not allowed to"},
        {EPERM, "you are not allowed to"},
        {EISDIR, "it is a folder"},
        {ENOTDIR, "a part of its path is a file, not a folder"},
        {ELOOP, "its links lead in a circle"},
        {ENAMETOOLONG, "its name is too long"},
        {EROFS, "this disk can only be read"},
        {ENOSPC, "the disk is full"},
        {EDQUOT, "your share of the disk is used up"},
        {EFBIG, "it would be larger than a file may be"},
        {EIO, "the disk reports damage"},
        {EPIPE, "nobody reads what is written there"},
        {ENXIO, "nobody is at its other end"},
        {ETXTBSY, "it is a program that is running"},
        {EMFILE, "too many files are open"},
        {ENFILE, "too many files are open"},
        {ENOMEM, "there is not enough memory"},
        {EINTR, "interrupted"},
    };
    for (size_t i = 0; i < COUNT_OF(troubles); i++) {
        if (troubles[i].error == error) {
            return troubles[i].words;
        }
    }
    return strerror(error);
}

// As diag_quote, but of what is too long the end is kept, where the file's name is.
static const char *quote(char out[QUOTED], const char *path, size_t n)
{
    enum { MOST = 40 };  // characters, as diag_quote shows them
    size_t length = utf8_length(path, n);
    size_t from = length <= MOST ? 0 : utf8_bytes(path, n, length - MOST + 1);
    char end[QUOTED];
    snprintf(out, QUOTED, "%s%s", from > 0 ? "…" : "", diag_quote(end, path + from, n - from));
    return out;
}

// ---- Reading ------------------------------------------------------------------------------------

static bool refuse_read(const char *path, int error, struct diag *d)
{
    char quoted[QUOTED];
    quote(quoted, path, strlen(path));
    if (error == ENOENT) {
        diag_set(d, nowhere, "there is no file '%s'", quoted);
    } else if (error == EACCES) {
        diag_set(d, nowhere, "you may not read '%s'", quoted);
    } else {
        diag_set(d, nowhere, "'%s' cannot be read: %s", quoted, files_trouble(error));
    }
    return false;
}

static bool refuse_size(const char *path, size_t most, struct diag *d)
{
    char quoted[QUOTED];
    bool mega = most >= 1 << 20;
    return diag_set(d, nowhere, "'%s' is larger than %zu %s", quote(quoted, path, strlen(path)),
                    mega ? most >> 20 : most >> 10, mega ? "MB" : "KB");
}

// A signal came in between: is it to be tried again? On a disk nothing waits for long; elsewhere (a
// pipe, a terminal) somebody may have pressed Ctrl-C because it does.
static bool is_to_go_on(int fd, int error)
{
    struct stat status;
    return error == EINTR && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

// What a file says its size is may be wrong, or change: it is read until it ends.
static bool read_all(int fd, const char *path, size_t most, struct buf *bytes, struct diag *d)
{
    enum { CHUNK = 1 << 16 };
    size_t before = bytes->count;
    for (;;) {
        if (!buf_reserve(bytes, bytes->count + CHUNK)) {
            return diag_out_of_memory(d);
        }
        ssize_t n = read(fd, BUF_FROM(char, bytes, bytes->count), bytes->cap - bytes->count);
        if (n < 0 && is_to_go_on(fd, errno)) {
            continue;
        }
        if (n <= 0) {
            return n == 0 || refuse_read(path, errno, d);
        }
        bytes->count += (size_t)n;
        if (bytes->count - before > most) {
            return refuse_size(path, most, d);
        }
    }
}

// A pipe, a terminal or a device may let its reader wait for ever.
static bool is_plain(int fd, const char *path, struct diag *d)
{
    struct stat status;
    char quoted[QUOTED];
    bool known = fstat(fd, &status) == 0;
    return (known && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))) ||
           diag_set(d, nowhere, "'%s' is not a file", quote(quoted, path, strlen(path)));
}

static bool read_path(const char *path, bool found, size_t most, struct buf *bytes, struct diag *d)
{
    bool standard = !found && strcmp(path, "-") == 0;
    int how = O_RDONLY | O_CLOEXEC | O_NOCTTY | (found ? O_NONBLOCK : 0);
    int fd = standard ? STDIN_FILENO : open(path, how);
    size_t before = bytes->count;
    if (fd < 0) {
        return refuse_read(path, errno, d);
    }
    bool ok = (!found || is_plain(fd, path, d)) && read_all(fd, path, most, bytes, d);
    if (!standard) {
        close(fd);
    }
    if (!ok) {
        bytes->count = before;
    }
    return ok;
}

bool files_read(const char *path, size_t most, struct buf *bytes, struct diag *d)
{
    return read_path(path, false, most, bytes, d);
}

bool files_read_found(const char *path, size_t most, struct buf *bytes, struct diag *d)
{
    return read_path(path, true, most, bytes, d);
}

// ---- Writing ------------------------------------------------------------------------------------

// Bytes of the path up to and with its last slash: the folder that the file is in.
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

static bool is_folder(const char *path, size_t length)
{
    struct stat st;
    struct text folder;
    text_init(&folder);
    text_add_bytes(&folder, path, length);
    bool is = length == 0 || (stat(text_get(&folder), &st) == 0 && S_ISDIR(st.st_mode));
    text_release(&folder);
    return is;
}

static bool refuse_write(const char *path, int error, struct diag *d)
{
    char quoted[QUOTED];
    size_t folder = folder_length(path);
    if (error == ENOENT && !is_folder(path, folder)) {
        diag_set(d, nowhere, "there is no folder '%s'", quote(quoted, path, folder - 1));
        return diag_hint(d, "make it first, or write somewhere else");
    }
    quote(quoted, path, strlen(path));
    if (error == EACCES || error == EPERM) {
        diag_set(d, nowhere, "you may not write '%s'", quoted);
        return diag_hint(d, "choose a file in a folder of your own");
    }
    if (error == EISDIR) {
        diag_set(d, nowhere, "'%s' is a folder", quoted);
        return diag_hint(d, "name a file in it");
    }
    return diag_set(d, nowhere, "'%s' could not be written: %s", quoted, files_trouble(error));
}

// These return 0 or an error number.

static int write_all(int fd, const char *bytes, size_t n)
{
    for (size_t done = 0; done < n;) {
        ssize_t took = write(fd, bytes + done, n - done);
        if (took < 0 && !is_to_go_on(fd, errno)) {
            return errno;
        }
        done += took > 0 ? (size_t)took : 0;
    }
    return 0;
}

// What is not a file on a disk (a terminal, a pipe, /dev/full) has no old content to keep.
static int write_directly(const char *path, const char *bytes, size_t n)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    int error = fd < 0 ? errno : write_all(fd, bytes, n);
    if (fd >= 0 && close(fd) != 0 && error == 0) {
        error = errno;
    }
    return error;
}

// The streams that we were given: a file behind one must not be replaced under it.
static int stream_named(const char *path)
{
    return strcmp(path, "/dev/stdout") == 0   ? STDOUT_FILENO
           : strcmp(path, "/dev/stderr") == 0 ? STDERR_FILENO
                                              : -1;
}

// Replaces a path that is a symbolic link by what it leads to, which need not be there.
static int follow_links(struct text *path)
{
    enum { LINKS_MOST = 40, TARGET = 4096 };
    for (int i = 0; i < LINKS_MOST; i++) {
        char target[TARGET];
        ssize_t n = readlink(text_get(path), target, sizeof target);
        if (n < 0) {
            return errno == EINVAL || errno == ENOENT ? 0 : errno;
        }
        if (n == sizeof target) {
            return ENAMETOOLONG;
        }
        path->bytes.count = target[0] == '/' ? 0 : folder_length(text_get(path));
        text_add_bytes(path, target, (size_t)n);
    }
    return ELOOP;
}

// Creates a file that was not there, in the folder of `path`; its name goes to `name`.
static int create_beside(const char *path, struct text *name, int *fd)
{
    enum { TRIES = 100 };
    for (int i = 0; i < TRIES; i++) {
        text_clear(name);
        text_add_bytes(name, path, folder_length(path));
        text_addf(name, ".backstep-%ld-%d", (long)getpid(), i);
        *fd = open(text_get(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (*fd >= 0 || errno != EEXIST) {
            break;
        }
    }
    return *fd < 0 ? errno : 0;
}

// The new file belongs to whom the old one did, as far as we may say so.
static int take_after(int fd, const struct stat *old)
{
    if (fchown(fd, old->st_uid, old->st_gid) != 0 && errno != EPERM) {
        return errno;
    }
    return fchmod(fd, old->st_mode & 0777) == 0 ? 0 : errno;
}

static void sync_folder(const char *path)
{
    struct text folder;
    text_init(&folder);
    text_add_bytes(&folder, path, folder_length(path));
    text_add_char(&folder, '.');
    int fd = open(text_get(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    text_release(&folder);
}

// Writes the file beside and renames it. old: what is there now, or NULL.
static int replace(const char *path, const struct stat *old, const char *bytes, size_t n)
{
    struct text name;
    int fd, error;
    text_init(&name);
    error = create_beside(path, &name, &fd);
    if (error != 0) {
        text_release(&name);
        return error;
    }
    error = old == NULL ? 0 : take_after(fd, old);
    error = error == 0 ? write_all(fd, bytes, n) : error;
    while (error == 0 && fsync(fd) != 0 && errno != EINVAL) {
        error = is_to_go_on(fd, errno) ? 0 : errno;
    }
    error = close(fd) != 0 && error == 0 ? errno : error;
    error = error == 0 && rename(text_get(&name), path) != 0 ? errno : error;
    if (error != 0) {
        unlink(text_get(&name));
    } else {
        sync_folder(path);
    }
    text_release(&name);
    return error;
}

static int write_somehow(const char *path, const char *bytes, size_t n)
{
    struct stat st;
    int stream = stream_named(path);
    if (stream >= 0) {
        return write_all(stream, bytes, n);
    }
    bool there = stat(path, &st) == 0;
    if (!there && errno != ENOENT) {
        return errno;
    }
    if (there && S_ISDIR(st.st_mode)) {
        return EISDIR;
    }
    if (there && !S_ISREG(st.st_mode)) {
        return write_directly(path, bytes, n);
    }
    // Renaming would replace a file that its owner has closed to writing.
    if (there && access(path, W_OK) != 0) {
        return errno;
    }
    struct text target;
    text_init(&target);
    text_add(&target, path);
    int error = follow_links(&target);
    error = error == 0 ? replace(text_get(&target), there ? &st : NULL, bytes, n) : error;
    text_release(&target);
    return error;
}

bool files_write(const char *path, const char *bytes, size_t n, struct diag *d)
{
    // The last exit of whatever is written: bytes that were made while memory was refused may not
    // be whole.
    if (mem_refusals() > 0) {
        return diag_out_of_memory(d);
    }
    int error = write_somehow(path, bytes, n);
    if (error == 0) {
        mem_forgive(0);  // at most its folder was not synchronised
        return true;
    }
    return mem_refusals() > 0 ? diag_out_of_memory(d) : refuse_write(path, error, d);
}

// Runs scenarios with allocations refused, and compares each run with one that had all its memory.
//
//   faults BACKSTEP INJECT.so SCENARIOS [--only NAME] [--sample N] [--every N] [--places N] [--limits]
//          [--leaks] [-v]
//
// A run must come to the same, or end in an error that mentions memory: with a status that is not 0,
// with nothing answered before it but what the whole run answers first, and with no file but those
// of the whole run, each whole. Each allocation is refused once, and then with all that follow it.
// --sample N tries at most N allocations of a scenario, --every N each N-th. --places N tries at most N that are
// made at places in the code where none was refused yet, in this scenario or one before. --limits bounds the
// address space instead, from 40 MB up. --leaks: BACKSTEP is a build that refuses by itself and ends with
// status LEAKED_STATUS where memory is left that nothing points to (make hunt-leaks); no INJECT.so is
// loaded. -v names each fault that went wrong. The last line counts:
// "N passed, N failed".
//
// A scenario begins with `== NAME`; then `$ ARGUMENTS` (apart by blanks); then its standard input,
// and files: a line `@@ PATH`, and the file's lines. `== NAME goes on` is one whose program does not
// end at an error: its status may be 0, and its answers may differ after the error.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ARGUMENTS = 32, FILES = 16, SECONDS = 20, LEAKED_STATUS = 23 };

struct bytes {
    char *data;
    size_t n;
};

struct file {
    char *path;
    struct bytes bytes;
};

struct scenario {
    char *name;
    bool goes_on;
    char *arguments[ARGUMENTS];
    size_t count;
    struct bytes input;
    struct file files[FILES];
    size_t file_count;
};

// What a run came to.
struct run {
    int status;  // of waitpid
    bool hung;
    struct bytes out, err;
    struct file files[4 * FILES];
    size_t file_count;
};

enum verdict {
    SAME,
    REPORTED,
    SILENT,
    DIFFERENT,
    FILE_DAMAGED,
    UNMENTIONED,
    CRASHED,
    HUNG,
    LEAKED,
    VERDICTS
};

static const char *const verdict_words[VERDICTS] = {
    "the same",       "reported",     "ended well with another answer",
    "another answer", "another file", "memory unmentioned",
    "crashed",        "did not end",  "left memory",
};

struct faults {
    const char *program, *inject;
    int out, err, in;  // files in memory
    char folder[64];
    unsigned long every, sample, places;
    int slower;  // SLOWER in the environment: how many times slower this build is, or the machine
    bool limits, leaks, verbose;
    size_t totals[VERDICTS];
};

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static void *must(void *p)
{
    if (p == NULL) {
        die("faults");
    }
    return p;
}

// ---- Reading ------------------------------------------------------------------------------------

static struct bytes read_all(int fd)
{
    struct bytes b = {0};
    struct stat status;
    if (fstat(fd, &status) != 0 || lseek(fd, 0, SEEK_SET) < 0) {
        die("fstat");
    }
    b.data = must(malloc((size_t)status.st_size + 1));
    for (ssize_t n; (n = read(fd, b.data + b.n, (size_t)status.st_size - b.n)) > 0;) {
        b.n += (size_t)n;
    }
    b.data[b.n] = '\0';
    return b;
}

static struct bytes read_path(const char *path)
{
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        die(path);
    }
    struct bytes b = read_all(fd);
    close(fd);
    return b;
}

// The lines from *at to the next that begins a part.
static struct bytes take_lines(const char **at)
{
    const char *start = *at;
    while (**at != '\0' && strncmp(*at, "== ", 3) != 0 && strncmp(*at, "@@ ", 3) != 0) {
        *at += strcspn(*at, "\n");
        *at += **at == '\n';
    }
    return (struct bytes){must(strndup(start, (size_t)(*at - start))), (size_t)(*at - start)};
}

static char *take_line(const char **at)
{
    size_t n = strcspn(*at, "\n");
    char *line = must(strndup(*at, n));
    *at += n + ((*at)[n] == '\n');
    return line;
}

static bool take_scenario(const char **at, struct scenario *s)
{
    *s = (struct scenario){0};
    if (strncmp(*at, "== ", 3) != 0) {
        return false;
    }
    *at += 3;
    s->name = take_line(at);
    char *flag = strstr(s->name, " goes on");
    s->goes_on = flag != NULL;
    if (flag != NULL) {
        *flag = '\0';
    }
    s->count = 1;
    if (strncmp(*at, "$", 1) == 0) {
        char *line = take_line(at);
        for (char *word = strtok(line + 1, " "); word != NULL; word = strtok(NULL, " ")) {
            s->arguments[s->count++] = word;
        }
    }
    s->input = take_lines(at);
    while (strncmp(*at, "@@ ", 3) == 0) {
        *at += 3;
        struct file *f = &s->files[s->file_count++];
        f->path = take_line(at);
        f->bytes = take_lines(at);
    }
    return true;
}

// ---- Running ------------------------------------------------------------------------------------

static void empty_folder(const char *folder)
{
    struct dirent *entry;
    DIR *dir = opendir(folder);
    char path[600];
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (entry->d_type == DT_DIR) {
            empty_folder(path);
            rmdir(path);
        } else {
            unlink(path);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
}

static void write_files(const struct scenario *s, const char *folder)
{
    char path[600];
    for (size_t i = 0; i < s->file_count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, s->files[i].path);
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (fd < 0 || write(fd, s->files[i].bytes.data, s->files[i].bytes.n) < 0) {
            die(path);
        }
        close(fd);
    }
}

// A PDF says when it was made.
static void forget_date(struct bytes b)
{
    static const char key[] = "/CreationDate (D:";
    char *at = memmem(b.data, b.n, key, sizeof key - 1);
    for (at = at == NULL ? NULL : at + sizeof key - 1; at != NULL && *at >= '0' && *at <= '9';
         at++) {
        *at = '0';
    }
}

// What lies in the folder; hidden folders (the learner's own data) are left out.
static void note_files(struct run *r, const char *folder)
{
    struct dirent *entry;
    DIR *dir = opendir(folder);
    char path[600];
    while (dir != NULL && (entry = readdir(dir)) != NULL && r->file_count < 4 * FILES) {
        if (entry->d_type == DT_REG) {
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            struct file *f = &r->files[r->file_count++];
            f->path = must(strdup(entry->d_name));
            f->bytes = read_path(path);
            forget_date(f->bytes);
        }
    }
    if (dir != NULL) {
        closedir(dir);
    }
}

static void become(const struct faults *f, const struct scenario *s, const char *refuse,
                   const char *count, size_t megabytes)
{
    const struct rlimit none = {0}, most = {megabytes << 20, megabytes << 20};
    char *argv[ARGUMENTS + 1] = {(char *)"backstep"};
    memcpy(argv + 1, s->arguments + 1, (s->count - 1) * sizeof *argv);
    sigset_t none_blocked;
    sigemptyset(&none_blocked);
    sigprocmask(SIG_SETMASK, &none_blocked, NULL);
    setpgid(0, 0);
    setrlimit(RLIMIT_CORE, &none);
    if (chdir(f->folder) != 0 || dup2(f->in, 0) < 0 || dup2(f->out, 1) < 0 || dup2(f->err, 2) < 0) {
        _exit(126);
    }
    setenv("HOME", f->folder, 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    if (refuse != NULL) {
        setenv("BACKSTEP_REFUSE", refuse, 1);
    }
    if (f->places > 0) {
        char path[80];
        snprintf(path, sizeof path, "%s.places", f->folder);
        setenv("BACKSTEP_PLACES", path, 1);
        personality(ADDR_NO_RANDOMIZE);
    }
    if (count != NULL) {
        setenv("BACKSTEP_COUNT", count, 1);
    }
    if (f->leaks) {
        setenv("LSAN_OPTIONS", "exitcode=23:handle_segv=0:handle_sigill=0:print_suppressions=0", 1);
    } else if (refuse != NULL || count != NULL) {
        setenv("LD_PRELOAD", f->inject, 1);
    }
    if (megabytes > 0) {
        setrlimit(RLIMIT_AS, &most);
    }
    execv(f->program, argv);
    _exit(127);
}

static void run(const struct faults *f, const struct scenario *s, const char *refuse,
                const char *count, size_t megabytes, struct run *r)
{
    *r = (struct run){0};
    empty_folder(f->folder);
    write_files(s, f->folder);
    int streams[] = {f->out, f->err, f->in};
    for (size_t i = 0; i < 3; i++) {
        if (ftruncate(streams[i], 0) != 0 || lseek(streams[i], 0, SEEK_SET) < 0) {
            die("ftruncate");
        }
    }
    if (write(f->in, s->input.data, s->input.n) < 0 || lseek(f->in, 0, SEEK_SET) < 0) {
        die("write");
    }
    pid_t pid = fork();
    if (pid == 0) {
        become(f, s, refuse, count, megabytes);
    }
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    const struct timespec patience = {.tv_sec = SECONDS * f->slower};
    while (waitpid(pid, &r->status, WNOHANG) == 0) {
        if (sigtimedwait(&child, NULL, &patience) < 0 && errno == EAGAIN) {
            r->hung = true;
            kill(-pid, SIGKILL);
            waitpid(pid, &r->status, 0);
            break;
        }
    }
    kill(-pid, SIGKILL);  // what it left behind
    r->out = read_all(f->out);
    r->err = read_all(f->err);
    note_files(r, f->folder);
}

static void release(struct run *r)
{
    free(r->out.data);
    free(r->err.data);
    for (size_t i = 0; i < r->file_count; i++) {
        free(r->files[i].path);
        free(r->files[i].bytes.data);
    }
}

// ---- Judging ------------------------------------------------------------------------------------

static bool equal(struct bytes a, struct bytes b)
{
    return a.n == b.n && memcmp(a.data, b.data, a.n) == 0;
}

static const struct file *find(const struct file *files, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(files[i].path, path) == 0) {
            return &files[i];
        }
    }
    return NULL;
}

// Each file is what it was before, or what it is in the end; all: the end's, and all of them.
static bool files_whole(const struct scenario *s, const struct run *r, const struct run *whole,
                        bool all)
{
    for (size_t i = 0; i < r->file_count; i++) {
        const struct file *f = &r->files[i];
        const struct file *end = find(whole->files, whole->file_count, f->path);
        const struct file *before = find(s->files, s->file_count, f->path);
        bool is_end = end != NULL && equal(f->bytes, end->bytes);
        bool is_before = before != NULL && equal(f->bytes, before->bytes);
        if (!is_end && (all || !is_before)) {
            return false;
        }
    }
    return !all || r->file_count == whole->file_count;
}

// Is the line one of text?
static bool has_line(struct bytes text, const char *line, size_t n)
{
    const char *at = text.data;
    while (at < text.data + text.n) {
        size_t length = strcspn(at, "\n");
        if (length == n && memcmp(at, line, n) == 0) {
            return true;
        }
        at += length + 1;
    }
    return false;
}

static bool mentions(struct bytes text, struct bytes whole)
{
    for (const char *at = text.data; at < text.data + text.n;) {
        size_t n = strcspn(at, "\n");
        const char *word = strcasestr(at, "memory");
        if (word != NULL && word < at + n && !has_line(whole, at, n)) {
            return true;
        }
        at += n + 1;
    }
    return false;
}

// Is there a line about memory that the whole run does not have?
static bool mentions_memory(const struct run *r, const struct run *whole)
{
    return mentions(r->out, whole->out) || mentions(r->err, whole->err);
}

// Standard output begins as that of the whole run does, up to its end or to an error: that is all
// there is, but where the program goes on.
static bool begins_alike(struct bytes out, struct bytes whole, bool goes_on)
{
    size_t same = 0;
    while (same < out.n && same < whole.n && out.data[same] == whole.data[same]) {
        same++;
    }
    if (same == out.n) {
        return true;
    }
    while (same > 0 && out.data[same - 1] != '\n') {
        same--;
    }
    const char *rest = out.data + same;
    if (goes_on) {
        const char *error = strstr(rest, "error: ");
        return error != NULL && memchr(rest, '\n', (size_t)(error - rest)) == NULL;
    }
    return strncmp(rest, "{\"kind\":\"error\"", 15) == 0 &&
           strchr(rest, '\n') == out.data + out.n - 1;
}

static enum verdict judge(const struct scenario *s, const struct run *r, const struct run *whole)
{
    bool alike = r->status == whole->status && equal(r->out, whole->out);
    if (r->hung) {
        return HUNG;
    }
    if (WIFEXITED(r->status) && WEXITSTATUS(r->status) == LEAKED_STATUS) {
        return LEAKED;
    }
    if (!WIFEXITED(r->status) || WEXITSTATUS(r->status) >= 126) {
        return CRASHED;
    }
    if (alike && equal(r->err, whole->err)) {
        return files_whole(s, r, whole, true) ? SAME : FILE_DAMAGED;
    }
    if (!mentions_memory(r, whole)) {
        return WEXITSTATUS(r->status) == 0 ? SILENT : UNMENTIONED;
    }
    if (!files_whole(s, r, whole, false)) {
        return FILE_DAMAGED;
    }
    if (WEXITSTATUS(r->status) == 0 && !s->goes_on && WEXITSTATUS(whole->status) == 0) {
        return SILENT;
    }
    return begins_alike(r->out, whole->out, s->goes_on) ? REPORTED : DIFFERENT;
}

static void try(struct faults *f, const struct scenario *s, const char *refuse, size_t megabytes,
                const struct run *whole, size_t counts[VERDICTS])
{
    struct run r;
    run(f, s, refuse, NULL, megabytes, &r);
    enum verdict v = judge(s, &r, whole);
    counts[v]++;
    if (v > REPORTED && f->verbose) {
        if (refuse != NULL) {
            printf("  %s: allocation %s: %s\n", s->name, refuse, verdict_words[v]);
        } else {
            printf("  %s: %zu MB: %s\n", s->name, megabytes, verdict_words[v]);
        }
        if (v == UNMENTIONED || v == LEAKED) {
            printf("%.300s%.300s", r.out.data, r.err.data);
        }
    }
    release(&r);
}

static unsigned long count_allocations(const struct faults *f, const struct scenario *s,
                                       struct run *whole)
{
    char path[80];
    snprintf(path, sizeof path, "%s.count", f->folder);
    run(f, s, NULL, path, 0, whole);
    struct bytes b = read_path(path);
    unsigned long count = strtoul(b.data, NULL, 10);
    free(b.data);
    unlink(path);
    return count;
}

// How many bytes the list of places has.
static off_t places_known(const struct faults *f)
{
    char path[80];
    struct stat status;
    snprintf(path, sizeof path, "%s.places", f->folder);
    return stat(path, &status) == 0 ? status.st_size : 0;
}

static void try_places(struct faults *f, const struct scenario *s, const struct run *whole,
                       size_t counts[VERDICTS])
{
    off_t before = -1;
    for (unsigned long n = 0; n < f->places && places_known(f) != before; n++) {
        before = places_known(f);
        try(f, s, n % 3 == 1 ? "new+" : "new", 0, whole, counts);
    }
}

static void try_scenario(struct faults *f, const struct scenario *s)
{
    struct run whole;
    size_t counts[VERDICTS] = {0};
    char refuse[32];
    unsigned long count = count_allocations(f, s, &whole);
    if (f->verbose && WEXITSTATUS(whole.status) != 0) {
        printf("  %s: the whole run ends with %d: %s", s->name, WEXITSTATUS(whole.status),
               whole.err.data);
    }
    for (size_t megabytes = 40; f->limits && megabytes <= 104; megabytes += 4) {
        try(f, s, NULL, megabytes, &whole, counts);
    }
    unsigned long step = f->sample > 0 && count > f->sample ? count / f->sample : f->every;
    try_places(f, s, &whole, counts);
    for (unsigned long n = (step + 1) / 2; !f->limits && f->places == 0 && n <= count; n += step) {
        for (int from_then_on = 0; from_then_on < 2; from_then_on++) {
            snprintf(refuse, sizeof refuse, "%lu%s", n, from_then_on ? "+" : "");
            try(f, s, refuse, 0, &whole, counts);
        }
    }
    printf("%-24s %6lu allocations:", s->name, count);
    for (size_t v = 0; v < VERDICTS; v++) {
        f->totals[v] += counts[v];
        if (counts[v] > 0) {
            printf(" %zu %s;", counts[v], verdict_words[v]);
        }
    }
    printf("\n");
    fflush(stdout);
    release(&whole);
}

static unsigned long next_number(char **argv, int *i)
{
    char *word = argv[*i + 1] == NULL ? NULL : argv[++*i];
    unsigned long n = word == NULL ? 0 : strtoul(word, NULL, 10);
    return n == 0 ? 1 : n;
}

int main(int argc, char **argv)
{
    const char *only = NULL;
    struct faults f = {.every = 1, .folder = "/tmp/backstep-faults-XXXXXX"};
    if (argc < 4 || mkdtemp(f.folder) == NULL) {
        fprintf(stderr, "faults BACKSTEP INJECT.so SCENARIOS [options]\n");
        return 2;
    }
    const char *slower = getenv("SLOWER");
    f.slower = slower == NULL || atoi(slower) < 1 ? 1 : atoi(slower);
    f.program = must(realpath(argv[1], NULL));
    f.inject = must(realpath(argv[2], NULL));
    for (int i = 4; i < argc; i++) {
        if (strcmp(argv[i], "--every") == 0) {
            f.every = next_number(argv, &i);
        } else if (strcmp(argv[i], "--sample") == 0) {
            f.sample = next_number(argv, &i);
        } else if (strcmp(argv[i], "--places") == 0) {
            f.places = next_number(argv, &i);
        } else if (strcmp(argv[i], "--only") == 0) {
            only = argv[++i];
        } else if (strcmp(argv[i], "--limits") == 0) {
            f.limits = true;
        } else if (strcmp(argv[i], "--leaks") == 0) {
            f.leaks = true;
        } else {
            f.verbose = true;
        }
    }
    f.out = memfd_create("out", MFD_CLOEXEC);
    f.err = memfd_create("err", MFD_CLOEXEC);
    f.in = memfd_create("in", MFD_CLOEXEC);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);

    struct bytes text = read_path(argv[3]);
    const char *at = strstr(text.data, "== ");
    struct scenario s;
    while (at != NULL && take_scenario(&at, &s)) {
        if (only == NULL || strcmp(only, s.name) == 0) {
            try_scenario(&f, &s);
        }
    }
    char places[80];
    snprintf(places, sizeof places, "%s.places", f.folder);
    unlink(places);
    empty_folder(f.folder);
    rmdir(f.folder);
    size_t good = f.totals[SAME] + f.totals[REPORTED], all = 0;
    for (size_t v = 0; v < VERDICTS; v++) {
        all += f.totals[v];
        printf("%zu %s%s", f.totals[v], verdict_words[v], v + 1 < VERDICTS ? "; " : "\n");
    }
    printf("%zu passed, %zu failed\n", good, all - good);
    return good != all;
}

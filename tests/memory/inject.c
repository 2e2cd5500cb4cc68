// Loaded into backstep with LD_PRELOAD, this refuses allocations on purpose. Linked into it instead
// (INJECT_LINKED), it leaves the C library's functions to a sanitizer that looks for leaks, and refuses
// only what backstep and the libraries in it ask for.
//
//   BACKSTEP_REFUSE=120        the 120th allocation after the start fails, once
//   BACKSTEP_REFUSE=120+       it and all that follow fail
//   BACKSTEP_REFUSE=new        the first at a place where none failed yet: the places, which are the last few
//   BACKSTEP_PLACES=FILE       functions that called one another, are added to that file (new+: as above)
//   BACKSTEP_COUNT=FILE        the number of allocations is written there at the end
//   BACKSTEP_INTERRUPT=3       each third read, write and fsync of ours fails with EINTR, once
//   BACKSTEP_SHORT=5           reads and writes of ours take 5 bytes at most
//   BACKSTEP_TRACE=1           the place of each refusal goes to standard error
//
// Allocations are those of the program and of the libraries in it, the C library included; what it
// starts, or forks, is left alone. The same command line refuses the same allocation each time.
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef INJECT_LINKED
#define OURS(name) __wrap_##name
#define THEIRS(name) __real_##name
#else
#define OURS(name) name
#define THEIRS(name) __libc_##name
#endif

void *THEIRS(malloc)(size_t n);
void *THEIRS(calloc)(size_t count, size_t n);
void *THEIRS(realloc)(void *old, size_t n);

static bool on;              // counting, and refusing
static unsigned long made;   // allocations so far
static unsigned long first;  // to be refused; 0: none
static bool all_after, traced;
static char count_to[4096];
// The file of BACKSTEP_PLACES, while the first allocation at a new place is to be refused; else -1.
static int places = -1;

static void tell(void)
{
    void *frames[40];
    on = false;
    int n = backtrace(frames, 40);
    dprintf(STDERR_FILENO, "refused %lu:\n", made);
    backtrace_symbols_fd(frames + 2, n - 2, STDERR_FILENO);
    on = true;
}

// Is this an allocation of a place that is not in the file? It is added. (The program lies at the same addresses
// each time: faults.c sees to that.)
static bool is_new_place(void)
{
    enum { MOST = 1 << 16, SKIPPED = 3, FUNCTIONS = 9 };
    static uint64_t known[MOST];
    static size_t count;
    void *frames[SKIPPED + FUNCTIONS];
    uint64_t hash = 1;
    on = false;
    int n = backtrace(frames, SKIPPED + FUNCTIONS);
    on = true;
    for (int i = SKIPPED; i < n; i++) {
        hash = (hash ^ (uint64_t)(uintptr_t)frames[i]) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    if (count == 0) {
        ssize_t bytes = syscall(SYS_pread64, places, known, sizeof known, 0);
        count = bytes > 0 ? (size_t)bytes / sizeof *known : 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (known[i] == hash) {
            return false;
        }
    }
    return count < MOST && syscall(SYS_write, places, &hash, sizeof hash) == sizeof hash;
}

#ifdef BS_COVERAGE  // make coverage: a program writes its counts when it ends, and needs memory for that
static void relent(void)
{
    on = false;
}
#endif

// Is this one refused?
static bool refuse(void)
{
    if (!on) {
        return false;
    }
    made++;
#ifdef BS_COVERAGE
    if (made == 1) {
        on = false;
        atexit(relent);
        on = true;
    }
#endif
    if (places >= 0 && is_new_place()) {
        first = made;
        close(places);
        places = -1;
    }
    if (first == 0 || made < first || (made > first && !all_after)) {
        return false;
    }
    if (traced && made == first) {
        tell();
    }
    errno = ENOMEM;
    return true;
}

void *OURS(malloc)(size_t n)
{
    return refuse() ? NULL : THEIRS(malloc)(n);
}

void *OURS(calloc)(size_t count, size_t n)
{
    return refuse() ? NULL : THEIRS(calloc)(count, n);
}

void *OURS(realloc)(void *old, size_t n)
{
    return refuse() ? NULL : THEIRS(realloc)(old, n);
}

#ifndef INJECT_LINKED
void *__libc_memalign(size_t align, size_t n);

void *memalign(size_t align, size_t n)
{
    return refuse() ? NULL : __libc_memalign(align, n);
}

void *aligned_alloc(size_t align, size_t n)
{
    return memalign(align, n);
}

int posix_memalign(void **at, size_t align, size_t n)
{
    void *block = memalign(align, n);
    if (block == NULL) {
        return ENOMEM;
    }
    *at = block;
    return 0;
}
#endif

// ---- Reading and writing ------------------------------------------------------------------------

#ifndef INJECT_LINKED
static unsigned long interrupt_each, calls;
static size_t most;
static bool interrupted;

// Never twice in a row: what is tried again gets through.
static bool interrupt(void)
{
    interrupted = interrupt_each > 0 && !interrupted && ++calls % interrupt_each == 0;
    errno = interrupted ? EINTR : errno;
    return interrupted;
}

static size_t few(size_t n)
{
    return most > 0 && n > most ? most : n;
}

ssize_t read(int fd, void *bytes, size_t n)
{
    return interrupt() ? -1 : syscall(SYS_read, fd, bytes, few(n));
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    return interrupt() ? -1 : syscall(SYS_write, fd, bytes, few(n));
}

int fsync(int fd)
{
    return interrupt() ? -1 : (int)syscall(SYS_fsync, fd);
}
#endif

#ifndef INJECT_LINKED
static unsigned long number_of(const char *variable)
{
    const char *word = getenv(variable);
    unsigned long n = word == NULL ? 0 : strtoul(word, NULL, 10);
    unsetenv(variable);
    return n;
}
#endif

// Before the destructors: the program's own is to write down what was run, in a build that counts it.
static void refuse_no_more(void)
{
    on = false;
}

static void leave_alone(void)
{
    on = false;
    count_to[0] = '\0';
}

__attribute__((constructor)) static void begin(void)
{
    const char *which = getenv("BACKSTEP_REFUSE"), *count = getenv("BACKSTEP_COUNT");
    const char *list = getenv("BACKSTEP_PLACES");
    traced = getenv("BACKSTEP_TRACE") != NULL;
    places = which == NULL || list == NULL
                 ? -1
                 : open(list, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (traced || places >= 0) {
        void *frame[1];
        backtrace(frame, 1);  // it loads what it needs, and allocates, the first time
    }
    if (which != NULL) {
        first = strtoul(which, NULL, 10);
        all_after = strchr(which, '+') != NULL;
    }
    if (count != NULL) {
        snprintf(count_to, sizeof count_to, "%s", count);
    }
#ifndef INJECT_LINKED
    interrupt_each = number_of("BACKSTEP_INTERRUPT");
    most = number_of("BACKSTEP_SHORT");
#endif
    unsetenv("LD_PRELOAD");
    unsetenv("BACKSTEP_REFUSE");
    unsetenv("BACKSTEP_COUNT");
    unsetenv("BACKSTEP_PLACES");
    pthread_atfork(NULL, NULL, leave_alone);
    atexit(refuse_no_more);
    on = which != NULL || count != NULL;
}

__attribute__((destructor)) static void end(void)
{
    on = false;
    int fd = count_to[0] == '\0' ? -1 : open(count_to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd >= 0) {
        dprintf(fd, "%lu\n", made);
        close(fd);
    }
}

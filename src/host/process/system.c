#include "process/system.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#if SYSTEM_LINUX
#include <sys/mman.h>
#include <sys/random.h>
#endif
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif
#if defined __FreeBSD__ || defined __DragonFly__
#include <sys/sysctl.h>
#endif

// ---- Files and programs -------------------------------------------------------------------------

bool system_own_path(char path[PATH_MAX])
{
#if defined __APPLE__
    char told[PATH_MAX];
    uint32_t size = sizeof told;
    return _NSGetExecutablePath(told, &size) == 0 && realpath(told, path) != NULL;
#elif defined __FreeBSD__ || defined __DragonFly__
    int what[] = {CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1};
    size_t size = PATH_MAX;
    return sysctl(what, 4, path, &size, NULL, 0) == 0;
#else
    const char *const links[] = {"/proc/self/exe", "/proc/curproc/exe", "/proc/curproc/file"};
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        ssize_t n = readlink(links[i], path, PATH_MAX - 1);
        if (n > 0) {
            path[n] = '\0';
            return true;
        }
    }
    return false;
#endif
}

int system_scratch(const char *name)
{
#if SYSTEM_LINUX
    return memfd_create(name, MFD_CLOEXEC);
#else
    const char *folder = getenv("TMPDIR");
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/backstep-%s-XXXXXX", folder == NULL ? "/tmp" : folder,
                     name);
    if (n >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int file = mkstemp(path);
    if (file >= 0) {
        unlink(path);
        fcntl(file, F_SETFD, FD_CLOEXEC);
    }
    return file;
#endif
}

void system_limit_memory(pid_t pid, size_t bytes)
{
#if SYSTEM_LINUX
    const struct rlimit limit = {.rlim_cur = bytes, .rlim_max = bytes};
    prlimit(pid, RLIMIT_AS, &limit, NULL);
#else
    (void)pid, (void)bytes;
#endif
}

int system_close_rest(posix_spawn_file_actions_t *actions)
{
#if SYSTEM_LINUX && defined __GLIBC__ && __GLIBC_PREREQ(2, 34)
    return posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
#else
    (void)actions;
    return 0;
#endif
}

void system_fresh_blocks(void)
{
#ifdef __GLIBC__  // it would keep larger and larger blocks for itself
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

bool system_random(void *bytes, size_t n)
{
#if SYSTEM_LINUX
    return getrandom(bytes, n, 0) == (ssize_t)n;
#else
    int file = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    bool ok = file >= 0 && read(file, bytes, n) == (ssize_t)n;
    if (file >= 0) {
        close(file);
    }
    return ok;
#endif
}

// ---- Pipes and connections ----------------------------------------------------------------------

#if !SYSTEM_LINUX
static void keep_to_ourselves(int end)
{
    fcntl(end, F_SETFD, FD_CLOEXEC);
#ifdef SO_NOSIGPIPE
    const int on = 1;
    setsockopt(end, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
}

static int never_wait(int end)
{
    if (end >= 0) {
        keep_to_ourselves(end);
        fcntl(end, F_SETFL, O_NONBLOCK);
    }
    return end;
}
#endif

int64_t system_worked(pid_t pid)
{
#if SYSTEM_LINUX
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(pid, &clock) == 0 && clock_gettime(clock, &t) == 0) {
        return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
    }
#endif
    (void)pid;
    return -1;
}

int system_pipe(int ends[2])
{
#if SYSTEM_LINUX
    return pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
#else
    if (pipe(ends) != 0) {
        return errno;
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
#endif
}

int system_pair(int ends[2])
{
#if SYSTEM_LINUX
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0 ? 0 : errno;
#else
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        return errno;
    }
    keep_to_ourselves(ends[0]);
    keep_to_ourselves(ends[1]);
    return 0;
#endif
}

void system_pipe_size(int end, int bytes)
{
#if SYSTEM_LINUX
    fcntl(end, F_SETPIPE_SZ, bytes);
#else
    (void)end, (void)bytes;
#endif
}

int system_socket(void)
{
#if SYSTEM_LINUX
    return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
#else
    return never_wait(socket(AF_INET, SOCK_STREAM, 0));
#endif
}

int system_accept(int listener, struct sockaddr_in *from)
{
    socklen_t size = sizeof *from;
#if SYSTEM_LINUX
    return accept4(listener, (struct sockaddr *)from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
    return never_wait(accept(listener, (struct sockaddr *)from, &size));
#endif
}

ssize_t system_send(int socket, const void *bytes, size_t n)
{
#ifdef MSG_NOSIGNAL
    return send(socket, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
#else
    return send(socket, bytes, n, MSG_DONTWAIT);  // SO_NOSIGPIPE is set
#endif
}

// ---- Waiting ------------------------------------------------------------------------------------

#if SYSTEM_LINUX
int system_wait(struct pollfd *polls, nfds_t count, const sigset_t *mask)
{
    return ppoll(polls, count, NULL, mask);
}
#else
int system_wait(struct pollfd *polls, nfds_t count, const sigset_t *mask)
{
    fd_set in, out;
    int most = -1;
    FD_ZERO(&in);
    FD_ZERO(&out);
    for (nfds_t i = 0; i < count; i++) {
        int end = polls[i].fd;
        if (end < 0 || end >= FD_SETSIZE) {
            continue;
        }
        if ((polls[i].events & POLLIN) != 0) {
            FD_SET(end, &in);
        }
        if ((polls[i].events & POLLOUT) != 0) {
            FD_SET(end, &out);
        }
        most = end > most ? end : most;
    }
    int ready = pselect(most + 1, &in, &out, NULL, NULL, mask);
    for (nfds_t i = 0; i < count; i++) {
        int end = polls[i].fd;
        bool counts = ready > 0 && end >= 0 && end < FD_SETSIZE;
        polls[i].revents = (short)((counts && FD_ISSET(end, &in) ? POLLIN : 0) |
                                   (counts && FD_ISSET(end, &out) ? POLLOUT : 0));
    }
    return ready;
}
#endif

enum { NANO = 1000000000 };

#if SYSTEM_LINUX
struct system_alarm {
    timer_t timer;
    void (*ring)(void *what);
    void *what;
};

static void on_time(union sigval value)
{
    const struct system_alarm *alarm = value.sival_ptr;
    alarm->ring(alarm->what);
}

struct system_alarm *system_alarm_new(void (*ring)(void *what), void *what)
{
    struct system_alarm *alarm = malloc(sizeof *alarm);
    struct sigevent event = {.sigev_notify = SIGEV_THREAD,
                             .sigev_value.sival_ptr = alarm,
                             .sigev_notify_function = on_time};
    if (alarm != NULL) {
        *alarm = (struct system_alarm){.ring = ring, .what = what};
        if (timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &alarm->timer) != 0) {
            free(alarm);
            alarm = NULL;
        }
    }
    return alarm;
}

void system_alarm_free(struct system_alarm *alarm)
{
    if (alarm != NULL) {
        timer_delete(alarm->timer);
        free(alarm);
    }
}

void system_alarm_set(struct system_alarm *alarm, double seconds)
{
    int64_t nanoseconds = (int64_t)(seconds * NANO);
    struct itimerspec once = {
        .it_value = {.tv_sec = nanoseconds / NANO, .tv_nsec = nanoseconds % NANO}};
    timer_settime(alarm->timer, 0, &once, NULL);
}
#else
// A thread that sleeps as long as the processor time could at the earliest be used up, and looks.
struct system_alarm {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int64_t at;  // nanoseconds of processor time; 0: nothing is set
    bool ended;
    void (*ring)(void *what);
    void *what;
};

static int64_t nanoseconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * NANO + t.tv_nsec;
}

static void *sleep_and_look(void *closure)
{
    struct system_alarm *alarm = closure;
    pthread_mutex_lock(&alarm->mutex);
    while (!alarm->ended) {
        int64_t left = alarm->at - nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
        if (alarm->at == 0) {
            pthread_cond_wait(&alarm->changed, &alarm->mutex);
        } else if (left > 0) {
            int64_t until = nanoseconds(CLOCK_REALTIME) + left;
            struct timespec t = {.tv_sec = (time_t)(until / NANO), .tv_nsec = (long)(until % NANO)};
            pthread_cond_timedwait(&alarm->changed, &alarm->mutex, &t);
        } else {
            alarm->at = 0;
            alarm->ring(alarm->what);
        }
    }
    pthread_mutex_unlock(&alarm->mutex);
    return NULL;
}

struct system_alarm *system_alarm_new(void (*ring)(void *what), void *what)
{
    struct system_alarm *alarm = malloc(sizeof *alarm);
    sigset_t all, before;
    if (alarm == NULL) {
        return NULL;
    }
    *alarm = (struct system_alarm){.ring = ring, .what = what};
    pthread_mutex_init(&alarm->mutex, NULL);
    pthread_cond_init(&alarm->changed, NULL);
    sigfillset(&all);  // Ctrl-C is for the thread that reads
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int error = pthread_create(&alarm->thread, NULL, sleep_and_look, alarm);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        free(alarm);
        alarm = NULL;
    }
    return alarm;
}

static void change(struct system_alarm *alarm, int64_t at, bool ended)
{
    pthread_mutex_lock(&alarm->mutex);
    alarm->at = at;
    alarm->ended = ended;
    pthread_cond_signal(&alarm->changed);
    pthread_mutex_unlock(&alarm->mutex);
}

void system_alarm_free(struct system_alarm *alarm)
{
    if (alarm != NULL) {
        change(alarm, 0, true);
        pthread_join(alarm->thread, NULL);
        pthread_cond_destroy(&alarm->changed);
        pthread_mutex_destroy(&alarm->mutex);
        free(alarm);
    }
}

void system_alarm_set(struct system_alarm *alarm, double seconds)
{
    int64_t at = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) + (int64_t)(seconds * NANO);
    change(alarm, seconds > 0 ? at : 0, false);
}
#endif

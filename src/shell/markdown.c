#include "shell/markdown.h"

#include <cmark-gfm.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILD_SECONDS = 2 };

// ---- The child, which parses --------------------------------------------------------------------

// What it tells of a block; the info string's and the content's bytes follow.
struct found {
    size_t line, info, content;
};

static void tell(FILE *to, cmark_node *block)
{
    const char *info = cmark_node_get_fence_info(block), *content = cmark_node_get_literal(block);
    struct found found = {.line = (size_t)cmark_node_get_start_line(block),
                          .info = strlen(info),
                          .content = strlen(content)};
    fwrite(&found, sizeof found, 1, to);
    fwrite(info, 1, found.info, to);
    fwrite(content, 1, found.content, to);
}

static bool tell_all(const char *s, size_t n, FILE *to)
{
    cmark_iter *walk = cmark_iter_new(cmark_parse_document(s, n, CMARK_OPT_DEFAULT));
    for (cmark_event_type e; (e = cmark_iter_next(walk)) != CMARK_EVENT_DONE;) {
        cmark_node *node = cmark_iter_get_node(walk);
        int length, offset;
        char sign;
        if (e == CMARK_EVENT_ENTER && cmark_node_get_type(node) == CMARK_NODE_CODE_BLOCK &&
            cmark_node_get_fenced(node, &length, &offset, &sign)) {
            tell(to, node);
        }
    }
    return fflush(to) == 0;  // nothing is freed: the child ends here
}

static _Noreturn void run_child(const char *s, size_t n, int to)
{
    struct rlimit seconds = {CHILD_SECONDS, CHILD_SECONDS};
    FILE *pipe_end = fdopen(to, "w");
    bool ok = setrlimit(RLIMIT_CPU, &seconds) == 0 && pipe_end != NULL && tell_all(s, n, pipe_end);
    _exit(ok ? 0 : 1);
}

static bool read_all(int from, struct buf *bytes)
{
    enum { CHUNK = 1 << 16 };
    ssize_t got = 1;
    while (got > 0 && buf_reserve(bytes, bytes->count + CHUNK)) {
        got = read(from, BUF(char, bytes) + bytes->count, CHUNK);
        bytes->count += got > 0 ? (size_t)got : 0;
    }
    return got == 0;
}

static bool parse_in_child(const char *s, size_t n, struct buf *told, struct diag *d)
{
    int ends[2], status = 1;
    if (pipe(ends) != 0) {
        return diag_set(d, (struct span){0, 0}, "too many files are open to read one more");
    }
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        run_child(s, n, ends[1]);
    }
    close(ends[1]);
    bool ok = child > 0 && read_all(ends[0], told);
    close(ends[0]);
    if (child > 0) {
        waitpid(child, &status, 0);
    }
    return (ok && status == 0) ||
           diag_set(d, (struct span){0, 0}, "this file cannot be read as Markdown in %d seconds",
                    CHILD_SECONDS);
}

// ---- The blocks in the file ---------------------------------------------------------------------

// The lines as cmark counts them: ended by \n, \r\n or \r.
static bool split_lines(const char *s, size_t n, struct buf *lines)
{
    for (size_t i = 0; i < n; i++) {
        struct span *line = buf_push(lines, 1);
        if (line == NULL) {
            return false;
        }
        line->start = i;
        while (i < n && s[i] != '\n' && s[i] != '\r') {
            i++;
        }
        line->end = i;
        i += i + 1 < n && s[i] == '\r' && s[i + 1] == '\n';
    }
    return true;
}

// A line of the content, without its end, stands at the end of its line of the file.
static bool place_line(const char *s, struct span in_file, const char *line, size_t n,
                       struct span *place)
{
    *place = (struct span){in_file.end - n, in_file.end};
    return n <= in_file.end - in_file.start && memcmp(s + place->start, line, n) == 0;
}

static size_t count_lines(const char *content, size_t n)
{
    size_t count = 0;
    for (const char *at = content; (at = memchr(at, '\n', (size_t)(content + n - at))) != NULL;
         at++) {
        count++;
    }
    return count;
}

// Finds each line of a block's content in the file. False: out of memory.
static bool place(struct markdown *m, struct fence *f, const char *s, const struct buf *lines,
                  const char *content, size_t n)
{
    size_t count = count_lines(content, n);
    f->lines = arena_alloc(&m->arena, (count + 1) * sizeof(struct span));
    f->placed = f->lines != NULL;
    for (size_t i = 0; f->placed && i < count; i++) {
        const char *end = strchr(content, '\n');
        size_t length = (size_t)(end - content);
        length -= length > 0 && content[length - 1] == '\r';
        f->placed =
            f->line + i < lines->count &&
            place_line(s, BUF(struct span, lines)[f->line + i], content, length, &f->lines[i]);
        content = end + 1;
    }
    f->count = f->placed ? count : 0;
    return f->lines != NULL;
}

// One block of what the child told; *at moves past it.
static bool take(struct markdown *m, const char *s, const struct buf *lines, const struct buf *told,
                 size_t *at)
{
    struct found found;
    const char *bytes = told->data;
    memcpy(&found, bytes + *at, sizeof found);
    *at += sizeof found;
    struct fence *f = buf_push(&m->fences, 1);
    if (f == NULL) {
        return false;
    }
    *f = (struct fence){.line = found.line};
    f->info = arena_copy(&m->arena, bytes + *at, found.info);
    char *content = arena_copy(&m->arena, bytes + *at + found.info, found.content);
    *at += found.info + found.content;
    return f->info != NULL && content != NULL && place(m, f, s, lines, content, found.content);
}

static bool take_all(struct markdown *m, const char *s, size_t n, const struct buf *told)
{
    struct buf lines;
    buf_init(&lines, sizeof(struct span));
    bool ok = split_lines(s, n, &lines);
    for (size_t at = 0; ok && at < told->count;) {
        ok = take(m, s, &lines, told, &at);
    }
    buf_release(&lines);
    return ok;
}

bool markdown_read(struct markdown *m, const char *s, size_t n, struct diag *d)
{
    bool lesson = n >= 4 && memcmp(s, "---", 3) == 0 && (s[3] == '\n' || s[3] == '\r');
    size_t most = lesson ? MARKDOWN_LESSON_MOST : MARKDOWN_MOST;
    struct buf told;
    buf_init(&m->fences, sizeof(struct fence));
    arena_init(&m->arena);
    if (n > most) {
        return diag_set(d, (struct span){0, 0}, "this %s is larger than %zu KiB",
                        lesson ? "lesson" : "file", most / 1024);
    }
    buf_init(&told, 1);
    bool ok = parse_in_child(s, n, &told, d);
    if (ok && !take_all(m, s, n, &told)) {
        ok = diag_out_of_memory(d);
    }
    buf_release(&told);
    return ok;
}

void markdown_release(struct markdown *m)
{
    buf_release(&m->fences);
    arena_release(&m->arena);
}

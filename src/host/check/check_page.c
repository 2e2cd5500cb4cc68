#include "check/check_page.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stop.h"
#include "check/align.h"
#include "check/check_lessons.h"
#include "check/walk.h"
#include "process/tell.h"
#include "store/files.h"
#include "store/markdown.h"
#include "supply/host.h"

enum { SEED = 1 };  // as main.c's: an example can be tried by hand

// A file being checked.
struct check_page {
    struct check *check;
    const char *path, *bytes;
    size_t length;
    char *folder;         // where what it writes goes; removed in the end
    struct notes notes;   // of that tutor's session
    struct tutor *tutor;  // NULL: the next input begins one
    struct stop stop;
    bool lesson;  // else it may take its time
    struct patience patience;
    struct text blessed;  // the file as it is to be, up to the byte `copied` of it as it is
    size_t copied;
    bool changed;
};

// An input and what is expected of it: lines of a block, blank ones at the end left out.
struct unit {
    const struct fence *fence;
    size_t first, answer, end;  // the prompt's line, the first line expected, one past the last
};

// ---- Lines --------------------------------------------------------------------------------------

static struct line line_of(const struct check_page *p, const struct fence *f, size_t i)
{
    const char *s = p->bytes + f->lines[i].start;
    return (struct line){s, text_trimmed(s, f->lines[i].end - f->lines[i].start)};
}

// Bytes of a mark and the blank after it; 0 if the line has none. The mark alone is an empty input.
static size_t mark_length(struct line line, const char *sign, const char *ascii)
{
    const char *marks[] = {sign, ascii};
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        size_t n = strlen(marks[i]);
        if (line.n >= n && memcmp(line.s, marks[i], n) == 0) {
            if (line.n == n) {
                return n;
            }
            if (line.s[n] == ' ') {
                return n + 1;
            }
        }
    }
    return 0;
}

static size_t prompt_length(struct line line)
{
    return mark_length(line, "∇", ">");
}

static size_t continuation_length(struct line line)
{
    return mark_length(line, "…", ".");
}

static bool split(const char *s, size_t n, struct buf *lines)
{
    bool ok = true;
    for (const char *end = s + n; ok && s < end;) {
        const char *newline = memchr(s, '\n', (size_t)(end - s));
        size_t length = (size_t)((newline == NULL ? end : newline) - s);
        struct line *line = buf_push(lines, 1);
        ok = line != NULL;
        if (ok) {
            *line = (struct line){s, text_trimmed(s, length)};
        }
        s += length + 1;
    }
    while (lines->count > 0 && BUF(struct line, lines)[lines->count - 1].n == 0) {
        lines->count--;
    }
    return ok;
}

bool check_page_is_short(struct check *c)
{
    c->fell_short |= c->lessons.fell_short || mem_refusals() > 0;
    return c->fell_short;
}

// ---- Running ------------------------------------------------------------------------------------

// Runs a text; *out, which the caller frees, receives all that it wrote. NULL: out of memory, and
// the check has fallen short.
static enum session_state run(struct check_page *p, struct text *text, size_t line,
                              enum session_mode mode, char **out, size_t *length)
{
    enum session_state state = SESSION_FAILED;
    FILE *stream = check_page_is_short(p->check) ? NULL : open_memstream(out, length);
    if (p->tutor == NULL) {
        p->tutor = tutor_new(&(struct session_world){.stop = &p->stop, .seed = SEED});
        notes_init(&p->notes);
    }
    if (stream != NULL && p->tutor != NULL) {
        struct source source = {
            .name = p->path, .text = text_get(text), .length = text_length(text), .line = line};
        struct host host = {.tutor = p->tutor,
                            .mode = mode,
                            .out = stream,
                            .trouble = stream,
                            .folder = p->folder,
                            .strict = true,
                            .notes = &p->notes,
                            .patience = p->lesson ? &p->patience : NULL};
        state = host_run(&host, &source);
        p->check->fell_short |= host.fell_short;
    }
    bool written = stream != NULL && ferror(stream) == 0;
    if (stream == NULL || fclose(stream) != 0 || !written || *out == NULL || p->tutor == NULL ||
        check_page_is_short(p->check)) {
        free(*out);
        *out = NULL;
        p->check->fell_short = true;
    }
    return state;
}

static void end_session(struct check_page *p)
{
    if (p->tutor != NULL) {
        notes_release(&p->notes);
    }
    tutor_free(p->tutor);
    p->tutor = NULL;
}

// ---- Telling ------------------------------------------------------------------------------------

static void count(struct check_page *p, bool passed)
{
    p->check->passed += passed;
    p->check->failed += !passed;
}

static void say_line(const char *mark, struct line line)
{
    tell(stdout, "%s%.*s\n", mark, (int)line.n, line.s);
}

static void fail(struct check_page *p, size_t line, const char *why)
{
    if (check_page_is_short(p->check)) {
        return;
    }
    tell(stdout, "%s:%zu: %s\n", p->path, line, why);
    count(p, false);
}

static void say_difference(const struct line *expected, const struct line *came,
                           const struct buf *steps)
{
    for (size_t i = 0; i < steps->count; i++) {
        switch (BUF(enum align_step, steps)[i]) {
        case ALIGN_SAME:
            came++;
            say_line("    ", *expected++);
            break;
        case ALIGN_ANY:
            came++;
            break;
        case ALIGN_ANY_END:
            say_line("    ", *expected++);
            break;
        case ALIGN_CHANGED:
            say_line("  - ", *expected++);
            say_line("  + ", *came++);
            break;
        case ALIGN_MISSING:
            say_line("  - ", *expected++);
            break;
        case ALIGN_EXTRA:
            say_line("  + ", *came++);
            break;
        }
    }
}

static void say_unit(const struct check_page *p, const struct unit *u)
{
    p->check->differed = true;
    tell(stdout, "%s:%zu:\n", p->path, u->fence->line + 1 + u->first);
    for (size_t i = u->first; i < u->answer; i++) {
        say_line("    ", line_of(p, u->fence, i));
    }
}

// ---- Blessing -----------------------------------------------------------------------------------

// Where the next line of the file begins.
static size_t line_after(const struct check_page *p, size_t at)
{
    const char *newline = memchr(p->bytes + at, '\n', p->length - at);
    return newline == NULL ? p->length : (size_t)(newline - p->bytes) + 1;
}

static size_t line_start(const struct check_page *p, size_t at)
{
    while (at > 0 && p->bytes[at - 1] != '\n') {
        at--;
    }
    return at;
}

static void copy_until(struct check_page *p, size_t at)
{
    text_add_bytes(&p->blessed, p->bytes + p->copied, at - p->copied);
    p->copied = at;
}

// A line like its prompt's: nested as that is, and ended as that is.
static void add_line(struct check_page *p, struct span prompt, struct line line)
{
    size_t start = line_start(p, prompt.start), next = line_after(p, prompt.end);
    if (line.n > 0) {
        text_add_bytes(&p->blessed, p->bytes + start, prompt.start - start);
    }
    text_add_bytes(&p->blessed, line.s, line.n);
    text_add(&p->blessed, next - prompt.end == 2 ? "\r\n" : "\n");
}

// Writes what came in place of what was expected; lines that still hold stay as they are.
static void bless(struct check_page *p, const struct unit *u, const struct line *came,
                  const struct buf *steps)
{
    const struct span *lines = u->fence->lines, *expected = lines + u->answer;
    copy_until(p, line_after(p, expected[-1].end));
    if (p->bytes[p->copied - 1] != '\n') {
        text_add_char(&p->blessed, '\n');
    }
    for (size_t i = 0; i < steps->count; i++) {
        enum align_step step = BUF(enum align_step, steps)[i];
        if (step == ALIGN_SAME || step == ALIGN_ANY_END) {
            copy_until(p, line_after(p, expected->end));
        } else if (step == ALIGN_CHANGED || step == ALIGN_MISSING) {
            p->copied = line_after(p, expected->end);
        }
        if (step == ALIGN_CHANGED || step == ALIGN_EXTRA) {
            add_line(p, lines[u->first], *came);
        }
        expected += step != ALIGN_ANY && step != ALIGN_EXTRA;
        came += step != ALIGN_ANY_END && step != ALIGN_MISSING;
    }
    p->changed = true;
}

// ---- Checking -----------------------------------------------------------------------------------

static bool compare(struct check_page *p, const struct unit *u, const char *out, size_t length)
{
    struct buf expected, came, steps;
    buf_init(&expected, sizeof(struct line));
    buf_init(&came, sizeof(struct line));
    buf_init(&steps, sizeof(enum align_step));
    struct line *lines = buf_push(&expected, u->end - u->answer);
    for (size_t i = u->answer; lines != NULL && i < u->end; i++) {
        lines[i - u->answer] = line_of(p, u->fence, i);
    }
    bool ok = !expected.failed && split(out, length, &came) &&
              align_lines(expected.data, expected.count, came.data, came.count, &steps);
    if (ok && !check_page_is_short(p->check) && !align_holds(&steps)) {
        say_unit(p, u);
        say_difference(expected.data, came.data, &steps);
        ok = p->check->bless;
        if (ok) {
            bless(p, u, came.data, &steps);
        }
    }
    buf_release(&expected);
    buf_release(&came);
    buf_release(&steps);
    return ok;
}

static void check_unit(struct check_page *p, const struct unit *u)
{
    struct text input;
    char *out = NULL;
    size_t length = 0;
    text_init(&input);
    for (size_t i = u->first; i < u->answer; i++) {
        struct line line = line_of(p, u->fence, i);
        size_t mark = i == u->first ? prompt_length(line) : continuation_length(line);
        text_add(&input, i == u->first ? "" : "\n");
        text_add_bytes(&input, line.s + mark, line.n - mark);
    }
    if (run(p, &input, u->fence->line + 1 + u->first, SESSION_PROMPT, &out, &length) ==
        SESSION_QUIT) {
        end_session(p);
    }
    bool holds = out != NULL && compare(p, u, out, length);
    if (!check_page_is_short(p->check)) {
        count(p, holds);
    }
    free(out);
    text_release(&input);
}

// The input at line `first` of a block; returns the line of the next.
static size_t read_unit(const struct check_page *p, const struct fence *f, size_t first,
                        struct unit *u)
{
    size_t next = first + 1;
    while (next < f->count && continuation_length(line_of(p, f, next)) > 0) {
        next++;
    }
    *u = (struct unit){f, first, next, next};
    while (next < f->count && prompt_length(line_of(p, f, next)) == 0) {
        next++;
        u->end = line_of(p, f, next - 1).n > 0 ? next : u->end;
    }
    return next;
}

static void check_transcript(struct check_page *p, const struct fence *f, size_t first)
{
    struct unit unit;
    for (size_t i = 0; i < first; i++) {
        if (line_of(p, f, i).n > 0) {
            fail(p, f->line + 1 + i, "nothing can be expected before the first input");
            break;
        }
    }
    for (size_t i = first; i < f->count;) {
        i = read_unit(p, f, i, &unit);
        check_unit(p, &unit);
    }
}

static void check_script(struct check_page *p, const struct fence *f)
{
    struct text script;
    char *out = NULL;
    size_t length = 0;
    text_init(&script);
    for (size_t i = 0; i < f->count; i++) {
        const char *s = p->bytes + f->lines[i].start;
        text_add_bytes(&script, s, f->lines[i].end - f->lines[i].start);
        text_add_char(&script, '\n');
    }
    enum session_state state = run(p, &script, f->line + 1, SESSION_SCRIPT, &out, &length);
    if (state == SESSION_FAILED) {
        fail(p, f->line, "this script does not run");
        if (out != NULL) {
            fwrite(out, 1, length, stdout);
        }
    } else if (out != NULL) {
        count(p, true);
    }
    if (state == SESSION_QUIT) {
        end_session(p);
    }
    free(out);
    text_release(&script);
}

static void check_fence(struct check_page *p, const struct fence *f)
{
    bool fresh = strcmp(f->info, "backstep new") == 0;
    bool ours = fresh || strcmp(f->info, "backstep") == 0;
    size_t first = 0;
    while (first < f->count && prompt_length(line_of(p, f, first)) == 0) {
        first++;
    }
    if (!ours && !p->lesson && strncmp(f->info, "backstep ", strlen("backstep ")) == 0) {
        fail(p, f->line, "a block is marked backstep, or backstep new");
    } else if (ours && !f->placed) {
        fail(p, f->line, "this block is indented in part by tabs; write blanks");
    }
    if (fresh) {
        end_session(p);
    }
    if (first < f->count && (ours || (*f->info == '\0' && first == 0))) {
        check_transcript(p, f, first);
    } else if (ours && f->placed) {
        check_script(p, f);
    }
}

// ---- The file ------------------------------------------------------------------------------------

static void remove_file(void *nothing, const char *path, const char *name, bool is_root)
{
    (void)nothing;
    (void)name;
    (void)is_root;
    unlink(path);
}

static void remove_folder(void *nothing, const char *path)
{
    (void)nothing;
    rmdir(path);
}

static void remove_tree(const char *folder)
{
    const struct walk remove = {.file = remove_file, .leave = remove_folder};
    walk_tree(folder, &remove);
}

static char *make_folder(void)
{
    const char *root = getenv("TMPDIR");
    char *folder = NULL;
    if (asprintf(&folder, "%s/backstep-XXXXXX", root == NULL ? "/tmp" : root) < 0) {
        return NULL;
    }
    if (mkdtemp(folder) == NULL) {
        free(folder);
        folder = NULL;
    }
    return folder;
}

static void check_blocks(struct check_page *p, const struct markdown *m)
{
    p->lesson = lessons_check_is_one(p->bytes, p->length);
    if (p->lesson) {
        patience_init(&p->patience, &p->stop);
    }
    for (size_t i = 0; i < m->blocks.count; i++) {
        const struct markdown_block *block = &BUF(struct markdown_block, &m->blocks)[i];
        if (block->kind == MARKDOWN_FENCE) {
            check_fence(p, &block->fence);
        }
        if (block->kind == MARKDOWN_FENCE && !p->lesson &&
            strncmp(block->fence.info, "ask ", strlen("ask ")) == 0) {
            fail(p, block->fence.line,
                 "a question belongs in a lesson, which begins with its front matter");
        }
    }
    patience_release(&p->patience);
}

static void check_fences(struct check_page *p, const struct markdown *m)
{
    p->folder = make_folder();
    p->check->fell_short |= p->folder == NULL && errno == ENOMEM;
    if (p->folder == NULL) {
        fail(p, 1, files_trouble(errno));
        return;
    }
    text_init(&p->blessed);
    check_blocks(p, m);
    if (p->changed && !check_page_is_short(p->check)) {
        struct diag d = {0};
        copy_until(p, p->length);
        if (!files_write(p->path, text_get(&p->blessed), text_length(&p->blessed), &d)) {
            fail(p, 1, d.message);
        }
    }
    text_release(&p->blessed);
    end_session(p);
    if (p->lesson) {
        lessons_check_file(&p->check->lessons, p->path, p->folder);
    }
    remove_tree(p->folder);
    free(p->folder);
}

// Markdown has no byte 0, and its reader would put another character there.
static bool has_zero(struct check_page *p)
{
    const char *zero = p->length == 0 ? NULL : memchr(p->bytes, 0, p->length);
    size_t line = 1;
    for (const char *s = p->bytes; zero != NULL && s < zero; s++) {
        line += *s == '\n';
    }
    if (zero != NULL) {
        fail(p, line, "this file is not text: it has a byte 0 here");
    }
    return zero != NULL;
}

void check_page_file(struct check *c, const char *path, bool named)
{
    struct markdown m = {0};
    struct buf bytes;
    struct diag d = {0};
    struct check_page page = {.check = c, .path = path};
    buf_init(&bytes, 1);
    c->files++;
    if ((named ? files_read : files_read_found)(path, MARKDOWN_MOST, &bytes, &d)) {
        page.bytes = bytes.data;
        page.length = bytes.count;
        if (!has_zero(&page) && markdown_read(&m, page.bytes, page.length, &d)) {
            check_fences(&page, &m);
        }
        markdown_release(&m);
    }
    if (d.set) {
        fail(&page, 1, d.message);
    }
    buf_release(&bytes);
}

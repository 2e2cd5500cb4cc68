#include "store/lesson_file.h"

#include <string.h>

#include "lesson/pack.h"
#include "store/files.h"
#include "store/markdown.h"

static const struct span nowhere = {0, 0};

enum { MISTAKES_MOST = 100 };  // that are told

// A file being read into a lesson.
struct lesson_file_reading {
    const char *s;
    size_t n;
    struct lesson *lesson;
    struct diag *d;
    struct text content;  // of the fence at hand, its lines ended by \n
    struct text *pack;    // takes the parts too (lesson/pack.h); NULL: they are not packed
    // Where every mistake is told: to whom; what part is being read, and how many there were.
    const char *path;
    void (*tell)(void *at, struct lesson_trouble *trouble);
    void *tell_at;
    const struct fence *fence;  // NULL: the front matter, from byte `front` on
    size_t front, mistakes;
};

// ---- Places -------------------------------------------------------------------------------------
// A diag of the lesson is in bytes of what was handed over; it ends up in bytes of the file.

static size_t line_start(const struct lesson_file_reading *r, size_t line)
{
    size_t at = 0;
    while (line > 1) {
        const char *end = memchr(r->s + at, '\n', r->n - at);
        if (end == NULL) {
            break;
        }
        at = (size_t)(end - r->s) + 1;
        line--;
    }
    return at;
}

static bool placed_at(struct lesson_file_reading *r, size_t at)
{
    r->d->span = (struct span){at, at};
    return false;
}

// Where a piece of text is in the file: what is wrong in prose is wrong in a {= }, and those
// keep their bytes.
static bool place_in_text(struct lesson_file_reading *r, size_t line, const char *text)
{
    size_t start = line_start(r, line), wrong = r->d->span.start, value = wrong;
    while (value > 0 && memcmp(text + value, "{=", 2) != 0) {
        value--;
    }
    size_t n = strnlen(text + value, wrong - value + 1);
    const char *found = r->d->span.end == 0 || memcmp(text + value, "{=", 2) != 0
                            ? NULL
                            : memmem(r->s + start, r->n - start, text + value, n);
    return placed_at(r, found == NULL ? start : (size_t)(found - r->s) + (wrong - value));
}

static bool place_in_fence(struct lesson_file_reading *r, const struct fence *f)
{
    size_t at = r->d->span.start, i = 0;
    if (r->d->span.end == 0) {
        return placed_at(r, line_start(r, f->line));
    }
    while (i < f->count && at > f->lines[i].end - f->lines[i].start) {
        at -= f->lines[i].end - f->lines[i].start + 1;
        i++;
    }
    return placed_at(r, i < f->count ? f->lines[i].start + at : line_start(r, f->line));
}

// ---- Blocks -------------------------------------------------------------------------------------

static void join_lines(struct lesson_file_reading *r, const struct fence *f)
{
    text_clear(&r->content);
    for (size_t i = 0; i < f->count; i++) {
        text_add_bytes(&r->content, r->s + f->lines[i].start, f->lines[i].end - f->lines[i].start);
        text_add_char(&r->content, '\n');
    }
}

static bool begins(const char *info, const char *word)
{
    size_t n = strlen(word);
    return strncmp(info, word, n) == 0 && (info[n] == '\0' || info[n] == ' ');
}

static bool take_fence(struct lesson_file_reading *r, const struct markdown_block *b)
{
    const struct fence *f = &b->fence;
    bool ask = begins(f->info, "ask"), fresh = strcmp(f->info, "backstep new") == 0;
    bool code = begins(f->info, "backstep");
    if ((ask || code) && !f->placed) {
        diag_set(r->d, nowhere, "this block is indented in part by tabs; write blanks");
    } else if (code && !fresh && strcmp(f->info, "backstep") != 0) {
        diag_set(r->d, nowhere, "a block is marked backstep, or backstep new");
    }
    if (r->d->set) {
        return place_in_fence(r, f);
    }
    r->fence = f;
    join_lines(r, f);
    const char *s = text_get(&r->content);
    size_t n = text_length(&r->content);
    const char *id = ask ? f->info + (f->info[3] == ' ') + 3 : "";
    bool ok = code  ? lesson_code(r->lesson, s, n, fresh, f->line + 1, r->d)
              : ask ? lesson_ask(r->lesson, id, s, n, f->line + 1, r->d)
                    : lesson_text(r->lesson, LESSON_VERBATIM, 0, "", b->text, f->line + 1, r->d);
    if (code) {
        pack_code(r->pack, s, fresh, f->line + 1);
    } else if (ask) {
        pack_ask(r->pack, id, s, f->line + 1);
    } else {
        pack_text(r->pack, LESSON_VERBATIM, 0, "", b->text, f->line + 1);
    }
    return ok || place_in_fence(r, f);
}

static bool take_table(struct lesson_file_reading *r, const struct markdown_block *b)
{
    size_t cell;
    pack_table(r->pack, b->cells, b->rows, b->columns, b->line);
    return lesson_table(r->lesson, b->cells, b->rows, b->columns, b->line, r->d, &cell) ||
           (b->rows * b->columns > 0 ? place_in_text(r, b->line, b->cells[cell])
                                     : placed_at(r, line_start(r, b->line)));
}

static bool take_text(struct lesson_file_reading *r, const struct markdown_block *b)
{
    static const enum lesson_item_kind kinds[] = {
        [MARKDOWN_HEADING] = LESSON_HEADING,   [MARKDOWN_PARAGRAPH] = LESSON_PARAGRAPH,
        [MARKDOWN_BULLET] = LESSON_BULLET,     [MARKDOWN_QUOTE] = LESSON_QUOTE,
        [MARKDOWN_INDENTED] = LESSON_VERBATIM,
    };
    pack_text(r->pack, kinds[b->kind], b->level, b->mark, b->text, b->line);
    return lesson_text(r->lesson, kinds[b->kind], b->level, b->mark, b->text, b->line, r->d) ||
           place_in_text(r, b->line, b->text);
}

static bool take_block(struct lesson_file_reading *r, const struct markdown_block *b)
{
    switch (b->kind) {
    case MARKDOWN_FENCE:
        return take_fence(r, b);
    case MARKDOWN_TABLE:
        return take_table(r, b);
    case MARKDOWN_HTML:
        diag_set(r->d, nowhere, "HTML is not shown in a lesson; write Markdown");
        diag_hint(r->d, "a note to yourself is <!-- written so -->");
        return placed_at(r, line_start(r, b->line));
    default:
        return take_text(r, b);
    }
}

static bool take_front(struct lesson_file_reading *r, const struct markdown *m)
{
    struct span front = m->front;
    if (!m->has_front) {
        if (r->n >= 3 && memcmp(r->s, "---", 3) == 0) {
            return diag_set(r->d, nowhere, "the front matter is not closed by a line '---'");
        }
        return lesson_end(r->lesson, r->d);  // says what is missing
    }
    r->front = front.start;
    pack_front(r->pack, r->s + front.start, front.end - front.start);
    if (!lesson_front(r->lesson, r->s + front.start, front.end - front.start, 2, r->d)) {
        return placed_at(r, r->d->span.end == 0 ? 0 : front.start + r->d->span.start);
    }
    return true;
}

// ---- The file -----------------------------------------------------------------------------------

static void find_place(const struct lesson_file_reading *r, const char *path,
                       struct lesson_trouble *trouble)
{
    struct source source = {.name = path, .text = r->s, .length = r->n, .line = 1};
    struct place place = source_place(&source, r->d->span.start);
    trouble->line = place.line;
    trouble->column = place.column;
    diag_excerpt(&trouble->excerpt, &source, r->d->span, 0);
}

// The mistake in r->d, which has its place in the file, is told. False: nobody wants more than it.
static bool tell(struct lesson_file_reading *r)
{
    if (r->tell == NULL || r->mistakes == MISTAKES_MOST) {
        return false;
    }
    struct lesson_trouble trouble = {.diag = *r->d};
    text_init(&trouble.excerpt);
    find_place(r, r->path, &trouble);
    r->tell(r->tell_at, &trouble);
    lesson_trouble_release(&trouble);
    *r->d = (struct diag){0};
    r->mistakes++;
    return true;
}

// A mistake in a part that is still being read: its place is in bytes of that part.
static void hear(void *at, const struct diag *d)
{
    struct lesson_file_reading *r = at;
    struct diag whole = *r->d;
    *r->d = *d;
    if (r->fence != NULL) {
        place_in_fence(r, r->fence);
    } else {
        placed_at(r, r->d->span.end == 0 ? 0 : r->front + r->d->span.start);
    }
    tell(r);
    *r->d = whole;
}

static bool take_all(struct lesson_file_reading *r, const struct markdown *m)
{
    bool ok = take_front(r, m) || tell(r);
    for (size_t i = 0; ok && i < m->blocks.count; i++) {
        ok = take_block(r, &BUF(struct markdown_block, &m->blocks)[i]) || tell(r);
    }
    return ok && r->mistakes == 0 && (lesson_end(r->lesson, r->d) || tell(r));
}

static bool read_bytes(struct lesson_file_reading *r, const struct lesson_file *file,
                       const char *path, struct lesson_trouble *trouble)
{
    struct markdown m = {0};
    r->s = file->text.s;
    r->n = file->text.n;
    bool ok = lesson_bytes(r->s, r->n, r->d);
    if (ok) {
        ok = markdown_read_text(&m, &file->text, r->d) && take_all(r, &m);
        markdown_release(&m);
    }
    if (!ok && r->d->set) {
        find_place(r, path, trouble);
    }
    return ok;
}

// The file without a mark of its byte order.
static void open_one(struct lesson_file *file, const char *path)
{
    *file = (struct lesson_file){.text.known = false};
    buf_init(&file->bytes, 1);
    buf_init(&file->text.told, 1);
    files_read_found(path, MARKDOWN_LESSON_MOST, &file->bytes, &file->diag);
    const char *s = file->bytes.count > 0 ? file->bytes.data : "";
    size_t mark = file->bytes.count >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    file->text.s = s + mark;
    file->text.n = file->bytes.count - mark;
}

void lesson_file_open(struct lesson_file *files, const char *const *paths, size_t count)
{
    struct buf texts;
    buf_init(&texts, sizeof(struct markdown_text));
    for (size_t i = 0; i < count; i++) {
        open_one(&files[i], paths[i]);
        buf_add(&texts, &files[i].text, 1);
    }
    struct markdown_text *text = texts.data;
    if (texts.count == count) {
        markdown_read_ahead(text, count);
        for (size_t i = 0; i < count; i++) {
            files[i].text = text[i];
        }
    }
    buf_release(&texts);
}

void lesson_file_close(struct lesson_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_release(&files[i].bytes);
        buf_release(&files[i].text.told);
    }
}

// `file`: NULL, to be opened first.
static struct lesson *read_lesson(const struct lesson_file *file, const char *path,
                                  struct lesson_trouble *trouble, struct text *pack,
                                  void (*told)(void *at, struct lesson_trouble *trouble), void *at)
{
    *trouble = (struct lesson_trouble){.line = 0};
    struct lesson_file own;
    if (file == NULL) {
        open_one(&own, path);
    }
    const struct lesson_file *open = file == NULL ? &own : file;
    text_init(&trouble->excerpt);
    struct lesson_file_reading r = {.d = &trouble->diag,
                                    .lesson = lesson_new(path),
                                    .pack = pack,
                                    .path = path,
                                    .tell = told,
                                    .tell_at = at};
    text_init(&r.content);
    bool ok = r.lesson != NULL || diag_out_of_memory(r.d);
    if (ok && told != NULL) {
        r.lesson->tell = hear;
        r.lesson->tell_at = &r;
    }
    if (ok && open->diag.set) {
        *r.d = open->diag;
    } else if (ok) {
        ok = read_bytes(&r, open, path, trouble);
    }
    text_release(&r.content);
    if (file == NULL) {
        lesson_file_close(&own, 1);
    }
    if (trouble->diag.set || !ok || r.mistakes > 0) {
        lesson_free(r.lesson);
        r.lesson = NULL;
    } else {
        r.lesson->tell = NULL;
    }
    return r.lesson;
}

struct lesson *lesson_file_read(const char *path, struct lesson_trouble *trouble)
{
    return read_lesson(NULL, path, trouble, NULL, NULL, NULL);
}

struct lesson *lesson_file_read_open(const struct lesson_file *file, const char *path,
                                     struct lesson_trouble *trouble)
{
    return read_lesson(file, path, trouble, NULL, NULL, NULL);
}

struct lesson *lesson_file_read_all(const char *path,
                                    void (*told)(void *at, struct lesson_trouble *trouble),
                                    void *at)
{
    struct lesson_trouble last;
    struct lesson *l = read_lesson(NULL, path, &last, NULL, told, at);
    if (last.diag.set) {  // there is no file, or it is not Markdown
        told(at, &last);
    }
    lesson_trouble_release(&last);
    return l;
}

bool lesson_file_pack(const char *path, const char *name, struct text *out,
                      struct lesson_trouble *trouble)
{
    pack_begin(out, name);
    struct lesson *l = read_lesson(NULL, path, trouble, out, NULL, NULL);
    pack_end(out);
    lesson_free(l);
    return l != NULL;
}

void lesson_trouble_release(struct lesson_trouble *trouble)
{
    text_release(&trouble->excerpt);
}

static void say_place(const char *path, const struct lesson_trouble *trouble, struct text *out)
{
    text_add_visible(out, path, strlen(path));
    if (trouble->line > 0) {
        text_addf(out, ":%zu:%zu", trouble->line, trouble->column);
    }
    text_add(out, ": ");
}

void lesson_trouble_say(const char *path, struct lesson_trouble *trouble, struct text *out)
{
    say_place(path, trouble, out);
    const char *hint = trouble->diag.hint;
    text_addf(out, "error: %s%s%s\n", trouble->diag.message, *hint == '\0' ? "" : "; ", hint);
    text_add(out, text_get(&trouble->excerpt));
}

void lesson_trouble_diag(const char *path, const struct lesson_trouble *trouble, struct diag *d)
{
    struct text words;
    text_init(&words);
    if (trouble->line > 0) {
        say_place(path, trouble, &words);
    }
    diag_set(d, nowhere, "%s%s", text_get(&words), trouble->diag.message);
    if (trouble->diag.hint[0] != '\0') {
        diag_hint(d, "%s", trouble->diag.hint);
    }
    text_release(&words);
}

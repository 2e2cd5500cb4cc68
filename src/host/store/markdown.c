#include "store/markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "process/bounded.h"
#include "store/mask.h"

enum { CHILD_SECONDS = 2, TOLD_MOST = 64 << 20 };

// ---- The child, which parses --------------------------------------------------------------------

// What it tells of a block; the bytes of its strings follow, each ended by a 0: mark, info, text,
// then the cells.
struct found {
    enum markdown_kind kind;
    int level;
    size_t line, rows, columns;
    size_t bytes;
};

// What is told last of each text.
enum { TEXT_ENDS = MARKDOWN_HTML + 1 };

struct teller {
    FILE *to;
    struct text text;    // of the paragraph, heading or cell at hand
    struct text cells;   // of the table at hand
    struct buf numbers;  // int: for each list that is open the next item's number, 0: bullets
    char mark[16];       // of the item that has begun and has no text yet
    size_t quotes, rows, columns, column;
};

static void tell(struct teller *t, const struct found *block, const char *mark, const char *info,
                 const char *text, size_t length)
{
    struct found found = *block;
    found.bytes = strlen(mark) + strlen(info) + length + text_length(&t->cells) + 3;
    fwrite(&found, sizeof found, 1, t->to);
    fwrite(mark, 1, strlen(mark) + 1, t->to);
    fwrite(info, 1, strlen(info) + 1, t->to);
    fwrite(text, 1, length, t->to);
    fputc(0, t->to);
    fwrite(text_get(&t->cells), 1, text_length(&t->cells), t->to);
    t->mark[0] = '\0';
    text_clear(&t->text);
    text_clear(&t->cells);
}

static void add_plain(struct text *to, const char *s, const char *marks)
{
    for (; *s != '\0'; s++) {
        text_add(to, strchr(marks, *s) != NULL ? "\\" : "");
        text_add_char(to, *s);
    }
}

// A link is its text, then its address; an address alone is not said twice.
static void end_link(struct teller *t, cmark_node *link)
{
    const char *url = cmark_node_get_url(link);
    cmark_node *inside = cmark_node_first_child(link);
    const char *text = inside == NULL ? NULL : cmark_node_get_literal(inside);
    if (text == NULL || strcmp(text, url) != 0) {
        text_add(&t->text, " (");
        add_plain(&t->text, url, "*`\\$");
        text_add(&t->text, ")");
    }
}

static void tell_inline(struct teller *t, cmark_node *node, bool enters)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
        add_plain(&t->text, cmark_node_get_literal(node), "*`\\$");
        break;
    case CMARK_NODE_HTML_INLINE:
        if (strncmp(cmark_node_get_literal(node), "<!--", 4) != 0) {
            add_plain(&t->text, cmark_node_get_literal(node), "*`\\$");
        }
        break;
    case CMARK_NODE_CODE:
        text_add(&t->text, "`");
        add_plain(&t->text, cmark_node_get_literal(node), "`\\");
        text_add(&t->text, "`");
        break;
    case CMARK_NODE_SOFTBREAK:
    case CMARK_NODE_LINEBREAK:
        text_add(&t->text, " ");
        break;
    case CMARK_NODE_EMPH:
        text_add(&t->text, "*");
        break;
    case CMARK_NODE_STRONG:
        text_add(&t->text, "**");
        break;
    case CMARK_NODE_LINK:
    case CMARK_NODE_IMAGE:
        if (!enters) {
            end_link(t, node);
        }
        break;
    default:
        break;
    }
}

static void begin_item(struct teller *t)
{
    int *number = BUF_FROM(int, &t->numbers, t->numbers.count - 1);
    if (t->numbers.count == 0 || *number == 0) {
        strcpy(t->mark, "•");
    } else {
        snprintf(t->mark, sizeof t->mark, "%d.", (*number)++);
    }
}

static void begin_list(struct teller *t, cmark_node *list)
{
    int *number = buf_push(&t->numbers, 1);
    if (number != NULL) {
        *number = cmark_node_get_list_type(list) == CMARK_ORDERED_LIST
                      ? cmark_node_get_list_start(list)
                      : 0;
    }
}

static struct found found_at(cmark_node *node, enum markdown_kind kind)
{
    return (struct found){.kind = kind, .line = (size_t)cmark_node_get_start_line(node)};
}

static void tell_text(struct teller *t, struct found *block)
{
    char mark[sizeof t->mark];
    memcpy(mark, t->mark, sizeof mark);
    const char *text = text_get(&t->text);
    tell(t, block, mark, "", text, text_length(&t->text));
}

static void end_paragraph(struct teller *t, cmark_node *node)
{
    struct found block = found_at(node, t->quotes > 0          ? MARKDOWN_QUOTE
                                        : t->numbers.count > 0 ? MARKDOWN_BULLET
                                                               : MARKDOWN_PARAGRAPH);
    block.level = (int)t->numbers.count;
    tell_text(t, &block);
}

static void end_heading(struct teller *t, cmark_node *node)
{
    struct found block = found_at(node, MARKDOWN_HEADING);
    block.level = cmark_node_get_heading_level(node);
    t->mark[0] = '\0';
    tell_text(t, &block);
}

static void tell_code(struct teller *t, cmark_node *node)
{
    int length, offset;
    char sign;
    const char *text = cmark_node_get_literal(node);
    bool fenced = cmark_node_get_fenced(node, &length, &offset, &sign);
    struct found block = found_at(node, fenced ? MARKDOWN_FENCE : MARKDOWN_INDENTED);
    tell(t, &block, "", fenced ? cmark_node_get_fence_info(node) : "", text, strlen(text));
}

static void tell_html(struct teller *t, cmark_node *node)
{
    struct found block = found_at(node, MARKDOWN_HTML);
    const char *text = cmark_node_get_literal(node);
    if (strncmp(text, "<!--", 4) != 0) {
        tell(t, &block, "", "", text, strlen(text));
    }
}

static void end_cell(struct teller *t)
{
    text_add_bytes(&t->cells, text_get(&t->text), text_length(&t->text));
    text_add_char(&t->cells, '\0');
    text_clear(&t->text);
    t->column++;
}

static void end_row(struct teller *t)
{
    t->columns = t->rows == 0 ? t->column : t->columns;
    while (t->column < t->columns) {
        end_cell(t);
    }
    t->column = 0;
    t->rows++;
}

// Tables are an extension, whose nodes are known by the words for their types.
static void tell_table(struct teller *t, cmark_node *node, bool enters)
{
    const char *type = cmark_node_get_type_string(node);
    if (strcmp(type, "table_cell") == 0 && !enters && (t->rows == 0 || t->column < t->columns)) {
        end_cell(t);
    } else if ((strcmp(type, "table_row") == 0 || strcmp(type, "table_header") == 0) && !enters) {
        end_row(t);
    } else if (strcmp(type, "table") == 0 && enters) {
        t->rows = t->columns = t->column = 0;
    } else if (strcmp(type, "table") == 0) {
        struct found block = found_at(node, MARKDOWN_TABLE);
        block.rows = t->rows;
        block.columns = t->columns;
        tell(t, &block, "", "", "", 0);
    }
}

static void tell_event(struct teller *t, cmark_node *node, bool enters)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_BLOCK_QUOTE:
        t->quotes = enters ? t->quotes + 1 : t->quotes - 1;
        break;
    case CMARK_NODE_LIST:
        if (enters) {
            begin_list(t, node);
        } else {
            t->numbers.count -= t->numbers.count > 0;
        }
        break;
    case CMARK_NODE_ITEM:
        if (enters) {
            begin_item(t);
        }
        break;
    case CMARK_NODE_PARAGRAPH:
        if (!enters) {
            end_paragraph(t, node);
        }
        break;
    case CMARK_NODE_HEADING:
        if (!enters) {
            end_heading(t, node);
        }
        break;
    case CMARK_NODE_CODE_BLOCK:
        tell_code(t, node);
        break;
    case CMARK_NODE_HTML_BLOCK:
        tell_html(t, node);
        break;
    default:
        tell_inline(t, node, enters);
        tell_table(t, node, enters);
    }
}

static cmark_node *parse(const char *s, size_t n)
{
    cmark_gfm_core_extensions_ensure_registered();
    cmark_parser *parser = cmark_parser_new(CMARK_OPT_DEFAULT);
    cmark_syntax_extension *tables = cmark_find_syntax_extension("table");
    if (tables != NULL) {
        cmark_parser_attach_syntax_extension(parser, tables);
    }
    cmark_parser_feed(parser, s, n);
    return cmark_parser_finish(parser);
}

static bool tell_whole(const struct markdown_text *text, FILE *to)
{
    const struct found ends = {.kind = (enum markdown_kind)TEXT_ENDS};
    struct teller t = {.to = to};
    text_init(&t.text);
    text_init(&t.cells);
    buf_init(&t.numbers, sizeof(int));
    cmark_iter *walk = cmark_iter_new(parse(text->s, text->n));
    for (cmark_event_type e; (e = cmark_iter_next(walk)) != CMARK_EVENT_DONE;) {
        tell_event(&t, cmark_iter_get_node(walk), e == CMARK_EVENT_ENTER);
    }
    // Nothing is freed: the child ends soon.
    return !t.text.bytes.failed && !t.cells.bytes.failed && !t.numbers.failed &&
           fwrite(&ends, sizeof ends, 1, to) == 1 && fflush(to) == 0;
}

// What the child reads: texts as Markdown is to see them.
struct seen_texts {
    const struct markdown_text *texts;
    size_t count;
};

static bool tell_all(void *at, FILE *to)
{
    const struct seen_texts *seen = at;
    bool ok = true;
    for (size_t i = 0; ok && i < seen->count; i++) {
        ok = tell_whole(&seen->texts[i], to);
    }
    return ok;
}

static enum bounded_end run_child(const struct markdown_text *texts, size_t count, struct buf *told,
                                  const char **why)
{
    const struct bounds bounds = {
        .undisturbed = true, .seconds = CHILD_SECONDS, .told = (size_t)TOLD_MOST};
    struct seen_texts seen = {texts, count};
    return bounded_run(&bounds, tell_all, &seen, told, why);
}

static bool parse_in_child(const char *s, size_t n, struct buf *told, struct diag *d)
{
    const struct markdown_text text = {.s = s, .n = n};
    const char *why;
    enum bounded_end end = run_child(&text, 1, told, &why);
    if (end == BOUNDED_FAILED) {
        diag_set(d, (struct span){0, 0}, "this file cannot be read as Markdown in %d seconds",
                 CHILD_SECONDS);
    } else if (end == BOUNDED_NOT_BEGUN) {
        diag_set(d, (struct span){0, 0}, "%s", why);
    }
    return end == BOUNDED_WELL;
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

// A line of the content, without its end, is at the end of its line of the file.
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

// The next string that the child told of.
static char *take_string(struct markdown *m, const char *told, size_t *at)
{
    size_t n = strlen(told + *at);
    char *s = arena_copy(&m->arena, told + *at, n);
    *at += n + 1;
    if (s != NULL) {
        mask_undo(s, n);
    }
    return s;
}

static bool take_cells(struct markdown *m, struct markdown_block *b, const char *told, size_t *at)
{
    size_t count = b->rows * b->columns;
    const char **cells = arena_alloc(&m->arena, (count + 1) * sizeof *cells);
    for (size_t i = 0; cells != NULL && i < count; i++) {
        cells[i] = take_string(m, told, at);
    }
    b->cells = cells;
    return cells != NULL && !m->arena.failed;
}

// One block of what the child told; *at moves past it.
static bool take(struct markdown *m, const char *s, const struct buf *lines, const struct buf *told,
                 size_t *at)
{
    struct found found;
    const char *bytes = told->data;
    memcpy(&found, bytes + *at, sizeof found);
    *at += sizeof found;
    struct markdown_block *b = buf_push(&m->blocks, 1);
    if (b == NULL) {
        return false;
    }
    *b = (struct markdown_block){.kind = found.kind,
                                 .line = found.line,
                                 .level = found.level,
                                 .rows = found.rows,
                                 .columns = found.columns,
                                 .fence.line = found.line};
    b->mark = take_string(m, bytes, at);
    b->fence.info = take_string(m, bytes, at);
    const char *content = bytes + *at;
    b->text = take_string(m, bytes, at);
    return take_cells(m, b, bytes, at) &&
           (b->kind != MARKDOWN_FENCE || place(m, &b->fence, s, lines, content, strlen(content)));
}

// Is the block that is told of at this place whole? What a child told is, if it ended well; each block says
// how long it is.
static bool is_whole(const struct buf *told, size_t at, struct found *found)
{
    if (told->count - at < sizeof *found) {
        return false;
    }
    memcpy(found, BUF_FROM(char, told, at), sizeof *found);
    return found->bytes <= told->count - at - sizeof *found;
}

// The end of what is told of the text that begins at this place; 0: it is not whole.
static size_t end_of_text(const struct buf *told, size_t at)
{
    struct found found;
    while (is_whole(told, at, &found)) {
        at += sizeof found + found.bytes;
        if (found.kind == (enum markdown_kind)TEXT_ENDS) {
            return at;
        }
    }
    return 0;
}

static bool take_all(struct markdown *m, const char *s, size_t n, const struct buf *told)
{
    struct buf lines;
    struct found found;
    buf_init(&lines, sizeof(struct span));
    bool ok = split_lines(s, n, &lines) && end_of_text(told, 0) > 0;
    for (size_t at = 0;
         ok && is_whole(told, at, &found) && found.kind != (enum markdown_kind)TEXT_ENDS;) {
        ok = take(m, s, &lines, told, &at);
    }
    buf_release(&lines);
    return ok;
}

// The text as Markdown is to see it.
static char *prepare(struct markdown *m, const char *s, size_t n, bool lesson)
{
    char *seen = arena_copy(&m->arena, s, n);
    if (seen != NULL && lesson) {
        m->has_front = mask_lesson(seen, n, &m->front);
    }
    return seen;
}

static bool is_lesson(const char *s, size_t n)
{
    return n >= 4 && memcmp(s, "---", 3) == 0 && (s[3] == '\n' || s[3] == '\r');
}

static size_t most_bytes(bool lesson)
{
    return lesson ? MARKDOWN_LESSON_MOST : MARKDOWN_MOST;
}

static void init(struct markdown *m)
{
    *m = (struct markdown){.has_front = false};
    buf_init(&m->blocks, sizeof(struct markdown_block));
    arena_init(&m->arena);
}

bool markdown_read_text(struct markdown *m, const struct markdown_text *text, struct diag *d)
{
    bool lesson = is_lesson(text->s, text->n);
    struct buf told;
    init(m);
    if (text->n > most_bytes(lesson)) {
        return diag_set(d, (struct span){0, 0}, "this %s is larger than %zu KiB",
                        lesson ? "lesson" : "file", most_bytes(lesson) / 1024);
    }
    buf_init(&told, 1);
    const char *seen = prepare(m, text->s, text->n, lesson);
    bool ok = seen != NULL ? text->known || parse_in_child(seen, text->n, &told, d)
                           : diag_out_of_memory(d);
    if (ok && !take_all(m, seen, text->n, text->known ? &text->told : &told)) {
        ok = diag_out_of_memory(d);
    }
    buf_release(&told);
    return ok;
}

bool markdown_read(struct markdown *m, const char *s, size_t n, struct diag *d)
{
    return markdown_read_text(m, &(struct markdown_text){.s = s, .n = n}, d);
}

// Copies of these texts as Markdown is to see them. False: one is too large, or there is no memory.
static bool prepare_all(struct markdown *m, struct buf *seen, const struct markdown_text *texts,
                        size_t count)
{
    bool ok = buf_resize(seen, count);
    for (size_t i = 0; ok && i < count; i++) {
        bool lesson = is_lesson(texts[i].s, texts[i].n);
        ok = texts[i].n <= most_bytes(lesson);
        const char *s = ok ? prepare(m, texts[i].s, texts[i].n, lesson) : NULL;
        BUF(struct markdown_text, seen)[i] = (struct markdown_text){.s = s, .n = texts[i].n};
        ok = s != NULL;
    }
    return ok;
}

void markdown_read_ahead(struct markdown_text *texts, size_t count)
{
    struct markdown m;
    struct buf seen, told;
    const char *ignored;
    init(&m);
    buf_init(&seen, sizeof(struct markdown_text));
    buf_init(&told, 1);
    if (count > 1 && prepare_all(&m, &seen, texts, count)) {
        run_child(seen.data, count, &told, &ignored);
    }
    for (size_t i = 0, at = 0, end; i < count && (end = end_of_text(&told, at)) > 0; i++) {
        texts[i].known = buf_add(&texts[i].told, BUF_FROM(char, &told, at), end - at);
        at = end;
    }
    buf_release(&told);
    buf_release(&seen);
    markdown_release(&m);
}

void markdown_release(struct markdown *m)
{
    buf_release(&m->blocks);
    arena_release(&m->arena);
}

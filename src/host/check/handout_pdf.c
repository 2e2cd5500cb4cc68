// A handout as PDF: its blocks, in the form that backstep-print reads (programs/print/main.c).
#include <limits.h>
#include <string.h>

#include "check/handout.h"
#include "process/child.h"
#include "process/helper.h"
#include "words/ink.h"
#include "words/prose.h"
#include "words/rich.h"

#define PRINT "backstep-print"
enum { SECONDS = 60 };

static const struct words_form form = {.style = WORDS_PROMPT, .digits = 6};

// The document, and the block that is being written.
struct writer {
    struct handout *handout;
    struct text out;
    struct text line;   // markup of a paragraph, or of a table
    struct text align;  // of a table
};

// ---- Blocks -------------------------------------------------------------------------------------

static void put(struct writer *w, const char *kind, size_t level, const char *mark,
                const char *text, size_t n)
{
    text_addf(&w->out, "%s %zu %s %zu\n", kind, level, *mark == '\0' ? "-" : mark, n);
    text_add_bytes(&w->out, text, n);
    text_add_char(&w->out, '\n');
}

static void put_line(struct writer *w, const char *kind)
{
    put(w, kind, 1, "", text_get(&w->line), text_length(&w->line));
    text_clear(&w->line);
}

static void put_plain(struct writer *w, const char *kind, size_t level, const char *text)
{
    struct text markup;
    text_init(&markup);
    for (const char *s = text; *s != '\0'; s++) {
        const char *as = *s == '<' ? "&lt;" : *s == '>' ? "&gt;" : *s == '&' ? "&amp;" : NULL;
        if (as != NULL) {
            text_add(&markup, as);
        } else {
            text_add_char(&markup, *s);
        }
    }
    put(w, kind, level, "", text_get(&markup), text_length(&markup));
    text_release(&markup);
}

// ---- Records: a form of rich.h ------------------------------------------------------------------

// A tab and a newline part cells and rows; in a text they are blanks.
static void add_escaped(struct text *out, const char *s, size_t n)
{
    struct text shown;
    text_init(&shown);
    text_add_visible(&shown, s, n);
    for (const char *at = text_get(&shown); *at != '\0'; at++) {
        const char *as = *at == '<' ? "&lt;" : *at == '>' ? "&gt;" : *at == '&' ? "&amp;" : NULL;
        if (as != NULL) {
            text_add(out, as);
        } else {
            text_add_char(out, *at == '\t' || *at == '\n' ? ' ' : *at);
        }
    }
    text_release(&shown);
}

static const char *opening(enum ink ink)
{
    static const char *const spans[] = {[INK_NAME] = "<b>",
                                        [INK_TITLE] = "<b>",
                                        [INK_VALUE] = "<span foreground=\"#0b5394\">",
                                        [INK_GRAD] = "<span foreground=\"#a61c00\">",
                                        [INK_LOCAL] = "<span foreground=\"#38761d\">",
                                        [INK_MUTED] = "<span foreground=\"#555555\">",
                                        [INK_ERROR] = "<span foreground=\"#b00020\">",
                                        [INK_RIGHT] = "<span foreground=\"#38761d\">",
                                        [INK_CODE] = "<span font_family=\"DejaVu Sans Mono\">",
                                        [INK_EMPHASIS] = "<i>"};
    return (size_t)ink < COUNT_OF(spans) && spans[ink] != NULL ? spans[ink] : "";
}

static const char *closing(const char *opened)
{
    return *opened == '\0'              ? ""
           : strcmp(opened, "<b>") == 0 ? "</b>"
           : strcmp(opened, "<i>") == 0 ? "</i>"
                                        : "</span>";
}

static void rich_text(void *at, enum ink ink, const char *s, size_t n)
{
    struct writer *w = at;
    text_add(&w->line, opening(ink));
    add_escaped(&w->line, s, n);
    text_add(&w->line, closing(opening(ink)));
}

static void rich_maths(void *at, const char *s, size_t n)
{
    struct writer *w = at;
    struct text shown;
    text_init(&shown);
    tex_add(&shown, s, n);
    text_add(&w->line, "<i>");
    add_escaped(&w->line, text_get(&shown), text_length(&shown));
    text_add(&w->line, "</i>");
    text_release(&shown);
}

static void begin_line(void *at, bool prose, enum ink ink)
{
    struct writer *w = at;
    (void)prose, (void)ink;
    text_clear(&w->line);
}

static void end_line(void *at, bool prose, enum ink ink)
{
    struct writer *w = at;
    if (text_length(&w->line) > 0) {
        put_line(w, ink == INK_TITLE      ? "heading"
                    : ink == INK_EMPHASIS ? "quote"
                    : prose               ? "text"
                                          : "code");
    }
}

static void fixed(void *at, const char *s, size_t n)
{
    struct writer *w = at;
    for (size_t i = 0; i < n;) {
        const char *newline = memchr(s + i, '\n', n - i);
        size_t length = newline == NULL ? n - i : (size_t)(newline - s) - i;
        text_clear(&w->line);
        add_escaped(&w->line, s + i, length);
        put_line(w, "code");
        i += length + 1;
    }
}

static void begin_table(void *at, const char *align, size_t columns, bool has_head)
{
    struct writer *w = at;
    (void)has_head;
    text_clear(&w->line);
    text_clear(&w->align);
    for (size_t i = 0; i < columns; i++) {
        text_add_char(&w->align, align[i] == 'r' || align[i] == 'd' ? 'r' : 'l');
    }
}

static void begin_row(void *at, bool head)
{
    struct writer *w = at;
    (void)head;
    text_add(&w->line, text_length(&w->line) > 0 ? "\n" : "");
}

static void begin_cell(void *at, char align, bool head, size_t column)
{
    struct writer *w = at;
    (void)align, (void)head;
    text_add(&w->line, column > 0 ? "\t" : "");
}

static void end_cell(void *at, bool head)
{
    (void)at, (void)head;
}

static void end_row(void *at, bool head)
{
    (void)at, (void)head;
}

static void end_table(void *at)
{
    struct writer *w = at;
    put(w, "table", 1, text_get(&w->align), text_get(&w->line), text_length(&w->line));
    text_clear(&w->line);
}

static void put_record(struct writer *w, const struct rec *record)
{
    static const struct rich_writer writer = {rich_text, rich_maths,  begin_line, end_line,
                                              fixed,     begin_table, begin_row,  begin_cell,
                                              end_cell,  end_row,     end_table};
    struct buf png;
    buf_init(&png, 1);
    if (handout_draw(w->handout, record, "png", &png)) {
        put(w, "picture", 1, "", png.data, png.count);
    } else {
        rich_write(record, &form, &writer, w);
    }
    buf_release(&png);
}

// ---- The whole ----------------------------------------------------------------------------------

static void put_task(struct writer *w, const struct handout *h, const struct handout_item *item)
{
    struct text head;
    text_init(&head);
    text_addf(&head, "<b>%s</b>   ", item->id);
    handout_points(h, item, &head);
    put(w, "box", 0, "", "", 0);
    put(w, "text", 1, "", text_get(&head), text_length(&head));
    put_record(w, item->record);
    if (handout_lines(item->kind) > 0) {
        put(w, "lines", handout_lines(item->kind), "", "", 0);
    }
    put(w, "end", 0, "", "", 0);
    text_release(&head);
}

static void put_solve(struct writer *w, const char *solve)
{
    for (const char *s = solve; *s != '\0';) {
        size_t n = strcspn(s, "\n");
        text_clear(&w->line);
        add_escaped(&w->line, s, n);
        put_line(w, "code");
        s += n + (s[n] == '\n');
    }
}

static void put_keys(struct writer *w, const struct handout *h)
{
    put(w, "page", 0, "", "", 0);
    put_plain(w, "heading", 1, handout_answers(h));
    for (size_t i = 0; i < h->items.count; i++) {
        const struct handout_item *item = &BUF(struct handout_item, &h->items)[i];
        if (item->id != NULL) {
            struct text head;
            text_init(&head);
            text_addf(&head, "<b>%zu. %s</b>", item->number, item->id);
            put(w, "text", 1, "", text_get(&head), text_length(&head));
            text_release(&head);
            put_record(w, item->key);
            put_solve(w, item->solve);
        }
    }
}

static void put_document(struct writer *w, const struct handout *h, bool keys)
{
    put_plain(w, "title", 1, h->title);
    text_clear(&w->line);
    text_addf(&w->line, "%s\t%s", phrase(h->language, "Name"), phrase(h->language, "Date"));
    put_line(w, "fields");
    for (size_t i = 0; i < h->items.count; i++) {
        const struct handout_item *item = &BUF(struct handout_item, &h->items)[i];
        if (item->id != NULL) {
            put_task(w, h, item);
        } else {
            put_record(w, item->record);
        }
    }
    struct text foot;
    text_init(&foot);
    handout_foot(h, &foot);
    put_plain(w, "text", 1, text_get(&foot));
    text_release(&foot);
    if (keys) {
        put_keys(w, h);
    }
}

static bool explain(struct child_result *r, struct diag *d)
{
    if (r->end == CHILD_MISSING) {
        diag_set(d, (struct span){0, 0}, PRINT " cannot be started");
        return diag_hint(d, "it makes PDF; a .html file can be printed too");
    }
    const char *last = child_last_words(r);
    return diag_set(d, (struct span){0, 0}, "no PDF was made: %s",
                    r->end == CHILD_TOO_LATE ? "it took too long"
                    : *last != '\0'          ? last
                                             : "it could not be written");
}

bool handout_pdf(struct handout *h, bool keys, struct buf *out, struct diag *d)
{
    char path[PATH_MAX];
    const char *argv[] = {PRINT, NULL};
    struct writer w = {.handout = h};
    struct child_result result = {.end = CHILD_MISSING};
    text_init(&w.out);
    text_init(&w.line);
    text_init(&w.align);
    text_init(&result.said);
    put_document(&w, h, keys);
    if (helper_find(path, PRINT, "BACKSTEP_PRINT")) {
        const struct child child = {.program = path,
                                    .argv = argv,
                                    .bytes = text_get(&w.out),
                                    .n = text_length(&w.out),
                                    .seconds = SECONDS};
        text_release(&result.said);
        child_run(&child, out, &result);
    }
    bool ok = child_did_well(&result, out, 0) || explain(&result, d);
    text_release(&result.said);
    text_release(&w.out);
    text_release(&w.line);
    text_release(&w.align);
    return ok;
}

#include "words/notes.h"

#include <string.h>

#include "words/bundle.h"
#include "words/html.h"
#include "words/markdown.h"
#include "words/notebook.h"
#include "words/words.h"

struct notes_note {
    struct text typed;
    struct records records;
    int digits;
    bool lesson;  // typed in one, or it began one
};

// ---- The log ------------------------------------------------------------------------------------

void notes_init(struct notes *n)
{
    *n = (struct notes){0};
    text_init(&n->setup);
    buf_init(&n->entries, sizeof(struct notes_note));
}

void notes_release(struct notes *n)
{
    for (size_t i = 0; i < n->entries.count; i++) {
        text_release(&BUF(struct notes_note, &n->entries)[i].typed);
        records_release(&BUF(struct notes_note, &n->entries)[i].records);
    }
    buf_release(&n->entries);
    text_release(&n->setup);
}

static struct notes_note *last(struct notes *n)
{
    return n->entries.count == 0 ? NULL
                                 : &BUF(struct notes_note, &n->entries)[n->entries.count - 1];
}

void notes_begin(struct notes *n, const char *typed, size_t length)
{
    while (length > 0 && strchr(" \n", typed[length - 1]) != NULL) {
        length--;
    }
    struct notes_note *note = buf_push(&n->entries, 1);
    if (note == NULL) {
        return;
    }
    *note = (struct notes_note){.digits = 6, .lesson = n->playing};
    text_init(&note->typed);
    records_init(&note->records);
    n->left_out += n->bytes > NOTES_MOST;
    if (n->bytes <= NOTES_MOST) {
        text_add_bytes(&note->typed, typed, length);
        n->bytes += length + sizeof *note;
    }
}

static bool begins_play(const struct rec *r)
{
    return rec_is(r, KIND_lesson_begin) || rec_is(r, KIND_lesson_resumed) ||
           rec_is(r, KIND_review_item);
}

static bool ends_play(const struct rec *r)
{
    return rec_is(r, KIND_lesson_left) || rec_is(r, KIND_lesson_end) || rec_is(r, KIND_review_end);
}

// A document is as wide as `backstep check` takes a terminal to be, and shows every sign.
static void forget_terminal(struct rec *r)
{
    enum { COLUMNS = 80 };
    for (struct rec *f = r == NULL ? NULL : r->in.first; f != NULL; f = f->next) {
        if (f->key == KEY_columns && !rec_is(r, KIND_plot)) {
            f->whole = COLUMNS;
        } else if (f->key == KEY_ascii) {
            f->flag = false;
        }
    }
}

void notes_hear(struct notes *n, const struct rec *record, int digits)
{
    struct notes_note *note = last(n);
    if (note == NULL || rec_is(record, KIND_need) || rec_is(record, KIND_training) ||
        rec_is(record, KIND_trace)) {
        return;
    }
    n->playing = (n->playing || begins_play(record)) && !ends_play(record);
    note->lesson = note->lesson || begins_play(record);
    note->digits = digits;
    if (n->bytes <= NOTES_MOST) {
        size_t before = note->records.arena.total;
        rec_copy(&note->records, &note->records.list, record);
        forget_terminal(note->records.list.in.last);
        n->bytes += note->records.arena.total - before;
    }
}

// ---- What is shown ------------------------------------------------------------------------------

struct notes_document {
    const struct notes_page *page;
    struct text *out;
    size_t pictures;
    bool fence;  // a block of Markdown is open
    bool any;    // … was, before
    struct notebook notebook;
};

static bool is_picture(const struct rec *r)
{
    return rec_is(r, KIND_scene) || rec_is(r, KIND_plot);
}

// A picture for a file was written there; only its path is an answer.
static bool is_shown(const struct rec *r)
{
    return !is_picture(r) || rec_find(r, KEY_width) != NULL;
}

// One statement that failed changed nothing, and is left out. Of several the first may have worked.
static bool is_mistake(struct notes_note *note)
{
    const struct rec *only = note->records.list.in.first;
    return note->records.list.in.count == 1 && rec_is(only, KIND_error) &&
           strpbrk(text_get(&note->typed), ";\n") == NULL;
}

static struct words_form form_of(struct notes_note *note)
{
    return (struct words_form){.style = WORDS_PROMPT, .digits = note->digits};
}

static bool draw(struct notes_document *d, const struct rec *r, struct text *picture)
{
    const struct notes_page *page = d->page;
    bool drawn = page->draw != NULL && page->draw(page->at, r, d->pictures + 1, picture);
    d->pictures += drawn;
    return drawn;
}

static void add_words(struct text *out, const struct rec *r, struct notes_note *note)
{
    const struct words_form form = form_of(note);
    bundle_plain(out, r, &form);
}

// What was typed, as at a prompt: ∇ before the first line, … before the others.
static void add_typed(struct text *out, struct notes_note *note)
{
    const char *s = text_get(&note->typed);
    for (bool first = true; first || *s != '\0'; first = false) {
        size_t n = strcspn(s, "\n");
        text_add(out, first ? "∇ " : "… ");
        text_add_visible(out, s, n);
        text_add_char(out, '\n');
        s += n + (s[n] == '\n');
    }
}

// ---- Markdown -----------------------------------------------------------------------------------

static void close_fence(struct notes_document *d)
{
    text_add(d->out, d->fence ? "```\n" : "");
    d->fence = false;
}

static void add_markdown_pictures(struct notes_document *d, struct notes_note *note)
{
    const struct words_form form = form_of(note);
    for (const struct rec *r = note->records.list.in.first; r != NULL; r = r->next) {
        struct text path;
        text_init(&path);
        if (is_picture(r) && is_shown(r) && draw(d, r, &path)) {
            close_fence(d);
            text_addf(d->out, "\n![%s](<%s>)\n", rec_is(r, KIND_plot) ? "The plot" : "The graph",
                      text_get(&path));
        } else if (rec_is(r, KIND_derive)) {
            close_fence(d);
            markdown_add(d->out, r, &form);
        }
        text_release(&path);
    }
}

static void add_markdown_lesson(struct notes_document *d, struct notes_note *note)
{
    const struct words_form form = form_of(note);
    struct text typed;
    text_init(&typed);
    add_typed(&typed, note);
    close_fence(d);
    text_add_char(d->out, '\n');
    markdown_fence(d->out, "text", text_get(&typed), text_length(&typed));
    for (const struct rec *r = note->records.list.in.first; r != NULL; r = r->next) {
        if (!is_picture(r)) {
            markdown_add(d->out, r, &form);
        }
    }
    add_markdown_pictures(d, note);
    text_release(&typed);
}

static void add_markdown(struct notes_document *d, struct notes_note *note)
{
    if (note->lesson) {
        add_markdown_lesson(d, note);
        return;
    }
    if (!d->fence) {
        text_add(d->out, d->any ? "\n```backstep\n" : "\n```backstep new\n");
        d->fence = d->any = true;
    }
    add_typed(d->out, note);
    for (const struct rec *r = note->records.list.in.first; r != NULL; r = r->next) {
        if (is_picture(r)) {
            text_add(d->out, is_shown(r) ? "...\n" : "");
        } else {
            add_words(d->out, r, note);
        }
    }
    add_markdown_pictures(d, note);
}

// ---- HTML ---------------------------------------------------------------------------------------

static void add_html(struct notes_document *d, struct notes_note *note)
{
    const struct words_form form = form_of(note);
    struct text typed;
    text_init(&typed);
    add_typed(&typed, note);
    text_add(d->out, "<pre class=\"typed\">");
    html_text(d->out, text_get(&typed), text_length(&typed));
    text_add(d->out, "</pre>\n");
    for (const struct rec *r = note->records.list.in.first; r != NULL; r = r->next) {
        struct text svg;
        text_init(&svg);
        if (is_picture(r) && is_shown(r) && draw(d, r, &svg)) {
            text_addf(d->out, "<p><img alt=\"%s\" src=\"data:image/svg+xml;base64,",
                      rec_is(r, KIND_plot) ? "The plot" : "The graph");
            bundle_add_base64(d->out, text_get(&svg), text_length(&svg));
            text_add(d->out, "\"></p>\n");
        } else if (is_shown(r)) {
            html_add(d->out, r, &form);
        }
        text_release(&svg);
    }
    text_release(&typed);
}

// ---- A notebook ---------------------------------------------------------------------------------

static bool draw_svg(void *d, const struct rec *r, struct text *svg)
{
    return draw(d, r, svg);
}

// One output: plain text always, and the form that shows it best.
static void add_output(struct notes_document *d, struct notes_note *note, const struct rec *r)
{
    const struct words_form form = form_of(note);
    const struct bundle_drawer drawer = {.draw = draw_svg, .at = d};
    text_add(d->out, "{\"output_type\":\"display_data\",\"metadata\":{},\"data\":");
    bundle_add(d->out, r, &form, &drawer);
    text_add_char(d->out, '}');
}

static bool is_said(const struct rec *r, struct notes_note *note)
{
    struct text words;
    text_init(&words);
    add_words(&words, r, note);
    bool said = text_length(&words) > 0;
    text_release(&words);
    return said;
}

static void add_cell(struct notes_document *d, struct notes_note *note)
{
    notebook_code(&d->notebook, text_get(&note->typed), text_length(&note->typed));
    for (const struct rec *r = note->records.list.in.first; r != NULL; r = r->next) {
        if (is_said(r, note)) {
            notebook_output(&d->notebook);
            add_output(d, note, r);
        }
    }
    notebook_code_end(&d->notebook);
}

// ---- The document -------------------------------------------------------------------------------

// What the session held when the log began: statements that nobody typed, and no answers.
static void add_setup(struct notes_document *d, struct text *setup)
{
    if (text_length(setup) == 0) {
        return;
    }
    if (d->page->format == NOTES_MARKDOWN) {
        text_addf(d->out, "\n```backstep new\n%s```\n", text_get(setup));
        d->any = true;
    } else if (d->page->format == NOTES_HTML) {
        text_add(d->out, "<pre class=\"typed\">");
        html_text(d->out, text_get(setup), text_length(setup));
        text_add(d->out, "</pre>\n");
    } else {
        notebook_code(&d->notebook, text_get(setup), text_length(setup));
        notebook_code_end(&d->notebook);
    }
}

static void begin(struct notes_document *d)
{
    const char *title = d->page->title;
    switch (d->page->format) {
    case NOTES_MARKDOWN:
        text_add(d->out, "# ");
        markdown_text(d->out, title, strlen(title));
        text_add_char(d->out, '\n');
        break;
    case NOTES_HTML:
        text_add(d->out, "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>");
        html_text(d->out, title, strlen(title));
        text_addf(d->out,
                  "</title>\n<meta name=\"viewport\" content=\"width=device-width\">\n<style>\n"
                  ":root { color-scheme: light dark; }\n"
                  "body { font: 16px/1.45 sans-serif; max-width: 52em; margin: 2em auto; padding: "
                  "0 1em; }\n"
                  "pre.typed { font-weight: bold; margin: 1.2em 0 0.3em; white-space: pre-wrap; }\n"
                  "img { max-width: 100%%; background: white; }\n%s</style>\n<h1>",
                  html_style());
        html_text(d->out, title, strlen(title));
        text_add(d->out, "</h1>\n");
        break;
    case NOTES_NOTEBOOK:
        notebook_begin(&d->notebook, d->out);
    }
}

static void end(struct notes_document *d, const struct notes *n)
{
    struct text said;
    text_init(&said);
    if (n->left_out > 0) {
        text_addf(&said, "%zu more entries were too much to keep.", n->left_out);
    }
    if (d->page->format == NOTES_MARKDOWN) {
        close_fence(d);
        text_addf(d->out, n->left_out > 0 ? "\n%s\n" : "%s", text_get(&said));
    } else if (d->page->format == NOTES_HTML) {
        text_addf(d->out, n->left_out > 0 ? "<p>%s</p>\n</html>\n" : "%s</html>\n",
                  text_get(&said));
    } else {
        notebook_end(&d->notebook);
    }
    text_release(&said);
}

void notes_write(struct notes *n, const struct notes_page *page, struct text *out)
{
    struct notes_document d = {.page = page, .out = out};
    begin(&d);
    add_setup(&d, &n->setup);
    for (size_t i = 0; i + 1 < n->entries.count; i++) {
        struct notes_note *note = &BUF(struct notes_note, &n->entries)[i];
        if (text_length(&note->typed) == 0 || is_mistake(note)) {
            continue;
        }
        if (page->format == NOTES_MARKDOWN) {
            add_markdown(&d, note);
        } else if (page->format == NOTES_HTML) {
            add_html(&d, note);
        } else {
            add_cell(&d, note);
        }
    }
    end(&d, n);
}

// The file that a plot goes into, and the words after its name.
#include <string.h>

#include "command/commands.h"
#include "command/picture.h"
#include "command/plot.h"

static const char *const formats[] = {"png", "svg", "pdf"};

static bool is_empty(struct span s)
{
    return s.start == s.end;
}

static bool read_title(struct call *c, struct plot *p)
{
    p->title = call_word(c);
    if (!is_empty(p->title)) {
        return true;
    }
    diag_set(c->diag, c->command, "--title wants the title, in quotation marks");
    return diag_hint(c->diag, "write plot history loss.png --title \"Two rates\"");
}

static bool refuse_option(struct call *c, struct span word)
{
    char quoted[QUOTED];
    diag_set(c->diag, word, "a plot in a file has no option '%s'",
             diag_quote(quoted, c->lexer->source->text + word.start, word.end - word.start));
    return diag_hint(c->diag, "there are dark, --size slide (a4, column, square, or 6,4 inches) "
                              "and --title \"Words\"");
}

static bool read_options(struct call *c, struct plot *p)
{
    while (call_has_more(c)) {
        struct span word = call_word(c);
        bool ok = true;
        if (call_word_is(c, word, "dark") || call_word_is(c, word, "light")) {
            p->file.theme = call_word_is(c, word, "dark") ? "dark" : "light";
        } else if (call_word_is(c, word, "--size")) {
            ok = picture_read_size(c, &p->file) && picture_check_dots(c, &p->file);
        } else if (call_word_is(c, word, "--title")) {
            ok = read_title(c, p);
        } else {
            ok = refuse_option(c, word);
        }
        if (!ok) {
            return false;
        }
    }
    return true;
}

// --size and --title are after a file's name; before it they would be read as minus signs.
static bool is_option(const struct call *c, struct span word)
{
    return call_word_is(c, word, "--size") || call_word_is(c, word, "--title");
}

static bool refuse_early(struct call *c, struct span word)
{
    diag_set(c->diag, word, "this comes after the name of a file");
    return diag_hint(c->diag, "write plot history loss.png --size slide");
}

// The word, between blanks, that ends in a picture's format: a path such as /tmp/a.png would
// otherwise be read as a part of the formula before it.
bool plot_find_file(struct plot *p)
{
    struct call *c = p->call;
    struct lexer ahead = *c->lexer, *lexer = c->lexer;
    struct diag ignored = {0};
    const char *s = ahead.source->text;
    size_t outside = ahead.open;
    p->file.theme = "light";
    for (struct token t = lexer_peek(&ahead); !token_ends(t.kind); t = lexer_peek(&ahead)) {
        bool apart = t.at > 0 && strchr(" \t", s[t.at - 1]) != NULL && ahead.open == outside;
        struct lexer word_at = ahead;
        c->lexer = &word_at;
        struct span word = apart ? call_word(c) : (struct span){t.at, t.at};
        const char *format =
            call_format(formats, COUNT_OF(formats), s + word.start, word.end - word.start);
        if (apart && format != NULL) {
            p->path = p->file.path = word;
            p->format = p->file.format = format;
            bool ok = read_options(c, p);
            p->written = (struct span){t.at, word_at.at};
            c->lexer = lexer;
            return ok;
        }
        c->lexer = lexer;
        if (apart && is_option(c, word)) {
            return refuse_early(c, word);
        }
        size_t at = ahead.at;
        lexer_next(&ahead, &ignored);
        if (ahead.at == at) {
            break;
        }
    }
    return true;
}

void plot_put_file(struct plot *p, struct rec *plot)
{
    struct records *out = p->call->out;
    rec_text(out, plot, KEY_theme, p->file.theme);
    if (!is_empty(p->title)) {
        struct text title;
        text_init(&title);
        plot_label(p, p->title, &title);
        rec_text(out, plot, KEY_title, text_get(&title));
        text_release(&title);
    }
    if (p->file.width > 0) {
        picture_assume_sheet(&p->file);
        picture_put_size(p->call, plot, &p->file);
        rec_number(out, plot, KEY_letters, p->file.goal);
    }
}

enum call_end plot_end_of_file(struct plot *p)
{
    struct call *c = p->call;
    c->lexer->at = p->written.end;
    if (!call_finish(c)) {
        return CALL_FAILED;
    }
    if (!call_supplied(c)) {
        rec_text(c->out, call_need(c, "plot", p->path), KEY_format, p->format);
        return CALL_NEED;
    }
    return call_file_end(c, p->path);
}

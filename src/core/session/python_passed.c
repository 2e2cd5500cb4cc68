// Lines of Python that do nothing here, such as imports.
#include <string.h>

#include "session/python_parts.h"
#include "text/block.h"
#include "text/spelling.h"

static size_t line_end(const struct source *source, size_t at)
{
    const char *newline = memchr(source->text + at, '\n', source->length - at);
    return newline == NULL ? source->length : (size_t)(newline - source->text);
}

// `from a import (b,
//                c)`
static size_t statement_end(const struct source *source, size_t at)
{
    return lexer_statement_end(&(struct lexer){.source = source, .at = at});
}

// The end of a class or function with all that is indented below it.
static size_t definition_end(const struct source *source, size_t at)
{
    struct lexer l = {.source = source, .at = at};
    struct diag ignored;
    diag_clear(&ignored);
    struct span inside;
    struct token t;
    do {
        t = lexer_next(&l, &ignored);
        ignored.set = false;
        if (t.kind == TOKEN_COLON && l.open == 0) {
            // Its lines are not ours to judge.
            return block_read(source, at, t.span.end, &inside, &ignored) ? inside.end
                   : ignored.span.start > t.span.end ? line_end(source, ignored.span.start)
                                                     : t.at;
        }
    } while (!token_ends(t.kind));
    return t.at;
}

// A statement that begins at byte `at` is passed over up to the byte returned; 0: it is not.
static size_t passed_over(const struct source *source, size_t at)
{
    static const char *const built_in = "Value Module Neuron Layer MLP";
    static const char *const drawing = "trace draw_dot build_topo draw build";
    struct lexer l = {.source = source, .at = at};
    struct diag ignored;
    diag_clear(&ignored);
    const char *s = source->text + at;
    size_t n = source->length - at;
    size_t sign = n > 2 && (s[0] == '%' || s[0] == '!') ? 1 + (s[1] == s[0]) : 0, letters = 0;
    while (sign > 0 && sign + letters < n && s[sign + letters] >= 'a' && s[sign + letters] <= 'z') {
        letters++;
    }
    if (letters > 1) {
        return line_end(source, at);
    }
    struct token word = lexer_next(&l, &ignored), next = lexer_next(&l, &ignored);
    bool name = word.kind == TOKEN_NAME && next.kind == TOKEN_NAME;
    const char *called = name ? token_text(&l, next) : "";
    if (name && (token_is(&l, word, "import") || token_is(&l, word, "from"))) {
        return statement_end(source, at);
    }
    if ((name && token_is(&l, word, "class") && text_among(built_in, called, token_length(next))) ||
        (name && token_is(&l, word, "def") && text_among(drawing, called, token_length(next)) &&
         lexer_next(&l, &ignored).kind == TOKEN_OPEN)) {
        return definition_end(source, at);
    }
    if (word.kind == TOKEN_NAME && next.kind == TOKEN_DOT &&
        (token_is(&l, word, "plt") || token_is(&l, word, "warnings")) &&
        !token_is(&l, lexer_peek(&l), "plot")) {
        return statement_end(source, at);
    }
    return 0;
}

// "import math", "class Value": up to the line's end, shortened.
static void add_passed(struct text *list, const struct source *source, size_t at, size_t end)
{
    enum { SHOWN = 28 };
    size_t stop = line_end(source, at);
    stop = stop < end ? stop : end;
    for (size_t i = at; i < stop; i++) {
        stop = strchr("(:#", source->text[i]) != NULL ? i : stop;
    }
    stop = at + text_trimmed(source->text + at, stop - at);
    size_t cut = utf8_cut(source->text + at, stop - at, SHOWN);
    text_addf(list, "%s%.*s%s", text_length(list) == 0 ? "" : ", ", (int)cut, source->text + at,
              cut < stop - at ? "…" : "");
}

// Imports of the modules whose functions are here go without saying.
static bool goes_without_saying(const struct source *source, size_t at)
{
    struct lexer l = {.source = source, .at = at};
    struct diag ignored;
    diag_clear(&ignored);
    struct token word = lexer_next(&l, &ignored), name = lexer_next(&l, &ignored);
    return (token_is(&l, word, "import") || token_is(&l, word, "from")) &&
           name.kind == TOKEN_NAME &&
           (spelling_module(token_text(&l, name), token_length(name)) ||
            text_among("matplotlib micrograd", token_text(&l, name), token_length(name)));
}

// One notice for all of a text.
static void note_passed(struct call *c, size_t from)
{
    enum { LISTED = 6 };
    const struct source *source = c->lexer->source;
    struct text list;
    size_t count = 0;
    bool silent = true;
    text_init(&list);
    for (size_t at = from; at < source->length; at = line_end(source, at) + 1) {
        size_t end = passed_over(source, at);
        if (end > 0 && count++ < LISTED) {
            add_passed(&list, source, at, end);
            silent &= goes_without_saying(source, at);
        }
        at = end > at ? end : at;
    }
    if (count > LISTED) {
        text_addf(&list, " and %zu more", count - LISTED);
    }
    if (!silent) {
        call_notice(c, (struct span){from, from + 1}, "passed over, as it is not needed here: %s",
                    text_get(&list));
    }
    text_release(&list);
    c->frame->told_passed = true;
}

bool python_pass_over(struct call *c)
{
    const struct source *source = c->lexer->source;
    size_t at = lexer_peek(c->lexer).at, end = passed_over(source, at);
    if (end == 0) {
        return false;
    }
    if (!c->frame->told_passed) {
        note_passed(c, at);
    }
    c->lexer->at = end;
    c->lexer->open = 0;
    return true;
}

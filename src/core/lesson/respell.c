#include "lesson/respell.h"

#include <string.h>

#include "formula/letters.h"
#include "text/lexer.h"

// The next name in a text, from *at on; false at its end.
static bool next_name(const char *s, size_t *at, struct span *name)
{
    while (s[*at] != '\0' && (!text_in_name(s[*at]) || text_is_digit(s[*at]))) {
        ++*at;
    }
    *name = (struct span){*at, *at};
    while (s[*at] != '\0' && text_in_name(s[*at])) {
        ++*at;
    }
    name->end = *at;
    return name->end > name->start;
}

static bool is_name_of_question(const struct judging *j, const char *s, size_t n)
{
    struct span name;
    if (names_lookup(j->scope->names, s, n).rank != VALUE_UNBOUND) {
        return true;
    }
    for (size_t at = 0; next_name(j->q->text, &at, &name);) {
        if (name.end - name.start == n && memcmp(j->q->text + name.start, s, n) == 0) {
            return true;
        }
    }
    return false;
}

bool respell_name(const struct judging *j, const char *s, size_t n, struct text *out)
{
    struct text ascii, other;
    struct span name;
    bool found = false;
    if (is_name_of_question(j, s, n)) {
        return false;
    }
    text_init(&ascii);
    text_init(&other);
    letters_ascii(&ascii, s, n);
    for (size_t at = 0; !found && next_name(j->q->text, &at, &name);) {
        text_clear(&other);
        letters_ascii(&other, j->q->text + name.start, name.end - name.start);
        found = strcmp(text_get(&other), text_get(&ascii)) == 0;
        if (found) {
            text_add_bytes(out, j->q->text + name.start, name.end - name.start);
        }
    }
    text_release(&ascii);
    text_release(&other);
    return found;
}

bool respell_answer(const struct judging *j, struct text *out)
{
    struct source source = {.name = "", .text = j->text, .length = j->answer.end, .line = 1};
    struct lexer l;
    struct diag ignored = {0};
    size_t at = j->answer.start;
    bool some = false;
    lexer_init(&l, &source);
    l.at = at;
    for (struct token t = lexer_next(&l, &ignored); t.kind != TOKEN_END && t.kind != TOKEN_BAD;
         t = lexer_next(&l, &ignored)) {
        if (t.kind == TOKEN_NAME && !t.partial && !t.latex) {
            text_add_bytes(out, j->text + at, t.span.start - at);
            bool other = respell_name(j, token_text(&l, t), token_length(t), out);
            at = other ? t.span.end : t.span.start;
            some |= other;
        }
    }
    text_add_bytes(out, j->text + at, j->answer.end - at);
    return some;
}

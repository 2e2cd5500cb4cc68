#include "session/teach.h"

#include <string.h>

enum { NAMES_MOST = 8 };  // of more, nobody types a list

static bool is_listed(const struct rec *names, const char *s, size_t n)
{
    for (const struct rec *name = names->in.first; name != NULL; name = name->next) {
        if (strlen(name->text) == n && memcmp(name->text, s, n) == 0) {
            return true;
        }
    }
    return false;
}

// A name for which the learner can give a value: not a function's, not after a dot.
static bool lacks_value(const struct session *s, struct lexer *l, struct token before,
                        struct token t)
{
    const char *text = token_text(l, t);
    size_t n = token_length(t);
    bool call = lexer_peek(l).kind == TOKEN_OPEN && lexer_peek(l).mark == '(';
    return t.kind == TOKEN_NAME && !t.partial && before.kind != TOKEN_DOT && !call &&
           names_lookup(&s->names, text, n).rank == VALUE_UNBOUND && !lower_is_known(text, n) &&
           !lower_is_function(text, n);
}

void teach_names(const struct session *s, const struct source *source, size_t start,
                 struct records *out, struct rec *error)
{
    struct lexer l = {.source = source, .at = start};
    struct diag ignored = {0};
    struct token t = lexer_next(&l, &ignored), before = {.kind = TOKEN_BREAK};
    struct rec *names = rec_list(out, error, KEY_names);
    size_t end = start;
    bool right = false;  // of the sign =
    while (!token_ends(t.kind) && t.kind != TOKEN_BAD) {
        const char *text = token_text(&l, t);
        if (right && names->in.count < NAMES_MOST && lacks_value(s, &l, before, t) &&
            !is_listed(names, text, token_length(t))) {
            rec_bytes(out, names, KEY_NONE, text, token_length(t));
        }
        right |= t.kind == TOKEN_ASSIGN;
        end = t.span.end;
        before = t;
        t = lexer_next(&l, &ignored);
    }
    rec_bytes(out, error, KEY_statement, source->text + start, end - start);
}

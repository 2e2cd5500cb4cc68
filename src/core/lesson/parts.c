#include "lesson/parts.h"

#include <math.h>
#include <string.h>

#include "formula/expr.h"
#include "text/excerpt.h"

// ---- Lines --------------------------------------------------------------------------------------

bool part_line(const struct lesson_part *p, size_t *at, struct span *line)
{
    if (*at >= p->n) {
        return false;
    }
    const char *end = memchr(p->s + *at, '\n', p->n - *at);
    *line = (struct span){*at, end == NULL ? p->n : (size_t)(end - p->s)};
    *at = line->end + 1;
    if (line->end > line->start && p->s[line->end - 1] == '\r') {
        line->end--;
    }
    return true;
}

bool part_goes_on(const struct lesson_part *p)
{
    if (p->lesson == NULL || p->lesson->tell == NULL || p->arena->failed) {
        return false;
    }
    p->lesson->tell(p->lesson->tell_at, p->d);
    *p->d = (struct diag){0};
    return true;
}

struct span part_trim(const struct lesson_part *p, struct span at)
{
    return span_trim(p->s, at);
}

bool part_is(const struct lesson_part *p, struct span at, const char *word)
{
    size_t n = strlen(word);
    return at.end - at.start == n && memcmp(p->s + at.start, word, n) == 0;
}

const char *part_copy(const struct lesson_part *p, struct span at)
{
    const char *copy = arena_copy(p->arena, p->s + at.start, at.end - at.start);
    return copy == NULL ? "" : copy;
}

bool part_find(const struct lesson_part *p, struct span in, const char *what, size_t *at)
{
    size_t n = strlen(what);
    for (size_t i = in.start; i + n <= in.end; i++) {
        if (memcmp(p->s + i, what, n) == 0) {
            *at = i;
            return true;
        }
    }
    return false;
}

bool part_key(const struct lesson_part *p, struct span line, struct span *key, struct span *value)
{
    size_t at = line.start;
    while (at < line.end && p->s[at] >= 'a' && p->s[at] <= 'z') {
        at++;
    }
    bool found = at > line.start && at < line.end && p->s[at] == ':' &&
                 (at + 1 == line.end || text_is_blank(p->s[at + 1]));
    if (found) {
        *key = (struct span){line.start, at};
        *value = part_trim(p, (struct span){at + 1, line.end});
    }
    return found;
}

// ---- Expressions --------------------------------------------------------------------------------

static bool piece_end(struct excerpt *piece, const struct lesson_part *p, bool ok)
{
    struct diag ignored = {0}, *d = p->d->set ? &ignored : p->d;
    struct token after = lexer_peek(&piece->lexer);
    if (ok && after.kind != TOKEN_END) {
        ok = diag_set(&piece->d, after.span, "the expression should end here");
    }
    return excerpt_end(piece, ok, d);
}

static bool has_something(const struct lesson_part *p, struct span at)
{
    return at.end > at.start || diag_set(p->d, at, "an expression is missing here");
}

bool part_expression(const struct lesson_part *p, struct span at)
{
    if (!has_something(p, at)) {
        return false;
    }
    struct excerpt piece;
    excerpt_init(&piece, NULL, p->s, at);
    struct item item = parser_next(&piece.parser);
    while (item.kind != ITEM_END && item.kind != ITEM_ERROR) {
        item = parser_next(&piece.parser);
    }
    return piece_end(&piece, p, item.kind == ITEM_END && !piece.d.set);
}

// A formula, after which a name may be.
static bool read_formula(const struct lesson_part *p, struct span at, bool name)
{
    if (!has_something(p, at)) {
        return false;
    }
    struct excerpt piece;
    struct exprs pool;
    uint32_t root;
    exprs_init(&pool);
    excerpt_init(&piece, NULL, p->s, at);
    bool ok = expr_parse(&pool, &piece.parser, &root);
    if (ok && name && lexer_peek(&piece.lexer).kind == TOKEN_NAME) {
        lexer_next(&piece.lexer, &piece.d);
    }
    ok = piece_end(&piece, p, ok);
    exprs_release(&pool);
    return ok;
}

// What is not a formula of single numbers may be one of whole arrays, which only the graph can
// tell.
bool part_formula(const struct lesson_part *p, struct span at)
{
    struct diag aside = {0};
    struct lesson_part quiet = *p;
    quiet.d = &aside;
    return part_expression(&quiet, at) || read_formula(p, at, false);
}

bool part_derived(const struct lesson_part *p, struct span at)
{
    return read_formula(p, at, true);
}

bool part_text(const struct lesson_part *p, struct span at)
{
    for (size_t i = at.start; i + 1 < at.end; i++) {
        if (p->s[i] == '\\') {
            i++;
        } else if (p->s[i] == '{' && p->s[i + 1] == '=') {
            size_t end;
            if (!part_find(p, (struct span){i, at.end}, "}", &end)) {
                diag_set(p->d, (struct span){i, i + 2}, "'{=' is not closed by '}'");
                return diag_hint(p->d, "write \\{= if no value should be put here");
            }
            if (!part_expression(p, part_trim(p, (struct span){i + 2, end}))) {
                return false;
            }
            i = end;
        }
    }
    return true;
}

// ---- Numbers and ids ----------------------------------------------------------------------------

size_t part_number(const struct lesson_part *p, struct span at, double *number)
{
    bool sign = at.start < at.end && p->s[at.start] == '-';
    size_t start = at.start + sign;
    size_t used = start < at.end ? number_read(p->s + start, at.end - start, number) : 0;
    if (used == 0 || !isfinite(*number)) {
        return 0;
    }
    *number = sign ? -*number : *number;
    return used + sign;
}

bool part_whole(const struct lesson_part *p, struct span at, int least, int most, int *whole)
{
    double number;
    size_t used = part_number(p, at, &number);
    if (used == 0 || used != at.end - at.start || number != floor(number) || number < least ||
        number > most) {
        return diag_set(p->d, at, "a whole number from %d to %d is needed here", least, most);
    }
    *whole = (int)number;
    return true;
}

bool part_is_id(const char *s, size_t n)
{
    bool ok = n > 0 && n <= LESSON_ID_MOST;
    for (size_t i = 0; ok && i < n; i++) {
        ok = (s[i] >= 'a' && s[i] <= 'z') || text_is_digit(s[i]) || s[i] == '-';
    }
    return ok;
}

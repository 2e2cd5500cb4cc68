#include "text/block.h"

#include <string.h>

#include "base/text.h"

enum { TAB = 8, DEPTH_MOST = 64 };

static bool is_indent(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static size_t line_start(const struct source *source, size_t at)
{
    while (at > 0 && source->text[at - 1] != '\n') {
        at--;
    }
    return at;
}

// The first thing in the line that begins at byte `start`; its column.
static size_t line_first(const struct source *source, size_t start, size_t *column)
{
    size_t at = start;
    *column = 0;
    while (at < source->length && is_indent(source->text[at])) {
        *column = source->text[at] == '\t' ? *column + TAB - *column % TAB : *column + 1;
        at++;
    }
    return at;
}

size_t block_column(const struct source *source, size_t at)
{
    size_t column;
    line_first(source, line_start(source, at), &column);
    return column;
}

// Goes after the last thing of the line that the lexer is in; a bracket that is open goes on in
// the next. *colon: it ends in ":".
static size_t line_last(struct lexer *l, bool *colon)
{
    struct diag ignored = {0};
    size_t end = l->at;
    *colon = false;
    for (;;) {
        struct token t = lexer_next(l, &ignored);
        if (t.kind == TOKEN_END || (t.kind == TOKEN_BREAK && l->source->text[t.at] == '\n')) {
            l->at = t.at;
            return end;
        }
        ignored.set = false;
        end = l->at;
        *colon = t.kind == TOKEN_COLON;
    }
}

// The columns of the blocks that are open, outermost first.
struct columns {
    size_t at[DEPTH_MOST], count;
};

// May a line be at this column, after one that ended in ":" or not?
static bool fits(struct columns *c, size_t column, bool colon)
{
    if (c->count > 0 && column > c->at[c->count - 1]) {
        return colon && c->count < DEPTH_MOST && (c->at[c->count++] = column, true);
    }
    while (c->count > 0 && column < c->at[c->count - 1]) {
        c->count--;
    }
    return c->count > 0 && column == c->at[c->count - 1];
}

static bool read_lines(const struct source *source, size_t least, size_t at, struct span *inside,
                       struct diag *d)
{
    struct columns columns = {.count = 0};
    bool colon = false, some = false;
    while (at < source->length) {
        size_t column, first = line_first(source, at, &column);
        struct lexer l = {.source = source, .at = first};
        bool empty =
            first == source->length || source->text[first] == '\n' || source->text[first] == '#';
        if (!empty && column <= least) {
            break;
        }
        if (!empty && !some) {
            columns.at[columns.count++] = column;
            inside->start = first;
        } else if (!empty && !fits(&columns, column, colon)) {
            diag_set(d, (struct span){first, first + 1},
                     "this line is not indented like those before it");
            return diag_hint(d, "the lines of a block begin at one column");
        }
        size_t end = line_last(&l, empty ? (&(bool){false}) : &colon);
        inside->end = empty ? inside->end : end;
        some |= !empty;
        at = l.at + 1;
    }
    return some;
}

bool block_read(const struct source *source, size_t head, size_t at, struct span *inside,
                struct diag *d)
{
    struct lexer l = {.source = source, .at = at};
    struct token t = lexer_peek(&l);
    bool colon;
    if (t.kind != TOKEN_END && source->text[t.at] != '\n') {
        *inside = (struct span){t.at, line_last(&l, &colon)};
        return true;
    }
    size_t from = t.kind == TOKEN_END ? source->length : t.at + 1;
    if (read_lines(source, block_column(source, head), from, inside, d)) {
        return true;
    }
    diag_set(d, (struct span){at - 1, at}, "the block is missing");
    return diag_hint(d, "indent its lines further than this one");
}

// Does a line of the text begin a block?
static bool begins_block(const struct source *source)
{
    struct lexer l = {.source = source};
    bool opened = false, colon;
    while (l.at < source->length && !opened) {
        struct token first = lexer_peek(&l);
        line_last(&l, &colon);
        opened = colon && first.kind == TOKEN_NAME;
        l.at += l.at < source->length;
    }
    return opened;
}

// Is the last line one that ought to stand further in than the one before it, which ends in ":"?
static bool lacks_indent(const struct source *typed)
{
    size_t start = line_start(typed, typed->length), before = start > 0 ? start - 1 : 0;
    size_t column, first = line_first(typed, start, &column);
    size_t head = line_start(typed, before);
    struct lexer l = {.source = typed, .at = head};
    bool colon = false;
    if (start > 0) {
        line_last(&l, &colon);
    }
    return colon && first < typed->length && typed->text[first] != '#' &&
           column <= block_column(typed, head);
}

bool block_wants_more(const struct source *typed)
{
    bool ended = typed->length > 0 && typed->text[typed->length - 1] == '\n';
    return lexer_wants_more(typed) || (!ended && begins_block(typed) && !lacks_indent(typed));
}

// Is the line at byte `at` further in, or do only blank lines come before one that does?
static bool goes_on(const struct source *all, size_t at)
{
    while (at < all->length && all->text[at] == '\n') {
        at++;
    }
    return at < all->length && (all->text[at] == ' ' || all->text[at] == '\t');
}

// Reads on to the end of the lines, which have grown: is a bracket open?
static bool is_open(struct lexer *l)
{
    struct diag ignored = {0};
    while (lexer_next(l, &ignored).kind != TOKEN_END) {
        ignored.set = false;
    }
    return l->open > 0;
}

void block_take_lines(struct source *all, size_t *at, struct source *lines)
{
    size_t end = *at;
    source_advance(all, *at);
    *lines = (struct source){
        .name = all->name, .text = all->text + *at, .line = all->line + all->known_lines};
    struct lexer l;
    bool open, block = false;
    lexer_init(&l, lines);
    do {
        const char *newline = memchr(all->text + end, '\n', all->length - end);
        end = newline == NULL ? all->length : (size_t)(newline - all->text);
        lines->length = end - *at;
        end += end < all->length;
        open = is_open(&l);
        block = block || (!open && end < all->length && goes_on(all, end) && begins_block(lines));
    } while (end < all->length && (open || (block && goes_on(all, end))));
    *at = end;
}

// Brackets, and what is between them; fields.
#include "text/parser_parts.h"

char parser_closing(const struct parser_frame *f)
{
    return f->kind == FRAME_PAREN || f->kind == FRAME_CALL || f->kind == FRAME_SLOPE ? ')'
           : f->kind == FRAME_ARRAY || f->kind == FRAME_INDEX                        ? ']'
           : f->kind == FRAME_BARS                                                   ? '|'
                                                                                     : '}';
}

// "." name, or "." name "(": a field, or a function called as a method.
void parser_read_field(struct parser *p)
{
    lexer_next(p->lexer, p->diag);
    struct token name = lexer_next(p->lexer, p->diag);
    if (name.kind != TOKEN_NAME || name.partial) {
        diag_set(p->diag, name.span, "a field's name is missing after the point");
        diag_hint(p->diag, "fields are .data and .grad; a function may follow too: x.tanh()");
        return;
    }
    struct token next = lexer_peek(p->lexer);
    if (token_opens(next, '(')) {
        struct span span = name.span;
        lexer_next(p->lexer, p->diag);
        struct lexer ahead = *p->lexer;
        struct token after = lexer_next(&ahead, p->diag);
        if (token_closes(after, ')')) {
            *p->lexer = ahead;
            parser_put(p, (struct item){.kind = ITEM_CALL, .count = 1, .span = span});
        } else {
            parser_push(p, (struct parser_frame){.kind = FRAME_CALL, .count = 1, .span = span});
            p->want_operand = true;
        }
        return;
    }
    parser_put(p, (struct item){.kind = ITEM_FIELD, .span = name.span});
    p->last = name.span;
}

// A part of a bracket is complete: what its frame remembers of it is put out.
static void end_part(struct parser *p)
{
    struct parser_frame *f = parser_top(p);
    BS_ASSERT(f != NULL);
    if (f->axis) {
        parser_put(p, (struct item){.kind = ITEM_AXIS, .span = f->span});
    }
    if (f->slice) {
        parser_put(p, (struct item){.kind = ITEM_SLICE, .span = f->span});
    }
    if (f->spread) {
        parser_put(p, (struct item){.kind = ITEM_SPREAD, .span = f->span});
    }
    f->axis = f->slice = f->spread = false;
    f->count++;
}

// What a bracket that is closed comes to.
static void put_bracket(struct parser *p, const struct parser_frame *f)
{
    static const enum item_kind items[] = {
        [FRAME_CALL] = ITEM_CALL, [FRAME_ARRAY] = ITEM_ARRAY, [FRAME_INDEX] = ITEM_INDEX};
    if (f->kind == FRAME_BARS) {
        parser_put(p, (struct item){.kind = ITEM_OP, .op = OP_ABS, .span = f->span});
    } else if (f->kind == FRAME_FRAC) {
        parser_put(p, (struct item){.kind = ITEM_OP, .op = OP_DIV, .span = f->span});
    } else if (f->kind == FRAME_BRACE && f->root) {
        parser_put(p, (struct item){.kind = ITEM_OP, .op = OP_SQRT, .span = f->span});
    } else if (f->tuple) {
        parser_put(p, (struct item){.kind = ITEM_TUPLE, .count = f->count + 1, .span = f->span});
    } else if (f->kind != FRAME_PAREN && f->kind != FRAME_BRACE) {
        parser_put(p, (struct item){.kind = items[f->kind], .count = f->count, .span = f->span});
    }
    if (f->raised != 0) {
        parser_put(p, (struct item){.kind = ITEM_NUMBER, .number = f->raised, .span = f->span});
        parser_put(p, (struct item){.kind = ITEM_OP, .op = OP_POW, .span = f->span});
    }
}

void parser_read_close(struct parser *p, struct token t)
{
    parser_reduce(p, PRECEDENCE_COMPARE);
    struct parser_frame *f = parser_bracket(p);
    if (f->kind == FRAME_EACH) {
        parser_close_each(p, t);
        return;
    }
    char wanted = parser_closing(f);
    if (t.mark != wanted) {
        diag_set(p->diag, t.span, "'%c' closes nothing that is open here", t.mark);
        diag_hint(p->diag, "the open bracket here is '%c'",
                  wanted == ')'   ? '('
                  : wanted == ']' ? '['
                  : wanted == '}' ? '{'
                                  : '|');
        return;
    }
    if (f->kind == FRAME_CALL || f->kind == FRAME_ARRAY || f->kind == FRAME_INDEX) {
        end_part(p);
    }
    lexer_next(p->lexer, p->diag);
    if (f->kind == FRAME_FRAC && f->count++ == 0) {
        if (parser_read_tex_argument(p)) {  // \frac{1}2
            parser_put(p, (struct item){.kind = ITEM_OP, .op = OP_DIV, .span = f->span});
            parser_pop_bracket(p);
            return;
        }
        struct token open = lexer_next(p->lexer, p->diag);
        if (!token_opens(open, '{')) {
            diag_set(p->diag, open.span, "the second part of this fraction is missing");
            diag_hint(p->diag, "write \\frac{a}{b}, or a/b");
        }
        p->want_operand = true;
        return;
    }
    struct parser_frame closed = *f;
    parser_pop_bracket(p);
    if (closed.kind == FRAME_SLOPE) {
        parser_end_nested_slope(p, closed.span, closed.beneath);
        return;
    }
    put_bracket(p, &closed);
    p->closed = t.mark == ')' && !closed.tuple ? t.span.end : 0;
    p->closed_name = closed.kind == FRAME_CALL ? closed.span : (struct span){0, 0};
    if (closed.tuple_of_one) {
        parser_skip_first(p);
    }
}

// (2, 3) as the argument of a call: a vector, for what takes a shape.
static bool is_tuple(struct parser *p)
{
    // analysis: inside a bracket there is a frame
    return parser_top(p)->kind == FRAME_PAREN && p->open.count > 1 &&
           BUF(struct parser_frame, &p->open)[p->open.count - 2].kind == FRAME_CALL;
}

void parser_read_comma(struct parser *p, struct token t)
{
    parser_reduce(p, PRECEDENCE_COMPARE);
    // analysis: a comma is read inside a bracket alone, which has a frame
    if ((parser_top(p)->kind == FRAME_EACH && parser_top(p)->zip) || is_tuple(p)) {
        parser_top(p)->tuple = parser_top(p)->kind == FRAME_PAREN;
        parser_top(p)->count++;
        p->want_operand = true;
        lexer_next(p->lexer, p->diag);
        return;
    }
    if (parser_top(p)->kind != FRAME_CALL && parser_top(p)->kind != FRAME_ARRAY &&
        parser_top(p)->kind != FRAME_INDEX) {
        diag_set(p->diag, t.span, "a comma separates the values given to a function");
        diag_hint(p->diag, "an array is written [1, 2]; a call has a name before its parenthesis");
        return;
    }
    end_part(p);
    p->want_operand = true;
    lexer_next(p->lexer, p->diag);
}

// The ":" of a slice, inside the brackets of an index.
void parser_read_colon(struct parser *p, struct token t)
{
    parser_reduce(p, PRECEDENCE_COMPARE);
    struct parser_frame *f = parser_bracket(p);
    if (f->kind == FRAME_INDEX && f->slice) {
        diag_set(p->diag, t.span, "a slice here has no step");
        diag_hint(p->diag, "an array of indices takes any rows: X[range(0, len(X), 2)]");
        return;
    }
    if (f->kind != FRAME_INDEX) {
        diag_set(p->diag, t.span, "a slice has one ':', between its bounds");
        diag_hint(p->diag, "write X[1:3] or X[:, 0]");
        return;
    }
    f->slice = p->want_operand = true;
    lexer_next(p->lexer, p->diag);
}

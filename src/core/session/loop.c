// def, repeat and for: statements that keep text, or run it again.
#include <math.h>
#include <string.h>

#include "session/call.h"

// ---- def ----------------------------------------------------------------------------------------

enum { PARAMS_MOST = 64 };

static bool read_params(struct call *c, uint32_t *params, uint32_t *count)
{
    struct token t = lexer_next(c->lexer, c->diag);
    if (t.kind != TOKEN_OPEN || t.mark != '(') {
        diag_set(c->diag, t.span, "the names of its values are missing");
        return diag_hint(c->diag, "write def neuron(x, w, b) = tanh(w @ x + b)");
    }
    for (t = lexer_next(c->lexer, c->diag); t.kind != TOKEN_CLOSE;) {
        if (t.kind != TOKEN_NAME || *count == PARAMS_MOST) {
            diag_set(c->diag, t.span,
                     *count == PARAMS_MOST ? "too many values for one function"
                                           : "a name is missing here");
            return diag_hint(c->diag,
                             "the values of a function are named, as in def f(x, y) = x*y");
        }
        params[*count] = names_intern(&c->s->names, token_text(c->lexer, t), token_length(t));
        for (uint32_t i = 0; i < *count; i++) {
            if (params[i] == params[*count]) {
                return diag_set(c->diag, t.span, "two values of this function have the same name");
            }
        }
        ++*count;
        t = lexer_next(c->lexer, c->diag);
        if (t.kind == TOKEN_COMMA) {
            t = lexer_next(c->lexer, c->diag);
        } else if (t.kind != TOKEN_CLOSE) {
            diag_set(c->diag, t.span, "a comma or ')' is missing here");
            return false;
        }
    }
    return true;
}

// Reads the body over, so that its form is known to be right; its names are looked up at each call.
static bool read_body(struct call *c, struct span *body)
{
    struct parser p;
    struct item item;
    body->start = lexer_peek(c->lexer).at;
    parser_init(&p, c->lexer, &c->s->names, c->diag);
    do {
        item = parser_next(&p);
    } while (item.kind != ITEM_END && item.kind != ITEM_ERROR);
    body->end = c->lexer->at;
    parser_release(&p);
    return item.kind == ITEM_END && call_finish(c);
}

bool loop_define(struct call *c)
{
    uint32_t params[PARAMS_MOST], count = 0;
    struct span body;
    char quoted[QUOTED];
    lexer_next(c->lexer, c->diag);
    struct token name = lexer_next(c->lexer, c->diag);
    if (name.kind != TOKEN_NAME) {
        diag_set(c->diag, name.span, "the function's name is missing");
        return diag_hint(c->diag, "write def neuron(x, w, b) = tanh(w @ x + b)");
    }
    const char *s = token_text(c->lexer, name);
    if (lower_is_function(s, token_length(name))) {
        diag_set(c->diag, name.span, "'%s' is a function already",
                 diag_quote(quoted, s, token_length(name)));
        return diag_hint(c->diag, "choose another name");
    }
    if (!read_params(c, params, &count)) {
        return false;
    }
    struct token equals = lexer_next(c->lexer, c->diag);
    if (equals.kind != TOKEN_ASSIGN || equals.op != OP_COUNT) {
        diag_set(c->diag, equals.span, "'=' and the formula are missing");
        return diag_hint(c->diag, "write def f(x) = x*x");
    }
    if (!read_body(c, &body)) {
        return false;
    }
    uint32_t id = names_intern(&c->s->names, s, token_length(name));
    bool ok = id != NAME_NONE &&
              definitions_add(&c->s->definitions, id, params, count,
                              c->lexer->source->text + body.start, body.end - body.start);
    return ok || diag_out_of_memory(c->diag);
}

// ---- repeat and for -----------------------------------------------------------------------------

// The block in braces that follows: its inside. The lexer is left behind it.
static bool read_block(struct call *c, struct span *inside)
{
    struct token t = lexer_next(c->lexer, c->diag);
    if (t.kind != TOKEN_OPEN || t.mark != '{') {
        diag_set(c->diag, t.span, "the block to be repeated is missing");
        return diag_hint(c->diag, "write it in braces: { backward L; update 0.1; zero }");
    }
    struct span open = t.span;
    inside->start = t.span.end;
    size_t outside = c->lexer->open - 1;
    while (c->lexer->open > outside) {
        t = lexer_next(c->lexer, c->diag);
        if (t.kind == TOKEN_BAD) {
            return false;
        }
        if (t.kind == TOKEN_END) {
            diag_set(c->diag, open, "this brace is never closed");
            return diag_hint(c->diag, "a '}' is missing");
        }
    }
    inside->end = t.span.start;
    return call_finish(c);
}

// The next turn: binds the name that counts.
static bool next_turn(struct call *c, struct frame *f)
{
    struct session *s = c->s;
    if (f->turn == f->turns) {
        return false;
    }
    if (s->world.stop != NULL && *s->world.stop != 0) {
        diag_set(c->diag, f->statement, "interrupted");
        return diag_hint(c->diag, "nothing of the loop is kept");
    }
    if (f->variable != NAME_NONE) {
        uint32_t leaf = tape_leaf(&s->tape, f->from + (double)f->turn, 0);
        struct recipe row = {.name = f->variable, .op = OP_COUNT, .value = value_of_node(leaf)};
        if (leaf == NODE_NONE || !recipes_add(s, row, NULL, 0) ||
            !names_bind(&s->names, &s->undo, f->variable, value_of_node(leaf))) {
            return diag_out_of_memory(c->diag);
        }
    }
    f->turn++;
    f->lexer.at = f->start;
    f->lexer.open = 0;
    return true;
}

// The frame reads the same text, up to the closing brace, so that places in it stay true.
static bool push_loop(struct call *c, struct span inside, uint32_t variable, double from,
                      double turns)
{
    struct source source = *c->lexer->source;
    if (turns < 1 ||
        lexer_peek(&(struct lexer){.source = &source, .at = inside.start}).kind == TOKEN_END) {
        return true;
    }
    struct span statement = {c->command.start, c->lexer->at};
    if (!session_in_loop(c->s)) {
        session_compact_from_here(c->s);
    }
    struct frame *f = session_new_frame(c->s, FRAME_LOOP, statement);
    if (f == NULL) {
        diag_set(c->diag, c->command, "loops are nested too deeply here");
        return diag_hint(c->diag, "a function, with def, may say the inner part");
    }
    f->more = next_turn;
    f->source = source;
    f->source.length = inside.end;
    f->beyond = source.length - inside.end;
    f->variable = variable;
    f->from = from;
    f->start = inside.start;
    f->turns = (int64_t)turns;
    f->lexer =
        (struct lexer){.source = &f->source, .at = inside.end};  // its turns begin at its end
    return true;
}

bool loop_repeat(struct call *c)
{
    int64_t turns;
    struct span inside;
    lexer_next(c->lexer, c->diag);
    return call_whole(c, "the number of turns", 0, 1000000000000, &turns) &&
           read_block(c, &inside) && push_loop(c, inside, NAME_NONE, 0, (double)turns);
}

// for i in range(n) { … }, range(from, to)
bool loop_for(struct call *c)
{
    struct span inside;
    struct operand bounds[2] = {{0}};
    int count = 0;
    lexer_next(c->lexer, c->diag);
    struct token name = lexer_next(c->lexer, c->diag);
    struct token in = lexer_next(c->lexer, c->diag), range = lexer_next(c->lexer, c->diag);
    struct token open = lexer_next(c->lexer, c->diag);
    if (name.kind != TOKEN_NAME || !token_is(c->lexer, in, "in") ||
        !token_is(c->lexer, range, "range") || open.kind != TOKEN_OPEN) {
        bool over = name.kind == TOKEN_NAME && token_is(c->lexer, in, "in");
        diag_set(c->diag, over ? range.span : name.span,
                 over ? "a loop counts" : "a loop names what it counts with");
        return diag_hint(c->diag, over ? "write for i in range(len(X)) { … }, and X[i] inside"
                                       : "write for i in range(3) { … }");
    }
    struct token t;
    do {
        if (count == 2 || !call_expression(c, &bounds[count]) || operand_is_array(&bounds[count])) {
            diag_set(c->diag, range.span, "range takes one or two plain numbers here");
            return diag_hint(c->diag, "write range(3) or range(1, 4)");
        }
        count++;
        t = lexer_next(c->lexer, c->diag);
    } while (t.kind == TOKEN_COMMA);
    double from = count == 2 ? lower_number(&c->lower, &bounds[0]) : 0;
    double to = lower_number(&c->lower, &bounds[count - 1]);
    if (t.kind != TOKEN_CLOSE || !isfinite(from) || !(fabs(to) < 1e12)) {
        diag_set(c->diag, range.span, "range takes one or two plain numbers here");
        return diag_hint(c->diag, "write range(3) or range(1, 4)");
    }
    uint32_t variable = names_intern(&c->s->names, token_text(c->lexer, name), token_length(name));
    if (variable == NAME_NONE) {
        return diag_out_of_memory(c->diag);
    }
    return read_block(c, &inside) && push_loop(c, inside, variable, from, ceil(to - from));
}

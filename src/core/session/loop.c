// repeat, for and with: statements that run a part of the text again.
#include <math.h>
#include <string.h>

#include "session/call.h"
#include "text/block.h"

// The block that follows, in braces or after ":": its inside. The lexer is left behind it.
static bool read_block(struct call *c, struct span *inside)
{
    struct token t = lexer_next(c->lexer, c->diag);
    if (t.kind == TOKEN_COLON) {
        bool ok = block_read(c->lexer->source, c->command.start, t.span.end, inside, c->diag);
        c->lexer->at = ok ? inside->end : c->lexer->at;
        return ok && call_finish(c);
    }
    if (!token_opens(t, '{')) {
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

static bool bind_turn(struct call *c, uint32_t name, struct value value)
{
    struct recipe row = {.name = name, .op = OP_COUNT};
    return (recipes_add(&c->s->recipes, &c->s->definitions, row, value, NULL, 0) &&
            names_bind(&c->s->names, &c->s->undo, name, value)) ||
           diag_out_of_memory(c->diag);
}

// What lies at element i of an array: of a matrix its row.
static struct value element_of(const struct session *s, struct value v, uint32_t i)
{
    if (v.rank == VALUE_MATRIX) {
        struct value row = v;
        row.rank = VALUE_VECTOR;
        row.base = value_place(v, i, 0);
        row.rows = 1;
        row.rs = 0;
        return row;
    }
    return value_of_node(names_element(&s->names, v, i));
}

// Binds the names to what this turn is about: a count, or elements, which are the nodes of the
// array themselves.
static bool begin_turn(struct call *c, const struct turns *turns, int64_t turn)
{
    struct session *s = c->s;
    uint32_t first = turns->arrays == 0 || turns->counts ? 1 : 0;
    if (first == 1 && turns->names > 0) {
        uint32_t leaf = tape_leaf(&s->tape, turns->from + (double)turn, 0);
        if (leaf == NODE_NONE || !bind_turn(c, turns->name[0], value_of_node(leaf))) {
            return diag_out_of_memory(c->diag);
        }
        replay_note_count(s, leaf);
    }
    for (uint32_t k = first; turns->arrays > 0 && k < turns->names; k++) {
        bool parts = turns->names - first > turns->arrays;
        struct value x = element_of(s, turns->each[parts ? 0 : k - first], (uint32_t)turn);
        if (!bind_turn(c, turns->name[k], parts ? element_of(s, x, k - first) : x)) {
            return false;
        }
    }
    return true;
}

// The next turn.
static bool next_turn(struct call *c, struct frame *f)
{
    struct session *s = c->s;
    if (f->turn == f->turns) {
        return false;
    }
    if (stop_is_asked(s->world.stop)) {
        return diag_set(c->diag, f->statement, "interrupted");
    }
    struct turns turns = f->each;
    if (!begin_turn(c, &turns, f->turn)) {
        return false;
    }
    f->turn++;
    f->lexer.at = f->start;
    f->lexer.open = 0;
    return true;
}

// The frame reads the same text, up to the closing brace, so that places in it stay true.
static bool push_loop(struct call *c, struct span inside, const struct turns *turns)
{
    struct source source = *c->lexer->source;
    if (turns->count < 1 ||
        lexer_peek(&(struct lexer){.source = &source, .at = inside.start}).kind == TOKEN_END) {
        return true;
    }
    struct span statement = {c->command.start, c->lexer->at};
    if (!session_in_loop(c->s)) {
        session_compact_from_here(c->s);
        replay_begin(c->s, turns->arrays == 0 && !turns->in_place);
    } else {
        replay_spoil(c->s);
    }
    struct frame *f = session_new_frame(c->s, FRAME_LOOP, statement);
    if (f == NULL) {
        diag_set(c->diag, c->command, "loops are nested too deeply here");
        return diag_hint(c->diag, "put the inner part into a function, with def");
    }
    f->more = next_turn;
    f->source = source;
    f->source.length = inside.end;
    f->beyond = source.length - inside.end;
    f->each = *turns;
    f->start = inside.start;
    f->turns = (int64_t)turns->count;
    f->lexer =
        (struct lexer){.source = &f->source, .at = inside.end};  // its turns begin at its end
    return true;
}

bool loop_repeat(struct call *c)
{
    int64_t count;
    struct span inside;
    lexer_next(c->lexer, c->diag);
    if (!call_whole(c, "the number of turns", 0, 1000000000000, &count) ||
        !read_block(c, &inside)) {
        return false;
    }
    struct turns turns = {.count = (double)count};
    return push_loop(c, inside, &turns);
}

bool loop_with(struct call *c)
{
    struct span inside;
    lexer_next(c->lexer, c->diag);
    struct token t;
    do {
        t = lexer_next(c->lexer, c->diag);
        if (token_ends(t.kind) || t.kind == TOKEN_BAD) {
            diag_set(c->diag, t.span, "the block is missing");
            return diag_hint(c->diag, "write with torch.no_grad(): and the lines of the block");
        }
    } while (lexer_peek(c->lexer).kind != TOKEN_COLON);
    if (!read_block(c, &inside)) {
        return false;
    }
    struct turns turns = {.count = 1, .in_place = true};
    return push_loop(c, inside, &turns);
}

static bool refuse_range(struct call *c, struct span span)
{
    diag_set(c->diag, span, "range takes one or two plain numbers here");
    return diag_hint(c->diag, "write range(3) or range(1, 4)");
}

// The names that a loop binds: i, or x, y, up to `in`, which is taken.
static bool read_names(struct call *c, struct turns *turns)
{
    struct token t = lexer_next(c->lexer, c->diag);
    struct span first = t.span;
    for (int open = 0;; t = lexer_next(c->lexer, c->diag)) {
        bool paren = token_opens(t, '(') || token_closes(t, ')');
        open += token_opens(t, '(') - token_closes(t, ')');
        if (token_is(c->lexer, t, "in") && turns->names > 0 && open == 0) {
            return true;
        }
        if ((paren && open >= 0) || (t.kind == TOKEN_COMMA && turns->names > 0)) {
            continue;
        }
        uint32_t name =
            t.kind != TOKEN_NAME || token_is(c->lexer, t, "in") || turns->names == TURN_NAMES
                ? NAME_NONE
                : names_intern(&c->s->names, token_text(c->lexer, t), token_length(t));
        if (name == NAME_NONE) {
            diag_set(c->diag, turns->names == 0 ? first : t.span,
                     "a loop needs a name to count with");
            return diag_hint(c->diag, "write for i in range(3) { … }, or for x in X { … }");
        }
        turns->name[turns->names++] = name;
    }
}

// range(n), range(from, to) as a count, which needs no array; false, without a diag, if it is more.
static bool read_range(struct call *c, struct turns *turns)
{
    struct operand bounds[2] = {{0}};
    struct lexer begin = *c->lexer;
    struct token range = lexer_next(c->lexer, c->diag), t;
    int count = 0;
    if (!token_is(c->lexer, range, "range") || !token_opens(lexer_next(c->lexer, c->diag), '(')) {
        *c->lexer = begin;
        return false;
    }
    do {
        if (count == 2) {
            *c->lexer = begin;
            return false;  // range(from, to, by) is an array
        }
        if (!call_expression(c, &bounds[count]) || operand_is_array(&bounds[count])) {
            return refuse_range(c, range.span);
        }
        count++;
        t = lexer_next(c->lexer, c->diag);
    } while (t.kind == TOKEN_COMMA);
    double from = count == 2 ? lower_number(c->lower, &bounds[0]) : 0;
    double to = lower_number(c->lower, &bounds[count - 1]);
    if (!token_closes(t, ')') || !isfinite(from) || !(fabs(to) < 1e12)) {
        return refuse_range(c, range.span);
    }
    turns->from = from;
    turns->count = ceil(to - from);
    return true;
}

// One of the arrays that a loop goes through; its numbers become nodes.
static bool read_array(struct call *c, struct turns *turns)
{
    struct operand x;
    if (!call_expression(c, &x)) {
        return false;
    }
    if (!operand_is_array(&x)) {
        diag_set(c->diag, x.span, "a loop goes through an array, and this is a single value");
        return diag_hint(c->diag, "as in for i in range(3), or for x in X");
    }
    if (turns->arrays == TURN_NAMES || !array_as_nodes(call_lower(c), &x, 0)) {
        return turns->arrays < TURN_NAMES ? false
                                          : diag_set(c->diag, x.span, "too many arrays for a loop");
    }
    double n = x.array.rank == VALUE_MATRIX ? x.array.rows : x.array.cols;
    turns->count = turns->arrays == 0 || n < turns->count ? n : turns->count;
    turns->each[turns->arrays++] = x.array;
    return true;
}

// X, zip(X, Y), enumerate(X)
static bool read_arrays(struct call *c, struct turns *turns)
{
    struct lexer ahead = *c->lexer;
    struct token word = lexer_next(&ahead, c->diag), open = lexer_next(&ahead, c->diag);
    turns->counts = token_is(&ahead, word, "enumerate") && token_opens(open, '(');
    bool zip = token_is(&ahead, word, "zip") && token_opens(open, '(');
    if (!zip && !turns->counts) {
        return read_array(c, turns);
    }
    *c->lexer = ahead;
    struct token t;
    do {
        if (!read_array(c, turns)) {
            return false;
        }
        t = lexer_next(c->lexer, c->diag);
    } while (t.kind == TOKEN_COMMA);
    return token_closes(t, ')') || diag_set(c->diag, t.span, "a ')' is missing here");
}

static bool names_fit(struct call *c, struct turns *turns)
{
    uint32_t names = turns->names - turns->counts;
    const struct value *first = &turns->each[0];
    bool rows = turns->arrays == 1 && first->rank == VALUE_MATRIX && first->cols == names;
    if (turns->names > turns->counts && (names == turns->arrays || rows)) {
        return true;
    }
    diag_set(c->diag, c->command, "the names of this loop and what it goes through do not fit");
    return diag_hint(c->diag, "write for x, y in zip(X, Y), or for i, x in enumerate(X)");
}

// for i in range(n) { … }, range(from, to); for x in X, for x, y in zip(X, Y); also with ":"
bool loop_for(struct call *c)
{
    struct span inside = {0};
    struct turns turns = {.count = 0};
    lexer_next(c->lexer, c->diag);
    if (!read_names(c, &turns)) {
        return false;
    }
    if (!read_range(c, &turns)) {
        if (c->diag->set || !read_arrays(c, &turns) || !names_fit(c, &turns)) {
            return false;
        }
    } else if (turns.names > 1) {
        return names_fit(c, &turns);
    }
    return read_block(c, &inside) && push_loop(c, inside, &turns);
}

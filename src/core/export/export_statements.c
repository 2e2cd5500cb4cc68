#include "export/export_statements.h"

#include <stdio.h>
#include <string.h>

#include "base/stop.h"
#include "export/export_terms.h"

enum {
    BLOCKS_MOST = 16,  // blocks in blocks
    TURNS_MOST = 50,   // turns of a loop that are all followed
};

// A walk through the script's statements.
struct export_statements_walk {
    struct statements *s;
    struct source source;
    bool counting;  // the first walk only notes where each name is bound last
    bool earlier;   // in an earlier turn of a loop than its last
    unsigned depth;
};

// ---- The two tapes ------------------------------------------------------------------------------

static uint32_t real_of(const struct statements *s, uint32_t made)
{
    return made < s->real.count ? BUF(uint32_t, &s->real)[made] - 1 : NODE_NONE;
}

uint32_t statements_real(const struct statements *s, uint32_t made)
{
    return real_of(s, made);
}

static uint32_t made_of(const struct statements *s, uint32_t real)
{
    return BUF(uint32_t, &s->made)[real] - 1;
}

static void join(struct statements *s, uint32_t made, uint32_t real)
{
    BUF(uint32_t, &s->real)[made] = real + 1;
    BUF(uint32_t, &s->made)[real] = made + 1;
}

static uint32_t element(const struct names *names, struct value v, uint32_t k)
{
    uint32_t place = value_place(v, k / v.cols, k % v.cols);
    return v.listed ? BUF(uint32_t, &names->lists)[place] : place;
}

uint32_t statements_made(const struct statements *s, const struct binding *b, uint32_t k)
{
    return element(&s->names, b->value, k);
}

uint32_t statements_node(const struct statements *s, const struct binding *b, uint32_t k)
{
    return real_of(s, statements_made(s, b, k));
}

// Room in the tables for all nodes there are.
static bool cover(struct statements *s)
{
    size_t count = tape_count(&s->tape);
    s->failed |= !buf_resize(&s->real, count) || !buf_resize(&s->loose, count);
    return !s->failed;
}

static bool same_number(double a, double b)
{
    return a == b || (a != a && b != b);
}

// May these two be the same node, as far as they themselves tell?
static bool alike(const struct statements *s, uint32_t made, uint32_t real)
{
    const struct tape *t = s->program->e->tape;
    if (tape_op(&s->tape, made) != tape_op(t, real)) {
        return false;
    }
    const uint8_t marks = MARK_CONST | MARK_PARAM;
    return tape_op(t, real) != OP_LEAF ||
           (((BUF(uint8_t, &s->tape.mark)[made] ^ BUF(uint8_t, &t->mark)[real]) & marks) == 0 &&
            (BUF(uint8_t, &s->loose)[made] != 0 ||
             same_number(tape_value(&s->tape, made), tape_value(t, real))));
}

struct export_statements_pair {
    uint32_t made, real;
};

static void push_pair(struct statements *s, struct buf *pairs, uint32_t made, uint32_t real)
{
    struct export_statements_pair *at = buf_push(pairs, 1);
    s->failed |= at == NULL;
    if (at != NULL) {
        *at = (struct export_statements_pair){made, real};
    }
}

// Lays the pairs over each other, and all that they depend on. Each node has one partner at most.
// `joined` receives what was joined.
static bool lay_over(struct statements *s, struct buf *pairs, struct buf *joined)
{
    for (size_t turn = 1; pairs->count > 0 && !s->failed; turn++) {
        struct export_statements_pair p = BUF(struct export_statements_pair, pairs)[--pairs->count];
        uint32_t real = real_of(s, p.made), made = made_of(s, p.real);
        if (real == p.real) {
            continue;
        }
        if (real != NODE_NONE || made != NODE_NONE || !alike(s, p.made, p.real) ||
            program_stopped(s->program, turn)) {
            return false;
        }
        join(s, p.made, p.real);
        push_pair(s, joined, p.made, p.real);
        struct node m = tape_node(&s->tape, p.made), r = tape_node(s->program->e->tape, p.real);
        if (m.op != OP_LEAF) {
            push_pair(s, pairs, (uint32_t)m.a, (uint32_t)r.a);
            push_pair(s, pairs, (uint32_t)m.b, (uint32_t)r.b);
        }
    }
    return !s->failed;
}

// Does the statement make just what the name is bound to?
static bool binds_the_same(struct statements *s, const struct binding *b)
{
    struct value real = names_get(s->program->e->names, b->name);
    struct buf pairs, joined;
    if (real.rank != b->value.rank || real.rows != b->value.rows || real.cols != b->value.cols) {
        return false;
    }
    buf_init(&pairs, sizeof(struct export_statements_pair));
    buf_init(&joined, sizeof(struct export_statements_pair));
    bool same = true;
    for (uint32_t k = 0; same && k < real.rows * real.cols; k++) {
        push_pair(s, &pairs, statements_made(s, b, k), element(s->program->e->names, real, k));
        same = lay_over(s, &pairs, &joined);
    }
    for (size_t i = 0; !same && i < joined.count; i++) {
        struct export_statements_pair p = BUF(struct export_statements_pair, &joined)[i];
        BUF(uint32_t, &s->real)[p.made] = BUF(uint32_t, &s->made)[p.real] = 0;
    }
    buf_release(&pairs);
    buf_release(&joined);
    return same;
}

// ---- Bindings -----------------------------------------------------------------------------------

static void add_binding(struct statements *s, struct binding b)
{
    struct binding *at = buf_push(&s->bindings, 1);
    char suffix[16] = "";
    s->failed |= at == NULL;
    if (!b.last) {  // the name itself is for what it is bound to in the end
        snprintf(suffix, sizeof suffix, "_%zu", s->bindings.count);
    }
    if (at != NULL && names_bind(&s->names, NULL, b.name, b.value)) {
        b.functions = (uint32_t)s->functions.count - b.first_function;
        b.used = (uint32_t)s->uses.count - b.uses;
        b.ident = program_new_ident(s->program, b.name, suffix);
        *at = b;
        BUF(uint32_t, &s->latest)[b.name] = (uint32_t)s->bindings.count;
    }
}

static void forget(struct statements *s, uint32_t name)
{
    names_bind(&s->names, NULL, name, (struct value){0});
    BUF(uint32_t, &s->latest)[name] = 0;
}

// A node that stands for a real one, without saying how it came about.
static uint32_t stand_in(struct statements *s, uint32_t real)
{
    const struct tape *t = s->program->e->tape;
    if (made_of(s, real) != NODE_NONE) {
        return made_of(s, real);
    }
    uint8_t marks = BUF(uint8_t, &t->mark)[real] & (MARK_CONST | MARK_PARAM);
    uint32_t made = tape_leaf(&s->tape, tape_value(t, real), marks);
    if (made == NODE_NONE || !cover(s)) {
        s->failed = true;
        return 0;
    }
    join(s, made, real);
    return made;
}

// The name is read off the tape.
static void add_opaque(struct statements *s, uint32_t name, bool data)
{
    const struct tape *t = s->program->e->tape;
    struct value real = names_get(s->program->e->names, name);
    size_t base = s->names.lists.count, count = (size_t)real.rows * real.cols;
    uint32_t *list = buf_push(&s->names.lists, count);
    uint32_t first = tape_count(&s->tape);
    struct binding b = {.name = name,
                        .last = true,
                        .data = data,
                        .opaque = true,
                        .leaf = true,
                        .param = true,
                        .uses = (uint32_t)s->uses.count,
                        .first_function = (uint32_t)s->functions.count};
    if (list == NULL || base > UINT32_MAX / 2) {
        s->failed = true;
        return;
    }
    bool some = false;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t node = element(s->program->e->names, real, k);
        list[k] = stand_in(s, node);
        bool leaf = tape_op(t, node) == OP_LEAF && !tape_marked(t, node, MARK_CONST);
        b.leaf = b.leaf && leaf && list[k] == first + k;
        b.param = b.param && tape_marked(t, node, MARK_PARAM);
        some |= tape_marked(t, node, MARK_PARAM);
    }
    b.leaf = b.leaf && some == b.param;
    b.value = value_block(real.rank, (uint32_t)base, real.rows, real.cols);
    b.value.listed = true;
    if (real.rank == VALUE_SCALAR) {
        b.value = value_of_node(list[0]);
    }
    add_binding(s, b);
}

// How a name is bound: by param, data or node, or by none of them.
struct export_statements_making {
    uint8_t marks;
    bool data, nodes;
};

// Lowers and translates what a name is bound to.
static bool make_binding(struct export_statements_walk *w, struct lexer *l, struct token assign,
                         struct export_statements_making how, struct binding *b)
{
    struct statements *s = w->s;
    s->fixed = false;
    struct diag ignored = {0};
    struct lower lower;
    struct parser parser;
    struct operand result;
    struct scope scope = {.tape = &s->tape,
                          .names = &s->names,
                          .definitions = s->program->e->definitions,
                          .rng = &s->rng,
                          .stop = s->program->e->stop};
    bool translated = false;
    lower_init(&lower, &scope, &w->source, &ignored);
    lower.slopes_as = how.nodes ? SLOPES_NODES : SLOPES_NUMBERS;
    parser_init(&parser, l, &s->names, &ignored);
    bool ok = terms_read(s, &lower, &parser, &result, &b->text, &translated) && translated;
    if (ok && assign.op != OP_COUNT) {
        ok = terms_combine(s, &lower, assign.op, b->name, &result, &b->text);
    }
    b->leaf = ok && !result.is_node;
    uint32_t from = tape_count(&s->tape);
    ok = ok && array_as_nodes(&lower, &result, how.marks) && cover(s) &&
         names_keep_grown(&s->names, &lower.grown);
    if (ok && b->leaf) {
        memset(BUF(uint8_t, &s->loose) + from, 1, tape_count(&s->tape) - from);
    }
    b->param = how.marks != 0;
    b->fixed = s->fixed;
    if (ok) {
        b->value = operand_is_array(&result) ? result.array : value_of_node(result.node);
    }
    parser_release(&parser);
    lower_release(&lower);
    return ok;
}

// A binding that was made, or not: it stands if what it binds in the end is just that.
static void settle(struct export_statements_walk *w, struct binding b, bool ok, size_t place)
{
    struct statements *s = w->s;
    bool bound = names_get(s->program->e->names, b.name).rank != VALUE_UNBOUND;
    b.last = bound && !w->earlier && BUF(uint32_t, &s->ends)[b.name] == place + 1;
    if (ok && (!b.last || binds_the_same(s, &b))) {
        add_binding(s, b);
        return;
    }
    s->uses.count = b.uses;
    s->functions.count = b.first_function;
    if (b.last) {
        add_opaque(s, b.name, b.data);
    } else {
        forget(s, b.name);
    }
}

static uint32_t name_of(struct statements *s, const struct lexer *l, struct token t)
{
    return names_find(&s->names, token_text(l, t), token_length(t));
}

static struct binding new_binding(const struct statements *s, uint32_t name)
{
    return (struct binding){.name = name,
                            .uses = (uint32_t)s->uses.count,
                            .first_function = (uint32_t)s->functions.count};
}

static void bind(struct export_statements_walk *w, struct lexer l, struct token name,
                 struct token assign, struct export_statements_making how)
{
    struct binding b = new_binding(w->s, name_of(w->s, &l, name));
    bool ok = make_binding(w, &l, assign, how, &b);
    b.data = how.data;
    settle(w, b, ok, name.span.start);
}

// What a loop counts with.
static void bind_count(struct export_statements_walk *w, uint32_t name, double value, size_t place)
{
    struct binding b = new_binding(w->s, name);
    uint32_t node = tape_leaf(&w->s->tape, value, 0);
    bool ok = node != NODE_NONE && cover(w->s);
    if (ok) {
        BUF(uint8_t, &w->s->loose)[node] = 1;
        b.leaf = true;
        b.value = value_of_node(node);
    }
    settle(w, b, ok, place);
}

// ---- The script ---------------------------------------------------------------------------------

static void found_binding(struct export_statements_walk *w, struct lexer l, struct token name,
                          struct token assign, struct export_statements_making how)
{
    uint32_t id = name_of(w->s, &l, name);
    if (id == NAME_NONE) {
        return;
    }
    if (w->counting) {
        BUF(uint32_t, &w->s->ends)[id] = (uint32_t)name.span.start + 1;
    } else {
        bind(w, l, name, assign, how);
    }
}

static void walk(struct export_statements_walk *w, size_t from, size_t to);

// Past the statement, from anywhere in it.
static void skip_statement(struct lexer *l)
{
    struct diag ignored = {0};
    struct token t;
    do {
        size_t at = l->at;
        ignored = (struct diag){0};
        t = lexer_next(l, &ignored);
        l->at += l->at == at && t.kind != TOKEN_END;
    } while (t.kind != TOKEN_BREAK && t.kind != TOKEN_END);
}

// A loop: its name and what that counts from (none: NAME_NONE), and how often it turns; 1 where
// that is no plain number.
struct loop {
    uint32_t name;
    size_t place;
    double from, turns;
    size_t block, end;
};

// The numbers in its head, before the brace: repeat 3 {, for i in range(1, 4) {
static bool read_loop(struct export_statements_walk *w, struct lexer *l, struct loop *loop)
{
    struct diag ignored = {0};
    struct token t = lexer_next(l, &ignored);
    double numbers[2] = {0, 1};
    int count = 0;
    *loop = (struct loop){.name = NAME_NONE};
    for (t = lexer_next(l, &ignored); t.kind != TOKEN_OPEN || t.mark != '{';
         t = lexer_next(l, &ignored)) {
        if (t.kind == TOKEN_END || t.kind == TOKEN_BREAK) {
            return false;
        }
        if (t.kind == TOKEN_NAME && loop->place == 0) {
            loop->name = name_of(w->s, l, t);
            loop->place = t.span.start;
        } else if (t.kind == TOKEN_NUMBER && count < 2) {
            numbers[count++] = t.number;
        } else if (t.kind == TOKEN_INFIX) {
            count = 3;  // a formula
        }
    }
    loop->from = count == 2 ? numbers[0] : 0;
    loop->turns = count == 2 ? numbers[1] - numbers[0] : count == 1 ? numbers[0] : 1;
    loop->block = t.span.end;
    for (size_t outside = l->open - 1; l->open > outside && t.kind != TOKEN_END;) {
        t = lexer_next(l, &ignored);
    }
    loop->end = t.span.start;
    return true;
}

// Every turn of a short loop, else the last: if each makes anew what the one before it made, that
// is all there is to it. (Most loops train.)
static void walk_loop(struct export_statements_walk *w, struct lexer *l)
{
    struct loop loop;
    if (w->depth == BLOCKS_MOST || !read_loop(w, l, &loop)) {
        return;
    }
    const size_t most = 4 * (size_t)tape_count(w->s->program->e->tape) + 100000;
    bool earlier = w->earlier;
    double turn = w->counting || loop.turns > TURNS_MOST ? loop.turns - 1 : 0;
    for (w->depth++; turn < loop.turns; turn++) {
        turn = tape_count(&w->s->tape) > most ? loop.turns - 1 : turn;
        w->earlier = earlier || turn < loop.turns - 1;
        if (loop.name != NAME_NONE && w->counting) {
            BUF(uint32_t, &w->s->ends)[loop.name] = (uint32_t)loop.place + 1;
        } else if (loop.name != NAME_NONE) {
            bind_count(w, loop.name, loop.from + turn, loop.place);
        }
        walk(w, loop.block, loop.end);
    }
    w->depth--;
    w->earlier = earlier;
}

static void walk_statement(struct export_statements_walk *w, struct lexer *l)
{
    struct diag ignored = {0};
    struct lexer ahead = *l;
    struct token first = lexer_next(&ahead, &ignored);
    struct token second = lexer_next(&ahead, &ignored);
    if (first.kind != TOKEN_NAME) {
        return;
    }
    if (second.kind == TOKEN_ASSIGN) {
        found_binding(w, ahead, first, second, (struct export_statements_making){0});
    } else if (token_is(l, first, "repeat") || token_is(l, first, "for")) {
        walk_loop(w, l);
    } else if (token_is(l, first, "seed") && second.kind == TOKEN_NUMBER && !w->counting) {
        rng_seed(&w->s->rng, (uint64_t)second.number);
    } else if (second.kind == TOKEN_NAME) {  // param w = …, data X = …, node g = …
        struct token assign = lexer_next(&ahead, &ignored);
        bool param = token_is(l, first, "param");
        struct export_statements_making how = {.marks = param ? MARK_PARAM : 0,
                                               .data = token_is(l, first, "data"),
                                               .nodes = token_is(l, first, "node")};
        if (assign.kind == TOKEN_ASSIGN && (param || how.data || how.nodes)) {
            found_binding(w, ahead, second, assign, how);
        }
    }
}

static void walk(struct export_statements_walk *w, size_t from, size_t to)
{
    struct source outer = w->source;
    w->source.length = to;
    struct lexer l = {.source = &w->source, .at = from};
    for (size_t turn = 1; !w->s->failed && !program_stopped(w->s->program, turn); turn++) {
        struct token t = lexer_peek(&l);
        if (t.kind == TOKEN_END) {
            break;
        }
        if (t.kind != TOKEN_BREAK) {
            walk_statement(w, &l);
        }
        skip_statement(&l);
    }
    w->source = outer;
}

// ---- All together -------------------------------------------------------------------------------

// The session's names, with the same numbers; nothing is bound.
static bool copy_names(struct names *to, const struct names *from)
{
    for (uint32_t i = 0; i < names_count(from); i++) {
        size_t length;
        const char *s = names_text(from, i, &length);
        if (names_intern(to, s, length) != i) {
            return false;
        }
    }
    return true;
}

bool statements_read(struct statements *s, struct program *p)
{
    const struct export *e = p->e;
    *s = (struct statements){.program = p};
    tape_init(&s->tape);
    names_init(&s->names);
    arena_init(&s->arena);
    buf_init(&s->bindings, sizeof(struct binding));
    buf_init(&s->functions, sizeof(struct function));
    struct buf *words[] = {&s->uses, &s->latest, &s->ends, &s->real, &s->made};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        buf_init(words[i], sizeof(uint32_t));
    }
    buf_init(&s->loose, 1);
    rng_seed(&s->rng, e->seed);
    size_t names = names_count(e->names);
    if (!copy_names(&s->names, e->names) || !buf_resize(&s->latest, names) ||
        !buf_resize(&s->ends, names) || !buf_resize(&s->made, tape_count(e->tape))) {
        return false;
    }
    struct export_statements_walk w = {
        .s = s, .source = {.name = "", .text = e->script, .length = e->script_length, .line = 1}};
    w.counting = true;
    walk(&w, 0, e->script_length);
    w.counting = false;
    walk(&w, 0, e->script_length);
    return !s->failed && !s->arena.failed;
}

void statements_release(struct statements *s)
{
    struct buf *tables[] = {&s->bindings, &s->functions, &s->uses, &s->latest,
                            &s->ends,     &s->real,      &s->made, &s->loose};
    tape_release(&s->tape);
    names_release(&s->names);
    arena_release(&s->arena);
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        buf_release(tables[i]);
    }
}

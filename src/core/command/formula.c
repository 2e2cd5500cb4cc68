#include "command/formula.h"

#include <string.h>

#include "formula/derive.h"
#include "text/slope.h"

enum { LINE_MOST = 2000 };  // bytes of a formula in an answer

void formula_init(struct formula *f, struct call *c)
{
    *f = (struct formula){.call = c, .root = EXPR_NONE, .in = EXPR_NONE, .in_node = NODE_NONE};
    exprs_init(&f->pool);
    f->pool.stop = c->s->world.stop;
}

void formula_release(struct formula *f)
{
    exprs_release(&f->pool);
    expr_lowered_release(&f->lowered);
}

void formula_put(struct formula *f, struct rec *to, enum rec_key key, uint32_t root)
{
    struct text text;
    text_init(&text);
    expr_print(&text, &f->pool, root, LINE_MOST);
    rec_text(f->call->out, to, key, text_get(&text));
    text_release(&text);
}

bool formula_fits(const struct formula *f, uint32_t root)
{
    struct text text;
    text_init(&text);
    bool fits = expr_print(&text, &f->pool, root, LINE_MOST);
    text_release(&text);
    return fits;
}

// A formula of single numbers keeps the form in which it was typed: 2*3*x is not 6*x.
static uint32_t as_typed(struct formula *f, struct lexer lexer)
{
    struct parser parser;
    struct diag aside = {0};
    uint32_t root = EXPR_NONE;
    parser_init(&parser, &lexer, &f->call->s->names, &aside);
    bool ok = expr_parse(&f->pool, &parser, &root);
    parser_release(&parser);
    return ok && lexer.at == f->call->lexer->at ? root : EXPR_NONE;
}

bool formula_read(struct formula *f)
{
    struct call *c = f->call;
    struct lexer begin = *c->lexer;
    if (!call_has_more(c)) {
        diag_set(c->diag, c->command, "a formula is missing");
        return diag_hint(c->diag, "write %.*s x*tanh(x)", (int)(c->command.end - c->command.start),
                         c->lexer->source->text + c->command.start);
    }
    f->span.start = lexer_peek(c->lexer).at;
    struct scope scope = session_scope(c->s);
    if (!expr_lower(&f->pool, &scope, c->lexer, &f->lowered, c->diag)) {
        return c->diag->set ? false : expr_trouble(&f->pool, c->diag);
    }
    f->span.end = c->lexer->at;
    f->root = as_typed(f, begin);
    if (f->root == EXPR_NONE) {
        f->root = BUF(uint32_t, &f->lowered.roots)[0];
    }
    f->typed = f->root;
    return (f->root != EXPR_NONE && !exprs_failed(&f->pool)) || expr_trouble(&f->pool, c->diag);
}

// The indices of "W[0, 1]", the text after its bracket: how many there are.
static int read_indices(const char *s, size_t length, double at[2])
{
    int count = 0;
    while (length > 0 && count < 2) {
        size_t n = number_read(s, length, &at[count]);
        size_t skip = n + 1;  // the comma or the bracket
        skip += skip < length && s[skip] == ' ';
        if (n == 0 || skip > length) {
            return 0;
        }
        s += skip;
        length -= skip;
        count++;
    }
    return length == 0 ? count : 0;
}

// The node of "W[0, 1]".
static uint32_t element_node(const struct formula *f, const char *s, size_t length)
{
    const struct names *names = &f->call->s->names;
    const char *bracket = memchr(s, '[', length);
    if (bracket == NULL) {
        return NODE_NONE;
    }
    size_t name = (size_t)(bracket - s);
    double at[2] = {0};
    struct value v = names_lookup(names, s, name);
    int count = read_indices(bracket + 1, length - name - 1, at);
    bool matrix = v.rank == VALUE_MATRIX;
    double i = matrix ? at[0] : 0, j = matrix ? at[1] : at[0];
    if (!value_is_array(v) || count != 1 + matrix || i >= v.rows || j >= v.cols) {
        return NODE_NONE;
    }
    return names_element(names, v, (uint32_t)i * v.cols + (uint32_t)j);
}

uint32_t formula_node(const struct formula *f, uint32_t symbol)
{
    size_t length;
    const char *s = names_text(&f->pool.names, expr_get(&f->pool, symbol).a, &length);
    struct value value = names_lookup(&f->call->s->names, s, length);
    double node;
    if (*s == '%' && number_read(s + 1, length - 1, &node) == length - 1) {
        return node < tape_count(&f->call->s->tape) ? (uint32_t)node : NODE_NONE;
    }
    return symbol == f->in && f->in_node != NODE_NONE ? f->in_node
           : value.rank == VALUE_SCALAR               ? value.base
           : length > 0 && s[length - 1] == ']'       ? element_node(f, s, length)
                                                      : expr_lowered_node(&f->lowered, symbol);
}

uint32_t formula_definition(const struct formula *f, uint32_t name)
{
    uint32_t node = formula_node(f, name);
    return node != NODE_NONE && tape_op(&f->call->s->tape, node) != OP_LEAF ? node : NODE_NONE;
}

// The last "/d" of a text; NULL if there is none.
static const char *last_line(const char *text)
{
    const char *last = NULL;
    for (const char *s = text; (s = strstr(s, "/d")) != NULL; s++) {
        last = s;
    }
    return last;
}

// "dL/da" is the symbol of a slope between two names, "dL/da/db" of one of dL/da. What is a node of
// the graph is none.
bool formula_slope(struct formula *f, uint32_t symbol, uint32_t *of, uint32_t *in)
{
    size_t length;
    char text[QUOTED];
    const char *s = names_text(&f->pool.names, expr_get(&f->pool, symbol).a, &length);
    if (length >= sizeof text || length < 5 || *s != 'd' ||
        expr_lowered_node(&f->lowered, symbol) != NODE_NONE) {
        return false;
    }
    memcpy(text, s, length);
    text[length] = '\0';
    const char *last = last_line(text + 1);
    if (last == NULL || last == text + 1 || last[2] == '\0') {
        return false;
    }
    *in = expr_name(&f->pool, last + 2, strlen(last + 2));
    text[last - text] = '\0';
    size_t skip = last_line(text + 1) == NULL;  // its d, of dL
    *of = expr_name(&f->pool, text + skip, strlen(text + skip));
    return *of != EXPR_NONE && *in != EXPR_NONE;
}

static uint32_t derived(struct formula *f, uint32_t root, uint32_t in)
{
    struct derivation d = {0};
    bool ok = derive(&f->pool, root, in, f->call->s->world.stop, &d, f->call->diag);
    uint32_t result = ok ? d.result : EXPR_NONE;
    derivation_release(&d);
    return result;
}

// The node that stays a name while the others are written out: the first that is differentiated in,
// or the computed one. False, with the diag set: two of them are computed.
static bool find_kept(struct formula *f, const uint32_t *in, size_t count, uint32_t *kept)
{
    *kept = formula_node(f, in[0]);
    uint32_t interior = NODE_NONE;
    for (size_t i = 0; i < count; i++) {
        uint32_t node = formula_definition(f, in[i]);
        if (node != NODE_NONE && interior != NODE_NONE && node != interior) {
            diag_set(f->call->diag, f->span, "two of these names are computed");
            return diag_hint(f->call->diag, "differentiate in leaves, or in one name at a time");
        }
        interior = node != NODE_NONE ? node : interior;
    }
    *kept = interior != NODE_NONE ? interior : *kept;
    return true;
}

// The formula of dL/da (or of dL/da/db, a derivative of that), whose names have values; EXPR_NONE,
// with the diag set, if there is none.
static uint32_t slope_formula(struct formula *f, uint32_t of, uint32_t in)
{
    struct session *s = f->call->s;
    uint32_t chain[SLOPE_ORDERS] = {in}, kept;
    size_t count = 1;
    while (count < SLOPE_ORDERS && formula_slope(f, of, &of, &chain[count])) {
        count++;
    }
    if (!find_kept(f, chain, count, &kept)) {
        return EXPR_NONE;
    }
    uint32_t node = formula_node(f, of);
    uint32_t root =
        node == NODE_NONE ? of : expr_inlined(&f->pool, &s->tape, &s->names, node, kept);
    while (root != EXPR_NONE && count-- > 0) {
        root = derived(f, root, chain[count]);
    }
    return root;
}

bool formula_put_slopes_in(struct formula *f)
{
    struct buf names;
    bool ok = expr_free_names(&f->pool, f->root, &names);
    for (size_t i = 0; ok && i < names.count; i++) {
        uint32_t name = BUF(uint32_t, &names)[i], of, in;
        if (formula_slope(f, name, &of, &in)) {
            uint32_t by = slope_formula(f, of, in);
            f->root = by == EXPR_NONE ? by : expr_substitute(&f->pool, f->root, name, by);
            ok = f->root != EXPR_NONE;
        }
    }
    buf_release(&names);
    return ok || (!f->call->diag->set && expr_trouble(&f->pool, f->call->diag));
}

static bool depends(const struct formula *f, uint32_t node, uint32_t on)
{
    struct buf ids;
    bool found = false;
    bool ok = node >= on && sweep_reach(&f->call->s->tape, node, &ids);
    for (size_t i = 0; ok && i < ids.count; i++) {
        found |= BUF(uint32_t, &ids)[i] == on;
    }
    if (node >= on) {
        buf_release(&ids);
    }
    return found;
}

bool formula_put_definitions_in(struct formula *f, bool all)
{
    struct buf names;
    struct session *s = f->call->s;
    bool ok = expr_free_names(&f->pool, f->root, &names);
    uint32_t kept = f->in == EXPR_NONE ? NODE_NONE : formula_node(f, f->in);
    for (size_t i = 0; ok && i < names.count; i++) {
        uint32_t name = BUF(uint32_t, &names)[i], node = formula_definition(f, name);
        if (node != NODE_NONE && name != f->in &&
            (all || (kept != NODE_NONE && depends(f, node, kept)))) {
            uint32_t by = expr_inlined(&f->pool, &s->tape, &s->names, node, kept);
            f->root = expr_substitute(&f->pool, f->root, name, by);
        }
    }
    buf_release(&names);
    return (ok && f->root != EXPR_NONE) || expr_trouble(&f->pool, f->call->diag);
}

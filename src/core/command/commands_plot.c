// plot: curves, the losses of a training, arrays, and what a model makes of the plane.
#include <math.h>
#include <string.h>

#include "command/commands.h"
#include "command/plot.h"

// ---- Arguments ----------------------------------------------------------------------------------

static bool word_follows(const struct call *c, const char *word)
{
    return token_is(c->lexer, lexer_peek(c->lexer), word);
}

static bool take_word(struct call *c, const char *word)
{
    bool follows = word_follows(c, word);
    if (follows) {
        lexer_next(c->lexer, c->diag);
    }
    return follows;
}

static bool read_bound(struct call *c, double *value)
{
    struct operand x;
    struct token t = lexer_peek(c->lexer);
    if (!call_has_more(c)) {
        diag_set(c->diag, t.span, "a bound of the range is missing");
        return diag_hint(c->diag, "write from -5 to 5");
    }
    if (!call_expression(c, &x)) {
        return false;
    }
    if (operand_is_array(&x)) {
        return diag_set(c->diag, x.span, "a bound is one number, and this is an array");
    }
    *value = lower_number(call_lower(c), &x);
    if (!isfinite(*value)) {
        diag_set(c->diag, x.span, "a bound is a finite number");
        return diag_hint(c->diag, "write from -5 to 5");
    }
    return true;
}

bool plot_range(struct call *c, double *from, double *to, struct span *range)
{
    uint32_t nodes = tape_count(&c->s->tape);
    range->start = lexer_next(c->lexer, c->diag).span.start;
    if (!read_bound(c, from)) {
        return false;
    }
    if (!word_follows(c, "to")) {
        diag_set(c->diag, lexer_peek(c->lexer).span, "'to' and the other end are missing here");
        return diag_hint(c->diag, "write from -5 to 5");
    }
    lexer_next(c->lexer, c->diag);
    if (!read_bound(c, to)) {
        return false;
    }
    range->end = c->lexer->at;
    tape_cut(&c->s->tape, nodes);
    if (*from == *to) {
        diag_set(c->diag, *range, "this range has no width: both ends are %g", *from);
        return diag_hint(c->diag, "write from -5 to 5");
    }
    if (*from > *to) {
        diag_set(c->diag, *range, "this range goes backwards");
        return diag_hint(c->diag, "the smaller end comes first: from %g to %g", *to, *from);
    }
    return true;
}

// over w, over W[0, 1], over %3; or a name that has no value.
static bool read_swept(struct call *c, struct span *swept, uint32_t *leaf)
{
    struct token t = lexer_peek(c->lexer);
    *leaf = NODE_NONE;
    *swept = t.span;
    bool unbound =
        t.kind == TOKEN_NAME &&
        names_lookup(&c->s->names, token_text(c->lexer, t), token_length(t)).rank == VALUE_UNBOUND;
    if (unbound) {
        lexer_next(c->lexer, c->diag);
        return true;
    }
    if (!call_has_more(c)) {
        diag_set(c->diag, t.span, "which name should the plot sweep?");
        return diag_hint(c->diag, "write plot L over w from -2 to 2");
    }
    bool ok = call_node(c, leaf);
    swept->end = c->lexer->at;
    return ok;
}

// One of them, or two: over w, b.
static bool read_over(struct call *c, struct plot *p)
{
    lexer_next(c->lexer, c->diag);
    p->over = true;
    if (!read_swept(c, &p->swept, &p->leaf)) {
        return false;
    }
    p->landscape = lexer_peek(c->lexer).kind == TOKEN_COMMA;
    if (!p->landscape) {
        return true;
    }
    lexer_next(c->lexer, c->diag);
    return read_swept(c, &p->axis[1].swept, &p->axis[1].leaf);
}

// from a to b, and for the second of two values from c to d.
static bool read_range(struct call *c, struct plot *p)
{
    struct plot_side *second = &p->axis[1];
    if (p->ranged) {
        second->ranged = true;
        return plot_range(c, &second->from, &second->to, &second->range);
    }
    p->ranged = true;
    return plot_range(c, &p->from, &p->to, &p->range);
}

static bool check_clauses(struct call *c, struct plot *p)
{
    p->axis[0] = (struct plot_side){p->swept, p->leaf, p->ranged, p->from, p->to, p->range};
    if (p->axis[1].ranged && !p->landscape) {
        diag_set(c->diag, p->axis[1].range, "a second range is for a second value");
        return diag_hint(c->diag, "write plot L over w, b from -2 to 2 from -1 to 1");
    }
    return true;
}

// Reads a formula over, and notes where it is and the names in it.
static bool read_formula(struct call *c, struct plot *p)
{
    struct parser parser;
    struct item item;
    struct span span = {.start = lexer_peek(c->lexer).at};
    bool room = true;
    parser_init(&parser, c->lexer, &c->s->names, c->diag);
    parser.stop = c->s->world.stop;
    do {
        item = parser_next(&parser);
        struct span *name = item.kind == ITEM_NAME ? buf_push(&p->names, 1) : NULL;
        if (name != NULL) {
            *name = item.span;
        }
        room &= item.kind != ITEM_NAME || name != NULL;
    } while (item.kind != ITEM_END && item.kind != ITEM_ERROR);
    parser_release(&parser);
    span.end = c->lexer->at;
    struct span *at = buf_push(&p->formulas, 1);
    if (at == NULL || !room) {
        return diag_out_of_memory(c->diag);
    }
    *at = span;
    return item.kind == ITEM_END;
}

static bool read_formulas(struct call *c, struct plot *p)
{
    for (;;) {
        if (!read_formula(c, p)) {
            return false;
        }
        struct token t = lexer_peek(c->lexer);
        if (t.kind != TOKEN_COMMA) {
            return true;
        }
        if (p->formulas.count == PLOT_SERIES_MOST) {
            diag_set(c->diag, t.span, "more than %d curves are too many to tell apart",
                     PLOT_SERIES_MOST);
            return diag_hint(c->diag, "make two plots of them");
        }
        lexer_next(c->lexer, c->diag);
    }
}

// What follows is not a word of ours. What could not be after any formula says so itself.
static bool refuse_clause(struct call *c)
{
    struct token t = lexer_peek(c->lexer);
    char quoted[QUOTED];
    if (t.kind != TOKEN_NAME && t.kind != TOKEN_NUMBER) {
        return call_finish(c);
    }
    diag_set(c->diag, t.span, "'%s' is not allowed here",
             diag_quote(quoted, token_text(c->lexer, t), token_length(t)));
    if (t.kind == TOKEN_NAME &&
        text_among("vs versus against by", token_text(c->lexer, t), token_length(t))) {
        return diag_hint(c->diag, "what the plot sweeps comes after 'over': plot L over w");
    }
    return diag_hint(c->diag, "several formulas: plot x, x**2; a range: plot x from -5 to 5; "
                              "to multiply write *");
}

// A word that is out of place: perhaps a file whose format is none of ours.
static bool refuse_word(struct call *c)
{
    struct lexer before = *c->lexer;
    struct span word = call_word(c);
    const char *s = c->lexer->source->text;
    bool path = false;
    for (size_t i = word.start + 1; i < word.end; i++) {
        path |= s[i] == '.' || s[i] == '/';
    }
    if (!path) {
        *c->lexer = before;
        return refuse_clause(c);
    }
    char quoted[QUOTED];
    diag_set(c->diag, word, "'%s' does not end in a picture's format",
             diag_quote(quoted, s + word.start, word.end - word.start));
    return diag_hint(c->diag, "write a name that ends in .png, .svg or .pdf");
}

bool plot_ends(struct call *c)
{
    return !call_has_more(c) || refuse_word(c);
}

static bool read_clauses(struct call *c, struct plot *p)
{
    while (call_has_more(c)) {
        if (!p->axis[1].ranged && word_follows(c, "from")) {
            if (!read_range(c, p)) {
                return false;
            }
        } else if (!p->over && word_follows(c, "over")) {
            if (!read_over(c, p)) {
                return false;
            }
        } else {
            return refuse_word(c);
        }
    }
    return check_clauses(c, p);
}

// ---- The command --------------------------------------------------------------------------------

static bool refuse_nothing(struct call *c)
{
    diag_set(c->diag, c->command, "what should be plotted?");
    return diag_hint(c->diag, "write plot tanh(x) from -5 to 5, or plot history");
}

// plot history, unless that is a name of the learner's.
static bool is_history(const struct call *c)
{
    return token_is(c->lexer, lexer_peek(c->lexer), "history") &&
           names_lookup(&c->s->names, "history", 7).rank == VALUE_UNBOUND;
}

// plot boundary model …: a name follows.
static bool is_boundary(const struct call *c)
{
    struct lexer ahead = *c->lexer;
    struct diag ignored = {0};
    struct token t = lexer_next(&ahead, &ignored), next = lexer_peek(&ahead);
    bool clause = token_is(&ahead, next, "from") || token_is(&ahead, next, "over");
    bool bound = names_lookup(&c->s->names, "boundary", 8).rank != VALUE_UNBOUND;
    bool ends = token_ends(next.kind);
    return token_is(c->lexer, t, "boundary") &&
           ((next.kind == TOKEN_NAME && !clause) || (ends && !bound));
}

static bool make(struct call *c, struct plot *p)
{
    if (!call_has_more(c)) {
        return refuse_nothing(c);
    }
    if (is_boundary(c)) {
        lexer_next(c->lexer, c->diag);
        return plot_boundary(p);
    }
    if (is_history(c)) {
        lexer_next(c->lexer, c->diag);
        bool all = take_word(c, "all"), logs = take_word(c, "log");
        all = all || take_word(c, "all");
        return plot_ends(c) && plot_history(p, all, logs);
    }
    return read_formulas(c, p) && read_clauses(c, p) &&
           (p->landscape ? plot_landscape(p) : plot_formulas(p));
}

// All but the path, which the lexer is not shown.
static bool make_before_path(struct call *c, struct plot *p)
{
    struct lexer *outer = c->lexer, inner = *outer;
    struct source only = *outer->source;
    if (p->format != NULL) {
        only.length = p->written.start;
    }
    inner.source = &only;
    c->lexer = &inner;
    bool ok = make(c, p);
    c->lexer = outer;
    outer->at = inner.at;
    outer->open = inner.open;
    return ok;
}

enum call_end command_plot(struct call *c)
{
    struct plot p = {.call = c, .leaf = NODE_NONE, .from = -5, .to = 5};
    if (!plot_find_file(&p)) {
        return CALL_FAILED;
    }
    if (p.format != NULL && call_supplied(c)) {
        return plot_end_of_file(&p);
    }
    buf_init(&p.formulas, sizeof(struct span));
    buf_init(&p.names, sizeof(struct span));
    bool ok = make_before_path(c, &p);
    buf_release(&p.formulas);
    buf_release(&p.names);
    if (ok && c->out->arena.failed) {
        ok = diag_out_of_memory(c->diag);
    }
    return !ok ? CALL_FAILED : p.format != NULL ? plot_end_of_file(&p) : CALL_DONE;
}

#include "session/call.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/shown.h"
#include "engine/sweep.h"
#include "formula/derive.h"
#include "text/foreign.h"

enum { FORMULA_MOST = 200 };  // bytes of a formula in a table

bool call_change_settings(struct call *c)
{
    return trail_save(&c->s->undo, &c->s->settings, 0, 1) || diag_out_of_memory(c->diag);
}

bool call_has_more(const struct call *c)
{
    enum token_kind kind = lexer_peek(c->lexer).kind;
    return kind != TOKEN_END && kind != TOKEN_BREAK;
}

// The command that is being carried out; NULL where its word is only a name: step = 2.
static const struct command *running_command(const struct call *c)
{
    struct lexer after = {.source = c->lexer->source, .at = c->command.end};
    enum token_kind next = lexer_peek(&after).kind;
    return next == TOKEN_ASSIGN || next == TOKEN_DOT
               ? NULL
               : command_find(c->s->world.commands, after.source->text + c->command.start,
                              c->command.end - c->command.start);
}

// A command is given more than it takes. Its word may also be a name of the learner's.
static bool refuse_argument(struct call *c, struct token t, const struct command *command)
{
    char quoted[QUOTED];
    diag_quote(quoted, c->lexer->source->text + t.at, t.span.end - t.at);
    if (names_lookup(&c->s->names, command->name, strlen(command->name)).rank != VALUE_UNBOUND) {
        diag_set(c->diag, c->command, "'%s' begins a command here, not an expression",
                 command->name);
        return diag_hint(c->diag, "print shows the value: print %s %s …", command->name, quoted);
    }
    diag_set(c->diag, t.span, "'%s' is more than '%s' takes", quoted, command->name);
    return diag_hint(c->diag, "write %s", command->usage);
}

// A value follows a value.
static bool refuse_operand(struct call *c, struct token t)
{
    const char *s = c->lexer->source->text;
    struct lexer ahead = {.source = c->lexer->source, .at = t.span.end};
    char before = t.at > 0 ? s[t.at - 1] : ' ', quoted[QUOTED];
    bool adjacent = strchr(" \t\n\r", before) == NULL, digit = before >= '0' && before <= '9';
    diag_quote(quoted, s + t.at, t.span.end - t.at);
    if (t.kind == TOKEN_NUMBER && (digit || before == '.')) {
        return diag_set(c->diag, t.span, "a number has one point");
    }
    if (t.kind == TOKEN_NAME && digit && lexer_peek(&ahead).kind == TOKEN_ASSIGN) {
        diag_set(c->diag, t.span, "a name does not begin with a digit");
        return diag_hint(c->diag, "write %s2 = …", quoted);
    }
    return parser_refuse_operand(c->lexer, t, c->diag,
                                 adjacent ? "to multiply write *, as in 2*x"
                                          : "to multiply write *; a ';' begins another statement");
}

// a + b = 2, and x[0] = 5: an element is changed in place.
static bool refuse_assignment(struct call *c, struct token t)
{
    const char *text = c->lexer->source->text;
    size_t from = c->command.start, to = from + text_trimmed(text + from, t.at - from);
    if (to > from && text[to - 1] == ']') {
        char element[QUOTED];
        diag_quote(element, text + from, to - from);
        diag_set(c->diag, t.span, "an element is not a name, so it cannot be given a value like this");
        return diag_hint(c->diag, "to change its value in place write %s.data %.*s …", element,
                         (int)(t.span.end - t.span.start), text + t.span.start);
    }
    diag_set(c->diag, t.span, "only a name can be given a value");
    return diag_hint(c->diag, "write name = …; to compare, write ==");
}

// What stands where nothing may: the sentence depends on what a learner probably meant.
static bool refuse_rest(struct call *c, struct token t)
{
    char quoted[QUOTED];
    const struct command *command = running_command(c);
    bool blank_before = t.at > 0 && c->lexer->source->text[t.at - 1] == ' ';
    diag_quote(quoted, c->lexer->source->text + t.at, t.span.end - t.at);
    bool apart = blank_before || t.kind == TOKEN_INFIX || t.kind == TOKEN_COMMA;
    if (command != NULL && apart && t.kind != TOKEN_BAD) {
        return refuse_argument(c, t, command);
    }
    switch (t.kind) {
    case TOKEN_BAD:
        lexer_next(c->lexer, c->diag);
        return false;
    case TOKEN_CLOSE:
        diag_set(c->diag, t.span, "'%c' closes nothing", t.mark);
        return diag_hint(c->diag, "an opening bracket is missing, or this one is too much");
    case TOKEN_ASSIGN:
        return refuse_assignment(c, t);
    case TOKEN_NUMBER:
    case TOKEN_NAME:
    case TOKEN_NODE:
        return refuse_operand(c, t);
    case TOKEN_OPEN:
        if (t.mark == '(') {
            diag_set(c->diag, t.span, "a parenthesis follows without an operation between");
            return diag_hint(c->diag, "to multiply write 2*(a + b)");
        }
        diag_set(c->diag, t.span, "'%c' is not allowed here", t.mark);
        return diag_hint(c->diag, "values here are single numbers, without elements");
    case TOKEN_COMMA:
        diag_set(c->diag, t.span, "a ',' is only used between the values given to a function");
        return diag_hint(c->diag, "numbers are written 1000 and 0.5; print a, b shows two values");
    default:
        diag_set(c->diag, t.span, "'%s' is not allowed here", quoted);
        return diag_hint(c->diag, "a ';' begins another statement");
    }
}

bool call_finish(struct call *c)
{
    struct token t = lexer_peek(c->lexer);
    if (t.kind == TOKEN_END || t.kind == TOKEN_BREAK) {
        return true;
    }
    return refuse_rest(c, t);
}

// A number that the learner read before a loop cleared up may now be another node's.
static void note_renumbered(struct call *c, struct span span)
{
    if (!c->s->told_renumbered) {
        c->s->told_renumbered = true;
        call_notice(c, span, "a loop has cleared up: nodes from %%%u on have new numbers since",
                    (unsigned)session_settings(c->s)->renumbered);
    }
}

// 2x is 2*x: said once.
static void note_product(struct call *c, struct span span)
{
    const char *s = c->lexer->source->text + span.start;
    size_t length = span.end - span.start, digits = 0;
    while (digits < length && strchr("0123456789._", s[digits]) != NULL) {
        digits++;
    }
    bool root = length - digits == strlen("√") && memcmp(s + digits, "√", length - digits) == 0;
    const char *rest = s[digits] == '(' ? "…)" : s[digits] == '|' || root ? "…" : "";
    call_notice(c, span, "%.*s%s is read as %.*s*%.*s%s", (int)length, s, rest, (int)digits, s,
                (int)(length - digits), s + digits, rest);
}

// g = dy/dx; dg/dx: g was bound to the number that the derivative was.
static void note_slope_number(struct call *c, struct span span, uint32_t node)
{
    const struct recipes *r = &c->s->recipes;
    for (size_t i = r->rows.count; i-- > 0;) {
        const struct recipe *row = &BUF(struct recipe, &r->rows)[i];
        if (row->slope && row->value.rank == VALUE_SCALAR && row->value.base == node) {
            char name[QUOTED], formula[QUOTED];
            size_t length;
            const char *s = names_text(&c->s->names, row->name, &length);
            diag_quote(name, s, length);
            diag_quote(formula, BUF(char, &r->text) + row->text, row->slope_length);
            call_notice(c, span, "%s is a number; node %s = %s keeps it as a graph", name, name,
                        formula);
            return;
        }
    }
}

// d2z/dx2 is 0, and x2 is a name.
static void note_other_order(struct call *c, const struct parser *p, struct span span)
{
    char over[QUOTED], other[QUOTED];
    const char *s = c->lexer->source->text;
    char order = s[p->slope_other.end - 1];
    diag_quote(over, s + p->slope_over.start, p->slope_over.end - p->slope_over.start);
    diag_quote(other, s + p->slope_other.start, p->slope_other.end - p->slope_other.start);
    call_notice(c, span, "the last digit counts; for the derivative in %s write d%c%s/d%s%c", other,
                order, over, other, order);
}

// What lowering an expression found worth saying.
static void note_expression(struct call *c, const struct parser *p, const struct lower *w,
                            struct span span)
{
    char a[LABEL_TEXT], b[LABEL_TEXT];
    if (p->slope_notice) {
        call_notice(c, span,
                    "read as a division, because both are names of yours; grad(…, …) is "
                    "the derivative");
    }
    if (p->slope_mine) {
        call_notice(c, span,
                    "read as a derivative, though one of the two is a name of yours; to divide put "
                    "parentheses around a name");
    }
    if (p->implied.end > 0 && !c->s->told_product) {
        c->s->told_product = true;
        note_product(c, p->implied);
    }
    if (w->unreached != NODE_NONE) {
        call_notice(c, span, "%s does not depend on %s, so the derivative is 0",
                    names_label(&c->s->names, a, w->unreached_by),
                    names_label(&c->s->names, b, w->unreached));
        note_slope_number(c, span, w->unreached_by);
    }
    for (size_t i = 0; i < w->remarks.count; i++) {
        call_notice(c, span, "%s", BUF(const char *, &w->remarks)[i]);
    }
    if ((w->unreached != NODE_NONE || w->told_unreached) && p->slope_other.end > 0) {
        note_other_order(c, p, span);
    }
    if (w->by_new_number) {
        note_renumbered(c, span);
    }
    if (w->gradless != NODE_NONE) {
        call_notice(c, span, "no backward pass has reached %s yet, so its gradient is 0",
                    names_label(&c->s->names, a, w->gradless));
    }
    if (w->strange.end > 0) {
        char quoted[QUOTED], number[NUMBER_TEXT];
        struct span strange = source_with_parentheses(c->lexer->source, w->strange);
        diag_quote(quoted, c->lexer->source->text + strange.start, strange.end - strange.start);
        number_text(number, w->strange_value, 6);
        if (w->strange_text == NULL) {
            call_notice(c, strange, "%s is %s", quoted, number);
        } else {
            char inside[QUOTED];
            diag_quote(inside, w->strange_text, strlen(w->strange_text));
            call_notice(c, strange, "in %s: %s is %s", quoted, inside, number);
        }
    }
}

struct scope session_scope(struct session *s)
{
    return (struct scope){.tape = &s->tape,
                          .names = &s->names,
                          .definitions = &s->definitions,
                          .rng = &session_settings(s)->rng,
                          .stop = s->world.stop,
                          .groups = &s->groups,
                          .renumbered = session_settings(s)->renumbered,
                          .used = session_settings(s)->used,
                          .inputs = &s->inputs,
                          .uses = &s->replay.uses};
}

void session_checkpoint(struct session *s, struct checkpoint *c)
{
    checkpoint_take(c, &s->tape, &session_settings(s)->rng);
    checkpoint_array(c, &s->names.lists);
    checkpoint_array(c, &s->groups);
}

struct lower *call_lower(struct call *c)
{
    struct scope scope = session_scope(c->s);
    if (!c->lowering) {
        lower_init(&c->lower, &scope, c->lexer->source, c->diag);
        c->lowering = true;
    }
    // Each expression is read afresh; only the arrays of plain numbers stay.
    c->lower.source = c->lexer->source;
    c->lower.diag = c->diag;  // which may be one aside, for a while
    c->lower.named = c->lower.by_new_number = false;
    c->lower.remarks.count = 0;
    c->lower.unreached = c->lower.gradless = NODE_NONE;
    c->lower.told_unreached = false;
    c->lower.strange = (struct span){0, 0};
    c->lower.strange_text = NULL;
    return &c->lower;
}

bool call_keep_grown(struct call *c, struct span span)
{
    const struct buf *rows = &c->lower.grown;
    uint32_t sabotaged = session_settings(c->s)->sabotaged;
    for (size_t i = 0; i < rows->count && sabotaged != NODE_NONE; i++) {
        if (BUF(struct grown, rows)[i].root == sabotaged) {
            char label[LABEL_TEXT];
            names_label(&c->s->names, label, sabotaged);
            diag_set(c->diag, span, "the gradients of %s as nodes would tell where the mistake is",
                     label);
            return diag_hint(c->diag,
                             "find the node first, with check and local; then: accuse NODE");
        }
    }
    return names_keep_grown(&c->s->names, rows) || diag_out_of_memory(c->diag);
}

bool call_expression(struct call *c, struct operand *result)
{
    struct parser p;
    struct lower *w = call_lower(c);
    parser_init(&p, c->lexer, &c->s->names, c->diag);
    p.stop = c->s->world.stop;
    w->grown.count = 0;
    size_t start = lexer_peek(c->lexer).at;
    bool ok = lower_expression(w, &p, result);
    c->named = w->named;
    if (ok) {
        note_expression(c, &p, w, (struct span){start, c->lexer->at});
    }
    parser_release(&p);
    return ok;
}

bool call_last_output(struct call *c, uint32_t *node)
{
    *node = session_settings(c->s)->output;
    if (*node == NODE_NONE) {
        diag_set(c->diag, c->command, "which node? There is no output yet");
        return diag_hint(c->diag, "build one first, as in L = a*b");
    }
    return true;
}

static bool refuse_array(struct call *c, struct span span, struct value array, const char *name,
                         size_t length)
{
    char shape[SHAPE_TEXT];
    struct operand x = {.array = array};
    diag_set(c->diag, span, "this is an array of shape %s, and one node is needed here",
             operand_shape(shape, &x));
    return diag_hint(c->diag, "take an element, as in %.*s[%s], or its sum or mean", (int)length,
                     name,
                     array.rank != VALUE_MATRIX ? "0"
                     : array.cols > 1           ? "0, 1"
                                                : "0, 0");
}

static bool one_node(struct call *c, const struct operand *x, uint32_t *node)
{
    if (operand_is_array(x) && operand_count(x) == 1 && x->is_node) {
        *node = operand_node(call_lower(c), x, 0, 0);  // an array of one element counts as it
        return true;
    }
    if (operand_is_array(x)) {
        const char *s = c->lexer->source->text + x->span.start;
        size_t n = x->span.end - x->span.start;
        bool named = names_find(&c->s->names, s, n) != NAME_NONE;
        return refuse_array(c, x->span, x->array, named ? s : "W", named ? n : 1);
    }
    if (!x->is_node) {
        diag_set(c->diag, x->span, "this is a plain number, not a node of the graph");
        size_t n = x->span.end - x->span.start;
        if (n > 5 && memcmp(c->lexer->source->text + x->span.end - 5, ".grad", 5) == 0) {
            return diag_hint(c->diag, "'node g = dL/da' makes a gradient one");
        }
        return diag_hint(c->diag, "give a name, such as L, or a node's number, such as %%0");
    }
    *node = x->node;
    return true;
}

bool call_target(struct call *c, uint32_t *node)
{
    struct operand operand;
    if (!call_has_more(c)) {
        return call_last_output(c, node);
    }
    struct lower *w = call_lower(c);
    w->slopes_as = SLOPES_GROWN;
    bool ok = call_expression(c, &operand);
    w->slopes_as = SLOPES_NUMBERS;
    return ok && one_node(c, &operand, node);
}

bool call_is_derivative(const struct call *c, size_t *end)
{
    struct lexer ahead = *c->lexer;
    struct parser p;
    struct diag ignored;
    diag_clear(&ignored);
    bool found = false;
    parser_init(&p, &ahead, &c->s->names, &ignored);
    struct item item = parser_next(&p);
    while ((p.taken < p.out.count || parser_in_slope(&p)) && item.kind != ITEM_ERROR) {
        item = parser_next(&p);
        found |= item.kind == ITEM_SLOPE;
    }
    *end = ahead.at;
    parser_release(&p);
    return found;
}

// dL/da where a node is wanted: the one that it was grown as.
static bool derivative_node(struct call *c, size_t end, uint32_t *node)
{
    struct source only = *c->lexer->source;
    struct lexer *lexer = c->lexer, within = *lexer;
    only.length = end;
    within.source = &only;
    c->lexer = &within;
    bool ok = call_target(c, node);
    c->lexer = lexer;
    lexer->at = end;
    return ok;
}

bool call_part(struct call *c, struct operand *part)
{
    struct source only = *c->lexer->source;
    struct lexer *lexer = c->lexer, within = *lexer, ahead = *lexer;
    struct diag ignored;
    diag_clear(&ignored);
    lexer_next(&ahead, &ignored);
    struct token t = lexer_next(&ahead, &ignored);
    for (size_t depth = 1; depth > 0 && t.kind != TOKEN_END;) {
        t = lexer_next(&ahead, &ignored);
        depth += t.kind == TOKEN_OPEN;
        depth -= t.kind == TOKEN_CLOSE;
    }
    only.length = t.span.end;
    within.source = &only;
    c->lexer = &within;
    bool ok = call_expression(c, part) && call_finish(c);
    c->lexer = lexer;
    *lexer = ahead;
    return ok;
}

bool call_node(struct call *c, uint32_t *node)
{
    struct lexer begin = *c->lexer;
    char quoted[QUOTED];
    size_t end;
    if (call_is_derivative(c, &end)) {
        return derivative_node(c, end, node);
    }
    struct token t = lexer_next(c->lexer, c->diag);
    if (t.kind == TOKEN_NODE) {
        const struct lower *w = call_lower(c);
        *node = t.node;
        if (t.node >= tape_count(&c->s->tape)) {
            return lower_no_node(call_lower(c), t.node, t.span);
        }
        if (t.node >= w->renumbered && t.node < w->used) {
            note_renumbered(c, t.span);
        }
        return true;
    }
    struct token next = lexer_peek(c->lexer);
    if (t.kind == TOKEN_NAME && next.kind == TOKEN_OPEN && next.mark == '[') {
        struct operand part;
        *c->lexer = begin;
        return call_part(c, &part) && one_node(c, &part, node);
    }
    struct value value = t.kind == TOKEN_NAME
                             ? names_lookup(&c->s->names, token_text(c->lexer, t), token_length(t))
                             : (struct value){0};
    if (value.rank == VALUE_SCALAR) {
        *node = value.base;
        return true;
    }
    if (value_is_array(value) && value.rows * value.cols == 1) {
        struct operand x = lower_operand(value, t.span);
        *node = operand_node(call_lower(c), &x, 0, 0);
        return true;
    }
    if (value_is_array(value)) {
        return refuse_array(c, t.span, value, token_text(c->lexer, t), token_length(t));
    }
    if (t.kind != TOKEN_NAME && t.kind != TOKEN_NODE) {
        diag_set(c->diag, t.span, "a name is missing here");
        return t.kind == TOKEN_OPEN || t.kind == TOKEN_INFIX
                   ? diag_hint(c->diag, "give the formula a name first: y = a*b")
                   : diag_hint(c->diag,
                               "give a name, such as a, or a node's number, such as %%0");
    }
    if (next.kind == TOKEN_OPEN && lower_is_function(token_text(c->lexer, t), token_length(t))) {
        diag_set(c->diag, t.span, "this takes a name, not a formula");
        return diag_hint(c->diag, "give the formula a name first: y = %.*s(…)",
                         (int)token_length(t), token_text(c->lexer, t));
    }
    diag_quote(quoted, token_text(c->lexer, t), token_length(t));
    diag_set(c->diag, t.span, "there is no '%s' yet", quoted);
    struct nearest nearest;
    nearest_init(&nearest, token_text(c->lexer, t), token_length(t));
    nearest_offer_bound(&nearest, &c->s->names);
    return nearest.best[0] != '\0' ? diag_hint(c->diag, "did you mean '%s'?", nearest.best)
                                   : diag_hint(c->diag, "'vars' lists the names");
}

bool call_whole(struct call *c, const char *what, int64_t least, int64_t most, int64_t *value)
{
    struct operand operand;
    struct token t = lexer_peek(c->lexer);
    if (!call_has_more(c)) {
        diag_set(c->diag, c->command, "%s is missing", what);
        return diag_hint(c->diag, "a whole number from %lld to %lld", (long long)least,
                         (long long)most);
    }
    if (!call_expression(c, &operand)) {
        return false;
    }
    double number = lower_number(call_lower(c), &operand);
    if (!(number >= (double)least && number <= (double)most) || number != floor(number)) {
        char here[NUMBER_TEXT];
        diag_set(c->diag, t.span, "%s is a whole number from %lld to %lld", what, (long long)least,
                 (long long)most);
        // Of `5 -0.1` the sum is the surprise.
        struct lexer after = {.source = c->lexer->source, .at = t.span.end};
        struct token sign = lexer_peek(&after);
        if (t.kind == TOKEN_NUMBER && sign.kind == TOKEN_INFIX && sign.op == OP_SUB) {
            return diag_hint(c->diag, "with the '-' behind it this is one number, %s",
                             number_text(here, number, 6));
        }
        return t.kind == TOKEN_NUMBER && t.number == number
                   ? false
                   : diag_hint(c->diag, "here it is %s", number_text(here, number, 6));
    }
    *value = (int64_t)number;
    return true;
}

struct span call_word(struct call *c)
{
    struct token t = lexer_peek(c->lexer);
    if (t.kind == TOKEN_STRING) {
        lexer_next(c->lexer, c->diag);
        return t.span;
    }
    if (t.kind == TOKEN_END || t.kind == TOKEN_BREAK) {
        return (struct span){t.span.start, t.span.start};
    }
    const char *s = c->lexer->source->text;
    struct span word = {t.at, t.at};
    while (word.end < c->lexer->source->length && memchr(" \t\r\n;", s[word.end], 5) == NULL) {
        word.end++;
    }
    c->lexer->at = word.end;
    c->lexer->open = 0;
    return word;
}

struct span call_rest(struct call *c)
{
    struct span words = call_word(c);
    while (call_has_more(c)) {
        struct span next = call_word(c);
        if (next.end == words.end) {
            break;
        }
        words.end = next.end;
    }
    return words;
}

bool call_word_is(const struct call *c, struct span word, const char *text)
{
    return strlen(text) == word.end - word.start &&
           memcmp(c->lexer->source->text + word.start, text, word.end - word.start) == 0;
}

bool call_echoes(const struct call *c)
{
    if (c->s->mode == SESSION_SCRIPT) {
        return session_preferences(c->s)->verbose;
    }
    struct token t = lexer_peek(c->method_end != NULL ? c->method_end : c->lexer);
    bool last_of_line = t.kind == TOKEN_END || (t.kind == TOKEN_BREAK && t.newline);
    return c->s->frames.count == 1 && last_of_line;
}

struct rec *call_record(struct call *c, enum rec_kind kind)
{
    return records_add(c->out, kind);
}

// The outermost loop; NULL: there is none. *late: is it, or one inside it, past its first turn?
static struct frame *outer_loop(const struct session *s, bool *late)
{
    struct frame *outer = NULL;
    *late = false;
    for (size_t i = 0; i < s->frames.count; i++) {
        struct frame *f = &BUF(struct frame, &s->frames)[i];
        if (f->kind == FRAME_LOOP) {
            outer = outer == NULL ? f : outer;
            *late |= f->turn > 1;
        }
    }
    return outer;
}

// Is this to be said? In a loop each notice is said once, when it first comes up; the loop
// remembers which, and where.
static bool is_new(struct frame *loop, const char *format, size_t at)
{
    for (size_t i = 0; loop != NULL && i < loop->noticed; i++) {
        if (loop->notices[i].format == format && loop->notices[i].at == at) {
            return false;
        }
    }
    if (loop != NULL && loop->noticed < COUNT_OF(loop->notices)) {
        loop->notices[loop->noticed].format = format;
        loop->notices[loop->noticed].at = at;
        loop->noticed++;
        return true;
    }
    return loop == NULL;
}

bool call_in_later_turn(const struct call *c)
{
    bool late;
    return outer_loop(c->s, &late) != NULL && late;
}

void call_notice(struct call *c, struct span span, const char *format, ...)
{
    char words[DIAG_WORDS];
    va_list args;
    bool late;
    struct frame *loop = outer_loop(c->s, &late);
    if (!is_new(loop, format, span.start)) {
        return;
    }
    va_start(args, format);
    int n = vsnprintf(words, sizeof words, format, args);
    va_end(args);
    if (late && n > 0 && (size_t)n < sizeof words) {
        snprintf(words + n, sizeof words - (size_t)n, " (in turn %lld)", (long long)loop->turn);
    }
    if (c->lexer->source == &c->frame->source) {
        source_advance(&c->frame->source, span.start);
    }
    struct place p = source_place(c->lexer->source, span.start);
    struct rec *r = call_record(c, KIND_notice);
    rec_text(c->out, r, KEY_file, c->lexer->source->name);
    rec_whole(c->out, r, KEY_line, (int64_t)p.line);
    rec_whole(c->out, r, KEY_column, (int64_t)p.column);
    rec_text(c->out, r, KEY_text, words);
}

void call_put_node(struct call *c, struct rec *to, uint32_t node)
{
    char label[LABEL_TEXT];
    rec_whole(c->out, to, KEY_node, node);
    rec_text(c->out, to, KEY_name, names_label(&c->s->names, label, node));
    rec_number(c->out, to, KEY_value, tape_value(&c->s->tape, node));
}

void call_put_row(struct call *c, struct rec *row, uint32_t node)
{
    call_put_node(c, row, node);
    if (shown_value_cancels(&c->s->tape, node)) {
        rec_flag(c->out, row, KEY_value_cancels, true);
    }
}

bool call_grad_cancels(struct call *c, uint32_t node)
{
    if (!c->sized) {
        shown_sizes(&c->s->tape, &c->sizes);
        c->sized = true;
    }
    return shown_grad_cancels(&c->s->tape, &c->sizes, node);
}

void call_put_grad(struct call *c, struct rec *row, uint32_t node)
{
    rec_number(c->out, row, KEY_grad, tape_grad(&c->s->tape, node));
    if (call_grad_cancels(c, node)) {
        rec_flag(c->out, row, KEY_grad_cancels, true);
    }
}

void call_release(struct call *c)
{
    if (c->lowering) {
        lower_release(&c->lower);
    }
    if (c->sized) {
        buf_release(&c->sizes);
    }
}

// An operand inside a formula: its label, or the number that a constant is.
static void put_operand(struct call *c, struct text *out, uint32_t node)
{
    char label[LABEL_TEXT], number[NUMBER_TEXT];
    if (tape_marked(&c->s->tape, node, MARK_CONST)) {
        double value = tape_value(&c->s->tape, node);
        number_text(number, value, session_digits(c->s));
        text_addf(out, value < 0 ? "(%s)" : "%s", number);
    } else {
        text_add(out, names_label(&c->s->names, label, node));
    }
}

void call_formula(struct call *c, struct text *out, uint32_t node)
{
    const struct tape *t = &c->s->tape;
    const struct op_row *row = op_get(tape_op(t, node));
    if (row->form == OP_LEAF_FORM) {
        return;
    }
    bool tight =
        strcmp(row->name, "*") == 0 || strcmp(row->name, "/") == 0 || strcmp(row->name, "**") == 0;
    struct text x, y;
    text_init(&x);
    text_init(&y);
    put_operand(c, &x, tape_operand(t, node, 0));
    if (row->arity == 2) {
        put_operand(c, &y, tape_operand(t, node, 1));
    }
    op_print(out, row, row->name, tight, text_get(&x), row->arity == 2 ? text_get(&y) : NULL);
    out->bytes.failed |= x.bytes.failed || y.bytes.failed;
    text_release(&x);
    text_release(&y);
}

void call_put_value(struct call *c, struct rec *to, enum rec_key key, const struct operand *x)
{
    const struct lower *w = call_lower(c);
    if (!operand_is_array(x)) {
        rec_number(c->out, to, key, lower_number(w, x));
        return;
    }
    struct rec *rows = rec_list(c->out, to, key);
    bool matrix = x->array.rank == VALUE_MATRIX;
    for (uint32_t i = 0; i < x->array.rows; i++) {
        struct rec *row = matrix ? rec_list(c->out, rows, KEY_NONE) : rows;
        for (uint32_t j = 0; j < x->array.cols; j++) {
            rec_number(c->out, row, KEY_NONE, operand_number(w, x, i, j));
        }
    }
}

void call_add_value(struct call *c, struct text *out, const struct operand *x)
{
    char number[NUMBER_TEXT];
    bool array = operand_is_array(x), matrix = array && x->array.rank == VALUE_MATRIX;
    int digits = session_digits(c->s);
    if (!array) {
        text_add(out, number_text(number, lower_number(&c->lower, x), digits));
        return;
    }
    text_add(out, matrix ? "[" : "");
    for (uint32_t i = 0; i < x->array.rows; i++) {
        text_add(out, i > 0 ? ", [" : "[");
        for (uint32_t j = 0; j < x->array.cols; j++) {
            number_text(number, operand_number(&c->lower, x, i, j), digits);
            text_addf(out, j > 0 ? ", %s" : "%s", number);
        }
        text_add_char(out, ']');
    }
    text_add(out, matrix ? "]" : "");
}

const char *call_role(const struct tape *t, uint32_t node)
{
    return tape_op(t, node) != OP_LEAF        ? "interior"
           : tape_marked(t, node, MARK_PARAM) ? "parameter"
           : tape_marked(t, node, MARK_CONST) ? "constant"
                                              : "leaf";
}

void call_slope_formula(struct call *c, struct text *out, uint32_t node, int slot)
{
    call_aside_formula(c, out, node, slot, NODE_NONE);
}

void call_aside_formula(struct call *c, struct text *out, uint32_t node, int slot, uint32_t aside)
{
    const struct tape *t = &c->s->tape;
    struct exprs pool;
    exprs_init(&pool);
    uint32_t slope = derive_local(&pool, t, &c->s->names, node, slot);
    for (int i = 0; i < tape_arity(t, node); i++) {
        uint32_t operand = tape_operand(t, node, i);
        if (operand >= aside) {
            slope = expr_substitute(&pool, slope, expr_label(&pool, t, &c->s->names, operand),
                                    expr_inlined(&pool, t, &c->s->names, operand, NODE_NONE));
        }
    }
    if (slope != EXPR_NONE) {
        expr_print(out, &pool, slope, FORMULA_MOST);
    }
    exprs_release(&pool);
}

void call_aside_label(struct call *c, struct text *out, uint32_t node, uint32_t aside)
{
    char label[LABEL_TEXT];
    if (node < aside) {
        text_add(out, names_label(&c->s->names, label, node));
        return;
    }
    struct exprs pool;
    exprs_init(&pool);
    uint32_t formula = expr_inlined(&pool, &c->s->tape, &c->s->names, node, NODE_NONE);
    if (formula != EXPR_NONE) {
        expr_print(out, &pool, formula, FORMULA_MOST);
    }
    exprs_release(&pool);
}

void call_note_stale(struct call *c, struct span span, uint32_t node)
{
    char label[LABEL_TEXT];
    if (tape_marked(&c->s->tape, node, MARK_STALE)) {
        call_notice(c, span,
                    "%s is stale: a value it depends on has changed since; 'forward' "
                    "refreshes it",
                    names_label(&c->s->names, label, node));
    }
}

void call_note_stale_value(struct call *c, struct span span, const struct operand *x)
{
    uint32_t first = NODE_NONE, cols = operand_cols(x);
    size_t count = operand_count(x), stale = 0;
    char label[LABEL_TEXT];
    if (!x->is_node || !c->s->tape.any_stale) {
        return;
    }
    for (uint32_t k = 0; k < count; k++) {
        uint32_t node = operand_node(call_lower(c), x, k / cols, k % cols);
        bool marked = tape_marked(&c->s->tape, node, MARK_STALE);
        first = marked && stale == 0 ? node : first;
        stale += marked;
    }
    if (stale == 1) {
        call_note_stale(c, span, first);
    } else if (stale > 1) {
        call_notice(c, span,
                    "%zu values of this array are stale, the first is %s: what they depend on has "
                    "changed since; 'forward' refreshes them",
                    stale, names_label(&c->s->names, label, first));
    }
}

void call_note_strange(struct call *c, struct span span, uint32_t from)
{
    const struct tape *t = &c->s->tape;
    for (uint32_t i = from; i < tape_count(t); i++) {
        struct node n = tape_node(t, i);
        if (isfinite(tape_value(t, i)) || n.op == OP_LEAF ||
            !isfinite(tape_value(t, (uint32_t)n.a)) || !isfinite(tape_value(t, (uint32_t)n.b))) {
            continue;
        }
        char label[LABEL_TEXT], number[NUMBER_TEXT];
        struct text formula;
        text_init(&formula);
        call_formula(c, &formula, i);
        call_notice(c, span, "%s appears first at %s = %s",
                    number_text(number, tape_value(t, i), 6), names_label(&c->s->names, label, i),
                    text_get(&formula));
        text_release(&formula);
        return;
    }
}

bool call_supplied(struct call *c)
{
    if (c->s->supplied && c->s->refusal.set) {
        struct diag refusal = c->s->refusal;
        diag_set(c->diag, refusal.span, "%s", refusal.message);
        diag_hint(c->diag, "%s", refusal.hint);
    }
    return c->s->supplied;
}

bool call_swept(struct call *c, enum sweep_end end)
{
    switch (end) {
    case SWEEP_DONE:
        return true;
    case SWEEP_STOPPED:
        diag_set(c->diag, c->command, "interrupted");
        return diag_hint(c->diag, "nothing was changed");
    case SWEEP_NO_MEMORY:
        break;
    }
    return diag_out_of_memory(c->diag);
}

bool call_refresh(struct call *c, uint32_t *count)
{
    replay_note_refresh(c->s, NULL);
    return call_swept(c, sweep_forward(&c->s->tape, &c->s->undo, c->s->world.stop, count));
}

bool call_refresh_to(struct call *c, uint32_t root, uint32_t *count)
{
    struct session *s = c->s;
    struct buf stretches;
    *count = 0;
    if (!s->tape.any_stale) {
        return true;
    }
    bool ok = sweep_stretches(&s->tape, root, &stretches) || diag_out_of_memory(c->diag);
    if (ok) {
        replay_note_refresh(s, &stretches);
        ok = call_swept(c, sweep_forward_in(&s->tape, &s->undo, s->world.stop, &stretches, count));
    }
    buf_release(&stretches);
    return ok;
}

struct rec *call_ask(struct call *c, const char *what, const char *path, size_t length)
{
    struct rec *need = call_record(c, KIND_need);
    rec_text(c->out, need, KEY_what, what);
    rec_bytes(c->out, need, KEY_path, path, length);
    c->s->supplied = false;
    c->s->rounds++;
    return need;
}

struct rec *call_need(struct call *c, const char *what, struct span path)
{
    return call_ask(c, what, c->lexer->source->text + path.start, path.end - path.start);
}

void call_written(struct call *c, struct span path)
{
    struct rec *r = call_record(c, KIND_written);
    rec_bytes(c->out, r, KEY_path, c->lexer->source->text + path.start, path.end - path.start);
}

enum call_end call_file_end(struct call *c, struct span path)
{
    if (c->diag->set) {
        c->diag->span = path;
        return CALL_FAILED;
    }
    if (call_echoes(c)) {
        call_written(c, path);
    }
    return CALL_DONE;
}

const char *call_format(const char *const *formats, size_t count, const char *path, size_t length)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(formats[i]);
        if (length > n + 1 && path[length - n - 1] == '.' &&
            memcmp(path + length - n, formats[i], n) == 0) {
            return formats[i];
        }
    }
    return NULL;
}

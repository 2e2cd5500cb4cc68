#include "text/lower_parts.h"

#include <string.h>

#include "text/builtin.h"
#include "text/loss.h"
#include "text/prelude.h"

// As in Python: deeper is a mistake, or a program that should be another one. Calls and turns of
// comprehensions: what a formula reads again and again takes about a second at most.
enum { DEPTH_MOST = 1000, CALLS_MOST = 1000000, TURNS_MOST = 1000000 };

// A call that begins. NULL, and a diag, where memory is short.
static struct activation *begin_call(struct lower *w)
{
    struct activation *a = w->spare != NULL ? w->spare : arena_alloc(&w->memory, sizeof *a);
    struct activation **at = a == NULL ? NULL : buf_push(&w->calls, 1);
    if (at == NULL) {
        diag_out_of_memory(w->diag);
        return NULL;
    }
    w->spare = a == w->spare ? a->next : w->spare;
    return *at = a;
}

static void end_call(struct lower *w)
{
    struct activation *a = lower_innermost(w);
    w->source = a->caller;  // analysis: what ends has begun
    parser_release(&a->parser);
    w->calls.count--;
    a->next = w->spare;
    w->spare = a;
}

// What failed inside a function leaves no call open: the next expression is of the learner's text.
void lower_leave_calls(struct lower *w)
{
    while (lower_innermost(w) != NULL) {
        end_call(w);
    }
}

void lower_refuse_count(struct lower *w, const struct item *item, uint32_t least, uint32_t most)
{
    char name[QUOTED];
    diag_quote(name, w->source->text + item->span.start, item->span.end - item->span.start);
    if (least == most) {
        diag_set(w->diag, item->span, "'%s' takes %u value%s, here it is given %u", name,
                 (unsigned)least, least == 1 ? "" : "s", (unsigned)item->count);
    } else {
        diag_set(w->diag, item->span, "'%s' takes %u to %u values, here it is given %u", name,
                 (unsigned)least, (unsigned)most, (unsigned)item->count);
    }
}

// From a function's name to the end of its last value.
static struct span call_span(const struct item *item, const struct operand *values)
{
    size_t end = item->count > 0 ? values[item->count - 1].span.end : item->span.end;
    return (struct span){item->span.start, end > item->span.end ? end : item->span.end};
}

bool lower_builtin(struct lower *w, const struct item *item, const struct builtin *builtin)
{
    struct operand result;
    if (item->count < builtin->least || item->count > builtin->most) {
        lower_refuse_count(w, item, builtin->least, builtin->most);
        return diag_hint(w->diag, "write %s", builtin->usage);
    }
    struct operand *x = lower_operands(w, item->count);
    struct span span = call_span(item, x);
    return builtin->call(w, x, item->count, span, &result) && lower_replace(w, item->count, result);
}

static bool refuse_recursion(struct lower *w, const struct item *item)
{
    char name[QUOTED];
    diag_quote(name, w->source->text + item->span.start, item->span.end - item->span.start);
    diag_set(w->diag, item->span, "'%s' would call itself without end", name);
    return diag_hint(w->diag, "a formula has no way to stop; write a loop with repeat or for");
}

static bool refuse_more(struct lower *w, const struct item *item)
{
    bool deep = w->calls.count >= DEPTH_MOST;
    diag_set(w->diag, item->span,
             deep ? "functions call each other more than %d deep here"
                  : "functions are called more than %d times here",
             deep ? (int)DEPTH_MOST : (int)CALLS_MOST);
    return diag_hint(w->diag, deep ? "a formula that needs so many is better written as a loop"
                                   : "give what is computed again and again a name, and use that");
}

// Reads the head of a body's next line, whose form is known to be right: `name =`, or `return`.
static void begin_line(struct lower *w, struct activation *a)
{
    struct diag ignored = {0};
    struct token t = lexer_next(&a->lexer, &ignored);
    while (t.kind == TOKEN_BREAK || t.kind == TOKEN_STRING) {
        t = lexer_next(&a->lexer, &ignored);
    }
    a->target = NAME_NONE;
    if (!token_is(&a->lexer, t, "return")) {
        a->target = names_find(w->names, token_text(&a->lexer, t), token_length(t));
        a->op = lexer_next(&a->lexer, &ignored).op;
    }
    parser_restart(&a->parser);
}

// A loss of the prelude's looks at its values first.
static bool check_loss(struct lower *w, const struct definition *d)
{
    const struct prelude_row *row =
        prelude_at((size_t)(d - BUF(struct definition, &w->definitions->rows)));
    return row == NULL || !row->loss ||
           loss_check(w, row->name, lower_operands(w, 2), row->labels, row->scores);
}

// Begins the call of a function of the learner's: its body is what is read next.
bool lower_call(struct lower *w, const struct item *item, const struct definition *d)
{
    if (item->count != d->count) {
        lower_refuse_count(w, item, d->count, d->count);
        return diag_hint(w->diag, "give it as many as it was defined with");
    }
    for (size_t i = 0; i < w->calls.count; i++) {
        const struct definition *outer = BUF(struct activation *, &w->calls)[i]->definition;
        if (outer != NULL && outer->name == d->name) {
            return refuse_recursion(w, item);
        }
    }
    if (!check_loss(w, d)) {
        return false;
    }
    const struct activation *outer = lower_innermost(w);
    if (w->calls.count >= DEPTH_MOST || w->called++ >= CALLS_MOST) {
        return refuse_more(w, item);
    }
    struct activation *a = begin_call(w);
    if (a == NULL) {
        return false;
    }
    uint32_t within = outer == NULL ? GROUP_NONE : outer->group;
    struct span call = call_span(item, lower_operands(w, item->count));
    *a = (struct activation){.caller = w->source,
                             .definition = d,
                             .names = BUF_FROM(uint32_t, &w->definitions->params, d->params),
                             .count = d->count,
                             .target = NAME_NONE,
                             .arguments = w->stack.count - d->count,
                             .group = GROUP_NONE,
                             .name = item->span,
                             .call = call};
    a->source = (struct source){.name = w->source->name,
                                .text = BUF_FROM(char, &w->definitions->text, d->text),
                                .length = d->length,
                                .line = 1};
    lexer_init(&a->lexer, &a->source);
    if (w->groups != NULL) {
        a->group = groups_begin(w->groups, d->name, within, tape_count(w->tape));
        if (a->group == GROUP_NONE) {
            return diag_out_of_memory(w->diag);
        }
    }
    a->lexer.open = d->lines ? 0 : 1;  // a formula may go over lines
    parser_init(&a->parser, &a->lexer, w->names, w->diag);
    w->source = &a->source;
    if (d->lines) {
        begin_line(w, a);
    }
    return true;
}

// A line of a body is read: its value becomes the operand of its name.
static bool end_line(struct lower *w, struct activation *a)
{
    struct operand value = *lower_operands(w, 1), *old = lower_argument(w, a->target);
    if (a->op != OP_COUNT) {
        size_t length;
        const char *s = names_text(w->names, a->target, &length);
        struct value global = names_get(w->names, a->target);
        if (old == NULL && global.rank == VALUE_UNBOUND) {
            diag_set(w->diag, value.span, "there is no '%.*s' yet to change", (int)length, s);
            return false;
        }
        struct operand x = old != NULL ? *old : lower_operand(global, value.span), y = value;
        if (!lower_apply(w, a->op, &x, &y, value.span, &value)) {
            return false;
        }
        old = lower_argument(w, a->target);
    }
    w->stack.count--;
    if (old == NULL && !lower_push(w, value)) {
        return false;
    }
    if (old == NULL) {
        a->count++;  // names of its own follow in the order of their first values
    } else {
        *old = value;
    }
    begin_line(w, a);
    return true;
}

static bool element_of(struct lower *w, const struct operand *x, uint32_t i, struct operand *out)
{
    struct operand index = lower_number_operand(i, x->span), from = *x;
    return array_index(w, &from, &index, 1, x->span, out);
}

// Pushes what the names stand for at this turn. Two names for the rows of one array take a row's
// elements.
static bool push_elements(struct lower *w, struct activation *a)
{
    uint32_t names = a->count - a->counts;
    a->arguments = w->stack.count;
    if (a->counts && !lower_push(w, lower_number_operand(a->at, a->call))) {
        return false;
    }
    for (uint32_t k = 0; k < names; k++) {
        struct operand x = BUF(struct operand, &w->stack)[a->arrays + (a->over == 1 ? 0 : k)];
        struct operand element, part;
        if (!element_of(w, &x, a->at, &element)) {
            return false;
        }
        if (names > 1 && a->over == 1) {
            if (!operand_is_array(&element) || element.array.cols != names) {
                diag_set(w->diag, a->call, "each element is to be %u values here", (unsigned)names);
                return diag_hint(w->diag, "for x, y in zip(X, Y) goes through two arrays together");
            }
            if (!element_of(w, &element, k, &part)) {
                return false;
            }
            element = part;
        }
        if (!lower_push(w, element)) {
            return false;
        }
    }
    a->lexer.at = a->start;
    a->lexer.open = 1;
    parser_restart(&a->parser);
    return true;
}

// How many elements all of the arrays have; 0, and a diag, where one is not an array.
static uint32_t elements_of(struct lower *w, const struct operand *x, uint32_t count)
{
    uint32_t least = UINT32_MAX;
    for (uint32_t i = 0; x != NULL && i < count; i++) {
        if (!operand_is_array(&x[i])) {
            diag_set(w->diag, x[i].span, "this is a single value, and has no elements");
            diag_hint(w->diag, "write [x*x for x in [1, 2, 3]], or range(3) for the numbers from 0 to 2");
            return 0;
        }
        uint32_t n = x[i].array.rank == VALUE_MATRIX ? x[i].array.rows : x[i].array.cols;
        least = n < least ? n : least;
    }
    return least;
}

static bool refuse_turns(struct lower *w, struct span span)
{
    diag_set(w->diag, span, "comprehensions take more than %d elements here", (int)TURNS_MOST);
    return diag_hint(w->diag, "compute with whole arrays: X*X, not [x*x for x in X]");
}

bool lower_each(struct lower *w, const struct item *item)
{
    uint32_t names[8], count = 0;
    struct source only = *w->source;
    struct diag ignored = {0};
    only.length = item->names.end;
    struct lexer l = {.source = &only, .at = item->names.start};
    for (struct token t = lexer_next(&l, &ignored); t.kind != TOKEN_END;
         t = lexer_next(&l, &ignored)) {
        if (t.kind == TOKEN_NAME && count < COUNT_OF(names)) {
            names[count++] = names_intern(w->names, token_text(&l, t), token_length(t));
        }
    }
    uint32_t elements = elements_of(w, lower_operands(w, item->count), item->count);
    bool fits = item->count == 1 || count - item->node == item->count;
    if (w->diag->set) {
        return false;
    }
    if (elements == 0 || count <= item->node || !fits) {
        diag_set(w->diag, item->names, "the names and what they go through do not fit");
        return diag_hint(w->diag, "write for x, y in zip(X, Y)");
    }
    w->turns += elements;
    if (w->turns > TURNS_MOST) {
        return refuse_turns(w, item->span);
    }
    uint32_t *kept = arena_alloc(&w->memory, sizeof names);
    if (kept == NULL) {
        return diag_out_of_memory(w->diag);
    }
    struct activation *a = begin_call(w);
    if (a == NULL) {
        return false;
    }
    memcpy(kept, names, sizeof names);
    const struct activation *outer =
        w->calls.count > 1 ? BUF(struct activation *, &w->calls)[w->calls.count - 2] : NULL;
    *a = (struct activation){.caller = w->source,
                             .source = *w->source,
                             .names = kept,
                             .count = count,
                             .group = outer == NULL ? GROUP_NONE : outer->group,
                             .call = item->span,
                             .target = NAME_NONE,
                             .arrays = w->stack.count - item->count,
                             .over = item->count,
                             .elements = elements,
                             .counts = item->node != 0,
                             .start = item->span.start};
    a->source.length = item->span.end;
    lexer_init(&a->lexer, &a->source);
    parser_init(&a->parser, &a->lexer, w->names, w->diag);
    w->source = &a->source;
    return push_elements(w, a);
}

// The formula is read for one element: the next, or the array of all results.
static bool end_element(struct lower *w, struct activation *a)
{
    struct operand value = *lower_operands(w, 1), result;
    w->stack.count = a->arguments;
    if (!lower_push(w, value)) {
        return false;
    }
    if (++a->at < a->elements) {
        return push_elements(w, a);
    }
    struct operand *parts = lower_operands(w, a->elements);
    if (!array_literal(w, parts, a->elements, a->call, &result)) {
        return false;
    }
    w->stack.count = a->arrays;
    end_call(w);
    return lower_push(w, result);
}

static void add_params_of(struct lower *w, const struct definition *d, struct buf *nodes, int depth)
{
    struct source body = {.name = "",
                          .text = BUF_FROM(char, &w->definitions->text, d->text),
                          .length = d->length,
                          .line = 1};
    struct lexer l = {.source = &body};
    struct diag ignored = {0};
    for (struct token t = lexer_next(&l, &ignored); t.kind != TOKEN_END && t.kind != TOKEN_BAD;
         t = lexer_next(&l, &ignored)) {
        uint32_t name = t.kind != TOKEN_NAME
                            ? NAME_NONE
                            : names_find(w->names, token_text(&l, t), token_length(t));
        struct value v = names_get(w->names, name);
        const struct definition *inner = definitions_find(w->definitions, name);
        if (inner != NULL && inner < d && depth > 0) {
            add_params_of(w, inner, nodes, depth - 1);
        }
        struct operand x = lower_operand(v, t.span);
        for (uint32_t k = 0; v.rank != VALUE_UNBOUND && k < operand_count(&x); k++) {
            uint32_t node = operand_node(w, &x, k / operand_cols(&x), k % operand_cols(&x));
            bool met = !tape_marked(w->tape, node, MARK_PARAM);
            for (size_t i = 0; !met && i < nodes->count; i++) {
                met = BUF(uint32_t, nodes)[i] == node;  // analysis: what has elements has data
            }
            uint32_t *at = met ? NULL : buf_push(nodes, 1);
            if (at != NULL) {
                *at = node;
            }
        }
    }
}

// n.parameters(): those that the formula of n mentions, in their order.
bool lower_params(struct lower *w, struct span span)
{
    enum { DEPTH = 8 };
    char name[QUOTED];
    const char *s = w->source->text + span.start;
    uint32_t id = names_find(w->names, s, span.end - span.start);
    const struct definition *d = definitions_find(w->definitions, id);
    struct buf nodes;
    diag_quote(name, s, span.end - span.start);
    if (d == NULL) {
        diag_set(w->diag, span, "there is no network '%s' yet", name);
        return diag_hint(w->diag,
                         "%s = MLP(3, [4, 4, 1]) makes one; 'params' shows every parameter", name);
    }
    buf_init(&nodes, sizeof(uint32_t));
    add_params_of(w, d, &nodes, DEPTH);
    struct operand result = {0};
    uint32_t count = (uint32_t)nodes.count;
    uint32_t *list = count == 0 ? NULL : array_list(w, VALUE_VECTOR, 1, count, span, &result);
    if (list != NULL) {
        memcpy(list, nodes.data, count * sizeof *list);
    }
    buf_release(&nodes);
    if (count == 0) {
        diag_set(w->diag, span, "'%s' has no parameters", name);
        return diag_hint(w->diag, "a parameter is made by param w = 0.5");
    }
    w->named = true;
    return list != NULL && lower_push(w, result);
}

// The body is read: its value takes the place of the arguments.
bool lower_end_call(struct lower *w)
{
    struct activation *a = lower_innermost(w);
    BS_ASSERT(a != NULL);
    if (a->definition == NULL) {
        return end_element(w, a);
    }
    if (a->target != NAME_NONE) {
        return end_line(w, a);
    }
    struct operand result = *lower_operands(w, 1);
    if (a->group != GROUP_NONE) {
        groups_end(w->groups, a->group, tape_count(w->tape));
    }
    result.span = a->call;
    w->stack.count = a->arguments;
    end_call(w);
    return lower_push(w, result);
}

// A mistake inside a body is shown where the learner called it.
void lower_tell_call(struct lower *w)
{
    const struct activation *a = lower_outermost(w);
    if (a == NULL || !w->diag->set) {
        return;
    }
    char name[QUOTED], message[DIAG_WORDS], hint[DIAG_WORDS];
    diag_quote(name, a->caller->text + a->name.start, a->name.end - a->name.start);
    memcpy(message, w->diag->message, sizeof message);
    memcpy(hint, w->diag->hint, sizeof hint);
    w->diag->set = false;
    diag_set(w->diag, a->name, "in '%s': %s", name, message);
    diag_hint(w->diag, "%s", hint);
}

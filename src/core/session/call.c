#include "session/call.h"

#include <math.h>
#include <string.h>

#include "engine/sweep.h"
#include "formula/derive.h"

bool call_change_settings(struct call *c)
{
    size_t rest = SETTINGS_WORDS - SETTINGS_MOVING;
    return trail_save(&c->s->undo, &c->s->settings, SETTINGS_MOVING, rest) ||
           diag_out_of_memory(c->diag);
}

bool call_has_more(const struct call *c)
{
    enum token_kind kind = lexer_peek(c->lexer).kind;
    return !token_ends(kind);
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
            call_note_renumbered(c, t.span);
        }
        return true;
    }
    struct token next = lexer_peek(c->lexer);
    if (t.kind == TOKEN_NAME && token_opens(next, '[')) {
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
                   : diag_hint(c->diag, "give a name, such as a, or a node's number, such as %%0");
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
    c->diag->unbound = nearest.best[0] == '\0';
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
    if (token_ends(t.kind)) {
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
        return diag_set(c->diag, c->command, "interrupted");
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

bool call_is_function(const struct call *c, struct token first, struct token second)
{
    uint32_t name = names_find(&c->s->names, token_text(c->lexer, first), token_length(first));
    return token_opens(second, '(') && second.at == first.span.end &&
           definitions_find(&c->s->definitions, name) != NULL;
}

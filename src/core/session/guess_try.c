// Whether what a guess says to write works: it is carried out, and taken back.
#include <string.h>

#include "session/guess_parts.h"
#include "session/transaction.h"

// Commands that only compute: they can be tried. Of others it is enough that they exist.
static bool can_be_tried(struct piece command)
{
    return guess_is_among(command, "assert backward check curvature derive explain forward grads "
                                   "hessian jacobian local nudge params paths print tangent topo "
                                   "update vars zero");
}

// Has a command that is not tried what it works on?
static bool has_what_it_needs(const struct call *dry, struct piece command, struct token next)
{
    struct lexer after = {.source = dry->lexer->source, .at = next.span.end};
    const struct tape *tape = &dry->s->tape;
    if (guess_is_among(command, "train")) {  // something to move, and so many steps of such a size
        struct token steps = guess_next(&after), rate = guess_next(&after);
        return tape_next(tape, MARK_PARAM, 0, tape_count(tape)) < tape_count(tape) &&
               steps.kind == TOKEN_NUMBER && steps.number >= 1 &&
               steps.number == (double)(int64_t)steps.number && rate.kind == TOKEN_NUMBER;
    }
    bool value = next.kind == TOKEN_NAME && guess_is_bound(dry, guess_token(dry, next));
    if (guess_is_among(command, "graph")) {  // of a name, and into a file
        struct token file = guess_next(&after);
        return value && (guess_is_end(file) ||
                         (file.kind == TOKEN_NAME && lexer_peek(&after).kind == TOKEN_DOT));
    }
    if (guess_is_among(command, "step flow bars expand fold sabotage run")) {
        return guess_is_end(next) || (value && guess_is_end(lexer_peek(&after)));
    }
    if (guess_is_among(command, "back")) {
        return dry->s->stepper.tape != NULL && (guess_is_end(next) || next.kind == TOKEN_NUMBER);
    }
    if (guess_is_among(command, "export")) {
        return guess_token_is(dry, next, "torch latex micrograd c");
    }
    if (guess_is_among(command, "plot")) {
        return next.kind == TOKEN_NAME && (!guess_token_is(dry, next, "history") ||
                                           guess_is_bound(dry, guess_token(dry, next)));
    }
    return true;
}

// One statement; *tried is false where it is a command that is not tried.
static bool try_statement(struct call *dry, enum call_end (*run)(struct call *c), bool *tried)
{
    struct lexer ahead = *dry->lexer;
    struct token first = guess_next(&ahead), second = lexer_peek(&ahead);
    struct piece word = guess_token(dry, first);
    bool name = first.kind == TOKEN_NAME && second.kind != TOKEN_ASSIGN;
    if (name && guess_is_among(word, "for repeat with if while")) {
        return false;
    }
    *tried = !name || command_find(dry->s->world.commands, word.s, word.n) == NULL ||
             call_is_function(dry, first, second) || can_be_tried(word);
    return *tried ? run(dry) == CALL_DONE : has_what_it_needs(dry, word, second);
}

bool guess_try(struct call *c, const char *text)
{
    struct session *s = c->s;
    struct said_once told = s->told;
    bool stepped = s->stepped;
    struct source source = {.name = "", .text = text, .length = strlen(text), .line = 1};
    struct lexer lexer = {.source = &source};
    struct diag ignored;
    struct records records;
    size_t mark;
    if (c->run == NULL || !transaction_mark(s, &mark)) {
        return false;
    }
    diag_clear(&ignored);
    records_init(&records);
    struct call dry = {
        .s = s, .frame = c->frame, .lexer = &lexer, .diag = &ignored, .out = &records};
    bool works = true, tried = true;
    size_t frames = s->frames.count;
    while (works && tried && lexer_peek(&lexer).kind != TOKEN_END) {
        if (lexer_peek(&lexer).kind == TOKEN_BREAK) {
            guess_next(&lexer);
            continue;
        }
        works = try_statement(&dry, c->run, &tried);
    }
    while (s->frames.count > frames) {
        session_pop_frame(s);
    }
    call_release(&dry);
    records_release(&records);
    transaction_take_back(s, mark);
    s->told = told;
    s->stepped = stepped;
    text_clear(&s->inputs.wanted);
    return works;
}

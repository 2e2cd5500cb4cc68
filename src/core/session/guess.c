#include "session/guess_parts.h"

#include <string.h>

#include "base/format.h"
#include "text/foreign.h"

// Where the statement ends, without what ends a sentence.
static size_t sentence_end(const struct call *c, size_t start)
{
    const struct source *source = c->lexer->source;
    size_t at = start;
    while (at < source->length && strchr(";\n#", source->text[at]) == NULL) {
        at++;
    }
    while (at > start && strchr(" \t\r?.!", source->text[at - 1]) != NULL) {
        at--;
    }
    return at;
}

static void say_no_statement(struct call *c, struct piece word)
{
    char quoted[QUOTED];
    struct span span = c->diag->span;
    diag_clear(c->diag);
    diag_set(c->diag, span, "no statement begins with '%s'", diag_quote(quoted, word.s, word.n));
}

// Does `help` explain these words?
static bool has_page(const struct call *c, struct piece words)
{
    return c->s->world.has_page != NULL && c->s->world.has_page(words.s, words.n);
}

// ---- Sentences ----------------------------------------------------------------------------------

// After the words from `at` on that say nothing, the last word never being one of them.
static size_t skip_fillers(const struct call *c, size_t at, size_t end)
{
    struct lexer l = {.source = c->lexer->source, .at = at};
    for (;;) {
        struct token t = guess_next(&l);
        struct piece word = guess_token(c, t);
        struct token next = lexer_peek(&l);
        bool value = guess_is_bound(c, word) && next.kind != TOKEN_NAME;  // a.grad, and no article
        if (t.kind != TOKEN_NAME || t.span.end >= end || !foreign_is_filler(word.s, word.n) ||
            value || next.at >= end) {
            return t.at;
        }
    }
}

// The bytes of the 's in what's.
static size_t contraction(const struct call *c, size_t at, size_t end)
{
    static const char *const marks[] = {"'s ", "’s "};
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        size_t n = strlen(marks[i]);
        if (end - at > n && memcmp(c->lexer->source->text + at, marks[i], n) == 0) {
            return n;
        }
    }
    return 0;
}

// Is what stands there an expression that has a value? What it made goes with the statement; what was
// said of it was not said, and no file is read for it.
static bool has_value(struct call *c, size_t start, size_t end)
{
    struct said_once said = c->s->told;
    struct source source = *c->lexer->source;
    struct lexer only = {.source = &source, .at = start}, *outer = c->lexer;
    struct diag ignored, *told = c->diag;
    struct operand value;
    diag_clear(&ignored);
    source.length = end;
    c->lexer = &only;
    c->diag = &ignored;
    bool ok = call_expression(c, &value) && call_finish(c);
    c->lexer = outer;
    c->diag = told;
    c->s->told = said;
    text_clear(&c->s->inputs.wanted);
    return ok;
}

// The first form in which a command is written.
static struct piece first_form(const char *usage)
{
    const char *bar = strstr(usage, " | ");
    return (struct piece){usage, bar == NULL ? strlen(usage) : (size_t)(bar - usage)};
}

// A command, or what stands for one, among the words of a sentence.
static bool guess_command_in(struct call *c, struct piece begun, size_t at, size_t end)
{
    struct lexer l = {.source = c->lexer->source, .at = at};
    for (struct token t = guess_next(&l); t.at < end && !guess_is_end(t); t = guess_next(&l)) {
        struct piece word = guess_token(c, t), form;
        const char *topic = t.kind == TOKEN_NAME ? foreign_topic(word.s, word.n) : NULL;
        const struct command *command = t.kind == TOKEN_NAME && topic == NULL
                                            ? command_find(c->s->world.commands, word.s, word.n)
                                            : NULL;
        if (topic != NULL || command != NULL) {
            form =
                topic != NULL ? (struct piece){topic, strlen(topic)} : first_form(command->usage);
            struct token number = guess_next(&l);  // lesson 3
            bool whole = topic == NULL && form.n == word.n && number.kind == TOKEN_NUMBER;
            say_no_statement(c, begun);
            diag_hint(c->diag, "write %.*s%s%.*s", (int)form.n, form.s, whole ? " " : "",
                      whole ? (int)token_length(number) : 0, token_text(&l, number));
            return true;
        }
    }
    return false;
}

// show me the graph, compute dL/da, how do I quit, what is L
static bool guess_wanted(struct call *c, struct token first, size_t end)
{
    struct piece word = guess_token(c, first);
    struct piece all = guess_piece(c, first.span.start, end);
    static const char *const hows[] = {"how do i ", "how do I ", "how to ", "how can i ",
                                       "how can I "};
    bool how = false;
    for (size_t i = 0; i < COUNT_OF(hows); i++) {
        how |= all.n > strlen(hows[i]) && memcmp(all.s, hows[i], strlen(hows[i])) == 0;
    }
    bool wants = how || foreign_wants(word.s, word.n);
    if (!wants && !guess_is_among(word, "what whats value")) {
        return false;
    }
    size_t rest = skip_fillers(c, first.span.end + contraction(c, first.span.end, end), end);
    char quoted[QUOTED];
    if (rest < end && has_value(c, rest, end)) {
        say_no_statement(c, word);
        diag_quote(quoted, c->lexer->source->text + rest, end - rest);
        bool shown = guess_is_among(word, "show draw display see");
        diag_hint(c->diag, "for its value write %s by itself%s%s", quoted,
                  shown ? ", for its graph graph " : "", shown ? quoted : "");
        return true;
    }
    size_t from = guess_is_among(word, "test quiz") ? first.at : first.span.end;
    return wants && guess_command_in(c, word, from, end);
}

// Are there words only, none of them with a value? An article may have one.
static bool is_sentence(const struct call *c, size_t start, size_t end)
{
    enum { WORD_LEAST = 3 };  // letters: shorter ones are likely names
    struct lexer l = {.source = c->lexer->source, .at = start};
    size_t words = 0;
    for (struct token t = guess_next(&l); t.at < end && !guess_is_end(t); t = guess_next(&l)) {
        struct piece word = guess_token(c, t);
        bool name = t.kind == TOKEN_NAME && !t.partial,
             dash = t.kind == TOKEN_INFIX && t.op == OP_SUB;
        bool value = name && guess_is_bound(c, word) && !guess_is_among(word, "a A i I");
        if ((!name && !dash) || value) {
            return false;
        }
        words += name && word.n >= WORD_LEAST;
    }
    return words > 1;
}

// A question in words: its term's page, or a search.
static void ask_instead(struct call *c, size_t start, size_t end)
{
    struct piece all = guess_piece(c, start, end);
    char quoted[QUOTED];
    diag_quote(quoted, all.s, all.n);
    if (!c->diag->unbound) {
        say_no_statement(c, all);
    }
    if (has_page(c, all)) {
        diag_hint(c->diag, "'help %s' says what that is", quoted);
    } else {
        diag_hint(c->diag, "'help' lists the commands; 'ask %s' searches the course", quoted);
    }
}

// Where a claim's sign is in the text, and how long it is: =, ==, "equal to", "with"; 0: there is none.
static size_t claim_sign(struct piece p, size_t *at)
{
    static const char *const signs[] = {"==", "=", " equal to ", " equals ", " with ", " and "};
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        size_t length = strlen(signs[i]);
        for (*at = 1; *at + length < p.n; ++*at) {
            if (memcmp(p.s + *at, signs[i], length) == 0) {
                return length;
            }
        }
    }
    return 0;
}

// is dL/dw = (p - y)*x, verify dL/dw = …, compare dL/dw with …
static bool guess_check(struct call *c, struct token first, size_t end)
{
    size_t start = first.span.end < end ? first.span.end : end, at;
    struct piece claim = guess_trimmed(guess_piece(c, start, end));
    size_t sign = claim_sign(claim, &at);
    if (sign == 0 || memchr(claim.s, '/', at) == NULL ||
        !guess_token_is(c, first, "is verify prove test compare confirm does validate")) {
        return false;
    }
    struct piece left = guess_trimmed((struct piece){claim.s, at});
    struct piece right = guess_trimmed((struct piece){claim.s + at + sign, claim.n - at - sign});
    char of[QUOTED], is[QUOTED];
    say_no_statement(c, guess_token(c, first));
    diag_hint(c->diag, "write check %s = %s", diag_quote(of, left.s, left.n),
              diag_quote(is, right.s, right.n));
    return true;
}

// pip install numpy; backstep lessons
static bool guess_shell(struct call *c, struct token first, size_t end)
{
    struct piece word = guess_token(c, first);
    struct lexer after = {.source = c->lexer->source, .at = first.span.end};
    struct token second = guess_next(&after);
    bool path = second.kind == TOKEN_DOT || second.kind == TOKEN_BAD ||
                (second.kind == TOKEN_INFIX && (second.op == OP_SUB || second.op == OP_DIV));
    if (foreign_is_shell(word.s, word.n) && (second.kind == TOKEN_NAME || path)) {
        diag_hint(c->diag, "this is backstep's prompt; 'quit' goes back to the shell");
        return true;
    }
    return guess_is_among(word, "backstep") && guess_command_in(c, word, first.span.end, end);
}

// print the graph: a command's argument begins with a word that says nothing.
static bool guess_argument(struct call *c, struct token command)
{
    size_t end = sentence_end(c, command.at), rest = skip_fillers(c, command.span.end, end);
    struct lexer l = {.source = c->lexer->source, .at = command.span.end};
    struct token t = guess_next(&l);
    struct piece word = guess_token(c, t);
    struct piece term = guess_piece(c, rest, rest < end ? end : rest);
    struct piece all = guess_piece(c, command.at, end > command.at ? end : command.at);
    bool calculus =
        t.kind == TOKEN_NAME && guess_is_among(word, "d derivative") && !guess_is_bound(c, word);
    if (t.kind != TOKEN_NAME || guess_is_bound(c, word) ||
        (!calculus && !c->diag->unbound && !has_page(c, all)) ||
        c->diag->span.start < command.span.end) {
        return false;
    }
    bool whole = has_page(c, all), filled = foreign_is_filler(word.s, word.n);
    char quoted[QUOTED], name[QUOTED], bid[2 * QUOTED];
    if (guess_derivative(c, t, end)) {  // check d/dx x^2 = 2x
        return true;
    }
    if (whole || has_page(c, term)) {
        diag_quote(quoted, whole ? all.s : term.s, whole ? all.n : term.n);
        diag_hint(c->diag, "'help %s' says what that is", quoted);
        return true;
    }
    diag_quote(quoted, term.s, term.n);
    diag_quote(name, token_text(&l, command), token_length(command));
    format_write(bid, sizeof bid, "%s %s", name, quoted);
    if (filled && has_value(c, rest, end) && guess_try(c, bid)) {  // graph of L
        diag_hint(c->diag, "write %s", bid);
        return true;
    }
    if (filled && guess_command_in(c, guess_piece(c, command.at, t.span.end), t.span.end, end)) {
        return true;
    }
    if (is_sentence(c, t.at, end)) {
        ask_instead(c, command.at, end);
        return true;
    }
    return false;
}

// A word by itself, or a term of the glossary, as somebody types who has a wish or a question.
static bool guess_wish(struct call *c, struct token first, bool alone, size_t end)
{
    struct piece all = guess_piece(c, first.span.start, end);
    const char *wish = alone ? foreign_wish(all.s, token_length(first)) : NULL;
    char quoted[QUOTED];
    if (wish == NULL && has_page(c, all)) {
        diag_hint(c->diag, "'help %s' says what that is", diag_quote(quoted, all.s, all.n));
        return true;
    }
    wish = wish == NULL && alone ? foreign_bare(all.s, token_length(first)) : wish;
    return wish != NULL && !diag_hint(c->diag, "%s", wish);
}

// A word by itself that is not a term, or one with a question mark: a name, or a question.
static void guess_name_or_question(struct call *c, struct piece word, size_t end)
{
    enum { WORD_LEAST = 4 };  // letters
    const struct source *source = c->lexer->source;
    bool asked = end < source->length && source->text[end] == '?';
    char quoted[QUOTED];
    if ((word.n >= WORD_LEAST || asked) && !foreign_is_no_name(word.s, word.n) &&
        command_find(c->s->world.commands, "ask", 3) != NULL) {
        diag_quote(quoted, word.s, word.n);
        diag_hint(c->diag, "give it a value first: %s = 1; 'ask %s' searches the course", quoted,
                  quoted);
    }
}

// ---- Bindings -----------------------------------------------------------------------------------

enum { NAMES_MOST = 8 };  // that are given values in one statement

// The parts of what is between the lexer and byte `end`, apart by commas outside brackets; 0: too many.
static size_t split(const struct call *c, struct lexer *l, size_t end,
                    struct piece parts[NAMES_MOST])
{
    size_t count = 0, from = lexer_peek(l).at;
    for (struct token t = guess_next(l);; t = guess_next(l)) {
        bool last = guess_is_end(t) || t.at >= end;
        if (last || (t.kind == TOKEN_COMMA && l->open == 0)) {
            if (count == NAMES_MOST) {
                return 0;
            }
            size_t to = last ? end : t.at;
            parts[count++] = guess_piece(c, from, to > from ? to : from);
            from = lexer_peek(l).at;
        }
        if (last) {
            return count;
        }
    }
}

// False: they do not work, and nothing is said.
static bool say_one_at_a_time(struct call *c, struct text *statements)
{
    bool works = guess_try(c, text_get(statements));
    if (works) {
        guess_say(c, "names are given values one at a time");
        diag_hint(c->diag, "write %s", text_get(statements));
    }
    text_release(statements);
    return works;
}

// Does a value use a name that an earlier statement would have changed? a, b = b, a
static bool is_swap(const struct piece *names, const struct piece *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count; k++) {
            for (size_t at = 0; at + names[i].n <= values[k].n; at++) {
                if (memcmp(values[k].s + at, names[i].s, names[i].n) == 0) {
                    return true;
                }
            }
        }
    }
    return false;
}

// c, d = 1, 2
static bool guess_pairs(struct call *c, struct token first, size_t end)
{
    struct lexer l = {.source = c->lexer->source, .at = first.at};
    struct piece names[NAMES_MOST], values[NAMES_MOST];
    struct token sign = first;
    size_t count = 0;
    while (count < NAMES_MOST && (count == 0 || sign.kind == TOKEN_COMMA)) {
        struct token name = guess_next(&l);
        if (name.kind != TOKEN_NAME) {
            return false;
        }
        names[count++] = guess_token(c, name);
        sign = guess_next(&l);
    }
    if (count < 2 || sign.kind != TOKEN_ASSIGN || sign.op != OP_COUNT ||
        split(c, &l, end, values) != count || is_swap(names, values, count)) {
        return false;
    }
    struct text statements;
    text_init(&statements);
    for (size_t i = 0; i < count; i++) {
        text_addf(&statements, "%s%.*s = %.*s", i > 0 ? "; " : "", (int)names[i].n, names[i].s,
                  (int)text_trimmed(values[i].s, values[i].n), values[i].s);
    }
    return say_one_at_a_time(c, &statements);
}

// c = d = 2
static bool guess_chain(struct call *c, struct token first)
{
    size_t end = sentence_end(c, first.at), count = 0, from = first.at;
    struct lexer l = {.source = c->lexer->source, .at = first.at};
    struct piece names[NAMES_MOST];
    for (;;) {
        struct token name = guess_next(&l), sign = guess_next(&l);
        if (name.kind != TOKEN_NAME || sign.kind != TOKEN_ASSIGN || sign.op != OP_COUNT) {
            break;
        }
        if (count == NAMES_MOST) {
            return false;
        }
        names[count++] = guess_token(c, name);
        from = lexer_peek(&l).at;
    }
    if (count < 2 || from >= end) {
        return false;
    }
    struct text statements;
    text_init(&statements);
    text_addf(&statements, "%.*s = %.*s", (int)names[count - 1].n, names[count - 1].s,
              (int)(end - from), c->lexer->source->text + from);
    for (size_t i = count - 1; i-- > 0;) {
        text_addf(&statements, "; %.*s = %.*s", (int)names[i].n, names[i].s,
                  (int)names[count - 1].n, names[count - 1].s);
    }
    return say_one_at_a_time(c, &statements);
}

// c := 2, c == 2 of a name that is new, and c, d = 1, 2.
static bool guess_binding(struct call *c, struct token first, struct token second, size_t end)
{
    char quoted[QUOTED];
    if (second.kind == TOKEN_COMMA) {
        bool bound = guess_is_bound(c, guess_token(c, first));
        return guess_pairs(c, first, end) || bound ||
               !diag_hint(c->diag, "names are given values one at a time: c = 1; d = 2");
    }
    bool meant = second.kind == TOKEN_COLON || (second.kind == TOKEN_INFIX && second.op == OP_EQ);
    struct lexer l = {.source = c->lexer->source, .at = second.span.end};
    struct token sign = guess_next(&l);
    bool walrus = second.kind == TOKEN_COLON && sign.kind == TOKEN_ASSIGN && sign.span.end < end;
    struct piece rest = guess_piece(c, lexer_peek(&l).at, end);
    char value[QUOTED];
    diag_quote(quoted, token_text(c->lexer, first), token_length(first));
    return meant && !diag_hint(c->diag, "to give it a value write %s = %s", quoted,
                               walrus ? diag_quote(value, rest.s, rest.n) : "2");
}

// let c = 2, int c = 2, set c to 2
static bool guess_declaration(struct call *c, struct token first, size_t end)
{
    struct lexer l = {.source = c->lexer->source, .at = first.span.end};
    struct token name = guess_next(&l), sign = guess_next(&l);
    struct piece s = guess_token(c, sign);
    bool assigned =
        sign.kind == TOKEN_ASSIGN || (sign.kind == TOKEN_NAME && guess_is_among(s, "to be"));
    if (token_is(c->lexer, first, "set") && sign.kind == TOKEN_NUMBER) {  // set c 2
        assigned = true;
        l.at = sign.at;
        sign.span.end = sign.at;
    }
    char quoted[QUOTED], value[QUOTED];
    if (name.kind != TOKEN_NAME || !assigned || sign.span.end >= end ||
        !guess_token_is(c, first, "let var const int float double auto set define val")) {
        return false;
    }
    struct piece rest = guess_piece(c, lexer_peek(&l).at, end);
    char bid[2 * QUOTED + 8];
    diag_quote(quoted, token_text(c->lexer, name), token_length(name));
    format_write(bid, sizeof bid, "%s = %s", quoted, diag_quote(value, rest.s, rest.n));
    guess_say(c, "a name needs no declaration");
    if (guess_try(c, bid)) {
        diag_hint(c->diag, "write %s", bid);
    } else {
        diag_hint(c->diag, "write %s = 2", quoted);
    }
    return true;
}

// ---- Slips --------------------------------------------------------------------------------------

// A command's name with a slip in it. Words of a sentence are taken for slips only if a letter is
// all that they are off by.
static bool guess_slip(struct call *c, struct piece word, bool sentence)
{
    struct nearest nearest;
    const struct command *command;
    nearest_init(&nearest, word.s, word.n);
    for (size_t i = 0; (command = command_at(c->s->world.commands, i)) != NULL; i++) {
        nearest_offer(&nearest, command->name, strlen(command->name));
    }
    size_t distance = nearest.distance;
    nearest_offer_bound(&nearest, &c->s->names);
    lower_offer_functions(&nearest);
    bool likely = nearest.distance == distance && (!sentence || distance <= 1);
    return nearest.best[0] != '\0' && likely &&
           !diag_hint(c->diag, "did you mean '%s'?", nearest.best);
}

// Words of others that say something of a sentence, too: integrate x.
static bool has_own_hint(struct piece word)
{
    return foreign_hint(word.s, word.n, false) != NULL &&
           guess_is_among(word, "integrate integral antiderivative lim limit solve roots factorial "
                                "show display draw man import from");
}

// A statement that begins with a word without a value.
static void guess_word(struct call *c, struct token first, struct token second, size_t end)
{
    struct piece word = guess_token(c, first);
    bool alone = guess_is_end(second) || second.at >= end, unbound = c->diag->unbound;
    bool words = second.kind == TOKEN_NAME || (second.kind == TOKEN_BAD && !alone);
    if ((unbound && guess_wish(c, first, alone, end)) || guess_declaration(c, first, end) ||
        guess_integral(c, first, end) || guess_check(c, first, end) ||
        ((words || second.kind == TOKEN_NUMBER) && guess_wanted(c, first, end)) ||
        has_own_hint(word)) {
        return;
    }
    if (is_sentence(c, first.span.start, end) || contraction(c, first.span.end, end) > 0) {
        if (!guess_shell(c, first, end) && !guess_slip(c, word, true)) {
            ask_instead(c, first.span.start, end);
        }
        return;
    }
    if (foreign_hint(word.s, word.n, false) != NULL || (!alone && guess_shell(c, first, end)) ||
        second.kind == TOKEN_OPEN || second.kind == TOKEN_INFIX || second.kind == TOKEN_DOT ||
        guess_slip(c, word, false) || !unbound) {
        return;
    }
    if (alone) {
        guess_name_or_question(c, word, end);
    } else if (second.kind == TOKEN_NAME) {
        ask_instead(c, first.span.start, end);
    }
}

// An expression could not be read.
static void guess_meaning(struct call *c, struct token first)
{
    c->lexer->at = first.span.end;
    struct token second = lexer_peek(c->lexer);
    struct piece word = guess_token(c, first);
    size_t end = sentence_end(c, first.at);
    bool name = first.kind == TOKEN_NAME, bound = name && guess_is_bound(c, word);
    if (!c->diag->set || (!bound && guess_derivative(c, first, end)) || !name ||
        (bound && second.kind != TOKEN_COLON && second.kind != TOKEN_COMMA) ||
        guess_binding(c, first, second, end) || bound) {
        return;
    }
    guess_word(c, first, second, end);
}

void guess_statement(struct call *c, struct token first, enum guess_of of)
{
    bool waits = text_length(&c->s->inputs.wanted) > 0;  // for a file: it is no failure
    if (c->run == NULL || waits || !c->diag->set ||
        guess_phrase(c, first, sentence_end(c, first.at))) {
        return;
    }
    if (of == GUESS_EXPRESSION) {
        guess_meaning(c, first);
    } else if (of == GUESS_COMMAND) {
        guess_argument(c, first);
    } else if (of == GUESS_BINDING) {
        guess_chain(c, first);
    }
}

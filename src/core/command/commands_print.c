// print: bare values, and texts as Python writes them, f'loss {L.data:.4f}' among them.
#include <math.h>
#include <string.h>

#include "base/format.h"
#include "command/commands.h"

// What is printed: the values, for --json, and once there is a text all of it as it reads.
struct printing {
    struct call *c;
    struct rec *values;
    struct text line;
    bool texts;
};

// print(X, Y) as in Python: does the parenthesis that follows hold the whole rest?
static bool is_list(const struct call *c)
{
    struct lexer ahead = *c->lexer;
    struct diag ignored = {0};
    struct token t = lexer_next(&ahead, &ignored);
    if (!token_opens(t, '(')) {
        return false;
    }
    while (ahead.open > c->lexer->open && t.kind != TOKEN_END) {
        t = lexer_next(&ahead, &ignored);
    }
    struct token after = lexer_next(&ahead, &ignored);
    return token_closes(t, ')') && token_ends(after.kind);
}

// ---- Formats ------------------------------------------------------------------------------------

// What is after the ":" of {x:>10.4f}: [fill and align] [sign] [0] [width] [,] [.precision]
// [type]. Of an array, sign and precision are each number's, the width is that of the whole.
struct format {
    char fill, align, sign, type;
    bool grouped;
    int width, precision;  // precision -1: not given
    int digits;            // where no type and no precision is given
};

static int read_whole(const char **s, const char *end)
{
    int value = 0;
    while (*s < end && text_is_digit(**s)) {
        value = value < 100 ? value * 10 + (**s - '0') : value;
        ++*s;
    }
    return value;
}

static bool read_format(const char *s, const char *end, struct format *f)
{
    *f = (struct format){.fill = ' ', .align = '\0', .precision = -1};
    if (end - s > 1 && memchr("<>^", s[1], 3) != NULL) {
        f->fill = *s;
        s++;
    }
    if (s < end && memchr("<>^", *s, 3) != NULL) {
        f->align = *s++;
    }
    if (s < end && memchr("+- ", *s, 3) != NULL) {
        f->sign = *s++;
    }
    if (s < end && *s == '0' && f->align == '\0') {
        f->fill = '0';
    }
    f->width = read_whole(&s, end);
    if (s < end && *s == ',') {
        f->grouped = true;
        s++;
    }
    if (s < end && *s == '.') {
        s++;
        f->precision = read_whole(&s, end);
    }
    if (s < end && memchr("fFeEgGd%", *s, 8) != NULL) {
        f->type = *s++;
    }
    return s == end && f->width <= 80 && f->precision <= 30;
}

// A comma before each three digits in front of the point.
static void add_grouped(struct text *out, const char *number)
{
    size_t sign = number[0] == '-' || number[0] == '+' || number[0] == ' ';
    size_t digits = strspn(number + sign, "0123456789");
    for (size_t i = 0; i < sign + digits; i++) {
        if (i > sign && (sign + digits - i) % 3 == 0) {
            text_add_char(out, ',');
        }
        text_add_char(out, number[i]);
    }
    text_add(out, number + sign + digits);
}

static void add_formatted(struct text *out, double x, const void *how)
{
    const struct format *f = how;
    enum { LONGEST = 400 };
    char number[LONGEST], plain[NUMBER_TEXT];
    const char *plus = f->sign == '+' && (x >= 0) ? "+" : f->sign == ' ' && (x >= 0) ? " " : "";
    int precision = f->precision < 0 ? 6 : f->precision;
    double value = f->type == '%' ? 100 * x : x;
    if (!isfinite(value)) {
        format_write(number, sizeof number, "%s%s", plus, number_text(plain, value, f->digits));
    } else if (f->type == '\0' && f->precision < 0) {
        format_write(number, sizeof number, "%s%s", plus, number_text(plain, value, f->digits));
    } else if (f->type == 'd') {
        format_write(number, sizeof number, "%s%.0f", plus, value);
    } else if (f->type == 'e' || f->type == 'E') {
        format_write(number, sizeof number, "%s%.*e", plus, precision, value);
    } else if (f->type == '\0' || f->type == 'g' || f->type == 'G') {
        format_write(number, sizeof number, "%s%.*g", plus, precision, value);
    } else {
        format_write(number, sizeof number, "%s%.*f%s", plus, precision, value,
                     f->type == '%' ? "%" : "");
    }
    for (char *c = number; (f->type == 'E' || f->type == 'G') && *c != '\0'; c++) {
        *c = *c == 'e' ? 'E' : *c;
    }
    if (f->grouped) {
        add_grouped(out, number);
    } else {
        text_add(out, number);
    }
}

static void add_padded(struct text *out, const struct format *f, const char *words, bool number)
{
    size_t wide = utf8_columns(words, strlen(words));
    size_t room = (size_t)f->width > wide ? (size_t)f->width - wide : 0;
    char align = f->align != '\0' ? f->align : number ? '>' : '<';
    size_t before = align == '>' ? room : align == '^' ? room / 2 : 0;
    size_t sign = f->fill == '0' && strchr("+-", words[0]) != NULL && words[0] != '\0';
    text_add_bytes(out, words, sign);
    text_fill(out, f->fill, before);
    text_add(out, words + sign);
    text_fill(out, f->fill, room - before);
}

// ---- Values -------------------------------------------------------------------------------------

static bool evaluate(struct printing *p, struct operand *value)
{
    struct call *c = p->c;
    uint32_t from = tape_count(&c->s->tape);
    if (!call_expression(c, value)) {
        return false;
    }
    call_note_strange(c, value->span, from, NODE_NONE);
    call_note_stale_value(c, value->span, value);
    return true;
}

static bool print_value(struct printing *p)
{
    struct operand value;
    uint32_t from = tape_count(&p->c->s->tape);
    if (!evaluate(p, &value)) {
        return false;
    }
    call_put_value(p->c, p->values, KEY_NONE, &value);
    call_add_value(p->c, &p->line, &value);
    tape_cut(&p->c->s->tape, from);
    return true;
}

static void add_escaped(struct text *out, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool escaped = s[i] == '\\' && i + 1 < n;
        i += escaped;
        text_add_char(out, escaped && s[i] == 'n' ? '\n' : escaped && s[i] == 't' ? ' ' : s[i]);
    }
}

// Where the expression of {…} ends: at ":", "!r", "=" or "}" outside brackets.
static size_t expression_end(const char *s, size_t at, size_t end)
{
    int open = 0;
    for (; at < end; at++) {
        size_t next = at + 1;
        while (next < end && s[next] == ' ') {
            next++;
        }
        bool equals = s[at] == '=' && next < end && strchr(":}!", s[next]) != NULL;
        bool repr = s[at] == '!' && at + 1 < end && s[at + 1] != '=';
        if (open == 0 && (s[at] == ':' || s[at] == '}' || equals || repr)) {
            break;
        }
        open += (s[at] == '(' || s[at] == '[') - (s[at] == ')' || s[at] == ']');
    }
    return at;
}

static bool refuse_format(struct printing *p, struct span span)
{
    diag_set(p->c->diag, span, "this format is not understood");
    return diag_hint(p->c->diag, "write {x}, or {x:.4f} for four digits after the point");
}

// {expression:format}; *at is after the brace, and is moved after the one that closes it.
static bool print_field(struct printing *p, size_t *at, size_t end)
{
    struct call *c = p->c;
    struct source only = *c->lexer->source;
    const char *s = only.text;
    size_t stop = expression_end(s, *at, end), close = stop;
    const char *brace = memchr(s + stop, '}', end - stop);
    struct format f;
    if (brace == NULL) {
        diag_set(c->diag, (struct span){*at - 1, *at}, "this brace is never closed");
        return diag_hint(c->diag, "a '}' is missing; {{ shows a brace");
    }
    if (s[stop] == '=') {
        size_t shown = stop + 1 + strspn(s + stop + 1, " ");
        text_add_bytes(&p->line, s + *at, shown - *at);
    }
    while (s[close] != ':' && s + close < brace) {
        close++;
    }
    close += s[close] == ':';
    if (!read_format(s + close, brace, &f)) {
        return refuse_format(p, (struct span){close, (size_t)(brace - s)});
    }
    only.length = stop;
    struct lexer within = {.source = &only, .at = *at}, *outer = c->lexer;
    struct operand value;
    struct text words;
    uint32_t from = tape_count(&c->s->tape);
    c->lexer = &within;
    bool ok = evaluate(p, &value) && call_finish(c);
    c->lexer = outer;
    text_init(&words);
    f.digits = session_digits(c->s);
    if (ok) {
        call_add_numbers(c, &words, &value, add_formatted, &f);
        call_put_value(c, p->values, KEY_NONE, &value);
        add_padded(&p->line, &f, text_get(&words), !operand_is_array(&value));
    }
    text_release(&words);
    tape_cut(&c->s->tape, from);
    *at = (size_t)(brace - s) + 1;
    return ok;
}

static bool print_text(struct printing *p)
{
    struct token t = lexer_next(p->c->lexer, p->c->diag), next = lexer_peek(p->c->lexer);
    const char *s = p->c->lexer->source->text;
    p->texts = true;
    if (next.kind == TOKEN_BAD || next.kind == TOKEN_DOT) {
        diag_set(p->c->diag, next.span, "texts are only shown as they are");
        return diag_hint(p->c->diag, "write print('loss', L), or print(f'loss {L:.4f}')");
    }
    if (t.mark != 'f') {
        add_escaped(&p->line, s + t.span.start, t.span.end - t.span.start);
        return true;
    }
    for (size_t at = t.span.start; at < t.span.end;) {
        size_t n = 0;
        while (at + n < t.span.end && s[at + n] != '{' && s[at + n] != '}') {
            n++;
        }
        add_escaped(&p->line, s + at, n);
        at += n;
        if (at == t.span.end) {
            break;
        }
        bool twice = at + 1 < t.span.end && s[at + 1] == s[at];
        if (twice || s[at] == '}') {
            text_add_char(&p->line, s[at]);
            at += 1 + twice;
            continue;
        }
        at++;
        if (!print_field(p, &at, t.span.end)) {
            return false;
        }
    }
    return true;
}

// sep=… and end=… of Python's print.
static bool refuse_keyword(struct printing *p)
{
    struct lexer ahead = *p->c->lexer;
    struct diag ignored = {0};
    struct token word = lexer_next(&ahead, &ignored), equals = lexer_next(&ahead, &ignored);
    if (equals.kind != TOKEN_ASSIGN || equals.op != OP_COUNT ||
        !text_among("sep end flush file", token_text(&ahead, word), token_length(word)) ||
        word.kind != TOKEN_NAME) {
        return false;
    }
    diag_set(p->c->diag, word.span, "print takes only what it shows");
    return !diag_hint(p->c->diag, "it writes one line, with one space between its values");
}

static bool print_all(struct printing *p, bool list)
{
    struct call *c = p->c;
    struct token next = {.kind = TOKEN_COMMA};
    for (bool first = true; next.kind == TOKEN_COMMA; first = false) {
        struct token t = lexer_peek(c->lexer);
        if (list && t.kind == TOKEN_CLOSE) {  // print(), or a comma at the end
            lexer_next(c->lexer, c->diag);
            p->texts |= first;
            break;
        }
        if (!first) {
            text_add_char(&p->line, ' ');
        }
        if (refuse_keyword(p) || !(t.kind == TOKEN_STRING ? print_text(p) : print_value(p))) {
            return false;
        }
        while (lexer_peek(c->lexer).kind == TOKEN_STRING && t.kind == TOKEN_STRING) {
            if (!print_text(p)) {  // 'one text' 'after another'
                return false;
            }
        }
        next = lexer_peek(c->lexer);
        if (next.kind == TOKEN_COMMA || (list && next.kind == TOKEN_CLOSE)) {
            lexer_next(c->lexer, c->diag);
        }
    }
    return call_finish(c);
}

bool command_text(struct call *c, struct text *out)
{
    struct records aside;
    records_init(&aside);
    struct printing p = {.c = c,
                         .values = rec_list(&aside, records_add(&aside, KIND_print), KEY_values)};
    text_init(&p.line);
    bool ok = true;
    while (ok && lexer_peek(c->lexer).kind == TOKEN_STRING) {
        ok = print_text(&p);
    }
    text_add(out, text_get(&p.line));
    text_release(&p.line);
    records_release(&aside);
    return ok;
}

enum call_end command_print(struct call *c)
{
    struct rec *r = call_record(c, KIND_print);
    struct printing p = {.c = c, .values = rec_list(c->out, r, KEY_values)};
    bool list = is_list(c);
    text_init(&p.line);
    if (list) {
        lexer_next(c->lexer, c->diag);
    }
    bool ok = print_all(&p, list);
    if (ok && p.texts) {
        text_add_char(&p.line, '\n');
        rec_text(c->out, r, KEY_text, text_get(&p.line));
    }
    text_release(&p.line);
    return ok ? CALL_DONE : CALL_FAILED;
}

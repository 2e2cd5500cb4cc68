#include "text/lexer.h"

#include <string.h>

#include "text/spelling.h"

// What a byte says before anything else is looked at.
enum {
    L = 1,   // begins a name: an ASCII letter, or _
    D = 2,   // a digit
    P = 4,   // neither a blank nor the begin of a comment: what nearly every token begins with
    B = 8,   // a bracket
    M = 16,  // directly after a plain name it makes something else of it
    LP = L | P,
    DP = D | P,
    BP = B | P,
    MP = M | P,
};
#define X8(a) a, a, a, a, a, a, a, a
#define X32(a) X8(a), X8(a), X8(a), X8(a)
static const unsigned char traits[256] = {
    X32(0),                                                     // control characters
    0,      P,      MP,     0,      0,  MP, P,  MP,             //   ! " # $ % & '
    BP,     BP,     P,      P,      P,  P,  P,  P,              // ( ) * + , - . /
    X8(DP), DP,     DP,     P,      P,  P,  P,  P,  P,          // 0-9 : ; < = > ?
    P,      X8(LP), X8(LP), X8(LP), LP, LP, BP, 0,  BP, P, LP,  // @ A-Z [ \ ] ^ _
    P,      X8(LP), X8(LP), X8(LP), LP, LP, BP, P,  BP, P, P,   // ` a-z { | } ~ DEL
    X32(M), X32(M), X32(M), X32(M),                             // of UTF-8
};
#undef X8
#undef X32

static inline bool has(char c, unsigned char trait)
{
    return (traits[(unsigned char)c] & trait) != 0;
}

// By their first byte. Of those that begin alike the longest first, so that ** is not two *; and the
// common ones first. (A length of 0 ends them.)
enum { ALIKE = 4 };
static const struct lexer_sign {
    char written[3];
    unsigned char length;
    enum token_kind kind : 8;
    enum op op : 8;
} signs[128][ALIKE] = {
    ['='] = {{"==", 2, TOKEN_INFIX, OP_EQ}, {"=", 1, TOKEN_ASSIGN, OP_COUNT}},
    ['*'] = {{"**=", 3, TOKEN_ASSIGN, OP_POW},
             {"**", 2, TOKEN_INFIX, OP_POW},
             {"*=", 2, TOKEN_ASSIGN, OP_MUL},
             {"*", 1, TOKEN_INFIX, OP_MUL}},
    ['+'] = {{"+=", 2, TOKEN_ASSIGN, OP_ADD}, {"+", 1, TOKEN_INFIX, OP_ADD}},
    ['-'] = {{"-=", 2, TOKEN_ASSIGN, OP_SUB}, {"-", 1, TOKEN_INFIX, OP_SUB}},
    [','] = {{",", 1, TOKEN_COMMA, OP_COUNT}},
    ['/'] = {{"/=", 2, TOKEN_ASSIGN, OP_DIV}, {"/", 1, TOKEN_INFIX, OP_DIV}},
    ['@'] = {{"@", 1, TOKEN_MATMUL, OP_COUNT}},
    ['.'] = {{".*", 2, TOKEN_INFIX, OP_MUL},
             {"./", 2, TOKEN_INFIX, OP_DIV},
             {".^", 2, TOKEN_INFIX, OP_POW},
             {".", 1, TOKEN_DOT, OP_COUNT}},
    [':'] = {{":", 1, TOKEN_COLON, OP_COUNT}},
    [';'] = {{";", 1, TOKEN_BREAK, OP_COUNT}},
    ['^'] = {{"^", 1, TOKEN_INFIX, OP_POW}},
    ['<'] = {{"<=", 2, TOKEN_INFIX, OP_LE}, {"<", 1, TOKEN_INFIX, OP_LT}},
    ['>'] = {{">=", 2, TOKEN_INFIX, OP_GE}, {">", 1, TOKEN_INFIX, OP_GT}},
    ['!'] = {{"!=", 2, TOKEN_INFIX, OP_NE}},
};

// A backslash at the end of a line, which goes on in the next one.
static size_t line_end_escaped(const char *s, size_t n)
{
    size_t i = 1;
    while (i < n && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r')) {
        i++;
    }
    return i < n && s[i] == '\n' ? i + 1 : 0;
}

static size_t blank_at(const char *s, size_t n)
{
    uint32_t c;
    size_t bytes = utf8_read(s, n, &c);
    if (bytes > 0 && utf8_is_blank(c)) {
        return bytes;
    }
    if (s[0] != '\\') {
        return 0;
    }
    const char *sign = NULL;
    size_t line_end = line_end_escaped(s, n), spaces = spelling_sign(s, n, &sign);
    return line_end > 0 ? line_end : spaces > 0 && *sign == '\0' ? spaces : 0;
}

// The bytes of the comment at s: up to the end of the line, or to a byte that no text may hold.
static size_t comment_length(const char *s, size_t n)
{
    uint32_t c;
    size_t i = 0;
    for (size_t bytes;
         i < n && s[i] != '\n' && (bytes = utf8_read(s + i, n - i, &c)) > 0 && c != 0;) {
        i += bytes;
    }
    return i;
}

// The dollar signs around a formula in LaTeX are room; between two words they mean nothing.
static bool is_dollar(const char *s, size_t at, size_t n)
{
    bool before = at > 0 && (text_is_letter(s[at - 1]) || text_is_digit(s[at - 1]));
    bool after = at + 1 < n && (text_is_letter(s[at + 1]) || text_is_digit(s[at + 1]));
    return s[at] == '$' && !(before && after);
}

static void skip_more_blanks(struct lexer *l)
{
    const char *s = l->source->text;
    size_t n = l->source->length;
    while (l->at < n && !has(s[l->at], P)) {
        size_t blank = l->open > 0 && s[l->at] == '\n' ? 1 : blank_at(s + l->at, n - l->at);
        if (blank == 0 && s[l->at] == '#') {
            blank = comment_length(s + l->at, n - l->at);
        }
        blank = blank == 0 && is_dollar(s, l->at, n) ? 1 : blank;
        if (blank == 0) {
            return;
        }
        l->at += blank;
    }
}

static inline void skip_blanks(struct lexer *l)
{
    const char *s = l->source->text;
    size_t n = l->source->length, at = l->at;
    while (at < n && s[at] == ' ') {
        at++;
    }
    l->at = at;
    if (at < n && !has(s[at], P) && (s[at] != '\n' || l->open > 0)) {
        skip_more_blanks(l);
    }
}

// ᵀ and ⁻, which Unicode counts among letters, belong to no name.
static bool is_raised(uint32_t c)
{
    return c == 0x1D40 || c == 0x207B;
}

static size_t name_length(const char *s, size_t n)
{
    size_t i = 0;
    uint32_t c;
    for (size_t bytes; i < n && (bytes = utf8_read(s + i, n - i, &c)) > 0; i += bytes) {
        if ((i == 0 ? !utf8_is_letter(c) : !utf8_is_name(c)) || is_raised(c)) {
            break;
        }
    }
    return i;
}

// %7, the number of a node.
static bool read_node(const char *s, size_t n, struct token *t)
{
    size_t i = 1;
    uint64_t node = 0;
    for (; i < n && text_is_digit(s[i]); i++) {
        node = node < UINT32_MAX ? node * 10 + (uint64_t)(s[i] - '0') : node;
    }
    if (n == 0 || s[0] != '%' || i == 1) {
        return false;
    }
    t->kind = TOKEN_NODE;
    t->node = node < UINT32_MAX ? (uint32_t)node : UINT32_MAX;
    t->span.end = t->span.start + i;
    return true;
}

// The upright d of \mathrm{d}x, which a name or an order must follow: else it is a name itself.
static bool is_upright_d(const char *s, size_t n)
{
    return n > 0 && (text_is_letter(s[0]) || strchr("\\^%", s[0]) != NULL);
}

// ∂, \partial, \mathrm{d}, or the d of d%7: what makes of a name its part of a derivative.
static size_t partial_length(const char *s, size_t n)
{
    static const char *const written[] = {"∂", "\\partial", "\\mathrm{d}", "\\text{d}",
                                          "\\mathrm d"};
    size_t form = 0, length = 0;
    while (form < COUNT_OF(written) && length == 0) {
        size_t bytes = strlen(written[form]);
        length = n > bytes && memcmp(s, written[form], bytes) == 0 ? bytes : 0;
        form++;
    }
    while (form > 1 && length > 0 && length < n && s[length] == ' ') {
        length++;
    }
    if (length > 0) {
        return form <= 2 || is_upright_d(s + length, n - length) ? length : 0;
    }
    return n > 2 && s[0] == 'd' && s[1] == '%' && text_is_digit(s[2]) ? 1 : 0;
}

// The order between ∂ and the name: ∂²y, ∂2y, \partial^2 y. Its bytes; 0 if there is none.
static size_t order_length(const char *s, size_t n, uint8_t *order)
{
    double number = 0;
    size_t length = spelling_raised(s, n, &number), at = 0;
    bool caret = n > 1 && s[0] == '^', brace = caret && s[1] == '{';
    if (length == 0) {
        at = (size_t)caret + brace;
        bool digit = at < n && s[at] >= '2' && s[at] <= '9';
        number = digit ? s[at] - '0' : 0;
        bool whole = digit && (!brace || (at + 1 < n && s[at + 1] == '}'));
        length = whole ? at + 1 + brace : 0;
    }
    while (length > 0 && length < n && s[length] == ' ') {
        length++;
    }
    *order = number >= 2 && number <= 9 ? (uint8_t)number : 1;
    return *order > 1 ? length : 0;
}

// \mathrm{ReLU}, \boldsymbol{\theta}: the name in the braces.
static bool read_font(const char *s, size_t n, struct token *t)
{
    size_t word = n > 1 && s[0] == '\\' ? name_length(s + 1, n - 1) : 0, at = word + 1;
    if (word == 0 || at >= n || s[at] != '{' || !spelling_font(s + 1, word)) {
        return false;
    }
    at += at + 1 < n && s[at + 1] == '\\' ? 2 : 1;
    size_t length = name_length(s + at, n - at);
    if (length == 0 || at + length == n || s[at + length] != '}') {
        return false;
    }
    t->kind = TOKEN_NAME;
    t->latex = t->braced = true;
    t->span = (struct span){t->at + at, t->at + at + length};
    return true;
}

// \frac12, \sqrt2: a digit is no part of these commands' names.
static size_t command_length(const char *s, size_t length)
{
    size_t letters = 0;
    while (letters < length && text_is_letter(s[letters])) {
        letters++;
    }
    return letters < length && text_among("frac dfrac tfrac sqrt", s, letters) ? letters : length;
}

static bool read_word(const char *s, size_t n, struct token *t)
{
    size_t skip = partial_length(s, n);
    bool partial = skip > 0;
    if (!partial && read_font(s, n, t)) {
        return true;
    }
    t->order = 1;
    skip += partial && s[0] != 'd' ? order_length(s + skip, n - skip, &t->order) : 0;
    t->latex = !partial && n > 1 && s[0] == '\\';
    skip += t->latex;
    t->span.start += skip;
    size_t length = name_length(s + skip, n - skip);
    length = t->latex ? command_length(s + skip, length) : length;
    if (length > 0) {
        t->kind = TOKEN_NAME;
        t->span.end = t->span.start + length;
    }
    if (length > 0 || read_node(s + skip, n - skip, t)) {
        t->partial = partial;
        return true;
    }
    if (partial && t->order == 1 && skip < n && s[skip] == '(') {
        t->span = (struct span){t->span.start - skip, t->span.start};
        t->kind = TOKEN_PARTIAL;
        return true;
    }
    t->span.start -= skip;
    return false;
}

static bool begins_with(const char *s, size_t n, const char *with)
{
    size_t i = 0;
    while (i < n && with[i] != '\0' && s[i] == with[i]) {
        i++;
    }
    return with[i] == '\0';
}

static bool is_sign(const struct lexer_sign *sign, const char *s, size_t n)
{
    return n >= sign->length && (sign->length < 2 || s[1] == sign->written[1]) &&
           (sign->length < 3 || s[2] == sign->written[2]);
}

// The sign at s[0..n), n > 0; NULL: there is none.
static inline const struct lexer_sign *find_sign(const char *s, size_t n)
{
    const struct lexer_sign *row = signs[(unsigned char)*s % COUNT_OF(signs)];
    size_t alike = row->written[0] == *s ? ALIKE : 0;
    for (size_t i = 0; i < alike && row[i].length > 0; i++) {
        if (is_sign(&row[i], s, n)) {
            return &row[i];
        }
    }
    return NULL;
}

// One that is spelled as others spell it: \cdot, ≤.
static bool read_spelled_sign(const char *s, size_t n, struct token *t)
{
    const char *meant = NULL;
    size_t taken = has(*s, P) ? 0 : spelling_sign(s, n, &meant);
    const struct lexer_sign *sign = taken > 0 ? find_sign(meant, strlen(meant)) : NULL;
    if (sign != NULL) {
        t->kind = sign->kind;
        t->op = sign->op;
        t->span.end += taken;
    }
    return sign != NULL;
}

static void read_bracket(struct lexer *l, char c, struct token *t)
{
    bool opens = c == '(' || c == '[' || c == '{';
    if (opens) {
        l->open++;
    } else if (l->open > 0) {
        l->open--;
    }
    t->kind = opens ? TOKEN_OPEN : TOKEN_CLOSE;
    t->mark = c;
    t->span.end++;
}

// The bytes before the text of a string that a quotation mark at s begins: 1, or 3 of """.
static size_t quote_length(const char *s, size_t n)
{
    if (s[0] != '"' && s[0] != '\'') {
        return 0;
    }
    return n >= 3 && s[1] == s[0] && s[2] == s[0] ? 3 : 1;
}

// Where its text ends; n: nowhere.
static size_t string_end(const char *s, size_t n, size_t quote)
{
    for (size_t i = quote; i + quote <= n; i++) {
        if (s[i] == '\\' && i + 1 < n) {
            i++;
        } else if (quote == 1 && s[i] == '\n') {
            break;
        } else if (memcmp(s + i, s, quote) == 0) {
            return i;
        }
    }
    return n;
}

// "…", '…', """…""", and with an f before it, or an r, b or u, which mean nothing here.
static bool read_string(const char *s, size_t n, struct token *t)
{
    size_t prefix = n > 1 && strchr("fFrRbBuU", s[0]) != NULL && s[0] != '\0' ? 1 : 0;
    size_t quote = quote_length(s + prefix, n - prefix);
    size_t end = quote == 0 ? n - prefix : string_end(s + prefix, n - prefix, quote);
    if (quote == 0 || end == n - prefix) {
        return false;
    }
    t->kind = TOKEN_STRING;
    t->mark = prefix > 0 && (s[0] == 'f' || s[0] == 'F') ? 'f' : '\0';
    t->span.start += prefix + quote;
    t->span.end = t->span.start + end - quote;
    return true;
}

// What stands for one thing: raised digits, a root's sign, a bar.
static bool read_single(const char *s, size_t n, struct token *t)
{
    static const char root[] = "√", transpose[] = "ᵀ";
    const char *sign = NULL;
    size_t spelled = s[0] == '\\' ? spelling_sign(s, n, &sign) : 0;
    size_t raised = spelling_raised(s, n, &t->number), length = raised > 0 ? raised : 1;
    if (raised > 0) {
        t->kind = TOKEN_RAISED;
    } else if (begins_with(s, n, root)) {
        t->kind = TOKEN_ROOT;
        length = sizeof root - 1;
    } else if (begins_with(s, n, transpose)) {
        t->kind = TOKEN_RAISED;
        t->mark = 'T';
        length = sizeof transpose - 1;
    } else if (s[0] == '|' || spelled > 0) {  // |, \lvert; other signs are read by now
        t->kind = TOKEN_BAR;
        length = spelled > 0 ? spelled : 1;
    } else {
        return false;
    }
    t->span.end = t->span.start + length;
    return true;
}

// Of two that begin alike the longer one is first.
static const struct suggestion {
    const char *written, *message, *hint;
} suggestions[] = {
    {"!", "'!' is not an operation here", "'!=' is 'differs from'; 1 - x negates a comparison"},
    {"&", "'&' is not an operation here", "multiply comparisons instead: (a > 0)*(b > 0)"},
    {"~", "'~' is not an operation here", "1 - x negates a comparison"},
    {"%", "'%' is followed by a node's number, as in %7", "there is no remainder operation"},
    {"\"", "this quotation mark is never closed", "another '\"' ends the text"},
    {"'", "this quotation mark is never closed", "another ' ends the text"},
    {"′", "a prime is not understood here", "a derivative is written dy/dx"},
    {"$", "'$' means nothing between words", "names are letters, digits and _"},
    {"\\partial", "a derivative is of one name with respect to another", "write ∂L/∂a, or dL/da"},
    {"\\", "'\\' means nothing here", "an open bracket continues a line"},
    {"“", "this quotation mark is not understood here",
     "write text in straight quotation marks, as in \"text\", and numbers without any"},
    {"”", "this quotation mark is not understood here",
     "write text in straight quotation marks, as in \"text\", and numbers without any"},
    {"„", "this quotation mark is not understood here",
     "write text in straight quotation marks, as in \"text\", and numbers without any"},
    {"‘", "this quotation mark is not understood here",
     "write text in straight quotation marks, as in \"text\", and numbers without any"},
    {"’", "this quotation mark is not understood here",
     "write text in straight quotation marks, as in \"text\", and numbers without any"},
    {"«", "this quotation mark is not understood here",
     "write text in straight quotation marks, as in \"text\", and numbers without any"},
    {"»", "this quotation mark is not understood here",
     "write text in straight quotation marks, as in \"text\", and numbers without any"},
    {"½", "'½' is not a number here", "write 0.5, or 1/2"},
    {"¼", "'¼' is not a number here", "write 0.25, or 1/4"},
    {"¾", "'¾' is not a number here", "write 0.75, or 3/4"},
    {"∞", "'∞' is not read here", "it is called inf"},
    {"∫", "there are no integrals here", "'derive x**2 x' gives a derivative"},
    {"∑", "'∑' is not read here", "write sum(x)"},
    {"∏", "'∏' is not read here", "write prod(x)"},
    {"∛", "'∛' is not read here", "write x**(1/3)"},
    {"∜", "'∜' is not read here", "write x**(1/4)"},
    {"±", "'±' stands for two values", "each is written by itself: a + b and a - b"},
    {"≈", "'≈' is not read here", "write abs(a - b) < 1e-9"},
    {"°", "angles are in radians", "90 degrees are pi/2"},
    {"→", "'→' is not read here", "to give a name a value write a = 2"},
    {"‖", "a norm is not written with bars here", "it is written norm(w)"},
    {"∂", "a derivative is of one name with respect to another", "write ∂L/∂a, or dL/da"},
    {"?", "'?' means nothing here", "leave it out; 'help' says what one can do"},
};

static void bad(struct token *t, const char *s, size_t n, struct diag *d)
{
    uint32_t c = 0;
    size_t bytes = utf8_read(s, n, &c);
    t->kind = TOKEN_BAD;
    t->span.end = t->span.start + (bytes == 0 ? 1 : bytes);
    if (bytes == 0) {
        diag_set(d, t->span, "this byte is not valid UTF-8");
        diag_hint(d, "save the text as UTF-8");
        return;
    }
    for (size_t i = 0; i < COUNT_OF(suggestions); i++) {
        size_t length = strlen(suggestions[i].written);
        if (n >= length && memcmp(s, suggestions[i].written, length) == 0) {
            t->span.end = t->span.start + length;
            diag_set(d, t->span, "%s", suggestions[i].message);
            diag_hint(d, "%s", suggestions[i].hint);
            return;
        }
    }
    char quoted[QUOTED];
    diag_set(d, t->span, "'%s' has no meaning here", diag_quote(quoted, s, bytes));
    diag_hint(d, "names are letters, digits and _");
}

// 4.5e−07, with the minus of typeset text, where s[0..length) is a number. 0: it is no exponent.
static size_t read_typeset(const char *s, size_t n, size_t length, double *number)
{
    enum { MOST = 64, DIGITS_MOST = 4 };
    static const char minus[] = "e−";
    char plain[MOST];
    size_t digits = 0, behind = length + strlen(minus);
    if (length == 0 || length + DIGITS_MOST + 2 > MOST || behind >= n ||
        (s[length] | 0x20) != 'e' || memcmp(s + length + 1, minus + 1, strlen(minus) - 1) != 0) {
        return 0;
    }
    memcpy(plain, s, length);
    memcpy(plain + length, "e-", 2);
    while (digits < DIGITS_MOST && behind + digits < n && text_is_digit(s[behind + digits])) {
        plain[length + 2 + digits] = s[behind + digits];
        digits++;
    }
    double value;
    size_t all = length + 2 + digits;
    if (digits == 0 || number_read(plain, all, &value) != all) {
        return 0;
    }
    *number = value;
    return behind + digits;
}

// A number, also with _ between its digits: 1_000.
static size_t read_number(const char *s, size_t n, double *number)
{
    enum { MOST = 64 };
    char plain[MOST];
    size_t length = number_read(s, n, number), at = 0, kept = 0;
    size_t typeset = read_typeset(s, n, length, number);
    if (typeset > 0) {
        return typeset;
    }
    if (length == 0 || length + 1 >= n || s[length] != '_') {
        return length;
    }
    while (at < n && kept < MOST && (strchr("0123456789.eE", s[at]) != NULL || s[at] == '_') &&
           s[at] != '\0') {
        bool between = s[at] == '_' && at + 1 < n && text_is_digit(s[at + 1]);
        if (s[at] == '_' && !between) {
            break;
        }
        plain[kept] = s[at];
        kept += s[at++] != '_';
    }
    return number_read(plain, kept, number) == kept ? at : number_read(s, n, number);
}

// The letter before a quotation mark.
static size_t prefix_length(const char *s)
{
    return s[0] == '"' || s[0] == '\'' ? 0 : 1;
}

// What most tokens are: a name of ASCII letters that nothing before or after it changes. Its length.
static inline size_t plain_name_length(const char *s, size_t n)
{
    size_t i = 0;
    if (!has(s[0], L)) {
        return 0;
    }
    while (i < n && has(s[i], L | D)) {
        i++;
    }
    return i < n && has(s[i], M) ? 0 : i;
}

// One that is no plain name, number, sign or bracket.
static void read_rare(struct lexer *l, struct token *t, struct diag *d)
{
    const char *s = l->source->text + l->at;
    size_t n = l->source->length - l->at;
    if (!read_spelled_sign(s, n, t) && !read_string(s, n, t) && !read_single(s, n, t) &&
        !read_word(s, n, t)) {
        bad(t, s, n, d);
    }
    l->at = t->span.end +
            (t->kind == TOKEN_STRING ? t->span.start - t->at - prefix_length(s) : t->braced);
}

// One that is no plain name.
static void read_other(struct lexer *l, struct token *t, struct diag *d)
{
    const char *s = l->source->text + l->at;
    size_t n = l->source->length - l->at, digits;
    const struct lexer_sign *sign;
    if (s[0] == '\n') {
        t->kind = TOKEN_BREAK;
        t->newline = true;
        l->at = ++t->span.end;
    } else if ((has(s[0], D) || s[0] == '.') && (digits = read_number(s, n, &t->number)) > 0) {
        t->kind = TOKEN_NUMBER;
        l->at = t->span.end += digits;
    } else if (has(s[0], B)) {
        read_bracket(l, s[0], t);
        l->at = t->span.end;
    } else if ((sign = find_sign(s, n)) != NULL) {
        t->kind = sign->kind;
        t->op = sign->op;
        l->at = t->span.end += sign->length;
        t->newline = sign->kind == TOKEN_BREAK && lexer_line_is_done(l);
    } else {
        read_rare(l, t, d);
    }
}

static inline void read_token(struct lexer *l, struct token *t, struct diag *d)
{
    skip_blanks(l);
    size_t at = l->at, n = l->source->length - at;
    size_t name = n == 0 ? 0 : plain_name_length(l->source->text + at, n);
    *t = (struct token){.kind = name > 0 ? TOKEN_NAME : TOKEN_END,
                        .span = {at, at + name},
                        .at = at,
                        .op = OP_COUNT};
    l->at += name;
    if (name == 0 && n > 0) {
        read_other(l, t, d);
    }
}

void lexer_forget(struct lexer_memo *memo)
{
    memo->text = NULL;
    for (size_t i = 0; i < COUNT_OF(memo->tokens); i++) {
        memo->tokens[i].at = NULL;
    }
}

void lexer_remember(struct lexer_memo *memo, struct source *source)
{
    lexer_forget(memo);
    memo->text = source->text;
    memo->length = source->length;
    source->memo = memo;
}

const struct lexer_token *lexer_read(struct lexer *l, struct diag *d)
{
    const struct source *source = l->source;
    struct lexer_memo *m = source->memo;
    bool remembers = m != NULL && m->text == source->text;
    struct lexer_token *place = remembers ? &m->tokens[l->at % COUNT_OF(m->tokens)] : &l->last;
    size_t from = l->at, open = l->open;
    read_token(l, &place->token, d);
    place->at = place->token.kind == TOKEN_BAD ? NULL : source->text + from;
    place->end = source->text + source->length;
    place->open = open;
    place->next = l->at;
    place->next_open = l->open;
    l->at = from;
    l->open = open;
    return place;
}

const struct lexer_token *lexer_look(struct lexer *l)
{
    struct diag ignored;
    diag_clear(&ignored);
    return lexer_read(l, &ignored);
}

size_t lexer_statement_end(const struct lexer *from)
{
    struct lexer l = *from;
    struct diag ignored;
    diag_clear(&ignored);
    struct token t;
    do {
        t = lexer_next(&l, &ignored);
        ignored.set = false;
    } while (!token_ends(t.kind));
    return t.at;
}

bool lexer_line_is_done(const struct lexer *l)
{
    struct lexer ahead = *l;
    ahead.open = 0;
    skip_blanks(&ahead);
    return ahead.at == l->source->length || l->source->text[ahead.at] == '\n';
}

bool lexer_wants_more(const struct source *source)
{
    struct lexer l;
    struct diag d;
    diag_clear(&d);
    lexer_init(&l, source);
    struct token t;
    do {
        t = lexer_next(&l, &d);
    } while (t.kind != TOKEN_END);
    return l.open > 0;
}

#include "lesson/answer.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/sweep.h"
#include "formula/expr_lower.h"
#include "lesson/judging.h"

bool answer_number_is_right(double answer, double key, struct tolerance tolerance)
{
    if (isnan(key) || isinf(key) || !isfinite(answer)) {
        return answer == key || (isnan(answer) && isnan(key));
    }
    // 2.1 is within 0.1 of 2, but not in doubles.
    double size = fmax(fabs(answer), fabs(key));
    return fabs(answer - key) <=
           tolerance.absolute + tolerance.relative * size + 4 * DBL_EPSILON * size;
}

// ---- Judgements ---------------------------------------------------------------------------------

void judgement_init(struct judgement *j)
{
    *j = (struct judgement){.understood = "", .more = NODE_NONE};
    arena_init(&j->arena);
}

void judgement_release(struct judgement *j)
{
    arena_release(&j->arena);
}

void judge_set(struct judging *j, enum judged verdict)
{
    if (!j->out->diag.set) {
        j->out->judged = verdict;
    }
}

bool judge_refuse(struct judging *j, struct span at, const char *format, ...)
{
    char message[DIAG_WORDS];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    j->out->judged = JUDGED_MALFORMED;
    return diag_set(&j->out->diag, at, "%s", message);
}

bool judge_open(struct judging *j, const struct diag *why)
{
    j->out->judged = JUDGED_OPEN;
    j->out->diag = *why;
    j->out->diag.set = true;
    j->out->diag.span = (struct span){0, 0};
    return false;
}

void judge_say(struct judging *j, const char *format, ...)
{
    char sentence[2 * DIAG_WORDS];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof sentence ? (size_t)n : sizeof sentence - 1;
    const char *copy = arena_copy(&j->out->arena, sentence, length);
    if (copy != NULL && j->out->said_count < JUDGED_SAID_MOST) {
        j->out->said[j->out->said_count++] = copy;
    }
}

// ---- The graph ----------------------------------------------------------------------------------

bool trial_begin(struct trial *a, const struct scope *scope, struct diag *d)
{
    *a = (struct trial){.scope = scope,
                        .nodes = tape_count(scope->tape),
                        .lists = scope->names->lists.count,
                        .rng = *scope->rng,
                        .any_stale = scope->tape->any_stale};
    trail_init(&a->trail);
    enum sweep_end end = sweep_forward(scope->tape, &a->trail, scope->stop, NULL);
    return end == SWEEP_DONE ||
           (end == SWEEP_STOPPED ? diag_set(d, (struct span){0, 0}, "interrupted")
                                 : diag_out_of_memory(d));
}

void trial_end(struct trial *a)
{
    struct tape *tape = a->scope->tape;
    tape_cut(tape, a->nodes);
    trail_take_back(&a->trail, 0, NULL);
    trail_release(&a->trail);
    tape->any_stale = a->any_stale;
    a->scope->names->lists.count = a->lists;
    *a->scope->rng = a->rng;
}

// A piece of a text, read by the language's parser.
struct piece {
    struct source source;
    struct lexer lexer;
    struct parser parser;
    struct diag d;
    size_t offset;
};

static void piece_init(struct piece *piece, const struct names *names, const char *s,
                       struct span at)
{
    *piece = (struct piece){
        .source = {.name = "", .text = s + at.start, .length = at.end - at.start, .line = 1},
        .offset = at.start};
    lexer_init(&piece->lexer, &piece->source);
    parser_init(&piece->parser, &piece->lexer, names, &piece->d);
}

// 2x: what stands after a whole expression.
static bool refuse_rest(struct piece *piece, struct token after)
{
    const struct source *s = &piece->source;
    size_t at = after.at, before = at;
    while (before > 0 && s->text[before - 1] == ' ') {
        before--;
    }
    if (after.kind == TOKEN_COMMA) {
        diag_set(&piece->d, after.span, "one answer is asked for, and a comma begins another");
        return diag_hint(&piece->d, "a decimal point is written '.'");
    }
    if (after.kind == TOKEN_ASSIGN) {
        return diag_set(&piece->d, after.span, "the answer alone is asked for, without '='");
    }
    diag_set(&piece->d, after.span, "a '*' is missing here");
    return diag_hint(&piece->d, "write %.*s*%.*s", (int)before, s->text, (int)(s->length - at),
                     s->text + at);
}

static bool piece_end(struct piece *piece, bool ok, struct diag *d)
{
    struct token after = lexer_peek(&piece->lexer);
    if (ok && after.kind == TOKEN_BAD) {
        lexer_next(&piece->lexer, &piece->d);
        ok = false;
    } else if (ok && after.kind != TOKEN_END) {
        ok = refuse_rest(piece, after);
    }
    parser_release(&piece->parser);
    if (!ok) {
        piece->d.span.start += piece->offset;
        piece->d.span.end += piece->offset;
        *d = piece->d;
    }
    return ok;
}

static bool evaluate_piece(struct piece *piece, const struct scope *scope, double *number,
                           uint32_t *node)
{
    struct lower lower;
    struct operand result;
    uint32_t before = tape_count(scope->tape);
    lower_init(&lower, scope, &piece->source, &piece->d);
    bool ok = lower_expression(&lower, &piece->parser, &result);
    *node = NODE_NONE;
    if (ok && operand_is_array(&result)) {
        char shape[SHAPE_TEXT];
        ok = diag_set(&piece->d, (struct span){0, piece->source.length},
                      "a single number is asked for, and this is an array of %s",
                      operand_shape(shape, &result));
    }
    if (ok) {
        *number = lower_number(&lower, &result);
        *node = result.is_node && result.node < before ? result.node : NODE_NONE;
    }
    lower_release(&lower);
    return ok;
}

bool trial_evaluate(const struct scope *scope, const char *s, struct span at, double *number,
                    uint32_t *node, struct diag *d)
{
    struct piece piece;
    struct scope quiet = *scope;
    quiet.groups = NULL;
    piece_init(&piece, scope->names, s, at);
    return piece_end(&piece, evaluate_piece(&piece, &quiet, number, node), d);
}

bool question_number(const struct scope *scope, const char *expression, double *number,
                     struct diag *d)
{
    struct trial trial;
    uint32_t node;
    bool ok =
        trial_begin(&trial, scope, d) &&
        trial_evaluate(scope, expression, (struct span){0, strlen(expression)}, number, &node, d);
    trial_end(&trial);
    return ok;
}

// Is it the name of a function, and of nothing else?
static bool is_function(const struct exprs *p, const struct scope *scope, uint32_t id)
{
    struct expr e = expr_get(p, id);
    size_t n;
    const char *s = e.kind == EXPR_NAME ? names_text(&p->names, e.a, &n) : NULL;
    return s != NULL && names_lookup(scope->names, s, n).rank == VALUE_UNBOUND &&
           (lower_is_function(s, n) ||
            definitions_find(scope->definitions, names_find(scope->names, s, n)) != NULL);
}

static bool mentions_function(const struct exprs *p, const struct scope *scope, uint32_t root)
{
    struct buf names;
    bool found = false;
    bool ok = expr_free_names(p, root, &names);
    for (size_t i = 0; ok && i < names.count; i++) {
        found |= is_function(p, scope, BUF(uint32_t, &names)[i]);
    }
    buf_release(&names);
    return found;
}

// As the prompt reads it: with functions of one's own, and elements of arrays.
static bool lower_formula(struct exprs *p, const struct scope *scope, const char *s, struct span at,
                          uint32_t *root, bool *array, struct diag *d)
{
    struct piece piece;
    struct expr_lowered lowered;
    piece_init(&piece, scope->names, s, at);
    bool ok = expr_lower(p, scope, &piece.lexer, &lowered, &piece.d);
    *array = ok && value_is_array(lowered.shape);
    if (*array) {
        ok = diag_set(&piece.d, (struct span){0, piece.source.length},
                      "a single number is asked for, and this is an array");
    }
    if (ok) {
        *root = BUF(uint32_t, &lowered.roots)[0];
    }
    ok = piece_end(&piece, ok, d);
    expr_lowered_release(&lowered);
    return ok;
}

bool answer_read_formula(struct exprs *p, const struct scope *scope, const char *s, struct span at,
                         uint32_t *root, struct diag *d)
{
    struct piece piece;
    struct names none;
    struct diag why = {0};
    *root = EXPR_NONE;
    names_init(&none);
    piece_init(&piece, &none, s, at);
    bool ok = expr_parse(p, &piece.parser, root);
    if (!ok && !piece.d.set) {
        expr_trouble(p, &piece.d);
    }
    ok = piece_end(&piece, ok, &why);
    names_release(&none);
    // sin x is no product of sin and x: the prompt says what is wrong with it.
    bool function = *root != EXPR_NONE && mentions_function(p, scope, *root);
    if (ok && !function) {
        return true;
    }
    struct diag prompt = {0};
    bool array;
    if (lower_formula(p, scope, s, at, root, &array, &prompt)) {
        return true;
    }
    *d = function || array ? prompt : why;
    return false;
}

uint32_t answer_inline_names(struct exprs *p, const struct scope *scope, uint32_t root,
                             uint32_t but_for)
{
    struct buf names;
    bool ok = expr_free_names(p, root, &names);
    size_t length;
    const char *s =
        but_for == EXPR_NONE ? "" : names_text(&p->names, expr_get(p, but_for).a, &length);
    struct value kept = but_for == EXPR_NONE ? (struct value){.rank = VALUE_UNBOUND}
                                             : names_lookup(scope->names, s, length);
    for (size_t i = 0; ok && i < names.count; i++) {
        uint32_t name = BUF(uint32_t, &names)[i];
        s = names_text(&p->names, expr_get(p, name).a, &length);
        struct value value = names_lookup(scope->names, s, length);
        if (name != but_for && value.rank == VALUE_SCALAR &&
            tape_op(scope->tape, value.base) != OP_LEAF) {
            uint32_t by = expr_inlined(p, scope->tape, scope->names, value.base,
                                       kept.rank == VALUE_SCALAR ? kept.base : NODE_NONE);
            root = by == EXPR_NONE ? by : expr_substitute(p, root, name, by);
        }
    }
    buf_release(&names);
    return ok ? root : EXPR_NONE;
}

// ---- The answer ---------------------------------------------------------------------------------

bool answer_is_name(const char *a, size_t n, const char *b)
{
    static const char partial[] = "∂";
    size_t i = 0, length = strlen(partial);
    for (;;) {
        i += strspn(a + i, " ") < n - i ? strspn(a + i, " ") : n - i;
        b += strspn(b, " ");
        if (i == n || *b == '\0') {
            return i == n && *b == '\0';
        }
        bool d = n - i >= length && memcmp(a + i, partial, length) == 0;
        bool e = strncmp(b, partial, length) == 0;
        if ((d ? 'd' : a[i]) != (e ? 'd' : *b)) {
            return false;
        }
        i += d ? length : 1;
        b += e ? length : 1;
    }
}

// A single `=` in the text, that is no part of ==, <=, >=, != or +=; SIZE_MAX if there is none.
static size_t find_equals(const char *text)
{
    const char *at = strchr(text, '=');
    bool single = at != NULL && at > text && at[1] != '=' && strchr("<>!+-*/=", at[-1]) == NULL;
    return single ? (size_t)(at - text) : SIZE_MAX;
}

// The cell that the text before `=` names; NULL if it is none.
static const struct question_line *named_cell(const struct question *q, const char *text, size_t n)
{
    for (const struct question_line *cell = q->cells.first; cell != NULL; cell = cell->next) {
        if (answer_is_name(text, n, cell->left)) {
            return cell;
        }
    }
    return NULL;
}

static bool names_it(const struct question *q, const char *text, size_t n)
{
    const char *names[] = {q->answer, q->asked};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (*names[i] != '\0' && answer_is_name(text, n, names[i])) {
            return true;
        }
    }
    return false;
}

bool answer_is_named(const struct question *q, const char *text)
{
    size_t n = find_equals(text);
    return n != SIZE_MAX && (names_it(q, text, n) || named_cell(q, text, n) != NULL);
}

static void (*const judges[QUESTION_KINDS])(struct judging *j) = {
#define KIND(ID, NAME, HOW, JUDGE) [QUESTION_##ID] = judge_##JUDGE,
#include "lesson/kinds.def"
};

static void begin(struct judging *j)
{
    uint32_t filled = j->out->filled;
    judgement_release(j->out);
    judgement_init(j->out);
    j->out->filled = filled;
    size_t equals = find_equals(j->text);
    j->answer = trimmed(j->text, (struct span){0, strlen(j->text)});
    // dL/da = 6: what is named is what is asked, so the number is what counts.
    if (equals != SIZE_MAX && names_it(j->q, j->text, equals)) {
        j->answer = trimmed(j->text, (struct span){equals + 1, j->answer.end});
    }
}

void judge(const struct question *q, const struct scope *scope, uint64_t seed, const char *text,
           struct judgement *out)
{
    struct judging j = {.q = q, .scope = scope, .seed = seed, .text = text, .out = out};
    struct trial trial;
    struct diag d = {0};
    begin(&j);
    if (j.answer.start == j.answer.end) {
        judge_refuse(&j, j.answer, "an answer is missing here");
        return;
    }
    if (trial_begin(&trial, scope, &d)) {
        judges[q->kind](&j);
    } else {
        judge_open(&j, &d);
    }
    trial_end(&trial);
    if (out->arena.failed) {
        diag_out_of_memory(&d);
        judge_open(&j, &d);
    }
}

// ---- The right answer ---------------------------------------------------------------------------

static bool number_key(const struct scope *scope, const char *expression, struct text *out,
                       struct diag *d)
{
    double number;
    char text[NUMBER_TEXT];
    bool ok = question_number(scope, expression, &number, d);
    if (ok) {
        text_add(out, number_text(text, number, 6));
    }
    return ok;
}

static bool cells_key(const struct question *q, const struct scope *scope, struct text *out,
                      struct diag *d)
{
    for (const struct question_line *cell = q->cells.first; cell != NULL; cell = cell->next) {
        text_add(out, cell == q->cells.first ? "" : ", ");
        if (!number_key(scope, cell->right, out, d)) {
            return false;
        }
    }
    return true;
}

// The letters of the right options; of all, in the right order, for order.
static void letters_key(const struct question *q, uint64_t seed, struct text *out)
{
    const struct question_line *shown[OPTIONS_MOST];
    size_t count = question_options(q, seed, shown);
    bool order = q->kind == QUESTION_ORDER;
    const char *between = "";
    const struct question_line *item = q->options.first;
    for (size_t i = 0; i < count; i++, item = item->next) {
        for (size_t k = 0; k < count; k++) {
            if (order ? shown[k] == item : k == i && shown[k]->good) {
                text_addf(out, "%s%c", between, (char)('a' + k));
                between = " ";
            }
        }
    }
}

bool question_key(const struct question *q, const struct scope *scope, uint64_t seed,
                  struct text *out, struct diag *d)
{
    struct judging j = {.q = q, .scope = scope, .seed = seed};
    switch (q->kind) {
    case QUESTION_NUMBER:
    case QUESTION_GUESS:
        return number_key(scope, q->answer, out, d);
    case QUESTION_FORMULA:
        return answer_formula_key(&j, out, d);
    case QUESTION_CHOICE:
    case QUESTION_MULTI:
    case QUESTION_ORDER:
        letters_key(q, seed, out);
        return true;
    case QUESTION_FILL:
        return cells_key(q, scope, out, d);
    case QUESTION_RECALL:
        text_add(out, q->model);
        return true;
    case QUESTION_DO:
        text_add(out, q->until);
        return true;
    default:
        text_add(out, q->answer);
        return true;
    }
}

#include "command/stage_arrays.h"

#include <string.h>

#include "command/arrays.h"
#include "text/lexer.h"

// What Python needs besides NumPy's own functions, and what that needs in turn.
static const struct numpy {
    const char *name, *needs, *definition;
} numpys[] = {
    {"sigmoid", "", "def sigmoid(x): return 0.5*(1 + tanh(0.5*x))"},
    {"relu", "", "def relu(x): return maximum(x, 0)"},
    {"leaky_relu", "", "def leaky_relu(x): return where(x > 0, x, 0.01*x)"},
    {"softplus", "", "def softplus(x): return logaddexp(0, x)"},
    {"elu", "", "def elu(x): return where(x > 0, x, expm1(x))"},
    {"silu", "sigmoid", "def silu(x): return x*sigmoid(x)"},
    {"softsign", "", "def softsign(x): return x/(1 + abs(x))"},
    {"erf", "", "import math; erf = vectorize(math.erf)"},
    {"erfc", "", "import math; erfc = vectorize(math.erfc)"},
    {"gelu", "erf", "def gelu(x): return 0.5*x*(1 + erf(x/sqrt(2)))"},
    {"log_loss", "", "def log_loss(x, y): return -(y*log(x) + (1 - y)*log(1 - x))"},
    {"softmax", "",
     "def softmax(x, axis=-1): e = exp(x - amax(x, axis, keepdims=True)); "
     "return e/sum(e, axis, keepdims=True)"},
    {"onehot", "", "def onehot(k, n): return eye(n)[array(k, dtype=int)]"},
    {"cross_entropy", "softmax onehot",
     "def cross_entropy(z, k): return -mean(sum((k if ndim(k) == ndim(z) else "
     "onehot(k, z.shape[-1]))*log(softmax(z)), axis=-1))"},
    {"detach", "", "def detach(x): return x"},
    {"when", "", "def when(c, x): return where(c, x, 0)"},
    {"clamp_min", "", "clamp_min = maximum"},
    {"clamp_max", "", "clamp_max = minimum"},
    {"max", "", "max = maximum"},
    {"min", "", "min = minimum"},
    {"asin", "", "asin = arcsin"},
    {"acos", "", "acos = arccos"},
    {"atan", "", "atan = arctan"},
    {"atan2", "", "atan2 = arctan2"},
};

static void note_needed(bool used[COUNT_OF(numpys)], const char *s, size_t length)
{
    for (size_t i = 0; i < COUNT_OF(numpys); i++) {
        if (strlen(numpys[i].name) == length && memcmp(numpys[i].name, s, length) == 0) {
            used[i] = true;
        }
    }
}

static void note_functions(bool used[COUNT_OF(numpys)], const char *formula)
{
    struct source source = {.text = formula, .length = strlen(formula), .line = 1};
    struct lexer lexer;
    struct diag ignored = {0};
    lexer_init(&lexer, &source);
    for (struct token t = lexer_next(&lexer, &ignored); t.kind != TOKEN_END && t.kind != TOKEN_BAD;
         t = lexer_next(&lexer, &ignored)) {
        if (t.kind == TOKEN_NAME) {
            note_needed(used, token_text(&lexer, t), token_length(t));
        }
    }
}

static void put_definitions(struct call *c, struct rec *r)
{
    static const enum rec_key keys[] = {KEY_forward, KEY_backward};
    bool used[COUNT_OF(numpys)] = {false};
    struct rec *list = rec_list(c->out, r, KEY_definitions);
    for (size_t k = 0; k < COUNT_OF(keys); k++) {
        for (const struct rec *v = rec_first(r, keys[k]); v != NULL; v = v->next) {
            note_functions(used, rec_get_text(v, KEY_formula));
        }
    }
    for (size_t i = COUNT_OF(numpys); i-- > 0;) {
        for (const char *s = used[i] ? numpys[i].needs : ""; *s != '\0';) {
            size_t n = strcspn(s, " ");
            note_needed(used, s, n);
            s += n + (s[n] == ' ');
        }
    }
    for (size_t i = 0; i < COUNT_OF(numpys); i++) {
        if (used[i]) {
            rec_text(c->out, list, KEY_NONE, numpys[i].definition);
        }
    }
}

// The leaves, for a program that begins with nothing.
static void put_inputs(struct arrays *a, struct rec *list)
{
    struct call *c = a->flow.made.call;
    struct buf reached;
    bool ok = matrices_reach(&a->flow.made.matrices, a->flow.made.row, &reached);
    for (uint32_t i = 0; ok && i <= a->flow.made.row; i++) {
        bool given = matrices_at(&a->flow.made.matrices, i)->kind == MAT_GIVEN;
        if (BUF(uint8_t, &reached)[i] != 0 && given && *flow_label(&a->flow, i) != NULL) {
            arrays_put_line(a, rec_map(c->out, list, KEY_NONE), *flow_label(&a->flow, i), "", i,
                            false);
        }
    }
    buf_release(&reached);
}

static bool read_python(struct call *c, bool *python)
{
    struct span word = call_word(c);
    *python = call_word_is(c, word, "python");
    if (word.start != word.end && !*python) {
        diag_set(c->diag, word, "only 'python' is allowed after the loss");
        return diag_hint(c->diag, "write stage L python");
    }
    return call_finish(c);
}

static bool put(struct arrays *a, struct call *c, bool python)
{
    if (!arrays_derive(a, MAT_NONE)) {
        return false;
    }
    struct rec *r = call_record(c, KIND_stage_arrays);
    rec_flag(c->out, r, KEY_python, python);
    put_inputs(a, rec_list(c->out, r, KEY_inputs));
    arrays_put_forward(a, rec_list(c->out, r, KEY_forward));
    arrays_put_backward(a, rec_list(c->out, r, KEY_backward), MAT_NONE);
    put_definitions(c, r);
    return true;
}

// Is this one number of so few values that it can be staged value by value?
static bool is_small(const struct arrays *a, const struct call *c)
{
    enum { VALUES_MOST = 30 };
    struct buf reach;
    uint32_t root = a->flow.made.root;
    bool small = root != NODE_NONE && sweep_reach(&c->s->tape, root, &reach);
    if (small) {
        small = reach.count <= VALUES_MOST;
        buf_release(&reach);
    }
    return small;
}

enum stage_arrays_end stage_arrays(struct call *c)
{
    struct arrays a;
    struct lexer before = *c->lexer;
    struct diag aside = {0}, *diag = c->diag;
    c->diag = &aside;
    bool read = arrays_read(&a, c), any = arrays_has_any(&a);
    c->diag = diag;
    enum stage_arrays_end end = STAGE_ARRAYS_NONE;
    bool derivative = a.flow.made.lower.slopes.count > 0;  // staged value by value
    if (read && any && !derivative) {
        bool python = false, asked = read_python(c, &python);
        end = asked && put(&a, c, python) ? STAGE_ARRAYS_DONE : STAGE_ARRAYS_FAILED;
        if (asked && end == STAGE_ARRAYS_FAILED && is_small(&a, c) &&
            !stop_is_asked(c->s->world.stop)) {
            *c->diag = (struct diag){0};  // the chain rule with whole arrays does not cover it
            end = STAGE_ARRAYS_NONE;
        }
    }
    arrays_release(&a);
    if (end == STAGE_ARRAYS_NONE) {
        *c->lexer = before;
    }
    return end;
}

// The functions over arrays: sum, softmax, cross_entropy …
#include <string.h>

#include "export/export_terms_parts.h"

// A text with $ and & replaced by x and y; x in parentheses where something follows that binds
// tighter than it does.
static struct export_terms_term print_term(struct terms *t, const char *format,
                                           struct export_terms_term x, const char *y)
{
    struct text out;
    text_init(&out);
    for (; *format != '\0'; format++) {
        bool tight = format[1] == '[' || format[1] == '.' || format[1] == '/';
        if (*format == '$') {
            text_addf(&out, tight && x.level < PRECEDENCE_ATOM ? "(%s)" : "%s", x.text);
        } else if (*format == '&') {
            text_add(&out, y);
        } else {
            text_add_char(&out, *format);
        }
    }
    struct export_terms_term term = {arena_copy(&t->s->arena, text_get(&out), text_length(&out)),
                                     PRECEDENCE_ATOM};
    text_release(&out);
    return term.text == NULL ? terms_lost(t) : term;
}

// The axis of a fold: -1 over everything.
static int axis_of(const struct operand *x, uint32_t count)
{
    int axis = count < 2 || x->array.rank != VALUE_MATRIX ? -1 : (int)x[1].number;
    return count == 2 && x->array.rank == VALUE_MATRIX && axis < 0 ? axis + 2 : axis;
}

// How torch calls the folds; x is the array, over all of it and along an axis.
static const struct fold_call {
    const char *name, *whole, *along;
} fold_calls[] = {
    {"sum", "torch.sum($)", "torch.sum($, dim=&)"},
    {"mean", "torch.mean($)", "torch.mean($, dim=&)"},
    // amax shares the gradient equally at ties, as ours does; torch.max along an axis does not.
    {"max", "torch.amax($)", "torch.amax($, dim=&)"},
    {"min", "torch.amin($)", "torch.amin($, dim=&)"},
    {"prod", "torch.prod($)", "torch.prod($, dim=&)"},
    {"var", "torch.var($)", "torch.var($, dim=&)"},
    {"std", "torch.std($)", "torch.std($, dim=&)"},
    {"norm", "torch.linalg.vector_norm($)", "torch.linalg.vector_norm($, dim=&)"},
    {"logsumexp", "torch.logsumexp($.flatten(), 0)", "torch.logsumexp($, dim=&)"},
};

static const struct fold_call *find_fold(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(fold_calls); i++) {
        if (strcmp(fold_calls[i].name, name) == 0) {
            return &fold_calls[i];
        }
    }
    return NULL;
}

static struct export_terms_term write_fold(struct terms *t, const struct fold_call *fold,
                                           uint32_t count)
{
    const struct operand *x = terms_operands(t, count);
    struct export_terms_term term = *terms_top(t, count);
    int axis = axis_of(x, count);
    if (term.text == NULL) {
        return terms_lost(t);
    }
    if (operand_is_array(x)) {
        return print_term(t, axis < 0 ? fold->whole : fold->along, term, axis == 1 ? "1" : "0");
    }
    // A single number is its own sum, largest element and so on; its mean and norm are nodes.
    bool computed = strcmp(fold->name, "mean") == 0 || strcmp(fold->name, "norm") == 0;
    return computed ? print_term(t, fold->whole, term, "") : term;
}

static struct export_terms_term write_outer(struct terms *t)
{
    const struct export_terms_term *terms = terms_top(t, 2);
    return terms[0].text == NULL || terms[1].text == NULL
               ? terms_lost(t)
               : print_term(t, "torch.outer($, &)", terms[0], terms[1].text);
}

// Class numbers as an index: the name, if it still holds them, else the numbers.
static const char *classes(struct terms *t, struct export_terms_term k, const struct operand *x)
{
    bool same = x->is_node && k.text != NULL;
    struct text out;
    text_init(&out);
    text_add(&out, "torch.tensor([");
    for (uint32_t i = 0; i < operand_count(x); i++) {
        uint32_t row = i / operand_cols(x), col = i % operand_cols(x);
        double number = operand_number(t->w, x, row, col);
        uint32_t node = x->is_node ? operand_node(t->w, x, row, col) : NODE_NONE;
        same = same && node < t->s->fresh;
        text_addf(&out, i == 0 ? "%.0f" : ", %.0f", number);
    }
    text_add(&out, "])");
    const char *numbers = arena_copy(&t->s->arena, text_get(&out), text_length(&out));
    text_release(&out);
    t->s->fixed |= !same;
    return same ? print_term(t, "$.long()", k, "").text : numbers == NULL ? "" : numbers;
}

static struct export_terms_term write_pick(struct terms *t)
{
    const struct operand *x = terms_operands(t, 2);
    const struct export_terms_term *terms = terms_top(t, 2);
    if (terms[0].text == NULL || !x->is_node) {
        return terms_lost(t);
    }
    const char *k = classes(t, terms[1], &x[1]);
    return x->array.rank == VALUE_MATRIX ? print_term(t, "$[torch.arange(len(&)), &]", terms[0], k)
                                         : print_term(t, "$[&.reshape(1)]", terms[0], k);
}

static struct export_terms_term write_cross_entropy(struct terms *t)
{
    const struct operand *x = terms_operands(t, 2);
    const struct export_terms_term *terms = terms_top(t, 2);
    bool one_hot = operand_rows(x) == operand_rows(&x[1]) &&
                   operand_cols(x) == operand_cols(&x[1]) &&
                   (operand_rows(x) > 1 || operand_is_array(&x[1]));
    if (terms[0].text == NULL || !x->is_node) {
        return terms_lost(t);
    }
    if (!one_hot && x->array.rank == VALUE_MATRIX) {
        return print_term(t, "F.cross_entropy($, &)", terms[0], classes(t, terms[1], &x[1]));
    }
    if (!one_hot) {
        struct export_terms_term picked = print_term(t, "-torch.log_softmax($, -1)[&].squeeze()",
                                                     terms[0], classes(t, terms[1], &x[1]));
        picked.level = PRECEDENCE_SIGN;
        return picked;
    }
    struct export_terms_term k = x[1].is_node ? terms[1] : terms_literal(t, &x[1], true);
    if (k.text == NULL) {
        return terms_lost(t);
    }
    bool loose = k.level < PRECEDENCE_SIGN;
    const char *factor = x->array.rank != VALUE_MATRIX
                             ? loose ? "-torch.sum(torch.log_softmax($, -1)*(&))"
                                     : "-torch.sum(torch.log_softmax($, -1)*&)"
                         : loose ? "-torch.mean(torch.sum(torch.log_softmax($, -1)*(&), dim=1))"
                                 : "-torch.mean(torch.sum(torch.log_softmax($, -1)*&, dim=1))";
    struct export_terms_term product = print_term(t, factor, terms[0], k.text);
    product.level = PRECEDENCE_SIGN;
    return product;
}

// The rows of an array that `data` bound: a program gives them no gradient.
static bool is_data(const struct terms *t, const struct operand *x)
{
    for (size_t i = 0; i < t->s->bindings.count; i++) {
        const struct binding *b = statements_binding(t->s, i);
        if (b->data && operand_is_array(x) && b->value.base == x->array.base) {
            return true;
        }
    }
    return false;
}

static bool holds(const struct terms *t, struct value v, uint32_t node)
{
    bool found = false;
    for (uint32_t k = 0; k < v.rows * v.cols && !found; k++) {
        found = names_element(t->s->program->e->names, v, k) == node;
    }
    return found;
}

// Is a node under several names? PyTorch knows only the one that a formula was made of.
static bool is_shared(const struct terms *t, uint32_t node)
{
    size_t names = 0;
    for (size_t i = 0; i < t->s->bindings.count && names < 2; i++) {
        struct value v = statements_binding(t->s, i)->value;
        names += v.rank == VALUE_SCALAR ? v.base == node : value_is_array(v) && holds(t, v, node);
    }
    return names > 1;
}

// The bytes of W in W[0, 1], the text of an element of what has a name; 0 if it is not one.
static size_t element_name(const char *text)
{
    size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.");
    const char *close = strchr(text + n, ']');
    return text[n] == '[' && close != NULL && close[1] == '\0' ? n : 0;
}

// PyTorch differentiates one number, in a tensor that this was made of: in W, and takes the element
// then.
struct export_terms_term terms_gradient(struct terms *t)
{
    const struct operand *x = terms_operands(t, 2);
    const struct export_terms_term *terms = terms_top(t, 2);
    bool known = x[0].is_node && x[1].is_node && terms[0].text != NULL && terms[1].text != NULL &&
                 !operand_is_array(&x[0]) && !is_data(t, &x[1]) &&
                 !is_shared(t, operand_node(t->w, &x[1], 0, 0));
    if (!known) {
        return terms_lost(t);
    }
    size_t name = element_name(terms[1].text);
    if (name == 0 && strchr(terms[1].text, '[') != NULL) {
        return terms_lost(t);
    }
    struct text of;
    text_init(&of);
    text_add_bytes(&of, terms[1].text, name == 0 ? strlen(terms[1].text) : name);
    struct export_terms_term whole =
        print_term(t, "torch.autograd.grad($, &, create_graph=True)[0]", terms[0], text_get(&of));
    text_release(&of);
    return name == 0 ? whole : print_term(t, "$&", whole, terms[1].text + name);
}

struct export_terms_term terms_builtin(struct terms *t, const char *name, uint32_t count)
{
    const struct operand *x = terms_operands(t, count);
    const struct export_terms_term *terms = terms_top(t, count);
    if (strcmp(name, "grad") == 0 && (t->w->nodes_asked || t->w->slopes_as == SLOPES_NODES)) {
        return terms_gradient(t);
    }
    t->s->fixed |= strcmp(name, "grad") == 0;
    // Plain numbers, of which the text says no more than what they are.
    t->s->fixed |=
        strcmp(name, "len") == 0 || strcmp(name, "argmax") == 0 || strcmp(name, "onehot") == 0;
    if (find_fold(name) != NULL) {
        return write_fold(t, find_fold(name), count);
    }
    if (strcmp(name, "outer") == 0) {
        return write_outer(t);
    }
    if (strcmp(name, "pick") == 0) {
        return write_pick(t);
    }
    if (strcmp(name, "cross_entropy") == 0) {
        return write_cross_entropy(t);
    }
    if (strcmp(name, "dot") == 0) {
        return terms_matmul(t);
    }
    if (strcmp(name, "softmax") == 0 || strcmp(name, "log_softmax") == 0) {
        const char *format = axis_of(x, count) == 0 ? "torch.&($, 0)" : "torch.&($, -1)";
        return x->is_node && terms[0].text != NULL ? print_term(t, format, terms[0], name)
                                                   : terms_lost(t);
    }
    return terms_lost(t);
}

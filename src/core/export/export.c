#include "export/export.h"

#include <string.h>

#include "export/export_program.h"
#include "export/export_python.h"
#include "export/export_terms.h"

// Words that a variable of the program cannot be called: the language's, and what the program uses.
static const char words_of_c[] =
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long register restrict return short signed sizeof static struct switch typedef "
    "union unsigned void volatile while asm typeof fortran linux unix i386 NULL EOF NAN INFINITY "
    "HUGE_VAL stdin stdout stderr bool true false nullptr constexpr alignas alignof thread_local "
    "static_assert typeof_unqual LOSS";
#define WORDS_OF_PYTHON                                                                            \
    "False None True and as assert async await break class continue def del elif else except "     \
    "finally for from global if import in is lambda nonlocal not or pass raise return try while "  \
    "with yield match case type self print range len zip list tuple float int str super max min "  \
    "abs "                                                                                         \
    "set reversed isinstance math sys main name "
static const char words_of_micrograd[] =
    WORDS_OF_PYTHON "Value node value threading thread power exp log sqrt sin cos tan tanh sinh "
                    "cosh atan sigmoid leaky_relu softplus gelu absolute sign square erf maximum "
                    "minimum atan2 less at_most greater at_least equal unequal";
static const char words_of_torch[] = WORDS_OF_PYTHON
    "torch nn F os socket argparse dist math scheduler part_of_rate done warmup Model module "
    "runner show train remember "
    "output DATA report free_port itertools batches steps rows dataset several sampler share "
    "loader epoch DataLoader DistributedSampler RandomSampler TensorDataset self T_destination "
    "add_module apply bfloat16 buffers "
    "call_super_init children compile cpu cuda double dump_patches eval extra_repr "
    "forward get_buffer get_extra_state get_parameter get_submodule half ipu "
    "load_state_dict modules named_buffers named_children named_modules "
    "named_parameters parameters register_backward_hook register_buffer "
    "register_forward_hook register_forward_pre_hook register_full_backward_hook "
    "register_module register_parameter requires_grad_ set_extra_state "
    "share_memory state_dict to to_empty training type xpu zero_grad";

static const struct export_row {
    struct export_kind kind;
    const char *reserved;
    void (*write)(struct program *p);
    bool (*writes)(enum op op);  // NULL: it writes every operation
    size_t most;                 // nodes
} rows[] = {
    {{"torch", ".py", "PyTorch: tensors, nn.Parameter, an optimiser"},
     words_of_torch,
     export_torch,
     terms_write,
     1 << 22},
    {{"micrograd", ".py", "Karpathy's micrograd: one Value a node"},
     words_of_micrograd,
     export_micrograd,
     python_writes,
     100000},
    {{"c", ".c", "one file of C that needs nothing else"}, words_of_c, export_c, NULL, 1 << 20},
    {{"latex", ".tex", "the equations of both passes, for paper"}, "", export_latex, NULL, 2000},
};

const struct export_kind *export_kind_at(size_t i)
{
    return i < COUNT_OF(rows) ? &rows[i].kind : NULL;
}

const struct export_kind *export_kind_find(const char *s, size_t length)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strlen(rows[i].kind.name) == length && memcmp(rows[i].kind.name, s, length) == 0) {
            return &rows[i].kind;
        }
    }
    return NULL;
}

// An operation of the graph that the language has no words for.
static enum op find_unwritten(const struct program *p, const struct export_row *row)
{
    bool there[OP_COUNT] = {false};
    for (size_t i = 0; i < p->ids.count; i++) {
        there[tape_op(p->e->tape, program_node(p, i))] = true;
    }
    for (enum op op = OP_LEAF + 1; row->writes != NULL && op < OP_COUNT; op++) {
        if (there[op] && !row->writes(op)) {
            return op;
        }
    }
    return OP_COUNT;
}

bool export_meets_infinity(const struct export *e)
{
    struct program p;
    struct text none;
    text_init(&none);
    bool found = program_init(&p, &none, e, "") && program_shut_infinity(&p);
    program_release(&p);
    text_release(&none);
    return found;
}

bool export_write(struct text *out, const struct export_kind *kind, const struct export *e,
                  struct span span, struct diag *d)
{
    const struct export_row *row = &rows[0];
    while (&row->kind != kind) {
        row++;
    }
    struct program p;
    bool ok = program_init(&p, out, e, row->reserved);
    enum op unwritten = ok ? find_unwritten(&p, row) : OP_COUNT;
    if (ok && p.ids.count > row->most) {
        diag_set(d, span, "this graph has %zu nodes, and %s is written for at most %zu",
                 p.ids.count, kind->name, row->most);
        diag_hint(d, "%s",
                  row->most < rows[2].most ? "'export c' takes larger ones"
                                           : "export a smaller part of it");
    } else if (unwritten != OP_COUNT) {
        diag_set(d, span, "%s has no function for '%s'", kind->name, op_get(unwritten)->name);
        diag_hint(d, "'export c' writes every operation");
    } else if (ok) {
        row->write(&p);
    }
    if (p.refusal != NULL) {
        diag_set(d, span, "%s", p.refusal);
        diag_hint(d, "%s", p.hint);
    } else if (p.stopped || stop_is_asked(e->stop)) {
        diag_set(d, span, "interrupted");
    } else if (!ok || p.failed || out->bytes.failed) {
        diag_out_of_memory(d);
    }
    program_release(&p);
    return !d->set;
}

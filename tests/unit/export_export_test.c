// view/export: how names, numbers and formulas are written, and the statements of a session that
// are trusted to tell its graph.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "export/export_program.h"
#include "formula/letters.h"

// ---- Letters and numbers ------------------------------------------------------------------------

static void assert_ascii(const char *name, const char *expected)
{
    struct text out;
    text_init(&out);
    letters_ascii(&out, name, strlen(name));
    assert_string_equal(text_get(&out), expected);
    text_release(&out);
}

static void names_become_ascii(void **state)
{
    (void)state;
    assert_ascii("w1", "w1");
    assert_ascii("η", "eta");
    assert_ascii("δ1", "delta1");
    assert_ascii("Ω", "Omega");
    assert_ascii("ς", "sigma");
    assert_ascii("é_2", "u00E9_2");
    assert_ascii("变", "u53D8");
}

static void assert_number(double v, const char *expected)
{
    struct text out;
    text_init(&out);
    export_number(&out, v, "INF", "NAN");
    assert_string_equal(text_get(&out), expected);
    text_release(&out);
}

static void numbers_are_never_whole(void **state)
{
    (void)state;
    assert_number(2, "2.0");
    assert_number(-0.0, "-0.0");
    assert_number(0.1, "0.1");
    assert_number(1e300, "1e+300");
    assert_number(1.0 / 3, "0.3333333333333333");
    assert_number(-INFINITY, "-INF");
    assert_number(NAN, "NAN");
}

static void formulas_take_operands(void **state)
{
    static const char *const renames[] = {"abs", "fabs", NULL};
    struct text out;
    (void)state;
    text_init(&out);
    export_formula(&out, "abs(x) + max(x, y)*v - 0.5*exp(y)", "v.a", "(-2.0)", "v.c", renames);
    assert_string_equal(text_get(&out), "fabs(v.a) + max(v.a, (-2.0))*v.c - 0.5*exp((-2.0))");
    text_release(&out);
    assert_true(export_is_tight("v.a"));
    assert_true(export_is_tight("exp(x + 1)"));
    assert_false(export_is_tight("exp(x) + 1"));
    assert_false(export_is_tight("(a)*(b)"));
    assert_false(export_is_tight("-x"));
}

// ---- Programs -----------------------------------------------------------------------------------

// L = a*b of the parameter a and of b, under these names, and what a session would know of it.
struct seat {
    struct tape tape;
    struct names names;
    struct definitions definitions;
    struct recipes recipes;
    struct buf states;
    struct export export;
    struct text out;
    struct diag diag;
};

static void bind(struct seat *s, const char *name, uint32_t node)
{
    uint32_t id = names_intern(&s->names, name, strlen(name));
    assert_true(names_bind(&s->names, NULL, id, value_of_node(node)));
}

// The name was bound by this formula to this node; "": to a number.
static void made(struct seat *s, const char *name, enum op op, const char *formula, uint32_t node)
{
    struct recipe row = {.name = names_intern(&s->names, name, strlen(name)), .op = op};
    assert_true(recipes_add(&s->recipes, &s->definitions, row, value_of_node(node), formula,
                            strlen(formula)));
}

static void take_seat(struct seat *s, const char *a, const char *b, const char *formula)
{
    *s = (struct seat){0};
    tape_init(&s->tape);
    names_init(&s->names);
    definitions_init(&s->definitions);
    recipes_init(&s->recipes);
    buf_init(&s->states, sizeof(struct optim_state));
    text_init(&s->out);
    uint32_t x = tape_leaf(&s->tape, 2, MARK_PARAM), y = tape_leaf(&s->tape, 3, 0);
    uint32_t root = tape_apply(&s->tape, OP_MUL, x, y);
    bind(s, a, x);
    bind(s, b, y);
    bind(s, "L", root);
    made(s, a, OP_COUNT, "", x);
    made(s, b, OP_COUNT, "", y);
    made(s, "L", OP_COUNT, formula, root);
    s->export = (struct export){.tape = &s->tape,
                                .names = &s->names,
                                .root = root,
                                .digits = 6,
                                .states = &s->states,
                                .definitions = &s->definitions,
                                .recipes = &s->recipes};
}

static void leave_seat(struct seat *s)
{
    tape_release(&s->tape);
    names_release(&s->names);
    definitions_release(&s->definitions);
    buf_release(&s->recipes.rows);
    buf_release(&s->recipes.arrays);
    buf_release(&s->recipes.text);
    buf_release(&s->states);
    text_release(&s->out);
}

static const char *write_as(struct seat *s, const char *kind)
{
    text_clear(&s->out);
    assert_true(export_write(&s->out, export_kind_find(kind, strlen(kind)), &s->export,
                             (struct span){0, 0}, &s->diag));
    return text_get(&s->out);
}

static void assert_says(struct seat *s, const char *kind, const char *part)
{
    const char *program = write_as(s, kind);
    if (strstr(program, part) == NULL) {
        fail_msg("not in %s: %s\n%s", kind, part, program);
    }
}

static void reserved_words_are_left_alone(void **state)
{
    struct seat s;
    (void)state;
    take_seat(&s, "int", "lambda", "");
    assert_says(&s, "c", "v.L = v.int_ * v.lambda;");
    assert_says(&s, "c", "{\"dL/dint\", &d.int_}");
    assert_says(&s, "micrograd", "L = int_ * lambda_\n");
    leave_seat(&s);
    // Two names that become the same letters; one that is what %0 is called.
    take_seat(&s, "eta", "η", "");
    assert_says(&s, "c", "v.L = v.eta * v.eta_;");
    leave_seat(&s);
    take_seat(&s, "n0", "forward", "n0*forward");
    assert_says(&s, "c", "v.L = v.n0_ * v.forward;");
    assert_says(&s, "torch", "L = n0_*forward_\n");
    leave_seat(&s);
    // What the languages keep for themselves, or change inside a class.
    take_seat(&s, "_Bool", "yield", "_Bool*yield");
    assert_says(&s, "c", "v.L = v.x_Bool * v.yield;");
    assert_says(&s, "micrograd", "L = x_Bool * yield_\n");
    assert_says(&s, "torch", "L = x_Bool*yield_\n");
    leave_seat(&s);
    take_seat(&s, "__a", "__debug__", "__a*__debug__");
    assert_says(&s, "torch", "L = x__a*x__debug__\n");
    leave_seat(&s);
}

static void statements_that_tell_are_translated(void **state)
{
    struct seat s;
    (void)state;
    take_seat(&s, "a", "b", "a*b");
    assert_says(&s, "torch", "        L = a*b\n        return L\n");
    assert_says(&s, "torch", "self.a = nn.Parameter(torch.tensor(2.0))");  // as it is now
    leave_seat(&s);
    // Rebound on the way, and with *=.
    take_seat(&s, "a", "b", "a + b");
    made(&s, "L", OP_COUNT, "a*b", s.export.root);
    assert_says(&s, "torch", "        L = a*b\n        return L\n");
    s.recipes.rows.count -= 2;
    made(&s, "L", OP_COUNT, "a", 0);
    made(&s, "L", OP_MUL, "b", s.export.root);
    assert_says(&s, "torch", "        L_3 = a\n        L = L_3*b\n        return L\n");
    leave_seat(&s);
}

static void statements_that_do_not_are_not(void **state)
{
    static const char *const formulas[] = {
        "",         // nothing told
        "a + b",    // another operation
        "b*a",      // the other way round
        "a*a",      // another operand
        "a*b*1",    // one node more
        "a*3",      // a constant
        "f(a, b)",  // no such function
        "a*b +",    // no statement
        "[a, b]",   // another shape
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(formulas); i++) {
        struct seat s;
        take_seat(&s, "a", "b", formulas[i]);
        const char *program = write_as(&s, "torch");
        // The node by itself, from whatever stands for a and b.
        if (strstr(program, "        n2 = ") == NULL) {
            fail_msg("%s was trusted:\n%s", formulas[i], program);
        }
        leave_seat(&s);
    }
}

static void it_can_be_stopped(void **state)
{
    struct seat s;
    struct stop stop = {.asked = 1};
    (void)state;
    take_seat(&s, "a", "b", "a*b");
    s.export.stop = &stop;
    for (size_t i = 0; export_kind_at(i) != NULL; i++) {
        s.diag = (struct diag){0};
        text_clear(&s.out);
        assert_false(
            export_write(&s.out, export_kind_at(i), &s.export, (struct span){0, 0}, &s.diag));
        assert_string_equal(s.diag.message, "interrupted");
    }
    leave_seat(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_become_ascii),
        cmocka_unit_test(numbers_are_never_whole),
        cmocka_unit_test(formulas_take_operands),
        cmocka_unit_test(reserved_words_are_left_alone),
        cmocka_unit_test(statements_that_tell_are_translated),
        cmocka_unit_test(statements_that_do_not_are_not),
        cmocka_unit_test(it_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Lessons as data: front matter, ask blocks, code, variations; and every mistake at its place.
#include "lesson/lesson.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct lesson *begin(const char *front)
{
    struct diag d = {0};
    struct lesson *l = lesson_new("test.md");
    assert_non_null(l);
    assert_true(lesson_front(l, front, strlen(front), 2, &d));
    return l;
}

static struct lesson *plain(void)
{
    return begin("id: paths\ntitle: Two paths\n");
}

// The question that this block makes.
static const struct question *ask(struct lesson *l, const char *id, const char *block)
{
    struct diag d = {0};
    if (!lesson_ask(l, id, block, strlen(block), 10, &d)) {
        fail_msg("%s", d.message);
    }
    return lesson_question(l, id);
}

// The block is refused with this message, at the first place of `where` in it ("": nowhere in it).
static void assert_refused(const char *block, const char *where, const char *message)
{
    struct diag d = {0};
    struct lesson *l = plain();
    assert_false(lesson_ask(l, "paths.a", block, strlen(block), 10, &d));
    assert_string_equal(d.message, message);
    const char *at = strstr(block, where);
    assert_non_null(at);
    if (*where == '\0') {
        assert_int_equal(d.span.end, 0);
    } else if (d.span.start != (size_t)(at - block)) {
        fail_msg("'%s' is placed at %zu, not %zu", message, d.span.start, (size_t)(at - block));
    }
    lesson_free(l);
}

// ---- Front matter -------------------------------------------------------------------------------

static void front_matter_is_read(void **state)
{
    (void)state;
    struct lesson *l = begin("id: two-paths\n\ntitle: When: two paths meet\norder: 60\r\n"
                             "requires: chain-rule, slopes\n");
    assert_string_equal(l->id, "two-paths");
    assert_string_equal(l->title, "When: two paths meet");
    assert_int_equal(l->order, 60);
    assert_int_equal(l->requires_count, 2);
    assert_string_equal(l->requires[1], "slopes");
    lesson_free(l);
}

static void mistakes_in_front_matter_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *front, *where, *message;
    } rows[] = {
        {"title: A\n", "", "the front matter does not say the lesson's id"},
        {"id: a\n", "", "the front matter does not say the lesson's title"},
        {"id: a\ntitle: A\nid: b\n", "id: b", "'id' is here twice"},
        {"id: a\nTitle: A\n", "Title", "every line of the front matter is written KEY: VALUE"},
        {"id: a\nauthor: A\n", "author", "the front matter of a lesson has no such key"},
        {"id: a b\n", "a b", "an id is made of a-z, 0-9 and -, at most 60 of them"},
        {"id: a\ntitle:\n", "title", "the title is empty"},
        {"id: a\norder: x\n", "x", "a whole number from 0 to 1000000 is needed here"},
        {"id: a\norder: 1e300\n", "1e300", "a whole number from 0 to 1000000 is needed here"},
        {"id: a\nrequires: b, ,c\n", ",c",
         "ids of other lessons are needed here, with commas between, at most 50"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct diag d = {0};
        struct lesson *l = lesson_new("test.md");
        assert_false(lesson_front(l, rows[i].front, strlen(rows[i].front), 2, &d));
        assert_string_equal(d.message, rows[i].message);
        if (*rows[i].where != '\0') {
            assert_int_equal(d.span.start, strstr(rows[i].front, rows[i].where) - rows[i].front);
        }
        lesson_free(l);
    }
    struct diag d = {0};
    struct lesson *l = lesson_new("test.md");
    assert_false(lesson_end(l, &d));
    assert_string_equal(d.message, "a lesson begins with its front matter");
    lesson_free(l);
}

// ---- Questions ----------------------------------------------------------------------------------

static void a_question_is_read(void **state)
{
    (void)state;
    struct lesson *l = plain();
    const struct question *q = ask(l, "paths.sum",
                                   "Nudge `x`. What is\ndL/dx at {= x}?\n\nThink: first.\n"
                                   "kind: number\ncovers: N12, G2\nanswer: dL/dx\n"
                                   "hint: Three edges leave x: which?\nhint: Multiply.\n"
                                   "when: 6 => You lost => an edge.\n"
                                   "vary: x in -4..4 step 0.5 except 0, 1\n"
                                   "tol: 1% 0.01\nwhy: paths L x\nversion: 3\n");
    assert_string_equal(q->text, "Nudge `x`. What is dL/dx at {= x}?\n\nThink: first.");
    assert_int_equal(q->kind, QUESTION_NUMBER);
    assert_string_equal(q->covers, "N12, G2");
    assert_int_equal(q->hints.count, 2);
    assert_string_equal(q->hints.first->left, "Three edges leave x: which?");
    assert_string_equal(q->whens.first->left, "6");
    assert_string_equal(q->whens.first->right, "You lost => an edge.");
    assert_int_equal(q->whens.first->line, 19);
    assert_true(q->tolerance.absolute == 0.01 && q->tolerance.relative == 0.01);
    assert_int_equal(q->version, 3);
    assert_true(q->graph);
    assert_int_equal(q->variations->excepted, 2);
    assert_string_equal(q->then, "");
    assert_ptr_equal(lesson_question(l, "1"), q);
    assert_null(lesson_question(l, "2"));
    assert_null(lesson_question(l, ""));
    lesson_free(l);
}

static void each_kind_is_read(void **state)
{
    (void)state;
    static const char *const blocks[] = {
        "q\nkind: formula\nanswer: derive L a\nasks: dL/da\nequals: 2*x\nwhen: x*y => no\n",
        "q\nkind: formula\nanswer: derive 5*x**3\n",
        "q\nkind: choice\nright: a\nwrong: b => why\ngraph: none\n",
        "q\nkind: multi\nright: a => why\nright: b\n",
        "q\nkind: order\nitem: a\nwith: b\nitem: c\n",
        "q\nkind: fill\ncell: dL/da => dL/da\ncell: b => 2*W[0, 1]\ntol: 0.1\n",
        "q\nkind: node\nanswer: d\nwhen: %3 => no\n",
        "q\nkind: edge\nanswer: L d\n",
        "q\nkind: do\nuntil: did topo\nsolve: topo L\n",
        "q\nkind: do\nuntil: L.data < 0.1\n",
        "q\nkind: guess\nanswer: a.grad\nsetup: backward L\n",
        "q\nkind: recall\nmodel: In words.\n",
        "q\nkind: formula\nanswer: (W.T @ d)*a*(1 - a)\nwhen: sum(W) => no\n",
    };
    struct lesson *l = plain();
    for (size_t i = 0; i < COUNT_OF(blocks); i++) {
        char id[20];
        snprintf(id, sizeof id, "paths.q%zu", i);
        assert_non_null(ask(l, id, blocks[i]));
    }
    assert_int_equal(l->questions, COUNT_OF(blocks));
    const struct question *order = lesson_question(l, "paths.q4");
    assert_false(order->options.first->good);
    assert_true(order->options.first->next->good);
    lesson_free(l);
}

static void mistakes_in_questions_are_told(void **state)
{
    (void)state;
    assert_refused("q\nanswer: 2\n", "", "'kind' is missing");
    assert_refused("q\nkind: numbers\n", "numbers", "there is no such kind of question");
    assert_refused("q\nkind:\n", "kind", "there is no such kind of question");
    assert_refused("q\nkind: number\n", "", "'answer' is missing");
    assert_refused("kind: number\nanswer: 2\n", "", "it does not say what is asked");
    assert_refused("q\nkind: number\nanswer: 2\nanswer: 3\n", "answer: 3",
                   "'answer' is here twice");
    assert_refused("q\nkind: number\nanswer:\n", "answer", "'answer' says nothing");
    assert_refused("q\nkind: number\nanswr: 2\n", "answr", "'answr' is not a key of a question");
    assert_refused("note: q\nkind: number\n", "note", "'note' is not a key of a question");
    assert_refused("q\nkind: number\nanswer: 2\nand more\n", "and",
                   "after the first key every line is written KEY: VALUE");
    assert_refused("q\nright: x\nkind: number\nanswer: 2\n", "right",
                   "a question of kind 'number' has no 'right'");
    assert_refused("q\nkind: number\nanswer: 2 x\n", "x", "the expression should end here");
    assert_refused("q\nkind: formula\nanswer: W.T zz\n", "zz", "the expression should end here");
    assert_refused("q {= a\nkind: number\nanswer: 2\n", "{=", "'{=' is not closed by '}'");
    assert_refused("q\nkind: number\nanswer: 2\nhint: {= 2* }\n", " }",
                   "a number or a name is missing after '*'");
    assert_refused("q\nkind: number\nanswer: 2\nwhen: 3\n", "3",
                   "the text to say for this answer is missing");
    assert_refused("q\nkind: number\nanswer: 2\ntol: about 3\n", "about",
                   "a tolerance is needed here: 0.01, 1% or both");
    assert_refused("q\nkind: number\nanswer: 2\ncovers: n12\n", "n12",
                   "rows of the question list are needed here, such as N12, G2");
    assert_refused("q\nkind: number\nanswer: 2\ngraph: new\n", "new",
                   "this can only be 'none'; without the line the lesson's graph is there");
    assert_refused("q\nkind: choice\nright: a\nright: b\n", "",
                   "one option must be 'right', and only one");
    assert_refused("q\nkind: choice\nright: a\nwrong: a => no\n", "", "'a' is here twice");
    assert_refused("q\nkind: order\nwith: a\n", "with", "there is no item above it");
    assert_refused("q\nkind: fill\ncell: dL/da\n", "dL/da", "a cell is written NAME => EXPRESSION");
}

static void ids_are_unique(void **state)
{
    (void)state;
    static const struct {
        const char *id, *message;
    } rows[] = {
        {"", "a question needs an id"},
        {"paths.a", "the id 'paths.a' is used twice, in line 9 too"},
        {"sum", "'sum' is not an id of a question of this lesson"},
        {"other.sum", "'other.sum' is not an id of a question of this lesson"},
        {"paths.", "'paths.' is not an id of a question of this lesson"},
        {"paths.a.b", "'paths.a.b' is not an id of a question of this lesson"},
        {"paths.Sum", "'paths.Sum' is not an id of a question of this lesson"},
    };
    static const char block[] = "q\nkind: number\nanswer: 2\n";
    struct lesson *l = plain();
    ask(l, "paths.a", block);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct diag d = {0};
        assert_false(lesson_ask(l, rows[i].id, block, strlen(block), 20, &d));
        assert_string_equal(d.message, rows[i].message);
    }
    lesson_free(l);
}

// ---- Prose, code --------------------------------------------------------------------------------

static void prompts_and_answers_are_left_out(void **state)
{
    (void)state;
    static const char *const blocks[][2] = {
        {"x = 3\na = x*x\n", "x = 3\na = x*x\n"},
        {"∇ x = 3\n∇ x*\n… 2\n  x*2 = 6\n∇ x\n  x = 3\n", "x = 3\nx*\n2\n\nx\n\n"},
        {"> x = 3\n>\n  . no\n", "x = 3\n\n\n"},
        {"", ""},
    };
    struct lesson *l = plain();
    for (size_t i = 0; i < COUNT_OF(blocks); i++) {
        struct diag d = {0};
        assert_true(lesson_code(l, blocks[i][0], strlen(blocks[i][0]), i == 1, 5, &d));
        assert_string_equal(lesson_item(l, i)->text, blocks[i][1]);
        assert_int_equal(lesson_item(l, i)->fresh, i == 1);
    }
    assert_null(lesson_item(l, COUNT_OF(blocks)));
    lesson_free(l);
}

static void values_in_prose_are_expressions(void **state)
{
    (void)state;
    struct diag d = {0};
    struct lesson *l = plain();
    assert_true(lesson_text(l, LESSON_PARAGRAPH, 0, "", "a {= dL/da} \\{= b", 5, &d));
    assert_false(lesson_text(l, LESSON_PARAGRAPH, 0, "", "a {= dL/} b", 5, &d));
    assert_int_equal(d.span.start, 8);
    d = (struct diag){0};
    assert_false(lesson_text(l, LESSON_PARAGRAPH, 0, "", "a {=}", 5, &d));
    assert_string_equal(d.message, "an expression is missing here");
    const char *cells[] = {"a", "b", "c", "{= ) }"};
    size_t bad;
    d = (struct diag){0};
    assert_false(lesson_table(l, cells, 2, 2, 5, &d, &bad));
    assert_int_equal(bad, 3);
    lesson_free(l);
}

static void a_lesson_is_bounded(void **state)
{
    (void)state;
    struct diag d = {0};
    struct lesson *l = plain();
    size_t bad;
    assert_false(lesson_text(l, LESSON_BULLET, 7, "•", "x", 5, &d));
    d = (struct diag){0};
    assert_false(lesson_table(l, NULL, 1000000, 3, 5, &d, &bad));
    d = (struct diag){0};
    for (int i = 0; i < LESSON_ITEMS_MOST; i++) {
        assert_true(lesson_text(l, LESSON_PARAGRAPH, 0, "", "x", 5, &d));
    }
    assert_false(lesson_text(l, LESSON_PARAGRAPH, 0, "", "x", 5, &d));
    assert_string_equal(d.message, "this lesson has more than 1000 parts");
    lesson_free(l);
}

// ---- Variations ---------------------------------------------------------------------------------

static void variations_draw_what_they_say(void **state)
{
    (void)state;
    struct lesson *l = plain();
    const struct question *q = ask(l, "paths.v",
                                   "q\nkind: number\nanswer: x\nvary: x in -0.3..0.3 step 0.1 "
                                   "except 0, 0.2\nvary: W[1, 1] in 1..1\n");
    const struct variation *v = q->variations;
    assert_string_equal(v->next->name, "W[1, 1]");
    static const double values[] = {-0.3, -0.2, -0.1, 0.1, 0.3};
    int drawn[COUNT_OF(values)] = {0};
    struct rng rng;
    rng_seed(&rng, 1);
    for (int i = 0; i < 500; i++) {
        double x = variation_draw(v, &rng);
        size_t k = 0;
        while (k < COUNT_OF(values) && values[k] != x) {
            k++;
        }
        assert_true(k < COUNT_OF(values));
        drawn[k]++;
        assert_true(variation_draw(v->next, &rng) == 1);
    }
    for (size_t k = 0; k < COUNT_OF(values); k++) {
        assert_true(drawn[k] > 50);
    }
    lesson_free(l);
}

static void mistakes_in_variations_are_told(void **state)
{
    (void)state;
#define VARY(V) "q\nkind: number\nanswer: 2\nvary: " V "\n"
    assert_refused(VARY("3 in 1..2"), "3 in", "a name is needed here");
    assert_refused(VARY("x from 1..2"), "from", "'in' is needed here");
    assert_refused(VARY("x in 1, 2"), ", 2", "'..' is needed here");
    assert_refused(VARY("x in 1..y"), "y\n", "a number is needed here");
    assert_refused(VARY("x in 1..3 by 2"), "by", "the end of the line is needed here");
    assert_refused(VARY("x in 3..1"), "x in",
                   "the first number must not be above the last, and the step above 0");
    assert_refused(VARY("x in 1..3 step 0"), "x in",
                   "the first number must not be above the last, and the step above 0");
    assert_refused(VARY("x in 1..2 except 1, 2"), "x in", "all numbers are excepted");
    assert_refused(VARY("x in -1e308..1e308"), "x in", "there are more than 10000 numbers");
#undef VARY
}

static void seeds_are_frozen(void **state)
{
    (void)state;
    assert_true(question_seed("two-paths.sum", 0, 0) == 0x9d6b01b6d898089e);
    assert_true(question_seed("two-paths.sum", 42, 7) == 0x989354a59652ba09);
    assert_true(question_seed("two-paths.sum", 1, 0) != question_seed("two-paths.sum", 0, 1));
    assert_true(question_seed("two-paths.a", 0, 0) != question_seed("two-paths.b", 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(front_matter_is_read),
        cmocka_unit_test(mistakes_in_front_matter_are_told),
        cmocka_unit_test(a_question_is_read),
        cmocka_unit_test(each_kind_is_read),
        cmocka_unit_test(mistakes_in_questions_are_told),
        cmocka_unit_test(ids_are_unique),
        cmocka_unit_test(prompts_and_answers_are_left_out),
        cmocka_unit_test(values_in_prose_are_expressions),
        cmocka_unit_test(a_lesson_is_bounded),
        cmocka_unit_test(variations_draw_what_they_say),
        cmocka_unit_test(mistakes_in_variations_are_told),
        cmocka_unit_test(seeds_are_frozen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// lang/csv: what programs write as CSV is read as meant, and what is wrong is named by its place.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text/csv.h"

static bool read_text(struct csv *c, struct diag *d, const char *text)
{
    *d = (struct diag){0};
    return csv_read(c, "t.csv", text, strlen(text), NULL, (struct span){3, 4}, d);
}

// The table as "1 2 / 3 4", nan as it is.
static void assert_table(const char *text, const char *expected)
{
    struct csv c;
    struct diag d;
    struct text got;
    char number[NUMBER_TEXT];
    text_init(&got);
    if (!read_text(&c, &d, text)) {
        fail_msg("%s: %s", text, d.message);
    }
    for (size_t k = 0; k < c.rows * c.cols; k++) {
        text_add(&got, k == 0 ? "" : k % c.cols == 0 ? " / " : " ");
        text_add(&got, number_text(number, csv_numbers(&c)[k], 6));
    }
    assert_string_equal(text_get(&got), expected);
    text_release(&got);
    csv_release(&c);
}

static void assert_refused(const char *text, const char *message)
{
    struct csv c;
    struct diag d;
    assert_false(read_text(&c, &d, text));
    assert_string_equal(d.message, message);
    assert_int_equal(d.span.start, 3);
    csv_release(&c);
}

static void lines_and_cells(void **state)
{
    (void)state;
    assert_table("1,2\n3,4\n", "1 2 / 3 4");
    assert_table("1,2\n3,4", "1 2 / 3 4");
    assert_table("1,2\r\n3,4\r\n", "1 2 / 3 4");
    assert_table("1,2\r3,4\r", "1 2 / 3 4");
    assert_table("\xEF\xBB\xBF"
                 "1,2\n3,4\n",
                 "1 2 / 3 4");
    assert_table("\n\n  \n1,2\n\r\n3,4\n\t\n\n", "1 2 / 3 4");
    assert_table(" 1 ,\t2\n3 , 4 \n", "1 2 / 3 4");
    assert_table("7", "7");
    assert_table("1;2\n3;4\n", "1 2 / 3 4");
    assert_table("1\t2\n3\t4\n", "1 2 / 3 4");
    assert_table("-1,+2,1e3,.5,-2.5E-1\n", "-1 2 1000 0.5 -0.25");
}

static void quotation_marks(void **state)
{
    (void)state;
    assert_table("\"1\",\"2\"\n3,\"4\"\n", "1 2 / 3 4");
    assert_table("\"x, y\",\"a \"\"b\"\"\"\n1,2\n", "1 2");
    assert_table("\"over\ntwo lines\",b\n1,2\n", "1 2");
    assert_table("a,1\n\"a\",2\n\"a \"\"b\"\"\",3\n\"\",4\n", "0 1 / 0 2 / 1 3 / nan 4");
    assert_table("a;b\n\"1\";\"2\"\n", "1 2");
}

static void headers(void **state)
{
    (void)state;
    assert_table("x,y\n1,2\n", "1 2");
    assert_table("x,1\n1,2\n", "1 2");
    assert_table("150,4,setosa\n5.1,3.5,0\n", "5.1 3.5 0");
    assert_table(",y\n1,2\n", "1 2");
    // Nothing stands over a number: all of it is data.
    assert_table("x,1\ny,2\n", "0 1 / 1 2");
    assert_table("red\ngreen\nred\n", "0 / 1 / 0");
}

static void classes_are_numbered_as_they_appear(void **state)
{
    (void)state;
    struct csv c;
    struct diag d;
    char label[CSV_LABEL];
    size_t length;
    assert_true(read_text(&c, &d, "w,kind\n1,red\n2,\"dark, blue\"\n3,red\n4,\n"));
    assert_true(c.header);
    assert_int_equal(c.rows, 4);
    assert_int_equal(c.words.count, 1);
    assert_string_equal(csv_label(label, &c, 1), "column 2 (kind)");
    struct names *words = c.words.data;
    assert_int_equal(names_count(words), 2);
    assert_memory_equal(names_text(words, 1, &length), "dark, blue", 10);
    assert_int_equal(length, 10);
    assert_true(csv_numbers(&c)[5] == 0);
    assert_true(isnan(csv_numbers(&c)[7]));
    assert_int_equal(c.strange, 1);
    assert_int_equal(c.strange_row, 4);
    assert_int_equal(c.strange_col, 1);
    csv_release(&c);
}

static void missing_numbers(void **state)
{
    (void)state;
    assert_table("1,\nnan,2\nNA,n/a\n-inf,Infinity\n", "1 nan / nan 2 / nan nan / -inf inf");
    // A column with nothing in it is no text.
    assert_table("a,b\n1,\n2,\n", "1 nan / 2 nan");
}

static void trouble_is_named_by_its_place(void **state)
{
    (void)state;
    assert_refused("x,y\n1,2\n3,4o\n", "t.csv, row 2 (line 3), column 2 (y): '4o' is not a number");
    assert_refused("1,2\n\n3,x\n", "t.csv, row 2 (line 3), column 2: 'x' is not a number");
    assert_refused("\"over\ntwo\",b\n1,2\n1 2,3\n",
                   "t.csv, row 2 (line 4), column 1 (over\\x0atwo): '1 2' is not a number");
    assert_refused("1,2\n3\n", "t.csv, line 2: 1 cell, where the first line has 2");
    assert_refused("1,2\n3,4,\n", "t.csv, line 2: 3 cells, where the first line has 2");
    assert_refused("1,2\n3,\"4\n5,6\n", "t.csv, line 2: this quotation mark is never closed");
    assert_refused("1,\"2\"3\n", "t.csv, line 1: more follows after the closing quotation mark");
    assert_refused("", "t.csv, line 1: there is no row of numbers in this file");
    assert_refused("\n \n", "t.csv, line 3: there is no row of numbers in this file");
    assert_refused("\xFF\xFE"
                   "1",
                   "t.csv, line 1: this is not plain text but UTF-16");
}

static void decimal_commas_get_a_hint(void **state)
{
    (void)state;
    struct csv c;
    struct diag d;
    assert_false(read_text(&c, &d, "1;2\n3;4,5\n"));
    assert_string_equal(d.hint, "decimals are written with a point");
    csv_release(&c);
}

static void it_can_be_interrupted(void **state)
{
    (void)state;
    struct text text;
    struct csv c;
    struct diag d = {0};
    int stop = 1;
    text_init(&text);
    for (int i = 0; i < 20000; i++) {
        text_add(&text, "1,2\n");
    }
    assert_false(
        csv_read(&c, "t.csv", text_get(&text), text_length(&text), &stop, (struct span){0, 0}, &d));
    assert_string_equal(d.message, "interrupted");
    csv_release(&c);
    text_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_cells),
        cmocka_unit_test(quotation_marks),
        cmocka_unit_test(headers),
        cmocka_unit_test(classes_are_numbered_as_they_appear),
        cmocka_unit_test(missing_numbers),
        cmocka_unit_test(trouble_is_named_by_its_place),
        cmocka_unit_test(decimal_commas_get_a_hint),
        cmocka_unit_test(it_can_be_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

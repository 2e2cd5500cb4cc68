// text/csv: what programs write as CSV is read as meant, and what is wrong is named by its place.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "text/csv.h"
#include "text/csv_notes.h"

// The file ends where its memory does, so that a look past its end is seen (make asan).
static bool read_text(struct csv *c, struct diag *d, const char *text)
{
    static char *bytes;  // of the last table, which borrows them
    size_t n = strlen(text);
    free(bytes);
    bytes = malloc(n == 0 ? 1 : n);
    memcpy(bytes, text, n);
    *d = (struct diag){0};
    return csv_read(c, "t.csv", bytes, n, CSV_HEADER_FIND, NULL, (struct span){3, 4}, d);
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
        text_add(&got, number_text(number, BUF(double, &c.numbers)[k], 6));
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
    assert_table("\"1.25\",\"-2\"\n\"3e2\" , \" 4\"\n\"\",\"5\"", "1.25 -2 / 300 4 / nan 5");
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
    // Nothing is over a number: all of it is data.
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
    assert_true(BUF(double, &c.numbers)[5] == 0);
    assert_true(isnan(BUF(double, &c.numbers)[7]));
    assert_int_equal(c.strange, 1);
    assert_int_equal(c.strange_row, 4);
    assert_int_equal(c.strange_col, 1);
    csv_release(&c);
}

static void missing_numbers(void **state)
{
    (void)state;
    assert_table("1,\nnan,2\nNA,n/a\n-inf,Infinity\n", "1 nan / nan 2 / nan nan / -inf inf");
    // A column with nothing in it is not text.
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
    assert_refused("\"", "t.csv, line 1: this quotation mark is never closed");
    assert_refused("\"1", "t.csv, line 1: this quotation mark is never closed");
    assert_refused("1,\"", "t.csv, line 1: this quotation mark is never closed");
    assert_refused("1,2\n3,\"4\n5,6\n", "t.csv, line 2: this quotation mark is never closed");
    assert_refused("1,\"2\"3\n", "t.csv, line 1: more follows after the closing quotation mark");
    assert_refused("", "t.csv, line 1: there is no row of numbers in this file");
    assert_refused("\n \n", "t.csv, line 3: there is no row of numbers in this file");
    assert_refused("\xFF\xFE"
                   "1",
                   "t.csv, line 1: this is not plain text but UTF-16");
}

// Files as programs and people write them: what is read, or why it is not; and what is said of it,
// each notice without the file's name, parts of a sentence as they come.
static const struct file_case {
    const char *file, *expected, *notes;
    enum csv_header header;
} files[] = {
    // Separators.
    {"1,2\n3,4\n", "1 2 / 3 4", "", 0},
    {"1;2\n3;4\n", "1 2 / 3 4", "", 0},
    {"1\t2\n3\t4\n", "1 2 / 3 4", "", 0},
    {"1|2\n3|4\n", "1 2 / 3 4", "", 0},
    {"1 2\n3 4\n", "1 2 / 3 4", "", 0},
    {"  1   2.5\n 10  20.25\n", "1 2.5 / 10 20.25", "", 0},
    {"x y\n1 \t2  \n3\t 4\t\n", "1 2 / 3 4", "", 0},
    {"18.0   8  3504.\t\"ford torino\"\n15.0   ?  3693.\t\"buick skylark\"\n",
     "18 8 3504 0 / 15 nan 3693 1",
     "column 4: ford torino is 0, buick skylark 1; 1 of 8 numbers is missing (nan) or infinite, "
     "the first in row 2, column 2",
     0},
    {"x\n1\n2\n", "1 / 2", "", 0},
    {"sep=;\nx;y\n1;2\n", "1 2", "", 0},
    {"a;b,c\n1;2\n", "1 2", "", 0},
    {"name,n\n\"a;b;c\",1\n\"d;e;f\",2\n", "0 1 / 1 2", "column 1 (name): a;b;c is 0, d;e;f 1", 0},
    {"city\nNew York\nLos Angeles\nNew York\n", "0 / 1 / 0",
     "the first line is taken as the header; header=no after the file's name makes it a row; "
     "column 1 (city): New York is 0, Los Angeles 1",
     0},
    // Decimal commas and thousands.
    {"x;y\n1,5;2,25\n-3,0;4e-1\n", "1.5 2.25 / -3 0.4", "", 0},
    {"x\ty\n1,5\t2\n3\t4,75\n", "1.5 2 / 3 4.75", "", 0},
    {"1,5 2,5\n3,5 4,5\n", "1.5 2.5 / 3.5 4.5", "", 0},
    {"a,b\n\"1,5\",\"2,75\"\n\"3\",\"4,5\"\n", "1.5 2.75 / 3 4.5", "", 0},
    {"a;b\n1.234,5;2.000\n17,25;3.000\n", "1234.5 2000 / 17.25 3000", "", 0},
    {"a;b\n1.234;0.5\n5.678;1.5\n", "1.234 0.5 / 5.678 1.5", "", 0},
    {"a;b\n1,200;1\n3,400;2\n", "1.2 1 / 3.4 2", "column 1 (a): 1,200 is read as 1.2", 0},
    {"a,b\n\"1,200\",1\n\"3,400\",2\n", "1200 1 / 3400 2", "column 1 (a): 1,200 is read as 1200",
     0},
    {"a,b\n\"1,200\",1\n\"1,234,567.5\",2\n", "1200 1 / 1.23457e+06 2", "", 0},
    {"a;b\n1 200;1'300\n3 400;4'500\n", "1200 1300 / 3400 4500", "", 0},
    {"a;b\n1\u00A0200,5;1\n3\u202F400,5;2\n", "1200.5 1 / 3400.5 2", "", 0},
    {"x;y\n1,5;2\n2.5;3\n3.5;3\n",
     "t.csv, row 1 (line 2), column 1 (x): '1,5' has a decimal comma, and other cells of the "
     "column "
     "a decimal point",
     NULL, 0},
    {"x;y\n1,2345;2\n12,34,56;3\n",
     "t.csv, row 2 (line 3), column 1 (x): '12,34,56' is not a number", NULL, 0},
    // Currency, percent, signs.
    {"price,rate\n$1200,50%\n$5.50,7 %\n-$3,12.5%\n", "1200 0.5 / 5.5 0.07 / -3 0.125",
     "column 2 (rate): 50% is read as 0.5", 0},
    {"p\n$5\n€ 7\n8 €\n£-9\n−2\n+1\n", "5 / 7 / 8 / -9 / -2 / 1", "", 0},
    {"p\n$$5\n1\n2\n", "t.csv, row 1 (line 2), column 1 (p): '$$5' is not a number", NULL, 0},
    // True and False; missing values in either kind of column.
    {"sex,alive\nm,True\nf,False\nm,TRUE\n", "0 1 / 1 0 / 0 1", "column 1 (sex): m is 0, f 1", 0},
    {"True\nFalse\n", "1 / 0", "", 0},
    {"a,b\n1,NA\nnan,2\n?,3\n,null\n", "1 nan / nan 2 / nan 3 / nan nan",
     "5 of 8 numbers are missing (nan) or infinite, the first in row 1, column 2 (b)", 0},
    {"kind,n\nred,1\nNA,2\n?,3\n,4\nblue,5\n", "0 1 / nan 2 / nan 3 / nan 4 / 1 5",
     "column 1 (kind): red is 0, blue 1; 3 of 10 numbers are missing (nan) or infinite, the first "
     "in row 2, column 1 (kind)",
     0},
    {"?,1\n2,3\n", "nan 1 / 2 3",
     "1 of 4 numbers is missing (nan) or infinite, the first in row 1, column 1", 0},
    // Comments.
    {"# made by hand\n\n# x, y\nx,y\n1,2\n  # aside\n3,4\n", "1 2 / 3 4", "", 0},
    {"x,y\n1,2\n#3,4\n5,6\n", "1 2 / 5 6",
     "1 line with cells like a row begins with # and is skipped, the first is line 3", 0},
    {"#,name,hp\n1,a,45\n2,b,60\n", "1 0 45 / 2 1 60", "column 2 (name): a is 0, b 1", 0},
    {"# only\n# this\n", "t.csv, line 3: there is no row of numbers in this file", NULL, 0},
    // Headers.
    {"x,y\n1,2\n", "1 2", "", 0},
    {"x,y\n", "t.csv, line 1: this is a header, and no row comes after it", NULL, 0},
    {"x,y\n", "0 0", "column 1: x is 0; column 2: y is 0", CSV_HEADER_NO},
    {"1,2\n3,4\n", "3 4", "", CSV_HEADER_YES},
    {"1,2\n", "t.csv, line 1: this is a header, and no row comes after it", NULL, CSV_HEADER_YES},
    {"4o,2\n1,2\n", "1 2",
     "the first line is taken as the header; header=no after the file's name makes it a row", 0},
    {"4o,2\n1,2\n", "t.csv, row 1 (line 1), column 1: '4o' is not a number", NULL, CSV_HEADER_NO},
    {"class,cap\np,x\ne,x\ne,b\n", "0 0 / 1 0 / 1 1",
     "the first line is taken as the header; header=no after the file's name makes it a row; "
     "column 1 (class): p is 0, e 1; column 2 (cap): x is 0, b 1",
     0},
    {"red,round\ngreen,square\nblue,round\n", "0 0 / 1 1 / 2 0",
     "column 1: red is 0, green 1, blue 2; column 2: round is 0, square 1", 0},
    // Mixed columns.
    {"w,t\n1,a\n2,17\n3,b\n4,c\n",
     "t.csv, row 2 (line 3), column 2 (t): '17' is a number, and most of the column is text", NULL,
     0},
    {"w\n1\nlow\n2\n", "t.csv, row 2 (line 3), column 1 (w): 'low' is not a number", NULL, 0},
    // A separator at the end of every row; a column without a name, and one without cells.
    {"a,b,\n1,2,\n3,4,\n", "1 2 / 3 4", "", 0},
    {"a,b\n1,2,\n3,4,\n", "1 2 / 3 4", "", 0},
    {"1;2;\r\n3;4; \r\n", "1 2 / 3 4", "", 0},
    {"\"a\",\"b\",\n\"1\",\"2\",\n", "1 2", "", 0},
    {"a,b,c\n1,2,\n3,4,\n", "1 2 nan / 3 4 nan",
     "2 of 6 numbers are missing (nan) or infinite, the first in row 1, column 3 (c)", 0},
    {"a,,c\n1,,3\n4,,6\n", "1 nan 3 / 4 nan 6",
     "2 of 6 numbers are missing (nan) or infinite, the first in row 1, column 2", 0},
    {"a,b\n1,2,\n3,4\n", "t.csv, line 2: 3 cells, where the first line has 2", NULL, 0},
    // What spreadsheets and old systems leave behind.
    {"a,b\n1,2\n3,4\n\x1A", "1 2 / 3 4", "", 0},
    {"a,b\n'1','2'\n'3','4'\n", "1 2 / 3 4", "", 0},
    {"a;b\n1_000;2\n2_500;3\n", "1000 2 / 2500 3", "", 0},
    {"g\u00f6\u00dfe,\u540d\u524d\n1,2\n", "1 2", "", 0},
    {"a,a\n1,2\n", "1 2", "", 0},
    {"country,2019,2020\nA,1,2\nB,3,4\n", "0 2019 2020 / 1 1 2 / 2 3 4",
     "the first line may be a header of years, and is taken as a row; header=yes after the "
     "file's name makes it the header; column 1: country is 0, A 1, B 2",
     0},
    {"country,2019,2020\nA,1,2\nB,3,4\n", "0 1 2 / 1 3 4", "column 1 (country): A is 0, B 1",
     CSV_HEADER_YES},
    {"2019,2020\n2001,2002\n", "2019 2020 / 2001 2002", "", 0},
    {"2020-01-01,5\n2020-01-02,6\n", "0 5 / 1 6", "column 1: 2020-01-01 is 0, 2020-01-02 1", 0},
};

static void add_notes(struct text *out, const struct csv *c)
{
    struct arena memory;
    struct buf notes;
    arena_init(&memory);
    buf_init(&notes, sizeof(const char *));
    csv_notes(c, "t.csv", &memory, &notes);
    for (size_t i = 0; i < notes.count; i++) {
        const char *note = BUF(const char *, &notes)[i];
        assert_memory_equal(note, "t.csv: ", 7);
        text_addf(out, "%s%s", i == 0 ? "" : "; ", note + 7);
    }
    buf_release(&notes);
    arena_release(&memory);
}

static void files_as_people_have_them(void **state)
{
    (void)state;
    assert_true(COUNT_OF(files) >= 40);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        const struct file_case *f = &files[i];
        struct csv c;
        struct diag d = {0};
        struct text got, notes;
        char number[NUMBER_TEXT];
        text_init(&got);
        text_init(&notes);
        if (csv_read(&c, "t.csv", f->file, strlen(f->file), f->header, NULL, (struct span){0, 0},
                     &d)) {
            for (size_t k = 0; k < c.rows * c.cols; k++) {
                text_addf(&got, "%s%s",
                          k == 0            ? ""
                          : k % c.cols == 0 ? " / "
                                            : " ",
                          number_text(number, BUF(double, &c.numbers)[k], 6));
            }
            add_notes(&notes, &c);
        } else {
            text_add(&got, d.message);
        }
        if (strcmp(text_get(&got), f->expected) != 0 ||
            (f->notes != NULL && strcmp(text_get(&notes), f->notes) != 0) ||
            d.set != (f->notes == NULL)) {
            fail_msg("file %zu:\n%s\ngives %s\nnotes %s", i, f->file, text_get(&got),
                     text_get(&notes));
        }
        text_release(&got);
        text_release(&notes);
        csv_release(&c);
    }
}

static void it_can_be_interrupted(void **state)
{
    (void)state;
    struct text text;
    struct csv c;
    struct diag d = {0};
    struct stop stop = {.asked = 1};
    text_init(&text);
    for (int i = 0; i < 20000; i++) {
        text_add(&text, "1,2\n");
    }
    assert_false(csv_read(&c, "t.csv", text_get(&text), text_length(&text), CSV_HEADER_FIND, &stop,
                          (struct span){0, 0}, &d));
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
        cmocka_unit_test(files_as_people_have_them),
        cmocka_unit_test(it_can_be_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Records as HTML, Markdown and LaTeX: what each form looks like, and that no text of anybody's
// becomes markup in any record of any kind.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/schema.h"
#include "play_seat.h"
#include "session/call.h"
#include "words/html.h"
#include "words/latex.h"
#include "words/markdown.h"
#include "words/rich.h"

typedef void write_form(struct text *out, const struct rec *record, const struct words_form *form);

static int setup(void **state)
{
    static struct seat seat;
    *state = &seat;
    return !seat_begin(&seat);
}

static int teardown(void **state)
{
    seat_end(*state);
    return 0;
}

static const struct words_form form = {.style = WORDS_PROMPT, .digits = 6};

// ---- What is well formed ------------------------------------------------------------------------

// Every tag is one of ours, closed in its turn, and every & begins an entity.
static void assert_html(const char *html)
{
    static const char *const tags[] = {"div", "p",  "h3", "blockquote", "pre",  "table", "thead",
                                       "tr",  "th", "td", "span",       "code", "em"};
    const char *open[32];
    size_t depth = 0;
    for (const char *s = html; *s != '\0'; s++) {
        assert_true((unsigned char)*s >= 0x20 || *s == '\n');
        if (*s == '&') {
            size_t n = strcspn(s, ";");
            assert_true(n >= 2 && n <= 5 &&
                        strspn(s + 1, "abcdefghijklmnopqrstuvwxyz#0123456789") >= n - 1);
        }
        assert_true(*s != '>');
        if (*s != '<') {
            continue;
        }
        bool close = s[1] == '/';
        const char *name = s + 1 + close, *found = NULL;
        size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789");
        for (size_t i = 0; i < COUNT_OF(tags); i++) {
            found = strlen(tags[i]) == n && strncmp(tags[i], name, n) == 0 ? tags[i] : found;
        }
        if (found == NULL) {
            fail_msg("a strange tag: %.20s in %s", s, html);
        }
        if (close) {
            assert_true(depth > 0 && open[depth - 1] == found);
            depth--;
        } else {
            assert_true(depth < COUNT_OF(open));
            open[depth++] = found;
            const char *rest = name + n;  // nothing, or one attribute of ours
            assert_true(*rest == '>' || strncmp(rest, " class=\"", 8) == 0 ||
                        strncmp(rest, " style=\"text-align:", 19) == 0);
        }
        s += strcspn(s, ">");
    }
    if (depth != 0) {
        fail_msg("tags are left open: %s", html);
    }
}

// Outside of code no < can begin a tag, every bar of a table's row is escaped or begins a cell.
static void assert_markdown(const char *markdown)
{
    size_t fence = 0, columns = 0;
    for (const char *line = markdown; *line != '\0';) {
        for (const char *c = line; *c != '\0' && *c != '\n'; c++) {
            assert_true((unsigned char)*c >= 0x20);
        }
        size_t n = strcspn(line, "\n"), ticks = strspn(line, "`"), bars = 0;
        bool opens =
            memchr(line + ticks, '`', n - ticks) == NULL;  // otherwise it is a piece of code
        if (ticks >= 3 && (fence == 0 ? opens : ticks >= fence && ticks == n)) {
            fence = fence == 0 ? ticks : 0;
        } else if (fence == 0) {
            size_t code = 0;
            for (size_t i = 0; i < n; i++) {
                size_t run = strspn(line + i, "`");
                if (run > 0 && (i == 0 || line[i - 1] != '\\' || code > 0)) {
                    code = code == 0 ? run : code == run ? 0 : code;
                    i += run - 1;
                } else if (code == 0) {
                    assert_true(line[i] != '<');
                    bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
                    i += line[i] == '\\' && line[i + 1] == '\\';
                }
            }
            if (*line == '|') {
                assert_true(columns == 0 || columns == bars);
                columns = bars;
            } else {
                columns = 0;
            }
        }
        line += n + (line[n] == '\n');
    }
    if (fence != 0) {
        fail_msg("a block is left open: %s", markdown);
    }
}

// Braces and environments match, and every command is one that these writers use.
static void assert_latex(const char *latex)
{
    static const char words[] =
        "begin end text frac cdot left right mathit backslash lt gt wedge sim times infty tanh log "
        "sin cos tan sinh cosh max min operatorname sqrt mathbf ne le ge sigma pi arcsin arccos "
        "arctan "
        "alpha beta eta theta lambda mu";
    int braces = 0, environments = 0;
    for (const char *s = latex; *s != '\0'; s++) {
        if (*s == '\\') {
            size_t n = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz");
            if (n == 0) {
                assert_true(s[1] != '\0' && strchr("\\{}$&#_% ", s[1]) != NULL);
                s++;
                continue;
            }
            if (!text_among(words, s + 1, n)) {
                fail_msg("a strange command: %.30s in %s", s, latex);
            }
            environments += strncmp(s + 1, "begin{", 6) == 0;
            environments -= strncmp(s + 1, "end{", 4) == 0;
            s += n;
            continue;
        }
        assert_true(strchr("$#%~", *s) == NULL);
        braces += (*s == '{') - (*s == '}');
        assert_true(braces >= 0);
    }
    assert_int_equal(braces, 0);
    assert_int_equal(environments, 0);
}

static void assert_forms(const struct rec *record)
{
    static const struct {
        write_form *add;
        void (*assert)(const char *s);
    } forms[] = {
        {html_add, assert_html}, {markdown_add, assert_markdown}, {latex_add, assert_latex}};
    bool any[3];
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct text out;
        text_init(&out);
        forms[i].add(&out, record, &form);
        any[i] = text_length(&out) > 0;
        forms[i].assert(text_get(&out));
        text_release(&out);
    }
    assert_true(any[0] == any[1] && any[1] == any[2]);
    // What a terminal shows, the others show as well.
    struct text words;
    text_init(&words);
    words_add(&words, record, &form);
    bool ended = !rec_is(record, KIND_export);  // words are lines, and a program ends its last one
    if (ended && any[0] != (strspn(text_get(&words), " \n") < text_length(&words))) {
        fail_msg("%s: shown in one, not in the other: '%s'", rec_kind_name(rec_kind(record)),
                 text_get(&words));
    }
    text_release(&words);
}

// ---- Every kind, with hostile texts -------------------------------------------------------------

static const char *const hostile[] = {
    "<script>alert('1')</script> & \"x\"",
    "a_b *c* **d** `e|f` [g](http://h) | i\n# j\n- k",
    "$x<y$ \\frac{a} {b} \\input{x} % # ~ ^ } {",
    "``` </pre> ~~~ \x1b[31m \xff\xfe && <!-- --> ]]>",
    "1. |-|-|\n\n> q\n\n    code",
};

struct maker {
    struct records r;
    bool maybe;
    const char *text, *block;
};

static void make_fields(struct maker *m, struct rec *map, const struct schema_row *f, int depth);

static const struct schema_row *row_of(enum schema_row_type type, int is)
{
    const struct schema_row *row = schema_rows;
    while (row->row != type || row->is != is) {
        assert_true(row->row != SCHEMA_END);
        row++;
    }
    return row + 1;
}

static void make_inner(struct maker *m, struct rec *to, enum rec_key key,
                       const struct schema_row *f, int depth)
{
    bool record = f->type == SCHEMA_RECORD || f->type == SCHEMA_RECORDS;
    int of = record && f->of == KIND_NONE ? KIND_notice : f->of;  // of any kind: of one
    make_fields(m, record ? rec_record(&m->r, to, key, (enum rec_kind)of) : rec_map(&m->r, to, key),
                row_of(record ? SCHEMA_KIND_ROW : SCHEMA_PART_ROW, of), depth + 1);
}

static void make_field(struct maker *m, struct rec *map, const struct schema_row *f, int depth)
{
    enum rec_key key = (enum rec_key)f->is;
    struct rec *list;
    switch (f->type) {
    case SCHEMA_FLAG:
        rec_flag(&m->r, map, key, m->maybe && key != KEY_ascii);
        break;
    case SCHEMA_WHOLE:
        rec_whole(&m->r, map, key, key == KEY_columns ? 80 : 2);
        break;
    case SCHEMA_NUMBER:
    case SCHEMA_VALUE:
        rec_number(&m->r, map, key, -1.5e-7);
        break;
    case SCHEMA_TEXT:
        rec_text(&m->r, map, key, key == KEY_block ? m->block : m->text);
        break;
    case SCHEMA_WHOLES:
    case SCHEMA_NUMBERS:
    case SCHEMA_TEXTS:
        list = rec_list(&m->r, map, key);
        for (int i = 0; i < 2; i++) {
            if (f->type == SCHEMA_WHOLES) {
                rec_whole(&m->r, list, KEY_NONE, i);
            } else if (f->type == SCHEMA_NUMBERS) {
                rec_number(&m->r, list, KEY_NONE, i);
            } else if (key == KEY_rows) {  // of a table in prose: lists of texts
                rec_text(&m->r, rec_list(&m->r, list, KEY_NONE), KEY_NONE, m->text);
            } else {
                rec_text(&m->r, list, KEY_NONE, m->text);
            }
        }
        break;
    case SCHEMA_MAP:
    case SCHEMA_RECORD:
        make_inner(m, map, key, f, depth);
        break;
    case SCHEMA_MAPS:
    case SCHEMA_RECORDS:
        list = rec_list(&m->r, map, key);
        make_inner(m, list, KEY_NONE, f, depth);
        make_inner(m, list, KEY_NONE, f, depth);
    }
}

static void make_fields(struct maker *m, struct rec *map, const struct schema_row *f, int depth)
{
    for (; f->row == SCHEMA_FIELD_ROW; f++) {
        // Only what is drawn in characters has a width, and a drawing has to be one.
        if ((m->maybe || !f->maybe) && f->is != KEY_width) {
            make_field(m, map, f, depth);
        }
    }
}

static void every_kind_is_escaped(void **state)
{
    static const char *const blocks[] = {"paragraph", "heading", "bullet",
                                         "quote",     "table",   "code"};
    (void)state;
    for (enum rec_kind kind = KIND_NONE + 1; kind < KIND_COUNT; kind++) {
        for (size_t i = 0; i < 2 * COUNT_OF(hostile); i++) {
            for (size_t b = 0; b < (kind == KIND_prose ? COUNT_OF(blocks) : 1); b++) {
                struct maker m = {.maybe = i % 2 == 0, .text = hostile[i / 2], .block = blocks[b]};
                if (!m.maybe && strcmp(m.block, "table") == 0) {
                    continue;  // which has rows
                }
                records_init(&m.r);
                struct rec *record = records_add(&m.r, kind);
                make_fields(&m, record, row_of(SCHEMA_KIND_ROW, (int)kind), 0);
                assert_forms(record);
                records_release(&m.r);
            }
        }
    }
}

static void every_command_has_every_form(void **state)
{
    struct seat *seat = *state;
    const struct command_table *table = tutor_session(seat->tutor)->world.commands;
    const struct command *c;
    for (size_t i = 0; (c = command_at(table, i)) != NULL; i++) {
        struct seat own;
        assert_true(seat_begin(&own));
        eval(&own, c->example, SESSION_PROMPT);
        for (const struct rec *r = own.records.list.in.first; r != NULL; r = r->next) {
            assert_forms(r);
        }
        seat_end(&own);
    }
}

// ---- What they look like ------------------------------------------------------------------------

static const char *said(struct seat *seat, const char *statement, write_form *add)
{
    static char shown[4000];
    struct text out;
    eval(seat, statement, SESSION_PROMPT);
    text_init(&out);
    add(&out, seat->records.list.in.last, &form);
    snprintf(shown, sizeof shown, "%s", text_get(&out));
    text_release(&out);
    return shown;
}

static void tables_stay_tables(void **state)
{
    struct seat *seat = *state;
    eval(seat, "w_1 = 2; x = 3; d = w_1*x; backward d", SESSION_PROMPT);
    assert_string_equal(
        said(seat, "vars", markdown_add),
        "\n| name | value | grad |  |  |\n|---|---:|---:|---|---|\n| w\\_1 | 2 | 3 | leaf |  |\n"
        "| x | 3 | 2 | leaf |  |\n| d | 6 | 1 | w\\_1\\*x |  |\n");
    const char *html = said(seat, "vars", html_add);
    assert_non_null(strstr(html, "<table>\n<thead><tr><th style=\"text-align:left\">"));
    assert_non_null(
        strstr(html, "<td style=\"text-align:right\"><span class=\"bs-grad\">3</span>"));
    assert_non_null(
        strstr(said(seat, "vars", latex_add), "\\begin{array}{lrrll}\n\\text{name} & "));
    // Without titles.
    assert_string_equal(
        said(seat, "grads", markdown_add),
        "\n| | | |\n|---|---:|---|\n| w\\_1 | 3 |  |\n| x | 2 |  |\n| d | 1 |  |\n");
}

static void formulas_become_mathematics(void **state)
{
    struct seat *seat = *state;
    eval(seat, "η = 0.1; x = 2; y = (x + η)**3", SESSION_PROMPT);
    assert_string_equal(
        said(seat, "local y", latex_add),
        "\\begin{align*}\ny &= {\\left(x + \\eta\\right)}^{3} = 9.261 \\\\\n"
        "\\frac{d y}{d \\left(x + \\eta\\right)} &= 3 \\cdot {\\left(x + \\eta\\right)}^{2} = "
        "13.23\n\\end{align*}\n");
    assert_string_equal(said(seat, "x*η", latex_add),
                        "\\begin{equation*}\nx \\cdot \\eta = 0.2\n\\end{equation*}\n");
    assert_string_equal(
        said(seat, "[[1, 2], [3, 4]]", latex_add),
        "\\begin{equation*}\n\\text{[[1, 2], [3, 4]]} = \\begin{bmatrix} 1 & 2 \\\\ "
        "3 & 4 \\end{bmatrix}\n\\end{equation*}\n");
    assert_string_equal(
        said(seat, "derive x**2 x", markdown_add),
        "\n$$\n\\begin{aligned}\n\\frac{d}{d x}\\left({x}^{2}\\right) &= 2 \\cdot x && "
        "\\text{power rule} \\\\\n\\frac{d}{d x}\\left({x}^{2}\\right) &= 2 \\cdot x\n"
        "\\end{aligned}\n$$\n");
}

static void prose_becomes_markdown(void **state)
{
    (void)state;
    static const struct {
        write_form *add;
        const char *expected;
    } forms[] = {
        {markdown_add, "\nThe slope of $\\frac{1}{x}$ at `a*b` is *steep*: a\\_1 &lt; 2.\n"},
        {html_add, "<div class=\"backstep bs-prose\">\n<p>The slope of <span class=\"bs-maths\">1/x"
                   "</span> at <code>a*b</code> is <em>steep</em>: a_1 &lt; 2.</p>\n</div>\n"},
    };
    struct maker m = {.text = "The slope of $\\frac{1}{x}$ at `a*b` is *steep*: a_1 < 2.",
                      .block = "paragraph"};
    records_init(&m.r);
    struct rec *record = records_add(&m.r, KIND_prose);
    make_fields(&m, record, row_of(SCHEMA_KIND_ROW, KIND_prose), 0);
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct text out;
        text_init(&out);
        forms[i].add(&out, record, &form);
        assert_string_equal(text_get(&out), forms[i].expected);
        text_release(&out);
    }
    records_release(&m.r);
}

static void the_best_form(void **state)
{
    struct seat *seat = *state;
    static const struct {
        const char *statement;
        enum rich_form best;
    } cases[] = {{"vars", RICH_HTML},
                 {"derive x**2 x", RICH_LATEX},
                 {"graph L", RICH_PICTURE},
                 {"plot x**2", RICH_PICTURE},
                 {"help gradient", RICH_MARKDOWN}};
    eval(seat, "a = 2; L = a*a", SESSION_PROMPT);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        eval(seat, cases[i].statement, SESSION_PROMPT);
        if (rec_is(seat->records.list.in.last, KIND_need)) {
            session_refuse(tutor_session(seat->tutor), &(struct diag){.message = "no"});
            continue;
        }
        assert_int_equal(rich_best(seat->records.list.in.last), cases[i].best);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_escaped),
        cmocka_unit_test_setup_teardown(every_command_has_every_form, setup, teardown),
        cmocka_unit_test_setup_teardown(tables_stay_tables, setup, teardown),
        cmocka_unit_test_setup_teardown(formulas_become_mathematics, setup, teardown),
        cmocka_unit_test(prose_becomes_markdown),
        cmocka_unit_test_setup_teardown(the_best_form, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

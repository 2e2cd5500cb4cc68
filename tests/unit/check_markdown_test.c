// The fenced blocks of Markdown files, and the alignment of expected lines with those that came.
#include "store/markdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "check/align.h"

// ---- Blocks -------------------------------------------------------------------------------------

// "INFO@LINE: line|line|" for each block; a block whose lines cannot be placed has "?".
static void blocks(struct text *out, const char *s)
{
    struct markdown m;
    struct diag d = {0};
    assert_true(markdown_read(&m, s, strlen(s), &d));
    for (size_t i = 0; i < m.blocks.count; i++) {
        const struct markdown_block *b = &BUF(struct markdown_block, &m.blocks)[i];
        const struct fence *f = &b->fence;
        if (b->kind != MARKDOWN_FENCE) {
            continue;
        }
        text_addf(out, "%s@%zu: %s", f->info, f->line, f->placed ? "" : "?");
        for (size_t k = 0; k < f->count; k++) {
            text_add_bytes(out, s + f->lines[k].start, f->lines[k].end - f->lines[k].start);
            text_add_char(out, '|');
        }
        text_add_char(out, '\n');
    }
    markdown_release(&m);
}

static void assert_blocks(const char *s, const char *expected)
{
    struct text out;
    text_init(&out);
    blocks(&out, s);
    assert_string_equal(text_get(&out), expected);
    text_release(&out);
}

static void blocks_are_found(void **state)
{
    (void)state;
    assert_blocks("", "");
    assert_blocks("no block\n\n    indented\n", "");
    assert_blocks("```\n```\n", "@1: \n");
    assert_blocks("a\n```  backstep new \nx\n\n y\n```\nb\n~~~~ py\n```\n~~~~\n",
                  "backstep new@2: x|| y|\npy@8: ```|\n");
    assert_blocks("```\nnot closed", "@1: not closed|\n");
}

static void nested_blocks_are_placed(void **state)
{
    (void)state;
    assert_blocks("- a\n\n  ```x\n  b\n\n    c\n  ```\n", "x@3: b||  c|\n");
    assert_blocks("> ```x\n> b\n>\n> c\n> ```\n", "x@1: b||c|\n");
    assert_blocks("1. > - ~~~ x\n   >   b\n   >   ~~~\n", "x@1: b|\n");
    assert_blocks("   ```\n   x\n  y\n   ```\n", "@1: x|y|\n");
    // Two columns of the tab are the list's, two are content.
    assert_blocks("- ```\n\tx\n  ```\n", "@1: ?\n");
}

static void line_ends_are_cut_off(void **state)
{
    (void)state;
    assert_blocks("```\r\na\r\n\r\n```\r\nb\r\n```\nc\r```\n", "@1: a||\n@6: c|\n");
    assert_blocks("\xEF\xBB\xBF```x\na\n```\n", "x@1: a|\n");
}

// Quadratic time, in s.
static void write_hostile(struct text *s)
{
    text_init(s);
    for (int i = 0; i < 40000; i++) {
        text_add(s, "1. ");
    }
    text_fill(s, '\n', 100000);
}

static void read_ahead(struct markdown_text *texts, const char *const *s, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        texts[i] = (struct markdown_text){.s = s[i], .n = strlen(s[i])};
        buf_init(&texts[i].told, 1);
    }
    markdown_read_ahead(texts, count);
}

// Is it read as it is by itself?
static void assert_read(struct markdown_text *text, const char *first)
{
    struct markdown m, alone;
    struct diag d = {0};
    assert_true(markdown_read_text(&m, text, &d));
    assert_true(markdown_read(&alone, text->s, text->n, &d));
    assert_int_equal(m.blocks.count, alone.blocks.count);
    assert_int_equal(m.has_front, alone.has_front);
    for (size_t i = 0; i < m.blocks.count; i++) {
        const struct markdown_block *a = &BUF(struct markdown_block, &m.blocks)[i];
        const struct markdown_block *b = &BUF(struct markdown_block, &alone.blocks)[i];
        assert_int_equal(a->kind, b->kind);
        assert_int_equal(a->line, b->line);
        assert_string_equal(a->text, b->text);
    }
    if (first != NULL) {
        assert_string_equal(BUF(struct markdown_block, &m.blocks)->text, first);
    }
    markdown_release(&m);
    markdown_release(&alone);
    buf_release(&text->told);
}

static void many_files_are_read_in_one_child(void **state)
{
    (void)state;
    struct markdown_text texts[4];
    static const char *const good[] = {"one\n\n```x\na\n```\n", "", "---\nid: x\n---\n\n{=a*b*c}\n",
                                       "# four\n"};
    read_ahead(texts, good, 4);
    for (size_t i = 0; i < 4; i++) {
        static const char *const first[] = {"one", NULL, "{=a*b*c}", "four"};
        assert_true(texts[i].known);
        assert_read(&texts[i], first[i]);
    }
    // What comes before a hostile one is known, and the rest is read by itself.
    struct text s;
    struct markdown m;
    struct diag d = {0};
    write_hostile(&s);
    read_ahead(texts, (const char *const[]){"one\n", text_get(&s), "three\n"}, 3);
    assert_true(texts[0].known && !texts[1].known && !texts[2].known);
    assert_read(&texts[0], "one");
    assert_read(&texts[2], "three");
    assert_false(markdown_read_text(&m, &texts[1], &d));
    assert_string_equal(d.message, "this file cannot be read as Markdown in 2 seconds");
    markdown_release(&m);
    text_release(&s);
}

static void hostile_files_are_refused(void **state)
{
    (void)state;
    struct markdown m;
    struct diag d = {0};
    struct text s;
    write_hostile(&s);
    assert_false(markdown_read(&m, text_get(&s), text_length(&s), &d));
    assert_string_equal(d.message, "this file cannot be read as Markdown in 2 seconds");
    markdown_release(&m);
    text_fill(&s, 'x', MARKDOWN_MOST);
    d = (struct diag){0};
    assert_false(markdown_read(&m, text_get(&s), text_length(&s), &d));
    assert_string_equal(d.message, "this file is larger than 1024 KiB");
    markdown_release(&m);
    text_release(&s);
}

// ---- Prose --------------------------------------------------------------------------------------

// "KIND LEVEL MARK TEXT@LINE" for each block that is not a fence; a table's cells with | and ;.
static void prose(struct text *out, const char *s)
{
    static const char kinds[] = "hp*>tfih";
    struct markdown m;
    struct diag d = {0};
    assert_true(markdown_read(&m, s, strlen(s), &d));
    for (size_t i = 0; i < m.blocks.count; i++) {
        const struct markdown_block *b = &BUF(struct markdown_block, &m.blocks)[i];
        text_addf(out, "%c%d%s[%s", kinds[b->kind], b->level, b->mark, b->text);
        for (size_t k = 0; k < b->rows * b->columns; k++) {
            text_addf(out, "%s%s", b->cells[k], (k + 1) % b->columns == 0 ? ";" : "|");
        }
        text_addf(out, "]@%zu\n", b->line);
    }
    markdown_release(&m);
}

static void assert_prose(const char *s, const char *expected)
{
    struct text out;
    text_init(&out);
    prose(&out, s);
    assert_string_equal(text_get(&out), expected);
    text_release(&out);
}

static void prose_is_told_as_blocks(void **state)
{
    (void)state;
    assert_prose("# A\n\nb *c*\n**d** `e*` \\*\n\n> q\n", "h1[A]@1\np0[b *c* **d** `e*` \\*]@3\n"
                                                          ">0[q]@6\n");
    assert_prose("- a\n- b\n\n  c\n  1. d\n  2. e\n",
                 "*1•[a]@1\n*1•[b]@2\n*1[c]@4\n*21.[d]@5\n*22.[e]@6\n");
    assert_prose("| a | b*c* |\n|---|---|\n| 1 |\n| 2 | 3 | 4 |\n", "t0[a|b*c*;1|;2|3;]@1\n");
    assert_prose("[a](http://b) <http://c>", "p0[a (http://b) http://c]@1\n");
    assert_prose("<!-- note -->\n\na <!-- b -->c\n\n    code\n", "p0[a c]@3\ni0[code\n]@5\n");
    assert_prose("`a\\b` x_1 y_2 $5", "p0[`a\\\\b` x_1 y_2 \\$5]@1\n");
}

static void a_lesson_keeps_its_mathematics(void **state)
{
    (void)state;
    assert_prose("---\nid: a\n---\nA {= a*b*c} and $x_1 * y_2 \\cdot \\{z\\}$ *e*\n",
                 "p0[A {= a*b*c} and $x_1 * y_2 \\cdot \\{z\\}$ *e*]@4\n");
    assert_prose("---\nid: a\n---\n`{= [1][0]}` \\{= b}, $ 5 and $6\n",
                 "p0[`{= [1][0]}` {= b}, \\$ 5 and \\$6]@4\n");
    // Not closed: no front matter.
    assert_prose("---\nid: a\n", "p0[id: a]@2\n");
}

// ---- Alignment ----------------------------------------------------------------------------------

static size_t cut(const char *s, struct line lines[16])
{
    size_t n = 0;
    for (const char *end; (end = strchr(s, '|')) != NULL; s = end + 1) {
        lines[n++] = (struct line){s, (size_t)(end - s)};
    }
    return n;
}

// A letter for each step: = same, * any, . end of any, ~ changed, - missing, + extra.
static void assert_aligned(const char *expected, const char *came, const char *steps)
{
    struct line e[16], c[16];
    size_t n = cut(expected, e), m = cut(came, c);
    struct buf found;
    char letters[33] = "";
    buf_init(&found, sizeof(enum align_step));
    assert_true(align_lines(e, n, c, m, &found));
    for (size_t i = 0; i < found.count; i++) {
        letters[i] = "=*.~-+"[BUF(enum align_step, &found)[i]];
    }
    assert_string_equal(letters, steps);
    assert_int_equal(align_holds(&found), strpbrk(steps, "~-+") == NULL);
    buf_release(&found);
}

static void lines_are_aligned(void **state)
{
    (void)state;
    assert_aligned("", "", "");
    assert_aligned("a|b|", "a|b|", "==");
    assert_aligned("a|b|c|", "a|c|", "=-=");
    assert_aligned("a|c|", "a|b|c|", "=+=");
    assert_aligned("a|b|c|", "a|x|c|", "=~=");
    assert_aligned("a|", "", "-");
    assert_aligned("", "a|", "+");
}

static void dots_stand_for_lines(void **state)
{
    (void)state;
    assert_aligned("...|", "", ".");
    assert_aligned("  ...|", "a|b|", "**.");
    assert_aligned("a|...|d|", "a|b|c|d|", "=**.=");
    assert_aligned("a|...|d|", "a|d|", "=.=");
    // What follows a "..." and differs is a change, not swallowed.
    assert_aligned("a|...|d|", "a|b|c|e|", "=**.~");
}

static void dots_stand_for_text(void **state)
{
    (void)state;
    assert_aligned("a ... c|", "a b c|", "=");
    assert_aligned("a...|", "a|", "=");
    assert_aligned("...b...d|", "abcbcd|", "=");
    assert_aligned("a...b|", "ab c|", "~");
    assert_aligned("x...y...z|", "xyyz|", "=");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_found),
        cmocka_unit_test(nested_blocks_are_placed),
        cmocka_unit_test(line_ends_are_cut_off),
        cmocka_unit_test(many_files_are_read_in_one_child),
        cmocka_unit_test(hostile_files_are_refused),
        cmocka_unit_test(lines_are_aligned),
        cmocka_unit_test(dots_stand_for_lines),
        cmocka_unit_test(dots_stand_for_text),
        cmocka_unit_test(prose_is_told_as_blocks),
        cmocka_unit_test(a_lesson_keeps_its_mathematics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

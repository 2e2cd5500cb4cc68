#include "scene/title.h"
#include "base/format.h"

#include <string.h>

// Bytes of a formula that are looked at; every letter takes 4 at most.
enum { BYTES_MOST = 4 * FORMULA_MOST };

// ---- As pictures write it -----------------------------------------------------------------------

void title_cut(struct text *out, const char *s, size_t n, size_t most)
{
    size_t letters = 0, i = 0;
    while (i < n && letters < most) {
        uint32_t c;
        size_t bytes = utf8_read(s + i, n - i, &c);
        bool blank = bytes == 1 && (c == ' ' || c == '\n' || c == '\t' || c == '\r');
        bool more = i > 0 && text_get(out)[text_length(out) - 1] == ' ';
        if (!blank || !more) {
            text_add_bytes(out, blank ? " " : s + i, bytes == 0 ? 1 : bytes);
            letters++;
        }
        i += bytes == 0 ? 1 : bytes;
    }
    text_add(out, i < n ? "…" : "");
}

// Appends a formula of the language with the signs of pictures.
static void typeset(struct text *out, const char *s)
{
    for (; *s != '\0'; s++) {
        if (s[0] == '*' && s[1] == '*') {
            text_add_char(out, '^');
            s++;
        } else if (*s == '*') {
            text_add(out, "·");
        } else if (*s == '-') {
            text_add(out, "−");
        } else {
            text_add_char(out, *s);
        }
    }
}

// Appends a formula of the pool, cut to so many letters. False if it was cut.
static bool print(struct titles *t, uint32_t formula, struct text *out, size_t most)
{
    struct text plain, signs;
    text_init(&plain);
    text_init(&signs);
    bool whole = expr_print(&plain, &t->pool, formula, BYTES_MOST);
    typeset(&signs, text_get(&plain));
    size_t n = text_length(&signs);
    whole = whole && utf8_length(text_get(&signs), n) <= most;
    title_cut(out, text_get(&signs), n, most);
    out->bytes.failed |= plain.bytes.failed || signs.bytes.failed;
    text_release(&plain);
    text_release(&signs);
    return whole;
}

// ---- All of a part ------------------------------------------------------------------------------

static uint32_t id_at(const struct titles *t, size_t i)
{
    return BUF(uint32_t, &t->part->ids)[i];
}

static bool is_whole(const struct titles *t, size_t i)
{
    return BUF(uint8_t, &t->part->whole)[i] && tape_arity(t->tape, id_at(t, i)) > 0;
}

// Is the value inside a box that another value stands for?
static bool is_inside(const struct folds *folds, size_t i)
{
    uint32_t home = folds == NULL ? FOLD_NONE : BUF(uint32_t, &folds->home)[i];
    return home != FOLD_NONE && BUF(struct fold, &folds->list)[home].box != i;
}

// The box of a turn of a loop that the value stands for; NULL: it stands for none.
static const struct fold *turn_at(const struct folds *folds, size_t i)
{
    uint32_t home = folds == NULL ? FOLD_NONE : BUF(uint32_t, &folds->home)[i];
    const struct fold *fold = home == FOLD_NONE ? NULL : &BUF(struct fold, &folds->list)[home];
    bool turn = fold != NULL && fold->kind == FOLD_CALL && fold->box == i &&
                group_at(folds->groups, fold->group)->turn != 0;
    return turn ? fold : NULL;
}

// The turn that it is what comes of, its own formula where that is short, else a letter and a number.
static uint32_t call(struct titles *t, const struct folds *folds, size_t i, unsigned *number)
{
    uint32_t formula = BUF(uint32_t, &t->made)[i];
    const struct fold *turn = turn_at(folds, i);
    char name[24];
    if (turn != NULL) {
        int length = format_write(name, sizeof name, "turn %u", (unsigned)turn->number);
        return expr_name(&t->pool, name, (size_t)length);
    }
    struct text text;
    text_init(&text);
    bool fits = is_whole(t, i) && print(t, formula, &text, TITLE_MOST);
    bool failed = text.bytes.failed;
    text_release(&text);
    if (failed || fits) {
        return failed ? EXPR_NONE : formula;
    }
    int n = format_write(name, sizeof name, "t%u", ++*number);
    return expr_name(&t->pool, name, (size_t)n);
}

static uint32_t make(struct titles *t, size_t i)
{
    uint32_t operand[2] = {EXPR_NONE, EXPR_NONE}, id = id_at(t, i);
    for (int slot = 0; slot < tape_arity(t->tape, id); slot++) {
        operand[slot] =
            BUF(uint32_t, &t->called)[part_place(t->part, tape_operand(t->tape, id, slot))];
    }
    return expr_apply(&t->pool, tape_op(t->tape, id), operand[0], operand[1]);
}

bool titles_find(struct titles *t, const struct tape *tape, struct names *names,
                 const struct part *part, const struct folds *folds)
{
    *t = (struct titles){.names = names, .tape = tape, .part = part};
    unsigned number = 0;
    exprs_init(&t->pool);
    buf_init(&t->called, sizeof(uint32_t));
    buf_init(&t->made, sizeof(uint32_t));
    bool ok = buf_resize(&t->called, part->ids.count) && buf_resize(&t->made, part->ids.count);
    for (size_t i = 0; ok && i < part->ids.count; i++) {
        uint32_t *called = &BUF(uint32_t, &t->called)[i], *made = &BUF(uint32_t, &t->made)[i];
        char label[LABEL_TEXT];
        names_label(names, label, id_at(t, i));
        *made = is_whole(t, i) ? make(t, i) : EXPR_NONE;
        if (is_whole(t, i) && *made == EXPR_NONE) {
            return false;
        }
        *called = tape_marked(tape, id_at(t, i), MARK_CONST)
                      ? expr_number(&t->pool, tape_value(tape, id_at(t, i)))
                  : label[0] != '%' ? expr_name(&t->pool, label, strlen(label))
                  : is_inside(folds, i) && is_whole(t, i) ? *made
                                                          : call(t, folds, i, &number);
        ok = *called != EXPR_NONE;
    }
    return ok;
}

void titles_release(struct titles *t)
{
    exprs_release(&t->pool);
    buf_release(&t->called);
    buf_release(&t->made);
}

const char *title_of(struct titles *t, size_t i, char out[LABEL_TEXT])
{
    struct text text;
    text_init(&text);
    print(t, BUF(uint32_t, &t->called)[i], &text, 3 * TITLE_MOST / 2);
    format_write(out, LABEL_TEXT, "%s", text_get(&text));
    text_release(&text);
    return out;
}

void title_formula(struct titles *t, size_t i, struct text *out)
{
    if (BUF(uint32_t, &t->made)[i] != EXPR_NONE) {
        print(t, BUF(uint32_t, &t->made)[i], out, FORMULA_MOST);
    }
}

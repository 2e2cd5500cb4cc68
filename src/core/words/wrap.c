#include "words/wrap.h"

#include <string.h>

#include "words/ink.h"

struct wrapped {
    struct text *out;
    size_t indent, hang, columns;
    size_t used;
    bool begun;  // this line has a word
    char ink;    // what is open
};

static void add_bytes(struct wrapped *w, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        w->ink = ink_is_mark(s[i]) ? s[i] : w->ink;
    }
    text_add_bytes(w->out, s, n);
}

static void break_line(struct wrapped *w)
{
    if (w->ink != INK_END) {
        text_add_char(w->out, INK_END);
    }
    text_add_char(w->out, '\n');
    text_fill(w->out, ' ', w->indent + w->hang);
    if (w->ink != INK_END) {
        text_add_char(w->out, w->ink);
    }
    w->used = w->indent + w->hang;
    w->begun = false;
}

// The blanks from s on, marks between them counted in.
static size_t gap(const char *s, size_t n)
{
    size_t i = 0, end = 0;
    for (; i < n && (s[i] == ' ' || ink_is_mark(s[i])); i++) {
        end = s[i] == ' ' ? i + 1 : end;
    }
    return end;
}

static void add_marks(struct wrapped *w, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (ink_is_mark(s[i])) {
            add_bytes(w, s + i, 1);
        }
    }
}

static void add_words(struct wrapped *w, const char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t blanks = gap(s + i, n - i), word = blanks;
        while (i + word < n && s[i + word] != ' ') {
            word++;
        }
        size_t wide = ink_columns(s + i, word);
        if (w->begun && w->used + wide > w->columns) {
            add_marks(w, s + i, blanks);
            break_line(w);
            wide = ink_columns(s + i + blanks, word - blanks);
        } else {
            add_bytes(w, s + i, blanks);
        }
        add_bytes(w, s + i + blanks, word - blanks);
        w->used += wide;
        w->begun = w->begun || word > blanks;
        i += word;
    }
}

void wrap_add(struct text *out, const char *s, size_t n, size_t indent, size_t columns, size_t hang)
{
    enum { ROOM_LEAST = 12 };
    bool fixed = n > 0 && *s == WRAP_FIXED;
    if (n > 0 && !fixed) {
        text_fill(out, ' ', indent);
    }
    if (fixed || columns == 0 || indent + ink_columns(s, n) <= columns) {
        text_fill(out, ' ', fixed && n > 1 ? indent : 0);
        text_add_bytes(out, s + fixed, n - fixed);
    } else {
        size_t blanks = strspn(s, " ");
        blanks = indent + blanks + hang + ROOM_LEAST > columns ? 0 : blanks;
        struct wrapped w = {.out = out,
                            .indent = indent,
                            .hang = hang + blanks,
                            .columns = columns,
                            .used = indent,
                            .ink = INK_END};
        add_words(&w, s, n);
        if (w.ink != INK_END) {
            text_add_char(out, INK_END);
        }
    }
    text_add_char(out, '\n');
}

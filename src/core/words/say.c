#include "words/say.h"

#include <string.h>

#include "base/format.h"
#include "text/names.h"
#include "words/marks.h"

void say_table(struct words *w, struct table *t)
{
    if (w->rich) {
        marks_put_table(w->out, t);
        table_release(t);
        return;
    }
    t->room = w->columns;
    t->ascii = w->ascii && w->columns > 0;
    table_write(t, w->out);
    table_release(t);
}

void say_number(struct words *w, enum ink ink, double v)
{
    char number[NUMBER_TEXT];
    ink_add(w->out, ink, number_text(number, v, w->digits));
}

// An array on one line; beyond so many elements, cut.
static void say_list(struct words *w, const struct rec *list)
{
    enum { ELEMENTS_MOST = 1000 };
    size_t shown = 0;
    text_add_char(w->out, '[');
    for (const struct rec *v = list->in.first; v != NULL; v = v->next) {
        if (w->style == WORDS_PROMPT && shown++ == ELEMENTS_MOST) {
            text_addf(w->out, "… %zu more", list->in.count - ELEMENTS_MOST);
            break;
        }
        if (v->type == REC_LIST) {
            text_add_char(w->out, '[');
            for (const struct rec *e = v->in.first; e != NULL; e = e->next) {
                say_number(w, INK_VALUE, e->number);
                text_add(w->out, e->next == NULL ? "" : ", ");
            }
            text_add_char(w->out, ']');
        } else {
            say_number(w, INK_VALUE, v->number);
        }
        text_add(w->out, v->next == NULL ? "" : ", ");
    }
    text_add_char(w->out, ']');
}

void say_field(struct words *w, const struct rec *value)
{
    if (value != NULL && value->type == REC_LIST) {
        say_list(w, value);
    } else {
        say_number(w, INK_VALUE, value == NULL ? 0 : value->number);
    }
}

void say_equation(struct words *w, enum rec_key name_key)
{
    ink_add(w->out, INK_NAME, rec_get_text(w->record, name_key));
    text_add(w->out, " = ");
    say_field(w, rec_find(w->record, KEY_value));
}

void say_more(struct words *w)
{
    say_more_in(w, "");
}

void say_more_in(struct words *w, const char *where)
{
    int64_t more = rec_get_whole(w->record, KEY_more);
    if (more == 0) {
        return;
    }
    struct text digits;
    text_init(&digits);
    text_addf(&digits, "%lld", (long long)more);
    text_add(w->out, "… ");
    size_t n = text_length(&digits);
    for (size_t i = 0; i < n; i++) {
        text_add(w->out, i > 0 && (n - i) % 3 == 0 ? "," : "");
        text_add_char(w->out, text_get(&digits)[i]);
    }
    text_addf(w->out, " more%s\n", where);
    text_release(&digits);
}

double say_shown(const struct rec *row, enum rec_key key)
{
    enum rec_key cancels = key == KEY_grad       ? KEY_grad_cancels
                           : key == KEY_upstream ? KEY_upstream_cancels
                                                 : KEY_value_cancels;
    return rec_get_flag(row, cancels) ? 0 : rec_get_number(row, key);
}

void say_grad_cell(struct words *w, struct table *t, const struct rec *row)
{
    if (rec_find(row, KEY_grad) != NULL) {
        table_number(t, INK_GRAD, say_shown(row, KEY_grad), w->digits);
    } else {
        table_ink(t, INK_MUTED, "·");
    }
}

bool say_is_loose(const char *formula)
{
    int open = 0;
    for (const char *s = formula; *s != '\0'; s++) {
        open += (*s == '(') - (*s == ')');
        // The language writes blanks around + and - between terms, and around comparisons.
        if (open == 0 && *s == ' ' && strchr("+-<>=!", s[1]) != NULL) {
            return true;
        }
    }
    return false;
}

const char *say_called(const struct words *w, const struct rec *node)
{
    const char *called = w->called == CALLED_FREELY ? rec_get_text(node, KEY_called) : "";
    return *called != '\0' ? called : rec_get_text(node, KEY_name);
}

// The lines that a text takes on the screen.
static size_t lines_of(const char *s, size_t columns)
{
    size_t lines = 0;
    for (const char *end; (end = strchr(s, '\n')) != NULL; s = end + 1) {
        size_t used = ink_columns(s, (size_t)(end - s));
        lines += used <= columns ? 1 : (used + columns - 1) / columns;
    }
    return lines;
}

void say_shortest(struct words *w, void (*table)(struct words *))
{
    static const size_t bears[] = {
        [CALLED_FREELY] = 12, [CALLED_APART] = 3};  // 1 line more in so many
    struct text way[CALLED_WAYS];
    size_t lines[CALLED_WAYS] = {0}, least = SIZE_MAX;
    for (int i = 0; i < CALLED_WAYS; i++) {
        struct words said = *w;
        text_init(&way[i]);
        said.out = &way[i];
        said.called = (enum say_calls)i;
        if (i == 0 || w->columns > 0) {
            table(&said);
            lines[i] = lines_of(text_get(&way[i]), w->columns > 0 ? w->columns : SIZE_MAX);
            least = lines[i] < least ? lines[i] : least;
        }
    }
    int chosen = 0;
    while (chosen + 1 < CALLED_WAYS && lines[chosen] > least + least / bears[chosen]) {
        chosen++;
    }
    text_add(w->out, text_get(&way[chosen]));
    for (int i = 0; i < CALLED_WAYS; i++) {
        w->out->bytes.failed |= way[i].bytes.failed;
        text_release(&way[i]);
    }
}

void say_numbered(struct text *out, const struct rec *node)
{
    const char *called = rec_get_text(node, KEY_called);
    ink_add(out, INK_NAME, rec_get_text(node, KEY_name));
    text_addf(out, *called != '\0' ? " = %s" : "%s", called);
}

// Is there an operation in it? A blank in brackets, as in W[0, 1], is none.
static bool is_formula(const char *label)
{
    int open = 0;
    for (const char *s = label; *s != '\0'; s++) {
        open += (*s == '[') - (*s == ']');
        if (open == 0 && strchr(" +-*/^<>=(", *s) != NULL) {
            return true;
        }
    }
    return false;
}

struct say_part say_part(const char *label)
{
    struct say_part part = {.text = ""};
    bool apart = names_is_derivative(label) || is_formula(label);
    format_write(part.text, sizeof part.text, apart ? "(%s)" : "%s", label);
    return part;
}

// A line that is wider than there is room for is cut on both sides of the caret.
void say_excerpt(struct words *w)
{
    const char *line = rec_get_text(w->record, KEY_excerpt);
    size_t n = strcspn(line, "\n"), wide = utf8_columns(line, n);
    const char *under = line[n] == '\0' ? "" : line + n + 1;
    size_t caret = strcspn(under, "^"), column = utf8_columns(under, caret);
    if (w->columns == 0 || wide <= w->columns || memchr(line, '\t', n) != NULL) {
        for (const char *s = line; *s != '\0'; s += n + (s[n] == '\n')) {
            n = strcspn(s, "\n");
            text_addf(w->out, "%c%.*s\n", WRAP_FIXED, (int)n, s);
        }
        return;
    }
    size_t indent = strspn(line, " "), room = w->columns - indent - 2;
    size_t skip = column > indent + room / 2 ? column - indent - room / 2 : 0;
    size_t from = indent + utf8_cut(line + indent, n - indent, skip);
    size_t cut = utf8_cut(line + from, n - from, room);
    size_t shown = utf8_columns(line, from);  // columns that are left out, and the indent
    text_add_char(w->out, WRAP_FIXED);
    text_fill(w->out, ' ', indent);
    text_addf(w->out, "%s%.*s%s\n", skip > 0 ? "…" : "", (int)cut, line + from,
              from + cut < n ? "…" : "");
    text_add_char(w->out, WRAP_FIXED);
    text_fill(w->out, ' ', indent + column - shown + (skip == 0 ? 0 : w->ascii ? 3 : 1));
    text_add(w->out, "^\n");
}

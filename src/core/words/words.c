#include "words/words.h"

#include <string.h>

#include "words/ascii.h"
#include "words/rich.h"
#include "words/say.h"

const struct rec *say_first(const struct rec *map, enum rec_key key)
{
    const struct rec *list = rec_find(map, key);
    return list == NULL ? NULL : list->in.first;
}

void say_table(struct words *w, struct table *t)
{
    if (w->rich) {
        rich_put_table(w->out, t);
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

void say_grad_cell(struct words *w, struct table *t, const struct rec *row)
{
    if (rec_find(row, KEY_grad) != NULL) {
        table_number(t, INK_GRAD, rec_get_number(row, KEY_grad), w->digits);
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

static void add_place(struct words *w)
{
    // A mistake in a lesson is its author's to mend, who must find it.
    bool placed = w->style == WORDS_SCRIPT || rec_get_flag(w->record, KEY_fault);
    if (placed && rec_find(w->record, KEY_file) != NULL) {
        text_addf(w->out, "%s:%lld:%lld: ", rec_get_text(w->record, KEY_file),
                  (long long)rec_get_whole(w->record, KEY_line),
                  (long long)rec_get_whole(w->record, KEY_column));
    }
}

void say_notice(struct words *w)
{
    add_place(w);
    ink_add(w->out, INK_MUTED, "notice:");
    text_addf(w->out, " %s\n", rec_get_text(w->record, KEY_text));
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

// The first statement of a newcomer, typed before its names have values: what makes it work.
static void say_lacking(struct words *w)
{
    static const char *const values[] = {"2", "-3", "4", "1", "0.5", "-2", "3", "10"};
    const struct rec *name = say_first(w->record, KEY_names), *second = name->next;
    size_t i = 0;
    for (const struct rec *n = name; n != NULL; n = n->next) {
        text_addf(w->out, n == name ? " %s" : n->next == NULL ? " and %s" : ", %s", n->text);
    }
    text_add(w->out, second == NULL ? " has no value yet; to make this work, type\n"
                                    : " have no values yet; to make this work, type\n");
    text_add_char(w->out, WRAP_FIXED);
    text_add_char(w->out, INK_CODE);
    for (const struct rec *n = name; n != NULL; n = n->next, i++) {
        text_addf(w->out, n == name ? "%s = %s" : "; %s = %s", n->text,
                  values[i % COUNT_OF(values)]);
    }
    text_addf(w->out, "%c\n%c%c%s%c\n", INK_END, WRAP_FIXED, INK_CODE,
              rec_get_text(w->record, KEY_statement), INK_END);
}

void say_error(struct words *w)
{
    const char *message = rec_get_text(w->record, KEY_message);
    const char *hint = rec_get_text(w->record, KEY_hint);
    bool question = *message != '\0' && message[strlen(message) - 1] == '?';
    add_place(w);
    ink_add(w->out, INK_ERROR, "error:");
    if (say_first(w->record, KEY_names) != NULL) {
        say_lacking(w);
        return;
    }
    text_addf(w->out, " %s%s%s\n", message, *hint == '\0' ? "" : question ? " " : "; ", hint);
    say_excerpt(w);
    long long left = (long long)rec_get_whole(w->record, KEY_left);
    if (left > 0) {
        text_addf(w->out, left == 1 ? "the line after it was not run\n"
                                    : "the %lld lines after it were not run\n", left);
    }
}

void say_nothing(struct words *w)
{
    (void)w;
}

// What stands as it is: values, programs, pictures that know how wide they are.
bool words_is_fixed(const struct rec *record)
{
    static const enum rec_kind kinds_fixed[] = {KIND_print, KIND_scene, KIND_plot, KIND_export,
                                                KIND_attempts};
    for (size_t i = 0; i < COUNT_OF(kinds_fixed); i++) {
        if (rec_is(record, kinds_fixed[i])) {
            return true;
        }
    }
    return false;
}

static void say(struct words *w)
{
    static void (*const functions[])(struct words *) = {
        say_nothing,
#define KIND(name, says, meaning) say_##says,
#include "base/records.def"
    };
    functions[rec_kind(w->record)](w);
}

void words_structured(struct text *out, const struct rec *record, const struct words_form *form)
{
    say(&(struct words){
        .out = out, .record = record, .style = form->style, .digits = form->digits, .rich = true});
}

void words_add(struct text *out, const struct rec *record, const struct words_form *form)
{
    enum {
        INDENT = 2,
        HANG = 2,
        EDGE = 1
    };  // a line that fills the last column moves the cursor on
    size_t indent = form->style == WORDS_PROMPT ? INDENT : 0;
    size_t room = form->columns > indent + EDGE ? form->columns - indent - EDGE : 0;
    struct text said, plain;
    text_init(&said);
    text_init(&plain);
    say(&(struct words){.out = &said,
                        .record = record,
                        .style = form->style,
                        .digits = form->digits,
                        .columns = room,
                        .ascii = form->ascii});
    if (form->ascii) {
        ascii_add(&plain, text_get(&said), text_length(&said));
    }
    const char *line = text_get(form->ascii ? &plain : &said);
    bool typed = rec_is(record, KIND_lesson_code);  // stands where a prompt would
    size_t columns = room == 0 || typed || words_is_fixed(record) ? 0 : room + indent;
    for (const char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        wrap_add(out, line, (size_t)(end - line), typed ? 0 : indent, columns, HANG);
    }
    text_release(&said);
    text_release(&plain);
}

bool words_is_trouble(const struct rec *record)
{
    return rec_is(record, KIND_notice) || rec_is(record, KIND_error);
}

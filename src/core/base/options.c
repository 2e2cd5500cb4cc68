#include "base/options.h"

#include <string.h>

#include "base/mem.h"

const struct option_row *option_at(size_t i)
{
    static const struct option_row rows[] = {
#define FORM(word, arguments, help) {OPTION_FORM, word, arguments, help, ""},
#define DETAIL(letter, long, value, help, form) {OPTION_DETAIL, "--" long, value, help, form},
#define OPTION(letter, long, value, help) {OPTION_EVERYWHERE, "--" long, value, help, ""},
#include "base/options.def"
    };
    return i < COUNT_OF(rows) ? &rows[i] : NULL;
}

void option_line(struct text *out, const struct option_row *row)
{
    enum { COLUMN = 31, APART = 3 };
    bool form = row->kind == OPTION_FORM;
    size_t start = text_length(out);
    text_add(out, row->kind == OPTION_DETAIL ? "      " : "  ");
    text_add(out, form ? "backstep" : "");
    const char *value = strchr(row->value, '|') != NULL && !form ? "WHEN" : row->value;
    text_addf(out, !form || *row->word == '\0' ? "%s" : " %s", row->word);
    text_addf(out, *value == '\0' ? "%s" : " %s", value);
    size_t width = utf8_columns(text_get(out) + start, text_length(out) - start);
    text_addf(out, "%*s%s", width + APART <= COLUMN ? (int)(COLUMN - width) : APART, "", row->help);
}

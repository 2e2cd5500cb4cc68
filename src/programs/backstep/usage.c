#include "backstep/usage.h"

#include <string.h>

#include "base/text.h"

enum row { ROW_FORM, ROW_DETAIL, ROW_OPTION };

static const struct {
    enum row row;
    const char *word, *value, *help;
} rows[] = {
#define FORM(word, arguments, help) {ROW_FORM, word, arguments, help},
#define DETAIL(letter, long, value, help, form) {ROW_DETAIL, "--" long, value, help},
#define OPTION(letter, long, value, help) {ROW_OPTION, "--" long, value, help},
#include "backstep/options.def"
};

// "backstep check FILE.md…", "--color WHEN", then what it does, in a column of its own.
static void write_row(FILE *to, size_t i)
{
    enum { COLUMN = 31 };
    struct text line;
    text_init(&line);
    text_add(&line, rows[i].row == ROW_DETAIL ? "      " : "  ");
    text_add(&line, rows[i].row == ROW_FORM ? "backstep" : "");
    const char *parts[] = {
        rows[i].word,
        strchr(rows[i].value, '|') != NULL && rows[i].row != ROW_FORM ? "WHEN" : rows[i].value};
    for (size_t k = 0; k < COUNT_OF(parts); k++) {
        bool first = k == 0 && rows[i].row != ROW_FORM;
        text_addf(&line, *parts[k] == '\0' || first ? "%s" : " %s", parts[k]);
    }
    size_t width = utf8_columns(text_get(&line), text_length(&line));
    const char *words = text_get(&line);
    if (mem_refusals() == 0) {  // main says so otherwise
        fprintf(to, "%s%*s%s\n", words, width < COLUMN ? (int)(COLUMN - width) : 1, "",
                rows[i].help);
    }
    text_release(&line);
}

void usage_write(FILE *to)
{
    fputs("backstep: learn backpropagation, one expression at a time\n\n", to);
    for (size_t i = 0; i < COUNT_OF(rows) && mem_refusals() == 0; i++) {
        if (i > 0 && rows[i].row == ROW_OPTION && rows[i - 1].row != ROW_OPTION) {
            fputc('\n', to);
        }
        write_row(to, i);
    }
    fputs(mem_refusals() == 0 ? "\nAt the prompt: help\n" : "", to);
}

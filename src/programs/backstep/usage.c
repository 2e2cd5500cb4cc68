#include "backstep/usage.h"

#include "base/options.h"

static void write_row(FILE *to, const struct option_row *row)
{
    struct text line;
    text_init(&line);
    option_line(&line, row);
    if (mem_refusals() == 0) {  // main says so otherwise
        fprintf(to, "%s\n", text_get(&line));
    }
    text_release(&line);
}

void usage_write(FILE *to)
{
    fputs("backstep: learn backpropagation, one expression at a time\n\n", to);
    enum option_kind before = OPTION_FORM;
    const struct option_row *row;
    for (size_t i = 0; (row = option_at(i)) != NULL && mem_refusals() == 0; i++) {
        if (row->kind == OPTION_EVERYWHERE && before != OPTION_EVERYWHERE) {
            fputc('\n', to);
        }
        write_row(to, row);
        before = row->kind;
    }
    fputs(mem_refusals() == 0 ? "\nAt the prompt: help\n" : "", to);
}

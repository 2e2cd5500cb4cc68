// How backstep is started: the rows of options.def, and each as a line of --help.
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stddef.h>

#include "base/text.h"

enum option_kind { OPTION_FORM, OPTION_DETAIL, OPTION_EVERYWHERE };

struct option_row {
    enum option_kind kind;
    const char *word;   // of a form, or "--seed"
    const char *value;  // a form's arguments, an option's value, its values apart by |, or ""
    const char *help;
    const char *form;  // of a detail: the word of its form; else ""
};

// Row i, in the order of --help; NULL beyond the last.
const struct option_row *option_at(size_t i);
// "  backstep check FILE.md…      runs the transcripts …", without a line's end.
void option_line(struct text *out, const struct option_row *row);

#endif

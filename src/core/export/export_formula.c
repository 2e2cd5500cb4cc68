// Formulas of ops.def in the words of another language.
#include <string.h>

#include "export/export_program.h"

static bool in_word_or_number(char c)
{
    return text_is_letter(c) || text_is_digit(c) || c == '_' || c == '.';
}

static const char *renamed(const char *const *renames, const char *s, size_t length)
{
    for (; renames != NULL && *renames != NULL; renames += 2) {
        if (strlen(*renames) == length && memcmp(*renames, s, length) == 0) {
            return renames[1];
        }
    }
    return NULL;
}

static bool is_operand(const char *s)
{
    return (s[0] == 'x' || s[0] == 'y' || s[0] == 'v') && (!in_word_or_number(s[1]) || s[1] == '.');
}

// The length of the word or number at s: 0.5, torch.exp; the x alone of x.detach().
static size_t word_length(const char *s)
{
    size_t n = 0;
    if (is_operand(s)) {
        return 1;
    }
    while (in_word_or_number(s[n])) {
        n++;
    }
    return n;
}

void export_formula(struct text *out, const char *formula, const char *x, const char *y,
                    const char *v, const char *const *renames)
{
    while (*formula != '\0') {
        size_t n = word_length(formula);
        const char *instead = n == 1 && *formula == 'x'   ? x
                              : n == 1 && *formula == 'y' ? y
                              : n == 1 && *formula == 'v' ? v
                                                          : renamed(renames, formula, n);
        n = n == 0 ? 1 : n;
        if (instead != NULL && in_word_or_number(*formula)) {
            text_add(out, instead);
        } else {
            text_add_bytes(out, formula, n);
        }
        formula += n;
    }
}

bool export_is_tight(const char *formula)
{
    size_t n = 0;
    while (in_word_or_number(formula[n])) {
        n++;
    }
    if (formula[n] == '\0') {
        return true;
    }
    int open = 0;
    for (; formula[n] == '(' || open > 0; n++) {
        open += (formula[n] == '(') - (formula[n] == ')');
    }
    return n > 0 && formula[n] == '\0' && in_word_or_number(formula[0]);
}

bool export_is_portable(const char *formula, const char *const *renames)
{
    while (*formula != '\0') {
        size_t n = word_length(formula);
        bool letter = n > 0 && (*formula < '0' || *formula > '9') && *formula != '.';
        bool operand = n == 1 && strchr("xyv", *formula) != NULL;
        if (strchr("?:&|!", *formula) != NULL ||
            (letter && !operand && renamed(renames, formula, n) == NULL)) {
            return false;
        }
        formula += n == 0 ? 1 : n;
    }
    return true;
}

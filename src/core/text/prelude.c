#include "text/prelude.h"

#include <string.h>

#include "base/mem.h"

const char prelude[] = ""
#define PRELUDE(NAME, USAGE, DEFINITION, CHECK, HELP) "def " DEFINITION "\n"
#include "text/prelude.def"
    ;

static const struct prelude_row rows[] = {
#define NO_LOSS false, LOSS_ANY, false
#define COMPARES(LABELS) true, LABELS, false
#define TAKES_SCORES(LABELS) true, LABELS, true
#define PRELUDE(NAME, USAGE, DEFINITION, CHECK, HELP) {NAME, USAGE, CHECK, HELP},
#include "text/prelude.def"
};

const struct prelude_row *prelude_at(size_t i)
{
    return i < COUNT_OF(rows) ? &rows[i] : NULL;
}

const struct prelude_row *prelude_find(const char *s, size_t length)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strlen(rows[i].name) == length && memcmp(rows[i].name, s, length) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

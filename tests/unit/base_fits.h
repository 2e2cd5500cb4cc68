// Records held to records.def. Needs cmocka.h.
#ifndef TESTS_BASE_FITS_H
#define TESTS_BASE_FITS_H

#include "base/schema.h"

// text: what they answer.
static inline void assert_records_fit(const struct records *records, const char *text)
{
    for (const struct rec *r = records->list.in.first; r != NULL; r = r->next) {
        struct text why;
        text_init(&why);
        if (!schema_fits(r, &why)) {
            fail_msg("'%s' answers what records.def does not know: %s", text, text_get(&why));
        }
        text_release(&why);
    }
}

// The last record of the kind; fails the test where there is none.
static inline const struct rec *rec_of(const struct records *records, enum rec_kind kind)
{
    const struct rec *found = NULL;
    for (const struct rec *r = records->list.in.first; r != NULL; r = r->next) {
        found = rec_is(r, kind) ? r : found;
    }
    if (found == NULL) {
        fail_msg("no record is a %s", rec_kind_name(kind));
    }
    return found;
}

#endif

// docs/records.md: the tables of records.def and fields.def to read.
#ifndef BASE_SCHEMA_PAGE_H
#define BASE_SCHEMA_PAGE_H

#include "base/text.h"

// Appends the page, in Markdown.
void schema_page_add(struct text *out);

#endif

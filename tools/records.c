// Writes docs/records.md to its standard output: see `make docs`.
#include <stdio.h>

#include "base/schema_page.h"

int main(void)
{
    struct text page;
    text_init(&page);
    schema_page_add(&page);
    bool ok = fputs(text_get(&page), stdout) >= 0 && fflush(stdout) == 0;
    text_release(&page);
    return ok ? 0 : 1;
}

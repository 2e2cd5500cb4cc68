// Any bytes are a file that may be read: a table comes of it, whole in all its parts, or a refusal
// that says why.
#include <stdint.h>

#include "text/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv c;
    struct diag d = {0};
    enum csv_header header = (enum csv_header)(size % (CSV_HEADER_YES + 1));
    bool ok =
        csv_read(&c, "fuzz.csv", (const char *)data, size, header, NULL, (struct span){0, 0}, &d);
    BS_ASSERT(ok != d.set);
    if (ok) {
        char label[CSV_LABEL];
        BS_ASSERT(c.rows > 0 && c.cols > 0 && c.columns.count == c.cols);
        BS_ASSERT(c.numbers.count == c.rows * c.cols);
        csv_label(label, &c, c.cols - 1);
    }
    csv_release(&c);
    return 0;
}

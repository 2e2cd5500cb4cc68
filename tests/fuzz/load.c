// Any bytes are a program of Python, or a notebook where they begin with {: it is loaded as far as it
// goes, and one `undo` takes all of it back.
#include "desk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > BYTES_MOST || memmem(data, size, "00", 2) != NULL) {
        return 0;
    }
    desk_try_load(data, size, size > 0 && data[0] == '{' ? "load file.ipynb" : "load file.py");
    return 0;
}

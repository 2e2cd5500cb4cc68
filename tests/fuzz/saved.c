// Any bytes are a saved session: it is loaded, or refused and then nothing has happened; one `undo`
// takes it back. What the reader of its first and last line says lies within the file.
#include "session/saved.h"
#include "desk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_frame(const uint8_t *data, size_t size)
{
    struct text says;
    struct saved saved = saved_read((const char *)data, size);
    text_init(&says);
    saved_say(&saved, &says);
    BS_ASSERT(saved.length <= size);
    BS_ASSERT((text_length(&says) == 0) ==
              (saved.state == SAVED_NOT || saved.state == SAVED_WHOLE));
    text_release(&says);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > BYTES_MOST) {
        return 0;
    }
    read_frame(data, size);
    if (memmem(data, size, "00", 2) == NULL) {
        desk_try_load(data, size, "load file.bs");
    }
    return 0;
}

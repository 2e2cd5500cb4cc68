// Any bytes are a script. What `save` writes of the session that comes of it is whole, and loaded into
// an empty session it makes the same: the same names, values and gradients, and the same script again.
#include <stdio.h>

#include "desk.h"
#include "session/saved.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    // Long work is stopped, and what a stop leaves is not the whole of what the script says.
    if (size > BYTES_MOST || memmem(data, size, "00", 2) != NULL ||
        memchr(data, '\0', size) != NULL) {
        return 0;
    }
    struct desk first = {0}, second = {0};
    struct text file, before, after;
    text_init(&file);
    text_init(&before);
    text_init(&after);
    desk_open(&first);
    desk_run_lines(&first, data, size);
    size_t n;
    const char *log = session_log(first.session, &n);
    saved_write(&file, log, n);
    BS_ASSERT(saved_read(text_get(&file), text_length(&file)).state == SAVED_WHOLE);

    desk_open(&second);
    desk_put_file(&second, text_get(&file), text_length(&file));
    enum session_state end = desk_run(&second, "load file.bs");
    desk_photograph(&first, &before);
    desk_photograph(&second, &after);
    if (end == SESSION_FAILED || strcmp(text_get(&before), text_get(&after)) != 0) {
        fprintf(stderr, "was:\n%s\nis:\n%s\n", text_get(&before), text_get(&after));
        abort();
    }
    desk_close(&first);
    desk_close(&second);
    text_release(&file);
    text_release(&before);
    text_release(&after);
    return 0;
}

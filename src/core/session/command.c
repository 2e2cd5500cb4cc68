#include "session/command.h"

#include <string.h>

const struct command *command_at(const struct command_table *table, size_t i)
{
    for (; table != NULL; table = table->more) {
        if (i < table->count) {
            return &table->rows[i];
        }
        i -= table->count;
    }
    return NULL;
}

const struct command *command_find(const struct command_table *table, const char *name,
                                   size_t length)
{
    const struct command *c;
    for (size_t i = 0; (c = command_at(table, i)) != NULL; i++) {
        if (strlen(c->name) == length && memcmp(c->name, name, length) == 0) {
            return c;
        }
    }
    return NULL;
}

#include "command/commands.h"

#include "base/mem.h"

static const struct command rows[] = {
#define COMMAND(NAME, GROUP, USAGE, HELP, EXAMPLE)                                                 \
    {#NAME, command_##NAME, GROUP_##GROUP, USAGE, HELP, EXAMPLE},
#include "command/commands.def"
};

const struct command_table commands_table = {.rows = rows, .count = COUNT_OF(rows)};

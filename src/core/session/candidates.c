#include "session/candidates.h"

#include <string.h>

#include "session/call.h"
#include "text/builtin.h"

static void candidate(struct records *out, struct rec *items, const char *prefix, const char *s,
                      size_t length)
{
    if (length >= strlen(prefix) && memcmp(s, prefix, strlen(prefix)) == 0) {
        rec_bytes(out, items, KEY_NONE, s, length);
    }
}

static void add_names(struct session *s, const char *prefix, struct records *out, struct rec *items)
{
    for (uint32_t i = 0; i < names_count(&s->names); i++) {
        size_t length;
        const char *text = names_text(&s->names, i, &length);
        if (names_get(&s->names, i).rank != VALUE_UNBOUND) {
            candidate(out, items, prefix, text, length);
        }
    }
}

void candidates_add_names(struct session *s, const char *prefix, struct records *out)
{
    add_names(s, prefix, out, rec_list(out, records_add(out, KIND_candidates), KEY_items));
}

static void add_functions(struct session *s, const char *prefix, struct records *out,
                          struct rec *items)
{
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        if (op_get(op)->form == OP_CALL) {
            candidate(out, items, prefix, op_get(op)->name, strlen(op_get(op)->name));
        }
    }
    for (size_t i = 0; builtin_at(i) != NULL; i++) {
        candidate(out, items, prefix, builtin_at(i)->name, strlen(builtin_at(i)->name));
    }
    for (size_t i = 0; i < s->definitions.rows.count; i++) {
        size_t length;
        uint32_t name = BUF(struct definition, &s->definitions.rows)[i].name;
        const char *text = names_text(&s->names, name, &length);
        candidate(out, items, prefix, text, length);
    }
}

void candidates_add_functions(struct session *s, const char *prefix, struct records *out)
{
    add_functions(s, prefix, out, rec_list(out, records_add(out, KIND_candidates), KEY_items));
}

// dw for each name w.
void candidates_add_slopes(struct session *s, const char *prefix, struct records *out)
{
    struct rec *items = rec_list(out, records_add(out, KIND_candidates), KEY_items);
    struct text slope;
    text_init(&slope);
    for (uint32_t i = 0; i < names_count(&s->names); i++) {
        size_t length;
        const char *name = names_text(&s->names, i, &length);
        if (names_get(&s->names, i).rank != VALUE_UNBOUND) {
            text_clear(&slope);
            text_add_char(&slope, 'd');
            text_add_bytes(&slope, name, length);
            candidate(out, items, prefix, text_get(&slope), text_length(&slope));
        }
    }
    text_release(&slope);
}

void candidates_add(struct session *s, const char *prefix, bool statement_start,
                    struct records *out)
{
    struct rec *items = rec_list(out, records_add(out, KIND_candidates), KEY_items);
    const struct command *command;
    for (size_t i = 0; statement_start && (command = command_at(s->world.commands, i)) != NULL;
         i++) {
        candidate(out, items, prefix, command->name, strlen(command->name));
    }
    add_functions(s, prefix, out, items);
    add_names(s, prefix, out, items);
}

#include "words/sheet.h"

#include <string.h>

static void add_text(struct text *out, const char *s)
{
    if (strpbrk(s, ",\"\r\n") == NULL) {
        text_add(out, s);
        return;
    }
    text_add_char(out, '"');
    for (; *s != '\0'; s++) {
        text_add(out, *s == '"' ? "\"" : "");
        text_add_char(out, *s);
    }
    text_add_char(out, '"');
}

static void add_field(struct text *out, const struct rec *field)
{
    char number[NUMBER_TEXT];
    switch (field == NULL ? REC_TEXT : field->type) {
    case REC_FLAG:
        text_add(out, field->flag ? "true" : "false");
        break;
    case REC_WHOLE:
        text_addf(out, "%lld", (long long)field->whole);
        break;
    case REC_NUMBER:
        text_add(out, number_exact(number, field->number));
        break;
    default:
        add_text(out, field == NULL || field->type != REC_TEXT ? "" : field->text);
    }
}

// The field of this name (n bytes).
static const struct rec *find(const struct rec *row, const char *name, size_t n)
{
    const struct rec *field = row->in.first;
    while (field != NULL && (strncmp(field->key, name, n) != 0 || field->key[n] != '\0')) {
        field = field->next;
    }
    return field;
}

void sheet_add(struct text *out, const char *columns, const struct rec *rows)
{
    text_addf(out, "%s\r\n", columns);
    for (const struct rec *row = rows->in.first; row != NULL; row = row->next) {
        for (const char *name = columns; *name != '\0';) {
            size_t n = strcspn(name, ",");
            add_field(out, find(row, name, n));
            text_add(out, name[n] == ',' ? "," : "\r\n");
            name += n + (name[n] == ',');
        }
    }
}

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

void sheet_add_attempts(struct text *out, const struct rec *rows)
{
    static const enum rec_key columns[] = {KEY_when,  KEY_lesson, KEY_question, KEY_version,
                                           KEY_type,  KEY_rating, KEY_right,    KEY_skipped,
                                           KEY_hints, KEY_seed,   KEY_given};
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        text_addf(out, "%s%s", i > 0 ? "," : "", rec_key_name(columns[i]));
    }
    text_add(out, "\r\n");
    for (const struct rec *row = rows->in.first; row != NULL; row = row->next) {
        for (size_t i = 0; i < COUNT_OF(columns); i++) {
            text_add(out, i > 0 ? "," : "");
            add_field(out, rec_find(row, columns[i]));
        }
        text_add(out, "\r\n");
    }
}

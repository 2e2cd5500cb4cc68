#include "check/grade_csv.h"

#include <string.h>

// A quotation mark before what begins like a formula makes it a text.
void grade_csv_text(FILE *out, const char *text)
{
    fputc('"', out);
    if (*text != '\0' && strchr("=+-@\t\r", *text) != NULL) {
        fputc('\'', out);
    }
    for (const char *s = text; *s != '\0'; s++) {
        if (*s == '"') {
            fputc('"', out);
        }
        fputc(*s, out);
    }
    fputc('"', out);
}

static void put_number(FILE *out, double number)
{
    char text[NUMBER_TEXT];
    fprintf(out, ",%s", number_text(text, number, 6));
}

void grade_csv(const struct records *students, FILE *out)
{
    const struct rec *first = students->list.in.first;
    fputs("student", out);
    for (const struct rec *t = first == NULL ? NULL : rec_first(first, KEY_tasks); t != NULL;
         t = t->next) {
        fprintf(out, ",%s", rec_get_text(t, KEY_question));
    }
    fputs(",points,of,to read\n", out);
    for (const struct rec *s = first; s != NULL; s = s->next) {
        grade_csv_text(out, rec_get_text(s, KEY_file));
        for (const struct rec *t = rec_first(s, KEY_tasks); t != NULL; t = t->next) {
            put_number(out, rec_get_number(t, KEY_score));
        }
        put_number(out, rec_get_number(s, KEY_score));
        put_number(out, rec_get_number(s, KEY_worth));
        fprintf(out, ",%lld\n", (long long)rec_get_whole(s, KEY_unread));
    }
}

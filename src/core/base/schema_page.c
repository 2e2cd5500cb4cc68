#include "base/schema_page.h"

#include <string.h>

#include "base/schema.h"

static const char front[] =
    "# Records\n"
    "\n"
    "Every answer of backstep is a *record*: a kind and fields. The words at the prompt, the pages "
    "and\n"
    "the lessons are made from records, and `backstep --json` writes them as they are, one JSON "
    "object\n"
    "a line:\n"
    "\n"
    "    $ backstep --json -e 'a = 3; a*a'\n"
    "    {\"kind\":\"hello\",\"version\":1}\n"
    "    {\"kind\":\"value\",\"text\":\"a*a\",\"value\":9}\n"
    "\n"
    "The first line states the version of the records, now ";

static const char rest[] =
    ". The version grows when a field changes its\n"
    "meaning, its type or its name, or goes away. New kinds and new fields come without notice: "
    "skip\n"
    "what you do not know. An error ends the run, and is the last record.\n"
    "\n"
    "Numbers are written so that they read back exactly; those that are not finite are the "
    "strings\n"
    "`\"nan\"`, `\"inf\"` and `\"-inf\"`. A *value* is a number or, for an array, a list of "
    "numbers or of\n"
    "rows. Fields marked with ? may be missing.\n"
    "\n"
    "This page is written by `make docs` from `src/core/base/records.def` and `fields.def`.\n"
    "\n"
    "## Adding a record\n"
    "\n"
    "1. Add a `KIND` row to `records.def`, with its fields; a key that is new gets a row in\n"
    "   `fields.def`. Every row says in a sentence what it holds.\n"
    "2. Answer with it: `struct rec *r = call_record(c, KIND_name);` and\n"
    "   `rec_number(c->out, r, KEY_value, v);`\n"
    "3. Write `say_name(struct words *w)`, which puts it into words, in one of "
    "`src/core/words/words_*.c`.\n"
    "   The table declares it; without it the program does not link.\n"
    "4. Run `make docs` and the tests. Transcripts, lessons, unit tests and the fuzz targets "
    "compare\n"
    "   every record with its row: a field that the row does not have, one that is missing and one "
    "of\n"
    "   another type fail there.\n";

// Where a name is explained on this page.
static void add_link(struct text *out, const char *what, const char *name, bool several)
{
    text_addf(out, "%s [`%s`](#%s)", several ? "list of" : what, name, name);
}

static void add_type(struct text *out, const struct schema_row *f)
{
    static const char *const names[] = {[SCHEMA_FLAG] = "flag",
                                        [SCHEMA_WHOLE] = "whole number",
                                        [SCHEMA_NUMBER] = "number",
                                        [SCHEMA_TEXT] = "text",
                                        [SCHEMA_WHOLES] = "list of whole numbers",
                                        [SCHEMA_NUMBERS] = "list of values",
                                        [SCHEMA_TEXTS] = "list of texts",
                                        [SCHEMA_VALUE] = "value"};
    switch (f->type) {
    case SCHEMA_MAP:
    case SCHEMA_MAPS:
        add_link(out, "a", schema_part_name((enum schema_part)f->of), f->type == SCHEMA_MAPS);
        break;
    case SCHEMA_RECORD:
    case SCHEMA_RECORDS:
        if (f->of == KIND_NONE) {
            text_add(out, "list of records");
            break;
        }
        add_link(out, "a record", rec_kind_name((enum rec_kind)f->of), f->type == SCHEMA_RECORDS);
        break;
    default:
        text_add(out, names[f->type]);
    }
}

static void add_field(struct text *out, const struct schema_row *f)
{
    text_addf(out, "| `%s`%s | ", rec_key_name((enum rec_key)f->is), f->maybe ? " ?" : "");
    add_type(out, f);
    text_addf(out, " | %s |\n", schema_key_meaning((enum rec_key)f->is));
}

// All kinds, or all parts: a heading, the meaning, a table of the fields.
static void add_section(struct text *out, enum schema_row_type section)
{
    bool inside = false;
    for (const struct schema_row *row = schema_rows; row->row != SCHEMA_END; row++) {
        if (row->row == SCHEMA_FIELD_ROW && inside) {
            text_add(out, row[-1].row == SCHEMA_FIELD_ROW
                              ? ""
                              : "\n| field | type | what it holds |\n|---|---|---|\n");
            add_field(out, row);
        } else if (row->row != SCHEMA_FIELD_ROW) {
            inside = row->row == section;
            if (inside) {
                text_addf(out, "\n### %s\n\n%s%s\n",
                          section == SCHEMA_KIND_ROW ? rec_kind_name((enum rec_kind)row->is)
                                                     : schema_part_name((enum schema_part)row->is),
                          row->meaning,
                          section == SCHEMA_KIND_ROW && strcmp(row->says, "nothing") == 0
                              ? " *Not put into words.*"
                              : "");
            }
        }
    }
}

void schema_page_add(struct text *out)
{
    text_addf(out, "%s%d%s\n## Kinds\n", front, REC_VERSION, rest);
    add_section(out, SCHEMA_KIND_ROW);
    text_add(out, "\n## Parts\n\nMaps that lie in records.\n");
    add_section(out, SCHEMA_PART_ROW);
}

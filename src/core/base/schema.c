#include "base/schema.h"

#include <string.h>

// The types of records.def.
#define FLAG .type = SCHEMA_FLAG
#define WHOLE .type = SCHEMA_WHOLE
#define NUMBER .type = SCHEMA_NUMBER
#define TEXT .type = SCHEMA_TEXT
#define WHOLES .type = SCHEMA_WHOLES
#define NUMBERS .type = SCHEMA_NUMBERS
#define TEXTS .type = SCHEMA_TEXTS
#define VALUE .type = SCHEMA_VALUE
#define MAP(part) .type = SCHEMA_MAP, .of = PART_##part
#define MAPS(part) .type = SCHEMA_MAPS, .of = PART_##part
#define RECORD(kind) .type = SCHEMA_RECORD, .of = KIND_##kind
#define RECORDS(kind) .type = SCHEMA_RECORDS, .of = KIND_##kind
#define ANY_RECORDS .type = SCHEMA_RECORDS, .of = KIND_NONE

const struct schema_row schema_rows[] = {
#define KIND(name, said, means)                                                                    \
    {.row = SCHEMA_KIND_ROW, .is = KIND_##name, .says = #said, .meaning = means},
#define PART(name, means) {.row = SCHEMA_PART_ROW, .is = PART_##name, .meaning = means},
#define FIELD(key, ...) {.row = SCHEMA_FIELD_ROW, .is = KEY_##key, __VA_ARGS__},
#define MAYBE(key, ...) {.row = SCHEMA_FIELD_ROW, .is = KEY_##key, .maybe = true, __VA_ARGS__},
#include "base/records.def"
    {.row = SCHEMA_END},
};

const char *schema_part_name(enum schema_part part)
{
    static const char *const names[] = {
#define PART(name, meaning) #name,
#include "base/records.def"
    };
    return names[part];
}

const char *schema_key_meaning(enum rec_key key)
{
    static const char *const meanings[] = {
        "",
#define KEY(name, meaning) meaning,
#include "base/fields.def"
    };
    return meanings[key];
}

// The first field of a kind or a part.
static const struct schema_row *fields_of(enum schema_row_type type, int is)
{
    const struct schema_row *row = schema_rows;
    while (row->row != SCHEMA_END && (row->row != type || row->is != is)) {
        row++;
    }
    return row->row == SCHEMA_END ? row : row + 1;
}

// A list of these, or of lists of these.
static bool items_fit(const struct rec *list, enum rec_type type)
{
    bool fit = list->type == REC_LIST;
    const struct rec *item = fit ? list->in.first : NULL;
    for (; fit && item != NULL; item = item->next) {
        fit = item->type == type || items_fit(item, type);
    }
    return fit;
}

static bool map_fits(const struct rec *map, const struct schema_row *fields, const char *name,
                     struct text *why);

// A map of this part, or a record of this kind.
static bool inner_fits(const struct rec *map, const struct schema_row *field, struct text *why)
{
    bool record = field->type == SCHEMA_RECORD || field->type == SCHEMA_RECORDS;
    if (record && field->of == KIND_NONE && map->type == REC_MAP) {
        return schema_fits(map, why);
    }
    if (map->type != REC_MAP || (int)map->kind != (record ? field->of : KIND_NONE)) {
        text_addf(why, "field '%s' is not a %s", rec_key_name((enum rec_key)field->is),
                  record ? rec_kind_name((enum rec_kind)field->of)
                         : schema_part_name((enum schema_part)field->of));
        return false;
    }
    return record ? schema_fits(map, why)
                  : map_fits(map, fields_of(SCHEMA_PART_ROW, field->of),
                             schema_part_name((enum schema_part)field->of), why);
}

static bool type_fits(const struct rec *value, const struct schema_row *field, struct text *why)
{
    bool fit = false;
    switch (field->type) {
    case SCHEMA_FLAG:
        fit = value->type == REC_FLAG;
        break;
    case SCHEMA_WHOLE:
        fit = value->type == REC_WHOLE;
        break;
    case SCHEMA_NUMBER:
        fit = value->type == REC_NUMBER;
        break;
    case SCHEMA_TEXT:
        fit = value->type == REC_TEXT;
        break;
    case SCHEMA_WHOLES:
        fit = items_fit(value, REC_WHOLE);
        break;
    case SCHEMA_NUMBERS:
        fit = items_fit(value, REC_NUMBER);
        break;
    case SCHEMA_TEXTS:
        fit = items_fit(value, REC_TEXT);
        break;
    case SCHEMA_VALUE:
        fit = value->type == REC_NUMBER || items_fit(value, REC_NUMBER);
        break;
    case SCHEMA_MAP:
    case SCHEMA_RECORD:
        return inner_fits(value, field, why);
    case SCHEMA_MAPS:
    case SCHEMA_RECORDS:
        fit = value->type == REC_LIST;
        for (const struct rec *m = fit ? value->in.first : NULL; m != NULL; m = m->next) {
            if (!inner_fits(m, field, why)) {
                return false;
            }
        }
    }
    if (!fit) {
        text_addf(why, "field '%s' is of another type", rec_key_name((enum rec_key)field->is));
    }
    return fit;
}

static bool map_fits(const struct rec *map, const struct schema_row *fields, const char *name,
                     struct text *why)
{
    size_t known = 0;
    for (const struct schema_row *f = fields; f->row == SCHEMA_FIELD_ROW; f++) {
        const struct rec *value = rec_find(map, (enum rec_key)f->is);
        known += value != NULL;
        if (value == NULL && !f->maybe) {
            text_addf(why, "%s: field '%s' is missing", name, rec_key_name((enum rec_key)f->is));
            return false;
        }
        if (value != NULL && !type_fits(value, f, why)) {
            text_addf(why, " (in %s)", name);
            return false;
        }
    }
    for (const struct rec *value = map->in.first; known < map->in.count && value != NULL;
         value = value->next) {
        const struct schema_row *f = fields;
        while (f->row == SCHEMA_FIELD_ROW && f->is != (int)value->key) {
            f++;
        }
        if (f->row != SCHEMA_FIELD_ROW) {
            text_addf(why, "%s: there is no field '%s'", name, rec_key_name(value->key));
            return false;
        }
    }
    if (known < map->in.count) {
        text_addf(why, "%s: a field is there twice", name);
    }
    return known == map->in.count;
}

bool schema_fits(const struct rec *record, struct text *why)
{
    enum rec_kind kind = rec_kind(record);
    if (kind == KIND_NONE) {
        text_add(why, "a record has no kind");
        return false;
    }
    return map_fits(record, fields_of(SCHEMA_KIND_ROW, (int)kind), rec_kind_name(kind), why);
}

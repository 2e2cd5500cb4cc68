// What records look like, as records.def says: which fields each kind has, and of what type. Tests
// hold every record to it, and docs/records.md is written from it.
#ifndef BASE_SCHEMA_H
#define BASE_SCHEMA_H

#include "base/record.h"
#include "base/text.h"

enum schema_part {
#define PART(name, meaning) PART_##name,
#include "base/records.def"
    PART_COUNT,
};

enum schema_type {
    SCHEMA_FLAG,
    SCHEMA_WHOLE,
    SCHEMA_NUMBER,
    SCHEMA_TEXT,
    SCHEMA_WHOLES,
    SCHEMA_NUMBERS,
    SCHEMA_TEXTS,
    SCHEMA_VALUE,
    SCHEMA_MAP,
    SCHEMA_MAPS,
    SCHEMA_RECORD,
    SCHEMA_RECORDS,
};

// A row of records.def. The fields of a kind or a part follow it.
struct schema_row {
    enum schema_row_type { SCHEMA_KIND_ROW, SCHEMA_PART_ROW, SCHEMA_FIELD_ROW, SCHEMA_END } row;
    int is;                 // enum rec_kind, schema_part or rec_key
    enum schema_type type;  // of a field
    int of;                 // the part or the kind that a field's type names
    bool maybe;             // the field may be missing
    const char *says;       // of a kind: the function say_SAYS; "nothing" if it is not for reading
    const char *meaning;    // of a kind or a part
};

// All rows, the last one SCHEMA_END.
extern const struct schema_row schema_rows[];
const char *schema_part_name(enum schema_part part);
// What a field with this key holds.
const char *schema_key_meaning(enum rec_key key);

// Has this record the fields of its kind, no others, and each of its type? If not, `why` says what
// is wrong, for the author: "bind: there is no field 'valeu'".
bool schema_fits(const struct rec *record, struct text *why);

#endif

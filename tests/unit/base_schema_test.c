// The tables of records, and records held to them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/schema.h"
#include "base/schema_page.h"

static const char *program;

static void assert_fits(const struct rec *record)
{
    struct text why;
    text_init(&why);
    if (!schema_fits(record, &why)) {
        fail_msg("%s", text_get(&why));
    }
    text_release(&why);
}

static void assert_misfit(const struct rec *record, const char *expected)
{
    struct text why;
    text_init(&why);
    assert_false(schema_fits(record, &why));
    assert_string_equal(text_get(&why), expected);
    text_release(&why);
}

static struct rec *add_node(struct records *r, struct rec *to, enum rec_key key)
{
    struct rec *node = rec_map(r, to, key);
    rec_whole(r, node, KEY_node, 3);
    rec_text(r, node, KEY_name, "d");
    rec_number(r, node, KEY_value, 2);
    return node;
}

static void fields_are_known_and_all_there(void **state)
{
    (void)state;
    struct records r;
    records_init(&r);
    struct rec *view = records_add(&r, KIND_view);
    assert_misfit(view, "view: field 'address' is missing");
    rec_text(&r, view, KEY_address, "http://127.0.0.1:1/");
    assert_fits(view);
    rec_flag(&r, view, KEY_ascii, true);
    assert_misfit(view, "view: there is no field 'ascii'");
    struct rec *zero = records_add(&r, KIND_zero);
    assert_fits(zero);
    rec_text(&r, zero, KEY_kind, "zero");
    assert_misfit(zero, "zero: there is no field 'kind'");
    struct rec *due = records_add(&r, KIND_nothing_due);
    assert_fits(due);  // what may be missing
    rec_whole(&r, due, KEY_next_due_in, 1);
    assert_fits(due);
    rec_whole(&r, due, KEY_next_due_in, 2);
    assert_misfit(due, "nothing_due: a field is there twice");
    assert_misfit(&r.list, "a record has no kind");
    records_release(&r);
}

static void fields_are_of_their_type(void **state)
{
    (void)state;
    struct records r;
    records_init(&r);
    struct rec *watch = records_add(&r, KIND_watch);
    rec_whole(&r, watch, KEY_on, 1);
    assert_misfit(watch, "field 'on' is of another type (in watch)");
    // An array may be nested, and holds numbers only.
    struct rec *value = records_add(&r, KIND_value);
    rec_text(&r, value, KEY_text, "W");
    struct rec *rows = rec_list(&r, value, KEY_value), *row = rec_list(&r, rows, KEY_NONE);
    rec_number(&r, row, KEY_NONE, 1);
    assert_fits(value);
    rec_text(&r, row, KEY_NONE, "1");
    assert_misfit(value, "field 'value' is of another type (in value)");
    struct rec *items = records_add(&r, KIND_candidates), *list = rec_list(&r, items, KEY_items);
    rec_text(&r, list, KEY_NONE, "backward");
    assert_fits(items);
    rec_number(&r, list, KEY_NONE, 1);
    assert_misfit(items, "field 'items' is of another type (in candidates)");
    records_release(&r);
}

static void parts_are_looked_into(void **state)
{
    (void)state;
    struct records r;
    records_init(&r);
    struct rec *predict = records_add(&r, KIND_predict);
    rec_text(&r, predict, KEY_what, "value");
    rec_text(&r, predict, KEY_pass, "forward");
    rec_text(&r, predict, KEY_formula, "a*b");
    struct rec *at = add_node(&r, predict, KEY_at);
    assert_fits(predict);
    rec_flag(&r, at, KEY_right, true);
    assert_misfit(predict, "node: there is no field 'right' (in predict)");
    // A record inside another one is of the kind that the row names.
    struct rec *trace = records_add(&r, KIND_trace), *steps = rec_list(&r, trace, KEY_steps);
    assert_fits(trace);
    rec_record(&r, steps, KEY_NONE, KIND_zero);
    assert_misfit(trace, "field 'steps' is not a step (in trace)");
    records_release(&r);
}

// A copy is of the same kind, and so are the records inside it.
static void copies_keep_their_kind(void **state)
{
    (void)state;
    struct records r;
    records_init(&r);
    struct rec *trace = records_add(&r, KIND_trace);
    rec_record(&r, rec_list(&r, trace, KEY_steps), KEY_NONE, KIND_stopped);
    rec_copy(&r, &r.list, trace);
    assert_true(rec_is(trace->next, KIND_trace));
    assert_true(rec_is(rec_find(trace->next, KEY_steps)->in.first, KIND_stopped));
    records_release(&r);
}

// ---- The tables ---------------------------------------------------------------------------------

static void assert_sentence(const char *name, const char *meaning)
{
    size_t n = strlen(meaning);
    if (n < 4 || (meaning[n - 1] != '.' && strcmp(meaning + n - strlen("…"), "…") != 0)) {
        fail_msg("%s: '%s' is not a sentence", name, meaning);
    }
}

static void rows_are_used_and_explained(void **state)
{
    (void)state;
    static bool key_used[KEY_COUNT], part_used[PART_COUNT];
    for (const struct schema_row *row = schema_rows; row->row != SCHEMA_END; row++) {
        if (row->row == SCHEMA_FIELD_ROW) {
            key_used[row->is] = true;
            if (row->type == SCHEMA_MAP || row->type == SCHEMA_MAPS) {
                part_used[row->of] = true;
            }
        } else {
            assert_sentence(row->row == SCHEMA_KIND_ROW
                                ? rec_kind_name((enum rec_kind)row->is)
                                : schema_part_name((enum schema_part)row->is),
                            row->meaning);
        }
    }
    for (enum rec_key key = KEY_NONE + 1; key < KEY_COUNT; key++) {
        assert_sentence(rec_key_name(key), schema_key_meaning(key));
        if (!key_used[key]) {
            fail_msg("no record has the key '%s'", rec_key_name(key));
        }
        assert_true(key == KEY_NONE + 1 || strcmp(rec_key_name(key - 1), rec_key_name(key)) < 0);
    }
    for (int part = 0; part < PART_COUNT; part++) {
        if (!part_used[part]) {
            fail_msg("no record has the part '%s'", schema_part_name((enum schema_part)part));
        }
        for (enum rec_kind kind = KIND_NONE; kind < KIND_COUNT; kind++) {
            assert_string_not_equal(schema_part_name((enum schema_part)part), rec_kind_name(kind));
        }
    }
}

// docs/ lies beside the folder of the program, or beside one that that is in.
static FILE *open_page(void)
{
    char folder[400], path[420];
    snprintf(folder, sizeof folder, "%s", program);
    for (int up = 0; up < 5; up++) {
        char *slash = strrchr(folder, '/');
        if (slash == NULL) {
            break;
        }
        *slash = '\0';
        snprintf(path, sizeof path, "%s/docs/records.md", folder);
        FILE *file = fopen(path, "r");
        if (file != NULL) {
            return file;
        }
    }
    return fopen("docs/records.md", "r");
}

static void the_page_is_current(void **state)
{
    (void)state;
    static char written[1 << 18];
    struct text page;
    text_init(&page);
    schema_page_add(&page);
    FILE *file = open_page();
    assert_non_null(file);
    written[fread(written, 1, sizeof written - 1, file)] = '\0';
    fclose(file);
    if (strcmp(written, text_get(&page)) != 0) {
        fail_msg("%s is not what records.def and fields.def say: run make docs", "docs/records.md");
    }
    text_release(&page);
}

int main(int argc, char **argv)
{
    (void)argc;
    program = argv[0];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_known_and_all_there),
        cmocka_unit_test(fields_are_of_their_type),
        cmocka_unit_test(parts_are_looked_into),
        cmocka_unit_test(copies_keep_their_kind),
        cmocka_unit_test(rows_are_used_and_explained),
        cmocka_unit_test(the_page_is_current),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

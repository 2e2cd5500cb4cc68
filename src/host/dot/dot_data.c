#include "dot/dot_data.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Names --------------------------------------------------------------------------------------

struct dot_data_row {
    uint32_t node;
    uint32_t at;  // in the text
};

// A name to be compared with the others.
struct dot_data_candidate {
    const char *name;
    size_t row;
};

static const char *name_at(const struct dot_names *n, size_t row)
{
    return BUF_FROM(char, &n->text.bytes, BUF(struct dot_data_row, &n->rows)[row].at);
}

static void set_name(struct dot_names *n, size_t row, const char *name)
{
    BUF(struct dot_data_row, &n->rows)[row].at = (uint32_t)text_length(&n->text);
    text_add_bytes(&n->text, name, strlen(name) + 1);
}

static bool add_rows(struct dot_names *n, const struct rec *scene)
{
    unsigned unnamed = 0;
    for (const struct rec *b = rec_first(scene, KEY_boxes); b != NULL; b = b->next) {
        char made[16];
        const char *name = rec_get_text(b, KEY_name);
        struct dot_data_row *row = buf_push(&n->rows, 1);
        if (row == NULL) {
            return false;
        }
        row->node = (uint32_t)rec_get_whole(b, KEY_node);
        if (name[0] == '%' || name[0] == '\0') {
            snprintf(made, sizeof made, "t%u", ++unnamed);
            name = made;
        }
        set_name(n, n->rows.count - 1, name);
    }
    return !n->text.bytes.failed;
}

static int compare_candidates(const void *a, const void *b)
{
    const struct dot_data_candidate *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : x->row < y->row ? -1 : 1;
}

// Of equal names the first keeps it; the others are called by their ids.
static bool part(struct dot_names *n)
{
    struct buf candidates;
    buf_init(&candidates, sizeof(struct dot_data_candidate));
    bool ok = buf_resize(&candidates, n->rows.count);
    struct dot_data_candidate *all = candidates.data;
    for (size_t i = 0; ok && i < n->rows.count; i++) {
        all[i] = (struct dot_data_candidate){name_at(n, i), i};
    }
    if (ok && n->rows.count > 0) {
        qsort(all, n->rows.count, sizeof *all, compare_candidates);
    }
    struct buf same;
    buf_init(&same, sizeof(size_t));
    for (size_t i = 1; ok && i < n->rows.count; i++) {
        bool equal = strcmp(all[i].name, all[i - 1].name) == 0;
        size_t *row = equal ? buf_push(&same, 1) : NULL;
        ok = !equal || row != NULL;
        if (row != NULL) {
            *row = all[i].row;
        }
    }
    for (size_t i = 0; ok && i < same.count; i++) {
        char id[16];
        size_t row = BUF(size_t, &same)[i];
        snprintf(id, sizeof id, "n%u", (unsigned)BUF(struct dot_data_row, &n->rows)[row].node + 1);
        set_name(n, row, id);
    }
    buf_release(&same);
    buf_release(&candidates);
    return ok && !n->text.bytes.failed;
}

bool dot_names_find(struct dot_names *n, const struct rec *scene)
{
    buf_init(&n->rows, sizeof(struct dot_data_row));
    text_init(&n->text);
    return add_rows(n, scene) && part(n);
}

void dot_names_release(struct dot_names *n)
{
    buf_release(&n->rows);
    text_release(&n->text);
}

static int compare_rows(const void *a, const void *b)
{
    const struct dot_data_row *x = a, *y = b;
    return x->node < y->node ? -1 : x->node > y->node;
}

const char *dot_name_of(const struct dot_names *n, const char *id)
{
    struct dot_data_row wanted = {.node = (uint32_t)strtoul(id + 1, NULL, 10) - 1};
    const struct dot_data_row *row =
        n->rows.count == 0
            ? NULL
            : bsearch(&wanted, n->rows.data, n->rows.count, sizeof wanted, compare_rows);
    return row == NULL ? id : name_at(n, (size_t)(row - BUF(struct dot_data_row, &n->rows)));
}

// ---- Attributes ---------------------------------------------------------------------------------

static void put_number(struct dot_attribute *to, const char *name, const struct rec *of,
                       enum rec_key key)
{
    const struct rec *number = rec_find(of, key);
    to->name = name;
    to->value[0] = '\0';
    if (number != NULL) {
        char text[NUMBER_TEXT];
        snprintf(to->value, sizeof to->value, "%s", number_exact(text, number->number));
    }
}

__attribute__((format(printf, 3, 4))) static void
put_text(struct dot_attribute *to, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    to->name = name;
    vsnprintf(to->value, sizeof to->value, format, args);
    va_end(args);
}

void dot_node_data(const struct rec *box, struct dot_attribute out[DOT_NODE_DATA])
{
    const char *op = rec_get_text(box, KEY_op);
    put_number(&out[0], "value", box, KEY_value);
    put_number(&out[1], "grad", box, KEY_grad);
    put_text(&out[2], "op", "%s", strcmp(op, "−") == 0 ? "-" : op);
    put_text(&out[3], "kind", "%s", rec_get_text(box, KEY_kind));
    if (rec_find(box, KEY_rows) == NULL) {
        put_text(&out[4], "dims", "%s", "");
    } else if (rec_get_flag(box, KEY_vector)) {
        put_text(&out[4], "dims", "%d", (int)rec_get_whole(box, KEY_cols));
    } else {
        put_text(&out[4], "dims", "%dx%d", (int)rec_get_whole(box, KEY_rows),
                 (int)rec_get_whole(box, KEY_cols));
    }
    put_text(&out[5], "tape", "%u", (unsigned)rec_get_whole(box, KEY_node));
}

void dot_edge_data(const struct rec *cell, struct dot_attribute out[DOT_EDGE_DATA])
{
    put_text(&out[0], "slot", "%d", (int)rec_get_whole(cell, KEY_slot));
    put_number(&out[1], "local", cell, KEY_local);
    put_number(&out[2], "share", cell, KEY_share);
}

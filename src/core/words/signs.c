#include "words/signs.h"

#include <string.h>

bool signs_is(const struct rec *map, enum rec_key key, const char *text)
{
    return strcmp(rec_get_text(map, key), text) == 0;
}

size_t signs_columns(const char *s)
{
    return utf8_columns(s, strlen(s));
}

void signs_figure(struct text *out, const char *figure, bool ascii)
{
    static const struct {
        const char *sign, *plain;
        bool always;
    } plains[] = {{"−", "-", true}, {"·", ".", false}, {"…", "..", false}};
    while (*figure != '\0') {
        size_t i = 0, n = 0;
        for (; i < COUNT_OF(plains); i++) {
            n = strlen(plains[i].sign);
            if ((ascii || plains[i].always) && strncmp(figure, plains[i].sign, n) == 0) {
                break;
            }
        }
        if (i < COUNT_OF(plains)) {
            text_add(out, plains[i].plain);
            figure += n;
        } else {
            text_add_char(out, *figure++);
        }
    }
}

const struct op_row *signs_operation(const struct rec *box)
{
    const struct rec *cells = rec_find(box, KEY_cells);
    int operands = cells == NULL ? 0 : (int)cells->in.count;
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        const struct op_row *row = op_get(op);
        // Some signs have two meanings, apart by the number of operands; a box cut off from its
        // operands has none.
        if (signs_is(box, KEY_op, row->sign) && (operands == 0 || row->arity == operands)) {
            return row;
        }
    }
    return NULL;
}

void signs_title(struct text *out, const struct rec *box, bool ascii)
{
    const struct op_row *row = signs_operation(box);
    const char *call = rec_get_text(box, KEY_call);
    if (signs_is(box, KEY_kind, "group")) {
        text_add(out, ascii ? "[+] " : "⊞ ");
        text_add(out, *call != '\0' ? call : rec_get_text(box, KEY_op));
    } else if (row != NULL) {
        text_add(out, ascii ? row->name : row->sign);
        text_add(out, rec_get_flag(box, KEY_dead) ? SIGNS_DEAD : "");
    }
}

const struct rec *signs_current(const struct rec *scene)
{
    const struct rec *boxes = rec_find(scene, KEY_boxes), *root = NULL;
    for (const struct rec *box = boxes->in.first; box != NULL; box = box->next) {
        bool leaf = rec_count(box, KEY_cells) == 0;
        if (rec_get_flag(box, KEY_current) && !leaf) {
            return box;
        }
        root = signs_is(box, KEY_id, rec_get_text(scene, KEY_root)) ? box : root;
    }
    return signs_is(scene, KEY_walk, "backward") ? root : NULL;
}

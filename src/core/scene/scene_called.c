// What the values of a picture without a name are called by: their formulas, where these are short.
#include <stdlib.h>
#include <string.h>

#include "formula/called.h"
#include "scene/scene_parts.h"

// A picture of more values is not read formula by formula.
enum { VALUES_MOST = 1000 };

// A value and its formula, to be held against the others.
struct scene_formula_place {
    const char *text;
    size_t place;
};

static int compare_places(const void *a, const void *b)
{
    const struct scene_formula_place *x = a, *y = b;
    int order = strcmp(x->text, y->text);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static const char *formula_text(const struct painter *p)
{
    return BUF(char, &p->formulas.bytes);
}

static void mark_repeated(struct painter *p)
{
    struct scene_formula *all = p->called.data;
    struct buf places;
    buf_init(&places, sizeof(struct scene_formula_place));
    for (size_t i = 0; i < p->called.count; i++) {
        struct scene_formula_place *place = all[i].at > 0 ? buf_push(&places, 1) : NULL;
        if (place != NULL) {
            *place = (struct scene_formula_place){formula_text(p) + all[i].at, i};
        }
    }
    struct scene_formula_place *place = places.data;
    if (places.count > 1) {
        qsort(place, places.count, sizeof *place, compare_places);
    }
    for (size_t i = 1; i < places.count; i++) {
        if (strcmp(place[i].text, place[i - 1].text) == 0) {
            all[place[i].place].repeated = all[place[i - 1].place].repeated = true;
        }
    }
    buf_release(&places);
}

bool scene_call_values(struct painter *p)
{
    size_t count = p->part.ids.count;
    int digits = p->options->digits == 0 ? SCENE_DIGITS : p->options->digits;
    if (p->options->fit != NULL || count > VALUES_MOST) {
        return true;
    }
    if (!buf_resize(&p->called, count)) {
        return false;
    }
    text_add_char(&p->formulas, '\0');
    for (size_t i = 0; i < count; i++) {
        char label[LABEL_TEXT];
        if (called_by_formula(label, p->tape, p->names, scene_id_at(p, i), digits)) {
            BUF(struct scene_formula, &p->called)[i].at = (uint32_t)text_length(&p->formulas);
            text_add_bytes(&p->formulas, label, strlen(label) + 1);
        }
    }
    mark_repeated(p);
    return !p->formulas.bytes.failed;
}

static const struct scene_formula *formula_of(const struct painter *p, size_t i)
{
    const struct scene_formula *f =
        i < p->called.count ? BUF_FROM(struct scene_formula, &p->called, i) : NULL;
    return f == NULL || f->at == 0 ? NULL : f;
}

bool scene_has_formula(const struct painter *p, size_t i)
{
    return formula_of(p, i) != NULL;
}

void scene_add_called(const struct painter *p, struct rec *box, size_t i)
{
    const struct scene_formula *f = formula_of(p, i);
    struct text text;
    if (f == NULL) {
        return;
    }
    text_init(&text);
    text_add(&text, formula_text(p) + f->at);
    if (f->repeated) {
        text_addf(&text, " %%%u", (unsigned)scene_id_at(p, i));
    }
    rec_text(p->out, box, KEY_called, text_get(&text));
    p->out->arena.failed |= text.bytes.failed;
    text_release(&text);
}

const char *scene_called(const struct painter *p, size_t i, char out[LABEL_TEXT])
{
    const struct scene_formula *f = formula_of(p, i);
    if (f == NULL || f->repeated) {
        return scene_label(p, i, out);
    }
    strcpy(out, formula_text(p) + f->at);  // it fits: it came out of such a label
    return out;
}

// The picture.
#include <string.h>

#include "command/commands.h"
#include "command/picture.h"
#include "command/picture_fit.h"
#include "command/picture_walk.h"
#include "command/picture_words.h"
#include "command/trace.h"
#include "scene/fit_measure.h"

// More boxes than this may well take a layout too long, and nobody reads them.
enum { BOXES_MOST = 300 };
// Points: smaller letters cannot be read at all.
enum { LETTERS_LEAST = 4 };
// Beyond this a part is offered.
enum { BOXES_MANY = 60 };

static bool is_empty(struct span s)
{
    return s.start == s.end;
}

// ---- The part that is shown ---------------------------------------------------------------------

static bool find_part(struct call *c, const struct picture *p, struct part *part)
{
    const struct tape *t = &c->s->tape;
    char target[LABEL_TEXT], from[LABEL_TEXT];
    bool ok = p->radius > 0          ? part_near(part, t, p->target, p->radius)
              : p->from != NODE_NONE ? part_from(part, t, p->target, p->from)
                                     : part_all(part, t, p->target);
    if (!ok) {
        return diag_out_of_memory(c->diag);
    }
    if (part->ids.count == 0) {
        return diag_set(c->diag, c->command, "%s does not depend on %s",
                        names_label(&c->s->names, target, p->target),
                        names_label(&c->s->names, from, p->from));
    }
    return true;
}

// A leaf to take as an example: a parameter, if there is one.
static uint32_t example_leaf(const struct call *c, const struct part *part)
{
    const struct tape *t = &c->s->tape;
    uint32_t leaf = NODE_NONE;
    for (size_t i = 0; i < part->ids.count; i++) {
        uint32_t id = BUF(uint32_t, &part->ids)[i];
        bool better = leaf == NODE_NONE ||
                      (tape_marked(t, id, MARK_PARAM) && !tape_marked(t, leaf, MARK_PARAM));
        leaf = tape_op(t, id) == OP_LEAF && !tape_marked(t, id, MARK_CONST) && better ? id : leaf;
    }
    return leaf == NODE_NONE ? BUF(uint32_t, &part->ids)[0] : leaf;
}

// How to draw less.
static void offer_part(struct call *c, const struct picture *p, const struct part *part,
                       struct text *offer)
{
    char target[LABEL_TEXT], leaf[LABEL_TEXT];
    if (p->radius == 0 && p->from == NODE_NONE) {
        names_label(&c->s->names, target, p->target);
        names_label(&c->s->names, leaf, example_leaf(c, part));
        text_addf(offer, "a part: graph %s --from %s, or graph %s --radius 2", target, leaf, leaf);
    }
}

// Does a file of this format hold data, of any size, for other programs?
static bool is_data(const struct picture *p)
{
    return p->format != NULL && (strcmp(p->format, "dot") == 0 || strcmp(p->format, "json") == 0);
}

// Says how to draw less of so many boxes, and refuses where there are too many.
static bool check_size(struct call *c, const struct picture *p, const struct part *part,
                       size_t boxes)
{
    if (is_data(p) || p->full || boxes <= BOXES_MANY) {
        return true;
    }
    struct text offer;
    text_init(&offer);
    offer_part(c, p, part, &offer);
    bool some = text_length(&offer) > 0;
    if (boxes > BOXES_MOST) {
        diag_set(c->diag, c->command, "%zu values are too many for one picture", boxes);
        some ? diag_hint(c->diag, "draw %s; or all: --full", text_get(&offer))
             : diag_hint(c->diag, "add --full to draw them all");
    } else if (some) {
        call_notice(c, c->command, "these are %zu values; %s", boxes, text_get(&offer));
    }
    text_release(&offer);
    return boxes <= BOXES_MOST;
}

// Says so where the picture folded by itself.
static void note_folds(struct call *c, const struct picture *p, const struct part *part,
                       const struct folds *folds)
{
    size_t values = part_values(part, &c->s->tape);
    char target[LABEL_TEXT];
    if (!p->fold && values > FOLD_BEYOND && folds->boxes < values) {
        call_notice(c, c->command,
                    "%zu values in %zu box%s, as %s is folded; graph %s --full shows all", values,
                    folds->boxes, folds->boxes == 1 ? "" : "es",
                    c->s->terminal.ascii ? "what [+] marks" : "what ⊞ marks",
                    names_label(&c->s->names, target, p->target));
    }
}

// What lies near a value is shown as it is, unless the learner wants it folded.
static enum fold_mode fold_mode(const struct picture *p)
{
    return p->fold ? FOLD_ALL : p->full || p->radius > 0 ? FOLD_NOTHING : FOLD_AS_IT_FITS;
}

// What the picture shows as its output: for what is near a value the last output, if it is there,
// else a number that no node has.
static uint32_t output_of(const struct call *c, const struct picture *p, const struct part *part)
{
    uint32_t last = session_settings(c->s)->output, output = NODE_NONE;
    for (size_t i = 0; i < part->ids.count; i++) {
        output = BUF(uint32_t, &part->ids)[i] == last ? last : output;
    }
    return p->radius > 0 ? output : p->target;
}

// ---- Files --------------------------------------------------------------------------------------

// Derivatives on edges are readable in small pictures only; larger ones have their cells.
static const char *style_for(struct call *c, const struct folds *folds)
{
    enum { LABELS_MOST = 16 };  // boxes, leaves among them
    unsigned style = session_preferences(c->s)->style;
    if (style == 1 && folds->boxes > LABELS_MOST) {
        call_notice(c, c->command,
                    "%zu boxes are too many for derivatives on edges; they are in cells",
                    folds->boxes);
        style = 0;
    }
    return picture_style(style);
}

// A picture of all values may have letters that nobody reads: fitted into a slide they are at most
// so large as the labels leave room for.
static void note_small_letters(struct call *c, const struct picture *p, const struct rec *scene)
{
    struct picture slide = *p;
    struct measure m;
    picture_assume_sheet(&slide);
    const struct fit_area area = {.width = 72 * slide.width, .height = 72 * slide.height};
    bool down = strcmp(rec_get_text(scene, KEY_direction), "TB") == 0;
    if (p->full && !is_data(p) && fit_measure(scene, FIT_CELLS, down, &area, &m) &&
        m.letters < LETTERS_LEAST) {
        call_notice(c, c->command,
                    "on %.3g x %.2g in the letters are smaller than %d pt; without --full the "
                    "picture is folded to fit",
                    slide.width, slide.height, LETTERS_LEAST);
    }
}

static enum call_end ask_for_picture(struct call *c, const struct picture *p,
                                     const struct part *part, const struct folds *folds)
{
    struct session *s = c->s;
    struct scene_options options = picture_options(s, p->root);
    options.theme = p->theme;
    options.digits = 4;
    options.part = part;
    options.folds = folds;
    options.style = style_for(c, folds);
    struct rec *scene = scene_build(c->out, &s->tape, &s->names, p->root, &options);
    if (scene == NULL) {
        diag_out_of_memory(c->diag);
        return CALL_FAILED;
    }
    note_small_letters(c, p, scene);
    picture_put_size(c, scene, p);
    return picture_ask_for_file(c, scene, p);
}

static enum call_end ask_for_player(struct call *c, const struct picture *p)
{
    if (!trace_put(c, p->target, p->full)) {
        return CALL_FAILED;
    }
    rec_text(c->out, call_need(c, "picture", p->path), KEY_format, p->format);
    return CALL_NEED;
}

static enum call_end end_of_file(struct call *c, const struct picture *p)
{
    if (!c->diag->set && !picture_is_player(p)) {
        call_note_stale(c, p->path, p->target);
    }
    return call_file_end(c, p->path);
}

// ---- The command --------------------------------------------------------------------------------

// Once, to a person: what the numbers beside a box are.
static void say_cells(struct call *c, size_t boxes)
{
    if (c->s->terminal.rows > 0 && !c->s->told.cells && boxes > 1) {
        c->s->told.cells = true;
        call_notice(c, c->command,
                    "the small cells of a box hold its local gradients, or a constant's value; the "
                    "gradient is below the value");
    }
}

static enum call_end draw(struct call *c, const struct picture *p, const struct part *part,
                          const struct folds *folds)
{
    if (!picture_draw(c, p->root, part, folds, p->ascii)) {
        return c->waits ? CALL_NEED : CALL_FAILED;
    }
    say_cells(c, folds->boxes);
    call_note_stale(c, c->command, p->target);
    return CALL_DONE;
}

// The same, where all is there but for the layout, which has come.
static enum call_end draw_prepared(struct call *c, const struct picture *p)
{
    size_t boxes;
    if (!picture_draw_prepared(c, &boxes)) {
        return CALL_FAILED;
    }
    say_cells(c, boxes);
    call_note_stale(c, c->command, p->target);
    return CALL_DONE;
}

enum call_end command_graph(struct call *c)
{
    struct picture p;
    if (!picture_read(c, &p)) {
        return CALL_FAILED;
    }
    bool supplied = p.format != NULL && call_supplied(c);
    if (supplied && (c->diag->set || c->s->supply.count == 0)) {
        return end_of_file(c, &p);
    }
    if (picture_is_player(&p)) {
        return ask_for_player(c, &p);
    }
    if (picture_is_prepared(c)) {
        return draw_prepared(c, &p);
    }
    struct part part;
    struct folds folds = {0};
    part_init(&part);
    enum call_end end = CALL_FAILED;
    if (find_part(c, &p, &part)) {
        p.root = output_of(c, &p, &part);
        if (picture_is_walk(c, &p) || p.sheet) {
            end = picture_walk(c, &p, &part);
        } else if (picture_fits(c, &p, &part)) {
            end = picture_fit(c, &p, &part);
        } else if (picture_folds(c, &folds, &part, p.root, fold_mode(&p)) &&
                   check_size(c, &p, &part, folds.boxes)) {
            note_folds(c, &p, &part, &folds);
            end = p.format == NULL ? draw(c, &p, &part, &folds)
                                   : ask_for_picture(c, &p, &part, &folds);
        }
    }
    folds_release(&folds);
    part_release(&part);
    return end;
}

enum call_end command_style(struct call *c)
{
    struct span word = call_word(c);
    unsigned style = 0;
    while (picture_style(style) != NULL && !call_word_is(c, word, picture_style(style))) {
        style++;
    }
    if (picture_style(style) == NULL) {
        diag_set(c->diag, is_empty(word) ? c->command : word,
                 "a style is cells, edges, micrograd, terse, line or bare");
        diag_hint(c->diag, "write style edges; then graph L picture.png");
        return CALL_FAILED;
    }
    if (!call_finish(c) || !call_change_settings(c)) {
        return CALL_FAILED;
    }
    session_preferences(c->s)->style = (uint8_t)style;
    c->s->stepped = true;  // no change of the graph: a walk goes on
    return CALL_DONE;
}

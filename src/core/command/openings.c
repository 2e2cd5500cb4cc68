#include "command/openings.h"
#include "base/format.h"

#include <string.h>

enum { OPENINGS_MOST = 30, DEPTH_MOST = 4, PATH_TEXT = 80 };

struct opener {
    struct call *call;
    uint32_t root;
    const struct scene_options *options;
    size_t count;
};

// A picture, and what is to be seen open in it.
struct opened {
    const struct screen *screen, *before;  // and the picture in which that was closed
    const struct buf *groups, *looks;
    char path[PATH_TEXT];
    int depth;
};

static bool copy_list(struct buf *to, const struct buf *from)
{
    buf_init(to, from->size);
    return buf_add(to, from->data, from->count);
}

static uint32_t node_of(const struct screen *s, const struct fold *fold)
{
    return BUF(uint32_t, &s->part.ids)[fold->box];
}

static bool is_same(const struct screen *s, const struct fold *fold, const struct screen *t,
                    const struct fold *other)
{
    return fold->kind == other->kind &&
           (fold->kind == FOLD_CALL    ? fold->group == other->group
            : fold->kind == FOLD_ARRAY ? fold->name == other->name
                                       : node_of(s, fold) == node_of(t, other));
}

// Was it there before the last box was opened?
static bool was_there(const struct opened *o, const struct fold *fold)
{
    const struct folds *folds = o->before == NULL ? NULL : &o->before->folds;
    for (size_t i = 0; folds != NULL && i < folds->list.count; i++) {
        if (is_same(o->screen, fold, o->before, &BUF(struct fold, &folds->list)[i])) {
            return true;
        }
    }
    return false;
}

// The name by which an array or a statement is opened; NAME_NONE: it has none.
static uint32_t name_of(struct call *c, const struct screen *s, const struct fold *fold)
{
    return fold->kind == FOLD_ARRAY       ? fold->name
           : fold->kind == FOLD_STATEMENT ? names_of_node(&c->s->names, node_of(s, fold))
                                          : NAME_NONE;
}

// The fold is to be seen open. False: it cannot be, or there is no memory.
static bool mark_open(struct call *c, const struct screen *s, const struct fold *fold,
                      struct buf *groups, struct buf *looks)
{
    if (fold->kind == FOLD_CALL) {
        BUF(struct group, groups)[fold->group].look = LOOK_OPEN;
        return true;
    }
    uint32_t name = name_of(c, s, fold);
    struct name_look *look = name == NAME_NONE ? NULL : buf_push(looks, 1);
    if (look != NULL) {
        *look = (struct name_look){.name = name, .look = LOOK_OPEN};
    }
    return look != NULL;
}

static bool open_all(struct opener *o, const struct opened *shown);

static bool put_opening(struct opener *o, struct screen *screen, const struct opened *at)
{
    struct call *c = o->call;
    struct rec *opening = call_record(c, KIND_opening);
    rec_text(c->out, opening, KEY_of, at->path);
    size_t before = c->out->list.in.count;
    struct rec *scene = screen_scene(screen, c, o->root, o->options, true);
    if (scene == NULL) {
        return false;
    }
    struct rec *to = rec_record(c->out, opening, KEY_picture, KIND_scene);
    for (const struct rec *r = scene->in.first; r != NULL; r = r->next) {
        rec_copy(c->out, to, r);
    }
    rec_cut(&c->out->list, before);
    o->count++;
    return open_all(o, at);
}

// One box of a picture, opened: a record, and those of what can be opened in it.
static bool open_one(struct opener *o, const struct opened *shown, const struct fold *fold)
{
    struct call *c = o->call;
    struct buf groups, looks;
    struct screen screen;
    bool ok = copy_list(&groups, shown->groups);
    ok = copy_list(&looks, shown->looks) && ok;
    if (ok && mark_open(c, shown->screen, fold, &groups, &looks)) {
        struct opened at = {.screen = &screen,
                            .before = shown->screen,
                            .groups = &groups,
                            .looks = &looks,
                            .depth = shown->depth + 1};
        format_write(at.path, sizeof at.path, "%.60s%sn%u", shown->path,
                     shown->path[0] == '\0' ? "" : "/", (unsigned)node_of(shown->screen, fold) + 1);
        bool staged = shown->screen->stage.statements;
        ok = screen_find(&screen, c, o->root, staged ? &shown->screen->stage : NULL, &groups,
                         &looks);
        size_t boxes = screen.folds.boxes;
        if (ok && boxes > shown->screen->folds.boxes && boxes <= SCREEN_MOST) {
            ok = put_opening(o, &screen, &at);
        }
        screen_release(&screen);
    }
    buf_release(&groups);
    buf_release(&looks);
    return ok || (!c->diag->set && diag_out_of_memory(c->diag));
}

static bool open_all(struct opener *o, const struct opened *shown)
{
    const struct buf *folds = &shown->screen->folds.list;
    bool ok = true;
    for (size_t i = 0; ok && shown->depth < DEPTH_MOST && i < folds->count; i++) {
        const struct fold *fold = &BUF(struct fold, folds)[i];
        if (fold->box != FOLD_NONE && o->count < OPENINGS_MOST && !was_there(shown, fold)) {
            ok = open_one(o, shown, fold);
        }
    }
    return ok;
}

bool openings_put(struct call *c, const struct screen *shown, uint32_t root,
                  const struct scene_options *options)
{
    struct opener o = {.call = c, .root = root, .options = options};
    const struct opened first = {.screen = shown, .groups = &c->s->groups, .looks = &c->s->looks};
    return open_all(&o, &first);
}

// Pictures in the terminal: of `graph`, and of the steps of a watched walk.
#ifndef COMMAND_PICTURE_H
#define COMMAND_PICTURE_H

#include "command/picture_words.h"
#include "scene/part.h"
#include "scene/scene.h"
#include "session/call.h"

// How a scene of root shows the walk that is on, if it is one over root.
struct scene_options picture_options(const struct session *s, uint32_t root);
// The same of any walk.
struct scene_options picture_options_of(const struct stepper *walk, uint32_t root);

// The styles of pictures in files: "cells", "edges", "micrograd", by settings.style; NULL past
// them.
const char *picture_style(unsigned style);

// Which style of a picture that fits an area that is: FIT_STYLES if it is to be chosen, -1 if such
// a picture is drawn as always.
int picture_fit_style(unsigned style);

// What of this part of root's graph is folded. Release it all the same; false: the diag is set.
bool picture_folds(struct call *c, struct folds *f, const struct part *part, uint32_t root,
                   enum fold_mode mode);

// The size that was asked for, put into a scene.
void picture_put_size(struct call *c, struct rec *scene, const struct picture *p);
// Asks for the file of a scene that is the last record.
enum call_end picture_ask_for_file(struct call *c, const struct rec *scene,
                                   const struct picture *p);

// Draws this part of the graph. False: c->waits if the layout is to be asked for, else the diag
// says why not. What asked for it is prepared then, with what was said before: where the layout has come,
// picture_draw_prepared is all that is left to do.
bool picture_draw(struct call *c, uint32_t root, const struct part *part, const struct folds *folds,
                  bool ascii);

bool picture_is_prepared(const struct call *c);
// *boxes receives how many boxes it has, constants not counted. False if out of memory: the diag is set.
bool picture_draw_prepared(struct call *c, size_t *boxes);

// Draws the walk as it will be after `to` steps, where `watch on` wants that. False as above; the
// walk stands where it stood.
bool picture_of_step(struct call *c, size_t to);

#endif

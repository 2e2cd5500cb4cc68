// Pictures in files that fit an area: `graph L FILE --size slide`, and all that have more
// operations than can be read in full.
//
// It takes two rounds: the host is asked to try layouts (a need with scenes, trials and area) and
// answers "NUMBER LETTERS LAYOUTS …": which of the trials it drew, the points of its smallest
// letters, and how many it tried.
#ifndef COMMAND_PICTURE_FIT_H
#define COMMAND_PICTURE_FIT_H

#include "command/picture_words.h"
#include "scene/fit.h"
#include "scene/part.h"

// Is the picture to fit an area?
bool picture_fits(const struct call *c, const struct picture *p, const struct part *part);
// Asks for the file, or, where it was written, says how it turned out.
enum call_end picture_fit(struct call *c, const struct picture *p, const struct part *part);

// ---- For walks and worksheets, which fit an area too

// For each name the formula of its present binding, as it was typed (struct scene_typed). False if
// out of memory.
bool picture_list_typed(const struct session *s, struct buf *typed);
// What is wished for; `typed` is to be released when the wish is over. False if out of memory.
bool picture_wish(struct call *c, const struct picture *p, struct fit_wish *wish,
                  struct buf *typed);
// Asks the host to try these; `what`: "picture", or "choice" for the answer without a file.
enum call_end picture_ask_for_best(struct call *c, const struct picture *p, const struct fit *fit,
                                   const char *what);
// The host's answer; NULL if it makes no sense.
const struct fit_trial *picture_best(const struct call *c, const struct fit *fit, double *letters);
// Style and direction of a trial, put into a scene that has none.
void picture_put_form(struct records *out, struct rec *scene, const struct fit_trial *t);
// Says how it turned out. `pictures`: how many there are of a walk; 0 if it is not one.
enum call_end picture_tell(struct call *c, const struct picture *p, const struct part *part,
                           const struct fit *fit, size_t pictures);
// Sets the diag. Returns false.
bool picture_refuse_large(struct call *c, const struct part *part);

#endif

// Pictures: DOT laid out and drawn by backstep-render, a program of ours that runs beside.
//
// Graphviz never runs in the session: a layout may take for ever, take all memory or crash, and
// each one leaks. The program is started anew for each picture, fed and drained through a socket,
// killed at its deadline or when the learner gives up, and always reaped. Every way in which it can
// fail comes back as a diag with the way on.
//
// It is looked for beside the running program, then where it was installed. Two variables of the
// environment override: BACKSTEP_RENDER, its path; BACKSTEP_RENDER_SECONDS, the deadline (1 to 600;
// 4 unless told, so that all of it takes less than 5) for a slow machine.
#ifndef PICTURE_IMAGE_H
#define PICTURE_IMAGE_H

#include "base/diag.h"
#include "base/record.h"
#include "base/stop.h"

// dot[0..n) as a picture ("png", "svg", "pdf") or positions ("plain", "json0"), appended to
// `bytes`, at most 64 MB of them. *stop (NULL: nothing) becoming not 0 ends it. False: d says why,
// its span is 0, and `bytes` is as it was.
bool image_render(const char *dot, size_t n, const char *format, struct stop *stop,
                  struct buf *bytes, struct diag *d);

// A scene as a picture ("png", "svg", "pdf"), appended to `bytes`. False: d says why.
bool image_draw(const struct rec *scene, const char *format, struct stop *stop, struct buf *bytes,
                struct diag *d);
// Writes a scene (view/scene.h) into a file: "png", "svg", "pdf", "svg:cairo" (its
// letters are outlines), or "dot" as text. The file is
// whole or as it was. False: d says why, its span is 0.
bool picture_write(const struct rec *scene, const char *path, const char *format, struct stop *stop,
                   struct diag *d);

// The format that a need of kind "picture" asks for.
const char *picture_format(const struct rec *need);
// The same of the best of several layouts: `need` is of kind need, with the scenes, the area and the
// trials of scene/fit.h. What was chosen is appended to `chosen`, as backstep-render says it:
// "NUMBER LETTERS LAYOUTS WIDTH HEIGHT".
bool picture_write_best(const struct rec *need, const char *path, struct stop *stop,
                        struct buf *chosen, struct diag *d);
// The choice alone, without a file.
bool picture_choose(const struct rec *need, struct stop *stop, struct buf *chosen, struct diag *d);

// The places that dot gives to each of these graphs (a list of texts in DOT), as "plain", one
// answer after another appended to `bytes`. False: d says why, and `bytes` is as it was.
bool picture_layout(const struct rec *questions, struct stop *stop, struct buf *bytes,
                    struct diag *d);

#endif

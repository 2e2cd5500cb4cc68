// Text copied with the prompts in front: from this program's own screen, from Python's, from a
// notebook.
//
//   ∇ a = 2                    a line that begins with a prompt's sign is a statement,
//   ∇ b = (a +                 one that begins with … or ... goes on with it,
//   …  3)                      and all others are answers.
//     b = 5
#ifndef TEXT_PROMPTS_H
#define TEXT_PROMPTS_H

#include "base/diag.h"
#include "base/mem.h"

// Does any line of the text begin with a prompt's sign? Then `bare` receives the text without the
// signs and without the answers. With `places` every byte stays where it was, what is dropped being
// blank; without, lines of answers are left out. False also where memory is short (bare->failed).
bool prompts_strip(const struct source *source, bool places, struct buf *bare);

#endif

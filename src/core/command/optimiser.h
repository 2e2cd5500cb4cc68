// The words after a learning rate: which optimiser, and what is beside it.
#ifndef COMMAND_OPTIMISER_H
#define COMMAND_OPTIMISER_H

#include "command/commands.h"

// RATE [momentum 0.9 | nesterov 0.9 | rmsprop [momentum 0.9] | adam | adamw] [betas 0.9 0.999]
// [decay 0.01] [clip 1.0] and, where `batch` is not NULL, for a training of `steps` steps:
// [schedule cosine [N] | schedule step 50 0.5] [warmup 20] [batch 16]. Each word once, in any
// order.
bool optimiser_read(struct call *c, struct optim *o, int64_t steps, uint32_t *batch);
// help adam. False: the word is none of these.
bool optimiser_help(struct call *c, struct span word);
void optimiser_offer(struct nearest *nearest);

#endif

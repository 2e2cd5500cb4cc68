#include "lang/prelude.h"

// Losses, written in the language itself. What they are made of shows in their graphs. Their
// parameters' names end in _, to stay out of the way of the learner's.
const char prelude[] = "def mse(p_, y_) = mean((p_ - y_)**2)\n"
                       "def mae(p_, y_) = mean(abs(p_ - y_))\n"
                       "def bce(p_, y_) = mean(-(y_*log(p_) + (1 - y_)*log(1 - p_)))\n"
                       "def bce_logits(z_, y_) = mean(softplus(z_) - y_*z_)\n"
                       "def hinge(s_, y_) = mean(relu(1 - y_*s_))\n";

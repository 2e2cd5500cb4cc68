// How others write it: the signs of papers and slides, LaTeX, NumPy, PyTorch, calculators. What is
// read as if it were the language's own is here, and nowhere else, so that the prompt, formulas,
// derive, stage and the answers of lessons all understand the same. (What is only recognised, to
// say what to write instead, is in foreign.h.)
#ifndef TEXT_SPELLING_H
#define TEXT_SPELLING_H

#include <stdbool.h>
#include <stddef.h>

// The sign that begins s: "−" is "-", "⊙" and "\cdot" are "*". Returns its bytes and sets *sign; 0:
// there is none. A sign of "" is nothing but room, such as "\left", "\," and "\(".
size_t spelling_sign(const char *s, size_t n, const char **sign);

// Raised digits: x², x⁻¹. Their bytes, and the number; 0: there are none.
size_t spelling_raised(const char *s, size_t n, double *number);

// A function's other name: "ln" is "log", "σ" is "sigmoid". NULL if it is not one. A function of
// the learner's goes before.
const char *spelling_function(const char *s, size_t n);

// Commands of LaTeX that say how the name in their braces looks: \mathrm{ReLU}, \mathbf{w}.
bool spelling_font(const char *s, size_t n);

// Modules whose functions are ours: np.exp, torch.tanh, nn.functional.relu.
bool spelling_module(const char *s, size_t n);

// Functions that give back the value itself here: Value(2), tensor(x), x.double(), and of these
// those that give its number: x.item(), x.numpy().
bool spelling_value(const char *s, size_t n);
bool spelling_number(const char *s, size_t n);

// Arguments that say nothing here: requires_grad=True, dtype=torch.float64.
bool spelling_idle_argument(const char *s, size_t n);

#endif

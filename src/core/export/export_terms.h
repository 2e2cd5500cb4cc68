// An expression of the language as one of PyTorch's, while it is being lowered: the same items, the
// same stack, with a text beside each operand.
//
// Texts may hold marks, to be replaced when everything has been read:
//   \1 L at rank rows cols \2     an array of statements.numbers, from this one on
//   \1 F k \2                     the name of function k
#ifndef EXPORT_EXPORT_TERMS_H
#define EXPORT_EXPORT_TERMS_H

#include "export/export_statements.h"
#include "text/lower.h"

// Lowers one expression and translates it. *text is NULL if it is plain numbers, or if there is no
// translation; *translated tells which. False: it cannot be lowered.
bool terms_read(struct statements *s, struct lower *w, struct parser *p, struct operand *result,
                const char **text, bool *translated);
// `name op= value`: what the name is bound to, op and *value give the new *value and its text.
// False: there is no such thing.
bool terms_combine(struct statements *s, struct lower *w, enum op op, uint32_t name,
                   struct operand *value, const char **text);
// Has PyTorch words for the operation?
bool terms_write(enum op op);
// op on two texts, which are names, elements or numbers.
const char *terms_op(struct statements *s, enum op op, const char *x, const char *y);

#endif

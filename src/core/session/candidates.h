// What a word that is being typed may become.
#ifndef SESSION_CANDIDATES_H
#define SESSION_CANDIDATES_H

#include "session/session.h"

// Appends a record {kind: "candidates", items: […]}: the functions and names that begin with
// `prefix`, and at the start of a statement the commands too.
void candidates_add(struct session *s, const char *prefix, bool statement_start,
                    struct records *out);

// The same of the names that have values alone; of functions alone; of those names with a d before them,
// as in dL/dw.
void candidates_add_names(struct session *s, const char *prefix, struct records *out);
void candidates_add_functions(struct session *s, const char *prefix, struct records *out);
void candidates_add_slopes(struct session *s, const char *prefix, struct records *out);

#endif

// What a word that is being typed may become.
#ifndef SESSION_CANDIDATES_H
#define SESSION_CANDIDATES_H

#include "session/session.h"

// Appends a record {kind: "candidates", items: […]}: the functions and names that begin with
// `prefix`, and at the start of a statement the commands too.
void candidates_add(struct session *s, const char *prefix, bool statement_start,
                    struct records *out);

// The same of the names that have values alone.
void candidates_add_names(struct session *s, const char *prefix, struct records *out);

#endif

// Jupyter's messages (protocol 5.3) as bytes: taken apart and checked, put together and signed. The
// only user of libsodium.
//
//   identities…  <IDS|MSG>  signature  header  parent  metadata  content  buffers…
//
// The signature is HMAC-SHA256 over header, parent, metadata and content as they are sent. What is
// not signed with the connection's key, or is not a message, is dropped without a word: whoever
// sent it is told nothing.
#ifndef JUPYTER_WIRE_H
#define JUPYTER_WIRE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/json.h"
#include "base/text.h"
#include "jupyter/parcel.h"

enum { WIRE_ID = 33 };  // bytes of the session's id, a 0 at its end

struct wire_session {
    struct text key;  // empty: nothing is signed
    char session[WIRE_ID];
    atomic_ulong sent;  // messages; each has its number in its id
};

// A message that came in. Its parcel owns what the rest points to.
struct wire_message {
    struct parcel parcel;
    size_t identities;  // frames before the delimiter
    struct text type;
    struct frame_bytes header;  // as it was sent: replies hold it as their parent's
    struct json content;        // a map
};

// key[0..n) is copied. False: libsodium does not start.
bool wire_init(struct wire_session *w, const char *key, size_t n);
void wire_release(struct wire_session *w);

// Takes a parcel apart; the message owns it from now on, whatever comes of it, and is released by
// message_release. False if it is none of ours.
bool wire_open(const struct wire_session *w, struct parcel *parcel, struct wire_message *m);
void message_release(struct wire_message *m);

// Puts a message together. parent: what it answers; NULL: nothing. topic: the one frame before the
// delimiter; NULL: the parent's identities. content: JSON, or "" where memory
// was short.
void wire_seal(struct wire_session *w, struct parcel *out, const struct wire_message *parent,
               const char *topic, const char *type, const char *content);

#endif

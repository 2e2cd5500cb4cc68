// What was typed into a lesson, so that it outlives the program: where the lesson stood, and how to
// come there again; see tutor_kept. Private to the room.
//
// A place is a text of numbers and texts, each as its length, a colon, its bytes and a blank. The
// statements that were typed are apart from it, as they grow.
#ifndef PLAY_KEPT_H
#define PLAY_KEPT_H

#include "play/play.h"

void kept_put(struct text *out, const char *bytes, size_t n);
void kept_put_number(struct text *out, uint64_t number);

// What is left to read; `bad` as soon as something was not as it is written.
struct kept_reader {
    const char *s, *end;
    bool bad;
};

// The next text, where it lies, not ended by a 0; "" if it is not whole.
const char *kept_take(struct kept_reader *r, size_t *n);
uint64_t kept_take_number(struct kept_reader *r);

// A lesson that is being taken up: what was kept, and how far that is done.
struct kept {
    struct text place, typed;
    bool waits;  // for its lesson to begin
    // Read from the place.
    size_t item, reached;
    const char *question;  // the id of the one that was asked; "": none was
    size_t question_length;
    uint64_t seed;
    bool pinned, anew, passed, solved;
    uint32_t hints, wrong;
    const char *graph;  // what the lesson's graph was made of, where more than the lesson made it
    size_t graph_length;
    bool graph_made;            // that was done
    struct kept_reader review;  // see review_put; at its end: no review
};

// Of the play that was just begun with a lesson: it goes on where that was left. The play comes
// back, or another in its place; NULL if out of memory.
struct play *kept_begin(struct tutor *t, struct lesson *lesson, const struct course *course);
// The play has come to the item. True: it has been given something to do first.
bool kept_at_item(struct play *p, struct records *out);
// The question is asked: what was typed into it is carried out, and kept_end comes after it.
void kept_at_question(struct play *p);
void kept_end(struct play *p, struct records *out);

// A statement of the learner's was carried out in the graph.
void kept_note(struct play *p);
// The learner is about to type into this graph, whose statements so far are the lesson's.
void kept_ground(struct play *p);

#endif

// Judging a student's answers in a process of its own, so that nothing that they hold can touch what
// judges the others: bounded in time, memory and nodes, and without files.
#ifndef CHECK_GRADE_CHILD_H
#define CHECK_GRADE_CHILD_H

#include "check/grade_student.h"

enum { GRADE_MEMORY = 256 << 20 };  // bytes that it may take

// Judges the answers. Appends a result (struct grade_result) for each of the lesson's
// tasks that count, `count` of them, their texts in `arena`; where judging was cut short, those that
// are missing say so.
void grade_in_child(struct lesson *lesson, const struct answers *answers,
                    const struct grade_rules *rules, size_t count, struct arena *arena,
                    struct buf *results);

#endif

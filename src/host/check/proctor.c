#include "check/proctor.h"

#include <string.h>

static void see(void *seer, const struct rec *record)
{
    struct proctor *p = seer;
    p->see(p->seer, record);
}

static bool give(void *seer, const struct rec *need)
{
    struct proctor *p = seer;
    bool notes = strcmp(rec_get_text(need, KEY_what), "notes") == 0;  // there is no log of a prompt
    if (!p->trusted || notes) {
        sandbox_answer(&p->box, p->host.tutor, need);
    }
    return !p->trusted || notes;
}

bool proctor_begin(struct proctor *p, struct lesson *lesson, const struct proctor_rules *rules,
                   void (*sees)(void *seer, const struct rec *record), void *seer)
{
    *p = (struct proctor){.box = {.folder = rules->folder},
                          .trusted = rules->trusted,
                          .nowhere = fopen("/dev/null", "w"),
                          .see = sees,
                          .seer = seer};
    const struct session_world world = {
        .stop = &p->stop, .seed = 1, .nodes = rules->trusted ? 0 : rules->nodes};
    struct tutor *tutor = tutor_new(&world);
    patience_init(&p->patience, &p->stop);
    p->host = (struct host){.tutor = tutor,
                            .mode = SESSION_PROMPT,  // says what was written
                            .out = p->nowhere,
                            .trouble = p->nowhere,
                            .folder = rules->folder,
                            .stop = &p->stop,
                            .see = see,
                            .give = give,
                            .seer = p,
                            .unseen = true};
    if (tutor == NULL || p->nowhere == NULL) {
        lesson_free(lesson);
        return false;
    }
    return grading_begin(tutor, lesson);
}

void proctor_end(struct proctor *p)
{
    patience_release(&p->patience);
    tutor_free(p->host.tutor);
    if (p->nowhere != NULL) {
        fclose(p->nowhere);
    }
}

void proctor_give(struct proctor *p, double seconds)
{
    enum { LEAST = 100 };  // of a second
    if (!p->trusted) {
        patience_give(&p->patience, seconds < 1.0 / LEAST ? 1.0 / LEAST : seconds);
    }
}

bool proctor_is_late(const struct proctor *p)
{
    return p->stop.asked == STOP_LATE;
}

enum session_state proctor_run(struct proctor *p, const struct source *source)
{
    return host_run(&p->host, source);
}

void proctor_next(struct proctor *p)
{
    const struct source nothing = {.name = "", .text = "", .line = 1};
    host_run(&p->host, &nothing);
}

const struct question *proctor_question(const struct proctor *p)
{
    return tutor_question(p->host.tutor);
}

bool proctor_ask(struct proctor *p, uint64_t seed)
{
    const struct question *q = proctor_question(p);
    bool asked = tutor_ask(p->host.tutor, seed);
    proctor_next(p);
    return asked && proctor_question(p) == q;
}

void proctor_leave(struct proctor *p)
{
    grading_leave(p->host.tutor);
    proctor_next(p);
}

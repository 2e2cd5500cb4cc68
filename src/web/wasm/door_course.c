// Lessons and progress behind the door, kept by the page: see door.h.
#include <stdlib.h>
#include <string.h>

#include "lesson/pack.h"
#include "wasm/door.h"

// ---- What is kept -------------------------------------------------------------------------------

bool door_keep(const struct door *d, const struct rec *r, struct text *line)
{
    if (rec_is(r, KIND_place)) {
        log_write_place(line, rec_get_text(r, KEY_lesson), rec_get_whole(r, KEY_passed));
        return true;
    }
    if (!rec_is(r, KIND_attempt)) {
        return false;
    }
    const struct log_attempt attempt = log_attempt_of(r, d->now);
    log_write_attempt(line, &attempt);
    return true;
}

// ---- The course ---------------------------------------------------------------------------------

void EXPORT(door_course_begin)(struct door *d)
{
    course_release(&d->course);
    course_init(&d->course);
    d->listed = false;
}

int EXPORT(door_course_lesson)(struct door *d, size_t n)
{
    struct diag why = {0};
    const char *packed = door_text(d, &n);
    struct lesson *l = pack_read(packed, n, &why, NULL);
    if (l != NULL) {
        course_add_lesson(&d->course, l, l->name);
    } else {
        course_add_trouble(&d->course, "damaged", "damaged", why.message);
    }
    bool ok = l != NULL;
    lesson_free(l);
    return ok;
}

void EXPORT(door_course_rows)(struct door *d, size_t n)
{
    const char *rows = door_text(d, &n);
    course_read_rows(&d->course, rows, n);
}

int EXPORT(door_course_supply)(struct door *d, size_t n, int kept)
{
    enum { NOT_KEPT, KEPT };
    struct log log;
    size_t bad;
    const struct rec *need = door_need(d, "course");
    if (need == NULL || d->course.lessons.count == 0) {
        return -1;
    }
    const char *lines = door_text(d, &n);
    if (!d->listed) {
        course_end_lessons(&d->course);
        d->listed = true;
    }
    log_read_lines(&log, lines, n, &bad);
    course_join(&d->course, &log, d->now, d->today, rec_get_flag(need, KEY_log));
    d->course.saved = kept == KEPT;
    d->course.trouble =
        kept == NOT_KEPT ? "your progress is not being kept: this page may not store anything" : "";
    tutor_supply_course(d->tutor, &d->course);
    d->asks = false;
    return (int)bad;
}

// The diag, which is about that line of a file, with this before its message.
static void name_place(struct diag *why, const char *path, size_t line)
{
    struct diag whole = {0};
    if (line > 0) {
        diag_set(&whole, why->span, "%s:%zu: %s", path, line, why->message);
        diag_hint(&whole, "%s", why->hint);
        *why = whole;
    }
}

int EXPORT(door_lesson)(struct door *d, size_t n)
{
    struct diag why = {0};
    size_t line;
    const struct rec *need = door_need(d, "lesson");
    if (need == NULL) {
        return 0;
    }
    const char *packed = door_text(d, &n);
    struct lesson *l = pack_read(packed, n, &why, &line);
    if (l == NULL) {
        name_place(&why, rec_get_text(need, KEY_path), line);
    }
    bool ok = l != NULL;
    if (ok) {
        tutor_supply_lesson(d->tutor, l);
    } else {
        tutor_refuse(d->tutor, &why);
    }
    d->asks = false;
    return ok;
}

int EXPORT(door_import)(struct door *d, size_t n)
{
    struct log mine, theirs, missing;
    struct text counts;
    struct diag why = {0};
    size_t bad;
    const struct rec *need = door_need(d, "import");
    if (need == NULL) {
        return 0;
    }
    const char *lines = door_text(d, &n), *text = rec_get_text(need, KEY_text);
    text_init(&counts);
    log_init(&missing);
    log_init(&theirs);
    bool ok = log_read_lines(&mine, lines, n, &bad) &&
              log_read(&theirs, text, strlen(text), &why) && log_missing(&missing, &mine, &theirs);
    door_clear_words(d);
    for (size_t i = 0; i < missing.attempts.count; i++) {
        log_write_attempt(&d->words[CHANNEL_ANSWERS],
                          &BUF(struct log_attempt, &missing.attempts)[i]);
    }
    for (size_t i = 0; i < missing.places.count; i++) {
        const struct log_place *place = &BUF(struct log_place, &missing.places)[i];
        log_write_place(&d->words[CHANNEL_ANSWERS], place->lesson, place->passed);
    }
    if (ok) {
        log_write_counts(&counts, &missing, &theirs);
        tutor_supply(d->tutor, text_get(&counts), text_length(&counts));
    } else {
        diag_out_of_memory(&why);
        tutor_refuse(d->tutor, &why);
    }
    d->asks = false;
    text_release(&counts);
    log_release(&mine);
    log_release(&theirs);
    log_release(&missing);
    return ok;
}

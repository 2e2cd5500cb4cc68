// Needs behind the door, answered by the page: see door.h.
#include <stdlib.h>
#include <string.h>

#include "dot/dot.h"
#include "dot/dot_effort.h"
#include "wasm/door.h"

static const struct span nowhere = {0, 0};

const struct rec *door_need(const struct door *d, const char *what)
{
    const struct rec *need = d->asks ? d->last.list.in.last : NULL;
    bool is_it = need != NULL && (what == NULL || strcmp(rec_get_text(need, KEY_what), what) == 0);
    return is_it ? need : NULL;
}

void EXPORT(door_supply)(struct door *d, size_t n)
{
    if (door_need(d, NULL) == NULL) {
        return;
    }
    // No bytes are a lesson, or a course.
    if (door_need(d, "lesson") != NULL || door_need(d, "course") != NULL) {
        struct diag why = {0};
        diag_set(&why, nowhere, "there are no lessons here");
        tutor_refuse(d->tutor, &why);
    } else {
        const char *bytes = door_text(d, &n);
        tutor_supply(d->tutor, bytes, n);
    }
    d->asks = false;
}

// At most what a diag has room for, no character split.
static int fits(const char *s, size_t n)
{
    return (int)utf8_cut(s, n < DIAG_WORDS ? n : DIAG_WORDS - 1, DIAG_WORDS);
}

void EXPORT(door_refuse)(struct door *d, size_t message, size_t hint)
{
    struct diag why = {0};
    size_t n = message < SIZE_MAX - hint ? message + hint : SIZE_MAX;
    const char *text = door_text(d, &n);
    if (door_need(d, NULL) == NULL) {
        return;
    }
    message = message > n ? n : message;
    hint = n - message;
    if (message == 0) {
        diag_set(&why, nowhere, "this page cannot do that");
    } else {
        diag_set(&why, nowhere, "%.*s", fits(text, message), text);
    }
    if (hint > 0) {
        diag_hint(&why, "%.*s", fits(text + message, hint), text + message);
    }
    tutor_refuse(d->tutor, &why);
    d->asks = false;
}

// which: from 0, pictures of openings among them; -1: the last that is no opening. NULL: there is no
// such scene.
static const struct rec *scene_of(const struct door *d, int which)
{
    const struct rec *last = NULL;
    int at = 0;
    for (const struct rec *r = d->last.list.in.first; r != NULL; r = r->next) {
        bool opening = rec_is(r, KIND_opening);
        if (!opening && !rec_is(r, KIND_scene)) {
            continue;
        }
        if (at++ == which) {
            return opening ? rec_find(r, KEY_picture) : r;
        }
        last = opening ? last : r;
    }
    return which < 0 ? last : NULL;
}

// Of a picture that is to fit an area (scene/fit.h) the most promising layout is drawn: there is none
// here to compare it with. False: the need is for no such picture.
static const struct rec *first_trial(const struct door *d, struct dot_form *form)
{
    const struct rec *need = door_need(d, "picture");
    const struct rec *trial = rec_first(need, KEY_trials);
    const struct rec *scene = trial == NULL ? NULL : rec_first(need, KEY_scenes);
    for (int64_t i = rec_get_whole(trial, KEY_at); scene != NULL && i > 0; i--) {
        scene = scene->next;
    }
    *form = (struct dot_form){.style = rec_get_text(trial, KEY_style),
                              .down = strcmp(rec_get_text(trial, KEY_direction), "TB") == 0,
                              .lines = (int)rec_get_whole(trial, KEY_lines)};
    return scene;
}

int EXPORT(door_dot)(struct door *d, int scene)
{
    enum { NO_SCENE, DRAWN, TOO_LARGE };
    struct dot_form form;
    const struct rec *fitted = scene < 0 ? first_trial(d, &form) : NULL;
    const struct rec *drawn = fitted != NULL ? fitted : scene_of(d, scene);
    bool is_file =
        scene < 0 && strcmp(rec_get_text(door_need(d, "picture"), KEY_format), "dot") == 0;
    enum dot_use use = is_file ? DOT_FILE : DOT_LAYOUT;
    struct diag why = {0};
    door_clear_words(d);
    if (drawn == NULL) {
        return NO_SCENE;
    }
    struct effort effort = dot_effort(drawn);
    if (!effort_is_bearable(&effort, &why) ||
        !dot_text(drawn, fitted != NULL ? &form : NULL, use, &d->words[CHANNEL_ANSWERS], &why)) {
        door_clear_words(d);
        door_say_trouble(d, &why);
        return TOO_LARGE;
    }
    return DRAWN;
}

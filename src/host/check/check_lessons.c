#include "check/check_player.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/check_figures.h"
#include "lesson/answer.h"
#include "process/tell.h"
#include "store/files.h"
#include "store/lesson_file.h"
#include "store/markdown.h"
#include "words/words.h"

// ---- A lesson -----------------------------------------------------------------------------------

static void check_width(struct player *p, const struct rec *r, const char *words)
{
    for (const char *s = words; *s != '\0';) {
        size_t n = strcspn(s, "\n");
        if (ink_columns(s, n) > COLUMNS && !rec_is(r, KIND_lesson_code)) {
            struct text plain;
            text_init(&plain);
            ink_plain(&plain, s, n);
            check_report(p, check_at(p, (size_t)rec_get_whole(r, KEY_line)),
                         "a line is %zu columns wide when it is shown: %s", ink_columns(s, n),
                         text_get(&plain));
            text_release(&plain);
        }
        s += n + (s[n] == '\n');
    }
}

// What came, as a learner reads it.
static void read_what_came(struct player *p)
{
    for (const struct rec *r = p->came.list.in.first; r != NULL; r = r->next) {
        struct text words;
        text_init(&words);
        words_add(&words, r,
                  &(struct words_form){.digits = session_digits(tutor_graph(p->host.tutor))});
        if (rec_is(r, KIND_prose) || rec_is(r, KIND_question)) {
            check_width(p, r, text_get(&words));
        }
        if (!rec_is(r, KIND_question) && !rec_is(r, KIND_lesson_code)) {
            ink_plain(&p->above, text_get(&words), text_length(&words));
        }
        text_release(&words);
    }
}

static void check_skips(struct player *p, const char *statement, uint64_t seed)
{
    const struct question *q;
    check_type(p, statement);
    for (size_t i = 0; (q = tutor_question(p->host.tutor)) != NULL; i++) {
        size_t line = q->line;
        p->counted_failure = false;
        check_ask(p, seed);
        check_type(p, "skip");
        if (check_came(p, KIND_skipped) == NULL || check_came(p, KIND_judged) != NULL ||
            i > LESSON_QUESTIONS_MOST) {
            check_report(p, check_at(p, line), "this question cannot be skipped");
            break;
        }
    }
    check_type(p, "quit");
}

// Every question in its turn, and between them what a learner would read.
static void check_course(struct player *p, const char *statement)
{
    check_type(p, statement);
    for (size_t i = 0; i <= LESSON_QUESTIONS_MOST; i++) {
        p->counted_failure = false;
        check_fault(p);
        read_what_came(p);
        if (tutor_question(p->host.tutor) == NULL) {
            break;
        }
        check_question(p);
        text_clear(&p->above);
        tutor_ask(p->host.tutor, 0);
        check_type(p, "");
        check_type(p, "skip");
    }
}

static void check_figures(struct player *p)
{
    const char *name = p->lesson->name;
    struct diag ignored = {0};
    struct buf file;
    struct figure f = {0, 0};
    buf_init(&file, 1);
    if (files_read(name, MARKDOWN_LESSON_MOST, &file, &ignored) && file.count > 0) {
        struct source source = {.name = name, .text = file.data, .length = file.count, .line = 1};
        while ((f = check_figures_next(source.text, source.length, f.at + f.n)).n > 0) {
            struct place place = source_place(&source, f.at);
            p->counted_failure = false;
            check_report(p, (struct lesson_place){place.line, place.column},
                         "%.*s is written out, and not in code; write {= EXPR}, or `%.*s` if it is "
                         "meant literally",
                         (int)f.n, source.text + f.at, (int)f.n, source.text + f.at);
        }
    }
    buf_release(&file);
}

static void play_lesson(struct player *p)
{
    char *statement = NULL;
    char *path = realpath(p->lesson->name, NULL);
    p->check->fell_short |= path == NULL && errno == ENOMEM;
    if (path != NULL && asprintf(&statement, "lesson \"%s\"", path) > 0) {
        check_course(p, statement);
        check_figures(p);
        for (uint64_t seed = 0; seed < SEEDS_SKIPPED && p->check->failed == 0; seed++) {
            check_skips(p, statement, seed);
        }
    }
    free(statement);
    free(path);
}

static void play(struct lessons_check *c, const struct lesson *lesson, const char *folder)
{
    struct player p = {.check = c, .lesson = lesson};
    FILE *nowhere = fopen("/dev/null", "w");
    struct stop stop = {0};
    struct patience patience;
    struct tutor *tutor = tutor_new(&(struct session_world){.stop = &stop, .seed = 1});
    patience_init(&patience, &stop);
    records_init(&p.came);
    text_init(&p.above);
    if (nowhere != NULL && tutor != NULL) {
        p.host = (struct host){.tutor = tutor,
                               .mode = SESSION_PROMPT,
                               .out = nowhere,
                               .trouble = nowhere,
                               .folder = folder,
                               .patience = &patience,
                               .see = check_see,
                               .unseen = true,
                               .seer = &p};
        play_lesson(&p);
    } else {
        c->fell_short = true;
    }
    check_is_short(&p);
    if (nowhere != NULL) {
        fclose(nowhere);
    }
    patience_release(&patience);
    tutor_free(tutor);
    records_release(&p.came);
    text_release(&p.above);
}

// ---- Files --------------------------------------------------------------------------------------

void lessons_check_init(struct lessons_check *c)
{
    *c = (struct lessons_check){0};
    buf_init(&c->lessons, sizeof(struct lesson *));
}

void lessons_check_forget(struct lessons_check *c)
{
    for (size_t i = 0; i < c->lessons.count; i++) {
        lesson_free(BUF(struct lesson *, &c->lessons)[i]);
    }
    c->lessons.count = 0;
}

void lessons_check_release(struct lessons_check *c)
{
    lessons_check_forget(c);
    buf_release(&c->lessons);
}

bool lessons_check_is_one(const char *s, size_t n)
{
    return n >= 4 && memcmp(s, "---", 3) == 0 && (s[3] == '\n' || s[3] == '\r');
}

// A mistake of form.
struct mistaken {
    struct lessons_check *check;
    const char *path;
};

static void say_mistake(void *at, struct lesson_trouble *trouble)
{
    const struct mistaken *m = at;
    struct text words;
    text_init(&words);
    lesson_trouble_say(m->path, trouble, &words);
    tell(stdout, "%s", text_get(&words));
    text_release(&words);
    m->check->failed++;
}

void lessons_check_file(struct lessons_check *c, const char *path, const char *folder)
{
    struct mistaken mistaken = {c, path};
    struct lesson *lesson = lesson_file_read_all(path, say_mistake, &mistaken);
    c->fell_short |= mem_refusals() > 0;
    if (c->fell_short) {
        lesson_free(lesson);
    } else if (lesson != NULL) {
        struct lesson **slot = buf_push(&c->lessons, 1);
        play(c, lesson, folder);
        if (slot == NULL) {
            lesson_free(lesson);
        } else {
            *slot = lesson;
        }
    }
}

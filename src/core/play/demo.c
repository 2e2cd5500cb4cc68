#include "play/demo.h"

#include <string.h>

#include "lesson/course.h"
#include "lesson/lesson.h"
#include "play/tutor.h"

struct demo {
    struct tutor *tutor;
    struct course course;
    struct text file;  // what was written last
};

// ---- What is supplied ---------------------------------------------------------------------------

static struct lesson *small_lesson(void)
{
    static const char front[] = "id: two-paths\ntitle: When two paths meet\n";
    static const char asks[][120] = {
        "`b = a + a`. What is `db/da`?\nkind: number\nanswer: db/da\nhint: There are two paths.\n",
        "And `d(b*b)/db`, at this `b`?\nkind: number\nanswer: 2*b\nhint: Twice the value.\n",
    };
    static const char *const ids[] = {"two-paths.sum", "two-paths.square"};
    static const char code[] = "a = 3\nb = a + a\n";
    struct diag d = {0};
    struct lesson *l = lesson_new("two-paths.md");
    bool ok = l != NULL && lesson_front(l, front, strlen(front), 1, &d) &&
              lesson_code(l, code, strlen(code), false, 1, &d);
    for (size_t i = 0; ok && i < COUNT_OF(asks); i++) {
        ok = lesson_ask(l, ids[i], asks[i], strlen(asks[i]), 1, &d);
    }
    if (!ok || !lesson_end(l, &d)) {
        lesson_free(l);
        return NULL;
    }
    return l;
}

static void make_course(struct course *course)
{
    static const struct course_lesson lessons[] = {
        {.id = "slope", .title = "What a slope says", .questions = 6, .done = 6, .place = 6},
        {.id = "two-paths", .title = "When two paths meet", .questions = 2},
    };
    static const struct course_due due = {.lesson = "two-paths.md", .question = "two-paths.sum"};
    static const struct course_question questions[] = {
        {.id = "two-paths.sum",
         .covers = "I1",
         .text = "What is `db/da`?",
         .model = "",
         .lesson = 1,
         .kind = QUESTION_NUMBER,
         .version = 1},
        {.id = "two-paths.square",
         .covers = "I2",
         .text = "And `d(b*b)/db`?",
         .model = "",
         .lesson = 1,
         .kind = QUESTION_NUMBER,
         .version = 1},
    };
    static const char rows[] = "# Asked in interviews\n"
                               "I1  a value that is used twice: why gradients add up\n"
                               "I2  the derivative of a square\n"
                               "I3  a dead relu, and how it comes about\n";
    course_init(course);
    for (size_t i = 0; i < COUNT_OF(lessons); i++) {
        struct course_lesson *l = buf_push(&course->lessons, 1);
        if (l != NULL) {
            *l = lessons[i];
            l->path = "two-paths.md";
            l->requires = l->trouble = l->deck = "";
        }
    }
    struct course_due *one = buf_push(&course->due, 1);
    if (one != NULL) {
        *one = due;
    }
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        struct course_question *q = buf_push(&course->questions, 1);
        if (q != NULL) {
            *q = questions[i];
        }
    }
    course_read_rows(course, rows, strlen(rows));
}

static void refuse(struct demo *demo)
{
    struct diag d = {0};
    diag_set(&d, (struct span){0, 0}, "this is not available here");
    tutor_refuse(demo->tutor, &d);
}

static void supply(struct demo *demo, const struct rec *need)
{
    const char *what = rec_get_text(need, KEY_what);
    struct tutor *t = demo->tutor;
    struct lesson *lesson = strcmp(what, "lesson") == 0 ? small_lesson() : NULL;
    if (strcmp(what, "course") == 0) {
        tutor_supply_course(t, &demo->course);
    } else if (lesson != NULL) {
        tutor_supply_lesson(t, lesson);
    } else if (strcmp(what, "read") == 0) {
        tutor_supply(t, text_get(&demo->file), text_length(&demo->file));
    } else if (strcmp(what, "view") == 0) {
        static const char address[] = "http://127.0.0.1:8080/";
        tutor_supply(t, address, strlen(address));
    } else if (strcmp(what, "layout") == 0 || strcmp(what, "lesson") == 0) {
        refuse(demo);
    } else {
        text_clear(&demo->file);
        text_add(&demo->file, rec_get_text(need, KEY_text));
        tutor_supply(t, "", 0);
    }
}

// ---- Running it ---------------------------------------------------------------------------------

// The end of the statement that begins at `at`; *assigns: does it give a value?
static size_t statement_end(const struct source *example, size_t at, bool *assigns)
{
    struct lexer l = {.source = example, .at = at};
    struct diag ignored = {0};
    struct token t = lexer_next(&l, &ignored);
    size_t end = at;
    *assigns = false;
    while (!token_ends(t.kind)) {
        *assigns |= t.kind == TOKEN_ASSIGN && l.open == 0;
        end = t.span.end + (t.kind == TOKEN_STRING);
        t = lexer_next(&l, &ignored);
    }
    return end;
}

// The example's next lines: all assignments at once, or one other statement.
static struct source next_entry(const struct source *example, size_t *at)
{
    size_t start = *at + strspn(example->text + *at, "; "), end = start;
    bool assigns = true;
    for (size_t next = start; next < example->length && assigns;) {
        size_t stop = statement_end(example, next, &assigns);
        if (assigns || end == start) {
            end = stop;
        }
        next = stop + strspn(example->text + stop, "; ");
    }
    *at = end;
    return (struct source){
        .name = "", .text = example->text + start, .length = end - start, .line = 1};
}

static void run_entry(struct demo *demo, const struct source *entry, struct records *out)
{
    enum session_state state;
    tutor_begin(demo->tutor, entry, SESSION_PROMPT);
    while ((state = tutor_run(demo->tutor, out)) == SESSION_MORE || state == SESSION_NEED) {
        if (state == SESSION_NEED) {
            supply(demo, out->list.in.last);
        }
    }
    if (tutor_fell_short(demo->tutor)) {
        mem_refuse();  // it is not the example that fails
    }
}

static void put_entry(struct call *c, struct demo *demo, struct rec *transcript,
                      const struct source *entry)
{
    struct records answered;
    struct rec *to = rec_map(c->out, transcript, KEY_NONE);
    rec_bytes(c->out, to, KEY_entry, entry->text, entry->length);
    struct rec *answers = rec_list(c->out, to, KEY_replies);
    records_init(&answered);
    run_entry(demo, entry, &answered);
    for (const struct rec *r = answered.list.in.first; r != NULL; r = r->next) {
        if (!rec_is(r, KIND_need)) {
            rec_copy(c->out, answers, r);
        }
    }
    records_release(&answered);
}

void demo_put(struct call *c, struct rec *to, const char *example)
{
    enum { INDENT = 2 };
    struct demo demo = {
        .tutor = tutor_new(&(struct session_world){.stop = c->s->world.stop, .seed = 1})};
    struct source all = {.name = "", .text = example, .length = strlen(example), .line = 1};
    struct rec *transcript = rec_list(c->out, to, KEY_transcript);
    if (demo.tutor == NULL) {
        return;
    }
    text_init(&demo.file);
    make_course(&demo.course);
    tutor_set_terminal(demo.tutor, c->s->terminal.columns - INDENT, 0, c->s->terminal.ascii);
    for (size_t at = 0; at < all.length;) {
        struct source entry = next_entry(&all, &at);
        put_entry(c, &demo, transcript, &entry);
        at += strspn(example + at, "; ");
    }
    tutor_free(demo.tutor);
    course_release(&demo.course);
    text_release(&demo.file);
}

// Any bytes are a text that may be typed: the session must answer, and every answer must have
// words and JSON and look as records.def says.
//
// The first byte chooses: p a prompt, where every line is a text of its own and the session goes on
// after an error; s a script; l a prompt in a lesson, which `lesson` begins too. Work is bounded by
// the stop flag, which also tries what Ctrl-C does: it is set after STATEMENTS statements, and the
// texts are short.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "lesson/course.h"
#include "lesson/lesson.h"
#include "play/tutor.h"
#include "words/words.h"

enum { BYTES_MOST = 4096, STATEMENTS = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
    struct tutor *tutor;
    enum session_mode mode;
    struct stop stop;
    int statements;
};

static void render(const struct run *r, const struct records *records)
{
    bool prompt = r->mode == SESSION_PROMPT;
    const struct words_form form = {.style = prompt ? WORDS_PROMPT : WORDS_SCRIPT,
                                    .digits = session_digits(tutor_graph(r->tutor)),
                                    .columns = prompt ? 44 : 0,
                                    .ascii = prompt};
    struct text words;
    text_init(&words);
    for (const struct rec *rec = records->list.in.first; rec != NULL; rec = rec->next) {
        words_add(&words, rec, &form);
        rec_json(&words, rec);
        text_clear(&words);
        if (!schema_fits(rec, &words)) {
            fprintf(stderr, "records.def: %s\n", text_get(&words));
            abort();
        }
    }
    text_release(&words);
}

// A lesson with a question of every kind.
static struct lesson *lesson_all(void)
{
    static const char *const asks[][2] = {
        {"all.number", "A?\nkind: number\nvary: a in 4..9\nanswer: dL/da\nhint: One.\nhint: Two.\n"
                       "when: 1 => No.\nwhy: paths L a\nthen: {= L}\n"},
        {"all.formula", "B?\nkind: formula\nanswer: a*b + dz/dy\nwithout: tanh\n"},
        {"all.choice", "C?\nkind: choice\nright: one\nwrong: two => no\nwrong: three => no\n"},
        {"all.multi", "D?\nkind: multi\nright: one\nwrong: two => no\nright: three\n"},
        {"all.order", "E?\nkind: order\nitem: L\nitem: d\nwith: a\n"},
        {"all.fill", "F?\nkind: fill\ncell: a => dL/da\ncell: b => dL/db\n"},
        {"all.node", "G?\nkind: node\nanswer: d\n"},
        {"all.edge", "H?\nkind: edge\nanswer: d a\n"},
        {"all.do", "I?\nkind: do\nsetup: param w = 2\nuntil: w < 1\nsolve: w.data = 0\n"},
        {"all.guess", "J?\nkind: guess\nanswer: L\n"},
        {"all.recall", "K?\nkind: recall\nmodel: Because.\n"},
    };
    static const char front[] = "id: all\ntitle: All\n",
                      code[] = "a = 3\nb = -2\nd = a*b\nL = d*d\n";
    struct diag d = {0};
    struct lesson *l = lesson_new("all.md");
    bool ok = lesson_front(l, front, strlen(front), 2, &d) &&
              lesson_text(l, LESSON_PARAGRAPH, 0, "", "Text {= 2+3} and $\\frac{a}{b}$", 5, &d) &&
              lesson_code(l, code, strlen(code), false, 6, &d);
    for (size_t i = 0; ok && i < COUNT_OF(asks); i++) {
        ok = lesson_ask(l, asks[i][0], asks[i][1], strlen(asks[i][1]), 10 + i, &d);
    }
    if (!ok || !lesson_end(l, &d)) {
        fprintf(stderr, "%s\n", d.message);
        abort();
    }
    return l;
}

// A course of that lesson, one of its questions due.
static struct course *course_all(void)
{
    static struct course course;
    static bool made;
    if (!made) {
        made = true;
        course_init(&course);
        course.now = 1000000000;
        course.today = 11574;
        course.salt = 7;
        course.saved = true;
        course.trouble = "";
        struct course_lesson *l = buf_push(&course.lessons, 1);
        *l = (struct course_lesson){.id = "all",
                                    .deck = "",
                                    .title = "All",
                                    .path = "all",
                                    .requires = "",
                                    .trouble = "",
                                    .questions = 11,
                                    .place = 2};
        struct course_question *q = buf_push(&course.questions, 1);
        *q = (struct course_question){.id = "all.number",
                                      .text = "",
                                      .model = "",
                                      .covers = "N1",
                                      .version = 1,
                                      .done = true,
                                      .seen = 1,
                                      .card = {.stability = 10,
                                               .difficulty = 5,
                                               .last = 999000000,
                                               .due = 999990000,
                                               .reviews = 1}};
        struct course_due *due = buf_push(&course.due, 1);
        *due = (struct course_due){.lesson = "all", .question = "all.number"};
    }
    return &course;
}

static void answer_need(struct tutor *t, const struct rec *need)
{
    static const struct diag refusal = {.message = "no files here"};
    static const char table[] = "w,h,kind\n1,2,red\n3,,\"a, b\"\n5,6,red\n";
    const char *what = rec_get_text(need, KEY_what);
    if (strcmp(rec_get_text(need, KEY_folder), "data") == 0) {
        tutor_supply(t, table, sizeof table - 1);
    } else if (strcmp(what, "lesson") == 0) {
        tutor_supply_lesson(t, lesson_all());
    } else if (strcmp(what, "course") == 0) {
        tutor_supply_course(t, course_all());
    } else if (strcmp(what, "write") == 0) {
        tutor_supply(t, NULL, 0);
    } else {
        tutor_refuse(t, &refusal);
    }
}

static enum session_state run_statement(struct run *r)
{
    struct records records;
    records_init(&records);
    r->stop.asked = r->statements++ > STATEMENTS;
    enum session_state state = tutor_run(r->tutor, &records);
    if (state == SESSION_NEED) {
        answer_need(r->tutor, records.list.in.last);
    }
    render(r, &records);
    records_release(&records);
    return state;
}

static void run_text(struct run *r, const char *text, size_t n)
{
    struct source source = {.name = "fuzz", .text = text, .length = n, .line = 1};
    enum session_state state = SESSION_MORE;
    tutor_begin(r->tutor, &source, r->mode);
    while ((state == SESSION_MORE || state == SESSION_NEED) && r->statements <= STATEMENTS + 1) {
        state = run_statement(r);
    }
}

static void run_lines(struct run *r, const char *text, size_t n)
{
    for (size_t i = 0; i < n && r->statements <= STATEMENTS + 1;) {
        const char *end = memchr(text + i, '\n', n - i);
        size_t length = end == NULL ? n - i : (size_t)(end - text) - i;
        run_text(r, text + i, length);
        i += length + 1;
    }
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

// Is there a number of three digits or more, 1e9 and 0xF among them?
static bool has_long_number(const char *text, size_t n)
{
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        length = length > 0 && is_word(text[i]) ? length + 1 : digit;
        if (length >= 3) {
            return true;
        }
    }
    return false;
}

static bool has_work(const char *text, size_t n)
{
    static const char *const words[] = {"zeros", "ones",   "eye",   "rand",  "range", "xavier",
                                        "he",    "repeat", "train", "moons", "batch"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (memmem(text, n, words[i], strlen(words[i])) != NULL) {
            return true;
        }
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    if (size == 0 || size > BYTES_MOST || (has_work(bytes, size) && has_long_number(bytes, size))) {
        return 0;
    }
    // A copy of just these bytes, so that a step beyond them is seen.
    size_t n = size - 1;
    char *text = malloc(n);
    if (n > 0) {
        memcpy(text, data + 1, n);
    }
    struct run r = {.mode = data[0] % 2 == 0 || data[0] == 'l' ? SESSION_PROMPT : SESSION_SCRIPT};
    r.tutor = tutor_new(&(struct session_world){.stop = &r.stop, .seed = 1});
    if (data[0] == 'l') {
        run_text(&r, "lesson", 6);
        run_text(&r, "lesson all", 10);
    }
    if (r.mode == SESSION_PROMPT) {
        run_lines(&r, text, n);
    } else {
        run_text(&r, text, n);
    }
    tutor_free(r.tutor);
    free(text);
    return 0;
}

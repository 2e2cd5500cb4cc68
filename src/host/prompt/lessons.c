#include "prompt/lessons.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lesson/lesson.h"
#include "process/tell.h"
#include "store/files.h"
#include "supply/ink.h"
#include "text/block.h"
#include "words/ink.h"

enum { ANSWERS_MOST = 1 << 20 };  // bytes

char *lessons_statement(const char *lesson, char *const *rest)
{
    struct text words;
    text_init(&words);
    text_addf(&words, lesson == NULL ? "lesson" : "lesson \"%s", lesson);
    for (; lesson != NULL && *rest != NULL && (**rest < '0' || **rest > '9'); rest++) {
        text_addf(&words, " %s", *rest);  // of its title; then a question's number may follow
    }
    text_add(&words, lesson == NULL ? "" : "\"");
    for (; *rest != NULL; rest++) {
        text_addf(&words, " %s", *rest);
    }
    char *copy = mem_copy(text_get(&words), text_length(&words));
    text_release(&words);
    return copy;
}

static void show_typed(struct host *h, const struct source *entry)
{
    struct text words;
    if (h->form == HOST_JSON) {
        return;
    }
    text_init(&words);
    text_add(&words, ink_is_ascii(h->out) ? "> " : "∇ ");
    text_add_visible(&words, entry->text, entry->length);
    text_add_char(&words, '\n');
    ink_write(h->out, text_get(&words), THEME_PLAIN);
    text_release(&words);
}

static void type_answers(struct host *h, struct source *answers)
{
    struct source entry;
    enum session_state state = SESSION_DONE;
    for (size_t at = 0; state != SESSION_QUIT && !h->out_failed && !stop_is_asked(h->stop) &&
                        at < answers->length;) {
        block_take_lines(answers, &at, &entry);
        if (!source_is_blank(&entry)) {
            bool playing = tutor_graph(h->tutor) != tutor_session(h->tutor);
            show_typed(h, &entry);
            state = host_run(h, &entry);
            if (playing && state == SESSION_FAILED) {
                return;  // the lesson was left for lack of memory: what follows is not an answer
            }
        }
    }
}

int lessons_play(struct host *h, const char *statement, const char *answers)
{
    struct buf bytes;
    struct diag d = {0};
    buf_init(&bytes, 1);
    bool ok =
        statement != NULL && (answers == NULL || files_read(answers, ANSWERS_MOST, &bytes, &d));
    if (!ok) {
        tell(stderr, "backstep: %s\n", d.set ? d.message : "there is no memory");
    } else {
        struct source begin = {
            .name = "<command line>", .text = statement, .length = strlen(statement), .line = 1};
        struct source source = {
            .name = answers, .text = bytes.data, .length = bytes.count, .line = 1};
        ok = host_run(h, &begin) == SESSION_DONE;
        if (ok && answers != NULL) {
            type_answers(h, &source);
        }
    }
    buf_release(&bytes);
    return ok && !h->out_failed && !h->fell_short && h->lesson_failures == 0 ? 0 : 1;
}

// ---- A new one ----------------------------------------------------------------------------------

// $ID stands for the id, $TITLE for the title.
static const char skeleton[] =
    "---\n"
    "id: $ID\n"
    "title: $TITLE\n"
    "---\n"
    "\n"
    "A lesson is Markdown: prose for people, and blocks for backstep. Say in a sentence or\n"
    "two what it is about, then let the learner do something.\n"
    "\n"
    "```backstep\n"
    "∇ x = 3\n"
    "∇ y = x*x\n"
    "  y = 9\n"
    "```\n"
    "\n"
    "The lines after ∇ are run as the learner reads; the others are what comes back, which\n"
    "`backstep check --bless $ID.md` writes for you. Numbers in prose can be computed: `y`\n"
    "is {= y} here, so it cannot be wrong.\n"
    "\n"
    "```ask $ID.slope\n"
    "`x` is {= x}. What is `dy/dx`?\n"
    "kind: number\n"
    "vary: x in 4..9\n"
    "answer: dy/dx\n"
    "hint: How fast does a square grow?\n"
    "hint: At x it grows 2*x times as fast as x.\n"
    "when: x => That is one of the two factors alone. Both are moved.\n"
    "why: nudge x 0.001 y\n"
    "then: Twice the value: {= dy/dx}.\n"
    "```\n"
    "\n"
    "```ask $ID.away\n"
    "You want `y` to be smaller, and `x` is {= x}. Which way do you move `x`?\n"
    "kind: choice\n"
    "right: down\n"
    "wrong: up => The slope is positive there: raising `x` raises `y`.\n"
    "hint: What is the sign of the slope?\n"
    "then: Downhill is against the slope.\n"
    "```\n"
    "\n"
    "```ask $ID.do\n"
    "Bring `y` below 1. Change `x` with `x.data = …`, and recompute with `forward`.\n"
    "kind: do\n"
    "until: y < 1\n"
    "solve: x.data = 0.5; forward\n"
    "hint: `x.data = 0.5; forward`\n"
    "then: `y` is {= y} now.\n"
    "```\n"
    "\n"
    "`backstep lesson $ID.md` plays it, `backstep check $ID.md` plays every question with\n"
    "right and wrong answers and says what to mend.\n";

// "two-paths" as "Two paths".
static void add_title(struct text *out, const char *id)
{
    for (const char *s = id; *s != '\0'; s++) {
        bool capital = s == id && *s >= 'a' && *s <= 'z';
        text_add_char(out, *s == '-' ? ' ' : capital ? (char)(*s - 'a' + 'A') : *s);
    }
}

static void add_skeleton(struct text *out, const char *id)
{
    for (const char *s = skeleton; *s != '\0';) {
        if (strncmp(s, "$ID", 3) == 0) {
            text_add(out, id);
            s += 3;
        } else if (strncmp(s, "$TITLE", 6) == 0) {
            add_title(out, id);
            s += 6;
        } else {
            text_add_char(out, *s++);
        }
    }
}

static bool is_id(const char *id)
{
    size_t n = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return n > 0 && id[n] == '\0' && id[0] != '-' && n < LESSON_ID_MOST - 10;
}

int lessons_lay(const char *id)
{
    struct text path, lesson;
    struct diag d = {0};
    if (!is_id(id)) {
        tell(stderr, "backstep: a lesson's id is made of a-z, 0-9 and -, as in two-paths\n");
        return 2;
    }
    text_init(&path);
    text_init(&lesson);
    text_addf(&path, "%s.md", id);
    add_skeleton(&lesson, id);
    bool there = access(text_get(&path), F_OK) == 0;
    bool ok = !there && files_write(text_get(&path), text_get(&lesson), text_length(&lesson), &d);
    if (ok) {
        tell(stdout, "wrote %s; backstep lesson %s plays it\n", text_get(&path), text_get(&path));
    } else {
        tell(stderr, "backstep: %s%s\n", there ? text_get(&path) : d.message,
             there ? " is there already" : "");
    }
    text_release(&path);
    text_release(&lesson);
    return ok ? 0 : 1;
}

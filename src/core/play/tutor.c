#include "play/tutor.h"

#include <math.h>
#include <string.h>

#include "command/commands.h"
#include "lesson/glossary.h"
#include "play/commands.h"
#include "play/demo.h"
#include "play/play.h"

static const struct command commands[] = {
#define COMMAND(NAME, GROUP, USAGE, HELP, EXAMPLE)                                                 \
    {#NAME, command_##NAME, GROUP_##GROUP, USAGE, HELP, EXAMPLE},
#include "play/commands.def"
};

static const struct command_table table = {
    .rows = commands, .count = COUNT_OF(commands), .more = &commands_table};

static bool has_page(const char *s, size_t n)
{
    return glossary_find(s, n) != NULL;
}

struct tutor *tutor_new(const struct session_world *world)
{
    struct buf one;  // an array of one, as only mem.c allocates
    buf_init(&one, sizeof(struct tutor));
    struct tutor *t = buf_push(&one, 1);
    if (t == NULL) {
        return NULL;
    }
    *t = (struct tutor){.self = one};
    text_init(&t->question);
    struct session_world own = *world;
    own.commands = &table;
    own.demo = demo_put;
    own.has_page = has_page;
    own.search = questions_search;
    own.owner = t;
    t->session = session_new(&own);
    if (t->session == NULL) {
        tutor_free(t);
        return NULL;
    }
    return t;
}

static void free_fallen(struct tutor *t)
{
    if (t->fallen != NULL) {
        play_free(t->fallen);
        t->fallen = NULL;
    }
}

void tutor_free(struct tutor *t)
{
    if (t == NULL) {
        return;
    }
    free_fallen(t);
    if (t->play != NULL) {
        play_free(t->play);
    }
    tutor_leave_kept(t);
    lesson_free(t->lesson);
    text_release(&t->question);
    session_free(t->session);
    struct buf self = t->self;
    buf_release(&self);
}

struct session *tutor_session(const struct tutor *t)
{
    return t->session;
}

struct session *tutor_graph(const struct tutor *t)
{
    return t->play != NULL ? play_graph(t->play) : t->session;
}

void tutor_set_terminal(struct tutor *t, int columns, int rows, bool ascii)
{
    session_set_terminal(t->session, columns, rows, ascii);
    if (t->play != NULL) {
        session_set_terminal(tutor_graph(t), columns, rows, ascii);
    }
}

// Are there two words in it, one directly after the other?
static bool has_words(const char *s, size_t n)
{
    for (size_t i = 1; i + 1 < n; i++) {
        if (s[i] == ' ' && text_is_letter(s[i - 1]) && text_is_letter(s[i + 1])) {
            return true;
        }
    }
    return false;
}

// Does it end in a value: in a number, a derivative, or a name that has one? what is dL/da, is it 6
static bool ends_in_value(const struct session *session, const char *s, size_t n)
{
    size_t from = n;
    while (from > 0 && s[from - 1] != ' ') {
        from--;
    }
    const char *word = s + from;
    size_t length = n - from;
    bool article = text_among("a A i I", word, length);
    return length == 0 || text_is_digit(word[length - 1]) || memchr(word, '/', length) != NULL ||
           (!article && names_lookup(&session->names, word, length).rank != VALUE_UNBOUND);
}

bool tutor_is_question(const struct session *session, const struct source *source)
{
    const char *s = source->text;
    size_t n = text_trimmed(s, source->length), start = 0, end = n;
    while (start < n && (s[start] == ' ' || s[start] == '\t')) {
        start++;
    }
    while (end > start && (s[end - 1] == '?' || s[end - 1] == ' ')) {
        end--;
    }
    return start < end && text_is_letter(s[start]) && s[n - 1] == '?' &&
           has_words(s + start, end - start) && memchr(s, '\n', n) == NULL &&
           memchr(s, '#', n) == NULL && memchr(s, '=', n) == NULL &&
           !ends_in_value(session, s + start, end - start);
}

// A command on some text, instead of what was typed.
static const struct source *command_instead(struct tutor *t, const struct source *source,
                                            const char *command, const char *text, size_t n)
{
    text_clear(&t->question);
    text_addf(&t->question, "%s ", command);
    text_add_bytes(&t->question, text, n);
    t->instead = (struct source){.name = source->name,
                                 .text = text_get(&t->question),
                                 .length = text_length(&t->question),
                                 .line = source->line};
    return t->question.bytes.failed ? source : &t->instead;
}

// Is it `help N11`, of a study question?
static bool is_help_of_row(const struct source *source, struct span *row)
{
    const char *s = source->text;
    size_t n = text_trimmed(s, source->length), at = 0;
    if (n < 7 || memcmp(s, "help ", 5) != 0 || s[5] < 'A' || s[5] > 'Z') {
        return false;
    }
    for (at = 6; at < n && text_is_digit(s[at]); at++) {
    }
    *row = (struct span){5, n};
    return at == n && n - 6 <= 2;
}

static bool is_retry(const struct source *source)
{
    static const char word[] = "retry";
    size_t n = text_trimmed(source->text, source->length);
    return n == strlen(word) && memcmp(source->text, word, n) == 0;
}

// What a line is instead of a statement: a question in words is searched for, the help there is on
// one of the list is its lesson, and after the end of a lesson its last question is asked again.
static const struct source *line_instead(struct tutor *t, const struct source *source)
{
    struct span row;
    t->enter[0] = '\0';
    t->again = t->ended[0] != '\0' && is_retry(source);
    if (t->again) {
        return command_instead(t, source, "lesson", t->ended, strlen(t->ended));
    }
    const char *s = source->text;
    return tutor_is_question(t->session, source)
               ? command_instead(t, source, "ask", s, source->length)
           : is_help_of_row(source, &row)
               ? command_instead(t, source, "lesson", s + row.start, row.end - row.start)
               : source;
}

// What an empty line is where nothing is played: after a lesson the next, and where nothing was
// done yet, the course. That is for a person who presses Enter; a script may have an empty line.
// During a walk it is a step, which is the session's to know.
static const struct source *instead_of(struct tutor *t, const struct source *source)
{
    const struct session *s = t->session;
    if (!source_is_blank(source)) {
        return line_instead(t, source);
    }
    const char *text = t->enter[0] != '\0' ? t->enter : session_is_fresh(s) ? "lesson" : "";
    if (s->stepper.tape != NULL || s->terminal.rows == 0) {
        return source;
    }
    t->instead = (struct source){
        .name = source->name, .text = text, .length = strlen(text), .line = source->line};
    return &t->instead;
}

void tutor_begin(struct tutor *t, const struct source *source, enum session_mode mode)
{
    free_fallen(t);
    t->asks = false;
    t->entered = true;
    t->fell_short = false;
    t->refusals = mem_refusals();
    if (t->play != NULL) {
        session_open(t->session, source, mode);
    } else {
        session_begin(t->session, mode == SESSION_PROMPT ? instead_of(t, source) : source, mode);
    }
}

// Something was refused that no statement's failure tells of: what was answered since is not whole.
// A lesson is left, as its state may not be either; the course still knows the place. Its questions
// stay until the next text, for whoever is looking at one.
static enum session_state fall_short(struct tutor *t, size_t answered, struct records *out)
{
    struct diag d = {0};
    diag_out_of_memory(&d);
    if (t->play != NULL) {
        diag_hint(&d, "the lesson was left; begin it again, and it goes on where you were");
        t->fallen = t->play;
        t->play = NULL;
    }
    session_abandon(t->session);
    t->asks = false;
    rec_cut(&out->list, answered);
    struct rec *r = records_add(out, KIND_error);
    rec_text(out, r, KEY_file, "");
    rec_whole(out, r, KEY_line, 1);
    rec_whole(out, r, KEY_column, 1);
    rec_whole(out, r, KEY_byte, 1);
    rec_text(out, r, KEY_message, d.message);
    rec_text(out, r, KEY_hint, d.hint);
    rec_text(out, r, KEY_excerpt, "");
    return SESSION_FAILED;
}

// Runs statements, and turns of loops, up to the first that answers or that begins a lesson or a training, so
// that a thousand lines without an answer do not take a thousand calls. It returns soon all the same: after a
// few of them, after fewer if they take long, and after turns that were replayed.
static enum session_state run_session(struct tutor *t, struct records *out)
{
    // Statements; units of work, about half a millisecond.
    enum { QUIET_MOST = 64, QUIET_WORK = 1 << 16 };
    const struct session *s = t->session;
    const struct stop *stop = s->world.stop;
    size_t answered = out->list.in.count;
    uint64_t done = stop == NULL ? 0 : stop->done;
    enum session_state state;
    int quiet = 0;
    do {
        state = session_run(t->session, out);
    } while (state == SESSION_MORE && out->list.in.count == answered && t->play == NULL &&
             (s->frames.count == 1 || session_in_loop(s)) && s->replay.work == 0 &&
             mem_refusals() == t->refusals && !out->arena.failed && ++quiet < QUIET_MOST &&
             (stop == NULL || stop->done - done < QUIET_WORK));
    return state;
}

enum session_state tutor_run(struct tutor *t, struct records *out)
{
    size_t answered = out->list.in.count;
    bool before = mem_refusals() > t->refusals, alone = t->play == NULL && !before;
    enum session_state state = before            ? fall_short(t, answered, out)
                               : t->play != NULL ? play_run(t->play, out)
                                                 : run_session(t, out);
    bool after = !before && mem_refusals() > t->refusals;
    // A statement that took itself back has said so; but a lesson that it began is still there.
    if (after && !(alone && t->play == NULL && state == SESSION_FAILED)) {
        state = fall_short(t, answered, out);
    }
    t->fell_short |= before || after;
    mem_forgive(t->refusals);
    if (out->arena.failed) {
        mem_refuse();  // whoever shows the records tells
    }
    if (state != SESSION_NEED) {
        lesson_free(t->lesson);
        t->lesson = NULL;
        t->course = NULL;
    }
    return state;
}

bool tutor_fell_short(const struct tutor *t)
{
    return t->fell_short;
}

// ---- Needs --------------------------------------------------------------------------------------

void tutor_supply(struct tutor *t, const char *bytes, size_t n)
{
    t->refusal = (struct diag){0};
    if (t->asks) {
        t->asks = false;
    } else {
        session_supply(tutor_graph(t), bytes, n);
    }
}

void tutor_supply_all(struct tutor *t, struct buf *bytes)
{
    t->refusal = (struct diag){0};
    if (t->asks) {
        t->asks = false;
    } else {
        session_supply_all(tutor_graph(t), bytes);
    }
}

void tutor_refuse(struct tutor *t, const struct diag *why)
{
    t->refusal = *why;
    if (t->asks) {
        t->asks = false;
    } else {
        session_refuse(tutor_graph(t), why);
    }
}

void tutor_set_stoppable(struct tutor *t)
{
    t->stoppable = true;
}

void tutor_set_clock(struct tutor *t, int64_t now)
{
    t->now = now;
}

void tutor_supply_lesson(struct tutor *t, struct lesson *lesson)
{
    lesson_free(t->lesson);
    t->lesson = lesson;
    tutor_supply(t, "", 0);
}

void tutor_supply_course(struct tutor *t, const struct course *course)
{
    t->course = course;
    tutor_supply(t, "", 0);
}

// ---- The question being asked -------------------------------------------------------------------

bool tutor_option(const struct tutor *t, size_t k, struct text *out)
{
    const struct question_line *shown[OPTIONS_MOST];
    const struct play *p = t->play;
    if (p == NULL || p->state != PLAY_QUESTION || p->question == NULL ||
        k >= question_options(p->question, p->seed, shown)) {
        return false;
    }
    for (const char *s = shown[k]->left; *s != '\0'; s++) {
        if (*s != '`') {
            text_add_char(out, *s);
        }
    }
    return true;
}

void tutor_place(const struct tutor *t, struct text *out)
{
    size_t number, of;
    if (tutor_question(t) != NULL) {
        question_place(t->play, &number, &of);
        text_addf(out, "%zu/%zu", number, of);
    }
}

enum tutor_waits tutor_waits(const struct tutor *t)
{
    bool asks = t->play != NULL && (t->play->state == PLAY_QUESTION || t->play->state == PLAY_RATE);
    return session_wants_guess(tutor_graph(t)) ? TUTOR_WAITS_GUESS
           : asks                              ? TUTOR_WAITS_ANSWER
                                               : TUTOR_WAITS_NOTHING;
}

const struct question *tutor_question(const struct tutor *t)
{
    return t->play == NULL ? NULL : t->play->question;
}

bool tutor_ask(struct tutor *t, uint64_t seed)
{
    if (tutor_question(t) == NULL) {
        return false;
    }
    t->play->running = false;
    question_begin(t->play, &seed);
    t->play->checked = true;
    return t->play->question != NULL;
}

static bool is_asked(const struct tutor *t, struct diag *d)
{
    return (tutor_question(t) != NULL && t->play->asked != NULL) ||
           diag_set(d, (struct span){0, 0}, "no question is asked");
}

bool tutor_question_key(struct tutor *t, struct text *out, struct diag *d)
{
    if (!is_asked(t, d)) {
        return false;
    }
    const struct scope scope = session_scope(t->play->asked);
    return question_key(t->play->question, &scope, t->play->seed, out, d);
}

bool tutor_question_number(struct tutor *t, const char *expression, double *number, struct diag *d)
{
    if (!is_asked(t, d)) {
        return false;
    }
    const struct scope scope = session_scope(t->play->asked);
    return question_number(&scope, expression, number, d);
}

double tutor_question_drawn(const struct tutor *t, size_t i)
{
    bool drawn = tutor_question(t) != NULL && i < t->play->values.count;
    return drawn ? BUF(double, &t->play->values)[i] : NAN;
}

const struct question_line *tutor_question_ambiguous(const struct tutor *t)
{
    const struct question *q = tutor_question(t);
    if (q == NULL || t->play->asked == NULL || q->kind != QUESTION_NUMBER) {
        return NULL;
    }
    const struct scope scope = session_scope(t->play->asked);
    return question_ambiguous(q, &scope);
}

void tutor_question_fill(struct tutor *t, const char *text, struct text *out)
{
    struct records aside;
    if (tutor_question(t) == NULL) {
        return;
    }
    records_init(&aside);
    play_fill(t->play, &aside, out, text, t->play->question->line);
    records_release(&aside);
}

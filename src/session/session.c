#include "session/session.h"

#include <stdlib.h>
#include <string.h>

#include "engine/sweep.h"
#include "lang/prelude.h"
#include "session/call.h"
#include "session/play.h"
#include "view/fold.h"

enum {
    FRAMES_MOST = 16,       // files loading files
    UNDO_BYTES = 64 << 20,  // memory for undo beyond the last statement
};

static void init_tables(struct session *s)
{
    tape_init(&s->tape);
    names_init(&s->names);
    definitions_init(&s->definitions);
    buf_init(&s->groups, sizeof(struct group));
    buf_init(&s->looks, sizeof(struct name_look));
    buf_init(&s->optimiser, sizeof(struct optim_state));
    buf_init(&s->recipes.rows, sizeof(struct recipe));
    buf_init(&s->recipes.text, 1);
    buf_init(&s->history, sizeof(double));
    buf_init(&s->settings, sizeof(struct settings));
    buf_init(&s->log, 1);
    trail_init(&s->undo);
    trail_init(&s->redo);
    buf_init(&s->moments, sizeof(struct moment));
    buf_init(&s->redone, sizeof(struct moment));
    buf_init(&s->frames, sizeof(struct frame));
    buf_init(&s->supply, 1);
    inputs_init(&s->inputs);
    buf_init(&s->expansions, sizeof(struct expansion));
    stepper_init(&s->stepper);
}

static struct settings default_settings(void)
{
    return (struct settings){.digits = 6,
                             .output = NODE_NONE,
                             .trained = NAME_NONE,
                             .mistake.kind = MISTAKE_COUNT,
                             .sabotaged = NODE_NONE};
}

// The arrays that only grow while a statement runs.
static void growing(struct session *s, struct buf *arrays[GROWING])
{
    struct buf *all[GROWING] = {&s->tape.node,
                                &s->tape.value,
                                &s->tape.grad,
                                &s->tape.mark,
                                &s->log,
                                &s->expansions,
                                &s->names.lists,
                                &s->definitions.rows,
                                &s->definitions.params,
                                &s->definitions.text,
                                &s->groups,
                                &s->looks,
                                &s->optimiser,
                                &s->recipes.rows,
                                &s->recipes.text,
                                &s->history};
    memcpy(arrays, all, sizeof all);
}

static bool read_prelude(struct session *s)
{
    struct records ignored;
    records_init(&ignored);
    bool ok = session_eval(s, prelude, SESSION_SCRIPT, &ignored) == SESSION_DONE;
    records_release(&ignored);
    // The prelude is no statement of the learner's: it is neither undone nor saved.
    trail_clear(&s->undo);
    s->moments.count = s->log.count = 0;
    struct buf *arrays[GROWING];
    growing(s, arrays);
    for (size_t i = 0; i < GROWING; i++) {
        s->kept[i] = arrays[i]->count;
    }
    return ok;
}

struct session *session_bare(const struct session_world *world)
{
    struct buf one;  // the session itself: an array of one, as only mem.c allocates
    buf_init(&one, sizeof(struct session));
    struct session *s = buf_push(&one, 1);
    if (s == NULL) {
        return NULL;
    }
    *s = (struct session){.world = *world, .columns = 80, .self = one};
    init_tables(s);
    struct settings *settings = buf_push(&s->settings, 1);
    if (settings == NULL) {
        session_free(s);
        return NULL;
    }
    *settings = default_settings();
    rng_seed(&settings->rng, world->seed);
    return s;
}

struct session *session_new(const struct session_world *world)
{
    struct session *s = session_bare(world);
    if (s != NULL && !read_prelude(s)) {
        session_free(s);
        return NULL;
    }
    return s;
}

// After the arrays changed under them: what is derived from them no longer holds.
static void forget_derived(struct session *s)
{
    s->tape.any_stale = true;
    names_changed(&s->names);
}

static bool copy_array(struct buf *to, const struct buf *from)
{
    bool ok = buf_resize(to, from->count);
    if (ok && from->count > 0) {
        memcpy(to->data, from->data, from->count * from->size);
    }
    return ok;
}

// A walk goes on in the copy where it stands.
static bool copy_walk(struct session *copy, const struct session *s)
{
    const struct stepper *from = &s->stepper;
    struct stepper *to = &copy->stepper;
    if (from->tape == NULL) {
        return true;
    }
    bool ok = copy_array(&to->order, &from->order) && copy_array(&to->marks, &from->marks) &&
              trail_copy(&to->trail, &from->trail, s, copy);
    to->tape = ok ? &copy->tape : NULL;
    to->root = from->root;
    to->from_backward = from->from_backward;
    to->at = from->at;
    copy->back = s->back;
    copy->guessing = s->guessing;
    return ok;
}

struct session *session_copy(struct session *s)
{
    struct session *copy = session_bare(&s->world);
    if (copy == NULL) {
        return NULL;
    }
    struct buf *from[GROWING], *to[GROWING];
    growing(s, from);
    growing(copy, to);
    bool ok = copy_array(&copy->names.symbols, &s->names.symbols) &&
              copy_array(&copy->names.text, &s->names.text) &&
              copy_array(&copy->names.heads, &s->names.heads) &&
              copy_array(&copy->settings, &s->settings);
    for (size_t i = 0; i < GROWING; i++) {
        ok = ok && copy_array(to[i], from[i]);
    }
    ok = ok && copy_walk(copy, s);
    memcpy(copy->kept, s->kept, sizeof copy->kept);
    copy->columns = s->columns;
    copy->ascii = s->ascii;
    copy->rows = s->rows;
    forget_derived(copy);
    if (!ok) {
        session_free(copy);
        copy = NULL;
    }
    return copy;
}

static void pop_frame(struct session *s)
{
    struct frame *f = &BUF(struct frame, &s->frames)[s->frames.count - 1];
    buf_release(&f->text);
    training_release(&f->training);
    s->frames.count--;
}

void session_free(struct session *s)
{
    if (s == NULL) {
        return;
    }
    if (play_is_on(s)) {
        play_free(s->play);
    }
    lesson_free(s->lesson);
    while (s->frames.count > 0) {
        pop_frame(s);
    }
    tape_release(&s->tape);
    names_release(&s->names);
    definitions_release(&s->definitions);
    trail_release(&s->undo);
    trail_release(&s->redo);
    stepper_release(&s->stepper);
    inputs_release(&s->inputs);
    struct buf *tables[] = {&s->settings,    &s->log,       &s->moments,    &s->redone,
                            &s->frames,      &s->supply,    &s->expansions, &s->groups,
                            &s->looks,       &s->optimiser, &s->history,    &s->recipes.rows,
                            &s->recipes.text};
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        buf_release(tables[i]);
    }
    struct buf self = s->self;
    buf_release(&self);
}

void session_set_terminal(struct session *s, int columns, int rows, bool ascii)
{
    s->columns = columns;
    s->rows = rows;
    s->ascii = ascii;
    if (play_is_on(s)) {
        session_set_terminal(play_graph(s->play), columns, rows, ascii);
    }
}

int session_digits(const struct session *s)
{
    return session_settings(play_is_on(s) ? play_graph(s->play) : s)->digits;
}

void session_script(const struct session *s, struct text *out)
{
    text_add_bytes(out, s->log.data, s->log.count);
}

static struct frame *top_frame(struct session *s)
{
    return &BUF(struct frame, &s->frames)[s->frames.count - 1];
}

struct frame *session_new_frame(struct session *s, enum frame_kind kind, struct span statement)
{
    struct frame *f = s->frames.count == FRAMES_MOST ? NULL : buf_push(&s->frames, 1);
    if (f != NULL) {
        *f = (struct frame){.kind = kind, .statement = statement, .variable = NAME_NONE};
        buf_init(&f->text, 1);
    }
    return f;
}

bool session_push_frame(struct session *s, const char *name, struct span load, const char *bytes,
                        size_t n)
{
    struct frame f = {.statement = load, .variable = NAME_NONE};
    buf_init(&f.text, 1);
    size_t name_size = strlen(name) + 1;
    char *copy = buf_push(&f.text, n + name_size);
    struct frame *at = copy == NULL ? NULL : session_new_frame(s, FRAME_TEXT, load);
    if (at == NULL) {
        buf_release(&f.text);
        return false;
    }
    if (n > 0) {
        memcpy(copy, bytes, n);
    }
    memcpy(copy + n, name, name_size);
    f.source = (struct source){.name = copy + n, .text = copy, .length = n, .line = 1};
    *at = f;
    return true;
}

static bool skip_breaks(struct frame *f)
{
    struct token t = lexer_peek(&f->lexer);
    while (t.kind == TOKEN_BREAK) {
        f->lexer.at = t.span.end;
        t = lexer_peek(&f->lexer);
    }
    return t.kind != TOKEN_END;
}

void session_begin(struct session *s, const struct source *source, enum session_mode mode)
{
    while (s->frames.count > 0) {
        pop_frame(s);
    }
    s->mode = mode;
    s->asked = s->supplied = false;
    inputs_clear(&s->inputs);
    struct frame *f = buf_push(&s->frames, 1);
    if (f == NULL) {
        return;
    }
    *f = (struct frame){.source = *source, .lexer.source = source};
    buf_init(&f->text, 1);
    s->entered = true;
    // An empty line repeats the last step.
    if (!play_is_on(s) && mode == SESSION_PROMPT && s->stepper.tape != NULL && !skip_breaks(f)) {
        const char *again = s->back ? "back" : "step";
        f->source.text = again;
        f->source.length = strlen(again);
    }
}

// Who waits for an answer: this session, or the graph of the lesson that is played in it.
static struct session *asking(struct session *s)
{
    return play_is_on(s) && !s->asked ? play_graph(s->play) : s;
}

void session_supply(struct session *s, const char *bytes, size_t n)
{
    s = asking(s);
    s->supply.count = 0;
    s->refusal = (struct diag){0};
    s->supplied = true;
    char *copy = n == 0 ? NULL : buf_push(&s->supply, n);
    if (copy != NULL) {
        memcpy(copy, bytes, n);
    } else if (n > 0) {
        diag_out_of_memory(&s->refusal);
    }
}

void session_supply_lesson(struct session *s, struct lesson *lesson)
{
    s = asking(s);
    lesson_free(s->lesson);
    s->lesson = lesson;
    s->refusal = (struct diag){0};
    s->supplied = true;
}

void session_supply_course(struct session *s, const struct course *course)
{
    s = asking(s);
    s->course = course;
    s->refusal = (struct diag){0};
    s->supplied = true;
}

void session_refuse(struct session *s, const struct diag *why)
{
    s = asking(s);
    s->supply.count = 0;
    s->supplied = true;
    s->refusal = *why;
    s->refusal.set = true;
}

static bool save_lengths(struct session *s)
{
    struct buf *arrays[GROWING];
    growing(s, arrays);
    for (size_t i = 0; i < GROWING; i++) {
        if (!trail_save_length(&s->undo, arrays[i])) {
            return false;
        }
    }
    return true;
}

static struct holdings holdings(const struct session *s)
{
    return (struct holdings){.changes = trail_saves(&s->undo),
                             .nodes = tape_count(&s->tape),
                             .definitions = s->definitions.rows.count,
                             .rng = session_settings(s)->rng};
}

// A statement that drew random numbers changed those that follow: it is remembered like others, so
// that the saved session draws the same.
static bool drew(const struct rng *a, const struct rng *b)
{
    return a->has_spare != b->has_spare || memcmp(a->state, b->state, sizeof a->state) != 0;
}

static bool changed_since(const struct session *s, struct holdings before)
{
    struct holdings now = holdings(s);
    return now.changes > before.changes || now.nodes != before.nodes ||
           now.definitions != before.definitions || drew(&now.rng, &before.rng);
}

static bool begin_transaction(struct session *s)
{
    trail_begin(&s->undo);
    s->begun = trail_mark(&s->undo);
    // The settings hold the random numbers' state, which any expression may move.
    bool ok = save_lengths(s) && trail_save(&s->undo, &s->settings, 0, 1);
    s->held = holdings(s);
    return ok;
}

static void roll_back(struct session *s)
{
    trail_take_back(&s->undo, s->begun, NULL);
    forget_derived(s);
}

// Undo's memory is bounded: the oldest statements can no longer be taken back.
static void forget_oldest(struct session *s)
{
    struct moment *moments = s->moments.data;
    size_t last = s->moments.count - 1, mark = moments[last].mark;
    if (trail_bytes(&s->undo) + s->moments.count * sizeof *moments > UNDO_BYTES) {
        trail_forget(&s->undo, mark);
        moments[0] = moments[last];
        moments[0].mark = 0;
        s->moments.count = 1;
    }
}

static void add_moment(struct session *s, struct buf *moments, struct trail *trail, size_t mark)
{
    struct moment *at = buf_push(moments, 1);
    if (at == NULL) {
        trail_clear(trail);
        moments->count = 0;
    } else {
        at->mark = mark;
        memcpy(at->statement, s->statement, QUOTED);
    }
}

// Whatever changes the graph but a step ends the walk.
static void end_walk(struct session *s, struct call *c)
{
    if (s->stepper.tape != NULL && !s->stepped) {
        stepper_stop(&s->stepper);
        s->guessing = false;
        call_notice(c, c->command, "the walk has ended, because the graph changed");
    }
}

static void end_transaction(struct session *s)
{
    if (s->rewound) {
        s->rewound = false;
    } else if (!changed_since(s, s->held)) {
        trail_take_back(&s->undo, s->begun, NULL);
    } else {
        trail_clear(&s->redo);
        s->redone.count = 0;
        add_moment(s, &s->moments, &s->undo, s->begun);
        if (s->moments.count > 0) {
            forget_oldest(s);
        }
    }
}

// One step from the last moment of `from` onto `to`: undo, and redo.
static bool rewind_one(struct session *s, struct trail *from, struct buf *from_moments,
                       struct trail *to, struct buf *to_moments)
{
    roll_back(s);
    s->rewound = true;
    if (from_moments->count == 0) {
        return false;
    }
    size_t mark = trail_mark(to);
    from_moments->count--;
    const struct moment *m = &BUF(struct moment, from_moments)[from_moments->count];
    trail_take_back(from, m->mark, to);
    memcpy(s->statement, m->statement, QUOTED);
    if (trail_mark(to) > mark) {
        add_moment(s, to_moments, to, mark);
    } else {  // no memory for the way back
        to_moments->count = 0;
    }
    forget_derived(s);
    return true;
}

bool session_undo(struct session *s)
{
    return rewind_one(s, &s->undo, &s->moments, &s->redo, &s->redone);
}

bool session_redo(struct session *s)
{
    return rewind_one(s, &s->redo, &s->redone, &s->undo, &s->moments);
}

bool session_reset(struct session *s)
{
    struct trail *t = &s->undo;
    struct buf *arrays[GROWING];
    growing(s, arrays);
    for (size_t i = 0; i < GROWING; i++) {
        if (!trail_cut(t, arrays[i], s->kept[i])) {
            return false;
        }
    }
    if (!trail_save(t, &s->names.symbols, 0, names_count(&s->names)) ||
        !trail_save(t, &s->settings, 0, 1)) {
        return false;
    }
    for (uint32_t i = 0; i < names_count(&s->names); i++) {
        names_bind(&s->names, NULL, i, (struct value){0});
    }
    *session_settings(s) = default_settings();
    rng_seed(&session_settings(s)->rng, s->world.seed);
    forget_derived(s);
    return save_lengths(s);  // what a load adds now is its own to take back
}

// The record of an error, with its place in the text it is in.
static void report(const struct frame *f, const struct diag *d, struct records *out)
{
    struct source source = f->source;
    source.length += f->beyond;
    struct place p = source_place(&source, d->span.start);
    struct text excerpt;
    text_init(&excerpt);
    diag_excerpt(&excerpt, &source, d->span, 0);
    struct rec *r = records_add(out, "error");
    rec_text(out, r, "file", f->source.name);
    rec_whole(out, r, "line", (int64_t)p.line);
    rec_whole(out, r, "column", (int64_t)p.column);
    rec_whole(out, r, "byte", (int64_t)(d->span.start - p.line_start) + 1);
    rec_text(out, r, "message", d->message);
    rec_text(out, r, "hint", d->hint);
    rec_text(out, r, "excerpt", text_get(&excerpt));
    text_release(&excerpt);
}

static bool log_statement(struct session *s, const char *statement, size_t n)
{
    char *at = n == 0 ? NULL : buf_push(&s->log, n + 1);
    if (at != NULL) {
        memcpy(at, statement, n);
        at[n] = '\n';
    }
    return n == 0 || at != NULL;
}

// The bytes of the statement from `start` to the lexer's place, without blanks at its end.
static struct span statement_span(const struct frame *f, size_t start)
{
    size_t end = f->lexer.at;
    while (end > start && (f->source.text[end - 1] == ' ' || f->source.text[end - 1] == '\t' ||
                           f->source.text[end - 1] == '\r')) {
        end--;
    }
    return (struct span){start, end};
}

static void quote_statement(struct session *s, const struct frame *f, struct span span)
{
    const char *text = f->source.text + span.start;
    const char *end = memchr(text, '\n', span.end - span.start);
    diag_quote(s->statement, text, end == NULL ? span.end - span.start : (size_t)(end - text));
}

bool session_in_loop(const struct session *s)
{
    for (size_t i = 0; i < s->frames.count; i++) {
        if (BUF(struct frame, &s->frames)[i].kind == FRAME_LOOP) {
            return true;
        }
    }
    return false;
}

// What the host was asked for is here: a file that an expression reads.
static bool take_input(struct session *s)
{
    bool given = s->supplied && text_length(&s->inputs.wanted) > 0;
    bool ok = !given || inputs_give(&s->inputs, &s->supply, &s->refusal);
    s->supplied = s->supplied && !given;
    text_clear(&s->inputs.wanted);
    return ok;
}

// A statement that cannot go on without a file leaves nothing behind, also where it is part of a
// transaction: it is run again from its start.
struct start {
    uint32_t nodes;
    size_t lists, groups;
    struct settings settings;
};

static struct start note_start(const struct session *s)
{
    return (struct start){.nodes = tape_count(&s->tape),
                          .lists = s->names.lists.count,
                          .groups = s->groups.count,
                          .settings = *session_settings(s)};
}

static void ask_for_input(struct call *c, const struct start *start)
{
    struct session *s = c->s;
    tape_cut(&s->tape, start->nodes);
    s->names.lists.count = start->lists;
    s->groups.count = start->groups;
    *session_settings(s) = start->settings;
    rec_cut(&c->out->list, c->answered);
    *c->diag = (struct diag){0};
    struct rec *need = call_record(c, "need");
    rec_text(c->out, need, "what", "read");
    rec_text(c->out, need, "path", text_get(&s->inputs.wanted));
    rec_text(c->out, need, "folder", "data");
}

static enum session_state fail(struct session *s, struct diag *d, struct records *out)
{
    roll_back(s);
    inputs_clear(&s->inputs);
    if (s->stepped) {  // the steps are taken back, but the walk does not know
        stepper_stop(&s->stepper);
        s->stepped = s->guessing = false;
    }
    report(top_frame(s), d, out);
    while (s->frames.count > 0) {
        pop_frame(s);
    }
    s->supplied = s->asked = false;
    return SESSION_FAILED;
}

// One statement of the top frame. Inside a loaded file the transaction is the load's.
static enum session_state run_statement(struct session *s, struct records *out)
{
    bool outermost = s->frames.count == 1;
    size_t depth = s->frames.count;
    struct diag diag = {0};
    struct frame *f = top_frame(s);
    f->lexer.source = &f->source;
    size_t start = lexer_peek(&f->lexer).at;
    size_t answered = out->list.in.count;
    if ((outermost && !begin_transaction(s)) || !take_input(s)) {
        diag_out_of_memory(&diag);
        return fail(s, &diag, out);
    }
    if (!outermost && s->world.stop != NULL && *s->world.stop != 0) {
        diag_set(&diag, (struct span){start, start}, "interrupted");
        diag_hint(&diag, "nothing of it is kept");
        return fail(s, &diag, out);
    }
    struct holdings before = outermost ? s->held : holdings(s);
    struct call c = {
        .s = s, .frame = f, .lexer = &f->lexer, .diag = &diag, .out = out, .answered = answered};
    struct start begun = note_start(s);
    enum call_end end = statement_run(&c);
    if (end == CALL_FAILED && text_length(&s->inputs.wanted) > 0) {
        ask_for_input(&c, &begun);
        end = CALL_NEED;
    }
    if (c.lowering) {
        lower_release(&c.lower);
    }
    groups_trim(&s->groups, tape_count(&s->tape));  // what was evaluated aside is gone
    f = &BUF(struct frame, &s->frames)[depth - 1];  // a frame above may have moved it
    c.frame = f;
    c.lexer = &f->lexer;
    bool to_log = end == CALL_DONE && s->frames.count == depth && !s->rewound &&
                  !session_in_loop(s) && changed_since(s, before);
    struct span span = statement_span(f, start);
    if (outermost && end == CALL_DONE && !s->rewound) {
        quote_statement(s, f, span);
    }
    const char *statement = c.relogged ? c.log_as : f->source.text + span.start;
    size_t length = c.relogged ? strlen(c.log_as) : span.end - span.start;
    if (to_log && !log_statement(s, statement, length)) {
        diag_out_of_memory(&diag);
        end = CALL_FAILED;
    }
    if (out->arena.failed && end == CALL_DONE) {
        diag_out_of_memory(&diag);
        end = CALL_FAILED;
    }
    if (end == CALL_NEED) {
        if (outermost) {  // inside a loaded file what asks has changed nothing
            roll_back(s);
        }
        f->lexer.at = start;
        f->lexer.open = 0;
        s->stepped = false;
        s->asked = true;
        return SESSION_NEED;
    }
    s->asked = s->supplied = false;
    inputs_clear(&s->inputs);
    s->course = NULL;
    s->course_wanted = s->lesson_wanted = s->write_wanted = false;
    if (end == CALL_FAILED) {
        rec_cut(&out->list, answered);
        return fail(s, &diag, out);
    }
    // A loop, a training or a loaded file that begins here will change the graph.
    if (s->rewound || changed_since(s, before) || s->frames.count > depth) {
        end_walk(s, &c);
    }
    s->stepped = false;
    if (outermost && s->frames.count == depth) {
        end_transaction(s);
    }
    return c.quit ? SESSION_QUIT : SESSION_MORE;
}

// The log remembers a training by the steps that were taken, not by those that were wanted.
static void training_text(struct session *s, const struct training *t, struct text *out)
{
    char label[LABEL_TEXT], rate[NUMBER_TEXT], momentum[NUMBER_TEXT], decay[NUMBER_TEXT];
    text_addf(out, "train %s %lld %s %s", names_label(&s->names, label, t->root),
              (long long)t->done, number_exact(rate, t->optim.rate), optim_name(t->optim.kind));
    if (t->optim.kind == OPTIM_MOMENTUM || t->optim.kind == OPTIM_NESTEROV) {
        text_addf(out, " %s", number_exact(momentum, t->optim.momentum));
    }
    if (t->optim.decay != 0) {
        text_addf(out, " decay %s", number_exact(decay, t->optim.decay));
    }
    if (t->batch.size > 0) {
        text_addf(out, " batch %u", (unsigned)t->batch.size);
    }
}

// The top frame is done: a loop or a training is logged as one statement, unless it stands in
// another loop; the outermost frame above the text that was begun ends the transaction.
static bool end_frame(struct session *s)
{
    struct frame f = *top_frame(s);
    struct text text;
    text_init(&text);
    pop_frame(s);
    if (f.kind == FRAME_TRAIN && !session_in_loop(s)) {
        training_text(s, &f.training, &text);
    } else if (f.kind == FRAME_LOOP && !session_in_loop(s)) {
        text_add_bytes(&text, f.source.text + f.statement.start,
                       f.statement.end - f.statement.start);
    }
    bool ok = log_statement(s, text_get(&text), text_length(&text)) && !text.bytes.failed;
    text_release(&text);
    if (s->frames.count == 1 && ok) {
        end_transaction(s);
    }
    return ok;
}

// A loop's next turn, or some more of a training; or the end of either.
static enum session_state go_on(struct session *s, struct records *out)
{
    struct frame *f = top_frame(s);
    struct diag diag = {0};
    struct call c = {
        .s = s, .frame = f, .lexer = &f->lexer, .diag = &diag, .out = out, .command = f->statement};
    bool more = f->kind == FRAME_LOOP ? loop_next(&c, f) : train_more(&c, f);
    if (!diag.set && f->kind == FRAME_LOOP && !session_compact(s)) {
        diag_out_of_memory(&diag);
    }
    if (!more && !diag.set && !end_frame(s)) {
        diag_out_of_memory(&diag);
    }
    return diag.set ? fail(s, &diag, out) : SESSION_MORE;
}

bool session_next_line(struct session *s, struct source *line)
{
    if (s->frames.count == 0) {
        return false;
    }
    struct frame *f = top_frame(s);
    const char *text = f->source.text;
    size_t start = f->lexer.at;
    while (start < f->source.length && (text[start] == ' ' || text[start] == ';')) {
        start++;  // behind what began the lesson: lesson two-paths; hint
    }
    f->lexer.at = start;
    size_t end = start;
    if (start == f->source.length && !s->entered) {
        pop_frame(s);
        return false;
    }
    *line = f->source;
    line->line = source_place(&f->source, start).line;
    line->text = text + start;
    do {  // … and those after it, as long as a bracket is open
        end += end < f->source.length && end > start;
        const char *newline = memchr(text + end, '\n', f->source.length - end);
        end = newline == NULL ? f->source.length : (size_t)(newline - text);
        line->length = end - start;
    } while (end < f->source.length && lexer_wants_more(line));
    f->lexer.at = end + (end < f->source.length);
    s->entered = false;
    return true;
}

enum session_state session_run(struct session *s, struct records *out)
{
    if (play_is_on(s)) {
        return play_run(s->play, out);
    }
    BS_ASSERT(!s->asked || s->supplied);
    while (s->frames.count > 0) {
        struct frame *f = top_frame(s);
        f->lexer.source = &f->source;
        if (f->kind != FRAME_TRAIN && skip_breaks(f)) {
            return run_statement(s, out);
        }
        if (f->kind != FRAME_TEXT) {
            return go_on(s, out);
        }
        if (s->frames.count > 1) {
            end_frame(s);
        } else {
            pop_frame(s);
        }
    }
    return SESSION_DONE;
}

static void add_value(struct call *c, struct text *out, const struct operand *x)
{
    char number[NUMBER_TEXT];
    bool array = operand_is_array(x), matrix = array && x->array.rank == VALUE_MATRIX;
    int digits = session_digits(c->s);
    if (!array) {
        text_add(out, number_text(number, lower_number(&c->lower, x), digits));
        return;
    }
    text_add(out, matrix ? "[" : "");
    for (uint32_t i = 0; i < x->array.rows; i++) {
        text_add(out, i > 0 ? ", [" : "[");
        for (uint32_t j = 0; j < x->array.cols; j++) {
            number_text(number, operand_number(&c->lower, x, i, j), digits);
            text_addf(out, j > 0 ? ", %s" : "%s", number);
        }
        text_add_char(out, ']');
    }
    text_add(out, matrix ? "]" : "");
}

bool session_value(struct session *s, const struct source *source, struct text *out, struct diag *d)
{
    struct records ignored;
    struct lexer lexer = {.source = source};
    struct frame frame = {.source = *source};
    struct operand operand;
    records_init(&ignored);
    struct call c = {.s = s, .frame = &frame, .lexer = &lexer, .diag = d, .out = &ignored};
    // What is stale counts as it will be.
    bool ok = (begin_transaction(s) || diag_out_of_memory(d)) && call_refresh(&c, NULL) &&
              call_expression(&c, &operand) && call_finish(&c);
    if (ok) {
        add_value(&c, out, &operand);
    }
    if (c.lowering) {
        lower_release(&c.lower);
    }
    roll_back(s);
    records_release(&ignored);
    return ok;
}

void session_report(const struct source *source, const struct diag *d, struct records *out)
{
    struct frame f = {.source = *source};
    report(&f, d, out);
}

enum session_state session_give_up(struct session *s, const char *message, const char *hint,
                                   struct records *out)
{
    struct diag d = {0};
    struct frame *f = s->frames.count == 0 ? NULL : top_frame(s);
    if (f == NULL) {
        return SESSION_DONE;
    }
    diag_set(&d, f->kind == FRAME_TEXT ? (struct span){f->lexer.at, f->lexer.at} : f->statement,
             "%s", message);
    diag_hint(&d, "%s", hint);
    return fail(s, &d, out);
}

enum session_state session_eval(struct session *s, const char *text, enum session_mode mode,
                                struct records *out)
{
    struct source source = {.name = "<text>", .text = text, .length = strlen(text), .line = 1};
    struct diag no_files = {.message = "no files can be reached from here"};
    enum session_state state;
    session_begin(s, &source, mode);
    while ((state = session_run(s, out)) == SESSION_MORE || state == SESSION_NEED) {
        if (state == SESSION_NEED) {
            session_refuse(s, &no_files);
        }
    }
    return state;
}

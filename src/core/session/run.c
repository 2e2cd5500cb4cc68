// Texts being executed, statement by statement: what a statement leaves in the log, and the needs
// and errors that it ends with.
#include <string.h>

#include "session/call.h"
#include "session/salvage.h"
#include "session/teach.h"
#include "session/transaction.h"
#include "session/turns.h"

// ---- Statements ---------------------------------------------------------------------------------

// The lines after byte `at` that hold something to run: neither blank nor a comment.
static int64_t lines_after(const struct source *source, size_t at)
{
    int64_t count = 0;
    const char *text = source->text, *newline;
    while ((newline = memchr(text + at, '\n', source->length - at)) != NULL) {
        at = (size_t)(newline - text) + 1;
        while (at < source->length && strchr(" \t\r;", text[at]) != NULL) {
            at++;
        }
        count += at < source->length && text[at] != '\n' && text[at] != '#';
    }
    return count;
}

// The record of an error, with its place in the text it is in.
static void put_error(const struct frame *f, const struct diag *d, struct records *out)
{
    struct source source = f->source;
    source.length += f->beyond;
    struct place p = source_place(&source, d->span.start);
    struct text excerpt;
    text_init(&excerpt);
    diag_excerpt(&excerpt, &source, d->span, 0);
    struct rec *r = records_add(out, KIND_error);
    rec_text(out, r, KEY_file, f->source.name);
    rec_whole(out, r, KEY_line, (int64_t)p.line);
    rec_whole(out, r, KEY_column, (int64_t)p.column);
    rec_whole(out, r, KEY_byte, (int64_t)(d->span.start - p.line_start) + 1);
    rec_text(out, r, KEY_message, d->message);
    rec_text(out, r, KEY_hint, d->hint);
    rec_text(out, r, KEY_excerpt, text_get(&excerpt));
    text_release(&excerpt);
}

// The same; or, where there is no memory to say what is wrong, that.
static void report(const struct frame *f, const struct diag *d, struct records *out)
{
    size_t refused = mem_refusals(), answered = out->list.in.count;
    put_error(f, d, out);
    if (mem_refusals() != refused) {
        struct diag memory;
        diag_clear(&memory);
        diag_out_of_memory(&memory);
        memory.span = d->span;
        rec_cut(&out->list, answered);
        put_error(f, &memory, out);
    }
}

// What was pasted or read as one text stops at its first error: says how much of it was not run.
static void tell_left(const struct session *s, const struct diag *d, struct records *out)
{
    const struct frame *outer = s->frames.data;
    bool here = session_top_frame(s)->source.text == outer->source.text;
    size_t at = here ? d->span.start : outer->lexer.at;
    int64_t left = at > outer->source.length ? 0 : lines_after(&outer->source, at);
    if (left > 0) {
        rec_whole(out, out->list.in.last, KEY_left, left);
    }
}

static void log_statement(struct session *s, const char *statement, size_t n)
{
    char *at = n == 0 ? NULL : buf_push(&s->log, n + 1);
    if (at != NULL) {
        memcpy(at, statement, n);
        at[n] = '\n';
    }
}

// The bytes of the statement from `start` to the lexer's place, without blanks at its end.
static struct span statement_span(const struct frame *f, size_t start)
{
    size_t n = f->lexer.at > start ? f->lexer.at - start : 0;
    return (struct span){start, start + text_trimmed(f->source.text + start, n)};
}

static void quote_statement(struct session *s, const struct frame *f, struct span span)
{
    const char *text = f->source.text + span.start;
    const char *end = memchr(text, '\n', span.end - span.start);
    diag_quote(s->statement, text, end == NULL ? span.end - span.start : (size_t)(end - text));
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
static void ask_for_input(struct call *c, const struct holdings *before)
{
    struct session *s = c->s;
    tape_cut(&s->tape, (uint32_t)before->nodes);
    s->names.lists.count = before->lists;
    s->groups.count = before->groups;
    session_settings(s)->rng = before->rng;
    rec_cut(&c->out->list, c->answered);
    *c->diag = (struct diag){0};
    struct rec *need = call_record(c, KIND_need);
    rec_text(c->out, need, KEY_what, "read");
    rec_text(c->out, need, KEY_path, text_get(&s->inputs.wanted));
    rec_text(c->out, need, KEY_folder, "data");
}

// The steps of a walk that were taken back: the walk does not know.
static void forget_steps(struct session *s)
{
    if (s->stepped) {
        stepper_stop(&s->stepper);
        s->stepped = false;
        s->guess = NULL;
    }
}

// In a text that is run as far as it goes the statement alone is taken back. False: it is in none.
static bool leave_out(struct session *s, const struct diag *d)
{
    size_t depth = salvage_depth(s);
    if (depth == 0 || stop_is_asked(s->world.stop)) {
        return false;
    }
    while (s->frames.count > depth) {
        session_pop_frame(s);
    }
    salvage_skip(s, session_top_frame(s), d);
    session_forget_needs(s);
    forget_steps(s);
    return true;
}

// Was an allocation refused since there were so many refusals? Then whatever was computed, or found
// wrong, came of that.
static bool is_short(size_t refused, size_t start, struct diag *d)
{
    if (mem_refusals() != refused) {
        *d = (struct diag){0};
        diag_out_of_memory(d);
        d->span = (struct span){start, start};
    }
    return mem_refusals() != refused;
}

static enum session_state fail(struct session *s, struct diag *d, struct records *out)
{
    struct diag late;
    diag_clear(&late);
    if (leave_out(s, d)) {
        return SESSION_MORE;
    }
    if (s->world.stop != NULL && s->world.stop->asked == STOP_LATE) {
        diag_set(&late, d->span, "this takes longer than a statement may here");
        diag_hint(&late, "at the prompt it could be interrupted with Ctrl-C");
        d = &late;
    } else if (stop_is_asked(s->world.stop) && strcmp(d->message, "interrupted") != 0) {
        diag_set(&late, d->span, "interrupted");  // what it stumbled over came of that
        d = &late;
    }
    // A loop, or a file, is one statement: whoever stops it is to know what becomes of its turns.
    if (stop_is_asked(s->world.stop) && d->hint[0] == '\0') {
        diag_hint(d, s->frames.count == 1 ? "nothing was changed"
                     : session_in_loop(s) ? "nothing of the loop is kept"
                                          : "nothing of it is kept");
    }
    transaction_roll_back(s);
    if (s->stepped && s->stepper.tape != NULL) {
        diag_hint(d, "the walk has ended; step begins another");
    }
    forget_steps(s);
    report(session_top_frame(s), d, out);
    tell_left(s, d, out);
    session_drop_frames(s);
    session_forget_needs(s);
    return SESSION_FAILED;
}

// A statement failed; where it is a newcomer's first, the error tells what it lacks.
static enum session_state fail_first(struct call *c, size_t start, struct records *out)
{
    struct session *s = c->s;
    struct teaching teaching;
    bool first = c->diag->unbound && s->mode == SESSION_PROMPT && s->frames.count == 1 &&
                 session_is_fresh(s);
    size_t refused = mem_refusals();
    bool taught = first && teach_find(c, start, &teaching);
    if (mem_refusals() != refused) {
        diag_clear(c->diag);
        diag_out_of_memory(c->diag);
        taught = false;
    }
    enum session_state state = fail(s, c->diag, out);
    struct rec *error = out->list.in.last;
    if (taught && state == SESSION_FAILED && error != NULL) {
        teach_put(&teaching, out, error);
    }
    if (first) {
        teach_release(&teaching);
    }
    return state;
}

// The statement at byte `start` of the top frame begins: what it is going to do can be taken back.
// Inside a loaded file the transaction is the load's. False: the diag says why it cannot.
static bool begin_statement(struct session *s, size_t start, struct diag *d)
{
    bool outermost = s->frames.count == 1;
    if ((outermost && !transaction_begin(s)) || !take_input(s)) {
        return diag_out_of_memory(d);
    }
    if (!outermost && stop_is_asked(s->world.stop)) {
        return diag_set(d, (struct span){start, start}, "interrupted");
    }
    return salvage_begin(s, session_top_frame(s), start) || diag_out_of_memory(d);
}

// The statement waits for what its last record asks for, and will be run again from its start.
static enum session_state wait_for_need(struct session *s, struct frame *f, size_t start)
{
    if (s->frames.count == 1) {  // inside a loaded file what asks has changed nothing
        transaction_roll_back(s);
    }
    f->lexer.at = start;
    f->lexer.open = 0;
    s->stepped = false;
    s->asked = true;
    return SESSION_NEED;
}

// What there was when a statement began.
struct running {
    size_t start;    // its first byte
    size_t refused;  // allocations, before it
    size_t depth;    // of the frames
    bool outermost;
    struct holdings before;
};

// Carries the statement out.
static enum call_end carry_out(struct call *c, const struct running *r)
{
    struct session *s = c->s;
    replay_statement(s);
    enum call_end end = statement_run(c);
    replay_stated(s);
    if (end == CALL_FAILED && text_length(&s->inputs.wanted) > 0) {
        ask_for_input(c, &r->before);
        end = CALL_NEED;
    }
    call_release(c);
    groups_trim(&s->groups, tape_count(&s->tape));            // what was evaluated aside is gone
    c->frame = &BUF(struct frame, &s->frames)[r->depth - 1];  // a frame above may have moved it
    c->lexer = &c->frame->lexer;
    if (end == CALL_DONE && stop_is_asked(s->world.stop)) {
        // Whatever left its work before it was done: the answer is not whole.
        diag_set(c->diag, statement_span(c->frame, r->start), "interrupted");
        end = CALL_FAILED;
    }
    return end;
}

// The statement is done: its first line is kept for undo, and what changes something goes into the
// log.
static void remember(const struct call *c, const struct running *r)
{
    struct session *s = c->s;
    struct span span = statement_span(c->frame, r->start);
    bool logs = s->frames.count == r->depth && !s->rewound && !session_in_loop(s) &&
                transaction_changed(s, &r->before) && span.end > span.start;
    if (r->outermost && !s->rewound) {
        bool follows = s->log.count == r->before.log;  // a reset cuts the log
        s->logged = logs && follows && !c->relogged ? (int64_t)s->log.count : NOT_LOGGED;
        if (s->logged == NOT_LOGGED) {
            quote_statement(s, c->frame, span);
        }
    }
    if (logs) {
        const char *text = c->frame->source.text + span.start;
        log_statement(s, c->relogged ? c->log_as : text,
                      c->relogged ? strlen(c->log_as) : span.end - span.start);
    }
}

// Does it end the walk? A loop, a training or a loaded file that begins here will change the graph.
static bool ends_walk(const struct session *s, const struct running *r)
{
    return s->stepper.tape != NULL && !s->stepped &&
           (s->rewound != REWOUND_NOT || transaction_changed(s, &r->before) ||
            s->frames.count > r->depth);
}

// One statement of the top frame.
static enum session_state run_statement(struct session *s, struct records *out)
{
    struct diag diag;
    diag_clear(&diag);
    struct frame *f = session_top_frame(s);
    f->lexer.source = &f->source;
    struct running r = {.start = lexer_peek(&f->lexer).at,
                        .refused = mem_refusals(),
                        .depth = s->frames.count,
                        .outermost = s->frames.count == 1};
    size_t answered = out->list.in.count;
    if (!begin_statement(s, r.start, &diag)) {
        return fail(s, &diag, out);
    }
    r.before = r.outermost ? s->held : transaction_holdings(s);
    struct call c;
    call_init(&c, s, f, &diag, out);
    c.run = statement_run;
    c.answered = answered;
    enum call_end end = carry_out(&c, &r);
    bool walk_ends = end == CALL_DONE && ends_walk(s, &r);
    if (end == CALL_DONE) {
        remember(&c, &r);
    }
    if (walk_ends) {
        call_notice(&c, c.command, "the walk has ended, because the graph changed");
    }
    if (is_short(r.refused, s->frames.count == r.depth ? r.start : 0, &diag)) {
        end = CALL_FAILED;
    }
    if (end == CALL_NEED) {
        return wait_for_need(s, c.frame, r.start);
    }
    session_forget_needs(s);
    if (end == CALL_FAILED) {
        rec_cut(&out->list, answered);
        return fail_first(&c, r.start, out);
    }
    if (walk_ends) {
        stepper_stop(&s->stepper);
        s->guess = NULL;
    }
    s->stepped = false;
    if (r.outermost && s->frames.count == r.depth) {
        transaction_end(s);
    }
    return c.quit ? SESSION_QUIT : SESSION_MORE;
}

// ---- Loops, work, loaded files
// -------------------------------------------------------------------

// The top frame is done: a loop, or work, is logged as one statement, unless it is in another
// loop; the outermost frame above the text that was begun ends the transaction, but where something
// was refused since there were so many refusals.
static void end_frame(struct session *s, size_t refused)
{
    struct frame *f = session_top_frame(s);
    struct text text;
    text_init(&text);
    if (f->kind == FRAME_WORK) {
        text_add(&text, text_get(&f->log_as));
    } else if (f->kind == FRAME_LOOP) {
        text_add_bytes(&text, f->source.text + f->statement.start,
                       f->statement.end - f->statement.start);
    }
    bool loop = f->kind == FRAME_LOOP;
    session_pop_frame(s);
    if (loop && !session_in_loop(s)) {
        turns_group(s);
    }
    if (!session_in_loop(s)) {
        log_statement(s, text_get(&text), text_length(&text));
    }
    text_release(&text);
    if (s->frames.count == 1 && mem_refusals() == refused) {
        transaction_end(s);
    }
}

// A loop's next turn, or some more of a command's work; or the end of either.
static enum session_state go_on(struct session *s, struct records *out)
{
    struct frame *f = session_top_frame(s);
    struct diag diag;
    diag_clear(&diag);
    struct call c;
    call_init(&c, s, f, &diag, out);
    c.command = f->statement;
    size_t refused = mem_refusals(), answered = out->list.in.count;
    bool more = f->more(&c, f);
    call_release(&c);
    if (!diag.set && f->kind == FRAME_LOOP) {
        session_compact(s);
        replay_run(s);
    }
    if (mem_refusals() == refused && !diag.set && !more) {
        end_frame(s, refused);
    }
    if (is_short(refused, 0, &diag)) {
        rec_cut(&out->list, answered);
    }
    return diag.set ? fail(s, &diag, out) : SESSION_MORE;
}

// ---- The door -----------------------------------------------------------------------------------

// There was no memory to begin the text.
static enum session_state fail_unread(struct session *s, struct records *out)
{
    struct diag d;
    diag_clear(&d);
    diag_out_of_memory(&d);
    session_report(&s->unread, &d, out);
    s->unread = (struct source){0};
    return SESSION_FAILED;
}

enum session_state session_run(struct session *s, struct records *out)
{
    BS_ASSERT(!s->asked || s->supplied);
    s->replay.work = 0;
    if (s->unread.name != NULL) {
        return fail_unread(s, out);
    }
    if (s->replay.pending) {
        replay_run(s);
        return SESSION_MORE;
    }
    while (s->frames.count > 0) {
        struct frame *f = session_top_frame(s);
        f->lexer.source = &f->source;
        if (f->source.memo == NULL || s->memo.text != f->source.text ||
            s->memo.length != f->source.length) {
            lexer_remember(&s->memo, &f->source);
        }
        if (f->kind != FRAME_WORK && session_skip_breaks(f)) {
            return run_statement(s, out);
        }
        if (f->kind != FRAME_TEXT) {
            return go_on(s, out);
        }
        if (s->frames.count > 1) {
            salvage_tell(s, f, out);
            end_frame(s, mem_refusals());
        } else {
            session_pop_frame(s);
        }
    }
    return SESSION_DONE;
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
    bool ok = (transaction_begin(s) || diag_out_of_memory(d)) && call_refresh(&c, NULL) &&
              call_expression(&c, &operand) && call_finish(&c);
    if (ok) {
        call_add_value(&c, out, &operand);
    }
    call_release(&c);
    transaction_roll_back(s);
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
    struct diag d;
    diag_clear(&d);
    struct frame *f = s->frames.count == 0 ? NULL : session_top_frame(s);
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

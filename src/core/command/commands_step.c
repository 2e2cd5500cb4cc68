// Walking a graph one node at a time, both ways.
#include <math.h>
#include <string.h>

#include "base/format.h"
#include "command/commands.h"
#include "command/picture.h"
#include "engine/shown.h"
#include "engine/stepper.h"
#include "lesson/answer.h"

enum { STEPS_SHOWN = 20 };

// ---- Facts --------------------------------------------------------------------------------------

static void put_operands(struct call *c, struct rec *r, const struct step_fact *fact)
{
    struct text formula;
    text_init(&formula);
    call_formula(c, &formula, fact->step.node);
    rec_text(c->out, r, KEY_formula, text_get(&formula));
    text_release(&formula);
    struct rec *values = rec_list(c->out, r, KEY_operands);
    for (int i = 0; i < fact->arity; i++) {
        rec_number(c->out, values, KEY_NONE, fact->operand_value[i]);
    }
    rec_text(c->out, r, KEY_op, op_get(fact->op)->name);
    rec_flag(c->out, r, KEY_infix, op_get(fact->op)->form == OP_INFIX);
    rec_number(c->out, r, KEY_after, fact->after);
}

// Asked anew at each step, as gradients change. What is too large to be the rounding of terms up to
// a thousand million is not looked at: a walk may have many steps.
static bool upstream_cancels(const struct call *c, const struct step_fact *fact)
{
    struct buf sizes;
    if (fact->upstream == 0 || fabs(fact->upstream) > 1e-6) {
        return false;
    }
    shown_sizes(&c->s->tape, &sizes);
    bool cancels = shown_grad_cancels(&c->s->tape, &sizes, fact->step.node);
    buf_release(&sizes);
    return cancels;
}

static void put_shares(struct call *c, struct rec *r, const struct step_fact *fact)
{
    rec_number(c->out, r, KEY_upstream, fact->upstream);
    if (upstream_cancels(c, fact)) {
        rec_flag(c->out, r, KEY_upstream_cancels, true);
    }
    struct rec *shares = rec_list(c->out, r, KEY_shares);
    for (int i = 0; i < fact->shares; i++) {
        const struct step_share *share = &fact->share[i];
        struct rec *row = rec_map(c->out, shares, KEY_NONE);
        struct text formula;
        text_init(&formula);
        call_slope_formula(c, &formula, fact->step.node, share->slot);
        call_put_node(c, rec_map(c->out, row, KEY_child), share->child);
        rec_text(c->out, row, KEY_formula, text_get(&formula));
        rec_number(c->out, row, KEY_held, share->held);
        rec_number(c->out, row, KEY_local, share->local);
        rec_number(c->out, row, KEY_share, share->share);
        rec_number(c->out, row, KEY_now, share->now);
        text_release(&formula);
    }
}

static const char *const step_words[] = {"forward", "seed", "backward"};

static void put_place(struct call *c, struct rec *r, const struct stepper *walk)
{
    struct step_place place = stepper_where(walk);
    rec_text(c->out, r, KEY_pass, place.backward ? "backward" : "forward");
    rec_whole(c->out, r, KEY_done, (int64_t)place.done);
    rec_whole(c->out, r, KEY_steps, (int64_t)place.steps);
    call_put_node(c, rec_map(c->out, r, KEY_root), walk->root);
}

void step_put(struct call *c, struct rec *r, const struct stepper *walk,
              const struct step_fact *fact)
{
    rec_text(c->out, r, KEY_step, step_words[fact->step.kind]);
    put_place(c, r, walk);
    call_put_node(c, r, fact->step.node);
    if (fact->step.kind == STEP_FORWARD) {
        put_operands(c, r, fact);
    } else if (fact->step.kind == STEP_BACKWARD) {
        put_shares(c, r, fact);
    } else {
        rec_number(c->out, r, KEY_before, fact->before);
        rec_number(c->out, r, KEY_after, fact->after);
    }
}

// Where the walk is, and what the next step is.
static void put_where(struct call *c, const char *moved)
{
    const struct stepper *s = &c->s->stepper;
    struct rec *r = call_record(c, KIND_where);
    rec_text(c->out, r, KEY_moved, moved);
    put_place(c, r, s);
    if (s->at < stepper_steps(s)) {
        struct step next = stepper_get(s, s->at);
        struct rec *to = rec_map(c->out, r, KEY_next);
        rec_text(c->out, to, KEY_step, step_words[next.kind]);
        call_put_node(c, to, next.node);
        struct text formula;
        text_init(&formula);
        call_formula(c, &formula, next.node);
        rec_text(c->out, to, KEY_formula, text_get(&formula));
        text_release(&formula);
    }
}

// ---- Walking ------------------------------------------------------------------------------------

static bool no_walk(struct call *c)
{
    if (c->s->stepper.tape != NULL) {
        return false;
    }
    diag_set(c->diag, c->command, "no walk has begun");
    diag_hint(c->diag, "'step L' begins one at the forward pass of L");
    return true;
}

static bool start(struct call *c, uint32_t root, bool from_backward)
{
    uint32_t fresh = 0;
    if (from_backward && !call_refresh(c, &fresh)) {
        return false;
    }
    if (fresh > 0) {
        call_notice(c, c->command, "stale values were recomputed first");
    }
    c->s->stepped = true;
    c->s->guess = NULL;
    if (!stepper_start(&c->s->stepper, &c->s->tape, root, from_backward) ||
        !call_change_settings(c)) {
        return diag_out_of_memory(c->diag);
    }
    session_settings(c->s)->output = root;
    return true;
}

// Steps until `to` are done; the last few are shown.
static bool walk_to(struct call *c, size_t to)
{
    struct session *s = c->s;
    size_t most = stepper_steps(&s->stepper);
    bool past = to > most;
    to = past ? most : to;
    if (!picture_of_step(c, to)) {
        return false;
    }
    s->stepped = true;
    s->guess = NULL;
    s->again = "step";
    if (to > s->stepper.at + STEPS_SHOWN) {
        size_t skipped = to - STEPS_SHOWN - s->stepper.at;
        if (!call_swept(c, stepper_go(&s->stepper, &s->undo, s->world.stop, to - STEPS_SHOWN))) {
            return false;
        }
        rec_whole(c->out, call_record(c, KIND_steps_skipped), KEY_count, (int64_t)skipped);
    }
    while (s->stepper.at < to) {
        struct step_fact fact;
        if (!stepper_step(&s->stepper, &s->undo, &fact)) {
            return diag_out_of_memory(c->diag);
        }
        step_put(c, call_record(c, KIND_step), &s->stepper, &fact);
    }
    if (past) {
        call_notice(c, c->command, "the walk ends here: both passes are done");
    }
    return true;
}

static bool back_to(struct call *c, size_t to)
{
    struct session *s = c->s;
    if (!picture_of_step(c, to)) {
        return false;
    }
    s->stepped = true;
    s->again = "back";
    s->guess = NULL;
    return call_swept(c, stepper_go(&s->stepper, &s->undo, s->world.stop, to));
}

// "to d": the nearest step at d, ahead or behind.
static bool read_place(struct call *c, bool ahead, size_t *to)
{
    struct token t = lexer_peek(c->lexer);
    uint32_t node;
    char label[LABEL_TEXT];
    if (!call_node(c, &node) || !call_finish(c)) {
        return false;
    }
    if (!stepper_find(&c->s->stepper, node, ahead, to)) {
        diag_set(c->diag, t.span, "no step %s is at %s", ahead ? "ahead" : "behind",
                 names_label(&c->s->names, label, node));
        return diag_hint(c->diag, "leaves have no steps of their own; 'where' shows the next one");
    }
    return true;
}

static bool is_word(const struct call *c, struct token t, const char *word)
{
    struct lexer ahead = *c->lexer;
    struct diag ignored = {0};
    lexer_next(&ahead, &ignored);
    enum token_kind after = lexer_next(&ahead, &ignored).kind;
    return token_is(c->lexer, t, word) && (after == TOKEN_NAME || after == TOKEN_NODE);
}

// ---- Guesses ------------------------------------------------------------------------------------

// What the next step is going to show, found by taking it and taking it back.
static bool foresee(struct call *c, struct step_fact *fact, double *key, struct text *what)
{
    struct stepper *s = &c->s->stepper;
    char label[LABEL_TEXT];
    if (s->at == stepper_steps(s) || stepper_get(s, s->at).kind == STEP_SEED) {
        return false;
    }
    if (!stepper_step(s, NULL, fact) || !stepper_back(s, NULL)) {
        return false;
    }
    if (fact->step.kind == STEP_FORWARD) {
        *key = fact->after;
        text_addf(what, "the value of %s", names_label(&c->s->names, label, fact->step.node));
        return true;
    }
    for (int i = fact->shares; i-- > 0;) {
        if (fact->share[i].child == fact->share[0].child) {
            *key = fact->share[i].now;
            text_addf(what, "%s.grad after this step",
                      names_label(&c->s->names, label, fact->share[i].child));
            return true;
        }
    }
    return false;
}

// Takes the step that was asked about. The log remembers it without the question: a script that
// is run again has nobody to ask.
static bool reveal(struct call *c)
{
    const struct stepper *s = &c->s->stepper;
    char label[LABEL_TEXT];
    c->relogged = true;
    format_write(c->log_as, sizeof c->log_as,
                 s->at > 0          ? "step"
                 : s->from_backward ? "step backward %s"
                                    : "step %s",
                 names_label(&c->s->names, label, s->root));
    return walk_to(c, s->at + 1);
}

static bool take_guess(struct call *c, double guess)
{
    struct step_fact fact;
    struct text what;
    double key = 0;
    text_init(&what);
    if (foresee(c, &fact, &key, &what)) {
        struct rec *r = call_record(c, KIND_guessed);
        rec_text(c->out, r, KEY_what, text_get(&what));
        rec_number(c->out, r, KEY_guess, guess);
        rec_number(c->out, r, KEY_key, key);
        // Half a percent off is right: a guess is made in the head.
        struct tolerance tolerance = {.absolute = 1e-6, .relative = 5e-3};
        rec_flag(c->out, r, KEY_right, judge_number_is_right(guess, key, tolerance));
    }
    text_release(&what);
    return reveal(c);
}

// Asks, where `predict on` wants it and somebody is there to answer.
static bool ask_for_guess(struct call *c)
{
    if (!session_preferences(c->s)->predict || c->s->mode != SESSION_PROMPT ||
        c->s->frames.count > 1) {
        return false;
    }
    struct step_fact fact;
    struct text what;
    double key;
    text_init(&what);
    bool asks = foresee(c, &fact, &key, &what);
    if (asks) {
        struct rec *r = call_record(c, KIND_predict);
        rec_text(c->out, r, KEY_what, text_get(&what));
        struct text formula;
        text_init(&formula);
        call_formula(c, &formula, fact.step.node);
        rec_text(c->out, r, KEY_pass, step_words[fact.step.kind]);
        call_put_node(c, rec_map(c->out, r, KEY_at), fact.step.node);
        rec_text(c->out, r, KEY_formula, text_get(&formula));
        text_release(&formula);
        c->s->guess = take_guess;
        c->relogged = true;
    }
    text_release(&what);
    return asks;
}

// "predict on", "watch off": a setting of walks.
static bool read_switch(struct call *c, const char *hint, bool *on)
{
    struct span word = call_word(c);
    *on = call_word_is(c, word, "on");
    if (!*on && !call_word_is(c, word, "off")) {
        diag_set(c->diag, word.start == word.end ? c->command : word, "%.*s is on or off",
                 (int)(c->command.end - c->command.start),
                 c->lexer->source->text + c->command.start);
        return diag_hint(c->diag, "%s", hint);
    }
    if (!call_finish(c) || !call_change_settings(c)) {
        return false;
    }
    c->s->stepped = true;  // no change of the graph: the walk goes on
    c->relogged = true;    // nor anything that a script needs
    return true;
}

enum call_end command_predict(struct call *c)
{
    bool on;
    if (!read_switch(c, "write predict on; then each 'step' asks before it shows", &on)) {
        return CALL_FAILED;
    }
    session_preferences(c->s)->predict = on;
    c->s->guess = on ? c->s->guess : NULL;
    return CALL_DONE;
}

enum call_end command_watch(struct call *c)
{
    bool on;
    if (!read_switch(c, "write watch on; then each 'step' shows the picture", &on)) {
        return CALL_FAILED;
    }
    session_preferences(c->s)->watch = on;
    rec_flag(c->out, call_record(c, KIND_watch), KEY_on, on);
    return CALL_DONE;
}

// ---- Commands -----------------------------------------------------------------------------------

// step L, step backward L: a new walk and its first step.
static bool step_new(struct call *c)
{
    uint32_t root;
    struct token first = lexer_peek(c->lexer);
    bool from_backward = is_word(c, first, "backward");
    if (from_backward) {
        lexer_next(c->lexer, c->diag);
    }
    if (!call_node(c, &root) || !call_finish(c) || !start(c, root, from_backward)) {
        return false;
    }
    return ask_for_guess(c) || walk_to(c, 1);
}

static bool step_on(struct call *c)
{
    struct session *s = c->s;
    struct token first = lexer_peek(c->lexer);
    int64_t count = 1;
    size_t to;
    if (is_word(c, first, "to")) {
        lexer_next(c->lexer, c->diag);
        return !no_walk(c) && read_place(c, true, &to) && walk_to(c, to);
    }
    bool counted = call_has_more(c);
    if (no_walk(c) || (counted && !call_whole(c, "the number of steps", 1, 1000000000, &count)) ||
        !call_finish(c)) {
        return false;
    }
    if (!counted && s->guess != NULL) {
        return reveal(c);
    }
    return (!counted && ask_for_guess(c)) || walk_to(c, s->stepper.at + (size_t)count);
}

static enum call_end ended(const struct call *c, bool ok)
{
    return ok ? CALL_DONE : c->waits ? CALL_NEED : CALL_FAILED;
}

enum call_end command_step(struct call *c)
{
    struct token first = lexer_peek(c->lexer);
    bool named = (first.kind == TOKEN_NAME || first.kind == TOKEN_NODE) && !is_word(c, first, "to");
    return ended(c, named ? step_new(c) : step_on(c));
}

enum call_end command_back(struct call *c)
{
    struct stepper *s = &c->s->stepper;
    int64_t count = 1;
    size_t to = 0;
    if (no_walk(c)) {
        return CALL_FAILED;
    }
    if (is_word(c, lexer_peek(c->lexer), "to")) {
        lexer_next(c->lexer, c->diag);
        if (!read_place(c, false, &to)) {
            return CALL_FAILED;
        }
    } else {
        if ((call_has_more(c) && !call_whole(c, "the number of steps", 1, 1000000000, &count)) ||
            !call_finish(c)) {
            return CALL_FAILED;
        }
        to = s->at > (size_t)count ? s->at - (size_t)count : 0;
        if (s->at < (size_t)count) {
            call_notice(c, c->command, "the walk begins here");
        }
    }
    if (!back_to(c, to)) {
        return ended(c, false);
    }
    put_where(c, "back");
    return CALL_DONE;
}

enum call_end command_run(struct call *c)
{
    if (no_walk(c) || !call_finish(c)) {
        return CALL_FAILED;
    }
    struct stepper *s = &c->s->stepper;
    size_t end = s->at == stepper_steps(s) ? s->at + 1 : stepper_pass_end(s);
    return ended(c, walk_to(c, end));
}

enum call_end command_where(struct call *c)
{
    if (no_walk(c) || !call_finish(c)) {
        return CALL_FAILED;
    }
    put_where(c, "");
    return CALL_DONE;
}

enum call_end command_stop(struct call *c)
{
    if (no_walk(c) || !call_finish(c)) {
        return CALL_FAILED;
    }
    stepper_stop(&c->s->stepper);
    c->s->guess = NULL;
    if (call_echoes(c)) {
        call_record(c, KIND_stopped);
    }
    return CALL_DONE;
}

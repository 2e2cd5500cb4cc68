#include "command/optimiser.h"

#include <math.h>
#include <string.h>

// ---- Numbers ------------------------------------------------------------------------------------

// A number from 0 on, and below `most` (INFINITY: any).
static bool read_number(struct call *c, const char *what, double most, double *number)
{
    struct operand x;
    struct token t = lexer_peek(c->lexer);
    if (!call_has_more(c)) {
        diag_set(c->diag, c->command, "%s is missing", what);
        return diag_hint(c->diag, "write a number such as 0.1");
    }
    uint32_t from = tape_count(&c->s->tape);
    if (!call_expression(c, &x)) {
        return false;
    }
    *number = operand_is_array(&x) ? -1 : lower_number(c->lower, &x);
    tape_cut(&c->s->tape, from);
    if (!(*number >= 0) || isinf(*number)) {
        diag_set(c->diag, t.span, "%s is a number from 0 on", what);
        return diag_hint(c->diag, strcmp(what, "the learning rate") == 0
                                      ? "a step goes against the gradient by itself"
                                      : "write a number such as 0.1");
    }
    if (*number >= most) {
        diag_set(c->diag, t.span, "%s is a number from 0 to below %g", what, most);
        return diag_hint(c->diag, "usual are 0.9 and 0.999");
    }
    return true;
}

static bool number_follows(struct call *c)
{
    return lexer_peek(c->lexer).kind == TOKEN_NUMBER;
}

// ---- Words --------------------------------------------------------------------------------------

struct optimiser_reading {
    struct call *c;
    struct optim *o;
    int64_t steps;
    uint32_t *batch;            // NULL: this is not a training
    struct span *said;          // by word: where it was said (end 0: not)
    enum optim_kind kind;       // the way that was said; OPTIM_PLAIN: none
    bool decays, has_momentum;  // said so
};

static bool only_train(struct optimiser_reading *r, struct span word, const char *what)
{
    if (r->batch != NULL) {
        return true;
    }
    diag_set(r->c->diag, word, "%s goes with train, which knows how many steps there are", what);
    return diag_hint(r->c->diag, "in a loop the rate can be a formula: update 0.1*0.99**i");
}

static bool read_momentum(struct optimiser_reading *r, struct span word)
{
    (void)word;
    r->has_momentum = true;
    r->o->momentum = 0.9;
    return !number_follows(r->c) || read_number(r->c, "the momentum", INFINITY, &r->o->momentum);
}

static bool read_nothing(struct optimiser_reading *r, struct span word)
{
    (void)r;
    (void)word;
    return true;
}

static bool read_betas(struct optimiser_reading *r, struct span word)
{
    struct diag ignored = {0};
    (void)word;
    if (!read_number(r->c, "beta", 1, &r->o->beta[0])) {
        return false;
    }
    if (lexer_peek(r->c->lexer).kind == TOKEN_COMMA) {
        lexer_next(r->c->lexer, &ignored);
    }
    return read_number(r->c, "the second beta", 1, &r->o->beta[1]);
}

static bool read_decay(struct optimiser_reading *r, struct span word)
{
    (void)word;
    r->decays = true;
    return read_number(r->c, "the weight decay", INFINITY, &r->o->decay);
}

static bool read_clip(struct optimiser_reading *r, struct span word)
{
    if (!read_number(r->c, "the largest norm", INFINITY, &r->o->clip)) {
        return false;
    }
    if (r->o->clip == 0) {
        diag_set(r->c->diag, word, "clip 0 would stop every step");
        return diag_hint(r->c->diag, "write clip 1.0, or leave it out");
    }
    return true;
}

static bool read_schedule(struct optimiser_reading *r, struct span word)
{
    struct call *c = r->c;
    struct optim *o = r->o;
    struct span which = call_word(c);
    if (!only_train(r, word, "a schedule")) {
        return false;
    }
    if (call_word_is(c, which, "cosine")) {
        o->schedule = OPTIM_COSINE;
        o->length = r->steps;
        return !number_follows(c) ||
               call_whole(c, "the step at which the rate is 0", 1, 1000000000, &o->length);
    }
    if (call_word_is(c, which, "step")) {
        o->schedule = OPTIM_STEPS;
        return call_whole(c, "the number of steps between", 1, 1000000000, &o->every) &&
               read_number(c, "the factor", INFINITY, &o->factor);
    }
    diag_set(c->diag, which.start == which.end ? word : which, "a schedule is cosine or step");
    return diag_hint(c->diag, "write schedule cosine, or schedule step 50 0.5");
}

static bool read_warmup(struct optimiser_reading *r, struct span word)
{
    return only_train(r, word, "a warmup") &&
           call_whole(r->c, "the number of steps of the warmup", 1, 1000000000, &r->o->warmup);
}

static bool read_batch(struct optimiser_reading *r, struct span word)
{
    int64_t rows;
    if (r->batch == NULL) {
        diag_set(r->c->diag, word, "batch goes with train, which draws the rows");
        return diag_hint(r->c->diag, "by hand: p = randperm(len(X)), then X[p[0:16]]");
    }
    if (!call_whole(r->c, "the number of rows of a batch", 1, ARRAY_MOST, &rows)) {
        return false;
    }
    *r->batch = (uint32_t)rows;
    return true;
}

static const struct optimiser_word {
    const char *name;
    enum optim_kind kind;  // a way to step; OPTIM_PLAIN: something beside it
    bool (*read)(struct optimiser_reading *r, struct span word);
} words[] = {
    {"momentum", OPTIM_MOMENTUM, read_momentum}, {"nesterov", OPTIM_NESTEROV, read_momentum},
    {"rmsprop", OPTIM_RMSPROP, read_nothing},    {"adam", OPTIM_ADAM, read_nothing},
    {"adamw", OPTIM_ADAMW, read_nothing},        {"betas", OPTIM_PLAIN, read_betas},
    {"decay", OPTIM_PLAIN, read_decay},          {"clip", OPTIM_PLAIN, read_clip},
    {"schedule", OPTIM_PLAIN, read_schedule},    {"warmup", OPTIM_PLAIN, read_warmup},
    {"batch", OPTIM_PLAIN, read_batch},
};

// ---- Together -----------------------------------------------------------------------------------

static bool unknown_word(struct optimiser_reading *r, struct span word)
{
    struct nearest nearest;
    struct call *c = r->c;
    nearest_init(&nearest, c->lexer->source->text + word.start, word.end - word.start);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        nearest_offer(&nearest, words[i].name, strlen(words[i].name));
    }
    diag_set(c->diag, word, "after the learning rate comes how to step");
    if (nearest.best[0] != '\0') {
        return diag_hint(c->diag, "did you mean '%s'?", nearest.best);
    }
    return diag_hint(c->diag, "momentum, nesterov, rmsprop, adam or adamw; decay 0.01, clip 1.0%s",
                     r->batch != NULL ? ", schedule cosine, warmup 20, batch 16" : "");
}

static bool refuse_both(struct optimiser_reading *r, struct span word, enum optim_kind kind)
{
    struct diag *d = r->c->diag;
    const char *first = optim_name(r->kind), *second = optim_name(kind);
    bool adam = r->kind >= OPTIM_ADAM || kind >= OPTIM_ADAM;
    bool runs = r->kind <= OPTIM_NESTEROV || kind <= OPTIM_NESTEROV;
    diag_set(d, word, "'%s' and '%s' are two ways to step", first, second);
    return diag_hint(d, "%s",
                     adam && runs
                         ? "adam has a momentum of its own, its first beta: adam betas 0.9 "
                           "0.999"
                     : runs && (r->kind == OPTIM_RMSPROP || kind == OPTIM_RMSPROP)
                         ? "with rmsprop the momentum is a plain one: rmsprop momentum 0.9"
                         : "write one of them");
}

// The way to step, after what was said before: rmsprop and momentum go together.
static bool take_kind(struct optimiser_reading *r, struct span word, enum optim_kind kind)
{
    bool pair = (r->kind == OPTIM_RMSPROP && kind == OPTIM_MOMENTUM) ||
                (r->kind == OPTIM_MOMENTUM && kind == OPTIM_RMSPROP);
    if (r->kind != OPTIM_PLAIN && !pair) {
        return refuse_both(r, word, kind);
    }
    r->kind = pair ? OPTIM_RMSPROP : kind;
    return true;
}

static bool read_word(struct optimiser_reading *r)
{
    struct call *c = r->c;
    struct span word = call_word(c);
    size_t i = 0;
    while (i < COUNT_OF(words) && !call_word_is(c, word, words[i].name)) {
        i++;
    }
    if (i == COUNT_OF(words)) {
        return unknown_word(r, word);
    }
    if (r->said[i].end != 0) {
        diag_set(c->diag, word, "'%s' is written twice", words[i].name);
        return diag_hint(c->diag, "write it once");
    }
    r->said[i] = word;
    return (words[i].kind == OPTIM_PLAIN || take_kind(r, word, words[i].kind)) &&
           words[i].read(r, word);
}

static bool belongs(struct optimiser_reading *r)
{
    struct call *c = r->c;
    struct optim *o = r->o;
    bool adam = o->kind == OPTIM_ADAM || o->kind == OPTIM_ADAMW;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (words[i].read == read_betas && r->said[i].end != 0 && !adam) {
            diag_set(c->diag, r->said[i], "betas belong to adam and adamw");
            return diag_hint(c->diag, "write adam betas 0.9 0.999");
        }
    }
    if (o->schedule == OPTIM_COSINE && o->length <= o->warmup) {
        diag_set(c->diag, c->command, "the warmup of %lld steps leaves none for the schedule",
                 (long long)o->warmup);
        return diag_hint(c->diag, "the rate is to be 0 at step %lld", (long long)o->length);
    }
    return true;
}

bool optimiser_read(struct call *c, struct optim *o, int64_t steps, uint32_t *batch)
{
    struct span said[COUNT_OF(words)] = {{0}};
    struct optimiser_reading r = {.c = c, .o = o, .steps = steps, .batch = batch, .said = said};
    double rate;
    if (!read_number(c, "the learning rate", INFINITY, &rate)) {
        return false;
    }
    *o = optim_of(OPTIM_PLAIN, rate);
    while (call_has_more(c)) {
        if (!read_word(&r)) {
            return false;
        }
    }
    struct optim usual = optim_of(r.kind, rate);
    o->kind = r.kind;
    o->decay = r.decays ? o->decay : usual.decay;
    o->momentum = r.has_momentum ? o->momentum : usual.momentum;
    return belongs(&r);
}

// ---- Help ---------------------------------------------------------------------------------------

bool optimiser_help(struct call *c, struct span word)
{
    for (size_t i = 0; optim_help_at(i) != NULL; i++) {
        const struct optim_help *row = optim_help_at(i);
        if (call_word_is(c, word, row->name)) {
            struct rec *r = call_record(c, KIND_help_topic);
            rec_text(c->out, r, KEY_title, row->title);
            rec_text(c->out, r, KEY_text, row->text);
            return true;
        }
    }
    return false;
}

void optimiser_offer(struct nearest *nearest)
{
    for (size_t i = 0; optim_help_at(i) != NULL; i++) {
        nearest_offer(nearest, optim_help_at(i)->name, strlen(optim_help_at(i)->name));
    }
}

// The stack of what is being executed: the text that was begun, files, loops, work.
#include <string.h>

#include "session/call.h"
#include "session/transaction.h"
#include "text/block.h"
#include "text/prompts.h"

enum { FRAMES_MOST = 16 };  // files loading files

void session_pop_frame(struct session *s)
{
    struct frame *f = &BUF(struct frame, &s->frames)[s->frames.count - 1];
    if (f->kind == FRAME_LOOP) {
        replay_spoil(s);
    }
    lexer_forget(&s->memo);
    buf_release(&f->text);
    if (f->release != NULL) {
        f->release(f->work.data);
    }
    buf_release(&f->work);
    text_release(&f->log_as);
    s->frames.count--;
}

struct frame *session_top_frame(const struct session *s)
{
    return &BUF(struct frame, &s->frames)[s->frames.count - 1];
}

void session_drop_frames(struct session *s)
{
    while (s->frames.count > 0) {
        session_pop_frame(s);
    }
}

// The statement asks for nothing any more, and what it was given is gone.
void session_forget_needs(struct session *s)
{
    s->asked = s->supplied = false;
    s->rounds = 0;
    inputs_clear(&s->inputs);
    if (s->prepared.list.in.count > 0) {
        records_release(&s->prepared);
    }
}

void session_abandon(struct session *s)
{
    if (s->frames.count > 1) {  // a loop, a training, a file being loaded
        transaction_roll_back(s);
    }
    session_drop_frames(s);
    session_forget_needs(s);
}

static void init_frame(struct frame *f)
{
    *f = (struct frame){.kind = FRAME_TEXT};
    buf_init(&f->text, 1);
    buf_init(&f->work, 1);
    text_init(&f->log_as);
}

struct frame *session_new_frame(struct session *s, enum frame_kind kind, struct span statement)
{
    struct frame *f = s->frames.count == FRAMES_MOST ? NULL : buf_push(&s->frames, 1);
    if (f != NULL) {
        init_frame(f);
        f->source = f[-1].source;
        f->kind = kind;
        f->statement = statement;
    }
    return f;
}

bool session_push_frame(struct session *s, const char *name, struct span load, const char *bytes,
                        size_t n)
{
    struct buf text;
    buf_init(&text, 1);
    size_t name_size = strlen(name) + 1;
    char *copy = buf_push(&text, n + name_size);
    struct frame *f = copy == NULL ? NULL : session_new_frame(s, FRAME_TEXT, load);
    if (f == NULL) {
        buf_release(&text);
        return false;
    }
    if (n > 0) {
        memcpy(copy, bytes, n);
    }
    memcpy(copy + n, name, name_size);
    f->text = text;
    f->source = (struct source){.name = copy + n, .text = copy, .length = n, .line = 1};
    return true;
}

// Empty lines are not read as tokens: there may be millions.
bool session_skip_breaks(struct frame *f)
{
    const char *text = f->source.text;
    struct token t = lexer_peek(&f->lexer);
    while (t.kind == TOKEN_BREAK) {
        size_t at = t.span.end;
        while (at < f->source.length && (text[at] == '\n' || text[at] == '\r')) {
            at++;
        }
        f->lexer.at = at;
        t = lexer_peek(&f->lexer);
    }
    return t.kind != TOKEN_END;
}

static struct frame *open_text(struct session *s, const struct source *source,
                               enum session_mode mode, bool places)
{
    size_t refused = mem_refusals();
    session_abandon(s);
    lexer_forget(&s->memo);
    s->mode = mode;
    s->unread = (struct source){0};
    struct frame *f = buf_push(&s->frames, 1);
    if (f != NULL) {
        init_frame(f);
        f->source = *source;
        f->lexer.source = source;
        if (prompts_strip(source, places, &f->text)) {
            f->source.text = f->text.data;
            f->source.length = f->text.count;
        }
    }
    if (mem_refusals() == refused) {
        return f;
    }
    session_drop_frames(s);
    s->unread = *source;
    return NULL;
}

void session_open(struct session *s, const struct source *source, enum session_mode mode)
{
    open_text(s, source, mode, false);
}

void session_begin(struct session *s, const struct source *source, enum session_mode mode)
{
    struct frame *f = open_text(s, source, mode, true);
    if (f != NULL && mode == SESSION_PROMPT && s->stepper.tape != NULL && !session_skip_breaks(f)) {
        f->lexer.at = 0;
        f->source.text = s->again;
        f->source.length = strlen(s->again);
    }
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

bool session_next_line(struct session *s, bool first, struct source *line)
{
    if (s->frames.count == 0) {
        return false;
    }
    struct frame *f = session_top_frame(s);
    const char *text = f->source.text;
    size_t start = f->lexer.at;
    while (start < f->source.length && (text[start] == ' ' || text[start] == ';')) {
        start++;  // after what began the lesson: lesson two-paths; hint
    }
    f->lexer.at = start;
    if (start == f->source.length && !first) {
        session_pop_frame(s);
        return false;
    }
    block_take_lines(&f->source, &f->lexer.at, line);
    return true;
}

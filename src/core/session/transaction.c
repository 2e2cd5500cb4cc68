#include "session/transaction.h"

#include <string.h>

#include "session/state.h"

enum { UNDO_BYTES = 64 << 20 };  // memory for undo beyond the last statement

static void doubt_values(struct session *s)
{
    s->tape.any_stale = true;
    s->tape.settled = 0;
}

void session_forget_derived(struct session *s)
{
    doubt_values(s);
    names_changed(&s->names);
}

struct holdings transaction_holdings(const struct session *s)
{
    return (struct holdings){.changes = trail_saves(&s->undo),
                             .nodes = tape_count(&s->tape),
                             .definitions = s->definitions.rows.count,
                             .labels = s->labels.rows.count,
                             .lists = s->names.lists.count,
                             .groups = s->groups.count,
                             .log = s->log.count,
                             .binds = s->names.binds,
                             .rng = session_settings(s)->rng};
}

// A statement that drew random numbers changed those that follow: it is remembered like others, so
// that the saved session draws the same.
bool transaction_changed(const struct session *s, const struct holdings *before)
{
    return trail_saves(&s->undo) > before->changes || tape_count(&s->tape) != before->nodes ||
           s->definitions.rows.count != before->definitions ||
           s->labels.rows.count != before->labels ||
           !rng_same(&session_settings(s)->rng, &before->rng);
}

// For one more moment.
static bool has_room(struct buf *moments, struct buf *lines)
{
    return (moments->count < moments->cap || buf_reserve(moments, moments->count + 1)) &&
           (lines->count + QUOTED <= lines->cap || buf_reserve(lines, lines->count + QUOTED));
}

// What any statement may change: how long arrays are, random numbers, the last output.
static bool save_what_moves(struct session *s)
{
    return trail_save(&s->undo, &s->settings, 0, SETTINGS_MOVING) && trail_save_lengths(&s->undo);
}

bool transaction_begin(struct session *s)
{
    trail_begin(&s->undo);
    s->begun = trail_mark(&s->undo);
    // The moment that the statement may become must not fail when all else is done.
    bool ok = save_what_moves(s) && has_room(&s->moments, &s->lines);
    s->held = transaction_holdings(s);
    s->told_before = s->told;
    return ok;
}

bool transaction_mark(struct session *s, size_t *mark)
{
    trail_begin(&s->undo);
    *mark = trail_mark(&s->undo);
    return save_what_moves(s);
}

void transaction_take_back(struct session *s, size_t mark)
{
    trail_take_back(&s->undo, mark, NULL);
    session_forget_derived(s);
}

static struct moment moment_of(size_t mark, bool logged)
{
    return (struct moment){.mark = mark & UINT64_MAX >> 1, .logged = logged};
}

static size_t mark_of(struct moment m)
{
    return (size_t)m.mark;
}

// Undo's memory is bounded: the oldest statements can no longer be taken back.
static void forget_oldest(struct session *s)
{
    struct moment *moments = s->moments.data;
    size_t count = s->moments.count, kept = 0, line = 0;
    if (trail_bytes(&s->undo) + s->lines.count + count * sizeof *moments <= UNDO_BYTES) {
        return;
    }
    // A good part at once, as what stays has to be moved.
    while (kept + 1 < count && trail_bytes_after(&s->undo, mark_of(moments[kept])) +
                                       s->lines.count - line + (count - kept) * sizeof *moments >
                                   UNDO_BYTES / 4 * 3) {
        if (!moments[kept].logged) {
            line += strlen(BUF_FROM(char, &s->lines, line)) + 1;
        }
        kept++;
    }
    size_t mark = mark_of(moments[kept]), stays = trail_bytes_after(&s->undo, mark);
    // A large last statement is not moved for the little that came before: both go with the next one.
    if (kept + 1 == count && trail_bytes(&s->undo) - stays < stays / 4) {
        return;
    }
    trail_forget(&s->undo, mark);
    if (line < s->lines.count) {
        memmove(s->lines.data, BUF_FROM(char, &s->lines, line), s->lines.count - line);
    }
    s->lines.count -= line;
    for (size_t i = kept; i < count; i++) {
        moments[i - kept] = moment_of(mark_of(moments[i]) - mark, moments[i].logged);
    }
    s->moments.count = count - kept;
}

// Of the running statement. There is room for it: see transaction_begin.
static void add_moment(struct session *s, struct buf *moments, struct buf *lines, size_t mark)
{
    struct moment *at = buf_push(moments, 1);
    BS_ASSERT(at != NULL);
    *at = moment_of(mark, s->logged != NOT_LOGGED);
    if (s->logged == NOT_LOGGED) {
        size_t length = strlen(s->statement) + 1;
        char *line = buf_push(lines, length);
        BS_ASSERT(line != NULL);
        memcpy(line, s->statement, length);
    }
}

// The statement that the log has there, before byte `end`.
static void quote_logged(struct session *s, size_t at, size_t end)
{
    const char *text = BUF_FROM(char, &s->log, at), *newline = memchr(text, '\n', end - at);
    diag_quote(s->statement, text, newline == NULL ? end - at : (size_t)(newline - text));
}

// Takes the last line off.
static void take_line(struct session *s, struct buf *lines)
{
    const char *text = lines->data;
    size_t at = lines->count - 1;
    while (at > 0 && text[at - 1] != '\0') {
        at--;
    }
    memcpy(s->statement, text + at, lines->count - at);
    lines->count = at;
}

const char *transaction_statement(struct session *s)
{
    if (s->logged != NOT_LOGGED && (size_t)s->logged < s->log.count) {
        quote_logged(s, (size_t)s->logged, s->log.count);
    }
    return s->statement;
}

void transaction_end(struct session *s)
{
    if (s->rewound != REWOUND_NOT) {
        s->rewound = REWOUND_NOT;
    } else if (!transaction_changed(s, &s->held)) {
        trail_take_back(&s->undo, s->begun, NULL);
    } else {
        trail_clear(&s->redo);
        s->redone.count = s->redone_lines.count = 0;
        trail_tidy(&s->undo, s->begun);
        add_moment(s, &s->moments, &s->lines, s->begun);
        forget_oldest(s);
    }
}

// One step from the last moment of `from` onto `to`: undo, and redo. False if there is none, no memory
// for the way back, or it is asked to stop, and all is as it was.
static bool rewind_one(struct session *s, struct trail *from, struct buf *from_moments,
                       struct buf *from_lines, struct trail *to, struct buf *to_moments,
                       struct buf *to_lines, struct stop *stop)
{
    if (from_moments->count == 0 || !has_room(to_moments, to_lines)) {
        return false;
    }
    size_t mark = trail_mark(to), log = s->log.count;
    struct moment m = BUF(struct moment, from_moments)[from_moments->count - 1];
    if (!trail_take_back_while(from, mark_of(m), to, stop)) {
        return false;
    }
    from_moments->count--;
    s->logged = NOT_LOGGED;
    if (m.logged) {  // the log lost the statement, or got it back; its bytes are there
        bool shorter = s->log.count < log;
        s->logged = (int64_t)(shorter ? s->log.count : log);
        quote_logged(s, (size_t)s->logged, shorter ? log : s->log.count);
    } else {
        take_line(s, from_lines);
    }
    add_moment(s, to_moments, to_lines, mark);
    session_forget_derived(s);
    return true;
}

static bool undo_one(struct session *s, struct stop *stop)
{
    return rewind_one(s, &s->undo, &s->moments, &s->lines, &s->redo, &s->redone, &s->redone_lines,
                      stop);
}

static bool redo_one(struct session *s, struct stop *stop)
{
    return rewind_one(s, &s->redo, &s->redone, &s->redone_lines, &s->undo, &s->moments, &s->lines,
                      stop);
}

void transaction_roll_back(struct session *s)
{
    if (s->rewound != REWOUND_NOT) {  // forward again, which needs no memory
        s->rewound == REWOUND_UNDO ? redo_one(s, NULL) : undo_one(s, NULL);
        s->rewound = REWOUND_NOT;
        s->begun = trail_mark(&s->undo);  // the statement left nothing else
    }
    trail_take_back(&s->undo, s->begun, NULL);
    s->told = s->told_before;
    state_forgive(s);
    doubt_values(s);
    names_back(&s->names, s->held.binds);
}

bool session_undo(struct session *s)
{
    trail_take_back(&s->undo, s->begun, NULL);
    bool ok = undo_one(s, s->world.stop);
    s->rewound = ok ? REWOUND_UNDO : s->rewound;
    return ok;
}

bool session_redo(struct session *s)
{
    trail_take_back(&s->undo, s->begun, NULL);
    bool ok = redo_one(s, s->world.stop);
    s->rewound = ok ? REWOUND_REDO : s->rewound;
    return ok;
}

bool session_reset(struct session *s)
{
    if (!state_cut(s) || !state_save_elements(s)) {
        return false;
    }
    for (uint32_t i = 0; i < names_count(&s->names); i++) {
        names_bind(&s->names, NULL, i, (struct value){0});
    }
    *session_settings(s) = settings_defaults();
    rng_seed(&session_settings(s)->rng, s->world.seed);
    session_forget_derived(s);
    return trail_save_lengths(&s->undo);  // what a load adds now is its own to take back
}

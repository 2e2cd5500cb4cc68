// Groups: what a function's call made, as one thing. `groups` lists them, `local` tells what one
// does to its result, and expand and fold choose how they, arrays and statements are drawn.
#include "command/commands_group.h"

#include <string.h>

#include "command/commands.h"
#include "scene/fold.h"

// ---- Which call is meant ------------------------------------------------------------------------

// The output that calls are counted from: the last one, if there is one.
static bool reach_output(struct call *c, struct buf *ids)
{
    uint32_t output = session_settings(c->s)->output;
    if (output == NODE_NONE) {
        buf_init(ids, sizeof(uint32_t));
        return true;
    }
    return sweep_reach(&c->s->tape, output, ids);
}

// Numbers the calls that the last output depends on.
static bool number_calls(struct call *c, struct buf *numbers)
{
    struct buf ids;
    buf_init(numbers, sizeof(uint32_t));
    bool ok = reach_output(c, &ids) && groups_number(&c->s->groups, ids.data, ids.count, numbers);
    buf_release(&ids);
    return ok || diag_out_of_memory(c->diag);
}

static bool names_a_group(const struct session *s, uint32_t name)
{
    for (uint32_t g = 0; g < s->groups.count; g++) {
        if (group_at(&s->groups, g)->name == name) {
            return true;
        }
    }
    return false;
}

// Is the next word a function of the learner's or what else made a group (backward), and not a
// value as well?
static bool is_function(const struct call *c, struct token t, uint32_t *name)
{
    const struct session *s = c->s;
    *name = t.kind == TOKEN_NAME ? names_find(&s->names, token_text(c->lexer, t), token_length(t))
                                 : NAME_NONE;
    return *name != NAME_NONE && names_get(&s->names, *name).rank == VALUE_UNBOUND &&
           (definitions_find(&s->definitions, *name) != NULL || names_a_group(s, *name));
}

// A function's name with nothing but a number after it, so that local neuron(1, 2) is none.
bool group_is_named(const struct call *c)
{
    struct lexer ahead = *c->lexer;
    struct diag ignored = {0};
    uint32_t name;
    if (!is_function(c, lexer_next(&ahead, &ignored), &name)) {
        return false;
    }
    enum token_kind next = lexer_peek(&ahead).kind;
    return token_ends(next) || next == TOKEN_NUMBER;
}

static bool refuse_number(struct call *c, struct span span, uint32_t name, uint32_t most)
{
    size_t length;
    const char *s = names_text(&c->s->names, name, &length);
    char quoted[QUOTED];
    diag_quote(quoted, s, length);
    if (most == 0) {
        diag_set(c->diag, span, "the last output does not depend on a call of %s", quoted);
        return diag_hint(c->diag, "'groups' lists the calls");
    }
    diag_set(c->diag, span,
             most == 1 ? "the last output depends on %u call of %s"
                       : "the last output depends on %u calls of %s",
             (unsigned)most, quoted);
    return diag_hint(c->diag, "they are counted from 1; 'groups' lists them");
}

bool group_read_calls(struct call *c, struct buf *groups, uint32_t *name, int64_t *number)
{
    struct token t = lexer_next(c->lexer, c->diag);
    struct span span = t.span;
    struct buf numbers;
    uint32_t most = 0;
    *number = 0;
    *name = names_find(&c->s->names, token_text(c->lexer, t), token_length(t));
    if (call_has_more(c) && (span = lexer_peek(c->lexer).span,
                             !call_whole(c, "a call's number", 1, 1000000000, number))) {
        return false;
    }
    if (!call_finish(c)) {
        return false;
    }
    bool ok = number_calls(c, &numbers);
    for (uint32_t g = 0; ok && g < c->s->groups.count; g++) {
        bool named = group_at(&c->s->groups, g)->name == *name;
        uint32_t of = named ? BUF(uint32_t, &numbers)[g] : 0;
        most = of > most ? of : most;
        if (of != 0 && (*number == 0 || of == *number)) {
            uint32_t *at = buf_push(groups, 1);
            ok = at != NULL || diag_out_of_memory(c->diag);
            if (at != NULL) {
                *at = g;
            }
        }
    }
    buf_release(&numbers);
    return ok && (groups->count > 0 || refuse_number(c, span, *name, most));
}

static void put_call(struct call *c, struct rec *r, uint32_t name, int64_t number)
{
    char label[QUOTED];
    size_t length;
    struct text text;
    const char *s = names_text(&c->s->names, name, &length);
    text_init(&text);
    text_add_bytes(&text, s, length);
    if (number > 1 || (number == 1 && text_among("turn", s, length))) {
        text_addf(&text, " %lld", (long long)number);
    }
    diag_quote(label, text_get(&text), text_length(&text));
    rec_text(c->out, r, KEY_text, label);
    text_release(&text);
}

// ---- How things are drawn -----------------------------------------------------------------------

// No change of the graph: a walk goes on.
static struct rec *begin_look(struct call *c, const char *what, bool folded)
{
    c->s->stepped = true;
    struct rec *r = call_echoes(c) ? call_record(c, KIND_look) : NULL;
    rec_text(c->out, r, KEY_what, what);
    rec_flag(c->out, r, KEY_folded, folded);
    return r;
}

static bool set_group(struct call *c, uint32_t group, enum group_look look)
{
    struct session *s = c->s;
    if (!trail_save(&s->undo, &s->groups, group, 1)) {
        return diag_out_of_memory(c->diag);
    }
    group_at(&s->groups, group)->look = look;
    return true;
}

// To be seen open, a call must not be hidden in another one.
static bool look_at_group(struct call *c, uint32_t group, bool fold)
{
    bool ok = set_group(c, group, fold ? LOOK_FOLDED : LOOK_OPEN);
    for (uint32_t g = group_at(&c->s->groups, group)->within; ok && !fold && g != GROUP_NONE;
         g = group_at(&c->s->groups, g)->within) {
        ok = set_group(c, g, LOOK_OPEN);
    }
    return ok;
}

static bool look_at_calls(struct call *c, bool fold)
{
    struct buf groups;
    uint32_t name;
    int64_t number;
    buf_init(&groups, sizeof(uint32_t));
    bool ok = group_read_calls(c, &groups, &name, &number);
    for (size_t i = 0; ok && i < groups.count; i++) {
        ok = look_at_group(c, BUF(uint32_t, &groups)[i], fold);
    }
    if (ok) {
        struct rec *r = begin_look(c, "call", fold);
        put_call(c, r, name, number);
        rec_whole(c->out, r, KEY_count, (int64_t)groups.count);
    }
    buf_release(&groups);
    return ok;
}

static bool look_at_name(struct call *c, uint32_t name, enum group_look look)
{
    struct buf *looks = &c->s->looks;
    for (size_t i = 0; i < looks->count; i++) {
        if (BUF(struct name_look, looks)[i].name == name) {
            if (!trail_save(&c->s->undo, looks, i, 1)) {
                return diag_out_of_memory(c->diag);
            }
            BUF(struct name_look, looks)[i].look = look;
            return true;
        }
    }
    struct name_look *at = buf_push(looks, 1);
    if (at == NULL || !call_change_settings(c)) {  // so that the statement counts as a change
        return diag_out_of_memory(c->diag);
    }
    *at = (struct name_look){name, look};
    return true;
}

static bool is_array(const struct call *c, uint32_t *name)
{
    struct lexer ahead = *c->lexer;
    struct diag ignored = {0};
    struct token t = lexer_next(&ahead, &ignored);
    enum token_kind next = lexer_peek(&ahead).kind;
    *name = t.kind == TOKEN_NAME
                ? names_find(&c->s->names, token_text(c->lexer, t), token_length(t))
                : NAME_NONE;
    return *name != NAME_NONE && value_is_array(names_get(&c->s->names, *name)) && token_ends(next);
}

static bool look_at_array(struct call *c, uint32_t name, bool fold)
{
    struct value v = names_get(&c->s->names, name);
    lexer_next(c->lexer, c->diag);
    if (!look_at_name(c, name, fold ? LOOK_FOLDED : LOOK_OPEN)) {
        return false;
    }
    struct rec *r = begin_look(c, "array", fold);
    put_call(c, r, name, 0);
    rec_whole(c->out, r, KEY_count, (int64_t)v.rows * v.cols);
    return true;
}

bool group_is_looked_at(const struct call *c)
{
    uint32_t name;
    return group_is_named(c) || is_array(c, &name);
}

bool group_look(struct call *c, bool fold)
{
    uint32_t name;
    return is_array(c, &name) ? look_at_array(c, name, fold) : look_at_calls(c, fold);
}

// The unnamed values that lead to nothing else but this one, as far as a look below it tells.
static bool has_unnamed(struct call *c, uint32_t node)
{
    const struct tape *t = &c->s->tape;
    char label[LABEL_TEXT];
    for (int slot = 0; slot < tape_arity(t, node); slot++) {
        uint32_t operand = tape_operand(t, node, slot);
        if (tape_op(t, operand) != OP_LEAF && names_label(&c->s->names, label, operand)[0] == '%') {
            return true;
        }
    }
    return false;
}

enum group_found group_look_at_node(struct call *c, uint32_t node, enum group_ask ask)
{
    bool fold = ask == GROUP_FOLD, any = ask != GROUP_OPEN_FOLDED;
    struct session *s = c->s;
    uint32_t group = group_with_result(&s->groups, node), name = names_of_node(&s->names, node);
    enum group_look now = group == GROUP_NONE ? LOOK_AS_IT_FITS : group_at(&s->groups, group)->look;
    char label[LABEL_TEXT];
    if (group != GROUP_NONE && (any || now == LOOK_FOLDED)) {
        if (!look_at_group(c, group, fold)) {
            return GROUP_FAILED;
        }
        struct rec *r = begin_look(c, "call", fold);
        put_call(c, r, group_at(&s->groups, group)->name, 0);
        rec_whole(c->out, r, KEY_count, 1);
        return GROUP_DONE;
    }
    bool folded = false;
    for (size_t i = 0; name != NAME_NONE && i < s->looks.count; i++) {
        const struct name_look *look = &BUF(struct name_look, &s->looks)[i];
        folded |= look->name == name && look->look == LOOK_FOLDED;
    }
    if (name == NAME_NONE || !(folded || (any && has_unnamed(c, node)))) {
        return GROUP_NOTHING;
    }
    if (!look_at_name(c, name, fold ? LOOK_FOLDED : LOOK_OPEN)) {
        return GROUP_FAILED;
    }
    struct rec *r = begin_look(c, "statement", fold);
    rec_text(c->out, r, KEY_text, names_label(&s->names, label, node));
    return GROUP_DONE;
}

// ---- The list -----------------------------------------------------------------------------------

// Units of work (base/stop.h) to find the groups that a node is in. Whoever leaves early for that is not
// heard: the statement fails.
enum { SEARCH = 32 };

// What is known of each group: from the nodes that the output depends on.
struct census {
    struct buf numbers;     // as groups_number gives
    struct buf operations;  // uint32_t
    struct buf last;        // uint32_t: its last node
    struct buf results;     // uint32_t: its nodes that are used outside
};

// How many of the calls that a node is in its user is not in.
static uint32_t calls_left(const struct buf *groups, uint32_t node, uint32_t user)
{
    uint32_t count = 0;
    for (uint32_t g = group_of_node(groups, node);
         g != GROUP_NONE && (user == NODE_NONE || !group_holds(groups, g, user));
         g = group_at(groups, g)->within) {
        count++;
    }
    return count;
}

// `left` (uint32_t, by node): of how many calls each is a result.
static bool find_results(struct call *c, const struct buf *ids, struct buf *left)
{
    const struct tape *t = &c->s->tape;
    const struct buf *groups = &c->s->groups;
    uint32_t root = BUF(uint32_t, ids)[ids->count - 1];
    if (!buf_resize(left, (size_t)root + 1)) {
        return false;
    }
    uint32_t *of = left->data;
    of[root] = calls_left(groups, root, NODE_NONE);
    for (size_t i = 0; i < ids->count && !stop_asked_by(t->stop, i, SEARCH); i++) {
        uint32_t id = BUF(uint32_t, ids)[i];
        for (int slot = 0; slot < tape_arity(t, id); slot++) {
            uint32_t operand = tape_operand(t, id, slot);
            uint32_t count = calls_left(groups, operand, id);
            of[operand] = count > of[operand] ? count : of[operand];
        }
    }
    return true;
}

static bool count_members(struct call *c, struct census *n, const struct buf *ids)
{
    const struct buf *groups = &c->s->groups;
    struct buf left;
    buf_init(&left, sizeof(uint32_t));
    bool ok = groups_number(groups, ids->data, ids->count, &n->numbers) &&
              buf_resize(&n->operations, groups->count) && buf_resize(&n->last, groups->count) &&
              buf_resize(&n->results, groups->count) && find_results(c, ids, &left);
    for (size_t i = 0; ok && i < ids->count && !stop_asked_by(c->s->tape.stop, i, SEARCH); i++) {
        uint32_t id = BUF(uint32_t, ids)[i], results = BUF(uint32_t, &left)[id];
        for (uint32_t g = group_of_node(groups, id); g != GROUP_NONE;
             g = group_at(groups, g)->within) {
            BUF(uint32_t, &n->operations)[g] += tape_op(&c->s->tape, id) != OP_LEAF;
            BUF(uint32_t, &n->last)[g] = id;
            BUF(uint32_t, &n->results)[g] += results > 0;
            results -= results > 0;
        }
    }
    buf_release(&left);
    return ok || diag_out_of_memory(c->diag);
}

static void put_group(struct call *c, struct rec *rows, const struct census *n, uint32_t group)
{
    static const char *const looks[] = {"", "folded", "open"};
    const struct group *g = group_at(&c->s->groups, group);
    struct rec *row = rec_map(c->out, rows, KEY_NONE);
    int64_t depth = 0;
    for (uint32_t w = g->within; w != GROUP_NONE; w = group_at(&c->s->groups, w)->within) {
        depth++;
    }
    put_call(c, row, g->name, BUF(uint32_t, &n->numbers)[group]);
    rec_whole(c->out, row, KEY_depth, depth);
    rec_whole(c->out, row, KEY_operations, BUF(uint32_t, &n->operations)[group]);
    call_put_node(c, row, BUF(uint32_t, &n->last)[group]);
    rec_whole(c->out, row, KEY_results, BUF(uint32_t, &n->results)[group]);
    rec_text(c->out, row, KEY_look, looks[g->look]);
}

static bool list(struct call *c, uint32_t root)
{
    struct census n;
    struct buf ids, *all[] = {&n.numbers, &n.operations, &n.last, &n.results};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        buf_init(all[i], sizeof(uint32_t));
    }
    bool ok = sweep_reach(&c->s->tape, root, &ids) || diag_out_of_memory(c->diag);
    ok = ok && count_members(c, &n, &ids);
    buf_release(&ids);
    size_t found = 0;
    struct rec *r = ok ? call_record(c, KIND_groups) : NULL, *rows = rec_list(c->out, r, KEY_rows);
    for (uint32_t g = 0; ok && g < c->s->groups.count; g++) {
        if (BUF(uint32_t, &n.numbers)[g] != 0 && found++ < CALL_ROWS_MOST) {
            put_group(c, rows, &n, g);
        }
    }
    if (ok && found > CALL_ROWS_MOST && rows != NULL) {
        rec_cut(rows, CALL_ROWS_CUT);
    }
    if (ok) {
        rec_whole(c->out, r, KEY_more,
                  found > CALL_ROWS_MOST ? (int64_t)(found - CALL_ROWS_CUT) : 0);
    }
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        buf_release(all[i]);
    }
    return ok;
}

enum call_end command_groups(struct call *c)
{
    uint32_t root;
    bool named = call_has_more(c);
    bool ok = (named ? call_node(c, &root) : call_last_output(c, &root)) && call_finish(c) &&
              list(c, root);
    return ok ? CALL_DONE : CALL_FAILED;
}

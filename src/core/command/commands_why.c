// Commands that ask why a gradient is what it is.
#include <math.h>
#include <string.h>

#include "command/check_formula.h"
#include "command/commands.h"
#include "engine/extent.h"
#include "engine/gradcheck.h"
#include "engine/nudge.h"
#include "engine/paths.h"
#include "engine/tangent.h"

// All of these look at present values, and say so where they had to be refreshed.
static bool refresh(struct call *c)
{
    uint32_t fresh;
    if (!call_refresh(c, &fresh)) {
        return false;
    }
    if (fresh > 0 && !call_in_later_turn(c)) {
        call_notice(c, c->command, "%u stale value%s recomputed first", (unsigned)fresh,
                    fresh == 1 ? " was" : "s were");
    }
    return true;
}

static void note_apart(struct call *c, uint32_t root, uint32_t of)
{
    char a[LABEL_TEXT], b[LABEL_TEXT];
    call_notice(c, c->command, "%s does not depend on %s, so the derivative is 0",
                names_label(&c->s->names, a, root), names_label(&c->s->names, b, of));
}

// ---- nudge --------------------------------------------------------------------------------------

static bool read_nudge(struct call *c, uint32_t *node, double *h, uint32_t *root)
{
    struct operand by;
    if (!call_node(c, node)) {
        return false;
    }
    if (!call_has_more(c)) {
        diag_set(c->diag, c->command, "by how much?");
        return diag_hint(c->diag, "write nudge a 0.01");
    }
    uint32_t from = tape_count(&c->s->tape);
    if (!call_expression(c, &by)) {
        return false;
    }
    if (operand_is_array(&by)) {
        diag_set(c->diag, by.span, "by one number, not by an array");
        return diag_hint(c->diag, "write nudge a 0.01");
    }
    *h = lower_number(call_lower(c), &by);
    tape_cut(&c->s->tape, from);
    if (call_has_more(c)) {
        return call_node(c, root) && call_finish(c);
    }
    *root = session_settings(c->s)->output;
    if (*root == NODE_NONE) {
        diag_set(c->diag, c->command, "nudge which output? There is none yet");
        return diag_hint(c->diag, "name it: nudge a 0.01 L");
    }
    return true;
}

enum call_end command_nudge(struct call *c)
{
    uint32_t node, root;
    double h = 0;
    struct nudged nudged = {0};
    struct session *s = c->s;
    if (!read_nudge(c, &node, &h, &root) || !refresh(c)) {
        return CALL_FAILED;
    }
    if (node > root) {
        nudged.before = nudged.after = tape_value(&s->tape, root);
    } else if (!call_swept(c, nudge_once(&s->tape, s->world.stop, root, node, h, &nudged))) {
        return CALL_FAILED;
    }
    struct rec *r = call_record(c, KIND_nudge);
    call_put_node(c, rec_map(c->out, r, KEY_node), node);
    call_put_node(c, rec_map(c->out, r, KEY_root), root);
    rec_number(c->out, r, KEY_by, h);
    rec_number(c->out, r, KEY_gradient, nudged.gradient);
    rec_number(c->out, r, KEY_after, nudged.after);
    rec_number(c->out, r, KEY_predicted, nudged.predicted);
    rec_number(c->out, r, KEY_actual, nudged.actual);
    rec_number(c->out, r, KEY_difference, nudged.actual - nudged.predicted);
    return CALL_DONE;
}

// ---- paths --------------------------------------------------------------------------------------

enum { PATHS_SHOWN = 20, PATH_NODES_SHOWN = 12 };

static bool two_nodes(struct call *c, uint32_t *root, uint32_t *of)
{
    if (!call_node(c, root)) {
        return false;
    }
    if (!call_has_more(c)) {
        diag_set(c->diag, c->command, "from which output down to which node?");
        return diag_hint(c->diag, "write %.*s L a", (int)(c->command.end - c->command.start),
                         c->lexer->source->text + c->command.start);
    }
    return call_node(c, of) && call_finish(c) && refresh(c);
}

// The path in hand: its nodes (the middle of a long one left out), the factors, the product.
static void put_path(struct call *c, struct rec *rows, const struct paths *p)
{
    struct rec *row = rec_map(c->out, rows, KEY_NONE);
    rec_whole(c->out, row, KEY_edges, (int64_t)p->steps.count - 1);
    rec_number(c->out, row, KEY_product, paths_product(p));
    struct rec *nodes = rec_list(c->out, row, KEY_nodes);
    size_t count = p->steps.count, half = PATH_NODES_SHOWN / 2;
    for (size_t i = 0; i < count; i++) {
        if (count > PATH_NODES_SHOWN && i == half) {
            i = count - half;
            rec_whole(c->out, row, KEY_cut, (int64_t)half);
        }
        const struct path_step *step = &BUF(struct path_step, &p->steps)[i];
        struct rec *node = rec_map(c->out, nodes, KEY_NONE);
        call_put_node(c, node, step->node);
        rec_number(c->out, node, KEY_local, i + 1 < count ? step->local : 1);
    }
}

static void put_count(struct call *c, struct rec *r, struct path_count count)
{
    char about[NUMBER_TEXT];
    struct text number;
    text_init(&number);
    if (count.about != 0) {
        text_addf(&number, "≈ %s", number_text(about, count.about, 6));
    } else {
        text_addf(&number, "%llu", (unsigned long long)count.exact);
    }
    rec_text(c->out, r, KEY_count, text_get(&number));
    text_release(&number);
}

bool paths_put(struct call *c, struct rec *r, uint32_t root, uint32_t of)
{
    struct session *s = c->s;
    struct paths p = {0};
    struct extent extent = {0};
    bool apart = of > root;
    if (!apart && (!call_swept(c, paths_init(&p, &s->tape, s->world.stop, root, of)) ||
                   !call_swept(c, extent_count(&s->tape, s->world.stop, root, &extent)))) {
        paths_release(&p);
        return false;
    }
    if (apart || (p.count.exact == 0 && p.count.about == 0)) {
        note_apart(c, root, of);
    }
    call_put_node(c, rec_map(c->out, r, KEY_root), root);
    call_put_node(c, rec_map(c->out, r, KEY_of), of);
    put_count(c, r, p.count);
    rec_whole(c->out, r, KEY_edges, (int64_t)extent.edges);
    struct rec *rows = rec_list(c->out, r, KEY_rows);
    int shown = 0;
    for (; !apart && shown < PATHS_SHOWN && paths_next(&p); shown++) {
        put_path(c, rows, &p);
    }
    rec_flag(c->out, r, KEY_cut, p.count.about != 0 || p.count.exact > (uint64_t)shown);
    rec_number(c->out, r, KEY_sum, apart ? 0 : p.sum);
    if (!apart) {
        paths_release(&p);
    }
    return true;
}

enum call_end command_paths(struct call *c)
{
    uint32_t root, of;
    if (!two_nodes(c, &root, &of) || !paths_put(c, call_record(c, KIND_paths), root, of)) {
        return CALL_FAILED;
    }
    return CALL_DONE;
}

// ---- check --------------------------------------------------------------------------------------

static const char *const verdicts[] = {
    [GRADCHECK_WRONG] = "wrong",
    [GRADCHECK_UNCLEAR] = "unclear",
    [GRADCHECK_KINK] = "kink",
    [GRADCHECK_RIGHT] = "right",
};

static void put_curve(struct call *c, struct rec *r, const struct gradcheck_leaf *leaf)
{
    call_put_node(c, rec_map(c->out, r, KEY_curve_of), leaf->leaf);
    struct rec *curve = rec_list(c->out, r, KEY_curve);
    for (int i = 0; i < GRADCHECK_STEPS; i++) {
        struct rec *point = rec_map(c->out, curve, KEY_NONE);
        rec_number(c->out, point, KEY_h, leaf->curve[i].h);
        rec_number(c->out, point, KEY_measured, leaf->curve[i].measured);
        rec_number(c->out, point, KEY_error, leaf->curve[i].error);
        rec_flag(c->out, point, KEY_best, i == leaf->best);
        rec_flag(c->out, point, KEY_kink, leaf->curve[i].kink != NODE_NONE);
    }
}

static void put_leaves(struct call *c, const struct gradcheck *g)
{
    struct rec *r = call_record(c, KIND_check);
    const struct gradcheck_leaf *leaves = g->results.data;
    int64_t wrong = 0, right = 0;
    call_put_node(c, rec_map(c->out, r, KEY_root), g->nudge.root);
    struct rec *rows = rec_list(c->out, r, KEY_rows);
    for (size_t i = 0; i < g->results.count; i++) {
        const struct gradcheck_leaf *leaf = &leaves[i];
        struct rec *row = rec_map(c->out, rows, KEY_NONE);
        call_put_node(c, row, leaf->leaf);
        rec_number(c->out, row, KEY_gradient, leaf->gradient);
        rec_number(c->out, row, KEY_measured, leaf->measured);
        rec_number(c->out, row, KEY_relative, leaf->relative);
        rec_text(c->out, row, KEY_verdict, verdicts[leaf->verdict]);
        if (leaf->kink != NODE_NONE) {
            struct rec *kink = rec_map(c->out, row, KEY_kink);
            struct text formula;
            text_init(&formula);
            call_formula(c, &formula, leaf->kink);
            call_put_node(c, kink, leaf->kink);
            rec_text(c->out, kink, KEY_formula, text_get(&formula));
            rec_number(c->out, kink, KEY_h, leaf->kink_h);
            text_release(&formula);
        }
        wrong += leaf->verdict == GRADCHECK_WRONG;
        right += leaf->verdict == GRADCHECK_RIGHT;
    }
    rec_whole(c->out, r, KEY_wrong, wrong);
    rec_whole(c->out, r, KEY_right, right);
    rec_whole(c->out, r, KEY_leaves, (int64_t)g->total);
    rec_whole(c->out, r, KEY_checked, (int64_t)g->results.count);
    if (g->results.count > 0) {
        put_curve(c, r, &leaves[0]);
    }
}

// Under sabotage the gradients to check are those that the mistaken pass left.
static bool stored_gradients(struct call *c, uint32_t root, struct adjoints *out)
{
    const struct tape *t = &c->s->tape;
    if (!call_swept(c, sweep_adjoints(t, c->s->world.stop, root, SWEEP_NEEDED, out))) {
        return false;
    }
    for (size_t k = 0; k < out->grad.count; k++) {
        BUF(double, &out->grad)[k] = tape_grad(t, adjoints_node(out, k));
    }
    return true;
}

enum call_end command_check(struct call *c)
{
    // Leaves times nodes of the graph that are looked at: a few seconds' work at the most.
    enum { WORK = 50000000, LEAVES_MOST = 60 };
    struct session *s = c->s;
    uint32_t root, from = tape_count(&s->tape);
    if (check_formula_is_asked(c)) {
        return check_formula_run(c);
    }
    if (!call_target(c, &root) || !call_finish(c) || !refresh(c)) {
        return CALL_FAILED;
    }
    struct adjoints stored = {0};
    bool brought = session_settings(s)->sabotaged == root;
    bool ok = !brought || stored_gradients(c, root, &stored);
    size_t most = 1 + WORK / ((size_t)root + 1) / (2 * GRADCHECK_STEPS);
    struct gradcheck g = {0};
    ok = ok && call_swept(c, gradcheck_init(&g, &s->tape, s->world.stop, root,
                                            most < LEAVES_MOST ? most : LEAVES_MOST,
                                            brought ? &stored : NULL));
    while (ok && gradcheck_left(&g) > 0) {
        ok = call_swept(c, gradcheck_more(&g, s->world.stop, UINT64_MAX));
    }
    if (ok) {
        put_leaves(c, &g);
    }
    gradcheck_release(&g);
    if (brought) {
        adjoints_release(&stored);
    }
    tape_cut(&s->tape, from);
    return ok ? CALL_DONE : CALL_FAILED;
}

// ---- tangent ------------------------------------------------------------------------------------

enum call_end command_tangent(struct call *c)
{
    uint32_t root, of;
    struct session *s = c->s;
    struct tangent t = {0};
    struct extent extent;
    if (!two_nodes(c, &root, &of)) {
        return CALL_FAILED;
    }
    if (!call_swept(c, tangent_sweep(&s->tape, s->world.stop, root, of, &t)) ||
        !call_swept(c, extent_count(&s->tape, s->world.stop, root, &extent))) {
        tangent_release(&t);
        return CALL_FAILED;
    }
    if (!tangent_follows(&t, root)) {
        note_apart(c, root, of);
    }
    struct rec *r = call_record(c, KIND_tangent);
    call_put_node(c, rec_map(c->out, r, KEY_root), root);
    call_put_node(c, rec_map(c->out, r, KEY_of), of);
    struct rec *rows = rec_list(c->out, r, KEY_rows);
    int64_t found = 0;
    for (size_t k = 0; k < t.under.count; k++) {
        uint32_t i = BUF(uint32_t, &t.under)[k];
        if (tangent_follows(&t, i) && found++ < CALL_ROWS_CUT) {
            struct rec *row = rec_map(c->out, rows, KEY_NONE);
            struct text formula;
            text_init(&formula);
            call_formula(c, &formula, i);
            call_put_node(c, row, i);
            rec_number(c->out, row, KEY_slope, tangent_get(&t, i));
            rec_text(c->out, row, KEY_formula, text_get(&formula));
            text_release(&formula);
        }
    }
    rec_whole(c->out, r, KEY_more, found > CALL_ROWS_CUT ? found - CALL_ROWS_CUT : 0);
    rec_number(c->out, r, KEY_slope, tangent_get(&t, root));
    rec_whole(c->out, r, KEY_multiply_adds, (int64_t)t.multiply_adds);
    rec_whole(c->out, r, KEY_reverse_multiply_adds, (int64_t)extent.edges);
    rec_whole(c->out, r, KEY_leaves, extent.leaves);
    tangent_release(&t);
    return CALL_DONE;
}

// ---- sabotage -----------------------------------------------------------------------------------

enum call_end command_sabotage(struct call *c)
{
    uint32_t root;
    struct session *s = c->s;
    struct mistake mistake;
    if (!call_target(c, &root) || !call_finish(c) || !refresh(c) || !call_change_settings(c)) {
        return CALL_FAILED;
    }
    if (names_any_grown(&s->names, root)) {
        char label[LABEL_TEXT];
        names_label(&s->names, label, root);
        diag_set(c->diag, c->command, "the gradients of %s are nodes here, and they tell the truth",
                 label);
        diag_hint(c->diag, "undo to before they were grown, or build %s again",
                  label[0] == '%' ? "it" : label);
        return CALL_FAILED;
    }
    // Another mistake each time, and the same after undo and after the same `seed`: from the random
    // numbers that come next, and what is in the log.
    struct rng rng = session_settings(s)->rng;
    rng_seed(&rng, rng_next(&rng) + s->log.count * 0x9E3779B97F4A7C15u);
    if (!call_swept(c, mistakes_pick(&s->tape, s->world.stop, root, &rng, &mistake))) {
        return CALL_FAILED;
    }
    if (mistake.kind == MISTAKE_COUNT) {
        diag_set(c->diag, c->command, "no mistake would show in this graph");
        diag_hint(c->diag, "build one with a product or a function in it, as in L = a*b");
        return CALL_FAILED;
    }
    if (!call_swept(c, sweep_zero(&s->tape, &s->undo)) ||
        !call_swept(c, mistakes_backward(&s->tape, &s->undo, s->world.stop, root, &mistake))) {
        return CALL_FAILED;
    }
    struct settings *settings = session_settings(s);
    settings->mistake = mistake;
    settings->sabotaged = settings->output = root;
    settings->accused = 0;
    call_put_node(c, call_record(c, KIND_sabotage), root);
    return CALL_DONE;
}

static bool accuse(struct call *c, uint32_t node)
{
    struct session *s = c->s;
    struct settings *settings = session_settings(s);
    uint32_t root = settings->sabotaged;
    bool right = mistake_culprit(&s->tape, &settings->mistake) == node;
    struct rec *r = call_record(c, KIND_accuse);
    call_put_node(c, r, node);
    rec_flag(c->out, r, KEY_right, right);
    rec_whole(c->out, r, KEY_wrong_before, settings->accused);
    if (!right) {
        settings->accused++;
        return true;
    }
    const struct mistake_row *row = mistake_get(settings->mistake.kind);
    rec_text(c->out, r, KEY_mistake, row->name);
    rec_text(c->out, r, KEY_what, row->what);
    settings->sabotaged = NODE_NONE;
    settings->mistake.kind = MISTAKE_COUNT;
    return call_swept(c, sweep_zero(&s->tape, &s->undo)) &&
           call_swept(c, sweep_backward(&s->tape, &s->undo, s->world.stop, root, NULL));
}

enum call_end command_accuse(struct call *c)
{
    uint32_t node;
    if (session_settings(c->s)->sabotaged == NODE_NONE) {
        diag_set(c->diag, c->command, "nothing is sabotaged");
        diag_hint(c->diag, "'sabotage L' hides a mistake in the backward pass of L");
        return CALL_FAILED;
    }
    bool ok = call_node(c, &node) && call_finish(c) && call_change_settings(c) && accuse(c, node);
    return ok ? CALL_DONE : CALL_FAILED;
}

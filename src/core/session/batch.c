#include "session/batch.h"

#include <math.h>
#include <string.h>

#include "engine/descent.h"
#include "session/call.h"

// One value to be built: from the drawn rows, or by its formula.
struct stage {
    uint32_t recipe;
    struct value value;  // in this step
    uint32_t tie, ties;  // the names in its formula: from batch.ties[tie] on
};

// A name in a formula, and what it stands for: the value of a stage, or what it always was.
struct tie {
    uint32_t name;
    uint32_t stage;  // UINT32_MAX: none
    struct value value;
};

static struct stage *stage_at(const struct batch *b, size_t i)
{
    return &BUF(struct stage, &b->stages)[i];
}

void batch_release(struct batch *b)
{
    buf_release(&b->order);
    buf_release(&b->stages);
    buf_release(&b->ties);
    buf_release(&b->data_rows);
    lanes_free(b->all);
    lanes_free(b->some[0]);
    lanes_free(b->some[1]);
    b->all = b->some[0] = b->some[1] = NULL;
}

static const char *quote_name(char out[QUOTED], const struct session *s, uint32_t name)
{
    size_t length;
    const char *text = names_text(&s->names, name, &length);
    return diag_quote(out, text, length);
}

// ---- The plan -----------------------------------------------------------------------------------

enum need { NEED_NOT, NEED_ASKED, NEED_FIXED, NEED_BUILT };

struct batch_plan {
    struct call *c;
    struct batch *b;
    struct buf links;  // struct link
    struct buf need;   // uint8_t: enum need, of each recipe up to the loss's
    struct buf stage;  // uint32_t: the stage of each recipe that has one
    uint32_t last;     // the loss's recipe
    uint32_t data;     // the first data met: the others have as many rows
};

static uint32_t data_rows(struct value v)
{
    return v.rank == VALUE_MATRIX ? v.rows : v.cols;
}

static bool refuse_unnamed(struct call *c)
{
    diag_set(c->diag, c->command,
             "batches build the loss anew from its formula, and this node has "
             "no name");
    return diag_hint(c->diag, "give it one: L = …; train L 200 0.05 batch 16");
}

static bool refuse_no_data(struct batch_plan *p)
{
    char name[QUOTED];
    quote_name(name, p->c->s, recipes_at(&p->c->s->recipes, p->last)->name);
    diag_set(p->c->diag, p->c->command, "%s is made from no data whose rows could be drawn", name);
    return diag_hint(p->c->diag, "bind the rows with data X = …, then build %s from X", name);
}

static bool find_loss(struct batch_plan *p, uint32_t root)
{
    struct session *s = p->c->s;
    uint32_t name = names_of_node(&s->names, root), i = (uint32_t)s->recipes.rows.count;
    while (name != NAME_NONE && i-- > 0) {
        if (recipes_at(&s->recipes, i)->name == name) {
            p->last = i;
            return true;
        }
    }
    return refuse_unnamed(p->c);
}

// Which recipes the loss was made by, from the last to the first.
static void ask_for_recipes(struct batch_plan *p)
{
    uint8_t *need = p->need.data;
    need[p->last] = NEED_ASKED;
    for (size_t i = p->links.count; i-- > 0;) {
        struct link l = BUF(struct link, &p->links)[i];
        if (l.recipe <= p->last && need[l.recipe] == NEED_ASKED &&
            !recipes_at(&p->c->s->recipes, l.recipe)->data) {
            need[l.of] = NEED_ASKED;
        }
    }
}

static bool check_data(struct batch_plan *p, uint32_t i)
{
    struct session *s = p->c->s;
    struct recipe *r = recipes_at(&s->recipes, i);
    uint32_t rows = data_rows(recipes_value(&s->recipes, r));
    if (p->data == NAME_NONE) {
        p->data = r->name;
        p->b->rows = rows;
    }
    if (rows != p->b->rows) {
        char a[QUOTED], b[QUOTED];
        diag_set(p->c->diag, p->c->command, "%s has %u rows and %s has %u",
                 quote_name(a, s, p->data), (unsigned)p->b->rows, quote_name(b, s, r->name),
                 (unsigned)rows);
        return diag_hint(p->c->diag,
                         "the same rows are drawn from all data, so all must have as many");
    }
    return true;
}

// The kind of thing in a formula that names cannot stand for: a node's number or a file's name.
static bool holds(const struct session *s, const struct recipe *r, enum token_kind kind)
{
    struct source source = {
        .text = recipes_text(&s->recipes, r), .length = recipe_length(r), .line = 1};
    struct lexer lexer;
    struct diag ignored = {0};
    lexer_init(&lexer, &source);
    for (struct token t = {.kind = TOKEN_BREAK}; t.kind != TOKEN_END && t.kind != TOKEN_BAD;) {
        t = lexer_next(&lexer, &ignored);
        if (t.kind == kind) {
            return true;
        }
    }
    return false;
}

static bool can_be_built(struct batch_plan *p, const struct recipe *r)
{
    char name[QUOTED];
    quote_name(name, p->c->s, r->name);
    if (r->lost) {
        diag_set(p->c->diag, p->c->command,
                 "the formula of %s is too long to be evaluated for each batch", name);
        return diag_hint(p->c->diag, "write it with arrays: one line instead of many terms");
    }
    if (recipe_length(r) > 0 && holds(p->c->s, r, TOKEN_NODE)) {
        diag_set(p->c->diag, p->c->command, "the formula of %s names a node by its number", name);
        return diag_hint(p->c->diag, "batches need names: give that node one, and build %s again",
                         name);
    }
    if (recipe_length(r) > 0 && holds(p->c->s, r, TOKEN_STRING)) {
        diag_set(p->c->diag, p->c->command, "the formula of %s reads a file", name);
        return diag_hint(p->c->diag, "bind the file's rows first: data X = load_csv(…)");
    }
    return true;
}

static bool add_stage(struct batch_plan *p, uint32_t i)
{
    struct session *s = p->c->s;
    if (!can_be_built(p, recipes_at(&s->recipes, i))) {
        return false;
    }
    struct stage *at = buf_push(&p->b->stages, 1);
    if (at == NULL) {
        return diag_out_of_memory(p->c->diag);
    }
    *at = (struct stage){.recipe = i, .tie = (uint32_t)p->b->ties.count};
    BUF(uint32_t, &p->stage)[i] = (uint32_t)p->b->stages.count - 1;
    BUF(uint8_t, &p->need)[i] = NEED_BUILT;
    return true;
}

static bool add_tie(struct batch_plan *p, struct link l)
{
    bool built = BUF(uint8_t, &p->need)[l.of] == NEED_BUILT;
    struct tie *at = buf_push(&p->b->ties, 1);
    if (at == NULL) {
        return diag_out_of_memory(p->c->diag);
    }
    const struct recipes *r = &p->c->s->recipes;
    *at = (struct tie){l.name, built ? BUF(uint32_t, &p->stage)[l.of] : UINT32_MAX,
                       recipes_value(r, recipes_at(r, l.of))};
    stage_at(p->b, p->b->stages.count - 1)->ties++;
    return true;
}

// In their order: what is data, computed, or named by a formula of such, is built for each step.
static bool add_stages(struct batch_plan *p)
{
    struct session *s = p->c->s;
    const struct link *links = p->links.data;
    uint8_t *need = p->need.data;
    size_t begin = 0, end;
    for (uint32_t i = 0; i <= p->last; i++, begin = end) {
        bool built = false;
        for (end = begin; end < p->links.count && links[end].recipe == i; end++) {
            built |= need[links[end].of] == NEED_BUILT;
        }
        const struct recipe *r = recipes_at(&s->recipes, i);
        if (need[i] != NEED_ASKED) {
            continue;
        }
        need[i] = NEED_FIXED;
        if (r->data ? !check_data(p, i)
                    : !r->lost &&
                          (recipe_length(r) == 0 ||
                           (!built && !recipe_is_computed(&s->recipes, r, &s->tape, &s->names)))) {
            if (r->data) {
                return false;
            }
            continue;
        }
        if (!add_stage(p, i)) {
            return false;
        }
        for (size_t k = begin; !r->data && k < end; k++) {
            if (!add_tie(p, links[k])) {
                return false;
            }
        }
    }
    return p->data != NAME_NONE || refuse_no_data(p);
}

static bool make_order(struct batch_plan *p)
{
    struct batch *b = p->b;
    if (b->size > b->rows) {
        diag_set(p->c->diag, p->c->command, "the data has %u rows, and a batch is to have %u",
                 (unsigned)b->rows, (unsigned)b->size);
        return diag_hint(p->c->diag, "without 'batch' each step takes all rows");
    }
    if (!buf_resize(&b->order, b->rows)) {
        return diag_out_of_memory(p->c->diag);
    }
    for (uint32_t i = 0; i < b->rows; i++) {
        BUF(uint32_t, &b->order)[i] = i;
    }
    return true;
}

// ---- Building -----------------------------------------------------------------------------------

// The rows as a list of the nodes that they are.
static bool take_rows(struct session *s, struct value from, const uint32_t *rows, uint32_t count,
                      struct value *out)
{
    bool matrix = from.rank == VALUE_MATRIX;
    uint32_t cols = matrix ? from.cols : 1;
    size_t base = s->names.lists.count;
    uint32_t *nodes =
        base > UINT32_MAX / 2 ? NULL : buf_push(&s->names.lists, (size_t)count * cols);
    for (uint32_t k = 0; nodes != NULL && k < count * cols; k++) {
        uint32_t row = rows[k / cols];
        nodes[k] = names_element(&s->names, from, row * cols + k % cols);
    }
    *out = matrix ? value_block(VALUE_MATRIX, (uint32_t)base, count, cols)
                  : value_block(VALUE_VECTOR, (uint32_t)base, 1, count);
    out->listed = true;
    return nodes != NULL;
}

// Evaluates a stage's formula; the names in it mean what its ties say. False: d is set, *out is as it was.
static bool evaluate(struct session *s, const struct recipe *r, struct diag *d, struct value *out)
{
    struct scope scope = session_scope(s);
    struct recipe_reading g;
    struct operand x;
    recipe_begin(&g, &s->recipes, r, &scope, d);
    bool ok = lower_expression(&g.lower, &g.parser, &x);
    if (ok && r->op != OP_COUNT) {
        struct operand old = lower_operand(names_get(&s->names, r->name), x.span), value = x;
        ok = lower_apply(&g.lower, r->op, &old, &value, x.span, &x);
    }
    ok = ok && array_as_nodes(&g.lower, &x, 0);
    if (ok) {
        *out = operand_is_array(&x) ? x.array : value_of_node(x.node);
    }
    recipe_release(&g);
    return ok;
}

// Trouble in a formula that was right for all the data: it is told with the formula.
static void tell_formula(struct call *c, const struct recipe *r, uint32_t rows, struct diag *d)
{
    char formula[QUOTED], name[QUOTED];
    diag_quote(formula, recipes_text(&c->s->recipes, r), recipe_length(r));
    diag_set(c->diag, c->command, "for a batch of %u rows, in %s = %s: %s", (unsigned)rows,
             quote_name(name, c->s, r->name), formula, d->message);
    diag_hint(
        c->diag,
        "bind everything that has a row for each row of the data with data too, as in data y = …");
}

static bool build_stage(struct call *c, struct batch *b, struct stage *stage, uint32_t rows)
{
    struct session *s = c->s;
    struct recipe r = *recipes_at(&s->recipes, stage->recipe);
    struct tie *ties = BUF_FROM(struct tie, &b->ties, stage->tie);
    struct diag d = {0};
    for (uint32_t i = 0; i < stage->ties; i++) {
        bool fixed = ties[i].stage == UINT32_MAX;
        names_bind(&s->names, NULL, ties[i].name,
                   fixed ? ties[i].value : stage_at(b, ties[i].stage)->value);
    }
    bool ok = evaluate(s, &r, &d, &stage->value);
    if (!ok) {
        tell_formula(c, &r, rows, &d);
    }
    return ok;
}

// All stages, with these rows of the data. The names are bound as before in the end.
static bool build(struct call *c, struct batch *b, const uint32_t *rows, uint32_t count,
                  uint32_t *root)
{
    struct session *s = c->s;
    struct buf bound;  // struct value: of the ties' names
    buf_init(&bound, sizeof(struct value));
    size_t ties = b->ties.count;
    bool ok = buf_resize(&bound, ties) || diag_out_of_memory(c->diag);
    for (size_t i = 0; ok && i < ties; i++) {
        BUF(struct value, &bound)[i] = names_get(&s->names, BUF(struct tie, &b->ties)[i].name);
    }
    bool saved = ok;
    for (size_t i = 0; ok && i < b->stages.count; i++) {
        struct stage *stage = stage_at(b, i);
        const struct recipe *r = recipes_at(&s->recipes, stage->recipe);
        ok = r->data ? take_rows(s, recipes_value(&s->recipes, r), rows, count, &stage->value) ||
                           diag_out_of_memory(c->diag)
                     : build_stage(c, b, stage, count);
    }
    for (size_t i = 0; saved && i < ties; i++) {
        names_bind(&s->names, NULL, BUF(struct tie, &b->ties)[i].name,
                   BUF(struct value, &bound)[i]);
    }
    buf_release(&bound);
    *root = ok ? stage_at(b, b->stages.count - 1)->value.base : NODE_NONE;
    return ok;
}

// Which row each node of the data belongs to.
static bool number_rows(struct session *s, struct batch *b, uint32_t nodes)
{
    buf_init(&b->data_rows, sizeof(uint32_t));
    if (!buf_resize(&b->data_rows, nodes)) {
        return false;
    }
    uint32_t *row = b->data_rows.data;
    memset(row, 0xff, nodes * sizeof *row);
    for (size_t i = 0; i < b->stages.count; i++) {
        const struct recipe *r = recipes_at(&s->recipes, stage_at(b, i)->recipe);
        struct value v = stage_at(b, i)->value;  // of all rows, just built
        bool matrix = v.rank == VALUE_MATRIX;
        uint32_t cols = matrix ? v.cols : 1;
        for (uint32_t k = 0; r->data && k < b->rows * cols; k++) {
            uint32_t node = names_element(&s->names, v, k);
            bool first = row[node] == NODE_NONE || row[node] == k / cols;
            row[node] = first ? k / cols : NODE_NONE - 1;
        }
    }
    return true;
}

// The program over all rows, whose graph ends in `root`. Without one batches are built one by one.
static void compile_all(struct call *c, struct batch *b, uint32_t root, uint32_t nodes)
{
    struct session *s = c->s;
    struct buf stretches;
    if (sweep_stretches(&s->tape, root, &stretches)) {
        b->all = lanes_compile(&s->tape, root, &stretches, s->world.lanes);
    }
    buf_release(&stretches);
    if (b->all != NULL && !(lanes_count(b->all) == b->rows && number_rows(s, b, nodes) &&
                            lanes_follow(b->all, &b->data_rows, b->order.data))) {
        lanes_free(b->all);
        b->all = NULL;
    }
}

static int which_program(const struct batch *b, uint32_t count)
{
    return count == b->size ? 0 : 1;
}

struct lanes *batch_program(const struct batch *b, uint32_t count)
{
    return b->some[which_program(b, count)];
}

bool batch_wants_program(const struct batch *b, uint32_t count)
{
    int which = which_program(b, count);
    return b->all != NULL && b->some[which] == NULL && b->tries[which] > 0;
}

bool batch_keep(struct batch *b, struct lanes *program, const uint32_t *rows, uint32_t count)
{
    int which = which_program(b, count);
    b->tries[which] = program == NULL ? 0 : b->tries[which] - 1;
    bool good = program != NULL && lanes_count(program) == count &&
                lanes_match(b->all, program, rows) && lanes_follow(program, &b->data_rows, rows);
    b->some[which] = good ? program : NULL;
    return good;
}

// Built from all rows in their order, the loss must be what it is: else a formula says something
// else now than when the loss was built. (Where it draws random numbers nobody can tell.)
static bool check_plan(struct batch_plan *p, uint32_t root, int64_t steps)
{
    struct session *s = p->c->s;
    struct checkpoint before;
    uint32_t built;
    session_checkpoint(s, &before);
    if (!build(p->c, p->b, p->b->order.data, p->b->rows, &built)) {
        return false;
    }
    double a = tape_value(&s->tape, root), b = tape_value(&s->tape, built);
    bool random = !rng_same(&before.drawn, &session_settings(s)->rng);
    uint32_t nodes = tape_count(&s->tape) - before.nodes;
    if (!random && descent_repays(&s->tape, steps, nodes)) {
        compile_all(p->c, p->b, built, before.nodes);
    }
    checkpoint_cut(&before);
    checkpoint_redraw(&before);
    if (random || !isfinite(a) || fabs(a - b) <= 1e-9 * (1 + fabs(a))) {
        return true;
    }
    char name[QUOTED], is[NUMBER_TEXT], was[NUMBER_TEXT];
    quote_name(name, s, recipes_at(&s->recipes, p->last)->name);
    diag_set(p->c->diag, p->c->command, "%s is %s, but its formulas now give %s", name,
             number_text(is, a, 6), number_text(was, b, 6));
    return diag_hint(p->c->diag, "build %s again, then train it in batches", name);
}

bool batch_plan(struct call *c, struct batch *b, uint32_t root, int64_t steps)
{
    enum { TRIES = 4 };
    struct batch_plan p = {.c = c, .b = b, .data = NAME_NONE};
    buf_init(&b->order, sizeof(uint32_t));
    buf_init(&b->stages, sizeof(struct stage));
    buf_init(&b->ties, sizeof(struct tie));
    buf_init(&p.need, sizeof(uint8_t));
    buf_init(&p.stage, sizeof(uint32_t));
    buf_init(&p.links, sizeof(struct link));
    size_t count = c->s->recipes.rows.count;
    bool ok = find_loss(&p, root);
    if (ok) {
        ok = (recipes_links(&c->s->recipes, &c->s->definitions, &c->s->names, 0, &p.links) &&
              buf_resize(&p.need, count) && buf_resize(&p.stage, count)) ||
             diag_out_of_memory(c->diag);
    }
    if (ok) {
        ask_for_recipes(&p);
        ok = add_stages(&p) && make_order(&p) && check_plan(&p, root, steps);
    }
    b->taken = b->rows;
    b->tries[0] = b->tries[1] = TRIES;
    buf_release(&p.links);
    buf_release(&p.need);
    buf_release(&p.stage);
    return ok;
}

// ---- A step -------------------------------------------------------------------------------------

// Fisher and Yates: each order is as likely as the others.
static void shuffle(uint32_t *order, uint32_t n, struct rng *rng)
{
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = (uint32_t)rng_below(rng, i), held = order[i - 1];
        order[i - 1] = order[j];
        order[j] = held;
    }
}

uint32_t batch_draw(struct call *c, struct batch *b, const uint32_t **rows)
{
    uint32_t *order = b->order.data;
    if (b->taken == b->rows) {
        shuffle(order, b->rows, &session_settings(c->s)->rng);
        b->taken = 0;
    }
    uint32_t left = b->rows - b->taken, count = b->size < left ? b->size : left;
    *rows = order + b->taken;
    b->taken += count;
    return count;
}

void batch_put_back(struct batch *b, uint32_t count)
{
    b->taken -= count;
}

bool batch_build(struct call *c, struct batch *b, const uint32_t *rows, uint32_t count,
                 uint32_t *root)
{
    return build(c, b, rows, count, root);
}

#include "formula/expr_shared.h"
#include "base/format.h"

#include <string.h>

// Operations, numbers and names: a part that is used again gets a name from SHORT on, and one that is
// used once from LONG on, so that each fits a line.
enum { SHORT = 4, LONG = 100 };

// How often a node is used in the formulas, and how long it is in the names of the parts. The formulas
// themselves need no names.
struct expr_shared_use {
    uint32_t uses, length;
    bool whole;
};

// u7, for the letter u?
static bool is_numbered(const struct names *n, uint32_t name, char letter)
{
    size_t length, i = 1;
    const char *s = names_text(n, name, &length);
    while (i < length && text_is_digit(s[i])) {
        i++;
    }
    return length > 1 && i == length && s[0] == letter;
}

static bool has_numbered(const struct names *n, char letter)
{
    bool found = false;
    for (uint32_t name = 0; name < names_count(n) && !found; name++) {
        found = is_numbered(n, name, letter);
    }
    return found;
}

// What the parts' names begin with. Where all letters are taken: a name that nobody writes.
static const char *free_word(const struct exprs *p, const struct names *taken)
{
    static const char *const words[] = {"u", "v", "w", "t", "s", "q", "r", "part_"};
    size_t i = 0;
    while (i + 1 < COUNT_OF(words) &&
           (has_numbered(&p->names, *words[i]) || has_numbered(taken, *words[i]))) {
        i++;
    }
    return words[i];
}

static void count_uses(const struct exprs *p, const uint32_t *roots, size_t count,
                       struct expr_shared_use *use, uint32_t nodes)
{
    for (size_t i = 0; i < count; i++) {
        use[roots[i]].uses++;
        use[roots[i]].whole = true;
    }
    for (uint32_t id = nodes; id-- > 0;) {
        struct expr e = expr_get(p, id);
        if (e.kind == EXPR_OP && use[id].uses > 0) {
            use[e.a].uses++;
            use[e.b].uses += op_get((enum op)e.op)->arity == 2;
        }
    }
}

static uint32_t length_of(const struct exprs *p, uint32_t id, const struct expr_shared_use *use)
{
    struct expr e = expr_get(p, id);
    if (e.kind != EXPR_OP) {
        return 1;
    }
    return 1 + use[e.a].length + (op_get((enum op)e.op)->arity == 2 ? use[e.b].length : 0);
}

// Gives the part a name, which is written for `id` from now on.
static void add_part(struct exprs *p, struct expr_shared *s, const char *word, uint32_t id)
{
    char name[24];
    int n = format_write(name, sizeof name, "%s%zu", word, s->parts.count + 1);
    struct expr_part *part = buf_push(&s->parts, 1);
    uint32_t *written = BUF_FROM(uint32_t, &s->written, id);
    if (part != NULL) {
        *part = (struct expr_part){.name = expr_name(p, name, (size_t)n), .formula = *written};
        *written = part->name;
    }
}

bool expr_share(struct exprs *p, const uint32_t *roots, size_t count, const struct names *taken,
                struct expr_shared *out)
{
    struct buf uses;
    uint32_t nodes = exprs_count(p);
    const char *word = free_word(p, taken);
    buf_init(&uses, sizeof(struct expr_shared_use));
    buf_init(&out->parts, sizeof(struct expr_part));
    buf_init(&out->written, sizeof(uint32_t));
    bool ok = buf_resize(&uses, nodes) && buf_resize(&out->written, nodes);
    struct expr_shared_use *use = uses.data;
    uint32_t *written = out->written.data;
    if (ok) {
        count_uses(p, roots, count, use, nodes);
    }
    for (uint32_t id = 0; ok && id < nodes; id++) {
        struct expr e = expr_get(p, id);
        bool op = e.kind == EXPR_OP;
        BS_ASSERT(!op || (e.a < id && e.b < id));
        written[id] = op ? expr_apply(p, (enum op)e.op, written[e.a], written[e.b]) : id;
        use[id].length = length_of(p, id, use);
        uint32_t least = use[id].uses > 1 ? SHORT : LONG;
        if (op && !use[id].whole && use[id].uses > 0 && use[id].length >= least) {
            add_part(p, out, word, id);
            use[id].length = 1;
        }
        ok = written[id] != EXPR_NONE;
    }
    buf_release(&uses);
    p->nodes.failed |= !ok;
    return ok && !out->parts.failed && !exprs_failed(p);
}

void expr_shared_release(struct expr_shared *s)
{
    buf_release(&s->parts);
    buf_release(&s->written);
}

uint32_t expr_shared_get(const struct expr_shared *s, uint32_t id)
{
    return id < s->written.count ? BUF(uint32_t, &s->written)[id] : id;
}

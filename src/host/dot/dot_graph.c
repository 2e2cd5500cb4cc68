#include "dot/dot_graph.h"

#include <stdint.h>
#include <string.h>

struct dot_graph_attribute {
    const char *name, *value;
    bool html;
    struct dot_graph_attribute *next;
};

struct dot_part {
    struct dot_graph *graph;
    enum dot_kind kind;
    struct dot_graph_attribute *attributes;  // by name
    // A node: its place in the order, and the edges out of it, oldest first.
    const char *name;
    uint32_t number;
    struct dot_part *first, *last;
    // An edge, and the next out of the same node.
    const struct dot_part *tail, *head;
    struct dot_part *next;
};

void dot_graph_init(struct dot_graph *g)
{
    arena_init(&g->arena);
    for (int i = 0; i < DOT_KINDS; i++) {
        buf_init(&g->declared[i], sizeof(struct dot_graph_attribute));
    }
    buf_init(&g->nodes, sizeof(struct dot_part *));
    buf_init(&g->places, sizeof(uint32_t));
}

void dot_graph_release(struct dot_graph *g)
{
    arena_release(&g->arena);
    for (int i = 0; i < DOT_KINDS; i++) {
        buf_release(&g->declared[i]);
    }
    buf_release(&g->nodes);
    buf_release(&g->places);
}

static const char *copy(struct dot_graph *g, const char *s)
{
    const char *own = arena_copy(&g->arena, s, strlen(s));
    return own == NULL ? "" : own;
}

// ---- Nodes and edges ----------------------------------------------------------------------------

// FNV-1a.
static uint64_t hash(const char *s)
{
    uint64_t h = 14695981039346656037U;
    for (; *s != '\0'; s++) {
        h = (h ^ (unsigned char)*s) * 1099511628211U;
    }
    return h;
}

static struct dot_part *node_at(const struct dot_graph *g, uint32_t number)
{
    return BUF(struct dot_part *, &g->nodes)[number];
}

#define FREE UINT32_MAX

// Where the node of that name is in the table, or would be.
static uint32_t *place_of(const struct dot_graph *g, const char *name)
{
    uint32_t *places = g->places.data;
    size_t mask = g->places.count - 1, i = (size_t)hash(name) & mask;
    while (places[i] != FREE && strcmp(node_at(g, places[i])->name, name) != 0) {
        i = (i + 1) & mask;
    }
    return &places[i];
}

// A table of twice the size, a power of two. False if out of memory.
static bool enlarge(struct dot_graph *g)
{
    size_t count = g->places.count == 0 ? 64 : 2 * g->places.count;
    if (!buf_resize(&g->places, count)) {
        return false;
    }
    memset(g->places.data, 0xFF, count * sizeof(uint32_t));
    for (uint32_t i = 0; i < g->nodes.count; i++) {
        *place_of(g, node_at(g, i)->name) = i;
    }
    return true;
}

static struct dot_part *new_part(struct dot_graph *g, enum dot_kind kind)
{
    struct dot_part *part = arena_alloc(&g->arena, sizeof *part);
    if (part != NULL) {
        part->graph = g;
        part->kind = kind;
    }
    return part;
}

struct dot_part *dot_graph_node(struct dot_graph *g, const char *name)
{
    if (2 * g->nodes.count >= g->places.count && !enlarge(g)) {
        return NULL;
    }
    uint32_t *place = place_of(g, name);
    if (*place != FREE) {
        return node_at(g, *place);
    }
    struct dot_part *node = new_part(g, DOT_NODE);
    struct dot_part **at = node == NULL ? NULL : buf_push(&g->nodes, 1);
    if (at == NULL) {
        return NULL;
    }
    node->name = copy(g, name);
    node->number = *place = (uint32_t)g->nodes.count - 1;
    return *at = node;
}

struct dot_part *dot_graph_edge(struct dot_graph *g, struct dot_part *tail, struct dot_part *head)
{
    struct dot_part *edge = tail == NULL || head == NULL ? NULL : new_part(g, DOT_EDGE);
    if (edge != NULL) {
        edge->tail = tail;
        edge->head = head;
        *(tail->last == NULL ? &tail->first : &tail->last->next) = edge;
        tail->last = edge;
    }
    return edge;
}

// ---- Attributes ---------------------------------------------------------------------------------

static void set(struct dot_part *part, const char *name, const char *value, bool html)
{
    if (part == NULL) {
        return;
    }
    struct dot_graph *g = part->graph;
    struct dot_graph_attribute **at = &part->attributes;
    while (*at != NULL && strcmp((*at)->name, name) < 0) {
        at = &(*at)->next;
    }
    if (*at == NULL || strcmp((*at)->name, name) != 0) {
        struct dot_graph_attribute *fresh = arena_alloc(&g->arena, sizeof *fresh);
        if (fresh == NULL) {
            return;
        }
        fresh->name = copy(g, name);
        fresh->next = *at;
        *at = fresh;
    }
    (*at)->value = copy(g, value);
    (*at)->html = html;
}

void dot_graph_set(struct dot_part *part, const char *name, const char *value)
{
    set(part, name, value, false);
}

void dot_graph_label(struct dot_part *part, const char *html)
{
    set(part, "label", html, true);
}

// Kept by name.
void dot_graph_declare(struct dot_graph *g, enum dot_kind kind, const char *name, const char *value)
{
    struct buf *all = &g->declared[kind];
    struct dot_graph_attribute *at = all->data;
    size_t i = 0;
    while (i < all->count && strcmp(at[i].name, name) < 0) {
        i++;
    }
    if (i == all->count || strcmp(at[i].name, name) != 0) {
        if (buf_push(all, 1) == NULL) {
            return;
        }
        at = all->data;
        memmove(at + i + 1, at + i, (all->count - 1 - i) * sizeof *at);
        at[i] = (struct dot_graph_attribute){.name = copy(g, name)};
    }
    at[i].value = copy(g, value);
}

// ---- Text ---------------------------------------------------------------------------------------

// May an identifier of DOT begin with it, unquoted: an ASCII letter, _, or a byte of another
// script?
static bool begins_id(char c)
{
    return text_in_name(c) && !text_is_digit(c);
}

static bool is_name(const char *s)
{
    static const char keywords[] = "node edge graph digraph subgraph strict";
    char lower[10] = "";
    size_t n = strlen(s);
    for (size_t i = 0; i < n; i++) {
        if (!begins_id(s[i]) && (i == 0 || !text_is_digit(s[i]))) {
            return false;
        }
        if (n < sizeof lower) {
            lower[i] = (char)(s[i] | 0x20);
        }
    }
    return n > 0 && !text_among(keywords, lower, strlen(lower));
}

static bool is_number(const char *s)
{
    s += *s == '-';
    size_t digits = strspn(s, "0123456789"), point = s[digits] == '.';
    size_t more = point ? strspn(s + digits + 1, "0123456789") : 0;
    return digits + more > 0 && s[digits + point + more] == '\0';
}

static void add_value(struct text *out, const char *s, bool html)
{
    if (html) {
        text_addf(out, "<%s>", s);
        return;
    }
    if (is_name(s) || is_number(s)) {
        text_add(out, s);
        return;
    }
    struct text safe;
    text_init(&safe);
    text_add_safe(&safe, s, strlen(s));
    text_add_char(out, '"');
    for (s = text_get(&safe); *s != '\0'; s++) {
        text_add(out, *s == '"' ? "\\" : "");
        text_add_char(out, *s);
    }
    text_add_char(out, '"');
    text_release(&safe);
}

// "name=value", in a list of which `count` are there already.
static void add_attribute(struct text *out, const struct dot_graph_attribute *a, size_t count)
{
    text_add(out, count == 0 ? "[" : ",\n\t\t");
    text_addf(out, "%s=", a->name);
    add_value(out, a->value, a->html);
}

static void add_declared(const struct dot_graph *g, enum dot_kind kind, const char *word,
                         struct text *out)
{
    size_t count = 0;
    for (size_t i = 0; i < g->declared[kind].count; i++) {
        const struct dot_graph_attribute *a =
            &BUF(struct dot_graph_attribute, &g->declared[kind])[i];
        if (a->value[0] != '\0') {
            if (count == 0) {
                text_addf(out, "\t%s ", word);
            }
            add_attribute(out, a, count++);
        }
    }
    text_add(out, count == 0 ? "" : "\n\t];\n");
}

static const char *declared_value(const struct dot_graph *g, enum dot_kind kind, const char *name)
{
    for (size_t i = 0; i < g->declared[kind].count; i++) {
        const struct dot_graph_attribute *a =
            &BUF(struct dot_graph_attribute, &g->declared[kind])[i];
        if (strcmp(a->name, name) == 0) {
            return a->value;
        }
    }
    return "";
}

// Those that are not as declared, and the end of the line.
static void add_own(const struct dot_part *part, struct text *out)
{
    size_t count = 0;
    for (const struct dot_graph_attribute *a = part->attributes; a != NULL; a = a->next) {
        if (strcmp(a->value, declared_value(part->graph, part->kind, a->name)) != 0) {
            text_add(out, count == 0 ? "\t" : "");
            add_attribute(out, a, count++);
        }
    }
    text_add(out, count == 0 ? ";\n" : "];\n");
}

static void write_node(const struct dot_part *node, uint8_t *written, struct text *out)
{
    if (written[node->number] == 0) {
        written[node->number] = 1;
        text_add_char(out, '\t');
        add_value(out, node->name, false);
        add_own(node, out);
    }
}

void dot_graph_write(const struct dot_graph *g, struct text *out)
{
    struct buf written;  // uint8_t, by node
    buf_init(&written, 1);
    text_add(out, "digraph backstep {\n");
    add_declared(g, DOT_GRAPH, "graph", out);
    add_declared(g, DOT_NODE, "node", out);
    add_declared(g, DOT_EDGE, "edge", out);
    // A node is before the first edge that touches it.
    for (uint32_t i = 0; buf_resize(&written, g->nodes.count) && i < g->nodes.count; i++) {
        write_node(node_at(g, i), written.data, out);
        for (const struct dot_part *e = node_at(g, i)->first; e != NULL; e = e->next) {
            write_node(e->head, written.data, out);
            text_add_char(out, '\t');
            // Ports are attributes: other programs take n1:o for a node of that name.
            add_value(out, e->tail->name, false);
            text_add(out, " -> ");
            add_value(out, e->head->name, false);
            add_own(e, out);
        }
    }
    text_add(out, "}\n");
    buf_release(&written);
}

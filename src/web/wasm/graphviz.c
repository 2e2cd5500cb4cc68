// The stand-in for libcgraph: see graphviz/cgraph.h. The order and the spelling of what is written
// are those of cgraph's agwrite: attributes by name, each node before the first edge that it ends.
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cgraph.h"

const Agiodisc_t AgIoDisc = {0};
const Agdisc_t AgDefaultDisc = {0};
const Agdesc_t Agdirected = {.directed = 1};

// An attribute that was declared; or one of an object, which differs from that.
struct attribute {
    const char *name, *value;
    bool html;
    struct attribute *next;  // by name
};

// What nodes and edges begin with, so that agset and agraphof take either.
struct object {
    Agraph_t *graph;
    int kind;
    struct attribute *attributes;
};

struct Agnode_s {
    struct object object;
    const char *name;
    bool written;
    Agedge_t *first, *last;  // that begin here
    Agnode_t *next;          // as they were made
    Agnode_t *chain;         // of the same bucket
};

struct Agedge_s {
    struct object object;
    Agnode_t *tail, *head;
    Agedge_t *next;  // of the same tail
};

enum { BUCKETS = 4096 };

struct Agraph_s {
    struct object object;
    struct arena arena;
    Agiodisc_t io;
    const char *name;
    const char *html;  // what agstrdup_html returned
    struct attribute *declared[AGKINDS];
    Agnode_t *first, *last;
    Agnode_t *buckets[BUCKETS];
};

// ---- Building -----------------------------------------------------------------------------------

static const char *copy(Agraph_t *g, const char *s)
{
    const char *own = arena_copy(&g->arena, s, strlen(s));
    return own == NULL ? "" : own;
}

Agraph_t *agopen(const char *name, Agdesc_t description, const Agdisc_t *discipline)
{
    struct arena arena;
    BS_ASSERT(description.directed);
    arena_init(&arena);
    Agraph_t *g = arena_alloc(&arena, sizeof *g);
    if (g == NULL) {
        return NULL;
    }
    g->object = (struct object){.graph = g, .kind = AGRAPH};
    g->arena = arena;
    g->io = *discipline->io;
    g->name = copy(g, name);
    return g;
}

int agclose(Agraph_t *g)
{
    if (g != NULL) {
        struct arena arena = g->arena;
        arena_release(&arena);
    }
    return 0;
}

static const struct attribute *find(const struct attribute *list, const char *name)
{
    while (list != NULL && strcmp(list->name, name) != 0) {
        list = list->next;
    }
    return list;
}

// Puts an attribute where its name belongs, or over the one of that name.
static void put(Agraph_t *g, struct attribute **list, const char *name, const char *value)
{
    while (*list != NULL && strcmp((*list)->name, name) < 0) {
        list = &(*list)->next;
    }
    struct attribute *at = *list;
    if (at == NULL || strcmp(at->name, name) != 0) {
        at = arena_alloc(&g->arena, sizeof *at);
        if (at == NULL) {
            return;
        }
        at->name = copy(g, name);
        at->next = *list;
        *list = at;
    }
    at->html = g->html != NULL && value == g->html;
    at->value = at->html ? value : copy(g, value);
}

void agattr(Agraph_t *g, int kind, const char *name, const char *value)
{
    if (g != NULL) {
        put(g, &g->declared[kind], name, value);
    }
}

int agset(void *object, const char *name, const char *value)
{
    struct object *o = object;
    if (o == NULL) {
        return -1;
    }
    BS_ASSERT(find(o->graph->declared[o->kind], name) != NULL);
    put(o->graph, &o->attributes, name, value);
    return 0;
}

// FNV-1a.
static size_t bucket_of(const char *s)
{
    uint32_t h = 2166136261U;
    for (; *s != '\0'; s++) {
        h = (h ^ (unsigned char)*s) * 16777619U;
    }
    return h % BUCKETS;
}

Agnode_t *agnode(Agraph_t *g, const char *name, int make)
{
    if (g == NULL) {
        return NULL;
    }
    Agnode_t **bucket = &g->buckets[bucket_of(name)], *n = *bucket;
    while (n != NULL && strcmp(n->name, name) != 0) {
        n = n->chain;
    }
    if (n != NULL || !make || (n = arena_alloc(&g->arena, sizeof *n)) == NULL) {
        return n;
    }
    n->object = (struct object){.graph = g, .kind = AGNODE};
    n->name = copy(g, name);
    n->chain = *bucket;
    *bucket = n;
    *(g->last == NULL ? &g->first : &g->last->next) = n;
    g->last = n;
    return n;
}

Agedge_t *agedge(Agraph_t *g, Agnode_t *tail, Agnode_t *head, const char *name, int make)
{
    Agedge_t *e = NULL;
    BS_ASSERT(name == NULL && make);
    if (g == NULL || tail == NULL || head == NULL ||
        (e = arena_alloc(&g->arena, sizeof *e)) == NULL) {
        return NULL;
    }
    e->object = (struct object){.graph = g, .kind = AGEDGE};
    e->tail = tail;
    e->head = head;
    *(tail->last == NULL ? &tail->first : &tail->last->next) = e;
    tail->last = e;
    return e;
}

Agraph_t *agraphof(void *object)
{
    return object == NULL ? NULL : ((struct object *)object)->graph;
}

char *agstrdup_html(Agraph_t *g, const char *text)
{
    char *own = g == NULL ? NULL : arena_copy(&g->arena, text, strlen(text));
    if (g != NULL) {
        g->html = own;
    }
    return own == NULL ? "" : own;
}

int agstrfree(Agraph_t *g, char *text)
{
    if (g != NULL && g->html == text) {
        g->html = NULL;
    }
    return 0;
}

// ---- Writing ------------------------------------------------------------------------------------

struct writing {
    Agraph_t *g;
    void *channel;
};

static void say(const struct writing *w, const char *s)
{
    w->g->io.putstr(w->channel, s);
}

// A name of letters and digits, or a number.
static bool is_plain(const char *s)
{
    static const char digits[] = "0123456789";
    static const char letters[] = "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    if (*s == '\0' || strspn(s, letters) != strlen(s) || strchr(digits, *s) != NULL) {
        const char *at = s + (*s == '-');
        size_t whole = strspn(at, digits), part = 0;
        at += whole;
        if (*at == '.') {
            part = strspn(at + 1, digits);
            at += 1 + part;
        }
        return whole + part > 0 && *at == '\0';
    }
    return true;
}

static bool is_word_of_dot(const char *s)
{
    return text_among("node edge strict graph digraph subgraph", s, strlen(s));
}

static void say_value(const struct writing *w, const char *s, bool html)
{
    bool plain = !html && is_plain(s) && !is_word_of_dot(s);
    char one[3] = "";
    say(w, html ? "<" : plain ? "" : "\"");
    if (html || plain) {
        say(w, s);
    } else {
        for (; *s != '\0'; s++) {
            one[0] = *s == '"' ? '\\' : *s;
            one[1] = *s == '"' ? '"' : '\0';
            say(w, one);
        }
    }
    say(w, html ? ">" : plain ? "" : "\"");
}

static void say_attribute(const struct writing *w, const struct attribute *a)
{
    say_value(w, a->name, false);
    say(w, "=");
    say_value(w, a->value, a->html);
}

static void write_declared(const struct writing *w, int kind)
{
    static const char *const begins[] = {"\tgraph [", "\tnode [", "\tedge ["};
    size_t count = 0;
    for (const struct attribute *a = w->g->declared[kind]; a != NULL; a = a->next) {
        if (*a->value != '\0') {
            say(w, count++ == 0 ? begins[kind] : ",\n\t\t");
            say_attribute(w, a);
        }
    }
    say(w, count == 0 ? "" : count == 1 ? "];\n" : "\n\t];\n");
}

// Those that differ from what was declared. Ports are a part of the edge's ends.
static void write_attributes(const struct writing *w, const struct object *o)
{
    size_t count = 0;
    for (const struct attribute *a = o->attributes; a != NULL; a = a->next) {
        const struct attribute *declared = find(w->g->declared[o->kind], a->name);
        bool same = !a->html && strcmp(a->value, declared->value) == 0;
        bool port = strcmp(a->name, "headport") == 0 || strcmp(a->name, "tailport") == 0;
        if (!same && !port) {
            say(w, count++ == 0 ? "\t[" : ",\n\t\t");
            say_attribute(w, a);
        }
    }
    say(w, count == 0 ? ";\n" : "];\n");
}

static void write_node(const struct writing *w, Agnode_t *n)
{
    if (!n->written) {
        n->written = true;
        say(w, "\t");
        say_value(w, n->name, false);
        write_attributes(w, &n->object);
    }
}

// "i0:w": a cell, and the side of it.
static void write_end(const struct writing *w, const Agnode_t *n, const struct attribute *port)
{
    say_value(w, n->name, false);
    if (port != NULL && *port->value != '\0') {
        say(w, ":");
        say(w, port->value);
    }
}

static void write_edge(const struct writing *w, const Agedge_t *e)
{
    say(w, "\t");
    write_end(w, e->tail, find(e->object.attributes, "tailport"));
    say(w, " -> ");
    write_end(w, e->head, find(e->object.attributes, "headport"));
    write_attributes(w, &e->object);
}

int agwrite(Agraph_t *g, void *channel)
{
    const struct writing w = {g, channel};
    if (g == NULL) {
        return -1;
    }
    say(&w, "digraph ");
    say_value(&w, g->name, false);
    say(&w, " {\n");
    for (int kind = 0; kind < AGKINDS; kind++) {
        write_declared(&w, kind);
    }
    for (Agnode_t *n = g->first; n != NULL; n = n->next) {
        write_node(&w, n);
        for (const Agedge_t *e = n->first; e != NULL; e = e->next) {
            write_node(&w, e->head);
            write_edge(&w, e);
        }
    }
    say(&w, "}\n");
    g->io.flush(channel);
    return g->arena.failed ? -1 : 0;
}

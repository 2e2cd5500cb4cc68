// Any line is a label: the picture of what is labelled is DOT that Graphviz's own reader takes, with
// all nodes and edges, and each label in it is well formed: every element closed, every entity known,
// no control character.
//
// The first byte chooses the style, and what the picture is for.
#include <ctype.h>
#include <graphviz/cgraph.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dot/dot.h"
#include "play/tutor.h"

enum { LABEL_MOST = 400, DEPTH = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int complaints;

static int count_complaint(char *words)
{
    (void)words;
    complaints++;
    return 0;
}

// &amp; &lt; &#8238; and the like.
static size_t entity_length(const char *s)
{
    size_t n = 1;
    while (isalnum((unsigned char)s[n]) || s[n] == '#') {
        n++;
    }
    BS_ASSERT(n > 1 && s[n] == ';');
    return n + 1;
}

static size_t tag_length(const char *s)
{
    size_t n = 0;
    bool quoted = false;
    while (s[n] != '\0' && (quoted || s[n] != '>')) {
        quoted ^= s[n] == '"';
        n++;
    }
    BS_ASSERT(s[n] == '>');
    return n + 1;
}

// Elements close in the order in which they opened.
static void check_html(const char *s)
{
    const char *open[DEPTH];
    size_t depth = 0;
    while (*s != '\0') {
        BS_ASSERT((unsigned char)*s >= 0x20 || *s == '\n');
        if (*s == '&') {
            s += entity_length(s);
        } else if (*s == '<') {
            size_t n = tag_length(s), name = strcspn(s + 1, " />");
            if (s[1] == '/') {
                name = strcspn(s + 2, ">");
                BS_ASSERT(depth > 0 && strncmp(open[--depth], s + 2, name) == 0);
            } else if (s[n - 2] != '/') {
                BS_ASSERT(depth < DEPTH && name > 0);
                open[depth++] = s + 1;
            }
            s += n;
        } else {
            BS_ASSERT(*s != '>');
            s++;
        }
    }
    BS_ASSERT(depth == 0);
}

static void check_label(void *object)
{
    char *label = agget(object, (char *)"label");
    if (label != NULL && aghtmlstr(label)) {
        check_html(label);
    }
}

static void check_dot(const char *dot)
{
    complaints = 0;
    agseterrf(count_complaint);
    Agraph_t *g = agmemread(dot);
    BS_ASSERT(g != NULL && complaints == 0);
    int nodes = 0;
    for (Agnode_t *n = agfstnode(g); n != NULL; n = agnxtnode(g, n), nodes++) {
        check_label(n);
        for (Agedge_t *e = agfstout(g, n); e != NULL; e = agnxtout(g, e)) {
            check_label(e);
        }
    }
    BS_ASSERT(nodes >= 3);
    agclose(g);
}

static void draw(const struct rec *scene, uint8_t how)
{
    static const char *const styles[] = {NULL, "cells", "terse", "line", "bare"};
    struct dot_form form = {.style = styles[how % 5], .down = how % 3 == 0};
    struct diag d = {0};
    struct text dot;
    text_init(&dot);
    if (dot_text(scene, form.style == NULL ? NULL : &form, how % 2 == 0 ? DOT_FILE : DOT_LAYOUT,
                 &dot, &d)) {
        check_dot(text_get(&dot));
    }
    text_release(&dot);
}

static void run(struct session *s, const char *text, uint8_t how)
{
    static const struct diag refusal = {.message = "no files here"};
    struct source source = {.name = "fuzz", .text = text, .length = strlen(text), .line = 1};
    enum session_state state = SESSION_MORE;
    session_begin(s, &source, SESSION_PROMPT);
    while (state == SESSION_MORE || state == SESSION_NEED) {
        struct records records;
        records_init(&records);
        state = session_run(s, &records);
        if (state == SESSION_NEED) {
            for (const struct rec *r = records.list.in.first; r != NULL; r = r->next) {
                if (rec_is(r, KIND_scene)) {
                    draw(r, how);
                }
            }
            session_refuse(s, &refusal);
        }
        records_release(&records);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > LABEL_MOST || memchr(data, '"', size) != NULL ||
        memchr(data, '\n', size) != NULL || memchr(data, '\0', size) != NULL) {
        return 0;
    }
    char text[LABEL_MOST + 64];
    struct stop stop = {0};
    struct tutor *t = tutor_new(&(struct session_world){.stop = &stop, .seed = 1});
    struct session *s = tutor_session(t);
    run(s, "a = 2; b = 3; L = a*b; backward L", data[0]);
    for (size_t i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "%c.label = \"%.*s\"", "abL"[i], (int)size - 1, data + 1);
        run(s, text, data[0]);
    }
    run(s, "graph L file.svg", data[0]);
    tutor_free(t);
    return 0;
}

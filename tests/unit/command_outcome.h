// What a session answers and remembers, and the statements of texts and of pages one by one: for tests that
// hinder a statement and then hold the session to what it was. Needs cmocka.h.
#ifndef TESTS_UNIT_COMMAND_OUTCOME_H
#define TESTS_UNIT_COMMAND_OUTCOME_H

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "base_near.h"
#include "command/commands.h"
#include "session/call.h"

// ---- What a session answers and remembers -------------------------------------------------------

// What came of a text: its records as JSON, and the session after it.
struct outcome {
    enum session_state state;
    struct text answers, session;
};

static inline void outcome_init(struct outcome *o)
{
    text_init(&o->answers);
    text_init(&o->session);
}

static inline void outcome_release(struct outcome *o)
{
    text_release(&o->answers);
    text_release(&o->session);
}

static inline void add_buf(struct text *out, const struct buf *b)
{
    text_addf(out, "%zu:", b->count);
    text_add_bytes(out, b->data, b->count * b->size);
}

static inline void add_bindings(struct text *out, const struct names *names)
{
    for (uint32_t i = 0; i < names_count(names); i++) {
        struct value v = names_get(names, i);
        size_t n;
        const char *name = names_text(names, i, &n);
        if (v.rank != VALUE_UNBOUND) {
            text_addf(out, "%.*s=%d:%u,%u,%u,%d,%d;", (int)n, name, (int)v.rank, v.base, v.rows,
                      v.cols, v.rs, v.cs);
        }
    }
}

static inline void snapshot(struct text *out, const struct session *s)
{
    const struct settings *settings = session_settings(s);
    text_clear(out);
    add_buf(out, &s->tape.node);
    add_buf(out, &s->tape.value);
    add_buf(out, &s->tape.grad);
    add_buf(out, &s->log);
    add_bindings(out, &s->names);
    text_addf(out, "%d %d %u %zu %zu %d", settings->preferences.digits,
              (int)settings->preferences.verbose, settings->output, s->moments.count,
              s->redone.count, s->stepper.tape != NULL);
}

// Did a walk wait for its next step in this snapshot? It ends with that.
static inline bool walks(const struct text *session)
{
    return BUF(char, &session->bytes)[session->bytes.count - 1] == '1';
}

static inline bool same(const struct text *a, const struct text *b)
{
    return a->bytes.count == b->bytes.count &&
           memcmp(a->bytes.data, b->bytes.data, a->bytes.count) == 0;
}

// Notes the answers to a text that was run, and the session after it.
static inline void outcome_take(struct outcome *o, const struct session *s,
                                enum session_state state, const struct records *records)
{
    o->state = state;
    text_clear(&o->answers);
    for (const struct rec *r = records->list.in.first; r != NULL; r = r->next) {
        rec_json(&o->answers, r);
        text_add_char(&o->answers, '\n');
    }
    snapshot(&o->session, s);
}

// ---- Statements ---------------------------------------------------------------------------------

// A statement, and what comes before it: statements, and where `base` is not NULL a session to be copied.
struct case_of {
    const char *where, *before, *statement;
    struct session *base;
    struct stop *stop;
};

static inline struct session *begin(const struct case_of *c)
{
    struct session *s = c->base != NULL
                            ? session_copy(c->base)
                            : session_new(&(struct session_world){
                                  .commands = &commands_table, .seed = 1, .stop = c->stop});
    struct records ignored;
    records_init(&ignored);
    assert_non_null(s);
    session_eval(s, c->before, SESSION_PROMPT, &ignored);
    records_release(&ignored);
    return s;
}

// What is done to each statement: from its `first` place on at each `every`-th. Returns how many places there
// are.
typedef size_t hinder_fn(const struct case_of *c, size_t first, size_t every);

// Each statement of a text in turn, at all its places. They are apart by "; ".
static inline size_t hinder_text(const char *text, hinder_fn *hinder, struct stop *stop)
{
    size_t count = 0;
    char before[1000] = "", statement[1000];
    for (const char *s = text; *s != '\0';) {
        const char *end = strstr(s, "; ");
        size_t n = end == NULL ? strlen(s) : (size_t)(end - s);
        assert_true(strlen(text) < sizeof before);
        memcpy(statement, s, n);
        statement[n] = '\0';
        struct case_of c = {text, before, statement, NULL, stop};
        count += hinder(&c, 1, 1);
        strcat(strcat(before, statement), "\n");
        s += n + (end == NULL ? 0 : 2);
    }
    return count;
}

// The same of each command's example.
static inline size_t hinder_commands(hinder_fn *hinder, struct stop *stop)
{
    const struct command *command;
    size_t count = 0;
    for (size_t i = 0; (command = command_at(&commands_table, i)) != NULL; i++) {
        count += hinder_text(command->example, hinder, stop);
    }
    return count;
}

// ---- The statements of pages --------------------------------------------------------------------

// What is read of a page of examples, line by line.
struct page {
    const char *page;
    FILE *file;
    struct session *session;  // with all that came before
    struct text statement;    // whose lines are being read
    struct stop *stop;
    hinder_fn *hinder;
    size_t tried, every;
};

// Of a line of several, those before the one that fails stay: such lines are only run.
static inline void try_statement(struct page *p)
{
    struct case_of c = {p->page, "", text_get(&p->statement), p->session, p->stop};
    if (*c.statement != '\0') {
        if (strchr(c.statement, ';') == NULL) {
            p->hinder(&c, 1 + p->tried++ % p->every, p->every);
        }
        struct records ignored;
        records_init(&ignored);
        session_eval(p->session, c.statement, SESSION_PROMPT, &ignored);
        records_release(&ignored);
    }
    text_clear(&p->statement);
}

static inline void read_line(struct page *p, const char *line)
{
    static const char asked[] = "∇ ", more[] = "…", fresh[] = "```backstep new";
    if (strncmp(line, more, strlen(more)) == 0) {
        line += strlen(more);
        text_add(&p->statement, line + (*line == ' '));
        return;
    }
    try_statement(p);
    if (strncmp(line, fresh, strlen(fresh)) == 0) {
        session_free(p->session);
        p->session = begin(&(struct case_of){.before = "", .stop = p->stop});
    } else if (strncmp(line, asked, strlen(asked)) == 0) {
        text_add(&p->statement, line + strlen(asked));
    }
}

static inline size_t hinder_page(const char *path, size_t every, hinder_fn *hinder,
                                 struct stop *stop)
{
    char line[4096];
    struct page p = {
        .page = path, .file = fopen(path, "r"), .stop = stop, .hinder = hinder, .every = every};
    assert_non_null(p.file);
    p.session = begin(&(struct case_of){.before = "", .stop = stop});
    text_init(&p.statement);
    while (fgets(line, sizeof line, p.file) != NULL) {
        read_line(&p, line);
    }
    try_statement(&p);
    text_release(&p.statement);
    session_free(p.session);
    fclose(p.file);
    return p.tried;
}

// All transcripts near the program under test. Returns how many statements there are.
static inline size_t hinder_transcripts(size_t every, hinder_fn *hinder, struct stop *stop)
{
    const char *program = getenv("BACKSTEP");
    glob_t pages;
    size_t tried = 0;
    assert_non_null(program);
    find_near(program, "tests/transcripts/*.md", &pages);
    for (size_t i = 0; i < pages.gl_pathc; i++) {
        tried += hinder_page(pages.gl_pathv[i], every, hinder, stop);
    }
    globfree(&pages);
    return tried;
}

#endif

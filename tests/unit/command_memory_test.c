// Memory that is refused in the middle of a statement: the statement is taken back, says so, and the
// session goes on as if it had not been typed. Each allocation of each statement is refused in turn,
// once and from then on. When the session is freed no memory is left, whatever was refused. The statements
// of the transcripts are tried the same way, a sample of their allocations; BACKSTEP_EVERY=1 tries all.
#include "session/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base_near.h"
#include "base_refuse.h"
#include "command/commands.h"
#include "session/call.h"

// ---- What a session answers and remembers -------------------------------------------------------

// What came of a text: its records as JSON, and the session after it.
struct outcome {
    enum session_state state;
    struct text answers, session;
};

static void add_buf(struct text *out, const struct buf *b)
{
    text_addf(out, "%zu:", b->count);
    text_add_bytes(out, b->data, b->count * b->size);
}

static void add_bindings(struct text *out, const struct names *names)
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

static void snapshot(struct text *out, const struct session *s)
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

static void init(struct outcome *o)
{
    text_init(&o->answers);
    text_init(&o->session);
}

static long held(const struct outcome *o)
{
    return (o->answers.bytes.data != NULL) + (o->session.bytes.data != NULL);
}

static void release(struct outcome *o)
{
    text_release(&o->answers);
    text_release(&o->session);
}

// Runs a text, refusing allocations as was said; *memory: its last record is an error that says so.
static void run(struct session *s, const char *text, struct outcome *o, bool *memory)
{
    struct records records;
    records_init(&records);
    o->state = session_eval(s, text, SESSION_PROMPT, &records);
    refused_at = 0;
    const struct rec *last = records.list.in.last;
    *memory = records.arena.failed || strstr(rec_get_text(last, KEY_message), "memory") != NULL;
    text_clear(&o->answers);
    for (const struct rec *r = records.list.in.first; r != NULL; r = r->next) {
        rec_json(&o->answers, r);
        text_add_char(&o->answers, '\n');
    }
    records_release(&records);
    snapshot(&o->session, s);
}

static bool same(const struct text *a, const struct text *b)
{
    return a->bytes.count == b->bytes.count &&
           memcmp(a->bytes.data, b->bytes.data, a->bytes.count) == 0;
}

// ---- One statement ------------------------------------------------------------------------------

// A statement, and what comes before it: a session to be copied, or statements.
struct case_of {
    const char *before, *statement;
    struct session *base;
};

static struct session *begin(const struct case_of *c)
{
    struct session *s =
        c->base != NULL
            ? session_copy(c->base)
            : session_new(&(struct session_world){.commands = &commands_table, .seed = 1});
    struct records ignored;
    records_init(&ignored);
    assert_non_null(s);
    session_eval(s, c->before, SESSION_PROMPT, &ignored);
    records_release(&ignored);
    return s;
}

static void complain(const struct case_of *c, size_t n, const char *what, struct outcome *o)
{
    fail_msg("'%s' after '%s', allocation %zu%s refused: %s\n%s", c->statement, c->before, n,
             all_after ? " and all that follow" : "", what, text_get(&o->answers));
}

// Was a walk on in this snapshot? It ends with that.
static bool walks(const struct text *session)
{
    return BUF(char, &session->bytes)[session->bytes.count - 1] == '1';
}

// With the n-th allocation refused it is as if it had not been typed, or all is as it should be.
static void refuse_one(const struct case_of *c, size_t n, bool all, struct text *before,
                       const struct outcome *whole)
{
    struct outcome now;
    bool memory;
    long live_before = live;
    struct session *s = begin(c);
    init(&now);
    size_t refusals = mem_refusals();
    refuse_from(n, all);
    run(s, c->statement, &now, &memory);
    if (mem_refusals() == refusals) {
        if (!same(&now.answers, &whole->answers) || !same(&now.session, &whole->session)) {
            complain(c, n, "it was done without, and differs", &now);
        }
    } else {
        if (now.state != SESSION_FAILED || !memory) {
            complain(c, n, "nothing is said", &now);
        }
        // A walk that was on ends, which the error says.
        bool walked = s->stepper.tape == NULL && walks(before);
        if (!walked && !same(&now.session, before)) {
            complain(c, n, "the session is not what it was", &now);
        }
        mem_forgive(refusals);
        if (walked) {
            session_free(s);
            s = begin(c);
        }
        run(s, c->statement, &now, &memory);
        if (!same(&now.answers, &whole->answers)) {
            complain(c, n, "typed again, it answers another thing", &now);
        }
        if (!same(&now.session, &whole->session)) {
            complain(c, n, "typed again, it leaves another session", &now);
        }
    }
    session_free(s);
    if (live - live_before != held(&now)) {
        complain(c, n, "memory is not freed", &now);
    }
    release(&now);
}

// From the `first` allocation on each `every`-th. Returns how many there are.
static size_t refuse_some(const struct case_of *c, size_t first, size_t every)
{
    struct outcome whole;
    struct text before;
    bool memory;
    init(&whole);
    text_init(&before);
    struct session *s = begin(c);
    snapshot(&before, s);
    refuse_from(0, false);
    run(s, c->statement, &whole, &memory);
    size_t count = made;
    session_free(s);
    for (size_t n = first; n <= count; n += every) {
        refuse_one(c, n, false, &before, &whole);
        if (n % 3 == 1) {
            refuse_one(c, n, true, &before, &whole);
        }
    }
    text_release(&before);
    release(&whole);
    return count;
}

// Each statement of a text in turn. They are apart by "; ".
static size_t refuse_each(const char *text)
{
    size_t count = 0;
    char before[1000] = "", statement[1000];
    for (const char *s = text; *s != '\0';) {
        const char *end = strstr(s, "; ");
        size_t n = end == NULL ? strlen(s) : (size_t)(end - s);
        assert_true(strlen(text) < sizeof before);
        memcpy(statement, s, n);
        statement[n] = '\0';
        count += refuse_some(&(struct case_of){.before = before, .statement = statement}, 1, 1);
        strcat(strcat(before, statement), "\n");
        s += n + (end == NULL ? 0 : 2);
    }
    return count;
}

// ---- The statements of a page -------------------------------------------------------------------

// What is read of a page of examples, line by line.
struct page {
    const char *page;
    FILE *file;
    struct session *session;  // with all that came before
    struct text statement;    // whose lines are being read
    size_t tried, every;
};

// Of a line of several, those before the one that fails stay: such lines are only run.
static void try_statement(struct page *p)
{
    struct case_of c = {p->page, text_get(&p->statement), p->session};
    if (*c.statement != '\0') {
        if (strchr(c.statement, ';') == NULL) {
            refuse_some(&c, 1 + p->tried++ % p->every, p->every);
        }
        struct records ignored;
        records_init(&ignored);
        session_eval(p->session, c.statement, SESSION_PROMPT, &ignored);
        records_release(&ignored);
    }
    text_clear(&p->statement);
}

static void read_line(struct page *p, const char *line)
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
        p->session = begin(&(struct case_of){.before = ""});
    } else if (strncmp(line, asked, strlen(asked)) == 0) {
        text_add(&p->statement, line + strlen(asked));
    }
}

static size_t refuse_page(const char *path, size_t every)
{
    char line[4096];
    struct page p = {.file = fopen(path, "r"), .page = path, .every = every};
    assert_non_null(p.file);
    p.session = begin(&(struct case_of){.before = ""});
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

// ---- All of them --------------------------------------------------------------------------------

static void every_command(void **state)
{
    (void)state;
    const struct command *c;
    size_t count = 0;
    for (size_t i = 0; (c = command_at(&commands_table, i)) != NULL; i++) {
        count += refuse_each(c->example);
    }
    assert_true(count > 1000);
}

static void every_kind_of_statement(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a = 2; b = a*3 + 1; a = b; b.label = \"two\"; b; dy = 4",
        "a = [1, 2, 3]; b = a**2; L = sum(b*a); backward L; a[1].data = 5; forward; b[0:2]",
        "X = [[1, 2], [3, 4]]; w = [0.5, 1]; y = X @ w; s = softmax(y); max(s); X.T; mean(y)",
        "def f(x) = x*x + 1; def g(x, y) = f(x)*y; a = 2; L = g(a, 3) + f(a); backward L",
        "param w = 2; for i in range(3): w = w*2; for x in [1, 2]: print x",
        "seed 3; W = randn(3, 2); b = zeros(2); print rand(4)",
        ("data X = [[1, 2], [3, 4], [5, 6], [7, 8]]; param w = [0, 0]; L = mse(X @ w, [1, 2, 3, "
         "4]);"
         " train L 4 0.01 batch 2; train L 3 0.01 adam"),
        "a = zz + 1; a = 2; a = ; a b; print 1/0; 3 = 4; f(1)",
        "a = 2; a = 3; a = 4; undo; undo; redo; b = 1; undo; reset; undo",
        "a = 2; L = a*a + a; step L; step; back; step 3; run; b = 1",
        "x = 2; y = relu(x)**3; d2y/dx2; node g = dy/dx; dg/dx; x.data = 3; "
        "y.backward(create_graph=True)",
        ("X = [[1, 2], [3, 4]]; param w = [0.5, 1]; h = tanh(X @ w); L = sum(h**2);"
         " graph L x.svg --size slide; graph L walk-%d.png; graph L sheet.pdf --blank grads"),
        "v = [1, 2]; L = sum(v**3); d2L/dv2; d3L/dv2dv[0]; node G = dL/dv; local dL/dv[0]; d2L/dq2",
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        refuse_each(texts[i]);
    }
}

static void every_statement_of_the_transcripts(void **state)
{
    (void)state;
    const char *program = getenv("BACKSTEP"), *every = getenv("BACKSTEP_EVERY");
    glob_t pages;
    size_t tried = 0;
    assert_non_null(program);
    find_near(program, "tests/transcripts/*.md", &pages);
    for (size_t i = 0; i < pages.gl_pathc; i++) {
        tried += refuse_page(pages.gl_pathv[i], every == NULL ? 499 : strtoul(every, NULL, 10));
    }
    assert_true(tried > 1000);
    globfree(&pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command),
        cmocka_unit_test(every_kind_of_statement),
        cmocka_unit_test(every_statement_of_the_transcripts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// The one door: statements happen whole or not at all, can be taken back and done again, ask for
// what they need, and can be interrupted; every row of the table of operations is reachable from
// it.
#include "session/session.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "command_seat.h"
#include "engine/rng.h"
#include "session/call.h"
#include "session/candidates.h"
#include "words/words.h"

// ---- What it answered ---------------------------------------------------------------------------

// The first record of this kind that was answered.
static const struct rec *find(const struct seat *seat, enum rec_kind kind)
{
    for (const struct rec *r = seat->records.list.in.first; r != NULL; r = r->next) {
        if (rec_is(r, kind)) {
            return r;
        }
    }
    fail_msg("there is no record of kind %s", rec_kind_name(kind));
    return NULL;
}

static void prompt(struct seat *seat, const char *text)
{
    if (eval(seat, text, SESSION_PROMPT) != SESSION_DONE) {
        fail_msg("'%s' fails: %s", text, rec_get_text(seat->records.list.in.last, KEY_message));
    }
}

static const struct rec *last(const struct seat *seat)
{
    return seat->records.list.in.last;
}

static double value_of(struct seat *seat, const char *expression)
{
    assert_int_equal(eval(seat, expression, SESSION_PROMPT), SESSION_DONE);
    return rec_get_number(find(seat, KIND_value), KEY_value);
}

static void assert_words(struct seat *seat, const char *expected)
{
    struct text words;
    text_init(&words);
    for (const struct rec *r = seat->records.list.in.first; r != NULL; r = r->next) {
        struct text marked;
        text_init(&marked);
        words_add(&marked, r, &(struct words_form){.digits = 6});
        ink_plain(&words, text_get(&marked), text_length(&marked));
        text_release(&marked);
    }
    assert_string_equal(text_get(&words), expected);
    text_release(&words);
}

// ---- All that a session remembers, as bytes -----------------------------------------------------

static void add_buf(struct text *out, const struct buf *b)
{
    text_addf(out, "%zu:", b->count);
    text_add_bytes(out, b->data, b->count * b->size);
}

// A name, once seen, stays known: only its binding counts.
static void add_bindings(struct text *out, const struct names *names)
{
    for (uint32_t i = 0; i < names_count(names); i++) {
        struct value v = names_get(names, i);
        if (v.rank != VALUE_UNBOUND) {
            text_addf(out, "%u=%d:%u,%u,%u,%d,%d;", i, (int)v.rank, v.base, v.rows, v.cols, v.rs,
                      v.cs);
        }
    }
}

static void snapshot(struct text *out, const struct session *s)
{
    const struct settings *settings = session_settings(s);
    text_init(out);
    add_buf(out, &s->tape.node);
    add_buf(out, &s->tape.value);
    add_buf(out, &s->tape.grad);
    add_buf(out, &s->tape.mark);
    add_buf(out, &s->log);
    add_bindings(out, &s->names);
    text_addf(out, "%d %d %u", settings->preferences.digits, (int)settings->preferences.verbose,
              settings->output);
}

static bool same(const struct text *a, const struct text *b)
{
    return a->bytes.count == b->bytes.count &&
           memcmp(a->bytes.data, b->bytes.data, a->bytes.count) == 0;
}

static void assert_same(struct seat *seat, const struct text *expected, const char *after)
{
    struct text now;
    snapshot(&now, seat->session);
    if (!same(expected, &now)) {
        fail_msg("after %s the session is not what it was", after);
    }
    text_release(&now);
}

static const char canonical[] =
    "a = 2; b = -3; c = 10; f = -2\ne = a*b; d = e + c; L = d*f\nbackward L";

// ---- Transactions -------------------------------------------------------------------------------

static void what_fails_leaves_nothing(void **state)
{
    static const char *const failing[] = {
        "L = a*b*c*nowhere",
        "g = a*b + tanh(a, b)",
        "a = 3 4",
        "a += tanh(b) c",
        "param w = a",
        "a.data = 5 6",
        "a.data += nowhere",
        "a.grad = L*",
        "L.data = 2",
        "a*b*c*d nowhere",
        "print a*b, c*d, nowhere",
        "backward L 3",
        "backward a*b*nowhere",
        "backward a*b*c 1",
        "local a*b*",
        "precision 99",
        "precision 3 4",
        "verbose on 1",
        "zero 1",
        "undo 1",
        "reset 1",
        "save somewhere.bs",
        "load somewhere.bs",
        "graph L somewhere.png",
        "dL/dnowhere",
        "for = 1",
    };
    struct seat *seat = *state;
    struct text before;
    prompt(seat, canonical);
    snapshot(&before, seat->session);
    for (size_t i = 0; i < COUNT_OF(failing); i++) {
        assert_int_equal(eval(seat, failing[i], SESSION_PROMPT), SESSION_FAILED);
        assert_true(rec_is(last(seat), KIND_error));
        for (const struct rec *r = seat->records.list.in.first; r != last(seat); r = r->next) {
            assert_true(rec_is(r, KIND_need) || rec_is(r, KIND_scene));
        }
        assert_same(seat, &before, failing[i]);
    }
    text_release(&before);
}

static void what_stood_before_it_stays(void **state)
{
    struct seat *seat = *state;
    assert_int_equal(eval(seat, "a = 2; b = a*a; c = ; d = 1", SESSION_PROMPT), SESSION_FAILED);
    assert_int_equal((int)value_of(seat, "b"), 4);
    assert_int_equal(eval(seat, "d", SESSION_PROMPT), SESSION_FAILED);
}

// An expression that is only shown grows no graph, and neither does a failed file.
static void what_is_shown_grows_nothing(void **state)
{
    static const char *const showing[] = {"a*b + tanh(c)", "print a*b, c", "dL/da*2", "local a*b",
                                          "topo a*b",      "vars",         "help",    "paths L a"};
    struct seat *seat = *state;
    struct text before;
    prompt(seat, canonical);
    snapshot(&before, seat->session);
    for (size_t i = 0; i < COUNT_OF(showing); i++) {
        prompt(seat, showing[i]);
        assert_same(seat, &before, showing[i]);
    }
    text_release(&before);
}

// ---- Undo and redo ------------------------------------------------------------------------------

static void assert_undone_and_redone(struct seat *seat, const char *statement)
{
    struct text before, after;
    snapshot(&before, seat->session);
    prompt(seat, statement);
    snapshot(&after, seat->session);
    if (same(&before, &after)) {
        fail_msg("'%s' was to change something", statement);
    }
    for (int i = 0; i < 2; i++) {
        prompt(seat, "undo");
        assert_string_equal(rec_get_text(last(seat), KEY_statement), statement);
        assert_same(seat, &before, "undo");
        prompt(seat, "redo");
        assert_string_equal(rec_get_text(last(seat), KEY_statement), statement);
        assert_same(seat, &after, "redo");
    }
    text_release(&before);
    text_release(&after);
}

static const char *const changing[] = {
    "x = 1",        "y = x*x + a", "a = 7",       "L += a",      "param w = 0.5", "a.data = 3",
    "forward",      "a.grad = 4",  "a.grad += 1", "backward L",  "zero",          "backward y",
    "L = tanh(L)",  "expand L",    "fold L",      "precision 3", "verbose on",    "w.data *= 2",
    "y.backward()", "reset",       "q = 5",       "r = q*q",     "precision 17",  "backward r",
};

static void every_change_is_undone_and_redone(void **state)
{
    struct seat *seat = *state;
    prompt(seat, canonical);
    for (size_t i = 0; i < COUNT_OF(changing); i++) {
        assert_undone_and_redone(seat, changing[i]);
    }
}

// Back to the beginning, there again, and a random way between.
static void a_whole_session_is_undone_and_redone(void **state)
{
    enum { CHANGES = COUNT_OF(changing) };
    struct seat *seat = *state;
    struct text stages[CHANGES + 1];
    struct rng rng;
    rng_seed(&rng, 7);
    prompt(seat, canonical);
    snapshot(&stages[0], seat->session);
    for (size_t i = 0; i < CHANGES; i++) {
        prompt(seat, changing[i]);
        snapshot(&stages[i + 1], seat->session);
    }
    size_t at = CHANGES;
    for (int i = 0; i < 500; i++) {
        // Drifts to one end, then to the other.
        bool back = rng_below(&rng, 4) < (i / 100 % 2 == 0 ? 3u : 1u);
        if (back ? at > 0 : at < CHANGES) {
            prompt(seat, back ? "undo" : "redo");
            at = back ? at - 1 : at + 1;
            assert_same(seat, &stages[at], back ? "undo" : "redo");
        }
    }
    for (size_t i = 0; i <= CHANGES; i++) {
        text_release(&stages[i]);
    }
}

static void a_new_statement_forgets_redo(void **state)
{
    struct seat *seat = *state;
    prompt(seat, "a = 1; b = 2; undo; c = 3; redo");
    assert_words(seat, "  notice: there is nothing to redo\n");
}

// The script that `save` writes makes the same session again.
static void the_script_rebuilds_the_session(void **state)
{
    struct seat *seat = *state;
    struct session *copy =
        session_new(&(struct session_world){.commands = &commands_table, .seed = 1});
    struct records records;
    struct text script, before, after;
    prompt(seat, canonical);
    prompt(seat, "a = 5; undo; a.data = 7; forward; param w = (1 +\n 2)\nw.data = 4; zero; d + 1");
    text_init(&script);
    session_script(seat->session, &script);
    records_init(&records);
    assert_int_equal(session_eval(copy, text_get(&script), SESSION_SCRIPT, &records), SESSION_DONE);
    snapshot(&before, seat->session);
    snapshot(&after, copy);
    assert_true(same(&before, &after));
    text_release(&before);
    text_release(&after);
    text_release(&script);
    records_release(&records);
    session_free(copy);
}

// ---- Needs --------------------------------------------------------------------------------------

// Runs up to the first need; the source is a literal, so it stays.
static const struct rec *run_to_need(struct seat *seat, const char *text)
{
    struct source source = {.name = "test", .text = text, .length = strlen(text), .line = 1};
    enum session_state state;
    records_release(&seat->records);
    records_init(&seat->records);
    session_begin(seat->session, &source, SESSION_PROMPT);
    while ((state = session_run(seat->session, &seat->records)) == SESSION_MORE) {
    }
    assert_int_equal(state, SESSION_NEED);
    assert_true(rec_is(last(seat), KIND_need));
    return last(seat);
}

static void a_file_is_asked_for(void **state)
{
    struct seat *seat = *state;
    const struct rec *need = run_to_need(seat, "a = 2; b = a*a; save \"my file.bs\"; b");
    assert_string_equal(rec_get_text(need, KEY_what), "write");
    assert_string_equal(rec_get_text(need, KEY_path), "my file.bs");
    assert_non_null(strstr(rec_get_text(need, KEY_text), "\na = 2\nb = a*a\n"));
    session_supply(seat->session, NULL, 0);
    assert_int_equal(session_run(seat->session, &seat->records), SESSION_MORE);
    assert_int_equal(session_run(seat->session, &seat->records), SESSION_MORE);
    assert_int_equal(session_run(seat->session, &seat->records), SESSION_DONE);
    assert_true(rec_is(last(seat), KIND_value));
}

static void a_refusal_is_an_error_at_the_path(void **state)
{
    struct seat *seat = *state;
    run_to_need(seat, "a = 2; save full.bs");
    session_refuse(seat->session, &(struct diag){.message = "the disk is full"});
    assert_int_equal(session_run(seat->session, &seat->records), SESSION_FAILED);
    assert_string_equal(rec_get_text(last(seat), KEY_message), "the disk is full");
    assert_int_equal(rec_get_whole(last(seat), KEY_column), 13);
}

static void a_loaded_script_takes_the_place(void **state)
{
    static const char script[] = "x = 3; y = x*x\nprint y\n";
    struct seat *seat = *state;
    struct text before;
    prompt(seat, canonical);
    snapshot(&before, seat->session);
    const struct rec *need = run_to_need(seat, "load it.bs");
    assert_string_equal(rec_get_text(need, KEY_what), "read");
    assert_same(seat, &before, "a need");
    session_supply(seat->session, script, strlen(script));
    while (session_run(seat->session, &seat->records) == SESSION_MORE) {
    }
    assert_true(rec_is(last(seat), KIND_print));
    assert_int_equal((int)value_of(seat, "y"), 9);
    assert_int_equal(eval(seat, "L", SESSION_PROMPT), SESSION_FAILED);
    prompt(seat, "undo");
    assert_string_equal(rec_get_text(last(seat), KEY_statement), "load it.bs");
    assert_same(seat, &before, "undoing a load");
    prompt(seat, "redo");
    assert_int_equal((int)value_of(seat, "y"), 9);
    text_release(&before);
}

// A file that fails in its middle leaves the old session, and its error names the file.
static void a_script_that_fails_is_not_loaded(void **state)
{
    static const char script[] = "x = 3\ny = x*nowhere\n";
    struct seat *seat = *state;
    struct text before;
    prompt(seat, canonical);
    snapshot(&before, seat->session);
    run_to_need(seat, "load it.bs");
    session_supply(seat->session, script, strlen(script));
    enum session_state end;
    while ((end = session_run(seat->session, &seat->records)) == SESSION_MORE) {
    }
    assert_int_equal(end, SESSION_FAILED);
    assert_string_equal(rec_get_text(last(seat), KEY_file), "it.bs");
    assert_int_equal(rec_get_whole(last(seat), KEY_line), 2);
    assert_same(seat, &before, "a failed load");
    text_release(&before);
}

// A file that loads itself ends in an error, not in all memory.
static void a_script_that_loads_itself_ends(void **state)
{
    struct seat *seat = *state;
    enum session_state end = SESSION_NEED;
    run_to_need(seat, "a = 1; load it.bs");
    for (int i = 0; i < 100 && (end == SESSION_NEED || end == SESSION_MORE); i++) {
        if (end == SESSION_NEED) {
            session_supply(seat->session, "load it.bs", 10);
        }
        end = session_run(seat->session, &seat->records);
    }
    assert_int_equal(end, SESSION_FAILED);
    assert_int_equal((int)value_of(seat, "a"), 1);
}

static void a_picture_comes_with_its_scene(void **state)
{
    struct seat *seat = *state;
    const struct rec *need = run_to_need(seat, "a = 2; L = a*a; graph L out.svg");
    assert_string_equal(rec_get_text(need, KEY_what), "picture");
    assert_string_equal(rec_get_text(need, KEY_format), "svg");
    find(seat, KIND_scene);
    session_supply(seat->session, NULL, 0);
    while (session_run(seat->session, &seat->records) == SESSION_MORE) {
    }
    assert_true(rec_is(last(seat), KIND_written));
}

// ---- Interrupts ---------------------------------------------------------------------------------

static void repeat(struct text *out, const char *s, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        text_add(out, s);
    }
}

static void an_interrupt_takes_the_statement_back(void **state)
{
    enum { TERMS = 200000 };
    struct seat *seat = *state;
    struct text sum, before;
    text_init(&sum);
    text_add(&sum, "L = a");
    repeat(&sum, " + a*a", TERMS);
    prompt(seat, "a = 2");
    prompt(seat, text_get(&sum));
    prompt(seat, "a.data = 3");
    snapshot(&before, seat->session);
    const char *const long_ones[] = {text_get(&sum), "forward", "backward L", "dL/da", "check L"};
    for (size_t i = 0; i < COUNT_OF(long_ones); i++) {
        seat->stop.asked = 1;
        assert_int_equal(eval(seat, long_ones[i], SESSION_PROMPT), SESSION_FAILED);
        assert_string_equal(rec_get_text(last(seat), KEY_message), "interrupted");
        assert_same(seat, &before, "an interrupt");
        seat->stop.asked = 0;
    }
    prompt(seat, "backward L");
    assert_true(value_of(seat, "a.grad") == 1 + 2.0 * 3 * TERMS);
    text_release(&before);
    text_release(&sum);
}

// ---- Records ------------------------------------------------------------------------------------

static void assert_json(struct seat *seat, enum rec_kind kind, const char *expected)
{
    struct text json;
    text_init(&json);
    rec_json(&json, find(seat, kind));
    assert_string_equal(text_get(&json), expected);
    text_release(&json);
}

static void records_are_json(void **state)
{
    struct seat *seat = *state;
    prompt(seat, "η = 0.1; L = η*3");
    assert_json(seat, KIND_bind,
                "{\"kind\":\"bind\",\"text\":\"L\",\"node\":2,\"name\":\"L\","
                "\"value\":0.30000000000000004}");
    prompt(seat, "1/0");
    assert_json(seat, KIND_value, "{\"kind\":\"value\",\"text\":\"1/0\",\"value\":\"inf\"}");
    prompt(seat, "print -1/0, inf - inf, 0.5");
    assert_json(seat, KIND_print, "{\"kind\":\"print\",\"values\":[\"-inf\",\"nan\",0.5]}");
    eval(seat, "\n η + §", SESSION_PROMPT);
    assert_json(seat, KIND_error,
                "{\"kind\":\"error\",\"file\":\"<text>\",\"line\":2,\"column\":6,\"byte\":7,"
                "\"message\":\"'§' has no meaning here\","
                "\"hint\":\"names are letters, digits and _\","
                "\"excerpt\":\" η + §\\n     ^\\n\"}");
}

static void the_prompt_echoes_its_last_statement(void **state)
{
    struct seat *seat = *state;
    prompt(seat, "a = 2");
    assert_words(seat, "");
    prompt(seat, "b = a*a; c = b*a  # and a comment");
    assert_words(seat, "  c = 8\n");
    prompt(seat, "c; a*a; b");
    assert_words(seat, "  c = 8\n  a*a = 4\n  b = 4\n");
    prompt(seat, "d = b\n\ne = b + 1;");
    assert_words(seat, "  d = 4\n  e = 5\n");
}

static void a_script_is_silent(void **state)
{
    struct seat *seat = *state;
    assert_int_equal(
        eval(seat, "a = 2; L = a*a\nbackward L; zero; undo; forward\nprint L", SESSION_SCRIPT),
        SESSION_DONE);
    assert_words(seat, "  4\n");
}

static void quit_drops_the_rest(void **state)
{
    struct seat *seat = *state;
    assert_int_equal(eval(seat, "a = 2; quit; a = 3", SESSION_PROMPT), SESSION_QUIT);
    assert_int_equal((int)value_of(seat, "a"), 2);
}

// ---- Completion ---------------------------------------------------------------------------------

static void assert_candidates(struct seat *seat, const char *prefix, bool start,
                              const char *expected)
{
    struct text all;
    text_init(&all);
    records_release(&seat->records);
    records_init(&seat->records);
    candidates_add(seat->session, prefix, start, &seat->records);
    assert_true(rec_is(last(seat), KIND_candidates));
    for (const struct rec *r = rec_find(last(seat), KEY_items)->in.first; r != NULL; r = r->next) {
        text_addf(&all, "%s ", r->text);
    }
    assert_string_equal(text_get(&all), expected);
    text_release(&all);
}

static void words_are_completed(void **state)
{
    struct seat *seat = *state;
    prompt(seat, "tangle = 1; target = 2; ta_1 = 3; undo");
    assert_candidates(seat, "tan", true, "tangent tan tanh tangle ");
    assert_candidates(seat, "tan", false, "tan tanh tangle ");
    assert_candidates(seat, "ta_", false, "");
    assert_candidates(seat, "backw", true, "backward ");
    assert_candidates(seat, "backw", false, "");
    assert_candidates(seat, "target", false, "target ");
}

// ---- Operations ---------------------------------------------------------------------------------

// "x + y", "-x", "tanh(x)": an operation as it is typed.
static void typed(char *out, size_t n, const struct op_row *row)
{
    if (row->form == OP_INFIX) {
        snprintf(out, n, "x %s y", row->name);
    } else if (row->form == OP_PREFIX) {
        snprintf(out, n, "%sx", row->name);
    } else {
        snprintf(out, n, row->arity == 2 ? "%s(x, y)" : "%s(x)", row->name);
    }
}

static void assert_number(double expected, double got)
{
    assert_true(expected == got || (isnan(expected) && isnan(got)));
}

static void check_operation(struct seat *seat, enum op op, double x, double y)
{
    const struct op_row *row = op_get(op);
    char expression[64], line[256], a[NUMBER_TEXT], b[NUMBER_TEXT];
    typed(expression, sizeof expression, row);
    snprintf(line, sizeof line, "reset; x = %s; y = %s; z = %s", number_exact(a, x),
             number_exact(b, y), expression);
    prompt(seat, line);
    double z = value_of(seat, "z");
    assert_number(op_value(op, x, y), z);
    prompt(seat, "local z");
    const struct rec *edge = rec_find(last(seat), KEY_rows)->in.first;
    for (int slot = 0; slot < row->arity; slot++, edge = edge->next) {
        assert_number(op_slope(op, slot, x, y, z), rec_get_number(edge, KEY_slope));
        assert_true(strlen(rec_get_text(edge, KEY_formula)) > 0);
    }
    assert_null(edge);
    assert_number(op_slope(op, 0, x, y, z), value_of(seat, "dz/dx"));
}

static void every_operation_is_reached(void **state)
{
    struct seat *seat = *state;
    char line[64];
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        const struct op_row *row = op_get(op);
        for (int i = 0; i < OP_SAMPLES; i++) {
            check_operation(seat, op, row->sample[0][i], row->sample[1][i]);
        }
        snprintf(line, sizeof line, "help %s", row->name);
        prompt(seat, line);
        bool found = false;
        for (const struct rec *r = seat->records.list.in.first; r != NULL; r = r->next) {
            found |= rec_is(r, KIND_help_function) || rec_is(r, KIND_help_command) ||
                     rec_is(r, KIND_help_builtin);
        }
        if (!found) {
            fail_msg("'%s' has no page", line);
        }
        if (row->form == OP_CALL) {
            records_release(&seat->records);
            records_init(&seat->records);
            candidates_add(seat->session, row->name, false, &seat->records);
            assert_string_equal(rec_find(last(seat), KEY_items)->in.first->text, row->name);
        }
    }
}

// ---- Length and depth ---------------------------------------------------------------------------

static double value_of_repeated(struct seat *seat, const char *before, const char *middle,
                                const char *after, const char *end)
{
    enum { MILLION = 1000000 };
    struct text line;
    text_init(&line);
    repeat(&line, before, MILLION);
    text_add(&line, middle);
    repeat(&line, after, MILLION);
    text_add(&line, end);
    double value = value_of(seat, text_get(&line));
    text_release(&line);
    return value;
}

static void depth_costs_no_stack(void **state)
{
    struct seat *seat = *state;
    prompt(seat, "a = 3");
    assert_true(value_of_repeated(seat, "(", "a", ")", "") == 3);
    assert_true(value_of_repeated(seat, "-", "a", "", "") == 3);
    assert_true(value_of_repeated(seat, "", "a", " + a", "") == 3000003);
    assert_true(value_of_repeated(seat, "1**", "a", "", "") == 1);
    assert_true(value_of_repeated(seat, "abs(", "a", ")", "") == 3);
    assert_true(value_of_repeated(seat, "max(1, ", "a", ")", "") == 3);
    assert_true(value_of_repeated(seat, "", "a", ".abs()", "") == 3);
    assert_true(value_of_repeated(seat, "", "a", " ; # nothing\n", "") == 3);
    assert_true(value_of_repeated(seat, " \n", "a", "\n", "") == 3);
}

static void errors_in_the_depth_are_found(void **state)
{
    struct seat *seat = *state;
    struct text line;
    text_init(&line);
    repeat(&line, "(", 1000000);
    assert_int_equal(eval(seat, text_get(&line), SESSION_PROMPT), SESSION_FAILED);
    assert_int_equal(rec_get_whole(last(seat), KEY_column), 1000001);
    text_clear(&line);
    repeat(&line, "1 + ", 1000000);
    text_add(&line, "nowhere");
    assert_int_equal(eval(seat, text_get(&line), SESSION_PROMPT), SESSION_FAILED);
    assert_int_equal(rec_get_whole(last(seat), KEY_column), 4000001);
    assert_true(strlen(rec_get_text(last(seat), KEY_excerpt)) < 1000);
    text_release(&line);
}

// The text at a prompt may be a copy without the sign that was pasted with it; an error that is a
// newcomer's first still names what is missing.
static void a_pasted_sign_teaches_names(void **state)
{
    struct seat *seat = *state;
    assert_int_equal(eval(seat, "∇ L = left*right", SESSION_PROMPT), SESSION_FAILED);
    const struct rec *names = rec_find(last(seat), KEY_names);
    assert_non_null(names);
    assert_int_equal(names->in.count, 2);
    assert_string_equal(names->in.first->text, "left");
    assert_string_equal(names->in.last->text, "right");
    assert_string_equal(rec_get_text(last(seat), KEY_statement), "L = left*right");
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pasted_sign_teaches_names),
        TEST(what_fails_leaves_nothing),
        TEST(what_stood_before_it_stays),
        TEST(what_is_shown_grows_nothing),
        TEST(every_change_is_undone_and_redone),
        TEST(a_whole_session_is_undone_and_redone),
        TEST(a_new_statement_forgets_redo),
        TEST(the_script_rebuilds_the_session),
        TEST(a_file_is_asked_for),
        TEST(a_refusal_is_an_error_at_the_path),
        TEST(a_loaded_script_takes_the_place),
        TEST(a_script_that_fails_is_not_loaded),
        TEST(a_script_that_loads_itself_ends),
        TEST(a_picture_comes_with_its_scene),
        TEST(an_interrupt_takes_the_statement_back),
        TEST(records_are_json),
        TEST(the_prompt_echoes_its_last_statement),
        TEST(a_script_is_silent),
        TEST(quit_drops_the_rest),
        TEST(words_are_completed),
        TEST(every_operation_is_reached),
        TEST(depth_costs_no_stack),
        TEST(errors_in_the_depth_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

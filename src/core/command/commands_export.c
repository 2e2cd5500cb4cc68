// export: out of the nest.
#include <string.h>

#include "command/commands.h"
#include "command/latex_arrays.h"
#include "export/export.h"

struct export_request {
    const struct export_kind *kind;
    struct span path;  // empty: shown here
    uint32_t root;
};

static bool refuse_kind(struct call *c, struct span word)
{
    char quoted[QUOTED];
    struct nearest nearest;
    const char *s = c->lexer->source->text + word.start;
    if (word.start == word.end) {
        diag_set(c->diag, c->command, "export as what?");
        return diag_hint(c->diag, "write export torch, micrograd, c or latex, then the output");
    }
    nearest_init(&nearest, s, word.end - word.start);
    for (size_t i = 0; export_kind_at(i) != NULL; i++) {
        nearest_offer(&nearest, export_kind_at(i)->name, strlen(export_kind_at(i)->name));
    }
    diag_set(c->diag, word, "there is no export to '%s'",
             diag_quote(quoted, s, word.end - word.start));
    return nearest.best[0] != '\0' ? diag_hint(c->diag, "did you mean '%s'?", nearest.best)
                                   : diag_hint(c->diag, "there are torch, micrograd, c and latex");
}

// Does a word look like a file's name? Names of the language have neither point nor stroke.
static bool is_path(const struct call *c, struct span word)
{
    const char *s = c->lexer->source->text;
    return memchr(s + word.start, '.', word.end - word.start) != NULL ||
           memchr(s + word.start, '/', word.end - word.start) != NULL ||
           (word.start > 0 && s[word.start - 1] == '"');
}

static bool is_empty(struct span s)
{
    return s.start == s.end;
}

// The word that is at a lexer's place, which is left where it was.
static struct span word_at(struct call *c, struct lexer at)
{
    struct lexer before = *c->lexer;
    *c->lexer = at;
    struct span word = call_word(c);
    *c->lexer = before;
    return word;
}

// Past a name and the indices that belong to it.
static struct lexer after_node(struct lexer at)
{
    struct diag ignored = {0};
    lexer_next(&at, &ignored);
    struct token open = lexer_peek(&at);
    if (token_opens(open, '[')) {
        do {
            open = lexer_next(&at, &ignored);
        } while (at.open > 0 && open.kind != TOKEN_END);
    }
    return at;
}

// KIND [FILE] [L], or KIND L FILE: the order of `graph` is understood too.
static bool read_request(struct call *c, struct export_request *r)
{
    *r = (struct export_request){0};
    struct span word = call_word(c);
    r->kind = export_kind_find(c->lexer->source->text + word.start, word.end - word.start);
    if (r->kind == NULL) {
        return refuse_kind(c, word);
    }
    struct span first = word_at(c, *c->lexer), second = word_at(c, after_node(*c->lexer));
    size_t end = 0;
    bool derivative = call_is_derivative(c, &end) && end == first.end;  // dL/da is not a path
    bool file_first =
        !derivative && (is_path(c, first) || (!is_empty(second) && !is_path(c, second)));
    if (!is_empty(first) && file_first) {
        r->path = call_word(c);
    }
    if (!(call_has_more(c) ? call_node(c, &r->root) : call_last_output(c, &r->root))) {
        return false;
    }
    if (is_empty(r->path) && call_has_more(c)) {
        r->path = call_word(c);
    }
    return call_finish(c);
}

// The training whose output is this one, if there is one.
static void put_training(const struct session *s, uint32_t trained, struct export *e)
{
    const struct settings *settings = session_settings(s);
    if (settings->steps > 0 && settings->trained == trained) {
        e->optim = settings->optim;
        e->steps = settings->steps;
        e->batch = settings->batch;
        e->rows = settings->rows;
    }
}

static bool write_program(struct call *c, const struct export_request *r, struct text *out)
{
    struct session *s = c->s;
    struct export e = {.tape = &s->tape,
                       .names = &s->names,
                       .root = r->root,
                       .stop = s->world.stop,
                       .digits = session_digits(s),
                       .states = &s->optimiser,
                       .definitions = &s->definitions,
                       .recipes = &s->recipes};
    put_training(s, names_of_node(&s->names, r->root), &e);
    if (!export_write(out, r->kind, &e, c->command, c->diag)) {
        return false;
    }
    if (strcmp(r->kind->name, "torch") == 0 && export_meets_infinity(&e)) {
        call_notice(c, c->command,
                    "where no gradient passes, PyTorch may have nan for 0: it multiplies 0 by an "
                    "infinite local gradient; 'export c' has 0 there");
    }
    return true;
}

// Values are refreshed for the moment; the session keeps those it has.
static bool with_fresh_values(struct call *c, const struct export_request *r, struct text *out)
{
    struct checkpoint before;
    checkpoint_take(&before, &c->s->tape, NULL);
    bool ok =
        call_swept(c, checkpoint_refresh(&before, c->s->world.stop)) && write_program(c, r, out);
    checkpoint_back(&before);
    return ok;
}

enum call_end command_export(struct call *c)
{
    struct export_request r;
    if (!read_request(c, &r)) {
        return CALL_FAILED;
    }
    if (!is_empty(r.path) && call_supplied(c)) {
        return call_file_end(c, r.path);
    }
    struct text program;
    text_init(&program);
    enum call_end end = CALL_FAILED;
    bool arrays = strcmp(r.kind->name, "latex") == 0 && latex_arrays(c, r.root, &program);
    if (arrays || with_fresh_values(c, &r, &program)) {
        end = is_empty(r.path) ? CALL_DONE : CALL_NEED;
        struct rec *rec =
            end == CALL_NEED ? call_need(c, "write", r.path) : call_record(c, KIND_export);
        if (end == CALL_DONE) {
            rec_text(c->out, rec, KEY_language, r.kind->name);
        }
        rec_text(c->out, rec, KEY_text, text_get(&program));
    }
    text_release(&program);
    return end;
}

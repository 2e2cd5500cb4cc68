// help: of commands, from the table that the session was given; of functions, topics and terms.
#include <string.h>

#include "command/commands.h"
#include "command/optimiser.h"
#include "lesson/glossary.h"
#include "text/builtin.h"
#include "text/foreign.h"
#include "text/prelude.h"

static const char *const group_titles[GROUP_COUNT] = {
    [GROUP_LOOK] = "look",           [GROUP_PASSES] = "the passes",
    [GROUP_STEPS] = "step by step",  [GROUP_WHY] = "why",
    [GROUP_FORMULAS] = "formulas",   [GROUP_LESSONS] = "lessons",
    [GROUP_SESSION] = "the session",
};

// What is no command but asked for all the same.
static const struct help_topic {
    const char *name, *title, *text;
} topics[] = {
    {"language", "what can be typed",
     "L = d*f            binds a name; an expression of names grows the graph\n"
     "a = 2              a number makes a leaf\n"
     "param w = 0.5      a leaf that training updates\n"
     "data X = …         rows that training draws from (help data)\n"
     "c += c + 1         a new node; the name moves to it (-= *= /= **= too)\n"
     "a.data = 3         changes a leaf; what depends on it is stale until 'forward'\n"
     "def f(x) = x*x     a function\n"
     "repeat 10 { … }    a loop, as is for i in range(3) { … }\n"
     "[[1, 2], [3, 4]]   an array; W[0, 1], X[:, 0], W.T, W @ x\n"
     "a.grad = 0         sets one gradient\n"
     "a*b + c            shows a value\n"
     "dL/da              the derivative of L with respect to a (also grad(L, a))\n"
     "d2L/da2, d2L/dadb  second derivatives; node g = dL/da keeps one as a graph\n"
     "x.tanh()           is tanh(x); x**2 and x^2 are the same\n"
     "%7                 the node numbered 7; # begins a comment; ; ends a statement"},
    {"stale", "stale values",
     "a.data = 3 changes a leaf. Every value computed from it is stale: it is still\n"
     "the old one. 'forward' recomputes them; 'backward' does so before it begins."},
    {"arrays", "arrays",
     "W = [[1, 2], [3, 4]] is a matrix, x = [1, -1] a vector; each element is a\n"
     "node, W[0, 1], and local, nudge, step and graph take it as any other. W[0] is\n"
     "a row, W[:, 1] a column, W[-1] the last, W[0:2] the first two, X[[0, 2]] some\n"
     "rows. + - * / and functions go element by element, and stretch as NumPy's:\n"
     "shapes that meet have equal sizes, or 1, counted from the right. W @ x\n"
     "multiplies matrices, W.T is the transpose; [x] is a vector as one row, [x].T\n"
     "as a column. sum(X), or sum(X, axis=0) down the columns, axis=1 along the\n"
     "rows; so mean, max, min, softmax, log_softmax, argmax. zeros(3), ones(2, 3),\n"
     "eye(3), range(5), randn(2, 3), he(16, 2), xavier(3, 16) make them; seed 1\n"
     "fixes what is random. x.data = [4, 5] and W[0, 1].data = 3 change values,\n"
     "W.grad holds the gradients. vars shows shapes, and of each array the length\n"
     "of its gradient."},
    {"data", "data and batches",
     "D = load_csv(\"iris.csv\") is a matrix of the numbers in a file: one of yours,\n"
     "or one that comes with backstep (iris.csv, line.csv, exam.csv). A header line\n"
     "is skipped (header=no after the name if it is a row); texts become class\n"
     "numbers, and a notice says which; NA, ? and empty cells are nan.\n"
     "data X = D[:, 0:4]; data k = D[:, 4] bind rows that belong together. A loss L\n"
     "that is built from them is over all rows. train L 200 0.05 batch 16 takes 200\n"
     "steps, each with the loss of 16 rows. They are drawn in epochs: all rows in a\n"
     "random order, then in another. Afterwards X, k and L are whole again.\n"
     "By hand: p = randperm(len(X)), and X[p[0:16]] are 16 random rows."},
    {"plots", "what a plot sweeps",
     "plot a*x**2 sweeps the one name that has no value. Where all have one: x, if\n"
     "it is mentioned, else the only leaf below. 'over' says which: plot L over w\n"
     "moves w and all that depends on it. It goes from -5 to 5 unless told; what is\n"
     "bound stays as it was. plot W[0] shows an array over its index.\n"
     "plot boundary model X y: 'model' is a function of rows of two numbers, of one\n"
     "row, or of two numbers. One score decides at 0 where the labels y are -1 and\n"
     "1, at 0.5 where they are 0 and 1. Of several scores the largest wins.\n"
     "plot L over w, b draws L over both as contours, with the paths of the last\n"
     "trainings: from a to b is for w, a second from c to d for b.\n"
     "plot history all compares the last six trainings; with log, powers of ten lie\n"
     "equally far apart.\n"
     "A file's name at the end (.png, .svg, .pdf) has gnuplot draw it there. Behind it\n"
     "may stand dark, --size slide (a4, column, square, 6,4 inches), --title \"Words\"."},
    {"gradients", "gradients add up",
     "A backward pass adds into the gradients of leaves, as PyTorch does. After a\n"
     "second one they hold a sum; 'zero' clears them.\n"
     "dL/da is a number, computed on the spot; d2L/da2 and d2L/dadb are second\n"
     "derivatives. node g = dL/da keeps it as a graph, to be differentiated again, and\n"
     "'backward L graph' does so for every gradient."},
    {"training", "how a step is taken",
     "update 0.1 moves every parameter against its gradient: w -= 0.1 * w.grad.\n"
     "Words after the learning rate choose another way, as PyTorch has it:\n"
     "momentum 0.9       along a running sum of gradients\n"
     "nesterov 0.9       the same, looking ahead\n"
     "rmsprop            each parameter scaled by the size of its own gradients;\n"
     "                   also rmsprop momentum 0.9\n"
     "adam, adamw        both at once; also adam betas 0.9 0.999\n"
     "decay 0.01         every parameter is also pulled towards 0 (adamw: 0.01)\n"
     "clip 1.0           the norm of all gradients together is 1.0 at most\n"
     "schedule cosine    train: the rate falls to 0; or schedule step 50 0.5\n"
     "warmup 20          train: the rate rises over the first 20 steps\n"
     "help adam, and so on, shows the formulas.\n"
     "train L 200 0.05 adam takes 200 such steps: zero, backward, update. With\n"
     "batch 16 each is over 16 rows of the data (help data). plot history shows the\n"
     "losses."},
    {"lessons", "lessons",
     "'lesson' begins the course or goes on with it, and so does Enter at a fresh\n"
     "prompt; 'lessons' lists them, 'lesson slope' plays one, 'lesson mine.md' your\n"
     "own. Your graph waits meanwhile: a lesson has a graph of its own, and each\n"
     "question a copy of that, so try whatever you like. Every command works.\n"
     "At a question, what is no statement is the answer; print shows a value. 'hint'\n"
     "helps, 'solution' shows how it is done, 'skip' and 'previous' move, 'retry'\n"
     "gives new numbers, Enter goes on, 'quit' leaves. What you have done is kept:\n"
     "'progress' shows it, and 'review' asks again what you may have forgotten."},
    {"python", "pasting Python",
     "Cells of notebooks may be pasted as they are: micrograd, NumPy and PyTorch.\n"
     "import, %magic and the classes Value, Neuron, Layer, MLP are passed over, and\n"
     "np. torch. math. before a function too. Value(2) and torch.tensor(2) are 2.\n"
     "for k in range(3):     blocks are indented; an empty line ends one\n"
     "for p in n.parameters():   goes through an array; also zip and enumerate\n"
     "[f(x) for x in X]      one element for each of X\n"
     "def f(x):              lines that give names values, then return\n"
     "n = MLP(3, [4, 4, 1])  parameters n_W1, n_b1, … and a function n(x)\n"
     "print(f'{L.data:.4f}') texts and formats\n"
     "with torch.no_grad():  w -= 0.1*w.grad changes w in place\n"
     "There are no branches, no lists that grow, and no classes of your own."},
    {"keys", "keys at the prompt",
     "Enter      on an empty line: begins the course, goes on in a lesson and after\n"
     "           it, and repeats step or back\n"
     "Tab        completes what fits there: commands, names, options, lessons, files\n"
     "Up, Down   earlier entries that begin with what is typed; Ctrl-R searches\n"
     "Ctrl- or Alt-Left, -Right   by a word; Home, End\n"
     "Ctrl-C     drops the line, or stops what is running: a training keeps its\n"
     "           whole steps, any other statement is taken back\n"
     "Ctrl-L     clears the screen\n"
     "Ctrl-D     on an empty line: leaves backstep\n"
     "An open bracket goes on in the next line, which … begins. What is pasted\n"
     "is one entry: it stops at its first error. All other keys are readline's, as\n"
     "in a shell."},
};

static const struct want {
    const char *what, *typed;
} wants[] = {
#define WANT(WHAT, TYPED) {WHAT, TYPED},
#include "command/wants.def"
};

static void help_wants(struct call *c)
{
    struct rec *rows = rec_list(c->out, call_record(c, KIND_help), KEY_rows);
    for (size_t i = 0; i < COUNT_OF(wants); i++) {
        struct rec *row = rec_map(c->out, rows, KEY_NONE);
        rec_text(c->out, row, KEY_want, wants[i].what);
        rec_text(c->out, row, KEY_typing, wants[i].typed);
    }
}

static void help_overview(struct call *c)
{
    struct rec *r = call_record(c, KIND_help_overview);
    struct rec *groups = rec_list(c->out, r, KEY_groups);
    for (enum command_group g = 0; g < GROUP_COUNT; g++) {
        struct rec *group = rec_map(c->out, groups, KEY_NONE);
        rec_text(c->out, group, KEY_title, group_titles[g]);
        struct rec *rows = rec_list(c->out, group, KEY_commands);
        const struct command *command;
        for (size_t i = 0; (command = command_at(c->s->world.commands, i)) != NULL; i++) {
            if (command->group == g) {
                struct rec *row = rec_map(c->out, rows, KEY_NONE);
                rec_text(c->out, row, KEY_usage, command->usage);
                rec_text(c->out, row, KEY_help, command->help);
            }
        }
    }
    struct rec *names = rec_list(c->out, r, KEY_topics);
    rec_text(c->out, names, KEY_NONE, "functions");
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        rec_text(c->out, names, KEY_NONE, topics[i].name);
    }
    rec_text(c->out, names, KEY_NONE, "glossary");
}

static void help_function_row(struct call *c, struct rec *r, enum op op)
{
    const struct op_row *row = op_get(op);
    rec_text(c->out, r, KEY_name, row->name);
    rec_text(c->out, r, KEY_form,
             row->form == OP_INFIX    ? "infix"
             : row->form == OP_PREFIX ? "prefix"
                                      : "call");
    rec_whole(c->out, r, KEY_arity, row->arity);
    rec_text(c->out, r, KEY_help, row->help);
    struct rec *slopes = rec_list(c->out, r, KEY_slopes);
    for (int slot = 0; slot < row->arity; slot++) {
        rec_text(c->out, slopes, KEY_NONE, op_slope_text(op, slot));
    }
    rec_text(c->out, r, KEY_where, strcmp(row->where, "1") == 0 ? "" : row->where);
    rec_text(c->out, r, KEY_edge, row->edge);
    rec_text(c->out, r, KEY_atoms, row->atoms);
}

static void help_call_row(struct call *c, struct rec *r, const char *usage, const char *help)
{
    rec_text(c->out, r, KEY_usage, usage);
    rec_text(c->out, r, KEY_help, help);
}

static void help_functions(struct call *c)
{
    struct rec *r = call_record(c, KIND_help_functions);
    struct rec *rows = rec_list(c->out, r, KEY_rows), *more = rec_list(c->out, r, KEY_builtins);
    struct rec *losses = rec_list(c->out, r, KEY_losses);
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        help_function_row(c, rec_map(c->out, rows, KEY_NONE), op);
    }
    for (size_t i = 0; builtin_at(i) != NULL; i++) {
        const struct builtin *row = builtin_at(i);
        help_call_row(c, rec_map(c->out, more, KEY_NONE), row->usage, row->help);
    }
    for (size_t i = 0; prelude_at(i) != NULL; i++) {
        const struct prelude_row *row = prelude_at(i);
        help_call_row(c, rec_map(c->out, losses, KEY_NONE), row->usage, row->help);
    }
}

static bool help_command(struct call *c, struct span word)
{
    const struct command *command =
        command_find(c->s->world.commands, c->lexer->source->text + word.start, word.end - word.start);
    if (command != NULL) {
        struct rec *r = call_record(c, KIND_help_command);
        rec_text(c->out, r, KEY_name, command->name);
        rec_text(c->out, r, KEY_usage, command->usage);
        rec_text(c->out, r, KEY_help, command->help);
        rec_text(c->out, r, KEY_example, command->example);
        if (c->s->world.demo != NULL) {
            c->s->world.demo(c, r, command->example);
        }
    }
    return command != NULL;
}

static bool help_topic(struct call *c, struct span word)
{
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        if (call_word_is(c, word, topics[i].name)) {
            struct rec *r = call_record(c, KIND_help_topic);
            rec_text(c->out, r, KEY_title, topics[i].title);
            rec_text(c->out, r, KEY_text, topics[i].text);
            return true;
        }
    }
    return optimiser_help(c, word);
}

// Every operation of this name: - is two.
static bool help_operation(struct call *c, struct span word)
{
    bool found = false;
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        if (call_word_is(c, word, op_get(op)->name)) {
            help_function_row(c, call_record(c, KIND_help_function), op);
            found = true;
        }
    }
    return found;
}

// A function that is no operation: over arrays, or of the prelude.
static bool help_builtin(struct call *c, struct span word)
{
    const char *s = c->lexer->source->text + word.start;
    const struct builtin *builtin = builtin_find(s, word.end - word.start);
    const struct prelude_row *loss = prelude_find(s, word.end - word.start);
    if (builtin != NULL) {
        help_call_row(c, call_record(c, KIND_help_builtin), builtin->usage, builtin->help);
    } else if (loss != NULL) {
        help_call_row(c, call_record(c, KIND_help_builtin), loss->usage, loss->help);
    }
    return builtin != NULL || loss != NULL;
}

static bool help_term(struct call *c, struct span words)
{
    const struct term *term =
        glossary_find(c->lexer->source->text + words.start, words.end - words.start);
    if (term != NULL) {
        struct rec *r = call_record(c, KIND_help_term);
        rec_text(c->out, r, KEY_term, term->term);
        rec_text(c->out, r, KEY_others, term->others);
        rec_text(c->out, r, KEY_text, term->text);
        rec_text(c->out, r, KEY_example, term->example);
        rec_text(c->out, r, KEY_lesson, term->lesson);
        rec_whole(c->out, r, KEY_columns, c->s->columns);
        rec_flag(c->out, r, KEY_ascii, c->s->ascii);
    }
    return term != NULL;
}

static void help_glossary(struct call *c)
{
    struct rec *r = call_record(c, KIND_help_glossary);
    struct rec *rows = rec_list(c->out, r, KEY_terms);
    rec_whole(c->out, r, KEY_columns, c->s->columns);
    rec_flag(c->out, r, KEY_ascii, c->s->ascii);
    for (size_t i = 0; glossary_at(i) != NULL; i++) {
        rec_text(c->out, rows, KEY_NONE, glossary_at(i)->term);
    }
}

// The words up to the end of the statement: "chain rule".
static bool refuse_topic(struct call *c, struct span word)
{
    char quoted[QUOTED];
    const char *s = c->lexer->source->text + word.start;
    struct nearest nearest;
    nearest_init(&nearest, s, word.end - word.start);
    const struct command *command;
    for (size_t i = 0; (command = command_at(c->s->world.commands, i)) != NULL; i++) {
        nearest_offer(&nearest, command->name, strlen(command->name));
    }
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        nearest_offer(&nearest, topics[i].name, strlen(topics[i].name));
    }
    optimiser_offer(&nearest);
    for (size_t i = 0; glossary_at(i) != NULL; i++) {
        nearest_offer(&nearest, glossary_at(i)->term, strlen(glossary_at(i)->term));
    }
    lower_offer_functions(&nearest);
    const char *foreign = foreign_hint(s, word.end - word.start, true);
    diag_set(c->diag, word, "there is no help on '%s'",
             diag_quote(quoted, s, word.end - word.start));
    if (foreign != NULL) {
        return diag_hint(c->diag, "%s", foreign);
    }
    return nearest.best[0] != '\0' ? diag_hint(c->diag, "did you mean '%s'?", nearest.best)
                                   : diag_hint(c->diag,
                                               "'ask %s' searches the course; 'help' lists what there is",
                                               diag_quote(quoted, s, word.end - word.start));
}

enum call_end command_help(struct call *c)
{
    struct span word = call_rest(c);
    if (!call_finish(c)) {
        return CALL_FAILED;
    }
    if (word.start == word.end) {
        help_wants(c);
        return CALL_DONE;
    }
    if (call_word_is(c, word, "all")) {
        help_overview(c);
        return CALL_DONE;
    }
    if (call_word_is(c, word, "functions")) {
        help_functions(c);
        return CALL_DONE;
    }
    if (call_word_is(c, word, "glossary")) {
        help_glossary(c);
        return CALL_DONE;
    }
    bool term = help_term(c, word);  // a command or a function may be one as well: hessian, tanh
    bool found = help_command(c, word) || help_topic(c, word);
    bool operation = !found && help_operation(c, word);
    bool builtin = !found && help_builtin(c, word);
    found |= operation || builtin || term;
    return found || refuse_topic(c, word) ? CALL_DONE : CALL_FAILED;
}

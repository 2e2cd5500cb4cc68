// The words of a lesson's questions, and of what is said to answers.
#include <string.h>

#include "words/prose.h"
#include "words/say.h"

static void say_options(struct words *w)
{
    for (const struct rec *o = rec_first(w->record, KEY_options); o != NULL; o = o->next) {
        struct text lead;
        text_init(&lead);
        text_add(&lead, "  ");
        ink_add(&lead, INK_NAME, rec_get_text(o, KEY_letter));
        text_add(&lead, ") ");  // the letter is none of the formula that may follow: a) d = e + c
        say_prose_text(w, rec_get_text(o, KEY_text), text_get(&lead), INK_END);
        text_release(&lead);
    }
}

// The table that is filled in: what is known so far.
static void say_cells(struct words *w)
{
    struct table t;
    table_init(&t, "ld");
    for (const struct rec *c = rec_first(w->record, KEY_cells); c != NULL; c = c->next) {
        table_ink(&t, INK_NAME, rec_get_text(c, KEY_name));
        if (rec_find(c, KEY_value) != NULL) {
            table_number(&t, INK_GRAD, rec_get_number(c, KEY_value), w->digits);
        } else {
            table_ink(&t, INK_MUTED, "·");
        }
    }
    say_table(w, &t);
}

void say_question(struct words *w)
{
    say_blank_line(w);
    ink_add(w->out, INK_NAME, say_in(w, "Question"));
    text_addf(w->out, say_in(w, " %lld of %lld\n"), (long long)rec_get_whole(w->record, KEY_number),
              (long long)rec_get_whole(w->record, KEY_of));
    say_prose_text(w, rec_get_text(w->record, KEY_text), "", INK_END);
    if (rec_find(w->record, KEY_options) != NULL) {
        say_blank_line(w);
        say_options(w);
    }
    if (rec_find(w->record, KEY_cells) != NULL) {
        say_blank_line(w);
        say_cells(w);
    }
    say_blank_line(w);
    say_prose_text(w, rec_get_text(w->record, KEY_how), "", INK_MUTED);
}

// "Right.", or what else it is; a guess is neither right nor wrong.
static void say_verdict(struct words *w)
{
    static const struct {
        const char *verdict, *words;
        enum ink ink;
    } verdicts[] = {{"right", "Right.", INK_RIGHT},
                    {"wrong", "Not yet.", INK_ERROR},
                    {"partly", "So far so good.", INK_RIGHT}};
    const char *verdict = rec_get_text(w->record, KEY_verdict);
    if (rec_get_flag(w->record, KEY_guess) && strcmp(verdict, "right") != 0) {
        return;
    }
    if (strcmp(verdict, "partly") == 0 && rec_find(w->record, KEY_cells) == NULL) {
        return;
    }
    for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
        if (strcmp(verdict, verdicts[i].verdict) == 0) {
            bool near = rec_get_flag(w->record, KEY_near) && i == 1;
            ink_add(w->out, verdicts[i].ink, say_in(w, near ? "Nearly." : verdicts[i].words));
            text_add_char(w->out, '\n');
        }
    }
}

static void say_answer(struct words *w)
{
    const char *answer = rec_get_text(w->record, KEY_answer),
               *model = rec_get_text(w->record, KEY_model);
    if (*answer != '\0') {
        text_addf(w->out, "%s ", say_in(w, "The answer:"));
        ink_add(w->out, INK_VALUE, answer);
        text_add_char(w->out, '\n');
    }
    if (rec_find(w->record, KEY_options) != NULL) {
        text_addf(w->out, "%s\n", say_in(w, "The answer:"));
        say_options(w);
    }
    if (*model != '\0') {
        say_prose_text(w, model, "", INK_END);
    }
    if (rec_find(w->record, KEY_cells) != NULL) {
        say_cells(w);
    }
}

void say_judged(struct words *w)
{
    const char *understood = rec_get_text(w->record, KEY_understood);
    if (*understood != '\0') {
        if (rec_get_flag(w->record, KEY_typed)) {
            say_plain(w, understood, INK_MUTED);
        } else {
            say_prose_text(w, understood, "", INK_MUTED);
        }
    }
    say_verdict(w);
    for (const struct rec *s = rec_first(w->record, KEY_said); s != NULL; s = s->next) {
        say_prose_text(w, s->text, "", INK_END);
    }
    say_answer(w);
    say_prose_field(w, KEY_then);
    if (rec_get_flag(w->record, KEY_stuck)) {
        ink_add(w->out, INK_MUTED,
                rec_get_flag(w->record, KEY_hints)
                    ? say_in(w, "hint helps; solution shows how it is done")
                    : say_in(w, "solution shows how it is done"));
        text_add_char(w->out, '\n');
    }
}

void say_misread(struct words *w)
{
    const char *hint = rec_get_text(w->record, KEY_hint),
               *message = rec_get_text(w->record, KEY_message);
    bool question = *message != '\0' && message[strlen(message) - 1] == '?';
    struct text said;
    text_init(&said);
    say_excerpt(w);
    text_addf(&said, "%s%s%s", message, *hint == '\0' ? "" : question ? " " : "; ", hint);
    say_plain(w, text_get(&said), INK_END);
    text_release(&said);
}

void say_model(struct words *w)
{
    ink_add(w->out, INK_NAME, say_in(w, "One good answer:"));
    text_add_char(w->out, '\n');
    say_prose_field(w, KEY_text);
    say_blank_line(w);
    if (rec_find(w->record, KEY_options) != NULL) {
        text_addf(w->out, "%s\n", say_in(w, "Which of these points did you make?"));
        say_options(w);
        ink_add(w->out, INK_MUTED, say_in(w, "their letters, all, or none"));
    } else {
        text_addf(w->out, "%s   ", say_in(w, "How well did you know it?"));
        ink_add(w->out, INK_MUTED, say_in(w, "1 again   2 hard   3 good   4 easy"));
    }
    text_add_char(w->out, '\n');
}

void say_rated(struct words *w)
{
    long long of = (long long)rec_get_whole(w->record, KEY_of);
    if (of > 0) {
        text_addf(w->out, say_in(w, "%lld of %lld points.\n"),
                  (long long)rec_get_whole(w->record, KEY_ticked), of);
    }
    say_prose_field(w, KEY_then);
}

void say_hint(struct words *w)
{
    struct text lead;
    text_init(&lead);
    text_addf(&lead, say_in(w, "Hint %lld of %lld: "),
              (long long)rec_get_whole(w->record, KEY_number),
              (long long)rec_get_whole(w->record, KEY_of));
    struct text muted;
    text_init(&muted);
    ink_add(&muted, INK_MUTED, text_get(&lead));
    say_prose_text(w, rec_get_text(w->record, KEY_text), text_get(&muted), INK_END);
    text_release(&muted);
    text_release(&lead);
}

void say_unmet(struct words *w)
{
    struct text lead;
    text_init(&lead);
    ink_add(&lead, INK_MUTED, say_in(w, "Not yet: "));
    say_prose_text(w, rec_get_text(w->record, KEY_text), text_get(&lead), INK_MUTED);
    text_release(&lead);
}

void say_skipped(struct words *w)
{
    bool back = *rec_get_text(w->record, KEY_hint) != '\0';
    text_addf(w->out, "%s\n",
              say_in(w, back ? "Skipped; previous comes back to the question." : "Skipped."));
}

void say_solution(struct words *w)
{
    say_answer(w);
    say_prose_field(w, KEY_then);
}

void say_question_info(struct words *w)
{
    static const struct {
        enum rec_key key;
        const char *title;
    } fields[] = {{KEY_question, "question"},
                  {KEY_type, "kind"},
                  {KEY_covers, "covers"},
                  {KEY_seed, "seed"},
                  {KEY_file, "file"}};
    struct table t;
    table_init(&t, "lw");
    table_ink(&t, INK_MUTED, "lesson");
    struct text title;
    text_init(&title);
    text_addf(&title, "%s: %s", rec_get_text(w->record, KEY_lesson),
              rec_get_text(w->record, KEY_title));
    table_cell(&t, text_get(&title));
    text_release(&title);
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        if (*rec_get_text(w->record, fields[i].key) != '\0') {
            table_ink(&t, INK_MUTED, fields[i].title);
            table_cell(&t, rec_get_text(w->record, fields[i].key));
        }
    }
    say_table(w, &t);
}

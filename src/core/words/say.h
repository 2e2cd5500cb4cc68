// How records are put into words: what the words_*.c files share. Private to view.
#ifndef WORDS_SAY_H
#define WORDS_SAY_H

#include "words/table.h"
#include "words/words.h"
#include "words/wrap.h"

// What a function that says a kind of record is given.
struct words {
    struct text *out;
    const struct rec *record;
    enum words_style style;
    int digits;
    size_t columns;  // that a line may take, its indent not counted; 0: as many as it needs
    bool ascii;
};

// The first item of a list that is a field; NULL if there is none.
const struct rec *say_first(const struct rec *map, const char *key);
// The rows of a table, in the room that there is. Releases it.
void say_table(struct words *w, struct table *t);
// The two lines of an error's place, the source and a caret under it, in the room that there is.
void say_excerpt(struct words *w);
void say_number(struct words *w, enum ink ink, double v);
// A field that is a number, a list of numbers, or a list of rows: 2, [1, 2], [[1, 2], [3, 4]].
void say_field(struct words *w, const struct rec *value);
// "name = value", the name being the text of this field.
void say_equation(struct words *w, const char *name_key);
// The line under a table that was cut short: "… 999,980 more"
void say_more(struct words *w);
// The same with a word on where the rest is to be seen.
void say_more_in(struct words *w, const char *where);
// The gradient in a table; a point until one was computed.
void say_grad_cell(struct words *w, struct table *t, const struct rec *row);
// Needs a formula parentheses beside a *: does it hold a sum or a comparison outside parentheses?
bool say_is_loose(const char *formula);

// One for each kind of record; words.c has the table.
void say_value(struct words *w);
void say_bind(struct words *w);
void say_print(struct words *w);
void say_forward(struct words *w);
void say_backward(struct words *w);
void say_update(struct words *w);
void say_trained(struct words *w);
void say_zero(struct words *w);
void say_local(struct words *w);
void say_composite(struct words *w);  // local, of a group
void say_nodes(struct words *w);
void say_grads(struct words *w);
void say_reset(struct words *w);
void say_scene(struct words *w);
void say_plot(struct words *w);
void say_rewound(struct words *w);
void say_written(struct words *w);
void say_view(struct words *w);
void say_help_overview(struct words *w);
void say_help_command(struct words *w);
void say_help_function(struct words *w);
void say_help_builtin(struct words *w);
void say_help_functions(struct words *w);
void say_help_topic(struct words *w);
void say_help_term(struct words *w);
void say_help_glossary(struct words *w);
void say_notice(struct words *w);
void say_error(struct words *w);
void say_step(struct words *w);
void say_steps_skipped(struct words *w);
void say_where(struct words *w);
void say_stopped(struct words *w);
void say_predict(struct words *w);
void say_guessed(struct words *w);
void say_derive(struct words *w);
void say_stage(struct words *w);
void say_expand(struct words *w);
void say_look(struct words *w);
void say_groups(struct words *w);
void say_nudge(struct words *w);
void say_paths(struct words *w);
void say_check(struct words *w);
void say_tangent(struct words *w);
void say_sabotage(struct words *w);
void say_accuse(struct words *w);
void say_export(struct words *w);
void say_explain(struct words *w);
void say_prose(struct words *w);
void say_lesson_code(struct words *w);
void say_lesson_begin(struct words *w);
void say_lesson_resumed(struct words *w);
void say_lesson_left(struct words *w);
void say_lesson_end(struct words *w);
void say_lesson_list(struct words *w);
void say_progress(struct words *w);
void say_nothing_due(struct words *w);
void say_review_item(struct words *w);
void say_review_end(struct words *w);
void say_attempts(struct words *w);
void say_lesson_foot(struct words *w);
void say_lesson_pause(struct words *w);
void say_question(struct words *w);
void say_judged(struct words *w);
void say_model(struct words *w);
void say_rated(struct words *w);
void say_hint(struct words *w);
void say_skipped(struct words *w);
void say_solution(struct words *w);
void say_question_info(struct words *w);
void say_misread(struct words *w);

#endif

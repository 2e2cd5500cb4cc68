// How records are put into words: what the words_*.c files share.
#ifndef WORDS_SAY_H
#define WORDS_SAY_H

#include "words/table.h"
#include "words/words.h"
#include "words/wrap.h"

// Where formulas serve as names: see say_shortest.
enum say_calls { CALLED_FREELY, CALLED_APART, CALLED_NUMBERS, CALLED_WAYS };

// What a function that says a kind of record is given.
struct words {
    struct text *out;
    const struct rec *record;
    enum words_style style;
    int digits;
    size_t columns;  // that a line may take, its indent not counted; 0: as many as it needs
    bool ascii;
    bool rich;  // the structure is kept: see rich.h
    enum say_calls called;
};

// A phrase in the language that the record is said in.
__attribute__((format_arg(2))) const char *say_in(const struct words *w, const char *english);
// The rows of a table, in the room that there is. Releases it.
void say_table(struct words *w, struct table *t);
// The two lines of an error's place, the source and a caret under it, in the room that there is.
void say_excerpt(struct words *w);
void say_number(struct words *w, enum ink ink, double v);
// A field that is a number, a list of numbers, or a list of rows: 2, [1, 2], [[1, 2], [3, 4]].
void say_field(struct words *w, const struct rec *value);
// "name = value", the name being the text of this field.
void say_equation(struct words *w, enum rec_key name_key);
// The line under a table that was cut short: "… 999,980 more"
void say_more(struct words *w);
// The same with a word on where the rest is to be seen.
void say_more_in(struct words *w, const char *where);
// The "value", "grad" or "upstream" of a row as a table shows it: 0 where its sum cancelled.
double say_shown(const struct rec *row, enum rec_key key);
// The gradient in a table; a point until one was computed.
void say_grad_cell(struct words *w, struct table *t, const struct rec *row);
// words_arrays.c: a number, and the array of a map (its field `key`, and `count`, `norm`, `grad_norm`
// or `after_norm`) in at most so many columns: whole, or its first numbers and its length.
void say_figure(struct text *out, double v, int digits);
void say_array(struct text *out, const struct words *w, const struct rec *array, enum rec_key key,
               size_t columns);
// words_lesson.c: prose, wrapped; `lead` comes before its first line.
void say_prose_text(struct words *w, const char *text, const char *lead, enum ink ink);
void say_prose_field(struct words *w, enum rec_key key);
// Wrapped, but not read as prose, where the stars of 2**3 + 3**2 would make text strong.
void say_plain(struct words *w, const char *text, enum ink ink);
void say_blank_line(struct words *w);
// What a node is called: its name, the formula of what has none, or its number.
const char *say_called(const struct words *w, const struct rec *node);
// Says a table that calls values without a name by their formulas: everywhere (CALLED_FREELY), in a
// column beside their numbers alone (CALLED_APART), or not at all (CALLED_NUMBERS). The first of these is taken that breaks few lines in the room that there is.
void say_shortest(struct words *w, void (*table)(struct words *));
// A node by its number, and by its formula where it is called by that: "%7 = a*b".
void say_numbered(struct text *out, const struct rec *node);
// What a node is called as it is written after the d of a derivative: L, but (dL/da) of one that is a
// derivative itself, and (a*b) of a formula.
struct say_part {
    char text[128];
};
struct say_part say_part(const char *label);
// Needs a formula parentheses beside a *: does it hold a sum or a comparison outside parentheses?
bool say_is_loose(const char *formula);

// One for each kind of record: say_value, say_bind, …
#define KIND(name, says, meaning) void say_##says(struct words *w);
#include "base/records.def"

void say_composite(struct words *w);  // local, of a group

#endif

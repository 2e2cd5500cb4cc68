#include "words/words.h"

#include <string.h>

#include "words/ascii.h"
#include "words/say.h"

static void add_place(struct words *w)
{
    // A mistake in a lesson is its author's to mend, who must find it.
    bool placed = w->style == WORDS_SCRIPT || rec_get_flag(w->record, KEY_fault);
    if (placed && *rec_get_text(w->record, KEY_file) != '\0') {
        text_addf(w->out, "%s:%lld:%lld: ", rec_get_text(w->record, KEY_file),
                  (long long)rec_get_whole(w->record, KEY_line),
                  (long long)rec_get_whole(w->record, KEY_column));
    }
}

void say_notice(struct words *w)
{
    add_place(w);
    ink_add(w->out, INK_MUTED, "notice:");
    text_addf(w->out, " %s\n", rec_get_text(w->record, KEY_text));
}

// The first statement of a newcomer, typed before its names have values: what makes it work.
static void say_lacking(struct words *w)
{
    const struct rec *name = rec_first(w->record, KEY_names), *second = name->next;
    const struct rec *value = rec_first(w->record, KEY_values);
    for (const struct rec *n = name; n != NULL; n = n->next) {
        text_addf(w->out, n == name ? " %s" : n->next == NULL ? " and %s" : ", %s", n->text);
    }
    text_add(w->out, second == NULL ? " has no value yet; to make this work, type\n"
                                    : " have no values yet; to make this work, type\n");
    text_add_char(w->out, WRAP_FIXED);
    text_add_char(w->out, INK_CODE);
    for (const struct rec *n = name; n != NULL && value != NULL; n = n->next, value = value->next) {
        text_addf(w->out, n == name ? "%s = %s" : "; %s = %s", n->text, value->text);
    }
    text_addf(w->out, "%c\n%c%c%s%c\n", INK_END, WRAP_FIXED, INK_CODE,
              rec_get_text(w->record, KEY_statement), INK_END);
}

void say_error(struct words *w)
{
    const char *message = rec_get_text(w->record, KEY_message);
    const char *hint = rec_get_text(w->record, KEY_hint);
    bool question = *message != '\0' && message[strlen(message) - 1] == '?';
    add_place(w);
    ink_add(w->out, INK_ERROR, "error:");
    if (rec_first(w->record, KEY_names) != NULL) {
        say_lacking(w);
        return;
    }
    text_addf(w->out, " %s%s%s\n", message, *hint == '\0' ? "" : question ? " " : "; ", hint);
    say_excerpt(w);
    long long left = (long long)rec_get_whole(w->record, KEY_left);
    if (left > 0) {
        text_addf(w->out,
                  left == 1 ? "the line after it was not run\n"
                            : "the %lld lines after it were not run\n",
                  left);
    }
}

void say_nothing(struct words *w)
{
    (void)w;
}

// What stands as it is: values, programs, pictures that know how wide they are.
bool words_is_fixed(const struct rec *record)
{
    static const enum rec_kind kinds_fixed[] = {KIND_print,  KIND_scene,    KIND_plot,
                                                KIND_export, KIND_attempts, KIND_share};
    for (size_t i = 0; i < COUNT_OF(kinds_fixed); i++) {
        if (rec_is(record, kinds_fixed[i])) {
            return true;
        }
    }
    return false;
}

static void say(struct words *w)
{
    static void (*const functions[])(struct words *) = {
        say_nothing,
#define KIND(name, says, meaning) say_##says,
#include "base/records.def"
    };
    functions[rec_kind(w->record)](w);
}

// The marks of ink.h are control characters: what a learner, a file or a lesson says has none.
static void say_safely(struct words *w)
{
    struct records safe;
    records_init(&safe);
    w->record = rec_safe(&safe, w->record);
    say(w);
    records_release(&safe);
}

void words_structured(struct text *out, const struct rec *record, const struct words_form *form)
{
    say_safely(&(struct words){
        .out = out, .record = record, .style = form->style, .digits = form->digits, .rich = true});
}

void words_add(struct text *out, const struct rec *record, const struct words_form *form)
{
    enum {
        INDENT = 2,
        HANG = 2,
        EDGE = 1
    };  // a line that fills the last column moves the cursor on
    size_t indent = form->style == WORDS_PROMPT ? INDENT : 0;
    size_t room = form->columns > indent + EDGE ? form->columns - indent - EDGE : 0;
    struct text said, plain;
    text_init(&said);
    text_init(&plain);
    say_safely(&(struct words){.out = &said,
                               .record = record,
                               .style = form->style,
                               .digits = form->digits,
                               .columns = room,
                               .ascii = form->ascii});
    if (form->ascii) {
        ascii_add(&plain, text_get(&said), text_length(&said));
    }
    const char *line = text_get(form->ascii ? &plain : &said);
    bool typed = rec_is(record, KIND_lesson_code);  // stands where a prompt would
    size_t columns = room == 0 || typed || words_is_fixed(record) ? 0 : room + indent;
    for (const char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        wrap_add(out, line, (size_t)(end - line), typed ? 0 : indent, columns, HANG);
    }
    text_release(&said);
    text_release(&plain);
}

bool words_is_trouble(const struct rec *record)
{
    return rec_is(record, KIND_notice) || rec_is(record, KIND_error);
}

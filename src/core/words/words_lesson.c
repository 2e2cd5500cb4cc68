// The words of lessons: prose, how one begins and ends, the list, the glossary.
#include <string.h>

#include "base/phrase.h"
#include "words/marks.h"
#include "words/prose.h"
#include "words/say.h"

// What is left beside the two blanks that answers are in.
static size_t columns_of(const struct words *w)
{
    int64_t columns = rec_get_whole(w->record, KEY_columns);
    return columns > 24 ? (size_t)columns - 4 : 20;
}

void say_prose_text(struct words *w, const char *text, const char *lead, enum ink ink)
{
    if (w->rich) {
        marks_put_prose(w->out, text, lead, ink);
        return;
    }
    prose_add(w->out, text, lead, columns_of(w), rec_get_flag(w->record, KEY_ascii), ink);
}

void say_plain(struct words *w, const char *text, enum ink ink)
{
    struct text escaped;
    text_init(&escaped);
    for (; *text != '\0'; text++) {
        text_add(&escaped, strchr("\\`*$", *text) == NULL ? "" : "\\");
        text_add_char(&escaped, *text);
    }
    say_prose_text(w, text_get(&escaped), "", ink);
    text_release(&escaped);
}

void say_prose_field(struct words *w, enum rec_key key)
{
    if (*rec_get_text(w->record, key) != '\0') {
        say_prose_text(w, rec_get_text(w->record, key), "", INK_END);
    }
}

void say_blank_line(struct words *w)
{
    text_add_char(w->out, '\n');
}

// As it stands, line by line.
static void say_verbatim(struct words *w)
{
    const char *s = rec_get_text(w->record, KEY_text);
    while (*s != '\0') {
        size_t n = strcspn(s, "\n");
        text_add(w->out, w->rich ? (char[]){WRAP_FIXED, '\0'} : "  ");
        text_add_char(w->out, INK_MUTED);
        text_add_visible(w->out, s, n);
        text_add_char(w->out, INK_END);
        text_add_char(w->out, '\n');
        s += n + (s[n] == '\n');
    }
}

static void say_bullet(struct words *w)
{
    struct text lead;
    int64_t level = rec_get_whole(w->record, KEY_level);
    const char *mark = rec_get_text(w->record, KEY_mark);
    bool ascii = rec_get_flag(w->record, KEY_ascii);
    text_init(&lead);
    text_fill(&lead, ' ', level > 1 ? 3 * ((size_t)level - 1) : 0);
    text_addf(&lead, "%s ", ascii && strcmp(mark, "•") == 0 ? "*" : mark);
    say_prose_text(w, rec_get_text(w->record, KEY_text), text_get(&lead), INK_END);
    text_release(&lead);
}

void say_prose(struct words *w)
{
    const char *block = rec_get_text(w->record, KEY_block),
               *text = rec_get_text(w->record, KEY_text);
    bool ascii = rec_get_flag(w->record, KEY_ascii);
    if (rec_get_flag(w->record, KEY_apart)) {
        say_blank_line(w);
    }
    if (strcmp(block, "heading") == 0) {
        say_prose_text(w, text, "", INK_TITLE);
    } else if (strcmp(block, "bullet") == 0) {
        say_bullet(w);
    } else if (strcmp(block, "quote") == 0) {
        say_prose_text(w, text, "  ", INK_EMPHASIS);
    } else if (strcmp(block, "table") == 0 && w->rich) {
        marks_put_prose_table(w->out, rec_find(w->record, KEY_rows));
    } else if (strcmp(block, "table") == 0) {
        prose_table(w->out, rec_find(w->record, KEY_rows), columns_of(w), ascii);
    } else if (strcmp(block, "code") == 0) {
        say_verbatim(w);
    } else {
        say_prose_text(w, text, "", INK_END);
    }
}

// As it would look typed, but for the colour of the prompt.
void say_lesson_code(struct words *w)
{
    const char *s = rec_get_text(w->record, KEY_text);
    bool first = true;
    if (rec_get_flag(w->record, KEY_apart)) {
        say_blank_line(w);
    }
    while (*s != '\0') {
        size_t n = strcspn(s, "\n");
        text_add(w->out, w->rich ? (char[]){WRAP_FIXED, '\0'} : "");
        ink_add(w->out, INK_MUTED, first ? (w->ascii ? ">" : "∇") : (w->ascii ? "." : "…"));
        text_add_char(w->out, ' ');
        text_add_char(w->out, INK_CODE);
        text_add_visible(w->out, s, n);
        text_add_char(w->out, INK_END);
        text_add_char(w->out, '\n');
        s += n + (s[n] == '\n');
        first = false;
    }
}

const char *say_in(const struct words *w, const char *english)
{
    enum language language = LANGUAGE_ENGLISH;
    const char *code = rec_get_text(w->record, KEY_language);
    language_find(code, strlen(code), &language);
    return phrase(language, english);
}

void say_lesson_begin(struct words *w)
{
    say_blank_line(w);
    say_prose_text(w, rec_get_text(w->record, KEY_title), "", INK_TITLE);
}

static void add_count(struct words *w, int64_t count, const char *one, const char *many)
{
    text_addf(w->out, "%lld %s", (long long)count, count == 1 ? one : many);
}

void say_lesson_resumed(struct words *w)
{
    say_blank_line(w);
    text_addf(w->out, say_in(w, "You go on where you left it, after question %lld of %lld."),
              (long long)rec_get_whole(w->record, KEY_passed),
              (long long)rec_get_whole(w->record, KEY_of));
    ink_add(w->out, INK_MUTED, say_in(w, "   previous goes back"));
    text_add_char(w->out, '\n');
}

void say_lesson_left(struct words *w)
{
    if (rec_get_flag(w->record, KEY_review)) {
        const char *type = rec_get_text(w->record, KEY_type);
        text_addf(w->out, "%s\n",
                  strcmp(type, "quiz") == 0
                      ? say_in(w, "You have left the quiz; your own graph is back.")
                  : strcmp(type, "exam") == 0
                      ? say_in(w, "You have left the exam; your own graph is back.")
                      : say_in(w, "You have left the review; your own graph is back."));
        return;
    }
    struct text said;
    text_init(&said);
    text_addf(&said, say_in(w, "You have left “%s”; your own graph is back."),
              rec_get_text(w->record, KEY_title));
    say_plain(w, text_get(&said), INK_END);
    text_release(&said);
}

enum { ASKING_LEAST = 15 };  // letters behind a colon that are a question by themselves

// The sentence of a question's text that asks: the last that ends in a question mark; if none does,
// the first, which says what is to be done.
static void add_asking(struct words *w, struct text *out, const char *text)
{
    struct text lines;
    text_init(&lines);
    prose_add(&lines, text, "", PROSE_COLUMNS, w->ascii, INK_END);
    char *s = lines.bytes.data;
    size_t n = text_length(&lines), end = 0, begin = 0;
    for (size_t i = 0; i < n; i++) {
        s[i] = s[i] == '\n' ? ' ' : s[i];
    }
    for (size_t i = 0; i < n; i++) {
        end = s[i] == '?' && (i + 1 == n || s[i + 1] == ' ') ? i + 1 : end;
    }
    bool asks = end > 0;
    for (size_t i = 0; end == 0 && i < n; i++) {
        end = i + 1 == n || (strchr(".!", s[i]) != NULL && s[i + 1] == ' ') ? i + 1 : end;
    }
    end = text_trimmed(s, end);
    for (size_t i = 0; i + 2 < end; i++) {
        bool whole = s[i] != ':' || (asks && end - i > ASKING_LEAST);  // "Which: a or b?" is one
        begin = whole && strchr(".?!:", s[i]) != NULL && s[i + 1] == ' ' ? i + 2 : begin;
    }
    while (begin < end && s[begin] == ' ') {
        begin++;
    }
    text_add_bytes(out, s + begin, end - begin);
    text_release(&lines);
}

// Those that were only skipped, or those that were not.
static void say_missed(struct words *w, bool skipped)
{
    const struct rec *missed = rec_first(w->record, KEY_missed);
    while (missed != NULL && rec_get_flag(missed, KEY_skipped) != skipped) {
        missed = missed->next;
    }
    if (missed == NULL) {
        return;
    }
    struct table t;
    struct text cell;
    text_init(&cell);
    table_init(&t, "rl");
    text_addf(w->out, "%s\n",
              skipped ? say_in(w, "Skipped:")
                      : say_in(w, "Not right at once, and coming back in review:"));
    for (; missed != NULL; missed = missed->next) {
        if (rec_get_flag(missed, KEY_skipped) != skipped) {
            continue;
        }
        text_clear(&cell);
        text_addf(&cell, "  %lld", (long long)rec_get_whole(missed, KEY_number));
        table_ink(&t, INK_MUTED, text_get(&cell));
        text_clear(&cell);
        add_asking(w, &cell, rec_get_text(missed, KEY_text));
        table_cell(&t, text_get(&cell));
    }
    say_table(w, &t);
    text_release(&cell);
}

// "7 of 9 right at once, 1 later, 1 skipped"
static void add_score(struct words *w, struct text *said)
{
    long long first = rec_get_whole(w->record, KEY_first), of = rec_get_whole(w->record, KEY_of);
    long long later = rec_get_whole(w->record, KEY_right) - first;
    long long skipped = rec_get_whole(w->record, KEY_skipped);
    text_addf(said,
              of == 1 ? say_in(w, "%lld of %lld question right at once")
                      : say_in(w, "%lld of %lld questions right at once"),
              first, of);
    if (later > 0) {
        text_addf(said, say_in(w, ", %lld later"), later);
    }
    if (skipped > 0) {
        text_addf(said, say_in(w, ", %lld skipped"), skipped);
    }
}

void say_lesson_end(struct words *w)
{
    const char *next = rec_get_text(w->record, KEY_next);
    struct text said;
    text_init(&said);
    text_addf(&said, say_in(w, "That was “%s”"), rec_get_text(w->record, KEY_title));
    if (rec_get_whole(w->record, KEY_of) > 0) {
        text_add(&said, ": ");
        add_score(w, &said);
    }
    text_add(&said, say_in(w, ". Your own graph is back."));
    say_blank_line(w);
    say_plain(w, text_get(&said), INK_END);
    text_release(&said);
    say_missed(w, false);
    say_missed(w, true);
    if (*next != '\0') {
        text_add(w->out, say_in(w, "Next: "));
        text_add_char(w->out, INK_NAME);
        text_addf(w->out, "lesson %s", next);
        text_add_char(w->out, INK_END);
        text_addf(w->out, "   %s\n", rec_get_text(w->record, KEY_next_title));
        if (rec_get_flag(w->record, KEY_reads_along)) {
            ink_add(w->out, INK_MUTED, say_in(w, "Enter begins it"));
            text_add_char(w->out, '\n');
        }
    }
}

void say_lesson_foot(struct words *w)
{
    const char *waits = rec_get_text(w->record, KEY_waits);
    text_add_char(w->out, INK_MUTED);
    if (strcmp(waits, "enter") == 0) {
        text_add(w->out, say_in(w, "Enter goes on"));
    } else if (rec_get_flag(w->record, KEY_exam)) {
        text_add(w->out, "skip   info   quit");
    } else {
        text_add(w->out, "hint   solution   skip   ");
        text_add(w->out, rec_get_flag(w->record, KEY_review) ? "context   " : "previous   ");
        text_add(w->out, "retry   info   quit");
    }
    text_add_char(w->out, INK_END);
    text_add_char(w->out, '\n');
}

void say_lesson_pause(struct words *w)
{
    say_blank_line(w);
    ink_add(w->out, INK_MUTED, say_in(w, "Enter goes on"));
    text_add_char(w->out, '\n');
}

// ---- The list -----------------------------------------------------------------------------------

static void say_state(struct text *cell, const struct rec *l)
{
    long long done = (long long)rec_get_whole(l, KEY_done),
              of = (long long)rec_get_whole(l, KEY_questions);
    text_clear(cell);
    if (*rec_get_text(l, KEY_trouble) != '\0') {
        text_add(cell, "cannot be read");
    } else if (done > 0 || rec_get_whole(l, KEY_place) > 0) {
        text_addf(cell, done == of ? "done" : "%lld of %lld", done, of);
    } else {
        text_addf(cell, "%lld", of);
    }
}

// Lessons whose files are none, with the reason.
static void say_broken(struct words *w)
{
    for (const struct rec *l = rec_first(w->record, KEY_lessons); l != NULL; l = l->next) {
        if (*rec_get_text(l, KEY_trouble) != '\0') {
            ink_add(w->out, INK_ERROR, "error:");
            text_addf(w->out, " %s\n", rec_get_text(l, KEY_trouble));
        }
    }
}

void say_lesson_list(struct words *w)
{
    struct table t;
    struct text cell;
    const char *next = rec_get_text(w->record, KEY_next);
    int64_t due = rec_get_whole(w->record, KEY_due);
    text_init(&cell);
    table_init(&t, "rlll");
    int number = 0;
    for (const struct rec *l = rec_first(w->record, KEY_lessons); l != NULL; l = l->next) {
        bool is_next = strcmp(rec_get_text(l, KEY_id), next) == 0;
        text_clear(&cell);
        text_addf(&cell, "%d", ++number);
        table_ink(&t, INK_MUTED, text_get(&cell));
        table_ink(&t, INK_NAME, rec_get_text(l, KEY_id));
        table_cell(&t, rec_get_text(l, KEY_title));
        say_state(&cell, l);
        text_add(&cell, is_next ? "   next" : "");
        table_ink(&t, is_next ? INK_RIGHT : INK_MUTED, text_get(&cell));
    }
    say_table(w, &t);
    text_release(&cell);
    say_broken(w);
    if (due > 0) {
        add_count(w, due, "question is due", "questions are due");
        text_add(w->out, ": review\n");
    }
    if (*next != '\0') {
        ink_add(w->out, INK_NAME, "lesson");
        text_addf(w->out, " plays the next, %s; ", next);
        ink_add(w->out, INK_NAME, "lesson 7");
        text_add(w->out, " the seventh\n");
    }
    if (*rec_get_text(w->record, KEY_trouble) != '\0') {
        text_add(w->out, "Nothing is being kept now.\n");
    }
}

// ---- The glossary -------------------------------------------------------------------------------

void say_help_term(struct words *w)
{
    const char *others = rec_get_text(w->record, KEY_others);
    ink_add(w->out, INK_TITLE, rec_get_text(w->record, KEY_term));
    if (*others != '\0') {
        text_addf(w->out, "%c   also: %s%c", INK_MUTED, others, INK_END);
    }
    text_add_char(w->out, '\n');
    say_prose_field(w, KEY_text);
    text_add(w->out, "try: ");
    ink_add(w->out, INK_CODE, rec_get_text(w->record, KEY_example));
    text_add(w->out, "\nmore: ");
    text_addf(w->out, "%clesson %s%c\n", INK_CODE, rec_get_text(w->record, KEY_lesson), INK_END);
}

void say_help_glossary(struct words *w)
{
    struct text terms;
    text_init(&terms);
    for (const struct rec *t = rec_first(w->record, KEY_terms); t != NULL; t = t->next) {
        text_addf(&terms, t->next == NULL ? "**%s**" : "**%s**, ", t->text);
    }
    say_prose_text(w, text_get(&terms), "", INK_END);
    text_add(w->out, "help TERM explains one of them\n");
    text_release(&terms);
}

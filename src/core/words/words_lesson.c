// The words of lessons: prose, questions, what answers are worth.
#include <string.h>

#include "base/phrase.h"
#include "words/marks.h"
#include "words/prose.h"
#include "words/say.h"

// What is left beside the two blanks that answers stand in.
static size_t columns_of(const struct words *w)
{
    int64_t columns = rec_get_whole(w->record, KEY_columns);
    return columns > 24 ? (size_t)columns - 4 : 20;
}

static void say_prose_text(struct words *w, const char *text, const char *lead, enum ink ink)
{
    if (w->rich) {
        marks_put_prose(w->out, text, lead, ink);
        return;
    }
    prose_add(w->out, text, lead, columns_of(w), rec_get_flag(w->record, KEY_ascii), ink);
}

// Wrapped, but as it stands: in prose the stars of 2**3 + 3**2 would read as strong.
static void say_plain(struct words *w, const char *text, enum ink ink)
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

static void say_prose_field(struct words *w, enum rec_key key)
{
    if (*rec_get_text(w->record, key) != '\0') {
        say_prose_text(w, rec_get_text(w->record, key), "", INK_END);
    }
}

static void blank_line(struct words *w)
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
        blank_line(w);
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
        blank_line(w);
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
    blank_line(w);
    say_prose_text(w, rec_get_text(w->record, KEY_title), "", INK_TITLE);
}

static void add_count(struct words *w, int64_t count, const char *one, const char *many)
{
    text_addf(w->out, "%lld %s", (long long)count, count == 1 ? one : many);
}

void say_lesson_resumed(struct words *w)
{
    blank_line(w);
    text_addf(w->out, say_in(w, "You go on where you left it, after question %lld of %lld."),
              (long long)rec_get_whole(w->record, KEY_passed),
              (long long)rec_get_whole(w->record, KEY_of));
    ink_add(w->out, INK_MUTED, say_in(w, "   previous goes back"));
    text_add_char(w->out, '\n');
}

void say_lesson_left(struct words *w)
{
    if (rec_get_flag(w->record, KEY_review)) {
        text_addf(w->out, "%s\n", say_in(w, "You have left the review; your own graph is back."));
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
    begin += n > 0 ? strspn(s + begin, " ") : 0;
    text_add_bytes(out, s + begin, end - begin);
    text_release(&lines);
}

// Those that were only skipped, or those that were not.
static void say_missed(struct words *w, bool skipped)
{
    const struct rec *missed = say_first(w->record, KEY_missed);
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
    blank_line(w);
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

// ---- Questions ----------------------------------------------------------------------------------

static void say_options(struct words *w)
{
    for (const struct rec *o = say_first(w->record, KEY_options); o != NULL; o = o->next) {
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
    for (const struct rec *c = say_first(w->record, KEY_cells); c != NULL; c = c->next) {
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
    blank_line(w);
    ink_add(w->out, INK_NAME, say_in(w, "Question"));
    text_addf(w->out, say_in(w, " %lld of %lld\n"), (long long)rec_get_whole(w->record, KEY_number),
              (long long)rec_get_whole(w->record, KEY_of));
    say_prose_text(w, rec_get_text(w->record, KEY_text), "", INK_END);
    if (rec_find(w->record, KEY_options) != NULL) {
        blank_line(w);
        say_options(w);
    }
    if (rec_find(w->record, KEY_cells) != NULL) {
        blank_line(w);
        say_cells(w);
    }
    blank_line(w);
    say_prose_text(w, rec_get_text(w->record, KEY_how), "", INK_MUTED);
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
    blank_line(w);
    ink_add(w->out, INK_MUTED, say_in(w, "Enter goes on"));
    text_add_char(w->out, '\n');
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
    for (const struct rec *s = say_first(w->record, KEY_said); s != NULL; s = s->next) {
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
    blank_line(w);
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
    text_addf(w->out, "%s\n", say_in(w, "Skipped."));
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
    for (const struct rec *l = say_first(w->record, KEY_lessons); l != NULL; l = l->next) {
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
    for (const struct rec *l = say_first(w->record, KEY_lessons); l != NULL; l = l->next) {
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
    for (const struct rec *t = say_first(w->record, KEY_terms); t != NULL; t = t->next) {
        text_addf(&terms, t->next == NULL ? "**%s**" : "**%s**, ", t->text);
    }
    say_prose_text(w, text_get(&terms), "", INK_END);
    text_add(w->out, "help TERM explains one of them\n");
    text_release(&terms);
}

// Playing a lesson, one thing at a time; see play.h. What there is to play is lesson_items.c's, questions are
// question.c's.
#include <math.h>
#include <string.h>

#include "base/format.h"
#include "play/kept.h"
#include "words/words.h"

enum {
    // Turns of a statement where nobody reads along who could press Ctrl-C.
    BUDGET = 300000,
    TRAINING_COST = 2000,  // turns that a piece of a training counts for: see command_train
    REPLAYED = 64,         // replayed nodes that count as a turn
};

// ---- Statements of the lesson -------------------------------------------------------------------

static bool is_shown(enum play_doing doing)
{
    return doing == DOING_CODE || doing == DOING_SOLVE || doing == DOING_WHY ||
           doing == DOING_TYPED;
}

// The next statements of a text: a line, and those after it as long as a bracket is open.
static bool next_of_text(struct play *p, struct source *source)
{
    struct entries *e = &p->entries;
    if (p->doing == DOING_KEPT) {
        *source = play_source(p, e->text, strlen(e->text), e->line);
        e->text += source->length;
        return source->length > 0;
    }
    while (*e->text == '\n') {
        e->text++;
        e->line += !e->same_line;
    }
    if (*e->text == '\0') {
        return false;
    }
    size_t n = strcspn(e->text, "\n");
    *source = play_source(p, e->text, n, e->line);
    while (e->text[n] != '\0' && lexer_wants_more(source)) {
        n += 1 + strcspn(e->text + n + 1, "\n");
        source->length = n;
    }
    for (size_t i = 0; i < n; i++) {
        e->line += e->text[i] == '\n' && !e->same_line;
    }
    e->text += n;
    return true;
}

static bool next_entry(struct play *p, struct source *source)
{
    const struct question_line *line = p->entries.list;
    if (p->entries.text != NULL) {
        return next_of_text(p, source);
    }
    if (question_gives_again(p)) {
        *source = play_source(p, text_get(&p->script), text_length(&p->script), p->question->line);
        return true;
    }
    if (line != NULL) {
        *source = play_source(p, line->left, strlen(line->left), line->line);
        p->entries.list = line->next;
        question_note_binding(p, line->left);
    }
    return line != NULL;
}

static void run_source(struct play *p, const struct source *source, enum session_mode mode)
{
    session_begin(play_graph(p), source, mode);
    p->running = true;
    p->budget = BUDGET;
}

// A text ended, or one of its statements failed.
static void end_source(struct play *p, bool failed, struct records *out)
{
    p->running = false;
    if (p->doing == DOING_TYPED) {
        return;
    }
    struct stop *stop = p->tutor->session->world.stop;
    if (failed && stop != NULL && stop->asked == STOP_NOW) {
        p->entries = (struct entries){0};  // interrupted: that is nobody's fault
    } else if (failed && p->doing == DOING_KEPT) {
        p->lost = true;
        p->entries = (struct entries){.text = ""};
    } else if (failed) {
        play_fault(p, out);
        p->entries = (struct entries){0};  // the rest would only follow from it
    }
}

// One statement of the text that runs in the graph. Unseen ones leave no records but needs and
// errors.
static enum session_state run_statement(struct play *p, struct records *out)
{
    struct session *graph = play_graph(p);
    size_t before = out->list.in.count;
    const struct tutor *t = p->tutor;
    bool alone = t->session->terminal.rows == 0 && !t->stoppable && !t->graded;
    bool bounded = alone && p->budget-- <= 0;
    size_t refused = mem_refusals();
    enum session_state state =
        bounded ? session_give_up(graph, "this takes longer than a statement may here",
                                  "at the prompt it could be interrupted with Ctrl-C", out)
                : session_run(graph, out);
    if (out->list.in.count > before && rec_is(out->list.in.last, KIND_training)) {
        p->budget -= TRAINING_COST;
    }
    p->budget -= (int64_t)(graph->replay.work / REPLAYED);
    if (!is_shown(p->doing) && (state == SESSION_MORE || state == SESSION_DONE)) {
        rec_cut(&out->list, before);
    }
    p->short_of_memory = state == SESSION_FAILED && mem_refusals() > refused;
    if (p->short_of_memory && p->doing == DOING_TYPED && !out->arena.failed) {
        p->tutor->fell_short = true;
        mem_forgive(refused);  // the learner's statement did not happen, and says so
    }
    return state;
}

// ---- What is typed ------------------------------------------------------------------------------

// The text may be gone before its statements are done.
static void run_typed(struct play *p, const struct source *line)
{
    text_clear(&p->typed);
    text_add_bytes(&p->typed, line->text, line->length);
    struct source source = *line;
    source.text = text_get(&p->typed);
    source.length = text_length(&p->typed);
    p->doing = DOING_TYPED;
    session_log(play_graph(p), &p->logged);
    p->tried = 0;
    run_source(p, &source, p->tutor->session->mode);
}

// Enter: goes on where something waits, repeats the step of a walk, or reminds of the question.
static void take_blank(struct play *p, const struct source *line, struct records *out)
{
    if (p->state == PLAY_PAUSE || p->state == PLAY_ANSWERED) {
        bool within_code = p->within_code;
        if (p->state == PLAY_ANSWERED) {
            question_leave(p);
        }
        play_set_state(p, within_code ? PLAY_ENTRIES : PLAY_ITEMS);
        p->doing = within_code ? DOING_CODE : p->doing;
    } else if (play_graph(p)->stepper.tape != NULL && *play_graph(p)->again != '\0') {
        run_typed(p, line);
    } else if (p->tutor->session->terminal.rows > 0) {
        question_foot(p, out);
    }
}

// What is backpropagation? Where an answer in words is asked for, it may be one.
static bool is_question(const struct play *p, const struct source *line)
{
    bool words = p->state == PLAY_QUESTION && p->question->kind == QUESTION_RECALL;
    return !words && p->state != PLAY_RATE && !p->tutor->graded && !review_is_exam(p->review) &&
           tutor_is_question(play_graph(p), line);
}

static void ask(struct play *p, const struct source *line)
{
    struct text command;
    text_init(&command);
    text_add(&command, "ask ");
    text_add_bytes(&command, line->text, line->length);
    struct source source = *line;
    source.text = text_get(&command);
    source.length = text_length(&command);
    run_typed(p, &source);
    text_release(&command);
}

static void take(struct play *p, const struct source *line, struct records *out)
{
    bool guess =
        play_graph(p)->guess != NULL && statement_form(play_graph(p), line) == FORM_EXPRESSION;
    const char *wish = p->state == PLAY_QUESTION ? question_wish_in(p, line) : NULL;
    p->wished = false;
    if (source_is_blank(line) || question_goes_on(p, line)) {
        take_blank(p, line, out);
    } else if (wish != NULL) {
        struct source source = {
            .name = line->name, .text = wish, .length = strlen(wish), .line = 1};
        p->wished = true;
        run_typed(p, &source);
    } else if (is_question(p, line)) {
        ask(p, line);
    } else if (p->state == PLAY_RATE && statement_form(play_graph(p), line) == FORM_EXPRESSION) {
        question_rate(p, line, out);
    } else if (p->state == PLAY_QUESTION && !guess && question_takes(p, line)) {
        question_answer(p, line, out);
    } else {
        run_typed(p, line);
    }
}

// ---- One thing at a time ------------------------------------------------------------------------

static void leave(struct play *p, struct records *out)
{
    if (!p->pinned && !review_leave(p, out)) {
        struct rec *r = play_record(p, out, KIND_lesson_left);
        rec_text(out, r, KEY_lesson, p->lesson->id);
        rec_text(out, r, KEY_title, p->lesson->title);
        rec_flag(out, r, KEY_review, p->review != NULL);
        if (p->review != NULL) {
            rec_text(out, r, KEY_type, review_type(p->review));
        }
    }
    p->running = false;
    p->state = PLAY_OVER;
}

static void play_over(struct play *p)
{
    struct tutor *tutor = p->tutor;
    struct play *next = p->next;
    p->next = NULL;
    play_free(p);
    tutor->play = next;
}

// Done with statements that the lesson had run.
static void end_entries(struct play *p, struct records *out)
{
    if (p->doing == DOING_CODE || p->doing == DOING_CATCH_UP) {
        p->state = PLAY_ITEMS;
    } else if (p->doing == DOING_KEPT) {
        kept_end(p, out);
    } else {
        question_go_on(p, out);
    }
}

static void put_code(const struct source *source, bool apart, struct records *out)
{
    struct rec *r = records_add(out, KIND_lesson_code);
    rec_bytes(out, r, KEY_text, source->text, source->length);
    rec_flag(out, r, KEY_apart, apart);
}

static void begin_entry(struct play *p, struct records *out)
{
    struct source source;
    if (pause_is_due_in_code(p)) {
        pause_begin(p, out);
        p->within_code = true;
        return;
    }
    if (!next_entry(p, &source)) {
        end_entries(p, out);
        return;
    }
    if (is_shown(p->doing)) {
        size_t before = out->list.in.count;
        put_code(&source, p->first_entry, out);
        p->rows += pause_rows(p, out, before);
        const struct lesson_item *item = p->item == 0 ? NULL : lesson_item(p->lesson, p->item - 1);
        if (p->doing == DOING_CODE && p->first_entry && item != NULL && item->fresh) {
            rec_flag(out, out->list.in.last, KEY_anew, true);
        }
    }
    if (p->doing == DOING_CODE || p->doing == DOING_CATCH_UP) {
        put_code(&source, p->first_entry, &p->context);
    }
    p->first_entry = false;
    run_source(p, &source, is_shown(p->doing) ? SESSION_PROMPT : SESSION_SCRIPT);
}

static void grant(struct play *p, struct records *out)
{
    enum play_wish wish = p->wish;
    p->wish = WISH_NONE;
    if (wish != WISH_NONE) {
        p->running = false;  // the rest of the line is dropped
        question_wish(p, wish, out);
    }
}

// The name that an error of the learner's statement is at; n is 0 if it is at none.
static const char *name_at_error(const struct rec *error, size_t *n)
{
    const char *s = rec_get_text(error, KEY_excerpt);
    size_t length = strlen(s), at = (size_t)rec_get_whole(error, KEY_byte) - 1, i = at;
    uint32_t c;
    for (size_t step; i < length; i += step) {
        step = utf8_read(s + i, length - i, &c);
        if (step == 0 || !(i == at ? utf8_is_letter(c) : utf8_is_name(c))) {
            break;
        }
    }
    *n = i - at;
    return s + (at < length ? at : length);
}

// A statement of the learner's failed for want of a name that the lesson's graph has, which is what
// the screen shows; the question has another graph.
static void note_elsewhere(const struct play *p, struct records *out)
{
    const struct rec *error = out->list.in.last;
    if (p->aside == NULL || error == NULL || !rec_is(error, KIND_error)) {
        return;
    }
    size_t n;
    const char *s = name_at_error(error, &n);
    if (n > 0 && names_lookup(&p->aside->names, s, n).rank == VALUE_UNBOUND &&
        names_lookup(&p->graph->names, s, n).rank != VALUE_UNBOUND) {
        struct text words;
        text_init(&words);
        text_addf(&words, "%.*s is in the lesson's graph; this question has a graph of its own",
                  (int)n, s);
        struct rec *r = records_add(out, KIND_notice);
        rec_text(out, r, KEY_file, rec_get_text(error, KEY_file));
        rec_whole(out, r, KEY_line, rec_get_whole(error, KEY_line));
        rec_whole(out, r, KEY_column, rec_get_whole(error, KEY_column));
        rec_text(out, r, KEY_text, text_get(&words));
        text_release(&words);
    }
}

// Words that were typed where Enter goes on, such as an answer given once more, are no statement: no
// advice to make them one, then.
static void say_onward(struct play *p, struct records *out)
{
    static const enum rec_key whole[] = {KEY_line, KEY_column, KEY_byte};
    const struct rec *error = out->list.in.last;
    const char *rest = text_get(&p->typed);
    while (text_is_letter(*rest) || (*rest != '\0' && strchr(" .,!?')\n", *rest) != NULL)) {
        rest++;
    }
    bool waits = p->state == PLAY_ANSWERED || p->state == PLAY_PAUSE;
    if (!waits || *rest != '\0' || error == NULL || !rec_is(error, KIND_error) ||
        p->tutor->session->terminal.rows == 0 ||
        strncmp(rec_get_text(error, KEY_hint), "did you mean", 12) == 0) {
        return;
    }
    rec_cut(&out->list, out->list.in.count - 1);
    struct rec *r = records_add(out, KIND_error);
    rec_text(out, r, KEY_file, rec_get_text(error, KEY_file));
    for (size_t i = 0; i < COUNT_OF(whole); i++) {
        rec_whole(out, r, whole[i], rec_get_whole(error, whole[i]));
    }
    rec_text(out, r, KEY_message, rec_get_text(error, KEY_message));
    rec_text(out, r, KEY_hint, "Enter goes on");
    rec_text(out, r, KEY_excerpt, rec_get_text(error, KEY_excerpt));
}

// "zero", typed where a number is asked for, is the command.
static void note_zero(struct play *p, struct records *out)
{
    if (p->state == PLAY_QUESTION && p->question->kind == QUESTION_NUMBER && !p->checked &&
        strcmp(text_get(&p->typed), "zero") == 0) {
        struct rec *r = records_add(out, KIND_notice);
        rec_text(out, r, KEY_text, "'zero' cleared the gradients; to answer with 0, type 0");
    }
}

// A statement of the graph's.
static enum session_state run_on(struct play *p, struct records *out)
{
    size_t from = out->list.in.count;
    enum session_state state = run_statement(p, out);
    bool typed = p->doing == DOING_TYPED;
    p->rows += is_shown(p->doing) ? pause_rows(p, out, from) : 0;
    if (state == SESSION_NEED) {
        return SESSION_NEED;
    }
    if (state == SESSION_QUIT && p->tutor->graded) {
        p->running = false;  // it ends what is graded, not the lesson
        return SESSION_QUIT;
    }
    if (state == SESSION_QUIT) {
        leave(p, out);
        return SESSION_MORE;
    }
    if (typed) {
        kept_note(p);
    }
    if (typed && state != SESSION_FAILED) {
        question_look(p, out, from);
        grant(p, out);
    }
    if (typed && state == SESSION_FAILED && !p->short_of_memory && question_takes_failed(p)) {
        struct source line = {
            .text = text_get(&p->typed), .length = text_length(&p->typed), .line = 1};
        p->running = false;
        rec_cut(&out->list, from);
        question_answer(p, &line, out);
        return SESSION_MORE;
    }
    if (typed && state == SESSION_FAILED) {
        note_elsewhere(p, out);
        say_onward(p, out);
    } else if (typed) {
        note_zero(p, out);
    }
    if (p->running && state != SESSION_MORE) {
        end_source(p, state == SESSION_FAILED, out);
        if (typed) {
            question_looked(p, out);
        }
    }
    return SESSION_MORE;
}

// The score; what was not right at once, with the questions' texts.
static void put_sums(const struct play *p, struct records *out, struct rec *to)
{
    int64_t right = 0, first = 0, skipped = 0, asked = 0;
    for (size_t i = 0; i < p->questions.count; i++) {
        const struct play_question *q = &BUF(struct play_question, &p->questions)[i];
        asked += q->right || q->missed || q->skipped;  // the others were asked another day
        right += q->right;
        first += q->right && !q->missed;
        skipped += q->skipped && !q->right;
    }
    rec_whole(out, to, KEY_of, asked);
    rec_whole(out, to, KEY_right, right);
    rec_whole(out, to, KEY_first, first);
    rec_whole(out, to, KEY_skipped, skipped);
    struct rec *missed = rec_list(out, to, KEY_missed);
    for (const struct rec *m = p->missed.list.in.first; m != NULL; m = m->next) {
        struct rec *one = rec_map(out, missed, KEY_NONE);
        rec_whole(out, one, KEY_number, rec_get_whole(m, KEY_number));
        rec_text(out, one, KEY_text, rec_get_text(m, KEY_text));
        rec_flag(out, one, KEY_skipped,
                 !BUF(struct play_question, &p->questions)[rec_get_whole(m, KEY_number) - 1].wrong);
    }
}

static void end_course(struct play *p, struct records *out)
{
    const struct course *course = p->tutor->course;
    struct rec *r = play_record(p, out, KIND_lesson_end);
    const struct course_lesson *next = course == NULL ? NULL : course_after(course, p->lesson->id);
    rec_text(out, r, KEY_lesson, p->lesson->id);
    rec_text(out, r, KEY_title, p->lesson->title);
    put_sums(p, out, r);
    rec_whole(out, r, KEY_failures, (int64_t)p->failures);
    rec_flag(out, r, KEY_reads_along, p->tutor->session->terminal.rows > 0);
    bool listed = course != NULL && course_find(course, p->lesson->id) != NULL;
    format_write(p->tutor->ended, sizeof p->tutor->ended, "%s", listed ? p->lesson->id : "");
    if (next != NULL) {
        rec_text(out, r, KEY_next, next->id);
        rec_text(out, r, KEY_next_title, next->title);
        format_write(p->tutor->enter, sizeof p->tutor->enter, "lesson %s", next->id);
    }
    p->state = PLAY_OVER;
}

enum session_state play_run(struct play *p, struct records *out)
{
    struct source line;
    bool stopped = stop_is_asked(p->tutor->session->world.stop);
    if (p->running) {
        return run_on(p, out);
    }
    switch (p->state) {
    case PLAY_ITEMS:
        if (stopped) {
            pause_begin(p, out);
            return SESSION_MORE;
        }
        return play_next_item(p, out);
    case PLAY_ENTRIES:
        begin_entry(p, out);
        return SESSION_MORE;
    case PLAY_DUE:
        return review_go_on(p, out);
    case PLAY_COURSE:
        end_course(p, out);
        return SESSION_MORE;
    case PLAY_OVER:
        play_over(p);
        return SESSION_MORE;
    case PLAY_PAUSE:
    case PLAY_QUESTION:
    case PLAY_RATE:
    case PLAY_ANSWERED:
        break;
    }
    if (!play_next_line(p->tutor, &line)) {
        return SESSION_DONE;
    }
    take(p, &line, out);
    return SESSION_MORE;
}

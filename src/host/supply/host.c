#include "supply/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/schema.h"
#include "picture/frames.h"
#include "picture/image.h"
#include "picture/page.h"
#include "picture/plot.h"
#include "store/deflate.h"
#include "store/files.h"
#include "store/folders.h"
#include "store/journal.h"
#include "store/lesson_file.h"
#include "supply/document.h"
#include "supply/ink.h"
#include "words/ink.h"
#include "words/words.h"
#include "words/wrap.h"

enum { FILE_MOST = 256 << 20 };  // bytes of a file that is read into a session

// Asked for each text, as a window may have become another size.
static void tell_terminal(struct host *h)
{
    enum { COLUMNS = 80, ROWS = 24, MOST = 1000 };
    struct winsize size = {0};
    bool known = h->see == NULL && ioctl(fileno(h->out), TIOCGWINSZ, &size) == 0;
    bool ascii = h->see == NULL && ink_is_ascii(h->out);
    int columns = !known || size.ws_col == 0 ? COLUMNS : size.ws_col < MOST ? size.ws_col : MOST;
    int rows = !known || size.ws_row == 0 ? ROWS : size.ws_row;
    h->columns = columns;
    h->wrap = known && h->mode == SESSION_PROMPT ? (size_t)columns : 0;
    tutor_set_terminal(h->tutor, columns, h->read_along ? rows : 0, ascii);
}

enum theme host_theme(const struct host *h)
{
    return h->form == HOST_COLOUR ? h->theme : THEME_PLAIN;
}

static struct words_form form_of(const struct host *h)
{
    return (struct words_form){.style = h->mode == SESSION_PROMPT ? WORDS_PROMPT : WORDS_SCRIPT,
                               .digits = session_digits(tutor_graph(h->tutor)),
                               .columns = h->wrap,
                               .ascii = ink_is_ascii(h->out)};
}

void host_fall_short(struct host *h)
{
    if (h->form == HOST_JSON) {
        fputs("{\"kind\":\"error\",\"file\":\"\",\"line\":1,\"column\":1,\"byte\":1,"
              "\"message\":\"there is not enough memory to show this answer\","
              "\"hint\":\"\",\"excerpt\":\"\"}\n",
              h->out);
    } else {
        fputs("error: there is not enough memory to show this answer\n", h->trouble);
    }
    mem_forgive(0);
    h->fell_short = true;
}

// A person's terminal is not flooded: the first lines of an answer are shown, the others counted.
static size_t room_for(struct host *h, const char *shown)
{
    enum { LINES_MOST = 200 };
    const char *s = shown;
    bool person = h->read_along && h->mode == SESSION_PROMPT && h->wrap > 0;
    for (; person && *s != '\0' && h->lines < LINES_MOST; h->lines++) {
        s += strcspn(s, "\n");
        s += *s == '\n';
    }
    size_t length = person ? (size_t)(s - shown) : strlen(shown);
    for (const char *rest = shown + length; *rest != '\0'; rest++) {
        h->held_back += *rest == '\n';
    }
    return length;
}

// How to have what was held back: as a file, written by a program that is given the same.
static void offer_file(struct host *h)
{
    struct text words;
    if (h->held_back == 0) {
        return;
    }
    struct text lead;
    text_init(&words);
    text_init(&lead);
    text_addf(&lead,
              "… and %zu more lines. For all of them in a file: save mine.bs here, then "
              "type in a shell:",
              h->held_back);
    wrap_add(&words, text_get(&lead), text_length(&lead), 0, h->wrap, 0);
    text_release(&lead);
    text_add(&words, "  backstep mine.bs -e '");
    for (size_t i = 0; i < h->entry_length; i++) {
        if (h->entry[i] == '\'') {
            text_add(&words, "'\\''");
        } else {
            text_add_char(&words, h->entry[i]);
        }
    }
    text_add(&words, "' >all.txt\n");
    ink_write(h->out, text_get(&words), THEME_PLAIN);
    fflush(h->out);
    text_release(&words);
    h->held_back = 0;
}

// The last exits of what is shown: a text that was made while memory was refused is not.
static bool write_words(struct host *h, const struct rec *record)
{
    struct text words;
    bool trouble = words_is_trouble(record);
    enum host_form form = trouble ? h->trouble_form : h->form;
    text_init(&words);
    const struct words_form how = form_of(h);
    words_add(&words, record, &how);
    const char *shown = text_get(&words);
    bool whole = mem_refusals() == 0;
    if (whole) {
        size_t length = trouble ? text_length(&words) : room_for(h, shown);
        if (length < text_length(&words)) {
            words.bytes.count = length;
            text_add_char(&words, INK_END);
        }
        ink_write(trouble ? h->trouble : h->out, text_get(&words),
                  form == HOST_COLOUR ? h->theme : THEME_PLAIN);
    }
    text_release(&words);
    return whole;
}

// The picture of a watched walk has its own place on a terminal.
static bool show_split(struct host *h, const struct rec *r)
{
    if (h->split == NULL) {
        return false;
    }
    if (rec_is(r, KIND_watch) && !rec_get_flag(r, KEY_on)) {
        split_end(h->split);
        return true;
    }
    if (!rec_is(r, KIND_scene) || !rec_get_flag(r, KEY_watched)) {
        return false;
    }
    struct text words;
    text_init(&words);
    const struct words_form how = form_of(h);
    words_add(&words, r, &how);
    bool shown = split_show(h->split, text_get(&words));
    text_release(&words);
    return shown;
}

static bool write_json(struct host *h, const struct rec *record)
{
    struct text line;
    text_init(&line);
    rec_json(&line, record);
    text_add_char(&line, '\n');
    bool whole = mem_refusals() == 0;
    if (whole) {
        fwrite(line.bytes.data, 1, text_length(&line), h->out);
    }
    text_release(&line);
    return whole;
}

bool host_hello(struct host *h)
{
    struct records hello;
    records_init(&hello);
    records_hello(&hello);
    if (hello.list.in.first == NULL || !write_json(h, hello.list.in.first)) {
        host_fall_short(h);
    }
    records_release(&hello);
    return !h->fell_short;
}

// ---- Progress -----------------------------------------------------------------------------------

static int64_t time_of(const struct host *h)
{
    return h->now != 0 ? h->now : (int64_t)time(NULL);
}

// What the learner should know about how their work is kept; NULL: nothing new.
static void tell_news(struct host *h, const char *news)
{
    struct records notice;
    if (news == NULL) {
        return;
    }
    records_init(&notice);
    rec_text(&notice, records_add(&notice, KIND_notice), KEY_text, news);
    const struct rec *r = notice.list.in.first;
    if (r != NULL && h->see != NULL) {
        h->see(h->seer, r);
    } else if (r == NULL || !(h->form == HOST_JSON ? write_json(h, r) : write_words(h, r))) {
        host_fall_short(h);
    }
    records_release(&notice);
}

// Answers are on the disk before a word about them is on the screen.
static void keep_progress(struct host *h, const struct records *records)
{
    if (h->progress == NULL) {
        return;
    }
    for (const struct rec *r = records->list.in.first; r != NULL; r = r->next) {
        if (rec_is(r, KIND_attempt)) {
            const struct log_attempt attempt = log_attempt_of(r, time_of(h));
            progress_add(h->progress, &attempt);
        } else if (rec_is(r, KIND_place)) {
            progress_set_place(h->progress, rec_get_text(r, KEY_lesson),
                               rec_get_whole(r, KEY_passed));
        }
    }
    tell_news(h, progress_news(h->progress));
}

static void hold_to_schema(struct host *h, const struct rec *record)
{
    struct text why;
    text_init(&why);
    if (!schema_fits(record, &why)) {
        fprintf(h->out, "records.def: %s\n", text_get(&why));
    }
    text_release(&why);
}

// What the learner chose is kept for the next start.
static void take_theme(struct host *h, const struct rec *r)
{
    enum theme theme = theme_of_word(rec_get_text(r, KEY_name));
    h->theme = theme == THEME_UNKNOWN ? h->theme : theme;
    if (h->split != NULL) {
        h->split->theme = host_theme(h);
    }
    if (h->read_along) {
        theme_save(theme);
    }
}

static bool write_record(struct host *h, const struct rec *r)
{
    if (rec_is(r, KIND_theme)) {
        take_theme(h, r);
    }
    if (h->form == HOST_JSON) {
        return write_json(h, r);
    }
    if (rec_is(r, KIND_training)) {
        bar_show(&h->bar, h->out, r, h->columns);
        return true;
    }
    bar_clear(&h->bar, h->out);
    return show_split(h, r) || write_words(h, r);
}

// False: there was no memory for some of it, which was said.
static bool write_records(struct host *h, const struct records *records)
{
    keep_progress(h, records);
    bool whole = mem_refusals() == 0;
    for (const struct rec *r = records->list.in.first; r != NULL && whole; r = r->next) {
        if (h->strict) {
            hold_to_schema(h, r);
        }
        if (h->notes != NULL && h->mode == SESSION_PROMPT) {
            notes_hear(h->notes, r, session_digits(tutor_session(h->tutor)));
        }
        if (h->see != NULL) {
            h->see(h->seer, r);
            continue;
        }
        h->lesson_failures += rec_get_flag(r, KEY_fault);
        whole = write_record(h, r);
        if (h->live != NULL) {
            live_hear(h->live, r, session_digits(tutor_graph(h->tutor)));
            if (rec_is(r, KIND_training)) {
                live_follow(h->live, tutor_graph(h->tutor));
            }
        }
    }
    if (!whole) {
        host_fall_short(h);
    }
    bool some = records->list.in.first != NULL;
    if ((some && fflush(h->out) != 0) || ferror(h->out)) {
        h->out_failed = true;
    }
    return whole;
}

char *host_path(const struct host *h, const char *path)
{
    const char *home = getenv("HOME");
    struct text whole;
    text_init(&whole);
    if (path[0] == '~' && path[1] == '/' && home != NULL) {
        text_add(&whole, home);
        path++;
    } else if (path[0] != '/' && h->folder != NULL) {
        text_addf(&whole, "%s/", h->folder);
    }
    text_add(&whole, path);
    const char *joined = text_get(&whole);
    char *copy = mem_refusals() > 0 ? NULL : mem_copy(joined, strlen(joined));
    text_release(&whole);
    return copy;
}

static const struct rec *last(const struct records *records, enum rec_kind kind)
{
    const struct rec *found = NULL;
    for (const struct rec *r = records->list.in.first; r != NULL; r = r->next) {
        found = rec_is(r, kind) ? r : found;
    }
    return found;
}

// Another log of answers becomes part of the learner's.
static bool answer_import(struct host *h, const struct rec *need, struct buf *counts,
                          struct diag *d)
{
    const char *text = rec_get_text(need, KEY_text);
    struct log theirs, missing;
    struct text said;
    if (h->unseen || h->progress == NULL) {
        return diag_set(d, (struct span){0, 0}, "progress is not kept here");
    }
    text_init(&said);
    log_init(&missing);
    bool ok = log_read(&theirs, text, strlen(text), d) &&
              progress_import(h->progress, &theirs, &missing, d);
    log_write_counts(&said, &missing, &theirs);
    ok = ok && (buf_add(counts, text_get(&said), text_length(&said)) || diag_out_of_memory(d));
    log_release(&missing);
    log_release(&theirs);
    text_release(&said);
    return ok;
}

static bool answer_view(struct host *h, const struct rec *need, struct buf *address, struct diag *d)
{
    if (h->live == NULL) {
        diag_set(d, (struct span){0, 0}, "a page can only follow a prompt");
        return diag_hint(d, "start backstep without a script, and type view");
    }
    return rec_get_flag(need, KEY_stop)
               ? live_stop(h->live, d)
               : live_open(h->live, (int)rec_get_whole(need, KEY_port), h->stop, address, d);
}

static bool answer(struct host *h, const struct records *records, const char *path,
                   struct buf *bytes, struct diag *d)
{
    const struct rec *need = records->list.in.last;
    const char *what = rec_get_text(need, KEY_what);
    if (strcmp(what, "read") == 0) {
        return files_read(path, FILE_MOST, bytes, d);
    }
    if (strcmp(what, "write") == 0) {
        const char *text = rec_get_text(need, KEY_text);
        return files_write(path, text, strlen(text), d);
    }
    if (strcmp(what, "notes") == 0) {
        return document_write(h->notes, rec_get_text(need, KEY_format), path,
                              rec_get_text(need, KEY_path), h->stop, d);
    }
    if (strcmp(what, "share") == 0) {
        const char *text = rec_get_text(need, KEY_text);
        return deflate_pack(text, strlen(text), bytes, d);
    }
    if (strcmp(what, "import") == 0) {
        return answer_import(h, need, bytes, d);
    }
    if (strcmp(what, "layout") == 0 && h->unseen) {
        return diag_set(d, (struct span){0, 0}, "nobody would see this picture");
    }
    if (strcmp(what, "layout") == 0) {
        return picture_layout(rec_find(need, KEY_questions), h->stop, bytes, d);
    }
    if (strcmp(what, "view") == 0) {
        return answer_view(h, need, bytes, d);
    }
    if (strcmp(what, "choice") == 0) {
        return picture_choose(need, h->stop, bytes, d);
    }
    if (strcmp(what, "frames") == 0) {
        return frames_write(need, path, h->stop, bytes, d);
    }
    const char *format = rec_get_text(need, KEY_format);
    if (strcmp(what, "plot") == 0) {
        return plot_write(last(records, KIND_plot), path, format, h->stop, d);
    }
    if (rec_find(need, KEY_trials) != NULL) {
        return picture_write_best(need, path, h->stop, bytes, d);
    }
    return strcmp(format, "html") == 0
               ? page_write(records, path, h->stop, d)
               : picture_write(last(records, KIND_scene), path, picture_format(need), h->stop, d);
}

// The file that is asked for; where there is none, the one of that name that came with the program.
static char *path_of(const struct host *h, const struct rec *need)
{
    const char *name = rec_get_text(need, KEY_path), *folder = rec_get_text(need, KEY_folder);
    char *path = host_path(h, name);
    bool shipped =
        path != NULL && *folder != '\0' && strchr(name, '/') == NULL && access(path, F_OK) != 0;
    char *other = shipped ? folder_shipped(folder, name) : NULL;
    if (other != NULL) {
        free(path);
        path = other;
    }
    return path;
}

// A lesson's file, or the diag says where it is not one.
static void answer_lesson(struct host *h, const char *path)
{
    struct lesson_trouble trouble = {0};
    struct lesson *lesson = lesson_file_read(path, &trouble);
    struct diag d = {0};
    if (lesson != NULL && mem_refusals() == 0) {
        tutor_supply_lesson(h->tutor, lesson);
    } else if (mem_refusals() > 0) {
        lesson_free(lesson);
        diag_out_of_memory(&d);
        tutor_refuse(h->tutor, &d);
    } else {
        lesson_trouble_diag(path, &trouble, &d);
        tutor_refuse(h->tutor, &d);
    }
    lesson_trouble_release(&trouble);
}

static void let_course_go(struct host *h)
{
    if (h->has_course) {
        course_release(&h->course);
        h->has_course = false;
    }
}

// The course is read anew for each statement that asks for it, and stays as long as that runs.
static void answer_course(struct host *h, const struct rec *need)
{
    if (h->unseen) {
        struct diag d = {0};
        diag_set(&d, (struct span){0, 0}, "the course is not available here");
        tutor_refuse(h->tutor, &d);
        return;
    }
    char *folder = course_folder();
    let_course_go(h);
    h->has_course = true;
    course_load(&h->course, folder, h->progress, h->now, rec_get_flag(need, KEY_log));
    tutor_supply_course(h->tutor, &h->course);
    free(folder);
}

static void answer_need(struct host *h, const struct records *records)
{
    const char *what = rec_get_text(records->list.in.last, KEY_what);
    if (h->give != NULL && h->give(h->seer, records->list.in.last)) {
        return;
    }
    if (strcmp(what, "course") == 0) {
        answer_course(h, records->list.in.last);
        return;
    }
    struct diag d = {0};
    struct buf bytes;
    buf_init(&bytes, 1);
    char *path = path_of(h, records->list.in.last);
    if (path == NULL) {
        diag_out_of_memory(&d);
    } else if (strcmp(what, "lesson") == 0) {
        answer_lesson(h, path);
    } else if (answer(h, records, path, &bytes, &d) && mem_refusals() == 0) {
        tutor_supply_all(h->tutor, &bytes);
    }
    if (mem_refusals() > 0) {
        d = (struct diag){0};
        diag_out_of_memory(&d);
        h->fell_short = true;
    }
    if (d.set) {
        tutor_refuse(h->tutor, &d);
    }
    // Without a layout a graph is drawn all the same, but not because memory was refused.
    if (strcmp(what, "layout") != 0) {
        mem_forgive(0);
    }
    free(path);
    buf_release(&bytes);
}

enum session_state host_run(struct host *h, const struct source *source)
{
    enum session_state state;
    tell_terminal(h);
    h->entry = source->text;
    h->entry_length = source->length;
    h->lines = h->held_back = 0;
    tutor_set_clock(h->tutor, time_of(h));
    tutor_begin(h->tutor, source, h->mode);
    if (h->live != NULL) {
        live_begin(h->live, source);
    }
    if (h->notes != NULL && h->mode == SESSION_PROMPT) {
        notes_begin(h->notes, source->text, source->length);
    }
    bool anew = true;
    struct records records;
    records_init(&records);
    do {
        if (anew && h->patience != NULL) {
            patience_renew(h->patience);
        }
        state = tutor_run(h->tutor, &records);
        if (h->journal != NULL) {
            // Whatever is answered is kept before it is shown.
            tell_news(h, journal_note(h->journal, h->tutor));
        }
        anew = records.list.in.count > 0;
        h->fell_short |= tutor_fell_short(h->tutor);
        if (!write_records(h, &records)) {
            state = SESSION_FAILED;
        }
        if (state == SESSION_NEED) {
            answer_need(h, &records);
        } else {
            let_course_go(h);
        }
        records_release(&records);
    } while (!h->out_failed && (state == SESSION_MORE || state == SESSION_NEED));
    offer_file(h);
    if (h->live != NULL) {
        live_end(h->live, tutor_graph(h->tutor));
    }
    return h->out_failed ? SESSION_FAILED : state;
}

#include "prompt/repl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "command/context.h"
#include "process/system.h"
#include "prompt/background.h"
#include "session/candidates.h"
#include "store/course.h"
#include "store/folders.h"
#include "supply/ink.h"
#include "text/block.h"
#include "text/lexer.h"
#include "text/lower.h"

enum {
    LINE_MOST = 256 << 10,    // bytes of one line
    PASTE_MOST = 1 << 20,     // bytes of one paste
    HISTORY_LINES = 10000,    // lines of the history file
    HISTORY_LINE = 4096,      // bytes of an entry that is kept there
    HISTORY_MOST = 64 << 20,  // bytes of a history file; ours stays well below
    BLINK_MICROSECONDS = 300000,
};

// readline's hooks and the signal handler take no argument: what they need is here.
static struct {
    struct host *host;
    struct stop *stop;             // set by every signal of ours; ends a line as well
    volatile sig_atomic_t hung_up;  // the signal that ends us, if one came
    struct text keys;               // read but not yet given to readline, from `next` on
    size_t next;
    size_t given;            // keys of the present line
    bool too_long;           // the line or the paste was, and is dropped
    bool pasted;             // the line has several, which came as one paste
    bool begins;             // a statement may begin where the line does
    bool at_start;           // the word to complete begins one
    struct context context;  // of the word to complete
    char *history;           // the file; NULL: there is none
    char *pushed;            // the next line; NULL: it is to be typed
    // Earlier entries are looked for: what they begin with, what was typed, and the one shown.
    char *prefix, *typed;
    int entry;
} repl;

// ---- Signals ------------------------------------------------------------------------------------

static void on_signal(int number)
{
    if (number != SIGINT) {
        repl.hung_up = number;
    }
    repl.stop->asked = STOP_NOW;
}

// No SA_RESTART: whatever waits is to stop waiting.
static void catch_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        sigaction(numbers[i], &action, NULL);
    }
}

// ---- Keys ---------------------------------------------------------------------------------------

// The terminal may have become another size, the learner gone away and come back.
static void fit_split(void)
{
    if (repl.host->split != NULL && split_fit(repl.host->split)) {
        rl_forced_update_display();
    }
}

// A program in front of us (after Ctrl-Z) has the whole screen.
static void heed_signals(void)
{
    struct split *split = repl.host->split;
    bool stopped = rl_pending_signal() == SIGTSTP;
    if (stopped && split != NULL) {
        split_lend(split);
    }
    rl_check_signals();
    if (stopped && split != NULL) {
        split_redraw(split);
    }
    if (stopped) {
        rl_forced_update_display();  // back in the foreground, on a line of its own
    }
}

// Waits for keys, and meanwhile tells the page that follows what it is still to be told. Misses no
// signal that comes just before. readline has handlers of its own while it reads, which put the
// terminal right first; rl_check_signals passes the signal on to ours. False when there is a signal
// of ours.
static bool wait_for_keys(void)
{
    struct live *live = repl.host->live;
    struct pollfd ends[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.events = POLLOUT}};
    while (ends[0].revents == 0 && !stop_is_asked(repl.stop)) {
        sigset_t all, before;
        ends[1].fd = live == NULL ? -1 : live_fd(live);
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, &before);
        fit_split();
        bool waited = rl_pending_signal() == 0 && system_wait(ends, COUNT_OF(ends), &before) > 0;
        sigprocmask(SIG_SETMASK, &before, NULL);
        if (!waited) {
            ends[0].revents = 0;
        } else if (ends[1].fd >= 0 && ends[1].revents != 0) {
            live_push(live);
        }
        heed_signals();
    }
    return !stop_is_asked(repl.stop);
}

static bool read_keys(void)
{
    enum { CHUNK = 1 << 16 };
    char chunk[CHUNK];
    ssize_t n = -1;
    text_clear(&repl.keys);
    repl.next = 0;
    while (n < 0 && wait_for_keys()) {
        n = read(STDIN_FILENO, chunk, sizeof chunk);
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
            on_signal(SIGHUP);  // readline's terminal has no end of file: it is gone
        }
    }
    text_add_bytes(&repl.keys, chunk, n > 0 ? (size_t)n : 0);
    return n > 0;
}

// The next byte that was typed; EOF when interrupted, and then what was typed ahead is forgotten.
static int take_key(void)
{
    bool have = repl.next < text_length(&repl.keys);
    if (stop_is_asked(repl.stop) || (!have && !read_keys())) {
        text_clear(&repl.keys);
        repl.next = 0;
        return EOF;
    }
    return (unsigned char)text_get(&repl.keys)[repl.next++];
}

static bool is_enter(int key)
{
    return key == '\n' || key == '\r';
}

static void draw_nothing(void)
{
}

// A line is drawn when no more keys wait, or when it is complete (readline may take the Enter
// early, to see what follows): drawing it anew for each byte of a long paste would take time
// quadratic in its length.
static void choose_redisplay(int key)
{
    bool more = repl.next < text_length(&repl.keys);
    bool complete = is_enter(key) || (more && is_enter(text_get(&repl.keys)[repl.next]));
    rl_redisplay_function = (more && !complete) || repl.too_long ? draw_nothing : rl_redisplay;
}

// Gives readline a key. At EOF it ends the line, and read_line sees why.
static int next_key(FILE *input)
{
    (void)input;
    int key = take_key();
    if (++repl.given > LINE_MOST) {
        repl.too_long = true;
        while (!is_enter(key) && key != EOF) {
            key = take_key();
        }
    }
    choose_redisplay(key);
    return key;
}

// Ctrl-L: the picture of a watched walk stays.
static int clear_screen(int count, int key)
{
    struct split *split = repl.host->split;
    if (split == NULL || split->height == 0) {
        return rl_clear_screen(count, key);
    }
    split_redraw(split);
    rl_forced_update_display();
    return 0;
}

// For readline's question whether an escape stands alone or begins an arrow key.
static int keys_wait(void)
{
    enum { MILLISECONDS = 100 };
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return repl.next < text_length(&repl.keys) || poll(&input, 1, MILLISECONDS) > 0;
}

// A bracket that closes shows for a moment where it was opened; not where more keys wait.
static int close_bracket(int count, int key)
{
    bool more = repl.next < text_length(&repl.keys);
    return more ? rl_insert(count, key) : rl_insert_close(count, key);
}

// A terminal that took its time to tell its background: "]11;rgb:… BEL" is nothing that was typed.
static int swallow_report(int count, int key)
{
    enum { MOST = 64 };
    (void)count, (void)key;
    for (int i = 0, last = 0; i < MOST; i++) {
        int next = repl.next < text_length(&repl.keys) || keys_wait() ? take_key() : EOF;
        if (next == EOF || next == '\a' || (last == '\x1b' && next == '\\')) {
            break;
        }
        last = next;
    }
    return 0;
}

// ---- Earlier entries ----------------------------------------------------------------------------

// The entry after `from`, older (-1) or newer (+1), that begins with repl.prefix and is not what is
// shown. -1: there is none.
static int find_entry(int from, int direction)
{
    size_t n = strlen(repl.prefix);
    HIST_ENTRY **entries = history_list();
    for (int i = from + direction; entries != NULL && i >= 0 && i < history_length;
         i += direction) {
        if (strncmp(entries[i]->line, repl.prefix, n) == 0 &&
            strcmp(entries[i]->line, rl_line_buffer) != 0) {
            return i;
        }
    }
    return -1;
}

static void show_entry(const char *line)
{
    rl_replace_line(line, 1);
    rl_point = rl_end;
}

// The first of several presses: what stands before the cursor is what entries begin with.
static void begin_search(void)
{
    free(repl.prefix);
    free(repl.typed);
    repl.typed = strdup(rl_line_buffer);
    repl.prefix = strdup(rl_line_buffer);
    if (repl.prefix != NULL) {
        repl.prefix[rl_point] = '\0';
    }
    repl.entry = history_length;
}

static int search_up(int count, int key);

static int search_down(int count, int key)
{
    (void)count, (void)key;
    bool goes_on = rl_last_func == search_up || rl_last_func == search_down;
    if (!goes_on || repl.prefix == NULL || repl.entry >= history_length) {
        return 0;
    }
    int entry = find_entry(repl.entry, +1);
    repl.entry = entry < 0 ? history_length : entry;
    show_entry(entry < 0 ? repl.typed : history_list()[entry]->line);
    return 0;
}

static int search_up(int count, int key)
{
    (void)count, (void)key;
    if (rl_last_func != search_up && rl_last_func != search_down) {
        begin_search();
    }
    int entry = repl.prefix == NULL || repl.typed == NULL ? -1 : find_entry(repl.entry, -1);
    if (entry >= 0) {
        repl.entry = entry;
        show_entry(history_list()[entry]->line);
    }
    return 0;
}

// ---- Pasting ------------------------------------------------------------------------------------

#define PASTE_BEGINS "\x1b[200~"
#define PASTE_ENDS "\x1b[201~"

// Collects what is pasted, up to the mark that ends it. False if it never ends.
static bool collect_paste(struct text *paste)
{
    static const char ends[] = PASTE_ENDS;
    size_t matched = 0;
    while (ends[matched] != '\0') {
        int key = take_key();
        if (key == EOF) {
            return false;
        }
        matched = key == ends[matched] ? matched + 1 : key == ends[0] ? 1 : 0;
        if (text_length(paste) < PASTE_MOST + sizeof ends) {
            text_add_char(paste, (char)key);
        }
    }
    repl.too_long = text_length(paste) >= PASTE_MOST + sizeof ends;
    paste->bytes.count -= repl.too_long ? 0 : matched;
    return true;
}

// As it goes into the line: ends of lines are newlines, a tab goes on to the next column that 8
// divides, so that indented blocks keep their shape, and there is no 0.
static void add_pasted(struct text *line, const char *s, size_t n)
{
    size_t column = 0;
    for (size_t i = 0; i < n; i++) {
        bool newline = s[i] == '\n' || s[i] == '\r';
        if (newline) {
            i += s[i] == '\r' && i + 1 < n && s[i + 1] == '\n';
            text_add_char(line, '\n');
        } else if (s[i] == '\t') {
            text_fill(line, ' ', 8 - column % 8);
        } else if (s[i] != '\0') {
            text_add_char(line, s[i]);
        }
        column = newline ? 0 : s[i] == '\t' ? column + 8 - column % 8 : column + 1;
    }
}

// Bracketed paste: all of it becomes part of the line, so that it is one entry, and nothing in it
// is a command to the editor. Where it ends with an end of line, that is Enter.
static int paste(int count, int key)
{
    (void)count, (void)key;
    struct text pasted, line;
    text_init(&pasted);
    text_init(&line);
    if (collect_paste(&pasted) && !repl.too_long) {
        add_pasted(&line, text_get(&pasted), text_length(&pasted));
        size_t length = text_length(&line), kept = length;
        while (kept > 0 && text_get(&line)[kept - 1] == '\n') {
            kept--;
        }
        line.bytes.count = kept;
        repl.pasted |= memchr(text_get(&line), '\n', kept) != NULL;
        rl_insert_text(text_get(&line));
        if (kept < length) {
            rl_redisplay();
            rl_newline(1, '\n');
        }
    } else if (repl.too_long) {
        rl_newline(1, '\n');
    }
    text_release(&pasted);
    text_release(&line);
    return 0;
}

// ---- Completion ---------------------------------------------------------------------------------

static char *word_breaks(void)
{
    static char breaks[64];
    snprintf(breaks, sizeof breaks, "%s", context_breaks(rl_line_buffer, (size_t)rl_point));
    return breaks;
}

// The next of the words apart by blanks, from *words on, that begins with this one; NULL: no more.
static char *next_word(const char *word, const char **words)
{
    size_t length = strlen(word);
    for (*words += strspn(*words, " "); **words != '\0'; *words += strspn(*words, " ")) {
        const char *s = *words;
        size_t n = strcspn(s, " ");
        *words += n;
        if (n >= length && memcmp(s, word, length) == 0) {
            return strndup(s, n);
        }
    }
    return NULL;
}

// The words of the context, then names, and where an expression stands functions and commands.
static char *next_candidate(const char *word, int state)
{
    static struct records records;
    static const struct rec *item;
    static const char *words = "";
    if (state == 0) {
        words = repl.context.words;
        records_init(&records);
        if (repl.context.kind == CONTEXT_NAMES) {
            candidates_add_names(tutor_graph(repl.host->tutor), word, &records);
        } else if (repl.context.kind == CONTEXT_EXPRESSION) {
            candidates_add(tutor_graph(repl.host->tutor), word, repl.at_start, &records);
        }
        const struct rec *items = rec_find(records.list.in.first, KEY_items);
        item = items == NULL ? NULL : items->in.first;
    }
    char *fixed = next_word(word, &words);
    if (fixed != NULL) {
        return fixed;
    }
    if (item == NULL) {
        records_release(&records);
        return NULL;
    }
    char *copy = strdup(item->text);
    item = item->next;
    return copy;
}

static char *next_lesson(const char *word, int state)
{
    static struct course course;
    static size_t next;
    if (state == 0) {
        char *folder = course_folder();
        course_load(&course, folder, NULL, 1, false);
        next = 0;
        free(folder);
    }
    while (next < course.lessons.count) {
        const char *id = BUF(struct course_lesson, &course.lessons)[next++].id;
        if (strncmp(id, word, strlen(word)) == 0) {
            return strdup(id);
        }
    }
    course_release(&course);
    return NULL;
}

// How often is this whole word offered where no command may stand? Once as a function, once as a
// name that is bound.
static int meanings(const char *word)
{
    int count = 0;
    struct records records;
    records_init(&records);
    candidates_add(tutor_graph(repl.host->tutor), word, false, &records);
    const struct rec *items = rec_find(records.list.in.first, KEY_items);
    for (const struct rec *i = items == NULL ? NULL : items->in.first; i != NULL; i = i->next) {
        count += strcmp(i->text, word) == 0;
    }
    records_release(&records);
    return count;
}

// What follows a word that was completed: a blank after a command, ( after a function, nothing
// after a name.
static int suffix(const char *word)
{
    bool function = lower_is_function(word, strlen(word));
    bool bound = meanings(word) > function;
    return bound ? '\0' : function ? '(' : repl.at_start ? ' ' : '\0';
}

static char **complete(const char *word, int start, int end)
{
    size_t at = (size_t)start;
    struct context context = context_at(rl_line_buffer, at);
    rl_attempted_completion_over = 1;
    rl_completion_append_character = '\0';
    repl.context = context;
    if (context.kind == CONTEXT_LESSONS && strpbrk(word, "/.") == NULL) {
        char **lessons = rl_completion_matches(word, next_lesson);
        if (lessons != NULL) {
            return lessons;
        }
    }
    bool files = context.kind == CONTEXT_FILES || context.kind == CONTEXT_LESSONS;
    if ((files && *word != '-') || rl_completion_quote_character != '\0') {
        rl_filename_completion_desired = 1;
        return rl_completion_matches(word, rl_filename_completion_function);
    }
    size_t begin = context_start(rl_line_buffer, at);
    bool help = strncmp(rl_line_buffer + begin, "help ", 5) == 0;
    repl.at_start = help || (begin >= at && repl.begins);
    char **matches = rl_completion_matches(word, next_candidate);
    if (matches == NULL && context.kind == CONTEXT_NAMES) {
        repl.context.kind = CONTEXT_EXPRESSION;  // as in local tanh(x)
        matches = rl_completion_matches(word, next_candidate);
    }
    if (matches != NULL && rl_line_buffer[end] != '(' && !help) {
        rl_completion_append_character = suffix(matches[0]);
    }
    return matches;
}

// ---- History ------------------------------------------------------------------------------------

// An entry is one even where it has several lines: before each, readline writes a line with its
// time, which begins with this sign. No statement begins with it.
#define TIME_SIGN '!'

static bool history_is_sound(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
    bool sound = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
                 st.st_size <= HISTORY_MOST && fchmod(fd, 0600) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return sound;
}

static void begin_history(void)
{
    history_comment_char = TIME_SIGN;
    history_write_timestamps = 1;
    stifle_history(HISTORY_LINES);
    repl.history = folder_make(FOLDER_STATE, "history");
    if (repl.history == NULL || !history_is_sound(repl.history)) {
        free(repl.history);
        repl.history = NULL;
        return;
    }
    read_history(repl.history);
    using_history();
}

// Written at once, so that nothing is lost, and at the file's end, so that another session's
// entries stay.
static void remember(const char *entry)
{
    HIST_ENTRY *last = history_get(history_base + history_length - 1);
    if (entry[strspn(entry, " \t\n")] == '\0' || (last != NULL && strcmp(last->line, entry) == 0)) {
        return;
    }
    add_history(entry);
    if (repl.history != NULL && strlen(entry) <= HISTORY_LINE) {
        append_history(1, repl.history);
    }
}

static void end_history(void)
{
    if (repl.history != NULL) {
        history_truncate_file(repl.history, HISTORY_LINES / 2);  // each has its time's line as well
        free(repl.history);
        repl.history = NULL;
    }
}

// ---- One entry ----------------------------------------------------------------------------------

static void say(const char *words)
{
    ink_write(repl.host->out, words, host_theme(repl.host));
    fflush(repl.host->out);
}

// One line without its newline, which the caller frees; NULL if it ended in another way.
static char *read_line(const char *prompt)
{
    stop_renew(repl.stop);
    repl.given = 0;
    repl.too_long = false;
    choose_redisplay('\n');
    rl_reset_screen_size();
    char *line = readline(prompt);
    clearerr(repl.host->out);  // of what a signal cut short on the screen
    if (line == NULL) {
        say("\n");
    }
    if (stop_is_asked(repl.stop) || repl.too_long) {
        free(line);
        return NULL;
    }
    return line;
}

// The prompt's sign, behind where a lesson stands: "3/9 ∇ ". Colours between \001 and \002 take no
// room, as readline knows.
static void add_prompt(struct text *prompt, bool more)
{
    struct text place;
    bool utf8 = ink_is_utf8();
    text_init(&place);
    tutor_place(repl.host->tutor, &place);
    if (text_length(&place) > 0 && !more) {
        enum theme theme = host_theme(repl.host);
        text_addf(prompt, "\001%s\002%s\001%s\002 ", theme_code(theme, INK_MUTED), text_get(&place),
                  theme_code(theme, INK_END));
    }
    text_add(prompt, more ? (utf8 ? "… " : ". ") : (utf8 ? "∇ " : "> "));
    text_release(&place);
}

// Lines, as long as a bracket is open. False if they ended in another way.
static bool read_lines(struct text *entry)
{
    bool more = repl.pasted = false;
    struct text prompt;
    struct source source = {.name = "", .line = 1};
    do {
        repl.begins = !more || strchr(text_get(entry), '{') != NULL;
        text_init(&prompt);
        add_prompt(&prompt, more);
        char *line = repl.pushed != NULL ? repl.pushed : read_line(text_get(&prompt));
        repl.pushed = NULL;
        text_release(&prompt);
        if (line == NULL) {
            return false;
        }
        text_add(entry, more ? "\n" : "");
        text_add(entry, line);
        free(line);
        source.text = text_get(entry);
        source.length = text_length(entry);
        repl.too_long = source.length > (repl.pasted ? PASTE_MOST : LINE_MOST);
        more = repl.pasted ? lexer_wants_more(&source) : block_wants_more(&source);
    } while (more && !repl.too_long);
    return !repl.too_long;
}

enum repl_end repl_read(struct text *entry)
{
    text_clear(entry);
    if (read_lines(entry)) {
        remember(text_get(entry));
        return repl.hung_up != 0 ? REPL_LEFT : REPL_ENTERED;
    }
    if (repl.hung_up != 0 || (!stop_is_asked(repl.stop) && !repl.too_long)) {
        return REPL_LEFT;
    }
    return repl.too_long ? REPL_TOO_LONG : REPL_DROPPED;
}

bool repl_has_keys(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return repl.next < text_length(&repl.keys) || poll(&input, 1, 0) > 0;
}

void repl_push(const char *line)
{
    free(repl.pushed);
    repl.pushed = strdup(line);
}

int repl_hung_up(void)
{
    return repl.hung_up;
}

// ---- From begin to end --------------------------------------------------------------------------

// At its end of file readline ends the line on some terminals only: read_line does so on all.
static void leave_terminal(void)
{
    rl_eof_found = 0;
    rl_deprep_terminal();
}

// ---- Keys that move -----------------------------------------------------------------------------

// What the keys of xterm, rxvt, screen, tmux and the Linux console send. The modifiers are 2 Shift,
// 3 Alt, 5 Ctrl and their sums; with Ctrl or Alt an arrow moves by a word, with Shift it moves as
// without (there is nothing to select).
static const struct motion {
    const char *keys;
    rl_command_func_t *moves;
} motions[] = {
    {"\x1b[H", rl_beg_of_line},
    {"\x1bOH", rl_beg_of_line},
    {"\x1b[1~", rl_beg_of_line},
    {"\x1b[7~", rl_beg_of_line},
    {"\x1b[F", rl_end_of_line},
    {"\x1bOF", rl_end_of_line},
    {"\x1b[4~", rl_end_of_line},
    {"\x1b[8~", rl_end_of_line},
    {"\x1b[3~", rl_delete},
    {"\x1b[A", search_up},
    {"\x1bOA", search_up},
    {"\x1b[B", search_down},
    {"\x1bOB", search_down},
    {"\x1b[5~", search_up},
    {"\x1b[6~", search_down},
    {"\x1b[a", search_up},
    {"\x1b[b", search_down},
    {"\x1b[c", rl_forward_char},
    {"\x1b[d", rl_backward_char},
    {"\x1bOc", rl_forward_word},
    {"\x1bOd", rl_backward_word},
    {"\x1b\x1b[C", rl_forward_word},
    {"\x1b\x1b[D", rl_backward_word},
    {"\x1b\x1b[A", search_up},
    {"\x1b\x1b[B", search_down},
    {"\x1b[3;5~", rl_kill_word},
    {"\x1b[3;3~", rl_kill_word},
    {"\x1b[3;2~", rl_delete},
};

static void bind_key(const char *keys, rl_command_func_t *moves)
{
    rl_bind_keyseq_in_map(keys, moves, emacs_standard_keymap);
    rl_bind_keyseq_in_map(keys, moves, vi_insertion_keymap);
}

// Arrows, Home and End with every modifier: "\x1b[1;5C".
static void bind_modified(void)
{
    for (int modifier = 2; modifier <= 8; modifier++) {
        bool word = modifier > 2;
        const struct {
            char key;
            rl_command_func_t *moves;
        } ends[] = {{'A', search_up},
                    {'B', search_down},
                    {'C', word ? rl_forward_word : rl_forward_char},
                    {'D', word ? rl_backward_word : rl_backward_char},
                    {'H', rl_beg_of_line},
                    {'F', rl_end_of_line}};
        for (size_t i = 0; i < COUNT_OF(ends); i++) {
            char keys[16];
            snprintf(keys, sizeof keys, "\x1b[1;%d%c", modifier, ends[i].key);
            bind_key(keys, ends[i].moves);
        }
    }
}

static void bind_motions(void)
{
    static const char closing[] = ")]}";
    for (size_t i = 0; i < COUNT_OF(motions); i++) {
        bind_key(motions[i].keys, motions[i].moves);
    }
    bind_modified();
    bind_key("\x1b]", swallow_report);
    bind_key("\x1b[", rl_skip_csi_sequence);  // of keys that mean nothing here
    for (const char *c = closing; *c != '\0'; c++) {
        rl_bind_key_in_map(*c, close_bracket, emacs_standard_keymap);
        rl_bind_key_in_map(*c, close_bracket, vi_insertion_keymap);
    }
    rl_set_paren_blink_timeout(BLINK_MICROSECONDS);
}

static void set_up_readline(void)
{
    rl_readline_name = "backstep";
    rl_instream = stdin;
    rl_outstream = stdout;
    rl_change_environment = 0;
    rl_getc_function = next_key;
    rl_input_available_hook = keys_wait;
    rl_deprep_term_function = leave_terminal;
    rl_attempted_completion_function = complete;
    rl_completion_word_break_hook = word_breaks;
    rl_completer_quote_characters = "\"'";
    rl_filename_quote_characters = " \t;#";
    // What the learner's inputrc says, which rl_initialize reads, has the last word.
    rl_variable_bind("show-all-if-ambiguous", "on");
    rl_variable_bind("bell-style", "none");
    rl_variable_bind("blink-matching-paren", "on");
    rl_variable_bind("enable-bracketed-paste", "on");
    rl_bind_keyseq_in_map(PASTE_BEGINS, paste, emacs_standard_keymap);
    rl_bind_keyseq_in_map(PASTE_BEGINS, paste, vi_insertion_keymap);
    bind_motions();
    rl_bind_key_in_map(0x0C, clear_screen, emacs_standard_keymap);
    rl_bind_key_in_map(0x0C, clear_screen, vi_insertion_keymap);
    rl_initialize();
}

void repl_init(struct host *h, struct stop *stop)
{
    repl.host = h;
    repl.stop = stop;
    text_init(&repl.keys);
    if (h->form == HOST_COLOUR && ink_moves(h->out) && theme_load() == THEME_UNKNOWN) {
        enum theme told = background_ask(&repl.keys);
        h->theme = told == THEME_UNKNOWN ? h->theme : told;
    }
    catch_signals();
    set_up_readline();
    begin_history();
}

void repl_release(void)
{
    end_history();
    text_release(&repl.keys);
    char **texts[] = {&repl.pushed, &repl.prefix, &repl.typed};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        free(*texts[i]);
        *texts[i] = NULL;
    }
}

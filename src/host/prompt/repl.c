#include "prompt/repl.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/readline.h>

#include "process/system.h"
#include "prompt/background.h"
#include "prompt/repl_complete.h"
#include "prompt/repl_history.h"
#include "prompt/repl_keys.h"
#include "prompt/repl_memory.h"
#include "supply/ink.h"
#include "text/block.h"
#include "text/lexer.h"

enum {
    LINE_MOST = 256 << 10,  // bytes of one line
    PASTE_MOST = 1 << 20,   // bytes of one paste
    KEYS_MOST = 64 << 10,   // bytes that are read at once
    BLINK_MICROSECONDS = 300000,
};

// readline's hooks and the signal handler take no argument: what they need is here.
static struct {
    struct host *host;
    struct stop *stop;              // set by every signal of ours; ends a line as well
    volatile sig_atomic_t hung_up;  // the signal that ends us, if one came
    char keys[KEYS_MOST];           // read; those from `next` on are not yet given to readline
    size_t count, next;
    size_t given;   // keys of the present line
    bool too_long;  // the line or the paste was, and is dropped
    bool pasted;    // the line has several, which came as one paste
    char *pushed;   // the next line; NULL: it is to be typed
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

static bool have_keys(void)
{
    return repl.next < repl.count;
}

static void forget_keys(void)
{
    repl.count = repl.next = 0;
}

static bool read_keys(void)
{
    ssize_t n = -1;
    forget_keys();
    while (n < 0 && wait_for_keys()) {
        n = read(STDIN_FILENO, repl.keys, sizeof repl.keys);
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
            on_signal(SIGHUP);  // readline's terminal has no end of file: it is gone
        }
    }
    repl.count = n > 0 ? (size_t)n : 0;
    return n > 0;
}

// The next byte that was typed; EOF when interrupted, and then what was typed ahead is forgotten.
static int take_key(void)
{
    if (stop_is_asked(repl.stop) || (!have_keys() && !read_keys())) {
        forget_keys();
        return EOF;
    }
    return (unsigned char)repl.keys[repl.next++];
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
    bool more = have_keys(), complete = is_enter(key) || (more && is_enter(repl.keys[repl.next]));
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
    return have_keys() || poll(&input, 1, MILLISECONDS) > 0;
}

// A bracket that closes shows for a moment where it was opened; not where more keys wait.
static int close_bracket(int count, int key)
{
    bool more = have_keys();
    return more ? rl_insert(count, key) : rl_insert_close(count, key);
}

// A terminal that took its time to tell its background or its name: "]11;rgb:… BEL" is nothing that was
// typed.
static int swallow_report(int count, int key)
{
    enum { MOST = 64 };
    (void)count, (void)key;
    for (int i = 0, last = 0; i < MOST; i++) {
        int next = have_keys() || keys_wait() ? take_key() : EOF;
        if (next == EOF || next == '\a' || (last == '\x1b' && next == '\\')) {
            break;
        }
        last = next;
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

// The prompt's sign, after where a lesson is: "3/9 ∇ ". Colours between \001 and \002 take no
// room, as readline knows. Without memory it is the sign alone, which needs none.
static const char *make_prompt(struct text *prompt, bool more)
{
    struct text place;
    bool utf8 = ink_is_utf8();
    const char *sign = more ? (utf8 ? "… " : ". ") : (utf8 ? "∇ " : "> ");
    size_t refused = mem_refusals();
    text_init(prompt);
    text_init(&place);
    tutor_place(repl.host->tutor, &place);
    if (text_length(&place) > 0 && !more) {
        enum theme theme = host_theme(repl.host);
        text_addf(prompt, "\001%s\002%s\001%s\002 ", theme_code(theme, INK_MUTED), text_get(&place),
                  theme_code(theme, INK_END));
    }
    text_add(prompt, sign);
    text_release(&place);
    bool whole = mem_refusals() == refused;
    mem_forgive(refused);
    return whole ? text_get(prompt) : sign;
}

// Lines, as long as a bracket is open. False if they ended in another way.
static bool read_lines(struct text *entry)
{
    bool more = repl.pasted = false;
    struct text prompt;
    struct source source = {.name = "", .line = 1};
    do {
        repl_complete_line(!more || strchr(text_get(entry), '{') != NULL);
        const char *sign = make_prompt(&prompt, more);
        char *line = repl.pushed != NULL ? repl.pushed : read_line(sign);
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
    repl_memory_reserve();
    size_t refused = mem_refusals();
    bool read = read_lines(entry), whole = mem_refusals() == refused;
    mem_forgive(refused);
    if (read && !whole) {
        return REPL_SHORT;
    }
    if (read) {
        repl_history_add(text_get(entry));
        mem_forgive(refused);  // at most it is not among the lines to come back to
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
    return have_keys() || poll(&input, 1, 0) > 0;
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

static void set_up_readline(void)
{
    rl_readline_name = "backstep";
    rl_instream = stdin;
    rl_outstream = stdout;
    rl_change_environment = 0;
    rl_getc_function = next_key;
    rl_input_available_hook = keys_wait;
    rl_deprep_term_function = leave_terminal;
    repl_complete_init(repl.host->tutor);
    // What the learner's inputrc says, which rl_initialize reads, has the last word.
    rl_variable_bind("show-all-if-ambiguous", "on");
    rl_variable_bind("match-hidden-files", "off");
    rl_variable_bind("bell-style", "none");
    rl_variable_bind("blink-matching-paren", "on");
    rl_variable_bind("enable-bracketed-paste", "on");
    repl_keys_bind(PASTE_BEGINS, paste);
    repl_keys_bind_motions();
    repl_keys_bind("\x1b]", swallow_report);
    repl_keys_bind("\x1bP", swallow_report);
    repl_keys_bind("\x0c", clear_screen);
    for (const char *c = ")]}"; *c != '\0'; c++) {
        repl_keys_bind((char[]){*c, '\0'}, close_bracket);
    }
    rl_set_paren_blink_timeout(BLINK_MICROSECONDS);
    repl_keys_spare_inputrc();
    repl_memory_lend();
    rl_initialize();
    repl_memory_reserve();
    // Also where the locale knows no letter beyond ASCII, what is typed is what is read.
    rl_variable_bind("input-meta", "on");
    rl_variable_bind("output-meta", "on");
    rl_variable_bind("convert-meta", "off");
}

// What was typed meanwhile is what is read first.
static void ask_background(struct host *h)
{
    struct text typed;
    text_init(&typed);
    enum theme told = background_ask(&typed);
    h->theme = told == THEME_UNKNOWN ? h->theme : told;
    repl.count = text_length(&typed) < KEYS_MOST ? text_length(&typed) : KEYS_MOST;
    memcpy(repl.keys, text_get(&typed), repl.count);
    text_release(&typed);
}

void repl_init(struct host *h, struct stop *stop)
{
    repl.host = h;
    repl.stop = stop;
    if (h->form == HOST_COLOUR && ink_moves(h->out) && theme_load() == THEME_UNKNOWN) {
        ask_background(h);
    }
    catch_signals();
    repl_memory_reserve();
    set_up_readline();
    repl_history_begin();
}

void repl_release(void)
{
    repl_history_end();
    free(repl.pushed);
    repl.pushed = NULL;
}

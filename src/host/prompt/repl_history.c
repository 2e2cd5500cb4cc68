#include "prompt/repl_history.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "base/mem.h"
#include "store/folders.h"

enum {
    HISTORY_LINES = 10000,    // lines of the history file
    HISTORY_LINE = 4096,      // bytes of an entry that is kept there
    HISTORY_MOST = 64 << 20,  // bytes of a history file; ours stays well below
};

// readline's hooks take no argument: what they need is here.
static struct {
    char *file;  // NULL if there is none
    // Earlier entries are looked for: what they begin with, what was typed, and the one shown.
    char *prefix, *typed;
    int entry;
} history;

// ---- The file -----------------------------------------------------------------------------------

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

void repl_history_begin(void)
{
    history_comment_char = TIME_SIGN;
    history_write_timestamps = 1;
    stifle_history(HISTORY_LINES);
    history.file = folder_make(FOLDER_STATE, "history");
    if (history.file == NULL || !history_is_sound(history.file)) {
        free(history.file);
        history.file = NULL;
        return;
    }
    read_history(history.file);
    using_history();
}

// Written at once, so that nothing is lost, and at the file's end, so that another session's
// entries stay.
void repl_history_add(const char *entry)
{
    HIST_ENTRY *last = history_get(history_base + history_length - 1);
    if (entry[strspn(entry, " \t\n")] == '\0' || (last != NULL && strcmp(last->line, entry) == 0)) {
        return;
    }
    add_history(entry);
    if (history.file != NULL && strlen(entry) <= HISTORY_LINE) {
        append_history(1, history.file);
    }
}

void repl_history_end(void)
{
    if (history.file != NULL) {
        history_truncate_file(history.file, HISTORY_LINES / 2);  // each has its time's line as well
    }
    char **texts[] = {&history.file, &history.prefix, &history.typed};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        free(*texts[i]);
        *texts[i] = NULL;
    }
}

// ---- Earlier entries ----------------------------------------------------------------------------

// The entry after `from`, older (-1) or newer (+1), that begins with history.prefix and is not what
// is shown. -1: there is none.
static int find_entry(int from, int direction)
{
    size_t n = strlen(history.prefix);
    HIST_ENTRY **entries = history_list();
    for (int i = from + direction; entries != NULL && i >= 0 && i < history_length;
         i += direction) {
        if (strncmp(entries[i]->line, history.prefix, n) == 0 &&
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

// The first of several presses: what is before the cursor is what entries begin with.
static void begin_search(void)
{
    free(history.prefix);
    free(history.typed);
    history.typed = strdup(rl_line_buffer);
    history.prefix = strdup(rl_line_buffer);
    if (history.prefix != NULL) {
        history.prefix[rl_point] = '\0';
    }
    history.entry = history_length;
}

int repl_history_down(int count, int key)
{
    (void)count, (void)key;
    bool goes_on = rl_last_func == repl_history_up || rl_last_func == repl_history_down;
    if (!goes_on || history.prefix == NULL || history.entry >= history_length) {
        return 0;
    }
    int entry = find_entry(history.entry, +1);
    history.entry = entry < 0 ? history_length : entry;
    show_entry(entry < 0 ? history.typed : history_list()[entry]->line);
    return 0;
}

int repl_history_up(int count, int key)
{
    (void)count, (void)key;
    if (rl_last_func != repl_history_up && rl_last_func != repl_history_down) {
        begin_search();
    }
    int entry =
        history.prefix == NULL || history.typed == NULL ? -1 : find_entry(history.entry, -1);
    if (entry >= 0) {
        history.entry = entry;
        show_entry(history_list()[entry]->line);
    }
    return 0;
}

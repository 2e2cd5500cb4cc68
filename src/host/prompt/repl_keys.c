// Keys that move the cursor, on every terminal.
#include "prompt/repl_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/text.h"
#include "prompt/repl_history.h"

// What the keys of xterm, rxvt, screen, tmux and the Linux console send. The modifiers are 2 Shift,
// 3 Alt, 5 Ctrl and their sums; with Ctrl or Alt an arrow moves by a word, with Shift it moves as
// without (there is nothing to select).
struct motion {
    const char *keys;
    rl_command_func_t *moves;
};

static const struct motion motions[] = {
    {"\x1b[H", rl_beg_of_line},    {"\x1bOH", rl_beg_of_line},    {"\x1b[1~", rl_beg_of_line},
    {"\x1b[7~", rl_beg_of_line},   {"\x1b[F", rl_end_of_line},    {"\x1bOF", rl_end_of_line},
    {"\x1b[4~", rl_end_of_line},   {"\x1b[8~", rl_end_of_line},   {"\x1b[3~", rl_delete},
    {"\x1b[A", repl_history_up},   {"\x1bOA", repl_history_up},   {"\x1b[B", repl_history_down},
    {"\x1bOB", repl_history_down}, {"\x1b[5~", repl_history_up},  {"\x1b[6~", repl_history_down},
    {"\x1b[a", repl_history_up},   {"\x1b[b", repl_history_down}, {"\x1b[c", rl_forward_char},
    {"\x1b[d", rl_backward_char},  {"\x1bOc", rl_forward_word},   {"\x1bOd", rl_backward_word},
    {"\x1b[7$", rl_beg_of_line},   {"\x1b[7^", rl_beg_of_line},   {"\x1b[8$", rl_end_of_line},
    {"\x1b[8^", rl_end_of_line},   {"\x1b[3$", rl_delete},        {"\x1b[3^", rl_kill_word},
    {"\x1b[3;5~", rl_kill_word},   {"\x1b[3;3~", rl_kill_word},   {"\x1b[3;2~", rl_delete},
};

void repl_keys_bind(const char *keys, rl_command_func_t *moves)
{
    rl_bind_keyseq_in_map(keys, moves, emacs_standard_keymap);
    rl_bind_keyseq_in_map(keys, moves, vi_insertion_keymap);
}

// What the keypad sends in its application mode.
static const struct {
    char key;
    const char *types;
} keypad[] = {{'p', "0"}, {'q', "1"}, {'r', "2"}, {'s', "3"}, {'t', "4"}, {'u', "5"},
              {'v', "6"}, {'w', "7"}, {'x', "8"}, {'y', "9"}, {'j', "*"}, {'k', "+"},
              {'l', ","}, {'m', "-"}, {'n', "."}, {'o', "/"}, {'X', "="}, {'M', "\r"}};

static void bind_keypad(void)
{
    for (size_t i = 0; i < COUNT_OF(keypad); i++) {
        const char keys[] = {'\x1b', 'O', keypad[i].key, '\0'};
        rl_macro_bind(keys, keypad[i].types, emacs_standard_keymap);
        rl_macro_bind(keys, keypad[i].types, vi_insertion_keymap);
    }
}

// ---- Keys that mean nothing here ----------------------------------------------------------------

// The rest of "\x1b[15~", up to the byte that ends it; rxvt ends those with Shift by '$'.
static int skip_csi(int count, int key)
{
    (void)count, (void)key;
    bool report = false;
    for (;;) {
        int next = rl_read_key();
        report |= next == '?' || next == '>' || next == '<';
        bool ends = (next >= 0x40 && next < 0x7f) || (next == '$' && !report);
        if (next <= 0 || ends) {
            return 0;
        }
    }
}

// The rest of "\x1bO5P", and of "\x1b[[A", which the Linux console sends: parameters and one letter.
static int skip_letter(int count, int key)
{
    (void)count, (void)key;
    int next = rl_read_key();
    while (next == ';' || (next >= '0' && next <= '9')) {
        next = rl_read_key();
    }
    return 0;
}

// ---- Bound --------------------------------------------------------------------------------------

// Arrows, Home and End with every modifier: "\x1b[1;5C", and "\x1bO5C", "\x1b[5C" of older terminals.
static void bind_modified(void)
{
    for (int modifier = 2; modifier <= 8; modifier++) {
        bool word = modifier > 2;
        const struct {
            char key;
            rl_command_func_t *moves;
        } ends[] = {{'A', repl_history_up},
                    {'B', repl_history_down},
                    {'C', word ? rl_forward_word : rl_forward_char},
                    {'D', word ? rl_backward_word : rl_backward_char},
                    {'H', rl_beg_of_line},
                    {'F', rl_end_of_line}};
        for (size_t i = 0; i < COUNT_OF(ends); i++) {
            static const char *const forms[] = {"\x1b[1;%d%c", "\x1b[%d%c", "\x1bO%d%c"};
            for (size_t k = 0; k < COUNT_OF(forms); k++) {
                char keys[16];
                snprintf(keys, sizeof keys, forms[k], modifier, ends[i].key);
                repl_keys_bind(keys, ends[i].moves);
            }
        }
    }
}

// With Alt some terminals send an escape first. An arrow then moves by a word, all else as without.
static void bind_with_alt(const struct motion *m)
{
    char keys[16];
    snprintf(keys, sizeof keys, "\x1b%s", m->keys);
    repl_keys_bind(keys, m->moves);
}

void repl_keys_bind_motions(void)
{
    static const struct motion alt[] = {
        {"\x1b[C", rl_forward_word},
        {"\x1b[D", rl_backward_word},
        {"\x1bOC", rl_forward_word},
        {"\x1bOD", rl_backward_word},
    };
    for (size_t i = 0; i < COUNT_OF(motions); i++) {
        repl_keys_bind(motions[i].keys, motions[i].moves);
        bind_with_alt(&motions[i]);
    }
    for (size_t i = 0; i < COUNT_OF(alt); i++) {
        bind_with_alt(&alt[i]);
    }
    bind_keypad();
    bind_modified();
    static const struct motion nothing[] = {
        {"\x1b[", skip_csi}, {"\x1b[[", skip_letter}, {"\x1bO", skip_letter}};
    for (size_t i = 0; i < COUNT_OF(nothing); i++) {
        repl_keys_bind(nothing[i].keys, nothing[i].moves);
        bind_with_alt(&nothing[i]);
    }
}

void repl_keys_spare_inputrc(void)
{
    const char *home = getenv("HOME");
    if (home == NULL || getenv("INPUTRC") != NULL) {
        return;
    }
    struct stat st;
    struct text path;
    text_init(&path);
    text_addf(&path, "%s/.inputrc", home);
    if (stat(text_get(&path), &st) == 0 && S_ISFIFO(st.st_mode)) {
        setenv("INPUTRC", "/dev/null", 1);
    }
    text_release(&path);
}

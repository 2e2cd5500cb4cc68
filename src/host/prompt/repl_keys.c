// Keys that move the cursor, on every terminal.
#include "prompt/repl_keys.h"

#include <stdio.h>

#include "base/mem.h"
#include "prompt/repl_history.h"

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
    {"\x1b[A", repl_history_up},
    {"\x1bOA", repl_history_up},
    {"\x1b[B", repl_history_down},
    {"\x1bOB", repl_history_down},
    {"\x1b[5~", repl_history_up},
    {"\x1b[6~", repl_history_down},
    {"\x1b[a", repl_history_up},
    {"\x1b[b", repl_history_down},
    {"\x1b[c", rl_forward_char},
    {"\x1b[d", rl_backward_char},
    {"\x1bOc", rl_forward_word},
    {"\x1bOd", rl_backward_word},
    {"\x1b\x1b[C", rl_forward_word},
    {"\x1b\x1b[D", rl_backward_word},
    {"\x1b\x1b[A", repl_history_up},
    {"\x1b\x1b[B", repl_history_down},
    {"\x1b[3;5~", rl_kill_word},
    {"\x1b[3;3~", rl_kill_word},
    {"\x1b[3;2~", rl_delete},
};

void repl_keys_bind(const char *keys, rl_command_func_t *moves)
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
        } ends[] = {{'A', repl_history_up},
                    {'B', repl_history_down},
                    {'C', word ? rl_forward_word : rl_forward_char},
                    {'D', word ? rl_backward_word : rl_backward_char},
                    {'H', rl_beg_of_line},
                    {'F', rl_end_of_line}};
        for (size_t i = 0; i < COUNT_OF(ends); i++) {
            char keys[16];
            snprintf(keys, sizeof keys, "\x1b[1;%d%c", modifier, ends[i].key);
            repl_keys_bind(keys, ends[i].moves);
        }
    }
}

void repl_keys_bind_motions(void)
{
    for (size_t i = 0; i < COUNT_OF(motions); i++) {
        repl_keys_bind(motions[i].keys, motions[i].moves);
    }
    bind_modified();
    repl_keys_bind("\x1b[", rl_skip_csi_sequence);  // of keys that mean nothing here
}

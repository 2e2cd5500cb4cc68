#include "supply/theme.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "store/files.h"
#include "store/folders.h"

// One row for each meaning: its weight where the background is not known, then what it is on a dark
// and on a light background.
static const char *const codes[INK_LAST + 1][THEME_COUNT] = {
    [INK_NAME] = {"", "\x1b[1m", "\x1b[1m", "\x1b[1m"},
    [INK_VALUE] = {"", "", "\x1b[38;5;80m", "\x1b[38;5;24m"},
    [INK_GRAD] = {"", "\x1b[1m", "\x1b[1;38;5;221m", "\x1b[1;38;5;94m"},
    [INK_LOCAL] = {"", "\x1b[3m", "\x1b[38;5;177m", "\x1b[38;5;90m"},
    [INK_MUTED] = {"", "", "\x1b[38;5;250m", "\x1b[38;5;240m"},
    [INK_ERROR] = {"", "\x1b[1m", "\x1b[1;38;5;217m", "\x1b[1;38;5;124m"},
    [INK_TITLE] = {"", "\x1b[1;4m", "\x1b[1;4m", "\x1b[1;4m"},
    [INK_CURRENT] = {"", "\x1b[7m", "\x1b[7m", "\x1b[7m"},
    [INK_CODE] = {"", "", "\x1b[38;5;80m", "\x1b[38;5;24m"},
    [INK_EMPHASIS] = {"", "\x1b[3m", "\x1b[3m", "\x1b[3m"},
    [INK_RIGHT] = {"", "\x1b[1m", "\x1b[1;38;5;114m", "\x1b[1;38;5;22m"},
    [INK_END] = {"", "\x1b[0m", "\x1b[0m", "\x1b[0m"},
};

const char *theme_code(enum theme theme, enum ink ink)
{
    return codes[ink][theme];
}

int theme_colour(enum theme theme, enum ink ink)
{
    const char *colour = strstr(codes[ink][theme], "38;5;");
    return colour == NULL ? -1 : (int)strtol(colour + strlen("38;5;"), NULL, 10);
}

// ---- The background -----------------------------------------------------------------------------

// One of the three parts, of 1 to 4 hexadecimal digits, as 0 to 1; *s moves past it. -1: none.
static double part(const char **s)
{
    enum { DIGITS_MOST = 4 };
    static const double most[DIGITS_MOST + 1] = {1, 0xF, 0xFF, 0xFFF, 0xFFFF};
    size_t n = strspn(*s, "0123456789abcdefABCDEF");
    if (n == 0 || n > DIGITS_MOST) {
        return -1;
    }
    double value = (double)strtoul(*s, NULL, 16) / most[n];
    *s += n;
    return value;
}

enum theme theme_of_answer(const char *s, size_t n)
{
    static const char begin[] = "\x1b]11;rgb:";
    char answer[64] = "";
    const char *found = memmem(s, n, begin, strlen(begin));
    if (found == NULL) {
        return THEME_UNKNOWN;
    }
    found += strlen(begin);
    size_t left = n - (size_t)(found - s);
    memcpy(answer, found, left < sizeof answer ? left : sizeof answer - 1);
    const char *at = answer;
    double red = part(&at), green = *at == '/' ? (at++, part(&at)) : -1,
           blue = *at == '/' ? (at++, part(&at)) : -1;
    if (red < 0 || green < 0 || blue < 0) {
        return THEME_UNKNOWN;
    }
    return 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 ? THEME_LIGHT : THEME_DARK;
}

enum theme theme_of_variable(const char *value)
{
    const char *last = value == NULL ? NULL : strrchr(value, ';');
    if (last == NULL || last[1 + strspn(last + 1, "0123456789")] != '\0' || last[1] == '\0') {
        return THEME_UNKNOWN;
    }
    long background = strtol(last + 1, NULL, 10);
    return background == 7 || background == 15 ? THEME_LIGHT
           : background <= 8                   ? THEME_DARK
                                               : THEME_UNKNOWN;
}

enum theme theme_of_word(const char *word)
{
    return strcmp(word, "light") == 0  ? THEME_LIGHT
           : strcmp(word, "dark") == 0 ? THEME_DARK
                                       : THEME_UNKNOWN;
}

// ---- The choice ---------------------------------------------------------------------------------

enum theme theme_load(void)
{
    enum { MOST = 16 };  // bytes of the file
    char word[MOST + 1] = "";
    struct diag ignored = {0};
    struct buf bytes;
    char *path = folder_find(FOLDER_STATE, "theme");
    buf_init(&bytes, 1);
    if (path != NULL && files_read_found(path, MOST, &bytes, &ignored) && bytes.count > 0) {
        memcpy(word, bytes.data, bytes.count);
        word[strcspn(word, "\n")] = '\0';
    }
    buf_release(&bytes);
    free(path);
    return theme_of_word(word);
}

enum theme theme_known(void)
{
    enum theme chosen = theme_load();
    return chosen != THEME_UNKNOWN ? chosen : theme_of_variable(getenv("COLORFGBG"));
}

bool theme_save(enum theme theme)
{
    struct diag d = {0};
    const char *word = theme == THEME_LIGHT ? "light\n" : "dark\n";
    char *path = folder_make(FOLDER_STATE, "theme");
    bool ok = path != NULL;
    if (ok && theme == THEME_UNKNOWN) {
        ok = unlink(path) == 0 || access(path, F_OK) != 0;
    } else if (ok) {
        ok = files_write(path, word, strlen(word), &d);
    }
    free(path);
    return ok;
}

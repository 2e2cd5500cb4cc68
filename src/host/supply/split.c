#include "supply/split.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "supply/ink.h"
#include "words/ink.h"

// The cursor's place.
#define SAVE "\x1b\x37"
#define RESTORE "\x1b\x38"

// Lines that the prompt and its answers need at least.
enum { BELOW = 6 };

void split_init(struct split *s, FILE *out, enum theme theme)
{
    *s = (struct split){.out = out, .theme = theme};
    text_init(&s->picture);
}

static bool look_at_terminal(const struct split *s, int *rows, int *columns)
{
    struct winsize size = {0};
    bool known = ioctl(fileno(s->out), TIOCGWINSZ, &size) == 0;
    *rows = size.ws_row;
    *columns = size.ws_col;
    return known && *rows > 0 && *columns > 0;
}

static int lines_of(const char *picture)
{
    int lines = 0;
    for (const char *c = picture; *c != '\0'; c++) {
        lines += *c == '\n';
    }
    return lines;
}

// The picture in the upper lines and a rule under it; the cursor stays where it is. A line wider
// than the terminal is cut by the terminal itself, which is told not to wrap.
static void draw(struct split *s)
{
    const char *line = text_get(&s->picture);
    fputs(SAVE "\x1b[?7l", s->out);
    for (int row = 1; row < s->height; row++) {
        const char *end = strchr(line, '\n');
        struct text one;
        text_init(&one);
        text_add_bytes(&one, line, end == NULL ? strlen(line) : (size_t)(end - line));
        fprintf(s->out, "\x1b[%d;1H\x1b[2K", row);
        ink_write(s->out, text_get(&one), s->theme);
        text_release(&one);
        line = end == NULL ? "" : end + 1;
    }
    struct text rule;
    text_init(&rule);
    text_add_char(&rule, INK_MUTED);
    for (int i = 0; i < s->columns; i++) {
        text_add(&rule, ink_is_ascii(s->out) ? "-" : "─");
    }
    text_add_char(&rule, INK_END);
    fprintf(s->out, "\x1b[%d;1H", s->height);
    ink_write(s->out, text_get(&rule), s->theme);
    text_release(&rule);
    fputs("\x1b[?7h" RESTORE, s->out);
}

static void set_region(struct split *s)
{
    fprintf(s->out, "\x1b[%d;%dr\x1b[%d;1H", s->height + 1, s->rows, s->height + 1);
}

// Pushes all that is on the screen up into the terminal's history.
static void scroll_away(struct split *s, int rows)
{
    fprintf(s->out, "\x1b[r\x1b[%d;1H", rows);
    for (int i = 0; i < rows; i++) {
        fputc('\n', s->out);
    }
}

static bool divide(struct split *s, int height, int rows, int columns)
{
    if (height + BELOW > rows) {
        split_end(s);
        return false;
    }
    scroll_away(s, rows);
    s->rows = rows;
    s->columns = columns;
    s->height = height;
    set_region(s);
    return true;
}

bool split_show(struct split *s, const char *picture)
{
    int rows, columns, height = lines_of(picture) + 1;
    text_clear(&s->picture);
    text_add(&s->picture, picture);
    if (!look_at_terminal(s, &rows, &columns)) {
        return false;
    }
    bool same = height == s->height && rows == s->rows && columns == s->columns;
    if (!same && !divide(s, height, rows, columns)) {
        return false;
    }
    draw(s);
    return true;
}

// The region's end would move the cursor.
void split_lend(const struct split *s)
{
    if (s->height > 0) {
        fputs(SAVE "\x1b[r" RESTORE, s->out);
        fflush(s->out);
    }
}

void split_end(struct split *s)
{
    split_lend(s);
    s->height = 0;
}

void split_redraw(struct split *s)
{
    if (s->height > 0) {
        fputs("\x1b[r\x1b[2J", s->out);
        set_region(s);
        draw(s);
        fflush(s->out);
    }
}

bool split_fit(struct split *s)
{
    int rows, columns;
    if (s->height == 0 || !look_at_terminal(s, &rows, &columns) ||
        (rows == s->rows && columns == s->columns)) {
        return false;
    }
    if (!divide(s, s->height, rows, columns)) {
        return false;
    }
    draw(s);
    fflush(s->out);
    return true;
}

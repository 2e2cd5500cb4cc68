#include "supply/ink.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "words/ascii.h"
#include "words/ink.h"
#include "words/wrap.h"

size_t ink_room(FILE *out)
{
    struct winsize size = {0};
    bool terminal = ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    return terminal ? size.ws_col - 1U : 0;
}

void ink_say(FILE *out, const char *text, enum theme theme)
{
    enum { HANG = 2 };
    size_t room = ink_room(out);
    struct text lines;
    text_init(&lines);
    for (const char *s = text; *s != '\0';) {
        size_t n = strcspn(s, "\n");
        wrap_add(&lines, s, n, 0, room, HANG);
        lines.bytes.count -= s[n] == '\0';  // what is typed follows it
        s += n + (s[n] == '\n');
    }
    ink_write(out, text_get(&lines), theme);
    fflush(out);
    text_release(&lines);
}

bool ink_wanted(FILE *out)
{
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fileno(out)) && (none == NULL || *none == '\0') &&
           (term == NULL || strcmp(term, "dumb") != 0);
}

bool ink_moves(FILE *out)
{
    const char *term = getenv("TERM");
    return isatty(fileno(out)) && term != NULL && *term != '\0' && strcmp(term, "dumb") != 0;
}

bool ink_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

// Only a person's terminal is spoken to in its own characters; files are always UTF-8.
bool ink_is_ascii(FILE *out)
{
    return isatty(fileno(out)) && !ink_is_utf8();
}

static void write_run(FILE *out, const char *s, size_t n, bool ascii)
{
    for (size_t i = 0; ascii && i < n;) {
        uint32_t c;
        size_t bytes = utf8_read(s + i, n - i, &c);
        if (c >= 0x80) {
            fputs(ascii_of(s + i, bytes), out);
        } else {
            fputc(s[i], out);
        }
        i += bytes;
    }
    if (!ascii) {
        fwrite(s, 1, n, out);
    }
}

// What a terminal shows and does not obey, up to the next mark, or a character that it would obey,
// made visible.
static size_t write_some(FILE *out, const char *s, size_t n, bool ascii)
{
    size_t safe = text_safe_bytes(s, n);
    if (safe > 0) {
        write_run(out, s, safe, ascii);
        return safe;
    }
    char seen[ESCAPE_TEXT];
    size_t bytes = text_escape(seen, s, n);
    fputs(seen, out);
    return bytes;
}

void ink_write(FILE *out, const char *text, enum theme theme)
{
    bool ascii = ink_is_ascii(out);
    const char *end = text + strlen(text);
    for (const char *s = text; s < end;) {
        if (ink_is_mark(*s)) {
            fputs(theme_code(theme, (enum ink)(unsigned char)*s), out);
            s++;
        } else {
            s += write_some(out, s, (size_t)(end - s), ascii);
        }
    }
}

#include "supply/ink.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "words/ascii.h"
#include "words/ink.h"

// One row for each meaning. The same four meanings have the same four colours in the pictures.
static const char *const colours[INK_LAST + 1] = {
    [INK_NAME] = "\x1b[1m",     [INK_VALUE] = "\x1b[36m",   [INK_GRAD] = "\x1b[33;1m",
    [INK_LOCAL] = "\x1b[35m",   [INK_MUTED] = "\x1b[2m",    [INK_ERROR] = "\x1b[31;1m",
    [INK_TITLE] = "\x1b[1;4m",  [INK_CURRENT] = "\x1b[7m",  [INK_CODE] = "\x1b[36m",
    [INK_EMPHASIS] = "\x1b[3m", [INK_RIGHT] = "\x1b[32;1m",
};

bool ink_wanted(FILE *out)
{
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fileno(out)) && (none == NULL || *none == '\0') &&
           (term == NULL || strcmp(term, "dumb") != 0);
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

void ink_write(FILE *out, const char *text, bool colour)
{
    bool ascii = ink_is_ascii(out);
    for (const char *s = text; *s != '\0';) {
        unsigned char c = (unsigned char)*s;
        if (ink_is_mark(*s)) {
            fputs(!colour ? "" : c == INK_END ? "\x1b[0m" : colours[c], out);
            s++;
        } else if (ascii && c >= 0x80) {
            uint32_t character;
            size_t n = utf8_read(s, strlen(s), &character);
            n = n == 0 ? 1 : n;
            fputs(ascii_of(s, n), out);
            s += n;
        } else {
            fputc(*s++, out);
        }
    }
}

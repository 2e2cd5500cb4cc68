#include "lesson/evasion.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

// In small letters, without marks.
static const struct row {
    const char *words;
    enum evasion evasion;
} rows[] = {
    {"idk", EVADES_FOR_HELP},
    {"idk sorry", EVADES_FOR_HELP},
    {"i dont know", EVADES_FOR_HELP},
    {"i do not know", EVADES_FOR_HELP},
    {"dont know", EVADES_FOR_HELP},
    {"i dont get it", EVADES_FOR_HELP},
    {"i dont understand", EVADES_FOR_HELP},
    {"i dont remember", EVADES_FOR_HELP},
    {"i have no idea", EVADES_FOR_HELP},
    {"no idea", EVADES_FOR_HELP},
    {"no clue", EVADES_FOR_HELP},
    {"not sure", EVADES_FOR_HELP},
    {"im not sure", EVADES_FOR_HELP},
    {"i am not sure", EVADES_FOR_HELP},
    {"im stuck", EVADES_FOR_HELP},
    {"i am stuck", EVADES_FOR_HELP},
    {"stuck", EVADES_FOR_HELP},
    {"dunno", EVADES_FOR_HELP},
    {"i dunno", EVADES_FOR_HELP},
    {"i forgot", EVADES_FOR_HELP},
    {"forgot", EVADES_FOR_HELP},
    {"i cant", EVADES_FOR_HELP},
    {"cant", EVADES_FOR_HELP},
    {"help me", EVADES_FOR_HELP},
    {"help please", EVADES_FOR_HELP},
    {"please help", EVADES_FOR_HELP},
    {"i need help", EVADES_FOR_HELP},
    {"hints", EVADES_FOR_HELP},
    {"clue", EVADES_FOR_HELP},
    {"a hint", EVADES_FOR_HELP},
    {"a hint please", EVADES_FOR_HELP},
    {"hint please", EVADES_FOR_HELP},
    {"give me a hint", EVADES_FOR_HELP},
    {"can i have a hint", EVADES_FOR_HELP},
    {"i need a hint", EVADES_FOR_HELP},
    {"how", EVADES_FOR_HELP},
    {"what", EVADES_FOR_HELP},
    {"huh", EVADES_FOR_HELP},
    {"weiß nicht", EVADES_FOR_HELP},
    {"weiss nicht", EVADES_FOR_HELP},
    {"ich weiß nicht", EVADES_FOR_HELP},
    {"ich weiss nicht", EVADES_FOR_HELP},
    {"ich weiß es nicht", EVADES_FOR_HELP},
    {"keine ahnung", EVADES_FOR_HELP},
    {"hilfe", EVADES_FOR_HELP},
    {"tipp", EVADES_FOR_HELP},
    {"hinweis", EVADES_FOR_HELP},
    {"i give up", EVADES_FOR_SOLUTION},
    {"give up", EVADES_FOR_SOLUTION},
    {"answer", EVADES_FOR_SOLUTION},
    {"the answer", EVADES_FOR_SOLUTION},
    {"answer please", EVADES_FOR_SOLUTION},
    {"the answer please", EVADES_FOR_SOLUTION},
    {"show answer", EVADES_FOR_SOLUTION},
    {"show the answer", EVADES_FOR_SOLUTION},
    {"show me the answer", EVADES_FOR_SOLUTION},
    {"show me", EVADES_FOR_SOLUTION},
    {"show solution", EVADES_FOR_SOLUTION},
    {"show the solution", EVADES_FOR_SOLUTION},
    {"show me the solution", EVADES_FOR_SOLUTION},
    {"solution please", EVADES_FOR_SOLUTION},
    {"the solution", EVADES_FOR_SOLUTION},
    {"solve", EVADES_FOR_SOLUTION},
    {"solve it", EVADES_FOR_SOLUTION},
    {"reveal", EVADES_FOR_SOLUTION},
    {"tell me", EVADES_FOR_SOLUTION},
    {"tell me the answer", EVADES_FOR_SOLUTION},
    {"what is the answer", EVADES_FOR_SOLUTION},
    {"whats the answer", EVADES_FOR_SOLUTION},
    {"ich gebe auf", EVADES_FOR_SOLUTION},
    {"lösung", EVADES_FOR_SOLUTION},
    {"next", EVADES_ONWARDS},
    {"next question", EVADES_ONWARDS},
    {"next one", EVADES_ONWARDS},
    {"pass", EVADES_ONWARDS},
    {"skip it", EVADES_ONWARDS},
    {"skip this", EVADES_ONWARDS},
    {"skip please", EVADES_ONWARDS},
    {"weiter", EVADES_ONWARDS},
    {"ok", EVADES_AGREEING},
    {"okay", EVADES_AGREEING},
    {"yes", EVADES_AGREEING},
    {"y", EVADES_AGREEING},
    {"n", EVADES_AGREEING},
    {"sure", EVADES_AGREEING},
    {"got it", EVADES_AGREEING},
    {"continue", EVADES_AGREEING},
    {"go", EVADES_AGREEING},
    {"go on", EVADES_AGREEING},
    {"enter", EVADES_AGREEING},
    {"ja", EVADES_AGREEING},
};

enum { EVASION_MOST = 40 };  // bytes of what is looked up

// Leaves out what says nothing; false: it is too long to be one of ours.
static bool plain(const char *s, size_t n, char out[EVASION_MOST + 1])
{
    static const char curly[] = "’";
    size_t m = 0, mark = strlen(curly);
    for (size_t i = 0; i < n;) {
        if (n - i >= mark && memcmp(s + i, curly, mark) == 0) {
            i += mark;
            continue;
        }
        char c = text_small(s[i]);
        bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        bool kept = strchr("'?!.,:)(", c) == NULL && !(blank && (m == 0 || out[m - 1] == ' '));
        if (kept && m == EVASION_MOST) {
            return false;
        }
        if (kept) {
            out[m++] = blank ? ' ' : c;
        }
        i++;
    }
    m -= m > 0 && out[m - 1] == ' ';
    out[m] = '\0';
    return true;
}

enum evasion evasion_of(const char *s, size_t n)
{
    char text[EVASION_MOST + 1];
    for (size_t i = 0; plain(s, n, text) && i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].words, text) == 0) {
            return rows[i].evasion;
        }
    }
    return EVADES_NOT;
}

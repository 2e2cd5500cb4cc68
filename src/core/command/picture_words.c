#include "command/picture_words.h"

#include <string.h>

// Bounds of a file: inches of a side, dots of an inch (DPI unless told), dots of a side.
enum { INCHES_MOST = 100, DPI_LEAST = 20, DPI = 144, DPI_MOST = 1200, DOTS_MOST = 6000 };
// Points of letters.
enum { LETTERS_LEAST = 4, LETTERS_MOST = 72 };

static bool is_empty(struct span s)
{
    return s.start == s.end;
}

bool picture_is_player(const struct picture *p)
{
    return p->format != NULL && strcmp(p->format, "html") == 0;
}

static const char *const formats[] = {"png", "svg", "pdf", "dot", "json", "html"};

// The word that follows, without taking it.
static struct span peek_word(struct call *c)
{
    struct lexer before = *c->lexer;
    struct span word = call_word(c);
    *c->lexer = before;
    return word;
}

static bool is_flag(const struct call *c, struct span word)
{
    return word.end - word.start >= 2 && memcmp(c->lexer->source->text + word.start, "--", 2) == 0;
}

static const char *format_of_word(const struct call *c, struct span word)
{
    return call_format(formats, COUNT_OF(formats), c->lexer->source->text + word.start,
                       word.end - word.start);
}

static bool read_radius(struct call *c, long *radius)
{
    struct span word = call_word(c);
    const char *s = c->lexer->source->text;
    *radius = 0;
    for (size_t i = word.start; i < word.end && *radius < 1000; i++) {
        *radius = text_is_digit(s[i]) ? 10 * *radius + (s[i] - '0') : 1000;
    }
    if (*radius >= 1 && *radius < 1000) {
        return true;
    }
    diag_set(c->diag, is_empty(word) ? c->command : word, "--radius needs a number of edges");
    return diag_hint(c->diag, "graph w --radius 2 shows what is at most 2 edges from w");
}

// A number of at most `most`, in digits with or without a point; the text that follows it.
static const char *read_measure(const char *s, const char *end, double most, double *value)
{
    size_t used = number_read(s, (size_t)(end - s), value);
    return used > 0 && *value > 0 && *value <= most ? s + used : NULL;
}

// Areas that have a name: what a slide, a page or a column has beside its margins, in points, and
// the letters that are good there.
static const struct sheet {
    const char *name;
    double width, height, goal, floor;
} sheets[] = {
    {"slide", 880, 420, 12, 9},
    {"a4", 480, 700, 9, 7},
    {"column", 240, 340, 8, 6},
    {"square", 450, 450, 10, 8},
};
// A sheet narrower than this, in inches, is read like a page.
#define PAGE_WIDTH 8.0

static bool take_sheet(struct call *c, struct span word, struct picture *p)
{
    for (size_t i = 0; i < COUNT_OF(sheets); i++) {
        if (call_word_is(c, word, sheets[i].name)) {
            p->width = sheets[i].width / 72;
            p->height = sheets[i].height / 72;
            p->goal = p->goal > 0 ? p->goal : sheets[i].goal;
            p->floor = p->floor > 0 ? p->floor : sheets[i].floor;
            return true;
        }
    }
    return false;
}

static bool read_blank(struct call *c, struct picture *p)
{
    static const char *const words[] = {"none", "grads", "locals"};
    struct span word = call_word(c);
    p->sheet = true;
    for (enum frame_blank blank = FRAME_KEY; blank <= FRAME_LOCALS; blank++) {
        if (call_word_is(c, word, words[blank])) {
            p->blank = blank;
            return true;
        }
    }
    diag_set(c->diag, is_empty(word) ? c->command : word,
             "--blank needs what is to be filled in: grads, or locals for local gradients too");
    return diag_hint(c->diag, "write graph L sheet.pdf --blank grads; --blank none makes the key");
}

static bool read_letters(struct call *c, struct picture *p)
{
    struct span word = call_word(c);
    const char *end = c->lexer->source->text + word.end;
    const char *s = read_measure(c->lexer->source->text + word.start, end, LETTERS_MOST, &p->goal);
    p->floor = 0.75 * p->goal;
    p->letters = true;
    if (s == end && p->goal >= LETTERS_LEAST) {
        return true;
    }
    diag_set(c->diag, is_empty(word) ? c->command : word,
             "--letters needs the size of the letters in points, from %d to %d", LETTERS_LEAST,
             LETTERS_MOST);
    return diag_hint(c->diag, "graph L picture.png --letters 14");
}

bool picture_read_size(struct call *c, struct picture *p)
{
    struct span word = call_word(c);
    if (take_sheet(c, word, p)) {
        return true;
    }
    const char *end = c->lexer->source->text + word.end, *s = c->lexer->source->text + word.start;
    s = read_measure(s, end, INCHES_MOST, &p->width);
    s = s != NULL && s < end && *s == ',' ? read_measure(s + 1, end, INCHES_MOST, &p->height)
                                          : NULL;
    if (s == end) {
        return true;
    }
    diag_set(
        c->diag, is_empty(word) ? c->command : word,
        "--size needs slide, a4, column, square, or a width and a height in inches, %d at most",
        INCHES_MOST);
    return diag_hint(c->diag, "write --size slide, or --size 6,4 after the file's name");
}

static bool read_dpi(struct call *c, struct picture *p)
{
    struct span word = call_word(c);
    const char *end = c->lexer->source->text + word.end;
    double dpi = 0;
    const char *s = read_measure(c->lexer->source->text + word.start, end, DPI_MOST, &dpi);
    p->dpi = (int)dpi;
    if (s == end && p->dpi >= DPI_LEAST && p->dpi == dpi) {
        return true;
    }
    diag_set(c->diag, is_empty(word) ? c->command : word,
             "--dpi needs the dots per inch, from %d to %d", DPI_LEAST, DPI_MOST);
    return diag_hint(c->diag, "graph L picture.png --dpi 300");
}

static bool read_flag(struct call *c, struct span word, struct picture *p)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"--full", &p->full},         {"--fold", &p->fold}, {"--ascii", &p->ascii},
                 {"--outlines", &p->outlines}, {"--walk", &p->walk}, {"--lr", &p->across},
                 {"--down", &p->down}};
    for (size_t i = 0; i < COUNT_OF(flags); i++) {
        if (call_word_is(c, word, flags[i].name)) {
            return *flags[i].flag = true;
        }
    }
    if (call_word_is(c, word, "--from")) {
        return call_node(c, &p->from);
    }
    if (call_word_is(c, word, "--radius")) {
        return read_radius(c, &p->radius);
    }
    if (call_word_is(c, word, "--size")) {
        return picture_read_size(c, p);
    }
    if (call_word_is(c, word, "--blank")) {
        return read_blank(c, p);
    }
    if (call_word_is(c, word, "--letters")) {
        return read_letters(c, p);
    }
    if (call_word_is(c, word, "--dpi")) {
        return read_dpi(c, p);
    }
    char quoted[QUOTED];
    diag_set(c->diag, word, "a picture has no option '%s'",
             diag_quote(quoted, c->lexer->source->text + word.start, word.end - word.start));
    return diag_hint(c->diag, "there are --from w, --radius 2, --full, --fold, --size slide, "
                              "--letters 12, --lr, --down, --dpi 300, --outlines, "
                              "--walk, --blank grads and --ascii");
}

// Of a name with a % in it only "%d" is read, once: walk-%02d.png would be one picture, called so.
static bool check_number(struct call *c, struct span path)
{
    const char *s = c->lexer->source->text;
    int numbers = 0;
    for (size_t i = path.start; i + 1 < path.end; i++) {
        size_t k = i + 1;
        while (s[i] == '%' && k + 1 < path.end && text_is_digit(s[k])) {
            k++;
        }
        bool number = s[i] == '%' && (s[k] == 'd' || s[k] == 'i' || s[k] == 'u' || s[k] == 's');
        numbers += number;
        if (number && (s[i + 1] != 'd' || numbers > 1)) {
            diag_set(c->diag, (struct span){i, k + 1},
                     numbers > 1 ? "a name has one number" : "the number of a picture is %%d");
            return diag_hint(c->diag, "write graph L walk-%%d.png");
        }
    }
    return true;
}

static bool read_path(struct call *c, struct span word, struct picture *p)
{
    char quoted[QUOTED];
    p->path = word;
    p->format = format_of_word(c, word);
    if (p->format != NULL) {
        return check_number(c, word);
    }
    diag_set(c->diag, word, "'%s' does not end in a picture's format",
             diag_quote(quoted, c->lexer->source->text + word.start, word.end - word.start));
    return diag_hint(c->diag, "write a name that ends in .png, .svg, .pdf, .dot, .json or .html");
}

static bool read_theme(struct call *c, struct span word, struct picture *p)
{
    if (picture_is_player(p)) {
        diag_set(c->diag, word, "a page is light or dark as its reader's screen is");
        return diag_hint(c->diag, "leave the last word out");
    }
    p->theme = call_word_is(c, word, "dark") ? "dark" : "light";
    if (call_word_is(c, word, "dark") || call_word_is(c, word, "light")) {
        return true;
    }
    diag_set(c->diag, word, "a picture is light or dark");
    return diag_hint(c->diag, "write graph L picture.png dark");
}

bool picture_check_dots(struct call *c, const struct picture *p)
{
    double dots = p->dpi > 0 ? p->dpi : DPI, longer = p->width > p->height ? p->width : p->height;
    if (p->format != NULL && strcmp(p->format, "png") == 0 && dots * longer > DOTS_MOST) {
        diag_set(c->diag, p->path, "that would be %.0f dots, more than the %d a picture may have",
                 dots * longer, DOTS_MOST);
        return diag_hint(c->diag, "take a smaller --size or --dpi, or write .svg or .pdf");
    }
    return true;
}

// ---- Walks --------------------------------------------------------------------------------------

// "%d" in a path stands for the number of a picture.
static const char *number_in(const struct call *c, struct span path)
{
    const char *s = c->lexer->source->text;
    for (size_t i = path.start; i + 1 < path.end; i++) {
        if (s[i] == '%' && s[i + 1] == 'd') {
            return s + i;
        }
    }
    return NULL;
}

bool picture_is_numbered(const struct call *c, const struct picture *p)
{
    return number_in(c, p->path) != NULL;
}

// A file that is called so has a whole walk in it.
static bool is_called_walk(const struct call *c, struct span path)
{
    const char *s = c->lexer->source->text;
    size_t start = path.end;
    while (start > path.start && s[start - 1] != '/') {
        start--;
    }
    struct span name = {start, path.end};
    return call_word_is(c, name, "walk.pdf") || call_word_is(c, name, "walk.svg");
}

bool picture_is_walk(const struct call *c, const struct picture *p)
{
    return p->format != NULL &&
           (p->walk || picture_is_numbered(c, p) || is_called_walk(c, p->path));
}

// A walk needs a format that can hold it.
static bool check_walk(struct call *c, const struct picture *p)
{
    bool numbered = p->format != NULL && picture_is_numbered(c, p);
    bool drawn =
        p->format != NULL && (strcmp(p->format, "svg") == 0 || strcmp(p->format, "pdf") == 0 ||
                              strcmp(p->format, "png") == 0);
    if (p->walk && p->format == NULL) {
        diag_set(c->diag, c->command, "--walk is for drawn files");
        return diag_hint(c->diag, "write graph L walk-%%d.png, or step L and watch on");
    }
    if (picture_is_walk(c, p) && !drawn) {
        diag_set(c->diag, p->path, "the steps of a walk can be .png, .svg or .pdf");
        return diag_hint(c->diag,
                         "write graph L walk-%%d.png; graph L page.html plays both passes");
    }
    if (p->walk && !numbered && strcmp(p->format, "png") == 0) {
        diag_set(c->diag, p->path, "a .png holds one picture");
        return diag_hint(c->diag, "write graph L walk-%%d.png, or .pdf for many pages");
    }
    if (p->sheet && (!drawn || picture_is_walk(c, p))) {
        diag_set(c->diag, p->format == NULL ? c->command : p->path,
                 "a worksheet is one .pdf, .svg or .png");
        return diag_hint(c->diag, "write graph L sheet.pdf --blank grads");
    }
    return true;
}

// Options that do not go together, or not with the file.
static bool check_options(struct call *c, const struct picture *p)
{
    bool file = p->format != NULL, part = p->radius > 0 || p->from != NODE_NONE;
    bool player = picture_is_player(p), fitted = p->goal > 0 || p->across || p->down;
    bool sized = p->width > 0 || p->dpi > 0 || fitted;
    if (p->radius > 0 && p->from != NODE_NONE) {
        diag_set(c->diag, c->command, "--from and --radius choose different parts");
        return diag_hint(c->diag, "write one of them");
    }
    if (p->full && p->fold) {
        diag_set(c->diag, c->command, "--full folds nothing, --fold all that can be folded");
        return diag_hint(c->diag, "write one of them");
    }
    if (p->across && p->down) {
        diag_set(c->diag, c->command, "--lr and --down are different ways");
        return diag_hint(c->diag, "leave both out, and the one with the larger letters is taken");
    }
    if (player && (part || p->fold)) {
        diag_set(c->diag, p->path, "a page plays both passes, and so needs the whole graph");
        return diag_hint(c->diag, "leave the option out, or draw the part as .svg");
    }
    if (sized && (!file || player || strcmp(p->format, "json") == 0)) {
        diag_set(c->diag, file ? p->path : c->command,
                 fitted ? "--size, --letters, --lr and --down are for drawn files"
                        : "--size and --dpi are for drawn files");
        return diag_hint(c->diag, "write graph L picture.png --size 6,4");
    }
    if (p->outlines && (!file || strcmp(p->format, "svg") != 0)) {
        diag_set(c->diag, file ? p->path : c->command, "--outlines is for .svg files");
        return diag_hint(c->diag, "letters of a .png are dots, and a .pdf has its fonts with it");
    }
    return picture_check_dots(c, p);
}

void picture_assume_sheet(struct picture *p)
{
    // A worksheet is printed.
    const struct sheet *page = &sheets[1], *slide = p->sheet ? page : &sheets[0];
    const struct sheet *like = p->width > 0 && p->width < PAGE_WIDTH ? page : slide;
    if (p->goal == 0) {
        p->goal = like->goal;
        p->floor = like->floor;
    }
    if (p->width == 0) {
        p->width = slide->width / 72;
        p->height = slide->height / 72;
    }
}

bool picture_comes(struct call *c)
{
    struct span word = peek_word(c);
    return !is_empty(word) && (is_flag(c, word) || format_of_word(c, word) != NULL);
}

size_t picture_begin(const struct call *c)
{
    const char *s = c->lexer->source->text;
    size_t end = lexer_statement_end(c->lexer), at = c->lexer->at;
    while (at < end) {
        struct span word = {.start = at};
        while (at < end && s[at] != ' ' && s[at] != '\t') {
            at++;
        }
        word.end = at;
        if (is_flag(c, word) || format_of_word(c, word) != NULL) {
            return word.start;
        }
        at++;
    }
    return end;
}

bool picture_read_rest(struct call *c, struct picture *p)
{
    bool ok = true;
    while (ok && call_has_more(c)) {
        struct span word = call_word(c);
        ok = is_flag(c, word)    ? read_flag(c, word, p)
             : is_empty(p->path) ? read_path(c, word, p)
                                 : read_theme(c, word, p);
    }
    return ok && check_options(c, p) && check_walk(c, p) && call_finish(c);
}

bool picture_read(struct call *c, struct picture *p)
{
    *p = (struct picture){.theme = "light", .from = NODE_NONE};
    bool named = !is_empty(peek_word(c)) && !picture_comes(c);
    bool ok = named ? call_node(c, &p->target) : call_last_output(c, &p->target);
    return ok && picture_read_rest(c, p);
}

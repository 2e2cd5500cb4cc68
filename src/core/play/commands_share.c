// Links into the playground, the page that has all of backstep: share.
#include <string.h>

#include "play/commands.h"
#include "play/play.h"
#include "words/bundle.h"

// What a link holds at the most: the script's bytes, and the characters that they are packed into.
// The page refuses more when it opens one (src/web/playground/link.js).
enum { SCRIPT_MOST = 64 << 10, PACKED_MOST = 16 << 10 };

// [lesson ID] [URL]
struct share_text {
    struct span lesson, id;  // the word and the lesson; empty: the session is shared
    struct span url;         // empty: there is none
};

// ---- Arguments ----------------------------------------------------------------------------------

static const char *at(const struct call *c, struct span span)
{
    return c->lexer->source->text + span.start;
}

static bool is_empty(struct span span)
{
    return span.start == span.end;
}

static bool begins(const struct call *c, struct span word, const char *with)
{
    size_t n = strlen(with);
    return word.end - word.start > n && memcmp(at(c, word), with, n) == 0;
}

// The address of a page; what is after a # in it is another link's.
static bool read_url(struct call *c, struct span word, struct span *url)
{
    const char *s = at(c, word), *mark = memchr(s, '#', word.end - word.start);
    *url = word;
    if (is_empty(word)) {
        return true;
    }
    url->end = mark == NULL ? word.end : word.start + (size_t)(mark - s);
    bool known =
        begins(c, *url, "https://") || begins(c, *url, "http://") || begins(c, *url, "file://");
    for (size_t i = url->start; known && i < url->end; i++) {
        known = c->lexer->source->text[i] > ' ' &&
                strchr("\"'<>\\`", c->lexer->source->text[i]) == NULL;
    }
    if (!known) {
        diag_set(c->diag, word, "this is not the address of a page");
        return diag_hint(c->diag,
                         "write share https://… with the address of a playground, or share "
                         "alone");
    }
    return true;
}

static bool read_arguments(struct call *c, struct share_text *share)
{
    struct span word = call_word(c);
    *share = (struct share_text){.url = {word.start, word.start}};
    if (call_word_is(c, word, "lesson")) {
        share->lesson = word;
        share->id = call_word(c);
        if (is_empty(share->id)) {
            diag_set(c->diag, word, "which lesson?");
            return diag_hint(c->diag, "write share lesson two-paths");
        }
        word = call_word(c);
    }
    return read_url(c, word, &share->url) && call_finish(c);
}

// ---- The link -----------------------------------------------------------------------------------

static enum call_end put_link(struct call *c, const struct share_text *share, struct text *fragment)
{
    struct rec *r = call_record(c, KIND_share);
    rec_bytes(c->out, r, KEY_address, at(c, share->url), share->url.end - share->url.start);
    rec_text(c->out, r, KEY_fragment, text_get(fragment));
    bool ok = !fragment->bytes.failed || diag_out_of_memory(c->diag);
    text_release(fragment);
    return ok ? CALL_DONE : CALL_FAILED;
}

static enum call_end share_lesson(struct call *c, const struct share_text *share)
{
    if (c->s->rounds == 0) {
        call_ask(c, "course", "", 0);
        return CALL_NEED;
    }
    const struct course *course = tutor_of(c)->course;
    if (course == NULL) {
        return lesson_refused(c, share->id);
    }
    const char *id = arena_copy(&c->out->arena, at(c, share->id), share->id.end - share->id.start);
    const struct course_lesson *found = id == NULL ? NULL : course_find(course, id);
    if (found == NULL) {
        diag_set(c->diag, share->id, "there is no such lesson");
        diag_hint(c->diag, "'lessons' lists them");
        return CALL_FAILED;
    }
    struct text fragment;
    text_init(&fragment);
    text_addf(&fragment, "#l=%s", found->id);
    return put_link(c, share, &fragment);
}

static bool too_long(struct call *c, size_t bytes)
{
    diag_set(c->diag, c->command, "this session is too long for a link: %zu KB",
             (bytes + 1023) >> 10);
    return diag_hint(c->diag, "'save mine.bs' writes it to a file, which the playground opens too");
}

static bool ask_for_packing(struct call *c)
{
    struct text script;
    text_init(&script);
    session_script(c->s, &script);
    size_t n = text_length(&script);
    bool ok = n > 0 && n <= SCRIPT_MOST && !script.bytes.failed;
    if (script.bytes.failed) {
        diag_out_of_memory(c->diag);
    } else if (n == 0) {
        diag_set(c->diag, c->command, "there is nothing to share yet");
        diag_hint(c->diag, "type something first, a = 2; L = a*a");
    } else if (!ok) {
        too_long(c, n);
    } else {
        if (strstr(text_get(&script), "load_csv") != NULL) {
            call_notice(c, c->command,
                        "the link does not hold the files that load_csv reads; those "
                        "that come with backstep are there too");
        }
        rec_text(c->out, call_ask(c, "share", "", 0), KEY_text, text_get(&script));
    }
    text_release(&script);
    return ok;
}

// base64 with - and _, and nothing at its end: fit for an address.
static void add_for_address(struct text *out, const char *bytes, size_t n)
{
    struct text plain;
    text_init(&plain);
    bundle_add_base64(&plain, bytes, n);
    for (const char *s = text_get(&plain); *s != '\0' && *s != '='; s++) {
        text_add_char(out, *s == '+' ? '-' : *s == '/' ? '_' : *s);
    }
    out->bytes.failed |= plain.bytes.failed;
    text_release(&plain);
}

static enum call_end share_session(struct call *c, const struct share_text *share)
{
    if (!call_supplied(c)) {
        return ask_for_packing(c) ? CALL_NEED : CALL_FAILED;
    }
    if (c->diag->set) {
        c->diag->span = c->command;
        return CALL_FAILED;
    }
    struct text fragment;
    text_init(&fragment);
    text_add(&fragment, "#s=");
    add_for_address(&fragment, c->s->supply.data, c->s->supply.count);
    if (text_length(&fragment) > strlen("#s=") + PACKED_MOST) {
        too_long(c, text_length(&fragment));
        text_release(&fragment);
        return CALL_FAILED;
    }
    return put_link(c, share, &fragment);
}

enum call_end command_share(struct call *c)
{
    struct share_text share;
    if (!read_arguments(c, &share)) {
        return CALL_FAILED;
    }
    return is_empty(share.lesson) ? share_session(c, &share) : share_lesson(c, &share);
}

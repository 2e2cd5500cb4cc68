// Commands about the session as a whole.
#include <string.h>

#include "command/commands.h"
#include "session/salvage.h"
#include "session/saved.h"

// A loop, or a file being loaded, is one statement: inside it nothing can be taken back.
static bool stands_alone(struct call *c, bool in_file)
{
    if (session_in_loop(c->s) || (!in_file && c->s->frames.count > 1)) {
        char word[QUOTED];
        diag_quote(word, c->lexer->source->text + c->command.start,
                   c->command.end - c->command.start);
        diag_set(c->diag, c->command, "'%s' is not allowed inside %s", word,
                 in_file ? "a loop" : "a loop or a file that is being loaded");
        return diag_hint(c->diag, "type it by itself");
    }
    return true;
}

static enum call_end rewind_statement(struct call *c, bool (*rewind)(struct session *),
                                      const char *word)
{
    if (!call_finish(c) || !stands_alone(c, false)) {
        return CALL_FAILED;
    }
    bool echo = call_echoes(c);
    if (!rewind(c->s)) {
        call_notice(c, c->command, "there is nothing to %s", word);
    } else if (echo) {
        struct rec *r = call_record(c, KIND_rewound);
        rec_text(c->out, r, KEY_word, word);
        rec_text(c->out, r, KEY_statement, c->s->statement);
    }
    return CALL_DONE;
}

enum call_end command_undo(struct call *c)
{
    return rewind_statement(c, session_undo, "undo");
}

enum call_end command_redo(struct call *c)
{
    return rewind_statement(c, session_redo, "redo");
}

enum call_end command_reset(struct call *c)
{
    if (!call_finish(c) || !stands_alone(c, true)) {
        return CALL_FAILED;
    }
    if (!session_reset(c->s)) {
        diag_out_of_memory(c->diag);
        return CALL_FAILED;
    }
    if (call_echoes(c)) {
        call_record(c, KIND_reset);
    }
    return CALL_DONE;
}

static bool path_word(struct call *c, struct span *path)
{
    *path = call_word(c);
    if (path->start == path->end) {
        diag_set(c->diag, c->command, "a file's name is missing");
        return diag_hint(c->diag, "write %.*s mine.bs", (int)(c->command.end - c->command.start),
                         c->lexer->source->text + c->command.start);
    }
    return call_finish(c);
}

enum call_end command_save(struct call *c)
{
    struct span path;
    if (!path_word(c, &path)) {
        return CALL_FAILED;
    }
    if (call_supplied(c)) {
        return call_file_end(c, path);
    }
    struct text script;
    text_init(&script);
    size_t n;
    const char *log = session_log(c->s, &n);
    saved_write(&script, log, n);
    struct rec *need = call_need(c, "write", path);
    rec_text(c->out, need, KEY_text, text_get(&script));
    bool ok = !script.bytes.failed || diag_out_of_memory(c->diag);
    text_release(&script);
    return ok ? CALL_NEED : CALL_FAILED;
}

enum call_end command_notes(struct call *c)
{
    static const char *const formats[] = {"md", "html", "ipynb"};
    struct span path;
    if (!path_word(c, &path) || !stands_alone(c, false)) {
        return CALL_FAILED;
    }
    if (call_supplied(c)) {
        return call_file_end(c, path);
    }
    const char *format = call_format(formats, COUNT_OF(formats),
                                     c->lexer->source->text + path.start, path.end - path.start);
    if (format == NULL) {
        diag_set(c->diag, path, "what form should the notes have?");
        diag_hint(c->diag, "the name of the file ends in .md, .html or .ipynb");
        return CALL_FAILED;
    }
    rec_text(c->out, call_need(c, "notes", path), KEY_format, format);
    return CALL_NEED;
}

// One that was cut or changed runs as far as it goes, as Python's files do.
static enum call_end load_damaged(struct call *c, const char *name, struct span path,
                                  const struct saved *saved)
{
    struct text words;
    text_init(&words);
    saved_say(saved, &words);
    bool ok = session_reset(c->s) || diag_out_of_memory(c->diag);
    ok = ok && salvage_push(c->s, name, path, c->s->supply.data, saved->length, c->diag);
    call_notice(c, path, "%s", text_get(&words));
    text_release(&words);
    return ok ? CALL_DONE : CALL_FAILED;
}

enum call_end command_load(struct call *c)
{
    struct span path;
    if (!path_word(c, &path) || !stands_alone(c, true)) {
        return CALL_FAILED;
    }
    if (!call_supplied(c)) {
        call_need(c, "read", path);
        return CALL_NEED;
    }
    if (c->diag->set) {
        c->diag->span = path;
        return CALL_FAILED;
    }
    char *name =
        arena_copy(&c->out->arena, c->lexer->source->text + path.start, path.end - path.start);
    const char *bytes = c->s->supply.data;
    if (name != NULL && salvage_wants(name, strlen(name))) {
        return (session_reset(c->s) || diag_out_of_memory(c->diag)) &&
                       salvage_push(c->s, name, path, bytes, c->s->supply.count, c->diag)
                   ? CALL_DONE
                   : CALL_FAILED;
    }
    const struct saved saved = saved_read(bytes, c->s->supply.count);
    if (name != NULL && saved.state != SAVED_NOT && saved.state != SAVED_WHOLE) {
        return load_damaged(c, name, path, &saved);
    }
    if (name == NULL || !session_reset(c->s) ||
        !session_push_frame(c->s, name, path, bytes, c->s->supply.count)) {
        diag_set(c->diag, path,
                 "this file cannot be loaded: files load each other too deeply, or "
                 "memory is short");
        return CALL_FAILED;
    }
    return CALL_DONE;
}

enum call_end command_precision(struct call *c)
{
    int64_t digits;
    if (!call_whole(c, "the number of digits", 1, 17, &digits) || !call_finish(c) ||
        !call_change_settings(c)) {
        return CALL_FAILED;
    }
    session_preferences(c->s)->digits = (int)digits;
    return CALL_DONE;
}

enum call_end command_verbose(struct call *c)
{
    struct span word = call_word(c);
    bool on = call_word_is(c, word, "on");
    if (!on && !call_word_is(c, word, "off")) {
        diag_set(c->diag, word.start == word.end ? c->command : word, "verbose takes on or off");
        diag_hint(c->diag, "write verbose on");
        return CALL_FAILED;
    }
    if (!call_finish(c) || !call_change_settings(c)) {
        return CALL_FAILED;
    }
    session_preferences(c->s)->verbose = on;
    return CALL_DONE;
}

enum call_end command_quit(struct call *c)
{
    c->quit = true;
    return call_finish(c) ? CALL_DONE : CALL_FAILED;
}

enum call_end command_exit(struct call *c)
{
    return command_quit(c);
}

// The colours are the host's: it reads the record.
enum call_end command_theme(struct call *c)
{
    static const char *const themes[] = {"light", "dark", "auto"};
    struct span word = call_word(c);
    if (!call_finish(c)) {
        return CALL_FAILED;
    }
    for (size_t i = 0; i < COUNT_OF(themes); i++) {
        if (call_word_is(c, word, themes[i])) {
            rec_text(c->out, call_record(c, KIND_theme), KEY_name, themes[i]);
            return CALL_DONE;
        }
    }
    diag_set(c->diag, word.start == word.end ? c->command : word,
             "a theme is light, dark or auto, for the terminal's background");
    diag_hint(c->diag, "write theme light");
    return CALL_FAILED;
}

// What was typed into a lesson and is kept: taken up again it is the same question with the same numbers, and a
// place that is damaged, or of a lesson that has changed, is refused or told.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lesson/lesson.h"
#include "play/tutor.h"
#include "words/words.h"

struct seat {
    struct tutor *tutor;
    struct text said;     // since the last thing typed
    const char *removed;  // the question that the lesson no longer has
};

// ---- A lesson -----------------------------------------------------------------------------------

static void ask(struct lesson *l, const struct seat *seat, const char *id, const char *content)
{
    struct diag d = {0};
    if (seat->removed == NULL || strcmp(seat->removed, id) != 0) {
        assert_true(lesson_ask(l, id, content, strlen(content), 20, &d));
    }
}

static struct lesson *make_lesson(const struct seat *seat)
{
    static const char front[] = "id: small\ntitle: A small one\n", code[] = "x = 3\ny = x*x\n";
    struct diag d = {0};
    struct lesson *l = lesson_new("small.md");
    assert_non_null(l);
    assert_true(lesson_front(l, front, strlen(front), 2, &d));
    assert_true(lesson_code(l, code, strlen(code), false, 8, &d));
    ask(l, seat, "small.slope",
        "`x` is {= x}. What is dy/dx?\nkind: number\nvary: x in 4..99\nanswer: dy/dx\n"
        "hint: The first.\nhint: The second.\n");
    ask(l, seat, "small.words", "What is a slope?\nkind: recall\nmodel: A ratio of changes.\n");
    assert_true(lesson_text(l, LESSON_PARAGRAPH, 0, "", "That was all.", 40, &d));
    assert_true(lesson_end(l, &d));
    return l;
}

static void type(struct seat *seat, const char *text)
{
    struct source source = {.name = "<prompt>", .text = text, .length = strlen(text), .line = 1};
    enum session_state state;
    text_clear(&seat->said);
    tutor_begin(seat->tutor, &source, SESSION_PROMPT);
    do {
        struct records out;
        records_init(&out);
        state = tutor_run(seat->tutor, &out);
        for (const struct rec *r = out.list.in.first; r != NULL; r = r->next) {
            words_add(&seat->said, r, &(struct words_form){.digits = 6});
        }
        const struct rec *need = out.list.in.last;
        if (state == SESSION_NEED && strcmp(rec_get_text(need, KEY_what), "lesson") == 0 &&
            strcmp(rec_get_text(need, KEY_path), "small.md") == 0) {
            tutor_supply_lesson(seat->tutor, make_lesson(seat));
        } else if (state == SESSION_NEED) {
            tutor_refuse(seat->tutor, &(struct diag){.message = "there is none"});
        }
        records_release(&out);
    } while (state == SESSION_MORE || state == SESSION_NEED);
}

static void begin(struct seat *seat)
{
    *seat = (struct seat){.tutor = tutor_new(&(struct session_world){.seed = 1})};
    assert_non_null(seat->tutor);
    text_init(&seat->said);
}

static void end(struct seat *seat)
{
    tutor_free(seat->tutor);
    text_release(&seat->said);
}

static bool says(const struct seat *seat, const char *words)
{
    return strstr(text_get((struct text *)&seat->said), words) != NULL;
}

// Takes a place up in a new program. False: it was refused. A lesson is played then, or was told to be another.
static bool take_up(struct seat *seat, const char *place, size_t n, const char *typed)
{
    struct text first;
    text_init(&first);
    bool ok = tutor_take_up(seat->tutor, place, n, typed, strlen(typed), &first);
    if (ok) {
        type(seat, text_get(&first));
        tutor_leave_kept(seat->tutor);
    }
    text_release(&first);
    return ok;
}

// What a tutor keeps of its lesson.
static void keep(const struct seat *seat, struct text *place, struct text *typed)
{
    const char *s;
    size_t n;
    text_clear(place);
    text_clear(typed);
    assert_true(tutor_kept(seat->tutor, place, &s, &n));
    text_add_bytes(typed, s, n);
}

// ---- Tests --------------------------------------------------------------------------------------

static const char *const typings[][6] = {
    {"lesson small.md", "w = x*2", "1", "hint"},
    {"lesson small.md", "hint", "hint", "x.data = 7"},
    {"lesson small.md", "reset", "z = 1"},
    {"lesson small.md", "w = 1", "skip", "v = 2"},
    {"lesson small.md", "skip", "it is a ratio", "u = 1"},
    {"lesson small.md", "skip", "skip", "u = 1"},
    {"lesson small.md 1 seed 7", "w = x*2", "2"},
    {"lesson small.md", "solution", "w = 3"},
};

static void what_is_taken_up_is_what_was_left(void **state)
{
    (void)state;
    struct text place, typed, place_again, typed_again;
    text_init(&place);
    text_init(&typed);
    text_init(&place_again);
    text_init(&typed_again);
    for (size_t i = 0; i < COUNT_OF(typings); i++) {
        struct seat seat, other;
        begin(&seat);
        begin(&other);
        for (size_t k = 0; k < COUNT_OF(typings[i]) && typings[i][k] != NULL; k++) {
            type(&seat, typings[i][k]);
        }
        keep(&seat, &place, &typed);
        if (text_length(&place) > 0) {
            assert_true(take_up(&other, text_get(&place), text_length(&place), text_get(&typed)));
            assert_true(tutor_took_up(other.tutor));
            keep(&other, &place_again, &typed_again);
            assert_string_equal(text_get(&place_again), text_get(&place));
            assert_string_equal(text_get(&typed_again), text_get(&typed));
            type(&seat, "vars");
            type(&other, "vars");
            assert_string_equal(text_get(&other.said), text_get(&seat.said));
            type(&seat, "hint");
            type(&other, "hint");
            assert_string_equal(text_get(&other.said), text_get(&seat.said));
        }
        end(&seat);
        end(&other);
    }
    text_release(&place);
    text_release(&typed);
    text_release(&place_again);
    text_release(&typed_again);
}

// A place, and what was typed there.
static void keep_typing(struct text *place, struct text *typed, size_t which)
{
    struct seat seat;
    begin(&seat);
    for (size_t k = 0; k < COUNT_OF(typings[which]) && typings[which][k] != NULL; k++) {
        type(&seat, typings[which][k]);
    }
    keep(&seat, place, typed);
    end(&seat);
}

static void expect_refused_or_played(const char *place, size_t n, const char *typed)
{
    struct seat seat;
    begin(&seat);
    if (take_up(&seat, place, n, typed)) {
        type(&seat, "hint");
        type(&seat, "skip");
        type(&seat, "quit");
        type(&seat, "print 1 + 1");
        assert_true(says(&seat, "2"));
    }
    end(&seat);
}

static void a_damaged_place_is_refused_or_played(void **state)
{
    (void)state;
    struct text place, typed, damaged;
    text_init(&place);
    text_init(&typed);
    text_init(&damaged);
    for (size_t which = 0; which < 2; which++) {
        keep_typing(&place, &typed, which == 0 ? 0 : 6);
        size_t n = text_length(&place);
        assert_true(n > 20);
        for (size_t cut = 0; cut < n; cut++) {
            expect_refused_or_played(text_get(&place), cut, text_get(&typed));
        }
        for (size_t i = 0; i < n; i++) {
            static const char others[] = "09:\" x";
            for (size_t k = 0; k < sizeof others - 1; k++) {
                text_clear(&damaged);
                text_add_bytes(&damaged, text_get(&place), n);
                BUF(char, &damaged.bytes)[i] = others[k];
                expect_refused_or_played(text_get(&damaged), n, text_get(&typed));
            }
        }
        text_clear(&damaged);
        text_addf(&damaged, "%s1 2 3:abc ", text_get(&place));  // a review that is none
        expect_refused_or_played(text_get(&damaged), text_length(&damaged), text_get(&typed));
    }
    text_release(&place);
    text_release(&typed);
    text_release(&damaged);
}

static void a_lesson_that_has_changed_says_so(void **state)
{
    (void)state;
    struct text place, typed, id;
    struct seat seat;
    text_init(&place);
    text_init(&typed);
    text_init(&id);
    keep_typing(&place, &typed, 0);
    assert_true(tutor_kept_lesson(text_get(&place), text_length(&place), &id));
    assert_string_equal(text_get(&id), "small");
    assert_false(tutor_kept_lesson("8:small", 7, &id));
    begin(&seat);
    seat.removed = "small.slope";
    assert_true(take_up(&seat, text_get(&place), text_length(&place), text_get(&typed)));
    assert_false(tutor_took_up(seat.tutor));
    assert_true(says(&seat, "the lesson has changed since"));
    assert_true(says(&seat, "What is a slope?"));
    type(&seat, "w");
    assert_false(says(&seat, "w = "));
    end(&seat);
    text_release(&place);
    text_release(&typed);
    text_release(&id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken_up_is_what_was_left),
        cmocka_unit_test(a_damaged_place_is_refused_or_played),
        cmocka_unit_test(a_lesson_that_has_changed_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

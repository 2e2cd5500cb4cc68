// command/present: what a page is shown, and that looking changes nothing.
#include "command/commands.h"
#include "command/present.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct session *new_session(void)
{
    const struct session_world world = {.commands = &commands_table, .seed = 1};
    struct session *s = session_new(&world);
    assert_non_null(s);
    return s;
}

static void run(struct session *s, const char *line, struct text *answer)
{
    struct records out;
    records_init(&out);
    session_eval(s, line, SESSION_PROMPT, &out);
    rec_json(answer, &out.list);
    records_release(&out);
}

// The records of a look, which the caller releases.
static const struct rec *look(struct session *s, struct records *out)
{
    records_init(out);
    assert_true(present_put(s, out));
    assert_true(rec_is(out->list.in.first, KIND_present));
    return out->list.in.first;
}

// Statements, a line each, that all come to the same answers whether somebody looks in between or
// not.
static const char *const scripts[] = {
    "a = 2; b = -3; c = 10; e = a*b; d = e + c; f = -2; L = d*f\nstep L\nstep\nback\nstep\nrun\n"
    "step\nstep\nback 2\nwhere\nrun\nvars\nundo\nredo\nstop\ngrads",
    "a = 2; L = a*a*a\na.data = 5\nvars\nforward\na.data = 6\nbackward L\nbackward "
    "L\nvars\nundo\nvars",
    "a = 2; L = a*a\nstep backward L\na.data = 7\nstep L\nstep\nL\nvars",
    "predict on\na = 2; L = tanh(a)*a\nstep L\n0.9\nstep\nstep\n5\nback\nstep\nvars",
    "param w = [1, 2]; x = [3, 4]\nL = sum(w*x)**2\ntrain L 5 0.001\nL\nupdate 0.1\nL\nforward\nL",
    "x = 1; L = tanh(x)*x\nexpand L\nvars\nbackward L\nfold L\nvars\nundo\nvars",
    "a = 2; b = 3; L = a*b + a\nbackward L\nsabotage L\nvars\naccuse L\nvars",
    "repeat 3 { a = 2; L = a*a; backward L }\nvars\nsave x.bs\nreset\nvars",
    "x = 0; y = log(x); z = y*0\nbackward z\nvars\nexplain z",
    "a = 2\na.grad = 3\nvars\nL = a + 1\nbackward L\nvars\nnothing\nL = (\nvars",
};

static void run_all(struct session *s, const char *script, bool looks, struct text *answer)
{
    char line[256];
    for (const char *at = script; at != NULL;) {
        const char *end = strchr(at, '\n');
        size_t n = end == NULL ? strlen(at) : (size_t)(end - at);
        assert_true(n < sizeof line);
        memcpy(line, at, n);
        line[n] = '\0';
        run(s, line, answer);
        if (looks) {
            struct records out;
            look(s, &out);
            records_release(&out);
        }
        at = end == NULL ? NULL : end + 1;
    }
    session_script(s, answer);
}

static void looking_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(scripts); i++) {
        struct session *alone = new_session(), *seen = new_session();
        struct text expected, got;
        text_init(&expected);
        text_init(&got);
        run_all(alone, scripts[i], false, &expected);
        run_all(seen, scripts[i], true, &got);
        assert_string_equal(text_get(&got), text_get(&expected));
        text_release(&expected);
        text_release(&got);
        session_free(alone);
        session_free(seen);
    }
}

static const struct rec *box_of(const struct rec *scene, const char *name)
{
    const struct rec *box = rec_find(scene, KEY_boxes)->in.first;
    while (box != NULL && strcmp(rec_get_text(box, KEY_name), name) != 0) {
        box = box->next;
    }
    assert_non_null(box);
    return box;
}

static void the_scene_is_as_it_is_and_as_it_will_be(void **state)
{
    (void)state;
    struct session *s = new_session();
    struct text ignored;
    struct records out;
    text_init(&ignored);
    run(s, "a = 2; b = a*3; L = b*a; step L", &ignored);
    const struct rec *present = look(s, &out), *now = present->next, *done = now->next;
    assert_null(done->next);
    assert_string_equal(rec_get_text(rec_find(present, KEY_root), KEY_name), "L");
    assert_int_equal(rec_get_whole(rec_find(present, KEY_walk), KEY_at), 1);
    assert_string_equal(rec_get_text(rec_find(present, KEY_step), KEY_name), "b");
    assert_true(rec_get_flag(box_of(now, "b"), KEY_current));
    assert_string_equal(rec_get_text(box_of(now, "L"), KEY_value_text), "·");
    assert_string_equal(rec_get_text(box_of(done, "L"), KEY_value_text), "12");
    assert_string_equal(rec_get_text(box_of(done, "a"), KEY_grad_text), "12");
    assert_int_equal(rec_find(present, KEY_about)->in.count, 4);
    records_release(&out);
    // In the midst of a sum, the number so far.
    run(s, "run; step; step", &ignored);
    present = look(s, &out);
    assert_null(rec_find(box_of(present->next, "a"), KEY_grad));
    assert_true(rec_get_number(box_of(present->next, "a"), KEY_so_far) == 6);
    records_release(&out);
    text_release(&ignored);
    session_free(s);
}

static void what_there_is_to_see(struct session *s, const char *line, int64_t values,
                                 size_t records, size_t about)
{
    struct text ignored;
    struct records out;
    text_init(&ignored);
    run(s, line, &ignored);
    const struct rec *present = look(s, &out);
    assert_int_equal(rec_get_whole(present, KEY_values), values);
    assert_int_equal(out.list.in.count, records);
    const struct rec *list = rec_find(present, KEY_about);
    assert_int_equal(list == NULL ? 0 : list->in.count, about);
    records_release(&out);
    text_release(&ignored);
}

static void nothing_and_too_much_have_no_picture(void **state)
{
    (void)state;
    struct session *s = new_session();
    what_there_is_to_see(s, "", 0, 1, 0);
    what_there_is_to_see(s, "a = 2", 1, 3, 1);
    what_there_is_to_see(s, "repeat 59 { a += a }", 60, 3, 60);
    what_there_is_to_see(s, "repeat 2 { a += a }", 62, 3, 0);  // folded
    what_there_is_to_see(s, "repeat 400 { a += a }", 462, 3, 0);
    struct text named;
    text_init(&named);
    text_add(&named, "b0 = 1");
    for (int i = 1; i <= 70; i++) {
        text_addf(&named, "; b%d = b%d*b%d", i, i - 1, i - 1);
    }
    what_there_is_to_see(s, text_get(&named), 71, 1, 0);  // too many boxes even so
    text_release(&named);
    what_there_is_to_see(s, "reset", 0, 1, 0);
    session_free(s);
}

static void a_look_can_be_stopped(void **state)
{
    (void)state;
    struct stop stop = {0};
    const struct session_world world = {.commands = &commands_table, .stop = &stop, .seed = 1};
    struct session *s = session_new(&world);
    struct text ignored;
    struct records out;
    text_init(&ignored);
    run(s, "a = 2; L = a*a; a.data = 3", &ignored);
    stop.asked = STOP_NOW;
    records_init(&out);
    present_put(s, &out);
    records_release(&out);
    stop_renew(&stop);
    text_clear(&ignored);
    run(s, "forward", &ignored);
    assert_non_null(strstr(text_get(&ignored), "\"fresh\":1"));
    text_release(&ignored);
    session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looking_changes_nothing),
        cmocka_unit_test(the_scene_is_as_it_is_and_as_it_will_be),
        cmocka_unit_test(nothing_and_too_much_have_no_picture),
        cmocka_unit_test(a_look_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// How long the core takes over a script, without starting a program: build/bench/script FILE… [-128]
//
// Prints the milliseconds of each file, in a session of its own. With -128 trainings use vectors of two
// doubles, as they do in a browser.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "play/tutor.h"

static char *read_file(const char *path, size_t *n)
{
    enum { MOST = 64 << 20 };
    FILE *f = fopen(path, "rb");
    char *bytes = f == NULL ? NULL : malloc(MOST);
    *n = bytes == NULL ? 0 : fread(bytes, 1, MOST, f);
    if (f != NULL) {
        fclose(f);
    }
    return bytes;
}

// Milliseconds of processor time; negative: the script failed.
static double run(const char *path, const char *text, size_t n, enum lanes_width lanes)
{
    clock_t start = clock();
    struct tutor *t = tutor_new(&(struct session_world){.seed = 1, .lanes = lanes});
    struct source source = {.name = path, .text = text, .length = n, .line = 1};
    enum session_state state = SESSION_FAILED;
    struct text answers;  // as JSON, as the door of the core in a browser gives them
    text_init(&answers);
    if (t != NULL) {
        tutor_begin(t, &source, SESSION_SCRIPT);
        do {
            struct records records;
            records_init(&records);
            state = tutor_run(t, &records);
            text_clear(&answers);
            for (const struct rec *r = records.list.in.first; r != NULL; r = r->next) {
                rec_json(&answers, r);
            }
            records_release(&records);
        } while (state == SESSION_MORE);
    }
    double ms = (double)(clock() - start) * 1000 / CLOCKS_PER_SEC;
    text_release(&answers);
    tutor_free(t);
    return state == SESSION_DONE ? ms : -1;
}

int main(int argc, char **argv)
{
    bool narrow = argc > 1 && strcmp(argv[argc - 1], "-128") == 0;
    for (int i = 1; i < argc - narrow; i++) {
        size_t n;
        char *text = read_file(argv[i], &n);
        double ms = text == NULL ? -1 : run(argv[i], text, n, narrow ? LANES_128 : LANES_WIDEST);
        free(text);
        if (ms < 0) {
            fprintf(stderr, "%s cannot be run\n", argv[i]);
            return 1;
        }
        printf("%.1f\n", ms);
    }
    return 0;
}

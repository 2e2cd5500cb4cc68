// Feeds a fuzz target every file of the folders it is given, and an empty input: how `make check`
// replays the corpus without a fuzzer.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Inputs are small; what is beyond this is not read.
enum { INPUT_MOST = 1 << 20 };
static uint8_t input[INPUT_MOST];

static int replay(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    size_t size = fread(input, 1, sizeof input, file);
    fclose(file);
    // A crash should say what it crashed on.
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(input, size);
    return 0;
}

int main(int argc, char **argv)
{
    int passed = 0, failed = 0;
    LLVMFuzzerTestOneInput(input, 0);
    for (int i = 1; i < argc; i++) {
        struct dirent **entries;
        int n = scandir(argv[i], &entries, NULL, alphasort);
        if (n < 0) {
            perror(argv[i]);
            return 1;
        }
        for (int k = 0; k < n; k++) {
            if (entries[k]->d_name[0] != '.') {
                int bad = replay(argv[i], entries[k]->d_name);
                failed += bad;
                passed += !bad;
            }
            free(entries[k]);
        }
        free(entries);
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}

#include "jupyter/install.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/record.h"
#include "process/helper.h"
#include "store/files.h"

static const char svg[] = {
#include "logo.svg.inc"
};
static const char png32[] = {
#include "logo-32x32.png.inc"
};
static const char png64[] = {
#include "logo-64x64.png.inc"
};

// The folder of the user's kernels; false if there is no home that it could be in.
static bool find_folder(struct text *out)
{
    const char *told = getenv("JUPYTER_DATA_DIR"), *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");
    if (told != NULL && *told != '\0') {
        text_add(out, told);
    } else if (data != NULL && *data == '/') {
        text_addf(out, "%s/jupyter", data);
    } else if (home != NULL && *home == '/') {
        text_addf(out, "%s/.local/share/jupyter", home);
    }
    return text_length(out) > 0;
}

static bool make_folders(struct text *path, struct diag *d)
{
    enum { MODE = 0755 };
    char *s = strdup(text_get(path));
    bool ok = s != NULL || diag_out_of_memory(d);
    for (char *slash = s; ok && slash != NULL;) {
        slash = strchr(slash + 1, '/');
        if (slash != NULL) {
            *slash = '\0';
        }
        if (mkdir(s, MODE) != 0 && errno != EEXIST) {
            ok = diag_set(d, (struct span){0, 0}, "the folder %s cannot be made: %s", s,
                          files_trouble(errno));
        }
        if (slash != NULL) {
            *slash = '/';
        }
    }
    free(s);
    return ok;
}

static bool write_file(struct text *folder, const char *name, const char *s, size_t n,
                       struct diag *d)
{
    struct text path;
    text_init(&path);
    text_addf(&path, "%s/%s", text_get(folder), name);
    bool ok = files_write(text_get(&path), s, n, d);
    text_release(&path);
    return ok;
}

static bool write_spec(struct text *folder, const char *program, struct diag *d)
{
    struct text json;
    text_init(&json);
    text_add(&json, "{\n \"argv\": [");
    rec_json_text(&json, program, strlen(program));
    text_add(&json, ", \"{connection_file}\"],\n \"display_name\": \"backstep\",\n"
                    " \"language\": \"backstep\",\n \"interrupt_mode\": \"signal\"\n}\n");
    bool ok = write_file(folder, "kernel.json", text_get(&json), text_length(&json), d);
    text_release(&json);
    return ok;
}

bool install_kernel(const char *folder, const char *program, struct diag *d)
{
    struct text path;
    char self[PATH_MAX];
    bool found = helper_find(self, "backstep-jupyter", "BACKSTEP_JUPYTER");
    text_init(&path);
    if (folder != NULL) {
        text_add(&path, folder);
    } else if (!find_folder(&path)) {
        return diag_set(d, (struct span){0, 0},
                        "there is no home folder to install it in; name "
                        "one: backstep-jupyter --install FOLDER");
    }
    text_add(&path, "/kernels/backstep");
    bool ok = (found || diag_set(d, (struct span){0, 0}, "its own path is too long")) &&
              make_folders(&path, d) && write_spec(&path, program == NULL ? self : program, d) &&
              write_file(&path, "logo-svg.svg", svg, sizeof svg, d) &&
              write_file(&path, "logo-32x32.png", png32, sizeof png32, d) &&
              write_file(&path, "logo-64x64.png", png64, sizeof png64, d);
    if (ok) {
        printf("Jupyter finds the kernel in %s\n", text_get(&path));
    }
    text_release(&path);
    return ok;
}

// backstep as a kernel of Jupyter:  backstep-jupyter CONNECTION_FILE
// Jupyter starts it so, as the kernelspec tells it, which --install writes.
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jupyter/connection.h"
#include "jupyter/install.h"
#include "jupyter/kernel.h"
#include "process/system.h"

static const char usage[] =
    "backstep-jupyter: backstep as a kernel of Jupyter\n"
    "\n"
    "  backstep-jupyter --install            makes Jupyter know it, for you alone\n"
    "  backstep-jupyter --install FOLDER     the same in FOLDER/kernels/backstep\n"
    "  … PROGRAM                             as what is started, where that is not this file\n"
    "  backstep-jupyter CONNECTION_FILE      what Jupyter starts\n"
    "  --help, --version\n";

static struct kernel_state kernel;

static void on_interrupt(int number)
{
    (void)number;
    kernel.stop.asked = STOP_NOW;
}

static void set_signals(void)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
}

static int complain(const struct diag *d)
{
    fprintf(stderr, "backstep-jupyter: %s\n", d->message);
    return 1;
}

static int serve(const char *path)
{
    static const struct network_hooks hooks = {
        .control = kernel_control, .joined = kernel_joined, .tick = kernel_tick, .at = &kernel};
    struct connection connection;
    struct diag d = {0};
    if (connection_read(&connection, path, &d) &&
        (kernel_init(&kernel, &connection.key) || diag_out_of_memory(&d))) {
        // Jupyter's own kernels watch whoever started them by this variable, too.
        kernel.parent = getenv("JPY_PARENT_PID") == NULL ? 0 : (int)getppid();
        if (network_start(&kernel.network, &connection, &hooks, &d)) {
            kernel_serve(&kernel);
            network_stop(kernel.network);
        }
        kernel_release(&kernel);
    }
    connection_release(&connection);
    return d.set ? complain(&d) : 0;
}

static int install(const char *folder, const char *program)
{
    struct diag d = {0};
    return install_kernel(folder, program, &d) ? 0 : complain(&d);
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    const char *first = argc > 1 ? argv[1] : "";
    if (strcmp(first, "--help") == 0) {
        fputs(usage, stdout);
        return 0;
    }
    if (strcmp(first, "--version") == 0) {
        puts("backstep-jupyter " BACKSTEP_VERSION);
        return 0;
    }
    if (strcmp(first, "--install") == 0 && argc <= 4) {
        return install(argc > 2 ? argv[2] : NULL, argc > 3 ? argv[3] : NULL);
    }
    if (argc != 2 || *first == '-') {
        fputs(usage, stderr);
        return 2;
    }
    set_signals();
    system_fresh_blocks();
    return serve(argv[1]);
}

// How often a wrong number is recognised for the mistake that led to it, kind by kind; and how
// often formulas are told equal or not that are. The figures are in docs/lessons.md.
#include "../tests/unit/lesson_measure.h"

enum { GRAPHS = 200, NOISE = 2000 };

static double percent(size_t part, size_t whole)
{
    return whole == 0 ? 0 : 100 * (double)part / (double)whole;
}

int main(void)
{
    struct measured all = {0};
    size_t tried;
    printf("%-28s %8s %8s %8s %8s\n", "", "clear", "named", "asked", "wrongly");
    for (enum mistake_kind kind = 0; kind < MISTAKE_COUNT; kind++) {
        struct measured m;
        measure_kind(kind, GRAPHS, 1 + (uint64_t)kind, &m);
        printf("%-28s %4zu/%-4zu %6.1f%% %7zu %8zu\n", mistake_get(kind)->name, m.distinguishable,
               m.made, percent(m.named, m.distinguishable), m.asked, m.wrongly);
        all.made += m.made;
        all.distinguishable += m.distinguishable;
        all.named += m.named;
        all.asked += m.asked;
        all.wrongly += m.wrongly;
    }
    printf("%-28s %4zu/%-4zu %6.1f%% %7zu %8zu\n", "all", all.distinguishable, all.made,
           percent(all.named, all.distinguishable), all.asked, all.wrongly);
    size_t named = measure_noise(NOISE, 1, &tried);
    printf("numbers that come of no mistake: %zu of %zu named\n", named, tried);
    return 0;
}

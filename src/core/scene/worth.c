#include "scene/worth.h"

#include <math.h>

#include "engine/maths.h"

static double log_2(double x)
{
    return maths_log(x) / maths_log(2);
}

double worth_of_letters(double letters, double goal, double floor)
{
    double worth = 10 * log_2(fmax(fmin(letters, goal), 0.01) / floor);
    return letters < floor ? 3 * worth : worth;
}

double worth_of_boxes(double shown)
{
    enum { BOXES_MOST = 30 };
    return 2 * log_2(fmax(fmin(shown, BOXES_MOST), 1));
}

#include "lesson/answer.h"

#include <math.h>

bool answer_number_is_right(double answer, double key, struct tolerance tolerance)
{
    if (isnan(key) || isinf(key) || !isfinite(answer)) {
        return answer == key || (isnan(answer) && isnan(key));
    }
    return fabs(answer - key) <=
           tolerance.absolute + tolerance.relative * fmax(fabs(answer), fabs(key));
}

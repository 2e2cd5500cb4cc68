// Writes the module ops.js of the pages to its standard output. The formulas of ops.def are
// written in what C and our language share, and JavaScript reads them as well: its truth values count
// as 1 and 0 too, once they are made numbers.
#include <stdio.h>

static const char head[] =
    "// The operations as the engine has them: made of src/core/engine/ops.def by tools/page_ops.c.\n"
    "//\n"
    "//   {arity, value(x, y), dx(x, y, v), dy(x, y, v)} by sign, as a picture shows it; several may\n"
    "//   share one. flat(x, y): [in x, in y], where no gradient passes whatever arrives.\n"
    "\n"
    "import { maths } from './maths.js';\n"
    "\n"
    "export const ops = (({abs, acos, asin, atan, atan2, bounded, cos, cosh, erf, erfc, exp, expm1,\n"
    "    log, log1p, pi, pow, sigmoid, sign, sin, sinh, softplus, sqrt, tan, tanh}) => {\n"
    "const flats = {\n";

int main(void)
{
    fputs(head, stdout);
#define FLAT(ID, IN_X, IN_Y) printf("    %s: (x, y) => [%s, %s],\n", #ID, #IN_X, #IN_Y);
#include "engine/ops.def"
    fputs("};\nreturn [\n", stdout);
#define OP(ID, ARITY, HOW, NAME, SIGN, VALUE, DX, DY, ...)                                         \
    printf("    {sign: '%s', arity: %d, flat: flats.%s,\n     value: (x, y) => +(%s),\n"           \
           "     dx: (x, y, v) => +(%s),\n     dy: (x, y, v) => +(%s)},\n",                        \
           SIGN, ARITY, #ID, #VALUE, #DX, #DY);
#include "engine/ops.def"
    return fputs("];\n})(maths);\n", stdout) >= 0 && fflush(stdout) == 0 ? 0 : 1;
}

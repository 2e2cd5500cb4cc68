// The functions that ops.def calls, under its names (src/core/engine/maths.h).

export const maths = (() => {
    const {abs, acos, asin, atan, atan2, cos, cosh, exp, expm1, log, log1p, pow, sign, sin, sinh,
           sqrt, tan, tanh, PI: pi} = Math;
    const sigmoid = x => x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
    const softplus = x => x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
    // As in PyTorch, the logarithms of a loss are at least −100.
    const bounded = x => x < -100 ? -100 : x;

    // The error function: its series, and where that converges slowly the continued fraction of
    // erfc (Abramowitz and Stegun, 7.1.6 and 7.1.14).
    const series = x => {
        let term = x, sum = x;
        for (let n = 1; abs(term) > 1e-17 * abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / sqrt(pi) * exp(-x * x) * sum;
    };
    const fraction = x => {
        let tail = 0;
        for (let n = 80; n >= 1; n--) {
            tail = n / 2 / (x + tail);
        }
        return exp(-x * x) / sqrt(pi) / (x + tail);
    };
    const erf = x => x !== x || x === 0 ? x
        : abs(x) < 2.5 ? series(x) : sign(x) * (1 - fraction(abs(x)));
    const erfc = x => x < 2.5 ? 1 - erf(x) : fraction(x);

    return {abs, acos, asin, atan, atan2, bounded, cos, cosh, erf, erfc, exp, expm1, log, log1p, pi,
            pow, sigmoid, sign, sin, sinh, softplus, sqrt, tan, tanh};
})();

#include "formula/letters.h"

// U+03B1 to U+03C9.
static const char *const greek[] = {
    "alpha", "beta",   "gamma",   "delta", "epsilon", "zeta",    "eta",   "theta", "iota",
    "kappa", "lambda", "mu",      "nu",    "xi",      "omicron", "pi",    "rho",   "sigma",
    "sigma", "tau",    "upsilon", "phi",   "chi",     "psi",     "omega",
};

static void add_greek(struct text *out, const char *name, bool capital)
{
    text_add_char(out, capital ? (char)(name[0] - 'a' + 'A') : name[0]);
    text_add(out, name + 1);
}

void letters_ascii(struct text *out, const char *s, size_t length)
{
    for (size_t at = 0; at < length;) {
        uint32_t c;
        size_t n = utf8_read(s + at, length - at, &c);
        n = n == 0 ? 1 : n;
        if (c < 0x80) {
            text_add_bytes(out, s + at, n);
        } else if (c >= 0x3b1 && c <= 0x3c9) {
            add_greek(out, greek[c - 0x3b1], false);
        } else if (c >= 0x391 && c <= 0x3a9) {
            add_greek(out, greek[c - 0x391], true);
        } else {
            text_addf(out, "u%04X", (unsigned)c);
        }
        at += n;
    }
}

bool letters_is_greek_command(uint32_t letter)
{
    static const char *const capitals =
        "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega";
    if (letter >= 0x3b1) {
        return letter != 0x3bf;
    }
    struct text name;
    text_init(&name);
    // analysis: a capital, 0x391 to 0x3a9: small letters left above
    add_greek(&name, greek[letter - 0x391], true);
    bool found = text_among(capitals, text_get(&name), text_length(&name));
    text_release(&name);
    return found;
}

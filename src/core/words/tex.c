// Mathematics: the TeX that lessons use, in Unicode.
#include <string.h>

#include "words/prose.h"

struct tex_sign {
    const char *tex, *shown;
};

// After a backslash. What is not here is shown by its name: \tanh, \log.
static const struct tex_sign commands[] = {
    {"partial", "∂"},    {"nabla", "∇"},       {"sum", "Σ"},         {"prod", "Π"},
    {"int", "∫"},        {"cdot", "·"},        {"times", "×"},       {"odot", "⊙"},
    {"pm", "±"},         {"sqrt", "√"},        {"le", "≤"},          {"leq", "≤"},
    {"ge", "≥"},         {"geq", "≥"},         {"ne", "≠"},          {"neq", "≠"},
    {"approx", "≈"},     {"equiv", "≡"},       {"propto", "∝"},      {"infty", "∞"},
    {"to", "→"},         {"rightarrow", "→"},  {"leftarrow", "←"},   {"gets", "←"},
    {"Rightarrow", "⇒"}, {"mapsto", "↦"},      {"in", "∈"},          {"forall", "∀"},
    {"exists", "∃"},     {"circ", "∘"},        {"ldots", "…"},       {"dots", "…"},
    {"cdots", "⋯"},      {"prime", "′"},       {"top", "ᵀ"},         {"alpha", "α"},
    {"beta", "β"},       {"gamma", "γ"},       {"delta", "δ"},       {"epsilon", "ε"},
    {"varepsilon", "ε"}, {"zeta", "ζ"},        {"eta", "η"},         {"theta", "θ"},
    {"kappa", "κ"},      {"lambda", "λ"},      {"mu", "μ"},          {"nu", "ν"},
    {"xi", "ξ"},         {"pi", "π"},          {"rho", "ρ"},         {"sigma", "σ"},
    {"tau", "τ"},        {"phi", "φ"},         {"varphi", "φ"},      {"chi", "χ"},
    {"psi", "ψ"},        {"omega", "ω"},       {"Gamma", "Γ"},       {"Delta", "Δ"},
    {"Theta", "Θ"},      {"Lambda", "Λ"},      {"Sigma", "Σ"},       {"Phi", "Φ"},
    {"Psi", "Ψ"},        {"Omega", "Ω"},       {"left", ""},         {"right", ""},
    {"quad", "  "},      {"qquad", "    "},    {"mathrm", ""},       {"mathbf", ""},
    {"mathit", ""},      {"text", ""},         {"operatorname", ""}, {"bigl", ""},
    {"bigr", ""},        {"displaystyle", ""}, {"mid", "|"},         {"Vert", "‖"},
};

// Over one letter: as a combining sign after it.
static const struct tex_sign accents[] = {
    {"hat", "\u0302"}, {"bar", "\u0304"}, {"tilde", "\u0303"}, {"dot", "\u0307"}};

static const struct tex_sign superscripts[] = {
    {"0", "⁰"}, {"1", "¹"}, {"2", "²"}, {"3", "³"}, {"4", "⁴"}, {"5", "⁵"}, {"6", "⁶"},
    {"7", "⁷"}, {"8", "⁸"}, {"9", "⁹"}, {"+", "⁺"}, {"-", "⁻"}, {"−", "⁻"}, {"(", "⁽"},
    {")", "⁾"}, {"n", "ⁿ"}, {"i", "ⁱ"}, {"T", "ᵀ"}, {"x", "ˣ"}, {"k", "ᵏ"}, {"m", "ᵐ"},
    {"t", "ᵗ"}, {"a", "ᵃ"}, {"b", "ᵇ"}, {"y", "ʸ"}, {"l", "ˡ"}, {"L", "ᴸ"}, {"′", "′"},
};

static const struct tex_sign subscripts[] = {
    {"0", "₀"}, {"1", "₁"}, {"2", "₂"}, {"3", "₃"}, {"4", "₄"}, {"5", "₅"}, {"6", "₆"},
    {"7", "₇"}, {"8", "₈"}, {"9", "₉"}, {"+", "₊"}, {"-", "₋"}, {"−", "₋"}, {"i", "ᵢ"},
    {"j", "ⱼ"}, {"k", "ₖ"}, {"n", "ₙ"}, {"m", "ₘ"}, {"t", "ₜ"}, {"x", "ₓ"}, {"a", "ₐ"},
    {"o", "ₒ"}, {"l", "ₗ"}, {"p", "ₚ"}, {"s", "ₛ"},
};

static const char *find(const struct tex_sign *signs, size_t count, const char *s, size_t n)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(signs[i].tex) == n && memcmp(signs[i].tex, s, n) == 0) {
            return signs[i].shown;
        }
    }
    return NULL;
}

struct sign_reader {
    const char *s, *end;
};

// What a command or a raised sign applies to: { … }, a command with its name, or one character.
static struct sign_reader take_group(struct sign_reader *r)
{
    while (r->s < r->end && *r->s == ' ') {
        r->s++;
    }
    struct sign_reader group = {r->s, r->s};
    if (r->s == r->end) {
        return group;
    }
    if (*r->s == '{') {
        int depth = 0;
        do {
            depth += (*r->s == '{') - (*r->s == '}');
            r->s++;
        } while (r->s < r->end && depth > 0);
        return (struct sign_reader){group.s + 1, depth == 0 ? r->s - 1 : r->s};
    }
    uint32_t c;
    size_t n = utf8_read(r->s, (size_t)(r->end - r->s), &c);
    r->s += n == 0 ? 1 : n;
    while (*group.s == '\\' && r->s < r->end && text_is_letter(*r->s)) {
        r->s++;
    }
    group.end = r->s;
    return group;
}

enum { DEPTH_MOST = 20 };  // of braces in braces; deeper ones stay as they are

static void translate(struct text *out, struct sign_reader r, int depth);

static void group_text(struct text *out, struct sign_reader group, int depth)
{
    text_init(out);
    if (depth < DEPTH_MOST) {
        translate(out, group, depth + 1);
    } else {
        text_add_bytes(out, group.s, (size_t)(group.end - group.s));
    }
}

// Is it a product or a name, that needs no parentheses under a fraction?
static bool is_tight(const char *s)
{
    return strpbrk(s, " +-/=") == NULL && strstr(s, "−") == NULL;
}

static void add_part(struct text *out, const char *part)
{
    text_addf(out, is_tight(part) ? "%s" : "(%s)", part);
}

static void add_fraction(struct text *out, struct sign_reader *r, int depth)
{
    struct text above, below;
    group_text(&above, take_group(r), depth);
    group_text(&below, take_group(r), depth);
    add_part(out, text_get(&above));
    text_add_char(out, '/');
    add_part(out, text_get(&below));
    text_release(&above);
    text_release(&below);
}

// x^2, w_{ij}: raised or lowered if each of its characters can be; else x^(…).
static void add_script(struct text *out, struct sign_reader *r, const struct tex_sign *signs,
                       size_t count, char mark, int depth)
{
    struct text inside, shown;
    group_text(&inside, take_group(r), depth);
    text_init(&shown);
    const char *s = text_get(&inside);
    bool all = *s != '\0';
    while (all && *s != '\0') {
        uint32_t c;
        size_t n = utf8_read(s, strlen(s), &c);
        const char *sign = find(signs, count, s, n == 0 ? 1 : n);
        all = sign != NULL;
        text_add(&shown, all ? sign : "");
        s += n == 0 ? 1 : n;
    }
    if (all) {
        text_add(out, text_get(&shown));
    } else {
        text_add_char(out, mark);
        bool single = utf8_length(text_get(&inside), text_length(&inside)) == 1;
        text_addf(out, single ? "%s" : "(%s)", text_get(&inside));
    }
    text_release(&inside);
    text_release(&shown);
}

static void add_group(struct text *out, struct sign_reader *r, int depth)
{
    struct text inside;
    group_text(&inside, take_group(r), depth);
    text_add(out, text_get(&inside));
    text_release(&inside);
}

static void add_root(struct text *out, struct sign_reader *r, int depth)
{
    struct text inside;
    group_text(&inside, take_group(r), depth);
    bool single = utf8_length(text_get(&inside), text_length(&inside)) == 1;
    text_addf(out, single ? "√%s" : "√(%s)", text_get(&inside));
    text_release(&inside);
}

static void add_command(struct text *out, struct sign_reader *r, int depth)
{
    const char *name = ++r->s;
    while (r->s < r->end && text_is_letter(*r->s)) {
        r->s++;
    }
    size_t n = (size_t)(r->s - name);
    if (n == 0) {  // \, \; \{
        if (r->s < r->end) {
            text_add_bytes(out, strchr(",;:! ", *r->s) != NULL ? " " : r->s, 1);
            r->s++;
        }
        return;
    }
    const char *accent = find(accents, COUNT_OF(accents), name, n);
    const char *shown = find(commands, COUNT_OF(commands), name, n);
    if ((n == 4 && memcmp(name, "frac", 4) == 0) || (n == 5 && memcmp(name, "dfrac", 5) == 0)) {
        add_fraction(out, r, depth);
    } else if (n == 4 && memcmp(name, "sqrt", 4) == 0) {
        add_root(out, r, depth);
    } else if (accent != NULL) {
        add_group(out, r, depth);
        text_add(out, accent);
    } else if (shown != NULL) {
        text_add(out, shown);
        // The blank that ends a command's name is not one of the formula's: ∂L.
        r->s += r->s < r->end && *r->s == ' ' && strcmp(shown, "∂") == 0;
    } else {
        text_add_bytes(out, name, n);
    }
}

static void translate(struct text *out, struct sign_reader r, int depth)
{
    while (r.s < r.end) {
        switch (*r.s) {
        case '\\':
            add_command(out, &r, depth);
            break;
        case '^':
            r.s++;
            add_script(out, &r, superscripts, COUNT_OF(superscripts), '^', depth);
            break;
        case '_':
            r.s++;
            add_script(out, &r, subscripts, COUNT_OF(subscripts), '_', depth);
            break;
        case '{':
            add_group(out, &r, depth);
            break;
        case '-':
            text_add(out, "−");
            r.s++;
            break;
        default:
            text_add_char(out, *r.s++);
        }
    }
}

void tex_add(struct text *out, const char *s, size_t n)
{
    translate(out, (struct sign_reader){s, s + n}, 0);
}

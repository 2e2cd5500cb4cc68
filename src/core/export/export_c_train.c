// A training: the same optimiser, which goes on where the session stands.
#include "export/export_c_parts.h"

static bool is_param(const struct program *p, uint32_t node)
{
    return node != NODE_NONE && tape_marked(p->e->tape, node, MARK_PARAM);
}

// By how much a parameter is lowered, before the rate: as engine/optim.h has it.
static const char *const steps[OPTIM_COUNT] = {
    [OPTIM_PLAIN] = "    (void)s;\n    return g;\n",
    [OPTIM_MOMENTUM] = "    s->m = momentum * s->m + g;\n    return s->m;\n",
    [OPTIM_NESTEROV] = "    s->m = momentum * s->m + g;\n    return g + momentum * s->m;\n",
    [OPTIM_RMSPROP] = "    s->v = 0.99 * s->v + 0.01 * g * g;\n"
                      "    return g / (sqrt(s->v) + 1e-8);\n",
    [OPTIM_ADAM] = "    s->t++;\n"
                   "    s->m = 0.9 * s->m + 0.1 * g;\n"
                   "    s->v = 0.999 * s->v + 0.001 * g * g;\n"
                   "    double m_hat = s->m / (1 - pow(0.9, s->t));\n"
                   "    double v_hat = s->v / (1 - pow(0.999, s->t));\n"
                   "    return m_hat / (sqrt(v_hat) + 1e-8)",
};

static void put_step(struct program *p)
{
    const struct optim *o = &p->e->optim;
    bool adamw = o->kind == OPTIM_ADAMW;
    text_add(p->out, "// How much a parameter w of gradient g is lowered by, before the rate.\n"
                     "static double step(struct memory *s, double w, double g)\n{\n");
    text_add(p->out, o->decay != 0 && !adamw ? "    g += decay * w;\n" : "");
    text_add(p->out, o->decay == 0 ? "    (void)w;\n" : "");
    text_add(p->out, steps[adamw ? OPTIM_ADAM : o->kind]);
    text_add(p->out, adamw && o->decay != 0 ? " + decay * w" : "");
    text_add(p->out, adamw || o->kind == OPTIM_ADAM ? ";\n" : "");
    text_add(p->out, "}\n\n");
}

static void put_setting(struct program *p, const char *name, double value)
{
    text_addf(p->out, "static const double %s = ", name);
    export_c_number(p, value);
    text_add(p->out, ";\n");
}

static void put_memory(struct program *p, size_t params)
{
    text_addf(p->out,
              "\n// What the optimiser remembers of each.\nstatic struct memory {\n"
              "    double m, v, t;\n} memory[%zu]",
              params);
    if (p->has_states) {
        text_add(p->out, " = {\n");
        for (size_t i = 0; i < p->ids.count && !program_stopped(p, i); i++) {
            if (is_param(p, program_node(p, i))) {
                struct optim_state s = program_state(p, program_node(p, i));
                text_add(p->out, "    {");
                export_c_number(p, s.m);
                text_add(p->out, ", ");
                export_c_number(p, s.v);
                text_add(p->out, ", ");
                export_c_number(p, s.t);
                text_add(p->out, "},\n");
            }
        }
        text_add(p->out, "}");
    }
    text_add(p->out, ";\n\n");
}

static void put_parameters(struct program *p, bool straight)
{
    text_add(p->out, "// The parameters: where their values and derivatives lie.\nstatic const "
                     "struct {\n    double *value, *slope;\n} parameters[] = {\n");
    for (size_t i = 0; i < p->ids.count && !program_stopped(p, i); i++) {
        uint32_t node = program_node(p, i);
        if (is_param(p, node) && straight) {
            program_put(p, p->out, "    {&v.", node);
            program_put(p, p->out, ", &d.", node);
            text_add(p->out, "},\n");
        } else if (is_param(p, node)) {
            text_addf(p->out, "    {&v[%zu], &d[%zu]},\n", i, i);
        }
    }
    text_add(p->out, "};\n");
}

void export_c_training(struct program *p, bool straight)
{
    size_t params = p->params;
    const struct optim *o = &p->e->optim;
    text_add(p->out, "// Training: ");
    program_training_text(p, p->out);
    text_add(p->out, ".\n");
    if (p->e->batch > 0) {
        text_addf(p->out,
                  "// The session drew %u rows for each step; here every step takes all %u. For "
                  "batches: export torch.\n",
                  (unsigned)p->e->batch, (unsigned)p->e->rows);
    }
    put_setting(p, "rate", o->rate);
    if (o->kind == OPTIM_MOMENTUM || o->kind == OPTIM_NESTEROV) {
        put_setting(p, "momentum", o->momentum);
    }
    if (o->decay != 0) {
        put_setting(p, "decay", o->decay);
    }
    text_add(p->out, "\n");
    put_parameters(p, straight);
    put_memory(p, params);
    put_step(p);
    text_addf(p->out,
              "// Each step: forward, backward, update. Says the loss now and then.\n"
              "static void train(long steps)\n{\n"
              "    for (long i = 1; i <= steps && isfinite(LOSS); i++) {\n"
              "        backward();\n"
              "        for (int k = 0; k < %zu; k++) {\n"
              "            *parameters[k].value -=\n                rate * step(&memory[k], "
              "*parameters[k].value, *parameters[k].slope);\n"
              "        }\n"
              "        forward();\n"
              "        if (i %% ((steps + 19) / 20) == 0 || i == steps) {\n"
              "            printf(\"step %%ld: %%.17g\\n\", i, LOSS);\n"
              "        }\n    }\n}\n\n",
              params);
}

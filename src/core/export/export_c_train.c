// A training: the same optimiser, which goes on where the session is.
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
                   "    s->m = beta1 * s->m + (1 - beta1) * g;\n"
                   "    s->v = beta2 * s->v + (1 - beta2) * g * g;\n"
                   "    double m_hat = s->m / (1 - pow(beta1, s->t));\n"
                   "    double v_hat = s->v / (1 - pow(beta2, s->t));\n"
                   "    return m_hat / (sqrt(v_hat) + 1e-8)",
};

// rmsprop with momentum.
static const char running[] = "    s->v = 0.99 * s->v + 0.01 * g * g;\n"
                              "    s->m = momentum * s->m + g / (sqrt(s->v) + 1e-8);\n"
                              "    return s->m;\n";

static void put_step(struct program *p)
{
    const struct optim *o = &p->e->optim;
    bool adamw = o->kind == OPTIM_ADAMW;
    text_add(p->out, "// How much a parameter w of gradient g is lowered by, before the rate.\n"
                     "static double step(struct memory *s, double w, double g)\n{\n");
    text_add(p->out, o->decay != 0 && !adamw ? "    g += decay * w;\n" : "");
    text_add(p->out, o->decay == 0 ? "    (void)w;\n" : "");
    text_add(p->out, o->kind == OPTIM_RMSPROP && o->momentum != 0
                         ? running
                         : steps[adamw ? OPTIM_ADAM : o->kind]);
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

// The rate of each step, where it changes: as optim_rate in engine/optim.c has it.
static bool put_rates(struct program *p)
{
    const struct optim *o = &p->e->optim;
    if (o->schedule == OPTIM_STEADY && o->warmup == 0) {
        return false;
    }
    text_addf(p->out,
              "// The rate of the step that follows `done` others of `steps`.\n"
              "static double rate_after(long done, long steps)\n{\n    (void)steps;\n"
              "    const long warmup = %lld;\n    if (done < warmup) {\n"
              "        return rate * (done + 1) / warmup;\n    }\n",
              (long long)o->warmup);
    if (o->schedule == OPTIM_COSINE) {
        text_add(p->out, "    return rate * (1 + cos(3.14159265358979323846 * (done - warmup) / "
                         "(steps - warmup))) / 2;\n");
    } else if (o->schedule == OPTIM_STEPS) {
        text_add(p->out, "    return rate * pow(");
        export_c_number(p, o->factor);
        text_addf(p->out, ", (done - warmup) / %lld);\n", (long long)o->every);
    } else {
        text_add(p->out, "    return rate;\n");
    }
    text_add(p->out, "}\n\n");
    return true;
}

// What gradients are multiplied by, so that all together are no longer than the clip.
static bool put_clipping(struct program *p, size_t params)
{
    if (p->e->optim.clip == 0) {
        return false;
    }
    text_addf(p->out,
              "// What the gradients are multiplied by, so that their norm is at most `clip`.\n"
              "static double clipping(void)\n{\n    double squares = 0;\n"
              "    for (int k = 0; k < %zu; k++) {\n"
              "        squares += *parameters[k].slope * *parameters[k].slope;\n    }\n"
              "    double scale = clip / (sqrt(squares) + 1e-6);\n"
              "    return scale < 1 ? scale : 1;\n}\n\n",
              params);
    return true;
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
    if (o->kind == OPTIM_MOMENTUM || o->kind == OPTIM_NESTEROV || o->momentum != 0) {
        put_setting(p, "momentum", o->momentum);
    }
    if (o->kind == OPTIM_ADAM || o->kind == OPTIM_ADAMW) {
        put_setting(p, "beta1", o->beta[0]);
        put_setting(p, "beta2", o->beta[1]);
    }
    if (o->clip != 0) {
        put_setting(p, "clip", o->clip);
    }
    if (o->decay != 0) {
        put_setting(p, "decay", o->decay);
    }
    text_add(p->out, "\n");
    put_parameters(p, straight);
    put_memory(p, params);
    put_step(p);
    bool rates = put_rates(p), clips = put_clipping(p, params);
    text_addf(p->out,
              "// Each step: forward, backward, update. Says the loss now and then.\n"
              "static void train(long steps)\n{\n"
              "    for (long i = 1; i <= steps && isfinite(LOSS); i++) {\n"
              "        backward();\n%s"
              "        for (int k = 0; k < %zu; k++) {\n"
              "            *parameters[k].value -=\n                %s * step(&memory[k], "
              "*parameters[k].value, %s*parameters[k].slope);\n"
              "        }\n"
              "        forward();\n"
              "        if (i %% ((steps + 19) / 20) == 0 || i == steps) {\n"
              "            printf(\"step %%ld: %%.17g\\n\", i, LOSS);\n"
              "        }\n    }\n}\n\n",
              clips ? "        double scale = clipping();\n" : "", params,
              rates ? "rate_after(i - 1, steps)" : "rate", clips ? "scale * " : "");
}

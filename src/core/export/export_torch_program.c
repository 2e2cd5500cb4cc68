// What is around the module: imports, the training, the launcher.
#include <string.h>

#include "export/export_torch_parts.h"

// The names of the data are then values of forward(), whose rows are drawn.
static bool in_batches(const struct torch *t)
{
    return text_length(&t->rows) > 0;
}

static void put_optimizer(struct torch *t)
{
    static const char *const classes[OPTIM_COUNT] = {"SGD",     "SGD",  "SGD",
                                                     "RMSprop", "Adam", "AdamW"};
    const struct optim *o = &t->p->e->optim;
    struct text *out = t->p->out;
    text_addf(out, "    optimizer = torch.optim.%s(module.parameters(), lr=", classes[o->kind]);
    export_torch_number(out, o->rate);
    if (o->kind == OPTIM_MOMENTUM || o->kind == OPTIM_NESTEROV || o->momentum != 0) {
        text_add(out, ", momentum=");
        export_torch_number(out, o->momentum);
        // Without momentum there is nothing to look ahead with.
        text_add(out, o->kind == OPTIM_NESTEROV && o->momentum != 0 ? ", nesterov=True" : "");
    }
    if (o->decay != 0 || o->kind == OPTIM_ADAMW) {
        text_add(out, ", weight_decay=");
        export_torch_number(out, o->decay);
    }
    if ((o->kind == OPTIM_ADAM || o->kind == OPTIM_ADAMW) &&
        (o->beta[0] != 0.9 || o->beta[1] != 0.999)) {
        text_add(out, ", betas=(");
        export_torch_number(out, o->beta[0]);
        text_add(out, ", ");
        export_torch_number(out, o->beta[1]);
        text_add(out, ")");
    }
    text_add(out, ")\n");
}

static bool has_rates(const struct torch *t)
{
    return t->p->e->optim.schedule != OPTIM_STEADY || t->p->e->optim.warmup > 0;
}

// The rate of each step as a part of the first: as optim_rate in engine/optim.c has it.
static void put_rates(struct torch *t)
{
    const struct optim *o = &t->p->e->optim;
    struct text *out = t->p->out;
    text_addf(out,
              "def part_of_rate(done, steps, warmup=%lld):\n"
              "    \"\"\"The rate of the step that follows `done` others.\"\"\"\n"
              "    if done < warmup:\n        return (done + 1)/warmup\n",
              (long long)o->warmup);
    if (o->schedule == OPTIM_COSINE) {
        text_add(out,
                 "    return (1 + math.cos(math.pi*min((done - warmup)/max(steps - warmup, 1), "
                 "1)))/2\n\n\n");
    } else if (o->schedule == OPTIM_STEPS) {
        text_add(out, "    return ");
        export_torch_number(out, o->factor);
        text_addf(out, "**((done - warmup)//%lld)\n\n\n", (long long)o->every);
    } else {
        text_add(out, "    return 1.0\n\n\n");
    }
}

static void put_training(struct torch *t)
{
    struct text *out = t->p->out;
    bool batches = in_batches(t);
    struct text clip;
    char number[NUMBER_TEXT];
    text_init(&clip);
    if (t->p->e->optim.clip != 0) {
        text_addf(&clip, "        nn.utils.clip_grad_norm_(module.parameters(), %s)\n",
                  number_exact(number, t->p->e->optim.clip));
    }
    if (has_rates(t)) {
        put_rates(t);
    }
    text_add(out, "def train(module, runner, steps, say):\n"
                  "    \"\"\"Forward, backward, update. runner is module, or runs it in several "
                  "processes.\"\"\"\n");
    put_optimizer(t);
    if (text_length(&t->memory) > 0) {
        text_add(out, "    # What the optimiser remembers of the steps taken so far.\n");
        text_add(out, text_get(&t->memory));
    }
    if (has_rates(t)) {
        text_add(out, "    scheduler = torch.optim.lr_scheduler.LambdaLR(\n"
                      "        optimizer, lambda done: part_of_rate(done, steps))\n");
    }
    text_add(out, batches ? "    for step, rows in enumerate(batches(steps), 1):\n"
                          : "    for step in range(1, steps + 1):\n");
    text_addf(out,
              "        optimizer.zero_grad()\n"
              "        loss = runner(%s)\n"
              "        if not torch.isfinite(loss):\n            break\n"
              "        loss.backward()\n%s"
              "        optimizer.step()\n%s"
              "        if say and (step %% ((steps + 19)//20) == 0 or step == steps):\n"
              "            with torch.no_grad():\n"
              "                print(f\"step {step}: {module().item()!r}\")\n\n\n",
              batches ? "*rows" : "", text_get(&clip),
              has_rates(t) ? "        scheduler.step()\n" : "");
    text_release(&clip);
}

static void put_batches(struct torch *t)
{
    struct text *out = t->p->out;
    const char *names = text_get(&t->rows);
    text_addf(out,
              "def batches(steps):\n"
              "    \"\"\"So many batches: in each epoch all rows in another order. Of several "
              "processes\n"
              "    each has rows of its own, and its share of a batch.\"\"\"\n"
              "    dataset = TensorDataset(*[tensor.detach() for tensor in [%s]])\n"
              "    several = dist.is_initialized()\n"
              "    sampler = DistributedSampler(dataset) if several else RandomSampler(dataset)\n"
              "    share = dist.get_world_size() if several else 1\n"
              "    loader = DataLoader(dataset, batch_size=max(%u//share, 1), sampler=sampler)\n"
              "    epoch = 0\n"
              "    while steps > 0:\n"
              "        if several:\n"
              "            sampler.set_epoch(epoch)\n"
              "        for rows in itertools.islice(loader, steps):\n"
              "            yield rows\n"
              "            steps -= 1\n"
              "        epoch += 1\n\n\n",
              names, (unsigned)t->p->e->batch);
}

static const char launch[] =
    "    parser = argparse.ArgumentParser()\n"
    "    parser.add_argument(\"--steps\", type=int, default=0, help=\"train first, so many "
    "steps\")\n"
    "    parser.add_argument(\"--distributed\", action=\"store_true\",\n"
    "                        help=\"train in two processes, by DistributedDataParallel\")\n"
    "    args = parser.parse_args()\n"
    "    if args.distributed and \"RANK\" not in os.environ:\n"
    "        # Start again under PyTorch's launcher, which is also called torchrun.\n"
    "        sys.stdout.flush()\n"
    "        os.execv(sys.executable, [sys.executable, \"-m\", \"torch.distributed.run\",\n"
    "                                  \"--nproc_per_node=2\", \"--master_addr=127.0.0.1\",\n"
    "                                  f\"--master_port={free_port()}\",\n"
    "                                  # PyTorch 1.13 on Python 3.11 needs these two.\n"
    "                                  \"--redirects=9:1\", \"--tee=9:1\",\n"
    "                                  os.path.abspath(__file__)] + sys.argv[1:])\n"
    "    module = runner = Model()\n"
    "    rank = 0\n"
    "    if args.distributed:\n"
    "%s"
    "        dist.init_process_group(\"gloo\")\n"
    "        rank = dist.get_rank()\n"
    "        runner = nn.parallel.DistributedDataParallel(module)\n"
    "    train(module, runner, args.steps, rank == 0)\n"
    "    if rank == 0:\n"
    "        report(module)\n"
    "    if args.distributed:\n"
    "        dist.destroy_process_group()\n";

static const char whole[] = "        # Each process computes the whole loss, and the mean of equal "
                            "gradients is the same. To\n"
                            "        # share the work give each its own rows: X[rank::2].\n";

static const char free_port[] = "def free_port():\n"
                                "    with socket.socket() as s:\n"
                                "        s.bind((\"127.0.0.1\", 0))\n"
                                "        return s.getsockname()[1]\n\n\n";

static void put_main(struct torch *t, bool trains)
{
    struct text *out = t->p->out;
    text_add(out, "def show(name, tensor, *element):\n"
                  "    grad = torch.zeros_like(tensor) if tensor.grad is None else tensor.grad\n"
                  "    print(name, \"=\", grad[element].tolist() if element else grad.tolist())\n"
                  "\n\ndef report(module):\n");
    if (trains) {
        text_addf(out, "    for tensor in [%s*module.parameters()]:\n        tensor.grad = None\n",
                  text_get(&t->names));
    }
    text_add(out, "    output = module()\n    output.backward()\n    print(\"");
    program_label(t->p, out, t->p->e->root);
    text_add(out, " =\", output.item())\n");
    text_add(out, text_get(&t->show));
    text_add(out, "\n\n");
    if (trains) {
        if (in_batches(t)) {
            put_batches(t);
        }
        put_training(t);
        text_add(out, free_port);
        text_add(out, "def main():\n");
        text_addf(out, launch, in_batches(t) ? "" : whole);
        text_add(out, "\n\nif __name__ == \"__main__\":\n    main()\n");
    } else {
        text_add(out, "if __name__ == \"__main__\":\n    report(Model())\n");
    }
}

static void put_batch_words(struct torch *t)
{
    const struct export *e = t->p->e;
    if (in_batches(t)) {
        text_addf(t->p->out, ", in batches of %u rows", (unsigned)e->batch);
    } else if (e->batch > 0) {
        text_addf(t->p->out,
                  ", each step with all %u rows.\n#     (The session drew %u for each step. Here "
                  "they cannot be drawn: what is below was\n#     made from all of them.)",
                  (unsigned)e->rows, (unsigned)e->batch);
    }
}

static void put_head(struct torch *t, bool trains)
{
    struct text *out = t->p->out;
    text_add(out, "# ");
    program_label(t->p, out, t->p->e->root);
    text_add(out, " and its derivatives, as backstep computes them, with PyTorch.\n");
    if (program_shut_infinity(t->p)) {
        text_add(
            out,
            "# (But where no gradient passes, PyTorch may have nan for 0: it multiplies 0 by an "
            "infinite\n# local gradient there. torch.where(c, a, b) wants an a that is finite "
            "everywhere.)\n");
    }
    if (trains) {
        text_addf(out, "#\n#   --steps %lld  trains first: ", (long long)t->p->e->steps);
        program_training_text(t->p, out);
        put_batch_words(t);
        text_add(out, "\n#   --distributed  the same in two processes\nimport argparse\n");
        text_add(out, in_batches(t) ? "import itertools\n" : "");
        text_add(out, has_rates(t) ? "import math\n" : "");
        text_add(out, "import os\nimport socket\nimport sys\n");
    }
    const char *forward = text_get(&t->forward);
    text_add(out, trains ? "\nimport torch\n" : "import torch\n");
    text_add(out, trains ? "import torch.distributed as dist\n" : "");
    text_add(out, "from torch import nn\n");
    text_add(out, strstr(forward, "F.") != NULL ? "from torch.nn import functional as F\n" : "");
    text_add(out, trains && in_batches(t) ? "from torch.utils.data import DataLoader, "
                                            "DistributedSampler, RandomSampler, TensorDataset\n"
                                          : "");
    text_add(out, "\ntorch.set_default_dtype(torch.float64)\n\n");
}

// forward(self, X=X, y=y): all rows, or those that a batch has.
static void put_forward_head(struct torch *t)
{
    struct text *out = t->p->out;
    text_add(out, "    def forward(self");
    for (const char *name = text_get(&t->rows); in_batches(t) && *name != '\0';) {
        int n = (int)strcspn(name, ",");
        text_addf(out, ", %.*s=%.*s", n, name, n, name);
        name += n + (int)strspn(name + n, ", ");
    }
    text_add(out, "):\n");
}

void export_torch_program(struct torch *t)
{
    struct text *out = t->p->out;
    bool params = text_length(&t->init) > 0, trains = t->p->e->steps > 0 && params;
    put_head(t, trains);
    text_add(out, text_get(&t->data));
    text_add(out, "\n\nclass Model(nn.Module):\n");
    if (params) {
        text_add(out, "    def __init__(self):\n        super().__init__()\n");
        text_add(out, text_get(&t->init));
        text_add(out, "\n");
    }
    put_forward_head(t);
    text_add(out, text_get(&t->forward));
    text_add(out, "\n\n");
    put_main(t, trains);
}

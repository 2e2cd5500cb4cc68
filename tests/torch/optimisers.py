"""Writes optimisers.def: what PyTorch's optimisers do in 30 steps, for command_torch_test.c.

    /usr/bin/python3 tests/torch/optimisers.py > tests/torch/optimisers.def
"""
import math

import torch

torch.set_default_dtype(torch.float64)
STEPS, RATE = 30, 0.03

FORMS = [
    "", "decay 0.1", "clip 0.5",
    "momentum", "momentum 0.9", "momentum 0.9 decay 0.05", "momentum 0.9 clip 1.0",
    "nesterov", "nesterov 0.8", "nesterov 0.9 decay 0.05",
    "rmsprop", "rmsprop momentum 0.9", "momentum 0.5 rmsprop", "rmsprop decay 0.05",
    "adam", "adam betas 0.8 0.99", "adam decay 0.05", "adam clip 0.1",
    "adamw", "adamw decay 0.1", "adamw decay 0", "betas 0.5 0.9 adamw",
    "schedule cosine", "schedule step 7 0.5", "warmup 5",
    "adam warmup 5 schedule cosine", "nesterov 0.8 schedule step 7 0.5 warmup 4",
    "adamw clip 1 schedule cosine warmup 10",
]


def numbers_after(words, word, usual):
    if word not in words:
        return usual
    at, numbers = words.index(word) + 1, []
    while at < len(words) and words[at][0].isdigit():
        numbers.append(float(words[at]))
        at += 1
    return numbers or usual


def optimiser_of(words, parameters):
    decay = numbers_after(words, "decay", [0.01 if "adamw" in words else 0.0])[0]
    betas = tuple(numbers_after(words, "betas", [0.9, 0.999]))
    momentum = numbers_after(words, "momentum", [0.9])[0] if "momentum" in words else 0.0
    if "adam" in words:
        return torch.optim.Adam(parameters, lr=RATE, betas=betas, weight_decay=decay)
    if "adamw" in words:
        return torch.optim.AdamW(parameters, lr=RATE, betas=betas, weight_decay=decay)
    if "rmsprop" in words:
        return torch.optim.RMSprop(parameters, lr=RATE, momentum=momentum, weight_decay=decay)
    if "nesterov" in words:
        momentum = numbers_after(words, "nesterov", [0.9])[0]
        return torch.optim.SGD(parameters, lr=RATE, momentum=momentum, nesterov=True,
                               weight_decay=decay)
    return torch.optim.SGD(parameters, lr=RATE, momentum=momentum, weight_decay=decay)


def part_of_rate(words, done):
    warmup = int(numbers_after(words, "warmup", [0])[0])
    if done < warmup:
        return (done + 1)/warmup
    if "cosine" in words:
        return (1 + math.cos(math.pi*(done - warmup)/(STEPS - warmup)))/2
    if "step" in words:
        every, factor = numbers_after(words, "step", None)
        return factor**((done - warmup)//int(every))
    return 1.0


def run(form):
    words = form.split()
    w = torch.tensor([1.0, -2.0], requires_grad=True)
    b = torch.tensor(0.5, requires_grad=True)
    optimiser = optimiser_of(words, [w, b])
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda n: part_of_rate(words, n))
    losses = []
    for _ in range(STEPS):
        optimiser.zero_grad()
        loss = (w[0]*w[1] - b)**2 + torch.sin(w[0]) + 0.5*w[1]**2
        losses.append(loss.item())
        loss.backward()
        if "clip" in words:
            torch.nn.utils.clip_grad_norm_([w, b], numbers_after(words, "clip", None)[0])
        optimiser.step()
        scheduler.step()
    return losses, [*w.tolist(), b.item()]


print("// Written by optimisers.py with PyTorch", torch.__version__, "-- do not edit.")
print("//   OPTIMISER(\"words\", (the loss before each of 30 steps), (w[0], w[1], b after them))")
for form in FORMS:
    losses, end = run(form)
    rows = [", ".join(map(repr, losses[i:i + 4])) for i in range(0, STEPS, 4)]
    print(f'OPTIMISER("{form}",\n    (' + ",\n     ".join(rows) + "),\n    ("
          + ", ".join(map(repr, end)) + "))")

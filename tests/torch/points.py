"""Writes points.def: values and gradients of PyTorch at special points, for command_torch_test.c.

    /usr/bin/python3 tests/torch/points.py > tests/torch/points.def
"""
import itertools
import math

import torch
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)

ONE = {
    "exp(x)": torch.exp, "log(x)": torch.log, "log1p(x)": torch.log1p, "expm1(x)": torch.expm1,
    "sqrt(x)": torch.sqrt, "sin(x)": torch.sin, "cos(x)": torch.cos, "tan(x)": torch.tan,
    "tanh(x)": torch.tanh, "sinh(x)": torch.sinh, "cosh(x)": torch.cosh, "atan(x)": torch.atan,
    "asin(x)": torch.asin, "acos(x)": torch.acos, "sigmoid(x)": torch.sigmoid,
    "relu(x)": torch.relu, "leaky_relu(x)": lambda x: F.leaky_relu(x, 0.01), "elu(x)": F.elu,
    "softplus(x)": lambda x: F.softplus(x, threshold=700), "gelu(x)": F.gelu, "silu(x)": F.silu,
    "softsign(x)": F.softsign, "abs(x)": torch.abs, "sign(x)": torch.sign,
    "square(x)": torch.square, "erf(x)": torch.erf, "x**0": lambda x: x**0,
    "x**1": lambda x: x**1, "x**2": lambda x: x**2, "x**3": lambda x: x**3,
    "x**0.5": lambda x: x**0.5, "x**-1": lambda x: x**-1, "1/x": lambda x: 1/x,
    "0**x": lambda x: torch.tensor(0.0)**x, "2**x": lambda x: torch.tensor(2.0)**x,
    "max(x, 0)": lambda x: torch.maximum(x, torch.tensor(0.0)),
    "min(1, x)": lambda x: torch.minimum(torch.tensor(1.0), x),
    "clamp(x, -1, 1)": lambda x: torch.clamp(x, -1, 1),
    "where(x > 0, x**2, -x)": lambda x: torch.where(x > 0, x**2, -x),
    "log(relu(x))": lambda x: torch.log(torch.relu(x)),
    "1/relu(x)": lambda x: 1/torch.relu(x),
    "log(max(x, 0))": lambda x: torch.log(torch.maximum(x, torch.tensor(0.0))),
    "bce(sigmoid(x), 1)": lambda x: F.binary_cross_entropy(torch.sigmoid(x), torch.tensor(1.0)),
    "bce(sigmoid(x), 0)": lambda x: F.binary_cross_entropy(torch.sigmoid(x), torch.tensor(0.0)),
    "bce_logits(x, 1)":
        lambda x: F.binary_cross_entropy_with_logits(x, torch.tensor(1.0)),
    "norm([x, 0, 0])": lambda x: torch.linalg.vector_norm(torch.stack([x, 0*x, 0*x])),
    "std([x, 1, 1])":
        lambda x: torch.std(torch.stack([x, torch.tensor(1.0), torch.tensor(1.0)])),
    "logsumexp([x, 0])": lambda x: torch.logsumexp(torch.stack([x, torch.tensor(0.0)]), 0),
}
TWO = {
    "x + y": lambda x, y: x + y, "x - y": lambda x, y: x - y, "x*y": lambda x, y: x*y,
    "x/y": lambda x, y: x/y, "x**y": lambda x, y: x**y, "atan2(x, y)": torch.atan2,
    "max(x, y)": torch.maximum, "min(x, y)": torch.minimum,
    "(x < y)*x": lambda x, y: (x < y)*x, "(x == y)*x": lambda x, y: (x == y)*x,
    "mse([x, y], [0, 0])": lambda x, y: F.mse_loss(torch.stack([x, y]), torch.zeros(2)),
    "max([x, y, 1])": lambda x, y: torch.max(torch.stack([x, y, torch.tensor(1.0)])),
    "min([1, x, y])": lambda x, y: torch.min(torch.stack([torch.tensor(1.0), x, y])),
    "max([x, y, x])": lambda x, y: torch.max(torch.stack([x, y, x])),
    "prod([x, y, x])": lambda x, y: torch.prod(torch.stack([x, y, x])),
    "softmax([x, y, 0])[0]":
        lambda x, y: torch.softmax(torch.stack([x, y, torch.tensor(0.0)]), 0)[0],
    "cross_entropy([x, y], 0)":
        lambda x, y: F.cross_entropy(torch.stack([x, y])[None], torch.tensor([0])),
    "norm([x, y])": lambda x, y: torch.linalg.vector_norm(torch.stack([x, y])),
}
inf, nan = math.inf, math.nan
AT = [0.0, 0.5, 1.0, -1.0, -2.0, 3.0, 20.0, 40.0, -40.0, 700.0, -800.0, 1e-300, 1e308, inf, -inf,
      nan]
PAIRS = list(itertools.product([-2.0, 0.0, 1.0, 1e308, inf, nan], repeat=2))


def number(x):
    return "NAN" if math.isnan(x) else f"{'-' if x < 0 else ''}INFINITY" if math.isinf(x) else repr(x)


def put(text, f, at):
    leaves = [torch.tensor(v, requires_grad=True) for v in at]
    value = f(*leaves)
    if value.requires_grad:
        value.backward()
    numbers = [*at, 0.0][:2] + [value.item()]
    numbers += ([0.0 if v.grad is None else v.grad.item() for v in leaves] + [0.0])[:2]
    print(f'POINT("{text}", ' + ", ".join(map(number, numbers)) + ")")


print("// Written by points.py with PyTorch", torch.__version__, "-- do not edit.")
print("//   POINT(\"formula\", x, y, value, d/dx, d/dy)")
for text, f in ONE.items():
    for x in AT:
        if not (text.startswith("bce(") and math.isnan(x)):
            put(text, f, [x])
for text, f in TWO.items():
    for pair in PAIRS:
        put(text, f, pair)

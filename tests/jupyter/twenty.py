"""The notebook of twenty cells that the tests run from start to end."""

CELLS = [
    "a = 2; b = -3; c = 10",
    "e = a*b; d = e + c; f = -2",
    "L = d*f",
    "backward L",
    "a.grad",
    "local L",
    "explain a",
    "graph L",
    "derive tanh(x)**2",
    "nudge a 0.01 L",
    "vars",
    "for i in range(3):\n    print(i)",
    "def square2(x):\n    return x*x",
    "square2(3)",
    "param w = 1; param v = 0.5; E = (w*v - 3)**2",
    "train E 200 0.02",
    "plot history",
    "check E",
    "lesson two-paths",
    "12345",
]

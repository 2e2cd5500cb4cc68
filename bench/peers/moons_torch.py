"""PyTorch with tensors of doubles, on one thread. Prints the microseconds of a step, and the last loss."""
import math
import sys
import time

import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
steps = int(sys.argv[1])
torch.manual_seed(1)
angle = math.pi * torch.arange(50) / 50
upper = torch.stack([angle.cos(), angle.sin()], 1)
lower = torch.stack([1 - angle.cos(), 0.5 - angle.sin()], 1)
X = torch.cat([upper, lower])
y = torch.cat([torch.ones(50), -torch.ones(50)])
w = [torch.randn(2, 16) / 2, torch.randn(16) / 2, torch.randn(16, 16) / 2, torch.randn(16) / 2,
     torch.randn(16) / 2, torch.zeros(())]
for p in w:
    p.requires_grad_()
start = time.process_time()
for _ in range(steps):
    loss = ((torch.tanh(torch.tanh(X @ w[0] + w[1]) @ w[2] + w[3]) @ w[4] + w[5] - y)**2).mean()
    loss.backward()
    with torch.no_grad():
        for p in w:
            p -= 0.05 * p.grad
            p.grad = None
print(f"{1e6 * (time.process_time() - start) / steps:.4f} {loss.item():.17g}")

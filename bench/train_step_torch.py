"""The same train step as RecPrism's in PyTorch: prints {"milliseconds": per step, "version": of PyTorch, "blas": its kernels}.

Arguments: dimensions, latents, batch, steps, k (0 for ReLU with KL, else top-k).
"""

import json
import sys
import time

import torch

dimensions, latents, batch, steps, k = (int(float(argument)) for argument in sys.argv[1:6])
ROWS, RHO = 2000, 0.05
torch.manual_seed(1)
users, items = torch.randn(ROWS, dimensions), torch.randn(ROWS, dimensions)
w_enc = torch.nn.Parameter(torch.randn(dimensions, latents) / dimensions**0.5)
b_enc = torch.nn.Parameter(torch.zeros(latents))
b_dec = torch.nn.Parameter(torch.zeros(dimensions))
adam = torch.optim.Adam([w_enc, b_enc, b_dec], lr=1e-3)


def reconstruct(x):
    mean = x.mean(-1, keepdim=True)
    std = x.std(-1, keepdim=True) + 1e-5
    pre = ((x - mean) / std - b_dec) @ w_enc + b_enc
    if k == 0:
        z = torch.relu(pre)
    else:
        values, neurons = pre.topk(k, dim=-1, sorted=False)
        z = torch.zeros_like(pre).scatter(-1, neurons, torch.relu(values))
    return (z @ w_enc.T + b_dec) * std + mean, z


def step():
    u = users[torch.randint(ROWS, (batch,))]
    i = items[torch.randint(ROWS, (batch,))]
    u_hat, z_u = reconstruct(u)
    i_hat, z_i = reconstruct(i)
    prediction = ((u_hat @ i_hat.T - u @ i.T) ** 2).mean()
    reconstruction = ((u_hat - u) ** 2).mean() + ((i_hat - i) ** 2).mean()
    total = prediction + 0.1 * reconstruction
    if k == 0:
        p = torch.cat([z_u, z_i]).mean(0).clamp(1e-6, 1 - 1e-6)
        total = total + 0.01 * (RHO * torch.log(RHO / p) + (1 - RHO) * torch.log((1 - RHO) / (1 - p))).sum()
    adam.zero_grad()
    total.backward()
    adam.step()


for _ in range(5):
    step()
start = time.perf_counter()
for _ in range(steps):
    step()
elapsed = time.perf_counter() - start

def blas():
    """Which library multiplies matrices: Debian's PyTorch takes whatever libblas there is, and the plain one is slow."""
    maps = open("/proc/self/maps").read() if sys.platform == "linux" else ""
    if torch.backends.mkl.is_available():
        return "MKL"
    return "OpenBLAS" if "openblas" in maps else "plain BLAS; install libopenblas0 for a fair baseline"


version = torch.__version__.split("+")[0]
print(json.dumps({"milliseconds": 1000 * elapsed / steps, "version": version, "blas": blas()}))

"""The cost of recording and differentiating, compared with PyTorch and with NumPy without gradients.

    python -m scratchgen.benchmarks.autograd_cost            (PyTorch: pip install "scratchgen-numpy[peers]")

Four questions, each answered by medians of interleaved rounds in one run, on one thread:

    chain         1,000 operations on 4×4 float32, forward and backward: scratchgen compared with PyTorch
    length        chains of 10³ … 10⁶ operations: time and memory per operation
    vae           a training step of a 784–400–20 VAE on 128 images, compared with the same NumPy calls by hand
    remat         the peak memory of a deep chain, with and without rematerialisation, and the time that it costs

Prints tables and writes them to kernels/results/CPU-autograd.md.
"""

# ruff: noqa: E402  (the environment must be set before NumPy loads)
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import gc
import sysconfig
import tracemalloc
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

import scratchgen_kernels as kernels
from scratchgen.autograd import Tensor, remat
from scratchgen.benchmarks.kernels.machine import description, slug
from scratchgen.benchmarks.kernels.rounds import interleaved
from scratchgen.benchmarks.results import RESULTS
from scratchgen.benchmarks.tables import machine_line, markdown
from scratchgen.functional import sigmoid, softplus
from scratchgen.random import Generator
from scratchgen.vae import VAE

ROUNDS = 25
rng = np.random.default_rng(0)


def medians(calls: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """{name: median seconds}, every call once in each round."""
    return {name: timing.median for name, timing in interleaved(calls, rounds).items()}


# --- a chain of small operations, whose cost is the recording ----------------------------------------------

N = 1000
C = (0.1 * rng.standard_normal((4, 4))).astype(np.float32)
W = np.linalg.qr(rng.standard_normal((4, 4)))[0].astype(np.float32)  # a rotation: y keeps its size
X = rng.standard_normal((4, 4)).astype(np.float32)

CHAINS = {
    "y + c": lambda tanh: [lambda y, c, W: y + c],
    "y * c": lambda tanh: [lambda y, c, W: y * c],
    "tanh(y)": lambda tanh: [lambda y, c, W: tanh(y)],
    "y @ W": lambda tanh: [lambda y, c, W: y @ W],
    "tanh(y @ W + c) * c": lambda tanh: [
        lambda y, c, W: y @ W,
        lambda y, c, W: y + c,
        lambda y, c, W: tanh(y),
        lambda y, c, W: y * c,
    ],
}


def chain_of(operations: list, tensor, constant, learned: bool) -> Callable[[], None]:
    """A call that records a chain and runs the backward sweep; c and W are constants, or learned as well."""
    c, weights = (tensor(a, requires_grad=True) if learned else constant(a) for a in (C, W))

    def run():
        y = tensor(X, requires_grad=True)
        for i in range(N):
            y = operations[i % len(operations)](y, c, weights)
        y.sum().backward()

    return run


def chains() -> list[tuple]:
    """Rows: the chain, microseconds per operation with scratchgen and with PyTorch, and their ratio."""
    try:
        import torch
    except ImportError:
        print("PyTorch is not installed, so its columns stay empty; pip install torch")
        torch = None
    else:
        torch.set_num_threads(1)
    rows = []
    for name, operations in CHAINS.items():
        for learned in (False, True):
            calls = {"ours": chain_of(operations(np.tanh), Tensor, np.array, learned)}
            if torch:
                calls["torch"] = chain_of(operations(torch.tanh), torch.tensor, torch.tensor, learned)
            t = medians(calls)
            theirs = ("–", "–")
            if torch:
                theirs = f"{1e6 * t['torch'] / N:.2f}", f"{t['ours'] / t['torch']:.2f}"
            rows.append((name, "learned" if learned else "constant", f"{1e6 * t['ours'] / N:.2f}", *theirs))
    return rows


# --- length -----------------------------------------------------------------------------------------------


def long_chain(n: int) -> Tensor:
    """A chain of n multiplications by 1."""
    y = Tensor(np.ones(1, np.float32), requires_grad=True)
    for _ in range(n):
        y = y * 1.0
    return y


def lengths() -> list[tuple]:
    """Rows: the length of a chain, microseconds and bytes per operation, the memory of the graph."""
    rows = []
    for n in (10**3, 10**4, 10**5, 10**6):
        swept = {"ours": lambda n=n: long_chain(n).sum().backward()}
        seconds = medians(swept, rounds=max(3, min(ROUNDS, 10**5 // n)))["ours"]
        tracemalloc.start()
        y = long_chain(n)
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        del y
        rows.append((f"{n:,}", f"{1e6 * seconds / n:.2f}", f"{size / n:.0f}", f"{size / 2**20:,.1f} MiB"))
    return rows


# --- a training step --------------------------------------------------------------------------------------

B, D, H, Z = 128, 784, 400, 20


def step_by_hand(p: dict, x, eps) -> dict:
    """A forward and a backward pass of the library's VAE, written as plain NumPy calls."""
    a1 = x @ p["encoder.0.W"] + p["encoder.0.b"]
    h1 = np.maximum(a1, 0)
    mu = h1 @ p["to_mu.W"] + p["to_mu.b"]
    logvar = h1 @ p["to_logvar.W"] + p["to_logvar.b"]
    sigma = np.exp(0.5 * logvar)
    z = mu + sigma * eps
    a2 = z @ p["decoder.0.W"] + p["decoder.0.b"]
    h2 = np.maximum(a2, 0)
    logits = h2 @ p["decoder.2.W"] + p["decoder.2.b"]
    cross_entropy = np.sum(softplus.function(logits) - x * logits, axis=-1)
    kl = 0.5 * np.sum(mu**2 + np.exp(logvar) - logvar - 1, axis=-1)
    np.mean(cross_entropy + kl)

    g_logits = (sigmoid.function(logits) - x) / B
    g_a2 = (g_logits @ p["decoder.2.W"].T) * (a2 > 0)
    g_z = g_a2 @ p["decoder.0.W"].T
    g_mu = g_z + mu / B
    g_logvar = g_z * eps * sigma * 0.5 + 0.5 * (np.exp(logvar) - 1) / B
    g_a1 = (g_mu @ p["to_mu.W"].T + g_logvar @ p["to_logvar.W"].T) * (a1 > 0)
    layers = {
        "encoder.0": (x, g_a1),
        "to_mu": (h1, g_mu),
        "to_logvar": (h1, g_logvar),
        "decoder.0": (z, g_a2),
        "decoder.2": (h2, g_logits),
    }
    gradients = {}
    for name, (inputs, g) in layers.items():
        gradients[f"{name}.W"], gradients[f"{name}.b"] = inputs.T @ g, g.sum(axis=0)
    return gradients


def vae_step() -> list[tuple]:
    """Rows: milliseconds by hand and by autograd, and the overhead of autograd."""
    model = VAE(D, Z, H, Generator(0))
    x = (rng.random((B, D)) < 0.2).astype(np.float32)
    eps = rng.standard_normal((B, Z)).astype(np.float32)
    arrays = {name: parameter.data for name, parameter in model.named_parameters()}

    def by_autograd():
        model.zero_grad()
        (-model.elbo(x, eps)).mean().backward()

    with kernels.use("numpy"):
        by_autograd()
        for name, g in step_by_hand(arrays, x, eps).items():
            gradient = dict(model.named_parameters())[name].grad
            assert gradient is not None
            np.testing.assert_allclose(gradient, g, rtol=1e-3, atol=1e-6, err_msg=name)
        t = medians({"hand": lambda: step_by_hand(arrays, x, eps), "autograd": by_autograd}, 8 * ROUNDS)
    added = t["autograd"] / t["hand"] - 1
    return [(f"{1e3 * t['hand']:.2f}", f"{1e3 * t['autograd']:.2f}", f"{100 * added:+.1f} %")]


# --- rematerialisation --------------------------------------------------------------------------------------

LAYERS, SEGMENT, WIDTH = 400, 20, 256


def rematerialisation() -> list[tuple]:
    """Rows: the stored results of a chain of layers, peak memory in MiB, milliseconds."""
    weights = Tensor(np.linalg.qr(rng.standard_normal((WIDTH, WIDTH)))[0], requires_grad=True)
    x = rng.standard_normal((64, WIDTH))

    def segment(y):
        for _ in range(SEGMENT):
            y = np.tanh(y @ weights)
        return y

    def run(through):
        y = Tensor(x, requires_grad=True)
        for _ in range(LAYERS // SEGMENT):
            y = through(y)
        y.sum().backward()

    ways = {"everything": segment, f"every {SEGMENT}th result": remat(segment)}
    seconds = medians({name: partial(run, through) for name, through in ways.items()}, 5)
    rows = []
    for name, through in ways.items():
        gc.collect()
        tracemalloc.start()
        run(through)
        rows.append((name, f"{tracemalloc.get_traced_memory()[1] / 2**20:.1f}", f"{1e3 * seconds[name]:.0f}"))
        tracemalloc.stop()
    return rows


def main() -> None:
    """Measure all four, print the tables and write the page."""
    tuned = "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
    sections = [
        (
            f"A chain of {N:,} operations on 4×4 float32, forward and backward: µs per operation",
            ("operations", "c and W", "scratchgen", "PyTorch", "ratio"),
            chains(),
        ),
        (
            "Chains of any length: y ← y · 1",
            ("operations", "µs per operation", "bytes per operation", "graph"),
            lengths(),
        ),
        (
            f"A step of a {D}–{H}–{Z} VAE on {B} images, float32",
            ("gradients by hand, ms", "autograd, ms", "overhead"),
            vae_step(),
        ),
        (
            f"{LAYERS} layers of width {WIDTH}, batch 64, float64",
            ("stored", "peak MiB", "ms"),
            rematerialisation(),
        ),
    ]
    note = f"This Python was built {'with' if tuned else 'without'} profile-guided optimisation."
    print(f"written to {write_page(sections, note)}")


def write_page(sections: list[tuple], note: str) -> Path:
    """Print the tables and write them as Markdown. sections: (heading, columns, rows of text) each."""
    console = Console()
    lines = ["# The cost of autograd", "", f"{machine_line(description())}, one thread.", note, ""]
    for heading, columns, rows in sections:
        table = Table(*columns, title=heading, title_justify="left")
        for row in rows:
            table.add_row(*row)
        console.print(table)
        lines += [f"## {heading}", "", *markdown(columns, rows), ""]
    path = RESULTS / f"{slug()}-autograd.md"
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    main()

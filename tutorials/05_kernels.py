# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 5. The same loop, four ways
#
# You will see the same loop in plain Python, in NumPy, and compiled by Numba and by Cython. You will check
# that all of them compute the same numbers, measure how fast each is on your machine, and learn why no
# backend is always the fastest.

# %%
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when NumPy loads: one thread for every backend
os.environ.setdefault("OMP_NUM_THREADS", "1")

import inspect
import statistics
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen import kernels
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="kernels-"))  # the pictures of this page
COLOURS = {"loops": "#b8c0cc", "numpy": "#1b2a41", "numba": "#2e86ab", "cython": "#d1495b"}

# %% [markdown]
# ## Which backends are available
#
# A kernel is an inner loop behind one contract: arrays in, arrays out, the same checks for every backend.
# Each kernel has up to four backends. NumPy and the plain loops are always available. Numba and Cython are
# optional. If one is not available, the library says why and how to get it; it never silently substitutes
# another for one you asked for by name.

# %%
states = kernels.backends()
for state in states:
    why = "" if state.available else f": {state.reason}. To get it: {state.remedy}"
    print(f"{state.kernel:<16} {state.backend:<7} {'on' if state.available else 'off'}{why}")
BACKENDS = [name for name in COLOURS if all(s.available for s in states if s.backend == name)]
print("on this page:", ", ".join(BACKENDS))

# %% [markdown]
# ## A matrix product
#
# $C_{ij} = \sum_k A_{ik} B_{kj}$. The first form is the equation with its indices, for reading and for a
# debugger.
#
# > In the debugger: `scratchgen debug kernels.matmul`

# %%
from scratchgen_kernels.matmul import loops

print(inspect.getsource(loops.matmul))

# %% [markdown]
# The second form is compiled by Numba when it is first called. It differs from the first in two points.
# First, the loops over $j$ and $k$ are exchanged: each element of $C$ is still summed over $k$ in the same
# order, but the innermost loop now runs along rows of $B$ and $C$, whose numbers are contiguous in memory,
# and the compiler turns several of its steps into one vector instruction. Second, four rows and four values
# of $k$ are processed together, so that each loaded number is used four times.

# %%
if "numba" in BACKENDS:
    from scratchgen_kernels.matmul import numba_

    print(inspect.getsource(getattr(numba_.four_rows, "py_func", numba_.four_rows)))

# %% [markdown]
# The Cython backend goes further. There are six steps from the three loops to its fastest form. Each step
# adds one idea, and every step passes the same tests.

# %%
if "cython" in BACKENDS:
    from scratchgen_kernels.matmul import steps

    a, b = (np.random.default_rng(k).normal(size=(256, 256)).astype(np.float32) for k in (0, 1))
    for step in steps.STEPS:
        times = []
        for _ in range(3):
            start = time.perf_counter()
            c = steps.run(step, a, b)
            times.append(time.perf_counter() - start)
        speed, idea = 2 * 256**3 / min(times) / 1e9, step.__doc__.splitlines()[0]
        print(f"{step.__name__:<16} {speed:7.2f} GFLOP/s   {idea}")
        # 256 products of normal numbers: an error of at most 256 · 2⁻²⁴ · Σ|a b| = 256 · 6e-8 · 163 in the worst case
        assert np.abs(c - a.astype(float) @ b.astype(float)).max() < 2.5e-3

# %% [markdown]
# ## The recurrence of an RNN
#
# $h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)$ cannot be one large matrix product, because each step
# depends on the previous one. In NumPy a step is the product of a row and a matrix, and for a single sequence
# this is so little work that most of the time is the overhead of calling NumPy from Python.

# %%
from scratchgen_kernels.tanh_recurrence import numpy_

print(inspect.getsource(numpy_.tanh_recurrence))

# %% [markdown]
# ## Bias, activation, and the exponential
#
# After the matrix product the kernel computes $y = f(x + b)$ in one pass, so that no intermediate array is
# written and read again. Most of the time is spent on $f$, which needs an exponential if it is a tanh or a
# logistic function. Compiled kernels have their own exponential, without branches and tables, so that the
# loop compiles to vector instructions:
#
# $$
# e^x = 2^n e^r, \qquad |r| \le \tfrac12 \log 2, \qquad \log(2^n m) = n \log 2 + \log m, \qquad
# \tanh x = 1 - \frac2{e^{2x} + 1}. \tag{5.1}
# $$
#
# On the remaining short range a polynomial approximates the function.
#
# > In the debugger: `scratchgen debug kernels.bias_activation`, or `kernels.elementary`

# %%
from scratchgen_kernels.bias_activation import loops as bias_activation_loops
from scratchgen_kernels.vector_math import loops as vector_math_loops

print(inspect.getsource(bias_activation_loops.bias_activation))
print(inspect.getsource(vector_math_loops.exp))

for backend in BACKENDS:
    y = kernels.bias_activation(np.array([[0.3]]), np.array([0.2]), "tanh", backend=backend)
    check(f"tanh(0.3 + 0.2), {backend}", y.item(), np.tanh(0.5), 1e-15)
    check(f"e, {backend}", kernels.exp(np.ones(1), backend=backend).item(), np.e, 1e-15)

# %% [markdown]
# ## All backends compute the same numbers
#
# In float32 a rounding has a relative error of at most $u = 2^{-24} \approx 6 \cdot 10^{-8}$. Backends may
# sum in a different order, so they agree to rounding, not to the bit:
#
# - A sum of $K$ products of standard normal numbers, in any order, has an error of at most
#   $K u \sum_k |a_k b_k|$. For $K = 48$ and $E|a b| = 0.64$ this is $9 \cdot 10^{-5}$ in the worst case. The
#   result is compared with one in float64.
# - In the recurrence the weights are small and errors shrink from step to step; a state is the tanh of a sum
#   of 64 products of size up to 0.3, with an error of at most a few $10^{-6}$.
# - $z = \mu + \sigma \varepsilon$ takes three roundings of numbers below 10: a few $10^{-6}$.


# %%
def normal(*shape, scale=1.0, seed=1):
    return (scale * np.random.default_rng(seed).normal(size=shape)).astype(np.float32)


def recurrence_arguments(T, B, D, H):
    weights = normal(D, H, scale=0.1, seed=3), normal(H, H, scale=0.1, seed=4), normal(H, scale=0.1, seed=5)
    return normal(T, B, D), normal(B, H, seed=2), *weights


KEY, COUNTER = 7, 0
SMALL = {
    "matmul": (normal(48, 48), normal(48, 48, seed=2)),
    "tanh_recurrence": recurrence_arguments(T=50, B=1, D=32, H=32),
    "reparameterize": (normal(32, 20), normal(32, 20, seed=2), KEY, COUNTER),
}
TOLERANCE = {"matmul": 9e-5, "tanh_recurrence": 5e-6, "reparameterize": 5e-6}


def in_float64(arguments):
    return [a.astype(np.float64) if isinstance(a, np.ndarray) else a for a in arguments]


first_call = {}  # seconds, for the timings below: Numba compiles during the first call
for kernel, arguments in SMALL.items():
    function = getattr(kernels, kernel)
    oracle = function(*in_float64(arguments), backend="numpy")
    for backend in BACKENDS:
        start = time.perf_counter()
        result = function(*arguments, backend=backend)
        first_call[kernel, backend] = time.perf_counter() - start
        assert result.dtype == np.float32
        check(f"{kernel}, {backend}: largest error", np.abs(result - oracle).max(), 0, TOLERANCE[kernel])

# %% [markdown]
# In float64 rounding errors are $2^{29}$ times smaller. There the scalar loops agree with NumPy to about
# $10^{-14}$, which leaves no room for a mistake in an index.

# %%
for kernel, arguments in SMALL.items():
    function = getattr(kernels, kernel)
    oracle = function(*in_float64(arguments), backend="numpy")
    for backend in BACKENDS:
        error = np.abs(function(*in_float64(arguments), backend=backend) - oracle).max()
        check(f"{kernel}, {backend}, float64: from numpy", error, 0, 1e-12)

# %% [markdown]
# ## Timing the backends
#
# Three rules make a timing reliable. The first call is timed separately: during it Numba compiles the kernel
# (half a second), or reads the compiled code of an earlier run from disk. The reported time is the *median*
# of several rounds, and the backends take turns in every round, so that a slowdown of the machine affects all
# of them. And nothing here is asserted, because your machine is different.


# %%
def seconds(call, repeats=1):
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def measure(kernel, arguments, backends, rounds=7):
    """{backend: median time of a call} in seconds."""
    function = getattr(kernels, kernel)
    calls = {name: lambda name=name: function(*arguments, backend=name) for name in backends}
    repeats = {name: max(1, int(0.003 / seconds(call))) for name, call in calls.items()}  # rounds of 3 ms
    taken = {name: [] for name in backends}
    for _ in range(rounds):
        for name, call in calls.items():
            taken[name].append(seconds(call, repeats[name]))
    return {name: statistics.median(times) for name, times in taken.items()}


def table(results, reference):
    print(f"{'kernel':<16} {'backend':<8} {'µs per call':>12} {'× ' + reference:>10}")
    for kernel, medians in results.items():
        for name, median in medians.items():
            print(f"{kernel:<16} {name:<8} {1e6 * median:>12,.1f} {medians[reference] / median:>10.2f}")


for (kernel, backend), taken in first_call.items():
    print(f"first call of {kernel:<16} on {backend:<7} {1e3 * taken:8.2f} ms")

small = {kernel: measure(kernel, arguments, BACKENDS) for kernel, arguments in SMALL.items()}
print("\na 48 × 48 product; one sequence of 50 steps, 32 units; 32 samples of 20 latents")
table(small, "loops")

# %% [markdown]
# Now the sizes that occur in training, relative to NumPy. The plain loops are left out, because they would
# take minutes.

# %%
LARGE = {
    "matmul": (normal(256, 256), normal(256, 256, seed=2)),
    "tanh_recurrence": recurrence_arguments(T=50, B=32, D=64, H=128),
    "reparameterize": (normal(512, 64), normal(512, 64, seed=2), KEY, COUNTER),
}
FAST = [name for name in BACKENDS if name != "loops"]
large = {kernel: measure(kernel, arguments, FAST) for kernel, arguments in LARGE.items()}
print("a 256 × 256 product; 32 sequences of 50 steps, 128 units; 512 samples of 64 latents")
table(large, "numpy")


# %%
def bars(axes, results, reference, title):
    """Times faster than the reference, as bars up from 1 (faster) or down from it (slower)."""
    names = [name for name in BACKENDS if name in next(iter(results.values())) and name != reference]
    for j, name in enumerate(names):
        places = np.arange(len(results)) + (j - (len(names) - 1) / 2) * 0.29
        ratios = np.array([medians[reference] / medians[name] for medians in results.values()])
        axes.bar(places, ratios - 1, 0.27, bottom=1, color=COLOURS[name], label=name)
        for place, ratio in zip(places, ratios, strict=True):
            number = (
                f"{ratio / 1000:.1f}k" if ratio >= 1000 else f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2f}"
            )
            beyond, side = (1.03, "bottom") if ratio >= 1 else (0.97, "top")
            axes.annotate(f"{number}×", (place, ratio * beyond), ha="center", va=side, fontsize=8)
    axes.axhline(1, color=COLOURS[reference], linewidth=2, label=f"{reference}: 1×")
    axes.set_yscale("log")
    axes.set_xticks(range(len(results)), results)
    axes.set(title=title, ylabel=f"speed-up over {reference}, logarithmic")
    axes.margins(y=0.12)
    axes.legend(frameon=False, fontsize=9, ncols=4, loc="upper center", bbox_to_anchor=(0.5, -0.08))
    axes.spines[["top", "right"]].set_visible(False)


figure, (left, right) = plt.subplots(1, 2, figsize=(11.5, 4.2), layout="constrained")
bars(left, small, "loops", "small sizes")
bars(right, large, "numpy", "sizes of training")
right.minorticks_off()
right.set_yticks([0.25, 0.5, 1, 2, 4, 8, 16, 32], ["¼", "½", "1", "2", "4", "8", "16", "32"])
figure.savefig(OUT / "speed.png", dpi=120)

# %% [markdown]
# ## Why BLAS is hard to beat at the matrix product
#
# Count the memory operations per multiply-add. In the loop `along_rows` above, `c[i, j] += a_ik * b[k, j]`
# reads one number of $B$, reads one of $C$ and writes one of $C$: three memory operations for one
# multiply-add. A BLAS holds a tile of $C$, say $6 \times 16$ numbers, in registers while $k$ runs. Each step
# reads 6 numbers of $A$ and 16 of $B$ and does 96 multiply-adds with them, $22/96 = 0.23$ memory operations
# each, and it cuts the matrices into blocks that stay in the cache. So a BLAS is limited by arithmetic, and
# plain loops by memory. The Cython form has such a tile and comes within a few per cent of BLAS; it cannot be
# faster, because both are limited by the same multipliers. Numba cannot hold a tile in registers, and is
# slower.
#
# The recurrence for a whole batch is a matrix product at each step, so the same holds, but here the compiled
# form has an advantage: it copies $W_{hh}$ into the order of the tile once for all steps, and applies bias
# and tanh in one pass, with a vectorised tanh. For a single sequence the product is small, and the overhead
# of Python costs more than the arithmetic. For noise there is no such library routine: NumPy writes a whole
# array for every operation, and the compiled forms keep random words and normal numbers in registers.
#
# So no backend is best for every kernel, and `auto`, the default, has its own order of backends for each
# kernel.

# %%
check("memory operations per multiply-add, 6 × 16 tile", (6 + 16) / (6 * 16), 0.23, 0.005)
flops = 2 * 256**3
for name, median in large["matmul"].items():
    print(f"matmul 256 × 256 on {name:<7} {flops / median / 1e9:7.2f} GFLOP/s")

for function in (kernels.matmul, kernels.tanh_recurrence, kernels.reparameterize, kernels.standard_normal):
    print(f"auto for {function.__name__:<16} {', '.join(inspect.getmodule(function).KERNEL.auto)}")

# %% [markdown]
# ## Counter-based random numbers (Philox)
#
# An ordinary random number generator has a state that every draw changes. If half of a batch moves to another
# worker, that worker draws different numbers. Here the number at a position is a *function* of (seed,
# position): ten rounds of mixing with the seed scramble the position (Philox4x32-10), and the Box–Muller
# transform turns the random words into normal numbers. The authors of Philox have published the output for a
# counter and a key of zeros:
#
# > In the debugger: `scratchgen debug kernels.philox`, or `kernels.box_muller`

# %%
from scratchgen_kernels.normal_noise import philox4x32

for backend in BACKENDS:
    words = philox4x32((0, 0, 0, 0), (0, 0), backend=backend)
    found = " ".join(f"{word:08x}" for word in words)
    print(f"{backend:<7} {found}   expected 6627e8d5 e169c58d bc57ac4c 9b00dbd8")
    assert words == (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)

# %% [markdown]
# So two workers that share a batch draw the same numbers, bit for bit, as a single worker. Element $(i, d)$
# of a batch of shape $(B, Z)$ has the position $iZ + d$; a worker whose rows begin at $a$ starts at position
# $aZ$.

# %%
B, Z = 6, 4
for backend in BACKENDS:
    whole = kernels.standard_normal(KEY, 0, (B, Z), np.float32, backend=backend)
    first_worker = kernels.standard_normal(KEY, 0, (2, Z), np.float32, backend=backend)
    second_worker = kernels.standard_normal(KEY, 2 * Z, (4, Z), np.float32, backend=backend)
    differing = np.sum(whole != np.concatenate([first_worker, second_worker]))
    check(f"{backend}: elements that differ, of {B * Z}", differing, 0, 0)

# %% [markdown]
# The backward pass of $z = \mu + e^{\frac12 \log\sigma^2} \varepsilon$ needs $\varepsilon$ again. It is not
# stored but computed a second time. And to resume a run, two integers are enough instead of a state of
# several kilobytes.

# %%
mu, logvar, g = normal(B, Z), normal(B, Z, seed=2), normal(B, Z, seed=3)
eps = kernels.standard_normal(KEY, 0, (B, Z), np.float32)
_, g_logvar = kernels.reparameterize_backward(g, logvar, KEY, 0)
check("∂L/∂logvar − g ½ σ ε", np.abs(g_logvar - g * 0.5 * np.exp(0.5 * logvar) * eps).max(), 0, 5e-6)

rng = sg.Generator(seed=7)
rng.standard_normal((100, 3))
saved = rng.state
expected = rng.standard_normal(5)
resumed = sg.Generator()
resumed.state = saved
print(saved)
differing = np.sum(resumed.standard_normal(5) != expected)
check("resumed from two integers: elements that differ", differing, 0, 0)

# %% [markdown]
# ## Switching the backend of a whole training step
#
# Layers and objectives call the kernels, so one line moves a whole training step from compiled code to scalar
# loops, which you can step through in a debugger. The loss agrees to the rounding of float32: a sum of 64
# terms of order 1 has six correct digits.

# %%
from scratchgen.vae import VAE

x = (np.random.default_rng(0).random((2, 64)) < 0.4).astype(np.float32)
losses, gradients = {}, {}
for backend in BACKENDS:
    model = VAE(data_dim=64, latent_dim=2, hidden=8, rng=sg.Generator(0))
    with kernels.use(backend):
        loss = -model.elbo(x, sg.Generator(1)).mean()
        loss.backward()
    losses[backend], gradients[backend] = loss.item(), model.to_mu.W.grad
for backend in BACKENDS:
    check(f"loss of a VAE on {backend}", losses[backend], losses["numpy"], 1e-4)
    off = np.abs(gradients[backend] - gradients["numpy"]).max()
    check(f"its gradient by to_mu.W on {backend}, difference", off, 0, 1e-4)
print("pictures:", OUT)

# %% [markdown]
# ## Exercises
#
# 1. Write the steps `three_loops` and `along_rows` in Python, compile them with `numba.njit`, and time them.
#    Does arithmetic or memory limit them?
# 2. Time the matrix product for sizes 4, 8, 16, ..., 512 on NumPy and one compiled backend. Where do the
#    curves cross, and what does the left end of NumPy's curve measure?
# 3. Set a breakpoint in `tanh_recurrence/loops.py`, run `kernels.tanh_recurrence(..., backend="loops")` on a
#    sequence of three steps, and follow one state through all of them.

# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 4.1 The recurrence by hand, and back-propagation through time (BPTT)
#
# A **recurrent neural network (RNN)** reads a sequence, such as a text or a sound, one element after another. From
# step to step it carries an array of numbers, its **hidden state**: all that it remembers. You compute states and
# gradients on paper, and see how far back a network learns to remember.
#
# **You will be able to**
#
# - compute the states of a recurrent network by hand;
# - derive back-propagation through time with the right indices;
# - train a network that must remember, and compare it with the best one that cannot;
# - say what truncated back-propagation never learns, and why gradients vanish.
#
# **You need** [autograd in 60 lines](1.2_autograd_in_60_lines.py) and [a first network, trained](1.3_first_network.py).
# Reading takes about 40 minutes without the tasks at the end, running ten seconds.

# %%
import inspect
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen import nn, plots, rnn
from scratchgen.functional import bernoulli_cross_entropy
from scratchgen.testing import check
from scratchgen_kernels.tanh_recurrence import numpy_

OUT = Path(tempfile.mkdtemp(prefix="recurrence-"))  # the pictures of this page

# %% [markdown]
# ## A question first
#
# At each step a network reads a random bit, 0 or 1, and must output the bit that it read five steps before: an
# **echo**. If it gives the right bit the probability $p$, this step costs $-\log p$ nats. A coin has $p = \frac12$ and
# costs $\log 2 = 0.693$ nats per bit; certainty costs 0.
#
# To train the network, a long stream of bits is cut into **chunks** of $n$ steps. The state is carried from chunk to
# chunk, but gradients are computed inside each chunk alone.
#
# **Write down what you expect:** how many nats per bit are left after training with chunks of 5 steps? And with
# chunks of 6?
#
# ## The recurrence by hand
#
# At step $t$ the network reads $x_t$ and computes its new state $h_t$ from the old one:
#
# $$ h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h). \tag{4.1.1} $$
#
# Steps count from 1 to $T$; the initial state $h_0$ is given, and is usually 0. Each number in the state is a **unit**.
# $W_{xh}$, $W_{hh}$ and $b_h$ are parameters, *the same at every step*.
#
# A batch has $B$ sequences, one per row. With $D$ numbers per input and $H$ units, $x_t$ is $B \times D$, $h_t$ is
# $B \times H$, $W_{xh}$ is $D \times H$, $W_{hh}$ is $H \times H$, and $b_h$ is a row of $H$ numbers.
#
# Here is the step of the library: `h` is the old state, and `a_t` is $x_t W_{xh} + b_h$. `rnn.tanh_recurrence` repeats
# it over a sequence. Arrays count from 0: `x[0]` is $x_1$, and `h[0]` is $h_1$.

# %%
head, _, body = inspect.getsource(rnn.tanh_step).split('"""')
print(head.rstrip() + body)  # without the docstring

# %% [markdown]
# Take one unit with $W_{xh} = 1$, $W_{hh} = w = \frac12$, $b_h = 0$ and $h_0 = 0$. Since
# $\tanh u = (e^u - e^{-u}) / (e^u + e^{-u})$, we have $\tanh(\log 2) = (2 - \frac12) / (2 + \frac12) = 0.6$, and in the
# same way $\tanh(\log 3) = 0.8$. The inputs $\log 2$, $\log 3 - 0.3$ and $-0.4$ are chosen so that each state has one
# digit:
#
# $$
# h_1 = \tanh(\log 2) = 0.6, \quad h_2 = \tanh(\log 3 - 0.3 + \tfrac12 h_1) = 0.8,
# \quad h_3 = \tanh(-0.4 + \tfrac12 h_2) = 0. \tag{4.1.2}
# $$
#
# > In the debugger: `scratchgen debug rnn.hidden`

# %%
three = np.array([np.log(2), np.log(3) - 0.3, -0.4])
w, h0 = sg.Tensor(0.5, requires_grad=True), sg.Tensor(0.0, requires_grad=True)
h1 = np.tanh(three[0] + w * h0)
h2 = np.tanh(three[1] + w * h1)
h3 = np.tanh(three[2] + w * h2)
one, zero = np.ones((1, 1)), np.zeros((1, 1))
# x (3 steps, 1 sequence, 1 number), h0, W_xh, W_hh, b_h
states = rnn.tanh_recurrence(three[:, None, None], zero, one, 0.5 * one, np.zeros(1))
for t, (state, round_number) in enumerate(zip((h1, h2, h3), (0.6, 0.8, 0), strict=True), 1):
    check(f"(4.1.2) h_{t}", state, round_number, 1e-15)
    check(f"(4.1.1) h_{t}, by the library", states[t - 1, 0, 0], round_number, 1e-15)

unrolled = {"w": w, "h0": h0, "h1": h1, "h2": h2, "h3": h3}
sg.autograd.inspect.draw(h3, names=unrolled, path=OUT / "unrolled.png")

# %% [markdown]
# This is the **unrolled graph**: it has one copy of the recurrence per step. But $w$ is not copied. Three arrows
# leave it, so its gradient is a sum of three shares. Compute the gradients of the loss $L = h_3$ by hand, from the end.
#
# The slope of the tanh is $1 - h^2$. So at step 3 the argument of the tanh, the box `add`, has the gradient
# $1 - 0^2 = 1$. A step back multiplies it by $w$ and by the slope there: $1 \cdot \frac12 \cdot (1 - 0.8^2) = 0.18$ at
# step 2, and $0.18 \cdot \frac12 \cdot (1 - 0.6^2) = 0.0576$ at step 1. Each step multiplies $w$ by the state before,
# so $\partial L / \partial w = 1 \cdot 0.8 + 0.18 \cdot 0.6 + 0.0576 \cdot 0 = 0.908$. Step 1 multiplies $h_0$ by $w$,
# so $\partial L / \partial h_0 = 0.0576 \cdot \frac12 = 0.0288$.

# %%
h3.backward()
check("∂h_3/∂w, by autograd", w.grad, 0.908, 1e-15)
check("∂h_3/∂h_0, by autograd", h0.grad, 0.0288, 1e-15)

# %% [markdown]
# ## Back-propagation through time (BPTT)
#
# Now take matrices, and a loss $L$ that may use the states of all steps. Let $g_t$ be the share of the gradient of
# $h_t$ that comes from the output of step $t$ itself. Let $\delta_t$ be the whole gradient of the argument of the tanh
# at step $t$.
#
# The state $h_t$ is used in two places: in the output of step $t$, with the share $g_t$, and in step $t + 1$, in the
# product $h_t W_{hh}$. By the [rule of the matrix product](1.2_autograd_in_60_lines.py#from-numbers-to-arrays) the
# second share is $\delta_{t+1} W_{hh}^\top$. Then comes the slope of the tanh, at this step $t$ ($\odot$ multiplies
# element by element). Nothing follows the last step:
#
# $$
# \delta_t = (g_t + \delta_{t+1} W_{hh}^\top) \odot (1 - h_t^2), \quad \delta_{T+1} = 0. \tag{4.1.3}
# $$
#
# Each parameter is used at every step, so its shares add up over time; $h_0$ is used once, in step 1. By the same rule,
# and for $b_h$ by that of broadcasting:
#
# $$
# \frac{\partial L}{\partial W_{xh}} = \sum_t x_t^\top \delta_t, \quad
# \frac{\partial L}{\partial W_{hh}} = \sum_t h_{t-1}^\top \delta_t, \quad
# \frac{\partial L}{\partial b_h} = \sum_{t, \text{rows}} \delta_t, \quad
# \frac{\partial L}{\partial h_0} = \delta_1 W_{hh}^\top. \tag{4.1.4}
# $$
#
# This is **back-propagation (backpropagation) through time (BPTT)**: the reverse sweep over the unrolled graph.
#
# > In the debugger: `scratchgen debug rnn.bptt`


# %%
def bptt(g, h, x, h0, W_hh):
    """The gradients by h0, W_xh, W_hh and b_h, from g = ∂L/∂h."""
    g_W_xh = g_W_hh = g_b_h = 0.0
    from_later = np.zeros_like(h0)  # δ_{T+1} W_hhᵀ
    for t in reversed(range(len(h))):  # step t + 1
        delta = (g[t] + from_later) * (1 - h[t] ** 2)  # (4.1.3)
        before = h[t - 1] if t > 0 else h0
        g_W_xh = g_W_xh + x[t].T @ delta
        g_W_hh = g_W_hh + before.T @ delta
        g_b_h = g_b_h + delta.sum(axis=0)
        from_later = delta @ W_hh.T
    return from_later, g_W_xh, g_W_hh, g_b_h


rng = np.random.default_rng(0)
T, B, D, H = 5, 3, 2, 4  # steps, sequences, numbers in x_t, units
x, g = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, H))
shapes = {"h0": (B, H), "W_xh": (D, H), "W_hh": (H, H), "b_h": (H,)}
h0, W_xh, W_hh, b_h = values = [rng.normal(size=shape) for shape in shapes.values()]
h = rnn.tanh_recurrence(x, *values)
ours = bptt(g, h, x, h0, W_hh)
# autograd: L = Σ g ⊙ h has the gradient g by h; range(4) asks for the gradients by all four arrays
recorded = sg.grad(lambda *values: np.sum(g * rnn.tanh_recurrence(x, *values)), range(4))(*values)
# the library's sweep; _ is the gradient by x, which is not needed here
_, *written = numpy_.tanh_recurrence_backward(g, h, x, h0, W_xh, W_hh)
for n, name in enumerate(shapes):
    check(f"(4.1.4) ∂L/∂{name}: autograd", ours[n], recorded[n], 1e-13)
    check(f"(4.1.3) ∂L/∂{name}: the library's sweep", ours[n], written[n], 1e-13)

# %% [markdown]
# ## A network that must remember
#
# After each step a `Linear` layer turns the state into one number $a$, a
# [logit](1.3_first_network.py#from-likelihood-to-loss). The probability that the echo is 1 is then $1 / (1 + e^{-a})$.
# `nn.RNN` is (4.1.1); it returns the states of all steps, and the last state.


# %%
class Echo(nn.Module):
    """The logits (T, B, 1) of the echo of x (T, B, 1), and the last state."""

    def __init__(self, rng, units=8):
        self.recurrent = nn.RNN(1, units, rng)  # (4.1.1)
        self.readout = nn.Linear(units, 1, rng)

    def forward(self, x, state=None):
        h, state = self.recurrent(x, state)
        return self.readout(h), state


net = Echo(sg.random.default_rng(0))
plots.diagram({"Echo": (net, np.zeros((6, 32, 1)))}).save(OUT / "network.png")

# %% [markdown]
# The picture shows 6 steps of 32 sequences; the arrow of `TanhLayer` to itself is the recurrence.
#
# At the input a bit is ±1. Each chunk gives one step of **Adam**: gradient descent with a step size of its own for each
# parameter. `numpy()` **detaches** the state: it returns an array that does not know how it was computed, so gradients
# end there. We measure the loss on **held-out** bits, which no training uses.
#
# The **baseline**, a simple model that ours must beat, has no memory. The present bit says nothing about the echo, so
# its best $p$ is one half, and costs 0.693 nats.

# %%
LAG = 5
held_out = sg.random.default_rng(1).integers(0, 2, (1000, 32, 1)).astype(np.float32)


def nats(net, bits, state, n):
    """The mean loss of the echoes of the last n steps, and the last state."""
    logits, state = net(2 * bits[-n:] - 1, state)
    # (1.3.3), one number per echo: the bit that was read LAG steps before
    return bernoulli_cross_entropy(logits, bits[-n - LAG : -LAG]).mean(), state


def train(n, chunks=400):
    """The loss on held-out bits after training with chunks of n steps."""
    rng = sg.random.default_rng(0)
    net, state = Echo(rng), None
    optimizer = sg.optim.Adam(net.parameters(), learning_rate=0.02)
    stream = rng.integers(0, 2, (LAG + n * chunks, 32, 1)).astype(np.float32)
    for end in range(LAG + n, len(stream) + 1, n):
        cost, state = nats(net, stream[:end], state, n)
        state = state.numpy()  # detached
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
    with sg.no_grad():
        return nats(net, held_out, None, 900)[0].item()


scores = {n: train(n) for n in (1, 2, 3, 4, 5, 6, 7, 8, 10)}
# with 24 streams: from 0.63 to 0.72 for n = 5, from 0.007 to 0.04 for n = 6
check("nats per bit, chunks of 5 steps", scores[5], 0.69, 0.08)
check("nats per bit, chunks of 6 steps", scores[6], 0.01, 0.04)

figure, axes = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
axes.plot(*zip(*scores.items(), strict=True), "o-")
axes.axhline(np.log(2), color="gray", linestyle="--")
axes.set(xlabel="steps per chunk, n", ylabel="nats per held-out bit")
axes.set_title("Chunks of 5 steps learn nothing, chunks of 6 learn the echo")
figure.savefig(OUT / "chunks.png", dpi=120)

# %% [markdown]
# ## Truncated BPTT and vanishing gradients
#
# Compare with what you wrote down. (The dashed line is the baseline.) BPTT that ends at the border of a chunk is called
# **truncated BPTT**. For $n \le 5$ each echo repeats a bit from before the chunk. The state at the border is a
# constant, so no gradient ever says: keep this bit. (Some of it may be kept by accident.) For $n = 6$ the last step of
# each chunk has its bit in the chunk. This suffices for all steps, because they share their parameters.
#
# Are long chunks the solution? Follow a small change of $h_0$ to $h_T$, in one unit. Each step multiplies the change by
# $w$ and by the slope of the tanh, which is at most 1:
#
# $$
# \frac{\partial h_T}{\partial h_0} = \prod_{t=1}^{T} \bigl( w (1 - h_t^2) \bigr), \quad
# \left| \frac{\partial h_T}{\partial h_0} \right| \le |w|^T. \tag{4.1.5}
# $$
#
# For our three steps this was $(\frac12)^3 \cdot 0.64 \cdot 0.36 \cdot 1 = 0.0288$. If $|w| < 1$, it falls like a power
# of $|w|$: a **vanishing gradient**. If $|w| > 1$, it can grow like one, an **exploding gradient**, unless $1 - h_t^2$
# is small. How small is it in a unit that reads random bits?


# %%
def norms_back(w, x):
    """The size of ∂h_T/∂h_(T−k) for one unit, for k = 0 … T; in the picture the size has double bars."""
    h = rnn.tanh_recurrence(x[:, None, None], zero, one, w * one, np.zeros(1))[:, 0, 0]
    return np.concatenate([[1], np.cumprod(np.abs(w * (1 - h[::-1] ** 2)))])


check("(4.1.5) |∂h_3/∂h_0|, one unit", norms_back(0.5, three)[-1], 0.0288, 1e-15)
signs = 2 * held_out[:30, 0, 0] - 1
sizes = {f"w = {w}": norms_back(w, signs) for w in (1.2, 0.9, 0.5)}
ratios = [size / w ** np.arange(31) for size, w in zip(sizes.values(), (1.2, 0.9, 0.5), strict=True)]
check("(4.1.5) sizes / |w|^k, the largest", np.max(ratios), 1, 1e-12)  # at k = 0, where it is 1
check("w = 0.9, 20 steps back, power of ten", np.log10(sizes["w = 0.9"][20]), -10.6, 0.1)
plots.gradient_norms({"With inputs, all gradients vanish": sizes}, OUT / "vanishing.png")

# %% [markdown]
# With $w = 0.9$ the gradient is below $10^{-10}$ after 20 steps. So a bit that was read 20 steps before
# hardly moves a parameter, even if it is in the same chunk. And $w = 1.2$ does not help: large states have small
# slopes. [Page 4](04_rnn.py#vanishing-and-exploding-gradients) measures this for many units, and shows how gradients
# survive.
#
# > In the debugger: `scratchgen debug rnn.truncation`, or `rnn.influence`.
#
# ## Common mistakes
#
# $W_{hh}$ is square. If its transpose in (4.1.3) is left out, every shape still fits. We plant this fault. Our three
# steps cannot see it: a matrix of one element is its own transpose. The claim with four units does.


# %%
def planted_bptt(g, h, x, h0, W_hh):
    return bptt(g, h, x, h0, W_hh.T)  # the fault: .T twice is none


def claim(sweep):
    check(f"(4.1.4) ∂L/∂W_hh, {sweep.__name__}", sweep(g, h, x, h0, W_hh)[2], recorded[2], 1e-13)


claim(bptt)
try:
    claim(planted_bptt)
except AssertionError as problem:
    print("The claim sees the fault:", problem)
else:
    raise AssertionError("the claim does not see the planted fault")

# %% [markdown]
# Two more mistakes:
#
# - `=` for `+=` in a sum over time. In our three steps $w$ then gets the share of step 1 alone, which is 0.
# - A state that is not detached. The second chunk then sends gradients into the graph of the first one, which was
#   freed: `backward` fails.
#
# ## Exercises and sources
#
# Start one with `scratchgen exercise start NAME`; `scratchgen exercise check` names the property that fails.
#
# 1. `bptt`: write (4.1.3) and (4.1.4).
# 2. `no-gradient-from-the-end`: find the bug in a sweep back through time.
# 3. To think about: with $w = 2$ and $h_t = 0.8$ at every step, does the gradient vanish or explode?
# 4. With `LAG = 20` and chunks of 30 steps the loss stays at 0.69. Change the number of units and the learning rate:
#    one alone hardly helps, both do. Why?
#
# Sources:
#
# - J. L. Elman (1990), Finding structure in time.
#   [doi:10.1207/s15516709cog1402_1](https://doi.org/10.1207/s15516709cog1402_1)
# - P. J. Werbos (1990), Backpropagation through time: what it does and how to do it.
#   [doi:10.1109/5.58337](https://doi.org/10.1109/5.58337)
# - R. Pascanu, T. Mikolov and Y. Bengio (2013), On the difficulty of training recurrent neural networks.
#   [arXiv:1211.5063](https://arxiv.org/abs/1211.5063)
# - The planted fault: [rnn-from-scratch](https://github.com/vzhou842/rnn-from-scratch).

# %%
print("pictures:", OUT)

# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 4. The recurrent network
#
# You will learn how a gradient is propagated back through time, why it vanishes or explodes, and how a small
# recurrent network compares with an n-gram model of text.

# %%
import inspect
import math
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen import evaluation, plots, rnn
from scratchgen.data import CharacterTokenizer, load_text
from scratchgen.distributions import Categorical
from scratchgen.functional import tanh_recurrence
from scratchgen.nn import RNN
from scratchgen.optim import Adam
from scratchgen.rnn.analysis.units import correlations
from scratchgen.runs import History
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="rnn-"))  # the pictures of this page
INK, RED, BLUE, GREY = "#1b2a41", "#d1495b", "#2e86ab", "#b8c0cc"

# %% [markdown]
# ## The recurrence
#
# A recurrent network reads one input after another and updates a hidden state:
#
# $$ h_t = \tanh(W_{hh} h_{t-1} + W_{xh} x_t + b_h), \qquad y_t = W_{hy} h_t + b_y. \tag{4.1} $$
#
# Steps count from 1 to $T$, and $h_0$ is the initial state. (Arrays count from 0: `x[0]` is $x_1$, `h[0]` is
# $h_1$.) The formula is written for column vectors. In code the examples of a batch are rows, so each product
# is reversed: $h_{t-1} W_{hh}$ with $h: (B, H)$. The stored matrix is the transpose of the one in the
# formula. If a whole sequence has one target, the output is computed from the last state,
# $y = W_{hy} h_T + b_y$, and the loss may be $\lVert y - \text{target} \rVert^2$.
#
# > In the debugger: `scratchgen debug rnn.hidden`, or `rnn.output`, `rnn.regression`

# %%
print(inspect.getsource(rnn.tanh_step))
print(inspect.getsource(rnn.tanh_recurrence))
print(inspect.getsource(rnn.output))

# %% [markdown]
# ## Three steps of the recurrence by hand
#
# Take one unit with $W_{xh} = 1$, $W_{hh} = w = \frac12$, $b_h = 0$, $h_0 = 0$, and the inputs $1, 0, -1$:
#
# $$
# h_1 = \tanh(1) = 0.7616, \quad h_2 = \tanh(\tfrac12 h_1) = 0.3634,
# \quad h_3 = \tanh(-1 + \tfrac12 h_2) = -0.6741. \tag{4.2}
# $$
#
# Now compute $dh_3/dw$. The weight is used at every step, so there are two kinds of derivative. The
# *immediate* derivative, $\partial^+ h_t / \partial w = (1 - h_t^2)\, h_{t-1}$, holds the earlier state
# fixed. The *total* derivative includes the dependence of the earlier state on $w$:
#
# $$
# \frac{dh_t}{dw} = (1 - h_t^2) \left( h_{t-1} + w\, \frac{dh_{t-1}}{dw} \right), \qquad \frac{dh_0}{dw} = 0. \tag{4.3}
# $$

# %%
h1 = math.tanh(1)
h2 = math.tanh(0.5 * h1)
h3 = math.tanh(-1 + 0.5 * h2)
dh0 = 0.0
dh1 = (1 - h1**2) * (0 + 0.5 * dh0)
dh2 = (1 - h2**2) * (h1 + 0.5 * dh1)
dh3 = (1 - h3**2) * (h2 + 0.5 * dh2)

x = np.array([1.0, 0.0, -1.0]).reshape(3, 1, 1)  # (T, B, D)
one, zero = np.ones((1, 1)), np.zeros((1, 1))
h = rnn.tanh_recurrence(x, zero, one, 0.5 * one, np.zeros(1))
for t, by_hand, stated in ((1, h1, 0.7616), (2, h2, 0.3634), (3, h3, -0.6741)):
    check(f"(4.2) h_{t}", h[t - 1].item(), by_hand, 1e-15)
    check(f"(4.2) h_{t}, as stated", h[t - 1].item(), stated, 5e-5)
for t, by_hand in ((1, dh1), (2, dh2), (3, dh3)):
    state = lambda W_hh, t=t: rnn.tanh_recurrence(x, zero, one, W_hh, np.zeros(1))[t - 1].sum()
    check(f"(4.3) dh_{t}/dw", sg.grad(state)(0.5 * one).item(), by_hand, 1e-15)
print(f"the immediate derivative alone would be {(1 - h3**2) * h2:.6f}")

# %% [markdown]
# Both compute the same few operations in the same order, so they agree to the last digit or nearly so: hence
# the tolerance $10^{-15}$.
#
# ## Back-propagation through time (BPTT)
#
# For whole matrices, let $L$ depend on all states $h_1 \dots h_T$, and let $g_t = \partial L/\partial h_t$ be
# the gradient from the outputs. From here on the matrices are the stored ones, and states are rows:
# $h_t = \tanh(h_{t-1} W_{hh} + x_t W_{xh} + b_h)$. Define $\delta_t$ as the total derivative of $L$ with
# respect to the argument of the tanh at step $t$. The state $h_t$ affects $L$ directly, through $g_t$, and
# through the next step, where it is multiplied by $W_{hh}$. After the last step comes nothing:
#
# $$
# \delta_t = (g_t + \delta_{t+1} W_{hh}^\top) \odot (1 - h_t^2), \qquad \delta_{T+1} = 0, \tag{4.4}
# $$
#
# and since each weight is used at every step, its gradient is a sum over time:
#
# $$
# \frac{\partial L}{\partial W_{hh}} = \sum_t h_{t-1}^\top \delta_t, \quad
# \frac{\partial L}{\partial W_{xh}} = \sum_t x_t^\top \delta_t, \quad
# \frac{\partial L}{\partial b_h} = \sum_{t, \text{rows}} \delta_t, \quad
# \frac{\partial L}{\partial x_t} = \delta_t W_{xh}^\top, \quad
# \frac{\partial L}{\partial h_0} = \delta_1 W_{hh}^\top. \tag{4.5}
# $$
#
# $W_{hh}$ is square. If its transpose is left out, every shape still fits and the loss still falls for a
# while, so the error is hard to notice; a popular tutorial has had it for years. The argument
# `transpose=False` plants that mistake.
#
# > In the debugger: `scratchgen debug rnn.bptt`


# %%
def bptt_by_hand(g, h, x, h0, W_xh, W_hh, transpose=True):
    """Gradients by (x, h0, W_xh, W_hh, b_h) from g = ∂L/∂h."""
    back = W_hh.T if transpose else W_hh
    gx, gW_xh, gW_hh, gb = np.zeros_like(x), np.zeros_like(W_xh), np.zeros_like(W_hh), np.zeros(len(W_hh))
    from_later = np.zeros_like(h0)  # δ_{T+1} W_hhᵀ
    for t in reversed(range(len(x))):  # of arrays: step t + 1
        delta = (g[t] + from_later) * (1 - h[t] ** 2)
        gx[t] = delta @ W_xh.T
        gW_xh += x[t].T @ delta
        gW_hh += (h[t - 1] if t else h0).T @ delta
        gb += delta.sum(axis=0)
        from_later = delta @ back
    return gx, from_later, gW_xh, gW_hh, gb


g_last = np.array([0.0, 0.0, 1.0]).reshape(3, 1, 1)  # L = h_3 of the three steps above
_, by_h0, _, by_w, _ = bptt_by_hand(g_last, h, x, zero, one, 0.5 * one)
check("dh_3/dw = Σ_t h_(t−1) δ_t", by_w.item(), dh3, 1e-15)
check("dh_3/dh_0 = δ_1 w", by_h0.item(), 0.5**3 * (1 - h1**2) * (1 - h2**2) * (1 - h3**2), 1e-15)

rng = np.random.default_rng(0)
T, B, D, H = 7, 3, 2, 4
x, h0 = rng.normal(size=(T, B, D)), rng.normal(size=(B, H))
W_xh, W_hh, b_h = rng.normal(size=(D, H)), rng.normal(size=(H, H)), rng.normal(size=H)
weight = rng.normal(size=(T, B, H))  # L = Σ weight · h, so that g = weight: a random cotangent
arguments = (x, h0, W_xh, W_hh, b_h)

composed = sg.grad(lambda *a: np.sum(weight * rnn.tanh_recurrence(*a)), argnums=range(5))(*arguments)
fused = sg.grad(lambda *a: np.sum(weight * tanh_recurrence(*a)), argnums=range(5))(*arguments)
h = rnn.tanh_recurrence(*arguments)
by_hand = bptt_by_hand(weight, h, x, h0, W_xh, W_hh)
names = ("x", "h0", "W_xh", "W_hh", "b_h")
for name, mine, steps, kernel in zip(names, by_hand, composed, fused, strict=True):
    check(f"∂L/∂{name}: by hand − scan of steps", np.abs(mine - steps.numpy()).max(), 0, 1e-12)
    check(f"∂L/∂{name}: by hand − fused kernel", np.abs(mine - kernel.numpy()).max(), 0, 1e-12)

# %% [markdown]
# `rnn.tanh_recurrence` is a scan of the one-step function that generation uses, and autograd differentiates it
# operation by operation. `functional.tanh_recurrence` is one fused node whose rule is the equation above in a
# compiled kernel. Both agree with the hand-written loop to rounding: sums of a few dozen products of order 1 have
# errors of about $10^{-15}$.
#
# Two implementations could share an error, so we also compare with finite differences, which do not depend on
# any derivation.

# %%
error = sg.check_grads(tanh_recurrence, *arguments, order=1)
check("check_grads, largest relative error", error, 0, 1e-8)


def relative_error(W_hh, transpose):
    """Largest error of ∂L/∂W_hh by hand against autograd, relative to its largest element."""
    h = rnn.tanh_recurrence(x, h0, W_xh, W_hh, b_h)
    truth = sg.grad(lambda W: np.sum(weight * rnn.tanh_recurrence(x, h0, W_xh, W, b_h)))(W_hh).numpy()
    mine = bptt_by_hand(weight, h, x, h0, W_xh, W_hh, transpose)[3]
    return np.abs(mine - truth).max() / np.abs(truth).max()


symmetric = (W_hh + W_hh.T) / 2
planted = relative_error(W_hh, transpose=False)
check("with the transpose", relative_error(W_hh, transpose=True), 0, 1e-12)
check("without it, tested on a symmetric W_hh", relative_error(symmetric, transpose=False), 0, 1e-12)
print(f"without it, tested on a general W_hh: {planted:.2f}")
assert planted > 0.1

# %% [markdown]
# A test with a symmetric matrix, such as the identity, a common initial value of such weights, does not
# detect the error.
#
# ## Vanishing and exploding gradients
#
# Each step back multiplies the gradient by $W_{hh}\, \mathrm{diag}(1 - h_t^2)$, so
#
# $$
# \frac{\partial h_T}{\partial h_{T-k}} = \prod_{t = T-k+1}^{T} W_{hh}\, \mathrm{diag}(1 - h_t^2),
# \qquad
# \left\| \frac{\partial h_T}{\partial h_{T-k}} \right\| \le \sigma_{\max}(W_{hh})^k. \tag{4.6}
# $$
#
# For a network at rest ($h = 0$) the product is the power $W_{hh}^k$, and $\|W^k\|^{1/k}$ tends to the
# spectral radius $\rho$, the largest $|\text{eigenvalue}|$. At $k = 200$ the norm of a random matrix still
# deviates from this limit by one or two per cent. All singular values of an orthogonal matrix (a rotation,
# perhaps with a reflection) are 1, so its norm is exactly 1 for every $k$.
#
# > In the debugger: `scratchgen debug rnn.influence`

# %%
H, T = 48, 200
gaussian = rng.normal(size=(H, H))
gaussian /= np.abs(np.linalg.eigvals(gaussian)).max()  # spectral radius 1
rotation, _ = np.linalg.qr(rng.normal(size=(H, H)))


def norms_back(W, x):
    """‖∂h_T/∂h_(T−k)‖ for k = 0 … T, at the states that the inputs x lead to."""
    h = rnn.tanh_recurrence(x, np.zeros((1, H)), np.eye(H), W, np.zeros(H))[:, 0]
    product, norms = np.eye(H), [1.0]
    for t in reversed(range(T)):
        product = (W * (1 - h[t] ** 2)) @ product
        norms.append(np.linalg.norm(product, 2))
    return np.array(norms)


nothing, inputs = np.zeros((T, 1, H)), 0.3 * rng.normal(size=(T, 1, H))
at_rest = {rho: norms_back(rho * gaussian, nothing) for rho in (0.8, 1.0, 1.2)}
for rho, norms in at_rest.items():
    check(f"at rest, ‖W^200‖^(1/200) for radius {rho}", norms[-1] ** (1 / T), rho, 0.03 * rho)
rotating = norms_back(rotation, nothing)
check("at rest, a rotation, ‖W^200‖", rotating[-1], 1, 1e-12)

busy = {rho: norms_back(rho * gaussian, inputs) for rho in (0.8, 1.0, 1.2)}
busy_rotation = norms_back(rotation, inputs)
for rho, norms in busy.items():
    bound = np.linalg.norm(rho * gaussian, 2) ** np.arange(T + 1)
    assert np.all(norms <= bound * (1 + 1e-9)), "(4.6) no norm exceeds the power of σ_max(W_hh)"

# %% [markdown]
# `rnn.gradient_norms` computes the same numbers for any cell and any number of layers: it takes the Jacobian
# of a step from autograd instead of the formula.

# %%
net = RNN(H, H, sg.Generator(0), init=lambda *_: 1.2 * gaussian)
net.layers[0].W_xh.data, net.layers[0].b_h.data = np.eye(H), np.zeros(H)
for state, x, by_hand in (("at rest", nothing, at_rest[1.2]), ("with inputs", inputs, busy[1.2])):
    ratio = rnn.gradient_norms(net, x[:, 0]) / by_hand
    check(f"(4.6) {state}: gradient_norms / by hand, largest", ratio.max(), 1, 1e-9)
    check(f"(4.6) {state}: gradient_norms / by hand, smallest", ratio.min(), 1, 1e-9)

families = {"at rest: $h = 0$": (at_rest, rotating), "with inputs: the tanh saturates": (busy, busy_rotation)}
panels = {
    title: {rf"$\rho = {rho}$": norms for rho, norms in family.items()} | {"a rotation": rotation_norms}
    for title, (family, rotation_norms) in families.items()
}
plots.gradient_norms(panels, OUT / "gradient_norms.png", dashed=["a rotation"])

# %% [markdown]
# At rest everything depends on $\rho$, and the range in which gradients survive 200 steps is narrow. With
# inputs, the factors $1 - h_t^2 < 1$ lower every curve. Hence three standard techniques, all in `rnn.train`
# below: initialise $W_{hh}$ as a rotation, clip the norm of the gradient, and truncate back-propagation after
# a few dozen steps (truncated BPTT). The bias of truncation is $\lVert \hat g - g \rVert / \lVert g \rVert$,
# where $\hat g$ holds the state before each chunk fixed; `rnn.truncation_bias` measures it.
#
# The other remedy is a cell whose memory is updated by addition instead of multiplication by a matrix: the
# LSTM with $c_t = f_t \odot c_{t-1} + i_t \odot g_t$ and $h_t = o_t \odot \tanh c_t$, and the GRU with
# $h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}$. Along the direct path
# $\partial c_t / \partial c_{t-1} = f_t$. An open forget gate, $f = \sigma(5)$, passes a quarter of the
# gradient after 200 steps; a half-open gate passes nothing.
#
# > In the debugger: `scratchgen debug rnn.lstm`, or `rnn.gru`, `rnn.truncation`, `rnn.clipping`

# %%
from scratchgen.rnn.cells import lstm_recurrence


def through_the_gate(bias, T=200):
    """∂c_T/∂c_0 of one unit whose weights are 0 and whose forget gate has this bias."""
    b_h, no_weights = np.array([0, bias, 0, 0]), np.zeros((1, 4))
    last = lambda c0: lstm_recurrence(np.zeros((T, 1, 1)), zero, c0, no_weights, no_weights, b_h)[1][-1].sum()
    return sg.grad(last)(one).item()


check("LSTM, 200 steps back, f = σ(5)", through_the_gate(5.0), (1 + math.exp(-5)) ** -200, 1e-12)
check("LSTM, 200 steps back, f = ½", through_the_gate(0.0), 0, 1e-12)

# %% [markdown]
# ## Long memory: the copying problem
#
# In the copying problem the network reads ten symbols from an alphabet of eight, then a hundred blanks, and
# must then output the ten symbols. A network that forgets them can still predict the blanks, at a cost of
# $10 \log 8 / (T + 20)$ nats per step. To do better, a gradient must first be propagated back over a hundred
# steps. A forget gate helps if it starts out open for that long: with $b_f = \log u$ the gate is
# $f = u/(1 + u)$, and after $1/(1 - f) = 1 + u$ steps about $1/e$ of the memory is left. Chrono
# initialisation therefore samples $u$ between 1 and the longest time minus 1, and closes the input gate to
# match, $b_i = -b_f$.
#
# > In the debugger: `scratchgen debug data.copying`, or `nn.chrono`

# %%
from scratchgen.data.sets.copying import baseline
from scratchgen.nn.init import chrono

check("copying problem without a memory, nats per step", baseline(100), 0.17329, 5e-6)
b_f = chrono(sg.Generator(0), 1000, 120)[1000:2000].astype(float)
check("chrono: mean memory of a gate, steps", np.mean(1 + np.exp(b_f)), 61, 5 * (118 / math.sqrt(12 * 1000)))
check("LSTM, 200 steps back, u = 199", through_the_gate(math.log(199)), (1 - 1 / 200) ** 200, 1e-12)

# %% [markdown]
# After 2,500 steps of training a GRU has learned the task (0.01 nats, 94 % of the symbols), an LSTM with
# these biases is partway there, one without them lags behind, and tanh units have learned nothing: see
# `copy-100` in `reproductions.md`.

# %% [markdown]
# ## A language model: the network against n-grams
#
# The training text is the first 60,000 characters of Python's standard library. The network reads a character
# and predicts the next; the score is the number of bits per character, $-\frac1N \sum \log_2 p$ over $N$
# predicted characters. After a share $t$ of the training, the learning rate is
# $\alpha \, \tfrac12 (1 + \cos \pi t)$, half a cosine from $\alpha$ to 0.
#
# > In the debugger: `scratchgen debug rnn.language_model`, or `rnn.cross_entropy`, `rnn.perplexity`,
# > `nn.embedding`, `nn.dropout`, `optim.half_cosine`

# %%
text = load_text("stdlib").train[:69_000]
vocabulary = CharacterTokenizer.of(text)
ids = vocabulary.encode(text)
train, tune, test = ids[:60_000], ids[60_000:63_000], ids[63_000:]
print(f"{vocabulary.vocabulary_size} characters; {len(train):,} for training, {len(test):,} for testing")

print(inspect.getsource(rnn.train))

run = History()
model = rnn.LanguageModel(vocabulary, hidden=192, embedding=48, rng=sg.Generator(0))
eigenvalues = rnn.EigenvalueHistory(model.recurrent)  # records the eigenvalues of W_hh after every epoch
run.observe(eigenvalues=eigenvalues)
at_first = rnn.gradient_norms(model.recurrent, model.embedding(test[:48]).numpy())
optimizer = Adam(model.parameters(), learning_rate=3e-3)
rnn.train(model, train, tune, run, epochs=9, batch_size=16, bptt_steps=48, optimizer=optimizer)

# %% [markdown]
# The baseline is an interpolated n-gram model: it mixes the frequencies of the next character after the last
# $n$ characters, for every $n$ up to 5. It is fitted to the same 60,000 characters, and its order and its
# smoothing are chosen on the same 3,000. N-gram models are hard to beat on so little text.
#
# > In the debugger: `scratchgen debug rnn.ngram`

# %%
with sg.no_grad():
    losses, _ = model.loss(test[:-1, None], test[1:, None])
log_p_rnn = -losses.numpy()[:, 0].astype(np.float64)

bits = {"uniform": math.log2(vocabulary.vocabulary_size)}
for order in range(6):
    counts = evaluation.NGram(order, concentration=10.0).fit(train, vocabulary.vocabulary_size)
    bits[f"n-gram of order {order}"] = evaluation.bits_per_character(counts.log_prob(test)[1:])
best = evaluation.best_ngram(train, tune, vocabulary.vocabulary_size, max_order=5)
log_p_counts = best.log_prob(test)[1:]
bits[f"best n-gram (order {best.order})"] = evaluation.bits_per_character(log_p_counts)
bits["recurrent network"] = evaluation.bits_per_character(log_p_rnn)
bits["average of the two"] = evaluation.bits_per_character(
    np.logaddexp(log_p_rnn, log_p_counts) - math.log(2)
)
for name, number in bits.items():
    print(f"{name:<24} {number:.3f} bits per character")

# %% [markdown]
# The n-gram model wins by a small margin, the network comes within a tenth of a bit of it, and *averaging the
# two probabilities beats both*, so the network captures information that the last five characters do not
# contain. (With ten times the text, as in `scratchgen train rnn`, the network has more to learn from. To
# prevent a larger network from overfitting, dropout omits units at random, $x \odot r/(1 - p)$ with $r = 0$
# for a share $p$ of them and $r = 1$ for the others.) Three seeds spread by 0.05 bits, and the text depends
# on your version of Python, hence the wide tolerance of 0.2 bits.

# %%
check("best n-gram, bits per character", bits[f"best n-gram (order {best.order})"], 1.91, 0.2)
check("recurrent network, bits per character", bits["recurrent network"], 2.0, 0.2)
check("average of the two, bits per character", bits["average of the two"], 1.83, 0.2)
assert bits["average of the two"] < min(bits["recurrent network"], bits[f"best n-gram (order {best.order})"])
assert bits["recurrent network"] < bits["n-gram of order 2"] < bits["n-gram of order 1"]

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained", width_ratios=(1.3, 1))
names = list(bits)[::-1]
colours = [RED if "network" in name else INK if "average" in name else GREY for name in names]
left.barh(names, [bits[name] for name in names], color=colours)
for row, name in enumerate(names):
    left.text(bits[name] + 0.05, row, f"{bits[name]:.2f}", va="center", fontsize=9)
left.set(xlabel="bits per character, test text", title="trained on 60,000 characters")
right.plot(range(1, len(run.history["validation_bits"]) + 1), run.history["validation_bits"], "o-", color=RED)
right.set(xlabel="epoch", ylabel="bits per character", title="The network on the validation text")
for axes in (left, right):
    axes.spines[["top", "right"]].set_visible(False)
figure.savefig(OUT / "bits.png", dpi=120)

# %% [markdown]
# ## Sampling with a temperature
#
# To generate text, sample a character from $\operatorname{softmax}(y_t / \tau)$, feed it back as the next
# input, and repeat. At $\tau = 1$ this samples from the model itself. With $\tau < 1$ the differences between
# logits grow, so likely characters become more likely and the entropy of the next character falls. For
# $\tau \to 0$ the most likely character is always chosen, and the text becomes repetitive.
#
# > In the debugger: `scratchgen debug rnn.sampling`, or `distributions.inversion`, `distributions.entropy`

# %%
with sg.no_grad():
    y, _ = model.forward(vocabulary.encode("\n\tdef ")[:, None], model.initial_state(1))
logits = y.numpy()[-1, 0].astype(np.float64)

entropies = []
for temperature in (0.3, 0.7, 1.0):
    entropies.append(Categorical(logits / temperature).entropy() / math.log(2))
    print(f"--- temperature {temperature}: {entropies[-1]:.2f} bits in the first character after 'def '")
    print(model.generate("\n\tdef ", 300, temperature, sg.Generator(2)).expandtabs(4))
assert entropies == sorted(entropies), "a higher temperature has a higher entropy"

# %% [markdown]
# At temperature $\tau$ the probabilities are $p_k^{1/\tau} / \sum_j p_j^{1/\tau}$. The entropy increases with
# $\tau$ for every $p$ that is not uniform: its derivative is the variance of the logits, under these
# probabilities, divided by $\tau^3$. We check this too.

# %%
tau, step = 0.7, 1e-4
entropy = lambda t: Categorical(logits / t).entropy()
p = Categorical(logits / tau).probabilities
variance = np.sum(p * logits**2) - np.sum(p * logits) ** 2
by_differences = (entropy(tau + step) - entropy(tau - step)) / (2 * step)
check("slope of the entropy in the temperature", by_differences, variance / tau**3, 1e-5)

# %% [markdown]
# The tolerance is the error of a central difference with a step of $10^{-4}$: the square of the step times a
# third derivative of a few hundred.
#
# ## What the hidden units represent
#
# What do the 192 units represent? Measure how each unit's state correlates with features that a reader sees: the
# length of the line so far, the depth of indentation, whether a bracket or a quotation is open. Among 192
# units, the best will correlate a little with *anything*, by chance. So units are chosen on the validation
# text and judged on the test text, with coin flips as a control.


# %%
def read(ids):
    """The states after every character, (T, H), the features that a reader sees there, and coin flips."""
    features = rnn.text_features(vocabulary.decode(ids))
    coins = np.random.default_rng(len(ids)).integers(0, 2, len(ids)).astype(float)
    return rnn.states(model.recurrent, model.embedding(ids).numpy())[-1], features, {"coins": coins}


h_tune, features_tune, coins_tune = read(tune)
h_test, features_test, coins_test = read(test)
units = rnn.interesting_units(h_tune, features_tune, n=2)
r_test = [rnn.correlation(h_test, unit, features_test) for unit in units]
for unit, r in zip(units, r_test, strict=True):
    print(
        f"unit {unit.number}: {unit.feature}, r = {unit.r:+.2f} on the validation text, {r:+.2f} on the test text"
    )
best_of_coins = np.argmax(np.abs(correlations(h_tune, coins_tune["coins"])))
by_chance = abs(correlations(h_test, coins_test["coins"])[best_of_coins])
check("the larger |r| of the two units, test text", max(map(abs, r_test)), 0.35, 0.2)
check("|r| of the best unit with coin flips", by_chance, 0.0, 0.06)

titles = [f"unit {unit.number}: {unit.feature}, r = {r:+.2f}" for unit, r in zip(units, r_test, strict=True)]
shown = h_test[:400, [unit.number for unit in units]].T
plots.text_states(shown, vocabulary.decode(test[:400]), titles, OUT / "units.png")

# %% [markdown]
# With $N$ coin flips, a correlation $r$ by chance has a standard deviation of $1/\sqrt N$, here 0.013; 0.06
# is more than four standard deviations. In the picture, the colour of a character shows the state of the unit
# after reading it, from $-1$ (blue) to $1$ (red).
#
# How has training changed $W_{hh}$? It started as a rotation, with all eigenvalues on the unit circle. At the
# end most have left it, the largest is about 2, and according to the bound $\sigma_{\max}(W_{hh})^{48}$ a
# gradient could grow by $10^{26}$ over a chunk of 48 steps. It does not: the tanh saturates, and the norm
# decays. But it decays more slowly than before training, so that more of the gradient survives.

# %%
W_hh = model.recurrent.layers[0].W_hh.data
at_last = rnn.gradient_norms(model.recurrent, model.embedding(test[:48]).numpy())
check("largest |eigenvalue| before training", np.abs(eigenvalues.epochs[0]).max(), 1, 1e-5)
check("largest |eigenvalue| after training", np.abs(eigenvalues.epochs[-1]).max(), 2.2, 0.6)
check("per step back, before training: ‖∂h_48/∂h_0‖^(1/48)", at_first[-1] ** (1 / 48), 0.76, 0.04)
check("per step back, after training", at_last[-1] ** (1 / 48), 0.83, 0.06)
print(f"σ_max(W_hh)^48 = {np.linalg.norm(W_hh, 2) ** 48:.1e}, and the norm is {at_last[-1]:.1e}")
assert at_first[-1] < at_last[-1] < np.linalg.norm(W_hh, 2) ** 48

plots.gradient_norms({"": {"before training": at_first, "after": at_last}}, OUT / "memory.png")

# %%
plots.eigenvalues([epoch[0] for epoch in eigenvalues.epochs], ["$W_{hh}$"], OUT / "eigenvalues.png")

# %%
print("pictures:", OUT)

# %% [markdown]
# `scratchgen train rnn` draws the same pictures for its model, and also the gates of an LSTM or a GRU. Music,
# sound and translation are on page 7.
#
# ## Exercises
#
# 1. Plant the missing transpose in the training: give `tanh_recurrence` a wrong rule with `defvjp_joint` and
#    train. How many bits does it cost? Would you have noticed it from the learning curve alone?
# 2. Set `bptt_steps=4`, and `batch_size=192` so that a step sees the same number of characters. What does the
#    truncation of the gradient cost? Why is the memory of the *state* unaffected?
# 3. Start from `0.5 * W_hh` or `2 * W_hh`. Before you train, predict from the picture of norms what will
#    happen.

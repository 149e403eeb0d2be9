# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 7. Notes, sound and sentences
#
# A recurrent network says what comes next; *what* can come next is up to its output. At the end you will know
# what it costs to take a chord for its notes, how real numbers with several modes are predicted, and how one
# sequence is written while another is read.

# %%
import inspect
import math
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen import rnn
from scratchgen.data import CharacterTokenizer
from scratchgen.data.preprocessing.mdct import inverse_mdct, mdct
from scratchgen.optim import Adam
from scratchgen.runs import History
from scratchgen.tasks.music import marginal_nats, per_step

OUT = Path(tempfile.mkdtemp(prefix="sequences-"))  # the picture of this page
RED, BLUE, GREY = "#d1495b", "#2e86ab", "#b8c0cc"


def beside(what, ours, expected, tolerance):
    """Print a number beside the number to expect; fail if they differ by more than the tolerance."""
    print(f"{what:<50} {ours:>18.12g}   to expect {expected:>16.10g}   ± {tolerance:.2g}")
    assert abs(ours - expected) <= tolerance, what


# %% [markdown]
# ## Many notes at once
#
# A step of music is not one symbol but a frame $x_t \in \{0, 1\}^D$: which of $D$ notes sound. The chain rule
# is the same, $\log p(x_1 \ldots x_T) = \sum_t \log p(x_t \mid h_{t-1})$; what changes is the output. The
# simplest gives each note a probability of its own, $\sigma(y_d)$. Then a chord is no more than its notes.
#
# NADE, the neural autoregressive distribution estimator, goes from note to note, and each knows those below:
#
# $$p(x_d = 1 \mid x_{<d}) = \sigma(b_d + V_d \cdot s_d), \qquad
# s_d = \sigma\Bigl(c + \sum_{j<d} x_j W_j\Bigr).$$
#
# The state moves the biases $b$ and $c$. Take four notes that sound together or not at all, by a coin. The
# entropy of a frame is $\log 2$. Independent notes must pay it four times: what they lose, $3 \log 2$, is the
# *total correlation* of the notes, the sum of their entropies less that of the frame.
#
# > In the debugger: `scratchgen debug rnn.nade`, or `rnn.independent_notes`, `rnn.frames`

# %%
coins = sg.Generator(5)
pieces = [np.repeat(coins.random((10, 1)) < 0.5, 4, axis=1).astype(np.float32) for _ in range(800)]
nats = {}
for units in (0, 8):  # of the NADE; 0 are independent notes
    notes = rnn.FrameModel(4, 2, sg.Generator(0), nade=units)
    training = {"epochs": 10, "batch_size": 20, "rng": sg.Generator(1)}
    training["optimizer"] = Adam(notes.parameters(), 0.1)
    rnn.train_frames(notes, pieces[:600], pieces[600:610], History(), **training)
    nats[units] = rnn.nats_per_frame(notes, pieces[600:])
beside("independent notes, nats a frame", nats[0], 4 * math.log(2), 0.02)
beside("NADE, nats a frame", nats[8], math.log(2), 0.02)

# %% [markdown]
# And for one frame, by hand: over all $2^D$ of them the probabilities sum to one, whatever the weights.

# %%
every = np.array(list(np.ndindex(*[2] * 6)), float)
b, c, W, V = (
    sg.Generator(k).standard_normal(shape, np.float64) for k, shape in enumerate([6, 3, (6, 3), (6, 3)])
)
beside(
    "sum of p over all frames of six notes", np.exp(rnn.nade_log_prob(every, b, c, W, V)).sum(), 1.0, 1e-12
)

# %% [markdown]
# Long pieces count more than short ones: if piece $i$ costs $n_i$ nats and has $T_i$ steps, the score is
# $\sum_i n_i / \sum_i T_i$, and its error is that of drawing other pieces. Beside it stand notes that know
# neither time nor each other: a note that sounds in $n_d$ of $n$ steps has $p_d = (n_d + \frac12)/(n + 1)$.
#
# A few hundred pieces are soon known by heart. Against that, the gradient may be taken at
# $\theta + \sigma \varepsilon$, with new noise on the weights at every step (`--set weight_noise=0.05`).
#
# > In the debugger: `scratchgen debug rnn.weight_noise`, or `rnn.per_step`, `rnn.marginals`

# %%
lengths, costs = np.array([20, 40, 60]), np.array([10.0, 30.0, 40.0])
beside("nats a step of three pieces", per_step(costs, lengths).mean, 80 / 120, 1e-12)
beside("four notes by how often they sound", marginal_nats(pieces[:600], pieces[600:]), 4 * math.log(2), 0.01)

# %% [markdown]
# On the chorales of Bach the difference is between 8.5 and 5.5 nats a frame: see `reproductions.md`. Hear it
# with `scratchgen train rnn --data jsb-chorales --nade 50`.
#
# ## Frames of real numbers
#
# Sound is not of zeros and ones. A frame $x_t \in \mathbb R^D$ can be drawn from a *mixture density*: $K$
# Gaussians whose weights, means and variances are computed from the state,
#
# $$\log p(x) = \log \sum_k \pi_k \prod_d \mathcal N(x_d; \mu_{kd}, \sigma_{kd}^2).$$
#
# With $K = 1$ the likeliest mean is that of least squares. Then what has two modes is lost: let $x_t$ be $+1$
# or $-1$ by a coin, and noise of $\sigma = 0.3$ beside it. The mean is 0, where hardly an $x_t$ ever is. What
# each model must pay is known: the mixture the entropy of $x_t$, an integral over the line; the Gaussian
# $\frac12 \log 2 \pi e (1 + \sigma^2)$, the entropy of the broadest density of that variance.
#
# > In the debugger: `scratchgen debug rnn.mixture_density`, or `rnn.loudness`, `data.mdct`,
# > `rnn.linear_prediction`

# %%
coins, sigma = sg.Generator(6), 0.3
sign = np.where(coins.random((400, 20, 1)) < 0.5, -1, 1)
pieces = list((sign + sigma * coins.standard_normal(sign.shape)).astype(np.float32))
x, step = np.linspace(-6, 6, 6001, retstep=True)
gaussian = lambda mean, s: np.exp(-(((x - mean) / s) ** 2) / 2) / (s * math.sqrt(2 * math.pi))
p = (gaussian(-1, sigma) + gaussian(1, sigma)) / 2
to_pay = {1: 0.5 * math.log(2 * math.pi * math.e * (1 + sigma**2)), 2: -np.sum(p * np.log(p)) * step}
figure, axes = plt.subplots(figsize=(6.4, 3), layout="constrained")
axes.hist(np.concatenate(pieces)[:, 0], 80, density=True, color=GREY, label="data")
for K, colour in ((1, BLUE), (2, RED)):
    frames = rnn.FrameModel(1, 4, sg.Generator(0), cell="gru", mixture_components=K)
    training = {"epochs": 12, "batch_size": 20, "rng": sg.Generator(1)}
    training["optimizer"] = Adam(frames.parameters(), 0.03)
    rnn.train_frames(frames, pieces[:200], pieces[200:210], History(), **training)
    beside(f"K = {K}, nats a frame", rnn.nats_per_frame(frames, pieces[200:]), to_pay[K], 0.04)
    first = x[None, :, None].astype(np.float32)  # many sequences of one frame
    density = np.exp(frames.log_prob(first).numpy()[0])
    beside("   area below its density", density.sum() * step, 1.0, 1e-5)
    axes.plot(x, density, color=colour, label=f"K = {K}")
axes.legend(frameon=False)
axes.set(xlabel="$x_1$", ylabel="density")
axes.spines[["top", "right"]].set_visible(False)
figure.savefig(OUT / "modes.png", dpi=120)

# %% [markdown]
# The tolerance is that of 4,000 held-out frames. The nats of a Gaussian number have a deviation of
# $\sqrt{1/2}$, their mean a standard error of $\sqrt{1/2} / \sqrt{4000} = 0.011$; 0.04 is nearly four.
#
# A likelihood of real numbers has no bound. Where a number never changes, $\log p$ grows for ever as its
# $\sigma$ shrinks, and the best score tells of nothing but digital silence. So here
# $\sigma^2 = \sigma_0^2 + e^a$ with $\sigma_0 = 0.01$, and a number that never changes is worth no more than
# $-\log(\sigma_0 \sqrt{2 \pi}) = 3.69$ nats.
#
# What is a frame of sound? Not $D$ samples: given the state, the numbers of a component are independent, and
# neighbouring samples are anything but that. The *modified discrete cosine transform* takes overlapping
# windows of $2D$ samples, $D$ apart, and gives $D$ numbers for each, one a frequency. It is a rotation of the
# whole sound: nothing is lost, and nats of frames are nats of samples. So a network of frames can be compared
# with linear prediction of samples, the classical model of speech,
# $x_n = \sum_{i=1}^{32} a_i x_{n-i} + \varepsilon_n$.

# %%
sound = sg.Generator(7).standard_normal(1000, np.float64)
beside("the sound comes back, largest error", np.abs(inverse_mdct(mdct(sound, 50)) - sound).max(), 0, 1e-13)
beside("its energy stays", np.sum(mdct(sound, 50) ** 2), np.sum(sound**2), 1e-9)

# %% [markdown]
# Each number is divided by its deviation in training, so that Gaussians without a past cost about
# $64 \cdot \frac12 \log 2 \pi e = 90.8$ nats a frame of 64 numbers there. On spoken digits by a voice that
# was never heard, quieter than the others, they cost 60.0 and linear prediction 60.1. That these agree is no
# chance: a stationary Gaussian process costs the same, told by its spectrum or by its past. A GRU of 128
# units costs $-64$ with one Gaussian and $-107$ with eight, after two minutes of training: it knows how loud
# each frequency is *now*, and the components, that all of them grow loud together. Hear it with
# `scratchgen train rnn --data fsdd` and `scratchgen sample RUN -n 200 --out digits.wav`: syllables with the
# moving bands of speech, but without a pitch, as if whispered, and no words.
#
# ## From one sequence to another
#
# To write one text for another, an encoder reads $x$, and a decoder that begins with its last state writes
# $y$. One state is a narrow door for a long text, so the decoder looks back: of the places $h_j$ it takes the
# mean $c_t = \sum_j a_{tj} h_j$ with the weights
# $a_{tj} = \operatorname{softmax}_j \mathrm{score}(s_t, h_j)$, by how well each fits its own state $s_t$.
# Then
#
# $$ \log p(y \mid x) = \sum_t \log \operatorname{softmax}(o_t)_{y_t}, \qquad
# o_t = W_o \tanh(W_c [s_t, c_t] + b_c) + b_o. $$
#
# The likeliest text is not found by taking the likeliest symbol after the likeliest. A *beam* keeps several
# beginnings, and ranks texts by $\log p(y) / ((5 + l)/6)^\alpha$, which makes up for the length $l$. Wide
# enough, it drops none, and its best is the best of all.
#
# > In the debugger: `scratchgen debug rnn.attention`, or `rnn.beam`, `rnn.seq2seq`

# %%
print(inspect.getsource(rnn.DotAttention.forward))

attended, looked = rnn.DotAttention()(np.ones((1, 1, 1)), np.array([[[0.0]], [[math.log(3)]]]))
beside("attention: the weight of the better fit", looked[0, 0, 1], 3 / 4, 1e-15)
beside("attention: the mean", attended.item(), 3 / 4 * math.log(3), 1e-15)

pair = rnn.Seq2Seq(source_size=2, target_size=2, hidden=5, embedding=3, rng=sg.Generator(0), attention="dot")
read = np.zeros((3, 4), int)
texts = np.array(list(np.ndindex(2, 2))).T  # all of two symbols
with sg.no_grad():
    p_of_texts = np.exp(-pair.loss(read, read == 0, texts, texts >= 0).numpy())
    begun = np.exp(-pair.loss(read[:, :1], read[:, :1] == 0, texts[:0, :1], texts[:0, :1] == 0).numpy())
print(f"p of the four texts of two symbols: {p_of_texts.round(3)}; of the empty one: {begun.round(3)}")
assert p_of_texts.sum() + begun.sum() < 1  # the longer ones have the rest

tiny = rnn.LanguageModel(CharacterTokenizer("ab"), hidden=6, embedding=4, rng=sg.Generator(3))
best_text = rnn.beam_search(tiny, "a", 4, width=16)[0]
with sg.no_grad():
    every = np.array(list(np.ndindex(2, 2, 2, 2))).T
    losses, _ = tiny.loss(np.concatenate([0 * every[:1], every[:-1]]), every)
beside("beam: the likeliest of all texts", best_text.log_prob, -losses.numpy().sum(axis=0).min(), 1e-5)

print("picture:", OUT)

# %% [markdown]
# The picture of where a translator looks is one number of `looked` for each pair of symbols, as a map:
# `scratchgen train rnn --task pairs --data tatoeba-fra-eng --vocabulary pieces` draws some, and
# `scratchgen sample RUN --prompt "I am hungry." --out looks.png` that of a sentence of yours.
#
# ## Try it
#
# 1. Let the four notes sound together with a probability of 0.9 in place of ½. What do independent notes lose
#    now? Write it down before you train.
# 2. Give the frames of real numbers three components where two suffice. What becomes of the third? Look at
#    `frames.output`.
# 3. Set $\sigma_0$ to 0 in `rnn/densities.py`, and train on frames of which one number is always 0.

# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 7. Music, sound and translation
#
# A recurrent network predicts the next element of a sequence; its output layer determines what an element can
# be. You will learn what you lose by treating the notes of a chord as independent, how to predict real
# numbers with a multimodal distribution, and how sequence-to-sequence models with attention work.

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
from scratchgen.evaluation.per_step import marginal_nats, per_step
from scratchgen.optim import Adam
from scratchgen.runs import History
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="sequences-"))  # the picture of this page
RED, BLUE, GREY = "#d1495b", "#2e86ab", "#b8c0cc"

# %% [markdown]
# ## Chords: independent notes and NADE
#
# A step of music is not one symbol but a frame $x_t \in \{0, 1\}^D$ that says which of $D$ notes sound. The
# factorisation is the same, $\log p(x_1 \ldots x_T) = \sum_t \log p(x_t \mid h_{t-1})$; only the output
# distribution changes. The simplest one gives each note a separate probability, $\sigma(y_d)$. Then the notes
# of a chord are independent.
#
# NADE, the neural autoregressive distribution estimator, predicts one note after another, each conditioned on
# the lower ones:
#
# $$
# p(x_d = 1 \mid x_{<d}) = \sigma(b_d + V_d \cdot s_d), \qquad
# s_d = \sigma\Bigl(c + \sum_{j<d} x_j W_j\Bigr). \tag{7.1}
# $$
#
# The hidden state determines the biases $b$ and $c$. Take four notes that sound all together or not at all,
# by a coin flip. The entropy of a frame is $\log 2$. A model of independent notes pays this four times. Its
# loss, $3 \log 2$, is the *total correlation* of the notes: the sum of their entropies minus the entropy of
# the frame.
#
# > In the debugger: `scratchgen debug rnn.nade`, or `rnn.independent_notes`, `rnn.frames`

# %%
coins = sg.Generator(5)
pieces = [np.repeat(coins.random((10, 1)) < 0.5, 4, axis=1).astype(np.float32) for _ in range(800)]
nats = {}
for units in (0, 8):  # hidden units of the NADE; 0 means independent notes
    notes = rnn.FrameModel(4, 2, sg.Generator(0), nade=units)
    training = {"epochs": 10, "batch_size": 20, "rng": sg.Generator(1)}
    training["optimizer"] = Adam(notes.parameters(), 0.1)
    rnn.train_frames(notes, pieces[:600], pieces[600:610], History(), **training)
    nats[units] = rnn.nats_per_frame(notes, pieces[600:])
check("independent notes, nats per frame", nats[0], 4 * math.log(2), 0.02)
check("NADE, nats per frame", nats[8], math.log(2), 0.02)

# %% [markdown]
# And a check for a single frame: the probabilities of all $2^D$ frames sum to one, for any weights.

# %%
every = np.array(list(np.ndindex(*[2] * 6)), float)
b, c, W, V = (
    sg.Generator(k).standard_normal(shape, np.float64) for k, shape in enumerate([6, 3, (6, 3), (6, 3)])
)
check("sum of p over all frames of six notes", np.exp(rnn.nade_log_prob(every, b, c, W, V)).sum(), 1.0, 1e-12)

# %% [markdown]
# Long pieces have more weight than short ones: if piece $i$ costs $n_i$ nats and has $T_i$ steps, the score
# is $\sum_i n_i / \sum_i T_i$, and its standard error is over the choice of pieces. The baseline is a model
# whose notes depend neither on time nor on one another: a note that sounds in $n_d$ of $n$ steps has the
# probability $p_d = (n_d + \frac12)/(n + 1)$.
#
# On a few hundred pieces a network soon overfits. Weight noise is a remedy: the gradient is computed at
# $\theta + \sigma \varepsilon$, with new noise on the weights at every step (`--set weight_noise=0.05`).
#
# > In the debugger: `scratchgen debug rnn.weight_noise`, or `rnn.per_step`, `rnn.marginals`

# %%
lengths, costs = np.array([20, 40, 60]), np.array([10.0, 30.0, 40.0])
check("nats per step of three pieces", per_step(costs, lengths).mean, 80 / 120, 1e-12)
check("four notes by their frequencies", marginal_nats(pieces[:600], pieces[600:]), 4 * math.log(2), 0.01)

# %% [markdown]
# On the chorales of Bach, independent notes reach 8.5 nats per frame and NADE 5.5: see `reproductions.md`. To
# listen to samples, use `scratchgen train rnn --data jsb-chorales --nade 50`.
#
# ## Real-valued frames: mixture densities
#
# Sound does not consist of zeros and ones. A *mixture density network* models a frame $x_t \in \mathbb R^D$
# with $K$ Gaussians, whose weights, means and variances are computed from the state,
#
# $$ \log p(x) = \log \sum_k \pi_k \prod_d \mathcal N(x_d; \mu_{kd}, \sigma_{kd}^2). \tag{7.2} $$
#
# With $K = 1$ the maximum-likelihood mean is the least-squares prediction. Then bimodal structure is lost:
# let $x_t$ be $+1$ or $-1$ by a coin flip, plus noise of $\sigma = 0.3$. The mean is 0, where there are
# almost no values of $x_t$. The lowest possible loss of each model is known: for the mixture it is the
# entropy of $x_t$, an integral over the line; for the Gaussian it is $\frac12 \log 2 \pi e (1 + \sigma^2)$,
# the largest entropy for that variance.
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
lowest = {1: 0.5 * math.log(2 * math.pi * math.e * (1 + sigma**2)), 2: -np.sum(p * np.log(p)) * step}
figure, axes = plt.subplots(figsize=(6.4, 3), layout="constrained")
axes.hist(np.concatenate(pieces)[:, 0], 80, density=True, color=GREY, label="data")
for K, colour in ((1, BLUE), (2, RED)):
    frames = rnn.FrameModel(1, 4, sg.Generator(0), cell="gru", mixture_components=K)
    training = {"epochs": 12, "batch_size": 20, "rng": sg.Generator(1)}
    training["optimizer"] = Adam(frames.parameters(), 0.03)
    rnn.train_frames(frames, pieces[:200], pieces[200:210], History(), **training)
    check(f"K = {K}, nats per frame", rnn.nats_per_frame(frames, pieces[200:]), lowest[K], 0.04)
    first = x[None, :, None].astype(np.float32)  # 6,001 sequences of one frame
    density = np.exp(frames.log_prob(first).numpy()[0])
    check(f"K = {K}, area under its density", density.sum() * step, 1.0, 1e-5)
    axes.plot(x, density, color=colour, label=f"K = {K}")
axes.legend(frameon=False)
axes.set(xlabel="$x_1$", ylabel="density")
axes.spines[["top", "right"]].set_visible(False)
figure.savefig(OUT / "modes.png", dpi=120)

# %% [markdown]
# The tolerance follows from the 4,000 held-out frames. The negative log-density of a Gaussian number has a
# standard deviation of $\sqrt{1/2}$ nats, so its mean has a standard error of
# $\sqrt{1/2} / \sqrt{4000} = 0.011$; 0.04 is nearly four standard errors.
#
# A likelihood of real numbers is unbounded. If a number never changes, $\log p$ grows without limit as its
# $\sigma$ shrinks, and digital silence alone determines the score. So here $\sigma^2 = \sigma_0^2 + e^a$ with
# $\sigma_0 = 0.01$, and a number that never changes contributes at most $-\log(\sigma_0 \sqrt{2 \pi}) = 3.69$
# nats.
#
# A frame of sound should not be $D$ samples: given the state, the numbers of one mixture component are
# independent, and neighbouring samples are strongly dependent. The *modified discrete cosine transform*
# (MDCT) takes overlapping windows of $2D$ samples, $D$ apart, and returns $D$ numbers for each window, one
# per frequency. It is an orthogonal transform of the whole sound: no information is lost, and nats of frames
# are nats of samples. So a model of frames can be compared with linear prediction of samples, the classical
# model of speech, $x_n = \sum_{i=1}^{32} a_i x_{n-i} + \varepsilon_n$.

# %%
sound = sg.Generator(7).standard_normal(1000, np.float64)
check("MDCT and inverse, largest error", np.abs(inverse_mdct(mdct(sound, 50)) - sound).max(), 0, 1e-13)
check("its energy is preserved", np.sum(mdct(sound, 50) ** 2), np.sum(sound**2), 1e-9)

# %% [markdown]
# Each number is divided by its standard deviation in the training data, so that Gaussians that ignore the
# past cost about $64 \cdot \frac12 \log 2 \pi e = 90.8$ nats per frame of 64 numbers there. On spoken digits
# by a new speaker, who is quieter than the others, they cost 60.0 and linear prediction 60.1. This agreement
# is no coincidence: a stationary Gaussian process has the same entropy rate, computed from its spectrum or
# from its past. A GRU of 128 units reaches $-64$ with one Gaussian and $-107$ with eight, after two minutes
# of training: it knows how loud each frequency is *now*, and the mixture captures that all frequencies get
# louder together. To listen, use `scratchgen train rnn --data fsdd` and
# `scratchgen sample RUN -n 200 --out digits.wav`: the samples are syllables with the moving bands of speech,
# but without a pitch, as if whispered, and without words.
#
# ## Sequence-to-sequence models with attention
#
# To translate a text, an encoder reads the source $x$, and a decoder, which starts from the encoder's last
# state, writes the target $y$. A single state vector is a bottleneck for a long text, so the decoder uses
# *attention*: it takes the weighted mean $c_t = \sum_j a_{tj} h_j$ of the encoder states $h_j$, with the
# attention weights $a_{tj} = \operatorname{softmax}_j \mathrm{score}(s_t, h_j)$ that measure how well each
# $h_j$ fits the decoder's state $s_t$. Then
#
# $$ \log p(y \mid x) = \sum_t \log \operatorname{softmax}(o_t)_{y_t}, \qquad
# o_t = W_o \tanh(W_c [s_t, c_t] + b_c) + b_o. \tag{7.3} $$
#
# Choosing the most likely symbol at each step (greedy decoding) does not find the most likely text. *Beam
# search* keeps several partial texts, and ranks texts by $\log p(y) / ((5 + l)/6)^\alpha$, which corrects for
# the length $l$. If the beam is wide enough to keep all partial texts, it finds the most likely one.
#
# > In the debugger: `scratchgen debug rnn.attention`, or `rnn.beam`, `rnn.seq2seq`

# %%
print(inspect.getsource(rnn.DotAttention.forward))

attended, attention_weights = rnn.DotAttention()(np.ones((1, 1, 1)), np.array([[[0.0]], [[math.log(3)]]]))
check("attention: the weight of the better match", attention_weights[0, 0, 1], 3 / 4, 1e-15)
check("attention: the weighted mean", attended.item(), 3 / 4 * math.log(3), 1e-15)

pair = rnn.Seq2Seq(source_size=2, target_size=2, hidden=5, embedding=3, rng=sg.Generator(0), attention="dot")
read = np.zeros((3, 4), int)
texts = np.array(list(np.ndindex(2, 2))).T  # all texts of two symbols
with sg.no_grad():
    p_of_texts = np.exp(-pair.loss(read, read == 0, texts, texts >= 0).numpy())
    p_empty = np.exp(-pair.loss(read[:, :1], read[:, :1] == 0, texts[:0, :1], texts[:0, :1] == 0).numpy())
print(f"p of the four texts of two symbols: {p_of_texts.round(3)}; of the empty one: {p_empty.round(3)}")
assert p_of_texts.sum() + p_empty.sum() < 1  # longer texts have the remaining probability

tiny = rnn.LanguageModel(CharacterTokenizer("ab"), hidden=6, embedding=4, rng=sg.Generator(3))
best_text = rnn.beam_search(tiny, "a", 4, width=16)[0]
with sg.no_grad():
    every = np.array(list(np.ndindex(2, 2, 2, 2))).T
    losses, _ = tiny.loss(np.concatenate([0 * every[:1], every[:-1]]), every)
check(
    "beam search: log p of the most likely text", best_text.log_prob, -losses.numpy().sum(axis=0).min(), 1e-5
)

print("picture:", OUT)

# %% [markdown]
# An attention map shows the weights for each pair of source and target symbols:
# `scratchgen train rnn --task translation --data tatoeba-fra-eng --tokenizer bpe` draws some, and
# `scratchgen sample RUN --prompt "I am hungry." --out attention.png` draws the map of your own sentence.
#
# ## Exercises
#
# 1. Let the four notes sound together with probability 0.9 instead of ½. What do independent notes lose now?
#    Write down your prediction before you train.
# 2. Give the real-valued frames three mixture components where two suffice. What happens to the third? Look
#    at `frames.output`.
# 3. Set $\sigma_0$ to 0 in `rnn/frames/densities.py`, and train on frames in which one number is always 0.

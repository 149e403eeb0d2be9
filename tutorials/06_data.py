# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 6. What the models are shown
#
# At the end you will know how numbers get a common scale and whole numbers a density, what a text is worth
# whose entropy is known, and how sound is made, taken apart and put together again.

# %%
import inspect
import math
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen import evaluation
from scratchgen.data import load_text
from scratchgen.data.files.performance import pitch_in_hz
from scratchgen.data.preprocessing import dequantise, mel, mu_law, scaling
from scratchgen.data.preprocessing.stft import hann, istft, stft
from scratchgen.data.sets import markov
from scratchgen.data.sets.karplus_strong import noise, pluck
from scratchgen.data.sets.tones import tone

OUT = Path(tempfile.mkdtemp(prefix="data-"))  # the pictures of this page


def beside(what, ours, expected, tolerance):
    """Print a number beside the number to expect; fail if they differ by more than the tolerance."""
    print(f"{what:<48} {ours:>16.10g}   to expect {expected:>14.8g}   ± {tolerance:.2g}")
    assert abs(ours - expected) <= tolerance, what


# %% [markdown]
# ## A common scale
#
# A column in grams beside one in tons makes one weight too large and the other too small. So each column is
# shifted and divided, $y_d = (x_d - \text{shift}_d)/\text{scale}_d$, by the mean and the deviation of the
# *training* data. Those of the test data would tell the model about examples that it is not to have seen.
#
# > In the debugger: `scratchgen debug data.scaling`

# %%
print(inspect.getsource(scaling.standardise))

rng = sg.Generator(0)
train = 100 * rng.standard_normal((1000, 2), np.float64) + [3, -5]
y = scaling.standardise(train)(train)
beside("mean of a column", y[:, 0].mean(), 0, 1e-12)
beside("mean square of a column", np.mean(y[:, 0] ** 2), 1, 1e-12)

# %% [markdown]
# ## Whole numbers made continuous
#
# A density of whole numbers can be made as large as one likes, by a peak on each of them. Noise of the width
# of a level takes the peaks away: $x = (k + u)/V$ with $u$ uniform on $[0, 1)$. Then a density $p$ of $x$
# bounds the probability of $k$: $\log P(k) \ge \mathbb E_u[\log p(x)] - D \log V$. For 256 levels that are
# all as frequent the best density is 1, and the bound is tight: 8 bits a number.
#
# > In the debugger: `scratchgen debug data.dequantisation`

# %%
k = rng.integers(256, size=(1000, 3))
x = dequantise.dequantise(k, 256, rng)
assert np.array_equal(dequantise.quantise(x, 256), k)
beside(
    "bits a number, of a density that is 1",
    evaluation.bits_per_dimension(0.0, 3, levels=256).item(),
    8,
    1e-12,
)

# %% [markdown]
# ## A text whose entropy is known
#
# In a Markov chain each character depends on the one before, with the probabilities $P_{ij}$. In the long run
# they are met as often as $\pi = \pi P$ says, and the entropy rate is
#
# $$ H = -\sum_i \pi_i \sum_j P_{ij} \log_2 P_{ij} $$
#
# bits a character: no model can do better, and a good one comes as close as its data allow. In the chain of
# the library each of 16 letters has four successors with $\frac12, \frac14, \frac18, \frac18$, which is 1.75
# bits; who does not look at the letter before needs 4.
#
# > In the debugger: `scratchgen debug data.entropy_rate`

# %%
chain = markov.source()
beside("entropy rate, bits a character", chain.entropy_rate, 0.5 * 1 + 0.25 * 2 + 2 * 0.125 * 3, 1e-12)
text = load_text("markov")
ids = np.array([ord(c) - ord("a") for c in text.train[:50_000]])
held_out = np.array([ord(c) - ord("a") for c in text.test])
for order, expected in ((0, 4.0), (1, 1.75)):
    counted = evaluation.NGram(order).fit(ids, 16).log_prob(held_out)[1:]
    beside(f"by counting, {order} characters back", evaluation.bits_per_character(counted), expected, 0.02)

# %% [markdown]
# ## Sound by formula
#
# A plucked string is a burst of noise that goes round in a loop and is softened on the way (Karplus and
# Strong): $y_t = \frac12 (y_{t-p} + y_{t-p-1})$. The average delays by half a sample, so it sounds at
# $\text{rate}/(p + \frac12)$. Tones are sums of overtones, $\sum_k \frac1k \sin(2\pi k f t/\text{rate})$ for
# a sawtooth, without those beyond half the rate, which would come back as wrong pitches. And notes have the
# pitch $f = 440 \cdot 2^{(m - 69)/12}$.
#
# A sound is looked at in frames: each is multiplied by a window $w$ and taken apart into frequencies,
#
# $$
# X_{mk} = \sum_n w_n\, x_{m \text{hop} + n}\, e^{-2\pi i k n / \text{length}}, \qquad
# x_n = \frac{\sum_m w_{n - m \text{hop}}\, y_{m, n - m \text{hop}}}{\sum_m w_{n - m \text{hop}}^2},
# $$
#
# and on the right the way back: frames $y_m$ are added up, by the weights of the window.
#
# > In the debugger: `scratchgen debug data.plucked_string`, or `data.tone`, `data.pitch`, `data.stft`,
# > `data.istft`

# %%
print(inspect.getsource(stft))

rate, period = 8000, 40
string = pluck(noise((period,), rng), rate)
beside("octaves from the a of 440 Hz to note 81", math.log2(pitch_in_hz(81) / 440), 1, 1e-12)

saw = tone("sawtooth", 1000.0, rate, rate).astype(float)
t = np.arange(rate) / rate
second = 2 * np.mean(saw * np.sin(2 * np.pi * 2000 * t)) / (2 * np.mean(saw * np.sin(2 * np.pi * 1000 * t)))
beside("second overtone of a sawtooth, over the first", second, 1 / 2, 1e-6)

X = stft(string, 256, 64)
beside("there and back, largest difference", np.abs(istft(X, len(string), 256, 64) - string).max(), 0, 3e-6)
beside("windows half a frame apart, summed", np.ptp(hann(256)[:128] + hann(256)[128:]), 0, 1e-12)

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
left.plot(1000 * t[:800], string[:800], color="#2e86ab", linewidth=0.8)
left.set(xlabel="milliseconds", title="a plucked string: noise, and then a tone")
right.imshow(np.log10(np.abs(X[:, :]).T + 1e-4), origin="lower", aspect="auto", extent=(0, 1, 0, rate / 2))
right.set(xlabel="seconds", ylabel="Hz", title="its transform: high overtones die first")
figure.savefig(OUT / "string.png", dpi=120)

# %% [markdown]
# ## As the ear has it
#
# The ear tells low notes apart better than high ones, and quiet sounds better than loud ones. Frequencies are
# spaced as $m = 2595 \log_{10}(1 + f/700)$ mel, and summed in bands $F$ whose power is told in decibels,
# $10 \log_{10} \max(P F, \text{floor})$. Samples are rounded on the scale
# $F(x) = \mathrm{sign}(x) \ln(1 + \mu |x|)/\ln(1 + \mu)$ with $\mu = 255$: 256 levels, most of them near
# silence.
#
# > In the debugger: `scratchgen debug data.mel`, or `data.mu_law`, `data.decibels`

# %%
beside("1000 Hz in mel", float(mel.hz_to_mel(1000)), 1000, 0.02)
filters = mel.mel_filters(rate, 256, 20)
louder = mel.log_mel(100 * np.abs(X) ** 2, filters) - mel.log_mel(np.abs(X) ** 2, filters)
beside("a hundred times the power, in decibels", np.median(louder), 20, 1e-4)
beside("1/17 on the scale of μ-law", float(mu_law.compress(np.float64(1 / 17))), 1 / 2, 1e-12)
quiet = rng.random(1000, np.float64) * 0.01
coded = mu_law.decode(mu_law.encode(quiet), np.float64)
print(f"largest error of quiet samples: {np.abs(coded - quiet).max():.1e}, of 256 equal levels {1 / 256:.1e}")
assert np.abs(coded - quiet).max() < 1 / 256 / 10
print("pictures:", OUT)

# %% [markdown]
# ## Try it
#
# 1. Scale the test part by its own mean and deviation. In which of the numbers of a report would it show? 2.
# Leave out the noise, `k / 256`, and fit a mixture of Gaussians with `sigma` near 0. How many bits a number
# does it claim? 3. Take the symmetric window `np.hanning(256)` in the place of `hann(256)`. What happens to
# the sum of windows?

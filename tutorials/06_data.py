# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 6. Data: scaling, entropy and sound
#
# You will learn how to standardise features and dequantise integers, what you can learn from a text whose
# entropy is known, and how sound is synthesised, analysed and resynthesised.

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
from scratchgen.data.preprocessing import composite, dequantise, mel, mu_law, scaling
from scratchgen.data.preprocessing.stft import hann, istft, stft
from scratchgen.data.sets import markov
from scratchgen.data.sets.karplus_strong import noise, pluck
from scratchgen.data.sets.tones import tone
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="data-"))  # the pictures of this page

# %% [markdown]
# ## Standardising features
#
# If one feature is in grams and another in tons, a network needs weights of very different sizes for them. So
# each feature is standardised, $y_d = (x_d - \text{shift}_d)/\text{scale}_d$, with the mean and the standard
# deviation of the *training* data. Using the test data's statistics would leak information about examples the
# model must not have seen.
#
# > In the debugger: `scratchgen debug data.scaling`

# %%
print(inspect.getsource(scaling.standardise))

rng = sg.Generator(0)
train = 100 * rng.standard_normal((1000, 2), np.float64) + [3, -5]
y = scaling.standardise(train)(train)
check("mean of a column", y[:, 0].mean(), 0, 1e-12)
check("mean square of a column", np.mean(y[:, 0] ** 2), 1, 1e-12)

# %% [markdown]
# ## Dequantisation
#
# A density fitted to integers can be made arbitrarily large by a narrow peak on each integer. Noise of the
# width of a level prevents this: $x = (k + u)/V$ with $u$ uniform on $[0, 1)$. Then a density $p$ of $x$
# bounds the probability of $k$: $\log P(k) \ge \mathbb E_u[\log p(x)] - D \log V$. For 256 equally frequent
# levels the best density is 1, and the bound is tight: 8 bits per number.
#
# > In the debugger: `scratchgen debug data.dequantisation`

# %%
k = rng.integers(256, size=(1000, 3))
x = dequantise.dequantise(k, 256, rng)
assert np.array_equal(dequantise.quantise(x, 256), k)
check(
    "bits per number, for a density of 1",
    evaluation.bits_per_dimension(0.0, 3, levels=256).item(),
    8,
    1e-12,
)

# %% [markdown]
# ## Pictures in layers
#
# A picture with transparency stores an opacity $\alpha$ with each colour $l$. Laid over a picture $x'$ it gives
# $x = \alpha\, l + (1 - \alpha)\, x'$, so that what is transparent takes the colour of the background: a black icon on
# a transparent ground is a black square on black, and an icon on white. The set `characters` lays up to eight layers
# over white, and keeps for each picture which ones they were.
#
# > In the debugger: `scratchgen debug data.compositing`

# %%
icon = np.array([[0, 0, 0, 1], [0, 0, 0, 0]], float)  # an opaque black pixel, and a transparent one
assert composite.alpha_composite(icon, np.zeros(3)).tolist() == [[0, 0, 0], [0, 0, 0]]
assert composite.alpha_composite(icon, np.ones(3)).tolist() == [[0, 0, 0], [1, 1, 1]]

# %% [markdown]
# ## A text whose entropy is known
#
# In a Markov chain each character depends on the previous one, with the transition probabilities $P_{ij}$.
# Their long-run frequencies satisfy $\pi = \pi P$, and the entropy rate is
#
# $$ H = -\sum_i \pi_i \sum_j P_{ij} \log_2 P_{ij} \tag{6.1} $$
#
# bits per character: no model can do better, and a good model comes as close as the amount of data allows. In
# the library's chain each of 16 letters has four successors with the probabilities
# $\frac12, \frac14, \frac18, \frac18$, which gives 1.75 bits; a model that ignores the previous letter needs
# 4.
#
# > In the debugger: `scratchgen debug data.entropy_rate`

# %%
chain = markov.source()
check("entropy rate, bits per character", chain.entropy_rate, 0.5 * 1 + 0.25 * 2 + 2 * 0.125 * 3, 1e-12)
text = load_text("markov")
ids = np.array([ord(c) - ord("a") for c in text.train[:50_000]])
held_out = np.array([ord(c) - ord("a") for c in text.test])
for order, expected in ((0, 4.0), (1, 1.75)):
    log_p = evaluation.NGram(order).fit(ids, 16).log_prob(held_out)[1:]
    check(f"n-gram model of order {order}", evaluation.bits_per_character(log_p), expected, 0.02)

# %% [markdown]
# ## Sound synthesis and the short-time Fourier transform
#
# The Karplus–Strong algorithm synthesises a plucked string: a burst of noise circulates in a delay loop with
# a low-pass filter, $y_t = \frac12 (y_{t-p} + y_{t-p-1})$. The average adds a delay of half a sample, so the
# pitch is $\text{rate}/(p + \frac12)$. A tone of frequency $f$ is a sum of harmonics, sines of the
# frequencies $k f$: $\sum_k \frac1k \sin(2\pi k f t/\text{rate})$ for a sawtooth, without the harmonics above
# half the sampling rate, which would alias to wrong pitches. The first harmonic is the fundamental; the
# others are its overtones, so that $2 f$ is the second harmonic and the first overtone. MIDI note $m$ has the
# pitch $f = 440 \cdot 2^{(m - 69)/12}$.
#
# The short-time Fourier transform (STFT) cuts a sound into frames, multiplies each by a window $w$ and
# decomposes it into frequencies,
#
# $$
# X_{mk} = \sum_n w_n\, \tilde x_{m \text{hop} + n}\, e^{-2\pi i k n / \text{length}}, \qquad
# \tilde x_n = \frac{\sum_m w_{n - m \text{hop}}\, y_{m, n - m \text{hop}}}{\sum_m w_{n - m \text{hop}}^2}, \tag{6.2}
# $$
#
# where $\tilde x$ is the sound after $\text{length} - \text{hop}$ zeros, so that every sample is in equally
# many frames. The formula on the right inverts it: the frames $y_m$, the inverse transforms of $X_m$, are
# added, weighted by the window (overlap-add).
#
# > In the debugger: `scratchgen debug data.plucked_string`, or `data.tone`, `data.pitch`, `data.stft`,
# > `data.istft`

# %%
print(inspect.getsource(stft))

rate, period = 8000, 40
string = pluck(noise((period,), rng), rate)
check("octaves from A4 (440 Hz) to note 81", math.log2(pitch_in_hz(81) / 440), 1, 1e-12)

saw = tone("sawtooth", 1000.0, rate, rate).astype(float)
t = np.arange(rate) / rate
second = 2 * np.mean(saw * np.sin(2 * np.pi * 2000 * t)) / (2 * np.mean(saw * np.sin(2 * np.pi * 1000 * t)))
check("sawtooth: second harmonic, the first overtone", second, 1 / 2, 1e-6)

X = stft(string, 256, 64)
padded, n = np.concatenate([np.zeros(256 - 64), string]), np.arange(256)
X_5_3 = np.sum(hann(256) * padded[5 * 64 : 5 * 64 + 256] * np.exp(-2j * np.pi * 3 * n / 256))
check("(6.2) X_53, difference from the sum", np.abs(X[5, 3] - X_5_3), 0, 1e-6)
check("STFT and inverse, largest difference", np.abs(istft(X, len(string), 256, 64) - string).max(), 0, 3e-6)
check("sum of windows half a frame apart, its range", np.ptp(hann(256)[:128] + hann(256)[128:]), 0, 1e-12)

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
left.plot(1000 * t[:800], string[:800], color="#2e86ab", linewidth=0.8)
left.set(xlabel="milliseconds", ylabel="amplitude", title="A plucked string: noise that becomes a tone")
right.imshow(np.log10(np.abs(X[:, :]).T + 1e-4), origin="lower", aspect="auto", extent=(0, 1, 0, rate / 2))
right.set(xlabel="seconds", ylabel="Hz", title="Its spectrogram: high overtones decay first")
figure.savefig(OUT / "string.png", dpi=120)

# %% [markdown]
# ## Perceptual scales: mel, decibels and μ-law
#
# The ear distinguishes low notes better than high ones, and quiet sounds better than loud ones. The mel
# scale, $m = 2595 \log_{10}(1 + f/700)$, spaces frequencies accordingly; the power in each mel band $F$ is
# given in decibels, $10 \log_{10} \max(P F, \text{floor})$. The μ-law scale,
# $F(x) = \mathrm{sign}(x) \ln(1 + \mu |x|)/\ln(1 + \mu)$ with $\mu = 255$, quantises samples to 256 levels,
# most of them near silence.
#
# > In the debugger: `scratchgen debug data.mel`, or `data.mu_law`, `data.decibels`

# %%
check("1000 Hz in mel", float(mel.hz_to_mel(1000)), 1000, 0.02)
filters = mel.mel_filters(rate, 256, 20)
louder = mel.log_mel(100 * np.abs(X) ** 2, filters) - mel.log_mel(np.abs(X) ** 2, filters)
check("a hundred times the power, in decibels", np.median(louder), 20, 1e-4)
check("1/17 on the μ-law scale", float(mu_law.compress(np.float64(1 / 17))), 1 / 2, 1e-12)
quiet = rng.random(1000, np.float64) * 0.01
coded = mu_law.decode(mu_law.encode(quiet), np.float64)
print(f"largest error of quiet samples: {np.abs(coded - quiet).max():.1e}; of 256 equal levels {1 / 256:.1e}")
assert np.abs(coded - quiet).max() < 1 / 256 / 10
print("pictures:", OUT)

# %% [markdown]
# ## Exercises
#
# 1. Standardise the test data by their own mean and deviation. Which numbers of a report would show the leak?
# 2. Leave out the noise, `k / 256`, and fit a mixture of Gaussians with `sigma` near 0. How many bits per
#    number does it claim?
# 3. Use the symmetric window `np.hanning(256)` instead of `hann(256)`. What happens to the sum of windows?

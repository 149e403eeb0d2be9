# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 0.1 Start here
#
# A **generative model** learns from examples how probable each possible example is, and makes new ones. On this page
# you meet it in text and images, make a sound from random numbers, and measure the three things that make it hard.
#
# **You will be able to**
#
# - install scratchgen and use it in four ways;
# - say which models are generative, and which are not;
# - sample a text and a digit;
# - measure the effect of bad data, of a model that is too large, and of slow code.
#
# **You need** Python, NumPy arrays, and the logarithm. [Page 0.3](0.3_probability.py) explains probability from the
# beginning; here you can take it as a share between 0 and 1. Reading takes about 50 minutes, running ten seconds.
#
# ## Install, and four uses
#
# Download the project (`git clone`, or the ZIP file of its web page). In its folder, run
#
# ```
# python3 -m venv .venv && .venv/bin/pip install -e ".[fast]"
# ```
#
# | to | run |
# |---|---|
# | read and run a page | `.venv/bin/python tutorials/0.1_start_here.py` |
# | test an equation | `.venv/bin/scratchgen equations vae.elbo --check` |
# | step through it in a debugger | `.venv/bin/scratchgen debug vae.elbo` |
# | compare one loop written four ways (a minute) | `.venv/bin/scratchgen bench matmul` |
#
# (`scratchgen equations` lists all equations by names such as `vae.elbo`.) This page also runs on the course's web
# site, without compiled code: the last picture has one bar less.
#
# `check(label, value, expected, tolerance)` prints a value next to the expected one, and stops the page if they differ
# by more than the tolerance. For arrays it prints the largest difference, as "off by". (You can skip the lines that
# draw pictures, from `figure, axes` to `savefig`.)

# %%
import tempfile
import time
import unicodedata
from collections import defaultdict
from itertools import product
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen.data import batches, load_images
from scratchgen.data.sets.karplus_strong import pluck
from scratchgen.evaluation import NGram
from scratchgen.plots.figure import ACCENT, INK, SECOND
from scratchgen.plots.images import show
from scratchgen.testing import check

plt.rcParams["axes.titlesize"] = 11
OUT = Path(tempfile.mkdtemp(prefix="start-here-"))  # the pictures of this page
rng = np.random.default_rng(0)  # random numbers, the same in every run
digits = load_images("binarized-digits")  # 8 × 8 pixels, each 0 or 1, with labels 0 to 9

# %% [markdown]
# ## Generative, and not
#
# A **discriminative** model answers a question about an image $x$: it names the label $y$, such as "3". A generative
# model has a probability $p(x)$ for every possible image. So we can **sample** from it: draw a new image at random,
# each with its probability $p(x)$.
#
# Here is a generative model of digits. Choose a label $y$ from 0 to 9, each with probability $p(y) = \frac{1}{10}$.
# Then toss one coin per pixel; heads is 1. A coin may be biased, that is, show heads more or less often than tails, and
# the label decides the biases. The coins are **independent**: one coin does not change the chances of another. Then
# probabilities multiply. So $p(x \mid y)$, read "the probability of $x$ given $y$", is a product of 64 numbers.
#
# Label and image together have the **joint probability** $p(y)\, p(x \mid y)$. An image may come from any label, so
# its own probability is the sum over the labels:
#
# $$ p(x) = \sum_y p(y)\, p(x \mid y). \tag{0.1.1} $$
#
# Probabilities of images are tiny, so we compute with their natural logarithms, whose unit is the **nat**. The function
# `fit` learns the biases by counting:


# %%
def fit(images, labels):
    """For each label and pixel the share of ones, (10, 64).

    We add one 0 and one 1 to the data, so that no share is exactly 0 or 1: the logarithm of 0 is −∞.
    """
    groups = [images[labels == label] for label in range(10)]
    return np.array([(group.sum(axis=0) + 1) / (len(group) + 2) for group in groups])


def log_joint(coins, images):
    """log p(y) p(x|y) for every image and label, (N, 10).

    The logarithm of a product is a sum: of log p(heads) where a pixel is 1, and of log p(tails) where it is 0.
    """
    return images @ np.log(coins).T + (1 - images) @ np.log(1 - coins).T + np.log(1 / 10)


def log_p(coins, images):
    """log p(x), (N,)."""
    return np.logaddexp.reduce(log_joint(coins, images), axis=1)  # log(eᵃ + eᵇ + …), safe for tiny eᵃ


coins = fit(digits.train, digits.train_labels)
# 64 pixels have 2**64 images, too many to add up; 3 pixels have 8
three_pixels = np.array([*product((0, 1), repeat=3)])
check("(0.1.1) p(x) of all images of 3 pixels", np.exp(log_p(coins[:, 30:33], three_pixels)).sum(), 1, 1e-9)
# digits.test are new digits, which fit has not seen
check("coins: mean of log p(x) of new digits", log_p(coins, digits.test).mean(), -20.25, 0.01)

# %% [markdown]
# Now a discriminative model. A **decision tree** asks questions about single pixels, and then names a label. A
# **random forest** lets many trees vote, each learned from a random part of the data. Our forest tells 3 from 8, and
# each tree asks one question. There are pixels that no tree asks for. What does the forest say if we make these pixels
# random?


# %%
def threes_and_eights(images, labels):
    """The threes (y = −1) and the eights (y = 1), with pixels −1 and 1."""
    chosen = np.isin(labels, (3, 8))
    return 2 * images[chosen] - 1, np.where(labels[chosen] == 8, 1, -1)


def tree(x, y):
    """Of 8 pixels chosen at random, the one that agrees best with y on a random sample; and its sign."""
    rows, pixels = rng.integers(len(x), size=len(x)), rng.choice(64, 8, replace=False)
    agreement = y[rows] @ x[rows][:, pixels]  # pixel and label are ±1, so their product is 1 where they agree
    best = np.argmax(np.abs(agreement))
    return pixels[best], np.sign(agreement[best])


x, y = threes_and_eights(digits.train, digits.train_labels)
asked, signs = np.array([tree(x, y) for _ in range(200)]).T.astype(int)
new_x, new_y = threes_and_eights(digits.test, digits.test_labels)
votes = new_x[:, asked] @ signs  # the sum of 200 votes, each −1 or 1
check("forest, share right", np.mean(np.sign(votes) == new_y), 0.95, 0.08)

changed = new_x.copy()
unasked = np.setdiff1d(np.arange(64), asked)  # the pixels that no tree asks for
changed[:, unasked] = rng.choice([-1, 1], (len(new_x), len(unasked)))
check("votes after the change", changed[:, asked] @ signs, votes, 0)

figure, axes = plt.subplots(1, 2, figsize=(7, 2.3), layout="constrained", gridspec_kw={"wspace": 0.15})
for place, images, expected, name in (
    (axes[0], (new_x + 1) / 2, -21, "new digits"),
    (axes[1], (changed + 1) / 2, -83, f"{len(unasked)} pixels made random"),
):
    nats = log_p(coins, images).mean()
    check(f"{name}: mean of log p(x)", nats, expected, 15)
    show(place, images[:10], (8, 8), 5, f"{name},\nmean log p(x) = {nats:.0f}")
figure.suptitle("The forest's votes are the same; log p(x) falls")
figure.savefig(OUT / "votes.png", dpi=120)

# %% [markdown]
# All votes are the same. The forest has no $p(x)$: it cannot say that these are no digits, and nothing can be sampled
# from it. The same is true of a **support vector machine**, which divides the images, as points with 64 coordinates, by
# a plane, and asks only on which side $x$ is. For the generative model, the changed images are more than $e^{50}$ times
# less probable.
#
# Some histories of generative models begin with these two. In fact the stages are:
#
# 1. **Counting**, from 1894: the model consists of shares, as our coins do, and the counts of letters below.
# 2. **Deep networks**, from 2013: the model is a function with many numbers, which it learns in small steps. An
#    example is the [variational autoencoder](2.3_vae_on_digits.py), VAE, below.
# 3. **Today**: the same ideas with billions of learned numbers, in many fields.
#
# ## Three fields: text, images, sound
#
# **Text.** Give each character $c_t$ a probability that depends on the characters before it. Their product is the
# probability of the text, so the logarithms add:
#
# $$ \log p(c_1, \dots, c_n) = \sum_{t=1}^n \log p(c_t \mid c_1, \dots, c_{t-1}). \tag{0.1.2} $$
#
# An **n-gram model** looks only at the last few characters, and counts which characters followed them. To sample a
# text, repeat: draw one of the characters that followed the last five. Our text is a list of the names of 11,000 signs,
# such as GREEK SMALL LETTER ALPHA.

# %%
names = [unicodedata.name(chr(code), "") for code in range(33, 0x3000)]
text = "\n".join(rng.permutation([name for name in names if name]))  # in random order
followers = defaultdict(list)  # {five characters: all characters that followed them}
for t in range(5, 100_000):
    followers[text[t - 5 : t]].append(text[t])
sampled = "GREEK"
for _ in range(300):
    sampled += rng.choice(followers[sampled[-5:]])
print(sampled)

tiny = NGram(order=1).fit(np.array([0, 1, 2, 0, 0, 1]), 3)  # counts the text "abcaab", of 3 letters
log_texts = [tiny.log_prob(np.array([i, j])).sum() for i in range(3) for j in range(3)]
check("(0.1.2) p of all 9 texts of two letters", np.exp(log_texts).sum(), 1, 1e-12)

# %% [markdown]
# **Images.** The coins of one digit are tossed separately, so the pixels of one digit may not fit together. A VAE
# describes an image by ten more numbers, which are not part of the data. It learns to find these numbers for an image,
# and to turn such numbers into 64 coins. [Page 2.3](2.3_vae_on_digits.py) explains the first nine lines below.
#
# **Sound.** This is no learned model: it shows that random numbers and a rule can make a sound. 80 random numbers
# (**noise**) are played again and again; in each round every number becomes the mean of itself and its neighbour.
#
# > In the debugger: `scratchgen debug data.plucked_string`, and for text `rnn.ngram`.

# %%
stream = sg.random.default_rng(0)  # the library's own random numbers
model = sg.vae.VAE(data_dim=64, latent_dim=10, hidden=256, rng=stream)
optimizer = sg.optim.Adam(model.parameters(), learning_rate=2e-3)
for _ in range(12):
    for batch in batches(digits.train, batch_size=32, rng=stream):
        loss = -model.elbo(batch, stream).mean()  # at least −log p(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
check("VAE: mean of log p(x), at least", sg.vae.evaluate(model, digits.test, stream), -19.8, 1.0)

biases = coins[rng.integers(10, size=20)], model.sample(20, stream)  # of two models, each (20, 64)
sound = pluck(rng.uniform(-1, 1, 80), 4000)  # half a second, at 8,000 numbers per second
figure, axes = plt.subplots(1, 3, figsize=(9.5, 2.6), width_ratios=(1, 1, 2), layout="constrained")
figure.get_layout_engine().set(wspace=0.1)
for place, heads, name in zip(axes, biases, ("stage 1: coins", "stage 2: the VAE"), strict=False):
    show(place, 1.0 * (rng.random((20, 64)) < heads), (8, 8), 5, f"digits of {name}")
axes[2].plot(np.arange(800) / 8, sound[:800], color=SECOND, linewidth=0.8)
axes[2].set(xlabel="milliseconds", ylabel="air pressure", title="The noise is smoothed, and becomes a tone")
figure.savefig(OUT / "fields.png", dpi=120)

# %% [markdown]
# A better model finds new digits more probable. Their mean of log p(x) is −20.2 by the coins, and at least −19.8 by the
# VAE (we can compute only a lower bound): the VAE is better.
#
# ## Three challenges: data, model, computing
#
# **Write down what you expect.** (a) We fit the coins to worse data: with three of ten labels random; with every tenth
# pixel flipped; with a tenth of the digits, 130. Which is worst for new digits? (b) An n-gram model looks at four
# characters, another at eight. Which is better on new text? The **score** is the mean of $-\log_2 p$ of each next
# character, in **bits**. Smaller is better: a character that was sure to come costs 0. (c) A deep network spends its
# time on products of matrices. For two tables of 64 × 64 numbers, $64^3$ = 262,144 products of two numbers are computed
# and added. How many times faster than a loop in Python is NumPy?
#
# (`NGram(order)` looks at the last `order` characters. If it has seen them rarely or never, it mixes in the counts of
# shorter ones.)


# %%
def cost(images, labels):
    """−log p(x|y) of new digits with their right labels, in nats per image: smaller is better."""
    joint = log_joint(fit(images, labels), digits.test)
    of_its_label = joint[np.arange(len(joint)), digits.test_labels]  # one number per image
    return np.log(1 / 10) - of_its_label.mean()  # log p(x|y) is the logarithm of the joint, less log p(y)


images, labels = digits.train, digits.train_labels
flips, is_random = rng.random(images.shape) < 0.1, rng.random(len(labels)) < 0.3
mislabelled = np.where(is_random, rng.integers(10, size=len(labels)), labels)
costs = {
    "1,297 digits": cost(images, labels),
    "30 % of labels random": cost(images, mislabelled),
    "10 % of pixels flipped": cost(np.abs(images - flips), labels),
    "130 digits": cost(images[:130], labels[:130]),
}
for (name, nats), expected in zip(costs.items(), (18.38, 19.4, 21.6, 23.06), strict=True):
    check(f"cost, {name}", nats, expected, 0.25)

characters, ids = np.unique([*text], return_inverse=True)  # the text as numbers
train_ids, new_ids = ids[:20_000], ids[100_000:120_000]
bits = {"training text": [], "new text": []}
for order in range(9):
    ngram = NGram(order).fit(train_ids, len(characters))
    for name, part in zip(bits, (train_ids, new_ids), strict=True):
        bits[name].append(-ngram.log_prob(part).mean() / np.log(2))
check("bits, four and eight characters", np.take(bits["new text"], [4, 8]), [1.93, 2.27], 0.2)

a, b = rng.random((2, 64, 64))
available = {status.backend for status in sg.kernels.backends() if status.available}
seconds = {}
for backend in [name for name in ("loops", "numpy", "cython") if name in available]:
    sg.kernels.matmul(a[:2], b, backend=backend)  # the first call of a function takes longer
    start = time.perf_counter()
    result = sg.kernels.matmul(a, b, backend=backend)
    seconds[backend] = time.perf_counter() - start
    check(f"{backend}: sums of products", result, a @ b, 1e-12)
print(f"NumPy is {seconds['loops'] / seconds['numpy']:,.0f} times faster than a loop in Python")

figure, axes = plt.subplots(1, 3, figsize=(9.5, 3), layout="constrained")
axes[0].barh([*costs], costs.values(), color=SECOND)
axes[0].set(xlabel="nats per new digit (less is better)", title="Too few digits cost most")
for (name, values), colour in zip(bits.items(), (INK, ACCENT), strict=True):
    axes[1].plot(values, "o-", color=colour, label=name)
axes[1].set(xlabel="characters looked at", ylabel="bits per character\n(less is better)")
axes[1].set_title("Four beat eight on new text")
axes[1].legend(frameon=False)
axes[2].barh([*seconds], seconds.values(), color=SECOND)
axes[2].set(xscale="log", xlabel="seconds per product", title="Python loops are slow")
figure.savefig(OUT / "challenges.png", dpi=120)

# %% [markdown]
# **(a) Data quality.** A wrong label or pixel is learned like a right one. Too few digits are worse still: a share of
# 13 digits is only a rough guess. (These costs are for a known label, so they cannot be compared with the −20 above.)
#
# **(b) Model complexity.** A model that looks at too few characters is too simple. One that looks at many memorises
# the training text, which new text does not repeat. This is **overfitting**, and only new data show it.
#
# **(c) Computing cost.** The library has the same loop in several **backends**, with the same results. `loops` handles
# the numbers one by one in Python; NumPy and compiled code (Cython, where installed) are more than a thousand times
# faster. Tables of twice the width have eight times as many products.
#
# ## Common mistakes
#
# A model that looks at one character counts pairs: row $i$ of a table has how often each $j$ followed $i$. We add 1 to
# each count, so that no pair is impossible. Then the total of a row grows by $V$, the number of different characters,
# so the row must be divided by the total plus $V$. Here we forget the $V$. The score gets *better* (fewer bits), but
# the numbers of a row no longer sum to 1. The check of this sum finds the fault.


# %%
V = len(characters)
counts = np.zeros((V, V))
np.add.at(counts, (train_ids[:-1], train_ids[1:]), 1)  # add 1 to counts[i, j] for each pair
totals = counts.sum(axis=1, keepdims=True)
right, planted = (counts + 1) / (totals + V), (counts + 1) / np.maximum(totals, 1)  # the second is the fault


def claim(name, p):
    print(f"{name}: {-np.log2(p[new_ids[:-1], new_ids[1:]]).mean():.2f} bits per character of new text")
    check(f"{name}: sum over the next character", p.sum(axis=1), 1, 1e-9)


claim("right", right)
try:
    claim("planted", planted)
except AssertionError as problem:
    print("The claim sees the fault:", problem)
else:
    raise AssertionError("the claim does not see the planted fault")

# %% [markdown]
# Another mistake is a score on the training data: it rewards memorising.
#
# ## Exercises and sources
#
# `scratchgen exercise start NAME` writes a file, and `scratchgen exercise check` names the property that fails.
#
# 1. `count-to-a-model`: turn counts into the probabilities of a **Markov chain**, in which each character depends
#    only on the one before.
#
# Sources:
#
# - Counting: K. Pearson (1894), [doi:10.1098/rsta.1894.0003](https://doi.org/10.1098/rsta.1894.0003);
#   A. A. Markov (1913), [doi:10.1017/S0269889706001074](https://doi.org/10.1017/S0269889706001074);
#   C. E. Shannon (1948), [doi:10.1002/j.1538-7305.1948.tb01338.x](https://doi.org/10.1002/j.1538-7305.1948.tb01338.x)
# - Support vector machines: C. Cortes and V. Vapnik (1995), [doi:10.1007/BF00994018](https://doi.org/10.1007/BF00994018)
# - Random forests: L. Breiman (2001), [doi:10.1023/A:1010933404324](https://doi.org/10.1023/A:1010933404324)
# - VAE: [arXiv:1312.6114](https://arxiv.org/abs/1312.6114); GAN: [arXiv:1406.2661](https://arxiv.org/abs/1406.2661)
# - The plucked string: K. Karplus and A. Strong (1983), [doi:10.2307/3680062](https://doi.org/10.2307/3680062)

# %%
print("pictures:", OUT)

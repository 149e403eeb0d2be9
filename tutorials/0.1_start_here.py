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
# you meet it in text and images, and measure the three things that make it hard.
#
# **You will be able to**
#
# - install scratchgen and use it in four ways;
# - say which models are generative, and which are not;
# - sample a text and a digit;
# - measure the effect of bad data, of a model that is too large, and of slow code.
#
# **You need** Python, NumPy arrays, and the logarithm. [Page 0.3](0.3_probability.py) explains probability from the
# beginning; here you can take it as a share between 0 and 1. Reading takes about 40 minutes without the
# exercise, running ten seconds.
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
# The function `check(label, value, expected, tolerance)` prints a value next to the expected one, and stops the page if
# they differ by more than the tolerance. You can skip the lines that draw pictures, from `figure, axes` to `savefig`.

# %%
import tempfile
import time
import unicodedata
from collections import defaultdict
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen.plots.figure import ACCENT, INK, SECOND
from scratchgen.plots.images import show
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="start-here-"))  # the pictures of this page
rng = np.random.default_rng(0)  # random numbers, the same in every run
digits = sg.data.load_images("binarized-digits")  # 8 × 8 pixels, each 0 or 1, with labels 0 to 9

# %% [markdown]
# ## Generative, and not
#
# A **discriminative** model answers a question about an image $x$: it names the label $y$, such as "3". A generative
# model has a probability $p(x)$ for every possible image. So we can **sample** from it: draw a new image at random,
# each with its probability.
#
# Here is a generative model of digits. Choose a label $y$ from 0 to 9, each with probability $p(y) = \frac{1}{10}$.
# Then toss one coin per pixel; heads is 1. A coin may show heads more or less often than tails: it may be biased, and
# the label decides the biases. No coin changes the chances of another, so their probabilities multiply. The product
# of all 64 is $p(x \mid y)$, read "the probability of $x$ given $y$".
#
# The probability of this label *and* this image is $p(y)\, p(x \mid y)$. An image may come from any label, so its own
# probability is the sum over the labels:
#
# $$ p(x) = \sum_y p(y)\, p(x \mid y). \tag{0.1.1} $$
#
# Probabilities of images are tiny, so we show their natural logarithms, whose unit is the **nat**. One nat more means
# $e$ times as probable. The function `fit` learns the biases by counting:


# %%
def fit(images, labels):
    """For each label and pixel the share of ones, (10, 64)."""
    groups = [images[labels == label] for label in range(10)]
    # one 0 and one 1 more than the data, so that no share is exactly 0 or 1: the logarithm of 0 is −∞
    return np.array([(group.sum(axis=0) + 1) / (len(group) + 2) for group in groups], float)


def log_p(coins, images):
    """log p(x) of each image."""
    # the logarithm of a product is a sum: of log p(heads) where a pixel is 1, and of log p(tails) where it is 0
    log_given = images @ np.log(coins).T + (1 - images) @ np.log(1 - coins).T  # log p(x|y), (N, 10)
    return np.log(np.sum(np.exp(log_given) / 10, axis=1))  # (0.1.1)


coins = fit(digits.train, digits.train_labels)
# 64 pixels have 2**64 images, too many to add up; 3 pixels have 8
three_pixels = np.array([*np.ndindex(2, 2, 2)])
check("(0.1.1) p(x) of all images of 3 pixels", np.exp(log_p(coins[:, 30:33], three_pixels)).sum(), 1, 1e-9)
# digits.test are new digits, which fit has not seen
check("coins: mean of log p(x) of new digits", log_p(coins, digits.test).mean(), -20.25, 0.01)

# %% [markdown]
# Now a discriminative model. A **decision tree** asks questions about single pixels, and then names a label. A
# **random forest** lets many trees vote, each learned from a random part of the data. Our forest tells 3 from 8. Each
# of its 200 trees asks one question: it sees eight random pixels, and chooses the best. There are pixels that no tree
# asks for. What does the forest say if we make these pixels random?


# %%
def threes_and_eights(images, labels):
    """The threes (y = −1) and the eights (y = 1), with pixels −1 and 1."""
    chosen = np.isin(labels, (3, 8))
    return 2 * images[chosen] - 1, np.where(labels[chosen] == 8, 1, -1)


def tree(x, y):
    """The pixel that agrees with y most often, or least often; then its vote is turned round: sign −1."""
    pixels = rng.choice(64, 8, replace=False)
    agreement = y @ x[:, pixels]  # pixel and label are ±1, so their product is 1 where they agree
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
means = [log_p(coins, (x + 1) / 2).mean() for x in (new_x, changed)]
check("new digits: mean of log p(x)", means[0], -21, 15)
check("changed digits: mean of log p(x)", means[1], -83, 15)

figure, axes = plt.subplots(1, 2, figsize=(7, 2.3), layout="constrained", gridspec_kw={"wspace": 0.15})
show(axes[0], new_x[:10], (8, 8), 5, f"new digits,\nmean log p(x) = {means[0]:.0f}")
show(axes[1], changed[:10], (8, 8), 5, f"{len(unasked)} pixels made random,\nmean log p(x) = {means[1]:.0f}")
figure.suptitle("The forest's votes are the same; log p(x) falls")
figure.savefig(OUT / "votes.png", dpi=120)

# %% [markdown]
# All votes are the same. The forest has no $p(x)$: it cannot say that these are no digits, and nothing can be sampled
# from it. The same is true of a **support vector machine**, which divides the images by a plane, and asks only on which
# side $x$ is. For the generative model, the changed images are more than $e^{50}$ times less probable.
#
# Some histories of generative models begin with these two. In fact the stages are:
#
# 1. **Counting**, from 1894: the model consists of shares, as our coins do.
# 2. **Deep networks**, from 2013: the model is a function with many numbers, which it learns in small steps. An
#    example is the [variational autoencoder](2.3_vae_on_digits.py), VAE. Today such models have billions of numbers.
#
# ## Three fields: text, images, sound
#
# **Text.** Give each character $c_t$ a probability that depends on the characters before it. Their product is the
# probability of the text, so the logarithms add:
#
# $$ \log p(c_1, \dots, c_n) = \sum_{t=1}^n \log p(c_t \mid c_1, \dots, c_{t-1}). \tag{0.1.2} $$
#
# An **n-gram model** looks only at the last few characters, and counts which characters followed them. To sample a
# text, repeat: draw one of the characters that followed the last five. Our text is a list of names of signs, such as
# GREEK SMALL LETTER ALPHA.

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

tiny = sg.evaluation.NGram(order=1).fit(np.array([0, 1, 2, 0, 0, 1]), 3)  # the text "abcaab", of 3 letters
log_texts = [tiny.log_prob(np.array(two)).sum() for two in np.ndindex(3, 3)]
check("(0.1.2) p of all 9 texts of two letters", np.exp(log_texts).sum(), 1, 1e-12)

# %% [markdown]
# **Images.** The coins of one digit are tossed separately, so its pixels may not fit together. A VAE describes an image
# by ten more numbers, which are not part of the data. It learns to find these numbers for an image, and to turn such
# numbers into 64 coins. [Page 2.3](2.3_vae_on_digits.py) explains the first lines below.
#
# **Sound** is a row of numbers, the air pressure at each moment. A model can predict the next one, as for text;
# [page 6](06_data.py#sound-synthesis-and-the-short-time-fourier-transform) makes the sound of a string.
#
# > In the debugger: `scratchgen debug rnn.ngram`

# %%
stream = sg.random.default_rng(0)  # the library's own random numbers
model = sg.vae.VAE(data_dim=64, latent_dim=10, hidden=256, rng=stream)
adam = sg.optim.Adam(model.parameters(), learning_rate=2e-3)
run = sg.runs.History()  # records the training
sg.vae.train(
    model, digits.train, digits.validation, run, epochs=12, batch_size=32, optimizer=adam, rng=stream
)
check("VAE: mean of log p(x), at least", sg.vae.evaluate(model, digits.test, stream), -19.8, 1.0)

biases = coins[rng.integers(10, size=20)], model.sample(20, stream)  # of two models, each (20, 64)
figure, axes = plt.subplots(1, 2, figsize=(5, 2.8), layout="constrained", gridspec_kw={"wspace": 0.15})
for place, heads, name in zip(axes, biases, ("stage 1: coins", "stage 2: VAE"), strict=True):
    show(place, 1.0 * (rng.random((20, 64)) < heads), (8, 8), 5, name)
figure.suptitle("Both models make digits that nobody wrote")
figure.savefig(OUT / "digits.png", dpi=120)

# %% [markdown]
# A better model finds new digits more probable. Their mean of log p(x) is −20.2 by the coins, and at least −19.8 by the
# VAE (we can compute only a lower bound): the VAE is better.
#
# ## Three challenges: data, model, computing
#
# **Write down what you expect.** (a) We fit the coins to worse data: with three of ten labels random, or with a tenth
# of the digits, 130. Which is worse for new digits? (b) An n-gram model looks at four characters, another at eight.
# Which is better on new text? The **score** is the mean of $-\log p$ of each next character, in nats. Smaller is
# better: a character that was sure to come costs 0. (c) A deep network spends its time on products of matrices. Two of
# 64 × 64 numbers take $64^3$ = 262,144 multiplications. How many times faster than a loop in Python is NumPy?

# %%
images, labels = digits.train, digits.train_labels
is_random = rng.random(len(labels)) < 0.3
mislabelled = np.where(is_random, rng.integers(10, size=len(labels)), labels)
fitted = {
    "1,297 digits": fit(images, labels),
    "30 % of labels random": fit(images, mislabelled),
    "130 digits": fit(images[:130], labels[:130]),
}
costs = {name: -log_p(coins, digits.test).mean() for name, coins in fitted.items()}
for (name, nats), expected in zip(costs.items(), (20.25, 21.3, 23.73), strict=True):
    check(f"cost, {name}", nats, expected, 0.25)

characters, ids = np.unique([*text], return_inverse=True)  # the text as numbers
parts = {"training text": ids[:20_000], "new text": ids[100_000:120_000]}
scores = {name: [] for name in parts}
for order in range(9):  # the number of characters that the model looks at
    ngram = sg.evaluation.NGram(order).fit(parts["training text"], len(characters))
    for name, part in parts.items():
        scores[name].append(-ngram.log_prob(part).mean())
check("score, four and eight characters", np.take(scores["new text"], [4, 8]), [1.34, 1.57], 0.13)

a, b = rng.random((2, 64, 64))
seconds = {}
for backend in ("loops", "numpy"):
    sg.kernels.matmul(a[:2], b, backend=backend)  # the first call of a function takes longer
    start = time.perf_counter()
    result = sg.kernels.matmul(a, b, backend=backend)
    seconds[backend] = time.perf_counter() - start
    check(f"{backend}: sums of products", result, a @ b, 1e-12)
print(f"NumPy is {seconds['loops'] / seconds['numpy']:,.0f} times faster than a loop in Python")

figure, axes = plt.subplots(1, 2, figsize=(7.5, 3), layout="constrained")
axes[0].barh([*costs], costs.values(), color=SECOND)
axes[0].set(xlabel="nats per new digit (less is better)")
axes[0].set_title("Too few digits cost most", fontsize=11)
for (name, values), colour in zip(scores.items(), (INK, ACCENT), strict=True):
    axes[1].plot(values, "o-", color=colour, label=name)
axes[1].set(xlabel="characters looked at", ylabel="nats per character\n(less is better)")
axes[1].set_title("Four beat eight on new text", fontsize=11)
axes[1].legend(frameon=False)
figure.savefig(OUT / "challenges.png", dpi=120)

# %% [markdown]
# **(a) Data quality.** A wrong label is learned like a right one. Too few digits are worse still: a share of 13 digits
# is only a rough guess.
#
# **(b) Model complexity.** A model that looks at too few characters is too simple. One that looks at many memorises
# the training text, which new text does not repeat. This is **overfitting**, and only new data show it.
#
# **(c) Computing cost.** NumPy is more than a thousand times faster. The library has the same loop in several
# **backends**, with the same results: `loops` handles the numbers one by one in Python, others are compiled.
#
# ## Common mistakes
#
# A model that looks at one character counts pairs: row $i$ of a table has how often each $j$ followed $i$. We add 1 to
# each count, so that no pair is impossible. Then the total of a row grows by $V$, the number of different characters.
# The row must be divided by this new total; here we divide by the old one. The score gets *better*, but the numbers of
# a row no longer sum to 1. The check of this sum finds the fault.


# %%
train_ids, new_ids = parts.values()
V = len(characters)
counts = np.zeros((V, V))
np.add.at(counts, (train_ids[:-1], train_ids[1:]), 1)  # add 1 to counts[i, j] for each pair
totals = counts.sum(axis=1, keepdims=True)
right, planted = (counts + 1) / (totals + V), (counts + 1) / np.maximum(totals, 1)  # the second is the fault


def claim(name, p):
    print(f"{name}: {-np.log(p[new_ids[:-1], new_ids[1:]]).mean():.2f} nats per character of new text")
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

# %%
print("pictures:", OUT)

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
# A **generative model** learns from examples how likely each possible example is, and makes new ones. On this page
# you meet it in text, images and sound, and the three things that make it hard.
#
# **You will be able to**
#
# - install scratchgen and use it in four ways;
# - say which models are generative, and which are not;
# - sample a text, a digit and a sound;
# - measure the effect of bad data, of a model that is too large, and of slow code.
#
# **You need** Python, NumPy arrays, and the logarithm. [Page 0.3](0.3_probability.py) explains probability from the
# beginning; here you can take it as a share between 0 and 1. Reading takes about 30 minutes, running ten seconds.
#
# ## Install, and four uses
#
# Get a copy of the project, and in its folder run
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
# | compare one loop written four ways | `.venv/bin/scratchgen bench` |
#
# In a browser this page has NumPy only. That is enough for all of it but the compiled code in the last experiment.
# `check(label, value, expected, tolerance)` prints a value next to the expected one, and stops the page if it is off.

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
# Some introductions begin the history of generative models with random forests and support vector machines. These
# are excellent methods, but they answer another question. They are **discriminative**: given an image $x$, they name
# its label $y$. A generative model has a probability $p(x)$ for every image, so new images can be sampled from it.
#
# Here is one for digits: choose a label $y$ from 0 to 9, each with probability $\frac{1}{10}$. Then toss a biased
# coin for each pixel; the label decides the biases. The bar is read "given": $p(x \mid y)$ is the probability of the
# image $x$ if its label is $y$. Both events together have the probability $p(y)\, p(x \mid y)$, the **joint
# probability**. An image may come from any label, so its own probability is the sum over the labels:
#
# $$ p(x) = \sum_y p(y)\, p(x \mid y), \quad p(y \mid x) = \frac{p(y)\, p(x \mid y)}{p(x)}. \tag{0.1.1} $$
#
# The second part is **Bayes' rule**, the share of one label in this sum. With it, a generative model of labelled
# images can classify too. Probabilities of images are tiny, so we compute with their logarithms: in **nats** if the
# logarithm is natural, in **bits** if its base is 2. The function `fit` learns the biases by counting:


# %%
def fit(images, labels):
    """p(pixel = 1 | label), (10, 64): its share of ones. One more 0 and one more 1 keep it away from 0 and 1."""
    groups = [images[labels == label] for label in range(10)]
    return np.array([(group.sum(axis=0) + 1) / (len(group) + 2) for group in groups])


def log_joint(coins, images):
    """log p(y) p(x|y) for every image and label, (N, 10). The logarithms of independent coins add."""
    return images @ np.log(coins).T + (1 - images) @ np.log(1 - coins).T + np.log(1 / 10)


def log_p(coins, images):
    """log p(x), (N,): the logarithm of the sum over the labels."""
    return np.logaddexp.reduce(log_joint(coins, images), axis=1)


coins = fit(digits.train, digits.train_labels)
joint = log_joint(coins, digits.test)
three_pixels = np.array([*product((0, 1), repeat=3)])  # all 8 images of 3 pixels
check("(0.1.1) p(x) of all images of 3 pixels", np.exp(log_p(coins[:, 30:33], three_pixels)).sum(), 1, 1e-9)
posterior = np.exp(joint - log_p(coins, digits.test)[:, None])
check("(0.1.1) p(y|x), summed over y", posterior.sum(axis=1), 1, 1e-9)
check("share named rightly", np.mean(joint.argmax(axis=1) == digits.test_labels), 0.888, 0.001)

# %% [markdown]
# Nine of ten *new* digits are named rightly: digits that `fit` has not seen.
#
# Now the other two, for the digits 3 and 8. A **support vector machine** puts a plane between the classes, as far
# as possible from both. A **random forest** is a vote of decision trees, each learned from a random part of the
# data; ours ask for one pixel each. What do they say if we garble an image where no tree looks?


# %%
def pair(images, labels):
    """The threes (y = −1) and eights (y = 1), with pixels −1 and 1."""
    chosen = np.isin(labels, (3, 8))
    return 2 * images[chosen] - 1, np.where(labels[chosen] == 8, 1, -1)


x, y = pair(digits.train, digits.train_labels)
w = np.zeros(64)
for _ in range(500):  # small steps down the slope of mean(max(0, 1 − y x·w)) + 0.005 |w|²
    w += 0.02 * ((y * (y * (x @ w) < 1)) @ x / len(x) - 0.01 * w)


def tree():
    """The pixel, of 8 chosen at random, that agrees best with y on a random sample; and its sign."""
    rows, pixels = rng.integers(len(x), size=len(x)), rng.choice(64, 8, replace=False)
    agreement = y[rows] @ x[rows][:, pixels]
    best = np.argmax(np.abs(agreement))
    return pixels[best], np.sign(agreement[best])


asked, signs = np.array([tree() for _ in range(200)]).T.astype(int)
new_x, new_y = pair(digits.test, digits.test_labels)
check("support vector machine, share right", np.mean(np.sign(new_x @ w) == new_y), 0.95, 0.08)
check("forest, share right", np.mean(np.sign(new_x[:, asked] @ signs) == new_y), 0.95, 0.08)

garbled = new_x.copy()
unasked = np.setdiff1d(np.arange(64), asked)  # the pixels that no tree looks at
garbled[:, unasked] = rng.choice([-1, 1], (len(new_x), len(unasked)))
check("votes changed by garbling", garbled[:, asked] @ signs, new_x[:, asked] @ signs, 0)

figure, axes = plt.subplots(1, 2, figsize=(7, 2.3), layout="constrained", gridspec_kw={"wspace": 0.15})
for place, images, expected in zip(axes, (new_x, garbled), (-21, -83), strict=True):
    log_probability = log_p(coins, (images + 1) / 2).mean()
    check("mean of log p(x), in nats", log_probability, expected, 15)
    show(place, (images[:10] + 1) / 2, (8, 8), 5, f"log p(x) = {log_probability:.0f}")
figure.suptitle("The forest gives the same votes; the generative model does not")
figure.savefig(OUT / "garbled.png", dpi=120)

# %% [markdown]
# The votes are the same to the last one: a vote chooses a label, and has no $p(x)$ to sample from. For the
# generative model, a garbled image is typically more than $e^{50}$ times less probable. (Forests have since been
# extended to [densities](0.3_probability.py#densities-and-means), and a classifier can *help* a generative model: a
# [GAN](3.2_from_the_articles_code.py#the-game-and-its-value) has one inside.) These models did generate, and still do;
# since 2013 deep networks compute the probabilities:
#
# | year | generative model |
# |---|---|
# | 1894 | mixtures of [normal distributions](0.3_probability.py#the-normal-distribution-and-the-likelihood) (Pearson) |
# | 1913 | chains of letters (Markov); 1948: [$n$-grams](0.1_start_here.py#three-fields-text-images-sound) (Shannon) |
# | 1985 | Boltzmann machines (Ackley, Hinton, Sejnowski) |
# | 1990 | [recurrent neural networks](04_rnn.py#the-recurrence), RNN (Elman) |
# | 2013 | [variational autoencoder](2.3_vae_on_digits.py), VAE (Kingma, Welling) |
# | 2014 | generative adversarial network, GAN (Goodfellow and others); flows (Dinh and others) |
# | 2015 | diffusion (Sohl-Dickstein and others; for images, Ho and others in 2020) |
#
# ## Three fields: text, images, sound
#
# **Text.** Give each character $c_t$ a probability that depends on those before it. They multiply to the
# probability of the text, so the logarithms add:
#
# $$ \log p(c_1, \dots, c_n) = \sum_{t=1}^n \log p(c_t \mid c_1, \dots, c_{t-1}). \tag{0.1.2} $$
#
# An **n-gram model** looks only at the last few characters, and counts what followed them. To sample a text, repeat:
# draw one of the characters that followed the last five. Our text consists of 11,000 names that Unicode, the standard
# of all scripts, gives to its signs.

# %%
names = [unicodedata.name(chr(code), "") for code in range(33, 0x3000)]
text = "\n".join(rng.permutation([name for name in names if name]))  # in random order
followers = defaultdict(list)  # {five characters: all characters that followed them}
for t in range(5, 100_000):
    followers[text[t - 5 : t]].append(text[t])
sampled = "GREEK"  # and then one character after the other
for _ in range(300):
    sampled += rng.choice(followers[sampled[-5:]])
print(sampled)

tiny = NGram(order=1).fit(np.array([0, 1, 2, 0, 0, 1]), 3)  # the text "abcaab"; fit counts
log_texts = [tiny.log_prob(np.array([i, j])).sum() for i in range(3) for j in range(3)]
check("(0.1.2) all 9 texts of two letters", np.exp(log_texts).sum(), 1, 1e-12)

# %% [markdown]
# **Images.** The coins of one digit ignore each other. A VAE gives them common causes, ten hidden numbers that it
# learns to read from an image and to turn into one; [page 2.3](2.3_vae_on_digits.py) draws and builds it.
#
# **Sound.** A plucked string needs no learning: 80 numbers of noise are played in a circle, and in each round
# every number becomes the mean of itself and its neighbour.
#
# > In the debugger: `scratchgen debug data.plucked_string`, and for text `rnn.ngram`.

# %%
stream = sg.random.default_rng(0)  # the library's own random numbers
model = sg.vae.VAE(data_dim=64, latent_dim=10, hidden=256, rng=stream)
optimizer = sg.optim.Adam(model.parameters(), learning_rate=2e-3)  # moves the learned numbers
for _ in range(12):
    for batch in batches(digits.train, batch_size=32, rng=stream):
        loss = -model.elbo(batch, stream).mean()  # minus a lower bound of log p(x)
        optimizer.zero_grad()  # forget the derivatives of the last step
        loss.backward()  # compute those of this loss
        optimizer.step()  # move every learned number a little against its derivative
check("VAE, bound of log p(x)", sg.vae.evaluate(model, digits.test, stream), -19.8, 1.0)

sound = pluck(rng.uniform(-1, 1, 80), 4000)  # half a second, at 8,000 numbers per second
figure, axes = plt.subplots(1, 2, figsize=(7.5, 2.6), layout="constrained", width_ratios=(1, 2))
show(axes[0], model.sample(20, stream), (8, 8), 5, "digits from the VAE")
axes[1].plot(np.arange(800) / 8, sound[:800], color=SECOND, linewidth=0.8)
axes[1].set(xlabel="milliseconds", ylabel="air pressure", title="The noise is smoothed, and becomes a tone")
figure.savefig(OUT / "fields.png", dpi=120)

# %% [markdown]
# ## Three challenges: data, model, computing
#
# **Write down what you expect.** (a) We fit the coins to worse data: with three of ten labels random; with every
# tenth pixel flipped; with 130 digits only; with these 130, each ten times. Which is worst for new digits?
# (b) Does an n-gram model that looks at eight characters beat one that looks at four, on new text? (c) How many
# times faster than a Python loop is NumPy, for the recurrence of an RNN: 327,680 products of two numbers?


# %%
def cost(images, labels):
    """−log p(x|y) of new digits with their right labels, in nats per image: smaller is better."""
    joint = log_joint(fit(images, labels), digits.test)
    of_its_label = joint[np.arange(len(joint)), digits.test_labels]  # one number per image
    return np.log(1 / 10) - of_its_label.mean()


images, labels = digits.train, digits.train_labels
flips, is_random = rng.random(images.shape) < 0.1, rng.random(len(labels)) < 0.3
mislabelled = np.where(is_random, rng.integers(10, size=len(labels)), labels)
costs = {
    "1,297 digits": cost(images, labels),
    "30 % of labels random": cost(images, mislabelled),
    "10 % of pixels flipped": cost(np.abs(images - flips), labels),
    "130 digits": cost(images[:130], labels[:130]),
    "130 digits, ten times": cost(np.tile(images[:130], (10, 1)), np.tile(labels[:130], 10)),
}
for (name, nats), expected in zip(costs.items(), (18.38, 19.4, 21.6, 23.06, 24.97), strict=True):
    check(f"cost, {name}", nats, expected, 0.25)

characters, ids = np.unique([*text], return_inverse=True)  # the text as numbers
train_ids, new_ids = ids[:20_000], ids[100_000:120_000]
bits = {"training text": [], "new text": []}
for order in range(9):
    ngram = NGram(order).fit(train_ids, len(characters))
    for name, part in zip(bits, (train_ids, new_ids), strict=True):
        bits[name].append(-ngram.log_prob(part).mean() / np.log(2))
check("bits, four and eight characters", np.take(bits["new text"], [4, 8]), [1.93, 2.27], 0.2)

shapes = (20, 8, 32), (8, 32), (32, 32), (32, 32), (32,)  # 20 steps of a recurrence, 32 numbers wide
arguments = [rng.uniform(-0.5, 0.5, shape) for shape in shapes]
seconds, expected = {}, sg.kernels.tanh_recurrence(*arguments, backend="numpy")
available = {status.backend for status in sg.kernels.backends() if status.available}
for backend in [name for name in ("loops", "numpy", "cython") if name in available]:
    start = time.perf_counter()
    states = sg.kernels.tanh_recurrence(*arguments, backend=backend)
    seconds[backend] = time.perf_counter() - start
    check(f"{backend}, states", states, expected, 1e-12)

figure, axes = plt.subplots(1, 3, figsize=(9.5, 3), layout="constrained")
axes[0].barh([*costs], costs.values(), color=SECOND)
axes[0].set(xlabel="nats per new digit", title="Copies are no new examples")
for (name, values), colour in zip(bits.items(), (INK, ACCENT), strict=True):
    axes[1].plot(values, "o-", color=colour, label=name)
axes[1].set(xlabel="characters looked at", ylabel="bits per character", title="Four beat eight on new text")
axes[1].legend(frameon=False)
axes[2].barh([*seconds], seconds.values(), color=SECOND)
axes[2].set(xscale="log", xlabel="seconds per call", title="Python loops are slow")
figure.savefig(OUT / "challenges.png", dpi=120)

# %% [markdown]
# **Data quality.** A wrong label or pixel is learned like a right one. And ten copies of an image are worse than the
# image once: the model becomes sure of something that it has seen in one example.
#
# **Model complexity.** A model that looks at too few characters is too simple. One that looks at many memorises
# the training text, which new text does not repeat. This is **overfitting**, and only new data show it.
#
# **Computing cost.** The same loop is written several times, in **backends**. All give the same numbers. `loops`
# handles them one by one in Python; NumPy and compiled code (Cython, where installed) are hundreds of times faster.
# The products grow with the square of the width: 64 in place of 32 makes four times as many.
#
# ## Common mistakes
#
# A model that looks at one character counts pairs. If it adds 1 to the count of every pair, so that none is
# impossible, it must divide by more, too: by the number of characters more. We forget that. The **score**, the
# number by which models are compared, gets *better* on new text: fewer bits. But these numbers are no probabilities.
# The claim that they sum to 1 sees the fault.


# %%
counts = np.zeros((len(characters),) * 2)
np.add.at(counts, (train_ids[:-1], train_ids[1:]), 1)  # [i, j]: how often j followed i
totals = counts.sum(axis=1, keepdims=True)
right, planted = (counts + 1) / (totals + len(characters)), (counts + 1) / np.maximum(totals, 1)  # the fault


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
# Two others: a score on the training data rewards memorising. And a nice sample proves little: a program
# that copies its examples makes the nicest.
#
# ## Exercises and sources
#
# `scratchgen exercise start NAME` writes a file, and `scratchgen exercise check` names the property that fails.
#
# 1. `count-to-a-model`: turn counts into the probabilities of a **Markov chain**, in which each character depends
#    only on the one before. It is the oldest model of text.
#
# Sources:
#
# - Chains and n-grams: A. A. Markov (1913), [doi:10.1017/S0269889706001074](https://doi.org/10.1017/S0269889706001074);
#   C. E. Shannon (1948), [doi:10.1002/j.1538-7305.1948.tb01338.x](https://doi.org/10.1002/j.1538-7305.1948.tb01338.x)
# - Mixtures: K. Pearson (1894), [doi:10.1098/rsta.1894.0003](https://doi.org/10.1098/rsta.1894.0003)
# - Boltzmann machines: [doi:10.1207/s15516709cog0901_7](https://doi.org/10.1207/s15516709cog0901_7)
# - Support vector machines: C. Cortes and V. Vapnik (1995), [doi:10.1007/BF00994018](https://doi.org/10.1007/BF00994018)
# - Random forests: L. Breiman (2001), [doi:10.1023/A:1010933404324](https://doi.org/10.1023/A:1010933404324);
#   for densities: A. Criminisi and others (2012), [doi:10.1561/0600000035](https://doi.org/10.1561/0600000035)
# - RNN: J. L. Elman (1990), [doi:10.1207/s15516709cog1402_1](https://doi.org/10.1207/s15516709cog1402_1)
# - VAE: [arXiv:1312.6114](https://arxiv.org/abs/1312.6114); GAN: [arXiv:1406.2661](https://arxiv.org/abs/1406.2661);
#   flows: [arXiv:1410.8516](https://arxiv.org/abs/1410.8516); diffusion:
#   [arXiv:1503.03585](https://arxiv.org/abs/1503.03585), [arXiv:2006.11239](https://arxiv.org/abs/2006.11239)
# - The plucked string: K. Karplus and A. Strong (1983), [doi:10.2307/3680062](https://doi.org/10.2307/3680062)

# %%
print("pictures:", OUT)

# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 2.3 A VAE on digits
#
# A **variational autoencoder (VAE)** is a program that learns from examples how to make new ones. It consists of
# two **networks**, chains of simple functions whose numbers, the **parameters**, are learned.
#
# **You will be able to**
#
# - write and draw the two networks, and count their parameters;
# - derive the quantity that training improves, and compute each of its terms;
# - compare two models by one number;
# - catch a wrong program whose derivatives are right.
#
# **You need** school calculus, Python, NumPy arrays, and [means and variances](0.3_probability.py#densities-and-means).
# Reading takes about 50 minutes, running ten seconds.

# %%
import inspect
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen import nn, plots, vae
from scratchgen.data import batches, load_images
from scratchgen.distributions import Bernoulli, Normal
from scratchgen.evaluation import independent_bernoulli_log_prob
from scratchgen.plots.figure import ACCENT, INK, SECOND
from scratchgen.plots.images import show
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="vae-on-digits-"))  # the pictures of this page

# %% [markdown]
# ## A question first
#
# The data are images of 8 × 8 pixels, each 0 or 1. Training uses 1,297 of them. Another 250 are **held out**: only
# the **score**, by which models are compared, uses them.
#
# There are $2^{64}$ such images. A **model** divides a probability of 1 among them, and it is good if the held-out
# images get a large share. Each share is tiny, so we take its natural logarithm, the **log-likelihood** $\log p(x)$.
# Its unit is the **nat**: 0 nats mean certainty, and every nat less divides the probability by $e = 2.718$.
#
# The simplest model tosses 64 fair coins: $-64 \log 2$ nats for every image. A better one gives each pixel a biased
# coin, which shows 1 as often as that pixel is 1 in the training images.

# %%
digits = load_images("binarized-digits")
fair = digits.test.shape[1] * np.log(0.5)
biased = independent_bernoulli_log_prob(digits.train, digits.test)
check("64 fair coins, nats per image", fair, -44.361, 0.001)
check("64 biased coins, nats per image", biased, -25.311, 0.001)

# %% [markdown]
# But pixels form strokes. A model could first choose a few hidden numbers (which digit, how slanted, how bold)
# and then toss coins that depend on them.
#
# **Write down what you expect:** how many nats per image do two hidden numbers gain over the biased coins? And ten
# hidden numbers?
#
# ## Deriving the evidence lower bound (ELBO)
#
# The hidden numbers are called **latent** variables, $z$. Before an image is seen, each follows the **standard normal
# distribution**, the bell curve with mean 0 and variance 1, independently of the others. This is the **prior**. Its
# **density** $p(z)$ is a function whose integral over a region is the probability of that region.
#
# The **decoder** is the network that turns $z$ into one number $a_d$ for each pixel $x_d$, its **logit**. A logit
# is any real number; the **sigmoid** $\sigma(a) = 1 / (1 + e^{-a})$ makes it the probability $p_d$ that the pixel
# is 1. (Two letters have two uses: $\sigma$ alone is a standard deviation, and $p(\dots)$ is the probability or density
# of what is in the brackets.) The bar in $p(x \mid z)$ is read "given": once $z$ is known, the pixels are independent
# coins, a **Bernoulli** distribution. So their log-probabilities add up:
#
# $$
# \log p(x \mid z) = \sum_d x_d \log p_d + (1 - x_d) \log(1 - p_d), \quad p = \sigma(\text{decoder}(z)). \tag{2.3.1}
# $$
#
# In logits, $\log p_d = a_d - \log(1 + e^{a_d})$ and $\log(1 - p_d) = -\log(1 + e^{a_d})$. In a computer $e^a$
# **overflows** to infinity for a large $a$, such as 1000; `np.logaddexp(0, a)` computes $\log(1 + e^a)$ without
# overflow.
#
# To make an image, sample $z$ from the prior and decode it; we show the probabilities $p_d$, not coin tosses.
#
# The probability $p(x)$ of an image, also called its **evidence**, is the mean of $p(x \mid z)$ over the prior. There
# is no formula for this integral. Random $z$ do not help either: almost all of them give this image a probability near
# 0. So a second network, the **encoder**, proposes latents that fit: for each image it outputs a mean $\mu$ and a
# standard deviation $\sigma$ per latent. They define a normal density $q(z \mid x)$, the **approximate posterior**: our
# guess at $z$ after seeing $x$. Multiply and divide by it, and the integral becomes a mean over $z$ sampled from $q$,
# written $\mathbb E_q$:
#
# $$
# p(x) = \int p(x \mid z)\, p(z)\, dz = \int q(z \mid x) \frac{p(x \mid z)\, p(z)}{q(z \mid x)}\, dz
# = \mathbb E_q\!\left[ \frac{p(x \mid z)\, p(z)}{q(z \mid x)} \right]. \tag{2.3.2}
# $$
#
# The logarithm is concave (it bends downwards), so the log of a mean is never less than the mean of the logs,
# **Jensen's inequality**. For the numbers 1 and 3: $\log 2 = 0.69$, but $\tfrac12 (\log 1 + \log 3) = 0.55$. Hence
#
# $$
# \log p(x) = \log \mathbb E_q\!\left[ \frac{p(x \mid z)\, p(z)}{q(z \mid x)} \right]
# \ge \mathbb E_q\!\left[ \log \frac{p(x \mid z)\, p(z)}{q(z \mid x)} \right]. \tag{2.3.3}
# $$
#
# Split the logarithm on the right into $\log p(x \mid z)$ and the rest, $\log p(z) - \log q(z \mid x)$. The mean of
# the rest is minus the **Kullback–Leibler (KL) divergence**, and we have the **evidence lower bound (ELBO)**:
#
# $$ \log p(x) \ge \mathbb E_{q(z \mid x)}[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \,\|\, p(z)). \tag{2.3.4} $$
#
# The first term is large if the latents suffice to reconstruct the image. The KL divergence is the mean of
# $\log q(z \mid x) - \log p(z)$. So at a typical $z$ from $q$, the density $q$ is about $e^{\mathrm{KL}}$ times the
# prior: the image has made the plausible region of $z$ about $e^{\mathrm{KL}}$ times smaller. The KL divergence is
# therefore called the **information** in $z$ about the image.
#
# A normal density is $e^{-(z - \mu)^2 / 2 \sigma^2} / \sqrt{2 \pi \sigma^2}$. So
# $\log q(z \mid x) - \log p(z) = \tfrac12 \bigl( z^2 - (z - \mu)^2 / \sigma^2 - \log \sigma^2 \bigr)$ for each latent;
# the $2 \pi$ cancel. Under $q$ the mean of $(z - \mu)^2$ is the variance $\sigma^2$, and that of $z^2$ is
# $\mu^2 + \sigma^2$. Now add up ($d$ numbers the latents here):
#
# $$ \mathrm{KL}(q \,\|\, p) = \tfrac12 \sum_d (\mu_d^2 + \sigma_d^2 - 1 - \log \sigma_d^2). \tag{2.3.5} $$
#
# Training estimates the first term of (2.3.4) by one sample of $z$. But how can a **gradient**, the slopes by all
# parameters, pass through a random sample, back to $\mu$ and $\sigma$? The **reparameterisation
# (reparameterization) trick** takes the randomness from outside, from noise $\varepsilon$ with the distribution of
# the prior, $\mathcal N(0, I)$:
#
# $$ z = \mu + \sigma \odot \varepsilon, \quad \varepsilon \sim \mathcal N(0, I). \tag{2.3.6} $$
#
# So $z$ is an ordinary function of $\mu$ and $\sigma$, with the slopes $1$ and $\varepsilon$. ($\odot$ multiplies
# element by element.) [Page 2.2](2.2_reparameterisation.py) measures what this gains. Here are both terms of the ELBO,
# and the library's own lines. (`_log_likelihood` samples $z$; `_mean_over_samples` changes nothing for one sample;
# `terms` is `False` here.)
#
# > In the debugger: `scratchgen debug vae.elbo`, or `vae.likelihood`, `vae.kl`, `vae.reparameterisation`.


# %%
def elbo_terms(model, x, eps):
    """log p(x|z) and the KL divergence, in nats, one of each per image."""
    q = model.encode(x)
    z = q.mu + q.sigma * eps  # (2.3.6)
    log_likelihood = model.decode(z).log_prob(x)  # (2.3.1)
    return log_likelihood, q.kl_to_standard_normal()  # (2.3.5)


for function, count in ((Normal.sigma.fget, 1), (Normal.rsample, 1), (vae.elbo, 4)):
    print(*inspect.getsource(function).splitlines()[-count:], sep="\n")

# %% [markdown]
# ## The networks
#
# A **linear layer** computes $x W + b$ with parameters $W$ and $b$. A **ReLU** replaces negative numbers by 0;
# without it, two linear layers would be no more than one. The encoder outputs $\log \sigma^2$, `logvar` in the
# code: a linear layer can output any number, and $\sigma$ must be positive.


# %%
class DigitVAE(nn.Module):  # a Module knows its parameters
    """q(z|x) = N(mu, sigma²) and p(x|z) = Bernoulli, for rows of images x and of latents z."""

    def __init__(self, latent_dim, rng, hidden=128):
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(nn.Linear(64, hidden, rng), nn.ReLU())
        self.to_mu = nn.Linear(hidden, latent_dim, rng)
        self.to_logvar = nn.Linear(hidden, latent_dim, rng)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, hidden, rng), nn.ReLU(), nn.Linear(hidden, 64, rng)
        )

    def encode(self, x):
        h = self.encoder(x)
        return Normal(self.to_mu(h), self.to_logvar(h))

    def decode(self, z):
        return Bernoulli(self.decoder(z))


rng = sg.random.default_rng(0)
ten = DigitVAE(10, rng)
parameters = sum(p.size for p in ten.parameters())
by_hand = (64 + 1) * 128 + 2 * (128 + 1) * 10 + (10 + 1) * 128 + (128 + 1) * 64
check("parameters of both networks", parameters, by_hand, 0)

five, eps = digits.test[:5], rng.standard_normal((5, 10))
with sg.no_grad():  # no slopes are needed
    log_likelihood, KL = elbo_terms(ten, five, eps)
    difference = log_likelihood - KL - vae.elbo(five, ten.encode(five), ten.decode, eps)
check("(2.3.4) our ELBO, minus the library's", difference, 0, 1e-4)

latent = "q(z|x) = N(mu, sigma²)", "z = mu + sigma ε\nε ~ N(0, I)"
parts = {"encoder": (ten.encode, five), "latent": latent, "decoder": (ten.decode, eps)}
plots.diagram(parts).save(OUT / "networks.png")

# %% [markdown]
# The 5 counts images. Read the first box: 64 pixels, and a 1 that multiplies $b$, times 128 are 8,320 parameters.
#
# ## Training
#
# The **loss**, the number that training makes small, is minus the ELBO, averaged over a **batch** of 32 images. One
# pass over all training images is an **epoch**. `zero_grad` clears the old slopes, `backward` finds the slope of the
# loss by every parameter (**backpropagation**), and `step` of the **optimiser** moves each parameter a little downhill.
# The optimiser **Adam** averages the recent gradients, and gives each parameter a step size of its own. The score is
# the mean over 20 samples of $z$ per image.


# %%
def score(model):
    """ELBO, log p(x|z) and KL divergence of the held-out images, in nats per image."""
    x = np.repeat(digits.test, 20, axis=0)
    with sg.no_grad():
        terms = elbo_terms(model, x, rng.standard_normal((len(x), model.latent_dim)))
    log_likelihood, KL = (term.mean().item() for term in terms)
    return log_likelihood - KL, log_likelihood, KL


def train(model, epochs=40):
    """The score after each epoch."""
    optimizer, history = sg.optim.Adam(model.parameters(), learning_rate=2e-3), []
    for _ in range(epochs):
        for x in batches(digits.train, batch_size=32, rng=rng):
            log_likelihood, KL = elbo_terms(model, x, rng.standard_normal((len(x), model.latent_dim)))
            loss = -(log_likelihood - KL).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        history.append(score(model))
    return history


two = DigitVAE(2, rng)
curves = {"2 latents": train(two), "10 latents": train(ten)}

figure, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
for (name, history), colour in zip(curves.items(), (SECOND, ACCENT), strict=True):
    axes.plot(range(1, len(history) + 1), [elbo for elbo, *_ in history], color=colour, label=name)
axes.axhline(biased, color=INK, linestyle="--", label="64 biased coins")
axes.set(xlabel="epoch", ylabel="ELBO, nats per held-out image", ylim=(-29, -18))
axes.set_title("Two hidden numbers gain 4 nats, ten gain 6")
axes.legend(frameon=False)
figure.savefig(OUT / "training.png", dpi=120)

# %% [markdown]
# Compare with what you wrote down. Six nats make an image $e^6 \approx 400$ times as probable. Here are the last scores
# with their two terms. A tolerance is five times the standard deviation of eight trainings.

# %%
expected = {  # the ELBO, its first term and the KL divergence; and their tolerances
    "2 latents": ((-21.2, 0.6), (-18.5, 0.6), (2.7, 0.5)),
    "10 latents": ((-18.9, 0.5), (-12.9, 0.7), (6.1, 1.0)),
}
for name, numbers in expected.items():
    for term, value, number in zip(("ELBO", "log p(x|z)", "KL"), curves[name][-1], numbers, strict=True):
        check(f"{term}, {name}", value, *number)

# %% [markdown]
# With ten latents the plausible region is about $e^{6.1} \approx 450$ times smaller than the prior's. 450 such regions
# fit side by side, so $z$ can tell about 450 images apart. This costs 6.1 nats, and it improves the first term by twice
# as much, from the −25.3 of the coins to −12.9.
#
# Are the formulas true? With two latents, integrals are sums over small squares. For one image we compute each number
# in two ways.

# %%
side, area, image = np.arange(-5, 5, 0.05), 0.05**2, digits.test[:1]
z = np.array([(u, v) for u in side for v in side], np.float32)  # one z per square
prior = Normal(np.zeros((1, 2)), np.zeros((1, 2)))  # mu = 0, logvar = log 1 = 0
with sg.no_grad():
    q = two.encode(image)
    log_likelihood = two.decode(z).log_prob(image)
    log_p, log_q = prior.log_prob(z), q.log_prob(z)
    evidence = np.log(np.sum(np.exp(log_likelihood + log_p)) * area)
    bound = np.sum(np.exp(log_q) * (log_likelihood + log_p - log_q)) * area
    KL = np.sum(np.exp(log_q) * (log_q - log_p)) * area
    z = q.rsample(rng.standard_normal((20_000, 1, 2)))
    log_ratio = two.decode(z).log_prob(image) + prior.log_prob(z) - q.log_prob(z)
check("(2.3.2) log p(x): samples, integral", np.log(np.exp(log_ratio).mean()), evidence, 0.1)
check("(2.3.3) ELBO: samples, integral", log_ratio.mean(), bound, 0.03)
check("(2.3.3) log p(x), minus the ELBO", evidence - bound, 0.35, 0.35)
check("(2.3.5) KL: formula, integral", q.kl_to_standard_normal(), KL, 1e-3)

# %% [markdown]
# The bound is only tenths of a nat below the evidence. Where it is further below, [a higher ELBO need not mean a better
# model](2.1_bound_by_quadrature.py#does-a-higher-bound-mean-a-better-model).
#
# ## What it has learned
#
# Two latents can be drawn: where the encoder puts each held-out digit, and what the decoder makes of each place.

# %%
with sg.no_grad():
    mu = two.encode(digits.test).mu.numpy()
    ticks = np.linspace(-2.2, 2.2, 13)
    square = np.array([(u, v) for v in ticks[::-1] for u in ticks], np.float32)
    decoded = two.decode(square).mean.numpy()  # the probabilities p_d

figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.9), layout="constrained")
dots = left.scatter(*mu.T, c=digits.test_labels, cmap="tab10", vmin=-0.5, vmax=9.5, s=14)
figure.colorbar(dots, ax=left, ticks=range(10), label="digit", shrink=0.8)
left.set_title("encoded: mu(x)", fontsize=11)
show(right, decoded, digits.image_shape, len(ticks), "decoded: p of every pixel")
right.images[0].set_extent([-2.35, 2.35, -2.35, 2.35])
right.set_axis_on()
plt.setp((left, right), xlabel="first latent", ylabel="second latent", aspect="equal")
figure.suptitle("Some digits get a region of their own, others overlap")
figure.savefig(OUT / "latents.png", dpi=120)

# %% [markdown]
# No label was used. With ten latents we draw **reconstructions**, images decoded from $\mu(x)$, and images decoded from
# samples of the prior.

# %%
with sg.no_grad():
    reconstructed = ten.decode(ten.encode(digits.test[:36]).mu).mean.numpy()
    sampled = ten.decode(rng.standard_normal((36, 10))).mean.numpy()

figure, axes = plt.subplots(1, 3, figsize=(7.5, 2.9), layout="constrained")
figure.get_layout_engine().set(wspace=0.1)
grids = {"held out": digits.test[:36], "reconstructed": reconstructed, "sampled": sampled}
for place, (title, images) in zip(axes, grids.items(), strict=True):
    show(place, images, digits.image_shape, 6, title)
figure.suptitle("Ten latents reconstruct most digits; some samples fall between two")
figure.savefig(OUT / "digits.png", dpi=120)

# %% [markdown]
# ## Common mistakes
#
# The encoder outputs $\log \sigma^2$, so $\sigma$ is `exp(0.5 * logvar)`. The VAE of numpy-ml samples with
# `exp(logvar)`: the variance in place of the standard deviation. We plant this fault. A **gradient check** compares
# a program's derivative with a **finite difference**, $(f(a + h) - f(a - h)) / 2h$ for a small $h$. It passes,
# because the derivative is right, for the wrong function. Only a claim about the *samples* sees the fault: for
# $\sigma = \frac12$ their variance is $\frac14$.


# %%
class PlantedNormal(Normal):
    def rsample(self, eps):
        return self.mu + np.exp(self.logvar) * eps  # the fault


def claim(kind, n=100_000):
    q = kind(np.zeros((n, 1)), np.full((n, 1), np.log(0.25)))
    z = q.rsample(rng.standard_normal((n, 1), np.float64))
    check(f"(2.3.6) {kind.__name__}: variance", z.var(), 0.25, 0.006)


for kind in (Normal, PlantedNormal):
    wrong = sg.check_grads(lambda mu, logvar, kind=kind: kind(mu, logvar).rsample(0.7), 0.2, -1.0)
    check(f"{kind.__name__}: error of gradients", wrong, 0, 1e-8)
claim(Normal)
try:
    claim(PlantedNormal)
except AssertionError as problem:
    print("The claim sees the fault:", problem)
else:
    raise AssertionError("the claim does not see the planted fault")

# %% [markdown]
# Two others run without an error:
#
# - The mean over 64 pixels, but the sum over the latents. The first term is then 64 times smaller, so the KL divergence
#   counts 64 times as much. The cheapest $q$ is the prior, and $z$ says nothing about the image.
# - A sigmoid at the end of the decoder, and a second one in the log-likelihood. Then every probability is between 0.5
#   and $\sigma(1) = 0.73$.
#
# ## Exercises and sources
#
# Start one with `scratchgen exercise start NAME`; `scratchgen exercise check` names the property that fails.
#
# 1. `log-likelihood-from-logits`: write (2.3.1) without overflow.
# 2. `negative-elbo`: combine (2.3.1), (2.3.5) and (2.3.6) to the loss.
# 3. `nats-before-training`: predict the loss of an untrained VAE, then run it.
# 4. `every-digit-grey`: find the bug in a VAE whose samples are all the same grey blur.
#
# Next: [from the article's code](3.2_from_the_articles_code.py).
#
# Sources:
#
# - D. P. Kingma and M. Welling (2014), Auto-encoding variational Bayes.
#   [arXiv:1312.6114](https://arxiv.org/abs/1312.6114)
# - D. P. Kingma and J. Ba (2015), Adam: a method for stochastic optimization.
#   [arXiv:1412.6980](https://arxiv.org/abs/1412.6980)
# - The planted fault: `BernoulliVAE._sample` of [numpy-ml](https://github.com/ddbourgin/numpy-ml).
# - The digits: E. Alpaydin and C. Kaynak (1998), Optical recognition of handwritten digits.
#   [doi:10.24432/C50P49](https://doi.org/10.24432/C50P49)

# %%
print("pictures:", OUT)

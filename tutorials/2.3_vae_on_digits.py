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
# two **networks**, chains of simple functions whose numbers, the **parameters**, are learned. On this page you build
# one, train it on handwritten digits, and look at what it has found.
#
# **You will be able to**
#
# - write and draw the two networks, and count their parameters;
# - derive the quantity that training improves, and compute each of its terms;
# - compare two models by one number;
# - catch a wrong program whose derivatives are right.
#
# **You need** [the bound, by quadrature](2.1_bound_by_quadrature.py), where one image and one latent explain each term,
# and [the reparameterisation trick](2.2_reparameterisation.py). Reading takes about 40 minutes without the tasks at the
# end, running ten seconds.

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
from scratchgen.plots.images import show
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="vae-on-digits-"))  # the pictures of this page
rng = sg.random.default_rng(1)

# %% [markdown]
# ## A question first
#
# The data are images of 8 × 8 pixels, each 0 or 1. Training uses 1,297 of them. Another 250 are **held out**: only
# the **score**, by which models are compared, uses them.
#
# A model divides a probability of 1 among all $2^{64}$ such images, and it is good if the held-out images get a large
# share. The score is the logarithm of this share, the log-likelihood $\log p(x)$, in nats: every nat less divides the
# probability by $e$.
#
# A simple model gives each pixel a biased coin, which shows 1 as often as that pixel is 1 in the training images.

# %%
digits = load_images("binarized-digits")
biased = independent_bernoulli_log_prob(digits.train, digits.test)
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
# The hidden numbers are the latents $z$. Under the prior $p(z)$ they are independent standard normal numbers. The
# **decoder** is the network that turns them into one logit $a_d$ for each pixel $x_d$, and the sigmoid
# $\sigma(a) = 1 / (1 + e^{-a})$ makes it the probability $p_d$ that the pixel is 1. Once $z$ is known, the pixels are
# independent coins:
#
# $$
# \log p(x \mid z) = \sum_d x_d \log p_d + (1 - x_d) \log(1 - p_d), \quad p = \sigma(\text{decoder}(z)). \tag{2.3.1}
# $$
#
# To make an image, sample $z$ from the prior and decode it; we show the probabilities $p_d$, not coin tosses.
#
# The probability $p(x)$ of an image, its evidence, is the integral of $p(x \mid z)\, p(z)$ over $z$. With ten latents
# no grid is fine enough. Random $z$ do not help either: almost all of them give this image a probability near 0. So a
# second network, the **encoder**, proposes latents that fit. For each image it outputs a mean $\mu$ and a standard
# deviation $\sigma$ per latent. They define the approximate posterior $q(z \mid x)$, a normal density: our guess at $z$
# after seeing $x$.
#
# Multiply and divide the integrand by $q$, and the integral becomes a mean over $z$ sampled from $q$. A logarithm of a
# mean is at least the mean of the logarithms (Jensen's inequality):
#
# $$
# \log p(x) = \log \mathbb E_q\!\left[ \frac{p(x \mid z)\, p(z)}{q(z \mid x)} \right]
# \ge \mathbb E_q\!\left[ \log \frac{p(x \mid z)\, p(z)}{q(z \mid x)} \right]. \tag{2.3.2}
# $$
#
# Split the logarithm on the right into $\log p(x \mid z)$ and $\log p(z) - \log q(z \mid x)$. The mean of the second
# part is minus the KL divergence. So the right-hand side is the ELBO of page 2.1:
#
# $$ \log p(x) \ge \mathbb E_{q(z \mid x)}[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \,\|\, p(z)). \tag{2.3.3} $$
#
# The first term is large if the latents suffice to reconstruct the image. The KL divergence is called the
# **information** in $z$ about the image: at a typical $z$ from $q$, the density $q$ is about $e^{\mathrm{KL}}$ times
# the prior, so the image has made the plausible region of $z$ about $e^{\mathrm{KL}}$ times smaller.
#
# Page 2.2 has a formula for the KL divergence, and the sample that lets slopes pass:
#
# $$
# \mathrm{KL}(q \,\|\, p) = \tfrac12 \sum_d (\mu_d^2 + \sigma_d^2 - 1 - \log \sigma_d^2), \quad
# z = \mu + \sigma \odot \varepsilon, \quad \varepsilon \sim \mathcal N(0, I). \tag{2.3.4}
# $$
#
# Here are the lines of the library. `_log_likelihood` samples one $z$ per image and computes (2.3.1);
# `_mean_over_samples` changes nothing for one sample.
#
# > In the debugger: `scratchgen debug vae.elbo`, or `vae.likelihood`, `vae.kl`, `vae.reparameterisation`.

# %%
print(*inspect.getsource(vae.elbo).splitlines()[-4:], sep="\n")

# %% [markdown]
# ## The networks
#
# A **linear layer** computes $x W + b$ with parameters $W$ and $b$. A **ReLU** replaces negative numbers by 0;
# without it, two linear layers would be no more than one. The encoder outputs `logvar`, which is $\log \sigma^2$: a
# linear layer can output any number, and $\sigma$ must be positive.


# %%
class DigitVAE(nn.Module):  # a Module knows its parameters
    """q(z|x) = N(mu, sigma²) and p(x|z) = Bernoulli, for rows of images x and of latents z."""

    def __init__(self, latent_dim, hidden=128):
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


ten = DigitVAE(10)
parameters = sum(p.size for p in ten.parameters())
by_hand = (64 + 1) * 128 + 2 * (128 + 1) * 10 + (10 + 1) * 128 + (128 + 1) * 64
check("parameters of both networks", parameters, by_hand, 0)

five, eps = digits.test[:5], rng.standard_normal((5, 10))
with sg.no_grad():  # no slopes are needed
    q = ten.encode(five)
    log_likelihood = ten.decode(q.mu + q.sigma * eps).log_prob(five)
    ours = log_likelihood - q.kl_to_standard_normal()
    check("(2.3.3) our ELBO, minus the library's", ours - vae.elbo(five, q, ten.decode, eps), 0, 1e-4)

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
# The optimiser **Adam** averages the recent gradients, and gives each parameter a step size of its own.


# %%
def train(model, epochs=40):
    optimizer = sg.optim.Adam(model.parameters(), learning_rate=2e-3)
    for _ in range(epochs):
        for x in batches(digits.train, batch_size=32, rng=rng):
            q = model.encode(x)
            loss = -vae.elbo(x, q, model.decode, rng.standard_normal(q.mu.shape)).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def score(model):
    """ELBO, log p(x|z) and KL divergence in nats per held-out image, for 20 samples of z each."""
    x = np.repeat(digits.test, 20, axis=0)
    with sg.no_grad():
        q = model.encode(x)
        terms = vae.elbo(x, q, model.decode, rng.standard_normal(q.mu.shape), terms=True)
    # the distortion is −log p(x|z), and the rate is the KL divergence
    return terms.value.mean(), -terms.distortion.mean(), terms.rate.mean()


two = DigitVAE(2)
expected = {  # a tolerance is five times the standard deviation of eight trainings
    "2 latents": (two, (-21.2, 0.6), (-18.5, 0.6), (2.7, 0.5)),
    "10 latents": (ten, (-18.9, 0.5), (-12.9, 0.7), (6.1, 1.0)),
}
for name, (model, *numbers) in expected.items():
    train(model)
    for term, value, number in zip(("ELBO", "log p(x|z)", "KL"), score(model), numbers, strict=True):
        check(f"{term}, {name}", value, *number)

# %% [markdown]
# Compare with what you wrote down. Two hidden numbers gain 4 nats over the −25.3 of the coins, ten gain 6: images
# become $e^6 \approx 400$ times as probable. With ten latents the information is 6.1 nats. These are subtracted, but
# the first term gains twice as much, from −25.3 to −12.9.
#
# Is (2.3.2) true? With two latents, integrals are sums over small squares. For one image we compare them with random
# samples.

# %%
side, image = np.arange(-5, 5, 0.05), digits.test[:1]
squares = np.array([(u, v) for u in side for v in side], np.float32)  # one z per square
prior = Normal(np.zeros((1, 2)), np.zeros((1, 2)))  # mu = 0, logvar = log 1 = 0
with sg.no_grad():
    q = two.encode(image)
    log_joint = lambda z: two.decode(z).log_prob(image) + prior.log_prob(z)  # of p(x|z) p(z)
    evidence = np.log(np.sum(np.exp(log_joint(squares))) * 0.05**2)
    z = q.rsample(rng.standard_normal((20_000, 1, 2)))
    log_ratio = log_joint(z) - q.log_prob(z)
    library = vae.elbo(image, q, two.decode, rng.standard_normal((20_000, 1, 2)))
check("(2.3.2) log of the mean: samples, integral", np.log(np.exp(log_ratio).mean()), evidence, 0.1)
check("(2.3.2) mean of the logs: samples, library", log_ratio.mean(), library.item(), 0.03)
check("(2.3.2) log p(x), minus the ELBO", evidence - library.item(), 0.35, 0.35)

# %% [markdown]
# The bound is only tenths of a nat below the evidence. Where it is further below, [a higher ELBO need not mean a better
# model](2.1_bound_by_quadrature.py#does-a-higher-bound-mean-a-better-model).
#
# ## What it has learned
#
# Two latents can be drawn: where the encoder puts each held-out digit, and what the decoder makes of each place. No
# label was used in training, but some digits get a region of their own; others overlap.

# %%
with sg.no_grad():
    mu = two.encode(digits.test).mu.numpy()
probabilities = lambda z: two.decode(z).mean.numpy()
plots.latent_plane(mu, digits.test_labels, probabilities, digits.image_shape, OUT / "latents.png")

# %% [markdown]
# With ten latents we draw **reconstructions**, images decoded from $\mu(x)$, and images decoded from samples of the
# prior.

# %%
with sg.no_grad():
    reconstructed = ten.decode(ten.encode(digits.test[:36]).mu).mean.numpy()
    sampled = ten.decode(rng.standard_normal((36, 10))).mean.numpy()

figure, axes = plt.subplots(1, 3, figsize=(7.5, 2.9), layout="constrained")
show(axes[0], digits.test[:36], digits.image_shape, 6, "held out")
show(axes[1], reconstructed, digits.image_shape, 6, "reconstructed")
show(axes[2], sampled, digits.image_shape, 6, "sampled")
figure.suptitle("Ten latents reconstruct most digits; some samples fall between two")
figure.savefig(OUT / "digits.png", dpi=120)

# %% [markdown]
# ## Common mistakes
#
# The encoder outputs $\log \sigma^2$, so $\sigma$ is `exp(0.5 * logvar)`. The VAE of numpy-ml samples with
# `exp(logvar)`: the variance in place of the standard deviation. We plant this fault. The gradient check, which
# compares the program's derivative with finite differences, passes: the derivative is right, for the wrong function.
# Only a claim about the *samples* sees the fault: for $\sigma = \frac12$ their variance is $\frac14$.


# %%
class PlantedNormal(Normal):
    def rsample(self, eps):
        return self.mu + np.exp(self.logvar) * eps  # the fault


def claim(kind):
    q = kind(np.zeros((100_000, 1)), np.full((100_000, 1), np.log(0.25)))
    check(f"{kind.__name__}: variance", q.rsample(rng.standard_normal((100_000, 1))).var(), 0.25, 0.006)


wrong = sg.check_grads(lambda mu, logvar: PlantedNormal(mu, logvar).rsample(0.7), 0.2, -1.0)
check("PlantedNormal: error of gradients", wrong, 0, 1e-8)
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
# 1. `log-likelihood-from-logits`: write (2.3.1) with logits, so that no $e^a$ overflows to infinity.
# 2. `negative-elbo`: combine (2.3.1) and (2.3.4) to the loss.
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

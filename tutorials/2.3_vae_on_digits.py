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
# two **networks**, chains of simple functions whose numbers are learned. On this page you build a VAE for
# handwritten digits, train it in a few seconds, and measure what it has learned.
#
# **You will be able to**
#
# - write and draw the two networks, and count the numbers that they learn;
# - derive the quantity that training improves, and compute each of its terms;
# - compare two models by one number;
# - catch a wrong program whose derivatives are right.
#
# **You need** NumPy arrays, and from earlier pages
# [the gradients of a network](01_gradients.py#the-gradients-of-a-network-by-hand) and
# [gradient descent](01_gradients.py#optimisers-sgd-and-adam). Reading takes about 35 minutes, running ten
# seconds.

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
# The data are images of 8 × 8 pixels, each 0 or 1. Training uses 1,297 of them. Another 250 are **held out**:
# they are used for the score alone.
#
# There are $2^{64}$ such images. A **model** divides a probability of 1 among them, and it is good if the
# held-out images get a large share. Each share is tiny, so we take its natural logarithm, the **log-likelihood**
# $\log p(x)$. Its unit is the **nat**: 0 nats mean certainty, and every nat less divides the probability by
# $e = 2.718$.
#
# The simplest model tosses 64 fair coins, one per pixel: $-64 \log 2$ nats for every image. A better one gives
# each pixel a biased coin, which shows 1 as often as that pixel is 1 in the training images.

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
# The hidden numbers are called **latent** variables, $z$. Before an image is seen, each is distributed like the
# bell curve with mean 0 and variance 1, independently of the others: the **standard normal distribution**,
# $\mathcal N(0, I)$. This is the **prior**, with the density $p(z)$. A **density** is a function whose integral
# over a region is the probability of that region.
#
# The **decoder** is the network that turns $z$ into one number $a_d$ for each pixel $x_d$, its **logit**. A logit is
# any real number, and the **sigmoid** $\sigma(a) = 1 / (1 + e^{-a})$ makes a probability of it. (Without an
# argument, $\sigma$ will be a standard deviation; the papers use one letter for both.) Given $z$, the pixels are
# independent coins, a **Bernoulli** distribution, so their log-probabilities add up:
#
# $$
# \log p(x \mid z) = \sum_d x_d \log p_d + (1 - x_d) \log(1 - p_d), \quad p = \sigma(\text{decoder}(z)). \tag{2.3.1}
# $$
#
# The probability $p(x)$ of an image, also called its **evidence**, is the mean of $p(x \mid z)$ over the prior.
# This integral has no closed form, and almost every $z$ adds nothing to it. So a second network, the **encoder**,
# proposes latents that fit: for each image it outputs a mean $\mu$ and a standard deviation $\sigma$ per latent.
# They define a normal density $q(z \mid x)$, the **approximate posterior**: our guess at $z$ after seeing $x$.
# Now multiply and divide by $q$, and write $\mathbb E_q$ for the mean over $z$ sampled from $q$. The logarithm is
# concave (it bends downwards), so the log of a mean is never less than the mean of the logs, which is Jensen's
# inequality:
#
# $$
# \log p(x) = \log \mathbb E_q\!\left[ \frac{p(x \mid z)\, p(z)}{q(z \mid x)} \right]
# \ge \mathbb E_q\!\left[ \log \frac{p(x \mid z)\, p(z)}{q(z \mid x)} \right]. \tag{2.3.2}
# $$
#
# Split the logarithm on the right into $\log p(x \mid z)$ and the rest. This is the **evidence lower bound (ELBO)**,
# which [page 2.1](2.1_bound_by_quadrature.py) compares with the exact evidence:
#
# $$ \log p(x) \ge \mathbb E_{q(z \mid x)}[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \,\|\, p(z)). \tag{2.3.3} $$
#
# The first term is large if the latents suffice to reconstruct the image. The second is the **Kullback–Leibler
# (KL) divergence**, the mean of $\log q(z \mid x) - \log p(z)$ over $q$. It is never negative; it says how many
# nats about the image the encoder puts into $z$. For two normal densities, $q$ and the prior, the integral is
#
# $$ \mathrm{KL}(q \,\|\, p) = \tfrac12 \sum_d (\mu_d^2 + \sigma_d^2 - 1 - \log \sigma_d^2). \tag{2.3.4} $$
#
# Training estimates the first term by one sample of $z$. But how can a gradient pass through a random sample, back to
# $\mu$ and $\sigma$? The **reparameterisation (reparameterization) trick** takes the randomness from outside,
#
# $$ z = \mu + \sigma \odot \varepsilon, \quad \varepsilon \sim \mathcal N(0, I), \tag{2.3.5} $$
#
# so that $z$ is an ordinary function of $\mu$ and $\sigma$, with the slopes $1$ and $\varepsilon$. ($\odot$
# multiplies element by element.) The library computes these formulas in a few lines:
#
# > In the debugger: `scratchgen debug vae.elbo`, or `vae.likelihood`, `vae.kl`, `vae.reparameterisation`. Each stops at
# > the formula's own line, with numbers that you can follow by hand.

# %%
for function in (vae.elbo, Normal.rsample, sg.functional.kl_to_standard_normal):
    print(inspect.getsource(function))

# %% [markdown]
# ## The networks
#
# A **linear layer** computes $x W + b$ with learned numbers $W$ and $b$, its **parameters**. A **ReLU**
# (rectified linear unit) replaces negative numbers by 0; without it, two linear layers would be no more than one.
# The encoder outputs $\log \sigma^2$, `logvar` in the code: a linear layer can output any number, and $\sigma$
# must be positive.


# %%
class DigitVAE(vae.LatentModel, nn.Module):
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
check(
    "parameters of both networks",
    parameters,
    (64 + 1) * 128 + 2 * (128 + 1) * 10 + (10 + 1) * 128 + (128 + 1) * 64,
    0,
)

five_images, five_latents = digits.test[:5], np.zeros((5, 10), np.float32)
plots.diagram(
    {
        "encoder": (ten.encode, five_images),
        "latent": ("q(z|x) = N(mu, sigma²)", "z = mu + sigma ε\nε ~ N(0, I)"),
        "decoder": (ten.decode, five_latents),
    }
).save(OUT / "networks.png")

# %% [markdown]
# Five images went through the networks to find these shapes. Read the first box: 64 pixels, and a 1 that multiplies
# $b$, times 128 are 8,320 parameters.
#
# ## Training
#
# The **loss**, the number that training makes small, is minus the ELBO, averaged over a **batch** of 32 images. One
# pass over all training images is an **epoch**. **Adam** is gradient descent with a step size of its own for each
# parameter. (`model.elbo`, from the base class, calls `vae.elbo` with our two networks.)


# %%
def train(model, rng, epochs=40):
    """The ELBO of the held-out images in nats, after each epoch."""
    optimizer, history = sg.optim.Adam(model.parameters(), learning_rate=2e-3), []
    for _ in range(epochs):
        for x in batches(digits.train, batch_size=32, rng=rng):
            loss = -model.elbo(x, rng).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        history.append(vae.evaluate(model, digits.test, rng))
    return history


two = DigitVAE(2, rng)
curves = {"2 latents": train(two, rng), "10 latents": train(ten, rng)}

figure, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
for (name, history), colour in zip(curves.items(), (SECOND, ACCENT), strict=True):
    axes.plot(range(1, len(history) + 1), history, color=colour, label=name)
axes.axhline(biased, color=INK, linestyle="--", label="64 biased coins")
axes.set(xlabel="epoch", ylabel="ELBO, nats per held-out image", ylim=(-29, -18))
axes.set_title("Two hidden numbers gain 4 nats, ten gain 6")
axes.legend(frameon=False)
figure.savefig(OUT / "training.png", dpi=120)

# %% [markdown]
# Compare with what you wrote down. A gain of 6 nats makes a held-out image $e^6 \approx 400$ times as probable.
# Here are the scores with their two terms, now the mean over 20 samples of $z$ per image. Training is random: a
# tolerance is five standard deviations over eight trainings.

# %%
expected = {  # the ELBO, its first term and the KL divergence; and their tolerances
    "2 latents": ((-21.1, 0.7), (-18.4, 1.0), (2.7, 0.4)),
    "10 latents": ((-19.0, 0.5), (-12.7, 1.6), (6.3, 1.5)),
}
for (name, numbers), model in zip(expected.items(), (two, ten), strict=True):
    x = np.repeat(digits.test, 20, axis=0)
    with sg.no_grad():
        bound = vae.elbo(x, model.encode(x), model.decode, rng, terms=True)
    terms = bound.value.mean().item(), -bound.distortion.mean().item(), bound.rate.mean().item()
    for term, value, number in zip(("ELBO", "log p(x|z)", "KL"), terms, numbers, strict=True):
        check(f"{term}, {name}", value, *number)

# %% [markdown]
# With ten latents $z$ carries 6.3 nats, enough to tell $e^{6.3} \approx 540$ images apart. This costs 6.3 nats,
# and it improves the reconstruction by twice as much, from −25.3 to −12.7.
#
# Are the formulas true of the trained model? Take one image and $n = 50\,000$ latents. With only two latents, the
# mean of $p(x \mid z)$ over the prior can be sampled as well. So both sides of (2.3.2) are known: the evidence,
# from $q$ and from the prior; and the mean log ratio, which must be the ELBO with the KL divergence of (2.3.4).
# The tolerances are five standard errors.

# %%
n, one_image = 50_000, digits.test[:1]
with sg.no_grad():
    q = two.encode(np.repeat(one_image, n, axis=0))
    z = q.rsample(rng).numpy()
    log_likelihood = two.decode(z).log_prob(one_image).numpy()
    log_q_over_p = q.log_prob(z).numpy() - Normal(0 * z, 0 * z).log_prob(z)
    from_prior = np.exp(two.decode(rng.standard_normal((n, 2))).log_prob(one_image).numpy())
    KL = two.encode(one_image).kl_to_standard_normal().item()
ratio = np.exp(log_likelihood - log_q_over_p)


def error(sample):
    return 5 * sample.std() / np.sqrt(n)


evidence = np.log(from_prior.mean())
both_errors = error(ratio) / ratio.mean() + error(from_prior) / from_prior.mean()
check("(2.3.2) log p(x), by q and by the prior", np.log(ratio.mean()), evidence, both_errors)
check(
    "(2.3.2) mean log ratio, against the ELBO",
    np.log(ratio).mean(),
    log_likelihood.mean() - KL,
    error(log_q_over_p),
)
check("(2.3.4) KL, formula and samples", KL, log_q_over_p.mean(), error(log_q_over_p))
assert np.log(ratio).mean() < evidence, "(2.3.2) the bound is below the evidence"

# %% [markdown]
# ## What it has learned
#
# With two latents everything can be drawn: to which place the encoder maps each held-out digit, and what the
# decoder makes of each place.

# %%
with sg.no_grad():
    mu = two.encode(digits.test).mu.numpy()
    ticks = np.linspace(-2.2, 2.2, 13)
    square = np.array([(u, v) for v in ticks[::-1] for u in ticks], np.float32)
    decoded = two.decode(square).mean.numpy()

figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.9), layout="constrained")
dots = left.scatter(*mu.T, c=digits.test_labels, cmap="tab10", vmin=-0.5, vmax=9.5, s=14)
figure.colorbar(dots, ax=left, ticks=range(10), label="digit", shrink=0.8)
left.set(xlabel="first latent", ylabel="second latent", aspect="equal")
left.set_title("encoded: mu(x)", fontsize=11)
show(right, decoded, digits.image_shape, len(ticks), "decoded: p of every pixel")
figure.suptitle("Several digits get a region of their own, though no label was used")
figure.savefig(OUT / "latents.png", dpi=120)

# %% [markdown]
# Neighbouring places decode to similar images, and the decoder blends one digit into the next. Where digits
# overlap on the left, two latents are too few. Ten latents cannot be drawn, but their images can:

# %%
figure, axes = plt.subplots(1, 3, figsize=(7.5, 2.9), layout="constrained")
figure.get_layout_engine().set(wspace=0.1)
grids = digits.test[:36], ten.reconstruct(digits.test[:36]), ten.sample(36, rng)
for place, images, title in zip(axes, grids, ("held out", "reconstructed", "sampled"), strict=True):
    show(place, images, digits.image_shape, 6, title)
figure.suptitle("Ten latents reconstruct most digits; some samples fall between two")
figure.savefig(OUT / "digits.png", dpi=120)

# %% [markdown]
# ## Common mistakes
#
# The encoder outputs $\log \sigma^2$, so $\sigma$ is `exp(0.5 * logvar)`. The VAE of numpy-ml, a widely read
# library, samples with `exp(logvar)`: the variance in place of the standard deviation. We plant this fault. The
# gradient check passes, because the derivative is right, for the wrong function. Only a claim about the *samples*
# sees it: for $\sigma = \frac12$ their variance is $\frac14$.


# %%
class PlantedNormal(Normal):
    def rsample(self, eps):
        return self.mu + np.exp(self.logvar) * eps  # the fault


def claim(kind, n=100_000):
    q = kind(np.zeros((n, 1)), np.full((n, 1), np.log(0.25)))
    z = q.rsample(rng.standard_normal((n, 1), np.float64))
    check(f"(2.3.5) {kind.__name__}: variance", z.var(), 0.25, 5 * 0.25 * np.sqrt(2 / n))


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
# Three others run without an error, too:
#
# - The mean over 64 pixels, but the sum over the latents. The KL divergence then counts 64 times as much, and $z$
#   learns to carry nothing.
# - A sigmoid at the end of the decoder, and a second one in the likelihood. Then every probability is between 0.5 and
#   $\sigma(1) = 0.73$.
# - A score on training images. It also rewards what the networks know by heart.
#
# ## Exercises and sources
#
# Start one with `scratchgen exercise start NAME`; `scratchgen exercise check` names the property that fails.
#
# 1. `reparameterise`: write (2.3.5), so that the gradient passes through the sample.
# 2. `kl-to-the-prior`: write (2.3.4).
# 3. `log-likelihood-from-logits`: write (2.3.1) without overflow.
# 4. `negative-elbo`: put the three together to the loss.
# 5. `nats-before-training`: predict the loss of an untrained VAE, then run it.
# 6. `every-digit-grey`: find the bug in a VAE whose samples are all the same grey blur.
#
# Sources:
#
# - D. P. Kingma and M. Welling (2014), Auto-encoding variational Bayes. [arXiv:1312.6114](https://arxiv.org/abs/1312.6114)
# - D. J. Rezende, S. Mohamed and D. Wierstra (2014), Stochastic backpropagation and approximate inference in deep
#   generative models. [arXiv:1401.4082](https://arxiv.org/abs/1401.4082)
# - D. P. Kingma and J. Ba (2015), Adam: a method for stochastic optimization.
#   [arXiv:1412.6980](https://arxiv.org/abs/1412.6980)
# - The planted fault: `BernoulliVAE._sample` of [numpy-ml](https://github.com/ddbourgin/numpy-ml).
# - The digits: E. Alpaydin and C. Kaynak (1998), Optical recognition of handwritten digits, UCI Machine Learning
#   Repository. [doi:10.24432/C50P49](https://doi.org/10.24432/C50P49)

# %%
print("pictures:", OUT)

# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 2. The variational autoencoder
#
# You will learn where the evidence lower bound comes from, how close it is to the evidence, which line of
# code computes which of its terms, and how well a trained model reconstructs and samples handwritten digits.

# %%
import inspect
import math
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen import evaluation, plots, vae
from scratchgen.data import load_images
from scratchgen.distributions import Bernoulli, Normal
from scratchgen.optim import Adam
from scratchgen.plots.figure import ACCENT, FAINT, SECOND
from scratchgen.plots.images import show
from scratchgen.runs import History
from scratchgen.testing import check
from scratchgen.vae.sigma import optimal_variance

OUT = Path(tempfile.mkdtemp(prefix="vae-"))  # the pictures of this page
INK, RED, BLUE, GREY = "#1b2a41", "#d1495b", "#2e86ab", "#b8c0cc"

# %% [markdown]
# ## The evidence lower bound (ELBO)
#
# The model samples a latent $z \sim p(z) = \mathcal N(0, I)$, then an image $x \sim p(x \mid z)$. Its score
# on an image is the *evidence*, $\log p(x) = \log \int p(x \mid z)\, p(z)\, dz$, and the integral has no
# closed form. Take any density $q(z \mid x)$, multiply and divide by it, and use that the logarithm is
# concave (Jensen's inequality):
#
# $$
# \log p(x) = \log \mathbb E_{q}\!\left[ \frac{p(x \mid z)\, p(z)}{q(z \mid x)} \right]
# \;\ge\; \mathbb E_{q}\!\left[ \log \frac{p(x \mid z)\, p(z)}{q(z \mid x)} \right]
# = \underbrace{\mathbb E_{q}[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \,\|\, p(z))}_{\text{ELBO}}. \tag{2.1}
# $$
#
# How large is the gap? Substitute $p(x \mid z)\, p(z) = p(z \mid x)\, p(x)$ in the middle term:
#
# $$ \log p(x) - \text{ELBO} = \mathrm{KL}(q(z \mid x) \,\|\, p(z \mid x)) \ge 0, \tag{2.2} $$
#
# so the bound is tight when $q$ is the true posterior. Here are the right-hand side of (2.1) and its two
# ingredients in the library.
#
# > In the debugger: `scratchgen debug vae.elbo`, or `vae.evidence`, `vae.posterior`

# %%
print(inspect.getsource(vae.objectives.elbo))
print(inspect.getsource(Normal.rsample))
print(inspect.getsource(Normal.kl_to_standard_normal))

# %% [markdown]
# ## The bound against the exact evidence
#
# With a one-dimensional latent the integral can be computed by quadrature, and the claim can be checked to
# the last digits. The toy model has three pixels with the logits $w_d z + c_d$, and we consider the image
# $(1, 1, 0)$.
#
# The evidence is a sum over a fine grid of $z$. The ELBO is computed by the library's own `elbo`: it takes
# its noise $\varepsilon$ as an argument, so we pass a fine grid of $\varepsilon$ instead of random numbers,
# and the sum of its results, weighted by the normal density, is the exact expectation.
#
# > In the debugger: `scratchgen debug vae.prior`, or `vae.likelihood`

# %%
w, c = np.array([2.0, 1.0, -1.5]), np.array([0.0, -0.5, 0.3])
image = np.array([1.0, 1.0, 0.0])


def decode(z, w=w):
    """z (B, 1) → p(x|z) of three pixels."""
    return Bernoulli(z * w + c)


eps = np.linspace(-9, 9, 721)[:, None]  # (n, 1)
weights = np.exp(-(eps[:, 0] ** 2) / 2)
weights /= weights.sum()  # Σ weights · f(eps) = E f(ε) for ε ~ N(0, 1)
ones = np.ones_like(eps)


def exact_elbo(mu, logvar, w=w):
    """E over ε of the library's elbo, for q = N(mu, exp(logvar)); mu and logvar are single numbers."""
    q = Normal(mu * ones, logvar * ones)
    return np.sum(weights * vae.elbo(image, q, lambda z: decode(z, w), eps))


grid = np.linspace(-9, 9, 20_001)
dz = grid[1] - grid[0]
prior = np.exp(-(grid**2) / 2) / np.sqrt(2 * np.pi)


def evidence_and_posterior(w=w):
    """log p(x), and p(z|x) on the grid."""
    joint = np.exp(decode(grid[:, None], w).log_prob(image)) * prior
    return math.log(joint.sum() * dz), joint / (joint.sum() * dz)


evidence, posterior = evidence_and_posterior()


def density(mu, sigma):
    return np.exp(-(((grid - mu) / sigma) ** 2) / 2) / (sigma * np.sqrt(2 * np.pi))


def kl_to_posterior(mu, logvar, posterior=posterior):
    q = density(mu, math.exp(0.5 * logvar))
    return np.sum(np.where(q > 1e-300, q * np.log(np.maximum(q, 1e-300) / posterior), 0)) * dz


# %% [markdown]
# We compare both sides of (2.2), and the terms of (2.1), for three choices of $q$, from poor to good. The
# integrands are smooth and vanish towards the ends of the grid, so both quadratures are exact to about
# $10^{-13}$. The third $q$ is found by gradient ascent on the bound itself.

# %%
climb = sg.grad(exact_elbo, argnums=(0, 1))
mu, logvar = 0.0, 0.0
for _ in range(150):
    g_mu, g_logvar = climb(mu, logvar)
    mu, logvar = mu + 0.5 * g_mu.item(), logvar + 0.5 * g_logvar.item()

print(f"evidence log p(x) = {evidence:.6f}")
for name, m, lv in (("narrow and off", -1.0, -3.0), ("q = the prior", 0.0, 0.0), ("q by ascent", mu, logvar)):
    bound, q = exact_elbo(m, lv), density(m, math.exp(0.5 * lv))
    ratio = np.maximum(posterior * math.exp(evidence) / np.maximum(q, 1e-300), 1e-300)  # p(x|z) p(z) / q(z|x)
    check(f"(2.1) {name}: log E_q of the ratio", math.log(np.sum(q * ratio) * dz), evidence, 1e-11)
    check(f"(2.1) {name}: E_q of its log", np.sum(q * np.log(ratio)) * dz, bound, 1e-11)
    check(f"(2.2) {name}: ELBO {bound:.4f}, the gap", evidence - bound, kl_to_posterior(m, lv), 1e-11)
    assert bound < evidence

# %% [markdown]
# The best Gaussian leaves a gap of 0.005 nats, since the true posterior is nearly, but not quite, Gaussian.
# The left plot shows the three densities, the right plot the bound as a function of the mean of $q$, for
# several widths. No curve crosses the line.

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
sigma = math.exp(0.5 * logvar)
left.fill_between(grid, posterior, color=GREY, label="posterior $p(z|x)$, by quadrature")
left.plot(grid, prior, color=BLUE, linestyle="--", label="prior $p(z)$")
left.plot(grid, density(mu, sigma), color=RED, label=f"$q = N({mu:.2f}, {sigma:.2f}^2)$, by ascent")
left.set(xlim=(-3.5, 4.5), ylim=(0, 0.95), xlabel="$z$", ylabel="density", title="$q$ after gradient ascent")
left.legend(frameon=False, loc="upper left", fontsize=9)

places = np.linspace(-1, 3, 81)
for scale, colour in ((0.25, GREY), (1.2, BLUE), (sigma, RED)):
    bounds = [exact_elbo(m, 2 * math.log(scale)) for m in places]
    right.plot(places, bounds, color=colour, label=rf"ELBO, $\sigma = {scale:.2f}$")
right.axhline(evidence, color=INK, linestyle="--", label=rf"evidence $\log p(x) = {evidence:.3f}$")
right.set(xlabel=r"$\mu$ of $q$", ylabel="nats", ylim=(-5, -0.6), title="A bound from below, for every $q$")
right.legend(frameon=False, loc="lower center", fontsize=9)
for axes in (left, right):
    axes.spines[["top", "right"]].set_visible(False)
figure.savefig(OUT / "bound.png", dpi=120)

# %% [markdown]
# ## Does a higher bound mean a better model?
#
# Training raises the bound; what happens to the evidence? The gap (2.2) decides. Between any two points of the
# training
#
# $$
# \Delta \log p(x) = \Delta\, \text{ELBO} + \Delta\, \mathrm{KL}(q(z \mid x) \,\|\, p(z \mid x)). \tag{2.3}
# $$
#
# When $q$ moves and the model stays, the evidence stays too: the bound rises as the gap shrinks, by the same amount.
# When the model moves and $q$ stays, the evidence may *fall* while the bound rises, if the gap shrinks by more. Only a
# gap that is 0 cannot shrink: if $q$ is the true posterior, then the evidence rises at least as much as the
# bound. More generally it falls by no more than the gap was.
#
# Take four gradient steps on the decoder's weights $w$ with $q$ held fixed, for the poor $q$ above and for the
# best one. The poor $q$ samples latents near $-1$, so the model learns to explain the image by these latents,
# and its true posterior moves towards $q$. The bound rises by 3.3 nats, and the model has become worse by 0.84
# nats. With the best $q$ the gap is 0.005 nats, and the model improves.

# %%
slope_of_w = sg.grad(lambda w, mu, logvar: exact_elbo(mu, logvar, w))
rise = {}
for name, m, lv in (("narrow and off", -1.0, -3.0), ("q by ascent", mu, logvar)):
    w_now, numbers = w, []
    for step in range(5):
        log_p, posterior_now = evidence_and_posterior(w_now)
        numbers.append((exact_elbo(m, lv, w_now), log_p, kl_to_posterior(m, lv, posterior_now)))
        print(f"{name}: step {step}   ELBO {numbers[-1][0]:.4f}   evidence {log_p:.4f}")
        w_now = w_now + 0.5 * slope_of_w(w_now, m, lv).numpy()
    d_bound, d_evidence, d_gap = np.subtract(numbers[-1], numbers[0])
    check(f"(2.3) {name}: change of the evidence", d_evidence, d_bound + d_gap, 1e-11)
    rise[name] = d_bound, d_evidence
check("narrow and off: rise of the bound", rise["narrow and off"][0], 3.303, 0.001)
check("narrow and off: the evidence falls", rise["narrow and off"][1], -0.843, 0.001)
assert rise["q by ascent"][1] > rise["q by ascent"][0] - kl_to_posterior(mu, logvar) > 0

# %% [markdown]
# So training moves $q$ and the model. In each step the encoder pulls $q$ towards the posterior, which keeps
# the gap small, and the decoder raises the bound at that $q$. A score of a model by its bound is a score of
# model and encoder together; below, importance sampling tells them apart.
#
# ## The KL divergence and the reparameterisation trick
#
# **The KL divergence** has a closed form, $\frac12 \sum_d (\mu_d^2 + \sigma_d^2 - 1 - \log \sigma_d^2)$. For
# $\mu = 1$, $\sigma = \frac12$ it is $\frac12 (1 + \frac14 - 1 + \log 4) = 0.8181$. A Monte Carlo estimate
# must agree: the mean of $\log q(z) - \log p(z)$ over $n = 100\,000$ samples. Its tolerance is five standard
# errors.
#
# > In the debugger: `scratchgen debug vae.kl`

# %%
rng = sg.Generator(0)
n = 100_000
one_latent = Normal(np.ones((1, 1)), np.full((1, 1), math.log(0.25)))
many = Normal(np.ones((n, 1)), np.full((n, 1), math.log(0.25)))
z = many.rsample(rng)
terms = many.log_prob(z) - Normal(np.zeros((n, 1)), np.zeros((n, 1))).log_prob(z)
by_formula = one_latent.kl_to_standard_normal().item()
check("KL(N(1, ¼) ‖ N(0, 1)), formula", by_formula, 0.5 * (0.25 + math.log(4)), 1e-12)
check("the same by Monte Carlo", terms.mean(), by_formula, 5 * terms.std() / math.sqrt(n))

# %% [markdown]
# The divergence is not symmetric. Let $p$ have two humps, called **modes**, and find the best bell curve $q$ in each
# direction. The direction of the ELBO, $\mathrm{KL}(q \,\|\, p)$, is the **reverse KL**. It is large if $q$ covers the
# gap where $p$ is small, so $q$ chooses one mode: it is **mode-seeking**. The **forward KL**,
# $\mathrm{KL}(p \,\|\, q)$, is large if $q$ is small where $p$ is not, so $q$ spans both modes: it is
# **mass-covering**.

# %%
line = np.linspace(-6, 6, 601)


def bell(mean, width):
    """The density N(mean, width²) on the line; a column per mean and width."""
    return np.exp(-0.5 * ((line[:, None] - mean) / width) ** 2) / (width * math.sqrt(2 * math.pi))


two_modes = 0.4 * bell(-1.5, 0.5) + 0.6 * bell(1.5, 0.5)
means, widths = (a.ravel() for a in np.meshgrid(np.arange(-3, 3, 0.05), np.arange(0.3, 2.5, 0.05)))
fits = bell(means, widths)
log_ratio = np.log(fits) - np.log(two_modes)
reverse, forward = np.sum(fits * log_ratio, axis=0).argmin(), np.sum(-two_modes * log_ratio, axis=0).argmin()
shares = two_modes[:, 0] * (line[1] - line[0])
mean = np.sum(line * shares)
check("reverse KL: q at the greater mode", means[reverse], 1.5, 0.025)
check("forward KL: q has the mean of p", means[forward], mean, 0.025)
check("forward KL: q has the variance of p", widths[forward] ** 2, np.sum((line - mean) ** 2 * shares), 0.1)

figure, axes = plt.subplots(figsize=(6, 3.2), layout="constrained")
axes.fill_between(line, two_modes[:, 0], color=FAINT, label="p")
axes.plot(line, fits[:, reverse], color=ACCENT, label="reverse KL")
axes.plot(line, fits[:, forward], color=SECOND, linestyle="--", label="forward KL")
axes.set(xlabel="z", ylabel="density", ylim=(0, 1.0), xlim=(-5, 5))
axes.set_title("Reverse KL takes one mode, forward KL both")
axes.legend(frameon=False, loc="upper left")
figure.savefig(OUT / "two_directions.png", dpi=120)

# %% [markdown]
# **The reparameterised sample** is $z = \mu + \sigma \varepsilon$ with $\varepsilon \sim \mathcal N(0, I)$,
# so that $z$ has derivatives: $\partial z/\partial \mu = 1$ and, as $\sigma = e^{\frac12 \log\sigma^2}$,
# $\partial z/\partial \log\sigma^2 = \frac12 \sigma \varepsilon$.
#
# The network outputs $\log \sigma^2$. Published code (a variational autoencoder in a widely read NumPy
# library) has sampled with `noise * exp(log_var)`: the variance instead of the standard deviation. We plant
# this error here. The gradient check passes, because the derivative is correct, *for the wrong function*.
# Only a test of the distribution finds it: for $\sigma^2 = \frac14$ the samples must have variance $\frac14$,
# and with the planted error they have $\frac1{16}$. The estimated variance of $n$ normal samples has a
# standard error of $\sigma^2 \sqrt{2/n}$; the tolerance is five of these.
#
# > In the debugger: `scratchgen debug vae.reparameterisation`


# %%
class Planted(Normal):
    """A Normal that samples with sigma² in place of sigma."""

    def rsample(self, eps):
        if isinstance(eps, sg.Generator):  # training gives the stream of random numbers, not the noise
            eps = eps.standard_normal(self.mu.shape)
        return self.mu + np.exp(self.logvar) * eps


noise = rng.standard_normal((n, 1), np.float64)
standard_error = 0.25 * math.sqrt(2 / n)
variance = np.var(Normal(many.mu, many.logvar).rsample(noise))
variance_planted = np.var(Planted(many.mu, many.logvar).rsample(noise))
check("variance of the samples", variance, 0.25, 5 * standard_error)
check("variance with the planted error", variance_planted, 1 / 16, 5 * standard_error / 4)

for kind in (Normal, Planted):
    sample = lambda mu, logvar, kind=kind: kind(mu, logvar).rsample(noise[:4])
    error = sg.check_grads(sample, np.ones((4, 1)), np.zeros((4, 1)))
    check(f"check_grads of {kind.__name__}.rsample, error", error, 0, 1e-8)

# %% [markdown]
# ## Training a VAE on digits
#
# The data are 1,297 handwritten digits of 8 × 8 pixels, each pixel black or white, so that a Bernoulli
# likelihood describes them exactly and the bound is a true log-probability. This is the whole training loop:

# %%
print(inspect.getsource(vae.train))

# %% [markdown]
# `run` records the history. `scratchgen.runs.Run` writes a directory and shows a progress bar; here a
# `History` in memory is enough. `init_output_bias` starts the decoder at the mean image. We train two models:
# one with 10 latent dimensions for the score, one with 2 for a map of the latent space.

# %%
digits = load_images("binarized-digits")
print(digits)


def trained(latent_dim):
    rng, run = sg.Generator(0), History()
    model = vae.VAE(data_dim=64, latent_dim=latent_dim, hidden=256, rng=rng)
    settings = {"epochs": 50, "batch_size": 32, "optimizer": Adam(model.parameters(), 1e-3), "rng": rng}
    model.init_output_bias(digits.train.mean(axis=0))
    vae.train(model, digits.train, digits.validation, run, **settings)
    return model, run.history["validation_elbo"]


ten, history = trained(10)
two, history_two = trained(2)
print(ten)

# %% [markdown]
# A score means little without a baseline. The baseline treats each pixel as independent with its own
# probability, $p_d = (1 + \sum_n x_{nd})/(2 + N)$. Nats per image divided by $D \log 2$ are bits per pixel.
# The score is the mean bound on 250 test images, averaged over 10 samples of the latent. Training is random:
# over six seeds the scores had a standard deviation of 0.07 nats, and the tolerances are several times
# larger.
#
# > In the debugger: `scratchgen debug vae.bits`, or `vae.baseline`

# %%
baseline = evaluation.independent_bernoulli_log_prob(digits.train, digits.test)
score = vae.evaluate(ten, digits.test, sg.Generator(1), samples=10)
score_two = vae.evaluate(two, digits.test, sg.Generator(1), samples=10)
check("independent pixels, nats per image", baseline, -25.311, 0.001)
check("held-out ELBO, 10 latent dimensions", score, -18.7, 0.4)
check("held-out ELBO, 2 latent dimensions", score_two, -20.8, 0.5)
bits = evaluation.bits_per_dimension(score, digits.test.shape[1]).item()
check("10 dimensions: bits per pixel, at most 1", bits, -score / (64 * math.log(2)), 1e-12)

# %% [markdown]
# The two parts of the bound have names: the *distortion* $D = -\mathbb E_q \log p(x \mid z)$, the
# reconstruction error, and the *rate* $R = \mathrm{KL}(q \,\|\, p)$, the cost of encoding $z$. The ELBO is
# $-(D + R)$. With ten dimensions the rate ends at about 6.5 nats, or 9 bits: enough to distinguish 500
# images.

# %%
with sg.no_grad():
    q = ten.encode(digits.test)
    R = q.kl_to_standard_normal().numpy().mean()
    draws = [ten.decode(q.rsample(rng)).log_prob(digits.test).numpy() for _ in range(10)]
    D = -np.mean(draws)
check(f"rate ({R / math.log(2):.1f} bits), nats per image", R, 6.5, 0.7)
check("distortion, nats per image", D, 12.1, 0.7)
check("−(distortion + rate), with other noise", -(D + R), score, 0.2)

# %% [markdown]
# Over six seeds the rate and the distortion varied by 0.3 around these values. The two sides of the last line
# differ only by the noise of the sampled latents, averaged over 2,500 samples: a standard error of a few
# hundredths.

# %% [markdown]
# ## Importance sampling: how far below the evidence?
#
# With ten latent dimensions quadrature on a grid is impossible, but importance sampling works: draw $k$
# latents from $q$ and average the weights,
#
# $$
# L_k = \mathbb E \log \frac1k \sum_{i=1}^k w_i, \qquad
# w_i = \frac{p(x \mid z_i)\, p(z_i)}{q(z_i \mid x)}, \qquad z_i \sim q(z \mid x). \tag{2.4}
# $$
#
# $L_1$ is the ELBO, and $L_k$ increases with $k$ towards $\log p(x)$ without exceeding it:
# the mean of the weights is unbiased, and the logarithm of a noisy mean is too low by about half its squared
# relative error. For each image the library reports this error, $\mathrm{sd}(w) / (\sqrt k\, \bar w)$, and
# the effective number of samples, $(\sum_i w_i)^2 / \sum_i w_i^2$; for a mean over $N$ images it reports the
# standard error $\sqrt{\sum_i (x_i - m)^2 / (N (N - 1))}$. *Annealed* importance sampling, which takes many
# small steps from the prior to the posterior instead of one jump, is an independent estimate of the same
# quantity.
#
# > In the debugger: `scratchgen debug vae.iwae`, or `vae.importance`, `vae.annealed`,
# > `vae.effective_samples`, `evaluation.standard_error`

# %%
for k, expected in ((1, -18.7), (5, -18.2), (50, -17.9), (500, -17.9)):
    L = evaluation.importance_sampled_log_likelihood(ten, digits.test, k, sg.Generator(2))
    check(f"L_{k}, nats per image", L.log_likelihood.mean(), expected, 0.4)
print(f"median standard error of an image's L_500: {np.median(L.standard_error):.3f} nats")
print(f"median effective number of the 500 samples: {np.median(L.effective_samples):.0f}")

few = {"temperatures": 150, "chains": 16, "leapfrogs": 5}
annealed = evaluation.annealed_log_likelihood(ten, digits.test[:10], sg.Generator(4), **few)
direct = L.log_likelihood[:10].mean()
error = math.sqrt(np.sum(annealed.standard_error**2) + np.sum(L.standard_error[:10] ** 2)) / 10
check("10 images: annealed against plain importance", annealed.log_likelihood.mean(), direct, 5 * error)

# %% [markdown]
# So about 0.8 nats of the score are due to the encoder, not the decoder: the gap
# $\mathrm{KL}(q \,\|\, p(z \mid x))$ of a Gaussian $q$. `vae.ImportanceLoss(k)` trains on $L_k$ itself
# (`scratchgen train vae --objective iwae -k 5`), and `scratchgen evaluate RUN` prints these estimates for any
# trained model.

# %%
figure, (first, second, third) = plt.subplots(1, 3, figsize=(13, 4.4), layout="constrained")
few = digits.test[:8]
show(first, digits.test[:64], digits.image_shape, 8, "held-out digits")
show(second, ten.sample(64, sg.Generator(3)), digits.image_shape, 8, "means of p(x|z), z ~ N(0, I)")
both = np.concatenate(
    [row for k in (0, 8, 16, 24) for row in (digits.test[k : k + 8], ten.reconstruct(digits.test[k : k + 8]))]
)
show(third, both, digits.image_shape, 8, "each row and its reconstruction")
figure.savefig(OUT / "digits.png", dpi=120)

# %% [markdown]
# With two latent dimensions the whole latent space can be drawn. The left plot shows where the encoder maps
# held-out digits (it never saw the labels; they only colour the dots). A circle of radius
# $\sqrt{-2 \log(1 - p)}$ contains the share $p$ of the prior: 2.15 for 90 %. The right plot shows the
# decoder's outputs across the same square.
#
# > In the debugger: `scratchgen debug vae.prior_radius`

# %%
with sg.no_grad():
    places = two.encode(digits.test).mu.numpy()
    ticks = np.linspace(-2.5, 2.5, 17, dtype=np.float32)
    square = np.array([(u, v) for v in ticks[::-1] for u in ticks])
    sheet = two.decode(square).mean.numpy()
check("radius of 90 % of the prior", evaluation.latents.prior_radius(0.9), math.sqrt(2 * math.log(10)), 1e-12)

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 5.6), layout="constrained")
dots = left.scatter(*places.T, c=digits.test_labels, cmap="tab10", vmin=-0.5, vmax=9.5, s=22)
figure.colorbar(dots, ax=left, ticks=range(10), label="class", shrink=0.8)
left.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xlabel="$z_1$", ylabel="$z_2$")
left.set_title("posterior means $\\mu(x)$ of held-out digits")
left.spines[["top", "right"]].set_visible(False)
show(right, sheet, digits.image_shape, 17, "decoded, z₁ and z₂ from −2.5 to 2.5")
figure.savefig(OUT / "latent_plane.png", dpi=120)

# %% [markdown]
# ## "Minimise the KL, subject to a constant reconstruction"
#
# Some texts describe training like this: minimise $\mathrm{KL}(q(z \mid x) \,\|\, p(z))$ subject to
# $\mathbb E_q[\log p(x \mid z)] = \text{constant}$. This is partly right. Minimise $R$ subject to
# $D \le D_0$; the Lagrangian is $R + \lambda (D - D_0)$ with $\lambda \ge 0$, and dividing by $\lambda$ gives
# $D + \frac1\lambda R$, which is the objective of a $\beta$-VAE with $\beta = 1/\lambda$. The ELBO is the
# case $\lambda = \beta = 1$: the constrained problem *is* the ELBO only if the constant $D_0$ is the
# distortion at the optimum of the ELBO. And the constraint must be an inequality; with "=" it could demand
# reconstructions that are worse than necessary.
#
# $\lambda$ is a price: lowering the distortion by one nat costs $\lambda$ nats of rate, $dR/dD = -1/\beta$.
# In the toy model everything is exact, so this can be verified. Minimise $D + \beta R$ for a $\beta$ slightly
# below and slightly above a value, and take the slope between the two optima; for a step of 2 % in $\beta$
# its error is of the order of the step squared.
#
# > In the debugger: `scratchgen debug vae.beta`, or `vae.constrained`, `vae.rate_distortion`


# %%
def rate_and_distortion(mu, logvar):
    q = Normal(mu * ones, logvar * ones)
    return q.kl_to_standard_normal()[0], -np.sum(weights * decode(q.rsample(eps)).log_prob(image))


def optimum(beta):
    """(R, D) where D + beta R is smallest, by gradient descent."""

    def objective(mu, logvar):
        R, D = rate_and_distortion(mu, logvar)
        return D + beta * R

    slope, mu, logvar = sg.grad(objective, argnums=(0, 1)), 0.0, 0.0
    for _ in range(150):
        g_mu, g_logvar = slope(mu, logvar)
        mu, logvar = mu - 0.5 * g_mu.item(), logvar - 0.5 * g_logvar.item()
    return rate_and_distortion(mu, logvar)


for beta in (0.5, 1.0, 1.8):
    (R_low, D_low), (R_high, D_high) = optimum(beta * 0.99), optimum(beta * 1.01)
    check(f"dR/dD at beta = {beta}", (R_high - R_low) / (D_high - D_low), -1 / beta, 1e-3)

# %% [markdown]
# Now the same on digits. Five models with five values of $\beta$ end at five points of one curve. The line
# through each point has the slope $dD/dR = -\beta$: if training has found the optimum, the lines are tangents
# of the curve. Only at $\beta = 1$ is $-(D + \beta R)$ the evidence lower bound, and indeed the ELBO is best
# there; at $\beta = 4$ the latent encodes almost nothing (posterior *collapse*), and at $\beta = \frac14$ its
# rate is too high.


# %%
def place(loss, epochs=25):
    """(R, D) of the training images, in nats, after training on the loss."""
    rng = sg.Generator(0)
    model = vae.VAE(data_dim=64, latent_dim=10, hidden=256, rng=rng)
    model.init_output_bias(digits.train.mean(axis=0))
    settings = {"epochs": epochs, "batch_size": 32, "rng": rng, "loss": loss}
    optimizer = Adam(model.parameters(), learning_rate=1e-3)
    vae.train(model, digits.train, digits.validation, History(), optimizer=optimizer, **settings)
    R, D = evaluation.rate_and_distortion(model, digits.train, sg.Generator(1))
    return R.mean.item(), D.mean.item()


points = {beta: place(vae.BetaLoss(beta)) for beta in (0.25, 0.5, 1.0, 2.0, 4.0)}
for beta, (R, D) in points.items():
    print(f"beta = {beta:<5} rate {R:6.2f}   distortion {D:6.2f}   ELBO {-(R + D):7.2f}")
assert max(points, key=lambda beta: -sum(points[beta])) == 1.0
plots.rate_distortion(points, OUT / "rate_distortion.png")

# %% [markdown]
# GECO is an algorithm for the constrained form. It demands $D \le D_0$ and adapts $\lambda$ until the
# constraint holds: up while reconstructions are worse than demanded, down while they are better. At
# convergence $1/\lambda$ is the $\beta$ of the curve at that distortion. So we demand the distortion on the
# training images of the model above, which was trained for the same number of epochs with $\beta = 1$: GECO
# should arrive at the same rate, and at $\lambda = 1$. ($\lambda$ moves by a thousandth of the violation per
# step and is still decreasing after 50 epochs, hence the tolerances.)
#
# > In the debugger: `scratchgen debug vae.geco`

# %%
of_ten = evaluation.rate_and_distortion(ten, digits.train, sg.Generator(1))
R_ten, D_ten = of_ten.rate.mean.item(), of_ten.distortion.mean.item()
constrained = vae.ConstrainedLoss(target_distortion=D_ten)
R, D = place(constrained, epochs=50)
check("GECO: distortion, target from β = 1", D, D_ten, 0.5)
check("GECO: rate", R, R_ten, 0.5)
check("GECO: λ", constrained.multiplier.lam, 1.0, 0.3)

# %% [markdown]
# ## Active units, warm-up and free bits
#
# A latent dimension that carries no information costs no rate. Early in training, before the decoder can use
# them, this is true of all dimensions, and some never become active. A unit is *active* if its mean varies
# over the examples, $\mathrm{Var}_x(\mathbb E_q[z_d]) > 0.01$. Two remedies change the weight of the rate: KL
# warm-up, $\beta(t) = \min(1, t/T)$, and *free bits*, $\sum_d \max(\text{free}, \mathbb E_x[\mathrm{KL}_d])$,
# which lets each dimension carry a fixed amount of information free of charge. For a $q$ with
# $\mu = (2, 0.1)$ and $\sigma = 1$ the first dimension costs 2 nats and the second 0.005, so with half a nat
# free per dimension the rate is $2 + 0.5$.
#
# > In the debugger: `scratchgen debug vae.free_bits`, or `vae.warm_up`, `vae.active_units`

# %%
print(inspect.getsource(vae.free_bits_rate))

units = evaluation.active_units(ten, digits.test)
check("active latents, of 10", units.count, 10, 1)
check("their rates, summed", units.kl.mean.sum(), R_ten, 0.5)
check(
    "rate with half a nat free",
    vae.free_bits_rate(Normal(np.array([[2, 0.1]]), np.zeros((1, 2))), 0.5)[0],
    2.5,
    0,
)
check("weight of the rate after 300 of 1000 steps", vae.kl_weight(300, 1000), 0.3, 0)

# %% [markdown]
# ## The linear VAE and probabilistic PCA
#
# If both networks are linear, $z W + b$ and $(x - b) V$, every integral has a closed form. The model's
# distribution of $x$ is normal with the covariance $C = W^\top W + \sigma^2 I$, so the evidence is
# $\log \mathcal N(x; b, C)$. The expectation in the bound is
#
# $$
# \mathbb E_q[\log p(x \mid z)] = -\tfrac12 \Bigl[ D \log 2\pi\sigma^2
# + \bigl( \lVert x - \mu W - b \rVert^2 + \sum_j s_j^2 \lVert W_j \rVert^2 \bigr) / \sigma^2 \Bigr]. \tag{2.5}
# $$
#
# The best such model is probabilistic PCA, whose likelihood follows from the eigenvalues $\lambda$ of the
# covariance of the data alone:
# $-\frac12 [D \log 2\pi + \sum_{i \le Z} \log \lambda_i + (D - Z) \log \sigma^2 + D]$. Set its weights by
# hand, and the bound equals the evidence. Rotate the latents: the evidence does not change, but the bound
# drops, because a diagonal $q$ cannot represent the rotated posterior.
#
# > In the debugger: `scratchgen debug vae.linear`, or `vae.exact_evidence`, `vae.ppca`

# %%
x, Z = load_images("digits").train.astype(np.float64), 5
eigenvalues, U = np.linalg.eigh(np.cov(x, rowvar=False, bias=True))
eigenvalues, U = eigenvalues[::-1], U[:, ::-1]
sigma2 = eigenvalues[Z:].mean()
W = np.sqrt(eigenvalues[:Z] - sigma2)[:, None] * U[:, :Z].T

linear = vae.LinearVAE(64, Z, sg.Generator(0))
linear.decoder.W.data, linear.decoder.b.data = W, x.mean(axis=0)
linear.likelihood.logvar.data = np.log([sigma2])
linear.V.W.data, linear.V.b.data = W.T / eigenvalues[:Z], np.zeros(Z)
linear.logvar.data = np.log(sigma2 / eigenvalues[:Z])
best = vae.ppca_log_likelihood(x, Z)
check("evidence, nats per image", linear.exact_log_likelihood(x).mean(), best, 1e-9)
check("its bound", linear.exact_elbo(x).mean().item(), best, 1e-9)
turn, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(Z, Z)))
linear.decoder.W.data, linear.V.W.data = turn @ W, linear.V.W.data @ turn.T
check("evidence with the latents rotated", linear.exact_log_likelihood(x).mean(), best, 1e-9)
print(f"its bound: {linear.exact_elbo(x).mean().item():.3f}")
assert linear.exact_elbo(x).mean().item() < best - 0.1

# %% [markdown]
# ## Likelihoods for grey pixels
#
# A model needs a likelihood that fits the data. Grey pixels may be normal around the decoder's output,
# $\log p(x \mid z) = -\frac12 \sum_d [\log 2\pi\sigma^2 + (x_d - m_d)^2/\sigma^2]$, with one learned
# $\sigma$: its optimum is the root mean square of the residuals, where the log-likelihood is minus the
# entropy $\frac12 \sum_d [\log 2\pi + 1 + \log \sigma^2]$. `vae.train` does not leave $\sigma$ to the step size
# of the optimiser: it follows the optimum
# $\sigma^{*2} = \sigma^2 (1 - \frac2D \, \partial L / \partial \log \sigma^2)$ of the last batches, and stays
# above that of the validation images. Or pixels are discrete levels,
# $\log p(x \mid z) = \sum_d \log \operatorname{softmax}(a_d)_k$ with $k = (V - 1) x_d$; equal logits cost
# $\log V$ per pixel. Under a Bernoulli likelihood a grey pixel costs at least its own entropy,
# $-p \log p - (1 - p) \log(1 - p)$.
#
# > In the debugger: `scratchgen debug vae.levels`, or `vae.gaussian_likelihood`, `vae.optimal_sigma`,
# > `distributions.normal`, `distributions.normal_entropy`, `distributions.bernoulli_entropy`

# %%
grey = load_images("digits").test[:100].astype(np.float64)
gaussian = vae.likelihoods.GaussianLikelihood()
m = np.broadcast_to(grey.mean(axis=0), grey.shape)
gaussian.logvar.data = np.log([np.mean((grey - m) ** 2)])
p_of_grey = gaussian(m)
check(
    "normal pixels, nats per image",
    p_of_grey.log_prob(grey).mean().item(),
    -p_of_grey.entropy()[0].item(),
    1e-9,
)
gaussian.logvar.data = np.log([0.5])  # any other sigma: the gradient holds the error
(-gaussian(m).log_prob(grey)).mean().backward()
best = optimal_variance(np.array([0.5]), gaussian.logvar.grad, 64).item()
check("best variance, from the gradient at 0.5", best, np.mean((grey - m) ** 2), 1e-9)
levels = vae.likelihoods.DiscretisedCategorical(np.zeros((100, 64, 17)))
check("17 equal levels, nats per image", levels.log_prob(grey).mean(), -64 * math.log(17), 1e-9)
perfect = Bernoulli(np.log(grey.clip(1e-12, 1 - 1e-12) / (1 - grey.clip(1e-12, 1 - 1e-12))))
check("grey pixels, perfectly reconstructed", perfect.log_prob(grey).mean(), -perfect.entropy().mean(), 1e-6)

# %% [markdown]
# ## The conditional VAE
#
# Condition both networks on the class $y$, and everything above holds given $y$:
# $\log p(x \mid y) \ge \mathbb E_q[\log p(x \mid z, y)] - \mathrm{KL}(q(z \mid x, y) \,\|\, p(z))$. The
# latent no longer needs to encode which digit it is. The class itself carries at most $\log 10 = 2.30$ nats;
# the gain is larger than that, so two dimensions were too few for digits without the class.
#
# > In the debugger: `scratchgen debug vae.conditional`

# %%
rng, of_class = (
    sg.Generator(0),
    {"labels": digits.train_labels, "validation_labels": digits.validation_labels},
)
conditional = vae.ConditionalVAE(data_dim=64, latent_dim=2, hidden=256, classes=10, rng=rng)
conditional.init_output_bias(digits.train.mean(axis=0))
settings = {"epochs": 50, "batch_size": 32, "optimizer": Adam(conditional.parameters(), 1e-3), "rng": rng}
vae.train(conditional, digits.train, digits.validation, History(), **settings, **of_class)
score_conditional = vae.evaluate(
    conditional.given(digits.test_labels), digits.test, sg.Generator(1), samples=10
)
check("2 dimensions and the class: gain in nats", score_conditional - score_two, 4.8, 1.0)

# %% [markdown]
# ## Discrete codes: the VQ-VAE
#
# A latent can also be a grid of discrete codes from a codebook of $K$ vectors (VQ-VAE). Each vector $z_e$ of
# the encoder is replaced by the nearest code, $k = \arg\min_j \lVert z_e - e_j \rVert^2$. This choice has no
# useful derivative, so the gradient is passed straight through (the straight-through estimator),
# $z_q = z_e + \mathrm{sg}[e - z_e]$; a second term, the commitment loss, keeps vectors near their codes,
# $\log p(x \mid z_q) - \beta \sum \lVert z_e - \mathrm{sg}[e] \rVert^2$; and each code is a moving average of
# the vectors assigned to it. Then a network learns the prior
# $p(k_1 \dots k_N) = \prod_n p(k_n \mid k_1 \dots k_{n-1})$, and since $q$ is deterministic,
# $\log p(x) \ge \log p(x \mid k) + \log p(k)$. With 4 positions and 3 codes the evidence is a sum of 81
# terms. The perplexity $\exp(-\sum_j p_j \log p_j)$ is the effective number of codes that are used.
#
# > In the debugger: `scratchgen debug vae.nearest_code`, or `vae.straight_through`, `vae.vq`, `vae.codebook`,
# > `vae.codes`, `vae.code_prior`, `vae.code_perplexity`

# %%
print(inspect.getsource(vae.quantise.straight_through))
print(inspect.getsource(vae.vq_objective))

coded = vae.VQVAE(image_shape=(4, 4), codes=3, dimension=2, channels=(4,), hidden=5, rng=sg.Generator(0))
pixels = (sg.Generator(1).random((1, 16)) < 0.5).astype(np.float32)
every = np.array(list(np.ndindex(3, 3, 3, 3)))
with sg.no_grad():
    log_joint = coded.decode_codes(every).log_prob(np.repeat(pixels, 81, axis=0)) + coded.prior.log_prob(
        every
    )
    gap = np.log(np.exp(log_joint.numpy()).sum()) - coded.elbo(pixels).item()
    check("prior summed over all codes", np.exp(coded.prior.log_prob(every).numpy()).sum(), 1, 1e-5)
print(f"evidence minus bound of the VQ-VAE: {gap:.3f} nats")
assert gap > 0

z_e, quantiser = (
    np.array([[0.0], [2.0], [9.0]], np.float32),
    vae.quantise.Quantiser(2, 1, sg.Generator(0), decay=0),
)
quantiser.codebook.data[...] = [[0], [10]]
k, e = quantiser(z_e)
quantiser.update(z_e, k, sg.Generator(1))
check("mean of 0 and 2, the vectors of code 0", quantiser.codebook.data[0].item(), 1, 1e-6)
through = sg.grad(lambda z: np.sum(vae.quantise.straight_through(z, e) ** 2))(z_e).numpy()
check("straight-through gradient minus 2 e", np.abs(through - 2 * e).max(), 0, 1e-6)
check(
    "perplexity of the codes", vae.quantise.perplexity(k), math.exp(math.log(3) - 2 / 3 * math.log(2)), 1e-12
)

# %% [markdown]
# ## Interpolation in the latent space
#
# Linear interpolation between two latents, $(1 - t)\, a + t\, b$, passes close to the origin, where the prior
# almost never puts a sample: the midpoint of two latents at right angles is shorter by the factor
# $\sqrt{1/2}$. Spherical interpolation,
# $\frac{\sin((1 - t) \omega)}{\sin \omega} a + \frac{\sin(t \omega)}{\sin \omega} b$ with the angle $\omega$
# between them, follows the great circle and keeps the length.
#
# > In the debugger: `scratchgen debug vae.spherical`, or `vae.straight`

# %%
from scratchgen.vae.interpolate import spherical, straight

a, b = np.eye(2, 10, dtype=np.float32) * math.sqrt(10)
check("length at the midpoint, linear", np.linalg.norm(straight(a, b, 3)[1]), math.sqrt(5), 1e-6)
check("length at the midpoint, spherical", np.linalg.norm(spherical(a, b, 3)[1]), math.sqrt(10), 1e-6)
with sg.no_grad():
    ends = ten.encode(digits.test[:2]).mu.numpy()
    paths = np.concatenate([ten.decode(path(*ends, 8)).mean.numpy() for path in (straight, spherical)])
figure, axes = plt.subplots(figsize=(7, 2.4), layout="constrained")
show(axes, paths, digits.image_shape, 8, "from one digit to another: linear, spherical")
figure.savefig(OUT / "paths.png", dpi=120)

# %%
print("pictures:", OUT)

# %% [markdown]
# ## Exercises
#
# 1. Train with `Planted`: in a subclass of `vae.VAE` let `encode` return a `Planted`. The ELBO that it
#    reports looks plausible. Why is it no longer a bound? Compare the samples.
# 2. Plot the toy model's bound for a bimodal $q$ (a mixture needs `log_prob` and the KL by quadrature). Can
#    it beat the best Gaussian here? Construct a decoder for which it does so by a wide margin.
# 3. Train with `vae.BetaLoss(4.0)` and again with `vae.BetaLoss(4.0, kl_warmup_steps=1000)`, and with
#    `free_bits=0.2`. How many of the 10 latent dimensions are still active (`evaluation.active_units`)?
# 4. Set GECO's target distortion to 2 nats. What is `constrained.multiplier.infeasible` after enough steps,
#    and why do the numbers stay finite?

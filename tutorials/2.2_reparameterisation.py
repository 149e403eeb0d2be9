# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 2.2 The reparameterisation trick and the KL divergence
#
# Page 2.1 computed means over $q$ on a grid of 721 points. With ten latents the grid would have $721^{10}$ points, so
# the training of a [variational autoencoder (VAE)](2.3_vae_on_digits.py) takes a few random $z$ instead. But it also
# needs slopes by $\mu$ and $\sigma$, and random numbers have none. The **reparameterisation trick** (also spelt
# reparameterization trick) writes each sample as a function of $\mu$, $\sigma$ and noise, and so gives it slopes. The
# second term of the ELBO, the KL divergence, needs no random numbers: it has a formula.
#
# **You will be able to**
#
# - say why the slope of a mean is lost when samples are drawn;
# - derive two estimators of this slope, and measure which one is noisier;
# - derive the KL divergence of two normal distributions, and say where each of its terms pulls;
# - catch a program that takes $\sigma^2$ for $\sigma$.
#
# **You need** [the bound, by quadrature](2.1_bound_by_quadrature.py), the chain rule and finite differences of
# [a derivative four ways](1.1_derivative_four_ways.py), and
# [standard errors](0.3_probability.py#monte-carlo-means-from-random-samples). Reading takes about 50 minutes, running
# two seconds.

# %%
import inspect
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen import functional
from scratchgen.distributions import Bernoulli, Normal
from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="reparameterisation-"))  # the pictures of this page
rng = sg.random.default_rng(0)

# %% [markdown]
# ## A question first
#
# Take the model of page 2.1: three pixels, one latent $z$, and $q = \mathcal N(\mu, \sigma^2)$. We write $f(z)$ for
# $\log p(x \mid z)$, so the first term of the ELBO is $\mathbb E_q[f(z)]$. Training wants its slopes by
# $\mu$ and $\log \sigma^2$.
#
# Below are two **estimators** of a slope: rules that compute a number from random samples. Both are **unbiased**,
# which means that their mean is the true slope. But one is noisier.
#
# **Write down what you expect:** at $\mu = 1$ and $\sigma = \frac12$, how many times as many samples does the noisier
# one need for the same standard error: 2, 30, 1,000? If $q$ becomes narrower, does this ratio grow or shrink?
#
# First, why is there a problem? Draw five samples, and ask [autograd](1.2_autograd_in_60_lines.py) for the slope
# of the mean of $f$ by $\mu$. It answers 0. For the program the samples are plain numbers: nothing recorded how they
# came from $\mu$.

# %%
w, c, image = np.array([2.0, 1.0, -1.5]), np.array([0.0, -0.5, 0.3]), np.array([1.0, 1.0, 0.0])
MU, LOGVAR = 1.0, np.log(0.25)  # of q: sigma = ½
grid, dz = np.linspace(-20, 20, 8001, retstep=True)


def f(z):
    """log p(x|z) in nats, of each z in a column."""
    return Bernoulli(z * w + c).log_prob(image)


def density(z, mu, logvar):
    return np.exp(-0.5 * (np.log(2 * np.pi) + logvar + (z - mu) ** 2 / np.exp(logvar)))


def mean_of_f(mu, logvar):
    """The mean of f over q, by quadrature."""
    return np.sum(density(grid, mu, logvar) * f(grid[:, None])) * dz


def difference(function, mu, logvar, h=1e-5):
    """The slopes by mu and by logvar, by finite differences."""
    by_mu = (function(mu + h, logvar) - function(mu - h, logvar)) / (2 * h)
    return by_mu, (function(mu, logvar + h) - function(mu, logvar - h)) / (2 * h)


def sampled(mu):
    """The mean of f over five samples of q."""
    return f(Normal(mu * np.ones((5, 1)), LOGVAR * np.ones((5, 1))).sample(rng)).mean()


truth = difference(mean_of_f, MU, LOGVAR)
check("slope by mu through sample()", sg.grad(sampled)(MU), 0, 0)
check("slope by mu, the truth", truth[0], 1.0769, 1e-4)

# %% [markdown]
# ## The score function (REINFORCE)
#
# Write $\phi$ (phi) for a parameter of $q$: $\mu$ or $\log \sigma^2$. In the mean it occurs in the density alone. An
# integral is a sum of thin slices, so its slope is the sum of their slopes:
#
# $$
# \frac{\partial}{\partial \phi} \mathbb E_{q_\phi}[f(z)] = \frac{\partial}{\partial \phi} \int q_\phi(z)\, f(z)\, dz
# = \int \frac{\partial q_\phi(z)}{\partial \phi} f(z)\, dz. \tag{2.2.1}
# $$
#
# Samples estimate means over a density, and $\partial q_\phi / \partial \phi$ is no density: its area is 0, because
# that of $q_\phi$ is always 1. So multiply and divide by $q_\phi$. By the chain rule,
# $\partial \log q_\phi / \partial \phi$ is $\partial q_\phi / \partial \phi$ divided by $q_\phi$. This is the
# **log-derivative trick**:
#
# $$
# \frac{\partial}{\partial \phi} \mathbb E_{q_\phi}[f(z)]
# = \mathbb E_{q_\phi}\!\left[ f(z) \frac{\partial \log q_\phi(z)}{\partial \phi} \right]. \tag{2.2.2}
# $$
#
# The slope of $\log q_\phi$ is called the **score function**, and the mean of the bracket over random samples the
# **score function estimator**, or **REINFORCE**. For a normal density,
# $\log q = -\frac12 [\log 2\pi + \log \sigma^2 + (z - \mu)^2 / \sigma^2]$. The slope of
# $1 / \sigma^2 = e^{-\log \sigma^2}$ by $\log \sigma^2$ is $-1 / \sigma^2$. So
#
# $$
# \frac{\partial \log q}{\partial \mu} = \frac{z - \mu}{\sigma^2}, \quad
# \frac{\partial \log q}{\partial \log \sigma^2} = \tfrac12 \left( \frac{(z - \mu)^2}{\sigma^2} - 1 \right). \tag{2.2.3}
# $$
#
# The estimator moves $q$ towards the $z$ where $f$ is high. It needs no slope of $f$. So it also works if $z$ is
# discrete (a coin, a word), or if $f$ is a reward from outside, as in a game. But each sample is weighed by $f$
# itself: if every $f$ is near $-100$, the slope is a small difference of large numbers.

# %%
q = density(grid, MU, LOGVAR)
scores = (grid - MU) / np.exp(LOGVAR), 0.5 * ((grid - MU) ** 2 / np.exp(LOGVAR) - 1)
for number, name in enumerate(("mu", "log sigma²")):
    q_slope = difference(lambda mu, logvar: density(grid, mu, logvar), MU, LOGVAR)[number]
    check(f"(2.2.1) by {name}", np.sum(q_slope * f(grid[:, None])) * dz, truth[number], 1e-8)
    check(f"(2.2.2) by {name}", np.sum(q * f(grid[:, None]) * scores[number]) * dz, truth[number], 1e-8)
    check(f"(2.2.3) by {name}, times q", q * scores[number], q_slope, 1e-8)

# %% [markdown]
# ## The reparameterisation trick (pathwise estimator)
#
# The reparameterisation trick draws the randomness first, as noise $\varepsilon$ that does not depend on $\mu$
# and $\sigma$:
#
# $$ z = \mu + \sigma \odot \varepsilon, \quad \varepsilon \sim \mathcal N(0, I). \tag{2.2.4} $$
#
# ($\odot$ multiplies element by element; $\mathcal N(0, I)$ are independent standard normal numbers, one per latent.) A
# shifted and stretched bell curve is a bell curve. Its mean is $\mu$, and its variance
# $\mathbb E[\sigma^2 \varepsilon^2] = \sigma^2$: so $z$ has the density $q$. Now $\phi$ is inside of $f$, and the chain
# rule applies to each sample. By $\mu$ the slope of $z$ is 1. By $\log \sigma^2$ it is $\frac12 \sigma \varepsilon$,
# because $\sigma = e^{\frac12 \log \sigma^2}$:
#
# $$
# \frac{\partial}{\partial \mu} \mathbb E_q[f(z)] = \mathbb E_\varepsilon[f'(z)], \quad
# \frac{\partial}{\partial \log \sigma^2} \mathbb E_q[f(z)]
# = \mathbb E_\varepsilon[f'(z)\, \tfrac12 \sigma \varepsilon]. \tag{2.2.5}
# $$
#
# The mean over random samples is the **pathwise estimator**: autograd follows the path from $f$ through $z$ to $\mu$
# and $\sigma$. In a VAE a network, the **encoder**, computes the two from the image. A network can output any number,
# but $\sigma$ must be positive, so a `Normal` stores $\log \sigma^2$, called `logvar`.
#
# > In the debugger: `scratchgen debug vae.reparameterisation`

# %%
for function in (Normal.sigma.fget, Normal.rsample):  # fget: the function behind the property sigma
    print(inspect.getsource(function).splitlines()[-1])

eps = (grid[:, None] - MU) / np.exp(0.5 * LOGVAR)  # the noise that leads to each point of the grid
weights = q * dz  # its share of the probability: neither changes with the mu and logvar below


def by_noise(mu, logvar, kind=Normal):
    """The mean of f over z = mu + sigma ε, with a grid of ε in place of random numbers."""
    same = np.ones_like(eps)
    return np.sum(weights * f(kind(mu * same, logvar * same).rsample(eps)))


slope_of_f = sg.grad(lambda z: f(z).sum())(grid[:, None]).numpy()[:, 0]  # f'(z), of each z
paths = slope_of_f, slope_of_f * 0.5 * (grid - MU)  # sigma ε = z − mu
for number, name in enumerate(("mu", "log sigma²")):
    check(f"(2.2.5) by {name}", np.sum(weights * paths[number]), truth[number], 1e-8)
    by_autograd = sg.grad(by_noise, argnums=number)(MU, LOGVAR)
    check(f"(2.2.5) by {name}, rsample and autograd", by_autograd, truth[number], 1e-8)

# %% [markdown]
# ## Which estimate is noisier?
#
# For slopes by $\mu$ we compute the standard error of 100 samples: by quadrature (lines), and from the standard
# deviation of 100,000 random samples (dots). A third line shows a usual remedy: subtract the mean of $f$, a
# **baseline**, from $f$. The score function stays unbiased, because the score has the mean 0: put a constant for $f$
# into (2.2.2), and the left side is 0.

# %%
COLOURS = {"score function": SECOND, "score function with baseline": FAINT, "pathwise": ACCENT}


def three_estimates(z, mu, sigma, baseline):
    """Of each z, the three estimates of the slope by mu; one per row."""
    score, values = (z - mu) / sigma**2, f(z[:, None])
    slopes = sg.grad(lambda z: f(z).sum())(z[:, None]).numpy()[:, 0]
    return np.array([values * score, (values - baseline) * score, slopes])


sigmas, lines, dots = np.geomspace(0.05, 2, 9), [], []
for sigma in sigmas:
    b, q_now = mean_of_f(MU, 2 * np.log(sigma)), density(grid, MU, 2 * np.log(sigma)) * dz
    exact = three_estimates(grid, MU, sigma, b)
    lines.append(np.sqrt(exact**2 @ q_now - (exact @ q_now) ** 2))  # standard deviations
    dots.append(three_estimates(MU + sigma * rng.standard_normal(100_000), MU, sigma, b).std(axis=1))
lines, dots = np.array(lines), np.array(dots)
check("samples over quadrature, all 27", dots / lines, 1, 0.06)  # five standard deviations of the noisiest
for name, slopes in zip(
    COLOURS, three_estimates(MU + rng.standard_normal(100_000) / 2, MU, 0.5, -1), strict=True
):
    check(f"{name}: mean of 100,000", slopes.mean(), truth[0], 5 * slopes.std() / np.sqrt(100_000))

half = three_estimates(grid, MU, 0.5, 0.0)
variances = half**2 @ weights - (half @ weights) ** 2
check("samples needed, score over path", variances[0] / variances[2], 31.17, 0.01)

figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
for number, (name, colour) in enumerate(COLOURS.items()):  # 10 is the root of 100 samples
    axes.loglog(sigmas, lines[:, number] / 10, color=colour, label=name)
    axes.loglog(sigmas, dots[:, number] / 10, "o", color=colour, markersize=4)
axes.set(xlabel="sigma of q", ylabel="standard error of 100 samples")
axes.set_title("In a narrow q the score function is noisy, the pathwise estimator is not")
axes.legend(frameon=False)
figure.savefig(OUT / "noise.png", dpi=120)

# %% [markdown]
# Compare with what you wrote down: at $\sigma = \frac12$ the score function needs 31 times as many samples. (The
# standard error of $n$ samples is $\sqrt{\text{variance} / n}$. For equal standard errors, the two $n$ have the ratio
# of the variances.) In a narrower $q$ the ratio grows without end. In a narrow $q$ the score by $\mu$,
# $\varepsilon / \sigma$, is huge, and its products with $f$ nearly cancel. The pathwise estimator has $f'(z)$, which is
# then almost the same for all $z$. Real images make it worse: their $f$ is not near $-1$ but near $-100$. So VAEs use
# the pathwise estimator, often with a single sample per image.
#
# ## The KL divergence of two normal distributions
#
# The KL divergence is the mean of $\log (q / p)$ over $q$. Let $q = \mathcal N(\mu, \sigma^2)$ and
# $p = \mathcal N(m, s^2)$. The $2\pi$ of the two densities cancel:
#
# $$
# \log \frac{q(z)}{p(z)}
# = \tfrac12 \left( \log s^2 - \log \sigma^2 + \frac{(z - m)^2}{s^2} - \frac{(z - \mu)^2}{\sigma^2} \right). \tag{2.2.6}
# $$
#
# Take the mean over $q$. That of $(z - \mu)^2$ is $\sigma^2$. And $z - m = (z - \mu) + (\mu - m)$: the square of this
# has the mean $\sigma^2 + (\mu - m)^2$, since $z - \mu$ has the mean 0. Hence
#
# $$
# \mathrm{KL}(q \,\|\, p)
# = \tfrac12 \left( \frac{(\mu - m)^2}{s^2} + \frac{\sigma^2}{s^2} - 1 - \log \frac{\sigma^2}{s^2} \right). \tag{2.2.7}
# $$
#
# In a VAE, $p$ is the standard normal prior: $m = 0$, $s = 1$. The latents are independent, under $q$ and under $p$. So
# the logarithms of their densities add:
#
# $$ \mathrm{KL}(q \,\|\, p) = \tfrac12 \sum_d (\mu_d^2 + \sigma_d^2 - 1 - \log \sigma_d^2). \tag{2.2.8} $$
#
# Where do the terms pull? Differentiate (2.2.7):
#
# $$
# \frac{\partial\, \mathrm{KL}}{\partial \mu} = \frac{\mu - m}{s^2}, \quad
# \frac{\partial\, \mathrm{KL}}{\partial \log \sigma^2} = \tfrac12 \left( \frac{\sigma^2}{s^2} - 1 \right). \tag{2.2.9}
# $$
#
# Going downhill, the squared distance pulls $\mu$ to $m$ like a spring. The $\sigma^2$ makes $q$ narrower, and the
# logarithm makes it wider; they balance at $\sigma = s$. The $-1$ pulls nowhere: it makes the minimum 0. In the lines
# of the library, `np.expm1(v)` is $e^v - 1$.
#
# > In the debugger: `scratchgen debug vae.kl`, or `distributions.normal_kl`

# %%
for function in (Normal.kl_to_standard_normal, functional.kl_to_standard_normal):
    print(inspect.getsource(function))


def one(mu, logvar):
    return Normal(mu * np.ones((1, 1)), logvar * np.ones((1, 1)))


def integral(mu, logvar, m=0.0, log_s2=0.0):
    """KL(N(mu, sigma²) ‖ N(m, s²)), by quadrature."""
    q = density(grid, mu, logvar)
    log_ratio = one(mu, logvar).log_prob(grid[:, None]) - one(m, log_s2).log_prob(grid[:, None])
    return np.sum(q * log_ratio) * dz


for m, s in ((0.0, 1.0), (2.0, 0.7)):
    log_s2, s2, sigma2 = 2 * np.log(s), s**2, np.exp(LOGVAR)
    by_hand = 0.5 * (log_s2 - LOGVAR + (grid - m) ** 2 / s2 - (grid - MU) ** 2 / sigma2)
    near = np.abs(grid) < 5  # further out, the densities round to 0
    ratio = (density(grid, MU, LOGVAR) / density(grid, m, log_s2))[near]
    check(f"(2.2.6) m = {m}, s = {s}", np.log(ratio), by_hand[near], 1e-9)
    KL = 0.5 * ((MU - m) ** 2 / s2 + sigma2 / s2 - 1 - np.log(sigma2 / s2))
    check(f"(2.2.7) m = {m}, s = {s}", KL, integral(MU, LOGVAR, m, log_s2), 1e-9)
    check(f"(2.2.7) m = {m}, s = {s}, Normal.kl", one(MU, LOGVAR).kl(one(m, log_s2)), KL, 1e-12)
    slopes = difference(lambda mu, logvar, m=m, v=log_s2: integral(mu, logvar, m, v), MU, LOGVAR)
    check(f"(2.2.9) m = {m}, s = {s}", slopes, [(MU - m) / s2, 0.5 * (sigma2 / s2 - 1)], 1e-8)
two = np.array([[1.0, -2.0]]), np.log([[0.25, 9.0]])
by_parts = integral(1.0, np.log(0.25)) + integral(-2.0, np.log(9.0))
check("(2.2.8) two latents, the library", Normal(*two).kl_to_standard_normal(), by_parts, 1e-6)
library = [sg.grad(lambda a, b: one(a, b).kl_to_standard_normal().sum(), n)(MU, LOGVAR) for n in (0, 1)]
check("(2.2.9) the library, by mu", library[0], MU, 1e-12)
check("(2.2.9) the library, by log sigma²", library[1], 0.5 * (np.exp(LOGVAR) - 1), 1e-12)

# %% [markdown]
# The divergence is not symmetric. Let $p$ have two humps, called **modes**, and find the best bell curve $q$ in each
# direction. The direction of the ELBO, $\mathrm{KL}(q \,\|\, p)$, is the **reverse KL**. It is large if $q$ covers the
# gap where $p$ is small, so $q$ chooses one mode: it is **mode-seeking**. The **forward KL**,
# $\mathrm{KL}(p \,\|\, q)$, is large if $q$ is small where $p$ is not, so $q$ spans both modes: it is
# **mass-covering**.

# %%
z, step = np.linspace(-6, 6, 601, retstep=True)
p = 0.4 * density(z, -1.5, np.log(0.25)) + 0.6 * density(z, 1.5, np.log(0.25))
means, widths = (a.ravel() for a in np.meshgrid(np.arange(-3, 3, 0.05), np.arange(0.3, 2.5, 0.05)))
fits = density(z[:, None], means, 2 * np.log(widths))  # a column per bell curve
log_ratio = np.log(fits) - np.log(p)[:, None]
reverse, forward = np.sum(fits * log_ratio, axis=0).argmin(), np.sum(-p[:, None] * log_ratio, axis=0).argmin()
mean = np.sum(z * p) * step
check("reverse KL: q at the greater mode", means[reverse], 1.5, 0.025)
check("forward KL: q has the mean of p", means[forward], mean, 0.025)
check("forward KL: its variance", widths[forward] ** 2, np.sum((z - mean) ** 2 * p) * step, 0.1)

figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.4), layout="constrained")
sigmas = np.geomspace(0.2, 2.5, 60)
left.plot(sigmas, 0.5 * sigmas**2, color=SECOND, linestyle="--", label="½ sigma² (makes q narrower)")
left.plot(sigmas, -0.5 * np.log(sigmas**2), color=INK, linestyle=":", label="−½ log sigma² (makes q wider)")
left.plot(sigmas, 0.5 * (sigmas**2 - 1 - np.log(sigmas**2)), color=ACCENT, label="their sum − ½: KL")
left.set(xlabel="sigma of q", ylabel="nats", ylim=(-1.2, 4.2))
left.set_title("Two pulls balance at sigma = 1", fontsize=11)
left.legend(frameon=False, loc="upper center", fontsize=9)
right.fill_between(z, p, color=FAINT, label="p")
right.plot(z, fits[:, reverse], color=ACCENT, label="reverse KL")
right.plot(z, fits[:, forward], color=SECOND, linestyle="--", label="forward KL")
right.set(xlabel="z", ylabel="density", ylim=(0, 1.0), xlim=(-5, 5))
right.set_title("Reverse KL takes one mode, forward both", fontsize=11)
right.legend(frameon=False, loc="upper left", fontsize=9)
figure.savefig(OUT / "divergence.png", dpi=120)

# %% [markdown]
# ## Common mistakes
#
# The classic fault multiplies the noise by `exp(logvar)`: by the variance in place of the standard deviation. We plant
# it. A **gradient check**, which compares autograd with finite differences, passes: the derivative is right, but of
# the wrong function. At $\sigma = 1$ even the value is right, because there $\sigma^2 = \sigma$; and an untrained
# encoder outputs a `logvar` near 0. So test at another $\sigma$. The claim that sees the fault: the mean of $f$ over
# the noise equals the integral.


# %%
class PlantedNormal(Normal):
    def rsample(self, eps):
        return self.mu + np.exp(self.logvar) * eps  # the fault


def claim(kind, logvar):
    mean = by_noise(MU, logvar, kind)
    check(f"{kind.__name__}, logvar = {logvar:.2f}: mean of f", mean, mean_of_f(MU, logvar), 1e-9)


wrong = sg.check_grads(lambda mu, logvar: by_noise(mu, logvar, PlantedNormal), MU, LOGVAR)
check("PlantedNormal: error of gradients", wrong, 0, 1e-8)
claim(PlantedNormal, 0.0)
claim(Normal, LOGVAR)
try:
    claim(PlantedNormal, LOGVAR)
except AssertionError as problem:
    print("The claim sees the fault:", problem)
else:
    raise AssertionError("the claim does not see the planted fault")

# %% [markdown]
# Others that raise no error:
#
# - `sample` in place of `rsample`. The first check of this page shows it: the first term of the ELBO sends no slope to
#   the encoder, and the KL divergence alone trains it. It soon outputs the prior for every image.
# - `logvar` taken for $\log \sigma$ in (2.2.8). The KL divergence is then that of another $q$ than the sampled one.
# - The KL divergence averaged over the latents, where (2.2.8) has a sum. Its weight then depends on their number.
#
# ## Exercises and sources
#
# Start one with `scratchgen exercise start NAME`; `scratchgen exercise check` names the property that fails.
#
# 1. `reparameterise`: write (2.2.4), so that the gradient passes through the sample.
# 2. `kl-to-the-prior`: write (2.2.8).
# 3. `slopes-of-the-kl`: derive its two slopes on paper, without a look at (2.2.9).
# 4. To think about: $z$ is a coin that shows 1 with probability $\phi$. Which of the two estimators exists? Write it,
#    and compare its mean with the exact slope, $f(1) - f(0)$.
# 5. For $f(z) = z^2$ and $\mu = 0$, find both variances of the slope by $\mu$ on paper. (The mean of
#    $\varepsilon^6$ is 15.)
#
# Next: [a VAE on digits](2.3_vae_on_digits.py), where networks compute $\mu$ and $\log \sigma^2$ from the image.
#
# Sources:
#
# - D. P. Kingma and M. Welling (2014), Auto-encoding variational Bayes.
#   [arXiv:1312.6114](https://arxiv.org/abs/1312.6114)
# - D. J. Rezende, S. Mohamed and D. Wierstra (2014), Stochastic backpropagation and approximate inference in deep
#   generative models. [arXiv:1401.4082](https://arxiv.org/abs/1401.4082)
# - R. J. Williams (1992), Simple statistical gradient-following algorithms for connectionist reinforcement learning.
#   [doi:10.1007/BF00992696](https://doi.org/10.1007/BF00992696)
# - S. Mohamed, M. Rosca, M. Figurnov and A. Mnih (2020), Monte Carlo gradient estimation in machine learning.
#   [arXiv:1906.10652](https://arxiv.org/abs/1906.10652)

# %%
print("pictures:", OUT)

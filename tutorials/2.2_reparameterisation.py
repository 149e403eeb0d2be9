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
# needs slopes by $\mu$ and $\sigma$, and random numbers have none. The **reparameterisation trick**
# (reparameterization trick) writes each sample as a function of $\mu$, $\sigma$ and noise, and so gives it slopes. The
# second term of the ELBO, the KL divergence, has a formula.
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
# [standard errors](0.3_probability.py#monte-carlo-means-from-random-samples). Reading takes about 40 minutes without
# the tasks at the end, running two seconds.

# %%
import inspect
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen import functional
from scratchgen.distributions import Bernoulli, Normal
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="reparameterisation-"))  # the pictures of this page
rng = sg.random.default_rng(0)

# %% [markdown]
# ## A question first
#
# Take the model of page 2.1: three pixels, one latent $z$, and $q = \mathcal N(\mu, \sigma^2)$. We write $f(z)$ for
# $\log p(x \mid z)$, so the first term of the ELBO is $\mathbb E_q[f(z)]$. Training wants its slopes by $\mu$ and
# $\log \sigma^2$.
#
# This page has two **estimators** of a slope: rules that compute a number from random samples. Both are **unbiased**,
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
    """log p(x|z) in nats, for each z."""
    return Bernoulli(z[:, None] * w + c).log_prob(image)  # z as a column: a row per z


def density(z, mu, logvar):
    return np.exp(-0.5 * (np.log(2 * np.pi) + logvar + (z - mu) ** 2 / np.exp(logvar)))


def mean_of_f(mu, logvar):
    """The mean of f over q, by quadrature."""
    return np.sum(density(grid, mu, logvar) * f(grid)) * dz


def difference(function, h=1e-5):
    """The slopes of a function by mu and by logvar, by finite differences."""
    by_mu = (function(MU + h, LOGVAR) - function(MU - h, LOGVAR)) / (2 * h)
    return by_mu, (function(MU, LOGVAR + h) - function(MU, LOGVAR - h)) / (2 * h)


truth, five = difference(mean_of_f), np.ones(5)
sampled = lambda mu: f(Normal(mu * five, LOGVAR * five).sample(rng)).mean()  # over five samples
check("slope by mu through sample()", sg.grad(sampled)(MU), 0, 0)
check("slope by mu, the truth", truth[0], 1.0769, 1e-4)

# %% [markdown]
# ## The score function (REINFORCE)
#
# Write $\phi$ (phi) for a parameter of $q$: $\mu$ or $\log \sigma^2$. The mean of $f$ is the integral of
# $q_\phi(z)\, f(z)$, and only the density depends on $\phi$. An integral is a sum of thin slices, so its slope is the
# sum of their slopes. This gives the first equals sign:
#
# $$
# \frac{\partial}{\partial \phi} \int q_\phi(z)\, f(z)\, dz = \int \frac{\partial q_\phi(z)}{\partial \phi} f(z)\, dz
# = \mathbb E_{q_\phi}\!\left[ f(z) \frac{\partial \log q_\phi(z)}{\partial \phi} \right]. \tag{2.2.1}
# $$
#
# But samples estimate means over a density, and the slope of a density is no density: its area is 0. So use the chain
# rule: the slope of $\log q_\phi$ is that of $q_\phi$, divided by $q_\phi$. Hence the slope of $q_\phi$ is $q_\phi$
# times the slope of $\log q_\phi$, and the integral is a mean over $q_\phi$ again. This is the **log-derivative
# trick**.
#
# The slope of $\log q_\phi$ is the **score function**, and the mean of the bracket over random samples the **score
# function estimator**, or **REINFORCE**. For a normal density,
# $\log q = -\frac12 [\log 2\pi + \log \sigma^2 + (z - \mu)^2 / \sigma^2]$. The slope of
# $1 / \sigma^2 = e^{-\log \sigma^2}$ by $\log \sigma^2$ is $-1 / \sigma^2$. So
#
# $$
# \frac{\partial \log q}{\partial \mu} = \frac{z - \mu}{\sigma^2}, \quad
# \frac{\partial \log q}{\partial \log \sigma^2} = \tfrac12 \left( \frac{(z - \mu)^2}{\sigma^2} - 1 \right). \tag{2.2.2}
# $$
#
# This estimator needs no slope of $f$, so it also works if $z$ is discrete, such as a coin. But each sample is weighed
# by $f$ itself, so the slope can be a small difference of large numbers.

# %%
q = density(grid, MU, LOGVAR)
scores = (grid - MU) / np.exp(LOGVAR), 0.5 * ((grid - MU) ** 2 / np.exp(LOGVAR) - 1)
q_slopes = difference(lambda mu, logvar: density(grid, mu, logvar))
names = "mu", "log sigma²"
for n, name in enumerate(names):
    check(f"(2.2.1) by {name}, integral", np.sum(q_slopes[n] * f(grid)) * dz, truth[n], 1e-8)
    check(f"(2.2.1) by {name}, mean over q", np.sum(q * f(grid) * scores[n]) * dz, truth[n], 1e-8)
    check(f"(2.2.2) by {name}, times q", q * scores[n], q_slopes[n], 1e-8)

# %% [markdown]
# ## The reparameterisation trick (pathwise estimator)
#
# The reparameterisation trick draws the randomness first, as noise $\varepsilon$ that does not depend on $\mu$
# and $\sigma$:
#
# $$ z = \mu + \sigma \odot \varepsilon, \quad \varepsilon \sim \mathcal N(0, I). \tag{2.2.3} $$
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
# = \mathbb E_\varepsilon[f'(z)\, \tfrac12 \sigma \varepsilon]. \tag{2.2.4}
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

eps = (grid - MU) / 0.5  # the noise that leads to each point of the grid; q dz is its probability


def by_noise(mu, logvar, kind=Normal):
    """The mean of f over z = mu + sigma ε, with a grid of ε in place of random numbers."""
    z = kind(mu * np.ones(8001), logvar * np.ones(8001)).rsample(eps)
    return np.sum(q * f(z)) * dz


slope_of_f = sg.grad(lambda z: f(z).sum())  # f'(z), for each z
paths = slope_of_f(grid), slope_of_f(grid) * 0.5 * (grid - MU)  # sigma ε = z − mu
for n, name in enumerate(names):
    check(f"(2.2.4) by {name}", np.sum(q * paths[n]) * dz, truth[n], 1e-8)
    check(f"(2.2.4) by {name}, rsample and autograd", sg.grad(by_noise, n)(MU, LOGVAR), truth[n], 1e-8)

# %% [markdown]
# ## Which estimate is noisier?
#
# The standard error of $n$ samples is $\sqrt{\text{variance} / n}$. So for the same error, the noisier estimator needs
# more samples by the ratio of the variances. We compute them by quadrature, for slopes by $\mu$, and test both
# estimators with 100,000 random samples.


# %%
def two_estimates(z, sigma):
    """From each z, the two estimates of the slope by mu; one per row."""
    return np.array([f(z) * (z - MU) / sigma**2, slope_of_f(z)])


def deviations(sigma):
    """The standard deviations of the two estimates."""
    estimates, shares = two_estimates(grid, sigma), density(grid, MU, 2 * np.log(sigma)) * dz
    return np.sqrt(estimates**2 @ shares - (estimates @ shares) ** 2)


score, path = deviations(0.5)
check("samples needed, score over path", score**2 / path**2, 31.17, 0.01)
random = two_estimates(MU + 0.5 * rng.standard_normal(100_000), 0.5)
check("score function, 100,000 samples", random[0].mean(), truth[0], 5 * score / np.sqrt(100_000))
check("pathwise, 100,000 samples", random[1].mean(), truth[0], 5 * path / np.sqrt(100_000))

sigmas = np.geomspace(0.05, 2, 30)
figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
lines = axes.loglog(sigmas, [deviations(sigma) / 10 for sigma in sigmas])  # 10 is the root of 100 samples
axes.legend(lines, ["score function", "pathwise"], frameon=False)
axes.set(xlabel="sigma of q", ylabel="standard error of 100 samples")
axes.set_title("In a narrow q the score function is noisy, the pathwise estimator is not")
figure.savefig(OUT / "noise.png", dpi=120)

# %% [markdown]
# Compare with what you wrote down: at $\sigma = \frac12$ the score function needs 31 times as many samples. In a
# narrower $q$ the ratio grows without end: the score by $\mu$, $\varepsilon / \sigma$, is huge, and its products with
# $f$ nearly cancel. The pathwise estimator has $f'(z)$, which is then almost the same for all $z$. Real images make it
# worse: their $f$ is not near $-1$ but near $-100$. So VAEs use the pathwise estimator, often with a single sample per
# image.
#
# ## The KL divergence of two normal distributions
#
# The KL divergence is the mean of $\log (q / p)$ over $q$. Let $q = \mathcal N(\mu, \sigma^2)$ and
# $p = \mathcal N(m, s^2)$. The $2\pi$ of the two densities cancel:
#
# $$
# \log \frac{q(z)}{p(z)}
# = \tfrac12 \left( \log s^2 - \log \sigma^2 + \frac{(z - m)^2}{s^2} - \frac{(z - \mu)^2}{\sigma^2} \right). \tag{2.2.5}
# $$
#
# Take the mean over $q$. That of $(z - \mu)^2$ is $\sigma^2$. And $z - m = (z - \mu) + (\mu - m)$: the square of this
# has the mean $\sigma^2 + (\mu - m)^2$, since $z - \mu$ has the mean 0. Hence
#
# $$
# \mathrm{KL}(q \,\|\, p)
# = \tfrac12 \left( \frac{(\mu - m)^2}{s^2} + \frac{\sigma^2}{s^2} - 1 - \log \frac{\sigma^2}{s^2} \right). \tag{2.2.6}
# $$
#
# In a VAE, $p$ is the standard normal prior: $m = 0$, $s = 1$. The latents are independent, so the logarithms of their
# densities add:
#
# $$ \mathrm{KL}(q \,\|\, p) = \tfrac12 \sum_d (\mu_d^2 + \sigma_d^2 - 1 - \log \sigma_d^2). \tag{2.2.7} $$
#
# Its slopes are $\mu_d$, and $\frac12 (\sigma_d^2 - 1)$ by $\log \sigma_d^2$. Going downhill, the $\mu^2$ pulls $\mu$
# to 0 like a spring. The $\sigma^2$ makes $q$ narrower, and the logarithm makes it wider; they balance at $\sigma = 1$.
# The $-1$ pulls nowhere: it makes the minimum 0. In the line of the library, `np.expm1(v)` is $e^v - 1$.
#
# The divergence is not symmetric. [Page 2](02_vae.py#the-kl-divergence-and-the-reparameterisation-trick) shows what
# its two directions do to a $q$ that cannot equal $p$.
#
# > In the debugger: `scratchgen debug vae.kl`, or `distributions.normal_kl`

# %%
print(inspect.getsource(functional.kl_to_standard_normal).splitlines()[-1])


def log_ratio(mu, logvar, m, log_s2):  # (2.2.5)
    squares = (grid - m) ** 2 / np.exp(log_s2) - (grid - mu) ** 2 / np.exp(logvar)
    return 0.5 * (log_s2 - logvar + squares)


def KL(mu, logvar, m=0.0, log_s2=0.0):
    """KL(N(mu, sigma²) ‖ N(m, s²)), by quadrature."""
    return np.sum(density(grid, mu, logvar) * log_ratio(mu, logvar, m, log_s2)) * dz


def one(mu, logvar):
    return Normal(mu * np.ones((1, 1)), logvar * np.ones((1, 1)))


p = 2.0, np.log(0.49)  # m and log s²
near = np.abs(grid) < 5  # further out, the densities round to 0
check("(2.2.5)", np.log(q[near] / density(grid[near], *p)), log_ratio(MU, LOGVAR, *p)[near], 1e-9)
formula = 0.5 * ((MU - 2) ** 2 / 0.49 + 0.25 / 0.49 - 1 - np.log(0.25 / 0.49))
check("(2.2.6) by quadrature", KL(MU, LOGVAR, *p), formula, 1e-9)
check("(2.2.6) Normal.kl", one(MU, LOGVAR).kl(one(*p)), formula, 1e-12)
two = Normal(np.array([[MU, -2.0]]), np.array([[LOGVAR, 2.0]]))
check("(2.2.7) two latents", two.kl_to_standard_normal(), KL(MU, LOGVAR) + KL(-2.0, 2.0), 1e-6)
for n, slope in enumerate((MU, 0.5 * (0.25 - 1))):
    check(f"slope of the KL by {names[n]}", difference(KL)[n], slope, 1e-8)
    library = sg.grad(lambda *of_q: one(*of_q).kl_to_standard_normal().sum(), n)(MU, LOGVAR)
    check(f"slope of the KL by {names[n]}, the library", library, slope, 1e-12)

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


def claim(kind):
    check(f"{kind.__name__}: mean of f", by_noise(MU, LOGVAR, kind), mean_of_f(MU, LOGVAR), 1e-9)


wrong = sg.check_grads(lambda *of_q: by_noise(*of_q, PlantedNormal), MU, LOGVAR)
check("PlantedNormal: error of gradients", wrong, 0, 1e-8)
check("PlantedNormal, sigma = 1", by_noise(MU, 0.0, PlantedNormal), mean_of_f(MU, 0.0), 1e-9)
claim(Normal)
try:
    claim(PlantedNormal)
except AssertionError as problem:
    print("The claim sees the fault:", problem)
else:
    raise AssertionError("the claim does not see the planted fault")

# %% [markdown]
# Others that raise no error:
#
# - `sample` in place of `rsample`. The first check of this page shows it: the first term of the ELBO sends no slope to
#   the encoder, and the KL divergence alone trains it. It soon outputs the prior for every image.
# - `logvar` taken for $\log \sigma$ in (2.2.7). The KL divergence is then that of another $q$ than the sampled one.
#
# ## Exercises and sources
#
# Start one with `scratchgen exercise start NAME`; `scratchgen exercise check` names the property that fails.
#
# 1. `reparameterise`: write (2.2.3), so that the gradient passes through the sample.
# 2. `kl-to-the-prior`: write (2.2.7).
# 3. `slopes-of-the-kl`: derive its two slopes on paper, without a look at the text.
# 4. To think about: a usual remedy for the noise of the score function subtracts a constant $b$ from $f$. Why does the
#    mean stay the same? (Put a constant for $f$ into (2.2.1).) Which $b$ would you try, and what does it gain at
#    $\sigma = \frac12$?
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

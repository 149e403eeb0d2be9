# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 0.3 Probability: densities, means, entropy
#
# A **generative model** is a probability distribution that a program has learned. On this page you meet the ten
# ideas of probability that the course uses, and check each one by a sum or by random numbers.
#
# **You will be able to**
#
# - read a density, and compute means and variances from it;
# - fit a normal distribution by maximum likelihood;
# - estimate a mean from random samples, and say how far off the estimate is;
# - compute entropy and KL divergence, in nats and in bits;
# - read the bar in $p(x \mid z)$.
#
# **You need** school calculus (a derivative, an integral) and a little Python with NumPy arrays. Reading takes
# about 40 minutes, running two seconds.

# %%
import inspect
import math
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from scratchgen.distributions import Normal
from scratchgen.evaluation import mean_over_examples
from scratchgen.plots.figure import ACCENT, INK, SECOND
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="probability-"))  # the pictures of this page
rng = np.random.default_rng(3)  # random numbers, the same in every run

# %% [markdown]
# `check(label, value, expected, tolerance)` prints a value next to the expected one, and stops the page if they
# differ by more than the tolerance. For arrays it prints the largest difference, as "off by".
#
# ## A question first
#
# The apples of an orchard weigh 150 g on average. Most are within 10 g of this; their weights follow the bell
# curve that you will meet below.
#
# **Write down what you expect:** (a) In kilograms, the curve has its top at 0.150. How high is it there: can it
# be more than 1? (b) The mean weight is 150 g. Is the mean of the *squared* weight $150^2 = 22\,500$, more, or
# less? (c) You weigh 100 apples to estimate the mean. How many must you weigh for an error ten times smaller?
#
# ## Densities and means
#
# A **random variable** is a number that chance decides, such as the weight $x$ of an apple. Its **density**
# $p(x)$ is a curve: the probability that $x$ is between two values is the area under the curve between them,
#
# $$ P(a \le x \le b) = \int_a^b p(x)\, dx. \tag{0.3.1} $$
#
# So the whole area is 1. The density at one point is no probability: it may exceed 1 where the curve is narrow.
#
# The **expectation** $\mathbb E$ of a quantity $f(x)$ is its mean over all $x$, each weighted by its density:
#
# $$ \mathbb E[f(x)] = \int f(x)\, p(x)\, dx. \tag{0.3.2} $$
#
# If $x$ has only a few possible values, as a die has, each value has a probability, and the integral is a sum.
#
# Write $\mu$ (mu) for the mean $\mathbb E[x]$. The **variance** is the mean squared distance from it. Multiply out
# the square, and use that the mean of a sum is the sum of the means:
#
# $$ \mathrm{Var}[x] = \mathbb E[(x - \mu)^2] = \mathbb E[x^2] - 2 \mu\, \mathbb E[x] + \mu^2
#   = \mathbb E[x^2] - \mu^2. \tag{0.3.3} $$
#
# The variance is written $\sigma^2$ (sigma squared), and its root $\sigma$ is the **standard deviation**. So the
# mean of the square is $\mathbb E[x^2] = \mu^2 + \sigma^2$.
#
# A computer adds thin slices in place of an integral. The density of the apples is the library's `Normal`, which
# the next section writes out; it takes one row per point, and `logvar`, which is $\log \sigma^2$.

# %%
mu, sigma = 150.0, 10.0  # grams
x = np.linspace(50, 250, 20_001)


def integral(values):
    """The area below values at the points x: the sum of slices."""
    return values.sum() * (x[1] - x[0])


def log_density(x, mu, sigma):
    """log N(x; mu, sigma²) at the points x."""
    column = np.reshape(x, (-1, 1))  # one row per point
    same = np.ones(column.shape)
    return Normal(mu * same, np.log(sigma**2) * same).log_prob(column)


p = np.exp(log_density(x, mu, sigma))
within = (x >= mu - sigma) & (x <= mu + sigma)
check("whole area", integral(p), 1, 1e-9)
exact_area = math.erf(1 / math.sqrt(2))  # 0.683, by a function of Python that is made for this area
check("(0.3.1) between 140 g and 160 g", integral(p * within), exact_area, 1e-3)
check("(0.3.2) mean weight", integral(x * p), 150, 1e-6)
check("(0.3.3) variance", integral((x - mu) ** 2 * p), integral(x**2 * p) - mu**2, 1e-6)
check("mean of the square", integral(x**2 * p), 150**2 + 10**2, 1e-4)
check("height at 150 g, in grams", p.max(), 0.0399, 1e-4)
check("height at 0.150 kg, in kilograms", np.exp(log_density(0.150, 0.150, 0.010)), 39.9, 0.1)

# %% [markdown]
# ## The normal distribution and the likelihood
#
# The bell curve is the **normal distribution** $\mathcal N(\mu, \sigma^2)$, or Gaussian. Its density is
# $e^{-(x - \mu)^2 / (2 \sigma^2)} / (\sigma \sqrt{2 \pi})$. Here $\mu$ and $\sigma^2$ are the **parameters**, the
# numbers that fix the curve; they are written after a semicolon. Soon we multiply many densities, and the product
# gets too small for a computer. So we take the natural logarithm, $\log$:
#
# $$ \log \mathcal N(x; \mu, \sigma^2) = -\tfrac12 \bigl[ \log 2\pi + \log \sigma^2 + (x - \mu)^2 / \sigma^2 \bigr].
#   \tag{0.3.4} $$
#
# > In the debugger: `scratchgen debug distributions.normal` stops at this line.

# %%
print(inspect.getsource(Normal.log_prob))
by_hand = -0.5 * (np.log(2 * np.pi) + np.log(sigma**2) + (x - mu) ** 2 / sigma**2)
check("(0.3.4) the library, at all points", log_density(x, mu, sigma), by_hand, 1e-9)

# %% [markdown]
# (The sum over $d$ is for points with several coordinates; here there is one.) Now weigh $n$ apples. Two numbers
# are **independent** if one says nothing about the other; then their densities multiply, and the logarithms add:
#
# $$ \log p(x_1, \dots, x_n) = \sum_{i=1}^n \log p(x_i). \tag{0.3.5} $$
#
# As a function of $\mu$ and $\sigma$, this is the **log-likelihood**: how well do these parameters explain the
# data? **Maximum likelihood** takes the parameters where it is highest. There the derivatives are 0. Write
# $v = \sigma^2$. The derivative of (0.3.5) by $\mu$ is $\sum_i (x_i - \mu) / v$. The derivative of
# $\log v + (x - \mu)^2 / v$ by $v$ is $1 / v - (x - \mu)^2 / v^2$, so that of (0.3.5) is
# $-\tfrac12 \sum_i [1 / v - (x_i - \mu)^2 / v^2]$. Set both to 0, multiply the first by $v$ and the second by $v^2$,
# and solve. (The hat marks a value that was estimated from data.)
#
# $$ \hat\mu = \frac1n \sum_i x_i, \quad \hat\sigma^2 = \frac1n \sum_i (x_i - \hat\mu)^2. \tag{0.3.6} $$
#
# Is that the top? We try many values of $\mu$ and $\sigma$, and take the best.

# %%
n = 40
apples = mu + sigma * rng.standard_normal(n)
mean, deviation = apples.mean(), np.sqrt(np.mean((apples - apples.mean()) ** 2))
ticks_mu, ticks_sigma = np.linspace(140, 160, 401), np.linspace(5, 20, 301)
by_mu = [log_density(apples, value, deviation).sum() for value in ticks_mu]
by_sigma = [log_density(apples, mean, value).sum() for value in ticks_sigma]
product = np.prod(np.exp(log_density(apples, mu, sigma)))
check("(0.3.5) product and sum", np.log(product), log_density(apples, mu, sigma).sum(), 1e-9)
check("(0.3.6) best of 401 values of mu", ticks_mu[np.argmax(by_mu)], mean, 0.03)
check("(0.3.6) best of 301 values of sigma", ticks_sigma[np.argmax(by_sigma)], deviation, 0.03)

# %% [markdown]
# ## Monte Carlo: means from random samples
#
# Most integrals of this course have hundreds of variables, too many for slices. A **Monte Carlo** estimate draws $n$
# independent samples $x_i$ from $p$ and takes the mean $m$ of $f(x_i)$.
#
# The mean of a product of independent numbers is the product of their means, because their densities multiply. So for
# independent $u$ and $w$ with mean 0, $\mathbb E[(u + w)^2] = \mathbb E[u^2] + 2\, \mathbb E[u]\, \mathbb E[w] +
# \mathbb E[w^2]$. The middle term is 0: the variances of independent numbers add. So the sum of $n$ values has the
# variance $n \mathrm{Var}[f(x)]$. Division of the sum by $n$ divides the variance by $n^2$. The result is
# $\mathrm{Var}[f(x)] / n$, and its root is the **standard error**:
#
# $$ \mathbb E[f(x)] \approx m = \frac1n \sum_i f(x_i), \quad s = \sqrt{\mathrm{Var}[f(x)] / n}. \tag{0.3.7} $$
#
# This variance is unknown, so it is estimated from the samples. They are closer to their own mean $m$ than to the true
# mean, so division by $n$ gives too little. Division by $n - 1$ corrects this:
# $s = \sqrt{\sum_i (f(x_i) - m)^2 / (n (n - 1))}$.
#
# About 95 % of estimates are within $2s$ of the truth; $m \pm 2s$ is drawn as an **error bar**. The checks of random
# numbers below allow $5s$, which chance exceeds about once in two million. We estimate $\mathbb E[x^2]$ a thousand
# times, with 10, 100 and 1,000 apples.
#
# > In the debugger: `scratchgen debug evaluation.standard_error` stops in `mean_over_examples`.

# %%
sizes, spread = np.array([10, 100, 1000]), []
for size in sizes:
    squares = (mu + sigma * rng.standard_normal((1000, size))) ** 2
    spread.append(squares.mean(axis=1).std())  # of a thousand estimates

m, s = mean_over_examples(squares[0])  # (0.3.7), of one experiment with 1,000 apples
check("(0.3.7) mean of the square", m, mu**2 + sigma**2, 5 * s)
with_n_minus_1 = np.sqrt(np.sum((squares[0] - m) ** 2) / (1000 * 999))
check("s with n − 1, from these samples", s, with_n_minus_1, 1e-9)
deviation_of_square = np.sqrt(integral(x**4 * p) - integral(x**2 * p) ** 2)  # (0.3.3) with x² in place of x
predicted = deviation_of_square / np.sqrt(sizes)
# a known rule, given here without proof: a standard deviation of n numbers is off by the share 1/√(2n)
error_of_spread = 1 / np.sqrt(2 * 1000)
check("(0.3.7) s, thousand estimates over formula", spread / predicted, 1, 5 * error_of_spread)

figure, axes = plt.subplots(1, 2, figsize=(7.5, 3.2), layout="constrained")
axes[0].plot(ticks_mu, by_mu, color=SECOND)
axes[0].axvline(mean, color=ACCENT, linestyle="--")
axes[0].set(xlabel="mu, grams", ylabel="log-likelihood, nats")
axes[0].set_title("The likelihood is highest at the mean", fontsize=11)
axes[1].loglog(sizes, spread, "o", color=ACCENT, label="a thousand estimates")
axes[1].loglog(sizes, predicted, color=SECOND, label="formula")
axes[1].legend(frameon=False)
axes[1].set(xlabel="samples n", ylabel="standard error, g²")
axes[1].set_title("100 times n divides the error by 10", fontsize=11)
figure.savefig(OUT / "estimates.png", dpi=120)

# %% [markdown]
# Compare with what you wrote down: (a) 39.9 per kilogram, far above 1; (b) $22\,500 + 100$; (c) 10,000 apples.
#
# ## Entropy and divergence
#
# The rarer an event, the more it surprises. Its **surprise** is $-\log p$: 0 for a certain event, and two
# independent surprises add. With the natural logarithm the unit is the **nat**; one fair coin is $\log 2 = 0.693$
# nats, which is one **bit**. Let $q_k$ be the true probability of the value $k$, and $p_k$ the probability that
# somebody believes in. The **entropy** $H$ is the mean surprise of those who know $q$; the **Kullback–Leibler (KL)
# divergence** is how much more the believer in $p$ is surprised on average, $-\log p_k$ in place of $-\log q_k$:
#
# $$ H(q) = -\sum_k q_k \log q_k, \quad
# \mathrm{KL}(q \,\|\, p) = \sum_k q_k \log \frac{q_k}{p_k}. \tag{0.3.8} $$
#
# The KL divergence is never negative. The reason is **Jensen's inequality**: a mean of logarithms is at most the
# logarithm of the mean. Let $w$ be one of two positive values, each with probability $\frac12$. The mean of their
# logarithms is the middle of the **chord**, the straight line between two points of the curve $\log w$. The logarithm
# of their mean is on the curve above it, because the curve bends downwards. The same holds for any random $w > 0$:
#
# $$ \mathbb E[\log w] \le \log \mathbb E[w]. \tag{0.3.9} $$
#
# Take $w = p_k / q_k$, with the means over $q$: $-\mathrm{KL}(q \,\|\, p) = \mathbb E[\log w] \le \log \mathbb E[w]
# = \log \sum_k q_k \frac{p_k}{q_k} = \log \sum_k p_k = \log 1 = 0$.
#
# > In the debugger: `scratchgen debug distributions.entropy`, or `distributions.normal_kl`.

# %%
q_coin, p_coin = np.array([0.9, 0.1]), np.array([0.5, 0.5])
H, KL = -np.sum(q_coin * np.log(q_coin)), np.sum(q_coin * np.log(q_coin / p_coin))
check("(0.3.8) entropy of the biased coin, bits", H / np.log(2), 0.469, 1e-3)
check("(0.3.8) bits lost by believing it fair", KL / np.log(2), 1 - 0.469, 1e-3)

w = np.array([0.4, 4.0])  # each with probability ½
assert np.log(w).mean() < np.log(w.mean()), "(0.3.9) mean of logarithms, logarithm of the mean"
curve = np.linspace(0.25, 4.5, 200)
figure, axes = plt.subplots(figsize=(6, 3.2), layout="constrained")
axes.plot(curve, np.log(curve), color=INK)
axes.plot(w, np.log(w), "o--", color=SECOND)
axes.plot([w.mean()] * 2, [np.log(w.mean()), np.log(w).mean()], "o", color=ACCENT)
axes.text(w.mean() - 0.1, np.log(w.mean()) + 0.1, "log of the mean", ha="right")
axes.text(w.mean() + 0.2, np.log(w).mean() - 0.2, "mean of the logs")
axes.set(xlabel="w", ylabel="log w")
axes.set_title("The log of the mean is above the mean of the logs")
figure.savefig(OUT / "jensen.png", dpi=120)

# %% [markdown]
# For densities the sums are integrals. For two normal densities the integral can be solved; `Normal.kl` has the
# formula:

# %%
believed = Normal(np.array([[160.0]]), np.log([[20.0**2]]))
formula = Normal(np.array([[mu]]), np.log([[sigma**2]])).kl(believed)
extra_surprise = log_density(x, mu, sigma) - log_density(x, 160, 20)
check("KL of two normals, and the integral", formula.item(), integral(p * extra_surprise), 1e-6)

# %% [markdown]
# ## Two variables: the bar
#
# Let $z$ say how ripe an apple is, and let $x$ be its weight, now both counted from their means. The bar in
# $p(x \mid z)$ is read "given": this is the **conditional density** of $x$ once $z$ is known. The **joint density**
# of both is the product $p(x \mid z)\, p(z)$. If nobody tells us $z$, we add up over all its values. That gives the
# **marginal density** of $x$:
#
# $$ p(x) = \int p(x \mid z)\, p(z)\, dz. \tag{0.3.10} $$
#
# This is a mean: of $p(x \mid z)$, over $z$ drawn from $p(z)$. So Monte Carlo can estimate it. Take
# $z \sim \mathcal N(0, 1)$ ("$\sim$" means "is distributed as") and $x = z + \frac12 \varepsilon$ with independent
# $\varepsilon \sim \mathcal N(0, 1)$. Once $z$ is known, the rest of $x$ is noise with the variance
# $(\frac12)^2 = \frac14$: $p(x \mid z)$ is $\mathcal N(z, \frac14)$. If $z$ is not known, the variances add. A sum of
# independent normal variables is normal again, so $p(x)$ must be $\mathcal N(0, 1 + \frac14)$.
#
# The joint density can be split the other way round, $p(x \mid z)\, p(z) = p(z \mid x)\, p(x)$. Solved for the
# **posterior** $p(z \mid x)$, the density of $z$ after $x$ was seen, this is **Bayes' rule**:
#
# $$ p(z \mid x) = \frac{p(x \mid z)\, p(z)}{p(x)}. \tag{0.3.11} $$
#
# > In the debugger: `scratchgen debug vae.evidence` is the same integral in a [VAE](2.3_vae_on_digits.py).

# %%
z = rng.standard_normal(100_000)
given_z = np.exp(log_density(2.0 - z, 0, 0.5))  # p(x|z) at x = 2: the density of the noise 2 − z
m, s = mean_over_examples(given_z)
marginal = np.exp(log_density(2.0, 0, np.sqrt(1 + 1 / 4))).item()
check("(0.3.10) p(x) at x = 2", m, marginal, 5 * s)

grid = np.linspace(-8, 8, 161)  # in steps of 0.1
joint = [np.exp(log_density(grid - u, 0, 0.5) + log_density(u, 0, 1)) for u in grid]  # all x, z = u
check("volume below the joint density", np.sum(joint) * 0.1**2, 1, 1e-6)
posterior = np.exp(log_density(2.0 - grid, 0, 0.5) + log_density(grid, 0, 1)) / marginal
check("(0.3.11) area below p(z|x) at x = 2", posterior.sum() * 0.1, 1, 1e-6)

# %% [markdown]
# ## Common mistakes, exercises, sources
#
# A density with $\log \sigma$ in place of $\log \sigma^2$ looks right, and at $\sigma = 1$ it *is* right, because both
# are 0. We plant this fault. At any other $\sigma$, the claim that the area is 1 sees it.


# %%
def planted(x, mu, sigma):
    return -0.5 * (np.log(2 * np.pi) + np.log(sigma) + (x - mu) ** 2 / sigma**2)  # the fault


def claim(density, sigma):
    area = integral(np.exp(density(x, mu, sigma)))
    check(f"area of {density.__name__}, sigma = {sigma}", area, 1, 1e-6)


claim(log_density, 10.0)
claim(planted, 1.0)
try:
    claim(planted, 10.0)
except AssertionError as problem:
    print("The claim sees the fault:", problem)
else:
    raise AssertionError("the claim does not see the planted fault")

# %% [markdown]
# Another mistake: NumPy's `rng.normal(mu, sigma)` takes the standard deviation, not the variance.
#
# Exercises: start one with `scratchgen exercise start NAME`; `scratchgen exercise check` names the property that fails.
#
# 1. `standard-error`: write $m$, and $s$ with $n - 1$, for an array of samples.
# 2. `chance-in-numbers`: predict a density, a mean square, an entropy and an error, then run them.
# 3. `density-of-two-numbers`: find the bug in a density that is right for one number and wrong for two.
#
# Sources:
#
# - I. Goodfellow, Y. Bengio and A. Courville (2016), *Deep Learning*, chapter 3 (free online).
# - C. E. Shannon (1948), A mathematical theory of communication.
#   [doi:10.1002/j.1538-7305.1948.tb01338.x](https://doi.org/10.1002/j.1538-7305.1948.tb01338.x)
# - S. Kullback and R. A. Leibler (1951), On information and sufficiency.
#   [doi:10.1214/aoms/1177729694](https://doi.org/10.1214/aoms/1177729694)
# - N. Metropolis and S. Ulam (1949), The Monte Carlo method.
#   [doi:10.1080/01621459.1949.10483310](https://doi.org/10.1080/01621459.1949.10483310)
# - J. L. W. V. Jensen (1906), Sur les fonctions convexes et les inégalités entre les valeurs moyennes.
#   [doi:10.1007/BF02418571](https://doi.org/10.1007/BF02418571)

# %%
print("pictures:", OUT)

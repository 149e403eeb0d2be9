# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 2.1 The bound, by quadrature
#
# A **generative model** is a recipe for making data. Often the recipe uses hidden numbers, and the probability of
# the data is then an integral over the hidden numbers. With a single one it can be computed to twelve digits. On this
# page you do so for an image of three pixels, and compare the truth with the bound that trains every
# [variational autoencoder](2.3_vae_on_digits.py).
#
# **You will be able to**
#
# - compute the probability of an image under a model with one hidden number;
# - derive a lower bound on it, and say exactly how far below the truth the bound is;
# - raise the bound by gradient ascent, and explain why it stops short of the truth;
# - recognise a number that only looks like a bound.
#
# **You need** [probability](0.3_probability.py) (density, mean, nats, posterior) and
# [derivatives by a program](1.1_derivative_four_ways.py). Reading takes about 40 minutes, each exercise some more,
# running five seconds. (You can skip the lines from `figure` to `savefig`.)

# %%
import inspect
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen.distributions import Bernoulli, Normal
from scratchgen.plots.figure import ACCENT, FAINT, INK, SECOND
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="bound-"))  # the pictures of this page

# %% [markdown]
# ## A model with one hidden number
#
# The model makes an image $x$ of three pixels in two steps. First it draws a hidden number $z$, the **latent**
# variable, from the bell curve with mean 0 and variance 1, the **standard normal distribution** $\mathcal N(0, 1)$.
# The density $p(z)$ of this curve is called the **prior**.
#
# Then it tosses three coins, one per pixel. Pixel $d$ is 1 with the probability $p_d = \sigma(w_d z + c_d)$. Here
# $w_d z + c_d$ may be any number, the **logit**, and the **sigmoid** $\sigma(a) = 1 / (1 + e^{-a})$ makes a
# probability of it. Such a coin is a **Bernoulli** distribution. The step from $z$ to the logits is called the
# **decoder**; in a real model it is a network. Given $z$, the coins are independent, so their log-probabilities
# add up:
#
# $$
# \log p(x \mid z) = \sum_d x_d \log p_d + (1 - x_d) \log(1 - p_d), \quad p = \sigma(\text{decoder}(z)). \tag{2.1.1}
# $$
#
# Nobody sees $z$. The probability of the image alone, called its **evidence**, is the mean over all $z$:
#
# $$ \log p(x) = \log \int p(x \mid z)\, p(z)\, dz. \tag{2.1.2} $$
#
# **Quadrature** replaces the integral by a sum over a fine grid: height times width of many narrow strips. If the
# function is smooth, and practically 0 at both ends, only rounding errors remain. (The last source below proves this.)
# We check it twice: half as many strips give the same number, and the probabilities of all eight images sum to 1.
#
# > In the debugger: `scratchgen debug vae.evidence`, or `vae.likelihood`

# %%
w, c = np.array([2.0, 1.0, -1.5]), np.array([0.0, -0.5, 0.3])
image = np.array([1.0, 1.0, 0.0])


def decode(z, w=w):
    """z (n, 1) → the three coins, n times."""
    return Bernoulli(z * w + c)


def normal_density(z, mu=0.0, sigma=1.0):
    return np.exp(-(((z - mu) / sigma) ** 2) / 2) / (sigma * np.sqrt(2 * np.pi))


def evidence_of(x, strips=2000, w=w):
    """log p(x) in nats; also the grid, and the integrand p(x|z) p(z) on it."""
    z, dz = np.linspace(-10, 10, strips + 1, retstep=True)
    joint = np.exp(decode(z[:, None], w).log_prob(x)) * normal_density(z)
    return np.log(joint.sum() * dz), z, joint


evidence, grid, joint = evidence_of(image)
dz = grid[1] - grid[0]
eight = np.array([*np.ndindex(2, 2, 2)], float)  # all images
check("(2.1.2) half as many strips", evidence_of(image, 1000)[0], evidence, 1e-12)
check("(2.1.2) all eight images", sum(np.exp(evidence_of(x)[0]) for x in eight), 1, 1e-12)

# %% [markdown]
# ## A question first
#
# Once the image is seen, some $z$ are more plausible than others. Their density is the **posterior**
# $p(z \mid x) = p(x \mid z)\, p(z) / p(x)$. In a real model it is out of reach, because $p(x)$ is. So one works with
# a guess that has a simple form: $q(z \mid x)$, a bell curve with a mean $\mu$ and a standard deviation $\sigma$ of
# our choice, the **approximate posterior**.
#
# **Write down what you expect:** from $q$ we shall compute a lower bound on $\log p(x)$. How many nats below the
# truth is the bound for the best bell curve: 1, 0.1, 0.01? And if $q$ is simply the prior?
#
# ## Deriving the evidence lower bound (ELBO)
#
# Multiply and divide the integrand by $q$. We write $\mathbb E_q$ for the mean over $z$ drawn from $q$. The
# logarithm is concave (it bends downwards), so the log of a mean is never less than the mean of the logs:
#
# $$
# \log p(x) = \log \mathbb E_q\!\left[ \frac{p(x \mid z)\, p(z)}{q(z \mid x)} \right]
# \ge \mathbb E_q\!\left[ \log \frac{p(x \mid z)\, p(z)}{q(z \mid x)} \right]. \tag{2.1.3}
# $$
#
# This is Jensen's inequality. The right-hand side is the **evidence lower bound (ELBO)**. Split its logarithm into
# $\log p(x \mid z)$ and $-\log \frac{q(z \mid x)}{p(z)}$:
#
# $$ \log p(x) \ge \mathbb E_{q(z \mid x)}[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \,\|\, p(z)). \tag{2.1.4} $$
#
# The **Kullback–Leibler (KL) divergence** of two densities, $\mathrm{KL}(q \,\|\, p)$, is the mean of
# $\log q - \log p$ over $q$. It is 0 if the two are equal, and positive otherwise.
#
# How much is lost? Put $p(x \mid z)\, p(z) = p(z \mid x)\, p(x)$ into the ratio on the right of (2.1.3). Its logarithm
# becomes $\log p(x) - \log \frac{q(z \mid x)}{p(z \mid x)}$. The first part is the same for all $z$, so its mean is
# $\log p(x)$. The mean of the second logarithm is the KL divergence from $q$ to the posterior. So
#
# $$ \log p(x) - \text{ELBO} = \mathrm{KL}(q(z \mid x) \,\|\, p(z \mid x)) \ge 0. \tag{2.1.5} $$
#
# The bound is **tight** (equal to the truth) if $q$ is the posterior, and only then.
#
# Below is the bound in the library, for B images of D pixels, with Z latents each. `_log_likelihood` computes
# $z = \mu + \sigma \varepsilon$ and then (2.1.1), `KL` is the divergence in (2.1.4), and `value` is their difference.
# (Here `_mean_over_samples` changes nothing, and `terms` is `False`.)
#
# > In the debugger: `scratchgen debug vae.elbo`

# %%
print(inspect.getsource(sg.vae.elbo))

# %% [markdown]
# ## Both sides, to twelve digits
#
# If $\varepsilon$ is drawn from the standard normal distribution, then $z = \mu + \sigma \varepsilon$ has the density
# $q$. `elbo` takes random numbers $\varepsilon$ as an argument, `eps`. We hand it a fine grid instead, and weight its
# results by the density of $\varepsilon$: their sum is the exact mean.
#
# So we can compare the library with (2.1.3) and (2.1.5), for three choices of $q$: a narrow one, the prior, and one
# found by **gradient ascent**, small steps uphill along the slopes of the bound by $\mu$ and $\log \sigma^2$. (Not by
# $\sigma$, which a step could make negative.)

# %%
eps, width = np.linspace(-9, 9, 721, retstep=True)
weights, ones = normal_density(eps) * width, np.ones((721, 1))


def exact_elbo(mu, logvar, w=w, bound=sg.vae.elbo):
    """The mean over ε of a bound, for q = N(mu, sigma²) with logvar = log sigma²; in nats."""
    q = Normal(mu * ones, logvar * ones)
    return np.sum(weights * bound(image, q, lambda z: decode(z, w), eps[:, None]))


def kl(q, p):
    """The mean of log q − log p over q, on the grid."""
    return np.sum(q * np.log(np.maximum(q, 1e-300) / p)) * dz


posterior = joint / np.exp(evidence)
climb = sg.grad(exact_elbo, argnums=(0, 1))  # the slopes by the first two arguments
mu, logvar = 0.0, 0.0
for _ in range(150):
    slopes = climb(mu, logvar)
    mu, logvar = mu + 0.5 * slopes[0].item(), logvar + 0.5 * slopes[1].item()

choices = {"narrow": (-1.0, -3.0), "the prior": (0.0, 0.0), "ascent": (mu, logvar)}
for name, (m, lv) in choices.items():
    q = normal_density(grid, m, np.exp(0.5 * lv))
    ratio = joint / np.maximum(q, 1e-300)  # p(x|z) p(z) / q(z|x)
    bound = exact_elbo(m, lv)
    check(f"(2.1.3) {name}: log of the mean", np.log(np.sum(q * ratio) * dz), evidence, 1e-11)
    check(f"(2.1.3) {name}: mean of the log", np.sum(q * np.log(ratio)) * dz, bound, 1e-11)
    check(f"(2.1.5) {name}: the gap", evidence - bound, kl(q, posterior), 1e-11)
    assert bound < evidence, "(2.1.3)"
check("gap if q is the prior, nats", evidence - exact_elbo(0.0, 0.0), 1.516, 0.001)
check("gap of the best bell curve, nats", evidence - exact_elbo(mu, logvar), 0.0048, 0.0001)

# %% [markdown]
# Compare with what you wrote down. The best bell curve loses 0.005 nats, because the posterior is nearly, but not
# quite, a bell curve. The prior as $q$ loses 1.5 nats.

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.6), layout="constrained")
sigma = np.exp(0.5 * logvar)
left.fill_between(grid, posterior, color=FAINT, label="posterior")
left.plot(grid, normal_density(grid), color=SECOND, linestyle="--", label="prior")
left.plot(grid, normal_density(grid, mu, sigma), color=ACCENT, label="best $q$")
left.set(xlim=(-3.2, 4.2), ylim=(0, 0.9), xlabel="$z$", ylabel="density")
left.legend(frameon=False, loc="upper left", fontsize=9)
places = np.linspace(-1, 3, 61)
for scale, colour in ((0.25, FAINT), (1.2, SECOND), (sigma, ACCENT)):
    bounds = [exact_elbo(m, 2 * np.log(scale)) for m in places]
    right.plot(places, bounds, color=colour, label=rf"$\sigma = {scale:.2f}$")
right.axhline(evidence, color=INK, linestyle="--", label="evidence")
right.set(xlabel=r"$\mu$ of $q$", ylabel="ELBO, nats", ylim=(-6, -1.2))
right.legend(frameon=False, loc="lower center", fontsize=9)
figure.suptitle("No bell curve lifts the bound above the evidence")
figure.savefig(OUT / "bound.png", dpi=120)

# %% [markdown]
# On the left are the three densities; on the right is the bound for many $\mu$ and three $\sigma$.
#
# On the course's site, the next picture moves: two sliders set $\mu$ and $\sigma$ of $q$. The ELBO and the gap always
# sum to the evidence. Make the gap as small as you can. Where is $q$ then, compared with the posterior?
#
# ![The gap between the ELBO and the evidence, next to the densities](pictures/moving-elbo.png)

# %% [markdown]
# ## Does a higher bound mean a better model?
#
# Training moves the model too, here the weights $w$ of the decoder. Write (2.1.5) before and after a few steps, and
# subtract. With $\Delta$ for a change,
#
# $$
# \Delta \log p(x) = \Delta\, \text{ELBO} + \Delta\, \mathrm{KL}(q(z \mid x) \,\|\, p(z \mid x)). \tag{2.1.6}
# $$
#
# If the gap shrinks by more than the bound rises, then the evidence falls. Take four steps of gradient ascent on the
# bound by $w$, first with the narrow $q$, then with the best one:

# %%
slope_of_w = sg.grad(lambda w, mu, logvar: exact_elbo(mu, logvar, w))
for name, rise, change in (("narrow", 3.303, -0.843), ("ascent", 0.162, 0.170)):
    (m, lv), w_now = choices[name], w
    for _ in range(4):
        w_now = w_now + 0.5 * slope_of_w(w_now, m, lv).numpy()
    after, _, joint_after = evidence_of(image, w=w_now)
    q = normal_density(grid, m, np.exp(0.5 * lv))
    d_bound = exact_elbo(m, lv, w_now) - exact_elbo(m, lv)
    d_gap = kl(q, joint_after / np.exp(after)) - kl(q, posterior)
    check(f"(2.1.6) {name}: change of log p(x)", after - evidence, d_bound + d_gap, 1e-11)
    check(f"{name}: rise of the bound", d_bound, rise, 0.001)
    check(f"{name}: change of the evidence", after - evidence, change, 0.001)

# %% [markdown]
# With the narrow $q$ the bound rises by 3.3 nats, and the model has become *worse* by 0.8 nats: its posterior has
# moved to the $z$ that the poor $q$ proposes. With the best $q$ the gap is 0.005 nats, and it cannot shrink by more. So
# the evidence must rise, too. Training must move both: $q$ towards the posterior, and then the model.
#
# ## Common mistakes
#
# A sign is easily lost. We plant this fault: the KL divergence is added where it must be subtracted. The values look
# like any others. The claim that sees the fault is the meaning of the word *bound*: no $q$ may lift it above the
# evidence.


# %%
def wrong_sign(x, q, decode, eps):
    return decode(q.rsample(eps)).log_prob(x) + q.kl_to_standard_normal()  # the fault


def claim(bound):
    top = max(exact_elbo(m, lv, bound=bound) for m in (-2.0, 0.0, 2.0) for lv in (-2.0, 0.0, 1.0))
    check(f"{bound.__name__}: nats above the evidence", max(top - evidence, 0), 0, 1e-9)


claim(sg.vae.elbo)
try:
    claim(wrong_sign)
except AssertionError as problem:
    print("The claim sees the fault:", problem)
else:
    raise AssertionError("the claim does not see the planted fault")

one_sample = sg.vae.elbo(image, Normal(mu * ones, logvar * ones), decode, eps[:, None])
check("share of samples above the evidence", np.sum(weights[one_sample > evidence]), 0.632, 0.005)

# %% [markdown]
# Another mistake is in reading the number. Training computes the bound from one random $z$. Such a sample may exceed
# the evidence, as the last line shows: only the mean is bounded.
#
# ## Exercises and sources
#
# Start the first one with `scratchgen exercise start bound-above-the-evidence`; `scratchgen exercise check` names the
# property that fails. The others are to think about.
#
# 1. `bound-above-the-evidence`: find the bug in an ELBO that exceeds $\log p(x)$ if $q$ is narrow.
# 2. Predict, then compute: for which of the eight images is the best gap largest?
# 3. Let $w$ be three times as large. Is the posterior still nearly a bell curve? Plot it, and find the gap.
# 4. Derive (2.1.5) in another way: write $\mathrm{KL}(q \,\|\, p(z \mid x))$ as a mean over $q$, and put in
#    $p(z \mid x) = p(x \mid z)\, p(z) / p(x)$.
# 5. Take a sum of two bell curves as $q$. Which parts of `exact_elbo` must change, and can it beat the best bell
#    curve?
#
# Next: [the reparameterisation trick](2.2_reparameterisation.py), which replaces the grid of $\varepsilon$ by random
# numbers.
#
# Sources:
#
# - D. P. Kingma and M. Welling (2014), Auto-encoding variational Bayes.
#   [arXiv:1312.6114](https://arxiv.org/abs/1312.6114)
# - D. M. Blei, A. Kucukelbir and J. D. McAuliffe (2017), Variational inference: a review for statisticians.
#   [doi:10.1080/01621459.2017.1285773](https://doi.org/10.1080/01621459.2017.1285773)
# - L. N. Trefethen and J. A. C. Weideman (2014), The exponentially convergent trapezoidal rule.
#   [doi:10.1137/130932132](https://doi.org/10.1137/130932132)

# %%
print("pictures:", OUT)

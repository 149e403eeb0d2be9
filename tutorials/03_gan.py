# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 3. The generative adversarial network
#
# You will learn what the value of the game measures, why the generator is trained with a different loss from
# the one in the formula, how to recognise a training loop that does not train a GAN at all, why the players
# circle and how to damp them, and how to distinguish a good generator from one that only looks good.

# %%
import inspect
import math
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen import evaluation, gan, plots
from scratchgen.data import load_images, load_points
from scratchgen.functional import sigmoid, softplus
from scratchgen.gan.monitor import GANMonitor
from scratchgen.nn import Linear, SpectralNorm
from scratchgen.optim import SGD, Adam
from scratchgen.runs import History
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="gan-"))  # the pictures of this page
INK, RED, BLUE, GREY = "#1b2a41", "#d1495b", "#2e86ab", "#b8c0cc"

# %% [markdown]
# ## The value function of the game
#
# A generator $G$ turns noise $z \sim p_z$ into a fake $G(z)$. A discriminator $D$ gives each example the
# probability $D(x)$ that it is real. They compete over one number, the value
#
# $$
# \min_G \max_D V(D, G), \qquad
# V(D, G) = \mathbb E_{x \sim p_{data}}[\log D(x)] + \mathbb E_{z \sim p_z}[\log (1 - D(G(z)))]. \tag{3.1}
# $$
#
# $V$ is twice the mean log-likelihood of a classifier on an even mixture of real and fake examples: each of the
# two means is over one half of the mixture. It is at most 0 (always right and certain), and
# $2 \log \frac12 = -\log 4 = -1.386$ for a discriminator that returns $\frac12$ for everything. $D$ maximises
# it, $G$ minimises it. In the code $D$ is represented by its logit $a$, $D(x) = \sigma(a(x))$:
#
# > In the debugger: `scratchgen debug gan.value`

# %%
print(inspect.getsource(gan.value))
undecided = np.zeros(4)
check("V of an undecided discriminator", gan.value(undecided, undecided), -math.log(4), 1e-15)

a_real, a_fake = np.array([2.0, -0.5, 1.0]), np.array([-1.0, 0.3, -3.0])  # logits of three examples each
D_of_all, is_real = sigmoid(np.concatenate([a_real, a_fake])), np.repeat([True, False], 3)
mean_log_likelihood = np.mean(np.log(np.where(is_real, D_of_all, 1 - D_of_all)))
check("V, twice the mean log-likelihood", gan.value(a_real, a_fake), 2 * mean_log_likelihood, 1e-14)

# %% [markdown]
# ## The distribution of the generated examples
#
# Some texts write "$G(z) \sim p_z(z)$". This is a misprint: $z$ has the density $p_z$, and $x = G(z)$ has a
# different density $p_g$, which training changes. (If fakes had the density of the noise, there would be
# nothing to learn.) For a monotone $G$ in one dimension, the change of variables gives
#
# $$ p_g(x) = p_z(G^{-1}(x)) \left| \frac{dG^{-1}}{dx} \right|. \tag{3.2} $$
#
# Take $G(z) = e^{z/2}$ with $z \sim \mathcal N(0, 1)$. Then $p_g(x) = 2\, p_z(2 \log x)/x$, whose mean is
# $e^{1/8} = 1.133$ and whose median is 1. The noise has mean and median 0. With 100,000 samples, the
# tolerance is five standard errors. The library computes the density from the slope of $G$, which autograd
# provides.
#
# > In the debugger: `scratchgen debug gan.generated_density`

# %%
n = 100_000
rng = sg.Generator(0)
G_of_z = np.exp(rng.standard_normal(n, np.float64) / 2)
check("mean of G(z)", G_of_z.mean(), math.exp(1 / 8), 5 * G_of_z.std() / math.sqrt(n))
check("share of G(z) below 1", np.mean(G_of_z < 1), 0.5, 5 * 0.5 / math.sqrt(n))
inside = np.linspace(0.8, 1.5, 10_001)
p_g = np.exp(gan.generated_log_density(lambda z: np.exp(z / 2), 2 * np.log(inside)).numpy())
check("p_g(1) = 2 p_z(0)", np.interp(1, inside, p_g), 2 / math.sqrt(2 * math.pi), 1e-6)
by_density = np.trapezoid(p_g, inside)
check("share in 0.8 … 1.5, sampled and by p_g", np.mean((G_of_z > 0.8) & (G_of_z < 1.5)), by_density, 0.008)

# %% [markdown]
# ## The optimal discriminator
#
# Both expectations are integrals over $x$, the second with $p_g$:
# $V = \int p_{data} \log D + p_g \log(1 - D)\, dx$. At each $x$ separately, $p \log D + q \log (1 - D)$ has
# the derivative $p/D - q/(1 - D)$, which is 0 at
#
# $$
# D^*(x) = \frac{p_{data}(x)}{p_{data}(x) + p_g(x)},
# \qquad \text{with the logit } a^* = \log p_{data} - \log p_g. \tag{3.3}
# $$
#
# Substitute it, and with the mixture $m = (p_{data} + p_g)/2$
#
# $$
# V(D^*, G) = \int p_{data} \log \frac{p_{data}}{2m} + p_g \log \frac{p_g}{2m}\, dx
# = -\log 4 + 2\, \mathrm{JSD}(p_{data} \,\|\, p_g), \tag{3.4}
# $$
#
# with the Jensen–Shannon divergence (JSD). So against an optimal discriminator the generator minimises a
# divergence between densities, which is 0 only if they are equal. We check this for the data distribution
# $\mathcal N(0, 1)$ and a generator with the distribution $\mathcal N(s, 1)$. The integrands are smooth and
# vanish inside the grid, so the sums are exact to rounding.
#
# > In the debugger: `scratchgen debug gan.optimal_discriminator`

# %%
x = np.linspace(-14, 20, 20_001)
dx = x[1] - x[0]


def log_normal(mu):
    return -0.5 * (x - mu) ** 2 - 0.5 * math.log(2 * math.pi)


def V_by_quadrature(p, q, a):
    """∫ p log σ(a) + q log(1 − σ(a)) dx."""
    return np.sum(p * -softplus(-a) + q * -softplus(a)) * dx


def jsd(log_p, log_q):
    log_m = np.logaddexp(log_p, log_q) - math.log(2)
    return 0.5 * np.sum(np.exp(log_p) * (log_p - log_m) + np.exp(log_q) * (log_q - log_m)) * dx


log_p = log_normal(0)
p = np.exp(log_p)
for s in (0.0, 1.0, 3.0, 6.0):
    log_q = log_normal(s)
    q, best = np.exp(log_q), log_p - log_q
    at_best = V_by_quadrature(p, q, best)
    log_m = np.logaddexp(log_p, log_q) - math.log(2)
    middle = np.sum(p * (log_p - log_m) + q * (log_q - log_m)) * dx - math.log(
        4
    )  # log p/2m = log p/m − log 2
    check(
        f"(3.3) σ(a*) for a shift of {s:g}", np.abs(sigmoid(best) - np.exp(log_p - log_m) / 2).max(), 0, 1e-13
    )
    check(f"(3.4) V(D*, G), shift {s:g}: the integral", at_best, middle, 1e-12)
    check(f"(3.4) V(D*, G), shift {s:g}: with the JSD", at_best, -math.log(4) + 2 * jsd(log_p, log_q), 1e-12)
    for _ in range(20):
        other = best + 0.1 * rng.standard_normal(x.shape)
        assert V_by_quadrature(p, q, other) < at_best, "(3.3) no other discriminator has a higher value"

# %%
q = np.exp(log_normal(3))
figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
axes.fill_between(x, p, color=GREY, label="data $p_{data}$")
axes.fill_between(x, q, color=BLUE, alpha=0.35, label="fakes $p_g$, shifted by 3")
axes.plot(x, p / (p + q), color=INK, label="$D^* = p_{data}/(p_{data} + p_g)$")
axes.set(
    xlim=(-4, 7),
    ylim=(0, 1.05),
    xlabel="$x$",
    ylabel="density, and output of D",
    title="The optimal discriminator",
)
axes.legend(frameon=False, loc="center right", fontsize=9)
axes.spines[["top", "right"]].set_visible(False)
figure.savefig(OUT / "best_discriminator.png", dpi=120)

# %% [markdown]
# At shift 6 the value is already nearly 0: the two densities hardly overlap, and moving the fakes a little
# changes almost nothing. So the formula is a poor loss for $G$.
#
# ## The saturating and the non-saturating generator loss
#
# According to the formula $G$ minimises $\log(1 - \sigma(a))$, where $a$ is the logit of a fake. The
# derivative is $-\sigma(a)$. Early in training $D$ rejects fakes with high confidence, for example $a = -5$,
# where $\sigma(-5) = 0.0067$: the loss saturates, and the worse the fake, the smaller its gradient. In
# practice one minimises the non-saturating loss $-\log \sigma(a)$ instead, whose derivative is
# $-(1 - \sigma(a))$, 148 times as large at $a = -5$. Both losses have the same fixed point, but they are not
# "the same".
#
# > In the debugger: `scratchgen debug gan.generator_loss`

# %%
print(inspect.getsource(gan.generator_loss))

slope = {
    "minimax": sg.grad(lambda a: gan.generator_loss(a, "minimax")),
    "nonsaturating": sg.grad(lambda a: gan.generator_loss(a, "nonsaturating")),
}
at_minus_5 = {kind: of(np.array([-5.0])).item() for kind, of in slope.items()}
check("minimax, derivative at a = −5", at_minus_5["minimax"], -1 / (1 + math.exp(5)), 1e-15)
check("non-saturating, derivative at a = −5", at_minus_5["nonsaturating"], -1 / (1 + math.exp(-5)), 1e-15)
check("their ratio", at_minus_5["nonsaturating"] / at_minus_5["minimax"], math.exp(5), 1e-11)

# %%
plots.generator_losses(OUT / "losses.png")

# %% [markdown]
# ## A published training loop that does not train a GAN
#
# This is the core of a training function from an article on generative models, written in Keras:
#
# ```python
# generated_images = generator.predict(noise)                          # (1)
# for _ in range(int(batch_size / 64)):                                # (2)
#     img_batch = generated_images[_]                                  # (3)
#     label = np.ones((batch_size, 1))                                 # (4)
#     discriminator.train_on_batch(img_batch, label)
# discriminator.trainable = False                                      # (5)
# for _ in range(int(batch_size / 64)):
#     generated_images_batch = generator.predict(noise_batch)
#     label = np.ones((batch_size, 1))
#     discriminator.train_on_batch(generated_images_batch, label)      # (6)
# ```
#
# | line | what it does |
# |---|---|
# | (1) | `predict` returns a plain array, so no gradient can reach the generator. |
# | (2) | For a batch of 64 this is one step, for 32 none. |
# | (3) | One image, not a batch: its shape does not fit 64 labels. |
# | (4) | Fakes are labelled **1**, real. There are no real images anywhere. |
# | (5) | This takes effect only when the model is compiled again, which never happens. |
# | (6) | Described as the generator's step, but it trains the discriminator, again on fakes labelled 1. |
# | (all) | `num_pixels` is not defined and `np` is not imported: the script fails before the first step. |
#
# The code fails with an error. If we correct the shapes and keep the logic, it runs: the discriminator learns
# to call fakes "real". Here it is with the parts of this library, on "data" of 16 pixels in $(0, 1)$:


# %%
def step_of_the_article(model, optimizer, rng):
    """Train D on one batch of fakes, all labelled 1. It needs no data, so it has no argument for data."""
    fake = model.generate(64, rng).detach()  # what predict() does
    optimizer.zero_grad()
    np.mean(softplus(-model.logits(fake))).backward()  # −log D(fake): cross entropy with the label 1
    optimizer.step()


def parameters_of(module):
    return np.concatenate([array.ravel() for array in module.state_dict().values()])


def report(model, real):
    """(mean D on real, mean D on fake, V) at the same noise."""
    with sg.no_grad():
        d_real, d_fake = model.logits(real), model.logits(model.generate(len(real), sg.Generator(9)))
        return sigmoid(d_real).mean().item(), sigmoid(d_fake).mean().item(), gan.value(d_real, d_fake).item()


real = (sg.Generator(5).random((256, 16)) ** 4).astype(np.float32)  # mostly dark
model = gan.GAN(data_dim=16, latent_dim=8, rng=sg.Generator(1))
G_before = parameters_of(model.G)
optimizer = SGD(model.D.parameters(), learning_rate=0.1)
_, fake_before, V_before = report(model, real)
for _ in range(100):
    step_of_the_article(model, optimizer, rng)
_, fake_after, V_after = report(model, real)

print(f"D(fake) {fake_before:.3f} → {fake_after:.3f}     V {V_before:.3f} → {V_after:.3f}")
check("the article: change of any weight of G", np.abs(parameters_of(model.G) - G_before).max(), 0, 0)
assert all(weight.grad is None for weight in model.G.parameters())
check("the article: D(fake); a correct D has ≤ ½", fake_after, 1, 0.01)
assert V_after < V_before - 1, "D should maximise V; here V falls"

# %% [markdown]
# $V$ decreases without bound: as $D$ calls every fake real, the second term tends to $\log 0$. Now we take
# correct steps from the same start. `discriminator_step` takes real examples, so labels cannot be confused,
# and detaches the fakes from the graph of $G$; `generator_step` keeps that graph and freezes $D$.

# %%
print(inspect.getsource(gan.discriminator_step))
print(inspect.getsource(gan.generator_step))

model = gan.GAN(data_dim=16, latent_dim=8, rng=sg.Generator(1))
D_real, D_fake, V_before = report(model, real)
optimizer = SGD(model.D.parameters(), learning_rate=0.1)
for _ in range(30):
    gan.discriminator_step(model, real, optimizer, rng)
D_real_after, D_fake_after, V_after = report(model, real)
print(f"D(real) − D(fake)  {D_real - D_fake:+.3f} → {D_real_after - D_fake_after:+.3f}")
print(f"V                  {V_before:+.3f} → {V_after:+.3f}")
assert V_after > V_before and D_real_after - D_fake_after > 0.9
check("weights of G after D's steps, change", np.abs(parameters_of(model.G) - G_before).max(), 0, 0)

gan.generator_step(model, 64, SGD(model.G.parameters(), learning_rate=0.1), rng)
change = np.abs(parameters_of(model.G) - G_before).max()
print(f"weights of G after G's step, largest change: {change:.2g}")
assert change > 0

# %% [markdown]
# ## Other objectives
#
# Later variants keep the game but change the payoff. Let $a$ be the number that the network of $D$ outputs for a
# real example and $b$ the one for a fake. In the first two rows it is a logit, in the others a score; the losses
# are means over both:
#
# | `kind` | $D$ minimises | $G$ minimises | by |
# |---|---|---|---|
# | `minimax` | $-\log \sigma(a) - \log(1 - \sigma(b))$ | $\log(1 - \sigma(b))$ | Goodfellow et al. (2014) |
# | `nonsaturating` | the same | $-\log \sigma(b)$ | the same, section 3 |
# | `least_squares` | $\frac12 (a - 1)^2 + \frac12 b^2$ | $\frac12 (b - 1)^2$ | Mao et al. (2017) |
# | `hinge` | $\max(0, 1 - a) + \max(0, 1 + b)$ | $-b$ | Miyato et al. (2018) |
# | `wasserstein` | $b - a$ | $-b$ | Arjovsky et al. (2017) |
#
# With the last two, every fake has a gradient of the same size; with least squares, the gradient is largest
# for the fakes that are furthest away. The loss of an undecided $D$ is the expected value at the end of a
# perfect game.
#
# > In the debugger: `scratchgen debug gan.discriminator_loss`

# %%
print(inspect.getsource(gan.discriminator_loss))

for kind, undecided_D, push in (
    ("minimax", math.log(4), 1 / (1 + math.exp(5))),
    ("nonsaturating", math.log(4), 1 / (1 + math.exp(-5))),
    ("least_squares", 0.25, 6),
    ("hinge", 2, 1),
    ("wasserstein", 0, 1),
):
    slope_of_kind = sg.grad(lambda b, kind=kind: gan.generator_loss(b, kind))
    check(f"{kind}: loss of an undecided D", gan.undecided_loss(kind), undecided_D, 1e-15)
    check(f"{kind}: −derivative at b = −5", -slope_of_kind(np.array([-5.0])).item(), push, 1e-14)

# %% [markdown]
# ## The Dirac GAN: circles, spirals and the R1 penalty
#
# What happens when two players each follow the gradient of their loss? The smallest GAN shows it (the Dirac
# GAN, Mescheder et al. 2018). All data are at 0, the generator produces the single point $\theta$, and the
# discriminator has a linear logit, $D(x) = \sigma(a(x))$ with $a(x) = \psi x$. Then
# $V = -\log 2 - \log(1 + e^{\psi\theta})$, and the gradient vector field of the game is
#
# $$ \dot\theta = -\partial V/\partial\theta = \sigma(\psi\theta)\, \psi, \qquad
# \dot\psi = \partial V/\partial\psi = -\sigma(\psi\theta)\, \theta. \tag{3.5} $$
#
# The sum $\theta\dot\theta + \psi\dot\psi$ is 0: the vector is at right angles to the direction of the
# equilibrium, and the players circle around it. A step of size $\alpha$ along the tangent leaves the circle,
# and by Pythagoras the squared distance grows by $\alpha^2$ times the squared length of the vector.
# Alternating steps stay at about the same distance. Neither converges.
#
# The cure is to penalise the slope of the logit at the data:
# $R_1 = \frac\gamma2\, \mathbb E\, \lVert \nabla a(x) \rVert^2$, here $\frac\gamma2 \psi^2$. (The slope of the
# probability is smaller, $\nabla D = D (1 - D)\, \nabla a$: at the data a quarter of $\psi$.) In equilibrium $a$ is
# flat at the data, so $R_1$ does not move the equilibrium, but it acts as friction: the eigenvalues
# $\pm\frac{i}2$ of the vector field's Jacobian become $-\frac\gamma2 \pm \sqrt{\frac{\gamma^2}4 - \frac14}$.
#
# > In the debugger: `scratchgen debug gan.dirac`, or `gan.zero_centred_penalty`

# %%
print(inspect.getsource(gan.r1_penalty))

free, penalised = gan.Game("minimax"), gan.Game("minimax", r1=0.3)
force_G, force_D = (force.item() for force in gan.dirac_forces(1.0, 0.5, free))
check("(3.5) θ̇ at θ = 1, ψ = ½", force_G, 0.5 / (1 + math.exp(-0.5)), 1e-15)
check("(3.5) ψ̇ at θ = 1, ψ = ½", force_D, -1 / (1 + math.exp(-0.5)), 1e-15)
check("radial component at this point", 1.0 * force_G + 0.5 * force_D, 0, 1e-15)
at_0 = np.zeros((1, 1))  # the data
check("ψ = ½: squared slope of the logit", gan.r1_penalty(lambda x: 0.5 * x[:, 0], at_0), 0.25, 1e-15)
check("ψ = ½: of the probability", gan.r1_penalty(lambda x: sigmoid(0.5 * x[:, 0]), at_0), 1 / 64, 1e-15)
check("R1 term of ψ̇", gan.dirac_forces(1.0, 0.5, penalised)[1].item() - force_D, -0.15, 1e-15)

for r1 in (0.0, 0.3):  # the Jacobian of the vector field at the equilibrium, by differences
    game, step = gan.Game("minimax", r1=r1), 1e-4
    at = lambda theta, psi, game=game: np.ravel(gan.dirac_forces(theta, psi, game))
    columns = (at(step, 0.0) - at(-step, 0.0)) / (2 * step), (at(0.0, step) - at(0.0, -step)) / (2 * step)
    found = np.sort_complex(np.linalg.eigvals(np.column_stack(columns)))
    root = np.emath.sqrt(r1**2 / 4 - 1 / 4)
    check(f"eigenvalues for γ = {r1:g}, off", np.abs(found - [-r1 / 2 - root, -r1 / 2 + root]).max(), 0, 1e-8)

turns = {"learning_rate": 0.3, "steps": 300}
for name, game, alternate, low, high in (
    ("simultaneous", free, False, 3, 10),
    ("alternating", free, True, 1.2, 1.5),
    ("simultaneous, with R1", penalised, False, 0, 1e-3),
    ("alternating, with R1", penalised, True, 0, 1e-5),
):
    end = np.hypot(*gan.dirac_path(1, 1, game=game, alternate=alternate, **turns)[-1])
    print(f"300 steps {name:<22} from 1.41 to {end:.2g}")
    assert low <= end <= high
plots.dirac(OUT / "dirac.png")

# %% [markdown]
# ## The gradient penalty of WGAN-GP
#
# A Wasserstein critic measures a distance between densities only if its slope is at most 1 everywhere, so the
# slope must be constrained. One method is a penalty on the slope at random points between real examples and
# fakes, $(\lVert \nabla a(\hat x) \rVert - 1)^2$ with $\hat x = u x + (1 - u)\, G(z)$, where $a$ is the score of
# the critic. The penalty is a function of $\nabla a$, so training with it needs second derivatives.
#
# > In the debugger: `scratchgen debug gan.gradient_penalty`

# %%
print(inspect.getsource(gan.gradient_penalty))

rng = sg.Generator(0)
x_real, x_fake, u = rng.standard_normal((8, 5)), rng.standard_normal((8, 5)), rng.random((8, 1))
direction = rng.standard_normal(5, np.float64)
direction /= np.linalg.norm(direction)
for size in (1.0, 3.0):
    penalty = gan.gradient_penalty(lambda x, size=size: x @ (size * direction), x_real, x_fake, u)
    check(f"penalty of a linear critic of slope {size:g}", penalty.item(), (size - 1) ** 2, 1e-6)

# %% [markdown]
# ## Spectral norm
#
# The other method constrains the weights: divide each matrix by its largest singular value, the largest
# factor by which it can stretch a vector. Then no layer stretches a vector, rectifiers do not either, and so
# the slope of the whole network is at most 1. The singular value is computed by power iteration, one step per
# use, which is enough because the weights change little between uses.
#
# > In the debugger: `scratchgen debug gan.spectral_norm`

# %%
layer = SpectralNorm(Linear(64, 32, rng), rng)
for _ in range(300):
    layer(np.zeros((1, 64), np.float32))
greatest = np.linalg.svd(layer.layer.W.data, compute_uv=False)[0]
check("σ(W) by power iteration, and by SVD", layer.sigma().item(), greatest, 1e-4 * greatest)
worst = np.linalg.svd(layer.layer.W.data)[0][:, 0]  # the direction that the matrix stretches most
with sg.no_grad():
    stretched = np.linalg.norm((layer(worst[None]) - layer(0 * worst[None])).numpy())
check("largest stretch of a unit vector", stretched, 1, 1e-4)

# %% [markdown]
# ## Packed discriminators (PacGAN)
#
# A generator that perfectly copies half of the data is hard to catch one sample at a time, because every
# single sample looks right. With two or three samples at a time it is easier, because they are alike too
# often. A *packed* discriminator judges $m$ examples together (PacGAN). A small calculation shows why this
# works. Take eight modes. One generator never produces two of them; another produces all, four of them three
# times as often as the others. Both have the same distance from the data (a total variation of one quarter).
# But for packs, the distance of the first is larger.


# %%
def distance_of_packs(q, m):
    """Total variation ½ Σ |p^m − q^m| between packs of m from eight even modes, and from shares q."""
    p_of_pack, q_of_pack = np.ones(1), np.ones(1)
    for _ in range(m):
        p_of_pack = np.outer(p_of_pack, np.full(8, 1 / 8)).ravel()
        q_of_pack = np.outer(q_of_pack, q).ravel()
    return 0.5 * np.abs(p_of_pack - q_of_pack).sum()


misses_two = np.repeat([1 / 6, 0], [6, 2])
uneven = np.repeat([3 / 16, 1 / 16], 4)
for m in (1, 2, 4):
    check(f"packs of {m}: two modes missing", distance_of_packs(misses_two, m), 1 - 0.75**m, 1e-12)
    print(f"packs of {m}: all modes, but uneven {distance_of_packs(uneven, m):>30.4f}")
    assert m == 1 or distance_of_packs(uneven, m) < distance_of_packs(misses_two, m) - 0.1

packed = gan.GAN(2, 2, pack=4, hidden=(8,), bounded=False)
check("logits for 12 points in packs of four", len(packed.logits(rng.standard_normal((12, 2)))), 3, 0)

# %% [markdown]
# ## The conditional GAN
#
# Condition both players on the class $y$, and the value becomes
# $V(D, G) = \mathbb E_x[\log D(x \mid y)] + \mathbb E_z[\log(1 - D(G(z \mid y) \mid y))]$. In the code the
# class is concatenated to the latent and to the example, as a row of $K$ numbers of which one is $\sqrt K$
# and the others 0: its mean square is 1, like that of the latent. For $D$, changing the class is equivalent
# to changing the bias of its first layer.
#
# > In the debugger: `scratchgen debug gan.conditional`

# %%
conditional = gan.ConditionalGAN(
    data_dim=2, latent_dim=2, classes=3, rng=sg.Generator(0), hidden=(8,), bounded=False
)
check("mean square of a class", np.mean(conditional.given([1]).y ** 2), 1, 1e-6)
points = np.zeros((1, 2), np.float32)
first = conditional.D[1]  # the layer after the input scaling
with sg.no_grad():
    hidden = np.maximum(first.b.data + math.sqrt(3) * first.W.data[2 + 1], 0)
    by_bias = hidden @ conditional.D[3].W.data + conditional.D[3].b.data
    check(
        "logit of the point 0 for class 1", conditional.given([1]).logits(points).item(), by_bias.item(), 1e-6
    )

# %% [markdown]
# ## Convolutions and normalisation
#
# GANs of images use convolutions in $D$, $y_{hw} = \sum_{ij} x_{sh + i - p,\, sw + j - p} W_{ij} + b$ with
# the stride $s$ and the padding $p$, and transposed convolutions in $G$, which write to the positions from
# which a convolution reads: $\langle \mathrm{conv}(x), y \rangle = \langle x, \mathrm{conv}^\top(y) \rangle$.
# Normalisation layers between them compute $\gamma (x - m) / \sqrt{s^2 + \varepsilon} + \beta$, with the mean
# and the variance of each feature over the batch (*batch normalisation*), or of each example over its
# features (*layer normalisation*). Batch normalisation makes the examples of a batch depend on one another,
# which a penalty on $\nabla a(x)$ does not allow; layer normalisation does not.
#
# > In the debugger: `scratchgen debug nn.batch_norm`, or `nn.layer_norm`, `nn.convolution`,
# > `nn.transposed_convolution`

# %%
from scratchgen.functional import conv2d, conv_transpose2d
from scratchgen.nn import BatchNorm, LayerNorm

print(inspect.getsource(conv2d))

image, maps = rng.standard_normal((1, 6, 6, 2), np.float64), rng.standard_normal((1, 3, 3, 5), np.float64)
kernel, none = rng.standard_normal((4, 4, 2, 5), np.float64), np.zeros(5)
forwards = np.sum(conv2d(image, kernel, none, stride=2, padding=1) * maps)
backwards = np.sum(image * conv_transpose2d(maps, kernel, none[:2], stride=2, padding=1))
check("⟨conv(x), y⟩ − ⟨x, convᵀ(y)⟩", forwards - backwards, 0, 1e-11)

batch = rng.standard_normal((8, 3)) * [1, 10, 100] + [0, 5, 7]
with sg.no_grad():
    over_batch, over_features = BatchNorm(3)(batch).numpy(), LayerNorm(3)(batch).numpy()
    alone = LayerNorm(3)(batch[:1]).numpy()
check("batch normalisation: largest mean of a feature", np.abs(over_batch.mean(axis=0)).max(), 0, 1e-5)
check("layer normalisation: largest mean of an example", np.abs(over_features.mean(axis=1)).max(), 0, 1e-5)
check("layer normalisation: change without the batch", np.abs(alone[0] - over_features[0]).max(), 0, 1e-6)

# %% [markdown]
# ## Training a GAN on a ring of Gaussians
#
# The data are eight Gaussians with $\sigma = 0.1$ on a circle of radius 2, at
# $c_k = r\, (\cos 2\pi k/K, \sin 2\pi k/K)$: the density is
# $p(x) = \frac1K \sum_k \mathcal N(x; c_k, \sigma^2 I)$. Published code for such a ring has used
# `np.linspace(0, 2π, 8)`, which includes both ends, and these are the same angle: seven modes, one of them
# with twice the weight.
#
# > In the debugger: `scratchgen debug data.ring`, or `data.mixture`

# %%
ring = load_points("ring")
check("modes of the library's ring", len(np.unique(ring.source.centres.round(9), axis=0)), 8, 0)
entropy = math.log(8) + math.log(2 * math.pi * math.e * 0.1**2)  # if the modes do not overlap
check("−log p of its points, mean", -ring.source.log_density(ring.test).mean(), entropy, 5 / math.sqrt(5000))

# %% [markdown]
# Both networks are small and dense; the objective is non-saturating with a small $R_1$ penalty. Adam has
# $\beta_1 = \frac12$: the gradient turns as the other player moves, and a long average of old gradients
# overshoots. This is the whole training loop:

# %%
print(inspect.getsource(gan.train))

EPOCHS, BATCH = 20, 128
rng, run = sg.Generator(0), History()
game = gan.Game("nonsaturating", r1=0.01)
pair = gan.GAN(2, 2, rng, hidden=(128, 128), bounded=False, scale=float(ring.train.std()))
trace = gan.TrainingTrace(pair, ring.train, EPOCHS * (len(ring.train) // BATCH), game)
players = {f"optimizer_{name}": Adam(getattr(pair, name).parameters(), 1e-3, beta1=0.5) for name in "GD"}
gan.train(pair, ring.train, run, epochs=EPOCHS, batch_size=BATCH, rng=rng, game=game, trace=trace, **players)

# %% [markdown]
# A `TrainingTrace` records single steps of either player, often at first and less often later. Open
# `ring.gif`: the colour shows $D(x)$, the arrows show the direction in which the generator's gradient moves
# the samples, and the colour of the border shows whose step it was. $D$ decreases where the samples are, the
# samples move up its slope, and $D$ follows them, circling as above, until the samples spread over the modes.
# The command `scratchgen train gan --data ring` makes such an animation of its run.

# %%
plots.animation(trace, OUT / "ring.gif", "a GAN on the ring of eight Gaussians")

# %% [markdown]
# On the course's site, the next picture moves: you take the steps of $D$ and $G$, singly or in turn. The networks
# are smaller here, so that a browser is fast. Look at the colour, which is $D(x)$, from blue (fake) to yellow
# (real), and at the arrows, the direction in which $G$'s loss moves the samples. Try ten steps of $D$ alone, and
# then ten of $G$: which way do the samples go? Then press *Play*: after about 1,000 steps most samples are near
# the eight modes. At last, clear the data and draw your own.
#
# ![Samples of a GAN on the ring, with arrows along its gradient](pictures/moving-ring.png)

# %% [markdown]
# ## Is the training healthy?
#
# No loss of a GAN measures how good it is. $V$ near $-\log 4$ means that *this* discriminator cannot
# distinguish real from fake, and the same is true of a bad discriminator. But the curves do reveal failures.
# In a healthy training $V$ rises while $D$ is ahead and falls towards $-\log 4$ as $G$ catches up; $D(x)$ is
# above $\frac12$ and $D(G(z))$ below, and neither reaches 0 or 1; neither gradient vanishes or explodes; and
# the diversity, the mean distance between two samples divided by the mean distance between two real examples,
# ends near 1. Training warns about two failure modes as they set in. Here both are provoked on purpose:
#
# > In the debugger: `scratchgen debug gan.diversity`

# %%
watch = GANMonitor("nonsaturating", ring.train)
watch.step(V=-1.2)
diversity, warnings = watch.epoch(ring.test[:256])
check("diversity of real points", diversity, 1, 0.1)
assert not warnings
watch.step(V=-0.01)
_, warnings = watch.epoch(ring.test[:256] / 100)
print(*warnings, sep="\n")
assert len(warnings) == 2

check("V over the last five epochs", np.mean(run.history["V"][-5:]), -1.35, 0.05)
check("diversity at the end", run.history["diversity"][-1], 1, 0.1)

undecided_D = {"undecided D": -math.log(4)}
plots.curves({"V": run.history["V"]}, OUT / "value.png", "V, nats", undecided_D)

# %%
outputs = {name: run.history[name] for name in ("D_real", "D_fake")}
plots.curves(outputs, OUT / "outputs_of_D.png", "mean of D", {"undecided D": 0.5})

# %%
norms = {name: run.history[name] for name in ("norm_D", "norm_G")}
plots.curves(norms, OUT / "gradients.png", "norm of the gradient")

# %%
diversity = {"diversity": run.history["diversity"]}
plots.curves(diversity, OUT / "diversity.png", "diversity", {"real points": 1})

# %% [markdown]
# ## Counting modes
#
# If the modes are known, they can be counted. A sample belongs to a mode if it is within $3\sigma$ of its
# centre. A good generator visits all modes equally often, and then
# $\mathrm{KL}(q \,\|\, \frac18) = \sum_k q_k \log 8 q_k$ is 0. We compare it with held-out points, which show
# the best possible score, and with half of the ring, a "generator" that is perfect except that it misses four
# modes. Its divergence is $\log 2$. Four seeds of the GAN had 86 to 91 % of their samples near a mode; the
# other samples are between modes, because a continuous $G$ cannot jump. A $\chi^2$ test decides whether the shares
# differ from those of real data by more than chance: with eight modes, $\chi^2$ is about 7 if they do not,
# and $p$ is the probability that chance alone makes it this large.
#
# > In the debugger: `scratchgen debug gan.mode_divergence`, or `gan.chi_squared`, `gan.chi_squared_tail`

# %%
N = 1000
samples = {
    "GAN": pair.sample(N, sg.Generator(1)),
    "half of the ring": ring.validation[ring.validation_labels < 4][:N],
    "held-out points": ring.test[:N],
}
count = lambda points: evaluation.modes_captured(points, ring.source.centres, ring.source.sigma)
modes = {name: count(points) for name, points in samples.items()}
labels = lambda found: np.repeat(np.arange(8), found.counts)  # the mode of each sample near a mode
shares = {}
for name, found in modes.items():
    shares[name] = evaluation.class_histogram(labels(count(ring.train[:N])), labels(found), 8)
    print(f"{name:<17} {found.captured} modes  {found.high_quality.mean:6.1%} near one", end="  ")
    print(f"KL {found.reverse_kl:.3f}  χ² {shares[name].chi_squared:6.1f}  p {shares[name].p_value:.1g}")
within = 1 - math.exp(-(3**2) / 2)  # of a normal in the plane, inside 3 sigma
error = 5 * math.sqrt(within * (1 - within) / N)
check("held-out points near a mode", modes["held-out points"].high_quality.mean, within, error)
check("KL of half of the ring", modes["half of the ring"].reverse_kl, math.log(2), 0.01)
assert shares["held-out points"].p_value > 0.01 and shares["half of the ring"].p_value < 1e-12
check("modes of the GAN", modes["GAN"].captured, 8, 0)
check("GAN samples near a mode", modes["GAN"].high_quality.mean, 0.89, 0.08)

# %% [markdown]
# ## Two-sample scores: MMD, Fréchet, precision and recall
#
# If no modes are known, there are only two sets of examples: could they come from the same distribution? Each
# score answers this in a different way, and none of them means anything unless the same score for held-out
# *real* data is shown next to it. All except the Fréchet distance need the distances of all pairs, which one
# matrix product gives: $\lVert x - y \rVert^2 = \lVert x \rVert^2 - 2\, x \cdot y + \lVert y \rVert^2$.
# (These need scikit-learn: `pip install "scratchgen-numpy[eval]"`.)
#
# | score | definition |
# |---|---|
# | Parzen | the mean of $\log \frac1N \sum_n \mathcal N(x; s_n, \sigma^2 I)$ over real $x$; samples $s_n$ |
# | MMD² | $\mathbb E[k(x, x')] - 2\, \mathbb E[k(x, y)] + \mathbb E[k(y, y')]$; KID has a cubic kernel |
# | Fréchet | $\lVert m_x - m_y \rVert^2 + \mathrm{tr}(C_x + C_y - 2 (C_x C_y)^{1/2})$: means, covariances |
# | precision, recall | the share of samples in a ball around a real example, and conversely |
# | density, coverage | the mean number of balls with a sample, over $k$; the share of balls that contain one |
#
# > In the debugger: `scratchgen debug gan.mmd`, or `gan.frechet`, `gan.precision_recall`,
# > `gan.density_coverage`, `evaluation.squared_distances`

# %%
tables = {
    name: evaluation.two_sample_scores(ring.train[:N], samples["held-out points"], samples[name])
    for name in ("GAN", "half of the ring")
}
print(f"{'':<30}{'GAN':>12}{'half a ring':>12}{'held out':>12}")
score = {}
for ours, half in zip(*tables.values(), strict=True):
    score[ours.name] = [float(s.mean) for s in (ours.generated, half.generated, ours.held_out)]
    print(f"{ours.name:<30}" + "".join(f"{number:>12.3f}" for number in score[ours.name]))
check("precision of half of the ring", score["precision"][1], score["precision"][2], 0.03)
check("its recall: it misses the other half", score["recall"][1], 0.5, 0.07)
check("its coverage", score["coverage"][1], 0.5, 0.07)
for name in ("MMD², Gaussian kernel", "KID", "Fréchet distance"):
    assert max(score[name][0], score[name][2]) < score[name][1] / 5, name

# %% [markdown]
# Half of the ring has the precision and the density of real data, although it misses modes. Recall and
# coverage reveal this. Each score can be checked where the answer is known: for Gaussians with the means 0
# and $s$ the Fréchet distance and the MMD have closed forms, and with a kernel of width $h$
# $\mathrm{MMD}^2 = \frac{2 h}{\sqrt{h^2 + 2}} (1 - e^{-s^2/2(h^2 + 2)})$.

# %%
C = np.diag([1.0, 4.0])
d2 = evaluation.frechet_distance_of_gaussians(np.zeros(2), np.eye(2), np.array([3.0, 0.0]), C)
check("Fréchet distance: 3² + (1 − 2)²", d2, 9 + 1, 1e-12)
h, s = 1.0, 1.5
left, right = rng.standard_normal((2, 2000, 1), np.float64)
estimate = evaluation.mmd(left, right + s, evaluation.GaussianKernel(h))
formula = 2 * h / math.sqrt(h**2 + 2) * (1 - math.exp(-(s**2) / (2 * (h**2 + 2))))
check("MMD² of N(0, 1) and N(1.5, 1)", estimate.mean, formula, 5 * estimate.standard_error)

# %% [markdown]
# ## Parzen windows: a score that prefers averages
#
# The first GAN papers reported Parzen window likelihoods, which are misleading. On digits, 100 centroids of
# k-means, which are blurred averages that nobody would call samples, score far better than 100 real images: a
# window in the middle of a cluster covers more of it (Theis et al. 2016). A score on which something other
# than real data wins is not worth optimising.
#
# > In the debugger: `scratchgen debug gan.parzen`, or `gan.centroids`

# %%
digits = load_images("digits")
parzen = lambda windows: evaluation.parzen_log_likelihood(windows, digits.validation, digits.test)
of_real = parzen(digits.train[:100]).log_likelihood
of_averages = parzen(evaluation.kmeans_centroids(digits.train[:500], 100, sg.Generator(0))).log_likelihood
print(f"100 real images {of_real.mean:.1f} ± {of_real.standard_error:.1f} nats")
check("100 averages of 500 images, nats", of_averages.mean, 19, 4)
assert of_averages.mean > of_real.mean + 5 * of_real.standard_error

# %% [markdown]
# One seed proves nothing about a method: published numbers of modes for "the" GAN on a ring of eight are 1
# and 6.3. `scratchgen reproduce gan-ring8` trains each objective with ten seeds.

# %%
print("pictures:", OUT)

# %% [markdown]
# ## Exercises
#
# 1. Train on the ring with `gan.Game("minimax")`, then with `r1=0`. Compare the animations, and count modes
#    for five seeds each. Is one seed enough to rank them?
# 2. Let the noise be one-dimensional (`latent_dim=1`). Where are the samples between modes now, and why must
#    there be some?
# 3. Give `dirac_forces` and `dirac_path` the game `gan.Game("nonsaturating")`. Is the vector still at right
#    angles to the direction of the equilibrium? Do the steps converge?
# 4. Find a set of points that has a Fréchet distance of 0 to the ring and looks nothing like it.

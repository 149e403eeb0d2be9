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
# At the end you will know what the value of the game measures, why the generator is trained on another loss
# than the one in the formula, and how to recognise a training loop that plays no game at all.

# %%
import inspect
import math
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen import gan
from scratchgen.functional import sigmoid, softplus
from scratchgen.nn import Linear, Module, Sequential, Tanh
from scratchgen.optim import SGD, Adam

OUT = Path(tempfile.mkdtemp(prefix="gan-"))  # the pictures of this page
INK, RED, BLUE, GREY = "#1b2a41", "#d1495b", "#2e86ab", "#b8c0cc"


def beside(what, ours, expected, tolerance):
    """Print a number beside the number to expect; fail if they differ by more than the tolerance."""
    print(f"{what:<52} {ours:>16.10g}   to expect {expected:>14.8g}   ± {tolerance:.2g}")
    assert abs(ours - expected) <= tolerance, what


# %% [markdown]
# ## The game
#
# A generator $G$ turns noise $z \sim p_z$ into a fake $G(z)$. A discriminator $D$ gives each example the
# probability $D(x)$ that it is real. They play for one number,
#
# $$
# \min_G \max_D V(D, G), \qquad
# V(D, G) = \mathbb E_{x \sim p_{data}}[\log D(x)] + \mathbb E_{z \sim p_z}[\log (1 - D(G(z)))].
# $$
#
# $V$ is the log-likelihood of a classifier on an even mixture of real and fake examples. It is at most 0
# (never wrong, never in doubt), and $2 \log \frac12 = -\log 4 = -1.386$ for a discriminator that says
# $\frac12$ to everything. $D$ wants it high, $G$ wants it low. In the code $D$ is given by its logit $a$,
# $D = \sigma(a)$:

# %%
print(inspect.getsource(gan.value))
undecided = np.zeros(4)
beside("V of a discriminator that cannot tell", gan.value(undecided, undecided), -math.log(4), 1e-15)

# %% [markdown]
# ## Where fakes come from
#
# Some accounts write "$G(z) \sim p_z(z)$". It is a misprint: $z$ has the density $p_z$, and $x = G(z)$ has
# another one, $p_g$, which is what training changes. (If fakes had the density of the noise, there would be
# nothing to learn.) For a monotone $G$ in one dimension the new density is
#
# $$ p_g(x) = p_z(G^{-1}(x)) \left| \frac{d G^{-1}(x)}{dx} \right|. $$
#
# Take $G(z) = e^{z/2}$ with $z \sim \mathcal N(0, 1)$. Then $p_g(x) = 2\, p_z(2 \log x)/x$, whose mean is
# $e^{1/8} = 1.133$ and whose median is 1. Noise has mean and median 0. With 100,000 draws, five standard
# errors are the tolerance.

# %%
n = 100_000
rng = sg.Generator(0)
G_of_z = np.exp(rng.standard_normal(n, np.float64) / 2)
beside("mean of G(z)", G_of_z.mean(), math.exp(1 / 8), 5 * G_of_z.std() / math.sqrt(n))
beside("share of G(z) below 1", np.mean(G_of_z < 1), 0.5, 5 * 0.5 / math.sqrt(n))
inside = np.linspace(0.8, 1.5, 10_001)
p_g = 2 * np.exp(-((2 * np.log(inside)) ** 2) / 2) / math.sqrt(2 * math.pi) / inside
by_density = np.trapezoid(p_g, inside)
beside("share in 0.8 … 1.5, drawn and from p_g", np.mean((G_of_z > 0.8) & (G_of_z < 1.5)), by_density, 0.008)

# %% [markdown]
# ## The best discriminator
#
# Both expectations are integrals over $x$, the second with $p_g$:
# $V = \int p_{data} \log D + p_g \log(1 - D)\, dx$. At each $x$ on its own, $p \log D + q \log (1 - D)$ has
# the derivative $p/D - q/(1 - D)$, which is 0 at
#
# $$
# D^*(x) = \frac{p_{data}(x)}{p_{data}(x) + p_g(x)},
# \qquad \text{with the logit } a^* = \log p_{data} - \log p_g.
# $$
#
# Put it back, and with the mixture $m = (p_{data} + p_g)/2$
#
# $$
# V(D^*, G) = \int p_{data} \log \frac{p_{data}}{2m} + p_g \log \frac{p_g}{2m}\, dx
# = -\log 4 + 2\, \mathrm{JSD}(p_{data} \,\|\, p_g),
# $$
#
# the Jensen–Shannon divergence. So against a perfect discriminator the generator minimises a distance between
# densities, which is 0 only if they are equal. Check it for the data $\mathcal N(0, 1)$ and a generator that
# makes $\mathcal N(s, 1)$. Smooth integrands that die out inside the grid make the sums exact to rounding.

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
    beside(f"V(D*, G) for a shift of {s:g}", at_best, -math.log(4) + 2 * jsd(log_p, log_q), 1e-12)
    for _ in range(20):  # no other discriminator does better
        assert V_by_quadrature(p, q, best + 0.1 * rng.standard_normal(x.shape)) < at_best

# %% [markdown]
# At shift 6 the value is nearly 0 already: the two hardly overlap, and moving the fakes a little changes
# almost nothing. That is the trouble with the formula as a loss for $G$.
#
# ## Two losses for the generator
#
# By the formula $G$ minimises $\log(1 - \sigma(a))$, where $a$ is the logit that its fake gets. The
# derivative is $-\sigma(a)$. Early in training $D$ is sure that fakes are fake, say $a = -5$, and
# $\sigma(-5) = 0.0067$: the worse the fake, the smaller the push. So one minimises $-\log \sigma(a)$ instead,
# whose derivative is $-(1 - \sigma(a))$, 148 times as large at $a = -5$. Both have the same fixed point. They
# are not "the same".

# %%
print(inspect.getsource(gan.generator_loss))

slope = {
    "minimax": sg.grad(lambda a: gan.generator_loss(a, "minimax")),
    "nonsaturating": sg.grad(lambda a: gan.generator_loss(a, "nonsaturating")),
}
at_minus_5 = {kind: of(np.array([-5.0])).item() for kind, of in slope.items()}
beside("minimax, derivative at a = −5", at_minus_5["minimax"], -1 / (1 + math.exp(5)), 1e-15)
beside("non-saturating, derivative at a = −5", at_minus_5["nonsaturating"], -1 / (1 + math.exp(-5)), 1e-15)
beside("how many times as large", at_minus_5["nonsaturating"] / at_minus_5["minimax"], math.exp(5), 1e-11)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
q = np.exp(log_normal(3))
left.fill_between(x, p, color=GREY, label="data $p_{data}$")
left.fill_between(x, q, color=BLUE, alpha=0.35, label="fakes $p_g$, shifted by 3")
left.plot(x, p / (p + q), color=INK, label="$D^* = p_{data}/(p_{data} + p_g)$")
left.set(xlim=(-4, 7), ylim=(0, 1.05), xlabel="$x$", title="The best discriminator")
left.legend(frameon=False, loc="center right", fontsize=9)

logits = np.linspace(-10, 6, 161)
for kind, colour, text in (
    ("minimax", RED, r"minimax: $-\sigma(a)$"),
    ("nonsaturating", BLUE, r"non-saturating: $-(1 - \sigma(a))$"),
):
    right.plot(logits, slope[kind](logits).numpy() * len(logits), color=colour, label=text)
    right.plot(-5, at_minus_5[kind], "o", color=colour)
    right.annotate(f"{at_minus_5[kind]:.4f}", (-5, at_minus_5[kind] + 0.04), ha="center")
right.set(xlabel="logit $a$ of a fake ($D$ is sure on the left)", ylim=(-1.08, 0.12))
right.set_title("The push on the generator")
right.legend(frameon=False, loc="center left", fontsize=9)
for axes in (left, right):
    axes.spines[["top", "right"]].set_visible(False)
figure.savefig(OUT / "theory.png", dpi=120)

# %% [markdown]
# (The loss is a mean over the fakes, so the derivative by each of `len(logits)` of them is that much smaller;
# the plot multiplies it back.)
#
# ## A loop that plays no game
#
# Here is the heart of a training function that circulates in an article on generative models, in Keras:
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
# | (1) | `predict` returns a plain array. Whatever follows, no gradient reaches the generator. |
# | (2) | For a batch of 64 this is one step, for 32 none. |
# | (3) | One image, not a batch: its shape does not fit 64 labels. |
# | (4) | Fakes are labelled **1**, real. Real images do not occur anywhere. |
# | (5) | Takes effect only when the model is compiled again; nothing is ever compiled. |
# | (6) | Called the generator's step, but it trains the discriminator, again on fakes labelled 1. |
# | (all) | `num_pixels` has no value and `np` is not imported: it stops before the first step. |
#
# As it stands it stops with an error. Repair the shapes, keep the logic, and it runs: the discriminator
# learns to say "real" to fakes. Written with our parts, on "data" that is 16 pixels in $(0, 1)$:


# %%
def step_of_the_article(model, optimizer, rng):
    """One batch of fakes, every one labelled 1, for D. There is no argument for data, and none is missing."""
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
optimizer = SGD(model.D.parameters(), alpha=0.1)
_, fake_before, V_before = report(model, real)
for _ in range(100):
    step_of_the_article(model, optimizer, rng)
_, fake_after, V_after = report(model, real)

print(f"D(fake) {fake_before:.3f} → {fake_after:.3f}     V {V_before:.3f} → {V_after:.3f}")
beside("the article: change of any weight of G", np.abs(parameters_of(model.G) - G_before).max(), 0, 0)
assert all(weight.grad is None for weight in model.G.parameters())
beside("the article: D(fake), where a sound D says ≤ ½", fake_after, 1, 0.01)
assert V_after < V_before - 1, "D is meant to maximise V; here it falls"

# %% [markdown]
# $V$ falls and falls: with every fake called real the second term heads for $\log 0$. Now one step each of
# the real thing from the same start. `discriminator_step` takes real examples, so labels cannot be mixed up,
# and makes fakes that carry no history; `generator_step` keeps the history and freezes $D$.

# %%
print(inspect.getsource(gan.discriminator_step))
print(inspect.getsource(gan.generator_step))

model = gan.GAN(data_dim=16, latent_dim=8, rng=sg.Generator(1))
D_real, D_fake, V_before = report(model, real)
optimizer = SGD(model.D.parameters(), alpha=0.1)
for _ in range(30):
    gan.discriminator_step(model, real, optimizer, rng)
D_real_after, D_fake_after, V_after = report(model, real)
print(f"D(real) − D(fake)  {D_real - D_fake:+.3f} → {D_real_after - D_fake_after:+.3f}")
print(f"V                  {V_before:+.3f} → {V_after:+.3f}")
assert V_after > V_before and D_real_after - D_fake_after > 0.9
beside("weights of G after D's steps, change", np.abs(parameters_of(model.G) - G_before).max(), 0, 0)

gan.generator_step(model, 64, SGD(model.G.parameters(), alpha=0.1), rng)
change = np.abs(parameters_of(model.G) - G_before).max()
print(f"weights of G after G's step, largest change: {change:.2g}")
assert change > 0

# %% [markdown]
# ## A game on a ring
#
# Eight Gaussians with $\sigma = 0.2$ on a circle of radius 2. Two details of such a set-up go wrong in
# published code. `np.linspace(0, 2π, 8)` includes both ends, which are the same angle, so it makes seven
# modes of which one counts twice. And "the generator found all modes" needs a rule: here a sample belongs to
# a mode if it lies within $3\sigma$, and a mode is found if it gets at least 2 % of the samples (its share
# would be 12.5 %).

# %%
MODES, SIGMA = 8, 0.2
angles = np.linspace(0, 2 * np.pi, MODES, endpoint=False)
centres = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)

closed = np.linspace(0, 2 * np.pi, MODES)
beside("distinct centres, endpoint=False", len(np.unique(centres.round(9), axis=0)), 8, 0)
beside("distinct centres, endpoint left in", len(np.unique(np.exp(1j * closed).round(9))), 7, 0)


def draw_real(n, rng):
    return (centres[rng.integers(MODES, size=n)] + SIGMA * rng.standard_normal((n, 2))).astype(np.float32)


def modes_and_quality(samples):
    """How many modes are found, and the share of samples within 3 sigma of one."""
    distance = np.linalg.norm(samples[:, None] - centres, axis=2)
    near = distance.min(axis=1) < 3 * SIGMA
    shares = np.bincount(distance.argmin(axis=1)[near], minlength=MODES) / len(samples)
    return int(np.sum(shares >= 0.02)), float(near.mean())


within = 1 - math.exp(-(3**2) / 2)  # of a two-dimensional normal, inside 3 sigma
_, quality = modes_and_quality(draw_real(20_000, rng))
standard_error = math.sqrt(within * (1 - within) / 20_000)
beside("real samples within 3 sigma of a mode", quality, within, 5 * standard_error)

# %% [markdown]
# The library's steps ask a model for `G`, `D`, `generate` and `logits`. Ours has two small networks with
# tanh. The optimiser is Adam with $\beta_1 = 0.5$: in a game the gradient turns as the other player moves,
# and a long memory of old gradients overshoots.


# %%
class Pair(Module):
    """G: z (B, 4) → 64 → 64 → x (B, 2),     D: x (B, 2) → 64 → 64 → logit (B,)."""

    def __init__(self, rng):
        self.G = Sequential(Linear(4, 64, rng), Tanh(), Linear(64, 64, rng), Tanh(), Linear(64, 2, rng))
        self.D = Sequential(Linear(2, 64, rng), Tanh(), Linear(64, 64, rng), Tanh(), Linear(64, 1, rng))

    def generate(self, n, rng):
        return self.G(rng.standard_normal((n, 4)))

    def logits(self, x):
        return self.D(x)[:, 0]


rng = sg.Generator(0)
pair = Pair(rng)
optimizer_D = Adam(pair.D.parameters(), alpha=1e-3, beta1=0.5)
optimizer_G = Adam(pair.G.parameters(), alpha=1e-3, beta1=0.5)
history, snapshots = [], {}
for step in range(2501):
    if step in (0, 250, 2500):
        with sg.no_grad():
            snapshots[step] = pair.generate(2000, sg.Generator(7)).numpy()
    history.append(gan.discriminator_step(pair, draw_real(128, rng), optimizer_D, rng)["V"])
    gan.generator_step(pair, 128, optimizer_G, rng)

# %% [markdown]
# What to expect: all 8 modes and nine tenths of the samples near one (six seeds gave 94 to 96 %). The rest
# are strays between the modes, for a continuous $G$ cannot jump. $V$ stays within 0.01 of $-\log 4$: *this*
# discriminator can hardly tell. That alone proves nothing, since a bad discriminator cannot either; hence the
# count of modes. Nor does the count say everything: look how the fakes crowd the middle of each mode.

# %%
for step, samples in snapshots.items():
    modes, quality = modes_and_quality(samples)
    print(f"step {step:>4}: {modes} of {MODES} modes, {quality:.1%} of the samples near one")
beside("modes found", modes, 8, 0)
beside("share of samples near a mode", quality, 0.95, 0.1)
beside("V over the last 500 steps", np.mean(history[-500:]), -math.log(4), 0.02)

# %%
figure, axes = plt.subplots(1, 4, figsize=(14, 3.6), layout="constrained")
for axis, (step, samples) in zip(axes, snapshots.items(), strict=False):
    axis.scatter(*draw_real(600, sg.Generator(8)).T, s=5, color=GREY)
    axis.scatter(*samples[:600].T, s=5, color=RED)
    axis.set(xlim=(-3.4, 3.4), ylim=(-3.4, 3.4), aspect="equal", xticks=[], yticks=[], title=f"step {step:,}")
axes[0].set_xlabel("fakes red, real data grey")
smooth = np.convolve(history, np.ones(25) / 25, mode="valid")
axes[3].plot(smooth, color=INK)
axes[3].axhline(-math.log(4), color=RED, linestyle="--", label="$-\\log 4$")
axes[3].set(xlabel="step", title="$V(D, G)$, nats")
axes[3].legend(frameon=False)
axes[3].spines[["top", "right"]].set_visible(False)
figure.savefig(OUT / "ring.png", dpi=120)
print("pictures:", OUT)

# %% [markdown]
# ## Try it
#
# 1. Train the ring on the minimax loss: write a `generator_step` of your own with
#    `generator_loss(..., "minimax")`. How many modes after 2,500 steps? Look at the first 250.
# 2. Let the noise be one-dimensional ($z$ of shape `(B, 1)`). Where do the strays lie now, and why must there
#    be some?
# 3. Make $\sigma = 0.02$ and count the modes for five seeds. Papers report anything from 1 to 8 for "the" GAN
#    on this data. Which of your settings decides?

# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # 3.2 From the article's code to code that works
#
# An introductory article on [generative models](0.1_start_here.py) ends with sixty lines for the library Keras. They
# should learn to draw images, and seventeen faults keep them from it. On this page you see each fault, its sign and its
# repair, until handwritten digits appear.
#
# **You will be able to**
#
# - write the value function of the game that the two networks play, and its labels;
# - name the sign of each fault: an error, a number or a picture;
# - write a training loop that draws digits of all ten classes;
# - choose a loss for the generator whose gradient does not vanish.
#
# **You need** linear layers, ReLU, logits and Adam from [a VAE on digits](2.3_vae_on_digits.py). Reading takes about
# 35 minutes, running ten seconds.

# %%
import inspect
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import scratchgen as sg
from scratchgen import gan, nn, plots
from scratchgen.data import batches, load_images
from scratchgen.evaluation import Classifier, class_shares
from scratchgen.functional import bernoulli_cross_entropy, sigmoid
from scratchgen.plots.figure import ACCENT, INK, SECOND
from scratchgen.plots.images import show
from scratchgen.testing import check

OUT = Path(tempfile.mkdtemp(prefix="from-the-articles-code-"))  # the pictures of this page
digits = load_images("digits")  # 1,297 for training; 64 pixels each, from 0 to 1
rng = sg.random.default_rng(2)

# %% [markdown]
# ## A question first
#
# These lines should train two networks. The **generator** turns noise into images, called **fakes**. The
# **discriminator** tells fakes from real images. The numbers are those of the faults, listed below.
#
# ```python
# generated_images = generator.predict(noise)                            # 8, 14
# for epoch in range(num_epochs):
#     for _ in range(int(batch_size / 64)):                              # 10
#         img_batch = generated_images[_]                                # 9
#         label = np.ones((batch_size, 1))                               # 2, 11
#         discriminator.train_on_batch(img_batch, label)                 # 5, 6
#     discriminator.trainable = False                                    # 12
#     for _ in range(int(batch_size / 64)):
#         generated_images_batch = generator.predict(noise_batch)        # 14
#         discriminator.train_on_batch(generated_images_batch, label)    # 13
# ```
#
# `predict(x)` returns a network's output for `x`. `train_on_batch(x, label)` makes one training step, which moves
# the output for `x` towards the label.
#
# Suppose that we repair only the lines that raise an error. **Write down what you expect** after 100 epochs: what does
# the discriminator output for fakes, for real digits, and for pure noise? And how many parameters of the generator
# have changed?
#
# ## The game and its value
#
# Both networks together are a **generative adversarial network (GAN)**. The generator $G$ turns noise $z$, distributed
# as $p_z = \mathcal N(0, I)$, into an image $G(z)$. The discriminator $D$ turns an image $x$ into $D(x)$, the
# probability that $x$ is real, which means: from the data. **Adversarial** means that what one network gains, the other
# loses. They play for one number, the **value**:
#
# $$
# \min_G \max_D V(D, G), \quad
# V(D, G) = \mathbb E_{x \sim p_{data}}[\log D(x)] + \mathbb E_{z \sim p_z}[\log (1 - D(G(z)))]. \tag{3.2.1}
# $$
#
# The first $\mathbb E$ is the mean over real images, the second the mean over noise. $D$ makes both terms large:
# $D(x)$ near 1, $D(G(z))$ near 0. $G$ makes the second term small. Such a game is called **minimax**: $G$ minimises
# the maximum that $D$ can reach. A $D$ that always outputs $\frac12$ has the value $2 \log \frac12 = -1.386$.
#
# In code, $D$ predicts a label. Each image has a **label** $t$, the output that $D$ should have: 1 if the image is
# real, 0 if it is a fake. The loss is the **cross-entropy** $L_t$, minus the log-probability of the label:
#
# $$
# L_t(x) = -t \log D(x) - (1 - t) \log (1 - D(x)), \quad
# -V(D, G) = \mathbb E_{x \sim p_{data}}[L_1(x)] + \mathbb E_{z \sim p_z}[L_0(G(z))]. \tag{3.2.2}
# $$
#
# So with the right labels, $D$ minimises $-V$. The library computes both from the logit $a$, $D(x) = \sigma(a)$:
#
# > In the debugger: `scratchgen debug gan.value`

# %%
print(inspect.getsource(gan.value))

a = np.array([2.0, -0.5, 1.0, -1.0, 0.3, -3.0])  # logits of three real images and of three fakes
t = np.array([1, 1, 1, 0, 0, 0])
L = bernoulli_cross_entropy(a[:, None], t[:, None])  # [:, None] makes columns: a row per image
D_of_x = 1 / (1 + np.exp(-a))
check("(3.2.2) L, from D(x)", L, -t * np.log(D_of_x) - (1 - t) * np.log(1 - D_of_x), 1e-14)
check("(3.2.2) −V, from the labels", -gan.value(a[:3], a[3:]), L[:3].mean() + L[3:].mean(), 1e-14)
check("V if D is always ½", gan.value(np.zeros(3), np.zeros(3)), 2 * np.log(0.5), 1e-14)

# %% [markdown]
# The article's text needs three small repairs:
#
# - It writes $G(z) \sim p_z$. The noise $z$ has this distribution. $G(z)$ has another one, $p_G$, and training moves
#   $p_G$ to $p_{data}$.
# - It calls random forests and support vector machines early generative models. They predict the label of a given
#   image. A generative model draws the image itself, as Gaussian mixtures did before.
# - Its VAE minimises the KL divergence with the reconstruction held constant. A VAE maximises the ELBO (2.3.4), the
#   difference of both, without a constraint.
#
# ## Seventeen faults
#
# | | fault | its sign | repair |
# |---|---|---|---|
# | 1 | `num_pixels` has no value | `NameError` | 64 |
# | 2 | `np` is not imported | `NameError` | `import` |
# | 3 | `num_pixels` counts pixels for $G$, but is a side for $D$ | 64 numbers, 4,096 expected | rows of 64 for both |
# | 4 | `Dense` takes an image, but mixes its last axis only | 64 outputs per image | rows |
# | 5 | no `compile` | `RuntimeError`: no loss, no optimiser | choose both |
# | 6 | no real image anywhere | no digit can be learned | a batch of data |
# | 7 | $G$ ends with a sigmoid; the data's range is open | brightness betrays the fakes | scale to 0…1 |
# | 8 | fakes drawn once, before the loop | the same image every epoch | new noise per step |
# | 9 | `generated_images[_]` is one image | one image, 64 labels | the whole batch |
# | 10 | steps counted by the batch size | 32 → none, 64 → one | count the data |
# | 11 | fakes have label 1 in $D$'s step | $D(G(z))$ → 1 | label 0 |
# | 12 | `trainable` set without `compile` | has no effect | an optimiser per network |
# | 13 | "$G$'s step" trains $D$ | $G$ never changes | a loss for $G$ |
# | 14 | `predict` returns plain numbers | no gradient reaches $G$ | $G$'s own output |
# | 15 | $D$ ends with a sigmoid | $\log 0$ | keep the logit |
# | 16 | $G$'s term in (3.2.1) as its loss | tiny gradient | another loss |
# | 17 | no result is looked at | none | draw, count classes |
#
# Faults 1, 2 and 5 stop the program at once. Here we run the shapes (3, 4, 9), the range (7) and the counts (10); the
# next two sections run the others. The library's `nn.Linear` is Keras's `Dense`.

# %%
num_pixels = 64
check("3: numbers that D expects", np.zeros((num_pixels, num_pixels, 1)).size, 64 * 64, 0)

images = digits.train[:64].reshape(64, 8, 8, 1)  # as 64 images of 8 × 8 pixels
changed = images.copy()
changed[:, 0, 0] += 1  # another first pixel
dense = nn.Linear(1, 1, rng)  # one number in, one out: the last axis
answers, others = dense(images).numpy(), dense(changed).numpy()
check("9: axes of images[0]; a batch has 4", images[0].ndim, 3, 0)
check("4: outputs per image", answers[0].size, 64, 0)
check("4: of which the first pixel moves", (answers[0] != others[0]).sum(), 1, 0)
check("    rows of 64: outputs per image", nn.Linear(64, 1, rng)(digits.train[:64])[0].size, 1, 0)

brightest = 16 * digits.train.max(axis=1)  # in the file, pixels are from 0 to 16
check("7: real images with a pixel > 1", (brightest > 1).mean(), 1, 0)
for batch_size, by_article, by_data in ((32, 0, 40), (64, 1, 20), (128, 2, 10)):
    check(f"10: steps, batches of {batch_size}", int(batch_size / 64), by_article, 0)
    check("    counted by the data", len(digits.train) // batch_size, by_data, 0)

# %% [markdown]
# ## The loop as it was written
#
# With the shapes repaired, here are the networks, with narrower layers than the article's. The base class adds
# `generate(n, rng)`, which is $G$ of new noise; `logits(x)`, the logit $a$ per row of `x`; and `sample`, which
# generates without recording for gradients.


# %%
class DigitGAN(gan.AdversarialPair):
    """G: 16 numbers of noise → 64 pixels. D: 64 pixels → one logit."""

    latent_dim = 16

    def __init__(self, rng):
        self.G = nn.Sequential(  # the * passes the layers of a block one by one
            *self.block(16, rng), *self.block(256, rng), nn.Linear(256, 64, rng), nn.Sigmoid()
        )
        self.D = nn.Sequential(nn.Linear(64, 256, rng), nn.ReLU(), nn.Linear(256, 1, rng))

    def block(self, width, rng):
        return nn.Linear(width, 256, rng), nn.ReLU()


def move(optimizer, loss):
    optimizer.zero_grad()  # clear the gradients of the step before
    loss.backward()  # compute the gradient of the loss by every parameter that it depends on
    optimizer.step()  # move this optimiser's parameters against their gradients


pair = DigitGAN(rng)
noise, five_images = {"z": np.zeros((5, 16), np.float32)}, {"x": digits.train[:5]}
plots.diagram({"G": (pair.G, noise), "D": (pair.D, five_images)}).save(OUT / "networks.png")

# %% [markdown]
# The article's epoch has two steps. Both train $D$ on fakes with the label 1: first on old fakes (faults 6, 8, 11),
# then, as "$G$'s step", on new ones (12, 13, 14). `.numpy()` does what `predict` does: it returns plain numbers,
# without the **graph**, the record of the computation that leads back to $G$.


# %%
def numbers(network):
    """All parameters of a network in a row."""
    return np.concatenate([p.numpy().ravel() for p in network.parameters()])


G_before, D_before = numbers(pair.G), numbers(pair.D)
optimizer = sg.optim.Adam(pair.D.parameters(), learning_rate=1e-3)
old_fakes = pair.generate(64, rng).numpy()
seen = {"fakes": pair.sample(250, rng), "real digits": digits.test, "noise": rng.random((250, 64))}
history = {name: [] for name in seen}
for _ in range(100):
    for fakes in (old_fakes, pair.generate(64, rng).numpy()):
        a = pair.logits(fakes)
        move(optimizer, bernoulli_cross_entropy(a[:, None], np.ones((64, 1))).mean())
    for name, x in seen.items():
        history[name].append(sigmoid(pair.logits(x).numpy()).mean())

for name, curve in history.items():
    check(f"11: D of {name}", curve[-1], 1, 0.02)
check("12, 13: share of D's parameters that moved", (numbers(pair.D) != D_before).mean(), 0.55, 0.2)
check("13: parameters of G that moved", (numbers(pair.G) != G_before).sum(), 0, 0)
gradients = [p.grad for p in pair.G.parameters()]  # None where no gradient has arrived
check("14: gradients that reached G", sum(g is not None for g in gradients), 0, 0)

figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
styles = (ACCENT, "-"), (SECOND, "-"), (INK, ":")
for (name, curve), (colour, line) in zip(history.items(), styles, strict=True):
    axes.plot(range(1, 101), curve, line, color=colour, label=name)
axes.set(xlabel="epoch", ylabel="mean of D(x)", ylim=(0, 1.05))
axes.set_title("The article's D ends by calling everything real")
axes.legend(frameon=False, loc="lower right")
figure.savefig(OUT / "everything_is_real.png", dpi=120)

# %% [markdown]
# Compare with what you wrote down. $D$ calls everything real, noise included, and none of the 86,592 parameters of $G$
# has changed. The reason is in (3.2.2): with labels of 1 alone $D$ minimises $\mathbb E_{z \sim p_z}[L_1(G(z))]$,
# which is 0 for $D(x) = 1$. The data do not occur in it, so to this $D$ any $G$ is as good as any other.
#
# ## The loop that works
#
# $G$ needs a loss of its own (fault 13). Its term of $V$ is one choice; minus the log-probability of the label 1 is
# another:
#
# $$ \mathbb E_z[\log(1 - D(G(z)))] \quad\text{or}\quad -\mathbb E_z[\log D(G(z))]. \tag{3.2.3} $$
#
# Both fall as $D(G(z))$ rises. But their slopes by the logit $a$ of a fake differ:
#
# $$
# \frac{d}{da} \log(1 - \sigma(a)) = -\sigma(a), \quad \frac{d}{da} (-\log \sigma(a)) = -(1 - \sigma(a)). \tag{3.2.4}
# $$
#
# At the start $D$ recognises every fake: $a$ is far below 0. There the first slope is nearly 0, although $G$ has
# everything to learn: the loss is **saturating** (fault 16). The second slope is nearly −1: **non-saturating**. Let
# $D$ alone learn for three epochs, and compare the gradients that $G$ receives by their norms, the roots of the sums
# of squares.
#
# > In the debugger: `scratchgen debug gan.generator_loss`


# %%
def slopes(kind, a):
    total = lambda a: a.size * gan.generator_loss(a, kind)  # the loss is a mean
    return sg.grad(total)(a)  # sg.grad makes a function's derivative


a = np.array([-20.0, -5.0, 0.0, 5.0])
check("(3.2.4) slopes, saturating", slopes("minimax", a), -sigmoid(a), 1e-12)
check("(3.2.4) slopes, non-saturating", slopes("nonsaturating", a), -(1 - sigmoid(a)), 1e-12)

pair = DigitGAN(rng)
optimizer = sg.optim.Adam(pair.D.parameters(), learning_rate=2e-3)
for _ in range(3):  # batches: all images in random order, 64 at a time; drop_last leaves out a smaller rest
    for real in batches(digits.train, batch_size=64, rng=rng, drop_last=True):
        move(optimizer, -gan.value(pair.logits(real), pair.logits(pair.generate(64, rng).numpy())))
norms = {}
for kind in ("minimax", "nonsaturating"):  # the left and the right loss of (3.2.3)
    a = pair.logits(pair.generate(64, sg.random.default_rng(1)))  # the same noise for both
    pair.zero_grad()
    gan.generator_loss(a, kind).backward()
    norms[kind] = np.sqrt(sum((p.grad**2).sum() for p in pair.G.parameters()))
check("16: mean logit of the fakes", a.numpy().mean(), -6.6, 0.8)
check("16: saturating norm / the other one", norms["minimax"] / norms["nonsaturating"], 0.0015, 0.001)
check("15: 1 − D(x) at a = 20, rounded", 1 - sigmoid(np.float32(20)), 0, 0)

# %% [markdown]
# The last line is fault 15: $D(x)$ is rounded to 1, and $\log(1 - D(x))$ would be $-\infty$. With the logit it is −20.
#
# Now the whole loop. $D$'s loss takes both kinds of images, so labels cannot be mistaken, and receives the fakes as
# plain numbers; $G$'s loss keeps their graph. With `beta1=0.5`, Adam averages over fewer past gradients: the other
# player's last moves have changed the older ones.


# %%
def train(pair, rng, epochs=60):
    """For each batch of real images: one step of D, then one step of G."""
    optimizer_D = sg.optim.Adam(pair.D.parameters(), learning_rate=1e-3, beta1=0.5)
    optimizer_G = sg.optim.Adam(pair.G.parameters(), learning_rate=1e-3, beta1=0.5)
    for _ in range(epochs):
        for real in batches(digits.train, batch_size=64, rng=rng, drop_last=True):
            fake = pair.generate(64, rng)
            move(optimizer_D, -gan.value(pair.logits(real), pair.logits(fake.numpy())))
            move(optimizer_G, gan.generator_loss(pair.logits(fake)))


# %% [markdown]
# Seventeen repairs are enough for digits, but $G$ draws only some of the ten: **mode collapse**. **Batch
# normalisation** helps: it shifts and scales each number of a layer to mean 0 and variance 1 over the batch, so that
# the images of a batch differ. A **classifier**, a network that names the class of an image, counts the
# classes (fault 17).


# %%
class NormalisedGAN(DigitGAN):
    def block(self, width, rng):
        return nn.Linear(width, 256, rng), nn.BatchNorm(256), nn.ReLU()


classifier = Classifier(64, 10, rng).fit(digits.train, digits.train_labels, epochs=30, rng=rng)
check("digits recognised", (classifier.predict(digits.test) == digits.test_labels).mean(), 0.98, 0.02)


def classes_found(images):
    """The classes, of 10, that at least 1 % of the images are recognised as."""
    return (class_shares(classifier, images, 10) >= 0.01).sum()


samples = {"as in the article": seen["fakes"]}  # drawn before that training, which left G as it was
for name, kind in (("repaired", DigitGAN), ("normalised, too", NormalisedGAN)):
    pair = kind(rng)
    train(pair, rng)
    samples[name] = pair.sample(1000, rng)
for (name, images), found in zip(samples.items(), ((1, 1), (5.5, 3.5), (9.5, 1.5)), strict=True):
    check(f"classes of 10, {name}", classes_found(images), *found)

figure, axes = plt.subplots(1, 3, figsize=(7.5, 2.9), layout="constrained")
figure.get_layout_engine().set(wspace=0.1)
for place, (name, images) in zip(axes, samples.items(), strict=True):
    show(place, images[:36], digits.image_shape, 6, name)
figure.suptitle("Digits appear after the repairs, and of all kinds with batch normalisation")
figure.savefig(OUT / "samples.png", dpi=120)

# %% [markdown]
# The classifier knows nothing but digits, so it may take grey noise for one of them. One training proves little: in
# eight with other random numbers the repaired $G$ drew 3 to 7 classes, the normalised one 9 or 10.
#
# ## Common mistakes
#
# labml, a widely read course, documents $\log(1 - D(G(z)))$ for $G$ and computes $-\log D(G(z))$. We plant the opposite
# fault: a loss that is called non-saturating and saturates. The gradient check passes, since the derivative is right,
# for the wrong function. A claim about the slope at $a = -5$ sees it.


# %%
def planted(a):
    return -np.mean(np.logaddexp(0, a))  # the fault: this is log(1 − D), not −log D


def claim(loss):
    check("(3.2.4) slope at a = −5", sg.grad(loss)(np.array([-5.0])), [-1 / (1 + np.exp(-5))], 1e-9)


for loss in (gan.generator_loss, planted):
    check(f"{loss.__name__}: error of gradients", sg.check_grads(loss, np.array([-5.0])), 0, 1e-8)
claim(gan.generator_loss)
try:
    claim(planted)
except AssertionError as problem:
    print("The claim sees the fault:", problem)
else:
    raise AssertionError("the claim does not see the planted fault")

# %% [markdown]
# Three others run without an error:
#
# - Real and fake images in one batch through batch normalisation in $D$: each image then betrays the kind of the
#   others.
# - One optimiser for both networks, and fakes that keep their graph: $D$'s loss then moves $G$, too, in the wrong
#   direction.
# - Training stopped when $V$ is near −1.386. A bad $D$ has this value, too: look at samples.
#
# ## Exercises and sources
#
# Start one with `scratchgen exercise start NAME`; `scratchgen exercise check` names the property that fails.
#
# 1. `everything-is-real`: find the bug in a $D$ that takes noise for digits.
# 2. `generator-loss-from-logits`: write the non-saturating loss of (3.2.3) without overflow.
# 3. `generator-stands-still`: find the bug in a training step that leaves $G$ as it is.
#
# Sources:
#
# - I. Goodfellow et al. (2014), Generative adversarial nets. [arXiv:1406.2661](https://arxiv.org/abs/1406.2661): the
#   value is equation 1, the non-saturating loss is in section 3.
# - D. P. Kingma and M. Welling (2014), Auto-encoding variational Bayes.
#   [arXiv:1312.6114](https://arxiv.org/abs/1312.6114)
# - S. Ioffe and C. Szegedy (2015), Batch normalization. [arXiv:1502.03167](https://arxiv.org/abs/1502.03167)
# - The common mistake: `GeneratorLogitsLoss` of
#   [labml](https://github.com/labmlai/annotated_deep_learning_paper_implementations).
# - Fault 12: Keras FAQ, [How can I freeze layers?](https://keras.io/getting_started/faq/)

# %%
print("pictures:", OUT)
